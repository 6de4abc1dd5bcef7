"""What the worlds of a seed hold before anything is replayed: durations, lags and releases, and what the work costs.

Draws come from the register by (seed, replication, assumption, place), so a world is the same whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from plantwright.model.programme import Mode, Programme
from plantwright.model.quantity import Quantity
from plantwright.scheduling.replay import Float, Int, Worlds

Placed = tuple[Quantity | None, str]
"""A number of the programme, and the place that keys it where it varies each time."""


@dataclass(frozen=True, slots=True)
class Price:
    """What the conversion's tasks cost in each world, in currency: a sum (worlds,), and a rate by hour of each task's
    work (worlds or 1, tasks).
    """

    fixed: Float
    hourly: Float

    def of(self, duration: Float, rows: Int) -> Float:
        """Return the cost (rows,) of some worlds with working hours (rows, tasks)."""
        if not self.hourly.any():
            return self.fixed[rows]
        hourly = self.hourly if len(self.hourly) == 1 else self.hourly[rows]
        return np.asarray(self.fixed[rows] + (hourly * duration).sum(axis=1))


def modes_of(programme: Programme, modes: Sequence[int]) -> list[Mode]:
    """Return the chosen mode of each task."""
    return [task.modes[chosen] for task, chosen in zip(programme.tasks, modes, strict=True)]


def durations_of(programme: Programme, modes: Sequence[int]) -> list[Placed]:
    """Return the duration of each task in its chosen mode, with its place."""
    return [(mode.duration, task.id) for mode, task in zip(modes_of(programme, modes), programme.tasks, strict=True)]


def lags_of(programme: Programme) -> list[Placed]:
    """Return the lag of each link, with its place."""
    return [(link.lag, task.id) for task in programme.tasks for link in task.links]


def releases_of(programme: Programme) -> list[Placed]:
    """Return the release of each task, with its place."""
    return [(task.release, task.id) for task in programme.tasks]


def greatest_lags_of(programme: Programme) -> list[Placed]:
    """Return the greatest lag of each link that has one, with its place."""
    return [(link.max_lag, task.id) for task in programme.tasks for link in task.links if link.max_lag is not None]


def drawn_worlds(programme: Programme, modes: Sequence[int], seed: int, replications: range) -> Worlds:
    """Return what durations, lags and releases are in the worlds of a seed, before risks, in the programme's order."""
    duration = np.maximum(drawn(programme, durations_of(programme, modes), seed, replications), 0.0)
    shape = (len(replications), len(programme.tasks))
    others = (lags_of(programme), releases_of(programme), greatest_lags_of(programme))
    return Worlds(np.broadcast_to(duration, shape), *(drawn(programme, each, seed, replications) for each in others))


def planned_world(programme: Programme, modes: Sequence[int]) -> Worlds:
    """Return the one world in which every value is as planned."""
    values = (durations_of(programme, modes), lags_of(programme), releases_of(programme), greatest_lags_of(programme))
    rows = [np.array([value.planned if value else 0.0 for value, _ in placed]).reshape(1, -1) for placed in values]
    return Worlds(*rows)


def some_worlds(worlds: Worlds, rows: Int) -> Worlds:
    """Return the worlds of some rows; parts that hold for all stay as they are."""
    return Worlds(worlds.duration[rows], *(part if len(part) == 1 else part[rows] for part in worlds[1:]))


def prices(programme: Programme, modes: Sequence[int], seed: int, replications: range) -> Price:
    """Return what work, equipment and crews of the tasks cost in the worlds of a seed, whenever it is paid."""
    chosen = modes_of(programme, modes)
    sums = [
        (price, task.id)
        for task, mode in zip(programme.tasks, chosen, strict=True)
        for price in (mode.cost, *mode.equipment_prices)
    ]
    fixed = drawn(programme, sums, seed, replications).sum(axis=1)
    hourly = np.zeros((1, len(chosen)))
    for number, rate in _crew_rates(programme, chosen, seed, replications):
        if len(rate) > len(hourly):
            hourly = np.repeat(hourly, len(rate), axis=0)
        hourly[:, number] += rate
    return Price(np.broadcast_to(fixed, (len(replications),)), hourly)


def _crew_rates(
    programme: Programme, chosen: Sequence[Mode], seed: int, replications: range
) -> Iterator[tuple[int, Float]]:
    """What an hour of a resource that a task takes costs, with the task's number: one a world, or one for all."""
    for number, (task, mode) in enumerate(zip(programme.tasks, chosen, strict=True)):
        for need in mode.needs:
            cost = programme.resource[need.id].cost
            if cost.planned or cost.assumption:
                values = drawn(programme, [(cost, need.id), (need.amount, task.id)], seed, replications)
                yield number, values[:, 0] * values[:, 1]


def drawn(programme: Programme, values: Sequence[Placed], seed: int, replications: range) -> Float:
    """Return values in each replication, a column each; one row where none is uncertain."""
    register = programme.register
    certain = all(value is None or not value.assumption for value, _ in values)
    rows = range(1) if certain else replications
    found = np.zeros((len(rows), len(values)))
    known: dict[tuple[str, str], Float] = {}
    for column, (value, place) in enumerate(values):
        if value is None or not value.assumption:
            found[:, column] = 0.0 if value is None else value.planned
            continue
        key = (value.assumption, place if register[value.assumption].each else "")
        if key not in known:
            known[key] = register.draws(value.assumption, seed, rows, place)
        found[:, column] = value.factor * known[key]
    return found
