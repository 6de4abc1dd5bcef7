"""Replanning a programme under way: what moves against the baseline and why, and what moving more would gain."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from plantwright import scheduling
from plantwright.model.cells import CellError, Reading, hours_of, quantity
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Programme
from plantwright.model.quantity import Dimension
from plantwright.model.read import load
from plantwright.scheduling.moves import Move, moves
from plantwright.scheduling.replan import Option, Replan
from plantwright.workflows.export import SCHEDULE_ENDINGS, must_be_writable, write_schedule
from plantwright.workflows.run import Progress, silent
from plantwright.workflows.steps import Answer, Table


def replanned(
    source: Path,
    *,
    freeze: str = "0 weeks",
    finish_by: str | None = None,
    export: Path | None = None,
    progress: Progress = silent,
) -> Answer:
    """Replan what is left of a programme: the trade between finish and change, and what the chosen option moves.

    Chosen is the option with least change, or least of those that finish by a date. Raises ProgrammeError.
    """
    if export is not None:
        must_be_writable(export, SCHEDULE_ENDINGS)
    programme = load(source)
    if not programme.baseline:
        said, remedy = "there is no baseline to replan against", "keep one: plantwright schedule DIR --save-baseline"
        raise ProgrammeError([Issue("baseline.csv", 0, "", said, remedy)])
    found = scheduling.replan(programme, freeze=_hours(freeze), progress=partial(progress, "replanning"))
    chosen = _chosen(programme, found, finish_by)
    if export is not None:
        write_schedule(programme, chosen.schedule, export)
    moved = moves(programme, chosen.schedule)
    tables = [_trade(programme, found, chosen), _moves(programme, chosen, moved)]
    if found.released:
        rows = tuple((task, programme.task[task].name) for task in found.released)
        tables.append(Table("Frozen, but cannot start as agreed", ("task", "name"), rows))
    return Answer(_data(programme, found, chosen, moved), tuple(tables))


def _hours(freeze: str) -> float:
    try:
        return quantity(freeze, Dimension.TIME, Reading()).planned
    except CellError as error:
        raise ProgrammeError([Issue("--freeze", 0, "", str(error), "write a time such as `4 weeks`")]) from error


def _chosen(programme: Programme, found: Replan, finish_by: str | None) -> Option:
    if finish_by is None:
        return found.options[0]
    try:
        # A day without a time of day counts whole.
        limit = hours_of(finish_by, programme.start) + (24.0 if len(finish_by) <= 10 else 0.0)
    except CellError as error:
        raise ProgrammeError([Issue("--finish-by", 0, "", str(error), error.remedy)]) from error
    for option in found.options:
        if option.schedule.finish <= limit:
            return option
    earliest = min(option.schedule.finish for option in found.options)
    said = f"no schedule was found that finishes by {finish_by}"
    remedy = f"the earliest one finishes on {programme.moment(earliest):%Y-%m-%d}"
    raise ProgrammeError([Issue("--finish-by", 0, "", said, remedy)])


def _trade(programme: Programme, found: Replan, chosen: Option) -> Table:
    agreed = max(row.finish.planned for row in programme.baseline)
    rows = [("baseline", _day(programme, agreed), "", "", "", "", "")]
    for option in found.options:
        words = ["keeps order and modes"] if option.keeps_order else []
        words += ["chosen"] if option is chosen else []
        late = (option.schedule.finish - agreed) / 24
        change = (f"{option.moved}", f"{option.days:,.1f}", f"{option.modes}")
        rows.append(("", _day(programme, option.schedule.finish), f"{late:+,.1f}", *change, ", ".join(words)))
    columns = ("", "finish", "days late", "tasks moved", "days moved in all", "modes changed", "")
    return Table("Finish against change", columns, tuple(rows))


def _moves(programme: Programme, chosen: Option, moved: tuple[Move, ...]) -> Table:
    rows = []
    for move in moved:
        done = chosen.schedule.task[move.task]
        mode = move.mode if move.mode == move.agreed_mode else f"{move.mode} (was {move.agreed_mode})"
        shift = (f"{move.start_days:+,.1f}", f"{move.finish_days:+,.1f}")
        dates = (_day(programme, done.start), _day(programme, done.finish))
        rows.append((move.task, programme.task[move.task].name, mode, *dates, *shift, move.why))
    title = "What moved" if rows else "Nothing moved"
    columns = ("task", "name", "mode", "start", "finish", "start, days", "finish, days", "why")
    return Table(title, columns, tuple(rows))


def _data(programme: Programme, found: Replan, chosen: Option, moved: tuple[Move, ...]) -> dict[str, Any]:
    options = [
        {
            "finish": programme.moment(option.schedule.finish).isoformat(),
            "tasks_moved": option.moved,
            "days_moved": option.days,
            "modes_changed": option.modes,
            "keeps_order": option.keeps_order,
            "chosen": option is chosen,
        }
        for option in found.options
    ]
    rows = [
        {
            "task": move.task,
            "mode": move.mode,
            "start": programme.moment(chosen.schedule.task[move.task].start).isoformat(),
            "finish": programme.moment(chosen.schedule.task[move.task].finish).isoformat(),
            "start_days": move.start_days,
            "finish_days": move.finish_days,
            "why": move.why,
        }
        for move in moved
    ]
    return {"options": options, "moved": rows, "frozen": list(found.frozen), "released": list(found.released)}


def _day(programme: Programme, hours: float) -> str:
    return f"{programme.moment(hours):%d %b %Y}"
