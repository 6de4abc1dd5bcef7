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
    pauses = [task.pauses for task in programme.tasks]
    most = [link.max_lag.planned for task in programme.tasks for link in task.links if link.max_lag is not None]
    last = float(finish.max(initial=0.0))
    late_start, late_finish = np.full(len(start), np.inf), np.full(len(start), last)
    free_start, free_finish = np.full(len(start), np.inf), np.full(len(start), last)
    for _ in range(len(most) + 1):
        for task in net.order[::-1].tolist():
            late_start[task] = min(
                late_start[task], _latest_start(calendars[task], late_finish[task], hours[task], pauses[task])
            )
            late_finish[task] = min(
                late_finish[task], _finish(calendars[task], late_start[task], hours[task], pauses[task])
            )
            for link in range(int(net.link_from[task]), int(net.link_from[task + 1])):
                giver, kind = int(net.giver[link]), int(net.kind[link])
                tied = kind in FINISH_OF_TAKER, kind in FINISH_OF_GIVER
                _hold((late_start, late_finish), (late_start, late_finish), task, giver, tied, -lag[link])
                _hold((start, finish), (free_start, free_finish), task, giver, tied, -lag[link])
        # A task that slips beyond its greatest lag makes the one before it wait.
        for (before, after, kind), hours_after in zip(net.limits.tolist(), most, strict=True):
            tied = kind in FINISH_OF_GIVER, kind in FINISH_OF_TAKER
            _hold((late_start, late_finish), (late_start, late_finish), before, after, tied, hours_after)
            _hold((start, finish), (free_start, free_finish), before, after, tied, hours_after)
    free = [
        min(free_start[task], _latest_start(calendars[task], free_finish[task], hours[task], pauses[task]))
        for task in range(len(start))
    ]
    total = np.maximum(late_start - start, 0.0)
    return total, np.clip(np.array(free) - start, 0.0, total)


def _hold(
    ends: tuple[Float, Float], bounds: tuple[Float, Float], task: int, other: int, tied: tuple[bool, bool], hours: float
) -> None:
    """Let an end of `other` be no later than an end of `task` and some hours; `tied` says of each which (finish?)."""
    bound = bounds[tied[1]]
    bound[other] = min(bound[other], ends[tied[0]][task] + hours)


def _latest_start(calendar: Calendar, finish: float, hours: float, pauses: bool) -> float:
    """Latest start from which the work is done by `finish`."""
    if calendar.is_continuous or hours <= 0:
        return finish - hours
    if not pauses:
        ends = np.minimum(calendar.ends, finish)
        fits = np.flatnonzero(ends - calendar.starts >= hours - 1e-7)
        return float(ends[fits[-1]] - hours) if len(fits) else -np.inf
    work = float(calendar.worked(finish)) - hours
    if work < 0:
        return -np.inf
    worked = calendar.worked(calendar.starts)
    span = int(np.searchsorted(worked, work + 1e-7, side="right")) - 1
    return float(calendar.starts[span] + max(work - worked[span], 0.0))


def _finish(calendar: Calendar, start: float, hours: float, pauses: bool) -> float:
    if calendar.is_continuous or hours <= 0 or not pauses or np.isinf(start):
        return start + hours
    return float(calendar.after_work(start, hours))
