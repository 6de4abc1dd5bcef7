"""Runs a network: sets up the floor of a replication, lets the kernel go, gives it memory when it asks.

A run may stop at any time, be copied, saved, and go on; replications run on threads, each reproducible alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.begin import begin, units_at_start
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.compiled import draw_time, run_kernel, settle_kernel
from plantwright.simulation.kernel.layout import Floor
from plantwright.simulation.kernel.seeds import seed_streams
from plantwright.simulation.tables import Tables
from plantwright.simulation.timeline import Timeline

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Result = TypeVar("Result")
NO_ACCOUNTS = 1 << 40  # more than any need: nothing is tracked
ENOUGH_TRACE = 1 << 16


@dataclass(frozen=True)
class World:
    """One replication's own numbers: its timeline, and the arrays that differ from the tables'."""

    timeline: Timeline
    changed: dict[str, NDArray[Any]]


class Run:
    """One replication of a network, from time 0 on; `advance` it as far as wanted, read its totals at any time.

    `edges` are the ends of the periods for which totals are kept apart (hours, in order); what follows the last edge is
    one more period. `trace` keeps a record of every event; `room` is for how many units there is memory from the start
    (it grows as needed).
    """

    def __init__(
        self,
        tables: Tables,
        seed: int,
        replication: int = 0,
        edges: tuple[float, ...] = (),
        world: World | None = None,
        trace: bool = False,
        room: int = 0,
    ) -> None:
        self.tables = tables
        self.edges = edges
        self.floor = _floor(tables, seed, replication, edges, world or World(tables.timeline, {}), trace, room)
        self.quiet = False

    @property
    def now(self) -> float:
        """The time that the run has come to."""
        return float(self.floor.clockf[at.GF_NOW])

    @property
    def events(self) -> int:
        """How many events there were so far."""
        return int(self.floor.head[at.G_EVENTS])

    def advance(self, until: float) -> Run:
        """Run up to and including a time, and return this run. Slices add up to the same as one piece, bit by bit."""
        if not until >= self.now:
            raise ValueError(f"the run is at {self.now:g} already, so it cannot go to {until:g}")
        with np.errstate(over="ignore"):
            while True:
                status = run_kernel(self.floor, float(until))
                if status in (at.DONE, at.QUIET):
                    break
                self.floor = _grown(self.floor, status)
        if self.floor.head[at.G_TRACE] and self.floor.head[at.G_TRACED] > self.floor.head[at.G_TRACE]:
            raise MemoryError("one event left more trace records than foreseen")
        self.quiet = status == at.QUIET
        return self

    def copy(self) -> Run:
        """Return a run at the same point that goes on alone."""
        other = object.__new__(Run)
        other.tables, other.edges, other.quiet = self.tables, self.edges, self.quiet
        other.floor = Floor(**self.saved())
        return other

    def settled(self) -> Floor:
        """Return a copy of the tables with all totals brought up to the present."""
        floor = self.copy().floor
        settle_kernel(floor)
        return floor

    def settle(self) -> Floor:
        """Return the tables themselves with all totals brought up to the present, for a run that goes no further."""
        settle_kernel(self.floor)
        return self.floor

    def saved(self) -> dict[str, NDArray[Any]]:
        """Return the whole state as arrays by name, to be kept in a file (`numpy.savez`)."""
        return {name: array.copy() for name, array in self.floor._asdict().items()}

    def restore(self, saved: dict[str, NDArray[Any]]) -> Run:
        """Take up a saved state of the same network, and return this run."""
        missing = set(Floor._fields) - set(saved)
        if missing or saved["ops"].shape != self.floor.ops.shape:
            raise ValueError("the saved state is of another network")
        self.floor = Floor(**{name: np.ascontiguousarray(saved[name]).copy() for name in Floor._fields})
        return self


def _timeline_arrays(timeline: Timeline, edges: tuple[float, ...]) -> tuple[Ints, Floats]:
    """Return the timeline with the periods' ends, in order of (time, kind, row)."""
    time = np.concatenate((timeline.time, np.asarray(edges, dtype=np.float64)))
    kind = np.concatenate((timeline.kind, np.full(len(edges), at.L_PERIOD, dtype=np.int64)))
    place = np.concatenate((timeline.place, np.full(len(edges), at.NONE, dtype=np.int64)))
    value = np.concatenate((timeline.value, np.zeros(len(edges))))
    order = np.lexsort((kind, time))
    order = order[np.isfinite(time[order])]
    return np.stack((kind[order], place[order]), axis=1), np.stack((time[order], value[order]), axis=1)


