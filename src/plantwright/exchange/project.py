"""Microsoft Project XML (MSPDI) read as a network.

Meaning of the elements: Microsoft's reference of the Project XML Data Interchange Schema, "Task Elements and XML
Structure" and its like. Lags are tenths of a minute, amounts of money hundredths, rates by the hour.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from plantwright.exchange.markup import Document
from plantwright.exchange.network import (
    ELAPSED,
    Activity,
    Agreed,
    Assignment,
    Done,
    LinkKind,
    Network,
    Pool,
    Tie,
    WorkCalendar,
)
from plantwright.exchange.project_calendars import NO_CALENDAR, Window, calendars_of, same_time
from plantwright.exchange.records import Record, hours, moment, number
from plantwright.model.issues import Issue

LEFT_OUT = frozenset(("TimephasedData",))
OWN_FIELDS = {"plantwright id": "id", "plantwright party": "party", "plantwright payer": "payer",
              "plantwright area": "area", "plantwright kind": "kind", "plantwright weight": "weight"}  # fmt: skip
"""Aliases of the custom fields that hold what Project has no field for; `project_writer` writes them."""

KINDS: tuple[LinkKind, ...] = ("FF", "FS", "SF", "SS")
ELAPSED_FORMATS = frozenset((4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52))
PERCENT_FORMATS = frozenset((19, 20, 51, 52))
WORK, MATERIAL, COST = 1, 0, 2
ALAP, MSO, MFO, SNET, SNLT, FNET, FNLT = 1, 2, 3, 4, 5, 6, 7
CONSTRAINTS = {
    ALAP: "as late as possible", MSO: "must start on", MFO: "must finish on", SNLT: "start no later than",
    FNET: "finish no earlier than",
}  # fmt: skip
DEEPEST = 50
"""Levels that an outline may have."""

MOST_UNFOLDED = 400
"""Links that one link of a summary task may unfold to."""

_READ_PARTS = frozenset(("Calendars", "Tasks", "Resources", "Assignments", "ExtendedAttributes"))
_READ_TASK_PARTS = frozenset(("PredecessorLink", "ExtendedAttribute"))


@dataclass
class _Reading:
    """What is known of a file while it is read."""

    project: Record
    issues: list[Issue]
    calendars: dict[str, WorkCalendar]
    fields: Mapping[str, str]
    tasks: dict[str, Record] = field(default_factory=dict)
    leaves: dict[str, tuple[str, ...]] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)

    @property
    def default_calendar(self) -> str:
        return self.project.text("CalendarUID", NO_CALENDAR)

    def own(self, record: Record, name: str) -> str:
        """Return the custom field that holds what Project has no field for."""
        return next(
            (each.text("Value") for each in record.each("ExtendedAttribute")
             if self.fields.get(each.text("FieldID")) == name), ""
        )  # fmt: skip


def network_of(document: Document, issues: list[Issue]) -> Network:
    """Return the network of a Microsoft Project file; what is wrong or cannot be carried over goes to `issues`."""
    project = document.root
    start, latest = _dates(project, issues)
    window = Window((start or datetime(2000, 1, 1)).date() - timedelta(days=1), _last_day(start, latest))
    fields = {
        each.text("FieldID"): OWN_FIELDS[each.text("Alias").lower()]
        for each in project.each("ExtendedAttributes", "ExtendedAttribute")
        if each.text("Alias").lower() in OWN_FIELDS
    }
    reading = _Reading(project, issues, calendars_of(project, window, issues), fields)
    _outline(reading)
    pools, other = _pools(reading)
    taken = _taken(reading, pools, other)
    activities = tuple(_activity(reading, key, pools, taken[key], other) for key in reading.areas)
    hours_of = {each.key: each.hours for each in activities}
    _name_left_out(document, reading)
    return Network(
        file=project.file,
        name=project.text("Title") or project.text("Name") or project.file.rpartition(".")[0],
        start=start, finish=latest, currency=project.text("CurrencyCode", "USD"),
        calendars=tuple({each.key: each for each in reading.calendars.values()}.values()), activities=activities,
        ties=tuple(_ties(reading, {each.key: each for each in activities}, hours_of)), pools=tuple(pools.values()),
        assignments=tuple(each for key in reading.areas for each in taken[key] if each.pool in pools),
        status=moment(project, "StatusDate", reading.issues),
    )  # fmt: skip


def _dates(project: Record, issues: list[Issue]) -> tuple[datetime | None, datetime | None]:
    begun = [moment(project, "StartDate", issues)]
    ended = [moment(project, "FinishDate", issues)]
    for task in project.each("Tasks", "Task"):
        begun.append(moment(task, "Start", []) if begun[0] is None else None)
        ended += [moment(task, name, []) for name in ("Finish", "Deadline", "ConstraintDate")]
    return min(filter(None, begun), default=None), max(filter(None, ended), default=None)


def _last_day(start: datetime | None, latest: datetime | None) -> date:
    """Thirty-three years on, so that what a calendar says is read as far as a programme may reach."""
    begun = start or latest or datetime(2000, 1, 1)
    return date(min(begun.year + 33, 2149), 12, 31)


def _outline(reading: _Reading) -> None:
    """Note the tasks that are work, with their areas, and the leaves below each summary."""
    above: list[tuple[int, str, str]] = []
    below: dict[str, list[str]] = defaultdict(list)
    for task in reading.project.each("Tasks", "Task"):
        key = task.text("UID")
        if not _is_usable(reading, task, key):
            continue
        level = int(number(task, "OutlineLevel", reading.issues, 1))
        while above and above[-1][0] >= level:
            above.pop()
        reading.tasks[key] = task
        if len(above) >= DEEPEST:
            said = f"the outline is more than {DEEPEST} deep"
            reading.issues.append(task.error("OutlineLevel", said, "take summary tasks out"))
            return
        if task.says("Summary"):
            above.append((level, key, task.text("Name", key)))
            below[key] = []
            continue
        reading.areas[key] = reading.own(task, "area") or " / ".join(name for _, _, name in above)
        for _, summary, _ in above:
            below[summary].append(key)
    reading.leaves |= {key: tuple(keys) for key, keys in below.items()}


def _is_usable(reading: _Reading, task: Record, key: str) -> bool:
    issues = reading.issues
    if task.says("IsNull") or (key == "0" and task.text("OutlineLevel", "0") == "0"):
        return False
    if not key or key in reading.tasks:
        issues.append(task.error("UID", f"the task has no UID of its own ('{key[:20]}')", "give each task its UID"))
        return False
    reasons = {"ExternalTask": "it is a task of another project", "IsSubproject": "it stands for another project"}
    reason = next((why for name, why in reasons.items() if task.says(name)), "")
    if task.text("Active") in ("0", "false"):
        reason = "it is inactive"
    if reason:
        issues.append(task.warning("", f"task '{task.text('Name', key)}' is not carried over: {reason}", _BY_HAND))
    return not reason


_BY_HAND = "add it to tasks.csv where it matters"


def _calendar(reading: _Reading, record: Record) -> str:
    """The key of a task's or resource's calendar; the project's where it has none."""
    key = record.text("CalendarUID", NO_CALENDAR)
    if key == NO_CALENDAR:
        key = reading.default_calendar
    if key == NO_CALENDAR:
        return ELAPSED
    if key not in reading.calendars:
        said = f"there is no calendar {key} in the file"
        reading.issues.append(record.error("CalendarUID", said, "name a calendar of the file, or -1"))
        return ELAPSED
    return reading.calendars[key].key


