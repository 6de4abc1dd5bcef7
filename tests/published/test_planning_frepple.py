"""frePPLe's own test models (frePPLe 9, MIT licence) planned by Plantwright, against the plans that frePPLe expects.

Where only lead times and materials bind, every delivery must be the same in quantity and date. Where capacity binds,
two planners may fill it differently: there no demand may be later. Reasons must agree by kind and object.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.published.frepple import Expected, Model, expected, read

from plantwright.model.plan import Plan
from plantwright.model.schedule import Schedule
from plantwright.planning import check_plan, plan

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "frepple"
NO_CONVERSION = Schedule((), (), "optimal", {}, {})
LEAD_TIME_AND_MATERIAL = {
    "constraints_leadtime_1": 1, "constraints_leadtime_4": 1, "constraints_material_1": 1, "constraints_material_4": 1,
    "distribution_1": 2, "buffer_max": 1, "safety_stock": 1, "demand_policy": 1,
}  # fmt: skip
CAPACITY = {"constraints_resource_1": 1, "constraints_resource_3": 1}
OTHER = {"operation_autofence": 1}
KINDS = {
    "work_centre": "capacity",
    "resource": "capacity",
    "lead_time": "lead_time",
    "lane": "lead_time",
    "part": "part",
}


def case(name: str, output: int) -> tuple[Model, Plan, Expected]:
    """Return a model, its checked plan and what frePPLe expects."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"frePPLe's models are not at {SHARED}")
        pytest.skip(f"frePPLe's models are not at {SHARED}")
    model = read(SHARED / name / f"{name}.xml")
    found = plan(model.programme, NO_CONVERSION, rules=model.rules)
    assert check_plan(model.programme, NO_CONVERSION, found) == ()
    return model, found, expected(SHARED / name / f"{name}.{output}.expect", model)


def deliveries(found: Plan, demand: str) -> list[tuple[float, float]]:
    return [(s.quantity, pytest.approx(s.arrives, abs=0.02)) for s in found.shipments_of.get(demand, ())]


@pytest.mark.parametrize(("name", "output"), LEAD_TIME_AND_MATERIAL.items())
def test_lead_times_and_materials_give_frepples_dates(name: str, output: int) -> None:
    model, found, theirs = case(name, output)
    compared = [d.id for d in model.programme.demand if d.id not in model.unsupported]
    assert compared
    for demand in compared:
        assert deliveries(found, demand) == theirs.deliveries.get(demand, []), demand


@pytest.mark.parametrize(("name", "output"), (CAPACITY | OTHER).items())
def test_no_demand_is_later_than_in_frepple(name: str, output: int) -> None:
    model, found, theirs = case(name, output)
    for demand in model.programme.demand:
        ours = sum(s.quantity for s in found.shipments_of.get(demand.id, ()))
        assert ours == pytest.approx(sum(n for n, _ in theirs.deliveries[demand.id]))
        assert found.promised(demand.id) <= max(at for _, at in theirs.deliveries[demand.id]) + 0.02, demand.id


@pytest.mark.parametrize(("name", "output"), (LEAD_TIME_AND_MATERIAL | CAPACITY).items())
def test_reasons_agree_by_kind_and_object(name: str, output: int) -> None:
    model, found, theirs = case(name, output)
    for demand in model.programme.demand:
        ours = {(KINDS[r.kind], r.object) for r in found.reasons if r.demand == demand.id and r.kind in KINDS}
        if demand.id not in model.unsupported and demand.id in theirs.constraints and ours:
            assert ours <= theirs.constraints[demand.id], demand.id


def test_pegging_serves_every_delivery() -> None:
    """The model `pegging_1`: its expected output is frePPLe's pegging, whose sums the checker repeats on ours."""
    model, found, _ = case("pegging_1", 1)
    assert {p.demand for p in found.pegging} == {d.id for d in model.programme.demand}


SMALL = """<plan xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><current>2009-01-01T00:00:00</current>
<operations>
  <operation name="make rack" xsi:type="operation_routing"><location name="plant"/><item name="rack"/>
    <suboperations>
      <suboperation><priority>1</priority><operation name="build" xsi:type="operation_fixed_time">
        <location name="plant"/><duration>P2D</duration>
        <flows>
          <flow xsi:type="flow_start"><item name="chip"/><quantity>-2</quantity><name>chip</name><priority>1</priority>
          </flow>
          <flow xsi:type="flow_start"><item name="twin"/><quantity>-2</quantity><name>chip</name><priority>2</priority>
            <effective_start>2009-01-05T00:00:00</effective_start></flow>
        </flows></operation></suboperation>
      <suboperation><priority>2</priority><operation name="test" xsi:type="operation_fixed_time">
        <location name="plant"/><duration>P3D</duration>
        <flows><flow xsi:type="flow_end"><item name="rack"/><quantity>1</quantity></flow></flows></operation>
      </suboperation>
    </suboperations></operation>
</operations>
<buffers>
  <buffer name="chip @ plant"><item name="chip"/><location name="plant"/><onhand>8</onhand><minimum>3</minimum></buffer>
  <buffer name="twin @ plant"><item name="twin"/><location name="plant"/><onhand>40</onhand></buffer>
</buffers>
<calendars><calendar name="nights"/></calendars>
<demands><demand name="order"><quantity>10</quantity><due>2009-01-08T00:00:00</due><item name="rack"/>
  <location name="plant"/><maxlateness>P30D</maxlateness></demand></demands></plan>"""


