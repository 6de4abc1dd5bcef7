"""What the risk in a conversion's schedule comes to: every figure of the analysis as arrays over the same worlds.

Made by `scheduling`, put into dates, percentiles and pictures by `reporting`. Times are hours from the programme's
start, money its currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """The last finish (worlds,) and what the conversion costs (worlds,) under one set of risks and mitigations."""

    finish: Floats
    cost: Floats


@dataclass(frozen=True)
class RiskOutlook:
    """One risk: the worlds in which it happens as planned (worlds,), the outlook without it, and with its mitigation
    done where the plan leaves it out, or left out where the plan has it.
    """

    risk: str
    mitigated: bool
    happens: NDArray[np.bool_]
    without: Outlook
    switched: Outlook
    mitigation_cost: float


@dataclass(frozen=True, slots=True)
class Driver:
    """How the last finish moves with an assumption or a risk.

    `correlation` is Spearman's; `low` and `high` are the mean finish in the tenth of the worlds with the assumption's
    lowest and highest draws, or in those where the risk does not happen and where it does (NaN where there is no such
    world). `place` is the task that an assumption is drawn for, where it varies each time.
    """

    kind: str
    name: str
    place: str
    correlation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Merge:
    """A task in which paths meet, or the end of all (no name).

    `latest` is the mean finish that the path latest on average would give alone, `merged` the mean finish: the
    difference is the merge bias. `on_path`: on the chain that decides the mean finish of all.
    """

    task: str
    paths: int
    planned: float
    latest: float
    merged: float
    on_path: bool

    @property
    def bias(self) -> float:
        """Return how much later than its latest path the merge is on average, hours."""
        return self.merged - self.latest


@dataclass(frozen=True)
class Slip:
    """Why the mean finish is later than the plan's, in hours: `merging` + `lengthening` - `slack` = the whole.

    Told along the chain of tasks that decides the mean finish: what paths that meet add at each merge, how much longer
    its tasks and lags take on average than planned, and how much earlier than the plan's finish it ends in the plan.
    """

    chain: tuple[str, ...]
    merging: float
    lengthening: float
    slack: float

    @property
    def whole(self) -> float:
        """Return how much later the mean finish is than the planned one."""
        return self.merging + self.lengthening - self.slack


@dataclass(frozen=True)
class RiskAnalysis:
    """The plan's order and resource flow in drawn worlds, with risks happening, and what each of its risks does.

    N worlds, T tasks in the programme's order, M milestones (tasks marked so or with a deadline). `ranges`: no risk
    happens; `unmitigated`, `mitigated`: no mitigation done, and all of them. `relevelled`: the last finish where
    resources are levelled anew in each of the first worlds in the plan's priority, NaN where no place was found.
    `broken`: share of the worlds in which the greatest lag between a predecessor and a task cannot be kept;
    `relevelled_broken`: share of the worlds levelled anew in which any cannot.
    """

    seed: int
    tasks: tuple[str, ...]
    milestones: tuple[str, ...]
    planned_finish: Floats  # (T,)
    planned_cost: float
    planned: Outlook
    ranges: Outlook
    unmitigated: Outlook
    mitigated: Outlook
    milestone_finish: Floats  # (N, M)
    relevelled: Floats  # (worlds levelled anew,)
    criticality: Floats  # (T,) share of the worlds in which the task drives the last finish
    sensitivity: Floats  # (T,) correlation (Pearson) of its duration with the last finish
    deviation: Floats  # (T,) standard deviation of its duration, working hours
    risks: tuple[RiskOutlook, ...]
    drivers: tuple[Driver, ...]
    merges: tuple[Merge, ...]
    slip: Slip
    broken: Mapping[tuple[str, str], float] = field(default_factory=dict)
    relevelled_broken: float = 0.0

    @property
    def worlds(self) -> int:
        """Return how many worlds were tried."""
        return int(self.planned.finish.size)

    @cached_property
    def risk(self) -> Mapping[str, RiskOutlook]:
        """Return the risks by id."""
        return {each.risk: each for each in self.risks}

    @property
    def cruciality(self) -> Floats:
        """Return sensitivity times criticality by task: a task that moves the end and is often on the way to it."""
        return np.abs(self.sensitivity) * self.criticality

    @property
    def schedule_sensitivity(self) -> Floats:
        """Return criticality times the ratio of the deviations of duration and finish (PMI's index; Vanhoucke 2010)."""
        whole = float(self.planned.finish.std())
        return np.asarray(self.criticality * self.deviation / whole) if whole > 0 else np.zeros_like(self.deviation)
