# mypy: disable-error-code="no-any-return"
"""What happens at each kind of event: work done, failure, repair, arrival, journey's end, and rows of the timeline.

An event changes the state and marks work centres; what may start then is for the dispatching.
"""

from __future__ import annotations

import math

from . import layout as at
from .accounts import charge, record, settle_all, settle_idle, settle_resource, show
from .calendar import set_time
from .dispatch import drop_waiters, give_back, note_waiting, set_idle_state, take_unit, wake_waiters
from .flow import change_stock, create_unit, enqueue, leave, let_in, open_demand, unload
from .jit import compiled, inlined
from .layout import Floor
from .queues import pop
from .stations import begin_work, free_station, mark, occupy, start_at_once, starts_at_once
from .streams import draw, uniform
from .supply import deliver, reorder


@compiled
def drawn_outcome(f: Floor, o: int) -> int:
    """Return the row of an operation's outcome this time."""
    u = uniform(f.streams, f.ops[o, at.O_OUTCOME_STREAM])
    last = f.ops[o, at.O_OUT1] - 1
    for row in range(f.ops[o, at.O_OUT0], last):
        limit = f.outcomef[row, at.RF_CUMULATIVE]
        if f.outcomef[row, at.RF_DECAY] > 0.0:
            ramp = math.exp(-f.outcomef[row, at.RF_DECAY] * f.ops[o, at.O_DONE])
            limit += (f.outcomef[row, at.RF_START] - limit) * ramp
        if u < limit:
            return row
    return last


@compiled
def judged_target(f: Floor, o: int, unit: int) -> int:
    """Return where a unit goes after an operation with several outcomes, and count which it was."""
    row = drawn_outcome(f, o)
    period = f.head[at.G_PERIOD]
    target = f.outcomes[row, at.R_TARGET]
    if row == f.ops[o, at.O_OUT0]:
        f.counts[period, o, at.N_GOOD] += 1
        return target
    if f.outcomes[row, at.R_LOOPS] != at.NONE and target != at.SCRAP:
        f.units[unit, at.U_LOOPS] += 1
        if f.units[unit, at.U_LOOPS] > f.outcomes[row, at.R_LOOPS]:
            target = f.outcomes[row, at.R_BEYOND]
            f.units[unit, at.U_LOOPS] = 0
            f.counts[period, o, at.N_SCRAP] += 1
            return target
    scraps = target == at.SCRAP or f.outcomes[row, at.R_SCRAPS] == 1
    f.counts[period, o, at.N_SCRAP if scraps else at.N_REWORK] += 1
    return target


@compiled
def count_milestone(f: Floor, o: int, d: int, now: float) -> None:
    """Count a unit of demand d that has left the plant, or arrived, by operation o."""
    if d == at.NONE:
        return
    if f.ops[o, at.O_ARRIVES] == 1:
        f.arrived[f.head[at.G_PERIOD], d] += 1
        f.demandf[d, at.DF_LAST] = now
    else:
        f.shipped[f.head[at.G_PERIOD], d] += 1
        f.demandf[d, at.DF_FIRST] = min(f.demandf[d, at.DF_FIRST], now)


@inlined
def target_after(f: Floor, o: int, unit: int, now: float) -> int:
    """Return where a unit goes after operation o: an operation, scrap, or an exit."""
    f.ops[o, at.O_DONE] += 1
    if f.ops[o, at.O_ARRIVES] > 0:
        count_milestone(f, o, f.units[unit, at.U_DEMAND], now)
    first = f.ops[o, at.O_OUT0]
    if f.ops[o, at.O_OUT1] - first > 1:
        target = judged_target(f, o, unit)
    else:
        f.counts[f.head[at.G_PERIOD], o, at.N_GOOD] += 1
        target = f.outcomes[first, at.R_TARGET]
    record(f, at.V_FINISH, f.units[unit, at.U_SERIAL], o, target, 0.0, now)
    charge(f, unit, f.ops[o, at.O_CENTRE] * at.A_PER_CENTRE + at.A_PROCESS, now)
    return target


