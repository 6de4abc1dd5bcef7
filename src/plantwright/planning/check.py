"""Whether a plan can be carried out, checked from the programme alone: no code of the planner is used here.

Balance, capacity, lead times, lots, supplies and pegging, destinations, and a reason for all that is late.
`check_effort` holds what a good unit takes, `check_material` the rules of material; this file holds the others, one
function each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Plan, PurchaseOrder
from plantwright.model.programme import Programme, Source
from plantwright.model.quantity import Step, at_time
from plantwright.model.schedule import Schedule
from plantwright.planning import check_demand, check_mix, check_standing, check_transfers
from plantwright.planning.check_effort import changeover_weeks, operation_starts, station_weeks
from plantwright.planning.check_material import (
    NEAR,
    WEEK,
    assignments,
    balance,
    choices,
    lots_made,
    made,
    missing_parts,
    open_orders,
    safety_kept,
    uses,
)


def check_plan(programme: Programme, schedule: Schedule, plan: Plan) -> tuple[str, ...]:
    """Return everything that is wrong with a plan, one sentence each; empty for a plan that can be carried out."""
    rules = (
        _names,
        _lots,
        _lead_times,
        _supplier_limits,
        _production,
        assignments,
        lots_made,
        missing_parts,
        balance,
        choices,
        open_orders,
        safety_kept,
        _intervals,
        _pegging,
        _shipments,
        _sites,
        _reasons,
        *check_demand.RULES,
        *check_transfers.RULES,
        *check_standing.RULES,
        *check_mix.RULES,
    )
    return (*chain.from_iterable(rule(programme, plan) for rule in rules), *_capacity(programme, schedule, plan))


def _names(programme: Programme, plan: Plan) -> Iterator[str]:
    ids = [o.id for o in plan.purchase_orders] + [o.id for o in plan.production_orders]
    ids += [o.id for o in plan.transfer_orders]
    yield from (
        f"two orders are called {name}"
        for name in sorted({i for i in ids if ids.count(i) > 1} if len(set(ids)) < len(ids) else ())
    )
    demands = {d.id: d for d in programme.demand}
    for shipment in plan.shipments:
        wish = demands.get(shipment.demand)
        if wish is None or (wish.item, wish.destination) != (shipment.item, shipment.destination):
            yield f"a shipment of {shipment.item} to {shipment.destination} serves no demand: {shipment.demand}"


def _offers(programme: Programme, order: PurchaseOrder) -> list[Source]:
    return [s for s in programme.sources_of.get(order.item, ()) if s.supplier == order.supplier]


def _planned(plan: Plan) -> Iterator[PurchaseOrder]:
    return (order for order in plan.purchase_orders if not order.frozen)


def _intervals(programme: Programme, plan: Plan) -> Iterator[str]:
    received: dict[tuple[str, str], list[float]] = defaultdict(list)
    for order in _planned(plan):
        received[order.item, order.supplier].append(order.received)
    for (item, supplier), times in sorted(received.items()):
        offers = [s for s in programme.sources_of.get(item, ()) if s.supplier == supplier]
        apart = np.diff(np.sort(times))
        if len(offers) == 1 and np.any(apart < offers[0].interval.planned - NEAR):
            yield f"{supplier} is to deliver {item} twice within {apart.min():.1f} hours"


def _lots(programme: Programme, plan: Plan) -> Iterator[str]:
    for order in _planned(plan):
        fits = any(_is_lot(order.quantity, s.moq.planned, s.multiple.planned) for s in _offers(programme, order))
        if not fits:
            yield f"{order.id}: {order.supplier} offers no lot of {order.quantity:g} {order.item}"


def _is_lot(quantity: float, moq: float, multiple: float) -> bool:
    lots = quantity / multiple
    return quantity >= moq - NEAR and abs(lots - round(lots)) < NEAR and quantity > 0


def _lead_times(programme: Programme, plan: Plan) -> Iterator[str]:
    for order in _planned(plan):
        for source in _offers(programme, order):
            first = max(source.qualified_from.planned if source.qualified_from else 0.0, source.ordering_time.planned)
            lead = at_time(source.lead_time, order.placed).planned
            if order.placed >= first - NEAR and order.received >= order.placed + lead - NEAR:
                break
        else:
            yield f"{order.id}: ordered at {order.placed:.1f}, it is not there at {order.received:.1f}"


def _supplier_limits(programme: Programme, plan: Plan) -> Iterator[str]:
    received: dict[tuple[str, str, int], float] = defaultdict(float)
    frozen: dict[tuple[str, str, int], float] = defaultdict(float)
    for order in plan.purchase_orders:
        weeks = frozen if order.frozen else received
        weeks[order.item, order.supplier, int(order.received // WEEK)] += order.quantity
    for (item, supplier, week), quantity in sorted(received.items()):
        limit = sum(
            _over_week(s.capacity, week) if s.capacity else np.inf
            for s in programme.sources_of.get(item, ())
            if s.supplier == supplier
        )
        limit = max(limit - frozen[item, supplier, week], 0.0)
        if quantity > limit + NEAR:
            yield f"week {week}: {supplier} is to deliver {quantity:g} {item}, above its limit of {limit:g}"


def _over_week(steps: Sequence[Step], week: int) -> float:
    """Return the integral of a step function over a week."""
    ordered = sorted(steps, key=lambda s: s.at.planned)
    ends = [*(s.at.planned for s in ordered[1:]), np.inf]
    begin, finish = week * WEEK, (week + 1) * WEEK
    return sum(
        s.value.planned * max(0.0, min(e, finish) - max(s.at.planned, begin))
        for s, e in zip(ordered, ends, strict=True)
    )


def _production(programme: Programme, plan: Plan) -> Iterator[str]:
    late = {clash.order for clash in plan.clashes if clash.kind == "lead_time"}
    for order in plan.production_orders:
        if order.item not in programme.routing_of:
            yield f"{order.id}: nothing makes {order.item}"
    for lots in made(programme, plan):
        begins = operation_starts(programme, lots.route, lots.finish, lots.first)[0]
        asked = np.cumsum(lots.good) * lots.effort.started
        started = np.cumsum([o.quantity for o in lots.orders])
        for order, begin in zip(lots.orders, begins.tolist(), strict=True):
            if (
                (begin < -NEAR and order.id not in late)
                or not -NEAR <= order.release <= max(begin, 0.0) + NEAR
                or order.finish > programme.horizon_hours + NEAR
            ):
                yield f"{order.id}: released at {order.release:.1f}, it is not done at {order.finish:.1f}"
        for k in np.flatnonzero(np.abs(started - asked) > 1 + NEAR).tolist():
            said = f"{started[k]:g} units of {lots.item} are started where yield asks for {asked[k]:g}"
            yield f"{lots.orders[k].id}: {said}"


def _capacity(programme: Programme, schedule: Schedule, plan: Plan) -> Iterator[str]:
    orders = made(programme, plan)
    needed, there = station_weeks(programme, schedule, orders)
    lost = changeover_weeks(programme, orders)
    for key, hours in lost.items():
        needed[key] += hours
    more = _standing_weeks(programme, schedule, plan)
    for key, hours in sorted(needed.items()):
        over = np.flatnonzero(hours > there[key] * (1 + 1e-6) + 0.01 + more.get(key, 0.0))
        for week in over.tolist():
            yield f"week {week}: {key[0]} {key[1]} needs {hours[week]:.2f} of {there[key][week]:.2f} hours"
    for load in plan.loads:
        key = (load.kind, load.object)
        if abs(load.needed - needed[key][load.week]) > 0.01 + 1e-6 * load.available:
            yield f"week {load.week}: {load.object} needs {needed[key][load.week]:.2f} hours, not {load.needed:.2f}"
        setup = lost[key][load.week] if key in lost else 0.0
        if abs(load.setup - setup) > 0.01:
            yield f"week {load.week}: {load.object} loses {setup:.2f} hours to changeovers, not {load.setup:.2f}"
        if abs(load.available - there[key][load.week]) > 0.01 + 1e-6 * load.available:
            yield f"week {load.week}: {load.object} has {there[key][load.week]:.2f} hours, not {load.available:.2f}"


def _standing_weeks(
    programme: Programme, schedule: Schedule, plan: Plan
) -> Mapping[tuple[str, str], NDArray[np.float64]]:
    """Return by capacity and week what orders that stand take beyond what is there, as the plan says by name."""
    if not plan.clashes:
        return {}
    orders = made(programme, replace(plan, production_orders=tuple(o for o in plan.production_orders if o.frozen)))
    hours, there = station_weeks(programme, schedule, orders)
    for key, lost in changeover_weeks(programme, made(programme, plan)).items():
        hours[key] += lost
    return check_standing.beyond(plan, hours, next(iter(there.values())).size)


def _pegging(programme: Programme, plan: Plan) -> Iterator[str]:
    size = {o.id: (o.item, o.quantity) for o in plan.purchase_orders}
    size |= {o.id: (o.item, o.quantity) for o in plan.transfer_orders}
    size |= {o.id: (o.item, o.good) for o in plan.production_orders}
    for order in plan.production_orders:
        for line in programme.by_products_of.get(order.item, ()):
            size[f"{order.id}>{line.component}"] = (line.component, order.good * line.quantity.planned)
    for name, row in zip(programme.stock_ids, programme.stock, strict=True):
        size[name] = (row.item, row.quantity.planned)
    given: dict[str, float] = defaultdict(float)
    flow: dict[str, float] = defaultdict(float)
    for peg in plan.pegging:
        if size.get(peg.supply, ("", 0.0))[0] != peg.item:
            yield f"{peg.supply} is pegged to {peg.demand} and is no supply of {peg.item}"
        given[peg.supply] += peg.quantity
        flow[peg.item] += peg.quantity
    yield from (
        f"{s} gives {q:g} of its {size[s][1]:g} units"
        for s, q in sorted(given.items())
        if s in size and q > size[s][1] + NEAR
    )
    used = {item: sum(float(q.sum()) for _, q in uses) for item, uses in uses(programme, plan).items()}
    for item in sorted(used.keys() | flow.keys()):
        if abs(used.get(item, 0.0) - flow[item]) > NEAR * max(1.0, flow[item] * 1e-3):
            yield f"{item}: {flow[item]:g} units are pegged, {used.get(item, 0.0):g} are used"


def _shipments(programme: Programme, plan: Plan) -> Iterator[str]:
    shipped: dict[str, float] = defaultdict(float)
    pegged: dict[tuple[str, str], float] = defaultdict(float)
    for peg in plan.pegging:
        pegged[peg.demand, peg.item] += peg.quantity
    for s in plan.shipments:
        shipped[s.demand] += s.quantity
        transit = programme.destination[s.destination].transit.planned
        if (
            s.quantity <= 0
            or s.ships < -NEAR
            or abs(s.arrives - s.ships - transit) > NEAR
            or s.ships > programme.horizon_hours + NEAR
        ):
            yield f"a shipment of {s.demand} leaves at {s.ships:.1f}, arrives at {s.arrives:.1f}, {transit:.1f} h away"
    for demand in programme.demand:
        if shipped[demand.id] > demand.quantity + NEAR:
            yield f"{demand.id}: {shipped[demand.id]:g} units are shipped for {demand.quantity}"
        if pegged[demand.id, demand.item] < shipped[demand.id] - NEAR:
            yield f"{demand.id}: {shipped[demand.id]:g} units shipped, {pegged[demand.id, demand.item]:g} pegged"


def _sites(programme: Programme, plan: Plan) -> Iterator[str]:
    for site in programme.destinations:
        arrivals = sorted(
            (s.arrives, s.quantity, programme.item[s.item].power.planned)
            for s in plan.shipments
            if s.destination == site.id
        )
        weeks: dict[int, float] = defaultdict(float)
        drawn = 0.0
        for arrives, quantity, power_kw in arrivals:
            week = int((arrives + 1e-9) // WEEK)
            weeks[week] += quantity
            drawn += quantity * power_kw
            there = (
                max((s.at.planned, s.value.planned) for s in site.power if s.at.planned < (week + 1) * WEEK)[1]
                if site.power
                else np.inf
            )
            if power_kw > 0 and drawn > there + NEAR:
                yield f"{site.id}: {drawn:g} kW arrive by {arrives:.1f}, where there are {there:g}"
        for week, quantity in sorted(weeks.items()):
            if quantity > _over_week(site.install_rate, week) + 1:
                yield f"{site.id}: {quantity:g} units arrive in week {week}, more than are installed"


def _reasons(programme: Programme, plan: Plan) -> Iterator[str]:
    explained, left = {r.demand for r in plan.reasons}, {(s.demand, round(s.ships, 3)) for s in programme.shipped}
    for demand in programme.demand:
        on_time = sum(
            s.quantity for s in plan.shipments_of.get(demand.id, ())
            if s.arrives <= demand.due.planned + NEAR or (s.demand, round(s.ships, 3)) in left
        )  # fmt: skip
        if on_time < demand.quantity - NEAR and demand.id not in explained:
            yield f"{demand.id}: {demand.quantity - on_time:g} units are late without a reason"
