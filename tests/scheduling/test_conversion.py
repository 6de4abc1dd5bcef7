"""A programme's schedule: kept by the independent checker, the same every time, and replayed to the hour."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import crash, day_shift, programme, quantity, resource, task, uncertain

from plantwright.model.cell_values import Delivery
from plantwright.model.issues import ProgrammeError
from plantwright.model.programme import OMITTED
from plantwright.model.progress import TaskProgress
from plantwright.model.quantity import Dimension
from plantwright.model.read import load
from plantwright.reporting.risk_tables import risk_tables
from plantwright.scheduling import check_schedule, conversion_trials, risk_analysis, schedule
from plantwright.scheduling.calendars import working_calendar
from plantwright.scheduling.risk import order_of, replay_planned

EXAMPLES = Path(__file__).parents[2] / "examples"


def starts(found):
    return {done.task: done.start for done in found.tasks}


@pytest.mark.parametrize("name", ["small", pytest.param("ohio", marks=pytest.mark.slow)])
def test_an_example_is_scheduled_without_a_broken_rule(name):
    plan = load(EXAMPLES / name)
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert any(done.critical for done in found.tasks)
    assert all(found.bounds[key] <= value for key, value in found.objectives.items())
    again = replay_planned(plan, order_of(plan, found))
    assert again.start[0].tolist() == [done.start for done in found.tasks]
    assert again.finish[0].tolist() == [done.finish for done in found.tasks]


def test_the_same_programme_gives_the_same_schedule_on_any_thread():
    plan, found = load(EXAMPLES / "small"), []
    threads = [threading.Thread(target=lambda: found.append(schedule(plan))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = {
        json.dumps([found.tasks, found.order, found.objectives], default=repr) for found in [*found, schedule(plan)]
    }
    assert len(texts) == 1


def test_work_pauses_over_the_weekend_and_resources_pass_on():
    tasks = (
        task("strip", 36, calendar="day", needs=(("crew", 2),)),
        task("paint", 8, calendar="day", needs=(("crew", 1),)),
        task("cure", 100, (("paint", "FS", 0),)),
    )
    plan = programme(tasks, (resource("crew", ((0, 2),)),), calendars=(day_shift(),))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    # 36 h of eight-hour days end on Friday at noon; whichever goes first, the other waits for the whole crew.
    assert starts(found) == {"paint": 8.0, "strip": 32.0, "cure": 16.0}
    assert found.task["strip"].finish == 7 * 24 + 12.0
    assert found.order == (("paint", "strip"),)


def test_a_resource_that_works_less_than_the_task_holds_it_up():
    tasks = (task("lift", 12, needs=(("crane", 1),)),)
    plan = programme(tasks, (resource("crane", ((0, 1),), calendar="day"),), calendars=(day_shift(),))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert (found.task["lift"].start, found.task["lift"].finish) == (8.0, 24 + 12.0)


def test_two_calendars_work_together_only_when_both_do():
    early, late = day_shift("early", opens=6.0, closes=14.0), day_shift("late", opens=12.0, closes=20.0, week=3)
    job = task("joint", 6, calendar="early", needs=(("crane", 1),))
    plan = programme((job,), (resource("crane", ((0, 1),), calendar="late"),), calendars=(early, late))
    shared = working_calendar(plan, job, job.modes[0])
    assert shared.starts[:3].tolist() == [12.0, 36.0, 60.0]
    assert shared.ends[:4].tolist() == [14.0, 38.0, 62.0, 7 * 24 + 14.0]
    assert np.isinf(shared.ends[-1])


def test_capacity_that_grows_is_waited_for_and_capacity_that_falls_is_left_in_time():
    tasks = (task("small", 24, needs=(("crew", 2),)), task("large", 24, needs=(("crew", 4),)))
    plan = programme(tasks, (resource("crew", ((0, 3), (100, 4))),))
    found = schedule(plan)
    assert (check_schedule(plan, found), starts(found)) == ([], {"small": 0.0, "large": 100.0})
    falling = programme(tasks, (resource("crew", ((0, 4), (40, 2))),))
    found = schedule(falling)
    assert (check_schedule(falling, found), starts(found)) == ([], {"large": 0.0, "small": 24.0})


def test_capacity_that_a_task_delivers_is_used_from_its_finish():
    power = Delivery("power", "hall", quantity(2.5, Dimension.NUMBER))
    tasks = (task("substation", 50, delivers=(power,)), task("burn in", 10, needs=(("hall", 2.5),)))
    plan = programme(tasks, (resource("hall", ((0, 0),)),))
    found = schedule(plan)
    assert (check_schedule(plan, found), starts(found)["burn in"]) == ([], 50.0)
    assert found.order == (("substation", "burn in"),)


def test_time_is_bought_only_where_it_brings_the_end_forward():
    tasks = (
        task("long", 40, cost=10, crash=(crash(20, 50),)),
        task("short", 10, cost=10, crash=(crash(5, 30),)),
        task("end", 5, (("long", "FS", 0), ("short", "FS", 0))),
    )
    found = schedule(programme(tasks))
    assert [done.mode for done in found.tasks] == ["crash 20", "normal", "normal"]
    assert found.objectives == {"finish": 25.0, "cost": 60.0}
    thrifty = schedule(programme(tasks, budget=30.0))
    assert [done.mode for done in thrifty.tasks] == ["normal", "normal", "normal"]


def test_where_cost_comes_first_the_thriftiest_modes_are_found_however_long():
    tasks = (task("dig", 40), task("pour", 60, (("dig", "FS", 0),), cost=10, crash=(crash(5, 50),)))
    assert schedule(programme(tasks, order=("cost", "finish"))).objectives == {"cost": 10.0, "finish": 100.0}


def test_the_heavier_capability_comes_first():
    def delivering(target, weight):
        return task(target, 30, needs=(("crew", 1),), delivers=(Delivery("work_centre", target, quantity(weight)),))

    tasks = (delivering("light", 5.0), delivering("heavy", 5.0))
    plan = programme(tasks, (resource("crew", ((0, 1),)),), order=("capability",))
    for first, weights in (("heavy", {"heavy": 3.0}), ("light", {"light": 3.0})):
        weighted = replace(plan, objective=plan.objective.model_copy(update={"weights": weights}))
        assert starts(schedule(weighted))[first] == 0.0


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"deadline": 30.0}, "no schedule keeps the deadline of 'b'"),
        ({"budget": 5.0}, "no schedule keeps the budget, whatever else gives way"),
        ({"crew": 0.0}, "no schedule keeps the capacity of 'crew'"),
        ({"circle": True}, "a -> b -> a"),
    ],
)
def test_a_programme_that_cannot_be_is_refused_with_the_reason(change, part):
    first = (("b", "FS", 0),) if "circle" in change else ()
    tasks = (
        task("a", 20, first, (("crew", 1),), cost=10),
        task("b", 20, (("a", "FS", 0),), (("crew", 1),), deadline=change.get("deadline")),
    )
    plan = programme(tasks, (resource("crew", ((0, change.get("crew", 1.0)),)),), budget=change.get("budget"))
    with pytest.raises(ProgrammeError) as refused:
        schedule(plan)
    assert part in str(refused.value)


def test_floats_are_how_far_a_start_may_slip():
    tasks = (
        task("dig", 10), task("pour", 20, (("dig", "FS", 0),)), task("fence", 4, (("dig", "FS", 0),)),
        task("gate", 3, (("fence", "FS", 2),)), task("open", 1, (("pour", "FS", 0), ("gate", "FS", 0))),
    )  # fmt: skip
    found = schedule(programme(tasks))
    assert {d.task: (d.total_float, d.free_float) for d in found.tasks} == {
        "dig": (0, 0), "pour": (0, 0), "fence": (11, 0), "gate": (11, 11), "open": (0, 0)
    }  # fmt: skip
    assert [d.task for d in found.tasks if d.critical] == ["dig", "pour", "open"]


def test_the_critical_path_runs_through_resources():
    tasks = (task("a", 10, needs=(("crew", 1),)), task("b", 10, needs=(("crew", 1),)), task("c", 15))
    found = schedule(programme(tasks, (resource("crew", ((0, 1),)),)))
    assert {d.task for d in found.tasks if d.critical} == {"a", "b"}
    assert found.task["c"].total_float == 5.0


def test_an_empty_conversion_is_scheduled():
    plan = programme(())
    found = schedule(plan)
    assert (found.tasks, check_schedule(plan, found)) == ((), [])
    assert conversion_trials(plan, found, 1, range(3)).finish.shape == (3, 0)


@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.integers(0, 2), st.sampled_from(["always", "day"])), min_size=1, max_size=7
    ),
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from(["FS", "SS", "FF", "SF"]), st.floats(-5, 20))
    ),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example(rows=[(16.0, 0, "always"), (0.0, 0, "always"), (1e-300, 0, "day")], links=[(0, 2, "FS", 0.0)])
def test_any_conversion_is_scheduled_as_the_checker_wants_it(rows, links):
    after = [[] for _ in rows]
    for before, later, kind, lag in links:
        if before < later < len(rows) and all(link[0] != f"t{before}" for link in after[later]):
            after[later].append((f"t{before}", kind, lag))
    tasks = tuple(
        task(
            f"t{i}", hours, tuple(after[i]), (("crew", units),) if units else (), calendar=calendar,
            pauses=hours > 8 or i % 2 > 0, released=(("crew", 12),) if units and i % 3 else (),
        )
        for i, (hours, units, calendar) in enumerate(rows)
    )  # fmt: skip
    plan = programme(tasks, (resource("crew", ((0, 2), (30, 3))),), calendars=(day_shift(),))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert all(0 <= done.free_float <= done.total_float + 1e-6 for done in found.tasks)


def risky():
    """Three tasks in a row with a merge, one of them uncertain, one shared crew."""
    hours, entry = uncertain("dig_time", 10, 20, 60)
    tasks = (
        task("dig", hours, needs=(("crew", 1),)),
        task("paint", 25, needs=(("crew", 1),)),
        task("cure", 30, (("dig", "FS", 0),)),
        task("open", 1, (("cure", "FS", 0), ("paint", "FS", 0))),
    )
    return programme(tasks, (resource("crew", ((0, 1),)),), assumptions=(entry,))


def test_trials_keep_the_order_and_move_with_the_draws():
    plan = risky()
    found = schedule(plan)
    trials = conversion_trials(plan, found, 7, range(400))
    drawn = plan.register.draws("dig_time", 7, range(400))
    assert np.allclose(trials.finish_of("dig") - trials.start[:, 0], drawn)
    for before, after in found.order:
        later = trials.start[:, trials.tasks.index(after)]
        assert (later >= trials.finish_of(before) - 1e-9).all()
    assert (trials.start[:, 2] == trials.finish_of("dig")).all()
    assert trials.criticality[3] == 1.0
    assert trials.sensitivity[0] > 0.9
    assert trials.sensitivity[1] == 0.0


def test_a_world_is_the_same_alone_and_among_others():
    plan = risky()
    found = schedule(plan)
    together = conversion_trials(plan, found, 3, range(50))
    alone = conversion_trials(plan, found, 3, range(17, 18))
    assert (together.finish[17] == alone.finish[0]).all()


def test_merging_paths_make_the_mean_later_than_the_plan():
    hours = [uncertain(f"path_{i}", 10, 20, 30) for i in range(5)]
    tasks = (
        *(task(f"t{i}", drawn) for i, (drawn, _) in enumerate(hours)),
        task("end", 1, tuple((f"t{i}", "FS", 0) for i in range(5))),
    )
    plan = programme(tasks, assumptions=tuple(entry for _, entry in hours))
    found = schedule(plan)
    trials = conversion_trials(plan, found, 1, range(4000))
    # The largest of five symmetric triangles on 10..30: its mean by numerical integration of 1 - F(x)^5.
    grid = np.linspace(10, 30, 20001)
    share = np.where(grid < 20, (grid - 10) ** 2 / 200, 1 - (30 - grid) ** 2 / 200)
    expected = 10 + np.trapezoid(1 - share**5, grid) + 1
    assert found.finish == pytest.approx(21.0)
    assert trials.finish.max(axis=1).mean() == pytest.approx(expected, abs=0.15)
    assert trials.criticality[:5].sum() == pytest.approx(1.0, abs=0.01)


def test_a_greatest_lag_makes_the_earlier_task_wait():
    tasks = (
        task("pour", 8, calendar="day", needs=(("crew", 1),)),
        task("lay", 40, calendar="day", needs=(("crane", 1),)),
        task("strip", 4, (("pour", "FS", 2, 48), ("lay", "FS", 0)), calendar="day"),
        task("clean", 4, (("pour", "FS", 0),), calendar="day"),
    )
    plan = programme(tasks, (resource("crew", ((0, 1),)), resource("crane", ((0, 1),))), calendars=(day_shift(),))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    # Laying ends on Friday at 16:00, stripping starts on Monday at 8:00: pouring cannot end before Saturday at 8:00.
    assert found.task["strip"].start == 7 * 24 + 8.0 + 0.25 + 2.0
    assert found.task["pour"].finish == 7 * 24 + 8.25


def test_the_critical_path_runs_back_through_a_greatest_lag():
    tasks = (
        task("lay", 100), task("pour", 10), task("strip", 2, (("pour", "FS", 0, 40), ("lay", "FS", 0))),
        task("clean", 50, (("pour", "FS", 0),)), task("fence", 5),
    )  # fmt: skip
    found = schedule(programme(tasks))
    assert starts(found) == {"lay": 0.0, "pour": 50.0, "strip": 100.0, "clean": 60.0, "fence": 0.0}
    assert {d.task for d in found.tasks if d.critical} == {"lay", "pour", "strip", "clean"}


def test_a_task_that_may_not_pause_waits_for_a_shift_that_holds_it():
    tasks = (task("dig", 5, calendar="day"), task("pour", 6, (("dig", "FS", 0),), calendar="day", pauses=False))
    plan = programme((*tasks, task("cure", 1, (("pour", "FS", 0),))), calendars=(day_shift(),))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert (found.task["pour"].start, found.task["pour"].finish) == (24 + 8.0, 24 + 14.0)
    assert "may not" in " ".join(check_schedule(replace(plan, tasks=(*plan.tasks[:2],)), _moved(found, "pour", 13, 33)))


def _moved(found, name, start, finish):
    tasks = tuple(replace(d, start=start, finish=finish) if d.task == name else d for d in found.tasks[:2])
    return replace(found, tasks=tasks)


def test_a_task_that_may_not_pause_and_is_drawn_too_long_works_overtime():
    hours, entry = uncertain("pour_time", 4, 6, 12)
    plan = programme(
        (task("dig", 3), task("pour", hours, (("dig", "FS", 0),), calendar="day", pauses=False)),
        calendars=(day_shift(),), assumptions=(entry,),
    )  # fmt: skip
    trials = conversion_trials(plan, schedule(plan), 3, range(200))
    drawn = plan.register.draws("pour_time", 3, range(200))
    assert (drawn > 8).any()
    assert (trials.start[:, 1] == 8.0).all()
    assert np.allclose(trials.finish_of("pour") - trials.start[:, 1], drawn)


def test_a_crane_that_is_released_at_night_serves_both_shifts():
    night = day_shift("night", opens=18.0, closes=23.0, week=7)
    tasks = (
        task("install", 20, calendar="day", needs=(("crane", 1),), released=(("crane", 10),)),
        task("move", 12, calendar="night", needs=(("crane", 1),), released=(("crane", 10),)),
    )
    plan = programme(tasks, (resource("crane", ((0, 1),)),), calendars=(day_shift(), night))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert starts(found) == {"install": 8.0, "move": 18.0}
    kept = replace(plan, tasks=tuple(replace(each, released=()) for each in tasks))
    assert schedule(kept).finish > found.finish
    assert "overdrawn" in " ".join(check_schedule(kept, found))
    again = conversion_trials(plan, found, 1, range(1))
    assert again.start[0].tolist() == [8.0, 18.0]


def test_an_optional_task_is_done_where_it_pays():
    second_crew = Delivery("crew", "crew", quantity(1, Dimension.NUMBER))
    tasks = (
        task("hire", 5, cost=100, delivers=(second_crew,), optional=True),
        task("north", 40, needs=(("crew", 1),)), task("south", 40, needs=(("crew", 1),)),
        task("shed", 30, cost=10, optional=True),
    )  # fmt: skip
    plan = programme(tasks, (resource("crew", ((0, 1),)),))
    fast = schedule(plan)
    assert check_schedule(plan, fast) == []
    assert [done.mode for done in fast.tasks] == ["normal", "normal", "normal", OMITTED]
    assert fast.objectives == {"finish": 45.0, "cost": 100.0}
    thrifty = replace(plan, objective=plan.objective.model_copy(update={"order": ("cost", "finish")}))
    slow = schedule(thrifty)
    assert check_schedule(thrifty, slow) == []
    assert [done.mode for done in slow.tasks] == [OMITTED, "normal", "normal", OMITTED]
    assert slow.objectives == {"cost": 0.0, "finish": 80.0}
    assert slow.commissioned(plan) == ()
    assert slow.decided(plan).task["hire"].delivers == ()
    assert fast.decided(plan).task["hire"].delivers == (second_crew,)


def test_capability_that_an_optional_task_would_deliver_counts_as_never_there():
    line = Delivery("work_centre", "line", quantity(4, Dimension.NUMBER))
    tasks = (task("line", 24, cost=50, delivers=(line,), optional=True), task("rest", 10))
    plan = programme(tasks, order=("capability", "cost"), days=10)
    assert schedule(plan).objectives == {"capability": 24.0, "cost": 50.0}
    thrifty = replace(plan, objective=plan.objective.model_copy(update={"order": ("cost", "capability")}))
    assert schedule(thrifty).objectives == {"cost": 0.0, "capability": 240.0}


def test_floats_end_where_a_greatest_lag_does():
    tasks = (
        task("pour", 10), task("strip", 2, (("pour", "FS", 0, 5),)), task("clean", 4, (("pour", "FS", 0),)),
        task("open", 1, (("clean", "FS", 20),)),
    )  # fmt: skip
    found = schedule(programme(tasks))
    assert {d.task: (d.total_float, d.free_float) for d in found.tasks} == {
        "pour": (0, 0), "strip": (5, 5), "clean": (0, 0), "open": (0, 0)
    }  # fmt: skip


def test_a_greatest_lag_that_no_waiting_keeps_is_broken_in_that_world():
    hours, entry = uncertain("cure_time", 10, 20, 60)
    tasks = (
        task("pour", 5), task("cure", hours, (("pour", "FS", 0),)),
        task("strip", 5, (("cure", "FS", 0), ("pour", "FS", 0, 40))), task("lay", 100),
        task("roof", 5, (("strip", "FS", 0, 10), ("lay", "FS", 0))),
    )  # fmt: skip
    plan = programme(tasks, assumptions=(entry,))
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    trials = conversion_trials(plan, found, 5, range(300))
    drawn = plan.register.draws("cure_time", 5, range(300))
    assert trials.broken == {("pour", "strip"): (drawn > 40).mean(), ("strip", "roof"): 0.0}
    assert 0 < trials.broken["pour", "strip"] < 1
    analysis = risk_analysis(plan, found, trials=300, seed=5, relevelled=1)
    assert analysis.broken == trials.broken
    assert [row[:2] for row in risk_tables(plan, analysis)["lags"].rows] == [("pour", "strip")]
    # The other greatest lag is kept all the same: everything before the roof waits for what is laid.
    assert np.allclose(trials.start[:, 4] - trials.finish_of("strip"), 10.0)


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(0, 2), st.sampled_from(["always", "day"])), min_size=2, max_size=6
    ),
    st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(0, 5), st.sampled_from(["FS", "SS", "FF", "SF"]), st.integers(-5, 20),
            st.integers(0, 80),
        )
    ),
)  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_greatest_lags_are_kept_by_the_plan_and_by_its_replay(rows, links):
    after = [[] for _ in rows]
    for before, later, kind, lag, more in links:
        if before < later < len(rows) and all(link[0] != f"t{before}" for link in after[later]):
            after[later].append((f"t{before}", kind, lag, lag + more))
    tasks = tuple(
        task(f"t{i}", hours, tuple(after[i]), (("crew", units),) if units else (), calendar=calendar)
        for i, (hours, units, calendar) in enumerate(rows)
    )
    plan = programme(tasks, (resource("crew", ((0, 2),)),), calendars=(day_shift(),))
    try:
        found = schedule(plan)
    except ProgrammeError:
        return
    assert check_schedule(plan, found) == []
    again = conversion_trials(plan, found, 1, range(1))
    assert again.start[0].tolist() == [done.start for done in found.tasks]
    assert not any(again.broken.values())


def test_a_greatest_lag_that_is_out_of_reach_counts_no_more_under_way():
    tasks = (task("pour", 5), task("strip", 5, (("pour", "FS", 0, 24),)), task("roof", 5, (("strip", "FS", 0, 10),)))
    when = lambda hours: quantity(hours, Dimension.DATE)  # noqa: E731
    state = (TaskProgress(task="pour", actual_start=when(0), actual_finish=when(5)),)
    plan = replace(programme(tasks), status_date=when(100), progress=state)
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert conversion_trials(plan, found, 1, range(3)).broken == {("strip", "roof"): 0.0}
