"""Resources levelled anew in each drawn world: serial schedule generation in hours, in the plan's priority, compiled.

Where the replay keeps who hands what to whom, here every task takes the earliest place that links, calendars, capacity
and the tasks of higher priority leave it (Kolisch 1996), with the durations of that world. In the plan's own world no
task is later than in the plan: those before it in the list start no later, so its planned place is free.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import prange

from plantwright.machine_code import njit
from plantwright.model.programme import Programme
from plantwright.model.quantity import Step
from plantwright.scheduling.replay import (
    ROUNDING,
    Bool,
    Float,
    Int,
    Network,
    Worlds,
    dates,
    held_by_links,
    last_at_most,
    put_off,
)
from plantwright.scheduling.risk import Order, wire
from plantwright.scheduling.worlds import modes_of

LONG_AGO = -1e18
LEAST_SHORTAGE = 1e-6
"""Units below which a shortage is rounding."""


class Supply(NamedTuple):
    """What tasks take and give, and what there is.

    Taken by each task: `use_from` [n + 1], `used`, `units`, `lets_go` [u], the shortest break (hours) over which it
    does without, infinite where it keeps them. Given at its finish: `give_from` [n + 1], `given`, `more` [g]. There at
    first: `step_from` [r + 1], `step_at` (hours), `step_units` [s]. `most`: marks that a resource may get.
    """

    use_from: Int
    used: Int
    units: Float
    lets_go: Float
    give_from: Int
    given: Int
    more: Float
    step_from: Int
    step_at: Float
    step_units: Float
    most: int


@njit(nogil=True)
def clear_from(times: Float, free: Float, count: int, begin: float, end: float, units: float) -> float:
    """Moment at which the last shortage within [begin, end) is over; `begin` where there is none."""
    mark, over = last_at_most(times, 0, count, begin + ROUNDING), begin
    while mark < count and times[mark] < end - ROUNDING:
        if free[mark] < units - LEAST_SHORTAGE:
            over = times[mark + 1] if mark + 1 < count else np.inf
        mark += 1
    return over


@njit(nogil=True)
def held_until(net: Network, calendar: int, begin: float, end: float, shortest: float) -> tuple[float, float]:
    """End of the first stretch of [begin, end) that no break of `shortest` hours cuts, and the next one's begin; `end`
    twice where there is no such break.
    """
    if calendar >= 0 and shortest < np.inf:
        first, last = net.span_from[calendar], net.span_from[calendar + 1]
        span = max(last_at_most(net.span_start, first, last, begin + ROUNDING), first)
        while span + 1 < last and net.span_start[span + 1] < end - ROUNDING:
            if net.span_start[span + 1] - net.span_end[span] >= max(shortest, ROUNDING):
                return net.span_end[span], net.span_start[span + 1]
            span += 1
    return end, end


@njit(nogil=True)
def mark_at(times: Float, free: Float, counts: Int, resource: int, moment: float) -> int:
    """Index of the mark at a moment, put in where there is none."""
    row, level, count = times[resource], free[resource], counts[resource]
    mark = last_at_most(row, 0, count, moment + ROUNDING)
    if row[mark] >= moment - ROUNDING:
        return mark
    for later in range(count, mark + 1, -1):
        row[later], level[later] = row[later - 1], level[later - 1]
    row[mark + 1], level[mark + 1] = moment, level[mark]
    counts[resource] = count + 1
    return mark + 1


@njit(nogil=True)
def place(
    net: Network,
    supply: Supply,
    times: Float,
    free: Float,
    counts: Int,
    task: int,
    duration: float,
    bound: float,
    ending: float,
) -> tuple[float, float]:
    """Earliest start and finish that calendar and free units allow; an infinite finish where there is no place."""
    while True:
        begin, end = dates(net, task, duration, bound, ending)
        over = begin
        for use in range(supply.use_from[task], supply.use_from[task + 1]):
            resource, since = supply.used[use], begin
            while since < end:
                until, resumes = held_until(net, net.calendar[task], since, end, supply.lets_go[use])
                clear = clear_from(times[resource], free[resource], counts[resource], since, until, supply.units[use])
                over = max(over, clear if clear > since else begin)
                since = resumes
        if over <= begin or over == np.inf:
            return begin, end if over <= begin else np.inf
        bound = over


@njit(nogil=True)
def take(
    net: Network, supply: Supply, times: Float, free: Float, counts: Int, task: int, begin: float, end: float
) -> None:
    """Take a task's units over [begin, end) and give what it delivers from `end` on."""
    for use in range(supply.use_from[task], supply.use_from[task + 1]):
        resource, since = supply.used[use], begin
        while since < end:
            until, resumes = held_until(net, net.calendar[task], since, end, supply.lets_go[use])
            first = mark_at(times, free, counts, resource, since)
            last = mark_at(times, free, counts, resource, until)
            free[resource, first:last] -= supply.units[use]
            since = resumes
    for gift in range(supply.give_from[task], supply.give_from[task + 1]):
        resource = supply.given[gift]
        first = mark_at(times, free, counts, resource, end)
        free[resource, first : counts[resource]] += supply.more[gift]


