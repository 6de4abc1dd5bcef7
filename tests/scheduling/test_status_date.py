"""A programme under way: what is done is fixed, what runs has its rest, nothing else starts before the status date."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import crash, day_shift, programme, resource, task, uncertain
from tests.scheduling.underway import at, began, ended, under_way

from plantwright.model.cell_values import Delivery
from plantwright.model.quantity import Dimension, Quantity
from plantwright.scheduling import check_schedule, conversion_trials, schedule

CHAIN = (
    task("dig", 20), task("pour", 30, (("dig", "FS", 0),)), task("paint", 10, (("pour", "FS", 0),)),
)  # fmt: skip


def dates(plan):
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    return {done.task: (done.start, done.finish) for done in found.tasks}


def test_what_is_done_stays_and_what_runs_has_its_rest():
    plan = under_way(programme(CHAIN), 60, ended("dig", 5, 33), began("pour", 35, 12))
    assert dates(plan) == {"dig": (5, 33), "pour": (35, 72), "paint": (72, 82)}
    found = schedule(plan)
    assert [done.resume for done in found.tasks] == [None, 60.0, None]
    assert [done.critical for done in found.tasks] == [False, True, True]


def test_nothing_starts_before_the_status_date():
    assert dates(under_way(programme(CHAIN), 100)) == {"dig": (100, 120), "pour": (120, 150), "paint": (150, 160)}


def test_a_percentage_tells_the_rest_where_no_duration_does():
    half = began("dig", 0, 0).model_copy(update={"remaining": None, "percent_complete": Quantity(0.25)})
    assert dates(under_way(programme(CHAIN), 50, half))["dig"] == (0, 65)


def test_the_rest_is_counted_in_the_calendars_working_days():
    plan = programme((task("dig", 40, calendar="day"),), calendars=(day_shift(),))
    two_days = began("dig", 8, 0).model_copy(
        update={"remaining": Quantity(48.0, Dimension.TIME, unit="day", factor=48.0)}
    )
    # Status on Friday morning: the eight hours of Friday and those of Monday are left.
    assert dates(under_way(plan, 4 * 24, two_days))["dig"] == (8, 7 * 24 + 16)


def test_out_of_sequence_the_rest_waits_for_the_link():
    """Retained logic, as Primavera P6 calls it: the successor's rest starts when its predecessor is finished."""
    plan = under_way(programme(CHAIN), 10, began("dig", 0, 15), began("pour", 2, 25))
    assert dates(plan) == {"dig": (0, 25), "pour": (2, 50), "paint": (50, 60)}


def test_lags_from_what_has_happened_are_still_kept():
    tasks = (task("order", 10), task("deliver", 5, (("order", "FS", 40),)), task("train", 5, (("order", "SS", 60),)))
    done = under_way(programme(tasks), 20, ended("order", 0, 10))
    assert dates(done) == {"order": (0, 10), "deliver": (50, 55), "train": (60, 65)}
    running = under_way(programme(tasks), 20, began("order", 3, 4))
    assert dates(running) == {"order": (3, 24), "deliver": (64, 69), "train": (63, 68)}


def test_a_running_task_keeps_its_crew_and_the_next_one_waits():
    tasks = (task("a", 40, needs=(("crew", 1),)), task("b", 10, needs=(("crew", 1),)))
    plan = under_way(programme(tasks, (resource("crew", ((0, 1),)),)), 20, began("a", 0, 30))
    assert dates(plan) == {"a": (0, 50), "b": (50, 60)}
    assert schedule(plan).order == (("a", "b"),)


def test_running_tasks_go_on_even_where_they_hold_more_than_there_is():
    tasks = tuple(task(name, 40, needs=(("crew", 1),)) for name in "abc")
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    plan = under_way(plan, 10, began("a", 0, 20), began("b", 5, 30))
    assert dates(plan) == {"a": (0, 30), "b": (5, 40), "c": (40, 80)}


def test_what_a_finished_task_delivered_is_there():
    power = Delivery("power", "hall", Quantity(2.0))
    tasks = (task("substation", 50, delivers=(power,)), task("burn", 30, needs=(("hall", 1.0),)),
             task("load", 10, needs=(("hall", 2.0),)))  # fmt: skip
    plan = programme(tasks, (resource("hall", ((0, 0),)),))
    plan = under_way(plan, 60, ended("substation", 0, 40), began("burn", 45, 20))
    assert dates(plan) == {"substation": (0, 40), "burn": (45, 80), "load": (80, 90)}


def test_a_task_under_way_keeps_its_mode():
    tasks = (task("dig", 40, crash=(crash(20, 1),)), task("pour", 40, crash=(crash(20, 1),)))
    plan = under_way(programme(tasks), 10, began("dig", 0, 30), began("pour", 0, 12, mode="crash 20"))
    assert {done.task: done.mode for done in schedule(plan).tasks} == {"dig": "normal", "pour": "crash 20"}


