"""The main job: read and check a programme, schedule it, plan it, simulate it, settle it and report.

Each step is one function from frozen value to frozen value; this file only hands them on.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import plantwright
from plantwright import finance, planning, reporting, scheduling, simulation
from plantwright.model.health import Finding
from plantwright.model.outcome import CashFlows, Outcome, Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.read import load
from plantwright.model.replanning import Replan
from plantwright.model.risk_analysis import RiskAnalysis
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.workflows.adopted import adopted
from plantwright.workflows.progress import Progress, silent

LIBRARIES = ("numba", "numpy", "ortools", "polars", "scipy")


@dataclass(frozen=True)
class Run:
    """Everything that one run of a programme found."""

    programme: Programme
    schedule: Schedule
    trials: ConversionTrials
    risk: RiskAnalysis
    plan: Plan
    replications: Replications
    cash: CashFlows
    outcome: Outcome
    health: tuple[Finding, ...] = ()
    replan: Replan | None = None


def run(
    source: Path | str,
    out: Path | str,
    *,
    replications: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = silent,
) -> Run:
    """Read the programme in `source`, work it through and write report, outcome and tables to the folder `out`.

    Raises `ProgrammeError` with every issue of the input; nothing is written then, nor when the run is stopped
    half-way.
    """
    progress("reading", 0.0)
    found = work_through(load(source), replications=replications, seed=seed, threads=threads, progress=progress)
    progress("writing the report", 0.0)
    reporting.write(found, Path(out))
    progress("writing the report", 1.0)
    return found


def work_through(
    programme: Programme,
    *,
    replications: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = silent,
) -> Run:
    """Schedule, plan, simulate and settle a programme that has been read and checked."""
    found = adopted(programme, progress)
    schedule = found.schedule
    programme = schedule.decided(programme)
    plan = planning.with_inventory(programme, planned(programme, schedule, progress))
    trials = scheduling.conversion_trials(programme, schedule, seed, range(replications))
    results = simulation.simulate(
        programme,
        plan,
        commissioned(programme, trials),
        replications,
        seed,
        progress=partial(progress, "simulating"),
        threads=threads,
        taken=trials.takings(programme, schedule),
    )
    cash = finance.settle(programme, schedule, plan, trials, results, progress=partial(progress, "settling"))
    outcome = reporting.outcome(programme, schedule, plan, trials, results, cash, versions())
    risk = scheduling.risk_analysis(programme, schedule, trials=replications, seed=seed)
    audit = scheduling.health(programme, schedule)
    return Run(programme, schedule, trials, risk, plan, results, cash, outcome, audit, found.replan)


def planned(programme: Programme, schedule: Schedule, progress: Progress = silent, *, causes: int = 10) -> Plan:
    """Plan supply and production, and try for the most important late demands what would bring them forward."""
    plan = planning.plan(programme, schedule, progress=partial(progress, "planning supply and production"))
    if programme.planning.within_tier == "least_late":
        plan = planning.improved(programme, schedule, plan)
    return planning.with_causes(programme, schedule, plan, most=causes)


def commissioned(programme: Programme, trials: ConversionTrials) -> NDArray[np.float64]:
    """Return when each delivery of capability is there, hours from start, shape (replications, deliveries).

    Deliveries are in the order of the programme's tasks, and within a task in the order it names them.
    """
    columns = [trials.finish_of(task.id) for task in programme.tasks for _ in task.delivers]
    return np.stack(columns, axis=1) if columns else np.zeros((trials.finish.shape[0], 0))


def versions() -> dict[str, str]:
    """Return the versions that made a result: Plantwright, Python and the libraries whose numbers it holds."""
    made_by = {"plantwright": plantwright.__version__, "python": platform.python_version()}
    return made_by | {library: version(library) for library in LIBRARIES}
