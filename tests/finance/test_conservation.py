"""Whatever is agreed, money only changes hands."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plantwright.finance import check_cash_flows
from plantwright.model.agreements import Asset, Contribution, Lease, OperationFee, Purchase, Sale, Venture
from plantwright.model.plan import Pegging, Plan, PurchaseOrder
from plantwright.model.programme import Demand, Item
from plantwright.model.quantity import Quantity

WHO = st.sampled_from(["owner", "operator", "venture", "customer", "maker"])
HOURS = st.floats(0, 10_000)
MONEY = st.floats(0, 1e9)
SHARE = st.floats(0, 1)


def q(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[Quantity]:
    return strategy.map(Quantity)


ASSETS = st.lists(st.builds(Asset, name=st.just("a"), price=q(MONEY)), max_size=3).map(tuple)
CONTRIBUTION = st.builds(Contribution, party=WHO, amount=q(MONEY), date=q(HOURS))
AGREEMENT = st.one_of(
    st.builds(Sale, id=st.just("s"), kind=st.just("sale"), seller=WHO, buyer=WHO, closes=q(HOURS), assets=ASSETS),
    st.builds(
        Lease, id=st.just("l"), kind=st.just("lease"), lessor=WHO, lessee=WHO, rent_per_month=q(MONEY), starts=q(HOURS),
        ends=q(HOURS),
    ),
    st.builds(
        OperationFee, id=st.just("f"), kind=st.just("operation"), owner=WHO, operator=WHO, cost_plus=q(SHARE),
        fee_per_unit=st.dictionaries(st.just("rack"), q(MONEY)), fixed_per_month=q(MONEY), pays_after=q(HOURS),
    ),
    st.builds(
        Venture, id=st.just("v"), kind=st.just("venture"), venture=st.just("venture"), distributes=q(SHARE),
        reserve=q(MONEY), contributions=st.lists(CONTRIBUTION, max_size=2).map(tuple),
    ),
    st.builds(
        Purchase, id=st.just("p"), kind=st.just("purchase"), customer=st.just("customer"), seller=WHO,
        items=st.just(("rack",)), terms=st.sampled_from(["buy_sell", "consigned"]), fee=q(MONEY), deposit=q(SHARE),
        deposit_ahead=q(HOURS), pays_after=q(HOURS), late_fee=q(st.floats(0, 100)),
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    agreements=st.lists(AGREEMENT, max_size=5).map(tuple),
    span=st.tuples(HOURS, HOURS).map(sorted),
    cost=MONEY,
    shipped=st.dictionaries(st.integers(0, 51), st.integers(0, 9), max_size=5),
    pegged=st.floats(0, 20),
    rate=st.floats(0, 0.5),
)
def test_money_is_neither_made_nor_lost(case, task, agreements, span, cost, shipped, pegged, rate):
    demand = Demand(
        id="d", customer="customer", destination="x", item="rack", quantity=50, due=Quantity(500.0), price=Quantity(3e6)
    )
    run = case(
        rate=Quantity(rate), agreements=agreements, tasks={task(cost=cost): tuple(span)},
        tables={"demand": (demand,), "items": (Item(id="rack"),)}, shipped={"d": shipped}, arrived={"d": shipped},
        units={"rack": shipped}, orders={PurchaseOrder("po", "gpu", "maker", 10.0, 0, 0, 50.0, False): span[1]},
        plan=Plan(pegging=(Pegging("po", "d", "gpu", pegged),)), worlds=2,
    )  # fmt: skip
    cash = run.settled()
    size = max(1.0, np.abs(cash.by_month).sum())
    assert np.abs(cash.by_month.sum(axis=0)).max(initial=0) <= 1e-9 * size
    assert np.abs(cash.net.sum(axis=1)).max() <= 1e-9 * size
    assert not [issue for issue in check_cash_flows(*run.run(), cash) if "present value" not in issue]
