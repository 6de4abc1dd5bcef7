"""Compiled genetic search over schedules: children of two kinds, each justified right and left, replace worse members.

One kind keeps the order of one parent inside a window of time where resources are busiest, and the other parent's order
before and after it (after the peak crossover of Valls, Ballestin & Quintanilla 2008, and the two-point crossover of
Debels & Vanhoucke 2007). The other is its parent with a window rebuilt by `packing`. Streams of random numbers are the
search's own, so a seed gives one result everywhere.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.scheduling.arrays import DURATION, NEVER, TAIL, USE_FROM, USE_TO, Arrays, Int
from plantwright.scheduling.jit import compiled, inlined
from plantwright.scheduling.packing import PATIENCE, URGENCY, Float, State, draw, rebuild
from plantwright.scheduling.passes import MAKESPAN, Work, backward, better, evaluate, forward

FINE = 1024
"""Keys are ticks times this, so that noise below a tick can break ties."""

NOT_FOUND = np.int64(1) << 60
WINDOWS = 4
SHORTEST_WINDOW, LONGEST_WINDOW = 0.1, 0.5
SHIFTED, REMODED = 0.03, 0.03
REBUILT, SHORTEST_REBUILT, LONGEST_REBUILT = 0.55, 0.1, 0.4
"""Share of the children that are rebuilt, and how long a window of theirs is, as a share of the makespan."""

NOISE = 0.15
"""Noise on the tails that order the first schedules, as a share of the longest."""

PRIORITY = 0.3
"""Worth of starting the most urgent task, beside that of using all of the scarcest resource."""

LEAST_PATIENCE = 0.5
"""Fewest scarce ticks that a task may cost more than usual before it is put off; the most are four times as many."""

HOPELESS = 0.02
"""Share by which a child may be longer than the worst member before it is given up halfway."""


class Population(NamedTuple):
    """Schedules side by side: `key`, `start`, `finish`, `mode` [size, n], `fitness` [size, 2 + stages], `state` [1].

    Keys are the starts of the right-justified schedule, whose forward decoding gave start and finish. A fitness is what
    `evaluate` says, then how early the right-justified starts are: the later, the more room there is before them. A
    fitness whose first entry is -1 marks a place not filled yet.
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
    fitness = np.full((size, stages + 2), -1, np.int64)
    return Population(key, start, finish, mode, fitness, np.array([seed], np.uint64))


@compiled
def decode(a: Arrays, w: Work, key: Int, mode: Int, start: Int, finish: Int, fitness: Int) -> None:
    """Schedule in the order of `key` and justify; a `fitness` beyond every violation says that there was no room."""
    repair_stocks(a, mode)
    if forward(a, w, key, mode, start, finish, NEVER):
        justify(a, w, key, mode, start, finish, fitness)
    else:
        fill(fitness, fitness, 0, NOT_FOUND)


@compiled
def justify(a: Arrays, w: Work, key: Int, mode: Int, start: Int, finish: Int, fitness: Int) -> None:
    """Justify a schedule right and left; fill `key` with the right-justified starts times FINE, and its fitness.

    Keeps the schedule as it is where dates, maximum lags or supplies would spoil that.
    """
    evaluate(a, mode, start, finish, fitness)
    if len(a.supplies) > 0 or len(a.caps) > 0:
        # Moving a task right would take what it supplies from those already placed, or pay in another period.
        fill(key, start, FINE, 0)
        return
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
            fill(key, start, FINE, 0)
            evaluate(a, mode, start, finish, fitness)
            rank_by_start(fitness, key)
            return
        justified = np.empty(len(fitness), np.int64)
        if forward(a, w, key, mode, start, finish, NEVER):
            evaluate(a, mode, start, finish, justified)
            rank_by_start(justified, key)
            if not better(fitness, justified):
                fill(fitness, justified, 1, 0)
                return
    # Only dates and maximum lags that were broken before can spoil the justification: keep what there was.
    fill(start, before[0], 1, 0)
    fill(finish, before[1], 1, 0)
    fill(key, before[2], 1, 0)


@inlined
def rank_by_start(fitness: Int, key: Int) -> None:
    """Let schedules of equal objectives rank by their starts, the later the better."""
    total = np.int64(0)
    for task in range(len(key)):
        total -= key[task] // FINE
    fitness[len(fitness) - 1] = total


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


@compiled
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


@compiled
def seed_child(a: Arrays, state: State, number: int, key: Int, mode: Int, start: Int) -> None:
    """Fill key and modes of an initial schedule: longest tail first with some noise, the first one without any."""
    top = largest(a.tasks[:, TAIL]) + 1
    spread = 0.0 if number == 0 else NOISE
    for task in range(len(key)):
        start[task] = 0
        key[task] = int(FINE * (top - a.tasks[task, TAIL] + spread * top * draw(state)))
        first, last = a.first_mode[task], a.first_mode[task + 1]
        mode[task] = first
        for other in range(first + 1, last):
            if number == 0 and a.modes[other, DURATION] < a.modes[mode[task], DURATION]:
                mode[task] = other
        if number > 1 and last - first > 1:
            mode[task] = first + int(draw(state) * (last - first))


@inlined
def random_weights(a: Arrays, state: State, weight: Float) -> None:
    """Fill the worth of a unit of each resource: by how scarce it is, more or less sharply, as chance has it."""
    sharpness = 2.0 * draw(state)
    for resource in range(len(a.peak)):
        weight[resource] = a.scarcity[resource] ** sharpness / max(a.peak[resource], 1)
    weight[URGENCY] = PRIORITY
    weight[PATIENCE] = LEAST_PATIENCE * 4.0 ** draw(state) if len(a.pace) > 1 else 1.0


