"""Lays a network out as the kernel's tables, once; a replication then only fills in its draws.

Rows keep the network's order, but operations lie together by work centre. What a network means is in `network`, what
the columns mean in `kernel.layout`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.expand import ORDER, REPAIR, expanded
from plantwright.simulation.faults import require_sound
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.network import Breakdowns, Network, Operation, Route, WorkCentre
from plantwright.simulation.rows import (
    Draft,
    fill_demands,
    fill_orders,
    fill_resources,
    fill_sources,
    fill_stocks,
    fill_times,
    timeline_of,
)
from plantwright.simulation.timeline import Timeline
from plantwright.simulation.times import time_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RULES = {
    "fifo": at.RULE_FIFO, "priority": at.RULE_PRIORITY, "due": at.RULE_DUE, "shortest": at.RULE_SHORTEST,
    "critical_ratio": at.RULE_RATIO,
}  # fmt: skip
SPECIAL_ENDS = {REPAIR: at.REPAIRED, ORDER: at.DELIVERED}


@dataclass(frozen=True)
class Tables:
    """A network laid out: its names in row order, the arrays that describe it, and its timeline.

    `network` is the one that was laid out, with what `expand` adds to it.

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
    def families(self) -> Mapping[str, Sequence[str]]:
        """The product families that each work centre is set up for, in the order of their numbers."""
        steps = [(r, o) for r in self.network.routes for o in r.operations]
        return {c.name: _families(steps, c) for c in self.network.centres}

    @cached_property
    def accounts(self) -> tuple[tuple[str, str], ...]:
        """What each column of a tracked unit's account is: (kind, name) with kind station, off shift, ..., part,
        resource.
        """
        per_centre = ("station", "off_shift", "absent", "batch", "process", "blocked")
        found = [(kind, name) for name in self.centres for kind in per_centre]
        found += [("part", name) for name in self.stocks] + [("resource", name) for name in self.resources]
        return (*found, ("demand", ""))


def lay_out(network: Network) -> Tables:
    """Return the tables of a network; raises NetworkError naming every fault that it has."""
    require_sound(network)
    network = expanded(network)
    b = Draft(network)
    _index(b)
    _centres(b)
    _stations(b)
    _exits(b)
    _operations(b)
    _outcomes(b)
    fill_stocks(b)
    fill_resources(b)
    fill_sources(b)
    fill_demands(b)
    fill_orders(b)
    fill_times(b)
    _cast(b)
    slots = max(1, len(b.slots))
    b.arrays["slots"] = np.array(b.slots or [(at.SLOT_TIMER, 0)], dtype=np.int64).reshape(-1, 2)
    stations = int(b.arrays["stations"].shape[0])
    most = max((o.batch.most for _, o in b.ops), default=1)
    margin = 64 + stations * (most + 1) + max((s.size for s in network.sources), default=0)
    margin += _cards(network) + 2 * len(network.reorders)
    widest = max((len(o.components) + len(o.returns) + len(o.uses) for _, o in b.ops), default=0)
    return Tables(
        network=network,
        centres=tuple(c.name for c in b.centres),
        operations=tuple((r.name, o.name) for r, o in b.ops),
        stocks=tuple(b.stock_row),
        resources=tuple(b.resource_row),
        items=tuple(b.items),
        stations=_station_names(b),
        fixed=b.arrays,
        timeline=timeline_of(b),
        stream_keys=_keys(b.streams),
        slots=slots,
        margin=margin,
        trace_margin=(margin + len(b.ops)) * (8 + 2 * widest),
        causes=len(b.centres) * at.A_PER_CENTRE + len(b.stock_row) + len(b.resource_row) + 1,
    )


def _cards(network: Network) -> int:
    """Return how many units cards may let in at once."""
    there = {k.name: k.level for k in network.stocks}
    return sum(math.ceil(there[name] / each) for r in network.routes for name, each in r.cards.items())


def _cast(b: Draft) -> None:
    """Give every array the type of its elements that the kernel expects."""
    hints = get_type_hints(at.Floor)
    for name, array in b.arrays.items():
        kind = np.float64 if hints.get(name) == Floats else np.int64
        b.arrays[name] = np.ascontiguousarray(array, dtype=kind)


def _station_names(b: Draft) -> tuple[tuple[str, int], ...]:
    centre = b.arrays["stations"][:, at.S_CENTRE]
    first = b.arrays["centres"][:, at.W_STATION0]
    return tuple((b.centres[w].name, s - int(first[w])) for s, w in enumerate(centre.tolist()))


def _keys(names: Iterable[str]) -> NDArray[np.uint64]:
    """Return one 64-bit key a stream, from its place and purpose alone."""
    digests = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names]
    return np.array([int.from_bytes(d, "little") for d in digests] or [0], dtype=np.uint64)


