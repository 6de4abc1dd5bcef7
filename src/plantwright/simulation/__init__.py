"""What will really happen: discrete-event simulation of a plan, or of any plant, in a compiled kernel.

`simulate` carries a programme's plan out in many worlds. `Network` and its parts describe any other plant, `lay_out`
and `Run` run it, `Totals` read it.
"""

from typing import TYPE_CHECKING, Any

from plantwright.simulation.engine import Run, each_replication
from plantwright.simulation.faults import NetworkError
from plantwright.simulation.network import Network
from plantwright.simulation.tables import lay_out
from plantwright.simulation.totals import Totals

if TYPE_CHECKING:
    from plantwright.simulation.replicate import simulate

__all__ = ["Network", "NetworkError", "Run", "Totals", "each_replication", "lay_out", "simulate"]


def __getattr__(name: str) -> Any:
    """Import `simulate` when it is first asked for: a network of one's own starts without the programme's model."""
    if name != "simulate":
        raise AttributeError(f"module 'plantwright.simulation' has no attribute {name!r}")
    from plantwright.simulation.replicate import simulate as found

    return found
