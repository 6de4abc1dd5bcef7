"""The rules that a programme must keep beyond its single cells, one function a rule; all issues are found at once.

What a single cell may hold is in `cells`; form and headings of the files are checked where they are read. The rules
themselves stand in the `check_...` modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from plantwright.model import (
    check_conversion,
    check_production,
    check_progress,
    check_references,
    check_risks,
    check_routes,
    check_sites,
    check_supply,
    check_terms,
    check_times,
)
from plantwright.model.draft import Draft
from plantwright.model.issues import Issue

RULES: tuple[Callable[[Draft], Iterable[Issue]], ...] = (
    *check_references.RULES,
    *check_conversion.RULES,
    *check_risks.RULES,
    *check_production.RULES,
    *check_progress.RULES,
    *check_routes.RULES,
    *check_sites.RULES,
    *check_supply.RULES,
    *check_terms.RULES,
    *check_times.RULES,
)


def findings(draft: Draft) -> Iterator[Issue]:
    """Yield every issue that the rules find in a draft."""
    for rule in RULES:
        yield from rule(draft)
