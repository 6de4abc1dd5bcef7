import pytest

from plantwright.scheduling.arrays import topological_order
from plantwright.scheduling.problem import Link, Mode, Problem, ProblemError, Resource, Task, WorkingTime
from plantwright.scheduling.solve import solve


def test_every_reason_is_given_at_once():
    with pytest.raises(ProblemError) as refused:
        Problem(
            tasks=(Task("a", ()), Task("b", (Mode(-1),), release=-1), Task("c", (Mode(1, calendar=3),))),
            links=(Link(0, 0), Link(0, 9), Link(0, 1, lag=3, max_lag=2)),
            resources=(Resource("crew", ((2, 1),)),),
            calendars=(WorkingTime("never", ()), WorkingTime("mixed", ((4, 6), (1, 2)))),
            objectives=(),
        )
    text = str(refused.value)
    for part in (
        "'a' has no mode", "negative release", "negative duration", "calendar that is not there", "linked to itself",
        "names a task that is not there", "maximum lag below its minimum", "'crew' do not begin at 0",
        "'never' has no working time", "'mixed' are not sorted", "objectives are empty", "number for every resource",
    ):  # fmt: skip
        assert part in text


def test_a_circle_is_named_with_its_path():
    tasks = tuple(Task(name, (Mode(1),)) for name in ("start", "dig", "pour", "cure", "end"))
    links = (Link(0, 1), Link(1, 2), Link(2, 3), Link(3, 1), Link(3, 4))
    problem = Problem(tasks=tasks, links=links, horizon=9)
    with pytest.raises(ProblemError, match="dig -> pour -> cure -> dig"):
        topological_order(problem)
    with pytest.raises(ProblemError, match="circle"):
        solve(problem)


def test_a_problem_without_tasks_is_solved():
    assert solve(Problem(())).values == (0,)
