"""Compiled return of a schedule's tasks to their agreed starts, as near as links, resources and deadlines allow.

Task by task, rounds over all of them until none moves; so it takes seconds where `shifting`, which weighs every
objective at every place, takes minutes.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plantwright.scheduling.arrays import LATEST_START, PAUSABLE, RELEASE, Arrays, Int, Int32, compile_arrays
from plantwright.scheduling.jit import compiled
from plantwright.scheduling.passes import finish_bound, new_work, start_bound
from plantwright.scheduling.problem import Problem, Solution, Status, objective_values
from plantwright.scheduling.profile import earliest_place, latest_place, occupy, vacate

ROUNDS = 10


def settled(problem: Problem, known: Solution) -> Solution:
    """The schedule with each task moved towards the start that its baseline has, none beyond its deadline."""
    arrays = compile_arrays(problem)
    start, finish = np.array(known.start, np.int64), np.array(known.finish, np.int64)
    mode = np.array(known.mode, np.int64) + arrays.first_mode[:-1]
    horizon = arrays.clock.shape[2] - 2
    agreed = np.array([-1 if task.baseline is None else task.baseline for task in problem.tasks], np.int64)
    ends = np.array([horizon if task.deadline is None else task.deadline for task in problem.tasks], np.int64)
    settle(arrays, new_work(arrays).free, mode, agreed, ends, start, finish)
    dates = tuple(start.tolist()), tuple(finish.tolist()), known.mode
    return replace(
        known, status=Status.FEASIBLE, start=dates[0], finish=dates[1], values=objective_values(problem, *dates),
        bounds=(),
    )  # fmt: skip


@compiled
def settle(a: Arrays, free: Int32, mode: Int, agreed: Int, ends: Int, start: Int, finish: Int) -> None:
    """Move the tasks that have an agreed start and supply nothing, the last one first."""
    free[:] = a.capacity
    for task in range(len(start)):
        occupy(a.modes[mode[task]], a.clock, a.uses, free, start[task], finish[task])
        for supply in range(a.supply_from[task], a.supply_from[task + 1]):
            free[a.supplies[supply, 0], finish[task] :] += a.supplies[supply, 1]
    for _ in range(ROUNDS):
        moved = False
        for task in np.argsort(-start):
            gives = a.supply_from[task] < a.supply_from[task + 1]
            if agreed[task] >= 0 and not gives and start[task] != agreed[task]:
                moved |= settle_task(a, free, task, mode, agreed[task], ends[task], start, finish)
        if not moved:
            break


@compiled
def settle_task(a: Arrays, free: Int32, task: int, mode: Int, agreed: int, end: int, start: Int, finish: Int) -> bool:
    """Move one task to the free place nearest to its agreed start; whether it moved."""
    way, row, was = a.modes[mode[task]], a.tasks[task], start[task]
    low = start_bound(way, a.clock, a.before, a.before_from[task], a.before_from[task + 1], start, finish, row[RELEASE])
    high = finish_bound(
        way, a.clock, a.after, a.after_from[task], a.after_from[task + 1], start, finish, row[LATEST_START],
        a.clock.shape[2] - 2,
    )  # fmt: skip
    high = min(high, end)
    vacate(way, a.clock, a.uses, free, start[task], finish[task])
    best, best_end = start[task], finish[task]
    begin, until = earliest_place(way, a.clock, a.uses, free, row[PAUSABLE], max(low, agreed))
    if begin >= 0 and until <= high and begin <= row[LATEST_START] and abs(begin - agreed) < abs(best - agreed):
        best, best_end = begin, until
    if begin > agreed and low < agreed:
        # The last place that ends before the one behind the agreed start.
        begin, until = latest_place(way, a.clock, a.uses, free, row[PAUSABLE], low, min(high, until - 1))
        if begin >= low and abs(begin - agreed) < abs(best - agreed):
            best, best_end = begin, until
    start[task], finish[task] = best, best_end
    occupy(way, a.clock, a.uses, free, best, best_end)
    return bool(best != was)
