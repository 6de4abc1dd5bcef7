"""What a plan changes of the last one: orders new, gone, moved or resized, demands earlier or later, nervousness.

Orders of two plans are the same where they are paired here; the newer one then keeps the older one's id.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Literal

from plantwright.model.plan import Plan, ProductionOrder, PurchaseOrder, Reason, TransferOrder

WEEK = 168.0
FAR = 13 * WEEK
"""Orders of an item whose times lie farther apart are two orders, not one that moved."""
NEAR_COUNTS = 0.9
"""Weight of a week for that of the week before it: what changes soon is what makes people nervous."""
SAME = 1e-3
"""Units nearer than this are the same."""
MOVED = 24.0 - 1e-3
"""Hours by which something is moved, earlier or later: a day, as workbooks hold days."""

Order = PurchaseOrder | ProductionOrder | TransferOrder
Key = tuple[str, str, str]
"""What orders may be one and the same: purchase or production, item, supplier."""


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What became of an order: quantities of both plans (0: none), `days` that it is there later (earlier: below 0);
    less than a day is no move."""

    what: Literal["new", "gone", "moved", "resized", "moved and resized"]
    kind: str
    order: str
    item: str
    supplier: str
    before: float
    after: float
    there: float
    days: float


@dataclass(frozen=True, slots=True)
class DemandChange:
    """What became of a demand: units promised in both plans, and `days` that its last one comes later (earlier: below
    0); infinite where only one plan promises any.
    """

    what: Literal["new", "gone", "earlier", "later", "fewer units", "more units"]
    demand: str
    before: float
    after: float
    days: float


@dataclass(frozen=True)
class Difference:
    """All changes, and `nervousness`: 0 where nothing that was planned changes, 1 where nothing stays."""

    orders: tuple[OrderChange, ...]
    demands: tuple[DemandChange, ...]
    nervousness: float


def difference(before: Plan, after: Plan, now: float = 0.0) -> Difference:
    """Return what `after` changes of `before`; orders of an item and supplier are paired by time and quantity.

    `now` is the time from which changes count for nervousness, hours from start. Both plans count from the same start.
    """
    pairs = _paired(before, after)
    orders = tuple(c for a, b in pairs if _latest(a, b) >= now and (c := _order_change(a, b)))
    ranked = sorted(orders, key=lambda c: (c.what, c.kind, c.item, c.there, c.order))
    return Difference(tuple(ranked), tuple(_demand_changes(before, after)), nervousness(before, after, now))


def with_stable_ids(before: Plan, after: Plan) -> Plan:
    """Return `after` with the ids of `before` for the orders that both have; new orders get ids that neither used."""
    used = {order.id for _, order in _orders(before)}
    names: dict[str, str] = {}
    counted: dict[str, int] = defaultdict(int)
    for old, new in _paired(before, after):
        if new is not None:
            again = old.id if old is not None else _unused(new.id, used, counted)
            names[new.id] = new.id if new.frozen else again
    return replace(
        after,
        purchase_orders=tuple(replace(o, id=names[o.id]) for o in after.purchase_orders),
        production_orders=tuple(replace(o, id=names[o.id]) for o in after.production_orders),
        transfer_orders=tuple(replace(o, id=names[o.id]) for o in after.transfer_orders),
        pegging=tuple(replace(p, supply=names.get(p.supply, p.supply)) for p in after.pegging),
        reasons=tuple(_renamed(reason, names) for reason in after.reasons),
        consumptions=tuple(replace(c, order=names[c.order]) for c in after.consumptions),
        assignments=tuple(replace(a, order=names[a.order]) for a in after.assignments),
    )


def _renamed(reason: Reason, names: Mapping[str, str]) -> Reason:
    if not reason.order:
        return reason
    name = names[reason.order]
    return replace(reason, order=name, text=reason.text.replace(reason.order, name))


