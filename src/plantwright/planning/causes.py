"""Confirmed causes: each reason of a late demand is relaxed and the plan made again, to see what that would bring.

"500 more quick disconnects in week 31 bring it 9 days forward." A reason whose relaxation brings nothing is only the
first of a chain: it stays relaxed while the next one is tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil, inf, isfinite
from typing import Any

from plantwright.model.plan import Cause, Plan, Reason
from plantwright.model.programme import Demand, Destination, Lane, Programme, Stock
from plantwright.model.quantity import Quantity, Step
from plantwright.model.schedule import Schedule
from plantwright.planning.problem import Rules
from plantwright.planning.solve import plan

WEEK = 168.0
ONE = "one more"
CHAIN = 6
"""Obstacles tried one on top of the other before a demand is given up as late by more than these."""


def with_causes(
    programme: Programme, schedule: Schedule, found: Plan, *, most: int = 10, rules: Rules | None = None
) -> Plan:
    """Return the plan with the confirmed causes of the `most` most important of its late demands."""
    late, wishes = {r.demand for r in found.reasons}, {d.id: d for d in programme.demand}
    chosen = [wishes[name] for name in found.order if name in late][:most]
    causes = tuple(c for d in chosen for c in causes_of(programme, schedule, d, rules=rules, order=found.order))
    return replace(found, causes=causes)


def causes_of(
    programme: Programme, schedule: Schedule, demand: Demand, *, rules: Rules | None = None,
    order: tuple[str, ...] = (),
) -> tuple[Cause, ...]:  # fmt: skip
    """Return the chain of causes of one late demand, each with what its relaxation (on top of those before) brings.

    Only demands that are planned before it are planned with it: those after it cannot stand in its way. `order` names
    all in the order of planning; else it is by priority, due date and id. Where demands of a tier share fairly, all of
    the tier are planned with it.
    """
    order = order or tuple(d.id for d in sorted(programme.demand, key=lambda d: (d.priority, d.due.planned, d.id)))
    upto = order[: order.index(demand.id) + 1]
    if programme.planning.within_tier == "fair_share":
        upto = tuple(n for n in order if _priority(programme, n) <= demand.priority)
    relaxed = replace(programme, demand=tuple(d for d in programme.demand if d.id in set(upto)))
    before, causes, tried = plan(relaxed, schedule, rules=rules, order=upto), [], set[tuple[str, str]]()
    for _ in range(CHAIN):
        reason = _binding(before, demand, tried)
        if reason is None:
            break
        tried.add((reason.kind, reason.object))
        relaxed, change = relax(relaxed, demand, reason)
        after = plan(relaxed, schedule, rules=rules, order=upto)
        causes.append(_cause(demand, reason, change, before, after))
        before = after
    return tuple(causes)


def _priority(programme: Programme, name: str) -> int:
    return next(d.priority for d in programme.demand if d.id == name)


def _binding(found: Plan, demand: Demand, tried: set[tuple[str, str]]) -> Reason | None:
    """Return the reason that holds a demand's last units, of those not tried yet."""
    mine = [r for r in found.reasons if r.demand == demand.id and (r.kind, r.object) not in tried]
    return max(mine, key=lambda r: (r.delay, r.at), default=None)


def relax(programme: Programme, demand: Demand, reason: Reason) -> tuple[Programme, str]:
    """Return the programme without what a reason names, and in words how much more of it that takes."""
    if reason.kind == "fence":
        free = programme.planning.model_copy(update={"frozen_fence": Quantity(0.0), "slushy_fence": Quantity(0.0)})
        return replace(programme, planning=free), f"{ONE} order in the frozen zone"
    if reason.kind == "work_centre":
        return _more_stations(programme, reason)
    if reason.kind == "resource":
        return _more_resource(programme, reason)
    if reason.kind == "lane":
        return _free_lane(programme, reason)
    if reason.object in programme.item:
        return _more_parts(programme, demand, reason)
    return _ready_site(programme, demand, reason)


def _free_lane(programme: Programme, reason: Reason) -> tuple[Programme, str]:
    def freed(lane: Lane) -> Lane:
        free = {"time": Quantity(0.0), "capacity": ()}
        return lane.model_copy(update=free) if lane.id == reason.object else lane

    lanes = tuple(freed(lane) for lane in programme.lanes)
    moves = tuple(replace(move, lane=freed(move.lane)) for move in programme.moves)
    words = f"{ONE} lane like {reason.object}, without limit and time on the road,"
    return replace(programme, lanes=lanes, moves=moves), words


def _more_parts(programme: Programme, demand: Demand, reason: Reason) -> tuple[Programme, str]:
    quantity = max(1, ceil(reason.quantity * per_unit(programme, demand.item).get(reason.object, 1.0)))
    at = max(0.0, min(reason.at, programme.horizon_hours))
    extra = Stock(item=reason.object, quantity=Quantity(float(quantity)), available=Quantity(at))
    name = _name(programme.item, reason.object)
    more = f"{ONE} {name}" if quantity == 1 else f"{quantity:,} more {name}"
    words = f"{more} in week {int(at // WEEK)}"
    return replace(programme, stock=(*programme.stock, extra)), words


