"""The whole programme of ten gigawatts, unit by unit: 56,000 racks with their 1.5 million trays over four years.

One replication of a plant that is sized for it: trays are assembled and tested, racks integrated, leak-tested, burnt in
under limited power and packed, sent to ten sites, installed and put under power.
"""

from __future__ import annotations

import resource
import time
from typing import Any

from plantwright.simulation import Network, Run, Totals, lay_out
from plantwright.simulation.network import (
    Batch,
    Breakdowns,
    Demand,
    Failure,
    Operation,
    Order,
    Resource,
    Route,
    Stock,
    Use,
    WorkCentre,
)
from plantwright.simulation.times import Exponential, Fixed, Pert

RACKS, TRAYS, SITES, WEEKS, WEEK = 56_000, 27, 10, 208, 168.0
HOURS = WEEKS * WEEK


def run() -> list[dict[str, Any]]:
    """Return a row a size of the programme: CPU seconds, events a second, memory, racks under power."""
    Run(lay_out(plant(0.01)), 1).advance(10.0)
    return [_measure(share) for share in (0.1, 0.3, 1.0)]


def _measure(share: float) -> dict[str, Any]:
    tables = lay_out(plant(share))
    before = time.process_time()
    simulated = Run(tables, 1).advance(HOURS)
    seconds = time.process_time() - before
    totals = Totals.of(simulated)
    memory = sum(array.nbytes for array in simulated.floor)
    return {
        "racks": round(RACKS * share),
        "stations": len(tables.stations),
        "energised": int(totals.left("rack")),
        "events": simulated.events,
        "cpu_seconds": seconds,
        "microseconds_an_event": seconds / simulated.events * 1e6,
        "tables_mib": memory / 2**20,
        "process_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _stations(units_a_week: float, hours: float, load: float = 0.85) -> int:
    return max(1, round(units_a_week * hours / (WEEK * load)))


def plant(share: float) -> Network:
    """Return the plant for a share of the programme, its stations in proportion."""
    racks = RACKS * share / (WEEKS - 12)
    trays = racks * TRAYS
    fails = Breakdowns(Exponential(600.0), Exponential(8.0))
    centres = [
        WorkCentre("tray line", _stations(trays, 1.0), breakdowns=fails),
        WorkCentre("tray test", _stations(trays, 1.1 * 6.0 / 8), rule="priority"),
        WorkCentre("rack bay", _stations(racks, 10.0), rule="priority"),
        WorkCentre("leak test", _stations(racks, 5.5), 60),
        WorkCentre("burn in", _stations(racks, 1.1 * 48.0), attended=False),
        WorkCentre("pack", _stations(racks, 2.0)),
        WorkCentre("road", None),
    ]
    centres += [WorkCentre(f"install {s}", _stations(racks / SITES, 1.0)) for s in range(SITES)]
    centres += [WorkCentre(f"energise {s}", None) for s in range(SITES)]
    power_kw = 140.0 * _stations(racks, 1.05 * 48.0)
    return Network(
        tuple(centres),
        (_tray(), _rack(), *(_delivery(s) for s in range(SITES))),
        stocks=(Stock("trays"),),
        resources=(
            Resource("power", power_kw),
            *(_site_power(s, share) for s in range(SITES)),
        ),
        orders=tuple(_orders(share)),
        demands=tuple(Demand("racks", f"site {s}", round(RACKS * share / SITES), s, HOURS) for s in range(SITES)),
    )


def _tray() -> Route:
    test = Operation("test", "tray test", Pert(4, 6, 9), batch=Batch(1, 8), failures=(Failure(0.03, "assemble"),))
    return Route("tray", (Operation("assemble", "tray line", Pert(0.6, 1.0, 1.6)), test), gives={"trays": 1})


def _rack() -> Route:
    again = (Failure(0.06, "leak test", 5),)
    return Route(
        "rack",
        (
            Operation("integrate", "rack bay", Pert(7, 10, 14), components={"trays": TRAYS}),
            Operation("leak test", "leak test", Pert(4, 5, 8), failures=(Failure(0.03, "leak test", 5),)),
            Operation(
                "burn in",
                "burn in",
                Fixed(48.0),
                uses=(Use("power", 140.0),),
                failures=again,
            ),
            Operation("pack", "pack", Fixed(2.0)),
        ),
        pool="racks",
        tracked=True,
    )


def _delivery(site: int) -> Route:
    return Route(
        f"site {site}",
        (
            Operation("transit", "road", Pert(48, 72, 120), arrival=True),
            Operation("install", f"install {site}", Fixed(1.0)),
            Operation("energise", f"energise {site}", Fixed(0.0), uses=(Use(f"megawatts {site}", 0.14, kept=True),)),
        ),
        item="rack",
        tracked=True,
    )


def _site_power(site: int, share: float) -> Resource:
    most = 1.05 * RACKS * share / SITES * 0.14
    return Resource(f"megawatts {site}", most / 4, ((HOURS * 0.3, most / 2), (HOURS * 0.6, most)))


def _orders(share: float) -> list[Order]:
    weekly = RACKS * share / (WEEKS - 12)
    racks = [round(weekly * (w + 1)) - round(weekly * w) for w in range(WEEKS - 12)]
    found = [Order(WEEK * w, "tray", TRAYS * number) for w, number in enumerate(racks)]
    return found + [Order(WEEK * (w + 1), "rack", number) for w, number in enumerate(racks)]
