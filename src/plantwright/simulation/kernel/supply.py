"""How a stock is replenished by (s, S): when to order, how much, and what of it passes on receipt.

An order is a unit on a journey; its stock and quantity are kept where other units keep their loops and priority.
"""

from __future__ import annotations

import math

from . import layout as at
from .flow import change_stock, create_unit, enqueue
from .jit import compiled
from .layout import Floor
from .streams import uniform


@compiled
def _waited_for(f: Floor, k: int) -> float:
    """Return how much of stock k the units that wait for their operations need."""
    total = 0.0
    for i in range(f.stocks[k, at.K_USER0], f.stocks[k, at.K_USER1]):
        w = f.users[i]
        for o in range(f.centres[w, at.W_OP0], f.centres[w, at.W_OP1]):
            for n in range(f.ops[o, at.O_NEED0], f.ops[o, at.O_NEED1]):
                if f.needs[n] == k and f.needf[n] > 0.0:
                    total += f.ops[o, at.O_QUEUED] * f.needf[n]
    return total


@compiled
def reorder(f: Floor, k: int, now: float) -> None:
    """Order what brings stock k up to its level, if it is replenished and low enough."""
    o = f.stocks[k, at.K_ORDER_OP]
    if o == at.NONE:
        return
    position = f.stockf[k, at.KF_LEVEL] + f.stockf[k, at.KF_ON_ORDER] - _waited_for(f, k)
    if position > f.stockf[k, at.KF_AT]:
        return
    quantity = f.stockf[k, at.KF_UP_TO] - position
    f.stockf[k, at.KF_ON_ORDER] += quantity
    u = create_unit(f, o, quantity, math.inf, at.NONE, now)
    f.units[u, at.U_LOOPS] = k
    enqueue(f, o, u, now)


@compiled
def reorder_components(f: Floor, o: int, now: float) -> None:
    """Order anew what operation o has taken from its stocks, where they are low enough."""
    for i in range(f.ops[o, at.O_NEED0], f.ops[o, at.O_NEED1]):
        reorder(f, f.needs[i], now)


@compiled
def deliver(f: Floor, o: int, u: int, now: float) -> None:
    """Receive the order that unit u stands for: what passes goes into its stock, what does not may be ordered again."""
    k, quantity = f.units[u, at.U_LOOPS], f.unitf[u, at.UF_PRIORITY]
    f.stockf[k, at.KF_ON_ORDER] -= quantity
    good = quantity
    if f.stockf[k, at.KF_ACCEPTED] < 1.0:
        good = 0.0
        for _ in range(round(quantity)):
            if uniform(f.streams, f.ops[o, at.O_OUTCOME_STREAM]) < f.stockf[k, at.KF_ACCEPTED]:
                good += 1.0
    change_stock(f, k, good, now)
    if good < quantity:
        reorder(f, k, now)
