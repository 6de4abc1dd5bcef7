"""The outcome as JSON, the form that other programs read."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from plantwright.model.outcome import Bottleneck, Metric, Outcome

STATISTICS = ("mean", "p10", "p20", "p50", "p80", "p90", "share")


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain JSON values.

    Every figure has its unit, mean, percentiles and the share of worlds in which it happened; null where it never did.
    """
    metrics: dict[str, Any] = {}
    for name, entry in outcome.metrics.items():
        figure, _, group = name.partition(".")
        if isinstance(entry, Metric):
            metrics[figure] = _entry(entry)
        else:
            found = {metric.name: _entry(metric) for metric in entry}
            metrics[figure] = metrics[figure] | {group: found} if group else found
    return {
        "programme": outcome.programme,
        "seed": outcome.seed,
        "replications": outcome.replications,
        "versions": dict(outcome.versions),
        "metrics": metrics,
        "bottlenecks": [*map(_bottleneck, outcome.bottlenecks)],
        "limits": [*map(_bottleneck, outcome.limits)],
        "sensitivities": [
            {"assumption": s.assumption, "kind": s.kind, "metric": s.metric, "correlation": _plain(s.correlation),
             "at_low": _plain(s.at_low), "at_high": _plain(s.at_high)}
            for s in outcome.sensitivities
        ],
    }  # fmt: skip


def as_text(outcome: Outcome) -> str:
    """Return an outcome as the text of `outcome.json`."""
    return json.dumps(as_json(outcome), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _bottleneck(row: Bottleneck) -> dict[str, Any]:
    return {"period": row.period, "kind": row.kind, "binds": row.object, "share_of_time": _plain(row.share)}


def _entry(metric: Metric) -> dict[str, Any]:
    return {"unit": metric.unit} | {name: _plain(getattr(metric, name)) for name in STATISTICS}


def _plain(value: float | str | None) -> float | str | None:
    """Return a value that JSON can hold, numbers to ten significant digits."""
    if isinstance(value, float):
        return float(f"{value:.10g}") if isfinite(value) else None
    return value
