"""How a use case tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the name of the step at work and the share of it that is done (0..1)."""


def silent(step: str, share: float) -> None:
    """Show no progress."""
