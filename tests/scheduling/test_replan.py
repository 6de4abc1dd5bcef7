"""Replanning: no news changes nothing, what moves says why, and finishing earlier is traded against moving more."""

import importlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import crash, day_shift, programme, resource, task
from tests.scheduling.test_status_date import plans
from tests.scheduling.underway import as_planned, at, began, ended, hours, under_way, with_baseline

from plantwright.model.issues import ProgrammeError
from plantwright.model.moves import moves
from plantwright.model.progress import Replanning
from plantwright.scheduling import check_schedule, replan, schedule


def delayed(plan, share, late):
    """A share of the plan gone, and what is under way taking so many hours longer."""
    found = schedule(plan)
    now = as_planned(with_baseline(plan, found), found, share * found.finish)
    longer = [row if row.remaining is None else began(row.task, row.actual_start.planned, row.remaining.planned + late)
              for row in now.progress]  # fmt: skip
    return under_way(now, now.status_date.planned, *longer)


@given(plans(), st.floats(0, 1.1))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_without_news_nothing_changes(plan, share):
    found = schedule(plan)
    now = as_planned(with_baseline(plan, found), found, share * found.finish)
    again = replan(now).options
    assert [(option.moved, option.modes, option.kind) for option in again] == [(0, 0, "order")]
    assert again[0].days == pytest.approx(0, abs=1e-9)
    assert [d.finish for d in again[0].schedule.tasks] == pytest.approx([d.finish for d in found.tasks])
    assert moves(now, again[0].schedule) == ()


@given(plans(), st.floats(0.1, 0.9), st.floats(0, 30))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_comes_late_the_order_is_kept_and_the_checker_content(plan, share, late):
    now = delayed(plan, share, late)
    for option in replan(now).options:
        assert check_schedule(now, option.schedule) == []
    kept = replan(now).options[0].schedule
    for agreed in now.baseline:
        assert kept.task[agreed.task].start >= agreed.start.planned - 1e-6


def crews():
    """A long and a short task share a crew; the long one is first in the baseline, and each has work behind it."""
    tasks = (
        task("survey", 10),
        task("strip", 30, (("survey", "FS", 0),), (("crew", 1),)),
        task("paint", 10, (("permit", "FS", 0),), (("crew", 1),)),
        task("permit", 5),
        task("cure", 60, (("paint", "FS", 0),)),
    )
    return programme(tasks, (resource("crew", ((0, 1),)),))


def late_survey():
    plan = crews()
    plan = with_baseline(plan, schedule(plan))
    assert plan.baseline_of["paint"].start.planned == 5
    return plan


def test_what_moved_says_by_how_much_and_why():
    plan = late_survey()
    plan = under_way(plan, 12, began("survey", 0, 24), ended("permit", 0, 5), began("paint", 5, 6))
    found = replan(plan).options[0].schedule
    why = {move.task: (round(move.start_days * 24, 6), round(move.finish_days * 24, 6), move.why)
           for move in moves(plan, found)}  # fmt: skip
    assert why == {
        "survey": (0, 26, "takes 1.1 days longer"),
        "paint": (0, 3, "takes 0.1 days longer"),
        "strip": (21, 21, "waits for survey (FS)"),
        "cure": (3, 3, "waits for paint (FS)"),
    }


def test_finishing_earlier_costs_more_change():
    """The crew's order of the baseline is late: the other order finishes earlier and moves more."""
    tasks = (
        task("dig", 10), task("first", 20, (("dig", "FS", 0),), (("crew", 1),)), task("gate", 1),
        task("second", 20, (("gate", "FS", 0),), (("crew", 1),)), task("late", 50, (("second", "FS", 0),)),
    )  # fmt: skip
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    found = schedule(plan)
    assert found.order == (("second", "first"),)
    plan = with_baseline(plan, found)
    # The permit behind the gate comes late: in the agreed order the first task waits for it too.
    plan = under_way(plan, 10, ended("dig", 0, 10), began("gate", 0, 15))
    options = replan(plan).options
    assert options[0].kind == "order"
    assert [option.schedule.finish for option in options] == sorted(
        (option.schedule.finish for option in options), reverse=True
    )
    assert all(check_schedule(plan, option.schedule) == [] for option in options)


def test_time_is_bought_only_for_an_earlier_finish():
    tasks = (task("dig", 40, cost=10), task("pour", 40, (("dig", "FS", 0),), cost=10, crash=(crash(20, 50),)))
    plan = programme(tasks, order=("cost", "finish"))
    plan = with_baseline(plan, schedule(plan))
    plan = under_way(plan, 20, began("dig", 0, 30))
    kept, *faster = replan(plan).options
    assert (kept.schedule.finish, kept.moved, kept.days * 24, kept.modes) == (90, 1, pytest.approx(10), 0)
    assert [(o.schedule.finish, o.modes) for o in faster] == [(70, 1)]


