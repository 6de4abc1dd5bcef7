"""Schedule risk: the plan's order and resource flow replayed in drawn worlds, and the dates of the plan itself.

Builds the network of links and handovers, and turns the compiled replay's arrays into trials; what worlds hold is drawn
in `worlds`, what risks do to them in `impacts`. Units that a fall of capacity withdraws leave when the task that holds
them is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from plantwright.model.calendars import Calendar
from plantwright.model.programme import Programme, Resource
from plantwright.model.schedule import ConversionTrials, Schedule
from plantwright.model.underway import is_running, remaining
from plantwright.scheduling.arrays import KINDS
from plantwright.scheduling.calendars import working_calendar
from plantwright.scheduling.impacts import impacts, struck
from plantwright.scheduling.problem import Kind
from plantwright.scheduling.replay import Bool, Dates, Float, Int, Network, Worlds, replay
from plantwright.scheduling.worlds import drawn_worlds, modes_of, planned_world

ROUNDING_HOURS = 1e-6


@dataclass(frozen=True, slots=True)
class Order:
    """What a plan fixes: mode index of each task, pairs of tasks that hand units over, hours that tasks wait for."""

    modes: tuple[int, ...]
    handovers: tuple[tuple[int, int], ...]
    available: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """A plan's network, the column of lags that each of its links reads, and when tasks' capacity is there (hours)."""

    net: Network
    column: Int
    available: Float

    def inputs(self, worlds: Worlds) -> Worlds:
        """The worlds with lags by the network's links, as the compiled replay takes them."""
        # Handovers carry no lag: they read a column of zeros behind the links'.
        lag = np.concatenate((worlds.lag, np.zeros((len(worlds.lag), 1))), axis=1)[:, self.column]
        release = np.maximum(worlds.release, self.available)
        return Worlds(np.ascontiguousarray(worlds.duration), np.ascontiguousarray(lag), release, worlds.most)


@dataclass(frozen=True, slots=True)
class Replay:
    """Start and finish in hours and whether a task drives the last finish, each of shape (replications, tasks).

    `broken`: whether a greatest lag is broken, (replications, greatest lags in the order of the programme's links).
    """

    start: Float
    finish: Float
    critical: Bool
    broken: Bool


def replay_planned(programme: Programme, order: Order) -> Replay:
    """The plan's own dates: one replication with every value as planned."""
    return replay_drawn(wire(programme, order), planned_world(programme, order.modes))


def replay_worlds(programme: Programme, order: Order, seed: int, replications: range) -> tuple[Replay, Float]:
    """The plan's order in the worlds of a seed, and the durations there (replications, tasks) in working hours.

    Risks happen in them as the register of risks says, mitigated where the plan has it so.
    """
    worlds = drawn_worlds(programme, order.modes, seed, replications)
    duration = struck(worlds.duration, impacts(programme, seed, replications, {}))
    return replay_drawn(wire(programme, order), worlds._replace(duration=duration)), duration


def conversion_trials(programme: Programme, schedule: Schedule, seed: int, replications: range) -> ConversionTrials:
    """The schedule replayed once a replication, in the programme's own worlds of the seed.

    Modes, order and resource flow are the schedule's; each task starts as soon as they, its links and its release
    allow. With every value at its planned one the trials equal the schedule.
    """
    left = remaining(programme)
    found, duration = replay_worlds(left, order_of(left, schedule), seed, replications)
    return ConversionTrials(
        tasks=tuple(task.id for task in programme.tasks),
        start=with_actual_starts(programme, found.start),
        finish=found.finish,
        criticality=found.critical.mean(axis=0) if len(replications) else np.zeros(len(programme.tasks)),
        sensitivity=rank_correlations(duration, found.finish.max(axis=1, initial=0.0)),
        broken=broken_shares(left, found.broken),
        resumes={task.id: found.start[:, n] for n, task in enumerate(left.tasks) if is_running(programme, task.id)},
    )


def broken_shares(programme: Programme, broken: Bool) -> dict[tuple[str, str], float]:
    """Share of the replications in which each greatest lag is broken, by predecessor and task."""
    pairs = [(link.predecessor, task.id) for task in programme.tasks for link in task.links if link.max_lag is not None]
    shares = broken.mean(axis=0).tolist() if len(broken) else [0.0] * len(pairs)
    return dict(zip(pairs, shares, strict=True))


def with_actual_starts(programme: Programme, start: Float) -> Float:
    """Starts (replications, tasks) in which a running task has its actual one, not that of what is left of it."""
    begun = [programme.progress_of[task.id].actual_start if task.id in programme.progress_of else None
             for task in programme.tasks]  # fmt: skip
    return np.where([when is not None for when in begun], [when.planned if when else 0.0 for when in begun], start)


def order_of(programme: Programme, schedule: Schedule) -> Order:
    """The modes and handovers of a schedule by index, and the rises of capacity that its tasks come after."""
    index = {task.id: number for number, task in enumerate(programme.tasks)}
    modes = tuple(
        next(number for number, mode in enumerate(task.modes) if mode.name == schedule.task[task.id].mode)
        for task in programme.tasks
    )
    handovers = tuple((index[before], index[after]) for before, after in schedule.order)
    planned = [schedule.task[task.id] for task in programme.tasks]
    starts = [done.start if done.resume is None else done.resume for done in planned]
    held = [schedule.held.get(task.id, 0.0) for task in programme.tasks]
    rises = rises_before(programme, modes, starts)
    return Order(modes, handovers, tuple(map(max, rises, held)))


