"""Who takes which supply: free stock and surplus, purchase orders by supplier and week, and taking it all back.

Compiled loops over the state; what is asked for, and when, comes from `priority`.
"""

from __future__ import annotations

import numpy as np

from plantwright.planning import state as at
from plantwright.planning.problem import WEEK, Arrays
from plantwright.planning.state import EPS, State, kernel
from plantwright.planning.windows import book


@kernel
def peg(s: State, lot: int, demand: int, quantity: float, needed: float) -> None:
    """Give units of a lot to a demand that needs them at `needed`."""
    row = at.added(s, at.N_PEGS, s.pegs.size)
    given = s.pegs[row]
    given["lot"], given["demand"], given["quantity"], given["needed"] = lot, demand, quantity, needed
    given["after"], s.lots[lot]["peg"] = s.lots[lot]["peg"], row
    at.change_free(s, lot, -quantity)
    at.note(s, at.TOOK, lot, 0, quantity)


@kernel
def unpeg(s: State, row: int, quantity: float) -> None:
    """Take units of a lot from the demand that has them; the caller has given it others."""
    s.pegs[row]["quantity"] -= quantity
    at.change_free(s, s.pegs[row]["lot"], quantity)
    at.note(s, at.RELEASED, row, 0, quantity)


@kernel
def may_have(p: Arrays, reservation: int, demand: int, time: float) -> bool:
    """Return whether a demand that needs it at `time` may have what is kept by a reservation (-1: by none)."""
    return bool(reservation < 0 or p.kept_for[reservation, demand] or time >= p.until[reservation])


@kernel
def take(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float) -> float:
    """Give a demand up to `quantity` free units that are there by `time`, those that come last first; return how many.

    Taking the last ones leaves the most that can be left at every earlier time, whatever is asked for later.
    """
    got, week = 0.0, at.week_of(s, time)
    while week >= 0 and got < quantity - EPS and s.item_free[item] > EPS:
        lot = s.first_lot[item, week] if s.week_free[item, week] > EPS else -1
        while lot >= 0 and got < quantity - EPS:
            mine = may_have(p, s.lots[lot]["owner"], demand, time) and s.lots[lot]["until"] >= time - EPS
            if mine and s.lots[lot]["there"] <= time + EPS and s.lots[lot]["free"] > EPS:
                amount = min(s.lots[lot]["free"], quantity - got)
                peg(s, lot, demand, amount, time)
                got += amount
            lot = s.lots[lot]["after"]
        week -= 1
    return got


@kernel
def next_free(p: Arrays, s: State, demand: int, item: int, time: float) -> float:
    """Return when the next free unit of an item for a demand is there after `time`; infinite where there is none."""
    found = np.inf
    if s.item_free[item] <= EPS:
        return found
    lapses = p.until.size > 0  # what is kept may be there already and get free later
    for week in range(0 if lapses else at.week_of(s, time), s.first_lot.shape[1]):
        lot = s.first_lot[item, week]
        while lot >= 0:
            there, owner = s.lots[lot]["there"], s.lots[lot]["owner"]
            there = there if may_have(p, owner, demand, there) else max(there, p.until[owner])
            if s.lots[lot]["free"] > EPS and there > time + EPS:
                found = min(found, there)
            lot = s.lots[lot]["after"]
        if found < np.inf and not lapses:
            break
    return found


@kernel
def kept_for_others(p: Arrays, s: State, demand: int, source: int, week: int) -> float:
    """Return how many units of a source and week are kept for other demands."""
    units = 0.0
    for hold in range(p.sources[source]["hold0"], p.sources[source]["hold1"]):
        if not p.kept_for[p.holds[hold], demand]:
            units += s.held[hold, week]
    return units


@kernel
def use_own(p: Arrays, s: State, demand: int, source: int, week: int, size: float) -> None:
    """Count an order of a demand's against what is kept for it."""
    for hold in range(p.sources[source]["hold0"], p.sources[source]["hold1"]):
        used = min(s.held[hold, week], size) if p.kept_for[p.holds[hold], demand] else 0.0
        if used > 0.0:
            s.held[hold, week] -= used
            size -= used
            at.note(s, at.KEPT, hold, week, used)


@kernel
def too_near(p: Arrays, s: State, source: int, week: int) -> bool:
    """Return whether another order of a source is received less than its interval before or after one of a week."""
    interval = p.sources[source]["interval"]
    if interval <= 0.0:
        return False
    around = int(interval / WEEK) + 1
    for other in range(max(week - around, 0), min(week + around + 1, p.receipt.shape[1])):
        near = abs(p.receipt[source, other] - p.receipt[source, week]) < interval - EPS
        if near and s.slot_lot[source, other] >= 0:
            return True
    return False


