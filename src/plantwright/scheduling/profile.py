"""What is free of the resources over time, and where a task fits: its dates by its calendar, the first and the last
place that has all that it takes. Functions on plain arrays, inlined into the passes.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from plantwright.scheduling.arrays import (
    CALENDAR,
    DURATION,
    RUN_END,
    RUN_START,
    TICK,
    USE_FROM,
    USE_TO,
    WORKED,
    Int,
    Int32,
)
from plantwright.scheduling.jit import compiled, inlined


@inlined
def finish_of(way: Int, clock: Int32, horizon: int, start: int) -> int:
    """Finish of a mode (its row) that starts at a working tick; beyond the horizon when it does not fit."""
    if way[CALENDAR] < 0 or way[DURATION] == 0:
        return start + way[DURATION]
    if start > horizon:
        return horizon + 1
    last = clock[WORKED, way[CALENDAR], start] + way[DURATION] - 1
    return clock[TICK, way[CALENDAR], last] + 1 if last <= horizon else horizon + 1


@inlined
def start_from(way: Int, clock: Int32, horizon: int, pausable: int, start: int) -> int:
    """First tick, not before `start`, at which the calendar lets the mode start."""
    calendar = way[CALENDAR]
    if calendar < 0 or way[DURATION] == 0 or start > horizon:
        return start
    tick = clock[TICK, calendar, clock[WORKED, calendar, start]]
    if not pausable:
        while tick < horizon and clock[RUN_END, calendar, tick] - tick < way[DURATION]:
            tick = clock[TICK, calendar, clock[WORKED, calendar, clock[RUN_END, calendar, tick]]]
    return tick


@inlined
def start_until(way: Int, clock: Int32, pausable: int, finish: int) -> int:
    """Last start from which the mode finishes by `finish`; negative when there is none."""
    calendar = way[CALENDAR]
    if calendar < 0 or way[DURATION] == 0:
        return finish - way[DURATION]
    while finish > 0:
        last = clock[WORKED, calendar, finish] - 1
        first = last - way[DURATION] + 1
        if first < 0:
            return -1
        start = clock[TICK, calendar, first]
        if pausable or clock[RUN_END, calendar, start] - start >= way[DURATION]:
            return start
        finish = clock[RUN_START, calendar, clock[TICK, calendar, last]]
    return -1


@inlined
def start_for_finish(way: Int, clock: Int32, horizon: int, ending: int) -> int:
    """Earliest start from which the mode finishes no earlier than `ending`."""
    if way[CALENDAR] < 0 or way[DURATION] == 0:
        return ending - way[DURATION]
    if ending > horizon:
        return horizon + 1
    return clock[TICK, way[CALENDAR], max(clock[WORKED, way[CALENDAR], ending - 1] - way[DURATION] + 1, 0)]


@inlined
def finish_for_start(way: Int, clock: Int32, horizon: int, beginning: int) -> int:
    """Latest finish of the mode when it starts no later than `beginning`; negative when there is no such start."""
    if way[CALENDAR] < 0 or way[DURATION] == 0:
        return beginning + way[DURATION]
    started = clock[WORKED, way[CALENDAR], min(beginning, horizon) + 1] if beginning >= 0 else 0
    return finish_of(way, clock, horizon, clock[TICK, way[CALENDAR], started - 1]) if started > 0 else -1


@inlined
def is_held(clock: Int32, calendar: int, tick: int, shortest: int) -> bool:
    """Whether a use that breaks of `shortest` ticks or more free (0: none) is held at a tick of its task."""
    if shortest == 0 or clock[RUN_END, calendar, tick] > 0:
        return True
    worked = clock[WORKED, calendar, tick]
    return clock[TICK, calendar, worked] - clock[TICK, calendar, worked - 1] - 1 < shortest


@inlined
def last_clash(way: Int, clock: Int32, uses: Int32, free: Int32, begin: int, end: int) -> int:
    """Last tick of [begin, end) at which too few units are free for the mode; -1 when there is none."""
    clash = -1
    for use in range(way[USE_FROM], way[USE_TO]):
        resource, units, shortest = uses[use, 0], uses[use, 1], uses[use, 2]
        tick = end - 1
        while tick >= begin and (free[resource, tick] >= units or not is_held(clock, way[CALENDAR], tick, shortest)):
            tick -= 1
        if tick >= begin:
            clash, begin = tick, tick + 1
    return clash


@inlined
def first_clash(way: Int, clock: Int32, uses: Int32, free: Int32, begin: int, end: int) -> int:
    """First tick of [begin, end) at which too few units are free for the mode; -1 when there is none."""
    clash = -1
    for use in range(way[USE_FROM], way[USE_TO]):
        resource, units, shortest = uses[use, 0], uses[use, 1], uses[use, 2]
        tick = begin
        while tick < end and (free[resource, tick] >= units or not is_held(clock, way[CALENDAR], tick, shortest)):
            tick += 1
        if tick < end:
            clash = end = tick
    return clash


@inlined
def occupy(way: Int, clock: Int32, uses: Int32, free: Int32, start: int, finish: int) -> None:
    """Take the mode's units over [start, finish), but for the breaks that free them."""
    for use in range(way[USE_FROM], way[USE_TO]):
        resource, units, shortest = uses[use, 0], uses[use, 1], uses[use, 2]
        if shortest == 0:
            for tick in range(start, finish):
                free[resource, tick] -= units
        else:
            for tick in range(start, finish):
                if is_held(clock, way[CALENDAR], tick, shortest):
                    free[resource, tick] -= units


