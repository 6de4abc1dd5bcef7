"""What one more would add, on the small example: it waits for its site's power, so a megawatt more brings most."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from plantwright.model.read import load
from plantwright.workflows.gains import Gains, gains
from plantwright.workflows.history import write_history
from plantwright.workflows.run import work_through

SMALL = load(Path(__file__).parents[2] / "examples" / "small")


@pytest.fixture(scope="module")
def found() -> Gains:
    return gains(SMALL, replications=6, most=5)


def test_what_limits_gains_most(found: Gains) -> None:
    best = found.found[0]
    assert (best.kind, best.object) == ("site_power", "campus_hall")
    assert best.megawatt_days.low > 0
    assert len(found.found) == 5
    assert [g.megawatt_days.estimate for g in found.found] == sorted(
        (g.megawatt_days.estimate for g in found.found), reverse=True
    )


def test_worlds_are_paired(found: Gains) -> None:
    """Differences in the same worlds are told more exactly than the worlds differ among themselves."""
    assert min(g.megawatt_days.half_width for g in found.found) < found.megawatt_days.half_width / 4


def test_one_world_is_no_difference() -> None:
    with pytest.raises(ValueError, match="two replications"):
        gains(SMALL, replications=1)


def test_the_first_worlds_history_is_written_whole(tmp_path: Path) -> None:
    run = work_through(SMALL, replications=2)
    write_history(run, tmp_path / "history")
    units = pl.read_ipc(tmp_path / "history" / "units.arrow")
    shipped = run.replications.shipped[0].sum()
    assert units.filter(pl.col("operation") == "transit")["unit"].n_unique() == shipped > 0
    assert units["start"].min() >= SMALL.moment(0.0)
    assert (units["end"].drop_nulls() <= SMALL.moment(SMALL.horizon_hours)).all()
    assert {p.name for p in tmp_path.iterdir()} == {"history"}
    with pytest.raises(FileExistsError):
        write_history(run, tmp_path / "history")
