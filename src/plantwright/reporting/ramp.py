"""How many units a week each product leaves the plant with, month by month: the worlds beside the plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go

from plantwright.reporting.figures import Figure, Floats, axis, framed, time_axis
from plantwright.reporting.outcome import demanded_items, following, months
from plantwright.reporting.palette import ACCENT, BAND, QUIET
from plantwright.reporting.run import Run
from plantwright.reporting.statistics import percentile
from plantwright.reporting.words import names

WEEK_DAYS = 7.0


def ramps(run: Run) -> Iterator[tuple[str, Figure]]:
    """Yield the name of each demanded product and the figure of its ramp."""
    called = names(run.programme)
    for item in demanded_items(run.programme):
        yield called[item], _ramp(run, item)


def weekly_by_month(run: Run, item: str) -> Floats:
    """Return the units shipped a week on average of each month, shape (R, months)."""
    results = run.replications
    middles = (np.concatenate(([0.0], results.edges[:-1])) + results.edges) / 2
    shipped = results.shipped[:, results.items.index(item)]
    first = months(run.programme)
    starts = np.array([run.programme.hours(month) for month in first])
    month = np.searchsorted(starts, middles, side="right") - 1
    totals = np.stack([shipped[:, month == m].sum(axis=1) for m in range(len(first))], axis=1)
    return np.asarray(totals / _weeks(run))


def planned_by_month(run: Run, item: str) -> Floats:
    """Return the units that the plan ships a week on average of each month, shape (months,)."""
    first = months(run.programme)
    starts = np.array([run.programme.hours(month) for month in first])
    totals = np.zeros(len(first))
    for shipment in run.plan.shipments:
        if shipment.item == item and shipment.ships < run.programme.horizon_hours:
            totals[np.searchsorted(starts, shipment.ships, side="right") - 1] += shipment.quantity
    return np.asarray(totals / _weeks(run))


def _weeks(run: Run) -> Floats:
    """Return how many weeks of each month lie within the programme, shape (months,)."""
    programme = run.programme
    spans = [
        (min(following(month), programme.horizon) - max(month, programme.start)).days for month in months(programme)
    ]
    return np.maximum(np.array(spans, dtype=np.float64), 1.0) / WEEK_DAYS


def _ramp(run: Run, item: str) -> Figure:
    x = [max(month, run.programme.start).isoformat() for month in months(run.programme)]
    weekly = weekly_by_month(run, item)
    p10, p50, p90 = (percentile(weekly, share).tolist() for share in (0.1, 0.5, 0.9))
    hover = "%{y:,.1f} a week"
    step = {"shape": "hv"}
    traces = [
        go.Scatter(x=x, y=p90, mode="lines", line={"width": 0, **step}, showlegend=False, hoverinfo="skip"),
        go.Scatter(x=x, y=p10, mode="lines", line={"width": 0, **step}, fill="tonexty", fillcolor=BAND,
                   name="p10 to p90", hoverinfo="skip"),
        go.Scatter(x=x, y=p50, mode="lines", line={"color": ACCENT, "width": 2.5, **step}, name="p50",
                   hovertemplate=hover),
        go.Scatter(x=x, y=planned_by_month(run, item).tolist(), mode="lines", hovertemplate=hover, name="plan",
                   line={"color": QUIET, "width": 1.5, "dash": "dot", **step}),
    ]  # fmt: skip
    plot = framed(
        traces, 250, xaxis=time_axis(run.programme, nticks=5), yaxis=axis("units a week", rangemode="tozero", nticks=5),
        hovermode="x unified",
    )  # fmt: skip
    says = f"Units of {item} shipped a week; at most {max(p50):,.0f} in half of the worlds."
    return Figure(f"ramp_{item}", says, plot)
