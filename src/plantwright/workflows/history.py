"""One simulated world event by event, as Arrow files: what happened, each unit's way, each station's time."""

from __future__ import annotations

import shutil
import tempfile
from errno import EEXIST
from pathlib import Path

import polars as pl

from plantwright.model.programme import Programme
from plantwright.simulation.history import events, station_gantt, unit_history
from plantwright.simulation.replicate import traced
from plantwright.workflows.run import Run, commissioned

TIMES = ("time", "start", "end")


def write_history(run: Run, folder: Path) -> None:
    """Write the first world of a run to `events.arrow`, `units.arrow` and `stations.arrow` in a folder, times as dates.

    The folder is made where it is missing, and appears whole. Raises FileExistsError where something else is there.
    """
    must_be_new(folder)
    delivered = commissioned(run.programme, run.trials)
    taken = run.trials.takings(run.programme, run.schedule)
    trace = traced(run.programme, run.plan, delivered, run.replications.seed, taken=taken)
    horizon = run.programme.horizon_hours
    frames = {"events": events(trace), "units": unit_history(trace), "stations": station_gantt(trace, horizon)}
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        for name, frame in frames.items():
            _dated(run.programme, frame).write_ipc(made / f"{name}.arrow", compression="zstd")
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def must_be_new(folder: Path) -> None:
    """Raise FileExistsError where a folder is there already with something in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(EEXIST, "is there already and not empty; name a new folder", str(folder))


def _dated(programme: Programme, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with its hours from the start as dates and times."""
    start = pl.lit(programme.moment(0.0))
    return frame.with_columns(
        (start + pl.duration(microseconds=(pl.col(name) * 3.6e9).round().cast(pl.Int64))).alias(name)
        for name in TIMES
        if name in frame.columns
    )
