"""Figures that contradict each other make one finding, with the likely wrong one first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from benchmarks._report_faults import LAST, FilledForm
from layers.base.language import Phrase
from zones.project.form_schema import load_form
from zones.reports.checking.checks import Answers, check_answers
from zones.reports.checking.likely import Part, is_one_slip, likely_wrong
from zones.reports.collect import collect
from zones.reports.known import KnownFigures
from zones.reports.reading.entries import Entry
from zones.reports.year_round import Round


@pytest.mark.parametrize(
    ("written", "meant", "expected"),
    [
        (4343.2, 4348.2, True),  # one digit
        (4123.2, 4343.2, False),  # two digits
        (4334.2, 4343.2, True),  # exchanged
        (434.2, 4343.2, True),  # left out
        (43343.2, 4343.2, True),  # doubled
        (4343.2, 4346.3, False),
        (4.0, 9.0, False),  # too short to say
        (12.5, 12.5, False),
    ],
)
def test_a_slip_of_the_hand(written: float, meant: float, expected: bool) -> None:
    assert is_one_slip(written, meant) is expected


def test_the_figure_that_would_come_near_to_what_is_known_is_named() -> None:
    parts = [
        Part("standing", 4343.2, 5332.7, known=(4336.7, 4380.1)),
        Part("planted", 1000.0, 10.5, scale=4336.7),
        Part("lost", 4.0, 993.5, scale=4336.7),
    ]
    assert likely_wrong(parts) == "planted"
    assert likely_wrong(parts[:1]) == "standing", "where there is but one, it is that one"


def test_nobody_is_named_without_evidence_and_nothing_falls_below_nought() -> None:
    parts = [Part("a", 100.0, 103.0, known=(90.0,)), Part("b", 13.6, 10.6, scale=90.0)]
    assert likely_wrong(parts) == ""
    assert Part("lost", 4.0, -2.0, scale=90.0).evidence() == float("-inf")


@pytest.fixture
def told(round_2026: Round, forms_2026: Path, tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Findings on a form of Lộc Bình that is filled in truly but for some cells."""

    def findings(**cells: float) -> pd.DataFrame:
        form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
        for column, value in cells.items():
            form.put("pine", column, value)
        form.book.save(tmp_path / "a.xlsx")
        return collect(tmp_path, round_2026, [load_form("plan-annual")]).findings

    return findings


@pytest.mark.parametrize(
    ("cells", "first", "likely"),
    [
        ({"planted": 610.0}, "F8", "Thông, trồng mới trong năm có lẽ ghi sai: 610"),
        ({"standing": 4347.2}, "I8", "Thông, hiện có có lẽ ghi sai: 4.347,2"),  # lost not taken off
        ({"standing": 4336.7}, "I8", "Thông, hiện có có lẽ ghi sai: 4.336,7"),  # last year's
        ({"lost": 6.3}, "I8", "Thông, hiện có: không khớp"),  # any of the three
    ],
)
def test_one_mistake_is_one_finding_that_lists_its_cells(
    cells: dict[str, float], first: str, likely: str, told: Callable[..., pd.DataFrame]
) -> None:
    found = told(**cells)
    assert found["kind"].tolist() == ["identity"]
    named = found["cell"].iloc[0].split(", ")
    assert (named[0], set(named)) == (first, {"F8", "H8", "I8"})
    assert found["message_vi"].iloc[0].startswith(likely), found["message_vi"].iloc[0]


def test_what_is_asked_of_one_cell_is_not_held_against_another() -> None:
    """Without last year's figure the register leads; a planting of two readings says nothing."""

    def entry(column: str, value: float, other: float | None = None) -> Entry:
        what = Phrase(column, column)
        return Entry(
            *("06529", "plan-annual", "zones", "pine", column, "pine", "ha", what, value, "x"),
            *("f", "s", 1, 1, other),
        )

    entries = {
        ("zones", "pine", "planted"): entry("planted", 1200.0, 1.2),
        ("zones", "pine", "standing"): entry("standing", 314.4),
    }
    known = KnownFigures(register={("06529", "pine"): 306.5})
    told = check_answers(Answers("06529", load_form("plan-annual"), entries, known))
    assert [one.rule for one in told] == ["two-readings"]


