"""The command line: exit codes, what it prints, and that nothing is left half-written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plantwright.cli import app

SMALL = Path(__file__).parents[1] / "examples" / "small"


def invoke(*arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken"
    shutil.copytree(SMALL, folder)
    demand = (folder / "demand.csv").read_text(encoding="utf-8").splitlines()
    (folder / "demand.csv").write_text("\n".join([demand[0], *demand[1:], demand[1]]) + "\n", encoding="utf-8")
    (folder / "destinations.csv").write_bytes(b"id,name\n\xff\xfe,x\n")
    return folder


@pytest.fixture(scope="module")
def small_run(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "small"
    answer = invoke("run", SMALL, "--replications", 20, "--out", out)
    assert answer.exit_code == 0, answer.output
    return out


def test_check_of_a_good_programme_exits_with_0():
    answer = invoke("check", SMALL)
    assert answer.exit_code == 0, answer.output
    assert "No issue" in answer.output


def test_check_says_every_issue_and_exits_with_1(broken):
    answer = invoke("check", broken)
    assert answer.exit_code == 1
    assert "demand.csv:" in answer.output
    assert "destinations.csv" in answer.output
    assert "Traceback" not in answer.output


def test_check_as_json_names_file_row_and_remedy(broken):
    issues = json.loads(invoke("check", broken, "--json").stdout)
    assert {"file", "row", "column", "message", "remedy", "severity"} == set(issues[0])


def test_run_of_bad_input_writes_nothing(broken, tmp_path):
    out = tmp_path / "out"
    answer = invoke("run", broken, "--out", out)
    assert answer.exit_code == 1
    assert not out.exists()
    assert "Traceback" not in answer.output


def test_run_writes_report_outcome_and_tables_and_says_where(small_run):
    names = {path.name for path in small_run.iterdir()}
    assert {"report.html", "outcome.json"} <= names
    assert any(path.suffix == ".parquet" for path in small_run.rglob("*"))


@pytest.mark.parametrize("threads", [1, 3])
def test_same_seed_gives_the_same_bytes_whatever_the_threads(small_run, tmp_path, threads):
    again = tmp_path / "again"
    answer = invoke("run", SMALL, "--replications", 20, "--out", again, "--threads", threads)
    assert answer.exit_code == 0, answer.output
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [f for f in files if (again / f).read_bytes() != (small_run / f).read_bytes()] == []
    assert files == sorted(path.relative_to(small_run) for path in small_run.rglob("*") if path.is_file())


def test_another_seed_gives_other_figures(small_run, tmp_path):
    assert invoke("run", SMALL, "--replications", 20, "--seed", 2, "--out", tmp_path / "other").exit_code == 0
    assert (tmp_path / "other" / "outcome.json").read_bytes() != (small_run / "outcome.json").read_bytes()


def test_compare_of_a_run_with_itself_finds_no_difference(small_run):
    rows = json.loads(invoke("compare", small_run, small_run, "--json").stdout)
    assert rows
    assert {tuple(row["difference"]) for row in rows} <= {(0.0, 0.0), (None, None)}


def test_compare_names_a_folder_without_a_run(small_run, tmp_path):
    answer = invoke("compare", small_run, tmp_path)
    assert answer.exit_code == 1
    assert "outcome.json" in answer.output


def test_steps_answer_in_json():
    assert json.loads(invoke("schedule", SMALL, "--json").stdout)["tasks"]
    assert json.loads(invoke("plan", SMALL, "--json").stdout)[0]["promised"]
    assert json.loads(invoke("simulate", SMALL, "--replications", 5, "--json").stdout)["metrics"]


def test_new_copies_an_example_that_checks(tmp_path):
    assert invoke("new", tmp_path / "mine", "--from", "small").exit_code == 0
    assert invoke("check", tmp_path / "mine").exit_code == 0
    assert invoke("new", tmp_path / "mine").exit_code == 1
    assert invoke("new", tmp_path / "other", "--from", "mars").exit_code == 1


@pytest.mark.slow
def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "plantwright.cli", "run", SMALL, "--replications", "100000", "--out", out]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"COLUMNS": "120"}
    )
    time.sleep(8)
    assert process.poll() is None, process.stdout.read()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    assert "Stopped" in output
    assert "Traceback" not in output
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
