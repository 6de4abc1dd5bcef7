"""When the operations of a lot run and whether there is room for them: compiled loops over calendars and buckets.

A lot that finishes at F runs its operations one after the other, the last one ending at F; each one's window is its
planned working time (passes for rework included), each one's hours are spread evenly over the window's working time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.planning.problem import WEEK, Arrays
from plantwright.planning.state import EPS, State, entry, kernel

NUDGE = 1e-3
"""Hours by which a window moves at least (four seconds), so that a search always ends."""


@kernel
def last_at_most(values: NDArray[np.float64], first: int, last: int, value: float) -> int:
    """Return the last row from `first` up to `last` (not included) whose value is not above `value`, else `first`."""
    while last - first > 1:
        middle = (first + last) // 2
        if values[middle] <= value:
            first = middle
        else:
            last = middle
    return first


@entry
def worked(p: Arrays, calendar: int, time: float) -> float:
    """Return the working hours of a calendar up to `time`."""
    k = last_at_most(p.shift_start, p.shift0[calendar], p.shift0[calendar + 1], time)
    return float(p.shift_before[k] + max(min(time, p.shift_end[k]) - p.shift_start[k], 0.0))


@entry
def latest_moment(p: Arrays, calendar: int, work: float) -> float:
    """Return the latest time up to which `work` hours are worked; before the start (-1) where `work` is negative."""
    if work < -EPS:
        return -1.0
    k = last_at_most(p.shift_before, p.shift0[calendar], p.shift0[calendar + 1], work + 1e-9)
    return float(p.shift_start[k] + max(work - p.shift_before[k], 0.0))


@entry
def earliest_moment(p: Arrays, calendar: int, work: float) -> float:
    """Return the earliest time by which `work` hours (positive) are worked."""
    k = last_at_most(p.shift_before, p.shift0[calendar], p.shift0[calendar + 1], work - 1e-9)
    return float(p.shift_start[k] + work - p.shift_before[k])


@kernel
def latest_start(p: Arrays, operation: int, end: float) -> float:
    """Return when an operation's window begins that ends at `end`; -1 where that is before the programme's start."""
    hours = p.operations[operation]["hours"]
    if hours <= 0.0:
        return end
    calendar = p.operations[operation]["calendar"]
    return min(latest_moment(p, calendar, worked(p, calendar, end) - hours), end)


@kernel
def window_start(p: Arrays, item: int, operation: int, finish: float) -> float:
    """Return when an operation of a lot begins that finishes at `finish`."""
    end = finish
    for k in range(p.items[item]["op1"] - 1, operation - 1, -1):
        end = latest_start(p, k, end)
    return end


@kernel
def finish_from(p: Arrays, item: int, operation: int, start: float) -> float:
    """Return the earliest finish of a lot whose `operation` begins no earlier than `start`."""
    end = start
    for k in range(operation, p.items[item]["op1"]):
        hours = p.operations[k]["hours"]
        if hours > 0.0:
            calendar = p.operations[k]["calendar"]
            end = max(end, earliest_moment(p, calendar, worked(p, calendar, end) + hours))
    return end


@kernel
def finish_with(p: Arrays, item: int, operation: int, end: float) -> float:
    """Return the latest finish of a lot whose `operation` ends no later than `end`; -1 where there is none."""
    for k in range(operation + 1, p.items[item]["op1"]):
        hours = p.operations[k]["hours"]
        if hours > 0.0:
            calendar = p.operations[k]["calendar"]
            work = worked(p, calendar, end)
            if latest_moment(p, calendar, work) > end + EPS:
                work -= NUDGE  # in a break: a window that began now would count as beginning after it
            if work < 0.0:
                return -1.0
            end = earliest_moment(p, calendar, work + hours)
    return end


@kernel
def nearest_open(pointers: NDArray[np.int64], row: int, bucket: int) -> int:
    """Return the nearest bucket that is not full for good, in the direction of `pointers`; shortens the way for the
    next search.
    """
    column = bucket + 1
    while pointers[row, column] != column:
        pointers[row, column] = pointers[row, pointers[row, column]]
        column = pointers[row, column]
    return column - 1


@kernel
def inside(p: Arrays, operation: int, begun: float, bucket: int) -> float:
    """Return the share of an operation's window, `begun` after so many working hours, that lies in a bucket."""
    calendar, hours = p.operations[operation]["calendar"], p.operations[operation]["hours"]
    if hours <= 0.0:
        return 0.0
    done = min(begun + hours, p.worked[calendar, bucket + 1])
    return float(max(done - max(begun, p.worked[calendar, bucket]), 0.0) / hours)


