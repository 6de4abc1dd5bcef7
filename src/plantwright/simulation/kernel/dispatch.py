# mypy: disable-error-code="no-any-return"
"""What starts next at a work centre: choosing the operation, checking what it needs, and starting it.

Components and resources are taken all at once at the start. Operations that lack a resource wait in order of a
ticket; no later one may take a resource that an earlier one needs, unless the resource goes to the first that fits.
"""

from __future__ import annotations

import math

import numpy as np

from . import layout as at
from .accounts import (
    charge_wait,
    record,
    set_cause,
    settle_idle,
    settle_queue,
    settle_resource,
    show,
    station_cause,
)
from .calendar import set_time
from .flow import (
    CLOSE,
    blocked_unit,
    change_stock,
    create_unit,
    let_in,
    let_into_stock,
    next_blocked,
    offered,
    take_blocked,
)
from .jit import compiled, inlined
from .layout import Floor
from .queues import pop, push
from .stations import begin_work, idle_station, mark, work_time
from .supply import reorder, reorder_components

LAST = np.iinfo(np.int64).max


@compiled
def _uses(f: Floor, o: int, r: int) -> bool:
    for i in range(f.ops[o, at.O_USE0], f.ops[o, at.O_USE1]):  # noqa: SIM110 (the compiler knows no generators)
        if f.uses[i, at.Y_RESOURCE] == r:
            return True
    return False


@compiled
def held(f: Floor, o: int, r: int) -> bool:
    """Return whether an operation that waits longer than o needs resource r."""
    ticket = f.ops[o, at.O_TICKET]
    for i in range(f.head[at.G_WAITERS]):
        other = f.waiters[i]
        if ticket > 0 and f.ops[other, at.O_TICKET] >= ticket:
            return False
        if other != o and _uses(f, other, r):
            return True
    return False


@compiled
def join_waiters(f: Floor, o: int) -> None:
    """Put operation o among those that wait for a resource, where its ticket places it."""
    if f.ops[o, at.O_ACTIVE] == 1:
        return
    if f.ops[o, at.O_TICKET] == 0:
        f.head[at.G_TICKET] += 1
        f.ops[o, at.O_TICKET] = f.head[at.G_TICKET]
    i = f.head[at.G_WAITERS]
    while i > 0 and f.ops[f.waiters[i - 1], at.O_TICKET] > f.ops[o, at.O_TICKET]:
        f.waiters[i] = f.waiters[i - 1]
        i -= 1
    f.waiters[i] = o
    f.head[at.G_WAITERS] += 1
    f.ops[o, at.O_ACTIVE] = 1
    f.centres[f.ops[o, at.O_CENTRE], at.W_ACTIVE] += 1


@compiled
def drop_waiter(f: Floor, o: int) -> None:
    """Take operation o off those that wait for a resource, and have those behind it tried."""
    if f.ops[o, at.O_ACTIVE] == 0:
        return
    i = 0
    while f.waiters[i] != o:
        i += 1
    f.head[at.G_WAITERS] -= 1
    for j in range(i, f.head[at.G_WAITERS]):
        f.waiters[j] = f.waiters[j + 1]
        mark(f, f.ops[f.waiters[j], at.O_CENTRE])
    f.ops[o, at.O_ACTIVE] = 0
    f.centres[f.ops[o, at.O_CENTRE], at.W_ACTIVE] -= 1


@compiled
def drop_waiters(f: Floor, w: int) -> None:
    """Take all of centre w's operations off those that wait, as no station could start them."""
    for o in range(f.centres[w, at.W_OP0], f.centres[w, at.W_OP1]):
        drop_waiter(f, o)


@compiled
def wake_waiters(f: Floor) -> None:
    """Have every operation that waits for a resource tried, in order of waiting."""
    for i in range(f.head[at.G_WAITERS]):
        mark(f, f.ops[f.waiters[i], at.O_CENTRE])


