"""The fourteen points by which the US Defense Contract Management Agency audits a schedule, with its thresholds.

Source: DCMA, Earned Value Management System Program Analysis Pamphlet, DCMA-EA PAM 200.1 (October 2012), section 4; as
explained by R. Winter, DCMA 14-Point Schedule Assessment (2011). Counted are the tasks that are not finished.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

import numpy as np

from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cell_values import Link
from plantwright.model.health import Fault, Finding
from plantwright.model.programme import Programme, Task
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.underway import progress_of, remaining
from plantwright.scheduling.risk import order_of, replay_planned

DAY, WEEK = 24.0, 168.0
FEW = 0.05
LONG_DAYS = 44
"""Working days, two months, beyond which a duration or a float counts as high."""

DELAY_DAYS = 600
"""Working days that the critical path test adds."""

DELAY_WEEKS = 260
"""Weeks by which calendars are prolonged for it."""

ENOUGH = 0.95


@dataclass(frozen=True)
class Audited:
    """What the checks look at: a programme and its schedule."""

    programme: Programme
    schedule: Schedule

    @cached_property
    def unfinished(self) -> tuple[Task, ...]:
        """Tasks that are to be done and are not finished."""
        return tuple(
            task
            for task in self.programme.tasks
            if not progress_of(self.programme, task.id).is_finished and self.schedule.task[task.id].is_done
        )

    @cached_property
    def links(self) -> tuple[tuple[Task, Link], ...]:
        """Links into tasks that are not finished."""
        return tuple((task, link) for task in self.unfinished for link in task.links)

    @property
    def status(self) -> float | None:
        """The status date in hours from the start."""
        return None if self.programme.status_date is None else self.programme.status_date.planned

    @property
    def agreed_finish(self) -> float | None:
        """The baseline's finish, hours from the start."""
        return max((row.finish.planned for row in self.programme.baseline), default=None)

    def planned(self, task: Task) -> ScheduledTask:
        """The task as scheduled."""
        return self.schedule.task[task.id]

    def calendar(self, task: Task) -> Calendar:
        """The task's own calendar."""
        return self.programme.calendars.get(task.calendar, continuous())


def share(
    check: str, name: str, measures: str, threshold: float, found: Iterable[Task], among: int, advice: str
) -> Finding:
    """A check that at most a share of things is at fault; made only where there is something to count."""
    tasks = list(found)
    part = len(tasks) / among if among else 0.0
    limit = "none" if threshold == 0 else f"at most {threshold:.0%}"
    result = f"{len(tasks)} of {among} ({part:.0%})"
    faults = tuple(dict.fromkeys(Fault(task.id, task.row) for task in tasks))
    return Finding(check, name, measures, limit, result, part <= threshold if among else None, faults, advice)


def dcma(programme: Programme, schedule: Schedule) -> tuple[Finding, ...]:
    """The fourteen points in their order."""
    audited = Audited(programme, schedule)
    return (
        *_network(audited), *_dates(audited), *_work(audited), *_performance(audited),
    )  # fmt: skip


def _network(audited: Audited) -> Iterable[Finding]:
    tasks, links = audited.unfinished, audited.links
    followed = {link.predecessor for task in audited.programme.tasks for link in task.links}
    loose = _loose(audited, followed)
    yield share("DCMA 1", "Logic", "tasks without predecessor or successor, the first and the last apart", FEW, loose,
                len(tasks), "link each to what it waits for and to what waits for it")  # fmt: skip
    leads = [task for task, link in links if link.lag.planned < 0]
    yield share("DCMA 2", "Leads", "links with a negative lag", 0.0, leads, len(links),
                "split the predecessor where the successor may begin, and link to its first part")  # fmt: skip
    lags = [task for task, link in links if link.lag.planned > 0]
    yield share("DCMA 3", "Lags", "links with a lag", FEW, lags, len(links),
                "make a task of what happens in the lag, such as curing or delivery")  # fmt: skip
    others = [task for task, link in links if link.kind != "FS"]
    yield share("DCMA 4", "Relationship types", "links that are not finish to start", 0.10, others, len(links),
                "split tasks so that one starts when another is finished")  # fmt: skip


