"""The report's section on how the conversion stands: earned value with its S-curve, and the audit of the schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import plotly.graph_objects as go

from plantwright.model.health import Finding, score
from plantwright.model.moves import moves
from plantwright.model.replanning import Replan
from plantwright.model.underway import progress_of
from plantwright.reporting.earned_value import EarnedValue, curves, earned_value
from plantwright.reporting.figures import Figure, axis, dates_for, framed, moments, time_axis
from plantwright.reporting.gantt_status import status_line
from plantwright.reporting.page_tables import Table
from plantwright.reporting.palette import ACCENT, HIGH, LOW
from plantwright.reporting.replanning import MOVES, TRADE, move_rows, trade_rows
from plantwright.reporting.run import Run
from plantwright.reporting.words import MILLION, day_of, names

DAY = 24.0
MOST_FAULTS = 6
SOURCE = "plantwright replan --json"
TAKEN = {
    "order": "keeps the baseline's order and modes, and starts nothing before its agreed date",
    "change": "moves as little as it takes to finish by the date asked for",
    "objectives": "is what the programme's objectives come to in their order",
}
"""What is said of the option that was taken, by its kind."""


def standing(run: Run, show: Callable[[Figure], Figure]) -> dict[str, Any]:
    """Return what the section is filled with; `show` keeps a figure for the page."""
    found: dict[str, Any] = {"health": _health(run.health), "score": score(run.health)}
    if run.replan is not None:
        found |= _replanned(run, run.replan)
    groups = earned_value(run.programme)
    if groups:
        status = run.programme.status_date.planned if run.programme.status_date else 0.0
        found |= {
            "status": day_of(run.programme, status), "whole": _words(run, groups[0]),
            "curve": show(s_curve(run)), "earned": _earned(run, groups),
        }  # fmt: skip
    return found


def _replanned(run: Run, found: Replan) -> dict[str, Any]:
    """What was taken of the options between finish and change, and what that moves."""
    moved = moves(run.programme, found.option.schedule)
    rows = {"trade": trade_rows(run.programme, found), "moves": move_rows(run.programme, found.option, moved)}
    return {
        "taken": TAKEN[found.option.kind],
        "moved": sum(not progress_of(run.programme, move.task).is_started for move in moved),
        "kept_back": ", ".join(run.programme.task[task].name for task in found.released),
        "trade": Table("Finish against change", TRADE, rows["trade"], 1, SOURCE),
        "moves": Table("What moved against the baseline, and why", MOVES, rows["moves"], 2, SOURCE, 1),
    }


def _words(run: Run, whole: EarnedValue) -> dict[str, str]:
    late = -whole.sv_time / DAY
    return {
        "done": f"{whole.ev / whole.bac * 100:.0f} %" if whole.bac else "–",
        "planned": f"{whole.pv / whole.bac * 100:.0f} %" if whole.bac else "–",
        "late": f"{abs(late):,.0f} days {'behind' if late > 0 else 'ahead of'} the baseline",
        "budget": _money(whole.bac), "estimate": _money(whole.eac),
        "currency": run.programme.currency,
    }  # fmt: skip


def s_curve(run: Run) -> Figure:
    """Return planned value over time, with what is earned and spent up to the status date."""
    drawn = curves(run.programme)
    lines = (
        ("planned value", drawn.planned, {"color": ACCENT, "width": 2, "dash": "dash"}),
        ("earned value", drawn.earned, {"color": HIGH, "width": 3}),
        ("actual cost", drawn.actual, {"color": LOW, "width": 2, "dash": "dot"}),
    )
    traces = [
        go.Scatter(x=moments(run.programme, drawn.at[: len(values)]), y=[value / MILLION for value in values],
                   name=name, mode="lines", line=line, hovertemplate=f"%{{x}}: {name} %{{y:.2f}} M<extra></extra>")
        for name, values, line in lines
    ]  # fmt: skip
    span = [moments(run.programme, [at])[0] for at in (drawn.at[0], drawn.at[-1])]
    plot = framed(
        traces, 300, xaxis=time_axis(run.programme, range=span, nticks=7) | dates_for(drawn.at[-1] - drawn.at[0]),
        margin={"l": 56, "r": 16, "t": 48, "b": 40},
        yaxis=axis(f"million {run.programme.currency}", rangemode="tozero"), **status_line(run),
    )  # fmt: skip
    says = "Planned value by week, and earned value and actual cost up to the status date."
    return Figure("s_curve_earned", says, plot, {"xaxis": {"nticks": 4}})


def _earned(run: Run, groups: Sequence[EarnedValue]) -> Table:
    called = names(run.programme)
    rows = [
        (called.get(each.name, each.name), *map(_money, (each.bac, each.pv, each.ev, each.ac, each.eac, each.vac)),
         *map(_index, (each.spi, each.cpi, each.tcpi, each.spi_time)))
        for each in groups
    ]  # fmt: skip
    columns = ("", "BAC", "PV", "EV", "AC", "EAC", "VAC", "SPI", "CPI", "TCPI", "SPI(t)")
    caption = f"Earned value by area and party, million {run.programme.currency}"
    return Table(caption, columns, rows, 1, "plantwright earned --json")


def _money(value: float) -> str:
    if not isfinite(value):
        return "–"
    shown = f"{abs(value) / MILLION:,.2f}"
    return shown if value >= 0 or shown == "0.00" else f"\u2212{shown}"


def _index(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else "–"


def _health(findings: Sequence[Finding]) -> Table:
    verdicts = {True: "passed", False: "failed", None: "not made"}
    rows = [
        (each.check, each.name, verdicts[each.passed], each.result, each.threshold, faults(each),
         "" if each.passed else each.advice)
        for each in findings
    ]  # fmt: skip
    columns = ("check", "name", "", "found", "wanted", "at fault (row of tasks.csv)", "what to do")
    return Table("Every check", columns, rows, len(columns), "plantwright health --json")


def faults(finding: Finding, most: int = MOST_FAULTS) -> str:
    """Return the tasks at fault with their rows, the first few of many."""
    shown = [f"{fault.task} ({fault.row})" for fault in finding.faults[:most]]
    more = len(finding.faults) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
