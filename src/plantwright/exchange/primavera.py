"""The tables of Primavera P6 read as a network, whether they came as XER or as XML.

Meaning of the columns: Oracle's "XER Import/Export Data Map Guide"; lags are hours of the calendar that the schedule
options name, the predecessor's unless they say otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from plantwright.exchange.network import (
    ELAPSED,
    Activity,
    Agreed,
    Assignment,
    LinkKind,
    Network,
    Pool,
    Tie,
    WorkCalendar,
)
from plantwright.exchange.primavera_baselines import parted
from plantwright.exchange.primavera_calendars import calendars_of
from plantwright.exchange.primavera_codes import activity_codes, responsible
from plantwright.exchange.primavera_progress import Spent, done_of
from plantwright.exchange.records import Record, hours, moment, number
from plantwright.exchange.xer import Tables
from plantwright.model.issues import Issue

TASK_TYPES = frozenset(("TT_Task", "TT_Rsrc", "TT_Mile", "TT_FinMile", ""))
MILESTONES = ("TT_Mile", "TT_FinMile")
SPANNING = {"TT_LOE": "a level of effort", "TT_WBS": "a WBS summary"}
KINDS: Mapping[str, LinkKind] = {"PR_FS": "FS", "PR_SS": "SS", "PR_FF": "FF", "PR_SF": "SF", "": "FS"}
POOL_KINDS = {"RT_Labor": "crew", "RT_Equip": "crane", "": "crew"}
CONSTRAINTS = {
    "CS_MSO": "start on", "CS_MSOB": "start on or before", "CS_MSOA": "start on or after", "CS_MEO": "finish on",
    "CS_MEOB": "finish on or before", "CS_MEOA": "finish on or after", "CS_ALAP": "as late as possible",
    "CS_MANDSTART": "mandatory start", "CS_MANDFIN": "mandatory finish",
}  # fmt: skip
AS_RELEASE = frozenset(("CS_MSOA", "CS_MSO", "CS_MANDSTART"))
AS_DEADLINE = frozenset(("CS_MEOB", "CS_MEO", "CS_MANDFIN"))
EXACT = frozenset(("CS_MSOA", "CS_MEOB"))
READ_TABLES = frozenset((
    "CALENDAR", "PROJECT", "PROJWBS", "TASK", "TASKPRED", "RSRC", "RSRCRATE", "TASKRSRC", "PROJCOST", "SCHEDOPTIONS",
    "OBS", "CURRTYPE", "ERMHDR", "TASKACTV", "ACTVCODE", "ACTVTYPE",
))  # fmt: skip
DATES_NAMED = {"expect_end_date": "expected finish", "external_late_end_date": "late finish of another project"}
DEEPEST = 50
"""Levels that a work breakdown may have."""

DURATIONS = ("target_drtn_hr_cnt", "total_drtn_hr_cnt", "remain_drtn_hr_cnt")
DATES = ("early_end_date", "target_end_date", "act_end_date", "cstr_date", "cstr_date2")


@dataclass
class _Reading:
    """What is known of a file while it is read."""

    tables: Tables
    issues: list[Issue]
    calendars: dict[str, WorkCalendar]
    projects: dict[str, Record]
    areas: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    lag_calendar: str = "rcal_Predecessor"
    pool_calendars: dict[str, str] = field(default_factory=dict)
    agreed: Mapping[tuple[str, str], Agreed] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def rows(self, table: str) -> tuple[Record, ...]:
        return self.tables.get(table, ())


def network_of(file: str, tables: Tables, issues: list[Issue]) -> Network:
    """Return the network of P6's tables; what is wrong or cannot be carried over goes to `issues`."""
    found = parted(tables, issues)
    tables = found.tables
    projects = {row.text("proj_id"): row for row in tables.get("PROJECT", ())}
    reading = _Reading(tables, issues, calendars_of(tables.get("CALENDAR", ()), issues), projects)
    reading.agreed, reading.codes = found.agreed, activity_codes(tables)
    reading.lag_calendar = next(
        (row.text("sched_calendar_on_relationship_lag", reading.lag_calendar) for row in reading.rows("SCHEDOPTIONS")),
        reading.lag_calendar,
    )
    reading.pool_calendars = {each.text("rsrc_id"): each.text("clndr_id") for each in reading.rows("RSRC")}
    _breakdown(reading)
    tasks = dict(_tasks(reading))
    pools = _pools(reading)
    taken, costs = _taken(reading, tasks, pools)
    spent = Spent.of(tables, issues)
    activities = {key: _activity(reading, key, row, taken[key], costs[key], spent) for key, row in tasks.items()}
    starts = [moment(row, "plan_start_date", issues) for row in projects.values()]
    _name_left_out(reading)
    return Network(
        file=file, name=_name(reading) or file.rpartition(".")[0],
        start=min(filter(None, [*starts, *(each.start for each in activities.values())]), default=None),
        finish=_latest(reading), currency=_currency(reading), calendars=tuple(reading.calendars.values()),
        activities=tuple(activities.values()), ties=tuple(_ties(reading, activities)), pools=tuple(pools.values()),
        assignments=tuple(each for key in tasks for each in taken[key]),
        status=max(filter(None, (moment(row, "last_recalc_date", issues) for row in projects.values())), default=None),
    )  # fmt: skip


