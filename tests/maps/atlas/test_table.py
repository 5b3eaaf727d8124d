"""Tables on a sheet: figures on one line, as large as the room allows, nothing lost quietly."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from maps.atlas.sheet import Box, Sheet, TextLine, wrap_text
from maps.atlas.table import draw_long_table, draw_table
from maps.layout.page_table import PageColumn, PageTable
from maps.symbols.fonts import FontSet, find_fonts


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return find_fonts()


def _table(rows: int, *, name: str = "Xã", total: bool = True) -> PageTable:
    columns = (
        PageColumn("commune", "Xã, phường", "text"),
        PageColumn("area", "Diện tích hiện trạng", "hectares", totalled=True),
        PageColumn("rate", "Tỷ lệ (%)", "percent"),
    )
    frame = pd.DataFrame(
        {
            "commune": [f"{name} {number}" for number in range(rows)],
            "area": [1234.5 + number for number in range(rows)],
            "rate": [50.0] * rows,
        }
    )
    last = pd.Series({"area": frame["area"].sum(), "rate": None})
    return PageTable(
        name="x", title="", role="commune", columns=columns, rows=frame,
        total=last if total else None, total_label="Tổng cộng",
    )  # fmt: skip


def _texts(sheet: Sheet) -> list[tuple[str, float, float, float]]:
    """Text, left edge, right edge and baseline in millimetres."""
    found = []
    for line in sheet.figure.findobj(TextLine):
        left, y = (value * 25.4 / 72 for value in line.start_pt)
        width = sheet.text_width(line.words, size=line.font.get_size(), style="bold")
        found.append((line.words, left, left + width, y))
    return found


def test_table_stays_in_its_box(fonts: FontSet) -> None:
    sheet, box = Sheet(297, 210, fonts), Box(20, 20, 60, 100)
    used = draw_table(sheet, box, _table(12))
    assert used <= box.height
    for text, left, right, y in _texts(sheet):
        assert box.left - 0.3 <= left, text
        assert right <= box.right + 0.3, text
        assert box.top - used - 0.3 <= y <= box.top
    assert "Tổng cộng" in [text for text, *_ in _texts(sheet)]
    assert "14.880,0" in [text for text, *_ in _texts(sheet)]


def test_long_names_are_broken_not_cut(fonts: FontSet) -> None:
    sheet = Sheet(297, 210, fonts)
    name = "Nghĩa Thượng Phong Trường Giang Hoành Sơn"
    draw_table(sheet, Box(20, 20, 60, 100), _table(2, name=name))
    words = " ".join(text for text, *_ in _texts(sheet)).split()
    assert words.count("Hoành") == 2


def test_rows_without_room_are_counted_and_the_total_stays(fonts: FontSet) -> None:
    sheet = Sheet(297, 210, fonts)
    used = draw_table(sheet, Box(20, 20, 60, 30), _table(60))
    texts = [text for text, *_ in _texts(sheet)]
    (left_out,) = [text for text in texts if text.startswith("… ")]
    shown = sum(text.startswith("Xã ") for text in texts)
    assert left_out == f"… {60 - shown} dòng nữa, xem bảng của phụ lục"
    assert "Tổng cộng" in texts
    assert used <= 31


def test_long_table_is_drawn_in_two_halves(fonts: FontSet) -> None:
    sheet, box = Sheet(297, 210, fonts), Box(20, 20, 110, 160)
    draw_long_table(sheet, box, _table(65), sizes=(8.0, 4.0))
    places = {text: left for text, left, *_ in _texts(sheet)}
    assert all(f"Xã {number}" in places for number in range(65))
    assert places["Xã 0"] < box.centre < places["Xã 64"]
    assert places["Tổng cộng"] > box.centre
    assert not any(text.startswith("… ") for text in places)


def test_short_table_is_drawn_in_one(fonts: FontSet) -> None:
    sheet, box = Sheet(297, 210, fonts), Box(20, 20, 110, 160)
    draw_long_table(sheet, box, _table(5, total=False))
    lefts = {round(left) for text, left, *_ in _texts(sheet) if text.startswith("Xã ")}
    assert len(lefts) == 1


def test_words_longer_than_a_line_are_broken(fonts: FontSet) -> None:
    lines = wrap_text(fonts, "a" + "b" * 60 + " cd", width_mm=20, size=10)
    assert "".join(lines).replace(" ", "") == "a" + "b" * 60 + "cd"
    assert all(fonts.width_pt(line, size=10) <= 20 * 72 / 25.4 for line in lines)


def test_lines_hold_as_many_words_as_fit(fonts: FontSet) -> None:
    words = [letter * count for count in (1, 9, 2, 17, 3, 5, 1, 1, 1, 12) for letter in "iWm"]
    for width in (12.0, 25.0, 60.0, 500.0):
        lines = wrap_text(fonts, " ".join(words), width_mm=width, size=8)
        assert "".join(lines).replace(" ", "") == "".join(words)
        room = width * 72 / 25.4
        for line, after in pairwise(lines):
            longer = f"{line} {after.split()[0]}"
            assert fonts.width_pt(line, size=8) <= room
            assert fonts.width_pt(longer, size=8) > room


def test_paragraph_shrinks_then_loses_its_end(fonts: FontSet) -> None:
    sheet, box = Sheet(297, 210, fonts), Box(20, 20, 40, 6)
    used = sheet.paragraph(box, "chữ " * 60, size=12, least=8)
    assert used <= 6.5
    assert _texts(sheet)[-1][0].endswith("…")


def test_boxes() -> None:
    box = Box(1, 2, 3, 4)
    assert (box.right, box.top, box.centre) == (4, 6, 2.5)
    assert box.inset(1) == Box(2, 3, 1, 2)
    assert not box.overlaps(Box(4, 2, 1, 1))
    assert box.overlaps(Box(3.9, 2, 1, 1))
    assert box.holds(box)
    assert not box.holds(box.inset(-0.1))
