"""Demand as customers state it: latest dates, whole and smallest shipments, fair shares, and what is kept for whom."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q, steps
from tests.planning.test_priority import deliveries
from tests.planning.test_properties import QUICK, plants

from plantwright.model.plan import Plan
from plantwright.model.programme import Planning, Programme, Reservation
from plantwright.planning import check_plan, plan

FAIR = Planning(within_tier="fair_share")


def planned(plant: Plant, **more: object) -> tuple[Programme, Plan]:
    """Plan a plant with some of its programme's values given, and let the independent checker pass on it."""
    programme = replace(plant.programme(), **more)
    found = plan(programme, plant.schedule())
    assert check_plan(programme, plant.schedule(), found) == ()
    return programme, found


def wish(plant: Plant, **more: object) -> Plant:
    """Change the demand that was added last."""
    rows = plant.rows["demand"]
    rows[-1] = rows[-1].model_copy(update=more)
    return plant


def cell() -> Plant:
    """One station that makes a rack a day."""
    return Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY})


def test_what_would_come_after_the_latest_date_is_not_planned() -> None:
    plant = wish(cell().demand("a", "rack", 5, due=2 * DAY), latest=q(4 * DAY))
    _, found = planned(plant)
    assert deliveries(found, "a") == [(2, 2 * DAY), (1, 3 * DAY), (1, 4 * DAY)]
    assert [(r.quantity, r.kind, r.object) for r in found.reasons] == [(3, "work_centre", "cell")]
    assert sum(o.good for o in found.production_orders) == 4


def test_a_demand_that_comes_wholly_too_late_takes_nothing_and_says_so() -> None:
    plant = Plant().source("x", lead=10 * DAY).demand("a", "x", 4, due=3 * DAY)
    _, found = planned(wish(plant, latest=q(9 * DAY)))
    assert (found.purchase_orders, found.shipments) == ((), ())
    assert "not by its latest date, 14 Jan 2026" in found.reasons[0].text


def test_a_demand_without_parts_waits_until_all_of_it_is_there() -> None:
    plant = wish(cell().demand("a", "rack", 5, due=2 * DAY), partial=False)
    assert deliveries(planned(plant)[1], "a") == [(5, 5 * DAY)]


def test_a_demand_without_parts_that_never_is_whole_takes_nothing_from_others() -> None:
    plant = wish(Plant().stock("x", 10).demand("whole", "x", 11, due=WEEK), partial=False)
    _, found = planned(plant.demand("other", "x", 10, due=WEEK, priority=2))
    assert deliveries(found, "whole") == []
    assert deliveries(found, "other") == [(10, WEEK)]


def test_no_shipment_is_smaller_than_the_smallest_but_the_rest() -> None:
    plant = wish(cell().demand("a", "rack", 8, due=2 * DAY), smallest_shipment=3)
    assert deliveries(planned(plant)[1], "a") == [(3, 3 * DAY), (3, 6 * DAY), (2, 8 * DAY)]


@QUICK
@given(plants(), st.data())
def test_every_plan_keeps_to_what_customers_said(plant: Plant, data: st.DataObject) -> None:
    """Latest dates, whole and smallest shipments hold, with fair shares and reservations drawn freely."""
    rows = plant.rows["demand"]
    for k, row in enumerate(rows):
        change = {"partial": data.draw(st.booleans()), "smallest_shipment": data.draw(st.integers(1, row.quantity))}
        latest = data.draw(st.one_of(st.none(), st.floats(row.due.planned, 12 * WEEK)))
        rows[k] = row.model_copy(update=change | {"latest": None if latest is None else q(latest)})
    kept = tuple(
        Reservation(
            item=part, demand=data.draw(st.sampled_from(rows)).id, quantity=q(data.draw(st.integers(0, 9))),
            per_week=steps(data.draw(st.integers(0, 20)) / WEEK),
            until=data.draw(st.sampled_from([None, q(3 * WEEK)])),
        )
        for part in ("part0", "part1")
    )  # fmt: skip
    _, found = planned(plant, reservations=kept, planning=data.draw(st.sampled_from([FAIR, Planning()])))
    for row in rows:
        given = found.shipments_of.get(row.id, ())
        last = row.latest.planned if row.latest else inf
        assert all(shipment.arrives <= last + 1e-6 for shipment in given)
        assert all(shipment.quantity >= row.smallest_shipment for shipment in given[:-1])
        assert row.partial or sum(shipment.quantity for shipment in given) in (0, row.quantity)
        assert row.partial or len({shipment.arrives for shipment in given}) <= 1


