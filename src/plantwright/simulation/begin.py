"""Puts a run into the state that its network describes for the start: units at work, stations down or set up.

Written straight into the floor before the first event, as if the operations had begun earlier.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.expand import REPAIR
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.network import AtWork, Down
from plantwright.simulation.tables import Tables

Arrays = dict[str, NDArray[Any]]


def begin(own: Arrays, tables: Tables, up_time: Callable[[int], float]) -> None:
    """Fill in the state at the start; `up_time` draws how long a station (by row) is up."""
    start = _Start(own, tables, up_time)
    network = tables.network
    for work in network.at_work:
        start.work(work)
    for down in network.down:
        start.down(down)
    for centre in network.centres:
        first = start.centres[start.centre_row[centre.name], at.W_STATION0]
        for k, family in enumerate(centre.set_up):
            own["stations"][first + k, at.S_FAMILY] = tables.families[centre.name].index(family)


@dataclass
class _Start:
    own: Arrays
    tables: Tables
    up_time: Callable[[int], float]
    taken: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.centre_row = {name: w for w, name in enumerate(self.tables.centres)}
        self.centres, self.stations, self.stationf = (self.own[k] for k in ("centres", "stations", "stationf"))
        self.due = self.own["due"]

    def work(self, work: AtWork) -> None:
        """Have a station (or a journey) at work on units."""
        o = self.tables.operation_row[work.route, work.operation]
        w = int(self.own["ops"][o, at.O_CENTRE])
        units = [self._unit(o, work.priority, work.due) for _ in range(work.units)]
        self._use(o, work.units)
        self.own["counts"][0, o, at.N_STARTED] += work.units
        if self.centres[w, at.W_AMPLE] == 1:
            self._travel(w, units[0], work.remaining)
            self._started(units, at.NONE, o)
            return
        s = self._station(w)
        for unit, following in zip(units, [*units[1:], at.NONE], strict=True):
            self.own["units"][unit, at.U_LINK] = following
        row = self.stations[s]
        row[[at.S_OP, at.S_UNIT, at.S_COUNT]] = o, units[0], work.units
        row[[at.S_STATE, at.S_PHASE, at.S_FAMILY]] = at.BUSY, at.PHASE_WORK, self.own["ops"][o, at.O_FAMILY]
        self._started(units, s, o)
        self._go_on(w, s, work)

    def down(self, down: Down) -> None:
        """Have an idle station down."""
        w = self.centre_row[down.centre]
        s = self._station(w)
        self.stations[s, at.S_STATE] = at.IDLE
        self._repair(w, s, down.remaining)

    def _go_on(self, w: int, s: int, work: AtWork) -> None:
        """Set when the work on station s goes on, fails or is done."""
        shut = self.centres[w, at.W_OPEN] == 0 and self.centres[w, at.W_ATTENDED] == 1
        by_work = self.centres[w, at.W_FAILS] == at.FAILS_BUSY
        if by_work and work.down is None:
            left = self.up_time(s)
            if left <= work.remaining:
                self.stations[s, at.S_PHASE] = at.PHASE_FAIL
                self.stationf[s, at.SF_PENDING] = work.remaining - left
            else:
                self.stationf[s, at.SF_UP_LEFT] = left - work.remaining
            self._run(s, min(left, work.remaining), shut)
        elif by_work:
            self.stations[s, at.S_PHASE] = at.PHASE_REPAIR
            self.stationf[s, at.SF_PENDING] = work.remaining
            self._repair(w, s, work.down or 0.0)
        elif work.down is not None:
            self._run(s, work.remaining, True)
            self._repair(w, s, work.down)
        else:
            if self.centres[w, at.W_FAILS] == at.FAILS_ALWAYS:
                self.due[self.stations[s, at.S_CLOCK]] = self.up_time(s)
            self._run(s, work.remaining, shut)

    def _run(self, s: int, hours: float, paused: bool) -> None:
        self.stations[s, at.S_SHOWN] = at.OFF_SHIFT if paused else at.BUSY
        self.stations[s, at.S_PAUSED] = int(paused)
        self.stationf[s, at.SF_REMAINING] = hours if paused else 0.0
        self.due[s] = math.inf if paused else hours
        self._shown(s)

    def _repair(self, w: int, s: int, hours: float) -> None:
        """Have station s under repair, by a crew where the centre needs one."""
        self.stations[s, [at.S_DOWN, at.S_SHOWN]] = 1, at.DOWN
        self._shown(s)
        o = int(self.centres[w, at.W_REPAIR_OP])
        if o != at.NONE:
            unit = self._unit(o, 0.0, math.inf)
            self.own["units"][unit, at.U_LOOPS] = s
            self._use(o, 1)
            self._travel(self.centre_row[REPAIR + self.tables.centres[w]], unit, hours)
            self._started([unit], at.NONE, o)
            return
        by_work = self.centres[w, at.W_FAILS] == at.FAILS_BUSY
        self.due[s if by_work else self.stations[s, at.S_CLOCK]] = hours

    def _station(self, w: int) -> int:
        """Return the next station of a centre that nothing is said of yet."""
        s = self.taken.get(w, int(self.centres[w, at.W_STATION0]))
        self.taken[w] = s + 1
        return s

    def _unit(self, o: int, priority: float, due: float) -> int:
        """Return a new unit on operation o."""
        head, units, unitf = self.own["head"], self.own["units"], self.own["unitf"]
        u = int(head[at.G_FREE])
        head[at.G_FREE] = units[u, at.U_LINK]
        head[at.G_FREE_COUNT] -= 1
        units[u] = at.NONE
        units[u, [at.U_OP, at.U_LOOPS, at.U_SERIAL]] = o, 0, head[at.G_SERIAL]
        head[at.G_SERIAL] += 1
        unitf[u, [at.UF_DUE, at.UF_PRIORITY]] = due, priority
        if self.own["ops"][o, at.O_TRACKED] == 1:
            head[at.G_ACCOUNTS] -= 1
            units[u, at.U_ACCOUNT] = self.own["account_free"][head[at.G_ACCOUNTS]]
        item = self.own["ops"][o, at.O_ITEM]
        self.own["in_system"][item] += 1
        self.own["flow"][0, item, at.F_CREATED] += 1
        self._record(at.V_CREATE, int(units[u, at.U_SERIAL]), int(item), o, due)
        return u

    def _use(self, o: int, units: int) -> None:
        """Take the resources of operation o."""
        for i in range(self.own["ops"][o, at.O_USE0], self.own["ops"][o, at.O_USE1]):
            r = int(self.own["uses"][i, at.Y_RESOURCE])
            amount = float(self.own["usef"][i]) * (units if self.own["uses"][i, at.Y_PER_UNIT] == 1 else 1)
            row = self.own["resourcef"][r]
            row[at.QF_USED] += amount
            row[at.QF_PEAK] = max(row[at.QF_PEAK], row[at.QF_USED])
            self._record(at.V_RESOURCE, at.NONE, r, o, amount)

    def _travel(self, w: int, unit: int, hours: float) -> None:
        """Put a unit among those at a centre where stations never run out: a heap whose root has all others below."""
        units, unitf = self.own["units"], self.own["unitf"]
        unitf[unit, at.UF_KEY] = hours
        root = int(self.centres[w, at.W_HEAP])
        if root == at.NONE or hours < unitf[root, at.UF_KEY]:
            root, unit = unit, root
        if unit != at.NONE:
            units[unit, at.U_LINK] = units[root, at.U_CHILD]
            units[root, at.U_CHILD] = unit
        self.centres[w, at.W_HEAP] = root
        self.due[self.centres[w, at.W_SLOT]] = unitf[root, at.UF_KEY]

    def _started(self, units: list[int], s: int, o: int) -> None:
        for unit in units:
            self._record(at.V_START, int(self.own["units"][unit, at.U_SERIAL]), s, o, 0.0)

    def _shown(self, s: int) -> None:
        self._record(at.V_STATE, at.NONE, s, int(self.stations[s, at.S_SHOWN]), 0.0)

    def _record(self, kind: int, unit: int, place: int, detail: int, value: float) -> None:
        """Add a record to the trace, where one is kept."""
        head = self.own["head"]
        if head[at.G_TRACE] > 0:
            row = int(head[at.G_TRACED])
            self.own["trace"][row] = kind, unit, place, detail
            self.own["tracef"][row] = 0.0, value
            head[at.G_TRACED] = row + 1


def units_at_start(tables: Tables) -> int:
    """Return how many units the state at the start holds at most, repairs included."""
    network = tables.network
    return int(np.sum([work.units + 1 for work in network.at_work], dtype=np.int64)) + len(network.down)
