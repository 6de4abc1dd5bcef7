"""The main job on the Ohio example: seconds and peak memory of the whole process, the first compilation not counted."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

OHIO = Path(__file__).parents[1] / "examples" / "ohio"


def run() -> list[dict[str, Any]]:
    """Return a row a command: wall seconds, CPU seconds, peak memory; the job runs once before, to compile."""
    with tempfile.TemporaryDirectory() as folder:
        checked = _measured(["check", str(OHIO)])  # first, for the peak is that of all commands so far
        _measured(["run", str(OHIO), "--replications", "2", "--out", f"{folder}/first"])
        return [checked, _measured(["run", str(OHIO), "--replications", "200", "--out", f"{folder}/out"])]


def _measured(arguments: list[str]) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "plantwright.cli", *arguments], check=True, capture_output=True)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"command": arguments[0], "wall_seconds": wall, "cpu_seconds": cpu, "peak_mib": after.ru_maxrss / 1024}
