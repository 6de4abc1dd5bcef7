"""What the conversion's tasks cost, part by part: who pays each, and at which event it falls due by its terms.

Planned values only; when the events come is in `spending`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from plantwright.model.agreements import EquipmentSupply
from plantwright.model.cell_values import PaymentTerm
from plantwright.model.programme import Mode, Programme, Task
from plantwright.model.quantity import Quantity

OUTSIDE = "outside"
"""The rest of the world, as a party: whoever is paid or pays without being named in the programme."""

Event = Literal["start", "finish", "progress"]


@dataclass(frozen=True, slots=True)
class Due:
    """A part of the planned cost of a task in a mode (currency), due at the start or finish of task `at`, or while it
    goes on.
    """

    task: str
    payer: str
    kind: Literal["work", "equipment", "crews"]
    event: Event
    at: str
    amount: float


def runs_plant(programme: Programme) -> str:
    """Return who runs the plant where nothing else is said: the first operator, else the first owner, else nobody."""
    roles = {party.role: party.id for party in reversed(programme.parties)}
    return roles.get("operator") or roles.get("owner") or OUTSIDE


def equipment_terms(programme: Programme, task: Task) -> tuple[str, Quantity]:
    """Return who pays for the equipment of a task, and the share of it that is due at order, by agreement.

    Where an agreement on supplying equipment covers the task's party or payer, its owner pays; else the task's payer
    does, all at delivery.
    """
    for supply in programme.agreements:
        if isinstance(supply, EquipmentSupply) and {task.party, task.payer} & {supply.owner, supply.operator}:
            return supply.owner, supply.deposit
    return task.payer or task.party or runs_plant(programme), Quantity(0.0)


def accepted_by(programme: Programme, task: Task, term: PaymentTerm) -> str:
    """Return the task at whose finish an acceptance falls due: the one named, else the one that follows."""
    if term.task:
        return term.task
    following = [each.id for each in programme.tasks if any(link.predecessor == task.id for link in each.links)]
    return following[0] if len(following) == 1 else task.id


def dues(programme: Programme, task: Task, mode: Mode) -> Iterator[Due]:
    """Yield the parts of the planned cost of a task in a mode."""
    payer = task.payer or task.party or runs_plant(programme)
    yield from _parts(programme, task, payer, "work", mode.cost.planned)
    supplier, deposit = equipment_terms(programme, task)
    if task.payment:
        yield from _parts(programme, task, supplier, "equipment", mode.equipment_cost)
    elif mode.equipment_cost:
        yield Due(task.id, supplier, "equipment", "start", task.id, deposit.planned * mode.equipment_cost)
        yield Due(task.id, supplier, "equipment", "finish", task.id, (1 - deposit.planned) * mode.equipment_cost)
    for need in mode.needs:
        resource = programme.resource[need.id]
        cost = resource.cost.planned * need.amount.planned * mode.duration.planned
        if cost:
            yield Due(task.id, resource.party or payer, "crews", "progress", task.id, cost)


def _parts(
    programme: Programme, task: Task, payer: str, kind: Literal["work", "equipment"], cost: float
) -> Iterator[Due]:
    if cost and not task.payment:
        yield Due(task.id, payer, kind, "progress", task.id, cost)
    for term in task.payment if cost else ():
        at = accepted_by(programme, task, term) if term.event == "acceptance" else task.id
        event: Event = "finish" if term.event == "acceptance" else term.event
        yield Due(task.id, payer, kind, event, at, term.share * cost)
