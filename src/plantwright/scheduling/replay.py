"""Compiled replay of a schedule's order and resource flow with given durations, in hours, one row a replication.

Every task starts as soon as its links, its release and the tasks that hand it units allow, never at its planned date.
Where a task would come later after another than its greatest lag allows, the earlier one waits for it.
Names, draws and statistics are in `risk`; the plan itself is the replay with planned durations.
"""

# Numba types the kernels: NumPy's scalars are not Python's numbers to a type checker, and here that does not matter.
# mypy: disable-error-code="no-any-return, arg-type, return-value, assignment"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import prange

from plantwright.machine_code import njit

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

ROUNDING = 1e-7
"""Hours below which two moments are one: sums of hours carry rounding."""

LEAST_WORK = 0.25
"""Hours of work that a task does after the moment that a finish link holds it for, where that falls in a break."""


MOST_PULLS = 50
"""How often the earlier task of a greatest lag is put off, beyond the number of such lags, before that is broken."""


class Network(NamedTuple):
    """Tasks in topological `order` [n]; links into each task in a row: `link_from` [n + 1], `giver`, `kind` [l].

    `calendar` [n] is an index of the calendars or -1 (never stops); `span_from` [c + 1], `span_start`, `span_end`,
    `worked_before` hold all calendars' working intervals in hours. Kinds: FS 0, SS 1, FF 2, SF 3. A `rounds` above 1
    says that links with leads run against the order, and how often to go through it at most. `limits` [m, 3] are the
    greatest lags: earlier task, later task, kind. `pausable` [n] says which tasks pause over breaks, `longest` [c] how
    long each calendar works at most without a break (hours).
    """

    order: Int
    rounds: int
    link_from: Int
    giver: Int
    kind: Int
    calendar: Int
    span_from: Int
    span_start: Float
    span_end: Float
    worked_before: Float
    limits: Int
    pausable: Bool
    longest: Float


class Worlds(NamedTuple):
    """What is drawn, one row a replication: durations [r, n] in working hours, lags [r, l], releases [r, n] and
    greatest lags [r, m] in hours. All but the durations may have one row that holds for all.
    """

    duration: Float
    lag: Float
    release: Float
    most: Float


class Dates(NamedTuple):
    """Results of the replay: starts, finishes [r, n] (hours), critical [r, n], broken greatest lags [r, m]."""

    start: Float
    finish: Float
    critical: Bool
    broken: Bool


@njit(nogil=True)
def last_at_most(values: Float, first: int, last: int, value: float) -> int:
    """Index of the last of the rising values[first:last] that is at most `value`; first - 1 when there is none."""
    while first < last:
        middle = (first + last) >> 1
        if values[middle] <= value:
            first = middle + 1
        else:
            last = middle
    return first - 1


@njit(nogil=True)
def next_working(net: Network, calendar: int, moment: float) -> tuple[float, int]:
    """First working moment of a calendar at or after `moment`, hours from start, and the span in which it lies."""
    first, last = net.span_from[calendar], net.span_from[calendar + 1]
    span = last_at_most(net.span_start, first, last, moment + ROUNDING)
    if span < first:
        return net.span_start[first], first
    if moment < net.span_end[span] - ROUNDING:
        return moment, span
    return net.span_start[span + 1], span + 1


@njit(nogil=True)
def end_from(net: Network, calendar: int, span: int, begin: float, duration: float) -> float:
    """Earliest moment at which `duration` working hours are done from a moment of a span on."""
    last = net.span_from[calendar + 1]
    work = net.worked_before[span] + begin - net.span_start[span] + duration
    step = 1
    while span + step < last and net.worked_before[span + step] <= work - ROUNDING:
        span, step = span + step, step * 2
    span = max(last_at_most(net.worked_before, span, min(span + step, last), work - ROUNDING), span)
    return net.span_start[span] + max(work - net.worked_before[span], 0.0)


@njit(nogil=True)
def work_done(net: Network, calendar: int, moment: float) -> float:
    """Working hours of a calendar before `moment`."""
    first, last = net.span_from[calendar], net.span_from[calendar + 1]
    span = last_at_most(net.span_start, first, last, moment)
    if span < first:
        return 0.0
    return net.worked_before[span] + min(moment, net.span_end[span]) - net.span_start[span]


@njit(nogil=True)
def end_of_work(net: Network, calendar: int, work: float) -> float:
    """Earliest moment at which `work` working hours of a calendar are done."""
    first, last = net.span_from[calendar], net.span_from[calendar + 1]
    span = max(last_at_most(net.worked_before, first, last, work - ROUNDING), first)
    return net.span_start[span] + max(work - net.worked_before[span], 0.0)


@njit(nogil=True)
def start_of_work(net: Network, calendar: int, work: float) -> float:
    """Latest moment at which no more than `work` working hours of a calendar are done."""
    first, last = net.span_from[calendar], net.span_from[calendar + 1]
    span = max(last_at_most(net.worked_before, first, last, work + ROUNDING), first)
    return net.span_start[span] + max(work - net.worked_before[span], 0.0)


