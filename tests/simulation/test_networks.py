"""Properties that hold for every network: conservation, reversal, monotony, Little's law, slices."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plantwright.simulation import Network, Run, Totals, each_replication, lay_out
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.layout import Floor
from plantwright.simulation.network import (
    Batch,
    Breakdowns,
    Demand,
    Failure,
    Operation,
    Order,
    Resource,
    Route,
    Shifts,
    Source,
    Stock,
    Use,
    WorkCentre,
)
from plantwright.simulation.times import Empirical, Exponential, Fixed, Lognormal, Uniform

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
BUFFERS = st.lists(st.integers(0, 4), min_size=1, max_size=4)


def line(rates: list[float], buffers: list[int]) -> Network:
    centres = tuple(WorkCentre(f"m{i}", buffer=buffers[i - 1] if i else None) for i in range(len(rates)))
    operations = tuple(Operation(f"op{i}", f"m{i}", Exponential(1 / rate)) for i, rate in enumerate(rates))
    return Network(centres, (Route("part", operations),), sources=(Source("part"),))


def board(name: str, family: str) -> Route:
    power = (Use("power", 5.0, per_unit=True),)
    make = Operation("make", "line", Lognormal(2.0, 0.5), family=family)
    bake = Operation(
        "bake", "oven", Uniform(4, 8), uses=power, batch=Batch(2, 4, 12.0), failures=(Failure(0.2, "make", 2),)
    )
    return Route(name, (make, bake), gives={"boards": 1})


RACK = Route(
    "rack",
    (
        Operation(
            "build", "benches", Exponential(6.0), components={"boards": 3, "frames": 1}, uses=(Use("people", 2.0),)
        ),
        Operation(
            "test",
            "cells",
            Fixed(10.0),
            uses=(Use("power", 12.0),),
            failures=(Failure(0.3, "build", 1, "scrap", remade=True),),
        ),
        Operation("pack", "pack", Empirical((0.5, 1.0, 2.0))),
    ),
    pool="racks",
    tracked=True,
)


def factory() -> Network:
    """A plant with all that the kernel knows: assembly, rework, batches, breakdowns, crews, shifts, setups, resources,
    demands.
    """
    shifts = Shifts(tuple(t for day in range(80) for t in (24.0 * day + 6, 24.0 * day + 22)))
    centres = (
        WorkCentre(
            "benches", 2, rule="priority", shifts=shifts, breakdowns=Breakdowns(Exponential(40), Fixed(3), "always")
        ),
        WorkCentre(
            "line",
            1,
            3,
            breakdowns=Breakdowns(Exponential(30), Exponential(2), "busy", ("crew", 1.0)),
            changes=((400.0, 2),),
            setups={("a", "b"): 1.0, ("b", "a"): 0.5},
        ),
        WorkCentre("oven", 2, 6, attended=False, shifts=shifts),
        WorkCentre("cells", 2, 4, attended=False, rule="due"),
        WorkCentre("pack", 1, 0),
        WorkCentre("road", None),
        WorkCentre("site", 1),
    )
    delivery = Route(
        "deliver",
        (
            Operation("transit", "road", Uniform(20, 40), arrival=True),
            Operation("install", "site", Fixed(3.0), uses=(Use("megawatts", 1.0, kept=True),)),
        ),
        item="rack",
        tracked=True,
    )
    return Network(
        centres,
        (board("board a", "a"), board("board b", "b"), RACK, delivery),
        stocks=(Stock("boards", 2, 9), Stock("frames", 200)),
        resources=(
            Resource("power", 20.0, ((300.0, 40.0),)),
            Resource("people", 3.0),
            Resource("crew", 1.0),
            Resource("megawatts", 10.0, ((900.0, 30.0),)),
        ),
        sources=(Source("board a", Exponential(5.0)), Source("board b", Exponential(6.0), loses=True)),
        orders=tuple(Order(24.0 * k, "rack", 2, k % 3, 24.0 * k + 200) for k in range(30)),
        demands=(Demand("racks", "deliver", 20, 1, 600.0, 100.0), Demand("racks", "deliver", 40, 2, 900.0)),
    )


def same(one: Floor, other: Floor, but: tuple[str, ...] = ()) -> bool:
    return all(a.tobytes() == b.tobytes() for n, a, b in zip(Floor._fields, one, other, strict=True) if n not in but)


def test_slices_equal_one_piece_bit_by_bit() -> None:
    tables = lay_out(factory())
    whole = Run(tables, 5, edges=(500.0,)).advance(1500.0)
    sliced = Run(tables, 5, edges=(500.0,))
    for until in np.linspace(13.7, 1500.0, 173):
        sliced.advance(float(until)).settled()
    assert same(whole.floor, sliced.floor)


def test_saved_state_goes_on_as_if_never_stopped(tmp_path) -> None:  # type: ignore[no-untyped-def]
    tables = lay_out(factory())
    run = Run(tables, 5).advance(700.0)
    np.savez(tmp_path / "state.npz", **run.saved())
    with np.load(tmp_path / "state.npz") as file:
        later = Run(tables, 99).restore(dict(file)).advance(1400.0)
    assert same(run.advance(1400.0).floor, later.floor)
    with pytest.raises(ValueError, match="another network"):
        Run(lay_out(line([1.0, 1.0], [2])), 1).restore(run.saved())


def test_threads_and_order_of_replications_change_nothing() -> None:
    tables = lay_out(factory())

    def state(replication: int) -> bytes:
        return b"".join(a.tobytes() for a in Run(tables, 11, replication).advance(800.0).floor)

    one = dict(each_replication(state, range(6), 1))
    four = dict(each_replication(state, range(6), 4))
    assert one == four
    assert state(4) == one[4]
    assert len(set(one.values())) == 6


def test_run_refuses_to_go_back() -> None:
    with pytest.raises(ValueError, match="cannot go to"):
        Run(lay_out(line([1.0, 1.0], [1])), 1).advance(10.0).advance(5.0)


def test_units_and_station_time_are_conserved() -> None:
    tables = lay_out(factory())
    run = Run(tables, 3, edges=(333.0, 777.0)).advance(1500.0)
    totals = Totals.of(run)
    floor = run.settled()
    for i, item in enumerate(tables.items):
        came, left, lost = (sum(f(item, p) for p in range(3)) for f in (totals.created, totals.left, totals.lost))
        turned_away = 0 if item != "board b" else came - left - lost - floor.in_system[i]
        assert came - left - lost - floor.in_system[i] == turned_away
    for centre, stations in (("benches", 2), ("line", 2), ("oven", 2), ("cells", 2), ("pack", 1), ("site", 1)):
        for period in range(3):
            hours = totals.station_hours(centre, period)
            assert sum(hours.values()) == pytest.approx(stations * totals.hours(period), abs=1e-6)
            assert min(hours.values()) >= 0.0


def test_a_late_units_account_adds_up_to_its_time() -> None:
    """Every hour between release and power at the site is charged to exactly one cause."""
    network = factory()
    tables = lay_out(replace(network, demands=tuple(replace(d, due=1.0) for d in network.demands)))
    floor = Run(tables, 8).advance(3000.0).settled()
    rack = tables.items.index("rack")
    left, hours = floor.flow[:, rack, at.F_LEFT].sum(), floor.flow[:, rack, at.F_TIME].sum()
    assert left > 20
    assert floor.late[:, at.LATE_UNITS].sum() == left
    assert floor.late[:, at.LATE_FIRST_CAUSE :].sum() == pytest.approx(hours)


def test_littles_law_holds_in_a_long_run() -> None:
    totals = Totals.of(Run(lay_out(line([1.0, 0.9, 1.1], [3, 3])), 4, edges=(1000.0,)).advance(50_000.0))
    assert totals.in_system("part") == pytest.approx(
        totals.throughput("part") * totals.time_in_system("part"), rel=1e-3
    )


@QUICK
@given(BUFFERS, st.integers(0, 1000))
def test_more_buffer_never_hurts(buffers: list[int], seed: int) -> None:
    """With common random numbers a line with blocking finishes no fewer parts by any time (Buzacott and Shanthikumar
    1993).
    """
    rates = [1.0] * (len(buffers) + 1)
    less = Totals.of(Run(lay_out(line(rates, buffers)), seed).advance(400.0)).left("part")
    more = Totals.of(Run(lay_out(line(rates, [b + 1 for b in buffers])), seed).advance(400.0)).left("part")
    assert more >= less


@QUICK
@given(st.lists(st.floats(0.5, 2.0), min_size=2, max_size=4), st.integers(0, 3))
def test_a_reversed_line_is_as_fast(rates: list[float], buffer: int) -> None:
    """Reversibility of lines with blocking after service (Yamazaki and Sakasegawa 1975), within sampling error."""
    ends = 6000.0
    forth, back = (
        [
            Totals.of(Run(lay_out(line(order, [buffer] * (len(order) - 1))), 77, r).advance(ends)).throughput("part")
            for r in range(8)
        ]
        for order in (rates, rates[::-1])
    )
    spread = np.sqrt(np.var(forth, ddof=1) / 8 + np.var(back, ddof=1) / 8)
    assert abs(np.mean(forth) - np.mean(back)) < 5 * spread + 1e-9


@QUICK
@given(st.integers(1, 3), st.integers(0, 1000))
def test_a_station_more_never_hurts(stations: int, seed: int) -> None:
    def done(number: int) -> float:
        route = Route("job", (Operation("serve", "server", Exponential(1.0)),))
        network = Network((WorkCentre("server", number),), (route,), orders=(Order(0.0, "job", 300),))
        return Totals.of(Run(lay_out(network), seed).advance(80.0)).left("job")

    assert done(stations + 1) >= done(stations)


@QUICK
@given(st.floats(12.0, 60.0), st.integers(0, 100))
def test_more_power_never_hurts(power: float, seed: int) -> None:
    def done(kw: float) -> float:
        route = Route("job", (Operation("test", "cells", Exponential(5.0), uses=(Use("power", 12.0),)),))
        network = Network(
            (WorkCentre("cells", 8),), (route,), resources=(Resource("power", kw),), orders=(Order(0.0, "job", 200),)
        )
        return Totals.of(Run(lay_out(network), seed).advance(150.0)).left("job")

    assert done(power + 12.0) >= done(power)


def test_a_station_added_elsewhere_shifts_no_random_number() -> None:
    """The queue's history is the same, to the bit, beside a second plant that shares nothing with it."""
    queue = line([1.0, 1.2], [2])
    other = Route("other", (Operation("x", "elsewhere", Exponential(1.0)),))
    beside = Network(
        (WorkCentre("elsewhere"), *queue.centres), (other, *queue.routes), sources=(Source("other"), *queue.sources)
    )
    alone, both = (Totals.of(Run(lay_out(n), 6).advance(3000.0)) for n in (queue, beside))
    assert alone.time_in_system("part") == both.time_in_system("part")
    assert alone.left("part") == both.left("part")


