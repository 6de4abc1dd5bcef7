"""Rules about a programme under way: its status date, what progress says of each task, and the baseline."""

from __future__ import annotations

from collections.abc import Iterator

from plantwright.model.cell_values import Link
from plantwright.model.draft import Draft, in_row, suggestion
from plantwright.model.issues import Issue
from plantwright.model.programme import OMITTED, Programme
from plantwright.model.progress import BaselineTask, TaskProgress
from plantwright.model.quantity import Quantity
from plantwright.model.underway import progress_of

ACTUALS = ("actual_start", "actual_finish")


def status_date_within(draft: Draft) -> Iterator[Issue]:
    """The status date is a plain date within the programme, and progress has one."""
    status, programme = draft.programme.status_date, draft.programme
    place, remedy = ("status_date",), "write a date from the start on and before the horizon"
    if status is None:
        if programme.progress and draft.section("status_date") is None:
            said = "there is progress, but no status date up to which it counts"
            yield draft.in_document("programme", place, said, "write it, such as `status_date: 2026-03-01`")
    elif status.assumption:
        yield draft.in_document("programme", place, "the status date is an assumption", "write a plain date")
    elif draft.dated and not 0 <= status.planned < programme.horizon_hours:
        said = f"{programme.moment(status.planned):%Y-%m-%d} is not within the programme"
        yield draft.in_document("programme", place, said, remedy)


def actual_dates(draft: Draft) -> Iterator[Issue]:
    """Actual dates are plain, from the start of the programme to the status date, a finish not before its start."""
    for row in draft.programme.progress:
        for column in ACTUALS:
            when = getattr(row, column)
            if isinstance(when, Quantity) and (said := _no_actual_date(draft.programme, when)):
                yield in_row(row, column, said, "write when it happened, up to the status date in programme.yaml")
        if row.actual_start and row.actual_finish and row.actual_finish.planned < row.actual_start.planned:
            yield in_row(row, "actual_finish", "it is finished before it started", "write a later finish")


def _no_actual_date(programme: Programme, when: Quantity) -> str:
    if when.assumption:
        return "what has happened cannot be an assumption"
    day = f"{programme.moment(when.planned):%Y-%m-%d}"
    if programme.status_date and when.planned > programme.status_date.planned:
        return f"{day} is after the status date, {programme.moment(programme.status_date.planned):%Y-%m-%d}"
    return f"{day} is before the start, {programme.start}" if when.planned < 0 else ""


def whole_progress(draft: Draft) -> Iterator[Issue]:
    """What has progress has started, what has started and is not finished says what is left, what is finished is."""
    for row in draft.programme.progress:
        share = None if row.percent_complete is None else row.percent_complete.planned
        begun = row.is_finished or bool(share) or (row.actual_cost is not None and row.actual_cost.planned > 0)
        if begun and not row.is_started:
            yield in_row(row, "actual_start", f"'{row.task}' has progress but no actual start", "write when it started")
        elif row.is_finished and row.remaining is not None and row.remaining.planned > 0:
            yield in_row(row, "remaining", "it is finished, yet some is left", "leave one of the two blank")
        elif row.is_finished and share is not None and share < 1:
            yield in_row(
                row, "percent_complete", "it is finished, yet not 100 % complete", "leave one of the two blank"
            )
        elif row.is_started and not row.is_finished:
            yield from _running(row, share)


def _running(row: TaskProgress, share: float | None) -> Iterator[Issue]:
    if row.remaining is None and share is None:
        said, remedy = f"'{row.task}' runs, but nothing says what is left of it", "write it, such as `3 weeks`"
        yield in_row(row, "remaining", said, f"{remedy}, or the percentage complete")
    elif (row.remaining is not None and row.remaining.planned <= 0) or (row.remaining is None and share == 1):
        yield in_row(
            row, "actual_finish", f"nothing is left of '{row.task}', but it is not finished", "write when it was"
        )


def modes_that_exist(draft: Draft) -> Iterator[Issue]:
    """The modes that progress and baseline name are modes of their tasks."""
    rows: tuple[TaskProgress | BaselineTask, ...] = (*draft.programme.progress, *draft.programme.baseline)
    for row in rows if "tasks" in draft.whole else ():
        task = draft.programme.task.get(row.task)
        modes = frozenset(mode.name for mode in task.modes if mode.name != OMITTED) if task else frozenset()
        if task and row.mode and row.mode not in modes:
            said = f"task '{row.task}' has no mode '{row.mode}'"
            yield in_row(row, "mode", said, suggestion(row.mode, modes, "tasks.csv"))


def out_of_sequence(draft: Draft) -> Iterator[Issue]:
    """What has happened did so in the order of the links; else what is left waits for the links all the same."""
    for row in draft.programme.progress:
        task = draft.programme.task.get(row.task)
        for link in task.links if task else ():
            if _is_broken(draft.programme, row, link):
                verb = "started" if link.kind[1] == "S" else "is finished"
                said = (
                    f"'{row.task}' {verb} out of sequence: its link {link.predecessor} {link.kind} did not allow it yet"
                )
                remedy = "check the dates, or the link in tasks.csv; what is left of it waits for the link"
                column = "actual_start" if link.kind[1] == "S" else "actual_finish"
                yield in_row(row, column, said, remedy, warning=True)


def out_of_sequence_tasks(programme: Programme) -> tuple[str, ...]:
    """Return the tasks whose progress came before their links allowed it."""
    known = [row for row in programme.progress if row.task in programme.task]
    return tuple(
        row.task for row in known if any(_is_broken(programme, row, link) for link in programme.task[row.task].links)
    )


def _is_broken(programme: Programme, row: TaskProgress, link: Link) -> bool:
    giver = progress_of(programme, link.predecessor)
    held = row.actual_start if link.kind[1] == "S" else row.actual_finish
    driving = giver.actual_finish if link.kind[0] == "F" else giver.actual_start
    return held is not None and (driving is None or held.planned < driving.planned + link.lag.planned - 1e-6)


def baseline_dates(draft: Draft) -> Iterator[Issue]:
    """A baseline's dates are plain, its finish not before its start."""
    for row in draft.programme.baseline:
        for column in ("start", "finish"):
            if getattr(row, column).assumption:
                yield in_row(row, column, "what was agreed cannot be an assumption", "write the date that was planned")
        if row.finish.planned < row.start.planned:
            yield in_row(row, "finish", "it finishes before it starts", "write a later finish")


RULES = (
    status_date_within,
    actual_dates,
    whole_progress,
    modes_that_exist,
    out_of_sequence,
    baseline_dates,
)
