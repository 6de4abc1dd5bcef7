"""What a plan changes of the last one: orders paired, ids kept, nervousness between 0 and 1."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from tests.planning.programmes import DAY, WEEK, Plant
from tests.planning.test_properties import QUICK, planned, plants

from plantwright.exchange.plan_book import plan_workbook
from plantwright.exchange.plan_file import ROWS, plan_json, read_plan
from plantwright.model.issues import ProgrammeError
from plantwright.model.plan import Plan
from plantwright.planning import check_plan, difference, plan, with_stable_ids


def shop() -> Plant:
    """A part by the week from a supplier, a rack a day from the cell."""
    plant = Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY}, part=2).source("part", lead=WEEK)
    return plant.demand("a", "rack", 2, due=4 * WEEK).demand("b", "rack", 3, due=6 * WEEK)


def plan_of(plant: Plant) -> Plan:
    return plan(plant.programme(), plant.schedule())


def test_the_same_programme_changes_nothing() -> None:
    last = plan_of(shop())
    assert with_stable_ids(last, plan_of(shop())) == last
    found = difference(last, last)
    assert (found.orders, found.demands, found.nervousness) == ((), (), 0)


def test_a_new_demand_adds_orders_and_leaves_the_ids_of_the_others() -> None:
    last, now = plan_of(shop()), plan_of(shop().demand("c", "rack", 1, due=3 * WEEK))
    now = with_stable_ids(last, now)
    old = {o.id: o for o in last.production_orders}
    assert all(old[o.id].finish == o.finish for o in now.production_orders if o.id in old)
    found = difference(last, now)
    assert {(c.what, c.item) for c in found.orders} == {("new", "rack"), ("new", "part")}
    assert [(c.what, c.demand, c.after) for c in found.demands] == [("new", "c", 1)]
    assert 0 < found.nervousness < 1


def test_an_order_that_comes_later_has_moved_and_its_demand_is_later() -> None:
    last, later = plan_of(shop()), shop()
    rows = later.rows["demand"]
    rows[1] = rows[1].model_copy(update={"due": replace(rows[1].due, planned=7 * WEEK)})
    found = difference(last, with_stable_ids(last, plan_of(later)))
    assert {(c.what, c.days) for c in found.orders if c.kind == "production"} == {("moved", 7)}
    assert [(c.what, c.demand, c.days) for c in found.demands] == [("later", "b", 7)]


def test_nothing_that_was_planned_stays() -> None:
    assert difference(plan_of(shop()), Plan()).nervousness == 1
    assert {c.what for c in difference(plan_of(shop()), Plan()).orders} == {"gone"}


@QUICK
@given(plants(), plants())
def test_ids_stay_apart_and_the_plan_stays_sound(first: Plant, second: Plant) -> None:
    programme, schedule, found = planned(second)
    last = planned(first)[2]
    named = with_stable_ids(last, found)
    assert check_plan(programme, schedule, named) == ()
    assert 0 <= difference(last, named).nervousness <= 1
    orders = [*named.purchase_orders, *named.production_orders]
    assert len({o.id for o in orders}) == len(orders)


@QUICK
@given(plants())
def test_a_plan_comes_back_from_json_as_it_was(tmp_path_factory: pytest.TempPathFactory, plant: Plant) -> None:
    programme, schedule, found = planned(plant)
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    path.write_bytes(plan_json(programme, schedule, found))
    last = read_plan(path, programme)
    assert (last.plan, last.schedule) == (found, schedule)


def test_every_table_of_a_plan_is_in_its_file() -> None:
    assert {*ROWS, "order", "inventory"} == {f.name for f in fields(Plan)}


def test_a_workbook_with_its_days_shows_no_change_of_the_same_plan(tmp_path) -> None:
    programme = shop().programme()
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_workbook(programme, plan_of(shop())))
    last = read_plan(path, programme).plan
    assert difference(last, with_stable_ids(last, plan_of(shop()))).orders == ()


@pytest.mark.parametrize(("name", "content"), [("a.json", b"{}"), ("a.json", b"x"), ("a.xlsx", b"x"), ("a.txt", b"")])
def test_a_file_that_is_no_plan_is_named(tmp_path, name, content) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ProgrammeError, match=name):
        read_plan(tmp_path / name, shop().programme())
    with pytest.raises(ProgrammeError, match="no such file"):
        read_plan(tmp_path / "missing.json", shop().programme())
