"""The register: each law against SciPy's, draws that do not depend on each other, and rows that are read or refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plantwright.model.assumptions import Z90, Assumption, Distribution, Law, Register, uniforms
from plantwright.model.cells import Reading
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.register import AssumptionRow, ColumnError, entry

READING = Reading(start=date(2026, 1, 1))
SHARES = np.linspace(0.01, 0.99, 23)

three = st.tuples(st.floats(0.1, 1e4), st.floats(0, 1), st.floats(0.01, 1e3)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1] * drawn[2], drawn[0] + drawn[2])
)


@given(three)
def test_pert_is_the_beta_law_of_malcolm_and_others(values: tuple[float, float, float]) -> None:
    """Malcolm, Roseboom, Clark and Fazar (1959): mean (low + 4 likely + high) / 6."""
    low, likely, high = values
    spread = Distribution(Law.PERT, low, likely, high)
    span = high - low
    reference = stats.beta(1 + 4 * (likely - low) / span, 1 + 4 * (high - likely) / span, low, span)
    assert spread.quantile(SHARES) == pytest.approx(reference.ppf(SHARES), rel=1e-6)
    assert spread.mean() == pytest.approx((low + 4 * likely + high) / 6)
    assert spread.mean() == pytest.approx(float(reference.mean()))


@given(three)
def test_triangular(values: tuple[float, float, float]) -> None:
    low, likely, high = values
    spread = Distribution(Law.TRIANGULAR, low, likely, high)
    reference = stats.triang((likely - low) / (high - low), low, high - low)
    assert spread.quantile(SHARES) == pytest.approx(reference.ppf(SHARES), rel=1e-6)
    assert spread.mean() == pytest.approx(float(reference.mean()))


def test_lognormal_has_its_points_where_the_planner_put_them() -> None:
    spread = Distribution(Law.LOGNORMAL, 4.0, 8.0, 16.0)
    assert spread.quantile(np.array([0.1, 0.5, 0.9])) == pytest.approx([4.0, 8.0, 16.0])
    assert spread.mean() == pytest.approx(float(stats.lognorm(np.log(4) / (2 * Z90), 0, 8.0).mean()))
    assert pytest.approx(float(stats.norm.ppf(0.9))) == Z90


def test_exponential_and_uniform() -> None:
    assert Distribution(Law.EXPONENTIAL, 0, 5.0, 0).quantile(SHARES) == pytest.approx(stats.expon(0, 5).ppf(SHARES))
    assert Distribution(Law.UNIFORM, 2.0, 3.0, 4.0).quantile(SHARES) == pytest.approx(2 + 2 * SHARES)
    assert Distribution(Law.UNIFORM, 2.0, 3.0, 4.0).mean() == 3.0


def test_empirical_draws_each_value_as_often_as_the_other() -> None:
    spread = Distribution(Law.EMPIRICAL, 3.0, 4.0, 7.0, (7.0, 3.0, 4.0, 4.0))
    assert list(spread.quantile(np.array([0.1, 0.3, 0.6, 0.9]))) == [3.0, 4.0, 4.0, 7.0]
    assert spread.mean() == 4.5


@pytest.mark.parametrize("law", list(Law))
def test_a_certain_value_is_the_same_in_every_world(law: Law) -> None:
    if law is Law.EXPONENTIAL:
        return
    spread = Distribution(law, 5.0, 5.0, 5.0, (5.0,))
    assert spread.is_certain
    assert np.all(spread.quantile(SHARES) == 5.0)
    assert spread.mean() == 5.0


def register(*, each: bool = False) -> Register:
    lead = Assumption("lead", Distribution(Law.PERT, 8, 10, 16), Dimension.TIME, "week", each, False, "", "")
    return Register({"lead": lead})


def test_a_replication_alone_is_the_replication_among_others() -> None:
    many = register().draws("lead", 7, range(100))
    assert register().draws("lead", 7, range(42, 43))[0] == many[42]
    assert np.array_equal(register().draws("lead", 7, range(10, 20)), many[10:20])


def test_worlds_differ_by_seed_and_by_assumption() -> None:
    keys = [(1, "a"), (2, "a"), (1, "b")]
    drawn = [tuple(uniforms(seed, key, range(50))) for seed, key in keys]
    assert len(set(drawn)) == 3


def test_only_what_varies_each_time_differs_by_place() -> None:
    assert np.array_equal(register().draws("lead", 1, range(9), "here"), register().draws("lead", 1, range(9), "there"))
    apart = register(each=True)
    assert not np.array_equal(apart.draws("lead", 1, range(9), "here"), apart.draws("lead", 1, range(9), "there"))


def test_draws_follow_the_law() -> None:
    """Kolmogorov and Smirnov's test at the 0.1 % level on 20,000 draws."""
    drawn = register().draws("lead", 3, range(20_000))
    law = stats.beta(1 + 4 * 2 / 8, 1 + 4 * 6 / 8, 8, 8)
    assert stats.kstest(drawn, law.cdf).pvalue > 0.001