def test_a_deadline_that_was_missed_does_not_forbid_the_rest():
    late = (replace(CHAIN[0], deadline=at(10)), *CHAIN[1:])
    assert dates(under_way(programme(late), 40, ended("dig", 0, 30)))["paint"] == (70, 80)


def test_what_was_spent_counts_against_the_budget():
    tasks = (task("dig", 20, cost=10), task("pour", 20, (("dig", "FS", 0),), cost=10, crash=(crash(10, 15),)))
    spent = ended("dig", 0, 20, actual_cost=Quantity(14.0, Dimension.MONEY))
    plan = under_way(programme(tasks, budget=25.0), 20, spent)
    assert schedule(plan).task["pour"].mode == "normal"
    assert schedule(plan).objectives["cost"] == 24.0
    assert schedule(under_way(programme(tasks, budget=29.0), 20, spent)).task["pour"].mode == "crash 10"


def test_what_is_done_is_certain_and_what_runs_draws_only_its_rest():
    hours, entry = uncertain("pace", 10, 20, 60)
    tasks = (task("dig", hours), task("pour", hours, (("dig", "FS", 0),)), task("paint", hours, (("pour", "FS", 0),)))
    plan = under_way(
        programme(tasks, assumptions=(entry,)), 50, ended("dig", 0, 31), began("pour", 31, hours.planned / 4)
    )
    found = schedule(plan)
    trials = conversion_trials(plan, found, 3, range(200))
    drawn = plan.register.draws("pace", 3, range(200))
    assert (trials.start[:, :2] == [0, 31]).all()
    assert (trials.finish[:, 0] == 31).all()
    assert np.allclose(trials.finish[:, 1], 50 + drawn / 4)
    assert np.allclose(trials.finish[:, 2], 50 + drawn * 1.25)


def test_an_uncertain_release_never_starts_a_task_before_the_status_date():
    entry = replace(uncertain("permit", 10, 30, 90)[1], dimension=Dimension.DATE)
    job = replace(task("dig", 5), release=Quantity(38.0, Dimension.DATE, "permit"))
    plan = under_way(programme((job,), assumptions=(entry,)), 40)
    trials = conversion_trials(plan, schedule(plan), 1, range(200))
    drawn = plan.register.draws("permit", 1, range(200))
    assert (drawn < 40).any()
    assert np.allclose(trials.start[:, 0], np.maximum(drawn, 40))


@st.composite
def plans(draw):
    size = draw(st.integers(1, 6))
    tasks = []
    for number in range(size):
        kinds = st.tuples(st.sampled_from(["FS", "SS", "FF"]), st.floats(0, 15))
        after = tuple((f"t{b}", *draw(kinds)) for b in range(number) if draw(st.integers(0, 2)) == 0)
        needs = (("crew", draw(st.integers(1, 2))),) if draw(st.booleans()) else ()
        calendar = draw(st.sampled_from(["always", "day"]))
        tasks.append(
            task(f"t{number}", draw(st.one_of(st.just(0.0), st.floats(0.01, 50))), after, needs, calendar=calendar)
        )
    return programme(tuple(tasks), (resource("crew", ((0, 2), (30, 3), (90, 2))),), calendars=(day_shift(),))


@given(plans(), st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1), st.floats(0.1, 40)), min_size=6, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_has_happened_the_rest_is_scheduled_as_the_checker_wants_it(plan, happened):
    rows = []
    for each, (state, share, left) in zip(plan.tasks, happened, strict=False):
        if state == 1:
            rows.append(began(each.id, 40 * share, left))
        if state == 2:
            rows.append(ended(each.id, 20 * share, 20 * share + left / 2))
    now = under_way(plan, 40, *rows)
    found = schedule(now)
    assert check_schedule(now, found) == []
    trials = conversion_trials(now, found, 1, range(2))
    assert np.allclose(trials.finish, [[done.finish for done in found.tasks]] * 2)
    assert np.allclose(trials.start, [[done.start for done in found.tasks]] * 2)


@pytest.mark.parametrize("breach", ["start", "finish", "early", "crew"])
def test_the_checker_finds_what_contradicts_the_progress(breach):
    tasks = (*CHAIN, task("fence", 10, needs=(("crew", 1),)), task("gate", 10, needs=(("crew", 1),)))
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    plan = under_way(plan, 60, ended("dig", 5, 33), began("pour", 35, 12), began("fence", 50, 5))
    found = schedule(plan)
    change = {
        "start": {"dig": {"start": 6.0}}, "finish": {"dig": {"finish": 32.0}},
        "early": {"paint": {"start": 71.0, "finish": 81.0}}, "crew": {"gate": {"start": 60.0, "finish": 70.0}},
    }[breach]  # fmt: skip
    broken = replace(found, order=(), tasks=tuple(replace(d, **change.get(d.task, {})) for d in found.tasks))
    assert check_schedule(plan, found) == []
    assert check_schedule(plan, broken) != []
