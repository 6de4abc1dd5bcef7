"""Windows: a few tasks of a schedule taken out, with everything else standing still, as a small problem of its own.

What stands before and beside a window becomes dates and capacity; what lies behind it becomes sinks: one task without
work for each thing that an objective speaks of, at the end of the longest way that links and handovers make to it
(partial order schedules: Godard, Laborie & Nuijten 2005). So a window knows what an hour gained in it is worth later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from plantwright.scheduling.arrays import Arrays, Int
from plantwright.scheduling.flow import resource_flow
from plantwright.scheduling.problem import (
    Kind,
    Link,
    Mode,
    Problem,
    Resource,
    Solution,
    Stage,
    Status,
    Stock,
    Task,
    WorkingTime,
    objective_values,
    stretches_held,
)

Bool = npt.NDArray[np.bool_]

NO_WAY = -(1 << 50)
WHOLE_STAGES = frozenset({Stage.PRESENT_COST, Stage.LEVELLING})
"""Objectives that a window leaves out, for they speak of payments and use in the whole schedule."""

SINKS = 60
"""Most tasks behind a window that are followed one by one, the heaviest first; a window is but a proposal."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A schedule with what windows need of it: units held and supplied [tasks, resources], and who waits for whom.

    `stretches` are (task, resource, begin, end, units) where a resource is free over breaks; it is not in `held` then.
    `before[task]` are (earlier task, kind, lag) of all links and handovers; `order` are the tasks by their starts.
    """

    solution: Solution
    start: Int
    finish: Int
    held: Int
    supplied: Int
    stretches: tuple[tuple[int, int, int, int, int], ...]
    before: tuple[tuple[tuple[int, Kind, int], ...], ...]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The problem of the `free` tasks, in ticks from `begin`: they come first, in order, then two pins, then sinks."""

    free: tuple[int, ...]
    begin: int
    problem: Problem
    known: Solution


def standing(problem: Problem, solution: Solution) -> Standing:
    """What windows of a schedule need to know of it."""
    shape = len(problem.tasks), len(problem.resources)
    modes = [task.modes[mode] for task, mode in zip(problem.tasks, solution.mode, strict=True)]
    held = np.array([mode.demand for mode in modes], np.int64).reshape(shape)
    supplied = np.zeros(shape, np.int64)
    stretches: list[tuple[int, int, int, int, int]] = []
    before: list[list[tuple[int, Kind, int]]] = [[] for _ in problem.tasks]
    for number, (task, mode) in enumerate(zip(problem.tasks, modes, strict=True)):
        for resource, units in task.supplies if solution.mode[number] != task.omission else ():
            supplied[number, resource] += units
        for resource, _ in mode.released:
            spans = stretches_held(problem, mode, resource, solution.start[number], solution.finish[number])
            stretches += [(number, resource, *span, mode.demand[resource]) for span in spans]
            held[number, resource] = 0
    for link in problem.links:
        if link.lag is not None:
            before[link.after].append((link.before, link.kind, link.lag))
    for giver, taker in resource_flow(problem, solution):
        before[taker].append((giver, Kind.FS, 0))
    return Standing(
        solution,
        np.array(solution.start, np.int64),
        np.array(solution.finish, np.int64),
        held,
        supplied,
        tuple(stretches),
        tuple(map(tuple, before)),
        tuple(sorted(range(len(problem.tasks)), key=lambda task: (solution.start[task], solution.finish[task], task))),
    )


def window_of(problem: Problem, arrays: Arrays, plan: Standing, free: Iterable[int]) -> Window | None:
    """The problem of some tasks, all others standing; they may move by half the time that they span.

    None where no task is free. A task left out counts here as finished at the horizon, however early `never` is, and
    limits of spending are left out: both are judged when the schedule is generated again.
    """
    free = tuple(sorted(number for number in free if _is_free(problem.tasks[number])))
    if not free:
        return None
    first, last = int(plan.start[list(free)].min()), int(plan.finish[list(free)].max())
    slack = (last - first) // 2 + 1
    begin, end = max(0, first - slack), min(problem.horizon, last + slack)
    tasks = [_shifted(problem.tasks[number], int(plan.finish[number]), begin, end) for number in free]
    pins = [Task(name, (_nothing(problem),), latest_start=0) for name in ("before", "after")]
    sinks, ways = _sinks(problem, plan, free, begin, len(free) + len(pins))
    outside = np.ones(len(problem.tasks), np.bool_)
    outside[list(free)] = False
    window = replace(
        problem,
        tasks=(*tasks, *pins, *sinks),
        links=(*_links(problem, plan, free, begin), *ways),
        resources=_room(problem, arrays, plan, outside, begin, end),
        stocks=_left(problem, plan, outside),
        calendars=tuple(_cut(calendar, begin, end) for calendar in problem.calendars),
        horizon=problem.horizon - begin,
        never=max(problem.never, problem.horizon) - begin,
        caps=(),
        objectives=tuple(each for each in problem.objectives if each not in WHOLE_STAGES) or (Stage.MAKESPAN,),
    )
    return Window(free, begin, window, _known(window, plan, free, begin))


