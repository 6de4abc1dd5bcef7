"""What lies in stock by the plan: its worth over time, and each item's highest, mean and weeks of cover."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from plantwright.model.plan import Inventory
from plantwright.reporting.figures import Figure, axis, framed, moments, time_axis
from plantwright.reporting.page_tables import Table
from plantwright.reporting.palette import LOW, PARTIES
from plantwright.reporting.run import Run
from plantwright.reporting.words import MILLION, figure, millions, names

WEEK = 168.0
Floats = NDArray[np.float64]


def stock_worth(run: Run) -> Iterator[tuple[str, Figure]]:
    """Yield the planned worth of bought parts on hand, the plant's own and the customers', where there are any."""
    own, consigned = (_worth(run, consigned=whose) for whose in (False, True))
    if not max(own.max(initial=0.0), consigned.max(initial=0.0)):
        return
    at = moments(run.programme, [WEEK * (week + 1) for week in range(own.size)])
    traces = [
        go.Scatter(x=at, y=worth / MILLION, name=name, mode="lines", stackgroup="worth",
                   line={"color": colour, "width": 1}, hovertemplate="%{x}: %{y:,.1f}<extra></extra>")
        for name, worth, colour in (("own", own, PARTIES[0]), ("consigned by customers", consigned, LOW))
        if worth.any()
    ]  # fmt: skip
    unit = f"{run.programme.currency} million"
    plot = framed(traces, 220, xaxis=time_axis(run.programme), yaxis=axis(unit, nticks=5, rangemode="tozero"))
    says = f"Bought parts on hand by the plan: at most {millions(float((own + consigned).max()))} million."
    yield "Parts in stock", Figure("stock", says, plot, {"xaxis": {"nticks": 4}})


def _worth(run: Run, *, consigned: bool) -> Floats:
    """The worth of the stock of items that are bought so, at the end of each week."""
    total = np.zeros(len(run.plan.inventory[0].on_hand) if run.plan.inventory else 0)
    for each in run.plan.inventory:
        offers = run.programme.sources_of.get(each.item, ())
        if offers and offers[0].consigned == consigned:
            total += offers[0].price.planned * np.maximum(each.on_hand, 0.0)
    return total


def stock_table(run: Run) -> Table:
    """Return every item's planned stock, what is worth most first."""
    called = names(run.programme)
    ranked = sorted(run.plan.inventory, key=lambda each: -_price(run, each.item) * max(each.on_hand))
    rows = [(called.get(each.item, each.item), *_numbers(run, each)) for each in ranked]
    columns = ("item", "at the start", "comes in", "is used", "expires", "highest", "mean", "at the end",
               f"highest, million {run.programme.currency}", "weeks of cover, mean")  # fmt: skip
    return Table("Stock by the plan", columns, rows, 1, "inventory.parquet")


def _numbers(run: Run, each: Inventory) -> tuple[str, ...]:
    on_hand, used = np.array(each.on_hand), np.array(each.used)
    busy = np.flatnonzero(used)
    span = slice(busy[0], busy[-1] + 1) if busy.size else slice(0, 0)
    cover = on_hand[span].mean() / used[span].mean() if busy.size else np.inf
    units = (each.opening, sum(each.received), sum(each.used), sum(each.expired), on_hand.max(), on_hand.mean())
    return (
        *(f"{round(value):,}" for value in (*units, on_hand[-1])),
        millions(_price(run, each.item) * on_hand.max()) if _price(run, each.item) else "–",
        figure(round(float(cover), 1)) if np.isfinite(cover) else "–",
    )


def _price(run: Run, item: str) -> float:
    offers = run.programme.sources_of.get(item, ())
    return offers[0].price.planned if offers else 0.0
