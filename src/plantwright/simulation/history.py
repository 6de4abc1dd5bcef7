"""A run's history as tables for a spreadsheet or a Gantt chart: what each unit went through, what each station did.

Made of the trace alone. The tables are Polars frames and can be kept as Arrow files (`write_ipc`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from plantwright.simulation.kernel import layout as at
from plantwright.simulation.trace import KINDS, Trace

WITHOUT_WORK = "idle"
"""State of a station that has nothing to start: its centre's totals say what it waits for."""
SHOWN = ("busy", "setup", "blocked", "down", "off_shift", WITHOUT_WORK, "batching", "absent")


def events(trace: Trace) -> pl.DataFrame:
    """Return every record with its place by name.

    Columns: time, kind, unit (null where none is meant), place, detail (an operation, or a station's state; null where
    none is meant) and value.
    """
    tables, steps = trace.tables, _operation_names(trace)
    stations = [f"{centre} {number + 1}" for centre, number in tables.stations]
    states = dict(enumerate(SHOWN)) | {at.NONE: WITHOUT_WORK}
    places: dict[int, Sequence[str]] = {
        at.V_CREATE: tables.items, at.V_LEAVE: tables.items, at.V_START: stations, at.V_STATE: stations,
        at.V_STOCK: tables.stocks, at.V_RESOURCE: tables.resources, at.V_FINISH: steps,
    }  # fmt: skip

    def place(kind: int, row: int, detail: int) -> str:
        if kind == at.V_CAPACITY:
            return (tables.centres if detail else tables.resources)[row]
        if kind == at.V_DEMAND:
            return f"demand {row}"
        return places[kind][row] if row >= 0 else ""

    def detailed(kind: int, detail: int) -> str | None:
        if kind == at.V_STATE:
            return states[detail]
        return steps[detail] if kind in (at.V_CREATE, at.V_START, at.V_RESOURCE) and detail >= 0 else None

    kinds, details = trace.kind.tolist(), trace.detail.tolist()
    rows = zip(kinds, trace.place.tolist(), details, strict=True)
    return pl.DataFrame(
        {
            "time": trace.time,
            "kind": pl.Series([KINDS[k] for k in kinds], dtype=pl.String),
            "unit": pl.Series([u if u >= 0 else None for u in trace.unit.tolist()], dtype=pl.Int64),
            "place": pl.Series([place(*row) for row in rows], dtype=pl.String),
            "detail": pl.Series([detailed(k, d) for k, d in zip(kinds, details, strict=True)], dtype=pl.String),
            "value": trace.value,
        }
    )


def unit_history(trace: Trace) -> pl.DataFrame:
    """Return what each unit went through: one row an operation, in order of start.

    Columns: unit, route, operation, centre, station (from 1; null on a journey), start and end (time; end is
    null while it runs), then (`next operation`, `scrap` or `out`).
    """
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
            "then": [_after(trace, target) for target in trace.detail[ended].tolist()],
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


def _after(trace: Trace, target: int) -> str:
    if target >= 0:
        return "/".join(trace.tables.operations[target])
    scrapped = target == at.SCRAP or trace.tables.fixed["exits"][at.FIRST_EXIT - target, at.X_POOL] == at.SCRAPPED
    return "scrap" if scrapped else "out"
