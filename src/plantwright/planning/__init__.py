"""What to buy, build, allocate and ship: the priority planner, the checker of its plans, and what follows from them.

`plan` is the door; `with_causes` confirms why demands are late, `promise` quotes a new order.
"""

from __future__ import annotations

from plantwright.planning.allocation import TierBound, improved, lateness_bounds
from plantwright.planning.causes import causes_of, with_causes
from plantwright.planning.check import check_plan
from plantwright.planning.problem import Rules
from plantwright.planning.promise import Displaced, Promise, promise, promise_by_priority
from plantwright.planning.solve import plan

__all__ = [
    "Displaced", "Promise", "Rules", "TierBound", "causes_of", "check_plan", "improved", "lateness_bounds", "plan",
    "promise", "promise_by_priority", "with_causes",
]  # fmt: skip
