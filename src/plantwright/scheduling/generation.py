"""The generating engine: islands of genetic search on threads, deterministic by seed and number of schedules.

Wraps the compiled search of `genetic`; whoever wants a proof or a bound asks `cpsat` or `bounds`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import repeat
from math import inf

import numpy as np

from plantwright.scheduling.arrays import Arrays, compile_arrays
from plantwright.scheduling.genetic import FINE, Population, evolve, new_population
from plantwright.scheduling.passes import new_work
from plantwright.scheduling.problem import Kind, Problem, Solution, Stage, Status, objective_values
from plantwright.scheduling.rolling import new_roll, roll_on

ISLANDS = 2
"""A fixed number, so that a result does not depend on how many processors there are."""

POPULATION = 80
PASSES_BETWEEN_TURNS = 400
"""Passes an island makes from one exchange of its best to the next, and from one end of the problem to the other."""

LARGEST_CROSSED = 1_000
"""Tasks beyond which a schedule is rolled from window to window: crossing whole schedules no longer improves them."""

GROWTH, MOST_TRIES = 4, 128
"""Tries of each window: so many times more from one whole schedule to the next, until there are so many."""

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
    """The best schedule found by the work of `schedules` passes of schedule generation, each placing every task once.

    Work is counted in tasks placed, forward or backward, as Kolisch & Hartmann (2006) count it: a child that keeps the
    beginning of its parent, or is given up halfway, costs the tasks that were placed for it.
    `time_limit` in seconds stops earlier, and then the result depends on the machine. `target` holds bounds of the
    objectives: the search ends when they are met. Status is OPTIMAL only where they are; never INFEASIBLE.
    """
    begun = time.perf_counter()
    arrays = compile_arrays(problem)
    if not problem.tasks:
        return Solution(Status.OPTIMAL, values=objective_values(problem, (), (), ()), engine="generation")
    views = (arrays, compile_arrays(mirrored(problem)) if arrays.movable else arrays)
    left = partial(_left, begun, inf if time_limit is None else time_limit)
    search = _rolled if is_rolled(problem) else _crossed
    islands, made = search(views, schedules, seed, _ends(left, target), left)
    return _solution(problem, arrays, islands, made, time.perf_counter() - begun, target)


def is_rolled(problem: Problem) -> bool:
    """Whether schedules grow from window to window: large problems of which the makespan is what counts first.

    Windows are judged by work done, which speaks neither of dates nor of money.
    """
    return (
        len(problem.tasks) > LARGEST_CROSSED
        and problem.objectives[0] is Stage.MAKESPAN
        and not problem.caps
        and all(link.max_lag is None for link in problem.links)
        and all(task.latest_start is task.deadline is None for task in problem.tasks)
    )


def mirrored(problem: Problem) -> Problem:
    """The problem with time running backward: what came first comes last. Dates and calendars are left out."""
    turned = {Kind.SS: Kind.FF, Kind.FF: Kind.SS}
    links = tuple(
        replace(link, before=link.after, after=link.before, kind=turned.get(link.kind, link.kind))
        for link in problem.links
    )
    return replace(problem, links=links)


def _left(begun: float, time_limit: float) -> float:
    return time_limit - (time.perf_counter() - begun)


def _ends(left: Callable[[], float], target: tuple[int, ...]) -> Callable[[list[Population]], bool]:
    def ends(islands: list[Population]) -> bool:
        if left() <= 0:
            return True
        return bool(target) and tuple(best_member(islands)[0].fitness[best_member(islands)[1]][:-1]) == (0, *target)

    return ends


def _crossed(
    views: tuple[Arrays, Arrays],
    schedules: int,
    seed: int,
    ends: Callable[[list[Population]], bool],
    left: Callable[[], float],
) -> tuple[list[Population], int]:
    """Islands after `schedules` passes in all, and how many; a movable problem is seen from both ends in turn."""
    tasks, movable = len(views[0].tasks), views[0].movable
    share = max(schedules // ISLANDS, 1)
    size = max(4, min(POPULATION, share // 120))
    islands = [new_population(views[0], size, seed * 1_000_003 + number) for number in range(ISLANDS)]
    works = [new_work(views[0]) for _ in islands]
    # The first chunk is one schedule an island, so that an answer is there at once even for the largest problems.
    made, chunk, turns = 0, 1, 0
    with ThreadPoolExecutor(ISLANDS) as threads:
        while made < share * tasks and not ends(islands):
            chunk, began = min(chunk, -(-(share * tasks - made) // tasks)), time.perf_counter()
            made += max(threads.map(evolve, repeat(views[turns % 2]), works, islands, repeat(chunk * tasks)))
            chunk = min(chunk * 4, max(3 * size, PASSES_BETWEEN_TURNS))
            if left() < inf:
                chunk = min(chunk, max(1, int(chunk * SECONDS_BETWEEN_LOOKS / (time.perf_counter() - began) / 4)))
            _migrate(islands)
            if movable:
                turns += 1
                for island in islands:
                    _turn(island)
    if turns % 2:
        for island in islands:
            _turn(island)
    return islands, made * ISLANDS // tasks


def _rolled(
    views: tuple[Arrays, Arrays],
    schedules: int,
    seed: int,
    ends: Callable[[list[Population]], bool],
    left: Callable[[], float],
) -> tuple[list[Population], int]:
    """One schedule an island, rolled anew as a whole with more and more tries, then on from ticks drawn at random."""
    arrays, share = views[0], max(schedules // ISLANDS, 1)
    tasks, tries, made = len(arrays.tasks), 1, 0
    islands = [new_population(arrays, 2, seed * 1_000_003 + number) for number in range(ISLANDS)]
    works, rolls = [new_work(arrays) for _ in islands], [new_roll(arrays) for _ in islands]
    with ThreadPoolExecutor(ISLANDS) as threads:
        made = max(threads.map(evolve, repeat(arrays), works, islands, repeat(1)))
        _share_best(islands)
        affords = float(GROWTH)
        while made < share * tasks and not ends(islands):
            whole = tries < MOST_TRIES and affords > 1.0
            tries = min(round(tries * affords), MOST_TRIES) if whole else tries
            begin = 0.0 if whole else max(0.0, 1.0 - affords)
            before, began = made, left()
            made += max(
                threads.map(roll_on, repeat(arrays), works, rolls, islands, repeat(tries), repeat(begin), repeat(whole))
            )
            _share_best(islands)
            if whole:
                cost, took = made - before, began - left()
            rest = min((share * tasks - made) / cost, left() / took if took > 0 else inf)
            affords = GROWTH if rest > 2 * GROWTH else rest
    return islands, made * ISLANDS // tasks


def _share_best(islands: list[Population]) -> None:
    """Copy the best schedule to the first place of every island."""
    best, row = best_member(islands)
    values = [table[row].copy() for table in best[:5]]
    for island in islands:
        for table, value in zip(island[:5], values, strict=True):
            table[0] = value


def _turn(island: Population) -> None:
    """Let time run backward in all members of a population."""
    makespan = island.finish.max(axis=1, keepdims=True)
    island.start[:], island.finish[:] = makespan - island.finish, makespan - island.start
    island.key[:] = island.start * FINE


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
    problem: Problem, arrays: Arrays, islands: list[Population], made: int, seconds: float, target: tuple[int, ...]
) -> Solution:
    island, row = best_member(islands)
    if island.fitness[row, 0] != 0:
        return Solution(Status.UNKNOWN, seconds=seconds, engine="generation", schedules=made)
    start, finish = (tuple(int(tick) for tick in table[row]) for table in (island.start, island.finish))
    mode = tuple(int(mode - first) for mode, first in zip(island.mode[row], arrays.first_mode[:-1], strict=True))
    values = objective_values(problem, start, finish, mode)
    return Solution(
        Status.OPTIMAL if values == target else Status.FEASIBLE,
        start=start,
        finish=finish,
        mode=mode,
        values=values,
        seconds=seconds,
        engine="generation",
        schedules=made,
    )
