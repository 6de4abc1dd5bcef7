"""Bounds that need no search: heads, tails, and the least makespan by links and by the work on each resource.

Heads, tails and work count the breaks of calendars where no start escapes them; all hold whatever modes are chosen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from plantwright.scheduling.arrays import Int, topological_order
from plantwright.scheduling.problem import ELAPSED, Kind, Link, Mode, Problem, Stage, Task, WorkingTime

Span = tuple[int, int]
Bool = npt.NDArray[np.bool_]

BEGINS = 200
"""Ticks tried as the beginning of an interval of work, for each resource and calendar."""


def heads(problem: Problem) -> list[int]:
    """Earliest start of each task in ticks, by releases, minimum lags, calendars and the mode that ends first."""
    return [start for start, _ in earliest_dates(problem)]


def earliest_dates(problem: Problem) -> list[Span]:
    """Earliest start and earliest finish of each task in ticks, resources left out, breaks of calendars counted."""
    clocks = [_Clock(calendar, problem.horizon) for calendar in problem.calendars]
    starts = [task.release for task in problem.tasks]
    endings = [0] * len(problem.tasks)
    finishes = [0] * len(problem.tasks)
    after = _links_by_earlier(problem)
    for number in topological_order(problem):
        dates = [_mode_dates(clocks, mode, starts[number], endings[number]) for mode in problem.tasks[number].modes]
        starts[number], finishes[number] = min(start for start, _ in dates), min(finish for _, finish in dates)
        for link in after[number]:
            tick = (link.lag or 0) + (finishes if link.kind in (Kind.FS, Kind.FF) else starts)[number]
            tied = endings if link.kind in (Kind.FF, Kind.SF) else starts
            tied[link.after] = max(tied[link.after], tick)
    return list(zip(starts, finishes, strict=True))


class _Clock:
    """Working ticks of a calendar, for stepping from a start to a finish and back."""

    def __init__(self, calendar: WorkingTime, horizon: int) -> None:
        spans = [np.arange(start, min(end, horizon)) for start, end in calendar.intervals]
        self.ticks = np.concatenate([np.empty(0, np.int64), *spans]).astype(np.int64)
        self.horizon = horizon

    def dates(self, duration: int, start: int, ending: int) -> Span:
        first = int(np.searchsorted(self.ticks, start))
        if ending > 0:
            first = max(first, int(np.searchsorted(self.ticks, ending - 1)) - duration + 1)
        last = first + duration - 1
        if last >= len(self.ticks):
            return self.horizon, self.horizon + 1
        return int(self.ticks[first]), int(self.ticks[last]) + 1


def _mode_dates(clocks: list[_Clock], mode: Mode, start: int, ending: int) -> Span:
    if mode.calendar >= 0 and mode.duration:
        return clocks[mode.calendar].dates(mode.duration, start, ending)
    start = max(start, ending - mode.duration)
    return start, start + mode.duration


def tails(problem: Problem) -> list[int]:
    """Least ticks from each task's start to the end of all, by minimum lags and shortest modes."""
    shortest, longest = _durations(problem)
    tail = list(shortest)
    after = _links_by_earlier(problem)
    for task in reversed(topological_order(problem)):
        for link in after[task]:
            ticks = (link.lag or 0) + tail[link.after] + (shortest[task] if link.kind in (Kind.FS, Kind.FF) else 0)
            ticks -= longest[link.after] if link.kind in (Kind.FF, Kind.SF) else 0
            tail[task] = max(tail[task], ticks)
    return tail


def _durations(problem: Problem) -> tuple[list[int], list[int]]:
    """Shortest elapsed time of each task, and the longest (the horizon, where a calendar may stretch it)."""
    longest = [
        max(mode.duration if mode.calendar < 0 or not mode.duration else problem.horizon for mode in task.modes)
        for task in problem.tasks
    ]
    elapsed = least_elapsed(problem)
    return [min(elapsed[mode] for mode in task.modes) for task in problem.tasks], longest


def least_elapsed(problem: Problem) -> dict[Mode, int]:
    """Fewest ticks from start to finish of each mode, over all starts that its calendar allows."""
    clocks = [_Clock(calendar, problem.horizon).ticks for calendar in problem.calendars]
    known: dict[Span, int] = {}
    least = {}
    for mode in {mode for task in problem.tasks for mode in task.modes}:
        key = (mode.calendar if mode.duration else ELAPSED, mode.duration)
        if key not in known:
            known[key] = mode.duration if key[0] < 0 else _least(clocks[key[0]], mode.duration, problem.horizon)
        least[mode] = known[key]
    return least


