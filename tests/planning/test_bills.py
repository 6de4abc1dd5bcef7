"""Substitutes, dates and customers of bills of material, and phantoms: what the planner takes, when and for whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.planning.programmes import DAY, WEEK, Plant, q

from plantwright.model.plan import Plan
from plantwright.planning import check_plan, plan
from plantwright.simulation import simulate


def racks() -> Plant:
    """A line with room for everything; racks of two chips, or of three twins where chips come too late."""
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10})
    return plant.component("rack", "chip", 2).component("rack", "twin", 3, substitute_for="chip")


def planned(plant: Plant) -> Plan:
    programme, schedule = plant.programme(), plant.schedule()
    found = plan(programme, schedule)
    assert check_plan(programme, schedule, found) == ()
    return found


def taken(found: Plan) -> dict[str, float]:
    """Return the units of each component that orders took where they had a choice."""
    total: dict[str, float] = {}
    for row in found.consumptions:
        total[row.component] = total.get(row.component, 0.0) + row.quantity
    return total


def test_the_preferred_component_is_taken_as_long_as_it_comes_in_time() -> None:
    found = planned(racks().stock("chip", 20).stock("twin", 99).demand("a", "rack", 10, 4 * WEEK))
    assert taken(found) == {"chip": 20}


def test_a_substitute_takes_over_where_the_preferred_one_would_be_late() -> None:
    plant = racks().stock("chip", 12).source("chip", lead=8 * WEEK).stock("twin", 99)
    found = planned(plant.demand("a", "rack", 10, 4 * WEEK))
    assert taken(found) == {"chip": 12, "twin": 12}
    assert found.reasons == ()
    by_order = {row.order: row.component for row in found.consumptions}
    assert {o.good: by_order[o.id] for o in found.production_orders} == {6: "chip", 4: "twin"}


def test_preferences_go_before_the_order_of_rows() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10})
    plant.component("rack", "chip", 1, preference=2).component("rack", "twin", 1, substitute_for="chip")
    found = planned(plant.stock("chip", 9).stock("twin", 9).demand("a", "rack", 5, WEEK))
    assert taken(found) == {"twin": 5}


def test_a_substitute_waits_until_it_is_qualified() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10})
    plant.component("rack", "chip", 1)
    plant.component("rack", "twin", 1, substitute_for="chip", valid_from=q(6 * WEEK))
    found = planned(plant.stock("chip", 4).stock("twin", 9).demand("a", "rack", 6, 4 * WEEK))
    late = found.shipments_of["a"][-1]
    assert (late.quantity, late.ships) == (2, 6 * WEEK + 10)
    assert [(r.kind, r.object) for r in found.reasons] == [("part", "chip")]


def test_a_line_is_taken_within_its_dates_alone() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10})
    plant.component("rack", "old", 1, valid_to=q(4 * WEEK)).component("rack", "new", 1, valid_from=q(4 * WEEK))
    plant.stock("old", 50).stock("new", 50).demand("a", "rack", 3, 3 * WEEK).demand("b", "rack", 5, 5 * WEEK)
    assert taken(planned(plant)) == {"old": 3, "new": 5}


def test_a_substitute_for_one_customer_serves_no_other() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10}, tray=1.1)
    plant.make("tray", {"at": "line", "hours": 5})
    plant.component("tray", "chip", 1).component("tray", "twin", 1, substitute_for="chip", customers=("ours",))
    plant.stock("chip", 5).stock("twin", 50)
    plant.demand("a", "rack", 8, 3 * WEEK, customer="ours").demand("b", "rack", 8, 3 * WEEK, customer="theirs")
    found = planned(plant)
    customer = {"a": "ours", "b": "theirs"}
    twins = {row.order for row in found.consumptions if row.component == "twin"}
    assert twins
    assert {customer[p.demand] for p in found.pegging if p.supply in twins} == {"ours"}
    assert sum(s.quantity for s in found.shipments_of.get("b", ())) == 0


def test_a_phantom_is_passed_through() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10}, {"at": "line", "hours": 1})
    plant.phantom("kit").component("rack", "kit", 2, "op1").component("kit", "bolt", 4).component("kit", "nut", 3)
    found = planned(plant.stock("bolt", 80).stock("nut", 60).demand("a", "rack", 10, WEEK))
    assert {(p.item, p.quantity) for p in found.pegging} == {("rack", 10), ("bolt", 80), ("nut", 60)}
    assert not any(o.item == "kit" for o in found.production_orders)


def test_a_by_product_serves_demands_once_it_comes_out() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("plate", {"at": "line", "hours": 10}, sheet=1).stock("sheet", 9)
    plant.component("plate", "cover", 2, by_product=True).demand("a", "plate", 3, 2 * WEEK)
    found = planned(plant.demand("b", "cover", 8, 4 * WEEK, priority=2))
    assert {(p.supply, p.demand, p.quantity) for p in found.pegging if p.item == "cover"} == {
        ("make:plate:1>cover", "b", 6)
    }
    results = simulate(plant.programme(), found, np.zeros((1, 0)), 1, 1)
    assert results.demand_shipped[0].sum(axis=1).tolist() == [3, 6]
    unbacked = replace(found, production_orders=tuple(replace(o, good=2.0) for o in found.production_orders))
    assert any("cover" in fault for fault in check_plan(plant.programme(), plant.schedule(), unbacked))


def test_the_simulation_takes_what_the_plan_chose() -> None:
    plant = racks().stock("chip", 12).stock("twin", 12).demand("a", "rack", 10, 4 * WEEK)
    programme = plant.programme()
    results = simulate(programme, planned(plant), np.zeros((1, 0)), 1, 1)
    assert results.finished[0, results.items.index("rack")].sum() == 10
    one_chip_less = simulate(racks().stock("chip", 11).stock("twin", 12).demand("a", "rack", 10, 4 * WEEK).programme(),
                             planned(plant), np.zeros((1, 0)), 1, 1)  # fmt: skip
    assert one_chip_less.finished[0, results.items.index("rack")].sum() == 9


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("nothing is taken", lambda f: replace(f, consumptions=f.consumptions[1:])),
        ("bill does not say", lambda f: replace(f, consumptions=(*f.consumptions, f.consumptions[-1]))),
        ("may not be taken", lambda f: replace(f, production_orders=tuple(
            replace(o, finish=o.finish - 3 * WEEK, release=o.release - 3 * WEEK) for o in f.production_orders
        ))),
        ("are taken for", lambda f: replace(f, consumptions=tuple(replace(c, quantity=1) for c in f.consumptions))),
    ],
)  # fmt: skip
def test_the_checker_sees_wrong_choices(words: str, change: object) -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 10})
    plant.component("rack", "chip", 2, valid_from=q(3 * WEEK)).component("rack", "twin", 2, substitute_for="chip")
    plant.stock("chip", 20).demand("a", "rack", 10, 4 * WEEK)
    found = planned(plant)
    wrong = change(found)  # type: ignore[operator]
    assert any(words in fault for fault in check_plan(plant.programme(), plant.schedule(), wrong))


def test_dates_count_from_the_moment_that_the_operation_begins() -> None:
    plant = Plant(weeks=12).centre("line", 50).make("rack", {"at": "line", "hours": 2 * DAY})
    plant.component("rack", "old", 1, valid_to=q(3 * WEEK)).component("rack", "new", 1, valid_from=q(3 * WEEK))
    plant.stock("old", 50).stock("new", 50)
    assert taken(planned(plant.demand("a", "rack", 1, 3 * WEEK + DAY))) == {"old": 1}
