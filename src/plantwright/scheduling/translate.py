"""From the programme to the scheduling problem in ticks: `problem_of(programme) -> Translation`.

A tick is the longest of an hour, half and quarter of one that all calendars' shifts are whole numbers of. Durations and
lags are rounded up to ticks; the dates that leave the package are computed again in hours, without rounding (`risk`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, floor, isinf

from plantwright.model.calendars import Calendar
from plantwright.model.cell_values import Link as TaskLink
from plantwright.model.programme import Mode, Programme, Task
from plantwright.model.spending import hourly_growth, limit_of, open_dues, paid, periods
from plantwright.model.underway import cost_planned
from plantwright.model.usage import LEVELLED
from plantwright.scheduling.calendars import working_calendar
from plantwright.scheduling.problem import (
    ELAPSED,
    PRESENT,
    Cap,
    Due,
    Event,
    Kind,
    Link,
    Problem,
    Resource,
    Stage,
    Stock,
    WorkingTime,
)
from plantwright.scheduling.problem import Mode as TickMode
from plantwright.scheduling.problem import Task as TickTask

TICKS = (1.0, 0.5, 0.25)
NEAR = 1e-6
SHARE_UNITS = 1_000_000
"""Integer units in which the weights of the capability objective are stated: one unit is a millionth of the total."""

EVENTS = {"start": Event.START, "finish": Event.FINISH, "progress": Event.PROGRESS}
KEPT_BACK = 0.999
"""Share of a limit of spending that whole ticks may use: dates in hours move parts of a month's work by minutes."""

LATENESS_UNITS = 1_000
"""Integer units of a weight of lateness."""

STAGES = {
    "capability": Stage.COMPLETION,
    "milestones": Stage.TARDINESS,
    "finish": Stage.MAKESPAN,
    "cost": Stage.COST,
    "npv": Stage.PRESENT_COST,
    "levelling": Stage.LEVELLING,
    "change": Stage.CHANGE,
}
LARGEST_UNITS = 1 << 30
YEARS_BEYOND = 2.0
"""Times the programme's length that tasks may take before a schedule counts as none."""


@dataclass(frozen=True)
class Translation:
    """The problem in ticks of `tick` hours, each mode's working calendar by task, units of a resource by its id."""

    problem: Problem
    tick: float
    calendars: tuple[tuple[Calendar, ...], ...]
    scales: Mapping[str, int]


def problem_of(programme: Programme, tick: float | None = None) -> Translation:
    """The conversion of a programme as a scheduling problem, planned values only; tasks keep the programme's order.

    Without `tick` (hours) the calendars say how long one is.
    """
    calendars = tuple(tuple(working_calendar(programme, task, mode) for mode in task.modes) for task in programme.tasks)
    distinct = {calendar.id: calendar for row in calendars for calendar in row if not calendar.is_continuous}
    tick = tick or tick_of(list(distinct.values()))
    horizon = ceil(programme.horizon_hours * YEARS_BEYOND / tick)
    scales = {resource.id: _scale(programme, resource.id) for resource in programme.resources}
    names = list(distinct)
    problem = Problem(
        tasks=tuple(
            _task(programme, task, [_index(names, calendar) for calendar in row], scales, tick)
            for task, row in zip(programme.tasks, calendars, strict=True)
        ),
        links=_links(programme, tick),
        resources=tuple(_resource(programme, name, scales[name], tick) for name in _renewable(programme)),
        stocks=_stocks(programme, scales),
        calendars=tuple(_working_time(calendar, tick, horizon) for calendar in distinct.values()),
        horizon=horizon,
        objectives=tuple(STAGES[name] for name in programme.objective.order),
        name=programme.name,
        never=ceil(programme.horizon_hours / tick),
        caps=_caps(programme, tick, horizon),
        growth=hourly_growth(programme) * tick,
    )
    return Translation(problem, tick, calendars, scales)


def tick_of(calendars: list[Calendar]) -> float:
    """Longest tick in hours that divides every shift's start and end; the shortest there is where none does."""
    marks = [mark for c in calendars for edge in (c.starts, c.ends) for mark in edge.tolist() if not isinf(mark)]
    return next((tick for tick in TICKS if all(abs(m / tick - round(m / tick)) < NEAR for m in marks)), TICKS[-1])


def _index(names: list[str], calendar: Calendar) -> int:
    return ELAPSED if calendar.is_continuous else names.index(calendar.id)


