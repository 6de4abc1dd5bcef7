"""The command `risk`: what it prints, writes and refuses, and that its page and a run's section say the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from plantwright import cli

EXAMPLES = Path(__file__).parents[2] / "examples"


def invoke(*arguments: object):
    with patch.object(cli, "console", Console(width=220)):  # so that no cell is broken
        return CliRunner().invoke(cli.app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("risk") / "small"
    answer = invoke("risk", EXAMPLES / "small", "--trials", 300, "--out", out)
    assert answer.exit_code == 0, answer.output
    for said in (
        "Dates, confidence and contingency",
        "What moves the end most",
        "Rigs damaged on the way",
        "Date and cost together",
    ):
        assert said in answer.output
    return out


def test_json_holds_every_figure():
    found = json.loads(invoke("risk", EXAMPLES / "small", "--trials", 200, "--json").stdout)
    assert found["trials"] == 200
    assert found["finish"]["p50"] <= found["finish"]["p80"] <= found["finish"]["p90"]
    assert 0 <= found["finish"]["chance"] <= 1
    assert set(found["finish"]["contingency_days"]) == {"p50", "p80", "p90"}
    assert {row["risk"] for row in found["risks"]} == {"old_cables", "rigs_damaged"}
    assert {row["kind"] for row in found["drivers"]} == {"assumption", "risk"}
    slip = found["slip_days"]
    assert slip["lengthening"] + slip["merging"] - slip["slack"] == pytest.approx(slip["whole"])
    assert found["levelling"]["orders"][0]["name"] == "Order of the plan kept"
    assert found["joint"]["both_kept"] <= min(found["joint"]["date_kept"], found["joint"]["cost_kept"])


def test_page_figures_and_tables_are_written(written):
    assert {path.name for path in written.iterdir()} == {"risk.html", "risk.json", "tables"}
    worlds = pl.read_parquet(written / "tables" / "risk_worlds.parquet")
    assert worlds.height == 300
    assert worlds["risk rigs_damaged"].mean() == pytest.approx(0.1, abs=0.06)
    page = (written / "risk.html").read_text(encoding="utf-8")
    assert "Schedule risk" in page
    assert 'http-equiv="Content-Security-Policy"' in page


def test_the_same_seed_gives_the_same_bytes(written, tmp_path):
    assert invoke("risk", EXAMPLES / "small", "--trials", 300, "--out", tmp_path / "again").exit_code == 0
    for path in sorted(written.rglob("*.*")):
        assert (tmp_path / "again" / path.relative_to(written)).read_bytes() == path.read_bytes()


def test_a_folder_that_is_not_empty_is_left_alone(written):
    answer = invoke("risk", EXAMPLES / "small", "--trials", 10, "--out", written)
    assert answer.exit_code == 1
    assert "not empty" in answer.output
    assert "Traceback" not in answer.output


def test_a_wrong_register_is_refused_with_file_and_row(tmp_path):
    folder = tmp_path / "wrong"
    shutil.copytree(EXAMPLES / "small", folder)
    (folder / "risks.csv").write_text("id,probability,tasks,delay\nflood,140 %,diggg,2 weeks\n")
    answer = invoke("risk", folder)
    assert answer.exit_code == 1
    assert "risks.csv:2: probability" in answer.output
    assert "Traceback" not in answer.output


def test_without_risks_tasks_or_ranges_there_is_still_an_answer(tmp_path):
    (tmp_path / "programme.yaml").write_text("name: Bare\nstart: 2026-01-05\nhorizon: 2026-12-31\n")
    answer = invoke("risk", tmp_path, "--trials", 5)
    assert answer.exit_code == 0, answer.output
    (tmp_path / "tasks.csv").write_text("id,duration\ndig,2 weeks\n")
    answer = invoke("risk", tmp_path, "--trials", 5, "--out", tmp_path / "out")
    assert answer.exit_code == 0, answer.output
    assert "Conversion finished" in answer.output


def test_a_programme_under_way_is_tried_for_what_is_left():
    answer = invoke("risk", EXAMPLES / "underway", "--trials", 100, "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["finish"]["p50"]
