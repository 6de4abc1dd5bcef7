"""Tables of results as one workbook (.xlsx) that people sort and filter: real dates and numbers, no formulas.

The same tables give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Any

Cell = str | float | int | bool | date | datetime | None

MADE = datetime(2000, 1, 1)
"""The date that every workbook says it was made, so that no clock gets into its bytes."""

MOST_ROWS = 1_048_575
WIDEST = 60
LONGEST_TEXT = 32_767


@dataclass(frozen=True)
class Table:
    """A sheet: its name, its headings, its rows in order."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def workbook_bytes(tables: Sequence[Table]) -> bytes:
    """Return a workbook with a sheet for each table. Raises ValueError where a table has more rows than a sheet."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.set_properties({"created": MADE})
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for table in tables:
            if len(table.rows) > MOST_ROWS:
                raise ValueError(f"{len(table.rows):,} rows of {table.name} do not fit a sheet")
            _write(book.add_worksheet(table.name), heading, day, table)
    return content.getvalue()


def _write(sheet: Any, heading: Any, day: Any, table: Table) -> None:
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, name, heading)
        cells = [row[column] for row in table.rows[:1000]]
        width = max([len(name), *(_width(cell) for cell in cells)])
        sheet.set_column(column, column, min(max(width + 2, 8), WIDEST))
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            _put(sheet, number, column, cell, day)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)


def _width(cell: Cell) -> int:
    if isinstance(cell, date):
        return 17 if isinstance(cell, datetime) else 12
    return len(f"{cell:.6g}" if isinstance(cell, float) else str(cell or ""))


def _put(sheet: Any, row: int, column: int, cell: Cell, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_string(row, column, "yes" if cell else "no")
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, (int, float)):
        sheet.write(row, column, cell if isfinite(cell) else "never")
    else:
        sheet.write_string(row, column, cell[:LONGEST_TEXT])
