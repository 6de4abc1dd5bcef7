"""Rules about products, parts, routings, work centres, supplies and demand."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from plantwright.model.draft import Draft, in_row, suggestion
from plantwright.model.issues import Issue
from plantwright.model.programme import Row
from plantwright.model.quantity import Quantity

WEEK = 168.0
ABOVE_ZERO = {
    "items": ("lot_min", "lot_multiple"),
    "bom": ("quantity",),
    "demand": ("quantity", "smallest_shipment"),
    "production_orders": ("quantity",),
    "sources": ("moq", "multiple"),
    "lanes": ("moq", "multiple"),
    "routing": ("batch_min", "batch_max", "yield"),
    "work_centres": ("mtbf", "mttr"),
}
"""Columns in which a zero would mean a thing that never happens or happens without end."""


def above_zero(draft: Draft) -> Iterator[Issue]:
    """Numbers that must be above zero are."""
    for table, columns in ABOVE_ZERO.items():
        for row in draft.rows[table]:
            for column in columns:
                value = _value(row, column)
                if value is not None and value <= 0:
                    yield in_row(row, column, f"'{column}' is zero", "write a number above zero")


def _value(row: Row, column: str) -> float | None:
    value = getattr(row, "yield_" if column == "yield" else column)
    return value.planned if isinstance(value, Quantity) else value


def supplied_items(draft: Draft) -> Iterator[Issue]:
    """Every item that is demanded, or goes into one that is made, is made, bought or in stock."""
    supplied = draft.items_in("routing") | draft.items_in("sources") | draft.items_in("stock") | _phantoms(draft)
    supplied |= frozenset(line.component for line in draft.programme.bom if line.by_product)
    if draft.unusable & {"routing", "sources", "stock"}:
        return
    for demand in draft.programme.demand:
        if demand.item in draft.ids("items") and demand.item not in supplied:
            yield in_row(
                demand, "item", f"nothing makes, buys or stocks '{demand.item}'", "add its routing, a source or stock"
            )
    for line in draft.programme.bom:
        if line.component in draft.ids("items") and line.component not in supplied:
            yield in_row(
                line,
                "component",
                f"nothing makes, buys or stocks '{line.component}'",
                "add its routing, a source or stock",
            )


def _phantoms(draft: Draft) -> frozenset[str]:
    return frozenset(item.id for item in draft.programme.items if item.phantom)


def made_items_have_routings(draft: Draft) -> Iterator[Issue]:
    """An item with a bill of material has a routing."""
    told: set[str] = set()
    for line in draft.programme.bom:
        if (
            line.item in draft.ids("items")
            and line.item not in draft.items_in("routing") | _phantoms(draft)
            and "routing" not in draft.unusable
        ):
            if line.item not in told:
                yield in_row(
                    line,
                    "item",
                    f"item '{line.item}' has components but no routing",
                    "add its operations to routing.csv",
                )
            told.add(line.item)


def stations_exist(draft: Draft) -> Iterator[Issue]:
    """A work centre that a routing needs has a station some day."""
    if "tasks" not in draft.whole:
        return
    delivered = {each.target for task in draft.programme.tasks for each in task.delivers if each.kind == "work_centre"}
    for operation in draft.programme.routing:
        centre = draft.programme.work_centre.get(operation.work_centre)
        if centre and not centre.stations and centre.id not in delivered:
            said = f"work centre '{centre.id}' never has a station"
            yield in_row(
                operation, "work_centre", said, f"give it stations, or let a task deliver `work_centre:{centre.id}+1`"
            )


def batches(draft: Draft) -> Iterator[Issue]:
    """A batch's least is not above its most, it has room in the buffer, and a last short batch starts some day."""
    for operation in draft.programme.routing:
        centre = draft.programme.work_centre.get(operation.work_centre)
        if operation.batch_min > operation.batch_max:
            yield in_row(
                operation,
                "batch_min",
                "the smallest batch is larger than the largest",
                "write batch_min not above batch_max",
            )
        if centre and centre.buffer is not None and operation.batch_max > max(centre.buffer, 1):
            said = f"a batch of {operation.batch_max} never fits into the buffer of '{centre.id}', of {centre.buffer}"
            yield in_row(operation, "batch_max", said, "write a smaller batch, or a larger buffer in work_centres.csv")
        if operation.batch_min > 1 and operation.max_wait is None:
            said = f"fewer than {operation.batch_min} last units would wait without end"
            yield in_row(
                operation,
                "max_wait",
                said,
                "write how long a batch waits before it starts short, such as `2 days`",
                warning=True,
            )


