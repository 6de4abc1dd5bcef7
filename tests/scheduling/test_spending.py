"""Payments of the conversion: when they fall due, and schedules that keep limits of spending."""

from dataclasses import replace

import pytest
from tests.scheduling.problems import programme, quantity, resource, task

from plantwright.model.cell_values import PaymentTerm
from plantwright.model.cells import CellError, Reading, payment
from plantwright.model.programme import Spending
from plantwright.model.quantity import Dimension, Step
from plantwright.model.spending import periods, planned_payments
from plantwright.scheduling import check_schedule, conversion_trials, schedule

JANUARY, FEBRUARY = (31 - 4) * 24.0, (31 - 4 + 28) * 24.0


def limited(plan, most: float, *, payer: str = "", per: str = "month"):
    steps = (Step(quantity(0, Dimension.DATE), quantity(most, Dimension.MONEY)),)
    spending = (Spending(payer=payer, per=per, most=steps),)
    return replace(plan, objective=plan.objective.model_copy(update={"spending": spending}))


def paid(name: str, hours: float, cost: float, terms: str, **more):
    return replace(task(name, hours, cost=cost, **more), payment=payment(terms, Reading()), payer="owner")


def months(plan, found) -> list[float]:
    """What falls due in each month, by adding up."""
    ends = periods(plan, "month", found.finish)
    due = [
        (max(each.at, 1.0) if each.due.event != "start" else each.at + 1, each.amount)
        for each in planned_payments(plan, found)
    ]
    return [sum(amount for at, amount in due if begin < at <= end) for begin, end in ends]


def test_terms_of_payment_are_read():
    assert payment("30 % order, 60 % delivery, 10 % acceptance of trial", Reading()) == (
        PaymentTerm(0.3, "start"), PaymentTerm(0.6, "finish"), PaymentTerm(0.1, "acceptance", "trial")
    )  # fmt: skip
    for text in ("30 % order", "100 % ordr", "100 %", "100 % order of trial", "50 % order, 60 % delivery"):
        with pytest.raises(CellError):
            payment(text, Reading())


def test_payments_fall_due_by_their_terms():
    tasks = (
        paid("buy", 600, 1000, "30 % order, 60 % delivery, 10 % acceptance"),
        task("test", 100, (("buy", "FS", 0),)),
        replace(task("work", 1296, cost=540), payer="owner"),
    )
    plan = programme(tasks)
    found = schedule(plan)
    due = {(each.due.task, round(each.at)): round(each.amount) for each in planned_payments(plan, found)}
    assert due == {
        ("buy", 0): 300, ("buy", 600): 600, ("buy", 700): 100,
        ("work", JANUARY - 24): 270, ("work", 1296): 270,
    }  # fmt: skip
    assert sum(each.amount for each in planned_payments(plan, found)) == pytest.approx(found.objectives["cost"])


def test_a_limit_of_spending_puts_work_off():
    plan = programme(tuple(paid(f"buy {n}", 100, 100, "100 % order") for n in range(3)), order=("finish",))
    assert schedule(plan).finish == 100
    tight = limited(plan, 150)
    found = schedule(tight)
    assert check_schedule(tight, found) == []
    assert months(tight, found)[:3] == [100, 100, 100]
    assert found.finish == FEBRUARY + 100
    assert "beyond its limit" in " ".join(check_schedule(tight, schedule(plan)))
    again = conversion_trials(tight, found, 1, range(1))
    assert again.start[0].tolist() == [done.start for done in found.tasks]


def test_only_the_payer_s_own_payments_count():
    tasks = (paid("a", 10, 100, "100 % order"), replace(paid("b", 10, 100, "100 % order"), payer="operator"))
    plan = programme(tasks, order=("finish",))
    assert schedule(limited(plan, 120)).finish == JANUARY + 10
    assert schedule(limited(plan, 120, payer="owner")).finish == 10


def test_work_in_progress_is_paced_by_the_money():
    tasks = tuple(replace(task(f"t{n}", 480, cost=1000, needs=(("crew", 1),)), payer="owner") for n in range(3))
    plan = limited(programme(tasks, (resource("crew", ((0, 3),)),), order=("finish",)), 1500)
    found = schedule(plan)
    assert check_schedule(plan, found) == []
    assert max(months(plan, found)) <= 1500
    assert found.finish > 480


def test_quarters_and_years_are_those_of_the_calendar():
    plan = programme(())
    assert periods(plan, "quarter", 100 * 24)[0] == (0.0, 86 * 24.0)
    assert periods(plan, "year", 1)[0] == (0.0, 361 * 24.0)
    assert [round((b - a) / 24) for a, b in periods(plan, "month", 80 * 24)] == [27, 28, 31]
