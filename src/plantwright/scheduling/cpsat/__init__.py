"""The CP-SAT engine: one model in alike files (variables, constraints, objective), the search over its stages, and
what is searched where the whole model is too large: a corridor around a schedule, or window after window of it.
"""

from plantwright.scheduling.cpsat.corridor import improve_corridors
from plantwright.scheduling.cpsat.neighbourhoods import improve_windows
from plantwright.scheduling.cpsat.search import improve
from plantwright.scheduling.cpsat.variables import calendar_choices

__all__ = ["calendar_choices", "improve", "improve_corridors", "improve_windows"]