def _pools(reading: _Reading) -> tuple[dict[str, Pool], dict[str, Record]]:
    """Resources that work, by UID, and those that are material or cost."""
    pools: dict[str, Pool] = {}
    other: dict[str, Record] = {}
    for record in reading.project.each("Resources", "Resource"):
        key = record.text("UID")
        if key == "0" or record.says("IsNull"):
            continue
        if not key or key in pools or key in other:
            reading.issues.append(record.error("UID", "the resource has no UID of its own", "give each its UID"))
        elif int(number(record, "Type", reading.issues, WORK)) != WORK:
            other[key] = record
        else:
            pools[key] = _pool(reading, record, key)
    return pools, other


def _pool(reading: _Reading, record: Record, key: str) -> Pool:
    name = record.text("Name") or f"resource {key}"
    most = number(record, "MaxUnits", reading.issues, 1.0)
    return Pool(
        key, reading.own(record, "id") or name, name, record.row, reading.own(record, "kind") or "crew",
        reading.own(record, "party"), tuple(_availability(reading, record)) or ((None, most),),
        _calendar(reading, record), number(record, "StandardRate", reading.issues),
    )  # fmt: skip


def _availability(reading: _Reading, record: Record) -> Iterator[tuple[datetime | None, float]]:
    """Capacity by the periods of the resource, none between and after them."""
    end: datetime | None = None
    for number_, period in enumerate(record.each("AvailabilityPeriods", "AvailabilityPeriod")):
        begin = moment(period, "AvailableFrom", reading.issues)
        if number_ and end and begin and begin - end > timedelta(minutes=1):
            yield end, 0.0
        yield begin, number(period, "AvailableUnits", reading.issues, 1.0)
        end = moment(period, "AvailableTo", reading.issues)
    if end and end.year < 2049:
        yield end, 0.0


