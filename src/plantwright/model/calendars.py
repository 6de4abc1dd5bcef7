"""Shifts, public holidays and exceptions: working time against elapsed time.

A calendar is the list of its working intervals in hours from the programme's start. Building one from the programme's
`calendars` section lives in `read`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

ROUNDING_HOURS = 1e-9


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working intervals [starts[i], ends[i]) in hours from the programme's start, in order, apart from each other.

    The last interval is open-ended (its end is infinite): after the years that the calendar spells out it works without
    a break, so no search ever falls off its end. `hours_per_day` and `hours_per_week` say what a planner's day and week
    of work are.
    """

    id: str
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    hours_per_day: float = 24.0
    hours_per_week: float = 168.0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Calendar):
            return NotImplemented
        same_days = (self.hours_per_day, self.hours_per_week) == (other.hours_per_day, other.hours_per_week)
        same_spans = np.array_equal(self.starts, other.starts) and np.array_equal(self.ends, other.ends)
        return self.id == other.id and same_days and same_spans

    def __hash__(self) -> int:
        return hash((self.id, self.starts.tobytes(), self.ends.tobytes()))

    @property
    def is_continuous(self) -> bool:
        """Whether the calendar works round the clock from the start on, so that working time is elapsed time."""
        return self.starts.size == 1 and self.starts[0] <= 0

    def worked(self, time: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the working hours between the start of the programme and `time` (any shape)."""
        t = np.asarray(time, dtype=np.float64)
        index = np.maximum(np.searchsorted(self.starts, t, side="right") - 1, 0)
        inside = np.clip(np.minimum(t, self.ends[index]) - self.starts[index], 0.0, None)
        return np.asarray(self._worked_before[index] + inside)

    @cached_property
    def _worked_before(self) -> NDArray[np.float64]:
        """Working hours before each interval."""
        return np.concatenate(([0.0], np.cumsum(self.ends[:-1] - self.starts[:-1])))

    def after_work(self, start: float | NDArray[np.float64], work: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return when `work` working hours begun at `start` are done: the earliest such time (any shape, broadcast)."""
        begun = np.asarray(start, dtype=np.float64)
        target = self.worked(begun) + np.asarray(work, dtype=np.float64)
        # Sums of hours carry rounding: work that ends with a shift must not slip to the start of the next one.
        index = np.maximum(np.searchsorted(self._worked_before, target - ROUNDING_HOURS, side="left") - 1, 0)
        done = self.starts[index] + (target - self._worked_before[index])
        return np.where(target <= ROUNDING_HOURS, begun, np.maximum(done, begun))

    def next_working(self, time: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the first working moment at or after `time` (any shape)."""
        t = np.asarray(time, dtype=np.float64)
        index = np.searchsorted(self.ends, t, side="right")
        return np.maximum(t, self.starts[np.minimum(index, self.starts.size - 1)])


def continuous(name: str = "always") -> Calendar:
    """Return the calendar that works round the clock."""
    return Calendar(name, np.array([0.0]), np.array([np.inf]))


def shared_time(one: Calendar, other: Calendar) -> Calendar:
    """The calendar that works when both do."""
    marks = np.unique(np.concatenate((one.starts, one.ends, other.starts, other.ends)))
    starts, ends = marks[:-1], marks[1:]
    middles = np.where(np.isinf(ends), starts + 1.0, (starts + ends) / 2)
    works = _works(one, middles) & _works(other, middles)
    starts, ends = starts[works], ends[works]
    joins = starts[1:] == ends[:-1]
    return Calendar(
        f"{one.id}+{other.id}",
        starts[np.r_[True, ~joins]],
        ends[np.r_[~joins, True]],
        min(one.hours_per_day, other.hours_per_day),
        min(one.hours_per_week, other.hours_per_week),
    )


def _works(calendar: Calendar, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    index = np.searchsorted(calendar.starts, times, side="right") - 1
    return np.asarray((index >= 0) & (times < calendar.ends[np.maximum(index, 0)]))
