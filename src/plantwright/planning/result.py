"""From the planner's tables to the plan: orders, shipments, pegging and loads under their names.

What a planner reads about late demands is worded in `reasons`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import (
    Assignment,
    Consumption,
    Expiry,
    Pegging,
    Plan,
    ProductionOrder,
    PurchaseOrder,
    Shipment,
    Shortfall,
    TransferOrder,
)
from plantwright.planning import state as at
from plantwright.planning.capacity import loads
from plantwright.planning.lead_times import latest_order
from plantwright.planning.mix import mix_shares
from plantwright.planning.problem import Problem
from plantwright.planning.products import Table
from plantwright.planning.reasons import Obstacle, reasons, why_not, with_orders
from plantwright.planning.standing import clashes, standing_orders
from plantwright.planning.state import EPS, State
from plantwright.planning.windows import set_releases


def plan_of(problem: Problem, state: State) -> Plan:
    """Return the plan that the state stands for; ids of orders count up by item in order of time."""
    names = _names_of_lots(problem, state)
    found = Plan(
        purchase_orders=_purchase_orders(problem, state, names),
        production_orders=_production_orders(problem, state, names),
        pegging=_pegging(problem, state, names),
        shipments=_shipments(problem, state),
        reasons=reasons(problem, state),
        loads=loads(problem.capacity, problem.capacity.hours - state.room, problem.edges, _setups(problem, state)),
        consumptions=_consumptions(problem, state, names),
        assignments=_assignments(problem, state, names),
        transfer_orders=_transfer_orders(problem, state, names),
        order=tuple(demand.id for demand in problem.demands),
        shortfalls=_shortfalls(problem, state),
        expiries=_expiries(problem, state, names),
        clashes=clashes(problem, state),
    )
    found = replace(found, reasons=with_orders(problem.programme, found))
    return replace(found, mix=mix_shares(problem.programme, found))


def _setups(problem: Problem, state: State) -> NDArray[np.float64]:
    """Return the hours lost to changeovers, shape (rows of capacity, buckets): a setup for all families but one."""
    return np.asarray(np.maximum(state.families - 1, 0) * problem.arrays.setup[:, None])


def rows_of(table: Table, count: int) -> Table:
    """Return the rows of a table that are in use."""
    return table[:count]


def _lots(state: State) -> Table:
    return rows_of(state.lots, state.counts[at.N_LOTS])


def _in_time(lots: Table, kind: int) -> NDArray[np.int64]:
    """Return the lots of a kind, by item, then time, then row."""
    chosen = np.flatnonzero(lots["kind"] == kind)
    return chosen[np.lexsort((chosen, lots["there"][chosen], lots["item"][chosen]))]


def _names_of_lots(problem: Problem, state: State) -> list[str]:
    """Return an id for every lot: stock:ITEM:n, buy:ITEM:n, make:ITEM:n; the parts of a stock row share its id."""
    lots = _lots(state)
    rows = problem.programme.stock_ids
    stands = {*rows, *(order.id for order in problem.programme.production_orders)}
    names = [""] * lots.size
    for lot in np.flatnonzero(lots["kind"] == at.STOCK).tolist():
        names[lot] = rows[lots["source"][lot]]
    for kind, prefix in ((at.PURCHASE, "buy"), (at.PRODUCTION, "make"), (at.TRANSFER, "move")):
        counted: dict[int, int] = {}
        order = _in_time(lots, kind)
        order = order[~_standing(problem, lots[order])]
        for lot, item in zip(order.tolist(), lots["item"][order].tolist(), strict=True):
            counted[item] = counted.get(item, 0) + 1
            while (name := f"{prefix}:{problem.programme.items[item].id}:{counted[item]}") in stands:
                counted[item] += 1
            names[lot] = name
    for lot in np.flatnonzero(_standing(problem, lots)).tolist():
        names[lot] = standing_orders(problem)[lots["source"][lot]].id
    for lot in np.flatnonzero(lots["kind"] == at.BY_PRODUCT).tolist():
        maker = names[state.orders["lot"][lots["source"][lot]]]
        names[lot] = f"{maker}>{problem.programme.items[lots['item'][lot]].id}"
    return names


def _standing(problem: Problem, lots: Table) -> NDArray[np.bool_]:
    """Return which lots are made by orders that stand: they were placed before all others."""
    return np.asarray((lots["kind"] == at.PRODUCTION) & (lots["source"] < len(standing_orders(problem))))


def _purchase_orders(problem: Problem, state: State, names: list[str]) -> tuple[PurchaseOrder, ...]:
    """Return the orders that are open already, then those that are planned."""
    lots, orders = _lots(state), [*_open_orders(problem)]
    for lot in _in_time(lots, at.PURCHASE).tolist():
        row, source = lots[lot], problem.sources[lots[lot]["source"]]
        received = float(row["there"]) - source.receiving_time.planned
        placed = latest_order(source, received, problem.arrays.frozen)
        if row["quantity"] > EPS:
            orders.append(PurchaseOrder(
                names[lot], source.item, source.supplier, _tidy(row["quantity"]), placed, received,
                source.price.planned, source.consigned,
            ))  # fmt: skip
    return tuple(orders)


def _open_orders(problem: Problem) -> Iterator[PurchaseOrder]:
    """Yield what is on order already, at the price of the supplier's offer (nothing where there is none any more)."""
    for name, row in zip(problem.programme.stock_ids, problem.programme.stock, strict=True):
        if row.kind == "on_order":
            offers = [s for s in problem.programme.sources_of.get(row.item, ()) if s.supplier == row.supplier]
            received = max(row.available.planned, 0.0) if row.available else 0.0
            placed = min(received - offers[0].lead_time.planned, 0.0) if offers else 0.0
            price, consigned = (offers[0].price.planned, offers[0].consigned) if offers else (0.0, False)
            yield PurchaseOrder(
                name, row.item, row.supplier, row.quantity.planned, placed, received, price, consigned, frozen=True
            )


