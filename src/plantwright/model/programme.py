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
from typing import ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from plantwright.model.agreements import Agreement
from plantwright.model.assumptions import Register
from plantwright.model.bills import places
from plantwright.model.calendars import Calendar
from plantwright.model.cells import (
    Amount,
    Area,
    CapacitySteps,
    Count,
    Date,
    DateOrAssumption,
    Deliveries,
    Delivery,
    Duration,
    DurationOrNone,
    Identifier,
    Identifiers,
    LeadTime,
    Link,
    Links,
    Money,
    MoneyOrNone,
    MoneyRate,
    MoneySteps,
    Need,
    Needs,
    PaymentTerm,
    PaymentTerms,
    PlainNumber,
    PlainShare,
    Power,
    PowerSteps,
    RateSteps,
    Released,
    ReleasedResources,
    Share,
    Text,
    WholeNumber,
    YesNo,
)
from plantwright.model.progress import BaselineTask, TaskProgress
from plantwright.model.quantity import NOTHING, Quantity
from plantwright.model.risks import Risk
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


class TaskRow(Row):
    """One mode of a work package of the conversion; rows with the same id are alternative modes of one task."""

    table: ClassVar[str] = "tasks"
    id: Identifier = Field(description="id of the task; repeated for each further mode")
    name: Text = Field(default="", description="what is done, in words")
    party: Identifier = Field(default="", description="party in charge")
    payer: Identifier = Field(default="", description="party that pays; blank: the party in charge")
    area: Text = Field(default="", description="part of the plant, groups the Gantt chart")
    mode: Text = Field(default="normal", description="name of the mode, e.g. normal or crash")
    duration: DurationOrNone = Field(
        default=None, description="working time by the calendar; blank for a purchase: its lead time"
    )
    calendar: Identifier = Field(default="always", description="calendar of the work; `always` counts elapsed time")
    predecessors: Links = Field(
        default=(), description="links such as `dig FS+5d, pour FS+2d..5d, permit SS`; lags are elapsed time"
    )
    resources: Needs = Field(default=(), description="taken while the task works, such as `crane:1, electricians:6`")
    pauses: YesNo = Field(default=True, description="no: once begun, the work goes on without a break of its calendars")
    released: ReleasedResources = Field(
        default=(), description="resources let go over breaks, such as `electricians, cranes:12 h`; others are kept"
    )
    cost: Money = Field(
        default=Quantity(0.0), description="cost of the task in this mode, resources' own cost not counted"
    )
    equipment: Needs = Field(
        default=(), description="equipment bought by this task, such as `burn_in_rack:20`; adds price and lead time"
    )
    payment: PaymentTerms = Field(
        default=(), description="when work and equipment are paid: `30 % order, 60 % delivery, 10 % acceptance of test`"
    )
    delivers: Deliveries = Field(
        default=(), description="capability at the finish, such as `work_centre:burn_in+20, power:test_hall+5 MW`"
    )
    release: DateOrAssumption = Field(default=None, description="not to start before this date")
    deadline: DateOrAssumption = Field(default=None, description="to be finished by this date")
    optional: YesNo = Field(default=False, description="yes: done only where that pays by the objectives")
    milestone: YesNo = Field(default=False, description="yes: shown as a milestone")
    weight: Count = Field(default=Quantity(0.0), description="weight of an hour of lateness against the deadline")


OMITTED = "not done"
"""Name of the last mode of an optional task: it takes nothing and delivers nothing."""


@dataclass(frozen=True)
class Mode:
    """One way to do a task: working hours, what it takes while it works, what it costs.

    `cost` is the work alone; `equipment_cost` is the planned price of all equipment that the task buys, and
    `equipment_prices` holds its terms (price times number, one a kind of equipment, in the order of the task's
    `equipment`).
    """

    name: str
    duration: Quantity
    needs: tuple[Need, ...]
    cost: Quantity
    equipment_cost: float = 0.0
    equipment_prices: tuple[Quantity, ...] = ()
    row: int = 0


@dataclass(frozen=True)
class Task:
    """A work package of the conversion with its alternative modes; the first mode is the normal one.

    `not_before` (hours) holds in every world, as the status date does; `release` may be uncertain.
    """

    id: str
    name: str
    party: str
    payer: str
    area: str
    calendar: str
    modes: tuple[Mode, ...]
    links: tuple[Link, ...]
    delivers: tuple[Delivery, ...]
    equipment: tuple[Need, ...]
    release: Quantity | None
    deadline: Quantity | None
    milestone: bool
    weight: float
    row: int = 0
    not_before: float = 0.0
    pauses: bool = True
    released: tuple[Released, ...] = ()
    payment: tuple[PaymentTerm, ...] = ()

    @property
    def omission(self) -> int | None:
        """Which mode leaves the task out; None where it must be done."""
        return next((number for number, mode in enumerate(self.modes) if mode.name == OMITTED), None)