@inlined
def remode(a: Arrays, state: State, mode: Int) -> None:
    """Give a few tasks another mode."""
    for task in range(len(mode)):
        ways = a.first_mode[task + 1] - a.first_mode[task]
        if ways > 1 and draw(state) < REMODED:
            mode[task] = a.first_mode[task] + int(draw(state) * ways)


@compiled
def copy_to_rebuild(
    a: Arrays, p: Population, parent: int, key: Int, mode: Int, start: Int, finish: Int
) -> tuple[int, int]:
    """Fill a child with its parent and draw a window to rebuild, its tasks keyed by their starts and their tails."""
    fill(mode, p.mode[parent], 1, 0)
    fill(start, p.start[parent], 1, 0)
    fill(finish, p.finish[parent], 1, 0)
    begin, end = busiest_window(a, p.state, start, finish, mode, SHORTEST_REBUILT, LONGEST_REBUILT)
    if p.fitness[parent, 0] == NOT_FOUND:
        begin, end = np.int64(0), NEVER  # No schedule, of which nothing can be kept.
    remode(a, p.state, mode)
    repair_stocks(a, mode)
    top = largest(finish)
    for task in range(len(key)):
        if mode[task] != p.mode[parent, task]:
            start[task] = max(start[task], begin)  # In another mode it cannot stay where it is.
        key[task] = start[task] * FINE
        if begin <= start[task] < end:
            key[task] = (start[task] + top - a.tasks[task, TAIL]) * (FINE // 2)
    return begin, end


@compiled
def busiest_window(
    a: Arrays, state: State, start: Int, finish: Int, mode: Int, shortest: float, longest: float
) -> tuple[int, int]:
    """Of a few random windows of one random length, the one in which the schedule uses most of its resources.

    `shortest` and `longest` are shares of the makespan.
    """
    makespan = largest(finish) + 1
    length = max(1, int((shortest + (longest - shortest) * draw(state)) * makespan))
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


@compiled
def cross(a: Arrays, p: Population, father: int, mother: int, key: Int, mode: Int) -> None:
    """Fill key and modes of a child: the father's inside his busiest window, the mother's before and after it."""
    state, far = p.state, np.int64(1) << 40
    start, finish = p.start[father], p.finish[father]
    begin, end = busiest_window(a, state, start, finish, p.mode[father], SHORTEST_WINDOW, LONGEST_WINDOW)
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
    remode(a, state, mode)


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


@inlined
def longest_worth_a_look(a: Arrays, worst: Int) -> int:
    """Makespan beyond which a child is given up halfway; only where the makespan comes first."""
    if a.stages[0] != MAKESPAN or worst[0] != 0:
        return NEVER
    return int(worst[1] * (1.0 + HOPELESS))


@compiled
def make_child(
    a: Arrays, w: Work, p: Population, weight: Float, limit: int, key: Int, mode: Int, start: Int, finish: Int
) -> bool:
    """Make a schedule for an empty place, rebuild one or cross two; False where it has no room or is given up.

    Nothing is rebuilt where spending is capped, for `packing` does not look at caps.
    """
    size = len(p.fitness)
    filled = p.fitness[size - 1, 0] >= 0
    rebuilds = len(a.caps) == 0 and (not filled or draw(p.state) < REBUILT)
    begin, end = np.int64(0), NEVER
    if rebuilds and filled:
        begin, end = copy_to_rebuild(a, p, tournament(p), key, mode, start, finish)
    elif filled:
        father, mother = tournament(p), tournament(p)
        if father == mother:
            mother = (father + 1 + int(draw(p.state) * (size - 1))) % size
        cross(a, p, father, mother, key, mode)
    else:
        seed_child(a, p.state, number_filled(p), key, mode, start)
    if not rebuilds or not filled:
        repair_stocks(a, mode)
    if rebuilds:
        random_weights(a, p.state, weight)
        return rebuild(a, w, p.state, weight, key, mode, start, finish, begin, end, limit)
    return forward(a, w, key, mode, start, finish, limit)


@inlined
def number_filled(p: Population) -> int:
    """How many places of the population hold a schedule."""
    filled = 0
    while filled < len(p.fitness) and p.fitness[filled, 0] >= 0:
        filled += 1
    return filled


@compiled
def evolve(a: Arrays, w: Work, p: Population, placements: int) -> int:
    """Fill the empty places of the population, then put children in the place of worse members; returns the work done.

    Work is counted in tasks placed, as many as there are tasks being one schedule; stops before the first child that
    would begin after `placements`.
    """
    size, tasks = p.key.shape
    key, mode = np.zeros(tasks, np.int64), np.zeros(tasks, np.int64)
    start, finish = np.zeros(tasks, np.int64), np.zeros(tasks, np.int64)
    fitness, weight = np.zeros(p.fitness.shape[1], np.int64), np.zeros(len(a.peak) + 2, np.float64)
    w.placed[0], place = 0, number_filled(p)
    while w.placed[0] < placements:
        limit, filling = NEVER, place < size
        if not filling:
            place = worst_member(p)
            limit = longest_worth_a_look(a, p.fitness[place])
        if make_child(a, w, p, weight, limit, key, mode, start, finish):
            justify(a, w, key, mode, start, finish, fitness)
        else:
            fill(fitness, fitness, 0, NOT_FOUND)
            # A child without room counts as a whole, so that the search ends where nothing can be placed.
            w.placed[0] += tasks if limit == NEVER else 1
        if filling or not (better(p.fitness[place], fitness) or is_double(p, start, mode, fitness)):
            place_child(p, place, key, mode, start, finish, fitness)
        place = place + 1 if filling else size
    return w.placed[0]
