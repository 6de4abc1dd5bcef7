"""What a Gantt chart shows beside its bars: float, the baseline's dates, and the status date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import plotly.graph_objects as go

from plantwright.reporting.figures import moments
from plantwright.reporting.palette import ACCENT, QUIET
from plantwright.reporting.run import Run

BELOW = 0.33
"""How far below the middle of a task's row, in rows, its baseline and its float are drawn."""

DAY = 24.0


def beside_bars(run: Run, tasks: Sequence[str]) -> Iterator[go.Scatter]:
    """Yield the traces of float and baseline; `tasks` names the task of each row, blank for a row of an area."""
    rows = [(index, task) for index, task in enumerate(tasks) if task]
    planned, agreed = run.schedule.task, run.programme.baseline_of
    floats = [
        (index, planned[task].finish, planned[task].finish + planned[task].total_float)
        for index, task in rows
        if planned[task].total_float >= DAY
    ]
    if floats:
        yield _lines(run, floats, "total float", {"color": QUIET, "width": 1, "dash": "dot"})
    baseline = [(i, agreed[t].start.planned, agreed[t].finish.planned) for i, t in rows if t in agreed]
    if baseline:
        yield _lines(run, baseline, "baseline", {"color": QUIET, "width": 4})


def _lines(run: Run, spans: Sequence[tuple[int, float, float]], name: str, line: dict[str, Any]) -> go.Scatter:
    x = [at for _, start, finish in spans for at in (*moments(run.programme, [start, finish]), None)]
    y = [at for index, _, _ in spans for at in (index + BELOW, index + BELOW, None)]
    return go.Scatter(x=x, y=y, mode="lines", line=line, name=name, hoverinfo="skip")


def status_line(run: Run) -> dict[str, Any]:
    """Return the layout that draws the status date from top to bottom; nothing where the programme has none."""
    status = run.programme.status_date
    if status is None:
        return {}
    at = moments(run.programme, [status.planned])[0]
    line = {"color": ACCENT, "width": 2}
    return {"shapes": [{"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line}]}