class Resource(Row):
    """A crew, crane, floor area, power or coolant supply, or people of one skill: shared, of limited capacity over
    time.
    """

    table: ClassVar[str] = "resources"
    id: Identifier = Field(description="id of the resource")
    name: Text = Field(default="", description="name in words")
    kind: Literal["crew", "crane", "area", "power", "coolant", "people", "budget"] = Field(
        description="what it is; fixes its unit"
    )
    party: Identifier = Field(default="", description="party that pays for it")
    capacity: CapacitySteps = Field(description="capacity at the start and from dates on, such as `4; 2026-03-01: 8`")
    calendar: Identifier = Field(default="always", description="when it is there")
    cost: MoneyRate = Field(default=Quantity(0.0), description="cost of one unit of it in use, such as `85 USD/h`")


class Equipment(Row):
    """A kind of equipment that is bought for the conversion."""

    table: ClassVar[str] = "equipment"
    id: Identifier = Field(description="id of the equipment")
    name: Text = Field(default="", description="name in words")
    supplier: Identifier = Field(default="", description="party that supplies it")
    price: Money = Field(description="price of one")
    lead_time: Duration = Field(description="from order to delivery, elapsed time")
    work_centre: Identifier = Field(default="", description="work centre it serves")
    area: Area = Field(default=Quantity(0.0), description="floor area that one takes")
    power: Power = Field(default=Quantity(0.0), description="power that one draws")


class WorkCentre(Row):
    """A group of like stations."""

    table: ClassVar[str] = "work_centres"
    id: Identifier = Field(description="id of the work centre")
    name: Text = Field(default="", description="name in words")
    area: Text = Field(default="", description="part of the plant")
    stations: WholeNumber = Field(default=0, description="stations at the start; the conversion adds more")
    buffer: WholeNumber | None = Field(default=None, description="units that may wait before it; blank: no limit")
    calendar: Identifier = Field(default="always", description="when it works")
    unattended: YesNo = Field(default=False, description="yes: what has started runs on when the shift ends")
    resources: Needs = Field(
        default=(), description="taken by every operation here while it runs, such as `technicians:2`"
    )
    mtbf: DurationOrNone = Field(
        default=None, description="mean busy time between failures of one station; blank: none"
    )
    mttr: DurationOrNone = Field(default=None, description="time to repair a station")
    setup: DurationOrNone = Field(default=None, description="time to change a station over to another product family")


class Item(Row):
    """A product, part or assembly."""

    table: ClassVar[str] = "items"
    id: Identifier = Field(description="id of the item")
    name: Text = Field(default="", description="name in words")
    family: Text = Field(default="", description="product family, for changeovers and for the ramp chart")
    producer: Identifier = Field(default="", description="party whose product it is, for made items")
    trace: Literal["serial", "lot", "none"] = Field(default="none", description="how single units are traced")
    gpus: Count = Field(default=Quantity(0.0), description="GPUs in one")
    power: Power = Field(
        default=Quantity(0.0), description="power that one draws at its destination; what counts as compute energised"
    )
    safety_stock: Count = Field(
        default=Quantity(0.0),
        description="units that are to be left; taken by a demand that would be late without",
    )
    safety_time: Duration = Field(
        default=Quantity(0.0),
        description="how long before its need one is to be there; given up rather than be late",
    )
    shelf_life: DurationOrNone = Field(
        default=None, description="how long one may be kept before it is used; blank: without end"
    )
    phantom: YesNo = Field(
        default=False, description="yes: never made or kept by itself; its components go straight into what takes it"
    )


class Component(Row):
    """A line of a bill of materials."""

    table: ClassVar[str] = "bom"
    item: Identifier = Field(description="item that is made")
    component: Identifier = Field(description="item that goes into it")
    quantity: Count = Field(description="how many of the component go into one")
    operation: Identifier = Field(default="", description="operation that takes it; blank: the first one")
    substitute_for: Identifier = Field(
        default="", description="component of the same item whose place this one takes where that would come too late"
    )
    preference: WholeNumber = Field(
        default=1, description="among a component and its substitutes, 1 is taken first; equal ones in order of rows"
    )
    valid_from: DateOrAssumption = Field(
        default=None, description="not taken before this date (qualified, or phased in); blank: from the start"
    )
    valid_to: DateOrAssumption = Field(default=None, description="no longer taken from this date on; blank: no end")
    customers: Identifiers = Field(default=(), description="only in what is made for these customers; blank: for all")
    by_product: YesNo = Field(
        default=False, description="yes: no component, but comes out with each good unit: a co-product or by-product"
    )

    def allows(self, time: float, customer: str) -> bool:
        """Return whether an operation that begins at `time` (hours from start) takes it for a customer, "" for
        nobody."""
        begun = self.valid_from is None or time >= self.valid_from.planned - 1e-6
        ended = self.valid_to is not None and time >= self.valid_to.planned - 1e-6
        return begun and not ended and (not self.customers or customer in self.customers)


