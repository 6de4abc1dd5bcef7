"""What customers pay for what is shipped to them, and what sellers owe them for lateness."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from plantwright.finance.payments import Floats, Payment, Worlds
from plantwright.model.agreements import Purchase
from plantwright.model.dues import OUTSIDE
from plantwright.model.programme import Demand, Programme


def sold_under(programme: Programme, demand: Demand, otherwise: str) -> tuple[Purchase | None, str]:
    """Return the agreement that covers a demand, and who sells.

    Without an agreement the producer of the item sells, and else `otherwise`.
    """
    for agreement in programme.agreements:
        if isinstance(agreement, Purchase) and agreement.customer == demand.customer and demand.item in agreement.items:
            return agreement, agreement.seller
    item = programme.item.get(demand.item)
    return None, (item.producer if item else "") or otherwise or OUTSIDE


def sales(worlds: Worlds) -> Iterator[Payment]:
    """Yield what each demand pays: its price for a unit, or the fee where the customer consigns the parts.

    The deposit is paid ahead of the shipment (not before the start), the rest after it; without an agreement all is
    paid at shipment. Shipments are dated at the middle of their week.
    """
    shipped = worlds.of(worlds.results.demand_shipped)
    for index, name in enumerate(worlds.results.demands):
        demand = _demand(worlds, name)
        agreement, seller = sold_under(worlds.programme, demand, worlds.running)
        consigned = agreement is not None and agreement.terms == "consigned"
        each = worlds.draw(agreement.fee if agreement and consigned else demand.price, name)
        at, share = _terms(worlds, agreement)
        amount = (shipped[:, index, :, None] * share[:, None, :]).reshape(len(shipped), -1)
        yield Payment("consigned_fees" if consigned else "sales", demand.customer, seller, at, each * amount)


def _terms(worlds: Worlds, agreement: Purchase | None) -> tuple[Floats, Floats]:
    """Return the due dates, shape (rows, P x 2), and the shares of the price due then, shape (rows, 2): deposit and
    rest.
    """
    rows = len(worlds.rows)
    zero = np.zeros((rows, 1))
    deposit = worlds.draw(agreement.deposit, agreement.id) if agreement else zero
    ahead = worlds.draw(agreement.deposit_ahead, agreement.id) if agreement else zero
    after = worlds.draw(agreement.pays_after, agreement.id) if agreement else zero
    due = np.stack((np.clip(worlds.weeks - ahead, 0.0, None), worlds.weeks + after), axis=2)
    return due.reshape(rows, -1), np.concatenate((deposit, 1 - deposit), axis=1)


def late_fees(worlds: Worlds) -> Iterator[Payment]:
    """Yield what sellers owe for units that are not there when due: weekly, for the hours past the due date, up to
    the horizon.

    Units that arrive within a week count for half of it.
    """
    arrived = worlds.of(worlds.results.demand_arrived)
    for index, name in enumerate(worlds.results.demands):
        demand = _demand(worlds, name)
        agreement, seller = sold_under(worlds.programme, demand, worlds.running)
        if agreement is not None and demand.due is not None:
            fee = worlds.draw(agreement.late_fee, agreement.id)
            if fee.any():
                owed = fee * _late_unit_hours(worlds, demand, arrived[:, index])
                yield Payment("late_fees", seller, demand.customer, np.repeat(worlds.weeks, len(owed), axis=0), owed)


def _late_unit_hours(worlds: Worlds, demand: Demand, arrived: Floats) -> Floats:
    edges = worlds.results.edges
    overdue = np.clip(
        edges - np.maximum(np.concatenate(([0.0], edges[:-1])), worlds.moment(demand.due, 0.0)), 0.0, None
    )
    missing = demand.quantity - np.cumsum(arrived, axis=1) + arrived / 2
    return np.asarray(overdue * np.clip(missing, 0.0, None))


def _demand(worlds: Worlds, name: str) -> Demand:
    return next(demand for demand in worlds.programme.demand if demand.id == name)
