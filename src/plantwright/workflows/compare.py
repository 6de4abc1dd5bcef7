"""Runs side by side: the headline figures of several outcomes, and how far each is from the first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plantwright.model.issues import Issue, ProgrammeError


@dataclass(frozen=True, slots=True)
class Comparison:
    """One headline figure in each run: `values` are its p50, `differences` from the first run (days where it is a
    date)."""

    metric: str
    unit: str
    values: tuple[float | str | None, ...]
    differences: tuple[float | None, ...]


def compare(runs: list[Path | str]) -> tuple[Comparison, ...]:
    """Return the headline figures that the runs have in common, in the order of the first.

    Raises `ProgrammeError` naming every folder that holds no outcome of a run.
    """
    outcomes = _read([Path(run) for run in runs])
    figures = [dict(_flat(outcome["metrics"])) for outcome in outcomes]
    common = [name for name in figures[0] if all(name in other for other in figures)]
    return tuple(_compared(name, [f[name] for f in figures]) for name in common)


def _read(folders: list[Path]) -> list[dict[str, Any]]:
    outcomes, issues = [], []
    for folder in folders:
        try:
            outcomes.append(json.loads((folder / "outcome.json").read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            remedy = "name a folder that `plantwright run` wrote"
            issues.append(
                Issue(
                    str(folder / "outcome.json"), 0, "", f"no outcome can be read ({error.__class__.__name__})", remedy
                )
            )
    if issues:
        raise ProgrammeError(issues)
    return outcomes


def _flat(metrics: dict[str, Any], prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, entry in metrics.items():
        if "p50" in entry:
            found.append((prefix + name, entry))
        else:
            found += _flat(entry, f"{prefix}{name}.")
    return found


def _compared(name: str, entries: list[dict[str, Any]]) -> Comparison:
    values = tuple(entry["p50"] for entry in entries)
    return Comparison(name, entries[0]["unit"], values, tuple(_difference(values[0], value) for value in values))


def _difference(base: float | str | None, value: float | str | None) -> float | None:
    if base is None or value is None:
        return None
    if isinstance(base, str) or isinstance(value, str):
        return float((date.fromisoformat(str(value)[:10]) - date.fromisoformat(str(base)[:10])).days)
    return value - base