def test_frozen_starts_do_not_move_unless_they_must():
    tasks = (
        task("dig", 10), task("pour", 10, (("dig", "FS", 0),)), task("fence", 10, (("site", "FS", 0),), (("crew", 1),)),
        task("site", 30), task("gate", 10, (("site", "FS", 0),), (("crew", 1),)),
    )  # fmt: skip
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    plan = with_baseline(plan, schedule(plan))
    plan = under_way(plan, 8, began("dig", 0, 12), began("site", 0, 22))
    found = replan(replace(plan, replanning=Replanning(freeze=hours(48))))
    assert found.released == ("pour",)
    assert set(found.frozen) == {"fence", "gate"}
    for option in found.options:
        for name in found.frozen:
            assert option.schedule.task[name].start == plan.baseline_of[name].start.planned


def test_a_new_task_is_placed_where_the_crew_is_free():
    tasks = (task("dig", 10, needs=(("crew", 1),)), task("pour", 10, (("dig", "FS", 0),), (("crew", 1),)))
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    plan = with_baseline(plan, schedule(plan))
    wider = replace(plan, tasks=(*tasks, task("new", 5, needs=(("crew", 1),))))
    kept = replan(wider).options[0]
    assert check_schedule(wider, kept.schedule) == []
    assert (kept.moved, kept.schedule.task["new"].start) == (0, 20)


def test_a_baseline_that_takes_too_much_is_repaired():
    tasks = (task("dig", 10, needs=(("crew", 1),)), task("pour", 10, needs=(("crew", 1),)))
    loose = programme(tasks, (resource("crew", ((0, 2),)),))
    tight = programme(tasks, (resource("crew", ((0, 1),)),), calendars=(day_shift(),))
    plan = replace(tight, baseline=with_baseline(loose, schedule(loose)).baseline)
    kept = replan(plan).options[0]
    assert check_schedule(plan, kept.schedule) == []
    assert (kept.moved, kept.days * 24) == (1, pytest.approx(10))


def test_the_least_change_keeps_no_order_that_costs_more():
    """What waits for a crew in the baseline goes first where the task before it in the crew's order comes late."""
    tasks = (
        task("survey", 5), task("long", 10, (("survey", "FS", 0),), (("crew", 1),)),
        task("a", 10, needs=(("crew", 1),), release=15), task("b", 10, (("a", "FS", 0),), (("crew", 1),)),
        task("tail", 100),
    )  # fmt: skip
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    plan = with_baseline(plan, schedule(plan))
    plan = under_way(plan, 4, began("survey", 0, 41), began("tail", 0, 96))
    found = replan(plan)
    assert [(o.kind, o.moved, o.days * 24) for o in found.options] == [("order", 3, 120), ("change", 1, 40)]
    assert found.option.kind == "change"


@given(plans(), st.floats(0.1, 0.9), st.floats(0, 30))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_tasks_are_swept_and_the_checker_is_content(plan, share, late):
    now = delayed(plan, share, late)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(importlib.import_module("plantwright.scheduling.replan"), "MANY_TASKS", 0)
        swept = replan(now).options
    assert all(check_schedule(now, option.schedule) == [] for option in swept)
    others = [(option.days, option.schedule.finish) for option in swept[1:]]
    assert others == sorted(others, key=lambda each: (each[0], -each[1]))


def test_objectives_before_change_decide_which_option_is_taken():
    tasks = (task("dig", 40, cost=10), task("pour", 40, (("dig", "FS", 0),), cost=10, crash=(crash(20, 50),)))
    plan = programme(tasks, order=("finish", "change"))
    slow = replace(plan, tasks=tuple(replace(t, modes=t.modes[:1]) for t in tasks))
    plan = replace(plan, baseline=with_baseline(slow, schedule(slow)).baseline)
    plan = under_way(plan, 20, began("dig", 0, 30))
    found = replan(plan)
    assert (found.option.kind, found.option.schedule.finish, found.option.schedule.task["pour"].mode) == (
        "objectives", 70, "crash 20",
    )  # fmt: skip
    assert found.option.schedule.objectives == {"finish": 70, "change": pytest.approx(10)}
    kept = replan(replace(plan, objective=plan.objective.model_copy(update={"order": ("change", "finish")})))
    assert (kept.option.kind, kept.option.schedule.finish) == ("order", 90)


def test_a_date_that_nothing_keeps_is_named():
    plan = late_survey()
    plan = under_way(plan, 12, began("survey", 0, 24), ended("permit", 0, 5), began("paint", 5, 6))
    with pytest.raises(ProgrammeError, match="no schedule was found that finishes by 2026-01-05; the earliest"):
        replan(replace(plan, replanning=Replanning(finish_by=at(20))))
