"""Rules about what goes into what: substitutes, dates and customers of bills, phantoms."""

from __future__ import annotations

from collections.abc import Iterator

from plantwright.model.draft import Draft, in_row, suggestion
from plantwright.model.issues import Issue
from plantwright.model.programme import Component


def substitutes(draft: Draft) -> Iterator[Issue]:
    """A substitute takes the place of another component of the same bill, which is no substitute itself."""
    mains: dict[str, set[str]] = {}
    for line in draft.programme.bom:
        if not line.substitute_for:
            mains.setdefault(line.item, set()).add(line.component)
    for line in draft.programme.bom:
        known = frozenset(mains.get(line.item, set()) - {line.component})
        if line.substitute_for and "bom" in draft.whole and line.substitute_for not in known:
            said = f"'{line.substitute_for}' is no other component of '{line.item}' that could be replaced"
            yield in_row(line, "substitute_for", said, suggestion(line.substitute_for, known, "bom.csv"))


def dates_of_lines(draft: Draft) -> Iterator[Issue]:
    """A line of a bill begins before it ends."""
    for line in draft.programme.bom:
        if line.valid_from and line.valid_to and line.valid_from.planned >= line.valid_to.planned:
            yield in_row(line, "valid_to", "the line ends before it begins", "write a date after valid_from")


def phantoms(draft: Draft) -> Iterator[Issue]:
    """A phantom has components and nothing else; no substitute stands for it or is one."""
    for item in (i for i in draft.programme.items if i.phantom):
        if item.id not in draft.items_in("bom") and "bom" not in draft.unusable:
            yield in_row(
                item, "phantom", f"phantom '{item.id}' has no components", "add them to bom.csv, or write `no`"
            )
        for table in ("routing", "sources", "stock", "demand"):
            if item.id in draft.items_in(table):
                said = f"phantom '{item.id}' has rows in {table}.csv, but is never made or kept by itself"
                yield in_row(item, "phantom", said, "take them out, or write `no`")
    for line in draft.programme.bom:
        if line.substitute_for and _is_phantom(draft, line.component, line.substitute_for):
            said = "a phantom can neither have nor be a substitute"
            yield in_row(line, "substitute_for", said, "name substitutes of the components within the phantom")


def _is_phantom(draft: Draft, *items: str) -> bool:
    return any(item in draft.programme.item and draft.programme.item[item].phantom for item in items)


def whole_bills(draft: Draft) -> Iterator[Issue]:
    """For every customer something fills the place of a component that has substitutes."""
    buyers = sorted({demand.customer for demand in draft.programme.demand})
    for places in draft.programme.places_of.values():
        for place in (p for p in places if len(p) > 1):
            without = [c for c in buyers if not any(not line.customers or c in line.customers for line in place)]
            if without:
                said = f"nothing may take the place of '{place[0].component}' for {', '.join(without)}"
                yield in_row(_line(draft, place[0]), "customers", said, "check the customers", warning=True)


def _line(draft: Draft, line: Component) -> Component:
    """Return a line as it stands in the file, for one that came out of a phantom."""
    return next((each for each in draft.programme.bom if each.row == line.row), line)


RULES = (substitutes, dates_of_lines, phantoms, whole_bills)
