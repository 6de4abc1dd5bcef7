"""Rules about ids: each names something that exists, each is given once, and no chain of them runs in a circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from plantwright.model.cell_values import Delivery, Link, Need, PaymentTerm, Released
from plantwright.model.draft import SECTIONS, Draft, in_row, own_cells, suggestion
from plantwright.model.issues import Issue
from plantwright.model.programme import Component, Operation, Row

NOUN = {
    "tasks": "task", "resources": "resource", "equipment": "equipment", "work_centres": "work centre",
    "items": "item", "demand": "demand", "sites": "site",
    "destinations": "destination", "parties": "party", "calendars": "calendar",
}  # fmt: skip

WHERE = {"parties": "the parties in programme.yaml", "calendars": "the calendars in programme.yaml"}

REFERENCES = {
    "tasks": {
        "party": "parties", "payer": "parties", "calendar": "calendars", "predecessors": "tasks",
        "resources": "resources", "released": "resources", "equipment": "equipment", "payment": "tasks", "delivers": "",
    },
    "resources": {"party": "parties", "calendar": "calendars"},
    "equipment": {"supplier": "parties", "work_centre": "work_centres"},
    "work_centres": {"calendar": "calendars", "resources": "resources", "site": "sites"},
    "items": {"producer": "parties", "site": "sites"},
    "bom": {
        "item": "items", "component": "items", "substitute_for": "items", "customers": "parties", "site": "sites",
    },
    "routing": {"item": "items", "work_centre": "work_centres", "resources": "resources"},
    "sources": {"item": "items", "supplier": "parties", "site": "sites"},
    "stock": {"item": "items", "supplier": "parties", "site": "sites"},
    "production_orders": {
        "item": "items", "customer": "parties", "site": "sites", "work_centres": "work_centres",
    },
    "demand": {"customer": "parties", "destination": "destinations", "item": "items", "site": "sites"},
    "destinations": {"party": "parties"},
    "reservations": {"item": "items", "customer": "parties", "demand": "demand", "site": "sites"},
    "lanes": {"from_site": "sites", "to_site": "sites", "item": "items", "carrier": "parties"},
    "progress": {"task": "tasks"},
    "baseline": {"task": "tasks"},
    "risks": {"owner": "parties", "tasks": "tasks", "equipment": "equipment", "calendars": "calendars"},
}  # fmt: skip
"""Table -> column -> the table whose ids it names; a delivery says itself where it goes."""

MOST_SUGGESTIONS = 200
"""After so many unknown ids of one table no more are compared with the known ones: the table itself is wrong then."""

AGREEMENT_PARTIES = ("seller", "buyer", "owner", "operator", "venture", "customer", "lessor", "lessee")


def unknown_ids(draft: Draft) -> Iterator[Issue]:
    """Every id in a cell exists in the table that it points to."""
    unknown: Counter[str] = Counter()
    for row, column, name, target in _references(draft):
        if draft.is_known(target) and name not in draft.ids(target):
            unknown[target] += 1
            yield in_row(row, column, *_unknown(draft, name, target, suggest=unknown[target] <= MOST_SUGGESTIONS))


def _references(draft: Draft) -> Iterator[tuple[Row, str, str, str]]:
    """Each id that a cell names: its row and column, the id, and the table that it points to."""
    for table, columns in REFERENCES.items():
        for row in draft.rows[table]:
            for column, value in own_cells(draft, row):
                for name, target in _named(value, columns[column]) if column in columns else ():
                    if name:
                        yield row, column, name, target


def missing_sections(draft: Draft) -> Iterator[Issue]:
    """Where tables name parties or calendars, `programme.yaml` has some."""
    document = draft.documents.get("programme")
    for section in SECTIONS:
        if document and isinstance(document.data, dict) and section not in document.data and _is_named(draft, section):
            said = f"the tables name {section}, but there are none"
            yield draft.in_document("programme", (section,), said, f"write them under `{section}:`")


def _is_named(draft: Draft, section: str) -> bool:
    """Whether any cell names an id of a section of the programme, the built-in calendar apart."""
    columns = [
        (table, column) for table, named in REFERENCES.items() for column, target in named.items() if target == section
    ]
    return any(
        getattr(row, column) not in ("", "always", (), ("always",))
        for table, column in columns
        for row in draft.rows[table]
    )


def _named(value: object, target: str) -> Iterator[tuple[str, str]]:
    """The ids in a cell and the table of each."""
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, Link):
            yield each.predecessor, target
        elif isinstance(each, PaymentTerm):
            yield each.task, target
        elif isinstance(each, (Need, Released)):
            yield each.id, target
        elif isinstance(each, Delivery):
            yield each.target, "work_centres" if each.kind == "work_centre" else "resources"
        else:
            yield str(each), target


def _unknown(draft: Draft, name: str, table: str, *, suggest: bool = True) -> tuple[str, str]:
    known = draft.ids(table) if suggest else frozenset()
    return f"there is no {NOUN[table]} '{name}'", suggestion(name, known, WHERE.get(table, f"{table}.csv"))


def unknown_operations(draft: Draft) -> Iterator[Issue]:
    """An operation that a component or a rework names belongs to the same item's routing; rework never goes forward."""
    if "routing" not in draft.whole:
        return
    steps = {item: [each.operation for each in operations] for item, operations in draft.programme.routing_of.items()}
    for line in draft.programme.bom:
        if line.operation and line.item in steps and line.operation not in steps[line.item]:
            yield in_row(line, "operation", *_unknown_operation(line.operation, line.item, steps[line.item]))
    for operation in draft.programme.routing:
        yield from _rework(operation, steps[operation.item])


