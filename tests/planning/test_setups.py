"""Changeovers between product families: planned as lost hours, checked, and laid beside the simulation's."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, remainder

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_priority import deliveries
from tests.planning.test_properties import QUICK, plants

from plantwright.model.outcome import STATES
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.planning import check_plan, plan
from plantwright.simulation import simulate


def two_families(setup: float, *, first: int = 1, second: int = 1, due: float = DAY) -> Plant:
    """One station; units of both families take 10 hours, a changeover `setup`."""
    plant = Plant(weeks=12).centre("cell", setup=q(setup))
    for item in ("red", "blue"):
        plant.make(item, {"at": "cell", "hours": 10})
        plant.rows["items"][-1] = plant.rows["items"][-1].model_copy(update={"family": item})
    return plant.demand("a", "red", first, due=due).demand("b", "blue", second, due=due)


def planned(plant: Plant) -> tuple[Programme, Plan]:
    programme = plant.programme()
    found = plan(programme, plant.schedule())
    assert check_plan(programme, plant.schedule(), found) == ()
    return programme, found


def test_a_day_of_two_families_loses_a_setup() -> None:
    """10 h and 10 h and a setup of 4 h fill a day; with one of 5 h the second is an hour late."""
    _, fits = planned(two_families(4))
    assert [deliveries(fits, d) for d in ("a", "b")] == [[(1, DAY)], [(1, DAY)]]
    assert (fits.loads[0].setup, fits.loads[0].needed) == (4, 24)
    _, late = planned(two_families(5))
    assert deliveries(late, "b") == [(1, DAY + 1)]
    assert late.loads[0].setup == 5


def test_one_family_loses_nothing() -> None:
    plant = Plant().centre("cell", setup=q(8)).make("x", {"at": "cell", "hours": 10})
    plant.rows["items"][-1] = plant.rows["items"][-1].model_copy(update={"family": "racks"})
    assert all(load.setup == 0 for load in planned(plant.demand("a", "x", 4, WEEK))[1].loads)


@QUICK
@given(plants(), st.floats(0.5, 12), st.booleans())
def test_every_plan_with_changeovers_passes_the_checker(plant: Plant, setup: float, both: bool) -> None:
    centres = plant.rows["work_centres"]
    for k, centre in enumerate(centres):
        centres[k] = centre.model_copy(update={"setup": q(setup)}) if both or k == 0 else centre
    items = plant.rows["items"]
    for k, item in enumerate(items):
        items[k] = item.model_copy(
            update={"family": {"rack": "racks", "tray0": "zero", "tray1": "one"}.get(item.id, "")}
        )
    _, found = planned(plant)
    centres = {centre.id: centre for centre in plant.rows["work_centres"]}
    for load in (each for each in found.loads if each.kind == "work_centre"):
        hours = centres[load.object].setup
        assert 0 <= load.setup <= load.needed <= load.available + 1e-6
        assert load.setup == 0 if hours is None else isclose(remainder(load.setup, hours.planned), 0, abs_tol=1e-6)


def test_the_checker_sees_changeovers_that_were_forgotten() -> None:
    plant = two_families(4)
    programme, found = planned(plant)
    wrong = replace(
        found, loads=tuple(replace(load, setup=0.0, needed=load.needed - load.setup) for load in found.loads)
    )
    assert any("changeovers" in fault for fault in check_plan(programme, plant.schedule(), wrong))


def test_the_simulation_changes_over_as_planned_or_once_more_a_day() -> None:
    """A unit of each family every day: well sequenced a day has one changeover, first come first served it has two."""
    plant = two_families(2, due=DAY)
    for day in range(2, 11):
        plant.demand(f"a{day}", "red", 1, due=day * DAY).demand(f"b{day}", "blue", 1, due=day * DAY)
    programme, found = planned(plant)
    lost = sum(load.setup for load in found.loads)
    results = simulate(programme, found, np.zeros((3, 0)), 3, 1)
    simulated = results.states[:, 0, :, STATES.index("setup")].sum(axis=1).mean()
    assert lost == 10 * 2
    assert lost - 2 <= simulated <= 2 * lost
