"""The full tables of a run as data frames: what stands behind every figure of the report.

Dates are dates and times of the programme's calendar, empty where they never come; units stand in the names of columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.model.conversion import STEPS
from plantwright.model.outcome import STATES
from plantwright.model.procurement import procurements
from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import RiskAnalysis
from plantwright.reporting.outcome import following, months
from plantwright.reporting.risk_serial import RISK_FRAMES
from plantwright.reporting.run import Run
from plantwright.reporting.sensitivity import used_assumptions
from plantwright.reporting.statistics import PERCENTILES, dated, percentile

Floats = NDArray[np.float64]


def tables(run: Run) -> dict[str, pl.DataFrame]:
    """Return every table of a run by the name of its file, in a fixed order of rows."""
    return {name: make(run) for name, make in TABLES.items()}


def _schedule(run: Run) -> pl.DataFrame:
    programme, rows = run.programme, run.schedule.tasks
    tasks = [programme.task[row.task] for row in rows]
    return pl.DataFrame({
        "task": [t.id for t in tasks], "name": [t.name for t in tasks], "area": [t.area for t in tasks],
        "party": [t.party for t in tasks], "mode": [r.mode for r in rows],
        "start": dated(programme, [r.start for r in rows]), "finish": dated(programme, [r.finish for r in rows]),
        "total_float_days": [r.total_float / 24 for r in rows], "free_float_days": [r.free_float / 24 for r in rows],
        "critical": [r.critical for r in rows],
    })  # fmt: skip


def _trials(run: Run) -> pl.DataFrame:
    trials, programme = run.trials, run.programme
    columns: dict[str, Any] = {"task": list(trials.tasks)}
    for what, values in (("start", trials.start), ("finish", trials.finish)):
        for share in PERCENTILES:
            columns[f"{what}_p{share * 100:.0f}"] = dated(programme, percentile(values, share))
    columns |= {"criticality": trials.criticality, "sensitivity": trials.sensitivity}
    return pl.DataFrame(columns)


def _rows(run: Run, rows: Sequence[Any], moments: tuple[str, ...], columns: Sequence[str]) -> pl.DataFrame:
    found: dict[str, Any] = {}
    for column in columns:
        values = [getattr(row, column) for row in rows]
        found[column] = dated(run.programme, values) if column in moments else values
    return pl.DataFrame(found, strict=False)


def _purchases(run: Run) -> pl.DataFrame:
    programme, rows = run.programme, procurements(run.programme, run.schedule)
    columns: dict[str, Any] = {
        "task": [r.purchase.task.id for r in rows],
        "equipment": [[n.id for n in r.purchase.task.equipment] for r in rows],
        "pieces": [[n.amount.planned for n in r.purchase.task.equipment] for r in rows],
        "suppliers": [list(r.suppliers) for r in rows], "party": [r.purchase.task.party for r in rows],
        "payer": [r.payer for r in rows], "price": [r.price for r in rows],
        "ordered": dated(programme, [r.ordered for r in rows]),
        "order_by": dated(programme, [r.order_by for r in rows]),
        "delivered": dated(programme, [r.delivered for r in rows]),
        "spare_days": [r.spare / 24 for r in rows],
    }  # fmt: skip
    for step in STEPS:
        columns[f"{step}_parties"] = [list(r.parties.get(step, ())) for r in rows]
        columns[f"{step}_finish"] = dated(programme, [r.finishes.get(step, np.nan) for r in rows])
    columns["works"] = dated(programme, [r.works for r in rows])
    return pl.DataFrame(columns)


def _purchase_orders(run: Run) -> pl.DataFrame:
    columns = ("id", "item", "supplier", "quantity", "placed", "received", "price", "consigned", "frozen")
    frame = _rows(run, run.plan.purchase_orders, ("placed", "received"), columns)
    for share in (0.5, 0.8):
        simulated = percentile(run.replications.received, share) if len(frame) else np.zeros(0)
        frame = frame.with_columns(dated(run.programme, simulated).alias(f"received_p{share * 100:.0f}"))
    return frame


def _production_orders(run: Run) -> pl.DataFrame:
    columns = ("id", "item", "quantity", "release", "finish", "frozen")
    return _rows(run, run.plan.production_orders, ("release", "finish"), columns)


def _transfer_orders(run: Run) -> pl.DataFrame:
    columns = ("id", "item", "origin", "lane", "quantity", "ships", "arrives", "cost")
    return _rows(run, run.plan.transfer_orders, ("ships", "arrives"), columns)


def _shipments(run: Run) -> pl.DataFrame:
    columns = ("demand", "item", "destination", "quantity", "ships", "arrives")
    return _rows(run, run.plan.shipments, ("ships", "arrives"), columns)


def _pegging(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.pegging, (), ("supply", "demand", "item", "quantity"))


def _consumptions(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.consumptions, (), ("order", "operation", "component", "quantity"))


def _assignments(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.assignments, (), ("order", "operation", "work_centre", "preference"))


def _inventory(run: Run) -> pl.DataFrame:
    frames = [
        pl.DataFrame({
            "item": each.item, "week": range(len(each.on_hand)), "received": each.received, "used": each.used,
            "expired": each.expired, "on_hand": each.on_hand,
        })
        for each in run.plan.inventory
    ]  # fmt: skip
    return pl.concat(frames) if frames else pl.DataFrame()


def _shortfalls(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.shortfalls, ("begins", "ends"), ("item", "quantity", "begins", "ends", "text"))


def _expiries(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.expiries, ("at",), ("supply", "item", "quantity", "at"))


def _clashes(run: Run) -> pl.DataFrame:
    columns = ("order", "kind", "object", "quantity", "at", "until", "text")
    return _rows(run, run.plan.clashes, ("at", "until"), columns)


def _mix(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.mix, ("begins",), ("begins", "item", "due", "in_time", "by_share", "text"))


def _reasons(run: Run) -> pl.DataFrame:
    columns = ("demand", "quantity", "delay", "kind", "object", "at", "text")
    frame = _rows(run, run.plan.reasons, ("at",), columns)
    if frame.is_empty():
        return frame
    delay = pl.when(pl.col("delay").is_finite()).then(pl.col("delay") / 24)
    return frame.with_columns(delay.alias("delay_days")).drop("delay")


def _causes(run: Run) -> pl.DataFrame:
    frame = _rows(run, run.plan.causes, (), ("demand", "kind", "object", "gain", "units", "text"))
    if frame.is_empty():
        return frame
    gain = pl.when(pl.col("gain").is_finite()).then(pl.col("gain") / 24)
    return frame.with_columns(gain.alias("gain_days")).drop("gain")


def _loads(run: Run) -> pl.DataFrame:
    return _rows(run, run.plan.loads, (), ("kind", "object", "week", "needed", "available"))


def _demand(run: Run) -> pl.DataFrame:
    programme, results = run.programme, run.replications
    rows = [next(d for d in programme.demand if d.id == name) for name in results.demands]
    due = [d.due.planned if d.due else np.nan for d in rows]
    columns: dict[str, Any] = {
        "demand": [d.id for d in rows], "customer": [d.customer for d in rows],
        "destination": [d.destination for d in rows], "item": [d.item for d in rows],
        "quantity": [d.quantity for d in rows], "priority": [d.priority for d in rows],
        "due": dated(programme, due), "promised": dated(programme, [run.plan.promised(d.id) for d in rows]),
    }  # fmt: skip
    for share in PERCENTILES:
        delivered = percentile(results.delivered_at, share) if rows else np.zeros(0)
        columns[f"delivered_p{share * 100:.0f}"] = dated(programme, delivered)
    columns["share_on_time"] = np.mean(results.delivered_at <= np.asarray(due)[None, :], axis=0)
    columns["mean_units_arrived"] = results.demand_arrived.sum(axis=2).mean(axis=0)
    return pl.DataFrame(columns)


def _by_week(run: Run) -> pl.DataFrame:
    """Units of the made items, one row a replication, item and week; other items are never finished or shipped."""
    results = run.replications
    items = [index for index, item in enumerate(results.items) if item in run.programme.routing_of]
    replications, weeks = results.finished.shape[0], results.edges.size
    columns: dict[str, Any] = {
        "replication": np.repeat(np.arange(replications, dtype=np.int32), len(items) * weeks),
        "item": np.tile(np.repeat(np.array([results.items[i] for i in items], dtype=object), weeks), replications),
        "week_ends": dated(run.programme, np.tile(results.edges, replications * len(items))),
    }
    for name in ("finished", "scrapped", "shipped", "installed", "energised"):
        columns[name] = getattr(results, name)[:, items].reshape(-1).astype(np.int32)
    return pl.DataFrame(columns, schema_overrides={"item": pl.String})


def _energised(run: Run) -> pl.DataFrame:
    """Compute under power at the week's end in each replication, in all and by destination."""
    results = run.replications
    replications, weeks = results.energised_kw.shape
    columns: dict[str, Any] = {
        "replication": np.repeat(np.arange(replications, dtype=np.int32), weeks),
        "week_ends": dated(run.programme, np.tile(results.edges, replications)),
        "energised_kw": results.energised_kw.reshape(-1),
    }
    for index, destination in enumerate(run.programme.destinations):
        columns[f"energised_kw_{destination.id}"] = results.energised_kw_at[:, index].reshape(-1)
    return pl.DataFrame(columns)


