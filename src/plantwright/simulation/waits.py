"""What late units waited for, added up by cause: part, work centre, resource, transit, installation, power at the site.

A wait for a part that is made here is handed on to what that part itself waited for in the weeks before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.layout import Floor
from plantwright.simulation.tables import Tables

Floats = NDArray[np.float64]
LOOK_BACK = 9  # weeks over which a made part's own waits explain the wait for it
DEPTH = 6  # levels of made parts through which a wait is handed on
SITE_KINDS = {"transit": "transit", "install": "installation", "power": "site_power"}
NOT_WAITING = ("process", "demand")


@dataclass(frozen=True)
class Causes:
    """The causes, and the matrix that adds the columns of a unit's account up to them, shape (columns, causes)."""

    names: tuple[tuple[str, str], ...]
    column_to_cause: Floats

    @classmethod
    def of(cls, tables: Tables) -> Causes:
        """Return the causes of a programme's network."""
        found = [_cause(kind, name) for kind, name in tables.accounts]
        names = tuple(dict.fromkeys(cause for cause in found if cause is not None))
        matrix = np.zeros((len(found), len(names)))
        for column, cause in enumerate(found):
            if cause is not None:
                matrix[column, names.index(cause)] = 1.0
        return cls(names, matrix)


def _cause(kind: str, name: str) -> tuple[str, str] | None:
    """Return the cause that an account's column counts for, or None where it is no waiting."""
    place, _, site = name.partition(" ")
    if kind in ("part", "resource"):
        return ("site_power", site) if kind == "resource" and place == "power" and site else (kind, name)
    if place in SITE_KINDS and site:
        waits = kind not in NOT_WAITING or (kind == "process" and place != "power")
        return (SITE_KINDS[place], site) if waits else None
    return None if kind in NOT_WAITING or name == "finished goods" else ("work_centre", name)


def waits_of(floor: Floor, tables: Tables, causes: Causes, made: Mapping[str, str]) -> Floats:
    """Return the unit-hours that late units waited, shape (causes, weeks), by the week in which they came under power.

    `made` holds the item of each route that makes one. Units that are late already and not there by the horizon count
    in the last week.
    """
    account = floor.late[:, at.LATE_FIRST_CAUSE :].copy()
    account[-1] += _overdue(floor)
    hours = account @ causes.column_to_cause
    explained = _own_waits(floor, tables, causes, made)
    items = dict.fromkeys(made.values())
    parts = {name: causes.names.index(("part", name)) for name in items if ("part", name) in causes.names}
    for _ in range(DEPTH):
        hours = _handed_on(hours, parts, explained)
    return np.asarray(hours.T)


def _handed_on(hours: Floats, parts: dict[str, int], explained: dict[str, Floats]) -> Floats:
    """Return waits in which those for made parts are spread over what the parts waited for."""
    result = hours.copy()
    for name, cause in parts.items():
        share = explained[name]
        known = share.sum(axis=1) > 0
        moved = np.where(known, hours[:, cause], 0.0)
        result[:, cause] -= moved
        result += moved[:, None] * share
    return result


def _own_waits(floor: Floor, tables: Tables, causes: Causes, made: Mapping[str, str]) -> dict[str, Floats]:
    """Return, by item, the shares of its units' waiting by cause in the weeks before each, shape (weeks, causes)."""
    to_cause = causes.column_to_cause[floor.cause_of]
    shares = {}
    for item in tables.items:
        columns = np.zeros(floor.wait_hours.shape[1], dtype=bool)
        for row, (route, _) in enumerate(tables.operations):
            if made.get(route, route) == item:
                first = floor.ops[row, at.O_CAUSE0]
                columns[first : first + floor.ops[row, at.O_CAUSES]] = True
        total = np.cumsum(floor.wait_hours[:, columns] @ to_cause[columns], axis=0)
        recent = total - np.concatenate((np.zeros((LOOK_BACK, total.shape[1])), total))[: total.shape[0]]
        recent = np.maximum(recent, 0.0)
        whole = recent.sum(axis=1, keepdims=True)
        shares[item] = np.divide(recent, whole, out=np.zeros_like(recent), where=whole > 1e-9)
    return shares


def _overdue(floor: Floor) -> Floats:
    """Return what units that are late and still on their way have waited for so far, by column of the account."""
    now = floor.clockf[at.GF_NOW]
    late = np.flatnonzero(
        (floor.units[:, at.U_OP] >= 0) & (floor.unitf[:, at.UF_DUE] < now) & (floor.units[:, at.U_ACCOUNT] >= 0)
    )
    total = (
        floor.account[floor.units[late, at.U_ACCOUNT]].sum(axis=0) if late.size else np.zeros(floor.late.shape[1] - 2)
    )
    waiting = late[floor.unitf[late, at.UF_QUEUED] >= 0]
    for o in np.unique(floor.units[waiting, at.U_OP]):
        rows = floor.units[waiting[floor.units[waiting, at.U_OP] == o], at.U_ACCOUNT]
        columns = np.arange(floor.ops[o, at.O_CAUSE0], floor.ops[o, at.O_CAUSE0] + floor.ops[o, at.O_CAUSES])
        waited = floor.clock[columns] - floor.snapshot[rows, : columns.size]
        np.add.at(total, floor.cause_of[columns], np.maximum(waited, 0.0).sum(axis=0))
    return np.asarray(total)
