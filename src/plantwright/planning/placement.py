"""Where safety stock is held: guaranteed service in any acyclic network, solved to a proven optimum.

Every stage quotes a service time that it always keeps while demand stays within its bound, safety factor times spread
times the root of time; it holds what the bound asks for over the time that its own replenishment is not covered.
Source: Graves and Willems (2000), Optimizing Strategic Safety Stock Placement in Supply Chains, MSOM 2(1). The concave
cost is cut into chords, finer where the last answer was, as in Magnanti, Shen, Shu, Simchi-Levi and Teo (2006),
Inventory Placement in Acyclic Supply Chain Networks, OR Letters 34.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from plantwright.planning.highs import LinearProgram, Solution, solve

Floats = NDArray[np.float64]
MOST_ROUNDS = 60
MOST_NODES = 20_000
NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Stage:
    """A place where an item may be held.

    `time`: periods that it takes to replenish once its inputs are there, whole; `inbound`: periods that come before it
    from outside. `cost`: of holding one unit; `spread`: standard deviation of what is asked of it in a period.
    `promised`: the longest service time that it may quote, infinite where nobody outside asks for it.
    """

    id: str
    time: int
    cost: float
    spread: float
    inbound: int = 0
    promised: float = inf

    def __post_init__(self) -> None:
        if min(self.time, self.cost, self.spread, self.inbound, self.promised) < 0:
            raise ValueError(f"{self.id}: a time, cost or spread is negative")


@dataclass(frozen=True)
class ServiceNetwork:
    """Stages and which supplies which, by their places in `stages`; `factor`: of safety, in standard deviations.

    Raises `ValueError` where an arc names no stage, or stages supply themselves.
    """

    stages: tuple[Stage, ...]
    arcs: tuple[tuple[int, int], ...]
    factor: float

    def __post_init__(self) -> None:
        if any(not 0 <= end < len(self.stages) for arc in self.arcs for end in arc):
            raise ValueError("an arc names a stage that there is not")
        self.in_order()

    def in_order(self) -> list[int]:
        """Return the stages, each after those that supply it; raises `ValueError` where they go round in a circle."""
        sorter = TopologicalSorter[int]({k: set() for k in range(len(self.stages))})
        for begin, end in self.arcs:
            sorter.add(end, begin)
        return list(sorter.static_order())

    def longest(self) -> list[int]:
        """Return the longest time behind each stage, its own included: more than that none needs to cover."""
        behind = [stage.inbound for stage in self.stages]
        for k in self.in_order():
            behind[k] += self.stages[k].time
            for begin, end in self.arcs:
                if begin == k:
                    behind[end] = max(behind[end], behind[k])
        return behind

    def cost(self, covered: Floats) -> float:
        """Return what it costs to hold safety stock over these net replenishment times, one a stage."""
        return float(sum(self.weight(k) * sqrt(max(x, 0.0)) for k, x in enumerate(covered.tolist())))

    def weight(self, stage: int) -> float:
        """Return the cost of covering one period at a stage."""
        return self.factor * self.stages[stage].cost * self.stages[stage].spread


@dataclass(frozen=True)
class Placement:
    """Service time quoted and net replenishment time of each stage, whole periods; the cost, and less than which none
    can cost (`bound`).
    """

    quoted: tuple[int, ...]
    covered: tuple[int, ...]
    cost: float
    bound: float

    @property
    def is_optimal(self) -> bool:
        """Whether no other placement costs less, within the rounding of the solver."""
        return self.cost - self.bound <= 1e-6 * max(self.cost, 1.0)


def place(network: ServiceNetwork) -> Placement:
    """Return the placement of least cost.

    Between two break points a chord is below the concave cost, so each program's bound holds for all placements, and
    an answer on break points alone costs what its program says: then it is proven. Each round adds the times of its
    answer as break points. The search is bounded by rounds and nodes; `bound` says what is proven then.
    """
    longest = network.longest()
    points = [sorted({0, most}) for most in longest]
    best, bound = _everything_downstream(network), 0.0
    for _ in range(MOST_ROUNDS):
        found = solve(_program(network, points, longest), gap=1e-9, nodes=MOST_NODES)
        bound = max(bound, found.bound)
        if not found.x.size:
            break
        covered = _covered(network, found)
        best = min((best, covered), key=lambda each: network.cost(np.array(each[1])))
        new = [k for k, x in enumerate(covered[1]) if x not in points[k] and network.weight(k) > 0]
        if not new or network.cost(np.array(best[1])) - bound <= NEAR:
            break
        for k in new:
            points[k] = sorted({*points[k], covered[1][k]})
    return Placement(*best, network.cost(np.array(best[1])), bound)


Times = tuple[tuple[int, ...], tuple[int, ...]]
"""Service times quoted, and net replenishment times."""


def _everything_downstream(network: ServiceNetwork) -> Times:
    """Return the placement in which only what customers ask for is held: it is always possible."""
    quoted = [
        0 if stage.promised < inf else most for stage, most in zip(network.stages, network.longest(), strict=True)
    ]
    return tuple(quoted), _net_times(network, quoted)


def _covered(network: ServiceNetwork, found: Solution) -> Times:
    """Return the service times of a solution: they are whole, as its corners are those of a network's differences."""
    quoted = np.rint(found.x[: len(network.stages)]).astype(np.int64).tolist()
    return tuple(quoted), _net_times(network, quoted)