def test_a_scarce_part_is_split_by_open_quantity() -> None:
    plant = Plant().stock("gpu", 60)
    for name, quantity in (("small", 20), ("middle", 40), ("large", 60)):
        plant.demand(name, "gpu", quantity, due=WEEK)
    plant.demand("last", "gpu", 10, due=DAY, priority=2)
    first_come = planned(plant)[1]
    assert [(s.demand, s.quantity) for s in first_come.shipments] == [("large", 60)]
    fair = planned(plant, planning=FAIR)[1]
    got = {d: sum(s.quantity for s in fair.shipments_of.get(d, ())) for d in ("small", "middle", "large", "last")}
    assert got == {"small": 10, "middle": 20, "large": 30, "last": 0}


def test_fair_shares_never_touch_a_tier_before() -> None:
    plant = Plant().stock("gpu", 30)
    plant.demand("first", "gpu", 25, due=2 * WEEK).demand("b", "gpu", 10, due=WEEK, priority=2)
    fair = planned(plant.demand("c", "gpu", 10, due=WEEK, priority=2), planning=FAIR)[1]
    got = {d: sum(s.quantity for s in fair.shipments_of.get(d, ())) for d in ("first", "b", "c")}
    assert got["first"] == 25
    assert sorted((got["b"], got["c"])) == [2, 3]


def test_stock_that_is_kept_for_a_demand_is_not_given_to_another() -> None:
    plant = Plant().stock("gpu", 10).demand("first", "gpu", 10, due=WEEK).demand("kept", "gpu", 6, due=WEEK, priority=9)
    _, found = planned(plant, reservations=(Reservation(item="gpu", demand="kept", quantity=q(4)),))
    assert deliveries(found, "first") == [(6, WEEK)]
    assert deliveries(found, "kept") == [(4, WEEK)]
    assert "some is kept for kept" in next(r.text for r in found.reasons if r.demand == "first")


def test_a_reservation_lapses() -> None:
    plant = Plant().stock("gpu", 10).demand("first", "gpu", 10, due=WEEK)
    kept = Reservation(item="gpu", customer="somebody", quantity=q(4), until=q(2 * WEEK))
    assert deliveries(planned(plant, reservations=(kept,))[1], "first") == [(6, WEEK), (4, 2 * WEEK)]


def test_a_suppliers_weeks_are_kept_for_a_customer() -> None:
    plant = Plant().source("gpu", weekly=10).demand("first", "gpu", 20, due=2 * WEEK - 1)
    plant = wish(plant.demand("kept", "gpu", 8, due=2 * WEEK - 1, priority=9), customer="them")
    _, found = planned(plant, reservations=(Reservation(item="gpu", customer="them", per_week=steps(4 / WEEK)),))
    assert deliveries(found, "first") == [(12, 2 * WEEK - 1), (6, 2 * WEEK), (2, 3 * WEEK)]
    assert deliveries(found, "kept") == [(8, 2 * WEEK - 1)]


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("latest date", {"latest": q(DAY)}),
        ("shipped together", {"partial": False}),
        ("is the fewest", {"smallest_shipment": 4}),
    ],
)
def test_the_checker_sees_a_broken_promise(words: str, change: dict[str, object]) -> None:
    plant = cell().demand("a", "rack", 5, due=2 * DAY)
    found = plan(plant.programme(), plant.schedule())
    assert any(words in fault for fault in check_plan(wish(plant, **change).programme(), plant.schedule(), found))


def test_the_checker_sees_what_was_kept_for_another() -> None:
    plant = Plant().stock("gpu", 10).source("cpu", weekly=10)
    plant.demand("first", "gpu", 10, due=WEEK).demand("second", "cpu", 10, due=WEEK)
    programme, found = planned(plant)
    kept = (
        Reservation(item="gpu", customer="them", quantity=q(4)),
        Reservation(item="cpu", customer="them", per_week=steps(4 / WEEK)),
    )
    faults = check_plan(replace(programme, reservations=kept), plant.schedule(), found)
    assert [fault.partition(":")[0] for fault in faults] == ["gpu", "week 1"]