def _shortfalls(problem: Problem, state: State) -> tuple[Shortfall, ...]:
    found = []
    for item, short, begins, ends, *obstacle in rows_of(state.shorts, state.counts[at.N_SHORTS]).tolist():
        name = problem.programme.items[item].id
        text = why_not(problem, state.room, name, Obstacle(begins, *obstacle))[2]
        found.append(Shortfall(name, _tidy(short), begins, ends, text))
    return tuple(found)


def _expiries(problem: Problem, state: State, names: list[str]) -> tuple[Expiry, ...]:
    """Return what is still free when its life ends within the horizon."""
    lots, found = _lots(state), []
    for lot in np.flatnonzero((lots["free"] > EPS) & (lots["until"] < problem.arrays.horizon)).tolist():
        item = problem.programme.items[lots["item"][lot]]
        ends = float(lots["until"][lot]) + item.safety_time.planned
        found.append(Expiry(names[lot], item.id, _tidy(lots["free"][lot]), max(ends, 0.0)))
    return tuple(sorted(found, key=lambda e: (e.at, e.supply)))


def _production_orders(problem: Problem, state: State, names: list[str]) -> tuple[ProductionOrder, ...]:
    """Return the production orders; units started are whole and add up to what yield asks for."""
    lots = _lots(state)
    rows = _in_time(lots, at.PRODUCTION)
    way, good, finish = state.orders["item"][lots["source"][rows]], lots["quantity"][rows], lots["there"][rows]
    release, started = np.zeros(rows.size), np.zeros(rows.size)
    set_releases(problem.arrays, way, finish, release)
    for row in np.unique(way).tolist():
        mine, made = way == row, problem.ways[row]
        asked = np.cumsum(good[mine]) * (made.effort.started if made is not None else 1.0)
        started[mine] = np.diff(np.floor(asked + 0.5 + EPS), prepend=0.0)
    ids = [problem.programme.items[i].id for i in lots["item"][rows].tolist()]
    stands = _standing(problem, lots[rows]).tolist()
    columns = (started.tolist(), release.tolist(), finish.tolist(), np.round(good, 9).tolist(), stands)
    return tuple(map(ProductionOrder, [names[lot] for lot in rows.tolist()], ids, *columns))


