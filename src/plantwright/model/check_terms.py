"""Rules about what spans the whole programme: its dates, parties, agreements, calendars and assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from plantwright.model.agreements import Lease, Purchase, Venture
from plantwright.model.assumptions import Law
from plantwright.model.check_references import agreements_placed
from plantwright.model.draft import Draft, in_row, own_cells, quantities
from plantwright.model.issues import Issue
from plantwright.model.quantity import Dimension, Quantity, Step

LONGEST_YEARS = 30

DATES = {
    "tasks": ("release", "deadline"),
    "demand": ("due", "latest"),
    "reservations": ("until",),
    "stock": ("available", "expires"),
    "production_orders": ("finish",),
    "sources": ("qualified_from",),
    "bom": ("valid_from", "valid_to"),
    "routing": ("valid_from", "valid_to"),
    "lanes": ("valid_from", "valid_to"),
}
"""Columns whose dates must be within the programme."""

BEFORE_THE_START = ("available", "qualified_from", "valid_from", "valid_to")
"""Columns whose dates may be earlier: what was there or allowed before the start is so at the start."""

SIGNED = ("predecessors",)
"""Columns that may hold numbers below zero: a lag may be a lead."""

SHARES = ("yield", "probability", "mitigated_probability")
"""Columns whose numbers are no more than 1 in any world."""

PARTIES_OF = {
    "sale": ("seller", "buyer"),
    "equipment_supply": ("owner", "operator"),
    "operation": ("owner", "operator"),
    "purchase": ("customer", "seller"),
    "lease": ("lessor", "lessee"),
}


def horizon_after_start(draft: Draft) -> Iterator[Issue]:
    """The horizon comes after the start, within thirty years."""
    programme = draft.programme
    if not draft.dated:
        return
    if programme.horizon <= programme.start:
        yield draft.in_document("programme", ("horizon",), "the horizon is not after the start", "write a later date")
    elif programme.horizon - programme.start > timedelta(days=LONGEST_YEARS * 365.25):
        said = f"the horizon is more than {LONGEST_YEARS} years after the start"
        yield draft.in_document("programme", ("horizon",), said, "check the years of both")


def dates_within(draft: Draft) -> Iterator[Issue]:
    """Dates of tasks, demand, stock and sources lie between start and horizon."""
    for table, columns in DATES.items() if _has_span(draft) else ():
        for row in draft.rows[table]:
            for column, value in own_cells(draft, row):
                if column in columns and isinstance(value, Quantity) and (said := _outside(draft, value, column)):
                    yield in_row(
                        row,
                        column,
                        said,
                        "write a date within the programme, or move its start or horizon in programme.yaml",
                    )


def _has_span(draft: Draft) -> bool:
    return draft.dated and draft.programme.horizon > draft.programme.start


def _outside(draft: Draft, when: Quantity, column: str) -> str:
    programme = draft.programme
    if when.planned > programme.horizon_hours:
        return f"{programme.moment(when.planned):%Y-%m-%d} is after the horizon, {programme.horizon}"
    if when.planned < 0 and column not in BEFORE_THE_START:
        return f"{programme.moment(when.planned):%Y-%m-%d} is before the start, {programme.start}"
    return ""


def steps_within(draft: Draft) -> Iterator[Issue]:
    """A step after the horizon counts for nothing, which may be a slip of the pen."""
    for rows in draft.rows.values() if _has_span(draft) else ():
        for row in rows:
            for column, value in own_cells(draft, row):
                late = (
                    [each for each in value if isinstance(each, Step) and _outside(draft, each.at, "available")]
                    if isinstance(value, tuple)
                    else []
                )
                if late:
                    said = _outside(draft, late[0].at, "available")
                    yield in_row(row, column, f"a step's date {said}", "take it out, or move the horizon", warning=True)


def agreement_dates(draft: Draft) -> Iterator[Issue]:
    """What an agreement dates outside the programme never shows in its cash; a lease ends after it starts."""
    for place, agreement in agreements_placed(draft) if _has_span(draft) else ():
        for key in ("closes", "starts"):
            when = getattr(agreement, key, None)
            if isinstance(when, Quantity) and (said := _outside(draft, when, key)):
                yield draft.in_document(
                    "agreements", (*place, key), said, "check the date: cash outside the programme is not seen", True
                )
        if (
            isinstance(agreement, Lease)
            and agreement.starts
            and agreement.ends
            and agreement.ends.planned <= agreement.starts.planned
        ):
            yield draft.in_document(
                "agreements", (*place, "ends"), "the lease ends before it starts", "write a later date"
            )


def venture_shares(draft: Draft) -> Iterator[Issue]:
    """A venture's shares add to 1, and only a venture has shares."""
    for index, party in enumerate(draft.programme.parties):
        place = ("parties", index, "shares")
        total = sum(party.shares.values())
        if party.role != "venture" and party.shares:
            yield draft.in_document(
                "programme",
                place,
                f"'{party.id}' has shares but is no venture",
                "take them out, or write `role: venture`",
            )
        elif party.role == "venture" and abs(total - 1) > 1e-6:
            said = (
                f"the shares of '{party.id}' add to {total:.6g}, not to 1"
                if party.shares
                else f"venture '{party.id}' has no shares"
            )
            yield draft.in_document(
                "programme", place, said, "write each party's share, such as `{owner: 0.6, operator: 0.4}`"
            )
        if party.id in party.shares:
            yield draft.in_document("programme", (*place, party.id), "a venture cannot own itself", "name its members")


