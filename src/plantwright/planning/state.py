"""What the planner's loops change: room left, supplies and who they serve, the log that takes back what did not work
out.

Tables have a fixed length; a loop that finds one full raises `MemoryError`, and the planner starts anew with longer
ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from plantwright.machine_code import njit
from plantwright.model.programme import Stock
from plantwright.planning.problem import WEEK, Problem
from plantwright.planning.products import Table

Loop = TypeVar("Loop", bound=Callable[..., Any])

EPS = 1e-6
"""Quantities and hours nearer than this are the same."""

N_LOTS, N_ORDERS, N_PEGS, N_LOG, N_SHIPMENTS, N_OBSTACLES, N_CHOICES, N_SHORTS, N_CLASHES = range(9)
STOCK, PURCHASE, PRODUCTION, BY_PRODUCT, TRANSFER = range(5)
TOOK, LISTED, BOUGHT, BUILT, RELEASED, KEPT, CHOSE = range(7)
PART, SUPPLIER, LEAD_TIME, CAPACITY, SITE_POWER, SITE_RATE, TRANSIT, NOT_YET, FENCE = range(9)
NOT_MADE_YET, ENDED, LANE = range(9, 12)

LOT = np.dtype([("kind", "i8"), ("item", "i8"), ("source", "i8"), ("there", "f8"), ("quantity", "f8"), ("free", "f8"),
                ("before", "i8"), ("after", "i8"), ("peg", "i8"), ("owner", "i8"),
                ("until", "f8")])  # fmt: skip
ORDER = np.dtype([("item", "i8"), ("good", "f8"), ("finish", "f8"), ("lot", "i8")])
SHORT = np.dtype([("item", "i8"), ("quantity", "f8"), ("begins", "f8"), ("ends", "f8"), ("kind", "i8"), ("row", "i8"),
                  ("at", "f8")])  # fmt: skip
CLASH = np.dtype([("order", "i8"), ("kind", "i8"), ("row", "i8"), ("quantity", "f8"), ("at", "f8"), ("until", "f8")])
CHOICE = np.dtype([("order", "i8"), ("line", "i8")])
PEG = np.dtype([("lot", "i8"), ("demand", "i8"), ("quantity", "f8"), ("needed", "f8"), ("after", "i8")])
ENTRY = np.dtype([("kind", "i8"), ("row", "i8"), ("week", "i8"), ("amount", "f8")])
SHIPMENT = np.dtype([("demand", "i8"), ("quantity", "f8"), ("ships", "f8"), ("obstacle", "i8")])
OBSTACLE = np.dtype([("demand", "i8"), ("asked", "f8"), ("kind", "i8"), ("row", "i8"), ("at", "f8"), ("left", "f8")])


class State(NamedTuple):
    """Room and tables. `room`: hours left by capacity and bucket; `left`, `right`: nearest bucket that is not full for
    good (shifted by one, 0 and the last stand for none). Lots of an item and week are a list from `first_lot`, latest
    first; `week_free`, `item_free`: units not pegged yet. `edges`: when the operations of the lot in hand begin;
    `fence`: before it, just now, no order is placed or begun. `running`: lots of each campaign in a bucket, `families`:
    campaigns of each capacity in a bucket; each beyond the first has taken a setup from its room.
    `choices`: lines of bills that orders take where there is a choice. `shorts`: safety stock that is missing.
    `clashes`: what orders that stand need and there is not. `lane_room`: units that may still leave by a lane in a
    week, `busy`: lanes by which just now an item is asked for. `slot_room`, `slot_lot`: units left and order of a
    source and week; `held`: what is still kept of them for owners.
    """

    room: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    lots: Table
    orders: Table
    pegs: Table
    log: Table
    shipments: Table
    obstacles: Table
    choices: Table
    shorts: Table
    clashes: Table
    first_lot: NDArray[np.int64]
    week_free: NDArray[np.float64]
    item_free: NDArray[np.float64]
    lane_room: NDArray[np.float64]
    busy: NDArray[np.bool_]
    slot_room: NDArray[np.float64]
    slot_lot: NDArray[np.int64]
    held: NDArray[np.float64]
    site_units: NDArray[np.float64]
    site_power: NDArray[np.float64]
    edges: NDArray[np.float64]
    fence: NDArray[np.float64]
    running: NDArray[np.int64]
    families: NDArray[np.int64]
    counts: NDArray[np.int64]


def entry(function: Loop) -> Loop:
    """Return a loop compiled that Python calls; it makes no arrays, so that nothing is counted for the collector."""
    return _compiled(function)


def kernel(function: Loop) -> Loop:
    """Return a loop compiled that other loops alone call: without a door for Python it compiles in half the time."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled(function: Loop, **more: bool) -> Loop:
    # Counting references took most of the time; a loop that makes no arrays needs none.
    return njit(_nrt=False, error_model="numpy", **more)(function)


