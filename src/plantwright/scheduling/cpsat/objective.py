"""Objectives of the CP-SAT model: `stage_expression` turns one stage into a linear expression to minimise."""

from __future__ import annotations

from math import exp, gcd

from ortools.sat.python import cp_model

from plantwright.scheduling.cpsat.constraints import end_or
from plantwright.scheduling.cpsat.variables import TaskVariables
from plantwright.scheduling.problem import PRESENT, Event, Problem, Solution, Stage

SLOPE_UNITS = 1_000
"""Integer units of money lost a tick in the linear present cost."""


def stage_expression(
    model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...], stage: Stage
) -> tuple[cp_model.LinearExprT, int, int]:
    """Expression, scale and offset: the stage's value is scale x expression + offset."""
    if stage is Stage.MAKESPAN:
        return _makespan(model, problem, variables), 1, 0
    if stage is Stage.COMPLETION:
        return _completion(model, problem, variables)
    if stage is Stage.TARDINESS:
        return _tardiness(model, problem, variables)
    if stage is Stage.CHANGE:
        return _change(model, problem, variables), 1, 0
    return _cost(problem, variables)


def _makespan(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> cp_model.LinearExprT:
    makespan = model.new_int_var(0, problem.horizon, "makespan")
    for own in variables:
        model.add(makespan >= own.end)
    for index in range(len(problem.resources)):
        if all(len(task.modes) == 1 for task in problem.tasks):
            break
        # All the work on a resource fits under its peak before the end: modes of variable size need to be told.
        energy = [
            own.choice([mode.duration * mode.demand[index] for mode in task.modes])
            for task, own in zip(problem.tasks, variables, strict=True)
        ]
        model.add(sum(energy) <= problem.ceiling(index) * makespan)
    return makespan


def _completion(
    model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]
) -> tuple[cp_model.LinearExprT, int, int]:
    weighted = [
        (end_or(model, task, own, problem.never), task.weight)
        for task, own in zip(problem.tasks, variables, strict=True)
        if task.weight
    ]
    scale = gcd(*(weight for _, weight in weighted)) or 1
    return sum(end * (weight // scale) for end, weight in weighted), scale, 0


def _tardiness(
    model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]
) -> tuple[cp_model.LinearExprT, int, int]:
    terms: list[cp_model.LinearExprT] = []
    for number, (task, own) in enumerate(zip(problem.tasks, variables, strict=True)):
        if task.due is not None:
            late = model.new_int_var(0, max(0, problem.horizon - task.due), f"late {number}")
            model.add(late >= own.end - task.due)
            terms.append(late * task.late_weight)
    return sum(terms), 1, 0


def _change(model: cp_model.CpModel, problem: Problem, variables: tuple[TaskVariables, ...]) -> cp_model.LinearExprT:
    terms = []
    for number, (task, own) in enumerate(zip(problem.tasks, variables, strict=True)):
        if task.baseline is not None:
            moved = model.new_int_var(0, problem.horizon, f"moved {number}")
            model.add_abs_equality(moved, own.start - task.baseline)
            terms.append(moved)
    return sum(terms)


def _cost(problem: Problem, variables: tuple[TaskVariables, ...]) -> tuple[cp_model.LinearExprT, int, int]:
    # Only differences between modes are for the solver to weigh; whole costs would drown them in size.
    least = [min(mode.cost for mode in task.modes) for task in problem.tasks]
    extra = [[mode.cost - low for mode in task.modes] for task, low in zip(problem.tasks, least, strict=True)]
    scale = gcd(*(cost for row in extra for cost in row)) or 1
    terms = [own.choice([cost // scale for cost in row]) for own, row in zip(variables, extra, strict=True)]
    return sum(terms), scale, sum(least)


def present_cost_nearby(
    problem: Problem, variables: tuple[TaskVariables, ...], known: Solution
) -> cp_model.LinearExprT:
    """The present cost made linear around a known schedule: the tangent of each payment's worth at its date there.

    Payments in modes that are not chosen there are left out; the true value is computed of whatever comes out.
    """
    terms: list[cp_model.LinearExprT] = []
    for task, chosen in zip(problem.tasks, known.mode, strict=True):
        for due in (each for each in task.modes[chosen].dues if each.account == PRESENT):
            own, begin, end = variables[due.at], known.start[due.at], known.finish[due.at]
            middle = {Event.START: begin, Event.FINISH: end, Event.PROGRESS: (begin + end) // 2}[due.event]
            slope = round(-SLOPE_UNITS * due.amount * problem.growth * exp(-problem.growth * middle))
            terms.append((own.start if due.event is Event.START else own.end) * slope)
    return sum(terms)
