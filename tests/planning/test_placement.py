"""Guaranteed service: the published optimum, every optimum of small networks, and what a programme means as one."""

from __future__ import annotations

from itertools import product
from math import inf, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from tests.planning.programmes import DAY, WEEK, Plant

from plantwright.model.issues import ProgrammeError
from plantwright.planning.placement import ServiceNetwork, Stage, place
from plantwright.planning.service_network import Service, item_costs, replenishment_hours, safety_stocks

QUARTER = 91 * DAY


def test_snyder_shen_example_6_5() -> None:
    """Snyder and Shen, Fundamentals of Supply Chain Theory (2nd edition 2019), example 6.5: the optimum is 8.2779."""
    stages = (
        Stage("1", 2, 1.0, sqrt(2.0), inbound=1),
        Stage("2", 1, 3.0, 1.0, promised=0),
        Stage("3", 1, 2.0, sqrt(2.0)),
        Stage("4", 1, 3.0, 1.0, promised=1),
    )
    found = place(ServiceNetwork(stages, ((0, 2), (2, 1), (2, 3)), 1.0))
    assert found.cost == pytest.approx(8.2779, abs=5e-5)
    assert found.is_optimal
    assert (found.quoted, found.covered) == ((0, 0, 0, 1), (3, 1, 1, 0))


@st.composite
def networks(draw: st.DrawFn) -> ServiceNetwork:
    """Draw a network of up to five stages, with any arcs from one to a later one: circles without direction too."""
    count = draw(st.integers(1, 5))
    arcs = tuple((a, b) for b in range(count) for a in range(b) if draw(st.booleans()))
    stages = tuple(
        Stage(
            str(k), draw(st.integers(0, 3)), draw(st.integers(0, 9)), draw(st.sampled_from([0.0, 0.5, 1.0, 3.0])),
            inbound=draw(st.sampled_from([0, 0, 2])),
            promised=draw(st.sampled_from([0, 1] if k not in {a for a, _ in arcs} else [0, 2, inf])),
        )
        for k in range(count)
    )  # fmt: skip
    return ServiceNetwork(stages, arcs, 1.5)


def least_cost(network: ServiceNetwork) -> float:
    """Return the least cost over all whole service times: nothing of the engine is used."""
    most = sum(stage.time for stage in network.stages) + 2
    best = inf
    for quoted in product(*(range(int(min(stage.promised, most)) + 1) for stage in network.stages)):
        cost = 0.0
        for k, stage in enumerate(network.stages):
            left = max([stage.inbound, *(quoted[a] for a, b in network.arcs if b == k)]) + stage.time - quoted[k]
            cost += 1.5 * stage.cost * stage.spread * sqrt(left) if left >= 0 else inf
        best = min(best, cost)
    return best


@settings(max_examples=60, deadline=None, derandomize=True)
@given(networks())
def test_no_placement_of_a_small_network_costs_less(network: ServiceNetwork) -> None:
    found = place(network)
    assert found.is_optimal
    assert found.cost == pytest.approx(least_cost(network), abs=1e-6)
    for k, stage in enumerate(network.stages):
        arrives = max([stage.inbound, *(found.quoted[a] for a, b in network.arcs if b == k)])
        assert 0 <= found.quoted[k] <= stage.promised
        assert found.covered[k] == max(arrives + stage.time - found.quoted[k], 0)


def test_what_goes_round_in_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        ServiceNetwork((Stage("a", 1, 1.0, 1.0), Stage("b", 1, 1.0, 1.0)), ((0, 1), (1, 0)), 1.0)
    with pytest.raises(ValueError, match="there is not"):
        ServiceNetwork((Stage("a", 1, 1.0, 1.0),), ((0, 1),), 1.0)


def plant() -> Plant:
    """Return a rack of two trays of one part that comes in ten days, asked for in four quarters."""
    found = Plant(weeks=52).centre("line").source("part", lead=10 * DAY).source("frame", lead=3 * DAY)
    found.make("tray", {"at": "line", "hours": 2 * DAY}, part=1.0)
    found.make("rack", {"at": "line", "hours": DAY}, tray=2.0, frame=1.0)
    for n, units in enumerate((100, 140, 120, 160)):
        found.demand(f"d{n}", "rack", units, (n + 0.5) * QUARTER)
    return found


