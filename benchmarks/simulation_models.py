"""The benchmark's models in our modelling interface and in each peer's; a tool that cannot say a model is not in its
table.

Every function runs one model up to a time and returns how many customers or parts it finished.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any

from plantwright.simulation import Network, Run, Totals, lay_out
from plantwright.simulation.network import (
    Batch,
    Breakdowns,
    Failure,
    Operation,
    Resource,
    Route,
    Source,
    Stock,
    Use,
    WorkCentre,
)
from plantwright.simulation.times import Exponential, Fixed

STATIONS, BUFFER, LOAD = 10, 2, 0.9
Process = Generator[Any, Any, None]
Model = Callable[[float], float]


def network_of(model: str) -> Network:
    if model == "queue":
        route = Route("part", (Operation("serve", "server", Exponential(LOAD)),))
        return Network((WorkCentre("server"),), (route,), sources=(Source("part", Exponential(1.0)),))
    if model == "factory":
        return factory()
    fails = Breakdowns(Exponential(100.0), Exponential(10.0)) if model == "breakdowns" else None
    centres = tuple(WorkCentre(f"m{i}", buffer=BUFFER if i else None, breakdowns=fails) for i in range(STATIONS))
    operations = tuple(Operation(f"op{i}", f"m{i}", Exponential(1.0)) for i in range(STATIONS))
    return Network(centres, (Route("part", operations),), sources=(Source("part"),))


def factory() -> Network:
    """Racks of 27 trays: trays are tested and 5 % made again; racks burn in by 2 to 4, limited by power, and 8 % are
    reworked.
    """
    tray = Route(
        "tray",
        (
            Operation("assemble", "tray line", Exponential(1.0)),
            Operation("test", "tray cells", Fixed(2.0), failures=(Failure(0.05, "assemble"),)),
        ),
        gives={"trays": 1},
    )
    rack = Route(
        "part",
        (
            Operation("integrate", "rack bay", Exponential(6.0), components={"trays": 27}),
            Operation(
                "burn in",
                "ovens",
                Fixed(24.0),
                uses=(Use("power", 132.0, per_unit=True),),
                batch=Batch(2, 4, 12.0),
                failures=(Failure(0.08, "rework"),),
                then="end",
            ),
            Operation("rework", "rack bay", Exponential(2.0), then="burn in"),
        ),
    )
    centres = (
        WorkCentre("tray line", 12),
        WorkCentre("tray cells", 30, 60),
        WorkCentre("rack bay", 3),
        WorkCentre("ovens", 6, 12),
    )
    stocks, resources = (Stock("trays", 0, 81),), (Resource("power", 1600.0),)
    return Network(centres, (tray, rack), stocks, resources, (Source("tray"), Source("part")))


def ours(model: str) -> Model:
    tables = lay_out(network_of(model))

    def run(until: float) -> float:
        totals = Totals.of(Run(tables, 1).advance(until))
        return totals.left("part") + (totals.left("tray") if model == "factory" else 0)

    return run


def simpy_model(model: str) -> Model:
    import simpy

    def run(until: float) -> float:
        env, done = simpy.Environment(), [0]
        {"queue": _simpy_queue, "factory": _simpy_factory}.get(model, _simpy_line)(simpy, env, done, model)
        env.run(until)
        return done[0]

    return run


def _simpy_queue(simpy: Any, env: Any, done: list[int], _model: str) -> None:
    server = simpy.Resource(env)

    def customer() -> Process:
        with server.request() as turn:
            yield turn
            yield env.timeout(random.expovariate(1 / LOAD))
        done[0] += 1

    def arrivals() -> Process:
        while True:
            yield env.timeout(random.expovariate(1.0))
            env.process(customer())

    env.process(arrivals())


def _simpy_line(simpy: Any, env: Any, done: list[int], model: str) -> None:
    buffers = [simpy.Store(env, BUFFER) for _ in range(STATIONS - 1)]

    def station(i: int) -> Process:
        up = random.expovariate(0.01)
        while True:
            if i:
                yield buffers[i - 1].get()
            work = random.expovariate(1.0)
            while model == "breakdowns" and up <= work:
                yield env.timeout(up)
                work -= up
                yield env.timeout(random.expovariate(0.1))
                up = random.expovariate(0.01)
            up -= work
            yield env.timeout(work)
            if i < STATIONS - 1:
                yield buffers[i].put(1)
            else:
                done[0] += 1

    for i in range(STATIONS):
        env.process(station(i))


def _simpy_factory(simpy: Any, env: Any, done: list[int], _model: str) -> None:
    trays, to_test, to_burn = simpy.Container(env, 81), simpy.Store(env, 60), simpy.Store(env, 12)
    again, rework, power = simpy.Store(env), simpy.Store(env), simpy.Container(env, 1600.0, init=1600.0)

    def tray_bench() -> Process:
        while True:
            if again.items:
                yield again.get()
            yield env.timeout(random.expovariate(1.0))
            yield to_test.put(1)

    def tray_cell() -> Process:
        while True:
            yield to_test.get()
            yield env.timeout(2.0)
            if random.random() < 0.05:
                yield again.put(1)
            else:
                yield trays.put(1)
                done[0] += 1

    def rack_bench() -> Process:
        while True:
            if rework.items:
                yield rework.get()
                yield env.timeout(random.expovariate(0.5))
            else:
                yield trays.get(27)
                yield env.timeout(random.expovariate(1 / 6))
            yield to_burn.put(1)

    def oven() -> Process:
        while True:
            yield to_burn.get()
            late, number = env.timeout(12.0), 1
            while number < 4 and (to_burn.items or number < 2):
                more = to_burn.get()
                yield more | late
                if not more.triggered:
                    more.cancel()
                    break
                number += 1
            yield power.get(132.0 * number)
            yield env.timeout(24.0)
            yield power.put(132.0 * number)
            for _ in range(number):
                if random.random() < 0.08:
                    yield rework.put(1)
                else:
                    done[0] += 1

    for process, number in ((tray_bench, 12), (tray_cell, 30), (rack_bench, 3), (oven, 6)):
        for _ in range(number):
            env.process(process())


def salabim_model(model: str) -> Model:
    import salabim as sim

    sim.yieldless(False)

    def run(until: float) -> float:
        env, done = sim.Environment(trace=False, random_seed=1), [0]
        {"queue": _salabim_queue, "factory": _salabim_factory}.get(model, _salabim_line)(sim, env, done, model)
        env.run(till=until)
        return done[0]

    return run


def _salabim_queue(sim: Any, env: Any, done: list[int], _model: str) -> None:
    waiting = sim.Store(env=env)

    class Server(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            while True:
                yield self.from_store(waiting)
                yield self.hold(random.expovariate(1.0 / LOAD))
                done[0] += 1

    class Arrivals(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            while True:
                yield self.hold(random.expovariate(1.0))
                yield self.to_store(waiting, sim.Component(env=env))

    Arrivals(env=env)
    Server(env=env)


def _salabim_line(sim: Any, env: Any, done: list[int], model: str) -> None:
    buffers = [sim.Store(capacity=BUFFER, env=env) for _ in range(STATIONS - 1)]

    class Station(sim.Component):  # type: ignore[misc]
        def setup(self, i: int) -> None:
            self.i = i

        def process(self) -> Process:
            up = random.expovariate(0.01)
            while True:
                if self.i:
                    yield self.from_store(buffers[self.i - 1])
                work = random.expovariate(1.0)
                while model == "breakdowns" and up <= work:
                    yield self.hold(up)
                    work -= up
                    yield self.hold(random.expovariate(0.1))
                    up = random.expovariate(0.01)
                up -= work
                yield self.hold(work)
                if self.i < STATIONS - 1:
                    yield self.to_store(buffers[self.i], sim.Component(env=env))
                else:
                    done[0] += 1

    for i in range(STATIONS):
        Station(env=env, i=i)


def _salabim_factory(sim: Any, env: Any, done: list[int], _model: str) -> None:
    to_test, to_burn = sim.Store(capacity=60, env=env), sim.Store(capacity=12, env=env)
    again, rework = sim.Store(env=env), sim.Store(env=env)
    trays = sim.Resource(capacity=81, anonymous=True, initial_claimed_quantity=81, env=env)
    power = sim.Resource(capacity=1600, anonymous=True, env=env)

    class Bench(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            while True:
                if len(again):
                    yield self.from_store(again)
                yield self.hold(random.expovariate(1.0))
                yield self.to_store(to_test, sim.Component(env=env))

    class Cell(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            while True:
                tray = yield self.from_store(to_test)
                yield self.hold(2.0)
                if random.random() < 0.05:
                    yield self.to_store(again, tray)
                else:
                    yield self.request((trays, -1))
                    done[0] += 1

    class Bay(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            while True:
                if len(rework):
                    rack = yield self.from_store(rework)
                    yield self.hold(random.expovariate(0.5))
                else:
                    yield self.request((trays, 27))
                    rack = sim.Component(env=env)
                    yield self.hold(random.expovariate(1 / 6))
                yield self.to_store(to_burn, rack)

    class Oven(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            while True:
                load = [(yield self.from_store(to_burn))]
                late = env.now() + 12.0
                while len(load) < 4 and (len(to_burn) or len(load) < 2):
                    more = yield self.from_store(to_burn, fail_at=late)
                    if self.failed():
                        break
                    load.append(more)
                yield self.request((power, 132 * len(load)))
                yield self.hold(24.0)
                yield self.request((power, -132 * len(load)))
                for rack in load:
                    if random.random() < 0.08:
                        yield self.to_store(rework, rack)
                    else:
                        done[0] += 1

    for kind, number in ((Bench, 12), (Cell, 30), (Bay, 3), (Oven, 6)):
        for _ in range(number):
            kind(env=env)


def ciw_model(model: str) -> Model:
    import ciw

    def run(until: float) -> float:
        if model == "queue":
            settings: dict[str, Any] = {
                "service_distributions": [ciw.dists.Exponential(1 / LOAD)],
                "number_of_servers": [1],
                "arrival_distributions": [ciw.dists.Exponential(1.0)],
            }
        else:
            routing = [[1.0 if j == i + 1 else 0.0 for j in range(STATIONS)] for i in range(STATIONS)]
            settings = {
                "arrival_distributions": [ciw.dists.Exponential(5.0)] + [None] * (STATIONS - 1),
                "service_distributions": [ciw.dists.Exponential(1.0)] * STATIONS,
                "number_of_servers": [1] * STATIONS,
                "queue_capacities": [BUFFER] * STATIONS,
                "routing": routing,
            }
        simulation = ciw.Simulation(ciw.create_network(**settings))
        simulation.simulate_until_max_time(until)
        return float(len(simulation.nodes[-1].all_individuals))

    return run


def simantha_model(_model: str) -> Model:
    import simantha

    def run(until: float) -> float:
        source, sink = simantha.Source(), simantha.Sink()
        machines = [simantha.Machine(f"m{i}", cycle_time={"geometric": 0.1}) for i in range(STATIONS)]
        buffers = [simantha.Buffer(f"b{i}", capacity=BUFFER) for i in range(STATIONS - 1)]
        parts = [source, *(x for pair in zip(machines, [*buffers, sink], strict=True) for x in pair)]
        for i, asset in enumerate(parts):
            asset.define_routing(upstream=parts[i - 1 : i] if i else [], downstream=parts[i + 1 : i + 2])
        simantha.System(parts).simulate(simulation_time=int(until * 10), verbose=False)
        return float(sink.level)

    return run
