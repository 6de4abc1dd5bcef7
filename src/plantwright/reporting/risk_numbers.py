"""What a planner reads off a risk analysis: confidence of dates and cost, contingency, what risks are worth.

Percentiles are those of `statistics`; times are hours from the programme's start unless they say days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import Floats, RiskAnalysis
from plantwright.reporting.statistics import percentile

DAY = 24.0
ROUNDING_HOURS = 1e-6
CONFIDENCES = (0.5, 0.8, 0.9)
JOINT = 0.8
LEAST_IN_MILLIONS = 1e7


def at(values: Floats, share: float) -> float:
    """Return the percentile of one column of worlds."""
    return float(percentile(values, share))


def money_unit(programme: Programme, analysis: RiskAnalysis) -> tuple[float, str]:
    """Return the unit in which the conversion's cost reads best, and its name."""
    small = analysis.planned_cost < LEAST_IN_MILLIONS
    return (1e3, f"thousand {programme.currency}") if small else (1e6, f"million {programme.currency}")


@dataclass(frozen=True, slots=True)
class DateRisk:
    """A date over the worlds: `planned`, `committed` (the deadline, else the plan's), how likely that is kept."""

    task: str
    planned: float
    committed: float
    has_deadline: bool
    chance: float
    p10: float
    p50: float
    p80: float
    p90: float
    mean: float

    def contingency(self, share: float) -> float:
        """Return the days between the plan's date and the date that a share of the worlds (0.5, 0.8, 0.9) keeps."""
        return ({0.5: self.p50, 0.8: self.p80, 0.9: self.p90}[share] - self.planned) / DAY


def dates_at_risk(programme: Programme, analysis: RiskAnalysis) -> tuple[DateRisk, ...]:
    """Return the finish of all (no task), then every milestone in the order of the plan."""
    planned = dict(zip(analysis.tasks, analysis.planned_finish.tolist(), strict=True))
    last = max(planned, key=lambda task: planned[task], default="")
    whole = _date(programme, "", last, max(planned.values(), default=0.0), analysis.planned.finish)
    columns = [
        _date(programme, task, task, planned[task], analysis.milestone_finish[:, column])
        for column, task in enumerate(analysis.milestones)
    ]
    return (whole, *sorted(columns, key=lambda row: (row.planned, row.task)))


def _date(programme: Programme, name: str, task: str, planned: float, finish: Floats) -> DateRisk:
    deadline = programme.task[task].deadline if task else None
    committed = deadline.planned if deadline else planned
    p10, p50, p80, p90 = (at(finish, share) for share in (0.1, *CONFIDENCES))
    chance = float((finish <= committed + ROUNDING_HOURS).mean())
    return DateRisk(name, planned, committed, deadline is not None, chance, p10, p50, p80, p90, float(finish.mean()))


@dataclass(frozen=True, slots=True)
class RiskWorth:
    """What a risk adds at the p80 and on average, and what its mitigation would save there (or saves, if in the plan).

    Days of the last finish, and currency; `saved_money` leaves out what the mitigation costs. What a risk adds includes
    a mitigation that is in the plan.
    """

    risk: str
    share: float
    days: float
    mean_days: float
    money: float
    mean_money: float
    mitigated: bool
    mitigation_cost: float
    saved_days: float
    saved_mean_days: float
    saved_money: float

    @property
    def net(self) -> float:
        """Return what the mitigation saves at the p80 less what it costs."""
        return self.saved_money - self.mitigation_cost


def risk_worths(analysis: RiskAnalysis) -> tuple[RiskWorth, ...]:
    """Return the risks, those that add the most days at the p80 first, then days on average, then money."""
    planned, found = analysis.planned, []
    for risk in analysis.risks:
        sign = -1.0 if risk.mitigated else 1.0
        saved = sign * (at(planned.cost, 0.8) - at(risk.switched.cost, 0.8)) + risk.mitigation_cost
        found.append(RiskWorth(
            risk.risk, float(risk.happens.mean()),
            (at(planned.finish, 0.8) - at(risk.without.finish, 0.8)) / DAY,
            float((planned.finish - risk.without.finish).mean()) / DAY,
            at(planned.cost, 0.8) - at(risk.without.cost, 0.8),
            float((planned.cost - risk.without.cost).mean()),
            risk.mitigated, risk.mitigation_cost,
            sign * (at(planned.finish, 0.8) - at(risk.switched.finish, 0.8)) / DAY,
            sign * float((planned.finish - risk.switched.finish).mean()) / DAY,
            saved,
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda row: (-round(row.days, 6), -row.mean_days, -row.mean_money, row.risk)))


