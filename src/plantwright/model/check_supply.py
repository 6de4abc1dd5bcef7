"""Rules about what goes into what and where it comes from: substitutes and phantoms, open orders, shelf lives."""

from __future__ import annotations

from collections.abc import Iterator

from plantwright.model.draft import Draft, in_row, suggestion
from plantwright.model.issues import Issue
from plantwright.model.programme import Component, FirmOrder
from plantwright.model.quantity import from_when
from plantwright.model.routes import MOST, number_of_ways, routes, way_through


def substitutes(draft: Draft) -> Iterator[Issue]:
    """A substitute takes the place of another component of the same bill, which is no substitute itself."""
    mains: dict[str, set[str]] = {}
    for line in draft.programme.bom:
        if not line.substitute_for:
            mains.setdefault(line.item, set()).add(line.component)
    for line in draft.programme.bom:
        known = frozenset(mains.get(line.item, set()) - {line.component})
        if line.substitute_for and "bom" in draft.whole and line.substitute_for not in known:
            said = f"'{line.substitute_for}' is no other component of '{line.item}' that could be replaced"
            yield in_row(line, "substitute_for", said, suggestion(line.substitute_for, known, "bom.csv"))


def by_products(draft: Draft) -> Iterator[Issue]:
    """A by-product comes out with every good unit, whatever the date and the customer."""
    for line in (each for each in draft.programme.bom if each.by_product):
        for column in ("substitute_for", "valid_from", "valid_to", "customers"):
            if getattr(line, column):
                yield in_row(line, column, f"a by-product has no '{column}'", "take it out")


def dates_of_lines(draft: Draft) -> Iterator[Issue]:
    """A line of a bill begins before it ends."""
    for line in draft.programme.bom:
        if line.valid_from and line.valid_to and line.valid_from.planned >= line.valid_to.planned:
            yield in_row(line, "valid_to", "the line ends before it begins", "write a date after valid_from")


def phantoms(draft: Draft) -> Iterator[Issue]:
    """A phantom has components and nothing else; no substitute stands for it or is one."""
    for item in (i for i in draft.programme.items if i.phantom):
        if item.id not in draft.items_in("bom") and "bom" not in draft.unusable:
            yield in_row(
                item, "phantom", f"phantom '{item.id}' has no components", "add them to bom.csv, or write `no`"
            )
        for table in ("routing", "sources", "stock", "demand"):
            if item.id in draft.items_in(table):
                said = f"phantom '{item.id}' has rows in {table}.csv, but is never made or kept by itself"
                yield in_row(item, "phantom", said, "take them out, or write `no`")
    for line in draft.programme.bom:
        if line.substitute_for and _is_phantom(draft, line.component, line.substitute_for):
            said = "a phantom can neither have nor be a substitute"
            yield in_row(line, "substitute_for", said, "name substitutes of the components within the phantom")


def _is_phantom(draft: Draft, *items: str) -> bool:
    return any(item in draft.programme.item and draft.programme.item[item].phantom for item in items)


def whole_bills(draft: Draft) -> Iterator[Issue]:
    """For every customer something fills the place of a component that has substitutes."""
    buyers = sorted({demand.customer for demand in draft.programme.demand})
    for places in draft.programme.places_of.values():
        for place in (p for p in places if len(p) > 1):
            without = [c for c in buyers if not any(not line.customers or c in line.customers for line in place)]
            if without:
                said = f"nothing may take the place of '{place[0].component}' for {', '.join(without)}"
                yield in_row(_line(draft, place[0]), "customers", said, "check the customers", warning=True)


def _line(draft: Draft, line: Component) -> Component:
    """Return a line as it stands in the file, for one that came out of a phantom."""
    return next((each for each in draft.programme.bom if each.row == line.row), line)


def open_orders(draft: Draft) -> Iterator[Issue]:
    """An open order says for when and by which id, and a purchase order with whom; ids of stock are given once."""
    named: set[str] = set()
    wanted = {"on_order": ("id", "supplier", "available"), "in_process": ("id", "available")}
    for row in draft.programme.stock:
        for column in wanted.get(row.kind, ()):
            if not getattr(row, column):
                yield in_row(row, column, f"an open order without '{column}'", f"write its '{column}'")
        if row.id and row.id in named:
            yield in_row(row, "id", f"'{row.id}' is there already", "give each row an id of its own, or none")
        named.add(row.id)


