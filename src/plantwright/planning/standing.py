"""Production orders that stand: placed before anything is planned, each with its stations and components, never moved.

What such an order needs and there is not is a clash, by name; the order stays where the programme has it all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from plantwright.model.plan import Clash
from plantwright.model.programme import FirmOrder
from plantwright.planning import state as at
from plantwright.planning.priority import hand_over, stand, top_up
from plantwright.planning.problem import WEEK, Problem
from plantwright.planning.reasons import date_of, named
from plantwright.planning.state import EPS, State

Floats = NDArray[np.float64]
NOT_MADE = -1
"""Kind of clash beside those of obstacles: nothing can make the item."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """An order that stands: its number in the programme, its row of the state, who asks for its components, and when
    its operations begin."""

    number: int
    row: int
    asker: int
    begins: Floats


def standing_orders(problem: Problem) -> tuple[FirmOrder, ...]:
    """Return the production orders that stand and can be made at all, in order of their rows of the state."""
    return tuple(order for order in problem.programme.production_orders if order.item not in problem.faults)


def place_standing(problem: Problem, state: State) -> None:
    """Place all production orders that stand, then ask for their components in the order in which they begin."""
    orders, placed = problem.programme.production_orders, list[_Standing]()
    first = problem.arrays.demands.size - len(orders)
    for number, order in enumerate(orders):
        if order.item in problem.faults:
            _note(state, (number, NOT_MADE, -1, order.quantity.planned, order.finish.planned, inf))
        else:
            placed.append(_placed(problem, state, number, len(placed), first + number))
    for each in sorted(placed, key=lambda e: (e.begins[:1].tolist(), e.row)):
        _fetch(problem, state, each)


def hand_over_shipped(problem: Problem, state: State) -> None:
    """Give demands what has left for them already, in order of time, from what was there by then."""
    row = {demand.id: k for k, demand in enumerate(problem.demands)}
    for shipment in sorted(problem.programme.shipped, key=lambda s: (s.ships, s.demand)):
        hand_over(problem.arrays, state, row[shipment.demand], shipment.quantity, shipment.ships)


def _placed(problem: Problem, state: State, number: int, row: int, asker: int) -> _Standing:
    p, order = problem.arrays, problem.programme.production_orders[number]
    item = p.items[p.demands["item"][asker]]
    operations = p.operations[item["op0"] : item["op1"]]
    taken = np.unique(p.uses["capacity"][operations["use0"][0] : operations["use1"][-1]])
    before = state.room[taken].copy()
    stand(p, state, asker, order.finish.planned)
    _note_overload(problem, state, number, taken, before)
    begins = state.edges[: operations.size].copy()
    if begins[0] < -EPS:
        _note(state, (number, at.LEAD_TIME, -1, order.quantity.planned, 0.0, order.finish.planned))
    return _Standing(number, row, asker, np.maximum(begins, 0.0))


def _note_overload(problem: Problem, state: State, number: int, taken: NDArray[np.int64], before: Floats) -> None:
    """Note by week the hours of capacity that an order takes beyond what there was."""
    over = np.maximum(-state.room[taken], 0.0) - np.maximum(-before, 0.0)
    weeks = (problem.edges[:-1] // WEEK).astype(np.int64)
    for k in np.flatnonzero((over > EPS).any(axis=1)).tolist():
        missing = np.bincount(weeks, weights=np.maximum(over[k], 0.0))
        for week in np.flatnonzero(missing > EPS).tolist():
            clash = (number, at.CAPACITY, int(taken[k]), float(missing[week]), week * WEEK, (week + 1) * WEEK)
            _note(state, clash)


def _fetch(problem: Problem, state: State, order: _Standing) -> None:
    """Give an order that stands its components, place by place of its bill."""
    p = problem.arrays
    item, good = p.items[p.demands["item"][order.asker]], float(p.demands["quantity"][order.asker])
    line = int(item["line0"])
    while line < item["line1"]:
        last = int(p.lines["place1"][line])
        starts = [float(order.begins[p.lines["operation"][k] - item["op0"]]) for k in range(line, last)]
        if starts[0] < problem.programme.counted - EPS:
            line = last
            continue
        allowed = [(k, t) for k, t in zip(range(line, last), starts, strict=True) if _allowed(problem, order, k, t)]
        if allowed:
            _fill(problem, state, order, allowed, good)
        elif last > line + 1:
            component = int(p.lines["component"][line])
            _note(state, (order.number, at.NOT_YET, component, good * p.lines["quantity"][line], starts[0], inf))
        line = last


def _allowed(problem: Problem, order: _Standing, line: int, start: float) -> bool:
    """Return whether an operation that begins at `start` may take a line of its bill, for nobody in particular."""
    p, row = problem.arrays, problem.arrays.lines[line]
    allowed = row["rule"] < 0 or p.allowed[row["rule"], p.demands["customer"][order.asker]]
    return bool(allowed and row["from"] - EPS <= start < row["to"] - EPS)


def _fill(problem: Problem, state: State, order: _Standing, lines: list[tuple[int, float]], good: float) -> None:
    """Fill a place with the first line that is there in time for all units, else the first, as late as it comes."""
    p = problem.arrays
    for line, start in lines:
        units = good * float(p.lines["quantity"][line])
        whole = units if len(lines) > 1 else 0.0
        got, then, *_ = _ask(problem, state, order, line, units, start, whole)
        if got >= units - EPS or len(lines) == 1:
            break
    else:
        line, start = lines[0]
        units, got, then = good * float(p.lines["quantity"][line]), 0.0, start
    if p.lines["choice"][line]:
        _append(state, at.N_CHOICES, state.choices, (order.row, line))
    if got < units - EPS:
        _wait(problem, state, order, line, units - got, start, then)


def _ask(
    problem: Problem, state: State, order: _Standing, line: int, units: float, time: float, least: float
) -> list[float]:
    component, fence = problem.arrays.lines["component"][line], problem.arrays.frozen
    asked = np.array([order.asker, component, units, time, fence, least])
    top_up(problem.arrays, state, asked)
    return [float(value) for value in asked[:5]]


def _wait(problem: Problem, state: State, order: _Standing, line: int, left: float, start: float, time: float) -> None:
    """Take what is missing of a component as soon as it can be there, and note by when it is."""
    component, time = int(problem.arrays.lines["component"][line]), max(time, start)
    while left > EPS and time <= problem.arrays.horizon + EPS:
        got, then, *_ = _ask(problem, state, order, line, left, time, 0.0)
        left -= got
        if got > EPS:
            _note(state, (order.number, at.PART, component, got, start, time))
        time = then if then > time + EPS else time + problem.arrays.bucket
    if left > EPS:
        _note(state, (order.number, at.PART, component, left, start, inf))


def _note(state: State, clash: tuple[float, ...]) -> None:
    _append(state, at.N_CLASHES, state.clashes, clash)


def _append(state: State, count: int, table: NDArray[np.void], row: tuple[float, ...]) -> None:
    if state.counts[count] >= table.size:
        raise MemoryError("a table of the planner is full")
    table[state.counts[count]] = row
    state.counts[count] += 1


def clashes(problem: Problem, state: State) -> tuple[Clash, ...]:
    """Return what orders that stand need and there is not, in words, orders in the programme's order."""
    return tuple(_clash(problem, *row) for row in state.clashes[: state.counts[at.N_CLASHES]].tolist())