def put_back(problem: Problem, plan: Standing, window: Window, found: Solution) -> Solution:
    """The schedule with the free tasks where a solution of the window has them."""
    start, finish, mode = list(plan.solution.start), list(plan.solution.finish), list(plan.solution.mode)
    for place, number in enumerate(window.free):
        start[number] = found.start[place] + window.begin
        finish[number] = found.finish[place] + window.begin
        mode[number] = found.mode[place]
    dates = tuple(start), tuple(finish), tuple(mode)
    return replace(
        plan.solution, start=dates[0], finish=dates[1], mode=dates[2], values=objective_values(problem, *dates)
    )


def _is_free(task: Task) -> bool:
    """Whether a task may be in a window: not if leaving it out would take from others what it supplies."""
    return task.omission is None or not task.supplies


def _shifted(task: Task, finish: int, begin: int, end: int) -> Task:
    # What a task supplies counts where it stands, for other tasks may hold it: the task may not be later.
    last = min(end, end if task.deadline is None else task.deadline, finish if task.supplies else end)
    return replace(
        task,
        release=max(0, task.release - begin),
        latest_start=None if task.latest_start is None else task.latest_start - begin,
        deadline=last - begin,
        due=None if task.due is None else task.due - begin,
        baseline=None if task.baseline is None else task.baseline - begin,
        supplies=(),
    )


def _links(problem: Problem, plan: Standing, free: tuple[int, ...], begin: int) -> list[Link]:
    """All links of free tasks in the window's numbers; standing tasks become the two pins, both at the window's tick 0.

    A pin that follows free tasks is another than the one that precedes them, for one alone would close a circle.
    """
    place = {number: index for index, number in enumerate(free)}
    links = []
    for link in problem.links:
        before, after = place.get(link.before, len(free)), place.get(link.after, len(free) + 1)
        if before < len(free) or after < len(free):
            moment = 0
            if before == len(free):
                moment = begin - int((plan.finish if link.kind in (Kind.FS, Kind.FF) else plan.start)[link.before])
            if after == len(free) + 1:
                moment = int((plan.finish if link.kind in (Kind.FF, Kind.SF) else plan.start)[link.after]) - begin
            lag, max_lag = (None if each is None else each - moment for each in (link.lag, link.max_lag))
            links.append(Link(before, after, link.kind, lag, max_lag))
    return links


def _nothing(problem: Problem) -> Mode:
    return Mode(0, (0,) * len(problem.resources), (0,) * len(problem.stocks))


def _sinks(
    problem: Problem, plan: Standing, free: tuple[int, ...], begin: int, first: int
) -> tuple[list[Task], list[Link]]:
    """What lies behind the window: the heaviest tasks with a weight or due date, and the end of all."""
    ways = _ways(problem, plan, free)
    behind = [
        number
        for number in np.flatnonzero(ways[:, :-1].max(axis=1, initial=NO_WAY) > NO_WAY).tolist()
        if number not in free
        and (problem.tasks[number].weight or problem.tasks[number].due is not None)
        and plan.solution.mode[number] != problem.tasks[number].omission
    ]
    behind.sort(key=lambda number: -max(problem.tasks[number].weight, problem.tasks[number].late_weight))
    sinks = [_sink(problem, number, ways[number], begin) for number in behind[:SINKS]]
    rows = [ways[number] for number in behind[:SINKS]]
    if Stage.MAKESPAN in problem.objectives:
        outside = np.ones(len(ways), np.bool_)
        outside[list(free)] = False
        rows.append(ways[outside].max(axis=0, initial=0))
        sinks.append(Task("end", (_nothing(problem),), release=max(0, int(rows[-1][-1]) - begin)))
    links = [
        Link(place, first + number, Kind.FS, int(lag))
        for number, row in enumerate(rows)
        for place, lag in enumerate(row[:-1])
        if lag > NO_WAY
    ]
    return sinks, links


