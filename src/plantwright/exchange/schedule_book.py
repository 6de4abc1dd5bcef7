"""A schedule as a workbook: tasks with dates and float, links, resources and payments over time, purchases, calendars.

The columns that a programme has too are named as there, so that a row can be carried back by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from plantwright.exchange.network import Spans
from plantwright.exchange.sheets import Cell, Table, workbook_bytes
from plantwright.exchange.weeks import runs_of_days, week_and_days
from plantwright.model.conversion import STEPS
from plantwright.model.procurement import procurements
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule
from plantwright.model.shifts import DAYS
from plantwright.model.spending import planned_payments, spending_by_month
from plantwright.model.usage import usage_of

TASKS = (
    "id", "name", "area", "party", "payer", "mode", "start", "finish", "duration, h", "calendar", "total float, days",
    "free float, days", "critical", "milestone", "release", "deadline", "late, days", "cost", "row",
)  # fmt: skip
LINKS = ("predecessor", "task", "kind", "lag, h", "greatest lag, h")
NEEDS = ("task", "resource", "amount", "unit", "start", "finish")
CAPACITY = ("resource", "name", "kind", "party", "calendar", "from", "capacity", "in use")
PAYMENTS = ("due", "payer", "for", "task", "event", "amount")
SPENDING = ("month", "payer", "amount", "cumulated")
PURCHASES = (
    "task", "equipment", "supplier", "party", "payer", "price", "ordered", "order by", "delivered", "spare, days",
    *(column for step in STEPS for column in (step, f"{step} by")), "works", "delivers",
)  # fmt: skip
CALENDARS = ("calendar", "from", "to", "shifts")


def schedule_workbook(programme: Programme, schedule: Schedule) -> bytes:
    """Return a schedule as the bytes of a workbook, dates as dates, hours as working hours of the task's calendar."""
    tables = (
        Table("tasks", TASKS, [*_tasks(programme, schedule)]),
        Table("links", LINKS, [*_links(programme)]),
        Table("needs", NEEDS, [*_needs(programme, schedule)]),
        Table("resources", CAPACITY, [*_resources(programme, schedule)]),
        Table("purchases", PURCHASES, [*_purchases(programme, schedule)]),
        Table("payments", PAYMENTS, [*_payments(programme, schedule)]),
        Table("spending", SPENDING, [*_months(programme, schedule)]),
        Table("calendars", CALENDARS, [*_calendars(programme)]),
    )
    return workbook_bytes(tables)


def moment(programme: Programme, hours: float) -> datetime:
    """Return hours from the start as date and time, to the second."""
    return (programme.moment(hours) + timedelta(milliseconds=500)).replace(microsecond=0)


def _tasks(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    for task in programme.tasks:
        done, mode = schedule.task[task.id], schedule.task[task.id].mode_of(task)
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
        for need in done.mode_of(task).needs:
            unit = need.amount.dimension.value.replace("1", "")
            times = moment(programme, done.start), moment(programme, done.finish)
            yield task.id, need.id, need.amount.planned, unit, *times


def _resources(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    """Capacity and what is in use, a row each time one of them changes."""
    for each in usage_of(programme, schedule):
        pool = programme.resource[each.resource]
        named = (pool.id, pool.name, pool.kind, pool.party, pool.calendar)
        yield *named, moment(programme, each.at), each.capacity, each.in_use


def _purchases(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    """Every purchase with its dates by step, who does the step, and the capability that is there in the end."""
    for each in procurements(programme, schedule):
        task = each.purchase.task
        bought = ", ".join(f"{need.id}:{need.amount.planned:g}" for need in task.equipment)
        dates = (moment(programme, when) for when in (each.ordered, each.order_by, each.delivered))
        steps = ((each.finishes.get(step), ", ".join(each.parties.get(step, ()))) for step in STEPS)
        yield (
            task.id, bought, ", ".join(each.suppliers), task.party, each.payer, each.price, *dates, each.spare / 24,
            *(cell for done, who in steps for cell in (None if done is None else moment(programme, done), who)),
            moment(programme, each.works), ", ".join(f"{d.kind}:{d.target}" for d in each.purchase.delivers),
        )  # fmt: skip


def _payments(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    for each in planned_payments(programme, schedule):
        due = each.due
        yield moment(programme, each.at), due.payer, due.kind, due.task, due.event, round(each.amount, 2)


def _months(programme: Programme, schedule: Schedule) -> Iterator[tuple[Cell, ...]]:
    for each in spending_by_month(programme, schedule):
        yield moment(programme, each.begin), each.payer, round(each.amount, 2), round(each.cumulated, 2)


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