def _least(ticks: Int, duration: int, horizon: int) -> int:
    if duration > len(ticks):
        return horizon + 1
    return int((ticks[duration - 1 :] - ticks[: len(ticks) - duration + 1]).min()) + 1


def _links_by_earlier(problem: Problem) -> list[list[Link]]:
    after: list[list[Link]] = [[] for _ in problem.tasks]
    for link in problem.links:
        if link.lag is not None:
            after[link.before].append(link)
    return after


def makespan_bound(problem: Problem) -> int:
    """The larger of the longest path and of what the work on each resource needs, in the time of each calendar."""
    dates, tail = earliest_dates(problem), tails(problem)
    head = [start for start, _ in dates]
    best = max((h + t for h, t in zip(head, tail, strict=True)), default=0)
    best = max(best, max((finish for _, finish in dates), default=0))
    elapsed = least_elapsed(problem)
    after = [
        max(tail[number] - min(elapsed[mode] for mode in task.modes), 0) for number, task in enumerate(problem.tasks)
    ]
    return max(best, _longest_work(problem, head, after))


def _longest_work(problem: Problem, head: list[int], after: list[int]) -> int:
    """The best bound by work, over resources and calendars; for the best resource, calendars also go on in others."""
    used = {mode.calendar for task in problem.tasks for mode in task.modes if mode.duration}
    counted = {calendar: _works(problem, calendar) for calendar in sorted(used | {ELAPSED})}
    best, resource = 0, 0
    for counts in counted.values():
        least = _least_counted(problem, counts)
        for index in range(len(problem.resources)):
            found = _work_bound(problem, index, counts, least, head, after)
            best, resource = max((best, resource), (found, index), key=lambda each: each[0])
    for calendar, counts in counted.items():
        for within in counted.values() if best and calendar != ELAPSED else ():
            more = _continued(problem.calendars[calendar], counts, within)
            if not np.array_equal(more, counts):
                least = _least_counted(problem, more)
                best = max(best, _work_bound(problem, resource, more, least, head, after))
    return best


def _works(problem: Problem, calendar: int) -> Bool:
    """Ticks of the horizon at which a calendar works."""
    works = np.full(problem.horizon, calendar == ELAPSED)
    for start, end in problem.calendars[calendar].intervals if calendar != ELAPSED else ():
        works[start:end] = True
    return works


def _continued(calendar: WorkingTime, works: Bool, within: Bool) -> Bool:
    """A calendar's ticks and, as far as another one works, those at which it would work but for its longer breaks.

    Five days a week within six give Saturday its hours too: who works six days then finds no day that does not count.
    """
    starts = np.array([start for start, _ in calendar.intervals])
    if len(starts) < 2:
        return works
    rhythm, more = int(np.bincount(np.diff(starts)).argmax()), works.copy()
    for start, end in calendar.intervals:
        begin = start + rhythm
        while begin < len(works) and not works[begin]:
            more[begin : begin + end - start] |= within[begin : begin + end - start]
            begin += rhythm
    return more


def _passed(counts: Int | Bool) -> Int:
    """What counts before each tick and at the end."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def _least_counted(problem: Problem, counts: Bool) -> dict[Span, Span]:
    """By (calendar, duration) the fewest counted ticks from a mode's start to its finish, and of those it works in."""
    ticks = {ELAPSED: np.arange(problem.horizon)}
    ticks |= {index: _Clock(calendar, problem.horizon).ticks for index, calendar in enumerate(problem.calendars)}
    passed = _passed(counts)
    worked = {calendar: _passed(counts[own]) for calendar, own in ticks.items()}
    least = {}
    for calendar, duration in {(m.calendar, m.duration) for task in problem.tasks for m in task.modes if m.duration}:
        own = ticks[calendar]
        first, last = own[: max(len(own) - duration + 1, 0)], own[duration - 1 :]
        if len(last):
            works = worked[calendar][duration:] - worked[calendar][: len(last)]
            least[calendar, duration] = int((passed[last + 1] - passed[first]).min()), int(works.min())
        else:
            least[calendar, duration] = duration, duration
    return least


