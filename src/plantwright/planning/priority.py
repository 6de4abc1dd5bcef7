"""The priority planner: demands in order, each asked backward from its due date, then forward where that fails.

Whoever comes later plans with what is left, so a demand never takes from one of higher priority. Compiled; names and
reasons are added in `result` and `reasons`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.planning import state as at
from plantwright.planning.problem import WEEK, Arrays
from plantwright.planning.products import BUY
from plantwright.planning.state import EPS, State, entry, kernel
from plantwright.planning.supply import (
    build,
    buy,
    choose,
    exchange,
    keep_for_customer,
    next_free,
    next_purchase,
    peg,
    take,
    take_back,
)
from plantwright.planning.windows import (
    book_standing,
    close_full,
    earliest_fit,
    finish_from,
    latest_fit,
    window_start,
)


class Answer(NamedTuple):
    """Units given, and where not all: when more may be there at the earliest (never too late), and what stands in the
    way: which obstacle it is, of what, when."""

    got: float
    next: float
    kind: int
    row: int
    at: float


# What calls itself stays in one loop: two that call each other cannot be kept in Numba's cache. For the same reason
# `ahead` is no truth value: each of those would be a type, and so a loop, of its own.
@kernel
def ask(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float, ahead: float) -> Answer:  # noqa: PLR0912
    """Return what a demand is given of an item by `time`; with `ahead` 1.0, first of all by its safety time before.

    Free supply first, then its ways in turn: lots made as late as may be, their components asked for in turn, then
    purchases. A place of the bill is filled by its preferred line as far as that goes, by its substitutes after that.
    """
    if ahead > 0.0 and 0.0 < p.items[item]["safety"] <= time:
        first = ask(p, s, demand, item, quantity, time - p.items[item]["safety"], 0.0)
        if first.got >= quantity - EPS:
            return first
        rest = ask(p, s, demand, item, quantity - first.got, time, 0.0)
        return Answer(first.got + rest.got, rest.next, rest.kind, rest.row, rest.at)
    got, why = take(p, s, demand, item, quantity, time), Answer(0.0, np.inf, at.PART, item, time)
    for turn in range(p.items[item]["way0"], p.items[item]["way1"]):
        if got >= quantity - EPS:
            break
        row, held = p.ways[turn], Answer(0.0, np.inf, at.PART, item, time)
        if row == BUY:
            held = purchase(p, s, demand, item, quantity - got, time)
            got += held.got
        # No call is made for what there is not, such as lanes: each hands over all of the tables.
        finish, most, lane, least = time, np.inf, p.items[row]["lane"] >= 0, p.items[row]["least"]
        while row != BUY and got < quantity - EPS and not (lane and comes_back(p, s, row)):
            finish, units, full, bucket = latest_fit(p, s, row, time, finish)
            if units < least:
                held = without_room(p, s, row, time, full, bucket)
                break
            mark, units = s.counts[at.N_LOG], min(units, most, lot_for(p, row, quantity - got))
            while units >= least:
                order = build(p, s, row, finish, units)
                lot, place = Answer(units, held.next, held.kind, held.row, held.at), held
                for k in range(p.items[row]["line0"], p.items[row]["line1"]):
                    line = p.lines[k]
                    place = Answer(np.inf, np.inf, at.PART, item, time) if k == line["place0"] else place
                    if place.got < least or place.got == np.inf:
                        start, before = window_start(p, row, line["operation"], finish), s.counts[at.N_LOG]
                        opens = taken_from(p, k, demand, start)
                        found = Answer(0.0, opens, at.NOT_YET, line["component"], opens)
                        if opens <= start:
                            s.busy[row] = lane
                            found = ask(p, s, demand, line["component"], units * line["quantity"], start, 1.0)
                            s.busy[row] = False
                        place = filled(p, s, order, k, before, place, found) if opens < np.inf else place
                    lot = tighter(lot, place, units) if k + 1 == line["place1"] else lot
                held = Answer(0.0, lot.next, lot.kind, lot.row, lot.at)
                if lot.got == units:
                    break
                take_back(p, s, mark)
                units = smaller_lot(p, row, lot.got, units)
            if units < least:
                held = with_room(p, s, row, held, finish, time)
                break
            most = units * 2 if units == least or most < np.inf else np.inf
            got += give(p, s, demand, order, min(units, quantity - got), time, mark)
        why = held if turn == p.items[item]["way0"] or held.next < why.next else why
    then = min(why.next, next_free(p, s, demand, item, time)) if got < quantity - EPS else why.next
    return Answer(got, then, why.kind, why.row, why.at)


@kernel
def lot_for(p: Arrays, way: int, quantity: float) -> float:
    """Return the smallest lot with at least `quantity` units."""
    multiple = p.items[way]["multiple"]
    return float(max(np.ceil(quantity / multiple - EPS) * multiple, p.items[way]["least"]))


@kernel
def smaller_lot(p: Arrays, way: int, possible: float, tried: float) -> float:
    """Return the lot to try after one of `tried` units of which `possible` are: below the smallest, there is none."""
    least, multiple = p.items[way]["least"], p.items[way]["multiple"]
    fits = np.floor(possible / multiple + EPS) * multiple
    return float(fits if fits >= least or tried == least else least)


@kernel
def comes_back(p: Arrays, s: State, way: int) -> bool:
    """Return whether a lane would bring an item from a site for which it is just now asked for by another lane."""
    origin = p.lines[p.items[way]["line0"]]["component"]
    for turn in range(p.items[origin]["way0"], p.items[origin]["way1"]):
        if p.ways[turn] != BUY and s.busy[p.ways[turn]]:
            return True
    return False


@kernel
def with_room(p: Arrays, s: State, way: int, held: Answer, finish: float, time: float) -> Answer:
    """Return what holds a lot up that was tried at `finish`: where that is before `time`, later ones have no room by
    then, which is needed as well.
    """
    if finish < time - EPS and held.next < np.inf:
        return Answer(held.got, max(held.next, earliest_fit(p, s, way, time)), held.kind, held.row, held.at)
    return held


@kernel
def without_room(p: Arrays, s: State, item: int, time: float, full: int, bucket: int) -> Answer:
    """Return when a lot has room after `time`, and what is full by then; the lead time where nothing is."""
    then = earliest_fit(p, s, item, time)
    if full >= s.room.shape[0]:
        return Answer(0.0, then, at.LANE, full - s.room.shape[0], bucket * p.bucket)
    if full < 0:
        opens, ended = dates_of(p, item, time) if p.items[item]["dated"] else (-np.inf, False)
        if ended or opens > -np.inf:
            return Answer(0.0, then, at.ENDED if ended else at.NOT_MADE_YET, item, time if ended else opens)
        fits = p.frozen > p.today and window_start(p, item, p.items[item]["op0"], time) >= p.today
        return Answer(0.0, then, at.FENCE if fits else at.LEAD_TIME, item, time)
    return Answer(0.0, then, at.CAPACITY, full, bucket * p.bucket)


@kernel
def dates_of(p: Arrays, way: int, time: float) -> tuple[float, bool]:
    """Return the date that an operation of a way waits for to be done by `time` (else nothing), and whether one may no
    longer be begun.
    """
    opens, ended = -np.inf, False
    for operation in range(p.items[way]["op0"], p.items[way]["op1"]):
        start = window_start(p, way, operation, time)
        if start < p.operations[operation]["from"] - EPS:
            opens = max(opens, p.operations[operation]["from"])
        ended = ended or start >= p.operations[operation]["to"] - EPS
    return float(opens), ended


@kernel
def taken_from(p: Arrays, line: int, demand: int, start: float) -> float:
    """Return when an operation that would begin at `start` may take a line of the bill; infinite where it takes it not.

    Outside of its dates a line without substitutes is not taken; one with substitutes waits for the first that may be.
    """
    row = p.lines[line]
    if start >= row["to"] - EPS or (row["rule"] >= 0 and not p.allowed[row["rule"], p.demands[demand]["customer"]]):
        return np.inf
    if start >= row["from"] - EPS:
        return start
    return row["from"] if row["place1"] > row["place0"] + 1 else np.inf


@kernel
def filled(p: Arrays, s: State, order: int, line: int, before: int, place: Answer, found: Answer) -> Answer:
    """Return how many of a lot a place of its bill allows after one more of its lines was tried.

    What a line gives for not even the smallest lot goes back, where another line may fill the place.
    """
    row, item = p.lines[line], s.orders[order]["item"]
    alone = row["place1"] == row["place0"] + 1
    limit, least = np.floor(found.got / row["quantity"] + EPS), p.items[item]["least"]
    then = finish_from(p, item, row["operation"], found.next) if found.next <= p.horizon else np.inf
    if limit >= least and row["choice"]:
        choose(s, order, line)
    elif limit < least and not alone:
        take_back(p, s, before)
    if place.got < least and (place.next <= then or found.kind == at.NOT_YET):
        return Answer(limit, min(place.next, then), place.kind, place.row, place.at)
    return Answer(limit, then, found.kind, found.row, found.at)


@kernel
def tighter(lot: Answer, place: Answer, units: float) -> Answer:
    """Return how many of `units` are possible with one more place of their bill, and what holds the others longest."""
    if place.got < units and (place.got < lot.got or (place.got == lot.got and place.next > lot.next)):
        return place
    return lot


@kernel
def expires(p: Arrays, s: State, way: int, mark: int) -> float:
    """Return up to when what a lane brings may be used: as long as the first to go off of what it took since `mark`."""
    until, origin = np.inf, p.lines[p.items[way]["line0"]]["component"]
    for k in range(mark, s.counts[at.N_LOG]):
        lot = s.log[k]["row"]
        if s.log[k]["kind"] == at.TOOK and s.lots[lot]["item"] == origin:
            until = min(until, s.lots[lot]["until"])
    return float(until)


@kernel
def give(p: Arrays, s: State, demand: int, order: int, quantity: float, time: float, mark: int) -> float:
    """Give a demand `quantity` units of the lot that an order makes, and return them."""
    row = s.orders[order]
    item, into = row["item"], p.items[row["item"]]["into"]
    until = row["finish"] + p.items[item]["life"]
    kind = at.PRODUCTION
    if p.items[item]["lane"] >= 0:
        kind, until = at.TRANSFER, expires(p, s, item, mark)
    lot = at.list_lot(s, kind, into, order, row["finish"], row["good"], until)
    row["lot"] = lot
    if p.allowed.size > 0:
        keep_for_customer(p, s, lot, demand, mark)
    if p.items[item]["pegs"]:
        peg(s, lot, demand, quantity, time)
    for k in range(p.items[item]["give0"], p.items[item]["give1"]):
        other = p.gives[k]["item"]
        until = row["finish"] + p.items[other]["life"]
        at.list_lot(s, at.BY_PRODUCT, other, order, row["finish"], row["good"] * p.gives[k]["quantity"], until)
    return quantity


@kernel
def purchase(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float) -> Answer:
    """Return what a demand is given of units bought to be there by `time`."""
    if p.items[item]["source1"] == p.items[item]["source0"]:
        return Answer(0.0, np.inf, at.PART, item, time)
    got = buy(p, s, demand, item, quantity, time)
    if got < quantity - EPS:
        got += exchange(p, s, demand, item, quantity - got, time)
    if got >= quantity - EPS:
        return Answer(got, np.inf, at.PART, item, time)
    then, lead_time, _ = next_purchase(p, s, demand, item, time)
    why = at.LEAD_TIME if lead_time else at.SUPPLIER
    for source in range(p.items[item]["source0"], p.items[item]["source1"]):
        if lead_time and p.sources[source]["unfenced"] <= time + EPS:
            why = at.FENCE
    return Answer(got, then, why, item, time)


@kernel
def site_room(s: State, site: int, arrival: float, power_kw: float) -> tuple[float, int]:
    """Return how many units a destination can install in the week of `arrival` and keep under power, and which limit it
    is.
    """
    week = at.site_week(s, arrival)
    slots, room, kind = s.site_units[site, week], np.inf, at.SITE_RATE
    if power_kw > 0.0:
        for later in range(week, s.site_power.shape[1]):
            room = min(room, np.floor(s.site_power[site, later] / power_kw + EPS))
    if room < slots:
        slots, kind = room, at.SITE_POWER
    return slots, kind


@kernel
def next_site_week(s: State, site: int, arrival: float, power_kw: float) -> float:
    """Return the start of the next week in which a destination can take a unit; infinite where there is none."""
    for week in range(at.site_week(s, arrival) + 1, s.site_units.shape[1]):
        if site_room(s, site, week * WEEK, power_kw)[0] >= 1.0:
            return week * WEEK
    return np.inf


@kernel
def ship(
    s: State, demand: int, site: int, quantity: float, time: float, arrival: float, power_kw: float, obstacle: int
) -> None:
    """Ship units of a demand and take the destination's slots and power for them."""
    row = at.added(s, at.N_SHIPMENTS, s.shipments.size)
    shipment = s.shipments[row]
    shipment["demand"], shipment["quantity"], shipment["ships"], shipment["obstacle"] = demand, quantity, time, obstacle
    week = at.site_week(s, arrival)
    s.site_units[site, week] -= quantity
    for later in range(week, s.site_power.shape[1]):
        s.site_power[site, later] -= quantity * power_kw


