"""Lot-sizing programs of the literature, proven optimal through the project's own door to HiGHS.

Instances and optima: MIPLIB 3.0 (Bixby, Ceria, McZeal and Savelsbergh 1998); set1ch, pp08a, vpm2 and khb05250 are
capacitated lot-sizing and fixed-charge models after Wolsey and others.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from plantwright.planning.highs import LinearProgram, read, solve, solve_file

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "lotsizing"


def instance(name: str) -> Path:
    path = SHARED / f"{name}.mps.gz"
    if not path.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"no instance at {path}")
        pytest.skip(f"no instance at {path}")
    return path


@pytest.mark.parametrize(
    ("name", "optimum"),
    [
        ("khb05250", 106940226.0),
        pytest.param("pp08a", 7350.0, marks=pytest.mark.slow),
        ("set1ch", 54537.75),
        pytest.param("vpm2", 13.75, marks=pytest.mark.slow),
    ],
)
def test_the_known_optimum_is_proven(name: str, optimum: float) -> None:
    found = solve_file(instance(name), time_limit=300)
    assert found.is_optimal
    assert found.objective == pytest.approx(optimum, rel=1e-6)
    assert found.bound == pytest.approx(optimum, rel=1e-5)


def test_a_solution_keeps_its_own_rows_and_whole_numbers() -> None:
    program = read(instance("khb05250"))
    x = solve(program).x
    rows = program.matrix @ x
    assert np.all(rows >= program.row_low - 1e-5)
    assert np.all(rows <= program.row_high + 1e-5)
    assert np.all(np.abs(x[program.whole] - np.round(x[program.whole])) < 1e-5)


def test_the_price_of_a_row_is_what_one_unit_more_is_worth() -> None:
    """Dantzig's textbook case: max 3x + 5y with x <= 4, 2y <= 12, 3x + 2y <= 18 is 36 with prices 0, 1.5 and 1."""
    matrix = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 2.0]]))
    none = np.full(3, -np.inf)
    program = LinearProgram(
        np.array([-3.0, -5.0]), matrix, none, np.array([4.0, 12.0, 18.0]), np.zeros(2), np.full(2, np.inf)
    )
    found = solve(program)
    assert found.objective == pytest.approx(-36)
    assert found.row_price == pytest.approx([0, -1.5, -1])


def test_what_cannot_be_met_has_no_solution() -> None:
    matrix = sparse.csr_array(np.array([[1.0]]))
    found = solve(LinearProgram(np.ones(1), matrix, np.ones(1), np.full(1, np.inf), np.zeros(1), np.zeros(1)))
    assert (found.status, found.x.size, found.is_optimal) == ("Infeasible", 0, False)


def test_arrays_that_do_not_fit_are_refused() -> None:
    matrix = sparse.csr_array(np.eye(2))
    with pytest.raises(ValueError, match="cost"):
        LinearProgram(np.ones(3), matrix, np.ones(2), np.ones(2), np.ones(2), np.ones(2))


def test_the_two_solvers_live_in_one_process() -> None:
    """OR-Tools and highspy both carry a libhighs; releases that cannot be loaded together must be seen here."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = model.new_int_var(0, 10, "x")
    model.maximize(x)
    solver = cp_model.CpSolver()
    assert solver.solve(model) == cp_model.OPTIMAL
    program = LinearProgram(
        -np.ones(1), sparse.csr_array(np.ones((1, 1))), np.zeros(1), np.full(1, 10.0), np.zeros(1), np.full(1, np.inf)
    )
    assert solver.objective_value == -solve(program).objective == 10
