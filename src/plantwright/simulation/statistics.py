"""What replications say: intervals of means and quantiles, the warm-up, how many replications, paired comparison.

Works on plain numbers, one a replication or one a period; where they come from does not matter here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the interval that holds the true value with a given confidence."""

    estimate: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Return whether a value lies in the interval."""
        return self.low <= value <= self.high

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2


def mean_interval(values: Sequence[float] | Floats, confidence: float = 0.95) -> Interval:
    """Return the mean of independent values and its Student interval; raises ValueError for fewer than two."""
    x = np.asarray(values, dtype=np.float64)
    if x.size < 2:
        raise ValueError("an interval needs two or more values")
    half = float(stats.t.ppf(0.5 + confidence / 2, x.size - 1) * x.std(ddof=1) / math.sqrt(x.size))
    mean = float(x.mean())
    return Interval(mean, mean - half, mean + half)


def quantile_interval(values: Sequence[float] | Floats, share: float, confidence: float = 0.95) -> Interval:
    """Return a quantile and its interval between order statistics, free of any distribution (binomial; Conover 1999,
    3.2).

    Ends that too few values can bound are infinite.
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    beside = (1 - confidence) / 2
    low = int(stats.binom.ppf(beside, x.size, share))
    high = int(stats.binom.ppf(1 - beside, x.size, share))
    below = float(x[low - 1]) if low >= 1 else -math.inf
    above = float(x[high]) if high < x.size else math.inf
    return Interval(float(np.quantile(x, share)), below, above)


def paired_difference(
    first: Sequence[float] | Floats, second: Sequence[float] | Floats, confidence: float = 0.95
) -> Interval:
    """Return the interval of the mean of second less first, each replication run with common random numbers."""
    return mean_interval(np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64), confidence)


def warm_up(values: Sequence[float] | Floats, batch: int = 5) -> int:
    """Return how many first values to leave out as warm-up, by MSER-5 (White, Cobb and Spratt 2000).

    The cut, in the first half, is where the standard error of the rest, in batches of five, is smallest; raises
    ValueError where that is the middle, as the series is then too short.
    """
    x = np.asarray(values, dtype=np.float64)
    means = x[: x.size // batch * batch].reshape(-1, batch).mean(axis=1)
    if means.size < 4:
        raise ValueError(f"the warm-up needs {4 * batch} values or more, not {x.size}")
    rest = [float(np.var(means[cut:]) / (means.size - cut)) for cut in range(means.size // 2 + 1)]
    cut = int(np.argmin(rest))
    if cut == means.size // 2:
        raise ValueError("the series is too short to tell its warm-up from its end; run longer")
    return cut * batch


def moving_average(series: Sequence[Sequence[float]] | Floats, window: int) -> Floats:
    """Return Welch's average over replications and over 2 * window + 1 neighbours, for a plot of the warm-up (Welch
    1983).

    `series` has shape (replications, values); near the ends fewer neighbours are taken.
    """
    mean = np.asarray(series, dtype=np.float64).mean(axis=0)
    total = np.concatenate(([0.0], np.cumsum(mean)))
    place = np.arange(mean.size)
    reach = np.minimum(window, np.minimum(place, mean.size - 1 - place))
    return np.asarray((total[place + reach + 1] - total[place - reach]) / (2 * reach + 1))


def replications_for(values: Sequence[float] | Floats, half_width: float, confidence: float = 0.95) -> int:
    """Return how many replications give a mean's interval of at most that half width, from a pilot's values.

    The variance is taken as the pilot's (Law 2015, 9.4.1).
    """
    x = np.asarray(values, dtype=np.float64)
    deviation = float(x.std(ddof=1))
    number = x.size
    while float(stats.t.ppf(0.5 + confidence / 2, number - 1)) * deviation / math.sqrt(number) > half_width:
        number += max(1, number // 100)
    return number