@kernel
def begun_at(p: Arrays, operation: int, start: float) -> float:
    """Return the working hours after which an operation's window begins, by its own calendar."""
    return worked(p, p.operations[operation]["calendar"], start)


@kernel
def beside(p: Arrays, s: State, item: int, use: int, bucket: int) -> float:
    """Return the hours that a unit takes of the same capacity and bucket by its other uses."""
    hours, op0 = 0.0, p.items[item]["op0"]
    for k in range(op0, p.items[item]["op1"]):
        for other in range(p.operations[k]["use0"], p.operations[k]["use1"]):
            if other != use and p.uses[other]["capacity"] == p.uses[use]["capacity"]:
                hours += p.uses[other]["hours"] * inside(p, k, begun_at(p, k, s.edges[k - op0]), bucket)
    return hours


@kernel
def changeover(p: Arrays, s: State, operation: int, row: int, bucket: int) -> float:
    """Return the hours of a setup that a lot's operation would add to a bucket: its family is a further one there."""
    campaign = p.operations[operation]["campaign"]
    if campaign < 0 or p.campaigns[campaign] != row or s.running[campaign, bucket] > 0 or s.families[row, bucket] == 0:
        return 0.0
    return float(p.setup[row])


@kernel
def count_campaign(p: Arrays, s: State, campaign: int, bucket: int, change: int) -> None:
    """Count a lot of a campaign into a bucket (1) or out of it (-1); each family beyond the first takes a setup."""
    row, before = p.campaigns[campaign], s.running[campaign, bucket]
    s.running[campaign, bucket] = before + change
    if change > 0 and before == 0:
        s.room[row, bucket] -= p.setup[row] if s.families[row, bucket] > 0 else 0.0
        s.families[row, bucket] += 1
    elif change < 0 and before == 1:
        s.families[row, bucket] -= 1
        s.room[row, bucket] += p.setup[row] if s.families[row, bucket] > 0 else 0.0


@kernel
def units_of(p: Arrays, s: State, item: int, operation: int, use: int, forward: bool) -> tuple[float, int, float]:
    """Return (units, bucket, free): how many fit an operation's window by one use of capacity.

    Where not even the smallest lot does, the bucket that is too full (else -1) and the hours that it has for it. Looks
    from the side that lies farthest in the direction of the search, so that the next try jumps as far as it may.
    """
    least = p.items[item]["least"]
    start, end = s.edges[operation - p.items[item]["op0"]], s.edges[operation - p.items[item]["op0"] + 1]
    row, units, begun = p.uses[use]["capacity"], np.inf, begun_at(p, operation, start)
    first, last = int(start / p.bucket), min(int(end / p.bucket), s.room.shape[1] - 1)
    for k in range(last - first + 1):
        bucket = last - k if forward else first + k
        taken = p.uses[use]["hours"] * inside(p, operation, begun, bucket)
        if taken > 1e-9:
            others = beside(p, s, item, use, bucket) if p.uses[use]["again"] else 0.0
            room = s.room[row, bucket] - changeover(p, s, operation, row, bucket)
            fit = room / (taken + others)
            if fit < least - EPS:
                return fit, bucket, max(room - least * others, 0.0)
            units = min(units, fit)
    return units, -1, 0.0


@kernel
def bucket_for(p: Arrays, s: State, operation: int, use: int, taken: float, bucket: int, forward: bool) -> int:
    """Return the nearest bucket from `bucket` on in which a window may end (or begin, searching forward) that takes
    `taken` hours.

    A window that is no longer than a bucket lies in one or across two that follow each other; buckets that have not
    even so much left are passed over. Before the first or after the last bucket where there is none.
    """
    calendar, row = p.operations[operation]["calendar"], p.uses[use]["capacity"]
    pointers, step = (s.right, 1) if forward else (s.left, -1)
    near = nearest_open(pointers, row, bucket)
    while 0 <= near < s.room.shape[1]:
        length = p.worked[calendar, near + 1] - p.worked[calendar, near]
        if s.room[row, near] >= taken * (1.0 - EPS) or p.operations[operation]["hours"] > length:
            break
        then = nearest_open(pointers, row, near + step)
        if 0 <= then < s.room.shape[1]:
            follows = p.worked[calendar, max(near, then)] - p.worked[calendar, min(near, then) + 1] < EPS
            if follows and s.room[row, near] + s.room[row, then] >= taken * (1.0 - EPS):
                break
        near = then
    return near