@kernel
def obstacle_of(s: State, demand: int, asked: float, kind: int, row: int, when: float, left: float) -> int:
    """Write down what stood in a demand's way and return its row; the same obstacle as the last one is written once."""
    last = s.counts[at.N_OBSTACLES] - 1
    if (
        last >= 0
        and s.obstacles[last]["demand"] == demand
        and s.obstacles[last]["kind"] == kind
        and s.obstacles[last]["row"] == row
    ):
        return int(last)
    found = s.obstacles[at.added(s, at.N_OBSTACLES, s.obstacles.size)]
    found["demand"], found["asked"], found["kind"], found["row"] = demand, asked, kind, row
    found["at"], found["left"] = when, left
    return int(last + 1)


@kernel
def settle(p: Arrays, s: State) -> None:
    """Make final what the last ask has planned."""
    for k in range(s.counts[at.N_LOG]):
        if s.log[k]["kind"] == at.BUILT:
            order = s.orders[s.log[k]["row"]]
            close_full(p, s, order["item"], order["finish"])
    s.counts[at.N_LOG] = 0


@kernel
def whole_units(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float) -> Answer:
    """Ask for units of a demand, of which only whole ones can be shipped."""
    first = ask(p, s, demand, item, quantity, time, 1.0)
    got = first.got
    if abs(got - np.round(got)) > EPS:
        take_back(p, s, 0)
        got = ask(p, s, demand, item, np.floor(got), time, 1.0).got
    return Answer(np.round(got), first.next, first.kind, first.row, first.at)


