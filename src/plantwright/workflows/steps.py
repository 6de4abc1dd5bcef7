"""One step of the main job on its own, answered as tables for a person and data for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from plantwright import scheduling
from plantwright.model.procurement import Procurement, procurements
from plantwright.model.programme import Programme
from plantwright.model.read import load
from plantwright.model.schedule import Schedule
from plantwright.model.spending import planned_payments, spending_by_month
from plantwright.model.usage import usage_of
from plantwright.reporting.words import day, names
from plantwright.simulation.statistics import Interval
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.answers import Answer, Table, cell_text, text_rows
from plantwright.workflows.baseline import must_take_baseline, save_baseline
from plantwright.workflows.compare import compare
from plantwright.workflows.export import SCHEDULE_ENDINGS, must_be_writable, write_schedule
from plantwright.workflows.gains import Gain, gains
from plantwright.workflows.history import must_be_new, write_history
from plantwright.workflows.progress import Progress, silent
from plantwright.workflows.run import work_through

INSTANCES = (".sm", ".mm", ".sch", ".rcp")
"""Endings of the scheduling literature's instance files (PSPLIB, RCPSP/max, Patterson)."""


def scheduled(
    source: Path,
    *,
    time_limit: float | None = None,
    export: Path | None = None,
    keep: bool = False,
    anew: bool = False,
    progress: Progress = silent,
) -> Answer:
    """Schedule a programme's conversion, into file `export` and as its baseline too, or solve an instance file.

    One that is under way by a baseline is replanned against that, unless it is to be planned `anew`.
    """
    if keep:
        must_take_baseline(source)
    if export is not None:
        must_be_writable(export, () if source.suffix in INSTANCES else SCHEDULE_ENDINGS)
    if source.suffix in INSTANCES:
        return _instance(source, time_limit)
    programme = load(source)
    if programme.is_replanned and not anew:
        schedule = schedule_of(programme, progress)
    else:
        told = partial(progress, "scheduling the conversion")
        schedule = scheduling.schedule(programme, time_limit=time_limit, progress=told)
    if export is not None:
        write_schedule(programme, schedule, export)
    if keep:
        save_baseline(programme, schedule, source)
    return Answer(
        _schedule_data(programme, schedule),
        (
            _objectives(schedule),
            _task_table(programme, schedule),
            *_purchases(programme, schedule),
            _spending_table(programme, schedule),
        ),
    )


def simulated(
    source: Path,
    *,
    replications: int = 200,
    seed: int = 1,
    threads: int | None = None,
    trace: Path | None = None,
    progress: Progress = silent,
) -> Answer:
    """Schedule, plan and simulate a programme: its headline figures; the first world's history into folder `trace`."""
    from plantwright.reporting import as_json

    if trace is not None:
        must_be_new(trace)
    found = work_through(load(source), replications=replications, seed=seed, threads=threads, progress=progress)
    if trace is not None:
        write_history(found, trace)
    data = as_json(found.outcome)
    columns = ("figure", "unit", "p10", "p50", "p80", "p90")
    rows = [(name, *(entry[c] for c in columns[1:])) for name, entry in data["metrics"].items() if "p50" in entry]
    return Answer(data, (Table(f"{found.programme.name}: {replications} replications", columns, text_rows(rows)),))


def gained(
    source: Path,
    *,
    most: int = 8,
    replications: int = 30,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = silent,
) -> Answer:
    """Try one more of each of the greatest causes of waiting: what it adds by the horizon."""
    programme = load(source)
    found = gains(programme, most=most, replications=replications, seed=seed, threads=threads, progress=progress)
    named = names(programme)
    columns = ("of", "change", "adds MW-days", "95 % interval", "adds MW")
    rows = [
        (named.get(g.object, g.object), g.change, *_with_interval(g.megawatt_days), _with_interval(g.megawatts)[0])
        for g in found.found
    ]
    title = (
        f"{programme.name}: what one more would add to the {found.megawatt_days.estimate:,.0f} MW-days "
        f"and {found.megawatts.estimate:,.1f} MW energised by the horizon (mean of {replications} worlds)"
    )
    data = {"replications": replications, "seed": seed, "megawatts": _interval(found.megawatts)}
    data |= {"megawatt_days": _interval(found.megawatt_days), "gains": [_gain(g) for g in found.found]}
    return Answer(data, (Table(title, columns, text_rows(rows)),))


def compared(runs: Sequence[Path]) -> Answer:
    """Compare the headline figures (p50) of runs: the first as it is, the others with their difference."""
    found = compare([*runs])
    columns = ("figure", "unit", *(str(run) for run in runs))
    rows = [(c.metric, c.unit, *map(_with_difference, c.values, c.differences)) for c in found]
    data = [{"metric": c.metric, "unit": c.unit, "p50": c.values, "difference": c.differences} for c in found]
    return Answer(data, (Table("Half of the simulated worlds reach (p50)", columns, text_rows(rows)),))


