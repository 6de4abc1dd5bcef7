"""Both engines against brute force and against the independent checker, over problems with every feature."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from tests.scheduling.problems import brute_force, problems

from plantwright.scheduling import Status, check_solution, solve
from plantwright.scheduling.bounds import stage_bounds
from plantwright.scheduling.cpsat import improve
from plantwright.scheduling.generation import generate, mirrored
from plantwright.scheduling.problem import Kind, Link, Mode, Problem, Resource, Solution, Stage, Task, WorkingTime

NOTHING = Solution(Status.UNKNOWN)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@given(problems())
@thorough
def test_the_generator_breaks_nothing(problem):
    found = generate(problem, schedules=60)
    assert not found.start or check_solution(problem, found) == []


@given(problems(supplies=True))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_long_search_breaks_nothing_either(problem):
    found = generate(problem, schedules=1_500)
    assert not found.start or check_solution(problem, found) == []


def test_nothing_of_a_schedule_without_room_is_kept():
    # Noise puts the small task first now and then; then the large one never fits.
    tasks = (Task("small", (Mode(24, (2,)),)), Task("large", (Mode(24, (4,)),)))
    problem = Problem(tasks, resources=(Resource("crew", ((0, 4), (40, 2))),), horizon=100)
    assert generate(problem, schedules=3_000).start == (24, 0)


@given(problems(supplies=True))
@thorough
def test_the_generator_breaks_nothing_where_tasks_supply_resources(problem):
    found = generate(problem, schedules=60)
    assert not found.start or check_solution(problem, found) == []


@given(problems(most=4, supplies=True))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_answer_is_as_good_as_trying_everything(problem):
    found = solve(problem, effort=5.0)
    if found.start:
        assert found.status is Status.OPTIMAL
        assert check_solution(problem, found) == []
        assert stage_bounds(problem)[0] <= found.values[0]
    best = brute_force(problem, until=14)
    if best is not None:
        assert found.values <= best
        if max(found.start) < 14:
            assert found.values == best
    if found.status is Status.INFEASIBLE:
        assert best is None


@given(problems(most=4, supplies=True, money=True))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_more_falls_due_than_a_period_allows(problem):
    found = solve(problem, effort=2.0)
    best = brute_force(problem, until=14)
    if found.start:
        assert check_solution(problem, found) == []
        assert best is None or found.bounds <= best
    if found.status is Status.OPTIMAL and best is not None:
        assert found.values <= best
    if found.status is Status.INFEASIBLE:
        assert best is None


@given(problems())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_known_answer_is_never_lost(problem):
    known = generate(problem, schedules=20)
    if known.start:
        assert improve(problem, known, effort=0.01).values <= known.values


def test_a_seed_gives_one_result():
    problem = _chain_of(12)
    assert len({generate(problem, schedules=500, seed=3).start for _ in range(3)}) == 1
    assert len({solve(problem, effort=1.0, seed=3).start for _ in range(2)}) == 1


def test_more_crew_never_delays_the_proven_optimum():
    makespans = []
    for crew in (1, 2, 3, 5):
        found = solve(replace(_chain_of(10), resources=(Resource("crew", ((0, crew),)),)))
        assert found.status is Status.OPTIMAL
        makespans.append(found.makespan)
    assert makespans == sorted(makespans, reverse=True)
    assert makespans[0] > makespans[-1]


def test_shifting_the_start_shifts_all():
    problem = _chain_of(6)
    later = replace(problem, tasks=tuple(replace(t, release=t.release + 7) for t in problem.tasks), horizon=107)
    assert solve(later).makespan == solve(problem).makespan + 7


def _chain_of(size: int) -> Problem:
    tasks = tuple(Task(f"t{i}", (Mode(1 + i % 4, (1,)),)) for i in range(size))
    links = tuple(Link(i, i + 3) for i in range(size - 3))
    return Problem(tasks=tasks, links=links, resources=(Resource("crew", ((0, 2),)),), horizon=100)


@pytest.mark.parametrize(
    ("kind", "lag", "max_lag", "starts"),
    [
        (Kind.FS, 2, None, (0, 5)), (Kind.SS, 2, None, (0, 2)), (Kind.FF, 2, None, (0, 3)), (Kind.SF, 4, None, (0, 2)),
        (Kind.FS, -1, None, (0, 2)),
    ],
)  # fmt: skip
def test_each_kind_of_link_ties_its_own_ends(kind, lag, max_lag, starts):
    problem = Problem((Task("a", (Mode(3),)), Task("b", (Mode(2),))), (Link(0, 1, kind, lag, max_lag),), horizon=30)
    for found in (generate(problem, schedules=8), improve(problem, NOTHING, effort=1.0)):
        assert found.start == starts


def test_a_maximum_lag_moves_the_earlier_task_to_the_later_one():
    # The later task is released at 10 and may start two ticks after the earlier one ends, no more.
    tasks = (Task("a", (Mode(3),), weight=1), Task("b", (Mode(1),), release=10))
    problem = Problem(tasks, (Link(0, 1, lag=0, max_lag=2),), horizon=30, objectives=(Stage.COMPLETION,))
    found = solve(problem)
    assert (found.status, found.start) == (Status.OPTIMAL, (5, 10))


def test_a_task_that_may_not_pause_waits_for_a_long_enough_shift():
    calendar = WorkingTime("short then long", ((0, 3), (10, 12), (20, 26)))
    task = Task("pour", (Mode(5, calendar=0),))
    for pausable, expected in ((True, (0, 12)), (False, (20, 25))):
        problem = Problem((replace(task, pausable=pausable),), calendars=(calendar,), horizon=40)
        for found in (generate(problem, schedules=4), improve(problem, NOTHING, effort=1.0)):
            assert (*found.start, *found.finish) == expected


def test_a_crew_that_is_released_over_a_break_works_elsewhere_meanwhile():
    day = WorkingTime("day", ((0, 8), (24, 32), (48, 56)))
    night = WorkingTime("night", ((10, 20), (34, 44)))
    for shortest, starts in ((16, (0, 10)), (17, (0, 34))):
        tasks = (
            Task("install", (Mode(12, (1,), calendar=0, released=((0, shortest),)),), weight=1),
            Task("move", (Mode(6, (1,), calendar=1),), release=5),
        )
        problem = Problem(
            tasks, resources=(Resource("crane", ((0, 1),)),), calendars=(day, night), horizon=60,
            objectives=(Stage.COMPLETION, Stage.MAKESPAN),
        )  # fmt: skip
        for found in (generate(problem, schedules=8), improve(problem, NOTHING, effort=2.0)):
            assert (found.start, check_solution(problem, found)) == (starts, [])


def test_units_that_a_task_supplies_are_there_from_its_finish():
    tasks = (Task("fit test power", (Mode(4, (0,)),), supplies=((0, 2),)), Task("test", (Mode(2, (2,)),)))
    problem = Problem(tasks, resources=(Resource("power", ((0, 0),)),), horizon=20)
    for found in (generate(problem, schedules=4), improve(problem, NOTHING, effort=1.0)):
        assert found.start == (0, 4)


def test_stages_are_kept_while_the_next_improves():
    fast, slow = Mode(2, cost=9), Mode(4, cost=1)
    tasks = (Task("critical", (slow, fast)), Task("idle", (fast, slow)), Task("end", (Mode(3),)))
    problem = Problem(tasks, (Link(0, 2),), horizon=20, objectives=(Stage.MAKESPAN, Stage.COST))
    found = solve(problem)
    assert (found.status, found.values, found.bounds) == (Status.OPTIMAL, (5, 10), (5, 10))
    thrifty = solve(replace(problem, objectives=(Stage.COST, Stage.MAKESPAN)))
    assert thrifty.values == (2, 7)


def test_what_cannot_be_is_proved():
    late = Problem((Task("a", (Mode(5),), deadline=3),), horizon=20)
    wide = Problem((Task("a", (Mode(5, (3,)),)),), resources=(Resource("crew", ((0, 2),)),), horizon=20)
    assert solve(late).status is Status.INFEASIBLE
    assert solve(wide).status is Status.INFEASIBLE


def test_a_change_from_the_baseline_is_kept_small():
    tasks = (Task("a", (Mode(2, (1,)),), baseline=0, release=3), Task("b", (Mode(2, (1,)),), baseline=4))
    problem = Problem(tasks, resources=(Resource("crew", ((0, 1),)),), horizon=20, objectives=(Stage.CHANGE,))
    found = solve(problem)
    assert (found.status, found.values) == (Status.OPTIMAL, (4,))


def test_work_is_counted_in_the_time_of_the_calendar_that_needs_it():
    # By the hour five tasks hold the crew for thirty hours; the shift gives eight a day: three days and six hours.
    shift = WorkingTime("shift", tuple((day * 24, day * 24 + 8) for day in range(40)))
    tasks = tuple(Task(f"t{i}", (Mode(6, (1,), calendar=0),)) for i in range(5))
    problem = Problem(tasks, resources=(Resource("crew", ((0, 1),)),), calendars=(shift,), horizon=960)
    assert stage_bounds(problem) == (3 * 24 + 6,)
    assert solve(problem).makespan == 3 * 24 + 6


def test_a_task_that_could_begin_before_an_interval_counts_with_the_part_inside():
    # At 4 only two of the long task's ten ticks can be over: eight more, and the late one's three, on one machine.
    tasks = (Task("long", (Mode(10, (1,)),), release=2), Task("late", (Mode(3, (1,)),), release=4))
    problem = Problem(tasks, resources=(Resource("machine", ((0, 1),)),), horizon=40)
    assert stage_bounds(problem) == (15,)


@given(problems(supplies=True))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_schedule_beats_its_bound(problem):
    found = generate(problem, schedules=60)
    assert not found.start or stage_bounds(problem)[0] <= found.values[0]


@pytest.mark.parametrize("kind", list(Kind))
def test_time_runs_both_ways(kind):
    links = (Link(0, 1, kind, 2), Link(1, 2, Kind.FS, 1, max_lag=3), Link(0, 3, Kind.SS, 1))
    tasks = tuple(Task(f"t{i}", (Mode(3 + i, (1,)),)) for i in range(4))
    problem = Problem(tasks, links, (Resource("crew", ((0, 2),)),), horizon=60)
    assert mirrored(mirrored(problem)) == problem
    assert improve(mirrored(problem), NOTHING, effort=2.0).makespan == improve(problem, NOTHING, effort=2.0).makespan