def _rework(operation: Operation, steps: list[str]) -> Iterator[Issue]:
    if operation.on_fail == "scrap":
        return
    if operation.on_fail not in steps:
        yield in_row(operation, "on_fail", *_unknown_operation(operation.on_fail, operation.item, [*steps, "scrap"]))
    elif steps.index(operation.on_fail) > steps.index(operation.operation):
        said = f"a failed unit would skip ahead to '{operation.on_fail}', which comes after '{operation.operation}'"
        yield in_row(operation, "on_fail", said, "name the same or an earlier operation, or `scrap`")


def _unknown_operation(name: str, item: str, steps: list[str]) -> tuple[str, str]:
    return f"item '{item}' has no operation '{name}'", suggestion(name, frozenset(steps), "routing.csv")


def unknown_parties_of_documents(draft: Draft) -> Iterator[Issue]:
    """Every party that an agreement or a venture's shares name is one of the programme's."""
    if not draft.is_known("parties"):
        return
    parties = draft.ids("parties")
    for index, party in enumerate(draft.programme.parties):
        for name in sorted(set(party.shares) - parties):
            yield draft.in_document("programme", ("parties", index, "shares", name), *_unknown(draft, name, "parties"))
    for place, agreement in agreements_placed(draft):
        for key in AGREEMENT_PARTIES:
            named = getattr(agreement, key, None)
            if named is not None and named not in parties:
                yield draft.in_document("agreements", (*place, key), *_unknown(draft, named, "parties"))
        for number, contribution in enumerate(getattr(agreement, "contributions", ())):
            if contribution.party not in parties:
                where = (*place, "contributions", number, "party")
                yield draft.in_document("agreements", where, *_unknown(draft, contribution.party, "parties"))


def unknown_items_of_agreements(draft: Draft) -> Iterator[Issue]:
    """Every item that an agreement names exists."""
    for place, agreement in agreements_placed(draft) if draft.is_known("items") else ():
        for number, item in enumerate(getattr(agreement, "items", ())):
            if item not in draft.ids("items"):
                yield draft.in_document("agreements", (*place, "items", number), *_unknown(draft, item, "items"))
        for item in getattr(agreement, "fee_per_unit", {}):
            if item not in draft.ids("items"):
                yield draft.in_document("agreements", (*place, "fee_per_unit", item), *_unknown(draft, item, "items"))


