"""The programme as arrays for the planner's compiled loops: items, operations, suppliers, demands, calendars, capacity.

Every quantity is per good unit, so yield, rework and scrap are in the numbers already. Nothing is decided here; the
loops are in `windows`, `supply` and `priority`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.model.calendars import Calendar
from plantwright.model.check_references import circles
from plantwright.model.programme import Demand, FirmOrder, Programme, Source
from plantwright.model.quantity import Step, value_at
from plantwright.model.schedule import Schedule
from plantwright.planning.capacity import WORK_CENTRE, Capacities, calendar, calendar_of, capacities
from plantwright.planning.lead_times import earliest_receipt, latest_order
from plantwright.planning.products import Table, Way, campaigns_of, products, setup_hours
from plantwright.planning.reservations import Holds, holds
from plantwright.planning.turns import turns
from plantwright.planning.yields import expected_good

WEEK = 168.0
SOURCE = np.dtype([("earliest", "f8"), ("moq", "f8"), ("multiple", "f8"), ("hold0", "i8"), ("hold1", "i8"),
                   ("receiving", "f8"), ("interval", "f8"), ("unfenced", "f8")])  # fmt: skip
DEMAND = np.dtype([("item", "i8"), ("quantity", "f8"), ("wanted", "f8"), ("site", "i8"), ("transit", "f8"),
                   ("least", "f8"), ("last", "f8"), ("customer", "i8"), ("owner", "i8")])  # fmt: skip
TURN = np.dtype([("demand", "i8"), ("quantity", "f8")])


@dataclass(frozen=True)
class Rules:
    """How the planner plans: length of a capacity bucket and how far ahead of need something may be built, both in
    hours.
    """

    bucket_hours: float = 24.0
    build_ahead_hours: float = inf

    def __post_init__(self) -> None:
        if not 0 < self.bucket_hours <= WEEK or WEEK % self.bucket_hours:
            raise ValueError(f"a capacity bucket of {self.bucket_hours} h does not divide a week of 168 h")
        if not self.build_ahead_hours >= 0:
            raise ValueError("build_ahead_hours must not be negative")


class Arrays(NamedTuple):
    """What the loops read and never change. Times are hours from start; rows of `demands` are in the order of planning.

    Rows of `items` beyond the programme's are further ways to make one of them, `into` its stock; those that `pegs` is
    0 of are asked for stock and not for a demand, by the rows of `demands` beyond the programme's. `ways`: rows in the
    order in which they are tried, those of an item from `way0` to `way1`; -1 stands for buying. Orders are of `least`
    good units, in multiples. A lot is to be there the `safety` time before it is needed and may be kept for its `life`.
    `gives`: what comes out with each good unit.

    `turns`: which demand is planned when, and how much of it. `last`: when a demand's last unit may leave; `least`:
    units that leave together at least. `holds`: reservation of each row of what is kept of suppliers' weeks.
    `kept_for`: which demands may have what an owner keeps, up to `until`: reservations, then customers.

    `shift_*`: working intervals of all calendars end to end, those of calendar c from `shift0[c]` to `shift0[c + 1]`.
    Lines of a bill from `place0` up to `place1` fill one place, in turn. `allowed`: whether a rule about customers
    allows one, shape (rules, customers); the last customer is nobody. `worked`: working hours at each bucket's edge,
    shape (calendars, buckets + 1). `receipt`: when an order of a source and week is there, infinite where it cannot be;
    `placed`: when it is placed, where a slushy zone makes that count, shape (sources, weeks). `campaigns`: row of
    capacity of each work centre and family that is set up for there, `setup`: hours of a setup by row. `frozen`: before
    it no order is placed or begun, before `slushy` only one that keeps a demand in time.
    """

    items: Table
    ways: NDArray[np.int64]
    operations: Table
    uses: Table
    lines: Table
    gives: Table
    sources: Table
    demands: Table
    turns: Table
    holds: NDArray[np.int64]
    kept_for: NDArray[np.bool_]
    until: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    shift_start: NDArray[np.float64]
    shift_end: NDArray[np.float64]
    shift_before: NDArray[np.float64]
    shift0: NDArray[np.int64]
    worked: NDArray[np.float64]
    campaigns: NDArray[np.int64]
    setup: NDArray[np.float64]
    receipt: NDArray[np.float64]
    placed: NDArray[np.float64]
    today: float
    frozen: float
    slushy: float
    bucket: float
    horizon: float
    build_ahead: float


@dataclass(frozen=True)
class Problem:
    """The arrays, what their rows stand for, and the capacity that planning starts with."""

    programme: Programme
    rules: Rules
    arrays: Arrays
    demands: tuple[Demand, ...]
    sources: tuple[Source, ...]
    ways: tuple[Way | None, ...]
    """How each row of `arrays.items` is made; None where it is not."""
    lines: tuple[tuple[str, str], ...]
    """Operation and component of each row of `arrays.lines`."""
    capacity: Capacities
    edges: NDArray[np.float64]
    supplier_weeks: NDArray[np.float64]
    """Most units of a source and week beyond what is on order already, shape (sources, weeks)."""
    lane_weeks: NDArray[np.float64]
    """Most units that leave by a lane in a week, shape (lanes, weeks)."""
    site_units: NDArray[np.float64]
    """Units that a destination can install in a week, shape (destinations, weeks)."""
    site_power: NDArray[np.float64]
    """Kilowatts at a destination by the end of a week, infinite where it names none, shape (destinations, weeks)."""
    kept: Holds
    """What is reserved at the start."""
    askers: tuple[str, ...]
    """Who the rows of `arrays.demands` are: ids of demands, then `safety:ITEM` for the safety stock of each item, then
    `firm:ORDER` for the components of each production order that stands."""
    faults: Mapping[str, str]
    """Items that cannot be made as their data are, and why."""


def problem(programme: Programme, schedule: Schedule, rules: Rules, order: tuple[str, ...] | None = None) -> Problem:
    """Return the programme as the planner's arrays, demands in order of priority, due date and id.

    `order` names all demands in another order; raises `ValueError` where it breaks the order of priorities.
    """
    faults = unmakeable(programme)
    weeks = max(1, ceil(programme.horizon_hours / WEEK))
    edges = _edges(round(weeks * WEEK / rules.bucket_hours), rules.bucket_hours)
    capacity = capacities(programme, schedule, edges)
    demands = _ordered(programme, order)
    sources = tuple(s for item in programme.items for s in programme.sources_of.get(item.id, ()))
    calendars = sorted({*(calendar_of(w) for w in programme.work_centres), *(["always"] if programme.moves else [])})
    frozen, slushy = programme.frozen_until, programme.slushy_until
    supplier_weeks, receipt = _supplier_weeks(sources, weeks, frozen)
    _take_open_orders(programme, sources, supplier_weeks)
    kept = holds(programme, demands, sources, supplier_weeks)
    items = {item.id: i for i, item in enumerate(programme.items)}
    sites = {site.id: i for i, site in enumerate(programme.destinations)}
    rules_about, customers = customer_rules(programme)
    safe = tuple(item.id for item in programme.items if any(level > 0 for _, level in item.safety_levels))
    keepers = _of_customers(demands, customers if rules_about else [])
    made = products(programme, capacity, calendars, rules_about, faults, safe)
    asking = [_demand_row(programme, d, items, sites, customers) for d in demands]
    asking += [_safety_row(programme, made.safety[name], name, customers) for name in safe]
    standing = zip(made.standing, programme.production_orders, strict=True)
    asking += [_standing_row(programme, row, each, customers) for row, each in standing]
    arrays = Arrays(
        **made.tables,
        sources=_rows(SOURCE, [_source_row(s, k, kept, frozen, programme.today) for k, s in enumerate(sources)]),
        demands=_rows(DEMAND, asking),
        turns=_rows(TURN, turns(programme, demands)),
        holds=np.array([owner for owner, _ in kept.rows], dtype=np.int64),
        kept_for=np.hstack(
            [np.concatenate([kept.kept_for, keepers]), _kept_for_standing(programme, keepers, customers, len(safe))]
        ),
        until=np.append(kept.until, np.full(len(customers) if rules_about else 0, inf)),
        allowed=np.array([[c in rule for c in customers] for rule in rules_about], bool).reshape(-1, len(customers)),
        **_calendar_tables([calendar(programme, name) for name in calendars], edges),
        campaigns=np.array([capacity.row(WORK_CENTRE, c) for c, _ in campaigns_of(programme)], dtype=np.int64),
        setup=np.array([setup_hours(programme, *name) for name in capacity.names]),
        receipt=receipt,
        placed=_placed(sources, receipt, frozen) if slushy > frozen else np.zeros((0, 0)),
        today=programme.today,
        frozen=frozen,
        slushy=slushy,
        bucket=rules.bucket_hours,
        horizon=programme.horizon_hours,
        build_ahead=rules.build_ahead_hours,
    )
    return Problem(
        programme, rules, arrays, demands, sources, made.ways, made.lines, capacity, edges, supplier_weeks,
        _lane_weeks(programme, weeks), *_sites(programme, weeks), kept, _askers(programme, demands, safe), faults,
    )  # fmt: skip


def unmakeable(programme: Programme) -> dict[str, str]:
    """Return the items that cannot be made as their data are, and why: one goes into itself, or none is ever good."""
    found: dict[str, str] = {}
    parts = {item: tuple(line.component for line in lines) for item, lines in programme.components_of.items()}
    for path in circles(parts):
        found |= dict.fromkeys(path, f"it goes into itself: {' -> '.join((*path, path[0]))}")
    for item, ways in programme.routes_of.items():
        if all(expected_good(route) <= 0 for route in ways):
            found[item] = "no unit of it is ever good: its planned yield is nothing"
    return found


def _safety_row(programme: Programme, row: int, item: str, customers: list[str]) -> tuple[Any, ...]:
    """Return who asks for an item's safety stock: for nobody, and as a row of `demands`."""
    nobody = len(customers) - 1
    level = max(level for _, level in programme.item[item].safety_levels)
    return row, level, 0.0, 0, 0.0, 1.0, programme.horizon_hours, nobody, len(programme.reservations) + nobody


