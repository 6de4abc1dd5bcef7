"""Safety stock: once all demands are planned, what falls below it is made or bought anew, as late as may be.

Demands come first: they take what is there where they would be late without, and nothing is planned for safety that a
demand could have had. What cannot be there again in time is a shortfall, with the reason.
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from plantwright.planning import state as at
from plantwright.planning.priority import top_up
from plantwright.planning.problem import Problem
from plantwright.planning.state import EPS, State

Floats = NDArray[np.float64]


def replenish(problem: Problem, state: State) -> None:
    """Plan the orders that keep every safety stock, items before their components; note what is still short."""
    first, standing = len(problem.demands), len(problem.programme.production_orders)
    asking = problem.arrays.demands["item"][first : problem.arrays.demands.size - standing]
    into = problem.arrays.items["into"][asking].tolist()
    depth = _depths(problem) if into else []
    for asker, item in sorted(enumerate(into, first), key=lambda pair: (depth[pair[1]], pair[1])):
        _keep_up(problem, state, item, asker)
    for item in into:
        _note_taken(problem, state, item)


def _depths(problem: Problem) -> list[int]:
    """Return by item on which level of the bills it is: deeper than everything that it goes into."""
    p = problem.arrays
    depth = [0] * len(problem.programme.items)
    for _ in depth:
        before = list(depth)
        for row in p.items:
            item = int(row["into"])
            for component in p.lines["component"][row["line0"] : row["line1"]].tolist():
                depth[component] = max(depth[component], depth[item] + 1)
        if depth == before:
            break
    return depth


def _keep_up(problem: Problem, state: State, item: int, asker: int) -> None:
    """Top up an item's stock wherever it is below its level, and note where that cannot be done in time."""
    levels = np.array(problem.programme.items[item].safety_levels)
    horizon, time = problem.arrays.horizon, problem.programme.counted
    needed, units = _needs(state, item)
    while time <= horizon:
        below, short = _first_below(state, item, levels, needed, units, time)
        if below > horizon:
            return
        order = np.array([asker, problem.arrays.demands["item"][asker], short, below, problem.arrays.slushy, 0.0])
        top_up(problem.arrays, state, order)
        got, then, *obstacle = order[:5].tolist()
        time = below
        if got < short - EPS:
            time = min(then if then > below + EPS else below + problem.arrays.bucket, horizon + 1.0)
            _note(state, (item, short - got, below, min(time, horizon), *obstacle))


def _note_taken(problem: Problem, state: State, item: int) -> None:
    """Note what an item's stock is short of without a note: lanes took it for the safety stock of another site."""
    levels, horizon, begun = np.array(problem.programme.items[item].safety_levels), problem.arrays.horizon, -1.0
    times, missing = _missing(state, item, levels, *_needs(state, item), problem.programme.counted)
    shorts = state.shorts[: state.counts[at.N_SHORTS]]
    said = [row.tolist()[2:4] for row in shorts[shorts["item"] == item]]
    for time, short in zip(np.append(times, horizon).tolist(), np.append(missing, 0.0).tolist(), strict=True):
        known = any(begins - EPS <= time <= ends + EPS for begins, ends in said)
        if begun < 0 and short > EPS and time <= horizon and not known:
            begun, most = max(time, 0.0), short
        elif begun >= 0 and (short <= EPS or known or time >= horizon):
            _note(state, (item, most, begun, min(time, horizon), at.PART, item, begun))
            begun = -1.0
        elif begun >= 0:
            most = max(most, short)


def _note(state: State, short: tuple[float, ...]) -> None:
    row = int(state.counts[at.N_SHORTS])
    if row >= state.shorts.size:
        raise MemoryError("the table of what safety stock is short is full")
    state.shorts[row] = short
    state.counts[at.N_SHORTS] = row + 1


def _needs(state: State, item: int) -> tuple[Floats, Floats]:
    """Return when units of an item are needed and how many."""
    pegs = state.pegs[: state.counts[at.N_PEGS]]
    mine = pegs[(state.lots["item"][pegs["lot"]] == item) & (pegs["quantity"] > EPS)]
    return mine["needed"].copy(), mine["quantity"].copy()


def _first_below(
    state: State, item: int, levels: Floats, needed: Floats, units: Floats, time: float
) -> tuple[float, float]:
    """Return the first time from `time` on at which less is left than its level (infinite: never), and by how much."""
    times, missing = _missing(state, item, levels, needed, units, time)
    below = np.flatnonzero(missing > EPS)
    return (float(max(times[below[0]], 0.0)), float(missing[below[0]])) if below.size else (inf, 0.0)


def _missing(
    state: State, item: int, levels: Floats, needed: Floats, units: Floats, time: float
) -> tuple[Floats, Floats]:
    """Return the times from `time` on at which an item's stock changes, and how much less than its level is left then.

    `levels`: (when it begins, units), in order.
    """
    lots = state.lots[: state.counts[at.N_LOTS]]
    lots = lots[lots["item"] == item]
    begins = levels[1:, 0]
    when = np.concatenate([lots["there"], needed, begins, [time]])
    change = np.concatenate([lots["quantity"], -units, 0.0 * begins, [0.0]])
    order = np.argsort(when, kind="stable")
    left = np.cumsum(change[order])
    last = np.append(np.diff(when[order]) > EPS, True)  # all that happens at one time counts together
    level = levels[np.searchsorted(begins, when[order] + EPS, side="right"), 1]
    shown = last & (when[order] >= time - EPS)
    return when[order][shown], (level - left)[shown]
