"""The risk register: what a row may say, what is wrong with one, and that every risk's worlds are its own."""
# ruff: noqa: E501  tables of cases read best with a row a line

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.model.assumptions import uniforms
from plantwright.model.issues import Issue
from plantwright.model.quantity import Quantity
from plantwright.model.read import check, load
from plantwright.model.risks import Risk, happens

MAIN = "name: Tiny\nstart: 2026-01-05\nhorizon: 2026-12-31\ncalendars:\n  day:\n    shifts: {mon-fri: ['08:00-16:00']}\nparties:\n  - {id: us, name: Us, role: operator}\n"
TASKS = "id,duration,area,calendar\ndig,2 weeks,Yard,day\npour,1 week,Yard,day\n"
WORLDS = range(4000)


def issues(folder: Path, risks: str) -> list[Issue]:
    (folder / "programme.yaml").write_text(MAIN)
    (folder / "tasks.csv").write_text(TASKS)
    (folder / "risks.csv").write_text(risks)
    return list(check(folder))


@pytest.mark.parametrize(
    ("risks", "column", "severity", "said"),
    [
        ("id,probability,tasks,delay\nr,120 %,dig,1 week\n", "probability", "error", "more than the whole"),
        ("id,probability,tasks,delay\nr,-0.2,dig,1 week\n", "probability", "error", "negative"),
        ("id,probability,tasks,delay\nr,0.2,digg,1 week\n", "tasks", "error", "no task 'digg'"),
        ("id,probability,tasks,delay\nr,0.2,dig,3 kW\n", "delay", "error", "a power, not a time"),
        ("id,probability,tasks,delay\nr,0.2,dig,5\n", "delay", "error", "no unit"),
        ("id,probability,tasks,cost\nr,0.2,dig,5 weeks\n", "cost", "error", "not an amount of money"),
        ("id,probability,areas,delay\nr,0.2,Yardd,1 week\n", "areas", "error", "no task is in the area"),
        ("id,probability,calendars,delay\nr,0.2,night,1 week\n", "calendars", "error", "no calendar 'night'"),
        ("id,probability,equipment,delay\nr,0.2,oven,1 week\n", "equipment", "error", "no equipment 'oven'"),
        ("id,probability,owner,cost\nr,0.2,them,1 USD\n", "owner", "error", "no party 'them'"),
        ("id,probability,delay\nr,0.2,1 week\n", "tasks", "error", "takes time of no task"),
        ("id,probability,tasks\nr,0.2,dig\n", "delay", "warning", "does nothing"),
        ("id,probability,tasks,factor\nr,0.2,dig,0\n", "factor", "error", "leaves nothing"),
        ("id,probability,tasks,delay,mitigation,mitigated_probability\nr,0.2,dig,1 week,pumps,0.3\n", "mitigated_probability", "error", "worse"),
        ("id,probability,tasks,delay,mitigation,mitigated_delay\nr,0.2,dig,1 week,pumps,2 weeks\n", "mitigated_delay", "error", "worse"),
        ("id,probability,tasks,factor,mitigation,mitigated_factor\nr,0.2,dig,1.2,pumps,1.3\n", "mitigated_factor", "error", "worse"),
        ("id,probability,cost,mitigation,mitigated_cost\nr,0.2,5 USD,pumps,6 USD\n", "mitigated_cost", "error", "worse"),
        ("id,probability,tasks,delay,mitigated_delay\nr,0.2,dig,2 weeks,1 week\n", "mitigation", "warning", "not what it is"),
        ("id,probability,tasks,delay,mitigated\nr,0.2,dig,2 weeks,yes\n", "mitigation", "warning", "changes nothing"),
        ("id,probability,cost,group\nr,60 %,1 USD,g\ns,60 %,1 USD,g\n", "probability", "error", "add to 120%"),
        ("id,probability,cost,kind\nr,0.2,1 USD,sourced\n", "source", "error", "names no source"),
        ("id,probability,cost\nr,0.2,1 USD\nr,0.3,1 USD\n", "id", "error", "there already"),
        ("id,probability,tasks,delay\nr,0.2,\"dig, dig\",1 week\n", "tasks", "error", "twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_risk_is_said(risks, column, severity, said, tmp_path):
    found = issues(tmp_path, risks)
    assert len(found) == 1, "\n".join(map(str, found))
    assert (found[0].file, found[0].column, found[0].severity) == ("risks.csv", column, severity)
    assert said in found[0].message


def test_an_assumption_of_a_probability_stays_within_the_whole(tmp_path):
    (tmp_path / "assumptions.csv").write_text("id,low,likely,high\nchance,0.5,0.8,1.4\n")
    found = issues(tmp_path, "id,probability,tasks,delay\nr,@chance,dig,1 week\n")
    assert [(each.column, "more than the whole" in each.message) for each in found] == [("probability", True)]


def test_a_risk_hits_by_id_area_equipment_and_calendar():
    programme = load(Path(__file__).parents[2] / "examples" / "ohio")
    by_area = Risk(id="r", probability=Quantity(0.5), areas=("Cooling",))
    by_purchase = Risk(id="r", probability=Quantity(0.5), equipment=("chiller",))
    by_calendar = Risk(id="r", probability=Quantity(0.5), calendars=("two_shift",))
    assert {t.area for t in programme.tasks if by_area.hits(t)} == {"Cooling"}
    assert [t.id for t in programme.tasks if by_purchase.hits(t)] == ["buy_chillers"]
    assert {t.calendar for t in programme.tasks if by_calendar.hits(t)} == {"two_shift"}


def risk(name: str, probability: float, group: str = "", mitigated: float | None = None) -> Risk:
    then = None if mitigated is None else Quantity(mitigated)
    return Risk(id=name, probability=Quantity(probability), group=group, mitigated_probability=then)


def found(*risks: Risk, mitigated: dict[str, bool] | None = None) -> np.ndarray:
    programme = load(Path(__file__).parents[2] / "examples" / "small")
    return happens(replace(programme, risks=risks), 5, WORLDS, mitigated or {})


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_risks_worlds_are_the_same_whichever_others_there_are(one, two, three):
    a, b, c = risk("a", one), risk("b", two), risk("c", three)
    together = found(a, b, c)
    assert (found(c, a) == together[:, [2, 0]]).all()
    assert (found(b)[:, 0] == together[:, 1]).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_risk_happens_in_all_worlds_of_a_less_likely_one(one, two):
    low, high = sorted((one, two))
    assert (found(risk("a", low)) <= found(risk("a", high))).all()
    as_is, mitigated = (found(risk("a", high, mitigated=low), mitigated={"a": done}) for done in (False, True))
    assert (mitigated <= as_is).all()


def test_exclusive_risks_never_meet_and_keep_their_chances():
    share = found(risk("a", 0.3, "g"), risk("b", 0.5, "g"), risk("c", 0.2, "g"))
    assert (share.sum(axis=1) == 1).all()
    assert share.mean(axis=0) == pytest.approx([0.3, 0.5, 0.2], abs=0.03)


def test_the_share_of_worlds_is_the_probability():
    # Within four standard errors of the binomial proportion.
    assert found(risk("a", 0.2)).mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / len(WORLDS)))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 7))
def test_a_worlds_uniform_number_never_depends_on_which_others_are_drawn(first, length, step):
    whole = uniforms(3, "key", range(120))
    worlds = range(first, first + length, step)
    assert (uniforms(3, "key", worlds) == whole[first : first + length : step]).all()
