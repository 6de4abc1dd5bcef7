"""A replication's totals read by name: throughput, work in process, time in system, what stations and units waited for.

Every reading is of one period (by default the last, so what comes before the last edge is warm-up) and exact over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.engine import Run
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.layout import Floor
from plantwright.simulation.tables import Tables

PLAIN_STATES = ("busy", "setup", "blocked", "down", "off_shift", "idle", "batching", "absent")


@dataclass(frozen=True)
class Totals:
    """What a run has come to at a time; `period` counts from 0, and -1 is the last."""

    tables: Tables
    floor: Floor
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, run: Run) -> Totals:
        """Return the totals of a run at its present time."""
        passed = tuple(edge for edge in run.edges if edge <= run.now)
        return cls(run.tables, run.settled(), (0.0, *passed, run.now))

    def _period(self, period: int) -> int:
        return period if period >= 0 else len(self.bounds) - 1 + period

    def hours(self, period: int = -1) -> float:
        """Return the length of a period."""
        k = self._period(period)
        return self.bounds[k + 1] - self.bounds[k]

    @cached_property
    def _item(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.tables.items)}

    @cached_property
    def _centre(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.tables.centres)}

    def _flow(self, item: str, column: int, period: int) -> float:
        return float(self.floor.flow[self._period(period), self._item[item], column])

    def left(self, item: str, period: int = -1) -> float:
        """Return how many units of an item left the plant whole."""
        return self._flow(item, at.F_LEFT, period)

    def lost(self, item: str, period: int = -1) -> float:
        """Return how many units of an item were scrapped, or turned away at a full buffer."""
        return self._flow(item, at.F_LOST, period)

    def created(self, item: str, period: int = -1) -> float:
        """Return how many units of an item came in."""
        return self._flow(item, at.F_CREATED, period)

    def throughput(self, item: str, period: int = -1) -> float:
        """Return the units of an item that left per unit of time."""
        return self.left(item, period) / self.hours(period)

    def in_system(self, item: str, period: int = -1) -> float:
        """Return the mean number of units of an item in the plant."""
        return self._flow(item, at.F_AREA, period) / self.hours(period)

    def time_in_system(self, item: str, period: int = -1) -> float:
        """Return the mean time that units which left had been in the plant; NaN if none left."""
        left = self.left(item, period)
        return self._flow(item, at.F_TIME, period) / left if left else float("nan")

    def done(self, route: str, operation: str, period: int = -1) -> int:
        """Return how often an operation ended, whatever came of it."""
        row = self.tables.operation_row[route, operation]
        return int(self.floor.counts[self._period(period), row, at.N_GOOD :].sum())

    def station_hours(self, centre: str, period: int = -1) -> dict[str, float]:
        """Return a centre's station time by state; `starved NAME` waits for a part, `waiting NAME` for a resource."""
        hours = self.floor.state_hours[self._period(period), self._centre[centre]]
        names = [*PLAIN_STATES, *(f"starved {k}" for k in self.tables.stocks)]
        names += [f"waiting {r}" for r in self.tables.resources]
        return {name: float(value) for name, value in zip(names, hours, strict=True)}

    def mean_stations(self, centre: str, state: str, period: int = -1) -> float:
        """Return the mean number of a centre's stations in a state."""
        return self.station_hours(centre, period)[state] / self.hours(period)

    def waiting_hours(self, centre: str, period: int = -1) -> dict[tuple[str, str], float]:
        """Return the unit-hours spent in a centre's queue by cause, (kind, name)."""
        causes: dict[tuple[str, str], float] = {}
        w = self._centre[centre]
        for o in range(self.floor.centres[w, at.W_OP0], self.floor.centres[w, at.W_OP1]):
            first = self.floor.ops[o, at.O_CAUSE0]
            for k in range(first, first + self.floor.ops[o, at.O_CAUSES]):
                cause = self.tables.accounts[self.floor.cause_of[k]]
                causes[cause] = causes.get(cause, 0.0) + float(self.floor.wait_hours[self._period(period), k])
        return causes

    def mean_queue(self, centre: str, period: int = -1) -> float:
        """Return the mean number of units waiting before a centre, in its buffer."""
        return sum(self.waiting_hours(centre, period).values()) / self.hours(period)

    def stock_level(self, stock: str, period: int = -1) -> float:
        """Return the mean level of a stock."""
        return float(self.floor.stock_hours[self._period(period), self.tables.stocks.index(stock)]) / self.hours(period)

    def resource_use(self, resource: str, period: int = -1) -> float:
        """Return the mean amount of a resource in use."""
        row = self.tables.resources.index(resource)
        return float(self.floor.resource_hours[self._period(period), row]) / self.hours(period)

    def arrived(self) -> NDArray[np.int64]:
        """Return the units that arrived for each demand by period, shape (periods, demands in the network's order)."""
        ranked = np.empty_like(self.floor.arrived)
        ranked[:, self.tables.fixed["demand_rank"]] = self.floor.arrived
        return ranked
