"""How much of each resource a schedule takes over time, and how much there is, as steps for tables and charts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

from plantwright.model.calendars import Calendar, continuous, shared_time
from plantwright.model.programme import Programme, Resource, Task
from plantwright.model.schedule import Schedule, ScheduledTask

BUDGET = "budget"
LEVELLED = ("crew", "people")
"""Kinds of resource that the objective `levelling` smooths."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is there of a resource and what is in use from an hour on, in its kind's canonical unit."""

    resource: str
    at: float
    capacity: float
    in_use: float


def usage_of(programme: Programme, schedule: Schedule) -> tuple[Usage, ...]:
    """Return capacity and use of every resource but budgets, an entry each time one of them changes."""
    return tuple(
        each for pool in programme.resources if pool.kind != BUDGET for each in _usage(programme, schedule, pool)
    )


def _usage(programme: Programme, schedule: Schedule, pool: Resource) -> Iterator[Usage]:
    changes: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0])
    last = 0.0
    for at, units in capacity_steps(programme, schedule, pool):
        changes[at][0], last = units - last, units
    for task in programme.tasks:
        for need in schedule.task[task.id].mode_of(task).needs:
            for begin, end in spans_held(programme, task, schedule.task[task.id], pool) if need.id == pool.id else ():
                changes[begin][1] += need.amount.planned
                changes[end][1] -= need.amount.planned
    there = used = 0.0
    for at, (more, taken) in sorted(changes.items()):
        there, used = there + more, used + taken
        yield Usage(pool.id, at, round(there, 6), round(used, 6) + 0.0)


def capacity_steps(programme: Programme, schedule: Schedule, pool: Resource) -> list[tuple[float, float]]:
    """Return a resource's capacity from times on (hours from start), what the schedule's tasks deliver included."""
    base = sorted((step.at.planned, step.value.planned) for step in pool.capacity)
    added = [
        (each.at, each.delivery.amount.planned)
        for each in schedule.commissioned(programme)
        if each.delivery.kind != "work_centre" and each.delivery.target == pool.id
    ]
    steps: list[tuple[float, float]] = []
    for at in sorted({max(at, 0.0) for at, _ in (*base, *added)}):
        own = [units for when, units in base if when <= at]
        units = (own[-1] if own else 0.0) + sum(more for when, more in added if when <= at)
        if not steps or steps[-1][1] != units:
            steps.append((at, units))
    return steps


def spans_held(programme: Programme, task: Task, done: ScheduledTask, pool: Resource) -> Iterator[tuple[float, float]]:
    """Yield the spans over which a scheduled task holds a resource: all of it, less breaks over which it lets it go."""
    begin = done.start
    shortest = next((each.shortest.planned for each in task.released if each.id == pool.id), None)
    if shortest is not None and done.finish > begin:
        for (_, stops), (resumes, _) in pairwise(_shifts(programme, task, done)):
            if resumes - stops >= shortest:
                yield begin, stops
                begin = resumes
    if done.finish > begin:
        yield begin, done.finish


def _shifts(programme: Programme, task: Task, done: ScheduledTask) -> list[tuple[float, float]]:
    """The spans in which the task is worked on, between its start and finish."""
    names = {task.calendar, *(programme.resource[need.id].calendar for need in done.mode_of(task).needs)}
    found = [programme.calendars.get(name, continuous()) for name in sorted(names)]
    calendars: list[Calendar] = [calendar for calendar in found if not calendar.is_continuous]
    calendar = reduce(shared_time, calendars) if calendars else continuous()
    spans = zip(calendar.starts.tolist(), calendar.ends.tolist(), strict=True)
    return [(max(a, done.start), min(b, done.finish)) for a, b in spans if a < done.finish and b > done.start]


def squared_use(programme: Programme, tasks: tuple[ScheduledTask, ...]) -> float:
    """Return the hours over which crews and people are in use, each hour by the square of the share in use."""
    schedule = Schedule(tasks, (), "", {}, {})
    found = [each for each in usage_of(programme, schedule) if programme.resource[each.resource].kind in LEVELLED]
    total = 0.0
    for one, following in pairwise(found):
        if one.resource == following.resource and one.in_use:
            most = max(each.capacity for each in found if each.resource == one.resource)
            total += (one.in_use / most) ** 2 * (following.at - one.at)
    return total
