"""Compiled search for large problems: a schedule grows from window to window, each the best of many tries.

A try keeps the beginning of the best one so far and places what comes after it anew. Tries are judged in their window
alone, by the work that they do and the scarce time that they take from what follows, so a try costs the window and not
the schedule. Each window begins with what the best try of the one before has placed beyond (rollouts of a priority
rule: Bertsekas, Tsitsiklis & Wu 1997; rolling horizon).
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.scheduling.arrays import (
    CALENDAR,
    DURATION,
    OMISSION,
    PAUSABLE,
    TAIL,
    USE_FROM,
    USE_TO,
    Arrays,
    Float,
    Int,
)
from plantwright.scheduling.genetic import (
    LEAST_PATIENCE,
    PRIORITY,
    Population,
    fill,
    justify,
    largest,
    repair_stocks,
    seed_child,
)
from plantwright.scheduling.jit import compiled, inlined
from plantwright.scheduling.packing import (
    PATIENCE,
    URGENCY,
    State,
    draw,
    drop_placed,
    earliest,
    follow,
    list_able,
    list_free,
    next_start,
    settle,
    start_together,
)
from plantwright.scheduling.passes import Work
from plantwright.scheduling.profile import empty_profile, start_from, vacate

LOOK, STEPS = 3, 6
"""How far a window reaches, in typical lengths of a task, and in how many steps it moves on by its own length."""

SHARPNESS = 3.0
"""Power of a resource's work left, beside that of the scarcest one, in the worth of its units."""

SEEN, KNOWN, WAITING, PLACED, KEPT, WAITED, WAS_KNOWN, LONGEST = range(8)
"""Places of `Roll.sizes`: tasks opened and looked at, opened, ready, placed by a try, kept of the best try; ready and
opened as the window began; the longest tail in ticks, and 1."""


class Roll(NamedTuple):
    """Scratch space: work left on each resource and worth of its units [resources], the tasks that were ready and when
    as the window began, those that a try placed [n], the best try's tasks, starts and finishes [3, n], `sizes` [8].
    """

    left: Float
    worth: Float
    weight: Float
    ready: Int
    when: Int
    placed: Int
    kept: Int
    sizes: Int


def new_roll(arrays: Arrays) -> Roll:
    """Scratch space that fits the arrays."""
    tasks, resources = len(arrays.tasks), len(arrays.peak)
    left, worth, weight = (np.zeros(size) for size in (resources, resources, resources + 2))
    ready, when, placed, kept = (np.zeros(shape, np.int64) for shape in (tasks, tasks, tasks, (3, tasks)))
    return Roll(left, worth, weight, ready, when, placed, kept, np.zeros(8, np.int64))


@compiled
def roll_on(a: Arrays, w: Work, r: Roll, p: Population, tries: int, soonest: float, whole: bool) -> int:
    """Put into the second place of the population the first one's schedule, rolled on from a tick drawn at random.

    Not before the share `soonest` of its makespan; all of it anew where `whole`. Returns the work, in tasks placed.
    """
    tasks = p.key.shape[1]
    key, mode = np.zeros(tasks, np.int64), np.zeros(tasks, np.int64)
    start, finish = np.zeros(tasks, np.int64), np.zeros(tasks, np.int64)
    w.placed[0], begin = 0, 0
    seed_child(a, p.state, 0, key, mode, start)
    if not whole:
        begin = int((soonest + (1.0 - soonest) * draw(p.state)) * largest(p.finish[0]))
        fill(mode, p.mode[0], 1, 0)
        fill(start, p.start[0], 1, 0)
        fill(finish, p.finish[0], 1, 0)
    repair_stocks(a, mode)
    if roll(a, w, r, p.state, key, mode, start, finish, begin, tries):
        fill(p.mode[1], mode, 1, 0)
        justify(a, w, key, mode, start, finish, p.fitness[1])
        fill(p.key[1], key, 1, 0)
        fill(p.start[1], start, 1, 0)
        fill(p.finish[1], finish, 1, 0)
    # No less than one schedule, so that the search ends where nothing can be placed.
    return max(w.placed[0], tasks)


