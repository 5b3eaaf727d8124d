"""Totals of tables: held against their rows, told where they differ, never read as figures."""

from __future__ import annotations

import pytest

from zones.plan.extract.document import Document
from zones.plan.extract.draft import Draft, draft_plan
from zones.plan.extract.tables import read_tables
from zones.plan.lint import lint_plan

HEADING = "TT | Cây trồng | Diện tích (ha) | Sản lượng (tấn)"


def _wrong(*rows: str) -> list[tuple[int, str, float, float]]:
    return [(w.line, w.column, w.total, w.found) for w in read_tables((HEADING, *rows))[1]]


@pytest.mark.parametrize(
    "rows",
    [
        ("1 | Vải | 300 | 1.500", "2 | Nhãn | 200,5 | 900", "| Tổng cộng | 500,5 | 2.400"),
        # The total may stand first, and rows may be of two levels.
        ("| Tổng số | 500 | 2.400", "1 | Vải | 300 | 1.500", "2 | Nhãn | 200 | 900"),
        ("I | Quả | 500 | 9", "1 | Vải | 300 | 5", "2 | Nhãn | 200 | 4", "| Cộng | 500 | 9"),
        # A subtotal of each part, and the whole.
        ("1 | Vải | 10 | 1", "| Cộng | 10 | 1", "2 | Nhãn | 5 | 2", "| Tổng cộng | 15 | 3"),
        # "Trong đó" is inside its row.
        ("1 | Chè | 300 | 5", " | Trong đó: hữu cơ | 100 | 2", "| Cộng | 300 | 5"),
        # A cell without a figure adds nothing.
        ("1 | Vải | 300 | -", "2 | Nhãn | 200 | 900", "| Tổng | 500 | 900"),
    ],
)
def test_totals_that_fit_are_not_told(rows: tuple[str, ...]) -> None:
    assert _wrong(*rows) == []


def test_a_total_that_does_not_fit_is_told_with_both_figures() -> None:
    rows = ("1 | Vải | 300 | 1.500", "2 | Nhãn | 200 | 900", "| Tổng cộng | 510 | 2.400")
    assert _wrong(*rows) == [(4, "Diện tích", 510.0, 500.0)]


def _draft(*lines: str) -> Draft:
    text = ("KẾ HOẠCH tỉnh Bắc Ninh", "I. MỤC TIÊU", *lines)
    return draft_plan(Document("a", "0" * 64, text), plan_id="a", province="24")


def test_the_draft_tells_the_difference_and_keeps_the_rows() -> None:
    draft = _draft(HEADING, "1 | Vải | 300 | 5", "2 | Nhãn | 200 | 4", "| Tổng | 501 | 9")
    assert {target.figure for _, target in draft.plan.all_targets()} == {300, 5, 200, 4}
    (note,) = draft.notes
    assert "line 6" in note.en
    assert "501.00" in note.en
    assert "-1.00" in note.en
    assert "501,00" in note.vi


def test_a_column_of_increases_is_no_target() -> None:
    draft = _draft("Chỉ tiêu | ĐVT | Năm 2030 | Tăng so với 2025", "Diện tích chè | ha | 900 | 50")
    assert [target.figure for _, target in draft.plan.all_targets()] == [900]
    assert [(one.role, one.passage.figure) for one in draft.apart] == [("change", "50 ha")]


def test_what_is_not_sure_is_told_with_its_sentence() -> None:
    draft = _draft("- Sản lượng lúa vụ Mùa 500 tấn, cả năm đạt 900 tấn.")
    (unsure,) = draft.unsure
    assert unsure.passage.figure == "900 tấn"
    assert "cả năm" in unsure.passage.context
    confidence = {target.figure: target.confidence for _, target in draft.plan.all_targets()}
    assert confidence[900.0] is not None
    assert confidence[500.0] is not None
    assert confidence[900.0] < 0.65 < confidence[500.0]


def test_a_total_is_for_the_years_that_its_yearly_figure_multiplies_out() -> None:
    def read(total: str) -> list[tuple[float | None, int | None, str | None]]:
        lines = (
            "KẾ HOẠCH",
            "Phát triển lâm nghiệp tỉnh Lạng Sơn giai đoạn 2026-2030",
            "I. MỤC TIÊU CHUNG",
            f"- Chuyển hóa rừng gỗ lớn {total} ha (bình quân mỗi năm 1.200 - 1.600 ha/năm).",
        )
        plan = draft_plan(Document("a", "0" * 64, lines), plan_id="a", province="20").plan
        return [(one.low, one.year, one.during) for _, one in plan.all_targets()]

    assert read("6.000 - 8.000") == [(6_000, 2030, "2026/2030"), (1_200, 2030, "2026/2030")]
    # Ten years' worth is not this plan's: no year is made up.
    assert read("12.000 - 16.000") == [(12_000, None, None), (1_200, None, None)]


def test_a_crop_that_no_table_has_is_a_zone_to_confirm() -> None:
    plan = _draft("- Vùng mắc mật 500 ha; vùng vải thiều 900 ha vào năm 2030.").plan
    assert {zone.zone: zone.crop for zone in plan.zones} == {"mac_mat": None, "lychee": "lychee"}
    told = [one.subject for one in lint_plan(plan) if one.kind == "zone-crop-unknown"]
    assert told == ["mac_mat"]