def _station_states(run: Run) -> pl.DataFrame:
    """Mean station-hours over the replications, one row a work centre and week."""
    results = run.replications
    mean = results.states.mean(axis=0)
    weeks = results.edges.size
    columns: dict[str, Any] = {
        "work_centre": np.repeat(np.array(results.work_centres, dtype=object), weeks),
        "week_ends": dated(run.programme, np.tile(results.edges, len(results.work_centres))),
    }
    columns |= {f"{state}_hours": mean[..., index].reshape(-1) for index, state in enumerate(STATES)}
    return pl.DataFrame(columns, schema_overrides={"work_centre": pl.String})


def _waits(run: Run) -> pl.DataFrame:
    """Mean unit-hours that late units waited, one row a cause and week."""
    results = run.replications
    weeks = results.edges.size
    columns = {
        "kind": np.repeat(np.array([kind for kind, _ in results.causes], dtype=object), weeks),
        "object": np.repeat(np.array([name for _, name in results.causes], dtype=object), weeks),
        "week_ends": dated(run.programme, np.tile(results.edges, len(results.causes))),
        "unit_hours": results.waits.mean(axis=0).reshape(-1),
    }
    return pl.DataFrame(columns, schema_overrides={"kind": pl.String, "object": pl.String})


def _cash(run: Run) -> pl.DataFrame:
    """Mean receipts (positive) and payments by party, month and kind; what is nothing is left out."""
    cash = run.cash
    first = [*months(run.programme)]
    while len(first) < cash.by_month.shape[1]:
        first.append(following(first[-1]))
    found = np.argwhere(cash.by_month != 0)
    return pl.DataFrame({
        "party": [cash.parties[p] for p, _, _ in found], "month": [first[m] for _, m, _ in found],
        "kind": [cash.kinds[k] for _, _, k in found], "amount": cash.by_month[tuple(found.T)],
    }, schema={"party": pl.String, "month": pl.Date, "kind": pl.String, "amount": pl.Float64})  # fmt: skip


