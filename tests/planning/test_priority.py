"""What the planner promises, bought and made by hand-worked cases of textbook size."""

from __future__ import annotations

import numpy as np
import pytest
from tests.planning.programmes import DAY, WEEK, Plant, needs

from plantwright.model.calendars import Calendar
from plantwright.model.plan import Plan
from plantwright.planning import Rules, check_plan, plan


def planned(plant: Plant, rules: Rules | None = None) -> Plan:
    """Plan, and let the independent checker pass on it."""
    programme, schedule = plant.programme(), plant.schedule()
    found = plan(programme, schedule, rules=rules)
    assert check_plan(programme, schedule, found) == ()
    wanted = {d.id: d.quantity for d in programme.demand}
    assert all(r.quantity <= wanted[r.demand] for r in found.reasons)
    return found


def deliveries(found: Plan, demand: str) -> list[tuple[float, float]]:
    return [(s.quantity, pytest.approx(s.arrives, abs=0.01)) for s in found.shipments_of.get(demand, ())]


def test_a_part_in_stock_is_shipped_to_arrive_when_due() -> None:
    plant = Plant().stock("rack", 5).site(transit=48).demand("a", "rack", 3, due=500)
    assert deliveries(planned(plant), "a") == [(3, 500)]
    assert planned(plant).shipments[0].ships == 452


def test_stock_is_promised_in_order_of_priority_and_the_rest_is_named() -> None:
    """The demand of lower priority gets what is left, however early it is due."""
    plant = (
        Plant()
        .stock("rack", 12)
        .demand("late", "rack", 10, due=500, priority=1)
        .demand("early", "rack", 10, due=100, priority=2)
    )
    found = planned(plant)
    assert deliveries(found, "late") == [(10, 500)]
    assert deliveries(found, "early") == [(2, 100)]
    (reason,) = found.reasons
    assert (reason.demand, reason.quantity, reason.delay, reason.kind, reason.object) == (
        "early",
        8,
        np.inf,
        "part",
        "rack",
    )


def test_the_latest_supply_that_is_in_time_is_taken_first() -> None:
    """Available-to-promise: the early stock is left for whoever needs it early, as in the classic cumulative rule."""
    plant = Plant().stock("x", 10).stock("x", 10, at=480)
    plant.demand("p1", "x", 8, due=240, priority=1).demand("p2", "x", 8, due=530, priority=2).demand(
        "p3", "x", 10, due=120, priority=3
    )
    found = planned(plant)
    assert deliveries(found, "p3") == [(2, 120), (2, 480)]


def test_a_purchase_comes_no_sooner_than_its_lead_time() -> None:
    plant = Plant().source("x", lead=10 * DAY).demand("a", "x", 4, due=3 * DAY)
    found = planned(plant)
    assert deliveries(found, "a") == [(4, 10 * DAY)]
    assert [(r.kind, r.object, r.delay) for r in found.reasons] == [("lead_time", "x", 7 * DAY)]
    assert "maker" in found.reasons[0].text
    assert found.purchase_orders[0].placed == 0


def test_a_source_cannot_be_ordered_from_before_it_is_qualified() -> None:
    plant = Plant().source("x", lead=10 * DAY, qualified=20 * DAY).demand("a", "x", 4, due=3 * DAY)
    assert deliveries(planned(plant), "a") == [(4, 30 * DAY)]


def test_orders_respect_smallest_lot_and_multiple_and_surplus_serves_the_next() -> None:
    plant = (
        Plant()
        .source("x", moq=30, multiple=20)
        .demand("a", "x", 5, due=2 * WEEK)
        .demand("b", "x", 34, due=5 * WEEK, priority=2)
    )
    found = planned(plant)
    assert [o.quantity for o in found.purchase_orders] == [40]
    assert [(p.demand, p.quantity) for p in found.pegging] == [("a", 5), ("b", 34)]


def test_a_suppliers_weekly_limit_is_shared_by_priority() -> None:
    plant = Plant().source("x", weekly=10)
    plant.demand("first", "x", 15, due=WEEK, priority=1).demand("second", "x", 15, due=WEEK, priority=2)
    found = planned(plant)
    assert deliveries(found, "first") == [(15, WEEK)]
    assert deliveries(found, "second") == [(5, WEEK), (10, 2 * WEEK)]
    assert [(r.kind, r.object) for r in found.reasons] == [("supplier_capacity", "x")]


def test_the_second_supplier_fills_what_the_preferred_one_cannot() -> None:
    plant = Plant().source("x", "preferred", weekly=10, lead=WEEK).source("x", "other", lead=WEEK)
    plant.demand("a", "x", 25, due=WEEK + DAY)
    bought = {o.supplier: o.quantity for o in planned(plant).purchase_orders}
    assert bought == {"preferred": 10, "other": 15}


