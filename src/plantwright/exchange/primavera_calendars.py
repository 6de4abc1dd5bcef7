"""Calendars of Primavera P6: the nested text of an XER's `clndr_data`, and the elements of P6 XML.

In an XER days of the week count from 1 (Sunday), days that differ are counted from 30 December 1899, and a day without
times is free. In P6 XML a time ends with its last minute: 16:59 is five o'clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from plantwright.exchange.network import DAY_MINUTES, ROUND_THE_CLOCK, Spans, WorkCalendar, merged
from plantwright.exchange.records import Record, moment, number
from plantwright.model.issues import Issue

DAY_ZERO = date(1899, 12, 30)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OLD_WEEKDAYS = {"1": 6, "2": 0, "3": 1, "4": 2, "5": 3, "6": 4, "7": 5}
_USUAL_WEEK: tuple[Spans, ...] = (*(((480, 960),) for _ in range(5)), (), ())
_BLANK_WEEK: tuple[Spans, ...] = ((),) * 7

_DAY = re.compile(r"\(0\|\|(?:([1-7])\(\)|\d{1,7}\(d\|(\d{1,6})\))\(")
_TIME = re.compile(r"\((?:s\|(\d{1,2}:\d{2})\|f\|(\d{1,2}:\d{2})|f\|(\d{1,2}:\d{2})\|s\|(\d{1,2}:\d{2}))\)")


def calendars_of(rows: tuple[Record, ...], issues: list[Issue]) -> dict[str, WorkCalendar]:
    """Return the calendars of a P6 file by their ids; what is wrong goes to `issues`."""
    found: dict[str, WorkCalendar] = {}
    bases: dict[str, str] = {}
    for record in rows:
        key = record.text("clndr_id")
        if not key or key in found:
            issues.append(record.error("clndr_id", "the calendar has no id of its own", "export the file again"))
            continue
        week, days = _from_xml(record, issues) if record.parts else _from_text(record, issues)
        if not any(week):
            issues.append(record.warning("", "the calendar says no working time, so that P6 takes Monday to Friday "
                                             "from 8:00 to 16:00", "check its shifts in programme.yaml"))  # fmt: skip
            week = _USUAL_WEEK
        day_hours, week_hours = (number(record, name, issues) or None for name in ("day_hr_cnt", "week_hr_cnt"))
        name = record.text("clndr_name", f"calendar {key}")
        found[key] = WorkCalendar(key, name, record.row, week, days, day_hours, week_hours)
        bases[key] = record.text("base_clndr_id")
    return {key: _with_holidays(key, found, bases) for key in found}


def _with_holidays(key: str, found: Mapping[str, WorkCalendar], bases: Mapping[str, str]) -> WorkCalendar:
    """The calendar with the exceptions of those it takes holidays from, its own before theirs."""
    days: dict[date, Spans] = {}
    seen: list[str] = []
    at = key
    while at in found and at not in seen:
        days = {**found[at].days, **days}
        seen.append(at)
        at = bases[at]
    mine = found[key]
    different = {day: spans for day, spans in days.items() if spans != mine.week[day.weekday()]}
    return WorkCalendar(key, mine.name, mine.row, mine.week, different, mine.hours_per_day, mine.hours_per_week)


def _from_text(record: Record, issues: list[Issue]) -> tuple[tuple[Spans, ...], dict[date, Spans]]:
    text = re.sub(r"[\s\x7f]+", "", record.text("clndr_data"))
    if not text:
        return _BLANK_WEEK, {}
    week: list[Spans] = [(), (), (), (), (), (), ()]
    days: dict[date, Spans] = {}
    for (weekday, number_of_day), inside in _blocks(text):
        spans = _spans(record, inside, issues)
        if weekday:
            week[(int(weekday) - 2) % 7] = spans
        else:
            days[DAY_ZERO + timedelta(days=int(number_of_day))] = spans
    if "DaysOfWeek" not in text:
        issues.append(record.error("clndr_data", "the calendar's text has no days of the week", "export it again"))
    return tuple(week), days


def _blocks(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Each weekday or day by number, and the text up to the next one."""
    matches = list(_DAY.finditer(text))
    for match, following in zip(matches, [*matches[1:], None], strict=bool(matches)):
        end = following.start() if following else len(text)
        yield (match[1] or "", match[2] or ""), text[match.end() : end]


def _spans(record: Record, text: str, issues: list[Issue]) -> Spans:
    spans = []
    for start, finish, later, sooner in _TIME.findall(text):
        begin, end = _minutes(start or sooner), _minutes(finish or later) or DAY_MINUTES
        if not 0 <= begin < end <= DAY_MINUTES:
            said = f"{start or sooner} to {finish or later} is no working time"
            issues.append(record.error("clndr_data", said, "correct the calendar and export the file again"))
            continue
        spans.append((begin, end))
    return merged(spans)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _from_xml(record: Record, issues: list[Issue]) -> tuple[tuple[Spans, ...], dict[date, Spans]]:
    week = list(_USUAL_WEEK)
    for day in record.each("StandardWorkWeek", "StandardWorkHours"):
        name = day.text("DayOfWeek")
        if name not in WEEKDAYS and name not in _OLD_WEEKDAYS:
            issues.append(day.error("DayOfWeek", f"there is no day '{name[:20]}'", f"one of {', '.join(WEEKDAYS)}"))
            continue
        week[_OLD_WEEKDAYS.get(name, WEEKDAYS.index(name) if name in WEEKDAYS else 0)] = _times(day, issues)
    days: dict[date, Spans] = {}
    for exception in record.each("HolidayOrExceptions", "HolidayOrException"):
        when = moment(exception, "Date", issues)
        if when is None:
            issues.append(exception.error("Date", "the exception has no date", "give its day"))
            continue
        spans = _times(exception, issues)
        days[when.date()] = () if spans == ROUND_THE_CLOCK else spans  # P6 writes a free day so
    return tuple(week), days


def _times(day: Record, issues: list[Issue]) -> Spans:
    spans = []
    for time in day.each("WorkTime"):
        begin, last = (_clock(time, name, issues) for name in ("Start", "Finish"))
        if last < begin:
            issues.append(time.error("Finish", "the working time ends before it starts", "split it at midnight"))
            continue
        spans.append((begin, last + 1 if last % 5 == 4 else last or DAY_MINUTES))
    return merged(spans)


def _clock(time: Record, name: str, issues: list[Issue]) -> int:
    match = re.match(r"^(\d{1,2}):(\d{2})", time.text(name))
    if not match or int(match[1]) > 24 or int(match[2]) > 59:
        issues.append(time.error(name, f"'{time.text(name)[:20]}' is not a time of day", "write it as `08:00:00`"))
        return 0
    return int(match[1]) * 60 + int(match[2])
