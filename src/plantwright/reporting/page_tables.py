"""The tables of the report: the numbers behind each figure as a person reads them, and the file that holds them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plantwright.model.conversion import STEPS
from plantwright.model.outcome import STATES, Metric
from plantwright.model.plan import Reason
from plantwright.model.procurement import procurements
from plantwright.model.programme import Demand
from plantwright.model.quantity import Dimension
from plantwright.reporting.answer import group, single
from plantwright.reporting.gantt import task_rows
from plantwright.reporting.limits import STATE_WORDS, cause_name
from plantwright.reporting.money import Balance, balances, cash_months, supplier_balances
from plantwright.reporting.outcome import demanded_items, months
from plantwright.reporting.ramp import planned_by_month, weekly_by_month
from plantwright.reporting.run import Run
from plantwright.reporting.sensitivity import used_assumptions
from plantwright.reporting.statistics import percentile
from plantwright.reporting.tables import TABLES
from plantwright.reporting.tornado import TITLES, strongest
from plantwright.reporting.words import (
    assumed,
    day,
    day_of,
    figure,
    has_source,
    millions,
    mover,
    names,
    percent,
    phrase,
    power,
    sentence,
)

STATISTICS = ("p10", "p20", "p50", "p80", "p90", "mean")


@dataclass(frozen=True)
class Table:
    """A table of the report: `left` first and `right` last columns hold text, `file` says where all of it is.

    `brief` are the columns that a terminal shows, which is narrow; all where none are named.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    left: int
    file: str
    right: int = 0
    brief: tuple[str, ...] = ()

    def is_number(self, column: int) -> bool:
        """Return whether a column (counted from 0) holds numbers or dates, set to the right."""
        return self.left <= column < len(self.columns) - self.right


def _statistics(metrics: Sequence[tuple[str, Metric]], caption: str, what: str, file: str) -> Table:
    rows = [(name, *(figure(getattr(m, s)) for s in STATISTICS), percent(m.share)) for name, m in metrics]
    return Table(caption, (what, *STATISTICS, "happens in"), rows, 1, file)


def energised(run: Run) -> Table:
    """Return the compute energised by month."""
    named = [(metric.name, metric) for metric in group(run, "energised_by_month")]
    return _statistics(
        named, "Compute energised at the month's end, MW", "month", "outcome.json, energised_by_week.parquet"
    )


def levels(run: Run) -> Table:
    """Return the headline dates and levels."""
    dated = ["first_unit_shipped", "conversion_finished"]
    dated += [name for name in run.outcome.metrics if name.startswith("energised_") and name.endswith("_mw")]
    words = [name.replace("_mw", " MW") for name in dated]
    named = [(sentence(phrase(word)), single(run, name)) for word, name in zip(words, dated, strict=True)]
    return _statistics(named, "Headline dates", "date", "outcome.json")


def milestones(run: Run) -> Table:
    """Return the milestones of the conversion."""
    called = names(run.programme)
    named = [(called[metric.name], metric) for metric in group(run, "milestones")]
    return _statistics(named, "Milestones of the conversion", "milestone", "outcome.json, conversion_trials.parquet")


def tasks(run: Run) -> Table:
    """Return every task with its planned dates, float and risk."""
    called = names(run.programme)
    rows = []
    for row in sorted(task_rows(run), key=lambda r: (r.start, r.finish, r.task)):
        planned, task = run.schedule.task[row.task], run.programme.task[row.task]
        dates = (day_of(run.programme, when) for when in (row.start, row.finish, row.p80))
        rows.append(
            (
                row.name,
                task.area,
                called.get(row.party, row.party),
                planned.mode,
                *dates,
                f"{planned.total_float / 24:,.0f}",
                "yes" if row.critical else "",
                percent(row.criticality),
            )
        )
    columns = ("task", "area", "in charge", "mode", "start", "finish", "finish p80", "float, days", "critical",
               "critical in worlds")  # fmt: skip
    return Table("Tasks of the conversion", columns, rows, 4, "schedule.parquet, conversion_trials.parquet")


