"""A finding of a schedule's audit: what was measured against which threshold, and which tasks are at fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A task at fault, with its row in tasks.csv."""

    task: str
    row: int


@dataclass(frozen=True)
class Finding:
    """One check: `passed` is None where the programme does not say what the check needs."""

    check: str
    name: str
    measures: str
    threshold: str
    result: str
    passed: bool | None
    faults: tuple[Fault, ...]
    advice: str


def score(findings: Sequence[Finding]) -> tuple[int, int]:
    """Return how many checks are passed, and how many could be made."""
    made = [finding for finding in findings if finding.passed is not None]
    return sum(finding.passed is True for finding in made), len(made)
