"""Independent checks of a schedule, sharing no code with the engines: every broken rule is named, none is assumed.

`check_schedule` judges the programme's schedule in hours, `check_solution` a solution of the problem in ticks.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import exp

from plantwright.model.calendars import Calendar
from plantwright.model.cell_values import Link
from plantwright.model.programme import OMITTED, Mode, Programme, Task
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.spending import PlannedPayment, limit_of, periods, planned_payments
from plantwright.model.underway import progress_of, remaining_work, share_done
from plantwright.scheduling.problem import LEVELLED_UNITS, PRESENT, Event, Problem, Solution, Stage
from plantwright.scheduling.problem import Mode as TickMode

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
        *_spending(programme, schedule),
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
        state = progress_of(programme, task.id)
        if state.actual_start and done.start != state.actual_start.planned:
            yield f"task {task.id!r} does not start when it did"
        if state.actual_finish:
            if done.finish != state.actual_finish.planned:
                yield f"task {task.id!r} is not finished when it was"
            continue
        names = {task.calendar, *(programme.resource[need.id].calendar for need in mode.needs)}
        hours = remaining_work(programme, task).planned if state.actual_start else mode.duration.planned
        begin = _begins(done)
        worked = _hours_worked(programme, names, begin, done.finish)
        if abs(worked - hours) > HOURS:
            yield f"task {task.id!r} works {worked:.4f} h between start and finish, not {hours:.4f}"
        if not task.pauses and not state.actual_start and abs(done.finish - begin - hours) > HOURS:
            yield f"task {task.id!r} pauses over a break, and may not"
        if hours > 0 and _hours_worked(programme, names, begin, begin + HOURS) < HOURS / 2:
            yield f"task {task.id!r} starts in a break of its calendars"


def _begins(done: ScheduledTask) -> float:
    """When the work that is still to be done of a task begins."""
    return done.start if done.resume is None else done.resume


def _unfinished(programme: Programme, schedule: Schedule) -> Iterator[tuple[Task, ScheduledTask]]:
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        if not progress_of(programme, task.id).is_finished:
            yield task, done


def _hours_worked(programme: Programme, names: set[str], start: float, finish: float) -> float:
    """Hours of [start, finish) in which all the named calendars work."""
    return sum(end - begin for begin, end in _spans_worked(programme, names, start, finish))


def _spans_worked(programme: Programme, names: set[str], start: float, finish: float) -> list[tuple[float, float]]:
    """The spans of [start, finish) in which all the named calendars work, cut down calendar by calendar."""
    spans = [(start, finish)]
    for name in sorted(names):
        calendar = programme.calendars.get(name)
        if calendar is None:
            continue
        spans = [
            (max(begin, opens), min(end, closes))
            for begin, end in spans
            for opens, closes in _between(calendar, begin, end)
        ]
    return spans


def _between(calendar: Calendar, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """The calendar's spans of work that reach into [begin, end)."""
    first, last = calendar.ends.searchsorted(begin, "right"), calendar.starts.searchsorted(end, "left")
    return zip(calendar.starts[first:last].tolist(), calendar.ends[first:last].tolist(), strict=True)


def _dates(programme: Programme, schedule: Schedule) -> Iterator[str]:
    status = programme.status_date.planned if programme.status_date else 0.0
    for task, done in _unfinished(programme, schedule):
        if done.start < (task.release.planned if task.release else 0.0) - HOURS and done.resume is None:
            yield f"task {task.id!r} starts before its release"
        if _begins(done) < status - HOURS:
            yield f"task {task.id!r} works before the status date"
        if task.deadline and task.weight <= 0 and done.finish > task.deadline.planned + HOURS:
            yield f"task {task.id!r} finishes after its deadline"


