"""The row of a table: what all of a programme's tables have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from plantwright.model.cells import Text


class Row(BaseModel):
    """A row of a table; `row` is its line in the file, as a spreadsheet numbers it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, str_strip_whitespace=True, populate_by_name=True
    )
    table: ClassVar[str]
    row: int = Field(default=0, exclude=True, repr=False)
    note: Text = Field(default="", description="remark, for people only")
