"""What is counted while the plant runs: station time by state, waiting by cause, flow, stock, and the trace.

Every function settles a quantity up to now before it changes, so totals are exact over any period.
"""

from __future__ import annotations

from . import layout as at
from .jit import compiled, inlined
from .layout import Floor


@compiled
def _write(f: Floor, kind: int, unit: int, place: int, detail: int, value: float, now: float) -> None:
    row = f.head[at.G_TRACED]
    f.head[at.G_TRACED] = row + 1
    if row < f.head[at.G_TRACE]:
        f.trace[row, 0] = kind
        f.trace[row, 1] = unit
        f.trace[row, 2] = place
        f.trace[row, 3] = detail
        f.tracef[row, 0] = now
        f.tracef[row, 1] = value


@inlined
def record(f: Floor, kind: int, unit: int, place: int, detail: int, value: float, now: float) -> None:
    """Add a record to the trace, where one is kept."""
    if f.head[at.G_TRACE] > 0:
        _write(f, kind, unit, place, detail, value, now)


@inlined
def show(f: Floor, s: int, state: int, now: float) -> None:
    """Count station s as in `state` from now on; NONE while its work centre counts it as idle."""
    shown = f.stations[s, at.S_SHOWN]
    if shown != state:
        if shown != at.NONE:
            f.state_hours[f.head[at.G_PERIOD], f.stations[s, at.S_CENTRE], shown] += now - f.stationf[s, at.SF_SINCE]
        f.stationf[s, at.SF_SINCE] = now
        f.stations[s, at.S_SHOWN] = state
        record(f, at.V_STATE, at.NONE, s, state, 0.0, now)


@inlined
def settle_idle(f: Floor, w: int, now: float) -> None:
    """Count the idle stations of centre w up to now."""
    f.state_hours[f.head[at.G_PERIOD], w, f.centres[w, at.W_CAUSE]] += f.centres[w, at.W_IDLE] * (
        now - f.centref[w, at.WF_IDLE_SINCE]
    )
    f.centref[w, at.WF_IDLE_SINCE] = now


@inlined
def settle_queue(f: Floor, o: int, now: float) -> None:
    """Count the units waiting for operation o up to now, under what its first one waits for."""
    queued = f.ops[o, at.O_QUEUED]
    if queued > 0:
        k = f.ops[o, at.O_CAUSE0] + f.ops[o, at.O_CAUSE]
        waited = now - f.opf[o, at.OF_SINCE]
        f.wait_hours[f.head[at.G_PERIOD], k] += queued * waited
        f.clock[k] += waited
    f.opf[o, at.OF_SINCE] = now


@inlined
def set_cause(f: Floor, o: int, cause: int, now: float) -> None:
    """Say what the first unit of operation o waits for from now on."""
    if f.ops[o, at.O_CAUSE] != cause:
        settle_queue(f, o, now)
        f.ops[o, at.O_CAUSE] = cause


@inlined
def station_cause(f: Floor, w: int) -> int:
    """Return why centre w has no station for a unit: shut, not there yet, or in use."""
    if f.centres[w, at.W_OPEN] == 0:
        return at.C_OFF_SHIFT
    if f.centres[w, at.W_INSTALLED] == 0:
        return at.C_ABSENT
    return at.C_STATION


@compiled
def open_account(f: Floor, o: int, unit: int) -> None:
    """Remember operation o's waiting clocks as a tracked unit joins its queue."""
    first = f.ops[o, at.O_CAUSE0]
    for k in range(f.ops[o, at.O_CAUSES]):
        f.snapshot[f.units[unit, at.U_ACCOUNT], k] = f.clock[first + k]


@compiled
def charge_wait(f: Floor, o: int, unit: int, now: float) -> None:
    """Charge a tracked unit's stay in operation o's queue to what was waited for meanwhile."""
    first = f.ops[o, at.O_CAUSE0]
    row = f.units[unit, at.U_ACCOUNT]
    for k in range(f.ops[o, at.O_CAUSES]):
        waited = f.clock[first + k] - f.snapshot[row, k]
        if waited > 0.0:
            f.account[row, f.cause_of[first + k]] += waited
    f.unitf[unit, at.UF_MARK] = now


@inlined
def charge(f: Floor, unit: int, cause: int, now: float) -> None:
    """Charge a tracked unit's time since its last mark to a cause."""
    row = f.units[unit, at.U_ACCOUNT]
    if row != at.NONE:
        f.account[row, cause] += now - f.unitf[unit, at.UF_MARK]
        f.unitf[unit, at.UF_MARK] = now


@inlined
def change_in_system(f: Floor, item: int, change: int, now: float) -> None:
    """Count units of an item that enter (+1) or leave (-1) the plant."""
    period = f.head[at.G_PERIOD]
    f.flow[period, item, at.F_AREA] += f.in_system[item] * (now - f.flow_since[item])
    f.flow_since[item] = now
    f.in_system[item] += change
    if change > 0:
        f.flow[period, item, at.F_CREATED] += change


@inlined
def settle_stock(f: Floor, k: int, now: float) -> None:
    """Count the stock k up to now."""
    f.stock_hours[f.head[at.G_PERIOD], k] += f.stockf[k, at.KF_LEVEL] * (now - f.stockf[k, at.KF_SINCE])
    f.stockf[k, at.KF_SINCE] = now


@inlined
def settle_resource(f: Floor, r: int, now: float) -> None:
    """Count the use of resource r up to now."""
    f.resource_hours[f.head[at.G_PERIOD], r] += f.resourcef[r, at.QF_USED] * (now - f.resourcef[r, at.QF_SINCE])
    f.resourcef[r, at.QF_SINCE] = now


@compiled
def settle_all(f: Floor, now: float) -> None:
    """Bring every total up to now, as at the end of a period."""
    for s in range(f.stations.shape[0]):
        shown = f.stations[s, at.S_SHOWN]
        if shown != at.NONE:
            f.state_hours[f.head[at.G_PERIOD], f.stations[s, at.S_CENTRE], shown] += now - f.stationf[s, at.SF_SINCE]
        f.stationf[s, at.SF_SINCE] = now
    for w in range(f.centres.shape[0]):
        settle_idle(f, w, now)
    for o in range(f.ops.shape[0]):
        settle_queue(f, o, now)
    for item in range(f.in_system.shape[0]):
        change_in_system(f, item, 0, now)
    for k in range(f.stocks.shape[0]):
        settle_stock(f, k, now)
    for r in range(f.resources.shape[0]):
        settle_resource(f, r, now)
