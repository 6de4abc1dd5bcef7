"""Primavera XER as tables: lines of `%T` (table), `%F` (columns) and `%R` (row), cells parted by tabs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from plantwright.exchange.markup import LARGEST_FILE
from plantwright.exchange.records import Record
from plantwright.model.files import FileError, read_bytes
from plantwright.model.issues import Issue

MARKS = ("%T", "%F", "%R", "%E", "ERMHDR")
Tables = Mapping[str, tuple[Record, ...]]


def read_xer(path: Path) -> Tables:
    """Return the tables of an XER file by name, in capitals; raise FileError with every line that has no place."""
    text = _decoded(read_bytes(path, path.parent, LARGEST_FILE))
    if not text.lstrip().startswith("ERMHDR"):
        raise FileError(
            Issue(path.name, 1, "", "the file does not begin as an XER does, with ERMHDR", "export it again as XER")
        )
    tables: dict[str, list[Record]] = {}
    columns: list[str] = []
    name = ""
    issues: list[Issue] = []
    for row, mark, cells in _lines(text):
        if mark == "ERMHDR":
            tables[mark] = [Record(path.name, mark, row, dict(zip(("currency",), cells[7:8], strict=False)))]
        elif mark == "%T":
            name, columns = (cells[0].strip().upper() if cells else ""), []
            tables.setdefault(name, [])
        elif mark == "%F":
            columns = [cell.strip().lower() for cell in cells]
        elif mark == "%R" and not (name and columns):
            issues.append(Issue(path.name, row, "", "the row stands before its columns (%F)", "export it again"))
        elif mark == "%R":
            filled = {c: cell.strip() for c, cell in zip(columns, cells, strict=False) if c and cell.strip()}
            tables[name].append(Record(path.name, name, row, filled))
    if issues:
        raise FileError(*issues[:100])
    return {table: tuple(rows) for table, rows in tables.items()}


def _lines(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each line's number, mark and cells; a line without a mark goes on with the text of the one before it."""
    number, held = 1, ""
    for row, line in enumerate(text.split("\n"), start=1):
        if held and not line.startswith(MARKS):
            held += "\n" + line
            continue
        if held:
            mark, *cells = held.rstrip("\r\n").split("\t")
            yield number, mark, cells
        number, held = row, line
    mark, *cells = held.rstrip("\r\n").split("\t")
    yield number, mark, cells


def _decoded(content: bytes) -> str:
    """The text in UTF-8 (or 16 with its mark), else in Windows-1252, which is what P6 writes in the West."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
