"""What can be wrong with a network, one function a rule; all faults are found at once and each names its place.

Nothing is simulated here: a fault is seen from the description alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from plantwright.simulation.network import END, Network, Operation, Route, WorkCentre
from plantwright.simulation.times import time_of


class NetworkError(ValueError):
    """A network that cannot be run; `faults` holds one sentence each, naming the place."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def require_sound(network: Network) -> None:
    """Raise NetworkError naming every fault of the network, if it has any."""
    named = tuple(fault for rule in NAMES for fault in rule(network))
    if named:
        raise NetworkError(named)
    found = tuple(fault for rule in RULES for fault in rule(network))
    if found:
        raise NetworkError(found)


def _steps(network: Network) -> Iterator[tuple[Route, Operation, str]]:
    for route in network.routes:
        for op in route.operations:
            yield route, op, f"operation {route.name}/{op.name}"


def double_names(network: Network) -> Iterator[str]:
    """Two of a kind with one name."""
    kinds = {
        "work centre": [c.name for c in network.centres],
        "route": [r.name for r in network.routes],
        "stock": [k.name for k in network.stocks],
        "resource": [r.name for r in network.resources],
        "operation": [f"{r.name}/{o.name}" for r, o, _ in _steps(network)],
    }
    for kind, names in kinds.items():
        for name, number in Counter(names).items():
            if number > 1:
                yield f"{kind} {name} is there {number} times; names must differ"


def empty_network(network: Network) -> Iterator[str]:
    """Nothing to run, or a route without an operation."""
    if not network.centres:
        yield "the network has no work centre"
    for route in network.routes:
        if not route.operations:
            yield f"route {route.name} has no operation"


def unknown_names(network: Network) -> Iterator[str]:
    """A name that stands for nothing."""
    centres = {c.name for c in network.centres}
    stocks, resources = {k.name for k in network.stocks}, {r.name for r in network.resources}
    routes = {r.name: {o.name for o in r.operations} for r in network.routes}
    for route, op, place in _steps(network):
        if op.centre not in centres:
            yield f"{place}: unknown work centre {op.centre}"
        named = (*op.components, *op.returns)
        yield from (f"{place}: unknown stock {name}" for name in named if name not in stocks)
        yield from (f"{place}: unknown resource {u.resource}" for u in op.uses if u.resource not in resources)
        if op.then and op.then != END and op.then not in routes[route.name]:
            yield f"{place}: good units go to {op.then}, which is no operation of the route"
        for to in (t for f in op.failures for t in (f.to, f.beyond)):
            if to != "scrap" and to not in routes[route.name]:
                yield f"{place}: failed units go to {to}, which is no operation of the route"
    for route in network.routes:
        yield from (f"route {route.name} gives to unknown stock {k}" for k in route.gives if k not in stocks)
        yield from (f"route {route.name} takes cards of unknown stock {k}" for k in route.cards if k not in stocks)
    yield from (f"an order rule is for unknown stock {o.stock}" for o in network.reorders if o.stock not in stocks)
    for work in network.at_work:
        if work.operation not in routes.get(work.route, ()):
            yield f"units are at work on unknown operation {work.route}/{work.operation}"
    yield from (f"a station is down at unknown work centre {d.centre}" for d in network.down if d.centre not in centres)
    yield from (f"a source feeds unknown route {s.route}" for s in network.sources if s.route not in routes)
    yield from (f"an arrival goes to unknown stock {a.stock}" for a in network.arrivals if a.stock not in stocks)
    for order in network.orders:
        if order.route not in routes or (order.operation and order.operation not in routes[order.route]):
            yield f"an order is for unknown route {order.route} {order.operation}".rstrip()
    for centre in network.centres:
        crew = centre.breakdowns.crew if centre.breakdowns else None
        if crew is not None and crew[0] not in resources:
            yield f"work centre {centre.name}: repairs need unknown resource {crew[0]}"