def test_a_quantity_is_drawn_with_its_factor() -> None:
    lead = register().draws("lead", 5, range(6))
    assert register().draw(Quantity(20.0, Dimension.TIME, "lead", 2.0), 5, range(6)) == pytest.approx(2 * lead)
    assert list(register().draw(Quantity(20.0), 5, range(3))) == [20.0, 20.0, 20.0]


def test_the_planned_value_is_at_the_planning_quantile() -> None:
    spread = Distribution(Law.UNIFORM, 0.0, 5.0, 10.0)
    entries = {"a": Assumption("a", spread, Dimension.NUMBER, "", False, False, "", "")}
    assert Register(entries).planned("a") == 5.0
    assert Register(entries, 0.8).planned("a") == pytest.approx(8.0)


def row(**cells: str) -> AssumptionRow:
    return AssumptionRow.model_validate({"id": "x", **cells})


def test_values_are_canonical_and_the_unit_is_kept() -> None:
    read = entry(
        row(low="8", likely="10", high="16", unit="weeks", varies="each", kind="sourced", source="a page"), READING
    )
    assert (read.distribution.low, read.distribution.likely, read.distribution.high) == (8 * 168, 10 * 168, 16 * 168)
    assert (read.dimension, read.unit, read.each, read.sourced) == (Dimension.TIME, "week", True, True)
    assert read.distribution.law is Law.PERT


def test_dates_are_hours_from_the_start() -> None:
    read = entry(row(low="2026-01-02", likely="2026-01-03", high="2026-01-05", unit="date"), READING)
    assert (read.distribution.low, read.distribution.high, read.dimension) == (24.0, 96.0, Dimension.DATE)


@pytest.mark.parametrize(
    ("cells", "law", "likely"),
    [
        ({"likely": "5"}, Law.FIXED, 5.0),
        ({"values": "3; 4; 4; 7"}, Law.EMPIRICAL, 4.0),
        ({"low": "2", "high": "4", "distribution": "uniform"}, Law.UNIFORM, 3.0),
        ({"likely": "5", "distribution": "exponential"}, Law.EXPONENTIAL, 5.0),
        ({"low": "90 %", "likely": "95 %", "high": "99 %"}, Law.PERT, 0.95),
    ],
)
def test_what_is_left_out_follows(cells: dict[str, str], law: Law, likely: float) -> None:
    read = entry(row(**cells), READING)
    assert (read.distribution.law, read.distribution.likely) == (law, likely)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({}, "likely"),
        ({"low": "1", "high": "2"}, "likely"),
        ({"low": "3", "likely": "2", "high": "1"}, "low"),
        ({"low": "1", "likely": "5", "high": "2"}, "likely"),
        ({"low": "0", "likely": "1", "high": "2", "distribution": "lognormal"}, "low"),
        ({"likely": "0", "distribution": "exponential"}, "likely"),
        ({"distribution": "empirical"}, "values"),
        ({"distribution": "empirical", "values": "3; four"}, "values"),
        ({"likely": "5", "unit": "wekes"}, "unit"),
        ({"likely": "nan"}, "likely"),
        ({"likely": "1e300"}, "high"),
        ({"likely": "5000", "unit": "years"}, "high"),
        ({"likely": "5", "unit": "date"}, "likely"),
        ({"likely": "2026-01-01", "unit": "date", "distribution": "exponential"}, "distribution"),
        ({"likely": "5", "kind": "sourced"}, "source"),
    ],
)
def test_rows_that_fit_no_law_are_refused_by_column(cells: dict[str, str], column: str) -> None:
    with pytest.raises(ColumnError) as caught:
        entry(row(**cells), READING)
    assert caught.value.column == column
    assert caught.value.remedy