def firm_orders(draft: Draft) -> Iterator[Issue]:
    """An order that stands is of an item that is made, and by an id that no row of stock has."""
    stocked = {row.id for row in draft.programme.stock if row.id}
    for order in draft.programme.production_orders:
        if order.item in draft.ids("items") - draft.items_in("routing") and "routing" not in draft.unusable:
            said = f"'{order.item}' has no routing, so no order can make it"
            yield in_row(order, "item", said, "add its operations to routing.csv; an open purchase goes into stock.csv")
        if order.id in stocked:
            yield in_row(order, "id", f"'{order.id}' is a row of stock.csv already", "give it an id of its own")
        yield from _steps_left(draft, order)


def _steps_left(draft: Draft, order: FirmOrder) -> Iterator[Issue]:
    """Yield what is wrong with where an order that stands is and goes: nothing where its item has no routing."""
    rows = [row for row in draft.programme.routing if row.item == order.item]
    operations = list(dict.fromkeys(row.operation for row in rows))
    if rows and order.next_operation and order.next_operation not in operations:
        remedy = suggestion(order.next_operation, frozenset(operations), "routing.csv")
        yield in_row(order, "next_operation", f"'{order.item}' has no operation '{order.next_operation}'", remedy)
    known = {*order.work_centres} <= draft.ids("work_centres") and number_of_ways(rows) <= MOST
    if rows and known and way_through(routes(rows), order.work_centres) is None:
        said = f"no way through the routing of '{order.item}' goes by {', '.join(order.work_centres)}"
        yield in_row(order, "work_centres", said, "name one work centre of an operation, of those in routing.csv")


def lives(draft: Draft) -> Iterator[Issue]:
    """What may be kept for a while is not to be there longer than that before it is needed."""
    for item in draft.programme.items:
        if item.shelf_life and item.safety_time.planned >= item.shelf_life.planned:
            said = f"'{item.id}' is to be there longer before its need than it may be kept"
            yield in_row(item, "safety_time", said, "write less than its shelf_life")


def lots_within_life(draft: Draft) -> Iterator[Issue]:
    """The smallest order of a supplier is used up within the shelf life of what it delivers."""
    needs = _needs(draft)
    for source in draft.programme.sources:
        item = draft.programme.item.get(source.item)
        times = needs.get(source.item, [])
        if item is None or not item.shelf_life or not times:
            continue
        life = item.shelf_life.planned
        most = max(sum(units for when, units in times if begins <= when <= begins + life) for begins, _ in times)
        if source.moq.planned > most + 1e-6:
            said = f"orders are of {source.moq.planned:g} at least, but only {most:g} are used within the shelf life"
            yield in_row(source, "moq", said, "agree on a smaller order; what is left over is scrap", warning=True)


def _needs(draft: Draft) -> dict[str, list[tuple[float, float]]]:
    """Return by item when the demands are due that need it, and how many; nothing for what goes into itself."""
    found: dict[str, list[tuple[float, float]]] = {}

    def add(item: str, when: float, units: float, above: tuple[str, ...]) -> None:
        found.setdefault(item, []).append((when, units))
        for place in draft.programme.places_of.get(item, ()) if item not in above else ():
            for line in place:
                add(line.component, when, units * line.quantity.planned, (*above, item))

    if any(item.shelf_life for item in draft.programme.items):
        for demand in draft.programme.demand:
            add(demand.item, demand.due.planned, float(demand.quantity), ())
    return found


def reachable_sources(draft: Draft) -> Iterator[Issue]:
    """An order placed as soon as it may be is there before the horizon."""
    for source in draft.programme.sources if draft.dated else ():
        first = max(source.qualified_from.planned if source.qualified_from else 0.0, source.ordering_time.planned)
        soonest = min(max(first, begins) + value.planned for begins, value in from_when(source.lead_time))
        if soonest + source.receiving_time.planned > draft.programme.horizon_hours:
            said = f"what is ordered of '{source.supplier}' as soon as can be comes after the horizon"
            yield in_row(source, "lead_time", said, "check it, or move the horizon in programme.yaml", warning=True)


RULES = (
    substitutes,
    by_products,
    dates_of_lines,
    phantoms,
    whole_bills,
    open_orders,
    firm_orders,
    lives,
    lots_within_life,
    reachable_sources,
)
