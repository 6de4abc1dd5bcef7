"""The problem as flat NumPy arrays for the compiled kernels: `compile_arrays(problem) -> Arrays`.

Only a change of shape; no search and no judgement of the problem beyond finding a cycle among its minimum lags.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from plantwright.scheduling.problem import ELAPSED, Kind, Link, Mode, Problem, ProblemError, Stage, WorkingTime

Int = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Float = npt.NDArray[np.float64]

KINDS = {Kind.FS: 0, Kind.SS: 1, Kind.FF: 2, Kind.SF: 3}
STAGES = {Stage.MAKESPAN: 0, Stage.COMPLETION: 1, Stage.TARDINESS: 2, Stage.COST: 3, Stage.CHANGE: 4}
STAGES |= {Stage.PRESENT_COST: 5, Stage.LEVELLING: 6}
NEVER = np.int64(1) << 40


RELEASE, LATEST_START, DEADLINE, PAUSABLE, WEIGHT, DUE, BASELINE, TAIL, LATE_WEIGHT, OMISSION = range(10)
"""Columns of `Arrays.tasks`; TAIL is the ticks from the start to the end of all by the links alone, OMISSION the
mode that leaves the task out, or -1."""

DURATION, CALENDAR, COST, USE_FROM, USE_TO = range(5)
"""Columns of `Arrays.modes`; the last two bound the mode's rows of `Arrays.uses`."""

WORKED, TICK, RUN_START, RUN_END = range(4)
"""First index of `Arrays.clock`: working ticks before a tick, k-th working tick, ends of the interval around one."""


class Arrays(NamedTuple):
    """Tables of the n tasks, their m modes in a row, u uses of a resource by a mode and l links with a minimum lag.

    `tasks` [n, 10], `modes` [m, 5] by the columns above; `first_mode[i]:first_mode[i + 1]` are the modes of task i.
    `uses` [u, 3]: resource, units, ticks of the shortest break that frees them (0: none does). `before` and `after`
    [l, 3]: task at the other end, kind, lag, grouped by task with `before_from`, `after_from` [n + 1]. `supply_from`
    [n + 1] and `supplies` [s, 2]: resource, units from a task's finish on. `limits` [x, 4]: before, after, kind,
    maximum lag. `capacity` [resources, ticks], `clock` [4, calendars, ticks + 2]. Kinds of links are numbered FS 0,
    SS 1, FF 2, SF 3. Times in ticks.
    `scarcity` [resources] is the work on a resource over its peak, 1 for the scarcest.
    `movable` says that a schedule may be moved in time as a whole without breaking anything; `never` is the tick at
    which a task that is left out counts as finished. `due_from` [m + 1] and `dues` [d, 4]: task, event, account, amount
    of what falls due by a mode. `caps` [c, 4]: account, begin, end, units left. `growth` of money a tick; `levelled`
    [k]: the resources that are levelled. `priced` [ticks + 2]: ticks before each that are scarce, those of the calendar
    that is asked most of, or all where there is none; `pace` [calendars + 1]: scarce ticks that pass in a working tick
    of each calendar, round the clock first. `typical`: mean ticks from a task's start to its finish.
    """

    tasks: Int
    modes: Int
    first_mode: Int
    uses: Int32
    before_from: Int
    before: Int
    after_from: Int
    after: Int
    supply_from: Int
    supplies: Int
    limits: Int
    consumption: Int
    stock: Int
    capacity: Int32
    peak: Int
    scarcity: Float
    clock: Int32
    stages: Int
    movable: bool
    never: int
    due_from: Int
    dues: Int
    caps: Int
    growth: float
    levelled: Int
    priced: Int32
    pace: Float
    typical: int


