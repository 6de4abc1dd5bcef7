"""The table `assumptions.csv`: its columns, and how a row becomes an entry of the register.

What an entry then does, its quantiles and its draws, lives in `assumptions`.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from plantwright.model.assumptions import Assumption, Distribution, Law
from plantwright.model.cells import LARGEST, LONGEST_HOURS, CellError, Identifier, Reading, Text, hours_of
from plantwright.model.programme import TABLES, Row
from plantwright.model.quantity import Dimension
from plantwright.model.units import Unit, UnitError, unit

_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")


class AssumptionRow(Row):
    """A number that is uncertain or comes from somewhere."""

    table: ClassVar[str] = "assumptions"
    id: Identifier = Field(description="id, by which other cells name it: `@id`")
    name: Text = Field(default="", description="name in words, for reports; blank: the words of its id")
    low: Text = Field(default="", description="low value, a number in the row's unit")
    likely: Text = Field(
        default="", description="likeliest value (lognormal: median; exponential: mean); alone it is fixed"
    )
    high: Text = Field(default="", description="high value")
    unit: Text = Field(
        default="", description="unit of the values, such as `weeks`; `date` for dates; blank for plain numbers"
    )
    distribution: Literal["", "pert", "triangular", "lognormal", "exponential", "uniform", "fixed", "empirical"] = (
        Field(default="", description="how it spreads; blank: pert, or fixed where only `likely` is given")
    )
    varies: Literal["once", "each"] = Field(
        default="once", description="`once` a replication, or `each` time it is used"
    )
    kind: Literal["sourced", "assumed"] = Field(
        default="assumed", description="`sourced` (say where from) or merely `assumed`"
    )
    values: Text = Field(default="", description="empirical: the values seen, such as `3; 4; 4; 7`")
    source: Text = Field(default="", description="where it comes from: a document, a page, a person, with its date")


ALL_TABLES: tuple[type[Row], ...] = (AssumptionRow, *TABLES)
"""Every table of a programme, the register first, since the others' cells name its entries."""


class ColumnError(CellError):
    """A cell of the register cannot be read; `column` says which."""

    def __init__(self, column: str, message: str, remedy: str) -> None:
        self.column = column
        super().__init__(message, remedy)


def entry(row: AssumptionRow, reading: Reading) -> Assumption:
    """Return the register's entry for a row; raise ColumnError where its numbers do not fit its law."""
    try:
        measure = unit(row.unit, reading.currency)
    except UnitError as error:
        raise ColumnError("unit", str(error), error.remedy) from error
    distribution = _distribution(row, _law(row), measure, reading.start)
    _check_range(row, distribution, measure)
    if row.kind == "sourced" and not row.source:
        raise ColumnError(
            "source", "the row is marked as sourced but names no source", "name it, or write `assumed` under kind"
        )
    sourced = row.kind == "sourced"
    each = row.varies == "each"
    return Assumption(
        row.id, distribution, measure.dimension, measure.name, each, sourced, row.source, row.note, row.row, row.name
    )


def _law(row: AssumptionRow) -> Law:
    if row.distribution:
        return Law(row.distribution)
    if row.values:
        return Law.EMPIRICAL
    return Law.PERT if row.low or row.high else Law.FIXED


def _distribution(row: AssumptionRow, law: Law, measure: Unit, start: date) -> Distribution:
    if law in (Law.LOGNORMAL, Law.EXPONENTIAL) and measure.dimension is Dimension.DATE:
        raise ColumnError("distribution", f"a date cannot be {law.value}", "write `pert`, `triangular` or `uniform`")
    if law is Law.EMPIRICAL:
        values = tuple(_value("values", part.strip(), measure, start) for part in row.values.split(";") if part.strip())
        if not values:
            raise ColumnError("values", "an empirical assumption needs its values", "write them as `3; 4; 4; 7`")
        return Distribution(law, min(values), sorted(values)[(len(values) - 1) // 2], max(values), values)
    return _parametric(law, {name: _value(name, getattr(row, name), measure, start) for name in _given(row, law)})


def _given(row: AssumptionRow, law: Law) -> tuple[str, ...]:
    required = {Law.FIXED: ("likely",), Law.EXPONENTIAL: ("likely",), Law.UNIFORM: ("low", "high")}.get(
        law, ("low", "likely", "high")
    )
    for name in required:
        if not getattr(row, name):
            raise ColumnError(
                name, f"a {law.value} assumption needs a value under '{name}'", "write a number in the row's unit"
            )
    return required


def _parametric(law: Law, value: dict[str, float]) -> Distribution:
    if law is Law.FIXED:
        return Distribution(law, value["likely"], value["likely"], value["likely"])
    if law is Law.EXPONENTIAL:
        mean = value["likely"]
        return Distribution(law, -math.log(0.9) * mean, mean, -math.log(0.1) * mean)
    low, high = value["low"], value["high"]
    likely = value.get("likely", (low + high) / 2)
    _check_order(low, likely, high)
    return Distribution(law, low, likely, high)


def _check_order(low: float, likely: float, high: float) -> None:
    if low > high:
        raise ColumnError("low", "the low value is above the high value", "write them in ascending order")
    if not low <= likely <= high:
        raise ColumnError(
            "likely", "the likely value is not between low and high", "write low, likely and high in ascending order"
        )


def _check_range(row: AssumptionRow, spread: Distribution, measure: Unit) -> None:
    if spread.law in (Law.LOGNORMAL, Law.EXPONENTIAL) and min(spread.low, spread.likely) <= 0:
        raise ColumnError(
            "low" if row.low else "likely", f"a {spread.law.value} assumption is above zero", "write positive numbers"
        )
    largest = LONGEST_HOURS if measure.dimension in (Dimension.TIME, Dimension.DATE) else LARGEST
    if max(abs(spread.low), abs(spread.high)) > largest:
        raise ColumnError("high", "the value is beyond all measure", "check the number and its unit")


def _value(column: str, text: str, measure: Unit, start: date) -> float:
    if measure.dimension is Dimension.DATE:
        try:
            return hours_of(text, start)
        except CellError as error:
            raise ColumnError(column, str(error), error.remedy) from error
    number, scale = (text[:-1].strip(), unit("%")) if text.endswith("%") and measure.name == "" else (text, measure)
    if not _NUMBER.match(number):
        raise ColumnError(
            column, f"'{text[:60]}' is not a number", "write the number alone; its unit goes into the column 'unit'"
        )
    return scale.canonical(float(number))