def _index(b: Draft) -> None:
    """Number everything that has a name."""
    b.centres, steps = list(b.network.centres), [(r, o) for r in b.network.routes for o in r.operations]
    b.centre_row = {c.name: w for w, c in enumerate(b.centres)}
    b.ops = sorted(steps, key=lambda step: b.centre_row[step[1].centre])
    b.op_row = {(r.name, o.name): i for i, (r, o) in enumerate(b.ops)}
    b.stock_row = {k.name: i for i, k in enumerate(b.network.stocks)}
    b.resource_row = {r.name: i for i, r in enumerate(b.network.resources)}
    b.items = list(dict.fromkeys(r.item or r.name for r, _ in steps))
    b.pools = list(dict.fromkeys(r.pool for r in b.network.routes if r.pool))


def _largest(centre: WorkCentre) -> int:
    return max([centre.stations or 0, *(number for _, number in centre.changes)]) if centre.stations is not None else 0


def _centres(b: Draft) -> None:
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


def _breakdowns(b: Draft, row: Ints, centre: WorkCentre, fails: Breakdowns) -> None:
    row[at.W_FAILS] = at.FAILS_BUSY if fails.clock == "busy" else at.FAILS_ALWAYS
    row[at.W_UP_TIME] = b.time(fails.up)
    row[at.W_REPAIR_TIME] = b.time(fails.repair)
    if fails.crew is not None:
        row[at.W_REPAIR_OP] = b.op_row[REPAIR + centre.name, "repair"]


def _families(steps: Iterable[tuple[Route, Operation]], centre: WorkCentre) -> list[str]:
    """Return the product families that a centre is set up for, in order of their first operation."""
    return list(dict.fromkeys(o.family for _, o in steps if o.centre == centre.name and o.family))


def _setups(b: Draft, rows: Ints) -> None:
    """Lay out each centre's matrix of setup hours, family before by family after."""
    hours: list[float] = []
    for w, centre in enumerate(b.centres):
        if centre.setups:
            names = _families(b.ops, centre)
            rows[w, at.W_SETUP], rows[w, at.W_FAMILIES] = len(hours), len(names)
            hours += [centre.setups.get((before, after), 0.0) for before in names for after in names]
    b.arrays["setups"] = np.array(hours or [0.0])


def _stations(b: Draft) -> None:
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


def _exits(b: Draft) -> None:
    """Fill the rows of the routes' ends: a pool or none, and what is added to stocks; as scrap it is the cards."""
    rows: list[tuple[int, int, int]] = []
    outputs: list[tuple[int, float]] = []

    def end(pool: int, gives: Mapping[str, float]) -> int:
        first = len(outputs)
        outputs.extend((b.stock_row[name], amount) for name, amount in gives.items())
        rows.append((pool, first, len(outputs)))
        return len(rows) - 1

    for route in b.network.routes:
        special = next((pool for word, pool in SPECIAL_ENDS.items() if route.name.startswith(word)), at.NO_POOL)
        b.exits[route.name] = end(b.pools.index(route.pool) if route.pool else special, route.gives)
        if route.cards:
            b.scrapped[route.name] = end(at.SCRAPPED, route.cards)
    b.arrays["exits"] = np.array(rows, dtype=np.int64).reshape(-1, 3)
    b.arrays["outputs"] = np.array([k for k, _ in outputs] or [0], dtype=np.int64)
    b.arrays["outputf"] = np.array([amount for _, amount in outputs] or [0.0])


def _operations(b: Draft) -> None:
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
        judged = op.failures or route.name.startswith(ORDER)
        row[at.O_OUTCOME_STREAM] = b.stream(f"{route.name}/{op.name}|outcome") if judged else at.NONE
        row[at.O_NEED0], row[at.O_USE0] = len(needs), len(uses)
        needs += [(b.stock_row[name], quantity) for name, quantity in op.components.items()]
        needs += [(b.stock_row[name], -quantity) for name, quantity in op.returns.items()]
        uses += [(b.resource_row[u.resource], int(u.per_unit), int(u.kept), u.amount) for u in op.uses]
        row[at.O_NEED1], row[at.O_USE1] = len(needs), len(uses)
        row[at.O_BATCH_MIN], row[at.O_BATCH_MAX] = op.batch.least, op.batch.most
        row[at.O_HEAD] = row[at.O_TAIL] = at.NONE
        row[at.O_ITEM] = b.items.index(route.item or route.name)
        row[at.O_SATURATED] = int(route.name in saturated and route.operations[0] is op)
        row[at.O_FAMILY] = (
            _families(b.ops, b.centres[w]).index(op.family) if op.family and b.centres[w].setups else at.NONE
        )
        timed = op.batch.longest_wait < math.inf
        row[at.O_TIMER] = b.slot(at.SLOT_TIMER, o) if timed else at.NONE
        row[at.O_ARRIVES] = 2 if op.ships else int(_arrives(b, route, op))
        row[at.O_SORTED], row[at.O_TRACKED] = int(rule != "fifo"), int(route.tracked)
        row[at.O_PLAIN] = int(not (needs[row[at.O_NEED0] :] or op.uses or op.learning or op.batch.most > 1 or timed))
        row[at.O_CAUSE0] = len(causes)
        causes += _causes(b, w, row, needs, uses)
        row[at.O_CAUSES] = len(causes) - row[at.O_CAUSE0]
        floats[o] = _operation_floats(op)
        floats[o, at.OF_LEFT] = sum(time_of(op.time).mean for op in _good_way(route, op))
    b.arrays["ops"], b.arrays["opf"], b.arrays["cause_of"] = rows, floats, np.array(causes or [0], dtype=np.int64)
    b.arrays["centres"][:, at.W_QUICK] = [_quickness(b, w) for w in range(len(b.centres))]
    b.arrays["needs"] = np.array([k for k, _ in needs] or [0], dtype=np.int64)
    b.arrays["needf"] = np.array([q for _, q in needs] or [0.0])
    b.arrays["uses"] = np.array([u[:3] for u in uses] or [(0, 0, 0)], dtype=np.int64)
    b.arrays["usef"] = np.array([u[3] for u in uses] or [0.0])


