"""Lays a network out as the kernel's tables, once; a replication then only fills in its draws.

Rows keep the network's order, but operations lie together by work centre. What a network means is in `network`, what
the columns mean in `kernel.layout`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.faults import require_sound
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.network import END, Breakdowns, Network, Operation, Route, Use, WorkCentre
from plantwright.simulation.timeline import Timeline
from plantwright.simulation.times import Fixed, Time, time_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RULES = {"fifo": at.RULE_FIFO, "priority": at.RULE_PRIORITY, "due": at.RULE_DUE, "shortest": at.RULE_SHORTEST}
REPAIR = "repair: "


@dataclass(frozen=True)
class Tables:
    """A network laid out: its names in row order, the arrays that describe it, and its timeline.

    `fixed` holds arrays by the name of their field of `layout.Floor`, as at time 0; `stream_keys` one key a stream.
    """

    network: Network
    centres: tuple[str, ...]
    operations: tuple[tuple[str, str], ...]
    stocks: tuple[str, ...]
    resources: tuple[str, ...]
    items: tuple[str, ...]
    stations: tuple[tuple[str, int], ...]
    fixed: Mapping[str, NDArray[Any]]
    timeline: Timeline
    stream_keys: NDArray[np.uint64]
    slots: int
    margin: int
    trace_margin: int
    causes: int

    @cached_property
    def operation_row(self) -> Mapping[tuple[str, str], int]:
        """Row of an operation by (route, operation)."""
        return {name: row for row, name in enumerate(self.operations)}

    @cached_property
    def accounts(self) -> tuple[tuple[str, str], ...]:
        """What each column of a tracked unit's account is: (kind, name) with kind station, off shift, ..., part,
        resource.
        """
        per_centre = ("station", "off_shift", "absent", "batch", "process", "blocked")
        found = [(kind, name) for name in self.centres for kind in per_centre]
        found += [("part", name) for name in self.stocks] + [("resource", name) for name in self.resources]
        return (*found, ("demand", ""))


@dataclass
class _Layout:
    """A network while it is laid out: indices by name, and lists that grow."""

    network: Network
    centres: list[WorkCentre] = field(default_factory=list)
    ops: list[tuple[Route, Operation]] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    slots: list[tuple[int, int]] = field(default_factory=list)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    exits: dict[str, int] = field(default_factory=dict)
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


def lay_out(network: Network) -> Tables:
    """Return the tables of a network; raises NetworkError naming every fault that it has."""
    require_sound(network)
    b = _Layout(network)
    _index(b)
    _centres(b)
    _stations(b)
    _exits(b)
    _operations(b)
    _outcomes(b)
    _stocks(b)
    _resources(b)
    _sources(b)
    _demands(b)
    _orders(b)
    _times(b)
    _cast(b)
    slots = max(1, len(b.slots))
    b.arrays["slots"] = np.array(b.slots or [(at.SLOT_TIMER, 0)], dtype=np.int64).reshape(-1, 2)
    stations = int(b.arrays["stations"].shape[0])
    most = max((o.batch.most for _, o in b.ops), default=1)
    margin = 64 + stations * (most + 1) + max((s.size for s in network.sources), default=0)
    widest = max((len(o.components) + len(o.uses) for _, o in b.ops), default=0)
    return Tables(
        network=network,
        centres=tuple(c.name for c in b.centres),
        operations=tuple((r.name, o.name) for r, o in b.ops),
        stocks=tuple(b.stock_row),
        resources=tuple(b.resource_row),
        items=tuple(b.items),
        stations=_station_names(b),
        fixed=b.arrays,
        timeline=_timeline(b),
        stream_keys=_keys(b.streams),
        slots=slots,
        margin=margin,
        trace_margin=(margin + len(b.ops)) * (8 + 2 * widest),
        causes=len(b.centres) * at.A_PER_CENTRE + len(b.stock_row) + len(b.resource_row) + 1,
    )


def _cast(b: _Layout) -> None:
    """Give every array the type of its elements that the kernel expects."""
    hints = get_type_hints(at.Floor)
    for name, array in b.arrays.items():
        kind = np.float64 if hints.get(name) == Floats else np.int64
        b.arrays[name] = np.ascontiguousarray(array, dtype=kind)


def _station_names(b: _Layout) -> tuple[tuple[str, int], ...]:
    centre = b.arrays["stations"][:, at.S_CENTRE]
    first = b.arrays["centres"][:, at.W_STATION0]
    return tuple((b.centres[w].name, s - int(first[w])) for s, w in enumerate(centre.tolist()))


def _keys(names: Iterable[str]) -> NDArray[np.uint64]:
    """Return one 64-bit key a stream, from its place and purpose alone."""
    digests = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names]
    return np.array([int.from_bytes(d, "little") for d in digests] or [0], dtype=np.uint64)


def _with_repairs(network: Network) -> tuple[list[WorkCentre], list[tuple[Route, Operation]]]:
    """Return the work centres and operations, with a place for the repairs that need a crew."""
    centres, steps = list(network.centres), [(r, o) for r in network.routes for o in r.operations]
    for centre in network.centres:
        fails = centre.breakdowns
        if fails is not None and fails.crew is not None:
            repair = Operation("repair", REPAIR + centre.name, fails.repair, uses=(Use(*fails.crew),))
            centres.append(WorkCentre(REPAIR + centre.name, stations=None))
            steps.append((Route(REPAIR + centre.name, (repair,)), repair))
    return centres, steps


def _index(b: _Layout) -> None:
    """Number everything that has a name."""
    b.centres, steps = _with_repairs(b.network)
    b.centre_row = {c.name: w for w, c in enumerate(b.centres)}
    b.ops = sorted(steps, key=lambda step: b.centre_row[step[1].centre])
    b.op_row = {(r.name, o.name): i for i, (r, o) in enumerate(b.ops)}
    b.stock_row = {k.name: i for i, k in enumerate(b.network.stocks)}
    b.resource_row = {r.name: i for i, r in enumerate(b.network.resources)}
    b.items = list(dict.fromkeys(r.item or r.name for r, _ in steps))
    b.pools = list(dict.fromkeys(r.pool for r in b.network.routes if r.pool))


def _largest(centre: WorkCentre) -> int:
    return max([centre.stations or 0, *(number for _, number in centre.changes)]) if centre.stations is not None else 0


def _centres(b: _Layout) -> None:
    """Fill the rows of the work centres."""
    rows = np.full((len(b.centres), at.W_COLUMNS), at.NONE, dtype=np.int64)
    rows[:, [at.W_QUEUED, at.W_IDLE, at.W_BLOCKED, at.W_DIRTY, at.W_INSTALLED, at.W_ACTIVE, at.W_FAMILIES]] = 0
    rows[:, at.W_CAUSE] = at.IDLE
    bounds = np.searchsorted([b.centre_row[o.centre] for _, o in b.ops], np.arange(len(b.centres) + 1))
    rows[:, at.W_OP0], rows[:, at.W_OP1] = bounds[:-1], bounds[1:]
    last = list(accumulate((_largest(c) for c in b.centres), initial=0))
    rows[:, at.W_STATION0], rows[:, at.W_STATION1] = last[:-1], last[1:]
    for w, centre in enumerate(b.centres):
        ample = centre.stations is None
        rows[w, at.W_BUFFER] = at.NONE if centre.buffer is None else centre.buffer
        rows[w, at.W_AMPLE] = int(ample)
        rows[w, at.W_IDLE] = rows[w, at.W_INSTALLED] = int(ample)
        rows[w, at.W_OPEN] = int(centre.shifts is None)
        rows[w, at.W_ATTENDED] = int(centre.attended)
        rows[w, at.W_RULE] = RULES[centre.rule]
        rows[w, at.W_FAILS] = at.FAILS_NEVER
        if centre.breakdowns is not None:
            _breakdowns(b, rows[w], centre, centre.breakdowns)
    b.arrays["centres"] = rows
    b.arrays["centref"] = np.zeros((len(b.centres), 1))
    _setups(b, rows)


def _breakdowns(b: _Layout, row: Ints, centre: WorkCentre, fails: Breakdowns) -> None:
    row[at.W_FAILS] = at.FAILS_BUSY if fails.clock == "busy" else at.FAILS_ALWAYS
    row[at.W_UP_TIME] = b.time(fails.up)
    row[at.W_REPAIR_TIME] = b.time(fails.repair)
    if fails.crew is not None:
        row[at.W_REPAIR_OP] = b.op_row[REPAIR + centre.name, "repair"]


def _families(b: _Layout, centre: WorkCentre) -> list[str]:
    """Return the product families that a centre is set up for, in order of their first operation."""
    return list(dict.fromkeys(o.family for _, o in b.ops if o.centre == centre.name and o.family))


def _setups(b: _Layout, rows: Ints) -> None:
    """Lay out each centre's matrix of setup hours, family before by family after."""
    hours: list[float] = []
    for w, centre in enumerate(b.centres):
        if centre.setups:
            names = _families(b, centre)
            rows[w, at.W_SETUP], rows[w, at.W_FAMILIES] = len(hours), len(names)
            hours += [centre.setups.get((before, after), 0.0) for before in names for after in names]
    b.arrays["setups"] = np.array(hours or [0.0])


