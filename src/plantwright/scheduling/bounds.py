"""Bounds that need no search: heads, tails, and the least makespan by links and by the work on each resource.

Heads and tails ignore resources and calendars' breaks where these could only lengthen them, so they hold for all modes.
"""

from __future__ import annotations

from plantwright.scheduling.arrays import topological_order
from plantwright.scheduling.problem import Kind, Link, Problem, Resource, Stage

Span = tuple[int, int]


def heads(problem: Problem) -> list[int]:
    """Earliest start of each task in ticks, by releases, minimum lags and shortest modes."""
    shortest, longest = _durations(problem)
    head = [task.release for task in problem.tasks]
    after = _links_by_earlier(problem)
    for task in topological_order(problem):
        for link in after[task]:
            # A finish is at least a start plus the shortest mode; an end tied by its finish may start earlier than that.
            tick = head[task] + (link.lag or 0) + (shortest[task] if link.kind in (Kind.FS, Kind.FF) else 0)
            tick -= longest[link.after] if link.kind in (Kind.FF, Kind.SF) else 0
            head[link.after] = max(head[link.after], tick)
    return head


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
    shortest = [min(mode.duration for mode in task.modes) for task in problem.tasks]
    longest = [
        max(mode.duration if mode.calendar < 0 or not mode.duration else problem.horizon for mode in task.modes)
        for task in problem.tasks
    ]
    return shortest, longest


def _links_by_earlier(problem: Problem) -> list[list[Link]]:
    after: list[list[Link]] = [[] for _ in problem.tasks]
    for link in problem.links:
        if link.lag is not None:
            after[link.before].append(link)
    return after


def makespan_bound(problem: Problem) -> int:
    """The larger of the longest path and, for each resource, head + work / capacity + tail over sets of tasks.

    The set of tasks with head at least a and tail after finish at least b needs a + work / peak capacity + b ticks
    (Carlier & Latapie 1991, for one resource taken as one machine of its capacity).
    """
    head, tail = heads(problem), tails(problem)
    best = max((h + t for h, t in zip(head, tail, strict=True)), default=0)
    for index, resource in enumerate(problem.resources):
        best = max(best, _work_bound(problem, index, resource, head, tail))
    return best


def _work_bound(problem: Problem, index: int, resource: Resource, head: list[int], tail: list[int]) -> int:
    rows = []
    for number, task in enumerate(problem.tasks):
        energy = min(mode.duration * mode.demand[index] for mode in task.modes)
        if energy:
            after = tail[number] - min(mode.duration for mode in task.modes)
            rows.append((head[number], max(after, 0), energy))
    rows.sort(key=lambda row: -row[1])
    best = 0
    for begin in sorted({row[0] for row in rows}):
        energy = 0
        for early, after, own in rows:
            if early >= begin:
                energy += own
                best = max(best, begin + -(-energy // max(resource.peak, 1)) + after)
    return best


def stage_bounds(problem: Problem) -> tuple[int, ...]:
    """A lower bound of every objective alone, in the problem's order."""
    return tuple(_stage_bound(problem, stage) for stage in problem.objectives)


def _stage_bound(problem: Problem, stage: Stage) -> int:
    if stage is Stage.MAKESPAN:
        return makespan_bound(problem)
    if stage is Stage.COST:
        return sum(min(mode.cost for mode in task.modes) for task in problem.tasks)
    if stage is Stage.CHANGE:
        return 0
    finish = [
        head + min(mode.duration for mode in task.modes)
        for head, task in zip(heads(problem), problem.tasks, strict=True)
    ]
    if stage is Stage.COMPLETION:
        return sum(task.weight * end for task, end in zip(problem.tasks, finish, strict=True))
    return sum(
        max(task.weight, 1) * max(0, end - task.due)
        for task, end in zip(problem.tasks, finish, strict=True)
        if task.due is not None
    )
