"""The conversion's schedule that every use case works with: replanned where a programme is under way by a baseline.

So that a run, a plan and an audit never tell another schedule than `replan` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from plantwright import scheduling
from plantwright.model.programme import Programme
from plantwright.model.replanning import Replan
from plantwright.model.schedule import Schedule
from plantwright.workflows.progress import Progress, silent


@dataclass(frozen=True)
class Adopted:
    """The schedule that holds, and the options that it was taken from where it is a replan."""

    schedule: Schedule
    replan: Replan | None


def adopted(programme: Programme, progress: Progress = silent) -> Adopted:
    """Replan a programme that is under way by a baseline, and schedule any other; raises ProgrammeError."""
    if not programme.is_replanned:
        told = partial(progress, "scheduling the conversion")
        return Adopted(scheduling.schedule(programme, progress=told), None)
    found = scheduling.replan(programme, progress=partial(progress, "replanning the conversion"))
    return Adopted(found.option.schedule, found)


def schedule_of(programme: Programme, progress: Progress = silent) -> Schedule:
    """Return the schedule that holds for a programme; raises ProgrammeError."""
    return adopted(programme, progress).schedule