@kernel
def moved(p: Arrays, s: State, item: int, operation: int, use: int, bucket: int, free: float, forward: bool) -> float:
    """Return the next finish to try when the smallest lot finds only `free` hours of a bucket."""
    calendar, row = p.operations[operation]["calendar"], p.uses[use]["capacity"]
    taken = p.uses[use]["hours"] * p.items[item]["least"]
    rate = taken / p.operations[operation]["hours"]
    near = bucket_for(p, s, operation, use, taken, bucket, forward)
    if not 0 <= near < s.room.shape[1]:
        return np.inf if forward else -1.0
    working = (free if near == bucket else max(s.room[row, near], 0.0)) / rate
    if forward:
        work = max(p.worked[calendar, near + 1] - working, p.worked[calendar, near])
        return finish_from(p, item, operation, latest_moment(p, calendar, work))
    work = min(p.worked[calendar, near] + working, p.worked[calendar, near + 1])
    return finish_with(p, item, operation, latest_moment(p, calendar, work))


@kernel
def set_edges(p: Arrays, s: State, item: int, finish: float) -> None:
    """Set when each operation of a lot begins, and its finish; the first is negative where it had to begin before
    the start.
    """
    op0, op1 = p.items[item]["op0"], p.items[item]["op1"]
    s.edges[op1 - op0] = finish
    for k in range(op1 - 1, op0 - 1, -1):
        s.edges[k - op0] = latest_start(p, k, s.edges[k - op0 + 1]) if s.edges[k - op0 + 1] >= 0.0 else -1.0


@kernel
def out_of_dates(p: Arrays, s: State, item: int, forward: bool) -> tuple[bool, float]:
    """Return whether an operation of the lot in hand would begin when it may not, and the next finish to try."""
    op0 = p.items[item]["op0"]
    for operation in range(op0, p.items[item]["op1"]):
        start, first, last = s.edges[operation - op0], p.operations[operation]["from"], p.operations[operation]["to"]
        if start < first - EPS:
            return True, finish_from(p, item, operation, first) if forward else -1.0
        if start >= last - EPS:
            return True, np.inf if forward else finish_with(p, item, operation - 1, last - NUDGE)
    return False, 0.0


@kernel
def lane_room(p: Arrays, s: State, item: int, finish: float, forward: bool) -> tuple[float, float]:
    """Return how many units may leave by the lane of the lot in hand in its week, and the next finish to try."""
    lane, week = p.items[item]["lane"], week_left(s, s.edges[0])
    then = (week + 1) * WEEK if forward else week * WEEK - NUDGE
    return s.lane_room[lane, week], then + finish - s.edges[0]


@kernel
def week_left(s: State, time: float) -> int:
    """Return the week in which units leave at a time."""
    return int(max(min(int((time + EPS) / WEEK), s.lane_room.shape[1] - 1), 0))


@kernel
def room_at(p: Arrays, s: State, item: int, finish: float, forward: bool) -> tuple[float, float, int, int]:
    """Return (units, next, row, bucket) for a lot that finishes at `finish`.

    Units that fit (0: none, -1: it would begin before the start), in lots; where none fits, the next finish to try and
    what is full.
    """
    set_edges(p, s, item, finish)
    if s.edges[0] < s.fence[0] - EPS:
        return -1.0, -1.0, -1, -1
    units, lane = np.inf, p.items[item]["lane"]
    if p.items[item]["dated"]:
        out, then = out_of_dates(p, s, item, forward)
        if out:
            return 0.0, then, -1, -1
    if lane >= 0:
        units, then = lane_room(p, s, item, finish, forward)
        if units < p.items[item]["least"] - EPS:
            return 0.0, then, s.room.shape[0] + lane, int(s.edges[0] / p.bucket)
    for operation in range(p.items[item]["op1"] - 1, p.items[item]["op0"] - 1, -1):
        for use in range(p.operations[operation]["use0"], p.operations[operation]["use1"]):
            fit, bucket, free = units_of(p, s, item, operation, use, forward)
            if bucket >= 0:
                return 0.0, moved(p, s, item, operation, use, bucket, free, forward), p.uses[use]["capacity"], bucket
            units = min(units, fit)
    multiple = p.items[item]["multiple"]
    return np.floor(units / multiple + EPS) * multiple, finish, -1, -1


