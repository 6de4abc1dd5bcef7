"""The grammar of a cell: a number with its unit or the name of an assumption, links, needs, deliveries, steps.

Text becomes values here, once, in pydantic validators that read units and the register from the validation context; what
spans several cells is checked in `check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plantwright.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a predecessor: the successor's start or finish is at least `lag` (elapsed hours) after the predecessor's."""

    predecessor: str
    kind: Literal["FS", "SS", "FF", "SF"]
    lag: Quantity


@dataclass(frozen=True, slots=True)
class Need:
    """An amount of a resource, or a number of pieces of equipment (canonical units of its kind)."""

    id: str
    amount: Quantity


@dataclass(frozen=True, slots=True)
class Delivery:
    """Capability that a task hands over at its finish: stations of a work centre, or capacity of a resource."""

    kind: Literal["work_centre", "power", "people", "coolant", "area", "crew", "crane"]
    target: str
    amount: Quantity