@kernel
def wait_for_all(p: Arrays, s: State, demand: int, quantity: float, time: float) -> float:
    """Return the first time found from `time` on by which so many units can be there together; nothing is taken."""
    item, left, last = p.demands[demand]["item"], quantity, p.demands[demand]["last"]
    while time <= last + EPS:
        found = ask(p, s, demand, item, left, time, 1.0)
        left -= found.got
        if left <= EPS:
            break
        time = found.next if found.next > time + EPS else time + p.bucket
    take_back(p, s, 0)
    return time


@kernel
def plan_ahead(p: Arrays, s: State, demand: int, left: float) -> float:
    """Plan what can arrive by the due date and return what is left.

    A destination takes so many a week: what is beyond that in the week of the due date comes in the weeks before,
    as late as may be.
    """
    wish = p.demands[demand]
    item, site, transit = wish["item"], wish["site"], wish["transit"]
    power_kw, time = p.items[item]["power_kw"], min(wish["wanted"] - transit, wish["last"])
    while left > EPS and time >= p.today:
        room, limit = site_room(s, site, time + transit, power_kw)
        least = min(max(wish["least"], 1.0), left)
        if room < least:
            obstacle_of(s, demand, time, limit, site, time + transit, left)
        else:
            asked = min(left, room)
            got, _, kind, row, when = whole_units(p, s, demand, item, asked, time)
            if got < least:
                take_back(p, s, 0)
                got = 0.0
            settle(p, s)
            if got > 0.0:
                ship(s, demand, site, got, time, time + transit, power_kw, -1)
                left -= got
            if got < asked:
                obstacle_of(s, demand, time, kind, row, when, left)
                break
        if limit == at.SITE_POWER:
            break  # power only grows: the weeks before have no more of it
        time = at.site_week(s, time + transit) * WEEK - 1.0 - transit
    return left


