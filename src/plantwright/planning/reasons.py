"""Why a demand is late, in a planner's words: which part and lead time, which supplier's limit, which work centre or
resource.

The obstacles come from the planner's own search; nothing is searched for here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Plan, PurchaseOrder, Reason, ReasonKind
from plantwright.model.programme import Move, Programme
from plantwright.planning import state as at
from plantwright.planning.capacity import WORK_CENTRE
from plantwright.planning.lead_times import earliest_receipt, lead_time
from plantwright.planning.problem import WEEK, Problem
from plantwright.planning.state import EPS, State

Floats = NDArray[np.float64]
WAITS_FOR_PARTS = ("part", "supplier_capacity", "lead_time")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stood in the way of a demand that was asked for `asked`: kind, row of what it is, and when it bound."""

    asked: float
    kind: int
    row: int
    at: float


def reasons(problem: Problem, state: State) -> tuple[Reason, ...]:
    """Return why units are late: for each demand what stood in the way at its due date, and what held each late
    shipment last.

    One row an obstacle, the greatest delay first; the delay is that of the last unit that it held, infinite for
    units that the horizon does not see.
    """
    first, rows = _first_obstacles(state), state.obstacles[: state.counts[at.N_OBSTACLES]].tolist()
    held: dict[int, dict[tuple[int, int], tuple[float, float, int]]] = {}
    for demand, quantity, ships, obstacle in state.shipments[: state.counts[at.N_SHIPMENTS]].tolist():
        due = problem.demands[demand].due.planned
        delay = ships + float(problem.arrays.demands[demand]["transit"]) - due if isfinite(ships) else inf
        if obstacle < 0 or delay <= EPS:
            continue
        for key, row in {(rows[r][2], rows[r][3]): r for r in (first[demand], obstacle)}.items():
            units, longest, _ = held.setdefault(demand, {}).get(key, (0.0, 0.0, row))
            held[demand][key] = (units + quantity, max(longest, delay), row)
    found = []
    for demand, causes in sorted(held.items()):
        for units, delay, row in sorted(causes.values(), key=lambda c: (-c[1], -c[0], c[2])):
            _, asked, kind, index, when, _ = rows[row]
            found.append(_reason(problem, state.room, demand, units, delay, Obstacle(asked, kind, index, when)))
    return tuple(found)


def with_orders(programme: Programme, found: Plan) -> tuple[Reason, ...]:
    """Return the reasons of a plan, those about bought items with the purchase order that the demand waits for last.

    Where other late demands wait for the same order, they are named.
    """
    orders = {order.id: order for order in found.purchase_orders}
    last: dict[tuple[str, str], PurchaseOrder] = {}
    for peg in found.pegging:
        order = orders.get(peg.supply)
        if order and order.received > getattr(last.get((peg.demand, order.item)), "received", -inf):
            last[peg.demand, order.item] = order
    waits = {(r.demand, r.object): last.get((r.demand, r.object)) for r in found.reasons if r.kind in WAITS_FOR_PARTS}
    sharing: dict[str, list[str]] = {}
    for (demand, _), order in waits.items():
        if order:
            sharing.setdefault(order.id, []).append(demand)
    return tuple(
        _with_order(programme, reason, waits.get((reason.demand, reason.object)), sharing) for reason in found.reasons
    )


def _with_order(
    programme: Programme, reason: Reason, order: PurchaseOrder | None, sharing: Mapping[str, list[str]]
) -> Reason:
    if order is None:
        return reason
    others = [demand for demand in sharing[order.id] if demand != reason.demand]
    more = f" ({len(others) - 3} more)" if len(others) > 3 else ""
    also = f", as {'does' if len(others) == 1 else 'do'} {', '.join(others[:3])}{more}" if others else ""
    there = f"{order.id} of {order.quantity:,.0f}, there on {_moment(programme, order.received)}"
    return replace(reason, order=order.id, text=f"{reason.text}; it waits for {there}{also}")


def _first_obstacles(state: State) -> dict[int, int]:
    first: dict[int, int] = {}
    for row, demand in enumerate(state.obstacles["demand"][: state.counts[at.N_OBSTACLES]].tolist()):
        first.setdefault(demand, row)
    return first


def _reason(
    problem: Problem, room: Floats, demand: int, units: float, delay: float, obstacle: Obstacle
) -> Reason:  # fmt: skip
    kind, name, text = _worded(problem, room, demand, obstacle)
    said = "1 unit" if round(units) == 1 else f"{units:,.0f} units"
    late = f"{_days(delay)} late" if isfinite(delay) else _never(problem, demand)
    text = f"{said} {late}: {text}{_by_mix(problem, demand)}"
    return Reason(problem.demands[demand].id, units, delay, kind, name, obstacle.at, text)


def _by_mix(problem: Problem, demand: int) -> str:
    """Return what the product mix gives the item of a demand, where it is of the mix."""
    mix, wish = problem.programme.planning.mix, problem.demands[demand]
    if mix is None or wish.product not in mix.shares:
        return ""
    name = named(problem, wish.item) if wish.item == wish.product else wish.product
    return f"; of what is scarce the mix gives {name} {mix.shares[wish.product]:.0%} in each {mix.per}"


