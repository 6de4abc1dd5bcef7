"""frePPLe's own test models turned into programmes, and the plans that frePPLe expects of them.

Models and expected plans are frePPLe's (MIT licence), read from the shared data and never copied here. A buffer becomes
an item, an operation a routing (or, where it consumes nothing and loads nothing, a supplier's offer), a delivery a made
item, a distribution a lane. Steps of a routing become operations, alternate loads other work centres of an operation,
alternate flows substitutes, alternate operations items of their own with a lane each to what they make, minima safety
stock, times after an operation safety time, sizes lots, effective dates those of operations and lanes, the latest date
and least shipment of a demand its own. What a programme has no word for is left out and named in `Model.left_out`;
`Model.unsupported` holds the demands that hang on it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from math import inf
from pathlib import Path

from tests.planning.programmes import Plant, q
from tests.published.frepple_xml import TYPE, Flow, Load, Operation, duration, slug, text_in

from plantwright.model.cell_values import Need
from plantwright.model.programme import Programme
from plantwright.planning import Rules

Delivery = tuple[float, float]
"""Quantity and time, hours from the model's start."""


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


class _Reader:
    def __init__(self, root: ET.Element) -> None:
        self.root = root
        self.parent = {child: element for element in root.iter() for child in element}
        self.start = datetime.fromisoformat(text_in(root, "current") or "")
        self.operations: dict[str, Operation] = {}
        self.places: dict[str, set[str]] = defaultdict(set)
        self.unsupported: set[str] = set()
        self.doubtful: set[str] = set()
        self.left_out: list[str] = []
        self.buffers: dict[str, str] = {}
        self.by: dict[str, str] = {}
        self.calendars: set[str | None] = set()
        self.plant = Plant(start=self.start.date())

    def model(self) -> Model:
        for read in (self._operations, self._steps, self._places, self._flows, self._loads, self._defaults):
            read()
        due = max([_hours(text_in(d, "due") or "", self.start) for d in self._demands()], default=0.0)
        self.plant.weeks = int(due // 168) + 60
        for write in (self._resources, self._routings, self._purchases, self._transfers, self._stock, self._deliveries):
            write()
        self._safety()
        self._name_the_rest()
        ahead = [duration(text_in(r, "maxearly") or "") for r in self.root.iter("resource") if text_in(r, "maxearly")]
        made = {slug(o.name): slug(next(iter(o.produces))) for o in self.operations.values() if o.produces}
        made |= {slug(name): slug(buffer) for name, buffer in self.buffers.items()} | self.by
        rules = Rules(bucket_hours=1.0, build_ahead_hours=min(ahead, default=inf))
        return Model(self.plant.programme(), rules, made, frozenset(self.unsupported), tuple(self.left_out))

    def _above(self, element: ET.Element, *tags: str) -> str | None:
        """Return the name that an element gives for one of `tags`, or of the nearest such element around it."""
        for tag in tags:
            if text_in(element, tag):
                return text_in(element, tag)
        around = self.parent.get(element)
        while around is not None:
            if around.tag in tags and "name" in around.attrib:
                return around.attrib["name"]
            around = self.parent.get(around)
        return None

    def _demands(self) -> list[ET.Element]:
        found = [d for d in self.root.iter("demand") if text_in(d, "quantity")]
        return [d for d in found if text_in(d, "status") != "closed"]

    def _operations(self) -> None:
        for element in [e for e in self.root.iter() if e.tag in ("operation", "producing") and "name" in e.attrib]:
            o = self.operations.setdefault(element.attrib["name"], Operation(element.attrib["name"]))
            o.hours = duration(text_in(element, "duration") or "P0D") or o.hours
            o.hours_per_unit = duration(text_in(element, "duration_per") or "P0D") or o.hours_per_unit
            o.location = text_in(element, "location") or o.location
            o.smallest = float(text_in(element, "size_minimum") or o.smallest)
            o.largest = float(text_in(element, "size_maximum") or o.largest)
            o.multiple = float(text_in(element, "size_multiple") or o.multiple)
            o.planned = o.planned and text_in(element, "priority") != "0"
            o.rank = float(text_in(element, "priority") or o.rank)
            o.search = (text_in(element, "search") or o.search).upper()
            o.begins = self._date(text_in(element, "effective_start")) or o.begins
            o.ends = self._date(text_in(element, "effective_end")) or o.ends
            o.kind = element.attrib.get(TYPE, "").removeprefix("operation_") or o.kind
            o.after = duration(text_in(element, "posttime") or "P0D") or o.after

    def _steps(self) -> None:
        """Note the steps of routings and the alternatives of an operation, by their rank."""
        for element in [e for e in self.root.iter("operation") if "name" in e.attrib]:
            around = self.parent.get(element)
            while around is not None and around.tag not in ("operation", "producing"):
                around = self.parent.get(around)
            nested = around if around is not None and around.find("suboperations") is not None else None
            owner = text_in(element, "owner") or (nested.attrib.get("name") if nested is not None else None)
            if owner in self.operations and owner != element.attrib["name"]:
                rank = float(text_in(element, "priority") or self._rank_beside(element) or 1)
                self.operations[owner].steps.append((rank, element.attrib["name"]))
                beside = self.parent.get(element)
                if beside is not None and beside.tag == "suboperation":
                    step = self.operations[element.attrib["name"]]
                    step.begins = self._date(text_in(beside, "effective_start")) or step.begins
                    step.ends = self._date(text_in(beside, "effective_end")) or step.ends
        for o in self.operations.values():
            o.steps = sorted(set(o.steps), key=lambda step: step[0])

    def _rank_beside(self, element: ET.Element) -> str | None:
        around = self.parent.get(element)
        return text_in(around, "priority") if around is not None and around.tag == "suboperation" else None

    def _places(self) -> None:
        """Note where each item is: what offers without a place stand for all of these."""
        for element in self.root.iter():
            item, place = text_in(element, "item"), text_in(element, "location")
            if item and place and element.tag in ("buffer", "demand", "operation", "operationplan"):
                self.places[item].add(f"{item} @ {place}")

        for buffer in self.root.iter("buffer"):
            if "name" in buffer.attrib and text_in(buffer, "item") and text_in(buffer, "location"):
                self.buffers[buffer.attrib["name"]] = f"{text_in(buffer, 'item')} @ {text_in(buffer, 'location')}"

    def _buffer(self, name: str) -> str:
        """Return the one name of a buffer, which may have another besides its item and place."""
        return self.buffers.get(name, name)

    def _flows(self) -> None:
        for flow in self.root.iter("flow"):
            o = self.operations[self._above(flow, "operation", "producing") or ""]
            item = text_in(flow, "item")
            buffer = self._buffer(text_in(flow, "buffer") or (f"{item} @ {o.location}" if o.location else item) or "")
            quantity, fixed = float(text_in(flow, "quantity") or 0), float(text_in(flow, "quantity_fixed") or 0)
            begins, ends = (self._date(text_in(flow, f"effective_{edge}")) for edge in ("start", "end"))
            if quantity < 0:
                rank = float(text_in(flow, "priority") or 1)
                o.consumes[buffer] = Flow(-quantity, text_in(flow, "name") or "", rank, begins, ends)
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
                rank, name = float(text_in(load, "priority") or 1), text_in(load, "name") or ""
                operation.loads[resource] = Load(float(text_in(load, "quantity") or 1), name, rank)
                if text_in(load, "effective_start") or text_in(load, "effective_end"):
                    self._doubt(operation.name, f"the dates of {operation.name} on {resource}")

    def _defaults(self) -> None:
        """An operation that names an item makes one of it; a buffer's producing operation makes the buffer's."""
        for element in self.root.iter("operation"):
            o = self.operations.get(element.attrib.get("name", ""))
            if o and not o.produces and text_in(element, "item") and element.find("item") is not None:
                o.produces[f"{text_in(element, 'item')} @ {o.location}"] = (1.0, 0.0)
        for buffer in self.root.iter("buffer"):
            producing = buffer.find("producing")
            if producing is not None and not self.operations[producing.attrib["name"]].produces:
                self.operations[producing.attrib["name"]].produces[self._buffer(buffer.attrib["name"])] = (1.0, 0.0)

    def _resources(self) -> None:
        for resource in self.root.iter("resource"):
            used = {r for o in self.operations.values() for r in o.loads}
            named = resource.find("maximum_calendar") is not None or "maximum_calendar" in resource.attrib
            if resource.attrib["name"] in used and (
                text_in(resource, "maximum") or named or resource.find(".//bucket")
            ):
                steps = self._levels(resource, "maximum") or {0.0: float(text_in(resource, "maximum") or 1)}
                self.plant.resource(slug(resource.attrib["name"]), steps, kind="people")

    def _levels(self, element: ET.Element, what: str) -> dict[float, float]:
        """Return the values from dates on of a `maximum` or `minimum` that changes: its own buckets or a calendar's."""
        name = text_in(element, f"{what}_calendar")
        named = [c for c in self.root.iter("calendar") if name and c.attrib.get("name") == name]
        given = next((c for c in named if c.find(".//bucket") is not None), None)
        place = element.find(f"{what}_calendar")
        calendar = given if given is not None else place if place is not None else element
        self.calendars |= {name} if name else set()
        buckets = list(calendar.iter("bucket"))
        if any(text_in(b, key) for b in buckets for key in ("days", "starttime", "endtime")):
            self.left_out.append(f"the hours of the week of calendar '{name}'")
        rest = float(text_in(calendar, "default") or 0)
        steps: dict[float, float] = {0.0: rest} if text_in(calendar, "default") else {}
        for b in sorted(buckets, key=lambda b: self._date(text_in(b, "start")) or 0.0):
            begins, ends = self._date(text_in(b, "start")) or 0.0, self._date(text_in(b, "end"))
            if ends is None or ends > 0:
                steps[max(begins, 0.0)] = float(text_in(b, "value") or 0)
                steps |= {ends: rest} if ends is not None and ends > 0 else {}
        return steps

    def _routings(self) -> None:
        """Write how each buffer is made: by its one operation, or by several in turn, each an item of its own."""
        steps = {name for o in self.operations.values() for _, name in o.steps}
        made: dict[str, list[tuple[float, Operation, float]]] = defaultdict(list)
        for o in (each for each in self.operations.values() if each.name not in steps):
            members = [self.operations[name] for rank, name in o.steps if rank]  # rank 0: not to be planned
            if o.kind == "routing":
                o.produces = {b: f for member in members for b, f in member.produces.items()} or o.produces
            ways = members if members and o.kind == "alternate" else [o]
            for rank, way in zip(range(len(ways)), ways, strict=True):
                way.produces = self._produced(way) or o.produces
                if len(way.produces) > 1:
                    self._doubt(way.name, f"{way.name} makes several items at once; each is made alone")
                for buffer, (quantity, _) in way.produces.items():
                    made[buffer].append((o.rank + rank / 1000, way, quantity))
            if len(ways) > 1 and o.search not in ("PRIORITY", "0"):
                self._doubt(o.name, f"{o.name} chooses by {o.search.lower()}; the first is preferred")
            if members and o.kind not in ("routing", "alternate"):
                self._doubt(o.name, f"the steps of {o.name}, which is {o.kind or 'of no kind'}")
        for buffer, found in made.items():
            ways_to = sorted((way for way in found if way[1].planned), key=lambda way: way[0])
            self.plant.item(slug(buffer))
            for _, way, quantity in ways_to if len(ways_to) == 1 else ():
                self._obtain(slug(buffer), way, quantity)
            for n, (_, way, quantity) in enumerate(ways_to if len(ways_to) > 1 else (), start=1):
                via = f"{slug(buffer)}_by_{slug(way.name)}"
                self.by[slug(way.name)] = via
                self._obtain(via, way, quantity)
                self.plant.move(slug(buffer), via, name=slug(buffer), preference=n)

    def _produced(self, o: Operation) -> dict[str, tuple[float, float]]:
        """Return what an operation produces, or its last step."""
        return {b: f for _, name in o.steps for b, f in self.operations[name].produces.items()} or o.produces

    def _obtain(self, item: str, o: Operation, quantity: float) -> None:
        """Write how one operation gives an item: as an offer, where it takes nothing, or made in lots."""
        members = [self.operations[name] for _, name in o.steps] if o.kind == "routing" else [o]
        dated = any(member.begins is not None or member.ends is not None for member in (o, *members))
        if o.kind != "routing" and not (o.consumes or o.loads or o.hours_per_unit or dated):
            self.plant.source(item, slug(o.name), o.hours, moq=o.smallest, multiple=o.multiple)
            return
        self._make(item, members, quantity, (o.begins, o.ends))
        sizes = o.smallest * quantity, max(o.multiple, 1.0) * quantity
        whole = all(size == int(size) for size in sizes)
        lots = {"lot_min": int(max(sizes[0], 1)), "lot_multiple": int(max(sizes[1], 1))} if whole else {}
        if o.smallest > 1 or o.multiple > 1:
            if not whole:
                self._doubt(o.name, f"{o.name} is made in lots of {sizes[0]:g} and multiples of {sizes[1]:g}")
            self._set_item(item, **lots)

    def _set_item(self, name: str, **values: object) -> None:
        self.plant.item(name)
        self.plant.rows["items"] = [
            item.model_copy(update=values) if item.id == name else item for item in self.plant.rows["items"]
        ]

    def _make(
        self, item: str, members: list[Operation], quantity: float,
        dates: tuple[float | None, float | None] = (None, None),
    ) -> None:  # fmt: skip
        """Write the routing of an item: an operation a member (and one for its time per unit), and what each takes."""
        largest = max([float(text_in(d, "quantity") or 1) for d in self._demands()], default=1.0)
        steps: list[dict[str, object]] = []
        for n, o in enumerate(members):
            spans = [(o.hours, int(max(min(o.largest, largest), 1)))] if o.hours or not o.hours_per_unit else []
            spans += [(o.hours_per_unit, 1)] if o.hours_per_unit else []
            places = [*self._places_of(o)]
            if len(places) > 1 and len(spans) > 1:
                self._doubt(o.name, f"{o.name} has alternate loads and two times; each is chosen by itself")
            begins, ends = (own if own is not None else of for own, of in zip((o.begins, o.ends), dates, strict=True))
            when = {"valid_from": None if begins is None else q(begins), "valid_to": None if ends is None else q(ends)}
            for k, (hours, batch) in enumerate(spans):
                for rank, taken in enumerate(places, start=1):
                    centre = f"at_{item}_{n + 1}_{rank}"
                    if k == 0:
                        self.plant.centre(centre, 10**6, resources=taken)
                    steps.append({
                        "name": f"op{n}_{k}", "at": centre, "hours": hours, "batch_max": batch, "preference": rank,
                        **when,
                    })  # fmt: skip
        self.plant.make(item, *steps)
        for n, o in enumerate(members):
            self._take(item, f"op{n}_0", o, quantity)

    def _places_of(self, o: Operation) -> Iterator[tuple[Need, ...]]:
        """Yield what an operation takes of resources, for each choice of its alternate loads, the preferred first."""
        known = {r.id for r in self.plant.rows.get("resources", [])}
        loads = {slug(r): load for r, load in o.loads.items() if slug(r) in known}
        fixed = tuple(Need(r, q(load.quantity)) for r, load in loads.items() if not load.name)
        named = sorted({load.name for load in loads.values() if load.name})
        choices = [
            sorted((load.rank, r, load.quantity) for r, load in loads.items() if load.name == name) for name in named
        ]
        for chosen in product(*choices):
            yield (*fixed, *(Need(r, q(quantity)) for _, r, quantity in chosen))

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
            if "name" in child.attrib and child.find("owner") is not None and text_in(child, "owner") == item:
                yield child.attrib["name"]

    def _purchases(self) -> None:
        offers = []
        for offer in self.root.iter("itemsupplier"):
            for item in self._inheritors(self._above(offer, "item") or ""):
                place = text_in(offer, "location")
                where = {f"{item} @ {place}"} if place else self.places[item] or {item}
                offers += [(float(text_in(offer, "priority") or 1), slug(b), offer) for b in sorted(where)]
        for _, buffer, offer in sorted(offers, key=lambda o: (o[1], o[0])):
            self.plant.source(
                buffer, slug(self._above(offer, "supplier") or ""), duration(text_in(offer, "leadtime") or "P0D"),
                moq=float(text_in(offer, "size_minimum") or 1), multiple=float(text_in(offer, "size_multiple") or 1),
                qualified=self._date(text_in(offer, "effective_start")),
            )  # fmt: skip
            if text_in(offer, "effective_end") or text_in(offer, "size_maximum"):
                self.left_out.append(f"the end or the greatest order of an offer of {buffer}")

    def _transfers(self) -> None:
        """Write distributions as lanes: before what the place buys where their rank says so, else in order of rank."""
        bought: dict[str, float] = {}
        for offer in self.root.iter("itemsupplier"):
            for item in self._inheritors(self._above(offer, "item") or ""):
                name, rank = slug(f"{item} @ {text_in(offer, 'location')}"), float(text_in(offer, "priority") or 1)
                bought[name] = min(rank, bought.get(name, inf))
        for transfer in self.root.iter("itemdistribution"):
            rank = float(text_in(transfer, "priority") or 1)
            for item in self._inheritors(self._above(transfer, "item") or "") if rank else ():
                name = slug(f"{item} @ {text_in(transfer, 'destination')}")
                dates = [self._date(text_in(transfer, f"effective_{edge}")) for edge in ("start", "end")]
                origin, hours = slug(f"{item} @ {text_in(transfer, 'origin')}"), text_in(transfer, "leadtime") or "P0D"
                self.plant.move(
                    name, origin, duration(hours), name=name,
                    preference=0 if rank < bought.get(name, 0.0) else int(rank),
                    moq=float(text_in(transfer, "size_minimum") or 1),
                    multiple=float(text_in(transfer, "size_multiple") or 1),
                    valid_from=None if dates[0] is None else q(dates[0]),
                    valid_to=None if dates[1] is None else q(dates[1]),
                )  # fmt: skip
                if text_in(transfer, "size_maximum"):
                    self.left_out.append(f"the greatest transfer to {name}")

    def _stock(self) -> None:
        for buffer in self.root.iter("buffer"):
            if text_in(buffer, "onhand"):
                self.plant.stock(slug(self._buffer(buffer.attrib["name"])), float(text_in(buffer, "onhand") or 0))
        for order in self.root.iter("operationplan"):
            end = text_in(order, "end")
            if text_in(order, "status") != "confirmed" or not end:
                continue
            at, quantity = max(0.0, _hours(end, self.start)), float(text_in(order, "quantity") or 0)
            operation = order.find("operation")
            if operation is not None:
                for buffer, (per, fixed) in self.operations[operation.attrib["name"]].produces.items():
                    self.plant.stock(slug(buffer), per * quantity + fixed, at)
            elif text_in(order, "item") and text_in(order, "location"):
                self.plant.stock(slug(f"{text_in(order, 'item')} @ {text_in(order, 'location')}"), quantity, at)

    def _deliveries(self) -> None:
        for demand in self._demands():
            name, quantity = demand.attrib["name"], float(text_in(demand, "quantity") or 0)
            around = self.parent[self.parent[demand]]
            together = around.tag == "demand" and text_in(around, "policy") != "independent"
            least, late = float(text_in(demand, "minshipment") or 1), text_in(demand, "maxlateness")
            if together or least > quantity:
                self.left_out.append(f"{name} is planned with others of its group, or shipped in more than it asks for")
                self.unsupported.add(slug(name))
            due = _hours(text_in(demand, "due") or "", self.start)
            operation = self.operations.get(text_in(demand, "operation") or "")
            item = slug(f"{text_in(demand, 'item')} @ {text_in(demand, 'location')}")
            if operation is not None:
                item = slug(operation.name)
                if not any(r.item == item for r in self.plant.rows.get("routing", [])):
                    steps = [self.operations[name] for _, name in operation.steps]
                    self._make(item, steps if operation.kind == "routing" else [operation], 1.0)
            self.plant.demand(
                slug(name), item, int(quantity), due, int(float(text_in(demand, "priority") or 1)),
                latest=None if late is None else q(due + duration(late)), smallest_shipment=int(min(least, quantity)),
                partial=2 * least <= quantity or quantity <= 1,
            )  # fmt: skip

    def _safety(self) -> None:
        """Write the minima of buffers as safety stock, and the times after an operation as safety time."""
        stock: dict[str, float] = {}
        for buffer in (b for b in self.root.iter("buffer") if "name" in b.attrib):
            levels = list(self._levels(buffer, "minimum").values())
            least = float(text_in(buffer, "minimum") or (levels or [0])[0])
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
        brought = defaultdict[str, list[str]](list)
        for move in self.plant.rows.get("moves", []):
            brought[move.item].append(move.origin)
        doubtful = {item for item, name in made.items() if name in self.doubtful} | {slug(d) for d in self.doubtful}

        def hangs(item: str, above: tuple[str, ...] = ()) -> bool:
            below = [part for part in parts.get(item, []) + brought[item] if part not in above]
            return item in doubtful or any(hangs(part, (*above, item)) for part in below)

        self.unsupported |= {demand.id for demand in self.plant.rows.get("demand", []) if hangs(demand.item)}
        named = {c.attrib["name"]: None for c in self.root.iter("calendar") if "name" in c.attrib}
        self.left_out += [f"calendar '{name}'" for name in named if name not in self.calendars]
        setups = [r for r in self.root.iter("resource") if text_in(r, "setupmatrix")]
        self.left_out += [f"the setups of resource '{r.attrib.get('name')}'" for r in setups]
