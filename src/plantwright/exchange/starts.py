"""How long resources hold a scheduled task back after its links would let it start.

Tools that compute dates by links alone need that delay to come to the same dates.
"""

from __future__ import annotations

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.programme import Mode, Programme, Task
from plantwright.model.schedule import Schedule

_MOST_TURNS = 1000
NEAR = 1 / 120
"""Hours, half a minute: delays below are rounding."""


def levelling_delay(programme: Programme, schedule: Schedule, task: Task, mode: Mode) -> float:
    """Return the elapsed hours between the earliest start by links, release and calendars, and the scheduled start."""
    calendars = working_calendars(programme, task, mode)
    bounds = [0.0, task.release.planned if task.release else 0.0]
    for link in task.links:
        before = schedule.task[link.predecessor]
        bound = (before.start if link.kind[0] == "S" else before.finish) + link.lag.planned
        bounds.append(bound if link.kind[1] == "S" else _start_for(calendars, mode.duration.planned, bound))
    delay = schedule.task[task.id].start - _next_working(calendars, max(bounds))
    return delay if delay > NEAR else 0.0


def working_calendars(programme: Programme, task: Task, mode: Mode) -> list[Calendar]:
    """Return the calendars that must all work while a task does: its own and those of what it takes."""
    taken = {programme.resource[need.id].calendar for need in mode.needs if need.id in programme.resource}
    named = [programme.calendars.get(name, continuous(name)) for name in sorted({task.calendar} | taken)]
    return [calendar for calendar in named if not calendar.is_continuous] or [continuous()]


def _start_for(calendars: list[Calendar], duration: float, finish: float) -> float:
    """The latest start from which `duration` working hours end at `finish`, by the calendar that works least."""
    calendar = min(calendars, key=lambda each: each.hours_per_week)
    work = float(calendar.worked(max(finish, 0.0))) - duration
    return float(calendar.next_working(calendar.after_work(0.0, work))) if work > 0 else 0.0


def _next_working(calendars: list[Calendar], time: float) -> float:
    """The first moment at or after `time` at which all calendars work."""
    for _ in range(_MOST_TURNS):
        later = max(float(calendar.next_working(time)) for calendar in calendars)
        if later == time:
            break
        time = later
    return time
