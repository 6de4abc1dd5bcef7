"""Large neighbourhoods: which tasks of a schedule CP-SAT may move, window after window, and what becomes of them.

For problems whose whole model is too large. The schedule is generated again in the order that a window's answer gives,
which pulls forward what stood behind the window, and is kept if it comes first by the objectives.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from plantwright.scheduling.arrays import Arrays, compile_arrays
from plantwright.scheduling.cpsat.search import improve
from plantwright.scheduling.cpsat.windows import Standing, Window, put_back, standing, window_of
from plantwright.scheduling.genetic import FINE, decode
from plantwright.scheduling.passes import Work, new_work
from plantwright.scheduling.problem import Problem, Solution, Status

FIRST_SIZE, SMALLEST, LARGEST = 30.0, 12.0, 120.0
"""Tasks of a window: at first, and the bounds between which it grows with proofs and shrinks without."""

AT_ONCE = 2
"""Windows of the same schedule, side by side on threads; a fixed number, so that a result does not depend on it."""

EFFORT = 0.05
"""CP-SAT's deterministic seconds that one window may take."""


def improve_windows(
    problem: Problem,
    known: Solution,
    *,
    windows: int,
    seconds: float | None = None,
    seed: int = 1,
    progress: Callable[[float], object] | None = None,
) -> Solution:
    """A schedule at least as good as `known`, after as many windows, or as many as the `seconds` of the clock allow.

    Each window is a fixed amount of work, so without a limit of time the result is the same on every run. The bounds
    stay those of `known`; the search ends when they are met.
    """
    begun = time.perf_counter()
    arrays, rng, size = compile_arrays(problem), np.random.default_rng(seed), FIRST_SIZE
    work, plan = new_work(arrays), standing(problem, known)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(0, windows, AT_ONCE):
            left = None if seconds is None else seconds - (time.perf_counter() - begun)
            if (left is not None and left <= 0) or plan.solution.values == plan.solution.bounds:
                break
            chosen = [next_free(plan, rng, round(size)) for _ in range(AT_ONCE)]
            cut = [window for free in chosen if (window := window_of(problem, arrays, plan, free))]
            answers = list(threads.map(partial(_answer, seconds=left, seed=seed + number), cut))
            for window, found in zip(cut, answers, strict=True):
                size = min(size * 1.05, LARGEST) if found.status is Status.OPTIMAL else max(size * 0.95, SMALLEST)
                plan = _kept(problem, arrays, work, plan, window, found)
            if progress:
                progress(min(1.0, (number + AT_ONCE) / windows))
    proved = plan.solution.values == plan.solution.bounds
    return replace(plan.solution, status=Status.OPTIMAL if proved else Status.FEASIBLE)


def _answer(window: Window, *, seconds: float | None, seed: int) -> Solution:
    return improve(window.problem, window.known, seconds=seconds, effort=EFFORT, seed=seed, workers=1)


def _kept(problem: Problem, arrays: Arrays, work: Work, plan: Standing, window: Window, found: Solution) -> Standing:
    """The schedule generated in the order of a window's answer, where it is no worse; else the one that stands."""
    if found.start == window.known.start and found.mode == window.known.mode:
        return plan
    moved = generated(arrays, work, put_back(problem, plan, window, found))
    if moved is None or moved.values > plan.solution.values or moved.start == plan.solution.start:
        return plan
    return standing(problem, moved)


def next_free(plan: Standing, rng: np.random.Generator, size: int) -> list[int]:
    """Tasks of the next window: those next to each other in the order of their starts."""
    first = int(rng.integers(max(1, len(plan.order) - size + 1)))
    return list(plan.order[first : first + size])


def generated(arrays: Arrays, work: Work, solution: Solution) -> Solution | None:
    """The schedule generated in the order of a solution's starts; None where that breaks a date or maximum lag."""
    start, finish = np.array(solution.start, np.int64), np.array(solution.finish, np.int64)
    key, mode = start * FINE, np.array(solution.mode, np.int64) + arrays.first_mode[:-1]
    fitness = np.zeros(len(arrays.stages) + 2, np.int64)
    decode(arrays, work, key, mode, start, finish, fitness)
    if fitness[0]:
        return None
    return replace(
        solution,
        start=tuple(start.tolist()),
        finish=tuple(finish.tolist()),
        mode=tuple((mode - arrays.first_mode[:-1]).tolist()),
        values=tuple(fitness[1:-1].tolist()),
        engine="cp-sat",
    )
