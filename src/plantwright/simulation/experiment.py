"""Experiments with a network: replications, as many as a precision asks for, and what one more of a thing would add.

Alternatives are run with common random numbers: replication r of each is the same world, so their differences tell more
than their values.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from plantwright.simulation.engine import Run, each_replication
from plantwright.simulation.network import Arrival, Network
from plantwright.simulation.statistics import Floats, Interval, mean_interval, paired_difference
from plantwright.simulation.tables import lay_out
from plantwright.simulation.totals import Totals

Figure = TypeVar("Figure")
Progress = Callable[[float], None]
"""Called with the share of the work that is done (0..1)."""


def replicate(
    network: Network,
    read: Callable[[Totals], Figure],
    until: float,
    *,
    warm_up: float = 0.0,
    replications: int | range = 20,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Figure, ...]:
    """Return what `read` makes of each replication's totals between `warm_up` and `until`, in order of replication.

    The result is the same whatever the number of `threads` (by default one a core; the kernel holds no lock). A range
    of replications gives exactly those. Ctrl-C ends it once those at work are done. Raises NetworkError for a network
    that cannot run, ValueError for times out of order.
    """
    if not 0.0 <= warm_up < until:
        raise ValueError(f"the warm-up must end before the run, not at {warm_up:g} of {until:g}")
    edges = (warm_up, until) if warm_up else (until,)
    return _each(network, edges, read, replications, seed, threads, progress)


def by_period(
    network: Network,
    read: Callable[[Totals, int], float],
    edges: Sequence[float],
    *,
    replications: int | range = 20,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Return a figure of each replication in each period, shape (replications, periods).

    `edges` are the ends of the periods, in order; `read` gets the totals and the number of the period, from 0. The rows
    go into `moving_average` for Welch's plot, their mean into `warm_up`. Raises as `replicate` does.
    """
    ends = tuple(float(edge) for edge in edges)
    if not ends or list(ends) != sorted(set(ends)) or ends[0] <= 0.0:
        raise ValueError("the ends of the periods must rise from above zero")

    def each(totals: Totals) -> list[float]:
        return [read(totals, period) for period in range(len(ends))]

    return np.array(_each(network, ends, each, replications, seed, threads, progress))


def _each(
    network: Network,
    edges: tuple[float, ...],
    read: Callable[[Totals], Figure],
    replications: int | range,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> tuple[Figure, ...]:
    """Return what `read` makes of each replication at the last edge."""
    wanted = range(replications) if isinstance(replications, int) else replications
    tables = lay_out(network)

    def once(replication: int) -> Figure:
        return read(Totals.of(Run(tables, seed, replication, edges[:-1]).advance(edges[-1])))

    def tell(done: int) -> None:
        if progress is not None:
            progress(done / len(wanted))

    return tuple(value for _, value in each_replication(once, wanted, threads or os.cpu_count() or 1, tell))


def replicate_until(
    network: Network,
    read: Callable[[Totals], float],
    until: float,
    *,
    relative: float,
    warm_up: float = 0.0,
    confidence: float = 0.95,
    first: int = 10,
    most: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
) -> tuple[float, ...]:
    """Return a figure of as many replications as it takes for its mean's interval to be precise.

    Precise: the half width is at most `relative / (1 + relative)` of the mean, so that the true mean is off by at most
    `relative` of itself (Law and Carson 1979; Law 2015, 9.4.1). Raises ValueError if `most` replications do not do.
    """
    values: tuple[float, ...] = ()
    step = first
    while len(values) < most:
        more = range(len(values), min(most, len(values) + step))
        values += replicate(network, read, until, warm_up=warm_up, replications=more, seed=seed, threads=threads)
        found = mean_interval(values, confidence)
        if found.half_width <= relative / (1 + relative) * abs(found.estimate):
            return values
        step = max(1, len(values) // 10)
    raise ValueError(
        f"{most} replications give {found.estimate:g} ± {found.half_width:g}; "
        "allow more of them, longer runs, or less precision"
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A network with one more of something: `kind` is station, buffer, resource or part, `amount` how many more."""

    kind: str
    object: str
    amount: float
    network: Network


@dataclass(frozen=True, slots=True)
class Gain:
    """What a change adds to a figure, as the mean of paired differences and its interval."""

    kind: str
    object: str
    amount: float
    adds: Interval


def one_more(
    network: Network, until: float, steps: Mapping[str, float] | None = None, every: float = 168.0
) -> tuple[Change, ...]:
    """Return the network with one more of each thing in turn: a station of each work centre from the start, a place of
    each limited buffer, a unit of each resource, a part of each bought stock every `every` hours (a week).

    `steps` gives another amount by name of resource or stock, such as the power of a whole test cell. What has no limit
    is left out; so are stocks that nothing is bought for.
    """
    steps = steps or {}
    found = []
    for k, centre in enumerate(network.centres):
        if centre.stations is not None:
            more = replace(
                centre,
                stations=centre.stations + 1,
                changes=tuple((time, number + 1) for time, number in centre.changes),
            )
            found.append(Change("station", centre.name, 1, replace(network, centres=_with(network.centres, k, more))))
        if centre.buffer is not None:
            more = replace(centre, buffer=centre.buffer + 1)
            found.append(Change("buffer", centre.name, 1, replace(network, centres=_with(network.centres, k, more))))
    for k, resource in enumerate(network.resources):
        amount = steps.get(resource.name, 1.0)
        changes = tuple((time, capacity + amount) for time, capacity in resource.changes)
        wider = replace(resource, capacity=resource.capacity + amount, changes=changes)
        found.append(
            Change("resource", resource.name, amount, replace(network, resources=_with(network.resources, k, wider)))
        )
    for stock in sorted({arrival.stock for arrival in network.arrivals}):
        amount = steps.get(stock, 1.0)
        weeks = range(math.ceil(until / every))
        extra = tuple(Arrival(every * week, stock, amount) for week in weeks)
        found.append(Change("part", stock, amount, replace(network, arrivals=(*network.arrivals, *extra))))
    return tuple(found)


def gains(
    network: Network,
    read: Callable[[Totals], float],
    until: float,
    changes: Sequence[Change] | None = None,
    *,
    warm_up: float = 0.0,
    replications: int = 20,
    seed: int = 1,
    confidence: float = 0.95,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Gain, ...]:
    """Return what each change (by default one more of each thing) adds to a figure, the greatest first.

    All run in the same worlds. A gain whose interval holds zero is not told from nothing by so many replications.
    """
    tried = one_more(network, until) if changes is None else tuple(changes)
    networks = (network, *(change.network for change in tried))
    values: list[tuple[float, ...]] = []
    for number, alternative in enumerate(networks):

        def tell(share: float, done: int = number) -> None:
            if progress is not None:
                progress((done + share) / len(networks))

        values.append(
            replicate(
                alternative, read, until, warm_up=warm_up, replications=replications, seed=seed, threads=threads,
                progress=tell,
            )
        )  # fmt: skip
    found = [
        Gain(c.kind, c.object, c.amount, paired_difference(values[0], v, confidence))
        for c, v in zip(tried, values[1:], strict=True)
    ]
    return tuple(sorted(found, key=lambda g: (-g.adds.estimate, g.kind, g.object)))


Part = TypeVar("Part")


def _with(parts: tuple[Part, ...], row: int, part: Part) -> tuple[Part, ...]:
    return (*parts[:row], part, *parts[row + 1 :])
