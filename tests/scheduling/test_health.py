"""The auditors' checks on small schedules made so that each number can be verified by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.scheduling.problems import day_shift, programme, resource, task, uncertain
from tests.scheduling.underway import at, began, ended, under_way, with_baseline

from plantwright.model.health import score
from plantwright.scheduling import health, schedule


def named(plan):
    return replace(plan, tasks=tuple(replace(t, name=f"Do {t.id}", area="Hall", party="us") for t in plan.tasks))


def audited(plan):
    plan = named(plan)
    return {each.check: each for each in health(plan, schedule(plan))}


def faults(finding):
    return [fault.task for fault in finding.faults]


def sound():
    """Ten tasks in a row of eight hours each on the day shift, with a crew, finish to start."""
    tasks = tuple(
        replace(task(f"t{n}", 8, ((f"t{n - 1}", "FS", 0),) if n else (), (("crew", 1),), calendar="day"), row=n + 2)
        for n in range(10)
    )
    return programme(tasks, (resource("crew", ((0, 1),)),), calendars=(day_shift(),))


def changed(plan, number, **changes):
    tasks = tuple(replace(each, **changes) if n == number else each for n, each in enumerate(plan.tasks))
    return replace(plan, tasks=tasks)


def test_a_sound_schedule_passes_what_can_be_checked():
    plan = sound()
    found = audited(with_baseline(plan, schedule(plan)))
    failed = {check for check, each in found.items() if each.passed is False}
    assert failed == {"GAO 8"}
    assert {check for check, each in found.items() if each.passed is None} == {"DCMA 11", "DCMA 14", "GAO 9"}
    assert list(found) == [f"DCMA {n}" for n in range(1, 15)] + [f"GAO {n}" for n in range(1, 11)]
    assert score(tuple(found.values())) == (20, 21)


def link(name, kind="FS", lag=0.0):
    return task("x", 1, ((name, kind, lag),)).links


@pytest.mark.parametrize(
    ("number", "changes", "check", "result"),
    [
        (5, {"links": ()}, "DCMA 1", "2 of 10 (20%)"),
        (5, {"links": link("t4", lag=-2)}, "DCMA 2", "1 of 9 (11%)"),
        (5, {"links": link("t4", lag=2)}, "DCMA 3", "1 of 9 (11%)"),
        (5, {"links": link("t4", "FF")}, "DCMA 4", "1 of 9 (11%)"),
        (5, {"deadline": at(5000)}, "DCMA 5", "1 of 10 (10%)"),
        (9, {"deadline": at(20), "weight": 1.0}, "DCMA 7", "1 of 10 (10%)"),
        (5, {"modes": task("x", 44 * 8 + 1, needs=(("crew", 1),)).modes}, "DCMA 8", "1 of 10 (10%)"),
        (5, {"modes": task("x", 8).modes}, "DCMA 10", "1 of 10 (10%)"),
        (5, {"area": ""}, "GAO 5", "0 of 10 (0%)"),
    ],
)
def test_a_fault_is_found_where_it_is(number, changes, check, result):
    found = audited(changed(sound(), number, **changes))[check]
    assert found.result == result
    if check != "GAO 5":
        assert found.passed is False
        assert f"t{number}" in faults(found)
        assert next(fault.row for fault in found.faults if fault.task == f"t{number}") == number + 2


def test_up_to_a_threshold_a_fault_is_let_pass():
    tasks = tuple(task(f"t{n}", 8, ((f"t{n - 1}", "FS", 24.0 if n == 7 else 0),) if n else ()) for n in range(21))
    lags = audited(programme(tasks))["DCMA 3"]
    assert (lags.result, lags.passed) == ("1 of 20 (5%)", True)


def test_float_counts_in_working_days():
    """Forty-five working days of float behind a day's work are high, forty-four are not."""
    for days, passed in ((45, True), (46, False)):
        tasks = (
            task("begin", 8, calendar="day"), task("short", 8, (("begin", "FS", 0),), calendar="day"),
            task("long", 8 * days, (("begin", "FS", 0),), calendar="day"),
            task("end", 8, (("short", "FS", 0), ("long", "FS", 0)), calendar="day"),
        )  # fmt: skip
        found = audited(programme(tasks, calendars=(day_shift(),)))["DCMA 6"]
        assert (found.passed, faults(found)) == (passed, [] if passed else ["short"])


def test_the_critical_path_test_moves_the_finish_by_the_delay():
    found = audited(sound())["DCMA 12"]
    # Six hundred days of eight hours are 120 weeks of five days.
    assert (found.passed, found.result) == (True, "t0 moves by 840 days, the finish by 840")


def test_an_index_tells_how_much_faster_the_rest_has_to_go():
    """A hundred hours are left to a finish that was agreed for ten hours before: (100 - 10) / 100."""
    tasks = (task("dig", 60), task("pour", 50, (("dig", "FS", 0),)), task("paint", 40, (("pour", "FS", 0),)))
    plan = programme(tasks)
    plan = with_baseline(plan, schedule(plan))
    late = audited(under_way(plan, 60, ended("dig", 0, 60), began("pour", 60, 60)))
    assert (late["DCMA 13"].result, late["DCMA 13"].passed) == ("0.90", False)
    assert faults(late["DCMA 13"]) == ["pour", "paint"]
    on_time = audited(under_way(plan, 60, ended("dig", 0, 60), began("pour", 60, 50)))
    assert (on_time["DCMA 13"].result, on_time["DCMA 13"].passed) == ("1.00", True)


def test_missed_tasks_and_the_execution_index():
    """Three of four tasks were due: one was in time, one late, one is open."""
    tasks = tuple(task(f"t{n}", 10) for n in range(4))
    plan = programme(tasks, (), calendars=())
    plan = replace(with_baseline(plan, schedule(plan)))
    rows = tuple(row.model_copy(update={"finish": at(10 if row.task != "t3" else 90)}) for row in plan.baseline)
    plan = replace(plan, baseline=rows)
    found = audited(under_way(plan, 20, ended("t0", 0, 10), ended("t1", 0, 15), began("t2", 5, 3)))
    assert (found["DCMA 11"].result, faults(found["DCMA 11"])) == ("2 of 3 (67%)", ["t1", "t2"])
    assert (found["DCMA 14"].result, faults(found["DCMA 14"])) == ("0.67 (2 of 3)", ["t2"])


def test_an_uncertain_critical_path_is_an_analysed_one():
    hours, entry = uncertain("pace", 5, 10, 20)
    tasks = (task("dig", hours), task("pour", hours, (("dig", "FS", 0),)))
    assert audited(programme(tasks, assumptions=(entry,)))["GAO 8"].passed is True
    assert audited(programme((task("dig", 5),)))["GAO 8"].passed is False


def test_progress_out_of_sequence_and_a_lost_baseline_are_told():
    plan = sound()
    plan = with_baseline(plan, schedule(plan))
    found = audited(under_way(plan, 40, began("t1", 8, 4)))
    assert (found["GAO 9"].passed, faults(found["GAO 9"])) == (False, ["t1"])
    assert found["GAO 10"].passed is True
    fewer = replace(plan, baseline=plan.baseline[:-1])
    assert faults(audited(fewer)["GAO 10"]) == ["t9"]
    assert audited(sound())["GAO 10"].passed is False


def test_names_tell_tasks_apart():
    plan = named(sound())
    doubled = changed(plan, 4, name="Do t5")
    found = {each.check: each for each in health(doubled, schedule(doubled))}
    assert faults(found["GAO 1"]) == ["t4", "t5"]
