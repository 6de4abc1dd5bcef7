"""Each kind of agreement against payments worked out by hand, and net present value against textbook figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from plantwright.finance import check_cash_flows, settle
from plantwright.model.agreements import (
    Asset,
    Contribution,
    EquipmentSupply,
    Lease,
    OperationFee,
    Purchase,
    Sale,
    Venture,
)
from plantwright.model.assumptions import Assumption, Distribution, Law, Register
from plantwright.model.plan import Pegging, Plan, PurchaseOrder, TransferOrder
from plantwright.model.programme import Demand, Equipment, Item, Lane, Need, Operation, Resource, Source, WorkCentre
from plantwright.model.quantity import Dimension, Quantity, Step
from plantwright.model.risks import Risk, happens

DAY, WEEK = 24.0, 168.0


def q(value: float) -> Quantity:
    return Quantity(value)


def sale(name: str, when: float, price: float, seller: str = "operator", buyer: str = "owner") -> Sale:
    return Sale(
        id=name, kind="sale", seller=seller, buyer=buyer, closes=q(when), assets=(Asset(name="land", price=q(price)),)
    )


def demand(name: str = "d", quantity: int = 10, due: float = 0.0, price: float = 100.0) -> Demand:
    return Demand(
        id=name, customer="customer", destination="site", item="rack", quantity=quantity, due=q(due), price=q(price)
    )


def purchase(**more: object) -> Purchase:
    return Purchase(id="buy", kind="purchase", customer="customer", seller="venture", items=("rack",), **more)


RACK = (Item(id="rack", producer="operator"),)


def test_net_present_value_is_that_of_the_spreadsheet_function_xnpv(case):
    """Microsoft's documentation of XNPV: at 9 %, these payments are worth 2,086.65 (exact dates, 365-day year)."""
    flows = {
        date(2008, 1, 1): -10_000, date(2008, 3, 1): 2_750, date(2008, 10, 30): 4_250,
        date(2009, 2, 15): 3_250, date(2009, 4, 1): 2_750,
    }  # fmt: skip
    start = date(2008, 1, 1)
    deals = tuple(
        sale(f"s{i}", (when - start).days * DAY, abs(sum_), *(("maker", "owner") if sum_ < 0 else ("owner", "maker")))
        for i, (when, sum_) in enumerate(flows.items())
    )
    cash = case(start=start, horizon=date(2009, 12, 31), rate=q(0.09), agreements=deals).settled()
    assert cash.net_present_value[0, cash.parties.index("owner")] == pytest.approx(2_086.647602, abs=1e-4)
    assert cash.net[0, cash.parties.index("owner")] == pytest.approx(3_000)


def test_a_sum_doubled_in_a_year_is_worth_nothing_at_a_hundred_percent(case):
    deals = (sale("now", 0, 100), sale("later", 365 * DAY, 200, "owner", "operator"))
    cash = case(rate=q(1.0), agreements=deals, horizon=date(2027, 6, 1)).settled()
    assert cash.net_present_value[0, cash.parties.index("owner")] == pytest.approx(0.0, abs=1e-9)


def test_a_site_is_paid_on_closing_in_its_month(case, booked):
    cash = case(agreements=(sale("site", 31 * DAY, 375e6),)).settled()
    assert booked(cash, "owner", "site_sale", 1) == -375e6
    assert booked(cash, "operator", "site_sale", 1) == 375e6
    assert booked(cash, "operator", "site_sale") == 375e6


def test_a_sale_that_closes_behind_the_horizon_pays_nothing(case):
    assert not case(agreements=(sale("site", 9_000, 1.0),)).settled().net.any()


def test_work_is_paid_monthly_as_it_proceeds(case, task, booked):
    """58 days from 1 January cost 58: January pays 31, February 27."""
    cash = case(tasks={task(cost=58.0): (0.0, 58 * DAY)}).settled()
    assert [booked(cash, "operator", "conversion_work", m) for m in range(4)] == pytest.approx([-31, -27, 0, 0])
    assert booked(cash, "outside", "conversion_work") == pytest.approx(58)
    assert cash.capital_spent == pytest.approx([58])