def _work_bound(
    problem: Problem, index: int, counts: Bool, least: dict[Span, Span], head: list[int], after: list[int]
) -> int:
    """What the work on a resource needs, in units times counted ticks.

    From a tick on, each task holds the resource for at least its least time less what passes between its head and that
    tick; the tasks that have at least so much after them must be done by so much before the end (Carlier & Latapie 1991
    for one calendar and whole tasks; partial ones as in the energetic reasoning of Erschler, Lopez & Thuriot 1991).
    Any weighting of time gives a bound; here it is 1 in the ticks that count and 0 outside.
    """
    users = [number for number, task in enumerate(problem.tasks) if min(mode.demand[index] for mode in task.modes)]
    users = [number for number in sorted(users, key=lambda user: -after[user]) if _has_work(problem.tasks[number])]
    if not users:
        return 0
    ways = [(mode.demand[index], _held(mode, index, least)) for n in users for mode in problem.tasks[n].modes]
    units, held = np.array(ways, np.int64).T
    pointers = np.cumsum([0, *(len(problem.tasks[number].modes) for number in users[:-1])])
    owner = np.repeat(np.arange(len(users)), [len(problem.tasks[number].modes) for number in users])
    early, rest = np.array([head[number] for number in users]), np.array([after[number] for number in users])
    early = np.minimum(early, problem.horizon)
    passed, offered = _passed(counts), _offered(problem, index, counts)
    best = 0
    for begin in _few(np.unique(early)):
        gone = np.maximum(passed[begin] - passed[early], 0)
        work = np.cumsum(np.minimum.reduceat(units * np.maximum(held - gone[owner], 0), pointers))
        done = np.searchsorted(offered, offered[begin] + work)
        best = max(best, int((done + rest)[work > 0].max(initial=0)))
    return best


def _has_work(task: Task) -> bool:
    return min(mode.duration for mode in task.modes) > 0


def _held(mode: Mode, index: int, least: dict[Span, Span]) -> int:
    """Fewest counted ticks over which a mode holds a resource, that may be free over its breaks."""
    elapsed, worked = least[mode.calendar, mode.duration]
    return worked if any(index == resource for resource, _ in mode.released) else elapsed


def _offered(problem: Problem, index: int, counts: Bool) -> Int:
    """Units times counted ticks that a resource has before each tick, all supplies there at once."""
    resource = problem.resources[index]
    units = np.zeros(problem.horizon, np.int64)
    for tick, number in resource.steps:
        units[tick:] = number + problem.ceiling(index) - resource.peak
    return _passed(units * counts)


def _few(ticks: Int) -> Int:
    """The ticks, or where there are too many to try each, `BEGINS` evenly spaced ones."""
    return ticks[np.linspace(0, len(ticks) - 1, min(len(ticks), BEGINS)).astype(np.int64)]


def _counted_finish(problem: Problem, number: int, dates: Span) -> int:
    """Earliest tick that the weighted completion may count for a task."""
    task = problem.tasks[number]
    if task.omission is None:
        return dates[1]
    work = min(mode.duration for index, mode in enumerate(task.modes) if index != task.omission)
    return min(max(dates[1], dates[0] + work), problem.never)


def stage_bounds(problem: Problem) -> tuple[int, ...]:
    """A lower bound of every objective alone, in the problem's order."""
    return tuple(_stage_bound(problem, stage) for stage in problem.objectives)


def _stage_bound(problem: Problem, stage: Stage) -> int:
    if stage is Stage.MAKESPAN:
        return makespan_bound(problem)
    if stage is Stage.COST:
        return sum(min(mode.cost for mode in task.modes) for task in problem.tasks)
    if stage in (Stage.CHANGE, Stage.PRESENT_COST, Stage.LEVELLING):
        return 0
    dates = earliest_dates(problem)
    finish = [end for _, end in dates]
    if stage is Stage.COMPLETION:
        return sum(
            task.weight * _counted_finish(problem, number, own)
            for number, (task, own) in enumerate(zip(problem.tasks, dates, strict=True))
        )
    return sum(
        task.late_weight * max(0, end - task.due)
        for task, end in zip(problem.tasks, finish, strict=True)
        if task.due is not None
    )
