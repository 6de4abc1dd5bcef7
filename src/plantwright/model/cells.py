"""The grammar of a cell: a number with its unit or the name of an assumption, links, needs, deliveries, steps.

Text becomes values here, once, in pydantic validators that find the programme's currency, start and register in the
validation context; what spans several cells is checked in `check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import Field, PlainValidator, ValidationInfo

from plantwright.model.assumptions import Register
from plantwright.model.cell_values import (
    Delivery,
    DeliveryKind,
    Link,
    LinkKind,
    Need,
    PaymentEvent,
    PaymentTerm,
    Released,
)
from plantwright.model.quantity import Dimension, Quantity, Step, Stepped, Steps
from plantwright.model.units import NAMES, UnitError, closest, unit, wanted

LARGEST = 1e15
MOST_COUNTED = 10_000_000
LONGEST_HOURS = 50 * 365.25 * 24
WEEK = 168.0

_NUMBER = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*)$")
_IDENTIFIER = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_-]*$")
_LINK = re.compile(r"^([A-Za-z0-9_][A-Za-z0-9_-]*)(?:\s+([A-Za-z]+))?\s*(?:([+-])\s*(.+))?$")
_TERM = re.compile(r"^(.+?)\s+([a-z]+)(?:\s+of\s+([A-Za-z0-9_][A-Za-z0-9_-]*))?$")
_LONGEST_CELL = 20_000


EVENTS: dict[str, PaymentEvent] = {
    "order": "start", "start": "start", "delivery": "finish", "finish": "finish", "progress": "progress",
    "acceptance": "acceptance",
}  # fmt: skip


class CellError(ValueError):
    """A cell's text cannot be read; `remedy` says what to write instead, `consequence` that another issue says it
    already.
    """

    def __init__(self, message: str, remedy: str, *, consequence: bool = False) -> None:
        self.remedy = remedy
        self.consequence = consequence
        super().__init__(message)


@dataclass(frozen=True)
class Reading:
    """What a cell's meaning depends on: the programme's start and currency, and its register.

    `unreadable` names the assumptions whose own rows have errors, so that their uses are not reported as well.
    """

    start: date = date(2000, 1, 1)
    currency: str = "USD"
    register: Register = field(default_factory=lambda: Register({}))
    unreadable: frozenset[str] = frozenset()


def quantity(text: str, dimension: Dimension | None, reading: Reading) -> Quantity:
    """Return the value of a cell such as `26 weeks`, `@lead_time` or `4 weeks * @productivity`.

    `dimension` is what the column wants, None where the unit decides. Raises CellError.
    """
    if dimension is Dimension.DATE:
        return moment(text, reading)
    terms = [_term(each.strip(), reading) for each in text.split("*")]
    read = _product(terms, text)
    if dimension is None or read.dimension is dimension:
        return _sane(read, text)
    if not read.assumption and read.planned == 0 and read.dimension is Dimension.NUMBER:
        return Quantity(0.0, dimension, unit=read.unit)
    raise _mismatch(read, text, dimension, reading)


def _term(text: str, reading: Reading) -> Quantity:
    if text.startswith("@"):
        return _assumed(text[1:].strip(), reading)
    match = _NUMBER.match(text)
    if not match:
        raise CellError(
            f"'{_short(text)}' is not a number with a unit", "write one such as `26 weeks`, `132 kW` or `@assumption`"
        )
    try:
        measure = unit(match[2], reading.currency)
    except UnitError as error:
        raise CellError(str(error), error.remedy) from error
    if measure.dimension is Dimension.DATE:
        raise CellError(f"'{_short(text)}' is no date", "write it as `2026-03-01`")
    value = measure.canonical(float(match[1]))
    return Quantity(value, measure.dimension, factor=value, unit=measure.name)


def _assumed(name: str, reading: Reading) -> Quantity:
    if name in reading.unreadable:
        raise CellError(f"assumption '{name}' has an error", "mend its row in assumptions.csv", consequence=True)
    if name not in reading.register:
        advice = closest(name, reading.register) or "add it to assumptions.csv"
        raise CellError(f"there is no assumption '{_short(name)}'", advice)
    entry = reading.register[name]
    return Quantity(reading.register.planned(name), entry.dimension, name, 1.0, entry.unit)


def _product(terms: list[Quantity], text: str) -> Quantity:
    assumed = [term for term in terms if term.assumption]
    measured = [term for term in terms if term.dimension is not Dimension.NUMBER]
    if len(assumed) > 1 or len(measured) > 1:
        raise CellError(
            f"'{_short(text)}' multiplies two {'assumptions' if len(assumed) > 1 else 'units'}", "keep one in a cell"
        )
    factor = planned = 1.0
    for term in terms:
        factor *= term.factor
        planned *= term.planned
    leading = (measured or assumed or terms)[0]
    name = assumed[0].assumption if assumed else ""
    return Quantity(planned, leading.dimension, name, factor if assumed else 1.0, leading.unit)


def _sane(read: Quantity, text: str) -> Quantity:
    largest = LONGEST_HOURS if read.dimension is Dimension.TIME else LARGEST
    if not abs(read.planned) <= largest:
        limit = "50 years" if read.dimension is Dimension.TIME else f"{LARGEST:g}"
        raise CellError(f"'{_short(text)}' is beyond all measure", f"write a number that is below {limit}")
    return read


def _mismatch(read: Quantity, text: str, dimension: Dimension, reading: Reading) -> CellError:
    remedy = f"write {wanted(dimension, reading.currency)}"
    if read.assumption:
        remedy += f", or change the unit of '{read.assumption}' in assumptions.csv"
    if read.dimension is Dimension.NUMBER and not read.assumption:
        return CellError(f"'{_short(text)}' has no unit", remedy)
    return CellError(f"'{_short(text)}' is {NAMES[read.dimension]}, not {NAMES[dimension]}", remedy)


def moment(text: str, reading: Reading) -> Quantity:
    """Return the date of a cell, `2026-03-01`, `2026-03-01 14:00` or `@assumption`, in hours from start; raise
    CellError.
    """
    if text.startswith("@"):
        read = _assumed(text[1:].strip(), reading)
        if read.dimension is not Dimension.DATE:
            raise _mismatch(read, text, Dimension.DATE, reading)
        return read
    return Quantity(hours_of(text, reading.start), Dimension.DATE, unit="date")


def hours_of(text: str, start: date) -> float:
    """Return the hours from midnight of `start` to an ISO date or date and time; raise CellError."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise CellError(
            f"'{_short(text)}' is not a date", "write it as year-month-day, such as `2026-03-01`"
        ) from error
    if not 1990 <= when.year <= 2150 or when.tzinfo is not None:
        raise CellError(f"'{_short(text)}' is not a usable date", "write local time, between the years 1990 and 2150")
    return (when - datetime(start.year, start.month, start.day)).total_seconds() / 3600