def _taken(reading: _Reading, pools: Mapping[str, Pool], other: Mapping[str, Record]) -> dict[str, list[Assignment]]:
    taken: dict[str, list[Assignment]] = defaultdict(list)
    for record in reading.project.each("Assignments", "Assignment"):
        task, pool = record.text("TaskUID"), record.text("ResourceUID")
        if pool in ("", "-65535") or task == "0":
            continue
        units = number(record, "Units", reading.issues, 1.0)
        if task not in reading.areas:
            said = (
                f"the assignment of resource {pool} is not carried over: task {task} is a summary or not carried over"
            )
            reading.issues.append(record.warning("TaskUID", said, "add it to the tasks below"))
        elif pool in other:
            cost = number(record, "Cost", reading.issues) / 100
            said = f"'{other[pool].text('Name', pool)}' is material or cost: it is carried over as {cost:,.2f} of cost"
            reading.issues.append(record.warning("ResourceUID", said, f"see the cost of task {task}"))
            taken[task].append(Assignment(task, pool, cost, record.row))
        elif pool not in pools:
            said = f"there is no resource {pool} in the file"
            reading.issues.append(record.error("ResourceUID", said, "name a resource of the file"))
        elif units > 0:
            taken[task].append(Assignment(task, pool, units, record.row))
    return taken


def _activity(
    reading: _Reading, key: str, pools: Mapping[str, Pool], taken: list[Assignment], other: Mapping[str, Record]
) -> Activity:
    task, issues = reading.tasks[key], reading.issues
    duration = next((name for name in ("Duration", "ManualDuration", "RemainingDuration") if task.text(name)), "")
    if not duration and not task.says("Milestone"):
        issues.append(task.error("Duration", "the task has no duration", "write one such as `PT8H0M0S`"))
    worked = hours(task, duration, issues) if duration else 0.0
    elapsed = int(number(task, "DurationFormat", issues)) in ELAPSED_FORMATS
    crews = [pools[each.pool] for each in taken if each.pool in pools]
    calendar = ELAPSED if elapsed else _working_calendar(reading, task, crews)
    if elapsed and any(each.calendar != ELAPSED for each in crews):
        said = "the elapsed duration is worked on only when its resources are there"
        issues.append(task.warning("DurationFormat", said, "set the resources' calendar to `always`"))
    release, deadline, weight = _constraints(task, issues)
    weight = _weight(reading, task, weight) if deadline else 0.0
    release = _by_hand(task, release, issues)
    return Activity(
        key, reading.own(task, "id") or f"t{key}", task.text("Name", f"task {key}"), task.row, worked,
        calendar, reading.areas[key], reading.own(task, "party") or task.text("Contact"), reading.own(task, "payer"),
        task.says("Milestone") or worked == 0, release, deadline, weight,
        number(task, "FixedCost", issues) / 100 + sum(a.units for a in taken if a.pool in other),
        start=moment(task, "Start", issues), finish=moment(task, "Finish", issues),
        done=_done(task, issues), agreed=_agreed(task, issues),
    )  # fmt: skip


