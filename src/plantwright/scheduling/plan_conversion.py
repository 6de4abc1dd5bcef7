"""The door for programmes: `schedule(programme) -> Schedule`, from the engines' ticks back to hours and names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Programme
from plantwright.model.progress import TaskProgress
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.spending import present_cost
from plantwright.model.underway import cost_planned, progress_of, remaining
from plantwright.model.usage import squared_use
from plantwright.scheduling.clash import is_impossible
from plantwright.scheduling.critical import floats
from plantwright.scheduling.flow import held_back, resource_flow
from plantwright.scheduling.generation import generate
from plantwright.scheduling.held import split_by_held
from plantwright.scheduling.problem import LEVELLED_UNITS, Problem, ProblemError, Solution, Task
from plantwright.scheduling.risk import Order, replay_planned, rises_before
from plantwright.scheduling.solve import solve
from plantwright.scheduling.translate import LATENESS_UNITS, Translation, problem_of, within
from plantwright.scheduling.why_not import why_not

SLACK = 1.3
"""How much longer than the first schedule found the later ones may be, which keeps the engines' tables short."""


def schedule(
    programme: Programme, *, time_limit: float | None = None, progress: Callable[[float], object] | None = None
) -> Schedule:
    """The conversion's schedule: the best found for the programme's objectives in their order, dates in hours.

    Without `time_limit` (seconds) the search is a fixed amount of work and gives the same bytes every time.
    Raises `ProgrammeError` when no schedule keeps the links, resources, deadlines and budget.
    """
    left = remaining(programme)
    try:
        translation = problem_of(left)
        if not programme.tasks:
            return Schedule((), (), "optimal", {}, {})
        search, passed_on = split_by_held(translation.problem, *under_way(left))
        search = _trimmed(replace(translation, problem=search)).problem
        if search.horizon == translation.problem.horizon and is_impossible(search):
            raise ProgrammeError(why_not(left, replace(translation, problem=search)))
        solution = solve(search, time_limit=time_limit, progress=progress)
    except ProblemError as error:
        raise _refused(error.reasons) from error
    if not solution.start:
        raise ProgrammeError(why_not(left, replace(translation, problem=search)))
    handovers = resource_flow(passed_on, solution)
    found = _schedule(left, replace(translation, problem=search), solution, handovers)
    if progress:
        progress(1.0)
    return as_it_happened(programme, found)


def under_way(programme: Programme) -> tuple[frozenset[int], frozenset[int]]:
    """Tasks that are finished, and those that run and that no unfinished predecessor holds up, of what is left."""
    state = [progress_of(programme, task.id) for task in programme.tasks]
    done = {task.id for task, each in zip(programme.tasks, state, strict=True) if each.is_finished}
    free = [all(link.predecessor in done for link in task.links) for task in programme.tasks]
    return (
        frozenset(number for number, each in enumerate(state) if each.is_finished),
        frozenset(n for n, each in enumerate(state) if each.is_started and not each.is_finished and free[n]),
    )


def as_it_happened(programme: Programme, found: Schedule) -> Schedule:
    """The schedule with actual starts, and without floats where the work is done."""
    return replace(found, tasks=tuple(_with_actuals(progress_of(programme, done.task), done) for done in found.tasks))


def _with_actuals(progress: TaskProgress, done: ScheduledTask) -> ScheduledTask:
    if progress.actual_start is None:
        return done
    started = replace(done, start=progress.actual_start.planned, resume=done.start)
    finished = replace(started, total_float=0.0, free_float=0.0, critical=False, resume=None)
    return finished if progress.is_finished else started


def _trimmed(translation: Translation) -> Translation:
    """The problem with time for each optional task, and for the rest without the help of any."""
    problem = translation.problem
    tried = {_with_optional(problem, is_done=True), _with_optional(problem, is_done=False)}
    first = [generate(each, schedules=4) for each in tried]
    if not all(each.start for each in first):
        return translation
    # Where cost comes first the best schedule may take every task's slowest mode.
    first.append(generate(_slowest(_with_optional(problem, is_done=True)), schedules=4))
    return within(translation, int(max(each.makespan for each in first) * SLACK) + 1)


def _with_optional(problem: Problem, *, is_done: bool) -> Problem:
    """The problem with every optional task done, or none."""
    return replace(problem, tasks=tuple(_settled(task, is_done) for task in problem.tasks))


def _slowest(problem: Problem) -> Problem:
    modes = [max(task.modes, key=lambda mode: mode.duration) for task in problem.tasks]
    return replace(problem, tasks=tuple(replace(t, modes=(m,)) for t, m in zip(problem.tasks, modes, strict=True)))


def _settled(task: Task, is_done: bool) -> Task:
    if task.omission is None:
        return task
    modes = tuple(mode for number, mode in enumerate(task.modes) if (number != task.omission) == is_done)
    return replace(task, modes=modes, omission=None, supplies=task.supplies if is_done else ())


