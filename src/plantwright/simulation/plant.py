"""The programme as a network: what is made where and how, what serves a demand, and how it gets under power.

Names and planned values only; what differs from world to world is filled in by `worlds`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from plantwright.model.assumptions import Distribution, Law, Register
from plantwright.model.bills import is_choice
from plantwright.model.plan import Plan, ProductionOrder
from plantwright.model.programme import Operation as Step
from plantwright.model.programme import Programme
from plantwright.model.programme import WorkCentre as Centre
from plantwright.model.quantity import Quantity
from plantwright.model.routes import Route, step_of, way_by
from plantwright.simulation import network as net
from plantwright.simulation.times import Empirical, Exponential, Fixed, Lognormal, Tabulated, Time

KNOTS = 513
Z90 = 1.2815515655446004  # the standard normal's 90 % point, to which low and high of a lognormal refer
VARIANT = "#"  # joins an item to the number of a further choice of its components
Lanes = Mapping[tuple[str, str], str]
"""Item that comes by a lane, and the lane: the item where it comes from."""
Choice = tuple[tuple[str, str], ...]
Variant = tuple[str, Choice, tuple[tuple[str, int], ...], str]
"""An item, the components that an order takes where its bill gives a choice, where it is worked on likewise, and the
operation that is next of one in process, "" where all are."""
AGAIN = "~"  # joins an operation that is passed again to the one that failed


@dataclass(frozen=True)
class Plant:
    """A programme's network, and where each of its parts is in it.

    `made` holds the item of each route that makes one: the item's own, and one for each other choice of components and
    work centres of orders in the plan, `steps` the operations of each; `delivery` the delivery route of (item,
    destination), `demand_rows` the programme's demand that each of the network's is a part of.
    """

    network: net.Network
    made: Mapping[str, str]
    steps: Mapping[str, Mapping[str, Step]]
    delivery: Mapping[tuple[str, str], str]
    demand_rows: tuple[int, ...]


def time_law(quantity: Quantity, register: Register) -> Time:
    """Return how long an operation takes: spread out where its assumption is drawn each time, else fixed as planned."""
    if not quantity.assumption or not register[quantity.assumption].each:
        return Fixed(max(0.0, quantity.planned))
    return _spread(register[quantity.assumption].distribution, quantity.factor)


def _spread(law: Distribution, factor: float) -> Time:
    if law.is_certain:
        return Fixed(float(law.quantile(0.5)) * factor)
    if law.law is Law.EXPONENTIAL:
        return Exponential(law.likely * factor)
    if law.law is Law.EMPIRICAL:
        return Empirical(tuple(v * factor for v in law.values))
    if law.law is Law.LOGNORMAL:
        sigma = np.log(law.high / law.low) / (2 * Z90)
        return Lognormal(law.mean() * factor, float(np.expm1(sigma**2)))
    return Tabulated(tuple((law.quantile(np.linspace(0.0, 1.0, KNOTS)) * factor).tolist()))


def build_plant(programme: Programme, plan: Plan) -> Plant:
    """Return the network of a programme that carries out a plan."""
    variants = variants_of(programme, plan)
    made = {route: item for (item, *_), route in variants.items()}
    wanted = {d.item for d in programme.demand}
    items = set(made.values())
    used = {line.component for item in items for line in programme.components_of.get(item, ())}
    lanes = {(order.item, order.lane): order.origin for order in plan.transfer_orders}
    used |= {name for (item, _), origin in lanes.items() for name in (item, origin)}
    pooled = wanted & items - used - {row.item for row in programme.stock}
    pairs = sorted({(d.item, d.destination) for d in programme.demand})
    delivery = {(item, site): f"{item}>{site}" for item, site in pairs}
    beside = {line.component for item in items for line in programme.by_products_of.get(item, ())}
    pooled -= beside
    stocked = sorted(used | beside | (wanted - pooled) | (items - pooled))
    demands = tuple(_demands(programme, plan, delivery, pooled))
    return Plant(
        net.Network(
            centres=(*_centres(programme), *_site_centres(programme), *_lane_centres(programme, lanes)),
            routes=(
                *_making(programme, variants, pooled),
                *_delivering(programme, delivery, pooled),
                *_moving(programme, lanes),
            ),
            stocks=tuple(net.Stock(item) for item in stocked),
            resources=tuple(_resources(programme)),
            orders=(*_orders(programme, plan, variants), *_transfers(programme, plan)),
            demands=tuple(demand for _, demand in demands),
        ),
        made,
        {route: {o.operation: o for o in _way(programme, variant)} for variant, route in variants.items()},
        delivery,
        tuple(row for row, _ in demands),
    )


def _centres(programme: Programme) -> Iterator[net.WorkCentre]:
    for centre in programme.work_centres:
        yield net.WorkCentre(
            name=centre.id,
            stations=most_stations(programme, centre),
            buffer=centre.buffer,
            rule="priority",
            breakdowns=_breakdowns(centre),
            shifts=shifts_of(programme, centre.calendar),
            attended=not centre.unattended,
            setups=_setups(programme, centre),
        )


def most_stations(programme: Programme, centre: Centre) -> int:
    """Return the number of stations of a centre once the whole conversion is done, in the richest world."""
    amounts = [
        d.amount for t in programme.tasks for d in t.delivers if d.kind == "work_centre" and d.target == centre.id
    ]
    return centre.stations + sum(int(np.ceil(_highest(amount, programme.register) - 1e-9)) for amount in amounts)


def _highest(amount: Quantity, register: Register) -> float:
    if not amount.assumption:
        return amount.planned
    return max(amount.planned, float(register[amount.assumption].distribution.quantile(1 - 1e-12)) * amount.factor)


def _breakdowns(centre: Centre) -> net.Breakdowns | None:
    if centre.mtbf is None or centre.mttr is None or centre.mtbf.planned <= 0 or centre.mttr.planned <= 0:
        return None
    return net.Breakdowns(Exponential(centre.mtbf.planned), Exponential(centre.mttr.planned))


def shifts_of(programme: Programme, calendar: str) -> net.Shifts | None:
    """Return when a calendar works, or None where it always does."""
    found = programme.calendars.get(calendar)
    if found is None or found.is_continuous:
        return None
    times = np.stack((found.starts, found.ends), axis=1).reshape(-1)
    return net.Shifts(tuple(times[(times < programme.horizon_hours)].tolist()))


def families(programme: Programme, centre: Centre) -> tuple[str, ...]:
    """Return the product families that a work centre works on, in order of its operations."""
    items = [o.item for o in programme.routing if o.work_centre == centre.id]
    return tuple(dict.fromkeys(programme.item[item].family for item in items if programme.item[item].family))


def _setups(programme: Programme, centre: Centre) -> dict[tuple[str, str], float]:
    if centre.setup is None:
        return {}
    names = families(programme, centre)
    return {(a, b): centre.setup.planned for a in names for b in names if a != b}


def _site_centres(programme: Programme) -> Iterator[net.WorkCentre]:
    for site in programme.destinations:
        yield net.WorkCentre(f"transit {site.id}", stations=None, rule="priority")
        yield net.WorkCentre(f"install {site.id}", stations=1, rule="priority", attended=True)
        yield net.WorkCentre(f"power {site.id}", stations=None, rule="priority")
    yield net.WorkCentre("finished goods", stations=None, rule="priority")


def _lane_centres(programme: Programme, lanes: Lanes) -> Iterator[net.WorkCentre]:
    used = {lane for _, lane in lanes}
    yield from (net.WorkCentre(f"lane {e.id}", stations=None, rule="priority") for e in programme.lanes if e.id in used)


def route_by(lane: str, item: str) -> str:
    """Return the route of an item by a lane."""
    return f"{lane}>{item}"


def _moving(programme: Programme, lanes: Lanes) -> Iterator[net.Route]:
    """Yield the route of each item by each lane: taken where it comes from, there after the lane's time."""
    times = {lane.id: time_law(lane.time, programme.register) for lane in programme.lanes}
    for (item, lane), origin in lanes.items():
        moved = net.Operation("transfer", f"lane {lane}", times[lane], components={origin: 1.0})
        yield net.Route(route_by(lane, item), (moved,), gives={item: 1.0})


