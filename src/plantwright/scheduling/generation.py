"""The generating engine: islands of genetic search on threads, deterministic by seed and number of schedules.

Wraps the compiled search of `genetic`; whoever wants a proof or a bound asks `cpsat` or `bounds`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import numpy as np

from plantwright.scheduling.arrays import Arrays, compile_arrays
from plantwright.scheduling.genetic import Population, evolve, new_population
from plantwright.scheduling.passes import new_work
from plantwright.scheduling.problem import Problem, Solution, Status, objective_values

ISLANDS = 2
"""A fixed number, so that a result does not depend on how many processors there are."""

POPULATION = 80
SECONDS_BETWEEN_LOOKS = 0.5
"""How long the search may go on before it looks at the clock, where it has a time limit."""


def generate(
    problem: Problem,
    *,
    schedules: int = 5_000,
    seed: int = 1,
    time_limit: float | None = None,
    target: tuple[int, ...] = (),
) -> Solution:
    """The best schedule found by making `schedules` passes of schedule generation, each placing every task once.

    `time_limit` in seconds stops earlier, and then the result depends on the machine. `target` holds bounds of the
    objectives: the search ends when they are met. Status is OPTIMAL only where they are; never INFEASIBLE.
    """
    begun = time.perf_counter()
    arrays = compile_arrays(problem)
    if not problem.tasks:
        return Solution(Status.OPTIMAL, values=objective_values(problem, (), (), ()), engine="generation")
    islands, made = _search(arrays, schedules, seed, _ends(begun, time_limit, target), timed=time_limit is not None)
    return _solution(arrays, islands, made, time.perf_counter() - begun, target)


def _ends(begun: float, time_limit: float | None, target: tuple[int, ...]) -> Callable[[list[Population]], bool]:
    def ends(islands: list[Population]) -> bool:
        if time_limit is not None and time.perf_counter() - begun >= time_limit:
            return True
        return bool(target) and tuple(best_member(islands)[0].fitness[best_member(islands)[1]]) == (0, *target)

    return ends


def _search(
    arrays: Arrays, schedules: int, seed: int, ends: Callable[[list[Population]], bool], *, timed: bool
) -> tuple[list[Population], int]:
    share = max(schedules // ISLANDS, 1)
    size = max(4, min(POPULATION, share // 120))
    islands = [new_population(arrays, size, seed * 1_000_003 + number) for number in range(ISLANDS)]
    works = [new_work(arrays) for _ in islands]
    # The first chunk is one schedule an island, so that an answer is there at once even for the largest problems.
    made, chunk = 0, 1
    with ThreadPoolExecutor(ISLANDS) as threads:
        while made < share and not ends(islands):
            chunk, began = min(chunk, share - made), time.perf_counter()
            made += max(threads.map(evolve, repeat(arrays), works, islands, repeat(chunk)))
            chunk = min(chunk * 4, max(3 * size, 1_000))
            if timed:
                chunk = min(chunk, max(1, int(chunk * SECONDS_BETWEEN_LOOKS / (time.perf_counter() - began) / 4)))
            _migrate(islands)
    return islands, made * ISLANDS


def _migrate(islands: list[Population]) -> None:
    """Give a copy of each full island's best to the next one, in the place of its worst."""
    if any(island.fitness[-1, 0] < 0 for island in islands):
        return
    best = [min(range(len(island.fitness)), key=lambda row: tuple(island.fitness[row])) for island in islands]
    guests = [[table[row].copy() for table in island[:5]] for island, row in zip(islands, best, strict=True)]
    for number, island in enumerate(islands):
        guest = guests[number - 1]
        if any(np.array_equal(guest[1], row) for row in island.start):
            continue
        worst = max(range(len(island.fitness)), key=lambda row: tuple(island.fitness[row]))
        for table, values in zip(island[:5], guest, strict=True):
            table[worst] = values


def best_member(islands: list[Population]) -> tuple[Population, int]:
    """The island and the row of the best schedule of all islands, the first of equals."""
    rows = [
        (tuple(island.fitness[row]), number, row)
        for number, island in enumerate(islands)
        for row in range(len(island.fitness))
        if island.fitness[row, 0] >= 0
    ]
    _, number, row = min(rows, default=((), 0, 0))
    return islands[number], row


def _solution(
    arrays: Arrays, islands: list[Population], made: int, seconds: float, target: tuple[int, ...]
) -> Solution:
    island, row = best_member(islands)
    if island.fitness[row, 0] != 0:
        return Solution(Status.UNKNOWN, seconds=seconds, engine="generation", schedules=made)
    values = tuple(int(value) for value in island.fitness[row, 1:])
    return Solution(
        Status.OPTIMAL if values == target else Status.FEASIBLE,
        start=tuple(int(tick) for tick in island.start[row]),
        finish=tuple(int(tick) for tick in island.finish[row]),
        mode=tuple(int(mode - first) for mode, first in zip(island.mode[row], arrays.first_mode[:-1], strict=True)),
        values=values,
        seconds=seconds,
        engine="generation",
        schedules=made,
    )
