"""Replanning from today: nothing begins before it, what is fixed stays, and without news nothing changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_priority import deliveries
from tests.planning.test_properties import QUICK, supplied_plants
from tests.planning.test_standing import cell, standing_plants

from plantwright.model.plan import Plan
from plantwright.model.programme import Planning
from plantwright.planning import as_of, check_plan, difference, plan, steady


def planned_from(
    plant: Plant, today: float, last: Plan | None = None, frozen: float = 0.0
) -> tuple[Plan, tuple[str, ...]]:
    """Plan as of a day, and let the independent checker pass on it."""
    programme = replace(plant.programme(), planning=Planning(frozen_fence=q(frozen)))
    rolled = as_of(programme, today, last)
    found = plan(rolled.programme, plant.schedule())
    assert check_plan(rolled.programme, plant.schedule(), found) == ()
    return found, rolled.notes


def test_nothing_begins_or_leaves_before_today() -> None:
    plant = cell().stock("part", 9).source("part", lead=WEEK).demand("a", "part", 3, due=DAY)
    found, _ = planned_from(plant.demand("b", "rack", 2, due=3 * DAY), 5 * DAY)
    assert deliveries(found, "a") == [(3, 5 * DAY)]
    assert deliveries(found, "b") == [(1, 6 * DAY), (1, 7 * DAY)]


def test_what_is_past_due_is_named_and_counts_as_there_today() -> None:
    plant = Plant().on_order("po7", "part", 5, at=2 * DAY).demand("a", "part", 5, due=DAY).centre("cell", 1)
    plant.make("rack", {"at": "cell", "hours": DAY}).firm("job7", "rack", 1, 3 * DAY).demand("b", "rack", 1, due=DAY)
    found, notes = planned_from(plant, 9 * DAY)
    assert notes == (
        "po7: 5 part from maker were due on 2026-01-07, 7 days ago; they count as there today",
        "job7: 1 rack were due on 2026-01-08, 6 days ago; they count as there today",
    )
    assert deliveries(found, "a") == [(5, 9 * DAY)]
    assert deliveries(found, "b") == [(1, 9 * DAY)]


def test_an_order_that_has_begun_has_its_parts_already() -> None:
    found, notes = planned_from(cell().firm("job7", "rack", 1, 3 * DAY).stock("part", 1), 2.5 * DAY)
    assert (notes, found.clashes) == ((), ())
    assert [p for p in found.pegging if p.item == "part"] == []


def test_orders_of_the_last_plan_in_the_frozen_zone_stand() -> None:
    """A more important demand comes in: what begins within three days of today stays with its time all the same."""
    plant = cell().stock("part", 99).demand("a", "rack", 6, due=12 * DAY)
    last = plan(plant.programme(), plant.schedule())
    found, _ = planned_from(plant.demand("new", "rack", 2, due=9 * DAY, priority=0), 6 * DAY, last, frozen=3 * DAY)
    stands = {o.id: o.finish for o in found.production_orders if o.frozen}
    wanted = {o.id: o.finish for o in last.production_orders if 6 * DAY <= o.release < 9 * DAY}
    assert stands == wanted
    assert len(stands) == 3


def test_orders_that_should_have_begun_are_named() -> None:
    plant = Plant().source("part", lead=WEEK).demand("a", "part", 4, due=2 * WEEK)
    last = plan(plant.programme(), plant.schedule())
    found, notes = planned_from(plant, 9 * DAY, last)
    assert notes[0].startswith("1 orders of the last plan should have begun and are not open: buy:part:1")
    assert found.purchase_orders[0].placed == 9 * DAY


def test_the_difference_counts_from_today() -> None:
    plant = cell().stock("part", 99).demand("a", "rack", 3, due=12 * DAY)
    last = plan(plant.programme(), plant.schedule())
    assert difference(last, Plan(), now=11.5 * DAY).orders != ()
    assert difference(last, Plan(), now=13 * DAY).orders == ()


@QUICK
@given(standing_plants(), st.floats(0, 12 * WEEK), st.floats(0, 3 * WEEK))
def test_every_plan_as_of_a_day_passes_the_checker_and_begins_nothing_before(
    plant: Plant, today: float, frozen: float
) -> None:
    found, _ = planned_from(plant, today, plan(plant.programme(), plant.schedule()), frozen)
    begins = [o.placed for o in found.purchase_orders if not o.frozen]
    begins += [o.release for o in found.production_orders if not o.frozen]
    assert min((*begins, *(s.ships for s in found.shipments)), default=today) >= today - 1e-6


@QUICK
@given(supplied_plants(), st.floats(0, 12 * WEEK), st.floats(0, 3 * WEEK))
def test_rolling_forward_without_news_changes_nothing(plant: Plant, today: float, frozen: float) -> None:
    programme, schedule = replace(plant.programme(), planning=Planning(frozen_fence=q(frozen))), plant.schedule()
    last = plan(programme, schedule)
    rolled = as_of(programme, today, last, as_planned=True)
    found = plan(rolled.programme, schedule)
    assert check_plan(rolled.programme, schedule, found) == ()
    gone = {(s.demand, s.ships): s.quantity for s in last.shipments if s.ships < today - 1e-6}
    assert {(s.demand, s.ships): s.quantity for s in found.shipments if s.ships < today - 1e-6} == gone
    assert rolled.last is not None
    stays = steady(rolled.programme, schedule, rolled.last, found, news=False)
    assert stays == rolled.last
    assert difference(last, stays, today).demands == ()


def test_as_planned_needs_a_last_plan() -> None:
    with pytest.raises(ValueError, match="no last plan"):
        as_of(cell().programme(), DAY, as_planned=True)
