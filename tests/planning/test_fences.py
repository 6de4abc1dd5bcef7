"""Fences: nothing new in the frozen zone, in the slushy zone only what keeps a demand in time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_priority import deliveries
from tests.planning.test_properties import QUICK, plants

from plantwright.model.plan import Plan
from plantwright.model.programme import Planning, Programme
from plantwright.planning import check_plan, plan, with_causes


def planned(plant: Plant, frozen: float = 0.0, slushy: float = 0.0) -> tuple[Programme, Plan]:
    """Plan with fences, and let the independent checker pass on it."""
    fences = Planning(frozen_fence=q(frozen), slushy_fence=q(slushy))
    programme = replace(plant.programme(), planning=fences)
    found = plan(programme, plant.schedule())
    assert check_plan(programme, plant.schedule(), found) == ()
    return programme, found


def cell() -> Plant:
    """One station that makes a rack a day."""
    return Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY})


def test_nothing_begins_in_the_frozen_zone_and_the_reason_is_the_fence() -> None:
    programme, found = planned(cell().demand("a", "rack", 2, due=3 * DAY), frozen=5 * DAY)
    assert deliveries(found, "a") == [(1, 6 * DAY), (1, 7 * DAY)]
    assert {(r.kind, r.object) for r in found.reasons} >= {("fence", "rack")}
    causes = with_causes(programme, cell().schedule(), found).causes
    assert any(c.kind == "fence" and c.text.startswith("one more order in the frozen zone brings") for c in causes)


def test_nothing_is_ordered_in_the_frozen_zone() -> None:
    _, found = planned(Plant().source("x", lead=WEEK).demand("a", "x", 2, due=8 * DAY), frozen=4 * DAY)
    assert deliveries(found, "a") == [(2, 11 * DAY)]
    assert [(r.kind, r.object) for r in found.reasons] == [("fence", "x")]
    assert "would have to be ordered in the frozen zone, up to 9 Jan 2026" in found.reasons[0].text
    assert [o.placed for o in found.purchase_orders] == [4 * DAY]


def test_what_the_lead_time_alone_makes_late_is_not_blamed_on_the_fence() -> None:
    _, found = planned(Plant().source("x", lead=WEEK).demand("a", "x", 2, due=5 * DAY), frozen=DAY)
    assert [r.kind for r in found.reasons] == ["lead_time"]


def test_stock_is_shipped_in_the_frozen_zone_all_the_same() -> None:
    assert deliveries(planned(Plant().stock("x", 5).demand("a", "x", 5, due=DAY), frozen=WEEK)[1], "a") == [(5, DAY)]


def test_the_slushy_zone_is_used_only_to_keep_a_demand_in_time() -> None:
    """Room after the zone is taken first, even where that builds less far ahead; what is left begins within it."""
    easy = cell().demand("a", "rack", 2, due=8 * DAY)
    _, found = planned(easy, slushy=5 * DAY)
    assert [o.release for o in found.production_orders] == [6 * DAY, 7 * DAY]
    _, tight = planned(cell().demand("a", "rack", 4, due=8 * DAY), slushy=5 * DAY)
    assert [o.release for o in tight.production_orders] == [4 * DAY, 5 * DAY, 6 * DAY, 7 * DAY]
    assert tight.reasons == ()


def test_orders_are_named_after_the_zone_they_begin_in() -> None:
    fences = Planning(frozen_fence=q(DAY), slushy_fence=q(5 * DAY), release_fence=q(3 * DAY))
    assert [fences.state_of(at * DAY) for at in (2, 4, 6)] == ["release", "slushy", "planned"]


@QUICK
@given(plants(), st.floats(0, 3 * WEEK), st.floats(0, 5 * WEEK))
def test_every_plan_keeps_its_fences(plant: Plant, frozen: float, slushy: float) -> None:
    _, found = planned(plant, frozen, slushy)
    begins = [*(o.release for o in found.production_orders), *(o.placed for o in found.purchase_orders)]
    assert all(begin >= frozen - 1e-6 for begin in begins)


def test_the_checker_sees_an_order_in_the_frozen_zone() -> None:
    plant = cell().source("x", lead=DAY).demand("a", "rack", 2, due=3 * DAY).demand("b", "x", 2, due=3 * DAY)
    programme, found = planned(plant)
    frozen = replace(programme, planning=Planning(frozen_fence=q(5 * DAY)))
    faults = check_plan(frozen, plant.schedule(), found)
    assert len([fault for fault in faults if "frozen zone" in fault]) == 3
