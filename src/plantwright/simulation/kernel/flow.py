# mypy: disable-error-code="no-any-return"
"""How units move: into queues, out of the plant, into stocks, to demands, and what they free or block on the way.

Nothing starts here. A move marks the work centres that may now start something, and the loop tries them in order.
"""

from __future__ import annotations

from . import layout as at
from .accounts import (
    change_in_system,
    charge,
    open_account,
    record,
    settle_queue,
    settle_stock,
    station_cause,
)
from .calendar import set_time
from .jit import compiled
from .layout import Floor
from .queues import push
from .stations import free_station, mark, start_at_once, starts_at_once
from .streams import draw

DUE_SPAN = 16777216.0  # hours; twice any due date, so a priority outweighs it
CLOSE = 1e-9  # quantities nearer than this are equal


@compiled
def create_unit(f: Floor, o: int, priority: float, due: float, demand: int, now: float) -> int:
    """Return a new unit that is about to join operation o."""
    u = f.head[at.G_FREE]
    f.head[at.G_FREE] = f.units[u, at.U_LINK]
    f.head[at.G_FREE_COUNT] -= 1
    f.units[u, at.U_OP] = o
    f.units[u, at.U_LOOPS] = 0
    f.units[u, at.U_LINK] = at.NONE
    f.units[u, at.U_DEMAND] = demand
    f.units[u, at.U_SERIAL] = f.head[at.G_SERIAL]
    f.head[at.G_SERIAL] += 1
    f.unitf[u, at.UF_CREATED] = now
    f.unitf[u, at.UF_DUE] = due
    f.unitf[u, at.UF_PRIORITY] = priority
    f.unitf[u, at.UF_MARK] = now
    f.units[u, at.U_ACCOUNT] = at.NONE
    if f.ops[o, at.O_TRACKED] == 1:
        f.head[at.G_ACCOUNTS] -= 1
        row = f.account_free[f.head[at.G_ACCOUNTS]]
        f.units[u, at.U_ACCOUNT] = row
        for c in range(f.account.shape[1]):
            f.account[row, c] = 0.0
    change_in_system(f, f.ops[o, at.O_ITEM], 1, now)
    record(f, at.V_CREATE, f.units[u, at.U_SERIAL], f.ops[o, at.O_ITEM], o, due, now)
    return u


@compiled
def remove_unit(f: Floor, u: int, item: int, scrapped: int, now: float) -> None:
    """Take a unit of an item out of the plant and count its time there."""
    change_in_system(f, item, -1, now)
    period = f.head[at.G_PERIOD]
    if scrapped == 1:
        f.flow[period, item, at.F_LOST] += 1.0
    else:
        stay = now - f.unitf[u, at.UF_CREATED]
        f.flow[period, item, at.F_LEFT] += 1.0
        f.flow[period, item, at.F_TIME] += stay
        f.flow[period, item, at.F_TIME2] += stay * stay
    record(f, at.V_LEAVE, f.units[u, at.U_SERIAL], item, scrapped, 0.0, now)
    if f.units[u, at.U_ACCOUNT] != at.NONE:
        f.account_free[f.head[at.G_ACCOUNTS]] = f.units[u, at.U_ACCOUNT]
        f.head[at.G_ACCOUNTS] += 1
    f.units[u, at.U_OP] = at.NONE
    f.units[u, at.U_LINK] = f.head[at.G_FREE]
    f.head[at.G_FREE] = u
    f.head[at.G_FREE_COUNT] += 1


@compiled
def queue_key(f: Floor, o: int, u: int) -> float:
    """Return where a unit stands in operation o's queue: less is sooner."""
    rule = f.centres[f.ops[o, at.O_CENTRE], at.W_RULE]
    if rule in (at.RULE_DUE, at.RULE_RATIO):
        return f.unitf[u, at.UF_DUE]
    if rule == at.RULE_SHORTEST:
        return f.opf[o, at.OF_MEAN]
    return f.unitf[u, at.UF_PRIORITY] * DUE_SPAN + min(f.unitf[u, at.UF_DUE], DUE_SPAN / 2)


