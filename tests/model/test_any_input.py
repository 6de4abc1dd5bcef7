"""Whatever stands in the files, they are read or refused with issues: nothing else ever leaves `check`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plantwright.model.issues import Issue
from plantwright.model.read import check
from plantwright.model.workbook import to_workbook

SMALL = Path(__file__).parents[2] / "examples" / "small"
TABLES = sorted(path.name for path in SMALL.glob("*.csv"))
DOCUMENTS = sorted(path.name for path in SMALL.glob("*.yaml"))

slow_files = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

SCRAPS = [
    "@",
    "@test_time",
    "@campus_power_date",
    "-1",
    "0",
    "1e308",
    "1e999",
    "2026-02-30",
    "2026-06-01",
    "cabinet",
    "permit",
    "a:b",
    "a+b",
    ":",
    ";",
    ",",
    "*",
    "yes",
    "%",
    "test_power:1",
    "power:test_power+1",
    "scrap",
    "pack",
    "always",
    "=1",
    "é",
    "'",
]
PHRASES = [
    "",
    "5 kW",
    "5 weeks",
    "GW GW",
    "permit FS-900 weeks",
    "0; 2026-05-01: 5",
    "\x00",
    "\u2028",
    "1 * 1 * 1",
    "9" * 400,
]
scraps = st.sampled_from(SCRAPS + PHRASES)


def issues_of(folder: Path) -> tuple[Issue, ...]:
    found = check(folder)
    assert all(issue.file and issue.message and issue.remedy for issue in found)
    return found


def copied(name: str, content: bytes) -> Path:
    folder = Path(tempfile.mkdtemp()) / "programme"
    shutil.copytree(SMALL, folder)
    (folder / name).write_bytes(content)
    return folder


@slow_files
@given(name=st.sampled_from(TABLES), data=st.data())
def test_any_cells(name: str, data: st.DataObject) -> None:
    rows = [line.split(",") for line in (SMALL / name).read_text(encoding="utf-8").splitlines()]
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(1, len(rows) - 1))
        column = data.draw(st.integers(0, len(rows[row]) - 1))
        rows[row][column] = data.draw(scraps | st.text(max_size=12)).replace("\n", " ").replace(",", ";")
    folder = copied(name, "\n".join(map(",".join, rows)).encode("utf-8", "replace"))
    issues_of(folder)
    shutil.rmtree(folder.parent)


@slow_files
@given(name=st.sampled_from(DOCUMENTS), data=st.data())
def test_any_words_in_the_documents(name: str, data: st.DataObject) -> None:
    words = (SMALL / name).read_text(encoding="utf-8").split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(words) - 1))
        words[position] = data.draw(
            scraps | st.sampled_from(["[", "]", "{", "}", "- ", ":\n", "*a", "&a", "!!int", "|", "? "])
        )
    folder = copied(name, " ".join(words).encode("utf-8", "replace"))
    issues_of(folder)
    shutil.rmtree(folder.parent)


@slow_files
@given(name=st.sampled_from(TABLES + DOCUMENTS), content=st.binary(max_size=200))
def test_any_bytes(name: str, content: bytes) -> None:
    folder = copied(name, content)
    issues_of(folder)
    shutil.rmtree(folder.parent)


@settings(slow_files, max_examples=40)
@given(position=st.floats(0, 1), scrap=st.binary(min_size=1, max_size=40))
def test_any_damage_to_a_workbook(position: float, scrap: bytes) -> None:
    folder = Path(tempfile.mkdtemp())
    to_workbook(SMALL, folder / "plan.xlsx")
    content = bytearray((folder / "plan.xlsx").read_bytes())
    at = int(position * (len(content) - 1))
    content[at : at + len(scrap)] = scrap
    (folder / "plan.xlsx").write_bytes(content)
    issues_of(folder / "plan.xlsx")
    shutil.rmtree(folder)