def compile_arrays(problem: Problem) -> Arrays:
    """Arrays of the problem; raises `ProblemError` that names the tasks of a cycle of minimum lags."""
    minimum = [link for link in problem.links if link.lag is not None]
    order = topological_order(problem)
    waits = [*minimum, *supply_waits(problem, minimum)]
    rows = np.array([(link.before, link.after, KINDS[link.kind], link.lag) for link in waits], np.int64).reshape(-1, 4)
    modes = [mode for task in problem.tasks for mode in task.modes]
    use_from, uses = _uses(problem)
    clock, hours = _clock(problem.calendars, problem.horizon), _hours(problem)
    scarce = _scarce_calendar(modes, hours)
    return Arrays(
        _tasks(problem, _tails(problem, minimum, order)),
        np.array(
            [
                (mode.duration, mode.calendar, mode.cost, first, last)
                for mode, first, last in zip(modes, use_from[:-1], use_from[1:], strict=True)
            ],
            np.int64,
        ).reshape(len(modes), 5),
        _pointers([len(task.modes) for task in problem.tasks]),
        uses,
        *_by_end(rows, 1, len(problem.tasks)),
        *_by_end(rows, 0, len(problem.tasks)),
        _pointers([len(task.supplies) for task in problem.tasks]),
        np.array([supply for task in problem.tasks for supply in task.supplies], np.int64).reshape(-1, 2),
        _maximum_lags(problem),
        np.array([mode.consumption for mode in modes], np.int64).reshape(len(modes), len(problem.stocks)),
        _int([stock.units for stock in problem.stocks]),
        _capacity(problem),
        peak := _int([problem.ceiling(index) for index in range(len(problem.resources))]),
        _scarcity(problem, peak, use_from, uses),
        clock,
        _int([STAGES[stage] for stage in problem.objectives]),
        _is_movable(problem),
        problem.never,
        _pointers([len(mode.dues) for mode in modes]),
        np.array([(d.at, d.event, d.account, d.amount) for mode in modes for d in mode.dues], np.int64).reshape(-1, 4),
        np.array([(cap.account, cap.begin, cap.end, cap.left) for cap in problem.caps], np.int64).reshape(-1, 4),
        problem.growth,
        _int([index for index, resource in enumerate(problem.resources) if resource.levelled]),
        np.arange(problem.horizon + 2, dtype=np.int32) if scarce < 0 else clock[WORKED, scarce],
        hours[scarce + 1] / np.maximum(hours, 1),
        max(round(np.mean([mode.duration * hours[0] / max(hours[mode.calendar + 1], 1) for mode in modes] or [1])), 1),
    )


def _hours(problem: Problem) -> Float:
    """Working ticks of round the clock, then of every calendar."""
    return np.array([problem.horizon, *(sum(b - a for a, b in each.intervals) for each in problem.calendars)], float)


def _scarce_calendar(modes: list[Mode], hours: Float) -> int:
    """The calendar whose tasks hold most units for longest, in elapsed time; round the clock where all work so."""
    held = np.zeros(len(hours))
    for mode in modes:
        held[mode.calendar + 1] += mode.duration * sum(mode.demand)
    return int(np.argmax(held / np.maximum(hours, 1))) - 1


def _scarcity(problem: Problem, peak: Int, use_from: Int, uses: Int32) -> Float:
    """Work on each resource over its peak, beside that of the scarcest one; a little even for the idle."""
    ticks = np.array([mode.duration / len(task.modes) for task in problem.tasks for mode in task.modes])
    work = np.bincount(uses[:, 0], uses[:, 1] * np.repeat(ticks, np.diff(use_from)), len(peak))
    load = work / np.maximum(peak, 1)
    share: Float = np.maximum(load / max(load.max(initial=0.0), 1e-9), 1e-3)
    return share


def _is_movable(problem: Problem) -> bool:
    steady = all(len(resource.steps) == 1 for resource in problem.resources)
    free = all(
        not (task.release or task.weight or task.supplies)
        and task.latest_start is task.deadline is task.due is task.baseline is None
        and all(mode.calendar == ELAPSED or not mode.duration for mode in task.modes)
        for task in problem.tasks
    )
    return steady and free and not problem.caps


def _tasks(problem: Problem, tails: list[int]) -> Int:
    firsts = np.cumsum([0, *(len(task.modes) for task in problem.tasks)]).tolist()
    rows = [
        (
            task.release,
            _or_never(task.latest_start),
            _or_never(task.deadline),
            int(task.pausable),
            task.weight,
            _or_never(task.due),
            -1 if task.baseline is None else task.baseline,
            tail,
            task.late_weight,
            -1 if task.omission is None else first + task.omission,
        )
        for task, tail, first in zip(problem.tasks, tails, firsts, strict=False)
    ]
    return np.array(rows, np.int64).reshape(len(rows), 10)


def topological_order(problem: Problem) -> list[int]:
    """Indices of the tasks, each after those that a minimum lag puts before it; raises `ProblemError` at a cycle."""
    after: list[list[int]] = [[] for _ in problem.tasks]
    waiting = [0] * len(problem.tasks)
    for link in problem.links:
        if link.lag is not None:
            after[link.before].append(link.after)
            waiting[link.after] += 1
    order = [task for task, count in enumerate(waiting) if count == 0]
    for task in order:
        for later in after[task]:
            waiting[later] -= 1
            if waiting[later] == 0:
                order.append(later)
    if len(order) < len(problem.tasks):
        raise ProblemError((_cycle(problem, after, set(range(len(problem.tasks))) - set(order)),))
    return order