def test_large_need_of_a_resource_is_not_starved_by_small_ones() -> None:
    """In order of waiting, a need of all the power gets it; where the first that fits goes first, it never does."""

    def large_done(first_fit: bool) -> float:
        small = Route("small", (Operation("test", "small cells", Fixed(1.0), uses=(Use("power", 1.0),)),))
        large = Route("large", (Operation("test", "large cell", Fixed(1.0), uses=(Use("power", 4.0),)),))
        network = Network(
            (WorkCentre("small cells", 4), WorkCentre("large cell")),
            (small, large),
            resources=(Resource("power", 4.0, first_fit=first_fit),),
            orders=(*(Order(0.25 * k, "small", 1) for k in range(400)), Order(2.1, "large", 1)),
        )
        return Totals.of(Run(lay_out(network), 1).advance(50.0)).left("large")

    assert large_done(False) == 1
    assert large_done(True) == 0


def test_work_pauses_off_shift_and_goes_on_where_it_stopped() -> None:
    def finished(attended: bool) -> float:
        centre = WorkCentre("bench", shifts=Shifts((0.0, 8.0, 24.0, 32.0)), attended=attended)
        network = Network(
            (centre,), (Route("job", (Operation("do", "bench", Fixed(10.0)),)),), orders=(Order(0.0, "job", 1),)
        )
        run = Run(lay_out(network), 1).advance(100.0)
        return Totals.of(run).time_in_system("job")

    assert finished(True) == 26.0
    assert finished(False) == 10.0