def _net_times(network: ServiceNetwork, quoted: Sequence[int]) -> tuple[int, ...]:
    """Return how long each stage is not covered: until its last input is there and it is done, less what it quotes."""
    arrives = [stage.inbound for stage in network.stages]
    for begin, end in network.arcs:
        arrives[end] = max(arrives[end], quoted[begin])
    return tuple(
        max(at + stage.time - time, 0) for at, stage, time in zip(arrives, network.stages, quoted, strict=True)
    )


Chord = tuple[int, int, int]
"""A stage, and the break points between which a chord of its cost is."""
Bounded = tuple[dict[int, float], float, float]
"""A row of a program: its entries by column, and the least and most that they add up to."""


def _program(network: ServiceNetwork, points: list[list[int]], longest: list[int]) -> LinearProgram:
    """Return the program over chords: columns are service times quoted, those inbound, then by stage and chord how much
    time it covers and whether it is the one.
    """
    n = len(network.stages)
    chords = [(k, a, b) for k, at in enumerate(points) for a, b in zip(at, at[1:] or at, strict=False)]
    taken = {chord: 2 * n + place for place, chord in enumerate(chords)}
    one = {chord: 2 * n + len(chords) + place for place, chord in enumerate(chords)}
    size = 2 * n + 2 * len(chords)
    low, high, cost, whole = np.zeros(size), np.full(size, inf), np.zeros(size), np.zeros(size, dtype=np.bool_)
    low[n : 2 * n] = [stage.inbound for stage in network.stages]
    high[:n] = [min(stage.promised, most) for stage, most in zip(network.stages, longest, strict=True)]
    high[2 * n + len(chords) :] = 1.0
    for k, a, b in chords:
        slope = (sqrt(b) - sqrt(a)) / (b - a) if b > a else 0.0
        cost[taken[k, a, b]] = network.weight(k) * slope
        cost[one[k, a, b]] = network.weight(k) * (sqrt(a) - slope * a)
        whole[one[k, a, b]] = len(points[k]) > 2
    rows = _rows(network, taken, one)
    least, most = (np.array([row[side] for row in rows], dtype=np.float64) for side in (1, 2))
    return LinearProgram(cost, _matrix(rows, size), least, most, low, high, whole)


def _matrix(rows: list[Bounded], columns: int) -> sparse.csr_array:
    entries = [(r, column, value) for r, (given, _, _) in enumerate(rows) for column, value in given.items()]
    at, where, values = np.array(entries, dtype=np.float64).reshape(-1, 3).T
    places = at.astype(np.int32), where.astype(np.int32)
    return sparse.csr_array((values, places), shape=(len(rows), columns))


def _rows(network: ServiceNetwork, taken: dict[Chord, int], one: dict[Chord, int]) -> list[Bounded]:
    """Return what binds: inputs come when they are quoted, what is covered is what is left, one chord of each stage."""
    n = len(network.stages)
    rows: list[Bounded] = [({n + end: 1.0, begin: -1.0}, 0.0, inf) for begin, end in network.arcs]
    for k, stage in enumerate(network.stages):
        mine = [chord for chord in taken if chord[0] == k]
        left = {taken[chord]: 1.0 for chord in mine} | {n + k: -1.0, k: 1.0}
        rows.append((left, stage.time, stage.time))
        rows.append(({one[chord]: 1.0 for chord in mine}, 1.0, 1.0))
    for chord, column in taken.items():
        rows.append(({column: 1.0, one[chord]: -float(chord[2])}, -inf, 0.0))
        rows.append(({column: 1.0, one[chord]: -float(chord[1])}, 0.0, inf))
    return rows