class Operation(Row):
    """A step of an item's routing; the rows of an item are its steps in order."""

    table: ClassVar[str] = "routing"
    item: Identifier = Field(description="item that is made")
    operation: Identifier = Field(description="id of the operation, unique within the item")
    name: Text = Field(default="", description="name in words")
    work_centre: Identifier = Field(description="where it is done")
    time: Duration = Field(description="working time for a unit (for a batch, where batch_max is above 1)")
    batch_min: WholeNumber = Field(default=1, description="fewest units that start together")
    batch_max: WholeNumber = Field(default=1, description="most units that start together")
    max_wait: DurationOrNone = Field(default=None, description="longest wait for a batch to fill; then it starts short")
    yield_: Share = Field(default=Quantity(1.0), alias="yield", description="share of units that pass")
    on_fail: Identifier = Field(default="scrap", description="operation a failed unit goes back to, or `scrap`")
    rework_limit: WholeNumber = Field(default=3, description="failures after which a unit is scrapped all the same")
    resources: Needs = Field(
        default=(), description="taken per unit while it runs, such as `test_power:132 kW, coolant:100 l/min`"
    )


class Source(Row):
    """A supplier's offer of an item."""

    table: ClassVar[str] = "sources"
    item: Identifier = Field(description="item offered")
    supplier: Identifier = Field(description="party that supplies it")
    price: Money = Field(description="price of one")
    lead_time: LeadTime = Field(
        description="from order to receipt at the plant, elapsed; by date of order: `26 weeks; 2027-01-01: 18 weeks`"
    )
    ordering_time: Duration = Field(
        default=Quantity(0.0), description="from the decision to the order (approval, paperwork), before the lead time"
    )
    receiving_time: Duration = Field(
        default=Quantity(0.0), description="from receipt until one may be used (inspection, put-away)"
    )
    interval: Duration = Field(default=Quantity(0.0), description="least time between the receipts of two orders")
    capacity: RateSteps = Field(default=(), description="most units a week, from dates on; blank: no limit")
    moq: Count = Field(default=Quantity(1.0), description="smallest order")
    multiple: Count = Field(default=Quantity(1.0), description="orders are multiples of this")
    qualified_from: DateOrAssumption = Field(default=None, description="first date that an order may be placed")
    consigned: YesNo = Field(default=False, description="yes: the customer buys it; it costs the plant nothing")


class Stock(Row):
    """What is on hand, on order with a supplier, or in process: fixed, the plan moves none of it."""

    table: ClassVar[str] = "stock"
    id: Identifier = Field(default="", description="id of the order or lot, by which plans name it; blank: made up")
    kind: Literal["on_hand", "on_order", "in_process"] = Field(
        default="on_hand",
        description="on hand (or certain to come), an open purchase order (paid on receipt), or good units in process",
    )
    supplier: Identifier = Field(default="", description="of an open purchase order: with whom")
    item: Identifier = Field(description="item")
    quantity: Count = Field(description="how many")
    available: DateOrAssumption = Field(default=None, description="date it is there; blank: at the start")
    expires: DateOrAssumption = Field(
        default=None, description="not to be used after this date; blank: its shelf life after it is there"
    )


class Demand(Row):
    """An order of a customer for a site."""

    table: ClassVar[str] = "demand"
    id: Identifier = Field(description="id of the demand")
    customer: Identifier = Field(description="party that orders")
    destination: Identifier = Field(description="where it goes")
    item: Identifier = Field(description="item ordered")
    quantity: WholeNumber = Field(description="how many")
    due: Date = Field(description="date wanted at the destination")
    priority: WholeNumber = Field(default=1, description="1 is served first")
    price: Money = Field(default=Quantity(0.0), description="price of one")
    latest: DateOrAssumption = Field(
        default=None, description="latest date at the destination: what comes later is not wanted; blank: any"
    )
    partial: YesNo = Field(default=True, description="no: all of it is shipped together, or nothing")
    smallest_shipment: WholeNumber = Field(
        default=1, description="fewest units that are shipped together; the last shipment may be the rest"
    )

    @property
    def least(self) -> int:
        """Return the fewest units that may leave together: all of them where no part of it is wanted alone."""
        return min(self.smallest_shipment, self.quantity) if self.partial else self.quantity