def test_a_failed_station_goes_on_after_its_repair() -> None:
    fails = Breakdowns(Fixed(4.0), Fixed(3.0), "busy")
    network = Network(
        (WorkCentre("m", breakdowns=fails),),
        (Route("job", (Operation("do", "m", Fixed(10.0)),)),),
        orders=(Order(0.0, "job", 1),),
    )
    run = Run(lay_out(network), 1).advance(100.0)
    assert Totals.of(run).time_in_system("job") == 16.0  # down at 4 and, 4 hours of work later, at 11


def test_batch_starts_full_or_when_its_first_unit_has_waited_long_enough() -> None:
    route = Route("job", (Operation("bake", "oven", Fixed(5.0), batch=Batch(3, 4, 10.0)),))
    orders = (Order(1.0, "job", 2), Order(20.0, "job", 5))
    run = Run(lay_out(Network((WorkCentre("oven"),), (route,), orders=orders)), 1)
    assert Totals.of(run.copy().advance(15.9)).left("job") == 0
    assert Totals.of(run.copy().advance(16.1)).left("job") == 2  # two units waited ten hours from 1, baked until 16
    assert Totals.of(run.copy().advance(25.1)).left("job") == 6  # four of five started at once at 20
    assert Totals.of(run.copy().advance(35.1)).left("job") == 7  # the fifth had waited from 20 to 30


