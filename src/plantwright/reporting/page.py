"""The self-contained report: what the template is filled with, from the answer down to the full tables.

Figures, sentences and page tables are made beside; here they are put in the order that a director reads them in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plantwright.reporting import answer, page_tables
from plantwright.reporting.fan import energised_fan
from plantwright.reporting.figures import Figure
from plantwright.reporting.gantt import critical_gantt, whole_gantt
from plantwright.reporting.histogram import histograms
from plantwright.reporting.limits import station_states, waiting_map
from plantwright.reporting.money import party_lines
from plantwright.reporting.ramp import ramps
from plantwright.reporting.risk_page import risk_section
from plantwright.reporting.run import Run
from plantwright.reporting.standing import standing
from plantwright.reporting.stock import stock_table, stock_worth
from plantwright.reporting.template import Shown, rendered
from plantwright.reporting.tornado import TITLES, significant, tornado
from plantwright.reporting.words import day, percent


def report(run: Run) -> str:
    """Return the report as one HTML page that needs nothing else; the same run gives the same text."""
    shown = Shown()
    return rendered("report.html.j2", shown, run=run, **_head(run), **_sections(run, shown), **_tables(run))


def _head(run: Run) -> dict[str, Any]:
    programme = run.programme
    return {
        "title": programme.name, "site": programme.site, "start": day(programme.start),
        "horizon": day(programme.horizon), "currency": programme.currency, "sentences": answer.sentences(run),
        "cards": answer.cards(run), "parties": answer.party_rows(run),
        "chance": f"{significant(run):.2f}",
    }  # fmt: skip


def _sections(run: Run, shown: Shown) -> dict[str, Any]:
    return {
        "fan": shown.show(energised_fan(run)), "gantt": shown.show(critical_gantt(run)),
        "gantt_whole": shown.show(whole_gantt(run)), "ramps": shown.each(ramps(run)),
        "waiting": shown.show(waiting_map(run)), "stations": shown.show(station_states(run)),
        "cash": shown.each(party_lines(run)), "tornados": shown.each(_tornados(run)),
        "steady": [TITLES[metric] for metric in TITLES if tornado(run, metric) is None],
        "risk": risk_section(run.programme, run.risk, shown), "standing": standing(run, shown.show),
        "use": shown.each(histograms(run)), "stock": shown.each(stock_worth(run)),
        "limits": answer.limits_by_quarter(run), "assumed": percent(answer.assumed_share(run)),
    }  # fmt: skip


def _tornados(run: Run) -> Iterator[tuple[str, Figure]]:
    for metric, title in TITLES.items():
        figure = tornado(run, metric)
        if figure is not None:
            yield title, figure


def _tables(run: Run) -> dict[str, Any]:
    return {
        "table": {
            "energised": page_tables.energised(run), "levels": page_tables.levels(run),
            "milestones": page_tables.milestones(run), "tasks": page_tables.tasks(run), "ramp": page_tables.ramp(run),
            "purchases": page_tables.purchases(run),
            "waiting": page_tables.waiting(run), "stations": page_tables.stations(run), "sites": page_tables.sites(run),
            "demand": page_tables.demand(run), "helps": page_tables.helps(run), "cash": page_tables.cash_by_kind(run),
            "cash_years": page_tables.cash_by_year(run), "suppliers": page_tables.suppliers(run),
            "strongest": page_tables.strongest_assumptions(run), "assumptions": page_tables.assumptions(run),
            "orders": page_tables.orders(run), "production": page_tables.production(run), "stock": stock_table(run),
        },
        "files": page_tables.files(run),
    }  # fmt: skip
