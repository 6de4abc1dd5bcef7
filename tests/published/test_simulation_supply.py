"""Replenishment and release by cards against inventory theory and queueing networks.

As elsewhere: the 99 % interval of 20 replications holds the exact value, the seed is fixed.
"""

from __future__ import annotations

import math

import pytest
from scipy import stats
from tests.published.chains import Line, closed_line
from tests.published.test_simulation_exact import part_throughput, simulated

from plantwright.simulation import Network, Totals
from plantwright.simulation.network import Failure, Operation, Reorder, Route, Source, Stock, WorkCentre
from plantwright.simulation.times import Exponential, Fixed, Time


def shop(order: Reorder, rate: float, level: float) -> Network:
    """Customers come at a rate, each takes a part at once or waits for it."""
    return Network(
        (WorkCentre("counter", stations=None),),
        (Route("customer", (Operation("buy", "counter", Fixed(0.0), components={"part": 1}),)),),
        stocks=(Stock("part", level),),
        sources=(Source("customer", Exponential(1 / rate)),),
        reorders=(order,),
    )


def waiting(totals: Totals) -> float:
    return totals.mean_queue("counter")


def on_hand(totals: Totals) -> float:
    return totals.stock_level("part")


@pytest.mark.parametrize("lead_time", [Fixed(4.0), Exponential(4.0)], ids=["fixed", "exponential"])
@pytest.mark.parametrize("stock", [2, 6])
def test_a_base_stock_by_palms_theorem(lead_time: Time, stock: int) -> None:
    """What is on order is Poisson with mean rate times lead time, whatever its distribution (Palm 1938)."""
    order = stats.poisson(1.0 * 4.0)
    short = sum((k - stock) * order.pmf(k) for k in range(stock, 60))
    network = shop(Reorder("part", stock - 1, stock, lead_time), 1.0, stock)
    assert simulated(network, waiting, 200, 20_000).holds(short)
    assert simulated(network, on_hand, 200, 20_000).holds(stock - 4.0 + short)


def test_order_point_and_quantity() -> None:
    """With unit demands the inventory position is uniform over the reorder point + 1 to the order-up-to level (Hadley
    and Whitin 1963)."""
    point, up_to, rate, lead = 5, 12, 1.0, 4.0
    demand = stats.poisson(rate * lead)
    short = sum(
        sum((d - position) * demand.pmf(d) for d in range(position, 60)) for position in range(point + 1, up_to + 1)
    ) / (up_to - point)
    held = (point + 1 + up_to) / 2 - rate * lead + short
    network = shop(Reorder("part", point, up_to, Fixed(lead)), rate, up_to)
    assert simulated(network, on_hand, 200, 20_000).holds(held)
    assert simulated(network, waiting, 200, 20_000).holds(short)


def test_refused_parts_are_ordered_again() -> None:
    """With two of five refused, each part takes a geometric number of lead times: 4 / 0.6 in the mean."""
    network = shop(Reorder("part", 9, 10, Fixed(4.0), accepted=0.6), 1.0, 10)
    order = stats.poisson(4.0 / 0.6)
    held = 10 - 4.0 / 0.6 + sum((k - 10) * order.pmf(k) for k in range(10, 80))
    assert simulated(network, on_hand, 500, 20_000).holds(held)


@pytest.mark.parametrize(("rates", "cards"), [((1.0, 1.0, 1.0), 3), ((1.0, 0.7, 1.2), 6)])
def test_conwip_is_a_closed_loop(rates: tuple[float, ...], cards: int) -> None:
    operations = tuple(Operation(f"op{i}", f"m{i}", Exponential(1 / mu)) for i, mu in enumerate(rates))
    network = Network(
        tuple(WorkCentre(f"m{i}") for i in range(len(rates))),
        (Route("part", operations, cards={"card": 1}),),
        stocks=(Stock("card", cards),),
        sources=(Source("part"),),
    )
    assert simulated(network, part_throughput, 500, 20_000).holds(closed_line(rates, cards))
    assert simulated(network, lambda t: t.in_system("part"), 500, 20_000).holds(cards)


def test_scrap_and_rework_keep_their_cards_right() -> None:
    """A fifth of the units is scrapped at the second machine: its cards come back, and all cards stay in use."""
    operations = (
        Operation("make", "m0", Exponential(1.0)),
        Operation("test", "m1", Exponential(1.0), failures=(Failure(0.2), Failure(0.1, "make"))),
    )
    network = Network(
        (WorkCentre("m0"), WorkCentre("m1")),
        (Route("part", operations, cards={"card": 2}),),
        stocks=(Stock("card", 8),),
        sources=(Source("part"),),
    )
    found = simulated(network, lambda t: t.in_system("part"), 500, 5_000)
    assert found.low == found.high == 4.0
    # visits 1 / (1 - 0.1) to each machine, so both are like machines of a closed loop of four units
    good = 0.7 / 0.9 * closed_line((0.9, 0.9), 4)
    assert simulated(network, part_throughput, 500, 20_000).holds(good)


@pytest.mark.parametrize("cards", [(1, 2), (3, 2)])
def test_kanban_of_two_stages_is_a_line_with_a_buffer(cards: tuple[int, int]) -> None:
    """A unit gives its first card back when it gets the second: between the machines there are K1 + K2 - 2 places."""
    first, second = cards
    network = Network(
        (WorkCentre("m0"), WorkCentre("gate", stations=None), WorkCentre("m1")),
        (
            Route(
                "part",
                (
                    Operation("make", "m0", Exponential(1.0)),
                    Operation("pass", "gate", Fixed(0.0), components={"card 2": 1}, returns={"card 1": 1}),
                    Operation("test", "m1", Exponential(1.25)),
                ),
                gives={"card 2": 1},
            ),
        ),
        stocks=(Stock("card 1", first), Stock("card 2", second)),
        sources=(Source("part"),),
    )
    loop = network.routes[0]
    released = Route("part", (Operation("enter", "door", Fixed(0.0), components={"card 1": 1}), *loop.operations))
    network = Network(
        (WorkCentre("door", stations=1, buffer=None), *network.centres),
        (Route(released.name, released.operations, gives=loop.gives),),
        network.stocks,
        sources=network.sources,
    )
    exact = Line([1.0, 0.8], [first + second - 2]).throughput()
    assert simulated(network, part_throughput, 500, 20_000).holds(exact)


def test_shortest_first_by_phipps() -> None:
    """Two kinds of jobs, the shorter always first: the waits of two priority classes (Phipps 1956)."""
    rates, hours = (0.4, 0.25), (0.5, 2.0)
    network = Network(
        (WorkCentre("server", rule="shortest"),),
        tuple(Route(f"kind {k}", (Operation("serve", "server", Fixed(h)),)) for k, h in enumerate(hours)),
        sources=tuple(Source(f"kind {k}", Exponential(1 / rate)) for k, rate in enumerate(rates)),
    )
    left = sum(rate * h * h for rate, h in zip(rates, hours, strict=True)) / 2
    short, both = rates[0] * hours[0], sum(rate * h for rate, h in zip(rates, hours, strict=True))
    waits = left / (1 - short), left / (1 - short) / (1 - both)
    assert math.isclose(waits[0], 0.6875)
    for k, wait in enumerate(waits):
        name = f"kind {k}"
        assert simulated(network, lambda t, name=name: t.time_in_system(name), 3000, 120_000).holds(wait + hours[k])  # type: ignore[misc]
