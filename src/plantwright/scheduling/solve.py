"""One door to both engines: the generator answers at once, CP-SAT improves and proves, the better one is returned."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from plantwright.scheduling.arrays import topological_order
from plantwright.scheduling.bounds import stage_bounds
from plantwright.scheduling.cpsat import improve
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import Problem, Solution, Status, objective_values

SCHEDULES = 3_000
UNLIMITED = 10**9
SCHEDULES_WITH_MAXIMUM_LAGS = 200
"""The generator places tasks one after the other and seldom meets maximum lags: a try, no search."""

UNLIMITED = 1 << 40
LARGEST_FOR_CP_SAT = 1_000
"""Tasks beyond which building and presolving one CP-SAT model takes longer than it is worth."""

MOST_PIECES = 5_000
"""Stretches between breaks that free resources, of all tasks, beyond which CP-SAT's model of them grows too large."""

GENERATION_SHARE = 0.25
"""Share of a time limit that the generator may use before CP-SAT begins."""


def solve(
    problem: Problem,
    *,
    time_limit: float | None = None,
    effort: float = 10.0,
    seed: int = 1,
    progress: Callable[[float], object] | None = None,
) -> Solution:
    """The best schedule found, with status and lower bounds.

    With `time_limit` (seconds of wall clock) the search uses it as it can. Without, it does a fixed amount of work:
    `SCHEDULES` passes of generation and `effort` of CP-SAT's deterministic seconds, the same bytes on every run.
    Raises `ProblemError` naming the tasks of a cycle.
    """
    begun = time.perf_counter()
    topological_order(problem)
    if not problem.tasks:
        empty = objective_values(problem, (), (), ())
        return Solution(Status.OPTIMAL, values=empty, bounds=empty, seconds=time.perf_counter() - begun)
    bounds = stage_bounds(problem)
    large = len(problem.tasks) > LARGEST_FOR_CP_SAT or _pieces(problem) > MOST_PIECES
    limit = None if time_limit is None else time_limit * (1.0 if large else GENERATION_SHARE)
    schedules = SCHEDULES if limit is None else UNLIMITED
    if any(link.max_lag is not None for link in problem.links):
        schedules = SCHEDULES_WITH_MAXIMUM_LAGS
    known = generate(problem, schedules=schedules, seed=seed, time_limit=limit, target=bounds)
    if progress:
        progress(GENERATION_SHARE)
    if known.status is not Status.OPTIMAL and not (large and known.start):
        left = None if time_limit is None else max(time_limit - (time.perf_counter() - begun), 0.05)
        found = improve(
            problem, known, seconds=left, effort=None if time_limit else effort, seed=seed, progress=progress
        )
        return replace(found, seconds=time.perf_counter() - begun, schedules=known.schedules)
    return replace(known, bounds=bounds, seconds=time.perf_counter() - begun)


def _pieces(problem: Problem) -> int:
    """How many intervals CP-SAT needs for what tasks release over breaks."""
    return sum(
        len(mode.released) * len(problem.calendars[mode.calendar].intervals)
        for task in problem.tasks
        for mode in task.modes
        if mode.released and mode.calendar >= 0
    )
