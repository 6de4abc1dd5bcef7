"""Programmes as one workbook (.xlsx): a sheet for each table, and the YAML documents as sheets of keys and values.

A key is the path in the document, its parts joined by dots and list positions in brackets, counted from 1:
`parties[2].role`. What the texts mean is read in `read`.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from xml.etree import ElementTree

from plantwright.model.files import (
    DOCUMENTS,
    LARGEST_TABLE,
    Document,
    FileError,
    Place,
    Raw,
    Sheet,
    read_bytes,
    read_folder,
    sheet,
)
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Row
from plantwright.model.register import ALL_TABLES
from plantwright.model.units import closest

LARGEST_UNPACKED = 400_000_000
_MADE = datetime(2000, 1, 1)
"""The date that every workbook says it was made, so that no clock gets into its bytes."""

_MOST_EDITED = 10_000
"""Rows that lists to choose from are offered in."""

TABLE_NAMES = tuple(table.table for table in ALL_TABLES)

_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, LookupError, ValueError, NotImplementedError,
    RuntimeError, EOFError, OSError,
)  # fmt: skip
"""What the libraries raise for an archive or its parts that are damaged."""

_PART = re.compile(r"\.?(?:'([^']*)'|\[(\d{1,5})\]|([^.\[\]']+))")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(path: Path) -> Raw:
    """Return the raw tables and documents of a workbook, and what is wrong with it as a file."""
    try:
        return _read(path)
    except FileError as error:
        return Raw({}, {}, error.issues, frozenset((*TABLE_NAMES, *DOCUMENTS)))


def _read(path: Path) -> Raw:
    formulas = _formulas(path)
    sheets: dict[str, Sheet] = {}
    documents: dict[str, Document] = {}
    issues: list[Issue] = []
    unusable = set()
    for name, records in _records(path):
        label = f"{path.name}[{name}]"
        try:
            _refuse_formulas(label, formulas.get(name, ()))
            if name in DOCUMENTS:
                documents[name] = _document(label, sheet(label, records))
            elif name in TABLE_NAMES:
                sheets[name] = sheet(label, records)
            else:
                issues.append(_unread(label, name))
        except FileError as error:
            issues += error.issues
            unusable.add(name)
    if "programme" not in documents and "programme" not in unusable:
        issues.append(
            Issue(path.name, 0, "", "the sheet `programme` is missing", "add it, with the columns `key` and `value`")
        )
    return Raw(sheets, documents, tuple(issues), frozenset(unusable))


def _records(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Each sheet's name and its cells as texts, the first row first."""
    import fastexcel

    try:
        workbook = fastexcel.read_excel(path)
        for name in workbook.sheet_names:
            table = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            yield (
                name,
                [
                    ["" if cell is None else cell.strip().removesuffix(" 00:00:00") for cell in row]
                    for row in table.iter_rows()
                ],
            )
    except fastexcel.FastExcelError as error:
        said = f"the workbook cannot be read: {str(error).splitlines()[0][:200]}"
        raise FileError(Issue(path.name, 0, "", said, "save it again as .xlsx")) from error


def _formulas(path: Path) -> Mapping[str, list[str]]:
    """The cells of each sheet that hold formulas, such as `B7`; raises FileError where the file is no workbook."""
    read_bytes(path, path.parent, LARGEST_TABLE)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                said = f"the workbook unpacks to more than {LARGEST_UNPACKED / 1e6:.0f} MB"
                raise FileError(Issue(path.name, 0, "", said, "check that it is the right file"))
            return {name: list(_formula_cells(archive, part)) for name, part in _parts(archive)}
    except _BROKEN as error:
        raise FileError(Issue(path.name, 0, "", "the file is not a workbook", "save it as .xlsx")) from error


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name and the archive's part that holds it."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_RELATION), "")
            yield (
                element.get("name", ""),
                target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target),
            )


