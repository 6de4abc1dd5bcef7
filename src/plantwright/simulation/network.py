"""A plant in the field's words: work centres, routes, stocks, resources, sources, demands. Frozen values, checked
whole.

What a value means is said here; `faults` finds what is wrong with a network, `tables` lays it out for the kernel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from plantwright.simulation.times import Time

Rule = Literal["fifo", "priority", "due", "shortest", "critical_ratio"]
END = "end"
Steps = tuple[tuple[float, float], ...]
"""(time, value) from which on a value holds, in order of time."""


@dataclass(frozen=True, slots=True)
class Stock:
    """A place that holds like parts by number. Full (`capacity`), it blocks whoever would add to it."""

    name: str
    level: float = 0.0
    capacity: float = math.inf


@dataclass(frozen=True, slots=True)
class Resource:
    """What operations share while they run: people of a skill, test power, coolant.

    `capacity` holds from time 0, each step of `changes` from its time on. When capacity falls below what is in use,
    running operations end undisturbed and none starts until it fits. Operations that wait take it in order of waiting;
    with `first_fit`, whoever fits goes first (and a large need may starve).
    """

    name: str
    capacity: float
    changes: Steps = ()
    first_fit: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """An amount of a resource that an operation takes at its start, of each unit of a batch if `per_unit`.

    It is given back when the operation ends (also if the unit is then blocked; also held over breaks), never if `kept`.
    """

    resource: str
    amount: float
    per_unit: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """Failures of each station, the work going on after the repair where it stopped (preempt-resume).

    `clock` says what wears: `busy` only working time, `always` the calendar's time, idle and blocked stations included.
    A repair takes `crew` units of a resource where it names one, and waits for them in order.
    """

    up: Time
    repair: Time
    clock: Literal["busy", "always"] = "busy"
    crew: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Shifts:
    """When a centre is open: `times` alternate between opening and shutting, starting with an opening; shut before."""

    times: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WorkCentre:
    """A group of like stations with one buffer before them.

    `stations` is None where they never run out (a journey). `buffer` counts waiting units, stations not included, None
    without limit; a unit that finds it full blocks the station it comes from (blocking after service). `changes` gives
    the number of stations from later times on; a surplus station goes when its work is done. Off shift nothing starts;
    running work pauses if `attended`, else it runs on. `setups` gives hours by (family before, family after), `set_up`
    the families that the first stations are set up for at the start.

    `rule` says which unit goes first: `fifo`; `priority` (1 before 2, then the earlier due date); `due`, the earliest
    due date; `shortest`, the operation of the shortest mean time; `critical_ratio`, the least time to the due date for
    each hour of work left. Equals go in order of arrival.
    """

    name: str
    stations: int | None = 1
    buffer: int | None = None
    rule: Rule = "fifo"
    breakdowns: Breakdowns | None = None
    shifts: Shifts | None = None
    attended: bool = True
    changes: tuple[tuple[float, int], ...] = ()
    setups: Mapping[tuple[str, str], float] = field(default_factory=dict)
    set_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Units that are worked on together: a station starts with `least` or more, up to `most`.

    When the first of them has waited `longest_wait`, it starts with fewer.
    """

    least: int = 1
    most: int = 1
    longest_wait: float = math.inf


@dataclass(frozen=True, slots=True)
class Failure:
    """What becomes of a unit that an operation fails, with what probability.

    `to` is an operation of the route, or `scrap`. A unit that has failed more than `at_most` times in all goes to
    `beyond`. With `remade`, the unit that goes back counts as scrap (its components are gone; the route takes new
    ones). The probability may fall from `at_first` to `probability` as units are done, by exp(-decay * units).
    """

    probability: float
    to: str = "scrap"
    at_most: int | None = None
    beyond: str = "scrap"
    remade: bool = False
    at_first: float | None = None
    decay: float = 0.0