def unknown_pools(network: Network) -> Iterator[str]:
    """A demand that nothing can serve."""
    pools, routes = {r.pool for r in network.routes if r.pool}, {r.name for r in network.routes}
    for demand in network.demands:
        if demand.pool and demand.pool not in pools:
            yield f"a demand asks of pool {demand.pool}, to which no route leads"
        if demand.route not in routes:
            yield f"a demand of pool {demand.pool} goes by unknown route {demand.route}"


def wrong_probabilities(network: Network) -> Iterator[str]:
    """Probabilities outside 0 to 1, or that exceed 1 together."""
    for _, op, place in _steps(network):
        total = sum(f.probability for f in op.failures)
        if any(not 0.0 <= p <= 1.0 for f in op.failures for p in (f.probability, f.at_first or 0.0)):
            yield f"{place}: a probability of failure lies outside 0 to 1"
        elif total > 1.0 + 1e-12:
            yield f"{place}: the probabilities of failure add up to {total:g}, above 1"


def endless_rework(network: Network) -> Iterator[str]:
    """A unit that could never leave an operation."""
    for _, op, place in _steps(network):
        again = sum(f.probability for f in op.failures if f.to != "scrap" and f.at_most is None)
        if again >= 1.0:
            yield f"{place}: every unit goes back for ever; give a limit or a probability below 1"


def wrong_numbers(network: Network) -> Iterator[str]:
    """Numbers that make no sense where they stand."""
    for centre in network.centres:
        if centre.stations is not None and min([centre.stations, *(n for _, n in centre.changes)]) < 0:
            yield f"work centre {centre.name}: the number of stations is negative"
        if centre.buffer is not None and centre.buffer < 0:
            yield f"work centre {centre.name}: the buffer is negative"
    for _, op, place in _steps(network):
        if any(not 0.0 < q < math.inf for q in op.components.values()):
            yield f"{place}: a component's quantity must be above zero"
        if any(not 0.0 < u.amount < math.inf for u in op.uses):
            yield f"{place}: the amount of a resource must be above zero"
        if op.learning is not None and not 0.0 < op.learning.rate <= 1.0:
            yield f"{place}: a learning rate lies above 0 and up to 1, not {op.learning.rate:g}"
    yield from (
        f"stock {k.name}: level {k.level:g} is outside 0 to its capacity"
        for k in network.stocks
        if not 0 <= k.level <= k.capacity
    )
    yield from (
        f"resource {r.name}: capacity must not be negative"
        for r in network.resources
        if min([r.capacity, *(c for _, c in r.changes)]) < 0
    )
    yield from (f"the source of route {s.route}: size must be 1 or more" for s in network.sources if s.size < 1)
    yield from (f"an order of route {o.route}: quantity must be 0 or more" for o in network.orders if o.quantity < 0)
    yield from (f"a demand of pool {d.pool}: quantity must be 1 or more" for d in network.demands if d.quantity < 1)


def wrong_times(network: Network) -> Iterator[str]:
    """Times that are negative, not finite, or out of order."""
    for centre in network.centres:
        if centre.shifts is not None and (list(centre.shifts.times) != sorted(centre.shifts.times)):
            yield f"work centre {centre.name}: shifts must be in order of time"
        if centre.breakdowns is not None and centre.breakdowns.up.mean <= 0.0:
            yield f"work centre {centre.name}: the time between failures must be above zero"
    moments = [("an order of route " + o.route, o.time) for o in network.orders]
    moments += [("an arrival at stock " + a.stock, a.time) for a in network.arrivals]
    moments += [("a demand of pool " + d.pool, d.opens) for d in network.demands]
    moments += [("work centre " + c.name, t) for c in network.centres for t, _ in c.changes]
    moments += [("resource " + r.name, t) for r in network.resources for t, _ in r.changes]
    yield from (
        f"{place}: time {time:g} must be zero or more and finite"
        for place, time in moments
        if not 0.0 <= time < math.inf
    )
    for source in network.sources:
        if source.gap is not None and time_of(source.gap).mean <= 0.0:
            yield f"the source of route {source.route}: the gap must be above zero"


