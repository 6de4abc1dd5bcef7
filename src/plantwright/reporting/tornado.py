"""The assumptions that the answer hangs on most: how a headline figure moves between their lowest and highest tenth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go

from plantwright.model.outcome import Sensitivity
from plantwright.reporting.figures import Figure, axis, framed, label, moments, names_above
from plantwright.reporting.palette import HIGH, INK, LOW
from plantwright.reporting.run import Run
from plantwright.reporting.statistics import by_chance
from plantwright.reporting.words import has_source, mover, sentence

SHOWN = 10
FAINT = 0.4
WIDEST = 44
"""Letters of a row's name that fit a phone."""
TITLES = {
    "compute_energised_mw": "Compute energised at the horizon, MW",
    "first_unit_shipped": "First unit shipped",
    "conversion_finished": "Conversion finished",
}


def significant(run: Run) -> float:
    """Return the rank correlation that chance alone gives any of the assumptions and risks once in twenty reports."""
    compared = len({(row.kind, row.assumption) for row in run.outcome.sensitivities})
    return by_chance(compared, run.outcome.replications)


def is_significant(run: Run, row: Sensitivity) -> bool:
    """Return whether an assumption moves a figure more than chance may."""
    return abs(row.correlation) > significant(run)


def strongest(run: Run, metric: str) -> list[Sensitivity]:
    """Return the ten assumptions that move a figure most, the strongest first."""
    found = [s for s in run.outcome.sensitivities if s.metric == metric and s.correlation != 0]
    return sorted(found, key=lambda s: -abs(s.correlation))[:SHOWN]


def tornado(run: Run, metric: str) -> Figure | None:
    """Return the tornado of a figure, faint where chance may do as much; None where no assumption moves it at all."""
    rows = strongest(run, metric)
    if not rows:
        return None
    dates = metric != "compute_energised_mw"
    traces = [
        *_ends(run, rows, dates, "low"),
        *_ends(run, rows, dates, "high"),
    ]
    labels = [_label(run, row) for row in rows]
    ticks: dict[str, Any] = {"tickvals": list(range(len(rows))), "ticktext": labels, "range": [len(rows) - 0.4, -0.6]}
    across = axis(type="date", tickformat="%-d %b<br>%Y", hoverformat="%-d %b %Y") if dates else axis("MW")
    plot = framed(
        [*_spans(run, rows, dates), *traces], 130 + 32 * len(rows), xaxis=across | {"nticks": 6},
        yaxis=axis(showgrid=False, zeroline=False, **ticks),
    )  # fmt: skip
    says = f"{TITLES[metric]} moves most with {mover(run.programme, rows[0])}."
    return Figure(f"tornado_{metric}", says, plot, _narrow(labels))


def _values(run: Run, rows: list[Sensitivity], dates: bool, end: str) -> list[float | str | None]:
    values = [row.at_low if end == "low" else row.at_high for row in rows]
    return [*moments(run.programme, values)] if dates else [*values]


def _spans(run: Run, rows: list[Sensitivity], dates: bool) -> Iterator[go.Scatter]:
    ends = list(zip(_values(run, rows, dates, "low"), _values(run, rows, dates, "high"), strict=True))
    for sure in (True, False):
        chosen = [index for index, row in enumerate(rows) if is_significant(run, row) == sure]
        x = [value for index in chosen for value in (*ends[index], None)]
        y = [value for index in chosen for value in (index, index, None)]
        line = {"color": INK, "width": 3}
        faint = 1.0 if sure else FAINT
        yield go.Scatter(x=x, y=y, mode="lines", line=line, opacity=faint, showlegend=False, hoverinfo="skip")


def _ends(run: Run, rows: list[Sensitivity], dates: bool, end: str) -> Iterator[go.Scatter]:
    colour, symbol = (LOW, "circle") if end == "low" else (HIGH, "diamond")
    name = {"low": "in its lowest tenth, or does not happen", "high": "in its highest tenth, or happens"}[end]
    shown = "%{x|%-d %b %Y}" if dates else "%{x:,.1f} MW"
    x = _values(run, rows, dates, end)
    named = False
    for sure in (True, False):
        chosen = [index for index, row in enumerate(rows) if is_significant(run, row) == sure]
        if chosen:
            yield go.Scatter(
                x=[x[index] for index in chosen], y=chosen, mode="markers", name=name, showlegend=not named,
                legendgroup=end, marker={"size": 13, "symbol": symbol, "color": colour},
                opacity=1.0 if sure else FAINT,
                text=[f"rank correlation {rows[index].correlation:+.2f}" for index in chosen],
                hovertemplate=f"{shown}<br>%{{text}}<extra>{name}</extra>",
            )  # fmt: skip
            named = True


def _label(run: Run, row: Sensitivity) -> str:
    marks = [] if has_source(run.programme, row) else ["assumed"]
    marks += [] if is_significant(run, row) else ["chance?"]
    suffix = f" ({', '.join(marks)})" if marks else ""
    return label(sentence(mover(run.programme, row)), WIDEST - len(suffix)) + suffix


def _narrow(labels: list[str]) -> dict[str, object]:
    space = {"height": 190 + 46 * len(labels), "margin": {"l": 12, "r": 12, "t": 20, "b": 120}}
    return names_above(labels, 0.38) | space | {"legend": {"x": 0, "y": 0, "yref": "container", "yanchor": "bottom"}}
