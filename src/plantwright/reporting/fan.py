"""Compute energised over time: what the simulated worlds reach, beside what is planned and what is wanted."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import plotly.graph_objects as go

from plantwright.reporting.figures import Figure, Floats, axis, framed, moments, time_axis
from plantwright.reporting.outcome import KW_PER_MW
from plantwright.reporting.palette import ACCENT, BAND, INK, QUIET
from plantwright.reporting.run import Run
from plantwright.reporting.statistics import percentile


def energised_fan(run: Run) -> Figure:
    """Return the fan of compute energised: p10 to p90, the median, what 8 of 10 worlds have, plan and demand."""
    programme, results = run.programme, run.replications
    x = moments(programme, np.concatenate(([0.0], results.edges)))
    mw = np.pad(results.energised_kw / KW_PER_MW, ((0, 0), (1, 0)))
    p10, p20, p50, p90 = (percentile(mw, share).tolist() for share in (0.1, 0.2, 0.5, 0.9))
    hover = "%{y:,.1f} MW"
    traces = [
        go.Scatter(x=x, y=p90, mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip"),
        go.Scatter(
            x=x, y=p10, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=BAND,
            name="8 of 10 worlds are in here (p10 to p90)", hoverinfo="skip",
        ),
        go.Scatter(x=x, y=p50, mode="lines", line={"color": ACCENT, "width": 3}, name="half of the worlds (p50)",
                   hovertemplate=hover),
        go.Scatter(x=x, y=p20, mode="lines", line={"color": ACCENT, "width": 1.5, "dash": "dash"},
                   name="8 of 10 worlds have at least", hovertemplate=hover),
        _steps(run, planned_mw(run), "at the sites by plan", QUIET, "dot"),
        _steps(run, wanted_mw(run), "wanted by demand", INK, "solid"),
    ]  # fmt: skip
    plot = framed(
        traces, 440, xaxis=time_axis(programme), yaxis=axis("MW under power", rangemode="tozero"), hovermode="x unified"
    )
    legend = {"orientation": "h", "y": -0.14, "yanchor": "top", "x": 0}
    says = f"Compute energised over time; half of the worlds reach {p50[-1]:,.0f} megawatts at the horizon."
    return Figure("energised", says, plot, {"legend": legend, "height": 520, "margin": {"l": 44, "r": 8, "b": 180}})


def planned_mw(run: Run) -> list[tuple[float, float]]:
    """Return when the plan's shipments arrive (hours) and the compute that they bring, MW."""
    power = {item.id: item.power.planned / KW_PER_MW for item in run.programme.items}
    return [(s.arrives, s.quantity * power[s.item]) for s in run.plan.shipments]


def wanted_mw(run: Run) -> list[tuple[float, float]]:
    """Return when each demand is due (hours) and the compute that it asks for, MW."""
    power = {item.id: item.power.planned / KW_PER_MW for item in run.programme.items}
    return [(d.due.planned if d.due else 0.0, d.quantity * power[d.item]) for d in run.programme.demand]


def cumulative(events: Iterable[tuple[float, float]], at: Floats) -> Floats:
    """Return the sum of the amounts of events (time, amount) up to each time, shape of `at`."""
    ordered = sorted((time, amount) for time, amount in events if np.isfinite(time))
    times = np.array([time for time, _ in ordered])
    totals = np.concatenate(([0.0], np.cumsum([amount for _, amount in ordered])))
    return np.asarray(totals[np.searchsorted(times, at, side="right")])


def _steps(run: Run, events: list[tuple[float, float]], name: str, colour: str, dash: str) -> go.Scatter:
    at = np.concatenate(([0.0], run.replications.edges))
    return go.Scatter(
        x=moments(run.programme, at), y=cumulative(events, at).tolist(), mode="lines", name=name,
        line={"color": colour, "width": 1.5, "dash": dash, "shape": "hv"}, hovertemplate="%{y:,.1f} MW",
    )  # fmt: skip
