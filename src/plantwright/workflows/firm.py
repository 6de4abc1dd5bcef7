"""Orders that a planner marked firm in a plan's workbook, brought back into the programme as orders that stand.

A firm purchase is a row of the stock table that is on order, a firm production order a row of `production_orders`: the
next plan counts on both and moves neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from plantwright.model.files import Raw, Sheet, read_folder
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.production import AT

PURCHASES, PRODUCTION = "purchase_orders", "production_orders"
Cells = dict[str, str]


@dataclass(frozen=True)
class _Kind:
    """A sheet of the plan, the table that its firm orders go into, the columns that both need, and how a row reads."""

    sheet: str
    table: str
    needed: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Callable[[Mapping[str, Any]], Cells]


def is_plan(workbook: Path) -> bool:
    """Return whether a workbook is a plan that `plan --export` wrote, and not a programme."""
    import fastexcel

    try:
        names = fastexcel.read_excel(workbook).sheet_names
    except (fastexcel.FastExcelError, OSError):
        return False
    return PURCHASES in names and "programme" not in names


def with_firm_orders(workbook: Path, folder: Path) -> Raw:
    """Return a programme folder's tables of stock and production orders with the firm orders of a plan's workbook in
    them, others as they are.

    Raises ProgrammeError where no order is marked firm, or one that is lacks its quantity or date.
    """
    firm = {kind.table: _firm_orders(workbook, kind) for kind in KINDS}
    if issues := [issue for _, wrong in firm.values() for issue in wrong]:
        raise ProgrammeError(issues)
    if not any(found for found, _ in firm.values()):
        said = "no order is marked firm"
        remedy = "write `yes` into the column 'firm' of the orders that are to stand"
        raise ProgrammeError([Issue(workbook.name, 0, PURCHASES, said, remedy)])
    tables = read_folder(folder, frozenset(firm)).sheets
    return Raw({kind.table: _with(tables, kind, firm[kind.table][0]) for kind in KINDS if firm[kind.table][0]}, {})


def _with(tables: Mapping[str, Sheet], kind: _Kind, firm: Mapping[str, Cells]) -> Sheet:
    table = tables.get(kind.table, Sheet(f"{kind.table}.csv", (), ()))
    rows = [*(cells for _, cells in table.rows if cells.get("id") not in firm), *firm.values()]
    columns = dict.fromkeys((*table.headings, *kind.columns, *(name for cells in firm.values() for name in cells)))
    headings = tuple(columns)
    return Sheet(f"{kind.table}.csv", headings, tuple(enumerate(rows, start=2)))


def _firm_orders(workbook: Path, kind: _Kind) -> tuple[dict[str, Cells], list[Issue]]:
    """Return the row of each firm order by its id, which cells of a table can hold, and what is wrong with others."""
    import fastexcel

    book, found, issues = fastexcel.read_excel(workbook), dict[str, Cells](), list[Issue]()
    rows = book.load_sheet(kind.sheet).to_polars().rows(named=True) if kind.sheet in book.sheet_names else []
    for number, row in enumerate(rows, start=2):
        if str(row.get("firm") or "").strip().lower() not in ("yes", "y", "true", "1", "x"):
            continue
        missing = [column for column in kind.needed if row.get(column) is None]
        if missing:
            place = f"{workbook.name}[{kind.sheet}]"
            issues.append(Issue(place, number, missing[0], "the cell is blank", "write its value"))
        else:
            cells = kind.cells(row)
            found[cells["id"]] = cells
    return found, issues


def _named(row: Mapping[str, Any]) -> Cells:
    """Return id and item, and the site where the plan's item is one at a site."""
    item, _, site = str(row["item"]).partition(AT)
    named = {"id": str(row["id"]).replace(":", "-").replace(AT, "-"), "item": item}
    return named | {"site": site} if site else named


def _purchase(row: Mapping[str, Any]) -> Cells:
    day = row["received"].date() if isinstance(row["received"], datetime) else row["received"]
    available = day.isoformat() if isinstance(day, date) else str(day)
    more = {"quantity": f"{float(row['quantity']):g}", "available": available, "kind": "on_order"}
    return _named(row) | more | {"supplier": str(row["supplier"])}


def _production(row: Mapping[str, Any]) -> Cells:
    when = row["finish"]
    if isinstance(when, datetime):
        when = when.isoformat(" ", "milliseconds" if when.microsecond else "minutes" if not when.second else "seconds")
    return _named(row) | {"quantity": f"{float(row['good']):g}", "finish": str(when)}


KINDS = (
    _Kind(
        PURCHASES, "stock", ("id", "item", "supplier", "quantity", "received"),
        ("id", "item", "quantity", "available", "kind", "supplier"), _purchase,
    ),
    _Kind(PRODUCTION, PRODUCTION, ("id", "item", "good", "finish"), ("id", "item", "quantity", "finish"), _production),
)  # fmt: skip
