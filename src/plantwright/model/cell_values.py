"""What a cell may hold that is more than a number or a word: links, needs, deliveries, terms of payment.

How they are written is in `cells`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plantwright.model.quantity import Quantity

LinkKind = Literal["FS", "SS", "FF", "SF"]
PaymentEvent = Literal["start", "finish", "progress", "acceptance"]
DeliveryKind = Literal["work_centre", "power", "people", "coolant", "area", "crew", "crane"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a predecessor: the successor's start or finish is at least `lag` and at most `max_lag` (elapsed hours)
    after the predecessor's; None is no limit.
    """

    predecessor: str
    kind: LinkKind
    lag: Quantity
    max_lag: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """An amount of a resource, or a number of pieces of equipment (canonical units of its kind)."""

    id: str
    amount: Quantity


@dataclass(frozen=True, slots=True)
class Released:
    """A resource that a task lets go over its breaks of at least `shortest` (elapsed hours)."""

    id: str
    shortest: Quantity


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """A share (0..1) of a cost that falls due at an event; `task` is the one that accepts, where it is named."""

    share: float
    event: PaymentEvent
    task: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Capability that a task hands over at its finish: stations of a work centre, or capacity of a resource."""

    kind: DeliveryKind
    target: str
    amount: Quantity