class Reservation(Row):
    """Units of an item kept for one customer or one demand; to nobody else are they given."""

    table: ClassVar[str] = "reservations"
    item: Identifier = Field(description="item that is kept")
    customer: Identifier = Field(default="", description="customer that it is kept for; blank: see `demand`")
    demand: Identifier = Field(default="", description="demand that it is kept for; blank: all of the customer's")
    quantity: Count = Field(
        default=Quantity(0.0), description="how many of those in stock and on the way, the first that come"
    )
    per_week: RateSteps = Field(
        default=(), description="how many a week of what the item's limited suppliers deliver, from dates on"
    )
    until: DateOrAssumption = Field(default=None, description="date from which what is left is anybody's; blank: never")

    def keeps_for(self, demand: Demand) -> bool:
        """Return whether a demand may have what is kept here."""
        return demand.id == self.demand or (not self.demand and demand.customer == self.customer)


class Destination(Row):
    """A data-centre site."""

    table: ClassVar[str] = "destinations"
    id: Identifier = Field(description="id of the site")
    name: Text = Field(default="", description="name in words")
    party: Identifier = Field(default="", description="party that runs it")
    transit: Duration = Field(description="from the plant to the site")
    install_rate: RateSteps = Field(description="units installed a week, from dates on")
    power: PowerSteps = Field(
        default=(), description="power available for compute, from dates on, such as `2026-06-30: 200 MW`"
    )


class Spending(BaseModel):
    """The most that a party may pay for the conversion's tasks in each month, quarter or year."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    payer: Identifier = Field(default="", description="party whose payments count; blank: everybody's together")
    per: Literal["month", "quarter", "year"] = Field(default="month", description="the calendar period of each limit")
    most: MoneySteps = Field(description="the most in a period, from dates on: `20 MUSD; 2026-07-01: 35 MUSD`")


class Objective(BaseModel):
    """What the conversion's schedule minimises, in order of importance."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    order: tuple[Literal["capability", "milestones", "finish", "cost", "npv", "levelling", "change"], ...] = Field(
        default=("capability", "cost"), description="what is minimised, the most important first"
    )
    weights: Mapping[str, PlainNumber] = Field(
        default_factory=dict,
        description="capability target (work centre or resource) -> weight of an hour that all of it is late; others 1",
    )
    budget: MoneyOrNone = Field(default=None, description="most that the tasks of the conversion may cost")
    spending: tuple[Spending, ...] = Field(
        default=(), description="the most that may be paid for the tasks in each month, quarter or year"
    )


class Planning(BaseModel):
    """How supply and production are planned."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    within_tier: Literal["due", "fair_share"] = Field(
        default="due",
        description="who is served first of one priority: the one due first, or all in step, by their open quantity",
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

    @property
    def slushy(self) -> float:
        """Return up to when orders are placed or begun only to keep a demand in time, hours from start."""
        return max(self.frozen_fence.planned, self.slushy_fence.planned)

    def state_of(self, begun: float) -> str:
        """Return what a planned order is that is placed or begun at `begun` (hours from start)."""
        if begun < self.release_fence.planned:
            return "release"
        return "slushy" if begun < self.slushy else "planned"


@dataclass(frozen=True)
class Programme:
    """Everything a planner says of one conversion; made by `read.load`, never changed.

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
    risks: tuple[Risk, ...] = ()
    progress: tuple[TaskProgress, ...] = ()
    baseline: tuple[BaselineTask, ...] = ()
    report: Mapping[str, str] = field(default_factory=dict)
    planning: Planning = Planning()  # noqa: RUF009 (frozen)
    safety_time: Quantity = NOTHING
    status_date: Quantity | None = None

    def wanted(self, demand: Demand) -> float:
        """Return when the plan aims to have a demand at its site: its due date less the safety time, hours."""
        return demand.due.planned - self.safety_time.planned

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
        """Operations in order by the item that is made; an item with operations is a made item."""
        return _grouped((o.item, o) for o in self.routing)

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
    Reservation, Risk,
    TaskProgress, BaselineTask,
)  # fmt: skip

__all__ = ["TABLES", "Amount", "Delivery", "Link", "Need", "Programme", "Risk", "Row"]
