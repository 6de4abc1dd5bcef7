"""A programme's plan carried out: what holds in every world, and directions that every change must take."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from plantwright import planning, scheduling
from plantwright.model.outcome import Replications
from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.quantity import Quantity, Step
from plantwright.model.read import load
from plantwright.model.schedule import Taking
from plantwright.simulation import simulate
from plantwright.simulation.check import check_replications, check_trace
from plantwright.simulation.replicate import Reading, worlds_of
from plantwright.simulation.supply import _made_at, receipts
from plantwright.simulation.trace import KINDS, trace_of

EXAMPLES = Path(__file__).parents[2] / "examples"
WORLDS = 12


@cache
def planned() -> tuple[Programme, Plan, np.ndarray]:
    programme = load(EXAMPLES / "small")
    schedule = scheduling.schedule(programme)
    plan = planning.plan(programme, schedule)
    trials = scheduling.conversion_trials(programme, schedule, 3, range(WORLDS))
    columns = [trials.finish_of(task.id) for task in programme.tasks for _ in task.delivers]
    return programme, plan, np.stack(columns, axis=1)


@cache
def base() -> Replications:
    return simulate(*planned(), WORLDS, 3)


def fields(results: Replications) -> dict[str, object]:
    return {f.name: getattr(results, f.name) for f in dataclasses.fields(results)}


def assert_same(one: Replications, other: Replications) -> None:
    for name, value in fields(one).items():
        if isinstance(value, np.ndarray):
            assert value.tobytes() == getattr(other, name).tobytes(), name
        else:
            assert value == getattr(other, name), name


def test_the_plan_is_carried_out() -> None:
    results = base()
    wanted = sum(d.quantity for d in planned()[0].demand)
    assert results.energised.sum(axis=(1, 2)).max() == wanted
    assert results.energised_kw[:, -1].max() > 0
    assert np.all(np.diff(results.energised_kw, axis=1) >= 0)


def test_independent_checkers_find_nothing_in_any_world() -> None:
    programme, plan, commissioning = planned()
    assert check_replications(programme, plan, base()) == ()
    reading = Reading(worlds_of(programme, plan, commissioning, 3))
    for replication in range(WORLDS):
        assert check_trace(trace_of(reading.run(replication, trace=True))) == ()


def test_the_checker_finds_units_from_nothing() -> None:
    programme, plan, _ = planned()
    more = dataclasses.replace(base(), shipped=base().shipped * 2, energised_kw_at=base().energised_kw_at * 100)
    assert len(check_replications(programme, plan, more)) >= 2
    never = dataclasses.replace(base(), received=np.full_like(base().received, np.inf))
    assert any("hold more of" in finding for finding in check_replications(programme, plan, never))


def test_threads_change_nothing() -> None:
    assert_same(base(), simulate(*planned(), WORLDS, 3, threads=1))
    assert_same(base(), simulate(*planned(), WORLDS, 3, threads=5))


def test_fewer_replications_are_the_first_of_more() -> None:
    programme, plan, commissioning = planned()
    few = simulate(programme, plan, commissioning[:4], 4, 3)
    assert few.energised.tobytes() == base().energised[:4].tobytes()
    assert few.waits.tobytes() == base().waits[:4].tobytes()


def test_seeds_make_different_worlds() -> None:
    assert simulate(*planned(), WORLDS, 4).received.tobytes() != base().received.tobytes()


def test_progress_is_told_up_to_the_end() -> None:
    told: list[float] = []
    simulate(*planned(), WORLDS, 3, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_wrong_arguments_are_refused() -> None:
    programme, plan, commissioning = planned()
    with pytest.raises(ValueError, match="must have shape"):
        simulate(programme, plan, commissioning[:, :-1], WORLDS, 3)
    with pytest.raises(ValueError, match="at least one replication"):
        simulate(programme, plan, commissioning, 0, 3)


def energised_hours(results: Replications) -> np.ndarray:
    """Unit-weeks under power: more, or sooner, is larger."""
    return results.energised.sum(axis=1).cumsum(axis=1).sum(axis=1)


def first(results: Replications) -> np.ndarray:
    return np.nan_to_num(results.first_shipped, nan=np.inf).min(axis=1)


def test_a_later_conversion_never_brings_the_first_unit_forward() -> None:
    programme, plan, commissioning = planned()
    later = simulate(programme, plan, commissioning + 4000.0, WORLDS, 3)
    assert np.all(first(later) >= first(base()))
    assert first(later).mean() > first(base()).mean()
    assert np.all(energised_hours(later) <= energised_hours(base()))


def with_resource(programme: Programme, name: str, factor: float) -> Programme:
    """Multiply what the conversion delivers of a resource."""
    tasks = tuple(
        dataclasses.replace(
            task,
            delivers=tuple(
                dataclasses.replace(d, amount=d.amount.scaled(factor)) if d.target == name else d for d in task.delivers
            ),
        )
        for task in programme.tasks
    )
    return dataclasses.replace(programme, tasks=tasks)


def test_more_test_power_where_it_binds_gives_more() -> None:
    programme, plan, commissioning = planned()
    scarce = simulate(with_resource(programme, "test_power", 0.25), plan, commissioning, WORLDS, 3)
    rich = simulate(with_resource(programme, "test_power", 0.75), plan, commissioning, WORLDS, 3)
    assert energised_hours(rich).mean() > energised_hours(scarce).mean()
    assert np.all(energised_hours(rich) >= energised_hours(scarce))


def test_nothing_starts_while_a_task_of_the_conversion_has_all_of_a_resource() -> None:
    programme, plan, commissioning = planned()
    begins, ends = np.full(WORLDS, 4000.0), np.full(WORLDS, 6000.0)
    task = Taking("test_power", Quantity(1e9), begins, ends)
    trace = trace_of(Reading(worlds_of(programme, plan, commissioning, 3, (task,))).run(0, trace=True))
    power = trace.tables.resources.index("test_power")
    starts = trace.time[(trace.kind == KINDS.index("resource")) & (trace.place == power) & (trace.value > 0)]
    assert np.any(starts < begins[0])
    assert np.any(starts >= ends[0])
    assert not np.any((starts >= begins[0]) & (starts < ends[0]))
    assert check_trace(trace) == ()
    slowed = simulate(programme, plan, commissioning, WORLDS, 3, taken=(task,))
    assert np.all(energised_hours(slowed) <= energised_hours(base()))
    assert energised_hours(slowed).mean() < energised_hours(base()).mean()


def test_what_the_conversion_takes_has_the_dates_of_its_tasks() -> None:
    programme = load(EXAMPLES / "small")
    schedule = scheduling.schedule(programme)
    trials = scheduling.conversion_trials(programme, schedule, 3, range(WORLDS))
    found = {(t.resource, t.amount.planned, t.start.tobytes()) for t in trials.takings(programme, schedule)}
    modes = [(t, m) for t in programme.tasks for m in t.modes if m.name == schedule.task[t.id].mode]
    wanted = {
        (need.id, need.amount.planned, trials.start[:, trials.tasks.index(task.id)].tobytes())
        for task, mode in modes
        for need in mode.needs
    }
    assert found == wanted
    assert found


def with_capacity(programme: Programme, item: str, factor: float) -> Programme:
    """Multiply what the supplier of an item can make a week."""
    sources = tuple(
        s.model_copy(update={"capacity": tuple(Step(c.at, c.value.scaled(factor)) for c in s.capacity)})
        if s.item == item
        else s
        for s in programme.sources
    )
    return dataclasses.replace(programme, sources=sources)


def test_a_scarcer_part_gives_fewer() -> None:
    """The supplier makes a tenth of what was planned; the orders stay as they are."""
    programme, plan, commissioning = planned()
    scarce = _slipped(with_capacity(programme, "accelerator", 0.1), programme, plan, commissioning)
    assert np.all(energised_hours(scarce) <= energised_hours(base()))
    assert energised_hours(scarce).mean() < energised_hours(base()).mean()
    kinds = {cause: scarce.waits.sum(axis=(0, 2))[i] for i, cause in enumerate(scarce.causes)}
    assert max(kinds, key=kinds.__getitem__) == ("part", "accelerator")


def _slipped(scarce: Programme, planned_for: Programme, plan: Plan, commissioning: np.ndarray) -> Replications:
    """Carry a plan out when the supplier turns out to make fewer than the planner was told."""
    source = {s.item: s for s in scarce.sources}["accelerator"]
    rows = [i for i, o in enumerate(plan.purchase_orders) if o.item == "accelerator"]
    rate = np.array([s.value.planned for s in source.capacity])
    made = _made_at(
        np.array([s.at.planned for s in source.capacity]),
        rate,
        np.cumsum([plan.purchase_orders[i].quantity for i in rows]),
    )
    orders = list(plan.purchase_orders)
    for i, time in zip(rows, made, strict=True):
        orders[i] = dataclasses.replace(orders[i], received=max(orders[i].received, float(time)))
    return simulate(planned_for, dataclasses.replace(plan, purchase_orders=tuple(orders)), commissioning, WORLDS, 3)


def test_a_lower_priority_demand_never_gains_from_a_scarcer_part() -> None:
    programme, plan, commissioning = planned()
    scarce = _slipped(with_capacity(programme, "accelerator", 0.1), programme, plan, commissioning)
    lowest = max(range(len(programme.demand)), key=lambda d: programme.demand[d].priority)
    before, after = (r.demand_arrived[:, lowest].cumsum(axis=1) for r in (base(), scarce))
    assert np.all(after <= before)


def test_lead_times_shift_what_is_received() -> None:
    programme, plan, _ = planned()
    received = receipts(programme, plan, 3, range(200))
    leads = programme.register.draws("chip_lead_time", 3, range(200))
    rows = [i for i, o in enumerate(plan.purchase_orders) if o.item == "accelerator"]
    expected = (
        np.array([plan.purchase_orders[i].received for i in rows])
        + (leads - programme.register.planned("chip_lead_time"))[:, None]
    )
    np.testing.assert_allclose(received[:, rows], expected)


def test_a_supplier_makes_what_its_rates_allow() -> None:
    """Ten a unit of time from 5, twenty from 7: the 20th at 7, the 60th at 9; without a rate never."""
    times, rates = np.array([7.0, 5.0]), np.array([20.0, 10.0])
    np.testing.assert_allclose(_made_at(times, rates, np.array([10.0, 20.0, 60.0])), [6.0, 7.0, 9.0])
    assert np.isinf(_made_at(np.array([0.0]), np.array([0.0]), np.array([1.0])))[0]
