"""Percentiles by their definition, dates that never come, and rank correlation against SciPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from plantwright.model.outcome import Sensitivity
from plantwright.model.quantity import Quantity
from plantwright.model.risks import happens
from plantwright.reporting.sensitivity import rank_correlation, sensitivities, used_assumptions
from plantwright.reporting.statistics import moment, number, percentile

VALUES = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6))


@given(VALUES, st.sampled_from([0.1, 0.2, 0.5, 0.8, 0.9]))
def test_a_percentile_is_the_inverse_of_the_empirical_distribution(values, share):
    """Hyndman and Fan 1996, definition 1: the least value that the share of the sample stays at or below."""
    found = float(percentile(values, share))
    assert np.mean(values <= found) >= share - 1e-9
    assert np.mean(values < found) < share
    assert found == np.quantile(values, share, method="inverted_cdf")


def test_what_never_happens_is_later_than_everything():
    values = np.array([1.0, np.nan, 3.0, np.nan, 2.0])
    assert float(percentile(values, 0.5)) == 3.0
    assert np.isinf(percentile(values, 0.8))


def test_a_date_that_few_worlds_see_has_a_share_and_no_p80(small):
    hours = np.array([24.0] * 6 + [np.nan] * 3 + [small.programme.horizon_hours + 1])
    metric = moment("first", small.programme, hours)
    assert (metric.p50, metric.p80, metric.p90) == ("2026-01-06", None, None)
    assert metric.mean == "2026-01-06"
    assert metric.share == pytest.approx(0.6)


def test_p80_of_a_date_is_kept_by_eight_of_ten_worlds(small):
    metric = moment("first", small.programme, np.arange(1.0, 11.0) * 24)
    assert metric.p80 == "2026-01-13"


def test_p20_of_megawatts_is_what_eight_of_ten_worlds_have():
    values = np.arange(1.0, 11.0)
    metric = number("mw", "MW", values)
    assert np.mean(values >= metric.p20) >= 0.8
    assert np.mean(values > metric.p20) <= 0.8


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=40))
def test_rank_correlation_is_spearmans(pairs):
    one, other = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    if np.ptp(one) and np.ptp(other):
        assert rank_correlation(one, other) == pytest.approx(spearmanr(one, other).statistic, abs=1e-12)
    else:
        assert rank_correlation(one, other) == 0


def test_the_assumption_that_moves_a_figure_leads(small):
    register = small.programme.register
    draws = register.draws("campus_power_date", 3, range(200))
    noise = np.random.default_rng(1).normal(0, np.ptp(draws) / 20, 200)
    found = sensitivities(small.programme, 3, {"mw": -draws + noise})
    assert found[0].assumption == "campus_power_date"
    assert found[0].correlation < -0.9
    assert found[0].at_low > found[0].at_high


def test_values_drawn_each_time_and_unused_ones_are_not_ranked(small):
    assert "test_time" in used_assumptions(small.programme)
    ranked = {row.assumption for row in small.outcome.sensitivities if row.kind == "assumption"}
    assert "test_time" not in ranked
    assert {"electrical_work", "rig_lead_time", "chip_lead_time", "campus_power_date"} == ranked


def test_a_risk_moves_a_figure_by_the_difference_of_its_worlds(small):
    risk = small.programme.risks[0].model_copy(update={"probability": Quantity(0.5)})
    programme = replace(small.programme, risks=(risk,))
    happening = happens(programme, 3, range(200), {})[:, 0]
    found = sensitivities(programme, 3, {"figure": np.where(happening, 70.0, 40.0)})
    assert found[0] == Sensitivity(risk.id, "figure", pytest.approx(1.0), 40.0, 70.0, "risk")
    assert all(abs(row.correlation) < 0.4 for row in found[1:])
