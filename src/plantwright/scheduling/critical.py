"""Total and free float of a plan, in elapsed hours, measured through links, handovers and calendars.

The critical path itself (the tasks that drive the last finish) comes with the replay; here is how far others may slip.
"""

from __future__ import annotations

import numpy as np

from plantwright.model.calendars import Calendar
from plantwright.model.programme import Programme
from plantwright.scheduling.arrays import KINDS
from plantwright.scheduling.calendars import working_calendar
from plantwright.scheduling.problem import Kind
from plantwright.scheduling.replay import Float
from plantwright.scheduling.risk import Order, network

FINISH_OF_GIVER = (KINDS[Kind.FS], KINDS[Kind.FF])
FINISH_OF_TAKER = (KINDS[Kind.FF], KINDS[Kind.SF])


def floats(programme: Programme, order: Order, start: Float, finish: Float) -> tuple[Float, Float]:
    """Total and free float (tasks,) in elapsed hours: how far a start may slip without moving the last finish of all,
    or any other task. Deadlines play no part.
    """
    net, column = network(programme, order)
    lag = np.array([*(link.lag.planned for task in programme.tasks for link in task.links), 0.0])[column]
    calendars = [
        working_calendar(programme, task, task.modes[mode])
        for task, mode in zip(programme.tasks, order.modes, strict=True)
    ]
    hours = [task.modes[mode].duration.planned for task, mode in zip(programme.tasks, order.modes, strict=True)]
    last = float(finish.max(initial=0.0))
    late_start, late_finish = np.full(len(start), np.inf), np.full(len(start), last)
    free_start, free_finish = np.full(len(start), np.inf), np.full(len(start), last)
    for task in net.order[::-1].tolist():
        late_start[task] = min(late_start[task], _latest_start(calendars[task], late_finish[task], hours[task]))
        late_finish[task] = min(late_finish[task], _finish(calendars[task], late_start[task], hours[task]))
        for link in range(int(net.link_from[task]), int(net.link_from[task + 1])):
            giver, kind = int(net.giver[link]), int(net.kind[link])
            late = late_finish if kind in FINISH_OF_TAKER else late_start
            own = finish if kind in FINISH_OF_TAKER else start
            for bounds, moment in (
                ((late_start, late_finish), late[task] - lag[link]),
                ((free_start, free_finish), own[task] - lag[link]),
            ):
                tied = bounds[1] if kind in FINISH_OF_GIVER else bounds[0]
                tied[giver] = min(tied[giver], moment)
    free = [
        min(free_start[task], _latest_start(calendars[task], free_finish[task], hours[task]))
        for task in range(len(start))
    ]
    return np.maximum(late_start - start, 0.0), np.clip(
        np.array(free) - start, 0.0, np.maximum(late_start - start, 0.0)
    )


def _latest_start(calendar: Calendar, finish: float, hours: float) -> float:
    """Latest start from which the work is done by `finish`."""
    if calendar.is_continuous or hours <= 0:
        return finish - hours
    work = float(calendar.worked(finish)) - hours
    if work < 0:
        return -np.inf
    worked = calendar.worked(calendar.starts)
    span = int(np.searchsorted(worked, work + 1e-7, side="right")) - 1
    return float(calendar.starts[span] + max(work - worked[span], 0.0))


def _finish(calendar: Calendar, start: float, hours: float) -> float:
    if calendar.is_continuous or hours <= 0 or np.isinf(start):
        return start + hours
    return float(calendar.after_work(start, hours))
