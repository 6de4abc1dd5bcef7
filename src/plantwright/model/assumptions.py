"""The register of assumptions: every number that is uncertain or comes from somewhere, and the draws made from it.

A draw is keyed by (seed, replication, assumption, place), so one world is the same world in every engine, and adding an
assumption shifts no other. Reading `assumptions.csv` lives in `read`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import special

from plantwright.model.quantity import Dimension, Quantity

PHILOX_BLOCK = 4
"""Numbers that the generator makes at once: it can be set forward by so many."""

Z90 = 1.2815515655446004  # the standard normal's 90 % point


class Law(StrEnum):
    """How an uncertain number spreads between its low, likely and high value."""

    PERT = "pert"
    TRIANGULAR = "triangular"
    LOGNORMAL = "lognormal"
    EXPONENTIAL = "exponential"
    UNIFORM = "uniform"
    FIXED = "fixed"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, slots=True)
class Distribution:
    """The spread of one number, in canonical units.

    PERT and triangular: low and high are the ends, likely the mode (PERT: Malcolm et al. 1959, shape 4). Lognormal:
    likely is the median, low and high the 10 % and 90 % points in ratio. Exponential: likely is the mean. Uniform:
    between low and high. Empirical: one of `values`, each as likely as the other.
    """

    law: Law
    low: float
    likely: float
    high: float
    values: tuple[float, ...] = ()

    def quantile(self, share: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value that a `share` (0..1, any shape) of worlds stays at or below (inverse distribution
        function).
        """
        u = np.asarray(share, dtype=np.float64)
        if self.law is Law.EMPIRICAL:
            ordered = np.sort(np.asarray(self.values))
            return np.asarray(ordered[np.minimum((u * ordered.size).astype(np.int64), ordered.size - 1)])
        if self.is_certain:
            return np.full_like(u, self.likely)
        return np.asarray(self._spread(u), dtype=np.float64)

    @property
    def is_certain(self) -> bool:
        """Whether every world has the same value."""
        if self.law is Law.EMPIRICAL:
            return len(set(self.values)) == 1
        return self.law is Law.FIXED or (self.law is not Law.EXPONENTIAL and self.low == self.high)

    def _spread(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        low, likely, span = self.low, self.likely, self.high - self.low
        match self.law:
            case Law.PERT:
                shape = 1 + 4 * (likely - low) / span, 1 + 4 * (self.high - likely) / span
                return np.asarray(low + span * special.betaincinv(*shape, u))
            case Law.TRIANGULAR:
                rising = low + np.sqrt(u * span * (likely - low))
                return np.where(
                    u * span < likely - low, rising, self.high - np.sqrt((1 - u) * span * (self.high - likely))
                )
            case Law.LOGNORMAL:
                return np.asarray(likely * np.exp(self._sigma * special.ndtri(u)))
            case Law.EXPONENTIAL:
                return -likely * np.log1p(-u)
            case _:
                return low + span * u

    @property
    def _sigma(self) -> float:
        return float(np.log(self.high / self.low) / (2 * Z90))

    def mean(self) -> float:
        """Return the expected value, in canonical units."""
        match self.law:
            case Law.EMPIRICAL:
                return float(np.mean(self.values))
            case Law.PERT:
                return (self.low + 4 * self.likely + self.high) / 6
            case Law.TRIANGULAR:
                return (self.low + self.likely + self.high) / 3
            case Law.LOGNORMAL:
                return self.likely * float(np.exp(self._sigma**2 / 2))
            case Law.UNIFORM:
                return (self.low + self.high) / 2
            case _:
                return self.likely


@dataclass(frozen=True, slots=True)
class Assumption:
    """A row of the register. `each` values are drawn anew every time they are used, the others once per replication."""

    id: str
    distribution: Distribution
    dimension: Dimension
    unit: str
    each: bool
    sourced: bool
    source: str
    note: str
    row: int = 0
    name: str = ""


@dataclass(frozen=True)
class Register(Mapping[str, Assumption]):
    """All assumptions of a programme by id, in the order of the file."""

    assumptions: Mapping[str, Assumption]
    planning_quantile: float = 0.5

    def __getitem__(self, key: str) -> Assumption:
        return self.assumptions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.assumptions)

    def __len__(self) -> int:
        return len(self.assumptions)

    def planned(self, assumption: str) -> float:
        """Return the value at the planning quantile, in canonical units."""
        return float(self[assumption].distribution.quantile(self.planning_quantile))

    def draws(self, assumption: str, seed: int, replications: range, place: str = "") -> NDArray[np.float64]:
        """Return one value a replication, shape (len(replications),); `place` keys an `each` value and is ignored for
        `once`.
        """
        entry = self[assumption]
        shares = uniforms(seed, f"{assumption}@{place}" if entry.each else assumption, replications)
        return entry.distribution.quantile(shares)

    def draw(self, quantity: Quantity, seed: int, replications: range, place: str = "") -> NDArray[np.float64]:
        """Return the quantity's value in each replication, shape (len(replications),), in canonical units."""
        if not quantity.assumption:
            return np.full(len(replications), quantity.planned)
        return quantity.factor * self.draws(quantity.assumption, seed, replications, place)


def uniforms(seed: int, key: str, replications: range) -> NDArray[np.float64]:
    """Return one uniform number in (0, 1) a replication for the named stream; replication r's value never depends on
    the others.
    """
    digest = hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=16).digest()
    stream = np.random.Philox(key=int.from_bytes(digest, "little"))
    stream.advance(replications.start // PHILOX_BLOCK)
    skipped = replications.start - replications.start % PHILOX_BLOCK
    drawn = np.random.Generator(stream).random(max(replications.stop - skipped, 0))
    return np.asarray(np.clip(drawn[replications.start - skipped :: replications.step], 1e-12, 1 - 1e-12))
