"""The headline figures of a run: dates, megawatts, units, money, what limits, and what the answer hangs on.

Only figures are worked out here; words, pictures and files live beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from plantwright.model.outcome import Bottleneck, CashFlows, Metric, Outcome, Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.reporting.palette import principals
from plantwright.reporting.sensitivity import sensitivities
from plantwright.reporting.statistics import moment, number
from plantwright.reporting.words import names

Floats = NDArray[np.float64]
LEVELS = tuple(step * 10.0**power for power in range(-2, 6) for step in (1, 2, 5))
LEVELS_SHOWN = 4
KW_PER_MW = 1000.0


def outcome(
    programme: Programme,
    schedule: Schedule,
    plan: Plan,
    trials: ConversionTrials,
    replications: Replications,
    cash: CashFlows,
    versions: Mapping[str, str],
) -> Outcome:
    """Return the answer of a run; `versions` names what made it, by library.

    Schedule and plan carry no headline figure of their own: the figures are what the replications made of them.
    """
    del schedule, plan
    first = first_unit_shipped(programme, replications)
    finished = conversion_finished(trials, replications)
    energised = replications.energised_kw[:, -1] / KW_PER_MW if replications.edges.size else np.zeros(first.size)
    metrics: dict[str, Metric | tuple[Metric, ...]] = {
        "first_unit_shipped": moment("first_unit_shipped", programme, first),
        "conversion_finished": moment("conversion_finished", programme, finished),
        "milestones": tuple(_milestones(programme, trials)),
        **{level.name: level for level in _levels(programme, replications)},
        "compute_energised_mw": number("compute_energised_mw", "MW", energised),
        "compute_energised_mw.by_item": tuple(_energised_by_item(programme, replications)),
        "units_shipped": tuple(_units_shipped(programme, replications)),
        "energised_by_month": tuple(_energised_by_month(programme, replications)),
        "capital_spent": number("capital_spent", programme.currency, cash.capital_spent),
        "net_present_value": tuple(
            number(party, programme.currency, cash.net_present_value[:, index])
            for index, party in enumerate(cash.parties)
        ),
    }
    figures = {"compute_energised_mw": energised, "first_unit_shipped": first, "conversion_finished": finished}
    return Outcome(
        programme.name, replications.seed, first.size, dict(versions), metrics,
        tuple(bottlenecks(programme, replications)), sensitivities(programme, replications.seed, figures),
        names(programme), principals(programme), tuple(limits(programme, replications)),
    )  # fmt: skip


def demanded_items(programme: Programme) -> tuple[str, ...]:
    """Return the items that customers order, in the programme's order."""
    wanted = {demand.item for demand in programme.demand}
    return tuple(item.id for item in programme.items if item.id in wanted)


def first_unit_shipped(programme: Programme, replications: Replications) -> Floats:
    """Return when the first unit of any demanded item leaves, hours from start, shape (R,); NaN where none does."""
    columns = [replications.items.index(item) for item in demanded_items(programme)]
    shipped = np.where(np.isnan(replications.first_shipped), np.inf, replications.first_shipped)[:, columns]
    first = np.min(shipped, axis=1, initial=np.inf)
    return np.where(np.isfinite(first), first, np.nan)


def conversion_finished(trials: ConversionTrials, replications: Replications) -> Floats:
    """Return when the last task of the conversion ends, hours from start, shape (R,); 0 where there is no task."""
    return np.max(trials.finish, axis=1, initial=0.0) if trials.tasks else np.zeros(replications.energised_kw.shape[0])


def _milestones(programme: Programme, trials: ConversionTrials) -> Iterator[Metric]:
    for task in programme.tasks:
        if task.milestone:
            yield moment(task.id, programme, trials.finish_of(task.id))


def demanded_mw(programme: Programme) -> float:
    """Return the compute that all demands together draw, MW at the planning quantile."""
    return sum(d.quantity * programme.item[d.item].power.planned for d in programme.demand) / KW_PER_MW


def levels_shown(programme: Programme) -> tuple[float, ...]:
    """Return the round numbers of megawatts (1, 2, 5, 10, ...) up to what is demanded, the last four."""
    return tuple(level for level in LEVELS if level <= demanded_mw(programme))[-LEVELS_SHOWN:]


def _levels(programme: Programme, replications: Replications) -> Iterator[Metric]:
    for level in levels_shown(programme):
        reached = replications.energised_kw >= level * KW_PER_MW
        when = np.where(reached.any(axis=1), replications.edges[reached.argmax(axis=1)], np.nan)
        yield moment(f"energised_{level:g}_mw", programme, when)


def energised_mw_of(programme: Programme, replications: Replications, item: str) -> Floats:
    """Return the compute of an item under power at the horizon in each replication, MW, shape (R,)."""
    units = replications.energised[:, replications.items.index(item)].sum(axis=1)
    power = programme.register.draw(programme.item[item].power, replications.seed, range(units.size))
    return np.asarray(units * power / KW_PER_MW)


def _energised_by_item(programme: Programme, replications: Replications) -> Iterator[Metric]:
    for item in demanded_items(programme):
        if programme.item[item].power.planned > 0:
            yield number(item, "MW", energised_mw_of(programme, replications, item))


def _units_shipped(programme: Programme, replications: Replications) -> Iterator[Metric]:
    for item in demanded_items(programme):
        shipped = replications.shipped[:, replications.items.index(item)].sum(axis=1)
        yield number(item, "units", shipped.astype(np.float64))


def months(programme: Programme) -> tuple[date, ...]:
    """Return the first days of the calendar months from the start to the horizon."""
    found = [programme.start.replace(day=1)]
    while (after := following(found[-1])) < programme.horizon:
        found.append(after)
    return tuple(found)


def following(month: date) -> date:
    """Return the first day of the next month."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1, day=1)


def _energised_by_month(programme: Programme, replications: Replications) -> Iterator[Metric]:
    for month in months(programme):
        ends = min(programme.hours(following(month)), programme.horizon_hours)
        known = int(np.searchsorted(replications.edges, ends + 1e-6, side="right")) - 1
        kw = replications.energised_kw[:, known] if known >= 0 else np.zeros(replications.energised_kw.shape[0])
        yield number(f"{month:%Y-%m}", "MW", kw / KW_PER_MW)


def bottlenecks(programme: Programme, replications: Replications) -> Iterator[Bottleneck]:
    """Yield what late units waited for in each month, the greatest share first; a month without waiting has none."""
    waits = replications.waits.mean(axis=0)
    middles = (np.concatenate(([0.0], replications.edges[:-1])) + replications.edges) / 2
    for month in months(programme):
        inside = (middles >= programme.hours(month)) & (middles < programme.hours(following(month)))
        yield from _ranked(month, replications, waits[:, inside].sum(axis=1))


def limits(programme: Programme, replications: Replications) -> Iterator[Bottleneck]:
    """Yield what late units waited for over the whole time, the greatest share first."""
    yield from _ranked(programme.start, replications, replications.waits.mean(axis=0).sum(axis=1))


def _ranked(period: date, replications: Replications, hours: Floats) -> Iterator[Bottleneck]:
    for cause in np.argsort(-hours, kind="stable"):
        if hours[cause] > 0:
            kind, name = replications.causes[cause]
            yield Bottleneck(period.isoformat(), kind, name, float(hours[cause] / hours.sum()))
