"""Quotes for new orders and confirmed causes, on cases small enough to work out by hand."""

from __future__ import annotations

import pytest
from tests.planning.programmes import DAY, WEEK, Plant, needs, q

from plantwright.model.programme import Demand
from plantwright.planning import causes_of, plan, promise, promise_by_priority, with_causes
from plantwright.planning.causes import per_unit


def order(item: str, quantity: int, due: float, priority: int = 1) -> Demand:
    return Demand(
        id="new", customer="c", destination="site", item=item, quantity=quantity, due=q(due), priority=priority
    )


def cell() -> Plant:
    """One station that makes a rack a day."""
    return Plant().centre("cell").make("rack", {"at": "cell", "hours": DAY})


def test_a_quote_leaves_what_is_promised_alone() -> None:
    plant = cell().demand("old", "rack", 2, due=2 * DAY, priority=5)
    quoted = promise(plant.programme(), plant.schedule(), order("rack", 2, due=2 * DAY))
    assert [(s.quantity, s.arrives) for s in quoted.shipments] == [(1, 3 * DAY), (1, 4 * DAY)]
    assert quoted.displaced == ()
    assert {(r.kind, r.object) for r in quoted.reasons} == {("work_centre", "cell")}


def test_a_more_important_order_names_whom_it_displaces() -> None:
    plant = cell().demand("old", "rack", 2, due=2 * DAY, priority=5)
    quoted = promise_by_priority(plant.programme(), plant.schedule(), order("rack", 1, due=2 * DAY))
    assert [s.arrives for s in quoted.shipments] == [2 * DAY]
    assert [(d.demand, d.delay, d.units) for d in quoted.displaced] == [("old", pytest.approx(DAY), 0)]


def test_an_order_needs_an_id_of_its_own() -> None:
    plant = cell().demand("new", "rack", 2, due=2 * DAY)
    with pytest.raises(ValueError, match="new"):
        promise(plant.programme(), plant.schedule(), order("rack", 2, due=2 * DAY))


def test_a_part_that_comes_too_late_is_confirmed_with_its_number_and_week() -> None:
    """10 racks of 50 couplings in week 4, couplings 60 days away: 500 more in week 3 bring it to its due date."""
    plant = Plant().centre("line", 50).make("rack", {"at": "line", "hours": 2}, coupling=50)
    plant.source("coupling", lead=60 * DAY).demand("a", "rack", 10, due=4 * WEEK)
    programme, schedule = plant.programme(), plant.schedule()
    (cause,) = with_causes(programme, schedule, plan(programme, schedule)).causes
    assert (cause.kind, cause.object, cause.units) == ("lead_time", "coupling", 10)
    assert cause.gain == pytest.approx(60 * DAY + 2 - 4 * WEEK, abs=0.1)
    assert cause.text == "500 more coupling in week 3 bring it 32 days forward"


def test_causes_chain_until_the_demand_is_in_time() -> None:
    """Two parts are late: the first alone brings nothing, both together bring it in time."""
    plant = Plant().centre("line", 50).make("rack", {"at": "line", "hours": 2}, a=1, b=1)
    plant.source("a", lead=50 * DAY).source("b", lead=50 * DAY).demand("d", "rack", 3, due=WEEK)
    programme, schedule = plant.programme(), plant.schedule()
    first, second = causes_of(programme, schedule, programme.demand[0])
    assert first.gain == pytest.approx(0, abs=0.1)
    assert second.gain > 40 * DAY
    assert {first.object, second.object} == {"a", "b"}


def test_stations_and_power_are_relaxed_as_well() -> None:
    plant = Plant().centre("cell", 1).resource("power", 10)
    plant.make("rack", {"at": "cell", "hours": DAY, "resources": needs(power=10)}).demand("d", "rack", 4, due=2 * DAY)
    programme, schedule = plant.programme(), plant.schedule()
    causes = causes_of(programme, schedule, programme.demand[0])
    assert {c.object for c in causes} == {"cell", "power"}
    assert causes[-1].units == 2


def test_a_site_without_power_is_a_cause() -> None:
    plant = (
        Plant()
        .item("rack", power_kw=100)
        .stock("rack", 5)
        .site(power={0: 0, 3 * WEEK: 900})
        .demand("d", "rack", 5, WEEK)
    )
    programme, schedule = plant.programme(), plant.schedule()
    (cause,) = causes_of(programme, schedule, programme.demand[0])
    assert (cause.kind, cause.units) == ("destination", 5)


def test_a_bill_of_materials_multiplies_over_its_levels() -> None:
    plant = (
        Plant().centre("l").make("rack", {"at": "l", "hours": 1}, tray=18).make("tray", {"at": "l", "hours": 1}, qd=6)
    )
    plant.component("rack", "qd", 56)
    assert per_unit(plant.programme(), "rack")["qd"] == 18 * 6 + 56


def test_two_demands_that_wait_for_one_purchase_order_say_which() -> None:
    plant = Plant().source("part", lead=20 * DAY).demand("a", "part", 4, due=WEEK).demand("b", "part", 6, due=WEEK)
    programme = plant.programme()
    first, second = plan(programme, plant.schedule()).reasons
    assert first.order == second.order == "buy:part:1"
    assert first.text.endswith("it waits for buy:part:1 of 10, there on 25 Jan 2026, as does b")


def test_a_change_that_makes_it_possible_at_all_says_so() -> None:
    plant = Plant().stock("part", 3).demand("a", "part", 5, due=WEEK)
    programme, schedule = plant.programme(), plant.schedule()
    (cause,) = causes_of(programme, schedule, programme.demand[0])
    assert cause.text == "2 more part in week 1 bring 2 units that are not possible now"
    assert cause.gain == float("inf")


def test_reasons_and_causes_call_things_by_their_names() -> None:
    plant = cell()
    plant.rows["work_centres"][0] = plant.rows["work_centres"][0].model_copy(update={"name": "Burn-in cell"})
    programme, schedule = plant.demand("a", "rack", 2, due=DAY).programme(), plant.schedule()
    found = with_causes(programme, schedule, plan(programme, schedule))
    assert "work centre Burn-in cell is full" in found.reasons[0].text
    assert found.causes[0].text.startswith("one more station of Burn-in cell")
