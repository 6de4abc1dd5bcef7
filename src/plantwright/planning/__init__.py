"""What to buy, build, allocate and ship: the priority planner, the checker of its plans, and what follows from them.

`plan` is the door; `with_causes` confirms why demands are late, `promise` quotes a new order. What needs the solver is
imported when it is first used, so that a quote does not wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from plantwright.planning.causes import causes_of, with_causes
from plantwright.planning.check import check_plan
from plantwright.planning.difference import Difference, difference, with_stable_ids
from plantwright.planning.inventory import with_inventory
from plantwright.planning.problem import Rules
from plantwright.planning.promise import Displaced, Promise, promise, promise_by_priority, promises
from plantwright.planning.rolling import AsOf, as_of
from plantwright.planning.solve import plan
from plantwright.planning.unconstrained import unconstrained

if TYPE_CHECKING:
    from plantwright.planning.allocation import TierBound, improved, lateness_bounds, objective, steady
    from plantwright.planning.service_network import Service, safety_stocks

__all__ = [
    "AsOf", "Difference", "Displaced", "Promise", "Rules", "Service", "TierBound", "as_of", "causes_of", "check_plan",
    "difference", "improved", "lateness_bounds", "objective", "plan", "promise", "promise_by_priority", "promises",
    "safety_stocks", "steady", "unconstrained", "with_causes", "with_inventory", "with_stable_ids",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'plantwright.planning' has no attribute {name!r}")
    part = "service_network" if name in ("Service", "safety_stocks") else "allocation"
    return getattr(import_module(f"plantwright.planning.{part}"), name)