def test_components_are_netted_level_by_level() -> None:
    """Of 10 racks of 2 trays of 3 chips, 4 trays and 6 chips are there: 16 trays are made and 42 chips bought."""
    plant = (
        Plant()
        .centre("line", 50)
        .make("rack", {"at": "line", "hours": 5}, tray=2)
        .make("tray", {"at": "line", "hours": 3}, chip=3)
    )
    plant.stock("tray", 4).stock("chip", 6).source("chip", lead=DAY).demand("a", "rack", 10, due=WEEK)
    found = planned(plant)
    assert sum(o.good for o in found.production_orders if o.item == "tray") == 16
    assert sum(o.quantity for o in found.purchase_orders) == 42


def test_an_order_is_released_its_operations_before_it_is_done() -> None:
    plant = (
        Plant()
        .centre("a", 9)
        .centre("b", 9)
        .make("rack", {"at": "a", "hours": 5}, {"at": "b", "hours": 7})
        .demand("d", "rack", 3, due=100)
    )
    (order,) = planned(plant).production_orders
    assert (order.release, order.finish) == (88, 100)


def test_lead_times_add_up_over_the_levels() -> None:
    """frePPLe's own constraints_leadtime_4: the longest chain is 3 + 4 + 1 days, whatever the other branches take."""
    plant = Plant().centre("any", 1000)
    days = {"i1": 1, "i2": 3, "i3": 5, "i4": 3, "i5": 4, "i6": 5, "i7": 2, "end": 1}
    parts: dict[str, dict[str, float]] = {
        "end": {"i2": 1, "i3": 1, "i5": 1, "i7": 1},
        "i2": {"i1": 1},
        "i5": {"i4": 1},
        "i7": {"i6": 1},
    }
    for item, length in days.items():
        plant.make(item, {"at": "any", "hours": length * DAY, "batch_max": 100}, **parts.get(item, {}))
    found = planned(plant.demand("order", "end", 10, due=0))
    assert deliveries(found, "order") == [(10, 8 * DAY)]
    assert [(r.kind, r.object) for r in found.reasons] == [("lead_time", "end"), ("lead_time", "i4")]


def test_capacity_is_built_ahead_and_then_late() -> None:
    """One station makes a unit a day: of 5 due on day 3, 3 are made by then, the others on the days after."""
    plant = Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY}).demand("a", "rack", 5, due=3 * DAY)
    found = planned(plant)
    assert deliveries(found, "a") == [(3, 3 * DAY), (1, 4 * DAY), (1, 5 * DAY)]
    assert [(r.kind, r.object, r.quantity) for r in found.reasons] == [("work_centre", "cell", 2)]


def test_a_lower_priority_waits_for_the_capacity_that_is_left() -> None:
    plant = Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY})
    plant.demand("low", "rack", 2, due=2 * DAY, priority=2).demand("high", "rack", 2, due=2 * DAY, priority=1)
    found = planned(plant)
    assert deliveries(found, "high") == [(2, 2 * DAY)]
    assert deliveries(found, "low") == [(1, 3 * DAY), (1, 4 * DAY)]


def test_nothing_is_made_before_the_conversion_delivers_stations() -> None:
    plant = Plant().centre("cell", 0).make("rack", {"at": "cell", "hours": DAY}).demand("a", "rack", 2, due=3 * DAY)
    found = planned(plant.delivers(10 * DAY, "work_centre", "cell", 2))
    assert deliveries(found, "a") == [(2, 11 * DAY)]
    assert [(r.kind, r.object) for r in found.reasons] == [("work_centre", "cell")]
    assert "not commissioned" in found.reasons[0].text


def test_test_power_limits_like_a_station() -> None:
    """Ten cells stand there, but power for one only: the reason is the power."""
    plant = Plant().centre("cell", 10).resource("test_power", 132)
    plant.make("rack", {"at": "cell", "hours": DAY, "resources": needs(test_power=132)}).demand("a", "rack", 3, due=DAY)
    found = planned(plant)
    assert deliveries(found, "a") == [(1, DAY), (1, 2 * DAY), (1, 3 * DAY)]
    assert {(r.kind, r.object) for r in found.reasons} == {("resource", "test_power")}


def test_two_operations_of_a_lot_share_one_work_centre() -> None:
    """Hook-up of 8 h and burn-in of 16 h in the same cell: the cell gives one rack a day, not two."""
    plant = (
        Plant()
        .centre("cell")
        .make("rack", {"at": "cell", "hours": 8}, {"at": "cell", "hours": 16})
        .demand("a", "rack", 6, due=3 * DAY)
    )
    assert sum(n for n, at in deliveries(planned(plant), "a") if at == 3 * DAY) == 3


