"""Safety times from the simulated spread, so that promises hold: how far what comes late is behind the plan, by item.

The plan is carried out in simulated worlds. What a part's receipts, then a product's deliveries, are later than planned
in all but few worlds becomes its safety time; both plans are then judged in the same worlds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, isfinite

import numpy as np
from numpy.typing import NDArray

from plantwright import planning, scheduling, simulation
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.simulation.supply import receipts
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.progress import Progress, silent
from plantwright.workflows.run import commissioned

Floats = NDArray[np.float64]
DAY = 24.0


@dataclass(frozen=True, slots=True)
class SafetyTime:
    """What an item is to be there before it is needed, hours: as it was, and as proposed; `slip` is what was seen."""

    item: str
    before: float
    proposed: float
    slip: float

    @property
    def cell(self) -> str:
        """Return the proposed time as a cell of items.csv."""
        return f"{self.proposed / DAY:g} days"


@dataclass(frozen=True)
class Kept:
    """How well one plan keeps its dates in the simulated worlds; arrays by demand, in the programme's order.

    `due`, `promised` and `confident` (by when the last unit is there in the wanted share of worlds) are hours from
    start, infinite where that is never; `in_time`, `as_promised` the share of worlds that keep due date and promise.
    """

    due: Floats
    promised: Floats
    confident: Floats
    in_time: Floats
    as_promised: Floats

    def held(self, confidence: float) -> tuple[int, int]:
        """Return how many due dates and how many promises hold in the wanted share of worlds."""
        return int((self.in_time >= confidence).sum()), int((self.as_promised >= confidence).sum())


@dataclass(frozen=True)
class Judged:
    """What buffers do to the demands: before and after, in the same worlds."""

    confidence: float
    before: Kept
    after: Kept


@dataclass(frozen=True)
class Buffers(Judged):
    """The safety times proposed, and what they do."""

    safety: tuple[SafetyTime, ...]


@dataclass(frozen=True)
class Worlds:
    """The worlds in which plans are judged: the schedule's trials, and the seed of all draws."""

    schedule: Schedule
    trials: ConversionTrials
    replications: int
    seed: int
    threads: int | None

    @classmethod
    def of(cls, programme: Programme, schedule: Schedule, replications: int, seed: int, threads: int | None) -> Worlds:
        """Return the worlds of a programme as its schedule decided it."""
        trials = scheduling.conversion_trials(programme, schedule, seed, range(replications))
        return cls(schedule, trials, replications, seed, threads)

    def delivered(self, programme: Programme, plan: Plan, progress: Progress, step: str) -> Floats:
        """Return when the last unit of each demand arrives, infinite where never, shape (replications, demands)."""
        found = simulation.simulate(
            programme, plan, commissioned(programme, self.trials), self.replications, self.seed,
            progress=partial(progress, step), threads=self.threads, taken=self.trials.takings(programme, self.schedule),
        )  # fmt: skip
        return np.nan_to_num(found.delivered_at, nan=np.inf)


def buffers(
    programme: Programme, *, confidence: float = 0.8, replications: int = 50, seed: int = 1,
    threads: int | None = None, progress: Progress = silent,
) -> Buffers:  # fmt: skip
    """Return safety times by which the plan's dates hold in the share `confidence` of worlds, as far as ordering and
    building earlier can do it, and what they do.

    Bought parts first: how much later than planned their receipts are; then, with these in place, the products: how
    much later than planned they still are delivered. Where there is no time left before the start, none is made up.
    """
    schedule = schedule_of(programme, progress)
    programme = schedule.decided(programme)
    worlds = Worlds.of(programme, schedule, replications, seed, threads)
    plan = planning.plan(programme, schedule)
    before = worlds.delivered(programme, plan, progress, "simulating the plan as it is")
    slips = _slips_of_parts(programme, plan, worlds, confidence)
    parts = with_safety_times(programme, slips)
    between = planning.plan(parts, schedule)
    late = worlds.delivered(parts, between, progress, "simulating with safety times for parts")
    slips |= _slips_of_products(parts, between, late, confidence)
    safe = with_safety_times(programme, slips)
    final = planning.plan(safe, schedule)
    after = worlds.delivered(safe, final, progress, "simulating with all safety times")
    found = [_safety_time(programme, safe, item.id, slips) for item in programme.items if slips.get(item.id, 0.0) > 0]
    both = kept(programme, plan, before, confidence), kept(safe, final, after, confidence)
    return Buffers(confidence, *both, tuple(found))


def with_safety_times(programme: Programme, slips: Mapping[str, float]) -> Programme:
    """Return the programme with safety times of at least these slips (hours by item), in whole days."""
    items = tuple(
        item.model_copy(update={"safety_time": _days(max(item.safety_time.planned, slips.get(item.id, 0.0)))})
        for item in programme.items
    )
    return replace(programme, items=items)


def with_safety_stocks(programme: Programme, stocks: Mapping[str, float]) -> Programme:
    """Return the programme with these safety stocks (units by item) in place of those of the items named."""
    items = tuple(
        item.model_copy(update={"safety_stock": Quantity(stocks.get(item.id, item.safety_stock.planned))})
        for item in programme.items
    )
    return replace(programme, items=items)


def _days(hours: float) -> Quantity:
    return Quantity(ceil(hours / DAY - 1e-6) * DAY, Dimension.TIME)


def _safety_time(programme: Programme, safe: Programme, item: str, slips: Mapping[str, float]) -> SafetyTime:
    times = programme.item[item].safety_time.planned, safe.item[item].safety_time.planned
    return SafetyTime(item, *times, slips[item])


def _slips_of_parts(programme: Programme, plan: Plan, worlds: Worlds, confidence: float) -> dict[str, float]:
    """Return by how many hours the receipts of each bought item are late in all but few worlds, over all its orders."""
    came = receipts(programme, plan, worlds.seed, range(worlds.replications))
    late: dict[str, list[Floats]] = defaultdict(list)
    for k, order in enumerate(plan.purchase_orders):
        late[order.item].append(came[:, k] - order.received)
    return _quantiles({item: np.concatenate(rows) for item, rows in late.items()}, confidence)


def _slips_of_products(programme: Programme, plan: Plan, delivered: Floats, confidence: float) -> dict[str, float]:
    """Return by how many hours each made item is delivered later than planned, over its demands that are planned."""
    late: dict[str, list[Floats]] = defaultdict(list)
    for k, demand in enumerate(programme.demand):
        promised = plan.promised(demand.id)
        if isfinite(promised) and demand.item in programme.routing_of:
            late[demand.item].append(delivered[:, k] - max(promised, programme.wanted(demand)))
    return _quantiles({item: np.concatenate(rows) for item, rows in late.items()}, confidence)


def _quantiles(late: Mapping[str, Floats], confidence: float) -> dict[str, float]:
    """Return the quantile of each; what never comes does not count, since no time ahead would bring it."""
    finite = {item: rows[np.isfinite(rows)] for item, rows in late.items()}
    return {item: max(float(np.quantile(rows, confidence)), 0.0) for item, rows in finite.items() if rows.size}


def kept(programme: Programme, plan: Plan, delivered: Floats, confidence: float) -> Kept:
    """Return how well a plan keeps its dates where its demands are delivered so."""
    due = np.array([d.due.planned for d in programme.demand])
    promised = np.maximum(np.array([plan.promised(d.id) for d in programme.demand]), due)
    return Kept(
        due, promised, np.quantile(delivered, confidence, axis=0, method="higher"),
        (delivered <= due + 1.0).mean(axis=0), (delivered <= promised + 1.0).mean(axis=0),
    )  # fmt: skip
