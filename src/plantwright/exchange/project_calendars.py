"""Calendars of Microsoft Project XML: weeks, base calendars, exceptions that recur, and weeks of their own.

Meaning of the numbers: Microsoft's reference of the Project XML Data Interchange Schema, "Calendar Elements and XML
Structure" and the pages of its elements.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from plantwright.exchange.network import DAY_MINUTES, Spans, WorkCalendar, merged
from plantwright.exchange.records import Record, moment, number
from plantwright.model.issues import Issue

NO_CALENDAR = "-1"
MOST_DAYS = 1_000_000
"""Days that all exceptions of a file may unfold to."""

_MORNING_AND_AFTERNOON: Spans = ((480, 720), (780, 1020))
_USUAL_WEEK: tuple[Spans, ...] = (*(_MORNING_AND_AFTERNOON for _ in range(5)), (), ())
DAILY, YEARLY_BY_DATE, YEARLY_BY_POSITION, MONTHLY_BY_DATE, MONTHLY_BY_POSITION, WEEKLY = 1, 2, 3, 4, 5, 6
_BY_COUNT = (7, 8)
_LAST = 4


@dataclass(frozen=True)
class Window:
    """The first and last day that matter; exceptions outside are left out."""

    first: date
    last: date


@dataclass(frozen=True)
class _Found:
    """A calendar as written: days that it says nothing about are its base's."""

    record: Record
    base: str
    week: dict[int, Spans]
    days: dict[date, Spans]


def calendars_of(project: Record, window: Window, issues: list[Issue]) -> dict[str, WorkCalendar]:
    """Return the calendars of a project by UID, base calendars folded in; one that adds nothing to its base is its
    base. What is wrong goes to `issues`.
    """
    left = [MOST_DAYS]
    found: dict[str, _Found] = {}
    for record in project.each("Calendars", "Calendar"):
        key = record.text("UID")
        if not key or key in found:
            issues.append(record.error("UID", "the calendar has no UID of its own", "give each calendar its UID"))
            continue
        found[key] = _found(record, window, left, issues)
    if left[0] < 0:
        said = f"the exceptions of the calendars unfold to more than {MOST_DAYS:,} days"
        issues.append(Issue(project.file, project.row, "Exceptions", said, "take out those that do not matter"))
    return {key: folded for key in found if (folded := _folded(key, found, issues)) is not None}


def _found(record: Record, window: Window, left: list[int], issues: list[Issue]) -> _Found:
    week: dict[int, Spans] = {}
    days: dict[date, Spans] = {}
    for day in record.each("WorkWeeks", "WorkWeek"):
        days.update(_own_weeks(day, window, left, issues))
    for day in record.each("WeekDays", "WeekDay"):
        kind = int(number(day, "DayType", issues))
        if 1 <= kind <= 7:
            week[(kind - 2) % 7] = _spans(day, issues)
        elif kind == 0:
            days.update(_period(day, window, left, issues))
        else:
            issues.append(day.error("DayType", f"there is no day {kind}", "write 1 (Sunday) to 7 (Saturday)"))
    for exception in record.each("Exceptions", "Exception"):
        days.update(_period(exception, window, left, issues))
    base = record.text("BaseCalendarUID", NO_CALENDAR)
    return _Found(record, NO_CALENDAR if record.says("IsBaseCalendar") or base == "0" else base, week, days)


def _folded(key: str, found: dict[str, _Found], issues: list[Issue]) -> WorkCalendar | None:
    chain = [key]
    while (base := found[chain[-1]].base) != NO_CALENDAR:
        record = found[chain[-1]].record
        if base not in found or base in chain:
            said = "is its own base" if base in chain else f"names the base calendar {base}, which is not in the file"
            issues.append(record.error("BaseCalendarUID", f"the calendar {said}", "name a base calendar of the file"))
            return None
        chain.append(base)
    while len(chain) > 1 and not found[chain[0]].week and not found[chain[0]].days:
        chain.pop(0)
    week = dict(enumerate(_USUAL_WEEK))
    days: dict[date, Spans] = {}
    for name in reversed(chain):
        week |= found[name].week
        days |= found[name].days
    key, record = chain[0], found[chain[0]].record
    name = record.text("Name") or f"calendar {key}"
    whole = tuple(week[day] for day in range(7))
    different = {day: spans for day, spans in days.items() if spans != whole[day.weekday()]}
    return WorkCalendar(key, name, record.row, whole, different)


def same_time(one: WorkCalendar, other: WorkCalendar) -> bool:
    """Return whether two calendars work at the same times."""
    return replace(one, key="", name="", row=0) == replace(other, key="", name="", row=0)


def _spans(day: Record, issues: list[Issue]) -> Spans:
    if not day.says("DayWorking"):
        return ()
    times = list(day.each("WorkingTimes", "WorkingTime"))
    spans = [(_minutes(t, "FromTime", issues), _minutes(t, "ToTime", issues) or DAY_MINUTES) for t in times]
    for time, (begin, end) in zip(times, spans, strict=True):
        if end <= begin:
            issues.append(time.error("ToTime", "the working time ends before it starts", "split it at midnight"))
    return merged(spans) if times else _MORNING_AND_AFTERNOON


