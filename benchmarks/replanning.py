"""Replanning a programme under way of a thousand and of five thousand tasks, a third of the way through it.

Crews of ten kinds, five-day, six-day and round-the-clock calendars, a baseline made by the scheduler itself; then the
work goes a tenth slower than agreed. The first row is the least change alone, the second the whole trade of finish
against change. Every option is walked by the independent checker, within the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from plantwright.model.assumptions import Register
from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cell_values import Link, Need
from plantwright.model.programme import Mode, Objective, Programme, Resource, Task
from plantwright.model.progress import BaselineTask, TaskProgress
from plantwright.model.quantity import Dimension, Quantity, Step
from plantwright.model.schedule import Schedule
from plantwright.scheduling import replan, schedule
from plantwright.scheduling.replan import least_change

CREWS, LAYERS, SLOWER, DAYS = 10, 16, 1.1, 2_000
Row = Mapping[str, str | float | int | None]


def replanning_rows(sizes: tuple[int, ...] = (1_000, 5_000)) -> list[Row]:
    """Two rows for each size."""
    found = []
    replan(under_way(400))  # compiles
    for size in sizes:
        programme = under_way(size)
        found.append(_timed(f"replan: least change, {size} tasks", lambda p=programme: least_change(p)))
        found.append(_timed(f"replan: the whole trade, {size} tasks", lambda p=programme: replan(p)))
    return found


def _timed(model: str, work: Callable[[], object]) -> Row:
    begun, used = time.perf_counter(), time.process_time()
    work()
    took, cpu = time.perf_counter() - begun, time.process_time() - used
    return {"tool": "plantwright", "model": model, "instances": 1, "seconds": took, "cpu_seconds": cpu}


def under_way(size: int) -> Programme:
    """A programme of so many tasks with a baseline, a third of the way through it and behind it."""
    plan = programme_of(size)
    found = schedule(plan, time_limit=5.0)
    status = found.finish / 3
    return replace(
        plan, baseline=tuple(_baseline(found)), progress=tuple(_progress(plan, found, status)),
        status_date=Quantity(status, Dimension.DATE),
    )  # fmt: skip


def programme_of(size: int) -> Programme:
    """Tasks with two links from the sixteenth of all before them, one to three of a crew each, on three calendars."""
    rng = np.random.default_rng(size)
    names = [f"t{number}" for number in range(size)]
    calendars = {"always": continuous(), "five": _week("five", 5), "six": _week("six", 6)}
    tasks = tuple(_task(rng, names, number) for number in range(size))
    units = Quantity(float(max(size // 250, 3)))
    crews = tuple(
        Resource(id=f"c{n}", kind="crew", calendar="always", capacity=(Step(Quantity(0.0, Dimension.DATE), units),))
        for n in range(CREWS)
    )
    horizon = date(2026, 1, 5) + timedelta(days=DAYS - 500)
    return Programme(
        "under way", date(2026, 1, 5), horizon, "USD", "", Quantity(0.0), Objective(), calendars, (), (),
        Register({}), tasks, crews,
    )  # fmt: skip


def _task(rng: np.random.Generator, names: list[str], number: int) -> Task:
    before = sorted({int(b) for b in rng.integers(max(0, number - len(names) // LAYERS), number, 2)} if number else ())
    need = Need(f"c{rng.integers(CREWS)}", Quantity(float(rng.integers(1, 4))))
    links = tuple(Link(names[b], "FS", Quantity(0.0, Dimension.TIME)) for b in before)
    mode = Mode("normal", Quantity(float(8 * rng.integers(1, 11)), Dimension.TIME), (need,), Quantity(1e4))
    calendar = ("five", "five", "six", "always")[int(rng.integers(4))]
    name = names[number]
    return Task(name, name, "", "", "", calendar, (mode,), links, (), (), None, None, number % 100 == 99, 0.0)


def _baseline(found: Schedule) -> list[BaselineTask]:
    return [
        BaselineTask(
            task=done.task, mode=done.mode, start=Quantity(done.start, Dimension.DATE),
            finish=Quantity(done.finish, Dimension.DATE),
        )
        for done in found.tasks
    ]  # fmt: skip


def _progress(plan: Programme, found: Schedule, status: float) -> list[TaskProgress]:
    rows = []
    for task, done in zip(plan.tasks, found.tasks, strict=True):
        start = Quantity(done.start, Dimension.DATE)
        if done.finish <= status:
            finish = Quantity(done.finish, Dimension.DATE)
            rows.append(TaskProgress(task=task.id, actual_start=start, actual_finish=finish))
        elif done.start < status:
            calendar = plan.calendars[task.calendar]
            done_by_now = float(calendar.worked(status) - calendar.worked(done.start))
            left = Quantity(task.modes[0].duration.planned * SLOWER - done_by_now, Dimension.TIME, unit="h")
            rows.append(TaskProgress(task=task.id, actual_start=start, remaining=left))
    return rows


def _week(name: str, days: int) -> Calendar:
    worked = [day for day in range(DAYS) if day % 7 < days]
    starts = np.array([day * 24 + 7.0 for day in worked] + [DAYS * 24.0])
    ends = np.array([day * 24 + 15.0 for day in worked] + [np.inf])
    return Calendar(name, starts, ends, 8.0, 8.0 * days)
