"""Closure of sums."""

import math

import pytest

from layers import ClosureError
from zones.measure.closure import ClosureLog


def test_a_sum_that_closes_is_kept_for_the_record() -> None:
    log = ClosureLog()
    log.check("areas", parts=0.1 + 0.2, whole=0.3)
    record = log.checked[0].as_record()
    assert record["table"] == "areas"
    assert abs(record["residual"]) < 1e-15


@pytest.mark.parametrize(("parts", "whole"), [(99.9, 100.0), (math.nan, 100.0), (1e-6, 0.0)])
def test_a_sum_that_does_not_close_names_table_and_residual(parts: float, whole: float) -> None:
    log = ClosureLog()
    with pytest.raises(ClosureError, match=r"Table areas does not close: .* residual"):
        log.check("areas", parts=parts, whole=whole)
    assert log.checked == []