def _loose(audited: Audited, followed: set[str]) -> list[Task]:
    """Tasks without a predecessor or a successor; one of each kind begins and ends every network."""
    first = min(audited.programme.tasks, key=lambda task: audited.planned(task).start, default=None)
    last = max(audited.programme.tasks, key=lambda task: audited.planned(task).finish, default=None)
    return [
        task
        for task in audited.unfinished
        if (not task.links and task is not first) or (task.id not in followed and task is not last)
    ]


def _dates(audited: Audited) -> Iterable[Finding]:
    tasks = audited.unfinished
    hard = [task for task in tasks if task.deadline and task.weight <= 0]
    yield share("DCMA 5", "Hard constraints", "tasks with a deadline that must be kept", FEW, hard, len(tasks),
                "give the deadline a weight: then it tells lateness instead of hiding it")  # fmt: skip
    high = [task for task in tasks if _float_days(audited, task) > LONG_DAYS]
    yield share("DCMA 6", "High float", f"tasks with a total float above {LONG_DAYS} working days", FEW, high,
                len(tasks), "a link to what waits for them is missing, or they may be done later")  # fmt: skip
    late = [task for task in tasks if task.deadline and audited.planned(task).finish > task.deadline.planned + 1e-6]
    yield share("DCMA 7", "Negative float", "tasks that are planned to finish after their deadline", 0.0, late,
                len(tasks), "`replan` says what an earlier finish takes; or agree on a later deadline")  # fmt: skip


def _float_days(audited: Audited, task: Task) -> float:
    calendar, start = audited.calendar(task), audited.planned(task).start
    hours = float(calendar.worked(start + audited.planned(task).total_float) - calendar.worked(start))
    return hours / calendar.hours_per_day


def _work(audited: Audited) -> Iterable[Finding]:
    tasks = audited.unfinished
    long = [task for task in tasks if _duration_days(audited, task) > LONG_DAYS]
    yield share("DCMA 8", "High duration", f"tasks that last more than {LONG_DAYS} working days", FEW, long, len(tasks),
                "split them where their progress can be seen, a lead time at drawing, test and delivery")  # fmt: skip
    wrong = [] if audited.status is None else [task for task in audited.programme.tasks if _is_invalid(audited, task)]
    yield share("DCMA 9", "Invalid dates", "work that is planned before the status date, or done after it", 0.0, wrong,
                len(audited.programme.tasks), "correct the dates in progress.csv")  # fmt: skip
    bare = [task for task in tasks if _is_bare(audited, task)]
    yield share("DCMA 10", "Resources", "tasks of a day or more that take no resource and cost nothing", 0.0, bare,
                len(tasks), "name the crews that they take, or their cost")  # fmt: skip


def _duration_days(audited: Audited, task: Task) -> float:
    mode = audited.planned(task).mode_of(task)
    return mode.duration.planned / audited.calendar(task).hours_per_day


def _is_invalid(audited: Audited, task: Task) -> bool:
    done, planned, status = progress_of(audited.programme, task.id), audited.planned(task), audited.status or 0.0
    if done.is_finished:
        return planned.finish > status
    if done.is_started:
        return planned.start > status or planned.finish < status
    return planned.is_done and planned.start < status


def _is_bare(audited: Audited, task: Task) -> bool:
    mode = audited.planned(task).mode_of(task)
    costs = mode.needs or task.equipment or mode.cost.planned > 0
    return not costs and _duration_days(audited, task) >= 1


def _performance(audited: Audited) -> Iterable[Finding]:
    yield _missed(audited)
    yield critical_path_test(audited)
    yield _critical_path_length(audited)
    yield _baseline_execution(audited)


def _due(audited: Audited) -> list[Task]:
    """Tasks that the baseline has finished by the status date."""
    agreed, status = audited.programme.baseline_of, audited.status
    tasks = audited.programme.tasks if status is not None else ()
    return [task for task in tasks if task.id in agreed and agreed[task.id].finish.planned <= (status or 0.0)]


def _missed(audited: Audited) -> Finding:
    due, agreed = _due(audited), audited.programme.baseline_of
    late = [task for task in due if audited.planned(task).finish > agreed[task.id].finish.planned + 1 / 60]
    return share("DCMA 11", "Missed tasks", "tasks due by the status date that finish after their baseline", FEW, late,
                 len(due), "find out why, and whether the same will happen to those that follow")  # fmt: skip