@inlined
def vacate(way: Int, clock: Int32, uses: Int32, free: Int32, start: int, finish: int) -> None:
    """Give the mode's units over [start, finish) back."""
    for use in range(way[USE_FROM], way[USE_TO]):
        resource, units, shortest = uses[use, 0], uses[use, 1], uses[use, 2]
        for tick in range(start, finish):
            if is_held(clock, way[CALENDAR], tick, shortest):
                free[resource, tick] += units


@inlined
def supply(supplies: Int, first: int, last: int, free: Int32, finish: int) -> None:
    """Give the units of the rows `first` to `last` of `supplies` from a finish on."""
    for row in range(first, last):
        for tick in range(finish, free.shape[1]):
            free[supplies[row, 0], tick] += supplies[row, 1]


@compiled
def empty_profile(free: Int32, capacity: Int32) -> None:
    """Set free to capacity; loops, for array expressions take seconds to compile."""
    for resource in range(len(free)):
        for tick in range(free.shape[1]):
            free[resource, tick] = capacity[resource, tick]


@inlined
def earliest_place(way: Int, clock: Int32, uses: Int32, free: Int32, pausable: int, bound: int) -> tuple[int, int]:
    """Earliest start and finish, not before `bound`, that calendar and resources allow; (-1, -1) when none."""
    horizon = clock.shape[2] - 2
    start = start_from(way, clock, horizon, pausable, bound)
    known = start
    while True:
        finish = finish_of(way, clock, horizon, start)
        if finish > horizon:
            return -1, -1
        clash = last_clash(way, clock, uses, free, max(start, known), finish)
        if clash < 0:
            return start, finish
        known = finish
        start = start_from(way, clock, horizon, pausable, clash + 1)


@inlined
def latest_place(
    way: Int, clock: Int32, uses: Int32, free: Int32, pausable: int, release: int, bound: int
) -> tuple[int, int]:
    """Latest start and finish, not after `bound`, that calendar and resources allow; (-1, -1) when none."""
    horizon = clock.shape[2] - 2
    known = bound
    while True:
        start = start_until(way, clock, pausable, bound)
        if start < release:
            return -1, -1
        finish = finish_of(way, clock, horizon, start)
        clash = first_clash(way, clock, uses, free, start, min(known, finish))
        if clash < 0:
            return start, finish
        known = start
        bound = clash
