"""Compiled schedule generation: one pass puts every task at its earliest (or latest) place that links, calendars and
resources allow, in the order of a key (serial schedule generation scheme, Kolisch 1996). Forward-backward improvement
(Li & Willis 1992; Valls, Ballestin & Quintanilla 2005) is made of these passes. The search over keys is elsewhere.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.scheduling.arrays import (
    BASELINE,
    CALENDAR,
    COST,
    DEADLINE,
    DUE,
    LATE_WEIGHT,
    LATEST_START,
    OMISSION,
    PAUSABLE,
    RELEASE,
    TAIL,
    USE_FROM,
    USE_TO,
    WEIGHT,
    Arrays,
    Float,
    Int,
    Int32,
)
from plantwright.scheduling.jit import compiled, inlined
from plantwright.scheduling.problem import LEVELLED_UNITS, PRESENT
from plantwright.scheduling.profile import (
    earliest_place,
    empty_profile,
    finish_for_start,
    is_held,
    latest_place,
    occupy,
    start_for_finish,
    supply,
)


class Work(NamedTuple):
    """Scratch space of one pass: units free [resources, ticks], tasks still awaited [n], a heap of tasks [n + 1].

    `when` [n], `lists` [6, n], `left` [resources] and `value` [n] belong to `packing`; `placed` [1] counts every task
    placed, ever.
    """

    free: Int32
    awaited: Int
    heap: Int
    when: Int
    lists: Int
    left: Int
    placed: Int
    value: Float


def new_work(arrays: Arrays) -> Work:
    """Scratch space that fits the arrays."""
    size = len(arrays.tasks)
    awaited, heap, when, lists = (np.zeros(shape, np.int64) for shape in (size, size + 1, size, (6, size)))
    left, placed = np.zeros(len(arrays.capacity), np.int64), np.zeros(1, np.int64)
    return Work(np.empty_like(arrays.capacity), awaited, heap, when, lists, left, placed, np.zeros(size))


@inlined
def start_bound(
    way: Int, clock: Int32, links: Int, first: int, last: int, start: Int, finish: Int, release: int
) -> int:
    """Earliest start that release and the links `first` to `last` from tasks already placed allow."""
    bound, ending = release, np.int64(0)
    for link in range(first, last):
        other, kind = links[link, 0], links[link, 1]
        tick = links[link, 2] + (finish[other] if kind in (0, 2) else start[other])
        if kind <= 1:
            bound = max(bound, tick)
        else:
            ending = max(ending, tick)
    if ending > 0:
        bound = max(bound, start_for_finish(way, clock, clock.shape[2] - 2, ending))
    return bound


@inlined
def finish_bound(
    way: Int, clock: Int32, links: Int, first: int, last: int, start: Int, finish: Int, latest_start: int, bound: int
) -> int:
    """Latest finish, not after `bound`, that the links `first` to `last` to tasks already placed allow."""
    beginning = latest_start
    for link in range(first, last):
        other, kind = links[link, 0], links[link, 1]
        tick = (finish[other] if kind >= 2 else start[other]) - links[link, 2]
        if kind in (0, 2):
            bound = min(bound, tick)
        else:
            beginning = min(beginning, tick)
    if beginning < bound:
        bound = min(bound, finish_for_start(way, clock, clock.shape[2] - 2, beginning))
    return bound


@inlined
def limit_bound(way: Int, clock: Int32, limits: Int, task: int, start: Int, finish: Int, bound: int) -> int:
    """Latest finish, not after `bound`, that maximum lags allow towards where the earlier tasks stand now."""
    beginning = np.int64(1) << 40
    for link in range(len(limits)):
        if limits[link, 1] != task:
            continue
        other, kind = limits[link, 0], limits[link, 2]
        tick = (finish[other] if kind in (0, 2) else start[other]) + limits[link, 3]
        if kind >= 2:
            bound = min(bound, tick)
        else:
            beginning = min(beginning, tick)
    if beginning < bound:
        bound = min(bound, finish_for_start(way, clock, clock.shape[2] - 2, beginning))
    return bound


@inlined
def push(heap: Int, size: int, key: Int, task: int) -> None:
    """Put a task into the heap of `size` tasks ordered by (key, task)."""
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        above = heap[parent]
        if key[above] < key[task] or (key[above] == key[task] and above < task):
            break
        heap[child] = above
        child = parent
    heap[child] = task


@inlined
def pop(heap: Int, size: int, key: Int) -> int:
    """Take the task with the least (key, task) out of the heap of `size` tasks."""
    top, last = heap[0], heap[size - 1]
    hole, child = 0, 1
    while child < size - 1:
        right = child + 1
        if right < size - 1 and (
            key[heap[right]] < key[heap[child]] or (key[heap[right]] == key[heap[child]] and heap[right] < heap[child])
        ):
            child = right
        if key[last] < key[heap[child]] or (key[last] == key[heap[child]] and last < heap[child]):
            break
        heap[hole] = heap[child]
        hole, child = child, 2 * child + 1
    heap[hole] = last
    return top


@inlined
def push_free(heap: Int, awaited: Int, links_from: Int, key: Int) -> int:
    """Count the links each task awaits, put those that await none into the heap and return how many."""
    size = 0
    for task in range(len(key)):
        awaited[task] = links_from[task + 1] - links_from[task]
        if awaited[task] == 0:
            push(heap, size, key, task)
            size += 1
    return size


@inlined
def push_released(heap: Int, size: int, awaited: Int, links: Int, first: int, last: int, key: Int) -> int:
    """Put the tasks that awaited only the links `first` to `last` into the heap and return its new size."""
    for link in range(first, last):
        task = links[link, 0]
        awaited[task] -= 1
        if awaited[task] == 0:
            push(heap, size, key, task)
            size += 1
    return size


START_EVENT, FINISH_EVENT, PROGRESS_EVENT = range(3)


@inlined
def due_within(event: int, amount: int, start: int, finish: int, begin: int, end: int) -> int:
    """How much of a payment falls into the period [begin, end) when its task runs from start to finish."""
    if event == PROGRESS_EVENT and finish > start:
        return amount * max(min(finish, end) - max(start, begin), 0) // (finish - start)
    if event == START_EVENT:
        return amount if begin <= start < end else 0
    return amount if begin < max(finish, 1) <= end else 0


@inlined
def wait_for_money(a: Arrays, spent: Int, task: int, way: int, start: int, finish: int) -> int:
    """A later start to try where the task's own payments exceed a cap, or -1 where none does."""
    later = np.int64(-1)
    for cap in range(len(spent)):
        begin, end, total, turn = a.caps[cap, 1], a.caps[cap, 2], np.int64(0), np.int64(0)
        for row in range(a.due_from[way], a.due_from[way + 1]):
            event = a.dues[row, 1]
            if a.dues[row, 0] == task and a.dues[row, 2] == a.caps[cap, 0]:
                share = due_within(event, a.dues[row, 3], start, finish, begin, end)
                total += share
                if share > 0 and event != PROGRESS_EVENT:
                    turn = max(turn, end - start if event == START_EVENT else end + 1 - finish)
        if total > 0 and spent[cap] + total > a.caps[cap, 3]:
            later = max(later, start + max(turn, (end - begin) // 16, 1))
    return later


@inlined
def pay(a: Arrays, spent: Int, task: int, way: int, start: int, finish: int) -> None:
    """Add the task's own payments to what is spent in each capped period."""
    for cap in range(len(spent)):
        for row in range(a.due_from[way], a.due_from[way + 1]):
            if a.dues[row, 0] == task and a.dues[row, 2] == a.caps[cap, 0]:
                spent[cap] += due_within(a.dues[row, 1], a.dues[row, 3], start, finish, a.caps[cap, 1], a.caps[cap, 2])


@inlined
def overspent(a: Arrays, mode: Int, start: Int, finish: Int) -> int:
    """Money by which capped periods are exceeded, summed."""
    excess = np.int64(0)
    for cap in range(len(a.caps)):
        left = a.caps[cap, 3]
        for task in range(len(mode)):
            for row in range(a.due_from[mode[task]], a.due_from[mode[task] + 1]):
                if a.dues[row, 2] == a.caps[cap, 0]:
                    at = a.dues[row, 0]
                    left -= due_within(
                        a.dues[row, 1], a.dues[row, 3], start[at], finish[at], a.caps[cap, 1], a.caps[cap, 2]
                    )
        excess += max(0, -left)
    return excess


@compiled
def forward(a: Arrays, w: Work, key: Int, mode: Int, start: Int, finish: Int, limit: int) -> bool:
    """Place all tasks at their earliest, least key first among those whose links allow.

    False where one has no room, or so late that what comes after it by links would end after `limit`.
    """
    empty_profile(w.free, a.capacity)
    return place_rest(a, w, key, mode, start, finish, push_free(w.heap, w.awaited, a.before_from, key), limit)


@compiled
def place_rest(a: Arrays, w: Work, key: Int, mode: Int, start: Int, finish: Int, size: int, limit: int) -> bool:
    """Go on with a pass forward whose heap holds `size` tasks."""
    tasks, modes, uses, clock, free, heap, awaited = a.tasks, a.modes, a.uses, a.clock, w.free, w.heap, w.awaited
    before_from, before, after_from, after = a.before_from, a.before, a.after_from, a.after
    supply_from, supplies, spent = a.supply_from, a.supplies, np.zeros(len(a.caps), np.int64)
    while size > 0:
        task = pop(heap, size, key)
        way = modes[mode[task]]
        bound = start_bound(
            way, clock, before, before_from[task], before_from[task + 1], start, finish, tasks[task, RELEASE]
        )
        begin, end = earliest_place(way, clock, uses, free, tasks[task, PAUSABLE], bound)
        w.placed[0] += 1
        if len(spent) > 0:
            while begin >= 0 and bound >= 0:
                bound = wait_for_money(a, spent, task, mode[task], begin, end)
                if bound >= 0:
                    begin, end = earliest_place(way, clock, uses, free, tasks[task, PAUSABLE], bound)
            pay(a, spent, task, mode[task], begin, end)
        if begin < 0 or begin + tasks[task, TAIL] > limit:
            return False
        start[task], finish[task] = begin, end
        occupy(way, clock, uses, free, begin, end)
        if mode[task] != tasks[task, OMISSION]:
            supply(supplies, supply_from[task], supply_from[task + 1], free, end)
        size = push_released(heap, size - 1, awaited, after, after_from[task], after_from[task + 1], key)
    return True


@compiled
def backward(a: Arrays, w: Work, key: Int, mode: Int, start: Int, finish: Int, horizon: int) -> bool:
    """Schedule all tasks at their latest, least key first among those whose links allow; False when one has no room.

    Tasks whose own finish counts in an objective finish no later than they do now, all others by `horizon`.
    """
    tasks, modes, uses, clock, free, heap, awaited = a.tasks, a.modes, a.uses, a.clock, w.free, w.heap, w.awaited
    before_from, before, after_from, after, limits = a.before_from, a.before, a.after_from, a.after, a.limits
    empty_profile(free, a.capacity)
    size = push_free(heap, awaited, after_from, key)
    while size > 0:
        task = pop(heap, size, key)
        way, row = modes[mode[task]], tasks[task]
        bound = min(horizon, max(row[DEADLINE], finish[task]))
        if row[WEIGHT] > 0 or row[DUE] <= horizon:
            bound = finish[task]
        bound = finish_bound(
            way, clock, after, after_from[task], after_from[task + 1], start, finish, row[LATEST_START], bound
        )
        if len(limits) > 0:
            bound = limit_bound(way, clock, limits, task, start, finish, bound)
        begin, end = latest_place(way, clock, uses, free, row[PAUSABLE], row[RELEASE], bound)
        w.placed[0] += 1
        if begin < 0:
            return False
        start[task], finish[task] = begin, end
        occupy(way, clock, uses, free, begin, end)
        size = push_released(heap, size - 1, awaited, before, before_from[task], before_from[task + 1], key)
    return True


MAKESPAN, COMPLETION, TARDINESS, COST_STAGE, CHANGE, PRESENT_COST, LEVELLING = range(7)


@inlined
def present_cost(a: Arrays, mode: Int, start: Int, finish: Int) -> int:
    """What all payments of the account PRESENT are worth at tick 0, rounded."""
    total = 0.0
    for task in range(len(mode)):
        for row in range(a.due_from[mode[task]], a.due_from[mode[task] + 1]):
            if a.dues[row, 2] != PRESENT:
                continue
            begin, end, amount = start[a.dues[row, 0]], finish[a.dues[row, 0]], float(a.dues[row, 3])
            if a.dues[row, 1] == PROGRESS_EVENT and end > begin and a.growth > 0.0:
                grown = np.exp(-a.growth * begin) - np.exp(-a.growth * end)
                total += amount * grown / (a.growth * (end - begin))
            else:
                total += amount * np.exp(-a.growth * (begin if a.dues[row, 1] == START_EVENT else end))
    return int(np.rint(total))


@inlined
def squared_use(a: Arrays, mode: Int, start: Int, finish: Int) -> int:
    """Sum over ticks and levelled resources of use squared, as shares of the ceiling, in LEVELLED_UNITS."""
    value = np.int64(0)
    used = np.zeros(a.clock.shape[2], np.int64)
    for index in a.levelled:
        used[:] = 0
        for task in range(len(mode)):
            way = a.modes[mode[task]]
            for use in range(way[USE_FROM], way[USE_TO]):
                if a.uses[use, 0] == index:
                    for tick in range(start[task], finish[task]):
                        if is_held(a.clock, way[CALENDAR], tick, a.uses[use, 2]):
                            used[tick] += a.uses[use, 1]
        total = np.int64(0)
        for units in used:
            total += units * units
        value += total * LEVELLED_UNITS // max(a.peak[index], 1) ** 2
    return value


@compiled
def evaluate(a: Arrays, mode: Int, start: Int, finish: Int, fitness: Int) -> None:
    """Fill `fitness` with how far the schedule breaks dates, maximum lags and stocks, then every objective."""
    for stage in range(len(fitness)):
        fitness[stage] = 0
    for task in range(len(start)):
        fitness[0] += max(0, finish[task] - a.tasks[task, DEADLINE]) + max(0, start[task] - a.tasks[task, LATEST_START])
    fitness[0] += lag_excess(a.limits, start, finish)
    for stock in range(len(a.stock)):
        left = a.stock[stock]
        for task in range(len(start)):
            left -= a.consumption[mode[task], stock]
        fitness[0] += max(0, -left)
    fitness[0] += overspent(a, mode, start, finish)
    for stage in range(len(a.stages)):
        if a.stages[stage] == PRESENT_COST:
            fitness[stage + 1] = present_cost(a, mode, start, finish)
        elif a.stages[stage] == LEVELLING:
            fitness[stage + 1] = squared_use(a, mode, start, finish)
        else:
            fitness[stage + 1] = stage_value(a.tasks, a.modes, a.never, a.stages[stage], mode, start, finish)


@inlined
def lag_excess(limits: Int, start: Int, finish: Int) -> int:
    """Ticks by which maximum lags are exceeded, summed."""
    excess = np.int64(0)
    for link in range(len(limits)):
        before, after, kind = limits[link, 0], limits[link, 1], limits[link, 2]
        begin = finish[before] if kind in (0, 2) else start[before]
        end = finish[after] if kind >= 2 else start[after]
        excess += max(0, end - begin - limits[link, 3])
    return excess


@inlined
def stage_value(tasks: Int, modes: Int, never: int, stage: int, mode: Int, start: Int, finish: Int) -> int:
    """Value of one objective, numbered as in `arrays.STAGES`."""
    value = np.int64(0)
    for task in range(len(start)):
        if stage == MAKESPAN:
            value = max(value, finish[task])
        elif stage == COMPLETION:
            value += tasks[task, WEIGHT] * (never if mode[task] == tasks[task, OMISSION] else finish[task])
        elif stage == TARDINESS:
            value += tasks[task, LATE_WEIGHT] * max(0, finish[task] - tasks[task, DUE])
        elif stage == COST_STAGE:
            value += modes[mode[task], COST]
        elif tasks[task, BASELINE] >= 0:
            value += abs(start[task] - tasks[task, BASELINE])
    return value


@inlined
def better(one: Int, other: Int) -> bool:
    """Whether the first fitness comes before the second in the order of the objectives."""
    for stage in range(len(one)):
        if one[stage] != other[stage]:
            return bool(one[stage] < other[stage])
    return False
