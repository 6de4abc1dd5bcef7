"""What running the plant costs and who pays it: parts by purchase order, transfers by lane, people and power by the
hours that stations work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from plantwright.finance.payments import Floats, Payment, Worlds
from plantwright.finance.revenue import sold_under
from plantwright.model.dues import OUTSIDE
from plantwright.model.outcome import STATES
from plantwright.model.plan import PurchaseOrder
from plantwright.model.programme import Demand, Operation, Resource, Source

Share = tuple[str, float]


def parts(worlds: Worlds) -> Iterator[Payment]:
    """Yield the price of every purchase order, paid to the supplier when the parts are received (no later than the
    horizon).

    The plan's pegging says which demand a part serves: its seller pays, or its customer where the terms or the part are
    consigned. What serves no demand is paid by who runs the plant; consigned, it is paid from outside.
    """
    received = worlds.of(worlds.results.received)
    received = np.where(received <= worlds.horizon, received, np.nan)
    columns: dict[tuple[str, str], list[tuple[int, Floats]]] = defaultdict(list)
    shares = _payers(worlds)
    for index, order in enumerate(worlds.plan.purchase_orders):
        price = _price(worlds, order) * order.quantity
        for payer, share in shares[order.id]:
            columns[payer, order.supplier or OUTSIDE].append((index, share * price))
    for (payer, supplier), found in columns.items():
        amounts = np.concatenate([amount for _, amount in found], axis=1)
        yield Payment("parts", payer, supplier, received[:, [index for index, _ in found]], amounts)


def _price(worlds: Worlds, order: PurchaseOrder) -> Floats:
    source = _offer(worlds, order)
    return np.full((len(worlds.rows), 1), order.price) if source is None else worlds.draw(source.price, order.id)


def _offer(worlds: Worlds, order: PurchaseOrder) -> Source | None:
    offers = [s for s in worlds.programme.sources_of.get(order.item, ()) if s.supplier == order.supplier]
    same = [s for s in offers if s.price.planned == order.price and s.consigned == order.consigned]
    return next(iter(same or offers), None)


def transfers(worlds: Worlds) -> Iterator[Payment]:
    """Yield what each transfer costs by its lane, paid to the carrier when it is planned to leave, up to the horizon.

    Who sells what a transfer serves pays for it, by the plan's pegging; who runs the plant for what serves no demand.
    """
    lanes, served = {lane.id: lane for lane in worlds.programme.lanes}, _served(worlds)
    columns: dict[tuple[str, str], list[tuple[float, Floats]]] = defaultdict(list)
    for order in (each for each in worlds.plan.transfer_orders if each.ships <= worlds.horizon):
        cost = worlds.draw(lanes[order.lane].cost, order.id) * order.quantity
        for payer, share in _sellers(worlds, order.quantity, served[order.id]) if cost.any() else ():
            columns[payer, lanes[order.lane].carrier or OUTSIDE].append((order.ships, share * cost))
    for (payer, carrier), found in columns.items():
        at = np.tile([ships for ships, _ in found], (len(worlds.rows), 1))
        yield Payment("transfers", payer, carrier, at, np.concatenate([amount for _, amount in found], axis=1))


def _sellers(worlds: Worlds, quantity: float, served: list[tuple[Demand, float]]) -> tuple[Share, ...]:
    whole = max(quantity, sum(units for _, units in served))
    found: dict[str, float] = defaultdict(float)
    for demand, units in served:
        found[sold_under(worlds.programme, demand, worlds.running)[1]] += units / whole
    found[worlds.running] += 1.0 - sum(found.values())
    return tuple((payer, share) for payer, share in found.items() if share > 1e-12)


def _served(worlds: Worlds) -> Mapping[str, list[tuple[Demand, float]]]:
    """Return by supply the demands that it serves, and the units that each has of it."""
    demands = {demand.id: demand for demand in worlds.programme.demand}
    served: dict[str, list[tuple[Demand, float]]] = defaultdict(list)
    for peg in worlds.plan.pegging:
        if peg.demand in demands:
            served[peg.supply].append((demands[peg.demand], peg.quantity))
    return served


def _payers(worlds: Worlds) -> Mapping[str, tuple[Share, ...]]:
    """Return who pays which share of each purchase order."""
    served = _served(worlds)
    return {order.id: _shares(worlds, order, served[order.id]) for order in worlds.plan.purchase_orders}


def _shares(worlds: Worlds, order: PurchaseOrder, served: list[tuple[Demand, float]]) -> tuple[Share, ...]:
    whole = max(order.quantity, sum(quantity for _, quantity in served))
    found: dict[str, float] = defaultdict(float)
    for demand, quantity in served:
        agreement, seller = sold_under(worlds.programme, demand, worlds.running)
        consigned = order.consigned or (agreement is not None and agreement.terms == "consigned")
        found[demand.customer if consigned else seller] += quantity / whole
    found[OUTSIDE if order.consigned else worlds.running] += 1.0 - sum(found.values())
    return tuple((payer, share) for payer, share in found.items() if share > 1e-12)


def resource_use(worlds: Worlds) -> Iterator[Payment]:
    """Yield what people, power and coolant cost while stations work, week by week, paid by the resource's party
    (blank: who runs the plant).

    Station-hours are the simulated ones, rework included. A work centre's own needs count for each of them; the needs
    of its operations by the mix of units that the world finished, with batches full.
    """
    busy = worlds.of(worlds.results.states)[..., STATES.index("busy")]
    for resource in worlds.programme.resources:
        rate = worlds.draw(resource.cost, resource.id)
        if rate.any():
            hours = _use(worlds, resource, busy)
            yield Payment("resource_use", resource.party or worlds.running, OUTSIDE, _each_week(worlds), rate * hours)


def _use(worlds: Worlds, resource: Resource, busy: Floats) -> Floats:
    """Return the use of a resource in each week (unit-hours), shape (rows, P)."""
    used = np.zeros((len(worlds.rows), busy.shape[2]))
    for index, name in enumerate(worlds.results.work_centres):
        centre = worlds.programme.work_centre[name]
        standing = sum(
            (worlds.draw(n.amount, name) for n in centre.resources if n.id == resource.id), np.zeros((len(used), 1))
        )
        used += busy[:, index] * (standing + _per_station_hour(worlds, resource, name))
    return used


def _per_station_hour(worlds: Worlds, resource: Resource, work_centre: str) -> Floats:
    """Return how much of a resource the operations of a work centre take for each station-hour, shape (rows, 1)."""
    operations = [o for o in worlds.programme.routing if o.work_centre == work_centre]
    if not any(need.id == resource.id for o in operations for need in o.resources):
        return np.zeros((len(worlds.rows), 1))
    hours = np.concatenate([_station_hours(worlds, o) for o in operations], axis=1)
    taken = np.concatenate([_taken(worlds, o, resource) for o in operations], axis=1)
    total = hours.sum(axis=1, keepdims=True)
    mix = np.divide(hours, total, out=np.full_like(hours, 1 / len(operations)), where=total > 0)
    return np.asarray((mix * taken).sum(axis=1, keepdims=True))


def _station_hours(worlds: Worlds, operation: Operation) -> Floats:
    finished = worlds.of(worlds.results.finished)[:, worlds.results.items.index(operation.item)].sum(
        axis=1, keepdims=True
    )
    return np.asarray(finished * operation.time.planned / max(operation.batch_max, 1))


def _taken(worlds: Worlds, operation: Operation, resource: Resource) -> Floats:
    amounts = (
        worlds.draw(need.amount, f"{operation.item}/{operation.operation}")
        for need in operation.resources
        if need.id == resource.id
    )
    return np.asarray(sum(amounts, np.zeros((len(worlds.rows), 1))) * max(operation.batch_max, 1))


def _each_week(worlds: Worlds) -> Floats:
    return np.repeat(worlds.weeks, len(worlds.rows), axis=0)