def _name(table: Mapping[str, Any], of: str) -> str:
    """Return what people call something."""
    return str(table[of].name or of)


def per_unit(programme: Programme, item: str, above: tuple[str, ...] = ()) -> Mapping[str, float]:
    """Return how many of each item go into one unit of `item`, over all levels of its bill of materials.

    Each line of a place counts as if it alone filled it, and so does each lane; nothing counts within itself.
    """
    found: dict[str, float] = {item: 1.0}
    for move in (each for each in programme.moves_of.get(item, ()) if each.origin not in (item, *above)):
        for part, quantity in per_unit(programme, move.origin, (*above, item)).items():
            found[part] = max(found.get(part, 0.0), quantity)
    for place in programme.places_of.get(item, ()):
        within: dict[str, float] = {}
        for line in (each for each in place if each.component not in above):
            for part, quantity in per_unit(programme, line.component, (*above, item)).items():
                within[part] = max(within.get(part, 0.0), quantity * line.quantity.planned)
        for part, quantity in within.items():
            found[part] = found.get(part, 0.0) + quantity
    return found


def _more_stations(programme: Programme, reason: Reason) -> tuple[Programme, str]:
    centres = tuple(
        w.model_copy(update={"stations": w.stations + 1}) if w.id == reason.object else w
        for w in programme.work_centres
    )
    return replace(
        programme, work_centres=centres
    ), f"{ONE} station of {_name(programme.work_centre, reason.object)} from the start"


def _more_resource(programme: Programme, reason: Reason) -> tuple[Programme, str]:
    """Add as much as the hungriest operation takes at once."""
    needs = [n for o in programme.routing for n in o.resources] + [
        n for w in programme.work_centres for n in w.resources
    ]
    more = max((n.amount.planned for n in needs if n.id == reason.object), default=1.0)
    resources = tuple(
        r.model_copy(update={"capacity": _raised(r.capacity, more)}) if r.id == reason.object else r
        for r in programme.resources
    )
    return replace(
        programme, resources=resources
    ), f"{more:,.0f} more of {_name(programme.resource, reason.object)} from the start"


def _raised(steps: tuple[Step, ...], more: float) -> tuple[Step, ...]:
    raised = tuple(replace(s, value=replace(s.value, planned=s.value.planned + more)) for s in steps)
    return raised if any(s.at.planned <= 0 for s in steps) else (Step(Quantity(0.0), Quantity(more)), *raised)


def _ready_site(programme: Programme, demand: Demand, reason: Reason) -> tuple[Programme, str]:
    def ready(site: Destination) -> Destination:
        return site.model_copy(update={"power": (), "transit": Quantity(0.0), "install_rate": (_ENDLESS,)})

    sites = tuple(ready(d) if d.id == demand.destination else d for d in programme.destinations)
    return replace(
        programme, destinations=sites
    ), f"power and installers at {_name(programme.destination, reason.object)} from the start, and no time on the road,"


_ENDLESS = Step(Quantity(0.0), Quantity(1e6))


def _cause(demand: Demand, reason: Reason, change: str, before: Plan, after: Plan) -> Cause:
    units, more = _on_time(after, demand) - _on_time(before, demand), _units(after, demand) - _units(before, demand)
    gain = _promised(before, demand) - _promised(after, demand)
    gain = gain if isfinite(gain) else (inf if more >= 1 else 0.0)
    text = f"{change} {_effect(gain, units, more, not change.startswith(ONE))}"
    return Cause(demand.id, reason.kind, reason.object, gain, units, text)


def _effect(gain: float, units: float, more: float, several: bool) -> str:
    """Return what a change brings: sooner, units in time, or units that were not possible at all."""
    verb = "bring" if several else "brings"
    if more >= 1:
        return f"{verb} {more:,.0f} units that are not possible now"
    if gain > 1.0 and isfinite(gain):
        return f"{verb} it {gain / 24:,.0f} days forward" if gain >= 36 else f"{verb} it {gain:,.0f} hours forward"
    if units >= 1:
        return f"{verb} {units:,.0f} more units in time"
    return f"{verb} nothing alone"


def _units(found: Plan, demand: Demand) -> float:
    return sum(s.quantity for s in found.shipments_of.get(demand.id, ()))


def _on_time(found: Plan, demand: Demand) -> float:
    due = demand.due.planned + 1e-6
    return sum(s.quantity for s in found.shipments_of.get(demand.id, ()) if s.arrives <= due)


def _promised(found: Plan, demand: Demand) -> float:
    """Return when the last unit arrives; infinite where not every unit does."""
    return found.promised(demand.id) if _units(found, demand) >= demand.quantity - 1e-6 else inf
