"""What will really happen: discrete-event simulation of a plan, or of any plant, in a compiled kernel.

`simulate` carries a programme's plan out in many worlds. `Network` and its parts describe any other plant, `lay_out`
and `Run` run it, `Totals` read it.
"""

from plantwright.simulation.engine import Run, each_replication
from plantwright.simulation.faults import NetworkError
from plantwright.simulation.network import Network
from plantwright.simulation.replicate import simulate
from plantwright.simulation.tables import lay_out
from plantwright.simulation.totals import Totals

__all__ = ["Network", "NetworkError", "Run", "Totals", "each_replication", "lay_out", "simulate"]
