"""The scheduling problem in whole ticks of time, and a solution of it, as plain frozen values.

Tasks with modes, links of four kinds with lags, renewable and non-renewable resources, calendars and the list of
objectives. Nothing here knows the programme, a file format or an engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from itertools import pairwise
from math import exp

PRESENT = -1
"""Account of the payments that the present cost is made of."""

LEVELLED_UNITS = 100
"""Integer units of the levelling objective: one is a hundredth of a tick of full use."""

ELAPSED = -1
"""Index of the calendar that never stops: lead times, curing, transport."""


class ProblemError(ValueError):
    """A problem that cannot be stated; carries every reason found, not just the first."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Kind(StrEnum):
    """Which ends of two tasks a link ties: first letter the earlier task's end, second the later one's."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class Stage(StrEnum):
    """One stage of the list of objectives; every stage is minimised, in the order given."""

    MAKESPAN = "makespan"
    COMPLETION = "weighted completion"
    TARDINESS = "weighted tardiness"
    COST = "cost"
    CHANGE = "change"
    PRESENT_COST = "present cost"
    LEVELLING = "levelling"


LATE_STAGES = frozenset({Stage.PRESENT_COST, Stage.LEVELLING, Stage.CHANGE})
"""Objectives that a later start may improve."""


class Event(IntEnum):
    """When a payment falls due: at the start or the finish of a task, or evenly while it goes on."""

    START = 0
    FINISH = 1
    PROGRESS = 2


class Status(StrEnum):
    """What is known of a solution."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Due:
    """Money of an account that falls due at an event of task `at`; PROGRESS only of the task whose mode it is of."""

    at: int
    event: Event
    account: int
    amount: int


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may fall due of an account from tick `begin` to before `end`; a finish at `begin` is before it.

    `paid` of it is gone already, and may be more than `units`.
    """

    account: int
    begin: int
    end: int
    units: int
    paid: int = 0

    @property
    def left(self) -> int:
        """Return how much may still fall due."""
        return max(self.units - self.paid, 0)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do a task: working ticks, units of each renewable resource held, units consumed, cost.

    `released` are (resource, ticks): the resource is free over the mode's breaks of at least so many ticks. `dues` are
    what falls due of the problem's capped accounts.
    """

    duration: int
    demand: tuple[int, ...] = ()
    consumption: tuple[int, ...] = ()
    cost: int = 0
    calendar: int = ELAPSED
    released: tuple[tuple[int, int], ...] = ()
    dues: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its modes and dates in ticks; `weight` (of its finish), `due`, `late_weight` and
    `baseline` speak to the objectives only.

    `supplies` are (resource, units) that are there from the task's finish on, beyond the resource's own steps.
    `omission` is the mode, without duration and demand, that leaves the task out: then it supplies nothing, and for its
    weight it counts as finished at the problem's tick `never`. Its dates and links hold all the same, for an instant.
    """

    name: str
    modes: tuple[Mode, ...]
    release: int = 0
    latest_start: int | None = None
    deadline: int | None = None
    pausable: bool = True
    weight: int = 0
    due: int | None = None
    late_weight: int = 1
    baseline: int | None = None
    supplies: tuple[tuple[int, int], ...] = ()
    omission: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """`after`'s end is at least `lag` and at most `max_lag` ticks after `before`'s end; None says no limit."""

    before: int
    after: int
    kind: Kind = Kind.FS
    lag: int | None = 0
    max_lag: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A renewable resource; `steps` are (tick, units from then on), the first at tick 0. A `levelled` one counts in the
    levelling objective.
    """

    name: str
    steps: tuple[tuple[int, int], ...]
    levelled: bool = False

    @property
    def peak(self) -> int:
        """Most units ever there."""
        return max(units for _, units in self.steps)


@dataclass(frozen=True, slots=True)
class Stock:
    """A non-renewable resource: units for the whole horizon, such as a budget."""

    name: str
    units: int


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A calendar: working intervals [start, end) in ticks, sorted and apart from each other."""

    name: str
    intervals: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole scheduling problem; raises `ProblemError` with all reasons when it makes no sense.

    A task holds its renewable resources from start to finish, over its calendar's breaks too but for what its mode
    releases. Money due at tick t is worth exp(-`growth` t) of it at the start. Ticks run from 0 to `horizon`; nothing
    may finish later. Links are between indices of `tasks`; a negative `lag` is a lead.
    """

    tasks: tuple[Task, ...]
    links: tuple[Link, ...] = ()
    resources: tuple[Resource, ...] = ()
    stocks: tuple[Stock, ...] = ()
    calendars: tuple[WorkingTime, ...] = ()
    horizon: int = 0
    objectives: tuple[Stage, ...] = (Stage.MAKESPAN,)
    name: str = ""
    never: int = 0
    caps: tuple[Cap, ...] = ()
    growth: float = 0.0

    def __post_init__(self) -> None:
        reasons = (
            *_task_reasons(self),
            *_link_reasons(self),
            *_resource_reasons(self),
            *_calendar_reasons(self),
            *_objective_reasons(self),
        )
        if reasons:
            raise ProblemError(reasons)

    def ceiling(self, resource: int) -> int:
        """Most units of a resource that could ever be there: its peak and all that tasks supply."""
        supplied = sum(units for task in self.tasks for index, units in task.supplies if index == resource)
        return self.resources[resource].peak + supplied


