"""When purchased parts really come: drawn lead times, late qualification, and suppliers who make fewer than planned.

The plan says what is ordered from whom and when; nothing is decided here.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Plan
from plantwright.model.programme import Programme, Source
from plantwright.model.quantity import Steps, at_time

Floats = NDArray[np.float64]


def receipts(programme: Programme, plan: Plan, seed: int, replications: range) -> Floats:
    """Return when each purchase order of the plan is received, hours from start, shape (replications, purchase orders).

    An order comes as much later (or earlier) than planned as its lead time is drawn longer (or shorter) and as its
    supplier is qualified later; never before the supplier, who serves orders in the order planned, has made that many
    units. Infinite where that is never.
    """
    received = np.array([o.received for o in plan.purchase_orders]) * np.ones((len(replications), 1))
    _receive_open_orders(programme, plan, received, seed, replications)
    sources = {(s.item, s.supplier): s for s in reversed(programme.sources)}
    orders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, order in enumerate(plan.purchase_orders):
        if not order.frozen:
            orders[order.item, order.supplier].append(i)
    for key, rows in orders.items():
        if key in sources:
            rows.sort(key=lambda i: (plan.purchase_orders[i].received, i))
            received[:, rows] = _of_source(programme, plan, sources[key], rows, seed, replications)
    return received


def _receive_open_orders(programme: Programme, plan: Plan, received: Floats, seed: int, replications: range) -> None:
    """Set when open orders are received: as their dates are drawn."""
    dates = {name: row.available for name, row in zip(programme.stock_ids, programme.stock, strict=True)}
    for i, order in enumerate(plan.purchase_orders):
        date = dates.get(order.id) if order.frozen else None
        if date is not None:
            received[:, i] = np.maximum(programme.register.draw(date, seed, replications), 0.0)


def _of_source(
    programme: Programme, plan: Plan, source: Source, rows: list[int], seed: int, replications: range
) -> Floats:
    register = programme.register
    orders = [plan.purchase_orders[i] for i in rows]
    planned = np.array([o.received for o in orders])
    times = [at_time(source.lead_time, o.placed) for o in orders]
    places = [o.id if t.assumption and register[t.assumption].each else "" for o, t in zip(orders, times, strict=True)]
    drawn = [register.draw(t, seed, replications, place) for t, place in zip(times, places, strict=True)]
    later: Floats = np.stack(drawn, axis=1) - np.array([t.planned for t in times])
    if source.qualified_from is not None:
        slip = register.draw(source.qualified_from, seed, replications) - source.qualified_from.planned
        placed = np.array([o.placed for o in orders])
        qualified = source.qualified_from.planned + slip
        later = later + np.maximum(0.0, qualified[:, None] - placed)
    shifted = np.maximum(0.0, planned + later)
    if not source.capacity:
        return shifted
    slip = _capacity_slip(programme, source, units_in_order(plan, rows), seed, replications)
    return np.where(slip > 0.0, np.maximum(shifted, planned + slip), shifted)


def units_in_order(plan: Plan, rows: list[int]) -> Floats:
    """Return how many units a supplier must have made for each of its orders, in the order planned."""
    return np.cumsum([plan.purchase_orders[i].quantity for i in rows])


def _capacity_slip(programme: Programme, source: Source, units: Floats, seed: int, replications: range) -> Floats:
    """Return by how much later than by the planned rates a supplier has made so many units, shape (replications,
    orders).
    """
    draw = programme.register.draw
    times = np.stack([draw(s.at, seed, replications) for s in source.capacity], axis=1)
    rates = np.stack([draw(s.value, seed, replications) for s in source.capacity], axis=1)
    planned = _made_at(*_planned(source.capacity), units)
    slips = np.empty((len(replications), units.size))
    for r in range(len(replications)):
        slips[r] = _made_at(times[r], rates[r], units)
    with np.errstate(invalid="ignore"):
        slip = slips - planned
    return np.where(np.isnan(slip), 0.0, np.maximum(slip, 0.0))


def _planned(steps: Steps) -> tuple[Floats, Floats]:
    return np.array([s.at.planned for s in steps]), np.array([s.value.planned for s in steps])


def _made_at(times: Floats, rates: Floats, units: Floats) -> Floats:
    """Return when a supplier with rates (units an hour) from given times on has made so many units; infinite where
    never.
    """
    order = np.argsort(times, kind="stable")
    begins, rate = np.maximum(times[order], 0.0), np.maximum(rates[order], 0.0)
    made = np.concatenate(([0.0], np.cumsum(np.diff(begins) * rate[:-1])))
    step = np.searchsorted(made, units, side="left") - 1
    step = np.clip(step, 0, len(rate) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        extra = np.where(units > made[step], (units - made[step]) / rate[step], 0.0)
    return np.asarray(begins[step] + extra)
