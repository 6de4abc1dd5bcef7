"""Units: conversions against their definitions, and the words that are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.model.quantity import Dimension
from plantwright.model.units import COUNT_NOUNS, UnitError, unit


@pytest.mark.parametrize(
    ("text", "dimension", "factor"),
    [
        ("h", Dimension.TIME, 1),
        ("min", Dimension.TIME, 1 / 60),
        ("d", Dimension.TIME, 24),
        ("w", Dimension.TIME, 168),
        ("weeks", Dimension.TIME, 168),
        ("months", Dimension.TIME, 365.25 / 12 * 24),
        ("years", Dimension.TIME, 365.25 * 24),
        ("W", Dimension.POWER, 0.001),
        ("kW", Dimension.POWER, 1),
        ("MW", Dimension.POWER, 1000),
        ("GW", Dimension.POWER, 1e6),
        ("USD", Dimension.MONEY, 1),
        ("kUSD", Dimension.MONEY, 1e3),
        ("MUSD", Dimension.MONEY, 1e6),
        ("bnUSD", Dimension.MONEY, 1e9),
        ("m2", Dimension.AREA, 1),
        ("m²", Dimension.AREA, 1),
        ("sqft", Dimension.AREA, 0.3048**2),
        ("acre", Dimension.AREA, 43560 * 0.3048**2),
        ("l/min", Dimension.FLOW, 1),
        ("gpm", Dimension.FLOW, 231 * 0.0254**3 * 1000),
        ("racks/week", Dimension.RATE, 1 / 168),
        ("per week", Dimension.RATE, 1 / 168),
        ("units per day", Dimension.RATE, 1 / 24),
        ("/h", Dimension.RATE, 1),
        ("USD/h", Dimension.MONEY_RATE, 1),
        ("kUSD per day", Dimension.MONEY_RATE, 1000 / 24),
        ("USD/kW", Dimension.MONEY_PER_POWER, 1),
        ("MUSD/MW", Dimension.MONEY_PER_POWER, 1000),
        ("%", Dimension.NUMBER, 0.01),
        ("", Dimension.NUMBER, 1),
        ("people", Dimension.NUMBER, 1),
        ("date", Dimension.DATE, 1),
    ],
)
def test_a_unit_is_its_definition(text: str, dimension: Dimension, factor: float) -> None:
    read = unit(text)
    assert read.dimension is dimension
    assert read.factor == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("noun", COUNT_NOUNS)
def test_what_is_counted_measures_nothing(noun: str) -> None:
    assert (unit(noun).dimension, unit(noun).factor) == (Dimension.NUMBER, 1.0)


def test_the_currency_is_the_programmes() -> None:
    assert unit("MEUR", "EUR").factor == 1e6
    with pytest.raises(UnitError, match="USD is not the programme's currency"):
        unit("USD", "EUR")


@pytest.mark.parametrize(
    ("text", "advice"),
    [("mW", "'MW'"), ("wekes", "'weeks'"), ("kWh", "'kW'"), ("currency", "`USD`"), ("l / mn", "'min'")],
)
def test_a_slip_is_answered_with_the_unit_that_was_meant(text: str, advice: str) -> None:
    with pytest.raises(UnitError) as caught:
        unit(text)
    assert advice in caught.value.remedy


@pytest.mark.parametrize(
    "text",
    ["h**", "((", "kW+kW", "3 kW", "m**99", "kW*h", "1/", "__import__", "_h", "k", "M", "per", "kW;", "NaN/h", "E__"],
)
def test_what_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        unit(text)
    assert caught.value.remedy


@given(st.text(max_size=30) | st.text(alphabet="_kMWhdUSDe/ *123%", max_size=12))
def test_any_text_is_a_unit_or_is_refused_as_one(text: str) -> None:
    try:
        factor = unit(text).factor
    except UnitError:
        return
    assert factor > 0
