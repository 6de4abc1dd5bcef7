"""Production orders that stand: they come first, never move, and what they lack is named."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_priority import deliveries
from tests.planning.test_properties import QUICK, supplied_plants

from plantwright.model.plan import Plan
from plantwright.planning import check_plan, plan
from plantwright.simulation import simulate


def planned(plant: Plant) -> Plan:
    """Plan, and let the independent checker pass on it."""
    programme = plant.programme()
    found = plan(programme, plant.schedule())
    assert check_plan(programme, plant.schedule(), found) == ()
    return found


def cell(stations: int = 1) -> Plant:
    """A cell that makes a rack of two parts a day on each station."""
    return Plant().centre("cell", stations).make("rack", {"at": "cell", "hours": DAY}, part=2)


def test_an_order_that_stands_has_its_station_and_parts_before_any_demand() -> None:
    plant = cell().stock("part", 4).source("part", lead=4 * WEEK).firm("job7", "rack", 1, 5 * DAY)
    found = planned(plant.demand("a", "rack", 2, due=5 * DAY).demand("b", "rack", 1, due=6 * DAY, priority=2))
    (stands,) = [order for order in found.production_orders if order.frozen]
    assert (stands.id, stands.good, stands.release, stands.finish) == ("job7", 1, 4 * DAY, 5 * DAY)
    assert deliveries(found, "a") == [(2, 5 * DAY)]
    assert {(p.supply, p.demand) for p in found.pegging} >= {("job7", "a"), ("stock:part:1", "firm:job7")}
    assert found.clashes == ()


def test_missing_parts_are_named_with_the_day_on_which_they_are_there() -> None:
    found = planned(cell(2).stock("part", 3).source("part", lead=4 * WEEK).firm("job7", "rack", 2, 5 * DAY))
    (clash,) = found.clashes
    assert (clash.order, clash.kind, clash.object, clash.quantity, clash.at, clash.until) == (
        "job7", "part", "part", 1, 4 * DAY, 4 * WEEK,
    )  # fmt: skip
    assert clash.text == "job7: 1 part, needed on 9 Jan 2026, are there only on 2 Feb 2026"
    assert found.production_orders[0].finish == 5 * DAY


def test_parts_that_never_come_are_named_as_well() -> None:
    (clash,) = planned(cell(2).stock("part", 3).firm("job7", "rack", 2, 5 * DAY)).clashes
    assert (clash.quantity, clash.until) == (1, inf)


def test_two_orders_on_one_station_are_named_with_the_hours_that_are_not_there() -> None:
    plant = cell().stock("part", 99).firm("job7", "rack", 1, 5 * DAY).firm("job8", "rack", 1, 4.5 * DAY)
    found = planned(plant.demand("a", "rack", 3, due=6 * DAY))
    (clash,) = found.clashes
    assert (clash.order, clash.kind, clash.object, clash.quantity) == ("job8", "work_centre", "cell", 12)
    assert {o.id: o.finish for o in found.production_orders if o.frozen} == {"job7": 5 * DAY, "job8": 4.5 * DAY}


def test_an_order_that_had_to_begin_before_the_start_is_named() -> None:
    found = planned(cell().stock("part", 99).firm("job7", "rack", 1, 0.5 * DAY))
    (late,) = found.clashes
    assert (late.kind, late.until) == ("lead_time", 0.5 * DAY)
    assert found.production_orders[0].release == 0


def test_an_order_takes_one_line_of_a_place_for_all_its_units() -> None:
    plant = cell(2).component("rack", "spare", 2.0, substitute_for="part").stock("part", 3).stock("spare", 9)
    found = planned(plant.firm("job7", "rack", 2, 5 * DAY))
    assert [(c.order, c.component, c.quantity) for c in found.consumptions] == [("job7", "spare", 4)]
    assert found.clashes == ()


def test_an_order_for_what_cannot_be_made_is_named_and_the_rest_is_planned() -> None:
    plant = cell().stock("part", 9).centre("lab").make("egg", {"at": "lab", "hours": 1}, hen=1)
    plant.make("hen", {"at": "lab", "hours": 1}, egg=1).firm("job7", "egg", 1, WEEK).firm("job8", "rack", 1, WEEK)
    found = planned(plant)
    assert [(c.order, c.kind) for c in found.clashes] == [("job7", "not_made")]
    assert [o.id for o in found.production_orders] == ["job8"]


def line() -> Plant:
    """A line of three days: a rack is built from two parts, tested, and packed in a crate."""
    plant = Plant().centre("cell").centre("bench").centre("dock")
    places = {"build": "cell", "test": "bench", "pack": "dock"}
    steps = [{"at": at, "hours": DAY, "name": name} for name, at in places.items()]
    return plant.make("rack", *steps, part=2).component("rack", "crate", 1.0, operation="pack")


def test_what_is_in_process_takes_only_what_is_left_of_it() -> None:
    """At its test a rack takes bench, dock and crate; the cell and the parts that it has had are free for another."""
    plant = line().stock("part", 2).stock("crate", 2).firm("job7", "rack", 1, 2 * DAY, next_operation="test")
    found = planned(plant.demand("a", "rack", 1, due=2 * DAY).demand("b", "rack", 1, due=3 * DAY, priority=2))
    stands = next(order for order in found.production_orders if order.frozen)
    assert (stands.release, stands.finish) == (0, 2 * DAY)
    assert deliveries(found, "a") == [(1, 2 * DAY)]
    assert deliveries(found, "b") == [(1, 3 * DAY)]
    assert {p.item for p in found.pegging if p.demand == "firm:job7"} == {"crate"}
    assert found.clashes == ()


def test_units_in_process_are_those_that_the_rest_of_the_routing_leaves_good() -> None:
    plant = Plant().centre("cell").centre("bench")
    plant.make("rack", {"at": "cell", "hours": 1, "share": 0.5}, {"at": "bench", "hours": 1, "share": 0.8})
    found = planned(plant.firm("job7", "rack", 8, WEEK, next_operation="op1").firm("job8", "rack", 8, 2 * WEEK))
    assert {o.id: o.quantity for o in found.production_orders} == {"job7": 10, "job8": 20}


def test_an_order_that_stands_goes_by_the_work_centres_that_it_names() -> None:
    plant = cell().centre("old").stock("part", 99)
    plant.rows["routing"] += [
        plant.rows["routing"][0].model_copy(update={"work_centre": "old", "preference": 2, "time": q(3 * DAY)})
    ]
    plant.firm("job7", "rack", 1, 5 * DAY, work_centres=("old",)).firm("job8", "rack", 1, 5 * DAY)
    found = planned(plant.demand("a", "rack", 2, due=5 * DAY))
    assert {a.order: a.work_centre for a in found.assignments} == {"job7": "old", "job8": "cell"}
    assert {o.id: o.release for o in found.production_orders} == {"job7": 2 * DAY, "job8": 4 * DAY}
    assert found.clashes == ()
    moved = replace(found, assignments=tuple(replace(a, work_centre="cell", preference=1) for a in found.assignments))
    assert any("not by old" in fault for fault in check_plan(plant.programme(), plant.schedule(), moved))


def test_an_order_that_stands_is_no_safety_stock_where_there_are_further_ways() -> None:
    plant = cell().centre("old").stock("part", 99)
    plant.rows["routing"] += [plant.rows["routing"][0].model_copy(update={"work_centre": "old", "preference": 2})]
    found = planned(plant.firm("job7", "rack", 3, WEEK).demand("a", "rack", 3, due=2 * WEEK))
    assert [o.id for o in found.production_orders] == ["job7"]


def test_the_simulated_line_starts_with_what_is_in_process() -> None:
    plant = line().stock("crate", 1).firm("job7", "rack", 1, 2 * DAY, next_operation="test")
    programme = plant.demand("a", "rack", 1, due=2 * DAY).programme()
    worlds = simulate(programme, planned(plant), np.zeros((1, 0)), 1, 1)
    assert worlds.delivered_at.tolist() == [[2 * DAY]]


@st.composite
def standing_plants(draw: st.DrawFn) -> Plant:
    plant = draw(supplied_plants())
    for row in [row for row in plant.rows["routing"] if draw(st.booleans())]:
        other = {"work_centre": "line" if row.work_centre == "test" else "test", "preference": 2, "time": q(9.0)}
        plant.rows["routing"].append(row.model_copy(update=other))
    for n in range(draw(st.integers(1, 4))):
        item, finish = draw(st.sampled_from(["rack", "tray0", "tray1"])), draw(st.floats(1, 11 * WEEK))
        rows = [row for row in plant.rows["routing"] if row.item == item]
        left = draw(st.sampled_from(["", *(row.operation for row in rows)]))
        centres = draw(st.sampled_from([(), *((row.work_centre,) for row in rows)]))
        plant.firm(f"job{n}", item, draw(st.integers(1, 6)), finish, next_operation=left, work_centres=centres)
    return plant


@QUICK
@given(standing_plants())
def test_an_order_that_stands_never_moves(plant: Plant) -> None:
    """Whatever is drawn: each order is where the programme has it, and the checker passes what is planned around it."""
    found = planned(plant)
    stands = {o.id: (o.item, o.good, o.finish) for o in found.production_orders if o.frozen}
    wanted = {o.id: (o.item, o.quantity.planned, o.finish.planned) for o in plant.rows["production_orders"]}
    assert stands == pytest.approx(wanted) if not stands else stands == wanted


@QUICK
@given(standing_plants())
def test_demands_change_nothing_of_what_an_order_that_stands_is_given(plant: Plant) -> None:
    programme, found = plant.programme(), planned(plant)
    alone = plan(replace(programme, demand=()), plant.schedule())
    assert found.clashes == alone.clashes


def test_the_checker_sees_what_is_wrong_with_an_order_that_stands() -> None:
    plant = cell(2).stock("part", 3).firm("job7", "rack", 2, 5 * DAY).demand("a", "rack", 1, due=9 * DAY)
    programme, found = plant.programme(), planned(plant)
    (stands, *others) = found.production_orders
    moved = replace(found, production_orders=(replace(stands, finish=6 * DAY), *others))
    broken = {
        "not in the plan as it is": moved,
        "before they are there": replace(found, clashes=()),
        "no such order stands": replace(found, production_orders=(replace(stands, id="job9"), *others)),
        "no order that stands lacks": replace(found, clashes=(replace(found.clashes[0], object="rack"),)),
        "of which it takes": replace(found, clashes=(replace(found.clashes[0], quantity=99.0),)),
    }
    for words, wrong in broken.items():
        assert any(words in fault for fault in check_plan(programme, plant.schedule(), wrong)), words
