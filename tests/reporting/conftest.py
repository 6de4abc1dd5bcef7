"""A made-up run: a real programme with invented, plausible results, so that reports can be made without the engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from plantwright.model.health import Fault, Finding
from plantwright.model.outcome import STATES, CashFlows, Outcome, Replications
from plantwright.model.plan import Plan, ProductionOrder, PurchaseOrder, Reason, Shipment
from plantwright.model.programme import Programme
from plantwright.model.read import load
from plantwright.model.replanning import Replan
from plantwright.model.risk_analysis import Driver, Merge, Outlook, RiskAnalysis, RiskOutlook, Slip
from plantwright.model.schedule import ConversionTrials, Schedule, ScheduledTask
from plantwright.reporting import outcome
from plantwright.reporting.sensitivity import used_assumptions

EXAMPLES = Path(__file__).parents[2] / "examples"
WEEK = 168.0
FLOWS = ((0, 1, 9e6), (0, -1, 5e6), (0, 4, 3e6), (1, 4, 8e6), (3, 1, 2e7), (0, 1, 1e6))
KINDS = ("site_sale", "conversion_work", "equipment", "parts", "sales", "operation_fees")


@dataclass(frozen=True)
class MadeUp:
    programme: Programme
    schedule: Schedule
    trials: ConversionTrials
    risk: RiskAnalysis
    plan: Plan
    replications: Replications
    cash: CashFlows
    outcome: Outcome
    health: tuple[Finding, ...] = ()
    replan: Replan | None = None


def made_up(programme: Programme, worlds: int = 20, seed: int = 3) -> MadeUp:
    """Return a run of a programme: tasks follow their links, units ramp up, sites get power, money flows."""
    rng = np.random.default_rng(seed)
    schedule = _schedule(programme)
    trials = _trials(schedule, rng, worlds)
    plan = _plan(programme, schedule)
    replications = _replications(programme, plan, trials, rng)
    cash = _cash(programme, rng, worlds)
    found = outcome(programme, schedule, plan, trials, replications, cash, {"plantwright": "0.1.0"})
    risk = _risk(programme, schedule, trials)
    fault = Finding(
        "DCMA 8", "High duration", "tasks", "at most 5%", "1 of 6", False, (Fault("rigs", 9),), "split them"
    )
    return MadeUp(programme, schedule, trials, risk, plan, replications, cash, found, (fault,))


def _schedule(programme: Programme) -> Schedule:
    finish: dict[str, float] = {}
    rows: dict[str, ScheduledTask] = {}
    left = list(programme.tasks)
    while left:
        task = next((t for t in left if all(link.predecessor in finish for link in t.links)), left[0])
        left.remove(task)
        start = max((finish.get(link.predecessor, 0.0) for link in task.links), default=0.0)
        length = min(task.modes[0].duration.planned * (3 if task.calendar != "always" else 1), 5_000.0)
        finish[task.id] = start + length
        rows[task.id] = ScheduledTask(task.id, task.modes[0].name, start, start + length, 0.0, 0.0, len(rows) % 5 == 0)
    return Schedule(tuple(rows[t.id] for t in programme.tasks), (), "optimal", {}, {})


def _trials(schedule: Schedule, rng: np.random.Generator, worlds: int) -> ConversionTrials:
    start = np.array([t.start for t in schedule.tasks])
    length = np.array([t.finish - t.start for t in schedule.tasks])
    slip = 1 + 0.25 * rng.gamma(2.0, 0.5, (worlds, 1)) + 0.1 * rng.random((worlds, start.size))
    critical = np.array([t.critical for t in schedule.tasks], dtype=float)
    names = tuple(t.task for t in schedule.tasks)
    return ConversionTrials(names, start * slip, (start + length) * slip, critical * 0.9 + 0.05, critical * 0.6)


def _risk(programme: Programme, schedule: Schedule, trials: ConversionTrials) -> RiskAnalysis:
    """Worlds of the made-up trials: a risk makes every third of them later, its mitigation half as much."""
    last = trials.finish.max(axis=1)
    marked = [i for i, t in enumerate(programme.tasks) if t.milestone or t.deadline]

    def outlook(days: float) -> Outlook:
        late = last + 24.0 * days * (np.arange(last.size) % 3 == 0)
        return Outlook(late, 1e6 + 200.0 * late)

    risks = tuple(
        RiskOutlook(r.id, r.mitigated, np.arange(last.size) % 3 == 0, outlook(0), outlook(10.0 + i), 1e4)
        for i, r in enumerate(programme.risks)
    )
    mean = float(last.mean())
    drivers = [Driver("assumption", name, "", 0.5, mean - 200, mean + 200) for name in [*programme.register][:4]]
    drivers += [Driver("risk", r.id, "", 0.3, mean, mean + 100) for r in programme.risks]
    planned = np.array([t.finish for t in schedule.tasks])
    tasks, slip = trials.tasks, Slip(trials.tasks[-1:], 0.3 * (mean - planned.max()), 0.7 * (mean - planned.max()), 0.0)
    merges = (
        Merge(tasks[-1], 2, planned[-1], planned[-1] + 20, planned[-1] + 80, True),
        Merge("", 3, mean, mean, mean + 30, True),
    )
    return RiskAnalysis(
        3, tasks, tuple(tasks[i] for i in marked), planned, 1e6 + 200.0 * planned.max(), outlook(20), outlook(0),
        outlook(30), outlook(15), trials.finish[:, marked], last, trials.criticality, trials.sensitivity,
        planned * 0.01, risks, tuple(drivers), merges, slip,
    )  # fmt: skip


def _plan(programme: Programme, schedule: Schedule) -> Plan:
    ready = schedule.finish * 0.5
    shipments, reasons = [], []
    for index, demand in enumerate(programme.demand):
        due = demand.due.planned if demand.due else 0.0
        ships = max(due - 200.0, ready) + 100.0 * (index % 4)
        shipments.append(Shipment(demand.id, demand.item, demand.destination, demand.quantity, ships, ships + 100.0))
        if ships + 100 > due:
            text = f"waits for {programme.work_centres[0].name} until it is commissioned"
            centre = programme.work_centres[index % len(programme.work_centres)].id
            late = ships + 100 - due
            reasons.append(Reason(demand.id, demand.quantity, late, "work_centre", centre, ready, text))
    orders = tuple(
        PurchaseOrder(f"po{i}", s.item, s.supplier, 100.0, 0.0, s.lead_time.planned, s.price.planned, s.consigned)
        for i, s in enumerate(programme.sources)
    )
    made = tuple(ProductionOrder(f"mo{i}", s.item, s.quantity, s.ships - 400, s.ships) for i, s in enumerate(shipments))
    return Plan(orders, made, (), tuple(shipments), tuple(reasons), ())


def _replications(programme: Programme, plan: Plan, trials: ConversionTrials, rng: np.random.Generator) -> Replications:
    worlds = trials.finish.shape[0]
    weeks = int(np.ceil(programme.horizon_hours / WEEK))
    edges = np.minimum(np.arange(1, weeks + 1) * WEEK, programme.horizon_hours)
    items, demands = tuple(i.id for i in programme.items), tuple(d.id for d in programme.demand)
    shipped = np.zeros((worlds, len(items), weeks), dtype=np.int64)
    by_demand = np.zeros((worlds, len(demands), weeks), dtype=np.int64)
    delivered = np.full((worlds, len(demands)), np.nan)
    moved = next(name for name in used_assumptions(programme) if not programme.register[name].each)
    rank = programme.register.draws(moved, 3, range(worlds)).argsort().argsort()[:, None] / worlds
    delay = 3_000.0 * rank + rng.gamma(1.0, 200.0, (worlds, len(demands)))
    for column, demand in enumerate(programme.demand):
        promised = min(plan.promised(demand.id), 2 * programme.horizon_hours)
        week = ((promised + delay[:, column]) // WEEK).astype(int)
        for world in np.nonzero(week < weeks)[0]:
            for part in range(4):
                at = max(week[world] - part * 2, 0)
                count = demand.quantity // 4 + (demand.quantity % 4 if part == 0 else 0)
                shipped[world, items.index(demand.item), at] += count
                by_demand[world, column, at] += count
            delivered[world, column] = min(edges[week[world]] + 20.0, programme.horizon_hours)
    sites = [d.id for d in programme.destinations]
    at_site = np.zeros((worlds, len(sites), weeks))
    for column, demand in enumerate(programme.demand):
        power = programme.item[demand.item].power.planned
        at_site[:, sites.index(demand.destination)] += np.cumsum(by_demand[:, column], axis=1) * power
    first = np.where(shipped.any(axis=2), edges[(shipped > 0).argmax(axis=2)], np.nan)
    causes = _causes(programme)
    season = np.sin(np.arange(weeks)[None, :] / weeks * np.pi + np.arange(len(causes))[:, None] * 0.7) ** 2
    waits = rng.gamma(1.0, 20.0, (worlds, len(causes), weeks)) * season[None]
    centres = tuple(w.id for w in programme.work_centres)
    states = rng.dirichlet([5, 0.5, 0.7, 1.5, 1, 0.4, 0.2], (worlds, len(centres), weeks)) * WEEK * 4
    assert states.shape[-1] == len(STATES)
    received = np.array([o.received for o in plan.purchase_orders])[None, :] * rng.uniform(0.9, 1.4, (worlds, 1))
    return Replications(
        3, edges, items, demands, centres, causes, shipped, shipped // 50, shipped, shipped, shipped,
        at_site.sum(axis=1), at_site, first, by_demand, by_demand, delivered, states, waits, received,
    )  # fmt: skip


def _causes(programme: Programme) -> tuple[tuple[str, str], ...]:
    bought = [i.id for i in programme.items if i.id not in programme.routing_of][:4]
    return (
        *(("part", item) for item in bought),
        *(("work_centre", centre.id) for centre in programme.work_centres[:5]),
        *(("resource", r.id) for r in programme.resources if r.kind == "power"),
        *(("site_power", d.id) for d in programme.destinations[:2]),
        ("transit", programme.destinations[0].id),
    )


def _cash(programme: Programme, rng: np.random.Generator, worlds: int) -> CashFlows:
    parties = (*(p.id for p in programme.parties), "outside")
    months = int(programme.horizon_hours // 730) + 2
    by_month = np.zeros((len(parties), months, len(KINDS)))
    for month in range(months):
        for kind, (payer, receiver, amount) in enumerate(
            [(0, 1, 9e6), (0, -1, 5e6), (0, 4, 3e6), (1, 4, 8e6), (3, 1, 2e7), (0, 1, 1e6)]
        ):
            sum_ = amount * rng.uniform(0.2, 1.0) * min(1.0, month / 12) if kind else amount * (month == 1)
            by_month[payer % len(parties), month, kind] -= sum_
            by_month[receiver % len(parties), month, kind] += sum_
    net = by_month.sum(axis=(1, 2))[None, :] * rng.uniform(0.8, 1.1, (worlds, 1))
    return CashFlows(parties, KINDS, by_month, net, net * 0.8, rng.uniform(3e8, 5e8, worlds))


@pytest.fixture(scope="session")
def small() -> MadeUp:
    return made_up(load(EXAMPLES / "small"))


@pytest.fixture(scope="session")
def make() -> Callable[..., MadeUp]:
    return made_up
