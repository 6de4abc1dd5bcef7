"""What risks do to the tasks' durations in drawn worlds: who is hit, in which worlds, by how much, at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from plantwright.model.calendars import continuous
from plantwright.model.programme import Programme
from plantwright.model.risks import Risk, happens, key_of
from plantwright.model.tasks import working_hours
from plantwright.scheduling.replay import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class Impact:
    """One risk in some worlds: where it happens (worlds,), the tasks it hits (hit,), what it makes of them.

    `factor` (worlds, 1) multiplies the duration of each task hit, `added` (worlds, hit) are working hours on top; where
    the risk does not happen they do not count. `cost` (worlds,) is in currency, 0 where it does not happen.
    """

    happens: Bool
    tasks: Int
    factor: Float
    added: Float
    cost: Float

    def of(self, rows: Int) -> Impact:
        """Return the impact in some of the worlds."""
        return Impact(self.happens[rows], self.tasks, self.factor[rows], self.added[rows], self.cost[rows])


def impacts(programme: Programme, seed: int, replications: range, mitigated: Mapping[str, bool]) -> tuple[Impact, ...]:
    """Return what each risk does in each world; `mitigated` says of which ids the mitigation is done or not done."""
    found = happens(programme, seed, replications, mitigated)
    return tuple(
        _impact(programme, risk, mitigated.get(risk.id, risk.mitigated), seed, replications, found[:, column])
        for column, risk in enumerate(programme.risks)
    )


def _impact(
    programme: Programme, risk: Risk, mitigated: bool, seed: int, replications: range, happening: Bool
) -> Impact:
    effect, place, draw = risk.effect(mitigated), key_of(risk), programme.register.draw
    hit = programme.tasks_hit[risk.id]
    added = np.zeros((len(replications), len(hit)))
    for column, number in enumerate(hit):
        calendar = programme.calendars.get(programme.tasks[number].calendar, continuous())
        added[:, column] = draw(working_hours(effect.delay, calendar), seed, replications, place)
    return Impact(
        happening,
        np.array(hit, np.int64),
        draw(effect.factor, seed, replications, place)[:, None],
        added,
        np.where(happening, draw(effect.cost, seed, replications, place), 0.0),
    )


def struck(durations: Float, found: Sequence[Impact]) -> Float:
    """Return durations (worlds, tasks) with the risks in them: all factors first, then all the hours added."""
    lengthened = durations.copy()
    for impact in found:
        rows = np.flatnonzero(impact.happens)
        lengthened[np.ix_(rows, impact.tasks)] *= impact.factor[rows]
    for impact in found:
        rows = np.flatnonzero(impact.happens)
        lengthened[np.ix_(rows, impact.tasks)] += impact.added[rows]
    return lengthened


def absent(impact: Impact) -> Impact:
    """Return the impact of a risk that never happens."""
    return replace(impact, happens=np.zeros_like(impact.happens), cost=np.zeros_like(impact.cost))
