"""Small programmes for the planner's tests: each says only what it needs, in hours and units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from plantwright.model.assumptions import Register
from plantwright.model.calendars import Calendar, continuous
from plantwright.model.cell_values import Delivery, Need
from plantwright.model.programme import (
    Component,
    Demand,
    Destination,
    FirmOrder,
    Item,
    Lane,
    Mode,
    Move,
    Objective,
    Operation,
    Programme,
    Resource,
    Site,
    Source,
    Stock,
    Task,
    WorkCentre,
)
from plantwright.model.quantity import Quantity, Step
from plantwright.model.schedule import Schedule, ScheduledTask
from plantwright.model.sites import at_sites

DAY, WEEK = 24.0, 168.0


def q(value: float) -> Quantity:
    return Quantity(float(value))


def steps(value: float | dict[float, float]) -> tuple[Step, ...]:
    """Return a step function from a constant or from {hours: value}."""
    given = value if isinstance(value, dict) else {0.0: value}
    return tuple(Step(q(at), q(v)) for at, v in sorted(given.items()))


def needs(**amounts: float) -> tuple[Need, ...]:
    return tuple(Need(name, q(amount)) for name, amount in amounts.items())


@dataclass
class Plant:
    """A programme in the making; every method adds a row and returns the plant."""

    weeks: int = 52
    start: date = date(2026, 1, 5)
    rows: dict[str, list[Any]] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=lambda: {"always": continuous()})
    delivered: list[tuple[Task, float]] = field(default_factory=list)

    def _add(self, table: str, row: Any) -> Plant:
        self.rows.setdefault(table, []).append(row)
        return self

    def item(self, *names: str, power_kw: float = 0.0, **more: Any) -> Plant:
        for name in names:
            if name not in {i.id for i in self.rows.get("items", [])}:
                self._add("items", Item(id=name, power=q(power_kw), **more))
        return self

    def centre(self, name: str, stations: int = 1, **more: Any) -> Plant:
        return self._add("work_centres", WorkCentre(id=name, stations=stations, **more))

    def resource(self, name: str, capacity: float | dict[float, float], kind: str = "power", **more: Any) -> Plant:
        return self._add("resources", Resource(id=name, kind=kind, capacity=steps(capacity), **more))

    def make(self, item: str, *operations: dict[str, Any], **components: float) -> Plant:
        """Add a routing of operations {at, hours, ...} and the components that its first operation takes."""
        self.item(item, *components)
        for k, operation in enumerate(operations):
            given = dict(operation)
            share = q(given.pop("share", 1.0))
            row = {"operation": given.pop("name", f"op{k}"), "work_centre": given.pop("at"), "yield": share}
            self._add("routing", Operation(item=item, time=q(given.pop("hours")), **row, **given))
        for component, quantity in components.items():
            self._add("bom", Component(item=item, component=component, quantity=q(quantity)))
        return self

    def component(self, item: str, component: str, quantity: float, operation: str = "", **more: Any) -> Plant:
        self.item(item, component)
        line = Component(item=item, component=component, quantity=q(quantity), operation=operation, **more)
        return self._add("bom", line)

    def source(self, item: str, supplier: str = "maker", lead: Any = 0.0, weekly: Any = None, moq: float = 1,
               multiple: float = 1, qualified: float | None = None, **more: Any) -> Plant:  # fmt: skip
        self.item(item)
        given = {0.0: weekly} if isinstance(weekly, (int, float)) else (weekly or {})
        return self._add("sources", Source(
            item=item, supplier=supplier, price=q(1), lead_time=q(lead) if isinstance(lead, (int, float)) else lead,
            moq=q(moq), multiple=q(multiple),
            capacity=steps({at: v / WEEK for at, v in given.items()}),
            qualified_from=None if qualified is None else q(qualified), **more,
        ))  # fmt: skip

    def stock(self, item: str, quantity: float, at: float = 0.0, **more: Any) -> Plant:
        self.item(item)
        return self._add("stock", Stock(item=item, quantity=q(quantity), available=q(at), **more))

    def on_order(self, name: str, item: str, quantity: float, at: float, supplier: str = "maker") -> Plant:
        return self.stock(item, quantity, at, id=name, kind="on_order", supplier=supplier)

    def firm(self, name: str, item: str, quantity: float, finish: float, **more: Any) -> Plant:
        row = FirmOrder(id=name, item=item, quantity=q(quantity), finish=q(finish), **more)
        return self._add("production_orders", row)

    def site(self, name: str = "site", transit: float = 0.0, weekly: float = 1e6, power: Any = ()) -> Plant:
        power_steps = steps(power) if power != () else ()
        return self._add("destinations", Destination(
            id=name, transit=q(transit), install_rate=steps(weekly / WEEK), power=power_steps,
        ))  # fmt: skip

    def sites(self, *names: str) -> Plant:
        """Add sites of one's own, where things are made and stocked; those of customers are `site`."""
        for name in names:
            self._add("sites", Site(id=name))
        return self

    def lane(self, begins: str, ends: str, hours: float, item: str = "", weekly: Any = None, **more: Any) -> Plant:
        given = {0.0: weekly} if isinstance(weekly, (int, float)) else (weekly or {})
        sizes = {name: q(more.pop(name)) for name in ("moq", "multiple", "cost") if name in more}
        return self._add("lanes", Lane(
            id=f"{begins}_{ends}{item and '_'}{item}", from_site=begins, to_site=ends, item=item, time=q(hours),
            capacity=steps({at: v / WEEK for at, v in given.items()}), **sizes, **more,
        ))  # fmt: skip

    def move(self, item: str, origin: str, hours: float = 0.0, name: str = "", **more: Any) -> Plant:
        """Add a way to have an item from another one: a lane between places that have no name."""
        self.item(item, origin)
        sizes = {key: q(more.pop(key)) for key in ("moq", "multiple") if key in more}
        lane = Lane(id=name or f"{origin}_{item}", from_site=origin, to_site=item, time=q(hours), **sizes, **more)
        return self._add("lanes", lane)._add("moves", Move(item, origin, lane))

    def phantom(self, name: str) -> Plant:
        return self._add("items", Item(id=name, phantom=True))

    def demand(self, name: str, item: str, quantity: int, due: float, priority: int = 1, site: str = "site",
               customer: str = "customer", origin: str = "", **more: Any) -> Plant:  # fmt: skip
        self.item(item)
        if site not in {d.id for d in self.rows.get("destinations", [])}:
            self.site(site)
        return self._add("demand", Demand(
            id=name, customer=customer, destination=site, item=item, site=origin, quantity=quantity, due=q(due),
            priority=priority, **more,
        ))  # fmt: skip

    def delivers(self, at: float, kind: Any, target: str, amount: float) -> Plant:
        """Add a task of the conversion that hands over capability at `at` hours."""
        mode = Mode("normal", q(0), (), q(0))
        delivery = (Delivery(kind, target, q(amount)),)
        name = f"task{len(self.delivered)}"
        task = Task(name, name, "", "", "", "always", (mode,), (), delivery, (), None, None, False, 0.0)
        self.delivered.append((task, at))
        return self

    def programme(self) -> Programme:
        return at_sites(Programme(
            "case", self.start, self.start + timedelta(weeks=self.weeks), "USD", "site", q(0), Objective(),
            self.calendars, (), (), Register({}), tuple(task for task, _ in self.delivered),
            **{table: tuple(rows) for table, rows in self.rows.items()},
        ))  # fmt: skip

    def schedule(self) -> Schedule:
        done = tuple(ScheduledTask(task.id, "normal", at, at, 0.0, 0.0, False) for task, at in self.delivered)
        return Schedule(done, (), "optimal", {}, {})
