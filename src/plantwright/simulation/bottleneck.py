"""Which work centre is the bottleneck, and when: the active period method, on the trace of one run.

A station is active while it works, is set up or repaired, and inactive while it waits for others: blocked, starved,
waiting, off shift. Whoever has been active for longest without a break is the bottleneck of the moment; where two such
periods overlap, the bottleneck shifts (Roser, Nakano and Tanaka 2002). What one more would add is in `experiment`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heappop, heappush

import polars as pl

from plantwright.simulation.history import station_gantt
from plantwright.simulation.trace import Trace

ACTIVE = ("busy", "setup", "down")


@dataclass(frozen=True, slots=True, order=True)
class ActivePeriod:
    """A station (from 1) active without a break from `start` to `end`."""

    centre: str
    station: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The share of the time in which a work centre is the only bottleneck, and in which it is one of two while the
    bottleneck shifts."""

    centre: str
    sole: float
    shifting: float


def active_periods(trace: Trace, until: float | None = None) -> tuple[ActivePeriod, ...]:
    """Return every active period, in order of start, centre and station; the last ones end at `until`."""
    spans = station_gantt(trace, until).filter(pl.col("state").is_in(ACTIVE)).sort("centre", "station", "start")
    found: list[ActivePeriod] = []
    for centre, station, _, start, end in spans.iter_rows():
        last = found[-1] if found else None
        if last is not None and (last.centre, last.station, last.end) == (centre, station, start):
            found[-1] = ActivePeriod(centre, station, last.start, end)
        else:
            found.append(ActivePeriod(centre, station, start, end))
    return tuple(sorted(found, key=lambda p: (p.start, p.centre, p.station)))


def momentary_bottlenecks(periods: tuple[ActivePeriod, ...]) -> tuple[ActivePeriod, ...]:
    """Return the chain of longest active periods, in order of time; neighbours overlap where the bottleneck shifts.

    At each moment the longest of the active periods that hold it; times at which no station is active have none.
    """
    waiting = sorted(periods, key=lambda p: p.start, reverse=True)
    active: list[tuple[float, ActivePeriod]] = []
    chain: list[ActivePeriod] = []
    for time in sorted({t for p in periods for t in (p.start, p.end)}):
        while waiting and waiting[-1].start <= time:
            period = waiting.pop()
            heappush(active, (period.start - period.end, period))
        while active and active[0][-1].end <= time:
            heappop(active)
        if active and (not chain or chain[-1] is not active[0][-1]):
            chain.append(active[0][-1])
    return tuple(chain)


def bottlenecks(trace: Trace, since: float = 0.0, until: float | None = None) -> tuple[Bottleneck, ...]:
    """Return for each work centre how much of the time between `since` and `until` it is the bottleneck, most first.

    `until` is by default the time of the last record. Shifting is the overlap of two neighbours in the chain of longest
    active periods, and counts for both (once where both are stations of one centre).
    """
    end = float(trace.time[-1]) if until is None else until
    if not since < end:
        raise ValueError(f"the time looked at must have a length, not {since:g} to {end:g}")
    chain = momentary_bottlenecks(active_periods(trace, end))
    sole: defaultdict[str, float] = defaultdict(float)
    shifting: defaultdict[str, float] = defaultdict(float)
    for k, period in enumerate(chain):
        before = chain[k - 1] if k else None
        after = chain[k + 1] if k + 1 < len(chain) else None
        start, finish = max(period.start, since), min(period.end, end)
        if before is not None and before.end > period.start:
            start = _shared(shifting, before, period, since, end)
        if after is not None and after.start < period.end:
            finish = min(finish, after.start)
        sole[period.centre] += max(0.0, finish - start)
    length = end - since
    names = {*sole, *shifting}
    found = [Bottleneck(name, sole[name] / length, shifting[name] / length) for name in names]
    return tuple(sorted(found, key=lambda b: (-b.sole - b.shifting, b.centre)))


def _shared(
    shifting: defaultdict[str, float], before: ActivePeriod, period: ActivePeriod, since: float, end: float
) -> float:
    """Count the overlap of two neighbours for both, and return where it ends."""
    start, finish = max(period.start, since), min(before.end, end)
    overlap = max(0.0, finish - start)
    for name in {before.centre, period.centre}:
        shifting[name] += overlap
    return max(start, finish)