def _standing_row(programme: Programme, item: int, order: FirmOrder, customers: list[str]) -> tuple[Any, ...]:
    """Return who asks for the components of an order that stands: for its customer or nobody, as a row of `demands`."""
    customer = customers.index(order.customer) if order.customer in customers else len(customers) - 1
    owner = len(programme.reservations) + customer
    return item, order.quantity.planned, 0.0, 0, 0.0, 1.0, programme.horizon_hours, customer, owner


def _kept_for_standing(
    programme: Programme, keepers: NDArray[np.bool_], customers: list[str], safe: int
) -> NDArray[np.bool_]:
    """Return what safety stock and orders that stand may have of what is kept: these, what is kept for their customer.

    Shape (reservations and, where bills have rules about them, customers; rows of `demands` behind the demands).
    """
    kept = len(programme.reservations)
    found = np.zeros((kept + keepers.shape[0], safe + len(programme.production_orders)), dtype=np.bool_)
    for n, order in enumerate(programme.production_orders, safe):
        if order.customer in customers and keepers.shape[0]:
            found[kept + customers.index(order.customer), n] = True
    return found


def _askers(programme: Programme, demands: tuple[Demand, ...], safe: tuple[str, ...]) -> tuple[str, ...]:
    standing = (f"firm:{order.id}" for order in programme.production_orders)
    return (*(d.id for d in demands), *(f"safety:{name}" for name in safe), *standing)