def steps(text: str, dimension: Dimension | None, reading: Reading, weekly: bool = False) -> Steps:
    """Return a step function such as `4; 2026-03-01: 8; @phase_2: 12`; the first value may go without a date (from the
    start).

    With `weekly`, a bare number is a number per week. Raises CellError.
    """
    read = tuple(_step(part.strip(), first, dimension, reading, weekly) for first, part in _parts(text, ";"))
    fixed = [step.at.planned for step in read if not step.at.assumption]
    if any(later <= earlier for earlier, later in pairwise(fixed)):
        raise CellError(f"the dates of '{_short(text)}' do not ascend", "put the steps in order of time, one a date")
    return read


def stepped(text: str, dimension: Dimension, reading: Reading) -> Quantity:
    """Return a number that may change with time, such as `26 weeks; 2027-01-01: 18 weeks`; raise CellError."""
    first, *later = steps(text, dimension, reading)
    if first.at.planned != 0 or first.at.assumption:
        raise CellError(f"'{_short(text)}' does not say what holds first", "write the first value without a date")
    value = first.value
    if not later:
        return value
    return Stepped(value.planned, value.dimension, value.assumption, value.factor, value.unit, tuple(later))


def _step(text: str, first: bool, dimension: Dimension | None, reading: Reading, weekly: bool) -> Step:
    when, colon, what = text.rpartition(":")
    if not colon and not first:
        raise CellError(f"'{_short(text)}' has no date", "write each later step as `2026-03-01: 8`")
    at = moment(when.strip(), reading) if colon else Quantity(0.0, Dimension.DATE, unit="date")
    return Step(at, _weekly(what.strip(), reading) if weekly else _nonnegative(what.strip(), dimension, reading))