def test_work_unfinished_at_the_horizon_is_paid_as_far_as_it_got(case, task):
    cash = case(tasks={task(cost=100.0): (0.0, 728 * DAY)}).settled()
    assert cash.capital_spent == pytest.approx([50])


def test_work_that_takes_no_time_is_paid_when_it_is_done(case, task, booked):
    cash = case(tasks={task(cost=5.0): (31 * DAY, 31 * DAY), task("fee", cost=2.0): (0.0, 0.0)}).settled()
    assert booked(cash, "operator", "conversion_work", 1) == -5
    assert booked(cash, "operator", "conversion_work", 0) == -2


def test_the_payer_pays_the_supplier_in_charge_and_else_contractors_outside(case, task, booked):
    works = {
        task("grid", 10.0, party="maker", payer="owner"): (0, DAY),
        task("fit", 3.0, party="operator", payer="owner"): (0, DAY),
    }
    cash = case(tasks=works).settled()
    assert booked(cash, "owner", "conversion_work") == pytest.approx(-13)
    assert booked(cash, "maker", "conversion_work") == pytest.approx(10)
    assert booked(cash, "operator", "conversion_work") == 0
    assert booked(cash, "outside", "conversion_work") == pytest.approx(3)


def test_crews_cost_their_working_hours(case, task, booked):
    crew = Resource(id="fitters", kind="crew", party="venture", capacity=(Step(q(0), q(4)),), cost=q(85.0))
    cash = case(tasks={task(needs=(Need("fitters", q(2)),)): (0, 10)}, tables={"resources": (crew,)}).settled()
    assert booked(cash, "venture", "conversion_crews") == pytest.approx(-85 * 2 * 10)
    assert cash.capital_spent == pytest.approx([1_700])


def test_equipment_is_paid_by_its_owner_a_deposit_at_order_and_the_rest_at_delivery(case, task, booked):
    cell = Equipment(id="cell", supplier="maker", price=q(1_000.0), lead_time=q(100 * DAY))
    supply = EquipmentSupply(id="e", kind="equipment_supply", owner="owner", operator="operator", deposit=q(0.3))
    buy = task(equipment=(Need("cell", q(4)),), prices=(q(4_000.0),))
    cash = case(tasks={buy: (0, 100 * DAY)}, agreements=(supply,), tables={"equipment": (cell,)}).settled()
    assert [booked(cash, "owner", "equipment", m) for m in (0, 3)] == pytest.approx([-1_200, -2_800])
    assert booked(cash, "maker", "equipment") == pytest.approx(4_000)


def test_without_an_agreement_the_payer_of_the_task_pays_equipment_at_delivery(case, task, booked):
    cell = Equipment(id="cell", price=q(1_000.0), lead_time=q(0))
    buy = task(equipment=(Need("cell", q(1)),), prices=(q(1_000.0),), payer="venture")
    cash = case(tasks={buy: (0, 40 * DAY)}, tables={"equipment": (cell,)}).settled()
    assert booked(cash, "venture", "equipment", 1) == pytest.approx(-1_000)
    assert booked(cash, "outside", "equipment") == pytest.approx(1_000)


def order(name: str = "po", quantity: float = 5.0, consigned: bool = False) -> PurchaseOrder:
    return PurchaseOrder(name, "gpu", "maker", quantity, 0.0, 40 * DAY, 7.0, consigned)


def test_the_seller_pays_parts_when_they_are_received(case, booked):
    plan = Plan(pegging=(Pegging("po", "d", "gpu", 3.0),))
    tables = {"demand": (demand(),), "items": RACK}
    cash = case(orders={order(): 40 * DAY}, plan=plan, agreements=(purchase(),), tables=tables).settled()
    assert booked(cash, "venture", "parts", 1) == pytest.approx(-21)
    assert booked(cash, "operator", "parts", 1) == pytest.approx(-14), "what serves no demand is paid by the operator"
    assert booked(cash, "maker", "parts") == pytest.approx(35)


