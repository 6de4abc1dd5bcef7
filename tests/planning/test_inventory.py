"""Projected stock by week: counted by hand on a small plant, and against flows and pegging on drawn ones."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from tests.planning.programmes import WEEK, Plant, q
from tests.planning.test_properties import QUICK, supplied_plants

from plantwright.model.plan import Inventory, Plan
from plantwright.planning import plan, with_inventory


def stocked(plant: Plant) -> Plan:
    programme = plant.programme()
    return with_inventory(programme, plan(programme, plant.schedule()))


def test_stock_rises_when_parts_come_and_falls_when_they_are_built_in() -> None:
    plant = Plant(weeks=6).centre("line", 5).make("rack", {"at": "line", "hours": 10}, part=2)
    plant.stock("part", 3).source("part", lead=WEEK, moq=10).demand("a", "rack", 5, 4 * WEEK)
    found = {each.item: each for each in stocked(plant).inventory}
    part = found["part"]
    assert part.opening == 3
    assert sum(part.received) == 10
    assert sum(part.used) == 10
    assert part.on_hand[-1] == 3
    assert part.on_hand[0] == 3
    rack = found["rack"]
    assert (rack.opening, sum(rack.received), sum(rack.used), rack.on_hand[-1]) == (0, 5, 5, 0)


def test_what_expires_leaves_the_stock() -> None:
    plant = Plant(weeks=6).stock("glue", 8, expires=q(2 * WEEK)).stock("rack", 1).demand("a", "rack", 1, 10)
    glue = next(each for each in stocked(plant).inventory if each.item == "glue")
    assert (glue.expired[2], glue.on_hand[1], glue.on_hand[2]) == (8, 8, 0)


def test_cover_counts_the_weeks_of_use_ahead() -> None:
    each = Inventory("part", 0, (9, 0, 0, 0), (0, 4, 4, 4), (0, 0, 0, 0), (9, 5, 1, 0))
    assert [each.cover(week) for week in range(4)] == pytest.approx([2.25, 1.25, 0.25, inf])


@QUICK
@given(supplied_plants())
def test_stock_is_never_below_nothing_and_what_is_used_is_what_is_pegged(plant: Plant) -> None:
    found = stocked(plant)
    for each in found.inventory:
        flow = each.opening + np.cumsum(np.array(each.received) - each.used - each.expired)
        assert flow == pytest.approx(np.array(each.on_hand), abs=1e-6)
        assert min(each.on_hand) >= -1e-3
        pegged = sum(peg.quantity for peg in found.pegging if peg.item == each.item)
        assert sum(each.used) == pytest.approx(pegged, abs=1e-3)
