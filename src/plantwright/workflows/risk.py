"""The risk of a conversion's schedule on its own: thousands of trials, answered as a planner's risk report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from plantwright import scheduling
from plantwright.model.read import load
from plantwright.reporting import page_tables
from plantwright.reporting.risk_page import write_risk
from plantwright.reporting.risk_serial import risk_json
from plantwright.reporting.risk_tables import risk_tables
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.answers import Answer, Table
from plantwright.workflows.history import must_be_new
from plantwright.workflows.progress import Progress, silent


def at_risk(
    source: Path, *, trials: int = 10_000, seed: int = 1, out: Path | None = None, progress: Progress = silent
) -> Answer:
    """Schedule a programme and try its plan in drawn worlds; report, figures and tables into the new folder `out`.

    Raises FileExistsError where something is in that folder already.
    """
    if out is not None:
        must_be_new(out)
    programme = load(source)
    schedule = schedule_of(programme, progress)
    programme = schedule.decided(programme)
    found = scheduling.risk_analysis(
        programme, schedule, trials=trials, seed=seed, progress=partial(progress, "trying the plan")
    )
    if out is not None:
        write_risk(programme, found, out)
    return Answer(risk_json(programme, found), tuple(map(_brief, risk_tables(programme, found).values())))


def _brief(table: page_tables.Table) -> Table:
    """Return the columns of a page's table that a terminal shows."""
    kept = [number for number, column in enumerate(table.columns) if column in (table.brief or table.columns)]
    rows = tuple(tuple(row[number] for number in kept) for row in table.rows)
    return Table(table.caption, tuple(table.columns[number] for number in kept), rows)
