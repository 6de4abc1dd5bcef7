"""What the conversion's tasks cost, when it falls due and who pays it: one meaning for the schedule and for the money.

Planned values only; what a simulated world pays is in `finance`, by the same terms. Payments of a task fall due at an
end of it (or of the task that accepts it), or month by month while it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import exp, log1p
from typing import Literal

from plantwright.model.agreements import EquipmentSupply
from plantwright.model.cell_values import PaymentTerm
from plantwright.model.programme import Mode, Programme, Spending, Task
from plantwright.model.quantity import Quantity
from plantwright.model.schedule import Schedule, ScheduledTask

OUTSIDE = "outside"
"""The rest of the world, as a party: whoever is paid or pays without being named in the programme."""

Event = Literal["start", "finish", "progress"]
DAY = 24.0
HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class Due:
    """A part of the planned cost of a task in a mode (currency), due at the start or finish of task `at`, or while it
    goes on.
    """

    task: str
    payer: str
    kind: Literal["work", "equipment", "crews"]
    event: Event
    at: str
    amount: float


@dataclass(frozen=True, slots=True)
class PlannedPayment:
    """Money that is due at an hour from the start (the end of the month, for what is due as work goes on)."""

    at: float
    due: Due
    amount: float


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
        inside = [each for each in payments if _is_within(each, begin, end)]
        for payer in total:
            amount = sum(each.amount for each in inside if each.due.payer == payer)
            total[payer] += amount
            found += [MonthlySpending(begin, payer, amount, total[payer])] if amount else []
    return tuple(found)


def _is_within(payment: PlannedPayment, begin: float, end: float) -> bool:
    """Whether a payment belongs to a month: at midnight to the day that ends, but at a start to the day that begins."""
    if payment.due.event == "start":
        return begin <= payment.at < end
    return begin < payment.at <= end or payment.at <= begin == 0.0


def runs_plant(programme: Programme) -> str:
    """Return who runs the plant where nothing else is said: the first operator, else the first owner, else nobody."""
    roles = {party.role: party.id for party in reversed(programme.parties)}
    return roles.get("operator") or roles.get("owner") or OUTSIDE


def equipment_terms(programme: Programme, task: Task) -> tuple[str, Quantity]:
    """Return who pays for the equipment of a task, and the share of it that is due at order, by agreement.

    Where an agreement on supplying equipment covers the task's party or payer, its owner pays; else the task's payer
    does, all at delivery.
    """
    for supply in programme.agreements:
        if isinstance(supply, EquipmentSupply) and {task.party, task.payer} & {supply.owner, supply.operator}:
            return supply.owner, supply.deposit
    return task.payer or task.party or runs_plant(programme), Quantity(0.0)


def accepted_by(programme: Programme, task: Task, term: PaymentTerm) -> str:
    """Return the task at whose finish an acceptance falls due: the one named, else the one that follows."""
    if term.task:
        return term.task
    following = [each.id for each in programme.tasks if any(link.predecessor == task.id for link in each.links)]
    return following[0] if len(following) == 1 else task.id


def dues(programme: Programme, task: Task, mode: Mode) -> Iterator[Due]:
    """Yield the parts of the planned cost of a task in a mode."""
    payer = task.payer or task.party or runs_plant(programme)
    yield from _parts(programme, task, payer, "work", mode.cost.planned)
    supplier, deposit = equipment_terms(programme, task)
    if task.payment:
        yield from _parts(programme, task, supplier, "equipment", mode.equipment_cost)
    elif mode.equipment_cost:
        yield Due(task.id, supplier, "equipment", "start", task.id, deposit.planned * mode.equipment_cost)
        yield Due(task.id, supplier, "equipment", "finish", task.id, (1 - deposit.planned) * mode.equipment_cost)
    for need in mode.needs:
        resource = programme.resource[need.id]
        cost = resource.cost.planned * need.amount.planned * mode.duration.planned
        if cost:
            yield Due(task.id, resource.party or payer, "crews", "progress", task.id, cost)


def _parts(
    programme: Programme, task: Task, payer: str, kind: Literal["work", "equipment"], cost: float
) -> Iterator[Due]:
    if cost and not task.payment:
        yield Due(task.id, payer, kind, "progress", task.id, cost)
    for term in task.payment if cost else ():
        at = accepted_by(programme, task, term) if term.event == "acceptance" else task.id
        event: Event = "finish" if term.event == "acceptance" else term.event
        yield Due(task.id, payer, kind, event, at, term.share * cost)


def planned_payments(programme: Programme, schedule: Schedule) -> tuple[PlannedPayment, ...]:
    """Return every planned payment of the conversion in order of time; what is due as work goes on, month by month."""
    found: list[PlannedPayment] = []
    for task in programme.tasks:
        done = schedule.task[task.id]
        mode = done.mode_of(task)
        for due in (each for each in dues(programme, task, mode) if each.amount):
            end = schedule.task[due.at]
            if due.event == "progress":
                found += _monthly(programme, due, done.start, done.finish)
            else:
                found.append(PlannedPayment(end.start if due.event == "start" else end.finish, due, due.amount))
    return tuple(sorted(found, key=lambda each: (each.at, each.due.task, each.due.kind, each.due.payer)))


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


def present_cost(programme: Programme, schedule_tasks: Mapping[str, ScheduledTask]) -> float:
    """Return what the planned payments of the conversion's tasks are worth at the start."""
    growth, total = hourly_growth(programme), 0.0
    for task in programme.tasks:
        for due in dues(programme, task, schedule_tasks[task.id].mode_of(task)):
            start, finish = schedule_tasks[due.at].start, schedule_tasks[due.at].finish
            if due.event == "progress" and finish > start and growth > 0:
                total += due.amount * (exp(-growth * start) - exp(-growth * finish)) / (growth * (finish - start))
            else:
                total += due.amount * exp(-growth * (start if due.event == "start" else finish))
    return total