def due_within(due: Due, start: int, finish: int, cap: Cap) -> int:
    """How much of a payment falls into a cap's period when its task runs from start to finish (ticks)."""
    if due.event is Event.PROGRESS and finish > start:
        return due.amount * max(min(finish, cap.end) - max(start, cap.begin), 0) // (finish - start)
    if due.event is Event.START:
        return due.amount if cap.begin <= start < cap.end else 0
    return due.amount if cap.begin < max(finish, 1) <= cap.end else 0


def keeps_caps(problem: Problem, start: tuple[int, ...], finish: tuple[int, ...], mode: tuple[int, ...]) -> bool:
    """Whether no more falls due in any capped period than it allows."""
    dues = [due for task, chosen in zip(problem.tasks, mode, strict=True) for due in task.modes[chosen].dues]
    return all(
        sum(due_within(due, start[due.at], finish[due.at], cap) for due in dues if due.account == cap.account)
        <= cap.left
        for cap in problem.caps
    )


def stretches_held(problem: Problem, mode: Mode, resource: int, start: int, finish: int) -> list[tuple[int, int]]:
    """The stretches [begin, end) of ticks over which a task in a mode holds a resource between start and finish."""
    shortest = dict(mode.released).get(resource)
    if shortest is None or mode.calendar < 0 or not mode.duration:
        return [(start, finish)]
    held: list[tuple[int, int]] = []
    for opens, closes in problem.calendars[mode.calendar].intervals:
        begin, end = max(opens, start), min(closes, finish)
        if begin < end:
            joins = held and begin - held[-1][1] < max(shortest, 1)
            held[-1:] = [(held[-1][0], end)] if joins else [*held[-1:], (begin, end)]
    return held


@dataclass(frozen=True, slots=True)
class Solution:
    """Starts, finishes (ticks) and mode indices by task, the value and proved bound of every objective.

    Empty tuples when nothing was found. `engine` names what found it: "generation" or "cp-sat".
    """

    status: Status
    start: tuple[int, ...] = ()
    finish: tuple[int, ...] = ()
    mode: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    bounds: tuple[int, ...] = ()
    seconds: float = 0.0
    engine: str = ""
    schedules: int = field(default=0)

    @property
    def found(self) -> bool:
        """Whether there is a schedule."""
        return bool(self.start) or self.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def makespan(self) -> int:
        """Latest finish in ticks."""
        return max(self.finish, default=0)


def objective_values(
    problem: Problem, start: tuple[int, ...], finish: tuple[int, ...], mode: tuple[int, ...]
) -> tuple[int, ...]:
    """The value of every objective of the problem, in its order, from starts, finishes and modes."""
    return tuple(_value(problem, stage, start, finish, mode) for stage in problem.objectives)


def _value(
    problem: Problem, stage: Stage, start: tuple[int, ...], finish: tuple[int, ...], mode: tuple[int, ...]
) -> int:
    tasks = problem.tasks
    if stage is Stage.MAKESPAN:
        return max(finish, default=0)
    if stage is Stage.COMPLETION:
        return sum(
            task.weight * (problem.never if chosen == task.omission else end)
            for task, end, chosen in zip(tasks, finish, mode, strict=True)
        )
    if stage is Stage.TARDINESS:
        return sum(
            task.late_weight * max(0, end - task.due)
            for task, end in zip(tasks, finish, strict=True)
            if task.due is not None
        )
    if stage in LATE_STAGES:
        return _late_value(problem, stage, start, finish, mode)
    return sum(task.modes[chosen].cost for task, chosen in zip(tasks, mode, strict=True))


def _late_value(
    problem: Problem, stage: Stage, start: tuple[int, ...], finish: tuple[int, ...], mode: tuple[int, ...]
) -> int:
    tasks = problem.tasks
    if stage is Stage.CHANGE:
        return sum(
            abs(begin - task.baseline) for task, begin in zip(tasks, start, strict=True) if task.baseline is not None
        )
    if stage is Stage.PRESENT_COST:
        dues = [due for task, chosen in zip(tasks, mode, strict=True) for due in task.modes[chosen].dues]
        return round(sum(present_value(problem.growth, due, start, finish) for due in dues if due.account == PRESENT))
    levelled = [number for number, resource in enumerate(problem.resources) if resource.levelled]
    return sum(_squared_use(problem, index, start, finish, mode) for index in levelled)


def present_value(growth: float, due: Due, start: tuple[int, ...], finish: tuple[int, ...]) -> float:
    """What a payment is worth at tick 0; one in progress is paid evenly from start to finish."""
    begin, end = start[due.at], finish[due.at]
    if due.event is Event.PROGRESS and end > begin and growth > 0:
        return due.amount * (exp(-growth * begin) - exp(-growth * end)) / (growth * (end - begin))
    return due.amount * exp(-growth * (begin if due.event is Event.START else end))


