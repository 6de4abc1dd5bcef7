"""From the rows of `tasks.csv` to tasks with modes: blanks filled from the first row, days and weeks read by the
calendar.

The columns are in `programme`, the rules about links and ids in `check`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.files import Sheet
from plantwright.model.issues import Issue
from plantwright.model.programme import OMITTED, Equipment, Mode, Task, TaskRow
from plantwright.model.quantity import Dimension, Quantity

ModeCells = tuple[int, Mapping[str, str], frozenset[str]]

OF_A_MODE = ("mode", "duration", "resources", "cost", "note", "row")
"""What may differ between the rows of one task."""


def filled_modes(table: Sheet) -> list[ModeCells]:
    """Return each row's number, its cells with blanks filled from its task's first row, and the columns so filled."""
    first: dict[str, Mapping[str, str]] = {}
    rows: list[ModeCells] = []
    for number, cells in table.rows:
        original = first.setdefault(cells.get("id", f"row {number}"), cells)
        inherited = frozenset(original) - frozenset(cells) - {"note"}
        rows.append((number, {**cells, **{name: original[name] for name in inherited}}, inherited))
    return rows


def tasks_of(
    rows: Sequence[TaskRow], equipment: Mapping[str, Equipment], calendars: Mapping[str, Calendar]
) -> tuple[tuple[Task, ...], list[Issue]]:
    """Return the tasks in the order of their first rows, and what is wrong with rows that share an id."""
    groups: dict[str, list[TaskRow]] = defaultdict(list)
    for row in rows:
        groups[row.id].append(row)
    issues = [issue for group in groups.values() for issue in _group_issues(group)]
    return tuple(_task(group, equipment, calendars) for group in groups.values()), issues


def _task(group: Sequence[TaskRow], equipment: Mapping[str, Equipment], calendars: Mapping[str, Calendar]) -> Task:
    first = group[0]
    is_purchase = bool(first.equipment) and first.duration is None
    calendar = "always" if is_purchase else first.calendar
    modes = tuple(_mode(row, equipment, calendars.get(calendar, continuous())) for row in group)
    modes += (_omission(modes[0], first.row),) if first.optional else ()
    return Task(
        id=first.id, name=first.name or first.id, party=first.party, payer=first.payer or first.party, area=first.area,
        calendar=calendar, modes=modes, links=first.predecessors, delivers=first.delivers, equipment=first.equipment,
        release=first.release, deadline=first.deadline, milestone=first.milestone, weight=first.weight.planned,
        row=first.row, pauses=first.pauses, released=first.released, payment=first.payment, step=first.step,
    )  # fmt: skip


def _mode(row: TaskRow, equipment: Mapping[str, Equipment], calendar: Calendar) -> Mode:
    bought = [(equipment[need.id], need.amount) for need in row.equipment if need.id in equipment]
    prices = tuple(kind.price.scaled(amount.planned) for kind, amount in bought)
    longest = max(
        (kind.lead_time for kind, _ in bought), key=lambda time: time.planned, default=Quantity(0.0, Dimension.TIME)
    )
    duration = longest if row.duration is None else working_hours(row.duration, calendar)
    return Mode(row.mode, duration, row.resources, row.cost, sum(price.planned for price in prices), prices, row.row)


def _omission(mode: Mode, row: int) -> Mode:
    prices = tuple(price.scaled(0.0) for price in mode.equipment_prices)
    return Mode(OMITTED, Quantity(0.0, Dimension.TIME), (), Quantity(0.0, Dimension.MONEY), 0.0, prices, row)


def working_hours(duration: Quantity, calendar: Calendar) -> Quantity:
    """Return a duration in working hours of `calendar`: a day is its day of work, a week its week; a month is
    365.25/12/7 weeks.
    """
    if duration.unit == "day":
        return duration.scaled(calendar.hours_per_day / 24.0)
    if duration.unit in ("week", "month", "year"):
        return duration.scaled(calendar.hours_per_week / 168.0)
    return duration


def _group_issues(group: Sequence[TaskRow]) -> Iterable[Issue]:
    first = group[0]
    if first.duration is None and not first.equipment and not first.milestone:
        remedy = "write one such as `3 weeks`; only a purchase (equipment) or a milestone may go without"
        yield Issue("tasks.csv", first.row, "duration", f"task '{first.id}' has no duration", remedy)
    for index, row in enumerate(group[1:], start=1):
        if any(row.mode == earlier.mode for earlier in group[:index]):
            said = f"task '{row.id}' has a mode '{row.mode}' already"
            yield Issue(
                "tasks.csv",
                row.row,
                "mode" if row.mode != "normal" else "id",
                said,
                "give each mode of a task its own name, or each task its own id",
            )
        for name in TaskRow.model_fields:
            if name not in OF_A_MODE and getattr(row, name) != getattr(first, name):
                said = f"a further mode of task '{row.id}' says something else than row {first.row}"
                yield Issue(
                    "tasks.csv",
                    row.row,
                    name,
                    said,
                    "leave it blank; modes differ in duration, resources and cost only",
                )
