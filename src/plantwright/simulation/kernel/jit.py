"""The ways in which the kernel's functions are compiled; only the entry points can be called from Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])

_BARE: dict[str, Any] = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}


def compiled(function: F) -> F:
    """Compile a function that is called by other functions of the kernel."""
    return cast(F, njit(**_BARE)(function))


def inlined(function: F) -> F:
    """Compile a function into each of its callers."""
    return cast(F, njit(forceinline=True, **_BARE)(function))
