"""Lines of many shapes against Markov chains and formulas that the tests solve themselves.

The 99 % interval of 20 replications holds the exact value, as in the tests of the published ones; the seed is fixed.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.published.chains import Line, assembly, birth_death, closed_line
from tests.published.test_simulation_exact import mean_wait, part_throughput, queue, simulated

from plantwright.simulation import Network
from plantwright.simulation.network import Breakdowns, Operation, Resource, Route, Source, Stock, WorkCentre
from plantwright.simulation.times import Erlang, Exponential, Fixed, Lognormal, Time, Uniform

LINES = [
    Line([1.0, 1.0, 1.0], [0, 0]),
    Line([1.0, 0.7, 1.3], [1, 0]),
    Line([2.0, 1.0, 1.5, 0.9], [0, 2, 1]),
    Line([1.0] * 5, [1] * 4),
    Line([1.0, 1.0], [8]),
    Line([0.5, 1.5], [0]),
    Line([1.0, 1.0], [3], [0.02, 0.05], [0.1, 0.3]),
    Line([1.0, 1.4], [0], [0.1, 0.01], [0.5, 0.2]),
    Line([1.0, 0.8, 1.1], [1, 2], [0.02, 0.05, 0.01], [0.2, 0.2, 0.1]),
    Line([1.0, 1.0], [3], [0.02, 0.05], [0.1, 0.3], always=True),
    Line([1.2, 1.0], [0], [0.05, 0.05], [0.2, 0.2], always=True),
    Line([1.0, 0.8, 1.1], [1, 2], [0.02, 0.05, 0.01], [0.2, 0.2, 0.1], always=True),
]


def network_of(chain: Line) -> Network:
    centres, operations = [], []
    for i, rate in enumerate(chain.rates):
        fails = None
        if chain.fail:
            clock: Any = "always" if chain.always else "busy"
            fails = Breakdowns(Exponential(1 / chain.fail[i]), Exponential(1 / chain.repair[i]), clock)
        centres.append(WorkCentre(f"m{i}", buffer=chain.buffers[i - 1] if i else None, breakdowns=fails))
        operations.append(Operation(f"op{i}", f"m{i}", Exponential(1 / rate)))
    return Network(tuple(centres), (Route("part", tuple(operations)),), sources=(Source("part"),))


@pytest.mark.parametrize("chain", LINES, ids=str)
def test_a_line_is_as_fast_as_its_chain(chain: Line) -> None:
    end = 60_000 if chain.fail else 20_000
    assert simulated(network_of(chain), part_throughput, end / 20, end).holds(chain.throughput())


@pytest.mark.parametrize("chain", [Line([1.0, 0.6, 1.2], [2, 0]), Line([0.7, 1.0, 0.9, 1.4], [1, 0, 2])], ids=str)
def test_a_chain_reversed_is_as_fast(chain: Line) -> None:
    """The chains themselves obey the reversal of lines (Yamazaki and Sakasegawa 1975), so the solver is right there."""
    back = Line(chain.rates[::-1], chain.buffers[::-1])
    assert back.throughput() == pytest.approx(chain.throughput(), rel=1e-9)


@pytest.mark.parametrize(
    ("rates", "buffers"), [((1.0, 0.6, 1.5), (2, 0)), ((0.9, 1.1, 1.0), (3, 3)), ((2.0, 2.0, 1.0), (0, 5))]
)
def test_an_assembly_is_as_fast_as_its_chain(rates: tuple[float, float, float], buffers: tuple[int, int]) -> None:
    network = Network(
        (WorkCentre("first"), WorkCentre("second"), WorkCentre("assembly", buffer=buffers[0])),
        (
            Route(
                "part",
                (
                    Operation("make", "first", Exponential(1 / rates[0])),
                    Operation("assemble", "assembly", Exponential(1 / rates[2]), components={"other": 1}),
                ),
            ),
            Route("other part", (Operation("make", "second", Exponential(1 / rates[1])),), gives={"other": 1}),
        ),
        stocks=(Stock("other", 0, buffers[1]),),
        sources=(Source("part"), Source("other part")),
    )
    assert simulated(network, part_throughput, 1000, 20_000).holds(assembly(rates, buffers))


@pytest.mark.parametrize(("rates", "cards"), [((1.0, 0.5, 2.0), 4), ((1.0, 1.0, 1.0, 0.8), 9), ((0.6, 0.6), 1)])
def test_a_closed_loop_by_mean_value_analysis(rates: tuple[float, ...], cards: int) -> None:
    operations = tuple(
        Operation(f"op{i}", f"m{i}", Exponential(1 / mu), components={} if i else {"card": 1})
        for i, mu in enumerate(rates)
    )
    network = Network(
        tuple(WorkCentre(f"m{i}") for i in range(len(rates))),
        (Route("part", operations, gives={"card": 1}),),
        stocks=(Stock("card", cards),),
        sources=(Source("part"),),
    )
    assert simulated(network, part_throughput, 500, 20_000).holds(closed_line(rates, cards))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.3), (1, 0.7), (3, 0.6), (4, 0.85), (8, 0.75)])
def test_the_wait_before_like_servers(servers: int, load: float) -> None:
    """Erlang's delay formula (1917)."""
    offered = servers * load
    weight = offered**servers / math.factorial(servers) / (1 - load)
    waits = weight / (sum(offered**k / math.factorial(k) for k in range(servers)) + weight)
    assert simulated(queue(Exponential(1.0), load, servers), mean_wait, 3000, 90_000).holds(waits / (servers - offered))


