"""What one more would add: a station, a kilowatt, the parts of one more unit a week, planned and simulated in the same
worlds.

The candidates are what late units wait for most in the programme as it is. Each is tried alone, with a plan of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from plantwright import planning, scheduling, simulation
from plantwright.model.outcome import Replications
from plantwright.model.programme import Programme, Stock
from plantwright.model.quantity import Quantity, Steps
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.planning.causes import per_unit
from plantwright.simulation.statistics import Interval, mean_interval, paired_difference
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.progress import Progress, silent
from plantwright.workflows.run import commissioned

WEEK = 168.0
STEP = "trying one more of each"


@dataclass(frozen=True, slots=True)
class Gain:
    """What one change adds by the horizon, over replications paired by world: MW under power, and MW-days of compute.

    `kind` and `object` name the cause of waiting that it relaxes, `change` says what was added.
    """

    kind: str
    object: str
    change: str
    megawatts: Interval
    megawatt_days: Interval


@dataclass(frozen=True, slots=True)
class Gains:
    """The programme as it is (means over the replications), and what each change adds, the greatest first."""

    megawatts: Interval
    megawatt_days: Interval
    found: tuple[Gain, ...]


def gains(
    programme: Programme,
    *,
    most: int = 8,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = silent,
) -> Gains:
    """Return what one more of each of the `most` greatest causes of waiting adds, by paired runs.

    Raises ValueError for fewer than two replications, which tell no interval.
    """
    if replications < 2:
        raise ValueError("a difference needs two replications or more")
    schedule = schedule_of(programme, progress)
    programme = schedule.decided(programme)
    trials = scheduling.conversion_trials(programme, schedule, seed, range(replications))

    def carried_out(tried: Programme, told: Callable[[float], None]) -> Replications:
        return _carried_out(tried, schedule, trials, seed, threads, told)

    base = carried_out(programme, partial(progress, "simulating the programme as it is"))
    tried = tuple(_changes(programme, base, most))
    found = []
    for number, (kind, object_, change, changed) in enumerate(tried):

        def told(share: float, done: int = number) -> None:
            progress(STEP, (done + share) / len(tried))

        after = carried_out(changed, told)
        power = paired_difference(_megawatts(base), _megawatts(after))
        energy = paired_difference(_megawatt_days(base), _megawatt_days(after))
        found.append(Gain(kind, object_, change, power, energy))
    found.sort(key=lambda g: (-g.megawatt_days.estimate, g.kind, g.object))
    return Gains(mean_interval(_megawatts(base)), mean_interval(_megawatt_days(base)), tuple(found))


def _carried_out(
    programme: Programme,
    schedule: Schedule,
    trials: ConversionTrials,
    seed: int,
    threads: int | None,
    told: Callable[[float], None],
) -> Replications:
    plan = planning.plan(programme, schedule)
    finishes = commissioned(programme, trials)
    taken = trials.takings(programme, schedule)
    return simulation.simulate(programme, plan, finishes, len(finishes), seed, told, threads, taken)


def _megawatts(results: Replications) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(results.energised_kw[:, -1] / 1000.0)


def _megawatt_days(results: Replications) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    days = np.diff(results.edges, prepend=0.0) / 24.0
    return np.asarray(results.energised_kw @ days / 1000.0)


def _changes(programme: Programme, base: Replications, most: int) -> Iterator[tuple[str, str, str, Programme]]:
    """Yield (kind, object, change in words, programme changed) for the greatest causes of waiting."""
    waited = base.waits.mean(axis=0).sum(axis=1)
    order = [k for k in np.argsort(-waited, kind="stable").tolist() if waited[k] > 0]
    found = 0
    for cause in order:
        kind, name = base.causes[cause]
        changed = CHANGES[kind](programme, name) if kind in CHANGES else None
        if changed is not None:
            yield kind, name, *changed
            found += 1
            if found == most:
                return


def _station(programme: Programme, name: str) -> tuple[str, Programme] | None:
    centres = tuple(
        w.model_copy(update={"stations": w.stations + 1}) if w.id == name else w for w in programme.work_centres
    )
    return "one more station from the start", replace(programme, work_centres=centres)


def _resource(programme: Programme, name: str) -> tuple[str, Programme] | None:
    """Add what the hungriest operation takes at once, such as the power of one more test cell."""
    needs = [n for o in programme.routing for n in o.resources if n.id == name]
    needs += [n for w in programme.work_centres for n in w.resources if n.id == name]
    resource = next(r for r in programme.resources if r.id == name)
    more = max((n.amount.planned for n in needs), default=1.0)
    wider = resource.model_copy(update={"capacity": _raised(resource.capacity, more)})
    resources = tuple(wider if r.id == name else r for r in programme.resources)
    unit = " kW" if resource.kind in ("power", "coolant") else ""
    return f"{more:,.0f}{unit} more from the start", replace(programme, resources=resources)


def _part(programme: Programme, name: str) -> tuple[str, Programme] | None:
    """Add every week the parts that one more unit of what is demanded takes."""
    if not any(source.item == name for source in programme.sources):
        return None
    products = {d.item for d in programme.demand}
    number = max((per_unit(programme, item).get(name, 0.0) for item in products), default=0.0)
    weeks = np.arange(0.0, programme.horizon_hours, WEEK).tolist()
    extra = tuple(Stock(item=name, quantity=Quantity(max(1.0, number)), available=Quantity(week)) for week in weeks)
    return f"{max(1.0, number):,.0f} more a week", replace(programme, stock=(*programme.stock, *extra))


def _installation(programme: Programme, name: str) -> tuple[str, Programme] | None:
    sites = tuple(
        d.model_copy(update={"install_rate": _raised(d.install_rate, 1 / WEEK)}) if d.id == name else d
        for d in programme.destinations
    )
    return "one more unit installed a week", replace(programme, destinations=sites)


def _site_power(programme: Programme, name: str) -> tuple[str, Programme] | None:
    sites = tuple(
        d.model_copy(update={"power": _raised(d.power, 1000.0)}) if d.id == name else d for d in programme.destinations
    )
    return "1 MW more at the site from its first power on", replace(programme, destinations=sites)


def _raised(steps: Steps, more: float) -> Steps:
    """Return steps that are `more` higher as planned; what hangs on an assumption keeps its spread in proportion."""
    return tuple(
        replace(s, value=s.value.scaled(1 + more / s.value.planned) if s.value.planned > 0 else Quantity(more))
        for s in steps
    )


CHANGES: dict[str, Callable[[Programme, str], tuple[str, Programme] | None]] = {
    "work_centre": _station,
    "resource": _resource,
    "part": _part,
    "installation": _installation,
    "site_power": _site_power,
}
"""How each kind of cause is relaxed; the others (time on the road) have no one more of."""
