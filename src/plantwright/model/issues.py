"""What is wrong with the input, where, and what to do: one value an issue, all gathered before anything is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One finding in the programme's files; `row` is as a spreadsheet numbers it (the heading is 1), 0 where none
    applies.
    """

    file: str
    row: int
    column: str
    message: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        words = ("warning: " if self.severity == "warning" else "") + self.message
        return ": ".join(part for part in (place, self.column, f"{words}; {self.remedy}") if part)


class ProgrammeError(Exception):
    """The programme cannot be used; `issues` holds every reason, sorted by place."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(sorted(issues))
        super().__init__("\n".join(map(str, self.issues)))
