"""The risk analysis: what must hold in every programme, kept by the independent checker and by fresh analyses."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import day_shift, programme, quantity, resource, task, uncertain

from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.read import load
from plantwright.model.risks import Risk
from plantwright.model.schedule import ScheduledTask
from plantwright.scheduling import check_risk_analysis, check_schedule, conversion_trials, risk_analysis, schedule
from plantwright.scheduling.relevel import levelled
from plantwright.scheduling.risk import order_of, replay_planned
from plantwright.scheduling.worlds import drawn_worlds, planned_world

EXAMPLES = Path(__file__).parents[2] / "examples"


def risky(*, uncertain_too: bool = True):
    """Two crews' work with a merge; two risks, one of them mitigated in the plan, one that can be."""
    hours, entry = uncertain("dig_time", 10, 20, 60)
    tasks = (
        task("dig", hours if uncertain_too else 20, needs=(("crew", 1),), cost=100, calendar="day"),
        task("paint", 25, needs=(("crew", 1),), calendar="day"),
        task("cure", 30, (("dig", "FS", 5),)),
        task("open", 8, (("cure", "FS", 0), ("paint", "FS", 0)), calendar="day", deadline=400),
    )
    risks = (
        Risk(
            id="rain", probability=Quantity(0.4), tasks=("dig", "paint"), delay=quantity(8.0), cost=Quantity(50.0),
            mitigation="tent", mitigation_cost=Quantity(10.0), mitigated_probability=Quantity(0.1),
        ),
        Risk(
            id="rust", probability=Quantity(0.5), tasks=("open",), factor=Quantity(2.0), mitigated=True,
            mitigation="grease", mitigation_cost=Quantity(5.0), mitigated_factor=Quantity(1.25),
        ),
        Risk(id="toll", probability=Quantity(0.3), cost=Quantity(70.0), group="money"),
        Risk(id="levy", probability=Quantity(0.4), cost=Quantity(90.0), group="money"),
    )  # fmt: skip
    crew = resource("crew", ((0, 1),)).model_copy(update={"cost": Quantity(3.0, Dimension.MONEY_RATE)})
    plan = programme(tasks, (crew,), calendars=(day_shift(),), assumptions=(entry,) if uncertain_too else ())
    return replace(plan, risks=risks)


def analysed(plan, trials=700, **more):
    return risk_analysis(plan, schedule(plan), trials=trials, seed=4, **more)


@pytest.mark.parametrize("name", ["small", pytest.param("ohio", marks=pytest.mark.slow)])
def test_an_examples_analysis_is_what_its_worlds_walked_again_say(name):
    plan = load(EXAMPLES / name)
    found = schedule(plan)
    assert check_risk_analysis(plan, found, risk_analysis(plan, found, trials=200)) == []


def test_the_checker_finds_a_finish_a_cost_and_a_slip_that_are_not_so():
    plan = risky()
    found = schedule(plan)
    good = risk_analysis(plan, found, trials=50)
    assert check_risk_analysis(plan, found, good) == []
    late = replace(good, planned=replace(good.planned, finish=good.planned.finish + 1.0))
    dear = replace(good, ranges=replace(good.ranges, cost=good.ranges.cost + 1.0))
    bent = replace(good, slip=replace(good.slip, merging=good.slip.merging + 1.0))
    for wrong, said in ((late, "ends at"), (dear, "costs"), (bent, "do not add")):
        assert any(said in line for line in check_risk_analysis(plan, found, wrong))


def test_the_worlds_are_those_of_the_trials_whatever_the_batch():
    plan = risky()
    found = schedule(plan)
    whole = risk_analysis(plan, found, trials=1_100, seed=9)
    some = risk_analysis(plan, found, trials=510, seed=9)
    trials = conversion_trials(plan, found, 9, range(1_100))
    assert (whole.planned.finish == trials.finish.max(axis=1)).all()
    assert (whole.planned.finish[:510] == some.planned.finish).all()
    assert (whole.risks[0].happens[:510] == some.risks[0].happens).all()
    assert np.allclose(whole.criticality, trials.criticality)
    assert whole.milestones == ("open",)
    assert (whole.milestone_finish[:, 0] == trials.finish_of("open")).all()