def critical_path_test(audited: Audited) -> Finding:
    """Add 600 working days to the first critical task that is not finished: the last finish has to move as much."""
    name, measures = "Critical path test", f"how far {DELAY_DAYS} days more for a critical task move the finish"
    advice = "something holds the finish by a date instead of a link: look at the tasks behind the delayed one"
    tasks = [task for task in audited.unfinished if audited.planned(task).critical]
    if not tasks:
        return Finding("DCMA 12", name, measures, "as far as the task", "no task is critical", None, (), advice)
    task = min(tasks, key=lambda each: (audited.planned(each).start, each.id))
    own, last = _delayed(audited, task)
    passed = last >= own - 1 / 60
    result = f"{task.id} moves by {own / DAY:,.0f} days, the finish by {last / DAY:,.0f}"
    faults = () if passed else (Fault(task.id, task.row),)
    return Finding("DCMA 12", name, measures, "as far as the task", result, passed, faults, advice)


def _delayed(audited: Audited, task: Task) -> tuple[float, float]:
    """How far a task's finish and the last finish move (hours) when the task is made longer and all is dated anew."""
    left = remaining(audited.programme)
    # Calendars end in time without breaks, which would swallow the delay: here they go on as in their last year.
    left = replace(left, calendars={name: _gone_on(each) for name, each in left.calendars.items()})
    order = order_of(left, audited.schedule)
    number = [each.id for each in left.tasks].index(task.id)
    hours = DELAY_DAYS * audited.calendar(task).hours_per_day
    own = left.tasks[number]
    longer = tuple(
        replace(mode, duration=replace(mode.duration, planned=mode.duration.planned + hours)) for mode in own.modes
    )
    tasks = (*left.tasks[:number], replace(own, modes=longer, pauses=True), *left.tasks[number + 1 :])
    before, after = (replay_planned(each, order).finish[0] for each in (left, replace(left, tasks=tasks)))
    return float(after[number] - before[number]), float(after.max() - before.max())


def _gone_on(calendar: Calendar) -> Calendar:
    """The calendar with its last year, or as much as it has, repeated for as long as the test's delay may last."""
    end = float(calendar.starts[-1])
    weeks = min(int(end / WEEK), 52)
    if not weeks:
        return calendar
    again = range(1, ceil(DELAY_WEEKS / weeks) + 1)
    inside = calendar.starts >= end - weeks * WEEK
    inside[-1] = False
    starts, ends = calendar.starts[inside], calendar.ends[inside]
    opens = end + again[-1] * weeks * WEEK
    return replace(
        calendar,
        starts=np.concatenate([calendar.starts[:-1], *(starts + n * weeks * WEEK for n in again), [opens]]),
        ends=np.concatenate([calendar.ends[:-1], *(ends + n * weeks * WEEK for n in again), [np.inf]]),
    )


def _critical_path_length(audited: Audited) -> Finding:
    name, measures = "Critical path length index", "(length to the finish + float to the baseline's finish) / length"
    agreed, from_ = audited.agreed_finish, audited.status or 0.0
    length = audited.schedule.finish - from_
    if agreed is None or length <= 0:
        return Finding("DCMA 13", name, measures, f"at least {ENOUGH}", "no baseline", None, (), "save a baseline")
    index = (length + agreed - audited.schedule.finish) / length
    critical = [task for task in audited.unfinished if audited.planned(task).critical]
    faults = tuple(Fault(task.id, task.row) for task in critical) if index < ENOUGH else ()
    advice = "the rest has to go faster than planned: shorten the critical tasks, or agree on a later finish"
    return Finding("DCMA 13", name, measures, f"at least {ENOUGH}", f"{index:.2f}", index >= ENOUGH, faults, advice)


def _baseline_execution(audited: Audited) -> Finding:
    name, measures = "Baseline execution index", "tasks finished / tasks that the baseline has finished by now"
    due = _due(audited)
    advice = "finish what is open, the critical tasks first"
    if not due:
        return Finding("DCMA 14", name, measures, f"at least {ENOUGH}", "nothing was due", None, (), advice)
    finished = sum(progress_of(audited.programme, task.id).is_finished for task in audited.programme.tasks)
    open_ = [task for task in due if not progress_of(audited.programme, task.id).is_finished]
    index = finished / len(due)
    faults = tuple(Fault(task.id, task.row) for task in open_) if index < ENOUGH else ()
    result = f"{index:.2f} ({finished} of {len(due)})"
    return Finding("DCMA 14", name, measures, f"at least {ENOUGH}", result, index >= ENOUGH, faults, advice)
