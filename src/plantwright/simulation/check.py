"""Checks what the simulator says, without any of its code: from the trace of a run, and from the results of all.

No unit from nothing, no part used before it is there, no station or resource overfull, no more compute under power than
the site has megawatts. Findings are sentences; none means that all holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from plantwright.model.outcome import Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.quantity import Quantity
from plantwright.simulation.network import Network, Operation
from plantwright.simulation.trace import KINDS, Trace

SLACK = 1e-6
OUT = -1  # a unit that finished its route, or was scrapped


def check_trace(trace: Trace) -> tuple[str, ...]:
    """Return what is wrong with the history of a run, at most one finding of a kind and place."""
    replay = _Replay(trace)
    kinds = [KINDS[k] for k in trace.kind.tolist()]
    rows = zip(trace.unit.tolist(), trace.place.tolist(), trace.detail.tolist(), trace.value.tolist(), strict=True)
    last = -np.inf
    for kind, time, row in zip(kinds, trace.time.tolist(), rows, strict=True):
        if time < last:
            replay.found["time runs backwards"] = f"an event at {time:g} follows one at {last:g}"
        if time > last:
            replay.instant_over(last)
            last = time
        getattr(replay, kind)(*row)
    replay.instant_over(last)
    return tuple(replay.found.values())


@dataclass
class _Replay:
    """The plant as the trace tells it; each method takes the unit, place, detail and value of one kind of record."""

    trace: Trace
    found: dict[str, str] = field(default_factory=dict)
    expected: dict[int, int] = field(default_factory=dict)
    working: dict[int, int] = field(default_factory=dict)
    at_station: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    station_of: dict[int, int] = field(default_factory=dict)
    level: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    used: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    grown: set[int] = field(default_factory=set)
    there: dict[int, float] = field(default_factory=dict)
    taken: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    owed: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    added: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    returned: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    begun: Counter[int] = field(default_factory=Counter)
    served: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        network: Network = self.trace.tables.network
        steps = {(r.name, o.name): o for r in network.routes for o in r.operations}
        self.steps: list[Operation | None] = [steps.get(name) for name in self.trace.tables.operations]
        stock = {name: k for k, name in enumerate(self.trace.tables.stocks)}
        self.needs = [{stock[k]: q for k, q in o.components.items()} if o else {} for o in self.steps]
        self.level.update({stock[k.name]: k.level for k in network.stocks})
        self.returns = [{stock[k]: q for k, q in o.returns.items()} if o else {} for o in self.steps]
        row = {name: o for o, name in enumerate(self.trace.tables.operations)}
        for work in network.at_work:
            self.begun[row[work.route, work.operation]] += work.units
        self.room = {stock[k.name]: k.capacity for k in network.stocks}
        self.there = {i: r.capacity for i, r in enumerate(network.resources)}
        self.wanted = [d.quantity for d in sorted(network.demands, key=lambda d: (d.priority, d.due))]

    def say(self, kind: str, place: object, text: str) -> None:
        """Keep a finding, the first of its kind at a place."""
        self.found.setdefault(f"{kind} {place}", text)

    def create(self, unit: int, _item: int, op: int, _value: float) -> None:
        """A unit comes in."""
        if unit in self.expected:
            self.say("created twice", unit, f"unit {unit} is created twice")
        self.expected[unit] = op

    def start(self, unit: int, station: int, op: int, _value: float) -> None:
        """An operation starts on a unit."""
        name = self.trace.tables.operations[op]
        if self.expected.get(unit, OUT) != op:
            self.say("out of place", name, f"unit {unit} starts {name} without having come there")
        if unit in self.working:
            self.say("two at once", name, f"unit {unit} starts {name} while another operation runs on it")
        self.working[unit] = op
        if self.begun[op] > 0:  # at work at the start, its components in it already
            self.begun[op] -= 1
        else:
            self._needs_of(op)
        if station >= 0:
            others = {self.working.get(u) for u in self.at_station[station]} - {None}
            if others - {op}:
                self.say("busy station", station, f"{name} starts on a station that is at work on another operation")
            self.at_station[station].add(unit)
            self.station_of[unit] = station
            step = self.steps[op]
            if step is not None and len(self.at_station[station]) > step.batch.most:
                self.say("overfull station", station, f"{name} has {len(self.at_station[station])} units at a time")

    def _needs_of(self, op: int) -> None:
        for stock, quantity in self.needs[op].items():
            self.owed[stock] += quantity
        for stock, quantity in self.returns[op].items():
            self.returned[stock] += quantity

    def finish(self, unit: int, op: int, target: int, _value: float) -> None:
        """An operation ends on a unit."""
        if self.working.pop(unit, None) != op:
            name = self.trace.tables.operations[op]
            self.say("finish without start", name, f"unit {unit} ends {name}, which had not begun")
        self.expected[unit] = target if target >= 0 else OUT
        station = self.station_of.pop(unit, None)
        if station is not None:
            self.at_station[station].discard(unit)

    def leave(self, unit: int, _item: int, _scrapped: int, _value: float) -> None:
        """A unit leaves the plant."""
        if unit in self.working or self.expected.pop(unit, None) is None:
            self.say("leaves", unit, f"unit {unit} leaves while it is at work, or twice")

    def stock(self, _unit: int, stock: int, _op: int, change: float) -> None:
        """A stock grows or falls."""
        self.level[stock] += change
        if change < 0:
            self.taken[stock] -= change
        else:
            self.added[stock] += change

    def resource(self, _unit: int, resource: int, _op: int, change: float) -> None:
        """A resource is taken or given back."""
        self.used[resource] += change
        if change > 0:
            self.grown.add(resource)

    def capacity(self, _unit: int, place: int, is_centre: int, value: float) -> None:
        """A resource's capacity, or a centre's number of stations, changes."""
        if not is_centre:
            self.there[place] = value

    def state(self, *_row: object) -> None:
        """A station's state; the totals are checked elsewhere."""

    def demand(self, unit: int, rank: int, _detail: int, _value: float) -> None:
        """A unit is given to a demand."""
        self.served[rank] += 1
        if self.served[rank] > self.wanted[rank]:
            self.say("overserved", rank, f"a demand for {self.wanted[rank]} gets more units")
        tables = self.trace.tables
        self.expected[unit] = int(tables.fixed["demands"][rank, 1])

    def instant_over(self, time: float) -> None:
        """Check what must hold once all that happens at a time has happened."""
        tables = self.trace.tables
        for stock in {*self.taken, *self.owed}:
            if abs(self.taken[stock] - self.owed[stock]) > SLACK:
                name, owed = tables.stocks[stock], self.owed[stock]
                text = f"at {time:g} starts need {owed:g} of {name}, but {self.taken[stock]:g} are taken"
                self.say("parts", stock, text)
            if self.level[stock] < -SLACK:
                self.say("negative", stock, f"at {time:g} there are {self.level[stock]:g} of {tables.stocks[stock]}")
        for stock, wanted in self.returned.items():
            if self.added[stock] < wanted - SLACK:
                text = (
                    f"at {time:g} starts give back {wanted:g} of {tables.stocks[stock]}, but {self.added[stock]:g} come"
                )
                self.say("returns", stock, text)
        for resource in self.grown:
            if self.used[resource] > self.there[resource] + SLACK:
                name, there = tables.resources[resource], self.there[resource]
                text = f"at {time:g} {self.used[resource]:g} of {name} are used, of which there are {there:g}"
                self.say("overfull", resource, text)
        self.taken.clear()
        self.owed.clear()
        self.added.clear()
        self.returned.clear()
        self.grown.clear()


