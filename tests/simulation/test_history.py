"""What a trace tells as tables agrees with the totals that the kernel kept of the same run."""

from __future__ import annotations

import polars as pl
import pytest
from tests.simulation.test_networks import factory, line

from plantwright.simulation import Run, Totals, lay_out
from plantwright.simulation.history import events, station_gantt, unit_history
from plantwright.simulation.network import Network, Operation, Order, Route, WorkCentre
from plantwright.simulation.times import Fixed
from plantwright.simulation.trace import Trace, trace_of

END = 1500.0


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(lay_out(factory()), 2, trace=True).advance(END)


@pytest.fixture(scope="module")
def history(run: Run) -> Trace:
    return trace_of(run)


def test_the_stations_gantt_adds_up_to_their_hours(run: Run, history: Trace) -> None:
    totals = Totals.of(run)
    spans = station_gantt(history, END).with_columns(hours=pl.col("end") - pl.col("start"))
    for centre in {centre for centre, _ in run.tables.stations}:
        hours = totals.station_hours(centre)
        mine = spans.filter(pl.col("centre") == centre)
        for state in ("busy", "setup", "blocked", "down"):
            assert mine.filter(pl.col("state") == state)["hours"].sum() == pytest.approx(hours[state], abs=1e-6)
        here = sum(h for state, h in hours.items() if state != "absent")
        assert mine["hours"].sum() == pytest.approx(here, abs=1e-6)


def test_every_operation_of_every_unit_is_there_once(run: Run, history: Trace) -> None:
    totals = Totals.of(run)
    found = unit_history(history)
    for route, operation in (("rack", "build"), ("rack", "test"), ("board a", "bake"), ("deliver", "transit")):
        rows = found.filter((pl.col("route") == route) & (pl.col("operation") == operation))
        assert rows["end"].count() == totals.done(route, operation) > 0
    assert found.filter(pl.col("end") < pl.col("start")).is_empty()


def test_a_unit_goes_where_its_last_operation_sent_it(history: Trace) -> None:
    found = unit_history(history).sort("unit", "start", maintain_order=True)
    following = found.with_columns(
        sent=pl.col("then").shift().over("unit"), after=pl.col("route") + "/" + pl.col("operation")
    )
    moved = following.filter(pl.col("sent").is_not_null() & ~pl.col("sent").is_in(["out", "scrap"]))
    assert moved.height > 100
    assert moved.filter(pl.col("sent") != pl.col("after")).is_empty()


def test_the_history_of_a_line_by_hand() -> None:
    network = Network(
        (WorkCentre("saw"), WorkCentre("drill", buffer=0)),
        (Route("part", (Operation("saw", "saw", Fixed(1.0)), Operation("drill", "drill", Fixed(2.0)))),),
        orders=(Order(0.0, "part", 2),),
    )
    run = Run(lay_out(network), 1, trace=True).advance(9.0)
    steps = unit_history(trace_of(run)).select("unit", "operation", "start", "end", "then").sort("unit", "start").rows()
    assert [row[1:] for row in steps] == [
        ("saw", 0.0, 1.0, "part/drill"), ("drill", 1.0, 3.0, "out"),
        ("saw", 1.0, 2.0, "part/drill"), ("drill", 3.0, 5.0, "out"),
    ]  # fmt: skip
    saw = station_gantt(trace_of(run), 9.0).filter(pl.col("centre") == "saw").select("state", "start", "end").rows()
    assert saw == [("busy", 0.0, 2.0), ("blocked", 2.0, 3.0), ("idle", 3.0, 9.0)]


def test_the_history_is_kept_as_arrow(history: Trace, tmp_path) -> None:  # type: ignore[no-untyped-def]
    table = events(history)
    table.write_ipc(tmp_path / "events.arrow")
    assert pl.read_ipc(tmp_path / "events.arrow").equals(table)
    assert table.height == history.kind.size
    assert table["place"].null_count() == 0


def test_a_run_without_events_has_empty_tables() -> None:
    trace = trace_of(Run(lay_out(line([1.0], [])), 1, trace=True))
    assert unit_history(trace).is_empty()
    assert station_gantt(trace).is_empty()
    assert events(trace).is_empty()
