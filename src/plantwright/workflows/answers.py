"""What a use case answers: tables for a person, and the same as data for a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """Rows of text under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Answer:
    """What a step found: `data` is JSON, `tables` say the same to a person."""

    data: Any
    tables: tuple[Table, ...]


def text_rows(rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return rows as texts: numbers with one decimal, what is None as not within the horizon."""
    return tuple(tuple(map(cell_text, row)) for row in rows)


def cell_text(value: Any) -> str:
    """Return a value as text, as `text_rows` does."""
    if value is None:
        return "not within the horizon"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def dicts(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return rows as mappings from their columns."""
    return [dict(zip(columns, row, strict=True)) for row in rows]
