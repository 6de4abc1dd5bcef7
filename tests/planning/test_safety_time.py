"""Safety time: the plan aims ahead of the due date, and lateness still counts from the due date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plantwright.model.programme import Programme
from plantwright.model.quantity import Quantity
from plantwright.model.read import load
from plantwright.model.schedule import Schedule
from plantwright.planning import check_plan, plan

WEEK = 168.0


@pytest.fixture(scope="module")
def programme() -> Programme:
    small = load(Path(__file__).parents[2] / "examples" / "small")
    equipped = tuple(w.model_copy(update={"stations": 9}) for w in small.work_centres)
    powered = tuple(
        r.model_copy(update={"capacity": (replace(r.capacity[0], value=Quantity(900.0)),)}) for r in small.resources
    )
    late = tuple(d.model_copy(update={"due": Quantity(40 * WEEK)}) for d in small.demand)
    return replace(small, tasks=(), work_centres=equipped, resources=powered, demand=late)


def test_the_plan_aims_ahead_of_the_due_date(programme):
    nothing = Schedule((), (), "optimal", {}, {})
    ahead = replace(programme, safety_time=Quantity(3 * WEEK))
    planned = plan(ahead, nothing)
    assert check_plan(ahead, nothing, planned) == ()
    for demand in ahead.demand:
        assert 38 * WEEK < plan(programme, nothing).promised(demand.id) <= 40 * WEEK
        assert 35 * WEEK < planned.promised(demand.id) <= 37 * WEEK


def test_what_eats_into_the_safety_time_is_not_late(programme):
    tight = replace(programme, safety_time=Quantity(39 * WEEK))
    planned = plan(tight, Schedule((), (), "optimal", {}, {}))
    assert all(planned.promised(d.id) > tight.wanted(d) for d in tight.demand)
    assert [r for r in planned.reasons if planned.promised(r.demand) <= 40 * WEEK] == []
