"""Results into files of other tools: which endings there are, and that a file appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from plantwright.exchange.plan_book import plan_workbook
from plantwright.exchange.plan_file import plan_json
from plantwright.exchange.project_writer import project_xml
from plantwright.exchange.schedule_book import schedule_workbook
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule
from plantwright.model.write import must_not_exist

SCHEDULE_ENDINGS = (".xml", ".xlsx")
PLAN_ENDINGS = (".xlsx", ".json")


def must_be_writable(path: Path, endings: tuple[str, ...]) -> None:
    """Raise ProgrammeError where a result cannot be written to `path`, so that nobody waits for it in vain."""
    must_not_exist(path)
    if path.suffix.lower() not in endings:
        said = f"a result cannot be written as '{path.suffix or path.name}'"
        raise ProgrammeError([Issue(str(path), 0, "", said, f"name a file that ends in {' or '.join(endings)}")])
    if not path.parent.is_dir():
        raise ProgrammeError([Issue(str(path.parent), 0, "", "there is no such folder", "make it first")])


def write_schedule(programme: Programme, schedule: Schedule, path: Path) -> None:
    """Write a schedule as Microsoft Project XML or as a workbook, as the ending of `path` says."""
    if path.suffix.lower() == ".xml":
        _write(path, lambda: project_xml(programme, schedule).encode())
    else:
        _write(path, lambda: schedule_workbook(programme, schedule))


def write_plan(programme: Programme, schedule: Schedule, plan: Plan, path: Path) -> None:
    """Write a plan as a workbook, or with its schedule as JSON, as the ending of `path` says."""
    if path.suffix.lower() == ".json":
        _write(path, lambda: plan_json(programme, schedule, plan))
    else:
        _write(path, lambda: plan_workbook(programme, plan))


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all."""
    _write(path, text.encode)


def _write(path: Path, content: Callable[[], bytes]) -> None:
    handle, made = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content())
        Path(made).chmod(0o644)
        Path(made).rename(path)
    finally:
        Path(made).unlink(missing_ok=True)
