"""A schedule as other tools hold it, in plain values: calendars by the day, activities, links, resources, assignments.

Readers make one, `folder` turns it into a programme. Keys are the file's own; rows are lines of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

DAY_MINUTES = 1440
ELAPSED = ""
"""Key of the calendar that works round the clock."""

Spans = tuple[tuple[int, int], ...]
"""Working time of a day: minutes from its midnight, in order and apart from each other, up to 1440."""

ROUND_THE_CLOCK: Spans = ((0, DAY_MINUTES),)
LinkKind = Literal["FS", "SS", "FF", "SF"]


@dataclass(frozen=True)
class WorkCalendar:
    """Working time by weekday (Monday first) and on days that differ; hours of a planner's day and week if given."""

    key: str
    name: str
    row: int
    week: tuple[Spans, ...]
    days: Mapping[date, Spans]
    hours_per_day: float | None = None
    hours_per_week: float | None = None

    @property
    def weekly_hours(self) -> float:
        """Return the working hours of a week without exceptions."""
        return sum(end - begin for spans in self.week for begin, end in spans) / 60

    @property
    def is_continuous(self) -> bool:
        """Return whether the calendar works round the clock, every day."""
        return all(spans == ROUND_THE_CLOCK for spans in (*self.week, *self.days.values()))


@dataclass(frozen=True)
class Done:
    """What has happened of an activity: hours of work `left`, `share` of it done, None where the file says neither."""

    start: datetime
    finish: datetime | None = None
    left: float | None = None
    share: float | None = None
    cost: float = 0.0


@dataclass(frozen=True)
class Agreed:
    """An activity's dates and cost in the file's baseline."""

    start: datetime
    finish: datetime
    cost: float = 0.0


@dataclass(frozen=True)
class Activity:
    """A task: `hours` of work by its calendar, its constraints, and the dates that the file gives it."""

    key: str
    id: str
    name: str
    row: int
    hours: float
    calendar: str
    area: str = ""
    party: str = ""
    payer: str = ""
    milestone: bool = False
    release: datetime | None = None
    deadline: datetime | None = None
    weight: float = 0.0
    cost: float = 0.0
    note: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    done: Done | None = None
    agreed: Agreed | None = None


@dataclass(frozen=True)
class Tie:
    """A link; `lag` in hours of the calendar named, elapsed where none is."""

    predecessor: str
    successor: str
    kind: LinkKind
    lag: float
    row: int
    calendar: str = ELAPSED


@dataclass(frozen=True)
class Pool:
    """A resource: capacity from dates on (None: from the start), None where the file gives no limit; cost an hour."""

    key: str
    id: str
    name: str
    row: int
    kind: str = "crew"
    party: str = ""
    capacity: tuple[tuple[datetime | None, float], ...] | None = None
    calendar: str = ELAPSED
    cost: float = 0.0


@dataclass(frozen=True)
class Assignment:
    """Units of a resource that an activity takes while it works."""

    activity: str
    pool: str
    units: float
    row: int


@dataclass(frozen=True)
class Network:
    """A whole schedule; `finish` is the latest date in it."""

    file: str
    name: str
    start: datetime | None
    finish: datetime | None
    currency: str
    calendars: tuple[WorkCalendar, ...]
    activities: tuple[Activity, ...]
    ties: tuple[Tie, ...]
    pools: tuple[Pool, ...]
    assignments: tuple[Assignment, ...]
    status: datetime | None = None


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans of a day in order, joined where they touch."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)
