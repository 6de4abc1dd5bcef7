"""The merge bias made visible: where paths meet, the mean of the latest is later than the latest of the means.

MacCrimmon & Ryavec (1964) name the bias of PERT; here it is measured at every merge of links and handovers, and told
along the chain that decides the mean finish, so that its parts add up to the whole slip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.model.risk_analysis import Merge, Slip
from plantwright.scheduling.replay import Float, Network

RELEASE = -1
"""The path into a task that is its release date and no link."""

FLAT = 1e-6
"""Hours below which a bias is rounding."""


@dataclass(frozen=True)
class Means:
    """Mean finish of each task [n], what it would be if one link held it alone [l], or its release [n]; of all."""

    finish: Float
    by_link: Float
    by_release: Float
    last: float


def merges_of(net: Network, tasks: tuple[str, ...], planned: Means, found: Means) -> tuple[tuple[Merge, ...], Slip]:
    """Return the merges with a bias, the greatest first, and why the mean finish slips from the plan's."""
    chain = _chain(net, found)
    merges = [
        _merge(net, tasks, task, planned, found, task in chain)
        for task in range(len(tasks))
        if net.link_from[task + 1] > net.link_from[task]
    ]
    merges.append(Merge("", len(tasks), planned.last, float(found.finish.max(initial=0.0)), found.last, True))
    biased = (merge for merge in merges if merge.bias > FLAT)
    return tuple(sorted(biased, key=lambda merge: -merge.bias)), _slip(net, tasks, chain, planned, found)


def _deciding(net: Network, means: Means, task: int) -> tuple[int, float]:
    """The link (or RELEASE) by which a task is latest on average, and its mean finish by that alone."""
    first, last = int(net.link_from[task]), int(net.link_from[task + 1])
    if first == last or means.by_release[task] >= means.by_link[first:last].max():
        return RELEASE, float(means.by_release[task])
    link = first + int(means.by_link[first:last].argmax())
    return link, float(means.by_link[link])


def _chain(net: Network, found: Means) -> list[int]:
    """The tasks that decide the mean finish, the last one first; a circle of leads ends the walk."""
    if not len(found.finish):
        return []
    chain = [int(found.finish.argmax())]
    while (link := _deciding(net, found, chain[-1])[0]) != RELEASE and int(net.giver[link]) not in chain:
        chain.append(int(net.giver[link]))
    return chain


def _merge(net: Network, tasks: tuple[str, ...], task: int, planned: Means, found: Means, on_path: bool) -> Merge:
    paths = int(net.link_from[task + 1] - net.link_from[task])
    latest = _deciding(net, found, task)[1]
    return Merge(tasks[task], paths, float(planned.finish[task]), latest, float(found.finish[task]), on_path)


def _slip(net: Network, tasks: tuple[str, ...], chain: list[int], planned: Means, found: Means) -> Slip:
    if not chain:
        return Slip((), 0.0, 0.0, 0.0)
    merging = found.last - found.finish[chain[0]]
    slack = planned.last - planned.finish[chain[0]]
    lengthening = 0.0
    for task, giver in zip(chain, [*chain[1:], RELEASE], strict=True):
        link, alone = _deciding(net, found, task)
        as_planned = planned.by_release[task] if link == RELEASE else planned.by_link[link]
        merging += found.finish[task] - alone
        slack += planned.finish[task] - as_planned
        lengthening += alone - as_planned
        if giver != RELEASE:
            lengthening -= found.finish[giver] - planned.finish[giver]
    return Slip(tuple(tasks[task] for task in reversed(chain)), float(merging), float(lengthening), float(slack))


def means_of(finish: Float, by_link: Float, by_release: Float, last: float, worlds: int) -> Means:
    """Return the means of sums over worlds."""
    count = max(worlds, 1)
    return Means(np.asarray(finish / count), np.asarray(by_link / count), np.asarray(by_release / count), last)
