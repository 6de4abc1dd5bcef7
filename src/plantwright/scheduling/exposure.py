"""The risk analysis of a schedule: thousands of worlds replayed in batches, and the same worlds without each risk.

Memory is bounded: of a batch only its last finishes, milestones and costs are kept, and sums over the worlds. A risk is
taken away, or its mitigation put in, world by world with all other draws as they are; only worlds that it changes are
replayed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import Outlook, RiskAnalysis, RiskOutlook
from plantwright.model.risks import key_of
from plantwright.model.schedule import Schedule
from plantwright.model.underway import remaining
from plantwright.scheduling.drivers import drivers_of
from plantwright.scheduling.impacts import Impact, absent, impacts, struck
from plantwright.scheduling.merges import Means, means_of, merges_of
from plantwright.scheduling.relevel import levelled
from plantwright.scheduling.replay import Bool, Float, Int, Worlds, add_path_finishes, replay_last
from plantwright.scheduling.risk import Order, Replay, Wiring, broken_shares, order_of, replay_drawn, wire
from plantwright.scheduling.worlds import Price, drawn_worlds, planned_world, prices, some_worlds

BATCH = 500
"""Worlds replayed at once."""

NO_ROWS = np.zeros(0, np.int64)

LEVELLED = 300
"""Worlds in which resources are levelled anew unless told otherwise."""


@dataclass(frozen=True)
class _Setting:
    """What all batches share: the programme, its plan's order and network, the plan replayed, and who is watched."""

    programme: Programme
    order: Order
    wiring: Wiring
    plan: Replay
    seed: int
    milestones: Int

    @property
    def planned_duration(self) -> Float:
        return np.asarray(planned_world(self.programme, self.order.modes).duration[0])


@dataclass(frozen=True)
class _Drawn:
    """A batch before risks, what risks do in it, and what their mitigations cost (risks, worlds)."""

    worlds: Worlds
    price: Price
    found: tuple[Impact, ...]
    mitigations: Float


@dataclass(frozen=True)
class _Base:
    """A batch as planned: its worlds with the risks in them, their dates and last finishes, what the work costs."""

    worlds: Worlds
    dates: Replay
    last: Float
    work: Float


@dataclass(frozen=True)
class _Batch:
    """What is kept of a batch: rows by world, outlooks by name, sums over its worlds by task, link and release."""

    milestones: Float
    happens: Bool
    outlooks: Mapping[str, Outlook]
    sums: _Sums
    broken: Bool


@dataclass(frozen=True)
class _Sums:
    """Sums over worlds: how often critical [n], duration beyond the plan's, its square, times the finish beyond the
    plan's [n], finishes [n], finishes by one link alone [l], by the release alone [n].
    """

    critical: Float
    duration: Float
    square: Float
    product: Float
    finish: Float
    by_link: Float
    by_release: Float


def risk_analysis(
    programme: Programme,
    schedule: Schedule,
    *,
    trials: int = 10_000,
    seed: int = 1,
    relevelled: int = LEVELLED,
    progress: Callable[[float], object] | None = None,
) -> RiskAnalysis:
    """Return what the risk in a schedule comes to, in the programme's own worlds of the seed.

    World r is the same as replication r of the simulation. Of a programme under way it is the
    risk in what is left. Raises ValueError for fewer than one trial.
    """
    if trials < 1:
        raise ValueError("an analysis needs a trial or more")
    setting = _setting(remaining(programme), schedule, seed)
    batches = []
    for first in range(0, trials, BATCH):
        batches.append(_batch(setting, range(first, min(first + BATCH, trials))))
        if progress:
            progress(min(first + BATCH, trials) / trials)
    return _analysis(setting, batches, min(relevelled, trials))


def _setting(programme: Programme, schedule: Schedule, seed: int) -> _Setting:
    order = order_of(programme, schedule)
    wiring = wire(programme, order)
    marked = [number for number, task in enumerate(programme.tasks) if task.milestone or task.deadline]
    plan = replay_drawn(wiring, planned_world(programme, order.modes))
    return _Setting(programme, order, wiring, plan, seed, np.array(marked, np.int64))


def _batch(setting: _Setting, worlds: range) -> _Batch:
    programme, seed = setting.programme, setting.seed
    batch = _Drawn(
        drawn_worlds(programme, setting.order.modes, seed, worlds),
        prices(programme, setting.order.modes, seed, worlds),
        impacts(programme, seed, worlds, {}),
        _mitigation_costs(programme, seed, worlds),
    )
    drawn = batch.worlds._replace(duration=struck(batch.worlds.duration, batch.found))
    replayed = replay_drawn(setting.wiring, drawn)
    last = replayed.finish.max(axis=1, initial=0.0)
    base = _Base(drawn, replayed, last, batch.price.of(drawn.duration, np.arange(len(worlds))))
    outlooks = _outlooks(setting, batch, base, worlds)
    happening = np.stack([each.happens for each in batch.found], axis=1) if batch.found else np.zeros((len(worlds), 0))
    return _Batch(
        replayed.finish[:, setting.milestones],
        happening.astype(np.bool_),
        outlooks,
        _summed(setting, drawn, replayed, last),
        replayed.broken,
    )


