"""Replanning with least change: the baseline's modes and order as far as they hold, and what moving more would gain.

The first option keeps modes and order: a task starts when the baseline has it, later only where what has happened
forbids that. The others ask for an earlier finish, one allowance after the other, and move as little as that takes (the
epsilon-constraint method; Haimes, Lasdon & Wismer 1971); where many tasks are left, the allowance is how far a task may
come before its agreed start, and the generator answers. Every option passes the independent checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Programme
from plantwright.model.replanning import Option, Replan
from plantwright.model.schedule import Schedule
from plantwright.model.underway import mode_in_use, progress_of, remaining
from plantwright.scheduling.baseline_flow import baseline_flow
from plantwright.scheduling.check import check_schedule
from plantwright.scheduling.flow import held_back, resource_flow
from plantwright.scheduling.generation import generate
from plantwright.scheduling.held import split_by_held
from plantwright.scheduling.plan_conversion import as_it_happened, objectives_of, scheduled_tasks, under_way
from plantwright.scheduling.problem import Problem, Solution, Stage
from plantwright.scheduling.risk import Order, rises_before
from plantwright.scheduling.settling import settled
from plantwright.scheduling.solve import solve
from plantwright.scheduling.translate import Translation, problem_of, up

MINUTE = 1 / 60
DAY = 24.0
ALLOWANCES = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Shares of the way from the earliest finish found to that of the kept order, at which options are sought."""

EFFORT = 2.0
"""CP-SAT's deterministic seconds for each option."""

MANY_TASKS = 300
"""Tasks that have not started beyond which the generator looks for options, in seconds where CP-SAT takes minutes."""

LEEWAYS = (0.0, 1.0, 3.0, 7.0, 14.0, 28.0, 56.0, 112.0, 1e4)
"""Days by which a task may come before its agreed start, one option each."""

PASSES = 300
"""Passes of generation for each of them."""

FROZEN_SLACK_HOURS = 24.0
"""How far rounding to ticks may seem to move a frozen task; that it does not move is checked in hours."""

LEAST_CHANGE = (Stage.CHANGE, Stage.COST)
EARLIEST = (Stage.MAKESPAN, Stage.CHANGE)


def replan(programme: Programme, *, progress: Callable[[float], object] | None = None) -> Replan:
    """Replan what is left of a programme against its baseline, as its `replanning` says.

    Taken is the least change, or the least that finishes by the date asked for; where the programme's objectives name
    `change` behind others, what they come to in their order. Raises ValueError where the programme has no baseline,
    ProgrammeError where nothing found finishes by the date.
    """
    if not programme.baseline:
        raise ValueError("there is no baseline to replan against")
    kept = least_change(programme)
    window = _status(programme) + programme.replanning.freeze.planned
    soon = [task for task in sorted(_agreed(programme)) if programme.baseline_of[task].start.planned < window]
    frozen = frozenset(task for task in soon if not _moves(programme, kept, task))
    options: tuple[Option, ...] = (_option(programme, kept, "order"),)
    if options[0].moved or kept.finish > _baseline_finish(programme) + MINUTE:
        options = _trade([*options, *_others(programme, kept, frozen, progress)])
    taken = _taken(programme, options)
    released = tuple(task for task in soon if task not in frozen)
    return Replan(_with_objectives(programme, options), tuple(sorted(frozen)), released, taken)


def _others(
    programme: Programme, kept: Schedule, frozen: frozenset[str], progress: Callable[[float], object] | None
) -> Iterator[Option]:
    many = len(_agreed(programme)) > MANY_TASKS
    for each in _swept(programme, frozen, progress) if many else _earlier(programme, kept, frozen, progress):
        yield _option(programme, each, "change")
    if "change" in programme.objective.order[1:]:
        stages = problem_of(remaining(programme)).problem.objectives
        best = _searched(programme, frozen, None, modes=True, stages=stages)
        if best is not None:
            yield _option(programme, best, "objectives")


def _taken(programme: Programme, options: Sequence[Option]) -> int:
    """Which option is taken: by the date asked for, else by the objectives where they put others before change."""
    limit = programme.replanning.latest_finish
    if limit is None and options[-1].kind == "objectives":
        return len(options) - 1
    in_time = [number for number, option in enumerate(options) if limit is None or option.schedule.finish <= limit]
    if limit is not None and not in_time:
        earliest = min(option.schedule.finish for option in options)
        said = f"no schedule was found that finishes by {programme.moment(limit - MINUTE):%Y-%m-%d}"
        remedy = f"the earliest one finishes on {programme.moment(earliest):%Y-%m-%d}"
        raise ProgrammeError([Issue("finish_by", 0, "", said, remedy)])
    return min(in_time, key=lambda number: (options[number].days, number))


def _with_objectives(programme: Programme, options: Sequence[Option]) -> tuple[Option, ...]:
    """The options with what they come to by each of the programme's objectives."""
    left = remaining(programme)
    problem = problem_of(left).problem
    return tuple(
        replace(each, schedule=replace(each.schedule, objectives=objectives_of(left, problem, each.schedule.tasks)))
        for each in options
    )


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
    best = _searched(programme, frozen, None, modes=True, stages=EARLIEST)
    if best is None:
        return
    yield best
    earliest, agreed = min(best.finish, kept.finish), _baseline_finish(programme)
    limits = {earliest + share * (kept.finish - earliest) for share in ALLOWANCES}
    limits |= {agreed} if earliest + MINUTE < agreed < kept.finish - MINUTE else set()
    for number, limit in enumerate(sorted(limits, reverse=True)):
        if progress:
            progress((number + 1) / (len(limits) + 1))
        found = _searched(programme, frozen, limit, modes=False) or _searched(programme, frozen, limit, modes=True)
        if found is not None:
            yield found


