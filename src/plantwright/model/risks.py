"""The risk register: what may happen to the conversion, what it does then, and what can be done about it.

A row of `risks.csv` hits tasks together, so it makes their lateness go together. Whether it happens in a world is drawn
here, so that the schedule's trials, the simulation's commissioning dates and the money agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from plantwright.model.assumptions import uniforms
from plantwright.model.cells import (
    Count,
    CountOrNone,
    Duration,
    DurationOrNone,
    Identifier,
    Labels,
    Money,
    MoneyOrNone,
    Names,
    Share,
    ShareOrNone,
    Text,
    YesNo,
)
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.row import Row

if TYPE_CHECKING:
    from plantwright.model.programme import Programme, Task

NO_MONEY = Quantity(0.0, Dimension.MONEY)


@dataclass(frozen=True, slots=True)
class Effect:
    """How likely a risk is and what it does: working time added to each task hit, factor on its duration, cost."""

    probability: Quantity
    delay: Quantity
    factor: Quantity
    cost: Quantity


class Risk(Row):
    """Something that may happen in a world, once, and then hits every task that it names."""

    table: ClassVar[str] = "risks"
    id: Identifier = Field(description="id of the risk")
    name: Text = Field(default="", description="what may happen, in words")
    owner: Identifier = Field(
        default="", description="party that manages it and pays what it costs; blank: who runs the plant"
    )
    probability: Share = Field(description="how likely it happens")
    tasks: Names = Field(default=(), description="tasks that it hits, such as `dig, pour`")
    areas: Labels = Field(default=(), description="areas whose tasks it hits")
    equipment: Names = Field(default=(), description="equipment whose purchases it hits")
    calendars: Names = Field(default=(), description="calendars whose tasks it hits")
    delay: Duration = Field(
        default=Quantity(0.0, Dimension.TIME), description="working time added to each task hit, by its calendar"
    )
    factor: Count = Field(default=Quantity(1.0), description="what the duration of each task hit is multiplied by")
    cost: Money = Field(default=NO_MONEY, description="what it costs, once, besides the crews' longer hours")
    group: Identifier = Field(
        default="", description="risks of one group exclude each other: one of them at most happens"
    )
    mitigation: Text = Field(default="", description="what can be done about it")
    mitigation_cost: Money = Field(default=NO_MONEY, description="what that costs, whether it happens or not")
    mitigated_probability: ShareOrNone = Field(default=None, description="how likely then; blank: as before")
    mitigated_delay: DurationOrNone = Field(default=None, description="time added then; blank: as before")
    mitigated_factor: CountOrNone = Field(default=None, description="factor then; blank: as before")
    mitigated_cost: MoneyOrNone = Field(default=None, description="cost then; blank: as before")
    mitigated: YesNo = Field(default=False, description="yes: the mitigation is part of the plan, done and paid for")
    kind: Literal["sourced", "assumed"] = Field(
        default="assumed", description="`sourced` (say where from) or merely `assumed`"
    )
    source: Text = Field(default="", description="where it comes from: a document, a page, a person, with its date")

    def effect(self, mitigated: bool) -> Effect:
        """Return how likely the risk is and what it does, with its mitigation or without."""
        if not mitigated:
            return Effect(self.probability, self.delay, self.factor, self.cost)
        return Effect(
            self.probability if self.mitigated_probability is None else self.mitigated_probability,
            self.delay if self.mitigated_delay is None else self.mitigated_delay,
            self.factor if self.mitigated_factor is None else self.mitigated_factor,
            self.cost if self.mitigated_cost is None else self.mitigated_cost,
        )

    @property
    def names_tasks(self) -> bool:
        """Return whether the row says which tasks the risk hits."""
        return bool(self.tasks or self.areas or self.equipment or self.calendars)

    def hits(self, task: Task) -> bool:
        """Return whether the risk hits a task."""
        return (
            task.id in self.tasks
            or task.area in self.areas
            or task.calendar in self.calendars
            or any(need.id in self.equipment for need in task.equipment)
        )


def key_of(risk: Risk) -> str:
    """Return the place that keys draws of numbers of a risk that vary each time."""
    return f"risk {risk.id}"


def happens(programme: Programme, seed: int, replications: range, mitigated: Mapping[str, bool]) -> NDArray[np.bool_]:
    """Return which risks happen in which worlds, shape (replications, risks).

    `mitigated` says for which ids the mitigation is done; the others are as their rows say. A world in which a risk
    happens although it is mitigated is one in which it happens without as well. Risks of a group share one draw, on
    which each has a stretch of its own, as long as it is likely, in the order of the rows. A risk whose tasks are all
    finished happens no more.
    """
    risks, register = programme.risks, programme.register
    found = np.zeros((len(replications), len(risks)), np.bool_)
    used: dict[str, NDArray[np.float64]] = {}
    for column, risk in enumerate(risks):
        drawn = uniforms(seed, f"risks of {risk.group}" if risk.group else key_of(risk), replications)
        begins = used.get(risk.group, np.zeros(len(replications))) if risk.group else 0.0
        likely = risk.effect(mitigated.get(risk.id, risk.mitigated)).probability
        found[:, column] = (drawn >= begins) & (drawn < begins + register.draw(likely, seed, replications))
        if risk.names_tasks and not programme.tasks_hit[risk.id]:
            found[:, column] = False
        used[risk.group] = begins + register.draw(risk.probability, seed, replications)
    return found