def test_setups_depend_on_the_sequence_of_families() -> None:
    def route(name: str, family: str) -> Route:
        return Route(name, (Operation("do", "m", Fixed(1.0), family=family),))

    centre = WorkCentre("m", setups={("a", "b"): 4.0, ("b", "a"): 2.0})
    orders = tuple(Order(float(i), name, 1) for i, name in enumerate("abba"))
    network = Network((centre,), (route("a", "a"), route("b", "b")), orders=orders)
    totals = Totals.of(Run(lay_out(network), 1).advance(50.0))
    assert totals.station_hours("m")["setup"] == 6.0
    assert totals.station_hours("m")["busy"] == 4.0


def test_learning_shortens_the_time_by_the_rate_with_each_doubling() -> None:
    from plantwright.simulation.network import Learning

    route = Route("job", (Operation("do", "m", Fixed(10.0), learning=Learning(0.8)),))
    network = Network((WorkCentre("m"),), (route,), orders=(Order(0.0, "job", 4),))
    expected = sum(10.0 * (k + 1) ** np.log2(0.8) for k in range(4))
    run = Run(lay_out(network), 1).advance(100.0)
    assert Totals.of(run).station_hours("m")["busy"] == pytest.approx(expected)


def test_memory_grows_as_asked() -> None:
    route = Route("job", (Operation("do", "m", Fixed(0.001)),), tracked=True)
    run = Run(lay_out(Network((WorkCentre("m"),), (route,), orders=(Order(0.0, "job", 5000),))), 1, trace=True).advance(
        10.0
    )
    assert Totals.of(run).left("job") == 5000
    assert run.quiet


def test_a_plant_that_comes_to_rest_may_run_to_the_end_of_time() -> None:
    route = Route("part", (Operation("turn", "lathe", Fixed(2.0)),))
    run = Run(lay_out(Network((WorkCentre("lathe"),), (route,), sources=(Source("part", Fixed(1.0), limit=5),))), 1)
    assert run.advance(math.inf).quiet
    assert Totals.of(run).left("part") == 5