@kernel
def order_size(p: Arrays, s: State, demand: int, source: int, week: int, quantity: float) -> float:
    """Return what to order of a source and week to have `quantity` more, as far as its limit, smallest order and
    multiple allow.
    """
    if s.slot_lot[source, week] < 0 and too_near(p, s, source, week):
        return 0.0
    multiple = p.sources[source]["multiple"]
    wanted = np.ceil(quantity / multiple - EPS) * multiple
    if s.slot_lot[source, week] < 0:
        wanted = max(wanted, p.sources[source]["moq"])
    room = s.slot_room[source, week] - kept_for_others(p, s, demand, source, week)
    size = min(wanted, np.floor(room / multiple + EPS) * multiple)
    if s.slot_lot[source, week] < 0 and size < p.sources[source]["moq"] - EPS:
        return 0.0
    return float(size)


@kernel
def buy(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float) -> float:
    """Order up to `quantity` units to be there by `time`, as late as may be, from the suppliers by preference."""
    got, oldest, into = 0.0, time - p.items[item]["life"], p.items[item]["into"]
    for source in range(p.items[item]["source0"], p.items[item]["source1"]):
        week = at.week_of(s, time)
        while week >= 0 and got < quantity - EPS and p.receipt[source, week] >= oldest - EPS:
            if p.sources[source]["earliest"] >= (week + 1) * WEEK:
                break
            size = 0.0
            fenced = p.slushy > p.frozen and p.placed[source, week] < s.fence[0] - EPS
            if p.receipt[source, week] <= time + EPS and not fenced:
                size = order_size(p, s, demand, source, week, quantity - got)
            if size > EPS:
                lot = ordered(p, s, demand, into, source, week, size)
                amount = min(size, quantity - got)
                if p.items[item]["pegs"]:
                    peg(s, lot, demand, amount, time)
                got += amount
            week -= 1
    return got


@kernel
def may_swap(p: Arrays, s: State, lot: int) -> bool:
    """Return whether units of a lot may change hands: not where some of it is kept for somebody."""
    source = s.lots[lot]["source"] if s.lots[lot]["kind"] == at.PURCHASE else -1
    return bool(s.lots[lot]["owner"] < 0 and (source < 0 or p.sources[source]["hold0"] == p.sources[source]["hold1"]))


@kernel
def exchange(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float) -> float:
    """Give a demand units that others, who need them only after `time`, were given; these get free or bought ones in
    time.

    So the earliest need has the earliest supply whatever the order of planning, and nobody gets anything too late.
    """
    got = 0.0
    floor = min(next_purchase(p, s, demand, item, time)[0], next_free(p, s, demand, item, time))
    week = at.week_of(s, time) if floor < np.inf else -1
    while week >= 0 and got < quantity - EPS:
        lot = s.first_lot[item, week]
        while lot >= 0 and got < quantity - EPS:
            swaps = s.lots[lot]["there"] <= time + EPS <= s.lots[lot]["until"] + 2 * EPS and may_swap(p, s, lot)
            row = s.lots[lot]["peg"] if swaps else -1
            while row >= 0 and got < quantity - EPS:
                needed, wanted = s.pegs[row]["needed"], min(s.pegs[row]["quantity"], quantity - got)
                if needed >= floor - EPS and wanted > EPS:
                    other = s.pegs[row]["demand"]
                    replaced = take(p, s, other, item, wanted, needed)
                    replaced += buy(p, s, other, item, wanted - replaced, needed)
                    if replaced > EPS:
                        unpeg(s, row, replaced)
                        peg(s, lot, demand, replaced, time)
                        got += replaced
                    if replaced < wanted - EPS:
                        floor = needed + 2.0 * EPS  # who needs it sooner finds nothing either
                row = s.pegs[row]["after"]
            lot = s.lots[lot]["after"]
        week -= 1
    return got


