"""What happens to a plant at given times: shifts, commissioning, capacity, receipts, orders, demands.

Rows only; carrying them out is the kernel's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Timeline:
    """What happens at given times: rows of (time, kind, place, value), in any order; worlds may differ in them."""

    time: Floats
    kind: Ints
    place: Ints
    value: Floats

    def happening(self, kind: int) -> Ints:
        """Return the numbers of the rows of one kind."""
        return np.flatnonzero(self.kind == kind)