def up(hours: float, tick: float) -> int:
    """Ticks that hold the hours, rounded up."""
    return ceil(hours / tick - NEAR)


def down(hours: float, tick: float) -> int:
    """Whole ticks within the hours."""
    return floor(hours / tick + NEAR)


def _renewable(programme: Programme) -> list[str]:
    return [resource.id for resource in programme.resources if resource.kind != "budget"]


def _budgets(programme: Programme) -> list[str]:
    return [resource.id for resource in programme.resources if resource.kind == "budget"]


def _task(programme: Programme, task: Task, calendars: list[int], scales: dict[str, int], tick: float) -> TickTask:
    soft = task.weight > 0
    due = None if task.deadline is None else max(0, down(task.deadline.planned, tick))
    names = _renewable(programme)
    return TickTask(
        name=task.id,
        modes=tuple(
            _mode(programme, task, mode, calendar, scales, tick)
            for mode, calendar in zip(task.modes, calendars, strict=True)
        ),
        pausable=task.pauses,
        omission=task.omission,
        release=max(0, up(max(task.release.planned if task.release else 0.0, task.not_before), tick)),
        deadline=None if soft else due,
        weight=_weight(programme, task),
        baseline=_baseline(programme, task, tick),
        due=due if soft else None,
        late_weight=round(LATENESS_UNITS * task.weight) if soft else 1,
        supplies=tuple(
            (names.index(each.target), floor(each.amount.planned * scales[each.target] + NEAR))
            for each in task.delivers
            if each.kind != "work_centre" and each.target in names and each.amount.planned > 0
        ),
    )


def _mode(programme: Programme, task: Task, mode: Mode, calendar: int, scales: dict[str, int], tick: float) -> TickMode:
    names, needs = _renewable(programme), dict.fromkeys(scales, 0.0)
    for need in mode.needs:
        needs[need.id] += need.amount.planned
    units = {name: ceil(amount * scales[name] - NEAR) for name, amount in needs.items()}
    cost = round(cost_planned(programme, mode))
    budget = [cost] if programme.objective.budget is not None else []
    return TickMode(
        duration=up(mode.duration.planned, tick),
        demand=tuple(units[name] for name in names),
        consumption=(*(units[name] for name in _budgets(programme)), *budget),
        cost=cost,
        calendar=calendar,
        dues=_dues(programme, task, mode),
        released=tuple(
            (names.index(each.id), up(each.shortest.planned, tick)) for each in task.released if each.id in names
        ),
    )


def _baseline(programme: Programme, task: Task, tick: float) -> int | None:
    """The start that the objective `change` wants to keep, if it is named."""
    agreed = programme.baseline_of.get(task.id) if "change" in programme.objective.order else None
    return max(0, up(agreed.start.planned, tick)) if agreed else None


def _dues(programme: Programme, task: Task, mode: Mode) -> tuple[Due, ...]:
    """What a mode makes fall due yet of each account, an account a limit of spending; parts of one event added up."""
    if not programme.objective.spending and "npv" not in programme.objective.order:
        return ()
    index = {each.id: number for number, each in enumerate(programme.tasks)}
    total: dict[tuple[int, Event, int], float] = {}
    for due in open_dues(programme, task, mode):
        limits = [(account, limit.payer) for account, limit in enumerate(programme.objective.spending)]
        for account, payer in [*limits, *([(PRESENT, "")] if "npv" in programme.objective.order else [])]:
            if payer in ("", due.payer):
                key = (index[due.at], EVENTS[due.event], account)
                total[key] = total.get(key, 0.0) + due.amount
    return tuple(Due(*key, round(amount)) for key, amount in total.items() if round(amount))


def _caps(programme: Programme, tick: float, horizon: int) -> tuple[Cap, ...]:
    found: list[Cap] = []
    for account, limit in enumerate(programme.objective.spending):
        past = [each for each in paid(programme) if limit.payer in ("", each.due.payer)]
        for begin, end in periods(programme, limit.per, horizon * tick):
            most = floor(limit_of(limit, begin) * KEPT_BACK)
            gone = ceil(sum(each.amount for each in past if each.is_within(begin, end)))
            found.append(Cap(account, ceil(begin / tick), ceil(end / tick), most, gone))
    return tuple(found)