@dataclass(frozen=True, slots=True)
class Joint:
    """Date and cost together: how likely each commitment is kept, and both; what `JOINT` of the worlds keep at once.

    The committed cost is the plan's; `budget_kept` is the share of the worlds within the budget, where there is one.

    `both_p80`: share of the worlds that keep the p80 of the date and the p80 of the cost. `date`, `cost`: the pair of
    equal percentiles that together hold in `JOINT` of the worlds. `correlation` is Pearson's.
    """

    committed_cost: float
    budget_kept: float | None
    date_kept: float
    cost_kept: float
    both_kept: float
    both_p80: float
    date: float
    cost: float
    correlation: float


def joint_confidence(programme: Programme, analysis: RiskAnalysis) -> Joint:
    """Return the joint confidence of the last finish and the conversion's cost; committed cost is the plan's."""
    finish, cost = analysis.planned.finish, analysis.planned.cost
    budget, committed = programme.objective.budget, analysis.planned_cost
    by_date = finish <= dates_at_risk(programme, analysis)[0].committed + ROUNDING_HOURS
    by_cost = cost <= committed * (1 + 1e-12)
    at_p80 = (finish <= at(finish, 0.8)) & (cost <= at(cost, 0.8))
    share = at(np.maximum(_shares(finish), _shares(cost)), JOINT)
    varies = finish.std() > 0 and cost.std() > 0
    return Joint(
        committed, float((cost <= budget.planned).mean()) if budget else None,
        float(by_date.mean()), float(by_cost.mean()), float((by_date & by_cost).mean()),
        float(at_p80.mean()), at(finish, share), at(cost, share),
        float(np.corrcoef(finish, cost)[0, 1]) if varies else 0.0,
    )  # fmt: skip


def _shares(values: Floats) -> Floats:
    """The share of the worlds that stay at or below each world's value."""
    return np.asarray(np.searchsorted(np.sort(values), values, side="right") / values.size)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The last finish (hours) and cost at some percentiles under one set of risks, or one way to level resources."""

    name: str
    p50: float
    p80: float
    p90: float
    mean: float
    cost_p50: float | None = None
    cost_p80: float | None = None


def scenarios(analysis: RiskAnalysis) -> Iterator[Scenario]:
    """Yield the outlook with ranges alone, with risks as planned, with no mitigation and with all that there are."""
    named = {
        "Ranges alone, no risk happens": analysis.ranges, "With risks, as planned": analysis.planned,
        "With risks, no mitigation": analysis.unmitigated, "With risks, every mitigation": analysis.mitigated,
    }  # fmt: skip
    for name, outlook in named.items() if analysis.risks else [("As planned", analysis.planned)]:
        yield _scenario(name, outlook.finish, at(outlook.cost, 0.5), at(outlook.cost, 0.8))


def orders(analysis: RiskAnalysis) -> Iterator[Scenario]:
    """Yield the plan's order kept, resources levelled anew, and the better of both, in the same worlds.

    Worlds in which levelling finds no place count as later than every date.
    """
    anew = np.where(np.isnan(analysis.relevelled), np.inf, analysis.relevelled)
    kept = analysis.planned.finish[: anew.size]
    named = {"Order of the plan kept": kept, "Levelled anew in each world": anew,
             "The better of both in each world": np.minimum(kept, anew)}  # fmt: skip
    for name, finish in named.items() if anew.size else []:
        yield _scenario(name, finish)


def _scenario(name: str, finish: Floats, cost_p50: float | None = None, cost_p80: float | None = None) -> Scenario:
    p50, p80, p90 = (at(finish, share) for share in CONFIDENCES)
    return Scenario(name, p50, p80, p90, float(finish.mean()), cost_p50, cost_p80)
