"""The checkers find each kind of breach: a good schedule is spoilt in one place at a time."""

from dataclasses import replace

import pytest
from tests.scheduling.problems import day_shift, programme, resource, task

from plantwright.scheduling import Status, check_schedule, check_solution, schedule
from plantwright.scheduling.problem import Link, Mode, Problem, Resource, Solution, Stage, Stock, Task, WorkingTime


@pytest.fixture(scope="module")
def plan():
    tasks = (
        task("a", 16, calendar="day", needs=(("crew", 1),), cost=10, release=20.0),
        task("b", 16, (("a", "FS", 2),), (("crew", 2),), deadline=500.0),
        task("c", 10, needs=(("crew", 1),), cost=20),
    )
    return programme(tasks, (resource("crew", ((0, 2),)),), calendars=(day_shift(),), budget=30.0)


def _spoil(found, number, **changes):
    tasks = list(found.tasks)
    tasks[number] = replace(tasks[number], **changes)
    return replace(found, tasks=tuple(tasks))


@pytest.mark.parametrize(
    ("number", "changes", "part"),
    [
        (0, {"start": 8.0, "finish": 40.0}, "before its release"),
        (0, {"finish": 200.0}, "works"),
        (0, {"start": 40.0}, "starts in a break"),
        (1, {"start": 0.0, "finish": 16.0}, "breaks its link FS to 'a'"),
        (1, {"start": 600.0, "finish": 616.0}, "after its deadline"),
        (1, {"mode": "none"}, "no mode 'none'"),
        (2, {"start": 70.0, "finish": 80.0}, "overdrawn"),
    ],
)
def test_a_spoilt_schedule_is_found_out(plan, number, changes, part):
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert any(part in issue for issue in check_schedule(plan, _spoil(found, number, **changes)))


def test_a_missing_task_a_false_handover_and_a_spent_budget_are_found_out(plan):
    found = schedule(plan)
    assert "every task" in check_schedule(plan, replace(found, tasks=found.tasks[1:]))[0]
    assert any("takes units" in issue for issue in check_schedule(plan, replace(found, order=(("b", "a"),))))
    poorer = replace(
        plan, objective=plan.objective.model_copy(update={"budget": replace(plan.objective.budget, planned=5.0)})
    )
    assert any("the budget is" in issue for issue in check_schedule(poorer, found))


GOOD = Solution(Status.FEASIBLE, (1, 5), (5, 7), (0, 0), (7, 3), (7, 3))
PROBLEM = Problem(
    tasks=(
        Task("a", (Mode(3, (2,), (1,), 2, 0),), deadline=6),
        Task("b", (Mode(2, (1,), (1,), 1), Mode(2, (0,), (9,), 1)), release=4),
    ),
    links=(Link(0, 1, lag=0, max_lag=3),),
    resources=(Resource("crew", ((0, 2), (7, 1))),),
    stocks=(Stock("budget", 3),),
    calendars=(WorkingTime("shift", ((1, 3), (4, 9))),),
    horizon=20,
    objectives=(Stage.MAKESPAN, Stage.COST),
)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"start": (1,)}, "every task"),
        ({"finish": (4, 7)}, "works 2 of 3"),
        ({"start": (3, 5), "finish": (7, 7)}, "break"),
        ({"start": (4, 7), "finish": (7, 9), "values": (9, 3)}, "deadline"),
        ({"start": (1, 3), "finish": (5, 5)}, "release"),
        ({"start": (1, 4), "finish": (5, 6), "values": (6, 3)}, "link FS"),
        ({"start": (1, 9), "finish": (5, 11), "values": (11, 3)}, "link FS"),
        ({"start": (1, 4), "finish": (5, 6), "values": (6, 3)}, "overdrawn at tick 4"),
        ({"mode": (0, 1)}, "stock 'budget' is overdrawn"),
        ({"values": (6, 3)}, "the makespan is 7"),
        ({"values": (7, 2)}, "the cost is 3"),
        ({"bounds": (8, 3)}, "above its value"),
    ],
)
def test_a_spoilt_solution_is_found_out(changes, part):
    assert check_solution(PROBLEM, GOOD) == []
    assert any(part in issue for issue in check_solution(PROBLEM, replace(GOOD, **changes)))
