"""What replanning comes to, in words: finish against change as a small table, and what moved against the baseline."""

from __future__ import annotations

from collections.abc import Iterable

from plantwright.model.moves import Move
from plantwright.model.programme import Programme
from plantwright.model.replanning import Option, Replan
from plantwright.reporting.words import day_of

TRADE = ("option", "finish", "days late", "tasks moved", "days moved in all", "modes changed")
KINDS = {"order": "keeps order and modes", "change": "earlier or with less change", "objectives": "by the objectives"}


def trade_rows(programme: Programme, found: Replan) -> tuple[tuple[str, ...], ...]:
    """Return the baseline and each option: what it is, finish, days late, tasks and days moved, modes changed."""
    agreed = max(row.finish.planned for row in programme.baseline)
    return (
        ("baseline", day_of(programme, agreed), "", "", "", ""),
        *(_option(programme, option, agreed, option is found.option) for option in found.options),
    )


def _option(programme: Programme, option: Option, agreed: float, is_taken: bool) -> tuple[str, ...]:
    words = [KINDS[option.kind], "chosen" if is_taken else ""]
    late = f"{(option.schedule.finish - agreed) / 24:+,.1f}"
    change = (f"{option.moved}", f"{option.days:,.1f}", f"{option.modes}")
    return ", ".join(filter(None, words)), day_of(programme, option.schedule.finish), late, *change


MOVES = ("task", "mode", "start", "finish", "start, days", "finish, days", "why")


def move_rows(programme: Programme, option: Option, moved: Iterable[Move]) -> tuple[tuple[str, ...], ...]:
    """Return for each move in an option the task's name, mode, dates, by how many days, and why."""
    return tuple(_moved(programme, option, move) for move in moved)


def _moved(programme: Programme, option: Option, move: Move) -> tuple[str, ...]:
    done = option.schedule.task[move.task]
    dates = (day_of(programme, done.start), day_of(programme, done.finish))
    shift = (f"{move.start_days:+,.1f}", f"{move.finish_days:+,.1f}")
    mode = move.mode if move.mode == move.agreed_mode else f"{move.mode} (was {move.agreed_mode})"
    return programme.task[move.task].name, mode, *dates, *shift, move.why
