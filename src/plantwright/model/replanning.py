"""Replanning of a programme under way: the options between an early finish and little change."""

from __future__ import annotations

from dataclasses import dataclass

from plantwright.model.schedule import Schedule


@dataclass(frozen=True)
class Option:
    """A schedule of what is left and its change from the baseline, over the tasks that had not started.

    `days` is the sum of how far starts move, either way; `modes` the number of tasks done in another mode; `kind` is
    `order` (the baseline's order and modes are kept), `change` (least change to finish earlier) or `objectives` (the
    programme's objectives in their order).
    """

    schedule: Schedule
    moved: int
    days: float
    modes: int
    kind: str


@dataclass(frozen=True)
class Replan:
    """Options from the least change on, each with an earlier finish than the one before, and which of them is taken.

    `frozen` are tasks whose start is frozen, `released` those in the frozen window that what has happened moves all
    the same.
    """

    options: tuple[Option, ...]
    frozen: tuple[str, ...]
    released: tuple[str, ...]
    taken: int = 0

    @property
    def option(self) -> Option:
        """Return the option that is taken."""
        return self.options[self.taken]
