"""The files of a run: all or none, the same bytes again, nothing from outside, user text only as text."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from plantwright.model.read import load
from plantwright.reporting import write
from plantwright.reporting.figures import Figure, framed
from plantwright.reporting.tables import TABLES, dated
from plantwright.reporting.template import Shown

EXAMPLES = Path(__file__).parents[2] / "examples"
EIGHT_MEGABYTES = 8_000_000


def digests(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_the_same_run_writes_the_same_bytes(small, make, tmp_path):
    write(small, tmp_path / "one")
    write(make(small.programme), tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert set(digests(tmp_path / "one")) == {
        "report.html",
        "outcome.json",
        "risk.json",
        *(f"tables/{t}.parquet" for t in TABLES),
    }


def test_a_report_that_fails_leaves_what_was_there(small, tmp_path, monkeypatch):
    out = tmp_path / "out"
    write(small, out)
    before = digests(out)
    monkeypatch.setattr("plantwright.reporting.files.report", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(small, out)
    assert digests(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "no temporary folder is left"


def test_nothing_is_written_where_the_first_report_fails(small, tmp_path, monkeypatch):
    monkeypatch.setattr("plantwright.reporting.files.report", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(small, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_second_run_replaces_its_files_and_keeps_others(small, make, tmp_path):
    out = tmp_path / "out"
    write(small, out)
    (out / "notes.txt").write_text("mine")
    write(make(small.programme, 5), out)
    assert (out / "notes.txt").read_text() == "mine"
    assert '"replications": 5' in (out / "outcome.json").read_text()


def test_tables_say_never_as_null_and_hold_a_row_each(small, tmp_path):
    write(small, tmp_path / "out")
    read = {name: pl.read_parquet(tmp_path / "out" / "tables" / f"{name}.parquet") for name in TABLES}
    assert len(read["schedule"]) == len(small.programme.tasks)
    assert len(read["demand"]) == len(small.programme.demand)
    weeks, worlds = small.replications.edges.size, small.outcome.replications
    assert len(read["energised_by_week"]) == weeks * worlds
    assert read["units_by_week"]["shipped"].sum() == small.replications.shipped.sum()
    assert read["cash_by_month"]["amount"].sum() == pytest.approx(0.0, abs=1.0)
    assert dated(small.programme, [float("nan"), float("inf"), 36.0]).to_list()[:2] == [None, None]
    assert str(dated(small.programme, [36.5])[0]) == "2026-01-06 12:30:00"


def test_the_report_asks_nothing_of_any_network(small, tmp_path):
    write(small, tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    assert not re.findall(r"<(?:script|img|iframe|source|video)[^>]*\ssrc=", html)
    assert not re.findall(r"<link(?![^>]*href=\"data:,\")[^>]*>", html)
    assert "default-src 'none'" in html
    assert "@import" not in html.split("</style>")[0]


def test_ohio_fits_in_eight_megabytes(make, tmp_path):
    write(make(load(EXAMPLES / "ohio"), 20), tmp_path / "out")
    assert (tmp_path / "out" / "report.html").stat().st_size < EIGHT_MEGABYTES


HOSTILE = "<img src=x onerror=\"document.title='broken in'\"></script><b>&amp;"


def hostile(programme):
    """Return a programme in which every text that a planner may type is an attack."""
    parties = tuple(p.model_copy(update={"name": HOSTILE}) for p in programme.parties)
    items = tuple(i.model_copy(update={"name": HOSTILE}) for i in programme.items)
    sites = tuple(d.model_copy(update={"name": HOSTILE}) for d in programme.destinations)
    tasks = tuple(replace(t, name=HOSTILE, area=HOSTILE) for t in programme.tasks)
    return replace(programme, name=HOSTILE, site=HOSTILE, parties=parties, items=items, destinations=sites, tasks=tasks)


def test_user_text_is_only_ever_text(small, make, tmp_path):
    write(make(hostile(small.programme)), tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    assert "<img" not in html.replace("<img>", "")
    assert "&lt;img src=x" in html


def test_no_text_ends_the_script_that_holds_the_figures():
    figure = Figure("f", "", framed([], 100, title={"text": "</script><script>alert(1)</script>"}))
    shown = Shown()
    shown.show(figure)
    assert "<" not in shown.as_json()
    assert json.loads(shown.as_json())["f"]["layout"]["title"]["text"].startswith("</script>")