def _resources(programme: Programme) -> Iterator[net.Resource]:
    named = {n.id for w in programme.work_centres for n in w.resources} | {
        n.id for o in programme.routing for n in o.resources
    }
    for resource in programme.resources:
        if resource.id in named:
            yield net.Resource(resource.id, float("inf"))
    for site in programme.destinations:
        yield net.Resource(f"power {site.id}", float("inf"))


def variants_of(programme: Programme, plan: Plan) -> dict[Variant, str]:
    """Return the route of each item and choice of components and work centres that orders take; an item's first is
    called like it.
    """
    chosen: dict[str, list[Variant]] = defaultdict(list)
    for order in plan.production_orders:
        taken = _variant(programme, plan, order)
        if taken not in chosen[order.item]:
            chosen[order.item].append(taken)
    found: dict[Variant, str] = {}
    for item in (i.id for i in programme.items if i.id in programme.routing_of):
        for n, taken in enumerate(sorted(chosen[item], key=lambda each: bool(each[3])) or [(item, (), (), "")]):
            found[taken] = item if n == 0 else f"{item}{VARIANT}{n + 1}"
    return found


def _variant(programme: Programme, plan: Plan, order: ProductionOrder) -> Variant:
    """Return what an order makes, what it takes where its bill gives a choice, where it is worked on likewise, and what
    is next of it.
    """
    components = tuple((row.operation, row.component) for row in plan.consumptions_of.get(order.id, ()))
    places = tuple((row.operation, row.preference) for row in plan.assignments_of.get(order.id, ()))
    return order.item, components, places, programme.in_process.get(order.id, "")


