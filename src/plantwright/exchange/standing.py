"""What has happened and what was agreed of a foreign schedule, as the tables `progress.csv` and `baseline.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from plantwright.exchange.network import Activity, Done, Network

PROGRESS_COLUMNS = ("task", "actual_start", "actual_finish", "remaining", "percent_complete", "actual_cost")
BASELINE_COLUMNS = ("task", "start", "finish", "cost")


def status_date(network: Network) -> datetime | None:
    """Return the file's status date, no earlier than what has happened; None where nothing has."""
    happened = [
        when for each in network.activities if each.done for when in (each.done.start, each.done.finish) if when
    ]
    return max([*happened, *([network.status] if network.status else [])]) if happened else None


def progress_rows(network: Network, ids: Mapping[str, str]) -> list[tuple[dict[str, str], int]]:
    """Return the rows of progress, each with the line of its activity in the file."""
    status = status_date(network)
    return [
        (_progress(network, each, each.done, status, ids), each.row)
        for each in network.activities
        if each.done is not None and status is not None
    ]


def _progress(network: Network, each: Activity, done: Done, status: datetime, ids: Mapping[str, str]) -> dict[str, str]:
    left = each.hours * (1 - (done.share or 0.0)) if done.left is None else done.left
    # Nothing is left, but no tool wrote when it ended: by the status date it had.
    finish = done.finish or (status if left <= 0 else None)
    return {
        "task": ids[each.key],
        "actual_start": written(done.start),
        "actual_finish": written(finish),
        "remaining": "" if finish else f"{left:.6f}".rstrip("0").rstrip(".") + " h",
        "percent_complete": f"{done.share * 100:g} %" if done.share and not finish and done.share < 1 else "",
        "actual_cost": f"{done.cost:.2f} {network.currency}" if done.cost else "",
    }


def baseline_rows(network: Network, ids: Mapping[str, str]) -> list[tuple[dict[str, str], int]]:
    """Return the rows of the baseline, each with the line of its activity in the file."""
    return [
        (
            {
                "task": ids[each.key], "start": written(each.agreed.start), "finish": written(each.agreed.finish),
                "cost": f"{each.agreed.cost:.2f} {network.currency}",
            },
            each.row,
        )
        for each in network.activities
        if each.agreed is not None
    ]  # fmt: skip


def written(when: datetime | None) -> str:
    """Return a moment as a cell holds it."""
    return f"{when:%Y-%m-%d %H:%M}" if when else ""
