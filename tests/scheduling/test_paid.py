"""Payments of a programme under way: what is paid stays where it was paid, the rest falls due with the rest."""

from dataclasses import replace

import pytest
from tests.scheduling.problems import programme, quantity, task
from tests.scheduling.test_spending import limited, months, paid
from tests.scheduling.underway import as_planned, began, ended, under_way

from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.spending import planned_payments
from plantwright.scheduling import check_schedule, schedule

JANUARY, FEBRUARY = (31 - 4) * 24.0, (31 - 4 + 28) * 24.0


def money(value: float):
    return quantity(value, Dimension.MONEY)


def fallen(plan, found) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """What falls due, as (hour, amount) by task and event."""
    parts: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for each in planned_payments(plan, found):
        parts.setdefault((each.due.task, each.due.event), []).append((round(each.at, 3), round(each.amount, 3)))
    return parts


def test_what_is_paid_stays_and_the_rest_falls_due_with_the_rest_of_the_work():
    tasks = (
        paid("buy", 400, 1000, "30 % order, 60 % delivery, 10 % acceptance of test"),
        task("test", 100, (("buy", "FS", 0),)),
        replace(task("work", 500, cost=500), payer="owner"),
    )
    plan = under_way(programme(tasks), 200, began("buy", 10, 300), began("work", 0, 400))
    found = schedule(plan)
    assert fallen(plan, found) == {
        ("buy", "start"): [(10, 300)],
        ("buy", "finish"): [(500, 600), (600, 100)],
        ("work", "progress"): [(200, 100), (600, 400)],
    }
    assert sum(each.amount for each in planned_payments(plan, found)) == pytest.approx(found.objectives["cost"])


def test_what_it_cost_is_what_is_paid_for_it():
    tasks = (replace(task("done", 100, cost=100), payer="owner"), replace(task("runs", 200, cost=100), payer="owner"))
    told = (ended("done", 0, 120, actual_cost=money(150)), began("runs", 0, 100, actual_cost=money(80)))
    plan = under_way(programme(tasks), 130, *told)
    found = schedule(plan)
    assert fallen(plan, found) == {("done", "progress"): [(120, 150)], ("runs", "progress"): [(130, 65), (230, 65)]}
    assert found.objectives["cost"] == pytest.approx(280)


def test_who_accepts_is_known_when_all_is_over():
    tasks = (
        paid("buy", 100, 1000, "90 % delivery, 10 % acceptance"),
        task("test", 100, (("buy", "FS", 0),)),
        task("last", 10, (("test", "FS", 0),)),
    )
    plan = under_way(programme(tasks), 220, ended("buy", 0, 100), ended("test", 110, 210))
    assert fallen(plan, schedule(plan))[("buy", "finish")] == [(100, 900), (210, 100)]


def test_a_limit_counts_what_is_paid_already():
    tasks = tuple(paid(f"buy_{n}", 100, 100, "100 % order") for n in range(3))
    plan = limited(under_way(programme(tasks, order=("finish",)), 50, began("buy_0", 0, 50)), 250)
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert months(plan, found)[:2] == [200, 100]
    assert max(done.start for done in found.tasks) == JANUARY


def test_what_was_overspent_before_the_status_date_is_past_helping():
    tasks = tuple(paid(f"buy_{n}", 100, 100, "100 % order") for n in range(3))
    told = (ended("buy_0", 0, 100), began("buy_1", 0, 60))
    plan = limited(under_way(programme(tasks, order=("finish",)), 120, *told), 150)
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert months(plan, found)[:2] == [200, 100]


def test_only_the_payer_s_own_past_payments_count():
    tasks = (
        replace(paid("a", 100, 100, "100 % order"), payer="operator"),
        paid("b", 100, 100, "100 % order"),
        paid("c", 100, 50, "100 % order"),
    )
    told = began("a", 0, 50)
    plan = limited(under_way(programme(tasks, order=("finish",)), 50, told), 160, payer="owner")
    assert schedule(plan).finish == 150


@pytest.mark.parametrize("status", [100.0, 700.0, 1000.0])
def test_progress_as_planned_keeps_payments_and_present_cost(status):
    tasks = (
        paid("buy", 600, 1000, "30 % order, 60 % delivery, 10 % acceptance"),
        task("test", 100, (("buy", "FS", 0),)),
        replace(task("work", 1296, cost=540), payer="owner"),
    )
    plan = programme(tasks, order=("finish", "npv"))
    plan = replace(plan, discount_rate=Quantity(0.1))
    found = schedule(plan)
    later = as_planned(plan, found, status)
    again = schedule(later)
    assert again.objectives["npv"] == pytest.approx(found.objectives["npv"], rel=1e-9)
    before = {event: sum(a for _, a in parts) for event, parts in fallen(plan, found).items()}
    assert {event: sum(a for _, a in parts) for event, parts in fallen(later, again).items()} == pytest.approx(before)
    assert months(later, again) == pytest.approx(months(plan, found))