@dataclass(frozen=True, slots=True)
class Learning:
    """Time falls with every doubling of the units done to `rate` of what it was (Wright 1936), down to `floor`."""

    rate: float
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a route: a time at a work centre.

    `components` are taken from stocks (number per unit) and `uses` from resources, all at once when it starts;
    `returns` are given back to stocks then, such as the card of the stage before (kanban). A good unit goes to
    operation `then`, to the route's end where that is `end`, by default to the next of the route. A demand's unit has
    left the plant after an operation that `ships`, and arrived after one that is its `arrival`.
    """

    name: str
    centre: str
    time: Time | float
    components: Mapping[str, float] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()
    returns: Mapping[str, float] = field(default_factory=dict)
    batch: Batch = Batch()
    failures: tuple[Failure, ...] = ()
    family: str = ""
    then: str = ""
    ships: bool = False
    arrival: bool = False
    learning: Learning | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The operations that a unit passes in order, and where it ends; `item` (by default the route's name) says what it
    is.

    At the end it adds `gives` to stocks (several for one unit: disassembly, kitting), or waits for a demand in `pool`,
    or leaves. `cards` are taken from stocks before a unit is released to the first operation, and given back when it
    leaves the route, also as scrap (CONWIP). `tracked` units keep an account of what they waited for, which is added
    up by demand where they come late.
    """

    name: str
    operations: tuple[Operation, ...]
    item: str = ""
    gives: Mapping[str, float] = field(default_factory=dict)
    pool: str = ""
    cards: Mapping[str, float] = field(default_factory=dict)
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Arrivals of units at the first operation of a route; without a `gap` it is saturated: never short of units.

    A full buffer loses them or, without `loses`, blocks the source, which then counts the next gap from when it is
    free.
    """

    route: str
    gap: Time | float | None = None
    size: int = 1
    limit: int | None = None
    loses: bool = False
    priority: float = 0.0
    due_after: float = math.inf


@dataclass(frozen=True, slots=True)
class Order:
    """Units of a route released to its first operation at a time (or at `operation`, for work begun before)."""

    time: float
    route: str
    quantity: int
    priority: float = 0.0
    due: float = math.inf
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A quantity that is added to a stock at a time, such as a purchase that is received."""

    time: float
    stock: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Reorder:
    """Replenishment of a stock by (s, S): what is ordered brings it from `at` or less to `up_to`.

    Counted is what is there and on order, less what waiting units need of it. It is looked at whenever some is taken,
    is found lacking or is refused. An order comes whole after its `lead_time`; each part passes the incoming inspection
    with probability `accepted`. With `at` one below `up_to` it is a base stock.
    """

    stock: str
    at: float
    up_to: float
    lead_time: Time | float
    accepted: float = 1.0


@dataclass(frozen=True, slots=True)
class AtWork:
    """Units that a station is at work on at the start, `remaining` hours of work before they are done.

    Their components are in them already; the resources of the operation are in use. Where the station is `down`, so
    many hours of repair come first.
    """

    route: str
    operation: str
    remaining: float
    units: int = 1
    priority: float = 0.0
    due: float = math.inf
    down: float | None = None


@dataclass(frozen=True, slots=True)
class Down:
    """A station without work that is down at the start, `remaining` hours before it is repaired."""

    centre: str
    remaining: float


@dataclass(frozen=True, slots=True)
class Demand:
    """Units wanted from a pool (or, where that is blank, made of the stocks that the route takes): served by priority
    (1 before 2), then due date, from time `opens` on.

    A unit given to the demand passes `route` (transit, installation, power); it has arrived after the operation that is
    marked `arrival`, or at the route's end.
    """

    pool: str
    route: str
    quantity: int
    priority: float
    due: float
    opens: float = 0.0


@dataclass(frozen=True)
class Network:
    """A whole plant. Names are unique within a kind; everything is checked before it is run, all faults at once.

    Its state at the start: levels of stocks, `orders` at time 0 for units that wait before an operation, units
    `at_work`, stations `down` or `set_up`, `arrivals` for what is on its way.
    """

    centres: tuple[WorkCentre, ...]
    routes: tuple[Route, ...]
    stocks: tuple[Stock, ...] = ()
    resources: tuple[Resource, ...] = ()
    sources: tuple[Source, ...] = ()
    orders: tuple[Order, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    demands: tuple[Demand, ...] = ()
    reorders: tuple[Reorder, ...] = ()
    at_work: tuple[AtWork, ...] = ()
    down: tuple[Down, ...] = ()
