"""What would be needed: requirements exploded and netted level by level with lead times, as if capacity had no end.

The classic calculation (Orlicky 1975, Material Requirements Planning), from the same data as the constrained plan:
every demand in time, so that an order may lie before the programme's start, and a week's load above what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from math import ceil

import numpy as np
from numpy.typing import NDArray

from plantwright.model.calendars import Calendar
from plantwright.model.plan import PlannedOrder, Requirement, Unconstrained
from plantwright.model.programme import FirmOrder, Move, Operation, Programme
from plantwright.model.routes import Route, step_of, way_through
from plantwright.model.schedule import Schedule
from plantwright.planning.capacity import RESOURCE, WORK_CENTRE, Capacities, calendar, calendar_of, capacities, loads
from plantwright.planning.yields import Effort, effort

Floats = NDArray[np.float64]
WEEK, DAY = 168.0, 24.0
EPS = 1e-6


@dataclass
class _Needs:
    """Gross requirements of an item: when (hours from start) and how many."""

    times: list[Floats] = field(default_factory=list)
    units: list[Floats] = field(default_factory=list)

    def add(self, times: Floats, units: Floats) -> None:
        self.times.append(times)
        self.units.append(units)

    def by_day(self) -> tuple[Floats, Floats]:
        """Return times and units in order, those of one day together at the first time of it."""
        times, units = np.concatenate([np.empty(0), *self.times]), np.concatenate([np.empty(0), *self.units])
        order = np.argsort(times, kind="stable")
        times, units = times[order], units[order]
        _, first = np.unique(np.floor(times / DAY), return_index=True)
        return times[first], np.add.reduceat(units, first) if first.size else units


def unconstrained(programme: Programme, schedule: Schedule) -> Unconstrained:
    """Return gross and net requirements, the orders that would meet every demand in time, and the load that they make.

    Lead times, lots and safety stock count, capacities and suppliers' limits do not. Bought items come from the first
    supplier of the file, what a site neither makes nor buys by the preferred lane; a place of a bill is filled by its
    preferred line of that date. Of what lies before the start, the load counts in the first week. Raises `ValueError`
    as `plan` does.
    """
    edges = np.arange(ceil(max(programme.horizon_hours, 1.0) / WEEK) + 1, dtype=np.float64) * WEEK
    capacity = capacities(programme, schedule, edges)
    used, needs = np.zeros_like(capacity.hours), {item.id: _Needs() for item in programme.items}
    for demand in programme.demand:
        wanted = programme.wanted(demand) - programme.destination[demand.destination].transit.planned
        needs[demand.item].add(np.array([wanted]), np.array([float(demand.quantity)]))
    orders: list[PlannedOrder] = []
    requirements: list[Requirement] = []
    for item in parents_first(programme):
        levels = programme.item[item].safety_levels
        rises = np.array([max(begins, 0.0) for begins, level in levels if level > 0])
        needs[item].add(rises, np.zeros(rises.size))
        times, gross = needs[item].by_day()
        net = _net(programme, item, times, gross)
        made = _orders(programme, item, times[net > EPS], net[net > EPS])
        if item in programme.routing_of:
            done = np.array([o.there for o in made]), np.array([o.quantity for o in made])
            _explode(programme, _Way(programme.routing_of[item]), *done, needs, capacity, used, edges)
            for order in (o for o in programme.production_orders if o.item == item):
                done = np.array([order.finish.planned]), np.array([order.quantity.planned])
                _explode(programme, _way_of(programme, order), *done, needs, capacity, used, edges)
        move = brought(programme, item)
        if move is not None:
            needs[move.origin].add(np.array([o.placed for o in made]), np.array([o.quantity for o in made]))
        orders += made
        requirements += _by_week(item, times, gross, net, made)
    return Unconstrained(tuple(requirements), tuple(orders), loads(capacity, used, edges))


def parents_first(programme: Programme) -> list[str]:
    """Return all items, each after those that it goes into; raises `ValueError` where they go round in a circle."""
    goes_into: dict[str, list[str]] = {item.id: [] for item in programme.items}
    for item, lines in programme.components_of.items():
        for line in lines:
            goes_into[line.component].append(item)
    for item in (i.id for i in programme.items):
        move = brought(programme, item)
        if move is not None:
            goes_into[move.origin].append(item)
    return list(TopologicalSorter(goes_into).static_order())


def brought(programme: Programme, item: str) -> Move | None:
    """Return by what lane an item comes that its site neither makes nor buys: the preferred one."""
    here = item in programme.routing_of or item in programme.sources_of
    return None if here else next(iter(programme.moves_of.get(item, ())), None)


def _net(programme: Programme, item: str, times: Floats, gross: Floats) -> Floats:
    """Return what stock leaves of the requirements, safety stock among them: the earliest need has what is there
    first.
    """
    stock = [
        (s.available.planned if s.available else 0.0, s.quantity.planned) for s in programme.stock if s.item == item
    ]
    stock += [(o.finish.planned, o.quantity.planned) for o in programme.production_orders if o.item == item]
    there = sum((units * (times >= at - EPS) for at, units in stock), start=np.zeros(times.size))
    begins, level = np.array(programme.item[item].safety_levels).T
    kept = level[np.searchsorted(begins, times + EPS, side="right") - 1]
    short = np.maximum.accumulate(np.maximum(np.cumsum(gross) + kept - there, 0.0)) if times.size else gross
    return np.diff(short, prepend=0.0)


def _orders(programme: Programme, item: str, times: Floats, net: Floats) -> list[PlannedOrder]:
    if item in programme.routing_of:
        begins = _begins(programme, _Way(programme.routing_of[item]), times)[0]
        units = [*zip(begins.tolist(), times.tolist(), net.tolist(), strict=True)]
        return [PlannedOrder(item, "", quantity, begin, time) for begin, time, quantity in units]
    move, offers = brought(programme, item), programme.sources_of.get(item, ())
    if move is not None:
        lot = move.lane.moq.planned, move.lane.multiple.planned, move.lane.time.planned
        return [*_lots(item, move.lane.id, lot, times, net)]
    if not offers:
        return []
    lot = offers[0].moq.planned, max(offers[0].multiple.planned, 1e-9), offers[0].lead_time.planned
    return [*_lots(item, offers[0].supplier, lot, times, net)]


def _lots(
    item: str, supplier: str, lot: tuple[float, float, float], times: Floats, net: Floats
) -> Iterable[PlannedOrder]:  # fmt: skip
    """Yield orders by (smallest, multiple, lead time); what one leaves over serves the needs after it."""
    (least, multiple, lead), over = lot, 0.0
    for time, quantity in zip(times.tolist(), net.tolist(), strict=True):
        short, over = quantity - over, over - quantity
        if short > EPS:
            size = ceil(max(short, least) / multiple - EPS) * multiple
            over = size - short
            yield PlannedOrder(item, supplier, size, time - lead, time)


@dataclass(frozen=True)
class _Way:
    """The operations that orders go through, from step `first` on."""

    route: Route
    first: int = 0

    @property
    def effort(self) -> Effort:
        """What a good unit takes."""
        return effort(self.route, self.first)


def _way_of(programme: Programme, order: FirmOrder) -> _Way:
    """Return the way of an order that stands."""
    ways = programme.routes_of[order.item]
    route = way_through(ways, order.work_centres) or ways[0]
    return _Way(route, step_of(route, order.next_operation))


def _begins(programme: Programme, way: _Way, finish: Floats) -> list[Floats]:
    """Return when each operation begins, and the finish; negative before the start, where all time counts."""
    edges, end = [finish], finish
    for operation, passes in reversed([*zip(way.route, way.effort.passes, strict=True)]):
        end = _begin(_when(programme, operation), end, operation.time.planned * passes)
        edges.append(end)
    return edges[::-1]


def _when(programme: Programme, operation: Operation) -> Calendar:
    return calendar(programme, calendar_of(programme.work_centre[operation.work_centre]))


def _begin(when: Calendar, end: Floats, hours: float) -> Floats:
    """Return the latest times from which `hours` are worked up to `end`."""
    if hours <= 0:
        return end
    before = when.worked(when.starts)
    work = when.worked(end) + np.minimum(end, 0.0) - hours
    k = np.maximum(np.searchsorted(before, work + 1e-9, side="right") - 1, 0)
    return np.where(work < 0, work, np.minimum(when.starts[k] + np.maximum(work - before[k], 0.0), end))


def _explode(
    programme: Programme, way: _Way, finish: Floats, good: Floats, needs: Mapping[str, _Needs], capacity: Capacities,
    used: Floats, edges: Floats,
) -> None:  # fmt: skip
    """Add what orders of a made item (when they are done, good units) need of components and capacity."""
    if not finish.size:
        return
    begins, behind = _begins(programme, way, finish), way.effort
    for place in programme.places_of.get(way.route[0].item, ()):
        open_ = np.ones(good.size, dtype=np.bool_)
        for line in place:
            k = step_of(way.route, line.operation)
            if k < way.first:
                continue
            taken = open_ & np.array([line.allows(max(time, 0.0), "") for time in begins[k].tolist()])
            needs[line.component].add(begins[k][taken], good[taken] * line.quantity.planned * behind.reached[k])
            open_ &= ~taken
    for k, operation in enumerate(way.route):
        weeks = _spread(_when(programme, operation), begins[k], begins[k + 1], good, edges)
        for row, hours in _hours(programme, operation, behind, k, capacity):
            used[row] += weeks * hours


def _hours(
    programme: Programme, operation: Operation, behind: Effort, k: int, capacity: Capacities
) -> Iterable[tuple[int, float]]:
    """Yield (row of capacity, hours that one good unit takes of it) for an operation."""
    centre, hours = programme.work_centre[operation.work_centre], operation.time.planned * behind.passes[k]
    yield capacity.row(WORK_CENTRE, centre.id), hours / operation.batch_max
    for need in centre.resources:
        yield capacity.row(RESOURCE, need.id), hours / operation.batch_max * need.amount.planned
    for need in operation.resources:
        yield capacity.row(RESOURCE, need.id), hours * need.amount.planned


def _spread(when: Calendar, start: Floats, end: Floats, units: Floats, edges: Floats) -> Floats:
    """Return the units of a window by week, spread over its working time; all before the start in the first week."""
    begun, done = when.worked(np.maximum(start, 0.0)), when.worked(np.maximum(end, 0.0))
    length = np.where(start < 0, done - begun - np.minimum(start, 0.0) + np.minimum(end, 0.0), done - begun)
    inside = np.clip(when.worked(edges)[None, :], begun[:, None], done[:, None]) - begun[:, None]
    share = np.divide(inside, length[:, None], out=np.zeros_like(inside), where=length[:, None] > 0)
    weeks = (np.diff(share, axis=1) * units[:, None]).sum(axis=0)
    weeks[0] += float((units * (1.0 - share[:, -1])).sum()) if edges.size else 0.0
    return np.asarray(weeks)


def _by_week(item: str, times: Floats, gross: Floats, net: Floats, orders: list[PlannedOrder]) -> Iterable[Requirement]:
    """Yield the weeks in which an item is needed, ordered or there; weeks before the start count down from -1."""
    rows: dict[int, list[float]] = {}
    placed = [(o.placed, 3, o.quantity) for o in orders]
    there = [(o.there, 2, o.quantity) for o in orders]
    needed = [
        (t, k, u) for k, units in enumerate((gross, net)) for t, u in zip(times.tolist(), units.tolist(), strict=True)
    ]
    for time, column, units in (*needed, *there, *placed):
        rows.setdefault(int(time // WEEK), [0.0] * 4)[column] += units
    yield from (Requirement(item, week, *values) for week, values in sorted(rows.items()))