def _never(problem: Problem, demand: int) -> str:
    latest = problem.demands[demand].latest
    return f"not by its latest date, {date_of(problem, latest.planned)}" if latest else "not within the horizon"


def _worded(problem: Problem, room: Floats, demand: int, obstacle: Obstacle) -> tuple[ReasonKind, str, str]:
    """Return kind, object and sentence of an obstacle."""
    if obstacle.kind in (at.SITE_POWER, at.SITE_RATE, at.TRANSIT):
        return _destination(problem, demand, obstacle)
    kind, name, text = why_not(problem, room, problem.demands[demand].item, obstacle)
    return kind, name, text + (_kept(problem, demand, name) if kind in ("supplier_capacity", "part") else "")


def why_not(problem: Problem, room: Floats, item: str, obstacle: Obstacle) -> tuple[ReasonKind, str, str]:
    """Return kind, object and sentence of an obstacle at the plant to having more of an item.

    `room`: what the plan leaves of each capacity and bucket.
    """
    if obstacle.kind == at.CAPACITY:
        kind, name, text = _capacity(problem, obstacle)
        return kind, name, text + _as_full(problem, room, item, obstacle)
    if obstacle.kind == at.LANE:
        return "lane", problem.programme.lanes[obstacle.row].id, _lane_full(problem, obstacle)
    way = problem.ways[obstacle.row]
    if obstacle.kind == at.LEAD_TIME and way is not None and way.move is not None:
        return "lane", way.move.lane.id, _lane_long(problem, way.move, obstacle.at)
    name = problem.programme.items[problem.arrays.items["into"][obstacle.row]].id
    date, words = date_of(problem, obstacle.at), named(problem, name)
    said: dict[int, tuple[ReasonKind, str]] = {
        at.SUPPLIER: ("supplier_capacity", _supplier_limit(problem, name, obstacle.at)),
        at.FENCE: ("fence", _fenced(problem, name, obstacle.at)),
        at.LEAD_TIME: ("lead_time", _lead_time(problem, name, obstacle.at)),
        at.NOT_YET: ("part", f"{words} may not be taken before {date}"),
        at.NOT_MADE_YET: ("part", f"{words} may not be made before {date}"),
        at.ENDED: ("part", f"{words} may no longer be made for {date}"),
    }
    if obstacle.kind not in said:
        return _no_supply(problem, name, obstacle.at)
    kind, text = said[obstacle.kind]
    return kind, name, text


def _lead_time(problem: Problem, item: str, needed: float) -> str:
    offers = problem.programme.sources_of.get(item, ())
    on = f"needed on {date_of(problem, needed)}"
    if not offers:
        return f"making {named(problem, item)} takes longer than there is time, {on}"
    best = min(
        offers, key=lambda source: earliest_receipt(source, problem.arrays.today) + source.receiving_time.planned
    )
    first = earliest_receipt(best, problem.arrays.today) + best.receiving_time.planned
    if not isfinite(first):
        return f"{named(problem, item)} is {on}, but {best.supplier} can never be asked for it"
    qualified = f", qualified from {date_of(problem, best.qualified_from.planned)}" if best.qualified_from else ""
    more = [(best.ordering_time.planned, "to order"), (best.receiving_time.planned, "to receive")]
    beside = "".join(f" and {_days(hours)} {what}" for hours, what in more if hours > 0)
    return (
        f"{named(problem, item)} is {on}, but {best.supplier} needs {_weeks(lead_time(best))}{beside}{qualified}, "
        f"so the first is there on {date_of(problem, first)}"
    )


def _supplier_limit(problem: Problem, item: str, needed: float) -> str:
    week = min(int(needed / WEEK), problem.supplier_weeks.shape[1] - 1)
    limits = [
        f"{source.supplier} {problem.supplier_weeks[k, week]:,.0f}"
        for k, source in enumerate(problem.sources)
        if source.item == item
    ]
    taken = f"the suppliers' limits are taken (that week {', '.join(limits)})"
    return f"no more {named(problem, item)} by {date_of(problem, needed)}: {taken}"


def _no_supply(problem: Problem, item: str, needed: float) -> tuple[ReasonKind, str, str]:
    if item in problem.faults:
        return "not_made", item, f"{named(problem, item)} cannot be made: {problem.faults[item]}"
    on_hand = any(s.item == item for s in problem.programme.stock)
    if not on_hand:
        return "not_made", item, f"nothing makes or supplies {named(problem, item)}"
    said = f"the stock of {named(problem, item)} is used up on {date_of(problem, needed)} and no supplier offers it"
    return "part", item, said


def _kept(problem: Problem, demand: int, item: str) -> str:
    """Return for whom else the item is kept, where it is."""
    wish = problem.demands[demand]
    others = [r for r in problem.programme.reservations if r.item == item and not r.keeps_for(wish)]
    owners = dict.fromkeys(r.demand or r.customer for r in others)
    return f", and some is kept for {', '.join(owners)}" if owners else ""


