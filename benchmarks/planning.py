"""How fast the planner is, and how its time grows: a generated model, and the size of the whole programme.

The model is made from a seed: 200 items on four levels, 20 work centres loaded to about nine tenths, lots, lead times,
suppliers' weekly limits, one year. Nothing here is part of the installed package.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from plantwright.model.assumptions import Register
from plantwright.model.calendars import continuous
from plantwright.model.programme import (
    Component,
    Demand,
    Destination,
    Item,
    Objective,
    Operation,
    Programme,
    Source,
    WorkCentre,
)
from plantwright.model.quantity import Quantity, Step
from plantwright.model.schedule import Schedule
from plantwright.planning import check_plan, plan

HOURS_PER_WEEK = 168.0
NO_CONVERSION = Schedule((), (), "optimal", {}, {})
Row = Mapping[str, str | float | int]


def run() -> list[Row]:
    """Plan the generated model at three sizes and the full programme once; one row each."""
    plan(generated(20), NO_CONVERSION)  # compiles
    rows = [measured("generated, 200 items", generated(demands)) for demands in (1_000, 3_000, 10_000)]
    return [*rows, measured("ten gigawatts, 600 items", generated(1_200, items=600, centres=60, weeks=208, units=47))]


def measured(model: str, programme: Programme) -> Row:
    """Return one row: CPU seconds to plan a programme, and what came of it; raises where the checker finds a fault."""
    begun = time.process_time()
    found = plan(programme, NO_CONVERSION)
    seconds = time.process_time() - begun
    faults = check_plan(programme, NO_CONVERSION, found)
    if faults:
        raise AssertionError(faults[0])
    late = sum(found.promised(d.id) > d.due.planned + 1e-6 for d in programme.demand)
    return {
        "tool": "plantwright", "model": model, "demands": len(programme.demand), "constrained": "yes",
        "cpu_seconds": round(seconds, 3), "late": late,
        "orders": len(found.production_orders) + len(found.purchase_orders),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def generated(
    demands: int, seed: int = 1, items: int = 200, centres: int = 20, weeks: int = 52, units: int = 10
) -> Programme:
    """Return a programme of four levels, about `units` a demand, its work centres loaded to about nine tenths."""
    rng = np.random.default_rng(seed)
    level = items // 4
    names = [f"item{k:03d}" for k in range(items)]
    bom = [
        Component(item=names[k], component=names[part], quantity=_q(rng.integers(1, 4)))
        for k in range(3 * level)
        for part in rng.choice(np.arange(level) + (k // level + 1) * level, 2, replace=False)
    ]
    routing = [
        Operation(item=names[k], operation=f"op{n}", work_centre=f"centre{rng.integers(centres):02d}",
                  time=_q(rng.uniform(0.5, 4)))
        for k in range(3 * level) for n in range(rng.integers(1, 3))
    ]  # fmt: skip
    wanted = [
        (names[rng.integers(level)], int(rng.integers(1, 2 * units)), float(rng.uniform(0.15, 0.98)) * weeks, n)
        for n in range(demands)
    ]
    needed = _explode(wanted, bom, names)
    hours = {f"centre{c:02d}": 0.0 for c in range(centres)}
    for operation in routing:
        hours[operation.work_centre] += needed[operation.item] * operation.time.planned
    return Programme(
        f"generated {demands}", date(2026, 1, 5), date(2026, 1, 5) + timedelta(weeks=weeks), "USD", "site", _q(0),
        Objective(), {"always": continuous()}, (), (), Register({}),
        work_centres=tuple(WorkCentre(id=c, stations=_stations(h, weeks)) for c, h in hours.items()),
        items=tuple(Item(id=name) for name in names), bom=tuple(bom), routing=tuple(routing),
        sources=tuple(_source(rng, name, needed[name] / weeks) for name in names[3 * level :]),
        demand=tuple(
            Demand(id=f"demand{n:05d}", customer="customer", destination="site", item=item, quantity=quantity,
                   due=_q(week * HOURS_PER_WEEK), priority=int(1 + n % 5))
            for item, quantity, week, n in wanted
        ),
        destinations=(Destination(id="site", transit=_q(48), install_rate=(Step(_q(0), _q(1e9)),)),),
    )  # fmt: skip


def _q(value: float) -> Quantity:
    return Quantity(float(value))


def _stations(hours: float, weeks: int) -> int:
    return max(1, round(hours / (0.9 * weeks * HOURS_PER_WEEK)))


def _explode(wanted: list[tuple[str, int, float, int]], bom: list[Component], names: list[str]) -> dict[str, float]:
    needed = dict.fromkeys(names, 0.0)
    for item, quantity, _, _ in wanted:
        needed[item] += quantity
    for line in bom:  # items are in order of level, so each is complete before its own lines are met
        needed[line.component] += needed[line.item] * line.quantity.planned
    return needed


def _source(rng: np.random.Generator, item: str, weekly: float) -> Source:
    lot = float(max(1, round(weekly / 4)))
    limit = (Step(_q(0), _q(1.3 * weekly / HOURS_PER_WEEK)),) if rng.random() < 0.3 and weekly > lot else ()
    lead = _q(rng.uniform(1, 8) * HOURS_PER_WEEK)
    return Source(
        item=item, supplier="maker", price=_q(1), lead_time=lead, capacity=limit, moq=_q(lot),
        multiple=_q(max(1, lot // 4)),
    )  # fmt: skip
