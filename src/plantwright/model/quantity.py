"""A number of the programme: a plain value in canonical units, or one that hangs on an assumption of the register.

Inside Plantwright time is hours from the programme's start, power kW, area m2, coolant flow l/min, money the
programme's currency, shares are fractions and rates are per hour. Parsing of text such as ``26 weeks`` lives in
`units`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf


class Dimension(StrEnum):
    """What a quantity measures; the value is its canonical unit."""

    TIME = "h"
    DATE = "hours from start"
    POWER = "kW"
    MONEY = "currency"
    AREA = "m2"
    FLOW = "l/min"
    NUMBER = "1"
    RATE = "1/h"
    MONEY_RATE = "currency/h"
    MONEY_PER_POWER = "currency/kW"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in canonical units: `planned` at the programme's planning quantile, elsewhere `factor` times its
    assumption.

    `assumption` is empty for a plain number. `unit` is the unit as the planner wrote it (for a named assumption, the
    unit of the register), kept because working time reads a day or a week by the task's calendar.
    """

    planned: float
    dimension: Dimension = Dimension.NUMBER
    assumption: str = ""
    factor: float = 1.0
    unit: str = ""

    def in_world(self, world: Mapping[str, float]) -> float:
        """Return the value where each assumption has the value that `world` gives it (canonical units)."""
        return self.factor * world[self.assumption] if self.assumption else self.planned

    def scaled(self, factor: float) -> Quantity:
        """Return the quantity multiplied by `factor`, still hanging on the same assumption."""
        return replace(self, planned=self.planned * factor, factor=self.factor * factor)


NOTHING = Quantity(0.0)
"""None of it, whatever it measures."""


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` (hours from start) on, the value is `value`."""

    at: Quantity
    value: Quantity


Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Stepped(Quantity):
    """A number that changes with time: its own value at first, then that of the last of `later` steps that began."""

    later: Steps = ()


def from_when(quantity: Quantity) -> tuple[tuple[float, Quantity], ...]:
    """Return the values of a number that may change with time, each with when it begins (hours from start), in order.

    The first one is there from the beginning of time.
    """
    later = quantity.later if isinstance(quantity, Stepped) else ()
    steps = sorted(((step.at.planned, step.value) for step in later), key=lambda step: step[0])
    return ((-inf, quantity), *steps)


def at_time(quantity: Quantity, time: float) -> Quantity:
    """Return what a number that may change with time is at `time`, hours from start."""
    return [value for begins, value in from_when(quantity) if begins <= time + 1e-6][-1]


def value_at(steps: tuple[Step, ...], time: float) -> float:
    """Return the planned value of a step function at `time` hours from start; 0 before its first step."""
    return max(
        ((s.at.planned, i, s.value.planned) for i, s in enumerate(steps) if s.at.planned <= time), default=(0, 0, 0.0)
    )[2]
