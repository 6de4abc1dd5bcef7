"""A schedule as a workbook: tasks with their dates and float, links, resources over time, calendars.

The columns that a programme has too are named as there, so that a row can be carried back by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from plantwright.exchange.network import Spans
from plantwright.exchange.project_writer import capacity_steps, chosen_mode
from plantwright.exchange.sheets import Cell, Table, workbook_bytes
from plantwright.exchange.weeks import runs_of_days, week_and_days
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule
from plantwright.model.shifts import DAYS

TASKS = (
    "id", "name", "area", "party", "payer", "mode", "start", "finish", "duration, h", "calendar", "total float, days",
    "free float, days", "critical", "milestone", "release", "deadline", "late, days", "cost", "row",
)  # fmt: skip
LINKS = ("predecessor", "task", "kind", "lag, h", "greatest lag, h")
NEEDS = ("task", "resource", "amount", "unit", "start", "finish")
CAPACITY = ("resource", "name", "kind", "party", "calendar", "from", "capacity", "in use")
CALENDARS = ("calendar", "from", "to", "shifts")


def schedule_workbook(programme: Programme, schedule: Schedule) -> bytes:
    """Return a schedule as the bytes of a workbook, dates as dates, hours as working hours of the task's calendar."""
    tables = (
        Table("tasks", TASKS, [*_tasks(programme, schedule)]),
        Table("links", LINKS, [*_links(programme)]),
        Table("needs", NEEDS, [*_needs(programme, schedule)]),
        Table("resources", CAPACITY, [*_resources(programme, schedule)]),
        Table("calendars", CALENDARS, [*_calendars(programme)]),
    )
    return workbook_bytes(tables)


def moment(programme: Programme, hours: float) -> datetime:
    """Return hours from the start as date and time, to the second."""
    return (programme.moment(hours) + timedelta(milliseconds=500)).replace(microsecond=0)


def _tasks(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    for task in programme.tasks:
        done, mode = schedule.task[task.id], chosen_mode(schedule, task)
        deadline = task.deadline.planned if task.deadline else None
        late = max(done.finish - deadline, 0.0) / 24 if deadline is not None else None
        yield (
            task.id, task.name, task.area, task.party, task.payer, mode.name, moment(programme, done.start),
            moment(programme, done.finish), mode.duration.planned, task.calendar, done.total_float / 24,
            done.free_float / 24, done.critical, task.milestone,
            moment(programme, task.release.planned) if task.release else None,
            moment(programme, deadline) if deadline is not None else None, late,
            mode.cost.planned + mode.equipment_cost, task.row,
        )  # fmt: skip


def _links(programme: Programme) -> Iterator[tuple[Cell, ...]]:
    for task in programme.tasks:
        for link in task.links:
            most = link.max_lag.planned if link.max_lag else None
            yield link.predecessor, task.id, link.kind, link.lag.planned, most


def _needs(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    for task in programme.tasks:
        done = schedule.task[task.id]
        for need in chosen_mode(schedule, task).needs:
            unit = need.amount.dimension.value.replace("1", "")
            times = moment(programme, done.start), moment(programme, done.finish)
            yield task.id, need.id, need.amount.planned, unit, *times


def _resources(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    """Capacity and what is in use, a row each time one of them changes."""
    for pool in programme.resources:
        if pool.kind == "budget":
            continue
        changes: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0])
        there = 0.0
        for at, units in capacity_steps(programme, schedule, pool):
            changes[at][0], there = units - there, units
        for at, units in _taken(programme, schedule, pool.id):
            changes[at][1] += units
        there = used = 0.0
        for at, (more, taken) in sorted(changes.items()):
            there, used = there + more, used + taken
            named = (pool.id, pool.name, pool.kind, pool.party, pool.calendar)
            yield *named, moment(programme, at), round(there, 6), round(used, 6) + 0.0


def _taken(programme: Programme, schedule: Schedule, pool: str) -> list[tuple[float, float]]:
    """Amounts of a resource taken (and, negative, given back) at hours from the start."""
    found: list[tuple[float, float]] = []
    for task in programme.tasks:
        done = schedule.task[task.id]
        for need in chosen_mode(schedule, task).needs:
            if need.id == pool and done.finish > done.start:
                found += [(done.start, need.amount.planned), (done.finish, -need.amount.planned)]
    return found


def _calendars(programme: Programme) -> Iterator[tuple[Cell, ...]]:
    """The usual week of each calendar by weekday, then the days that differ."""
    for name, calendar in programme.calendars.items():
        days = week_and_days(calendar, programme.start)
        for weekday, spans in zip(DAYS, days.week, strict=True):
            yield name, weekday, weekday, _shifts(spans)
        for first, last, spans in runs_of_days(days.days):
            yield name, first, last, _shifts(spans)


def _shifts(spans: Spans) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans) or "closed"
