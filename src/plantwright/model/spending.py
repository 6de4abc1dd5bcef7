"""What the conversion's tasks cost, when it falls due and who pays it: one meaning for the schedule and for the money.

Planned values only; what a simulated world pays is in `finance`, by the same terms. Payments of a task fall due at an
end of it (or of the task that accepts it), or month by month while it goes on. Of a task under way what is done has
been paid month by month up to the status date, and the rest falls due while the rest of it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import exp, log1p
from typing import Literal

from plantwright.model.dues import Due, dues
from plantwright.model.programme import Mode, Programme, Spending, Task
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.underway import progress_of, remaining

DAY = 24.0
HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class PlannedPayment:
    """Money that is due at an hour from the start (the end of the month, for what is due as work goes on)."""

    at: float
    due: Due
    amount: float

    def is_within(self, begin: float, end: float) -> bool:
        """Whether it belongs to a period: at midnight to the day that ends, but at a start to the day that begins."""
        if self.due.event == "start":
            return begin <= self.at < end
        return begin < self.at <= end or self.at <= begin == 0.0


@dataclass(frozen=True, slots=True)
class MonthlySpending:
    """What a party pays for the conversion's tasks in the month that begins at an hour, and since the start."""

    begin: float
    payer: str
    amount: float
    cumulated: float


def spending_by_month(programme: Programme, schedule: Schedule) -> tuple[MonthlySpending, ...]:
    """Return what each party pays month by month, months without payments left out, planned values."""
    payments, found = planned_payments(programme, schedule), []
    until = max([schedule.finish, *(each.at for each in payments)])
    total = dict.fromkeys(sorted({each.due.payer for each in payments}), 0.0)
    for begin, end in periods(programme, "month", until):
        inside = [each for each in payments if each.is_within(begin, end)]
        for payer in total:
            amount = sum(each.amount for each in inside if each.due.payer == payer)
            total[payer] += amount
            found += [MonthlySpending(begin, payer, amount, total[payer])] if amount else []
    return tuple(found)


def planned_payments(programme: Programme, schedule: Schedule) -> tuple[PlannedPayment, ...]:
    """Return every planned payment of the conversion in order of time; what is due as work goes on, month by month."""
    found = [
        payment
        for due, begin, end in _spans(remaining(programme), schedule.task)
        for payment in _monthly(programme, due, begin, end)
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.due.task, each.due.kind, each.due.payer)))


def paid(left: Programme) -> tuple[PlannedPayment, ...]:
    """Return what has fallen due by the status date, given what is left of a programme."""
    return tuple(payment for due, begin, end in _fallen(left) for payment in _monthly(left, due, begin, end))


def open_dues(left: Programme, task: Task, mode: Mode) -> Iterator[Due]:
    """Yield what of a task's cost has not fallen due by the status date, given what is left of a programme."""
    share = task.begun.share if task.begun else 0.0
    for due in dues(left, task, task.begun.mode if task.begun else mode):
        if due.event == "progress":
            yield replace(due, amount=due.amount * (1.0 - share))
        elif _happened(left, due) is None:
            yield due


def _spans(left: Programme, tasks: Mapping[str, ScheduledTask]) -> Iterator[tuple[Due, float, float]]:
    """What falls due and between which hours, evenly; a moment is a span without length."""
    yield from _fallen(left)
    for task in left.tasks:
        done = tasks[task.id]
        mode = task.begun.mode if task.begun else done.mode_of(task)
        for due in (each for each in open_dues(left, task, mode) if each.amount):
            end = tasks[due.at]
            if due.event == "progress":
                yield due, done.start if done.resume is None else done.resume, done.finish
            else:
                moment = end.start if due.event == "start" else end.finish
                yield due, moment, moment


def _fallen(left: Programme) -> Iterator[tuple[Due, float, float]]:
    status = left.status_date.planned if left.status_date else 0.0
    for task in left.tasks:
        begun, done = task.begun, progress_of(left, task.id)
        for due in dues(left, task, begun.mode) if begun else ():
            moment = _happened(left, due)
            if due.event == "progress" and begun and done.actual_start:
                until = done.actual_finish.planned if done.actual_finish else status
                yield replace(due, amount=due.amount * begun.share), done.actual_start.planned, until
            elif moment is not None:
                yield due, moment, moment


def _happened(left: Programme, due: Due) -> float | None:
    """When the start or finish at which a part falls due has happened; None where it has not."""
    done = progress_of(left, due.at)
    when = done.actual_start if due.event == "start" else done.actual_finish
    return when.planned if when else None


def _monthly(programme: Programme, due: Due, start: float, finish: float) -> Iterator[PlannedPayment]:
    if finish <= start:
        yield PlannedPayment(finish, due, due.amount)
    for begin, end in periods(programme, "month", finish) if finish > start else ():
        inside = min(finish, end) - max(start, begin)
        if inside > 0:
            at = finish if finish <= end else max(end - DAY, start, begin)
            yield PlannedPayment(at, due, due.amount * inside / (finish - start))


def periods(programme: Programme, per: Literal["month", "quarter", "year"], until: float) -> list[tuple[float, float]]:
    """Return the calendar periods in hours from the start, the first from 0 on, as many as reach `until`."""
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    year, month = programme.start.year, (programme.start.month - 1) // months * months + 1
    found: list[tuple[float, float]] = []
    while not found or found[-1][1] < until:
        year, month = (year, month + months) if month + months <= 12 else (year + 1, month + months - 12)
        found.append((found[-1][1] if found else 0.0, programme.hours(date(year, month, 1))))
    return found


def limit_of(limit: Spending, begin: float) -> float:
    """Return the most that may be paid in the period that begins at an hour: the step in force then."""
    return max(((s.at.planned, s.value.planned) for s in limit.most if s.at.planned <= begin), default=(0.0, 0.0))[1]


def hourly_growth(programme: Programme) -> float:
    """Return the rate by which money grows in an hour at the planned discount rate, a year having 365 days (XNPV)."""
    return log1p(programme.discount_rate.planned) / HOURS_PER_YEAR


def present_cost(left: Programme, tasks: Mapping[str, ScheduledTask]) -> float:
    """Return what the planned payments of the conversion's tasks are worth at the start, given what is left of it."""
    growth, total = hourly_growth(left), 0.0
    for due, begin, end in _spans(left, tasks):
        if end > begin and growth > 0:
            total += due.amount * (exp(-growth * begin) - exp(-growth * end)) / (growth * (end - begin))
        else:
            total += due.amount * exp(-growth * end)
    return total