def _stations(b: _Layout) -> None:
    """Fill the rows of the stations; all are absent until the timeline installs them."""
    total = sum(_largest(c) for c in b.centres)
    rows = np.full((total, at.S_COLUMNS), at.NONE, dtype=np.int64)
    rows[:, [at.S_DOWN, at.S_LISTED, at.S_PAUSED, at.S_RETIRES, at.S_COUNT, at.S_PHASE]] = 0
    rows[:, at.S_STATE] = rows[:, at.S_SHOWN] = at.ABSENT
    b.slots += [(at.SLOT_STATION, s) for s in range(total)]
    s = 0
    for w, centre in enumerate(b.centres):
        for k in range(_largest(centre)):
            rows[s, at.S_CENTRE] = w
            if centre.breakdowns is not None:
                rows[s, at.S_STREAM] = b.stream(f"{centre.name}#{k}|up")
                b.stream(f"{centre.name}#{k}|repair")
                if centre.breakdowns.clock == "always":
                    rows[s, at.S_CLOCK] = b.slot(at.SLOT_CLOCK, s)
            s += 1
    for w, centre in enumerate(b.centres):
        if centre.stations is None:
            b.arrays["centres"][w, at.W_SLOT] = b.slot(at.SLOT_AMPLE, w)
    b.arrays["stations"] = rows
    b.arrays["stationf"] = np.zeros((total, 4))


