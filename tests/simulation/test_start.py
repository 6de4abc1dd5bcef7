"""A run that starts from any state: units at work, stations down or set up, as by hand and as read from another run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.simulation.test_networks import same

from plantwright.simulation import Network, NetworkError, Run, Totals, lay_out
from plantwright.simulation.check import check_trace
from plantwright.simulation.history import unit_history
from plantwright.simulation.network import (
    AtWork,
    Batch,
    Breakdowns,
    Down,
    Failure,
    Operation,
    Order,
    Reorder,
    Resource,
    Route,
    Shifts,
    Source,
    Stock,
    Use,
    WorkCentre,
)
from plantwright.simulation.state import stations, stocks, units
from plantwright.simulation.times import Exponential, Fixed, Uniform
from plantwright.simulation.trace import trace_of

LINE = Network(
    (WorkCentre("saw", 2), WorkCentre("oven", 1, 4), WorkCentre("road", None)),
    (
        Route(
            "part",
            (
                Operation("cut", "saw", Fixed(3.0), components={"steel": 2}),
                Operation("bake", "oven", Fixed(5.0), uses=(Use("power", 2.0, per_unit=True),), batch=Batch(1, 3)),
                Operation("carry", "road", Fixed(4.0)),
            ),
        ),
    ),
    stocks=(Stock("steel", 8),),
    resources=(Resource("power", 6.0),),
)


def ends(run: Run) -> list[tuple[str, float, float]]:
    found = unit_history(trace_of(run)).filter(pl.col("end").is_not_null())
    return sorted(found.select("operation", "start", "end").rows())


def test_units_at_work_go_on_where_they_are() -> None:
    network = replace(
        LINE,
        at_work=(
            AtWork("part", "cut", 1.0),
            AtWork("part", "bake", 2.5, units=2),
            AtWork("part", "carry", 3.0),
            AtWork("part", "carry", 0.5),
        ),
        orders=(Order(0.0, "part", 1, operation="bake"),),
    )
    run = Run(lay_out(network), 1, trace=True)
    before = units(run)
    run.advance(20.0)
    assert check_trace(trace_of(run)) == ()
    assert ends(run) == [
        ("bake", 0.0, 2.5), ("bake", 0.0, 2.5), ("bake", 2.5, 7.5), ("bake", 2.5, 7.5),
        ("carry", 0.0, 0.5), ("carry", 0.0, 3.0), ("carry", 2.5, 6.5), ("carry", 2.5, 6.5),
        ("carry", 7.5, 11.5), ("carry", 7.5, 11.5), ("cut", 0.0, 1.0),
    ]  # fmt: skip
    assert before.select("operation", "state", "remaining").rows() == [
        ("cut", "working", 1.0), ("bake", "working", 2.5), ("bake", "working", 2.5),
        ("carry", "on the way", 3.0), ("carry", "on the way", 0.5),
    ]  # fmt: skip
    assert Totals.of(run).stock_level("steel") == 8.0  # what is at work has its parts already


def test_a_run_can_be_taken_up_from_what_is_read_of_another() -> None:
    """All times are fixed, so the state says everything: the second run does what the first would have done."""
    network = replace(LINE, orders=(Order(0.0, "part", 4),))
    first = Run(lay_out(network), 1, trace=True).advance(7.0)
    there = units(first)
    working = there.filter(pl.col("state").is_in(["working", "on the way"]))
    batches = working.group_by("operation", "station", "remaining", maintain_order=True).len()
    later = replace(
        network,
        orders=tuple(
            Order(0.0, "part", 1, operation=op) for op in there.filter(pl.col("state") == "waiting")["operation"]
        ),
        at_work=tuple(AtWork("part", op, left, units=n) for op, _, left, n in batches.iter_rows()),
        stocks=tuple(Stock(name, level) for name, level, _ in stocks(first).iter_rows()),
    )
    second = Run(lay_out(later), 1, trace=True).advance(50.0)
    went_on = [(op, max(start, 7.0), end) for op, start, end in ends(first.advance(57.0)) if end > 7.0]
    assert sorted((op, start + 7.0, end + 7.0) for op, start, end in ends(second)) == sorted(went_on)


def test_stations_that_are_down_come_back() -> None:
    always = Breakdowns(Fixed(1e6), Fixed(9.0), "always", ("crew", 1.0))
    busy = Breakdowns(Fixed(1e6), Fixed(9.0), "busy")
    network = replace(
        LINE,
        centres=(
            WorkCentre("saw", 2, breakdowns=always),
            WorkCentre("oven", 1, 4, breakdowns=busy),
            WorkCentre("road", None),
        ),
        resources=(Resource("power", 6.0), Resource("crew", 2.0)),
        at_work=(AtWork("part", "cut", 1.0, down=2.0), AtWork("part", "bake", 2.5, down=4.0)),
        down=(Down("saw", 6.0),),
        orders=(Order(0.0, "part", 1),),
    )
    run = Run(lay_out(network), 1, trace=True).advance(30.0)
    assert check_trace(trace_of(run)) == ()
    assert [row for row in ends(run) if row[0] in ("cut", "bake")] == [
        ("bake", 0.0, 6.5), ("bake", 6.5, 11.5), ("bake", 6.5, 11.5), ("cut", 0.0, 3.0), ("cut", 3.0, 6.0),
    ]  # fmt: skip
    totals = Totals.of(run)
    assert totals.station_hours("saw")["down"] == pytest.approx(2.0 + 6.0)
    assert totals.station_hours("oven")["down"] == pytest.approx(4.0)
    for centre, number in (("saw", 2), ("oven", 1)):
        assert sum(totals.station_hours(centre).values()) == pytest.approx(30.0 * number)


def test_a_station_set_up_for_a_family_starts_at_once() -> None:
    setups = {("a", "b"): 2.0, ("b", "a"): 2.0}
    network = Network(
        (WorkCentre("line", setups=setups, set_up=("a",)),),
        tuple(Route(f, (Operation("make", "line", Fixed(1.0), family=f),)) for f in ("a", "b")),
        orders=(Order(0.0, "a", 1), Order(0.0, "b", 1)),
    )
    run = Run(lay_out(network), 1, trace=True).advance(10.0)
    assert unit_history(trace_of(run)).select("route", "end").rows() == [("a", 1.0), ("b", 4.0)]
    assert stations(run).select("state", "family").rows() == [("idle", "b")]


def test_the_least_time_for_the_work_left_goes_first() -> None:
    """At time 1 unit b has 9 hours for 8 of work, a 7 for 2, c 30 for 2; by due date alone a would go first."""
    network = Network(
        (WorkCentre("m", rule="critical_ratio"), WorkCentre("n", None)),
        (
            Route("a", (Operation("do", "m", Fixed(2.0)),)),
            Route("b", (Operation("do", "m", Fixed(2.0)), Operation("more", "n", Fixed(6.0)))),
            Route("c", (Operation("do", "m", Fixed(2.0)),)),
            Route("first", (Operation("do", "m", Fixed(1.0)),)),
        ),
        orders=(
            Order(0, "first", 1),
            Order(0.5, "a", 1, due=8),
            Order(0.5, "b", 1, due=10),
            Order(0.5, "c", 1, due=31),
        ),
    )
    run = Run(lay_out(network), 1, trace=True).advance(20.0)
    assert [route for route, place in unit_history(trace_of(run)).select("route", "centre").rows() if place == "m"] == [
        "first", "b", "a", "c",
    ]  # fmt: skip


def everything() -> Network:
    """Cards, kanban, replenishment with refusals, ratios, and a start in the middle of it all."""
    shifts = Shifts(tuple(t for day in range(30) for t in (24.0 * day, 24.0 * day + 16)))
    return Network(
        (
            WorkCentre("saw", 2, rule="critical_ratio", breakdowns=Breakdowns(Exponential(20), Fixed(2), "busy")),
            WorkCentre("gate", None),
            WorkCentre("oven", 2, shifts=shifts, breakdowns=Breakdowns(Exponential(50), Fixed(4), "always")),
        ),
        (
            Route(
                "part",
                (
                    Operation("cut", "saw", Exponential(2.0), components={"steel": 3}),
                    Operation("pass", "gate", Fixed(0.0), components={"card 2": 1}, returns={"card 1": 1}),
                    Operation("bake", "oven", Uniform(2, 6), failures=(Failure(0.1), Failure(0.1, "cut", 1))),
                ),
                gives={"card 2": 1},
                cards={"all": 1},
            ),
        ),
        stocks=(Stock("steel", 9), Stock("card 1", 5), Stock("card 2", 400), Stock("all", 7)),
        sources=(Source("part", Exponential(2.5), due_after=40.0),),
        reorders=(Reorder("steel", 6, 30, Uniform(5, 15), accepted=0.9),),
        at_work=(AtWork("part", "cut", 1.5, due=3.0), AtWork("part", "bake", 2.0)),
        down=(Down("oven", 5.0),),
    )


def test_all_of_it_in_slices_and_saved_is_the_same(tmp_path) -> None:  # type: ignore[no-untyped-def]
    tables = lay_out(everything())
    whole = Run(tables, 4, edges=(300.0,)).advance(700.0)
    sliced = Run(tables, 4, edges=(300.0,))
    for until in np.linspace(9.0, 500.0, 41):
        sliced.advance(float(until))
        assert units(sliced).height == int(sliced.floor.in_system.sum())
    np.savez(tmp_path / "state.npz", **sliced.saved())
    with np.load(tmp_path / "state.npz") as file:
        assert same(whole.floor, Run(tables, 99, edges=(300.0,)).restore(dict(file)).advance(700.0).floor)


def test_the_checker_finds_nothing_in_it_and_hours_add_up() -> None:
    run = Run(lay_out(everything()), 4, trace=True).advance(700.0)
    assert check_trace(trace_of(run)) == ()
    totals = Totals.of(run)
    assert totals.left("part") > 100
    for centre, number in (("saw", 2), ("oven", 2)):
        assert sum(totals.station_hours(centre).values()) == pytest.approx(700.0 * number)
    assert stocks(run)["level"].min() >= 0
    assert units(run).filter(pl.col("route") == "part").height == totals.created("part") - totals.left(
        "part"
    ) - totals.lost("part")


BAD = [
    (replace(LINE, at_work=(AtWork("part", "weld", 1.0),)), "units are at work on unknown operation part/weld"),
    (replace(LINE, at_work=(AtWork("part", "cut", -1.0),)), "the hours left must be zero or more"),
    (replace(LINE, at_work=(AtWork("part", "bake", 1.0, units=4),)), "4 units, where a station takes 1 to 3"),
    (replace(LINE, at_work=(AtWork("part", "cut", 1.0),) * 3), "3 stations are at work or down at the start, of 2"),
    (replace(LINE, at_work=(AtWork("part", "cut", 1.0, down=1.0),)), "saw has no breakdowns"),
    (replace(LINE, down=(Down("saw", 1.0),)), "only a station that fails by the calendar"),
    (replace(LINE, down=(Down("lathe", 1.0),)), "unknown work centre lathe"),
    (replace(LINE, centres=(replace(LINE.centres[0], set_up=("a",)), *LINE.centres[1:])), "cannot be set up for a"),
    (
        replace(LINE, resources=(Resource("power", 3.0),), at_work=(AtWork("part", "bake", 1.0, units=2),)),
        "4 are in use at the start, of 3",
    ),
    (replace(LINE, reorders=(Reorder("steel", 5, 5, Fixed(1.0)),)), "it must be brought up to more"),
    (replace(LINE, reorders=(Reorder("steel", 1, 5, Fixed(1.0)),) * 2), "replenished by 2 rules"),
    (replace(LINE, reorders=(Reorder("tin", 1, 5, Fixed(1.0)),)), "an order rule is for unknown stock tin"),
    (replace(LINE, reorders=(Reorder("steel", 1, 5, Fixed(1.0), 0.0),)), "the share accepted on receipt"),
    (
        replace(LINE, stocks=(Stock("steel", 2, 4.0),), reorders=(Reorder("steel", 1, 5, Fixed(1.0)),)),
        "its place does not hold the 5",
    ),
    (replace(LINE, routes=(replace(LINE.routes[0], cards={"steel": 9}),)), "cards steel let 0 units in"),
    (replace(LINE, routes=(replace(LINE.routes[0], cards={"tin": 9}),)), "takes cards of unknown stock tin"),
    (
        replace(
            LINE,
            centres=(WorkCentre("saw", 2, 1), *LINE.centres[1:]),
            routes=(replace(LINE.routes[0], cards={"steel": 1}),),
        ),
        "its cards limit what waits before saw; give it no other limit",
    ),
]


@pytest.mark.parametrize(("network", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_an_impossible_start_or_supply_is_named(network: Network, message: str) -> None:
    with pytest.raises(NetworkError) as caught:
        lay_out(network)
    assert any(message in fault for fault in caught.value.faults), caught.value.faults