def _sink(problem: Problem, number: int, row: Int, begin: int) -> Task:
    task = problem.tasks[number]
    return Task(
        task.name,
        (_nothing(problem),),
        release=max(0, int(row[-1]) - begin),
        weight=task.weight,
        due=None if task.due is None else task.due - begin,
        late_weight=task.late_weight,
    )


def _ways(problem: Problem, plan: Standing, free: tuple[int, ...]) -> Int:
    """Ticks from the finish of each free task to that of each task behind it; last column: the least finish anyhow.

    Elapsed times are taken as they are now. Tasks in the order of their starts: a link that goes against it is left
    out, which happens with leads only.
    """
    place = {number: index for index, number in enumerate(free)}
    ways = np.full((len(problem.tasks), len(free) + 1), NO_WAY, np.int64)
    slides = np.zeros(len(problem.tasks), np.bool_)
    slides[list(free)] = True
    elapsed = plan.finish - plan.start
    for number in plan.order:
        if number in place:
            ways[number, place[number]] = 0
            continue
        row = ways[number]
        if not any(slides[earlier] for earlier, _, _ in plan.before[number]):
            row[-1] = plan.finish[number]
            continue
        slides[number] = True
        row[-1] = problem.tasks[number].release + elapsed[number]
        for earlier, kind, lag in plan.before[number]:
            shift = lag - (elapsed[earlier] if kind in (Kind.SS, Kind.SF) else 0)
            shift += elapsed[number] if kind in (Kind.FS, Kind.SS) else 0
            np.maximum(row, np.where(ways[earlier] > NO_WAY, ways[earlier] + shift, NO_WAY), out=row)
    return ways


def _room(
    problem: Problem, arrays: Arrays, plan: Standing, outside: Bool, begin: int, end: int
) -> tuple[Resource, ...]:
    """What standing tasks leave of every resource in the window, and what all tasks supply to it as they stand."""
    change = np.zeros((end - begin + 1, len(problem.resources)), np.int64)
    np.add.at(change, np.clip(plan.start[outside] - begin, 0, end - begin), -plan.held[outside])
    np.add.at(change, np.clip(plan.finish[outside] - begin, 0, end - begin), plan.held[outside])
    np.add.at(change, np.clip(plan.finish - begin, 0, end - begin), plan.supplied)
    for number, resource, start, finish, taken in plan.stretches:
        if outside[number]:
            change[min(max(start - begin, 0), end - begin), resource] -= taken
            change[min(max(finish - begin, 0), end - begin), resource] += taken
    units = arrays.capacity[:, begin:end] + np.cumsum(change[:-1], axis=0).T
    return tuple(Resource(resource.name, _steps(row)) for resource, row in zip(problem.resources, units, strict=True))


def _steps(units: Int) -> tuple[tuple[int, int], ...]:
    ticks = [0, *(np.flatnonzero(np.diff(units)) + 1).tolist()]
    return tuple((tick, int(units[tick])) for tick in ticks)


def _left(problem: Problem, plan: Standing, outside: Bool) -> tuple[Stock, ...]:
    spent = [0] * len(problem.stocks)
    for number in np.flatnonzero(outside):
        for index, units in enumerate(problem.tasks[number].modes[plan.solution.mode[number]].consumption):
            spent[index] += units
    return tuple(replace(stock, units=stock.units - used) for stock, used in zip(problem.stocks, spent, strict=True))


def _cut(calendar: WorkingTime, begin: int, end: int) -> WorkingTime:
    spans = [(max(a, begin) - begin, min(b, end) - begin) for a, b in calendar.intervals if a < end and b > begin]
    return replace(calendar, intervals=tuple(spans) or ((end - begin, end - begin + 1),))


def _known(window: Problem, plan: Standing, free: tuple[int, ...], begin: int) -> Solution:
    """The standing schedule as a solution of the window: sinks finish as early as the ways to them allow."""
    start = [int(plan.start[number]) - begin for number in free]
    finish = [int(plan.finish[number]) - begin for number in free]
    mode = [plan.solution.mode[number] for number in free]
    rest = range(len(free), len(window.tasks))
    start += [window.tasks[number].release for number in rest]
    finish += [window.tasks[number].release for number in rest]
    for link in window.links:
        if link.before < len(free) and window.tasks[link.after].latest_start is None and link.after in rest:
            start[link.after] = finish[link.after] = max(finish[link.after], finish[link.before] + (link.lag or 0))
    dates = tuple(start), tuple(finish), (*mode, *(0 for _ in rest))
    return Solution(Status.FEASIBLE, *dates, objective_values(window, *dates), engine="generation")
