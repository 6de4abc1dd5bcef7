"""The door of `finance`: every agreement's payments gathered, booked by party, month and kind, and discounted.

Replications are settled a batch at a time, so memory stays bounded; a world's result never depends on its batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.finance.contracts import contributions, distributions, leases, operation_fees
from plantwright.finance.conversion import conversion_crews, conversion_work, equipment, mitigations, risks, site_sales
from plantwright.finance.payments import CAPITAL, DAY, KINDS, Floats, Payment, Worlds, month_starts
from plantwright.finance.production import parts, resource_use, transfers
from plantwright.finance.revenue import late_fees, sales
from plantwright.model.agreements import Venture
from plantwright.model.dues import OUTSIDE
from plantwright.model.outcome import CashFlows, Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.model.underway import as_spent

BATCH = 100
HOURS_PER_YEAR = 365 * DAY

Progress = Callable[[float], None]


def settle(programme: Programme, schedule: Schedule, plan: Plan, trials: ConversionTrials, replications: Replications,
           *, progress: Progress | None = None) -> CashFlows:  # fmt: skip
    """Return each party's cash by calendar month and kind, its net and its net present value in every replication.

    What happens up to the horizon is paid on its due date, even where that lies behind the horizon. Amounts are in the
    programme's currency, receipts positive; the party `outside` is the rest of the world, so that money adds to zero. A
    payment at t hours is worth amount / (1 + discount rate) ** (t / 8760) at the start (XNPV: exact dates, a year of
    365 days).
    """
    count, programme = replications.finished.shape[0], as_spent(programme)
    books = []
    for first in range(0, count, BATCH):
        rows = range(first, min(first + BATCH, count))
        books.append(_settled(Worlds(programme, schedule, plan, trials, replications, rows)))
        if progress:
            progress(rows.stop / count)
    return _joined(programme, books, count)


@dataclass(frozen=True)
class _Book:
    by_month: Floats  # (N, M, K) summed over the batch
    net: Floats  # (rows, N)
    net_present_value: Floats  # (rows, N)
    capital: Floats  # (rows,)


def _settled(worlds: Worlds) -> _Book:
    running = tuple(resource_use(worlds))
    payments = [
        *site_sales(worlds), *conversion_work(worlds), *conversion_crews(worlds), *equipment(worlds),
        *risks(worlds), *mitigations(worlds), *parts(worlds), *transfers(worlds), *running, *sales(worlds),
        *late_fees(worlds), *operation_fees(worlds, running), *leases(worlds), *contributions(worlds),
    ]  # fmt: skip
    for venture in worlds.programme.agreements:
        if isinstance(venture, Venture):
            payments.extend([*distributions(worlds, venture, payments)])
    until = max([worlds.horizon, *(float(np.max(p.at, where=np.isfinite(p.at), initial=0.0)) for p in payments)])
    return _booked(worlds, payments, until + DAY)


def _booked(worlds: Worlds, payments: list[Payment], until: float) -> _Book:
    parties = {name: index for index, name in enumerate(_parties(worlds.programme))}
    months = month_starts(worlds.programme.start, until)
    by_month = np.zeros((len(parties), months.size - 1, len(KINDS)))
    net, worth = np.zeros((len(worlds.rows), len(parties))), np.zeros((len(worlds.rows), len(parties)))
    capital = np.zeros(len(worlds.rows))
    growth = np.log1p(worlds.draw(worlds.programme.discount_rate)) / HOURS_PER_YEAR
    for payment in payments:
        made = np.isfinite(payment.at)
        at, amount = np.where(made, payment.at, 0.0), np.where(made, payment.amount, 0.0)
        month = np.searchsorted(months, at.ravel(), side="right") - 1
        total, discounted = amount.sum(axis=1), (amount * np.exp(-growth * at)).sum(axis=1)
        booked = np.bincount(month, weights=amount.ravel(), minlength=months.size - 1)
        for party, sign in ((parties[payment.payer], -1.0), (parties[payment.receiver], 1.0)):
            by_month[party, :, KINDS.index(payment.kind)] += sign * booked
            net[:, party] += sign * total
            worth[:, party] += sign * discounted
        capital += total if payment.kind in CAPITAL else 0.0
    return _Book(by_month, net, worth, capital)


def _joined(programme: Programme, books: list[_Book], count: int) -> CashFlows:
    parties = _parties(programme)
    months = max((book.by_month.shape[1] for book in books), default=0)
    by_month = np.zeros((len(parties), months, len(KINDS)))
    for book in books:
        by_month[:, : book.by_month.shape[1]] += book.by_month
    net = _stacked([book.net for book in books], len(parties))
    worth = _stacked([book.net_present_value for book in books], len(parties))
    capital = np.concatenate([np.zeros(0), *(book.capital for book in books)])
    return CashFlows(parties, KINDS, by_month / max(count, 1), net, worth, capital)


def _stacked(batches: list[Floats], columns: int) -> NDArray[np.float64]:
    return np.concatenate([np.zeros((0, columns)), *batches])


def _parties(programme: Programme) -> tuple[str, ...]:
    return (*(party.id for party in programme.parties), OUTSIDE)