def plan_order(programme: Programme) -> tuple[str, ...]:
    """Return the ids of all demands in the order of planning: by priority, due date and id."""
    return tuple(d.id for d in sorted(programme.demand, key=lambda d: (d.priority, d.due.planned, d.id)))


def _ordered(programme: Programme, order: tuple[str, ...] | None) -> tuple[Demand, ...]:
    if order is None:
        order = plan_order(programme)
    wishes = {d.id: d for d in programme.demand}
    if sorted(order) != sorted(wishes):
        raise ValueError("the order of planning must name each demand once")
    ordered = tuple(wishes[name] for name in order)
    if any(before.priority > after.priority for before, after in pairwise(ordered)):
        raise ValueError("the order of planning must keep the order of priorities")
    return ordered


def _rows(kind: np.dtype[np.void], rows: list[tuple[Any, ...]]) -> Table:
    return np.array(rows, dtype=kind)


def customer_rules(programme: Programme) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the distinct lists of customers that lines of bills are for, and all customers; the last is nobody."""
    rules = sorted({line.customers for lines in programme.components_of.values() for line in lines if line.customers})
    return rules, [*sorted({d.customer for d in programme.demand}), ""]


def _of_customers(demands: tuple[Demand, ...], customers: list[str]) -> NDArray[np.bool_]:
    """Return which demands are each customer's, shape (customers, demands)."""
    mine = [[d.customer == c for d in demands] for c in customers]
    return np.array(mine, dtype=np.bool_).reshape(len(customers), len(demands))


def _source_row(source: Source, row: int, kept: Holds, frozen: float, today: float) -> tuple[Any, ...]:
    multiple = max(source.multiple.planned, 1e-9)
    smallest = ceil(max(source.moq.planned, 0.0) / multiple - 1e-9) * multiple
    hold0, hold1 = (sum(source < row + more for _, source in kept.rows) for more in (0, 1))
    times = source.receiving_time.planned, source.interval.planned
    earliest = earliest_receipt(source, frozen)
    unfenced = earliest_receipt(source, today) + source.receiving_time.planned
    return earliest, smallest, multiple, hold0, hold1, *times, unfenced


def _demand_row(
    programme: Programme, demand: Demand, items: dict[str, int], sites: dict[str, int], customers: list[str]
) -> tuple[int, float, float, int, float, float, float, int, int]:
    transit = programme.destination[demand.destination].transit.planned
    last = min(programme.horizon_hours, demand.latest.planned - transit if demand.latest else inf)
    customer = customers.index(demand.customer)
    return (
        items[demand.item], demand.quantity, programme.wanted(demand), sites[demand.destination], transit,
        demand.least, last, customer, len(programme.reservations) + customer,
    )  # fmt: skip


