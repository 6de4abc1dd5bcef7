"""Rules about sites: lanes lead somewhere and carry something, and every site has what is built and shipped there."""

from __future__ import annotations

from collections.abc import Iterator

from plantwright.model.draft import Draft, in_row
from plantwright.model.issues import Issue
from plantwright.model.programme import Component, Demand
from plantwright.model.sites import Reach, reach_of


def lanes_lead_elsewhere(draft: Draft) -> Iterator[Issue]:
    """A lane joins two sites, and is open for a time."""
    for lane in draft.programme.lanes:
        if lane.from_site == lane.to_site:
            yield in_row(lane, "to_site", f"lane '{lane.id}' leads nowhere else", "name another site")
        if lane.valid_from and lane.valid_to and lane.valid_from.planned >= lane.valid_to.planned:
            yield in_row(lane, "valid_to", "the lane ends before it begins", "write a date after valid_from")


def lanes_carry_something(draft: Draft) -> Iterator[Issue]:
    """What goes by a lane is made, bought, stocked or brought where it starts."""
    reach = _reach(draft)
    for lane in draft.programme.lanes if reach else ():
        if reach and not any(site == lane.from_site and lane.item in ("", item) for item, site in reach.there):
            named = f"'{lane.item}'" if lane.item else "anything"
            said = f"nothing makes, buys, stocks or brings {named} at '{lane.from_site}'"
            yield in_row(lane, "from_site", said, "check the sites in the other tables", warning=True)


def supplied_sites(draft: Draft) -> Iterator[Issue]:
    """What is ordered from a site or built in there is made, bought, stocked or brought there."""
    reach = _reach(draft)
    if reach is None:
        return
    phantoms = {item.id for item in draft.programme.items if item.phantom}
    anywhere = {item for item, _ in reach.there}
    for item, site in sorted(reach.needed - reach.there):
        if item in anywhere and item not in phantoms:
            row, column = _asking(draft, reach, item, site)
            said = f"nothing makes, buys, stocks or brings '{item}' at '{site}'"
            yield in_row(row, column, said, "add a lane to lanes.csv, or a source, stock or routing of that site")


def _asking(draft: Draft, reach: Reach, item: str, site: str) -> tuple[Demand | Component, str]:
    """Return the first row by which an item is needed at a site, and its column."""
    for demand in draft.programme.demand:
        if (demand.item, demand.site or reach.first) == (item, site):
            return demand, "site"
    return next(line for line in draft.programme.bom if line.component == item and line.site in ("", site)), "component"


def one_routing_a_site(draft: Draft) -> Iterator[Issue]:
    """Each site that makes an item makes all of it: an operation elsewhere is another item and a lane between."""
    reach = _reach(draft)
    if reach is None:
        return
    steps: dict[str, dict[str, list[str]]] = {}
    for row in draft.programme.routing:
        site = reach.centre.get(row.work_centre, "")
        steps.setdefault(row.item, {}).setdefault(site, []).append(row.operation)
    for row in draft.programme.routing:
        here = steps.pop(row.item, {})
        if len({frozenset(operations) for operations in here.values()}) > 1:
            said = f"the sites {', '.join(sorted(here))} make '{row.item}' with different operations, each by itself"
            remedy = "where one site goes on with what another began, make it two items and a lane between them"
            yield in_row(row, "work_centre", said, remedy, warning=True)


def _reach(draft: Draft) -> Reach | None:
    """Return where items are, where that can be told."""
    told = not draft.unusable & {"routing", "sources", "stock", "bom", "demand", "lanes", "work_centres"}
    return reach_of(draft.programme) if draft.programme.sites and told else None


RULES = (lanes_lead_elsewhere, lanes_carry_something, supplied_sites, one_routing_a_site)