def _mitigation_costs(programme: Programme, seed: int, worlds: range) -> Float:
    """What each risk's mitigation would cost in each world (risks, worlds)."""
    rows = [programme.register.draw(r.mitigation_cost, seed, worlds, key_of(r)) for r in programme.risks]
    return np.array(rows).reshape(len(rows), len(worlds))


def _outlooks(setting: _Setting, batch: _Drawn, base: _Base, worlds: range) -> dict[str, Outlook]:
    """The outlook as planned, with ranges alone, with no mitigation and all; without each risk, with each switched."""
    risks = setting.programme.risks
    done = [risk.mitigated for risk in risks]

    def under(found: Sequence[Impact], mitigated: Sequence[bool]) -> Outlook:
        cost = batch.mitigations[np.flatnonzero(mitigated)].sum(axis=0)
        return _outlook(setting, batch, base, found, cost)

    switched = impacts(setting.programme, setting.seed, worlds, {risk.id: not risk.mitigated for risk in risks})
    gone = [absent(each) for each in batch.found]
    chosen = {
        state: [a if risk.mitigated is state else b for a, b, risk in zip(batch.found, switched, risks, strict=True)]
        for state in (False, True)
    }
    outlooks = {
        "planned": under(batch.found, done), "ranges": under(gone, [False] * len(risks)),
        "unmitigated": under(chosen[False], [False] * len(risks)),
        "mitigated": under(chosen[True], [bool(risk.mitigation) for risk in risks]),
    }  # fmt: skip
    for number, risk in enumerate(risks):
        outlooks[f"without {risk.id}"] = under(_with(batch.found, number, gone), _but(done, number, False))
        outlooks[f"switched {risk.id}"] = under(
            _with(batch.found, number, switched), _but(done, number, not done[number])
        )
    return outlooks


def _with(found: Sequence[Impact], number: int, others: Sequence[Impact]) -> list[Impact]:
    return [*found[:number], others[number], *found[number + 1 :]]


def _but(done: Sequence[bool], number: int, other: bool) -> list[bool]:
    return [*done[:number], other, *done[number + 1 :]]


def _outlook(setting: _Setting, batch: _Drawn, base: _Base, found: Sequence[Impact], mitigations: Float) -> Outlook:
    """The outlook with the risks as found; worlds whose durations are as in the base keep its last finishes."""
    changed = [pair for pair in zip(batch.found, found, strict=True) if pair[0] is not pair[1]]
    rows = np.flatnonzero(np.any([each.happens for pair in changed for each in pair], axis=0)) if changed else NO_ROWS
    duration = struck(batch.worlds.duration[rows], [impact.of(rows) for impact in found])
    differs = (duration != base.worlds.duration[rows]).any(axis=1)
    rows, duration = rows[differs], duration[differs]
    finish, work = base.last.copy(), base.work.copy()
    if rows.size:
        again = np.zeros(rows.size)
        worlds = some_worlds(base.worlds, rows)._replace(duration=duration)
        known, before = base.dates, base.worlds.duration
        inputs = setting.wiring.inputs(worlds)
        replay_last(setting.wiring.net, inputs, before, known.start, known.finish, rows, again)
        finish[rows], work[rows] = again, batch.price.of(duration, rows)
    happening = sum((impact.cost for impact in found), np.zeros(len(finish)))
    return Outlook(finish, work + happening + mitigations)


def _summed(setting: _Setting, drawn: Worlds, replayed: Replay, last: Float) -> _Sums:
    worlds = setting.wiring.inputs(drawn)
    beyond = worlds.duration - setting.planned_duration
    late = last - setting.plan.finish.max(initial=0.0)
    by_link, by_release = np.zeros(worlds.lag.shape[1]), np.zeros(worlds.duration.shape[1])
    turned = [np.ascontiguousarray(part.T) for part in (worlds.duration, replayed.start, replayed.finish)]
    by_task = worlds._replace(duration=turned[0])
    add_path_finishes(setting.wiring.net, by_task, turned[1], turned[2], by_link, by_release)
    return _Sums(
        replayed.critical.sum(axis=0, dtype=np.float64), beyond.sum(axis=0), (beyond**2).sum(axis=0), late @ beyond,
        replayed.finish.sum(axis=0), by_link, by_release,
    )  # fmt: skip


