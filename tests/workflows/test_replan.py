"""Keeping a baseline and replanning against it, as a planner would at the command line."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plantwright.cli import app
from plantwright.model.read import check, load
from plantwright.reporting.page import report
from plantwright.reporting.replanning import trade_rows
from plantwright.scheduling import replan, schedule
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.run import work_through

EXAMPLES = Path(__file__).parents[2] / "examples"


def said(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example before it began: neither progress nor baseline."""
    copied = tmp_path / "hall"
    shutil.copytree(EXAMPLES / "underway", copied)
    for name in ("progress.csv", "baseline.csv"):
        (copied / name).unlink()
    return copied


def test_the_examples_baseline_is_what_the_tool_keeps(folder: Path) -> None:
    main = folder / "programme.yaml"
    main.write_text(main.read_text().replace("status_date: 2026-02-23\n", ""))
    assert said("schedule", folder, "--save-baseline")[0] == 0
    assert (folder / "baseline.csv").read_text() == (EXAMPLES / "underway" / "baseline.csv").read_text()
    assert check(folder) == ()
    programme = load(folder)
    assert [(option.moved, option.modes) for option in replan(programme).options] == [(0, 0)]
    assert schedule(programme) == schedule(load(folder))


def test_a_baseline_is_never_overwritten(folder: Path) -> None:
    (folder / "baseline.csv").write_text("task,start,finish\n")
    code, text = said("schedule", folder, "--save-baseline")
    assert (code, "baseline.csv: is there already" in text) == (1, True)
    code, text = said("schedule", folder / "none.xlsx", "--save-baseline")
    assert (code, "kept in a programme's folder" in text) == (1, True)


def test_replanning_says_what_moved_and_what_else_could_be_had() -> None:
    code, text = said("replan", EXAMPLES / "underway", "--freeze", "2w", "--json")
    found = json.loads(text)
    assert code == 0
    why = {move["task"]: move["why"] for move in found["moved"]}
    assert why["sprinklers"] == "waits for electricians from wiring"
    assert why["rigs"] == "waits for buy_rigs (FS)"
    assert found["released"] == ["network", "sprinklers"]
    kept, *faster = found["options"]
    assert (kept["keeps_order"], kept["chosen"], kept["finish"][:10], kept["modes_changed"]) == (
        True,
        True,
        "2026-04-08",
        0,
    )
    assert [(option["finish"][:10], option["modes_changed"]) for option in faster] == [("2026-04-06", 1)]


def test_a_date_chooses_the_least_change_that_keeps_it(tmp_path: Path) -> None:
    out = tmp_path / "plan.xml"
    code, text = said("replan", EXAMPLES / "underway", "--finish-by", "2026-04-07", "--export", out, "--json")
    assert (code, out.exists()) == (0, True)
    assert [option["chosen"] for option in json.loads(text)["options"]] == [False, True]
    code, text = said("replan", EXAMPLES / "underway", "--finish-by", "2026-03-20")
    assert (code, "the earliest one finishes on 2026-04-06" in text) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--freeze", "soon"), "--freeze: 'soon' is not a number"),
        (("--finish-by", "soon"), "--finish-by: 'soon' is not a date"),
    ],
)  # fmt: skip
def test_bad_options_are_explained(arguments: tuple[str, ...], part: str) -> None:
    code, text = said("replan", EXAMPLES / "underway", *arguments)
    assert (code, part in text) == (1, True)


def test_without_a_baseline_there_is_nothing_to_replan_against(folder: Path) -> None:
    code, text = said("replan", folder)
    assert (code, "schedule DIR --save-baseline" in text) == (1, True)


def test_a_run_works_with_the_very_schedule_that_replan_shows(tmp_path: Path) -> None:
    copied = tmp_path / "hall"
    shutil.copytree(EXAMPLES / "underway", copied)
    main = copied / "programme.yaml"
    main.write_text(main.read_text() + "replanning: {freeze: 2 weeks, finish_by: 2026-04-07}\n")
    programme = load(copied)
    shown = replan(programme)
    assert shown.released == ("network", "sprinklers")
    assert shown.option.schedule.finish <= programme.hours(date(2026, 4, 8))
    found = work_through(programme, replications=5)
    assert (found.schedule, found.replan) == (shown.option.schedule, shown)
    page = report(found)
    assert "moves as little as it takes to finish by the date asked for" in page
    assert all(cell in page for row in trade_rows(programme, shown) for cell in row)
    assert found.schedule == schedule_of(programme)
    code, text = said("schedule", copied, "--json")
    dates = {row["task"]: row["start"] for row in json.loads(text)["tasks"]}
    assert (code, dates) == (
        0, {done.task: programme.moment(done.start).isoformat() for done in shown.option.schedule.tasks}
    )  # fmt: skip


def test_what_is_left_may_be_planned_anew() -> None:
    code, text = said("schedule", EXAMPLES / "underway", "--anew", "--json")
    assert (code, json.loads(text)["bounds"].keys()) == (0, {"capability", "cost"})
