"""The conversion as a Gantt chart by area: who is in charge, what is critical, and how late it may end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from plantwright.reporting.figures import Figure, axis, dates_for, framed, label, moments, names_above, time_axis
from plantwright.reporting.gantt_status import beside_bars, status_line
from plantwright.reporting.palette import EMPTY, HIGH, INK, QUIET, looks
from plantwright.reporting.run import Run
from plantwright.reporting.statistics import percentile
from plantwright.reporting.words import day_of, names

OFTEN = 0.1
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the chart: an area (no party) or a task; times are hours from start."""

    name: str
    party: str
    start: float
    finish: float
    p80: float
    critical: bool
    criticality: float
    milestone: bool
    task: str = ""
    p10: float = 0.0
    p90: float = 0.0


def critical_gantt(run: Run) -> Figure:
    """Return the areas with the tasks that set the date: critical in the plan or in one of ten worlds; milestones."""
    shown = [r for r in task_rows(run) if r.critical or r.criticality >= OFTEN or r.milestone]
    says = f"The conversion by area with {len(shown)} critical tasks and milestones."
    return _chart(run, "conversion", says, [*_by_area(run, {r.task for r in shown})])


def whole_gantt(run: Run) -> Figure:
    """Return every task of the conversion, by area."""
    says = f"All {len(run.programme.tasks)} tasks of the conversion by area."
    return _chart(run, "conversion_whole", says, [*_by_area(run, {t.id for t in run.programme.tasks})])


def task_rows(run: Run) -> list[Row]:
    """Return every task with its planned dates and the finish that 8 of 10 worlds keep."""
    p10, p80, p90 = (percentile(run.trials.finish, share) for share in (0.1, 0.8, 0.9))
    index = {task: column for column, task in enumerate(run.trials.tasks)}
    rows = []
    for task in run.programme.tasks:
        planned, column = run.schedule.task[task.id], index[task.id]
        rows.append(
            Row(task.name or task.id, task.party, planned.start, planned.finish, float(p80[column]), planned.critical,
                float(run.trials.criticality[column]), task.milestone, task.id, float(p10[column]), float(p90[column]))
        )  # fmt: skip
    return rows


def _by_area(run: Run, shown: set[str]) -> Iterator[Row]:
    rows = {row.task: row for row in task_rows(run)}
    areas: dict[str, list[Row]] = {}
    for task in run.programme.tasks:
        areas.setdefault(task.area or "Conversion", []).append(rows[task.id])
    for area, members in sorted(areas.items(), key=lambda a: (min(r.start for r in a[1]), a[0])):
        start, finish, p80 = (f(getattr(r, k) for r in members) for f, k in _ENDS)
        yield Row(area, "", start, finish, p80, False, 0.0, False)
        yield from sorted((r for r in members if r.task in shown), key=lambda r: (r.start, r.finish, r.task))


_ENDS: tuple[tuple[Any, str], ...] = ((min, "start"), (max, "finish"), (max, "p80"))


def _chart(run: Run, identifier: str, says: str, rows: Sequence[Row]) -> Figure:
    traces = [_areas(run, rows), *_tasks(run, rows), *_milestones(run, rows), *_whiskers(run, rows)]
    traces += beside_bars(run, [row.task for row in rows])
    labels = [label(row.name) if row.task else f"<b>{label(row.name)}</b>" for row in rows]
    last = max([run.programme.horizon_hours * 0.02, *(max(row.p80, row.p90) for row in rows)])
    end = run.programme.moment(min(last * 1.03, run.programme.horizon_hours * 1.2)).isoformat()
    ticks: dict[str, Any] = {"tickvals": list(range(len(rows))), "ticktext": labels, "range": [len(rows) - 0.4, -0.8]}
    plot = framed(
        traces, 110 + 24 * len(rows),
        xaxis=time_axis(run.programme, range=[run.programme.start.isoformat(), end], side="top", nticks=8)
        | dates_for(last),
        yaxis=axis(showgrid=False, zeroline=False, **ticks), barmode="overlay", bargap=0.35,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
        margin={"l": 56, "r": 16, "t": 48, "b": 64}, **status_line(run),
    )  # fmt: skip
    return Figure(identifier, says, plot, _narrow(labels), {"width": 0.36})


