"""Keeping a schedule as the baseline: `baseline.csv` in the programme's folder, that later plans are compared with."""

from __future__ import annotations

from math import floor
from pathlib import Path

from plantwright.model.files import Sheet
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.underway import cost_planned
from plantwright.model.write import csv_text, must_not_exist

COLUMNS = ("task", "mode", "start", "finish", "cost")
FILE = "baseline.csv"


def must_take_baseline(source: Path) -> None:
    """Raise ProgrammeError where no baseline can be kept, so that nobody waits for it in vain."""
    if not source.is_dir():
        said, remedy = (
            "a baseline is kept in a programme's folder",
            "turn it into one with `plantwright new DIR --from`",
        )
        raise ProgrammeError([Issue(str(source), 0, "", said, remedy)])
    must_not_exist(source / FILE)


def save_baseline(programme: Programme, schedule: Schedule, folder: Path) -> Path:
    """Write a schedule as the folder's baseline and return the file; dates to the minute in which they fall."""
    rows = tuple(
        (number, dict(zip(COLUMNS, _cells(programme, done), strict=True)))
        for number, done in enumerate((each for each in schedule.tasks if each.is_done), start=2)
    )
    path, made = folder / FILE, folder / f".{FILE}"
    made.write_text(csv_text(Sheet(FILE, COLUMNS, rows)), encoding="utf-8", newline="")
    made.rename(path)
    return path


def _cells(programme: Programme, done: ScheduledTask) -> tuple[str, ...]:
    mode = done.mode_of(programme.task[done.task])
    cost = f"{cost_planned(programme, mode):.2f} {programme.currency}"
    return done.task, done.mode, _minute(programme, done.start), _minute(programme, done.finish), cost


def _minute(programme: Programme, hours: float) -> str:
    # Down, since the last minute of a shift must not become the first of the next one.
    return f"{programme.moment(floor(hours * 60 + 1e-4) / 60):%Y-%m-%d %H:%M}"
