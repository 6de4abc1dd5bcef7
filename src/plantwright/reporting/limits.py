"""What limits, week by week: what late units wait for, and what the stations spend their time on."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from plantwright.model.outcome import STATES
from plantwright.reporting.figures import Figure, Floats, axis, framed, label, moments, names_above, time_axis
from plantwright.reporting.palette import ACCENT, EMPTY, INK, STATE_COLOURS, STATE_PATTERNS
from plantwright.reporting.run import Run
from plantwright.reporting.words import KINDS, names

CAUSES_SHOWN = 12
PATTERN = {"size": 5, "solidity": 0.25, "fgcolor": INK, "fillmode": "overlay"}
STATE_WORDS = {
    "busy": "working", "setup": "changing over", "blocked": "blocked by what follows",
    "starved": "without a unit or part", "waiting": "waiting for a shared supply",
    "down": "broken down", "off": "off shift",
}  # fmt: skip


def cause_name(run: Run, kind: str, name: str) -> str:
    """Return a cause of waiting in words, such as Part: Quick disconnect coupling."""
    return f"{KINDS.get(kind, kind)}: {names(run.programme).get(name, name)}"


def total_waits(run: Run) -> Floats:
    """Return the share of all waiting that each cause has, shape (causes,); zeros where nothing waited."""
    hours = run.replications.waits.mean(axis=0).sum(axis=1)
    return np.asarray(hours / hours.sum() if hours.sum() > 0 else hours)


def waiting_map(run: Run) -> Figure:
    """Return the map of causes by week: the share of late units' waiting that each caused, the greatest on top."""
    programme, results = run.programme, run.replications
    order = np.argsort(-total_waits(run), kind="stable")[:CAUSES_SHOWN]
    waits = results.waits.mean(axis=0)
    week = waits.sum(axis=0, keepdims=True)
    share = np.divide(waits, week, out=np.full_like(waits, np.nan), where=week > 0)[order]
    labels = [label(cause_name(run, *results.causes[cause])) for cause in order]
    z = [[None if np.isnan(v) else round(float(v) * 100, 2) for v in row] for row in share]
    top = max(20.0, float(np.ceil(np.nanmax(share, initial=0.0) * 10) * 10))
    heat = go.Heatmap(
        z=z, x=moments(programme, results.edges), y=list(range(len(labels))), coloraxis="coloraxis", xgap=0, ygap=3,
        text=[[name] * share.shape[1] for name in labels], hoverongaps=False,
        hovertemplate="<b>%{text}</b><br>week to %{x|%-d %b %Y}<br>%{z:.0f} % of the waiting<extra></extra>",
    )  # fmt: skip
    bar = {
        "title": {"text": "% of the week's waiting", "side": "right", "font": {"size": 13}},
        "thickness": 10,
        "outlinewidth": 0,
    }
    colours = {"colorscale": [[0, EMPTY], [1, ACCENT]], "cmin": 0, "cmax": top, "colorbar": bar}
    ticks: dict[str, Any] = {
        "tickvals": list(range(len(labels))),
        "ticktext": labels,
        "range": [len(labels) - 0.5, -0.5],
    }
    plot = framed(
        [heat], 90 + 30 * len(labels), xaxis=time_axis(programme, showgrid=False), coloraxis=colours,
        yaxis=axis(showgrid=False, zeroline=False, **ticks),
    )  # fmt: skip
    says = f"Share of late units' waiting by cause and week; most is {labels[0] if labels else 'nothing'}."
    return Figure("waiting", says, plot, _narrow(labels, 44, 20) | {"coloraxis": {"showscale": False}}, {"ygap": 22})


def station_states(run: Run) -> Figure:
    """Return how the stations of each work centre spend their time, from their first hour of work on."""
    results = run.replications
    hours = results.states.mean(axis=0).sum(axis=1)
    total = hours.sum(axis=1, keepdims=True)
    share = np.divide(hours, total, out=np.zeros_like(hours), where=total > 0) * 100
    shown = [index for index in range(len(results.work_centres)) if total[index, 0] > 0]
    called = names(run.programme)
    labels = [label(called[results.work_centres[index]]) for index in shown]
    traces = [
        go.Bar(
            orientation="h", y=list(range(len(shown))), x=share[shown, column].tolist(), name=STATE_WORDS[state],
            marker={"color": STATE_COLOURS[state], "pattern": PATTERN | {"shape": STATE_PATTERNS[state]}},
            hovertemplate="%{x:.0f} % " + STATE_WORDS[state] + "<extra></extra>",
        )
        for column, state in enumerate(STATES)
    ]  # fmt: skip
    ticks: dict[str, Any] = {"tickvals": list(range(len(shown))), "ticktext": labels, "range": [len(shown) - 0.5, -0.5]}
    plot = framed(
        traces, 130 + 30 * len(shown), xaxis=axis("% of station time", range=[0, 100]), barmode="stack",
        yaxis=axis(showgrid=False, zeroline=False, **ticks),
    )  # fmt: skip
    legend = {"legend": {"y": 0, "yref": "container", "yanchor": "bottom", "orientation": "h", "x": 0}, "bargap": 0.6}
    narrow = _narrow(labels, 46, 190) | legend
    return Figure("stations", "How the stations of each work centre spend their time.", plot, narrow)


def _narrow(labels: list[str], height: int, below: int) -> dict[str, object]:
    rows = {"showticklabels": False, "range": [len(labels) - 0.5, -0.9]}
    space = {"height": 90 + below + height * len(labels), "margin": {"l": 4, "r": 4, "t": 20, "b": 40 + below}}
    return names_above(labels, 0.5) | {"yaxis": rows} | space