def _squared_use(
    problem: Problem, index: int, start: tuple[int, ...], finish: tuple[int, ...], mode: tuple[int, ...]
) -> int:
    """Sum over the ticks of a resource's use squared, as shares of its ceiling, in `LEVELLED_UNITS`."""
    change: dict[int, int] = {}
    for number, task in enumerate(problem.tasks):
        chosen = task.modes[mode[number]]
        held = stretches_held(problem, chosen, index, start[number], finish[number]) if chosen.demand[index] else []
        for begin, end in held:
            change[begin] = change.get(begin, 0) + chosen.demand[index]
            change[end] = change.get(end, 0) - chosen.demand[index]
    use = total = last = 0
    for tick in sorted(change):
        total += use * use * (tick - last)
        use, last = use + change[tick], tick
    return total * LEVELLED_UNITS // max(problem.ceiling(index), 1) ** 2


def _task_reasons(problem: Problem) -> tuple[str, ...]:
    return tuple(reason for task in problem.tasks for reason in _one_task_reasons(problem, task))


def _one_task_reasons(problem: Problem, task: Task) -> list[str]:
    reasons = []
    sizes = len(problem.resources), len(problem.stocks)
    if not task.modes:
        reasons.append(f"task {task.name!r} has no mode")
    if task.release < 0 or task.weight < 0 or task.late_weight < 0:
        reasons.append(f"task {task.name!r} has a negative release or weight")
    if any(not 0 <= index < len(problem.resources) or units < 0 for index, units in task.supplies):
        reasons.append(f"task {task.name!r} supplies a resource that is not there, or less than nothing of one")
    if task.omission is not None and (
        not 0 <= task.omission < len(task.modes)
        or task.modes[task.omission].duration
        or any(task.modes[task.omission].demand)
    ):
        reasons.append(f"task {task.name!r} is left out by a mode that is not there, or that takes something")
    for number, mode in enumerate(task.modes, start=1):
        if _is_plain(mode, sizes, len(problem.calendars)):
            continue
        where = f"mode {number} of task {task.name!r}"
        if mode.duration < 0 or min(mode.demand, default=0) < 0 or min(mode.consumption, default=0) < 0:
            reasons.append(f"{where} has a negative duration, demand or consumption")
        if (len(mode.demand), len(mode.consumption)) != sizes:
            reasons.append(f"{where} does not say a number for every resource")
        if not ELAPSED <= mode.calendar < len(problem.calendars):
            reasons.append(f"{where} names a calendar that is not there")
    return reasons


def _is_plain(mode: Mode, sizes: tuple[int, int], calendars: int) -> bool:
    """Whether nothing is wrong with a mode, asked first because there may be tens of thousands."""
    return (
        mode.duration >= 0
        and (len(mode.demand), len(mode.consumption)) == sizes
        and ELAPSED <= mode.calendar < calendars
        and min(mode.demand, default=0) >= 0
        and min(mode.consumption, default=0) >= 0
    )


def _link_reasons(problem: Problem) -> tuple[str, ...]:
    size = len(problem.tasks)
    reasons = []
    for link in problem.links:
        if not (0 <= link.before < size and 0 <= link.after < size):
            reasons.append(f"link {link.before}->{link.after} names a task that is not there")
        elif link.before == link.after:
            reasons.append(f"task {problem.tasks[link.before].name!r} is linked to itself")
        elif link.max_lag is not None and link.lag is not None and link.max_lag < link.lag:
            names = f"{problem.tasks[link.before].name!r} and {problem.tasks[link.after].name!r}"
            reasons.append(f"the link of {names} has a maximum lag below its minimum")
    return tuple(reasons)


def _resource_reasons(problem: Problem) -> tuple[str, ...]:
    reasons = []
    for resource in problem.resources:
        ticks = [tick for tick, _ in resource.steps]
        if not ticks or ticks[0] != 0 or any(a >= b for a, b in pairwise(ticks)):
            reasons.append(f"the steps of resource {resource.name!r} do not begin at 0 and rise")
        elif min(units for _, units in resource.steps) < 0:
            reasons.append(f"resource {resource.name!r} has a negative capacity")
    reasons += [f"stock {stock.name!r} is negative" for stock in problem.stocks if stock.units < 0]
    return tuple(reasons)


def _calendar_reasons(problem: Problem) -> tuple[str, ...]:
    reasons = []
    for calendar in problem.calendars:
        flat = [tick for interval in calendar.intervals for tick in interval]
        if not flat:
            reasons.append(f"calendar {calendar.name!r} has no working time")
        elif flat[0] < 0 or any(a > b for a, b in pairwise(flat)):
            reasons.append(f"the intervals of calendar {calendar.name!r} are not sorted and apart")
    return tuple(reasons)


def _objective_reasons(problem: Problem) -> tuple[str, ...]:
    reasons = []
    if problem.horizon < 0:
        reasons.append("the horizon is negative")
    if not problem.objectives or len(set(problem.objectives)) != len(problem.objectives):
        reasons.append("the objectives are empty or name a stage twice")
    return tuple(reasons)
