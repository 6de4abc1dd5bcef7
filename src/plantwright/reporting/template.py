"""Pages from templates: one HTML text with its style, its script, its figures, and nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from plantwright.reporting.figures import Figure
from plantwright.reporting.palette import DARKER
from plantwright.reporting.words import shortened


def rendered(template: str, shown: Shown, **filled: Any) -> str:
    """Return a page with its figures, made from a template."""
    return (
        _environment()
        .get_template(template)
        .render(figures=shown, plotly_js=get_plotlyjs(), darker=_script_safe(DARKER), dark=DARKER, **filled)
    )


class Shown:
    """The figures of a page, in the order in which they were shown."""

    def __init__(self) -> None:
        self._figures: list[Figure] = []

    def show(self, figure: Figure) -> Figure:
        """Return the figure and keep it for the page's script."""
        self._figures.append(figure)
        return figure

    def each(self, named: Iterable[tuple[str, Figure]]) -> list[tuple[str, Figure]]:
        """Return named figures and keep them all."""
        return [(name, self.show(figure)) for name, figure in named]

    def as_json(self) -> str:
        """Return all figures as JSON that may stand inside a script element."""
        return _script_safe({figure.id: _plain(figure) for figure in self._figures})


def _plain(figure: Figure) -> dict[str, Any]:
    drawn = json.loads(figure.plot.to_json(engine="json", validate=False))
    return {"data": drawn["data"], "layout": drawn["layout"], "narrow": figure.narrow,
            "narrowTraces": figure.narrow_traces}  # fmt: skip


def _script_safe(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _environment() -> Environment:
    loader = PackageLoader("plantwright.reporting", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["shortened"] = shortened
    return made
