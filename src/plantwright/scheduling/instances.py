"""Instance files of the scheduling literature, solved: `solve_file(path) -> InstanceResult`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.scheduling.instance_files import InstanceError, read_problem
from plantwright.scheduling.problem import Kind, Link, Problem, ProblemError, Solution, Status
from plantwright.scheduling.solve import solve

TIME_LIMIT = 10.0
REMEDY = "give a file as PSPLIB, Patterson or ProGen/max write it"


@dataclass(frozen=True, slots=True)
class InstanceResult:
    """What was found: status, makespan and its lower bound in periods (None: none found), seconds, start of each task.

    `modes` are numbered from 1 as in the file; `engine` names what found the schedule.
    """

    status: str
    makespan: int | None
    lower_bound: int | None
    seconds: float
    starts: tuple[int, ...]
    modes: tuple[int, ...]
    engine: str


def solve_file(path: Path, *, time_limit: float | None = None) -> InstanceResult:
    """Solve a PSPLIB, Patterson or RCPSP/max file within `time_limit` seconds (10 where none is given).

    Raises `ProgrammeError` that says what is wrong with the file.
    """
    limit = TIME_LIMIT if time_limit is None else time_limit
    try:
        problem = read_problem(path)
        found = _contradiction(problem) or solve(problem, time_limit=limit)
    except InstanceError as error:
        raise ProgrammeError([Issue(path.name, error.line, "", error.reason, REMEDY)]) from error
    except ProblemError as error:
        raise ProgrammeError([Issue(path.name, 0, "", reason, REMEDY) for reason in error.reasons]) from error
    return InstanceResult(
        status=found.status.value,
        makespan=found.makespan if found.found else None,
        lower_bound=found.bounds[0] if found.bounds else None,
        seconds=found.seconds,
        starts=found.start,
        modes=tuple(mode + 1 for mode in found.mode),
        engine=found.engine,
    )


def _contradiction(problem: Problem) -> Solution | None:
    """Infeasible where lags alone contradict each other: some task would have to start after itself.

    Only files with maximum lags are judged so; in others a circle is a mistake of the file, and named as one.
    """
    if all(link.max_lag is None for link in problem.links):
        return None
    begun = time.perf_counter()
    starts = [0] * len(problem.tasks)
    for _ in range(len(problem.tasks) + 1):
        moved = False
        for link in problem.links:
            for later, tick in _start_bounds(link, starts):
                if tick > starts[later]:
                    starts[later], moved = tick, True
        if not moved:
            return None
    return Solution(Status.INFEASIBLE, seconds=time.perf_counter() - begun, engine="lags")


def _start_bounds(link: Link, starts: list[int]) -> list[tuple[int, int]]:
    """Earliest starts that a start-to-start link asks of either of its tasks; none for links of other kinds."""
    if link.kind is not Kind.SS:
        return []
    bounds = [] if link.lag is None else [(link.after, starts[link.before] + link.lag)]
    return bounds if link.max_lag is None else [*bounds, (link.before, starts[link.after] - link.max_lag)]
