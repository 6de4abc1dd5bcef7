"""What the conversion is made of: tasks with their modes, shared resources, equipment, and what its schedule minimises.

The tables are `Row`s; `tasks` makes the tasks of their rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from plantwright.model.cell_values import Delivery, Link, Need, PaymentTerm, Released
from plantwright.model.cells import (
    Area,
    CapacitySteps,
    Count,
    DateOrAssumption,
    Deliveries,
    Duration,
    DurationOrNone,
    Identifier,
    Links,
    Money,
    MoneyOrNone,
    MoneyRate,
    MoneySteps,
    Needs,
    PaymentTerms,
    PlainNumber,
    Power,
    ReleasedResources,
    Text,
    YesNo,
)
from plantwright.model.quantity import Quantity
from plantwright.model.row import Row

Step = Literal["delivery", "installation", "commissioning", "qualification"]
STEPS: tuple[Step, ...] = get_args(Step)
"""What is done with equipment after its order and manufacture, in this order."""


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
    step: Step | None = Field(default=None, description="which step it is of the purchases that it follows")
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


@dataclass(frozen=True, slots=True)
class Begun:
    """Of a task under way or over: the mode it is done in, with all that it costs in the end, and the share of its work
    (0 to 1) that is done.
    """

    mode: Mode
    share: float


@dataclass(frozen=True)
class Task:
    """A work package of the conversion with its alternative modes; the first mode is the normal one.

    `not_before` (hours) holds in every world, as the status date does; `release` may be uncertain. `begun` is of
    what is left of a programme under way only.
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
    step: Step | None = None
    begun: Begun | None = None

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
