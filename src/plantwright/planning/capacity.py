"""Capacity by work centre, shared resource and bucket of time: what is there at the start, what the conversion adds,
what it takes.

Hours of a work centre are station-hours; those of a resource are its unit times hours (kilowatt-hours, people-hours).
Who uses it is decided in `priority`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.plan import Load
from plantwright.model.programme import Programme, WorkCentre
from plantwright.model.quantity import Step
from plantwright.model.schedule import Schedule

WORK_CENTRE, RESOURCE = "work_centre", "resource"


@dataclass(frozen=True)
class Capacities:
    """Rows of capacity: `names` holds (kind, id); `hours` what is there, shape (rows, buckets)."""

    names: tuple[tuple[str, str], ...]
    hours: NDArray[np.float64]

    def row(self, kind: str, name: str) -> int:
        """Return the row of a work centre or resource; raises `ValueError` for one that is not there."""
        return self.names.index((kind, name))


def capacities(programme: Programme, schedule: Schedule, edges: NDArray[np.float64]) -> Capacities:
    """Return the capacity between consecutive `edges` (hours from start, shape (buckets + 1,)) of all that production
    may use.
    """
    rows = [((WORK_CENTRE, w.id), _station_hours(programme, schedule, w, edges)) for w in programme.work_centres]
    rows += [((RESOURCE, r), _resource_hours(programme, schedule, r, edges)) for r in _shared(programme)]
    hours = np.array([h for _, h in rows]).reshape(len(rows), edges.size - 1)
    return Capacities(tuple(name for name, _ in rows), hours)


def calendar_of(centre: WorkCentre) -> str:
    """Return the calendar by which a work centre works off what it has started: `always` where it runs unattended."""
    return "always" if centre.unattended else centre.calendar


def calendar(programme: Programme, name: str) -> Calendar:
    """Return a calendar of the programme; `always` is there without being written down."""
    return programme.calendars.get(name) or continuous()


def loads(
    capacity: Capacities, used: NDArray[np.float64], edges: NDArray[np.float64],
    setups: NDArray[np.float64] | None = None,
) -> tuple[Load, ...]:  # fmt: skip
    """Return hours needed and there by week, of every row and week with either; `used` and `setups`, the part of it
    that changeovers take, have the shape of `capacity.hours`.
    """
    weeks = (edges[:-1] // 168.0).astype(np.int64)
    starts = np.flatnonzero(np.diff(weeks, prepend=-1))
    needed = np.maximum(np.add.reduceat(used, starts, axis=1), 0.0)
    there = np.add.reduceat(capacity.hours, starts, axis=1)
    lost = np.add.reduceat(setups, starts, axis=1) if setups is not None else np.zeros_like(there)
    shown = np.argwhere((there > 0) | (needed > 1e-9)).tolist()
    found = ((*capacity.names[r], int(weeks[starts[w]]), needed[r, w], there[r, w], lost[r, w]) for r, w in shown)
    return tuple(Load(kind, name, week, *map(float, hours)) for kind, name, week, *hours in found)  # type: ignore[arg-type]


def _station_hours(
    programme: Programme, schedule: Schedule, centre: WorkCentre, edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    added = [
        (c.at, c.delivery.amount.planned)
        for c in schedule.commissioned(programme)
        if c.delivery.kind == WORK_CENTRE and c.delivery.target == centre.id
    ]
    hours = _step_hours([(0.0, float(centre.stations)), *added], calendar(programme, calendar_of(centre)), edges)
    if centre.mtbf is None or centre.mttr is None:
        return hours
    return hours * centre.mtbf.planned / (centre.mtbf.planned + centre.mttr.planned)


def _resource_hours(
    programme: Programme, schedule: Schedule, name: str, edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    resource = programme.resource[name]
    added = [
        (c.at, c.delivery.amount.planned)
        for c in schedule.commissioned(programme)
        if c.delivery.kind != WORK_CENTRE and c.delivery.target == name
    ]
    steps = [*_increments(resource.capacity), *added, *_taken_by_tasks(programme, schedule, name)]
    return np.maximum(_step_hours(steps, calendar(programme, resource.calendar), edges), 0.0)


def _taken_by_tasks(programme: Programme, schedule: Schedule, resource: str) -> Iterable[tuple[float, float]]:
    """Yield what the conversion's own work takes from a shared resource and gives back: (hours from start, change)."""
    for task in programme.tasks:
        scheduled = schedule.task.get(task.id)
        modes = {mode.name: mode for mode in task.modes}
        for need in modes[scheduled.mode].needs if scheduled and scheduled.mode in modes else ():
            if need.id == resource and scheduled is not None:
                yield scheduled.start, -need.amount.planned
                yield scheduled.finish, need.amount.planned


def _increments(steps: Sequence[Step]) -> list[tuple[float, float]]:
    ordered = sorted(steps, key=lambda s: s.at.planned)
    before = [0.0, *(s.value.planned for s in ordered)]
    return [(s.at.planned, s.value.planned - b) for s, b in zip(ordered, before, strict=False)]


def _step_hours(
    steps: Iterable[tuple[float, float]], when: Calendar, edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    worked = when.worked(edges)
    hours = np.zeros(edges.size - 1)
    for at, change in steps:
        hours += change * (worked[1:] - np.clip(float(when.worked(max(at, 0.0))), worked[:-1], worked[1:]))
    return hours


def _shared(programme: Programme) -> list[str]:
    """Return the resources that production draws on, in the programme's order."""
    drawn = {n.id for o in programme.routing for n in o.resources} | {
        n.id for w in programme.work_centres for n in w.resources
    }
    return [r.id for r in programme.resources if r.id in drawn]
