"""The cash flows of a whole run, from a programme's files on, against the independent check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plantwright.finance import check_cash_flows
from plantwright.model.read import load
from plantwright.workflows.run import Run, work_through

SMALL = Path(__file__).parents[2] / "examples" / "small"


@pytest.fixture(scope="module")
def run() -> Run:
    return work_through(load(SMALL), replications=6, threads=1)


def test_a_whole_run_settles_as_its_records_say(run):
    parts = run.programme, run.schedule, run.plan, run.trials, run.replications
    assert check_cash_flows(*parts, run.cash) == ()


def test_every_shipped_unit_is_paid(run):
    """Twenty cabinets at 260,000 and forty at 255,000."""
    shipped = run.replications.demand_shipped.sum(axis=2)
    paid = run.cash.by_month[run.cash.parties.index("campus"), :, run.cash.kinds.index("sales")].sum()
    assert -paid == pytest.approx(float(np.mean(shipped @ np.array([260e3, 255e3]))))
