"""Replanning a programme under way: what moves against the baseline and why, and what moving more would gain."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from plantwright import scheduling
from plantwright.model.cells import CellError, Reading, hours_of, quantity
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.moves import Move, moves
from plantwright.model.programme import Programme
from plantwright.model.progress import Replanning
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.read import load
from plantwright.model.replanning import Replan
from plantwright.reporting.replanning import MOVES, TRADE, move_rows, trade_rows
from plantwright.workflows.answers import Answer, Table
from plantwright.workflows.export import SCHEDULE_ENDINGS, must_be_writable, write_schedule
from plantwright.workflows.progress import Progress, silent


def replanned(
    source: Path,
    *,
    freeze: str | None = None,
    finish_by: str | None = None,
    export: Path | None = None,
    progress: Progress = silent,
) -> Answer:
    """Replan what is left of a programme: the trade between finish and change, and what the option taken moves.

    `freeze` and `finish_by` go before what the programme's `replanning` says. Raises ProgrammeError.
    """
    if export is not None:
        must_be_writable(export, SCHEDULE_ENDINGS)
    programme = load(source)
    if not programme.baseline:
        said, remedy = "there is no baseline to replan against", "keep one: plantwright schedule DIR --save-baseline"
        raise ProgrammeError([Issue("baseline.csv", 0, "", said, remedy)])
    programme = replace(programme, replanning=_asked(programme, freeze, finish_by))
    found = scheduling.replan(programme, progress=partial(progress, "replanning"))
    if export is not None:
        write_schedule(programme, found.option.schedule, export)
    moved = moves(programme, found.option.schedule)
    rows = tuple((move.task, *row) for move, row in zip(moved, move_rows(programme, found.option, moved), strict=True))
    tables = [
        Table("Finish against change", TRADE, trade_rows(programme, found)),
        Table("What moved" if rows else "Nothing moved", ("task", "name", *MOVES[1:]), rows),
    ]
    if found.released:
        rows = tuple((task, programme.task[task].name) for task in found.released)
        tables.append(Table("Frozen, but cannot start as agreed", ("task", "name"), rows))
    return Answer(_data(programme, found, moved), tuple(tables))


def _asked(programme: Programme, freeze: str | None, finish_by: str | None) -> Replanning:
    """How to replan: as the programme says, but for what the command line does."""
    said: dict[str, Quantity] = {}
    try:
        if freeze is not None:
            said["freeze"] = quantity(freeze, Dimension.TIME, Reading())
    except CellError as error:
        raise ProgrammeError([Issue("--freeze", 0, "", str(error), "write a time such as `4 weeks`")]) from error
    try:
        if finish_by is not None:
            said["finish_by"] = Quantity(hours_of(finish_by, programme.start), Dimension.DATE)
    except CellError as error:
        raise ProgrammeError([Issue("--finish-by", 0, "", str(error), error.remedy)]) from error
    return programme.replanning.model_copy(update=said)


def _data(programme: Programme, found: Replan, moved: tuple[Move, ...]) -> dict[str, Any]:
    options = [
        {
            "finish": programme.moment(option.schedule.finish).isoformat(),
            "tasks_moved": option.moved,
            "days_moved": option.days,
            "modes_changed": option.modes,
            "keeps_order": option.kind == "order",
            "by_objectives": option.kind == "objectives",
            "chosen": option is found.option,
        }
        for option in found.options
    ]
    rows = [
        {
            "task": move.task,
            "mode": move.mode,
            "start": programme.moment(found.option.schedule.task[move.task].start).isoformat(),
            "finish": programme.moment(found.option.schedule.task[move.task].finish).isoformat(),
            "start_days": move.start_days,
            "finish_days": move.finish_days,
            "why": move.why,
        }
        for move in moved
    ]
    return {"options": options, "moved": rows, "frozen": list(found.frozen), "released": list(found.released)}