@pytest.mark.parametrize(("consigned", "terms"), [(True, "buy_sell"), (False, "consigned")])
def test_the_customer_pays_consigned_parts(case, booked, consigned, terms):
    plan = Plan(pegging=(Pegging("po", "d", "gpu", 5.0),))
    tables = {"demand": (demand(),), "items": RACK}
    run = case(orders={order(consigned=consigned): DAY}, plan=plan, agreements=(purchase(terms=terms),), tables=tables)
    cash = run.settled()
    assert booked(cash, "customer", "parts") == pytest.approx(-35)
    assert booked(cash, "venture", "parts") == 0


def test_parts_that_never_come_are_not_paid(case):
    assert not case(orders={order(): np.nan, order("late"): 9_000.0}).settled().net.any()


def test_who_sells_what_is_moved_pays_the_carrier(case, booked):
    """Three units of four serve the venture's sale; the fourth is moved for whoever runs the plant."""
    lanes = (
        Lane(id="north", from_site="a", to_site="b", time=q(DAY), cost=q(7.0), carrier="maker"),
        Lane(id="south", from_site="b", to_site="a", time=q(DAY), cost=q(2.0)),
    )
    moved = TransferOrder("move", "rack", "rack", "north", 4.0, 40 * DAY, 41 * DAY, 7.0)
    others = (replace(moved, id="late", ships=9_000.0), replace(moved, id="other", lane="south", cost=2.0))
    plan = Plan(transfer_orders=(moved, *others), pegging=(Pegging("move", "d", "rack", 3.0),))
    run = case(plan=plan, agreements=(purchase(),), tables={"demand": (demand(),), "items": RACK, "lanes": lanes})
    cash = run.settled()
    assert booked(cash, "venture", "transfers", 1) == pytest.approx(-21)
    assert booked(cash, "operator", "transfers", 1) == pytest.approx(-7 - 8)
    assert (booked(cash, "maker", "transfers"), booked(cash, "outside", "transfers")) == (28, 8)
    assert check_cash_flows(*run.run(), cash) == ()
    cheap = replace(
        run, tables=run.tables | {"lanes": tuple(lane.model_copy(update={"cost": q(1.0)}) for lane in lanes)}
    )
    assert any("transfers" in issue for issue in check_cash_flows(*cheap.run(), cash))


BURN = Operation(item="rack", operation="burn", work_centre="test", time=q(5.0), resources=(Need("power", q(12)),))


def test_people_and_power_are_paid_for_the_hours_that_stations_work(case, booked):
    """10 busy hours of a centre with 2 people at 40 and 12 kW at 0.1: 800 for people, 12 for power."""
    tables = {
        "resources": (
            Resource(id="people", kind="people", capacity=(), cost=q(40.0)),
            Resource(id="power", kind="power", party="owner", capacity=(), cost=q(0.1)),
        ),
        "work_centres": (WorkCentre(id="test", resources=(Need("people", q(2)),)),),
        "items": RACK,
        "routing": (BURN,),
    }  # fmt: skip
    cash = case(tables=tables, busy={"test": {7: 10.0}}, units={"rack": {7: 2}}).settled()
    assert booked(cash, "operator", "resource_use", 1) == pytest.approx(-800)
    assert booked(cash, "owner", "resource_use", 1) == pytest.approx(-12)


def test_a_mark_up_refunds_the_operator(case, booked):
    people = Resource(id="people", kind="people", capacity=(), cost=q(40.0))
    centre = WorkCentre(id="test", resources=(Need("people", q(1)),))
    fee = OperationFee(
        id="f", kind="operation", owner="owner", operator="operator", cost_plus=q(0.1), pays_after=q(31 * DAY)
    )
    tables = {"resources": (people,), "work_centres": (centre,), "items": RACK}
    cash = case(tables=tables, busy={"test": {0: 10.0}}, agreements=(fee,)).settled()
    assert booked(cash, "operator", "operation_fees", 1) == pytest.approx(440)
    assert cash.net[0, cash.parties.index("operator")] == pytest.approx(40)


