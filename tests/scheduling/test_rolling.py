"""Schedules that grow from window to window, and the bound in the time of a calendar that goes on in another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.scheduling.problems import problems

from plantwright.scheduling import Problem, check_solution, generation, solve
from plantwright.scheduling.arrays import compile_arrays
from plantwright.scheduling.bounds import makespan_bound
from plantwright.scheduling.generation import generate
from plantwright.scheduling.genetic import evolve, new_population
from plantwright.scheduling.passes import new_work
from plantwright.scheduling.problem import Link, Mode, Resource, Stage, Task, WorkingTime
from plantwright.scheduling.profile import occupy
from plantwright.scheduling.rolling import new_roll, roll


def test_rolled_schedules_are_sound_better_than_the_first_and_the_same_on_every_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generation, "LARGEST_CROSSED", 0)
    plant = shifts(120)
    first, found, again = (generate(plant, schedules=schedules) for schedules in (2, 300, 300))
    assert check_solution(plant, found) == []
    assert found.makespan < first.makespan
    assert found.start == again.start
    assert found.schedules >= 300


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(problems(most=6, supplies=True))
def test_any_rolled_schedule_is_sound(monkeypatch: pytest.MonkeyPatch, problem: Problem) -> None:
    monkeypatch.setattr(generation, "LARGEST_CROSSED", 0)
    found = generate(replace(problem, objectives=(Stage.MAKESPAN,)), schedules=40)
    if found.found:
        assert check_solution(replace(problem, objectives=(Stage.MAKESPAN,)), found) == []


@pytest.mark.parametrize("begin", [0, 200])
def test_tries_leave_nothing_behind(begin: int) -> None:
    plant = shifts(80)
    arrays, population = compile_arrays(plant), new_population(compile_arrays(plant), 2, 1)
    work = new_work(arrays)
    evolve(arrays, work, population, 1)
    key, start, finish, mode = (table[0].copy() for table in population[:4])
    assert roll(arrays, work, new_roll(arrays), population.state, key, mode, start, finish, begin, 8)
    free = arrays.capacity.copy()
    for task, way in enumerate(mode):
        occupy(arrays.modes[way], arrays.clock, arrays.uses, free, start[task], finish[task])
    assert np.array_equal(work.free, free)
    kept = population.start[0] < begin
    assert np.array_equal(start[kept], population.start[0][kept])
    assert not np.array_equal(start, population.start[0])


def test_who_works_six_days_finds_no_free_day_in_the_bound() -> None:
    # One crew. Five days are eight hours each, four more sixteen, of which eight count whatever the day: nine days.
    plant = replace(
        shifts(1),
        tasks=tuple(
            Task(f"t{number}", (Mode(8, (1,), calendar=0) if number < 5 else Mode(16, (1,), calendar=1),))
            for number in range(9)
        ),
        links=(),
        resources=(Resource("crew", ((0, 1),)),),
    )
    week, third_day = 168, 2 * 24
    assert makespan_bound(plant) == week + third_day + 15
    assert solve(plant, effort=2.0).makespan >= makespan_bound(plant)


def shifts(size: int) -> Problem:
    """Tasks in hours of three kinds: five days of one shift, six days of two, round the clock; a crew and a zone."""
    rng, horizon = np.random.default_rng(3), 168 * (6 + size)
    days = range(horizon // 24)
    calendars = (
        WorkingTime("five days", tuple((day * 24 + 7, day * 24 + 15) for day in days if day % 7 < 5)),
        WorkingTime("six days", tuple((day * 24 + 6, day * 24 + 22) for day in days if day % 7 < 6)),
    )
    tasks = tuple(
        Task(
            f"t{number}",
            (
                Mode(
                    int(rng.integers(4, 40)),
                    (int(rng.integers(1, 4)), int(rng.integers(0, 2))),
                    calendar=int(rng.integers(-1, 2)),
                ),
            ),
        )
        for number in range(size)
    )
    return Problem(
        tasks=tasks,
        links=tuple(Link(number - 7, number) for number in range(7, size, 2)),
        resources=(Resource("crew", ((0, 6),)), Resource("zone", ((0, 2),))),
        calendars=calendars,
        horizon=horizon,
    )
