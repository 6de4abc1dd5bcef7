"""Headline figures over the replications: percentiles of numbers and of dates that may never come.

Nothing here knows what a figure means; which figures a run has is said in `outcome`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import norm

from plantwright.model.outcome import Metric
from plantwright.model.programme import Programme

Floats = NDArray[np.float64]
PERCENTILES = (0.1, 0.2, 0.5, 0.8, 0.9)


def percentile(values: Floats, share: float) -> Floats:
    """Return the least value that a `share` of the rows stays at or below, shape values.shape[1:].

    The inverse of the empirical distribution function (Hyndman and Fan 1996, definition 1), so that every answer is a
    value that occurred; NaN counts as never, and is returned as infinity.
    """
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=0)
    rank = int(np.ceil(round(share * ordered.shape[0], 9))) - 1
    return np.asarray(ordered[max(rank, 0)])


def number(name: str, unit: str, values: Floats) -> Metric:
    """Return the figure of a number that every replication has, `values` of shape (R,)."""
    found = [float(percentile(values, share)) for share in PERCENTILES]
    return _metric(name, unit, float(np.mean(values)), found, 1.0)


def moment(name: str, programme: Programme, hours: Floats) -> Metric:
    """Return the figure of a date: `hours` from start, shape (R,); NaN and what is behind the horizon never happen."""
    horizon = programme.horizon_hours
    within = np.where(hours <= horizon, hours, np.inf)
    came = within[np.isfinite(within)]
    found = [iso(programme, float(percentile(within, share))) for share in PERCENTILES]
    mean = iso(programme, float(came.mean())) if came.size else None
    return _metric(name, "date", mean, found, came.size / max(within.size, 1))


def iso(programme: Programme, hours: float) -> str | None:
    """Return the day of a moment as ISO text, None where it never comes."""
    return programme.moment(hours).date().isoformat() if np.isfinite(hours) else None


def dated(programme: Programme, hours: Floats | Sequence[float]) -> pl.Series:
    """Return moments (hours from start) as dates and times to the minute, null where they never come."""
    values = np.asarray(hours, dtype=np.float64)
    never = ~np.isfinite(values)
    minutes = np.round(np.where(never, 0.0, values) * 60).astype("timedelta64[m]")
    moments = np.datetime64(programme.start, "m") + minutes
    return pl.Series(moments.astype("datetime64[ms]")).set(pl.Series(never), None)


def by_chance(compared: int, worlds: int) -> float:
    """Return the rank correlation that chance alone gives one of so many in one of twenty samples of so many worlds.

    Normal approximation of Spearman's correlation, divided among those compared (Bonferroni).
    """
    return float(norm.ppf(1 - 0.025 / max(compared, 1)) / np.sqrt(max(worlds - 1, 1)))


def _metric(
    name: str, unit: str, mean: float | str | None, found: Iterable[float | str | None], share: float
) -> Metric:
    p10, p20, p50, p80, p90 = found
    return Metric(name, unit, mean, p10, p50, p80, p90, share, p20)
