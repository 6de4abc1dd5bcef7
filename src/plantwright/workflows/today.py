"""The programme as of a day: nothing begins before it, and stock and demand are those of it."""

from __future__ import annotations

from datetime import date

from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Programme
from plantwright.planning.rolling import as_of


def misdated(programme: Programme, today: date | None) -> tuple[Issue, ...]:
    """Return what is wrong with a day on which a programme is looked at."""
    if today is None or programme.start <= today < programme.horizon:
        return ()
    said = f"{today} is not between {programme.start} and {programme.horizon}"
    return (Issue("--today", 0, "", said, "write a date within the programme"),)


def on_day(programme: Programme, today: date | None) -> Programme:
    """Return a programme as of `today`, stock and demand counted then; raises ProgrammeError where it lies outside."""
    if issues := misdated(programme, today):
        raise ProgrammeError([*issues])
    return as_of(programme, programme.hours(today)).programme if today else programme
