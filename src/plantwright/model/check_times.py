"""Rules about when tasks can happen at all: by links, lags, releases and calendars, resources left out.

What only a search can tell (resources, budget) is found by `scheduling`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from plantwright.model.calendars import Calendar, continuous, shared_time
from plantwright.model.cell_values import Link
from plantwright.model.draft import Draft
from plantwright.model.issues import Issue
from plantwright.model.programme import Mode, Programme, Task
from plantwright.model.underway import remaining

HOUR = 1e-4
DAY = 24.0


def no_shared_time(draft: Draft) -> Iterator[Issue]:
    """A task's calendar and those of what it takes work together at some time before the horizon."""
    programme = draft.programme
    for task in programme.tasks if draft.dated and programme.horizon > programme.start else ():
        for mode in task.modes:
            calendar = _calendar(programme, task, mode)
            if mode.duration.planned > 0 and not calendar.is_continuous and _opens(calendar) > programme.horizon_hours:
                names = ", ".join(sorted(_calendars(programme, task, mode)))
                said = f"the calendars of the task and of what it takes never work at the same time: {names}"
                yield Issue("tasks.csv", mode.row or task.row, "calendar", said, "choose calendars that share shifts")


def _calendars(programme: Programme, task: Task, mode: Mode) -> set[str]:
    known = programme.resource
    return {task.calendar, *(known[need.id].calendar for need in mode.needs if need.id in known)} - {"always"}


def _calendar(programme: Programme, task: Task, mode: Mode) -> Calendar:
    found = [programme.calendars.get(name, continuous(name)) for name in sorted(_calendars(programme, task, mode))]
    stopping = [calendar for calendar in found if not calendar.is_continuous]
    return reduce(shared_time, stopping) if stopping else continuous()


def _opens(calendar: Calendar) -> float:
    return float(calendar.starts[0])


@dataclass(slots=True)
class _Times:
    """Earliest start and finish of tasks in hours, and which task each waits for."""

    start: dict[str, float] = field(default_factory=dict)
    finish: dict[str, float] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    def path(self, task: str) -> str:
        """The chain of tasks that leads to one, in words."""
        chain = [task]
        while chain[-1] in self.because:
            chain.append(self.because[chain[-1]])
        return " -> ".join(reversed(chain))


def deadlines_reachable(draft: Draft) -> Iterator[Issue]:
    """A deadline that must be kept is not before the earliest finish by links, releases and calendars."""
    left = remaining(draft.programme)
    order = _in_order(left)
    if not draft.dated or order is None:
        return
    times = _earliest(left, order)
    for task in left.tasks:
        after_release = not task.release or not task.deadline or task.deadline.planned > task.release.planned
        if task.deadline and not task.weight and after_release and times.finish[task.id] > task.deadline.planned + HOUR:
            days = (times.finish[task.id] - task.deadline.planned) / DAY
            earliest = draft.programme.moment(times.finish[task.id])
            said = (
                f"the earliest finish is {earliest:%Y-%m-%d %H:%M}, {days:.1f} days after the deadline, "
                f"even with every resource at hand: {times.path(task.id)}"
            )
            remedy = "write a later deadline, shorten the chain, or give it a weight: then it may be missed"
            yield Issue("tasks.csv", task.row, "deadline", said, remedy)


def _earliest(programme: Programme, order: list[Task]) -> _Times:
    times = _Times()
    for task in order:
        release = max(task.release.planned if task.release else 0.0, task.not_before)
        start, finish = _linked(programme, times, task, release, 0.0)
        calendar = programme.calendars.get(task.calendar, continuous())
        shortest = min(mode.duration.planned for mode in task.modes)
        times.start[task.id] = float(calendar.next_working(start)) if shortest > 0 else start
        times.finish[task.id] = max(finish, float(calendar.after_work(times.start[task.id], shortest)))
    return times


def lags_agree(draft: Draft) -> Iterator[Issue]:
    """What has to happen between two tasks takes no longer than the greatest lag between them."""
    programme, order = draft.programme, _in_order(draft.programme)
    for task in programme.tasks if order is not None else ():
        for link in task.links:
            if link.max_lag is None or link.predecessor not in programme.task or order is None:
                continue
            least, path = _least_between(programme, order, link, task.id)
            if least > link.max_lag.planned + HOUR:
                said = (
                    f"at least {least / DAY:.1f} days pass after '{link.predecessor}', "
                    f"more than the greatest lag of {link.max_lag.planned / DAY:.1f} days: {path}"
                )
                yield Issue("tasks.csv", task.row, "predecessors", said, "write a greater lag, or take out a link")


