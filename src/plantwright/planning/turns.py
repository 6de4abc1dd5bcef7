"""In which turns demands are planned: each whole, those of a priority in step where they share, or by the product mix.

Whoever is planned sooner has the first choice of what is scarce; what a turn is given is decided in `priority`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from plantwright.model.programme import Demand, Mix, Programme
from plantwright.model.spending import periods

ROUNDS = 20
"""In how many steps the demands of a tier are planned that share fairly."""
Turn = tuple[int, int]
"""A demand, by its row, and the units of it that are planned."""


def turns(programme: Programme, demands: tuple[Demand, ...]) -> list[Turn]:
    """Return the turns of demands that are in the order of planning, tier after tier."""
    left, found = _open(programme, demands), list[Turn]()
    for _, tier in groupby(range(len(left)), key=lambda k: left[k].priority):
        members = [k for k in tier if left[k].quantity]
        if programme.planning.within_tier == "fair_share":
            steps = range(1, ROUNDS + 1)
            found += [(k, units) for step in steps for k in members for units in _shares(left[k], step) if units]
        else:
            found += _mixed(programme, left, members)
    return found


def _open(programme: Programme, demands: tuple[Demand, ...]) -> list[Demand]:
    """Return what is still to be planned of demands: what has left already is not."""
    shipped: dict[str, float] = defaultdict(float)
    for gone in programme.shipped:
        shipped[gone.demand] += gone.quantity
    return [
        d.model_copy(update={"quantity": d.quantity - round(shipped[d.id])}) if d.id in shipped else d for d in demands
    ]


def _shares(demand: Demand, step: int) -> list[int]:
    """Return the units of a demand that are planned in a step: at once, or where few may not leave alone, in turns of
    the fewest that may.
    """
    lots = demand.quantity // demand.least
    before, now = ((2 * at * lots + ROUNDS) // (2 * ROUNDS) if at else 0 for at in (step - 1, step))
    if demand.least == 1:
        return [now - before]
    turns = [demand.least] * (now - before)
    return [*turns[:-1], turns[-1] + demand.quantity % demand.least] if turns and now == lots else turns


def _mixed(programme: Programme, demands: list[Demand], members: list[int]) -> Iterator[Turn]:
    """Yield the members of a tier in order; those of the mix together by period, where the first of them would come."""
    mix, periods_of = programme.planning.mix, list[list[int]]()
    begins = [begin for begin, _ in periods(programme, mix.per, programme.horizon_hours)] if mix else []
    by_period: dict[int, list[int]] = {}
    for k in members:
        if mix is None or demands[k].product not in mix.shares:
            periods_of.append([k])
            continue
        period = bisect_right(begins, demands[k].due.planned)
        if period not in by_period:
            by_period[period] = []
            periods_of.append(by_period[period])
        by_period[period].append(k)
    for group in periods_of:
        if mix is not None and demands[group[0]].product in mix.shares:
            yield from _in_step(mix, demands, group)
        else:
            yield from ((k, demands[k].quantity) for k in group)


def _in_step(mix: Mix, demands: list[Demand], group: list[int]) -> Iterator[Turn]:
    """Yield the demands of a period in steps: the item that is farthest behind its share is always next."""
    waiting: dict[str, list[Turn]] = {item: [] for item in mix.shares}
    for k in group:
        waiting[demands[k].product] += [
            (k, units) for step in range(1, ROUNDS + 1) for units in _shares(demands[k], step)
        ]
    given = dict.fromkeys(mix.shares, 0.0)
    queues = {item: iter([turn for turn in found if turn[1]]) for item, found in waiting.items() if found}
    ahead = {item: next(queue, None) for item, queue in queues.items()}
    while ready := [item for item, turn in ahead.items() if turn]:
        item = min(ready, key=lambda name: given[name] / max(mix.shares[name], 1e-9))
        turn = ahead[item]
        assert turn is not None
        yield turn
        given[item] += turn[1]
        ahead[item] = next(queues[item], None)
