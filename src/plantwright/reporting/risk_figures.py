"""The figures of a risk report: S-curve of the finish, what moves it, where paths merge, risks, date and cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import Driver, RiskAnalysis
from plantwright.reporting.figures import Figure, Floats, axis, dates_for, framed, label, moments, names_above
from plantwright.reporting.palette import ACCENT, HIGH, INK, LOW, QUIET
from plantwright.reporting.risk_numbers import (
    CONFIDENCES,
    DAY,
    DateRisk,
    at,
    dates_at_risk,
    joint_confidence,
    money_unit,
    risk_worths,
)
from plantwright.reporting.risk_tables import driver_name, is_sure, moving, when
from plantwright.reporting.words import names, phrase, sentence

STEPS = 200
SHOWN = 10
LEAST_DAYS = 0.05
LONGEST, LONGEST_ON_A_PHONE = 60, 44
POINTS = 1_000
DATES: dict[str, Any] = {"type": "date", "hoverformat": "%-d %b %Y"}
BELOW = {"legend": {"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"}}


def s_curve(programme: Programme, analysis: RiskAnalysis) -> Figure:
    """Return the share of worlds that are finished by each date: with risks and without, p50, p80, p90 and the plan."""
    finish, row = analysis.planned.finish, dates_at_risk(programme, analysis)[0]
    traces = [
        _curve(programme, finish, "as planned, with risks" if analysis.risks else "as planned", ACCENT, "solid", 3)
    ]
    if analysis.risks:
        traces.append(_curve(programme, analysis.ranges.finish, "ranges alone, no risk happens", QUIET, "dot", 1.5))
        if any(risk.mitigation for risk in programme.risks):
            traces.append(_curve(programme, analysis.mitigated.finish, "with every mitigation", ACCENT, "dash", 1.5))
    known = [at(finish, share) for share in CONFIDENCES]
    traces += [
        _marked(
            programme, known, [100 * share for share in CONFIDENCES], [f"p{share * 100:.0f}" for share in CONFIDENCES]
        ),
        _line_at(programme, row.committed, "committed date" if row.has_deadline else "plan's date"),
    ]
    plot = framed(
        traces, 400, xaxis=_dates(analysis, range=_span(programme, analysis, row)),
        yaxis=axis("% of the worlds are finished", range=[0, 102], nticks=6),
        margin={"l": 56, "r": 16, "t": 28, "b": 96}, **BELOW,
    )  # fmt: skip
    says = f"Half of the worlds are finished by {when(programme, row.p50)}, 8 of 10 by {when(programme, row.p80)}."
    return Figure(
        "risk_s_curve",
        says,
        plot,
        {"height": 470, "xaxis": {"nticks": 4}, "margin": {"l": 44, "r": 8, "t": 20, "b": 170}},
    )


def _dates(analysis: RiskAnalysis, **more: Any) -> dict[str, Any]:
    """The axis of last finishes: by the month, or by the day where they lie close together."""
    return axis(**(DATES | dates_for(float(np.ptp(analysis.planned.finish))) | {"nticks": 8} | more))


def _span(programme: Programme, analysis: RiskAnalysis, row: DateRisk) -> list[str | None]:
    """From the first finish or committed date to the last, with room for what is written beside the p90."""
    every = [analysis.planned.finish, analysis.ranges.finish, analysis.mitigated.finish]
    first = min(row.committed, *(float(finish.min()) for finish in every))
    last = max(row.committed, *(float(finish.max()) for finish in every))
    return moments(programme, [first - 0.02 * (last - first), max(last, row.p90 + 0.55 * (row.p90 - first)) + DAY])


def _curve(programme: Programme, finish: Floats, name: str, colour: str, dash: str, width: float) -> go.Scatter:
    shares = np.arange(1, STEPS + 1) / STEPS if finish.size > STEPS else np.arange(1, finish.size + 1) / finish.size
    x = moments(programme, [at(finish, float(share)) for share in shares])
    return go.Scatter(
        x=x, y=(100 * shares).tolist(), mode="lines", name=name,
        line={"color": colour, "width": width, "dash": dash, "shape": "hv"},
        hovertemplate="%{y:.0f} % by %{x}<extra></extra>",
    )  # fmt: skip


def _marked(programme: Programme, hours: list[float], shares: list[float], texts: list[str]) -> go.Scatter:
    said = [f"{text} {when(programme, each)}" for text, each in zip(texts, hours, strict=True)]
    return go.Scatter(
        x=moments(programme, hours), y=shares, mode="markers+text", text=said, textposition="bottom right",
        marker={"size": 10, "color": INK, "symbol": "circle"}, textfont={"size": 12, "color": INK}, showlegend=False,
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip


def _line_at(programme: Programme, hours: float, name: str) -> go.Scatter:
    moment = moments(programme, [hours, hours])
    return go.Scatter(
        x=moment, y=[0, 100], mode="lines", line={"color": INK, "width": 1.5, "dash": "longdash"},
        name=f"{name}, {when(programme, hours)}", hoverinfo="skip",
    )  # fmt: skip


def finish_tornado(programme: Programme, analysis: RiskAnalysis) -> Figure | None:
    """Return how far the mean finish differs between the ends of each assumption and risk; None if nothing moves it."""
    rows = [row for row in moving(analysis) if abs(row.high - row.low) / DAY >= LEAST_DAYS][:SHOWN]
    if not rows:
        return None
    labels = [driver_name(programme, row) + ("" if is_sure(analysis, row) else " (chance?)") for row in rows]
    ends = [(moments(programme, [row.low, row.high]), index) for index, row in enumerate(rows)]
    spans = go.Scatter(
        x=[x for pair, _ in ends for x in (*pair, None)], y=[y for _, index in ends for y in (index, index, None)],
        mode="lines", line={"color": INK, "width": 3}, showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    low = _ends(programme, rows, "low", LOW, "circle", "in the lowest tenth, or does not happen")
    high = _ends(programme, rows, "high", HIGH, "diamond", "in the highest tenth, or happens")
    mean = _line_at(programme, float(analysis.planned.finish.mean()), "mean of all worlds")
    mean.y = [-0.6, len(rows) - 0.4]
    says = f"The finish moves most with {driver_name(programme, rows[0])}."
    return _bars("risk_tornado", says, [mean, spans, low, high], labels, _dates(analysis, nticks=6))


def _ends(programme: Programme, rows: Sequence[Driver], end: str, colour: str, symbol: str, name: str) -> go.Scatter:
    return go.Scatter(
        x=moments(programme, [getattr(row, end) for row in rows]), y=list(range(len(rows))), mode="markers", name=name,
        marker={"size": 12, "symbol": symbol, "color": colour},
        text=[f"{row.kind}, rank correlation {row.correlation:+.2f}" for row in rows],
        hovertemplate="mean finish %{x|%-d %b %Y}<br>%{text}<extra></extra>",
    )  # fmt: skip


def _bars(identifier: str, says: str, traces: list[Any], labels: list[str], across: dict[str, Any]) -> Figure:
    """A figure with a row for each label, the first one on top; on a phone the labels stand above their rows."""
    ticks: dict[str, Any] = {
        "tickvals": list(range(len(labels))),
        "ticktext": [label(text, LONGEST) for text in labels],
        "range": [len(labels) - 0.4, -0.6],
    }
    plot = framed(
        traces, 130 + 30 * len(labels), xaxis=across, yaxis=axis(showgrid=False, zeroline=False, **ticks),
        barmode="overlay", margin={"l": 56, "r": 16, "t": 12, "b": 96}, **BELOW,
    )  # fmt: skip
    short = [label(text, LONGEST_ON_A_PHONE) for text in labels]
    space = {"height": 190 + 46 * len(labels), "margin": {"l": 12, "r": 12, "t": 20, "b": 140}, "bargap": 0.64}
    return Figure(identifier, says, plot, names_above(short, 0.4) | space, {"width": 0.3})


def merge_bias(programme: Programme, analysis: RiskAnalysis) -> Figure | None:
    """Return the merges with the greatest bias in days, those that decide the end dark; None where none has one."""
    called = names(programme)
    rows = [row for row in analysis.merges if row.bias / DAY >= LEAST_DAYS][:SHOWN]
    if not rows:
        return None
    labels = [called[row.task] if row.task else "Conversion finished" for row in rows]
    traces = [
        go.Bar(
            orientation="h", y=[i for i, row in enumerate(rows) if row.on_path == decides], name=name, width=0.6,
            x=[row.bias / DAY for row in rows if row.on_path == decides],
            marker={"color": ACCENT if decides else QUIET, "pattern": {"shape": "" if decides else "/"}},
            hovertemplate="%{x:.1f} days later than its latest path<extra></extra>",
        )
        for decides, name in ((True, "on the chain that decides the end"), (False, "elsewhere"))
    ]  # fmt: skip
    says = f"The merge at {labels[0]} adds {rows[0].bias / DAY:,.0f} days on average."
    return _bars("risk_merges", says, traces, labels, axis("days that merging adds on average", rangemode="tozero"))


def risk_ranking(programme: Programme, analysis: RiskAnalysis) -> Figure | None:
    """Return the days that each risk adds on average, and what its mitigation leaves of them; None without risks."""
    called = {risk.id: risk.name or sentence(phrase(risk.id)) for risk in programme.risks}
    rows = sorted(risk_worths(analysis), key=lambda row: (-row.mean_days, row.risk))
    rows = [row for row in rows if row.mean_days >= LEAST_DAYS or row.saved_mean_days >= LEAST_DAYS][:SHOWN]
    if not rows:
        return None
    labels = [called[row.risk] for row in rows]
    without = [row.mean_days + (row.saved_mean_days if row.mitigated else 0.0) for row in rows]
    can = {risk.id for risk in programme.risks if risk.mitigation}
    left = [whole - row.saved_mean_days if row.risk in can else None for whole, row in zip(without, rows, strict=True)]
    y = list(range(len(rows)))
    traces = [
        go.Bar(orientation="h", y=y, x=without, width=0.62, name="without mitigation", marker={"color": LOW},
               hovertemplate="%{x:.1f} days without mitigation<extra></extra>"),
        go.Bar(orientation="h", y=y, x=left, width=0.3, name="with its mitigation", marker={"color": INK},
               hovertemplate="%{x:.1f} days with mitigation<extra></extra>"),
    ]  # fmt: skip
    says = f"{called[rows[0].risk]} adds {without[0]:,.1f} days to the mean finish."
    return _bars("risk_ranking", says, traces, labels, axis("days added to the mean finish", rangemode="tozero"))


def date_and_cost(programme: Programme, analysis: RiskAnalysis) -> Figure:
    """Return the worlds by finish and cost, what is committed, the pair that 8 of 10 keep, and an 80 % ellipse."""
    unit, said = money_unit(programme, analysis)
    finish, cost = analysis.planned.finish, analysis.planned.cost / unit
    joint, row = joint_confidence(programme, analysis), dates_at_risk(programme, analysis)[0]
    around_x, around_y = _ellipse(finish, cost)
    limits = [
        float(min(cost.min(), joint.committed_cost / unit)),
        float(max(cost.max(), joint.committed_cost / unit)),
    ]
    ends = [float(min(finish.min(), row.committed)), float(max(finish.max(), row.committed))]
    line = {"color": INK, "width": 1.5, "dash": "longdash"}
    traces = [
        go.Scatter(
            x=moments(programme, finish[:POINTS]), y=cost[:POINTS].tolist(), mode="markers", name="a world",
            marker={"size": 4, "color": ACCENT}, opacity=0.45, hoverinfo="skip",
        ),
        go.Scatter(x=moments(programme, around_x), y=around_y.tolist(), mode="lines", name="80 % of a normal spread",
                   line={"color": ACCENT, "width": 1.5}, hoverinfo="skip"),
        go.Scatter(x=[*moments(programme, [row.committed] * 2), None, *moments(programme, ends)], mode="lines",
                   y=[*limits, None, *[joint.committed_cost / unit] * 2], line=line, name="committed date and cost",
                   hoverinfo="skip"),
        go.Scatter(
            x=moments(programme, [joint.date]), y=[joint.cost / unit], mode="markers", hoverinfo="skip",
            marker={"size": 13, "color": INK, "symbol": "star"}, name="8 of 10 worlds keep both",
        ),
    ]  # fmt: skip
    plot = framed(
        traces, 400, xaxis=_dates(analysis), yaxis=axis(f"cost, {said}"),
        margin={"l": 64, "r": 16, "t": 12, "b": 96}, **BELOW,
    )  # fmt: skip
    says = f"Committed date and cost are both kept in {joint.both_kept:.0%} of the worlds."
    return Figure(
        "risk_joint",
        says,
        plot,
        {"height": 470, "xaxis": {"nticks": 4}, "margin": {"l": 52, "r": 8, "t": 12, "b": 170}},
    )


def _ellipse(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """The ellipse that holds 80 % of a normal law with the means and covariance of two samples (chi-squared, 2)."""
    turn = np.linspace(0, 2 * np.pi, 73)
    scale = np.array([max(one.std(), 1e-9), max(other.std(), 1e-9)])
    values, vectors = np.linalg.eigh(np.cov((one - one.mean()) / scale[0], (other - other.mean()) / scale[1]))
    radius = np.sqrt(np.maximum(values, 0.0) * -2 * np.log(1 - 0.8))
    circle = vectors @ (radius[:, None] * np.stack([np.cos(turn), np.sin(turn)]))
    return one.mean() + scale[0] * circle[0], other.mean() + scale[1] * circle[1]