def _latest(reading: _Reading) -> datetime | None:
    ends = [moment(row, name, []) for row in reading.rows("TASK") for name in DATES]
    return max(
        filter(None, [*ends, *(moment(row, "plan_end_date", []) for row in reading.projects.values())]), default=None
    )


def _currency(reading: _Reading) -> str:
    header = [row.text("currency") for row in reading.rows("ERMHDR")]
    listed = sorted(reading.rows("CURRTYPE"), key=lambda row: not row.says("base"))
    return next(filter(None, [*header, *(row.text("curr_short_name") for row in listed)]), "USD")


def _name(reading: _Reading) -> str:
    """The first project's name: an XER has it in the root of the work breakdown."""
    roots = [row.text("wbs_name") for row in reading.rows("PROJWBS") if row.says("proj_node_flag")]
    named = [row.text("proj_name") for row in reading.projects.values()]
    return next(filter(None, [*named, *roots, *(r.text("proj_short_name") for r in reading.projects.values())]), "")


def _breakdown(reading: _Reading) -> None:
    """Note the area and the party of each element of the work breakdown: its path, and whom the OBS names."""
    rows = {row.text("wbs_id"): row for row in reading.rows("PROJWBS") if row.text("wbs_id")}
    owners = {row.text("obs_id"): row.text("obs_name") for row in reading.rows("OBS") if row.text("parent_obs_id")}
    for key, row in rows.items():
        keys = [key]
        while (above := rows[keys[-1]].text("parent_wbs_id")) in rows and above not in keys and len(keys) < DEEPEST:
            keys.append(above)
        if above in rows:
            said = "lies within itself" if above in keys else f"lies more than {DEEPEST} deep"
            reading.issues.append(row.error("parent_wbs_id", f"the element of the WBS {said}", "mend the WBS"))
        path = [rows[each] for each in keys]
        many = len(reading.projects) > 1
        named = [each for each in reversed(path) if many or not each.says("proj_node_flag")]
        reading.areas[key] = " / ".join(each.text("wbs_name", each.text("wbs_id")) for each in named)
        reading.parties[key] = next((owners[o] for each in path if (o := each.text("obs_id")) in owners), "")


def _tasks(reading: _Reading) -> Iterator[tuple[str, Record]]:
    seen: set[str] = set()
    for row in reading.rows("TASK"):
        key, kind = row.text("task_id"), row.text("task_type")
        name = row.text("task_code", key)
        if not key or key in seen:
            reading.issues.append(row.error("task_id", f"activity '{name}' has no id of its own", "export it again"))
            continue
        seen.add(key)
        if kind in TASK_TYPES:
            yield key, row
            continue
        if kind not in SPANNING:
            reading.issues.append(row.error("task_type", f"there is no type '{kind[:30]}' of activities", "correct it"))
            continue
        said = f"activity '{name}' is {SPANNING[kind]}, which lasts as long as others do, and is not carried over"
        reading.issues.append(row.warning("task_type", said, "give its cost to other tasks"))


def _pools(reading: _Reading) -> dict[str, Pool]:
    rates: dict[str, list[Record]] = defaultdict(list)
    for row in reading.rows("RSRCRATE"):
        rates[row.text("rsrc_id")].append(row)
    pools: dict[str, Pool] = {}
    for row in reading.rows("RSRC"):
        key, kind = row.text("rsrc_id"), row.text("rsrc_type")
        if not key or key in pools:
            reading.issues.append(row.error("rsrc_id", "the resource has no id of its own", "export the file again"))
        elif kind in POOL_KINDS:
            pools[key] = _pool(reading, row, key, POOL_KINDS[kind], rates[key])
    return pools


