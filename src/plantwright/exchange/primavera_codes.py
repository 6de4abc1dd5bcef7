"""Activity codes of Primavera P6: what an activity is, in the words of each type of code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from plantwright.exchange.xer import Tables

RESPONSIBLE = re.compile(r"responsib|contractor|company|vendor|supplier|party", re.IGNORECASE)
"""Types of codes whose values say who does an activity."""


def activity_codes(tables: Tables) -> Mapping[str, Mapping[str, str]]:
    """Return for each activity, by its key, the value of each type of code that it has, by the type's name."""
    types = {row.text("actv_code_type_id"): row.text("actv_code_type") for row in tables.get("ACTVTYPE", ())}
    values = {
        row.text("actv_code_id"): row.text("actv_code_name", row.text("short_name"))
        for row in tables.get("ACTVCODE", ())
    }
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in tables.get("TASKACTV", ()):
        kind, value = types.get(row.text("actv_code_type_id"), ""), values.get(row.text("actv_code_id"), "")
        if kind and value:
            found[row.text("task_id")][kind] = value
    return found


def responsible(codes: Mapping[str, str]) -> str:
    """Return who does an activity, where a code says so."""
    return next((value for kind, value in codes.items() if RESPONSIBLE.search(kind)), "")
