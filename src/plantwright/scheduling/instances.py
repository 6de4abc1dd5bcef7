"""Instance files of the scheduling literature, solved: `solve_file(path) -> InstanceResult`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.scheduling.problem import ProblemError
from plantwright.scheduling.psplib import read_problem
from plantwright.scheduling.solve import solve

TIME_LIMIT = 10.0


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
    """Solve a PSPLIB .sm or .mm or a RCPSP/max .sch file within `time_limit` seconds (10 where none is given).

    Raises `ProgrammeError` that says what is wrong with the file.
    """
    try:
        found = solve(read_problem(path), time_limit=TIME_LIMIT if time_limit is None else time_limit)
    except ProblemError as error:
        remedy = "give a file as PSPLIB or ProGen/max write it"
        raise ProgrammeError([Issue(path.name, 0, "", reason, remedy) for reason in error.reasons]) from error
    return InstanceResult(
        status=found.status.value,
        makespan=found.makespan if found.found else None,
        lower_bound=found.bounds[0] if found.bounds else None,
        seconds=found.seconds,
        starts=found.start,
        modes=tuple(mode + 1 for mode in found.mode),
        engine=found.engine,
    )
