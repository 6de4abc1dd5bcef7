"""The kernel's source gives the same bytes uncompiled: a small plant with everything in it, run in another process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.simulation.test_networks import factory
from tests.simulation.test_start import everything

from plantwright.simulation import Run, lay_out


def digest() -> str:
    runs = (
        Run(lay_out(factory()), 17, 3, edges=(200.0,), trace=True).advance(500.0),
        Run(lay_out(everything()), 17, 3, trace=True).advance(300.0),
    )
    return hashlib.sha256(b"".join(array.tobytes() for run in runs for array in run.settled())).hexdigest()


def test_the_same_bytes_with_the_compiler_off() -> None:
    lines = (
        "import sys, types, warnings",
        "sys.modules['tests'] = types.ModuleType('tests')",  # an installed package may bear the name as well
        "sys.modules['tests'].__path__ = ['tests']",
        "warnings.simplefilter('error')",
        "from tests.simulation.test_without_compiler import digest",
        "print(digest())",
    )
    settings = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    root = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", "; ".join(lines)],
        env=settings,
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == digest()