def _exits(b: _Layout) -> None:
    """Fill the rows of the routes' ends: a pool or none, and what is added to stocks."""
    rows = [(at.REPAIRED, 0, 0)]
    outputs: list[int] = []
    amounts: list[float] = []
    for route in b.network.routes:
        first = len(outputs)
        outputs += [b.stock_row[name] for name in route.gives]
        amounts += list(route.gives.values())
        b.exits[route.name] = len(rows)
        rows.append((b.pools.index(route.pool) if route.pool else at.NO_POOL, first, len(outputs)))
    b.arrays["exits"] = np.array(rows, dtype=np.int64)
    b.arrays["outputs"] = np.array(outputs or [0], dtype=np.int64)
    b.arrays["outputf"] = np.array(amounts or [0.0])


def _operations(b: _Layout) -> None:
    """Fill the rows of the operations with their components, resource uses and waiting causes."""
    rows = np.zeros((len(b.ops), at.O_COLUMNS), dtype=np.int64)
    floats = np.zeros((len(b.ops), at.OF_COLUMNS))
    needs: list[tuple[int, float]] = []
    uses: list[tuple[int, int, int, float]] = []
    causes: list[int] = []
    saturated = {s.route for s in b.network.sources if s.gap is None}
    for o, (route, op) in enumerate(b.ops):
        row, w = rows[o], b.centre_row[op.centre]
        rule = b.centres[w].rule
        row[at.O_CENTRE], row[at.O_TIME] = w, b.time(op.time)
        row[at.O_SERVICE_STREAM] = b.stream(f"{route.name}/{op.name}|time")
        row[at.O_OUTCOME_STREAM] = b.stream(f"{route.name}/{op.name}|outcome") if op.failures else at.NONE
        row[at.O_NEED0], row[at.O_USE0] = len(needs), len(uses)
        needs += [(b.stock_row[name], quantity) for name, quantity in op.components.items()]
        uses += [(b.resource_row[u.resource], int(u.per_unit), int(u.kept), u.amount) for u in op.uses]
        row[at.O_NEED1], row[at.O_USE1] = len(needs), len(uses)
        row[at.O_BATCH_MIN], row[at.O_BATCH_MAX] = op.batch.least, op.batch.most
        row[at.O_HEAD] = row[at.O_TAIL] = at.NONE
        row[at.O_ITEM] = b.items.index(route.item or route.name)
        row[at.O_SATURATED] = int(route.name in saturated and route.operations[0] is op)
        row[at.O_FAMILY] = _families(b, b.centres[w]).index(op.family) if op.family and b.centres[w].setups else at.NONE
        timed = op.batch.longest_wait < math.inf
        row[at.O_TIMER] = b.slot(at.SLOT_TIMER, o) if timed else at.NONE
        row[at.O_ARRIVES] = 2 if op.ships else int(_arrives(b, route, op))
        row[at.O_SORTED], row[at.O_TRACKED] = int(rule != "fifo"), int(route.tracked)
        row[at.O_PLAIN] = int(not (op.components or op.uses or op.learning or op.batch.most > 1 or timed))
        row[at.O_CAUSE0] = len(causes)
        causes += _causes(b, w, row, needs, uses)
        row[at.O_CAUSES] = len(causes) - row[at.O_CAUSE0]
        floats[o] = _operation_floats(op)
    b.arrays["ops"], b.arrays["opf"], b.arrays["cause_of"] = rows, floats, np.array(causes or [0], dtype=np.int64)
    b.arrays["needs"] = np.array([k for k, _ in needs] or [0], dtype=np.int64)
    b.arrays["needf"] = np.array([q for _, q in needs] or [0.0])
    b.arrays["uses"] = np.array([u[:3] for u in uses] or [(0, 0, 0)], dtype=np.int64)
    b.arrays["usef"] = np.array([u[3] for u in uses] or [0.0])


