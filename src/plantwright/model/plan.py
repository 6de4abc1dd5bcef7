"""What to buy, build, allocate and ship: the supply and production plan, with the reason of every late demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Literal, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order for a bought item: placed and received are hours from start, price is of one.

    A `frozen` one is open already: it is as the programme says, and the plan moves none of it.
    """

    id: str
    item: str
    supplier: str
    quantity: float
    placed: float
    received: float
    price: float
    consigned: bool
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class ProductionOrder:
    """An order for a made item: `quantity` units are released to the floor at `release`, the last good one is done at
    `finish`.

    Times are hours from start. `good` units are expected of it after yield, rework and scrap; supply and pegging
    count those. A `frozen` one stands: it is as the programme says, and the plan moves none of it.
    """

    id: str
    item: str
    quantity: float
    release: float
    finish: float
    good: float = 0.0
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Units that go by a lane: `origin` is the item where they leave, `item` where they arrive, such as `rack@ohio` and
    `rack@texas`. Times are hours from start, cost is of one.
    """

    id: str
    item: str
    origin: str
    lane: str
    quantity: float
    ships: float
    arrives: float
    cost: float

    @property
    def frozen(self) -> bool:
        """Return whether it is open already: what is on the road is stock to come, so none is."""
        return False


@dataclass(frozen=True, slots=True)
class Consumption:
    """What a production order takes for a place of its bill where there is a choice: substitutes, dates, customers.

    `quantity` is taken by the operation for all its units, what is scrapped included. A place without a row takes
    nothing.
    """

    order: str
    operation: str
    component: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a production order goes through an operation that several rows of the routing offer: the row's preference
    says which.
    """

    order: str
    operation: str
    work_centre: str
    preference: int


@dataclass(frozen=True, slots=True)
class Pegging:
    """`quantity` of a supply (purchase, production or transfer order, or stock row) that serves a demand."""

    supply: str
    demand: str
    item: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Shipment:
    """Units of a demand that leave the plant together; times are hours from start."""

    demand: str
    item: str
    destination: str
    quantity: float
    ships: float
    arrives: float


ReasonKind = Literal[
    "part", "supplier_capacity", "lead_time", "work_centre", "resource", "not_made", "destination", "fence", "lane"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `quantity` of a demand is late by `delay` hours (infinite: not within the horizon), and which object stands
    in the way.

    `at` is when the obstacle bound (hours from start); `text` says it in one sentence of the planner's words.
    `order` is the purchase order that the demand waits for last, where it waits for one.
    """

    demand: str
    quantity: float
    delay: float
    kind: ReasonKind
    object: str
    at: float
    text: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason confirmed by relaxing it and planning again, on top of the causes of the same demand before it.

    The demand's last unit comes `gain` hours sooner (infinite: within the horizon at all); `units` more are in time.
    """

    demand: str
    kind: ReasonKind
    object: str
    gain: float
    units: float
    text: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Safety stock that is not there from `begins` up to `ends` (hours from start): how many units, and why not."""

    item: str
    quantity: float
    begins: float
    ends: float
    text: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """Units of a supply that nobody uses within their life: scrap from `at` on (hours from start)."""

    supply: str
    item: str
    quantity: float
    at: float


@dataclass(frozen=True, slots=True)
class Clash:
    """What a production order that stands needs and there is not: `quantity` of a part at `at` that is there at `until`
    (infinite: never), hours of capacity in the week of `at` beyond what there is, or time before the start.
    """

    order: str
    kind: Literal["part", "work_centre", "resource", "lead_time", "not_made"]
    object: str
    quantity: float
    at: float
    until: float
    text: str


@dataclass(frozen=True, slots=True)
class MixShare:
    """What an item of the product mix has in a period that begins at `begins` (hours from start): units due, those of
    them in time, and how many of what all items have in time its share would be. `text` says why it is below, where it
    is.
    """

    begins: float
    item: str
    due: float
    in_time: float
    by_share: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """Working hours (kilowatt-hours, people-hours for a resource) needed and there in one week of a work centre or
    resource; `setup` of those needed are lost to changeovers between families.
    """

    kind: Literal["work_centre", "resource"]
    object: str
    week: int
    needed: float
    available: float
    setup: float = 0.0


@dataclass(frozen=True, slots=True)
class Inventory:
    """Projected stock of an item: `opening` at the start, then a number a week: units that come in, that are used or
    shipped, that expire, and what is on hand when the week ends.
    """

    item: str
    opening: float
    received: tuple[float, ...]
    used: tuple[float, ...]
    expired: tuple[float, ...]
    on_hand: tuple[float, ...]

    def cover(self, week: int) -> float:
        """Return for how many weeks of planned use the stock at the end of a week lasts; infinite: to the end."""
        left = self.on_hand[week]
        for ahead, used in enumerate(self.used[week + 1 :]):
            if used > left:
                return ahead + max(left, 0.0) / used
            left -= used
        return inf


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order that would meet all needs in time: made here where `supplier` (for what is moved: the lane) is blank.

    Hours from start; `placed` (for what is made: begun) is negative where that would have been before the start.
    """

    item: str
    supplier: str
    quantity: float
    placed: float
    there: float


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is needed of an item in a week from the start: all of it, and what stock leaves of it; what planned orders
    bring in that week, and what is to be ordered (begun, for what is made) in it.
    """

    item: str
    week: int
    gross: float
    net: float
    received: float
    ordered: float


@dataclass(frozen=True)
class Unconstrained:
    """What would be needed to serve every demand in time, capacity and suppliers' limits apart."""

    requirements: tuple[Requirement, ...]
    orders: tuple[PlannedOrder, ...]
    loads: tuple[Load, ...]


@dataclass(frozen=True)
class Plan:
    """The whole plan. Weeks count from the programme's start; all times are hours from start.

    `order` names the demands in the order in which they were planned.
    """

    purchase_orders: tuple[PurchaseOrder, ...] = ()
    production_orders: tuple[ProductionOrder, ...] = ()
    pegging: tuple[Pegging, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    reasons: tuple[Reason, ...] = ()
    loads: tuple[Load, ...] = ()
    causes: tuple[Cause, ...] = ()
    consumptions: tuple[Consumption, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    transfer_orders: tuple[TransferOrder, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    expiries: tuple[Expiry, ...] = ()
    clashes: tuple[Clash, ...] = ()
    mix: tuple[MixShare, ...] = ()
    order: tuple[str, ...] = ()
    inventory: tuple[Inventory, ...] = ()

    @cached_property
    def shipments_of(self) -> Mapping[str, tuple[Shipment, ...]]:
        """Shipments by demand, in order of time."""
        return _grouped(sorted(self.shipments, key=lambda s: (s.arrives, s.ships)), lambda shipment: shipment.demand)

    @cached_property
    def consumptions_of(self) -> Mapping[str, tuple[Consumption, ...]]:
        """Consumptions by production order, in the order of its bill."""
        return _grouped(self.consumptions, lambda row: row.order)

    @cached_property
    def assignments_of(self) -> Mapping[str, tuple[Assignment, ...]]:
        """Assignments by production order, in the order of its routing."""
        return _grouped(self.assignments, lambda row: row.order)

    def promised(self, demand: str) -> float:
        """Return when the last planned unit of a demand arrives, hours from start; infinite where nothing is
        planned."""
        return max((s.arrives for s in self.shipments_of.get(demand, ())), default=float("inf"))


def _grouped(rows: Iterable[V], key: Callable[[V], str]) -> Mapping[str, tuple[V, ...]]:
    found: dict[str, list[V]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {name: tuple(group) for name, group in found.items()}