def initial(problem: Problem, length: int) -> State:
    """Return the state before the first demand, with tables of `length` rows; the stock rows are the first lots."""
    rows, buckets = problem.capacity.hours.shape
    items, weeks = problem.arrays.items.size, problem.arrays.receipt.shape[1]
    columns = np.tile(np.arange(buckets + 2), (rows, 1))
    closed = np.pad(problem.capacity.hours < EPS, ((0, 0), (1, 1)))
    state = State(
        problem.capacity.hours.copy(), columns - closed, columns + closed,
        np.zeros(length, LOT), np.zeros(length, ORDER), np.zeros(2 * length, PEG), np.zeros(length, ENTRY),
        np.zeros(length, SHIPMENT), np.zeros(length, OBSTACLE), np.zeros(length, CHOICE),
        np.zeros(length, SHORT), np.zeros(length, CLASH),
        np.full((items, weeks), -1), np.zeros((items, weeks)), np.zeros(items),
        problem.lane_weeks.copy(), np.zeros(items, np.bool_),
        problem.supplier_weeks.copy(), np.full(problem.supplier_weeks.shape, -1), problem.kept.units.copy(),
        problem.site_units.copy(), problem.site_power.copy(),
        np.zeros(problem.arrays.operations.size + 1),
        np.full(1, problem.arrays.frozen), np.zeros((problem.arrays.campaigns.size, buckets), np.int64),
        np.zeros((rows, buckets), np.int64), np.zeros(9, np.int64),
    )  # fmt: skip
    index = {item.id: i for i, item in enumerate(problem.programme.items)}
    for row, stock in enumerate(problem.programme.stock):
        there = max(stock.available.planned, 0.0) if stock.available else 0.0
        for owner, quantity in problem.kept.parts[row]:
            lot = list_lot(state, STOCK, index[stock.item], row, there, quantity, _until(problem, stock, there))
            state.lots["owner"][lot] = owner
    state.counts[N_LOG] = 0
    return state


def _until(problem: Problem, stock: Stock, there: float) -> float:
    """Return up to when stock may be there for somebody, hours from start."""
    item = problem.programme.item[stock.item]
    until = stock.expires.planned if stock.expires else there + item.shelf_life.planned if item.shelf_life else np.inf
    return until - item.safety_time.planned


@kernel
def added(state: State, table: int, length: int) -> int:
    """Return the next free row of a table and count it; raises `MemoryError` where the table is full."""
    row = state.counts[table]
    if row >= length:
        raise MemoryError("a table of the planner is full")
    state.counts[table] += 1
    return int(row)


@kernel
def note(state: State, kind: int, row: int, week: int, amount: float) -> None:
    """Log a change, so that it can be taken back."""
    entry = added(state, N_LOG, state.log.size)
    state.log[entry]["kind"] = kind
    state.log[entry]["row"] = row
    state.log[entry]["week"] = week
    state.log[entry]["amount"] = amount


@kernel
def change_free(state: State, lot: int, amount: float) -> None:
    """Add to what is free of a lot, in all places that count it."""
    item, week = state.lots[lot]["item"], week_of(state, state.lots[lot]["there"])
    state.lots[lot]["free"] += amount
    state.week_free[item, week] += amount
    state.item_free[item] += amount


@kernel
def week_of(state: State, time: float) -> int:
    """Return the week of a time, the last one for all that comes after it."""
    return int(max(min(int(time / WEEK), state.first_lot.shape[1] - 1), 0))


@kernel
def site_week(state: State, arrival: float) -> int:
    """Return the week of an arrival at a destination."""
    return int(max(min(int(arrival / WEEK), state.site_units.shape[1] - 1), 0))


@entry
def list_lot(state: State, kind: int, item: int, source: int, there: float, quantity: float, until: float) -> int:
    """Add a supply of an item that is there at `there`, usable up to `until`, all of it free; return its row."""
    lot = added(state, N_LOTS, state.lots.size)
    week = week_of(state, there)
    before, after = -1, state.first_lot[item, week]
    while after >= 0 and state.lots[after]["there"] > there:
        before, after = after, state.lots[after]["after"]
    row = state.lots[lot]
    row["kind"], row["item"], row["source"], row["there"] = kind, item, source, there
    row["quantity"], row["free"], row["before"], row["after"], row["peg"] = quantity, 0.0, before, after, -1
    row["owner"], row["until"] = -1, until
    if before < 0:
        state.first_lot[item, week] = lot
    else:
        state.lots[before]["after"] = lot
    change_free(state, lot, quantity)
    note(state, LISTED, lot, week, quantity)
    return lot


@kernel
def unlist_lot(state: State, lot: int) -> None:
    """Take back the lot that was listed last."""
    row = state.lots[lot]
    change_free(state, lot, -row["quantity"])
    if row["before"] < 0:
        state.first_lot[row["item"], week_of(state, row["there"])] = row["after"]
    else:
        state.lots[row["before"]]["after"] = row["after"]
    state.counts[N_LOTS] -= 1
