"""Bills of material as places to fill: a component with its substitutes, phantoms exploded into what takes them.

What a line says is in `programme`; which line an order takes is decided in `planning`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from plantwright.model.quantity import Quantity

if TYPE_CHECKING:
    from plantwright.model.programme import Component

Bills = Mapping[str, tuple["Component", ...]]
Place = tuple["Component", ...]
"""The lines that may fill one place of a bill, the preferred one first."""


def places(bills: Bills, phantoms: Collection[str]) -> dict[str, tuple[Place, ...]]:
    """Return the places in the bill of every item that is no phantom, phantoms replaced by what goes into them."""
    return {item: tuple(_places(item, bills, phantoms, ())) for item in bills if item not in phantoms}


def is_choice(place: Place) -> bool:
    """Return whether it takes an order to tell what fills a place: there are substitutes, dates or customers."""
    return len(place) > 1 or any(line.valid_from or line.valid_to or line.customers for line in place)


def _places(item: str, bills: Bills, phantoms: Collection[str], above: tuple[str, ...]) -> Iterator[Place]:
    for place in _own_places(bills.get(item, ())):
        line = place[0]
        if line.component not in phantoms:
            yield place
        elif line.component not in above:  # a circle of phantoms is named by the rules; here it only has to end
            for inner in _places(line.component, bills, phantoms, (*above, line.component)):
                found = tuple(within for each in inner if (within := _within(line, each)) is not None)
                if found:
                    yield found


def _own_places(lines: tuple[Component, ...]) -> Iterator[Place]:
    """Yield the places of one bill: each component with its substitutes, which take its operation where they name
    none."""
    mains = {line.component for line in lines if not line.substitute_for}
    for main in (line for line in lines if line.substitute_for not in mains):
        others = [
            line if line.operation else line.model_copy(update={"operation": main.operation})
            for line in lines
            if line.substitute_for == main.component
            and not main.substitute_for
            and line.operation in ("", main.operation)
        ]
        yield tuple(sorted((main, *others), key=lambda line: line.preference))


def _within(phantom: Component, line: Component) -> Component | None:
    """Return a phantom's line as one of the bill that takes the phantom; None where no customer allows both."""
    customers = phantom.customers or line.customers
    if phantom.customers and line.customers:
        customers = tuple(c for c in line.customers if c in phantom.customers)
        if not customers:
            return None
    return line.model_copy(update={
        "item": phantom.item, "operation": phantom.operation, "customers": customers,
        "quantity": _times(line.quantity, phantom.quantity),
        "valid_from": _latest(phantom.valid_from, line.valid_from),
        "valid_to": _earliest(phantom.valid_to, line.valid_to),
    })  # fmt: skip


def _times(one: Quantity, other: Quantity) -> Quantity:
    """Return the product of two quantities; the first one's assumption stays, or else the other's."""
    return other.scaled(one.planned) if other.assumption and not one.assumption else one.scaled(other.planned)


def _latest(one: Quantity | None, other: Quantity | None) -> Quantity | None:
    return max((q for q in (one, other) if q is not None), key=lambda q: q.planned, default=None)


def _earliest(one: Quantity | None, other: Quantity | None) -> Quantity | None:
    return min((q for q in (one, other) if q is not None), key=lambda q: q.planned, default=None)
