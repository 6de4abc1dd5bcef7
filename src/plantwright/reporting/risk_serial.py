"""A risk analysis as JSON and as data frames: every figure of the risk report for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import RiskAnalysis
from plantwright.reporting.risk_numbers import (
    DAY,
    DateRisk,
    Scenario,
    dates_at_risk,
    joint_confidence,
    orders,
    risk_worths,
    scenarios,
)
from plantwright.reporting.statistics import dated

DIGITS = 10
PARTS = ("lengthening", "merging", "slack", "whole")


def risk_json(programme: Programme, analysis: RiskAnalysis) -> dict[str, Any]:
    """Return a risk analysis as plain JSON values: dates as ISO text, spans in days, money in currency."""
    joint = joint_confidence(programme, analysis)
    finish, *milestones = (_date(programme, row) for row in dates_at_risk(programme, analysis))
    found = {
        "programme": programme.name, "seed": analysis.seed, "trials": analysis.worlds, "currency": programme.currency,
        "finish": finish, "milestones": milestones,
        "outlooks": [_scenario(programme, row) for row in scenarios(analysis)],
        "levelling": {"trials": analysis.relevelled.size, "no_place": int(np.isnan(analysis.relevelled).sum()),
                      "broken": analysis.relevelled_broken,
                      "orders": [_scenario(programme, row) for row in orders(analysis)]},
        "drivers": [_driver(programme, row) for row in _records(analysis.drivers)],
        "risks": _records(risk_worths(analysis)),
        "slip_days": {name: getattr(analysis.slip, name) / DAY for name in PARTS},
        "deciding_chain": list(analysis.slip.chain),
        "merges": [_merge(programme, row) | {"bias_days": row.bias / DAY} for row in analysis.merges],
        "tasks": _tasks(programme, analysis).to_dicts(),
        "joint": asdict(joint) | {"date": _iso(programme, joint.date)},
        "planned_cost": analysis.planned_cost,
        "broken_lags": [{"predecessor": a, "task": b, "share": s} for (a, b), s in analysis.broken.items()],
    }  # fmt: skip
    plain: dict[str, Any] = _plain(found)
    return plain


def risk_text(programme: Programme, analysis: RiskAnalysis) -> str:
    """Return a risk analysis as the text of `risk.json`."""
    return json.dumps(risk_json(programme, analysis), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _date(programme: Programme, row: DateRisk) -> dict[str, Any]:
    dates = {
        name: _iso(programme, getattr(row, name))
        for name in ("planned", "committed", "p10", "p50", "p80", "p90", "mean")
    }
    contingency = {f"p{share * 100:.0f}": row.contingency(share) for share in (0.5, 0.8, 0.9)}
    kept = {"has_deadline": row.has_deadline, "chance": row.chance, "contingency_days": contingency}
    return {"task": row.task or None} | dates | kept


def _scenario(programme: Programme, row: Scenario) -> dict[str, Any]:
    dates = {name: _iso(programme, getattr(row, name)) for name in ("p50", "p80", "p90", "mean")}
    return {"name": row.name} | dates | {"cost_p50": row.cost_p50, "cost_p80": row.cost_p80}


def _driver(programme: Programme, row: dict[str, Any]) -> dict[str, Any]:
    between = {"days": (row["high"] - row["low"]) / DAY}
    return row | {name: _iso(programme, row[name]) for name in ("low", "high")} | between


def _merge(programme: Programme, row: Any) -> dict[str, Any]:
    return asdict(row) | {name: _iso(programme, getattr(row, name)) for name in ("planned", "latest", "merged")}


def _iso(programme: Programme, hours: float) -> str | None:
    return programme.moment(hours).isoformat(timespec="minutes") if np.isfinite(hours) else None


def _records(rows: Any) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def _plain(value: Any) -> Any:
    """Values that JSON can hold, numbers to ten significant digits."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value


def _tasks(programme: Programme, analysis: RiskAnalysis) -> pl.DataFrame:
    del programme
    return pl.DataFrame({
        "task": list(analysis.tasks), "criticality": analysis.criticality, "sensitivity": analysis.sensitivity,
        "schedule_sensitivity": analysis.schedule_sensitivity, "cruciality": analysis.cruciality,
        "deviation_hours": analysis.deviation,
    })  # fmt: skip


def _register(programme: Programme, analysis: RiskAnalysis) -> pl.DataFrame:
    del programme
    return pl.DataFrame(_records(risk_worths(analysis)))


def _drivers(programme: Programme, analysis: RiskAnalysis) -> pl.DataFrame:
    return _dated(programme, pl.DataFrame(_records(analysis.drivers)), ("low", "high"))


def _merges(programme: Programme, analysis: RiskAnalysis) -> pl.DataFrame:
    return _dated(programme, pl.DataFrame(_records(analysis.merges)), ("planned", "latest", "merged"))


def _dated(programme: Programme, frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    known = [name for name in columns if name in frame.columns]
    return frame.with_columns(dated(programme, frame[name].to_numpy()).alias(name) for name in known)


def _worlds(programme: Programme, analysis: RiskAnalysis) -> pl.DataFrame:
    """The last finish, the cost, every milestone and which risks happen, a row a world."""
    columns: dict[str, Any] = {
        "replication": np.arange(analysis.worlds, dtype=np.int32),
        "finish": dated(programme, analysis.planned.finish), "cost": analysis.planned.cost,
    }  # fmt: skip
    for column, task in enumerate(analysis.milestones):
        columns[f"finish {task}"] = dated(programme, analysis.milestone_finish[:, column])
    return pl.DataFrame(columns | {f"risk {risk.risk}": risk.happens for risk in analysis.risks})


RISK_FRAMES: dict[str, Callable[[Programme, RiskAnalysis], pl.DataFrame]] = {
    "risk_tasks": _tasks,
    "risk_register": _register,
    "risk_drivers": _drivers,
    "risk_merges": _merges,
    "risk_worlds": _worlds,
}
"""The tables of a risk analysis by name: by task, by risk, by driver, by merge and by world."""