def _narrow(labels: Sequence[str]) -> dict[str, Any]:
    look = {"height": 170 + 38 * len(labels), "bargap": 0.64, "margin": {"l": 4, "r": 4, "t": 48, "b": 130}}
    return names_above(labels, 0.44) | look


def _bars(run: Run, rows: Sequence[tuple[int, Row]], **look: Any) -> go.Bar:
    called = names(run.programme)
    about = [
        f"<b>{label(row.name, 90)}</b><br>{label(called.get(row.party, row.party))}"
        f"<br>planned {day_of(run.programme, row.start)} to {day_of(run.programme, row.finish)}"
        f"<br>8 of 10 worlds by {day_of(run.programme, row.p80)}"
        f"<br>critical in {row.criticality * 100:.0f} % of worlds"
        for _, row in rows
    ]
    return go.Bar(
        orientation="h", y=[index for index, _ in rows], base=moments(run.programme, [row.start for _, row in rows]),
        x=[(row.finish - row.start) * HOUR_MS for _, row in rows], hovertext=about, hoverinfo="text", **look,
    )  # fmt: skip


def _areas(run: Run, rows: Sequence[Row]) -> go.Bar:
    chosen = [(index, row) for index, row in enumerate(rows) if not row.task]
    return _bars(run, chosen, marker={"color": QUIET, "opacity": 0.45}, width=0.22, name="whole area", showlegend=True)


def _tasks(run: Run, rows: Sequence[Row]) -> Iterator[go.Bar]:
    called, look = names(run.programme), looks(run.programme)
    for party in dict.fromkeys(row.party for row in rows if row.task):
        shown = True
        for critical in (False, True):
            chosen = [(i, r) for i, r in enumerate(rows) if r.task and r.party == party and r.critical == critical]
            if chosen:
                marker = {"color": look[party].colour} | (_critical_look() if critical else {})
                name = label(called.get(party, party))
                yield _bars(run, chosen, marker=marker, name=name, width=0.6, legendgroup=party, showlegend=shown)
                shown = False
    yield go.Bar(x=[None], y=[None], marker={"color": EMPTY} | _critical_look(), name="critical in the plan")


def _critical_look() -> dict[str, Any]:
    pattern = {"shape": "/", "size": 6, "solidity": 0.35, "fgcolor": INK, "fillmode": "overlay"}
    return {"line": {"color": INK, "width": 2}, "pattern": pattern}


def _milestones(run: Run, rows: Sequence[Row]) -> Iterator[go.Scatter]:
    """The planned date of each milestone, and behind it where 8 of 10 worlds have it."""
    chosen = [(index, row) for index, row in enumerate(rows) if row.milestone]
    x = [at for _, row in chosen for at in (*moments(run.programme, [row.p10, row.p90]), None)]
    y = [at for index, _ in chosen for at in (index, index, None)]
    line = {"color": HIGH, "width": 7}
    named = "milestone in 8 of 10 worlds (p10 to p90)"
    yield go.Scatter(x=x, y=y, mode="lines", line=line, opacity=0.55, name=named, hoverinfo="skip")
    yield go.Scatter(
        x=moments(run.programme, [row.finish for _, row in chosen]), y=[index for index, _ in chosen], mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": INK}, name="milestone", hoverinfo="skip",
    )  # fmt: skip


def _whiskers(run: Run, rows: Sequence[Row]) -> Iterator[go.Scatter]:
    late = [(index, row) for index, row in enumerate(rows) if row.p80 > row.finish + 1]
    x = [at for _, row in late for at in (*moments(run.programme, np.array([row.finish, row.p80])), None)]
    y = [at for index, _ in late for at in (index, index, None)]
    line = {"color": INK, "width": 1.5}
    yield go.Scatter(x=x, y=y, mode="lines", line=line, name="until 8 of 10 worlds are done (p80)", hoverinfo="skip")
    ends = moments(run.programme, [row.p80 for _, row in late])
    marker = {"symbol": "line-ns", "size": 8, "line": {"width": 1.5, "color": INK}, "color": INK}
    yield go.Scatter(x=ends, y=[i for i, _ in late], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")
