# mypy: disable-error-code="no-any-return"
"""The event loop: the earliest of the calendar's slots and the timeline's rows, until a time.

All state is in the tables, so a run may stop anywhere, be saved, looked at, and go on: slices equal one piece.
"""

from __future__ import annotations

import math
import sys

from . import layout as at
from .accounts import settle_all
from .calendar import build_tree, first_slot, set_time
from .dispatch import dispatch
from .events import arrive, change_phase, clock_rings, finish, happen, journey_ends, overdue
from .handle import Handle
from .jit import compiled
from .layout import Floor
from .pointer import floor_at

LATEST = sys.float_info.max  # hours; what never happens is at infinity


@compiled
def _other_event(f: Floor, slot: int, now: float) -> None:
    kind, place = f.slots[slot, 0], f.slots[slot, 1]
    if kind == at.SLOT_CLOCK:
        clock_rings(f, place, slot, now)
    elif kind == at.SLOT_AMPLE:
        journey_ends(f, place, now)
    elif kind == at.SLOT_TIMER:
        overdue(f, place)


@compiled
def _row_time(f: Floor, row: int) -> float:
    """Return when a row of the timeline happens; infinity past its end."""
    return f.linef[row, at.LF_TIME] if row < f.line.shape[0] else math.inf


@compiled
def _shortage(f: Floor, row: int) -> int:
    """Return what memory could run out in the next event, or DONE if none."""
    units = f.head[at.G_MARGIN]
    records = f.head[at.G_TRACE_MARGIN]
    if row < f.line.shape[0] and f.line[row, at.L_KIND] == at.L_RELEASE:
        units += f.orders[f.line[row, at.L_PLACE], at.E_QUANTITY]
        records += f.orders[f.line[row, at.L_PLACE], at.E_QUANTITY]
    if f.head[at.G_FREE_COUNT] < units:
        return at.NEED_UNITS
    if f.head[at.G_ACCOUNTS] < units:
        return at.NEED_ACCOUNTS
    if f.head[at.G_TRACE] > 0 and f.head[at.G_TRACED] + records > f.head[at.G_TRACE]:
        return at.NEED_TRACE
    return at.DONE


@compiled
def _try_marked(f: Floor, now: float) -> None:
    size = f.agenda.shape[0]
    while f.head[at.G_AGENDA] > 0:
        first = f.head[at.G_AGENDA0]
        w = f.agenda[first]
        f.head[at.G_AGENDA0] = first + 1 if first + 1 < size else 0
        f.head[at.G_AGENDA] -= 1
        f.centres[w, at.W_DIRTY] = 0
        dispatch(f, w, now)


@compiled
def run(handle: Handle, until: float) -> int:
    """Run the plant up to and including a time in hours.

    Returns DONE, or which memory must grow before the run can go on (call again then), or QUIET when nothing more
    can ever happen.
    """
    f = floor_at(handle)
    build_tree(f)
    _try_marked(f, f.clockf[at.GF_NOW])
    row = f.head[at.G_LINE]
    row_time = _row_time(f, row)
    last = min(until, LATEST)
    margin, traced, scanned = f.head[at.G_MARGIN], f.head[at.G_TRACE] > 0, f.tree.shape[0] <= 1
    while True:
        slot = first_slot(f)
        time = min(f.due[slot], row_time)
        scheduled = row_time <= time
        if time > last:
            f.clockf[at.GF_NOW] = until
            return at.QUIET if time == math.inf else at.DONE
        spare = min(f.head[at.G_FREE_COUNT], f.head[at.G_ACCOUNTS])
        if spare < margin or scheduled or traced:
            short = _shortage(f, row if scheduled else f.line.shape[0])
            if short != at.DONE:
                return short
        f.clockf[at.GF_NOW] = time
        f.head[at.G_EVENTS] += 1
        if scheduled:
            happen(f, row, time)
            row += 1
            f.head[at.G_LINE] = row
            row_time = _row_time(f, row)
        elif f.slots[slot, 0] == at.SLOT_STATION:
            if f.stations[slot, at.S_PHASE] == at.PHASE_WORK:
                finish(f, slot, time)
            else:
                change_phase(f, slot, time)
        elif f.slots[slot, 0] == at.SLOT_SOURCE:
            arrive(f, f.slots[slot, 1], time)
        else:
            _other_event(f, slot, time)
        if f.head[at.G_AGENDA] > 0:
            _try_marked(f, time)
        if not scanned and f.due[slot] == math.inf:
            set_time(f, slot, math.inf)


@compiled
def settle(handle: Handle) -> int:
    """Bring every total up to the present, as before reading them; returns DONE."""
    f = floor_at(handle)
    settle_all(f, f.clockf[at.GF_NOW])
    return at.DONE
