"""The programme and its parts, frozen: what a planner writes down before anything is computed.

Each `Row` class is one CSV table (or workbook sheet); its fields are the columns and their descriptions are the
reference documentation. `cells` holds the grammar of the cells, `read` the files, `check` the rules that span tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from plantwright.model.agreements import Agreement
from plantwright.model.assumptions import Register
from plantwright.model.bills import places
from plantwright.model.calendars import Calendar
from plantwright.model.cell_values import Delivery, Link, Need
from plantwright.model.cells import Amount, Duration, Identifier, PlainShare
from plantwright.model.conversion import OMITTED, Equipment, Mode, Objective, Resource, Spending, Task, TaskRow
from plantwright.model.plan import Shipment
from plantwright.model.production import (
    Component,
    Demand,
    Destination,
    FirmOrder,
    Item,
    Lane,
    Operation,
    Reservation,
    Site,
    Source,
    Stock,
    WorkCentre,
)
from plantwright.model.progress import BaselineTask, Replanning, TaskProgress
from plantwright.model.quantity import NOTHING, Quantity
from plantwright.model.risks import Risk
from plantwright.model.routes import Route, choices, routes
from plantwright.model.row import Row

V = TypeVar("V")


class Party(BaseModel):
    """Somebody with a part in the programme."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Identifier = Field(description="id, by which tables and agreements name the party")
    name: str = Field(description="name in words")
    role: Literal["owner", "operator", "venture", "customer", "supplier", "authority"] = Field(description="its part")
    shares: Mapping[str, PlainShare] = Field(
        default_factory=dict, description="of a venture: party -> share of it, adding to 1"
    )


class Mix(BaseModel):
    """How what is scarce is split between products, whoever asks for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    per: Literal["month", "quarter", "year"] = Field(
        default="quarter", description="the calendar period of which the shares hold, by due dates"
    )
    shares: Mapping[str, PlainShare] = Field(
        description="item -> share of the units of all these items, adding to 1, where not all are in time"
    )
    within: PlainShare = Field(
        default=0.05, description="how far below its share, of all units, an item may be before the plan says so"
    )


class Planning(BaseModel):
    """How supply and production are planned."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    within_tier: Literal["due", "fair_share", "least_late"] = Field(
        default="due",
        description="who is served first of one priority: the one due first; all in step, by their open quantity; or "
        "whoever makes the units of the priority least late in all",
    )
    frozen_fence: Duration = Field(
        default=Quantity(0.0),
        description="how long from the start no order is placed or begun",
    )
    slushy_fence: Duration = Field(
        default=Quantity(0.0),
        description="how long from the start one only is where a demand would be late without",
    )
    release_fence: Duration = Field(
        default=Quantity(0.0), description="how long from the start planned orders are to be released now"
    )

    mix: Mix | None = Field(default=None, description="how what is scarce is split between products; blank: not at all")

    @property
    def slushy(self) -> float:
        """Return up to when orders are placed or begun only to keep a demand in time, hours from start."""
        return max(self.frozen_fence.planned, self.slushy_fence.planned)

    def state_of(self, begun: float) -> str:
        """Return what a planned order is that is placed or begun at `begun` (hours from start)."""
        if begun < self.release_fence.planned:
            return "release"
        return "slushy" if begun < self.slushy else "planned"


@dataclass(frozen=True, slots=True)
class Move:
    """An item that a lane brings to its site, and the item that it is at the site where it comes from."""

    item: str
    origin: str
    lane: Lane


