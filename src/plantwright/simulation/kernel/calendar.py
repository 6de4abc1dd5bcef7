# mypy: disable-error-code="no-any-return"
"""The event calendar: the next time of each slot (station, source, clock), and which slot is first.

Few slots are scanned; more are kept in a winner tree over the slots, where a new time replaces the old one in place.
Ties go to the lower slot, so they never depend on luck.
"""

from __future__ import annotations

from .jit import compiled, inlined
from .layout import Floats, Ints

SCAN_LIMIT = 16  # below this many slots a scan beats the tree


@inlined
def first_slot(due: Floats, tree: Ints) -> int:
    """Return the slot with the earliest time; `tree` is empty where slots are scanned."""
    if tree.shape[0] > 1:
        return tree[1]
    best = 0
    earliest = due[0]
    for slot in range(1, due.shape[0]):
        if due[slot] < earliest:
            earliest = due[slot]
            best = slot
    return best


@inlined
def set_time(due: Floats, tree: Ints, slot: int, time: float) -> None:
    """Give a slot its next time in hours; infinity means none."""
    due[slot] = time
    leaves = tree.shape[0]
    if leaves > 1:
        node = (leaves + slot) >> 1
        other = slot ^ 1
        winner = slot if due[slot] < due[other] or (due[slot] == due[other] and slot < other) else other
        while True:
            if tree[node] == winner and winner != slot:
                return
            tree[node] = winner
            if node == 1:
                return
            other = tree[node ^ 1]
            mine, theirs = due[winner], due[other]
            if theirs < mine or (theirs == mine and other < winner):
                winner = other
            node >>= 1


@compiled
def build_tree(due: Floats, tree: Ints) -> None:
    """Fill the winner tree from the slots' times."""
    leaves = tree.shape[0]
    for node in range(leaves - 1, 0, -1):
        left = 2 * node - leaves if 2 * node >= leaves else tree[2 * node]
        right = left + 1 if 2 * node >= leaves else tree[2 * node + 1]
        tree[node] = left if due[left] <= due[right] else right
