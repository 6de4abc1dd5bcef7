"""A network as the texts of a programme folder: `programme.yaml`, `tasks.csv`, `resources.csv`.

Here ids are made, lags of working time become tasks that wait, and each row remembers the line of the file that it
came from. What is not carried over is named.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from plantwright.exchange.network import DAY_MINUTES, ELAPSED, Activity, Network, Pool, Spans, Tie, WorkCalendar
from plantwright.exchange.standing import (
    BASELINE_COLUMNS,
    PROGRESS_COLUMNS,
    baseline_rows,
    progress_rows,
    status_date,
    written,
)
from plantwright.model.check_terms import LONGEST_YEARS
from plantwright.model.files import Sheet
from plantwright.model.issues import Issue
from plantwright.model.shifts import DAYS, YEARS_SPELLED_OUT

ALWAYS = "always"
LONGEST_ID, LONGEST_TEXT = 60, 2000
SHORTEST_HORIZON = timedelta(days=365)
TASK_COLUMNS = (
    "id", "name", "party", "payer", "area", "duration", "calendar", "predecessors", "resources", "cost", "release",
    "deadline", "milestone", "weight", "note",
)  # fmt: skip
RESOURCE_COLUMNS = ("id", "name", "kind", "party", "capacity", "calendar", "cost")
UNIT = {"area": "m2", "power": "kW", "coolant": "l/min"}
_NO_WORD = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class FolderTexts:
    """A programme's documents and tables as texts; `origins` is the line of the file behind each table's row."""

    documents: Mapping[str, Any]
    tables: Mapping[str, Sheet]
    origins: Mapping[tuple[str, int], int]
    warnings: tuple[Issue, ...]


@dataclass
class _Names:
    """Ids by key, each given once."""

    taken: set[str] = field(default_factory=set)
    of: dict[str, str] = field(default_factory=dict)

    def name(self, key: str, wanted: str, otherwise: str) -> str:
        plain = _NO_WORD.sub("_", wanted).strip("_-")[:LONGEST_ID] or otherwise
        found, number = plain, 2
        while found.lower() in self.taken:
            found, number = f"{plain}_{number}", number + 1
        self.taken.add(found.lower())
        self.of[key] = found
        return found


def folder_texts(network: Network) -> FolderTexts:
    """Return a network as the texts of a programme folder, with what of it could not be carried over."""
    warnings: list[Issue] = []
    network = replace(network, currency=_currency(network, warnings))
    calendars = _calendar_ids(network, warnings)
    start = _start(network)
    parties = _Names()
    named = {each.party for each in network.activities} | {each.payer for each in network.activities}
    for name in sorted((named | {each.party for each in network.pools}) - {""}):
        parties.name(name, name, "party")
    if parties.of:
        said = f"the file does not say what part its {len(parties.of)} parties have; all are carried over as suppliers"
        warnings.append(Issue(network.file, 0, "party", said, "set their roles in programme.yaml", "warning"))
    tasks = _Names()
    for activity in network.activities:
        tasks.name(activity.key, activity.id, "task")
    pools = _Names()
    for pool in network.pools:
        pools.name(pool.key, pool.id, "resource")
    rows, origins = _task_rows(network, start, calendars, parties, tasks, pools, warnings)
    tables = {"tasks": _sheet("tasks", TASK_COLUMNS, rows)}
    if network.pools:
        taken = _taken(network)
        pool_rows = [
            _pool_row(network, pool, tuple(taken[pool.key].values()), start, calendars, parties, pools, warnings)
            for pool in network.pools
        ]
        tables["resources"] = _sheet("resources", RESOURCE_COLUMNS, pool_rows)
        origins |= {("resources", row): pool.row for row, pool in enumerate(network.pools, start=2)}
    for name, columns, happened in (
        ("progress", PROGRESS_COLUMNS, progress_rows(network, tasks.of)),
        ("baseline", BASELINE_COLUMNS, baseline_rows(network, tasks.of)),
    ):
        if happened:
            tables[name] = _sheet(name, columns, [row for row, _ in happened])
            origins |= {(name, number): line for number, (_, line) in enumerate(happened, start=2)}
    origins |= {("calendars." + calendars[c.key], 0): c.row for c in network.calendars if c.key in calendars}
    document = _document(network, start, calendars, parties)
    return FolderTexts({"programme": document}, tables, origins, tuple(warnings))


def _sheet(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Sheet:
    numbered = tuple((number, {c: row[c] for c in columns if row.get(c)}) for number, row in enumerate(rows, start=2))
    used = tuple(column for column in columns if any(column in cells for _, cells in numbered))
    return Sheet(f"{name}.csv", used, numbered)


def _start(network: Network) -> datetime:
    begun = [each.done.start for each in network.activities if each.done]
    first = min([*begun, *([network.start] if network.start else [])], default=datetime(2000, 1, 1))
    return datetime.combine(first.date(), datetime.min.time())


def _horizon(network: Network, start: datetime) -> date:
    """Half as long again as the file's plan, a year at least, as far as a programme may reach."""
    dates = [network.finish, *(d for each in network.activities for d in (each.finish, each.deadline, each.release))]
    longest = start + timedelta(days=LONGEST_YEARS * 365)
    latest = min(max((each for each in dates if each), default=start), longest)
    return min(max(latest + (latest - start) / 2, start + SHORTEST_HORIZON), longest).date() + timedelta(days=1)


