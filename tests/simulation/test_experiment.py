"""Experiments: replications in any order and number, precision as asked, and gains that theory knows."""

from __future__ import annotations

import pytest
from tests.simulation.test_networks import line

from plantwright.simulation import Network, Totals
from plantwright.simulation.experiment import Change, by_period, gains, one_more, replicate, replicate_until
from plantwright.simulation.network import Arrival, Operation, Resource, Route, Source, Stock, Use, WorkCentre
from plantwright.simulation.statistics import mean_interval, warm_up
from plantwright.simulation.times import Exponential, Fixed


def throughput(totals: Totals) -> float:
    return totals.throughput("part")


def test_threads_change_nothing_and_progress_ends_at_one() -> None:
    told: list[float] = []
    network = line([1.0, 1.0], [2])
    one = replicate(network, throughput, 500.0, warm_up=50.0, replications=6, threads=1, progress=told.append)
    assert one == replicate(network, throughput, 500.0, warm_up=50.0, replications=6, threads=3)
    assert one[2:5] == replicate(network, throughput, 500.0, warm_up=50.0, replications=range(2, 5))
    assert told == [pytest.approx((k + 1) / 6) for k in range(6)]
    with pytest.raises(ValueError, match="the warm-up must end before"):
        replicate(network, throughput, 500.0, warm_up=500.0)


def test_as_many_replications_as_the_precision_asks() -> None:
    network = line([1.0, 1.0], [0])  # exactly 2/3 in the long run
    rough = replicate_until(network, throughput, 400.0, warm_up=40.0, relative=0.05)
    fine = replicate_until(network, throughput, 400.0, warm_up=40.0, relative=0.005)
    assert len(rough) < len(fine)
    assert fine[: len(rough)] == rough
    assert abs(mean_interval(fine).estimate - 2 / 3) < 0.005 * 2 / 3
    with pytest.raises(ValueError, match="allow more of them"):
        replicate_until(network, throughput, 400.0, relative=1e-6, most=12)


def test_one_more_place_adds_what_the_markov_chain_says() -> None:
    """Two like exponential machines: (B + 2) / (B + 3) parts an hour with B places between them."""
    found = gains(line([1.0, 1.0], [1]), throughput, 20_000.0, warm_up=500.0, confidence=0.99)
    place = next(g for g in found if g.kind == "buffer")
    assert place.adds.holds(4 / 5 - 3 / 4)


def test_the_slowest_machine_gains_most_from_one_more() -> None:
    found = gains(line([1.0, 0.4, 1.0], [4, 4]), throughput, 4_000.0, warm_up=200.0, replications=8)
    assert (found[0].kind, found[0].object) == ("station", "m1")
    assert found[0].adds.low > 0.2
    spare = next(g for g in found if (g.kind, g.object) == ("station", "m2"))
    assert spare.adds.estimate < 0.01


def test_what_binds_gains_and_what_does_not_adds_nothing() -> None:
    """Three of power run one oven of three at a time and parts arrive one a week, so only a part more adds anything."""
    network = Network(
        (WorkCentre("oven", 3),),
        (Route("part", (Operation("bake", "oven", Exponential(2.0), {"kit": 1}, (Use("power", 3.0),)),)),),
        stocks=(Stock("kit"),),
        resources=(Resource("power", 4.0),),
        sources=(Source("part"),),
        arrivals=tuple(Arrival(168.0 * week, "kit", 5) for week in range(10)),
    )
    found = {(g.kind, g.object): g for g in gains(network, throughput, 1680.0, replications=5)}
    assert found["part", "kit"].adds.estimate * 1680 == pytest.approx(10, abs=1)
    assert found["resource", "power"].adds.estimate == 0.0
    steps = one_more(network, 1680.0, {"power": 3.0, "kit": 2.0})
    assert [(c.kind, c.object, c.amount) for c in steps] == [
        ("station", "oven", 1), ("resource", "power", 3.0), ("part", "kit", 2.0),
    ]  # fmt: skip


def test_own_changes_are_tried_too() -> None:
    slow, fast = (
        Network((WorkCentre("m"),), (Route("part", (Operation("do", "m", Fixed(hours)),)),), sources=(Source("part"),))
        for hours in (2.0, 1.0)
    )
    found = gains(slow, throughput, 100.0, [Change("method", "faster", 1, fast)], replications=2)
    assert found[0].adds.estimate == pytest.approx(0.5)


def test_a_line_that_fills_up_warms_up_first() -> None:
    """An empty line of ten with long buffers takes hundreds of hours to fill; by then it makes as much as ever."""
    network = line([1.0] * 10, [8] * 9)
    ends = range(25, 3_001, 25)
    work = by_period(network, lambda t, k: t.in_system("part", k), ends, replications=8)
    assert work.shape == (8, 120)
    cut = warm_up(work.mean(axis=0))
    assert 100 < 25 * cut < 1_500
    level = work[:, cut:].mean()
    assert work[:, 0].mean() < 0.5 * level
    assert work[:, cut : cut + 20].mean() == pytest.approx(level, rel=0.1)
    with pytest.raises(ValueError, match="must rise"):
        by_period(network, lambda t, k: 0.0, (5.0, 5.0))


def test_periods_add_up_to_the_whole() -> None:
    network = line([1.0, 0.8], [3])
    parts = by_period(network, lambda t, k: t.left("part", k), (100.0, 300.0, 1_000.0), replications=3)
    assert parts.sum(axis=1).tolist() == list(replicate(network, lambda t: t.left("part"), 1_000.0, replications=3))
