"""Intervals hold what they promise, by theory and by count."""

from __future__ import annotations

import numpy as np
import pytest

from plantwright.simulation.statistics import (
    mean_interval,
    moving_average,
    paired_difference,
    quantile_interval,
    replications_for,
    warm_up,
)  # fmt: skip


def test_mean_interval_of_a_textbook_sample() -> None:
    """Law, Simulation Modeling and Analysis, example 4.26: ten values, 90 % interval 1.34 +- 0.24."""
    values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
    interval = mean_interval(values, 0.90)
    assert interval.estimate == pytest.approx(1.34, abs=0.005)
    assert interval.half_width == pytest.approx(0.24, abs=0.005)


def test_intervals_hold_the_truth_as_often_as_promised() -> None:
    rng = np.random.default_rng(3)
    means = sum(mean_interval(rng.normal(5.0, 2.0, 12), 0.9).holds(5.0) for _ in range(2000))
    medians = sum(quantile_interval(rng.exponential(1.0, 40), 0.5, 0.9).holds(np.log(2)) for _ in range(2000))
    assert means / 2000 == pytest.approx(0.9, abs=0.025)
    assert 0.89 <= medians / 2000 <= 0.96


def test_quantile_of_few_values_is_open_ended() -> None:
    interval = quantile_interval([1.0, 2.0, 3.0], 0.9, 0.95)
    assert interval.high == np.inf
    with pytest.raises(ValueError, match="two or more"):
        mean_interval([1.0])


def test_common_random_numbers_narrow_a_comparison() -> None:
    rng = np.random.default_rng(5)
    world = rng.normal(0, 10, 50)
    first, second = world + rng.normal(0, 0.1, 50), world + 1.0 + rng.normal(0, 0.1, 50)
    difference = paired_difference(first, second)
    assert difference.holds(1.0)
    assert difference.half_width < 0.1 < mean_interval(first).half_width


def test_warm_up_is_cut_where_it_ends() -> None:
    rng = np.random.default_rng(8)
    series = np.concatenate((np.linspace(20.0, 0.0, 100), np.zeros(900))) + rng.normal(0, 0.5, 1000)
    assert 80 <= warm_up(series) <= 130
    assert warm_up(rng.normal(0, 1, 1000)) < 300
    with pytest.raises(ValueError, match="too short"):
        warm_up(np.linspace(100.0, 0.0, 100) ** 2)
    with pytest.raises(ValueError, match="20 values"):
        warm_up([1.0] * 10)


def test_welch_average_keeps_a_straight_line() -> None:
    series = np.tile(np.arange(50.0), (3, 1))
    np.testing.assert_allclose(moving_average(series, 5), np.arange(50.0))


def test_replications_for_a_precision() -> None:
    values = np.random.default_rng(1).normal(0, 3.0, 30)
    number = replications_for(values, 0.5)
    deviation = values.std(ddof=1)
    assert 1.96 * deviation / np.sqrt(number) <= 0.5 <= 2.1 * deviation / np.sqrt(number - 10)
    assert replications_for(values, 1000.0) == 30
