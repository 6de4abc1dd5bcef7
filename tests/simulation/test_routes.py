"""Where orders are worked on: the simulation runs each at the work centres that the plan chose, with times of there."""

from __future__ import annotations

import numpy as np
from tests.planning.programmes import DAY
from tests.planning.test_routes import two_places, units_at

from plantwright.planning import plan
from plantwright.simulation import simulate
from plantwright.simulation.check import check_replications


def test_orders_are_worked_on_where_the_plan_says() -> None:
    plant = two_places(2 * DAY, 7)
    programme, found = plant.programme(), plan(plant.programme(), plant.schedule())
    results = simulate(programme, found, np.zeros((1, 0)), 1, 1)
    assert check_replications(programme, found, results) == ()
    assert results.finished.sum() == 7
    busy = results.states[0].sum(axis=1)[:, 0]
    assert units_at(found) == {"fast": 4, "slow": 3}
    assert dict(zip(results.work_centres, busy.tolist(), strict=True)) == {"fast": 40.0, "slow": 48.0}
