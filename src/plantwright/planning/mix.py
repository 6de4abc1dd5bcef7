"""What came of the product mix: by period and item the units in time beside the item's share, and why one is below it.

How the mix is held is in `turns`; here it is only added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plantwright.model.plan import MixShare, Plan
from plantwright.model.programme import Mix, Programme
from plantwright.model.spending import periods

EPS = 1e-6


def mix_shares(programme: Programme, found: Plan) -> tuple[MixShare, ...]:
    """Return the rows of the product mix, periods in order, those without any unit due left out."""
    mix = programme.planning.mix
    if mix is None:
        return ()
    spans = periods(programme, mix.per, programme.horizon_hours)
    return tuple(row for span in spans for row in _of_period(programme, mix, found, span))


def _of_period(programme: Programme, mix: Mix, found: Plan, span: tuple[float, float]) -> Iterator[MixShare]:
    due, there = dict.fromkeys(mix.shares, 0.0), dict.fromkeys(mix.shares, 0.0)
    for wish in programme.demand:
        if wish.product in due and span[0] <= wish.due.planned < span[1]:
            shipments = found.shipments_of.get(wish.id, ())
            due[wish.product] += wish.quantity
            there[wish.product] += sum(s.quantity for s in shipments if s.arrives <= wish.due.planned + EPS)
    total = sum(there.values())
    for item, share in mix.shares.items():
        if due[item]:
            row = MixShare(span[0], item, due[item], there[item], share * total)
            below = min(due[item], row.by_share) - there[item] > mix.within * total + 1.0
            yield replace(row, text=_why(programme, found, row, span, share)) if below else row


def _why(programme: Programme, found: Plan, row: MixShare, span: tuple[float, float], share: float) -> str:
    """Return in words what keeps an item below its share: the first reason of its late demands of the period."""
    mine = {d.id: d for d in programme.demand if d.product == row.item and span[0] <= d.due.planned < span[1]}
    because = next((f": {r.demand}, {r.text}" for r in found.reasons if r.demand in mine), "")
    when, name = programme.moment(row.begins).date(), row.item
    if row.item in programme.item:  # not so where each site has its own
        name = programme.item[row.item].name or row.item
    said = f"{row.in_time:,.0f} of {row.due:,.0f} {name} due from {when} on are in time"
    return f"{said}, below its share of {share:.0%}, {row.by_share:,.0f}{because}"
