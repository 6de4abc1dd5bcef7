"""One colour a party and one a kind of state, light and dark, from palettes that colour-blind readers can tell apart.

Parties: Okabe and Ito (2008). States of a station: Tol's "muted" scheme (2021). Dashes and patterns say it again, so
that nothing hangs on colour alone. Figures are made in the light colours; the page swaps them in the dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plantwright.model.outcome import STATES
from plantwright.model.programme import Programme

INK, QUIET, LINE, PAPER = "#1b1f24", "#5b6470", "#e3e6ea", "#fefefe"
ACCENT, BAND, BAND_EDGE = "#0b5c8f", "rgba(11,92,143,0.16)", "rgba(11,92,143,0.02)"
LOW, HIGH = "#b35806", "#542788"
SUPPLIER, AUTHORITY = "#8a8f98", "#6d6257"

DARKER: dict[str, str] = {
    INK: "#eceff3", QUIET: "#a7b0bb", LINE: "#333a43", PAPER: "#14181d",
    ACCENT: "#5db6ea", BAND: "rgba(93,182,234,0.22)", BAND_EDGE: "rgba(93,182,234,0.03)",
    LOW: "#f1a340", HIGH: "#b3a2dc", SUPPLIER: "#9aa1ab", AUTHORITY: "#b09f8d",
    "#0072b2": "#4aa3dc", "#e69f00": "#f2b134", "#009e73": "#2fc79c", "#cc79a7": "#e59cc5", "#d55e00": "#f5813f",
    "#56b4e9": "#8fd2f7", "#a08a00": "#e6d64a", "#332288": "#8c80e0", "#88ccee": "#88ccee", "#44aa99": "#5cc4b2",
    "#999933": "#bcbc58", "#ddcc77": "#ddcc77", "#cc6677": "#e08694", "#882255": "#c9608f", "#c7ccd3": "#4a525c",
    "#f4f6f8": "#1b2127",
}  # fmt: skip
"""The colour that each light colour turns into in the dark."""

EMPTY = "#f4f6f8"
PARTIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#a08a00")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
STATE_COLOURS = dict(
    zip(STATES, ("#332288", "#88ccee", "#882255", "#ddcc77", "#44aa99", "#cc6677", "#c7ccd3"), strict=True)
)
STATE_PATTERNS = dict(zip(STATES, ("", "/", "x", ".", "\\", "+", ""), strict=True))
PRINCIPAL_ROLES = ("owner", "operator", "venture", "customer")


@dataclass(frozen=True, slots=True)
class Look:
    """How a party is drawn: its colour, and the dash of its lines."""

    colour: str
    dash: str


def principals(programme: Programme) -> tuple[str, ...]:
    """Return the parties that the programme is about: owners, operators, ventures, customers, in that order."""
    return tuple(p.id for role in PRINCIPAL_ROLES for p in programme.parties if p.role == role)


def looks(programme: Programme) -> Mapping[str, Look]:
    """Return how each party is drawn, everywhere alike; suppliers share a grey, authorities a brown."""
    found = {
        party: Look(PARTIES[index % len(PARTIES)], DASHES[index % len(DASHES)])
        for index, party in enumerate(principals(programme))
    }
    others = {p.id: Look(SUPPLIER if p.role == "supplier" else AUTHORITY, "solid") for p in programme.parties}
    return others | found | {"outside": Look(SUPPLIER, "dot"), "": Look(SUPPLIER, "dot")}
