"""The kernel's entry points, compiled once and kept in a cache that follows the kernel's source.

Without a place to write the cache the kernel compiles anew in each process; that is no error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .handle import handle_of
from .layout import Floor
from .loop import run, settle
from .streams import draw_time


def _source_stamp() -> str:
    """Return a digest of all kernel files: any change to any of them makes a cached kernel stale."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _cached(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a compiled function a cache on disk; plain Python functions stay as they are."""
    if not hasattr(function, "enable_caching"):
        return function
    try:
        function.enable_caching()
        function._cache._cache_file._source_stamp = _source_stamp()  # type: ignore[attr-defined]
    except (RuntimeError, OSError, AttributeError):
        return function
    return function


_cached(run)
_cached(settle)


def run_kernel(floor: Floor, until: float) -> int:
    """Run the plant until a time in hours; see `loop.run`."""
    return int(run(handle_of(floor), until))


def settle_kernel(floor: Floor) -> None:
    """Bring a floor's totals up to the present; see `loop.settle`."""
    settle(handle_of(floor))


__all__ = ["draw_time", "run_kernel", "settle_kernel"]
