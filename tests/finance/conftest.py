"""A small run to settle, of which every test says only what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pytest

from plantwright.finance import settle
from plantwright.model.assumptions import Register
from plantwright.model.calendars import continuous
from plantwright.model.outcome import STATES, CashFlows, Replications
from plantwright.model.plan import Plan, PurchaseOrder
from plantwright.model.programme import Mode, Objective, Party, Programme, Task
from plantwright.model.quantity import Quantity
from plantwright.model.schedule import ConversionTrials, Schedule, ScheduledTask

WEEK = 168.0
PARTIES = (
    Party(id="owner", name="Owner", role="owner"),
    Party(id="operator", name="Operator", role="operator"),
    Party(id="venture", name="Venture", role="venture", shares={"owner": 0.5, "operator": 0.5}),
    Party(id="customer", name="Customer", role="customer"),
    Party(id="maker", name="Maker", role="supplier"),
    Party(id="town", name="Town", role="authority"),
)


@dataclass
class Case:
    """What happens in one programme; counts are by week, the same in every world unless they have one row a world."""

    start: date = date(2026, 1, 1)
    horizon: date = date(2026, 12, 31)
    rate: Quantity = field(default_factory=lambda: Quantity(0.0))
    agreements: tuple[Any, ...] = ()
    tasks: dict[Task, tuple[Any, Any]] = field(default_factory=dict)
    orders: dict[PurchaseOrder, Any] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    shipped: dict[str, dict[int, int]] = field(default_factory=dict)
    arrived: dict[str, dict[int, int]] = field(default_factory=dict)
    units: dict[str, dict[int, int]] = field(default_factory=dict)
    busy: dict[str, dict[int, float]] = field(default_factory=dict)
    worlds: int = 1
    register: Register = field(default_factory=lambda: Register({}))
    tables: dict[str, Any] = field(default_factory=dict)

    def programme(self) -> Programme:
        return Programme(
            "case", self.start, self.horizon, "USD", "site", self.rate, Objective(), {"always": continuous()}, PARTIES,
            self.agreements, self.register, tuple(self.tasks), **self.tables,
        )  # fmt: skip

    def schedule(self) -> Schedule:
        tasks = [
            ScheduledTask(t.id, t.modes[0].name, np.min(s), np.max(f), 0, 0, True) for t, (s, f) in self.tasks.items()
        ]
        return Schedule(tuple(tasks), (), "optimal", {}, {})

    def trials(self) -> ConversionTrials:
        spans = [
            (np.broadcast_to(np.asarray(s, float), self.worlds), np.broadcast_to(np.asarray(f, float), self.worlds))
            for s, f in self.tasks.values()
        ]
        start = np.stack([s for s, _ in spans], axis=1) if spans else np.zeros((self.worlds, 0))
        finish = np.stack([f for _, f in spans], axis=1) if spans else np.zeros((self.worlds, 0))
        zeros = np.zeros(len(spans))
        return ConversionTrials(tuple(t.id for t in self.tasks), start, finish, zeros, zeros)

    def replications(self) -> Replications:
        programme = self.programme()
        weeks = int(np.ceil(programme.horizon_hours / WEEK))
        edges = np.minimum(np.arange(1, weeks + 1) * WEEK, programme.horizon_hours)
        items = tuple(i.id for i in programme.items)
        demands = tuple(d.id for d in programme.demand)
        centres = tuple(w.id for w in programme.work_centres)
        r, shape = self.worlds, lambda names: (self.worlds, len(names), weeks)
        units = _filled(items, self.units, shape(items))
        states = np.zeros((*shape(centres), len(STATES)))
        states[..., STATES.index("busy")] = _filled(centres, self.busy, shape(centres))
        received = [np.broadcast_to(np.asarray(at, float), r) for at in self.orders.values()]
        return Replications(
            7, edges, items, demands, centres, (), units, np.zeros_like(units), units, units, units,
            np.zeros((r, weeks)), np.zeros((r, len(programme.destinations), weeks)), np.full((r, len(items)), np.nan),
            _filled(demands, self.shipped, shape(demands)), _filled(demands, self.arrived, shape(demands)),
            np.full((r, len(demands)), np.nan), states, np.zeros((r, 0, weeks)),
            np.stack(received, axis=1) if received else np.zeros((r, 0)),
        )  # fmt: skip

    def run(self) -> tuple[Any, ...]:
        plan = Plan(tuple(self.orders), pegging=self.plan.pegging) if self.orders else self.plan
        return self.programme(), self.schedule(), plan, self.trials(), self.replications()

    def settled(self) -> CashFlows:
        return settle(*self.run())


def _filled(names: tuple[str, ...], counts: dict[str, dict[int, Any]], shape: tuple[int, ...]) -> np.ndarray:
    values = np.zeros(shape)
    for name, weeks in counts.items():
        for week, count in weeks.items():
            values[:, names.index(name), week] = count
    return values


@pytest.fixture
def case() -> type[Case]:
    return Case


@pytest.fixture
def task() -> Callable[..., Task]:
    def made(
        name: str = "dig", cost: float = 0.0, needs: tuple[Any, ...] = (), equipment: tuple[Any, ...] = (), **more: Any
    ) -> Task:
        prices = more.pop("prices", ())
        mode = Mode("normal", Quantity(0.0), needs, Quantity(cost), 0.0, prices)
        fields = {
            "name": name, "party": "operator", "payer": "", "area": "", "calendar": "always", "links": (),
            "delivers": (), "release": None, "deadline": None, "milestone": False, "weight": 0.0,
        }  # fmt: skip
        return Task(id=name, modes=(mode,), equipment=equipment, **(fields | more))

    return made


@pytest.fixture
def booked() -> Callable[..., float]:
    """What a party has of a kind, in a month or in all."""

    def found(cash: CashFlows, party: str, kind: str, month: int | None = None) -> float:
        row = cash.by_month[cash.parties.index(party), :, cash.kinds.index(kind)]
        return float(row.sum() if month is None else row[month])

    return found