@compiled
def _load_by_needs(f: Floor, o: int, load: int) -> int:
    """Return how many units (at most `load`) the stocks allow, or -1 - i if component i allows too few."""
    least = 1 if f.ops[o, at.O_OVERDUE] == 1 else f.ops[o, at.O_BATCH_MIN]
    for i in range(f.ops[o, at.O_NEED0], f.ops[o, at.O_NEED1]):
        level = f.stockf[f.needs[i], at.KF_LEVEL]
        if level + CLOSE < f.needf[i] * load and f.stocks[f.needs[i], at.K_BLOCKED] > 0:
            level += offered(f, f.needs[i])
        if level + CLOSE < f.needf[i] * load:
            load = math.floor((level + CLOSE) / f.needf[i])
            if load < least:
                return -1 - (i - f.ops[o, at.O_NEED0])
    return load


@compiled
def _load_by_uses(f: Floor, o: int, load: int) -> int:
    """Return how many units (at most `load`) the resources allow, or -1 - i if use i allows too few."""
    least = 1 if f.ops[o, at.O_OVERDUE] == 1 else f.ops[o, at.O_BATCH_MIN]
    for i in range(f.ops[o, at.O_USE0], f.ops[o, at.O_USE1]):
        r = f.uses[i, at.Y_RESOURCE]
        left = f.resourcef[r, at.QF_CAPACITY] - f.resourcef[r, at.QF_USED] + CLOSE
        wanted = f.usef[i] * load if f.uses[i, at.Y_PER_UNIT] == 1 else f.usef[i]
        if wanted > left:
            fits = math.floor(left / f.usef[i]) if f.uses[i, at.Y_PER_UNIT] == 1 and left > 0.0 else 0
            load = min(load, fits)
        short = load < least or load < 1
        behind = f.head[at.G_WAITERS] > 0 and f.resources[r, at.Q_FIRST_FIT] == 0 and held(f, o, r)
        if short or behind:
            return -1 - (i - f.ops[o, at.O_USE0])
    return load


@compiled
def ready(f: Floor, o: int, waiting: int, now: float) -> bool:
    """Return whether operation o could start on `waiting` units; sets its load, or the cause of its waiting."""
    if waiting < f.ops[o, at.O_BATCH_MIN] and f.ops[o, at.O_OVERDUE] == 0:
        set_cause(f, o, at.C_BATCH, now)
        drop_waiter(f, o)
        return False
    load = _load_by_needs(f, o, min(waiting, f.ops[o, at.O_BATCH_MAX]))
    if load < 0:
        set_cause(f, o, at.C_FIRST_NEED - 1 - load, now)
        drop_waiter(f, o)
        reorder(f, f.needs[f.ops[o, at.O_NEED0] - 1 - load], now)
        return False
    if f.ops[o, at.O_USE1] > f.ops[o, at.O_USE0]:
        load = _load_by_uses(f, o, load)
        if load < 0:
            needs = f.ops[o, at.O_NEED1] - f.ops[o, at.O_NEED0]
            set_cause(f, o, at.C_FIRST_NEED + needs - 1 - load, now)
            join_waiters(f, o)
            return False
    f.ops[o, at.O_LOAD] = load
    return True


@compiled
def idle_state(f: Floor, o: int) -> int:
    """Return the state in which stations stand idle while operation o waits."""
    cause = f.ops[o, at.O_CAUSE]
    if cause == at.C_BATCH:
        return at.BATCHING
    cause -= at.C_FIRST_NEED
    needs = f.ops[o, at.O_NEED1] - f.ops[o, at.O_NEED0]
    if cause < needs:
        return at.STARVED + f.needs[f.ops[o, at.O_NEED0] + cause]
    use = f.ops[o, at.O_USE0] + cause - needs
    return at.STARVED + f.stocks.shape[0] + f.uses[use, at.Y_RESOURCE]


