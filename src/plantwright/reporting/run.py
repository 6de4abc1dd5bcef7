"""What a report is made of: the values of one run, whoever holds them together."""

from __future__ import annotations

from typing import Protocol

from plantwright.model.health import Finding
from plantwright.model.outcome import CashFlows, Outcome, Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.replanning import Replan
from plantwright.model.risk_analysis import RiskAnalysis
from plantwright.model.schedule import ConversionTrials, Schedule


class Run(Protocol):
    """Everything that one run of a programme found, from the input to the outcome."""

    @property
    def programme(self) -> Programme: ...  # noqa: D102
    @property
    def schedule(self) -> Schedule: ...  # noqa: D102
    @property
    def trials(self) -> ConversionTrials: ...  # noqa: D102
    @property
    def risk(self) -> RiskAnalysis: ...  # noqa: D102
    @property
    def health(self) -> tuple[Finding, ...]: ...  # noqa: D102
    @property
    def replan(self) -> Replan | None: ...  # noqa: D102
    @property
    def plan(self) -> Plan: ...  # noqa: D102
    @property
    def replications(self) -> Replications: ...  # noqa: D102
    @property
    def cash(self) -> CashFlows: ...  # noqa: D102
    @property
    def outcome(self) -> Outcome: ...  # noqa: D102