def agreements_join_two(draft: Draft) -> Iterator[Issue]:
    """An agreement is between two different parties; a venture agreement is about a venture."""
    roles = {party.id: party.role for party in draft.programme.parties}
    for place, agreement in agreements_placed(draft):
        keys = PARTIES_OF.get(getattr(agreement, "kind", ""), ())
        if keys and getattr(agreement, keys[0]) == getattr(agreement, keys[1]):
            said = f"'{keys[0]}' and '{keys[1]}' are the same party"
            yield draft.in_document("agreements", (*place, keys[1]), said, "name two different parties")
        if isinstance(agreement, Venture) and roles.get(agreement.venture, "venture") != "venture":
            said = f"party '{agreement.venture}' is no venture"
            yield draft.in_document("agreements", (*place, "venture"), said, "name a party with `role: venture`")


def consigned_sources(draft: Draft) -> Iterator[Issue]:
    """A consigned part goes into an item that some customer buys on consigned terms."""
    if "agreements" in draft.unusable or not {"agreements", "bom"} <= draft.whole:
        return
    purchases = [
        each for each in draft.programme.agreements if isinstance(each, Purchase) and each.terms == "consigned"
    ]
    covered = _contained(draft, {item for purchase in purchases for item in purchase.items})
    for source in draft.programme.sources:
        if source.consigned and source.item not in covered:
            said = f"no agreement has '{source.item}' consigned"
            yield in_row(
                source,
                "consigned",
                said,
                "add a purchase with `terms: consigned` of an item that it goes into, or write `no`",
            )


def _contained(draft: Draft, items: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        if item not in found:
            found.add(item)
            waiting += [line.component for line in draft.programme.components_of.get(item, ())]
    return found


def paid_demand(draft: Draft) -> Iterator[Issue]:
    """Every demand is covered by an agreement under which its customer pays."""
    if "agreements" not in draft.whole:
        return
    bought = {
        (each.customer, item)
        for each in draft.programme.agreements
        if isinstance(each, Purchase)
        for item in each.items
    }
    for demand in draft.programme.demand:
        if (demand.customer, demand.item) not in bought:
            said = f"no agreement says how '{demand.customer}' pays for '{demand.item}'"
            yield in_row(demand, "customer", said, "add a purchase to agreements.yaml", warning=True)


def calendars_make_sense(draft: Draft) -> Iterator[Issue]:
    """No calendar takes the built-in name, and none says that a day or a week of work is longer than it is."""
    written = draft.section("calendars")
    if isinstance(written, dict) and "always" in written:
        yield draft.in_document(
            "programme", ("calendars", "always"), "`always` is built in", "give the calendar another name"
        )
    for name, calendar in draft.programme.calendars.items():
        for key, hours, most in (
            ("hours_per_day", calendar.hours_per_day, 24),
            ("hours_per_week", calendar.hours_per_week, 168),
        ):
            if not 0 < hours <= most + 1e-9:
                place = ("calendars", name, key)
                yield draft.in_document(
                    "programme", place, f"{hours:g} is no number of working hours", f"write one above 0, up to {most}"
                )


def planning_quantile_within(draft: Draft) -> Iterator[Issue]:
    """The planning quantile is above 0 and below 1, since no world is at either end."""
    if not 0 < draft.programme.register.planning_quantile < 1:
        said = "the planning quantile is at the end of all worlds"
        yield draft.in_document("programme", ("planning_quantile",), said, "write one above 0 and below 1, such as 0.5")


def objectives_once(draft: Draft) -> Iterator[Issue]:
    """An objective is named once."""
    order = draft.programme.objective.order
    if len(set(order)) < len(order):
        yield draft.in_document("programme", ("objective", "order"), "an objective is there twice", "keep one")


def assumptions_in_range(draft: Draft) -> Iterator[Issue]:
    """Where a number must not be below zero, or a share not above one, its assumption never is."""
    register = draft.programme.register
    for rows in draft.rows.values():
        for row in rows:
            for column, value in own_cells(draft, row):
                for each in quantities(value) if column not in SIGNED else ():
                    entry = register.get(each.assumption)
                    if entry is None or entry.dimension is Dimension.DATE:
                        continue
                    low, high = sorted((entry.distribution.low * each.factor, entry.distribution.high * each.factor))
                    if low < 0:
                        yield in_row(
                            row, column, f"@{entry.id} can be below zero", "raise its low value in assumptions.csv"
                        )
                    if column in SHARES and (high > 1 or entry.distribution.law in (Law.LOGNORMAL, Law.EXPONENTIAL)):
                        yield in_row(
                            row,
                            column,
                            f"@{entry.id} can be more than the whole",
                            "lower its high value in assumptions.csv",
                        )


def unused_assumptions(draft: Draft) -> Iterator[Issue]:
    """An assumption that nothing uses moves nothing, which may be a slip of the pen."""
    if draft.unusable or not set(draft.rows) <= draft.whole or not {"programme", "agreements"} <= draft.whole:
        return
    programme = draft.programme
    single = (
        programme.agreements,
        programme.objective,
        programme.discount_rate,
        programme.safety_time,
        programme.replanning,
    )
    used = {each.assumption for each in quantities((*draft.rows.values(), *single))}
    for entry in programme.register.values():
        if entry.id not in used:
            said = f"nothing uses assumption '{entry.id}'"
            yield Issue(
                "assumptions.csv",
                entry.row,
                "id",
                said,
                f"write `@{entry.id}` where it counts, or take the row out",
                "warning",
            )


RULES = (
    horizon_after_start,
    dates_within,
    steps_within,
    agreement_dates,
    venture_shares,
    agreements_join_two,
    consigned_sources,
    paid_demand,
    calendars_make_sense,
    planning_quantile_within,
    objectives_once,
    assumptions_in_range,
    unused_assumptions,
)