@inlined
def finish(f: Floor, s: int, now: float) -> None:
    """End the operation on station s: judge its units and let them move on, or block the station."""
    o = f.stations[s, at.S_OP]
    u = f.stations[s, at.S_UNIT]
    f.due[s] = math.inf
    if f.ops[o, at.O_PLAIN] == 0:
        give_back(f, o, f.stations[s, at.S_COUNT], now)
        while u != at.NONE:
            f.units[u, at.U_CHILD] = target_after(f, o, u, now)
            u = f.units[u, at.U_LINK]
        gone = unload(f, s, now)
    else:
        target = target_after(f, o, u, now)
        f.units[u, at.U_CHILD] = target
        gone = leave(f, s, u, target, f.stations[s, at.S_CENTRE], now)
    if gone:
        if not goes_on(f, s, o, now):
            free_station(f, s, now)
    else:
        f.stations[s, at.S_STATE] = at.BLOCKED
        show(f, s, at.BLOCKED, now)


@inlined
def goes_on(f: Floor, s: int, o: int, now: float) -> bool:
    """Return whether station s, done with a unit, takes the next one of its centre's only operation at once."""
    w = f.stations[s, at.S_CENTRE]
    if f.centres[w, at.W_QUICK] < at.ONE_OPERATION or f.centres[w, at.W_DIRTY] == 1 or f.stations[s, at.S_RETIRES] == 1:
        return False
    if f.ops[o, at.O_QUEUED] == 0 and f.ops[o, at.O_SATURATED] == 0:
        return False
    occupy(f, s, o, take_unit(f, o, now), now)
    if f.centres[w, at.W_BLOCKED] > 0:
        let_in(f, w, now)
    return True


@compiled
def call_repair(f: Floor, s: int, slot: int, now: float) -> None:
    """Begin the repair of station s on a calendar slot, or call a crew where crews are scarce."""
    w = f.stations[s, at.S_CENTRE]
    o = f.centres[w, at.W_REPAIR_OP]
    show(f, s, at.DOWN, now)
    if o != at.NONE:
        set_time(f, slot, math.inf)
        u = create_unit(f, o, 0.0, math.inf, at.NONE, now)
        f.units[u, at.U_LOOPS] = s
        enqueue(f, o, u, now)
    else:
        repair = f.centres[w, at.W_REPAIR_TIME]
        hours = draw(f.times, f.timef, f.table, f.streams, repair, f.stations[s, at.S_STREAM] + 1)
        set_time(f, slot, now + hours)


@compiled
def next_up_time(f: Floor, s: int) -> float:
    """Return the hours until station s fails again."""
    up = f.centres[f.stations[s, at.S_CENTRE], at.W_UP_TIME]
    return draw(f.times, f.timef, f.table, f.streams, up, f.stations[s, at.S_STREAM])


@compiled
def pause(f: Floor, s: int, now: float) -> None:
    """Stop the work on station s; what is left of it is kept."""
    f.stationf[s, at.SF_REMAINING] = f.due[s] - now
    f.stations[s, at.S_PAUSED] = 1
    set_time(f, s, math.inf)


@compiled
def go_on(f: Floor, s: int, now: float) -> None:
    """Go on with the paused work on station s, unless it is down or its attended centre is shut."""
    w = f.stations[s, at.S_CENTRE]
    if f.stations[s, at.S_DOWN] == 1:
        return
    if f.centres[w, at.W_OPEN] == 0 and f.centres[w, at.W_ATTENDED] == 1:
        show(f, s, at.OFF_SHIFT, now)
        return
    f.stations[s, at.S_PAUSED] = 0
    set_time(f, s, now + f.stationf[s, at.SF_REMAINING])
    show(f, s, at.SETUP if f.stations[s, at.S_PHASE] == at.PHASE_SETUP else at.BUSY, now)


@compiled
def repaired(f: Floor, s: int, now: float) -> None:
    """Bring station s back after a repair."""
    w = f.stations[s, at.S_CENTRE]
    f.stations[s, at.S_DOWN] = 0
    if f.centres[w, at.W_FAILS] == at.FAILS_BUSY:
        f.stationf[s, at.SF_UP_LEFT] = next_up_time(f, s)
        begin_work(f, s, f.stationf[s, at.SF_PENDING], now)
        pause(f, s, now)
        go_on(f, s, now)
        return
    set_time(f, f.stations[s, at.S_CLOCK], now + next_up_time(f, s))
    state = f.stations[s, at.S_STATE]
    if state == at.BUSY:
        go_on(f, s, now)
    elif state == at.BLOCKED:
        show(f, s, at.BLOCKED, now)
    elif state == at.IDLE:
        free_station(f, s, now)


