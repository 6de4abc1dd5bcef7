"""A schedule as Microsoft Project XML: the order of elements is that of Microsoft's published schema (mspdi_pj12.xsd).

Durations are working time, lags elapsed time in tenths of a minute, amounts of money hundredths. What Project has no
field for stands in custom text fields whose names begin with `Plantwright`; `project` reads them back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from plantwright.exchange.network import DAY_MINUTES, Spans, WorkCalendar
from plantwright.exchange.project import KINDS
from plantwright.exchange.starts import levelling_delay
from plantwright.exchange.weeks import runs_of_days, week_and_days
from plantwright.model.calendars import Calendar, continuous
from plantwright.model.programme import Mode, Programme, Resource, Task
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.underway import progress_of, remaining_work, share_done
from plantwright.model.usage import capacity_steps

NAMESPACE = "http://schemas.microsoft.com/project"
TASK_FIELDS = {"id": ("188743731", "Text1"), "party": ("188743734", "Text2"), "payer": ("188743737", "Text3"),
               "area": ("188743740", "Text4"), "weight": ("188743743", "Text5")}  # fmt: skip
POOL_FIELDS = {"id": ("205520904", "Text1"), "party": ("205520905", "Text2"), "kind": ("205520926", "Text3")}
LONG_AGO, LONG_AFTER = "1984-01-01T00:00:00", "2049-12-31T23:59:00"
DAYS, ELAPSED_DAYS, HOURS, ELAPSED_HOURS = 7, 8, 5, 6
SNET = 4
ALWAYS = "always"
LONGEST_NAME = 512
_NOT_IN_POOLS = re.compile(r"[\[\],;]")
"""Signs that Project does not take in a resource's name, where they part one resource from the next."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Line:
    """A line of the outline: a task, or the summary of an area."""

    number: str
    level: int
    name: str
    task: Task | None


def project_xml(programme: Programme, schedule: Schedule) -> str:
    """Return a schedule as the text of a Microsoft Project XML file; each task in the mode that was chosen."""
    root = Element("Project", {"xmlns": NAMESPACE})
    calendars = {ALWAYS: continuous(), **programme.calendars}
    uids = {name: uid for uid, name in enumerate(calendars, start=1)}
    usual = _usual_calendar(programme, uids)
    _head(root, programme, schedule, calendars[usual], uids[usual])
    _fields(root)
    _calendars(root, programme, calendars, uids)
    lines = list(_outline(programme))
    task_uids = {line.task.id: uid for uid, line in enumerate(lines, start=1) if line.task}
    _tasks(root, programme, schedule, lines, task_uids, uids)
    pools = [each for each in programme.resources if each.kind != "budget"]
    pool_uids = {pool.id: uid for uid, pool in enumerate(pools, start=1)}
    resources = SubElement(root, "Resources")
    for pool in pools:
        _resource(resources, programme, schedule, pool, pool_uids[pool.id], len(uids) + pool_uids[pool.id])
    _assignments(root, programme, schedule, task_uids, pool_uids)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _add(parent: Element, **values: object) -> None:
    """Add leaves in the order given; None adds none."""
    for name, value in values.items():
        if value is not None:
            SubElement(parent, name).text = _legal(str(int(value) if isinstance(value, bool) else value))


