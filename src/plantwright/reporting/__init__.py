"""What a run says to people and programs: headline figures, the report, full tables, the summary on the terminal.

Nothing here schedules, plans, simulates or settles; every number shown comes from their results.
"""

from plantwright.reporting.files import write
from plantwright.reporting.outcome import outcome
from plantwright.reporting.serial import as_json
from plantwright.reporting.summary import summary

__all__ = ["as_json", "outcome", "summary", "write"]