def purchases(run: Run) -> Table:
    """Return what the conversion buys, the most urgent order first, from order to the day on which it works."""
    called = names(run.programme)
    rows = []
    for each in procurements(run.programme, run.schedule):
        task, finishes = each.purchase.task, [run.trials.finish_of(t.id) for t in each.purchase.tasks]
        done = [each.finishes.get(step) for step in STEPS[1:]]
        dates = (each.ordered, each.order_by, each.delivered, *done, float(percentile(np.max(finishes, axis=0), 0.8)))
        rows.append(
            (
                task.name,
                ", ".join(called.get(s, s) for s in each.suppliers) or "–",
                called.get(each.payer, each.payer),
                millions(each.price),
                *("–" if when is None else day_of(run.programme, when) for when in dates),
                f"{each.spare / 24:,.0f}",
            )
        )
    columns = ("purchase", "supplier", "paid by", f"million {run.programme.currency}", "order", "order by",
               "delivered", "installed", "commissioned", "qualified", "works, p80",
               "days on site before it is needed")  # fmt: skip
    return Table("Equipment, from order to the day on which it works", columns, rows, 3, "purchases.parquet")


def ramp(run: Run) -> Table:
    """Return the units shipped a week by product and month."""
    called = names(run.programme)
    rows = []
    for item in demanded_items(run.programme):
        weekly, planned = weekly_by_month(run, item), planned_by_month(run, item)
        stats = [percentile(weekly, share) for share in (0.1, 0.5, 0.9)]
        for index, month in enumerate(months(run.programme)):
            if weekly[:, index].any() or planned[index]:
                values = (float(column[index]) for column in (planned, *stats))
                rows.append((called[item], f"{month:%b %Y}", *map(figure, values)))
    columns = ("product", "month", "plan", "p10", "p50", "p90")
    return Table(
        "Units shipped a week, average of the month",
        columns,
        rows,
        2,
        "units_by_week.parquet, shipments.parquet",
    )


def waiting(run: Run) -> Table:
    """Return what late units waited for, by month."""
    rows = [
        (row.period[:7], cause_name(run, row.kind, row.object), percent(row.share)) for row in run.outcome.bottlenecks
    ]
    columns = ("month", "waits for", "share of the waiting")
    return Table("What late units wait for, by month", columns, rows, 2, "outcome.json, waiting.parquet")


def stations(run: Run) -> Table:
    """Return how each work centre's stations spend their hours."""
    called, results = names(run.programme), run.replications
    hours = results.states.mean(axis=0).sum(axis=1)
    rows = [
        (called[name], f"{hours[i].sum():,.0f}", *(percent(h / hours[i].sum()) for h in hours[i]))
        for i, name in enumerate(results.work_centres)
        if hours[i].sum() > 0
    ]
    columns = ("work centre", "station-hours", *(STATE_WORDS[state] for state in STATES))
    return Table("What stations spend their time on", columns, rows, 1, "station_states.parquet")


def sites(run: Run) -> Table:
    """Return what each site wants, gets and has under power at the horizon."""
    results, programme = run.replications, run.programme
    rows = []
    for index, site in enumerate(programme.destinations):
        wanted = [d for d in programme.demand if d.destination == site.id]
        columns = [results.demands.index(d.id) for d in wanted]
        arrived = results.demand_arrived[:, columns].sum(axis=(1, 2)).astype(np.float64)
        mw = results.energised_kw_at[:, index, -1] / 1000
        values = [float(percentile(arrived, share)) for share in (0.2, 0.5)]
        powers = [float(percentile(mw, share)) for share in (0.2, 0.5)]
        on_time = _on_time(run, wanted)
        quantity = sum(d.quantity for d in wanted)
        rows.append(
            (site.name or site.id, figure(quantity), *map(figure, values), *map(power, powers), percent(on_time))
        )
    columns_ = ("site", "units wanted", "arrived in 8 of 10 worlds", "in half", "energised in 8 of 10 worlds",
                "in half", "units there when due")  # fmt: skip
    return Table("Sites at the horizon", columns_, rows, 1, "demand.parquet, energised_by_week.parquet")


def _on_time(run: Run, wanted: Sequence[Demand]) -> float:
    """Return the share of the demands' units that are there when due, to the week, mean of the worlds."""
    results = run.replications
    total = there = 0.0
    for demand in wanted:
        due = demand.due.planned if demand.due else np.inf
        arrived = results.demand_arrived[:, results.demands.index(demand.id), results.edges <= due + 1e-6]
        total += demand.quantity
        there += float(arrived.sum(axis=1).mean())
    return there / total if total else 0.0


def demand(run: Run) -> Table:
    """Return every demand with due date, promise, what the worlds keep, lateness and reason."""
    reasons: dict[str, list[Reason]] = defaultdict(list)
    for reason in run.plan.reasons:
        reasons[reason.demand].append(reason)
    ordered = sorted(run.programme.demand, key=lambda d: (d.due.planned if d.due else 0.0, d.priority, d.id))
    rows = [_demand_row(run, row, reasons[row.id]) for row in ordered]
    columns = ("site", "item", "units", "due", "promised", "8 of 10 by (p80)", "days late (p80)",
               "on time", "late because", "demand")  # fmt: skip
    file = "demand.parquet, reasons.parquet, pegging.parquet"
    return Table("Demand: due, promised, kept", columns, rows, 2, file, right=2)


