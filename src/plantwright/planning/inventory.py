"""What is in stock of every item, week by week, as the plan's material is counted by its checker."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Inventory, Plan
from plantwright.model.programme import Programme
from plantwright.planning.check_material import WEEK, supplies, uses

Floats = NDArray[np.float64]
NOISE = 9
"""Decimals that are kept of units, which are sums."""


def with_inventory(programme: Programme, plan: Plan) -> Plan:
    """Return the plan with the projected stock of every item that ever has some, in the programme's order."""
    return replace(plan, inventory=_inventory(programme, plan))


def _inventory(programme: Programme, plan: Plan) -> tuple[Inventory, ...]:
    """Units are in stock from receipt (after the receiving time) to the start of the operation that builds them in, or
    until they ship or expire.
    """
    weeks = max(1, ceil(programme.horizon_hours / WEEK))
    there, used = supplies(programme, plan), uses(programme, plan)
    found = []
    for item in (each.id for each in programme.items if each.id in there):
        when, _, units = np.array(there[item]).T
        gone = [(e.at, e.quantity) for e in plan.expiries if e.item == item]
        begun = when <= 0.0
        received = _by_week(when[~begun], units[~begun], weeks)
        taken = sum((_by_week(at, number, weeks) for at, number in used.get(item, ())), np.zeros(weeks))
        ends, lost = np.array(gone).reshape(-1, 2).T
        expired = _by_week(ends, lost, weeks)
        opening = float(units[begun].sum())
        on_hand = opening + np.cumsum(received - taken - expired)
        columns = (np.round(each, NOISE) + 0.0 for each in (received, taken, expired, on_hand))
        found.append(Inventory(item, opening, *(tuple(column.tolist()) for column in columns)))
    return tuple(found)


def _by_week(when: Floats, units: Floats, weeks: int) -> Floats:
    """Return units by week from the start; what happens behind the horizon is left out."""
    week = np.floor(np.maximum(when, 0.0) / WEEK + 1e-9).astype(np.int64)
    inside = week < weeks
    return np.bincount(week[inside], weights=units[inside], minlength=weeks).astype(np.float64)
