"""Safety stock: once all demands are planned, what falls below it is made or bought anew, as late as may be.

Demands come first: they take what is there where they would be late without, and nothing is planned for safety that a
demand could have had. What cannot be there again in time is a shortfall, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Shortfall
from plantwright.planning import state as at
from plantwright.planning.priority import top_up
from plantwright.planning.problem import Problem
from plantwright.planning.reasons import Obstacle, why_not
from plantwright.planning.state import EPS, State

Floats = NDArray[np.float64]


def replenish(problem: Problem, state: State) -> tuple[Shortfall, ...]:
    """Plan the orders that keep every safety stock, items before their components; return what is still short."""
    first = len(problem.demands)
    into = problem.arrays.items["into"][problem.arrays.demands["item"][first:]].tolist()
    depth = _depths(problem) if into else []
    ordered = sorted(enumerate(into, first), key=lambda pair: (depth[pair[1]], pair[1]))
    return tuple(short for asker, item in ordered for short in _kept_up(problem, state, item, asker))


def _depths(problem: Problem) -> list[int]:
    """Return by item on which level of the bills it is: deeper than everything that it goes into."""
    p = problem.arrays
    depth = [0] * len(problem.programme.items)
    for _ in depth:
        before = list(depth)
        for item, row in enumerate(p.items[: len(depth)]):
            for component in p.lines["component"][row["line0"] : row["line1"]].tolist():
                depth[component] = max(depth[component], depth[item] + 1)
        if depth == before:
            break
    return depth


def _kept_up(problem: Problem, state: State, item: int, asker: int) -> Iterator[Shortfall]:
    """Yield when an item is below its safety stock although all was done that can be."""
    row = problem.arrays.demands[asker]
    level, standing, time = float(row["quantity"]), int(row["item"]), 0.0
    needed, units = _needs(state, item)
    while time <= problem.arrays.horizon:
        below, short = _first_below(state, item, level, needed, units, time)
        if not isfinite(below) or below > problem.arrays.horizon:
            return
        got, then, kind, what, when = top_up(problem.arrays, state, asker, standing, short, below)
        if got < short - EPS:
            again = min(then if then > below + EPS else below + problem.arrays.bucket, problem.arrays.horizon + 1.0)
            name = problem.programme.items[item].id
            text = why_not(problem, Obstacle(below, kind, what, when))[2]
            yield Shortfall(name, round(short - got, 9), below, min(again, problem.arrays.horizon), text)
            time = again
        else:
            time = below


def _needs(state: State, item: int) -> tuple[Floats, Floats]:
    """Return when units of an item are needed and how many."""
    pegs = state.pegs[: state.counts[at.N_PEGS]]
    mine = pegs[(state.lots["item"][pegs["lot"]] == item) & (pegs["quantity"] > EPS)]
    return mine["needed"].copy(), mine["quantity"].copy()


def _first_below(
    state: State, item: int, level: float, needed: Floats, units: Floats, time: float
) -> tuple[float, float]:
    """Return the first time from `time` on at which less than `level` is left (infinite: never), and how much less."""
    lots = state.lots[: state.counts[at.N_LOTS]]
    lots = lots[lots["item"] == item]
    when = np.concatenate([lots["there"], needed, [time]])
    change = np.concatenate([lots["quantity"], -units, [0.0]])
    order = np.argsort(when, kind="stable")
    left = np.cumsum(change[order])
    last = np.append(np.diff(when[order]) > EPS, True)  # all that happens at one time counts together
    below = np.flatnonzero(last & (left < level - EPS) & (when[order] >= time - EPS))
    if not below.size:
        return inf, 0.0
    return float(max(when[order][below[0]], 0.0)), float(level - left[below[0]])
