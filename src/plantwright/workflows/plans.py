"""The planner's questions on the command line: the plan, its changes, what would be needed, what can be promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from plantwright import planning
from plantwright.exchange.plan_file import LastPlan, digest, read_plan
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.plan import Load, Plan, Unconstrained
from plantwright.model.programme import Demand, Programme
from plantwright.model.read import load
from plantwright.planning.difference import DemandChange, Difference, OrderChange
from plantwright.planning.rolling import AsOf
from plantwright.reporting.words import names
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.answers import Answer, Table, dicts, text_rows
from plantwright.workflows.export import PLAN_ENDINGS, must_be_writable, write_plan
from plantwright.workflows.progress import Progress, silent
from plantwright.workflows.run import planned as plan_of
from plantwright.workflows.today import misdated

DEMAND = ("demand", "item", "quantity", "due", "promised", "days late", "because")
MIX = ("from", "item", "due", "in time", "by its share", "because")
ORDERS = ("order", "what", "item", "supplier", "before", "after", "there", "days later")
DEMANDS = ("demand", "what", "units before", "units after", "days later")
NEEDS = ("item", "name", "gross", "net", "first needed", "order by", "orders before the start")
LOADS = ("of", "weeks above 100 %", "highest load, %", "in week of", "hours too few")


def planned(
    source: Path,
    *,
    export: Path | None = None,
    against: Path | None = None,
    today: date | None = None,
    as_planned: bool = False,
    causes: int = 10,
    progress: Progress = silent,
) -> Answer:
    """Schedule and plan a programme: what each demand is promised and why it is late, what that changes of the last
    plan `against`; into file `export` too.

    As of `today`, stock and demand counted then, or with `as_planned` all having gone by the last plan since.
    """
    if export is not None:
        must_be_writable(export, PLAN_ENDINGS)
    read = load(source)
    last = read_plan(against, read) if against is not None else None
    now = day_within(read, today, last, as_planned=as_planned)
    stood = last.plan if last else None
    rolled = planning.as_of(read, now, stood, as_planned=as_planned) if today else AsOf(read, stood, ())
    schedule = last.schedule if last and as_planned else None
    schedule = schedule or schedule_of(read, progress)
    programme, before = schedule.decided(rolled.programme), rolled.last
    plan = plan_of(programme, schedule, progress, causes=causes)
    if before is not None:
        news = not (as_planned and last and last.digest == digest(read))
        steady = planning.steady(programme, schedule, before, plan, news=news)
        plan = planning.with_stable_ids(before, steady)
    if export is not None:
        write_plan(read, schedule, planning.with_inventory(programme, plan), export)
    return _answer(programme, plan, before, rolled.notes)


def _answer(programme: Programme, plan: Plan, before: Plan | None, notes: tuple[str, ...]) -> Answer:
    promises, data = _promises(programme, plan), dict[str, Any]()
    tables = promises.tables
    if notes:
        tables, data = (Table("To look after", ("what",), tuple((n,) for n in notes)), *tables), {"notes": [*notes]}
    if before is None:
        return Answer({"demand": promises.data, **data} if data else promises.data, tables)
    changed = _changes(programme, planning.difference(before, plan, programme.today))
    return Answer({"demand": promises.data, **data, **changed.data}, (*tables, *changed.tables))


def day_within(programme: Programme, today: date | None, last: LastPlan | None, *, as_planned: bool) -> float:
    """Return `today` as hours from the start; raises ProgrammeError with what is wrong with it."""
    issues = [*misdated(programme, today)]
    if as_planned and (last is None or today is None or not last.plan.order):
        said = "nothing is known of what went as planned since when"
        remedy = "name today, and with --against the last plan as JSON (`plan --export plan.json`)"
        issues.append(Issue("--as-planned", 0, "", said, remedy))
    if issues:
        raise ProgrammeError(issues)
    return programme.hours(today) if today else 0.0


def _promises(programme: Programme, plan: Plan) -> Answer:
    rows = [_promise(programme, plan, demand) for demand in programme.demand]
    helps = tuple((c.demand, c.text) for c in plan.causes if c.gain > 0 or c.units > 0)
    clashes = tuple((c.text,) for c in plan.clashes)
    tables = (
        Table("Demand", DEMAND, text_rows(rows)),
        Table("What would help", ("demand", "change"), helps),
        *([Table("Orders that stand and what they lack", ("order",), clashes)] if clashes else []),
    )
    if plan.mix:
        shown = [(_date(programme, m.begins), m.item, m.due, m.in_time, m.by_share, m.text) for m in plan.mix]
        tables = (*tables, Table("Product mix", MIX, text_rows(shown)))
    data = [dict(zip(DEMAND, row, strict=True)) | {"would_help": [t for d, t in helps if d == row[0]]} for row in rows]
    return Answer(data, tables)


def _promise(programme: Programme, plan: Plan, demand: Demand) -> tuple[Any, ...]:
    promised, due = plan.promised(demand.id), demand.due.planned
    late = max(promised - due, 0.0) / 24 if isfinite(promised) else None
    because = next((reason.text for reason in plan.reasons if reason.demand == demand.id), "")
    when = _date(programme, promised) if isfinite(promised) else None
    return demand.id, demand.item, demand.quantity, _date(programme, due), when, late, because


def _date(programme: Programme, hours: float) -> str:
    return programme.moment(hours).date().isoformat()


def _changes(programme: Programme, found: Difference) -> Answer:
    orders = [_order_row(programme, change) for change in found.orders]
    demands = [_demand_row(change) for change in found.demands]
    title = f"Demands that change (nervousness of the plan: {found.nervousness:.3f}, from 0 to 1)"
    tables = (Table("Orders that change", ORDERS, text_rows(orders)), Table(title, DEMANDS, text_rows(demands)))
    data = {"nervousness": found.nervousness, "orders": dicts(ORDERS, orders), "demands": dicts(DEMANDS, demands)}
    return Answer(data, tables)


def _order_row(programme: Programme, change: OrderChange) -> tuple[Any, ...]:
    there = _date(programme, change.there)
    return (
        change.order, change.what, change.item, change.supplier, change.before, change.after, there, change.days
    )  # fmt: skip


def _demand_row(change: DemandChange) -> tuple[Any, ...]:
    days = change.days if isfinite(change.days) else ""
    return change.demand, change.what, change.before, change.after, days


def required(source: Path, *, progress: Progress = silent) -> Answer:
    """Schedule a programme and say what would be needed to serve every demand in time, whatever there is."""
    programme = load(source)
    schedule = schedule_of(programme, progress)
    programme = schedule.decided(programme)
    found = planning.unconstrained(programme, schedule)
    needs = [_need_row(programme, found, item.id) for item in programme.items]
    loads = [row for row in _load_rows(programme, found) if row[1]]
    tables = (
        Table("Loaded above what is there", LOADS, text_rows(loads)),
        Table("What would be needed", NEEDS, text_rows([row for row in needs if row[2]])),
    )
    data = {
        "loads": [asdict(each) | {"week": _week(programme, each.week)} for each in found.loads],
        "requirements": [asdict(each) | {"week": _week(programme, each.week)} for each in found.requirements],
        "orders": [
            asdict(each) | {"placed": _date(programme, each.placed), "there": _date(programme, each.there)}
            for each in found.orders
        ],
    }
    return Answer(data, tables)


def _week(programme: Programme, week: int) -> str:
    return _date(programme, week * 168.0)


def _need_row(programme: Programme, found: Unconstrained, item: str) -> tuple[Any, ...]:
    rows = [r for r in found.requirements if r.item == item]
    orders = [o for o in found.orders if o.item == item]
    first = next((_week(programme, r.week) for r in rows if r.gross), "")
    begin = min((o.placed for o in orders), default=None)
    return (
        item, programme.item[item].name, sum(r.gross for r in rows), sum(r.net for r in rows), first,
        "" if begin is None else _date(programme, begin), sum(o.placed < 0 for o in orders),
    )  # fmt: skip


def _load_rows(programme: Programme, found: Unconstrained) -> Iterable[tuple[Any, ...]]:
    """Yield the row of each work centre and resource, those that lack most hours first."""
    by: dict[str, list[Load]] = {}
    for each in found.loads:
        by.setdefault(each.object, []).append(each)
    missing = {name: sum(max(e.needed - e.available, 0.0) for e in rows) for name, rows in by.items()}
    named = names(programme)
    for name in sorted(by, key=lambda n: (-missing[n], n)):
        over = [e for e in by[name] if e.needed > e.available * (1 + 1e-6)]
        worst = max(by[name], key=lambda e: (e.needed / e.available if e.available else e.needed * 1e9, -e.week))
        share = 100 * worst.needed / worst.available if worst.available else "nothing there"
        yield named.get(name, name), len(over), share, _week(programme, worst.week), missing[name]