def _quickness(b: Draft, w: int) -> int:
    """Return how quickly a centre takes units: at once only where no need, rule, shift or setup has a say."""
    row, centre = b.arrays["centres"][w], b.centres[w]
    if centre.stations is None or centre.rule != "fifo" or centre.shifts is not None or centre.setups:
        return at.QUEUES
    ops = b.arrays["ops"][row[at.W_OP0] : row[at.W_OP1]]
    if not np.all(ops[:, at.O_PLAIN] == 1) or np.any(ops[:, at.O_TRACKED] == 1):
        return at.QUEUES
    saturated = bool(np.any(ops[:, at.O_SATURATED] == 1))
    if len(ops) == 1:
        return at.SATURATED if saturated else at.ONE_OPERATION
    return at.QUEUES if saturated else at.AT_ONCE


def _arrives(b: Draft, route: Route, op: Operation) -> bool:
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
    row[at.OF_MEAN] = time_of(op.time).mean
    return tuple(row)


def _causes(
    b: Draft, w: int, row: Ints, needs: list[tuple[int, float]], uses: list[tuple[int, int, int, float]]
) -> list[int]:
    """Return the account's column of each cause that an operation's units may wait for."""
    past_centres = len(b.centres) * at.A_PER_CENTRE
    of_parts = [past_centres + k for k, _ in needs[row[at.O_NEED0] :]]
    of_resources = [past_centres + len(b.stock_row) + u[0] for u in uses[row[at.O_USE0] :]]
    return [w * at.A_PER_CENTRE + c for c in range(at.C_FIRST_NEED)] + of_parts + of_resources


def _outcomes(b: Draft) -> None:
    """Fill the rows of the outcomes: the good one first, then the failures."""
    rows: list[tuple[int, int, int, int]] = []
    floats: list[tuple[float, float, float]] = []
    for o, (route, op) in enumerate(b.ops):
        b.arrays["ops"][o, at.O_OUT0] = len(rows)
        good = 1.0 - sum(f.probability for f in op.failures)
        at_first = 1.0 - sum(f.probability if f.at_first is None else f.at_first for f in op.failures)
        decay = max((f.decay for f in op.failures), default=0.0)
        following = _following(route, op)
        end = at.FIRST_EXIT - b.exits[route.name]
        rows.append((b.op_row[route.name, following.name] if following else end, at.NONE, at.NONE, 0))
        floats.append((good, at_first, decay))
        for failure in op.failures:
            good += failure.probability
            at_first += failure.probability if failure.at_first is None else failure.at_first
            scraps = failure.to == "scrap"
            limit = at.NONE if failure.at_most is None or scraps else failure.at_most
            ways = _target(b, route, failure.to), limit, _target(b, route, failure.beyond)
            rows.append((*ways, int(failure.remade or scraps)))
            floats.append((good, at_first, decay))
        b.arrays["ops"][o, at.O_OUT1] = len(rows)
    b.arrays["outcomes"] = np.array(rows, dtype=np.int64).reshape(-1, 4)
    b.arrays["outcomef"] = np.array(floats).reshape(-1, 3)


def _following(route: Route, op: Operation) -> Operation | None:
    """Return the operation that a good unit goes to, None at the route's end."""
    if op.then:
        return next((o for o in route.operations if o.name == op.then), None)
    place = next(i for i, other in enumerate(route.operations) if other is op)
    return route.operations[place + 1] if place + 1 < len(route.operations) else None


def _good_way(route: Route, op: Operation) -> list[Operation]:
    """Return an operation and those that a unit which never fails passes after it, each once."""
    way: list[Operation] = []
    following: Operation | None = op
    while following is not None and following not in way:
        way.append(following)
        following = _following(route, following)
    return way


def _target(b: Draft, route: Route, to: str) -> int:
    if to != "scrap":
        return b.op_row[route.name, to]
    return at.FIRST_EXIT - b.scrapped[route.name] if route.cards else at.SCRAP
