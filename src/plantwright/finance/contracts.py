"""What standing agreements pay: the operator's fee, rent, and a venture's capital and surplus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from plantwright.finance.payments import DAY, Floats, Payment, Worlds, month_starts, monthly
from plantwright.model.agreements import Lease, OperationFee, Venture


def operation_fees(worlds: Worlds, running_costs: Iterable[Payment]) -> Iterator[Payment]:
    """Yield what owners pay operators from the agreement's start on: costs with a mark-up, a fee for each unit
    shipped, a fixed sum.

    Refunded is what the operator pays for people, power and coolant (`running_costs`), where the agreement names a
    mark-up or no other fee at all. Parts are not: who sells a unit pays for them out of its price.
    """
    costs = tuple(running_costs)
    for fee in worlds.programme.agreements:
        if isinstance(fee, OperationFee):
            starts = worlds.moment(fee.starts, 0.0)
            delay = worlds.draw(fee.pays_after, fee.id)
            yield from _refunds(worlds, fee, costs, starts, delay)
            yield from _unit_fees(worlds, fee, starts, delay)
            fixed = worlds.draw(fee.fixed_per_month, fee.id)
            if fixed.any():
                end = np.full_like(starts, worlds.horizon)
                yield monthly(worlds, "operation_fees", (fee.owner, fee.operator), (starts, end), fixed)


def _refunds(
    worlds: Worlds, fee: OperationFee, costs: tuple[Payment, ...], starts: Floats, delay: Floats
) -> Iterator[Payment]:
    markup = worlds.draw(fee.cost_plus, fee.id)
    if not markup.any() and (fee.fee_per_unit or worlds.draw(fee.fixed_per_month, fee.id).any()):
        return
    for cost in costs:
        if cost.payer == fee.operator:
            at = np.where(cost.at >= starts, cost.at + delay, np.nan)
            yield Payment("operation_fees", fee.owner, fee.operator, at, cost.amount * (1 + markup))


def _unit_fees(worlds: Worlds, fee: OperationFee, starts: Floats, delay: Floats) -> Iterator[Payment]:
    shipped = worlds.of(worlds.results.shipped)
    for item, price in fee.fee_per_unit.items():
        at = np.where(worlds.weeks >= starts, worlds.weeks + delay, np.nan)
        amount = shipped[:, worlds.results.items.index(item)] * worlds.draw(price, f"{fee.id}/{item}")
        yield Payment("operation_fees", fee.owner, fee.operator, at, amount)


def leases(worlds: Worlds) -> Iterator[Payment]:
    """Yield rent, monthly in arrears, from the lease's start to its end or the horizon."""
    for lease in worlds.programme.agreements:
        if isinstance(lease, Lease):
            starts, ends = worlds.moment(lease.starts, 0.0), worlds.moment(lease.ends, worlds.horizon)
            rent = worlds.draw(lease.rent_per_month, lease.id)
            yield monthly(worlds, "lease", (lease.lessee, lease.lessor), (starts, ends), rent)


def contributions(worlds: Worlds) -> Iterator[Payment]:
    """Yield the capital that members pay into ventures on its date, up to the horizon."""
    for venture in worlds.programme.agreements:
        if isinstance(venture, Venture):
            for index, capital in enumerate(venture.contributions):
                at = worlds.moment(capital.date, 0.0)
                at = np.where(at <= worlds.horizon, at, np.nan)
                amount = worlds.draw(capital.amount, f"{venture.id}/{index}")
                yield Payment("venture_contributions", capital.party, venture.venture, at, amount)


def distributions(worlds: Worlds, venture: Venture, payments: Iterable[Payment]) -> Iterator[Payment]:
    """Yield a venture's payments to its members: on each month's last day the agreed share of its surplus, by their
    shares.

    The surplus is what it earned (`payments`, all others) and has not paid out, and no more than its cash above the
    reserve, so that the members' capital stays in. The month of the horizon is the last.
    """
    months = month_starts(worlds.programme.start, worlds.horizon)
    capital, earned = _by_month(venture.venture, payments, months, len(worlds.rows))
    at = np.broadcast_to(np.maximum(months[1:] - DAY, 0.0), earned.shape)
    paid = _paid_out(worlds, venture, capital, earned)
    for member, share in worlds.programme.party[venture.venture].shares.items():
        yield Payment("venture_distributions", venture.venture, member, at, share * paid)


def _paid_out(worlds: Worlds, venture: Venture, capital: Floats, earned: Floats) -> Floats:
    share, reserve = worlds.draw(venture.distributes, venture.id)[:, 0], worlds.draw(venture.reserve, venture.id)[:, 0]
    paid = np.zeros_like(earned)
    surplus, cash = np.zeros(len(earned)), np.zeros(len(earned))
    for month in range(earned.shape[1]):
        surplus = surplus + earned[:, month]
        cash = cash + earned[:, month] + capital[:, month]
        paid[:, month] = share * np.clip(np.minimum(surplus, cash - reserve), 0.0, None)
        surplus, cash = surplus - paid[:, month], cash - paid[:, month]
    return paid


def _by_month(party: str, payments: Iterable[Payment], months: Floats, rows: int) -> tuple[Floats, Floats]:
    """Return the capital a party got and what it earned otherwise, each month, shape (rows, M)."""
    capital, earned = np.zeros((rows, months.size - 1)), np.zeros((rows, months.size - 1))
    for payment in payments:
        sign = (payment.receiver == party) - (payment.payer == party)
        if sign:
            book = capital if payment.kind == "venture_contributions" else earned
            made = payment.at < months[-1]  # NaN, a payment that is not made, compares as false
            month = np.searchsorted(months, payment.at[made], side="right") - 1
            np.add.at(book, (np.nonzero(made)[0], month), sign * np.broadcast_to(payment.amount, made.shape)[made])
    return capital, earned