def _working_calendar(reading: _Reading, task: Record, pools: list[Pool]) -> str:
    """Calendar of a task: its own; else those of its resources, which then say alone when it is worked on."""
    own = _calendar(reading, task)
    resources = [reading.calendars[p.calendar] for p in pools if p.calendar != ELAPSED]
    if task.text("CalendarUID", NO_CALENDAR) == NO_CALENDAR and resources:
        different = [each for each in resources if not same_time(each, resources[0])]
        return ELAPSED if different else resources[0].key
    if task.says("IgnoreResourceCalendar") and any(not same_time(each, reading.calendars[own]) for each in resources):
        said = "its resources' calendars would be ignored; here a task works only when its resources do"
        reading.issues.append(task.warning("IgnoreResourceCalendar", said, "set the resources' calendar to `always`"))
    return own


def _constraints(task: Record, issues: list[Issue]) -> tuple[datetime | None, datetime | None, float]:
    """Release, deadline and the weight of lateness: a constraint is hard, a deadline is to be kept if it can be."""
    kind = int(number(task, "ConstraintType", issues))
    when = moment(task, "ConstraintDate", issues)
    deadline = moment(task, "Deadline", issues)
    if kind in CONSTRAINTS:
        carried = {MSO: "start no earlier than", MFO: "finish no later than"}.get(kind)
        said = f"the constraint '{CONSTRAINTS[kind]}{f' {when:%Y-%m-%d}' if when else ''}' is "
        said += f"carried over as '{carried}' alone" if carried else "not carried over"
        issues.append(task.warning("ConstraintType", said, "add a link, a release or a deadline where it matters"))
    release = when if kind in (SNET, MSO) else None
    if kind in (FNLT, MFO) and when:
        if deadline and deadline != when:
            said = f"of the deadline {deadline:%Y-%m-%d} and the constraint {when:%Y-%m-%d} the earlier is carried over"
            issues.append(task.warning("Deadline", said, "keep one of them"))
        return release, min(when, deadline or when), 0.0
    return release, deadline, 1.0 if deadline else 0.0


def _by_hand(task: Record, release: datetime | None, issues: list[Issue]) -> datetime | None:
    """The release of a task; its start, where Project was told to leave it there."""
    start = moment(task, "Start", [])
    if not task.says("Manual") or start is None:
        return release
    said = f"the task is scheduled by hand; its start {start:%Y-%m-%d} is carried over as 'start no earlier than'"
    issues.append(task.warning("Manual", said, "take the release out where its links decide"))
    return max(start, release or start)


def _weight(reading: _Reading, task: Record, otherwise: float) -> float:
    """The weight of lateness that was written with the deadline."""
    cells = {"weight": reading.own(task, "weight")}
    return number(Record(task.file, task.name, task.row, cells), "weight", reading.issues, otherwise)


def _done(task: Record, issues: list[Issue]) -> Done | None:
    """What has happened of a task; a task that is said to be done in part has started by its start."""
    share = number(task, "PhysicalPercentComplete", issues) or number(task, "PercentComplete", issues)
    begun = moment(task, "ActualStart", issues) or (moment(task, "Start", []) if share > 0 else None)
    if begun is None:
        return None
    left = hours(task, "RemainingDuration", issues) if task.text("RemainingDuration") else None
    cost = number(task, "ActualCost", issues) / 100
    return Done(begun, moment(task, "ActualFinish", issues), left, min(share / 100, 1.0), cost)