def _clash(problem: Problem, number: int, kind: int, row: int, quantity: float, when: float, until: float) -> Clash:
    order, on = problem.programme.production_orders[number], date_of(problem, when)
    units = round(quantity, 9)
    if kind == NOT_MADE:
        text = f"{order.id}: {named(problem, order.item)} cannot be made: {problem.faults[order.item]}"
        return Clash(order.id, "not_made", order.item, units, when, until, text)
    if kind == at.LEAD_TIME:
        text = f"{order.id}: to be done on {date_of(problem, until)}, it would have had to begin before the start"
        return Clash(order.id, "lead_time", order.item, units, when, until, text)
    if kind == at.CAPACITY:
        what, name = problem.capacity.names[row]
        text = f"{order.id}: in the week of {on} it takes {units:,.1f} hours of {name} that are not there"
        return Clash(order.id, "work_centre" if what == "work_centre" else "resource", name, units, when, until, text)
    part = problem.programme.items[row].id
    there = f"there only on {date_of(problem, until)}" if isfinite(until) else "not there within the horizon"
    text = f"{order.id}: {units:,.0f} {named(problem, part)}, needed on {on}, are {there}"
    if kind == at.NOT_YET:
        text = f"{order.id}: neither {named(problem, part)} nor a substitute may be taken on {on}"
    return Clash(order.id, "part", part, units, when, until, text)
