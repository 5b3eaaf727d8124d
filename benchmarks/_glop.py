"""Solve linear programmes with OR-Tools' GLOP, alone in its process: ``_glop FOLDER NAME…``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from ortools.linear_solver.python import model_builder_helper as builder
from scipy import sparse


def main() -> None:
    """Print objective and seconds of each programme as JSON."""
    folder, *names = sys.argv[1:]
    answers = {}
    for name in names:
        with np.load(Path(folder) / f"{name.replace('/', '_')}.npz") as arrays:
            matrix = sparse.csc_matrix(
                (arrays["data"], arrays["indices"], arrays["indptr"]), shape=tuple(arrays["shape"])
            )
            model = builder.ModelBuilderHelper()
            model.fill_model_from_sparse_data(
                arrays["lower"],
                arrays["upper"],
                arrays["cost"],
                arrays["row_lower"],
                arrays["row_upper"],
                sparse.csr_matrix(matrix),
            )
        solver = builder.ModelSolverHelper("glop")
        start = time.perf_counter()
        solver.solve(model)
        seconds = time.perf_counter() - start
        if solver.status() != builder.SolveStatus.OPTIMAL:
            raise SystemExit(f"{name}: GLOP ended as {solver.status()}")
        answers[name] = {"objective": solver.objective_value(), "seconds": seconds}
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
