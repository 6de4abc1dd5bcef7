"""Several sites: what is stocked, made and bought where, and what goes by which lane; by hand and as properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_priority import deliveries, planned
from tests.planning.test_properties import QUICK, lateness, supplied_plants

from plantwright.model.plan import Plan
from plantwright.planning import Rules, check_plan, plan, unconstrained, with_causes
from plantwright.simulation import simulate
from plantwright.simulation.check import check_replications


def two_sites() -> Plant:
    """Racks are in stock in Ohio alone, three days from Texas."""
    return Plant(weeks=12).sites("ohio", "texas").stock("rack", 10).lane("ohio", "texas", 3 * DAY)


def transfers(found: Plan) -> list[tuple[str, str, float, float, float]]:
    return [(o.item, o.origin, o.quantity, o.ships, o.arrives) for o in found.transfer_orders]


def test_what_is_ordered_at_one_site_comes_from_another() -> None:
    found = planned(two_sites().demand("a", "rack", 4, 10 * DAY, origin="texas"))
    assert transfers(found) == [("rack@texas", "rack@ohio", 4, 7 * DAY, 10 * DAY)]
    assert deliveries(found, "a") == [(4, 10 * DAY)]
    assert {(p.supply, p.item, p.quantity) for p in found.pegging} == {
        ("stock:rack@ohio:1", "rack@ohio", 4), ("move:rack@texas:1", "rack@texas", 4)
    }  # fmt: skip


def test_a_transfer_that_takes_too_long_is_the_reason_and_the_cause() -> None:
    plant = two_sites().demand("a", "rack", 4, DAY, origin="texas")
    found = planned(plant)
    assert deliveries(found, "a") == [(4, 3 * DAY)]
    assert [(r.kind, r.object) for r in found.reasons] == [("lane", "ohio_texas")]
    assert "lane ohio_texas takes 3 days" in found.reasons[0].text
    (cause,) = with_causes(plant.programme(), plant.schedule(), found).causes
    assert (cause.kind, cause.gain, cause.units) == ("lane", 2 * DAY, 4)


def test_a_lane_takes_so_many_a_week_of_all_items() -> None:
    """Five a week: in the second week four racks and a part leave, the other parts in the week before."""
    plant = Plant(weeks=12).sites("ohio", "texas").stock("rack", 10).stock("part", 10)
    plant.lane("ohio", "texas", DAY, weekly=5)
    plant.demand("a", "rack", 4, 2 * WEEK, origin="texas").demand("b", "part", 3, 2 * WEEK, 2, origin="texas")
    found = planned(plant)
    weeks = [(o.item, int(o.ships // WEEK), o.quantity) for o in found.transfer_orders]
    assert sorted(weeks) == [("part@texas", 0, 2), ("part@texas", 1, 1), ("rack@texas", 1, 4)]


def test_a_full_lane_is_the_reason_and_the_cause() -> None:
    plant = two_sites()
    plant.rows["lanes"] = []
    plant.lane("ohio", "texas", DAY, weekly=5).demand("a", "rack", 9, 6 * DAY, origin="texas")
    found = planned(plant)
    assert deliveries(found, "a") == [(5, 6 * DAY), (4, 8 * DAY)]
    (reason,) = found.reasons
    assert (reason.kind, reason.object) == ("lane", "ohio_texas")
    assert "takes no more than 5 in the week of" in reason.text
    causes = with_causes(plant.programme(), plant.schedule(), found).causes
    assert [(c.kind, c.units) for c in causes] == [("lane", 4)]


def test_transfers_come_in_lots_while_their_lane_is_open() -> None:
    plant = Plant(weeks=12).sites("ohio", "texas").stock("rack", 30)
    plant.lane("ohio", "texas", DAY, moq=8, multiple=4, valid_from=q(5 * DAY), valid_to=q(9 * DAY))
    found = planned(plant.demand("a", "rack", 9, 20 * DAY, origin="texas"))
    ((_, _, quantity, ships, _),) = transfers(found)
    assert quantity == 12
    assert 5 * DAY <= ships < 9 * DAY


def test_what_a_site_has_itself_comes_first_unless_the_lane_is_preferred() -> None:
    def of(preference: int) -> Plan:
        plant = Plant(weeks=12).sites("ohio", "texas").stock("part", 10).source("part", site="texas", lead=DAY)
        plant.lane("ohio", "texas", DAY, preference=preference)
        return planned(plant.demand("a", "part", 4, 2 * WEEK, origin="texas"))

    assert (len(of(1).purchase_orders), len(of(1).transfer_orders)) == (1, 0)
    assert (len(of(0).purchase_orders), len(of(0).transfer_orders)) == (0, 1)


def test_each_site_makes_with_its_own_stations_and_parts() -> None:
    """Texas builds what it can of its own three parts; the rest is built in Ohio and moved."""
    plant = Plant(weeks=12).sites("ohio", "texas").centre("line_o", 1).centre("line_t", 1, site="texas")
    plant.stock("part", 20).stock("part", 3, site="texas").lane("ohio", "texas", DAY, item="rack")
    plant.make("rack", {"at": "line_o", "hours": 2}, {"at": "line_t", "hours": 3}, part=1)
    plant.rows["routing"][1] = plant.rows["routing"][1].model_copy(update={"operation": "op0"})
    found = planned(plant.demand("a", "rack", 5, 2 * WEEK, origin="texas"))
    made = {
        item: sum(o.good for o in found.production_orders if o.item == item) for item in ("rack@ohio", "rack@texas")
    }
    assert made == {"rack@ohio": 2, "rack@texas": 3}
    assert [o.quantity for o in found.transfer_orders] == [2]


def test_lanes_in_a_circle_end() -> None:
    plant = Plant(weeks=12).sites("ohio", "texas", "utah").stock("rack", 2, site="utah")
    for begins, ends in (("ohio", "texas"), ("texas", "utah"), ("utah", "ohio"), ("texas", "ohio"), ("ohio", "utah")):
        plant.lane(begins, ends, 5.0)
    found = planned(plant.demand("a", "rack", 4, 2 * WEEK, origin="texas"))
    assert [(o.item, o.quantity) for o in found.transfer_orders] == [("rack@ohio", 2), ("rack@texas", 2)]
    assert sum(s.quantity for s in found.shipments) == 2


def test_what_is_moved_goes_off_when_it_would_have_where_it_came_from() -> None:
    plant = Plant(weeks=12).sites("ohio", "texas").item("glue", shelf_life=q(10 * DAY))
    plant.stock("glue", 5).source("glue", lead=0.0).lane("ohio", "texas", DAY)
    found = planned(plant.demand("a", "glue", 2, 30 * DAY, origin="texas"))
    (bought,), (moved,) = found.purchase_orders, found.transfer_orders
    assert moved.arrives == 30 * DAY
    assert bought.received >= 20 * DAY


def test_safety_stock_of_a_site_is_brought_there() -> None:
    plant = two_sites()
    plant.rows["items"] += [plant.rows["items"][0].model_copy(update={"site": "texas", "safety_stock": q(3)})]
    found = planned(plant)
    assert transfers(found) == [("rack@texas", "rack@ohio", 3, 0, 3 * DAY)]
    assert [(s.item, s.quantity, s.begins, s.ends) for s in found.shortfalls] == [("rack@texas", 3, 0, 3 * DAY)]


def test_unconstrained_needs_go_back_along_the_lanes() -> None:
    plant = two_sites().demand("a", "rack", 14, 2 * DAY, origin="texas")
    found = unconstrained(plant.programme(), plant.schedule())
    assert [(o.item, o.supplier, o.quantity, o.placed) for o in found.orders] == [
        ("rack@texas", "ohio_texas", 14, -DAY)
    ]
    assert [(r.item, r.gross) for r in found.requirements if r.gross] == [("rack@texas", 14), ("rack@ohio", 14)]


@st.composite
def networks(draw: st.DrawFn) -> Plant:
    """Draw a plant with everything of material, and a second and third site that get what they lack by lanes."""
    plant = draw(supplied_plants()).sites("home", "south", "north")
    for begins, ends in draw(st.lists(st.sampled_from([
        ("home", "south"), ("home", "north"), ("south", "north"), ("south", "home"), ("north", "south")
    ]), min_size=1, unique=True)):  # fmt: skip
        opens = draw(st.sampled_from([None, None, 200.0]))
        plant.lane(
            begins, ends, draw(st.floats(0, 2 * WEEK)), draw(st.sampled_from(["", "", "rack", "part1"])),
            draw(st.sampled_from([None, 3, 12])), moq=draw(st.integers(1, 4)), multiple=draw(st.integers(1, 3)),
            preference=draw(st.integers(0, 2)), valid_from=opens and q(opens),
            valid_to=draw(st.sampled_from([None, q(6 * WEEK)])),
        )  # fmt: skip
    for table in ("stock", "sources", "demand"):
        plant.rows[table] = [
            row.model_copy(update={"site": draw(st.sampled_from(["", "", "south", "north"]))})
            for row in plant.rows.get(table, [])
        ]
    plant.centre("line_s", draw(st.integers(0, 2)), site="south")
    if draw(st.booleans()):
        hours = draw(st.floats(0.5, 60))
        plant.make("rack", {"at": "line_s", "hours": hours, "name": "op0"})
    return plant


@QUICK
@given(networks())
def test_every_plan_of_several_sites_passes_the_checker(plant: Plant) -> None:
    programme, schedule = plant.programme(), plant.schedule()
    found = plan(programme, schedule)
    assert check_plan(programme, schedule, found) == ()
    assert found == plan(programme, schedule)


@QUICK
@given(networks(), st.sampled_from(["home", "south", "north"]), st.integers(1, 20))
def test_more_stock_at_a_site_never_makes_the_first_demand_later(plant: Plant, site: str, more: int) -> None:
    """Of a bought part that nothing is substituted for."""
    programme, schedule = plant.programme(), plant.schedule()
    before = lateness(programme, plan(programme, schedule))
    programme = plant.stock("part1", more, site=site).programme()
    assert lateness(programme, plan(programme, schedule))[0] <= before[0]


def test_one_site_plans_as_none() -> None:
    """What one site of its own does is the same under other names."""
    plant = two_sites()
    plant.rows["lanes"] = []
    plant.demand("a", "rack", 12, WEEK)
    alone = Plant(weeks=12).stock("rack", 10).demand("a", "rack", 12, WEEK)
    named = planned(plant)
    assert [(s.demand, s.quantity, s.arrives) for s in named.shipments] == [
        (s.demand, s.quantity, s.arrives) for s in planned(alone).shipments
    ]
    assert named.shipments[0].item == "rack@ohio"


def test_the_checker_sees_what_is_wrong_with_transfers() -> None:
    plant = two_sites()
    plant.rows["lanes"] = []
    plant.lane("ohio", "texas", 3 * DAY, weekly=7, moq=2, multiple=2, valid_to=q(8 * DAY))
    plant.demand("a", "rack", 4, 10 * DAY, origin="texas")
    programme, schedule = plant.programme(), plant.schedule()
    found = planned(plant)
    (order,) = found.transfer_orders

    def with_order(**change: object) -> Plan:
        return replace(found, transfer_orders=(replace(order, **change),))

    broken = {
        "no lane": with_order(lane="other"),
        "it leaves at": with_order(arrives=order.arrives - DAY),
        "are no lot": with_order(quantity=5.0),
        "is not open": with_order(ships=9 * DAY, arrives=12 * DAY),
        "above its limit": with_order(quantity=8.0),
        "before they are there": with_order(quantity=12.0),
        "gives": with_order(quantity=2.0),
    }
    for words, wrong in broken.items():
        assert any(words in fault for fault in check_plan(programme, schedule, wrong)), words


def test_the_simulation_moves_what_the_plan_moves() -> None:
    """The lane is part of the simulated world: units leave Ohio when planned and arrive three days later."""
    plant = two_sites().demand("a", "rack", 4, 10 * DAY, origin="texas").site("site")
    plant.rows["destinations"] = plant.rows["destinations"][:1]
    programme, found = plant.programme(), planned(plant)
    results = simulate(programme, found, np.zeros((1, 0)), 1, 1)
    assert check_replications(programme, found, results) == ()
    assert results.demand_arrived.sum() == 4
    assert results.delivered_at[0, 0] >= 10 * DAY


def test_lanes_may_be_worked_ahead_only_so_far() -> None:
    found = plan(two_sites().demand("a", "rack", 4, 10 * DAY, origin="texas").programme(), two_sites().schedule(),
                 rules=Rules(build_ahead_hours=0.0))  # fmt: skip
    assert found.transfer_orders[0].arrives == 10 * DAY