@njit(nogil=True)
def next_shift(net: Network, calendar: int, moment: float, hours: float) -> float:
    """First moment at or after `moment` from which a calendar works so many hours without a break."""
    first, last = net.span_from[calendar], net.span_from[calendar + 1]
    span = max(last_at_most(net.span_start, first, last, moment + ROUNDING), first)
    # The end of a span is no time to begin in, however little there is to do.
    while net.span_end[span] - max(net.span_start[span], moment) < max(hours - ROUNDING, ROUNDING):
        span += 1
    return max(net.span_start[span], moment)


@njit(nogil=True)
def dates(net: Network, task: int, duration: float, bound: float, ending: float) -> tuple[float, float]:
    """Earliest start (not before `bound`) and finish (not before `ending`) of a task of `duration` working hours.

    One that may not pause and is longer than every shift begins with a longest one and works on after its end.
    """
    calendar = net.calendar[task]
    if calendar < 0 or duration <= 0:
        start = max(bound, ending - duration)
        return start, start + duration
    if not net.pausable[task]:
        start = next_shift(net, calendar, max(bound, ending - duration), min(duration, net.longest[calendar]))
        return start, start + duration
    start, span = next_working(net, calendar, bound)
    finish = end_from(net, calendar, span, start, duration)
    if finish < ending - ROUNDING:
        work = work_done(net, calendar, ending)
        finish = end_of_work(net, calendar, work)
        if finish < ending - ROUNDING:
            work += LEAST_WORK
        start = start_of_work(net, calendar, max(work - duration, 0.0))
        finish = end_of_work(net, calendar, work_done(net, calendar, start) + duration)
    return start, finish


@njit(nogil=True)
def end_of(start: Float, finish: Float, task: int, is_finish: bool) -> float:
    """The end of a task that a link ties."""
    return finish[task] if is_finish else start[task]


@njit(nogil=True)
def held_by_links(
    net: Network, task: int, lag: Float, start: Float, finish: Float, bound: float, ending: float
) -> tuple[float, float]:
    """Return before which hours a task may not start and not finish: `bound` and `ending`, or what its links hold."""
    for link in range(net.link_from[task], net.link_from[task + 1]):
        kind = net.kind[link]
        moment = lag[link] + end_of(start, finish, net.giver[link], kind in (0, 2))
        if kind <= 1:
            bound = max(bound, moment)
        else:
            ending = max(ending, moment)
    return bound, ending


@njit(nogil=True)
def follow_links(
    net: Network, duration: Float, lag: Float, least: Float, ending: Float, start: Float, finish: Float
) -> None:
    """Fill start and finish [n] by the links, no start before `least` and no finish before `ending` [n], in hours."""
    for _ in range(net.rounds):
        moved = False
        for task in net.order:
            bound, end_bound = held_by_links(net, task, lag, start, finish, least[task], ending[task])
            begin, end = dates(net, task, duration[task], bound, end_bound)
            moved |= begin != start[task] or end != finish[task]
            start[task], finish[task] = begin, end
        if not moved:
            break


@njit(nogil=True)
def put_off(
    net: Network, most: Float, start: Float, finish: Float, least: Float, ending: Float, pulls: Int, broken: Bool
) -> int:
    """Raise `least` or `ending` of tasks that come too long before another: 0 none, 1 some, 2 a lag was given up."""
    found = 0
    for row in range(len(net.limits)):
        before, after, kind = net.limits[row, 0], net.limits[row, 1], net.limits[row, 2]
        moment = end_of(start, finish, after, kind >= 2) - most[row]
        if broken[row] or end_of(start, finish, before, kind in (0, 2)) >= moment - ROUNDING:
            continue
        pulls[row] += 1
        if pulls[row] > MOST_PULLS + len(net.limits):
            broken[row] = True
            return 2
        if kind in (0, 2):
            ending[before] = moment
        else:
            least[before] = moment
        found = 1
    return found


@njit(nogil=True)
def replay_row(
    net: Network, duration: Float, lag: Float, release: Float, most: Float, start: Float, finish: Float, broken: Bool
) -> None:
    """Fill start and finish [n] of one replication, and which greatest lags no waiting can keep; all in hours."""
    least, ending = release.copy(), np.zeros(len(release))
    pulls = np.zeros(len(net.limits), np.int64)
    start[:], finish[:] = release, release
    broken[:] = False
    while True:
        follow_links(net, duration, lag, least, ending, start, finish)
        found = put_off(net, most, start, finish, least, ending, pulls, broken)
        if found == 0:
            break
        if found == 2:
            least[:], ending[:], pulls[:] = release, 0.0, 0
            start[:], finish[:] = release, release