def _currency(network: Network, warnings: list[Issue]) -> str:
    if re.fullmatch(r"[A-Z]{3}", network.currency):
        return network.currency
    said = f"'{network.currency[:20]}' is no currency; USD is written"
    warnings.append(Issue(network.file, 0, "currency", said, "correct it in the programme", "warning"))
    return "USD"


def _document(network: Network, start: datetime, calendars: Mapping[str, str], parties: _Names) -> dict[str, Any]:
    horizon = _horizon(network, start)
    last = date(horizon.year + YEARS_SPELLED_OUT, 12, 31)
    document: dict[str, Any] = {
        "name": _plain(network.name)[:200] or "Imported schedule", "start": start.date().isoformat(),
        "horizon": horizon.isoformat(), "currency": network.currency,
    }  # fmt: skip
    if status := status_date(network):
        document["status_date"] = written(status)
    spelled = {
        calendars[each.key]: _calendar(each, start.date(), last)
        for each in network.calendars
        if calendars.get(each.key, ALWAYS) != ALWAYS
    }
    if spelled:
        document["calendars"] = spelled
    if parties.of:
        document["parties"] = [
            {"id": party, "name": _plain(name)[:200], "role": "supplier"} for name, party in parties.of.items()
        ]
    document["objective"] = {"order": ["milestones", "finish", "cost"]}
    return document


def _calendar_ids(network: Network, warnings: list[Issue]) -> dict[str, str]:
    """The id of each calendar that something works by; round the clock is `always`."""
    used = {each.calendar for each in network.activities} | {each.calendar for each in network.pools}
    used |= {each.calendar for each in network.ties}
    names = _Names({ALWAYS})
    of = {ELAPSED: ALWAYS}
    for calendar in network.calendars:
        if calendar.key not in used:
            said = f"calendar '{calendar.name[:60]}' is not carried over: nothing works by it"
            warnings.append(Issue(network.file, calendar.row, "calendar", said, "nothing to do", "warning"))
        elif calendar.is_continuous:
            of[calendar.key] = ALWAYS
        else:
            of[calendar.key] = names.name(calendar.key, calendar.name, "calendar")
    return of


def _calendar(calendar: WorkCalendar, start: date, last: date) -> dict[str, Any]:
    """A calendar as `programme.yaml` describes it, with the days that differ as far as a programme looks."""
    days = {day: spans for day, spans in sorted(calendar.days.items()) if start <= day <= last}
    shifts: dict[str, list[str]] = {}
    for begin, end, spans in _alike(calendar.week):
        if spans:
            shifts[DAYS[begin] if begin == end else f"{DAYS[begin]}-{DAYS[end]}"] = _clock(spans)
    described: dict[str, Any] = {"shifts": shifts}
    closed = [day for day, spans in days.items() if not spans]
    if closed:
        described["closed"] = [f"{a}" if a == b else f"{a}..{b}" for a, b in _ranges(closed)]
    opened = {day.isoformat(): _clock(spans) for day, spans in days.items() if spans}
    if opened:
        described["open"] = opened
    if calendar.hours_per_day and calendar.hours_per_week:
        described |= {"hours_per_day": _number(calendar.hours_per_day)}
        described |= {"hours_per_week": _number(calendar.hours_per_week)}
    return described


def _alike(week: Sequence[Spans]) -> list[tuple[int, int, Spans]]:
    """Runs of weekdays with the same shifts: first, last, spans."""
    runs: list[tuple[int, int, Spans]] = []
    for day, spans in enumerate(week):
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs


def _ranges(days: Sequence[date]) -> list[tuple[date, date]]:
    ranges: list[tuple[date, date]] = []
    for day in days:
        if ranges and day - ranges[-1][1] == timedelta(days=1) and (day - ranges[-1][0]).days < 3650:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges


