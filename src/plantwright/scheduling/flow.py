"""Resource flow: from which task every unit of a resource comes, so that a schedule's order is kept without its dates.

Flow networks of schedules: Artigues, Michelon & Reusser (2003). Built from a solution in ticks; no dates come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from plantwright.scheduling.problem import LATE_STAGES, Problem, Solution, stretches_held

SOURCE = -1
"""Who gives the units that are there by the resource's own steps."""


@dataclass(slots=True)
class _Lot:
    """Units that are free from a tick on, and the task that had them (or SOURCE)."""

    free_from: int
    giver: int
    units: int


def resource_flow(problem: Problem, solution: Solution) -> tuple[tuple[int, int], ...]:
    """Pairs (before, after) of tasks between which units of a resource pass, sorted, without those that a link orders.

    Units are handed over in the order of starts, from tasks that precede the taker anyway, then from the longest free;
    a fall of capacity takes the units that were freed last. Raises ValueError when more is taken than there is.
    """
    before = _linked_before(problem)
    pairs = {
        (giver, taker)
        for index in range(len(problem.resources))
        for giver, taker in _handovers(problem, solution, index, before)
        if giver != SOURCE
    }
    return tuple(
        sorted(
            (giver, taker)
            for giver, taker in pairs
            if giver not in before[taker] and solution.finish[giver] <= solution.start[taker]
        )
    )


def sharers(problem: Problem, solution: Solution) -> set[int]:
    """Tasks that hold a resource between start and finish of one that releases it over breaks, and those tasks.

    Between them no order of handovers holds: units go to and fro.
    """
    found: set[int] = set()
    modes = [task.modes[mode] for task, mode in zip(problem.tasks, solution.mode, strict=True)]
    for one, mode in enumerate(modes):
        for resource in (index for index, _ in mode.released if mode.demand[index]):
            for other, another in enumerate(modes):
                overlap = solution.start[one] < solution.finish[other] and solution.start[other] < solution.finish[one]
                if other != one and another.demand[resource] and overlap:
                    found |= {one, other}
    return found


def held_back(problem: Problem, solution: Solution) -> set[int]:
    """Tasks that must not start before their planned dates: for a resource that goes to and fro, for the money, or
    because an objective wants them late.
    """
    modes = [task.modes[mode] for task, mode in zip(problem.tasks, solution.mode, strict=True)]
    paid = {end for number, mode in enumerate(modes) for due in mode.dues for end in (number, due.at)}
    if any(stage in LATE_STAGES for stage in problem.objectives):
        return set(range(len(problem.tasks)))
    return sharers(problem, solution) | paid


def _linked_before(problem: Problem) -> list[set[int]]:
    before: list[set[int]] = [set() for _ in problem.tasks]
    for link in problem.links:
        if link.lag is not None and link.lag >= 0 and link.kind == "FS":
            before[link.after].add(link.before)
    return before


def _handovers(problem: Problem, solution: Solution, index: int, before: list[set[int]]) -> list[tuple[int, int]]:
    """Pairs (giver, taker) of one resource; SOURCE gives what no task had before."""
    takers = sorted(_uses(problem, solution, index), key=lambda use: (solution.start[use[0]], use[0]))
    events = _source_events(problem, index)
    for task, units in takers:
        mode = problem.tasks[task].modes[solution.mode[task]]
        for begin, end in stretches_held(problem, mode, index, solution.start[task], solution.finish[task]):
            events += [(begin, 2, task, units), (end, 0, task, units)]
    events += [
        (solution.finish[task], 0, task, units)
        for task, each in enumerate(problem.tasks)
        for supplied, units in each.supplies
        if supplied == index and solution.mode[task] != each.omission
    ]
    pool: list[_Lot] = []
    handed: list[tuple[int, int]] = []
    # At one tick units are freed first, then capacity falls, then tasks take.
    for tick, rows in groupby(sorted(events), key=lambda event: event[0]):
        for _, kind, task, units in rows:
            if kind == 0:
                pool.append(_Lot(tick, task, units))
            elif kind == 1:
                _take(pool, units, SOURCE, newest=True, preferred=set())
            else:
                givers = _take(pool, units, task, newest=False, preferred=before[task] | {task})
                handed += [(giver, task) for giver in givers if giver != task]
    return handed


def _uses(problem: Problem, solution: Solution, index: int) -> list[tuple[int, int]]:
    modes = [task.modes[mode] for task, mode in zip(problem.tasks, solution.mode, strict=True)]
    return [(task, mode.demand[index]) for task, mode in enumerate(modes) if mode.demand[index] and mode.duration]


def _source_events(problem: Problem, index: int) -> list[tuple[int, int, int, int]]:
    events, last = [], 0
    for tick, units in problem.resources[index].steps:
        if units != last:
            events.append((tick, 0 if units > last else 1, SOURCE, abs(units - last)))
        last = units
    return events


def _take(pool: list[_Lot], units: int, task: int, *, newest: bool, preferred: set[int]) -> list[int]:
    """Take units out of the pool and return who had them."""
    givers = []
    pool.sort(key=lambda lot: (lot.giver not in preferred, -lot.free_from if newest else lot.free_from, lot.giver))
    while units > 0:
        if not pool:
            raise ValueError(f"task {task} takes more units than there are")
        lot = pool[0]
        moved = min(lot.units, units)
        givers.append(lot.giver)
        units -= moved
        lot.units -= moved
        if lot.units == 0:
            pool.pop(0)
    return givers
