"""Ways to make an item: each of its operations at one of the work centres that may do it, the preferred way first.

What a row of the routing says is in `production`; which way an order goes is decided in `planning`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plantwright.model.production import Operation

Route = tuple["Operation", ...]
"""The operations of an item in order, each at one work centre."""
MOST = 64
"""Ways to make an item that are looked at; the rules refuse a routing with more."""


def alternatives(rows: Sequence[Operation]) -> list[list[Operation]]:
    """Return the operations of an item in order, each as the rows that may do it, the preferred one first."""
    found: dict[str, list[Operation]] = {}
    for row in rows:
        found.setdefault(row.operation, []).append(row)
    return [sorted(each, key=lambda row: row.preference) for each in found.values()]


def number_of_ways(rows: Sequence[Operation]) -> int:
    """Return in how many ways the rows of an item's routing can be gone through."""
    return prod(len(each) for each in alternatives(rows))


def routes(rows: Sequence[Operation]) -> tuple[Route, ...]:
    """Return the ways through an item's routing: as few steps as may be away from what is preferred, the last
    operations first."""
    choices = alternatives(rows)
    ranked = islice(product(*(range(len(each)) for each in choices)), MOST)
    ranks = sorted(ranked, key=lambda places: (sum(places), places))
    return tuple(tuple(each[k] for each, k in zip(choices, places, strict=True)) for places in ranks)


def way_by(ways: Sequence[Route], places: Mapping[str, int]) -> Route:
    """Return the way that has operations where `places` says (operation -> preference), the others where preferred."""
    return next(
        (way for way in ways if all(places.get(o.operation, o.preference) == o.preference for o in way)), ways[0]
    )


def way_through(ways: Sequence[Route], centres: Sequence[str]) -> Route | None:
    """Return the first way that goes through all of these work centres, or None where there is none."""
    return next((way for way in ways if {*centres} <= {o.work_centre for o in way}), None)


def step_of(route: Route, operation: str) -> int:
    """Return which step of a way an operation is, the first where none is named."""
    return next((k for k, row in enumerate(route) if row.operation == operation), 0)


def choices(ways: Sequence[Route]) -> frozenset[str]:
    """Return the operations of which it takes an order to tell where they are done."""
    return frozenset(row.operation for way in ways for row, first in zip(way, ways[0], strict=True) if row is not first)
