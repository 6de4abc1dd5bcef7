"""The grammar of cells: what is written is what is read, and whatever else is written is refused with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.model.assumptions import Assumption, Distribution, Law, Register
from plantwright.model.cells import (
    CellError,
    Reading,
    deliveries,
    identifier,
    links,
    moment,
    needs,
    quantity,
    steps,
    whole_number,
    yes_or_no,
)
from plantwright.model.quantity import Dimension, Quantity, value_at


def assumption(name: str, value: float, dimension: Dimension, unit: str) -> Assumption:
    spread = Distribution(Law.UNIFORM, value / 2, value, value * 1.5)
    return Assumption(name, spread, dimension, unit, False, False, "", "")


READING = Reading(
    start=date(2026, 1, 1),
    register=Register(
        {
            "lead": assumption("lead", 336.0, Dimension.TIME, "week"),
            "productivity": assumption("productivity", 1.25, Dimension.NUMBER, ""),
            "phase": assumption("phase", 720.0, Dimension.DATE, "date"),
            "pace": assumption("pace", 21.0, Dimension.NUMBER, ""),
        }
    ),
    unreadable=frozenset({"broken"}),
)


@pytest.mark.parametrize(
    ("text", "dimension", "planned", "unit"),
    [
        ("26 weeks", Dimension.TIME, 26 * 168, "week"),
        ("132 kW", Dimension.POWER, 132, "kwatt"),
        ("1.2 GW", Dimension.POWER, 1.2e6, "Gwatt"),
        ("3.1 MUSD", Dimension.MONEY, 3.1e6, "Mcurrency"),
        ("85 USD/h", Dimension.MONEY_RATE, 85, "currency / hour"),
        ("90 %", Dimension.NUMBER, 0.9, "%"),
        ("90%", Dimension.NUMBER, 0.9, "%"),
        ("45min", Dimension.TIME, 0.75, "minute"),
        (".5 h", Dimension.TIME, 0.5, "hour"),
        ("1e3 kW", Dimension.POWER, 1000, "kwatt"),
        ("72 GPUs", Dimension.NUMBER, 72, "GPU"),
        ("2 * 3 weeks", Dimension.TIME, 6 * 168, "week"),
        ("0", Dimension.POWER, 0, ""),
    ],
)
def test_a_number_with_its_unit(text: str, dimension: Dimension, planned: float, unit: str) -> None:
    read = quantity(text, dimension, READING)
    assert (read.dimension, read.assumption, read.unit) == (dimension, "", unit)
    assert read.planned == pytest.approx(planned)


@pytest.mark.parametrize(
    ("text", "dimension", "expected"),
    [
        ("@lead", Dimension.TIME, ("lead", 336, 1, "week")),
        ("1.2 * @lead", Dimension.TIME, ("lead", 1.2 * 336, 1.2, "week")),
        ("@lead * 50 %", Dimension.TIME, ("lead", 168, 0.5, "week")),
        ("4 weeks * @productivity", Dimension.TIME, ("productivity", 4 * 168 * 1.25, 4 * 168, "week")),
        ("@productivity", Dimension.NUMBER, ("productivity", 1.25, 1, "")),
    ],
)
def test_an_assumption_carries_its_factor(
    text: str, dimension: Dimension, expected: tuple[str, float, float, str]
) -> None:
    name, planned, factor, unit = expected
    read = quantity(text, dimension, READING)
    assert (read.dimension, read.assumption, read.unit) == (dimension, name, unit)
    assert (read.planned, read.factor) == (pytest.approx(planned), pytest.approx(factor))
    assert read.in_world({name: 7.0}) == pytest.approx(7.0 * factor)


@given(value=st.floats(0.001, 1e5), unit=st.sampled_from(["kW", "MW", "h", "min", "USD", "MUSD", "m2", "l/min"]))
def test_text_and_value_agree_whatever_the_number(value: float, unit: str) -> None:
    one = quantity(f"1 {unit}", None, READING)
    assert quantity(f"{value!r} {unit}", None, READING).planned == pytest.approx(value * one.planned)


@pytest.mark.parametrize(
    ("text", "dimension", "words"),
    [
        ("26", Dimension.TIME, "has no unit"),
        ("45000", Dimension.MONEY, "has no unit"),
        ("26 weeks", Dimension.POWER, "is a time, not a power"),
        ("@lead", Dimension.POWER, "is a time, not a power"),
        ("@nobody", Dimension.TIME, "there is no assumption 'nobody'"),
        ("@lead * @productivity", Dimension.TIME, "multiplies two assumptions"),
        ("2 weeks * @lead", Dimension.TIME, "multiplies two units"),
        ("1,200 kW", Dimension.POWER, "',200 kW' is not a unit"),
        ("weeks", Dimension.TIME, "is not a number with a unit"),
        ("", Dimension.TIME, "is not a number with a unit"),
        ("2 *", Dimension.NUMBER, "is not a number with a unit"),
        ("100 years", Dimension.TIME, "beyond all measure"),
        ("2026-03-01", Dimension.TIME, "is not a unit"),
        ("3 date", Dimension.TIME, "is no date"),
    ],
)
def test_what_a_column_does_not_want_is_refused(text: str, dimension: Dimension, words: str) -> None:
    with pytest.raises(CellError) as caught:
        quantity(text, dimension, READING)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_use_of_an_assumption_that_has_an_error_itself_is_a_consequence() -> None:
    with pytest.raises(CellError) as caught:
        quantity("@broken", Dimension.TIME, READING)
    assert caught.value.consequence


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-01-02", 24.0),
        ("2025-12-31", -24.0),
        ("2026-01-01 06:30", 6.5),
        ("2026-01-01T06:30", 6.5),
        ("@phase", 720.0),
    ],
)
def test_dates_are_hours_from_the_start(text: str, hours: float) -> None:
    assert moment(text, READING).planned == hours


@pytest.mark.parametrize(
    "text", ["2026-13-01", "tomorrow", "01/02/2026", "9999-01-01", "2026-01-01T00:00+01:00", "@lead"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        moment(text, READING)


def test_steps_go_up_and_down_at_their_dates() -> None:
    read = steps("4; 2026-01-11: 8; @phase: 2", Dimension.NUMBER, READING)
    assert [value_at(read, time) for time in (0.0, 239.0, 240.0, 719.0, 720.0)] == [4.0, 4.0, 8.0, 8.0, 2.0]


@pytest.mark.parametrize("text", ["25", "25 per week", "25/week", "25 racks/week", "25 units per week"])
def test_a_weekly_rate_is_per_hour_inside(text: str) -> None:
    (step,) = steps(text, None, READING, weekly=True)
    assert step.value.dimension is Dimension.RATE
    assert step.value.planned == pytest.approx(25 / 168)


def test_a_weekly_rate_may_be_an_assumption_without_a_unit() -> None:
    (step,) = steps("2 * @pace", None, READING, weekly=True)
    assert step.value.planned == pytest.approx(2 * 21 / 168)
    assert step.value.in_world({"pace": 42.0}) == pytest.approx(2 * 42 / 168)


@pytest.mark.parametrize(
    "text", ["4; 8", "2026-02-01: 4; 2026-01-01: 8", "4;; 2026-01-01: 8", "2026-02-01: 4; 2026-02-01: 5"]
)
def test_steps_without_order_are_refused(text: str) -> None:
    with pytest.raises(CellError):
        steps(text, Dimension.NUMBER, READING)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dig", ("dig", "FS", 0.0, "")),
        ("dig SS", ("dig", "SS", 0.0, "")),
        ("dig FS+5d", ("dig", "FS", 120.0, "")),
        ("dig FS + 5 d", ("dig", "FS", 120.0, "")),
        ("dig FF-2 days", ("dig", "FF", -48.0, "")),
        ("dig SF+1w", ("dig", "SF", 168.0, "")),
        ("dig+6h", ("dig", "FS", 6.0, "")),
        ("dig FS+@lead", ("dig", "FS", 336.0, "lead")),
        ("dig FS-@lead", ("dig", "FS", -336.0, "lead")),
        ("pour-slab FS+1d", ("pour-slab", "FS", 24.0, "")),
    ],
)
def test_links(text: str, expected: tuple[str, str, float, str]) -> None:
    (link,) = links(text, READING)
    assert (link.predecessor, link.kind, link.lag.planned, link.lag.assumption) == expected


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("pour FS+2d..5d", 48.0, 120.0), ("pour SS..12h", 0.0, 12.0), ("pour FF-2d..+1d", -48.0, 24.0),
        ("pour SF-5d..-2d", -120.0, -48.0), ("pour FS + 2d .. @lead", 48.0, 336.0), ("pour..5d", 0.0, 120.0),
    ],
)  # fmt: skip
def test_links_with_a_greatest_lag(text: str, least: float, most: float) -> None:
    (link,) = links(text, READING)
    assert (link.lag.planned, link.max_lag and link.max_lag.planned) == (least, most)


@pytest.mark.parametrize(
    "text",
    [
        "dig XX", "dig FS+", "dig FS+5", "dig, dig", "dig,,pour", "dig FS+5 kW", "dig pour FS", "dig FS+5d..",
        "dig FS..5", "dig FS+5d..2d", "dig FS..2d..5d",
    ],
)  # fmt: skip
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        links(text, READING)


def test_needs_and_deliveries() -> None:
    first, second = needs("crane:1, test_power:132 kW", READING)
    assert (first.id, first.amount.planned) == ("crane", 1.0)
    assert (second.id, second.amount) == ("test_power", Quantity(132.0, Dimension.POWER, unit="kwatt"))
    stations, power = deliveries("work_centre:burn_in+20, power:test_hall+5 MW", READING)
    assert (stations.kind, stations.target, stations.amount.planned) == ("work_centre", "burn_in", 20.0)
    assert (power.kind, power.target, power.amount.planned) == ("power", "test_hall", 5000.0)


@pytest.mark.parametrize("text", ["crane", "crane:", "crane:-1", ":1", "crane:1, crane:2", "crane:x"])
def test_what_is_no_need_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        needs(text, READING)


@pytest.mark.parametrize(
    "text",
    ["burn_in+20", "work_centre:burn_in", "station:burn_in+20", "work_centre:burn_in+-2", "power:a+1 kW, power:a+2 kW"],
)
def test_what_is_no_delivery_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        deliveries(text, READING)


def is_answered(read: Callable[[], object]) -> bool:
    """Whether the text is read, or refused with a remedy."""
    try:
        read()
    except CellError as error:
        return bool(error.remedy)
    return True


def readers(text: str) -> tuple[Callable[[], object], ...]:
    """Every way to read a cell, on a text."""
    return (
        lambda: quantity(text, None, READING),
        lambda: quantity(text, Dimension.TIME, READING),
        lambda: moment(text, READING),
        lambda: steps(text, None, READING),
        lambda: steps(text, None, READING, weekly=True),
        lambda: links(text, READING),
        lambda: needs(text, READING),
        lambda: deliveries(text, READING),
        lambda: identifier(text),
        lambda: whole_number(text, READING),
        lambda: yes_or_no(text, READING),
    )


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_remedy(text: str) -> None:
    assert all(map(is_answered, readers(text)))


CHARACTERS = st.text(alphabet="@*+-:;,. 0123456789eEkMWhd%FSxe_lead/weeks", max_size=25)


@given(CHARACTERS)
def test_text_of_the_grammars_own_letters_is_read_or_refused(text: str) -> None:
    assert all(map(is_answered, readers(text)))
