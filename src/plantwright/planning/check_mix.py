"""Whether the product mix is told as it is, checked from the programme and the plan's shipments alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from plantwright.model.plan import Plan
from plantwright.model.programme import Programme

NEAR = 1e-4
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def product_mix(programme: Programme, plan: Plan) -> Iterator[str]:
    """Every item of the mix that has less than its share, though more of it is due, is named; all figures are so."""
    mix = programme.planning.mix
    if mix is None:
        return
    asked: dict[tuple[date, str], float] = defaultdict(float)
    there: dict[tuple[date, str], float] = defaultdict(float)
    for demand in (d for d in programme.demand if d.product in mix.shares):
        key = _period(programme.moment(demand.due.planned).date(), MONTHS[mix.per]), demand.product
        asked[key] += demand.quantity
        shipped = plan.shipments_of.get(demand.id, ())
        there[key] += sum(s.quantity for s in shipped if s.arrives <= demand.due.planned + NEAR)
    told = {(_period(programme.moment(r.begins).date(), MONTHS[mix.per]), r.item): r for r in plan.mix}
    for (period, item), due in sorted(asked.items()):
        total = sum(there.get((period, other), 0.0) for other in mix.shares)
        row = told.pop((period, item), None)
        if row is None or abs(row.due - due) + abs(row.in_time - there[period, item]) > NEAR:
            yield f"the mix of {item} from {period} is not told as it is"
        elif (
            min(due, mix.shares[item] * total) - there[period, item] > mix.within * total + 1.0 + NEAR and not row.text
        ):
            yield f"{item} has less than its share from {period} on, which the plan does not say"
    yield from (f"the mix tells of {item} from {period}, of which none is due" for period, item in sorted(told))


def _period(day: date, months: int) -> date:
    """Return the first day of the calendar period that a day is in."""
    first = bisect_right(range(1, 13, months), day.month) - 1
    return date(day.year, 1 + first * months, 1)


RULES = (product_mix,)