@kernel
def plan_demand(p: Arrays, s: State, demand: int, quantity: float) -> None:
    """Plan units of one demand: what can arrive by its due date, then the rest as soon as it can, until all is planned
    or it is too late.
    """
    wish = p.demands[demand]
    item, site, transit = wish["item"], wish["site"], wish["transit"]
    power_kw, time, obstacle = p.items[item]["power_kw"], min(wish["wanted"] - transit, wish["last"]), -1
    if time < p.today:
        obstacle, time = obstacle_of(s, demand, time, at.TRANSIT, site, p.today, quantity), p.today
    mark = s.counts[at.N_OBSTACLES]
    s.fence[0] = p.slushy
    left = plan_ahead(p, s, demand, quantity)
    s.fence[0] = p.frozen
    if left > EPS and p.slushy > p.frozen:
        s.counts[at.N_OBSTACLES] = mark
        left = plan_ahead(p, s, demand, left)
    while left > EPS and time <= wish["last"] + EPS:
        room, limit = site_room(s, site, time + transit, power_kw)
        least = min(max(wish["least"], 1.0), left)
        if room < least:
            obstacle = obstacle_of(s, demand, time, limit, site, time + transit, left)
            time = next_site_week(s, site, time + transit, power_kw) - transit
            continue
        asked = min(left, room)
        got, then, kind, row, when = whole_units(p, s, demand, item, asked, time)
        soonest = then if then > time + EPS else time + p.bucket
        if got < least:
            take_back(p, s, 0)
            soonest = max(soonest, wait_for_all(p, s, demand, least, time)) if least > 1.0 else soonest
            got = 0.0
        settle(p, s)
        if got > 0.0:
            ship(s, demand, site, got, time, time + transit, power_kw, obstacle)
            left -= got
        if got < asked:
            obstacle = obstacle_of(s, demand, time, kind, row, when, left)
            time = soonest
    if left > EPS:
        row = at.added(s, at.N_SHIPMENTS, s.shipments.size)
        unplanned = s.shipments[row]
        unplanned["demand"], unplanned["quantity"], unplanned["ships"], unplanned["obstacle"] = (
            demand,
            left,
            np.inf,
            obstacle,
        )


