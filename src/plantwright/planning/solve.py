"""The one door to the planner: a programme and its schedule in, a plan out.

What is behind it goes from `problem` (arrays) through `priority` (compiled loops) to `result`.
"""

from __future__ import annotations

from collections.abc import Callable

from plantwright.model.plan import Plan
from plantwright.model.programme import Programme
from plantwright.model.schedule import Schedule
from plantwright.planning.priority import plan_turns
from plantwright.planning.problem import Problem, Rules, problem
from plantwright.planning.result import plan_of
from plantwright.planning.safety import replenish
from plantwright.planning.standing import hand_over_shipped, place_standing
from plantwright.planning.state import State, initial

Progress = Callable[[float], None]
"""Called with the share of the work that is done (0..1)."""


def plan(
    programme: Programme, schedule: Schedule, progress: Progress | None = None, *,
    rules: Rules | None = None, order: tuple[str, ...] | None = None,
) -> Plan:  # fmt: skip
    """Return the supply and production plan of a programme whose conversion runs as `schedule` says.

    Demands are planned in order of (priority, due date, id), or within the priorities in the given `order` of ids.
    Each is asked backward from its due date (less the programme's safety time); what fails there goes forward to the
    first date that works, in as many parts as it takes; a later demand never takes from an earlier one. A unit is
    shipped to arrive on its due date, or when its destination has the power and the hands for it: sooner is of no use.
    `rules` sets the length of a capacity bucket (a day) and how far ahead of need something may be built (no limit).

    Safety stock is planned after all demands, which take it where they would be late without. What cannot be made as
    its data are (it goes into itself, or no unit is ever good) is named in the reasons of the demands that hang on it.
    Changeovers take a setup for each product family beyond the first that a work centre works on in a bucket;
    breakdowns take their mean share of its hours.
    """
    found = problem(programme, schedule, rules or Rules(), order)
    return plan_of(found, planned(found, progress or (lambda _: None)))


def planned(found: Problem, progress: Progress, length: int = 50_000) -> State:
    """Return the state after the last demand and all safety stock, with tables as long as they need to be."""
    total = found.arrays.turns.size
    step = max(1, total // 20)
    while True:
        state = initial(found, length + 2 * len(found.programme.stock))
        try:
            place_standing(found, state)
            hand_over_shipped(found, state)
            for first in range(0, total, step):
                progress(first / total)
                plan_turns(found.arrays, state, first, min(first + step, total))
            replenish(found, state)
        except MemoryError:
            length *= 4
            continue
        progress(1.0)
        return state