def _clock(spans: Spans) -> list[str]:
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans if b <= DAY_MINUTES]


def _task_rows(
    network: Network, start: datetime, calendars: Mapping[str, str], parties: _Names, tasks: _Names, pools: _Names,
    warnings: list[Issue],
) -> tuple[list[dict[str, str]], dict[tuple[str, int], int]]:  # fmt: skip
    links, waits = _links(network, calendars, tasks, warnings)
    needs: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each in network.assignments:
        needs[each.activity][each.pool] += each.units
    kinds = {pool.key: pool.kind for pool in network.pools}
    rows, lines = [], []
    for activity in network.activities:
        for wait, line in waits.get(activity.key, ()):
            rows.append(wait)
            lines.append(line)
        row = _task_row(network, activity, start, calendars, parties, warnings)
        taken = needs[activity.key].items()
        row["id"] = tasks.of[activity.key]
        row["predecessors"] = ", ".join(links.get(activity.key, ()))
        row["resources"] = ", ".join(f"{pools.of[p]}:{_amount(units, kinds[p])}" for p, units in taken)
        rows.append(row)
        lines.append(activity.row)
    return rows, {("tasks", number): line for number, line in enumerate(lines, start=2)}


def _task_row(
    network: Network, each: Activity, start: datetime, calendars: Mapping[str, str], parties: _Names,
    warnings: list[Issue],
) -> dict[str, str]:  # fmt: skip
    release, deadline = each.release, each.deadline
    if release and release <= start:
        said = f"the release {release:%Y-%m-%d} is not after the start, {start:%Y-%m-%d}, so it is left out"
        warnings.append(Issue(network.file, each.row, "release", said, "nothing to do", "warning"))
        release = None
    if deadline and deadline <= (release or start):
        said = f"the deadline {deadline:%Y-%m-%d} is not after {'the release' if release else 'the start'}"
        warnings.append(Issue(network.file, each.row, "deadline", f"{said}, so it is left out", _DEADLINE, "warning"))
        deadline = None
    is_point = each.milestone and not each.hours
    return {
        "name": _plain(each.name), "party": parties.of.get(each.party, ""), "payer": parties.of.get(each.payer, ""),
        "area": _plain(each.area), "duration": "" if is_point else f"{_number(each.hours)} h",
        "calendar": calendars.get(each.calendar, ALWAYS), "cost": _money(network, each.cost),
        "release": _moment(release), "deadline": _moment(deadline), "milestone": "yes" if each.milestone else "",
        "weight": _number(each.weight) if deadline and each.weight else "", "note": _plain(each.note),
    }  # fmt: skip


_DEADLINE = "write a later one in tasks.csv"


def _links(
    network: Network, calendars: Mapping[str, str], tasks: _Names, warnings: list[Issue]
) -> tuple[dict[str, list[str]], dict[str, list[tuple[dict[str, str], int]]]]:
    """The links of each activity as cells, and the tasks that wait out lags of working time before it."""
    lengths = {each.key: each for each in network.calendars}
    areas = {each.key: each for each in network.activities}
    links: dict[str, list[str]] = defaultdict(list)
    waits: dict[str, list[tuple[dict[str, str], int]]] = defaultdict(list)
    for tie in _strictest(network, warnings):
        before, after = tasks.of[tie.predecessor], tasks.of[tie.successor]
        if calendars.get(tie.calendar, ALWAYS) == ALWAYS or not tie.lag:
            links[tie.successor].append(f"{before} {tie.kind}{_lag(tie.lag)}")
            continue
        worked = f"the {tie.kind} lag of {tie.lag:g} h from '{before}' to '{after}' is working time"
        if tie.lag < 0 or _has_ended(areas[tie.predecessor], tie.kind[0]):
            elapsed = tie.lag * 168 / (lengths[tie.calendar].weekly_hours or 168)
            said = f"{worked}; it is carried over as {elapsed:.1f} h of elapsed time"
            warnings.append(Issue(network.file, tie.row, "lag", said, "check the dates around it", "warning"))
            links[tie.successor].append(f"{before} {tie.kind}{_lag(round(elapsed, 4))}")
            continue
        wait = tasks.name(f"{before} {tie.kind} {after}", f"lag_{before}_{after}", "lag")
        said = f"{worked}; it is carried over as task '{wait}', which waits"
        warnings.append(Issue(network.file, tie.row, "lag", said, "nothing to do", "warning"))
        waits[tie.successor].append((_wait(tie, wait, before, after, calendars, areas[tie.successor].area), tie.row))
        links[tie.successor].append(f"{wait} F{tie.kind[1]}")
    return links, waits


