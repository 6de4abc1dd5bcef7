"""Why there is no schedule: the smallest sets that clash, confirmed by fresh searches, and what is enough to change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import crash, day_shift, programme, quantity, resource, task

from plantwright.model.cells import Reading, payment
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Spending
from plantwright.model.quantity import Dimension, Step
from plantwright.scheduling import schedule
from plantwright.scheduling.clash import Requirement, Sort, clashes, find, is_smallest, without
from plantwright.scheduling.problem import Link, Mode, Problem, Resource, Status, Stock, Task
from plantwright.scheduling.remedies import changed, remedies


def refused(plan) -> tuple[Issue, ...]:
    with pytest.raises(ProgrammeError) as error:
        schedule(plan)
    return error.value.issues


def test_a_deadline_and_a_crew_that_clash_are_named_with_what_is_enough():
    tasks = (
        *(task(f"hall {n}", 48, needs=(("crew", 1),)) for n in range(4)),
        task("open", 0, tuple((f"hall {n}", "FS", 0) for n in range(4)), deadline=120),
        task("fence", 500, release=24, deadline=2000, needs=(("painters", 1),)),
    )
    plan = programme(tasks, (resource("crew", ((0, 1),)), resource("painters", ((0, 2),))))
    found = refused(plan)
    assert {(issue.file, issue.column) for issue in found} == {("tasks.csv", "deadline"), ("resources.csv", "capacity")}
    deadline, capacity = (next(i for i in found if i.file == name) for name in ("tasks.csv", "resources.csv"))
    assert "the deadline of 'open' (2026-01-10) together with the capacity of 'crew'" in deadline.message
    assert deadline.remedy == "enough alone: move the deadline of 'open' to 2026-01-13, 3.0 days later"
    assert capacity.remedy.startswith("enough alone: 1 more of 'crew' from 2026-01-05 to")


def test_a_budget_that_clashes_with_a_deadline_says_how_much_more():
    tasks = (task("a", 40, cost=10, crash=(crash(20, 50),)), task("b", 40, (("a", "FS", 0),), cost=10, deadline=60))
    found = refused(programme(tasks, budget=30.0))
    assert {issue.column for issue in found} == {"deadline", "objective.budget"}
    assert next(i for i in found if i.column == "objective.budget").remedy == "enough alone: raise it by 30 to 60"
    assert "20" not in next(i for i in found if i.column == "deadline").message.split("(")[0]


def test_work_that_may_not_pause_clashes_with_its_deadline():
    tasks = (
        task("lay", 6, calendar="day"),
        task("pour", 6, (("lay", "FS", 0),), calendar="day", pauses=False, deadline=40),
    )
    plan = programme((*tasks, task("strip", 2, (("pour", "FS", 0),))), calendars=(day_shift(),))
    assert schedule(plan).task["pour"].start == 32.0
    tight = programme((tasks[0], task("pour", 6, (("lay", "FS", 0),), calendar="day", pauses=False, deadline=37)),
                      calendars=(day_shift(),))  # fmt: skip
    found = refused(tight)
    assert {issue.column for issue in found} == {"pauses", "deadline"}
    assert next(i for i in found if i.column == "pauses").remedy == "enough alone: let it pause over breaks"


def test_two_clashes_get_changes_that_are_enough_together():
    tasks = (
        task("a", 30, deadline=20),
        task("b", 48, needs=(("crew", 1),), deadline=60),
        task("c", 48, needs=(("crew", 1),), deadline=60),
    )
    found = refused(programme(tasks, (resource("crew", ((0, 1),)),)))
    assert [i.message for i in found if "whatever else" in i.message] == [
        "no schedule keeps the deadline of 'a' (2026-01-05 20:00), whatever else gives way"
    ]
    together = next(i.remedy for i in found if i.remedy.startswith("enough together: "))
    assert "move the deadline of 'a' to 2026-01-06 06:00, 0.4 days later" in together


def problem_of(durations, demands, deadlines, links, crew, budget) -> Problem:
    tasks = tuple(
        Task(f"t{n}", (Mode(d, (u,), (2,)), Mode(max(d - 2, 1), (u,), (4,))), deadline=due)
        for n, (d, u, due) in enumerate(zip(durations, demands, deadlines, strict=True))
    )
    return Problem(
        tasks, tuple(Link(a, b) for a, b in sorted(links) if a < b), (Resource("crew", ((0, crew),)),),
        (Stock("budget", budget),), horizon=80,
    )  # fmt: skip


@given(
    st.lists(st.integers(1, 8), min_size=4, max_size=4),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.lists(st.none() | st.integers(3, 14), min_size=4, max_size=4),
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=3),
    st.integers(1, 3),
    st.integers(7, 16),
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_clash_is_smallest_and_every_remedy_is_enough(durations, demands, deadlines, links, crew, budget):
    problem = problem_of(durations, demands, deadlines, links, crew, budget)
    found, is_enough = clashes(problem)
    assert bool(found) is (find(problem).status is Status.INFEASIBLE)
    assert is_enough
    for clash in found:
        others = [each for other in found if other is not clash for each in other]
        apart = without(problem, others)
        assert is_smallest(apart, clash)
        helps = remedies(apart, clash)
        assert {each.requirement for each in helps} == set(clash)
        assert all(find(changed(apart, each)).start for each in helps)


def test_a_requirement_that_binds_nothing_is_no_part_of_a_clash():
    problem = problem_of((5, 5, 1, 1), (1, 1, 0, 0), (None, 5, None, 50), {(0, 1)}, 3, 100)
    assert clashes(problem) == ([[Requirement(Sort.DEADLINE, 1)]], True)


def test_a_limit_of_spending_that_clashes_with_a_deadline_says_by_how_much():
    bought = [
        replace(task(n, 24, cost=100, deadline=300), payer="owner", payment=payment("100 % order", Reading()))
        for n in "ab"
    ]
    most = (Step(quantity(0, Dimension.DATE), quantity(150, Dimension.MONEY)),)
    plan = programme(tuple(bought))
    limits = (Spending(payer="owner", per="month", most=most),)
    found = refused(replace(plan, objective=plan.objective.model_copy(update={"spending": limits})))
    assert {issue.column for issue in found} == {"deadline", "objective.spending[1]"}
    limit = next(issue for issue in found if issue.column == "objective.spending[1]")
    assert "the limit of spending of 'owner' by month together with the deadline of" in limit.message
    assert 33.3 <= float(limit.remedy.split("raise it by ")[1].removesuffix(" %")) <= 36
