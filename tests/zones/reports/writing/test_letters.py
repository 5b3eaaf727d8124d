"""Letters of questions that one can read, however many cells they ask about."""

from __future__ import annotations

from pathlib import Path

import docx
import pandas as pd
import pytest

from zones.reports.reading.entries import Told
from zones.reports.tables import REPORT_FINDINGS
from zones.reports.writing.cell_ranges import cell_ranges
from zones.reports.writing.letters import save_questions
from zones.reports.year_round import Round


@pytest.mark.parametrize(
    ("cells", "ranges"),
    [
        ("", ""),
        ("I8, F8, H8", "I8, F8, H8"),  # The first is the one likely wrong
        ("F8, F9, F10, F12, F11", "F8:F12"),
        ("F8, G8, F9, G9, I3", "I3, F8:G9"),
        ("Vùng!F8, Vùng!F9, Vùng!F10, Khác!B2, Vùng!F11", "Vùng!F8:F11, Khác!B2"),
        ("A1, A3, A5, A7, A9", "A1, A3, A5, A7, A9"),
    ],
)
def test_cells_are_told_by_ranges(cells: str, ranges: str) -> None:
    assert cell_ranges(cells) == ranges


def _letter(rows: list[Told], asked: Round, folder: Path) -> list[list[list[str]]]:
    frame = REPORT_FINDINGS.validate(pd.DataFrame([one.as_row() for one in rows]))
    (path,) = save_questions([("06529", frame)], asked, [], folder)
    document = docx.Document(str(path))
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in document.tables
        if table.rows[0].cells[0].text == "TT"
    ]


def test_a_hundred_questions_are_a_few_kinds_with_their_list_behind(
    round_2026: Round, tmp_path: Path
) -> None:
    rows = [
        Told("jump", "06529", "a.xlsx", "Vùng", f"{column}{line}", f"Dòng {line}", 5.0, 50.0)
        for column in "FH"
        for line in range(8, 68)
    ]
    kinds, every = _letter(rows, round_2026, tmp_path)
    assert [row[1] for row in kinds[1:]] == ["Vùng, ô F8:F67", "Vùng, ô H8:H67"]
    assert "Còn 59 nội dung cùng loại" in kinds[1][2]
    assert len(every) == 121
    assert every[120][1] == "Vùng, ô H67"


def test_a_question_about_scattered_cells_is_cut_and_listed_whole(
    round_2026: Round, tmp_path: Path
) -> None:
    cells = [f"{column}{line}" for line in range(8, 128, 2) for column in "FHK"]
    told = Told("copied", "06529", "a.xlsx", "Vùng", ", ".join(cells), found="xã Thuỵ Hùng")
    kinds, every = _letter([told], round_2026, tmp_path)
    assert len(kinds) == 2
    assert len(kinds[1][1]) < 300
    assert max(len(row[1]) for row in every) < 300, "no row is higher than a page"
    listed = " ".join(row[1] for row in every[1:]).replace(",", " ").split()
    assert set(cells) <= set(listed)


def test_a_few_questions_stay_as_they_are(round_2026: Round, tmp_path: Path) -> None:
    rows = [Told("jump", "06529", "a.xlsx", "Vùng", f"F{n}", "Na", 5.0, 50.0) for n in (8, 9)]
    (only,) = _letter(rows, round_2026, tmp_path)
    assert [row[1] for row in only[1:]] == ["Vùng, ô F8", "Vùng, ô F9"]
