"""Working time of a task: its own calendar and those of the resources it takes, all working at once.

In hours from the programme's start, as the programme has it; the ticks of the engines are made in `translate`.
"""

from __future__ import annotations

from functools import reduce

from plantwright.model.calendars import Calendar, continuous, shared_time
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
