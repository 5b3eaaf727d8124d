"""Small faults for the benchmark ``mutants``: which there are, and that nothing else changes."""

from __future__ import annotations

import ast

from benchmarks._mutations import mutants_of
from benchmarks.mutants import ROOT, TESTS

SOURCE = '''"""Words are not mutated."""
__all__ = ["area"]
LIMIT = 1e-9
SPEED = 16


@compiled(cache=True)
def area(low: float = 1.0, high: "int | None" = None) -> float:
    """Nor are these."""
    if low < high and not ready:
        raise InputError("layers.area.wrong", low=low + 1, what="2 + 2")
    shown = low + 5
    return frame.sum(min_count=1, strict=True) * high
'''


SUM = "frame.sum(min_count=1, strict=True)"


def test_each_mutant_has_one_fault() -> None:
    found = mutants_of(SOURCE, frozenset({"SPEED"}))
    assert [(mutant.before, mutant.after) for mutant in found] == [
        ("1e-09", "1.0"),
        ("low < high and (not ready)", "low < high or not ready"),
        ("low < high", "low >= high"),
        ("not ready", "ready"),
        (f"{SUM} * high", f"{SUM} / high"),
        (f"{SUM} * high", SUM),
        (SUM, SUM.replace("sum", "mean")),
        (SUM, "frame.sum(strict=True)"),
        ("1", "2"),
        ("1", "0"),
    ]
    whole = ast.unparse(ast.parse(SOURCE)).splitlines()
    for mutant in found:
        lines = zip(whole, mutant.source.splitlines(), strict=True)
        assert sum(one != other for one, other in lines) == 1
    assert [mutant.line for mutant in found] == [3, 10, 10, 10, 13, 13, 13, 13, 13, 13]


def test_modules_and_the_tests_that_judge_them_are_there() -> None:
    named = {*TESTS, *(place for places in TESTS.values() for place in places)}
    assert [place for place in sorted(named) if not (ROOT / place).exists()] == []