def _weekly(text: str, reading: Reading) -> Quantity:
    read = _nonnegative(text, None, reading)
    if read.dimension is Dimension.NUMBER:
        scaled = read.scaled(1 / WEEK)
        return Quantity(
            scaled.planned, Dimension.RATE, read.assumption, scaled.factor if read.assumption else 1.0, "1 / week"
        )
    if read.dimension is not Dimension.RATE:
        raise _mismatch(read, text, Dimension.RATE, reading)
    return read


def _nonnegative(text: str, dimension: Dimension | None, reading: Reading) -> Quantity:
    read = quantity(text, dimension, reading)
    if read.planned < 0 and read.dimension is not Dimension.DATE:
        raise CellError(f"'{_short(text)}' is negative", "write a number that is not below zero")
    return read


def _share(text: str, _: Dimension | None, reading: Reading) -> Quantity:
    read = _nonnegative(text, Dimension.NUMBER, reading)
    if read.planned > 1:
        raise CellError(f"'{_short(text)}' is more than the whole", "write a share between `0 %` and `100 %`")
    return read


def links(text: str, reading: Reading) -> tuple[Link, ...]:
    """Return the links of a cell such as `dig FS+5d, pour FS+2d..5d, permit SS`; without a kind it is FS.

    `2d..5d` is a least and a greatest lag. Raises CellError.
    """
    read = tuple(_link(part, reading) for _, part in _parts(text, ","))
    _once([f"{link.predecessor} {link.kind}" for link in read])
    return read


def _link(text: str, reading: Reading) -> Link:
    least, dots, most = (part.strip() for part in text.partition(".."))
    match = _LINK.match(least)
    if not match or (dots and not most):
        raise CellError(f"'{_short(text)}' is not a link", "write links as `dig FS+5d, pour FS+2d..5d, permit SS`")
    predecessor, kind, sign, amount = match.groups()
    if kind not in (None, *get_args(LinkKind)):
        raise CellError(f"there is no kind of link '{kind}'", "write one of FS, SS, FF, SF")
    lag = _lag(f"{sign}{amount}", reading) if amount else Quantity(0.0, Dimension.TIME)
    max_lag = _lag(most, reading) if dots else None
    if max_lag is not None and max_lag.planned < lag.planned:
        raise CellError(f"the greatest lag of '{_short(text)}' is below its least", "write the shorter lag first")
    return Link(predecessor, cast(LinkKind, kind or "FS"), lag, max_lag)


def _lag(text: str, reading: Reading) -> Quantity:
    read = quantity(text.lstrip("+-").strip(), Dimension.TIME, reading)
    return read.scaled(-1.0) if text.startswith("-") else read


def names(text: str, _: Reading) -> tuple[str, ...]:
    """Return the ids of a cell such as `dig, pour`; raise CellError."""
    read = tuple(identifier(part) for _, part in _parts(text, ","))
    _once([*read])
    return read


def labels(text: str, _: Reading) -> tuple[str, ...]:
    """Return the names in words of a cell such as `Test halls, Cooling`; raise CellError."""
    read = tuple(part for _, part in _parts(text, ","))
    _once([*read])
    return read


def needs(text: str, reading: Reading) -> tuple[Need, ...]:
    """Return the needs of a cell such as `crane:1, test_power:132 kW`; raise CellError."""
    read = tuple(_need(part, reading) for _, part in _parts(text, ","))
    _once([need.id for need in read])
    return read


def _need(text: str, reading: Reading) -> Need:
    name, colon, amount = text.partition(":")
    if not colon:
        raise CellError(f"'{_short(text)}' does not say how much", f"write `{_short(text)}:1`")
    return Need(identifier(name.strip()), _nonnegative(amount.strip(), None, reading))


def released(text: str, reading: Reading) -> tuple[Released, ...]:
    """Return the resources of a cell such as `electricians, cranes:12 h`; raise CellError."""
    read = tuple(_released(part, reading) for _, part in _parts(text, ","))
    _once([each.id for each in read])
    return read


def _released(text: str, reading: Reading) -> Released:
    name, colon, hours = text.partition(":")
    shortest = _nonnegative(hours.strip(), Dimension.TIME, reading) if colon else Quantity(0.0, Dimension.TIME)
    return Released(identifier(name.strip()), shortest)


