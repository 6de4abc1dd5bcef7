"""Which assumptions and risks the answer hangs on: rank correlation of each world's draws with its figures.

Only assumptions that the programme uses and that are drawn once a world can be ranked so; `each` values average out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy.stats import rankdata

from plantwright.model.assumptions import Register
from plantwright.model.outcome import Sensitivity
from plantwright.model.programme import Programme
from plantwright.model.quantity import Quantity, Stepped
from plantwright.model.risks import happens

Floats = NDArray[np.float64]
TENTH = 10


def used_assumptions(programme: Programme) -> tuple[str, ...]:
    """Return the ids of the assumptions that some number of the programme hangs on, in the register's order."""
    parts = [getattr(programme, field.name) for field in fields(programme) if field.name != "register"]
    used = {quantity.assumption for quantity in _quantities(parts)}
    return tuple(name for name in programme.register if name in used)


def _quantities(value: object) -> Iterator[Quantity]:
    if isinstance(value, Stepped):
        yield from (each for step in value.later for each in (step.at, step.value))
    if isinstance(value, Quantity):
        yield value
    elif isinstance(value, Mapping):
        yield from _quantities([*value.values()])
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _quantities(each)
    elif isinstance(value, BaseModel):
        yield from _quantities([getattr(value, name) for name in type(value).model_fields])
    elif is_dataclass(value) and not isinstance(value, (Register, type)):
        yield from _quantities([getattr(value, field.name) for field in fields(value)])


def sensitivities(programme: Programme, seed: int, figures: Mapping[str, Floats]) -> tuple[Sensitivity, ...]:
    """Return how each figure (shape (R,); dates in hours, NaN where never) moves with each assumption and risk.

    The strongest rank correlation (Spearman 1904, ties at their mean rank) comes first, a figure at a time.
    """
    replications = len(next(iter(figures.values())))
    drawn, happening = _draws(programme, seed, replications), _happening(programme, seed, replications)
    found = []
    for metric, values in figures.items():
        known = np.where(np.isnan(values), programme.horizon_hours, values)
        found += [_moved(assumption, draws, metric, known) for assumption, draws in drawn.items()]
        found += [_moved_by_risk(risk, worlds, metric, known) for risk, worlds in happening.items()]
    order = {metric: index for index, metric in enumerate(figures)}
    return tuple(sorted(found, key=lambda s: (order[s.metric], -abs(s.correlation), s.assumption)))


def _draws(programme: Programme, seed: int, replications: int) -> dict[str, Floats]:
    names = [name for name in used_assumptions(programme) if not programme.register[name].each]
    drawn = {name: programme.register.draws(name, seed, range(replications)) for name in names}
    return {name: draws for name, draws in drawn.items() if np.ptp(draws) > 0}


def _moved(assumption: str, draws: Floats, metric: str, values: Floats) -> Sensitivity:
    order = np.argsort(draws, kind="stable")
    count = max(1, round(draws.size / TENTH))
    low, high = values[order[:count]].mean(), values[order[-count:]].mean()
    return Sensitivity(assumption, metric, rank_correlation(draws, values), float(low), float(high))


def _happening(programme: Programme, seed: int, replications: int) -> dict[str, NDArray[np.bool_]]:
    """The risks that happen in some of the worlds and not in others, by id."""
    worlds = happens(programme, seed, range(replications), {})
    listed = {risk.id: worlds[:, column] for column, risk in enumerate(programme.risks)}
    return {name: found for name, found in listed.items() if found.any() and not found.all()}


def _moved_by_risk(risk: str, happening: NDArray[np.bool_], metric: str, values: Floats) -> Sensitivity:
    correlation = rank_correlation(happening.astype(np.float64), values)
    low, high = float(values[~happening].mean()), float(values[happening].mean())
    return Sensitivity(risk, metric, correlation, low, high, "risk")


def rank_correlation(one: Floats, other: Floats) -> float:
    """Return Spearman's rank correlation of two samples of equal length; 0 where one of them never varies."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])
