"""What customers were promised, checked from the programme alone: latest dates, whole shipments, what is kept for whom.

Part of the checker of plans; no code of the planner is used here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import inf

from plantwright.model.plan import Plan
from plantwright.model.programme import Demand, Programme, Reservation
from plantwright.model.quantity import Steps, value_at

NEAR = 1e-4
WEEK = 168.0


def latest_dates(programme: Programme, plan: Plan) -> Iterator[str]:
    """Nothing arrives after the date up to which it is wanted."""
    for demand in programme.demand:
        late = [s for s in plan.shipments_of.get(demand.id, ()) if demand.latest and s.arrives > _latest(demand) + NEAR]
        if late:
            yield f"{demand.id}: {late[0].quantity:g} units arrive at {late[0].arrives:.1f}, after its latest date"


def _latest(demand: Demand) -> float:
    return demand.latest.planned if demand.latest else inf


def whole_shipments(programme: Programme, plan: Plan) -> Iterator[str]:
    """A demand without parts is shipped whole or not; but for the last, no shipment is smaller than its least."""
    for demand in programme.demand:
        sizes = [s.quantity for s in plan.shipments_of.get(demand.id, ())]
        if not demand.partial and sizes and (len(sizes) > 1 or sizes[0] < demand.quantity - NEAR):
            yield f"{demand.id}: it is to be shipped together, not as {', '.join(f'{n:g}' for n in sizes)}"
        small = [n for n in sizes if n < demand.smallest_shipment - NEAR]
        if len(small) > 1 or (small and sum(sizes) < demand.quantity - NEAR):
            yield f"{demand.id}: {small[0]:g} units are shipped where {demand.smallest_shipment} is the fewest"


def kept_stock(programme: Programme, plan: Plan) -> Iterator[str]:
    """Stock that is kept for somebody goes to nobody else."""
    stocked: dict[str, float] = defaultdict(float)
    for row in programme.stock:
        stocked[row.item] += row.quantity.planned
    demands = {d.id: d for d in programme.demand}
    for item in {r.item for r in programme.reservations}:
        kept = [r for r in programme.reservations if r.item == item and r.until is None]
        given = [p for p in plan.pegging if p.item == item and p.supply.startswith("stock:")]
        for owners in {frozenset(d for d in demands if r.keeps_for(demands[d])) for r in kept}:
            theirs = sum(r.quantity.planned for r in kept if _all_within(r, owners, demands))
            taken = sum(p.quantity for p in given if p.demand not in owners)
            if taken > max(stocked[item] - theirs, 0.0) + NEAR:
                yield f"{item}: {taken:g} of {stocked[item]:g} in stock go to others, though {theirs:g} are kept"


def _all_within(kept: Reservation, owners: frozenset[str], demands: dict[str, Demand]) -> bool:
    return all(name in owners for name, demand in demands.items() if kept.keeps_for(demand))


def kept_weeks(programme: Programme, plan: Plan) -> Iterator[str]:
    """What suppliers deliver in a week goes to others only as far as it is not kept, lots rounded up apart."""
    orders = {o.id: o for o in plan.purchase_orders if not o.frozen}
    demands = {d.id: d for d in programme.demand}
    for kept in (r for r in programme.reservations if r.per_week):
        offers = [s for s in programme.sources_of.get(kept.item, ()) if s.capacity]
        limited = {s.supplier for s in offers}
        rounding = sum(max(s.moq.planned, s.multiple.planned) for s in offers)
        taken: dict[int, float] = defaultdict(float)
        for peg in plan.pegging:
            order = orders.get(peg.supply)
            served = demands.get(peg.demand)
            if order and order.item == kept.item and order.supplier in limited:
                taken[int(order.received // WEEK)] += 0.0 if served and kept.keeps_for(served) else peg.quantity
        for week, units in sorted(taken.items()):
            there = sum(max(value_at(s.capacity, t) for t in _moments(s.capacity, week)) * WEEK for s in offers)
            mine = min(value_at(kept.per_week, t) for t in _moments(kept.per_week, week)) * WEEK
            if (kept.until is None or kept.until.planned > (week + 1) * WEEK) and units > max(
                there - mine, 0.0
            ) + rounding + NEAR:
                yield f"week {week}: {units:g} {kept.item} go to others, though {mine:g} of {there:g} are kept"


def _moments(steps: Steps, week: int) -> list[float]:
    """Return the start of a week and the times in it at which a step function changes."""
    return [week * WEEK, *(s.at.planned for s in steps if week * WEEK < s.at.planned < (week + 1) * WEEK)]


def fences(programme: Programme, plan: Plan) -> Iterator[str]:
    """Nothing is placed or begun before the frozen fence."""
    frozen = programme.frozen_until
    begun = [(o.id, o.placed) for o in plan.purchase_orders if not o.frozen]
    begun += [(o.id, o.ships) for o in plan.transfer_orders]
    for name, at in (*begun, *((o.id, o.release) for o in plan.production_orders if not o.frozen)):
        if at < frozen - NEAR:
            yield f"{name}: begins at {at:.1f}, in the frozen zone up to {frozen:.1f}"


RULES = (fences, latest_dates, whole_shipments, kept_stock, kept_weeks)