@compiled
def clock_rings(f: Floor, s: int, slot: int, now: float) -> None:
    """Fail station s by its time-dependent clock, or end the repair that such a failure began."""
    if f.stations[s, at.S_DOWN] == 1:
        repaired(f, s, now)
        return
    f.stations[s, at.S_DOWN] = 1
    state = f.stations[s, at.S_STATE]
    if state == at.BUSY and f.stations[s, at.S_PAUSED] == 0:
        pause(f, s, now)
    elif state == at.IDLE:
        w = f.stations[s, at.S_CENTRE]
        settle_idle(f, w, now)
        f.centres[w, at.W_IDLE] -= 1
    call_repair(f, s, slot, now)


@compiled
def change_phase(f: Floor, s: int, now: float) -> None:
    """End a phase of station s other than its work: a setup, the time to a failure, or a repair."""
    phase = f.stations[s, at.S_PHASE]
    if phase == at.PHASE_SETUP:
        show(f, s, at.BUSY, now)
        begin_work(f, s, f.stationf[s, at.SF_PENDING], now)
    elif phase == at.PHASE_FAIL:
        f.stations[s, at.S_DOWN] = 1
        f.stations[s, at.S_PHASE] = at.PHASE_REPAIR
        call_repair(f, s, s, now)
    else:
        repaired(f, s, now)


@compiled
def arrive(f: Floor, n: int, now: float) -> None:
    """Let source n's next units in, and count towards the following arrival unless the source is blocked."""
    o = f.sources[n, at.N_OP]
    w = f.ops[o, at.O_CENTRE]
    slot = f.sources[n, at.N_SLOT]
    gap = math.inf
    if f.sources[n, at.N_LEFT] != 1:
        gap = draw(f.times, f.timef, f.table, f.streams, f.sources[n, at.N_TIME], f.sources[n, at.N_STREAM])
    f.sources[n, at.N_LEFT] -= 1
    set_time(f, slot, now + gap)
    room = f.centres[w, at.W_BUFFER]
    for _ in range(f.sources[n, at.N_SIZE]):
        if room != at.NONE and f.sources[n, at.N_LOSES] == 1 and not_admitted(f, w, room):
            f.flow[f.head[at.G_PERIOD], f.ops[o, at.O_ITEM], at.F_LOST] += 1.0
            continue
        due = now + f.sourcef[n, at.NF_DUE_AFTER]
        u = create_unit(f, o, f.sourcef[n, at.NF_PRIORITY], due, at.NONE, now)
        if starts_at_once(f, w):
            start_at_once(f, w, o, u, now)
            continue
        if room == at.NONE or f.sources[n, at.N_LOSES] == 1:
            enqueue(f, o, u, now)
            continue
        f.sources[n, at.N_UNIT] = u
        if leave(f, f.stations.shape[0] + n, u, o, at.NONE, now):
            f.sources[n, at.N_UNIT] = at.NONE
        else:
            set_time(f, slot, math.inf)


@compiled
def not_admitted(f: Floor, w: int, room: int) -> bool:
    """Return whether an arrival at centre w would find neither a free station nor a place in its buffer."""
    free = f.centres[w, at.W_IDLE] if f.centres[w, at.W_OPEN] == 1 else 0
    return f.centres[w, at.W_QUEUED] >= room + free


@compiled
def journey_ends(f: Floor, w: int, now: float) -> None:
    """End the operation of the first unit at a centre where stations never run out."""
    u = f.centres[w, at.W_HEAP]
    root = pop(f.units, f.unitf, u)
    f.centres[w, at.W_HEAP] = root
    set_time(f, f.centres[w, at.W_SLOT], math.inf if root == at.NONE else f.unitf[root, at.UF_KEY])
    o = f.units[u, at.U_OP]
    if f.ops[o, at.O_PLAIN] == 0:
        give_back(f, o, 1, now)
    station = f.units[u, at.U_LOOPS]
    target = target_after(f, o, u, now)
    row = at.FIRST_EXIT - target
    repair = target <= at.FIRST_EXIT and f.exits[row, at.X_POOL] == at.REPAIRED
    if target <= at.FIRST_EXIT and f.exits[row, at.X_POOL] == at.DELIVERED:
        deliver(f, o, u, now)
    leave(f, at.NONE, u, target, w, now)
    if repair:
        repaired(f, station, now)