def unknown_objective_targets(draft: Draft) -> Iterator[Issue]:
    """Every capability that the objective weighs is a work centre or a resource."""
    if not (draft.is_known("work_centres") and draft.is_known("resources")):
        return
    known = draft.ids("work_centres") | draft.ids("resources")
    for name in sorted(set(draft.programme.objective.weights) - known):
        remedy = suggestion(name, known, "work_centres.csv or resources.csv")
        yield draft.in_document(
            "programme", ("objective", "weights", name), f"there is no work centre or resource '{name}'", remedy
        )


def agreements_placed(draft: Draft) -> Iterator[tuple[tuple[int], BaseModel]]:
    """Yield each readable agreement with its place in the document."""
    document = draft.documents.get("agreements")
    listed = document.data if document and isinstance(document.data, list) else []
    positions = {
        str(each.get("id")): index for index, each in reversed(list(enumerate(listed))) if isinstance(each, dict)
    }
    for agreement in draft.programme.agreements:
        yield (positions.get(agreement.id, 0),), agreement


def doubled_ids(draft: Draft) -> Iterator[Issue]:
    """An id is given once; so is a component of an item at an operation."""
    keys: Mapping[str, tuple[str, ...]] = {
        "bom": ("item", "component", "operation", "site"), "items": ("id", "site"),
        "progress": ("task",), "baseline": ("task",),
    }  # fmt: skip
    for table, rows in draft.rows.items():
        columns = keys.get(table, ("id",))
        if table not in ("tasks", "routing", "sources", "stock", "reservations"):
            yield from _doubled(rows, columns)
    for name, listed in (("agreements", draft.programme.agreements), ("parties", draft.programme.parties)):
        ids = [each.id for each in listed]
        for index in (index for index, each in enumerate(ids) if each in ids[:index]):
            place: tuple[str | int, ...] = (index, "id") if name == "agreements" else ("parties", index, "id")
            document = "agreements" if name == "agreements" else "programme"
            yield draft.in_document(document, place, f"the id '{ids[index]}' is there already", "give each its own id")


def _doubled(rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[Issue]:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(getattr(row, column) for column in columns)
        if key in seen:
            name = " / ".join(part for part in key if part)
            yield in_row(
                row,
                columns[min(1, len(columns) - 1)],
                f"'{name}' is there already, in row {seen[key]}",
                "keep one of the two rows",
            )
        seen.setdefault(key, row.row)


def circular_tasks(draft: Draft) -> Iterator[Issue]:
    """No task waits for itself, however long the way round."""
    after = {task.id: tuple(link.predecessor for link in task.links) for task in draft.programme.tasks}
    for path in circles(after):
        row = draft.programme.task[path[0]].row
        said = f"the tasks wait for each other in a circle: {' -> '.join((*reversed(path), path[-1]))}"
        yield Issue("tasks.csv", row, "predecessors", said, "take out one of these links")


def circular_bill(draft: Draft) -> Iterator[Issue]:
    """No item contains itself, however deep."""
    parts: dict[str, tuple[str, ...]] = {}
    for line in (each for each in draft.programme.bom if not each.by_product):
        parts[line.item] = (*parts.get(line.item, ()), line.component)
    for path in circles(parts):
        line = _line(draft.programme.bom, path[0], path[1] if len(path) > 1 else path[0])
        yield in_row(
            line,
            "component",
            f"an item contains itself: {' -> '.join((*path, path[0]))}",
            "take out one of these components",
        )


def _line(bom: Iterable[Component], item: str, component: str) -> Component:
    return next(line for line in bom if line.item == item and line.component == component)


def circles(following: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield circles of a directed graph, each as the names along it, at least one of every knot of circles."""
    done: set[str] = set()
    for root in following:
        path: list[str] = []
        waiting: list[tuple[str, bool]] = [(root, True)]
        while waiting:
            name, entering = waiting.pop()
            if not entering:
                path.pop()
                done.add(name)
            elif name in path:
                yield tuple(path[path.index(name) :])
            elif name not in done:
                path.append(name)
                waiting.append((name, False))
                waiting.extend((each, True) for each in reversed(following.get(name, ())))


RULES = (
    missing_sections,
    unknown_ids,
    unknown_operations,
    unknown_parties_of_documents,
    unknown_items_of_agreements,
    unknown_objective_targets,
    doubled_ids,
    circular_tasks,
    circular_bill,
)
