"""The programme as a network of guaranteed service: what supplies what, how long it takes, what it costs to hold.

A time of the network is a day. What is solved there is in `placement`; here is what a planner's numbers mean in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, inf, sqrt
from statistics import fmean
from typing import Literal

import numpy as np
from scipy.stats import norm

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Operation, Programme
from plantwright.model.spending import periods
from plantwright.planning.capacity import calendar, calendar_of
from plantwright.planning.placement import Placement, ServiceNetwork, Stage, place
from plantwright.planning.unconstrained import brought, parents_first
from plantwright.planning.yields import effort

DAY, YEAR_DAYS = 24.0, 365.0
FEWEST_PERIODS = 3
"""Periods with a demand's first and last from which its spread about a straight line can be told."""
Period = Literal["month", "quarter", "year"]


@dataclass(frozen=True)
class Service:
    """What customers are promised, and what is assumed of their demand.

    `level`: share of time in which stock is to be enough; `time`: hours from a customer's order to shipping; `per`: the
    period by which demand is counted; `spread`: standard deviation of a period's demand as a share of its mean, None
    for what the programme's demand shows; `holding`: what holding an item costs a year, as a share of its cost.
    """

    level: float = 0.8
    time: float = 0.0
    per: Period = "quarter"
    spread: float | None = None
    holding: float = 0.2


@dataclass(frozen=True, slots=True)
class Placed:
    """What is held of an item: `quoted` and `covered` (net replenishment time) in hours, units, cost a year.

    `before` are the units that the programme has as its safety stock, and `cost_before` what they cost a year.
    """

    item: str
    quoted: float
    covered: float
    stock: float
    cost: float
    before: float
    cost_before: float


@dataclass(frozen=True)
class Placements:
    """Safety stocks of all items that demand reaches; what they cost a year, and less than which no placement costs."""

    items: tuple[Placed, ...]
    cost: float
    bound: float
    is_optimal: bool


def safety_stocks(programme: Programme, service: Service) -> Placements:
    """Return the safety stocks of least cost with which customers are served as promised, whole units up.

    Raises ProgrammeError where the spread of demand cannot be told from the programme.
    """
    asked = _content(programme)
    own = _spreads(programme, service)
    reached = [i.id for i in programme.items if own.keys() & asked[i.id].keys() and not i.phantom]
    network = _network(programme, service, reached, own, asked)
    found = place(network)
    rate = service.holding
    placed = tuple(_placed(programme, network, found, k, rate) for k in range(len(reached)))
    return Placements(placed, found.cost * rate, found.bound * rate, found.is_optimal)