def test_a_risk_taken_away_leaves_what_a_programme_without_it_finds():
    plan = risky()
    found = schedule(plan)
    whole = risk_analysis(plan, found, trials=600, seed=2)
    for number, each in enumerate(whole.risks[:2]):
        fewer = replace(plan, risks=plan.risks[:number] + plan.risks[number + 1 :])
        alone = risk_analysis(fewer, found, trials=600, seed=2).planned
        assert (each.without.finish == alone.finish).all()
        assert np.allclose(each.without.cost, alone.cost)
        assert (each.without.finish <= whole.planned.finish + 1e-9).all()


def test_a_mitigation_switched_is_what_a_programme_with_it_finds():
    plan = risky()
    found = schedule(plan)
    whole = risk_analysis(plan, found, trials=600, seed=2)
    for number, risk in enumerate(plan.risks[:2]):
        other = risk.model_copy(update={"mitigated": not risk.mitigated})
        changed = replace(plan, risks=(*plan.risks[:number], other, *plan.risks[number + 1 :]))
        alone = risk_analysis(changed, found, trials=600, seed=2).planned
        assert (whole.risks[number].switched.finish == alone.finish).all()
        assert np.allclose(whole.risks[number].switched.cost, alone.cost)
    assert (whole.mitigated.finish <= whole.planned.finish + 1e-9).all()
    assert (whole.planned.finish <= whole.unmitigated.finish + 1e-9).all()


def test_with_nothing_uncertain_the_analysis_is_the_plan():
    plan = replace(risky(uncertain_too=False), risks=())
    found = schedule(plan)
    same = risk_analysis(plan, found, trials=20)
    assert set(same.planned.finish) == {found.finish}
    assert same.planned.cost == pytest.approx([same.planned_cost] * 20)
    assert same.relevelled.max() <= found.finish + 1e-6
    assert same.criticality.tolist() == [float(done.critical) for done in found.tasks]
    assert (same.slip.whole, same.merges, same.drivers) == (pytest.approx(0.0, abs=1e-6), (), ())
    assert not same.sensitivity.any()
    assert not same.deviation.any()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5))
@settings(max_examples=20, deadline=None)
def test_the_p80_never_falls_with_the_probability(shares):
    plan = risky()
    found = schedule(plan)
    ends = []
    for share in sorted(shares):
        rain = plan.risks[0].model_copy(update={"probability": Quantity(share), "mitigated_probability": None})
        ends.append(risk_analysis(replace(plan, risks=(rain,)), found, trials=150, relevelled=1).planned.finish)
    assert all((later >= earlier).all() for earlier, later in pairwise(ends))


networks = st.lists(
    st.tuples(
        st.integers(1, 60), st.integers(0, 2), st.sampled_from(["always", "day"]), st.booleans(),
        st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["FS", "SS"]), st.integers(0, 12)), max_size=3),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def network(rows):
    tasks, entries = [], []
    for number, (hours, units, calendar, varies, before) in enumerate(rows):
        duration, entry = uncertain(f"h{number}", 0.5 * hours, hours, 3 * hours)
        entries += [entry] if varies else []
        links = {b: (f"t{b}", kind, lag) for b, kind, lag in before if b < number}
        needs = (("crew", units),) if units else ()
        tasks.append(
            task(
                f"t{number}", duration if varies else hours, tuple(links.values()), needs, calendar=calendar,
                pauses=varies or hours > 8, released=(("crew", 12),) if units and number % 3 else (),
            )
        )  # fmt: skip
    crew = resource("crew", ((0, 2), (50, 3)))
    return programme(tuple(tasks), (crew,), calendars=(day_shift(),), assumptions=tuple(entries))


@given(networks)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_analysis_passes_the_checker(rows):
    plan = network(rows)
    risk = Risk(id="r", probability=Quantity(0.5), tasks=("t0",), delay=quantity(9.0), factor=Quantity(1.5))
    plan = replace(plan, risks=(risk,))
    found = schedule(plan)
    assert check_risk_analysis(plan, found, risk_analysis(plan, found, trials=30), worlds=8) == []


