"""Whether a plan's material adds up, checked from the programme alone: no code of the planner is used here.

Every use is there before it is used; where a bill gives a choice, each order takes one line that it may take.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from plantwright.model.bills import is_choice
from plantwright.model.plan import Consumption, Plan, ProductionOrder
from plantwright.model.programme import Component, Programme
from plantwright.model.routes import Route, way_by
from plantwright.planning.check_effort import Lots, expected_effort, operation_starts
from plantwright.planning.check_standing import put_off

Floats = NDArray[np.float64]
NEAR = 1e-4
"""Hours and units that rounding may cost."""
WEEK = 168.0


def uses(programme: Programme, plan: Plan) -> dict[str, list[tuple[NDArray[np.float64], NDArray[np.float64]]]]:
    """Return by item when units are used (hours from start) and how many: shipped, or built in when their operation
    begins; what an order that stands waits for, when it is there.
    """
    used: dict[str, list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = defaultdict(list)
    for shipment in plan.shipments:
        used[shipment.item].append((np.array([shipment.ships]), np.array([shipment.quantity])))
    for order in plan.transfer_orders:
        used[order.origin].append((np.array([order.ships]), np.array([order.quantity])))
    for lots in made(programme, plan):
        starts = [
            np.maximum(begins, 0.0) for begins in operation_starts(programme, lots.route, lots.finish, lots.first)
        ]
        effort = lots.effort
        names = [o.operation for o in lots.route]
        for place in programme.places_of.get(lots.item, ()):
            if not is_choice(place):
                k = names.index(place[0].operation) if place[0].operation else 0
                good = np.where(starts[k] < programme.counted - NEAR, 0.0, lots.good)  # they had their parts before
                quantity = good * place[0].quantity.planned * effort.reached[k]
                used[place[0].component].append((starts[k], quantity))
    for made_by, row, begins in _chosen(programme, plan):
        if made_by.item in programme.item:
            used[row.component].append((np.array([begins]), np.array([row.quantity])))
    put_off(plan, used)
    return used


def _chosen(programme: Programme, plan: Plan) -> Iterator[tuple[ProductionOrder, Consumption, float]]:
    """Yield what orders take where they have a choice, and when the operation begins that takes it."""
    orders = {o.id: o for o in plan.production_orders if o.item in programme.routing_of}
    for order, rows in plan.consumptions_of.items():
        if order in orders:
            found = orders[order]
            route = route_of(programme, plan, found)
            starts = operation_starts(programme, route, np.array([found.finish]), step_at(programme, found, route))
            begins = dict(zip((o.operation for o in route), starts, strict=True))
            yield from (
                (found, row, max(float(begins[row.operation][0]), 0.0)) for row in rows if row.operation in begins
            )


def choices(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield what is wrong with the lines that orders take where their bill gives a choice."""
    customers = {d.id: d.customer for d in programme.demand}
    customers |= {f"firm:{order.id}": order.customer for order in programme.production_orders}
    served: dict[str, set[str]] = defaultdict(set)
    for peg in plan.pegging:
        served[peg.supply].add(customers.get(peg.demand, ""))
    taken: dict[str, list[tuple[Consumption, float]]] = defaultdict(list)
    for order, row, begins in _chosen(programme, plan):
        taken[order.id].append((row, begins))
    waits = {(clash.order, clash.object) for clash in plan.clashes}
    for order in plan.production_orders:
        if order.item in programme.routing_of:
            missing = {name for at, name in waits if at == order.id} if order.frozen else set[str]()
            route = route_of(programme, plan, order)
            yield from _places_filled(programme, order, route, taken.get(order.id, []), served[order.id], missing)