def _refused(reasons: tuple[str, ...]) -> ProgrammeError:
    remedy = "loosen a deadline, a link or the budget, or raise a capacity"
    return ProgrammeError([Issue("tasks.csv", 0, "", reason, remedy) for reason in reasons])


def _schedule(
    programme: Programme, translation: Translation, solution: Solution, handovers: tuple[tuple[int, int], ...]
) -> Schedule:
    order, held = _order(programme, translation, solution, handovers)
    tasks = scheduled_tasks(programme, order)
    objectives = objectives_of(programme, translation.problem, tasks)
    return Schedule(
        tasks=tasks,
        order=tuple((programme.tasks[a].id, programme.tasks[b].id) for a, b in handovers),
        status=solution.status.value,
        objectives=objectives,
        bounds=_bounds(programme, translation, solution, objectives),
        held={programme.tasks[number].id: hours for number, hours in held.items()},
    )


def _order(
    programme: Programme, translation: Translation, solution: Solution, handovers: tuple[tuple[int, int], ...]
) -> tuple[Order, dict[int, float]]:
    """The order of a solution, and before which hours which tasks do not start.

    A greatest lag that is kept in ticks may not be in hours, where tasks start as soon as they can: then they wait for
    their ticks, first those at its ends, else all.
    """
    starts = [tick * translation.tick for tick in solution.start]
    rises = rises_before(programme, solution.mode, starts)
    late = held_back(translation.problem, solution)
    tied = {end for link in translation.problem.links if link.max_lag is not None for end in (link.before, link.after)}
    for waiting in (late, late | tied, set(range(len(starts)))):
        held = {number: starts[number] for number in sorted(waiting)}
        available = tuple(max(rise, held.get(number, 0.0)) for number, rise in enumerate(rises))
        order = Order(solution.mode, handovers, available)
        if not replay_planned(programme, order).broken.any():
            return order, held
    raise _refused(("a greatest lag is kept in whole ticks only: write its durations and lags in whole hours",))


def scheduled_tasks(programme: Programme, order: Order) -> tuple[ScheduledTask, ...]:
    """The tasks with the dates and floats that an order gives them, every value as planned."""
    replayed = replay_planned(programme, order)
    start, finish, critical = replayed.start[0], replayed.finish[0], replayed.critical[0]
    total, free = floats(programme, order, start, finish)
    return tuple(
        ScheduledTask(
            task.id,
            task.modes[order.modes[number]].name,
            float(start[number]),
            float(finish[number]),
            float(total[number]),
            float(free[number]),
            bool(critical[number]),
        )
        for number, task in enumerate(programme.tasks)
    )


def objectives_of(programme: Programme, problem: Problem, tasks: tuple[ScheduledTask, ...]) -> dict[str, float]:
    """Value by objective: weighted mean hour of capability, weighted hours late, last finish (h), cost and present cost
    (currency), hours of full use squared, hours that starts differ from the baseline.
    """
    weights = sum(task.weight for task in problem.tasks) or 1
    value: dict[str, Callable[[], float]] = {
        "capability": lambda: (
            sum(
                task.weight * (done.finish if done.is_done else programme.horizon_hours)
                for task, done in zip(problem.tasks, tasks, strict=True)
            )
            / weights
        ),
        "milestones": lambda: sum(
            task.weight * max(0.0, done.finish - task.deadline.planned)
            for task, done in zip(programme.tasks, tasks, strict=True)
            if task.deadline and task.weight > 0
        ),
        "finish": lambda: max(done.finish for done in tasks),
        "cost": lambda: sum(
            cost_planned(programme, done.mode_of(task)) for task, done in zip(programme.tasks, tasks, strict=True)
        ),
    }
    named = {done.task: done for done in tasks}
    value |= {
        "npv": lambda: present_cost(programme, named),
        "levelling": lambda: squared_use(programme, tasks),
        "change": lambda: sum(
            abs(named[each.task].start - each.start.planned) for each in programme.baseline if each.task in named
        ),
    }
    return {name: float(value[name]()) for name in programme.objective.order}


def _bounds(
    programme: Programme, translation: Translation, solution: Solution, objectives: Mapping[str, float]
) -> dict[str, float]:
    """Bounds of the values in whole ticks, in the values' units; never above the value, which knows no ticks."""
    weights = sum(task.weight for task in translation.problem.tasks) or 1
    unit = {
        "capability": translation.tick / weights,
        "milestones": translation.tick / LATENESS_UNITS,
        "finish": translation.tick,
        "cost": 1.0,
        "npv": 1.0,
        "levelling": translation.tick / LEVELLED_UNITS,
        "change": translation.tick,
    }
    return {
        name: min(bound * unit[name], objectives[name])
        for name, bound in zip(programme.objective.order, solution.bounds, strict=True)
    }
