"""How much of each resource the conversion takes over time, against how much there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import plotly.graph_objects as go

from plantwright.model.usage import Usage, usage_of
from plantwright.reporting.figures import Figure, axis, dates_for, framed, label, moments, time_axis
from plantwright.reporting.gantt_status import status_line
from plantwright.reporting.palette import ACCENT, INK
from plantwright.reporting.run import Run
from plantwright.reporting.words import figure, names

UNITS = {"power": "kW", "coolant": "l/min", "area": "m²"}


def histograms(run: Run) -> Iterator[tuple[str, Figure]]:
    """Yield a chart for each resource that the tasks take, by its name."""
    called, rows = names(run.programme), usage_of(run.programme, run.schedule)
    for resource in run.programme.resources:
        steps = [each for each in rows if each.resource == resource.id]
        if any(each.in_use > 0 for each in steps):
            unit = UNITS.get(resource.kind, "")
            yield called[resource.id], _histogram(run, resource.id, called[resource.id], unit, steps)


def _histogram(run: Run, resource: str, name: str, unit: str, steps: Sequence[Usage]) -> Figure:
    end = max(run.schedule.finish, 24.0)
    at = moments(run.programme, [max(each.at, 0.0) for each in steps] + [max(end, steps[-1].at)])
    used = [each.in_use for each in steps] + [steps[-1].in_use]
    there = [each.capacity for each in steps] + [steps[-1].capacity]
    use, limit = {"shape": "hv", "color": ACCENT, "width": 1}, {"shape": "hv", "color": INK, "width": 2, "dash": "dash"}
    traces = [
        go.Scatter(x=at, y=used, name="in use", mode="lines", line=use, fill="tozeroy",
                   hovertemplate="%{x}: %{y:,} in use<extra></extra>"),
        go.Scatter(x=at, y=there, name="there", mode="lines", line=limit,
                   hovertemplate="%{x}: %{y:,} there<extra></extra>"),
    ]  # fmt: skip
    last = run.programme.moment(end * 1.02).isoformat()
    plot = framed(
        traces, 200, xaxis=time_axis(run.programme, range=[run.programme.start.isoformat(), last], nticks=6)
        | dates_for(end),
        yaxis=axis(unit, rangemode="tozero", range=[0, max(*there, *used) * 1.1], nticks=5), **status_line(run),
    )  # fmt: skip
    says = f"{label(name, 90)}: at most {figure(max(used))} in use, {figure(max(there))} there {unit}".rstrip()
    return Figure(f"use_{resource}", f"{says}.", plot, {"xaxis": {"nticks": 4}})
