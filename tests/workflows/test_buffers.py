"""Safety times from the simulated spread: they keep dates, a surer date asks for more, and the table can be adopted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.planning.programmes import Plant
from typer.testing import CliRunner

from plantwright.cli import app
from plantwright.model.read import load
from plantwright.workflows.buffered import items_table
from plantwright.workflows.buffers import Buffers, buffers

SMALL = Path(__file__).parents[2] / "examples" / "small"


@pytest.fixture(scope="module")
def found() -> Buffers:
    return buffers(load(SMALL), confidence=0.8, replications=20)


def test_no_fewer_dates_hold_with_safety_times_than_without(found: Buffers) -> None:
    assert found.safety
    assert all(each.proposed >= each.slip >= 0 and each.proposed >= each.before for each in found.safety)
    before, after = found.before.held(0.8), found.after.held(0.8)
    assert after >= before
    assert found.after.in_time.mean() >= found.before.in_time.mean()


def test_a_surer_date_asks_for_no_less_safety_time_of_a_part(found: Buffers) -> None:
    programme = load(SMALL)
    surer = {each.item: each.slip for each in buffers(programme, confidence=0.95, replications=20).safety}
    for each in found.safety:
        assert each.item in programme.routing_of or surer.get(each.item, 0.0) >= each.slip - 1e-6


def test_the_table_that_is_written_can_take_the_place_of_the_old_one(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "plant")
    out = tmp_path / "items.csv"
    said = CliRunner().invoke(
        app, ["buffers", str(tmp_path / "plant"), "--replications", "20", "--out", str(out), "--json"]
    )
    assert said.exit_code == 0, said.output
    proposed = {row["item"]: row["proposed, days"] for row in json.loads(said.stdout)["safety"]}
    out.replace(tmp_path / "plant" / "items.csv")
    adopted = load(tmp_path / "plant")
    assert {i.id: i.safety_time.planned / 24 for i in adopted.items if i.safety_time.planned} == proposed


def test_a_workbook_has_no_items_table_to_write(tmp_path: Path) -> None:
    book = tmp_path / "plant.xlsx"
    assert CliRunner().invoke(app, ["new", str(book), "--from", str(SMALL)]).exit_code == 0
    said = CliRunner().invoke(app, ["buffers", str(book), "--out", str(tmp_path / "items.csv")])
    assert said.exit_code == 1
    assert "there is no items.csv" in said.stderr


def test_safety_stocks_are_proposed_judged_and_can_be_adopted(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "plant")
    out = tmp_path / "items.csv"
    options = ["--by", "service", "--spread", "0.3", "--replications", "10", "--out", str(out), "--json"]
    said = CliRunner().invoke(app, ["buffers", str(tmp_path / "plant"), *options])
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    assert found["cost_a_year"] > 0
    assert found["least_cost_a_year"] == pytest.approx(found["cost_a_year"])
    assert set(found["held"]) == {"before", "after"}
    proposed = {row["item"]: row["proposed"] for row in found["stocks"]}
    out.replace(tmp_path / "plant" / "items.csv")
    assert {i.id: i.safety_stock.planned for i in load(tmp_path / "plant").items} == proposed


@pytest.mark.parametrize("time", ["4", "soon", "-1 day"])
def test_a_service_time_that_is_none_is_refused(time: str) -> None:
    said = CliRunner().invoke(app, ["buffers", str(SMALL), "--by", "service", "--service-time", time])
    assert said.exit_code == 1
    assert "--service-time" in said.stderr


def test_buffers_as_of_a_day_promise_nothing_before_it() -> None:
    options = ["--replications", "10", "--today", "2026-07-01", "--json"]
    said = CliRunner().invoke(app, ["buffers", str(SMALL), *options])
    assert said.exit_code == 0, said.output
    demands = json.loads(said.stdout)["demands"]
    assert all(row["promised before"] is None or row["promised before"] >= "2026-07-01" for row in demands)


def test_an_item_at_a_site_has_a_row_of_its_own_in_the_table(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("id,name,safety_stock\npart,A part,7\nrack,,\n", encoding="utf-8")
    programme = Plant().sites("ohio", "texas").source("part").lane("ohio", "texas", 1.0).programme()
    table = items_table(programme, tmp_path, "safety_stock", {"part@ohio": "3", "part@texas": "5"})
    assert table.splitlines() == [
        "id,name,safety_stock,site", "part,A part,7,", "rack,,,", "part,A part,3,ohio", "part,A part,5,texas",
    ]  # fmt: skip
