"""The CP-SAT engine: one model in alike files (variables, constraints, objective) and the search over its stages."""

from plantwright.scheduling.cpsat.search import improve

__all__ = ["improve"]