def _links(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for task, done in _unfinished(programme, schedule):
        for link in task.links:
            first = schedule.task[link.predecessor]
            begin = first.finish if link.kind[0] == "F" else first.start
            end = done.finish if link.kind[1] == "F" else _begins(done)
            if end < begin + link.lag.planned - HOURS:
                yield f"task {task.id!r} breaks its link {link.kind} to {link.predecessor!r}"
            most = None if _may_exceed(programme, task, link, begin) else link.max_lag
            if most is not None and end > begin + most.planned + HOURS:
                yield f"task {task.id!r} exceeds the greatest lag of its link {link.kind} to {link.predecessor!r}"


def _may_exceed(programme: Programme, task: Task, link: Link, begin: float) -> bool:
    """Whether what has happened leaves a greatest lag behind: it is between starts, or was over at the status date."""
    first, own = progress_of(programme, link.predecessor), progress_of(programme, task.id)
    if link.kind[1] == "S" and own.actual_start:
        return True
    if link.kind[0] == "S" and first.actual_start and not first.actual_finish:
        return True
    status = programme.status_date.planned if programme.status_date else 0.0
    return bool(first.actual_finish and link.max_lag and begin + link.max_lag.planned < status)


def _handovers(schedule: Schedule) -> Iterator[str]:
    for before, after in schedule.order:
        if _begins(schedule.task[after]) < schedule.task[before].finish - HOURS:
            yield f"task {after!r} takes units of {before!r} before that is finished"


def _capacities(programme: Programme, schedule: Schedule) -> Iterator[str]:
    for resource in programme.resources:
        if resource.kind == "budget":
            continue
        changes = [(step.at.planned, step.value.planned) for step in resource.capacity]
        changes.sort()
        rows = [(at, 1, value - last) for (at, value), (_, last) in zip(changes, [(0.0, 0.0), *changes], strict=False)]
        held: list[tuple[float, int, float]] = []
        for task, done in zip(programme.tasks, schedule.tasks, strict=True):
            if done.mode != OMITTED:
                rows += [(done.finish, 1, d.amount.planned) for d in task.delivers if d.target == resource.id]
        for task, done in _unfinished(programme, schedule):
            taken = sum(need.amount.planned for need in _mode(task, done).needs if need.id == resource.id)
            for begin, end in _spans_held(programme, task, done, resource.id) if taken else ():
                (rows if done.resume is None else held).extend([(begin, 2, -taken), (end, 0, taken)])
        yield from _overdrawn(resource.id, rows, held)


def _spans_held(programme: Programme, task: Task, done: ScheduledTask, name: str) -> Iterator[tuple[float, float]]:
    """The spans over which a task holds a resource: all of it, less the breaks over which it lets it go."""
    begin = _begins(done)
    for each in task.released:
        if each.id == name:
            names = {task.calendar, *(programme.resource[need.id].calendar for need in _mode(task, done).needs)}
            worked = sorted(_spans_worked(programme, names, begin, done.finish))
            for (_, stops), (resumes, _) in pairwise(worked):
                if resumes - stops >= max(each.shortest.planned, HOURS):
                    yield begin, stops
                    begin = resumes
    if done.finish > begin:
        yield begin, done.finish


def _overdrawn(
    name: str, rows: Iterable[tuple[float, int, float]], held: Iterable[tuple[float, int, float]]
) -> Iterator[str]:
    # Moments a rounding apart are one moment: at it units come free, capacity changes, then tasks take. What running
    # tasks hold beyond the capacity is as it is; but nobody else takes any then.
    left = others = 0.0
    events = [(round(at / HOURS), kind, units, kind != 1) for at, kind, units in rows]
    events += [(round(at / HOURS), kind, units, False) for at, kind, units in held]
    for at, _, units, is_other in sorted(events):
        left += units
        others -= units if is_other else 0.0
        if left < -UNITS * (1 + abs(units)) and others > UNITS:
            yield f"resource {name!r} is overdrawn by {-left:g} at {at * HOURS:.2f} h"
            return


def _budget(programme: Programme, schedule: Schedule) -> Iterator[str]:
    limit = programme.objective.budget
    if limit is None:
        return
    spent = 0.0
    for task, done in zip(programme.tasks, schedule.tasks, strict=True):
        mode = _mode(task, done)
        cost = mode.cost.planned + mode.equipment_cost
        for need in mode.needs:
            cost += programme.resource[need.id].cost.planned * need.amount.planned * mode.duration.planned
        actual = progress_of(programme, task.id).actual_cost
        spent += cost if actual is None else actual.planned + (1 - share_done(programme, task)) * cost
    if spent > limit.planned + len(programme.tasks):
        yield f"the conversion costs {spent:,.0f}, the budget is {limit.planned:,.0f}"


def _spending(programme: Programme, schedule: Schedule) -> Iterator[str]:
    payments = planned_payments(programme, schedule)
    status = programme.status_date.planned if programme.status_date else -HOURS
    for limit in programme.objective.spending:
        counted = [each for each in payments if limit.payer in ("", each.due.payer)]
        for begin, end in periods(programme, limit.per, schedule.finish):
            # What falls due at midnight counts for the day that ends, but for what falls due at a start.
            falling = [each for each in counted if begin < _moment_paid(each) <= end]
            # What was paid by the status date, and when, is past helping.
            past = sum(each.amount for each in falling if each.at <= status)
            paid = sum(each.amount for each in falling)
            if paid > max(limit_of(limit, begin), past) + len(programme.tasks):
                yield f"{paid:,.0f} fall due in the {limit.per} from hour {begin:.0f}, beyond its limit of spending"


def _moment_paid(payment: PlannedPayment) -> float:
    return payment.at + HOURS if payment.due.event == "start" else max(payment.at, HOURS)


def check_solution(problem: Problem, solution: Solution) -> list[str]:
    """Everything that a solution in ticks breaks, and any objective value or bound that it states wrongly."""
    if len(solution.start) != len(problem.tasks):
        return ["the solution does not hold every task"]
    return [
        *_tick_work(problem, solution),
        *_tick_links(problem, solution),
        *_tick_capacities(problem, solution),
        *_tick_stocks(problem, solution),
        *_tick_caps(problem, solution),
        *_stated_values(problem, solution),
    ]


def _tick_work(problem: Problem, solution: Solution) -> Iterator[str]:
    for number, task in enumerate(problem.tasks):
        mode, start, finish = task.modes[solution.mode[number]], solution.start[number], solution.finish[number]
        worked = finish - start
        if mode.calendar >= 0 and mode.duration:
            intervals = problem.calendars[mode.calendar].intervals
            spans = intervals[max(bisect(intervals, (start,)) - 1, 0) : bisect(intervals, (finish,)) + 1]
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
        there: dict[int, int] = defaultdict(int)
        taken: dict[int, int] = defaultdict(int)
        for (tick, units), before in zip(resource.steps, [0, *(units for _, units in resource.steps)], strict=False):
            there[tick] += units - before
        for task, chosen, start, finish in zip(
            problem.tasks, solution.mode, solution.start, solution.finish, strict=True
        ):
            there[finish] += sum(u for supplied, u in task.supplies if supplied == index and chosen != task.omission)
            mode = task.modes[chosen]
            taken[start] += mode.demand[index]
            taken[finish] -= mode.demand[index]
            for stops, resumes in _let_go(problem, mode, index, start, finish):
                taken[stops] -= mode.demand[index]
                taken[resumes] += mode.demand[index]
        yield from _tick_overdrawn(resource.name, there, taken)


def _tick_overdrawn(name: str, there: Mapping[int, int], taken: Mapping[int, int]) -> Iterator[str]:
    """Changes of what is there and what is taken, by tick."""
    units = used = 0
    for tick in sorted({*there, *taken}):
        units += there.get(tick, 0)
        used += taken.get(tick, 0)
        if used > units:
            yield f"resource {name!r} is overdrawn at tick {tick}: {used} of {units}"
            return


def _let_go(problem: Problem, mode: TickMode, index: int, start: int, finish: int) -> Iterator[tuple[int, int]]:
    """The breaks between start and finish that are long enough to free the resource."""
    shortest = [max(least, 1) for resource, least in mode.released if resource == index]
    if shortest and mode.calendar >= 0 and mode.duration:
        for (_, stops), (resumes, _) in pairwise(problem.calendars[mode.calendar].intervals):
            if resumes - stops >= min(shortest) and max(stops, start) < min(resumes, finish):
                yield max(stops, start), min(resumes, finish)


def _is_let_go(problem: Problem, mode: TickMode, index: int, moment: int) -> bool:
    """Whether a tick lies in a break of the mode that is long enough to free the resource."""
    for resource, shortest in mode.released:
        if resource == index and mode.calendar >= 0 and mode.duration:
            spans = problem.calendars[mode.calendar].intervals
            stopped = max((end for _, end in spans if end <= moment), default=None)
            resumes = min((begin for begin, _ in spans if begin > moment), default=None)
            works = any(begin <= moment < end for begin, end in spans)
            if not works and stopped is not None and resumes is not None and resumes - stopped >= max(shortest, 1):
                return True
    return False


def _tick_stocks(problem: Problem, solution: Solution) -> Iterator[str]:
    for index, stock in enumerate(problem.stocks):
        taken = sum(
            task.modes[mode].consumption[index] for task, mode in zip(problem.tasks, solution.mode, strict=True)
        )
        if taken > stock.units:
            yield f"stock {stock.name!r} is overdrawn: {taken} of {stock.units}"


def _tick_caps(problem: Problem, solution: Solution) -> Iterator[str]:
    for cap in problem.caps:
        paid = 0
        for task, chosen in zip(problem.tasks, solution.mode, strict=True):
            for due in (each for each in task.modes[chosen].dues if each.account == cap.account):
                start, finish = solution.start[due.at], solution.finish[due.at]
                if due.event is Event.PROGRESS and start < finish:
                    inside = sum(1 for tick in range(start, finish) if cap.begin <= tick < cap.end)
                    paid += due.amount * inside // (finish - start)
                elif due.event is Event.START:
                    paid += due.amount if start in range(cap.begin, cap.end) else 0
                else:
                    paid += due.amount if max(finish, 1) in range(cap.begin + 1, cap.end + 1) else 0
        if paid > max(cap.units - cap.paid, 0):
            yield f"{paid} of account {cap.account} fall due from tick {cap.begin} to {cap.end}, {cap.units} may"


def _present_cost(problem: Problem, solution: Solution) -> float:
    """Payments of the account PRESENT discounted one by one, those in progress tick by tick in the middle of each."""
    total = 0.0
    for task, chosen in zip(problem.tasks, solution.mode, strict=True):
        for due in (each for each in task.modes[chosen].dues if each.account == PRESENT):
            start, finish = solution.start[due.at], solution.finish[due.at]
            moments = [float(start if due.event is Event.START else finish)]
            if due.event is Event.PROGRESS and finish > start:
                moments = [tick + 0.5 for tick in range(start, finish)]
            total += due.amount / len(moments) * sum(exp(-problem.growth * moment) for moment in moments)
    return total


def _levelling(problem: Problem, solution: Solution) -> float:
    """Squared shares of levelled resources in use, tick by tick."""
    total = 0.0
    for index, resource in enumerate(problem.resources):
        for tick in range(max(solution.finish, default=0)) if resource.levelled else ():
            used = 0
            for number, task in enumerate(problem.tasks):
                mode = task.modes[solution.mode[number]]
                is_on = solution.start[number] <= tick < solution.finish[number]
                used += mode.demand[index] if is_on and not _is_let_go(problem, mode, index, tick) else 0
            total += (used / max(problem.ceiling(index), 1)) ** 2
    return total * LEVELLED_UNITS


def _stated_values(problem: Problem, solution: Solution) -> Iterator[str]:
    for stage, value in zip(problem.objectives, solution.values, strict=True):
        if stage is Stage.MAKESPAN and value != max(solution.finish, default=0):
            yield f"the makespan is {max(solution.finish, default=0)}, not {value}"
        if stage is Stage.COST:
            cost = sum(task.modes[mode].cost for task, mode in zip(problem.tasks, solution.mode, strict=True))
            if cost != value:
                yield f"the cost is {cost}, not {value}"
        if stage is Stage.PRESENT_COST and abs(_present_cost(problem, solution) - value) > 1:
            yield f"the present cost is {_present_cost(problem, solution):.0f}, not {value}"
        if stage is Stage.LEVELLING and abs(_levelling(problem, solution) - value) > len(problem.resources):
            yield f"the squared use is {_levelling(problem, solution):.0f}, not {value}"
        if stage is Stage.COMPLETION:
            moment = 0
            for number, task in enumerate(problem.tasks):
                is_done = solution.mode[number] != task.omission
                moment += task.weight * (solution.finish[number] if is_done else problem.never)
            if moment != value:
                yield f"the weighted completion is {moment}, not {value}"
    for stage, value, bound in zip(problem.objectives, solution.values, solution.bounds, strict=False):
        if bound > value:
            yield f"the bound {bound} of the {stage} is above its value {value}"