@entry
def top_up(p: Arrays, s: State, order: NDArray[np.float64]) -> None:
    """Make or buy units into stock: `order` says (asker, item, units, time, fence, least units), and then how many and
    what holds the others, as an `Answer`."""
    s.fence[0], asker, item = order[4], int(order[0]), int(order[1])
    found = ask(p, s, asker, item, order[2], order[3], 0.0)
    got = found.got
    if got < order[5] - EPS:
        take_back(p, s, 0)
        got = 0.0
    settle(p, s)
    s.fence[0] = p.frozen
    order[0], order[1], order[2], order[3], order[4] = got, found.next, found.kind, found.row, found.at


@entry
def stand(p: Arrays, s: State, asker: int, finish: float) -> None:
    """Place a production order that stands, whether there is room for it or not; its components are asked for apart."""
    order = at.added(s, at.N_ORDERS, s.orders.size)
    row, item = s.orders[order], p.demands[asker]["item"]
    row["item"], row["good"], row["finish"], row["lot"] = item, p.demands[asker]["quantity"], finish, -1
    book_standing(p, s, item, finish, row["good"])
    at.note(s, at.BUILT, order, 0, row["good"])
    give(p, s, asker, order, 0.0, finish, s.counts[at.N_LOG])
    if p.allowed.size > 0 and p.demands[asker]["customer"] < p.allowed.shape[1] - 1:
        s.lots[row["lot"]]["owner"] = p.demands[asker]["owner"]
    settle(p, s)


@entry
def hand_over(p: Arrays, s: State, demand: int, quantity: float, time: float) -> None:
    """Ship units of a demand that have left at `time`, of what was there by then."""
    wish = p.demands[demand]
    take(p, s, demand, wish["item"], quantity, time)
    settle(p, s)
    ship(s, demand, wish["site"], quantity, time, time + wish["transit"], p.items[wish["item"]]["power_kw"], -1)


@entry
def plan_turns(p: Arrays, s: State, first: int, last: int) -> None:
    """Plan the turns `first` up to `last` (not included), in their order."""
    for turn in range(first, last):
        plan_demand(p, s, p.turns[turn]["demand"], p.turns[turn]["quantity"])
