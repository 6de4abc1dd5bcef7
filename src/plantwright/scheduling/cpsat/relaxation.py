"""A bound for problems whose whole model is too large: the same problem without calendars, which CP-SAT can prove.

Every task takes the least time that its calendar allows anywhere, and starts and counts no earlier than calendars let
it. What a shorter task could break is left out, as are resources that are free over breaks and limits of spending: so
every schedule of the problem is one of its relaxation.
"""

from __future__ import annotations

from dataclasses import replace

from plantwright.scheduling.bounds import earliest_dates, least_elapsed
from plantwright.scheduling.cpsat.search import improve
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import ELAPSED, Kind, Link, Mode, Problem, Stage, Task

REGULAR = (Stage.MAKESPAN, Stage.COMPLETION, Stage.TARDINESS)
SCHEDULES = 300
"""Passes of generation: one worker with a good answer proves sooner than eight without."""


def relaxed_bound(problem: Problem, *, effort: float, seed: int = 1) -> int:
    """A lower bound of the first objective after `effort` of CP-SAT's deterministic seconds; 0 if it is not regular."""
    if problem.objectives[0] not in REGULAR:
        return 0
    relaxed = relaxation(problem)
    known = generate(relaxed, schedules=SCHEDULES, seed=seed)
    found = improve(relaxed, known, effort=effort, seed=seed, workers=1)
    return found.bounds[0] if found.bounds else 0


def relaxation(problem: Problem) -> Problem:
    """The problem of the first objective without calendars; a task whose finish counts is followed by its end."""
    elapsed, dates = least_elapsed(problem), earliest_dates(problem)
    counts = [
        number
        for number, task in enumerate(problem.tasks)
        if task.omission is None and (task.weight or task.due is not None)
    ]
    nothing = Mode(0, (0,) * len(problem.resources), (0,) * len(problem.stocks))
    tasks = [
        replace(
            task,
            release=start,
            pausable=True,
            weight=task.weight if task.omission is not None else 0,
            due=task.due if task.omission is not None else None,
            modes=tuple(_shortest(mode, elapsed[mode]) for mode in task.modes),
        )
        for task, (start, _) in zip(problem.tasks, dates, strict=True)
    ]
    ends = [
        Task(task.name, (nothing,), dates[number][1], weight=task.weight, due=task.due, late_weight=task.late_weight)
        for number, task in ((number, problem.tasks[number]) for number in counts)
    ]
    return replace(
        problem,
        tasks=(*tasks, *ends),
        links=(
            *(_weaker(problem, link) for link in problem.links),
            *(Link(number, len(tasks) + place) for place, number in enumerate(counts)),
        ),
        calendars=(),
        caps=(),
        objectives=problem.objectives[:1],
    )


def _shortest(mode: Mode, elapsed: int) -> Mode:
    released = {resource for resource, _ in mode.released if mode.calendar >= 0}
    demand = tuple(0 if resource in released else units for resource, units in enumerate(mode.demand))
    return replace(mode, duration=elapsed, demand=demand, calendar=ELAPSED, released=(), dues=())


def _weaker(problem: Problem, link: Link) -> Link:
    """The link less what an earlier finish could break: a least lag to it, a maximum lag from it."""
    to_start, from_start = link.kind in (Kind.FS, Kind.SS), link.kind in (Kind.SS, Kind.SF)
    return replace(
        link,
        lag=link.lag if to_start or _is_exact(problem.tasks[link.after]) else None,
        max_lag=link.max_lag if from_start or _is_exact(problem.tasks[link.before]) else None,
    )


def _is_exact(task: Task) -> bool:
    return all(mode.calendar == ELAPSED or not mode.duration for mode in task.modes)
