"""frePPLe's own test models turned into programmes, and the plans that frePPLe expects of them.

Models and expected plans are frePPLe's (MIT licence), read from the shared data and never copied here. A buffer becomes
an item, an operation a routing (or, where it consumes nothing and loads nothing, a supplier's offer), a delivery a made
item. Steps of a routing become operations, alternate flows substitutes, minima safety stock, times after an operation
safety time, the latest date and least shipment of a demand its own. What a programme has no word for is left out and
named in `Model.left_out`; `Model.unsupported` holds the demands that hang on it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from pathlib import Path

from tests.planning.programmes import Plant, q

from plantwright.model.cell_values import Need
from plantwright.model.programme import Programme
from plantwright.planning import Rules

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Delivery = tuple[float, float]
"""Quantity and time, hours from the model's start."""


@dataclass(frozen=True)
class Flow:
    """What an operation consumes of a buffer: flows of one `name` are alternatives, the lowest rank first."""

    quantity: float
    name: str = ""
    rank: float = 1.0
    begins: float | None = None
    ends: float | None = None


@dataclass
class Operation:
    """What all mentions of an operation say together."""

    name: str
    hours: float = 0.0
    hours_per_unit: float = 0.0
    location: str = ""
    smallest: float = 1.0
    largest: float = inf
    multiple: float = 1.0
    planned: bool = True
    kind: str = ""
    after: float = 0.0
    steps: list[tuple[float, str]] = field(default_factory=list)
    consumes: dict[str, Flow] = field(default_factory=dict)
    produces: dict[str, tuple[float, float]] = field(default_factory=dict)
    loads: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A programme, how to plan it, the item behind each operation's name, and the demands that it cannot say fully."""

    programme: Programme
    rules: Rules
    item_of: dict[str, str]
    unsupported: frozenset[str]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """frePPLe's plan: deliveries and constraints (kind, object) by demand."""

    deliveries: dict[str, list[Delivery]]
    constraints: dict[str, set[tuple[str, str]]]


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def read(path: Path) -> Model:
    """Return the model of an .xml file."""
    return _Reader(ET.parse(path).getroot()).model()


def expected(path: Path, model: Model) -> Expected:
    """Return the deliveries and constraints of an .expect file."""
    deliveries: dict[str, list[Delivery]] = defaultdict(list)
    constraints: dict[str, set[tuple[str, str]]] = defaultdict(set)
    start = datetime.combine(model.programme.start, datetime.min.time())
    for line in path.read_text().splitlines():
        cells = line.split("\t")
        if cells[0] == "DEMAND" and re.match(r"\d{4}-", cells[2]):
            deliveries[slug(cells[1])].append((float(cells[3]), _hours(cells[2], start)))
        elif cells[0] == "DEMAND CONSTRAINT":
            constraints[slug(cells[1])].add(_constraint(cells[2], model))
    return Expected({d: sorted(rows, key=lambda r: r[1]) for d, rows in deliveries.items()}, dict(constraints))


def _constraint(text: str, model: Model) -> tuple[str, str]:
    name = re.findall(r"'(.*)'", text)[0]
    if "lead time" in text:
        bought = re.match(r"Purchase (.*) from ", name)
        shipped = re.match(r"Ship (.*) from .* to (.*)", name)
        buffer = bought[1] if bought else f"{shipped[1]} @ {shipped[2]}" if shipped else name
        return "lead_time", model.item_of.get(slug(buffer), slug(buffer))
    return ("capacity", slug(name)) if "capacity" in text else ("part", model.item_of.get(slug(name), slug(name)))


def _hours(text: str, start: datetime) -> float:
    return (datetime.fromisoformat(text) - start) / timedelta(hours=1)


def duration(text: str) -> float:
    """Return the hours of an ISO 8601 duration such as P1D or PT12H."""
    parts = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if parts is None:
        raise ValueError(f"{text} is no duration")
    weeks, days, hours, minutes, seconds = (float(p or 0) for p in parts.groups())
    return weeks * 168 + days * 24 + hours + minutes / 60 + seconds / 3600


