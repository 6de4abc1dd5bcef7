"""The compiled loops: the same plan with the compiler off, tables that grow, expected effort against closed forms."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_properties import QUICK

from plantwright.model.calendars import Calendar
from plantwright.model.programme import Operation
from plantwright.planning import Rules, plan
from plantwright.planning.check_effort import expected_effort
from plantwright.planning.problem import problem
from plantwright.planning.result import plan_of
from plantwright.planning.solve import planned
from plantwright.planning.windows import earliest_moment, latest_moment, worked
from plantwright.planning.yields import effort

ROOT = Path(__file__).parents[2]
SHIFTS = np.array([6.0, 30.0, 54.0, 174.0, 198.0])


def busy() -> Plant:
    """A small plant in which everything is short."""
    plant = Plant(weeks=12).centre("line", 1).centre("test", 2).resource("power", 2)
    plant.make("rack", {"at": "line", "hours": 9, "share": 0.9}, {"at": "test", "hours": 30}, tray=2, part=1)
    plant.make("tray", {"at": "line", "hours": 3}, part=2).source("part", lead=WEEK, weekly=30, moq=7, multiple=7)
    for n in range(6):
        plant.demand(f"d{n}", "rack", 4, due=(n + 1) * WEEK, priority=1 + n % 2)
    return plant


def text_of(plant: Plant) -> str:
    return repr(plan(plant.programme(), plant.schedule()))


def test_the_hand_worked_cases_hold_with_the_compiler_off() -> None:
    """What compiles may still do something else than it says; run as plain Python, the same cases must come out."""
    found = _uncompiled("test_priority.py")
    assert found.returncode == 0, found.stdout[-2000:]


def test_drawn_plans_stay_within_their_tables() -> None:
    """Compiled loops do not look where they write; as plain Python every index is looked at."""
    found = _uncompiled("test_inventory.py")
    assert found.returncode == 0, found.stdout[-2000:]


def _uncompiled(cases: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__).with_name(cases))]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_tables_that_are_too_short_are_made_longer() -> None:
    plant = busy()
    found = problem(plant.programme(), plant.schedule(), Rules())
    short = plan_of(found, planned(found, lambda _: None, length=3))
    assert repr(short) == text_of(plant)


def test_progress_ends_at_all_of_it() -> None:
    heard: list[float] = []
    plan(busy().programme(), busy().schedule(), heard.append)
    assert heard[0] == 0
    assert heard[-1] == 1
    assert heard == sorted(heard)


def operation(share: float, on_fail: str = "scrap", limit: int = 3, name: str = "op") -> Operation:
    row = {"yield": q(share)}
    return Operation(item="x", operation=name, work_centre="w", time=q(1), on_fail=on_fail, rework_limit=limit, **row)


@given(st.floats(0.05, 1.0))
def test_scrap_costs_the_inverse_of_the_yield(share: float) -> None:
    """Textbook: with nothing reworked, a good unit takes 1/y started and as many passes."""
    found = effort((operation(share),))
    assert found.started == pytest.approx(1 / share)
    assert found.passes == pytest.approx([1 / share])


@given(st.floats(0.3, 1.0))
def test_endless_rework_is_a_geometric_number_of_passes(share: float) -> None:
    """Textbook: with all failures reworked on the spot, passes are geometric with mean 1/y and nothing is lost."""
    found = effort((operation(share, "op", 200),))
    assert found.started == pytest.approx(1)
    assert found.passes == pytest.approx([1 / share])


@QUICK
@given(st.data())
def test_effort_agrees_with_the_checkers(data: st.DataObject) -> None:
    """Forward through the chain here, backward from its end in the checker: two ways to the same expectation."""
    names = [f"op{k}" for k in range(data.draw(st.integers(1, 4)))]
    routing = tuple(
        operation(data.draw(st.floats(0.2, 1)), data.draw(st.sampled_from([*names[: k + 1], "scrap"])),
                  data.draw(st.integers(0, 5)), name)
        for k, name in enumerate(names)
    )  # fmt: skip
    plant = Plant().centre("w").item("x")
    plant.rows["routing"] = list(routing)
    ours, theirs = effort(routing), expected_effort(plant.programme().routing_of["x"])
    assert ours.started == pytest.approx(theirs.started)
    assert ours.passes == pytest.approx(theirs.passes)
    assert ours.reached == pytest.approx(theirs.reached)


def test_a_circle_in_the_bills_of_materials_is_named() -> None:
    plant = Plant().centre("w").make("a", {"at": "w", "hours": 1}, b=1).make("b", {"at": "w", "hours": 1}, a=1)
    found = plan(plant.demand("d", "a", 1, due=WEEK).programme(), plant.schedule())
    assert "goes into itself: a -> b -> a" in found.reasons[0].text


def test_an_item_that_is_never_good_is_named() -> None:
    with pytest.raises(ValueError, match="x is ever good"):
        effort((operation(0.0),))


@QUICK
@given(st.floats(0, 400), st.floats(0.01, 30))
def test_the_loops_read_calendars_as_the_model_does(time: float, hours: float) -> None:
    calendar = Calendar("days", SHIFTS, np.append(SHIFTS[:-1] + 8, np.inf))
    plant = Plant(calendars={"days": calendar}).centre("w", 1, calendar="days").make("x", {"at": "w", "hours": DAY})
    arrays = problem(plant.programme(), plant.schedule(), Rules()).arrays
    work = worked(arrays, 0, time)
    assert work == pytest.approx(float(calendar.worked(time)))
    assert max(time, earliest_moment(arrays, 0, work + hours)) == pytest.approx(float(calendar.after_work(time, hours)))
    assert float(calendar.worked(latest_moment(arrays, 0, work))) == pytest.approx(work)
