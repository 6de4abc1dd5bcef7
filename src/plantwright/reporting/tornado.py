"""The assumptions that the answer hangs on most: how a headline figure moves between their lowest and highest tenth."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from scipy.stats import norm

from plantwright.model.outcome import Sensitivity
from plantwright.reporting.figures import Figure, axis, framed, label, moments, names_above
from plantwright.reporting.palette import HIGH, INK, LOW
from plantwright.reporting.run import Run
from plantwright.reporting.words import phrase, sentence

SHOWN = 10
TITLES = {
    "compute_energised_mw": "Compute energised at the horizon, MW",
    "first_unit_shipped": "First unit shipped",
    "conversion_finished": "Conversion finished",
}


def significant(run: Run) -> float:
    """Return the rank correlation that chance alone gives any of the assumptions once in twenty reports.

    Normal approximation of Spearman's correlation, divided among the assumptions (Bonferroni).
    """
    compared = max(len({row.assumption for row in run.outcome.sensitivities}), 1)
    return float(norm.ppf(1 - 0.025 / compared) / np.sqrt(max(run.outcome.replications - 1, 1)))


def strongest(run: Run, metric: str) -> list[Sensitivity]:
    """Return the assumptions that move a figure most and more than chance does, at most ten, the strongest first."""
    found = [s for s in run.outcome.sensitivities if s.metric == metric and abs(s.correlation) > significant(run)]
    return sorted(found, key=lambda s: -abs(s.correlation))[:SHOWN]


def tornado(run: Run, metric: str) -> Figure | None:
    """Return the tornado of a figure, None where no assumption moves it more than chance does."""
    rows = strongest(run, metric)
    if not rows:
        return None
    dates = metric != "compute_energised_mw"
    traces = [
        _ends(run, rows, dates, "low"),
        _ends(run, rows, dates, "high"),
    ]
    labels = [_label(run, row) for row in rows]
    ticks: dict[str, Any] = {"tickvals": list(range(len(rows))), "ticktext": labels, "range": [len(rows) - 0.4, -0.6]}
    across = axis(type="date", tickformat="%-d %b<br>%Y", hoverformat="%-d %b %Y") if dates else axis("MW")
    plot = framed(
        [_spans(run, rows, dates), *traces], 130 + 32 * len(rows), xaxis=across | {"nticks": 6},
        yaxis=axis(showgrid=False, zeroline=False, **ticks),
    )  # fmt: skip
    says = f"{TITLES[metric]} moves most with {phrase(rows[0].assumption)}."
    return Figure(f"tornado_{metric}", says, plot, _narrow(labels))


def _values(run: Run, rows: list[Sensitivity], dates: bool, end: str) -> list[float | str | None]:
    values = [row.at_low if end == "low" else row.at_high for row in rows]
    return [*moments(run.programme, values)] if dates else [*values]


def _spans(run: Run, rows: list[Sensitivity], dates: bool) -> go.Scatter:
    ends = zip(_values(run, rows, dates, "low"), _values(run, rows, dates, "high"), strict=True)
    x = [value for low, high in ends for value in (low, high, None)]
    y = [value for index in range(len(rows)) for value in (index, index, None)]
    return go.Scatter(x=x, y=y, mode="lines", line={"color": INK, "width": 3}, showlegend=False, hoverinfo="skip")


def _ends(run: Run, rows: list[Sensitivity], dates: bool, end: str) -> go.Scatter:
    colour, symbol = (LOW, "circle") if end == "low" else (HIGH, "diamond")
    name = f"assumption is {end} (its {end}est tenth)"
    shown = "%{x|%-d %b %Y}" if dates else "%{x:,.1f} MW"
    return go.Scatter(
        x=_values(run, rows, dates, end), y=list(range(len(rows))), mode="markers", name=name,
        marker={"size": 13, "symbol": symbol, "color": colour},
        text=[f"rank correlation {row.correlation:+.2f}" for row in rows],
        hovertemplate=f"{shown}<br>%{{text}}<extra>{name}</extra>",
    )  # fmt: skip


def _label(run: Run, row: Sensitivity) -> str:
    text = label(sentence(phrase(row.assumption)), 34)
    return text if run.programme.register[row.assumption].sourced else f"{text} (assumed)"


def _narrow(labels: list[str]) -> dict[str, object]:
    space = {"height": 190 + 46 * len(labels), "margin": {"l": 12, "r": 12, "t": 20, "b": 120}}
    return names_above(labels, 0.38) | space | {"legend": {"x": 0, "y": 0, "yref": "container", "yanchor": "bottom"}}
