"""Totals of tables: held against their rows, told where they differ, never read as figures."""

from __future__ import annotations

import pytest

from layers.base.errors import InputError
from zones.plan.extract.document import Document
from zones.plan.extract.draft import Draft, draft_plan
from zones.plan.extract.tables import read_tables
from zones.plan.lint import lint_plan

HEADING = "TT | Cây trồng | Diện tích (ha) | Sản lượng (tấn)"


def _wrong(*rows: str) -> list[tuple[int, str, float, float]]:
    return [(w.line, w.column, w.total, w.found) for w in read_tables((HEADING, *rows)).wrong]


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


def _of_lang_son(*lines: str) -> Draft:
    text = ("KẾ HOẠCH tỉnh Lạng Sơn", "I. MỤC TIÊU", *lines)
    return draft_plan(Document("a", "0" * 64, text), plan_id="a", province="20")


def _areas(draft: Draft) -> list[tuple[str, str | None, float | None]]:
    return [(zone, target.commune, target.figure) for zone, target in draft.plan.all_targets()]


def test_the_mark_of_a_note_makes_no_target_of_the_province() -> None:
    draft = _of_lang_son(
        "TT | Xã | Na (ha) | Quýt (ha)",
        "1 | Chi Lăng* | 2.000 | 100",
        "2 | Hữu Lũng (1) | 1.500(2) | 50",
        "| Cộng | 3.500 | 150",
        "(1) Gồm cả xã cũ; (2) chưa gồm diện tích trồng xen.",
    )
    assert _areas(draft) == [
        ("custard_apple", "06463", 2_000),
        ("custard_apple", "06385", 1_500),
        ("citrus", "06463", 100),
        ("citrus", "06385", 50),
    ]
    assert (draft.near, draft.notes, draft.unread) == ((), (), ())
    # Without its note, "(2)" may be anything.
    left = _of_lang_son("TT | Xã | Na (ha)", "1 | Chi Lăng | 1.500(2)", "2 | Cai Kinh | 5")
    assert [one.figure for one in left.unread] == ["1.500", "2"]
    assert _areas(left) == [("custard_apple", "06427", 5)]


def test_a_row_of_no_known_commune_is_told_and_none_of_the_province() -> None:
    draft = _of_lang_son("TT | Xã | Na (ha)", "1 | Bảo Yên | 500", "2 | Diềm He | 300")
    assert _areas(draft) == [("custard_apple", "06280", 300)]
    assert [(one.written, one.meant) for one in draft.near] == [
        ("Bảo Yên", ""),
        ("Diềm He", "Điềm He (06280)"),
    ]
    assert [(one.line, one.figure) for one in draft.unread] == [(4, "500 ha")]


@pytest.mark.parametrize(
    ("unit", "cell", "hectares"),
    [
        ("1000 ha", "55", 55_000),
        ("1.000 ha", "5,5", 5_500),
        ("nghìn ha", "55", 55_000),
        ("100 ha", "55", 5_500),
        ("ha x 1000", "55", 55_000),
        ("10³ ha", "55", 55_000),
        ("ha", "> 2.000", 2_000),
        ("12 ha", "55", None),
        ("ha x 103", "55", None),
    ],
)
def test_a_unit_with_a_factor_multiplies(unit: str, cell: str, hectares: float | None) -> None:
    """55 in "1000 ha" was read as 1,000 ha."""
    column = _of_lang_son("TT | Chỉ tiêu | ĐVT | Năm 2030", f"1 | Diện tích hồi | {unit} | {cell}",
                          "2 | Diện tích na | ha | 9")  # fmt: skip
    ((_, target), *_) = column.plan.all_targets()
    if hectares is None:
        assert (target.figure, [one.figure for one in column.unread]) == (9, ["55"])
        return
    assert (target.figure or target.low, target.unit) == (hectares, "ha")
    if cell[0] != ">":
        for above, heading in ((f"Biểu 1 (ĐVT: {unit})", "Năm 2030"), ("", f"Năm 2030 ({unit})")):
            draft = _of_lang_son(above, f"TT | Cây | {heading}", f"1 | Hồi | {cell}")
            assert [target.figure for _, target in draft.plan.all_targets()] == [hectares]


def test_columns_of_crops_and_communes_make_zones_of_the_crops() -> None:
    """A cell of three names was a commune, and its Hoa Thám a zone of flowers."""
    draft = _of_lang_son(
        "Biểu 3. Vùng trồng (ĐVT: ha)",
        "Vùng | Xã | Năm 2030",
        "Na | Chi Lăng, Hữu Lũng | 4.500",
        "Hồi | Bình Gia Tân Văn Hoa Thám | 50.000",
    )
    zones = [
        (zone.zone, [one.code for one in zone.communes], zone.targets[0].figure)
        for zone in draft.plan.zones
    ]
    assert zones == [
        ("custard_apple", ["06463", "06385"], 4_500),
        ("anise", ["06112", "06115", "06073"], 50_000),
    ]
    single = _of_lang_son("Vùng | Xã | Năm 2030 (ha)", "Na | Chi Lăng | 4.500")
    assert _areas(single) == [("custard_apple", "06463", 4_500)]
    # Several communes share a figure, and nothing says of what crop.
    shared = _of_lang_son("TT | Xã | Na (ha)", "1 | Chi Lăng, Hữu Lũng | 4.500", "2 | Cai Kinh | 5")
    assert _areas(shared) == [("custard_apple", "06427", 5)]
    assert "4.500" in [one.figure for one in shared.unread]


def test_a_column_of_units_that_holds_communes_is_one_of_communes() -> None:
    draft = _of_lang_son(
        "Phụ lục I. Diện tích na đến năm 2030 phân theo xã (ha)",
        "TT | Đơn vị | Hiện trạng 2025 | Kế hoạch 2030 | Tăng (+), giảm (-)",
        "1 | Xã Chi Lăng | 1.900 | 2.000 | +100",
        "2 | Xã Hữu Lũng | 1.600 | 1.500 | -100",
        "| TỔNG CỘNG | 3.500 | 3.500 | 0",
    )
    assert _areas(draft) == [("custard_apple", "06463", 2_000), ("custard_apple", "06385", 1_500)]
    assert {target.year for _, target in draft.plan.all_targets()} == {2030}
    assert draft.notes == ()


def test_a_missing_unit_is_told_of_a_table_and_of_a_document() -> None:
    rows = ("TT | Cây trồng | Năm 2025 | Năm 2030", "1 | Na | 4.230 | 4.500")
    with pytest.raises(InputError, match="none with a unit; write the unit"):
        _of_lang_son(*rows)
    draft = _of_lang_son("Vùng Keo 50 ha.", *rows)
    (note,) = draft.notes
    assert note.en.startswith("The table at line 4 has figures without a unit")
    with pytest.raises(InputError, match="is this a plan"):
        _of_lang_son("Phát triển vùng na.")
