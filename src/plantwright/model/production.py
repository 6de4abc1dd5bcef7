"""The tables of production: work centres, items and how they are made, who supplies what, who wants what where."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from plantwright.model.cells import (
    Count,
    Date,
    DateOrAssumption,
    Duration,
    DurationOrNone,
    Identifier,
    Identifiers,
    LeadTime,
    Money,
    Needs,
    Power,
    PowerSteps,
    RateSteps,
    Share,
    SteppedCount,
    Text,
    WholeNumber,
    YesNo,
)
from plantwright.model.quantity import Quantity, from_when
from plantwright.model.row import Row

AT = "@"
"""Between an item and its site, in the id of an item at a site."""


class Site(Row):
    """A place where items are stocked, bought and made; without any, there is one."""

    table: ClassVar[str] = "sites"
    id: Identifier = Field(description="id of the site")
    name: Text = Field(default="", description="name in words")


class Lane(Row):
    """A way of goods from one site to another."""

    table: ClassVar[str] = "lanes"
    id: Identifier = Field(description="id of the lane")
    from_site: Identifier = Field(description="site that sends")
    to_site: Identifier = Field(description="site that receives")
    item: Identifier = Field(default="", description="item that goes this way; blank: all that the sending site has")
    time: Duration = Field(description="from leaving to being there for use, elapsed")
    preference: WholeNumber = Field(
        default=1, description="0: before the site makes or buys it; else after that, 1 first"
    )
    moq: Count = Field(default=Quantity(1.0), description="fewest units of an item that leave together")
    multiple: Count = Field(default=Quantity(1.0), description="what leaves together is a multiple of this")
    capacity: RateSteps = Field(
        default=(), description="most units of all items that leave in a week, from dates on; blank: no limit"
    )
    cost: Money = Field(default=Quantity(0.0), description="cost of a unit moved")
    carrier: Identifier = Field(default="", description="party that moves it and is paid; blank: somebody else")
    valid_from: DateOrAssumption = Field(default=None, description="nothing leaves before this date; blank: any time")
    valid_to: DateOrAssumption = Field(default=None, description="nothing leaves from this date on; blank: no end")


class WorkCentre(Row):
    """A group of like stations."""

    table: ClassVar[str] = "work_centres"
    id: Identifier = Field(description="id of the work centre")
    name: Text = Field(default="", description="name in words")
    site: Identifier = Field(default="", description="site that it is at; blank: the first of sites.csv")
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
    site: Identifier = Field(
        default="", description="the row is what holds at this site, in place of the row without one"
    )
    family: Text = Field(default="", description="product family, for changeovers and for the ramp chart")
    producer: Identifier = Field(default="", description="party whose product it is, for made items")
    trace: Literal["serial", "lot", "none"] = Field(default="none", description="how single units are traced")
    gpus: Count = Field(default=Quantity(0.0), description="GPUs in one")
    power: Power = Field(
        default=Quantity(0.0), description="power that one draws at its destination; what counts as compute energised"
    )
    safety_stock: SteppedCount = Field(
        default=Quantity(0.0),
        description="units that are to be left, from dates on: `20; 2027-01-01: 35`; taken by a demand that would be "
        "late without",
    )
    safety_time: Duration = Field(
        default=Quantity(0.0),
        description="how long before its need one is to be there; given up rather than be late",
    )
    shelf_life: DurationOrNone = Field(
        default=None, description="how long one may be kept before it is used; blank: without end"
    )
    lot_min: WholeNumber = Field(default=1, description="fewest good units that are made in one order")
    lot_multiple: WholeNumber = Field(default=1, description="orders to make it are for multiples of this")
    phantom: YesNo = Field(
        default=False, description="yes: never made or kept by itself; its components go straight into what takes it"
    )

    @property
    def safety_levels(self) -> tuple[tuple[float, float], ...]:
        """Return the units that are to be left, each with when that begins (hours from start), in order."""
        return tuple((begins, level.planned) for begins, level in from_when(self.safety_stock))


class Component(Row):
    """A line of a bill of materials."""

    table: ClassVar[str] = "bom"
    item: Identifier = Field(description="item that is made")
    component: Identifier = Field(description="item that goes into it")
    site: Identifier = Field(default="", description="site at which it does; blank: wherever the item is made")
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
    """A step of an item's routing; the rows of an item are its steps in order.

    Rows that name an operation again say where else it may be done, and how there.
    """

    table: ClassVar[str] = "routing"
    item: Identifier = Field(description="item that is made")
    operation: Identifier = Field(description="id of the operation, unique within the item")
    name: Text = Field(default="", description="name in words")
    work_centre: Identifier = Field(description="where it is done")
    preference: WholeNumber = Field(
        default=1,
        description="among the work centres that may do an operation (a row each), 1 is taken first, the next where it "
        "is full",
    )
    valid_from: DateOrAssumption = Field(default=None, description="not begun here before this date; blank: any time")
    valid_to: DateOrAssumption = Field(default=None, description="not begun here from this date on; blank: no end")
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
    site: Identifier = Field(default="", description="site that it delivers to; blank: the first of sites.csv")
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
    site: Identifier = Field(default="", description="site where it is, or is to be; blank: the first of sites.csv")
    quantity: Count = Field(description="how many")
    available: DateOrAssumption = Field(default=None, description="date it is there; blank: at the start")
    expires: DateOrAssumption = Field(
        default=None, description="not to be used after this date; blank: its shelf life after it is there"
    )


class FirmOrder(Row):
    """A production order that stands: no plan moves it, and it takes its stations and components before any demand."""

    table: ClassVar[str] = "production_orders"
    id: Identifier = Field(description="id of the order, by which plans name it")
    item: Identifier = Field(description="item that is made")
    site: Identifier = Field(default="", description="site that makes it; blank: the first of sites.csv")
    quantity: Count = Field(description="good units that it makes")
    finish: Date = Field(description="date (and time) at which the last of them is done")
    customer: Identifier = Field(default="", description="customer that it is made for; blank: nobody in particular")
    next_operation: Identifier = Field(
        default="", description="of what is in process: operation that is next, those before it are done; blank: all"
    )
    work_centres: Identifiers = Field(
        default=(), description="work centres that it goes through where its routing gives a choice; blank: preferred"
    )


class Demand(Row):
    """An order of a customer for a site."""

    table: ClassVar[str] = "demand"
    id: Identifier = Field(description="id of the demand")
    customer: Identifier = Field(description="party that orders")
    destination: Identifier = Field(description="where it goes")
    item: Identifier = Field(description="item ordered")
    site: Identifier = Field(default="", description="site that ships it; blank: the first of sites.csv")
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

    @property
    def product(self) -> str:
        """Return the item, whichever site it is shipped from."""
        return self.item.partition(AT)[0]


class Reservation(Row):
    """Units of an item kept for one customer or one demand; to nobody else are they given."""

    table: ClassVar[str] = "reservations"
    item: Identifier = Field(description="item that is kept")
    site: Identifier = Field(default="", description="site at which it is kept; blank: the first of sites.csv")
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
