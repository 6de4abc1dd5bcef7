"""Several sites: an item at a site is an item of its own, `rack@ohio`, and a lane is one more way to have it.

So no engine knows of sites: each plans, checks and carries out items that are made, bought and moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from plantwright.model.agreements import Agreement, OperationFee, Purchase
from plantwright.model.production import AT, Component, Demand, FirmOrder, Item, Reservation, Source, Stock
from plantwright.model.programme import Move, Programme
from plantwright.model.quantity import NOTHING

Placed = tuple[str, str]
"""An item and a site."""
Kept = TypeVar("Kept", Source, Stock, FirmOrder, Demand, Reservation)


def at_site(item: str, site: str) -> str:
    """Return the id of an item at a site."""
    return f"{item}{AT}{site}"


def at_sites(programme: Programme) -> Programme:
    """Return a programme as the engines take it: with sites, its items are items at sites; without any, as it is."""
    if not programme.sites:
        return programme
    reach = reach_of(programme)
    order = {site.id: n for n, site in enumerate(programme.sites)}
    sites: dict[str, list[str]] = {item.id: [] for item in programme.items}
    for item, site in sorted(reach.there | reach.needed, key=lambda placed: order.get(placed[1], 0)):
        sites.setdefault(item, []).append(site)
    return replace(
        programme,
        items=tuple(_items(programme, sites)),
        bom=tuple(_bom(programme, reach)),
        routing=tuple(
            row.model_copy(update={"item": at_site(row.item, reach.centre[row.work_centre])})
            for row in programme.routing
        ),
        sources=_kept(programme.sources, reach.first),
        stock=_kept(programme.stock, reach.first),
        production_orders=_kept(programme.production_orders, reach.first),
        demand=_kept(programme.demand, reach.first),
        reservations=_kept(programme.reservations, reach.first),
        agreements=tuple(_agreement(each, sites) for each in programme.agreements),
        moves=tuple(
            Move(at_site(item, lane.to_site), at_site(item, lane.from_site), lane)
            for lane in programme.lanes
            for item in dict.fromkeys(i.id for i in programme.items)
            if lane.item in ("", item) and (item, lane.from_site) in reach.there
        ),
    )


@dataclass(frozen=True)
class Reach:
    """Where items are: made, bought, stocked or brought (`there`), and demanded or built in (`needed`).

    `made`: where items have a routing; `centre`: site of each work centre; `first`: the site of what names none.
    """

    made: frozenset[Placed]
    there: frozenset[Placed]
    needed: frozenset[Placed]
    centre: Mapping[str, str]
    first: str


def reach_of(programme: Programme) -> Reach:
    """Return where the items of a programme are and where they are needed."""
    first = programme.sites[0].id
    centre = {each.id: each.site or first for each in programme.work_centres}
    made = {(row.item, centre[row.work_centre]) for row in programme.routing if row.work_centre in centre}
    there = made | {(row.item, row.site or first) for row in programme.sources}
    there |= {(row.item, row.site or first) for row in programme.stock}
    needed = {(row.item, row.site or first) for row in programme.demand}
    phantoms = {item.id for item in programme.items if item.phantom}
    before = -1
    while before != len(there) + len(needed):
        before = len(there) + len(needed)
        for line in programme.bom:
            sites = {site for item, site in (needed if line.item in phantoms else made) if item == line.item}
            placed = {(line.component, site) for site in sites if line.site in ("", site)}
            there, needed = (there | placed, needed) if line.by_product else (there, needed | placed)
        for lane in programme.lanes:
            sent = {item for item, site in there if site == lane.from_site and lane.item in ("", item)}
            there = there | {(item, lane.to_site) for item in sent}
    return Reach(frozenset(made), frozenset(there), frozenset(needed), centre, first)


def _items(programme: Programme, sites: Mapping[str, list[str]]) -> Iterator[Item]:
    """Yield each item at each of its sites: as the row of the site says, else the row without one."""
    said = {(item.id, item.site): item for item in programme.items}
    names = {site.id: site.name or site.id for site in programme.sites}
    for item in dict.fromkeys(item.id for item in programme.items):
        for site in sites[item] or [programme.sites[0].id]:
            row = said.get((item, site)) or said.get((item, "")) or next(i for i in programme.items if i.id == item)
            kept = row.safety_stock if site == (row.site or programme.sites[0].id) else NOTHING
            name = f"{row.name or item} at {names.get(site, site)}"
            yield row.model_copy(update={"id": at_site(item, site), "site": site, "name": name, "safety_stock": kept})


def _bom(programme: Programme, reach: Reach) -> Iterator[Component]:
    phantoms = {item.id for item in programme.items if item.phantom}
    for line in programme.bom:
        where = reach.needed if line.item in phantoms else reach.made
        for site in (each.id for each in programme.sites):
            if (line.item, site) in where and line.site in ("", site):
                named = {"item": line.item, "component": line.component, "substitute_for": line.substitute_for}
                yield line.model_copy(
                    update={"site": site} | {name: at_site(item, site) for name, item in named.items() if item}
                )


def _kept(rows: tuple[Kept, ...], first: str) -> tuple[Kept, ...]:
    """Return rows about items at a site as rows about the item of that site."""
    return tuple(
        row.model_copy(update={"item": at_site(row.item, row.site or first), "site": row.site or first}) for row in rows
    )


def _agreement(agreement: Agreement, sites: Mapping[str, list[str]]) -> Agreement:
    """Return an agreement about items as one about them at all sites."""
    if isinstance(agreement, Purchase):
        items = tuple(at_site(item, site) for item in agreement.items for site in sites.get(item, []))
        return agreement.model_copy(update={"items": items})
    if isinstance(agreement, OperationFee):
        fees = {at_site(item, s): fee for item, fee in agreement.fee_per_unit.items() for s in sites.get(item, [])}
        return agreement.model_copy(update={"fee_per_unit": fees})
    return agreement
