"""The files of a programme folder as raw text: tables of cells and documents of keys, with the places they came from.

Whatever is wrong with a file as a file (not there, too large, not UTF-8, a link out of the folder, a formula, ragged
rows) is found here; what the cells mean is read in `read`. Workbooks are opened in `workbook`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plantwright.model.issues import Issue
from plantwright.model.units import closest

LARGEST_TABLE = 50_000_000
LARGEST_DOCUMENT = 1_000_000
MOST_NODES = 100_000

_NULL = "tag:yaml.org,2002:null"

Place = tuple[str | int, ...]


def shown(place: Place) -> str:
    """Return a path as people write it: joined by dots, list positions counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


@dataclass(frozen=True)
class Sheet:
    """A table as text: its headings and its rows, each with its number as a spreadsheet shows it; blank cells are left
    out.
    """

    file: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


@dataclass(frozen=True)
class Document:
    """A document of keys as plain mappings, lists and texts, and the line of each key by its path."""

    file: str
    data: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of the innermost part of `place` that the document has."""
        return next((self.lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self.lines), 0)


@dataclass(frozen=True)
class Raw:
    """All files of a programme as text, what is wrong with them as files, and the names of those that could not be
    used.
    """

    sheets: Mapping[str, Sheet]
    documents: Mapping[str, Document]
    issues: tuple[Issue, ...] = ()
    unusable: frozenset[str] = frozenset()


class FileError(Exception):
    """A file cannot be used; carries the issues."""

    def __init__(self, *issues: Issue) -> None:
        self.issues = issues
        super().__init__("\n".join(map(str, issues)))


def known_ids(raw: Raw) -> dict[str, frozenset[str]]:
    """Return the ids that each table and document names, rows that cannot be read included."""
    ids = {
        name: frozenset(cells["id"] for _, cells in table.rows if "id" in cells) for name, table in raw.sheets.items()
    }
    ids |= {
        f"{name}.item": frozenset(cells["item"] for _, cells in table.rows if "item" in cells)
        for name, table in raw.sheets.items()
    }
    data = raw.documents["programme"].data if "programme" in raw.documents else {}
    main = data if isinstance(data, dict) else {}
    parties, calendars = main.get("parties", []), main.get("calendars", {})
    ids["parties"] = frozenset(str(each["id"]) for each in parties if isinstance(each, dict) and "id" in each)
    ids["calendars"] = frozenset(calendars if isinstance(calendars, dict) else ()) | {"always"}
    return ids


DOCUMENTS = ("programme", "agreements")


def read_folder(folder: Path, tables: frozenset[str]) -> Raw:
    """Return the raw files of a programme folder: its documents and those of `tables` that it has."""
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError as error:
        there = "is not a folder" if folder.exists() else "does not exist"
        said = (
            f"the programme {there}"
            if isinstance(error, (FileNotFoundError, NotADirectoryError))
            else f"the folder cannot be read: {error.strerror}"
        )
        return Raw(
            {}, {}, (Issue(str(folder), 0, "", said, "name a programme's folder or its workbook (.xlsx)"),), tables
        )
    sheets: dict[str, Sheet] = {}
    documents: dict[str, Document] = {}
    issues = [_unread(name, tables) for name in names if _is_stray(name, tables)]
    unusable = set()
    for name in names:
        stem, _, kind = name.rpartition(".")
        try:
            if kind == "csv" and stem in tables:
                sheets[stem] = read_csv(folder / name, folder)
            elif kind == "yaml" and stem in DOCUMENTS:
                documents[stem] = read_yaml(folder / name, folder)
        except FileError as error:
            issues += error.issues
            unusable.add(stem)
    if "programme.yaml" not in names:
        issues.append(
            Issue(
                "programme.yaml",
                0,
                "",
                "the file is missing",
                "write it; `plantwright new` copies an example to start from",
            )
        )
    return Raw(sheets, documents, tuple(issues), frozenset(unusable))


def _is_stray(name: str, tables: frozenset[str]) -> bool:
    stem, _, kind = name.rpartition(".")
    if kind.lower() == "csv":
        return name not in {f"{table}.csv" for table in tables}
    return kind.lower() in ("yaml", "yml") and not (kind == "yaml" and stem in DOCUMENTS)


def _unread(name: str, tables: frozenset[str]) -> Issue:
    known = [*(f"{table}.csv" for table in tables), *(f"{document}.yaml" for document in DOCUMENTS)]
    remedy = closest(name, known) or f"the files are {', '.join(sorted(known))}"
    return Issue(name, 0, "", "no file of a programme has this name, so it is not read", remedy, "warning")


def read_bytes(path: Path, inside: Path, largest: int) -> bytes:
    """Return the content of a regular file of at most `largest` bytes that lies within the folder `inside`; raise
    FileError.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(inside.resolve()):
            raise FileError(
                Issue(
                    path.name,
                    0,
                    "",
                    "the file is a link that leads out of the programme's folder",
                    "put the file itself there",
                )
            )
        if not real.is_file():
            raise FileError(Issue(path.name, 0, "", "this is not a file", "put a file there"))
        size = real.stat().st_size
        if size > largest:
            said = f"the file has {size / 1e6:,.0f} MB, and a file of this kind may have {largest / 1e6:,.0f} MB"
            raise FileError(Issue(path.name, 0, "", said, "check that it is the right file, or split the programme"))
        with real.open("rb") as file:
            return file.read(size)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its links lead in a circle"
        raise FileError(
            Issue(path.name, 0, "", f"the file cannot be read: {reason}", "check its name and rights")
        ) from error