def test_a_chain_is_placed_as_by_hand() -> None:
    """Where nothing is cheaper before it was built in, all is held at the end, for the longest way."""
    programme = plant().programme()
    assert item_costs(programme) == {"part": 1.0, "frame": 1.0, "tray": 1.0, "rack": 3.0}
    times = {name: replenishment_hours(programme, name) / DAY for name in ("part", "tray", "rack", "frame")}
    assert times == {"part": 10, "tray": 2, "rack": 1, "frame": 3}
    found = safety_stocks(programme, Service(level=0.9, spread=0.2))
    held = {each.item: each.covered / DAY for each in found.items}
    choices = {
        "all at the end": 3 * sqrt(13),
        "trays": 3 * sqrt(1) + 2 * sqrt(12) + sqrt(3),
        "parts": 3 * sqrt(3) + 2 * sqrt(10),
    }
    assert min(choices, key=lambda name: choices[name]) == "all at the end"
    assert held == {"part": 0, "frame": 0, "tray": 0, "rack": 13}
    days = (365 - 90) / 3  # of the quarters after the first: 91, 92 and 92
    sigma = 0.2 * 130 / sqrt(days)
    rack = next(each for each in found.items if each.item == "rack")
    assert rack.stock == pytest.approx(float(norm.ppf(0.9)) * sigma * sqrt(13), abs=1.0)
    assert found.cost == pytest.approx(0.2 * 3 * float(norm.ppf(0.9)) * sigma * sqrt(13), rel=1e-2)


def test_what_customers_wait_for_needs_no_stock() -> None:
    assert all(each.stock == 0 for each in safety_stocks(plant().programme(), Service(time=13 * DAY)).items)
    some = safety_stocks(plant().programme(), Service(time=12 * DAY, spread=0.2))
    assert sum(each.stock for each in some.items) > 0


def test_a_surer_service_and_more_spread_hold_more() -> None:
    programme = plant().programme()
    costs = [safety_stocks(programme, Service(level, spread=0.2)).cost for level in (0.5, 0.8, 0.95, 0.99)]
    assert costs == sorted(costs)
    assert costs[0] == 0.0
    spreads = [safety_stocks(programme, Service(spread=s)).cost for s in (0.1, 0.2, 0.4)]
    assert spreads[2] == pytest.approx(2 * spreads[1])
    assert spreads[1] == pytest.approx(2 * spreads[0])


def test_a_ramp_is_no_spread() -> None:
    ramp = Plant(weeks=52).source("part", lead=10 * DAY)
    for n in range(4):
        ramp.demand(f"d{n}", "part", 100 + 50 * n, (n + 0.5) * QUARTER)
    assert safety_stocks(ramp.programme(), Service()).cost == pytest.approx(0.0, abs=1e-6)


def test_a_spread_that_cannot_be_told_is_asked_for() -> None:
    once = Plant(weeks=52).source("part", lead=10 * DAY).demand("d", "part", 10, 20 * WEEK)
    with pytest.raises(ProgrammeError, match="spread"):
        safety_stocks(once.programme(), Service())
    assert safety_stocks(once.programme(), Service(spread=0.3)).cost > 0


def test_an_item_at_a_site_is_held_where_it_is_cheaper() -> None:
    """A lane is a stage: what it brings costs more there, so what the lane does not take is held before it."""
    found = Plant(weeks=52).sites("ohio", "texas").source("part", lead=40 * DAY).lane("ohio", "texas", DAY, cost=9.0)
    for n in range(4):
        found.demand(f"d{n}", "part", 100 + 30 * (n % 2), (n + 0.5) * QUARTER, origin="texas")
    held = {each.item: each.covered / DAY for each in safety_stocks(found.programme(), Service()).items}
    assert held == {"part@ohio": 40, "part@texas": 1}
