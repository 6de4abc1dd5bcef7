"""The outcome of a run for the terminal, in the words of a newcomer."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from plantwright.model.outcome import Metric, Outcome
from plantwright.reporting.words import KINDS, day, figure, millions, percent, phrase, power, sentence

LIMITS_SHOWN = 5


def summary(outcome: Outcome) -> RenderableType:
    """Return key dates, megawatts with their confidence, what limits, and what each party's part is worth."""
    title = Text(f"{outcome.programme}: {outcome.replications} simulated worlds", style="bold")
    return Group(title, "", _dates(outcome), "", _compute(outcome), "", _limits(outcome), "", _worth(outcome), "")


def _one(outcome: Outcome, name: str) -> Metric:
    entry = outcome.metrics[name]
    assert isinstance(entry, Metric)
    return entry


def _many(outcome: Outcome, name: str) -> tuple[Metric, ...]:
    entry = outcome.metrics[name]
    return (entry,) if isinstance(entry, Metric) else entry


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right", header_style="dim")
    return table


def _dates(outcome: Outcome) -> Table:
    table = _table("When", "", "half of the worlds by", "8 of 10 worlds by", "happens in")
    named = {"first_unit_shipped": "First unit shipped", "conversion_finished": "Conversion finished"}
    levels = {
        name: f"{_level(name)} energised" for name in outcome.metrics if name.startswith("energised_") and "_mw" in name
    }
    for name, words in (named | levels).items():
        metric = _one(outcome, name)
        table.add_row(words, day(_text(metric.p50)), day(_text(metric.p80)), percent(metric.share))
    return table


def _called(outcome: Outcome, identifier: str) -> str:
    return escape(outcome.names.get(identifier) or sentence(phrase(identifier)))


def _level(name: str) -> str:
    return power(float(name.removeprefix("energised_").removesuffix("_mw")))


def _text(value: float | str | None) -> str | None:
    return value if isinstance(value, str) else None


def _compute(outcome: Outcome) -> Table:
    table = _table("At least so much at the horizon", "", "8 of 10 worlds", "half", "1 of 10")
    metric = _one(outcome, "compute_energised_mw")
    table.add_row("Compute energised", power(metric.p20), power(metric.p50), power(metric.p90))
    for item in _many(outcome, "units_shipped"):
        label = f"Shipped: {_called(outcome, item.name)}"
        table.add_row(label, figure(item.p20), figure(item.p50), figure(item.p90))
    return table


def _limits(outcome: Outcome) -> RenderableType:
    if not outcome.limits:
        return Text("No unit was late: nothing limits.")
    table = _table("What late units wait for most", "", "of their waiting")
    for row in outcome.limits[:LIMITS_SHOWN]:
        table.add_row(f"{KINDS.get(row.kind, row.kind)}: {_called(outcome, row.object)}", percent(row.share))
    return table


def _worth(outcome: Outcome) -> Table:
    parties = [metric for metric in _many(outcome, "net_present_value") if metric.name in outcome.principals]
    currency = _one(outcome, "capital_spent").unit
    table = _table(f"Net present value, million {currency}", "", "p10", "half of the worlds", "p90")
    for metric in parties:
        table.add_row(_called(outcome, metric.name), millions(metric.p10), millions(metric.p50), millions(metric.p90))
    spent = _one(outcome, "capital_spent")
    table.add_row("Conversion's cost", millions(spent.p10), millions(spent.p50), millions(spent.p90))
    return table
