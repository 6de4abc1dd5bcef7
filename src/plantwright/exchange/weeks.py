"""A calendar of working intervals as other tools want it: a usual week, and the days that differ from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from plantwright.exchange.network import DAY_MINUTES, ROUND_THE_CLOCK, Spans, WorkCalendar, merged
from plantwright.model.calendars import Calendar

FEWEST_DAYS = 14


def week_and_days(calendar: Calendar, start: date) -> WorkCalendar:
    """Return a calendar by the day: the most frequent working time of each weekday, and the days that differ.

    Days are told as far as the calendar is spelled out; after that the week goes on.
    """
    name = calendar.id
    if calendar.is_continuous:
        return WorkCalendar(name, name, 0, (ROUND_THE_CLOCK,) * 7, {})
    spans = _by_day(calendar)
    seen: list[Counter[Spans]] = [Counter() for _ in range(7)]
    for offset, worked in enumerate(spans):
        seen[(start.weekday() + offset) % 7][worked] += 1
    week = tuple(each.most_common(1)[0][0] for each in seen)
    days = {start + timedelta(days=offset): worked for offset, worked in enumerate(spans)}
    different = {day: worked for day, worked in days.items() if worked != week[day.weekday()]}
    return WorkCalendar(name, name, 0, week, different, calendar.hours_per_day, calendar.hours_per_week)


def _by_day(calendar: Calendar) -> list[Spans]:
    """Working time of each day from the start on, in minutes from its midnight."""
    number = max(int(calendar.starts[-1] // 24), FEWEST_DAYS)
    minutes = np.stack((calendar.starts, calendar.ends), axis=1).clip(max=number * 24.0) * 60
    found: list[list[tuple[int, int]]] = [[] for _ in range(number)]
    for begin, end in np.rint(minutes).astype(np.int64).tolist():
        for day in range(begin // DAY_MINUTES, min(-(-end // DAY_MINUTES), number)):
            midnight = day * DAY_MINUTES
            found[day].append((max(begin - midnight, 0), min(end - midnight, DAY_MINUTES)))
    return [merged(span for span in spans if span[0] < span[1]) for spans in found]


def runs_of_days(days: Mapping[date, Spans]) -> list[tuple[date, date, Spans]]:
    """Return days in a row with the same working time as first day, last day and that time."""
    runs: list[tuple[date, date, Spans]] = []
    for day, spans in sorted(days.items()):
        if runs and runs[-1][2] == spans and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs
