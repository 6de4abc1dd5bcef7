"""The checker finds nothing in a true history, and finds what is wrong in a false one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.simulation.test_networks import factory

from plantwright.simulation import Run, lay_out
from plantwright.simulation.check import check_trace
from plantwright.simulation.trace import KINDS, Trace, trace_of


@pytest.fixture(scope="module")
def history() -> Trace:
    return trace_of(Run(lay_out(factory()), 2, trace=True).advance(1500.0))


def test_a_true_history_has_no_findings(history: Trace) -> None:
    assert history.kind.size > 1000
    assert check_trace(history) == ()


def without(history: Trace, kind: str, which: int = 5) -> Trace:
    row = np.flatnonzero(history.kind == KINDS.index(kind))[which]
    keep = np.arange(history.kind.size) != row
    columns = ("kind", "unit", "place", "detail", "time", "value")
    return replace(history, **{name: getattr(history, name)[keep] for name in columns})


@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        ("create", "without having come there"),
        ("start", "had not begun"),
        ("finish", "without having come there"),
        ("stock", ""),
    ],
)
def test_a_missing_record_is_found(history: Trace, kind: str, finding: str) -> None:
    found = check_trace(without(history, kind))
    assert any(finding in f for f in found)
    assert found


def test_an_overfull_resource_is_found(history: Trace) -> None:
    value = history.value.copy()
    value[history.kind == KINDS.index("resource")] *= 3.0
    assert any("are used, of which there are" in f for f in check_trace(replace(history, value=value)))


def test_a_part_from_nowhere_is_found(history: Trace) -> None:
    keep = ~((history.kind == KINDS.index("stock")) & (history.value > 0))
    columns = ("kind", "unit", "place", "detail", "time", "value")
    assert any(
        "there are -" in f for f in check_trace(replace(history, **{n: getattr(history, n)[keep] for n in columns}))
    )


def test_a_run_without_trace_says_so() -> None:
    with pytest.raises(ValueError, match="keeps no trace"):
        trace_of(Run(lay_out(factory()), 2))
