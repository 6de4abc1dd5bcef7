"""Programmes under way that the tests share: progress told by hand, and progress that goes just as it was planned."""

from __future__ import annotations

from dataclasses import replace

from plantwright.model.programme import Programme
from plantwright.model.progress import BaselineTask, TaskProgress
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.schedule import Schedule
from plantwright.model.underway import cost_planned
from plantwright.scheduling.calendars import working_calendar


def at(hours: float) -> Quantity:
    return Quantity(hours, Dimension.DATE)


def hours(value: float) -> Quantity:
    return Quantity(value, Dimension.TIME, unit="h")


def began(task: str, start: float, left: float, **more: object) -> TaskProgress:
    return TaskProgress(task=task, actual_start=at(start), remaining=hours(left), **more)


def ended(task: str, start: float, finish: float, **more: object) -> TaskProgress:
    return TaskProgress(task=task, actual_start=at(start), actual_finish=at(finish), **more)


def under_way(plan: Programme, status: float, *progress: TaskProgress) -> Programme:
    return replace(plan, status_date=at(status), progress=progress)


def with_baseline(plan: Programme, found: Schedule) -> Programme:
    """The programme with a schedule as its baseline, to the full precision of the hours."""
    rows = []
    for task, done in zip(plan.tasks, found.tasks, strict=True):
        mode = next(mode for mode in task.modes if mode.name == done.mode)
        cost = Quantity(cost_planned(plan, mode), Dimension.MONEY)
        rows.append(BaselineTask(task=task.id, mode=mode.name, start=at(done.start), finish=at(done.finish), cost=cost))
    return replace(plan, baseline=tuple(rows))


def as_planned(plan: Programme, found: Schedule, status: float) -> Programme:
    """The programme at a status date to which everything went as a schedule has it."""
    rows = []
    for task, done in zip(plan.tasks, found.tasks, strict=True):
        if done.finish <= status:
            rows.append(ended(task.id, done.start, done.finish, mode=done.mode))
        elif done.start < status:
            mode = next(mode for mode in task.modes if mode.name == done.mode)
            calendar = working_calendar(plan, task, mode)
            left = mode.duration.planned - float(calendar.worked(status) - calendar.worked(done.start))
            left = max(left, 1e-9)  # what rounding takes away
            rows.append(began(task.id, done.start, left, mode=done.mode))
    return under_way(plan, status, *rows)