def wrong_batches(network: Network) -> Iterator[str]:
    """Batches that can never form."""
    centres = {c.name: c for c in network.centres}
    for _, op, place in _steps(network):
        centre, batch = centres[op.centre], op.batch
        if not 1 <= batch.least <= batch.most:
            yield f"{place}: a batch needs 1 <= least <= most, not {batch.least} and {batch.most}"
        elif centre.stations is None and batch.most > 1:
            yield f"{place}: work centre {centre.name} never runs out of stations, so it takes no batches"
        elif centre.buffer is not None and batch.least > max(1, centre.buffer):
            yield f"{place}: a batch of {batch.least} never fits the buffer of {centre.buffer} before {centre.name}"
        elif centre.buffer == 0 and batch.most > 1:
            yield f"{place}: a batch needs a buffer before {centre.name}"


def unmet_needs(network: Network) -> Iterator[str]:
    """More of a resource or stock needed at once than there will ever be."""
    most = {r.name: max([r.capacity, *(c for _, c in r.changes)]) for r in network.resources}
    room = {k.name: k.capacity + _held_out(network, k.name) for k in network.stocks}
    for _, op, place in _steps(network):
        for use in op.uses:
            amount = use.amount * (op.batch.least if use.per_unit and op.batch.longest_wait == math.inf else 1)
            there = most[use.resource]
            if amount > there + 1e-9:
                yield f"{place}: needs {amount:g} of {use.resource}, of which there is never more than {there:g}"
        for stock, quantity in op.components.items():
            if quantity > room[stock]:
                yield f"{place}: needs {quantity:g} of {stock}, whose place holds {room[stock]:g}"
    for centre in network.centres:
        crew = centre.breakdowns.crew if centre.breakdowns else None
        if crew is not None and not 0 < crew[1] <= most[crew[0]]:
            there = most[crew[0]]
            yield f"work centre {centre.name}: a repair needs {crew[1]:g} of {crew[0]}, of which there is {there:g}"


def _held_out(network: Network, stock: str) -> float:
    """Return how much the stations at the ends of routes can hold out to a full stock."""
    stations = {c.name: _most(c) for c in network.centres}
    return sum(r.gives[stock] * stations[r.operations[-1].centre] for r in network.routes if stock in r.gives)


def dead_ends(network: Network) -> Iterator[str]:
    """Journeys into limited places, which could not be held out of them, and sources that could not be blocked."""
    centres = {c.name: c for c in network.centres}
    limited = {k.name for k in network.stocks if k.capacity < math.inf}
    for route in network.routes:
        for op, then in zip(route.operations, (*route.operations[1:], None), strict=True):
            if centres[op.centre].stations is not None:
                continue
            if then is not None and centres[then.centre].buffer is not None:
                yield f"{route.name}/{op.name}: a journey cannot end before the limited buffer of {then.centre}"
            if then is None and limited & set(route.gives):
                yield f"route {route.name}: a journey cannot end at a limited stock"
    for demand in network.demands:
        first = next(r for r in network.routes if r.name == demand.route).operations[0]
        if centres[first.centre].buffer is not None:
            yield f"a demand of pool {demand.pool}: work centre {first.centre} must have no limit to its buffer"
    for source in network.sources:
        first = next(r for r in network.routes if r.name == source.route).operations[0]
        if source.size > 1 and not source.loses and centres[first.centre].buffer is not None and source.gap is not None:
            yield f"the source of route {source.route}: {source.size} units at a time cannot be blocked one by one"
        if source.gap is None and centres[first.centre].stations is None:
            yield f"the source of route {source.route}: a saturated source would flood {first.centre}, which has no end"
        if source.gap is None and source.limit is not None:
            yield f"the source of route {source.route}: a saturated source has no limit; release an order of that many"


def visits(route: Route) -> dict[str, float]:
    """Return how often a unit of a route passes each of its operations, limits on rework not counted."""
    row = {op.name: i for i, op in enumerate(route.operations)}
    flow = np.zeros((len(row), len(row)))
    for i, op in enumerate(route.operations):
        then = row.get(op.then, len(row)) if op.then else i + 1
        if then < len(row):
            flow[i, then] += 1.0 - sum(f.probability for f in op.failures)
        for failure in op.failures:
            if failure.to != "scrap" and failure.at_most is None:
                flow[i, row[failure.to]] += failure.probability
    start = np.zeros(len(row))
    start[0] = 1.0
    try:
        passed = np.linalg.solve(np.eye(len(row)) - flow.T, start)
    except np.linalg.LinAlgError:
        passed = np.full(len(row), math.inf)  # a circle that nobody leaves
    return {name: float(passed[i]) for name, i in row.items()}


