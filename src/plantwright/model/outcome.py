"""What happened in the simulated worlds, what it pays whom, and the figures that a director reads.

`Replications` comes from `simulation`, `CashFlows` from `finance`; `Outcome` gathers the headline figures of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

STATES = ("busy", "setup", "blocked", "starved", "waiting", "down", "off")
"""What a station's time is split into: `starved` for a part or unit, `waiting` for a shared resource, `off` shift."""


@dataclass(frozen=True)
class Replications:
    """The plan carried out once a replication. R replications, I items, P periods (weeks), D demands, W work centres.

    `edges`: period ends, hours from start, shape (P,). Counts are units within the period. `first_shipped` and
    `delivered_at` are hours from start, NaN where it did not happen before the horizon. `states`: station-hours by
    `STATES`. `waits`: unit-hours that late units waited, by cause (kind, object), with kind one of part, work_centre,
    resource, transit, installation, site_power.
    """

    seed: int
    edges: NDArray[np.float64]
    items: tuple[str, ...]
    demands: tuple[str, ...]
    work_centres: tuple[str, ...]
    causes: tuple[tuple[str, str], ...]
    finished: NDArray[np.int64]  # (R, I, P) good units off the last operation
    scrapped: NDArray[np.int64]  # (R, I, P)
    shipped: NDArray[np.int64]  # (R, I, P) units that left for a destination
    installed: NDArray[np.int64]  # (R, I, P)
    energised: NDArray[np.int64]  # (R, I, P) units under power at a destination
    energised_kw: NDArray[np.float64]  # (R, P) compute under power at the period's end, all sites
    energised_kw_at: NDArray[np.float64]  # (R, destinations in the programme's order, P)
    first_shipped: NDArray[np.float64]  # (R, I)
    demand_shipped: NDArray[np.int64]  # (R, D, P) units shipped for a demand
    demand_arrived: NDArray[np.int64]  # (R, D, P)
    delivered_at: NDArray[np.float64]  # (R, D) when the last unit of the demand arrived
    states: NDArray[np.float64]  # (R, W, P, len(STATES))
    waits: NDArray[np.float64]  # (R, causes, P)
    received: NDArray[np.float64]  # (R, purchase orders of the plan) hours from start


@dataclass(frozen=True)
class CashFlows:
    """Dated money by party. R replications, N parties, M months from the start, K kinds of payment.

    `by_month`: mean over replications, shape (N, M, K), in the programme's currency, receipts positive. `net`: shape
    (R, N), undiscounted; `net_present_value`: shape (R, N); `capital_spent`: shape (R,), what the conversion cost
    (tasks and equipment) up to the horizon.
    """

    parties: tuple[str, ...]
    kinds: tuple[str, ...]
    by_month: NDArray[np.float64]
    net: NDArray[np.float64]
    net_present_value: NDArray[np.float64]
    capital_spent: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Metric:
    """A headline figure over the replications. Dates are ISO text; `share` is the part of replications in which it
    happened.

    A percentile is the least value that such a share of the replications stays at or below; None where that is never.
    The mean is over the replications in which it happened. Money is in the programme's currency, power in MW.
    """

    name: str
    unit: str
    mean: float | str | None
    p10: float | str | None
    p50: float | str | None
    p80: float | str | None
    p90: float | str | None
    share: float = 1.0
    p20: float | str | None = None


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What bound in a period (first day of the month, ISO), and the share of the late units' waiting that it caused."""

    period: str
    kind: str
    object: str
    share: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How a headline figure moves with an assumption or a risk: rank correlation over the replications (Spearman 1904).

    `at_low` and `at_high` are the figure's mean in the tenth of replications with the lowest and the highest draws, or
    in those in which the risk (kind `risk`) does not happen and does; dates are in hours from start, and what never
    happened counts as the horizon.
    """

    assumption: str
    metric: str
    correlation: float
    at_low: float
    at_high: float
    kind: str = "assumption"


@dataclass(frozen=True)
class Outcome:
    """The answer of a run: figures by name, what limits, what the answer hangs on.

    `limits` are the bottlenecks of the whole time (their period is the start). `names` says what ids are called;
    `principals` are the parties that the programme is about, suppliers and authorities not.
    """

    programme: str
    seed: int
    replications: int
    versions: Mapping[str, str]
    metrics: Mapping[str, Metric | tuple[Metric, ...]]
    bottlenecks: tuple[Bottleneck, ...]
    sensitivities: tuple[Sensitivity, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    principals: tuple[str, ...] = ()
    limits: tuple[Bottleneck, ...] = ()
