"""A plan as a file that a later plan is compared with: JSON with all of it, or the workbook's orders and shipments.

JSON holds times as hours from the programme's start, and the schedule that the plan was made for, so that both come
back as they were; a workbook holds days, and what people changed in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time
from math import inf
from pathlib import Path
from typing import Any

from plantwright.model import plan as model
from plantwright.model.issues import Issue, ProgrammeError
from plantwright.model.plan import Plan, ProductionOrder, PurchaseOrder, Shipment
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule, ScheduledTask

VERSION = 1
ROWS: Mapping[str, Callable[..., Any]] = {
    "purchase_orders": PurchaseOrder, "production_orders": ProductionOrder, "pegging": model.Pegging,
    "shipments": Shipment, "reasons": model.Reason, "loads": model.Load, "causes": model.Cause,
    "consumptions": model.Consumption, "assignments": model.Assignment,
    "transfer_orders": model.TransferOrder,
    "shortfalls": model.Shortfall, "expiries": model.Expiry, "clashes": model.Clash,
    "mix": model.MixShare,
}  # fmt: skip
TIMES = frozenset(
    {"placed", "received", "release", "finish", "ships", "arrives", "at", "start", "resume", "begins", "ends", "until"}
)
"""Fields that are times, in hours from the start."""


@dataclass(frozen=True)
class LastPlan:
    """A plan that was made before, and the schedule that it was made for; None where the file holds none."""

    plan: Plan
    schedule: Schedule | None
    digest: str = ""
    """Of the programme that it was made for."""


@dataclass(frozen=True)
class Standing:
    """What a quote needs of a plan that stands: its order of planning and its schedule, None where there is none."""

    order: tuple[str, ...]
    schedule: Schedule | None


def plan_json(programme: Programme, schedule: Schedule, plan: Plan) -> bytes:
    """Return a plan and its schedule as JSON, every table of the plan with its fields."""
    head = {"plantwright_plan": VERSION, "programme": programme.name, "start": programme.start.isoformat()}
    head["programme_digest"] = digest(programme)
    tables = {name: [_row(asdict(row)) for row in getattr(plan, name)] for name in (*ROWS, "inventory")}
    tasks = asdict(schedule) | {"tasks": [_row(asdict(task)) for task in schedule.tasks]}
    return (json.dumps(head | {"schedule": tasks, "order": plan.order} | tables, allow_nan=False) + "\n").encode()


def digest(programme: Programme) -> str:
    """Return a digest of all that a programme says, the same for the same programme."""
    told = hashlib.sha256()
    for field in fields(programme):
        value = getattr(programme, field.name)
        if field.name == "calendars":
            for name in sorted(value):
                told.update(repr(name).encode() + value[name].starts.tobytes() + value[name].ends.tobytes())
        else:
            told.update(repr(value).encode())
    return told.hexdigest()


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "never" if value == inf else value for name, value in values.items()}


def read_plan(path: Path, programme: Programme) -> LastPlan:
    """Return the plan of a file that `plan --export` wrote, its times counted from the programme's start.

    Of a workbook only orders and shipments are read. Raises ProgrammeError where it is no such file.
    """
    kinds = {".json": _from_json, ".xlsx": _from_workbook}
    if path.suffix.lower() not in kinds:
        raise _unreadable(path, f"a plan is not read from '{path.suffix or path.name}'")
    if not path.is_file():
        raise _unreadable(path, "there is no such file")
    try:
        return kinds[path.suffix.lower()](path, programme)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise _unreadable(path, "it is not a plan that `plantwright plan --export` wrote") from error


def read_standing(path: Path, programme: Programme) -> Standing:
    """Return what a quote needs of a plan's file, without reading its tables; raises as `read_plan` does."""
    if path.suffix.lower() != ".json" or not path.is_file():
        last = read_plan(path, programme)
        return Standing(last.plan.order, last.schedule)
    try:
        data = json.loads(path.read_bytes())
        return Standing(tuple(data["order"]), _schedule(data, programme))
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise _unreadable(path, "it is not a plan that `plantwright plan --export` wrote") from error


def _unreadable(path: Path, said: str) -> ProgrammeError:
    remedy = "name a file that `plantwright plan DIR --export plan.json` (or plan.xlsx) wrote"
    return ProgrammeError([Issue(str(path), 0, "", said, remedy)])


def _from_json(path: Path, programme: Programme) -> LastPlan:
    data = json.loads(path.read_bytes())
    schedule, later = _schedule(data, programme), _later(data, programme)
    tables = {name: tuple(_value(kind, row, later) for row in data.get(name, ())) for name, kind in ROWS.items()}
    return LastPlan(Plan(**tables, order=tuple(data["order"])), schedule, data.get("programme_digest", ""))


def _later(data: Mapping[str, Any], programme: Programme) -> float:
    """Return by how many hours the programme of a plan starts after this one."""
    return (date.fromisoformat(data["start"]) - programme.start).days * 24.0


def _schedule(data: Mapping[str, Any], programme: Programme) -> Schedule:
    if data["plantwright_plan"] != VERSION:
        raise ValueError("another version")
    told, later = dict(data["schedule"]), _later(data, programme)
    told["tasks"] = tuple(_value(ScheduledTask, row, later) for row in told["tasks"])
    told["order"] = tuple((before, after) for before, after in told["order"])
    told["held"] = {task: at + later for task, at in told["held"].items()}
    return Schedule(**told)


def _value(kind: Callable[..., Any], row: Mapping[str, Any], later: float) -> Any:
    told = {name: inf if value == "never" else value for name, value in row.items()}
    moved = {name: told[name] + later for name in TIMES & told.keys() if told[name] is not None}
    found = kind(**{**told, **moved})
    return replace(found, week=found.week + round(later / 168)) if "week" in told else found


def _from_workbook(path: Path, programme: Programme) -> LastPlan:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        rows = {name: book.load_sheet(name).to_polars().rows(named=True) for name in book.sheet_names}
    except fastexcel.FastExcelError as error:
        raise ValueError("no workbook") from error
    start = datetime.combine(programme.start, time())
    return LastPlan(
        Plan(
            tuple(_purchase(row, start) for row in rows["purchase_orders"]),
            tuple(_production(row, start) for row in rows["production_orders"]),
            shipments=tuple(_shipment(row, start) for row in rows["shipments"]),
        ),
        None,
    )


def _purchase(row: Mapping[str, Any], start: datetime) -> PurchaseOrder:
    times = _hours(row["placed"], start), _hours(row["received"], start)
    return PurchaseOrder(
        row["id"], row["item"], row["supplier"], float(row["quantity"]), *times, float(row["price"] or 0.0),
        row["consigned"] == "yes",
    )  # fmt: skip


def _production(row: Mapping[str, Any], start: datetime) -> ProductionOrder:
    times = _hours(row["release"], start), _hours(row["finish"], start)
    return ProductionOrder(row["id"], row["item"], float(row["quantity"]), *times, float(row["good"]))


def _shipment(row: Mapping[str, Any], start: datetime) -> Shipment:
    times = _hours(row["ships"], start), _hours(row["arrives"], start)
    return Shipment(row["demand"], row["item"], row["destination"], float(row["quantity"]), *times)


def _hours(cell: object, start: datetime) -> float:
    """Return the hours from the start to a date or time, which may be typed as text."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime.combine(cell, time())
    when = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell))
    return (when - start).total_seconds() / 3600
