"""The planner's questions on the command line, on the one-page example."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from plantwright.cli import app

SMALL = Path(__file__).parents[2] / "examples" / "small"
ORDER = (
    "--item",
    "cabinet",
    "--quantity",
    5,
    "--due",
    "2026-11-01",
    "--customer",
    "campus",
    "--destination",
    "campus_hall",
)


def answer(*arguments: object) -> Any:
    found = CliRunner().invoke(app, [str(a) for a in arguments])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout) if "--json" in arguments else found.stdout


@pytest.fixture(scope="module")
def last(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "last.json"
    answer("plan", SMALL, "--export", path)
    return path


def test_the_same_programme_changes_nothing_of_the_last_plan(last: Path) -> None:
    found = answer("plan", SMALL, "--against", last, "--json")
    assert (found["nervousness"], found["orders"], found["demands"]) == (0, [], [])
    assert {row["demand"] for row in found["demand"]} == {"first_row", "second_row"}


def test_a_plan_rolled_forward_without_news_changes_nothing(last: Path) -> None:
    rolled = ("plan", SMALL, "--against", last, "--today", "2026-08-03", "--json")
    found = answer(*rolled, "--as-planned")
    assert (found["nervousness"], found["orders"], found["demands"]) == (0, [], [])
    counted = answer(*rolled)
    assert any("should have begun" in note for note in counted["notes"])


def test_a_day_outside_of_the_programme_is_refused() -> None:
    found = CliRunner().invoke(app, ["plan", str(SMALL), "--today", "2046-08-03", "--as-planned"])
    assert found.exit_code == 1
    assert "--today" in found.stderr
    assert "--as-planned" in found.stderr


def test_a_larger_demand_shows_in_the_difference(last: Path, tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "more")
    demand = tmp_path / "more" / "demand.csv"
    rows = [line.split(",") for line in demand.read_text().splitlines()]
    column = rows[0].index("quantity")
    rows[1][column] = str(int(rows[1][column]) + 4)
    demand.write_text("\n".join(map(",".join, rows)) + "\n")
    found = answer("plan", tmp_path / "more", "--against", last, "--json")
    assert 0 < found["nervousness"] < 1
    assert found["orders"]
    assert found["demands"][0]["units after"] - found["demands"][0]["units before"] in (4, 0)


def test_what_would_be_needed_is_said_beside_what_there_is() -> None:
    found = answer("plan", SMALL, "--unconstrained", "--json")
    assert {"loads", "requirements", "orders"} == set(found)
    assert sum(r["gross"] for r in found["requirements"] if r["item"] == "cabinet") > 0
    assert "What would be needed" in answer("plan", SMALL, "--unconstrained")


def test_a_quote_is_there_at_once_and_disturbs_nobody(last: Path) -> None:
    found = answer("promise", SMALL, *ORDER, "--plan", last, "--json")
    assert sum(s["units"] for s in found["shipments"]) <= 5
    assert found["displaced"] == []
    assert found["seconds"] < 30
    urgent = answer("promise", SMALL, *ORDER, "--plan", last, "--priority", 1, "--json")
    assert urgent["late"] <= found["late"]


def test_a_quote_as_of_a_day_leaves_nothing_before_it(last: Path) -> None:
    today = ("--today", "2026-07-01")
    asked = tuple("2026-06-15" if part == "2026-11-01" else part for part in ORDER)
    found = answer("promise", SMALL, *asked, "--plan", last, "--priority", 1, *today, "--json")
    assert found["shipments"]
    assert all(shipment["ships"] >= "2026-07-01" for shipment in found["shipments"])
    refused = CliRunner().invoke(app, [str(a) for a in ("promise", SMALL, *ORDER, "--today", "2046-08-03")])
    assert refused.exit_code == 1
    assert "--today" in refused.stderr


def test_a_quote_for_what_is_not_there_names_all_of_it(last: Path) -> None:
    wrong = ["promise", SMALL, *ORDER, "--plan", last]
    wrong[wrong.index("cabinet")], wrong[wrong.index("2026-11-01")] = "cabinett", "2046-11-01"
    found = CliRunner().invoke(app, [str(a) for a in wrong])
    assert found.exit_code == 1
    assert "did you mean 'cabinet'?" in found.stderr
    assert "--due" in found.stderr


def test_many_orders_of_a_file_are_quoted_one_on_top_of_the_other(last: Path, tmp_path: Path) -> None:
    """Twice the same order is quoted as one of twice the size would be: what the first takes the second has not."""
    asked = tmp_path / "asked.csv"
    row = "cabinet,5,2026-11-01,campus,campus_hall"
    asked.write_text(f"item,quantity,due,customer,destination,priority\n{row},\n{row},\n{row},1\n")
    found = answer("promise", SMALL, "--orders", asked, "--plan", last, "--json")
    assert [order["order"] for order in found["orders"]] == ["new", "new_1", "new_2"]
    single = answer("promise", SMALL, *ORDER, "--plan", last, "--json")
    assert found["orders"][0]["shipments"] == single["shipments"]
    assert "each on top of those before it" in answer("promise", SMALL, "--orders", asked, "--plan", last)


def test_orders_of_a_file_that_cannot_be_read_are_named_all_at_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked.csv"
    asked.write_text("item,quantity,due,customer,destination\ncabinett,0,2046-11-01,campus,campus_hall\nx,y,z,u,v\n")
    found = CliRunner().invoke(app, ["promise", str(SMALL), "--orders", str(asked)])
    assert found.exit_code == 1
    assert all(f"asked.csv:2: {column}" in found.stderr for column in ("item", "quantity", "due")), found.stderr
    assert "asked.csv:3: quantity" in found.stderr


def test_one_order_beside_a_file_of_orders_is_refused(tmp_path: Path) -> None:
    """Not one of the two is left out in silence."""
    for option in (("--item", "cabinet"), ("--priority", "1")):
        found = CliRunner().invoke(app, ["promise", str(SMALL), "--orders", str(tmp_path / "asked.csv"), *option])
        assert found.exit_code == 2
        assert "not both" in " ".join(found.stderr.split())


def test_a_file_that_is_no_plan_is_refused() -> None:
    found = CliRunner().invoke(app, ["plan", str(SMALL), "--against", str(SMALL / "demand.csv")])
    assert found.exit_code == 1
    assert "a plan is not read from '.csv'" in found.stderr


def test_orders_marked_firm_in_the_workbook_stand_in_the_next_plan(tmp_path: Path) -> None:
    """A planner doubles an order, marks it firm and brings it back: the next plan has it open, as it was edited."""
    folder, book = tmp_path / "plant", tmp_path / "plan.xlsx"
    shutil.copytree(SMALL, folder)
    answer("plan", folder, "--export", book)
    sheets = {
        name: fastexcel.read_excel(book).load_sheet(name).to_polars() for name in ("purchase_orders", "shipments")
    }
    first = sheets["purchase_orders"].row(0, named=True)
    assert first["state"] == "planned"
    edited = sheets["purchase_orders"].with_columns(
        firm=pl.when(pl.col("id") == first["id"]).then(pl.lit("yes")),
        quantity=pl.when(pl.col("id") == first["id"]).then(2 * pl.col("quantity")).otherwise(pl.col("quantity")),
    )
    with xlsxwriter.Workbook(book) as workbook:
        edited.write_excel(workbook, "purchase_orders")
    assert "stock.csv" in answer("new", folder, "--from", book, "--replace")
    answer("plan", folder, "--export", tmp_path / "next.json")
    orders = json.loads((tmp_path / "next.json").read_text())["purchase_orders"]
    (stands,) = [order for order in orders if order["frozen"]]
    assert (stands["item"], stands["quantity"]) == (first["item"], 2 * first["quantity"])


def test_a_plan_without_firm_orders_changes_nothing(tmp_path: Path) -> None:
    folder, book = tmp_path / "plant", tmp_path / "plan.xlsx"
    shutil.copytree(SMALL, folder)
    answer("plan", folder, "--export", book)
    found = CliRunner().invoke(app, ["new", str(folder), "--from", str(book), "--replace"])
    assert found.exit_code == 1
    assert "no order is marked firm" in found.stderr
    assert (folder / "stock.csv").read_text() == (SMALL / "stock.csv").read_text()


def test_production_orders_marked_firm_stand_where_they_were(tmp_path: Path) -> None:
    """Every production order marked firm and brought back: the next plan has each at its time, and nothing clashes."""
    folder, book = tmp_path / "plant", tmp_path / "plan.xlsx"
    shutil.copytree(SMALL, folder)
    answer("plan", folder, "--export", book)
    answer("plan", folder, "--export", tmp_path / "before.json")
    names = ("purchase_orders", "production_orders", "shipments")
    sheets = {name: fastexcel.read_excel(book).load_sheet(name).to_polars() for name in names}
    with xlsxwriter.Workbook(book) as workbook:
        for name in names:
            sheets[name].with_columns(firm=pl.lit("yes")).write_excel(workbook, name, dtype_formats={})
    assert "production_orders.csv" in answer("new", folder, "--from", book, "--replace")
    answer("plan", folder, "--export", tmp_path / "next.json")
    before, after = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("before", "next"))
    assert after["clashes"] == []
    assert all(order["frozen"] for order in after["production_orders"])
    finishes = [sorted(order["finish"] for order in plan["production_orders"]) for plan in (before, after)]
    assert finishes[1] == pytest.approx(finishes[0], abs=1e-5)