def _demand_row(run: Run, row: Demand, reasons: list[Reason]) -> tuple[str, ...]:
    programme, called = run.programme, names(run.programme)
    delivered = run.replications.delivered_at[:, run.replications.demands.index(row.id)]
    due = row.due.planned if row.due else 0.0
    p80 = float(percentile(delivered, 0.8))
    late = f"{max(p80 - due, 0.0) / 24:,.0f}" if np.isfinite(p80) else "beyond"
    moments = (day_of(programme, when) for when in (due, run.plan.promised(row.id), p80))
    what = (called[row.destination], called[row.item], f"{row.quantity:,}")
    return (*what, *moments, late, percent(_on_time(run, [row])), _because(reasons), row.id)


def _because(reasons: list[Reason]) -> str:
    """Return the reason that delays most, and how many others there are."""
    if not reasons:
        return "–"
    first = max(reasons, key=lambda reason: (reason.delay, reason.quantity))
    more = len({reason.text for reason in reasons}) - 1
    return sentence(first.text) + (f" (and {more} more)" if more else "")


def helps(run: Run) -> Table:
    """Return what would bring late demands forward, each tried by planning again, the greatest gain first."""
    called, rows = names(run.programme), {d.id: d for d in run.programme.demand}
    useful = sorted(
        (c for c in run.plan.causes if c.gain > 0 or c.units > 0), key=lambda c: (-c.gain, -c.units, c.text)
    )
    shown = [
        (sentence(c.text), called[rows[c.demand].destination], called[rows[c.demand].item], _days(c.gain), c.demand)
        for c in useful
    ]
    columns = ("change", "site", "item", "days sooner", "demand")
    return Table("What would help, tried by planning again", columns, shown, 3, "causes.parquet", right=1)


def _days(hours: float) -> str:
    return f"{hours / 24:,.0f}" if np.isfinite(hours) else "at all"


def cash_by_kind(run: Run) -> Table:
    """Return what each party pays and gets by kind, over the whole programme."""
    rows = [
        (balance.name, kind, millions(sum_))
        for balance in balances(run)
        for kind, sum_ in balance.kinds
    ]  # fmt: skip
    return Table(
        "Payments by party and kind, mean of the worlds",
        _money(run, "party", "kind"),
        rows,
        2,
        "cash_by_month.parquet",
    )


def cash_by_year(run: Run) -> Table:
    """Return the net cash of each principal party, and of the others together, by calendar year."""
    of_month = [month.year for month in cash_months(run)]
    years = sorted(set(of_month))
    rows = []
    for balance in balances(run):
        net = np.array(balance.by_month)
        sums = [float(net[[y == year for y in of_month]].sum()) for year in years]
        rows.append((balance.name, *map(millions, sums), millions(balance.net)))
    columns = ("party", *map(str, years), "all")
    caption = f"Net cash by year, million {run.programme.currency}"
    return Table(caption, columns, rows, 1, "cash_by_month.parquet")


def suppliers(run: Run) -> Table:
    """Return what suppliers and authorities get."""
    rows = [
        (b.name, b.role, millions(b.got), _worth(b)) for b in supplier_balances(run) if abs(b.got) + abs(b.paid) >= 1
    ]
    columns = ("party", "role", f"gets, million {run.programme.currency}", "net present value, p50")
    return Table("Suppliers and authorities", columns, rows, 2, "cash_by_month.parquet, worth.parquet")


def _worth(balance: Balance) -> str:
    return millions(balance.worth.p50) if balance.worth else "–"


def _money(run: Run, *columns: str) -> tuple[str, ...]:
    return (*columns, f"million {run.programme.currency}")


def strongest_assumptions(run: Run) -> Table:
    """Return the assumptions and risks behind the tornados with what they move, and where they come from."""
    entries = dict(run.programme.register) | {f"risk {risk.id}": risk for risk in run.programme.risks}
    rows = []
    for metric, title in TITLES.items():
        for row in strongest(run, metric):
            entry = entries[row.assumption if row.kind == "assumption" else f"risk {row.assumption}"]
            ends = (_end(run, metric, value) for value in (row.at_low, row.at_high))
            name = sentence(mover(run.programme, row))
            rows.append((title, name, "sourced" if has_source(run.programme, row) else "assumed",
                         entry.source or entry.note or "–", f"{row.correlation:+.2f}", *ends))  # fmt: skip
    columns = (
        "figure",
        "assumption or risk",
        "kind",
        "source or note",
        "rank correlation",
        "where it is low",
        "where it is high",
    )
    return Table("What moves the answer", columns, rows, 4, "sensitivities.parquet, draws.parquet")


