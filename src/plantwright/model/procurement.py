"""What the conversion buys, step by step: order, delivery, installation, commissioning, qualification.

A purchase is a task with equipment. Its further steps are the tasks that follow it, each of a later step than the one
before; one installation may serve several purchases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from plantwright.model.cell_values import Delivery
from plantwright.model.conversion import STEPS, Step, Task
from plantwright.model.dues import equipment_terms
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule


@dataclass(frozen=True)
class Purchase:
    """A task that buys equipment, and the tasks that make it work, in the programme's order by step."""

    task: Task
    steps: Mapping[Step, tuple[Task, ...]]

    @cached_property
    def delivered_by(self) -> tuple[Task, ...]:
        """The tasks at whose finish the equipment is at the plant."""
        return self.steps.get("delivery", ()) or (self.task,)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The purchase and all its steps: when they are done, all of the equipment works."""
        return (self.task, *(task for step in STEPS for task in self.steps.get(step, ())))

    @property
    def delivers(self) -> tuple[Delivery, ...]:
        """The capability that is there when it works."""
        return tuple(each for task in self.tasks for each in task.delivers)


@dataclass(frozen=True, slots=True)
class Procurement:
    """A purchase with its dates in a schedule, hours from start.

    `order_by` is when it may be ordered at the latest without the conversion ending later; `spare` for how many hours
    the equipment is there before the next task needs it. `finishes` has when each further step is done, `parties` who
    does it, `works` when all is done; `price` is the planned price of all the equipment, `payer` who pays for it.
    """

    purchase: Purchase
    suppliers: tuple[str, ...]
    payer: str
    price: float
    ordered: float
    order_by: float
    delivered: float
    spare: float
    finishes: Mapping[Step, float]
    parties: Mapping[Step, tuple[str, ...]]
    works: float


def purchases(programme: Programme) -> tuple[Purchase, ...]:
    """Return every purchase of the conversion with its steps, in the programme's order."""
    following: dict[str, list[Task]] = defaultdict(list)
    for task in programme.tasks:
        for predecessor in dict.fromkeys(link.predecessor for link in task.links):
            following[predecessor].append(task)
    return tuple(Purchase(task, _steps(task, following)) for task in programme.tasks if task.equipment)


def _steps(purchase: Task, following: Mapping[str, Sequence[Task]]) -> dict[Step, tuple[Task, ...]]:
    found: dict[str, Task] = {}
    reached = [purchase]
    while reached:
        task = reached.pop()
        later = [each for each in following.get(task.id, ()) if _rank(each) > max(_rank(task), 0)]
        reached += [each for each in later if each.id not in found]
        found |= {each.id: each for each in later}
    return {step: tasks for step in STEPS if (tasks := tuple(t for t in found.values() if t.step == step))}


def _rank(task: Task) -> int:
    return STEPS.index(task.step) + 1 if task.step else -1


def procurements(programme: Programme, schedule: Schedule) -> tuple[Procurement, ...]:
    """Return the purchases that a schedule makes with their dates, in order of the latest date to order."""
    kinds = {kind.id: kind for kind in programme.equipment}
    found = []
    for purchase in purchases(programme):
        task, planned = purchase.task, schedule.task[purchase.task.id]
        if not planned.is_done:
            continue
        suppliers = dict.fromkeys(kinds[need.id].supplier for need in task.equipment)
        found.append(
            Procurement(
                purchase, tuple(each for each in suppliers if each),
                equipment_terms(programme, task)[0], planned.mode_of(task).equipment_cost, planned.start,
                planned.start + planned.total_float, _done(schedule, purchase.delivered_by),
                min(schedule.task[each.id].free_float for each in purchase.delivered_by),
                {step: _done(schedule, tasks) for step, tasks in purchase.steps.items()},
                {step: tuple(_parties(tasks)) for step, tasks in purchase.steps.items()},
                _done(schedule, purchase.tasks),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.order_by, each.ordered, each.purchase.task.id)))


def _done(schedule: Schedule, tasks: Sequence[Task]) -> float:
    return max(schedule.task[task.id].finish for task in tasks)


def _parties(tasks: Sequence[Task]) -> Iterator[str]:
    yield from dict.fromkeys(task.party for task in tasks if task.party)