def test_an_operator_is_paid_by_unit_and_by_month(case, booked):
    fee = OperationFee(
        id="f", kind="operation", owner="owner", operator="operator", fee_per_unit={"rack": q(60.0)},
        fixed_per_month=q(310.0), starts=q(16 * DAY),
    )  # fmt: skip
    cash = case(agreements=(fee,), tables={"items": RACK}, units={"rack": {1: 3, 7: 2}}).settled()
    assert booked(cash, "operator", "operation_fees", 0) == pytest.approx(310 * 15 / 31)
    assert booked(cash, "operator", "operation_fees", 1) == pytest.approx(310 + 2 * 60)


def test_a_unit_is_paid_a_deposit_ahead_and_the_rest_after_shipment(case, booked):
    """Ten racks of 100 in the week from 5 March (middle: 8 March noon); 20 % 30 days ahead, 80 % 60 days after."""
    terms = purchase(deposit=q(0.2), deposit_ahead=q(30 * DAY), pays_after=q(60 * DAY))
    tables = {"demand": (demand(),), "items": RACK}
    cash = case(agreements=(terms,), tables=tables, shipped={"d": {9: 10}}).settled()
    assert booked(cash, "venture", "sales", 1) == pytest.approx(200)
    assert booked(cash, "venture", "sales", 4) == pytest.approx(800)
    assert booked(cash, "customer", "sales") == pytest.approx(-1_000)


def test_payment_due_behind_the_horizon_is_booked_all_the_same(case, booked):
    tables = {"demand": (demand(),), "items": RACK}
    cash = case(agreements=(purchase(pays_after=q(60 * DAY)),), tables=tables, shipped={"d": {50: 1}}).settled()
    assert cash.by_month.shape[1] == 14
    assert booked(cash, "venture", "sales", 13) == pytest.approx(100)


def test_consigned_units_earn_their_fee(case, booked):
    tables = {"demand": (demand(),), "items": RACK}
    cash = case(agreements=(purchase(terms="consigned", fee=q(9.0)),), tables=tables, shipped={"d": {9: 10}}).settled()
    assert booked(cash, "venture", "consigned_fees") == pytest.approx(90)
    assert booked(cash, "venture", "sales") == 0


def test_without_an_agreement_the_producer_sells_and_is_paid_at_shipment(case, booked):
    cash = case(tables={"demand": (demand(),), "items": RACK}, shipped={"d": {9: 1}}).settled()
    assert booked(cash, "operator", "sales", 2) == pytest.approx(100)


def test_late_units_cost_the_seller_by_the_hour(case, booked):
    """Due after two weeks; 4 arrive in the third and 6 in the fourth: 10 - 2, then 6 - 3 are late a week."""
    tables = {"demand": (demand(due=2 * WEEK),), "items": RACK}
    arrived = {"d": {2: 4, 3: 6}}
    cash = case(agreements=(purchase(late_fee=q(1.5)),), tables=tables, arrived=arrived).settled()
    assert booked(cash, "customer", "late_fees") == pytest.approx(1.5 * WEEK * (8 + 3))


def test_rent_is_paid_monthly_in_arrears_and_by_the_day(case, booked):
    lease = Lease(
        id="l", kind="lease", lessor="owner", lessee="operator", rent_per_month=q(31.0), starts=q(21 * DAY),
        ends=q(73 * DAY),
    )  # fmt: skip
    cash = case(agreements=(lease,)).settled()
    assert [booked(cash, "owner", "lease", m) for m in range(4)] == pytest.approx([10, 31, 14, 0])


