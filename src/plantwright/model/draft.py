"""A programme as far as it could be read, with what the rules need to tell a fault from the consequence of another.

The rules themselves are in the `check` modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

from pydantic import BaseModel

from plantwright.model.files import Document, Place, shown
from plantwright.model.issues import Issue
from plantwright.model.programme import Programme, Row, TaskRow
from plantwright.model.quantity import Dimension, Quantity, Stepped
from plantwright.model.units import closest

KIND_DIMENSION = {
    "crew": Dimension.NUMBER,
    "crane": Dimension.NUMBER,
    "people": Dimension.NUMBER,
    "area": Dimension.AREA,
    "power": Dimension.POWER,
    "coolant": Dimension.FLOW,
    "budget": Dimension.MONEY,
    "work_centre": Dimension.NUMBER,
}
"""What an amount of each kind of resource, or of a work centre's stations, is measured in."""


SECTIONS: Mapping[str, type] = {"parties": list, "calendars": dict}
"""The parts of `programme.yaml` that name ids, and the shape of each."""


@dataclass(frozen=True)
class Draft:
    """A programme as far as it could be read.

    `rows` holds the readable rows of each table; `known` the texts that each table's id and item columns name,
    unreadable rows included; `whole` the tables that were read without an error, `unusable` the files that could not be
    used at all; `dated` whether start and horizon are known.
    """

    programme: Programme
    rows: Mapping[str, tuple[Row, ...]]
    known: Mapping[str, frozenset[str]]
    whole: frozenset[str]
    documents: Mapping[str, Document]
    unusable: frozenset[str] = frozenset()
    dated: bool = True

    def is_known(self, table: str) -> bool:
        """Return whether the ids of a table can be told, so that a name not among them is wrong."""
        if table in SECTIONS:
            return isinstance(self.section(table), SECTIONS[table])
        return table not in self.unusable

    def section(self, name: str) -> object:
        """Return what `programme.yaml` says under a key, None where it says nothing that can be used."""
        document = self.documents.get("programme")
        return document.data.get(name) if document and isinstance(document.data, dict) else None

    def ids(self, table: str) -> frozenset[str]:
        """Return the ids of a table, or `parties`, `calendars` or `assumptions`."""
        return self.known.get(table, frozenset())

    def items_in(self, table: str) -> frozenset[str]:
        """Return the items that rows of a table are about."""
        return self.known.get(f"{table}.item", frozenset())

    def in_document(self, name: str, place: Place, message: str, remedy: str, warning: bool = False) -> Issue:
        """Return an issue about a place in `programme` or `agreements`; list positions are shown counted from 1."""
        return in_document(
            self.documents.get(name, Document(f"{name}.yaml", None, {})), place, message, remedy, warning
        )


def in_document(document: Document, place: Place, message: str, remedy: str, warning: bool = False) -> Issue:
    """Return an issue about a place in a document; list positions are shown counted from 1."""
    severity: Literal["error", "warning"] = "warning" if warning else "error"
    return Issue(document.file, document.line(place), shown(place), message, remedy, severity)


def in_row(row: Row, column: str, message: str, remedy: str, warning: bool = False) -> Issue:
    """Return an issue about a cell of a table's row."""
    return Issue(f"{row.table}.csv", row.row, column, message, remedy, "warning" if warning else "error")


def own_cells(draft: Draft, row: Row) -> Iterator[tuple[str, object]]:
    """Yield the column and value of each cell of a row, leaving out what a further mode takes over from its task's
    first row.
    """
    first = _first_row(draft, row)
    for name, info in type(row).model_fields.items():
        value = getattr(row, name)
        if name not in ("row", "note") and (first is None or value != getattr(first, name)):
            yield info.alias or name, value


def _first_row(draft: Draft, row: Row) -> Row | None:
    if not isinstance(row, TaskRow):
        return None
    task = draft.programme.task.get(row.id)
    if task is None or task.row == row.row:
        return None
    return next((each for each in draft.rows["tasks"] if each.row == task.row), None)


def quantities(value: object) -> Iterator[Quantity]:
    """Yield every quantity within a value, however deep."""
    if isinstance(value, Stepped):
        yield from (each for step in value.later for each in (step.at, step.value))
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from quantities(getattr(value, name))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from quantities(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from quantities(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from quantities(each)


def suggestion(name: str, known: frozenset[str], table: str) -> str:
    """Return what to do about an unknown name: the closest known one, or where to add it."""
    return closest(name, sorted(known)) or f"add it to {table}"