@inlined
def choose(f: Floor, w: int, now: float) -> int:
    """Return the operation that centre w starts next: of those that can start, the one whose first unit comes first.

    Where none can, the return is -1 less the state in which the idle stations wait.
    """
    best = at.NONE
    best_key, best_sequence = math.inf, LAST
    state = at.IDLE
    for o in range(f.centres[w, at.W_OP0], f.centres[w, at.W_OP1]):
        queued = f.ops[o, at.O_QUEUED]
        key, sequence = math.inf, LAST
        if queued > 0:
            u = f.ops[o, at.O_HEAD]
            key = f.unitf[u, at.UF_KEY] if f.ops[o, at.O_SORTED] == 1 else 0.0
            if f.centres[w, at.W_RULE] == at.RULE_RATIO:
                key = (key - now) / f.opf[o, at.OF_LEFT]
            sequence = f.units[u, at.U_SEQUENCE]
        elif f.ops[o, at.O_SATURATED] == 1:
            queued = f.ops[o, at.O_BATCH_MAX]
        else:
            continue
        if f.ops[o, at.O_PLAIN] == 0 and not ready(f, o, queued, now):
            if state == at.IDLE:
                state = idle_state(f, o)
        elif best == at.NONE or key < best_key or (key == best_key and sequence < best_sequence):
            best, best_key, best_sequence = o, key, sequence
    return best if best != at.NONE else -1 - state


@compiled
def admit_blocked(f: Floor, w: int, now: float) -> bool:
    """Return whether the first unit held out before a centre without buffer could start; if so, queue it."""
    who = f.centres[w, at.W_BLOCK_HEAD]
    o = f.units[blocked_unit(f, who), at.U_OP]
    if f.ops[o, at.O_PLAIN] == 0 and not ready(f, o, 1, now):
        set_idle_state(f, w, idle_state(f, o), now)
        return False
    next_blocked(f, w)
    take_blocked(f, who, o, now)
    f.ops[o, at.O_LOAD] = 1
    return True


@inlined
def set_idle_state(f: Floor, w: int, state: int, now: float) -> None:
    """Say in which state the idle stations of centre w are from now on."""
    if f.centres[w, at.W_CAUSE] != state:
        settle_idle(f, w, now)
        f.centres[w, at.W_CAUSE] = state


@compiled
def idle_station_of_family(f: Floor, w: int, family: int) -> int:
    """Return an idle station of centre w, one last set up for the family if there is one."""
    before = at.NONE
    s = f.centres[w, at.W_IDLE_HEAD]
    while s != at.NONE:
        fit = f.stations[s, at.S_STATE] == at.IDLE and f.stations[s, at.S_DOWN] == 0
        if fit and f.stations[s, at.S_FAMILY] == family and before != at.NONE:
            f.stations[before, at.S_LINK] = f.stations[s, at.S_LINK]
            f.stations[s, at.S_LISTED] = 0
            return s
        if fit and f.stations[s, at.S_FAMILY] == family:
            break
        before = s
        s = f.stations[s, at.S_LINK]
    return idle_station(f, w)


@inlined
def take_unit(f: Floor, o: int, now: float) -> int:
    """Return the first unit of operation o's queue (or a new one, where it is saturated) and take it out."""
    if f.ops[o, at.O_QUEUED] == 0:
        return create_unit(f, o, 0.0, math.inf, at.NONE, now)
    settle_queue(f, o, now)
    u = f.ops[o, at.O_HEAD]
    if f.ops[o, at.O_SORTED] == 1:
        f.ops[o, at.O_HEAD] = pop(f.units, f.unitf, u)
    else:
        f.ops[o, at.O_HEAD] = f.units[u, at.U_LINK]
    f.ops[o, at.O_QUEUED] -= 1
    f.centres[f.ops[o, at.O_CENTRE], at.W_QUEUED] -= 1
    f.units[u, at.U_LINK] = at.NONE
    f.unitf[u, at.UF_QUEUED] = -1.0
    if f.units[u, at.U_ACCOUNT] != at.NONE:
        charge_wait(f, o, u, now)
    return u


