"""Discrete risks in the trials: a two-point law in closed form, tasks hit together, worlds that agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scheduling.problems import day_shift, programme, quantity, task, uncertain

from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.risks import Risk, happens
from plantwright.scheduling import conversion_trials, schedule

WORLDS = range(4000)


def risk(name: str, probability: float, tasks: tuple[str, ...], hours: float = 0.0, **more: object) -> Risk:
    return Risk(
        id=name, probability=Quantity(probability), tasks=tasks, delay=quantity(hours, Dimension.TIME), **more
    )  # fmt: skip


def trials_of(plan, *risks):
    return conversion_trials(replace(plan, risks=risks), schedule(plan), 11, WORLDS)


def chain(*hours: float):
    return programme(
        tuple(task(f"t{i}", h, ((f"t{i - 1}", "FS", 0),) if i else ()) for i, h in enumerate(hours))
    )  # fmt: skip


def test_a_risk_that_may_happen_makes_the_finish_a_two_point_law():
    # 30 h with probability 0.75, 50 h with 0.25: mean 35, variance 20^2 * 0.25 * 0.75.
    finish = trials_of(chain(10, 20), risk("r", 0.25, ("t1",), 20.0)).finish[:, -1]
    assert set(finish) == {30.0, 50.0}
    assert finish.mean() == pytest.approx(35.0, abs=4 * 20 * np.sqrt(0.1875 / len(WORLDS)))


def test_one_risk_correlates_the_tasks_that_it_hits():
    # Two of them on one path: 0 or 2 x 20 h and never 20, so variance 40^2 pq where independent ones have 2 x 20^2 pq.
    together = trials_of(chain(10, 20), risk("r", 0.5, ("t0", "t1"), 20.0)).finish[:, -1]
    apart = trials_of(chain(10, 20), risk("r", 0.5, ("t0",), 20.0), risk("s", 0.5, ("t1",), 20.0)).finish[:, -1]
    assert set(together) == {30.0, 70.0}
    assert set(apart) == {30.0, 50.0, 70.0}
    assert together.var() / apart.var() == pytest.approx(2.0, rel=0.1)


def test_factors_multiply_first_and_delays_come_on_top():
    both = (risk("f", 1.0, ("t0",), factor=Quantity(1.5)), risk("d", 1.0, ("t0",), 4.0))
    assert set(trials_of(chain(10, 20), *both).finish[:, -1]) == {39.0}
    assert set(trials_of(chain(10, 20), *reversed(both)).finish[:, -1]) == {39.0}


def test_a_delay_in_days_and_weeks_is_working_time_of_each_task():
    job = task("dig", 8, calendar="day"), task("cure", 8)
    plan = programme(job, calendars=(day_shift(),))
    week = Risk(
        id="r", probability=Quantity(1.0), tasks=("dig", "cure"), delay=Quantity(168.0, Dimension.TIME, unit="week")
    )
    finish = trials_of(plan, week).finish[0]
    # Six days of work from Monday 8:00 end on the next Monday at 16:00; a week of curing is 168 h.
    assert finish.tolist() == [7 * 24 + 16.0, 176.0]


def test_a_mitigated_risk_happens_in_part_of_its_worlds_and_does_what_is_left():
    flood = risk(
        "flood", 0.6, ("t1",), 20.0, mitigation="pumps", mitigated_probability=Quantity(0.2),
        mitigated_delay=quantity(5.0),
    )  # fmt: skip
    as_is = trials_of(chain(10, 20), flood).finish[:, -1]
    mitigated = trials_of(chain(10, 20), flood.model_copy(update={"mitigated": True})).finish[:, -1]
    assert set(mitigated) == {30.0, 35.0}
    assert (mitigated <= as_is).all()
    assert ((mitigated == 35.0) <= (as_is == 50.0)).all()


def test_a_programme_without_risks_has_the_same_worlds_as_before():
    hours, entry = uncertain("x", 10, 20, 60)
    plan = programme((task("a", hours), task("b", 5, (("a", "FS", 0),))), assumptions=(entry,))
    plain = trials_of(plan).finish
    idle = trials_of(plan, risk("r", 0.0, ("a",), 50.0)).finish
    hit = trials_of(plan, risk("r", 0.3, ("a",), 50.0)).finish
    rare = happens(replace(plan, risks=(risk("r", 0.3, ("a",)),)), 11, WORLDS, {})[:, 0]
    assert (plain == idle).all()
    assert (hit[~rare] == plain[~rare]).all()
    assert np.allclose(hit[rare], plain[rare] + 50.0)


networks = st.lists(
    st.tuples(st.floats(1, 60), st.sampled_from(["always", "day"]), st.lists(st.integers(0, 6), max_size=2)),
    min_size=1, max_size=7,
)  # fmt: skip
threats = st.lists(
    st.tuples(st.floats(0, 1), st.sets(st.integers(0, 6), min_size=1), st.floats(0, 30), st.floats(1, 2)), max_size=4
)


@given(networks, threats)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_world_is_later_without_a_risk(rows, rows_of_risks):
    tasks = tuple(
        task(f"t{i}", hours, tuple((f"t{b}", "FS", 0) for b in sorted(set(before)) if b < i), calendar=calendar)
        for i, (hours, calendar, before) in enumerate(rows)
    )
    plan = programme(tasks, calendars=(day_shift(),))
    risks = tuple(
        risk(f"r{k}", p, tuple(f"t{i}" for i in sorted(hit)), delay, factor=Quantity(factor))
        for k, (p, hit, delay, factor) in enumerate(rows_of_risks)
    )
    found = schedule(plan)
    whole = conversion_trials(replace(plan, risks=risks), found, 2, range(40)).finish
    for number in range(len(risks)):
        fewer = replace(plan, risks=risks[:number] + risks[number + 1 :])
        assert (conversion_trials(fewer, found, 2, range(40)).finish <= whole + 1e-6).all()
    bare = conversion_trials(plan, found, 2, range(40)).finish
    assert (bare == np.array([done.finish for done in found.tasks])).all()
