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
from plantwright.workflows.history import must_be_new
from plantwright.workflows.progress import Progress, silent
from plantwright.workflows.steps import Answer, Table

ON_A_TERMINAL = {
    "dates": (0, 2, 3, 5, 6, 7),
    "outlooks": (0, 1, 2, 3, 7),
    "drivers": (0, 2, 5),
    "register": (0, 2, 3, 5),
    "mitigations": (0, 2, 3, 7),
    "merges": (0, 1, 4, 5),
    "critical": (0, 1, 2, 3),
}
"""The columns of the widest tables that a terminal shows; the report and the JSON have all."""


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
    tables = (_shown(name, table) for name, table in risk_tables(programme, found).items())
    return Answer(risk_json(programme, found), tuple(tables))


def _shown(name: str, table: page_tables.Table) -> Table:
    kept = ON_A_TERMINAL.get(name, range(len(table.columns)))
    rows = tuple(tuple(row[column] for column in kept) for row in table.rows)
    return Table(table.caption, tuple(table.columns[column] for column in kept), rows)
