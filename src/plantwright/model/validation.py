"""From pydantic's errors to issues: the file, row and column, what is wrong in a planner's words, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from plantwright.model.agreements import AGREEMENT_KINDS
from plantwright.model.cells import CellError
from plantwright.model.files import Document, Place, Sheet, shown
from plantwright.model.issues import Issue
from plantwright.model.programme import Row
from plantwright.model.units import closest


def columns_of(model: type[BaseModel]) -> dict[str, str]:
    """Return the columns (or keys) of a model as a planner writes them, and their descriptions."""
    named = {
        info.alias or name: info.description or ""
        for name, info in model.model_fields.items()
        if name not in ("row", "note")
    }
    if "note" in model.model_fields:
        named["note"] = model.model_fields["note"].description or ""
    return named


def heading_issues(model: type[Row], table: Sheet) -> list[Issue]:
    """Return an issue for each heading that is no column of the model, and for each required column that is missing."""
    file, columns = f"{model.table}.csv", columns_of(model)
    unknown = [
        Issue(
            file,
            1,
            heading,
            f"there is no column '{heading[:60]}'",
            closest(heading, columns) or f"the columns are {', '.join(columns)}",
        )
        for heading in table.headings
        if heading not in columns
    ]
    required = [info.alias or name for name, info in model.model_fields.items() if info.is_required()]
    missing = [
        Issue(file, 1, name, f"the column '{name}' is missing", f"add it: {columns[name]}")
        for name in required
        if name not in table.headings
    ]
    return unknown + missing


def row_issues(error: ValidationError, model: type[Row], row: int, skipped: frozenset[str]) -> list[Issue]:
    """Return an issue for each cell of a row that cannot be read, leaving out `skipped` columns."""
    found: dict[str, Issue] = {}
    for each in error.errors(include_url=False):
        column = str(each["loc"][0]) if each["loc"] else ""
        if column not in skipped and not _is_consequence(each):
            message, remedy = _words(each, columns_of(model), "cell")
            found.setdefault(column, Issue(f"{model.table}.csv", row, column, message, remedy))
    return list(found.values())


def document_issues(
    error: ValidationError, document: Document, base: Place, model: type[BaseModel] | None
) -> list[Issue]:
    """Return an issue for each key of a document that cannot be read; `base` is the path to what was validated."""
    found: dict[Place, Issue] = {}
    for each in error.errors(include_url=False):
        if _is_consequence(each):
            continue
        place = _written_place(document, base, each)
        message, remedy = _words(each, _keys_beside(model, each), "key")
        found.setdefault(place, Issue(document.file, document.line(place), shown(place), message, remedy))
    return list(found.values())


def _written_place(document: Document, base: Place, error: Mapping[str, Any]) -> Place:
    """The path of the error in the document: pydantic's own, less the names of the union's branches that it adds."""
    place = base
    for part in error["loc"]:
        if (*place, part) in document.lines:
            place = (*place, part)
    last = error["loc"][-1] if error["loc"] else None
    if error["type"].startswith("union_tag"):
        return (*place, "kind")
    is_absent = error["type"] in ("missing", "extra_forbidden") and isinstance(last, str)
    return (*place, str(last)) if is_absent and (not place or place[-1] != last) else place


def _keys_beside(model: type[BaseModel] | None, error: Mapping[str, Any]) -> Mapping[str, str]:
    """The keys that the model knows at the place of the error."""
    current: Any = model
    for part in error["loc"][:-1]:
        if current is None:
            break
        field = current.model_fields.get(part) if hasattr(current, "model_fields") else None
        current = _model_within(field.annotation) if field else current
    return columns_of(current) if current is not None else {}


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for each in getattr(annotation, "__args__", ()) if (model := _model_within(each))), None)


def _is_consequence(error: Mapping[str, Any]) -> bool:
    cause = error.get("ctx", {}).get("error")
    return isinstance(cause, CellError) and cause.consequence


_FIXED_WORDS = {
    "union_tag_not_found": (
        "the kind of the agreement is missing",
        f"write `kind:` with one of {', '.join(AGREEMENT_KINDS)}",
    ),
    "string_type": ("a text is wanted here", "write a single text"),
    "string_too_short": ("the text is empty", "write it"),
    "string_too_long": ("the text is too long", "shorten it"),
    **dict.fromkeys(
        ("mapping_type", "dict_type", "model_type", "model_attributes_type"),
        ("keys with values are wanted here", "write `key: value` lines"),
    ),
    **dict.fromkeys(
        ("tuple_type", "list_type"), ("a list is wanted here", "write `[a, b]` or lines that begin with `-`")
    ),
}


def _words(error: Mapping[str, Any], columns: Mapping[str, str], what: str) -> tuple[str, str]:
    """What is wrong and what to do."""
    cause = error.get("ctx", {}).get("error")
    name = str(error["loc"][-1]) if error["loc"] else ""
    if isinstance(cause, CellError):
        return str(cause), cause.remedy
    match error["type"]:
        case "missing":
            return f"the {what} is missing", f"write {columns.get(name) or name}"
        case "extra_forbidden":
            return f"there is no {what} '{name[:60]}'", closest(name, columns) or f"the keys are {', '.join(columns)}"
        case "literal_error" | "union_tag_invalid":
            return _choice(error)
    return _FIXED_WORDS.get(error["type"], (str(error["msg"]), "docs/programme.md says how it is written"))


def _choice(error: Mapping[str, Any]) -> tuple[str, str]:
    expected = str(error["ctx"].get("expected") or error["ctx"].get("expected_tags")).replace(" or ", ", ")
    choices = [choice.strip(" '") for choice in expected.split(",") if choice.strip(" '")]
    written = str(error["ctx"].get("tag") or error["input"])
    return f"'{written[:60]}' is none of {', '.join(choices)}", closest(written, choices) or "write one of them"
