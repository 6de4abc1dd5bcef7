"""Replanning with least change: the baseline's modes and order as far as they hold, and what moving more would gain.

The first option keeps modes and order: a task starts when the baseline has it, later only where what has happened
forbids that. The others ask for an earlier finish, one allowance after the other, and move as little as that takes (the
epsilon-constraint method; Haimes, Lasdon & Wismer 1971). Every option passes the independent checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule
from plantwright.model.underway import mode_in_use, progress_of, remaining
from plantwright.scheduling.baseline_flow import baseline_flow
from plantwright.scheduling.check import check_schedule
from plantwright.scheduling.flow import held_back, resource_flow
from plantwright.scheduling.generation import generate
from plantwright.scheduling.held import split_by_held
from plantwright.scheduling.plan_conversion import as_it_happened, scheduled_tasks, under_way
from plantwright.scheduling.problem import Problem, Solution, Stage
from plantwright.scheduling.risk import Order, rises_before
from plantwright.scheduling.solve import solve
from plantwright.scheduling.translate import Translation, problem_of, up

MINUTE = 1 / 60
DAY = 24.0
ALLOWANCES = (0.75, 0.5, 0.25)
"""Shares of the way from the earliest finish found to that of the kept order, at which options are sought."""

EFFORT = 2.0
"""CP-SAT's deterministic seconds for each option."""

FROZEN_SLACK_HOURS = 24.0
"""How far rounding to ticks may seem to move a frozen task; that it does not move is checked in hours."""


@dataclass(frozen=True)
class Option:
    """A schedule of what is left and its change from the baseline, over the tasks that had not started.

    `days` is the sum of how far starts move, either way; `modes` the number of tasks done in another mode.
    """

    schedule: Schedule
    moved: int
    days: float
    modes: int
    keeps_order: bool


@dataclass(frozen=True)
class Replan:
    """Options from the least change on, each with an earlier finish than the one before; tasks whose start is frozen,
    and tasks in the frozen window that what has happened moves all the same.
    """

    options: tuple[Option, ...]
    frozen: tuple[str, ...]
    released: tuple[str, ...]


def replan(programme: Programme, *, freeze: float = 0.0, progress: Callable[[float], object] | None = None) -> Replan:
    """Replan what is left of a programme against its baseline; starts within `freeze` hours of the status date stay.

    Raises ValueError where the programme has no baseline.
    """
    if not programme.baseline:
        raise ValueError("there is no baseline to replan against")
    kept = least_change(programme)
    window = _status(programme) + freeze
    soon = [task for task in sorted(_agreed(programme)) if programme.baseline_of[task].start.planned < window]
    frozen = frozenset(task for task in soon if not _moves(programme, kept, task))
    found = [_option(programme, kept, True)]
    if found[0].moved or kept.finish > _baseline_finish(programme) + MINUTE:
        found += [_option(programme, each, False) for each in _earlier(programme, kept, frozen, progress)]
    return Replan(_trade(found), tuple(sorted(frozen)), tuple(task for task in soon if task not in frozen))


def least_change(programme: Programme) -> Schedule:
    """The schedule of what is left that keeps the baseline's modes and order and starts nothing before its date there.

    Where that order cannot be kept (the baseline overdraws a resource, new tasks have no place in it, a task went
    before its turn), tasks are placed anew, none before its baseline.
    """
    left = _in_baseline_modes(programme)
    index = {task.id: number for number, task in enumerate(left.tasks)}
    waiting = {task.id for task in left.tasks if not progress_of(programme, task.id).is_started}
    pairs = [(index[a], index[b]) for a, b in baseline_flow(programme) if b in waiting]
    found = _dated(programme, left, (0,) * len(left.tasks), pairs, _agreed_starts(programme))
    return _placed_anew(programme, left) if check_schedule(programme, found) else found


def _placed_anew(programme: Programme, left: Programme) -> Schedule:
    translation, passed_on = _translated(left)
    starts = {task: up(start, translation.tick) for task, start in _agreed_starts(programme).items()}
    tasks = tuple(
        replace(task, release=max(task.release, starts.get(task.name, 0)), baseline=starts.get(task.name))
        for task in translation.problem.tasks
    )
    problem = replace(translation.problem, tasks=tasks, objectives=(Stage.CHANGE, Stage.MAKESPAN))
    solution = generate(problem, schedules=1_000)
    if not solution.start:
        solution = solve(problem, effort=EFFORT)
    return _in_hours(programme, left, translation, passed_on, solution)


def _earlier(
    programme: Programme, kept: Schedule, frozen: frozenset[str], progress: Callable[[float], object] | None
) -> Iterator[Schedule]:
    """The earliest finish that the search finds, and what takes least change to finish by times between."""
    best = _searched(programme, frozen, None, modes=True)
    if best is None or best.finish >= kept.finish - MINUTE:
        return
    yield best
    limits = [best.finish + share * (kept.finish - best.finish) for share in ALLOWANCES] + [best.finish]
    agreed = _baseline_finish(programme)
    limits += [agreed] if best.finish + MINUTE < agreed < kept.finish - MINUTE else []
    for number, limit in enumerate(sorted(limits, reverse=True)):
        if progress:
            progress((number + 1) / (len(limits) + 1))
        found = _searched(programme, frozen, limit, modes=False) or _searched(programme, frozen, limit, modes=True)
        if found is not None:
            yield found


