"""Calendars: working time against elapsed time, checked against a count of the minutes and against known days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cells import CellError
from plantwright.model.shifts import DAYS, Shifts, calendar, days, months, public_holidays, span, weekdays

MONDAY = date(2026, 1, 5)
DAY_SHIFT = Shifts(week=dict.fromkeys(range(5), ((7.0, 15.5),)))
FAR = date(2026, 3, 1)


def working_minutes(shifts: Shifts, start: date, hours: int) -> set[int]:
    """The minutes from the start in which somebody works, counted one by one."""
    found = set()
    for offset in range(-1, hours // 24 + 1):
        day = start + timedelta(days=offset)
        special = shifts.open or {}
        spans = special[day] if day in special else () if day in shifts.closed else shifts.week.get(day.weekday(), ())
        for begin, end in spans:
            found |= set(range(offset * 1440 + round(begin * 60), offset * 1440 + round(end * 60)))
    for offset in range(-1, hours // 24 + 1):
        for begin, end in shifts.breaks:
            found -= set(range(offset * 1440 + round(begin * 60), offset * 1440 + round(end * 60)))
    return {minute for minute in found if 0 <= minute < hours * 60}


spans = st.builds(lambda begin, length: (begin / 4, (begin + length) / 4), st.integers(0, 95), st.integers(1, 60))
shifts_of_any_kind = st.builds(
    Shifts,
    week=st.dictionaries(st.integers(0, 6), st.lists(spans, min_size=1, max_size=3).map(tuple), min_size=1),
    breaks=st.lists(st.builds(lambda begin: (begin / 4, (begin + 2) / 4), st.integers(0, 93)), max_size=2).map(tuple),
    closed=st.frozensets(st.integers(0, 20).map(lambda n: MONDAY + timedelta(days=n)), max_size=3),
    open=st.dictionaries(
        st.integers(0, 20).map(lambda n: MONDAY + timedelta(days=n)), st.lists(spans, max_size=2).map(tuple), max_size=2
    ),
)


def built(shifts: Shifts) -> Calendar | None:
    try:
        return calendar("any", shifts, MONDAY, FAR)
    except CellError:
        return None


@given(shifts_of_any_kind)
def test_working_hours_are_the_minutes_counted_one_by_one(shifts: Shifts) -> None:
    made = built(shifts)
    if made is None:
        return
    counted = working_minutes(shifts, MONDAY, 24 * 21)
    for quarter in range(0, 24 * 21 * 4, 37):
        expected = sum(1 for minute in counted if minute < quarter * 15) / 60
        assert float(made.worked(quarter / 4)) == pytest.approx(expected, abs=1e-6)


@given(shifts_of_any_kind)
def test_intervals_are_in_order_apart_and_open_at_the_end(shifts: Shifts) -> None:
    made = built(shifts)
    if made is None:
        return
    assert np.all(made.starts < made.ends)
    assert np.all(made.ends[:-1] < made.starts[1:])
    assert made.starts[0] >= 0
    assert made.ends[-1] == np.inf


@given(shifts_of_any_kind, st.floats(0, 2000), st.floats(0, 500), st.floats(0, 500))
def test_work_takes_its_hours_and_no_longer(shifts: Shifts, start: float, work: float, more: float) -> None:
    made = built(shifts)
    if made is None:
        return
    done = float(made.after_work(start, work))
    assert done >= start
    assert float(made.worked(done) - made.worked(start)) == pytest.approx(work, abs=1e-6)
    just_before = max(start, done - 1e-3)
    assert float(made.worked(just_before) - made.worked(start)) <= work + 1e-9
    assert float(made.after_work(done, more)) == pytest.approx(
        float(made.after_work(start, work + more)), abs=1e-6
    ) or (
        float(made.worked(made.after_work(done, more)))
        == pytest.approx(float(made.worked(start)) + work + more, abs=1e-6)
    )


@given(shifts_of_any_kind, st.floats(0, 2000), st.floats(0, 2000))
def test_working_time_never_runs_backwards_nor_faster_than_the_clock(shifts: Shifts, one: float, other: float) -> None:
    made = built(shifts)
    if made is None:
        return
    early, late = sorted((one, other))
    assert -1e-9 <= float(made.worked(late) - made.worked(early)) <= late - early + 1e-9
    assert float(made.after_work(early, 8)) <= float(made.after_work(late, 8)) + 1e-9


@given(shifts_of_any_kind, st.floats(0, 2000))
def test_the_next_working_moment_is_the_first(shifts: Shifts, time: float) -> None:
    made = built(shifts)
    if made is None:
        return
    moment = float(made.next_working(time))
    assert moment >= time
    assert float(made.worked(moment) - made.worked(time)) == pytest.approx(0, abs=1e-9)
    assert float(made.worked(moment + 0.01) - made.worked(moment)) > 0


def test_many_times_at_once_are_the_times_one_by_one() -> None:
    made = calendar("day", DAY_SHIFT, MONDAY, FAR)
    times = np.linspace(0, 1000, 97)
    assert np.array_equal(made.worked(times), [made.worked(t) for t in times])
    assert np.array_equal(made.after_work(times, 5.0), [made.after_work(t, 5.0) for t in times])
    assert np.array_equal(made.next_working(times), [made.next_working(t) for t in times])


def test_work_that_ends_with_the_shift_does_not_slip_to_the_next_day() -> None:
    made = calendar("day", DAY_SHIFT, MONDAY, FAR)
    assert float(made.after_work(7.0, 8.5)) == 15.5
    assert float(made.after_work(7.0, sum([0.1] * 85))) == pytest.approx(15.5)
    assert float(made.after_work(0.0, 0.0)) == 0.0
    assert float(made.after_work(20.0, 0.0)) == 20.0
    assert float(made.after_work(4 * 24 + 15.0, 1.0)) == 7 * 24 + 7.5


def test_rounding_never_carries_work_over_into_the_next_shift() -> None:
    """Shifts of 7 hours 40 minutes have no exact length in binary: sums of them may miss their ends by a bit."""
    begin, end = span("07:10-14:50")
    made = calendar("odd", Shifts(week=dict.fromkeys(range(5), ((begin, end),))), MONDAY, FAR)
    for tenths in range(70):
        start = begin + tenths / 10
        for later_days in range(5):
            done = float(made.after_work(start, (end - start) + later_days * (end - begin)))
            assert done == pytest.approx(24 * later_days + end, abs=1e-6)


def test_the_continuous_calendar_counts_elapsed_time() -> None:
    always = continuous()
    assert always.is_continuous
    assert float(always.worked(17.5)) == 17.5
    assert float(always.after_work(3.0, 4.0)) == 7.0
    assert (always.hours_per_day, always.hours_per_week) == (24.0, 168.0)


def test_shifts_round_the_clock_are_continuous() -> None:
    made = calendar("all", Shifts(week=dict.fromkeys(range(7), ((6.0, 14.0), (14.0, 22.0), (22.0, 30.0)))), MONDAY, FAR)
    assert made.is_continuous
    assert (made.hours_per_day, made.hours_per_week) == (24.0, 168.0)


def test_a_days_and_a_weeks_work_follow_from_the_shifts() -> None:
    two_shifts = Shifts(week=dict.fromkeys(range(5), ((6.0, 14.0), (14.0, 22.0))), breaks=((10.0, 10.5), (18.0, 18.5)))
    made = calendar("two", two_shifts, MONDAY, FAR)
    assert (made.hours_per_day, made.hours_per_week) == (15.0, 75.0)


def test_a_night_shift_of_sunday_counts_once() -> None:
    made = calendar("night", Shifts(week={6: ((22.0, 30.0),)}), MONDAY, FAR)
    assert made.hours_per_week == 8.0
    assert (float(made.starts[0]), float(made.ends[0])) == (0.0, 6.0)


def test_the_night_shift_before_a_closed_day_works_to_its_end() -> None:
    closed = Shifts(week=dict.fromkeys(range(7), ((22.0, 30.0),)), closed=frozenset({MONDAY}))
    made = calendar("night", closed, MONDAY, FAR)
    assert float(made.ends[0]) == 6.0
    assert float(made.starts[1]) == 24.0 + 22.0


def test_independence_day_of_ohio_is_free_and_may_be_opened() -> None:
    friday = date(2026, 7, 3)  # 4 July 2026 is a Saturday, observed on the Friday before
    assert friday in public_holidays("US-OH", range(2026, 2027))
    free = calendar("a", Shifts(week=DAY_SHIFT.week, holidays=("US-OH",)), MONDAY, date(2026, 12, 31))
    opened = Shifts(week=DAY_SHIFT.week, holidays=("US-OH",), open={friday: ((8.0, 12.0),)})
    at = (friday - MONDAY).days * 24.0
    assert float(free.worked(at + 24) - free.worked(at)) == 0.0
    made = calendar("b", opened, MONDAY, date(2026, 12, 31))
    assert float(made.worked(at + 24) - made.worked(at)) == 4.0


def test_a_year_of_day_shifts_has_the_working_days_of_that_year() -> None:
    """Ohio's public holidays of 2026 on weekdays: 11 (5 U.S.C. 6103, 4 July observed on Friday the 3rd)."""
    made = calendar("a", Shifts(week=DAY_SHIFT.week, holidays=("US-OH",)), date(2026, 1, 1), date(2026, 12, 31))
    weekdays_of_2026 = sum(1 for n in range(365) if (date(2026, 1, 1) + timedelta(days=n)).weekday() < 5)
    assert weekdays_of_2026 == 261
    free = sum(1 for day in public_holidays("US-OH", range(2026, 2027)) if day.weekday() < 5 and day.year == 2026)
    assert free == 11
    assert float(made.worked(365 * 24)) == pytest.approx((261 - 11) * 8.5)


