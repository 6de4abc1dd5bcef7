"""How items are made and moved, as arrays for the planner's loops: ways, operations, what they take.

Every quantity is per good unit, so yield, rework and scrap are in the numbers already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plantwright.model.bills import is_choice
from plantwright.model.programme import Component, FirmOrder, Item, Lane, Move, Operation, Programme
from plantwright.model.routes import Route, step_of, way_through
from plantwright.planning.capacity import RESOURCE, WORK_CENTRE, Capacities, calendar_of
from plantwright.planning.yields import Effort, effort, expected_good

Table = NDArray[np.void]
"""Rows with named fields (a structured array)."""

ITEM = np.dtype([("made", "i8"), ("op0", "i8"), ("op1", "i8"), ("line0", "i8"), ("line1", "i8"),
                 ("source0", "i8"), ("source1", "i8"), ("power_kw", "f8"), ("safety", "f8"), ("life", "f8"),
                 ("into", "i8"), ("pegs", "i8"), ("give0", "i8"), ("give1", "i8"), ("way0", "i8"), ("way1", "i8"),
                 ("least", "f8"), ("multiple", "f8"), ("lane", "i8"), ("dated", "i8")])  # fmt: skip
GIVEN = np.dtype([("item", "i8"), ("quantity", "f8")])
OPERATION = np.dtype([("calendar", "i8"), ("hours", "f8"), ("use0", "i8"), ("use1", "i8"), ("campaign", "i8"),
                      ("from", "f8"), ("to", "f8")])  # fmt: skip
USE = np.dtype([("capacity", "i8"), ("hours", "f8"), ("again", "i8")])
LINE = np.dtype([("component", "i8"), ("quantity", "f8"), ("operation", "i8"), ("place0", "i8"), ("place1", "i8"),
                 ("from", "f8"), ("to", "f8"), ("rule", "i8"), ("choice", "i8")])  # fmt: skip
BUY = -1
NO_EFFORT = Effort(1.0, (), ())


@dataclass(frozen=True, slots=True)
class Way:
    """One way to have an item: the operations that it goes through from step `first` on, and what a good unit takes of
    them; or a lane.
    """

    item: str
    route: Route
    effort: Effort
    move: Move | None = None
    first: int = 0


@dataclass(frozen=True)
class Products:
    """Tables by name as in `Arrays`; how each row of items is made, what lines are called, rows of safety stock and of
    each order that stands.
    """

    tables: dict[str, Any]
    ways: tuple[Way | None, ...]
    lines: tuple[tuple[str, str], ...]
    safety: dict[str, int]
    standing: tuple[int, ...]


def products(
    programme: Programme, capacity: Capacities, calendars: list[str], rules_about: list[tuple[str, ...]],
    faults: Mapping[str, str], safe: tuple[str, ...],
) -> Products:  # fmt: skip
    """Return the tables of what is made: a row for each item, then its further ways, then those into safety stock."""
    found = _Products(programme, capacity, calendars, rules_about)
    ways = {i.id: _ways(programme, i.id) if i.id not in faults else [] for i in programme.items}
    for item in programme.items:
        found.add(item, ways[item.id][0] if ways[item.id] else None)
    for item in programme.items:
        moves = [Way(item.id, (), NO_EFFORT, move) for move in programme.moves_of.get(item.id, ())]
        found.try_in_turn(found.index[item.id], [found.add(item, way) for way in (*ways[item.id][1:], *moves)])
    safety = {name: found.copy(found.index[name]) for name in safe}
    for name, row in safety.items():
        found.try_in_turn(row, [found.copy(way) for way in found.further[found.index[name]]])
    standing = tuple(found.stand(order, ways[order.item]) for order in programme.production_orders)
    return Products(found.tables(), tuple(found.ways), tuple(found.named), safety, standing)


def _ways(programme: Programme, item: str) -> list[Way]:
    """Return the ways to make an item of which units are good at all."""
    routes = programme.routes_of.get(item, ())
    return [Way(item, route, effort(route)) for route in routes if expected_good(route) > 0]


class _Products:
    """The tables in the making, a list each."""

    def __init__(
        self, programme: Programme, capacity: Capacities, calendars: list[str], rules_about: list[tuple[str, ...]]
    ) -> None:
        self.programme, self.capacity = programme, capacity
        self.calendars, self.rules_about = calendars, rules_about
        self.index = {item.id: i for i, item in enumerate(programme.items)}
        self.lanes = {lane.id: n for n, lane in enumerate(programme.lanes)}
        self.campaigns = {pair: k for k, pair in enumerate(campaigns_of(programme))}
        self.items: list[dict[str, float]] = []
        self.ways: list[Way | None] = []
        self.turns: list[int] = []
        self.further: dict[int, list[int]] = {}
        self.operations: list[tuple[Any, ...]] = []
        self.uses: list[tuple[int, float, bool]] = []
        self.lines: list[tuple[Any, ...]] = []
        self.named: list[tuple[str, str]] = []
        self.gives: list[tuple[int, float]] = []
        self.sources = 0

    def tables(self) -> dict[str, Any]:
        """Return the tables as arrays."""
        return {
            "items": np.array([tuple(row[name] for name in ITEM.names or ()) for row in self.items], dtype=ITEM),
            "ways": np.array(self.turns, dtype=np.int64),
            "operations": np.array(self.operations, dtype=OPERATION),
            "uses": np.array(self.uses, dtype=USE),
            "lines": np.array(self.lines, dtype=LINE),
            "gives": np.array(self.gives, dtype=GIVEN),
        }

    def add(self, item: Item, way: Way | None) -> int:
        """Add a row for a way to make an item (or for one that is not made) and return it."""
        into, move = self.index[item.id], way.move if way else None
        first = len(self.items) == into  # further ways come after the first rows of all items
        lot = (move.lane.moq.planned, move.lane.multiple.planned) if move else (item.lot_min, max(item.lot_multiple, 1))
        offers = len(self.programme.sources_of.get(item.id, ())) if first else 0
        row = {
            "made": way is not None, "source0": self.sources, "source1": self.sources + offers, "into": into,
            "power_kw": item.power.planned, "safety": item.safety_time.planned, "life": usable_life(item), "pegs": 1,
            "way0": 0, "way1": 0, "least": max(ceil(lot[0] / lot[1] - 1e-9), 1) * lot[1], "multiple": lot[1],
            "lane": self.lanes[move.lane.id] if move else -1,
        }  # fmt: skip
        self.sources += offers
        self.items.append(row | self._route(way))
        self.ways.append(way)
        return len(self.items) - 1

    def copy(self, row: int) -> int:
        """Add a row as another one is, but for stock and not for a demand, and return it."""
        self.items.append(self.items[row] | {"pegs": 0})
        self.ways.append(self.ways[row])
        return len(self.items) - 1

    def stand(self, order: FirmOrder, ways: list[Way]) -> int:
        """Return the row by which an order that stands is made: one of its own where it says where it is or goes."""
        if not ways or not (order.next_operation or order.work_centres):
            return self.index[order.item]
        routes = [way.route for way in ways]
        route = way_through(routes, order.work_centres) or routes[0]
        first = step_of(route, order.next_operation)
        return self.add(self.programme.item[order.item], Way(order.item, route, effort(route, first), first=first))

    def try_in_turn(self, row: int, further: list[int]) -> None:
        """Set what is tried in turn where an item is asked for: its ways to make it, then buying it."""
        given, self.further[row] = self.items[row], further
        lanes = [(way, made.move.lane) for way in further if (made := self.ways[way]) is not None and made.move]
        made_here = [*([row] if given["made"] else []), *further[: len(further) - len(lanes)]]
        bought = given["source1"] > given["source0"] or not (given["made"] or lanes)
        given["way0"] = len(self.turns)
        self.turns += [way for way, lane in lanes if lane.preference == 0]
        self.turns += [*made_here, *([BUY] if bought else [])]
        self.turns += [way for way, lane in lanes if lane.preference > 0]
        given["way1"] = len(self.turns)

    def _route(self, way: Way | None) -> dict[str, float]:
        """Add operations, uses, lines of the bill and by-products of a way, and return where they are."""
        first = len(self.operations), len(self.lines), len(self.gives)
        if way is not None and way.move is not None:
            self._bring(way.move)
        elif way is not None:
            self._operate(way)
            self._compose(way, first[0])
            beside = self.programme.by_products_of.get(way.item, ())
            self.gives += [(self.index[g.component], g.quantity.planned) for g in beside]
        last = len(self.operations), len(self.lines), len(self.gives)
        names = ("op0", "line0", "give0", "op1", "line1", "give1")
        dated = any(row[5:] != (-inf, inf) for row in self.operations[first[0] :])
        return {**dict(zip(names, (*first, *last), strict=True)), "dated": dated}

    def _bring(self, move: Move) -> None:
        """Add what a lane does with a unit: it takes one from where it comes, and needs its time."""
        at, line, used = len(self.operations), len(self.lines), len(self.uses)
        always = self.calendars.index("always")
        self.operations.append((always, move.lane.time.planned, used, used, -1, *_valid(move.lane)))
        self.lines.append((self.index[move.origin], 1.0, at, line, line + 1, -inf, inf, -1, False))
        self.named.append(("", move.origin))

    def _operate(self, way: Way) -> None:
        begun, family = len(self.uses), self.programme.item[way.item].family
        for operation, passes in zip(way.route, way.effort.passes, strict=True):
            needs = _uses(self.programme, operation, passes, self.capacity)
            calendar_row = self.calendars.index(calendar_of(self.programme.work_centre[operation.work_centre]))
            campaign = self.campaigns.get((operation.work_centre, family), -1)
            span = len(self.uses), len(self.uses) + len(needs)
            hours = operation.time.planned * passes
            self.operations.append((calendar_row, hours, *span, campaign, *_valid(operation)))
            self.uses += [(row, taken, False) for row, taken in needs]
        rows = [row for row, _, _ in self.uses[begun:]]
        self.uses[begun:] = [(row, taken, rows.count(row) > 1) for row, taken, _ in self.uses[begun:]]

    def _compose(self, way: Way, op0: int) -> None:
        names = [o.operation for o in way.route]
        for lines in self.programme.places_of.get(way.item, ()):
            place = [line for line in lines if step_of(way.route, line.operation) >= way.first]
            span = len(self.lines), len(self.lines) + len(place)
            for line in place:
                at = step_of(way.route, line.operation)
                quantity = line.quantity.planned * way.effort.reached[at]
                rule = self.rules_about.index(line.customers) if line.customers else -1
                self.lines.append((
                    self.index[line.component], quantity, op0 + at, *span, *_valid(line), rule, is_choice(lines)
                ))  # fmt: skip
                self.named.append((names[at], line.component))


def usable_life(item: Item) -> float:
    """Return how long before its wished time one may be made: its shelf life less the safety time that it is kept."""
    return max(item.shelf_life.planned - item.safety_time.planned, 0.0) if item.shelf_life else inf


def campaigns_of(programme: Programme) -> list[tuple[str, str]]:
    """Return the pairs of work centre and product family that a station there is set up for."""
    made = [(o.work_centre, programme.item[o.item].family) for o in programme.routing]
    return sorted({(centre, family) for centre, family in made if family and programme.work_centre[centre].setup})


def setup_hours(programme: Programme, kind: str, name: str) -> float:
    """Return how long a station is set up for another family; nothing at what is no work centre."""
    setup = programme.work_centre[name].setup if kind == WORK_CENTRE else None
    return setup.planned if setup else 0.0


def _uses(programme: Programme, operation: Operation, passes: float, capacity: Capacities) -> list[tuple[int, float]]:
    """Return the capacity that one good unit takes at an operation: (row of capacity, hours). A batch shares its
    station.
    """
    centre = programme.work_centre[operation.work_centre]
    hours = operation.time.planned * passes
    shared = hours / operation.batch_max
    found = [(capacity.row(WORK_CENTRE, centre.id), shared)]
    found += [(capacity.row(RESOURCE, need.id), shared * need.amount.planned) for need in centre.resources]
    found += [(capacity.row(RESOURCE, need.id), hours * need.amount.planned) for need in operation.resources]
    return [(row, taken) for row, taken in found if taken > 0]


def _valid(row: Component | Operation | Lane) -> tuple[float, float]:
    """Return from when and up to when (not included) a row counts, hours from start."""
    return (row.valid_from.planned if row.valid_from else -inf, row.valid_to.planned if row.valid_to else inf)
