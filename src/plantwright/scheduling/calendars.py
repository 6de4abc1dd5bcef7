"""Working time of a task: its own calendar and those of the resources it takes, all working at once.

In hours from the programme's start, as the programme has it; the ticks of the engines are made in `translate`.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.programme import Mode, Programme, Task


def working_calendar(programme: Programme, task: Task, mode: Mode) -> Calendar:
    """The hours in which a task in a mode is worked on: its calendar and its resources' calendars together.

    Raises ValueError where they share no working time before the calendars' open end.
    """
    names = {
        task.calendar,
        *(programme.resource[need.id].calendar for need in mode.needs if need.id in programme.resource),
    }
    calendars = [programme.calendars.get(name, continuous(name)) for name in sorted(names)]
    stopping = [calendar for calendar in calendars if not calendar.is_continuous]
    return reduce(shared_time, stopping) if stopping else continuous()


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


def _works(
    calendar: Calendar, times: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    index = np.searchsorted(calendar.starts, times, side="right") - 1
    return np.asarray((index >= 0) & (times < calendar.ends[np.maximum(index, 0)]))
