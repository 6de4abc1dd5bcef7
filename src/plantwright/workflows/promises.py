"""Quotes for new orders: one on the command line or many of a file, one after the other on what is promised already.

Only what a quote needs is imported: no solver, no simulation, no report.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plantwright.exchange.plan_file import Standing, read_standing
from plantwright.model.files import Sheet, read_csv
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.programme import Demand, Programme
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.read import load, read_rows
from plantwright.model.units import closest
from plantwright.planning.promise import Promise, promises
from plantwright.workflows.answers import Answer, Table, dicts, text_rows
from plantwright.workflows.progress import Progress
from plantwright.workflows.today import on_day

if TYPE_CHECKING:
    from plantwright.model.schedule import Schedule

SHIPPED = ("units", "ships", "arrives")
DISPLACED = ("demand", "days later", "units lost")
KNOWN = {"item": "items.csv", "customer": "parties", "destination": "destinations.csv"}


@dataclass(frozen=True)
class NewOrder:
    """What somebody asks for: `priority` None for an order that must not disturb what is promised."""

    item: str
    quantity: int
    due: date
    customer: str
    destination: str
    priority: int | None = None


@dataclass(frozen=True)
class _Asked:
    """A new order as a demand, and whether it may displace what is less important."""

    wish: Demand
    displaces: bool


def promised(
    source: Path, order: NewOrder, *, plan: Path | None = None, today: date | None = None, progress: Progress
) -> Answer:
    """Quote a new order: what can be delivered when, why not sooner, and with a priority whom it would displace.

    The schedule is that of the file `plan`, which `plantwright plan --export` wrote, else it is made anew. As of
    `today`, stock and demand are those of that day, and nothing begins before it.
    """
    programme = on_day(load(source), today)
    asked = _Asked(_wish(programme, order), order.priority is not None)
    ((found,), seconds) = _quoted(programme, (asked,), plan, progress)
    return _answer(programme, asked, found, seconds)


def all_promised(
    source: Path, orders: Path, *, plan: Path | None = None, today: date | None = None, progress: Progress
) -> Answer:
    """Quote the orders of a file with the columns of demand.csv, each on top of those before it.

    One with a priority is planned at it, others disturb nobody. Raises ProgrammeError with all that is wrong with them.
    """
    programme = on_day(load(source), today)
    asked = _read(programme, orders)
    found, seconds = _quoted(programme, asked, plan, progress)
    answers = [_answer(programme, each, quote, None) for each, quote in zip(asked, found, strict=True)]
    columns = ("order", "item", "quantity", "due", "first", "last", "late", "because", "displaces")
    rows = [_row(programme, each, quote) for each, quote in zip(asked, found, strict=True)]
    title = f"{len(rows)} orders, each on top of those before it"
    data = [{"order": each.wish.id, **answer.data} for each, answer in zip(asked, answers, strict=True)]
    return Answer({"orders": data, "seconds": round(seconds, 3)}, (Table(title, columns, text_rows(rows)),))


def _quoted(
    programme: Programme, asked: tuple[_Asked, ...], plan: Path | None, progress: Progress
) -> tuple[tuple[Promise, ...], float]:
    """Return the quotes, and the seconds that they took once everything was read."""
    stands = read_standing(plan, programme) if plan is not None else Standing((), None)
    schedule = _schedule_of(programme, stands, progress)
    programme = schedule.decided(programme)
    begun = time.perf_counter()
    found = promises(
        programme, schedule, tuple(each.wish for each in asked), order=stands.order,
        displacing=frozenset(each.wish.id for each in asked if each.displaces),
    )  # fmt: skip
    return found, time.perf_counter() - begun


def _schedule_of(programme: Programme, stands: Standing, progress: Progress) -> Schedule:
    if stands.schedule is not None and {t.task for t in stands.schedule.tasks} == set(programme.task):
        return stands.schedule
    from plantwright.workflows.adopted import schedule_of

    return schedule_of(programme, progress)


def _answer(programme: Programme, asked: _Asked, found: Promise, seconds: float | None) -> Answer:
    wish, late = asked.wish, _late(asked.wish, found)
    shipped = [(s.quantity, _date(programme, s.ships), _date(programme, s.arrives)) for s in found.shipments]
    displaced = [(d.demand, d.delay / 24, d.units) for d in found.displaced]
    title = f"{wish.quantity:,} {wish.item} for {wish.customer}: " + (f"{late:,.0f} late" if late else "all in time")
    tables = (
        Table(title, SHIPPED, text_rows(shipped)),
        Table("Because", ("reason",), tuple((r.text,) for r in found.reasons)),
        Table("It would displace", DISPLACED, text_rows(displaced)),
    )
    data: dict[str, Any] = {
        "shipments": dicts(SHIPPED, shipped), "late": late, "reasons": [r.text for r in found.reasons],
        "displaced": dicts(DISPLACED, displaced),
    }  # fmt: skip
    data |= {"seconds": round(seconds, 3)} if seconds is not None else {}
    return Answer(data, tuple(t for t in tables if t.rows))


def _row(programme: Programme, asked: _Asked, found: Promise) -> tuple[Any, ...]:
    arrivals = [_date(programme, s.arrives) for s in found.shipments]
    first, last = (min(arrivals), max(arrivals)) if arrivals else (None, None)
    wish, because = asked.wish, found.reasons[0].text if found.reasons else ""
    displaced = ", ".join(d.demand for d in found.displaced)
    due = _date(programme, wish.due.planned)
    return wish.id, wish.item, wish.quantity, due, first, last, f"{_late(wish, found):,.0f}", because, displaced


def _late(wish: Demand, found: Promise) -> float:
    return wish.quantity - sum(s.quantity for s in found.shipments if s.arrives <= wish.due.planned + 1e-6)


def _date(programme: Programme, hours: float) -> str:
    return programme.moment(hours).date().isoformat()


def _wish(programme: Programme, order: NewOrder) -> Demand:
    """Return the order as a demand; raises ProgrammeError naming everything that the programme does not know."""
    issues = [
        Issue(f"--{name}", 0, "", said, remedy)
        for name, said, remedy in _unknown(programme, {name: getattr(order, name) for name in KNOWN})
    ]
    if not 0 <= programme.hours(order.due) <= programme.horizon_hours:
        said = f"{order.due} is not between {programme.start} and {programme.horizon}"
        issues.append(Issue("--due", 0, "", said, "write a date within the programme"))
    if issues:
        raise ProgrammeError(issues)
    return Demand(
        id=_free_id(programme, set()), customer=order.customer, destination=order.destination, item=order.item,
        quantity=order.quantity, due=Quantity(programme.hours(order.due), Dimension.DATE),
        priority=order.priority or 1,
    )  # fmt: skip


def _unknown(programme: Programme, named: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, what is wrong and what to do of each name that the programme does not know."""
    tables = {"item": programme.item, "customer": programme.party, "destination": programme.destination}
    for column, value in named.items():
        if value not in tables[column]:
            remedy = closest(value, sorted(tables[column])) or f"it is none of {KNOWN[column]}"
            yield column, f"there is no '{value}'", remedy


