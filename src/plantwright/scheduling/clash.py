"""Why there is no schedule: the smallest set of named requirements that clash, found by leaving out what is not needed.

A requirement is a date, a greatest lag, a capacity, a stock, a limit of spending or a ban on pauses. Links and
durations are given. Deletion filter: Chinneck & Dravnieks (1991), in halves, quarters and so on before single ones.
What would help is in `remedies`; rows and words for the planner in `why_not`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from plantwright.scheduling.bounds import earliest_dates, makespan_bound
from plantwright.scheduling.cpsat import improve
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import Link, Problem, ProblemError, Resource, Solution, Stage, Status, Stock, Task

TRIES = 60
"""Schedules that the generator makes to find out whether there is one."""

EFFORT = 4.0
"""CP-SAT's deterministic seconds for one question whether there is a schedule."""

LARGEST_ASKED = 600
"""Modes beyond which CP-SAT is not asked: its model would take longer than the whole search."""

CALENDAR_WAYS = 6
"""How many modes without a calendar one with breaks counts for: its model has a Boolean for each elapsed duration."""

MOST_CLASHES = 5


class Sort(StrEnum):
    """What a requirement is about; its number counts tasks, links, resources, stocks or accounts of the problem."""

    DEADLINE = "deadline"
    RELEASE = "release"
    MAX_LAG = "greatest lag"
    PAUSES = "pauses"
    CAPACITY = "capacity"
    STOCK = "stock"
    SPENDING = "spending"


@dataclass(frozen=True, slots=True, order=True)
class Requirement:
    """One thing that a schedule has to keep, and that a planner could change."""

    sort: Sort
    number: int


def requirements(problem: Problem) -> list[Requirement]:
    """Every requirement of a problem that binds anything, dates first."""
    tasks, links = list(enumerate(problem.tasks)), list(enumerate(problem.links))
    return [
        *(Requirement(Sort.RELEASE, number) for number, task in tasks if task.release > 0),
        *(Requirement(Sort.CAPACITY, number) for number in range(len(problem.resources))),
        *(Requirement(Sort.STOCK, number) for number in range(len(problem.stocks))),
        *(Requirement(Sort.SPENDING, number) for number in sorted({cap.account for cap in problem.caps})),
        *(Requirement(Sort.PAUSES, number) for number, task in tasks if not task.pausable),
        *(Requirement(Sort.MAX_LAG, number) for number, link in links if link.max_lag is not None),
        *(Requirement(Sort.DEADLINE, number) for number, task in tasks if task.deadline is not None),
    ]


def without(problem: Problem, dropped: Collection[Requirement]) -> Problem:
    """The problem without some of its requirements."""
    lost = {sort: {each.number for each in dropped if each.sort is sort} for sort in Sort}
    return replace(
        problem,
        caps=tuple(cap for cap in problem.caps if cap.account not in lost[Sort.SPENDING]),
        tasks=tuple(_freed(task, number, lost) for number, task in enumerate(problem.tasks)),
        links=tuple(
            _slack(link) if number in lost[Sort.MAX_LAG] else link for number, link in enumerate(problem.links)
        ),
        resources=tuple(
            _ample(problem, number) if number in lost[Sort.CAPACITY] else each
            for number, each in enumerate(problem.resources)
        ),
        stocks=tuple(
            Stock(each.name, _most_consumed(problem, number)) if number in lost[Sort.STOCK] else each
            for number, each in enumerate(problem.stocks)
        ),
    )


def _freed(task: Task, number: int, lost: dict[Sort, set[int]]) -> Task:
    return replace(
        task,
        release=0 if number in lost[Sort.RELEASE] else task.release,
        deadline=None if number in lost[Sort.DEADLINE] else task.deadline,
        pausable=task.pausable or number in lost[Sort.PAUSES],
    )


def _slack(link: Link) -> Link:
    return replace(link, max_lag=None)


def _ample(problem: Problem, number: int) -> Resource:
    wanted = sum(max(mode.demand[number] for mode in task.modes) for task in problem.tasks)
    return Resource(problem.resources[number].name, ((0, max(wanted, problem.resources[number].peak)),))


def _most_consumed(problem: Problem, number: int) -> int:
    return sum(max(mode.consumption[number] for mode in task.modes) for task in problem.tasks)


def find(problem: Problem) -> Solution:
    """Any schedule of the problem; INFEASIBLE where there is provably none, UNKNOWN where neither could be told."""
    plain = replace(problem, objectives=(Stage.MAKESPAN,))
    try:
        found = generate(plain, schedules=TRIES)
    except ProblemError:
        return Solution(Status.INFEASIBLE)
    if found.start:
        return found
    if is_impossible(plain):
        return Solution(Status.INFEASIBLE)
    return _asked(plain)