def _transfer_orders(problem: Problem, state: State, names: list[str]) -> tuple[TransferOrder, ...]:
    """Return what goes by lanes from site to site, by item in order of time."""
    lots, found = _lots(state), []
    for lot in _in_time(lots, at.TRANSFER).tolist():
        way = problem.ways[state.orders["item"][lots["source"][lot]]]
        assert way is not None
        assert way.move is not None
        arrives, lane = float(lots["there"][lot]), way.move.lane
        times = max(arrives - lane.time.planned, 0.0), arrives
        units = _tidy(lots["quantity"][lot])
        found.append(TransferOrder(names[lot], way.item, way.move.origin, lane.id, units, *times, lane.cost.planned))
    return tuple(found)


def _assignments(problem: Problem, state: State, names: list[str]) -> tuple[Assignment, ...]:
    """Return where each order is worked on where its routing gives a choice, orders in order of time."""
    lots, found, choices = _lots(state), [], problem.programme.choices_of
    rows = _in_time(lots, at.PRODUCTION) if choices else np.zeros(0, np.int64)
    for lot, way in zip(rows.tolist(), state.orders["item"][lots["source"][rows]].tolist(), strict=True):
        made = problem.ways[way]
        mine = choices.get(made.item, frozenset()) if made is not None else frozenset()
        for step in made.route if made is not None and mine else ():
            if step.operation in mine:
                found.append(Assignment(names[lot], step.operation, step.work_centre, step.preference))
    return tuple(found)


def _pegging(problem: Problem, state: State, names: list[str]) -> tuple[Pegging, ...]:
    """Return who is served by what, one row a supply and demand, demands in the order of planning."""
    pegs, lots = rows_of(state.pegs, state.counts[at.N_PEGS]), _lots(state)
    pegs = pegs[pegs["quantity"] > EPS]
    keys, inverse = np.unique(pegs["demand"] * max(lots.size, 1) + pegs["lot"], return_inverse=True)
    quantities = np.bincount(inverse, weights=pegs["quantity"], minlength=keys.size)
    demands, given = (keys // max(lots.size, 1)).tolist(), keys % max(lots.size, 1)
    items = [problem.programme.items[i].id for i in lots["item"][given].tolist()]
    columns = ([problem.askers[d] for d in demands], items, np.round(quantities, 9).tolist())
    return tuple(map(Pegging, [names[lot] for lot in given.tolist()], *columns))


def _consumptions(problem: Problem, state: State, names: list[str]) -> tuple[Consumption, ...]:
    """Return what each order takes where its bill gives a choice, orders in order of time."""
    chosen, lots = rows_of(state.choices, state.counts[at.N_CHOICES]), _lots(state)
    lot_of = state.orders["lot"][chosen["order"]]
    ranked = np.lexsort((chosen["line"], lot_of, lots["there"][lot_of], lots["item"][lot_of]))
    found = []
    for lot, line in zip(lot_of[ranked].tolist(), chosen["line"][ranked].tolist(), strict=True):
        operation, component = problem.lines[line]
        quantity = lots["quantity"][lot] * problem.arrays.lines["quantity"][line]
        found.append(Consumption(names[lot], operation, component, _tidy(quantity)))
    return tuple(found)


def _shipments(problem: Problem, state: State) -> tuple[Shipment, ...]:
    """Return the shipments; units of a demand that leave at one time are one."""
    units: dict[tuple[int, float], float] = {}
    for demand, quantity, ships, _ in rows_of(state.shipments, state.counts[at.N_SHIPMENTS]).tolist():
        if isfinite(ships):
            units[demand, ships] = units.get((demand, ships), 0.0) + quantity
    found = []
    for (demand, ships), quantity in units.items():
        wish = problem.demands[demand]
        arrives = ships + problem.arrays.demands[demand]["transit"]
        found.append(Shipment(wish.id, wish.item, wish.destination, quantity, ships, float(arrives)))
    return tuple(found)


def _tidy(quantity: float) -> float:
    """Return a quantity without the rounding of its sums."""
    return round(float(quantity), 9)