@compiled
def enqueue(f: Floor, o: int, u: int, now: float) -> None:
    """Put a unit into operation o's queue."""
    w = f.ops[o, at.O_CENTRE]
    settle_queue(f, o, now)
    f.units[u, at.U_OP] = o
    f.units[u, at.U_LINK] = at.NONE
    f.units[u, at.U_SEQUENCE] = f.head[at.G_SEQUENCE]
    f.head[at.G_SEQUENCE] += 1
    f.unitf[u, at.UF_QUEUED] = now
    if f.ops[o, at.O_QUEUED] == 0:
        f.ops[o, at.O_CAUSE] = station_cause(f, w)
        if f.ops[o, at.O_TIMER] != at.NONE:
            set_time(f, f.ops[o, at.O_TIMER], now + f.opf[o, at.OF_LONGEST_WAIT])
    if f.units[u, at.U_ACCOUNT] != at.NONE:
        open_account(f, o, u)
    if f.ops[o, at.O_SORTED] == 1:
        f.unitf[u, at.UF_KEY] = queue_key(f, o, u)
        f.ops[o, at.O_HEAD] = push(f.units, f.unitf, f.ops[o, at.O_HEAD], u)
    else:
        if f.ops[o, at.O_QUEUED] == 0:
            f.ops[o, at.O_HEAD] = u
        else:
            f.units[f.ops[o, at.O_TAIL], at.U_LINK] = u
        f.ops[o, at.O_TAIL] = u
    f.ops[o, at.O_QUEUED] += 1
    f.centres[w, at.W_QUEUED] += 1
    if f.centres[w, at.W_QUICK] == at.QUEUES or f.centres[w, at.W_IDLE] > 0:
        mark(f, w)


@compiled
def _link(f: Floor, who: int, following: int) -> None:
    if who < f.stations.shape[0]:
        f.stations[who, at.S_LINK] = following
    else:
        f.sources[who - f.stations.shape[0], at.N_LINK] = following


@compiled
def _linked(f: Floor, who: int) -> int:
    if who < f.stations.shape[0]:
        return f.stations[who, at.S_LINK]
    return f.sources[who - f.stations.shape[0], at.N_LINK]


@compiled
def join_blocked(f: Floor, w: int, who: int) -> None:
    """Append a station (or, past the stations, a source) to those that wait for room before centre w."""
    _link(f, who, at.NONE)
    if f.centres[w, at.W_BLOCKED] == 0:
        f.centres[w, at.W_BLOCK_HEAD] = who
    else:
        _link(f, f.centres[w, at.W_BLOCK_TAIL], who)
    f.centres[w, at.W_BLOCK_TAIL] = who
    f.centres[w, at.W_BLOCKED] += 1


@compiled
def next_blocked(f: Floor, w: int) -> int:
    """Return the first that waits for room before centre w, and take it off the list."""
    who = f.centres[w, at.W_BLOCK_HEAD]
    f.centres[w, at.W_BLOCK_HEAD] = _linked(f, who)
    f.centres[w, at.W_BLOCKED] -= 1
    return who


@compiled
def join_blocked_at_stock(f: Floor, k: int, who: int) -> None:
    """Append a station to those that wait for room in stock k."""
    _link(f, who, at.NONE)
    if f.stocks[k, at.K_BLOCKED] == 0:
        f.stocks[k, at.K_BLOCK_HEAD] = who
    else:
        _link(f, f.stocks[k, at.K_BLOCK_TAIL], who)
    f.stocks[k, at.K_BLOCK_TAIL] = who
    f.stocks[k, at.K_BLOCKED] += 1


@compiled
def offered(f: Floor, k: int) -> float:
    """Return how much blocked stations hold out to stock k alone; it can be taken before there is room for it."""
    total = 0.0
    who = f.stocks[k, at.K_BLOCK_HEAD]
    for _ in range(f.stocks[k, at.K_BLOCKED]):
        row = at.FIRST_EXIT - f.units[blocked_unit(f, who), at.U_CHILD]
        if f.exits[row, at.X_OUT1] - f.exits[row, at.X_OUT0] == 1:
            total += f.outputf[f.exits[row, at.X_OUT0]]
        who = _linked(f, who)
    return total


@compiled
def change_stock(f: Floor, k: int, quantity: float, now: float) -> None:
    """Add to stock k (or take from it) and have its users tried when it grew."""
    settle_stock(f, k, now)
    f.stockf[k, at.KF_LEVEL] += quantity
    record(f, at.V_STOCK, at.NONE, k, at.NONE, quantity, now)
    enough = f.stockf[k, at.KF_LEVEL] + CLOSE >= f.stockf[k, at.KF_LEAST] or f.stocks[k, at.K_BLOCKED] > 0
    if quantity > 0.0 and enough:
        mark_users(f, k)


@compiled
def mark_users(f: Floor, k: int) -> None:
    """Have the centres that take from stock k tried once this event is over."""
    for i in range(f.stocks[k, at.K_USER0], f.stocks[k, at.K_USER1]):
        mark(f, f.users[i])


