"""One door to both engines: the generator answers at once, CP-SAT improves and proves, the better one is returned."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from plantwright.scheduling.arrays import topological_order
from plantwright.scheduling.bounds import stage_bounds
from plantwright.scheduling.cpsat import calendar_choices, improve, improve_corridors, improve_windows
from plantwright.scheduling.generation import generate, is_rolled
from plantwright.scheduling.problem import Problem, Solution, Status, objective_values
from plantwright.scheduling.shifting import shifted

SCHEDULES, SCHEDULES_ROLLED, SCHEDULES_IN_TIME = 3_000, 500, 100_000
"""Passes of generation: without a time limit (rolled ones take longer each), and the most with one unless the problem
is large; then they stall."""

UNLIMITED = 1 << 40
SCHEDULES_WITH_MAXIMUM_LAGS = 200
"""The generator places tasks one after the other and seldom meets maximum lags: a try, no search."""

LARGEST_WHOLE = 1_000
"""Tasks beyond which building and presolving one CP-SAT model takes longer than it is worth: windows then."""

MOST_PIECES = 5_000
"""Stretches between breaks that free resources, of all tasks, beyond which CP-SAT's model of them grows too large."""

MOST_CHOICES = 1_500
"""Booleans for calendars beyond which presolving takes minutes that deterministic time does not count: corridors."""

WINDOWS = 40
"""Windows of a large problem without a time limit."""

GENERATION_SHARE, GENERATION_SHARE_OF_LARGE, GENERATION_SHARE_OF_ROLLED = 0.15, 0.6, 0.9
"""Share of a time limit that the generator may use before CP-SAT begins, of problems too large for one model, and of
those whose schedules grow from window to window: there CP-SAT seldom finds anything more."""

MANY_TASKS, WHOLE_SHARE = 80, 0.4
"""From so many tasks on, windows improve what the whole model could not prove in this share of the time left."""


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
    `SCHEDULES` passes of generation and `effort` of CP-SAT's deterministic seconds (`WINDOWS` windows of a large
    problem), the same bytes on every run. Raises `ProblemError` naming the tasks of a cycle.
    """
    begun = time.perf_counter()
    topological_order(problem)
    if not problem.tasks:
        empty = objective_values(problem, (), (), ())
        return Solution(Status.OPTIMAL, values=empty, bounds=empty, seconds=time.perf_counter() - begun)
    bounds = stage_bounds(problem)
    known = _generated(problem, bounds, time_limit, seed)
    if progress:
        progress(GENERATION_SHARE)
    if known.status is Status.OPTIMAL:
        return replace(known, bounds=bounds, seconds=time.perf_counter() - begun)
    left = None if time_limit is None else max(time_limit - (time.perf_counter() - begun), 0.05)
    known = shifted(problem, replace(known, bounds=bounds))
    found = shifted(problem, _improved(problem, known, left, effort, seed, progress))
    return replace(found, seconds=time.perf_counter() - begun, schedules=known.schedules)


def _generated(problem: Problem, bounds: tuple[int, ...], time_limit: float | None, seed: int) -> Solution:
    share = GENERATION_SHARE_OF_LARGE if _is_large(problem) else GENERATION_SHARE
    schedules = SCHEDULES if time_limit is None else UNLIMITED if _is_large(problem) else SCHEDULES_IN_TIME
    if is_rolled(problem):
        share = GENERATION_SHARE_OF_ROLLED
        schedules = SCHEDULES_ROLLED if time_limit is None else UNLIMITED
    if any(link.max_lag is not None for link in problem.links):
        schedules = SCHEDULES_WITH_MAXIMUM_LAGS
    limit = None if time_limit is None else time_limit * share
    return generate(problem, schedules=schedules, seed=seed, time_limit=limit, target=bounds)


def _improved(
    problem: Problem,
    known: Solution,
    left: float | None,
    effort: float,
    seed: int,
    progress: Callable[[float], object] | None,
) -> Solution:
    """What CP-SAT makes of the generator's answer, on as much of the problem at once as it can take."""
    if known.start and _is_large(problem):
        windows = WINDOWS if left is None else UNLIMITED
        return improve_windows(problem, known, windows=windows, seconds=left, seed=seed, progress=progress)
    if known.start and left is None and calendar_choices(problem) > MOST_CHOICES:
        return improve_corridors(problem, known, effort=effort, seed=seed, progress=progress)
    if left is None:
        return improve(problem, known, effort=effort, seed=seed, progress=progress)
    return _improved_in_time(problem, known, left, seed, progress)


def _improved_in_time(
    problem: Problem, known: Solution, left: float, seed: int, progress: Callable[[float], object] | None
) -> Solution:
    begun = time.perf_counter()
    ends_whole = len(problem.tasks) < MANY_TASKS or any(link.max_lag is not None for link in problem.links)
    seconds = left if ends_whole else left * WHOLE_SHARE
    found = improve(problem, known, seconds=seconds, seed=seed, progress=progress)
    left -= time.perf_counter() - begun
    if ends_whole or found.status is not Status.FEASIBLE or left <= 0:
        return found
    return improve_windows(problem, found, windows=UNLIMITED, seconds=left, seed=seed)


def _is_large(problem: Problem) -> bool:
    return len(problem.tasks) > LARGEST_WHOLE or _pieces(problem) > MOST_PIECES


def _pieces(problem: Problem) -> int:
    """How many intervals CP-SAT needs for what tasks release over breaks."""
    return sum(
        len(mode.released) * len(problem.calendars[mode.calendar].intervals)
        for task in problem.tasks
        for mode in task.modes
        if mode.released and mode.calendar >= 0
    )
