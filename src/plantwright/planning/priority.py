"""The priority planner: demands in order, each asked backward from its due date, then forward where that fails.

Whoever comes later plans with what is left, so a demand never takes from one of higher priority. Compiled; names and
reasons are added in `result` and `reasons`.
"""

from __future__ import annotations

import numpy as np

from plantwright.planning import state as at
from plantwright.planning.problem import WEEK, Arrays
from plantwright.planning.state import EPS, State, entry, kernel
from plantwright.planning.supply import build, buy, exchange, next_free, next_purchase, peg, take, take_back
from plantwright.planning.windows import close_full, earliest_fit, finish_from, latest_fit, window_start


@kernel
def ask(
    p: Arrays, s: State, demand: int, item: int, quantity: float, time: float
) -> tuple[float, float, int, int, float]:
    """Return (got, next, kind, row, at): units of an item given to a demand by `time`, and where not all, what stands
    in the way.

    Free supply first, then lots made as late as may be, their components asked for in turn, then purchases. `next`
    is when more may be there at the earliest (never too late); (kind, row, at) is the obstacle: which it is, of
    what, when.
    """
    got = take(p, s, demand, item, quantity, time)
    then, kind, row, when = np.inf, at.PART, item, time
    finish, most = time, np.inf
    while p.items[item]["made"] and got < quantity - EPS:
        finish, units, full, bucket = latest_fit(p, s, item, time, finish)
        if units < 1.0:
            then = earliest_fit(p, s, item, time)
            kind, row, when = (at.CAPACITY, full, bucket * p.bucket) if full >= 0 else (at.LEAD_TIME, item, time)
            break
        units = min(units, most, np.ceil(quantity - got - EPS))
        mark = s.counts[at.N_LOG]
        while units >= 1.0:
            order = build(p, s, item, finish, units)
            possible = units
            for k in range(p.items[item]["line0"], p.items[item]["line1"]):
                line = p.lines[k]
                start = window_start(p, item, line["operation"], finish)
                there, later, c_kind, c_row, c_when = ask(
                    p, s, demand, line["component"], units * line["quantity"], start
                )
                limit = np.floor(there / line["quantity"] + EPS)
                if limit < units:
                    later = finish_from(p, item, line["operation"], later) if later <= p.horizon else np.inf
                    if limit < possible or (limit == possible and later > then):
                        possible, then, kind, row, when = limit, later, c_kind, c_row, c_when
            if possible == units:
                break
            take_back(p, s, mark)
            units = possible if possible >= 1.0 or units == 1.0 else 1.0
        if units < 1.0:
            if (
                finish < time - EPS and then < np.inf
            ):  # later lots have no room by `time`, so new room is needed as well
                then = max(then, earliest_fit(p, s, item, time))
            break
        most = units * 2 if units == 1.0 or most < np.inf else np.inf
        lot = at.list_lot(s, at.PRODUCTION, item, order, finish, units)
        s.orders[order]["lot"] = lot
        amount = min(units, quantity - got)
        peg(s, lot, demand, amount, time)
        got += amount
    if got < quantity - EPS:
        bought, sooner, why = purchase(p, s, demand, item, quantity - got, time)
        got += bought
        if sooner < then or not p.items[item]["made"]:
            then, kind, row, when = sooner, why, item, time
        then = min(then, next_free(p, s, demand, item, time))
    return got, then, kind, row, when


@kernel
def purchase(p: Arrays, s: State, demand: int, item: int, quantity: float, time: float) -> tuple[float, float, int]:
    """Return (got, next, kind) of units bought to be there by `time`; `next` and `kind` as `ask` gives them."""
    if p.items[item]["source1"] == p.items[item]["source0"]:
        return 0.0, np.inf, at.PART
    got = buy(p, s, demand, item, quantity, time)
    if got < quantity - EPS:
        got += exchange(p, s, demand, item, quantity - got, time)
    if got >= quantity - EPS:
        return got, np.inf, at.PART
    then, lead_time, _ = next_purchase(p, s, demand, item, time)
    return got, then, at.LEAD_TIME if lead_time else at.SUPPLIER


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
def whole_units(
    p: Arrays, s: State, demand: int, item: int, quantity: float, time: float
) -> tuple[float, float, int, int, float]:
    """Ask for units of a demand, of which only whole ones can be shipped."""
    got, then, kind, row, when = ask(p, s, demand, item, quantity, time)
    if abs(got - np.round(got)) > EPS:
        take_back(p, s, 0)
        got, _, _, _, _ = ask(p, s, demand, item, np.floor(got), time)
    return np.round(got), then, kind, row, when


@kernel
def wait_for_all(p: Arrays, s: State, demand: int, quantity: float, time: float) -> float:
    """Return the first time found from `time` on by which so many units can be there together; nothing is taken."""
    item, left, last = p.demands[demand]["item"], quantity, p.demands[demand]["last"]
    while time <= last + EPS:
        got, then, _, _, _ = ask(p, s, demand, item, left, time)
        left -= got
        if left <= EPS:
            break
        time = then if then > time + EPS else time + p.bucket
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
    while left > EPS and time >= 0.0:
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
    if time < 0.0:
        obstacle, time = obstacle_of(s, demand, time, at.TRANSIT, site, 0.0, quantity), 0.0
    left = plan_ahead(p, s, demand, quantity)
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
def plan_turns(p: Arrays, s: State, first: int, last: int) -> None:
    """Plan the turns `first` up to `last` (not included), in their order."""
    for turn in range(first, last):
        plan_demand(p, s, p.turns[turn]["demand"], p.turns[turn]["quantity"])
