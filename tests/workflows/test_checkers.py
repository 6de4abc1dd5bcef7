"""Every result of the examples passes the independent checkers, and a broken result does not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from plantwright.finance import check_cash_flows
from plantwright.model.read import load
from plantwright.planning.check import check_plan
from plantwright.scheduling import check_schedule
from plantwright.simulation.check import check_replications
from plantwright.workflows.run import Run, work_through

EXAMPLES = Path(__file__).parents[2] / "examples"
BOTH = [pytest.param("small"), pytest.param("ohio", marks=[pytest.mark.slow, pytest.mark.xdist_group("ohio")])]


@cache
def run_of(example: str) -> Run:
    return work_through(load(EXAMPLES / example), replications=8, seed=3)


@pytest.mark.parametrize("example", BOTH)
def test_schedule_breaks_no_link_and_overfills_no_resource(example):
    run = run_of(example)
    assert list(check_schedule(run.programme, run.schedule)) == []


@pytest.mark.parametrize("example", BOTH)
def test_plan_uses_no_part_before_it_is_there(example):
    run = run_of(example)
    assert check_plan(run.programme, run.schedule, run.plan) == ()


@pytest.mark.parametrize("example", BOTH)
def test_replications_make_no_unit_from_nothing(example):
    run = run_of(example)
    assert check_replications(run.programme, run.plan, run.replications) == ()


@pytest.mark.parametrize("example", BOTH)
def test_money_is_neither_made_nor_lost(example):
    run = run_of(example)
    assert check_cash_flows(run.programme, run.schedule, run.plan, run.trials, run.replications, run.cash) == ()


def test_trials_with_planned_durations_never_start_before_the_links_allow():
    run = run_of("ohio")
    names = {task: k for k, task in enumerate(run.trials.tasks)}
    before, after = np.array([(names[a], names[b]) for a, b in run.schedule.order]).T
    assert (run.trials.start[:, after] >= run.trials.finish[:, before] - 1e-6).all()


def test_checkers_see_what_is_broken():
    run = run_of("small")
    early = replace(run.schedule, tasks=tuple(replace(t, start=0.0) for t in run.schedule.tasks))
    assert list(check_schedule(run.programme, early))
    assert check_plan(run.programme, run.schedule, replace(run.plan, purchase_orders=()))
    assert check_replications(run.programme, run.plan, replace(run.replications, shipped=run.replications.shipped + 9))
    richer = replace(run.cash, by_month=run.cash.by_month * np.linspace(1, 2, len(run.cash.parties))[:, None, None])
    assert check_cash_flows(run.programme, run.schedule, run.plan, run.trials, run.replications, richer)
