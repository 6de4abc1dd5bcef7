"""The shape of `programme.yaml` and `agreements.yaml`, and their JSON Schema, by which editors complete and underline.

The shape of the tables is in `programme` and `register`; reading the files is in `read`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from plantwright.model.agreements import Agreement
from plantwright.model.cells import (
    CellError,
    DateOrAssumption,
    Duration,
    Identifier,
    PlainNumber,
    PlainShare,
    Share,
    text_of,
)
from plantwright.model.programme import Objective, Party, Planning
from plantwright.model.progress import Replanning
from plantwright.model.quantity import Quantity
from plantwright.model.shifts import Shifts, Span, days, months, region, span, weekdays

T = TypeVar("T")


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    text = text_of(value)
    try:
        day = date.fromisoformat(text[:10] if text.endswith(" 00:00:00") else text)
    except ValueError as error:
        raise CellError(f"'{text[:60]}' is not a date", "write it as year-month-day, such as `2026-03-01`") from error
    if not 1990 <= day.year <= 2150:
        raise CellError(f"'{text[:60]}' is not a usable date", "write one between the years 1990 and 2150")
    return day


def _currency(value: object) -> str:
    text = text_of(value)
    if len(text) != 3 or not (text.isascii() and text.isupper() and text.isalpha()):
        raise CellError(f"'{text[:60]}' is not a currency", "write its three capital letters, such as `USD`")
    return text


Day = Annotated[date, PlainValidator(_day, json_schema_input_type=str)]
Currency = Annotated[str, PlainValidator(_currency, json_schema_input_type=str)]
OneOrMany = str | tuple[str, ...]


class CalendarFile(BaseModel):
    """A working calendar: shifts by weekday, public holidays, and the days that differ."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    shifts: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description='weekdays -> shifts, such as `mon-fri: ["07:00-15:30"]`; a shift may run over midnight',
    )
    breaks: tuple[str, ...] = Field(default=(), description='times of day without work, such as `["12:00-12:30"]`')
    holidays: OneOrMany = Field(
        default=(), description="country or country-part whose public holidays are free, such as `US-OH`"
    )
    closed: tuple[str, ...] = Field(
        default=(), description="days without work: `2026-12-24` or `2026-12-26..2027-01-02`"
    )
    open: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="days with shifts of their own, holiday or not: date -> shifts"
    )
    weather: Mapping[str, PlainShare] = Field(
        default_factory=dict, description="months -> share of working days lost to weather, such as `{nov-feb: 15 %}`"
    )
    hours_per_day: PlainNumber | None = Field(
        default=None, description="working hours of a planner's day; else from the shifts"
    )
    hours_per_week: PlainNumber | None = Field(
        default=None, description="working hours of a planner's week; else from the shifts"
    )


class ProgrammeFile(BaseModel):
    """What is single in a programme: its name, dates, currency, calendars, parties and settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: str = Field(description="name of the programme", min_length=1, max_length=200)
    start: Day = Field(description="first day; times are counted from its midnight")
    horizon: Day = Field(description="day up to which the programme is looked at")
    status_date: DateOrAssumption = Field(
        default=None, description="up to when progress.csv tells what has happened; nothing else starts before it"
    )
    currency: Currency = Field(default="USD", description="the one currency of all money, three letters")
    site: str = Field(default="", description="the plant that is converted", max_length=2000)
    discount_rate: Share = Field(default=Quantity(0.0), description="yearly rate for net present values, such as `8 %`")
    planning_quantile: PlainShare = Field(
        default=0.5, description="share of worlds that planned values cover; 0.5 is the median"
    )
    safety_time: Duration = Field(
        default=Quantity(0.0), description="how long before its due date the plan aims to have a demand at its site"
    )
    objective: Objective = Field(default=Objective(), description="what the conversion's schedule minimises")
    planning: Planning = Field(default_factory=Planning, description="how supply and production are planned")
    replanning: Replanning = Field(
        default_factory=Replanning, description="how a programme under way is replanned against its baseline"
    )
    calendars: Mapping[Identifier, CalendarFile] = Field(
        default_factory=dict, description="working calendars by id; `always` is built in"
    )
    parties: tuple[Party, ...] = Field(default=(), description="who has a part in the programme")
    report: Mapping[Identifier, str] = Field(default_factory=dict, description="settings of the report")


class PlaceError(CellError):
    """Something within a document cannot be read; `place` is the path to it."""

    def __init__(self, place: tuple[str | int, ...], message: str, remedy: str) -> None:
        self.place = place
        super().__init__(message, remedy)


def shifts_of(described: CalendarFile) -> Shifts:
    """Return the shifts that a calendar of the file describes; raise PlaceError naming the key that cannot be read."""
    week: dict[int, tuple[Span, ...]] = {}
    for key, shifts in described.shifts.items():
        spans = _each(("shifts", key), shifts, span)
        week.update(dict.fromkeys(_at(("shifts", key), weekdays, key), spans))
    special: dict[date, tuple[Span, ...]] = {}
    for key, shifts in described.open.items():
        spans = _each(("open", key), shifts, span)
        special.update(dict.fromkeys(_at(("open", key), days, key), spans))
    closed = frozenset[date]().union(*_each(("closed",), described.closed, days))
    listed = (described.holidays,) if isinstance(described.holidays, str) else described.holidays
    regions = tuple(_at(("holidays",), region, each) for each in listed)
    breaks = _each(("breaks",), described.breaks, span)
    weather: dict[int, float] = {}
    for key, share in described.weather.items():
        weather.update(dict.fromkeys(_at(("weather", key), months, key), share))
    return Shifts(week, breaks, regions, closed, special, described.hours_per_day, described.hours_per_week, weather)


def _at(place: tuple[str | int, ...], read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except CellError as error:
        raise PlaceError(place, str(error), error.remedy) from error


def _each(place: tuple[str | int, ...], texts: tuple[str, ...], read: Callable[[str], T]) -> tuple[T, ...]:
    return tuple(_at((*place, index), read, text) for index, text in enumerate(texts))


AGREEMENTS: TypeAdapter[tuple[Agreement, ...]] = TypeAdapter(tuple[Agreement, ...])


class _Schema(GenerateJsonSchema):
    """JSON Schema in which defaults are written as a planner would write them."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, Quantity):
            return f"{dft.planned:g}"
        return super().encode_default(dft)


def json_schema() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each YAML file by the schema's file name."""
    schemas = {
        "programme.json": ProgrammeFile.model_json_schema(schema_generator=_Schema),
        "agreements.json": AGREEMENTS.json_schema(schema_generator=_Schema),
    }
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema} for name, schema in schemas.items()
    }


def write_schemas(folder: Path) -> None:
    """Write the JSON Schema files into `folder`."""
    for name, schema in json_schema().items():
        (folder / name).write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n", encoding="utf-8")