def _weight(programme: Programme, task: Task) -> int:
    """Weight of an hour of the task's finish: its share of each capability's total times that capability's weight."""
    share = sum(
        capability_weight(programme, each.target) * each.amount.planned / _total(programme, each.target)
        for each in task.delivers
        if each.amount.planned > 0
    )
    if share <= 0:
        return 0
    whole = sum(capability_weight(programme, target) for target in capabilities(programme))
    return max(1, round(SHARE_UNITS * share / whole))


def capability_weight(programme: Programme, target: str) -> float:
    """Weight of an hour that all of a capability is late; 1 where the programme says nothing."""
    return float(programme.objective.weights.get(target, 1.0))


def capabilities(programme: Programme) -> list[str]:
    """Work centres and resources that the tasks deliver, each once, sorted."""
    return sorted({each.target for task in programme.tasks for each in task.delivers if each.amount.planned > 0})


def _total(programme: Programme, target: str) -> float:
    delivered = [each.amount.planned for task in programme.tasks for each in task.delivers if each.target == target]
    return sum(amount for amount in delivered if amount > 0)


def _links(programme: Programme, tick: float) -> tuple[Link, ...]:
    index = {task.id: number for number, task in enumerate(programme.tasks)}
    return tuple(
        Link(index[link.predecessor], number, Kind(link.kind), up(link.lag.planned, tick), _most(link, tick))
        for number, task in enumerate(programme.tasks)
        for link in task.links
    )


def _most(link: TaskLink, tick: float) -> int | None:
    if link.max_lag is None:
        return None
    return max(down(link.max_lag.planned, tick), up(link.lag.planned, tick))


def _scale(programme: Programme, name: str) -> int:
    """Power of ten that makes what is needed and what there is of a resource whole numbers, a thousand at most."""
    amounts = [n.amount.planned for task in programme.tasks for mode in task.modes for n in mode.needs if n.id == name]
    amounts += [step.value.planned for step in programme.resource[name].capacity]
    amounts += [each.amount.planned for task in programme.tasks for each in task.delivers if each.target == name]
    top = sum(abs(amount) for amount in amounts)
    scales = [scale for scale in (1, 10, 100, 1000) if top * scale < LARGEST_UNITS] or [1]
    whole = (scale for scale in scales if all(abs(a * scale - round(a * scale)) < NEAR for a in amounts))
    return next(whole, scales[-1])


def _resource(programme: Programme, name: str, scale: int, tick: float) -> Resource:
    steps: dict[int, int] = {0: 0}
    for step in sorted(programme.resource[name].capacity, key=lambda step: step.at.planned):
        units = min(floor(step.value.planned * scale + NEAR), LARGEST_UNITS)
        last = steps[max(steps)]
        # A rise counts from the first whole tick, a fall from the tick in which it comes.
        at = (up if units >= last else down)(max(step.at.planned, 0.0), tick)
        steps[max(at, *steps)] = units
    return Resource(name, tuple(sorted(steps.items())), programme.resource[name].kind in LEVELLED)


def _stocks(programme: Programme, scales: dict[str, int]) -> tuple[Stock, ...]:
    stocks = [
        Stock(
            name, floor(max((s.value.planned for s in programme.resource[name].capacity), default=0.0) * scales[name])
        )
        for name in _budgets(programme)
    ]
    if programme.objective.budget is not None:
        stocks.append(Stock("budget", floor(programme.objective.budget.planned)))
    return tuple(stocks)


def _working_time(calendar: Calendar, tick: float, horizon: int) -> WorkingTime:
    spans = [
        (max(0, up(start, tick)), horizon if isinf(end) else min(horizon, down(end, tick)))
        for start, end in zip(calendar.starts.tolist(), calendar.ends.tolist(), strict=True)
        if start < horizon * tick
    ]
    return WorkingTime(calendar.id, tuple((start, end) for start, end in spans if start < end))


def within(translation: Translation, horizon: int) -> Translation:
    """The same problem with a shorter horizon, in which every calendar still works: tables grow with it."""
    problem = translation.problem
    horizon = max([horizon, *(each.intervals[0][0] + 1 for each in problem.calendars)])
    if horizon >= problem.horizon:
        return translation
    calendars = tuple(
        replace(each, intervals=tuple((a, min(b, horizon)) for a, b in each.intervals if a < horizon))
        for each in problem.calendars
    )
    resources = tuple(
        replace(each, steps=tuple(step for step in each.steps if step[0] == 0 or step[0] < horizon))
        for each in problem.resources
    )
    return replace(translation, problem=replace(problem, horizon=horizon, calendars=calendars, resources=resources))