def payment(text: str, reading: Reading) -> tuple[PaymentTerm, ...]:
    """Return the terms of a cell such as `30 % order, 60 % delivery, 10 % acceptance of test`; raise CellError."""
    read = tuple(_term_of_payment(part, reading) for _, part in _parts(text, ","))
    total = sum(term.share for term in read)
    if abs(total - 1.0) > 1e-6:
        raise CellError(f"the shares of '{_short(text)}' add to {total:.4g}, not to 1", "let them add to 100 %")
    return read


def _term_of_payment(text: str, reading: Reading) -> PaymentTerm:
    match = _TERM.match(text)
    if not match:
        remedy = "write terms as `30 % order, 60 % delivery, 10 % acceptance`"
        raise CellError(f"'{_short(text)}' is no term of payment", remedy)
    share, event, task = match.groups()
    if event not in EVENTS:
        advice = closest(event, EVENTS) or f"write one of {', '.join(EVENTS)}"
        raise CellError(f"there is no event '{_short(event)}'", advice)
    if task and event != "acceptance":
        raise CellError(f"'{_short(text)}' names a task, which only acceptance does", "take `of ...` out")
    return PaymentTerm(_fraction(share, reading), EVENTS[event], task or "")


def deliveries(text: str, reading: Reading) -> tuple[Delivery, ...]:
    """Return the deliveries of a cell such as `work_centre:burn_in+20, power:test_hall+5 MW`; raise CellError."""
    read = tuple(_delivery(part, reading) for _, part in _parts(text, ","))
    _once([f"{delivery.kind}:{delivery.target}" for delivery in read])
    return read


def _delivery(text: str, reading: Reading) -> Delivery:
    what, plus, amount = text.partition("+")
    kind, colon, target = (part.strip() for part in what.partition(":"))
    if not (plus and colon):
        raise CellError(
            f"'{_short(text)}' is not a delivery", "write deliveries as `work_centre:burn_in+20, power:test_hall+5 MW`"
        )
    if kind not in get_args(DeliveryKind):
        advice = closest(kind, get_args(DeliveryKind)) or f"write one of {', '.join(get_args(DeliveryKind))}"
        raise CellError(f"there is no kind of capability '{_short(kind)}'", advice)
    return Delivery(cast(DeliveryKind, kind), identifier(target), _nonnegative(amount.strip(), None, reading))


def identifiers(text: str, _: Reading) -> tuple[str, ...]:
    """Return the ids of a cell such as `openai, oracle`; raise CellError."""
    read = tuple(identifier(part) for _, part in _parts(text, ","))
    _once(list(read))
    return read


def identifier(text: str) -> str:
    """Return the text if it can be an id, else raise CellError."""
    if not _IDENTIFIER.match(text):
        raise CellError(
            f"'{_short(text)}' cannot be an id", "write it with letters, digits, `_` and `-`, without spaces"
        )
    return text


def whole_number(text: str, reading: Reading) -> int:
    """Return a whole number that is not negative, such as `4` or `4 racks`; raise CellError."""
    read = _nonnegative(text, Dimension.NUMBER, reading)
    if read.assumption or read.planned != int(read.planned):
        raise CellError(f"'{_short(text)}' is not a whole number", "write one such as `4`")
    if read.planned > MOST_COUNTED:
        raise CellError(f"'{_short(text)}' is beyond all measure", f"write a number up to {MOST_COUNTED:,}")
    return int(read.planned)


def yes_or_no(text: str, _: Reading) -> bool:
    """Return whether the text says yes; raise CellError where it says neither yes nor no."""
    answer = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower())
    if answer is None:
        raise CellError(f"'{_short(text)}' is neither yes nor no", "write `yes` or `no`")
    return answer


def _fraction(text: str, reading: Reading) -> float:
    read = _share(text, None, reading)
    if read.assumption:
        raise CellError(f"'{_short(text)}' cannot be an assumption", "write a plain number")
    return read.planned


def _plain(text: str, reading: Reading) -> float:
    read = _nonnegative(text, Dimension.NUMBER, reading)
    if read.assumption:
        raise CellError(f"'{_short(text)}' cannot be an assumption", "write a plain number")
    return read.planned


def _parts(text: str, separator: str) -> list[tuple[bool, str]]:
    parts = [part.strip() for part in text.split(separator)]
    if parts and not parts[-1]:
        parts.pop()
    if not all(parts):
        raise CellError(f"'{_short(text)}' has an empty part", f"take out the `{separator}` that is too many")
    return [(index == 0, part) for index, part in enumerate(parts)]