def _least_between(programme: Programme, order: list[Task], tie: Link, last: str) -> tuple[float, str]:
    """Least elapsed hours from the tied end of a link's predecessor to that of task `last`, and the chain between."""
    first = programme.task[tie.predecessor]
    times = _Times()
    never = float("-inf")
    for task in order:
        start, finish = never, never
        if task is first:
            start, finish = (0.0, never) if tie.kind[0] == "S" else (never, 0.0)
        start, finish = _linked(programme, times, task, start, finish)
        durations = [mode.duration.planned for mode in task.modes]
        if task is not first and task.calendar == "always" and not any(mode.needs for mode in task.modes):
            start = max(start, finish - max(durations))
        times.start[task.id], times.finish[task.id] = start, max(finish, start + min(durations))
    return (times.finish if tie.kind[1] == "F" else times.start)[last], times.path(last)


def _linked(programme: Programme, times: _Times, task: Task, start: float, finish: float) -> tuple[float, float]:
    """The bounds of a task's start and finish raised to what its links ask; notes which predecessor asks for most."""
    for link in _known_links(programme, task):
        moment = link.lag.planned + (times.finish if link.kind[0] == "F" else times.start)[link.predecessor]
        if moment > (start if link.kind[1] == "S" else finish):
            times.because[task.id] = link.predecessor
        start = max(start, moment) if link.kind[1] == "S" else start
        finish = max(finish, moment) if link.kind[1] == "F" else finish
    return start, finish


def _known_links(programme: Programme, task: Task) -> list[Link]:
    return [link for link in task.links if link.predecessor in programme.task]


def _in_order(programme: Programme) -> list[Task] | None:
    """The tasks, each after its predecessors; None where they wait for each other in a circle."""
    waiting: Mapping[str, set[str]] = {
        task.id: {link.predecessor for link in _known_links(programme, task)} for task in programme.tasks
    }
    after: dict[str, list[str]] = {task.id: [] for task in programme.tasks}
    for task, before in waiting.items():
        for each in before:
            after[each].append(task)
    order = [task.id for task in programme.tasks if not waiting[task.id]]
    for done in order:
        for later in after[done]:
            waiting[later].discard(done)
            if not waiting[later]:
                order.append(later)
    return [programme.task[name] for name in order] if len(order) == len(programme.tasks) else None


def shifts_long_enough(draft: Draft) -> Iterator[Issue]:
    """A mode of a task that may not pause fits into some shift before the horizon."""
    programme = draft.programme
    for task in programme.tasks if draft.dated else ():
        for mode in task.modes if not task.pauses else ():
            calendar = _calendar(programme, task, mode)
            if calendar.is_continuous:
                continue
            lengths = (calendar.ends - calendar.starts)[calendar.starts < programme.horizon_hours]
            longest = float(lengths.max(initial=0.0))
            if 0 < longest < mode.duration.planned - HOUR:
                said = f"it takes {mode.duration.planned:g} h without a break, the longest shift has {longest:g} h"
                remedy = "let it pause, choose another calendar, or part the task"
                yield Issue("tasks.csv", mode.row or task.row, "pauses", said, remedy)


def released_resources_are_taken(draft: Draft) -> Iterator[Issue]:
    """What a task releases over breaks it takes in some mode, and it does pause."""
    for task in draft.programme.tasks:
        taken = {need.id for mode in task.modes for need in mode.needs}
        for each in task.released:
            if each.id not in taken and each.id in draft.programme.resource:
                said, remedy = f"the task does not take '{each.id}'", "take it out, or add it to the resources"
                yield Issue("tasks.csv", task.row, "released", said, remedy, "warning")
        if task.released and not task.pauses:
            said = "the task does not pause, so it releases nothing"
            yield Issue("tasks.csv", task.row, "released", said, "take it out, or let the task pause", "warning")


RULES = (no_shared_time, shifts_long_enough, released_resources_are_taken, deadlines_reachable, lags_agree)
