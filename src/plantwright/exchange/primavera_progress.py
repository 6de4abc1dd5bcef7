"""What has happened of an activity of Primavera P6: actual dates, what is left, share done and cost so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from plantwright.exchange.network import Done
from plantwright.exchange.records import Record, hours, moment, number
from plantwright.exchange.xer import Tables
from plantwright.model.issues import Issue

COSTS = ("act_reg_cost", "act_ot_cost", "act_cost")
UNITS = ("act_reg_qty", "act_ot_qty")


@dataclass(frozen=True)
class Spent:
    """By activity: what it has cost, the units worked on it, and those left."""

    cost: Mapping[str, float]
    worked: Mapping[str, float]
    left: Mapping[str, float]

    @classmethod
    def of(cls, tables: Tables, issues: list[Issue]) -> Spent:
        """Return what a file's assignments and expenses say."""
        cost, worked, left = (defaultdict[str, float](float) for _ in range(3))
        for row in (*tables.get("TASKRSRC", ()), *tables.get("PROJCOST", ())):
            task = row.text("task_id")
            cost[task] += sum(number(row, name, issues) for name in COSTS)
            worked[task] += sum(number(row, name, issues) for name in UNITS)
            left[task] += number(row, "remain_qty", issues)
        return cls(cost, worked, left)


def done_of(row: Record, spent: Spent, issues: list[Issue]) -> Done | None:
    """Return what has happened of an activity; None where it has not started."""
    begun = moment(row, "act_start_date", issues)
    if begun is None:
        if row.text("status_code") not in ("", "TK_NotStart"):
            said = "the activity has begun by its status, but has no actual start; it is carried over as not begun"
            issues.append(row.warning("act_start_date", said, "give its actual start"))
        return None
    left = hours(row, "remain_drtn_hr_cnt", issues) if row.text("remain_drtn_hr_cnt") else None
    finish = moment(row, "act_end_date", issues)
    return Done(begun, finish, left, _share(row, left, spent, issues), spent.cost[row.text("task_id")])


def _share(row: Record, left: float | None, spent: Spent, issues: list[Issue]) -> float | None:
    """The share done: as stated where it is physical, by units where it is by units, else by what is left (None)."""
    kind, task = row.text("complete_pct_type"), row.text("task_id")
    if kind == "CP_Units" and (whole := spent.worked[task] + spent.left[task]) > 0:
        return min(spent.worked[task] / whole, 1.0)
    if kind == "CP_Phys" or left is None:
        return min(number(row, "phys_complete_pct", issues) / 100, 1.0)
    return None
