"""Compiled improvement of a schedule by moving single tasks within their room, for objectives that early starts harm.

Net present value, smooth crews and little change want tasks later than as early as possible. Each task in turn, the
last one first, is tried at places between the bounds of its links; the best by all objectives in order stays (after
Burgess & Killebrew 1962). Tasks that supply resources stay where they are.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plantwright.scheduling.arrays import (
    LATEST_START,
    PAUSABLE,
    RELEASE,
    Arrays,
    Int,
    Int32,
    compile_arrays,
)
from plantwright.scheduling.jit import compiled
from plantwright.scheduling.passes import Work, better, evaluate, finish_bound, new_work, start_bound
from plantwright.scheduling.problem import LATE_STAGES, Problem, Solution, Status, objective_values
from plantwright.scheduling.profile import earliest_place, latest_place, occupy, vacate

PLACES = 12
"""Places tried for a task between its bounds."""

ROUNDS = 6


def shifted(problem: Problem, known: Solution) -> Solution:
    """The schedule with tasks moved where that improves an objective without harming one before it."""
    if not known.start or not LATE_STAGES & set(problem.objectives):
        return known
    # What the generator states may be of the right-justified schedule, which is worth more than the one it gives.
    known = replace(known, values=objective_values(problem, known.start, known.finish, known.mode))
    arrays = compile_arrays(problem)
    start, finish = np.array(known.start, np.int64), np.array(known.finish, np.int64)
    mode = np.array(known.mode, np.int64) + arrays.first_mode[:-1]
    shift(arrays, new_work(arrays), mode, start, finish)
    dates = tuple(start.tolist()), tuple(finish.tolist()), known.mode
    values = objective_values(problem, *dates)
    if values >= known.values:
        return known
    bounds = tuple(min(bound, value) for bound, value in zip(known.bounds, values, strict=False))
    return replace(known, status=Status.FEASIBLE, start=dates[0], finish=dates[1], values=values, bounds=bounds)


@compiled
def shift(a: Arrays, w: Work, mode: Int, start: Int, finish: Int) -> None:
    """Move tasks to better places, rounds over all of them until none moves."""
    free, horizon = w.free, a.clock.shape[2] - 2
    free[:] = a.capacity
    for task in range(len(start)):
        occupy(a.modes[mode[task]], a.clock, a.uses, free, start[task], finish[task])
        for supply in range(a.supply_from[task], a.supply_from[task + 1]):
            free[a.supplies[supply, 0], finish[task] :] += a.supplies[supply, 1]
    best, tried = np.empty(len(a.stages) + 1, np.int64), np.empty(len(a.stages) + 1, np.int64)
    evaluate(a, mode, start, finish, best)
    for _ in range(ROUNDS):
        moved = False
        for task in np.argsort(-start):
            if a.supply_from[task] == a.supply_from[task + 1]:
                moved |= shift_task(a, free, horizon, task, mode, start, finish, best, tried)
        if not moved:
            break


@compiled
def is_better(
    a: Arrays,
    task: int,
    high: int,
    begin: int,
    end: int,
    mode: Int,
    start: Int,
    finish: Int,
    best: Int,
    tried: Int,
) -> bool:
    """Put a task to a place that ends by `high`; whether that is the best so far, which `best` then holds."""
    if begin < 0 or end > high or begin > a.tasks[task, LATEST_START]:
        return False
    start[task], finish[task] = begin, end
    evaluate(a, mode, start, finish, tried)
    if not better(tried, best):
        return False
    best[:] = tried
    return True


@compiled
def shift_task(
    a: Arrays, free: Int32, horizon: int, task: int, mode: Int, start: Int, finish: Int, best: Int, tried: Int
) -> bool:
    """Move one task to the best place between the bounds of its links; whether it moved."""
    way, row, begin, end = a.modes[mode[task]], a.tasks[task], start[task], finish[task]
    low = start_bound(way, a.clock, a.before, a.before_from[task], a.before_from[task + 1], start, finish, row[RELEASE])
    high = finish_bound(
        way, a.clock, a.after, a.after_from[task], a.after_from[task + 1], start, finish, row[LATEST_START], horizon
    )
    vacate(way, a.clock, a.uses, free, begin, end)
    was, kept_start, kept_finish = begin, begin, end
    last, _ = latest_place(way, a.clock, a.uses, free, row[PAUSABLE], low, high)
    span = max(last, low) - low
    for place in range(PLACES + 1):
        bound = last if place == PLACES else low + span * place // PLACES
        begin, end = earliest_place(way, a.clock, a.uses, free, row[PAUSABLE], max(bound, low))
        if is_better(a, task, high, begin, end, mode, start, finish, best, tried):
            kept_start, kept_finish = begin, end
    step = span // PLACES
    while step > 0:
        found = False
        for bound in (kept_start - step, kept_start + step):
            begin, end = earliest_place(way, a.clock, a.uses, free, row[PAUSABLE], max(bound, low))
            if is_better(a, task, high, begin, end, mode, start, finish, best, tried):
                kept_start, kept_finish, found = begin, end, True
                break
        if not found:
            step //= 2
    start[task], finish[task] = kept_start, kept_finish
    occupy(way, a.clock, a.uses, free, kept_start, kept_finish)
    return bool(kept_start != was)