def without_time(network: Network) -> Iterator[str]:
    """Routes on which more and more happens while no time passes."""
    saturated = {source.route for source in network.sources if source.gap is None}
    centres = {centre.name: centre for centre in network.centres}
    for route in network.routes:
        path, goes_on = _without_time(route)
        circle = goes_on is not None and goes_on in path
        bound = any(not set(op.components) <= set(route.gives) for op in path)  # a stock that runs out
        flooded = goes_on is not None and centres[goes_on.centre].buffer is None
        if path and not any(op.failures for op in path) and circle:
            yield f"route {route.name}: its operations go round in a circle that takes no time"
        elif path and route.name in saturated and not bound and (goes_on is None or flooded):
            place = f"operation {route.name}/{path[0].name}"
            yield f"{place}: a saturated source feeds it, but it takes no time; give it one, or its source a gap"


def wrong_cards(network: Network) -> Iterator[str]:
    """Cards that could never let a unit in, or whose place is limited."""
    stocks = {k.name: k for k in network.stocks}
    fed = {a.stock for a in network.arrivals} | {name for r in network.routes for name in r.gives}
    for route in network.routes:
        for name, each in route.cards.items():
            if not 0.0 < each < math.inf:
                yield f"route {route.name}: the number of cards {name} must be above zero"
            elif name not in fed and stocks[name].level < each * route.operations[0].batch.least:
                let_in = f"{stocks[name].level // each:g} units in, its first operation waits for"
                yield f"route {route.name}: cards {name} let {let_in} {route.operations[0].batch.least}"
            if stocks[name].capacity < math.inf:
                yield f"route {route.name}: the place of cards {name} must have no limit"
        first = next(c for c in network.centres if c.name == route.operations[0].centre)
        if route.cards and first.buffer is not None:
            yield f"route {route.name}: its cards limit what waits before {first.name}; give it no other limit"
    for _, op, place in _steps(network):
        for name, quantity in op.returns.items():
            if not 0.0 < quantity < math.inf:
                yield f"{place}: the quantity of {name} that it returns must be above zero"
            if stocks[name].capacity < math.inf:
                yield f"{place}: {name}, which it returns, must have a place without limit"


def wrong_reorders(network: Network) -> Iterator[str]:
    """Replenishment that orders nothing, too much for its place, or one stock by two rules."""
    stocks = {k.name: k for k in network.stocks}
    for name, number in Counter(order.stock for order in network.reorders).items():
        if number > 1:
            yield f"stock {name}: it is replenished by {number} rules; give it one"
    for order in network.reorders:
        if not order.at < order.up_to < math.inf:
            yield f"stock {order.stock}: ordered at {order.at:g}, it must be brought up to more, not to {order.up_to:g}"
        if order.up_to > stocks[order.stock].capacity:
            yield f"stock {order.stock}: its place does not hold the {order.up_to:g} that it is brought up to"
        if not 0.0 < order.accepted <= 1.0:
            yield f"stock {order.stock}: the share accepted on receipt lies above 0 and up to 1, not {order.accepted:g}"


def wrong_work_at_start(network: Network) -> Iterator[str]:
    """Units at work at the start as no station could be, or with more of a resource than there is."""
    centres = {c.name: c for c in network.centres}
    steps = {(r.name, o.name): o for r in network.routes for o in r.operations}
    used: defaultdict[str, float] = defaultdict(float)
    for work in network.at_work:
        op = steps[work.route, work.operation]
        place, centre = f"at work on {work.route}/{work.operation}", centres[op.centre]
        if not 0.0 <= work.remaining < math.inf or not 0.0 <= (work.down or 0.0) < math.inf:
            yield f"{place}: the hours left must be zero or more"
        if not 1 <= work.units <= op.batch.most:
            yield f"{place}: {work.units} units, where a station takes 1 to {op.batch.most}"
        if work.down is not None and centre.breakdowns is None:
            yield f"{place}: its station is down, but {centre.name} has no breakdowns"
        for use in op.uses:
            used[use.resource] += use.amount * (work.units if use.per_unit else 1)
    for resource in network.resources:
        if used[resource.name] > resource.capacity + 1e-9:
            yield f"resource {resource.name}: {used[resource.name]:g} are in use at the start, of {resource.capacity:g}"