def _has_ended(activity: Activity, end: str) -> bool:
    """Whether the start (S) or finish (F) of an activity has happened: a lag after it has begun."""
    return activity.done is not None and (end == "S" or activity.done.finish is not None)


def _wait(tie: Tie, wait: str, before: str, after: str, calendars: Mapping[str, str], area: str) -> dict[str, str]:
    return {
        "id": wait, "name": f"Lag between {before} and {after}", "area": _plain(area),
        "duration": f"{_number(tie.lag)} h", "calendar": calendars[tie.calendar],
        "predecessors": f"{before} {tie.kind[0]}S",
    }  # fmt: skip


def _strictest(network: Network, warnings: list[Issue]) -> list[Tie]:
    """The links, of several alike between the same two activities the one with the longest lag."""
    kept: dict[tuple[str, str, str], Tie] = {}
    for tie in network.ties:
        key = (tie.predecessor, tie.successor, tie.kind)
        other = kept.get(key)
        if other is not None:
            said = f"a second {tie.kind} link between the same two tasks; the one with the longer lag is carried over"
            warnings.append(Issue(network.file, tie.row, "link", said, "check the lag", "warning"))
        if other is None or tie.lag > other.lag:
            kept[key] = tie
    return list(kept.values())


def _taken(network: Network) -> dict[str, dict[str, float]]:
    """What is taken of each resource by each activity."""
    taken: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each in network.assignments:
        taken[each.pool][each.activity] += each.units
    return taken


def _pool_row(
    network: Network, pool: Pool, taken: Sequence[float], start: datetime, calendars: Mapping[str, str],
    parties: _Names, pools: _Names, warnings: list[Issue],
) -> dict[str, str]:  # fmt: skip
    capacity = [(when, max(units, 0.0)) for when, units in pool.capacity or ()]
    most, needed = max((units for _, units in capacity), default=0.0), max(taken, default=0.0)
    if pool.capacity is None:
        capacity = [(None, sum(taken))]
        said = f"'{pool.name}' has no limit in the file; {capacity[0][1]:g}, all that is ever taken, is written"
        warnings.append(Issue(network.file, pool.row, "capacity", said, "write its capacity", "warning"))
    elif needed > most:
        capacity = [(when, needed if units == most else units) for when, units in capacity]
        said = f"a task takes {needed:g} of '{pool.name}', of which there are {most:g}; {needed:g} is written"
        warnings.append(Issue(network.file, pool.row, "capacity", said, "correct one of them", "warning"))
    return {
        "id": pools.of[pool.key], "name": _plain(pool.name), "kind": pool.kind,
        "party": parties.of.get(pool.party, ""), "capacity": _steps(capacity, pool.kind, start),
        "calendar": calendars.get(pool.calendar, ALWAYS),
        "cost": f"{_number(pool.cost)} {network.currency}/h" if pool.cost > 0 else "",
    }  # fmt: skip


def _steps(capacity: Sequence[tuple[datetime | None, float]], kind: str, start: datetime) -> str:
    """Capacity as a cell: what holds at the start, then each later change."""
    capacity = sorted(capacity, key=lambda step: step[0] or datetime.min)
    before = [units for when, units in capacity if when is None or when <= start]
    steps = {"": before[-1]} if before else {"": 0.0} if not capacity else {}
    for when, units in capacity:
        if when is not None and when > start:
            steps[_moment(when)] = units
    return "; ".join(f"{when}: {_amount(u, kind)}" if when else _amount(u, kind) for when, u in steps.items())


def _amount(units: float, kind: str) -> str:
    return f"{_number(units)} {UNIT.get(kind, '')}".strip()


def _lag(lag: float) -> str:
    return f"{'+' if lag > 0 else '-'}{_number(abs(lag))} h" if lag else ""


def _moment(when: datetime | None) -> str:
    if when is None:
        return ""
    day = f"{when:%Y-%m-%d}"
    return day if when.time() == datetime.min.time() else f"{day} {when:%H:%M:%S}".removesuffix(":00")


def _money(network: Network, amount: float) -> str:
    return f"{_number(amount)} {network.currency}" if amount > 0 else ""


def _number(value: float) -> str:
    """A number as a planner writes it, to the millionth."""
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"


def _plain(text: str) -> str:
    """A text in one line, not too long, and not taken for a formula."""
    return " ".join(text.split()).lstrip("= ")[:LONGEST_TEXT]
