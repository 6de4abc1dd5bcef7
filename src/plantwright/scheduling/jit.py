"""The ways in which the schedule generator's loops are compiled."""

from __future__ import annotations

from plantwright.machine_code import njit

compiled = njit(nogil=True)
# Small functions take plain arrays and are inlined: a tuple of arrays handed down costs more than the work they do.
inlined = njit(nogil=True, forceinline=True)
