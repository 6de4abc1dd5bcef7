"""Loops compiled by Numba and kept in its cache until any source beside theirs changes.

Numba dates what it keeps by the one file that a loop stands in, but a loop holds the code of all that it calls: after a
change in another file it would go on with the old code, over tables that may have new columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def njit(**options: Any) -> Callable[[Loop], Loop]:
    """Return a decorator that compiles a loop with Numba's options; its machine code is kept between processes."""

    def compiled(loop: Loop) -> Loop:
        dispatcher = numba.njit(cache=True, **options)(loop)
        kept = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
        if kept is not None:  # not so with the compiler off
            kept._source_stamp = _stamp(Path(loop.__code__.co_filename).parent)
        return dispatcher  # type: ignore[no-any-return]

    return compiled


@cache
def _stamp(folder: Path) -> str:
    """Return a digest of all sources of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