def test_the_calendar_is_spelled_out_for_three_years_past_the_horizon() -> None:
    made = calendar("a", DAY_SHIFT, MONDAY, FAR)
    last = datetime(2026, 1, 5) + timedelta(hours=float(made.starts[-1]))
    assert last == datetime(2029, 3, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07:00-15:30", (7.0, 15.5)),
        ("22:00-06:00", (22.0, 30.0)),
        ("00:00-24:00", (0.0, 24.0)),
        ("6:15 - 14:45", (6.25, 14.75)),
    ],
)
def test_shifts_are_read(text: str, expected: tuple[float, float]) -> None:
    assert span(text) == expected


@pytest.mark.parametrize("text", ["7-15", "07:00", "25:00-26:00", "07:61-08:00", "07:00-24:30", ""])
def test_what_is_no_shift_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        span(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("mon-fri", (0, 1, 2, 3, 4)), ("sat", (5,)), ("mon, wed, fri", (0, 2, 4)), ("sat-mon", (5, 6, 0)), ("Sun", (6,))],
)
def test_weekdays_are_read(text: str, expected: tuple[int, ...]) -> None:
    assert weekdays(text) == expected
    assert len(DAYS) == 7


def test_days_are_read_with_both_ends() -> None:
    assert days("2026-12-24") == {date(2026, 12, 24)}
    assert len(days("2026-12-26..2027-01-02")) == 8
    for text in ("2027-01-02..2026-12-26", "christmas", "2026-12-26..", "0001-01-01..9999-01-01"):
        with pytest.raises(CellError):
            days(text)


