"""Units of measurement: what a unit's text measures and how many canonical units one of it is.

The definitions are pint's, cut down to what a conversion programme uses, so that no letter can be mistaken for a unit
that nobody meant (there is no milliwatt and no troy ounce). The grammar of whole cells lives in `cells`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from plantwright.model.quantity import Dimension

if TYPE_CHECKING:
    import pint

COUNT_NOUNS: tuple[str, ...] = (
    "each", "unit", "piece", "item", "lot", "batch", "order", "rack", "tray", "shelf", "module", "block", "board",
    "card", "node", "server", "gpu", "GPU", "chip", "station", "line", "cell", "crew", "crane", "worker",
    "technician", "electrician", "operator", "engineer", "shift", "head", "truck", "pallet",
)  # fmt: skip
"""Nouns that a planner may write after a count; they measure nothing but say what is counted."""

CURRENCIES = frozenset(
    (
        "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD",
        "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "KWD", "MAD", "MXN", "MYR", "NGN", "NOK", "NZD",
        "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD",
        "VND", "ZAR",
    )
)  # fmt: skip

_DEFINITIONS = """
k- = 1e3
M- = 1e6
G- = 1e9
bn- = 1e9
hour = [time] = h = hr
minute = hour / 60 = min
second = minute / 60 = s = sec
day = 24 hour = d
week = 7 day = wk = w
month = 365.25 / 12 day = mo
year = 365.25 day = yr
watt = [power] = W
meter = [length] = m = metre
square_foot = 0.09290304 meter ** 2 = sqft = _ = square_feet
acre = 4046.8564224 meter ** 2
hectare = 1e4 meter ** 2 = ha
litre = 1e-3 meter ** 3 = l = L = liter
gallon = 3.785411784 litre = gal
gpm = gallon / minute
currency = [currency]
count = []
percent = 0.01
person = count = people
pcs = count = pc
batches = count
boxes = count
shelves = count
"""

_DIMENSIONS = {
    (): Dimension.NUMBER,
    (("[time]", 1),): Dimension.TIME,
    (("[time]", -1),): Dimension.RATE,
    (("[power]", 1),): Dimension.POWER,
    (("[length]", 2),): Dimension.AREA,
    (("[length]", 3), ("[time]", -1)): Dimension.FLOW,
    (("[currency]", 1),): Dimension.MONEY,
    (("[currency]", 1), ("[time]", -1)): Dimension.MONEY_RATE,
    (("[currency]", 1), ("[power]", -1)): Dimension.MONEY_PER_POWER,
}

_CANONICAL = {Dimension.POWER: 1e3, Dimension.FLOW: 0.06, Dimension.MONEY_PER_POWER: 1e-3}
"""How many of pint's base units (hour, watt, metre) one canonical unit is, where that is not 1."""

EXAMPLES = {
    Dimension.TIME: "`26 weeks` or `45 min`",
    Dimension.DATE: "`2026-03-01`",
    Dimension.POWER: "`132 kW`",
    Dimension.MONEY: "`3.1 M{currency}`",
    Dimension.AREA: "`400 m2` or `5000 sqft`",
    Dimension.FLOW: "`100 l/min`",
    Dimension.NUMBER: "`12` or `90 %`",
    Dimension.RATE: "`25 per week`",
    Dimension.MONEY_RATE: "`85 {currency}/h`",
    Dimension.MONEY_PER_POWER: "`900 {currency}/kW`",
}

NAMES = {
    Dimension.TIME: "a time",
    Dimension.DATE: "a date",
    Dimension.POWER: "a power",
    Dimension.MONEY: "an amount of money",
    Dimension.AREA: "an area",
    Dimension.FLOW: "a flow of coolant",
    Dimension.NUMBER: "a plain number",
    Dimension.RATE: "a rate",
    Dimension.MONEY_RATE: "an amount of money per time",
    Dimension.MONEY_PER_POWER: "an amount of money per power",
}

_ADVICE = "write one such as `kW`, `weeks`, `l/min` or `per week`"
_WORDS = re.compile(r"[A-Za-z_]+")
_UNIT = re.compile(r"^(1|[A-Za-z][A-Za-z_]*(\*\*[23])?)(\s*/\s*[A-Za-z][A-Za-z_]*(\*\*[23])?)*$")
_MONEY = re.compile(r"^(k|M|G|bn)?([A-Z]{3})$")


