"""Agreements turned into the dated cash flow of each party, in every simulated world.

`settle` is the door, `check_cash_flows` checks its result with code of its own. Nothing here schedules, plans or
simulates.
"""

from plantwright.finance.check import check_cash_flows
from plantwright.finance.payments import KINDS
from plantwright.finance.settle import settle
from plantwright.model.dues import OUTSIDE

__all__ = ["KINDS", "OUTSIDE", "check_cash_flows", "settle"]