def _way(programme: Programme, variant: Variant) -> Route:
    """Return the operations that an order of a variant goes through."""
    item, _, places, _ = variant
    return way_by(programme.routes_of[item], dict(places))


def _making(programme: Programme, variants: Mapping[Variant, str], pooled: set[str]) -> Iterator[net.Route]:
    for variant, name in variants.items():
        (item, chosen, _, left), steps = variant, _way(programme, variant)
        ends = {} if item in pooled else {item: 1.0}
        ends |= {line.component: line.quantity.planned for line in programme.by_products_of.get(item, ())}
        operations = tuple(_operations(programme, item, steps, chosen, step_of(steps, left)))
        yield net.Route(name, operations, gives=ends, pool=item if item in pooled else "", tracked=item in pooled)


def _operations(
    programme: Programme, item: str, steps: tuple[Step, ...], chosen: Choice, first: int
) -> Iterator[net.Operation]:
    """Yield a route's operations from step `first` on, then those that failed units pass again, which take no
    components a second time.

    A unit is at step k, and has been as far as `seen`: it takes components only where it has not been before.
    """
    taken = _components(programme, item, steps, chosen)
    for k in range(first, len(steps)):
        yield _operation(programme, steps, k, None, taken[k])
    pending = [again for k in range(first, len(steps)) if (again := _return(steps, k, k)) is not None]
    known: set[tuple[int, int]] = set()
    while pending:
        k, seen = pending.pop()
        if (k, seen) in known or k > seen:
            continue
        known.add((k, seen))
        yield _operation(programme, steps, k, seen, {})
        if k < seen:
            pending.append((k + 1, seen))
        back = _return(steps, k, seen)
        if back is not None:
            pending.append(back)


