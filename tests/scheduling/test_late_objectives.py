"""Objectives that want tasks later than as early as possible: net present value, smooth crews, least change."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.scheduling.problems import programme, quantity, resource, task

from plantwright.model.programme import BaselineTask
from plantwright.model.quantity import Dimension, Quantity
from plantwright.scheduling import check_schedule, check_solution, conversion_trials, schedule, solve
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import PRESENT, Due, Event, Link, Mode, Problem, Resource, Stage, Task

GROWTH = 0.01


def paying(number: int, duration: int, event: Event, amount: int, units: int = 1) -> Task:
    return Task(f"t{number}", (Mode(duration, (units,), dues=(Due(number, event, PRESENT, amount),)),))


def three_tasks() -> Problem:
    tasks = (paying(0, 4, Event.START, 500), paying(1, 3, Event.FINISH, 900), paying(2, 6, Event.PROGRESS, 600))
    return Problem(
        tasks, (Link(0, 1),), (Resource("crew", ((0, 2),), levelled=True),), horizon=14,
        objectives=(Stage.MAKESPAN, Stage.PRESENT_COST), growth=GROWTH,
    )  # fmt: skip


def test_what_need_not_be_paid_yet_is_paid_late():
    found = solve(three_tasks(), effort=2.0)
    assert check_solution(three_tasks(), found) == []
    assert found.makespan == 7
    # The chain of seven ticks cannot wait; the third task ends with it.
    assert found.start == (0, 4, 1)
    expected = 500 + 900 * np.exp(-GROWTH * 7) + 100 / GROWTH * (np.exp(-GROWTH) - np.exp(-GROWTH * 7))
    assert found.values == (7, round(expected))


def test_present_cost_and_levelling_are_evaluated_alike_by_generator_and_model():
    problem = replace(three_tasks(), objectives=(Stage.PRESENT_COST, Stage.LEVELLING, Stage.MAKESPAN))
    found = generate(problem, schedules=20)
    assert check_solution(problem, found) == []


def test_crews_are_smoothed_as_far_as_the_end_allows():
    tasks = tuple(Task(f"t{n}", (Mode(d, (u,)),)) for n, (d, u) in enumerate([(8, 1), (2, 2), (2, 2), (2, 2)]))
    problem = Problem(
        tasks, resources=(Resource("crew", ((0, 6),), levelled=True),), horizon=20,
        objectives=(Stage.MAKESPAN, Stage.LEVELLING),
    )  # fmt: skip
    found = solve(problem, effort=1.0)
    assert check_solution(problem, found) == []
    assert found.makespan == 8
    best = min(
        sum((1 + 2 * sum(s <= tick < s + 2 for s in starts)) ** 2 for tick in range(8))
        for starts in product(range(7), repeat=3)
    )
    assert found.values[1] == best * 100 // 36
    assert len(set(found.start[1:])) == 3


def test_money_is_kept_back_in_the_plan_and_in_its_trials():
    tasks = (
        task("long", 2000), replace(task("order", 100, cost=1e6), payer="owner"),
        task("open", 10, (("long", "FS", 0), ("order", "FS", 0))),
    )  # fmt: skip
    plan = replace(programme(tasks, order=("finish", "npv")), discount_rate=Quantity(0.1))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert found.finish == 2010
    assert found.task["order"].start == 1900
    assert found.objectives["npv"] == pytest.approx(1e6 * 1.1 ** (-1950 / 8760), rel=1e-4)
    trials = conversion_trials(plan, found, 1, range(1))
    assert trials.start[0].tolist() == [done.start for done in found.tasks]


def test_the_baseline_is_kept_where_nothing_speaks_against_it():
    tasks = (task("a", 20, needs=(("crew", 1),)), task("b", 20, needs=(("crew", 1),)), task("end", 80))
    agreed = tuple(
        BaselineTask(task=name, start=quantity(start, Dimension.DATE), finish=quantity(start + 20, Dimension.DATE))
        for name, start in (("a", 50), ("b", 10))
    )
    plan = replace(programme(tasks, (resource("crew", ((0, 1),)),), order=("finish", "change")), baseline=agreed)
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert found.objectives == {"finish": 80.0, "change": 0.0}
    assert (found.task["a"].start, found.task["b"].start) == (50.0, 10.0)


def test_levelling_spreads_a_crew_within_the_finish():
    tasks = (task("long", 80), *(task(f"t{n}", 20, needs=(("crew", 1),)) for n in range(4)))
    plan = programme(tasks, (resource("crew", ((0, 4),)),), order=("finish", "levelling"))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert found.finish == 80
    # Moving one task at a time comes near the best, a crew of one all along.
    assert 80 / 16 <= found.objectives["levelling"] <= 1.05 * 80 / 16
