"""Rules about the conversion: tasks, resources, equipment, and the amounts that one takes of the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from plantwright.model.draft import KIND_DIMENSION, Draft, in_row, own_cells, suggestion
from plantwright.model.issues import Issue
from plantwright.model.procurement import purchases
from plantwright.model.programme import Need, Operation, Resource, TaskRow, WorkCentre
from plantwright.model.quantity import Dimension, Quantity
from plantwright.model.units import NAMES, wanted


def fits(amount: Quantity, kind: str) -> bool:
    """Return whether an amount is measured as resources of the kind are; a bare 0 fits all."""
    return amount.dimension is KIND_DIMENSION[kind] or (
        amount.dimension is Dimension.NUMBER and amount.planned == 0 and not amount.assumption
    )


def _misfit(draft: Draft, amount: Quantity, name: str, kind: str) -> tuple[str, str]:
    noun = "stations are counted" if kind == "work_centre" else f"'{name}' is {kind}"
    written = f"@{amount.assumption}" if amount.assumption else f"{amount.planned:g}"
    remedy = f"write {wanted(KIND_DIMENSION[kind], draft.programme.currency)}"
    return f"{noun}, but the amount {written} is {NAMES[amount.dimension]}", remedy


def capacity_units(draft: Draft) -> Iterator[Issue]:
    """A resource's capacity is measured as its kind is."""
    for resource in draft.programme.resources:
        for step in resource.capacity:
            if not fits(step.value, resource.kind):
                yield in_row(resource, "capacity", *_misfit(draft, step.value, resource.id, resource.kind))


def need_units(draft: Draft) -> Iterator[Issue]:
    """What tasks, work centres and operations take of a resource is measured as its kind is."""
    for table in ("tasks", "work_centres", "routing"):
        for row in draft.rows[table]:
            for need in _needs(draft, row):
                resource = draft.programme.resource.get(need.id)
                if resource and not fits(need.amount, resource.kind):
                    yield in_row(row, "resources", *_misfit(draft, need.amount, need.id, resource.kind))


def _needs(draft: Draft, row: object) -> tuple[Need, ...]:
    if not isinstance(row, (TaskRow, WorkCentre, Operation)):
        return ()
    own = {column for column, _ in own_cells(draft, row)}
    return row.resources if "resources" in own else ()


def equipment_counts(draft: Draft) -> Iterator[Issue]:
    """Equipment is bought in numbers above zero."""
    for row in draft.rows["tasks"]:
        for column, value in own_cells(draft, row):
            for need in value if column == "equipment" and isinstance(value, tuple) else ():
                if need.amount.dimension is not Dimension.NUMBER or need.amount.planned <= 0:
                    said = f"{need.amount.planned:g} is no number of pieces of '{need.id}'"
                    yield in_row(row, "equipment", said, f"write a number above zero, such as `{need.id}:4`")


def deliveries_fit(draft: Draft) -> Iterator[Issue]:
    """What a task delivers is of its target's kind and unit; stations come in whole numbers."""
    for task in draft.programme.tasks:
        for delivery in task.delivers:
            resource = draft.programme.resource.get(delivery.target) if delivery.kind != "work_centre" else None
            if resource and resource.kind != delivery.kind:
                said = f"resource '{delivery.target}' is {resource.kind}, not {delivery.kind}"
                yield Issue("tasks.csv", task.row, "delivers", said, f"write `{resource.kind}:{delivery.target}+...`")
            elif not fits(delivery.amount, delivery.kind):
                yield Issue(
                    "tasks.csv", task.row, "delivers", *_misfit(draft, delivery.amount, delivery.target, delivery.kind)
                )
            elif delivery.kind == "work_centre" and delivery.amount.planned % 1 and not delivery.amount.assumption:
                said = f"'{delivery.target}' cannot get {delivery.amount.planned:g} stations"
                yield Issue("tasks.csv", task.row, "delivers", said, "write a whole number")


def most_ever(draft: Draft) -> Mapping[str, float]:
    """Return the most that each resource ever has: its highest step and all that tasks deliver, in canonical units."""
    most: dict[str, float] = defaultdict(float)
    for resource in draft.programme.resources:
        most[resource.id] = max((step.value.planned for step in resource.capacity), default=0.0)
    for task in draft.programme.tasks:
        for delivery in task.delivers:
            if delivery.kind != "work_centre" and delivery.target in most:
                most[delivery.target] += delivery.amount.planned
    return most