def _return(steps: tuple[Step, ...], k: int, seen: int) -> tuple[int, int] | None:
    """Return (step, seen) to which a unit goes that fails step k, or None where it is scrapped or never fails."""
    step = steps[k]
    names = [s.operation for s in steps]
    never = not step.yield_.assumption and step.yield_.planned >= 1.0
    if never or step.on_fail not in names or step.rework_limit < 1:
        return None
    return names.index(step.on_fail), max(seen, k)


def _name(steps: tuple[Step, ...], k: int, seen: int | None) -> str:
    return steps[k].operation if seen is None or k > seen else f"{steps[k].operation}{AGAIN}{steps[seen].operation}"


def _operation(
    programme: Programme, steps: tuple[Step, ...], k: int, seen: int | None, components: Mapping[str, float]
) -> net.Operation:
    step, centre = steps[k], programme.work_centre[steps[k].work_centre]
    at_centre = [net.Use(n.id, n.amount.planned) for n in centre.resources if n.amount.planned > 0]
    own = [net.Use(n.id, n.amount.planned, per_unit=True) for n in step.resources if n.amount.planned > 0]
    batch = net.Batch(step.batch_min, step.batch_max, step.max_wait.planned if step.max_wait else float("inf"))
    return net.Operation(
        name=_name(steps, k, seen),
        centre=centre.id,
        time=time_law(step.time, programme.register),
        components=components,
        uses=(*at_centre, *own),
        batch=batch if step.batch_min > 1 else net.Batch(1, step.batch_max),
        failures=_failures(steps, k, seen),
        family=programme.item[step.item].family if centre.setup is not None else "",
        then=net.END if k + 1 == len(steps) else _name(steps, k + 1, seen),
    )


def _failures(steps: tuple[Step, ...], k: int, seen: int | None) -> tuple[net.Failure, ...]:
    step = steps[k]
    if not step.yield_.assumption and step.yield_.planned >= 1.0:
        return ()
    back = _return(steps, k, k if seen is None else max(seen, k))
    to = "scrap" if back is None else _name(steps, *back)
    return (net.Failure(min(1.0, max(0.0, 1.0 - step.yield_.planned)), to, at_most=step.rework_limit),)


def _components(programme: Programme, item: str, steps: tuple[Step, ...], chosen: Choice) -> list[dict[str, float]]:
    """Return the components that each step of a route takes for a unit."""
    names = [step.operation for step in steps]
    taken: list[dict[str, float]] = [{} for _ in steps]
    left = list(chosen)
    for place in programme.places_of.get(item, ()):
        for line in place:
            k = names.index(line.operation) if line.operation in names else 0
            if is_choice(place) and (names[k], line.component) not in left:
                continue
            if is_choice(place):
                left.remove((names[k], line.component))
            if line.quantity.planned > 0:
                taken[k][line.component] = taken[k].get(line.component, 0.0) + line.quantity.planned
            break
    return taken


def _delivering(programme: Programme, delivery: Mapping[tuple[str, str], str], pooled: set[str]) -> Iterator[net.Route]:
    for (item, site), name in delivery.items():
        destination = programme.destination[site]
        power = programme.item[item].power
        draws = net.Use(f"power {site}", max(power.planned, 1e-9), kept=True)
        steps = [
            net.Operation(
                "transit", f"transit {site}", time_law(destination.transit, programme.register), arrival=True
            ),
            net.Operation("install", f"install {site}", Fixed(0.0)),
            net.Operation("energise", f"power {site}", Fixed(0.0), uses=(draws,) if _draws(power) else ()),
        ]
        if item not in pooled:
            pick = net.Operation("pick", "finished goods", Fixed(0.0), components={item: 1.0}, ships=True)
            steps.insert(0, pick)
        yield net.Route(name, tuple(steps), item=item, tracked=True)