def _floor(
    tables: Tables, seed: int, replication: int, edges: tuple[float, ...], world: World, trace: bool, room: int
) -> Floor:
    own = {name: array.copy() for name, array in tables.fixed.items() if name in Floor._fields}
    own |= {name: array.copy() for name, array in world.changed.items()}
    own["line"], own["linef"] = _timeline_arrays(world.timeline, edges)
    own["streams"] = seed_streams(seed, replication, tables.stream_keys)
    own |= _totals(tables, len(edges) + 1) | _memory(tables, trace, room + units_at_start(tables))
    own |= _calendar(tables.slots)
    floor = Floor(**own)
    with np.errstate(over="ignore"):
        _draw_first_arrivals(floor)
        begin(own, tables, partial(_up_time, floor))
    return floor


def _totals(tables: Tables, periods: int) -> dict[str, NDArray[Any]]:
    states = at.STARVED + len(tables.stocks) + len(tables.resources)
    causes = int(tables.fixed["cause_of"].shape[0])
    return {
        "state_hours": np.zeros((periods, len(tables.centres), states)),
        "wait_hours": np.zeros((periods, causes)),
        "clock": np.zeros(causes),
        "counts": np.zeros((periods, len(tables.operations), 4), dtype=np.int64),
        "flow": np.zeros((periods, len(tables.items), 6)),
        "in_system": np.zeros(len(tables.items), dtype=np.int64),
        "flow_since": np.zeros(len(tables.items)),
        "stock_hours": np.zeros((periods, len(tables.stocks))),
        "resource_hours": np.zeros((periods, len(tables.resources))),
        "shipped": np.zeros((periods, tables.fixed["demands"].shape[0]), dtype=np.int64),
        "arrived": np.zeros((periods, tables.fixed["demands"].shape[0]), dtype=np.int64),
        "late": np.zeros((periods, at.LATE_FIRST_CAUSE + tables.causes)),
    }


def _memory(tables: Tables, trace: bool, room: int) -> dict[str, NDArray[Any]]:
    units = 2 * tables.margin + room
    tracked = bool(np.any(tables.fixed["ops"][:, at.O_TRACKED]))
    accounts = 2 * tables.margin + units_at_start(tables) if tracked else 0
    head = np.zeros(at.G_COLUMNS, dtype=np.int64)
    head[at.G_FREE_COUNT] = units
    head[at.G_ACCOUNTS] = accounts if tracked else NO_ACCOUNTS
    head[at.G_MARGIN], head[at.G_TRACE_MARGIN] = tables.margin, tables.trace_margin
    head[at.G_TRACE] = ENOUGH_TRACE + 2 * tables.trace_margin + 8 * units_at_start(tables) if trace else 0
    widest = int(np.max(tables.fixed["ops"][:, at.O_CAUSES], initial=1))
    rows = int(head[at.G_TRACE])
    return {
        "units": _free_units(0, units),
        "unitf": np.zeros((units, at.UF_COLUMNS)),
        "account": np.zeros((accounts, tables.causes)),
        "snapshot": np.zeros((accounts, widest)),
        "account_free": np.arange(accounts, dtype=np.int64),
        "agenda": np.zeros(len(tables.centres) + 1, dtype=np.int64),
        "waiters": np.zeros(len(tables.operations) + 1, dtype=np.int64),
        "trace": np.zeros((rows, 4), dtype=np.int64),
        "tracef": np.zeros((rows, 2)),
        "head": head,
        "clockf": np.zeros(1),
    }


def _free_units(first: int, number: int) -> Ints:
    rows = np.full((number, 8), at.NONE, dtype=np.int64)
    rows[:, at.U_LINK] = np.arange(first + 1, first + number + 1)
    return rows