def _end(run: Run, metric: str, value: float) -> str:
    return power(value) if metric == "compute_energised_mw" else day_of(run.programme, value)


def assumptions(run: Run) -> Table:
    """Return the register: every uncertain number, where it comes from, and whether it is used."""
    used = set(used_assumptions(run.programme))
    rows = []
    for entry in run.programme.register.values():
        spread = entry.distribution
        values = (_written(run, entry.dimension, v) for v in (spread.low, spread.likely, spread.high))
        name = sentence(assumed(run.programme, entry.id))
        rows.append((name, "sourced" if entry.sourced else "assumed", entry.source or "–",
                     entry.note or "–", *values, spread.law.value, "each time" if entry.each else "once a world",
                     "yes" if entry.id in used else "no"))  # fmt: skip
    columns = ("assumption", "kind", "source", "note", "low", "likely", "high", "distribution", "drawn", "used")
    return Table("Register of assumptions", columns, rows, 4, "assumptions.parquet")


def _written(run: Run, dimension: Dimension, value: float) -> str:
    """Return a canonical value as its planner would read it."""
    if dimension is Dimension.DATE:
        return day_of(run.programme, value) if value <= run.programme.horizon_hours else _beyond(run, value)
    if dimension is Dimension.TIME:
        return (
            f"{value / 168:,.1f} weeks"
            if value >= 336
            else f"{value / 24:,.1f} days"
            if value >= 48
            else f"{value:,.2f} h"
        )
    if dimension is Dimension.MONEY:
        return f"{value / 1e6:,.3f} million" if value >= 1e4 else f"{value:,.0f}"
    return f"{value:,.4g} {'' if dimension is Dimension.NUMBER else dimension.value}".strip()


def _beyond(run: Run, value: float) -> str:
    return day(run.programme.moment(value).date())


def orders(run: Run) -> Table:
    """Return what is bought, by item and supplier."""
    called = names(run.programme)
    found: dict[tuple[str, str], list[tuple[float, float, float, float]]] = defaultdict(list)
    for order in run.plan.purchase_orders:
        found[order.item, order.supplier].append(
            (order.quantity, order.placed, order.received, order.price * order.quantity)
        )
    rows = []
    for (item, supplier), lines in sorted(found.items()):
        quantity, placed, received, cost = zip(*lines, strict=True)
        dates = (day_of(run.programme, when) for when in (min(placed), max(received)))
        counts = (f"{len(lines):,}", f"{sum(quantity):,.0f}")
        rows.append((called.get(item, item), called.get(supplier, supplier), *counts, *dates, millions(sum(cost))))
    columns = (
        "item",
        "supplier",
        "orders",
        "quantity",
        "first placed",
        "last received",
        f"million {run.programme.currency}",
    )
    return Table("Purchase orders by item and supplier", columns, rows, 2, "purchase_orders.parquet")


def production(run: Run) -> Table:
    """Return what is made, by item: planned, and good and scrapped in the worlds."""
    called, results = names(run.programme), run.replications
    planned: dict[str, float] = defaultdict(float)
    for order in run.plan.production_orders:
        planned[order.item] += order.quantity
    rows = []
    for item in (i.id for i in run.programme.items if i.id in run.programme.routing_of):
        index = results.items.index(item)
        finished = results.finished[:, index].sum(axis=1).astype(np.float64)
        scrapped = float(results.scrapped[:, index].sum(axis=1).mean())
        stats = (float(percentile(finished, share)) for share in (0.2, 0.5, 0.9))
        rows.append((called[item], f"{planned[item]:,.0f}", *map(figure, stats), figure(round(scrapped, 1))))
    columns = ("item", "planned", "made in 8 of 10 worlds", "in half", "in 1 of 10", "scrapped, mean")
    return Table("Production", columns, rows, 1, "production_orders.parquet, units_by_week.parquet")


def files(run: Run) -> list[tuple[str, str]]:
    """Return the file of every full table and what its docstring or name says."""
    del run
    return [(f"{name}.parquet", sentence(phrase(name))) for name in TABLES]
