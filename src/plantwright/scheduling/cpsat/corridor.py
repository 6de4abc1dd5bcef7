"""Corridors: no task farther from where it stands than some ticks, all tasks free to move (Sniedovich & Voss 2006).

For problems of many calendars, whose whole model is too large: in a corridor few breaks are in reach of each task.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from plantwright.scheduling.bounds import stage_bounds
from plantwright.scheduling.cpsat.relaxation import relaxed_bound
from plantwright.scheduling.cpsat.search import better_of, improve
from plantwright.scheduling.problem import Problem, Solution, Status

NARROWEST = 1 / 100
"""Half the width of the first corridor, of the schedule's length."""

CORRIDORS = 2
"""How many are searched, each twice as wide as the one before, while they are searched through."""

SHARE = 0.2
"""Of the effort, for each corridor and for the bound."""


def improve_corridors(
    problem: Problem,
    known: Solution,
    *,
    effort: float,
    seed: int = 1,
    progress: Callable[[float], object] | None = None,
) -> Solution:
    """A schedule at least as good as `known`, the best in a corridor around it, and so on in wider ones.

    `effort` is CP-SAT's deterministic time in all, in its seconds; the result is the same on every run.
    """
    begun = time.perf_counter()
    best, width = known, max(1, round(known.makespan * NARROWEST))
    for number in range(CORRIDORS):
        found = improve(corridor(problem, best, width), best, effort=SHARE * effort, seed=seed + number, workers=1)
        best = better_of(best, found)
        if progress:
            progress((number + 1) / (CORRIDORS + 1))
        if found.status is not Status.OPTIMAL:
            break
        width *= 2
    first, *others = stage_bounds(problem)
    first = min(max(first, relaxed_bound(problem, effort=SHARE * effort, seed=seed)), best.values[0])
    return replace(best, status=Status.FEASIBLE, bounds=(first, *others), seconds=time.perf_counter() - begun)


def corridor(problem: Problem, known: Solution, width: int) -> Problem:
    """The problem with every start at most `width` ticks from where it stands."""
    tasks = [
        replace(
            task,
            release=max(task.release, start - width),
            latest_start=start + width if task.latest_start is None else min(task.latest_start, start + width),
        )
        for task, start in zip(problem.tasks, known.start, strict=True)
    ]
    return replace(problem, tasks=tuple(tasks))
