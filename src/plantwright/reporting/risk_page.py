"""The risk report: a section of a run's report, and a page of its own beside its figures and tables as files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from plantwright.model.programme import Programme
from plantwright.model.risk_analysis import RiskAnalysis
from plantwright.reporting.risk_figures import date_and_cost, finish_tornado, merge_bias, risk_ranking, s_curve
from plantwright.reporting.risk_numbers import DAY, dates_at_risk
from plantwright.reporting.risk_serial import RISK_FRAMES, risk_text
from plantwright.reporting.risk_tables import days, risk_tables, when
from plantwright.reporting.template import Shown, rendered
from plantwright.reporting.words import day, percent


def risk_section(programme: Programme, analysis: RiskAnalysis, shown: Shown) -> dict[str, Any]:
    """Return what the section on schedule risk is filled with; its figures are kept in `shown`."""
    finish = dates_at_risk(programme, analysis)[0]
    figures = {
        "s_curve": s_curve(programme, analysis), "tornado": finish_tornado(programme, analysis),
        "ranking": risk_ranking(programme, analysis), "merges": merge_bias(programme, analysis),
        "joint": date_and_cost(programme, analysis),
    }  # fmt: skip
    slip = analysis.slip
    return {
        "tables": risk_tables(programme, analysis), "worlds": f"{analysis.worlds:,}",
        "figures": {name: shown.show(figure) for name, figure in figures.items() if figure is not None},
        "kept": percent(finish.chance), "committed": when(programme, finish.committed),
        "has_deadline": finish.has_deadline, "p50": when(programme, finish.p50), "p80": when(programme, finish.p80),
        "contingency": days(finish.contingency(0.8)), "late": days(slip.whole / DAY),
        "merging": days(slip.merging / DAY),
        "merging_share": percent(slip.merging / slip.whole) if slip.whole > 0 and slip.merging / DAY > 0.05 else "",
    }  # fmt: skip


def risk_page(programme: Programme, analysis: RiskAnalysis) -> str:
    """Return the risk report as one HTML page that needs nothing else; the same analysis gives the same text."""
    shown = Shown()
    head = {"title": programme.name, "site": programme.site, "start": day(programme.start), "seed": analysis.seed}
    return rendered("risk.html.j2", shown, **head, risk=risk_section(programme, analysis, shown))


def write_risk(programme: Programme, analysis: RiskAnalysis, folder: Path) -> None:
    """Write risk.html, risk.json and tables/*.parquet to a folder that is new or empty; it appears whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        (made / "tables").mkdir()
        for name, make in RISK_FRAMES.items():
            make(programme, analysis).write_parquet(
                made / "tables" / f"{name}.parquet", compression="zstd", statistics=True
            )
        (made / "risk.json").write_text(risk_text(programme, analysis), encoding="utf-8")
        (made / "risk.html").write_text(risk_page(programme, analysis), encoding="utf-8")
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