def _legal(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def _named(text: str) -> str:
    return text[:LONGEST_NAME]


def _pool_name(pool: Resource) -> str:
    return _named(" ".join(_NOT_IN_POOLS.sub(" ", pool.name or pool.id).split()))


def _usual_calendar(programme: Programme, uids: Mapping[str, int]) -> str:
    used = Counter(task.calendar for task in programme.tasks if task.calendar != ALWAYS)
    return max(used, key=lambda name: (used[name], -uids[name]), default=ALWAYS)


def _head(root: Element, programme: Programme, schedule: Schedule, usual: Calendar, uid: int) -> None:
    _add(
        root, SaveVersion=12, Name=programme.name, Title=programme.name, Subject=_named(programme.site) or None,
        ScheduleFromStart=1, StartDate=_moment(programme, 0.0), FinishDate=_moment(programme, schedule.finish),
        CriticalSlackLimit=0, CurrencyDigits=2, CurrencySymbol=programme.currency, CurrencyCode=programme.currency,
        CalendarUID=uid, MinutesPerDay=round(usual.hours_per_day * 60), MinutesPerWeek=round(usual.hours_per_week * 60),
        DaysPerMonth=20, DefaultTaskType=1, DurationFormat=DAYS, WorkFormat=2, HonorConstraints=1,
        NewTasksEffortDriven=0, NewTasksEstimated=0,
        StatusDate=_moment(programme, programme.status_date.planned) if programme.status_date else None,
    )  # fmt: skip


def _fields(root: Element) -> None:
    fields = SubElement(root, "ExtendedAttributes")
    for own in (TASK_FIELDS, POOL_FIELDS):
        for name, (number, field) in own.items():
            _add(SubElement(fields, "ExtendedAttribute"), FieldID=number, FieldName=field, Alias=f"Plantwright {name}")


def _own(parent: Element, fields: Mapping[str, tuple[str, str]], **values: str) -> None:
    for name, value in values.items():
        if value:
            _add(SubElement(parent, "ExtendedAttribute"), FieldID=fields[name][0], Value=value)


def _calendars(root: Element, programme: Programme, calendars: Mapping[str, Calendar], uids: Mapping[str, int]) -> None:
    """Base calendars, and one derived from its base for each resource, as Project wants it."""
    parent = SubElement(root, "Calendars")
    for name, calendar in calendars.items():
        _calendar(parent, uids[name], week_and_days(calendar, programme.start))
    pools = [each for each in programme.resources if each.kind != "budget"]
    for uid, pool in enumerate(pools, start=len(uids) + 1):
        _add(SubElement(parent, "Calendar"), UID=uid, Name=_pool_name(pool), IsBaseCalendar=0,
             BaseCalendarUID=uids[pool.calendar])  # fmt: skip


def _calendar(parent: Element, uid: int, calendar: WorkCalendar) -> None:
    element = SubElement(parent, "Calendar")
    _add(element, UID=uid, Name=calendar.name, IsBaseCalendar=1, BaseCalendarUID=-1)
    week = SubElement(element, "WeekDays")
    for sunday_first in range(1, 8):
        day = SubElement(week, "WeekDay")
        spans = calendar.week[(sunday_first - 2) % 7]
        _add(day, DayType=sunday_first, DayWorking=bool(spans))
        _working_times(day, spans)
    runs = runs_of_days(calendar.days)
    exceptions = SubElement(element, "Exceptions") if runs else element
    for first, last, spans in runs:
        exception = SubElement(exceptions, "Exception")
        _add(exception, EnteredByOccurrences=0)
        _add(SubElement(exception, "TimePeriod"), FromDate=f"{first}T00:00:00", ToDate=f"{last}T23:59:00")
        name = "open" if spans else "closed"
        _add(exception, Occurrences=(last - first).days + 1, Name=name, Type=1, DayWorking=bool(spans))
        _working_times(exception, spans)


def _working_times(parent: Element, spans: Spans) -> None:
    times = SubElement(parent, "WorkingTimes") if spans else parent
    for begin, end in spans:
        _add(SubElement(times, "WorkingTime"), FromTime=_clock(begin), ToTime=_clock(end))


def _clock(minutes: int) -> str:
    minutes %= DAY_MINUTES  # midnight at the end of a day is written as that at its start
    return f"{minutes // 60:02}:{minutes % 60:02}:00"


def _outline(programme: Programme) -> Iterator[_Line]:
    """The tasks by area, areas within areas as their names' ` / ` say, in the order of their first tasks."""
    tree: dict[str, object] = {}
    for task in programme.tasks:
        branch = tree
        for part in _path(task.area):
            branch = branch.setdefault(f"area {part}", {})  # type: ignore[assignment]
        branch[f"task {task.id}"] = task
    yield from _numbered(tree, "", 1)


def _path(area: str) -> list[str]:
    return [part for each in area.split(" / ") if (part := " ".join(each.split()))]


def _numbered(tree: Mapping[str, object], prefix: str, level: int) -> Iterator[_Line]:
    for position, (key, below) in enumerate(tree.items(), start=1):
        number = f"{prefix}{position}"
        if isinstance(below, Task):
            yield _Line(number, level, below.name, below)
        elif isinstance(below, dict):
            yield _Line(number, level, key.removeprefix("area "), None)
            yield from _numbered(below, f"{number}.", level + 1)


def _tasks(
    root: Element, programme: Programme, schedule: Schedule, lines: Sequence[_Line], uids: Mapping[str, int],
    calendars: Mapping[str, int],
) -> None:  # fmt: skip
    parent = SubElement(root, "Tasks")
    for uid, line in enumerate(lines, start=1):
        element = SubElement(parent, "Task")
        if line.task is None:
            below = [each.task for each in lines[uid:] if each.task and each.number.startswith(f"{line.number}.")]
            _summary(element, programme, uid, line, [schedule.task[task.id] for task in below])
        else:
            _task(element, programme, schedule, line, line.task, uids, calendars)


def _summary(element: Element, programme: Programme, uid: int, line: _Line, below: Sequence[ScheduledTask]) -> None:
    _add(
        element, UID=uid, ID=uid, Name=_named(line.name), Type=1, IsNull=0, WBS=line.number, OutlineNumber=line.number,
        OutlineLevel=line.level, Priority=500, Start=_moment(programme, min(each.start for each in below)),
        Finish=_moment(programme, max(each.finish for each in below)), EffortDriven=0, Milestone=0, Summary=1,
        Critical=any(each.critical for each in below),
    )  # fmt: skip


def _task(
    element: Element, programme: Programme, schedule: Schedule, line: _Line, task: Task, uids: Mapping[str, int],
    calendars: Mapping[str, int],
) -> None:  # fmt: skip
    done, mode = schedule.task[task.id], schedule.task[task.id].mode_of(task)
    hours = mode.duration.planned
    elapsed = task.calendar == ALWAYS and not mode.needs
    cost = mode.cost.planned + mode.equipment_cost
    _add(
        element, UID=uids[task.id], ID=uids[task.id], Name=_named(task.name), Type=1, IsNull=0,
        Contact=_party_name(programme, task.party), WBS=line.number, OutlineNumber=line.number,
        OutlineLevel=line.level, Priority=500, Start=_moment(programme, done.start),
        Finish=_moment(programme, done.finish), Duration=duration(hours),
        DurationFormat=ELAPSED_DAYS if elapsed else HOURS if task.calendar == ALWAYS else DAYS, EffortDriven=0,
        Estimated=0, Milestone=task.milestone or not hours, Summary=0, Critical=done.critical,
        FreeSlack=_tenths(done.free_float), TotalSlack=_tenths(done.total_float),
        FixedCost=_money(cost), FixedCostAccrual=3, PercentComplete=round(share_done(programme, task) * 100),
        **_happened(programme, task), ConstraintType=SNET if task.release else 0, CalendarUID=calendars[task.calendar],
        ConstraintDate=_moment(programme, task.release.planned) if task.release else None,
        Deadline=_moment(programme, task.deadline.planned) if task.deadline else None,
        LevelAssignments=1, LevelingCanSplit=0,
        LevelingDelay=_tenths(levelling_delay(programme, schedule, task, mode)), LevelingDelayFormat=ELAPSED_DAYS,
        IgnoreResourceCalendar=0, Notes=_notes(task, mode, programme) or None,
    )  # fmt: skip
    for link in task.links:
        lag = link.lag.planned
        _add(
            SubElement(element, "PredecessorLink"), PredecessorUID=uids[link.predecessor], Type=KINDS.index(link.kind),
            CrossProject=0, LinkLag=round(lag * 600), LagFormat=ELAPSED_HOURS if lag else DAYS,
        )  # fmt: skip
    plain = " / ".join(_path(task.area)) == task.area
    weight = f"{task.weight:.10g}" if task.deadline else ""
    _own(element, TASK_FIELDS, id=task.id, party=task.party, payer=task.payer, area="" if plain else task.area,
         weight=weight)  # fmt: skip
    agreed = programme.baseline_of.get(task.id)
    if agreed:
        _add(
            SubElement(element, "Baseline"), Number=0, Start=_moment(programme, agreed.start.planned),
            Finish=_moment(programme, agreed.finish.planned), Cost=_money(agreed.cost.planned),
        )  # fmt: skip


def _happened(programme: Programme, task: Task) -> dict[str, object]:
    """Actual dates, cost and what is left of a task that has started."""
    done = progress_of(programme, task.id)
    if done.actual_start is None:
        return {}
    return {
        "ActualStart": _moment(programme, done.actual_start.planned),
        "ActualFinish": _moment(programme, done.actual_finish.planned) if done.actual_finish else None,
        "ActualCost": _money(done.actual_cost.planned) if done.actual_cost else None,
        "RemainingDuration": duration(remaining_work(programme, task).planned),
    }


def _party_name(programme: Programme, party: str) -> str | None:
    return programme.party[party].name if party in programme.party else party or None


def _notes(task: Task, mode: Mode, programme: Programme) -> str:
    """What Project has no place for, in words."""
    said = [f"mode {mode.name}"] if len(task.modes) > 1 else []
    said += [f"buys {each.amount.planned:g} {each.id}" for each in task.equipment]
    said += [f"delivers {each.amount.planned:g} of {each.kind} {each.target}" for each in task.delivers]
    budgets = {each.id for each in programme.resources if each.kind == "budget"}
    said += [f"takes {each.amount.planned:,.2f} of {each.id}" for each in mode.needs if each.id in budgets]
    return "; ".join(said)


def _resource(
    parent: Element, programme: Programme, schedule: Schedule, pool: Resource, uid: int, calendar: int
) -> None:
    element = SubElement(parent, "Resource")
    steps = capacity_steps(programme, schedule, pool)
    _add(
        element, UID=uid, ID=uid, Name=_pool_name(pool), Type=1, IsNull=0,
        MaxUnits=_units(max((units for _, units in steps), default=0.0)), CanLevel=1, AccrueAt=3,
        StandardRate=_units(pool.cost.planned), StandardRateFormat=2, CalendarUID=calendar,
    )  # fmt: skip
    _own(element, POOL_FIELDS, id=pool.id, party=pool.party, kind=pool.kind)
    periods = SubElement(element, "AvailabilityPeriods") if steps else element
    for (at, units), (until, _) in zip(steps, [*steps[1:], (None, 0.0)], strict=True):
        last = LONG_AFTER if until is None else _stamp(programme.moment(until) - timedelta(minutes=1))
        _add(
            SubElement(periods, "AvailabilityPeriod"), AvailableFrom=_moment(programme, at) if at > 0 else LONG_AGO,
            AvailableTo=last, AvailableUnits=_units(units),
        )  # fmt: skip


def _assignments(
    root: Element, programme: Programme, schedule: Schedule, tasks: Mapping[str, int], pools: Mapping[str, int]
) -> None:
    parent = SubElement(root, "Assignments")
    uid = 0
    for task in programme.tasks:
        done, mode = schedule.task[task.id], schedule.task[task.id].mode_of(task)
        for need in mode.needs:
            if need.id in pools and need.amount.planned > 0:
                uid += 1
                _add(
                    SubElement(parent, "Assignment"), UID=uid, TaskUID=tasks[task.id], ResourceUID=pools[need.id],
                    Finish=_moment(programme, done.finish), Start=_moment(programme, done.start),
                    Units=_units(need.amount.planned), Work=duration(mode.duration.planned * need.amount.planned),
                )  # fmt: skip


def duration(hours: float) -> str:
    """Return hours as the schema writes a duration, to the second: `PT40H30M0S`."""
    seconds = round(hours * 3600)
    return f"PT{seconds // 3600}H{seconds // 60 % 60}M{seconds % 60}S"


def _moment(programme: Programme, hours: float) -> str:
    return _stamp(programme.moment(round(hours * 3600) / 3600))


def _stamp(when: datetime) -> str:
    return f"{(when + timedelta(milliseconds=500)).replace(microsecond=0):%Y-%m-%dT%H:%M:%S}"


def _tenths(hours: float) -> int:
    return round(hours * 600) if isfinite(hours) else 0


def _units(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _money(amount: float) -> str:
    return _units(amount * 100)
