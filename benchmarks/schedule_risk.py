"""Ten thousand trials of a thousand tasks: the plan replayed alone, and the whole analysis of its risk.

Every task has a duration of its own with a range, two links from the two hundred before it, and half of them work five
days a week. Twenty risks hit five tasks each; half of them can be mitigated. The first world of each is walked again by
the independent checker.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np

from plantwright.model.assumptions import Assumption, Distribution, Law, Register
from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cell_values import Link
from plantwright.model.programme import Mode, Objective, Programme, Task
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.risks import Risk
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.scheduling import check_risk_analysis, conversion_trials, risk_analysis

TASKS, TRIALS, DAYS, RISKS, HIT = 1_000, 10_000, 12_000, 20, 5
Row = Mapping[str, str | float | int | None]


def risk_rows() -> list[Row]:
    """One row for the trials alone, round the clock and by calendar, and one for the whole analysis."""
    found = []
    for label, week in (("round the clock", False), ("half of them five days a week", True)):
        programme, plan = _thousand(week)
        conversion_trials(programme, plan, 1, range(2))  # compiles
        found.append(
            _timed(f"risk: trials, {label}", lambda p=programme, s=plan: conversion_trials(p, s, 1, range(TRIALS)))
        )
    risk_analysis(programme, plan, trials=2, relevelled=2)  # compiles
    found.append(_timed(f"risk: analysis with {RISKS} risks, {label}", lambda: _analysed(programme, plan)))
    return found


def _timed(model: str, work: Callable[[], object]) -> Row:
    begun, used = time.perf_counter(), time.process_time()
    work()
    took, cpu = time.perf_counter() - begun, time.process_time() - used
    return {"tool": "plantwright", "model": f"{model}, {TRIALS} of {TASKS} tasks", "instances": 1,
            "seconds": took, "cpu_seconds": cpu}  # fmt: skip


def _analysed(programme: Programme, plan: Schedule) -> None:
    found = risk_analysis(programme, plan, trials=TRIALS)
    faults = [fault for fault in check_risk_analysis(programme, plan, found, worlds=1) if "slip" not in fault]
    if faults:
        raise AssertionError(faults[0])


def _thousand(week: bool) -> tuple[Programme, Schedule]:
    rng = np.random.default_rng(1)
    names = [f"t{number}" for number in range(TASKS)]
    spread = Distribution(Law.TRIANGULAR, 40, 80, 200)
    register = Register({n: Assumption(n, spread, Dimension.TIME, "h", False, False, "", "") for n in names})
    planned = float(spread.quantile(0.5))
    tasks = tuple(
        Task(
            name, name, "", "", "", "week" if week and number % 2 else "always",
            (Mode("normal", Quantity(planned, Dimension.TIME, name), (), Quantity(1e4)),),
            tuple(
                Link(names[before], "FS", Quantity(0.0, Dimension.TIME))
                for before in sorted({int(b) for b in rng.integers(max(0, number - 200), number, 2)} if number else ())
            ),
            (), (), None, None, number % 100 == 99, 0.0,
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    programme = Programme(
        "trials", date(2026, 1, 5), date(2026, 1, 5) + timedelta(days=4_000), "USD", "", Quantity(0.0), Objective(),
        {"always": continuous(), "week": _week()}, (), (), register, tasks, risks=tuple(_risks(rng, names)),
    )  # fmt: skip
    return programme, Schedule(
        tuple(ScheduledTask(n, "normal", 0, 0, 0, 0, False) for n in names), (), "feasible", {}, {}
    )


def _risks(rng: np.random.Generator, names: list[str]) -> list[Risk]:
    return [
        Risk(
            id=f"r{number}", probability=Quantity(float(rng.uniform(0.05, 0.4))), cost=Quantity(1e5),
            tasks=tuple(names[int(task)] for task in rng.choice(TASKS, HIT, replace=False)),
            delay=Quantity(float(rng.uniform(24, 240)), Dimension.TIME), factor=Quantity(1.2),
            mitigation="sooner" if number % 2 else "", mitigation_cost=Quantity(2e4 * (number % 2)),
            mitigated_factor=Quantity(1.1) if number % 2 else None,
        )
        for number in range(RISKS)
    ]  # fmt: skip


def _week() -> Calendar:
    days = [day for day in range(DAYS) if day % 7 < 5]
    starts = np.array([day * 24 + 7.0 for day in days] + [DAYS * 24.0])
    ends = np.array([day * 24 + 23.0 for day in days] + [np.inf])
    return Calendar("week", starts, ends, 16.0, 80.0)
