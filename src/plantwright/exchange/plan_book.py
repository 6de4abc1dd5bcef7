"""A plan as a workbook: what each demand is promised and why, what to buy, build and ship, what serves what, loads.

Ids are those of the programme and the plan, so that rows of two plans can be laid side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import inf, isfinite

from plantwright.exchange.sheets import Cell, Table, workbook_bytes
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.quantity import at_time

DEMAND = (
    "id", "customer", "destination", "item", "quantity", "priority", "due", "promised", "days late", "planned",
    "in time", "because", "what would help",
)  # fmt: skip
PURCHASES = (
    "id", "item", "supplier", "quantity", "placed", "received", "price", "cost", "consigned", "open already", "state",
    "firm",
)  # fmt: skip
PRODUCTION = ("id", "item", "quantity", "good", "release", "finish", "open already", "state", "firm")
TRANSFERS = ("id", "item", "from", "lane", "quantity", "ships", "arrives", "cost", "state")
SHIPMENTS = ("demand", "item", "destination", "quantity", "ships", "arrives")
PEGGING = ("supply", "kind", "item", "quantity", "demand", "available", "due")
ASSIGNMENTS = ("order", "item", "operation", "work centre")
CONSUMPTIONS = ("order", "item", "operation", "component", "quantity")
INVENTORY = ("item", "week of", "received", "used", "expired", "on hand", "safety stock", "weeks of cover")
SHORTFALLS = ("item", "quantity", "from", "to", "because")
EXPIRIES = ("supply", "item", "quantity", "expires")
CLASHES = ("order", "kind", "object", "quantity", "at", "until", "because")
MIX = ("from", "item", "due", "in time", "by its share", "because")
REASONS = ("demand", "quantity", "days late", "kind", "object", "at", "because")
CAUSES = ("demand", "kind", "object", "days sooner", "units in time", "change")
LOADS = ("kind", "object", "week of", "needed, h", "there, h", "share", "changeovers, h")


def plan_workbook(programme: Programme, plan: Plan) -> bytes:
    """Return a plan as the bytes of a workbook: dates as dates, money in the programme's currency."""
    tables = (
        Table("demand", DEMAND, [*_demand(programme, plan)]),
        Table("purchase_orders", PURCHASES, [*_purchases(programme, plan)]),
        Table("production_orders", PRODUCTION, [*_production(programme, plan)]),
        Table("transfer_orders", TRANSFERS, [*_transfers(programme, plan)]),
        Table("shipments", SHIPMENTS, [*_shipments(programme, plan)]),
        Table("pegging", PEGGING, [*_pegging(programme, plan)]),
        Table("consumptions", CONSUMPTIONS, [*_consumptions(plan)]),
        Table("assignments", ASSIGNMENTS, [*_assignments(plan)]),
        Table("inventory", INVENTORY, [*_inventory(programme, plan)]),
        Table("safety_stock_short", SHORTFALLS, [*_shortfalls(programme, plan)]),
        Table("expiring", EXPIRIES, [*_expiries(programme, plan)]),
        Table("clashes", CLASHES, [*_clashes(programme, plan)]),
        Table("mix", MIX, [*_mix(programme, plan)]),
        Table("reasons", REASONS, [*_reasons(programme, plan)]),
        Table("causes", CAUSES, [*_causes(plan)]),
        Table("loads", LOADS, [*_loads(programme, plan)]),
    )
    return workbook_bytes(tables)


def _day(programme: Programme, hours: float) -> date | None:
    """The day of a time in hours from the start; None where it is never."""
    return programme.moment(hours).date() if isfinite(hours) else None


def _moment(programme: Programme, hours: float) -> datetime | None:
    return programme.moment(hours).replace(microsecond=0) if isfinite(hours) else None


