"""Constraints of the CP-SAT model, one function a family, called in order from `add_constraints`."""

from __future__ import annotations

from ortools.sat.python import cp_model

from plantwright.scheduling.cpsat.variables import Expression, TaskVariables
from plantwright.scheduling.problem import Cap, Due, Event, Kind, Link, Problem, Resource, Task, stretches_held


def add_constraints(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> None:
    """Add every family of constraints of the problem."""
    add_deadlines(model, problem, variables)
    add_links(model, problem, variables)
    add_resources(model, problem, variables)
    add_stocks(model, problem, variables)
    add_caps(model, problem, variables)


def add_deadlines(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> None:
    """Every task finishes by its deadline and by the horizon."""
    for task, own in zip(problem.tasks, variables, strict=True):
        model.add(own.end <= (problem.horizon if task.deadline is None else min(task.deadline, problem.horizon)))


def add_links(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> None:
    """Minimum and maximum lags between the ends that the link ties."""
    for link in problem.links:
        gap = _later_end(link, variables[link.after]) - _earlier_end(link, variables[link.before])
        if link.lag is not None:
            model.add(gap >= link.lag)
        if link.max_lag is not None:
            model.add(gap <= link.max_lag)


def _earlier_end(link: Link, own: TaskVariables) -> Expression:
    return own.end if link.kind in (Kind.FS, Kind.FF) else own.start


def _later_end(link: Link, own: TaskVariables) -> Expression:
    return own.end if link.kind in (Kind.FF, Kind.SF) else own.start


def add_resources(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> None:
    """No resource is taken beyond its capacity; where that is below its peak, a fixed interval fills the difference."""
    for index, resource in enumerate(problem.resources):
        intervals, demands = _gaps(model, resource, problem.horizon)
        for number, own in enumerate(variables):
            # Units that a task supplies are as if taken until its finish.
            supplied = sum(units for k, units in problem.tasks[number].supplies if k == index)
            if supplied:
                end = end_or(model, problem.tasks[number], own, problem.horizon)
                intervals.append(model.new_interval_var(0, end, end, f"before supply {number}"))
                demands.append(supplied)
        for task, own in zip(problem.tasks, variables, strict=True):
            units = [mode.demand[index] if mode.duration else 0 for mode in task.modes]
            if any(index == resource for mode in task.modes for resource, _ in mode.released):
                pieces, taken = _pieces(model, problem, task, own, index)
                intervals += pieces
                demands += taken
            elif any(units):
                intervals.append(own.interval)
                demands.append(_demand(model, own, units))
        if intervals:
            model.add_cumulative(intervals, demands, problem.ceiling(index))


def end_or(model: cp_model.CpModel, task: Task, own: TaskVariables, otherwise: int) -> Expression:
    """The end of a task, or another tick where it is left out."""
    if task.omission is None or not own.modes:
        return own.end
    end, left_out = model.new_int_var(0, otherwise, "end or never"), own.modes[task.omission]
    model.add(end == own.end).only_enforce_if(left_out.negated())
    model.add(end == otherwise).only_enforce_if(left_out)
    return end


def _gaps(
    model: cp_model.CpModel, resource: Resource, horizon: int
) -> tuple[list[cp_model.IntervalVar], list[cp_model.LinearExprT]]:
    ends = [*(tick for tick, _ in resource.steps[1:]), horizon]
    gaps = [
        (begin, end, resource.peak - units)
        for (begin, units), end in zip(resource.steps, ends, strict=True)
        if units < resource.peak and begin < end
    ]
    intervals = [model.new_fixed_size_interval_var(begin, end - begin, "gap") for begin, end, _ in gaps]
    return intervals, [missing for _, _, missing in gaps]


def _pieces(
    model: cp_model.CpModel, problem: Problem, task: Task, own: TaskVariables, index: int
) -> tuple[list[cp_model.IntervalVar], list[cp_model.LinearExprT]]:
    """One optional interval a stretch between breaks that free the resource, there where the task works in it."""
    intervals: list[cp_model.IntervalVar] = []
    demands: list[cp_model.LinearExprT] = []
    for number, mode in enumerate(task.modes):
        chosen = [own.modes[number]] if own.modes else []
        held = stretches_held(problem, mode, index, 0, problem.horizon) if mode.demand[index] and mode.duration else []
        for begin, end in held:
            start, finish = (model.new_int_var(0, problem.horizon, "piece") for _ in range(2))
            model.add_max_equality(start, [own.start, begin])
            model.add_min_equality(finish, [own.end, end])
            size, there = model.new_int_var(0, end - begin, "size"), model.new_bool_var("there")
            model.add(finish > start).only_enforce_if([there, *chosen])
            model.add(finish <= start).only_enforce_if([there.negated(), *chosen])
            if chosen:
                model.add_implication(there, chosen[0])
            intervals.append(model.new_optional_interval_var(start, size, finish, there, "piece"))
            demands.append(mode.demand[index])
    return intervals, demands


def _demand(model: cp_model.CpModel, own: TaskVariables, units: list[int]) -> cp_model.LinearExprT:
    if min(units) == max(units):
        return units[0]
    demand = model.new_int_var_from_domain(cp_model.Domain.from_values(sorted(set(units))), "demand")
    model.add(demand == own.choice(units))
    return demand


def add_stocks(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> None:
    """No non-renewable resource is consumed beyond what there is."""
    for index, stock in enumerate(problem.stocks):
        model.add(
            sum(
                own.choice([mode.consumption[index] for mode in task.modes])
                for task, own in zip(problem.tasks, variables, strict=True)
            )
            <= stock.units
        )


def add_caps(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> None:
    """No more falls due at starts and finishes in a capped period than it allows.

    What falls due as work goes on is left out, since it is no linear function of the dates: solutions are judged by
    `keeps_caps`, and bounds hold without it.
    """
    paid: dict[Cap, list[cp_model.LinearExprT]] = {cap: [] for cap in problem.caps}
    when: dict[tuple[int, Event, int], dict[Cap, cp_model.IntVar]] = {}
    for task, own in zip(problem.tasks, variables, strict=True) if problem.caps else ():
        for number, mode in enumerate(task.modes):
            for due in (each for each in mode.dues if each.event is not Event.PROGRESS):
                key = (due.at, due.event, due.account)
                if key not in when:
                    when[key] = _periods_of(model, problem, variables[due.at], due)
                for cap, falls_in in when[key].items():
                    is_paid = falls_in
                    if own.modes:
                        is_paid = model.new_bool_var("paid")
                        model.add_bool_or([falls_in.negated(), own.modes[number].negated(), is_paid])
                    paid[cap].append(is_paid * due.amount)
    for cap, amounts in paid.items():
        if amounts:
            model.add(sum(amounts) <= cap.left)


def _periods_of(model: cp_model.CpModel, problem: Problem, own: TaskVariables, due: Due) -> dict[Cap, cp_model.IntVar]:
    """A Boolean for each period of the account, true for the one in which the event falls."""
    found = {}
    for cap in (each for each in problem.caps if each.account == due.account):
        found[cap] = model.new_bool_var("falls in")
        first, last = (cap.begin, cap.end - 1) if due.event is Event.START else (cap.begin + (cap.begin > 0), cap.end)
        moment = own.start if due.event is Event.START else own.end
        model.add(moment >= first).only_enforce_if(found[cap])
        model.add(moment <= last).only_enforce_if(found[cap])
    model.add_exactly_one(found.values())
    return found