def _calendar(slots: int) -> dict[str, NDArray[Any]]:
    leaves = 1 << max(1, (slots - 1).bit_length()) if slots > at.SCAN_LIMIT else slots
    nodes = leaves if slots > at.SCAN_LIMIT else 0
    return {"due": np.full(leaves, np.inf), "tree": np.zeros(nodes, dtype=np.int64), "earliest": np.zeros(nodes)}


def _draw_first_arrivals(floor: Floor) -> None:
    """Set each source's first arrival one gap from the start."""
    for row in floor.sources:
        if row[at.N_LEFT] != 0:
            floor.due[row[at.N_SLOT]] = draw_time(floor, row[at.N_TIME], row[at.N_STREAM])


def _up_time(floor: Floor, s: int) -> float:
    """Draw how long station s is up."""
    up = floor.centres[floor.stations[s, at.S_CENTRE], at.W_UP_TIME]
    return draw_time(floor, up, floor.stations[s, at.S_STREAM])


def _grown(floor: Floor, status: int) -> Floor:
    """Return the floor with twice the memory of the kind that ran short."""
    head = floor.head
    if status == at.NEED_UNITS:
        old = floor.units.shape[0]
        more = max(old, int(_wanted(floor)))
        units = np.concatenate((floor.units, _free_units(old, more)))
        units[-1, at.U_LINK] = head[at.G_FREE]
        head[at.G_FREE] = old
        head[at.G_FREE_COUNT] += more
        return floor._replace(units=units, unitf=np.concatenate((floor.unitf, np.zeros((more, at.UF_COLUMNS)))))
    if status == at.NEED_ACCOUNTS:
        old = floor.account.shape[0]
        more = max(old, int(_wanted(floor)))
        free = np.zeros(old + more, dtype=np.int64)
        here = int(head[at.G_ACCOUNTS])
        free[:here] = floor.account_free[:here]
        free[here : here + more] = np.arange(old, old + more)
        head[at.G_ACCOUNTS] += more
        account = np.concatenate((floor.account, np.zeros((more, floor.account.shape[1]))))
        snapshot = np.concatenate((floor.snapshot, np.zeros((more, floor.snapshot.shape[1]))))
        return floor._replace(account=account, snapshot=snapshot, account_free=free)
    more = max(floor.trace.shape[0], int(_wanted(floor)))
    head[at.G_TRACE] += more
    return floor._replace(
        trace=np.concatenate((floor.trace, np.zeros((more, 4), dtype=np.int64))),
        tracef=np.concatenate((floor.tracef, np.zeros((more, 2)))),
    )


def _wanted(floor: Floor) -> int:
    """Return how many units the next event may bring at most."""
    row = floor.head[at.G_LINE]
    released = 0
    if row < floor.line.shape[0] and floor.line[row, at.L_KIND] == at.L_RELEASE:
        released = int(floor.orders[floor.line[row, at.L_PLACE], at.E_QUANTITY])
    return released + int(max(floor.head[at.G_MARGIN], floor.head[at.G_TRACE_MARGIN] if floor.head[at.G_TRACE] else 0))


def each_replication(
    work: Callable[[int], Result], replications: range, threads: int, progress: Callable[[int], None] | None = None
) -> Iterator[tuple[int, Result]]:
    """Yield (replication, result) of `work`, done on so many threads, in order of replication.

    `progress` is told how many are done. When the caller stops (also by Ctrl-C), those that have not begun are dropped.
    """
    pool = ThreadPoolExecutor(max_workers=max(1, threads))
    try:
        ahead = max(1, threads) * 4
        waiting = iter(replications)
        futures = {r: pool.submit(work, r) for _, r in zip(range(ahead), waiting, strict=False)}
        for done, replication in enumerate(replications, start=1):
            future = futures.pop(replication)
            wait([future], return_when=FIRST_COMPLETED)
            following = next(waiting, None)
            if following is not None:
                futures[following] = pool.submit(work, following)
            yield replication, future.result()
            if progress is not None:
                progress(done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