def _analysis(setting: _Setting, batches: Sequence[_Batch], relevelled: int) -> RiskAnalysis:
    programme = setting.programme
    outlooks = {name: _joined([batch.outlooks[name] for batch in batches]) for name in batches[0].outlooks}
    planned = outlooks["planned"]
    sums = _Sums(*(sum(getattr(batch.sums, field.name) for batch in batches) for field in fields(_Sums)))
    happens = np.concatenate([batch.happens for batch in batches])
    tasks = tuple(task.id for task in programme.tasks)
    merges, slip = merges_of(setting.wiring.net, tasks, *_means(setting, sums, planned.finish))
    anew, broken_anew = _relevelled(setting, relevelled)
    deviation, sensitivity = _moments(sums, planned.finish - setting.plan.finish.max(initial=0.0))
    return RiskAnalysis(
        seed=setting.seed,
        tasks=tasks,
        milestones=tuple(tasks[number] for number in setting.milestones),
        planned_finish=setting.plan.finish[0],
        planned_cost=_planned_cost(setting),
        planned=planned,
        ranges=outlooks["ranges"],
        unmitigated=outlooks["unmitigated"],
        mitigated=outlooks["mitigated"],
        milestone_finish=np.concatenate([batch.milestones for batch in batches]),
        relevelled=anew,
        relevelled_broken=broken_anew,
        criticality=sums.critical / planned.finish.size,
        sensitivity=sensitivity,
        deviation=deviation,
        risks=tuple(
            RiskOutlook(
                risk.id, risk.mitigated, happens[:, number], outlooks[f"without {risk.id}"],
                outlooks[f"switched {risk.id}"], risk.mitigation_cost.planned,
            )
            for number, risk in enumerate(programme.risks)
        ),
        drivers=drivers_of(programme, setting.order.modes, setting.seed, planned.finish, happens),
        merges=merges,
        slip=slip,
        broken=broken_shares(programme, np.concatenate([batch.broken for batch in batches])),
    )  # fmt: skip


def _joined(outlooks: Sequence[Outlook]) -> Outlook:
    return Outlook(np.concatenate([o.finish for o in outlooks]), np.concatenate([o.cost for o in outlooks]))


def _means(setting: _Setting, sums: _Sums, last: Float) -> tuple[Means, Means]:
    """The plan's own finishes, by one path alone too, and their means over the worlds."""
    plan = planned_world(setting.programme, setting.order.modes)
    own = _summed(setting, plan, setting.plan, setting.plan.finish.max(axis=1, initial=0.0))
    planned = means_of(own.finish, own.by_link, own.by_release, float(setting.plan.finish.max(initial=0.0)), 1)
    return planned, means_of(sums.finish, sums.by_link, sums.by_release, float(last.mean()), last.size)


def _moments(sums: _Sums, late: Float) -> tuple[Float, Float]:
    """Standard deviation of each task's duration, and its correlation (Pearson) with the last finish."""
    count = late.size
    mean = sums.duration / count
    variance = np.maximum(sums.square / count - mean**2, 0.0)
    covariance = sums.product / count - mean * late.mean()
    scale = np.sqrt(variance) * late.std()
    # What rounding leaves of a duration that never varies is no deviation.
    varies = variance > 1e-12 * np.maximum(sums.square / count, 1e-12)
    sensitivity = np.divide(covariance, scale, out=np.zeros_like(scale), where=varies & (scale > 0))
    return np.where(varies, np.sqrt(variance), 0.0), np.clip(sensitivity, -1.0, 1.0)


def _planned_cost(setting: _Setting) -> float:
    """What the plan costs: everything as planned, no risk happens, the mitigations in it paid."""
    programme = setting.programme
    chosen = [task.modes[mode] for task, mode in zip(programme.tasks, setting.order.modes, strict=True)]
    crews = sum(
        need.amount.planned * programme.resource[need.id].cost.planned * mode.duration.planned
        for mode in chosen
        for need in mode.needs
    )
    work = sum(mode.cost.planned + mode.equipment_cost for mode in chosen)
    return float(work + crews + sum(risk.mitigation_cost.planned for risk in programme.risks if risk.mitigated))


def _relevelled(setting: _Setting, worlds: int) -> tuple[Float, float]:
    """The last finishes with resources levelled anew, and the share of these worlds that break a greatest lag."""
    drawn = drawn_worlds(setting.programme, setting.order.modes, setting.seed, range(worlds))
    duration = struck(drawn.duration, impacts(setting.programme, setting.seed, range(worlds), {}))
    planned = setting.plan.start[0]
    _, finish, broken = levelled(setting.programme, setting.order, planned, drawn._replace(duration=duration))
    last = finish.max(axis=1, initial=0.0) if finish.shape[1] else np.zeros(worlds)
    return last, float(broken.any(axis=1).mean())
