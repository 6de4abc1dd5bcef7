"""What the kernel's machine code takes: one pointer to a list of the floor's tables, address and extents of each.

Passed by value, sixty arrays' addresses and shapes would fill every call and take Numba many minutes to compile. With
the compiler off the kernel's functions take the `Floor` itself.
"""

from __future__ import annotations

import os
from typing import get_type_hints

import numpy as np
from numpy.typing import NDArray

from . import layout as at
from .layout import Floats, Floor, Ints, Words

INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
"""Whether the compiler is off: the kernel then runs as the Python that it is written in."""
Handle = Floor | int
WORDS_PER_TABLE = 4  # address and up to three extents
COLUMNS = {
    "ops": at.O_COLUMNS, "opf": at.OF_COLUMNS, "outcomes": 4, "outcomef": 3, "uses": 3, "centref": 1,
    "centres": at.W_COLUMNS,
    "stations": at.S_COLUMNS, "stationf": 4, "stocks": at.K_COLUMNS, "stockf": at.KF_COLUMNS,
    "resources": 1, "resourcef": 4, "sources": 9,
    "sourcef": 2, "exits": 3, "demands": 4, "demandf": 4, "pools": 5, "orders": 3, "orderf": 2, "line": 2, "linef": 2,
    "times": 3, "timef": 3, "streams": 4, "slots": 2, "units": 8, "unitf": at.UF_COLUMNS, "trace": 4, "tracef": 2,
}  # fmt: skip
"""Extent of the second axis where it is the same for every network."""
OPEN_COLUMNS = {"wait_hours", "account", "snapshot", "stock_hours", "resource_hours", "shipped", "arrived", "late"}
BY_PERIOD = {"state_hours", "counts", "flow"}
KINDS = {Ints: np.dtype(np.int64), Floats: np.dtype(np.float64), Words: np.dtype(np.uint64)}
TABLES = {name: KINDS[hint] for name, hint in get_type_hints(Floor).items()}
"""Name of each table -> the kind of its elements, in the order of the list."""


def axes_of(table: str) -> int:
    """Return how many axes a table has."""
    return 3 if table in BY_PERIOD else 2 if table in COLUMNS or table in OPEN_COLUMNS else 1


def listed(floor: Floor) -> NDArray[np.int64]:
    """Return the list of a floor's tables, int64 of shape (tables, WORDS_PER_TABLE).

    The floor must outlive the use of the list. Raises TypeError where a table is not as the kernel expects it.
    """
    rows = np.ones((len(floor), WORDS_PER_TABLE), dtype=np.int64)
    for row, (name, array) in zip(rows, floor._asdict().items(), strict=True):
        kind, axes, columns = TABLES[name], axes_of(name), COLUMNS.get(name)
        fits = array.ndim == axes and array.dtype == kind and array.flags.c_contiguous
        if not fits or (columns and array.shape[1] != columns):
            raise TypeError(f"table {name} must be C-contiguous {kind} with {axes} axes, {columns} columns")
        row[0] = array.ctypes.data
        row[1 : 1 + array.ndim] = array.shape
    return rows
