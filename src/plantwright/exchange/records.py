"""Rows of a foreign file as named texts: an element of XML with its leaves, or a row of an XER table.

Typed reading of a cell happens here, so that every number or date that cannot be read is named with its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from plantwright.model.cells import LARGEST, LONGEST_HOURS
from plantwright.model.issues import Issue

_DURATION = re.compile(r"^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")


@dataclass(frozen=True)
class Record:
    """An element or row: its leaves as texts by name, the elements within it, and the line where it begins."""

    file: str
    name: str
    row: int
    cells: Mapping[str, str]
    parts: tuple[Record, ...] = field(default=(), repr=False)

    def text(self, name: str, otherwise: str = "") -> str:
        """Return a cell's text, or `otherwise` where there is none."""
        return self.cells.get(name) or otherwise

    def says(self, name: str) -> bool:
        """Return whether a cell says yes."""
        return self.text(name).strip().lower() in ("1", "true", "y", "yes")

    def each(self, *path: str) -> Iterator[Record]:
        """Yield the elements at the end of a path of names."""
        for part in self.parts:
            if part.name == path[0]:
                if len(path) == 1:
                    yield part
                else:
                    yield from part.each(*path[1:])

    def error(self, column: str, message: str, remedy: str) -> Issue:
        """Return an error about a cell."""
        return Issue(self.file, self.row, column, message, remedy)

    def warning(self, column: str, message: str, remedy: str) -> Issue:
        """Return a warning about a cell."""
        return Issue(self.file, self.row, column, message, remedy, "warning")


def number(record: Record, name: str, issues: list[Issue], otherwise: float = 0.0) -> float:
    """Return a cell's number, with a decimal point or comma; `otherwise` where there is none or it cannot be read."""
    text = record.text(name).strip()
    if not text:
        return otherwise
    try:
        value = float(_with_point(text))
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > LARGEST:
        issues.append(record.error(name, f"'{text[:40]}' is not a number", "write one such as `8` or `0.5`"))
        return otherwise
    return value


def _with_point(text: str) -> str:
    """A number without marks of thousands, its decimal mark a point: the last of the marks in it, where it has two."""
    text = re.sub(r"[\s\u00a0\u202f']", "", text)
    decimal = max(".,", key=text.rfind)
    thousands = "," if decimal == "." else "."
    if text.count(decimal) > 1:
        return text.replace(decimal, "")
    return text.replace(thousands, "").replace(decimal, ".")


def hours(record: Record, name: str, issues: list[Issue], otherwise: float = 0.0) -> float:
    """Return a cell's duration in hours, a number or `PT8H30M0S`; `otherwise` where there is none."""
    text = record.text(name).strip()
    match = _DURATION.match(text)
    if match and text not in ("P", "PT"):
        sign, days, *clock = match.groups()
        whole, minutes, seconds = (float(part or 0) for part in clock)
        value = (float(days or 0) * 24 + whole + minutes / 60 + seconds / 3600) * (-1 if sign else 1)
    elif text.startswith(("P", "-P")):
        issues.append(record.error(name, f"'{text[:40]}' is not a duration", "write one such as `PT8H0M0S`"))
        return otherwise
    else:
        value = number(record, name, issues, otherwise)
    if abs(value) > LONGEST_HOURS:
        issues.append(record.error(name, f"{value:,.0f} hours are more than 50 years", "write a shorter time"))
        return otherwise
    return value


def moment(record: Record, name: str, issues: list[Issue]) -> datetime | None:
    """Return a cell's date and time, None where there is none or it cannot be read."""
    text = record.text(name).strip()
    if not text or text.upper() == "NA":
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        said = f"'{text[:40]}' is not a date"
        issues.append(record.error(name, said, "write it as year-month-day and time, such as `2026-03-01 08:00`"))
        return None