@njit(nogil=True)
def trace_links(net: Network, duration: Float, lag: Float, start: Float, finish: Float, critical: Bool) -> None:
    """Mark the tasks that drive a critical one: a link drives its task when no earlier moment would have done."""
    for position in range(len(net.order) - 1, -1, -1):
        task = net.order[position]
        if not critical[task]:
            continue
        for link in range(net.link_from[task], net.link_from[task + 1]):
            giver, kind = net.giver[link], net.kind[link]
            moment = lag[link] + end_of(start, finish, giver, kind in (0, 2))
            bound, ending = (moment, 0.0) if kind <= 1 else (0.0, moment)
            begin, _ = dates(net, task, duration[task], bound, ending)
            if begin >= start[task] - ROUNDING:
                critical[giver] = True


@njit(nogil=True)
def trace_limits(net: Network, most: Float, start: Float, finish: Float, critical: Bool) -> bool:
    """Mark the later tasks that critical ones had to wait for by a greatest lag; whether there is a new one."""
    found = False
    for row in range(len(net.limits)):
        before, after, kind = net.limits[row, 0], net.limits[row, 1], net.limits[row, 2]
        moment = end_of(start, finish, after, kind >= 2) - most[row]
        if (
            critical[before]
            and not critical[after]
            and end_of(start, finish, before, kind in (0, 2)) <= moment + ROUNDING
        ):
            critical[after] = found = True
    return found


@njit(nogil=True)
def trace_longest_path(
    net: Network, duration: Float, lag: Float, most: Float, start: Float, finish: Float, critical: Bool
) -> None:
    """Mark the tasks that drive the last finish."""
    critical[:] = finish >= finish.max() - ROUNDING
    trace_links(net, duration, lag, start, finish, critical)
    while trace_limits(net, most, start, finish, critical):
        trace_links(net, duration, lag, start, finish, critical)


@njit(nogil=True, parallel=True)
def replay(net: Network, worlds: Worlds, found: Dates) -> None:
    """Replay each replication's durations, lags, releases and greatest lags into its dates."""
    for row in prange(worlds.duration.shape[0]):
        duration, lag = worlds.duration[row], worlds.lag[row % len(worlds.lag)]
        release, most = worlds.release[row % len(worlds.release)], worlds.most[row % len(worlds.most)]
        start, finish = found.start[row], found.finish[row]
        replay_row(net, duration, lag, release, most, start, finish, found.broken[row])
        trace_longest_path(net, duration, lag, most, start, finish, found.critical[row])


@njit(nogil=True)
def follow_changes(
    net: Network, duration: Float, before: Float, lag: Float, release: Float, start: Float, finish: Float
) -> None:
    """Bring starts and finishes [n] that hold for the durations `before` up to other ones, task by task that moves."""
    moved = np.zeros(len(duration), np.bool_)
    for task in net.order:
        touched = duration[task] != before[task]
        for link in range(net.link_from[task], net.link_from[task + 1]):
            touched |= moved[net.giver[link]]
        if not touched:
            continue
        bound, ending = held_by_links(net, task, lag, start, finish, release[task], 0.0)
        begin, end = dates(net, task, duration[task], bound, ending)
        moved[task] = begin != start[task] or end != finish[task]
        start[task], finish[task] = begin, end


@njit(nogil=True, parallel=True)
def replay_last(
    net: Network, worlds: Worlds, before: Float, starts: Float, finishes: Float, rows: Int, last: Float
) -> None:
    """Last finishes [r] of replications that are the `rows` of known ones but for their durations.

    Of the known ones `before` are the durations, `starts` and `finishes` the dates. Only what moves is worked out
    again, where links alone decide.
    """
    for row in prange(worlds.duration.shape[0]):
        lag, release = worlds.lag[row % len(worlds.lag)], worlds.release[row % len(worlds.release)]
        start, finish = starts[rows[row]].copy(), finishes[rows[row]].copy()
        if net.rounds == 1 and len(net.limits) == 0:
            follow_changes(net, worlds.duration[row], before[rows[row]], lag, release, start, finish)
        else:
            broken = np.empty(len(net.limits), np.bool_)
            most = worlds.most[row % len(worlds.most)]
            replay_row(net, worlds.duration[row], lag, release, most, start, finish, broken)
        last[row] = finish.max()


@njit(nogil=True, parallel=True)
def add_path_finishes(
    net: Network, worlds: Worlds, start: Float, finish: Float, by_link: Float, by_release: Float
) -> None:
    """Add up over the replications when each task would finish if one link alone held it [l], or its release [n].

    Durations, starts and finishes come turned, [n, r], so that a task's worlds lie side by side.
    """
    for task in prange(len(net.order)):
        duration, lags, releases = worlds.duration[task], worlds.lag, worlds.release
        for link in range(net.link_from[task], net.link_from[task + 1]):
            kind = net.kind[link]
            ends = finish[net.giver[link]] if kind in (0, 2) else start[net.giver[link]]
            for row in range(len(duration)):
                moment = lags[row % len(lags), link] + ends[row]
                bound, ending = (moment, 0.0) if kind <= 1 else (0.0, moment)
                by_link[link] += dates(net, task, duration[row], bound, ending)[1]
        for row in range(len(duration)):
            by_release[task] += dates(net, task, duration[row], releases[row % len(releases), task], 0.0)[1]