@compiled
def take_load(f: Floor, o: int, now: float) -> None:
    """Take the components and resources of operation o for its load."""
    load = f.ops[o, at.O_LOAD]
    for i in range(f.ops[o, at.O_NEED0], f.ops[o, at.O_NEED1]):
        change_stock(f, f.needs[i], -f.needf[i] * load, now)
        if f.stocks[f.needs[i], at.K_BLOCKED] > 0:
            let_into_stock(f, f.needs[i], now)
    for i in range(f.ops[o, at.O_USE0], f.ops[o, at.O_USE1]):
        r = f.uses[i, at.Y_RESOURCE]
        settle_resource(f, r, now)
        amount = f.usef[i] * (load if f.uses[i, at.Y_PER_UNIT] == 1 else 1)
        f.resourcef[r, at.QF_USED] += amount
        f.resourcef[r, at.QF_PEAK] = max(f.resourcef[r, at.QF_PEAK], f.resourcef[r, at.QF_USED])
        record(f, at.V_RESOURCE, at.NONE, r, o, amount, now)
    drop_waiter(f, o)
    f.ops[o, at.O_TICKET] = 0
    f.ops[o, at.O_OVERDUE] = 0


@compiled
def give_back(f: Floor, o: int, load: int, now: float) -> None:
    """Give back the resources that operation o held for its load, except those that it keeps."""
    for i in range(f.ops[o, at.O_USE0], f.ops[o, at.O_USE1]):
        if f.uses[i, at.Y_KEPT] == 1:
            continue
        r = f.uses[i, at.Y_RESOURCE]
        settle_resource(f, r, now)
        amount = f.usef[i] * (load if f.uses[i, at.Y_PER_UNIT] == 1 else 1)
        f.resourcef[r, at.QF_USED] -= amount
        record(f, at.V_RESOURCE, at.NONE, r, o, -amount, now)
    if f.ops[o, at.O_USE1] > f.ops[o, at.O_USE0]:
        wake_waiters(f)


@compiled
def gather(f: Floor, s: int, o: int, now: float) -> None:
    """Link the further units of a batch behind the first one on station s."""
    last = f.stations[s, at.S_UNIT]
    for _ in range(f.ops[o, at.O_LOAD] - 1):
        u = take_unit(f, o, now)
        f.units[last, at.U_LINK] = u
        last = u
        f.stations[s, at.S_COUNT] += 1
        record(f, at.V_START, f.units[u, at.U_SERIAL], s, o, 0.0, now)


@compiled
def reset_timer(f: Floor, o: int, now: float) -> None:
    """Count the longest wait of a batch from the unit that is now first in operation o's queue."""
    time = math.inf
    if f.ops[o, at.O_QUEUED] > 0:
        time = max(now, f.unitf[f.ops[o, at.O_HEAD], at.UF_QUEUED] + f.opf[o, at.OF_LONGEST_WAIT])
    set_time(f, f.ops[o, at.O_TIMER], time)


@inlined
def start(f: Floor, w: int, o: int, now: float) -> None:
    """Start operation o on an idle station of centre w."""
    plain = f.ops[o, at.O_PLAIN] == 1
    if not plain:
        take_load(f, o, now)
    u = take_unit(f, o, now)
    settle_idle(f, w, now)
    f.centres[w, at.W_IDLE] -= 1
    setup = f.centres[w, at.W_FAMILIES] > 0
    s = idle_station_of_family(f, w, f.ops[o, at.O_FAMILY]) if setup else idle_station(f, w)
    f.stations[s, at.S_UNIT] = u
    f.stations[s, at.S_OP] = o
    f.stations[s, at.S_COUNT] = 1
    f.stations[s, at.S_STATE] = at.BUSY
    record(f, at.V_START, f.units[u, at.U_SERIAL], s, o, 0.0, now)
    if not plain:
        if f.ops[o, at.O_LOAD] > 1:
            gather(f, s, o, now)
        reorder_components(f, o, now)
    if f.ops[o, at.O_TIMER] != at.NONE:
        reset_timer(f, o, now)
    f.counts[f.head[at.G_PERIOD], o, at.N_STARTED] += f.stations[s, at.S_COUNT]
    hours = work_time(f, o)
    if setup and begin_setup(f, s, w, f.ops[o, at.O_FAMILY], hours, now):
        return
    show(f, s, at.BUSY, now)
    begin_work(f, s, hours, now)