def _text(element: ET.Element, name: str) -> str | None:
    """Return a value given as an attribute, as a child's text or as a named child."""
    if name in element.attrib:
        return element.attrib[name]
    child = element.find(name)
    if child is None:
        return None
    return child.attrib.get("name") or (child.text or "").strip() or None


class _Reader:
    def __init__(self, root: ET.Element) -> None:
        self.root = root
        self.parent = {child: element for element in root.iter() for child in element}
        self.start = datetime.fromisoformat(_text(root, "current") or "")
        self.operations: dict[str, Operation] = {}
        self.places: dict[str, set[str]] = defaultdict(set)
        self.unsupported: set[str] = set()
        self.doubtful: set[str] = set()
        self.left_out: list[str] = []
        self.buffers: dict[str, str] = {}
        self.plant = Plant(start=self.start.date())

    def model(self) -> Model:
        for read in (self._operations, self._steps, self._places, self._flows, self._loads, self._defaults):
            read()
        due = max([_hours(_text(d, "due") or "", self.start) for d in self._demands()], default=0.0)
        self.plant.weeks = int(due // 168) + 60
        for write in (self._resources, self._routings, self._purchases, self._transfers, self._stock, self._deliveries):
            write()
        self._safety()
        self._name_the_rest()
        ahead = [duration(_text(r, "maxearly") or "") for r in self.root.iter("resource") if _text(r, "maxearly")]
        made = {slug(o.name): slug(next(iter(o.produces))) for o in self.operations.values() if o.produces}
        made |= {slug(name): slug(buffer) for name, buffer in self.buffers.items()}
        rules = Rules(bucket_hours=1.0, build_ahead_hours=min(ahead, default=inf))
        return Model(self.plant.programme(), rules, made, frozenset(self.unsupported), tuple(self.left_out))

    def _above(self, element: ET.Element, *tags: str) -> str | None:
        """Return the name that an element gives for one of `tags`, or of the nearest such element around it."""
        for tag in tags:
            if _text(element, tag):
                return _text(element, tag)
        around = self.parent.get(element)
        while around is not None:
            if around.tag in tags and "name" in around.attrib:
                return around.attrib["name"]
            around = self.parent.get(around)
        return None

    def _demands(self) -> list[ET.Element]:
        found = [d for d in self.root.iter("demand") if _text(d, "quantity")]
        return [d for d in found if _text(d, "status") != "closed"]

    def _operations(self) -> None:
        for element in [e for e in self.root.iter() if e.tag in ("operation", "producing") and "name" in e.attrib]:
            o = self.operations.setdefault(element.attrib["name"], Operation(element.attrib["name"]))
            o.hours = duration(_text(element, "duration") or "P0D") or o.hours
            o.hours_per_unit = duration(_text(element, "duration_per") or "P0D") or o.hours_per_unit
            o.location = _text(element, "location") or o.location
            o.smallest = float(_text(element, "size_minimum") or o.smallest)
            o.largest = float(_text(element, "size_maximum") or o.largest)
            o.multiple = float(_text(element, "size_multiple") or o.multiple)
            o.planned = o.planned and _text(element, "priority") != "0"
            o.kind = element.attrib.get(TYPE, "").removeprefix("operation_") or o.kind
            o.after = duration(_text(element, "posttime") or "P0D") or o.after

    def _steps(self) -> None:
        """Note the steps of routings and the alternatives of an operation, by their rank."""
        for element in [e for e in self.root.iter("operation") if "name" in e.attrib]:
            around = self.parent.get(element)
            while around is not None and around.tag not in ("operation", "producing"):
                around = self.parent.get(around)
            nested = around if around is not None and around.find("suboperations") is not None else None
            owner = _text(element, "owner") or (nested.attrib.get("name") if nested is not None else None)
            if owner in self.operations and owner != element.attrib["name"]:
                rank = float(_text(element, "priority") or self._rank_beside(element) or 1)
                self.operations[owner].steps.append((rank, element.attrib["name"]))
        for o in self.operations.values():
            o.steps = sorted(set(o.steps), key=lambda step: step[0])

    def _rank_beside(self, element: ET.Element) -> str | None:
        around = self.parent.get(element)
        return _text(around, "priority") if around is not None and around.tag == "suboperation" else None

    def _places(self) -> None:
        """Note where each item is: what offers without a place stand for all of these."""
        for element in self.root.iter():
            item, place = _text(element, "item"), _text(element, "location")
            if item and place and element.tag in ("buffer", "demand", "operation", "operationplan"):
                self.places[item].add(f"{item} @ {place}")

        for buffer in self.root.iter("buffer"):
            if "name" in buffer.attrib and _text(buffer, "item") and _text(buffer, "location"):
                self.buffers[buffer.attrib["name"]] = f"{_text(buffer, 'item')} @ {_text(buffer, 'location')}"

    def _buffer(self, name: str) -> str:
        """Return the one name of a buffer, which may have another besides its item and place."""
        return self.buffers.get(name, name)

    def _flows(self) -> None:
        for flow in self.root.iter("flow"):
            o = self.operations[self._above(flow, "operation", "producing") or ""]
            item = _text(flow, "item")
            buffer = self._buffer(_text(flow, "buffer") or (f"{item} @ {o.location}" if o.location else item) or "")
            quantity, fixed = float(_text(flow, "quantity") or 0), float(_text(flow, "quantity_fixed") or 0)
            begins, ends = (self._date(_text(flow, f"effective_{edge}")) for edge in ("start", "end"))
            if quantity < 0:
                rank = float(_text(flow, "priority") or 1)
                o.consumes[buffer] = Flow(-quantity, _text(flow, "name") or "", rank, begins, ends)
                if fixed:
                    self._doubt(o.name, f"{o.name} consumes a fixed quantity of {buffer}")
            else:
                o.produces[buffer] = (quantity, fixed)

    def _date(self, text: str | None) -> float | None:
        return None if text is None else _hours(text, self.start)

    def _doubt(self, operation: str, said: str) -> None:
        """Name what is left out of an operation; demands that hang on what it makes are not compared."""
        self.left_out.append(said)
        self.doubtful.add(operation)

    def _loads(self) -> None:
        for load in self.root.iter("load"):
            resource = self._above(load, "resource") or ""
            endless = any(
                r.attrib.get("name") == resource and "infinite" in r.attrib.get(TYPE, "")
                for r in self.root.iter("resource")
            )
            if not endless:
                operation = self.operations[self._above(load, "operation", "producing") or ""]
                operation.loads[resource] = float(_text(load, "quantity") or 1)

    def _defaults(self) -> None:
        """An operation that names an item makes one of it; a buffer's producing operation makes the buffer's."""
        for element in self.root.iter("operation"):
            o = self.operations.get(element.attrib.get("name", ""))
            if o and not o.produces and _text(element, "item") and element.find("item") is not None:
                o.produces[f"{_text(element, 'item')} @ {o.location}"] = (1.0, 0.0)
        for buffer in self.root.iter("buffer"):
            producing = buffer.find("producing")
            if producing is not None and not self.operations[producing.attrib["name"]].produces:
                self.operations[producing.attrib["name"]].produces[self._buffer(buffer.attrib["name"])] = (1.0, 0.0)

    def _resources(self) -> None:
        for resource in self.root.iter("resource"):
            used = {r for o in self.operations.values() for r in o.loads}
            if resource.attrib["name"] in used and (_text(resource, "maximum") or list(resource.iter("bucket"))):
                steps = {
                    max(0.0, _hours(_text(b, "start") or "", self.start)): float(_text(b, "value") or 0)
                    for b in resource.iter("bucket")
                } or {0.0: float(_text(resource, "maximum") or 1)}
                self.plant.resource(slug(resource.attrib["name"]), steps, kind="people")

    def _routings(self) -> None:
        known = {r.id for r in self.plant.rows.get("resources", [])}
        steps = {name for o in self.operations.values() for _, name in o.steps}
        for o in (each for each in self.operations.values() if each.name not in steps):
            members = [self.operations[name] for _, name in o.steps]
            if o.kind == "routing":
                o.produces = {b: f for member in members for b, f in member.produces.items()} or o.produces
            elif members:
                self._doubt(o.name, f"{o.name} has alternatives; the first is taken")
                o = members[0]  # noqa: PLW2901 (stands for all of them)
            if len(o.produces) > 1:
                self._doubt(o.name, f"{o.name} makes several items at once; each is made alone")
            for buffer, (quantity, _) in o.produces.items():
                if not o.planned:
                    self.plant.item(slug(buffer))
                elif not o.consumes and not o.loads and not o.hours_per_unit and not (members and o.kind == "routing"):
                    self.plant.source(slug(buffer), slug(o.name), o.hours, moq=o.smallest, multiple=o.multiple)
                else:
                    self._make(slug(buffer), members if o.kind == "routing" else [o], quantity, known)
                    if (o.smallest > 1 and o.smallest != o.largest) or o.multiple > 1:
                        self._doubt(
                            o.name, f"{o.name} is made in lots of {o.smallest:g} and multiples of {o.multiple:g}"
                        )

    def _make(self, item: str, members: list[Operation], quantity: float, known: set[str]) -> None:
        """Write the routing of an item: an operation a member (and one for its time per unit), and what each takes."""
        if any(r.item == item for r in self.plant.rows.get("routing", [])):
            self._doubt(members[0].name, f"{members[0].name} is a second way to make {item}")
            return
        largest = max([float(_text(d, "quantity") or 1) for d in self._demands()], default=1.0)
        steps: list[dict[str, object]] = []
        lines: list[tuple[str, Operation]] = []
        for n, o in enumerate(members):
            centre = f"at_{item}" if len(members) == 1 else f"at_{item}_{n + 1}"
            taken = tuple(Need(slug(r), q(amount)) for r, amount in o.loads.items() if slug(r) in known)
            self.plant.centre(centre, 10**6, resources=taken)
            lines.append((f"op{len(steps)}", o))
            steps.append({"at": centre, "hours": o.hours, "batch_max": int(min(o.largest, largest))})
            if o.hours_per_unit:
                steps.append({"at": centre, "hours": o.hours_per_unit, "batch_max": 1})
        self.plant.make(item, *steps)
        for operation, o in lines:
            self._take(item, operation, o, quantity)

    def _take(self, item: str, operation: str, o: Operation, quantity: float) -> None:
        """Write what an operation consumes: alternatives of one name are a component and its substitutes."""
        for buffer, flow in o.consumes.items():
            others = sorted((f.rank, b) for b, f in o.consumes.items() if f.name and f.name == flow.name)
            main = others[0][1] if others else buffer
            self.plant.component(
                item, slug(buffer), flow.quantity / quantity, operation, preference=int(flow.rank),
                substitute_for="" if main == buffer else slug(main),
                valid_from=None if flow.begins is None else q(flow.begins),
                valid_to=None if flow.ends is None else q(flow.ends),
            )  # fmt: skip

    def _inheritors(self, item: str) -> Iterator[str]:
        yield item
        for child in self.root.iter("item"):
            if "name" in child.attrib and child.find("owner") is not None and _text(child, "owner") == item:
                yield child.attrib["name"]

    def _purchases(self) -> None:
        offers = []
        for offer in self.root.iter("itemsupplier"):
            for item in self._inheritors(self._above(offer, "item") or ""):
                place = _text(offer, "location")
                where = {f"{item} @ {place}"} if place else self.places[item] or {item}
                offers += [(float(_text(offer, "priority") or 1), slug(b), offer) for b in sorted(where)]
        for _, buffer, offer in sorted(offers, key=lambda o: (o[1], o[0])):
            self.plant.source(
                buffer, slug(self._above(offer, "supplier") or ""), duration(_text(offer, "leadtime") or "P0D"),
                moq=float(_text(offer, "size_minimum") or 1), multiple=float(_text(offer, "size_multiple") or 1),
                qualified=self._date(_text(offer, "effective_start")),
            )  # fmt: skip
            if _text(offer, "effective_end") or _text(offer, "size_maximum"):
                self.left_out.append(f"the end or the greatest order of an offer of {buffer}")

    def _transfers(self) -> None:
        for transfer in self.root.iter("itemdistribution"):
            for item in self._inheritors(self._above(transfer, "item") or ""):
                to, origin = _text(transfer, "destination") or "", _text(transfer, "origin") or ""
                made = Operation(f"{item} @ {to}", duration(_text(transfer, "leadtime") or "P0D"))
                made.consumes[f"{item} @ {origin}"] = Flow(1.0)
                self._make(slug(made.name), [made], 1.0, set())

    def _stock(self) -> None:
        for buffer in self.root.iter("buffer"):
            if _text(buffer, "onhand"):
                self.plant.stock(slug(self._buffer(buffer.attrib["name"])), float(_text(buffer, "onhand") or 0))
        for order in self.root.iter("operationplan"):
            end = _text(order, "end")
            if _text(order, "status") != "confirmed" or not end:
                continue
            at, quantity = max(0.0, _hours(end, self.start)), float(_text(order, "quantity") or 0)
            operation = order.find("operation")
            if operation is not None:
                for buffer, (per, fixed) in self.operations[operation.attrib["name"]].produces.items():
                    self.plant.stock(slug(buffer), per * quantity + fixed, at)
            elif _text(order, "item") and _text(order, "location"):
                self.plant.stock(slug(f"{_text(order, 'item')} @ {_text(order, 'location')}"), quantity, at)

    def _deliveries(self) -> None:
        for demand in self._demands():
            name, quantity = demand.attrib["name"], float(_text(demand, "quantity") or 0)
            around = self.parent[self.parent[demand]]
            together = around.tag == "demand" and _text(around, "policy") != "independent"
            least, late = float(_text(demand, "minshipment") or 1), _text(demand, "maxlateness")
            if together or least > quantity:
                self.left_out.append(f"{name} is planned with others of its group, or shipped in more than it asks for")
                self.unsupported.add(slug(name))
            due = _hours(_text(demand, "due") or "", self.start)
            operation = self.operations.get(_text(demand, "operation") or "")
            item = slug(f"{_text(demand, 'item')} @ {_text(demand, 'location')}")
            if operation is not None:
                item = slug(operation.name)
                if not any(r.item == item for r in self.plant.rows.get("routing", [])):
                    self._make(item, [operation], 1.0, set())
            self.plant.demand(
                slug(name), item, int(quantity), due, int(float(_text(demand, "priority") or 1)),
                latest=None if late is None else q(due + duration(late)), smallest_shipment=int(min(least, quantity)),
                partial=2 * least <= quantity or quantity <= 1,
            )  # fmt: skip

    def _safety(self) -> None:
        """Write the minima of buffers as safety stock, and the times after an operation as safety time."""
        stock: dict[str, float] = {}
        for buffer in (b for b in self.root.iter("buffer") if "name" in b.attrib):
            levels = [float(_text(b, "value") or 0) for b in buffer.iter("bucket")]
            least = float(_text(buffer, "minimum") or (levels or [0])[0])
            stock[slug(self._buffer(buffer.attrib["name"]))] = least
            if len(set(levels)) > 1:
                self.left_out.append(f"the minimum of {buffer.attrib['name']} changes; the first is kept")
        time = {slug(b): o.after for o in self.operations.values() for b in o.produces}
        self.plant.rows["items"] = [
            item.model_copy(update={"safety_stock": q(stock.get(item.id, 0)), "safety_time": q(time.get(item.id, 0))})
            for item in self.plant.rows.get("items", [])
        ]

    def _name_the_rest(self) -> None:
        """Name demands that hang on an operation of which something is left out, and what nobody has asked for yet."""
        made = {slug(b): o.name for o in self.operations.values() for b in o.produces}
        parts = {item: [c.component for c in lines] for item, lines in self.plant.programme().components_of.items()}
        doubtful = {item for item, name in made.items() if name in self.doubtful} | {slug(d) for d in self.doubtful}

        def hangs(item: str, above: tuple[str, ...] = ()) -> bool:
            below = [part for part in parts.get(item, []) if part not in above]
            return item in doubtful or any(hangs(part, (*above, item)) for part in below)

        self.unsupported |= {demand.id for demand in self.plant.rows.get("demand", []) if hangs(demand.item)}
        self.left_out += [f"calendar '{c.attrib['name']}'" for c in self.root.iter("calendar") if "name" in c.attrib]
        setups = [r for r in self.root.iter("resource") if _text(r, "setupmatrix")]
        self.left_out += [f"the setups of resource '{r.attrib.get('name')}'" for r in setups]
