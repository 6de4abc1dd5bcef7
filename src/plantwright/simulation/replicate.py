"""Carries a plan out in many simulated worlds: the door of the part, and what is read off each replication.

What the network of a programme is lies in `plant`, what differs between worlds in `worlds`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plantwright.model.outcome import STATES, Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.schedule import Taking
from plantwright.simulation.engine import Run, each_replication
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.layout import Floor
from plantwright.simulation.plant import build_plant
from plantwright.simulation.tables import Tables, lay_out
from plantwright.simulation.trace import Trace, trace_of
from plantwright.simulation.waits import Causes, waits_of
from plantwright.simulation.worlds import Worlds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[float], None]
"""Called with the share of the work that is done (0..1)."""
WEEK = 168.0
ENOUGH_UNITS = 1 << 17


def simulate(
    programme: Programme,
    plan: Plan,
    commissioning: Floats,
    replications: int,
    seed: int,
    progress: Progress | None = None,
    threads: int | None = None,
    taken: tuple[Taking, ...] = (),
) -> Replications:
    """Return what happens when a plan is carried out in `replications` worlds.

    `commissioning`: when each delivery of capability by the conversion is there, hours from start, shape (replications,
    deliveries), in the order of the programme's tasks. `taken`: what its tasks take meanwhile of resources that
    production shares. The result is the same whatever the number of `threads` (by default one a core). Raises
    ValueError for arguments that do not fit together, NetworkError for a plant that cannot run.
    """
    deliveries = sum(len(task.delivers) for task in programme.tasks)
    if replications < 1:
        raise ValueError(f"at least one replication is needed, not {replications}")
    if commissioning.shape != (replications, deliveries):
        wanted = f"({replications}, {deliveries})"
        raise ValueError(
            f"commissioning must have shape {wanted}, one column a delivery of a task, not {commissioning.shape}"
        )
    worlds = worlds_of(programme, plan, commissioning, seed, taken)
    reading = Reading(worlds)

    def work(replication: int) -> Sample:
        return reading.sample(replication)

    def tell(done: int) -> None:
        if progress is not None:
            progress(done / replications)

    count = threads or os.cpu_count() or 1
    samples = [sample for _, sample in each_replication(work, range(replications), count, tell)]
    return reading.gathered(samples)


def traced(
    programme: Programme,
    plan: Plan,
    commissioning: Floats,
    seed: int,
    replication: int = 0,
    taken: tuple[Taking, ...] = (),
) -> Trace:
    """Return the history of one replication of `simulate`, event by event up to the horizon."""
    return trace_of(Reading(worlds_of(programme, plan, commissioning, seed, taken)).run(replication, trace=True))


def worlds_of(
    programme: Programme, plan: Plan, commissioning: Floats, seed: int, taken: tuple[Taking, ...] = ()
) -> Worlds:
    """Return the worlds in which a plan is carried out, with all draws made."""
    plant = build_plant(programme, plan)
    replications = range(commissioning.shape[0])
    return Worlds(programme, plan, plant, lay_out(plant.network), commissioning, replications, seed, taken).prepare()


@dataclass(frozen=True)
class Sample:
    """What one replication came to, in the order of the fields of `Replications`."""

    finished: Ints
    scrapped: Ints
    shipped: Ints
    installed: Ints
    energised: Ints
    energised_kw_at: Floats
    first_shipped: Floats
    demand_shipped: Ints
    demand_arrived: Ints
    delivered_at: Floats
    states: Floats
    waits: Floats


@dataclass(frozen=True)
class Reading:
    """Reads replications of the same worlds: which rows of the tables each figure adds up."""

    worlds: Worlds

    @property
    def tables(self) -> Tables:
        """The tables of the programme's network."""
        return self.worlds.tables

    @cached_property
    def edges(self) -> Floats:
        """Ends of the weeks up to the horizon, hours from start."""
        horizon = self.worlds.programme.horizon_hours
        whole = np.arange(WEEK, horizon, WEEK)
        return np.append(whole, horizon)

    def run(self, replication: int, trace: bool = False) -> Run:
        """Return a replication carried out up to the horizon."""
        world = self.worlds.world(replication)
        edges = tuple(self.edges[:-1].tolist())
        run = Run(self.tables, self.worlds.seed, replication, edges, world, trace, self.room)
        return run.advance(float(self.edges[-1]))

    @cached_property
    def room(self) -> int:
        """Units for which a run has memory from the start: all that are ordered, up to a limit from which it grows."""
        return min(ENOUGH_UNITS, int(self.tables.fixed["orders"][:, at.E_QUANTITY].sum()))

    def sample(self, replication: int) -> Sample:
        """Carry out a replication and return what it came to."""
        floor = self.run(replication).settle()
        shipped, arrived = self._by_demand(floor.shipped), self._by_demand(floor.arrived)
        energised = self._by_route(floor, "energise")
        return Sample(
            finished=self._finished(floor),
            scrapped=self._scrapped(floor),
            shipped=self._item_of_demand @ shipped,
            installed=self._item_of_route @ self._by_route(floor, "install"),
            energised=self._item_of_route @ energised,
            energised_kw_at=self._kw_at(energised, replication),
            first_shipped=self._first_shipped(floor),
            demand_shipped=shipped,
            demand_arrived=arrived,
            delivered_at=self._delivered_at(floor, arrived),
            states=self._states(floor),
            waits=waits_of(floor, self.tables, self.causes, self.worlds.plant.made),
        )

    @cached_property
    def causes(self) -> Causes:
        """What late units may wait for."""
        return Causes.of(self.tables)

    @cached_property
    def _item_row(self) -> dict[str, int]:
        return {item.id: i for i, item in enumerate(self.worlds.programme.items)}

    @cached_property
    def _part_of(self) -> Ints:
        """Matrix that adds up the network's demands, ranked, to the programme's, shape (demands, parts)."""
        rows = np.array(self.worlds.plant.demand_rows, dtype=np.int64)[self.tables.fixed["demand_rank"]]
        return np.asarray((np.arange(len(self.worlds.programme.demand))[:, None] == rows), dtype=np.int64)

    @cached_property
    def _item_of_demand(self) -> Ints:
        items = np.array([self._item_row[d.item] for d in self.worlds.programme.demand], dtype=np.int64)
        return np.asarray((np.arange(len(self._item_row))[:, None] == items), dtype=np.int64)

    @cached_property
    def _item_of_route(self) -> Ints:
        items = np.array([self._item_row[item] for item, _ in self.worlds.plant.delivery], dtype=np.int64)
        return np.asarray((np.arange(len(self._item_row))[:, None] == items), dtype=np.int64)

    def _by_demand(self, counts: Ints) -> Ints:
        return np.asarray(self._part_of @ counts.T)

    def _by_route(self, floor: Floor, operation: str) -> Ints:
        """Return how often an operation was done for each (item, destination), shape (pairs, weeks)."""
        rows = [self.tables.operation_row[route, operation] for route in self.worlds.plant.delivery.values()]
        return np.asarray(floor.counts[:, rows, at.N_GOOD].T)

    @cached_property
    def _last_rows(self) -> Ints:
        """Matrix that adds up, by item, the operations after which a unit of it is finished."""
        found = np.zeros((len(self._item_row), len(self.tables.operations)), dtype=np.int64)
        first = self.tables.fixed["ops"][:, at.O_OUT0]
        ends = self.tables.fixed["outcomes"][first, at.R_TARGET] <= at.FIRST_EXIT
        for row, (route, _) in enumerate(self.tables.operations):
            if route in self.worlds.plant.made and ends[row]:
                found[self._item_row[self.worlds.plant.made[route]], row] = 1
        return found

    @cached_property
    def _making_rows(self) -> Ints:
        found = np.zeros((len(self._item_row), len(self.tables.operations)), dtype=np.int64)
        for row, (route, _) in enumerate(self.tables.operations):
            if route in self.worlds.plant.made:
                found[self._item_row[self.worlds.plant.made[route]], row] = 1
        return found

    def _finished(self, floor: Floor) -> Ints:
        return np.asarray(self._last_rows @ floor.counts[:, :, at.N_GOOD].T)

    def _scrapped(self, floor: Floor) -> Ints:
        return np.asarray(self._making_rows @ floor.counts[:, :, at.N_SCRAP].T)

    @cached_property
    def _power(self) -> Floats:
        """Compute of one unit of each (item, destination) pair's item, kW, shape (pairs, replications)."""
        items = self.worlds.programme.item
        drawn = [self.worlds.draw(items[item].power) for item, _ in self.worlds.plant.delivery]
        return np.array(drawn).reshape(len(drawn), len(self.worlds.replications))

    def _kw_at(self, energised: Ints, replication: int) -> Floats:
        """Return the compute under power at the end of each week, shape (destinations, weeks)."""
        kw = np.cumsum(energised * self._power[:, [replication]], axis=1)
        sites = [site for _, site in self.worlds.plant.delivery]
        names = [d.id for d in self.worlds.programme.destinations]
        return np.array([kw[[s == name for s in sites]].sum(axis=0) for name in names]).reshape(
            len(names), self.edges.size
        )

    def _first_shipped(self, floor: Floor) -> Floats:
        first = np.full(len(self._item_row), np.inf)
        for rank, part in enumerate(self.tables.fixed["demand_rank"]):
            item = self._item_row[self.worlds.programme.demand[self.worlds.plant.demand_rows[part]].item]
            first[item] = min(first[item], floor.demandf[rank, at.DF_FIRST])
        return np.where(np.isfinite(first), first, np.nan)

    def _delivered_at(self, floor: Floor, arrived: Ints) -> Floats:
        last = np.where(self._part_of > 0, np.nan_to_num(floor.demandf[:, at.DF_LAST], nan=-np.inf), -np.inf)
        quantity = np.array([d.quantity for d in self.worlds.programme.demand])
        complete = arrived.sum(axis=1) >= quantity
        return np.where(complete, last.max(axis=1, initial=-np.inf), np.nan)

    def _states(self, floor: Floor) -> Floats:
        """Return station-hours by `STATES`, shape (work centres, weeks, states)."""
        hours = floor.state_hours[:, : len(self.worlds.programme.work_centres)]
        stocks = len(self.tables.stocks)
        starved = hours[:, :, [at.IDLE, at.BATCHING]].sum(axis=2) + hours[:, :, at.STARVED : at.STARVED + stocks].sum(
            axis=2
        )
        waiting = hours[:, :, at.STARVED + stocks :].sum(axis=2)
        by_name = {
            "busy": hours[:, :, at.BUSY], "setup": hours[:, :, at.SETUP], "blocked": hours[:, :, at.BLOCKED],
            "starved": starved, "waiting": waiting, "down": hours[:, :, at.DOWN], "off": hours[:, :, at.OFF_SHIFT],
        }  # fmt: skip
        return np.stack([by_name[name] for name in STATES], axis=2).transpose(1, 0, 2)

    def gathered(self, samples: list[Sample]) -> Replications:
        """Return the result of all replications."""
        programme = self.worlds.programme
        stacked = {name: np.stack([getattr(s, name) for s in samples]) for name in Sample.__dataclass_fields__}
        return Replications(
            seed=self.worlds.seed,
            edges=self.edges,
            items=tuple(item.id for item in programme.items),
            demands=tuple(d.id for d in programme.demand),
            work_centres=tuple(w.id for w in programme.work_centres),
            causes=self.causes.names,
            energised_kw=stacked["energised_kw_at"].sum(axis=1),
            received=self.worlds.received,
            **stacked,
        )
