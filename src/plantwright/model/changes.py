"""What differs between two versions of a programme as texts: rows added, removed and changed, keys of the documents.

A row is known by its id (or item) and, where several share it, by its place among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plantwright.model.files import Raw, Sheet


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `place` is a row's id, or a key of a document; `column` is empty for a whole row."""

    file: str
    place: str
    kind: Literal["added", "removed", "changed"]
    column: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}"
        if self.kind != "changed":
            return f"{where}: {self.kind}"
        return (
            f"{where}{f': {self.column}' if self.column else ''}: {self.before or 'blank'} -> {self.after or 'blank'}"
        )


def changes_between(old: Raw, new: Raw) -> tuple[Change, ...]:
    """Return how `new` differs from `old`, in the tables and documents that `new` has."""
    found: list[Change] = []
    for name, document in new.documents.items():
        before = dict(_leaves(old.documents[name].data)) if name in old.documents else {}
        found += _keys(f"{name}.yaml", before, dict(_leaves(document.data)))
    for name, sheet in new.sheets.items():
        found += _rows(f"{name}.csv", _named(old.sheets.get(name)), _named(sheet))
    return tuple(found)


def _leaves(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for position, value in enumerate(data, start=1):
            yield from _leaves(value, f"{path}[{position}]")
    else:
        yield path, str(data)


def _keys(file: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) != after.get(key):
            yield Change(file, key, "changed", "", before.get(key, ""), after.get(key, ""))


def _named(sheet: Sheet | None) -> dict[str, Mapping[str, str]]:
    """Rows by id or item; further ones of the same name with their number."""
    seen: Counter[str] = Counter()
    rows: dict[str, Mapping[str, str]] = {}
    for number, cells in sheet.rows if sheet else ():
        name = cells.get("id") or cells.get("item") or f"row {number}"
        seen[name] += 1
        rows[name if seen[name] == 1 else f"{name} ({seen[name]})"] = cells
    return rows


def _rows(
    file: str, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[Change]:
    for name, cells in before.items():
        if name not in after:
            yield Change(file, name, "removed")
            continue
        for column in [*cells, *(column for column in after[name] if column not in cells)]:
            if cells.get(column) != after[name].get(column):
                yield Change(file, name, "changed", column, cells.get(column, ""), after[name].get(column, ""))
    for name in after:
        if name not in before:
            yield Change(file, name, "added")