def is_impossible(problem: Problem) -> bool:
    """Whether it is proved that there is no schedule, by bounds or by CP-SAT on the tasks that matter."""
    plain = replace(problem, objectives=(Stage.MAKESPAN,))
    return is_out_of_reach(plain) or _asked(core_of(plain)).status is Status.INFEASIBLE


def _asked(problem: Problem) -> Solution:
    ways = sum(CALENDAR_WAYS if mode.calendar >= 0 else 1 for task in problem.tasks for mode in task.modes)
    if ways > LARGEST_ASKED:
        return Solution(Status.UNKNOWN)
    return improve(problem, Solution(Status.UNKNOWN), effort=EFFORT)


def is_out_of_reach(problem: Problem) -> bool:
    """Whether bounds alone prove that there is no schedule: of dates, of work before a deadline, of stocks."""
    dates = earliest_dates(problem)
    for number, task in enumerate(problem.tasks):
        if task.deadline is not None and (
            dates[number][1] > task.deadline or makespan_bound(_leading_to(problem, {number})) > task.deadline
        ):
            return True
    return any(
        sum(min(mode.consumption[index] for mode in task.modes) for task in problem.tasks) > stock.units
        for index, stock in enumerate(problem.stocks)
    )


def core_of(problem: Problem) -> Problem:
    """The tasks that deadlines, greatest lags and supplies make matter; the others can always come later."""
    ends = {number for number, task in enumerate(problem.tasks) if task.deadline is not None}
    ends |= {end for link in problem.links if link.max_lag is not None for end in (link.before, link.after)}
    return _leading_to(problem, ends) if ends else problem


def _leading_to(problem: Problem, ends: Collection[int]) -> Problem:
    """The problem of some tasks, all that links put before them, and all that supply what these take."""
    before: dict[int, set[int]] = {number: set() for number in range(len(problem.tasks))}
    for link in problem.links:
        if link.lag is not None:
            before[link.after].add(link.before)
    suppliers = {number: {index for index, _ in task.supplies} for number, task in enumerate(problem.tasks)}
    found, waiting = set(ends), list(ends)
    while waiting:
        task = waiting.pop()
        taken = {index for mode in problem.tasks[task].modes for index, units in enumerate(mode.demand) if units}
        nearby = before[task] | {number for number, given in suppliers.items() if given & taken}
        waiting += nearby - found
        found |= nearby
    return _part(problem, sorted(found))


def _part(problem: Problem, kept: Sequence[int]) -> Problem:
    position = {number: place for place, number in enumerate(kept)}
    left_out = [task for number, task in enumerate(problem.tasks) if number not in position]
    return replace(
        problem,
        caps=(),
        tasks=tuple(problem.tasks[number] for number in kept),
        links=tuple(
            replace(link, before=position[link.before], after=position[link.after])
            for link in problem.links
            if link.before in position and link.after in position
        ),
        stocks=tuple(
            Stock(each.name, max(each.units - sum(min(m.consumption[k] for m in t.modes) for t in left_out), 0))
            for k, each in enumerate(problem.stocks)
        ),
    )


def clashes(problem: Problem) -> tuple[list[list[Requirement]], bool]:
    """Sets of requirements that cannot be kept together, apart from each other, each as small as could be told; and
    whether it is proved that without all of them there is a schedule.
    """
    found: list[list[Requirement]] = []
    while len(found) < MOST_CLASHES:
        rest = without(problem, [each for clash in found for each in clash])
        answer = find(rest)
        if answer.start:
            return found, True
        clash = smallest_clash(rest) if answer.status is Status.INFEASIBLE else []
        if not clash:
            return found, False
        found.append(clash)
    return found, False


def smallest_clash(problem: Problem) -> list[Requirement]:
    """Requirements of an infeasible problem of which none can be left out without losing the proof."""
    everything = needed = requirements(problem)
    size = len(needed)
    while size:
        place = 0
        while place < len(needed):
            rest = needed[:place] + needed[place + size :]
            dropped = set(everything) - set(rest)
            if find(without(problem, dropped)).status is Status.INFEASIBLE:
                needed = rest
            else:
                place += size
        size //= 2
    return needed


def is_smallest(problem: Problem, clash: Collection[Requirement]) -> bool:
    """Whether fresh searches confirm a clash: none keeps all of it, and each but one of it can be kept."""
    others = set(requirements(problem)) - set(clash)
    alone = find(without(problem, others)).status is Status.INFEASIBLE
    return alone and all(find(without(problem, {*others, each})).start for each in clash)