def test_the_converter_reads_routings_alternates_and_dates(tmp_path: Path) -> None:
    """By hand: four racks hold chips; twins may be taken from the 5th on, so that six racks come on the 10th."""
    (tmp_path / "small.xml").write_text(SMALL)
    model = read(tmp_path / "small.xml")
    found = plan(model.programme, NO_CONVERSION, rules=model.rules)
    assert check_plan(model.programme, NO_CONVERSION, found) == ()
    assert deliveries(found, "order") == [(4.0, 7 * 24.0), (6.0, 9 * 24.0)]
    assert model.programme.item["chip_plant"].safety_stock.planned == 3
    assert model.left_out == ("calendar 'nights'",)


WAYS = """<plan xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><current>2009-01-01T00:00:00</current>
<operations>
  <operation name="make or buy" xsi:type="operation_alternate"><location name="plant"/><item name="rack"/>
    <suboperations>
      <suboperation><priority>2</priority><operation name="buy rack" xsi:type="operation_fixed_time">
        <location name="plant"/><duration>P10D</duration>
        <flows><flow xsi:type="flow_end"><item name="rack"/><quantity>1</quantity></flow></flows></operation>
      </suboperation>
      <suboperation><priority>1</priority><effective_start>2009-01-03T00:00:00</effective_start>
        <operation name="make rack" xsi:type="operation_time_per">
        <location name="plant"/><duration_per>P1D</duration_per>
        <loads>
          <load><resource name="line 1"/><quantity>1</quantity><name>line</name><priority>1</priority></load>
          <load><resource name="line 2"/><quantity>1</quantity><name>line</name><priority>2</priority></load>
        </loads>
        <flows><flow xsi:type="flow_end"><item name="rack"/><quantity>1</quantity></flow></flows></operation>
      </suboperation>
    </suboperations></operation>
  <operation name="press" xsi:type="operation_fixed_time"><location name="plant"/><item name="part"/>
    <duration>P1D</duration><size_minimum>4</size_minimum><size_multiple>4</size_multiple>
    <loads><load><resource name="line 2"/><quantity>0.1</quantity></load></loads>
    <flows><flow xsi:type="flow_end"><item name="part"/><quantity>1</quantity></flow></flows></operation>
</operations>
<items><item name="part"><itemdistributions><itemdistribution><origin name="plant"/><destination name="depot"/>
  <leadtime>P2D</leadtime><size_minimum>3</size_minimum><size_multiple>3</size_multiple></itemdistribution>
  </itemdistributions></item></items>
<resources><resource name="line 1"><maximum>1</maximum></resource>
  <resource name="line 2"><maximum>1</maximum></resource></resources>
<demands>
  <demand name="racks"><quantity>9</quantity><due>2009-01-06T00:00:00</due><priority>1</priority><item name="rack"/>
    <location name="plant"/></demand>
  <demand name="parts"><quantity>5</quantity><due>2009-02-01T00:00:00</due><priority>2</priority><item name="part"/>
    <location name="depot"/></demand>
</demands></plan>"""


def test_the_converter_reads_alternates_lots_and_distributions(tmp_path: Path) -> None:
    """By hand: from the 3rd on each line makes a rack a day, so six in time, three more by bought ones or the 8th;
    parts are pressed in fours and moved in threes.
    """
    (tmp_path / "ways.xml").write_text(WAYS)
    model = read(tmp_path / "ways.xml")
    assert (model.left_out, model.unsupported) == ((), frozenset())
    found = plan(model.programme, NO_CONVERSION, rules=model.rules)
    assert check_plan(model.programme, NO_CONVERSION, found) == ()
    assert deliveries(found, "racks")[0] == (6.0, 5 * 24.0)
    assert found.promised("racks") == pytest.approx(7 * 24.0, abs=0.1)
    lines = {a.work_centre for a in found.assignments}
    assert lines == {"at_rack_plant_by_make_rack_1_1", "at_rack_plant_by_make_rack_1_2"}
    parts = [(o.quantity, o.arrives) for o in found.transfer_orders if o.item == "part_depot"]
    assert parts == [(6.0, 31 * 24.0)]
    assert sum(o.good for o in found.production_orders if o.item == "part_plant") == 8