def test_a_venture_pays_out_what_it_earned_and_keeps_its_capital(case, booked):
    """Capital of 500 in January; sales of 1,000 in March against a site of 300 bought in February: 700 to share."""
    capital = Contribution(party="owner", amount=q(500.0), date=q(0))
    venture = Venture(id="v", kind="venture", venture="venture", contributions=(capital,))
    deals = (venture, sale("site", 40 * DAY, 300, "operator", "venture"), purchase())
    tables = {"demand": (demand(),), "items": RACK}
    cash = case(agreements=deals, tables=tables, shipped={"d": {9: 10}}).settled()
    assert booked(cash, "owner", "venture_contributions") == -500
    assert [booked(cash, "owner", "venture_distributions", m) for m in range(4)] == pytest.approx([0, 0, 350, 0])
    assert cash.net[0, cash.parties.index("venture")] == pytest.approx(500)


def test_a_venture_keeps_its_reserve_and_pays_out_the_agreed_share(case, booked):
    venture = Venture(id="v", kind="venture", venture="venture", distributes=q(0.5), reserve=q(200.0))
    tables = {"demand": (demand(),), "items": RACK}
    cash = case(agreements=(venture, purchase()), tables=tables, shipped={"d": {9: 10}}).settled()
    shared = [2 * booked(cash, "operator", "venture_distributions", m) for m in (2, 3, 4)]
    assert shared == pytest.approx([400, 200, 100])


def uncertain() -> Register:
    spread = Distribution(Law.UNIFORM, 50.0, 100.0, 150.0)
    return Register({"price": Assumption("price", spread, Dimension.MONEY, "USD", False, False, "", "")})


def test_an_assumed_price_is_the_same_draw_as_everywhere_else(case):
    register = uncertain()
    rows = (demand(price=0.0).model_copy(update={"price": Quantity(100.0, Dimension.MONEY, "price", 2.0)}),)
    tables = {"demand": rows, "items": RACK}
    cash = case(tables=tables, shipped={"d": {9: 1}}, worlds=230, register=register).settled()
    drawn = 2 * register.draws("price", 7, range(230))
    assert cash.net[:, cash.parties.index("operator")] == pytest.approx(drawn)


def whole(case, task, worlds: int = 120):
    """A run with something of every kind."""
    gpu = Source(item="gpu", supplier="maker", price=Quantity(100.0, Dimension.MONEY, "price"), lead_time=q(0))
    tables = {
        "demand": (demand(due=WEEK), demand("e", 4, 2 * WEEK, 80.0)), "items": RACK, "sources": (gpu,),
        "resources": (Resource(id="people", kind="people", party="operator", capacity=(), cost=q(40.0)),),
        "work_centres": (WorkCentre(id="test", resources=(Need("people", q(2)),)),),
        "equipment": (Equipment(id="cell", supplier="maker", price=q(1_000.0), lead_time=q(0)),),
    }  # fmt: skip
    finish = np.linspace(50, 400, worlds) * DAY
    capital = Contribution(party="owner", amount=q(500.0), date=q(0))
    venture = Venture(id="v", kind="venture", venture="venture", contributions=(capital,))
    deals = (
        venture, sale("site", 40 * DAY, 300, "operator", "owner"), purchase(deposit=q(0.1), late_fee=q(0.01)),
        OperationFee(id="f", kind="operation", owner="owner", operator="operator", cost_plus=q(0.06)),
        EquipmentSupply(id="s", kind="equipment_supply", owner="owner", operator="operator", deposit=q(0.25)),
        Lease(id="l", kind="lease", lessor="owner", lessee="operator", rent_per_month=q(31.0)),
    )  # fmt: skip
    buy = task("buy", 90.0, equipment=(Need("cell", q(2)),), prices=(q(2_000.0),), needs=(Need("people", q(1)),))
    return case(
        rate=q(0.08), agreements=deals, tasks={buy: (10 * DAY, finish), task("dig", 7.0): (0, 30 * DAY)}, tables=tables,
        orders={order(): 40 * DAY, order("po2"): 9_000.0}, plan=Plan(pegging=(Pegging("po", "d", "gpu", 3.0),)),
        shipped={"d": {9: 10}, "e": {20: 4}}, arrived={"d": {10: 10}}, units={"rack": {9: 10}},
        busy={"test": {5: 12.0, 30: 80.0}}, worlds=worlds, register=uncertain(),
    )  # fmt: skip