def _searched(programme: Programme, frozen: frozenset[str], finish: float | None, *, modes: bool) -> Schedule | None:
    """The least change that finishes by a moment, or the earliest finish where none is given; None if none is found."""
    left = remaining(programme) if modes else _in_baseline_modes(programme)
    left = _frozen_in_mode(programme, left, frozen)
    translation, passed_on = _translated(left)
    problem = _against_baseline(programme, translation, frozen, finish)
    solution = solve(problem, effort=EFFORT)
    if not solution.start:
        return None
    found = _in_hours(programme, left, replace(translation, problem=problem), passed_on, solution)
    steady = not any(_moves(programme, found, task) for task in frozen)
    return found if steady and not check_schedule(programme, found) else None


def _against_baseline(
    programme: Programme, translation: Translation, frozen: frozenset[str], finish: float | None
) -> Problem:
    starts, tick = _agreed_starts(programme), translation.tick
    slack = up(FROZEN_SLACK_HOURS, tick)
    limit = None if finish is None else up(finish, tick)
    tasks = []
    for task in translation.problem.tasks:
        at = up(starts[task.name], tick) if task.name in starts else None
        if task.name in frozen and at is not None:
            task = replace(task, release=at, latest_start=at + slack)  # noqa: PLW2901
        ends = [each for each in (task.deadline, limit) if each is not None]
        tasks.append(replace(task, baseline=at, deadline=min(ends, default=None)))
    stages = (Stage.MAKESPAN, Stage.CHANGE) if finish is None else (Stage.CHANGE, Stage.COST)
    return replace(translation.problem, tasks=tuple(tasks), objectives=stages)


def _translated(left: Programme) -> tuple[Translation, Problem]:
    translation = problem_of(left)
    search, passed_on = split_by_held(translation.problem, *under_way(left))
    return replace(translation, problem=search), passed_on


def _in_hours(
    programme: Programme, left: Programme, translation: Translation, passed_on: Problem, solution: Solution
) -> Schedule:
    """The solution with dates in hours: tasks that do not come before their baseline wait for it."""
    found = {task.id: tick * translation.tick for task, tick in zip(left.tasks, solution.start, strict=True)}
    held = {task: min(start, found[task]) for task, start in _agreed_starts(programme).items()}
    held |= {left.tasks[number].id: found[left.tasks[number].id] for number in sorted(held_back(passed_on, solution))}
    return _dated(programme, left, solution.mode, resource_flow(passed_on, solution), held)


def _dated(
    programme: Programme,
    left: Programme,
    modes: tuple[int, ...],
    handovers: Sequence[tuple[int, int]],
    held: Mapping[str, float],
) -> Schedule:
    starts = [max(held.get(task.id, 0.0), task.not_before) for task in left.tasks]
    bounds = rises_before(left, modes, starts)
    available = tuple(max(bound, start) for bound, start in zip(bounds, starts, strict=True))
    pairs = tuple(sorted(handovers))
    tasks = scheduled_tasks(left, Order(modes, pairs, available))
    order = tuple((left.tasks[before].id, left.tasks[after].id) for before, after in pairs)
    finish = {"finish": max(each.finish for each in tasks)}
    return as_it_happened(programme, Schedule(tasks, order, "feasible", finish, {}, held))


def _in_baseline_modes(programme: Programme) -> Programme:
    return _frozen_in_mode(programme, remaining(programme), frozenset(programme.task))


def _frozen_in_mode(programme: Programme, left: Programme, frozen: frozenset[str]) -> Programme:
    """What is left, with the baseline's mode alone for some tasks that have not started."""
    tasks = tuple(
        replace(task, modes=(mode_in_use(programme, programme.task[task.id]),))
        if task.id in frozen and not progress_of(programme, task.id).is_started
        else task
        for task in left.tasks
    )
    return replace(left, tasks=tasks)


def _trade(options: Sequence[Option]) -> tuple[Option, ...]:
    """The kept order first, then the options that nothing else beats in both finish and days moved, latest first."""
    first, *others = options
    best: list[Option] = []
    for option in sorted(others, key=lambda each: (each.days, each.schedule.finish, each.modes)):
        if option.schedule.finish < min(each.schedule.finish for each in (first, *best)) - MINUTE:
            best.append(option)
    return first, *best


def _option(programme: Programme, found: Schedule, keeps_order: bool) -> Option:
    agreed = sorted(_agreed(programme))
    days = [abs(found.task[task].start - programme.baseline_of[task].start.planned) / DAY for task in agreed]
    modes = sum(found.task[task].mode != programme.baseline_of[task].mode for task in agreed)
    return Option(found, sum(each > MINUTE / DAY for each in days), sum(days), modes, keeps_order)


def _moves(programme: Programme, found: Schedule, task: str) -> bool:
    return abs(found.task[task].start - programme.baseline_of[task].start.planned) > MINUTE


def _status(programme: Programme) -> float:
    return programme.status_date.planned if programme.status_date else 0.0


def _agreed(programme: Programme) -> set[str]:
    """Tasks that have a baseline and have not started."""
    return {each for each in programme.baseline_of if not progress_of(programme, each).is_started}


def _agreed_starts(programme: Programme) -> dict[str, float]:
    return {task: programme.baseline_of[task].start.planned for task in sorted(_agreed(programme))}


def _baseline_finish(programme: Programme) -> float:
    return max(row.finish.planned for row in programme.baseline)
