# mypy: disable-error-code="no-any-return"
"""Stations: which are idle, how one begins its work and becomes free again.

Nothing is chosen here: what a station works on is for the dispatching, or it is a unit that finds the station idle.
"""

from __future__ import annotations

import math

from . import layout as at
from .accounts import record, settle_idle, show
from .calendar import set_time
from .jit import compiled, inlined
from .layout import Floor
from .streams import draw


@inlined
def mark(f: Floor, w: int) -> None:
    """Have centre w tried once this event is over."""
    if f.centres[w, at.W_DIRTY] == 0:
        f.centres[w, at.W_DIRTY] = 1
        last = f.head[at.G_AGENDA0] + f.head[at.G_AGENDA]
        size = f.agenda.shape[0]
        f.agenda[last if last < size else last - size] = w
        f.head[at.G_AGENDA] += 1


@compiled
def idle_station(f: Floor, w: int) -> int:
    """Return an idle station of centre w and take it off the list, skipping those that are down or gone."""
    while True:
        s = f.centres[w, at.W_IDLE_HEAD]
        f.centres[w, at.W_IDLE_HEAD] = f.stations[s, at.S_LINK]
        f.stations[s, at.S_LISTED] = 0
        if f.stations[s, at.S_STATE] == at.IDLE and f.stations[s, at.S_DOWN] == 0:
            return s


@inlined
def work_time(f: Floor, o: int) -> float:
    """Return the hours that operation o takes this time, shorter with every unit done where it is learnt."""
    hours = draw(f.times, f.timef, f.table, f.streams, f.ops[o, at.O_TIME], f.ops[o, at.O_SERVICE_STREAM])
    if f.ops[o, at.O_PLAIN] == 0 and f.opf[o, at.OF_LEARNING] != 0.0:
        learnt = math.pow(f.ops[o, at.O_DONE] + 1.0, -f.opf[o, at.OF_LEARNING])
        hours *= max(learnt, f.opf[o, at.OF_FLOOR])
    return hours


@compiled
def begin_work(f: Floor, s: int, hours: float, now: float) -> None:
    """Have station s work for so many hours from now, or until it fails in operation."""
    w = f.stations[s, at.S_CENTRE]
    f.stations[s, at.S_PHASE] = at.PHASE_WORK
    if f.centres[w, at.W_FAILS] == at.FAILS_BUSY:
        left = f.stationf[s, at.SF_UP_LEFT]
        if left <= hours:
            f.stations[s, at.S_PHASE] = at.PHASE_FAIL
            f.stationf[s, at.SF_PENDING] = hours - left
            hours = left
        else:
            f.stationf[s, at.SF_UP_LEFT] = left - hours
    set_time(f, s, now + hours)


@inlined
def occupy(f: Floor, s: int, o: int, u: int, now: float) -> None:
    """Have station s work on unit u of operation o alone, from now on."""
    f.units[u, at.U_OP] = o
    f.units[u, at.U_LINK] = at.NONE
    f.stations[s, at.S_UNIT] = u
    f.stations[s, at.S_OP] = o
    f.stations[s, at.S_COUNT] = 1
    f.stations[s, at.S_STATE] = at.BUSY
    record(f, at.V_START, f.units[u, at.U_SERIAL], s, o, 0.0, now)
    f.counts[f.head[at.G_PERIOD], o, at.N_STARTED] += 1
    show(f, s, at.BUSY, now)
    begin_work(f, s, work_time(f, o), now)


@inlined
def starts_at_once(f: Floor, w: int) -> bool:
    """Return whether a unit that comes to centre w finds a station idle, and no other that could take it."""
    if f.centres[w, at.W_QUICK] == at.QUEUES or f.centres[w, at.W_IDLE] == 0:
        return False
    return f.centres[w, at.W_QUEUED] == 0 and f.centres[w, at.W_DIRTY] == 0


@inlined
def start_at_once(f: Floor, w: int, o: int, u: int, now: float) -> None:
    """Start operation o on a unit that comes to centre w, without a queue."""
    settle_idle(f, w, now)
    f.centres[w, at.W_IDLE] -= 1
    occupy(f, idle_station(f, w), o, u, now)


@inlined
def free_station(f: Floor, s: int, now: float) -> None:
    """Make station s ready for its next unit, unless it is down or to be taken away."""
    w = f.stations[s, at.S_CENTRE]
    f.stations[s, at.S_UNIT] = at.NONE
    f.stations[s, at.S_STATE] = at.IDLE
    if f.stations[s, at.S_RETIRES] == 1:
        f.stations[s, at.S_STATE] = at.ABSENT
        show(f, s, at.ABSENT, now)
        if f.stations[s, at.S_CLOCK] != at.NONE:
            set_time(f, f.stations[s, at.S_CLOCK], math.inf)
    elif f.stations[s, at.S_DOWN] == 0:
        settle_idle(f, w, now)
        f.centres[w, at.W_IDLE] += 1
        show(f, s, at.NONE, now)
        list_station(f, s, w)
        quick = f.centres[w, at.W_QUICK]
        waiting = f.centres[w, at.W_QUEUED] + f.centres[w, at.W_BLOCKED]
        if quick in (at.QUEUES, at.SATURATED) or waiting > 0:
            mark(f, w)


@inlined
def list_station(f: Floor, s: int, w: int) -> None:
    """Put station s on its centre's list of idle ones."""
    if f.stations[s, at.S_LISTED] == 0:
        f.stations[s, at.S_LISTED] = 1
        f.stations[s, at.S_LINK] = f.centres[w, at.W_IDLE_HEAD]
        f.centres[w, at.W_IDLE_HEAD] = s
