"""Independent checks of a schedule, sharing no code with the engines: every broken rule is named, none is assumed.

`check_schedule` judges the programme's schedule in hours, `check_solution` a solution of the problem in ticks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plantwright.model.programme import Mode, Programme, Task
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.scheduling.problem import Problem, Solution, Stage

HOURS = 1e-4
UNITS = 1e-6


def check_schedule(programme: Programme, schedule: Schedule) -> list[str]:
    """What a schedule breaks of work, calendars, links, dates, capacities, budget and handovers; empty if nothing."""
    if [done.task for done in schedule.tasks] != [task.id for task in programme.tasks]:
        return ["the schedule does not hold every task of the programme once, in its order"]
    found = list(_unknown_modes(programme, schedule))
    if found:
        return found
    return [
        *_work(programme, schedule),
        *_dates(programme, schedule),
        *_links(programme, schedule),
        *_handovers(schedule),
        *_capacities(programme, schedule),
        *_budget(programme, schedule),
    ]


def _mode(task: Task, done: ScheduledTask) -> Mode:
    return next(mode for mode in task.modes if mode.name == done.mode)


def _unknown_modes(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        if done.mode not in {mode.name for mode in task.modes}:
            yield f"task {task.id!r} has no mode {done.mode!r}"


def _work(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        mode = _mode(task, done)
        names = {task.calendar, *(programme.resource[need.id].calendar for need in mode.needs)}
        worked = _hours_worked(programme, names, done.start, done.finish)
        if abs(worked - mode.duration.planned) > HOURS:
            yield f"task {task.id!r} works {worked:.4f} h between start and finish, not {mode.duration.planned:.4f}"
        if mode.duration.planned > 0 and _hours_worked(programme, names, done.start, done.start + HOURS) < HOURS / 2:
            yield f"task {task.id!r} starts in a break of its calendars"


def _hours_worked(programme: Programme, names: set[str], start: float, finish: float) -> float:
    """Hours of [start, finish) in which all the named calendars work, by cutting the span down calendar by calendar."""
    spans = [(start, finish)]
    for name in sorted(names):
        calendar = programme.calendars.get(name)
        if calendar is None:
            continue
        spans = [
            (max(begin, float(opens)), min(end, float(closes)))
            for begin, end in spans
            for opens, closes in zip(calendar.starts, calendar.ends, strict=True)
            if opens < end and closes > begin
        ]
    return sum(end - begin for begin, end in spans)


def _dates(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        if done.start < (task.release.planned if task.release else 0.0) - HOURS:
            yield f"task {task.id!r} starts before its release"
        if task.deadline and task.weight <= 0 and done.finish > task.deadline.planned + HOURS:
            yield f"task {task.id!r} finishes after its deadline"


def _links(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        for link in task.links:
            first = schedule.task[link.predecessor]
            begin = first.finish if link.kind[0] == "F" else first.start
            end = done.finish if link.kind[1] == "F" else done.start
            if end < begin + link.lag.planned - HOURS:
                yield f"task {task.id!r} breaks its link {link.kind} to {link.predecessor!r}"
            if link.max_lag is not None and end > begin + link.max_lag.planned + HOURS:
                yield f"task {task.id!r} exceeds the greatest lag of its link {link.kind} to {link.predecessor!r}"


def _handovers(schedule: Schedule) -> Iterator[str]:
    for before, after in schedule.order:
        if schedule.task[after].start < schedule.task[before].finish - HOURS:
            yield f"task {after!r} takes units of {before!r} before that is finished"


def _capacities(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for resource in programme.resources:
        if resource.kind == "budget":
            continue
        changes = [(step.at.planned, step.value.planned) for step in resource.capacity]
        changes.sort()
        rows = [(at, 1, value - last) for (at, value), (_, last) in zip(changes, [(0.0, 0.0), *changes], strict=False)]
        for task, done in zip(programme.tasks, schedule.tasks, strict=True):
            rows += [(done.finish, 1, d.amount.planned) for d in task.delivers if d.target == resource.id]
            taken = sum(need.amount.planned for need in _mode(task, done).needs if need.id == resource.id)
            if taken and done.finish > done.start:
                rows += [(done.start, 2, -taken), (done.finish, 0, taken)]
        yield from _overdrawn(resource.id, rows)


def _overdrawn(name: str, rows: Iterable[tuple[float, int, float]]) -> Iterator[str]:
    # Moments a rounding apart are one moment: at it units come free, capacity changes, then tasks take.
    left = 0.0
    for at, _, units in sorted((round(at / HOURS), kind, units) for at, kind, units in rows):
        left += units
        if left < -UNITS * (1 + abs(units)):
            yield f"resource {name!r} is overdrawn by {-left:g} at {at * HOURS:.2f} h"
            return


def _budget(programme: Programme, schedule: Schedule) -> Iterator[str]:
    limit = programme.objective.budget
    if limit is None:
        return
    spent = 0.0
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        mode = _mode(task, done)
        spent += mode.cost.planned + mode.equipment_cost
        for need in mode.needs:
            spent += programme.resource[need.id].cost.planned * need.amount.planned * mode.duration.planned
    if spent > limit.planned + len(programme.tasks):
        yield f"the conversion costs {spent:,.0f}, the budget is {limit.planned:,.0f}"


def check_solution(problem: Problem, solution: Solution) -> list[str]:
    """Everything that a solution in ticks breaks, and any objective value or bound that it states wrongly."""
    if len(solution.start) != len(problem.tasks):
        return ["the solution does not hold every task"]
    return [
        *_tick_work(problem, solution),
        *_tick_links(problem, solution),
        *_tick_capacities(problem, solution),
        *_tick_stocks(problem, solution),
        *_stated_values(problem, solution),
    ]


def _tick_work(problem: Problem, solution: Solution) -> Iterator[str]:
    for number, task in enumerate(problem.tasks):
        mode, start, finish = task.modes[solution.mode[number]], solution.start[number], solution.finish[number]
        worked = finish - start
        if mode.calendar >= 0 and mode.duration:
            spans = problem.calendars[mode.calendar].intervals
            worked = sum(max(0, min(finish, end) - max(start, begin)) for begin, end in spans)
            if not any(begin <= start < end for begin, end in spans) or not any(
                begin < finish <= end for begin, end in spans
            ):
                yield f"task {task.name!r} starts or ends in a break"
        if worked != mode.duration or (not task.pausable and finish - start != mode.duration):
            yield f"task {task.name!r} works {worked} of {mode.duration} ticks, {finish - start} elapsed"
        late = start > task.latest_start if task.latest_start is not None else False
        if (
            start < task.release
            or late
            or finish > min(problem.horizon, problem.horizon if task.deadline is None else task.deadline)
        ):
            yield f"task {task.name!r} breaks its release, latest start, deadline or the horizon"


def _tick_links(problem: Problem, solution: Solution) -> Iterator[str]:
    for link in problem.links:
        begin = (solution.finish if link.kind[0] == "F" else solution.start)[link.before]
        end = (solution.finish if link.kind[1] == "F" else solution.start)[link.after]
        short = link.lag is not None and end - begin < link.lag
        if short or (link.max_lag is not None and end - begin > link.max_lag):
            yield f"link {link.kind} {problem.tasks[link.before].name!r}->{problem.tasks[link.after].name!r} is broken"


def _tick_capacities(problem: Problem, solution: Solution) -> Iterator[str]:
    for index, resource in enumerate(problem.resources):
        moments = {tick for tick, _ in resource.steps} | set(solution.start) | set(solution.finish)
        for moment in sorted(moments):
            there = max((tick, units) for tick, units in resource.steps if tick <= moment)[1]
            taken = 0
            for number, task in enumerate(problem.tasks):
                if solution.start[number] <= moment < solution.finish[number]:
                    taken += task.modes[solution.mode[number]].demand[index]
                if solution.finish[number] <= moment:
                    there += sum(units for supplied, units in task.supplies if supplied == index)
            if taken > there:
                yield f"resource {resource.name!r} is overdrawn at tick {moment}: {taken} of {there}"
                break


def _tick_stocks(problem: Problem, solution: Solution) -> Iterator[str]:
    for index, stock in enumerate(problem.stocks):
        taken = sum(
            task.modes[mode].consumption[index] for task, mode in zip(problem.tasks, solution.mode, strict=True)
        )
        if taken > stock.units:
            yield f"stock {stock.name!r} is overdrawn: {taken} of {stock.units}"


def _stated_values(problem: Problem, solution: Solution) -> Iterator[str]:
    for stage, value in zip(problem.objectives, solution.values, strict=True):
        if stage is Stage.MAKESPAN and value != max(solution.finish, default=0):
            yield f"the makespan is {max(solution.finish, default=0)}, not {value}"
        if stage is Stage.COST:
            cost = sum(task.modes[mode].cost for task, mode in zip(problem.tasks, solution.mode, strict=True))
            if cost != value:
                yield f"the cost is {cost}, not {value}"
        if stage is Stage.COMPLETION:
            moment = sum(task.weight * end for task, end in zip(problem.tasks, solution.finish, strict=True))
            if moment != value:
                yield f"the weighted completion is {moment}, not {value}"
    for stage, value, bound in zip(problem.objectives, solution.values, solution.bounds, strict=False):
        if bound > value:
            yield f"the bound {bound} of the {stage} is above its value {value}"
