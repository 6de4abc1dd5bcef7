"""Rows of the kernel's tables that say what flows: stocks, resources, sources, demands, orders, times, the timeline.

`Draft` is a network while it is laid out; the places and operations are filled in `tables`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.expand import ORDER, RELEASE
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.network import Network, Operation, Route, WorkCentre
from plantwright.simulation.timeline import Timeline
from plantwright.simulation.times import Fixed, Time, time_of

Floats = NDArray[np.float64]


@dataclass
class Draft:
    """A network while it is laid out: indices by name, and lists that grow."""

    network: Network
    centres: list[WorkCentre] = field(default_factory=list)
    ops: list[tuple[Route, Operation]] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    slots: list[tuple[int, int]] = field(default_factory=list)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    exits: dict[str, int] = field(default_factory=dict)
    scrapped: dict[str, int] = field(default_factory=dict)
    centre_row: dict[str, int] = field(default_factory=dict)
    op_row: dict[tuple[str, str], int] = field(default_factory=dict)
    stock_row: dict[str, int] = field(default_factory=dict)
    resource_row: dict[str, int] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    pools: list[str] = field(default_factory=list)

    def time(self, time: Time | float) -> int:
        """Return the row of a new distribution."""
        self.times.append(time_of(time))
        return len(self.times) - 1

    def stream(self, name: str) -> int:
        """Return the row of a new random stream."""
        self.streams.append(name)
        return len(self.streams) - 1

    def slot(self, kind: int, place: int) -> int:
        """Return a new slot of the event calendar."""
        self.slots.append((kind, place))
        return len(self.slots) - 1


def fill_stocks(b: Draft) -> None:
    """Fill the rows of the stocks with the centres that use each and how each is replenished."""
    rows = np.zeros((len(b.stock_row), at.K_COLUMNS), dtype=np.int64)
    rows[:, [at.K_BLOCK_HEAD, at.K_BLOCK_TAIL, at.K_ORDER_OP]] = at.NONE
    floats = np.zeros((len(b.stock_row), at.KF_COLUMNS))
    users: list[int] = []
    for k, stock in enumerate(b.network.stocks):
        rows[k, at.K_USER0] = len(users)
        users += sorted({b.centre_row[o.centre] for _, o in b.ops if stock.name in o.components})
        rows[k, at.K_USER1] = len(users)
        floats[k, at.KF_LEVEL], floats[k, at.KF_CAPACITY] = stock.level, stock.capacity
        floats[k, at.KF_LEAST] = min((o.components.get(stock.name, math.inf) for _, o in b.ops), default=math.inf)
    for order in b.network.reorders:
        k = b.stock_row[order.stock]
        rows[k, at.K_ORDER_OP] = b.op_row[ORDER + order.stock, "deliver"]
        floats[k, [at.KF_AT, at.KF_UP_TO, at.KF_ACCEPTED]] = order.at, order.up_to, order.accepted
    b.arrays["stocks"], b.arrays["stockf"] = rows, floats
    b.arrays["users"] = np.array(users or [0], dtype=np.int64)


def fill_resources(b: Draft) -> None:
    """Fill the rows of the resources."""
    rows = [[int(r.first_fit)] for r in b.network.resources]
    b.arrays["resources"] = np.array(rows, dtype=np.int64).reshape(-1, 1)
    floats = [[r.capacity, 0.0, 0.0, 0.0] for r in b.network.resources]
    b.arrays["resourcef"] = np.array(floats).reshape(-1, 4)


def fill_sources(b: Draft) -> None:
    """Fill the rows of the sources that have gaps; saturated ones are a property of the operation."""
    flowing = [s for s in b.network.sources if s.gap is not None]
    rows = np.full((len(flowing), 9), at.NONE, dtype=np.int64)
    for n, source in enumerate(flowing):
        route = next(r for r in b.network.routes if r.name == source.route)
        rows[n, at.N_OP] = b.op_row[route.name, route.operations[0].name]
        rows[n, at.N_TIME] = b.time(source.gap if source.gap is not None else Fixed(0.0))
        rows[n, at.N_STREAM] = b.stream(f"{source.route}@{n}|gap")
        rows[n, at.N_SIZE], rows[n, at.N_LOSES] = source.size, int(source.loses)
        rows[n, at.N_LEFT] = at.NONE if source.limit is None else source.limit
        rows[n, at.N_SLOT] = b.slot(at.SLOT_SOURCE, n)
    b.arrays["sources"] = rows
    b.arrays["sourcef"] = np.array([[s.priority, s.due_after] for s in flowing]).reshape(-1, 2)


def fill_demands(b: Draft) -> None:
    """Fill the rows of the demands, ranked by priority, then due date."""
    ranked = sorted(enumerate(b.network.demands), key=lambda d: (d[1].priority, d[1].due, d[0]))
    first = {r.name: r.operations[0].name for r in b.network.routes}
    pool_row = {name: i for i, name in enumerate(b.pools)}
    rows = [
        (pool_row.get(d.pool, at.NONE), b.op_row[d.route, first[d.route]], d.quantity, d.quantity) for _, d in ranked
    ]
    b.arrays["demands"] = np.array(rows, dtype=np.int64).reshape(-1, 4)
    b.arrays["demandf"] = np.array([(d.priority, d.due, math.inf, math.nan) for _, d in ranked]).reshape(-1, 4)
    counts = [sum(d.pool == pool for d in b.network.demands) for pool in b.pools]
    starts = list(accumulate(counts, initial=0))
    pools = [(start, 0, at.NONE, at.NONE, 0) for start in starts[:-1]]
    b.arrays["pools"] = np.array(pools, dtype=np.int64).reshape(-1, 5)
    b.arrays["open_demands"] = np.zeros(max(1, len(rows)), dtype=np.int64)
    b.arrays["demand_rank"] = np.array([index for index, _ in ranked], dtype=np.int64)


def fill_orders(b: Draft) -> None:
    """Fill the rows of the production orders."""
    first = {r.name: r.operations[0].name for r in b.network.routes}
    rows = [(b.op_row[o.route, o.operation or first[o.route]], o.quantity, at.NONE) for o in b.network.orders]
    floats = [(o.priority, o.due) for o in b.network.orders]
    rank = {int(index): d for d, index in enumerate(b.arrays["demand_rank"])}
    for i, demand in enumerate(b.network.demands):
        if not demand.pool:
            rows.append((b.op_row[demand.route, first[demand.route]], demand.quantity, rank[i]))
            floats.append((demand.priority, demand.due))
    b.arrays["orders"] = np.array(rows, dtype=np.int64).reshape(-1, 3)
    b.arrays["orderf"] = np.array(floats).reshape(-1, 2)


def fill_times(b: Draft) -> None:
    """Fill the rows of the distributions; like tables of inverses are laid out once."""
    rows, floats = np.zeros((len(b.times), 3), dtype=np.int64), np.zeros((len(b.times), 3))
    laid: dict[bytes, int] = {}
    table: list[Floats] = [np.zeros(1)]
    length = 1
    for d, time in enumerate(b.times):
        kind, ints, values, knots = time.row()
        rows[d, 0] = kind
        rows[d, 1 : 1 + len(ints)] = ints
        floats[d, : len(values)] = values
        if knots.size:
            if knots.tobytes() not in laid:
                laid[knots.tobytes()] = length
                table.append(knots)
                length += knots.size
            rows[d, 1:] = laid[knots.tobytes()], knots.size
    b.arrays["times"], b.arrays["timef"], b.arrays["table"] = rows, floats, np.concatenate(table)


def timeline_of(b: Draft) -> Timeline:
    """Return all that happens at given times, in the order of the network."""
    rows: list[tuple[float, int, int, float]] = []
    for r, resource in enumerate(b.network.resources):
        rows += [(time, at.L_CAPACITY, r, capacity) for time, capacity in resource.changes]
    for w, centre in enumerate(b.centres):
        if centre.stations is not None:
            rows += [(time, at.L_STATIONS, w, float(n)) for time, n in ((0.0, centre.stations), *centre.changes)]
        elif centre.name.startswith(RELEASE):
            rows.append((0.0, at.L_STATIONS, w, 1.0))  # a saturated route asks for its first cards
        if centre.shifts is not None:
            rows += [(time, at.L_SHIFT, w, float(i % 2 == 0)) for i, time in enumerate(centre.shifts.times)]
    rows += [(a.time, at.L_STOCK, b.stock_row[a.stock], a.quantity) for a in b.network.arrivals]
    rows += [(0.0, at.L_STOCK, b.stock_row[order.stock], 0.0) for order in b.network.reorders]
    rank = {int(index): d for d, index in enumerate(b.arrays["demand_rank"])}
    rows += [(d.opens, at.L_DEMAND, rank[i], 0.0) for i, d in enumerate(b.network.demands) if d.pool]
    moments = [o.time for o in b.network.orders] + [d.opens for d in b.network.demands if not d.pool]
    rows += [(time, at.L_RELEASE, i, 0.0) for i, time in enumerate(moments)]
    time, kind, place, value = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    return Timeline(
        np.array(time, dtype=np.float64),
        np.array(kind, dtype=np.int64),
        np.array(place, dtype=np.int64),
        np.array(value, dtype=np.float64),
    )
