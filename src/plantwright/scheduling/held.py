"""What running tasks hold at the status date: it is theirs until they are done, and not there for anybody else.

Two problems come out of one: in the first the engines search, with what is held taken off the capacities; by the second
the units are followed from task to task, with capacities that are never below what is held.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from plantwright.scheduling.bounds import earliest_dates
from plantwright.scheduling.problem import Problem, Resource, Task

Steps = tuple[tuple[int, int], ...]


def split_by_held(problem: Problem, done: Collection[int], running: Collection[int]) -> tuple[Problem, Problem]:
    """The problem to search in and the problem by which units pass on; both are `problem` where nothing runs.

    `done` and `running` are tasks that are finished and that go on at once, whatever else happens.
    """
    if not running:
        return problem, problem
    dates = earliest_dates(problem)
    spans = {number: dates[number] for number in running}
    there = [_with_supplies(problem, index, {number: dates[number][1] for number in done}) for index in _all(problem)]
    held = [_held(problem, index, spans) for index in _all(problem)]
    left = [_merged(a, b, lambda units, taken: max(units - taken, 0)) for a, b in zip(there, held, strict=True)]
    owned = [_merged(a, b, max) for a, b in zip(there, held, strict=True)]
    handed = tuple(replace(task, supplies=()) if n in done else task for n, task in enumerate(problem.tasks))
    freed = tuple(_going_on(task, spans[n][0]) if n in spans else task for n, task in enumerate(handed))
    return (
        replace(problem, tasks=freed, resources=_resources(problem, left)),
        replace(problem, tasks=handed, resources=_resources(problem, owned)),
    )


def _all(problem: Problem) -> range:
    return range(len(problem.resources))


def _resources(problem: Problem, steps: list[Steps]) -> tuple[Resource, ...]:
    return tuple(replace(each, steps=own) for each, own in zip(problem.resources, steps, strict=True))


def _going_on(task: Task, start: int) -> Task:
    modes = tuple(replace(mode, demand=(0,) * len(mode.demand)) for mode in task.modes)
    return replace(task, modes=modes, latest_start=start)


def _with_supplies(problem: Problem, index: int, finishes: dict[int, int]) -> Steps:
    supplied = [
        (finish, units)
        for number, finish in finishes.items()
        for resource, units in problem.tasks[number].supplies
        if resource == index
    ]
    return _merged(problem.resources[index].steps, _summed(supplied), lambda own, more: own + more)


def _held(problem: Problem, index: int, spans: dict[int, tuple[int, int]]) -> Steps:
    changes = []
    for number, (start, finish) in spans.items():
        units = problem.tasks[number].modes[0].demand[index] if finish > start else 0
        changes += [(start, units), (finish, -units)]
    return _summed(changes)


def _summed(changes: list[tuple[int, int]]) -> Steps:
    ticks = sorted({0, *(tick for tick, _ in changes)})
    return tuple((tick, sum(units for at, units in changes if at <= tick)) for tick in ticks)


def _merged(one: Steps, other: Steps, join: Callable[[int, int], int]) -> Steps:
    ticks = sorted({tick for tick, _ in (*one, *other)})
    return tuple((tick, join(_at(one, tick), _at(other, tick))) for tick in ticks)


def _at(steps: Steps, tick: int) -> int:
    return max((each for each in steps if each[0] <= tick), default=(0, 0))[1]