class UnitError(ValueError):
    """A text is no unit; `remedy` says what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, how many canonical units one of it is, and its name in the singular."""

    dimension: Dimension
    factor: float
    name: str

    def canonical(self, value: float) -> float:
        """Return `value` of this unit in canonical units; percents are divided, so that 95 % is exactly 0.95."""
        return value / 100 if self.name == "%" else value * self.factor


@cache
def unit(text: str, currency: str = "USD") -> Unit:
    """Return the unit that `text` names, money being counted in `currency` (ISO code); raise UnitError where it names
    none.
    """
    stripped = text.strip()
    if stripped in ("", "%", "1"):
        return Unit(Dimension.NUMBER, 0.01 if stripped == "%" else 1.0, stripped)
    if stripped == "date":
        return Unit(Dimension.DATE, 1.0, "date")
    plain = _ascii(stripped)
    if not _UNIT.match(plain):
        raise UnitError(f"'{stripped[:40]}' is not a unit", _ADVICE)
    for word in _WORDS.findall(plain):
        _check_word(word, currency)
    return _measured(_WORDS.sub(lambda match: _neutral(match[0], currency), plain), stripped)


def _ascii(text: str) -> str:
    for written, meant in (("²", "**2"), ("^", "**"), ("m2", "m**2"), (" per ", "/"), ("per ", "1/")):
        text = text.replace(written, meant)
    return f"1{text}" if text.startswith("/") else text


def _neutral(word: str, currency: str) -> str:
    match = _MONEY.match(word)
    return f"{match[1] or ''}currency" if match and match[2] == currency else word


def _check_word(word: str, currency: str) -> None:
    if (match := _MONEY.match(word)) and match[2] in CURRENCIES and match[2] != currency:
        raise UnitError(f"{match[2]} is not the programme's currency", f"convert it and write it in {currency}")
    neutral = _neutral(word, currency)
    if neutral == word and "currency" in word:
        raise UnitError(
            f"there is no unit '{word}'", f"write money as `{currency}`, `k{currency}`, `M{currency}` or `bn{currency}`"
        )
    if not _is_known(neutral):
        raise UnitError(f"there is no unit '{word}'", closest(word, _spellings(currency)) or _ADVICE)


def _is_known(word: str) -> bool:
    try:
        return word in registry()
    except (AttributeError, ValueError):  # it reads `nan` as a number, and `__` as Python's own
        return False


def _measured(expression: str, written: str) -> Unit:
    parsed = registry().parse_units(expression)
    factor: Any = registry().get_base_units(parsed)[0]
    powers = tuple(sorted((name, int(str(power))) for name, power in parsed.dimensionality.items() if power))
    dimension = _DIMENSIONS.get(powers)
    if dimension is None:
        raise UnitError(f"nothing in a programme is measured in '{written}'", _ADVICE)
    return Unit(dimension, float(factor) / _CANONICAL.get(dimension, 1.0), str(parsed))


def closest(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the known word most like `word`, or an empty text where none is alike."""
    spellings = {each.lower(): each for each in known}
    close = get_close_matches(word.lower(), spellings, n=1, cutoff=0.6)
    return f"did you mean '{spellings[close[0]]}'?" if close else ""


SPELLINGS = (
    "h", "hours", "min", "minutes", "s", "seconds", "day", "days", "week", "weeks", "month", "months", "year",
    "years", "m2", "sqft", "acre", "ha", "l", "gal", "gpm", "people", "person", "pcs", "W", "kW", "MW", "GW",
)  # fmt: skip


def _spellings(currency: str) -> list[str]:
    return [*SPELLINGS, *COUNT_NOUNS, *(f"{prefix}{currency}" for prefix in ("", "k", "M", "bn"))]


@cache
def registry() -> pint.UnitRegistry:  # type: ignore[type-arg]
    """Return the one registry of units, built when the first unit is read."""
    import pint

    built: pint.UnitRegistry = pint.UnitRegistry(None)  # type: ignore[type-arg]
    built.load_definitions([line for line in _DEFINITIONS.splitlines() if line])
    built.load_definitions([f"{noun} = count" for noun in COUNT_NOUNS])
    return built


def wanted(dimension: Dimension, currency: str) -> str:
    """Return in words what a quantity of the dimension is and how one is written."""
    return f"{NAMES[dimension]} such as {EXAMPLES[dimension].format(currency=currency)}"
