"""Orders that stand, checked from the programme alone: each is in the plan as it is, and what it lacks is so.

Part of the checker of plans; no code of the planner is used here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.planning.check_effort import Key

Floats = NDArray[np.float64]
NEAR = 1e-4
WEEK = 168.0


def firm_orders(programme: Programme, plan: Plan) -> Iterator[str]:
    """Every production order that stands is in the plan as it is, or said to be of what cannot be made."""
    planned = {o.id: (o.item, o.good, o.finish) for o in plan.production_orders if o.frozen}
    lost = {clash.order for clash in plan.clashes if clash.kind == "not_made"}
    for order in programme.production_orders:
        item, good, finish = planned.pop(order.id, ("", 0.0, 0.0))
        moved = abs(good - order.quantity.planned) > NEAR or abs(finish - order.finish.planned) > NEAR
        if (item != order.item or moved) and order.id not in lost:
            yield f"{order.id}: the order that stands is not in the plan as it is"
    yield from (f"{name}: no such order stands" for name in sorted(planned))


def where_they_go(programme: Programme, plan: Plan) -> Iterator[str]:
    """Every order that stands goes through the work centres that it names."""
    ways = {item: [{o.operation: o for o in way} for way in found] for item, found in programme.routes_of.items()}
    standing = {o.id for o in plan.production_orders if o.frozen}
    for order in (o for o in programme.production_orders if o.work_centres and o.id in standing):
        told = {a.operation: a.work_centre for a in plan.assignments_of.get(order.id, ())}
        gone = {told.get(name, row.work_centre) for name, row in ways[order.item][0].items()}
        if not {*order.work_centres} <= gone:
            yield f"{order.id}: it goes by {', '.join(sorted(gone))}, not by {', '.join(order.work_centres)}"


def left_already(programme: Programme, plan: Plan) -> Iterator[str]:
    """What has left already is in the plan as it left; nothing else leaves before today."""
    for gone in programme.shipped:
        planned = plan.shipments_of.get(gone.demand, ())
        if not any(abs(s.ships - gone.ships) < NEAR and s.quantity > gone.quantity - NEAR for s in planned):
            yield f"{gone.demand}: {gone.quantity:g} units left at {gone.ships:.1f}, which the plan does not say"
    known = {(gone.demand, round(gone.ships, 3)) for gone in programme.shipped}
    for s in plan.shipments:
        if s.ships < programme.today - NEAR and (s.demand, round(s.ships, 3)) not in known:
            yield f"{s.demand}: {s.quantity:g} units leave at {s.ships:.1f}, before today, {programme.today:.1f}"


def known_clashes(programme: Programme, plan: Plan) -> Iterator[str]:
    """Every clash is of an order that stands, and of a part that it takes."""
    standing = {o.id: o for o in programme.production_orders}
    for clash in plan.clashes:
        order = standing.get(clash.order)
        lines = programme.components_of.get(order.item, ()) if order else ()
        if order is None or (clash.kind == "part" and clash.object not in {line.component for line in lines}):
            yield f"{clash.order}: no order that stands lacks {clash.object}"


def put_off(plan: Plan, used: Mapping[str, list[tuple[Floats, Floats]]]) -> None:
    """Move in `used` (item -> times, units) what an order that stands lacks to when it is there; what never is, out."""
    for clash in (c for c in plan.clashes if c.kind == "part"):
        left = clash.quantity
        for when, units in used.get(clash.object, []):
            for k in np.flatnonzero(np.abs(when - clash.at) < NEAR).tolist():
                taken = min(left, float(units[k]))
                units[k] -= taken
                left -= taken
        if np.isfinite(clash.until) and left < clash.quantity:
            used[clash.object].append((np.array([clash.until]), np.array([clash.quantity - left])))


def beyond(plan: Plan, standing: Mapping[Key, Floats], weeks: int) -> Mapping[Key, Floats]:
    """Return by capacity and week the hours that orders that stand may take beyond what is there.

    Those that their clashes name, and no more than they take at all (`standing`).
    """
    found: dict[Key, Floats] = defaultdict(lambda: np.zeros(weeks))
    for clash in (c for c in plan.clashes if c.kind in ("work_centre", "resource")):
        found[clash.kind, clash.object][int(clash.at // WEEK)] += clash.quantity
    return {key: np.minimum(hours, standing.get(key, np.zeros(weeks))) for key, hours in found.items()}


RULES = (firm_orders, where_they_go, left_already, known_clashes)