def decoded(content: bytes, file: str) -> str:
    """Return the text of a UTF-8 file; raise FileError naming the first byte that is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        said = f"the file is not UTF-8: byte {error.start + 1} (0x{content[error.start]:02x}) is no letter"
        raise FileError(Issue(file, row, "", said, "save it as 'CSV UTF-8'")) from error


def read_csv(path: Path, inside: Path) -> Sheet:
    """Return the table of a CSV file; raise FileError with every ragged row and formula in it."""
    text = decoded(read_bytes(path, inside, LARGEST_TABLE), path.name)
    records: list[list[str]] = []
    try:
        records.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        said = f"the row cannot be read: {error}"
        raise FileError(Issue(path.name, len(records) + 1, "", said, "check its quotation marks")) from error
    return sheet(path.name, records)


def sheet(file: str, records: list[list[str]]) -> Sheet:
    """Return the table whose first record holds the headings; raise FileError with every fault of its form."""
    if not any(any(cell.strip() for cell in record) for record in records):
        raise FileError(
            Issue(file, 0, "", "the file is empty", "write the headings into its first row, or take the file away")
        )
    headings = [cell.strip() for cell in records[0]]
    while headings and not headings[-1]:
        headings.pop()
    rows = [
        (number, record) for number, record in enumerate(records[1:], start=2) if any(cell.strip() for cell in record)
    ]
    issues = _heading_issues(file, headings) or [
        issue for number, record in rows for issue in _row_issues(file, headings, number, record)
    ]
    if issues:
        raise FileError(*issues)
    cells = tuple((number, _filled(headings, record)) for number, record in rows)
    return Sheet(file, tuple(headings), cells)


def _filled(headings: list[str], record: list[str]) -> dict[str, str]:
    return {heading: cell.strip() for heading, cell in zip(headings, record, strict=False) if heading and cell.strip()}


def _heading_issues(file: str, headings: list[str]) -> list[Issue]:
    if len(headings) == 1 and (";" in headings[0] or "\t" in headings[0]):
        return [Issue(file, 1, "", "the columns are not parted by commas", "save the file as CSV with commas")]
    issues = [
        Issue(file, 1, heading, f"the column '{heading[:60]}' is there twice", "keep one")
        for heading in sorted(set(headings))
        if heading and headings.count(heading) > 1
    ]
    blank = [index for index, heading in enumerate(headings, start=1) if not heading]
    return issues + [
        Issue(file, 1, "", f"column {index} has no heading", "name the column or delete it") for index in blank
    ]


def _row_issues(file: str, headings: list[str], number: int, record: list[str]) -> list[Issue]:
    extra = any(cell.strip() for cell in record[len(headings) :])
    if extra or len(record) < len(headings):
        said = f"the row has {len(record)} cells where the heading has {len(headings)}"
        return [Issue(file, number, "", said, "check its commas; put a cell that holds a comma in quotation marks")]
    return [
        Issue(file, number, heading, "the cell holds a formula", "replace it by its value")
        for heading, cell in zip(headings, record, strict=False)
        if cell.lstrip().startswith("=")
    ]


def read_yaml(path: Path, inside: Path) -> Document:
    """Return the document of a YAML file, every scalar as text; raise FileError with the line of what is wrong."""
    text = decoded(read_bytes(path, inside, LARGEST_DOCUMENT), path.name)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is no YAML"
        said = f"the file is not YAML: {reason}"
        raise FileError(
            Issue(path.name, mark.line + 1 if mark else 0, "", said, "check indents, colons and quotes")
        ) from error
    except RecursionError as error:
        raise FileError(Issue(path.name, 0, "", "the file is nested too deeply", "write it flat")) from error
    if root is None or root.tag == _NULL:
        raise FileError(Issue(path.name, 0, "", "the file is empty", "write its keys, or take the file away"))
    return _Composition(path.name).document(root)


class _Composition:
    """Turns YAML nodes into plain values, keeping lines, refusing double keys and aliases that multiply without end."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.issues: list[Issue] = []
        self.left = MOST_NODES

    def document(self, root: yaml.Node) -> Document:
        try:
            data = self.value(root, ())
        except RecursionError as error:
            raise FileError(Issue(self.file, 0, "", "an alias contains itself", "write it out")) from error
        if self.issues:
            raise FileError(*self.issues)
        return Document(self.file, data, self.lines)

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.left -= 1
        if self.left < 0:
            line = node.start_mark.line + 1
            raise FileError(
                Issue(self.file, line, "", "the file unfolds to more than 100,000 values", "use fewer aliases")
            )
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*place, index)) for index, each in enumerate(node.value)]
        return "" if node.tag == _NULL else str(node.value).strip()

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in found or key == "?":
                said = f"the key '{key[:60]}' is there twice" if key in found else "a key must be a single word"
                self.issues.append(Issue(self.file, line, shown((*place, key)), said, "keep one"))
                continue
            self.lines[(*place, key)] = line
            value = self.value(value_node, (*place, key))
            found[key] = value
        return {key: value for key, value in found.items() if value != ""}
