"""Variables of the CP-SAT model: one interval a task whatever its modes, a Boolean a mode and a distinct elapsed time.

A task with several modes or a calendar has one interval of variable size: its size is the sum of the elapsed times of
the Booleans, and each Boolean restricts the start to the ticks from which its elapsed time is true.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from plantwright.scheduling.arrays import Int
from plantwright.scheduling.problem import ELAPSED, Mode, Problem, Task, WorkingTime

Expression = cp_model.LinearExpr


@dataclass(frozen=True, slots=True)
class TaskVariables:
    """Start, size and end of a task in ticks, its interval, and one Boolean a mode (empty where there is one mode)."""

    start: cp_model.IntVar
    size: cp_model.LinearExprT
    end: Expression
    interval: cp_model.IntervalVar
    modes: tuple[cp_model.BoolVarT, ...]

    def choice(self, values: list[int]) -> cp_model.LinearExprT:
        """The value that belongs to the chosen mode, out of one a mode."""
        if not self.modes:
            return values[0]
        return cp_model.LinearExpr.weighted_sum(list(self.modes), values)


def task_variables(
    model: cp_model.CpModel, problem: Problem, heads: list[int], tails: list[int]
) -> tuple[TaskVariables, ...]:
    """Variables of all tasks; starts lie between head and horizon less tail (ticks, one a task)."""
    return tuple(
        _variables(model, problem, number, range(heads[number], problem.horizon - tails[number] + 1))
        for number in range(len(problem.tasks))
    )


def _variables(model: cp_model.CpModel, problem: Problem, number: int, window: range) -> TaskVariables:
    task = problem.tasks[number]
    last = window.stop - 1 if task.latest_start is None else min(window.stop - 1, task.latest_start)
    first = max(window.start, task.release)
    if first > last:
        # An empty window is an infeasible problem: say so to the solver, which reports it like any other.
        model.add_bool_or([])
        last = first
    start = model.new_int_var(first, last, f"start {number}")
    modes = (
        tuple(model.new_bool_var(f"mode {number} {m}") for m in range(len(task.modes))) if len(task.modes) > 1 else ()
    )
    if modes:
        model.add_exactly_one(modes)
    size = _size(model, problem, task, start, range(first, last + 1), modes)
    if not isinstance(size, int):
        ending = model.new_int_var(first, problem.horizon, f"end {number}")
        interval = model.new_interval_var(start, size, ending, f"task {number}")
        return TaskVariables(start, size, ending, interval, modes)
    return TaskVariables(
        start, size, start + size, model.new_fixed_size_interval_var(start, size, f"task {number}"), modes
    )


def _size(
    model: cp_model.CpModel,
    problem: Problem,
    task: Task,
    start: cp_model.IntVar,
    window: range,
    modes: tuple[cp_model.BoolVarT, ...],
) -> cp_model.LinearExprT:
    if len(task.modes) == 1 and not _pauses(task.modes[0]):
        return task.modes[0].duration
    literals: list[cp_model.BoolVarT] = []
    elapsed: list[int] = []
    for index, mode in enumerate(task.modes):
        ways = elapsed_times(problem, task, mode, window) if _pauses(mode) else {mode.duration: None}
        literals_of_mode = []
        for ticks, starts in ways.items():
            literal = modes[index] if modes and len(ways) == 1 else model.new_bool_var(f"{task.name} {index} {ticks}")
            if starts is not None:
                model.add_linear_expression_in_domain(start, starts).only_enforce_if(literal)
            literals_of_mode.append(literal)
            elapsed.append(ticks)
        if modes and len(ways) != 1:
            model.add(sum(literals_of_mode) == modes[index])
        literals += literals_of_mode
    if not modes:
        model.add_exactly_one(literals)
    low, high = min(elapsed, default=0), max(elapsed, default=0)
    size = model.new_int_var(low, high, f"size {task.name}")
    model.add(size == cp_model.LinearExpr.weighted_sum(literals, elapsed))
    return size


def calendar_choices(problem: Problem) -> int:
    """How many Booleans the calendars ask for: distinct times from start to finish, summed over all modes."""
    working = [working_ticks(calendar, problem.horizon) for calendar in problem.calendars]
    ways = Counter((mode.calendar, mode.duration) for task in problem.tasks for mode in task.modes if _pauses(mode))
    return sum(
        count
        * len(np.unique(working[calendar][duration - 1 :] - working[calendar][: len(working[calendar]) - duration + 1]))
        for (calendar, duration), count in ways.items()
        if duration <= len(working[calendar])
    )


def _pauses(mode: Mode) -> bool:
    return mode.calendar != ELAPSED and mode.duration > 0


def elapsed_times(problem: Problem, task: Task, mode: Mode, window: range) -> dict[int, cp_model.Domain]:
    """The starts of a window (ticks) from which a mode can be done, grouped by the ticks from start to finish."""
    working = working_ticks(problem.calendars[mode.calendar], problem.horizon)
    count = len(working) - mode.duration + 1
    if count <= 0:
        return {}
    elapsed = working[mode.duration - 1 :] + 1 - working[:count]
    usable = (working[:count] >= window.start) & (working[:count] < window.stop)
    usable &= working[:count] + elapsed <= (problem.horizon if task.deadline is None else task.deadline)
    if not task.pausable:
        usable &= elapsed == mode.duration
    starts, elapsed = working[:count][usable], elapsed[usable]
    return {int(ticks): _domain(starts[elapsed == ticks]) for ticks in np.unique(elapsed)}


def working_ticks(calendar: WorkingTime, horizon: int) -> Int:
    """All working ticks of a calendar before the horizon, in order."""
    spans = [np.arange(start, min(end, horizon)) for start, end in calendar.intervals]
    return np.concatenate([np.empty(0, np.int64), *spans]).astype(np.int64)


def _domain(ticks: Int) -> cp_model.Domain:
    breaks = np.flatnonzero(np.diff(ticks) > 1)
    firsts, lasts = ticks[np.r_[0, breaks + 1]], ticks[np.r_[breaks, len(ticks) - 1]]
    return cp_model.Domain.from_intervals([[int(a), int(b)] for a, b in zip(firsts, lasts, strict=True)])