def test_a_batch_shares_its_station() -> None:
    plant = (
        Plant()
        .centre("oven")
        .make("tray", {"at": "oven", "hours": DAY, "batch_max": 8})
        .demand("a", "tray", 16, due=2 * DAY)
    )
    assert deliveries(planned(plant), "a") == [(16, 2 * DAY)]


def test_yield_asks_for_more_units_work_and_parts() -> None:
    """At 80 % yield and scrap, 100 good units take 125 started and 125 parts."""
    plant = Plant().centre("line", 100).make("x", {"at": "line", "hours": 1, "share": 0.8}, part=1)
    found = planned(plant.source("part").demand("a", "x", 100, due=WEEK))
    assert sum(o.quantity for o in found.production_orders) == 125
    assert sum(o.quantity for o in found.purchase_orders) == 125


def test_rework_takes_capacity_but_no_parts() -> None:
    """A unit that fails half of the time and always comes back passes the station twice: 3.5 good ones a week of 7
    days.
    """
    plant = (
        Plant()
        .centre("cell")
        .make("x", {"at": "cell", "hours": DAY, "share": 0.5, "on_fail": "op0", "rework_limit": 60}, part=1)
    )
    found = planned(plant.source("part").demand("a", "x", 4, due=WEEK))
    assert sum(n for n, at in deliveries(found, "a") if at == WEEK) == 3
    assert sum(o.quantity for o in found.purchase_orders) == 4


def test_two_assemblies_that_share_a_scarce_part_divide_it() -> None:
    """10 couplings and two trays of one coupling each in a rack: 5 racks, though the first tray could take all ten."""
    plant = Plant().centre("line", 100).make("rack", {"at": "line", "hours": 1}, tray_a=1, tray_b=1)
    for tray in ("tray_a", "tray_b"):
        plant.make(tray, {"at": "line", "hours": 1}, coupling=1)
    found = planned(plant.stock("coupling", 10).demand("a", "rack", 10, due=WEEK))
    assert deliveries(found, "a") == [(5, WEEK)]
    assert [(r.kind, r.object) for r in found.reasons] == [("part", "coupling")]


def test_work_stops_on_free_days() -> None:
    """A calendar of 8 hours on day 0, 1, 7, 8: 24 hours of work end on the first of the days after the break."""
    shifts = np.array([0.0, 24.0, 168.0, 192.0, 336.0])
    calendar = Calendar("days", shifts, np.append(shifts[:-1] + 8, np.inf))
    plant = (
        Plant(calendars={"days": calendar}).centre("bench", 1, calendar="days").make("x", {"at": "bench", "hours": 24})
    )
    assert deliveries(planned(plant.demand("a", "x", 1, due=0)), "a") == [(1, 176)]


def test_an_unattended_cell_runs_on_through_the_night() -> None:
    calendar = Calendar("days", np.array([0.0, 24.0, 48.0]), np.array([8.0, 32.0, np.inf]))
    plant = (
        Plant(calendars={"days": calendar})
        .centre("cell", 1, calendar="days", unattended=True)
        .make("x", {"at": "cell", "hours": 24})
    )
    assert deliveries(planned(plant.demand("a", "x", 1, due=0)), "a") == [(1, 24)]


def test_racks_come_no_sooner_than_the_power_for_them() -> None:
    plant = Plant().item("rack", power_kw=100).stock("rack", 5).site(power={0: 0, 3 * WEEK: 300})
    found = planned(plant.demand("a", "rack", 5, due=WEEK))
    assert deliveries(found, "a") == [(3, 3 * WEEK)]
    assert {(r.kind, r.object) for r in found.reasons} == {("destination", "site")}
    assert "power" in found.reasons[0].text


def test_what_a_site_cannot_install_in_the_last_week_comes_in_the_weeks_before() -> None:
    plant = Plant().stock("rack", 25).site(weekly=10).demand("a", "rack", 25, due=3 * WEEK - 1)
    found = planned(plant)
    assert [n for n, _ in deliveries(found, "a")] == [5, 10, 10]
    assert found.reasons == ()


def test_nothing_makes_the_item() -> None:
    found = planned(Plant().demand("a", "ghost", 5, due=WEEK))
    assert [(r.kind, r.object, r.delay) for r in found.reasons] == [("not_made", "ghost", np.inf)]


def test_building_ahead_may_be_limited() -> None:
    """frePPLe's constraints_resource_1 in small: with a day ahead at most, the third unit is late, not early."""
    plant = Plant().centre("cell").make("x", {"at": "cell", "hours": DAY}).demand("a", "x", 3, due=10 * DAY)
    assert deliveries(planned(plant, Rules(build_ahead_hours=DAY)), "a") == [(2, 10 * DAY), (1, 11 * DAY)]


def test_rules_refuse_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="168"):
        Rules(bucket_hours=50)
    with pytest.raises(ValueError, match="negative"):
        Rules(build_ahead_hours=-1)