def overdrawn_resources(draft: Draft) -> Iterator[Issue]:
    """Nothing takes more of a resource than there ever is of it; an operation takes it for each unit of its smallest
    batch.
    """
    if not {"resources", "tasks"} <= draft.whole:
        return
    most = most_ever(draft)
    for table in ("tasks", "work_centres", "routing"):
        for row in draft.rows[table]:
            units = row.batch_min if isinstance(row, Operation) else 1
            for need in _needs(draft, row):
                resource = draft.programme.resource.get(need.id)
                if resource and need.amount.planned * units > most[need.id] * (1 + 1e-9):
                    yield in_row(row, "resources", *_overdraft(need.amount.planned * units, resource, most[need.id]))


def _overdraft(taken: float, resource: Resource, most: float) -> tuple[str, str]:
    unit = KIND_DIMENSION[resource.kind].value if KIND_DIMENSION[resource.kind] is not Dimension.NUMBER else ""
    space = " " if unit else ""
    said = f"{taken:g}{space}{unit} of '{resource.id}' are needed, but there are never more than {most:g}{space}{unit}"
    return said, "need less, or raise its capacity in resources.csv or by a task that delivers some"


def deadlines_after_releases(draft: Draft) -> Iterator[Issue]:
    """A deadline comes after the release, and a weight of lateness has a deadline to be late against."""
    for task in draft.programme.tasks:
        if task.release and task.deadline and task.deadline.planned <= task.release.planned:
            yield Issue(
                "tasks.csv", task.row, "deadline", "the deadline is not after the release", "write a later deadline"
            )
        if task.weight and task.deadline is None:
            yield Issue(
                "tasks.csv",
                task.row,
                "weight",
                "a weight counts only against a deadline",
                "write the deadline",
                "warning",
            )


def short_purchases(draft: Draft) -> Iterator[Issue]:
    """A duration written for a purchase is not shorter than the lead time of what it buys."""
    equipment = {each.id: each for each in draft.programme.equipment}
    for task in draft.programme.tasks:
        for need in task.equipment:
            kind = equipment.get(need.id)
            if (
                kind
                and task.calendar == "always"
                and task.modes[0].duration.planned < kind.lead_time.planned * (1 - 1e-9)
            ):
                said = f"the duration is shorter than the lead time of '{need.id}'"
                yield Issue(
                    "tasks.csv",
                    task.row,
                    "duration",
                    said,
                    "leave it blank: then the longest lead time counts",
                    "warning",
                )


def steps_of_purchases(draft: Draft) -> Iterator[Issue]:
    """A task that says which step of a purchase it is follows a purchase."""
    followed = {t.id for each in purchases(draft.programme) for tasks in each.steps.values() for t in tasks}
    for task in draft.programme.tasks if "tasks" in draft.whole else ():
        if task.step and task.id not in followed:
            said = f"no purchase of equipment leads to this {task.step} through tasks of earlier steps"
            remedy = "name the purchase, or a task of an earlier step of it, among its predecessors"
            yield Issue("tasks.csv", task.row, "step", said, remedy, "warning")


def acceptance_is_known(draft: Draft) -> Iterator[Issue]:
    """Which task accepts is named, or is the one that follows."""
    following = Counter(link.predecessor for task in draft.programme.tasks for link in task.links)
    for task in draft.programme.tasks:
        open_terms = [term for term in task.payment if term.event == "acceptance" and not term.task]
        if open_terms and following[task.id] != 1:
            said = f"{following[task.id] or 'no'} tasks follow: which one is the acceptance?"
            yield Issue("tasks.csv", task.row, "payment", said, "write `acceptance of TASK`")


def spending_by_parties(draft: Draft) -> Iterator[Issue]:
    """A limit of spending is about one of the programme's parties."""
    for index, limit in enumerate(draft.programme.objective.spending):
        if limit.payer and draft.is_known("parties") and limit.payer not in draft.ids("parties"):
            remedy = suggestion(limit.payer, draft.ids("parties"), "the parties in programme.yaml")
            place = ("objective", "spending", index, "payer")
            yield draft.in_document("programme", place, f"there is no party '{limit.payer}'", remedy)


RULES = (
    acceptance_is_known,
    spending_by_parties,
    capacity_units,
    need_units,
    equipment_counts,
    deliveries_fit,
    overdrawn_resources,
    deadlines_after_releases,
    short_purchases,
    steps_of_purchases,
)
