"""The search of the CP-SAT engine: the stages one after the other, each kept while the next improves.

The caller's answer goes in as a hint and stays the answer unless a better one is found: a solver may drop a hint.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ortools.sat.python import cp_model

from plantwright.scheduling.bounds import heads, stage_bounds, tails
from plantwright.scheduling.cpsat.constraints import add_constraints
from plantwright.scheduling.cpsat.objective import present_cost_nearby, stage_expression
from plantwright.scheduling.cpsat.variables import TaskVariables, task_variables
from plantwright.scheduling.problem import Problem, Solution, Stage, Status, keeps_caps, objective_values

WORKERS = 8
"""Even on two processors: with fewer, CP-SAT runs one full search only."""


def improve(
    problem: Problem,
    known: Solution,
    *,
    seconds: float | None = None,
    effort: float | None = None,
    seed: int = 1,
    workers: int = WORKERS,
    progress: Callable[[float], object] | None = None,
) -> Solution:
    """A schedule at least as good as `known`, with a proved lower bound of each objective given those before it.

    `seconds` limits the wall clock; `effort` limits CP-SAT's deterministic time instead (its seconds, about), so that
    the result is the same on every run. Half of what is left goes to each stage but the last.
    """
    begun = time.perf_counter()
    model = cp_model.CpModel()
    variables = task_variables(model, problem, heads(problem), tails(problem))
    add_constraints(model, problem, variables)
    best, bounds, proved = known, list(stage_bounds(problem)), True
    for number, stage in enumerate(problem.objectives):
        if stage is Stage.LEVELLING or (stage is Stage.PRESENT_COST and not best.start):
            # Squares of use over time are no model that CP-SAT can take: `shifting` looks after them.
            proved = False
            continue
        if stage is Stage.PRESENT_COST:
            worth = present_cost_nearby(problem, variables, best)
            model.minimize(worth)
            hint(model, variables, best)
            solver = _solver(_share(seconds, begun, number, problem), _effort(effort, number, problem), seed, workers)
            status = _status(solver, model)
            found = _read(problem, variables, solver) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
            best, proved = better_of(best, found), False
            continue
        expression, scale, offset = stage_expression(model, problem, variables, stage)
        least = -(-(bounds[number] - offset) // scale)
        if stage_is_met(best, number, bounds) and proved:
            model.add(expression <= (best.values[number] - offset) // scale)
            continue
        model.add(expression >= least)
        model.minimize(expression)
        hint(model, variables, best)
        solver = _solver(_share(seconds, begun, number, problem), _effort(effort, number, problem), seed, workers)
        status = _status(solver, model)
        if status == cp_model.INFEASIBLE and not best.start:
            return Solution(Status.INFEASIBLE, seconds=time.perf_counter() - begun, engine="cp-sat")
        found = _read(problem, variables, solver) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
        best = better_of(best, found)
        if status != cp_model.UNKNOWN:
            bounds[number] = max(bounds[number], round(solver.best_objective_bound) * scale + offset)
        proved = proved and bool(best.values) and bounds[number] >= best.values[number]
        if not best.start:
            break
        model.add(expression <= (best.values[number] - offset) // scale)
        if progress:
            progress((number + 1) / len(problem.objectives))
    return _rated(best, bounds, proved, time.perf_counter() - begun)


def stage_is_met(best: Solution, number: int, bounds: list[int]) -> bool:
    """Whether the known answer already meets the bound of a stage."""
    return bool(best.values) and best.values[number] <= bounds[number]


def better_of(one: Solution, other: Solution | None) -> Solution:
    """The solution that comes first by its objectives; the first of equals."""
    if other is None or not other.start:
        return one
    return other if not one.start or other.values < one.values else one


def hint(model: cp_model.CpModel, variables: tuple[TaskVariables, ...], known: Solution) -> None:
    """Replace the model's hint by a known answer."""
    model.proto.clear_solution_hint()
    for own, start, mode in zip(variables, known.start, known.mode, strict=False):
        model.add_hint(own.start, start)
        for index, literal in enumerate(own.modes):
            model.add_hint(literal, index == mode)


def _share(seconds: float | None, begun: float, number: int, problem: Problem) -> float | None:
    if seconds is None:
        return None
    left = max(seconds - (time.perf_counter() - begun), 0.01)
    return left if number == len(problem.objectives) - 1 else left / 2


def _effort(effort: float | None, number: int, problem: Problem) -> float | None:
    if effort is None:
        return None
    return effort * 0.5 ** min(number + 1, len(problem.objectives) - 1)


def _solver(seconds: float | None, effort: float | None, seed: int, workers: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.catch_sigint_signal = False
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    if effort is not None:
        solver.parameters.max_deterministic_time = effort
        solver.parameters.interleave_search = workers > 1
    return solver


def _status(solver: cp_model.CpSolver, model: cp_model.CpModel) -> cp_model.CpSolverStatus:
    """Solve beside the main thread, which stays free to be told to stop.

    CP-SAT's own handler of Ctrl-C would swallow it, and leave Python without one afterwards.
    """
    with ThreadPoolExecutor(1) as searcher:
        answer = searcher.submit(solver.solve, model)
        try:
            return answer.result()
        except KeyboardInterrupt:
            solver.stop_search()
            raise


def _read(problem: Problem, variables: tuple[TaskVariables, ...], solver: cp_model.CpSolver) -> Solution:
    start = tuple(int(solver.value(own.start)) for own in variables)
    finish = tuple(int(solver.value(own.end)) for own in variables)
    mode = tuple(next((m for m, lit in enumerate(own.modes) if solver.boolean_value(lit)), 0) for own in variables)
    values = objective_values(problem, start, finish, mode)
    if not keeps_caps(problem, start, finish, mode):
        return Solution(Status.UNKNOWN)
    return Solution(Status.FEASIBLE, start, finish, mode, values, engine="cp-sat")


def _rated(best: Solution, bounds: list[int], proved: bool, seconds: float) -> Solution:
    if not best.start:
        return Solution(Status.UNKNOWN, bounds=tuple(bounds), seconds=seconds, engine="cp-sat")
    capped = tuple(min(bound, value) for bound, value in zip(bounds, best.values, strict=True))
    return replace(best, status=Status.OPTIMAL if proved else Status.FEASIBLE, bounds=capped, seconds=seconds)
