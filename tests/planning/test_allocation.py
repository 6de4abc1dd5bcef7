"""The linear bound never lies above a plan, is met where greed is best, and shows a better order where it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_properties import QUICK, planned, plants

from plantwright.model.plan import Plan
from plantwright.planning import check_plan, improved, lateness_bounds, plan, steady
from plantwright.planning.allocation import period_ends, tier_lateness
from plantwright.planning.problem import Rules, problem


@QUICK
@given(plants())
def test_no_plan_is_better_than_the_bound_of_its_first_tier(plant: Plant) -> None:
    programme, schedule, found = planned(plant)
    first = lateness_bounds(programme, schedule, found)[0]
    assert first.bound <= first.planned * (1 + 1e-6) + 1e-3


@QUICK
@given(plants())
def test_an_improved_plan_passes_the_checker_and_is_no_worse(plant: Plant) -> None:
    programme, schedule, found = planned(plant)
    better = improved(programme, schedule, found)
    assert check_plan(programme, schedule, better) == ()
    tiers = sorted({d.priority for d in programme.demand})
    before = [round(tier_lateness(programme, found, t), 3) for t in tiers]
    assert [round(tier_lateness(programme, better, t), 3) for t in tiers] <= before


def test_safety_stock_and_orders_that_stand_ask_for_nothing_in_the_bound() -> None:
    plant = Plant().centre("cell").make("rack", {"at": "cell", "hours": 60}, part=2).source("part", lead=WEEK, weekly=4)
    plant.demand("a", "rack", 5, due=2 * WEEK).demand("b", "rack", 5, due=2 * WEEK)
    programme, schedule, found = planned(plant)
    (alone,) = lateness_bounds(programme, schedule, found)
    kept = tuple(item.model_copy(update={"safety_stock": q(3)}) for item in programme.items)
    programme = replace(programme, items=kept)
    (tier,) = lateness_bounds(programme, schedule, plan(programme, schedule))
    assert (tier.planned, tier.bound) == (alone.planned, alone.bound)
    assert check_plan(programme, schedule, improved(programme, schedule, plan(programme, schedule))) == ()


def test_the_bound_counts_what_a_suppliers_limit_makes_late() -> None:
    """10 a week and 40 due at the end of week 2: by then 20 are there, 10 come in week 2 and 10 in week 3 at the
    soonest.
    """
    plant = Plant().source("x", weekly=10).demand("a", "x", 40, due=2 * WEEK - 1)
    programme, schedule, found = planned(plant)
    (tier,) = lateness_bounds(programme, schedule, found)
    assert tier.planned == pytest.approx(10 * 1 + 10 * (WEEK + 1))
    assert tier.bound == pytest.approx(tier.planned)


def test_a_better_order_within_a_tier_is_found() -> None:
    """One cell, due order serves the long rack first; serving the quick ones first makes fewer units wait."""
    plant = (
        Plant()
        .centre("cell")
        .make("slow", {"at": "cell", "hours": 20 * DAY})
        .make("quick", {"at": "cell", "hours": DAY})
    )
    plant.demand("a", "slow", 3, due=0).demand("b", "quick", 20, due=1)
    programme, schedule, found = planned(plant)
    better = improved(programme, schedule, found)
    assert tier_lateness(programme, better, 1) < tier_lateness(programme, found, 1)
    assert lateness_bounds(programme, schedule, better)[0].bound <= tier_lateness(programme, better, 1)


def test_periods_telescope_to_the_horizon() -> None:
    ends = period_ends(208 * WEEK)
    assert ends[0] == WEEK
    assert ends[-1] >= 208 * WEEK
    assert ends.size < 80


def test_an_order_that_breaks_priorities_is_refused() -> None:
    plant = Plant().stock("x", 1).demand("low", "x", 1, due=WEEK, priority=2).demand("high", "x", 1, due=WEEK)
    programme, schedule = plant.programme(), plant.schedule()
    with pytest.raises(ValueError, match="priorities"):
        plan(programme, schedule, order=("low", "high"))
    with pytest.raises(ValueError, match="each demand once"):
        problem(programme, schedule, Rules(), ("low",))


def test_a_plan_that_is_no_worse_stands() -> None:
    """Replanning without news changes nothing, whichever of the equally good plans comes of it."""
    plant = Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY})
    plant.demand("a", "rack", 3, due=3 * DAY).demand("b", "rack", 3, due=3 * DAY)
    programme, schedule, found = planned(plant)
    other = plan(programme, schedule, order=("b", "a"))
    assert other != found
    assert steady(programme, schedule, other, found) == other
    assert steady(programme, schedule, Plan(), found) == found


@QUICK
@given(plants())
def test_replanning_without_news_changes_nothing(plant: Plant) -> None:
    programme, schedule, found = planned(plant)
    assert steady(programme, schedule, found, plan(programme, schedule)) == found


def test_first_weeks_are_planned_in_whole_units() -> None:
    """Half a rack a week for each of two: the program gives one of them a whole one first."""
    plant = Plant().source("part", weekly=1).demand("a", "part", 3, due=0).demand("b", "part", 3, due=0)
    programme, schedule, found = planned(plant)
    assert tier_lateness(programme, improved(programme, schedule, found), 1) <= tier_lateness(programme, found, 1)