@pytest.mark.parametrize(
    ("service", "spread"),
    [(Fixed(1.0), 0.0), (Erlang(3, 1.0), 1 / 3), (Uniform(0.5, 1.5), 1 / 12), (Lognormal(1.0, 0.5), 0.5)],
    ids=["D", "E3", "U", "LogN"],
)
@pytest.mark.parametrize("load", [0.4, 0.8])
def test_the_wait_by_pollaczek_and_khinchine(service: Time, spread: float, load: float) -> None:
    exact = load * (1 + spread) / 2 / (1 - load)
    assert simulated(queue(service, load), mean_wait, 3000, 120_000).holds(exact)


@pytest.mark.parametrize(("servers", "places", "load"), [(1, 3, 1.2), (2, 4, 0.9), (3, 0, 0.8)])
def test_a_queue_with_few_places(servers: int, places: int, load: float) -> None:
    arrives = load * servers
    share = birth_death(
        dict.fromkeys(range(servers + places), arrives),
        {k: float(min(k, servers)) for k in range(1, servers + places + 1)},
    )
    network = queue(Exponential(1.0), load, servers, places)
    assert simulated(network, lambda t: t.in_system("job"), 500, 40_000).holds(sum(k * p for k, p in enumerate(share)))
    assert simulated(network, lambda t: t.throughput("job"), 500, 40_000).holds(arrives * (1 - share[-1]))


@pytest.mark.parametrize(
    ("machines", "crews", "fail", "repair"), [(4, 2, 0.2, 0.5), (6, 3, 0.1, 0.3), (3, 1, 1.0, 1.0)]
)
def test_the_repair_of_machines(machines: int, crews: int, fail: float, repair: float) -> None:
    share = birth_death(
        {k: (machines - k) * fail for k in range(machines)},
        {k: min(k, crews) * repair for k in range(1, machines + 1)},
    )
    fails = Breakdowns(Exponential(1 / fail), Exponential(1 / repair), "always", ("crew", 1.0))
    network = Network(
        (WorkCentre("machines", machines, breakdowns=fails),),
        (Route("job", (Operation("work", "machines", Fixed(1e9)),)),),
        resources=(Resource("crew", crews),),
        sources=(Source("job"),),
    )
    down = simulated(network, lambda t: t.mean_stations("machines", "down"), 500, 30_000)
    assert down.holds(sum(k * p for k, p in enumerate(share)))


def test_two_classes_by_priority() -> None:
    """Waits of a queue without pre-emption by priority: W0 / (1 - rho_1) and W0 / ((1 - rho_1)(1 - rho)) (Cobham
    1954)."""
    rates, mean = (0.3, 0.5), 1.0
    network = Network(
        (WorkCentre("server", rule="priority"),),
        tuple(Route(f"class {k}", (Operation("serve", "server", Fixed(mean)),)) for k in (1, 2)),
        sources=tuple(
            Source(f"class {k}", Exponential(1 / rate), priority=k) for k, rate in zip((1, 2), rates, strict=True)
        ),
    )
    left = sum(rates) * mean**2 / 2
    first, both = rates[0] * mean, sum(rates) * mean
    for k, wait in ((1, left / (1 - first)), (2, left / (1 - first) / (1 - both))):
        assert simulated(network, lambda t, k=k: t.time_in_system(f"class {k}"), 3000, 120_000).holds(wait + mean)  # type: ignore[misc]
