"""What is where in a run at its present time, as tables: units, stations, stocks. Reading only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from plantwright.simulation.engine import Run
from plantwright.simulation.history import SHOWN
from plantwright.simulation.kernel import layout as at


def units(run: Run) -> pl.DataFrame:
    """Return where each unit in the plant is, in order of their numbers.

    Columns: unit, route and operation that it waits for or is in, centre, state (`waiting`, `working`, `blocked`, `on
    the way`, `held at source`, `for a demand`), station (from 1), remaining (hours of work left), priority, due.
    """
    floor, tables = run.floor, run.tables
    rows = []
    for place in sorted(_places(run), key=lambda p: int(floor.units[p.unit, at.U_SERIAL])):
        o = int(floor.units[place.unit, at.U_OP])
        route, operation = tables.operations[o]
        station = tables.stations[place.station] if place.station >= 0 else None
        rows.append(
            {
                "unit": int(floor.units[place.unit, at.U_SERIAL]), "route": route, "operation": operation,
                "centre": station[0] if station else tables.centres[floor.ops[o, at.O_CENTRE]],
                "state": place.state, "station": station[1] + 1 if station else None,
                "remaining": place.remaining, "priority": float(floor.unitf[place.unit, at.UF_PRIORITY]),
                "due": float(floor.unitf[place.unit, at.UF_DUE]),
            }
        )  # fmt: skip
    return pl.DataFrame(rows, schema=UNITS)


UNITS = {
    "unit": pl.Int64, "route": pl.String, "operation": pl.String, "centre": pl.String, "state": pl.String,
    "station": pl.Int64, "remaining": pl.Float64, "priority": pl.Float64, "due": pl.Float64,
}  # fmt: skip


def stations(run: Run) -> pl.DataFrame:
    """Return what each station does: centre, station (from 1), state, family set up for, hours of work left.

    `idle` stands for any lack of work: the centre's totals say what it waits for.
    """
    floor, tables = run.floor, run.tables
    families = tables.families
    rows = []
    for s, (centre, number) in enumerate(tables.stations):
        shown, family = int(floor.stations[s, at.S_SHOWN]), int(floor.stations[s, at.S_FAMILY])
        at_work = floor.stations[s, at.S_STATE] == at.BUSY
        rows.append(
            {
                "centre": centre, "station": number + 1, "state": SHOWN[shown] if shown >= 0 else "idle",
                "family": families[centre][family] if family >= 0 else "",
                "remaining": _work_left(run, s) if at_work else None,
            }
        )  # fmt: skip
    kinds = {"centre": pl.String, "station": pl.Int64, "state": pl.String, "family": pl.String, "remaining": pl.Float64}
    return pl.DataFrame(rows, schema=kinds)


def stocks(run: Run) -> pl.DataFrame:
    """Return each stock's level and what is on order of it."""
    floats = run.floor.stockf
    return pl.DataFrame(
        {
            "stock": pl.Series(run.tables.stocks, dtype=pl.String),
            "level": floats[:, at.KF_LEVEL],
            "on_order": floats[:, at.KF_ON_ORDER],
        }
    )


@dataclass(frozen=True, slots=True)
class _Place:
    unit: int
    state: str
    station: int = at.NONE
    remaining: float | None = None


def _places(run: Run) -> Iterator[_Place]:
    floor = run.floor
    for o in range(floor.ops.shape[0]):
        if floor.ops[o, at.O_QUEUED] > 0:
            head = int(floor.ops[o, at.O_HEAD])
            queued = _heap(run, head) if floor.ops[o, at.O_SORTED] else _list(run, head, int(floor.ops[o, at.O_QUEUED]))
            yield from (_Place(unit, "waiting") for unit in queued)
    for w in range(floor.centres.shape[0]):
        for unit in _heap(run, int(floor.centres[w, at.W_HEAP])):
            yield _Place(unit, "on the way", remaining=float(floor.unitf[unit, at.UF_KEY]) - run.now)
    for s in range(floor.stations.shape[0]):
        blocked = floor.stations[s, at.S_STATE] == at.BLOCKED
        for unit in _list(run, int(floor.stations[s, at.S_UNIT]), int(floor.stations[s, at.S_COUNT])):
            yield _Place(unit, "blocked" if blocked else "working", s, None if blocked else _work_left(run, s))
    for row in floor.sources:
        if row[at.N_UNIT] != at.NONE:
            yield _Place(int(row[at.N_UNIT]), "held at source")
    for pool in floor.pools:
        yield from (_Place(u, "for a demand") for u in _list(run, int(pool[at.P_HEAD]), int(pool[at.P_WAITING])))


def _list(run: Run, unit: int, most: int) -> Iterator[int]:
    while unit != at.NONE and most > 0:
        yield unit
        unit, most = int(run.floor.units[unit, at.U_LINK]), most - 1


def _heap(run: Run, root: int) -> Iterator[int]:
    """Yield the units of a heap: each node's children hang together behind its first child."""
    waiting = [root] if root != at.NONE else []
    while waiting:
        unit = waiting.pop()
        yield unit
        below = (int(run.floor.units[unit, at.U_CHILD]), int(run.floor.units[unit, at.U_LINK]))
        waiting += [u for u, from_root in zip(below, (True, unit != root), strict=True) if u != at.NONE and from_root]


def _work_left(run: Run, s: int) -> float:
    """Return the hours of work that are left on station s, setup and repair not counted."""
    row, floats = run.floor.stations[s], run.floor.stationf[s]
    running = float(run.floor.due[s]) - run.now if math.isfinite(run.floor.due[s]) else 0.0
    phase = row[at.S_PHASE]
    if row[at.S_PAUSED] == 1:
        running = float(floats[at.SF_REMAINING])
    if phase == at.PHASE_WORK:
        return running
    return float(floats[at.SF_PENDING]) + (running if phase == at.PHASE_FAIL else 0.0)