def _once(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise CellError(f"'{name}' is there twice", "keep one")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def text_of(value: object) -> str:
    """Return a scalar of a file as the text that a planner would have typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()


def _cell(
    read: Callable[[str, Reading], Any], ready: type | tuple[type, ...], written: Any = str | float
) -> PlainValidator:
    """A validator that reads text and lets a ready value pass, so that programmes can be made in code as well."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, ready) and not isinstance(value, str):
            return value
        if isinstance(value, (dict, list, tuple)) or value is None:
            raise CellError("a single value is wanted here", "write a number or a text")
        text = text_of(value)
        if len(text) > _LONGEST_CELL:
            raise CellError("the cell is longer than 20,000 characters", "split it")
        return read(text, info.context if isinstance(info.context, Reading) else Reading())

    return PlainValidator(validate, json_schema_input_type=written)


def _share_of(*, optional: bool = False) -> PlainValidator:
    ready = (Quantity, type(None)) if optional else Quantity
    return _cell(lambda text, reading: _share(text, None, reading), ready)


def _of(dimension: Dimension | None, *, optional: bool = False) -> PlainValidator:
    ready = (Quantity, type(None)) if optional else Quantity
    return _cell(lambda text, reading: _nonnegative(text, dimension, reading), ready)


def _steps_of(dimension: Dimension | None, weekly: bool = False) -> PlainValidator:
    return _cell(lambda text, reading: steps(text, dimension, reading, weekly), tuple)


Amount = Annotated[Quantity, _of(None)]
Area = Annotated[Quantity, _of(Dimension.AREA)]
Count = Annotated[Quantity, _of(Dimension.NUMBER)]
CountOrNone = Annotated[Quantity | None, _of(Dimension.NUMBER, optional=True)]
Power = Annotated[Quantity, _of(Dimension.POWER)]
Money = Annotated[Quantity, _of(Dimension.MONEY)]
MoneyOrNone = Annotated[Quantity | None, _of(Dimension.MONEY, optional=True)]
MoneyRate = Annotated[Quantity, _of(Dimension.MONEY_RATE)]
Duration = Annotated[Quantity, _of(Dimension.TIME)]
SteppedCount = Annotated[Quantity, _cell(lambda text, reading: stepped(text, Dimension.NUMBER, reading), Quantity)]
LeadTime = Annotated[Quantity, _cell(lambda text, reading: stepped(text, Dimension.TIME, reading), Quantity)]
DurationOrNone = Annotated[Quantity | None, _of(Dimension.TIME, optional=True)]
Date = Annotated[Quantity, _of(Dimension.DATE)]
DateOrAssumption = Annotated[Quantity | None, _of(Dimension.DATE, optional=True)]
Share = Annotated[Quantity, _share_of()]
ShareOrNone = Annotated[Quantity | None, _share_of(optional=True)]
PlainShare = Annotated[float, _cell(_fraction, float)]
PlainNumber = Annotated[float, _cell(_plain, float)]
PaymentTerms = Annotated[tuple[PaymentTerm, ...], _cell(payment, tuple, str)]
MoneySteps = Annotated[Steps, _steps_of(Dimension.MONEY)]
CapacitySteps = Annotated[Steps, _steps_of(None)]
PowerSteps = Annotated[Steps, _steps_of(Dimension.POWER)]
RateSteps = Annotated[Steps, _steps_of(None, weekly=True)]
Links = Annotated[tuple[Link, ...], _cell(links, tuple, str)]
Names = Annotated[tuple[str, ...], _cell(names, tuple, str)]
Labels = Annotated[tuple[str, ...], _cell(labels, tuple, str)]
Needs = Annotated[tuple[Need, ...], _cell(needs, tuple, str)]
ReleasedResources = Annotated[tuple[Released, ...], _cell(released, tuple, str)]
Deliveries = Annotated[tuple[Delivery, ...], _cell(deliveries, tuple, str)]
Identifiers = Annotated[tuple[str, ...], _cell(identifiers, tuple, str)]
Identifier = Annotated[str, _cell(lambda text, _: identifier(text) if text else "", (), str)]
Text = Annotated[str, Field(max_length=2000)]
WholeNumber = Annotated[int, _cell(whole_number, int, int | str)]
YesNo = Annotated[bool, _cell(yes_or_no, bool, bool | Literal["yes", "no"])]
