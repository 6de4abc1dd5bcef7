# mypy: disable-error-code="no-any-return"
"""The event calendar: the next time of each slot (station, source, clock), and which slot is first.

Few slots are scanned; more are kept in a winner tree over the slots (Knuth, The Art of Computer Programming 3, 5.4.1),
where a new time replaces the old one in place.
Ties go to the lower slot, so they never depend on luck.
"""

from __future__ import annotations

from .jit import compiled, inlined
from .layout import Floor


@inlined
def first_slot(f: Floor) -> int:
    """Return the slot with the earliest time; the tree is empty where slots are scanned."""
    if f.tree.shape[0] > 1:
        return f.tree[1]
    best = 0
    earliest = f.due[0]
    for slot in range(1, f.due.shape[0]):
        if f.due[slot] < earliest:
            earliest = f.due[slot]
            best = slot
    return best


@inlined
def set_time(f: Floor, slot: int, time: float) -> None:
    """Give a slot its next time in hours; infinity means none.

    Every match up to the root is played anew without a branch on its result: which time is earlier cannot be foreseen,
    and a wrong guess would cost more than the match.
    """
    f.due[slot] = time
    leaves = f.tree.shape[0]
    if leaves > 1:
        node, winner = (leaves + slot) >> 1, slot
        theirs, other, right = f.due[slot ^ 1], slot ^ 1, slot & 1
        while True:
            lost = int(theirs < time) | (int(theirs == time) & right)
            winner ^= (winner ^ other) & -lost
            time = theirs if theirs < time else time
            f.tree[node] = winner
            f.earliest[node] = time
            if node == 1:
                return
            theirs, other, right = f.earliest[node ^ 1], f.tree[node ^ 1], node & 1
            node >>= 1


@compiled
def build_tree(f: Floor) -> None:
    """Fill the winner tree from the slots' times."""
    leaves = f.tree.shape[0]
    for node in range(leaves - 1, 0, -1):
        left = 2 * node - leaves if 2 * node >= leaves else f.tree[2 * node]
        right = left + 1 if 2 * node >= leaves else f.tree[2 * node + 1]
        f.tree[node] = left if f.due[left] <= f.due[right] else right
        f.earliest[node] = f.due[f.tree[node]]
