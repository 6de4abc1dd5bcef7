"""Parts of a schedule searched on their own: windows, corridors, and the bound without calendars."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import brute_force, problems

from plantwright.scheduling import Status, check_solution, solve
from plantwright.scheduling.arrays import compile_arrays
from plantwright.scheduling.bounds import stage_bounds
from plantwright.scheduling.cpsat import calendar_choices, improve, improve_corridors, improve_windows
from plantwright.scheduling.cpsat.relaxation import relaxed_bound
from plantwright.scheduling.cpsat.windows import put_back, standing, window_of
from plantwright.scheduling.generation import generate
from plantwright.scheduling.problem import Kind, Link, Mode, Problem, Resource, Solution, Stage, Task, WorkingTime

some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@given(problems(supplies=True), st.data())
@some
def test_a_window_is_a_sound_problem_whose_answers_fit_what_stands(problem, data):
    known = generate(problem, schedules=4)
    if not known.start:
        return
    free = data.draw(st.sets(st.integers(0, len(problem.tasks) - 1), min_size=1))
    plan = standing(problem, known)
    window = window_of(problem, compile_arrays(problem), plan, free)
    if window is None:
        return
    assert check_solution(window.problem, window.known) == []
    found = improve(window.problem, window.known, effort=0.1, workers=1)
    assert check_solution(window.problem, found) == []
    moved = put_back(problem, plan, window, found)
    assert check_solution(problem, moved) == []
    if problem.objectives[0] is Stage.COMPLETION and moved.mode == known.mode:
        # Of an objective that is a sum, the window knows exactly what its own tasks are worth.
        gained = [window.known.finish[k] - found.finish[k] for k in range(len(window.free))]
        worth = sum(problem.tasks[n].weight * gain for n, gain in zip(window.free, gained, strict=True))
        assert known.values[0] - moved.values[0] == worth


def test_a_window_knows_what_an_hour_is_worth_to_the_tasks_behind_it():
    # b and c wait for the crew in turn; only what follows c has a weight, by a link and by a handover of the zone.
    tasks = (
        Task("a", (Mode(3, (1, 0)),)), Task("b", (Mode(5, (1, 0)),)), Task("c", (Mode(4, (1, 1)),)),
        Task("after", (Mode(2, (0, 0)),)), Task("in the zone", (Mode(6, (0, 1)),), weight=7),
    )  # fmt: skip
    problem = Problem(
        tasks,
        (Link(0, 1), Link(0, 2), Link(2, 3, lag=1), Link(1, 4)),
        resources=(Resource("crew", ((0, 1),)), Resource("zone", ((0, 1),))),
        horizon=60,
        objectives=(Stage.COMPLETION, Stage.MAKESPAN),
    )
    known = Solution(Status.FEASIBLE, (0, 3, 8, 13, 12), (3, 8, 12, 15, 18), (0,) * 5, (126, 18))
    assert check_solution(problem, known) == []
    window = window_of(problem, compile_arrays(problem), standing(problem, known), [1, 2])
    sinks = {window.problem.tasks[link.after].name: [] for link in window.problem.links}
    for link in window.problem.links:
        sinks[window.problem.tasks[link.after].name].append((window.problem.tasks[link.before].name, link.lag))
    assert sinks["in the zone"] == [("b", 6), ("c", 6)]
    assert sinks["end"] == [("b", 6), ("c", 6)]
    assert window.known.values == (7 * (18 - window.begin), 18 - window.begin)


@given(problems(supplies=True, money=True))
@some
def test_windows_and_corridors_lose_nothing_and_break_nothing(problem):
    resources = tuple(replace(each, levelled=True) for each in problem.resources)
    objectives = (*problem.objectives, Stage.PRESENT_COST, Stage.LEVELLING)
    problem = replace(problem, objectives=objectives, resources=resources, growth=0.01)
    known = generate(problem, schedules=2)
    if not known.start:
        return
    known = replace(known, bounds=stage_bounds(problem))
    for found in (improve_windows(problem, known, windows=4), improve_corridors(problem, known, effort=0.2)):
        assert check_solution(problem, found) == []
        assert found.values <= known.values


@given(problems(most=4, supplies=True))
@some
def test_the_bound_without_calendars_holds(problem):
    links = (*problem.links, *(replace(link, lag=None, max_lag=9) for link in problem.links[:1]))
    problem = replace(problem, links=links)
    best = brute_force(problem, until=14)
    if best is not None:
        assert relaxed_bound(problem, effort=0.3) <= best[0]


def test_a_late_schedule_is_pulled_forward_window_by_window():
    problem = _large(60)
    rng = np.random.default_rng(1)
    poor = min((generate(problem, schedules=1, seed=int(seed)) for seed in rng.integers(0, 99, 3)), key=_makespan)
    found = improve_windows(problem, poor, windows=12)
    assert found.makespan < poor.makespan
    assert check_solution(problem, found) == []
    assert improve_windows(problem, poor, windows=12).start == found.start


@pytest.mark.parametrize(("name", "value"), [("LARGEST_WHOLE", 10), ("MOST_CHOICES", 10)])
def test_a_problem_too_large_for_one_model_is_searched_in_parts_and_bounded(monkeypatch, name, value):
    problem = _large(30)
    assert calendar_choices(problem) > value
    door = sys.modules["plantwright.scheduling.solve"]
    monkeypatch.setattr(door, "SCHEDULES", 4)
    monkeypatch.setattr(door, name, value)
    found = [solve(problem, effort=2.0) for _ in range(2)]
    assert found[0].start == found[1].start
    assert check_solution(problem, found[0]) == []
    assert found[0].status in (Status.FEASIBLE, Status.OPTIMAL)
    assert 0 < found[0].bounds[0] <= found[0].values[0]


def _makespan(solution):
    return solution.makespan


def _large(size: int) -> Problem:
    rng = np.random.default_rng(7)
    calendar = WorkingTime("five days", tuple((d * 24 + 8, d * 24 + 16) for d in range(size * 3) if d % 7 < 5))
    tasks = tuple(
        Task(
            f"t{n}",
            (Mode(int(rng.integers(2, 30)), tuple(rng.integers(0, 3, 2).tolist()), calendar=int(rng.integers(-1, 1))),),
        )
        for n in range(size)
    )
    links = {(int(before), n) for n in range(1, size) for before in rng.integers(max(0, n - 12), n, 2)}
    return Problem(
        tasks,
        tuple(Link(a, b, Kind.FS if (a + b) % 4 else Kind.SS, 2) for a, b in sorted(links)),
        resources=(Resource("crew", ((0, 4),)), Resource("crane", ((0, 3), (200, 4)))),
        calendars=(calendar,),
        horizon=size * 72,
    )