@compiled
def full_output(f: Floor, row: int) -> int:
    """Return the first stock that has no room for what exit row gives, or NONE."""
    for i in range(f.exits[row, at.X_OUT0], f.exits[row, at.X_OUT1]):
        k = f.outputs[i]
        if f.stockf[k, at.KF_LEVEL] + f.outputf[i] > f.stockf[k, at.KF_CAPACITY] + CLOSE:
            return k
    return at.NONE


@compiled
def count_lateness(f: Floor, u: int, now: float) -> None:
    """Count a unit that reached the end of its demand's route after the due date, and what it waited for."""
    hours = now - f.unitf[u, at.UF_DUE]
    if hours > 0.0:
        period = f.head[at.G_PERIOD]
        f.late[period, at.LATE_UNITS] += 1.0
        f.late[period, at.LATE_HOURS] += hours
        row = f.units[u, at.U_ACCOUNT]
        if row != at.NONE:
            for c in range(f.account.shape[1]):
                f.late[period, at.LATE_FIRST_CAUSE + c] += f.account[row, c]


@compiled
def assign_demand(f: Floor, d: int, u: int, now: float) -> None:
    """Give a finished unit to an open demand and send it on that demand's route."""
    f.demands[d, at.D_LEFT] -= 1
    f.demandf[d, at.DF_FIRST] = min(f.demandf[d, at.DF_FIRST], now)
    f.shipped[f.head[at.G_PERIOD], d] += 1
    f.units[u, at.U_DEMAND] = d
    f.unitf[u, at.UF_PRIORITY] = f.demandf[d, at.DF_PRIORITY]
    f.unitf[u, at.UF_DUE] = f.demandf[d, at.DF_DUE]
    charge(f, u, f.account.shape[1] - 1, now)
    record(f, at.V_DEMAND, f.units[u, at.U_SERIAL], d, at.NONE, f.demandf[d, at.DF_DUE], now)
    enqueue(f, f.demands[d, at.D_OP], u, now)


@compiled
def offer_unit(f: Floor, p: int, u: int, now: float) -> None:
    """Give a finished unit to the first open demand of pool p, or have it wait for one."""
    if f.pools[p, at.P_OPEN] == 0:
        f.units[u, at.U_LINK] = at.NONE
        if f.pools[p, at.P_WAITING] == 0:
            f.pools[p, at.P_HEAD] = u
        else:
            f.units[f.pools[p, at.P_TAIL], at.U_LINK] = u
        f.pools[p, at.P_TAIL] = u
        f.pools[p, at.P_WAITING] += 1
        return
    first = f.pools[p, at.P_OPEN0]
    d = f.open_demands[first]
    if f.demands[d, at.D_LEFT] == 1:
        f.pools[p, at.P_OPEN] -= 1
        for i in range(f.pools[p, at.P_OPEN]):
            f.open_demands[first + i] = f.open_demands[first + i + 1]
    assign_demand(f, d, u, now)


@compiled
def open_demand(f: Floor, d: int, now: float) -> None:
    """Let demand d take units from now on; demands are numbered by priority, then due date."""
    p = f.demands[d, at.D_POOL]
    while f.pools[p, at.P_WAITING] > 0 and f.demands[d, at.D_LEFT] > 0:
        u = f.pools[p, at.P_HEAD]
        f.pools[p, at.P_HEAD] = f.units[u, at.U_LINK]
        f.pools[p, at.P_WAITING] -= 1
        assign_demand(f, d, u, now)
    if f.demands[d, at.D_LEFT] > 0:
        i = f.pools[p, at.P_OPEN0] + f.pools[p, at.P_OPEN]
        f.pools[p, at.P_OPEN] += 1
        while i > f.pools[p, at.P_OPEN0] and f.open_demands[i - 1] > d:
            f.open_demands[i] = f.open_demands[i - 1]
            i -= 1
        f.open_demands[i] = d


