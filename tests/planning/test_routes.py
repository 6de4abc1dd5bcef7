"""Ways to make an item: work centres by preference, dates of operations, lots; by hand and as properties."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.planning.programmes import DAY, WEEK, Plant, q
from tests.planning.test_priority import deliveries, planned
from tests.planning.test_properties import QUICK, supplied_plants

from plantwright.model.plan import Plan
from plantwright.model.quantity import Quantity
from plantwright.planning import check_plan, plan, with_causes


def two_places(due: float, units: int, **second: object) -> Plant:
    """Racks of 10 hours at `fast`, else 16 at `slow`."""
    plant = Plant(weeks=12).centre("fast", 1).centre("slow", 1).stock("part", 100)
    plant.make("rack", {"at": "fast", "hours": 10, "name": "build"}, part=1)
    plant.make("rack", {"at": "slow", "hours": 16, "name": "build", "preference": 2, **second})
    return plant.demand("a", "rack", units, due)


def units_at(found: Plan) -> dict[str, float]:
    good = {order.id: order.good for order in found.production_orders}
    places = dict.fromkeys((a.work_centre for a in found.assignments), 0.0)
    return {name: sum(good[a.order] for a in found.assignments if a.work_centre == name) for name in places}


def test_an_operation_goes_to_the_next_work_centre_where_the_first_is_full() -> None:
    """In two days four racks are built at the first and, of 16 hours, three at the second."""
    assert units_at(planned(two_places(2 * DAY, 4))) == {"fast": 4}
    found = planned(two_places(2 * DAY, 7))
    assert units_at(found) == {"fast": 4, "slow": 3}
    assert deliveries(found, "a") == [(7, 2 * DAY)]
    assert {load.object: load.needed for load in found.loads if load.week == 0} == {"fast": 40, "slow": 48}


def test_a_reason_names_the_other_work_centres_that_are_full_too() -> None:
    found = planned(two_places(2 * DAY, 9))
    (reason,) = found.reasons
    assert (reason.kind, reason.object) == ("work_centre", "fast")
    assert "full up to" in reason.text
    assert reason.text.endswith(", and so is slow, where it could be done as well")
    plant = two_places(2 * DAY, 9)
    causes = with_causes(plant.programme(), plant.schedule(), found).causes
    assert [c.object for c in causes if c.units > 0] == ["fast"]


def test_what_an_operation_yields_depends_on_where_it_is_done() -> None:
    """Of 10 units started at the second place half are good."""
    plant = two_places(2 * DAY, 4, share=0.5, hours=1)
    plant.rows["work_centres"][0] = plant.rows["work_centres"][0].model_copy(update={"stations": 0})
    found = planned(plant)
    assert (sum(o.quantity for o in found.production_orders), units_at(found)) == (8, {"slow": 4})


def test_an_operation_is_begun_between_its_dates() -> None:
    """At the first from the third day on, at the other up to the end of the second, then for 16 hours more."""
    plant = two_places(8 * DAY, 16, valid_to=q(2 * DAY))
    plant.rows["routing"][0] = plant.rows["routing"][0].model_copy(update={"valid_from": q(3 * DAY)})
    found = planned(plant)
    assert units_at(found) == {"fast": 12, "slow": 4}
    assert deliveries(found, "a") == [(16, 8 * DAY)]


def test_what_may_not_be_made_yet_is_said() -> None:
    plant = Plant(weeks=12).centre("line", 1)
    plant.make("rack", {"at": "line", "hours": 10, "valid_from": q(5 * DAY)}).demand("a", "rack", 1, 3 * DAY)
    found = planned(plant)
    assert deliveries(found, "a") == [(1, 5 * DAY + 10)]
    assert "may not be made before 10 Jan 2026" in found.reasons[0].text


def test_what_may_no_longer_be_made_is_said() -> None:
    plant = Plant(weeks=12).centre("line", 1).source("part", lead=10 * DAY)
    plant.make("rack", {"at": "line", "hours": 10, "valid_to": q(5 * DAY)}, part=1).demand("a", "rack", 1, 8 * DAY)
    found = planned(plant)
    assert deliveries(found, "a") == []
    assert found.reasons[0].object in ("rack", "part")


def test_made_items_come_in_lots_and_what_is_over_serves_the_next() -> None:
    plant = Plant(weeks=12).centre("line", 1).stock("part", 100)
    plant.item("rack", lot_min=8, lot_multiple=5).make("rack", {"at": "line", "hours": 1}, part=1)
    plant.demand("a", "rack", 4, 5 * DAY).demand("b", "rack", 9, 9 * DAY)
    found = planned(plant)
    assert [order.good for order in found.production_orders] == [10, 10]
    assert deliveries(found, "b") == [(9, 9 * DAY)]


@st.composite
def routed_plants(draw: st.DrawFn) -> Plant:
    """Draw a plant with other places for its operations, dates of operations and lots of what is made."""
    plant = draw(supplied_plants())
    plant.centre("spare", draw(st.integers(0, 2)), unattended=draw(st.booleans()))
    rows = []
    dates = st.sampled_from([None, None, 100.0, 3 * WEEK, 8 * WEEK])
    for row in plant.rows["routing"]:
        begins = draw(dates)
        rows.append(row.model_copy(update={"valid_from": begins and q(begins)}))
        if draw(st.booleans()):
            ends, centre = draw(dates), draw(st.sampled_from(["line", "test", "spare"]))
            share, hours = q(draw(st.sampled_from([1.0, 0.5]))), q(draw(st.floats(0.5, 60)))
            changed = {"valid_to": ends and q(ends), "work_centre": centre, "yield_": share, "time": hours}
            rows.append(row.model_copy(update={"preference": 2, **changed}))
    plant.rows["routing"] = rows
    plant.rows["items"] = [
        item.model_copy(update={
            "lot_min": draw(st.sampled_from([1, 1, 5])), "lot_multiple": draw(st.sampled_from([1, 1, 2, 3])),
        })
        for item in plant.rows["items"]
    ]  # fmt: skip
    return plant


@QUICK
@given(routed_plants())
def test_every_plan_with_ways_dates_and_lots_passes_the_checker(plant: Plant) -> None:
    programme, schedule = plant.programme(), plant.schedule()
    found = plan(programme, schedule)
    assert check_plan(programme, schedule, found) == ()
    assert found == plan(programme, schedule)


def test_the_checker_sees_operations_in_the_wrong_place() -> None:
    plant = two_places(2 * DAY, 7)
    programme, schedule, found = plant.programme(), plant.schedule(), planned(plant)
    first, rest = found.assignments[0], found.assignments[1:]

    def closed(**dates: Quantity) -> object:
        return replace(programme, routing=(programme.routing[0], programme.routing[1].model_copy(update=dates)))

    lots = tuple(item.model_copy(update={"lot_multiple": 5}) for item in programme.items)
    broken = {
        "are done": (programme, replace(found, assignments=rest)),
        "is not done at": (programme, replace(found, assignments=(replace(first, work_centre="slow"), *rest))),
        "when it may not": (closed(valid_from=q(2 * DAY)), found),
        "are no lot": (replace(programme, items=lots), found),
    }
    for words, (case, wrong) in broken.items():
        assert any(words in fault for fault in check_plan(case, schedule, wrong)), words
