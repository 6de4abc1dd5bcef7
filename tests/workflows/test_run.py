"""The main job on programmes that leave out whole parts of the case."""

from __future__ import annotations

from pathlib import Path

from plantwright.workflows.run import run


def test_a_conversion_without_production_is_scheduled_tried_and_paid(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    folder.mkdir()
    (folder / "programme.yaml").write_text(
        "name: Hall\nstart: 2026-01-05\nhorizon: 2026-12-31\nparties: [{id: us, name: Us, role: operator}]\n"
    )
    (folder / "tasks.csv").write_text(
        "id,party,duration,predecessors,cost\ndig,us,2 weeks,,10 kUSD\npour,us,1 week,dig,5 kUSD\n"
    )
    found = run(folder, tmp_path / "out", replications=3)
    assert found.schedule.finish == 3 * 168
    assert found.cash.capital_spent.tolist() == [15_000.0] * 3
    assert not found.plan.shipments
    assert (tmp_path / "out" / "report.html").stat().st_size > 100_000
