"""What production orders take by the programme's routings: when operations begin, what a good unit costs, hours by
week.

Written for the checker alone and apart from the planner: values backward from the end of the routing instead of forward
from its start, calendars by whole arrays instead of a moment at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.plan import ProductionOrder
from plantwright.model.programme import Programme, WorkCentre
from plantwright.model.quantity import value_at
from plantwright.model.routes import Route
from plantwright.model.schedule import Schedule

WEEK = 168.0
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ExpectedEffort:
    """Units started, passes of each operation and share of units that reach it, for one good unit."""

    started: float
    passes: tuple[float, ...]
    reached: tuple[float, ...]


@dataclass(frozen=True)
class Lots:
    """Production orders of an item that go one way, in order of time."""

    item: str
    route: Route
    orders: tuple[ProductionOrder, ...]
    first: int = 0
    """Step at which they are already: nothing before it is done for them."""

    @property
    def effort(self) -> ExpectedEffort:
        """What one good unit takes."""
        return expected_effort(self.route, self.first)

    @cached_property
    def finish(self) -> NDArray[np.float64]:
        """When each is done, hours from start."""
        return np.array([order.finish for order in self.orders])

    @cached_property
    def good(self) -> NDArray[np.float64]:
        """Good units of each."""
        return np.array([order.good for order in self.orders])


@cache
def expected_effort(routing: Route, first: int = 0) -> ExpectedEffort:
    """Return what one good unit takes of a way to make it from step `first` on, by backward recursion over (operation,
    failures so far).
    """
    names = [o.operation for o in routing]

    def value(k: int, failures: int, target: int, first_only: bool, found: dict[tuple[int, int], float]) -> float:
        """Return expected passes of `target` from operation k on (its first only), or the chance to be good for target
        -1.
        """
        if k == len(routing):
            return 1.0 if target < 0 else 0.0
        if (k, failures) not in found:
            here = 1.0 if k == target else 0.0
            if here and first_only:
                return 1.0
            o = routing[k]
            total = here + o.yield_.planned * value(k + 1, failures, target, first_only, found)
            if o.on_fail in names and failures < o.rework_limit and o.yield_.planned < 1:
                total += (1 - o.yield_.planned) * value(names.index(o.on_fail), failures + 1, target, first_only, found)
            found[k, failures] = total
        return found[k, failures]

    good = value(first, 0, -1, False, {})
    passes = tuple(value(first, 0, k, False, {}) / good for k in range(len(routing)))
    reached = tuple(value(first, 0, k, True, {}) / good if k >= first else 0.0 for k in range(len(routing)))
    return ExpectedEffort(1 / good, passes, reached)


def operation_starts(
    programme: Programme, route: Route, finish: NDArray[np.float64], first: int = 0
) -> list[NDArray[np.float64]]:
    """Return when each operation of orders begins that are at step `first` and done at `finish` (hours from start, any
    shape), in routing order.
    """
    starts, end = [], finish
    for operation, passes in reversed(list(zip(route, expected_effort(route, first).passes, strict=True))):
        when = _calendar(programme, programme.work_centre[operation.work_centre])
        end = _begin(when, end, operation.time.planned * passes)
        starts.append(end)
    return starts[::-1]


def _calendar(programme: Programme, centre: WorkCentre) -> Calendar:
    return continuous() if centre.unattended else programme.calendars.get(centre.calendar, continuous())


def _begin(when: Calendar, end: NDArray[np.float64], hours: float) -> NDArray[np.float64]:
    """Return the latest times from which `hours` are worked up to `end`; negative where they are not worked since the
    start.
    """
    if hours <= 0:
        return end
    work = when.worked(end) - hours
    at_start = when.worked(when.starts)
    k = np.maximum(np.searchsorted(at_start, work + 1e-9, side="right") - 1, 0)
    return np.where(work < -1e-6, -1.0, np.minimum(when.starts[k] + np.maximum(work - at_start[k], 0.0), end))


def station_weeks(
    programme: Programme, schedule: Schedule, made: Sequence[Lots]
) -> tuple[dict[Key, NDArray[np.float64]], dict[Key, NDArray[np.float64]]]:
    """Return hours needed and hours there by (kind, id) and week."""
    weeks = max(1, int(np.ceil(programme.horizon_hours / WEEK)))
    edges = np.linspace(0.0, weeks * WEEK, weeks + 1, dtype=np.float64)
    needed: dict[Key, NDArray[np.float64]] = defaultdict(lambda: np.zeros(edges.size - 1))
    for lots in made:
        starts = [*operation_starts(programme, lots.route, lots.finish, lots.first), lots.finish]
        for k, operation in enumerate(lots.route):
            centre = programme.work_centre[operation.work_centre]
            hours = operation.time.planned * lots.effort.passes[k]
            spread = _by_week(_calendar(programme, centre), starts[k], starts[k + 1], lots.good * hours, edges)
            needed["work_centre", centre.id] += spread / operation.batch_max
            for need in centre.resources:
                needed["resource", need.id] += spread / operation.batch_max * need.amount.planned
            for need in operation.resources:
                needed["resource", need.id] += spread * need.amount.planned
    there = {("work_centre", w.id): _stations(programme, schedule, w, edges) for w in programme.work_centres}
    return needed, there | {("resource", r.id): _amounts(programme, schedule, r.id, edges) for r in programme.resources}


def changeover_weeks(programme: Programme, made: Sequence[Lots]) -> dict[Key, NDArray[np.float64]]:
    """Return the hours lost to changeovers by work centre and week: a day with so many families has one setup fewer."""
    days = 7 * max(1, int(np.ceil(programme.horizon_hours / WEEK)))
    edges = np.arange(days + 1, dtype=np.float64) * 24.0
    families: dict[tuple[str, str], NDArray[np.bool_]] = defaultdict(lambda: np.zeros(days, dtype=np.bool_))
    for lots in made:
        starts = [*operation_starts(programme, lots.route, lots.finish, lots.first), lots.finish]
        for k, operation in enumerate(lots.route):
            centre, family = programme.work_centre[operation.work_centre], programme.item[lots.item].family
            if centre.setup is not None and family:
                families[centre.id, family] |= _worked_on(_calendar(programme, centre), starts[k], starts[k + 1], edges)
    lost: dict[Key, NDArray[np.float64]] = {}
    for name in sorted({name for name, _ in families}):
        number = np.sum([on for (place, _), on in families.items() if place == name], axis=0)
        setup = programme.work_centre[name].setup
        hours = np.maximum(number - 1, 0) * (setup.planned if setup else 0.0)
        lost["work_centre", name] = hours.reshape(-1, 7).sum(axis=1)
    return lost


def _worked_on(
    when: Calendar, start: NDArray[np.float64], end: NDArray[np.float64], edges: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return on which days any of many windows is worked in."""
    worked, begun, done = when.worked(edges), when.worked(np.maximum(start, 0.0)), when.worked(end)
    length = np.maximum(done - begun, 1e-12)
    on = np.zeros(edges.size - 1, dtype=np.bool_)
    first = np.maximum(np.searchsorted(worked, begun, side="right") - 1, 0)
    last = np.searchsorted(worked, done, side="left")
    for a, b, from_, to, hours in zip(
        first.tolist(), last.tolist(), begun.tolist(), done.tolist(), length.tolist(), strict=True
    ):
        inside = np.minimum(worked[a + 1 : b + 1], to) - np.maximum(worked[a:b], from_)
        on[a:b] |= inside > 1e-9 * hours
    return on


