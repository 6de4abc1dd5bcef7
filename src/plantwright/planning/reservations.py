"""What is kept for whom: reserved stock as lots with an owner, reserved weeks of suppliers as room that others lack.

Who takes what is decided in `supply`; here is only what there is to keep at the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from plantwright.model.programme import Demand, Programme, Reservation, Source, Stock
from plantwright.model.quantity import value_at

WEEK = 168.0
NOBODY = -1


@dataclass(frozen=True)
class Holds:
    """Reserved supply. `parts`: of each stock row (owner, quantity), owner -1 for what is anybody's.

    `rows`: (reservation, source), by source; `units`: what they keep of each week, shape (rows, weeks). `kept_for`:
    whether a demand may have it, shape (reservations, demands); `until`: hours from which it is anybody's.
    """

    parts: tuple[tuple[tuple[int, float], ...], ...]
    rows: tuple[tuple[int, int], ...]
    units: NDArray[np.float64]
    kept_for: NDArray[np.bool_]
    until: NDArray[np.float64]


def holds(
    programme: Programme, demands: tuple[Demand, ...], sources: tuple[Source, ...], supplier_weeks: NDArray[np.float64]
) -> Holds:
    """Return what the reservations keep: the first units in stock, and the weeks of limited suppliers by preference."""
    kept = programme.reservations
    rows = [(r, s) for s, source in enumerate(sources) for r, each in enumerate(kept) if _keeps(each, source)]
    return Holds(
        _stock_parts(kept, programme.stock),
        tuple(rows),
        _kept_weeks(kept, rows, supplier_weeks),
        np.array([[r.keeps_for(d) for d in demands] for r in kept], dtype=np.bool_).reshape(len(kept), len(demands)),
        np.array([_until(r) for r in kept]),
    )


def _until(kept: Reservation) -> float:
    return kept.until.planned if kept.until else inf


def _keeps(kept: Reservation, source: Source) -> bool:
    return kept.item == source.item and bool(kept.per_week) and bool(source.capacity)


def _stock_parts(kept: tuple[Reservation, ...], stock: tuple[Stock, ...]) -> tuple[tuple[tuple[int, float], ...], ...]:
    left = [row.quantity.planned for row in stock]
    parts: list[list[tuple[int, float]]] = [[] for _ in stock]
    earliest = sorted(range(len(stock)), key=lambda k: (stock[k].available.planned if stock[k].available else 0.0, k))  # type: ignore[union-attr]
    for owner, reservation in enumerate(kept):
        wanted = reservation.quantity.planned
        for k in earliest:
            units = min(wanted, left[k]) if stock[k].item == reservation.item else 0.0
            if units > 0:
                parts[k].append((owner, units))
                wanted, left[k] = wanted - units, left[k] - units
    return tuple((*each, (NOBODY, rest)) for each, rest in zip(parts, left, strict=True))


def _kept_weeks(
    kept: tuple[Reservation, ...], rows: list[tuple[int, int]], supplier_weeks: NDArray[np.float64]
) -> NDArray[np.float64]:
    weeks = supplier_weeks.shape[1]
    room, units = supplier_weeks.copy(), np.zeros((len(rows), weeks))
    for r, reservation in enumerate(kept):
        starts = [week * WEEK for week in range(weeks)]
        wanted = np.array([value_at(reservation.per_week, t) * WEEK * (t < _until(reservation)) for t in starts])
        for row, (_, source) in enumerate(rows):
            if rows[row][0] == r:
                units[row] = np.minimum(wanted, room[source])
                room[source] -= units[row]
                wanted = wanted - units[row]
    return units
