"""Plantwright turns an existing plant into an AI-server factory.

It schedules the conversion, plans what to buy, build and ship, simulates what will really happen and settles who pays
and who earns, all from one model of the programme. The public names are gathered here, each imported when it is first
used, so that reading a programme does not wait for the solvers; each part lives in its own package.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "Programme": "plantwright.model.programme",
    "ProgrammeError": "plantwright.model.issues",
    "check": "plantwright.model.read",
    "compare": "plantwright.workflows.compare",
    "conversion_trials": "plantwright.scheduling",
    "load": "plantwright.model.read",
    "plan": "plantwright.planning",
    "risk_analysis": "plantwright.scheduling",
    "run": "plantwright.workflows.run",
    "schedule": "plantwright.scheduling",
    "settle": "plantwright.finance",
    "simulate": "plantwright.simulation",
    "work_through": "plantwright.workflows.run",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'plantwright' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