@dataclass(frozen=True)
class Programme:
    """Everything a planner says of one conversion; made by `read.load`, never changed.

    Where it has several sites, an item of the plan is an item at a site, such as `rack@ohio`, and `moves` say how it
    gets from one to another (see `sites.at_sites`).
    All times are hours from midnight of `start`; all other numbers are in the canonical units of `quantity`.
    """

    name: str
    start: date
    horizon: date
    currency: str
    site: str
    discount_rate: Quantity
    objective: Objective
    calendars: Mapping[str, Calendar]
    parties: tuple[Party, ...]
    agreements: tuple[Agreement, ...]
    register: Register
    tasks: tuple[Task, ...] = ()
    resources: tuple[Resource, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    work_centres: tuple[WorkCentre, ...] = ()
    items: tuple[Item, ...] = ()
    bom: tuple[Component, ...] = ()
    routing: tuple[Operation, ...] = ()
    sources: tuple[Source, ...] = ()
    stock: tuple[Stock, ...] = ()
    demand: tuple[Demand, ...] = ()
    destinations: tuple[Destination, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    production_orders: tuple[FirmOrder, ...] = ()
    sites: tuple[Site, ...] = ()
    lanes: tuple[Lane, ...] = ()
    moves: tuple[Move, ...] = ()
    risks: tuple[Risk, ...] = ()
    progress: tuple[TaskProgress, ...] = ()
    baseline: tuple[BaselineTask, ...] = ()
    report: Mapping[str, str] = field(default_factory=dict)
    planning: Planning = Planning()  # noqa: RUF009 (frozen)
    replanning: Replanning = Replanning()  # noqa: RUF009 (frozen)
    safety_time: Quantity = NOTHING
    status_date: Quantity | None = None
    today: float = 0.0
    """From when on is planned, hours from the start: nothing begins before it that does not stand."""
    counted: float = 0.0
    """When what is in stock and open was counted, hours from the start: what had to begin before has its parts."""
    shipped: tuple[Shipment, ...] = ()
    """What has left for demands already."""

    @property
    def is_replanned(self) -> bool:
        """Return whether it is under way by a baseline, which what is left is then replanned against."""
        return self.status_date is not None and bool(self.baseline)

    def wanted(self, demand: Demand) -> float:
        """Return when the plan aims to have a demand at its site: its due date less the safety time, hours."""
        return demand.due.planned - self.safety_time.planned

    @property
    def frozen_until(self) -> float:
        """Return up to when no order is placed or begun, hours from the start."""
        return self.today + self.planning.frozen_fence.planned

    @property
    def slushy_until(self) -> float:
        """Return up to when orders are placed or begun only to keep a demand in time, hours from the start."""
        return self.today + self.planning.slushy

    @property
    def horizon_hours(self) -> float:
        """Return the length of the programme in hours."""
        return (self.horizon - self.start).days * 24.0

    def moment(self, hours: float) -> datetime:
        """Return the calendar date and time of `hours` from the start."""
        return datetime.combine(self.start, time()) + timedelta(hours=hours)

    def hours(self, when: date) -> float:
        """Return the hours from the start to midnight of `when`."""
        return (when - self.start).days * 24.0

    @cached_property
    def task(self) -> Mapping[str, Task]:
        """Tasks by id."""
        return {t.id: t for t in self.tasks}

    @cached_property
    def progress_of(self) -> Mapping[str, TaskProgress]:
        """What has happened of each task that has a row of progress."""
        return {p.task: p for p in self.progress}

    @cached_property
    def baseline_of(self) -> Mapping[str, BaselineTask]:
        """Baseline of each task that has one."""
        return {b.task: b for b in self.baseline}

    @cached_property
    def tasks_hit(self) -> Mapping[str, tuple[int, ...]]:
        """Numbers of the tasks that each risk hits, by the risk's id; what is finished it hits no more."""
        done = {each.task for each in self.progress if each.is_finished}
        left = [number for number, task in enumerate(self.tasks) if task.id not in done]
        return {risk.id: tuple(n for n in left if risk.hits(self.tasks[n])) for risk in self.risks}

    @cached_property
    def resource(self) -> Mapping[str, Resource]:
        """Resources by id."""
        return {r.id: r for r in self.resources}

    @cached_property
    def work_centre(self) -> Mapping[str, WorkCentre]:
        """Work centres by id."""
        return {w.id: w for w in self.work_centres}

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """Items by id."""
        return {i.id: i for i in self.items}

    @cached_property
    def party(self) -> Mapping[str, Party]:
        """Parties by id."""
        return {p.id: p for p in self.parties}

    @cached_property
    def destination(self) -> Mapping[str, Destination]:
        """Destinations by id."""
        return {d.id: d for d in self.destinations}

    @cached_property
    def places_of(self) -> Mapping[str, tuple[tuple[Component, ...], ...]]:
        """Places in the bill of each made item, phantoms exploded: the lines that may fill each, the preferred
        first."""
        return places(
            _grouped((c.item, c) for c in self.bom if not c.by_product), {i.id for i in self.items if i.phantom}
        )

    @cached_property
    def by_products_of(self) -> Mapping[str, tuple[Component, ...]]:
        """What comes out beside each made item."""
        return _grouped((c.item, c) for c in self.bom if c.by_product)

    @cached_property
    def components_of(self) -> Mapping[str, tuple[Component, ...]]:
        """Lines of `places_of` by the item that is made, substitutes included; absent items take no components."""
        return {item: tuple(line for place in found for line in place) for item, found in self.places_of.items()}

    @cached_property
    def routing_of(self) -> Mapping[str, tuple[Operation, ...]]:
        """Operations in order by the item that is made, each where it is preferred; an item with operations is a made
        item."""
        return {item: ways[0] for item, ways in self.routes_of.items()}

    @cached_property
    def routes_of(self) -> Mapping[str, tuple[Route, ...]]:
        """Ways through the work centres by the item that is made, the preferred one first."""
        return {item: routes(rows) for item, rows in _grouped((o.item, o) for o in self.routing).items()}

    @cached_property
    def moves_of(self) -> Mapping[str, tuple[Move, ...]]:
        """How an item at a site gets there from others, the preferred lane first."""
        return _grouped((move.item, move) for move in sorted(self.moves, key=lambda move: move.lane.preference))

    @cached_property
    def in_process(self) -> Mapping[str, str]:
        """The next operation of each production order that stands in process, by its id."""
        return {order.id: order.next_operation for order in self.production_orders if order.next_operation}

    @cached_property
    def choices_of(self) -> Mapping[str, frozenset[str]]:
        """Operations that may be done in several places, by item, of items that have any."""
        found = {item: choices(ways) for item, ways in self.routes_of.items()}
        return {item: operations for item, operations in found.items() if operations}

    @cached_property
    def stock_ids(self) -> tuple[str, ...]:
        """The id of each row of stock, in order: its own, or made up of the item and a number."""
        counted: dict[str, int] = defaultdict(int)
        names = []
        for row in self.stock:
            counted[row.item] += 1
            names.append(row.id or f"stock:{row.item}:{counted[row.item]}")
        return tuple(names)

    @cached_property
    def sources_of(self) -> Mapping[str, tuple[Source, ...]]:
        """Supplier offers by item, in the order of the file (the planner's preference)."""
        return _grouped((s.item, s) for s in self.sources)


def _grouped(pairs: Iterable[tuple[str, V]]) -> Mapping[str, tuple[V, ...]]:
    groups: dict[str, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


TABLES: tuple[type[Row], ...] = (
    TaskRow, Resource, Equipment, WorkCentre, Item, Component, Operation, Source, Stock, Demand, Destination,
    Reservation, FirmOrder, Site, Lane, Risk,
    TaskProgress, BaselineTask,
)  # fmt: skip

__all__ = [
    "OMITTED", "TABLES",
    "Amount",
    "Component",
    "Delivery",
    "Demand",
    "Destination",
    "Equipment",
    "FirmOrder",
    "Item",
    "Lane",
    "Link",
    "Mix",
    "Mode",
    "Move",
    "Need",
    "Objective",
    "Operation",
    "Party",
    "Planning",
    "Programme",
    "Reservation",
    "Resource",
    "Risk",
    "Row",
    "Site",
    "Source",
    "Spending",
    "Stock",
    "Task",
    "TaskRow",
    "WorkCentre",
]  # fmt: skip
