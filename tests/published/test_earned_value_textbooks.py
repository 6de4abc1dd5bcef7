"""Earned value and earned schedule against worked examples of textbooks, and what has to hold of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.scheduling.problems import day_shift, programme, task
from tests.scheduling.underway import at, began, ended, under_way

from plantwright.model.progress import BaselineTask
from plantwright.model.quantity import Dimension, Quantity
from plantwright.reporting.earned_value import EarnedValue, curves, earned_value


def money(amount: float) -> Quantity:
    return Quantity(amount, Dimension.MONEY)


def agreed(name: str, start: float, finish: float, cost: float) -> BaselineTask:
    return BaselineTask(task=name, start=at(start), finish=at(finish), cost=money(cost))


def fence():
    """Four sides of a fence, a day and 1,000 dollars each, seen at the end of day three."""
    sides = tuple(task(f"side_{n}", 24, () if n == 1 else ((f"side_{n - 1}", "FS", 0),)) for n in (1, 2, 3, 4))
    plan = under_way(
        programme(sides), 72,
        ended("side_1", 0, 24, actual_cost=money(1000)),
        ended("side_2", 24, 54, actual_cost=money(1200)),
        began("side_3", 54, 12, percent_complete=Quantity(0.5), actual_cost=money(600)),
    )  # fmt: skip
    return replace(plan, baseline=tuple(agreed(f"side_{n}", 24 * n - 24, 24 * n, 1000) for n in (1, 2, 3, 4)))


def test_mulcahy_fence():
    """Mulcahy, PMP Exam Prep, the fence exercise (as at studylib.net/doc/5898152/earned-value-exercise)."""
    found = earned_value(fence())[0]
    assert (found.pv, found.ev, found.ac, found.bac) == (3000, 2500, 2800, 4000)
    assert (found.cv, found.sv) == (-300, -500)
    assert found.cpi == pytest.approx(0.893, abs=5e-4)
    assert found.spi == pytest.approx(0.833, abs=5e-4)
    # The book rounds the CPI to 0.893 before it divides: 4,479 and what follows from it.
    assert found.eac == pytest.approx(4479, abs=1.5)
    assert found.etc == pytest.approx(1679, abs=1.5)
    assert found.vac == pytest.approx(-479, abs=1.5)
    assert found.tcpi == pytest.approx(1500 / 1200)
    # Half of the third side is earned at two and a half days, half a day late.
    assert (found.es / 24, found.sv_time / 24) == (pytest.approx(2.5), pytest.approx(-0.5))
    assert found.duration_at_completion / 24 == pytest.approx(4 * 3 / 2.5)


def test_design_build_test_forecast():
    """Design, build and test for 500: EV 200, PV 300, AC 250 (as at wnwk.com/doc/3476926)."""
    found = EarnedValue("All", bac=500, pv=300, ev=200, ac=250, es=0, at=0, pd=0)
    assert (found.cv, found.sv, found.cpi) == (-50, -100, 0.8)
    assert found.spi == pytest.approx(0.67, abs=5e-3)
    assert (found.eac, found.etc, found.vac) == (625, 375, -125)
    assert found.eac_as_planned == 550
    assert found.eac_by_both == pytest.approx(250 + 300 / (0.8 * 2 / 3))


def test_lipke_earned_schedule_is_interpolated_within_the_month():
    """Lipke, Earned Schedule Concept: ES = 5 + (EV - PV(May)) / (PV(June) - PV(May)) at the end of July, AT = 7."""
    monthly = (10, 20, 30, 40, 50, 60, 40, 20)
    tasks = tuple(task(f"month_{n}", 24) for n in range(8))
    rows = [ended(f"month_{n}", 24 * n, 24 * n + 24) for n in range(5)]
    half = began("month_5", 120, 12, percent_complete=Quantity(0.3))
    plan = under_way(programme(tasks), 7 * 24, *rows, half)
    plan = replace(plan, baseline=tuple(agreed(f"month_{n}", 24 * n, 24 * n + 24, c) for n, c in enumerate(monthly)))
    found = earned_value(plan)[0]
    assert found.ev == pytest.approx(150 + 18)
    assert found.es / 24 == pytest.approx(5 + (found.ev - 150) / (210 - 150))
    assert found.spi_time == pytest.approx((5.3) / 7)


def test_at_the_end_spi_is_one_but_spi_in_time_still_tells_the_lateness():
    """Lipke (2003): why schedule is different. The work took six days instead of four."""
    sides = tuple(task(f"side_{n}", 24) for n in (1, 2))
    plan = under_way(programme(sides), 144, ended("side_1", 0, 72), ended("side_2", 72, 144))
    plan = replace(plan, baseline=(agreed("side_1", 0, 48, 500), agreed("side_2", 48, 96, 500)))
    found = earned_value(plan)[0]
    assert (found.spi, found.sv) == (1, 0)
    assert found.spi_time == pytest.approx(4 / 6)
    assert (found.etc, found.tcpi) == (0, 0)


def test_planned_value_grows_with_working_time_alone():
    plan = programme((task("dig", 40, calendar="day"),), calendars=(day_shift(),))
    # The whole of the weekend, from Friday evening to Monday morning, plans nothing.
    plan = replace(plan, baseline=(agreed("dig", 8 + 2 * 24, 7 * 24 + 24 + 16, 1000),))
    at_weekend = [earned_value(under_way(plan, hours))[0].pv for hours in (4 * 24 + 16, 6 * 24, 7 * 24 + 8)]
    assert at_weekend == [pytest.approx(600)] * 3


def test_areas_and_parties_add_up_and_the_curve_ends_in_the_totals():
    plan = fence()
    tasks = tuple(replace(t, area="north" if n < 2 else "south") for n, t in enumerate(plan.tasks))
    plan = replace(plan, tasks=tasks)
    whole, north, south = earned_value(plan)
    for name in ("bac", "pv", "ev", "ac"):
        assert getattr(north, name) + getattr(south, name) == pytest.approx(getattr(whole, name))
    drawn = curves(plan)
    assert drawn.at[len(drawn.earned) - 1] == 72
    assert (drawn.earned[-1], drawn.actual[-1], drawn.planned[-1]) == (whole.ev, whole.ac, whole.bac)
    assert list(drawn.planned) == sorted(drawn.planned)


def test_without_baseline_or_status_date_there_is_none():
    assert earned_value(programme((task("dig", 5),))) == ()