def wrong_stations_at_start(network: Network) -> Iterator[str]:
    """More stations at work, down or set up at the start than there are, or down where none fails idle."""
    centres = {c.name: c for c in network.centres}
    steps = {(r.name, o.name): o for r in network.routes for o in r.operations}
    said = Counter([steps[work.route, work.operation].centre for work in network.at_work])
    for down in network.down:
        fails = centres[down.centre].breakdowns
        said[down.centre] += 1
        if fails is None or fails.clock == "busy":
            yield f"down at {down.centre}: only a station that fails by the calendar can be down without work"
        if not 0.0 <= down.remaining < math.inf:
            yield f"down at {down.centre}: the hours left must be zero or more"
    for name, number in said.items():
        there = centres[name].stations
        if there is not None and number > there:
            yield f"work centre {name}: {number} stations are at work or down at the start, of {there}"
    for centre in network.centres:
        known = {o.family for o in steps.values() if o.centre == centre.name and o.family} if centre.setups else set()
        if len(centre.set_up) > (centre.stations or 0) or not set(centre.set_up) <= known:
            yield f"work centre {centre.name}: its stations cannot be set up for {', '.join(centre.set_up)}"


def _without_time(route: Route) -> tuple[list[Operation], Operation | None]:
    """Return the operations that a good unit passes from the route's start without time, and the one that follows."""
    by_name = {op.name: op for op in route.operations}
    path: list[Operation] = []
    op: Operation | None = route.operations[0]
    while op is not None and time_of(op.time).mean <= 0 and op not in path:
        path.append(op)
        place = route.operations.index(op)
        following = op.then or (route.operations[place + 1].name if place + 1 < len(route.operations) else END)
        op = by_name.get(following)
    return path, op


def unstable(network: Network) -> Iterator[str]:
    """More work a time arrives without end than the stations of a centre with unlimited buffer can do."""
    load: defaultdict[str, float] = defaultdict(float)
    routes = {r.name: r for r in network.routes}
    for source in network.sources:
        if source.gap is not None and source.limit is None and time_of(source.gap).mean > 0:
            passed = visits(routes[source.route])
            if math.inf in passed.values():
                yield f"route {source.route}: its units never leave, so a source without a limit fills the plant"
                continue
            for op in routes[source.route].operations:
                rate = source.size / time_of(source.gap).mean
                load[op.centre] += rate * passed[op.name] * time_of(op.time).mean / op.batch.most
    for centre in network.centres:
        if centre.stations is not None and centre.buffer is None and _overloaded(centre, load[centre.name]):
            work = f"{load[centre.name]:g} stations' work arrives for its {_most(centre)}"
            yield f"work centre {centre.name}: {work}: its queue grows for ever"


def _most(centre: WorkCentre) -> int:
    return max([centre.stations or 0, *(n for _, n in centre.changes)])


def _overloaded(centre: WorkCentre, load: float) -> bool:
    share = 1.0
    if centre.breakdowns is not None and centre.breakdowns.crew is None and centre.breakdowns.up.mean > 0:
        share = centre.breakdowns.up.mean / (centre.breakdowns.up.mean + centre.breakdowns.repair.mean)
    return load > 0.0 and load >= _most(centre) * share


NAMES = (empty_network, double_names, unknown_names, unknown_pools)
RULES = (
    wrong_probabilities,
    endless_rework,
    wrong_numbers,
    wrong_times,
    wrong_batches,
    unmet_needs,
    dead_ends,
    wrong_cards,
    wrong_reorders,
    wrong_work_at_start,
    wrong_stations_at_start,
    without_time,
    unstable,
)
