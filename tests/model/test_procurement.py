"""Purchases step by step: which tasks make bought equipment work, and when it is to be ordered."""

from __future__ import annotations

from pathlib import Path

import pytest

from plantwright import scheduling
from plantwright.model.procurement import Procurement, procurements, purchases
from plantwright.model.programme import Programme
from plantwright.model.read import check, load

MAIN = """
name: Rigs
start: 2026-01-05
horizon: 2026-12-31
calendars:
  office: {shifts: {mon-fri: ["08:00-16:00"]}}
parties:
  - {id: owner, name: Owner, role: owner}
  - {id: builder, name: Builder, role: operator}
  - {id: haulier, name: Haulier, role: supplier}
  - {id: maker, name: Maker, role: supplier}
  - {id: customer, name: Customer, role: customer}
objective: {order: [finish]}
"""
EQUIPMENT = "id,supplier,price,lead_time\nrig,maker,10 kUSD,8 weeks\npump,maker,2 kUSD,2 weeks\n"
TASKS = """id,party,payer,duration,calendar,predecessors,equipment,step,delivers
buy_rigs,owner,owner,,,,rig:4,,
buy_pumps,owner,owner,,,,pump:2,,
ship_rigs,haulier,owner,1 week,always,buy_rigs,,delivery,
install,builder,owner,2 weeks,office,"ship_rigs, buy_pumps",,installation,
roads,builder,owner,1 week,office,ship_rigs,,,
commission,builder,owner,1 week,office,install FS..10d,,commissioning,
qualify,customer,owner,3 days,office,commission,,qualification,work_centre:test+4
second_site,builder,owner,1 week,office,qualify,,installation,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("programme.yaml", MAIN), ("equipment.csv", EQUIPMENT), ("tasks.csv", TASKS)):
        (tmp_path / name).write_text(text)
    (tmp_path / "work_centres.csv").write_text("id,stations\ntest,0\n")
    return tmp_path


def made(programme: Programme) -> dict[str, Procurement]:
    found = procurements(programme, scheduling.schedule(programme))
    return {each.purchase.task.id: each for each in found}


def test_steps_follow_a_purchase_each_later_than_the_one_before(folder: Path) -> None:
    programme = load(folder)
    steps = {p.task.id: {step: [t.id for t in tasks] for step, tasks in p.steps.items()} for p in purchases(programme)}
    assert steps == {
        "buy_rigs": {"delivery": ["ship_rigs"], "installation": ["install"], "commissioning": ["commission"],
                     "qualification": ["qualify"]},
        "buy_pumps": {"installation": ["install"], "commissioning": ["commission"], "qualification": ["qualify"]},
    }  # fmt: skip


def test_dates_run_from_the_order_to_the_day_on_which_it_works(folder: Path) -> None:
    programme = load(folder)
    schedule = scheduling.schedule(programme)
    rigs, pumps = (made(programme)[name] for name in ("buy_rigs", "buy_pumps"))
    assert (rigs.ordered, rigs.order_by, rigs.delivered) == (0, 8, 9 * 168)  # the builder starts at eight
    assert rigs.works == schedule.task["qualify"].finish
    assert (rigs.payer, rigs.price, rigs.suppliers) == ("owner", 40_000, ("maker",))
    assert rigs.parties == {"delivery": ("haulier",), "installation": ("builder",), "commissioning": ("builder",),
                            "qualification": ("customer",)}  # fmt: skip
    assert [d.target for d in rigs.purchase.delivers] == ["test"]
    assert pumps.order_by == pumps.ordered + 7 * 168 + 8
    assert pumps.delivered + pumps.spare == 9 * 168 + 8


def test_the_most_urgent_order_comes_first(folder: Path) -> None:
    programme = load(folder)
    assert list(made(programme)) == ["buy_rigs", "buy_pumps"]


def test_a_step_that_follows_no_purchase_is_a_warning(folder: Path) -> None:
    (issue,) = check(folder)
    assert (issue.file, issue.row, issue.column, issue.severity) == ("tasks.csv", 9, "step", "warning")
    assert "no purchase of equipment leads to this installation" in issue.message
