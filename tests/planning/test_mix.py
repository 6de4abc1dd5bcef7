"""The product mix: what is scarce is split by share, what one cannot use the others have, what falls short is named."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, Plant
from tests.planning.test_properties import QUICK, supplied_plants

from plantwright.model.plan import MixShare, Plan
from plantwright.model.programme import Mix, Planning, Programme
from plantwright.planning import check_plan, plan

SHARES = Mix(per="month", shares={"rack": 0.75, "module": 0.25})


def planned(plant: Plant, mix: Mix | None = SHARES) -> tuple[Programme, Plan]:
    """Plan with a product mix, and let the independent checker pass on it."""
    programme = replace(plant.programme(), planning=Planning(mix=mix))
    found = plan(programme, plant.schedule())
    assert check_plan(programme, plant.schedule(), found) == ()
    return programme, found


def shop() -> Plant:
    """One station on which a rack or a module takes half a day: 40 of both by 24 January."""
    hours = {"at": "cell", "hours": DAY / 2}
    return Plant().centre("cell").make("rack", hours).make("module", hours)


def in_time(found: Plan) -> dict[str, float]:
    return {row.item: row.in_time for row in found.mix}


def test_what_is_scarce_is_split_by_share() -> None:
    """Both want all 40: the one that is due a moment sooner would have them, the mix gives it a quarter."""
    plant = shop().demand("a", "module", 40, due=20 * DAY - 1).demand("b", "rack", 40, due=20 * DAY)
    _, found = planned(plant)
    assert in_time(found) == {"rack": 30, "module": 10}
    _, without = planned(plant, None)
    assert sum(s.quantity for s in without.shipments_of["a"] if s.arrives <= 20 * DAY) >= 39
    assert "the mix gives module 25% in each month" in next(r.text for r in found.reasons if r.demand == "a")


def test_what_one_product_cannot_use_the_others_have() -> None:
    plant = shop().demand("a", "module", 40, due=20 * DAY).demand("b", "rack", 6, due=20 * DAY)
    _, found = planned(plant)
    assert in_time(found) == {"rack": 6, "module": 34}
    assert [row.text for row in found.mix] == ["", ""]


def test_a_product_counts_from_all_sites_together() -> None:
    plant = shop().sites("ohio", "texas").lane("ohio", "texas", DAY)
    plant.demand("a", "module", 40, due=20 * DAY - 1).demand("b", "rack", 40, due=20 * DAY)
    plant.demand("c", "rack", 40, due=21 * DAY, origin="texas")
    _, found = planned(plant)
    assert in_time(found) == {"rack": 30, "module": 10}


def test_a_product_below_its_share_is_named_with_the_reason() -> None:
    plant = shop().component("rack", "part", 1.0).source("part", lead=25 * DAY)
    _, found = planned(plant.demand("a", "module", 40, due=20 * DAY).demand("b", "rack", 40, due=20 * DAY))
    row = next(row for row in found.mix if row.item == "rack")
    assert (row.in_time, row.by_share) == (0, 30)
    assert row.text.startswith("0 of 40 rack due from 2026-01-05 on are in time, below its share of 75%, 30: b, ")


def test_nothing_changes_where_all_is_in_time() -> None:
    plant = shop().demand("a", "module", 4, due=20 * DAY).demand("b", "rack", 4, due=30 * DAY)
    shipped = [
        sorted((s.demand, s.arrives, s.quantity) for s in planned(plant, m)[1].shipments) for m in (SHARES, None)
    ]
    assert shipped[0] == shipped[1]


@QUICK
@given(supplied_plants(), st.floats(0, 1), st.sampled_from(["month", "quarter"]))
def test_every_plan_with_a_mix_passes_the_checker(plant: Plant, share: float, per: str) -> None:
    _, found = planned(plant, Mix(per=per, shares={"rack": share, "tray0": 1 - share}))
    assert all(row.in_time <= row.due for row in found.mix)


def test_the_checker_sees_a_mix_that_is_not_told_as_it_is() -> None:
    plant = shop().component("rack", "part", 1.0).source("part", lead=25 * DAY)
    programme, found = planned(plant.demand("a", "module", 40, due=20 * DAY).demand("b", "rack", 40, due=20 * DAY))
    silent = tuple(replace(row, text="") for row in found.mix)
    rosy = tuple(replace(row, in_time=row.due) for row in found.mix)
    for mix, words in ((silent, "less than its share"), (rosy, "not told as it is"), ((), "not told as it is")):
        faults = check_plan(programme, plant.schedule(), replace(found, mix=mix))
        assert any(words in fault for fault in faults)
    more = (*found.mix, MixShare(1000.0, "rack", 1, 1, 1))
    assert any("none is due" in f for f in check_plan(programme, plant.schedule(), replace(found, mix=more)))
