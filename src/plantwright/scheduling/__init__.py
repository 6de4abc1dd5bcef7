"""When the tasks of the conversion happen: schedules, their proof and check, and the risk in them.

The door of the package; the programme comes from `model`, and nothing here knows plans, simulations or reports.
"""

from plantwright.scheduling.check import check_schedule, check_solution
from plantwright.scheduling.check_risk import check_risk_analysis
from plantwright.scheduling.exposure import risk_analysis
from plantwright.scheduling.instance_files import read_problem
from plantwright.scheduling.instances import InstanceResult, solve_file
from plantwright.scheduling.plan_conversion import schedule
from plantwright.scheduling.practices import health
from plantwright.scheduling.problem import Problem, ProblemError, Solution, Status
from plantwright.scheduling.replan import replan
from plantwright.scheduling.risk import conversion_trials
from plantwright.scheduling.solve import solve

__all__ = [
    "InstanceResult",
    "Problem",
    "ProblemError",
    "Solution",
    "Status",
    "check_risk_analysis",
    "check_schedule",
    "check_solution",
    "conversion_trials",
    "health",
    "read_problem",
    "replan",
    "risk_analysis",
    "schedule",
    "solve",
    "solve_file",
]
