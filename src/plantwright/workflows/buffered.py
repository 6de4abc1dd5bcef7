"""Buffers on the command line: safety times or safety stocks proposed, what they do, and a table to adopt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from plantwright import planning
from plantwright.model.cells import CellError, Reading, quantity
from plantwright.model.files import Sheet, read_folder
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.production import AT
from plantwright.model.programme import Programme
from plantwright.model.quantity import Dimension
from plantwright.model.read import load
from plantwright.model.write import csv_text
from plantwright.planning.service_network import Period, Placed, Placements, Service
from plantwright.workflows.adopted import schedule_of
from plantwright.workflows.answers import Answer, Table, dicts, text_rows
from plantwright.workflows.buffers import Judged, Kept, Worlds, buffers, kept, with_safety_stocks
from plantwright.workflows.export import must_be_writable, write_text
from plantwright.workflows.progress import Progress, silent
from plantwright.workflows.today import on_day

DAY = 24.0
SAFETY = ("item", "name", "days behind the plan", "safety time before, days", "proposed, days")
STOCKS = (
    "item", "name", "quotes, days", "net replenishment time, days", "safety stock before", "proposed",
    "cost a year before", "cost a year",
)  # fmt: skip
KEPT = ("demand", "due", "promised before", "there before", "promised after", "there after")


def buffered(
    source: Path,
    *,
    confidence: float = 0.8,
    replications: int = 50,
    seed: int = 1,
    threads: int | None = None,
    out: Path | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> Answer:
    """Propose safety times by which dates hold with a confidence, and show what they do; the items with them into the
    new file `out`.
    """
    programme = _read(source, out, today)
    found = buffers(
        programme, confidence=confidence, replications=replications, seed=seed, threads=threads, progress=progress
    )
    if out is not None:
        write_text(out, items_table(programme, source, "safety_time", {s.item: s.cell for s in found.safety}))
    rows = [(s.item, programme.item[s.item].name, s.slip / DAY, s.before / DAY, s.proposed / DAY) for s in found.safety]
    judged = _judged(programme, found, replications, seed)
    return Answer(
        judged.data | {"safety": dicts(SAFETY, rows)},
        (Table("Safety times", SAFETY, text_rows(rows)), *judged.tables),
    )


def service(level: float, time: str, per: Period, spread: float | None, holding: float) -> Service:
    """Return what customers are promised and how demand spreads; raises ProgrammeError where `time` is no time."""
    try:
        hours = quantity(time, Dimension.TIME, Reading()).planned
    except CellError as error:
        raise ProgrammeError([Issue("--service-time", 0, "", str(error), "write a time such as `4 weeks`")]) from error
    if hours < 0:
        raise ProgrammeError([Issue("--service-time", 0, "", "it is negative", "write a time such as `4 weeks`")])
    return Service(level, hours, per, spread, holding)


def stocked(
    source: Path,
    service: Service,
    *,
    replications: int = 50,
    seed: int = 1,
    threads: int | None = None,
    out: Path | None = None,
    today: date | None = None,
    progress: Progress = silent,
) -> Answer:
    """Propose safety stocks placed by guaranteed service, and show what they do to the plan in simulated worlds; the
    items with them into the new file `out`.
    """
    programme = _read(source, out, today)
    schedule = schedule_of(programme, progress)
    programme = schedule.decided(programme)
    found = planning.safety_stocks(programme, service)
    safe = with_safety_stocks(programme, {each.item: each.stock for each in found.items})
    worlds = Worlds.of(programme, schedule, replications, seed, threads)
    sides = []
    for name, each in (("simulating the plan as it is", programme), ("simulating with safety stocks", safe)):
        plan = planning.plan(each, schedule)
        sides.append(kept(each, plan, worlds.delivered(each, plan, progress, name), service.level))
    if out is not None:
        write_text(out, items_table(programme, source, "safety_stock", {p.item: f"{p.stock:g}" for p in found.items}))
    rows = [_stock_row(programme, each) for each in found.items]
    judged = _judged(programme, Judged(service.level, *sides), replications, seed)
    data = {"stocks": dicts(STOCKS, rows), "cost_a_year": found.cost, "least_cost_a_year": found.bound}
    return Answer(judged.data | data, (Table(_title(programme, found), STOCKS, text_rows(rows)), *judged.tables))


def _title(programme: Programme, found: Placements) -> str:
    before = sum(each.cost_before for each in found.items)
    proven = "the least there is" if found.is_optimal else f"the least there is being at least {found.bound:,.0f}"
    return f"Safety stocks, {found.cost:,.0f} {programme.currency} a year ({proven}; as it is {before:,.0f})"


def _stock_row(programme: Programme, each: Placed) -> tuple[Any, ...]:
    times = each.quoted / DAY, each.covered / DAY
    name = programme.item[each.item].name
    return each.item, name, *times, each.before, float(each.stock), round(each.cost_before, 2), round(each.cost, 2)


def _read(source: Path, out: Path | None, today: date | None) -> Programme:
    """Return the programme as of today; raises ProgrammeError where it is unsound or `out` cannot be written."""
    if out is not None:
        must_be_writable(out, (".csv",))
        _items_of(source)
    return on_day(load(source), today)


def items_table(programme: Programme, source: Path, column: str, proposed: Mapping[str, str]) -> str:
    """Return a programme's items table as CSV with what is proposed by item in a column of it, to take the place of
    the old one; an item at a site has a row of its own then.

    Raises ProgrammeError where `source` is no folder that holds the table.
    """
    table = _items_of(source)
    headings = tuple(dict.fromkeys([*table.headings, *(["site"] if programme.sites else []), column]))
    rows = [(number, dict(cells)) for number, cells in table.rows]
    known = {(cells.get("id", ""), cells.get("site", "")): cells for _, cells in rows}
    first = programme.sites[0].id if programme.sites else ""
    for name, value in proposed.items():
        item, _, site = name.partition(AT)
        if (item, site) not in known:
            kept_here = {} if site == first else {"safety_stock": ""}
            known[item, site] = known.get((item, ""), {"id": item}) | {"site": site} | kept_here
            rows.append((0, known[item, site]))
        known[item, site][column] = value
    return csv_text(Sheet(table.file, headings, tuple(rows)))


def _items_of(source: Path) -> Sheet:
    raw = read_folder(source, frozenset({"items"}))
    if "items" not in raw.sheets:
        remedy = "name a programme's folder; make one of a workbook with `plantwright new`"
        raise ProgrammeError([Issue(str(source), 0, "", "there is no items.csv", remedy)])
    return raw.sheets["items"]


def _judged(programme: Programme, found: Judged, replications: int, seed: int) -> Answer:
    """Return what buffers do to the dates of demands."""
    confidence = found.confidence
    demands = [_kept_row(programme, found, k) for k in range(len(programme.demand))]
    title = f"Dates that hold in {confidence:.0%} of {replications} simulated worlds, of {len(demands)} demands"
    summary = [(name, *map(str, side.held(confidence)), _mean_days(side)) for name, side in _sides(found)]
    held = {
        name: dict(zip(("due_dates", "promises"), side.held(confidence), strict=True)) for name, side in _sides(found)
    }
    data = {"confidence": confidence, "replications": replications, "seed": seed, "held": held}
    return Answer(data | {"demands": dicts(KEPT, demands)}, (
        Table(f"Demands, by {confidence:.0%} of the worlds", KEPT, text_rows(demands)),
        Table(title, ("", "due dates", "promises", "mean days late"), text_rows(summary)),
    ))  # fmt: skip


def _sides(found: Judged) -> tuple[tuple[str, Kept], tuple[str, Kept]]:
    return ("before", found.before), ("after", found.after)


def _mean_days(side: Kept) -> float:
    """Return the mean days behind the due date by which demands are there, of those that are at all."""
    late = np.maximum(side.confident - side.due, 0.0) / DAY
    return float(late[np.isfinite(late)].mean()) if np.isfinite(late).any() else 0.0


def _kept_row(programme: Programme, found: Judged, k: int) -> tuple[Any, ...]:
    sides = (found.before, found.after)
    promised = [_date(programme, float(side.promised[k])) for side in sides]
    confident = [_date(programme, float(side.confident[k])) for side in sides]
    due = _date(programme, float(found.before.due[k]))
    return programme.demand[k].id, due, promised[0], confident[0], promised[1], confident[1]


def _date(programme: Programme, hours: float) -> str | None:
    return programme.moment(hours).date().isoformat() if isfinite(hours) else None
