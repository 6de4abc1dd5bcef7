"""Each party's cash over time, and what it pays and gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import plotly.graph_objects as go

from plantwright.model.outcome import Metric
from plantwright.reporting.figures import Figure, Floats, axis, framed, time_axis
from plantwright.reporting.outcome import following, months
from plantwright.reporting.palette import looks, principals
from plantwright.reporting.run import Run
from plantwright.reporting.words import MILLION, names, phrase


@dataclass(frozen=True)
class Balance:
    """What a party (or a group of them) pays, gets and has, in the programme's currency."""

    name: str
    role: str
    paid: float
    got: float
    net: float
    worth: Metric | None
    kinds: tuple[tuple[str, float], ...]
    by_month: tuple[float, ...]


def cash_months(run: Run) -> tuple[date, ...]:
    """Return the first days of the months that cash is booked in, which may go on behind the horizon."""
    found = [*months(run.programme)]
    while len(found) < run.cash.by_month.shape[1]:
        found.append(following(found[-1]))
    return tuple(found[: run.cash.by_month.shape[1]])


def party_lines(run: Run) -> Iterator[tuple[str, Figure]]:
    """Yield the name of each party that the programme is about and the figure of its cumulative cash."""
    called = names(run.programme)
    for party in principals(run.programme):
        yield called[party], _line(run, party)


def _line(run: Run, party: str) -> Figure:
    row = run.cash.parties.index(party)
    total = np.cumsum(run.cash.by_month[row].sum(axis=1)) / MILLION
    look = looks(run.programme)[party]
    ends = [following(month) for month in cash_months(run)]
    trace = go.Scatter(
        x=[run.programme.start.isoformat(), *(end.isoformat() for end in ends)], y=[0.0, *total.tolist()], mode="lines",
        line={"color": look.colour, "width": 2.5, "dash": look.dash}, showlegend=False,
        hovertemplate="%{x|%-d %b %Y}<br>%{y:,.1f} million<extra></extra>",
    )  # fmt: skip
    last = max(run.programme.horizon, ends[-1] if ends else run.programme.horizon)
    span = [run.programme.start.isoformat(), last.isoformat()]
    plot = framed(
        [trace], 220, margin={"l": 56, "r": 16, "t": 8, "b": 40}, xaxis=time_axis(run.programme, nticks=5, range=span),
        yaxis=axis(f"{run.programme.currency} million", nticks=5, tickformat=",~g"),
    )  # fmt: skip
    final = float(total[-1]) if total.size else 0.0
    return Figure(f"cash_{party}", f"Cumulative cash of {party}: {final:,.1f} million at the end.", plot)


def balances(run: Run) -> list[Balance]:
    """Return what each principal party pays and gets, then suppliers, authorities and everyone else together."""
    programme = run.programme
    main = principals(programme)
    worth = {metric.name: metric for metric in _worths(run)}
    found = [
        _balance(run, names(programme)[party], programme.party[party].role, (party,), worth[party]) for party in main
    ]
    for role, name in (("supplier", "All suppliers"), ("authority", "All authorities")):
        members = tuple(party.id for party in programme.parties if party.role == role)
        if members:
            found.append(_balance(run, name, f"{len(members)} parties", members, None))
    return [*found, _balance(run, "Everyone else", "not named", ("outside",), worth.get("outside"))]


def supplier_balances(run: Run) -> list[Balance]:
    """Return what each party beside the principal ones gets, the greatest first."""
    worth = {metric.name: metric for metric in _worths(run)}
    main = principals(run.programme)
    rows = [
        _balance(run, party.name, party.role, (party.id,), worth[party.id])
        for party in run.programme.parties
        if party.id not in main
    ]
    return sorted(rows, key=lambda b: (-abs(b.net), b.name))


def _worths(run: Run) -> tuple[Metric, ...]:
    entry = run.outcome.metrics["net_present_value"]
    return entry if isinstance(entry, tuple) else (entry,)


def _balance(run: Run, name: str, role: str, parties: tuple[str, ...], worth: Metric | None) -> Balance:
    rows = [run.cash.parties.index(party) for party in parties if party in run.cash.parties]
    booked: Floats = run.cash.by_month[rows].sum(axis=0)
    kinds = booked.sum(axis=0)
    named = [(phrase(kind), float(sum_)) for kind, sum_ in zip(run.cash.kinds, kinds, strict=True) if abs(sum_) >= 1]
    named.sort(key=lambda entry: -abs(entry[1]))
    paid, got = float(np.minimum(kinds, 0).sum()), float(np.maximum(kinds, 0).sum())
    return Balance(name, role, paid, got, float(kinds.sum()), worth, tuple(named), tuple(booked.sum(axis=1)))