@njit(nogil=True)
def place_all(
    net: Network,
    supply: Supply,
    priority: Int,
    duration: Float,
    lag: Float,
    least: Float,
    endings: Float,
    start: Float,
    finish: Float,
) -> bool:
    """Place the tasks of one world in the order of `priority`, none before `least` nor ending before `endings` [n];
    False where one has no place.
    """
    resources = len(supply.step_from) - 1
    times, free = np.empty((resources, supply.most)), np.zeros((resources, supply.most))
    counts = np.ones(resources, np.int64)
    times[:, 0] = LONG_AGO
    for resource in range(resources):
        for step in range(supply.step_from[resource], supply.step_from[resource + 1]):
            mark = mark_at(times, free, counts, resource, supply.step_at[step])
            free[resource, mark : counts[resource]] = supply.step_units[step]
    for task in priority:
        bound, ending = held_by_links(net, task, lag, start, finish, least[task], endings[task])
        start[task], finish[task] = place(net, supply, times, free, counts, task, duration[task], bound, ending)
        if finish[task] == np.inf:
            return False
        take(net, supply, times, free, counts, task, start[task], finish[task])
    return True


@njit(nogil=True)
def level_row(
    net: Network,
    supply: Supply,
    priority: Int,
    duration: Float,
    lag: Float,
    release: Float,
    most: Float,
    start: Float,
    finish: Float,
    broken: Bool,
) -> bool:
    """Fill start and finish [n] of one world and which greatest lags no waiting keeps; False where a task has no place.

    As in the replay, the earlier task of a greatest lag waits for the later one; then all are placed anew.
    """
    least, endings = release.copy(), np.zeros(len(release))
    pulls = np.zeros(len(net.limits), np.int64)
    while True:
        if not place_all(net, supply, priority, duration, lag, least, endings, start, finish):
            return False
        found = put_off(net, most, start, finish, least, endings, pulls, broken)
        if found == 0:
            return True
        if found == 2:
            least[:], endings[:], pulls[:] = release, 0.0, 0


@njit(nogil=True, parallel=True)
def level(
    net: Network, supply: Supply, priority: Int, worlds: Worlds, start: Float, finish: Float, broken: Bool
) -> None:
    """Level each replication [r, n]; NaN where a task finds no place. `broken` [r, m] must come as False."""
    for row in prange(worlds.duration.shape[0]):
        lag, release = worlds.lag[row % len(worlds.lag)], worlds.release[row % len(worlds.release)]
        most, duration = worlds.most[row % len(worlds.most)], worlds.duration[row]
        begin, end = start[row], finish[row]
        if not level_row(net, supply, priority, duration, lag, release, most, begin, end, broken[row]):
            start[row], finish[row] = np.nan, np.nan


