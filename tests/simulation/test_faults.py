"""Bad models get an error that names the place, all faults at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plantwright.simulation import Network, NetworkError, lay_out
from plantwright.simulation.network import (
    Arrival,
    Batch,
    Breakdowns,
    Demand,
    Failure,
    Learning,
    Operation,
    Order,
    Resource,
    Route,
    Source,
    Stock,
    Use,
    WorkCentre,
)
from plantwright.simulation.times import Exponential, Fixed

STEP = Operation("do", "m", Fixed(1.0))
GOOD = Network(
    (WorkCentre("m"),),
    (Route("job", (STEP,)),),
    resources=(Resource("power", 10.0),),
    stocks=(Stock("part", 1.0, 5.0),),
)


def with_step(**changes: object) -> Network:
    return replace(GOOD, routes=(Route("job", (replace(STEP, **changes),)),))  # type: ignore[arg-type]


BAD = [
    (replace(GOOD, centres=()), "no work centre"),
    (replace(GOOD, centres=(WorkCentre("m"), WorkCentre("m"))), "work centre m is there 2 times"),
    (replace(GOOD, routes=(Route("job", ()),)), "route job has no operation"),
    (with_step(centre="nowhere"), "operation job/do: unknown work centre nowhere"),
    (with_step(components={"nut": 1}), "operation job/do: unknown stock nut"),
    (with_step(uses=(Use("air", 1),)), "operation job/do: unknown resource air"),
    (with_step(failures=(Failure(0.1, "mend"),)), "failed units go to mend"),
    (with_step(then="mend"), "good units go to mend"),
    (with_step(failures=(Failure(0.7), Failure(0.6))), "add up to 1.3, above 1"),
    (with_step(failures=(Failure(-0.1),)), "outside 0 to 1"),
    (with_step(failures=(Failure(1.0, "do"),)), "goes back for ever"),
    (with_step(batch=Batch(3, 2)), "1 <= least <= most"),
    (
        replace(with_step(batch=Batch(4, 4)), centres=(WorkCentre("m", buffer=2),)),
        "a batch of 4 never fits the buffer of 2 before m",
    ),
    (replace(with_step(batch=Batch(1, 4)), centres=(WorkCentre("m", buffer=0),)), "needs a buffer before m"),
    (replace(with_step(batch=Batch(2, 4)), centres=(WorkCentre("m", stations=None),)), "never runs out of stations"),
    (with_step(uses=(Use("power", 12.0),)), "needs 12 of power, of which there is never more than 10"),
    (with_step(uses=(Use("power", 0.0),)), "must be above zero"),
    (with_step(components={"part": 6}), "needs 6 of part, whose place holds 5"),
    (with_step(learning=Learning(1.2)), "a learning rate lies above 0 and up to 1"),
    (replace(GOOD, stocks=(Stock("part", 9.0, 5.0),)), "stock part: level 9"),
    (
        replace(GOOD, resources=(Resource("power", 1.0, ((5.0, -1.0),)),)),
        "resource power: capacity must not be negative",
    ),
    (replace(GOOD, centres=(WorkCentre("m", stations=-1),)), "number of stations is negative"),
    (
        replace(GOOD, sources=(Source("job", Exponential(0.9)),)),
        "work centre m: 1.11111 stations' work arrives for its 1",
    ),
    (replace(GOOD, sources=(Source("jab"),)), "a source feeds unknown route jab"),
    (replace(GOOD, orders=(Order(-1.0, "job", 1),)), "time -1 must be zero or more"),
    (replace(GOOD, orders=(Order(0.0, "jab", 1),)), "an order is for unknown route jab"),
    (replace(GOOD, arrivals=(Arrival(1.0, "nut", 1.0),)), "an arrival goes to unknown stock nut"),
    (replace(GOOD, demands=(Demand("racks", "job", 1, 1, 9.0),)), "pool racks, to which no route leads"),
    (replace(GOOD, routes=(Route("job", (STEP,), gives={"nut": 1.0}),)), "gives to unknown stock nut"),
    (
        replace(GOOD, centres=(WorkCentre("m", breakdowns=Breakdowns(Fixed(5), Fixed(1), "always", ("power", 11.0))),)),
        "a repair needs 11",
    ),
    (
        replace(GOOD, centres=(WorkCentre("m", stations=None),), sources=(Source("job"),)),
        "a saturated source would flood m",
    ),
    (replace(GOOD, sources=(Source("job", limit=5),)), "a saturated source has no limit"),
    (
        replace(with_step(time=Fixed(0.0)), sources=(Source("job"),)),
        "job/do: a saturated source feeds it, but it takes no",
    ),
    (
        replace(
            with_step(time=Fixed(0.0), components={"part": 1}),
            routes=(Route("job", (replace(STEP, time=Fixed(0.0), components={"part": 1}),), gives={"part": 1}),),
            sources=(Source("job"),),
        ),
        "job/do: a saturated source feeds it",
    ),
    (
        replace(with_step(time=Fixed(0.0), then="do"), orders=(Order(0.0, "job", 1),), sources=()),
        "go round in a circle that takes no time",
    ),
    (
        replace(with_step(then="do"), sources=(Source("job", Exponential(9.0)),)),
        "route job: its units never leave",
    ),
    (replace(GOOD, sources=(Source("job", Fixed(0.0)),)), "the gap must be above zero"),
    (
        replace(GOOD, centres=(WorkCentre("m", breakdowns=Breakdowns(Fixed(0.0), Fixed(0.0), "always")),)),
        "the time between failures must be above zero",
    ),
]


@pytest.mark.parametrize(("network", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_a_bad_network_is_refused_by_place(network: Network, message: str) -> None:
    with pytest.raises(NetworkError) as caught:
        lay_out(network)
    assert any(message in fault for fault in caught.value.faults), caught.value.faults


def test_all_faults_are_found_at_once() -> None:
    network = replace(with_step(batch=Batch(3, 2), uses=(Use("power", 99.0),)), stocks=(Stock("part", -1.0),))
    with pytest.raises(NetworkError) as caught:
        lay_out(network)
    assert len(caught.value.faults) == 3


def test_a_sound_network_passes() -> None:
    assert lay_out(GOOD).centres == ("m",)
