"""Compiled rebuilding of windows of a schedule: at every tick, those tasks start together that fill the resources best.

The tasks before the window stay where they are, those after it follow by serial generation. Choosing sets of tasks by
how they use scarce resources follows the neighbourhood of Kochetov & Stolyar (2003); placing in the order of time is
the parallel schedule generation scheme (Kolisch 1996).
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from plantwright.scheduling.arrays import (
    CALENDAR,
    DURATION,
    OMISSION,
    PAUSABLE,
    RELEASE,
    TAIL,
    USE_FROM,
    USE_TO,
    Arrays,
    Int,
    Int32,
)
from plantwright.scheduling.jit import compiled, inlined
from plantwright.scheduling.passes import Work, place_rest, push, start_bound
from plantwright.scheduling.profile import empty_profile, finish_of, last_clash, occupy, start_from, supply

State = npt.NDArray[np.uint64]
Float = npt.NDArray[np.float64]

TRIES = 10
"""Sets of tasks tried wherever several may start at one tick."""

SKIPPED = 0.3
"""Probability that a task lets the next ones go first, in all tries but the first."""

URGENCY, PATIENCE = -2, -1
"""Last places of the weights: worth of starting the most urgent task beside that of using all of the scarcest resource,
and how many scarce ticks a task may cost more than usual before it is not worth starting it at once."""

LONGEST_WAIT = 10
"""Times the typical length of a task that one may be put off until scarce time is over."""


@inlined
def draw(state: State) -> float:
    """Uniform number in [0, 1) by SplitMix64 (Steele, Lea & Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inlined
def list_free(awaited: Int, links_from: Int, opened: Int) -> int:
    """Count the links each task awaits, list the tasks that await none and return how many."""
    size = 0
    for task in range(len(awaited)):
        awaited[task] = links_from[task + 1] - links_from[task]
        if awaited[task] == 0:
            opened[size] = task
            size += 1
    return size


@inlined
def earliest(ready: Int, waiting: int, when: Int) -> int:
    """Earliest tick at which one of the ready tasks may start."""
    tick = when[ready[0]]
    for place in range(1, waiting):
        tick = min(tick, when[ready[place]])
    return tick


@inlined
def release_followers(awaited: Int, after: Int, first: int, last: int, opened: Int, size: int) -> int:
    """Add the tasks that awaited only the links `first` to `last` to the list and return its new size."""
    for link in range(first, last):
        task = after[link, 0]
        awaited[task] -= 1
        if awaited[task] == 0:
            opened[size] = task
            size += 1
    return size


@compiled
def next_start(a: Arrays, task: int, mode: Int, start: Int, finish: Int) -> int:
    """First tick at which links and calendar let a task start, resources left out."""
    way = a.modes[mode[task]]
    first, last = a.before_from[task], a.before_from[task + 1]
    bound = start_bound(way, a.clock, a.before, first, last, start, finish, a.tasks[task, RELEASE])
    return start_from(way, a.clock, a.clock.shape[2] - 2, a.tasks[task, PAUSABLE], bound)


@compiled
def list_able(a: Arrays, free: Int32, mode: Int, ready: Int, waiting: int, when: Int, tick: int, able: Int) -> int:
    """List those of the ready tasks that fit at their `tick` and return how many; put off the others.

    A task that will not fit before the horizon is put off beyond it.
    """
    horizon, found = a.clock.shape[2] - 2, 0
    for place in range(waiting):
        task = ready[place]
        if when[task] != tick:
            continue
        way = a.modes[mode[task]]
        stop = finish_of(way, a.clock, horizon, tick)
        clash = last_clash(way, a.clock, a.uses, free, tick, min(stop, horizon))
        if stop > horizon:
            when[task] = horizon + 1
        elif clash >= 0:
            when[task] = start_from(way, a.clock, horizon, a.tasks[task, PAUSABLE], clash + 1)
        else:
            able[found] = task
            found += 1
    return found


@inlined
def sort_by(key: Int, tasks: Int, size: int) -> None:
    """Sort the first `size` tasks of a list by (key, task)."""
    for place in range(1, size):
        task, hole = tasks[place], place
        while hole > 0 and (
            key[tasks[hole - 1]] > key[task] or (key[tasks[hole - 1]] == key[task] and tasks[hole - 1] > task)
        ):
            tasks[hole] = tasks[hole - 1]
            hole -= 1
        tasks[hole] = task


@inlined
def fits(way: Int, uses: Int32, left: Int) -> bool:
    """Whether the units left suffice for the mode."""
    for use in range(way[USE_FROM], way[USE_TO]):  # noqa: SIM110 - compiled, where a generator is not
        if left[uses[use, 0]] < uses[use, 1]:
            return False
    return True


@compiled
def weigh(a: Arrays, w: Work, weight: Float, key: Int, mode: Int, tick: int, able: int) -> None:
    """Fill `value` with the worth of starting each of the `able` tasks at a tick, the most urgent one first.

    Using units is worth their weight, more if the task takes less of the scarce time now than it usually does.
    """
    horizon, first = a.clock.shape[2] - 2, key[w.lists[0][0]]
    span = max(key[w.lists[0][able - 1]] - first, 1)
    for place in range(able):
        task = w.lists[0][place]
        way, used = a.modes[mode[task]], 0.0
        for use in range(way[USE_FROM], way[USE_TO]):
            used += a.uses[use, 1] * weight[a.uses[use, 0]]
        cost = a.priced[finish_of(way, a.clock, horizon, tick)] - a.priced[tick]
        spared = a.pace[way[CALENDAR] + 1] * way[DURATION] - cost
        w.value[place] = used * (1.0 + spared / weight[PATIENCE])
        w.value[place] += weight[URGENCY] * (1.0 - (key[task] - first) / span)


@compiled
def choose(a: Arrays, w: Work, state: State, mode: Int, tick: int, able: int) -> int:
    """Of the `able` tasks, list those that are together worth most and fit at a tick, and return how many."""
    listed, best, trial, skipped, left = w.lists[0], w.lists[1], w.lists[2], w.lists[3], w.left
    most, chosen = -1.0, 0
    for number in range(TRIES):
        for resource in range(len(left)):
            left[resource] = w.free[resource, tick]
        worth, size = 0.0, 0
        for sweep in range(2):
            for place in range(able):
                if sweep == 0:
                    skipped[place] = number > 0 and draw(state) < SKIPPED
                way = a.modes[mode[listed[place]]]
                if skipped[place] == sweep and w.value[place] >= 0.0 and fits(way, a.uses, left):
                    for use in range(way[USE_FROM], way[USE_TO]):
                        left[a.uses[use, 0]] -= a.uses[use, 1]
                    worth += w.value[place]
                    trial[size] = listed[place]
                    size += 1
        if worth > most:
            most, chosen = worth, size
            for place in range(size):
                best[place] = trial[place]
        if size == able:
            break
    return chosen


@compiled
def put_off(a: Arrays, w: Work, mode: Int, start: Int, finish: Int, tick: int, able: int) -> None:
    """Let tasks that are not worth starting at a tick wait for the end of the next scarce time, if not too long."""
    horizon, end = a.clock.shape[2] - 2, tick
    while end < horizon and a.priced[end + 1] == a.priced[end]:
        end += 1
    while end < horizon and a.priced[end + 1] > a.priced[end]:
        end += 1
    for place in range(able):
        task = w.lists[0][place]
        if w.value[place] < 0.0 and tick - next_start(a, task, mode, start, finish) < LONGEST_WAIT * a.typical:
            w.when[task] = start_from(a.modes[mode[task]], a.clock, horizon, a.tasks[task, PAUSABLE], end)
        else:
            w.value[place] = max(w.value[place], 0.0)


@compiled
def start_together(
    a: Arrays, w: Work, state: State, weight: Float, key: Int, mode: Int, start: Int, finish: Int, tick: int, able: int
) -> int:
    """Start those of the `able` tasks at a tick that are together worth most; list them and return how many."""
    if able == 0:
        return 0
    sort_by(key, w.lists[0], able)
    weigh(a, w, weight, key, mode, tick, able)
    put_off(a, w, mode, start, finish, tick, able)
    started = 0
    for place in range(choose(a, w, state, mode, tick, able)):
        task = w.lists[1][place]
        way = a.modes[mode[task]]
        stop = finish_of(way, a.clock, a.clock.shape[2] - 2, tick)
        # Units that are free at the tick may be taken later on, by the task placed just before.
        if last_clash(way, a.clock, a.uses, w.free, tick, stop) < 0:
            start[task], finish[task], w.awaited[task] = tick, stop, -1
            occupy(way, a.clock, a.uses, w.free, tick, stop)
            w.lists[1][started] = task
            started += 1
    w.placed[0] += started
    return started


@compiled
def rebuild(
    a: Arrays,
    w: Work,
    state: State,
    weight: Float,
    key: Int,
    mode: Int,
    start: Int,
    finish: Int,
    begin: int,
    end: int,
    limit: int,
) -> bool:
    """Place the tasks that start in [begin, end) anew, then all later ones; earlier ones keep their start and finish.

    `key` orders the tasks; `weight` [resources + 2] is the worth of a unit in use, then the two above. False as in
    `passes.forward`. Caps of spending are not looked at.
    """  # fmt: skip
    free, awaited, when, ready, opened = w.free, w.awaited, w.when, w.lists[4], w.lists[5]
    horizon, waiting, later, seen = a.clock.shape[2] - 2, 0, 0, 0
    empty_profile(free, a.capacity)
    known = list_free(awaited, a.before_from, opened)
    while True:
        while seen < known:
            task = opened[seen]
            seen += 1
            if start[task] >= end:
                push(w.heap, later, key, task)
                later += 1
            elif start[task] >= begin:
                when[task] = next_start(a, task, mode, start, finish)
                ready[waiting] = task
                waiting += 1
            else:
                known = settle(a, w, mode, task, start[task], finish[task], known)
        begin = 0  # A task that follows one placed anew never stays where it is.
        if waiting == 0:
            return place_rest(a, w, key, mode, start, finish, later, limit)
        tick = earliest(ready, waiting, when)
        if tick > horizon:
            return False
        able = list_able(a, free, mode, ready, waiting, when, tick, w.lists[0])
        for place in range(start_together(a, w, state, weight, key, mode, start, finish, tick, able)):
            task = w.lists[1][place]
            known = follow(a, w, mode, task, finish[task], known)
            if tick + a.tasks[task, TAIL] > limit:
                return False
        waiting = drop_placed(ready, waiting, awaited)


@compiled
def settle(a: Arrays, w: Work, mode: Int, task: int, start: int, finish: int, known: int) -> int:
    """Take what a task uses and give what it supplies; list the followers that await nothing more."""
    occupy(a.modes[mode[task]], a.clock, a.uses, w.free, start, finish)
    return follow(a, w, mode, task, finish, known)


@inlined
def follow(a: Arrays, w: Work, mode: Int, task: int, finish: int, known: int) -> int:
    """Give what a task supplies; list the followers that await nothing more."""
    if mode[task] != a.tasks[task, OMISSION]:
        supply(a.supplies, a.supply_from[task], a.supply_from[task + 1], w.free, finish)
    return release_followers(w.awaited, a.after, a.after_from[task], a.after_from[task + 1], w.lists[5], known)


@inlined
def drop_placed(ready: Int, waiting: int, awaited: Int) -> int:
    """Take the tasks just placed out of the list and return how many remain."""
    remaining = 0
    for place in range(waiting):
        if awaited[ready[place]] == 0:
            ready[remaining] = ready[place]
            remaining += 1
    return remaining
