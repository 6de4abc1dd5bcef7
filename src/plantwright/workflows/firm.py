"""Orders that a planner marked firm in a plan's workbook, brought back into the programme as orders that stand.

A firm purchase is a row of the stock table that is on order: the next plan counts on it and moves none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from plantwright.model.files import Raw, Sheet, read_folder
from plantwright.model.issues import Issue, ProgrammeError

SHEET = "purchase_orders"
COLUMNS = ("id", "item", "quantity", "available", "kind", "supplier")
Cells = Mapping[str, str]


def is_plan(workbook: Path) -> bool:
    """Return whether a workbook is a plan that `plan --export` wrote, and not a programme."""
    import fastexcel

    try:
        names = fastexcel.read_excel(workbook).sheet_names
    except (fastexcel.FastExcelError, OSError):
        return False
    return SHEET in names and "programme" not in names


def with_firm_orders(workbook: Path, folder: Path) -> Raw:
    """Return a programme folder's stock table with the firm orders of a plan's workbook in it, others as they are.

    Raises ProgrammeError where no order is marked firm, or one that is lacks its quantity or date.
    """
    table = read_folder(folder, frozenset({"stock"})).sheets.get("stock", Sheet("stock.csv", (), ()))
    firm = dict(_firm_orders(workbook))
    if not firm:
        said = "no order is marked firm"
        remedy = "write `yes` into the column 'firm' of the orders that are to stand"
        raise ProgrammeError([Issue(workbook.name, 0, SHEET, said, remedy)])
    kept = [cells for _, cells in table.rows if cells.get("id") not in firm]
    rows = [*kept, *firm.values()]
    headings = (*table.headings, *(column for column in COLUMNS if column not in table.headings))
    return Raw({"stock": Sheet("stock.csv", headings, tuple(enumerate(rows, start=2)))}, {})


def _firm_orders(workbook: Path) -> Iterator[tuple[str, Cells]]:
    """Yield the stock row of each firm order by its id, which cells of a table can hold."""
    import fastexcel

    rows = fastexcel.read_excel(workbook).load_sheet(SHEET).to_polars().rows(named=True)
    issues = []
    for number, row in enumerate(rows, start=2):
        if str(row.get("firm") or "").strip().lower() not in ("yes", "y", "true", "1", "x"):
            continue
        if missing := [
            column for column in ("id", "item", "supplier", "quantity", "received") if row.get(column) is None
        ]:
            issues.append(
                Issue(f"{workbook.name}[{SHEET}]", number, missing[0], "the cell is blank", "write its value")
            )
            continue
        yield _stock_row(row)
    if issues:
        raise ProgrammeError(issues)


def _stock_row(row: Mapping[str, Any]) -> tuple[str, Cells]:
    name = str(row["id"]).replace(":", "-")
    received = row["received"]
    day = received.date() if isinstance(received, datetime) else received
    available = day.isoformat() if isinstance(day, date) else str(day)
    values = (name, str(row["item"]), f"{float(row['quantity']):g}", available, "on_order", str(row["supplier"]))
    return name, dict(zip(COLUMNS, values, strict=True))