def _pool(reading: _Reading, row: Record, key: str, kind: str, rates: list[Record]) -> Pool:
    """A resource with its limits by date; P6 does not hold a task to its resources' calendars, so none is carried."""
    steps = sorted(
        ((moment(rate, "start_date", reading.issues), number(rate, "max_qty_per_hr", reading.issues), number_)
         for number_, rate in enumerate(rates) if rate.text("max_qty_per_hr")),
        key=lambda step: (step[0] or datetime.min, step[2]),
    )  # fmt: skip
    costs = [number(rate, "cost_per_qty", reading.issues) for rate in rates]
    if len(set(costs)) > 1:
        said = f"the price changes over time; the first, {costs[0]:g} an hour, is carried over"
        reading.issues.append(row.warning("cost_per_qty", said, "see the cost in resources.csv"))
    name = row.text("rsrc_name", key)
    short = row.text("rsrc_short_name", name)
    limits = tuple((when, units) for when, units, _ in steps) or None
    return Pool(key, short, name, row.row, kind, capacity=limits, cost=costs[0] if costs else 0.0)


def _taken(
    reading: _Reading, tasks: Mapping[str, Record], pools: Mapping[str, Pool]
) -> tuple[dict[str, list[Assignment]], dict[str, float]]:
    """What each task takes, and its cost beside that: material and expenses."""
    taken: dict[str, list[Assignment]] = defaultdict(list)
    costs: dict[str, float] = defaultdict(float)
    known = {row.text("rsrc_id") for row in reading.rows("RSRC")}
    for row in reading.rows("TASKRSRC"):
        task, pool = row.text("task_id"), row.text("rsrc_id")
        if task not in tasks:
            said = "the assignment is not carried over: its activity is not"
            reading.issues.append(row.warning("task_id", said, "give its cost to other tasks"))
        elif pool in pools:
            taken[task] += _assignment(reading, row, task, pool, hours(tasks[task], "target_drtn_hr_cnt", []))
        elif pool and pool not in known:
            reading.issues.append(row.error("rsrc_id", f"there is no resource {pool} in the file", "export it again"))
        else:
            cost = number(row, "target_cost", reading.issues)
            what = "material" if pool else "a role without a resource"
            said = f"an assignment of {what} is carried over as {cost:,.2f} of cost"
            reading.issues.append(row.warning("rsrc_id", said, "see the cost of its task"))
            costs[task] += cost
    for row in reading.rows("PROJCOST"):
        cost = number(row, "target_cost", reading.issues)
        if row.text("task_id") in tasks:
            costs[row.text("task_id")] += cost
        elif cost:
            said = f"an expense of {cost:,.2f} is not carried over: its activity is not"
            reading.issues.append(row.warning("task_id", said, "give it to other tasks"))
    return taken, costs


def _assignment(reading: _Reading, row: Record, task: str, pool: str, duration: float) -> list[Assignment]:
    units = number(row, "target_qty_per_hr", reading.issues)
    if not units and duration:
        units = number(row, "target_qty", reading.issues) / duration
    if lag := hours(row, "target_lag_drtn_hr_cnt", reading.issues):
        said = f"the resource comes {lag:g} h after its activity starts; it is taken from the start"
        reading.issues.append(row.warning("target_lag_drtn_hr_cnt", said, "split the task where it matters"))
    return [Assignment(task, pool, round(units, 6), row.row)] if units > 0 else []


def _activity(reading: _Reading, key: str, row: Record, taken: list[Assignment], cost: float, spent: Spent) -> Activity:
    milestone = row.text("task_type") in MILESTONES
    lasts = next((name for name in DURATIONS if row.text(name)), "")
    if not milestone and not lasts:
        said = f"activity '{row.text('task_code', key)}' has no duration"
        reading.issues.append(row.error("target_drtn_hr_cnt", said, "give its original duration and export it again"))
    release, deadline, weight = _constraints(reading, row)
    wbs = row.text("wbs_id")
    code = row.text("task_code", f"a{key}")
    worked = 0.0 if milestone else hours(row, lasts, reading.issues)
    codes = reading.codes.get(key, {})
    return Activity(
        key, code, row.text("task_name", code), row.row, worked, _calendar(reading, row, taken),
        reading.areas.get(wbs, ""), reading.parties.get(wbs, "") or responsible(codes), milestone=milestone,
        release=release, deadline=deadline, weight=weight, cost=cost,
        note="; ".join(f"{name}: {value}" for name, value in codes.items()),
        start=moment(row, "act_start_date", []) or moment(row, "early_start_date", [])
        or moment(row, "target_start_date", []),
        finish=moment(row, "act_end_date", []) or moment(row, "early_end_date", [])
        or moment(row, "target_end_date", []),
        done=done_of(row, spent, reading.issues), agreed=reading.agreed.get((row.text("proj_id"), code)),
    )  # fmt: skip


