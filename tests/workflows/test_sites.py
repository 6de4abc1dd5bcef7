"""The small example with a second site: the whole job runs, and the plan's workbook comes back with its sites."""

from __future__ import annotations

import shutil
from pathlib import Path

import fastexcel
import pytest

from plantwright.exchange.plan_file import read_plan
from plantwright.model.read import load
from plantwright.workflows.firm import with_firm_orders
from plantwright.workflows.plans import planned
from plantwright.workflows.run import run

SMALL = Path(__file__).parents[2] / "examples" / "small"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """The small example whose second order is shipped from a hub two days away."""
    folder = tmp_path / "two"
    shutil.copytree(SMALL, folder)
    (folder / "sites.csv").write_text("id,name\nharbour,Harbour\nhub,Hub\n")
    (folder / "lanes.csv").write_text("id,from_site,to_site,item,time,capacity\nout,harbour,hub,cabinet,2 days,12\n")
    first, *rows = (folder / "demand.csv").read_text().splitlines()
    rows = [f"{row},{'hub' if row.startswith('second') else ''}" for row in rows]
    (folder / "demand.csv").write_text("\n".join([f"{first},site", *rows]) + "\n")
    return folder


def test_the_whole_job_runs_with_sites(two: Path, tmp_path: Path) -> None:
    done = run(two, replications=3, out=tmp_path / "out")
    assert (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "out" / "tables" / "transfer_orders.parquet").exists()
    assert done is not None


def test_a_plan_with_transfers_is_read_back(two: Path, tmp_path: Path) -> None:
    planned(two, export=tmp_path / "plan.json", causes=0)
    found = read_plan(tmp_path / "plan.json", load(two)).plan
    assert sum(order.quantity for order in found.transfer_orders) == 55
    assert planned(two, against=tmp_path / "plan.json", causes=0).data["nervousness"] == 0


def test_orders_marked_firm_come_back_at_their_sites(two: Path, tmp_path: Path) -> None:
    planned(two, export=tmp_path / "plan.xlsx", causes=0)
    marked = tmp_path / "marked.xlsx"
    _mark_all(tmp_path / "plan.xlsx", marked)
    rows = [cells for _, cells in with_firm_orders(marked, two).sheets["stock"].rows]
    assert {row["site"] for row in rows if row.get("kind") == "on_order"} == {"harbour"}
    assert all("@" not in value for row in rows for value in row.values())


def _mark_all(book: Path, marked: Path) -> None:
    """Write the workbook anew with every purchase marked firm, as a planner would."""
    import xlsxwriter

    read = fastexcel.read_excel(book)
    with xlsxwriter.Workbook(str(marked)) as out:
        for name in read.sheet_names:
            rows = read.load_sheet(name, header_row=None, dtypes="string").to_polars().rows()
            sheet = out.add_worksheet(name)
            for number, row in enumerate(rows):
                firm = name == "purchase_orders" and number > 0
                cells = [*row[:-1], "yes"] if firm else row
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(number, column, cell)
