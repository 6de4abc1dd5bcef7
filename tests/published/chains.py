"""Continuous-time Markov chains of small lines, solved here: nothing of the simulator is used.

States are tuples of small integers. A chain is explored from a first state and its stationary probabilities found by a
sparse direct solve.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

Moves = Callable[[Any], Iterator[tuple[float, Any, bool]]]
"""From a state: (rate, next state, whether a part leaves)."""


def solved(first: Hashable, moves: Moves) -> tuple[dict[Any, float], float]:
    """Return the stationary probability of each state that can be reached, and the rate at which parts leave."""
    place = {first: 0}
    states = [first]
    rows, columns, rates, leaving = [], [], [], []
    for state in states:
        for rate, after, leaves in moves(state):
            if after not in place:
                place[after] = len(states)
                states.append(after)
            rows.append(place[state])
            columns.append(place[after])
            rates.append(float(rate))
            leaving.append(rate if leaves else 0.0)
    n = len(states)
    flow = sparse.coo_matrix((rates, (rows, columns)), (n, n)).tocsr()
    balance = (flow - sparse.diags(np.asarray(flow.sum(axis=1)).ravel())).T.tolil()
    balance[-1, :] = 1.0
    right = np.zeros(n)
    right[-1] = 1.0
    share = linalg.spsolve(balance.tocsc(), right)
    out = float(np.dot(share[rows], leaving))
    return dict(zip(states, share.tolist(), strict=True)), out


@dataclass(frozen=True)
class Line:
    """A saturated line of single machines: rates, places between them, failure and repair rates where they fail.

    `always`: failures by the calendar, also of idle and blocked machines; otherwise only while working. A blocked
    machine lets its part go when there is room, also while it is down.
    """

    rates: Sequence[float]
    buffers: Sequence[int]
    fail: Sequence[float] = ()
    repair: Sequence[float] = ()
    always: bool = False

    def throughput(self) -> float:
        """Return the exact rate of the line."""
        n = len(self.rates)
        return solved((((0,) * (n - 1), (False,) * n), (True,) * n), self._moves)[1]

    def _moves(self, state: Any) -> Iterator[tuple[float, Any, bool]]:
        """Machine k >= 1 holds `waiting[k-1]` parts, the one at work included; `done[k]`: blocked after service."""
        (waiting, done), up = state
        n = len(self.rates)
        for k in range(n):
            working = (k == 0 or waiting[k - 1] > 0) and not done[k]
            if working and up[k]:
                yield self.rates[k], (self._finished(waiting, done, k), up), k == n - 1
            if self.fail:
                if up[k] and (working or self.always):
                    yield self.fail[k], ((waiting, done), _with(up, k, False)), False
                if not up[k]:
                    yield self.repair[k], ((waiting, done), _with(up, k, True)), False

    def _finished(self, waiting: tuple[int, ...], done: tuple[bool, ...], k: int) -> Any:
        """Machine k is done: its part moves on if there is room, else it is blocked; then what it blocked moves."""
        held, blocked = list(waiting), list(done)
        blocked[k] = True
        while k >= 0 and blocked[k]:
            room = k == len(self.rates) - 1 or held[k] < self.buffers[k] + 1
            if not room:
                break
            blocked[k] = False
            if k < len(held):
                held[k] += 1
            if k > 0:
                held[k - 1] -= 1
            k -= 1
        return tuple(held), tuple(blocked)


def assembly(rates: tuple[float, float, float], buffers: tuple[int, int]) -> float:
    """Return the rate of two saturated feeders, one part each into the third machine, buffers before it, blocking."""

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[float, Any, bool]]:
        first, second, busy = state  # parts waiting for the assembly; one more than its buffer: the feeder is blocked
        for k, held in enumerate((first, second)):
            if held <= buffers[k]:
                after = [first, second]
                after[k] += 1
                yield rates[k], _started(after[0], after[1], busy), False
        if busy:
            yield rates[2], _started(first, second, 0), True

    def _started(first: int, second: int, busy: int) -> tuple[int, int, int]:
        return (first - 1, second - 1, 1) if not busy and first and second else (first, second, busy)

    return solved((0, 0, 0), moves)[1]


def closed_line(rates: Sequence[float], cards: int) -> float:
    """Return the throughput of a closed loop of exponential single machines by mean value analysis (Reiser and
    Lavenberg 1980)."""
    queue = [0.0] * len(rates)
    rate = 0.0
    for population in range(1, cards + 1):
        stay = [(1 + held) / mu for held, mu in zip(queue, rates, strict=True)]
        rate = population / sum(stay)
        queue = [rate * time for time in stay]
    return rate


def birth_death(up: Mapping[int, float], down: Mapping[int, float]) -> list[float]:
    """Return the stationary probabilities of a birth and death chain from its rates by state."""
    weight = [1.0]
    for k in sorted(up):
        weight.append(weight[-1] * up[k] / down[k + 1])
    return [w / sum(weight) for w in weight]


def _with(values: tuple[bool, ...], place: int, value: bool) -> tuple[bool, ...]:
    return (*values[:place], value, *values[place + 1 :])
