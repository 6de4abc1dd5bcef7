"""What goes from site to site, checked from the programme alone: lanes, times, lots, dates and weekly limits.

Part of the checker of plans; no code of the planner is used here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from plantwright.model.plan import Plan, TransferOrder
from plantwright.model.programme import Lane, Programme
from plantwright.model.quantity import value_at

NEAR = 1e-4
WEEK = 168.0


def transfers(programme: Programme, plan: Plan) -> Iterator[str]:
    """Every transfer goes by a lane that brings its item, in its time, its lots and while it is open."""
    lanes = {(move.item, move.origin, move.lane.id): move.lane for move in programme.moves}
    for order in plan.transfer_orders:
        lane = lanes.get((order.item, order.origin, order.lane))
        if lane is None:
            yield f"{order.id}: no lane {order.lane} brings {order.origin} as {order.item}"
        else:
            yield from _by_lane(programme, order, lane)


def _by_lane(programme: Programme, order: TransferOrder, lane: Lane) -> Iterator[str]:
    late = order.arrives > programme.horizon_hours + NEAR
    if order.ships < -NEAR or late or abs(order.arrives - order.ships - lane.time.planned) > NEAR:
        yield f"{order.id}: it leaves at {order.ships:.1f} and is there at {order.arrives:.1f}"
    lots = order.quantity / lane.multiple.planned
    if order.quantity < lane.moq.planned - NEAR or abs(lots - round(lots)) > NEAR:
        yield f"{order.id}: {order.quantity:g} {order.item} are no lot of lane {lane.id}"
    early = lane.valid_from is not None and order.ships < lane.valid_from.planned - NEAR
    if early or (lane.valid_to is not None and order.ships >= lane.valid_to.planned):
        yield f"{order.id}: it leaves at {order.ships:.1f}, when lane {lane.id} is not open"


def lane_limits(programme: Programme, plan: Plan) -> Iterator[str]:
    """No more leaves by a lane in a week than it takes."""
    lanes = {lane.id: lane for lane in programme.lanes if lane.capacity}
    left: dict[tuple[str, int], float] = defaultdict(float)
    for order in plan.transfer_orders:
        left[order.lane, int((order.ships + NEAR) // WEEK)] += order.quantity
    for (name, week), quantity in sorted(left.items()):
        limit = _limit(lanes[name], week) if name in lanes else quantity
        if quantity > limit + NEAR:
            yield f"week {week}: {quantity:g} units leave by lane {name}, above its limit of {limit:g}"


def _limit(lane: Lane, week: int) -> float:
    """Return the units that a lane takes in a week, from one change of its capacity to the next."""
    begins, ends = week * WEEK, (week + 1) * WEEK
    times = sorted({begins, ends, *(s.at.planned for s in lane.capacity if begins < s.at.planned < ends)})
    return sum(value_at(lane.capacity, a) * (b - a) for a, b in pairwise(times))


RULES = (transfers, lane_limits)
