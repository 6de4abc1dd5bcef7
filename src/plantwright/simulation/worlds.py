"""What differs from one replication to the next: drawn times, yields, powers, dates of capacity and of supplies.

Every draw is keyed by (seed, replication, assumption), so a world is the same world in every engine. How the network is
built is in `plant`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.quantity import Quantity, Steps
from plantwright.model.schedule import Taking
from plantwright.simulation.engine import World
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.plant import AGAIN, Plant, route_by
from plantwright.simulation.supply import receipts
from plantwright.simulation.tables import Tables
from plantwright.simulation.timeline import Timeline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Row = tuple[Floats, int, int | Ints, Floats]
"""Times, kind, place (one, or one a row) and values of rows of the timeline."""
NEVER = 1e12  # hours; an installation rate of zero


@dataclass(frozen=True)
class Worlds:
    """All replications' draws, shape (replications,) each, and how they enter the tables.

    `commissioning`: when each delivery of capability is there, shape (replications, deliveries), in the order of the
    programme's tasks. `received`: when each purchase order is, shape (replications, purchase orders). `taken`: what the
    conversion's own tasks take meanwhile.
    """

    programme: Programme
    plan: Plan
    plant: Plant
    tables: Tables
    commissioning: Floats
    replications: range
    seed: int
    taken: tuple[Taking, ...] = ()

    @cached_property
    def received(self) -> Floats:
        """When each purchase order is received, hours from start; infinite where it never is."""
        return receipts(self.programme, self.plan, self.seed, self.replications)

    def draw(self, quantity: Quantity, place: str = "") -> Floats:
        """Return a quantity's value in each replication."""
        return self.programme.register.draw(quantity, self.seed, self.replications, place)

    def varies(self, quantity: Quantity) -> bool:
        """Return whether a quantity is drawn once a replication (what is drawn each time is the kernel's)."""
        return bool(quantity.assumption) and not self.programme.register[quantity.assumption].each

    @cached_property
    def _cells(self) -> tuple[tuple[str, tuple[int, ...], Floats], ...]:
        """Cells of the tables that differ: (table, place, value in each replication)."""
        return (*self._making_cells(), *self._centre_cells(), *self._delivery_cells(), *self._lane_cells())

    def _making_cells(self) -> Iterator[tuple[str, tuple[int, ...], Floats]]:
        for row, (route, name) in enumerate(self.tables.operations):
            step = self.plant.steps.get(route, {}).get(name.split(AGAIN)[0])
            if step is None:
                continue
            fixed = self.tables.fixed["ops"][row]
            if self.varies(step.time):
                yield "timef", (int(fixed[at.O_TIME]), 0), np.maximum(0.0, self.draw(step.time))
            if self.varies(step.yield_) and fixed[at.O_OUT1] - fixed[at.O_OUT0] > 1:
                good = np.clip(self.draw(step.yield_), 0.0, 1.0)
                yield "outcomef", (int(fixed[at.O_OUT0]), at.RF_CUMULATIVE), good
            centre = self.programme.work_centre[step.work_centre]
            needs = [
                *(n for n in centre.resources if n.amount.planned > 0),
                *(n for n in step.resources if n.amount.planned > 0),
            ]
            for i, need in enumerate(needs):
                if self.varies(need.amount):
                    yield "usef", (int(fixed[at.O_USE0]) + i,), np.maximum(1e-9, self.draw(need.amount))

    def _centre_cells(self) -> Iterator[tuple[str, tuple[int, ...], Floats]]:
        for w, centre in enumerate(self.programme.work_centres):
            row = self.tables.fixed["centres"][w]
            if row[at.W_FAILS] != at.FAILS_NEVER and centre.mtbf is not None and centre.mttr is not None:
                for column, quantity in ((at.W_UP_TIME, centre.mtbf), (at.W_REPAIR_TIME, centre.mttr)):
                    if self.varies(quantity):
                        yield "timef", (int(row[column]), 0), np.maximum(1e-9, self.draw(quantity))
            if row[at.W_FAMILIES] > 0 and centre.setup is not None and self.varies(centre.setup):
                first, number = int(row[at.W_SETUP]), int(row[at.W_FAMILIES])
                hours = self.draw(centre.setup)
                for a in range(number):
                    for b in range(number):
                        if a != b:
                            yield "setups", (first + a * number + b,), hours

    def _delivery_cells(self) -> Iterator[tuple[str, tuple[int, ...], Floats]]:
        for (item, site), route in self.plant.delivery.items():
            transit = self.programme.destination[site].transit
            if self.varies(transit):
                row = self.tables.operation_row[route, "transit"]
                yield "timef", (int(self.tables.fixed["ops"][row, at.O_TIME]), 0), np.maximum(0.0, self.draw(transit))
            row = self.tables.operation_row[route, "energise"]
            uses = self.tables.fixed["ops"][row, [at.O_USE0, at.O_USE1]]
            if uses[1] > uses[0] and self.varies(self.programme.item[item].power):
                power = np.maximum(1e-9, self.draw(self.programme.item[item].power))
                yield "usef", (int(uses[0]),), power

    def _lane_cells(self) -> Iterator[tuple[str, tuple[int, ...], Floats]]:
        lanes = {lane.id: lane for lane in self.programme.lanes}
        for item, name in dict.fromkeys((order.item, order.lane) for order in self.plan.transfer_orders):
            if self.varies(lanes[name].time):
                row = self.tables.operation_row[route_by(name, item), "transfer"]
                place = int(self.tables.fixed["ops"][row, at.O_TIME]), 0
                yield "timef", place, np.maximum(0.0, self.draw(lanes[name].time))

    @cached_property
    def _static(self) -> Timeline:
        """The rows of the timeline that are the same in every world: shifts, orders, demands."""
        line = self.tables.timeline
        keep = np.isin(line.kind, (at.L_SHIFT, at.L_DEMAND, at.L_RELEASE))
        return Timeline(line.time[keep], line.kind[keep], line.place[keep], line.value[keep])

    def world(self, index: int) -> World:
        """Return the world of the replication at an index (0..): its timeline and the tables that differ."""
        changed = {
            name: self.tables.fixed[name].copy() for name in ("timef", "outcomef", "usef", "setups", "resourcef")
        }
        for table, place, values in self._cells:
            changed[table][place] = values[index]
        changed["resourcef"][:, at.QF_CAPACITY] = 0.0
        rows = [*self._stations(index), *self._capacities(index), *self._installation(index), *self._supplies(index)]
        return World(_timeline(self._static, rows), changed)

    @cached_property
    def _deliveries(self) -> tuple[tuple[str, str, Floats], ...]:
        """Kind, target and amount (in each replication) of what the conversion delivers."""
        return tuple((d.kind, d.target, self.draw(d.amount)) for t in self.programme.tasks for d in t.delivers)

    def _stations(self, index: int) -> Iterator[Row]:
        for w, centre in enumerate(self.programme.work_centres):
            added = [
                (self.commissioning[index, i], round(float(amount[index])))
                for i, (kind, target, amount) in enumerate(self._deliveries)
                if kind == "work_centre" and target == centre.id
            ]
            times, numbers = _cumulative([(0.0, centre.stations), *added])
            yield times, at.L_STATIONS, w, numbers
        ones = np.ones(1)
        for w in range(len(self.programme.work_centres), len(self.tables.centres)):
            if self.tables.fixed["centres"][w, at.W_AMPLE] == 0:
                yield np.zeros(1), at.L_STATIONS, w, ones

    @cached_property
    def _taken(self) -> tuple[tuple[Taking, Floats], ...]:
        """What tasks take of the resources that are here, and how much in each replication."""
        return tuple((t, self.draw(t.amount)) for t in self.taken if t.resource in self.tables.resources)

    @cached_property
    def _steps(self) -> dict[int, list[tuple[Floats, Floats]]]:
        """Dates and values in each replication of the steps of quantities, by the identity of the steps' owner."""
        owners: list[tuple[int, Steps]] = [(id(r), r.capacity) for r in self.programme.resources]
        owners += [(id(d.install_rate), d.install_rate) for d in self.programme.destinations]
        owners += [(id(d.power), d.power) for d in self.programme.destinations if d.power]
        return {owner: [(self.draw(s.at), self.draw(s.value)) for s in steps] for owner, steps in owners}

    def _capacities(self, index: int) -> Iterator[Row]:
        row = {name: r for r, name in enumerate(self.tables.resources)}
        for resource in self.programme.resources:
            if resource.id not in row:
                continue
            changes = _increments([(float(t[index]), float(v[index])) for t, v in self._steps[id(resource)]])
            changes += [
                (self.commissioning[index, i], float(amount[index]))
                for i, (kind, target, amount) in enumerate(self._deliveries)
                if kind != "work_centre" and target == resource.id
            ]
            for taking, amount in self._taken:
                if taking.resource == resource.id:
                    changes += [(taking.start[index], -amount[index]), (taking.finish[index], amount[index])]
            times, levels = _cumulative(changes)
            times, levels = self._in_calendar(resource.calendar, times, levels)
            yield times, at.L_CAPACITY, row[resource.id], levels
        for site in self.programme.destinations:
            if not site.power:
                yield np.zeros(1), at.L_CAPACITY, row[f"power {site.id}"], np.full(1, np.inf)
                continue
            steps = [(float(t[index]), float(v[index])) for t, v in self._steps[id(site.power)]]
            times, levels = _cumulative(_increments(steps))
            yield times, at.L_CAPACITY, row[f"power {site.id}"], levels

    def _in_calendar(self, name: str, times: Floats, levels: Floats) -> tuple[Floats, Floats]:
        """Return a capacity that is there only while its calendar works."""
        calendar = self.programme.calendars.get(name)
        if calendar is None or calendar.is_continuous:
            return times, levels
        bounds = np.concatenate((calendar.starts, calendar.ends))
        moments = np.unique(np.concatenate((times, bounds[bounds < self.programme.horizon_hours], [0.0])))
        level = np.where(
            moments >= times[0], levels[np.maximum(np.searchsorted(times, moments, side="right") - 1, 0)], 0.0
        )
        inside = np.searchsorted(calendar.starts, moments, side="right") - 1
        works = (inside >= 0) & (moments < calendar.ends[np.maximum(inside, 0)])
        return moments, np.where(works, level, 0.0)

    def _installation(self, index: int) -> Iterator[Row]:
        """Yield each destination's time to install a unit; it is shut while it installs none."""
        for site in self.programme.destinations:
            steps = [(float(t[index]), float(v[index])) for t, v in self._steps[id(site.install_rate)]]
            times, rates = _cumulative(_increments(steps))
            hours = np.where(rates > 0, 1.0 / np.maximum(rates, 1.0 / NEVER), NEVER)
            for (_, place), route in self.plant.delivery.items():
                if place == site.id:
                    row = self.tables.operation_row[route, "install"]
                    yield times, at.L_TIME, int(self.tables.fixed["ops"][row, at.O_TIME]), hours
            w = self.tables.centres.index(f"install {site.id}")
            yield np.concatenate(([0.0], times)), at.L_SHIFT, w, np.concatenate(([0.0], (rates > 0).astype(np.float64)))

    @cached_property
    def _bought(self) -> tuple[Ints, Ints, Floats, Floats]:
        """Index, stock row, quantity and hours to receive of the purchase orders whose parts are used."""
        row = {name: k for k, name in enumerate(self.tables.stocks)}
        hours = {(s.item, s.supplier): s.receiving_time.planned for s in reversed(self.programme.sources)}
        orders = [
            (i, row[o.item], o.quantity, 0.0 if o.frozen else hours.get((o.item, o.supplier), 0.0))
            for i, o in enumerate(self.plan.purchase_orders)
            if o.item in row
        ]
        found = np.array(orders, dtype=np.float64).reshape(-1, 4)
        return found[:, 0].astype(np.int64), found[:, 1].astype(np.int64), found[:, 2], found[:, 3]

    def _supplies(self, index: int) -> Iterator[Row]:
        orders, places, quantities, receiving = self._bought
        yield self.received[index, orders] + receiving, at.L_STOCK, places, quantities
        row = {name: k for k, name in enumerate(self.tables.stocks)}
        for i, there in enumerate(self.programme.stock):
            if there.item in row and there.kind != "on_order":
                time = max(0.0, self._available[i][index])
                yield np.full(1, time), at.L_STOCK, row[there.item], np.full(1, self._on_hand[i][index])

    @cached_property
    def _available(self) -> list[Floats]:
        return [
            np.zeros(len(self.replications)) if s.available is None else self.draw(s.available)
            for s in self.programme.stock
        ]

    @cached_property
    def _on_hand(self) -> list[Floats]:
        return [self.draw(s.quantity) for s in self.programme.stock]

    def prepare(self) -> Worlds:
        """Make all draws now, so that threads only read them, and return these worlds."""
        _ = (
            self._bought,
            self._cells,
            self._static,
            self._deliveries,
            self._taken,
            self._steps,
            self._available,
            self._on_hand,
            self.received,
        )
        return self


def _increments(steps: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return (time, change) of steps (time, value)."""
    ordered = sorted(steps, key=lambda step: step[0])
    before = [0.0, *(value for _, value in ordered)]
    return [(time, value - last) for (time, value), last in zip(ordered, before, strict=False)]


def _cumulative(changes: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Return times (none before the start) and the value from each on, from changes in any order."""
    ordered = sorted((max(0.0, float(time)), float(change)) for time, change in changes)
    if not ordered:
        return np.zeros(1), np.zeros(1)
    times, amounts = np.array(ordered).T
    return times, np.maximum(np.cumsum(amounts), 0.0)


def _timeline(static: Timeline, rows: list[Row]) -> Timeline:
    kinds = [np.full(times.size, kind, dtype=np.int64) for times, kind, _, _ in rows]
    places = [np.full(times.size, place, dtype=np.int64) for times, _, place, _ in rows]
    return Timeline(
        np.concatenate((static.time, *(r[0] for r in rows))),
        np.concatenate((static.kind, *kinds)),
        np.concatenate((static.place, *places)),
        np.concatenate((static.value, *(r[3] for r in rows))),
    )