@given(networks)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_levelled_anew_as_planned_no_task_is_later_and_every_rule_is_kept(rows):
    plan = network(rows)
    found = schedule(plan)
    order = order_of(plan, found)
    start, finish, _ = levelled(plan, order, replay_planned(plan, order).start[0], planned_world(plan, order.modes))
    again = tuple(
        ScheduledTask(done.task, done.mode, float(a), float(b), 0.0, 0.0, False)
        for done, a, b in zip(found.tasks, start[0], finish[0], strict=True)
    )
    assert check_schedule(plan, replace(found, tasks=again, order=())) == []
    assert all(new.start <= done.start + 1e-6 for new, done in zip(again, found.tasks, strict=True))


def test_levelling_anew_lets_a_task_pass_one_that_is_late():
    # Planned a, then b on the one crew; where a waits for a late permit, b goes first.
    permit, entry = uncertain("permit", 1, 2, 60)
    tasks = (
        task("permit", permit),
        task("a", 10, (("permit", "FS", 0),), (("crew", 1),)),
        task("b", 10, (), (("crew", 1),), release=5),
    )
    plan = programme(tasks, (resource("crew", ((0, 1),)),), assumptions=(entry,))
    plan = replace(plan, register=replace(plan.register, planning_quantile=0.05))
    tasks = (replace(tasks[0], modes=(replace(tasks[0].modes[0], duration=replace(permit, planned=2.0)),)), *tasks[1:])
    plan = replace(plan, tasks=tasks)
    found = analysed(plan, 300, relevelled=300)
    assert (found.relevelled <= found.planned.finish + 1e-6).all()
    assert found.relevelled.mean() < found.planned.finish.mean() - 2


def test_capacity_that_has_fallen_for_good_leaves_no_place():
    hours, entry = uncertain("x", 10, 12, 200)
    tasks = (task("a", hours, needs=(("crew", 2),)),)
    plan = programme(tasks, (resource("crew", ((0, 2), (100, 1))),), assumptions=(entry,))
    found = analysed(plan, 200, relevelled=200)
    long = found.planned.finish > 100
    assert long.any()
    assert (np.isnan(found.relevelled) == long).all()


def test_levelling_anew_keeps_greatest_lags():
    # The pour may wait two hours at most for its finish; the finishers come when the long survey is over.
    hours, entry = uncertain("survey", 10, 20, 60)
    tasks = (
        task("pour", 4, needs=(("mixer", 1),)), task("survey", hours, needs=(("crew", 1),)),
        task("finish", 3, (("pour", "FS", 0, 2),), (("crew", 1),), release=12),
    )  # fmt: skip
    plan = programme(tasks, (resource("crew", ((0, 1),)), resource("mixer", ((0, 1),))), assumptions=(entry,))
    found = schedule(plan)
    order = order_of(plan, found)
    worlds = drawn_worlds(plan, order.modes, 1, range(100))
    start, finish, broken = levelled(plan, order, replay_planned(plan, order).start[0], worlds)
    assert not broken.any()
    assert (start[:, 2] - finish[:, 0] <= 2 + 1e-6).all()
    assert (start[:, 2] > finish[:, 0] - 1e-6).all()
    assert start[:, 0].std() > 1


def test_a_greatest_lag_that_ticks_keep_is_kept_in_hours():
    tasks = (
        task("a", 1.3), task("pour", 2.6, (("a", "FS", 0),)), task("b", 7.9),
        task("finish", 1.0, (("pour", "FS", 0, 1), ("b", "FS", 0))),
    )  # fmt: skip
    found = schedule(programme(tasks))
    assert found.task["finish"].start - found.task["pour"].finish <= 1 + 1e-6


def test_the_mitigation_of_an_exclusive_risk_moves_no_other():
    found = analysed(risky(), 400)
    toll, levy = found.risk["toll"], found.risk["levy"]
    assert not (toll.happens & levy.happens).any()


def test_fewer_than_one_trial_is_refused():
    plan = load(EXAMPLES / "small")
    with pytest.raises(ValueError, match="a trial or more"):
        risk_analysis(plan, schedule(plan), trials=0)
