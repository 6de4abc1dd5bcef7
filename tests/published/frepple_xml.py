"""What frePPLe's models say, element by element: names, times, and the operations with what they take and give."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from math import inf

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True)
class Flow:
    """What an operation consumes of a buffer: flows of one `name` are alternatives, the lowest rank first."""

    quantity: float
    name: str = ""
    rank: float = 1.0
    begins: float | None = None
    ends: float | None = None


@dataclass
class Operation:
    """What all mentions of an operation say together."""

    name: str
    hours: float = 0.0
    hours_per_unit: float = 0.0
    location: str = ""
    smallest: float = 1.0
    largest: float = inf
    multiple: float = 1.0
    planned: bool = True
    kind: str = ""
    after: float = 0.0
    rank: float = 1.0
    search: str = "PRIORITY"
    begins: float | None = None
    ends: float | None = None
    steps: list[tuple[float, str]] = field(default_factory=list)
    consumes: dict[str, Flow] = field(default_factory=dict)
    produces: dict[str, tuple[float, float]] = field(default_factory=dict)
    loads: dict[str, Load] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """What an operation takes of a resource: loads of one `name` are alternatives, the lowest rank first."""

    quantity: float
    name: str = ""
    rank: float = 1.0


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def duration(text: str) -> float:
    """Return the hours of an ISO 8601 duration such as P1D or PT12H."""
    parts = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if parts is None:
        raise ValueError(f"{text} is no duration")
    weeks, days, hours, minutes, seconds = (float(p or 0) for p in parts.groups())
    return weeks * 168 + days * 24 + hours + minutes / 60 + seconds / 3600


def text_in(element: ET.Element, name: str) -> str | None:
    """Return a value given as an attribute, as a child's text or as a named child."""
    if name in element.attrib:
        return element.attrib[name]
    child = element.find(name)
    if child is None:
        return None
    return child.attrib.get("name") or (child.text or "").strip() or None
