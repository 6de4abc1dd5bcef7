"""The project's own door to HiGHS: a linear or mixed-integer program as whole arrays in, its solution and bound out.

What the program says is for the callers; here is only how it is handed over, solved and read back.
"""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinearProgram:
    """Minimise `cost @ x` with `row_low <= matrix @ x <= row_high`, `low <= x <= high`, `x` whole where `whole` says
    so.

    `matrix` has shape (rows, columns); all other arrays one number a row or column. Infinite bounds are infinite.
    """

    cost: Floats
    matrix: sparse.csr_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    whole: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        rows, columns = self.matrix.shape
        for name, wanted in (
            ("cost", columns),
            ("low", columns),
            ("high", columns),
            ("row_low", rows),
            ("row_high", rows),
        ):
            if getattr(self, name).shape != (wanted,):
                raise ValueError(f"{name} has shape {getattr(self, name).shape} where the matrix asks for ({wanted},)")
        if self.whole.size not in (0, columns):
            raise ValueError(f"whole has {self.whole.size} entries for {columns} columns")


@dataclass(frozen=True)
class Solution:
    """What HiGHS found: `status` in its words, `bound` proven for the objective; `x` and `row_price` are empty without
    one.

    `row_price`: by how much the objective changes for one unit more of a row's bound; empty where a column is
    whole.
    """

    status: str
    objective: float
    bound: float
    x: Floats
    row_price: Floats

    @property
    def is_optimal(self) -> bool:
        """Whether the objective is proven, within HiGHS's gap for whole numbers."""
        return self.status == "Optimal"


def solve(
    program: LinearProgram, *, time_limit: float = inf, gap: float = 1e-6, seed: int = 1, nodes: int | None = None
) -> Solution:
    """Return the solution of a program; `time_limit` is in seconds, `gap` the relative one at which whole numbers are
    done, `nodes` the most that are branched on.

    One thread and a fixed seed, so that the same program gives the same solution, unless the time limit cuts it
    off.
    """
    highs = _highs(time_limit, gap, seed)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    highs.passModel(_model(program))
    return _solved(highs, bool(program.whole.any()))


def solve_file(path: Path, *, time_limit: float = inf, gap: float = 1e-6, seed: int = 1) -> Solution:
    """Return the solution of an MPS or LP file (plain or .gz), read and handed over as arrays as `solve` does.

    Raises `ValueError` where HiGHS cannot read the file.
    """
    return solve(read(path), time_limit=time_limit, gap=gap, seed=seed)


def read(path: Path) -> LinearProgram:
    """Return the program of an MPS or LP file; raises `ValueError` where HiGHS cannot read it."""
    reader = _highs(inf, 0.0, 1)
    with tempfile.TemporaryDirectory() as folder:
        plain = path
        if path.suffix == ".gz":  # highspy's wheels come without zlib
            plain = Path(folder) / path.stem
            plain.write_bytes(gzip.decompress(path.read_bytes()))
        if reader.readModel(str(plain)) == highspy.HighsStatus.kError:
            raise ValueError(f"HiGHS cannot read {path}")
    lp = reader.getLp()
    if lp.sense_ == highspy.ObjSense.kMaximize:
        raise ValueError(f"{path} maximises; turn its objective round")
    entries = (np.array(lp.a_matrix_.value_), np.array(lp.a_matrix_.index_), np.array(lp.a_matrix_.start_))
    by_column = lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise
    shape = (lp.num_row_, lp.num_col_)
    matrix = sparse.csc_array(entries, shape=shape).tocsr() if by_column else sparse.csr_array(entries, shape=shape)
    whole = np.array([kind == highspy.HighsVarType.kInteger for kind in lp.integrality_], dtype=np.bool_)
    return LinearProgram(
        np.array(lp.col_cost_), matrix, np.array(lp.row_lower_), np.array(lp.row_upper_),
        np.array(lp.col_lower_), np.array(lp.col_upper_), whole,
    )  # fmt: skip


def _highs(time_limit: float, gap: float, seed: int) -> highspy.Highs:
    highs = highspy.Highs()
    options: dict[str, Any] = {
        "output_flag": False, "threads": 1, "random_seed": seed, "time_limit": time_limit, "mip_rel_gap": gap,
    }  # fmt: skip
    for name, value in options.items():
        highs.setOptionValue(name, value)
    return highs


def _model(program: LinearProgram) -> highspy.HighsLp:
    rows, columns = program.matrix.shape
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = rows, columns
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.low, program.high
    lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = rows, columns
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.matrix.indptr, program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    if program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return lp


def _solved(highs: highspy.Highs, mixed: bool) -> Solution:
    highs.run()
    status = highs.modelStatusToString(highs.getModelStatus())
    info, solution = highs.getInfo(), highs.getSolution()
    x = np.array(solution.col_value) if solution.value_valid else np.zeros(0)
    price = np.array(solution.row_dual) if solution.dual_valid and not mixed else np.zeros(0)
    objective = info.objective_function_value if x.size else inf
    bound = info.mip_dual_bound if mixed else (objective if status == "Optimal" else -inf)
    return Solution(status, float(objective), float(bound), x, price)
