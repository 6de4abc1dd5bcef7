"""The kernel against a plain-C rendering of its inner loop, compiled here: the same events at the same times, to the
bit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from plantwright.simulation import Network, Run, Totals, lay_out
from plantwright.simulation.kernel import layout as at
from plantwright.simulation.kernel.seeds import seed_streams
from plantwright.simulation.kernel.streams import DENSITY, INSIDE, TAIL, WIDTH
from plantwright.simulation.network import Breakdowns, Operation, Route, Source, WorkCentre
from plantwright.simulation.times import Exponential

UNTIL, SERVICE, GAP, UP, REPAIR = 20_000.0, 0.9, 1.0, 100.0, 10.0
SEED, REPLICATION = 7, 3
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")

pytestmark = pytest.mark.skipif(
    COMPILER is None and not os.environ.get("CI"), reason="there is no C compiler on this machine"
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert COMPILER is not None, "the tests need a C compiler"
    made = tmp_path_factory.mktemp("c") / "kernel_loop"
    source = Path(__file__).with_name("kernel_loop.c")
    # without contraction: a fused multiply-add would round once where the kernel rounds twice
    options = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Werror"]
    subprocess.run([COMPILER, *options, "-o", str(made), str(source), "-lm"], check=True)
    return made


def line(stations: int, buffer: int, *, fails: bool) -> Network:
    breakdowns = Breakdowns(Exponential(UP), Exponential(REPAIR)) if fails else None
    centres = tuple(WorkCentre(f"m{i}", buffer=buffer if i else None, breakdowns=breakdowns) for i in range(stations))
    operations = tuple(Operation(f"op{i}", f"m{i}", Exponential(SERVICE)) for i in range(stations))
    return Network(centres, (Route("part", operations),), sources=(Source("part"),))


def queue(*, fails: bool) -> Network:
    breakdowns = Breakdowns(Exponential(UP), Exponential(REPAIR)) if fails else None
    route = Route("part", (Operation("op0", "m0", Exponential(SERVICE)),))
    centre = WorkCentre("m0", breakdowns=breakdowns)
    return Network((centre,), (route,), sources=(Source("part", Exponential(GAP)),))


def written(network: Network, stations: int, buffer: int, folder: Path, *, source: bool, fails: bool) -> Path:
    """Write the plant, the ziggurat and the state of each stream as the C program reads them."""
    tables = lay_out(network)
    streams = seed_streams(SEED, REPLICATION, tables.stream_keys)
    ops, rows, sources = (tables.fixed[name] for name in ("ops", "stations", "sources"))
    gap = streams[sources[0, at.N_STREAM]] if source else np.zeros(4, dtype=np.uint64)
    pieces = [
        np.array([stations, buffer, source, fails], dtype=np.int64),
        np.array([UNTIL, GAP, SERVICE, UP, REPAIR, TAIL]),
        INSIDE, WIDTH, DENSITY, gap,
    ]  # fmt: skip
    for i in range(stations):
        up = rows[i, at.S_STREAM]
        own = streams[[up, up + 1]] if fails else np.zeros((2, 4), dtype=np.uint64)
        pieces += [streams[ops[i, at.O_SERVICE_STREAM]], *own]
    path = folder / "plant"
    path.write_bytes(b"".join(np.ascontiguousarray(piece).tobytes() for piece in pieces))
    return path


@pytest.mark.parametrize("fails", [False, True], ids=["sound", "failing"])
@pytest.mark.parametrize(("stations", "buffer"), [(0, 0), (1, 0), (2, 0), (5, 1), (10, 2), (40, 3)], ids=str)
def test_same_events_at_the_same_times_as_plain_c(
    program: Path, tmp_path: Path, stations: int, buffer: int, fails: bool
) -> None:
    """No stations stands for the queue: one station, with a source before it."""
    network = line(stations, buffer, fails=fails) if stations else queue(fails=fails)
    plant = written(network, max(1, stations), buffer, tmp_path, source=stations == 0, fails=fails)
    answer = subprocess.run([program, plant], check=True, capture_output=True, text=True, timeout=60).stdout.split()
    events, parts, clock = int(answer[0]), int(answer[1]), float.fromhex(answer[2])
    assert events > 10_000
    run = Run(lay_out(network), SEED, REPLICATION)
    installed = run.advance(0.0).events  # the stations appear by the timeline, which the C program has none of
    assert run.advance(np.nextafter(clock, 0.0)).events - installed == events - 1
    assert run.advance(clock).events - installed == events
    assert run.advance(UNTIL).events - installed == events
    assert Totals.of(run).left("part") == parts
