"""The scheduler against the literature's best known values, beside PyJobShop: same OR-Tools, same seconds, same run.

Instances are read from the shared data beside the repository and never copied. A few of each set are tried, evenly
spaced; `PLANTWRIGHT_BENCHMARK=all` in the environment tries them all, which takes an hour. Every schedule is checked,
PyJobShop's excepted. To be read side by side: a machine that does other work meanwhile costs both tools quality.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks.replanning import replanning_rows
from benchmarks.schedule_risk import risk_rows
from plantwright.scheduling import Problem, Solution, check_solution, read_problem, solve
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import Link, Mode, Resource, Task, WorkingTime

DATA = Path(__file__).parents[2] / "shared" / "data" / "scheduling"
FEW = 6
Row = Mapping[str, str | float | int | None]
Answer = tuple[str, int | None, int | None, float]
"""Status, makespan, lower bound, seconds."""

Tool = Callable[[Problem, float], Answer]


@dataclass(frozen=True)
class Set:
    """Instances of one kind with the seconds each gets."""

    name: str
    suffix: str
    seconds: float


SETS = (
    Set("rcpsp_j30", ".sm", 10),
    Set("rcpsp_j60", ".sm", 10),
    Set("rcpsp_j120", ".sm", 20),
    Set("mrcpsp_j20", ".mm", 10),
    Set("mrcpsp_j30", ".mm", 10),
    Set("mrcpsp_mmlib50", ".mm", 10),
    Set("rcpspmax_j30", ".sch", 6),
    Set("rcpspmax_ubo20", ".sch", 6),
    Set("rcpspmax_ubo50", ".sch", 6),
    Set("rcpspmax_ubo100", ".sch", 6),
)


@dataclass(frozen=True)
class Known:
    """What the literature knows of an instance: its best makespan (None: proved infeasible), and if that is proved."""

    path: Path
    best: int | None
    closed: bool


def run() -> list[Row]:
    """One row each tool and set, then the generator alone, the large problem and the risk trials."""
    for problem, schedules in ((_large(20), 20), (_large(1_200), 30)):
        generate(problem, schedules=schedules)  # compiles
    few = None if os.environ.get("PLANTWRIGHT_BENCHMARK") == "all" else FEW
    rows = [_compared(each, tool, few) for each in SETS for tool in ("plantwright", "pyjobshop")]
    return [*rows, _generator(), *_five_thousand(), *risk_rows(), *replanning_rows()]


def _instances(each: Set, few: int | None) -> list[Known]:
    """The instances of a set, or a few of them evenly spaced."""
    with (DATA / "best_known.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == each.name]
    if few is not None:
        rows = rows[:: max(1, len(rows) // few)][:few]
    return [
        Known(
            DATA / each.name / (row["instance"] + each.suffix),
            int(row["ub"]) if row["ub"].isdigit() else None,
            row["closed"] == "1",
        )
        for row in rows
    ]


def _compared(each: Set, tool: str, few: int | None) -> Row:
    engine: Tool = _ours if tool == "plantwright" else _pyjobshop
    instances = _instances(each, few)
    answers = [engine(read_problem(known.path), each.seconds) for known in instances]
    return {"tool": tool, "model": each.name, "limit_s": each.seconds, **_summary(instances, answers)}


def _summary(instances: list[Known], answers: list[Answer]) -> Row:
    """How many were proved (and of those closed in the literature), solved or proved infeasible, and the mean gaps."""
    proved = [status in ("optimal", "infeasible") for status, *_ in answers]
    solved = [status == "infeasible" or makespan is not None for status, makespan, *_ in answers]
    both = [
        (makespan, bound or 0, known.best)
        for known, (_, makespan, bound, _) in zip(instances, answers, strict=True)
        if makespan and known.best
    ]
    return {
        "instances": len(instances),
        "proved": sum(proved),
        "closed": sum(known.closed for known in instances),
        "closed_proved": sum(done for known, done in zip(instances, proved, strict=True) if known.closed),
        "solved_or_infeasible": sum(solved),
        "above_best_known": sum(makespan > best for makespan, _, best in both),
        "gap_to_best_known_pct": fmean(100 * (makespan / best - 1) for makespan, _, best in both) if both else None,
        "gap_to_own_bound_pct": fmean(100 * (1 - bound / makespan) for makespan, bound, _ in both) if both else None,
        "seconds": fmean(seconds for *_, seconds in answers),
    }


def _ours(problem: Problem, seconds: float) -> Answer:
    found = solve(problem, time_limit=seconds)
    _require_sound(problem, found)
    makespan = found.makespan if found.found else None
    return found.status.value, makespan, found.bounds[0] if found.bounds else None, found.seconds


def _require_sound(problem: Problem, found: Solution) -> None:
    faults = check_solution(problem, found) if found.start else []
    if faults:
        raise AssertionError(faults[0])


def _pyjobshop(problem: Problem, seconds: float) -> Answer:
    from pyjobshop import Model

    model = Model()
    renewable = [model.add_renewable(capacity=each.peak) for each in problem.resources]
    stocks = [model.add_consumable(capacity=each.units) for each in problem.stocks]
    tasks = [model.add_task() for _ in problem.tasks]
    for task, own in zip(problem.tasks, tasks, strict=True):
        for mode in task.modes:
            model.add_mode(own, [*renewable, *stocks], mode.duration, [*mode.demand, *mode.consumption])
    for link in problem.links:
        before, after = tasks[link.before], tasks[link.after]
        if link.kind == "FS":
            model.add_end_before_start(before, after, link.lag or 0)
        elif link.lag is not None:
            model.add_start_before_start(before, after, link.lag)
        if link.max_lag is not None:
            model.add_start_before_start(after, before, -link.max_lag)
    begun = time.perf_counter()
    result = model.solve(solver="ortools", time_limit=seconds, display=False, num_workers=8)
    took = time.perf_counter() - begun
    status = result.status.value.lower()
    found = status in ("optimal", "feasible")
    return status, int(result.objective) if found else None, int(result.lower_bound) if found else None, took


def _generator() -> Row:
    """The generator alone on all instances: 5,000 times as many tasks placed as there are, forward or backward."""
    gaps, seconds = [], []
    for known in _instances(Set("rcpsp_j120", ".sm", 0), None):
        problem = read_problem(known.path)
        found = generate(problem, schedules=5_000)
        _require_sound(problem, found)
        gaps.append(100 * (found.makespan / (known.best or 1) - 1))
        seconds.append(found.seconds)
    return {
        "tool": "plantwright", "model": "rcpsp_j120, generator alone, 5000 schedules", "instances": len(gaps),
        "gap_to_best_known_pct": fmean(gaps), "seconds": fmean(seconds),
    }  # fmt: skip


def _large(size: int, seed: int = 1) -> Problem:
    """Tasks in hours on three calendars (five days, six days, round the clock) with ten resources and random links."""
    rng = np.random.default_rng(seed)
    horizon = max(24 * 7 * 4, size * 14)
    five = tuple((d * 24 + 7, d * 24 + 15) for d in range(horizon // 24) if d % 7 < 5)
    six = tuple((d * 24 + 6, d * 24 + 22) for d in range(horizon // 24) if d % 7 < 6)
    tasks = tuple(
        Task(
            f"t{number}",
            (Mode(int(rng.integers(4, 60)), _demand(rng), calendar=int(rng.choice([-1, 0, 1], p=[0.2, 0.5, 0.3]))),),
        )
        for number in range(size)
    )
    links = {(int(before), after) for after in range(1, size) for before in rng.integers(max(0, after - 800), after, 2)}
    return Problem(
        tasks=tasks,
        links=tuple(Link(before, after) for before, after in sorted(links)),
        resources=tuple(Resource(f"R{k}", ((0, 12),)) for k in range(10)),
        calendars=(WorkingTime("five days", five), WorkingTime("six days", six)),
        horizon=horizon,
    )


def _demand(rng: np.random.Generator) -> tuple[int, ...]:
    demand = np.zeros(10, np.int64)
    demand[rng.choice(10, 2, replace=False)] = rng.integers(1, 5, 2)
    return tuple(int(units) for units in demand)


def _five_thousand() -> list[Row]:
    problem = _large(5_000)
    first = sorted((generate(problem, schedules=2) for _ in range(5)), key=lambda found: found.seconds)[2]
    found = solve(problem, time_limit=20)
    _require_sound(problem, found)
    return [
        {
            "tool": "plantwright", "model": f"5000 tasks, 10 resources, 3 calendars, {label}", "instances": 1,
            "gap_to_own_bound_pct": 100 * (answer.makespan / found.bounds[0] - 1), "seconds": answer.seconds,
        }
        for label, answer in (("first schedule", first), ("20 s", found))
    ]  # fmt: skip
