"""When the tasks of the conversion happen: the planned schedule, and the trials that replay it with drawn durations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plantwright.model.programme import OMITTED, Delivery, Mode, Programme, Task
from plantwright.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A task with its dates in hours from start; floats are elapsed hours, measured through links and resources.

    Of a task that runs at the status date `start` is the actual one, and `resume` says when what is left of it goes on.
    """

    task: str
    mode: str
    start: float
    finish: float
    total_float: float
    free_float: float
    critical: bool
    resume: float | None = None

    @property
    def is_done(self) -> bool:
        """Whether the task is done at all: an optional one may be left out."""
        return self.mode != OMITTED

    def mode_of(self, task: Task) -> Mode:
        """Return the mode in which a task is scheduled, given the task that this is."""
        return next(mode for mode in task.modes if mode.name == self.mode)


@dataclass(frozen=True)
class Schedule:
    """The planned conversion: one entry a task, in the programme's order.

    `order` holds pairs (before, after) in which a resource passes from one task to the next; together with the links
    they carry the critical path, and the trials keep them. `objectives` and `bounds` are by objective name, in the
    order minimised. `held` says for tasks that the plan holds back on purpose the hour before which they never start.
    """

    tasks: tuple[ScheduledTask, ...]
    order: tuple[tuple[str, str], ...]
    status: str
    objectives: Mapping[str, float]
    bounds: Mapping[str, float]
    held: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def task(self) -> Mapping[str, ScheduledTask]:
        """Scheduled tasks by task id."""
        return {t.task: t for t in self.tasks}

    @property
    def finish(self) -> float:
        """Hours from start at which the last task is finished; 0 where there is none."""
        return max((t.finish for t in self.tasks), default=0.0)

    def decided(self, programme: Programme) -> Programme:
        """Return the programme without what optional tasks that are not done would buy and deliver."""
        if all(t.is_done for t in self.tasks):
            return programme
        tasks = tuple(
            t if self.task[t.id].is_done else replace(t, delivers=(), equipment=(), modes=(t.modes[-1],))
            for t in programme.tasks
        )
        return replace(programme, tasks=tasks)

    def commissioned(self, programme: Programme) -> tuple[Commissioning, ...]:
        """Return the capability that the schedule delivers, in order of time."""
        done = [t for t in programme.tasks if self.task[t.id].is_done]
        found = [Commissioning(d, t.id, self.task[t.id].finish) for t in done for d in t.delivers]
        return tuple(sorted(found, key=lambda c: (c.at, c.task, c.delivery.target)))


@dataclass(frozen=True, slots=True)
class Commissioning:
    """Capability that is there from `at` (hours from start) on, delivered by a task."""

    delivery: Delivery
    task: str
    at: float


@dataclass(frozen=True)
class ConversionTrials:
    """The schedule replayed once a replication: same modes, order and resource flow, drawn durations.

    `start`, `finish`: hours from start, shape (replications, tasks), tasks in the programme's order. `criticality`:
    share of replications in which the task lies on the longest path. `sensitivity`: rank correlation of its duration
    with the finish. `broken`: share of replications in which the greatest lag between a predecessor and a task
    cannot be kept, however long the predecessor waits. `resumes`: when what is left of each task that runs at the
    status date goes on, hours from start, shape (replications,).
    """

    tasks: tuple[str, ...]
    start: NDArray[np.float64]
    finish: NDArray[np.float64]
    criticality: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    broken: Mapping[tuple[str, str], float] = field(default_factory=dict)
    resumes: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def finish_of(self, task: str) -> NDArray[np.float64]:
        """Return the finish of one task in each replication, hours from start."""
        return np.asarray(self.finish[:, self.tasks.index(task)])

    def takings(self, programme: Programme, schedule: Schedule) -> tuple[Taking, ...]:
        """Return what the tasks take of resources while they work, in the modes of the schedule."""
        return tuple(
            Taking(need.id, need.amount, self.start[:, row], self.finish[:, row])
            for task in programme.tasks
            for row in (self.tasks.index(task.id),)
            for need in schedule.task[task.id].mode_of(task).needs
        )


@dataclass(frozen=True)
class Taking:
    """An amount of a resource that a task has from `start` to `finish`: hours from start, shape (replications,)."""

    resource: str
    amount: Quantity
    start: NDArray[np.float64]
    finish: NDArray[np.float64]