def _places_filled(
    programme: Programme, order: ProductionOrder, route: Route, taken: list[tuple[Consumption, float]],
    served: set[str], missing: set[str],
) -> Iterator[str]:  # fmt: skip
    """Yield what is wrong with one order's choices: each place takes one line that it may take then, no other; what is
    missing by name (`missing`) is not taken.
    """
    left = list(taken)
    at = step_at(programme, order, route)
    effort = expected_effort(route, at)
    names = [o.operation for o in route]
    for whole in (p for p in programme.places_of.get(order.item, ()) if is_choice(p)):
        place = tuple(line for line in whole if (names.index(line.operation) if line.operation else 0) >= at)
        if not place:
            continue
        found = _match(place, left, names)
        if order.frozen and _begun(
            programme, order, route, names.index(place[0].operation) if place[0].operation else 0
        ):
            continue
        if found is None and missing & {line.component for line in place}:
            continue
        if found is None:
            starts = operation_starts(programme, route, np.array([order.finish]), at)
            for line in place:
                begins = float(starts[names.index(line.operation) if line.operation else 0][0])
                waits = len(place) > 1 and line.valid_from is not None and line.valid_from.planned > begins
                if not line.customers and (waits or line.allows(begins, "")):
                    yield f"{order.id}: nothing is taken where {line.component} would be"
            continue
        line, (row, begins) = found
        left.remove((row, begins))
        k = names.index(row.operation)
        if abs(row.quantity - order.good * line.quantity.planned * effort.reached[k]) > NEAR * max(1.0, row.quantity):
            yield f"{order.id}: {row.quantity:g} {row.component} are taken for {order.good:g} {order.item}"
        for customer in served or {""}:
            if not line.allows(begins, customer):
                yield f"{order.id}: {row.component} may not be taken at {begins:.1f} for '{customer}'"
    yield from (f"{order.id}: {row.component} is taken, which its bill does not say" for row, _ in left)


def _begun(programme: Programme, order: ProductionOrder, route: Route, operation: int) -> bool:
    """Return whether an operation of an order had to begin before stock was counted, and so has its parts."""
    at = step_at(programme, order, route)
    begins = operation_starts(programme, route, np.array([order.finish]), at)[operation]
    return max(float(begins[0]), 0.0) < programme.counted - NEAR


def _match(
    place: tuple[Component, ...], left: list[tuple[Consumption, float]], names: list[str]
) -> tuple[Component, tuple[Consumption, float]] | None:
    for line in place:
        for row in left:
            if (row[0].component, row[0].operation) == (line.component, line.operation or names[0]):
                return line, row
    return None


def made(programme: Programme, plan: Plan) -> list[Lots]:
    """Return the production orders by item and the way that they go."""
    rows: dict[tuple[str, tuple[int, ...], str], list[ProductionOrder]] = defaultdict(list)
    own = {o.id for o in programme.production_orders if o.next_operation or o.work_centres}
    for order in plan.production_orders:
        if order.item in programme.routing_of:
            places = tuple(a.preference for a in plan.assignments_of.get(order.id, ()))
            rows[order.item, places, order.id if order.id in own else ""].append(order)
    found = []
    for (item, _, _), orders in rows.items():
        route = route_of(programme, plan, orders[0])
        in_time = tuple(sorted(orders, key=lambda o: o.finish))
        found.append(Lots(item, route, in_time, step_at(programme, orders[0], route)))
    return found


def step_at(programme: Programme, order: ProductionOrder, route: Route) -> int:
    """Return at which step of its way an order is already: that of what is in process, else the first."""
    left = programme.in_process.get(order.id, "")
    return [o.operation for o in route].index(left) if left else 0


def route_of(programme: Programme, plan: Plan, order: ProductionOrder) -> Route:
    """Return the operations that an order goes through, each where the plan says or else where it is preferred."""
    told = {a.operation: a.preference for a in plan.assignments_of.get(order.id, ())}
    return way_by(programme.routes_of[order.item], told)