def _formula_cells(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    with archive.open(part) as content:
        for _, element in ElementTree.iterparse(content):
            if element.tag.endswith("}c") and any(child.tag.endswith("}f") for child in element):
                yield element.get("r", "")
            if element.tag.endswith("}row"):
                element.clear()


def _refuse_formulas(label: str, cells: list[str] | tuple[str, ...]) -> None:
    if cells:
        raise FileError(
            *(
                Issue(
                    label,
                    int("".join(filter(str.isdigit, cell)) or 0),
                    cell.rstrip("0123456789"),
                    "the cell holds a formula",
                    "replace it by its value",
                )
                for cell in cells
            )
        )


def _unread(label: str, name: str) -> Issue:
    remedy = closest(name, (*TABLE_NAMES, *DOCUMENTS)) or f"the sheets are {', '.join((*DOCUMENTS, *TABLE_NAMES))}"
    return Issue(label, 0, "", "no sheet of a programme has this name, so it is not read", remedy, "warning")


def _document(label: str, table: Sheet) -> Document:
    """The document that a sheet of keys and values spells out; raises FileError with each key that cannot be placed."""
    if not {"key", "value"} <= set(table.headings):
        raise FileError(
            Issue(
                label,
                1,
                "",
                "the sheet needs the columns `key` and `value`",
                "write a path such as `parties[1].role` and its value",
            )
        )
    root: dict[str | int, Any] = {}
    lines: dict[Place, int] = {(): 1}
    issues = []
    for number, cells in table.rows:
        place = _place(cells.get("key", ""))
        if place is None or not _plant(root, place, cells.get("value", "")):
            said = f"'{cells.get('key', '')[:60]}' is no key, or is there already"
            issues.append(Issue(label, number, "key", said, "write each key once, as a path such as `parties[1].role`"))
        for length in range(1, len(place or ()) + 1):
            lines.setdefault((place or ())[:length], number)
    if issues:
        raise FileError(*issues)
    return Document(label, _listed(root), lines)


def _place(key: str) -> Place | None:
    """The path that a key spells, list positions counted from 0; None where it spells none."""
    place: list[str | int] = []
    at = 0
    while match := _PART.match(key, at):
        quoted, position, plain = match.groups()
        place.append(int(position) - 1 if position is not None else quoted if quoted is not None else plain.strip())
        at = match.end()
    return tuple(place) if place and at == len(key) else None


def _plant(root: dict[str | int, Any], place: Place, value: str) -> bool:
    """Put a value at its place in nested mappings; say whether the place was free."""
    branch = root
    for part in place[:-1]:
        branch = branch.setdefault(part, {})
        if not isinstance(branch, dict):
            return False
    if place[-1] in branch:
        return False
    if value:
        branch[place[-1]] = value
    return True


def _listed(branch: Any) -> Any:
    """The same values, with mappings by position turned into lists."""
    if not isinstance(branch, dict):
        return branch
    if branch and all(isinstance(key, int) for key in branch):
        return [_listed(branch[key]) for key in sorted(branch)]
    return {str(key): _listed(value) for key, value in branch.items()}


def to_workbook(folder: str | Path, workbook: str | Path) -> None:
    """Write the programme of a folder as one workbook, which reads to an equal programme.

    Raises ProgrammeError where a file of the folder cannot be used as a file.
    """
    import xlsxwriter

    raw = read_folder(Path(folder), frozenset(TABLE_NAMES))
    if any(issue.severity == "error" for issue in raw.issues):
        raise ProgrammeError(raw.issues)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        formats = {"bold": book.add_format({"bold": True}), "day": book.add_format({"num_format": "yyyy-mm-dd"})}
        for name, document in raw.documents.items():
            pairs = [list(pair) for pair in _flat(document.data, "")]
            _write(book.add_worksheet(name), formats, ("key", "value"), pairs)
        for table in ALL_TABLES:
            if table.table in raw.sheets:
                sheet_ = raw.sheets[table.table]
                records = [[cells.get(heading, "") for heading in sheet_.headings] for _, cells in sheet_.rows]
                worksheet = book.add_worksheet(table.table)
                _write(worksheet, formats, sheet_.headings, records)
                _explain(worksheet, table, sheet_.headings)
    Path(workbook).write_bytes(content.getvalue())


def _explain(worksheet: Any, table: type[Row], headings: tuple[str, ...]) -> None:
    """Give each heading its meaning as a comment, and a list to choose from where only some words may stand."""
    columns = {info.alias or name: info for name, info in table.model_fields.items()}
    for column, heading in enumerate(headings):
        if info := columns.get(heading):
            worksheet.write_comment(0, column, info.description or "", {"author": "", "x_scale": 2})
            choices = ["yes", "no"] if info.annotation is bool else [str(each) for each in get_args(info.annotation)]
            if info.annotation is bool or get_origin(info.annotation) is Literal:
                rule = {"validate": "list", "source": choices, "error_type": "warning"}
                worksheet.data_validation(1, column, _MOST_EDITED, column, rule)


def _flat(data: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            word = f"'{key}'" if re.search(r"[.\[\]]", key) else key
            yield from _flat(value, f"{path}.{word}" if path else word)
    elif isinstance(data, list):
        for position, value in enumerate(data, start=1):
            yield from _flat(value, f"{path}[{position}]")
    else:
        yield path, data


def _write(worksheet: Any, formats: Mapping[str, Any], headings: tuple[str, ...], records: list[list[str]]) -> None:
    worksheet.freeze_panes(1, 1)
    for column, heading in enumerate(headings):
        width = max([len(heading), *(len(record[column]) for record in records)])
        worksheet.set_column(column, column, min(max(width + 2, 8), 60))
        worksheet.write_string(0, column, heading, formats["bold"])
    for row, record in enumerate(records, start=1):
        for column, cell in enumerate(record):
            if _is_plain_number(cell):
                worksheet.write_number(row, column, float(cell))
            elif (day := _plain_day(cell)) is not None:
                worksheet.write_datetime(row, column, day, formats["day"])
            elif cell:
                worksheet.write_string(row, column, cell)


def _plain_day(cell: str) -> date | None:
    """The day that a cell is and that a spreadsheet shows as it is written, None where it is none."""
    if not re.fullmatch(r"(19[5-9]|20)\d{1,2}-\d\d-\d\d", cell) or len(cell) != 10:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def _is_plain_number(cell: str) -> bool:
    """Whether a cell is a number that a spreadsheet shows as it is written, so that it may be stored as a number."""
    return bool(re.fullmatch(r"-?(0|[1-9]\d{0,8})(\.\d{0,5}[1-9])?", cell))
