# mypy: disable-error-code="no-any-return"
"""Queues of units linked through the units themselves: first come first served, and by key (a pairing heap).

A heap's order is (key, sequence), so equal keys leave in order of arrival (Fredman, Sedgewick, Sleator and Tarjan
1986).
"""

from __future__ import annotations

from .jit import compiled, inlined
from .layout import NONE, U_CHILD, U_LINK, U_SEQUENCE, UF_KEY, Floats, Ints


@inlined
def _before(units: Ints, unitf: Floats, a: int, b: int) -> bool:
    if unitf[a, UF_KEY] != unitf[b, UF_KEY]:
        return unitf[a, UF_KEY] < unitf[b, UF_KEY]
    return units[a, U_SEQUENCE] < units[b, U_SEQUENCE]


@compiled
def meld(units: Ints, unitf: Floats, a: int, b: int) -> int:
    """Return the root of two heaps joined; either may be NONE."""
    if a == NONE:
        return b
    if b == NONE:
        return a
    if _before(units, unitf, b, a):
        a, b = b, a
    units[b, U_LINK] = units[a, U_CHILD]
    units[a, U_CHILD] = b
    return a


@compiled
def push(units: Ints, unitf: Floats, root: int, unit: int) -> int:
    """Return the heap's root after a unit, whose key is set, came in."""
    units[unit, U_LINK] = NONE
    units[unit, U_CHILD] = NONE
    return meld(units, unitf, root, unit)


@compiled
def pop(units: Ints, unitf: Floats, root: int) -> int:
    """Return the heap's root after its first unit left."""
    child = units[root, U_CHILD]
    units[root, U_CHILD] = NONE
    pairs = NONE
    while child != NONE:
        second = units[child, U_LINK]
        rest = NONE
        if second != NONE:
            rest = units[second, U_LINK]
            units[second, U_LINK] = NONE
        units[child, U_LINK] = NONE
        joined = meld(units, unitf, child, second)
        units[joined, U_LINK] = pairs
        pairs = joined
        child = rest
    root = NONE
    while pairs != NONE:
        following = units[pairs, U_LINK]
        units[pairs, U_LINK] = NONE
        root = meld(units, unitf, root, pairs)
        pairs = following
    return root