@compiled
def leave(f: Floor, who: int, u: int, target: int, own: int, now: float) -> bool:  # noqa: PLR0911
    """Return whether a unit could move on from station (or source) `who` to a target; else `who` is blocked.

    `own` is the station's work centre: a unit that comes back to it always has room.
    """
    if target >= 0:
        w = f.ops[target, at.O_CENTRE]
        if starts_at_once(f, w):
            start_at_once(f, w, target, u, now)
            return True
        room = f.centres[w, at.W_BUFFER]
        if room != at.NONE and f.centres[w, at.W_QUEUED] >= room and w != own:
            f.units[u, at.U_OP] = target
            join_blocked(f, w, who)
            if f.centres[w, at.W_QUICK] == at.QUEUES or f.centres[w, at.W_IDLE] > 0:
                mark(f, w)
            return False
        enqueue(f, target, u, now)
        return True
    item = f.ops[f.units[u, at.U_OP], at.O_ITEM]
    if target == at.SCRAP:
        remove_unit(f, u, item, 1, now)
        return True
    row = at.FIRST_EXIT - target
    if f.exits[row, at.X_OUT1] > f.exits[row, at.X_OUT0]:
        k = full_output(f, row)
        if k != at.NONE:
            join_blocked_at_stock(f, k, who)
            mark_users(f, k)
            return False
        for i in range(f.exits[row, at.X_OUT0], f.exits[row, at.X_OUT1]):
            change_stock(f, f.outputs[i], f.outputf[i], now)
    if f.exits[row, at.X_POOL] >= 0:
        offer_unit(f, f.exits[row, at.X_POOL], u, now)
        return True
    scrapped = int(f.exits[row, at.X_POOL] == at.SCRAPPED)
    if f.units[u, at.U_DEMAND] != at.NONE and scrapped == 0:
        count_lateness(f, u, now)
    remove_unit(f, u, item, scrapped, now)
    return True


@compiled
def resume_source(f: Floor, n: int, now: float) -> None:
    """Let a source that was blocked count towards its next arrival."""
    f.sources[n, at.N_UNIT] = at.NONE
    if f.sources[n, at.N_LEFT] != 0:
        gap = draw(f.times, f.timef, f.table, f.streams, f.sources[n, at.N_TIME], f.sources[n, at.N_STREAM])
        set_time(f, f.sources[n, at.N_SLOT], now + gap)


@compiled
def blocked_unit(f: Floor, who: int) -> int:
    """Return the unit that a blocked station or source holds out."""
    if who < f.stations.shape[0]:
        return f.stations[who, at.S_UNIT]
    return f.sources[who - f.stations.shape[0], at.N_UNIT]


@compiled
def unblock(f: Floor, who: int, now: float) -> None:
    """Go on after the unit that a blocked station or source held out was taken from it."""
    if who >= f.stations.shape[0]:
        resume_source(f, who - f.stations.shape[0], now)
    elif unload(f, who, now):
        free_station(f, who, now)


@compiled
def unload(f: Floor, s: int, now: float) -> bool:
    """Return whether all units still on station s, their targets drawn before, could leave it."""
    w = f.stations[s, at.S_CENTRE]
    while f.stations[s, at.S_UNIT] != at.NONE:
        u = f.stations[s, at.S_UNIT]
        following = f.units[u, at.U_LINK]
        if not leave(f, s, u, f.units[u, at.U_CHILD], w, now):
            return False
        f.stations[s, at.S_UNIT] = following
    return True


@compiled
def let_in(f: Floor, w: int, now: float) -> None:
    """Move blocked units into centre w's buffer while it has room."""
    while f.centres[w, at.W_BLOCKED] > 0 and f.centres[w, at.W_QUEUED] < f.centres[w, at.W_BUFFER]:
        who = next_blocked(f, w)
        take_blocked(f, who, f.units[blocked_unit(f, who), at.U_OP], now)


@compiled
def take_blocked(f: Floor, who: int, o: int, now: float) -> None:
    """Move the unit that `who` holds out into operation o's queue and let `who` go on."""
    u = blocked_unit(f, who)
    following = f.units[u, at.U_LINK]
    if who < f.stations.shape[0]:
        charge(f, u, f.stations[who, at.S_CENTRE] * at.A_PER_CENTRE + at.A_BLOCKED, now)
        f.stations[who, at.S_UNIT] = following
    enqueue(f, o, u, now)
    unblock(f, who, now)


@compiled
def let_into_stock(f: Floor, k: int, now: float) -> None:
    """Move what blocked stations hold out into stock k while it has room."""
    while f.stocks[k, at.K_BLOCKED] > 0:
        who = f.stocks[k, at.K_BLOCK_HEAD]
        u = blocked_unit(f, who)
        if full_output(f, at.FIRST_EXIT - f.units[u, at.U_CHILD]) != at.NONE:
            return
        f.stocks[k, at.K_BLOCK_HEAD] = _linked(f, who)
        f.stocks[k, at.K_BLOCKED] -= 1
        unblock(f, who, now)