@compiled
def begin_setup(f: Floor, s: int, w: int, family: int, hours: float, now: float) -> bool:
    """Return whether station s must first be set up for the family; if so, begin with that."""
    last = f.stations[s, at.S_FAMILY]
    f.stations[s, at.S_FAMILY] = family
    if min(last, family) == at.NONE:
        return False
    setup = f.setups[f.centres[w, at.W_SETUP] + last * f.centres[w, at.W_FAMILIES] + family]
    if setup <= 0.0:
        return False
    f.stations[s, at.S_PHASE] = at.PHASE_SETUP
    f.stationf[s, at.SF_PENDING] = hours
    show(f, s, at.SETUP, now)
    set_time(f, s, now + setup)
    return True


@compiled
def start_ample(f: Floor, w: int, o: int, now: float) -> None:
    """Start operation o on a unit where stations never run out."""
    if f.ops[o, at.O_PLAIN] == 0:
        f.ops[o, at.O_LOAD] = 1
        take_load(f, o, now)
    u = take_unit(f, o, now)
    if f.ops[o, at.O_PLAIN] == 0:
        reorder_components(f, o, now)
    f.counts[f.head[at.G_PERIOD], o, at.N_STARTED] += 1
    record(f, at.V_START, f.units[u, at.U_SERIAL], at.NONE, o, 0.0, now)
    f.unitf[u, at.UF_KEY] = now + work_time(f, o)
    f.centres[w, at.W_HEAP] = push(f.units, f.unitf, f.centres[w, at.W_HEAP], u)
    set_time(f, f.centres[w, at.W_SLOT], f.unitf[f.centres[w, at.W_HEAP], at.UF_KEY])


@compiled
def lacks_component(f: Floor, o: int) -> bool:
    """Return whether operation o waits for a component that is still not there."""
    i = f.ops[o, at.O_CAUSE] - at.C_FIRST_NEED
    if i < 0 or i >= f.ops[o, at.O_NEED1] - f.ops[o, at.O_NEED0]:
        return False
    i += f.ops[o, at.O_NEED0]
    return f.stockf[f.needs[i], at.KF_LEVEL] + CLOSE < f.needf[i]


@compiled
def note_waiting(f: Floor, w: int, now: float) -> None:
    """Say that the queues of centre w wait for a station, except those that lack a component all the same."""
    cause = station_cause(f, w)
    for o in range(f.centres[w, at.W_OP0], f.centres[w, at.W_OP1]):
        if f.ops[o, at.O_QUEUED] > 0 and f.ops[o, at.O_CAUSE] != cause and not lacks_component(f, o):
            set_cause(f, o, cause, now)


@inlined
def dispatch(f: Floor, w: int, now: float) -> None:
    """Start at centre w whatever can start."""
    while f.centres[w, at.W_OPEN] == 1 and f.centres[w, at.W_IDLE] > 0:
        o = choose(f, w, now)
        if o < 0:
            set_idle_state(f, w, -1 - o, now)
            blocked = f.centres[w, at.W_BUFFER] == 0 and f.centres[w, at.W_BLOCKED] > 0
            if not blocked or f.centres[w, at.W_QUEUED] > 0 or not admit_blocked(f, w, now):
                break
            continue
        if f.centres[w, at.W_AMPLE] == 1:
            start_ample(f, w, o, now)
        else:
            start(f, w, o, now)
        if f.centres[w, at.W_BLOCKED] > 0:
            let_in(f, w, now)
    if f.centres[w, at.W_OPEN] == 0 or f.centres[w, at.W_IDLE] == 0:
        if f.centres[w, at.W_ACTIVE] > 0:
            drop_waiters(f, w)
        if f.centres[w, at.W_QUEUED] > 0:
            note_waiting(f, w, now)