def _fenced(problem: Problem, item: str, needed: float) -> str:
    verb = "begun" if item in problem.programme.routing_of else "ordered"
    frozen = date_of(problem, problem.arrays.frozen)
    on = date_of(problem, needed)
    return f"{named(problem, item)} is needed on {on} and would have to be {verb} in the frozen zone, up to {frozen}"


def _capacity(problem: Problem, obstacle: Obstacle) -> tuple[ReasonKind, str, str]:
    kind, name = problem.capacity.names[obstacle.row]
    bucket = min(int(obstacle.at / problem.rules.bucket_hours + EPS), problem.capacity.hours.shape[1] - 1)
    there = problem.capacity.hours[obstacle.row]
    label = "work centre" if kind == "work_centre" else "resource"
    known: Mapping[str, Any] = problem.programme.work_centre if kind == "work_centre" else problem.programme.resource
    words = f"{label} {known[name].name or name}"
    result: ReasonKind = "work_centre" if kind == "work_centre" else "resource"
    if there[: bucket + 1].max() <= EPS:
        begins = next((k for k in range(there.size) if there[k] > EPS), None)
        when = (
            "not within the horizon"
            if begins is None
            else f"not before {date_of(problem, float(problem.edges[begins]))}"
        )
        return result, name, f"{words} is not commissioned when it is needed, {when}"
    return result, name, f"{words} is full up to {date_of(problem, obstacle.asked)}"


def _lane_full(problem: Problem, obstacle: Obstacle) -> str:
    lane, week = problem.programme.lanes[obstacle.row], int(obstacle.at // WEEK)
    units = problem.lane_weeks[obstacle.row, min(week, problem.lane_weeks.shape[1] - 1)]
    on = date_of(problem, week * WEEK)
    return f"lane {lane.id} from {lane.from_site} to {lane.to_site} takes no more than {units:,.0f} in the week of {on}"


def _lane_long(problem: Problem, move: Move, needed: float) -> str:
    words, on = named(problem, move.item), date_of(problem, needed)
    return f"{words} is needed on {on}, but lane {move.lane.id} takes {_days(move.lane.time.planned)}"


def _as_full(problem: Problem, room: Floats, item: str, obstacle: Obstacle) -> str:
    """Return which other work centres could do what a full one does for an item or its components, and are full too."""
    kind, name = problem.capacity.names[obstacle.row]
    if kind != WORK_CENTRE:
        return ""
    programme, bucket = problem.programme, min(int(obstacle.at / problem.rules.bucket_hours + EPS), room.shape[1] - 1)
    rows = [row for row in programme.routing if row.item in _within(programme, item)]
    here = {(row.item, row.operation) for row in rows if row.work_centre == name}
    others = [row for row in rows if (row.item, row.operation) in here and row.work_centre != name]
    full = dict.fromkeys(
        programme.work_centre[row.work_centre].name or row.work_centre
        for row in others
        if room[problem.capacity.row(WORK_CENTRE, row.work_centre), bucket] < row.time.planned / row.batch_max
    )
    verb = "is" if len(full) == 1 else "are"
    return f", and so {verb} {', '.join(full)}, where it could be done as well" if full else ""


def _within(programme: Programme, item: str) -> set[str]:
    """Return an item and all that goes into it."""
    found, waiting = {item}, [item]
    while waiting:
        above = waiting.pop()
        below = [line.component for line in programme.components_of.get(above, ())]
        for part in (*below, *(move.origin for move in programme.moves_of.get(above, ()))):
            if part not in found:
                found.add(part)
                waiting.append(part)
    return found


def _destination(problem: Problem, demand: int, obstacle: Obstacle) -> tuple[ReasonKind, str, str]:
    site = problem.demands[demand].destination
    place = problem.programme.destination[site].name or site
    if obstacle.kind == at.TRANSIT and problem.programme.today > 0:
        return "lead_time", site, f"it would have had to leave for {place} before today"
    if obstacle.kind == at.TRANSIT:
        transit = float(problem.arrays.demands[demand]["transit"])
        return "lead_time", site, f"{place} is {_days(transit)} away, longer than the time to the due date"
    on = date_of(problem, obstacle.at)
    if obstacle.kind == at.SITE_POWER:
        return "destination", site, f"{place} has no power for more units in the week of {on}"
    return "destination", site, f"{place} can install no more units in the week of {on}"


def date_of(problem: Problem, hours: float) -> str:
    """Return the day of a time in hours from the start, in words."""
    return _moment(problem.programme, hours)


def _moment(programme: Programme, hours: float) -> str:
    moment: datetime = programme.moment(max(hours, 0.0))
    return f"{moment.day} {moment:%b %Y}"


def named(problem: Problem, item: str) -> str:
    """Return what people call an item."""
    return problem.programme.item[item].name or item


def _days(hours: float) -> str:
    return f"{hours / 24:,.0f} days" if hours >= 36 else f"{hours:,.0f} hours"


def _weeks(hours: float) -> str:
    return f"{hours / WEEK:,.0f} weeks" if hours >= 2 * WEEK else _days(hours)
