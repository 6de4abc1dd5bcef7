"""The benchmark's models for Cimba, in the quickest of the ways that it offers: stores with a capacity, drawn in place.

Cimba compiles a class from the file that it stands in, so each model is written to a file and imported from there.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

STATIONS, BUFFER = 10, 2
HEAD = """
import cimba as cb
from cimba import random

class Bench(cb.Model):
    done: cb.Container
    finished: cb.Output[float]

    @cb.on_end
    def measure(self):
        self.finished = float(self.done.level())
"""
QUEUE = """
    queue: cb.Container

    @cb.process
    def arrivals(self):
        while True:
            cb.hold(random.exponential(1.0))
            self.queue.put(1)

    @cb.process
    def server(self):
        while True:
            self.queue.get(1)
            cb.hold(random.exponential(0.9))
            self.done.put(1)
"""
FACTORY = """
    to_test: cb.Store[int] = cb.Store(capacity=60)
    again: cb.Container
    trays: cb.Container
    places: cb.Container = cb.Container(81)
    rework: cb.Container
    to_burn: cb.Container
    room: cb.Container = cb.Container(12)
    power: cb.Container = cb.Container(1600)
    next_for_power: cb.Resource
    loading: cb.Condition

    @cb.process(copies=12)
    def tray_bench(self):
        while True:
            if self.again.level() > 0:
                self.again.get(1)
            cb.hold(random.exponential(1.0))
            self.to_test.put(1)

    @cb.process(copies=30)
    def tray_cell(self):
        while True:
            self.to_test.get()
            cb.hold(2.0)
            if random.uniform() < 0.05:
                self.again.put(1)
            else:
                self.places.get(1)
                self.trays.put(1)
                self.done.put(1)

    @cb.process(copies=3)
    def rack_bench(self):
        while True:
            if self.rework.level() > 0:
                self.rework.get(1)
                cb.hold(random.exponential(2.0))
            else:
                self.trays.get(27)
                self.places.put(27)
                cb.hold(random.exponential(6.0))
            self.room.get(1)
            self.to_burn.put(1)
            self.loading.signal()

    @cb.predicate
    def another(self):
        return self.to_burn.level() > 0

    @cb.process(copies=6)
    def oven(self):
        while True:
            self.to_burn.get(1)
            self.room.put(1)
            late = cb.now() + 12.0
            number = 1
            while number < 4 and (self.to_burn.level() > 0 or number < 2):
                if not self.loading.wait_until(self.another, late - cb.now()):
                    break
                self.to_burn.get(1)
                self.room.put(1)
                number += 1
            self.next_for_power.acquire()
            self.power.get(132 * number)
            self.next_for_power.release()
            cb.hold(24.0)
            self.power.put(132 * number)
            for _ in range(number):
                if random.uniform() < 0.08:
                    self.rework.put(1)
                else:
                    self.done.put(1)
"""
STATION = """
    @cb.process
    def m{i}(self):
        while True:
            {take}
            cb.hold(random.exponential(1.0))
            {give}
"""
FAILING_STATION = """
    @cb.process
    def m{i}(self):
        up = random.exponential(100.0)
        while True:
            {take}
            work = random.exponential(1.0)
            while up <= work:
                cb.hold(up)
                work -= up
                cb.hold(random.exponential(10.0))
                up = random.exponential(100.0)
            up -= work
            cb.hold(work)
            {give}
"""


def _line(station: str) -> str:
    buffers = "".join(f"    b{i}: cb.Store[int] = cb.Store(capacity={BUFFER})\n" for i in range(STATIONS - 1))
    takes = ["pass"] + [f"self.b{i}.get()" for i in range(STATIONS - 1)]
    gives = [f"self.b{i}.put(1)" for i in range(STATIONS - 1)] + ["self.done.put(1)"]
    both = enumerate(zip(takes, gives, strict=True))
    return buffers + "".join(station.format(i=i, take=take, give=give) for i, (take, give) in both)


def cimba_model(model: str) -> Callable[[float], float]:
    """Return what runs a model up to a time and returns how many parts it finished."""
    import cimba

    source = {"queue": QUEUE, "line": _line(STATION), "breakdowns": _line(FAILING_STATION), "factory": FACTORY}[model]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"cimba_{model}.py"
        path.write_text(HEAD + source)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        bench = module.Bench()
        cimba.Experiment(bench, replications=1, window=cimba.Window(warmup=0, duration=1.0), seed=1).run(workers=1)

    def run(until: float) -> float:
        experiment = cimba.Experiment(bench, replications=1, window=cimba.Window(warmup=0, duration=until), seed=1)
        return float(np.ravel(experiment.run(workers=1)[bench].finished)[0])

    return run