def _calendar(reading: _Reading, row: Record, taken: list[Assignment]) -> str:
    """The calendar of an activity; of its resource, where the activity depends on it."""
    key = row.text("clndr_id")
    if row.text("task_type") == "TT_Rsrc" and taken:
        of = reading.pool_calendars
        used = {calendar for each in taken if (calendar := of.get(each.pool, "")) in reading.calendars}
        if len(used) == 1:
            return used.pop()
        said = "the activity depends on its resources' calendars, which differ; its own is carried over"
        reading.issues.append(row.warning("task_type", said, "check its calendar in tasks.csv"))
    if not key:
        project = reading.projects.get(row.text("proj_id"))
        key = project.text("clndr_id") if project else ""
    if key not in reading.calendars:
        said = f"there is no calendar '{key[:20]}' in the file"
        reading.issues.append(row.error("clndr_id", said, "export the file again with its calendars"))
    return key


def _constraints(reading: _Reading, row: Record) -> tuple[datetime | None, datetime | None, float]:
    """Release, deadline and weight of lateness; a mandatory finish is hard, any other deadline is kept if it can be."""
    releases, deadlines, hard = [], [], False
    for kind_column, date_column in (("cstr_type", "cstr_date"), ("cstr_type2", "cstr_date2")):
        kind, when = row.text(kind_column), moment(row, date_column, reading.issues)
        if not kind:
            continue
        if kind not in CONSTRAINTS:
            reading.issues.append(row.error(kind_column, f"there is no constraint '{kind[:30]}'", "correct it"))
            continue
        if when and kind in AS_RELEASE:
            releases.append(when)
        if when and kind in AS_DEADLINE:
            deadlines.append(when)
            hard = hard or kind == "CS_MANDFIN"
        if kind not in EXACT or not when:
            reading.issues.append(_inexact(row, kind_column, kind, when))
    releases += _of_other_projects(reading, row)
    deadline = min(deadlines, default=None)
    return max(releases, default=None), deadline, 1.0 if deadline and not hard else 0.0


def _of_other_projects(reading: _Reading, row: Record) -> list[datetime]:
    """The early start that activities of other projects impose; what else binds an activity is named."""
    for column, words in DATES_NAMED.items():
        if row.text(column):
            said = f"the {words} {row.text(column)[:10]} is not carried over"
            reading.issues.append(row.warning(column, said, "add a deadline or a duration where it matters"))
    early = moment(row, "external_early_start_date", reading.issues)
    if early is None:
        return []
    said = f"a project that is not in the file lets this start on {early:%Y-%m-%d}; that is carried over as release"
    reading.issues.append(row.warning("external_early_start_date", said, "nothing to do"))
    return [early]


def _inexact(row: Record, column: str, kind: str, when: datetime | None) -> Issue:
    carried = "as 'start no earlier than' alone" if kind in AS_RELEASE else "as 'finish no later than' alone"
    dated = f" {when:%Y-%m-%d}" if when else " without a date"
    carried = f"carried over {carried}" if when and kind in AS_RELEASE | AS_DEADLINE else "not carried over"
    return row.warning(column, f"the constraint '{CONSTRAINTS[kind]}{dated}' is {carried}", _CONSTRAINT_REMEDY)


_CONSTRAINT_REMEDY = "add a link, a release or a deadline where it matters"


def _ties(reading: _Reading, activities: Mapping[str, Activity]) -> Iterator[Tie]:
    for row in reading.rows("TASKPRED"):
        before, after, kind = row.text("pred_task_id"), row.text("task_id"), row.text("pred_type")
        if before not in activities or after not in activities:
            said = "the link is not carried over: one of its activities is not"
            reading.issues.append(row.warning("pred_task_id", said, "add a link or a date where it matters"))
        elif kind not in KINDS:
            reading.issues.append(row.error("pred_type", f"there is no kind of link '{kind[:20]}'", "correct it"))
        else:
            lag = hours(row, "lag_hr_cnt", reading.issues)
            calendar = _lag_calendar(reading, activities[before], activities[after])
            yield Tie(before, after, KINDS[kind], lag, row.row, calendar if lag else ELAPSED)


def _lag_calendar(reading: _Reading, before: Activity, after: Activity) -> str:
    default = next((row.text("clndr_id") for row in reading.projects.values()), before.calendar)
    by_option = {"rcal_Successor": after.calendar, "rcal_24Hour": ELAPSED, "rcal_ProjDefault": default}
    return by_option.get(reading.lag_calendar, before.calendar)


def _name_left_out(reading: _Reading) -> None:
    """Name the tables that were not read, with how many rows they have."""
    for table, rows in sorted(reading.tables.items()):
        if rows and table not in READ_TABLES:
            said = f"{len(rows):,} {table} {'is' if len(rows) == 1 else 'are'} not carried over"
            reading.issues.append(
                Issue(rows[0].file, rows[0].row, table, said, "nothing to do, unless you need it", "warning")
            )
