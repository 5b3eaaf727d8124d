"""Results that are kept for the next time: given again for the same objects only."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.base.remembered import remembered, remembering

calls: list[object] = []


@remembered()
def doubled(frame: pd.DataFrame, times: int = 2) -> pd.DataFrame:
    calls.append(times)
    if times > 9:
        raise ValueError(times)
    return frame * times


@pytest.fixture(autouse=True)
def _nothing_called() -> None:
    calls.clear()


def test_nothing_is_kept_unless_a_program_says_so() -> None:
    frame = pd.DataFrame({"area_ha": [1.0]})
    assert doubled(frame) is not doubled(frame)
    assert calls == [2, 2]


def test_the_same_table_gives_the_same_result_and_a_like_one_another() -> None:
    frame = pd.DataFrame({"area_ha": [1.0]})
    with remembering():
        first = doubled(frame)
        assert doubled(frame) is first
        assert doubled(frame.copy()) is not first
        assert doubled(frame, times=3)["area_ha"].tolist() == [3.0]
        assert doubled(frame, times=3)["area_ha"].tolist() == [3.0]
    assert calls == [2, 2, 3]
    assert doubled(frame) is not first


def test_arguments_go_by_their_names_and_kinds() -> None:
    @remembered(most=9)
    def said(first: object = 0, second: object = 0) -> str:
        return f"{first!r} {second!r}"

    with remembering():
        assert [said(first=2), said(second=2), said(2), said(2.0), said(True)] == [
            "2 0",
            "0 2",
            "2 0",
            "2.0 0",
            "True 0",
        ]


def test_the_last_results_are_kept_and_no_more() -> None:
    frames = [pd.DataFrame({"area_ha": [float(number)]}) for number in range(3)]
    with remembering():
        for frame in (*frames, frames[0], frames[2]):
            doubled(frame)
    # The first was forgotten when the third came; the third was still there.
    assert len(calls) == 4


def test_a_table_that_is_gone_is_not_taken_for_one_in_its_place() -> None:
    """The address of an object that is gone is given to the next: what is kept keeps it."""
    with remembering():
        for number in range(50):
            result = doubled(pd.DataFrame({"area_ha": [float(number)]}))
            assert result["area_ha"].tolist() == [2.0 * number]


def test_an_error_is_not_kept() -> None:
    frame = pd.DataFrame({"area_ha": [1.0]})
    with remembering():
        for _ in range(2):
            with pytest.raises(ValueError, match="10"):
                doubled(frame, times=10)
    assert calls == [10, 10]