def _agreed(task: Record, issues: list[Issue]) -> Agreed | None:
    """The task in the file's first baseline."""
    for each in task.each("Baseline"):
        start, finish = moment(each, "Start", issues), moment(each, "Finish", issues)
        if each.text("Number", "0") == "0" and start and finish:
            return Agreed(start, finish, max(number(each, "Cost", issues), 0.0) / 100)
    return None


def _ties(reading: _Reading, activities: Mapping[str, Activity], hours_of: Mapping[str, float]) -> Iterator[Tie]:
    for key, task in reading.tasks.items():
        for link in task.each("PredecessorLink"):
            before = link.text("PredecessorUID")
            if link.says("CrossProject") or before not in reading.tasks:
                said = f"the link to task {before or '?'} is not carried over: that task is not"
                reading.issues.append(link.warning("PredecessorUID", said, "add a release date where it matters"))
                continue
            kind = int(number(link, "Type", reading.issues, 1))
            if not 0 <= kind < len(KINDS):
                reading.issues.append(link.error("Type", f"there is no kind of link {kind}", "write 0 to 3"))
                continue
            yield from _unfolded(reading, link, before, key, KINDS[kind], activities, hours_of)


def _unfolded(
    reading: _Reading, link: Record, before: str, after: str, kind: LinkKind, activities: Mapping[str, Activity],
    hours_of: Mapping[str, float],
) -> Iterator[Tie]:  # fmt: skip
    """The link itself, or one for each pair of leaves where it ties a summary task."""
    firsts, seconds = reading.leaves.get(before, (before,)), reading.leaves.get(after, (after,))
    vague = (before in reading.leaves and kind[0] == "S") or (after in reading.leaves and kind[1] == "F")
    if vague or len(firsts) * len(seconds) > MOST_UNFOLDED:
        said = f"the {kind} link of a summary task ({before} to {after}) is not carried over"
        reading.issues.append(link.warning("PredecessorUID", said, "link the tasks below it"))
        return
    for first in firsts:
        for second in seconds:
            lag, elapsed = _lag(reading, link, hours_of.get(first, 0.0))
            calendar = ELAPSED if elapsed or not lag else _lag_calendar(reading, activities[second])
            yield Tie(first, second, kind, lag, link.row, calendar)


def _lag(reading: _Reading, link: Record, predecessor_hours: float) -> tuple[float, bool]:
    """Lag in hours, and whether it is elapsed time."""
    unit = int(number(link, "LagFormat", reading.issues, 7))
    amount = number(link, "LinkLag", reading.issues)
    share = amount / 100 * predecessor_hours
    return (share if unit in PERCENT_FORMATS else amount / 600), unit in ELAPSED_FORMATS


def _lag_calendar(reading: _Reading, successor: Activity) -> str:
    """Working lags are counted by the successor's calendar; the project's where it works on no single one."""
    default = reading.calendars.get(reading.default_calendar)
    return successor.calendar or (default.key if default else ELAPSED)


def _name_left_out(document: Document, reading: _Reading) -> None:
    """Name the kinds of elements that were not read, with how many there are."""
    counted: Counter[str] = Counter(document.left_out)
    for part in reading.project.parts:
        if part.name not in _READ_PARTS:
            counted[part.name] += 1
    for task in reading.tasks.values():
        carried = 1 if _agreed(task, []) else 0
        counted.update(part.name for part in task.parts if part.name not in _READ_TASK_PARTS)
        counted["Baseline"] -= carried
    for name, times in sorted((+counted).items()):
        said = f"{times:,} {name} {'is' if times == 1 else 'are'} not carried over"
        reading.issues.append(Issue(document.root.file, 0, name, said, "nothing to do, unless you need it", "warning"))