def _first_round(last: dict[str, float], **given: float) -> list[tuple[str, list[str]]]:
    """Rules and cells told of pine, of which the map has 1,573.24 ha."""
    entries = {}
    for place, (column, value) in enumerate(given.items()):
        entry = Entry(
            *("06529", "plan-annual", "zones", "pine", column, "pine", "ha"),
            *(Phrase("pine", "thông"), value, str(value), "f", "s", 8, place),
        )
        entries["zones", "pine", column] = entry
    before = {("06529", "zones", "pine", column): value for column, value in last.items()}
    known = KnownFigures(last=before, register={("06529", "pine"): 1573.24})
    told = check_answers(Answers("06529", load_form("plan-annual"), entries, known))
    return [(one.rule, one.cell.split(", ")) for one in told]


def test_a_row_in_sao_is_asked_back_whole_in_a_first_round_too() -> None:
    sao = 10_000 / 360
    told = _first_round({}, planted=round(sao, 2), lost=0.0, standing=round(1574.24 * sao, 2))
    assert sorted(told) == [("unit-slip", ["A8"]), ("unit-slip", ["C8"])]
    assert _first_round({}, planted=1.0, lost=0.0, standing=15742.4) == [("unit-slip", ["C8"])]


@pytest.mark.parametrize("last", [{}, {"standing": 1573.24}])
def test_planted_and_lost_exchanged_are_named_in_a_first_round_too(last: dict[str, float]) -> None:
    exchanged = _first_round(last, planted=7.5, lost=26.7, standing=1592.44)
    assert exchanged == [("changes-exchanged", ["A8", "B8"])]
    assert _first_round(last, planted=26.7, lost=7.5, standing=1592.44) == []


def test_what_the_map_does_not_have_to_the_hectare_shows_no_exchange() -> None:
    assert _first_round({}, planted=7.5, lost=26.7, standing=1604.9) == []
    assert _first_round({}, planted=7.5, lost=7.5, standing=1573.24) == []
    assert _first_round({}, planted=0.02, lost=0.01, standing=1573.24) == []


# The map has 1,573.24 ha; 19.2 ha more were planted than lost.
@pytest.mark.parametrize(
    ("standing", "asked"),
    [(5592.44, True), (5592.11, True), (480.0, True), (2500.0, True), (0.0, True),
     (1990.0, False), (1275.0, False)],
)  # fmt: skip
def test_what_is_far_from_the_map_is_asked_back_in_a_first_round(
    standing: float, asked: bool
) -> None:
    told = _first_round({}, planted=26.7, lost=7.5, standing=standing)
    assert told == ([("jump", ["C8"])] if asked else [])


@pytest.mark.parametrize(
    ("last", "given", "told"),
    [
        ({}, {"standing": 0.0}, [("jump", ["A8"])]),
        ({}, {"lost": 0.0, "standing": 0.0}, [("jump", ["B8"])]),
        ({}, {"planted": 0.0, "lost": 1573.2, "standing": 0.0, "coded": 0.0}, []),
        ({"standing": 4.0}, {"standing": 0.0}, [("jump", ["A8"])]),
        ({"standing": 4.0}, {"lost": 4.0, "planted": 0.0, "standing": 0.0, "coded": 0.0}, []),
        ({"standing": 0.0}, {"standing": 0.0}, []),
        ({"planted": 40.0, "standing": 0.3}, {"planted": 0.0, "standing": 0.0}, []),
    ],
)
def test_nothing_where_a_crop_stood_is_asked_back_unless_it_was_lost(
    last: dict[str, float], given: dict[str, float], told: list[tuple[str, list[str]]]
) -> None:
    assert _first_round(last, **given) == told


@pytest.mark.parametrize(("step", "said"), [(1, "xuống"), (-1, "lên"), (0, "")])
def test_figures_that_slid_by_a_line_are_one_question(step: int, said: str) -> None:
    last = {"pine": 4007.0, "anise": 375.1, "acacia": 40.2, "eucalyptus": 9.6, "tea": 150.0}
    rows = list(last)
    entries = {}
    for line, row in enumerate(rows, start=8):
        if line - step - 8 in range(len(rows)):
            for place, (column, value) in enumerate(
                {"planted": 2.0, "lost": 1.0, "standing": last[rows[line - step - 8]] + 1}.items()
            ):
                entries["zones", row, column] = Entry(
                    *("06529", "plan-annual", "zones", row, column, row, "ha"),
                    *(Phrase(row, row), value, str(value), "f", "s", line, place),
                )
    known = {("06529", row): value for row, value in last.items()}
    answers = Answers("06529", load_form("plan-annual"), entries, KnownFigures(register=known))
    told = check_answers(answers)
    assert [one.rule for one in told] == (["rows-slid"] if step else [])
    if step:
        assert f"bị lệch {said} một dòng" in told[0].phrase().vi
        assert len(told[0].cell.split(", ")) == len(entries), "none of them counts"