def supply_waits(problem: Problem, links: list[Link]) -> list[Link]:
    """Links without force in time that have a task placed after those that supply a resource it uses.

    Left out where the supplier itself waits for the user: then the user has to do with what is there before.
    """
    suppliers = [(number, task) for number, task in enumerate(problem.tasks) if task.supplies]
    if not suppliers:
        return []
    after: list[set[int]] = [set() for _ in problem.tasks]
    for link in links:
        after[link.before].add(link.after)
    waits = []
    for supplier, task in suppliers:
        supplied = {index for index, _ in task.supplies}
        for user, other in enumerate(problem.tasks):
            uses = any(mode.demand[index] for mode in other.modes for index in supplied)
            if uses and user not in after[supplier] and not _reaches(after, user, supplier):
                after[supplier].add(user)
                waits.append(Link(supplier, user, Kind.FS, -int(NEVER)))
    return waits


def _reaches(after: list[set[int]], begin: int, end: int) -> bool:
    found, stack = {begin}, [begin]
    while stack:
        for task in after[stack.pop()] - found:
            found.add(task)
            stack.append(task)
    return end in found


def _cycle(problem: Problem, after: list[list[int]], stuck: set[int]) -> str:
    # A stuck task may lie behind the cycle, but every one has a stuck task before it: walking back must close.
    before = {later: task for task in sorted(stuck) for later in after[task] if later in stuck}
    path = [min(before)]
    while before[path[-1]] not in path:
        path.append(before[path[-1]])
    path = [before[path[-1]], *reversed(path[path.index(before[path[-1]]) :])]
    return "the tasks wait for each other in a circle: " + " -> ".join(problem.tasks[task].name for task in path)


def _tails(problem: Problem, links: list[Link], order: list[int]) -> list[int]:
    """Ticks from a task's start to the end of all, by its shortest mode and the links alone, breaks left out."""
    shortest = [min(mode.duration for mode in task.modes) for task in problem.tasks]
    tail = list(shortest)
    after: list[list[Link]] = [[] for _ in problem.tasks]
    for link in links:
        after[link.before].append(link)
    for task in reversed(order):
        for link in after[task]:
            own = shortest[task] if link.kind in (Kind.FS, Kind.FF) else 0
            other = shortest[link.after] if link.kind in (Kind.FF, Kind.SF) else 0
            tail[task] = max(tail[task], own + (link.lag or 0) - other + tail[link.after])
    return tail


def _uses(problem: Problem) -> tuple[Int, Int32]:
    rows = [
        [(k, units, _shortest(mode, k)) for k, units in enumerate(mode.demand) if units and mode.duration]
        for task in problem.tasks
        for mode in task.modes
    ]
    flat = [use for row in rows for use in row]
    return _pointers([len(row) for row in rows]), np.array(flat, np.int32).reshape(len(flat), 3)


def _shortest(mode: Mode, resource: int) -> int:
    return (
        max(dict(mode.released).get(resource, -1), 1) if mode.calendar >= 0 and resource in dict(mode.released) else 0
    )


def _capacity(problem: Problem) -> Int32:
    capacity = np.zeros((len(problem.resources), problem.horizon), np.int32)
    for row, resource in zip(capacity, problem.resources, strict=True):
        for tick, units in resource.steps:
            row[tick:] = units
    return capacity


def _by_end(links: Int, end: int, size: int) -> tuple[Int, Int]:
    """Where each task's group of links begins, and the links (task at the other end, kind, lag), by the end 0 or 1."""
    order = np.argsort(links[:, end], kind="stable")
    counts = np.bincount(links[:, end], minlength=size)
    return _pointers(counts.tolist()), np.ascontiguousarray(links[order][:, [1 - end, 2, 3]])


def _maximum_lags(problem: Problem) -> Int:
    rows = [
        (link.before, link.after, KINDS[link.kind], link.max_lag) for link in problem.links if link.max_lag is not None
    ]
    return np.array(rows, np.int64).reshape(len(rows), 4)


def _clock(calendars: tuple[WorkingTime, ...], horizon: int) -> Int32:
    clock = np.zeros((4, len(calendars), horizon + 2), np.int32)
    clock[TICK] = horizon + 1
    for row, calendar in enumerate(calendars):
        spans = np.minimum(np.array(calendar.intervals, np.int64).reshape(-1, 2), horizon)
        starts, ends = spans[spans[:, 0] < spans[:, 1]].T
        lengths = ends - starts
        ticks = np.arange(lengths.sum()) + np.repeat(ends - np.cumsum(lengths), lengths)
        clock[RUN_START, row, ticks] = np.repeat(starts, lengths)
        clock[RUN_END, row, ticks] = np.repeat(ends, lengths)
        clock[WORKED, row, ticks + 1] = 1
        np.cumsum(clock[WORKED, row], out=clock[WORKED, row])
        clock[TICK, row, : len(ticks)] = ticks
    return clock


def _or_never(tick: int | None) -> int:
    return int(NEVER) if tick is None else tick


def _pointers(lengths: list[int]) -> Int:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(_int(lengths))]).astype(np.int64)


def _int(values: list[int]) -> Int:
    return np.array(values, np.int64)