def _arrives(b: _Layout, route: Route, op: Operation) -> bool:
    """Return whether a demand's unit has arrived after an operation: where it says so, else at the route's end."""
    if not any(d.route == route.name for d in b.network.demands):
        return False
    said = [o for o in route.operations if o.arrival]
    return op in said if said else op is route.operations[-1]


def _operation_floats(op: Operation) -> tuple[float, ...]:
    exponent = -math.log2(op.learning.rate) if op.learning else 0.0
    floor = op.learning.floor if op.learning else 0.0
    row = [0.0] * at.OF_COLUMNS
    row[at.OF_LONGEST_WAIT], row[at.OF_LEARNING], row[at.OF_FLOOR] = op.batch.longest_wait, exponent, floor
    row[at.OF_MEAN], row[at.OF_FIRST], row[at.OF_LAST] = time_of(op.time).mean, math.inf, -math.inf
    return tuple(row)


def _causes(
    b: _Layout, w: int, row: Ints, needs: list[tuple[int, float]], uses: list[tuple[int, int, int, float]]
) -> list[int]:
    """Return the account's column of each cause that an operation's units may wait for."""
    past_centres = len(b.centres) * at.A_PER_CENTRE
    of_parts = [past_centres + k for k, _ in needs[row[at.O_NEED0] :]]
    of_resources = [past_centres + len(b.stock_row) + u[0] for u in uses[row[at.O_USE0] :]]
    return [w * at.A_PER_CENTRE + c for c in range(at.C_FIRST_NEED)] + of_parts + of_resources


