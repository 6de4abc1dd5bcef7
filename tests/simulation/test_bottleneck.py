"""The bottleneck by active periods: by hand, and where theory knows it."""

from __future__ import annotations

import pytest
from tests.simulation.test_networks import factory, line

from plantwright.simulation import Run, lay_out
from plantwright.simulation.bottleneck import ActivePeriod, active_periods, bottlenecks, momentary_bottlenecks
from plantwright.simulation.trace import trace_of


def test_the_longest_active_period_holds_each_moment() -> None:
    """Two machines as in Roser, Nakano and Tanaka (2002): the longer period is the bottleneck, their overlap shifts."""
    first = ActivePeriod("m1", 1, 0.0, 10.0)
    short = ActivePeriod("m2", 1, 2.0, 4.0)
    second = ActivePeriod("m2", 1, 8.0, 30.0)
    late = ActivePeriod("m1", 1, 40.0, 41.0)
    assert momentary_bottlenecks((first, short, second, late)) == (first, second, late)


def test_a_slow_machine_is_the_only_bottleneck_of_its_line() -> None:
    trace = trace_of(Run(lay_out(line([2.0, 0.5, 2.0], [3, 3])), 1, trace=True).advance(2_000.0))
    found = bottlenecks(trace, since=200.0)
    assert found[0].centre == "m1"
    assert found[0].sole > 0.9


def test_like_machines_take_turns() -> None:
    trace = trace_of(Run(lay_out(line([1.0, 1.0, 1.0], [2, 2])), 1, trace=True).advance(20_000.0))
    shares = {b.centre: b.sole + b.shifting for b in bottlenecks(trace, since=200.0)}
    assert set(shares) == {"m0", "m1", "m2"}
    assert shares["m0"] == pytest.approx(shares["m2"], abs=0.08)  # the line reversed is the same


def test_shares_never_exceed_the_time() -> None:
    trace = trace_of(Run(lay_out(factory()), 2, trace=True).advance(1500.0))
    found = bottlenecks(trace, 100.0, 1500.0)
    assert 0.5 < sum(b.sole + b.shifting / 2 for b in found) <= 1.0 + 1e-9
    for period, after in zip(active_periods(trace), active_periods(trace)[1:], strict=False):
        assert period.start < period.end
        assert period.start <= after.start
    with pytest.raises(ValueError, match="must have a length"):
        bottlenecks(trace, 1500.0, 1500.0)