def _searched(
    programme: Programme,
    frozen: frozenset[str],
    finish: float | None,
    *,
    modes: bool,
    stages: tuple[Stage, ...] = LEAST_CHANGE,
) -> Schedule | None:
    """The best schedule by some stages that finishes by a moment, if one is given; None if none is found."""
    left = remaining(programme) if modes else _in_baseline_modes(programme)
    left = _frozen_in_mode(programme, left, frozen)
    translation, passed_on = _translated(left)
    problem = replace(_against_baseline(programme, translation, frozen, finish), objectives=stages)
    solution = solve(problem, effort=EFFORT)
    return _sound(programme, left, replace(translation, problem=problem), passed_on, solution, frozen)


def _swept(
    programme: Programme, frozen: frozenset[str], progress: Callable[[float], object] | None
) -> Iterator[Schedule]:
    """The best trade of finish against change that the generator finds over all leeways, in the baseline's modes and,
    where tasks have others, in all.
    """
    left = remaining(programme)
    has_modes = any(len(task.modes) > 1 for task in left.tasks)
    ways = [_in_baseline_modes(programme), *([_frozen_in_mode(programme, left, frozen)] if has_modes else [])]
    for number, way in enumerate(ways):
        translation, passed_on = _translated(way)
        problem = _against_baseline(programme, translation, frozen, None)
        for solution in _undominated(problem, translation.tick, progress, number / len(ways), 1 / len(ways)):
            found = _sound(programme, way, replace(translation, problem=problem), passed_on, solution, frozen)
            if found is not None:
                yield found


def _undominated(
    problem: Problem, tick: float, progress: Callable[[float], object] | None, done: float, share: float
) -> list[Solution]:
    """Of the solutions by leeway those that no other beats in both finish and change."""
    found: dict[int, Solution] = {}
    open_ranges = [(0, len(LEEWAYS) - 1)]
    while open_ranges:
        first, last = open_ranges.pop()
        for number in {first, last} - set(found):
            found[number] = _within_leeway(problem, up(LEEWAYS[number] * DAY, tick))
        if progress:
            progress(done + share * len(found) / len(LEEWAYS))
        # What lies between two leeways that finish alike finishes no earlier, and moves no less than the smaller one.
        if last - first > 1 and found[first].makespan != found[last].makespan:
            middle = (first + last) // 2
            open_ranges += [(middle, last), (first, middle)]
    tried = [found[number] for number in sorted(found) if found[number].start]
    return [one for one in tried if not any(_beats(other, one) for other in tried)]


def _beats(one: Solution, other: Solution) -> bool:
    return one.values != other.values and all(a <= b for a, b in zip(one.values, other.values, strict=True))


def _within_leeway(problem: Problem, leeway: int) -> Solution:
    """The earliest finish found with no task more than some ticks before its agreed start, moved as little as that
    takes.
    """
    tasks = tuple(
        task if task.baseline is None else replace(task, release=max(task.release, task.baseline - leeway))
        for task in problem.tasks
    )
    held = replace(problem, tasks=tasks, objectives=EARLIEST)
    solution = generate(held, schedules=PASSES)
    return _least_moved(held, solution) if solution.start else solution


def _least_moved(problem: Problem, solution: Solution) -> Solution:
    """The solution with tasks moved back to their agreed starts as far as its finish allows."""
    ends = [min(each for each in (task.deadline, solution.makespan) if each is not None) for task in problem.tasks]
    tasks = tuple(replace(task, deadline=end) for task, end in zip(problem.tasks, ends, strict=True))
    return settled(replace(problem, tasks=tasks), solution)


def _sound(
    programme: Programme,
    left: Programme,
    translation: Translation,
    passed_on: Problem,
    solution: Solution,
    frozen: frozenset[str],
) -> Schedule | None:
    """The solution with dates in hours; None where there is none, or a frozen task moves or the checker objects."""
    if not solution.start:
        return None
    found = _in_hours(programme, left, translation, passed_on, solution)
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
    return replace(translation.problem, tasks=tuple(tasks))


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
    """The kept order first, then the options that nothing else beats in both finish and days moved, latest first; what
    the objectives come to is the last, whatever beats it.
    """
    kept, *others = options
    best: list[Option] = []
    for option in sorted(others, key=lambda each: (each.days, each.schedule.finish, each.modes)):
        is_earlier = option.schedule.finish < min((each.schedule.finish for each in best), default=np.inf) - MINUTE
        if option.kind == "change" and is_earlier and _gains(option, kept):
            best.append(option)
    return kept, *best, *(option for option in others if option.kind == "objectives")


def _gains(option: Option, kept: Option) -> bool:
    """Whether an option is earlier than the kept order, or moves less and is no later."""
    later = option.schedule.finish - kept.schedule.finish
    return later < -MINUTE or (later <= MINUTE and option.days < kept.days - MINUTE / DAY)


def _option(programme: Programme, found: Schedule, kind: str) -> Option:
    agreed = sorted(_agreed(programme))
    days = [abs(found.task[task].start - programme.baseline_of[task].start.planned) / DAY for task in agreed]
    modes = sum(found.task[task].mode != programme.baseline_of[task].mode for task in agreed)
    return Option(found, sum(each > MINUTE / DAY for each in days), sum(days), modes, kind)


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
