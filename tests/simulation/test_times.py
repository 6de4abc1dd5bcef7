"""Distributions draw what they say: mean, and shares by the inverse, from the compiled samplers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from plantwright.simulation import Network, Run, lay_out
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.seeds import seed_streams
from plantwright.simulation.network import Operation, Order, Route, WorkCentre
from plantwright.simulation.times import (
    Empirical,
    Erlang,
    Exponential,
    Fixed,
    Hyperexponential,
    Lognormal,
    Pert,
    Tabulated,
    Time,
    Triangular,
    Uniform,
    Weibull,
)
from plantwright.simulation.trace import KINDS, trace_of

TIMES: list[tuple[Time, object]] = [
    (Exponential(2.0), stats.expon(scale=2.0)),
    (Uniform(1.0, 4.0), stats.uniform(1.0, 3.0)),
    (Pert(1.0, 2.0, 6.0), stats.beta(1.8, 4.2, 1.0, 5.0)),
    (Triangular(1.0, 2.0, 6.0), stats.triang(0.2, 1.0, 5.0)),
    (Lognormal(2.0, 0.5), stats.lognorm(np.sqrt(np.log1p(0.5)), scale=2.0 / np.sqrt(1.5))),
    (Erlang(3, 2.0), stats.gamma(3, scale=2.0 / 3)),
    (Weibull(2.0, 1.5), stats.weibull_min(1.5, scale=2.0)),
    (Tabulated((0.0, 1.0, 2.0), 3.0), stats.uniform(0.0, 6.0)),
]


def sample(time: Time, number: int = 40_000) -> np.ndarray:
    """Draw by simulating operations on as many stations as units, from the trace."""
    route = Route("job", (Operation("do", "m", time),))
    network = Network((WorkCentre("m", None),), (route,), orders=(Order(0.0, "job", number),))
    trace = trace_of(Run(lay_out(network), 12, trace=True).advance(1e9))
    return np.asarray(trace.time[trace.kind == KINDS.index("finish")])


@pytest.mark.parametrize(("time", "law"), TIMES, ids=[type(t).__name__ for t, _ in TIMES])
def test_a_distribution_is_drawn_as_written(time: Time, law: stats.rv_continuous) -> None:
    drawn = sample(time)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert time.mean == pytest.approx(law.mean(), rel=1e-9)


def test_discrete_and_mixed_times() -> None:
    drawn = sample(Empirical((3.0, 1.0, 3.0)))
    assert set(drawn) == {1.0, 3.0}
    assert (drawn == 1.0).mean() == pytest.approx(1 / 3, abs=0.01)
    assert sample(Fixed(4.0), 10).tolist() == [4.0] * 10
    mixture = Hyperexponential(0.2, 1.0, 5.0)
    drawn = sample(mixture)
    assert drawn.mean() == pytest.approx(mixture.mean, rel=0.03)
    assert stats.kstest(drawn, lambda x: 1 - 0.2 * np.exp(-x) - 0.8 * np.exp(-x / 5)).pvalue > 1e-3


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fixed(-1.0),
        lambda: Exponential(0.0),
        lambda: Uniform(2.0, 1.0),
        lambda: Pert(1, 0, 2),
        lambda: Triangular(1, 3, 2),
        lambda: Lognormal(1.0, 0.0),
        lambda: Erlang(0, 1.0),
        lambda: Weibull(0.0, 1.0),
        lambda: Hyperexponential(1.5, 1, 1),
        lambda: Empirical(()),
        lambda: Tabulated((2.0, 1.0)),
        lambda: Fixed(float("nan")),
    ],
)
def test_nonsense_is_refused(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"\w"):
        make()


def test_streams_differ_by_seed_replication_and_key() -> None:
    keys = np.arange(1000, dtype=np.uint64)
    states = np.concatenate([seed_streams(s, r, keys) for s in (1, 2) for r in (0, 1)])
    assert np.unique(states, axis=0).shape[0] == 4000
    assert np.array_equal(seed_streams(1, 1, keys[5:6])[0], seed_streams(1, 1, keys)[5])
    assert at.NONE == -1
