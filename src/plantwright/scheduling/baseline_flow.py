"""From which task each unit of a resource comes in a baseline, whose dates are of a table and not of a search."""

from __future__ import annotations

from dataclasses import replace

from plantwright.model.programme import Programme, Task
from plantwright.model.underway import agreed_mode
from plantwright.scheduling.flow import resource_flow
from plantwright.scheduling.problem import Solution, Status
from plantwright.scheduling.problem import Task as TickTask
from plantwright.scheduling.translate import problem_of

FINE_TICK = 1e-3
"""Hours: far below the minutes of the table, so that rounding keeps the order of all its moments."""


def baseline_flow(programme: Programme) -> tuple[tuple[str, str], ...]:
    """Pairs (before, after) of tasks between which units pass in the baseline; none where it takes too many."""
    tasks = tuple(_agreed(programme, task) for task in programme.tasks if task.id in programme.baseline_of)
    rows = [programme.baseline_of[task.id] for task in tasks]
    start = tuple(round(row.start.planned / FINE_TICK) for row in rows)
    finish = tuple(round(row.finish.planned / FINE_TICK) for row in rows)
    problem = problem_of(replace(programme, tasks=tasks), tick=FINE_TICK).problem
    held = tuple(_held(task, a, b) for task, a, b in zip(problem.tasks, start, finish, strict=True))
    solution = Solution(Status.FEASIBLE, start, finish, (0,) * len(tasks))
    try:
        pairs = resource_flow(replace(problem, tasks=held), solution)
    except ValueError:
        return ()
    return tuple((tasks[before].id, tasks[after].id) for before, after in pairs)


def _agreed(programme: Programme, task: Task) -> Task:
    links = tuple(link for link in task.links if link.predecessor in programme.baseline_of)
    return replace(task, modes=(agreed_mode(programme, task),), links=links)


def _held(task: TickTask, start: int, finish: int) -> TickTask:
    """The task, holding nothing where it takes no time."""
    if finish > start:
        return task
    return replace(task, modes=tuple(replace(mode, demand=(0,) * len(mode.demand)) for mode in task.modes))
