"""What is paid is paid: the costs of a programme under way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.scheduling.problems import day_shift, programme, resource, task, uncertain
from tests.scheduling.underway import began, ended, under_way

from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.underway import as_spent, cost_planned, remaining_work, share_done


def dollars(amount: float) -> Quantity:
    return Quantity(amount, Dimension.MONEY)


def crewed():
    crew = resource("crew", ((0, 2),)).model_copy(update={"cost": Quantity(10.0, Dimension.MONEY_RATE)})
    job = task("dig", 16, needs=(("crew", 1),), calendar="day", cost=40)
    return programme((job, task("pour", 8, (("dig", "FS", 0),), cost=100)), (crew,), calendars=(day_shift(),))


def paid(plan, name, worked):
    """What a task costs when its crews are paid for the hours worked, as the money's part counts them."""
    mode = as_spent(plan).task[name].modes[0]
    return mode.cost.planned + sum(need.amount.planned * 10.0 * worked for need in mode.needs)


def test_a_finished_task_costs_what_it_cost_however_long_it_took():
    plan = crewed()
    assert cost_planned(plan, plan.tasks[0].modes[0]) == 200
    # Three days of eight hours were worked instead of two.
    late = under_way(plan, 100, ended("dig", 8, 64))
    assert paid(late, "dig", 24) == pytest.approx(200)
    stated = under_way(plan, 100, ended("dig", 8, 64, actual_cost=dollars(300)))
    assert paid(stated, "dig", 24) == pytest.approx(300)


def test_what_a_finished_task_cost_is_certain():
    price, entry = uncertain("price", 50, 100, 300)
    job = task("dig", 16)
    job = replace(job, modes=(replace(job.modes[0], cost=replace(price, dimension=Dimension.MONEY)),))
    plan = programme((job,), assumptions=(entry,))
    assert as_spent(under_way(plan, 20, ended("dig", 0, 16))).tasks[0].modes[0].cost.assumption == ""
    assert as_spent(under_way(plan, 20, began("dig", 0, 8))).tasks[0].modes[0].cost.assumption == "price"


def test_a_running_task_costs_what_it_has_and_what_is_to_come():
    plan = under_way(crewed(), 20, began("dig", 8, 8, actual_cost=dollars(150)))
    assert share_done(plan, plan.tasks[0]) == 0.5
    assert cost_planned(plan, as_spent(plan).tasks[0].modes[0]) == pytest.approx(150 + 100)


def test_a_plain_rest_spreads_as_the_whole_does_and_an_assumed_one_by_itself():
    hours, entry = uncertain("pace", 10, 20, 60)
    plan = programme((task("dig", hours),), assumptions=(entry,))
    rest = remaining_work(under_way(plan, 10, began("dig", 0, hours.planned / 2)), plan.tasks[0])
    assert (rest.assumption, rest.factor, rest.planned) == (
        "pace",
        pytest.approx(0.5),
        pytest.approx(hours.planned / 2),
    )


def test_without_progress_nothing_changes():
    plan = crewed()
    assert as_spent(plan) is plan