def check_replications(programme: Programme, plan: Plan, results: Replications) -> tuple[str, ...]:
    """Return what is wrong with the results of all replications: units, parts or power from nothing."""
    found: list[str] = []
    for check in (_order_of_steps, _demands_served, _parts_used, _power_at_sites, _station_time):
        found += check(programme, plan, results)
    return tuple(found)


def _order_of_steps(programme: Programme, plan: Plan, results: Replications) -> Iterator[str]:
    """Units can only be shipped once they are finished, installed once shipped, and so on."""
    stages = {"shipped": results.shipped, "installed": results.installed, "energised": results.energised}
    total = {name: counts.cumsum(axis=2) for name, counts in stages.items()}
    made = {item.id for item in programme.items if item.id in programme.routing_of}
    finished = results.finished.cumsum(axis=2)
    for i, item in enumerate(results.items):
        stock = sum(s.quantity.planned for s in programme.stock if s.item == item)
        stock += sum(order.quantity for order in plan.transfer_orders if order.item == item)
        if item in made and np.any(total["shipped"][:, i] > finished[:, i] + stock + SLACK):
            yield f"more of {item} are shipped than were finished"
        for before, after in (("shipped", "installed"), ("installed", "energised")):
            if np.any(total[after][:, i] > total[before][:, i]):
                yield f"more of {item} are {after} than were {before}"


