"""Problems and programmes that the tests of scheduling share: random ones within reach of brute force, and builders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import numpy as np
from hypothesis import strategies as st

from plantwright.model.assumptions import Assumption, Distribution, Law, Register
from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cell_values import Link as TaskLink
from plantwright.model.cell_values import Need, Released
from plantwright.model.programme import OMITTED, Objective, Programme, Resource
from plantwright.model.programme import Mode as TaskMode
from plantwright.model.programme import Task as ProgrammeTask
from plantwright.model.quantity import Dimension, Quantity, Step
from plantwright.scheduling.problem import (
    Cap,
    Due,
    Event,
    Kind,
    Link,
    Mode,
    Problem,
    Solution,
    Stage,
    Status,
    Stock,
    Task,
    WorkingTime,
    objective_values,
)
from plantwright.scheduling.problem import Resource as TickResource

WEEK = 168.0


@st.composite
def problems(draw: st.DrawFn, *, most: int = 6, supplies: bool = False, money: bool = False) -> Problem:
    """Small problems with every feature: modes, calendars, link kinds, steps of capacity, releases, stocks."""
    size = draw(st.integers(1, most))
    horizon = 60
    calendars = (WorkingTime("shift", tuple((begin, begin + 3) for begin in range(1, horizon, 5))),)
    tasks = tuple(draw(_tasks(number, supplies)) for number in range(size))
    pairs = [(before, after) for after in range(size) for before in range(after)]
    links = tuple(
        Link(before, after, draw(st.sampled_from(list(Kind))), draw(st.integers(-2, 3)))
        for before, after in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=5) if pairs else st.just([]))
    )
    if money:
        tasks = tuple(draw(_paid(each, number)) for number, each in enumerate(tasks))
    return Problem(
        caps=tuple(Cap(0, at, at + 6, draw(st.integers(5, 12))) for at in range(0, horizon, 6)) if money else (),
        tasks=tasks,
        links=links,
        resources=(
            TickResource("crew", ((0, 3), (draw(st.integers(4, 9)), 2), (20, 4))),
            TickResource("zone", ((0, 1),)),
        ),
        stocks=(Stock("budget", 2 * size),),
        calendars=calendars,
        horizon=horizon,
        objectives=(draw(st.sampled_from([Stage.MAKESPAN, Stage.COMPLETION])), Stage.COST),
        never=20,
    )


@st.composite
def _tasks(draw: st.DrawFn, number: int, supplies: bool) -> Task:
    modes = tuple(
        Mode(
            duration=draw(st.integers(0, 4)),
            demand=(draw(st.integers(0, 2)), draw(st.integers(0, 1))),
            consumption=(draw(st.integers(0, 3)),),
            cost=draw(st.integers(0, 5)),
            calendar=draw(st.sampled_from([-1, 0])),
            released=draw(st.sampled_from([(), ((0, 0),), ((1, 2),), ((0, 3), (1, 0))])),
        )
        for _ in range(draw(st.integers(1, 2)))
    )
    gives = ((1, 1),) if supplies and draw(st.booleans()) else ()
    is_optional = draw(st.booleans())
    modes += (Mode(0, (0, 0), (0,)),) if is_optional else ()
    return Task(
        f"t{number}",
        modes,
        release=draw(st.integers(0, 4)),
        pausable=draw(st.booleans()) or max(m.duration for m in modes) > 3,
        weight=draw(st.integers(0, 2)),
        supplies=gives,
        omission=len(modes) - 1 if is_optional else None,
    )


@st.composite
def _paid(draw: st.DrawFn, task: Task, number: int) -> Task:
    """The task with something that falls due in each mode, at an event of its own or of an earlier task."""

    def due() -> Due:
        event = draw(st.sampled_from(list(Event)))
        return Due(
            number if event is Event.PROGRESS else draw(st.integers(0, number)), event, 0, draw(st.integers(1, 5))
        )

    modes = tuple(replace(mode, dues=(due(),)) if mode.duration else mode for mode in task.modes)
    return replace(task, modes=modes)


def finish(problem: Problem, mode: Mode, start: int) -> int | None:
    """Finish of a mode from a start tick, by counting; None where it may not start there or does not fit."""
    if mode.calendar < 0 or mode.duration == 0:
        return start + mode.duration if start + mode.duration <= problem.horizon else None
    works = {tick for begin, end in problem.calendars[mode.calendar].intervals for tick in range(begin, end)}
    if start not in works:
        return None
    ticks = [tick for tick in sorted(works) if start <= tick < problem.horizon][: mode.duration]
    return ticks[-1] + 1 if len(ticks) == mode.duration else None


def brute_force(problem: Problem, until: int) -> tuple[int, ...] | None:
    """The best objective values with all starts before `until`, by trying everything; None where none is feasible."""
    from plantwright.scheduling.check import check_solution

    best = None
    choices = []
    for task in problem.tasks:
        ways = []
        for index, mode in enumerate(task.modes):
            for start in range(task.release, until):
                end = finish(problem, mode, start)
                if end is not None and (task.pausable or end - start == mode.duration):
                    ways.append((index, start, end))
        choices.append(ways)
    for combination in product(*choices):
        mode, start, end = (tuple(column) for column in zip(*combination, strict=True))
        values = objective_values(problem, start, end, mode)
        if best is not None and values >= best:
            continue
        if not check_solution(problem, Solution(Status.FEASIBLE, start, end, mode, values)):
            best = values
    return best


def quantity(value: float, dimension: Dimension = Dimension.TIME) -> Quantity:
    return Quantity(value, dimension)


def task(
    name: str,
    hours: float | Quantity,
    after: tuple[tuple, ...] = (),
    needs: tuple[tuple[str, float], ...] = (),
    *,
    calendar: str = "always",
    cost: float = 0.0,
    crash: tuple[TaskMode, ...] = (),
    release: float | None = None,
    deadline: float | None = None,
    weight: float = 0.0,
    delivers: tuple = (),
    pauses: bool = True,
    released: tuple[tuple[str, float], ...] = (),
    optional: bool = False,
) -> ProgrammeTask:
    """A task of a programme; `after` holds (predecessor, kind, lag in hours[, greatest lag])."""
    duration = hours if isinstance(hours, Quantity) else quantity(hours)
    normal = TaskMode("normal", duration, _needs(needs), quantity(cost, Dimension.MONEY))
    left_out = (TaskMode(OMITTED, quantity(0.0), (), quantity(0.0, Dimension.MONEY)),) if optional else ()
    return ProgrammeTask(
        id=name, name=name, party="", payer="", area="", calendar=calendar, modes=(normal, *crash, *left_out),
        links=tuple(TaskLink(p, k, *map(quantity, lags)) for p, k, *lags in after), delivers=delivers, equipment=(),
        release=None if release is None else quantity(release, Dimension.DATE),
        deadline=None if deadline is None else quantity(deadline, Dimension.DATE), milestone=False, weight=weight,
        pauses=pauses, released=tuple(Released(name, quantity(hours)) for name, hours in released),
    )  # fmt: skip


def crash(hours: float, cost: float, needs: tuple[tuple[str, float], ...] = ()) -> TaskMode:
    return TaskMode(f"crash {hours:g}", quantity(hours), _needs(needs), quantity(cost, Dimension.MONEY))


def _needs(needs: tuple[tuple[str, float], ...]) -> tuple[Need, ...]:
    return tuple(Need(name, quantity(amount, Dimension.NUMBER)) for name, amount in needs)


def resource(name: str, steps: tuple[tuple[float, float], ...], calendar: str = "always") -> Resource:
    return Resource(
        id=name, kind="crew", calendar=calendar,
        capacity=tuple(Step(quantity(at, Dimension.DATE), quantity(units, Dimension.NUMBER)) for at, units in steps),
    )  # fmt: skip


def day_shift(name: str = "day", days: int = 400, opens: float = 8.0, closes: float = 16.0, week: int = 5) -> Calendar:
    """A calendar of eight-hour days on the first `week` days of each week, then open without end."""
    working = [day for day in range(days) if day % 7 < week]
    starts = np.array([day * 24 + opens for day in working] + [days * 24.0])
    ends = np.array([day * 24 + closes for day in working] + [np.inf])
    return Calendar(name, starts, ends, closes - opens, (closes - opens) * week)


def uncertain(
    name: str, low: float, likely: float, high: float, law: Law = Law.TRIANGULAR
) -> tuple[Quantity, Assumption]:
    """A duration that hangs on an assumption, and that assumption."""
    entry = Assumption(name, Distribution(law, low, likely, high), Dimension.TIME, "h", False, False, "", "")
    planned = float(entry.distribution.quantile(0.5))
    return Quantity(planned, Dimension.TIME, name, 1.0, "h"), entry


def programme(
    tasks: tuple[ProgrammeTask, ...],
    resources: tuple[Resource, ...] = (),
    *,
    order: tuple = ("finish", "cost"),
    calendars: tuple[Calendar, ...] = (),
    assumptions: tuple[Assumption, ...] = (),
    budget: float | None = None,
    days: int = 400,
) -> Programme:
    return Programme(
        name="test", start=date(2026, 1, 5), horizon=date(2026, 1, 5) + timedelta(days=days), currency="USD", site="",
        discount_rate=Quantity(0.0),
        objective=Objective(order=order, budget=None if budget is None else quantity(budget, Dimension.MONEY)),
        calendars={"always": continuous(), **{c.id: c for c in calendars}}, parties=(), agreements=(),
        register=Register({a.id: a for a in assumptions}), tasks=tasks, resources=resources,
    )  # fmt: skip
