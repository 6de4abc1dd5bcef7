"""Building calendars: from shifts, breaks, public holidays and exceptions to intervals of working time.

What a calendar then answers lives in `calendars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import islice

import numpy as np

from plantwright.model.calendars import Calendar
from plantwright.model.cells import CellError
from plantwright.model.units import closest

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS_SPELLED_OUT = 3
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")

Span = tuple[float, float]
"""A stretch of the day in hours from midnight; its end is above 24 where it runs into the next day."""


@dataclass(frozen=True)
class Shifts:
    """The working week of a calendar and its exceptions: spans by weekday (0 is Monday), breaks, closed and specially
    open days; `weather` is the share of working days lost by month (1 is January).
    """

    week: Mapping[int, tuple[Span, ...]]
    breaks: tuple[Span, ...] = ()
    holidays: tuple[str, ...] = ()
    closed: frozenset[date] = frozenset()
    open: Mapping[date, tuple[Span, ...]] | None = None
    hours_per_day: float | None = None
    hours_per_week: float | None = None
    weather: Mapping[int, float] = field(default_factory=dict)


def span(text: str) -> Span:
    """Return the hours of a shift such as `07:00-15:30` or, over midnight, `22:00-06:00`; raise CellError."""
    match = _SPAN.match(text.strip())
    if not match:
        raise CellError(f"'{text[:40]}' is not a shift", "write it as `07:00-15:30`")
    numbers = [int(part) for part in match.groups()]
    starts, ends = numbers[0] + numbers[1] / 60, numbers[2] + numbers[3] / 60
    if max(numbers[1], numbers[3]) > 59 or starts >= 24 or ends > 24:
        raise CellError(f"'{text[:40]}' has a time that no clock shows", "write times between 00:00 and 24:00")
    return starts, ends if ends > starts else ends + 24


def weekdays(text: str) -> tuple[int, ...]:
    """Return the days (0 is Monday) of `mon-fri`, `sat` or `mon, wed, fri`; raise CellError."""
    return _named(text, DAYS, "day")


def months(text: str) -> tuple[int, ...]:
    """Return the months (1 is January) of `nov-feb`, `jul` or `jan, mar`; raise CellError."""
    return tuple(month + 1 for month in _named(text, MONTHS, "month"))


def _named(text: str, names: tuple[str, ...], noun: str) -> tuple[int, ...]:
    """The places in a round of names that words and ranges of words stand for."""
    found: list[int] = []
    for part in text.lower().split(","):
        words = [word.strip() for word in part.split("-", 1)]
        for word in words:
            if word not in names:
                remedy = closest(word, names) or f"write one of {', '.join(names)}"
                raise CellError(f"there is no {noun} '{word[:40]}'", remedy)
        begin, end = names.index(words[0]), names.index(words[-1])
        found += [place % len(names) for place in range(begin, (end if end >= begin else end + len(names)) + 1)]
    return tuple(found)


def days(text: str) -> frozenset[date]:
    """Return the days of `2026-12-24` or `2026-12-26..2027-01-02`, both ends included; raise CellError."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    begin = _day(first)
    end = _day(last) if dots else begin
    if not 0 <= (end - begin).days <= 3660:
        raise CellError(f"'{text[:60]}' is not a range of days", "write the earlier day first, at most ten years apart")
    return frozenset(begin + timedelta(days=n) for n in range((end - begin).days + 1))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CellError(f"'{text[:40]}' is not a date", "write it as year-month-day, such as `2026-12-24`") from error


@cache
def public_holidays(place: str, years: range) -> frozenset[date]:
    """Return the public holidays of a country or its part, such as `US` or `US-OH`; raise CellError where there is none
    such.
    """
    import holidays

    country, _, part = place.strip().partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=years))
    except (NotImplementedError, AttributeError, ValueError) as error:
        raise CellError(
            f"there are no public holidays of '{place[:40]}'", "write a country and its part, such as `US-OH`"
        ) from error


