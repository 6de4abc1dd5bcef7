"""What would be needed: textbook netting by hand, totals as the constrained plan's, balances on any programme."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from tests.planning.programmes import DAY, WEEK, Plant, needs, q
from tests.planning.test_properties import QUICK, plants

from plantwright.model.quantity import Step, Stepped
from plantwright.planning import plan, unconstrained
from plantwright.planning.check_effort import expected_effort


def needed(plant: Plant):
    return unconstrained(plant.programme(), plant.schedule())


def test_requirements_are_netted_level_by_level_and_offset_by_lead_times() -> None:
    """Orlicky's scheme: 10 racks of 2 trays due in week 4; 4 trays are in stock, trays take a week, chips two."""
    plant = Plant().centre("line", 1).make("rack", {"at": "line", "hours": 2 * DAY}, tray=2)
    plant.make("tray", {"at": "line", "hours": WEEK}, chip=3).stock("tray", 4).source("chip", lead=2 * WEEK, moq=50)
    found = needed(plant.demand("a", "rack", 10, due=4 * WEEK))
    orders = [(o.item, o.quantity, o.placed / DAY, o.there / DAY) for o in found.orders]
    assert orders == [("rack", 10, 26, 28), ("tray", 16, 19, 26), ("chip", 50, 5, 19)]
    trays = [r for r in found.requirements if r.item == "tray"]
    assert [(r.week, r.gross, r.net, r.received, r.ordered) for r in trays] == [(2, 0, 0, 0, 16), (3, 20, 16, 16, 0)]


def test_what_should_have_been_ordered_before_the_start_says_so() -> None:
    plant = Plant().source("x", lead=10 * DAY).demand("a", "x", 4, due=3 * DAY)
    (order,) = needed(plant).orders
    assert order.placed == -7 * DAY
    assert [r.week for r in needed(plant).requirements] == [-1, 0]


def test_the_load_shows_how_much_more_than_all_is_asked() -> None:
    plant = Plant().centre("cell", 1).resource("power", 5)
    plant.make("rack", {"at": "cell", "hours": DAY, "resources": needs(power=10)}).demand("a", "rack", 21, due=2 * WEEK)
    loads = {(load.object, load.week): load.needed / load.available for load in needed(plant).loads if load.needed}
    assert loads == {("cell", 1): pytest.approx(3), ("power", 1): pytest.approx(6)}


@QUICK
@given(plants())
def test_needs_and_orders_balance_at_every_level(plant: Plant) -> None:
    """Stock and orders cover all gross needs; the gross needs of a part are what the orders above it take."""
    programme = plant.programme()
    found = unconstrained(programme, plant.schedule())
    gross: dict[str, float] = defaultdict(float)
    for demand in programme.demand:
        gross[demand.item] += demand.quantity
    for order in (o for o in found.orders if o.item in programme.routing_of):
        effort = expected_effort(programme.routing_of[order.item])
        for line in programme.components_of.get(order.item, ()):
            gross[line.component] += order.quantity * line.quantity.planned * effort.reached[0]
    for item in programme.items:
        rows = [r for r in found.requirements if r.item == item.id]
        assert sum(r.gross for r in rows) == pytest.approx(gross[item.id])
        net = sum(r.net for r in rows)
        ordered = sum(o.quantity for o in found.orders if o.item == item.id)
        assert ordered >= net - 1e-6 or item.id not in {*programme.routing_of, *programme.sources_of}
        assert sum(r.ordered for r in rows) == pytest.approx(ordered)
    for centre in programme.work_centres:
        hours = sum(
            o.quantity * step.time.planned * passes / step.batch_max
            for o in found.orders if o.item in programme.routing_of
            for step, passes in zip(
                programme.routing_of[o.item], expected_effort(programme.routing_of[o.item]).passes, strict=True
            ) if step.work_centre == centre.id
        )  # fmt: skip
        assert sum(load.needed for load in found.loads if load.object == centre.id) == pytest.approx(hours)


def test_without_limits_both_plans_order_the_same() -> None:
    plant = Plant().centre("line", 100).make("rack", {"at": "line", "hours": 5, "share": 0.8}, tray=2)
    plant.make("tray", {"at": "line", "hours": 3}, chip=3).source("chip", lead=DAY).demand(
        "a", "rack", 10, due=3 * WEEK
    )
    constrained, free = plan(plant.programme(), plant.schedule()), needed(plant)
    for item in ("rack", "tray"):
        made = sum(o.good for o in constrained.production_orders if o.item == item)
        assert made == pytest.approx(sum(o.quantity for o in free.orders if o.item == item), abs=1)
    bought = sum(o.quantity for o in constrained.purchase_orders)
    assert bought == pytest.approx(sum(o.quantity for o in free.orders if o.item == "chip"), abs=3)


def test_what_is_in_process_needs_only_what_is_left_of_it() -> None:
    plant = Plant().centre("cell").centre("bench").source("part").source("crate")
    plant.make("rack", {"at": "cell", "hours": 2, "name": "build"}, {"at": "bench", "hours": 3, "name": "pack"}, part=2)
    plant.component("rack", "crate", 1.0, operation="pack").firm("job7", "rack", 4, WEEK, next_operation="pack")
    found = unconstrained(plant.programme(), plant.schedule())
    assert {o.item: o.quantity for o in found.orders} == {"crate": 4}
    assert {e.object: e.needed for e in found.loads if e.needed} == {"bench": 12}


def test_safety_stock_is_required_from_its_dates_on() -> None:
    """Two at the start, four more from week 10; from week 30 on demands take all of it, and ask for the rest."""
    level = Stepped(2.0, later=(Step(q(10 * WEEK), q(6)), Step(q(30 * WEEK), q(0))))
    plant = Plant(weeks=40).item("part", safety_stock=level).stock("part", 1).source("part", lead=WEEK)
    found = unconstrained(plant.demand("a", "part", 8, 35 * WEEK).programme(), plant.schedule())
    assert [(o.quantity, o.there) for o in found.orders] == [(1, 0.0), (4, 10 * WEEK), (2, 35 * WEEK)]
    assert sum(r.gross for r in found.requirements) == 8