def _network(
    programme: Programme, service: Service, reached: list[str], own: Mapping[str, float],
    asked: Mapping[str, Mapping[str, float]],
) -> ServiceNetwork:  # fmt: skip
    row, value = {name: k for k, name in enumerate(reached)}, item_costs(programme)
    stages = tuple(
        Stage(
            name, ceil(replenishment_hours(programme, name) / DAY - 1e-9), value[name],
            sqrt(sum((share * own.get(sold, 0.0)) ** 2 for sold, share in asked[name].items())),
            promised=int(service.time // DAY) if name in own else inf,
        )
        for name in reached
    )  # fmt: skip
    arcs = {(row[part], row[name]) for name in reached for part, _ in inputs(programme, name) if part in row}
    return ServiceNetwork(stages, tuple(sorted(arcs)), max(float(norm.ppf(service.level)), 0.0))


def _placed(programme: Programme, network: ServiceNetwork, found: Placement, k: int, rate: float) -> Placed:
    stage, covered = network.stages[k], found.covered[k]
    units = network.factor * stage.spread * sqrt(covered)
    before = programme.item[stage.id].safety_stock.planned
    return Placed(
        stage.id, found.quoted[k] * DAY, covered * DAY, ceil(units - 1e-6), units * stage.cost * rate,
        before, before * stage.cost * rate,
    )  # fmt: skip


def inputs(programme: Programme, item: str) -> Iterator[tuple[str, float]]:
    """Yield what goes into an item and how much of it into a good unit: by the preferred line of each place of its
    bill, from the other site where a lane brings it.
    """
    move = brought(programme, item)
    if move is not None:
        yield move.origin, 1.0
    routing = programme.routing_of.get(item, ())
    names, reached = [o.operation for o in routing], effort(routing).reached if routing else ()
    for line, *_ in programme.places_of.get(item, ()) if routing else ():
        at = names.index(line.operation) if line.operation in names else 0
        yield line.component, line.quantity.planned * reached[at]


def _content(programme: Programme) -> dict[str, dict[str, float]]:
    """Return by item how much of it goes, on all ways, into a unit of each item that contains it, itself included."""
    found: dict[str, dict[str, float]] = {i.id: {i.id: 1.0} for i in programme.items}
    for item in parents_first(programme):
        for part, quantity in inputs(programme, item):
            for sold, units in found[item].items():
                found[part][sold] = found[part].get(sold, 0.0) + units * quantity
    return found


def item_costs(programme: Programme) -> dict[str, float]:
    """Return what a unit of each item costs: the first supplier's price (whoever pays it), or its parts and lanes."""
    found: dict[str, float] = {}
    for item in reversed(parents_first(programme)):
        offers, move = programme.sources_of.get(item, ()), brought(programme, item)
        parts = sum(found[part] * quantity for part, quantity in inputs(programme, item))
        bought = offers[0].price.planned if offers and item not in programme.routing_of else 0.0
        found[item] = parts + bought + (move.lane.cost.planned if move else 0.0)
    return found


def replenishment_hours(programme: Programme, item: str) -> float:
    """Return how long an item takes once its inputs are there, elapsed: ordering, lead and receiving time of its first
    supplier; its operations, rework included, at the pace of their calendars; or its lane.
    """
    move, offers = brought(programme, item), programme.sources_of.get(item, ())
    routing = programme.routing_of.get(item, ())
    if routing:
        return sum(
            o.time.planned * n * _pace(programme, o) for o, n in zip(routing, effort(routing).passes, strict=True)
        )
    if move is not None:
        return move.lane.time.planned
    first = offers[:1]
    return sum(s.ordering_time.planned + s.lead_time.planned + s.receiving_time.planned for s in first)


def _pace(programme: Programme, operation: Operation) -> float:
    """Return the elapsed hours in which a work centre works one, over the programme."""
    worked = float(
        calendar(programme, calendar_of(programme.work_centre[operation.work_centre])).worked(programme.horizon_hours)
    )
    return programme.horizon_hours / worked if worked > 0 else 1.0


def _spreads(programme: Programme, service: Service) -> dict[str, float]:
    """Return the standard deviation of a day's demand of each item that is asked for, days being independent.

    Of the demand of each period between an item's first and last: how far from a straight line through them, so that a
    ramp is no spread. Items asked for in too few periods spread, by share of their mean, as the others on average.
    """
    begins = periods(programme, service.per, programme.horizon_hours)
    days = fmean(end - begin for begin, end in begins[1:] or begins) / DAY
    asked = _by_period(programme, [end for _, end in begins])
    shares = {item: _deviation(units) / units.mean() for item, units in asked.items() if units.size >= FEWEST_PERIODS}
    known = service.spread if service.spread is not None else (fmean(shares.values()) if shares else None)
    if known is None and asked:
        said = f"no item is asked for in {FEWEST_PERIODS} periods or more, so its spread cannot be told"
        raise ProgrammeError(
            [Issue("--spread", 0, "", said, "give the spread, such as 0.3, or count by `--per month`")]
        )
    told = {} if service.spread is not None else shares
    return {item: told.get(item, known or 0.0) * units.mean() / sqrt(days) for item, units in asked.items()}


def _by_period(programme: Programme, ends: list[float]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the units of each item asked for by period, from its first to its last with any."""
    found: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = defaultdict(lambda: np.zeros(len(ends)))
    for demand in programme.demand:
        found[demand.item][int(np.searchsorted(ends, demand.due.planned, side="right").clip(0, len(ends) - 1))] += (
            demand.quantity
        )
    return {item: np.trim_zeros(units) for item, units in found.items() if units.any()}


def _deviation(units: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Return the standard deviation about the straight line through units by period."""
    at = np.arange(units.size)
    left = units - np.polyval(np.polyfit(at, units, 1), at)
    return float(np.sqrt(left @ left / (units.size - 2)))
