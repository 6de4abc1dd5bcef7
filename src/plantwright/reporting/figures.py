"""What all figures of the report share: clear grounds, quiet axes with units, one font, a patch for narrow screens.

Each figure is a Plotly figure in the light colours of `palette`; what it shows lives in a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from plantwright.model.programme import Programme
from plantwright.reporting.palette import INK, LINE, PAPER, QUIET

Floats = NDArray[np.float64]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
DAY_FORMAT = "%-d %b %Y"
SHORT_HOURS = 300 * 24.0
"""Up to which length an axis has more ticks than months."""


@dataclass(frozen=True)
class Figure:
    """A figure of the report: `says` is its content in words, `narrow` and `narrow_traces` change it on a phone."""

    id: str
    says: str
    plot: go.Figure
    narrow: Mapping[str, Any] = field(default_factory=dict)
    narrow_traces: Mapping[str, Any] = field(default_factory=dict)


def framed(traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    """Return a figure of the report's look; `layout` says more than the look, such as axes."""
    shared = {
        "template": "none", "height": height, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": INK}, "margin": {"l": 56, "r": 16, "t": 28, "b": 40},
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": QUIET, "font": {"color": INK, "family": FONT, "size": 13}},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        "dragmode": False, "bargap": 0.3, "separators": ".,",
    }  # fmt: skip
    return go.Figure(data=list(traces), layout=shared | layout)


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis with its unit as title and a quiet grid."""
    quiet = {
        "gridcolor": LINE, "linecolor": LINE, "zerolinecolor": QUIET, "ticks": "",
        "tickfont": {"color": QUIET, "size": 13},
        "title": {"text": title, "font": {"color": QUIET, "size": 13}}, "automargin": True, "fixedrange": True,
    }  # fmt: skip
    return quiet | more


def time_axis(programme: Programme, **more: Any) -> dict[str, Any]:
    """Return the axis of dates from the programme's start to its horizon."""
    span = [programme.start.isoformat(), programme.horizon.isoformat()]
    return axis(type="date", range=span, hoverformat=DAY_FORMAT, tickformat="%b<br>%Y", nticks=9) | more


def dates_for(hours: float) -> dict[str, str]:
    """Return how an axis over a span of hours writes its dates: by the month, or by the day where it is short."""
    return {"tickformat": "%b<br>%Y" if hours > SHORT_HOURS else "%-d %b<br>%Y"}


def moments(programme: Programme, hours: Floats | Sequence[float]) -> list[str | None]:
    """Return moments (hours from start) as ISO text for a time axis, None where they never come."""
    return [
        programme.moment(float(h)).isoformat(timespec="minutes") if np.isfinite(h) else None for h in np.asarray(hours)
    ]


def label(text: str, most: int = 48) -> str:
    """Return a name cut to a length and escaped: Plotly reads some HTML in its texts."""
    return escape(text if len(text) <= most else f"{text[: most - 1].rstrip()}…", quote=False)


def names_above(labels: Sequence[str], shift: float) -> dict[str, Any]:
    """Return the layout for a phone: each row's name above it, `shift` of a row up, instead of a scale beside."""
    notes = [
        {
            "x": 0, "xref": "paper", "xanchor": "left", "y": index - shift, "yref": "y", "yanchor": "middle",
            "showarrow": False, "text": text, "font": {"size": 12, "color": INK},
        }
        for index, text in enumerate(labels)
    ]  # fmt: skip
    return {"yaxis": {"showticklabels": False}, "annotations": notes, "xaxis": {"nticks": 4}}
