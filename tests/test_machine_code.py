"""Loops that Numba keeps are compiled anew when a source beside theirs has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOOP = """
from plantwright.machine_code import njit
from inner import number

@njit()
def doubled():
    return 2 * number()

print(doubled(), sum(doubled.stats.cache_hits.values()))
"""
INNER = """
from plantwright.machine_code import njit

@njit()
def number():
    return {}
"""


def run(folder: Path) -> list[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kept"), "NUMBA_DISABLE_JIT": "0"}
    answer = subprocess.run(
        [sys.executable, "loop.py"], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return answer.stdout.split()


def test_a_loop_is_kept_until_a_source_beside_it_changes(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(LOOP)
    (tmp_path / "inner.py").write_text(INNER.format(3))
    assert run(tmp_path) == ["6", "0"]
    assert run(tmp_path) == ["6", "1"]
    (tmp_path / "inner.py").write_text(INNER.format(5))
    assert run(tmp_path) == ["10", "0"]
