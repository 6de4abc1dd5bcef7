"""How a programme stands: earned value at its status date, and the checks that planners are audited by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

from plantwright import scheduling
from plantwright.model.health import Finding, score
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Programme
from plantwright.model.read import load
from plantwright.reporting.earned_value import EarnedValue, curves, earned_value
from plantwright.reporting.standing import faults
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.answers import Answer, Table
from plantwright.workflows.progress import Progress, silent

MONEY = ("bac", "pv", "ev", "ac", "sv", "cv", "eac", "etc", "vac")
INDICES = ("spi", "cpi", "tcpi", "spi_time")


def earned(source: Path) -> Answer:
    """Earned value and earned schedule of a programme, in all, by area and by party; raises ProgrammeError."""
    programme = load(source)
    missing = [
        ("baseline.csv", "there is no baseline to measure against", "keep one: `schedule DIR --save-baseline`")
    ] * (not programme.baseline)
    missing += [
        ("programme.yaml", "there is no status date up to which to measure", "write `status_date` and progress.csv")
    ] * (programme.status_date is None)
    if missing:
        raise ProgrammeError([Issue(file, 0, "", said, remedy) for file, said, remedy in missing])
    found = earned_value(programme)
    return Answer(_earned_data(programme, found), _earned_tables(programme, found))


def _earned_tables(programme: Programme, found: Sequence[EarnedValue]) -> tuple[Table, ...]:
    shown = [(each.name, *(f"{getattr(each, name) / 1e3:,.1f}" for name in MONEY)) for each in found]
    rates = [
        (each.name, *(_index(getattr(each, name)) for name in INDICES), f"{each.sv_time / 24:+,.1f}") for each in found
    ]
    when = programme.moment(programme.status_date.planned if programme.status_date else 0.0)
    return (
        Table(f"Earned value on {when:%d %b %Y}, thousand {programme.currency}",
              ("", *(name.upper() for name in MONEY)), tuple(shown)),
        Table("Performance", ("", "SPI", "CPI", "TCPI", "SPI(t)", "ahead, days"), tuple(rates)),
    )  # fmt: skip


def _index(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else "-"


def _earned_data(programme: Programme, found: Sequence[EarnedValue]) -> dict[str, Any]:
    drawn = curves(programme)
    groups = [
        {"name": each.name}
        | {name: _number(getattr(each, name)) for name in (*MONEY, "eac_as_planned", "eac_by_both", *INDICES)}
        | {"es_days": each.es / 24, "at_days": each.at / 24, "sv_time_days": each.sv_time / 24}
        | {"duration_at_completion_days": _number(each.duration_at_completion / 24)}
        for each in found
    ]
    at = [programme.moment(moment).isoformat(timespec="minutes") for moment in drawn.at]
    series = {"planned": list(drawn.planned), "earned": list(drawn.earned), "actual": list(drawn.actual)}
    return {"currency": programme.currency, "groups": groups, "curve": {"at": at, **series}}


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def health(source: Path, *, progress: Progress = silent) -> Answer:
    """The DCMA's fourteen points and GAO's ten practices on a programme's schedule."""
    programme = load(source)
    schedule = schedule_of(programme, progress)
    found = scheduling.health(programme, schedule)
    passed, made = score(found)
    rows = tuple(
        (
            each.check,
            each.name,
            verdict(each),
            each.result,
            each.threshold,
            faults(each),
            "" if each.passed else each.advice,
        )
        for each in found
    )
    title = f"{programme.name}: {passed} of {made} checks passed"
    columns = ("check", "", "", "found", "wanted", "at fault (row of tasks.csv)", "what to do")
    data = {"passed": passed, "made": made, "checks": [asdict(each) for each in found]}
    return Answer(data, (Table(title, columns, rows),))


def verdict(finding: Finding) -> str:
    """Whether a check is passed, in a word."""
    return {True: "passed", False: "FAILED", None: "not made"}[finding.passed]