def _minutes(time: Record, name: str, issues: list[Issue]) -> int:
    text = time.text(name)
    try:
        clock = datetime.strptime(text[:5], "%H:%M")
    except ValueError:
        issues.append(time.error(name, f"'{text[:40]}' is not a time of day", "write it as `08:00:00`"))
        return 0
    return clock.hour * 60 + clock.minute


def _period(record: Record, window: Window, left: list[int], issues: list[Issue]) -> dict[date, Spans]:
    """The days of an exception, each with its working time."""
    begin, end = _from_to(record, issues)
    if begin is None or end is None:
        return {}
    recurs = _recurrence(record, begin, issues)
    most = int(number(record, "Occurrences", issues)) if record.says("EnteredByOccurrences") else None
    spans = _spans(record, issues)
    first = begin if most else max(begin, window.first)
    days = (day for day in _days(first, min(end, window.last), left) if recurs(day))
    return {day: spans for day in islice(days, most or None) if day >= window.first}


def _from_to(record: Record, issues: list[Issue]) -> tuple[date | None, date | None]:
    for period in record.each("TimePeriod"):
        begin, end = moment(period, "FromDate", issues), moment(period, "ToDate", issues)
        if begin and end and begin.date() <= end.date():
            return begin.date(), end.date()
    issues.append(record.error("TimePeriod", "the days of the exception are not said", "write FromDate and ToDate"))
    return None, None


def _days(begin: date, end: date, left: list[int]) -> Iterator[date]:
    for offset in range((end - begin).days + 1):
        left[0] -= 1
        if left[0] < 0:
            return
        yield begin + timedelta(days=offset)


def _own_weeks(record: Record, window: Window, left: list[int], issues: list[Issue]) -> dict[date, Spans]:
    begin, end = _from_to(record, issues)
    if begin is None or end is None:
        return {}
    week = {(int(number(d, "DayType", issues)) - 2) % 7: _spans(d, issues) for d in _week_days(record)}
    days = _days(max(begin, window.first), min(end, window.last), left)
    return {day: week[day.weekday()] for day in days if day.weekday() in week}


def _week_days(record: Record) -> Iterator[Record]:
    yield from record.each("WeekDay")
    yield from record.each("WeekDays", "WeekDay")


def _recurrence(record: Record, begin: date, issues: list[Issue]) -> Callable[[date], bool]:
    """Whether an exception that begins on a day falls on another one."""
    kind = int(number(record, "Type", issues, DAILY))
    period = max(int(number(record, "Period", issues, 1)), 1)
    month = int(number(record, "Month", issues)) + 1
    on_date = int(number(record, "MonthDay", issues))
    item, position = int(number(record, "MonthItem", issues)), int(number(record, "MonthPosition", issues))
    marked = int(number(record, "DaysOfWeek", issues))
    sunday = begin - timedelta(days=(begin.weekday() + 1) % 7)
    if kind in _BY_COUNT:
        said = "an exception that recurs by a count of days is read as falling on every day of its period"
        issues.append(record.warning("Type", said, "check the calendar's closed days"))
    rules: dict[int, Callable[[date], bool]] = {
        DAILY: lambda day: (day - begin).days % period == 0,
        YEARLY_BY_DATE: lambda day: (day.month, day.day) == (month, on_date),
        YEARLY_BY_POSITION: lambda day: day.month == month and _at_position(day, item, position),
        MONTHLY_BY_DATE: lambda day: day.day == on_date and _months(begin, day) % period == 0,
        MONTHLY_BY_POSITION: lambda day: _at_position(day, item, position) and _months(begin, day) % period == 0,
        WEEKLY: lambda day: bool(marked >> (day.weekday() + 1) % 7 & 1) and (day - sunday).days // 7 % period == 0,
    }
    return rules.get(kind, lambda _: True)


def _months(begin: date, day: date) -> int:
    return (day.year - begin.year) * 12 + day.month - begin.month


@lru_cache(maxsize=100_000)
def _at_position(day: date, item: int, position: int) -> bool:
    """Whether a day is the first .. fourth (0..3) or last (4) of its kind in its month: any day (0), weekday (1), day
    of a weekend (2), Sunday (3) .. Saturday (9).
    """
    if not _is_item(day, item):
        return False
    days = monthrange(day.year, day.month)[1]
    rest = range(day.day + 1, days + 1) if position == _LAST else range(1, day.day)
    others = sum(_is_item(day.replace(day=n), item) for n in rest)
    return others == (0 if position == _LAST else position)


def _is_item(day: date, item: int) -> bool:
    weekend = day.weekday() >= 5
    return item == 0 or (item == 1 and not weekend) or (item == 2 and weekend) or (day.weekday() + 1) % 7 + 3 == item
