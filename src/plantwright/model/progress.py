"""The tables `progress.csv` and `baseline.csv`: what has happened by the status date, what was agreed before; and how
what is left is replanned against that.

What follows from them for the work that is left is in `underway`; the rules they must keep are in `check_progress`.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from plantwright.model.cells import (
    Date,
    DateOrAssumption,
    Duration,
    DurationOrNone,
    Identifier,
    Money,
    MoneyOrNone,
    ShareOrNone,
    Text,
)
from plantwright.model.quantity import Quantity
from plantwright.model.row import Row


class TaskProgress(Row):
    """What has happened of a task by the status date; a task without a row has not started."""

    table: ClassVar[str] = "progress"
    task: Identifier = Field(description="id of the task")
    mode: Text = Field(default="", description="mode in which it is done; blank: the baseline's, else the first")
    actual_start: DateOrAssumption = Field(default=None, description="when it started; blank: it has not")
    actual_finish: DateOrAssumption = Field(default=None, description="when it was finished; blank: it is not")
    remaining: DurationOrNone = Field(
        default=None, description="working time left from the status date on; blank: by the percentage complete"
    )
    percent_complete: ShareOrNone = Field(
        default=None, description="share of the work done; blank: by the remaining duration"
    )
    actual_cost: MoneyOrNone = Field(
        default=None, description="spent so far: work, crews and equipment; blank: as planned for what is done"
    )

    @property
    def is_started(self) -> bool:
        """Whether the task has started."""
        return self.actual_start is not None

    @property
    def is_finished(self) -> bool:
        """Whether the task is finished."""
        return self.actual_finish is not None


class BaselineTask(Row):
    """What was agreed of a task: its dates, mode and cost; written by `schedule --save-baseline`."""

    table: ClassVar[str] = "baseline"
    task: Identifier = Field(description="id of the task")
    mode: Text = Field(default="normal", description="mode that was planned")
    start: Date = Field(description="planned start")
    finish: Date = Field(description="planned finish")
    cost: Money = Field(default=Quantity(0.0), description="planned cost: work, crews and equipment")


class Replanning(BaseModel):
    """How a programme under way that has a baseline is replanned."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    freeze: Duration = Field(
        default=Quantity(0.0), description="starts that the baseline has within this time of the status date stay"
    )
    finish_by: DateOrAssumption = Field(
        default=None, description="take the least change that finishes by then; a day without a time counts whole"
    )

    @property
    def latest_finish(self) -> float | None:
        """Return by when the option taken finishes, hours from start; None where any will do."""
        if self.finish_by is None:
            return None
        return self.finish_by.planned + (0.0 if self.finish_by.planned % 24 else 24.0)