@kernel
def ordered(p: Arrays, s: State, demand: int, item: int, source: int, week: int, size: float) -> int:
    """Add to the order of a source and week, or place it; return its lot."""
    s.slot_room[source, week] -= size
    use_own(p, s, demand, source, week, size)
    lot = s.slot_lot[source, week]
    if lot < 0:
        there = p.receipt[source, week]
        lot = at.list_lot(s, at.PURCHASE, item, source, there, 0.0, there + p.items[item]["life"])
        s.slot_lot[source, week] = lot
        s.log[s.counts[at.N_LOG] - 1]["week"] = (
            week  # of the order; what is received late in it may be there in the next
        )
    s.lots[lot]["quantity"] += size
    at.change_free(s, lot, size)
    at.note(s, at.BOUGHT, lot, week, size)
    return int(lot)


@kernel
def next_purchase(p: Arrays, s: State, demand: int, item: int, time: float) -> tuple[float, bool, int]:
    """Return (when, lead_time, source) of the next purchase that can be there after `time`, infinite where there is
    none.

    `lead_time` says that no supplier could have been there by `time` at all; else their limits are what stands in the
    way.
    """
    found, lead, chosen = np.inf, True, -1
    for source in range(p.items[item]["source0"], p.items[item]["source1"]):
        earliest, receiving = p.sources[source]["earliest"], p.sources[source]["receiving"]
        lead = lead and earliest + receiving > time + EPS
        first = max(at.week_of(s, time - receiving), int(min(earliest, p.horizon) / WEEK))
        for week in range(first, p.receipt.shape[1]):
            there = p.receipt[source, week]
            if (
                time + EPS < there < found
                and order_size(p, s, demand, source, week, p.sources[source]["multiple"]) > EPS
            ):
                found, chosen = there, source
                break
    return found, lead, chosen


@kernel
def take_back(p: Arrays, s: State, mark: int) -> None:
    """Undo all that was noted after `mark`, last first."""
    while s.counts[at.N_LOG] > mark:
        s.counts[at.N_LOG] -= 1
        entry = s.log[s.counts[at.N_LOG]]
        row, amount = entry["row"], entry["amount"]
        if entry["kind"] == at.TOOK:
            s.counts[at.N_PEGS] -= 1
            s.lots[row]["peg"] = s.pegs[s.counts[at.N_PEGS]]["after"]
            at.change_free(s, row, amount)
        elif entry["kind"] == at.RELEASED:
            s.pegs[row]["quantity"] += amount
            at.change_free(s, s.pegs[row]["lot"], -amount)
        elif entry["kind"] == at.LISTED:
            if s.lots[row]["kind"] == at.PURCHASE:
                s.slot_lot[s.lots[row]["source"], entry["week"]] = -1
            at.unlist_lot(s, row)
        elif entry["kind"] == at.BOUGHT:
            s.slot_room[s.lots[row]["source"], entry["week"]] += amount
            s.lots[row]["quantity"] -= amount
            at.change_free(s, row, -amount)
        elif entry["kind"] == at.KEPT:
            s.held[row, entry["week"]] += amount
        elif entry["kind"] == at.CHOSE:
            s.counts[at.N_CHOICES] -= 1
        else:
            s.counts[at.N_ORDERS] -= 1
            book(p, s, s.orders[row]["item"], s.orders[row]["finish"], -s.orders[row]["good"])


@kernel
def build(p: Arrays, s: State, item: int, finish: float, units: float) -> int:
    """Place a production order of `units` good ones that are done at `finish`, and return its row."""
    order = at.added(s, at.N_ORDERS, s.orders.size)
    row = s.orders[order]
    row["item"], row["good"], row["finish"], row["lot"] = item, units, finish, -1
    book(p, s, item, finish, units)
    at.note(s, at.BUILT, order, 0, units)
    return order


@kernel
def choose(s: State, order: int, line: int) -> None:
    """Note the line of its bill that an order takes, where there is a choice."""
    row = at.added(s, at.N_CHOICES, s.choices.size)
    s.choices[row]["order"], s.choices[row]["line"] = order, line
    at.note(s, at.CHOSE, row, 0, 0.0)


@kernel
def keep_for_customer(p: Arrays, s: State, lot: int, demand: int, mark: int) -> None:
    """Keep a lot for the customer it was made for, where since `mark` it took what not all customers may have."""
    customers = p.kept_for.shape[0] - p.allowed.shape[1]
    for k in range(mark, s.counts[at.N_LOG]):
        kind, row = s.log[k]["kind"], s.log[k]["row"]
        for_one = kind == at.CHOSE and p.lines[s.choices[row]["line"]]["rule"] >= 0
        if for_one or (kind == at.TOOK and s.lots[row]["owner"] >= customers):
            s.lots[lot]["owner"] = p.demands[demand]["owner"]