def _draws(power: Quantity) -> bool:
    return bool(power.assumption) or power.planned > 0


def _transfers(programme: Programme, plan: Plan) -> Iterator[net.Order]:
    """Yield what goes by lanes, as urgent as the most urgent demand that it serves."""
    urgency, last = _urgency(programme, plan)
    for order in plan.transfer_orders:
        if order.ships < programme.horizon_hours:
            priority, due = urgency.get(order.id, (last, order.arrives))
            yield net.Order(order.ships, route_by(order.lane, order.item), round(order.quantity), priority, due)


def _urgency(programme: Programme, plan: Plan) -> tuple[dict[str, tuple[float, float]], float]:
    """Return (priority, due) of the most urgent that each order serves, orders that stand first of all, and the
    priority of what serves nobody.
    """
    demands = {d.id: (float(d.priority), d.due.planned) for d in programme.demand}
    standing = {order.id: (0.0, order.finish) for order in plan.production_orders if order.frozen}
    demands |= {f"firm:{name}": rank for name, rank in standing.items()}
    urgency: dict[str, tuple[float, float]] = {}
    for peg in plan.pegging:
        if peg.demand in demands:
            urgency[peg.supply] = min(urgency.get(peg.supply, (np.inf, np.inf)), demands[peg.demand])
    return urgency | standing, max((p for p, _ in demands.values()), default=0.0) + 1.0


def _orders(programme: Programme, plan: Plan, variants: Mapping[Variant, str]) -> Iterator[net.Order]:
    """Yield the production orders, as urgent as the most urgent demand that they serve; those that stand come first."""
    urgency, last = _urgency(programme, plan)
    for order in plan.production_orders:
        route = variants.get(_variant(programme, plan, order))
        if route is not None and order.release < programme.horizon_hours:
            priority, due = urgency.get(order.id, (last, order.finish))
            yield net.Order(max(0.0, order.release), route, round(order.quantity), priority, due)


def _demands(
    programme: Programme, plan: Plan, delivery: Mapping[tuple[str, str], str], pooled: set[str]
) -> Iterator[tuple[int, net.Demand]]:
    """Yield (row of the programme's demand, part of it that opens together).

    A unit is wanted when it can arrive by the due date less the safety time; where the plan says that the destination
    is not ready for it, or where units leave together, when the plan ships it. What the plan does not ship before the
    horizon is wanted last, and not at all where it would come after the demand's latest date.
    """
    waits_for_site = {r.demand for r in plan.reasons if r.kind == "destination"}
    for row, order in enumerate(programme.demand):
        wanted = max(0.0, programme.wanted(order) - programme.destination[order.destination].transit.planned)
        shipped = [(s.quantity, s.ships) for s in plan.shipments_of.get(order.id, ())]
        units = order.quantity if order.latest is None else round(sum(quantity for quantity, _ in shipped))
        parts = [(units, wanted)] if units else []
        if units and (order.id in waits_for_site or order.least > 1):
            parts = _parts(units, wanted, shipped)
        for quantity, opens in parts:
            yield (
                row,
                net.Demand(
                    pool=order.item if order.item in pooled else "",
                    route=delivery[order.item, order.destination],
                    quantity=quantity,
                    priority=float(order.priority),
                    due=order.due.planned,
                    opens=opens,
                ),
            )


def _parts(quantity: int, wanted: float, shipments: list[tuple[float, float]]) -> list[tuple[int, float]]:
    """Return whole (quantity, time) parts of a demand, as it is planned to ship."""
    parts: list[tuple[int, float]] = []
    shipped, planned = 0, 0.0
    for amount, ships in shipments:
        planned += amount
        whole = min(quantity, round(planned)) - shipped
        if whole > 0:
            parts.append((whole, max(wanted, ships)))
            shipped += whole
    if shipped < quantity:
        parts.append((quantity - shipped, max([wanted, *(time for _, time in parts)])))
    return parts
