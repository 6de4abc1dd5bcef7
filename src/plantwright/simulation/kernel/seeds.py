# mypy: disable-error-code="arg-type"
"""The state from which each random stream starts: a function of seed, replication and the stream's key."""

from __future__ import annotations

import numpy as np

from .layout import Words

MIX1, MIX2, GOLDEN = (np.uint64(k) for k in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15))
R30, R27, R31 = np.uint64(30), np.uint64(27), np.uint64(31)


def seed_streams(seed: int, replication: int, keys: Words) -> Words:
    """Return the state of one stream a key, uint64 of shape (len(keys), 4).

    Each state is four outputs of SplitMix64 (Steele, Lea and Flood 2014) started from seed, replication and the key.
    """
    with np.errstate(over="ignore"):
        start = _mix(np.uint64(seed & 0xFFFFFFFFFFFFFFFF) + GOLDEN)
        start = _mix(start ^ _mix(np.uint64(replication) * GOLDEN + MIX1))
        state = _mix(keys ^ start)
        columns = []
        for _ in range(4):
            state = state + GOLDEN
            columns.append(_mix(state))
        return np.ascontiguousarray(np.stack(columns, axis=-1)).reshape(len(keys), 4)


def _mix(word: Words) -> Words:
    word = (word ^ (word >> R30)) * MIX1
    word = (word ^ (word >> R27)) * MIX2
    return word ^ (word >> R31)
