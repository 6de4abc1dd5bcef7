"""What a network says shortly, spelled out as operations: repairs by a crew, orders of stock, the release by cards.

The kernel then knows only operations; which of them end in something special is told by the route's first word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plantwright.simulation.network import Network, Operation, Route, Use, WorkCentre
from plantwright.simulation.times import Fixed

REPAIR, ORDER, RELEASE = "repair: ", "order: ", "release: "


def expanded(network: Network) -> Network:
    """Return a network with its hidden work centres and routes, behind those that it names."""
    places: list[WorkCentre] = []
    routes: list[Route] = []
    for route in network.routes:
        if route.cards:
            places.append(WorkCentre(RELEASE + route.name, stations=None))
        routes.append(_released(route) if route.cards else route)
    for hidden in (*_repairs(network), *_orders(network)):
        places.append(WorkCentre(hidden.name, stations=None))
        routes.append(hidden)
    return replace(network, centres=(*network.centres, *places), routes=tuple(routes))


def _released(route: Route) -> Route:
    gate = Operation("release", RELEASE + route.name, Fixed(0.0), components=route.cards)
    gives = {name: route.gives.get(name, 0.0) + route.cards.get(name, 0.0) for name in {**route.gives, **route.cards}}
    return replace(route, operations=(gate, *route.operations), gives=gives)


def _repairs(network: Network) -> Iterator[Route]:
    for centre in network.centres:
        fails = centre.breakdowns
        if fails is not None and fails.crew is not None:
            name = REPAIR + centre.name
            yield Route(name, (Operation("repair", name, fails.repair, uses=(Use(*fails.crew),)),))


def _orders(network: Network) -> Iterator[Route]:
    for reorder in network.reorders:
        name = ORDER + reorder.stock
        yield Route(name, (Operation("deliver", name, reorder.lead_time),))
