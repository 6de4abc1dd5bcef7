"""A replication's history, event by event: what was created, started, finished, taken, given and served, and when.

Reading only; the records are written by the kernel where a run asks for a trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.engine import Run
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.tables import Tables

KINDS = ("create", "start", "finish", "stock", "resource", "leave", "state", "demand", "capacity")


@dataclass(frozen=True)
class Trace:
    """Records in order of happening; all arrays have the same length.

    `kind` is an index into `KINDS`. `unit` is the serial number of a unit, -1 where none is meant. `place` and
    `detail`: of a create the item and first operation; a start the station (-1 on a journey) and operation; a finish
    the operation and where the unit goes (an operation; -1 scrap; less: out); a stock or resource its row (and
    operation), with `value` the change; a leave the item and whether it was scrapped; a state the station's; a demand
    its rank; a capacity the resource, or with detail 1 the work centre, with `value` the new capacity.
    """

    tables: Tables
    kind: NDArray[np.int64]
    unit: NDArray[np.int64]
    place: NDArray[np.int64]
    detail: NDArray[np.int64]
    time: NDArray[np.float64]
    value: NDArray[np.float64]


def trace_of(run: Run) -> Trace:
    """Return the trace of a run that keeps one; raises ValueError for one that does not."""
    head = run.floor.head
    if not head[at.G_TRACE]:
        raise ValueError("the run keeps no trace; make it with trace=True")
    rows = int(head[at.G_TRACED])
    ints, floats = run.floor.trace[:rows], run.floor.tracef[:rows]
    kind, unit, place, detail = (np.copy(ints[:, k]) for k in range(4))
    return Trace(run.tables, kind, unit, place, detail, np.copy(floats[:, 0]), np.copy(floats[:, 1]))
