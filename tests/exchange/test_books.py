"""Results as workbooks: what is read back from them is the schedule and the plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from typer.testing import CliRunner

from plantwright import planning, scheduling
from plantwright.cli import app
from plantwright.exchange.plan_book import plan_workbook
from plantwright.exchange.schedule_book import schedule_workbook
from plantwright.exchange.sheets import Table, workbook_bytes
from plantwright.exchange.weeks import week_and_days
from plantwright.model.read import load
from plantwright.model.schedule import Schedule

SMALL = Path(__file__).parents[2] / "examples" / "small"
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def programme():
    return load(SMALL)


@pytest.fixture(scope="module")
def schedule(programme) -> Schedule:
    return scheduling.schedule(programme)


@pytest.fixture(scope="module")
def plan(programme, schedule):
    return planning.with_causes(programme, schedule, planning.plan(programme, schedule))


def sheets(content: bytes, folder: Path) -> dict[str, list[dict[str, object]]]:
    (folder / "book.xlsx").write_bytes(content)
    book = fastexcel.read_excel(folder / "book.xlsx")
    return {
        name: book.load_sheet(name, dtypes={"from": "string", "to": "string"} if name == "calendars" else None)
        .to_polars().to_dicts()
        for name in book.sheet_names
    }  # fmt: skip


def test_the_schedule_has_its_tasks_dates_and_links(programme, schedule, tmp_path):
    book = sheets(schedule_workbook(programme, schedule), tmp_path)
    assert [row["id"] for row in book["tasks"]] == [task.id for task in programme.tasks]
    for row in book["tasks"]:
        done = schedule.task[row["id"]]
        assert abs(row["start"] - programme.moment(done.start)) <= SECOND
        assert abs(row["finish"] - programme.moment(done.finish)) <= SECOND
        assert (row["mode"], row["critical"]) == (done.mode, "yes" if done.critical else "no")
    links = {(row["predecessor"], row["task"], row["kind"], row["lag, h"]) for row in book["links"]}
    assert links == {(k.predecessor, t.id, k.kind, k.lag.planned) for t in programme.tasks for k in t.links}


def test_the_payments_add_up_to_the_cost_of_the_schedule(programme, schedule, tmp_path):
    book = sheets(schedule_workbook(programme, schedule), tmp_path)
    total = sum(row["amount"] for row in book["payments"])
    assert abs(total - schedule.objectives["cost"]) < 1
    assert abs(sum(row["amount"] for row in book["spending"]) - total) < 1
    assert {row["payer"] for row in book["spending"]} == {row["payer"] for row in book["payments"]}


def test_no_more_of_a_resource_is_in_use_than_there_is(programme, schedule, tmp_path):
    rows = sheets(schedule_workbook(programme, schedule), tmp_path)["resources"]
    assert {row["resource"] for row in rows} == {each.id for each in programme.resources}
    assert all(0 <= row["in use"] <= row["capacity"] for row in rows)
    power = [row for row in rows if row["resource"] == "test_power"]
    assert [row["capacity"] for row in power] == [0.0, 60.0]
    assert abs(power[1]["from"] - programme.moment(schedule.task["wiring"].finish)) <= SECOND


def test_the_calendars_have_their_weeks_and_exceptions(programme, schedule, tmp_path):
    rows = sheets(schedule_workbook(programme, schedule), tmp_path)["calendars"]
    mine = [row for row in rows if row["calendar"] == "day_shift"]
    assert [row["shifts"] for row in mine[:7]] == ["07:00-15:00"] * 5 + ["closed"] * 2
    closed = {str(row["from"])[:10] for row in mine[7:] if row["shifts"] == "closed"}
    days = week_and_days(programme.calendars["day_shift"], programme.start).days
    assert closed == {day.isoformat() for day in days}


def test_the_plan_has_its_orders_and_pegging_that_adds_up(programme, plan, tmp_path):
    book = sheets(plan_workbook(programme, plan), tmp_path)
    assert [row["id"] for row in book["purchase_orders"]] == [order.id for order in plan.purchase_orders]
    assert [row["id"] for row in book["production_orders"]] == [order.id for order in plan.production_orders]
    assert sum(row["quantity"] for row in book["pegging"]) == pytest.approx(sum(p.quantity for p in plan.pegging))
    bought = {row["id"]: row["quantity"] for row in book["purchase_orders"]}
    served = pl.DataFrame(book["pegging"]).group_by("supply").agg(pl.col("quantity").sum())
    assert all(q <= bought[s] + 1e-6 for s, q in served.iter_rows() if s in bought)


def test_the_plan_says_what_each_demand_is_promised_and_why_it_is_late(programme, plan, tmp_path):
    rows = {row["id"]: row for row in sheets(plan_workbook(programme, plan), tmp_path)["demand"]}
    assert list(rows) == [demand.id for demand in programme.demand]
    for demand in programme.demand:
        row = rows[demand.id]
        assert row["promised"] == datetime.combine(
            programme.moment(plan.promised(demand.id)).date(), datetime.min.time()
        )
        assert row["days late"] == pytest.approx(max(plan.promised(demand.id) - demand.due.planned, 0) / 24)
        assert bool(row["because"]) == (row["days late"] > 0)


def test_the_same_results_give_the_same_bytes(programme, schedule, plan):
    assert schedule_workbook(programme, schedule) == schedule_workbook(programme, schedule)
    assert plan_workbook(programme, plan) == plan_workbook(programme, plan)


def test_what_looks_like_a_formula_stays_text(tmp_path):
    content = workbook_bytes([Table("t", ("a", "b"), [("=1+1", float("inf")), ("http://x", None)])])
    assert sheets(content, tmp_path)["t"] == [{"a": "=1+1", "b": "never"}, {"a": "http://x", "b": None}]


def invoke(*arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_commands_write_the_files_they_are_asked_for(tmp_path):
    for command, name in (("schedule", "s.xml"), ("schedule", "s.xlsx"), ("plan", "p.xlsx")):
        answer = invoke(command, SMALL, "--export", tmp_path / name, "--json")
        assert answer.exit_code == 0, answer.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.xlsx", "s.xlsx", "s.xml"]


@pytest.mark.parametrize(("command", "name"), [("schedule", "s.mpp"), ("plan", "p.xml"), ("schedule", "none/s.xml")])
def test_what_cannot_be_written_is_said_before_anything_is_computed(command, name, tmp_path):
    answer = invoke(command, SMALL, "--export", tmp_path / name)
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit)
    assert "1 error" in answer.output
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_over(tmp_path):
    (tmp_path / "s.xml").write_text("mine")
    assert invoke("schedule", SMALL, "--export", tmp_path / "s.xml").exit_code == 1
    assert (tmp_path / "s.xml").read_text() == "mine"
