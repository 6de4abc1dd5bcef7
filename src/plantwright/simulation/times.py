"""Distributions of times as a modeller writes them, and the row of the kernel's table that each becomes.

The unit of time is the model's own, hours throughout Plantwright. The draws themselves are in the kernel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.kernel import layout as at

KNOTS = 2049  # of a tabulated inverse distribution
_Row = tuple[int, tuple[int, ...], tuple[float, ...], NDArray[np.float64]]
_EMPTY = np.zeros(0)


def _refuse(wrong: bool, what: str) -> None:
    if wrong:
        raise ValueError(what)


def _refuse_unordered(low: float, likely: float, high: float) -> None:
    ordered = 0.0 <= low <= likely <= high < math.inf and low < high
    _refuse(not ordered, f"need 0 <= low <= likely <= high, low < high, not {low}, {likely}, {high}")


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same time."""

    value: float

    def __post_init__(self) -> None:
        _refuse(not 0.0 <= self.value < math.inf, f"a time must be zero or more and finite, not {self.value}")

    @property
    def mean(self) -> float:
        """The expected time."""
        return self.value

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_FIXED, (), (self.value,), _EMPTY


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential time of a given mean."""

    mean: float

    def __post_init__(self) -> None:
        _refuse(not 0.0 < self.mean < math.inf, f"an exponential's mean must be above zero and finite, not {self.mean}")

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_EXPONENTIAL, (), (self.mean,), _EMPTY


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform time between low and high."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _refuse(not 0.0 <= self.low <= self.high < math.inf, f"need 0 <= low <= high, not {self.low}, {self.high}")

    @property
    def mean(self) -> float:
        """The expected time."""
        return (self.low + self.high) / 2

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_UNIFORM, (), (self.low, self.high), _EMPTY


@dataclass(frozen=True, slots=True)
class Pert:
    """PERT time: beta between low and high with the mode at likely (Malcolm et al. 1959, shape 4)."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        _refuse_unordered(self.low, self.likely, self.high)

    @property
    def mean(self) -> float:
        """The expected time."""
        return (self.low + 4 * self.likely + self.high) / 6

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        span = self.high - self.low
        rise, fall = 1 + 4 * (self.likely - self.low) / span, 1 + 4 * (self.high - self.likely) / span
        from scipy import special  # here, as it takes a fifth of a second to import

        knots = self.low + span * special.betaincinv(rise, fall, np.linspace(0.0, 1.0, KNOTS))
        return at.T_TABLE, (), (1.0,), knots


@dataclass(frozen=True, slots=True)
class Triangular:
    """Triangular time with the mode at likely."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        _refuse_unordered(self.low, self.likely, self.high)

    @property
    def mean(self) -> float:
        """The expected time."""
        return (self.low + self.likely + self.high) / 3

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        u, span = np.linspace(0.0, 1.0, KNOTS), self.high - self.low
        rising = self.low + np.sqrt(u * span * (self.likely - self.low))
        falling = self.high - np.sqrt((1 - u) * span * (self.high - self.likely))
        return at.T_TABLE, (), (1.0,), np.where(u * span < self.likely - self.low, rising, falling)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal time by its mean and squared coefficient of variation."""

    mean: float
    scv: float

    def __post_init__(self) -> None:
        _refuse(not (self.mean > 0 and self.scv > 0), f"mean and scv must be above zero, not {self.mean}, {self.scv}")

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        variance = math.log1p(self.scv)
        return at.T_LOGNORMAL, (), (math.log(self.mean) - variance / 2, math.sqrt(variance)), _EMPTY


@dataclass(frozen=True, slots=True)
class Erlang:
    """Sum of k like exponentials, of a given total mean."""

    k: int
    mean: float

    def __post_init__(self) -> None:
        _refuse(
            not (self.k >= 1 and 0.0 < self.mean < math.inf), f"need k >= 1 and mean > 0, not {self.k}, {self.mean}"
        )

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_ERLANG, (self.k,), (self.mean / self.k,), _EMPTY


@dataclass(frozen=True, slots=True)
class Weibull:
    """Weibull time by scale and shape."""

    scale: float
    shape: float

    def __post_init__(self) -> None:
        _refuse(
            not (self.scale > 0 and self.shape > 0),
            f"scale and shape must be above zero, not {self.scale}, {self.shape}",
        )

    @property
    def mean(self) -> float:
        """The expected time."""
        return self.scale * math.gamma(1 + 1 / self.shape)

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_WEIBULL, (), (self.scale, 1 / self.shape), _EMPTY


@dataclass(frozen=True, slots=True)
class Hyperexponential:
    """Exponential of mean `first` with a probability, else of mean `second`."""

    probability: float
    first: float
    second: float

    def __post_init__(self) -> None:
        _refuse(not 0.0 <= self.probability <= 1.0, f"a probability lies between 0 and 1, not {self.probability}")
        _refuse(not (self.first > 0 and self.second > 0), f"means must be above zero, not {self.first}, {self.second}")

    @property
    def mean(self) -> float:
        """The expected time."""
        return self.probability * self.first + (1 - self.probability) * self.second

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_MIXTURE, (), (self.probability, self.first, self.second), _EMPTY


@dataclass(frozen=True, slots=True)
class Empirical:
    """One of the observed times, each as likely as the other."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        _refuse(
            not self.values or not all(0.0 <= v < math.inf for v in self.values), "need observed times, none negative"
        )

    @property
    def mean(self) -> float:
        """The expected time."""
        return float(np.mean(self.values))

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_DISCRETE, (), (1.0,), np.sort(np.asarray(self.values, dtype=np.float64))


@dataclass(frozen=True)
class Tabulated:
    """Any distribution by its inverse at equally spaced shares from 0 to 1, linear in between, times a factor."""

    knots: tuple[float, ...]
    factor: float = 1.0

    def __post_init__(self) -> None:
        values = np.asarray(self.knots)
        good = (
            values.size >= 2
            and values[0] >= 0
            and bool(np.all(np.isfinite(values)))
            and bool(np.all(np.diff(values) >= 0))
        )
        _refuse(not good, "an inverse distribution needs two or more finite values, rising from zero or more")

    @property
    def mean(self) -> float:
        """The expected time."""
        values = np.asarray(self.knots)
        return float(self.factor * np.mean((values[1:] + values[:-1]) / 2))

    def row(self) -> _Row:
        """Return kind, integer columns, float columns and knots for the kernel."""
        return at.T_TABLE, (), (self.factor,), np.asarray(self.knots, dtype=np.float64)


Time = (
    Fixed
    | Exponential
    | Uniform
    | Pert
    | Triangular
    | Lognormal
    | Erlang
    | Weibull
    | Hyperexponential
    | Empirical
    | Tabulated
)


def time_of(value: Time | float) -> Time:
    """Return a distribution; a plain number is a fixed time."""
    return Fixed(float(value)) if isinstance(value, int | float) else value
