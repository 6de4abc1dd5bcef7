"""Capable to promise: what can be quoted for a new order, and what it would displace if it were more important.

Quoting runs the planner with the order added; nothing that is promised is changed by asking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plantwright.model.plan import Plan, Reason, Shipment
from plantwright.model.programme import Demand, Programme
from plantwright.model.schedule import Schedule
from plantwright.planning.problem import Rules, plan_order
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
    return promises(programme, schedule, (order,), rules=rules, order=stands.order if stands else ())[0]


def promise_by_priority(
    programme: Programme, schedule: Schedule, order: Demand, *, rules: Rules | None = None, stands: Plan | None = None
) -> Promise:
    """Return what can be promised for a new order at its own priority, with all that it would displace.

    It is planned before the first demand of the plan that `stands` (of the default one, where there is none) that is
    less important, or as important and due later. Raises `ValueError` where a demand of that id is there already.
    """
    known, displacing = stands.order if stands else (), frozenset({order.id})
    return promises(programme, schedule, (order,), rules=rules, order=known, displacing=displacing)[0]


def promises(
    programme: Programme, schedule: Schedule, orders: Sequence[Demand], *, rules: Rules | None = None,
    order: tuple[str, ...] = (), displacing: frozenset[str] = frozenset(),
) -> tuple[Promise, ...]:  # fmt: skip
    """Return what can be promised for new orders, each on top of those before it.

    One whose id is in `displacing` is planned at its priority, with all that it would displace; the others after all
    that is promised already. `order` is the order of planning of the plan that stands, where it is of this programme.
    Raises `ValueError` where a demand of the id of an order is there already.
    """
    known = order if set(order) == {d.id for d in programme.demand} else None
    if not displacing:
        return _after_all(programme, schedule, orders, rules, known)
    quotes, found = list[Promise](), plan(programme, schedule, rules=rules, order=known)
    for each in orders:
        before, programme = found, _with(programme, _ranked(programme, each, displacing))
        turns = _turn(programme, before.order, programme.demand[-1])
        found = plan(programme, schedule, rules=rules, order=turns)
        displaced = (_displaced(wish, before, found) for wish in programme.demand[:-1])
        quotes.append(replace(_promise(found, each), displaced=tuple(d for d in displaced if d is not None)))
    return tuple(quotes)


def _after_all(
    programme: Programme, schedule: Schedule, orders: Sequence[Demand], rules: Rules | None,
    known: tuple[str, ...] | None,
) -> tuple[Promise, ...]:  # fmt: skip
    """Return the quotes of orders that come after all demands: one plan holds them all."""
    before = known or plan_order(programme)
    for each in orders:
        programme = _with(programme, _ranked(programme, each, frozenset()))
    found = plan(programme, schedule, rules=rules, order=(*before, *(each.id for each in orders)))
    return tuple(_promise(found, each) for each in orders)


def _ranked(programme: Programme, order: Demand, displacing: frozenset[str]) -> Demand:
    """Return an order at its own priority where it may displace others, else after all of them."""
    if order.id in displacing:
        return order
    return order.model_copy(update={"priority": max((d.priority for d in programme.demand), default=0) + 1})


def _turn(programme: Programme, order: tuple[str, ...], new: Demand) -> tuple[str, ...]:
    """Return the order of planning with a new demand before the first that is less important, or due later."""
    rank, wishes = (new.priority, new.due.planned, new.id), {d.id: d for d in programme.demand}
    after_it = (k for k, n in enumerate(order) if (wishes[n].priority, wishes[n].due.planned, n) > rank)
    at = next(after_it, len(order))
    return (*order[:at], new.id, *order[at:])


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