def _demands_served(programme: Programme, _plan: Plan, results: Replications) -> Iterator[str]:
    """A demand gets no more than it asks for, and nothing arrives that was not shipped."""
    for d, demand in enumerate(programme.demand):
        shipped, arrived = results.demand_shipped[:, d].cumsum(axis=1), results.demand_arrived[:, d].cumsum(axis=1)
        if np.any(shipped[:, -1] > demand.quantity):
            yield f"demand {demand.id} gets more than the {demand.quantity} it asks for"
        if np.any(arrived > shipped):
            yield f"more arrives for demand {demand.id} than was shipped"


def _parts_used(programme: Programme, plan: Plan, results: Replications) -> Iterator[str]:
    """What is finished holds no more of a part than was received, made or in stock by then."""
    row = {item: i for i, item in enumerate(results.items)}
    finished = results.finished.cumsum(axis=2).astype(np.float64)
    there = finished.copy()
    for p, order in enumerate(plan.purchase_orders):
        there[:, row[order.item]] += order.quantity * (results.received[:, [p]] <= results.edges)
    for moved in plan.transfer_orders:
        there[:, row[moved.item]] += moved.quantity * (moved.ships <= results.edges)
    for made, lines in programme.by_products_of.items():
        for line in lines:
            there[:, row[line.component]] += finished[:, row[made]] * line.quantity.planned
    replications = range(results.finished.shape[0])
    for stock in (row for row in programme.stock if row.kind != "on_order"):
        quantity = programme.register.draw(stock.quantity, results.seed, replications)
        when = programme.register.draw(stock.available or Quantity(0.0), results.seed, replications)
        there[:, row[stock.item]] += quantity[:, None] * (when[:, None] <= results.edges)
    for item in programme.items:
        if item.id not in programme.routing_of:
            continue
        for place in programme.places_of.get(item.id, ()):
            if any(line.valid_from or line.valid_to or line.customers for line in place):
                continue  # not every unit takes one
            most = sum(there[:, row[line.component]] / line.quantity.planned for line in place)
            if np.any(finished[:, row[item.id]] > most + SLACK):
                names = " or ".join(line.component for line in place)
                yield f"{item.id} that are finished hold more of {names} than were there"


def _power_at_sites(programme: Programme, _plan: Plan, results: Replications) -> Iterator[str]:
    """No site has more compute under power than megawatts, in any week of any world."""
    replications = range(results.energised.shape[0])
    for s, site in enumerate(programme.destinations):
        if not site.power:
            continue
        times = np.stack([programme.register.draw(step.at, results.seed, replications) for step in site.power], axis=1)
        values = np.stack(
            [programme.register.draw(step.value, results.seed, replications) for step in site.power], axis=1
        )
        order = np.argsort(times, axis=1, kind="stable")
        times, values = np.take_along_axis(times, order, 1), np.take_along_axis(values, order, 1)
        reached = times[:, :, None] <= results.edges
        most = np.maximum.accumulate(np.where(reached, values[:, :, None], 0.0), axis=1).max(axis=1)
        if np.any(results.energised_kw_at[:, s] > most + 1e-3):
            yield f"site {site.id} has more compute under power than power"


def _station_time(_programme: Programme, _plan: Plan, results: Replications) -> Iterator[str]:
    """Station-hours are never negative, and their sum never exceeds the stations' time."""
    if np.any(results.states < -SLACK):
        yield "a work centre has negative hours in a state"
    if np.any(results.waits < -SLACK):
        yield "a cause has negative hours of waiting"