def assignments(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield what is wrong with where orders are worked on: each operation in one of its places, while it may be."""
    for order in plan.production_orders:
        rows, choices = plan.assignments_of.get(order.id, ()), programme.choices_of.get(order.item, frozenset())
        ways = programme.routes_of.get(order.item, ())
        offered = {(o.operation, o.work_centre, o.preference) for way in ways for o in way}
        if sorted(a.operation for a in rows) != sorted(choices):
            yield f"{order.id}: it is said of {len(rows)} of {len(choices)} operations where they are done"
        yield from (
            f"{order.id}: {a.operation} is not done at {a.work_centre}" for a in rows
            if (a.operation, a.work_centre, a.preference) not in offered
        )  # fmt: skip
    for lots in made(programme, plan):
        planned = np.array([not order.frozen for order in lots.orders])
        starts = operation_starts(programme, lots.route, lots.finish[planned], lots.first)
        for operation, begins in zip(lots.route, starts, strict=True):
            first = operation.valid_from.planned if operation.valid_from else -np.inf
            last = operation.valid_to.planned if operation.valid_to else np.inf
            for start in begins[(begins < first - NEAR) | (begins >= last)].tolist():
                said = f"{operation.operation} begins at {start:.1f}, when it may not at {operation.work_centre}"
                yield f"{lots.item}: {said}"


def missing_parts(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield the orders that stand which are said to lack more of a part than they take."""
    orders = {o.id: o for o in plan.production_orders if o.item in programme.routing_of}
    missing: dict[tuple[str, str], float] = defaultdict(float)
    for clash in plan.clashes:
        if clash.kind == "part" and clash.order in orders:
            missing[clash.order, clash.object] += clash.quantity
    for (name, part), quantity in sorted(missing.items()):
        order = orders[name]
        route = route_of(programme, plan, order)
        names, reached = [o.operation for o in route], expected_effort(route, step_at(programme, order, route)).reached
        lines = [line for line in programme.components_of.get(order.item, ()) if line.component == part]
        taken = order.good * sum(
            line.quantity.planned * reached[names.index(line.operation) if line.operation else 0] for line in lines
        )
        if quantity > taken + NEAR * max(1.0, taken):
            yield f"{name}: {quantity:g} {part} are missing, of which it takes {taken:g}"


def lots_made(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield the production orders that are not in lots of their item's size."""
    for order in (each for each in plan.production_orders if not each.frozen):
        item = programme.item.get(order.item)
        lots = order.good / item.lot_multiple if item else 1.0
        if item and (order.good < item.lot_min - NEAR or abs(lots - round(lots)) > NEAR):
            yield f"{order.id}: {order.good:g} {order.item} are no lot"


def supplies(programme: Programme, plan: Plan) -> dict[str, list[tuple[float, float, float]]]:
    """Return by item when each supply may be used first and last (hours from start), and its units."""
    there: dict[str, list[tuple[float, float, float]]] = defaultdict(list)

    def add(item: str, when: float, units: float, expires: float = np.inf) -> None:
        life = programme.item[item].shelf_life if item in programme.item else None
        there[item].append((when, min(expires, when + life.planned if life else np.inf), units))

    for row in programme.stock:
        if row.kind != "on_order":
            when = max(row.available.planned, 0.0) if row.available else 0.0
            there[row.item].append((when, row.expires.planned, row.quantity.planned)) if row.expires else add(
                row.item, when, row.quantity.planned
            )
    for bought in plan.purchase_orders:
        offers = [s for s in programme.sources_of.get(bought.item, ()) if s.supplier == bought.supplier]
        received = 0.0 if bought.frozen else min((s.receiving_time.planned for s in offers), default=0.0)
        add(bought.item, bought.received + received, bought.quantity)
    for moved in plan.transfer_orders:
        add(moved.item, moved.arrives, moved.quantity)
    for made in plan.production_orders:
        add(made.item, made.finish, made.good)
        for line in programme.by_products_of.get(made.item, ()):
            add(line.component, made.finish, made.good * line.quantity.planned)
    return there


def balance(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield the items of which more is used at a time than is there by then and still within its life.

    Uses in order of time, each of what goes off first: if that does not do, nothing does.
    """
    found = supplies(programme, plan)
    for item, used in sorted(uses(programme, plan).items()):
        when, units = np.concatenate([t for t, _ in used]), np.concatenate([n for _, n in used])
        there = np.array(found.get(item, [(0.0, np.inf, 0.0)]))
        rounding = NEAR * max(1.0, float(units.sum() + there[:, 2].sum()) * 1e-3)
        short, at = _short(there, when, units) if np.isfinite(there[:, 1]).any() else _level(there, when, units)
        if short > rounding:
            yield f"{item}: {short:g} units are used at {at:.1f} before they are there"


def _level(there: Floats, when: Floats, units: Floats) -> tuple[float, float]:
    """Return how many units are missing at the first time that any are, and when."""
    times, change = np.concatenate([there[:, 0], when + NEAR]), np.concatenate([there[:, 2], -units])
    order = np.lexsort((-change, times))
    level = np.cumsum(change[order])
    short = np.flatnonzero(level < -NEAR * max(1.0, float(np.abs(change).sum()) * 1e-3))
    return (float(-level[short[0]]), float(times[order][short[0]])) if short.size else (0.0, 0.0)


def _short(there: Floats, when: Floats, units: Floats) -> tuple[float, float]:
    """Return how many units are missing in all, and when first, where what is there goes off."""
    left, missing, first = there[:, 2].copy(), 0.0, np.inf
    by_end = np.lexsort((there[:, 0], there[:, 1]))
    for k in np.argsort(when, kind="stable").tolist():
        wanted = float(units[k])
        for lot in by_end.tolist():
            if wanted > 0 and there[lot, 0] <= when[k] + NEAR and there[lot, 1] >= when[k] - NEAR:
                taken = min(wanted, left[lot])
                left[lot] -= taken
                wanted -= taken
        if wanted > NEAR:
            missing, first = missing + wanted, min(first, float(when[k]))
    return missing, first


def safety_kept(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield the items of which less is left at a time than their safety stock, though the plan does not say so."""
    kept = [item for item in programme.items if any(level > 0 for _, level in item.safety_levels)]
    there, used = (supplies(programme, plan), uses(programme, plan)) if kept else ({}, {})
    for item in kept:
        came = np.array(there.get(item.id, [])).reshape(-1, 3)
        gone = used.get(item.id, [])
        begins, level = np.maximum(np.array(item.safety_levels), [0.0, 0.0]).T
        times = np.concatenate([came[:, 0], *(when for when, _ in gone), begins, [programme.horizon_hours]])
        change = np.concatenate([came[:, 2], *(-units for _, units in gone), 0.0 * begins, [0.0]])
        times, change = np.maximum(times, 0.0), change * (times <= programme.horizon_hours + NEAR)
        for time in np.unique(times[times <= programme.horizon_hours]).tolist():
            short = level[begins <= time + NEAR][-1] - change[times <= time + NEAR].sum()
            said = any(s.item == item.id and s.begins - NEAR <= time <= s.ends + NEAR for s in plan.shortfalls)
            if short > NEAR * max(1.0, float(level.max())) and time >= programme.counted and not said:
                yield f"{item.id}: {short:g} units of its safety stock are missing at {time:.1f}, which is not said"
                break


def open_orders(programme: Programme, plan: Plan) -> Iterator[str]:
    """Yield open purchase orders that are not in the plan as they are: none moves, none is made up."""
    frozen = {o.id: (o.item, o.supplier, o.quantity, o.received) for o in plan.purchase_orders if o.frozen}
    for name, row in zip(programme.stock_ids, programme.stock, strict=True):
        if row.kind == "on_order":
            received = max(row.available.planned, 0.0) if row.available else 0.0
            if frozen.pop(name, None) != (row.item, row.supplier, row.quantity.planned, received):
                yield f"{name}: the open order is not in the plan as it is"
    yield from (f"{name}: there is no such open order" for name in sorted(frozen))
