"""How the conversion stands, in the report: what is drawn is what was computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.reporting.conftest import MadeUp, made_up

from plantwright.model.read import load
from plantwright.model.usage import usage_of
from plantwright.reporting.earned_value import curves, earned_value
from plantwright.reporting.gantt import whole_gantt
from plantwright.reporting.histogram import histograms
from plantwright.reporting.page import report
from plantwright.reporting.standing import s_curve

UNDERWAY = Path(__file__).parents[2] / "examples" / "underway"


@pytest.fixture(scope="module")
def run() -> MadeUp:
    return made_up(load(UNDERWAY))


def drawn(figure, name):
    return next(trace for trace in figure.plot.data if trace.name == name)


def test_the_gantt_chart_shows_every_baseline_and_the_status_date(run: MadeUp) -> None:
    chart = whole_gantt(run)
    x = drawn(chart, "baseline").x
    assert len(x) == 3 * len(run.programme.baseline)
    agreed = {run.programme.moment(row.start.planned).isoformat(timespec="minutes") for row in run.programme.baseline}
    assert set(x[0::3]) == agreed
    [line] = chart.plot.layout.shapes
    assert (line.x0, line.x1) == ("2026-02-23T00:00", "2026-02-23T00:00")


def test_a_programme_that_has_not_begun_has_neither(run: MadeUp) -> None:
    fresh = replace(run, programme=replace(run.programme, status_date=None, progress=(), baseline=()))
    chart = whole_gantt(fresh)
    assert [trace.name for trace in chart.plot.data if trace.name == "baseline"] == []
    assert chart.plot.layout.shapes == ()
    assert "is earned where" not in report(fresh)


def test_the_histogram_is_the_use_of_each_resource(run: MadeUp) -> None:
    [(name, figure)] = histograms(run)
    steps = [each for each in usage_of(run.programme, run.schedule) if each.resource == "electricians"]
    assert name == "Electricians"
    assert list(drawn(figure, "in use").y)[:-1] == [each.in_use for each in steps]
    assert list(drawn(figure, "there").y)[:-1] == [each.capacity for each in steps]


def test_the_curve_ends_in_the_figures_of_the_table(run: MadeUp) -> None:
    whole, figure = earned_value(run.programme)[0], s_curve(run)
    assert drawn(figure, "earned value").y[-1] == pytest.approx(whole.ev / 1e6)
    assert drawn(figure, "actual cost").y[-1] == pytest.approx(whole.ac / 1e6)
    assert drawn(figure, "planned value").y[-1] == pytest.approx(curves(run.programme).planned[-1] / 1e6)


def test_the_report_names_the_checks_that_failed(run: MadeUp) -> None:
    page = report(run)
    assert "<strong>0 of 1</strong> checks" in page
    assert "rigs (9)" in page