def rises_before(programme: Programme, modes: Sequence[int], starts: Sequence[float]) -> tuple[float, ...]:
    """Latest rise of capacity, of the resources that each task takes, that is not after its planned start (hours).

    A task that is planned after a rise never starts before it, in any world: its units may not be there. Nor does one
    start before the status date.
    """
    rises = {resource.id: _rises(resource) for resource in programme.resources}
    return tuple(
        max(
            task.not_before,
            *(at for need in task.modes[mode].needs for at in (0.0, *rises[need.id]) if at <= start + ROUNDING_HOURS),
            0.0,
        )
        for task, mode, start in zip(programme.tasks, modes, starts, strict=True)
    )


def _rises(resource: Resource) -> list[float]:
    steps = sorted((step.at.planned, step.value.planned) for step in resource.capacity)
    values = [0.0, *(value for _, value in steps)]
    return [at for (at, value), last in zip(steps, values, strict=False) if value > last and at > 0]


def rank_correlations(durations: Float, outcome: Float) -> Float:
    """Spearman's rank correlation of each column (replications, tasks) with the outcome (replications,), or 0."""
    if len(outcome) < 2:
        return np.zeros(durations.shape[1])
    ranks = stats.rankdata(durations, axis=0)
    ranks -= ranks.mean(axis=0)
    target = stats.rankdata(outcome)
    target -= target.mean()
    scale = np.sqrt((ranks**2).sum(axis=0) * (target**2).sum())
    return np.asarray(np.divide(ranks.T @ target, scale, out=np.zeros(len(scale)), where=scale > 0))


def wire(programme: Programme, order: Order) -> Wiring:
    """The plan's network, compiled once for any number of worlds."""
    net, column = network(programme, order)
    return Wiring(net, np.array(column, np.int64), np.asarray(order.available, dtype=np.float64))


def replay_drawn(wiring: Wiring, worlds: Worlds) -> Replay:
    """Replay worlds as drawn, with the tasks on each one's longest path."""
    shape = worlds.duration.shape
    broken = np.zeros((shape[0], len(wiring.net.limits)), np.bool_)
    found = Dates(np.zeros(shape), np.zeros(shape), np.zeros(shape, np.bool_), broken)
    if worlds.duration.size:
        replay(wiring.net, wiring.inputs(worlds), found)
    return Replay(*found)


def network(programme: Programme, order: Order) -> tuple[Network, list[int]]:
    """The arrays of links and handovers by the task they hold, and which column of lags each of them reads."""
    index = {task.id: number for number, task in enumerate(programme.tasks)}
    links = [
        (number, index[link.predecessor], KINDS[Kind(link.kind)])
        for number, task in enumerate(programme.tasks)
        for link in task.links
    ]
    rows = [(*link, column) for column, link in enumerate(links)]
    rows += [(after, before, KINDS[Kind.FS], len(links)) for before, after in order.handovers]
    rows.sort()
    chosen = [
        working_calendar(programme, task, mode)
        for task, mode in zip(programme.tasks, modes_of(programme, order.modes), strict=True)
    ]
    calendars = list({calendar.id: calendar for calendar in chosen if not calendar.is_continuous}.values())
    sequence, rounds = _sequence([(giver, task) for task, giver, _, _ in rows], len(programme.tasks))
    counts = (
        np.bincount([row[0] for row in rows], minlength=len(programme.tasks))
        if rows
        else np.zeros(len(programme.tasks))
    )
    return (
        Network(
            sequence,
            rounds,
            np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            np.array([row[1] for row in rows], np.int64),
            np.array([row[2] for row in rows], np.int64),
            *_calendar_arrays(chosen, calendars),
            _limits(programme, index),
            np.array([task.pauses for task in programme.tasks], np.bool_),
            np.array([_longest_shift(calendar) for calendar in calendars]),
        ),
        [row[3] for row in rows],
    )


def _limits(programme: Programme, index: Mapping[str, int]) -> Int:
    rows = [
        (index[link.predecessor], number, KINDS[Kind(link.kind)])
        for number, task in enumerate(programme.tasks)
        for link in task.links
        if link.max_lag is not None
    ]
    return np.array(rows, np.int64).reshape(-1, 3)


def _sequence(pairs: list[tuple[int, int]], size: int) -> tuple[Int, int]:
    """Topological order, and 1 round; tasks of a circle (leads may close one) come last, and then n + 1 rounds."""
    after: list[list[int]] = [[] for _ in range(size)]
    waiting = [0] * size
    for giver, task in pairs:
        after[giver].append(task)
        waiting[task] += 1
    order = [task for task in range(size) if not waiting[task]]
    for task in order:
        for later in after[task]:
            waiting[later] -= 1
            if not waiting[later]:
                order.append(later)
    left = sorted(set(range(size)) - set(order))
    return np.array([*order, *left], np.int64), size + 1 if left else 1


def _longest_shift(calendar: Calendar) -> float:
    """Longest stretch without a break before the calendar's open end, hours."""
    return float((calendar.ends[:-1] - calendar.starts[:-1]).max(initial=0.0)) or np.inf


def _calendar_arrays(chosen: list[Calendar], distinct: list[Calendar]) -> tuple[Int, Int, Float, Float, Float]:
    number = {calendar.id: position for position, calendar in enumerate(distinct)}
    spans = [len(calendar.starts) for calendar in distinct]
    return (
        np.array([-1 if calendar.is_continuous else number[calendar.id] for calendar in chosen], np.int64),
        np.concatenate(([0], np.cumsum(spans))).astype(np.int64),
        np.concatenate([np.zeros(0), *(calendar.starts for calendar in distinct)]),
        np.concatenate([np.zeros(0), *(calendar.ends for calendar in distinct)]),
        np.concatenate([np.zeros(0), *(_worked_before(calendar) for calendar in distinct)]),
    )


def _worked_before(calendar: Calendar) -> Float:
    return np.concatenate(([0.0], np.cumsum(calendar.ends[:-1] - calendar.starts[:-1])))
