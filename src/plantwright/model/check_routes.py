"""Rules about the ways to make an item: where an operation may be done, from when to when, in lots of what size."""

from __future__ import annotations

from collections.abc import Iterator

from plantwright.model.draft import Draft, in_row
from plantwright.model.issues import Issue
from plantwright.model.production import Operation
from plantwright.model.routes import MOST, alternatives, number_of_ways


def _routings(draft: Draft) -> dict[tuple[str, str], list[Operation]]:
    """Return the rows of each item and site."""
    found: dict[tuple[str, str], list[Operation]] = {}
    for row in draft.programme.routing:
        centre = draft.programme.work_centre.get(row.work_centre)
        found.setdefault((row.item, centre.site if centre else ""), []).append(row)
    return found


def doubled_operations(draft: Draft) -> Iterator[Issue]:
    """An operation of an item is given once, or with a preference of its own for each place where it may be done."""
    for rows in _routings(draft).values():
        first: dict[tuple[str, int], Operation] = {}
        for row in rows:
            known = first.setdefault((row.operation, row.preference), row)
            if known is not row:
                said = f"'{row.item} / {row.operation}' is there already, in row {known.row}"
                remedy = "keep one of the two rows; where the operation may be done elsewhere, write another preference"
                yield in_row(row, "operation", said, remedy)


def dates_of_operations(draft: Draft) -> Iterator[Issue]:
    """A place where an operation may be done begins before it ends."""
    for row in draft.programme.routing:
        if row.valid_from and row.valid_to and row.valid_from.planned >= row.valid_to.planned:
            yield in_row(row, "valid_to", "the operation ends before it begins", "write a date after valid_from")


def operations_go_on(draft: Draft) -> Iterator[Issue]:
    """From the start to the horizon an operation may be begun somewhere."""
    for rows in _routings(draft).values() if draft.dated else ():
        for each in alternatives(rows):
            gap = _gap(each, draft.programme.horizon_hours)
            if gap is not None:
                on = draft.programme.moment(gap)
                said = f"from {on:%Y-%m-%d} on '{each[0].operation}' of '{each[0].item}' may be begun nowhere"
                yield in_row(each[0], "valid_to", said, "check the dates; nothing is made meanwhile", warning=True)


def _gap(rows: list[Operation], horizon: float) -> float | None:
    """Return the first time before the horizon at which no row may be begun."""
    time = 0.0
    spans = [
        (row.valid_from.planned if row.valid_from else 0.0, row.valid_to.planned if row.valid_to else horizon)
        for row in rows
    ]
    for begins, ends in sorted(spans):
        if begins > time:
            return time
        time = max(time, ends)
    return time if time < horizon else None


def few_enough_ways(draft: Draft) -> Iterator[Issue]:
    """An item can be made in no more ways than are looked at."""
    for rows in _routings(draft).values():
        ways = number_of_ways(rows)
        if ways > MOST:
            said = f"'{rows[0].item}' can be made in {ways} ways, more than the {MOST} that are looked at"
            yield in_row(rows[0], "work_centre", said, "join like work centres into one, or leave some out")


def lots_of_made_items(draft: Draft) -> Iterator[Issue]:
    """Sizes of lots are said of what is made."""
    for item in draft.programme.items:
        if (item.lot_min > 1 or item.lot_multiple > 1) and item.id not in draft.items_in("routing"):
            said = f"'{item.id}' is not made, so it has no lots"
            yield in_row(item, "lot_min", said, "write the lots of suppliers in sources.csv", warning=True)


RULES = (doubled_operations, dates_of_operations, operations_go_on, few_enough_ways, lots_of_made_items)