def test_the_independent_check_agrees_with_what_is_settled(case, task):
    run = whole(case, task)
    assert check_cash_flows(*run.run(), run.settled()) == ()


def test_a_world_is_settled_the_same_whatever_its_batch(case, task):
    many, few = whole(case, task, 120).settled(), None
    run = whole(case, task, 120)
    programme, schedule, plan, trials, results = run.run()
    first = {k: v[:7] for k, v in vars(results).items() if getattr(v, "ndim", 0) and k != "edges"}
    few = settle(
        programme, schedule, plan, type(trials)(trials.tasks, trials.start[:7], trials.finish[:7], *(np.zeros(2),) * 2),
        type(results)(**(vars(results) | first)),
    )  # fmt: skip
    assert np.array_equal(many.net_present_value[:7], few.net_present_value)


@pytest.mark.parametrize("part", ["by_month", "net", "capital_spent", "net_present_value"])
def test_the_check_finds_money_that_comes_from_nowhere(case, task, part):
    run = whole(case, task, 3)
    cash = run.settled()
    broken = getattr(cash, part).copy()
    broken[(0,) * broken.ndim] += 50_000.0
    assert check_cash_flows(*run.run(), type(cash)(**(vars(cash) | {part: broken})))


def test_the_check_finds_a_sale_booked_to_the_wrong_party(case, task):
    run = whole(case, task, 3)
    cash = run.settled()
    moved = cash.by_month.copy()
    kind = cash.kinds.index("sales")
    moved[[cash.parties.index("venture"), cash.parties.index("maker")], :, kind] = moved[
        [cash.parties.index("maker"), cash.parties.index("venture")], :, kind
    ]
    assert any(
        "sales" in issue for issue in check_cash_flows(*run.run(), type(cash)(**(vars(cash) | {"by_month": moved})))
    )


def test_months_are_calendar_months(case, booked):
    """A start in the middle of a month: its first month is short, and the next begins on the first."""
    start = date(2026, 1, 20)
    deals = tuple(sale(f"s{d}", (date(2026, 1, 20) + timedelta(d) - start).days * DAY, 1.0) for d in (11, 12))
    cash = case(start=start, agreements=deals).settled()
    assert [booked(cash, "operator", "site_sale", m) for m in (0, 1)] == [1.0, 1.0]


def test_a_risk_is_paid_by_its_owner_in_the_worlds_where_it_happens(case, task):
    risks = (
        Risk(id="flood", probability=q(0.4), tasks=("dig",), cost=q(500.0), owner="owner"),
        Risk(
            id="rock", probability=q(0.6), tasks=("dig",), cost=q(300.0), owner="operator", mitigation="drill",
            mitigation_cost=q(40.0), mitigated_cost=q(100.0), mitigated=True,
        ),
        Risk(id="tariff", probability=q(1.0), cost=q(7.0)),
    )  # fmt: skip
    made = case(tasks={task("dig"): (10 * DAY, 40 * DAY)}, tables={"risks": risks}, worlds=200)
    cash = made.settled()
    flood, rock, _ = happens(made.programme(), 7, range(200), {}).T
    assert check_cash_flows(*made.run(), cash) == ()
    owner, operator = (cash.net[:, cash.parties.index(party)] for party in ("owner", "operator"))
    assert owner == pytest.approx(-500.0 * flood)
    # Who runs the plant pays what nobody owns.
    assert operator == pytest.approx(-40.0 - 100.0 * rock - 7.0)
    assert cash.capital_spent == pytest.approx(500.0 * flood + 47.0 + 100.0 * rock)
    assert 0.3 < flood.mean() < 0.5
    assert 0.5 < rock.mean() < 0.7
