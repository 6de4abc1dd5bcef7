"""The reference of the files: tables of columns and keys for the documentation, made from the fields' descriptions.

`python -m plantwright.model.reference docs` renews them and the JSON Schema; the prose around them is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from plantwright.model import cells
from plantwright.model.agreements import AGREEMENT_KINDS, Asset, Contribution
from plantwright.model.programme import Mix, Objective, Party, Planning, Spending
from plantwright.model.progress import Replanning
from plantwright.model.quantity import Quantity
from plantwright.model.register import ALL_TABLES
from plantwright.model.schema import CalendarFile, Currency, Day, ProgrammeFile, write_schemas

HOLDS = (
    (cells.Area, "area"),
    (cells.Count, "number"),
    (cells.CountOrNone, "number"),
    (cells.Power, "power"),
    (cells.Money, "money"),
    (cells.MoneyOrNone, "money"),
    (cells.MoneyRate, "money per time"),
    (cells.Duration, "time"),
    (cells.DurationOrNone, "time"),
    (cells.LeadTime, "steps of time"),
    (cells.SteppedCount, "steps"),
    (cells.Date, "date"),
    (cells.DateOrAssumption, "date"),
    (Day, "plain date"),
    (Currency, "currency"),
    (cells.Share, "share"),
    (cells.ShareOrNone, "share"),
    (cells.PlainShare, "plain share"),
    (cells.PlainNumber, "plain number"),
    (cells.PaymentTerms, "terms of payment"),
    (cells.MoneySteps, "steps of money"),
    (cells.CapacitySteps, "steps"),
    (cells.PowerSteps, "steps of power"),
    (cells.RateSteps, "steps per week"),
    (cells.Links, "links"),
    (cells.Names, "ids"),
    (cells.Labels, "names"),
    (cells.Needs, "amounts"),
    (cells.ReleasedResources, "resources released"),
    (cells.Deliveries, "deliveries"),
    (cells.Identifiers, "ids"),
    (cells.Identifier, "id"),
    (cells.WholeNumber, "whole number"),
    (cells.YesNo, "yes or no"),
)
"""What a cell of each kind holds, in the words of the documentation's grammar."""

_MARKED = re.compile(r"<!-- reference: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def sections() -> dict[str, type[BaseModel]]:
    """Return the models that the documentation describes, by the names of their marked sections."""
    models: dict[str, type[BaseModel]] = {"programme": ProgrammeFile, "calendar": CalendarFile, "party": Party}
    models |= {
        "objective": Objective,
        "spending": Spending,
        "planning": Planning,
        "replanning": Replanning,
        "mix": Mix,
        "asset": Asset,
        "contribution": Contribution,
    }
    models |= {table.table: table for table in ALL_TABLES}
    return models | AGREEMENT_KINDS


def column_table(model: type[BaseModel]) -> str:
    """Return a Markdown table of a model's columns or keys: what each holds, means, and is if left out."""
    return "\n".join(("| name | holds | if left out | meaning |", "|---|---|---|---|", *_lines(model)))


def _lines(model: type[BaseModel]) -> Iterator[str]:
    named = [(name, info) for name, info in model.model_fields.items() if name not in ("row", "note")]
    for name, info in named:
        yield f"| `{info.alias or name}` | {_holds(info)} | {_default(info)} | {info.description or ''} |"
    if "note" in model.model_fields:
        yield "| `note` | text |  | remark, for people only |"


def _holds(info: FieldInfo) -> str:
    return _of_a_kind(info.metadata) or _plainly(info.annotation)


def _of_a_kind(marks: Iterable[object]) -> str:
    found = [words for alias, words in HOLDS if any(mark is get_args(alias)[1] for mark in marks)]
    return found[0] if found else ""


def _plainly(annotation: Any) -> str:
    """What a field holds that has no grammar of its own, or has it inside of a choice."""
    origin, within = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in within if choice)
    if origin is Annotated:
        return _of_a_kind(within[1:])
    if origin is tuple:
        return f"list of {_plainly(within[0])}" if get_origin(within[0]) is Literal else "list"
    if origin in (Union, UnionType):
        return " or ".join(_plainly(each) for each in within if each is not NoneType)
    return "text" if annotation is str else "keys"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**must be given**"
    value = info.get_default()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Quantity):
        return f"{value.planned:g}"
    return ", ".join(value) if isinstance(value, tuple) else str(value) if isinstance(value, (str, int, float)) else ""


def renewed(text: str) -> str:
    """Return a documentation page with each marked section made anew from its model."""
    known = sections()
    return _MARKED.sub(
        lambda match: f"<!-- reference: {match[1]} -->\n{column_table(known[match[1]])}\n<!-- end -->", text
    )


def main(docs: Path) -> None:
    """Renew the reference of files and the JSON Schema in the documentation's folder."""
    page = docs / "programme.md"
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    write_schemas(docs / "schema")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