def _worth(run: Run) -> pl.DataFrame:
    cash = run.cash
    replications = cash.net.shape[0]
    columns = {
        "replication": np.repeat(np.arange(replications, dtype=np.int32), len(cash.parties)),
        "party": np.tile(np.array(cash.parties, dtype=object), replications),
        "net": cash.net.reshape(-1),
        "net_present_value": cash.net_present_value.reshape(-1),
    }
    return pl.DataFrame(columns, schema_overrides={"party": pl.String})


def _assumptions(run: Run) -> pl.DataFrame:
    register = run.programme.register
    used = set(used_assumptions(run.programme))
    rows = [register[name] for name in register]
    return pl.DataFrame({
        "assumption": [a.id for a in rows], "low": [a.distribution.low for a in rows],
        "likely": [a.distribution.likely for a in rows], "high": [a.distribution.high for a in rows],
        "canonical_unit": [a.dimension.value for a in rows], "written_unit": [a.unit for a in rows],
        "distribution": [a.distribution.law.value for a in rows],
        "varies": ["each" if a.each else "once" for a in rows],
        "kind": ["sourced" if a.sourced else "assumed" for a in rows], "used": [a.id in used for a in rows],
        "source": [a.source for a in rows], "note": [a.note for a in rows],
    })  # fmt: skip


def _draws(run: Run) -> pl.DataFrame:
    """What each `once` assumption was in each replication, canonical units."""
    register, count = run.programme.register, run.replications.energised_kw.shape[0]
    names = [name for name in used_assumptions(run.programme) if not register[name].each]
    columns: dict[str, Any] = {"replication": np.arange(count, dtype=np.int32)}
    return pl.DataFrame(columns | {name: register.draws(name, run.replications.seed, range(count)) for name in names})


def _records(rows: Sequence[Any]) -> pl.DataFrame:
    return pl.DataFrame([asdict(row) for row in rows])


def _of_risk(make: Callable[[Programme, RiskAnalysis], pl.DataFrame]) -> Callable[[Run], pl.DataFrame]:
    return lambda run: make(run.programme, run.risk)


TABLES: dict[str, Callable[[Run], pl.DataFrame]] = {
    "schedule": _schedule,
    "conversion_trials": _trials,
    "purchases": _purchases,
    "purchase_orders": _purchase_orders,
    "production_orders": _production_orders,
    "shipments": _shipments,
    "pegging": _pegging,
    "consumptions": _consumptions,
    "assignments": _assignments,
    "inventory": _inventory,
    "transfer_orders": _transfer_orders,
    "safety_stock_short": _shortfalls,
    "expiring": _expiries,
    "clashes": _clashes,
    "mix": _mix,
    "reasons": _reasons,
    "causes": _causes,
    "loads": _loads,
    "demand": _demand,
    "units_by_week": _by_week,
    "energised_by_week": _energised,
    "station_states": _station_states,
    "waiting": _waits,
    "cash_by_month": _cash,
    "worth": _worth,
    "assumptions": _assumptions,
    "draws": _draws,
    "bottlenecks": lambda run: _records(run.outcome.bottlenecks),
    "sensitivities": lambda run: _records(run.outcome.sensitivities),
    **{name: _of_risk(make) for name, make in RISK_FRAMES.items()},
}
