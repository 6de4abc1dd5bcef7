"""The tables of a risk report as a planner reads them: dates, outlooks, drivers, register, merges, tasks, cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import Driver, RiskAnalysis
from plantwright.reporting.page_tables import Table
from plantwright.reporting.risk_numbers import (
    DAY,
    RiskWorth,
    Scenario,
    dates_at_risk,
    joint_confidence,
    money_unit,
    orders,
    risk_worths,
    scenarios,
)
from plantwright.reporting.statistics import by_chance
from plantwright.reporting.words import assumed, day, names, percent, phrase, sentence

FILE = "risk.json"
SHOWN = 20
LEAST_CRITICALITY = 0.01


def risk_tables(programme: Programme, analysis: RiskAnalysis) -> dict[str, Table]:
    """Return every table of the risk report by name, in the order in which it is read."""
    found = {
        "dates": _dates(programme, analysis), "outlooks": _outlooks(programme, analysis),
        "drivers": _drivers(programme, analysis), "register": _register(programme, analysis),
        "mitigations": _mitigations(programme, analysis), "slip": _slip(programme, analysis),
        "merges": _merges(programme, analysis), "critical": _tasks(programme, analysis),
        "joint": _joint(programme, analysis), "lags": _lags(programme, analysis),
        "unkept": _unkept(programme, analysis),
    }  # fmt: skip
    return {name: table for name, table in found.items() if table.rows or name == "dates"}


def when(programme: Programme, hours: float) -> str:
    """Return the day of a moment, behind the horizon too; what never comes is never."""
    return day(moment_of(programme, hours)) if np.isfinite(hours) else "never"


def moment_of(programme: Programme, hours: float) -> date:
    """Return the calendar day of hours from the start."""
    return programme.moment(hours).date()


def days(value: float, *, signed: bool = False) -> str:
    """Return a number of days with one decimal and a true minus sign."""
    shown = f"{abs(value):,.1f}"
    mark = "" if shown == "0.0" else "\u2212" if value < 0 else "+" if signed else ""
    return mark + shown


def _money(value: float | None, unit: float) -> str:
    if value is None:
        return "–"
    shown = f"{abs(value) / unit:,.1f}"
    return shown if value >= 0 or shown == "0.0" else f"\u2212{shown}"


def _signed(correlation: float) -> str:
    return f"{correlation:+.2f}".replace("-", "\u2212")


def _lags(programme: Programme, analysis: RiskAnalysis) -> Table:
    """Greatest lags that no waiting keeps in some world."""
    called = names(programme)
    rows = [
        (called.get(before, before), called.get(after, after), percent(share))
        for (before, after), share in analysis.broken.items()
        if share > 0
    ]
    return Table("Greatest lags that cannot be kept", ("after", "task", "broken in"), rows, 2, FILE)


def _unkept(programme: Programme, analysis: RiskAnalysis) -> Table:
    """What the trials do not hold the worlds to, where the programme asks for it."""
    rows = []
    if programme.objective.spending:
        said = "worlds that run late pay later than planned; no world is held to the limits, which the plan keeps"
        rows.append(("limits of spending", said))
    if shared := sorted({each.id for task in programme.tasks for each in task.released}):
        called = names(programme)
        said = "where tasks take longer than planned, units that pass to and fro over breaks may be counted twice"
        rows.append((", ".join(called.get(each, each) for each in shared), said))
    if analysis.relevelled_broken > 0:
        share = percent(analysis.relevelled_broken)
        rows.append(("greatest lags, levelled anew", f"broken in {share} of the worlds levelled anew"))
    return Table("What the worlds are not held to", ("what", "how"), rows, 2, FILE)


def _dates(programme: Programme, analysis: RiskAnalysis) -> Table:
    called, rows = names(programme), []
    for row in dates_at_risk(programme, analysis):
        spread = (when(programme, hours) for hours in (row.p10, row.p50, row.p80, row.p90, row.mean))
        more = (days(row.contingency(share), signed=True) for share in (0.5, 0.8, 0.9))
        name = called.get(row.task, row.task) if row.task else "Conversion finished"
        moments = (when(programme, hours) for hours in (row.planned, row.committed))
        rows.append((name, *moments, percent(row.chance), *spread, *more))
    columns = (
        "date",
        "plan",
        "committed",
        "kept in",
        "p10",
        "p50",
        "p80",
        "p90",
        "mean",
        "days to p50",
        "to p80",
        "to p90",
    )
    brief = ("date", "committed", "kept in", "p50", "p80", "p90")
    return Table("Dates, confidence and contingency", columns, rows, 1, FILE, brief=brief)


def _outlooks(programme: Programme, analysis: RiskAnalysis) -> Table:
    plan = max(analysis.planned_finish.tolist(), default=0.0)
    unit, said = money_unit(programme, analysis)

    def shown(row: Scenario) -> tuple[str, ...]:
        later = days((row.p80 - plan) / DAY, signed=True) if np.isfinite(row.p80) else "–"
        dated = (when(programme, hours) for hours in (row.p50, row.p80, row.p90, row.mean))
        return (row.name, *dated, later, _money(row.cost_p50, unit), _money(row.cost_p80, unit))

    first = (
        "Plan, every value as planned",
        *[when(programme, plan)] * 4,
        days(0.0),
        *[_money(analysis.planned_cost, unit)] * 2,
    )
    rows = [first, *map(shown, scenarios(analysis))]
    if programme.resources:
        rows += [(f"{row[0]} ({analysis.relevelled.size} worlds)", *row[1:]) for row in map(shown, orders(analysis))]
    columns = ("conversion finished", "p50", "p80", "p90", "mean", "p80, days after plan",
               f"cost p50, {said}", f"cost p80, {said}")  # fmt: skip
    brief = ("conversion finished", "p50", "p80", "p90", f"cost p80, {said}")
    return Table("What ranges, risks and levelling do to the end", columns, rows, 1, FILE, brief=brief)


def driver_name(programme: Programme, driver: Driver) -> str:
    """Return an assumption or a risk in words, with the task where it is drawn for one."""
    if driver.kind == "risk":
        return next(risk.name or sentence(phrase(risk.id)) for risk in programme.risks if risk.id == driver.name)
    place = names(programme).get(driver.place, driver.place)
    return sentence(assumed(programme, driver.name)) + (f", {place}" if driver.place else "")


def moving(analysis: RiskAnalysis) -> list[Driver]:
    """Return the drivers that move the finish at all, those that move it most first; behind them what may be chance."""
    found = [driver for driver in analysis.drivers if np.isfinite(driver.high - driver.low)]
    return sorted(found, key=lambda driver: not is_sure(analysis, driver))


def is_sure(analysis: RiskAnalysis, driver: Driver) -> bool:
    """Return whether a driver moves the finish more than chance may, told by its rank correlation."""
    return abs(driver.correlation) > by_chance(len(analysis.drivers), analysis.worlds)


def _drivers(programme: Programme, analysis: RiskAnalysis) -> Table:
    rows = [
        (driver_name(programme, row), row.kind if is_sure(analysis, row) else f"{row.kind}, chance?",
         _signed(row.correlation),
         when(programme, row.low), when(programme, row.high), days((row.high - row.low) / DAY, signed=True))
        for row in moving(analysis)[:SHOWN]
    ]  # fmt: skip
    columns = (
        "what",
        "kind",
        "rank correlation",
        "mean finish, low tenth or not",
        "high tenth or happens",
        "days between",
    )
    brief = ("what", "rank correlation", "days between")
    return Table("What moves the end most", columns, rows, 2, FILE, brief=brief)


def _worths(programme: Programme, analysis: RiskAnalysis) -> Iterator[tuple[str, RiskWorth]]:
    called = {risk.id: risk.name or sentence(phrase(risk.id)) for risk in programme.risks}
    for row in risk_worths(analysis):
        yield called[row.risk], row


def _register(programme: Programme, analysis: RiskAnalysis) -> Table:
    unit, said = money_unit(programme, analysis)
    called, owners = names(programme), {risk.id: risk.owner for risk in programme.risks}
    rows = [
        (name, called.get(owners[row.risk], "–"), percent(row.share), days(row.days), days(row.mean_days),
         _money(row.money, unit), _money(row.mean_money, unit), "yes" if row.mitigated else "")
        for name, row in _worths(programme, analysis)
    ]  # fmt: skip
    columns = ("risk", "owner", "happens in", "days at p80", "days, mean", f"cost at p80, {said}",
               "cost, mean", "mitigated in the plan")  # fmt: skip
    brief = ("risk", "happens in", "days at p80", f"cost at p80, {said}")
    return Table("Risks by what they add (with less without, same worlds)", columns, rows, 2, FILE, brief=brief)


def _mitigations(programme: Programme, analysis: RiskAnalysis) -> Table:
    unit, said = money_unit(programme, analysis)
    words = {risk.id: risk.mitigation for risk in programme.risks}
    rows = [
        (name, words[row.risk], "yes" if row.mitigated else "", days(row.saved_days), days(row.saved_mean_days),
         _money(row.saved_money, unit), _money(row.mitigation_cost, unit), _money(row.net, unit))
        for name, row in _worths(programme, analysis)
        if words[row.risk]
    ]  # fmt: skip
    columns = ("risk", "mitigation", "in the plan", "saves days at p80", "days, mean",
               f"saves at p80, {said}", "costs", f"net, {said}")  # fmt: skip
    brief = ("risk", "in the plan", "saves days at p80", f"net, {said}")
    return Table("What mitigations are worth", columns, rows, 2, FILE, brief=brief)


def _slip(programme: Programme, analysis: RiskAnalysis) -> Table:
    slip = analysis.slip
    parts = [
        ("Tasks of the deciding chain take longer than planned, on average", slip.lengthening),
        ("Paths merge: the latest of several is later than each", slip.merging),
        ("The chain ends before the plan's finish in the plan", -slip.slack),
        ("Mean finish after the plan's", slip.whole),
    ]
    rows = [(name, days(hours / DAY, signed=True), _part(hours, slip.whole)) for name, hours in parts if hours]
    del programme
    return Table("Why the mean is later than the plan", ("what", "days", "share"), rows, 1, FILE)


def _part(hours: float, whole: float) -> str:
    return percent(hours / whole) if whole > 0 and hours >= 0 else "–"


def _merges(programme: Programme, analysis: RiskAnalysis) -> Table:
    called = names(programme)
    rows = [
        (called.get(row.task, row.task) if row.task else "Conversion finished", str(row.paths),
         when(programme, row.planned), when(programme, row.latest), when(programme, row.merged), days(row.bias / DAY),
         "yes" if row.on_path else "")
        for row in analysis.merges[:SHOWN]
    ]  # fmt: skip
    columns = (
        "where paths merge",
        "paths",
        "plan",
        "latest path's mean",
        "mean of the merge",
        "merge bias, days",
        "decides the end",
    )
    brief = ("where paths merge", "paths", "mean of the merge", "merge bias, days")
    return Table("Merge bias", columns, rows, 1, FILE, brief=brief)


def _tasks(programme: Programme, analysis: RiskAnalysis) -> Table:
    called = names(programme)
    cruciality, index = analysis.cruciality, analysis.schedule_sensitivity
    order = np.lexsort((-index, -analysis.criticality, -np.round(cruciality, 6)))
    rows = [
        (called[analysis.tasks[number]], percent(float(analysis.criticality[number])),
         _signed(analysis.sensitivity[number]), f"{index[number]:.2f}", f"{cruciality[number]:.2f}",
         days(float(analysis.deviation[number]) / DAY))
        for number in order
        if analysis.criticality[number] >= LEAST_CRITICALITY
    ]  # fmt: skip
    columns = (
        "task",
        "criticality",
        "sensitivity",
        "schedule sensitivity index",
        "cruciality",
        "deviation, days of work time",
    )
    brief = ("task", "criticality", "sensitivity", "schedule sensitivity index")
    return Table("Tasks that decide the end", columns, rows[:SHOWN], 1, FILE, brief=brief)


def _joint(programme: Programme, analysis: RiskAnalysis) -> Table:
    unit, said = money_unit(programme, analysis)
    joint, finish = joint_confidence(programme, analysis), dates_at_risk(programme, analysis)[0]
    cost = f"{_money(joint.committed_cost, unit)} {said}"
    rows = [
        (f"Finished by {when(programme, finish.committed)}", percent(joint.date_kept)),
        (f"For {cost}, the plan's cost", percent(joint.cost_kept)),
        ("Both", percent(joint.both_kept)),
        *([("Within the budget", percent(joint.budget_kept))] if joint.budget_kept is not None else []),
        ("Both the date's p80 and the cost's p80", percent(joint.both_p80)),
        (f"By {when(programme, joint.date)} and for {_money(joint.cost, unit)} {said}", "80\u00a0%"),
        ("Correlation of date and cost", _signed(joint.correlation)),
    ]
    return Table("Date and cost together", ("commitment", "kept in"), rows, 1, FILE)
