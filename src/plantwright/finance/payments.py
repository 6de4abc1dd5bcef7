"""A payment from one party to another, the worlds it is made in, and the calendar of months it is booked by.

What gives rise to payments lives in `conversion`, `production`, `revenue` and `contracts`; booking lives in `settle`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plantwright.model.dues import runs_plant
from plantwright.model.outcome import Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.quantity import Quantity
from plantwright.model.schedule import ConversionTrials, Schedule

KINDS = (
    "site_sale", "conversion_work", "conversion_crews", "equipment", "risks", "mitigations", "parts", "transfers",
    "resource_use",
    "sales", "consigned_fees", "late_fees", "operation_fees", "lease", "venture_contributions", "venture_distributions",
)  # fmt: skip
CAPITAL = ("conversion_work", "conversion_crews", "equipment", "risks", "mitigations")
DAY = 24.0
INSTANT = 1e-6
"""Hours of work that count as none."""

Floats = NDArray[np.float64]
Route = tuple[str, str]
"""Who pays whom."""
Span = tuple[Floats, Floats]
"""From when to when, in each world."""


@dataclass(frozen=True)
class Payment:
    """Money of one kind that `payer` gives `receiver`.

    `at` (hours from start) and `amount` (the programme's currency) have one row a replication and one column a due
    date; a payment with NaN as its date is not made.
    """

    kind: str
    payer: str
    receiver: str
    at: Floats
    amount: Floats


@dataclass(frozen=True)
class Worlds:
    """Some replications of a run with all that settles them; `rows` says which."""

    programme: Programme
    schedule: Schedule
    plan: Plan
    trials: ConversionTrials
    results: Replications
    rows: range
    _drawn: dict[tuple[Quantity, str], Floats] = field(default_factory=dict)

    def draw(self, quantity: Quantity, place: str = "") -> Floats:
        """Return a quantity's value in each world, shape (rows, 1)."""
        register = self.programme.register
        each = bool(quantity.assumption) and register[quantity.assumption].each
        key = (quantity, place if each else "")
        if key not in self._drawn:
            self._drawn[key] = register.draw(quantity, self.results.seed, self.rows, place)[:, None]
        return self._drawn[key]

    def moment(self, quantity: Quantity | None, otherwise: float) -> Floats:
        """Return a date in each world, hours from start, shape (rows, 1); a blank one is `otherwise`."""
        return np.full((len(self.rows), 1), otherwise) if quantity is None else self.draw(quantity)

    def of(self, results: NDArray[np.generic]) -> Floats:
        """Return the worlds' rows of an array that has one row a replication."""
        return np.asarray(results[self.rows.start : self.rows.stop], dtype=np.float64)

    @property
    def horizon(self) -> float:
        """Return the horizon in hours from start."""
        return self.programme.horizon_hours

    @cached_property
    def weeks(self) -> Floats:
        """Return the middle of each period of the simulation, hours from start, shape (1, P)."""
        edges = self.results.edges
        return np.asarray((np.concatenate(([0.0], edges[:-1])) + edges) / 2)[None, :]

    @cached_property
    def running(self) -> str:
        """Return who runs the plant where nothing else is said."""
        return runs_plant(self.programme)


def month_starts(start: date, until: float) -> Floats:
    """Return the hours from `start` at which calendar months begin: the first is 0, the last is the first at or after
    `until`.
    """
    starts, year, month = [0.0], start.year, start.month
    while starts[-1] < until:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        starts.append((date(year, month, 1) - start).days * DAY)
    return np.array(starts)


def accrued(worlds: Worlds, kind: str, route: Route, span: Span, amount: Floats) -> Payment:
    """Return amounts earned evenly over a span (all of shape (rows, n)) as monthly payments in arrears.

    Each month's part up to the horizon is paid on the last day of the month, or when the work ends; work that takes no
    time is paid when it is done.
    """
    months = month_starts(worlds.programme.start, worlds.horizon)
    begins, ends = months[:-1], np.minimum(months[1:], worlds.horizon)
    first, last = span[0][:, :, None], span[1][:, :, None]
    inside = np.clip(np.minimum(last, ends) - np.maximum(first, begins), 0.0, None)
    at_once = (last - first <= INSTANT) & (begins <= last) & (last < months[1:]) & (last <= worlds.horizon)
    share = np.divide(inside, last - first, out=at_once.astype(np.float64), where=last - first > INSTANT)
    at = np.where(last <= ends, last, np.maximum(ends - DAY, np.maximum(first, begins)))
    return Payment(kind, *route, *_flat(np.where(share > 0, at, np.nan), share * amount[:, :, None]))


def monthly(worlds: Worlds, kind: str, route: Route, span: Span, per_month: Floats) -> Payment:
    """Return a sum for each month of a span (shape (rows, 1)), paid in arrears on the month's last day.

    A part of a month pays its share of the days; the horizon ends the last one.
    """
    programme = worlds.programme
    months = month_starts(programme.start.replace(day=1), worlds.horizon + 31 * DAY) - (programme.start.day - 1) * DAY
    begins, ends = months[:-1], months[1:]
    stop = np.minimum(span[1], worlds.horizon)
    inside = np.clip(np.minimum(stop, ends) - np.maximum(span[0], begins), 0.0, None)
    at = np.maximum(np.where(stop < ends, stop, ends - DAY), 0.0)
    return Payment(kind, *route, np.where(inside > 0, at, np.nan), per_month * inside / (ends - begins))


def _flat(at: Floats, amount: Floats) -> tuple[Floats, Floats]:
    rows = at.shape[0]
    return at.reshape(rows, -1), np.broadcast_to(amount, at.shape).reshape(rows, -1)