def nervousness(before: Plan, after: Plan, now: float = 0.0) -> float:
    """Return how much of what was planned changes: by item the changed units of both plans over all their units.

    Units are compared by week of receipt, weeks weighted by 0.9 for each week from `now`; the figure is the mean over
    all items that either plan orders. After Sridharan, Berry and Udayabhanu (1988), Decision Sciences 19, with the
    weights of Kimms (1998), OR Spektrum 20; divided by both plans' units it lies between 0 and 1.
    """
    units: dict[Key, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for plan, side in ((before, 0), (after, 1)):
        for key, order in _orders(plan):
            if _there(order) >= now:
                units[key][int(_there(order) // WEEK)][side] += _units(order)
    shares = []
    for weeks in units.values():
        weight = {week: NEAR_COUNTS ** max(week - now / WEEK, 0.0) for week in weeks}
        changed = sum(weight[w] * abs(new - old) for w, (old, new) in weeks.items())
        shares.append(changed / sum(weight[w] * (new + old) for w, (old, new) in weeks.items()))
    return sum(shares) / len(shares) if shares else 0.0


def _orders(plan: Plan) -> Iterable[tuple[Key, Order]]:
    yield from ((("purchase", o.item, o.supplier), o) for o in plan.purchase_orders)
    yield from ((("production", o.item, ""), o) for o in plan.production_orders)
    yield from ((("transfer", o.item, o.lane), o) for o in plan.transfer_orders)


def _there(order: Order) -> float:
    match order:
        case PurchaseOrder():
            return order.received
        case TransferOrder():
            return order.arrives
    return order.finish


def _units(order: Order) -> float:
    return order.good if isinstance(order, ProductionOrder) else order.quantity


def _paired(before: Plan, after: Plan) -> list[tuple[Order | None, Order | None]]:
    """Return the orders of both plans in pairs, None where one has no other."""
    old, new = _by_key(before), _by_key(after)
    pairs: list[tuple[Order | None, Order | None]] = []
    for key in sorted(old.keys() | new.keys()):
        pairs += _matched(old.get(key, []), new.get(key, []))
    return pairs


def _by_key(plan: Plan) -> Mapping[Key, list[Order]]:
    found: dict[Key, list[Order]] = defaultdict(list)
    for key, order in _orders(plan):
        found[key].append(order)
    return {key: sorted(orders, key=lambda o: (_there(o), o.id)) for key, orders in found.items()}


def _matched(old: list[Order], new: list[Order]) -> list[tuple[Order | None, Order | None]]:
    """Return pairs: what is the same, then what is there at one time, then the nearest in time."""
    pairs: list[tuple[Order | None, Order | None]] = []
    for same in (_same_order, _same_time):
        left: dict[tuple[float, ...], list[Order]] = defaultdict(list)
        for order in reversed(old):
            left[same(order)].append(order)
        rest = []
        for order in new:
            there_too = left[same(order)]
            if there_too:
                pairs.append((there_too.pop(), order))
            else:
                rest.append(order)
        old, new = sorted((o for group in left.values() for o in group), key=lambda o: (_there(o), o.id)), rest
    return pairs + _nearest(old, new)


def _same_order(order: Order) -> tuple[float, ...]:
    return round(_there(order), 2), round(_units(order), 3)


def _same_time(order: Order) -> tuple[float, ...]:
    return (round(_there(order), 2),)


def _nearest(old: list[Order], new: list[Order]) -> list[tuple[Order | None, Order | None]]:
    """Return pairs in order of time where there are as many, else of the nearest; those with none within reach stay
    alone.
    """
    in_turn = [*zip(old, new, strict=False)]
    if len(old) == len(new) and all(abs(_there(b) - _there(a)) <= FAR for a, b in in_turn):
        return [(a, b) for a, b in in_turn]
    times = [_there(order) for order in old]
    pairs: list[tuple[Order | None, Order | None]] = []
    for order in new:
        k = bisect_left(times, _there(order))
        near = min(
            (i for i in (k - 1, k) if 0 <= i < len(times)), key=lambda i: abs(times[i] - _there(order)), default=None
        )
        if near is None or abs(times[near] - _there(order)) > FAR:
            pairs.append((None, order))
        else:
            pairs.append((old.pop(near), order))
            times.pop(near)
    return pairs + [(order, None) for order in old]


def _unused(name: str, used: set[str], counted: dict[str, int]) -> str:
    """Return the id, or where the last plan used it already the first number of its item that is free."""
    stem = name.rpartition(":")[0]
    while name in used:
        counted[stem] += 1
        name = f"{stem}:{counted[stem]}"
    used.add(name)
    return name


def _latest(*pair: Order | None) -> float:
    return max(_there(order) for order in pair if order is not None)


def _order_change(old: Order | None, new: Order | None) -> OrderChange | None:
    order = new or old
    assert order is not None
    units = [_units(o) if o is not None else 0.0 for o in (old, new)]
    days = (_there(new) - _there(old)) / 24 if old is not None and new is not None else 0.0
    moved, resized = abs(days) * 24 > MOVED, abs(units[1] - units[0]) > SAME
    if old is not None and new is not None and not (moved or resized):
        return None
    what: Literal["new", "gone", "moved", "resized", "moved and resized"] = (
        "new" if old is None else "gone" if new is None
        else "moved and resized" if moved and resized else "moved" if moved else "resized"
    )  # fmt: skip
    kind, supplier = _kind(order)
    return OrderChange(what, kind, order.id, order.item, supplier, units[0], units[1], _there(order), days)


def _kind(order: Order) -> tuple[Literal["purchase", "production", "transfer"], str]:
    """Return what an order is, and with whom or by which lane."""
    match order:
        case PurchaseOrder():
            return "purchase", order.supplier
        case TransferOrder():
            return "transfer", order.lane
    return "production", ""


def _demand_changes(before: Plan, after: Plan) -> Iterable[DemandChange]:
    for demand in sorted(before.shipments_of.keys() | after.shipments_of.keys()):
        units = [sum(s.quantity for s in plan.shipments_of.get(demand, ())) for plan in (before, after)]
        when = [plan.promised(demand) for plan in (before, after)]
        days = (when[1] - when[0]) / 24 if all(isfinite(t) for t in when) else inf
        more = units[1] - units[0]
        if not isfinite(days):
            yield DemandChange("new" if isfinite(when[1]) else "gone", demand, units[0], units[1], inf)
        elif abs(more) > SAME:
            yield DemandChange("more units" if more > 0 else "fewer units", demand, units[0], units[1], days)
        elif abs(days) * 24 > MOVED:
            yield DemandChange("later" if days > 0 else "earlier", demand, units[0], units[1], days)