def _outcomes(b: _Layout) -> None:
    """Fill the rows of the outcomes: the good one first, then the failures."""
    rows: list[tuple[int, int, int, int]] = []
    floats: list[tuple[float, float, float]] = []
    for o, (route, op) in enumerate(b.ops):
        b.arrays["ops"][o, at.O_OUT0] = len(rows)
        good = 1.0 - sum(f.probability for f in op.failures)
        at_first = 1.0 - sum(f.probability if f.at_first is None else f.at_first for f in op.failures)
        decay = max((f.decay for f in op.failures), default=0.0)
        rows.append((_following(b, route, op), at.NONE, at.NONE, 0))
        floats.append((good, at_first, decay))
        for failure in op.failures:
            good += failure.probability
            at_first += failure.probability if failure.at_first is None else failure.at_first
            limit = at.NONE if failure.at_most is None else failure.at_most
            rows.append((_target(b, route, failure.to), limit, _target(b, route, failure.beyond), int(failure.remade)))
            floats.append((good, at_first, decay))
        b.arrays["ops"][o, at.O_OUT1] = len(rows)
    b.arrays["outcomes"] = np.array(rows, dtype=np.int64).reshape(-1, 4)
    b.arrays["outcomef"] = np.array(floats).reshape(-1, 3)


def _following(b: _Layout, route: Route, op: Operation) -> int:
    if route.name.startswith(REPAIR):
        return at.FIRST_EXIT
    if op.then and op.then != END:
        return b.op_row[route.name, op.then]
    place = (
        len(route.operations) if op.then == END else next(i for i, other in enumerate(route.operations) if other is op)
    )
    if place + 1 < len(route.operations):
        return b.op_row[route.name, route.operations[place + 1].name]
    return at.FIRST_EXIT - b.exits[route.name]


def _target(b: _Layout, route: Route, to: str) -> int:
    return at.SCRAP if to == "scrap" else b.op_row[route.name, to]


def _stocks(b: _Layout) -> None:
    """Fill the rows of the stocks with the centres that use each."""
    rows = np.zeros((len(b.stock_row), 5), dtype=np.int64)
    rows[:, at.K_BLOCK_HEAD] = rows[:, at.K_BLOCK_TAIL] = at.NONE
    floats = np.zeros((len(b.stock_row), 3))
    users: list[int] = []
    for k, stock in enumerate(b.network.stocks):
        rows[k, at.K_USER0] = len(users)
        users += sorted({b.centre_row[o.centre] for _, o in b.ops if stock.name in o.components})
        rows[k, at.K_USER1] = len(users)
        floats[k, at.KF_LEVEL], floats[k, at.KF_CAPACITY] = stock.level, stock.capacity
    b.arrays["stocks"], b.arrays["stockf"] = rows, floats
    b.arrays["users"] = np.array(users or [0], dtype=np.int64)


def _resources(b: _Layout) -> None:
    """Fill the rows of the resources."""
    rows = [[int(r.first_fit)] for r in b.network.resources]
    b.arrays["resources"] = np.array(rows, dtype=np.int64).reshape(-1, 1)
    floats = [[r.capacity, 0.0, 0.0, 0.0] for r in b.network.resources]
    b.arrays["resourcef"] = np.array(floats).reshape(-1, 4)


def _sources(b: _Layout) -> None:
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


def _demands(b: _Layout) -> None:
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


def _orders(b: _Layout) -> None:
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


def _times(b: _Layout) -> None:
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


def _timeline(b: _Layout) -> Timeline:
    """Return all that happens at given times, in the order of the network."""
    rows: list[tuple[float, int, int, float]] = []
    for r, resource in enumerate(b.network.resources):
        rows += [(time, at.L_CAPACITY, r, capacity) for time, capacity in resource.changes]
    for w, centre in enumerate(b.centres):
        if centre.stations is not None:
            rows += [(time, at.L_STATIONS, w, float(n)) for time, n in ((0.0, centre.stations), *centre.changes)]
        if centre.shifts is not None:
            rows += [(time, at.L_SHIFT, w, float(i % 2 == 0)) for i, time in enumerate(centre.shifts.times)]
    rows += [(a.time, at.L_STOCK, b.stock_row[a.stock], a.quantity) for a in b.network.arrivals]
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
