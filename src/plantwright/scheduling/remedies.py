"""What would make an infeasible problem feasible: for each requirement of a clash the least change that is enough.

Every change is confirmed by a schedule that was found with it. Changes are compared by their share of what there is:
a deadline one day later in ten is as much as one electrician more of ten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from plantwright.scheduling.clash import Requirement, Sort, find, without
from plantwright.scheduling.problem import Link, Problem, Resource, Solution, Stock, due_within, stretches_held

V = TypeVar("V")

WHOLE = 1_000
"""Limits of spending are raised in parts of this."""

CLOSE = 0.02
"""Share of a date or an amount within which the least change is looked for."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of one requirement: `now` and `then` in ticks or units; `first` and `last` are the ticks between which
    more of a resource is needed. `share` is how much of it changes.
    """

    requirement: Requirement
    now: int
    then: int
    share: float
    first: int = 0
    last: int = 0


def remedies(problem: Problem, clash: Sequence[Requirement]) -> list[Remedy]:
    """The least change of each requirement alone that leaves a schedule, the smallest share first."""
    found = [remedy for each in clash if (remedy := _least(problem, each)) is not None]
    return sorted(found, key=lambda each: (each.share, each.requirement))


def changed(problem: Problem, remedy: Remedy) -> Problem:
    """The problem with a remedy applied."""
    return _with(problem, remedy.requirement, remedy.then)


def _with(problem: Problem, what: Requirement, value: int) -> Problem:
    """The problem with another date, lag, number of units more, or amount in a requirement."""
    number = what.number
    if what.sort is Sort.CAPACITY:
        old = problem.resources[number]
        raised = Resource(old.name, tuple((tick, units + value) for tick, units in old.steps))
        return replace(problem, resources=_put(problem.resources, number, raised))
    if what.sort is Sort.STOCK:
        return replace(problem, stocks=_put(problem.stocks, number, Stock(problem.stocks[number].name, value)))
    if what.sort is Sort.SPENDING:
        caps = [
            replace(cap, units=cap.units * value // WHOLE) if cap.account == number else cap for cap in problem.caps
        ]
        return replace(problem, caps=tuple(caps))
    if what.sort is Sort.MAX_LAG:
        link: Link = replace(problem.links[number], max_lag=value)
        return replace(problem, links=_put(problem.links, number, link))
    task = problem.tasks[number]
    if what.sort is Sort.DEADLINE:
        task = replace(task, deadline=value)
    elif what.sort is Sort.RELEASE:
        task = replace(task, release=value)
    else:
        task = replace(task, pausable=bool(value))
    return replace(problem, tasks=_put(problem.tasks, number, task))


def _put(values: tuple[V, ...], number: int, value: V) -> tuple[V, ...]:
    return (*values[:number], value, *values[number + 1 :])


def _least(problem: Problem, what: Requirement) -> Remedy | None:
    free = find(without(problem, [what]))
    if not free.start:
        return None
    now, enough = _now(problem, what), _enough(problem, what, free)
    if not find(_with(problem, what, enough)).start:
        return None
    then = _bisected(lambda value: find(_with(problem, what, value)), now, enough)
    share = abs(then - now) / max(_base(problem, what), 1)
    if what.sort is not Sort.CAPACITY:
        return Remedy(what, now, then, share)
    first, last = _beyond(problem, what.number, find(_with(problem, what, then)))
    return Remedy(what, now, then, share, first, last)


def _now(problem: Problem, what: Requirement) -> int:
    number = what.number
    if what.sort is Sort.CAPACITY:
        return 0
    if what.sort is Sort.STOCK:
        return problem.stocks[number].units
    if what.sort is Sort.SPENDING:
        return WHOLE
    if what.sort is Sort.MAX_LAG:
        return problem.links[number].max_lag or 0
    task = problem.tasks[number]
    value = {Sort.DEADLINE: task.deadline, Sort.RELEASE: task.release, Sort.PAUSES: int(task.pausable)}[what.sort]
    return value or 0


def _enough(problem: Problem, what: Requirement, free: Solution) -> int:
    """A value of the requirement that a schedule found without it keeps."""
    number = what.number
    if what.sort is Sort.CAPACITY:
        return max(problem.resources[number].peak, sum(max(m.demand[number] for m in t.modes) for t in problem.tasks))
    if what.sort is Sort.STOCK:
        modes = [task.modes[mode] for task, mode in zip(problem.tasks, free.mode, strict=True)]
        return sum(mode.consumption[number] for mode in modes)
    if what.sort is Sort.SPENDING:
        return max(WHOLE + 1, *(-(-WHOLE * paid // max(units, 1)) for paid, units in _paid(problem, number, free)))
    if what.sort is Sort.MAX_LAG:
        link = problem.links[number]
        begin = (free.finish if link.kind[0] == "F" else free.start)[link.before]
        return (free.finish if link.kind[1] == "F" else free.start)[link.after] - begin
    if what.sort is Sort.DEADLINE:
        return free.finish[number]
    return free.start[number] if what.sort is Sort.RELEASE else 1


def _paid(problem: Problem, account: int, solution: Solution) -> list[tuple[int, int]]:
    """What falls due in each period of an account, and what may."""
    modes = [task.modes[mode] for task, mode in zip(problem.tasks, solution.mode, strict=True)]
    dues = [due for mode in modes for due in mode.dues if due.account == account]
    caps = [cap for cap in problem.caps if cap.account == account]
    start, finish = solution.start, solution.finish
    falling = [sum(due_within(due, start[due.at], finish[due.at], cap) for due in dues) for cap in caps]
    return [(cap.paid + units, cap.units) for cap, units in zip(caps, falling, strict=True) if units]


def _base(problem: Problem, what: Requirement) -> int:
    return problem.resources[what.number].peak if what.sort is Sort.CAPACITY else abs(_now(problem, what))


def _bisected(ask: Callable[[int], Solution], now: int, enough: int) -> int:
    """The value nearest to `now`, within a share of it, with which a schedule is found; `enough` is one."""
    near = max(1, int(CLOSE * abs(enough))) if abs(enough - now) > 20 else 1
    bad, good = now, enough
    while abs(good - bad) > near:
        middle = (good + bad) // 2
        if ask(middle).start:
            good = middle
        else:
            bad = middle
    return good


def _beyond(problem: Problem, index: int, solution: Solution) -> tuple[int, int]:
    """First and last tick at which a schedule takes more of a resource than there is."""
    changes: dict[int, int] = {}
    for number, task in enumerate(problem.tasks):
        mode = task.modes[solution.mode[number]]
        for begin, end in stretches_held(problem, mode, index, solution.start[number], solution.finish[number]):
            changes[begin] = changes.get(begin, 0) + mode.demand[index]
            changes[end] = changes.get(end, 0) - mode.demand[index]
        for units in (units for k, units in task.supplies if k == index and solution.mode[number] != task.omission):
            changes[solution.finish[number]] = changes.get(solution.finish[number], 0) - units
    steps = problem.resources[index].steps
    for (tick, units), last in zip(steps, [0, *(units for _, units in steps)], strict=False):
        changes[tick] = changes.get(tick, 0) - (units - last)
    over, ticks, missing = [], sorted(changes), 0
    for tick, after in zip(ticks, [*ticks[1:], problem.horizon], strict=True):
        missing += changes[tick]
        over += [(tick, after)] if missing > 0 else []
    return (over[0][0], over[-1][1]) if over else (0, 0)