@kernel
def latest_fit(p: Arrays, s: State, item: int, needed: float, finish: float) -> tuple[float, float, int, int]:
    """Return (finish, units, row, bucket): the latest finish up to `finish` with room for the smallest lot, and
    how many fit there.

    Without room since the start (or since the earliest that a lot needed at `needed` may be built), units is 0; row
    and bucket say what was full nearest to the need, -1 where it is the lead time alone.
    """
    row, bucket, least = -1, -1, p.items[item]["least"]
    while finish >= needed - min(p.build_ahead, p.items[item]["life"]) - EPS:
        units, then, full, when = room_at(p, s, item, finish, False)
        if units >= least:
            return finish, units, full, when
        if units < 0.0:
            break
        if row < 0:
            row, bucket = full, when
        finish = min(then, finish - NUDGE)
    return finish, 0.0, row, bucket


@kernel
def earliest_fit(p: Arrays, s: State, item: int, after: float) -> float:
    """Return the earliest finish after `after` with room for the smallest lot of an item; infinite where the horizon
    has none.
    """
    finish = max(after + NUDGE, finish_from(p, item, p.items[item]["op0"], s.fence[0]))
    while finish <= p.horizon + EPS:
        units, then, _, _ = room_at(p, s, item, finish, True)
        if units >= p.items[item]["least"]:
            return finish
        finish = finish + NUDGE if units < 0.0 else max(then, finish + NUDGE)
    return np.inf


@kernel
def book(p: Arrays, s: State, item: int, finish: float, units: float) -> None:
    """Take the room of a lot of `units` that finishes at `finish`; negative units give it back."""
    set_edges(p, s, item, finish)
    op0, lane = p.items[item]["op0"], p.items[item]["lane"]
    if lane >= 0:
        s.lane_room[lane, week_left(s, s.edges[0])] -= units
    for operation in range(op0, p.items[item]["op1"]):
        start, end = s.edges[operation - op0], s.edges[operation - op0 + 1]
        begun = begun_at(p, operation, start)
        for bucket in range(int(start / p.bucket), min(int(end / p.bucket), s.room.shape[1] - 1) + 1):
            share = inside(p, operation, begun, bucket)
            if share > 1e-9 and p.operations[operation]["campaign"] >= 0:
                count_campaign(p, s, p.operations[operation]["campaign"], bucket, 1 if units > 0.0 else -1)
            for use in range(p.operations[operation]["use0"], p.operations[operation]["use1"]):
                s.room[p.uses[use]["capacity"], bucket] -= units * p.uses[use]["hours"] * share


@kernel
def book_standing(p: Arrays, s: State, item: int, finish: float, units: float) -> None:
    """Take the room of a lot that stands, whether there is any or not.

    What should have begun before the start is spread over the working time that is left; nothing where none is.
    """
    set_edges(p, s, item, finish)
    op0 = p.items[item]["op0"]
    for operation in range(op0, p.items[item]["op1"]):
        calendar, campaign = p.operations[operation]["calendar"], p.operations[operation]["campaign"]
        start, end = max(s.edges[operation - op0], 0.0), max(s.edges[operation - op0 + 1], 0.0)
        begun, done = worked(p, calendar, start), worked(p, calendar, end)
        for bucket in range(int(start / p.bucket), min(int(end / p.bucket), s.room.shape[1] - 1) + 1):
            inside = min(done, p.worked[calendar, bucket + 1]) - max(begun, p.worked[calendar, bucket])
            share = inside / (done - begun) if done - begun > 1e-9 else 0.0
            if share > 1e-9 and campaign >= 0:
                count_campaign(p, s, campaign, bucket, 1)
            for use in range(p.operations[operation]["use0"], p.operations[operation]["use1"]):
                s.room[p.uses[use]["capacity"], bucket] -= units * p.uses[use]["hours"] * max(share, 0.0)


@kernel
def close_full(p: Arrays, s: State, item: int, finish: float) -> None:
    """Let later searches pass over the buckets that a lot, now final, has filled."""
    set_edges(p, s, item, finish)
    op0 = p.items[item]["op0"]
    for operation in range(op0, p.items[item]["op1"]):
        start, end = s.edges[operation - op0], s.edges[operation - op0 + 1]
        for bucket in range(int(start / p.bucket), min(int(end / p.bucket), s.room.shape[1] - 1) + 1):
            for use in range(p.operations[operation]["use0"], p.operations[operation]["use1"]):
                row = p.uses[use]["capacity"]
                if s.room[row, bucket] < EPS:
                    s.left[row, bucket + 1] = bucket
                    s.right[row, bucket + 1] = bucket + 2


@entry
def set_releases(p: Arrays, items: NDArray[np.int64], finish: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Set when each of many lots is released; `out` has the shape of `finish`."""
    for k in range(finish.size):
        out[k] = max(window_start(p, items[k], p.items[items[k]]["op0"], finish[k]), 0.0)
