"""The two ways in which the kernel's functions are compiled; only the entry points can be called from Python."""

from __future__ import annotations

from numba import njit

_BARE = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}

compiled = njit(**_BARE)
inlined = njit(forceinline=True, **_BARE)
entry = njit(error_model="numpy", nogil=True)