def _free_id(programme: Programme, used: set[str]) -> str:
    """Return the first of new, new_1, new_2 ... that no demand is called by, and count it as used."""
    taken, k = used | {d.id for d in programme.demand}, 0
    while (name := f"new_{k}" if k else "new") in taken:
        k += 1
    used.add(name)
    return name


def _read(programme: Programme, path: Path) -> tuple[_Asked, ...]:
    """Return the orders of a file; raises ProgrammeError with every issue of it."""
    if not path.is_file():
        remedy = "name a CSV file with the columns of demand.csv"
        raise ProgrammeError([Issue(str(path), 0, "", "there is no such file", remedy)])
    sheet, used = read_csv(path, path.parent), set[str]()
    named = tuple(
        (n, cells if "id" in cells else {**cells, "id": _free_id(programme, used)}) for n, cells in sheet.rows
    )
    headings = sheet.headings if "id" in sheet.headings else ("id", *sheet.headings)
    wishes, issues = read_rows(Demand, Sheet(path.name, headings, named), programme)
    prioritised = {n for n, cells in sheet.rows if "priority" in cells}
    for wish in wishes:
        found = _unknown(programme, {name: getattr(wish, name) for name in KNOWN})
        issues += [Issue(path.name, wish.row, column, said, remedy) for column, said, remedy in found]
        issues += _misdated(programme, wish, path.name)
    names = [d.id for d in (*programme.demand, *wishes)]
    issues += [
        Issue(path.name, wish.row, "id", f"'{wish.id}' is there already", "give the order an id of its own")
        for wish in wishes
        if names.count(wish.id) > 1
    ]
    if issues:
        raise ProgrammeError(sorted(issues))
    return tuple(_Asked(wish, wish.row in prioritised) for wish in wishes)


def _misdated(programme: Programme, wish: Demand, file: str) -> Iterator[Issue]:
    if not 0 <= wish.due.planned <= programme.horizon_hours:
        said = f"it is not between {programme.start} and {programme.horizon}"
        yield Issue(file, wish.row, "due", said, "write a date within the programme")
    if wish.quantity <= 0:
        yield Issue(file, wish.row, "quantity", "'quantity' is zero", "write a number above zero")