def repairs(draft: Draft) -> Iterator[Issue]:
    """A work centre that fails is repaired, and one that is repaired fails."""
    for centre in draft.programme.work_centres:
        if (centre.mtbf is None) != (centre.mttr is None):
            missing, given = ("mttr", "mtbf") if centre.mttr is None else ("mtbf", "mttr")
            yield in_row(
                centre, missing, f"'{given}' is given without '{missing}'", f"write '{missing}' as well, or neither"
            )


def installing_destinations(draft: Draft) -> Iterator[Issue]:
    """A destination with demand installs something some day and, where its units draw power, has some."""
    wanted = {demand.destination: demand for demand in draft.programme.demand}
    for destination in draft.programme.destinations:
        if destination.id not in wanted:
            continue
        if not any(step.value.planned > 0 for step in destination.install_rate):
            yield in_row(
                destination,
                "install_rate",
                "nothing is ever installed here",
                "write a rate above zero, such as `25 per week`",
            )
        item = draft.programme.item.get(wanted[destination.id].item)
        if item and item.power.planned > 0 and not any(step.value.planned > 0 for step in destination.power):
            said = "the site has no power, so nothing is ever energised here"
            yield in_row(destination, "power", said, "write it as `2026-06-30: 200 MW`", warning=True)


def wishes_can_be_met(draft: Draft) -> Iterator[Issue]:
    """A demand is wanted until after it is due, in shipments that it is large enough for and that its site can take."""
    for demand in draft.programme.demand:
        if demand.latest and demand.latest.planned < demand.due.planned:
            yield in_row(demand, "latest", "the latest date is before the due date", "write a later date, or none")
        if demand.smallest_shipment > demand.quantity:
            said = f"a shipment of {demand.smallest_shipment} is more than the {demand.quantity} ordered"
            yield in_row(demand, "smallest_shipment", said, "write a smaller number")
        site = draft.programme.destination.get(demand.destination)
        most = max((s.value.planned * WEEK for s in site.install_rate), default=0.0) if site else inf
        if 1 < demand.least > most + 1e-6 and demand.smallest_shipment <= demand.quantity:
            said = f"{demand.least} at once never arrive: the site installs at most {most:g} a week"
            column = "smallest_shipment" if demand.partial else "partial"
            yield in_row(demand, column, said, "allow smaller shipments, or write a higher install_rate")


def mix_of_known_items(draft: Draft) -> Iterator[Issue]:
    """The product mix is of items that there are, its shares add to 1, and fair shares do not say otherwise."""
    mix = draft.programme.planning.mix
    if mix is None:
        return
    place: tuple[str | int, ...] = ("planning", "mix")
    for item in sorted(set(mix.shares) - draft.ids("items")) if draft.is_known("items") else ():
        remedy = suggestion(item, draft.ids("items"), "items.csv")
        yield draft.in_document("programme", (*place, "shares", item), f"there is no item '{item}'", remedy)
    if abs(sum(mix.shares.values()) - 1.0) > 1e-6:
        said = f"the shares of the mix add to {sum(mix.shares.values()):.6g}, not to 1"
        yield draft.in_document("programme", (*place, "shares"), said, "write shares that add to 100 %")
    if draft.programme.planning.within_tier == "fair_share":
        said = "a mix says how products share, and fair shares that demands do"
        yield draft.in_document("programme", place, said, "write `within_tier: due`, or take the mix out")


def reservations_name_somebody(draft: Draft) -> Iterator[Issue]:
    """A reservation keeps something, of an item with supply, for a customer or a demand."""
    for kept in draft.programme.reservations:
        if not kept.customer and not kept.demand:
            yield in_row(kept, "customer", "it is kept for nobody", "name a customer or a demand")
        if kept.quantity.planned <= 0 and not kept.per_week:
            yield in_row(kept, "quantity", "nothing is kept", "write a quantity, or a number per week")
        offers = draft.programme.sources_of.get(kept.item, ())
        if kept.per_week and not any(s.capacity for s in offers) and "sources" not in draft.unusable:
            said = f"no supplier of '{kept.item}' has a limit, so there is nothing to keep"
            yield in_row(kept, "per_week", said, "write the supplier's capacity in sources.csv, or leave it blank")


RULES = (
    above_zero,
    supplied_items,
    made_items_have_routings,
    stations_exist,
    batches,
    repairs,
    installing_destinations,
    wishes_can_be_met,
    reservations_name_somebody,
    mix_of_known_items,
)