@compiled
def roll(
    a: Arrays,
    w: Work,
    r: Roll,
    state: State,
    key: Int,
    mode: Int,
    start: Int,
    finish: Int,
    begin: int,
    tries: int,
) -> bool:
    """Place all tasks that start from `begin` on anew, window after window; False where one has no room.

    `key` orders the tasks. What follows a task placed anew is placed anew itself.
    """  # fmt: skip
    step, horizon = max(LOOK * a.typical // STEPS, 1), a.clock.shape[2] - 2
    placed, tick, last = place_before(a, w, r, mode, start, finish, begin), begin, begin
    while placed < len(key):
        admit(a, w, r, mode, start, finish, tick)
        tick = max(tick, earliest(w.lists[4], r.sizes[WAITING], w.when) // step * step)
        if tick > horizon:
            return False
        upto = min(tick + STEPS * step, horizon)
        snapshot(w, r)
        rate_resources(r.worth, r.left, a.peak, SHARPNESS)
        best = -np.inf
        for number in range(tries):
            draw_weights(a, r, state)
            cut = last if number == 0 else tick + int(draw(state) * (upto - tick))
            worth = place_window(a, w, r, state, key, mode, start, finish, cut, upto)
            if worth > best:
                best = worth
                keep(r, start, finish)
            undo(a, w, r, mode, start, finish)
        placed += commit(a, w, r, mode, start, finish, tick + step)
        tick, last = tick + step, upto
    return True


@compiled
def place_before(a: Arrays, w: Work, r: Roll, mode: Int, start: Int, finish: Int, begin: int) -> int:
    """Place what starts before `begin` where it is, as far as its links' other ends do too; return how many tasks."""
    empty_profile(w.free, a.capacity)
    r.sizes[:] = 0
    r.sizes[LONGEST] = largest(a.tasks[:, TAIL]) + 1
    known, seen, placed = list_free(w.awaited, a.before_from, w.lists[5]), 0, 0
    sum_work(a, mode, r.left)
    while seen < known:
        task = w.lists[5][seen]
        seen += 1
        if start[task] < begin:
            known = settle(a, w, mode, task, start[task], finish[task], known)
            w.awaited[task] = -1
            count_work(a, a.modes[mode[task]], r.left, -1.0)
            placed += 1
    r.sizes[KNOWN] = known
    return placed


@compiled
def admit(a: Arrays, w: Work, r: Roll, mode: Int, start: Int, finish: Int, tick: int) -> None:
    """Make the tasks ready that were opened since; none starts before a tick."""
    while r.sizes[SEEN] < r.sizes[KNOWN]:
        task = w.lists[5][r.sizes[SEEN]]
        r.sizes[SEEN] += 1
        if w.awaited[task] == 0:
            w.lists[4][r.sizes[WAITING]] = task
            w.when[task] = next_start(a, task, mode, start, finish)
            hold_back(a, w, mode, task, tick)
            r.sizes[WAITING] += 1


@inlined
def hold_back(a: Arrays, w: Work, mode: Int, task: int, tick: int) -> None:
    """Let a ready task start no earlier than a tick."""
    if w.when[task] < tick:
        w.when[task] = start_from(a.modes[mode[task]], a.clock, a.clock.shape[2] - 2, a.tasks[task, PAUSABLE], tick)


@compiled
def snapshot(w: Work, r: Roll) -> None:
    """Note what is ready, and when, as a window begins."""
    r.sizes[WAITED], r.sizes[WAS_KNOWN] = r.sizes[WAITING], r.sizes[KNOWN]
    for place in range(r.sizes[WAITING]):
        r.ready[place] = w.lists[4][place]
        r.when[place] = w.when[r.ready[place]]


@compiled
def place_window(
    a: Arrays, w: Work, r: Roll, state: State, key: Int, mode: Int, start: Int, finish: Int, cut: int, upto: int
) -> float:
    """Place the best try's tasks that start before `cut`, then anew what starts before `upto`; return the worth."""
    worth, first = 0.0, True
    for place in range(r.sizes[KEPT]):
        if r.kept[1, place] < cut:
            task = r.kept[0, place]
            start[task], finish[task], w.awaited[task] = r.kept[1, place], r.kept[2, place], -1
            r.sizes[KNOWN] = settle(a, w, mode, task, start[task], finish[task], r.sizes[KNOWN])
            worth += note(a, r, task, mode, finish, upto)
    while True:
        admit(a, w, r, mode, start, finish, cut if first else 0)
        if first:
            first = False
            r.sizes[WAITING] = drop_placed(w.lists[4], r.sizes[WAITING], w.awaited)
            for place in range(r.sizes[WAITING]):
                hold_back(a, w, mode, w.lists[4][place], cut)
        if r.sizes[WAITING] == 0:
            return worth
        tick = earliest(w.lists[4], r.sizes[WAITING], w.when)
        if tick >= upto:
            return worth
        able = list_able(a, w.free, mode, w.lists[4], r.sizes[WAITING], w.when, tick, w.lists[0])
        for place in range(start_together(a, w, state, r.weight, key, mode, start, finish, tick, able)):
            task = w.lists[1][place]
            r.sizes[KNOWN] = follow(a, w, mode, task, finish[task], r.sizes[KNOWN])
            worth += note(a, r, task, mode, finish, upto)
        r.sizes[WAITING] = drop_placed(w.lists[4], r.sizes[WAITING], w.awaited)


@inlined
def note(a: Arrays, r: Roll, task: int, mode: Int, finish: Int, upto: int) -> float:
    """Note that a try placed a task; return the scarce time that it usually takes less what it will take after `upto`.

    In the worth of the units it holds, a little more the longer what comes after it by its links.
    """
    r.placed[r.sizes[PLACED]] = task
    r.sizes[PLACED] += 1
    way, units = a.modes[mode[task]], 0.0
    for use in range(way[USE_FROM], way[USE_TO]):
        units += a.uses[use, 1] * r.worth[a.uses[use, 0]]
    still = a.priced[max(finish[task], upto)] - a.priced[upto]
    return units * (a.pace[way[CALENDAR] + 1] * way[DURATION] - still) * (1.0 + a.tasks[task, TAIL] / r.sizes[LONGEST])


@compiled
def keep(r: Roll, start: Int, finish: Int) -> None:
    """Let the try just made be the best one."""
    r.sizes[KEPT] = r.sizes[PLACED]
    for place in range(r.sizes[PLACED]):
        task = r.placed[place]
        r.kept[0, place], r.kept[1, place], r.kept[2, place] = task, start[task], finish[task]


@compiled
def undo(a: Arrays, w: Work, r: Roll, mode: Int, start: Int, finish: Int) -> None:
    """Take back what a try placed, to where the window began."""
    while r.sizes[PLACED] > 0:
        r.sizes[PLACED] -= 1
        task = r.placed[r.sizes[PLACED]]
        vacate(a.modes[mode[task]], a.clock, a.uses, w.free, start[task], finish[task])
        if mode[task] != a.tasks[task, OMISSION]:
            for row in range(a.supply_from[task], a.supply_from[task + 1]):
                for tick in range(finish[task], w.free.shape[1]):
                    w.free[a.supplies[row, 0], tick] -= a.supplies[row, 1]
        for link in range(a.after_from[task], a.after_from[task + 1]):
            w.awaited[a.after[link, 0]] += 1
        w.awaited[task] = 0
    restore(w, r)


@inlined
def restore(w: Work, r: Roll) -> None:
    """Make ready again what was as the window began."""
    # A task that a try opened stands behind those opened before: the list is cut where it ended.
    r.sizes[WAITING], r.sizes[KNOWN], r.sizes[SEEN] = r.sizes[WAITED], r.sizes[WAS_KNOWN], r.sizes[WAS_KNOWN]
    for place in range(r.sizes[WAITING]):
        w.lists[4][place] = r.ready[place]
        w.when[r.ready[place]] = r.when[place]


@compiled
def commit(a: Arrays, w: Work, r: Roll, mode: Int, start: Int, finish: Int, until: int) -> int:
    """Place the best try's tasks that start before `until` for good, keep the others for the next window."""
    placed, kept = 0, 0
    for place in range(r.sizes[KEPT]):
        task = r.kept[0, place]
        if r.kept[1, place] < until:
            start[task], finish[task], w.awaited[task] = r.kept[1, place], r.kept[2, place], -1
            r.sizes[KNOWN] = settle(a, w, mode, task, start[task], finish[task], r.sizes[KNOWN])
            count_work(a, a.modes[mode[task]], r.left, -1.0)
            placed += 1
        else:
            r.kept[:, kept] = r.kept[:, place]
            kept += 1
    r.sizes[KEPT] = kept
    r.sizes[WAITING] = drop_placed(w.lists[4], r.sizes[WAITING], w.awaited)
    for place in range(r.sizes[WAITING]):
        hold_back(a, w, mode, w.lists[4][place], until)
    return placed


@compiled
def sum_work(a: Arrays, mode: Int, left: Float) -> None:
    """Fill the work on each resource: scarce time that all tasks take, in shares of its peak."""
    for resource in range(len(left)):
        left[resource] = 0.0
    for task in range(len(mode)):
        count_work(a, a.modes[mode[task]], left, 1.0)


@inlined
def count_work(a: Arrays, way: Int, left: Float, sign: float) -> None:
    """Add the work of a mode, or take it away."""
    for use in range(way[USE_FROM], way[USE_TO]):
        resource = a.uses[use, 0]
        ticks = way[DURATION] * a.pace[way[CALENDAR] + 1]
        left[resource] += sign * a.uses[use, 1] * ticks / max(a.peak[resource], 1)


@inlined
def rate_resources(worth: Float, left: Float, peak: Int, sharpness: float) -> None:
    """Fill the worth of a unit of each resource by its share of the most work left."""
    most = 1e-9
    for work in left:
        most = max(most, work)
    for resource in range(len(peak)):
        worth[resource] = max(left[resource] / most, 0.0) ** sharpness / max(peak[resource], 1)


@inlined
def draw_weights(a: Arrays, r: Roll, state: State) -> None:
    """Draw the weights of one try."""
    rate_resources(r.weight, r.left, a.peak, 2.0 * SHARPNESS * draw(state))
    r.weight[URGENCY] = PRIORITY * draw(state)
    r.weight[PATIENCE] = LEAST_PATIENCE * 4.0 ** draw(state)