def days_worked(each: Calendar, first: int, last: int) -> int:
    return round(float(each.worked(last * 24.0) - each.worked(first * 24.0)) / 8.5)


def test_weather_takes_its_share_of_the_working_days_evenly():
    wet = Shifts(week=DAY_SHIFT.week, weather={1: 0.2, 2: 0.5}, open={date(2026, 2, 7): ((7.0, 15.5),)})
    dry, found = (
        calendar("dry", DAY_SHIFT, MONDAY, date(2026, 12, 31)),
        calendar("wet", wet, MONDAY, date(2026, 12, 31)),
    )
    assert (days_worked(dry, 0, 27), days_worked(found, 0, 27)) == (20, 16)
    assert (days_worked(dry, 27, 55), days_worked(found, 27, 55)) == (20, 11)
    assert days_worked(dry, 55, 300) == days_worked(found, 55, 300)
    assert (found.hours_per_day, found.hours_per_week) == (dry.hours_per_day, dry.hours_per_week)
    gaps = np.diff(found.starts[found.starts < 27 * 24])
    assert gaps.max() <= 4 * 24


def test_a_calendar_that_never_works_before_the_horizon_is_refused():
    closed = frozenset(MONDAY + timedelta(days=n) for n in range(80))
    for shifts in (
        Shifts(week=DAY_SHIFT.week, closed=closed),
        Shifts(week=DAY_SHIFT.week, weather=dict.fromkeys(range(13), 1.0)),
    ):
        with pytest.raises(CellError, match="no working time before the horizon"):
            calendar("shut", shifts, MONDAY, FAR)


def test_months_are_named_alone_and_in_ranges():
    assert months("nov-feb") == (11, 12, 1, 2)
    assert months("jul, sep-oct") == (7, 9, 10)
    with pytest.raises(CellError, match="no month"):
        months("july")
