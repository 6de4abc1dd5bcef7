"""The files of a run: report, outcome and tables, all there or none.

They are written into a folder beside the wanted one, which then takes its place; what else stood there stays.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from plantwright.reporting.page import report
from plantwright.reporting.risk_serial import risk_text
from plantwright.reporting.run import Run
from plantwright.reporting.serial import as_text
from plantwright.reporting.tables import tables

REPORT, OUTCOME, RISK, TABLES = "report.html", "outcome.json", "risk.json", "tables"


def write(run: Run, folder: Path) -> None:
    """Write a run's report.html, outcome.json, risk.json and tables/*.parquet to a folder, made where it is missing.

    The same run writes the same bytes. Raises OSError, and leaves what stood there, where the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        _fill(run, made)
        _replace(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(run: Run, folder: Path) -> None:
    frames = tables(run)
    (folder / TABLES).mkdir()
    for name, frame in frames.items():
        frame.write_parquet(folder / TABLES / f"{name}.parquet", compression="zstd", statistics=True)
    (folder / OUTCOME).write_text(as_text(run.outcome), encoding="utf-8")
    (folder / RISK).write_text(risk_text(run.programme, run.risk), encoding="utf-8")
    (folder / REPORT).write_text(report(run), encoding="utf-8")


def _replace(made: Path, folder: Path) -> None:
    if not folder.exists():
        made.rename(folder)
        return
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as aside:
        for name in (TABLES, OUTCOME, RISK, REPORT):
            if (folder / name).exists():
                (folder / name).replace(Path(aside) / name)
            (made / name).replace(folder / name)
