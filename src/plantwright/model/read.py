"""Reading a programme: a folder of YAML and CSV files, or one workbook, becomes a frozen `Programme`.

Everything that is wrong is gathered, with file, row and column, before anything is said. Files as files are opened in
`files` and `workbook`, cells are read by `cells`, rules that span rows are in `check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from plantwright.model.agreements import AGREEMENT_KINDS, Agreement
from plantwright.model.assumptions import Assumption, Register
from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cells import CellError, Reading
from plantwright.model.check import findings
from plantwright.model.draft import Draft, in_document
from plantwright.model.files import DOCUMENTS, Document, Raw, Sheet, known_ids, read_folder
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import TABLES, Programme, Row
from plantwright.model.register import ALL_TABLES, AssumptionRow, ColumnError, entry
from plantwright.model.schema import PlaceError, ProgrammeFile, shifts_of
from plantwright.model.shifts import calendar
from plantwright.model.sites import at_sites
from plantwright.model.tasks import filled_modes, tasks_of
from plantwright.model.validation import document_issues, heading_issues, row_issues

R = TypeVar("R", bound=Row)

_PLACEHOLDERS = {"name": "?", "start": "2000-01-01", "horizon": "2049-01-01"}
_AGREEMENT: TypeAdapter[Agreement] = TypeAdapter(Agreement)


def load(path: str | Path) -> Programme:
    """Return the programme of a folder or a workbook (.xlsx), its items at its sites where it has several.

    Raises ProgrammeError with every error of all files at once; warnings do not keep a programme from being read.
    """
    programme, issues = _read(Path(path))
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors:
        raise ProgrammeError(errors)
    return at_sites(programme)


def check(path: str | Path) -> tuple[Issue, ...]:
    """Return every error and warning about the programme of a folder or a workbook, sorted by place."""
    return _read(Path(path))[1]


def _read(path: Path) -> tuple[Programme, tuple[Issue, ...]]:
    raw = _gathered(path)
    draft, issues = _drafted(raw)
    everything = {*raw.issues, *issues, *findings(draft)}
    labels = {f"{name}.csv": sheet.file for name, sheet in raw.sheets.items()}
    return draft.programme, tuple(
        sorted(replace(issue, file=labels.get(issue.file, issue.file)) for issue in everything)
    )


def _gathered(path: Path) -> Raw:
    if path.suffix.lower() == ".xlsx":
        from plantwright.model.workbook import read_workbook

        return read_workbook(path)
    return read_folder(path, frozenset(table.table for table in ALL_TABLES))


def _drafted(raw: Raw) -> tuple[Draft, list[Issue]]:
    """The programme as far as it can be read, and the issues of its cells."""
    issues: list[Issue] = []
    document = raw.documents.get("programme")
    reading, quantile = _basis(document)
    reading = _with_register(raw, reading, quantile, issues)
    main = _main(document, reading, issues)
    calendars = _calendars(main, document, issues)
    rows: dict[str, Any] = {each.table: _rows(each, raw.sheets.get(each.table), reading, issues) for each in TABLES}
    tasks, task_issues = tasks_of(rows["tasks"], {each.id: each for each in rows["equipment"]}, calendars)
    issues += task_issues
    agreements = _agreements(raw.documents.get("agreements"), reading, issues)
    programme = Programme(
        name=main.name, start=main.start, horizon=main.horizon, currency=main.currency, site=main.site,
        discount_rate=main.discount_rate, safety_time=main.safety_time, objective=main.objective,
        status_date=main.status_date, planning=main.planning, replanning=main.replanning, calendars=calendars,
        parties=main.parties, agreements=agreements, register=reading.register, report=main.report,
        **{**rows, "tasks": tasks},
    )  # fmt: skip
    dated = all(getattr(main, key).isoformat() != _PLACEHOLDERS[key] for key in ("start", "horizon"))
    unusable = raw.unusable | _nameless(raw)
    return Draft(
        programme, rows, known_ids(raw), _whole(raw, issues) - unusable, raw.documents, unusable, dated
    ), issues


def _nameless(raw: Raw) -> frozenset[str]:
    """The tables whose heading lacks the columns that say what a row is about."""
    keys = {
        each.table: next(
            k for k in ("id", "item", "task") if k in each.model_fields and each.model_fields[k].is_required()
        )
        for each in ALL_TABLES
    }
    return frozenset(name for name, table in raw.sheets.items() if keys[name] not in table.headings)


def _whole(raw: Raw, issues: list[Issue]) -> frozenset[str]:
    """The tables and documents in which nothing was found that could not be read."""
    faulty = {issue.file for issue in issues}
    tables = {each.table for each in ALL_TABLES if f"{each.table}.csv" not in faulty}
    documents = {name for name in DOCUMENTS if name not in raw.documents or raw.documents[name].file not in faulty}
    return frozenset(tables | documents)


def _basis(document: Document | None) -> tuple[Reading, float]:
    """What cells depend on, as far as the document says it: start and currency, and the planning quantile."""
    data = document.data if document and isinstance(document.data, dict) else {}
    wanted = {name: data[name] for name in ("start", "currency", "planning_quantile") if name in data}
    for name in list(wanted):
        try:
            ProgrammeFile.model_validate({**_PLACEHOLDERS, name: wanted[name]})
        except ValidationError:
            del wanted[name]
    main = ProgrammeFile.model_validate({**_PLACEHOLDERS, **wanted})
    return Reading(main.start, main.currency), main.planning_quantile


def _with_register(raw: Raw, reading: Reading, quantile: float, issues: list[Issue]) -> Reading:
    """The reading with its register filled from `assumptions.csv`."""
    entries: dict[str, Assumption] = {}
    for row in _rows(AssumptionRow, raw.sheets.get("assumptions"), reading, issues):
        if row.id in entries:
            issues.append(
                Issue(
                    "assumptions.csv",
                    row.row,
                    "id",
                    f"'{row.id}' is there already, in row {entries[row.id].row}",
                    "keep one",
                )
            )
        try:
            entries.setdefault(row.id, entry(row, reading))
        except ColumnError as error:
            issues.append(Issue("assumptions.csv", row.row, error.column, str(error), error.remedy))
    unreadable = known_ids(raw).get("assumptions", frozenset()) - frozenset(entries)
    return replace(reading, register=Register(entries, quantile), unreadable=unreadable)


def _main(document: Document | None, reading: Reading, issues: list[Issue]) -> ProgrammeFile:
    """The programme file; what cannot be read of it is reported and left out."""
    if document is None:
        return ProgrammeFile.model_validate(_PLACEHOLDERS)
    try:
        return ProgrammeFile.model_validate(document.data, context=reading)
    except ValidationError as error:
        issues += document_issues(error, document, (), ProgrammeFile)
        wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
        data = document.data if isinstance(document.data, dict) else {}
        return ProgrammeFile.model_validate(
            {**_PLACEHOLDERS, **{key: data[key] for key in data if key not in wrong}}, context=reading
        )


def _calendars(main: ProgrammeFile, document: Document | None, issues: list[Issue]) -> Mapping[str, Calendar]:
    built = {"always": continuous()}
    for name, described in main.calendars.items():
        try:
            built[name] = calendar(name, shifts_of(described), main.start, max(main.horizon, main.start))
        except CellError as error:
            place = ("calendars", name, *(error.place if isinstance(error, PlaceError) else ()))
            if document:
                issues.append(in_document(document, place, str(error), error.remedy))
    return built


def _agreements(document: Document | None, reading: Reading, issues: list[Issue]) -> tuple[Agreement, ...]:
    if document is None:
        return ()
    if not isinstance(document.data, list):
        issues.append(
            Issue(
                document.file, 1, "", "the file is not a list of agreements", "begin each agreement with `- id: name`"
            )
        )
        return ()
    read = []
    for index, data in enumerate(document.data):
        try:
            read.append(_AGREEMENT.validate_python(data, context=reading))
        except ValidationError as error:
            issues += document_issues(
                error,
                document,
                (index,),
                AGREEMENT_KINDS.get(str(data.get("kind"))) if isinstance(data, dict) else None,
            )
    return tuple(read)


def _rows(model: type[R], table: Sheet | None, reading: Reading, issues: list[Issue]) -> tuple[R, ...]:
    if table is None:
        return ()
    wrong_headings = heading_issues(model, table)
    issues += wrong_headings
    hidden = frozenset(issue.column for issue in wrong_headings)
    read: list[R] = []
    for number, cells, inherited in _numbered(model, table):
        try:
            known = {name: cell for name, cell in cells.items() if name not in hidden}
            read.append(model.model_validate({**known, "row": number}, context=reading))
        except ValidationError as error:
            issues += row_issues(error, model, number, inherited | hidden)
    return tuple(read)


def read_rows(model: type[R], table: Sheet, programme: Programme) -> tuple[tuple[R, ...], list[Issue]]:
    """Return the rows of a table that is no part of the programme's files, and every issue of its cells."""
    issues: list[Issue] = []
    rows = _rows(model, table, Reading(programme.start, programme.currency, programme.register), issues)
    return rows, [replace(issue, file=table.file) for issue in issues]


def _numbered(model: type[Row], table: Sheet) -> list[tuple[int, Mapping[str, str], frozenset[str]]]:
    if model.table == "tasks":
        return filled_modes(table)
    return [(number, cells, frozenset()) for number, cells in table.rows]
