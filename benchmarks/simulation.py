"""Our simulator beside its peers, in one run: parts (or customers) finished a second of CPU, by model and tool.

Each tool runs a model once for a short while (compiling what it compiles), then for longer and is timed: itself alone,
one thread. The hand-written C is compiled by the machine's compiler where there is one.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import simulation_models as models
from benchmarks.cimba_models import cimba_model

MODELS = {
    "queue": "M/M/1, load 0.9",
    "line": "ten stations, buffers of two",
    "breakdowns": "the same with breakdowns",
    "factory": "racks of 27 trays",
}
"""Key of a model -> its name in the table."""
HORIZONS = {
    "Plantwright": {"queue": 5e6, "line": 5e5, "breakdowns": 5e5, "factory": 4e5},
    "C": {"queue": 5e6, "line": 5e5, "breakdowns": 5e5, "factory": 4e5},
    "SimPy": {"queue": 1e5, "line": 2e4, "breakdowns": 2e4, "factory": 2e4},
    "salabim": {"queue": 3e4, "line": 5e3, "breakdowns": 5e3, "factory": 3e3},
    "Ciw": {"queue": 2e4, "line": 2e3},
    "simantha": {"line": 2e3},
    "Cimba": {"queue": 2e6, "line": 5e5, "breakdowns": 5e5, "factory": 1e5},
}
"""How long each tool runs each model that it can say: a second or two of CPU."""
MAKERS: dict[str, Callable[[str], models.Model]] = {
    "Plantwright": models.ours,
    "SimPy": models.simpy_model,
    "salabim": models.salabim_model,
    "Ciw": models.ciw_model,
    "simantha": models.simantha_model,
    "Cimba": cimba_model,
}


def run() -> list[dict[str, Any]]:
    """Return one row a model and tool: parts a second of CPU, CPU seconds, and our rate over the tool's."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        program = compiled_loop(Path(folder))
        for key, name in MODELS.items():
            measured = _measure(key, program)
            own = measured["Plantwright"]["rate"]
            for tool, row in measured.items():
                rows.append({"model": name, "tool": tool, **row, "ours_over_tool": own / row["rate"]})
    return rows


def _measure(key: str, program: Path | None) -> dict[str, dict[str, float]]:
    """Return rate and CPU seconds of one model by tool."""
    found: dict[str, dict[str, float] | None] = {}
    for tool, horizons in HORIZONS.items():
        if key in horizons and tool != "C":
            found[tool] = _timed(tool, key, horizons[key])
        elif key in horizons and program is not None:
            found[tool] = _timed_loop(program, key, horizons[key])
    return {tool: row for tool, row in found.items() if row is not None}


def _timed(tool: str, key: str, horizon: float) -> dict[str, float] | None:
    """Return a tool's rate and CPU seconds, measured in a process of its own; None where the tool is not installed."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.simulation", tool, key, repr(horizon)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ModuleNotFoundError" in answer.stderr:
        return None
    if answer.returncode:
        raise RuntimeError(f"{tool} could not run {key}: {answer.stderr[-500:]}")
    parts, seconds = (float(word) for word in answer.stdout.split()[-2:])
    return {"rate": parts / seconds, "cpu_seconds": seconds}


def _timed_loop(program: Path, key: str, until: float) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    answer = subprocess.run([str(program), key, repr(until)], check=True, capture_output=True, text=True)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return {"rate": float(answer.stdout.split()[0]) / seconds, "cpu_seconds": seconds}


def measure_here(tool: str, key: str, horizon: float) -> None:
    """Run a model for a short while, then for longer, and print parts and CPU seconds of the second run."""
    model = MAKERS[tool](key)
    model(horizon / 50)
    before = time.process_time()
    parts = model(horizon)
    print(parts, time.process_time() - before)


def compiled_loop(folder: Path) -> Path | None:
    """Return the hand-written C program, compiled, or None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    program = folder / "loop"
    source = Path(__file__).with_name("simulation_loop.c")
    subprocess.run([compiler, "-O2", "-march=native", "-o", str(program), str(source), "-lm"], check=True)
    return program


if __name__ == "__main__":
    measure_here(sys.argv[1], sys.argv[2], float(sys.argv[3]))
