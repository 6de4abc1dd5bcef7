"""The documentation says what is there: every command and option has its entry, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from plantwright.cli import app
from plantwright.simulation import Network, Run, lay_out
from plantwright.simulation.network import Operation, Route, Source, WorkCentre
from plantwright.simulation.times import Exponential

ROOT = Path(__file__).parents[1]
COMMANDS = typer.main.get_command(app).commands
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
    ]
)
WITH_CODE = [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")]


def section(command: str) -> str:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section '## {command}'"
    return found[1]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_of_a_command_is_documented(command):
    text = section(command)
    options = [option for parameter in COMMANDS[command].params for option in parameter.opts if option.startswith("--")]
    assert [option for option in options if f"`{option}`" not in text] == []


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_no_documented_option_is_missing(command):
    options = {option for parameter in COMMANDS[command].params for option in parameter.opts}
    assert set(re.findall(r"^\| `(--[a-z-]+)`", section(command), re.MULTILINE)) <= options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_make_targets_are_explained():
    targets = re.findall(r"^([a-z]+):(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, rest in targets if "##" not in rest] == []


@pytest.fixture(scope="module")
def kernel():
    """The simulation's kernel compiled, which it says once on a machine."""
    route = Route("part", (Operation("saw", "saw", Exponential(1.0)),))
    Run(lay_out(Network((WorkCentre("saw"),), (route,), sources=(Source("part"),))), seed=1).advance(10.0)


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("kernel")
def test_code_in_the_documentation_runs(page, tmp_path, monkeypatch, capsys):
    """All blocks of a page in order, as a reader would type them, from a folder that holds the examples."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    exec(compile("\n".join(blocks), str(page), "exec"), {})
    assert capsys.readouterr().err == ""