def _exactly(programme: Programme, hours: float) -> datetime:
    """Return a moment to the millisecond, so that an order brought back as firm runs as it did."""
    when = programme.moment(hours)
    return when.replace(microsecond=when.microsecond // 1000 * 1000)


def _days(hours: float) -> float | None:
    return hours / 24 if isfinite(hours) else None


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _demand(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    because = {reason.demand: reason.text for reason in reversed(plan.reasons)}
    for each in programme.demand:
        due, promised = each.due.planned, plan.promised(each.id)
        shipped = plan.shipments_of.get(each.id, ())
        planned = sum(s.quantity for s in shipped)
        late = max(promised - due, 0.0) if planned >= each.quantity else float("inf")
        helps = "; ".join(c.text for c in plan.causes if c.demand == each.id and (c.gain > 0 or c.units > 0))
        yield (
            each.id, each.customer, each.destination, each.item, each.quantity, each.priority,
            _day(programme, due), _day(programme, promised), _days(late), planned,
            sum(s.quantity for s in shipped if s.arrives <= due), because.get(each.id, ""), helps,
        )  # fmt: skip


def _purchases(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.purchase_orders:
        dates = _day(programme, each.placed), _day(programme, each.received)
        cost = 0.0 if each.consigned else each.price * each.quantity
        state = "open" if each.frozen else programme.planning.state_of(each.placed - programme.today)
        yield (
            each.id, each.item, each.supplier, each.quantity, *dates, each.price, cost, each.consigned, each.frozen,
            state, None,
        )  # fmt: skip


def _production(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.production_orders:
        times = _moment(programme, each.release), _exactly(programme, each.finish)
        state = "open" if each.frozen else programme.planning.state_of(each.release - programme.today)
        yield each.id, each.item, each.quantity, each.good, *times, each.frozen, state, None


def _transfers(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.transfer_orders:
        dates = _day(programme, each.ships), _day(programme, each.arrives)
        state = programme.planning.state_of(each.ships)
        yield (
            each.id, each.item, each.origin, each.lane, each.quantity, *dates, each.cost * each.quantity, state
        )  # fmt: skip


def _shipments(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.shipments:
        dates = _day(programme, each.ships), _day(programme, each.arrives)
        yield each.demand, each.item, each.destination, each.quantity, *dates


def _pegging(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    """Each supply with the demand it serves: when it is there, and when the demand is due."""
    supplies = {order.id: ("purchase", order.received) for order in plan.purchase_orders}
    supplies |= {order.id: ("production", order.finish) for order in plan.production_orders}
    supplies |= {order.id: ("transfer", order.arrives) for order in plan.transfer_orders}
    due = {each.id: each.due.planned for each in programme.demand}
    for each in plan.pegging:
        kind, there = supplies.get(each.supply, ("stock", None))
        available = None if there is None else _day(programme, there)
        wanted = _day(programme, due.get(each.demand, inf))
        yield each.supply, kind, each.item, each.quantity, each.demand, available, wanted


def _consumptions(plan: Plan) -> Iterator[tuple[Cell, ...]]:
    """What each order takes where its bill of material gives a choice."""
    item = {order.id: order.item for order in plan.production_orders}
    for each in plan.consumptions:
        yield each.order, item[each.order], each.operation, each.component, each.quantity


def _assignments(plan: Plan) -> Iterator[tuple[Cell, ...]]:
    """Where each order is worked on where its routing gives a choice."""
    item = {order.id: order.item for order in plan.production_orders}
    for each in plan.assignments:
        yield each.order, item[each.order], each.operation, each.work_centre


def _inventory(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    """A row for each item and week in which something changes; the first says what is there at the start."""
    for each in plan.inventory:
        safety = programme.item[each.item].safety_stock
        yield each.item, None, None, None, None, each.opening, at_time(safety, 0.0).planned, None
        weeks = zip(each.received, each.used, each.expired, each.on_hand, strict=True)
        for week, (received, used, expired, on_hand) in enumerate(weeks):
            if received or used or expired:
                when = programme.start + timedelta(weeks=week)
                level = at_time(safety, (week + 1) * 168.0 - 1.0).planned
                yield each.item, when, received, used, expired, on_hand, level, _finite(each.cover(week))


def _shortfalls(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.shortfalls:
        yield each.item, each.quantity, _day(programme, each.begins), _day(programme, each.ends), each.text


def _expiries(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.expiries:
        yield each.supply, each.item, each.quantity, _day(programme, each.at)


def _clashes(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.clashes:
        when = _day(programme, each.at), _day(programme, each.until)
        yield each.order, each.kind, each.object, each.quantity, *when, each.text


def _mix(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.mix:
        yield _day(programme, each.begins), each.item, each.due, each.in_time, each.by_share, each.text


def _reasons(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.reasons:
        late = _days(each.delay)
        yield each.demand, each.quantity, late, each.kind, each.object, _day(programme, each.at), each.text


def _causes(plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.causes:
        yield each.demand, each.kind, each.object, _days(each.gain), each.units, each.text


def _loads(programme: Programme, plan: Plan) -> Iterator[tuple[Cell, ...]]:
    for each in plan.loads:
        week = programme.start + timedelta(weeks=each.week)
        share = each.needed / each.available if each.available else None
        yield each.kind, each.object, week, each.needed, each.available, share, each.setup
