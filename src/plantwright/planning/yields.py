"""Planned yield: how much work and material one good unit costs, rework and scrap included.

Expected values only, from the routing's shares; what one unit really meets is drawn in `simulation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantwright.model.programme import Operation


@dataclass(frozen=True, slots=True)
class Effort:
    """What one good unit takes: units started, passes of each operation, and units that reach each operation at all."""

    started: float
    passes: tuple[float, ...]
    reached: tuple[float, ...]


def expected_good(routing: Sequence[Operation]) -> float:
    """Return the share of the units started that are good in the end."""
    return _chain(routing)[0]


def effort(routing: Sequence[Operation], first: int = 0) -> Effort:
    """Return the expected effort behind one good unit of a routing, from step `first` on; raises `ValueError` where no
    unit is ever good.
    """
    good, passes, reached = _chain(routing, first)
    if good <= 0:
        raise ValueError(f"no unit of {routing[0].item} is ever good: its planned yield is nothing")
    return Effort(1 / good, tuple(v / good for v in passes), tuple(r / good for r in reached))


def _chain(routing: Sequence[Operation], first: int = 0) -> tuple[float, list[float], list[float]]:
    """Return, of one unit at step `first`, the share that is good, passes of each operation, and share that reaches it.

    A unit is a Markov chain over (operation, failures so far): it passes with the operation's yield, else goes back
    to the operation's `on_fail` or, after more failures than its `rework_limit`, to scrap.
    """
    place = {operation.operation: k for k, operation in enumerate(routing)}
    passes = [0.0] * len(routing)
    reached = [0.0] * len(routing)
    good = 0.0
    entering, furthest = {(first, first - 1): 1.0}, max((o.rework_limit for o in routing), default=0) + 1
    for failures in range(furthest + 1):
        again: dict[tuple[int, int], float] = {}
        for (begin, seen), share in sorted(entering.items()):
            for k in range(begin, len(routing)):
                passes[k] += share
                reached[k] += share if k > seen else 0.0
                seen = max(seen, k)  # noqa: PLW2901 (the furthest operation that these units have been at)
                failed = share * (1 - routing[k].yield_.planned)
                if failed > 0 and routing[k].on_fail in place and failures < routing[k].rework_limit:
                    back = (place[routing[k].on_fail], seen)
                    again[back] = again.get(back, 0.0) + failed
                share -= failed  # noqa: PLW2901 (what is left goes on)
            good += share
        entering = again
    return good, passes, reached
