"""The headline figures against counts made by hand, and their JSON against what other programs rely on."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from plantwright.model.outcome import Metric
from plantwright.reporting import as_json, outcome, summary
from plantwright.reporting.outcome import bottlenecks, first_unit_shipped, levels_shown, months
from plantwright.reporting.serial import as_text

STATISTICS = {"unit", "mean", "p10", "p20", "p50", "p80", "p90", "share"}


def test_every_figure_that_was_promised_is_there(small):
    metrics = as_json(small.outcome)["metrics"]
    for name in ("first_unit_shipped", "conversion_finished", "compute_energised_mw", "capital_spent"):
        assert set(metrics[name]) >= STATISTICS
    for group in ("units_shipped", "energised_by_month", "net_present_value", "milestones"):
        assert metrics[group]
        assert all(set(entry) == STATISTICS for entry in metrics[group].values())
    assert set(metrics["compute_energised_mw"]["by_item"]) == {"cabinet"}
    assert set(metrics["units_shipped"]) == {"cabinet"}
    assert set(metrics["net_present_value"]) == set(small.cash.parties)
    assert next(iter(metrics["energised_by_month"])) == "2026-01"
    assert len(metrics["energised_by_month"]) == 12


def test_json_holds_no_number_that_json_cannot(small):
    results = replace(small.replications, first_shipped=np.full_like(small.replications.first_shipped, np.nan))
    parts = small.schedule, small.plan, small.trials
    found = outcome(small.programme, *parts, results, small.cash, {})
    entry = json.loads(as_text(found))["metrics"]["first_unit_shipped"]
    assert entry == {"unit": "date", "share": 0} | dict.fromkeys(STATISTICS - {"unit", "share"})


def test_the_same_run_says_the_same_bytes(small, make):
    again = make(small.programme)
    assert as_text(again.outcome) == as_text(small.outcome)


def test_first_unit_is_the_earliest_of_what_customers_order(small):
    items = small.replications.items
    shipped = np.full((1, len(items)), np.nan)
    shipped[0, items.index("cabinet")] = 500.0
    shipped[0, items.index("hose")] = 1.0
    assert first_unit_shipped(small.programme, replace(small.replications, first_shipped=shipped)) == [500.0]


def test_a_month_shows_what_is_energised_at_its_end(small):
    results = small.replications
    kw = np.zeros_like(results.energised_kw)
    kw[:, 4:] = 300.0  # the fifth week ends on 9 February
    found = outcome(small.programme, small.schedule, small.plan, small.trials, replace(results, energised_kw=kw),
                    small.cash, {})  # fmt: skip
    by_month = {m.name: m.p50 for m in found.metrics["energised_by_month"]}
    assert (by_month["2026-01"], by_month["2026-02"], by_month["2026-12"]) == (0.0, 0.3, 0.3)


def test_levels_are_reached_at_the_end_of_their_week(small):
    results = small.replications
    kw = np.zeros_like(results.energised_kw)
    kw[:5, 10:] = 500.0
    found = outcome(small.programme, small.schedule, small.plan, small.trials, replace(results, energised_kw=kw),
                    small.cash, {})  # fmt: skip
    level = found.metrics["energised_0.5_mw"]
    assert isinstance(level, Metric)
    assert (level.p10, level.p50, level.share) == ("2026-03-23", None, 0.25)
    assert levels_shown(small.programme) == (0.05, 0.1, 0.2, 0.5)


def test_a_months_waiting_adds_to_one(small):
    totals: dict[str, float] = {}
    for row in small.outcome.bottlenecks:
        totals[row.period] = totals.get(row.period, 0.0) + row.share
    assert set(totals) == {month.isoformat() for month in months(small.programme)}
    assert list(totals.values()) == pytest.approx([1.0] * len(totals))


def test_what_binds_is_the_cause_with_the_waiting(small):
    waits = np.zeros_like(small.replications.waits)
    waits[:, 2, 0] = 10.0
    waits[:, 3, 0] = 30.0
    rows = list(bottlenecks(small.programme, replace(small.replications, waits=waits)))
    causes = small.replications.causes
    assert [((row.kind, row.object), row.share) for row in rows] == [(causes[3], 0.75), (causes[2], 0.25)]


def test_the_summary_says_dates_megawatts_and_money(small):
    from rich.console import Console

    console = Console(width=110, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(summary(small.outcome))
    text = console.export_text()
    console.file.close()
    for words in (
        "Harbour hall",
        "First unit shipped",
        "8 of 10 worlds",
        "Compute energised",
        "Net present value",
        "kW",
    ):
        assert words in text


def test_a_number_without_bounds_is_null_in_json(small):
    endless = Metric("mw", "MW", np.inf, 0.0, 1.0, np.nan, 2.0)
    entry = as_json(replace(small.outcome, metrics={"mw": endless}))["metrics"]["mw"]
    assert (entry["mean"], entry["p50"], entry["p80"]) == (None, 1.0, None)
