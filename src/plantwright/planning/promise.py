"""Capable to promise: what can be quoted for a new order, and what it would displace if it were more important.

Quoting runs the planner with the order added; nothing that is promised is changed by asking.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from plantwright.model.plan import Plan, Reason, Shipment
from plantwright.model.programme import Demand, Programme
from plantwright.model.schedule import Schedule
from plantwright.planning.problem import Rules
from plantwright.planning.solve import plan


@dataclass(frozen=True, slots=True)
class Displaced:
    """A promised demand that a new order would delay: hours that its last unit slips, units that it would lose."""

    demand: str
    delay: float
    units: float


@dataclass(frozen=True)
class Promise:
    """A quote: what can be delivered when, why not sooner, and who would be displaced (nobody by default)."""

    shipments: tuple[Shipment, ...]
    reasons: tuple[Reason, ...]
    displaced: tuple[Displaced, ...] = ()


def promise(
    programme: Programme, schedule: Schedule, order: Demand, *, rules: Rules | None = None, stands: Plan | None = None
) -> Promise:
    """Return what can be promised for a new order without disturbing what is promised already, by the plan that
    `stands` where there is one.

    Raises `ValueError` where a demand of that id is there already.
    """
    last = max((d.priority for d in programme.demand), default=0) + 1
    added, before = _with(programme, order.model_copy(update={"priority": last})), _order_of(programme, stands)
    return _promise(plan(added, schedule, rules=rules, order=before and (*before, order.id)), order)


def _order_of(programme: Programme, stands: Plan | None) -> tuple[str, ...] | None:
    """Return the order of planning of a plan that is of this programme's demands."""
    known = {d.id for d in programme.demand}
    return stands.order if stands is not None and set(stands.order) == known else None


def promise_by_priority(
    programme: Programme, schedule: Schedule, order: Demand, *, rules: Rules | None = None, stands: Plan | None = None
) -> Promise:
    """Return what can be promised for a new order at its own priority, with all that it would displace.

    It is planned before the first demand of the plan that `stands` (of the default one, where there is none) that is
    less important, or as important and due later. Raises `ValueError` where a demand of that id is there already.
    """
    added = _with(programme, order)
    before = plan(programme, schedule, rules=rules, order=_order_of(programme, stands))
    rank, wishes = (order.priority, order.due.planned, order.id), {d.id: d for d in programme.demand}
    after_it = (k for k, n in enumerate(before.order) if (wishes[n].priority, wishes[n].due.planned, n) > rank)
    at = next(after_it, len(before.order))
    after = plan(added, schedule, rules=rules, order=(*before.order[:at], order.id, *before.order[at:]))
    displaced = tuple(d for wish in programme.demand if (d := _displaced(wish, before, after)) is not None)
    quoted = _promise(after, order)
    return replace(quoted, displaced=displaced)


def _with(programme: Programme, order: Demand) -> Programme:
    if any(d.id == order.id for d in programme.demand):
        raise ValueError(f"there is a demand {order.id} already; give the order an id of its own")
    return replace(programme, demand=(*programme.demand, order))


def _promise(found: Plan, order: Demand) -> Promise:
    reasons = tuple(r for r in found.reasons if r.demand == order.id)
    return Promise(found.shipments_of.get(order.id, ()), reasons)


def _displaced(wish: Demand, before: Plan, after: Plan) -> Displaced | None:
    lost = _units(before, wish.id) - _units(after, wish.id)
    delay = after.promised(wish.id) - before.promised(wish.id) if _units(after, wish.id) > 0 else 0.0
    return Displaced(wish.id, max(delay, 0.0), max(lost, 0.0)) if delay > 1e-6 or lost > 1e-6 else None


def _units(found: Plan, demand: str) -> float:
    return sum(s.quantity for s in found.shipments_of.get(demand, ()))
