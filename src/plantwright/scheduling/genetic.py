"""Compiled genetic search over schedules: keys and modes decoded by forward-backward improvement, combined in a window.

A child keeps the order of one parent inside a window of time where resources are busiest, and the other parent's order
before and after it (after the peak crossover of Valls, Ballestin & Quintanilla 2008, and the two-point crossover of
Debels & Vanhoucke 2007). Streams of random numbers are the search's own, so a seed gives one result everywhere.

Numba keeps the machine code of this file by its own date; touch it where `passes` or `arrays` have changed.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from plantwright.scheduling.arrays import DURATION, TAIL, USE_FROM, USE_TO, Arrays, Int
from plantwright.scheduling.passes import Work, backward, better, compiled, evaluate, forward, inlined

FINE = 1024
"""Keys are ticks times this, so that noise below a tick can break ties."""

NOT_FOUND = np.int64(1) << 60
WINDOWS = 4
SHORTEST_WINDOW, LONGEST_WINDOW = 0.1, 0.5
SHIFTED, REMODED = 0.05, 0.03


State = npt.NDArray[np.uint64]


class Population(NamedTuple):
    """Schedules side by side: `key`, `start`, `finish`, `mode` [size, n], `fitness` [size, 1 + stages], `state` [1].

    Keys are the starts of the right-justified schedule, whose forward decoding gave start and finish. A fitness of
    all -1 marks a place not filled yet.
    """

    key: Int
    start: Int
    finish: Int
    mode: Int
    fitness: Int
    state: State


def new_population(arrays: Arrays, size: int, seed: int) -> Population:
    """An empty population; every seed is its own stream."""
    tasks, stages = len(arrays.tasks), len(arrays.stages)
    key, start, finish, mode = (np.zeros((size, tasks), np.int64) for _ in range(4))
    fitness = np.full((size, stages + 1), -1, np.int64)
    return Population(key, start, finish, mode, fitness, np.array([seed], np.uint64))


@inlined
def draw(state: State) -> float:
    """Uniform number in [0, 1) by SplitMix64 (Steele, Lea & Flood 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def decode(a: Arrays, w: Work, key: Int, mode: Int, start: Int, finish: Int, fitness: Int) -> int:
    """Schedule by `key` forward, then justify right and left; `key` becomes the right-justified starts times FINE.

    Returns the number of passes made; a `fitness` whose first entry is beyond every violation says that none was found.
    """
    repair_stocks(a, mode)
    if not forward(a, w, key, mode, start, finish):
        for stage in range(len(fitness)):
            fitness[stage] = NOT_FOUND
        return 1
    evaluate(a, mode, start, finish, fitness)
    if len(a.supplies) > 0 or len(a.caps) > 0:
        # Moving a task right would take what it supplies from those already placed, or pay in another period.
        fill(key, start, FINE, 0)
        return 1
    before = np.empty((3, len(start)), np.int64)
    fill(before[0], start, 1, 0)
    fill(before[1], finish, 1, 0)
    fill(before[2], key, 1, 0)
    fill(key, finish, -1, 0)
    if backward(a, w, key, mode, start, finish, largest(finish)):
        fill(key, start, FINE, 0)
        if a.movable:
            # Right-justified and moved back to the beginning it is a schedule as good or better: no third pass.
            first = -largest_negative(start)
            fill(start, start, 1, -first)
            fill(finish, finish, 1, -first)
            evaluate(a, mode, start, finish, fitness)
            return 2
        justified = np.empty(len(fitness), np.int64)
        if forward(a, w, key, mode, start, finish):
            evaluate(a, mode, start, finish, justified)
            if not better(fitness, justified):
                fill(fitness, justified, 1, 0)
                return 3
    # Only dates and maximum lags that were broken before can spoil the justification: keep what there was.
    fill(start, before[0], 1, 0)
    fill(finish, before[1], 1, 0)
    fill(key, before[2], 1, 0)
    return 3


@inlined
def fill(target: Int, source: Int, factor: int, shift: int) -> None:
    """Write source x factor + shift into target; a loop, for array expressions take seconds to compile."""
    for row in range(len(target)):
        target[row] = source[row] * factor + shift


@inlined
def largest(values: Int) -> int:
    """Largest value, at least 0."""
    found = np.int64(0)
    for value in values:
        found = max(found, value)
    return found


@inlined
def largest_negative(values: Int) -> int:
    """Largest of the values with their signs turned."""
    found = -values[0]
    for value in values:
        found = max(found, -value)
    return found


@inlined
def repair_stocks(a: Arrays, mode: Int) -> None:
    """Change modes, the most relieving first, while a stock is overdrawn and a change relieves it in total."""
    if len(a.stock) == 0:
        return
    left = np.empty(len(a.stock), np.int64)
    for stock in range(len(left)):
        left[stock] = a.stock[stock]
        for task in range(len(mode)):
            left[stock] -= a.consumption[mode[task], stock]
    for _ in range(len(mode)):
        if largest_negative(left) <= 0:
            return
        best, chosen, choice = np.int64(0), np.int64(-1), np.int64(-1)
        for task in range(len(mode)):
            for other in range(a.first_mode[task], a.first_mode[task + 1]):
                relief = np.int64(0)
                for stock in range(len(left)):
                    after = left[stock] + a.consumption[mode[task], stock] - a.consumption[other, stock]
                    relief += min(after, 0) - min(left[stock], 0)
                if relief > best:
                    best, chosen, choice = relief, task, other
        if chosen < 0:
            return
        for stock in range(len(left)):
            left[stock] += a.consumption[mode[chosen], stock] - a.consumption[choice, stock]
        mode[chosen] = choice


@inlined
def seed_child(a: Arrays, state: State, number: int, key: Int, mode: Int) -> None:
    """Fill key and modes of an initial schedule: longest tail first, more and more noise, the first one without any."""
    top = largest(a.tasks[:, TAIL]) + 1
    spread = 0.0 if number == 0 else (0.3 if number % 2 else 1.0)
    for task in range(len(key)):
        key[task] = int(FINE * (top - a.tasks[task, TAIL] + spread * top * draw(state)))
        first, last = a.first_mode[task], a.first_mode[task + 1]
        mode[task] = first
        for other in range(first + 1, last):
            if number == 0 and a.modes[other, DURATION] < a.modes[mode[task], DURATION]:
                mode[task] = other
        if number > 1 and last - first > 1:
            mode[task] = first + int(draw(state) * (last - first))


@inlined
def busiest_window(a: Arrays, state: State, start: Int, finish: Int, mode: Int) -> tuple[int, int]:
    """Of a few random windows of one random length, the one in which the schedule uses most of its resources."""
    makespan = largest(finish) + 1
    length = max(1, int((SHORTEST_WINDOW + (LONGEST_WINDOW - SHORTEST_WINDOW) * draw(state)) * makespan))
    most, begin = -1.0, 0
    for _ in range(WINDOWS):
        candidate = int(draw(state) * (makespan - length + 1))
        used = 0.0
        for task in range(len(start)):
            shared = min(finish[task], candidate + length) - max(start[task], candidate)
            if shared > 0:
                for use in range(a.modes[mode[task], USE_FROM], a.modes[mode[task], USE_TO]):
                    used += shared * a.uses[use, 1] / max(a.peak[a.uses[use, 0]], 1)
        if used > most:
            most, begin = used, candidate
    return begin, begin + length


@inlined
def cross(a: Arrays, p: Population, father: int, mother: int, key: Int, mode: Int) -> None:
    """Fill key and modes of a child: the father's inside his busiest window, the mother's before and after it."""
    state, far = p.state, np.int64(1) << 40
    begin, end = busiest_window(a, state, p.start[father], p.finish[father], p.mode[father])
    shift = 4.0 * FINE * max(largest(p.finish[father]), 1) / max(len(key), 1) ** 0.5
    for task in range(len(key)):
        middle = (p.start[father, task] + p.finish[father, task]) // 2
        inside = begin <= middle < end
        key[task] = p.key[father if inside else mother, task]
        mode[task] = p.mode[father if inside else mother, task]
        if not inside:
            key[task] += -far if middle < begin else far
        key[task] += int(draw(state) * (FINE // 64))
        if draw(state) < SHIFTED:
            key[task] += int((draw(state) - 0.5) * shift)
        ways = a.first_mode[task + 1] - a.first_mode[task]
        if ways > 1 and draw(state) < REMODED:
            mode[task] = a.first_mode[task] + int(draw(state) * ways)


@inlined
def tournament(p: Population) -> int:
    """Index of the better of two members drawn at random."""
    size = len(p.fitness)
    one, other = int(draw(p.state) * size), int(draw(p.state) * size)
    return one if better(p.fitness[one], p.fitness[other]) else other


@inlined
def is_double(p: Population, start: Int, mode: Int, fitness: Int) -> bool:
    """Whether the population has the very schedule already."""
    for member in range(len(p.fitness)):
        if is_same(p.fitness[member], fitness) and is_same(p.start[member], start) and is_same(p.mode[member], mode):
            return True
    return False


@inlined
def is_same(one: Int, other: Int) -> bool:
    """Whether two rows hold the same values."""
    for place in range(len(one)):  # noqa: SIM110 - compiled, where a generator is not
        if one[place] != other[place]:
            return False
    return True


@inlined
def place_child(p: Population, place: int, key: Int, mode: Int, start: Int, finish: Int, fitness: Int) -> None:
    """Write a schedule into a place of the population."""
    fill(p.key[place], key, 1, 0)
    fill(p.mode[place], mode, 1, 0)
    fill(p.start[place], start, 1, 0)
    fill(p.finish[place], finish, 1, 0)
    fill(p.fitness[place], fitness, 1, 0)


@inlined
def worst_member(p: Population) -> int:
    """Index of the last member in the order of fitness."""
    worst = 0
    for member in range(1, len(p.fitness)):
        if better(p.fitness[worst], p.fitness[member]):
            worst = member
    return worst


@compiled
def evolve(a: Arrays, w: Work, p: Population, passes: int) -> int:
    """Fill the empty places of the population, then put children in the place of worse members; returns passes made.

    Stops before the first schedule that would begin after `passes` passes.
    """
    size, tasks = p.key.shape
    key, mode = np.zeros(tasks, np.int64), np.zeros(tasks, np.int64)
    start, finish = np.zeros(tasks, np.int64), np.zeros(tasks, np.int64)
    fitness = np.zeros(p.fitness.shape[1], np.int64)
    made, filled = 0, 0
    while filled < size and p.fitness[filled, 0] >= 0:
        filled += 1
    while made < passes:
        if filled < size:
            seed_child(a, p.state, filled, key, mode)
            made += decode(a, w, key, mode, start, finish, fitness)
            place_child(p, filled, key, mode, start, finish, fitness)
            filled += 1
            continue
        father, mother = tournament(p), tournament(p)
        if father == mother:
            mother = (father + 1 + int(draw(p.state) * (size - 1))) % size
        cross(a, p, father, mother, key, mode)
        made += decode(a, w, key, mode, start, finish, fitness)
        worst = worst_member(p)
        if not better(p.fitness[worst], fitness) and not is_double(p, start, mode, fitness):
            place_child(p, worst, key, mode, start, finish, fitness)
    return made