def _by_week(
    when: Calendar,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    hours: NDArray[np.float64],
    edges: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return hours by week, each order's spread evenly over the working time between its start and end."""
    begun, done = when.worked(np.maximum(start, 0.0)), when.worked(end)
    share = np.divide(hours, done - begun, out=np.zeros_like(hours), where=done > begun)
    worked = when.worked(edges)
    before = np.clip(worked[None, :], begun[:, None], done[:, None]) - begun[:, None]
    return np.asarray((np.diff(before, axis=1) * share[:, None]).sum(axis=0))


def _stations(
    programme: Programme, schedule: Schedule, centre: WorkCentre, edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    when = _calendar(programme, centre)
    total = centre.stations * np.diff(when.worked(edges))
    for task in programme.tasks:
        for delivery in task.delivers:
            if delivery.kind == "work_centre" and delivery.target == centre.id:
                total = total + delivery.amount.planned * _after(when, schedule.task[task.id].finish, edges)
    up = centre.mtbf.planned / (centre.mtbf.planned + centre.mttr.planned) if centre.mtbf and centre.mttr else 1.0
    return np.asarray(total * up)


def _amounts(programme: Programme, schedule: Schedule, name: str, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    resource = programme.resource[name]
    when = programme.calendars.get(resource.calendar, continuous())
    times = sorted({0.0, *(s.at.planned for s in resource.capacity if s.at.planned > 0)})
    total, before = np.zeros(edges.size - 1), 0.0
    for time in times:
        value = value_at(resource.capacity, time)
        total, before = total + (value - before) * _after(when, time, edges), value
    for task in programme.tasks:
        done = schedule.task.get(task.id)
        if done is None:
            continue
        for delivery in task.delivers:
            if delivery.kind != "work_centre" and delivery.target == name:
                total = total + delivery.amount.planned * _after(when, done.finish, edges)
        for need in (n for mode in task.modes if mode.name == done.mode for n in mode.needs if n.id == name):
            total = total - need.amount.planned * (_after(when, done.start, edges) - _after(when, done.finish, edges))
    return np.maximum(total, 0.0)


def _after(when: Calendar, time: float, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the working hours of each week that lie after `time`."""
    return np.diff(np.maximum(when.worked(edges) - float(when.worked(max(time, 0.0))), 0.0))