def levelled(programme: Programme, order: Order, starts: Float, worlds: Worlds) -> tuple[Float, Float, Bool]:
    """Return start and finish (worlds, tasks) with the resources levelled anew, in priority of planned starts (tasks,),
    and which greatest lags are broken (worlds, greatest lags).

    Worlds in which a task finds no place, because a capacity has fallen for good, are NaN.
    """
    free = Order(order.modes, (), tuple(task.not_before for task in programme.tasks))
    wiring = wire(programme, free)
    start, finish = np.zeros(worlds.duration.shape), np.zeros(worlds.duration.shape)
    broken = np.zeros((len(start), len(wiring.net.limits)), np.bool_)
    if worlds.duration.size:
        net = wiring.net
        supply = supply_of(programme, order, net)
        level(net, supply, priority_of(net, starts), wiring.inputs(worlds), start, finish, broken)
    return start, finish, broken


def priority_of(net: Network, starts: Float) -> Int:
    """Return the tasks by planned start, none before one that a link has it wait for."""
    after: list[list[int]] = [[] for _ in starts]
    waiting = np.diff(net.link_from).tolist()
    for task in range(len(starts)):
        for giver in net.giver[net.link_from[task] : net.link_from[task + 1]].tolist():
            after[giver].append(task)
    heap = [(float(starts[task]), task) for task, count in enumerate(waiting) if not count]
    heapq.heapify(heap)
    found = []
    while heap:
        task = heapq.heappop(heap)[1]
        found.append(task)
        for later in after[task]:
            waiting[later] -= 1
            if not waiting[later]:
                heapq.heappush(heap, (float(starts[later]), later))
    return np.array(found, np.int64)


def supply_of(programme: Programme, order: Order, net: Network) -> Supply:
    """Return what tasks take and give, and what there is, as planned."""
    resources = [resource for resource in programme.resources if resource.kind != "budget"]
    index = {resource.id: number for number, resource in enumerate(resources)}
    takes = [
        [(index[need.id], need.amount.planned) for need in mode.needs if need.id in index]
        for mode in modes_of(programme, order.modes)
    ]
    gives = [
        [(index[d.target], d.amount.planned) for d in task.delivers if d.kind != "work_centre" and d.target in index]
        for task in programme.tasks
    ]
    steps = [[(at, units) for at, units in _steps(resource.capacity)] for resource in resources]
    lets_go = [
        {each.id: each.shortest.planned for each in task.released if each.id in index} for task in programme.tasks
    ]
    most = np.ones(len(resources), np.int64) + np.array([len(row) for row in steps], np.int64)
    for number, row in enumerate(takes):
        stretches = _stretches(net, number) if lets_go[number] else 1
        for resource, _ in row:
            most[resource] += 2 * stretches
    for resource, _ in (pair for row in gives for pair in row):
        most[resource] += 1
    shortest = [
        lets_go[number].get(resources[resource].id, np.inf) for number, row in enumerate(takes) for resource, _ in row
    ]
    return Supply(
        *_flat(takes, np.int64),
        np.array(shortest, np.float64),
        *_flat(gives, np.int64),
        *_flat(steps, np.float64),
        int(most.max(initial=1)) + 1,
    )


def _stretches(net: Network, task: int) -> int:
    """Most stretches that the breaks of a task's calendar can leave."""
    calendar = net.calendar[task]
    return int(net.span_from[calendar + 1] - net.span_from[calendar]) if calendar >= 0 else 1


def _steps(capacity: tuple[Step, ...]) -> list[tuple[float, float]]:
    return sorted((max(step.at.planned, 0.0), step.value.planned) for step in capacity)


def _flat(rows: Sequence[Sequence[tuple[float, float]]], kind: type) -> tuple[Int, Any, Float]:
    """Rows of pairs laid end to end: where each row begins, the firsts as numbers of a kind, the seconds."""
    flat = [pair for row in rows for pair in row]
    return (
        np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64),
        np.array([first for first, _ in flat], kind),
        np.array([units for _, units in flat], np.float64),
    )
