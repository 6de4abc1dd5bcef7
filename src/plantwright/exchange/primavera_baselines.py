"""Baselines of Primavera P6: whole projects kept beside the one that is carried out, told apart from it here.

An XER has them as projects that name their original, P6 XML as `BaselineProject`. Activities belong together by their
id. Dates are the baseline's current ones (actual or early), as P6 measures variances unless it is told otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from plantwright.exchange.network import Agreed
from plantwright.exchange.records import Record, moment, number
from plantwright.exchange.xer import Tables
from plantwright.model.issues import Issue

STARTS = ("act_start_date", "early_start_date", "target_start_date")
FINISHES = ("act_end_date", "early_end_date", "target_end_date")


@dataclass(frozen=True)
class Parted:
    """The tables of the projects that are carried out, and what was agreed by (project, id of the activity)."""

    tables: Tables
    agreed: Mapping[tuple[str, str], Agreed]


def parted(tables: Tables, issues: list[Issue]) -> Parted:
    """Return the tables without those of baselines, and what the baseline of each project says of its activities."""
    projects = {row.text("proj_id"): row for row in tables.get("PROJECT", ())}
    kept: dict[str, list[str]] = defaultdict(list)
    for key, row in projects.items():
        original = row.text("orig_proj_id")
        if original in projects and original != key:
            kept[original].append(key)
    for key, row in projects.items():
        current = row.text("sum_base_proj_id")
        if current in projects and current != key and key not in kept[current] and current not in kept[key]:
            kept[key].append(current)
    chosen = {key: _chosen(projects, key, found, issues) for key, found in kept.items() if found}
    baselines = {key for found in kept.values() for key in found}
    live = {name: tuple(r for r in rows if r.text("proj_id") not in baselines) for name, rows in tables.items()}
    agreed = {
        (key, code): each
        for key, baseline in chosen.items()
        if key not in baselines
        for code, each in _agreed(tables, live, key, projects[baseline], issues)
    }
    return Parted(live, agreed)


def _chosen(projects: Mapping[str, Record], key: str, found: list[str], issues: list[Issue]) -> str:
    """The baseline that a project is measured by: the one it names, else the one with the latest data date."""
    current = projects[key].text("sum_base_proj_id")
    dated = sorted(found, key=lambda each: (projects[each].text("last_recalc_date"), each))
    chosen = current if current in found else dated[-1]
    for other in found:
        if other != chosen:
            row = projects[other]
            said = f"baseline '{_name(row)}' is not carried over: '{_name(projects[chosen])}' is the current one"
            issues.append(row.warning("orig_proj_id", said, "export the project with that baseline as its current one"))
    return chosen


def _name(row: Record) -> str:
    return row.text("proj_name", row.text("proj_short_name", row.text("proj_id")))


def _agreed(
    tables: Tables, live: Tables, key: str, baseline: Record, issues: list[Issue]
) -> Iterator[tuple[str, Agreed]]:
    name = baseline.text("proj_id")
    costs: dict[str, float] = defaultdict(float)
    for table in ("TASKRSRC", "PROJCOST"):
        for row in tables.get(table, ()):
            if row.text("proj_id") == name:
                costs[row.text("task_id")] += number(row, "target_cost", issues)
    known = {row.text("task_code") for row in live.get("TASK", ()) if row.text("proj_id") == key}
    gone = 0
    for row in tables.get("TASK", ()):
        if row.text("proj_id") != name:
            continue
        start, finish = (_date(row, columns, issues) for columns in (STARTS, FINISHES))
        gone += row.text("task_code") not in known
        if start and finish and row.text("task_code") in known:
            yield row.text("task_code"), Agreed(start, max(start, finish), costs[row.text("task_id")])
    if gone:
        said = f"{gone:,} of the activities of baseline '{_name(baseline)}' are not in the project any more"
        issues.append(baseline.warning("orig_proj_id", said, "nothing to do, unless you need them"))


def _date(row: Record, columns: tuple[str, ...], issues: list[Issue]) -> datetime | None:
    return next(filter(None, (moment(row, column, issues) for column in columns)), None)
