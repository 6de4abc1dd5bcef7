"""A run's history as tables for a spreadsheet or a Gantt chart: what each unit went through, what each station did.

Made of the trace alone. The tables are Polars frames and can be kept as Arrow files (`write_ipc`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from plantwright.simulation.kernel import layout as at
from plantwright.simulation.trace import KINDS, Trace

WITHOUT_WORK = "idle"
"""State of a station that has nothing to start: its centre's totals say what it waits for."""
SHOWN = ("busy", "setup", "blocked", "down", "off_shift", WITHOUT_WORK, "batching", "absent")


def events(trace: Trace) -> pl.DataFrame:
    """Return every record with its place by name: columns time, kind, unit (null where none is meant), place, detail
    (operation, or null) and value."""
    kind, place, detail = trace.kind, trace.place, trace.detail
    where = np.full(kind.size, "", dtype=object)
    operation = np.full(kind.size, None, dtype=object)
    steps = _operation_names(trace)
    stations = [f"{centre} {number + 1}" for centre, number in trace.tables.stations]
    for code, names in (
        (at.V_CREATE, trace.tables.items), (at.V_LEAVE, trace.tables.items), (at.V_START, stations),
        (at.V_STATE, stations), (at.V_STOCK, trace.tables.stocks), (at.V_RESOURCE, trace.tables.resources),
        (at.V_FINISH, steps), (at.V_DEMAND, [f"demand {k}" for k in range(int(place.max(initial=0)) + 1)]),
    ):  # fmt: skip
        rows = np.flatnonzero((kind == code) & (place >= 0))
        where[rows] = [names[k] for k in place[rows]]
    for code in (at.V_CREATE, at.V_START, at.V_RESOURCE):
        rows = np.flatnonzero((kind == code) & (detail >= 0))
        operation[rows] = [steps[k] for k in detail[rows]]
    rows = np.flatnonzero(kind == at.V_STATE)
    operation[rows] = [SHOWN[k] if k >= 0 else WITHOUT_WORK for k in detail[rows]]
    rows = np.flatnonzero(kind == at.V_CAPACITY)
    where[rows] = [
        (trace.tables.centres if counted else trace.tables.resources)[k]
        for k, counted in zip(place[rows], detail[rows], strict=True)
    ]
    unit = [int(u) if u >= 0 else None for u in trace.unit]
    columns = {"time": trace.time, "kind": [KINDS[k] for k in kind], "unit": pl.Series(unit, dtype=pl.Int64)}
    names = {
        "place": pl.Series(where.tolist(), dtype=pl.String),
        "detail": pl.Series(operation.tolist(), dtype=pl.String),
    }
    return pl.DataFrame(columns | names | {"value": trace.value})


def unit_history(trace: Trace) -> pl.DataFrame:
    """Return what each unit went through: one row an operation, in order of start.

    Columns: unit, item (route's), operation, centre, station (from 1; null on a journey), start and end (time; end is
    null while it runs), then (`next operation`, `scrap` or `out`).
    """
    steps = _operation_names(trace)
    started = np.flatnonzero(trace.kind == at.V_START)
    ended = np.flatnonzero(trace.kind == at.V_FINISH)
    station = trace.place[started]
    centre = trace.tables.fixed["ops"][trace.detail[started], at.O_CENTRE]
    # The k-th start of a unit belongs to its k-th finish: a unit passes one operation at a time.
    starts = pl.DataFrame(
        {
            "unit": trace.unit[started],
            "route": [trace.tables.operations[k][0] for k in trace.detail[started]],
            "operation": [trace.tables.operations[k][1] for k in trace.detail[started]],
            "centre": [trace.tables.centres[k] for k in centre],
            "station": pl.Series(
                [trace.tables.stations[s][1] + 1 if s >= 0 else None for s in station], dtype=pl.Int64
            ),
            "start": trace.time[started],
        }
    ).with_columns(visit=pl.int_range(pl.len()).over("unit"))
    finishes = pl.DataFrame(
        {
            "unit": trace.unit[ended],
            "end": trace.time[ended],
            "then": [_after(target, steps) for target in trace.detail[ended].tolist()],
        },
        schema_overrides={"then": pl.String},
    ).with_columns(visit=pl.int_range(pl.len()).over("unit"))
    return starts.join(finishes, on=["unit", "visit"], how="left", maintain_order="left").drop("visit")


def station_gantt(trace: Trace, until: float | None = None) -> pl.DataFrame:
    """Return what each station did: one row a state, with columns centre, station (from 1), state, start, end.

    Stations count as absent before they are there, which is left out; the last state ends at `until`, by default the
    time of the last record.
    """
    rows = np.flatnonzero(trace.kind == at.V_STATE)
    end = float(trace.time[-1]) if until is None and trace.time.size else float(until or 0.0)
    changes = pl.DataFrame(
        {
            "row": trace.place[rows],
            "state": pl.Series([SHOWN[k] if k >= 0 else WITHOUT_WORK for k in trace.detail[rows]], dtype=pl.String),
            "start": trace.time[rows],
        }
    )
    spans = changes.with_columns(end=pl.col("start").shift(-1, fill_value=end).over("row"))
    spans = spans.filter((pl.col("end") > pl.col("start")) & (pl.col("state") != "absent")).sort("row", "start")
    names = trace.tables.stations
    return spans.select(
        pl.Series("centre", [names[s][0] for s in spans["row"]], dtype=pl.String),
        pl.Series("station", [names[s][1] + 1 for s in spans["row"]], dtype=pl.Int64),
        "state", "start", "end",
    )  # fmt: skip


def _operation_names(trace: Trace) -> list[str]:
    return [f"{route}/{step}" for route, step in trace.tables.operations]


def _after(target: int, steps: list[str]) -> str:
    if target >= 0:
        return steps[target]
    return "scrap" if target == at.NONE else "out"