@compiled
def set_installed(f: Floor, w: int, number: int, now: float) -> None:
    """Bring the stations of centre w to a number: new ones come up idle, surplus ones go once their work is done."""
    first = f.centres[w, at.W_STATION0]
    settle_idle(f, w, now)
    for s in range(first, f.centres[w, at.W_STATION1]):
        state = f.stations[s, at.S_STATE]
        if s - first < number:
            f.stations[s, at.S_RETIRES] = 0
            if state == at.ABSENT:
                if f.centres[w, at.W_FAILS] == at.FAILS_ALWAYS:
                    set_time(f, f.stations[s, at.S_CLOCK], now + next_up_time(f, s))
                elif f.centres[w, at.W_FAILS] == at.FAILS_BUSY and f.stationf[s, at.SF_UP_LEFT] == 0.0:
                    f.stationf[s, at.SF_UP_LEFT] = next_up_time(f, s)
                free_station(f, s, now)
        elif state != at.ABSENT:
            f.stations[s, at.S_RETIRES] = 1
            if state == at.IDLE and f.stations[s, at.S_DOWN] == 0:
                f.centres[w, at.W_IDLE] -= 1
                f.stations[s, at.S_STATE] = at.ABSENT
                if f.centres[w, at.W_FAILS] == at.FAILS_ALWAYS:
                    set_time(f, f.stations[s, at.S_CLOCK], math.inf)
                show(f, s, at.ABSENT, now)
    f.centres[w, at.W_INSTALLED] = number
    record(f, at.V_CAPACITY, at.NONE, w, 1, float(number), now)
    mark(f, w)


@compiled
def set_shift(f: Floor, w: int, is_open: int, now: float) -> None:
    """Open or shut centre w: attended work pauses while it is shut, unattended work runs on."""
    if f.centres[w, at.W_OPEN] == is_open:
        return
    f.centres[w, at.W_OPEN] = is_open
    if is_open == 0:
        set_idle_state(f, w, at.OFF_SHIFT, now)
        if f.centres[w, at.W_ACTIVE] > 0:
            drop_waiters(f, w)
        note_waiting(f, w, now)
    mark(f, w)
    if f.centres[w, at.W_ATTENDED] == 0:
        return
    for s in range(f.centres[w, at.W_STATION0], f.centres[w, at.W_STATION1]):
        if f.stations[s, at.S_STATE] != at.BUSY or f.stations[s, at.S_DOWN] == 1:
            continue
        if is_open == 1 and f.stations[s, at.S_PAUSED] == 1:
            go_on(f, s, now)
        elif is_open == 0 and f.stations[s, at.S_PAUSED] == 0:
            pause(f, s, now)
            show(f, s, at.OFF_SHIFT, now)


@compiled
def release(f: Floor, order: int, now: float) -> None:
    """Release the units of a production order to its first operation."""
    o = f.orders[order, at.E_OP]
    for _ in range(f.orders[order, at.E_QUANTITY]):
        priority, due = f.orderf[order, at.EF_PRIORITY], f.orderf[order, at.EF_DUE]
        u = create_unit(f, o, priority, due, f.orders[order, at.E_DEMAND], now)
        enqueue(f, o, u, now)


@compiled
def happen(f: Floor, row: int, now: float) -> None:
    """Carry out a row of the timeline."""
    kind, place, value = f.line[row, at.L_KIND], f.line[row, at.L_PLACE], f.linef[row, at.LF_VALUE]
    if kind == at.L_PERIOD:
        settle_all(f, now)
        f.head[at.G_PERIOD] += 1
    elif kind == at.L_TIME:
        f.timef[place, 0] = value
    elif kind == at.L_CAPACITY:
        settle_resource(f, place, now)
        f.resourcef[place, at.QF_CAPACITY] = value
        record(f, at.V_CAPACITY, at.NONE, place, 0, value, now)
        wake_waiters(f)
    elif kind == at.L_STATIONS:
        set_installed(f, place, int(value), now)
    elif kind == at.L_SHIFT:
        set_shift(f, place, int(value), now)
    elif kind == at.L_STOCK:
        change_stock(f, place, value, now)
        reorder(f, place, now)
    elif kind == at.L_DEMAND:
        open_demand(f, place, now)
    else:
        release(f, place, now)


@compiled
def overdue(f: Floor, o: int) -> None:
    """Let a batch start below its minimum, as its first unit has waited long enough."""
    set_time(f, f.ops[o, at.O_TIMER], math.inf)
    if f.ops[o, at.O_QUEUED] > 0:
        f.ops[o, at.O_OVERDUE] = 1
        mark(f, f.ops[o, at.O_CENTRE])
