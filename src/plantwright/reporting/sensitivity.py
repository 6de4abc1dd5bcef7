"""Which assumptions the answer hangs on: rank correlation of each world's draws with its figures.

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
from plantwright.model.quantity import Quantity

Floats = NDArray[np.float64]
TENTH = 10


def used_assumptions(programme: Programme) -> tuple[str, ...]:
    """Return the ids of the assumptions that some number of the programme hangs on, in the register's order."""
    parts = [getattr(programme, field.name) for field in fields(programme) if field.name != "register"]
    used = {quantity.assumption for quantity in _quantities(parts)}
    return tuple(name for name in programme.register if name in used)


def _quantities(value: object) -> Iterator[Quantity]:
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
    """Return how each figure (shape (R,); dates in hours, NaN where never) moves with each uncertain assumption.

    The strongest rank correlation (Spearman 1904, ties at their mean rank) comes first, a figure at a time.
    """
    drawn = _draws(programme, seed, len(next(iter(figures.values()))))
    found = [
        _moved(assumption, draws, metric, np.where(np.isnan(values), programme.horizon_hours, values))
        for metric, values in figures.items()
        for assumption, draws in drawn.items()
    ]
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


def rank_correlation(one: Floats, other: Floats) -> float:
    """Return Spearman's rank correlation of two samples of equal length; 0 where one of them never varies."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])
