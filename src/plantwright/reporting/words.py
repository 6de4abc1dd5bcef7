"""How numbers, dates and names read in the report and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from plantwright.model.outcome import Metric, Sensitivity
from plantwright.model.programme import Programme

NEVER = "not by the horizon"
MILLION = 1e6

KINDS = {
    "part": "Part",
    "work_centre": "Work centre",
    "resource": "Shared supply",
    "transit": "Transit to",
    "installation": "Installation at",
    "site_power": "Power at",
    "supplier_capacity": "Supplier",
    "lead_time": "Lead time",
    "fence": "Frozen zone",
    "not_made": "Not made",
    "destination": "Site",
}


def day(value: date | str | None) -> str:
    """Return a date, or its ISO text, as 14 Mar 2026."""
    if value is None:
        return NEVER
    when = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{when.day}\u00a0{when:%b}\u00a0{when.year}"


def day_of(programme: Programme, hours: float) -> str:
    """Return the day of a moment (hours from start); behind the horizon it is not by the horizon."""
    if not np.isfinite(hours) or hours > programme.horizon_hours:
        return NEVER
    return day(programme.moment(hours).date())


def millions(value: float | str | None) -> str:
    """Return money as millions with one decimal and a true minus sign."""
    if not isinstance(value, (int, float)):
        return "–"
    shown = f"{abs(value) / MILLION:,.1f}"
    return shown if value >= 0 or shown == "0.0" else f"\u2212{shown}"


def figure(value: float | str | None) -> str:
    """Return a plain number with as many digits as a reader needs, a date as a date."""
    if value is None:
        return NEVER
    if isinstance(value, str):
        return day(value)
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 or value == int(value) else f"{value:,.1f}" if size >= 1 else f"{value:.2g}"


def percent(share: float) -> str:
    """Return a share as whole percent, with less than one said so."""
    return "under 1\u00a0%" if 0 < share < 0.005 else f"{share * 100:.0f}\u00a0%"


def power(mw: float | str | None) -> str:
    """Return megawatts, as gigawatts from a thousand on and kilowatts below one."""
    if not isinstance(mw, (int, float)):
        return "–"
    if mw >= 1000:
        return f"{mw / 1000:,.2f}\u00a0GW"
    return f"{figure(mw)}\u00a0MW" if mw >= 1 or mw == 0 else f"{mw * 1000:.0f}\u00a0kW"


def phrase(identifier: str) -> str:
    """Return an identifier in words."""
    return identifier.replace("_", " ").replace("-", " ")


def mover(programme: Programme, moved: Sensitivity) -> str:
    """Return what the assumption or risk that moves a figure is called."""
    if moved.kind == "assumption":
        return assumed(programme, moved.assumption)
    return next(risk.name or phrase(risk.id) for risk in programme.risks if risk.id == moved.assumption)


def has_source(programme: Programme, moved: Sensitivity) -> bool:
    """Return whether the assumption or risk that moves a figure is sourced, not merely assumed."""
    if moved.kind == "assumption":
        return programme.register[moved.assumption].sourced
    return any(risk.kind == "sourced" for risk in programme.risks if risk.id == moved.assumption)


def assumed(programme: Programme, assumption: str) -> str:
    """Return what an assumption is called: its name, or the words of its id."""
    return programme.register[assumption].name or phrase(assumption)


def sentence(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def shortened(address: str, most: int = 44) -> str:
    """Return a web address without its scheme, cut to a length."""
    bare = address.split("://", 1)[-1].removeprefix("www.").rstrip("/")
    return bare if len(bare) <= most else f"{bare[: most - 1]}…"


def names(programme: Programme) -> Mapping[str, str]:
    """Return what each id of the programme is called; parties come last, so that they win a clash."""
    rows: tuple[Any, ...] = (
        *programme.risks, *programme.tasks, *programme.resources, *programme.equipment, *programme.work_centres,
        *programme.items, *programme.destinations,
    )  # fmt: skip
    named = {row.id: row.name for row in rows}
    named |= {party.id: party.name for party in programme.parties}
    found = {identifier: name or sentence(phrase(identifier)) for identifier, name in named.items()}
    return found | {"outside": "Everyone else", "": "–"}


def spread(metric: Metric, unit: str = "") -> str:
    """Return the 10th to 90th percentile of a figure in words."""
    return f"{figure(metric.p10)} to {figure(metric.p90)}{unit}"
