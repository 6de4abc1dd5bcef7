"""When an order of a source can be there, and when it is placed for that: lead times by date, paperwork, qualification.

Times are hours from the programme's start. Who orders what is decided in `supply`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf

from plantwright.model.programme import Source
from plantwright.model.quantity import from_when

BEFORE = 1e-3
"""Hours by which an order is placed before its lead time changes (four seconds)."""


def _spans(source: Source, after: float) -> Iterator[tuple[float, float, float]]:
    """Yield (first, last, lead time) of the times from `after` at which an order may be placed, in order."""
    qualified = source.qualified_from.planned if source.qualified_from else 0.0
    first = max(qualified, source.ordering_time.planned, after)
    for (begins, value), (ends, _) in pairwise([*from_when(source.lead_time), (inf, source.lead_time)]):
        if ends - BEFORE >= first:
            yield max(begins, first), ends - BEFORE, value.planned


def earliest_receipt(source: Source, after: float = 0.0) -> float:
    """Return the first time that an order of a source can be received: placed from `after` on, or once qualified."""
    return min((first + lead for first, _, lead in _spans(source, after)), default=inf)


def latest_order(source: Source, received: float, after: float = 0.0) -> float:
    """Return the latest time from `after` on at which an order is placed that is received at `received`."""
    spans = _spans(source, after)
    placed = [min(received - lead, last) for first, last, lead in spans if first + lead <= received + 1e-6]
    return max(placed, default=earliest_receipt(source, after))


def lead_time(source: Source) -> float:
    """Return the lead time of the order that can be received first."""
    return min(((first + lead, lead) for first, _, lead in _spans(source, 0.0)), default=(inf, inf))[1]