def _calendar_tables(calendars: list[Calendar], edges: NDArray[np.float64]) -> dict[str, Any]:
    sizes = [c.starts.size for c in calendars]
    return {
        "shift_start": np.concatenate([np.empty(0), *(c.starts for c in calendars)]).astype(np.float64),
        "shift_end": np.concatenate([np.empty(0), *(c.ends for c in calendars)]).astype(np.float64),
        "shift_before": np.concatenate([np.empty(0), *(c.worked(c.starts) for c in calendars)]),
        "shift0": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "worked": np.array([c.worked(edges) for c in calendars]).reshape(len(calendars), edges.size),
    }


def _supplier_weeks(
    sources: tuple[Source, ...], weeks: int, frozen: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the most units a week and when they may be used: from its start, or once lead time and capacity allow."""
    edges = _edges(weeks, WEEK)
    units = np.full((len(sources), weeks), inf)
    receipt = np.tile(edges[:-1], (len(sources), 1))
    for k, source in enumerate(sources):
        if source.capacity:
            units[k] = np.diff(_integral(source.capacity, edges))
            receipt[k] = [_opens(source.capacity, week) for week in edges[:-1].tolist()]
        receipt[k] = np.maximum(receipt[k], earliest_receipt(source, frozen))
        receipt[k, receipt[k] >= edges[1:]] = inf
        receipt[k] += source.receiving_time.planned
    return units, receipt


def _lane_weeks(programme: Programme, weeks: int) -> NDArray[np.float64]:
    """Return the most units that leave by each lane in a week, infinite where it has no limit."""
    edges, units = _edges(weeks, WEEK), np.full((len(programme.lanes), weeks), inf)
    for k, lane in enumerate(programme.lanes):
        if lane.capacity:
            units[k] = np.diff(_integral(lane.capacity, edges))
    return units


def _placed(sources: tuple[Source, ...], receipt: NDArray[np.float64], frozen: float) -> NDArray[np.float64]:
    """Return when an order of a source and week is placed, shape (sources, weeks); infinite where there is none."""
    placed = np.full(receipt.shape, inf)
    for k, source in enumerate(sources):
        for week in np.flatnonzero(np.isfinite(receipt[k])).tolist():
            placed[k, week] = latest_order(source, receipt[k, week] - source.receiving_time.planned, frozen)
    return placed


def _take_open_orders(programme: Programme, sources: tuple[Source, ...], units: NDArray[np.float64]) -> None:
    """Take from suppliers' weeks what is on order with them already."""
    for row in (r for r in programme.stock if r.kind == "on_order" and r.available):
        week = int(max(row.available.planned if row.available else 0.0, 0.0) // WEEK)
        left = row.quantity.planned
        for k, source in enumerate(sources):
            if (source.item, source.supplier) == (row.item, row.supplier) and week < units.shape[1]:
                taken = min(left, units[k, week])
                units[k, week] -= taken
                left -= taken


def _opens(capacity: tuple[Step, ...], week: float) -> float:
    """Return the first time in the week from `week` on that a supplier delivers, the week's start where it does not."""
    begins = [s.at.planned for s in capacity if s.value.planned > 0 and week < s.at.planned < week + WEEK]
    return min(begins, default=week) if value_at(capacity, week) <= 0 else week


def _edges(count: int, length: float) -> NDArray[np.float64]:
    """Return the edges of `count` spans of `length` hours, from 0."""
    return np.linspace(0.0, count * length, count + 1, dtype=np.float64)


def _integral(steps: tuple[Step, ...], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the integral of a step function from 0 to each edge."""
    ordered = sorted(steps, key=lambda s: s.at.planned)
    before = [0.0, *(s.value.planned for s in ordered)]
    changes = [(max(s.at.planned, 0.0), s.value.planned - b) for s, b in zip(ordered, before, strict=False)]
    return np.asarray(sum((c * np.maximum(edges - at, 0.0) for at, c in changes), start=np.zeros_like(edges)))


def _sites(programme: Programme, weeks: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return whole units that each destination installs in a week, and its kilowatts by the week's end."""
    transit = max((d.transit.planned for d in programme.destinations), default=0.0)
    edges = _edges(weeks + ceil(transit / WEEK) + 1, WEEK)
    units = [np.diff(np.floor(_integral(d.install_rate, edges) + 1e-6)) for d in programme.destinations]
    power = [[value_at(d.power, e - 1e-6) if d.power else inf for e in edges[1:]] for d in programme.destinations]
    shape = (len(programme.destinations), edges.size - 1)
    return np.array(units).reshape(shape), np.array(power, dtype=np.float64).reshape(shape)