def _instance(source: Path, time_limit: float | None) -> Answer:
    found = scheduling.solve_file(source, time_limit=time_limit)
    columns = ("status", "makespan", "lower_bound", "seconds")
    data = {
        "status": found.status,
        "makespan": found.makespan,
        "lower_bound": found.lower_bound,
        "seconds": found.seconds,
        "starts": list(found.starts),
    }
    return Answer(data, (Table(source.name, columns, text_rows([tuple(data[c] for c in columns)])),))


def _schedule_data(programme: Programme, schedule: Schedule) -> dict[str, Any]:
    tasks = [
        {
            "task": t.task,
            "mode": t.mode,
            "start": programme.moment(t.start).isoformat(),
            "finish": programme.moment(t.finish).isoformat(),
            "total_float_days": t.total_float / 24,
            "critical": t.critical,
        }
        for t in schedule.tasks
    ]
    return {
        "status": schedule.status,
        "objectives": dict(schedule.objectives),
        "bounds": dict(schedule.bounds),
        "tasks": tasks,
        "resources": [
            {"resource": u.resource, "from": _iso(programme, u.at), "capacity": u.capacity, "in_use": u.in_use}
            for u in usage_of(programme, schedule)
        ],
        "spending": [
            {"month": _iso(programme, m.begin)[:7], "payer": m.payer, "amount": m.amount, "cumulated": m.cumulated}
            for m in spending_by_month(programme, schedule)
        ],
        "purchases": [_purchase(programme, each) for each in procurements(programme, schedule)],
        "payments": [
            {"due": _iso(programme, p.at), "payer": p.due.payer, "for": p.due.kind, "task": p.due.task,
             "event": p.due.event, "amount": p.amount}
            for p in planned_payments(programme, schedule)
        ],
    }  # fmt: skip


def _purchase(programme: Programme, each: Procurement) -> dict[str, Any]:
    dates = {"ordered": each.ordered, "order_by": each.order_by, "delivered": each.delivered, "works": each.works}
    steps = {
        step: {"finish": _iso(programme, each.finishes[step]), "parties": each.parties[step]} for step in each.finishes
    }
    named = {"task": each.purchase.task.id, "suppliers": each.suppliers, "payer": each.payer, "price": each.price}
    return named | {name: _iso(programme, when) for name, when in dates.items()} | {"steps": steps}


def _iso(programme: Programme, hours: float) -> str:
    return programme.moment(hours).isoformat(timespec="minutes")


def _objectives(schedule: Schedule) -> Table:
    rows = [
        (name, f"{value:,.1f}", f"{schedule.bounds[name]:,.1f}" if name in schedule.bounds else "")
        for name, value in schedule.objectives.items()
    ]
    return Table(f"Schedule: {schedule.status}", ("objective", "value", "no schedule is below"), tuple(rows))


def _spending_table(programme: Programme, schedule: Schedule) -> Table:
    """Planned payments by quarter and party, in millions."""
    months = spending_by_month(programme, schedule)
    payers = sorted({month.payer for month in months})
    rows: dict[str, dict[str, float]] = {}
    for month in months:
        day = programme.moment(month.begin)
        row = rows.setdefault(f"{day.year} Q{(day.month + 2) // 3}", dict.fromkeys(payers, 0.0))
        row[month.payer] += month.amount / 1e6
    cells = tuple((quarter, *(f"{row[payer]:,.2f}" for payer in payers)) for quarter, row in rows.items())
    return Table(f"Planned payments, M{programme.currency}", ("quarter", *payers), cells)


def _task_table(programme: Programme, schedule: Schedule) -> Table:
    rows = [
        (
            t.task,
            programme.task[t.task].name,
            t.mode,
            _day(programme, t.start),
            _day(programme, t.finish),
            f"{t.total_float / 24:.0f}",
            "critical" if t.critical else "",
        )
        for t in sorted(schedule.tasks, key=lambda t: (t.start, t.finish, t.task))
    ]
    return Table("Tasks", ("task", "name", "mode", "start", "finish", "float, days", ""), tuple(rows))


def _purchases(programme: Programme, schedule: Schedule) -> Iterator[Table]:
    """What is bought, the most urgent order first: when to order, and when it works."""
    rows = [
        (
            each.purchase.task.id,
            *(_day(programme, when) for when in (each.ordered, each.order_by, each.delivered, each.works)),
        )
        for each in procurements(programme, schedule)
    ]
    columns = ("purchase", "order", "order by", "delivered", "works")
    if rows:
        yield Table("Purchases, the most urgent order first", columns, tuple(rows))


def _day(programme: Programme, hours: float) -> str:
    return day(programme.moment(hours).date())


def _gain(gain: Gain) -> dict[str, Any]:
    named = {"kind": gain.kind, "object": gain.object, "change": gain.change}
    return named | {"megawatts": _interval(gain.megawatts), "megawatt_days": _interval(gain.megawatt_days)}


def _interval(interval: Interval) -> dict[str, float]:
    return {"mean": interval.estimate, "low": interval.low, "high": interval.high}


def _with_interval(interval: Interval) -> tuple[str, str]:
    return f"{interval.estimate:+,.1f}", f"{interval.low:+,.1f} to {interval.high:+,.1f}"


def _with_difference(value: Any, difference: float | None) -> str:
    return cell_text(value) if not difference else f"{cell_text(value)} ({difference:+,.1f})"