def region(text: str) -> str:
    """Return a country or its part, such as `US-OH`, whose public holidays are known; raise CellError for another."""
    public_holidays(text, range(2026, 2027))
    return text


def calendar(name: str, shifts: Shifts, start: date, horizon: date) -> Calendar:
    """Return the calendar of the shifts, spelled out from `start` to three years after `horizon`; raise CellError where
    nobody works.
    """
    weekly = sum(end - begin for begin, end in _typical_week(shifts))
    if not weekly and not shifts.open:
        raise CellError(f"calendar '{name}' has no working time", 'give it shifts, such as `mon-fri: ["07:00-15:30"]`')
    last = _plus_years(horizon, YEARS_SPELLED_OUT)
    worked = _merged(_intervals(shifts, start - timedelta(days=1), last))
    breaks = [span for offset in range(-1, (last - start).days) for span in _shifted(shifts.breaks, offset)]
    end = (last - start).days * 24.0
    spelled = [
        (max(begin, 0.0), min(stop, end))
        for begin, stop in _without(worked, _merged(breaks))
        if stop > 0 and begin < end
    ]
    if not any(begin < max((horizon - start).days, 1) * 24 for begin, _ in spelled):
        said = f"calendar '{name}' has no working time before the horizon"
        raise CellError(said, "open some days, or let the weather leave some")
    closed = _merged([*spelled, (end, np.inf)])
    working_days = sum(1 for day in range(7) if shifts.week.get(day)) or 7
    week = shifts.hours_per_week or weekly or 168.0
    day = shifts.hours_per_day or (week / working_days)
    return Calendar(name, np.array([s for s, _ in closed]), np.array([e for _, e in closed]), day, week)


def _typical_week(shifts: Shifts) -> list[Span]:
    """The working time of one week in the middle of three alike, so that shifts over Sunday midnight count once."""
    worked = [
        span for week in range(3) for day in range(7) for span in _shifted(shifts.week.get(day, ()), week * 7 + day)
    ]
    breaks = [span for offset in range(21) for span in _shifted(shifts.breaks, offset)]
    middle = [(max(begin, 168.0), min(end, 336.0)) for begin, end in _without(_merged(worked), _merged(breaks))]
    return [(begin, end) for begin, end in middle if begin < end]


def _intervals(shifts: Shifts, first: date, last: date) -> Iterator[Span]:
    years = range(first.year, last.year + 1)
    closed = shifts.closed.union(*(public_holidays(place, years) for place in shifts.holidays))
    special = shifts.open or {}
    lost = 0.5
    for offset in range((last - first).days):
        day = first + timedelta(days=offset)
        spans = special[day] if day in special else () if day in closed else shifts.week.get(day.weekday(), ())
        if spans and day not in special:
            # Shares add up from day to day, and each whole one is a day lost: as even as whole days can be.
            lost += shifts.weather.get(day.month, 0.0)
            if lost >= 1.0 - 1e-9:
                lost -= 1.0
                continue
        yield from _shifted(spans, offset - 1)


def _shifted(spans: Iterable[Span], day: int) -> list[Span]:
    return [(begin + 24 * day, end + 24 * day) for begin, end in spans]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The union of spans as spans in order, apart from each other."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1] + 1e-9:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _without(spans: list[Span], cuts: list[Span]) -> list[Span]:
    """What is left of `spans` outside `cuts`; both in order and each apart from its neighbours."""
    left: list[Span] = []
    first = 0
    for begin, end in spans:
        while first < len(cuts) and cuts[first][1] <= begin:
            first += 1
        at = begin
        for cut_begin, cut_end in islice(cuts, first, None):
            if cut_begin >= end:
                break
            if cut_begin > at:
                left.append((at, cut_begin))
            at = max(at, cut_end)
        if at < end:
            left.append((at, end))
    return left


def _plus_years(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28))
