"""A programme as of today: what stands stands, what is past due counts as there today, nothing new begins before.

Two ways to know what has happened since the last plan. Either stock, open orders and demand were counted today, and
what should have begun has; or all went as the last plan says, whose data they are. The planner itself knows but fences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plantwright.model.plan import Plan, ProductionOrder, PurchaseOrder
from plantwright.model.programme import FirmOrder, Programme, Stock
from plantwright.model.quantity import Dimension, Quantity

EPS = 1e-6
DAY = 24.0
NAMED = 5


@dataclass(frozen=True)
class AsOf:
    """The programme as of a day; the last plan, what stands of it marked; and what a planner should look after."""

    programme: Programme
    last: Plan | None
    notes: tuple[str, ...]


def as_of(programme: Programme, today: float, last: Plan | None = None, *, as_planned: bool = False) -> AsOf:
    """Return the programme as of `today` (hours from the start), its stock and demand counted then, or with
    `as_planned` all having gone by the `last` plan.

    An open order whose date is past counts as there today. Orders of the last plan that begin in the frozen zone stand;
    `as_planned` those that began before today too, and what left before has left. Raises `ValueError` where nothing is
    known of what went as planned.
    """
    if as_planned and last is None:
        raise ValueError("as planned, but there is no last plan")
    moved = replace(programme, today=today)
    if as_planned and last is not None:
        gone = tuple(s for s in last.shipments if s.ships < today - EPS)
        return _standing(replace(moved, shipped=gone), last, -1.0, ())
    notes = (*_overdue(programme, today), *_not_begun(programme, last, today))
    counted = replace(_there_today(moved, today), counted=today)
    return _standing(counted, last, today, notes) if last else AsOf(counted, None, notes)


def _standing(programme: Programme, last: Plan, since: float, notes: tuple[str, ...]) -> AsOf:
    """Let the orders of the last plan stand that begin from `since` up to the end of the frozen zone."""
    until, known = programme.frozen_until, {*programme.stock_ids, *(o.id for o in programme.production_orders)}
    bought = {o.id for o in last.purchase_orders if since - EPS <= o.placed < until - EPS} - known
    made = {o.id for o in last.production_orders if since - EPS <= o.release < until - EPS} - known
    purchases = tuple(_usable(programme, o) if o.id in bought else o for o in last.purchase_orders)
    production = tuple(replace(o, frozen=True) if o.id in made else o for o in last.production_orders)
    stands = replace(
        programme,
        stock=(*programme.stock, *(_open_order(o) for o in purchases if o.id in bought)),
        production_orders=(
            *programme.production_orders,
            *(_firm(last, o, _customer(programme, last, o)) for o in production if o.id in made),
        ),
    )
    return AsOf(stands, replace(last, purchase_orders=purchases, production_orders=production), notes)


def _usable(programme: Programme, order: PurchaseOrder) -> PurchaseOrder:
    """Return a planned order as an open one, which is there when it may be used."""
    offers = [s for s in programme.sources_of.get(order.item, ()) if s.supplier == order.supplier]
    receiving = min((s.receiving_time.planned for s in offers), default=0.0)
    return replace(order, received=order.received + receiving, frozen=True)


def _open_order(order: PurchaseOrder) -> Stock:
    row = Stock(item=order.item, quantity=Quantity(order.quantity), available=_at(order.received))
    return row.model_copy(update={"id": order.id, "kind": "on_order", "supplier": order.supplier})


def _firm(last: Plan, order: ProductionOrder, customer: str) -> FirmOrder:
    row = FirmOrder(id="stands", item=order.item, quantity=Quantity(order.good), finish=_at(order.finish))
    centres = tuple(a.work_centre for a in last.assignments_of.get(order.id, ()))
    return row.model_copy(update={"id": order.id, "customer": customer, "work_centres": centres})


def _customer(programme: Programme, last: Plan, order: ProductionOrder) -> str:
    """Return whom an order of the last plan is for, where lines of bills ask for that and it is one."""
    if not any(line.customers for line in programme.bom):
        return ""
    customers = {d.id: d.customer for d in programme.demand}
    served = {customers.get(peg.demand, "") for peg in last.pegging if peg.supply == order.id}
    return served.pop() if len(served) == 1 else ""


def _at(hours: float) -> Quantity:
    return Quantity(hours, Dimension.DATE)


def _there_today(programme: Programme, today: float) -> Programme:
    """Return the programme with all supplies there today at the soonest; what should be made by then, as made."""
    stock = tuple(
        row.model_copy(update={"available": _at(today)})
        if (row.available.planned if row.available else 0.0) < today else row
        for row in programme.stock
    )  # fmt: skip
    done = [order for order in programme.production_orders if order.finish.planned < today]
    rows = (Stock(id=o.id, kind="in_process", item=o.item, quantity=o.quantity, available=_at(today)) for o in done)
    left = tuple(order for order in programme.production_orders if order.finish.planned >= today)
    return replace(programme, stock=(*stock, *rows), production_orders=left)


def _overdue(programme: Programme, today: float) -> Iterator[str]:
    """Yield what should be there by now and is still open."""
    rows = zip(programme.stock_ids, programme.stock, strict=True)
    open_ = [(n, r.item, r.quantity, r.available, r.supplier) for n, r in rows if r.kind != "on_hand" and r.available]
    open_ += [(o.id, o.item, o.quantity, o.finish, "") for o in programme.production_orders]
    for name, item, quantity, due, supplier in open_:
        if due.planned < today:
            whom = f" from {supplier}" if supplier else ""
            days, on = (today - due.planned) / DAY, programme.moment(due.planned).date()
            said = f"{name}: {quantity.planned:,.0f} {item}{whom} were due on {on}, {days:,.0f} days ago"
            yield f"{said}; they count as there today"


def _not_begun(programme: Programme, last: Plan | None, today: float) -> Iterator[str]:
    """Yield the orders of the last plan that should have begun and are not among the open ones."""
    if last is None:
        return
    known = {*programme.stock_ids, *(o.id for o in programme.production_orders)}
    begun = [(o.placed, o.id, o.received) for o in last.purchase_orders]
    begun += [(o.release, o.id, o.finish) for o in last.production_orders]
    due = [name for at, name, there in sorted(begun) if at < today <= there]
    missing = [name for name in due if not {name, name.replace(":", "-")} & known]
    if missing:
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        said = f"{len(missing)} orders of the last plan should have begun and are not open"
        yield f"{said}: {', '.join(missing[:NAMED])}{more}; what they were for is planned anew"
