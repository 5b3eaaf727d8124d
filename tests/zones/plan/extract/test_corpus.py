"""Sentences and tables as provinces other than Lạng Sơn write them: figures, owners, communes."""

from __future__ import annotations

import sys
from collections import Counter
from types import FrameType

import pytest

from benchmarks.plan_reader import read_corpus, score_corpus, score_corpus_item
from zones.plan.extract.crop_names import find_crop
from zones.plan.extract.document import Document
from zones.plan.extract.draft import draft_plan
from zones.plan.extract.head import Head, read_head
from zones.plan.extract.outline import read_outline
from zones.plan.extract.statements import Stated, read_statements
from zones.plan.extract.tables import read_tables


@pytest.mark.parametrize("number", range(1, 101, 2))
def test_what_the_rules_were_written_for_is_read_whole(number: int) -> None:
    item = next(item for item in read_corpus() if item["id"] == number)
    figures, communes = score_corpus_item(item)
    assert (figures.false, figures.missed) == (0, 0)
    assert (communes.false, communes.missed) == (0, 0)


def test_what_was_held_back_is_nearly_all_read() -> None:
    figures, communes = score_corpus(odd=False)
    assert min(figures.recall, figures.precision) >= 0.95
    assert min(communes.recall, communes.precision) >= 0.9


def _head(*lines: str) -> Head:
    return read_head(read_outline(lines))


@pytest.mark.parametrize(
    ("lines", "issuer"),
    [
        (("Số: /KH-UBND", "Lào Cai, ngày tháng năm 2026"), "UBND tỉnh Lào Cai"),
        (("Số: .…/NQ-HĐND", "Hải Dương, ngày tháng năm 2024"), "HĐND tỉnh Hải Dương"),
        (("Huế, ngày 1/1/2026", "UBND thành phố ban hành Kế hoạch"), "UBND thành phố Huế"),
        # The number that a document cites is no mark of its own, a department no committee.
        (("Căn cứ Kế hoạch số 4/KH-UBND", "Lào Cai, ngày tháng năm 2026"), None),
        (("Số: 5/KH-SNN", "Lào Cai, ngày tháng năm 2026"), None),
    ],
)
def test_a_copy_without_letterhead_tells_its_issuer(
    lines: tuple[str, ...], issuer: str | None
) -> None:
    assert _head(*lines, "I. MỤC TIÊU").issuer == issuer


@pytest.mark.parametrize(
    "lines",
    [
        # A letterhead of Word is a table of two cells, each with several lines.
        (
            (
                "ỦY BAN NHÂN DÂN TỈNH BẮC NINH Số: 15/KH-UBND | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM "
                "Độc lập - Tự do - Hạnh phúc Bắc Ninh, ngày 12 tháng 3 năm 2026"
            ),
            "KẾ HOẠCH",
            "Phát triển vùng vải thiều giai đoạn 2026-2030",
        ),
        (
            "ỦY BAN NHÂN DÂN | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "TỈNH BẮC NINH | Độc lập - Tự do - Hạnh phúc",
            "Số 15 /KH-UBND | Bắc Ninh, ngày 12 tháng 3 năm 2026",
            "KẾ HOẠCH Phát triển vùng vải thiều giai đoạn 2026-2030",
        ),
        (
            "UBND TỈNH BẮC NINH",
            "Số: 15/KH-UBND",
            "Bắc Ninh, ngày 12 tháng 3 năm 2026",
            "KẾ HOẠCH",
            "Phát triển vùng vải thiều giai đoạn 2026-2030",
        ),
    ],
)
def test_number_date_issuer_and_years_are_those_of_the_letterhead(lines: tuple[str, ...]) -> None:
    head = _head(*lines, "I. MỤC TIÊU", "Học tập tỉnh Lào Cai, tỉnh Lào Cai, tỉnh Lào Cai.")
    assert head.issuer == "UBND tỉnh Bắc Ninh"
    assert head.number is not None
    assert head.number.replace(" ", "") == "15/KH-UBND"
    assert (head.date, head.dated, head.province) == ("2026-03-12", True, "24")
    assert (head.first, head.last) == (2026, 2030)


def test_a_province_that_was_joined_to_another_is_known_by_its_old_name() -> None:
    head = _head("Bắc Giang, ngày 10 tháng 8 năm 2022", "KẾ HOẠCH", "Phối hợp với tỉnh Quảng Ninh")
    assert head.province == "24"


def test_crops_that_share_a_figure_are_one_zone_of_both() -> None:
    lines = ("KẾ HOẠCH tỉnh Quảng Ninh", "I. MỤC TIÊU", "- Vùng keo, bạch đàn: 8.000 ha.")
    plan = draft_plan(Document("a", "0" * 64, lines), plan_id="a").plan
    (zone,) = plan.zones
    assert (zone.name.vi, zone.crop, zone.land_kind) == ("keo, bạch đàn", None, "forest")
    assert (zone.targets[0].figure, zone.targets[0].unit) == (8_000, "ha")


def test_a_figure_for_each_year_keeps_its_year_and_its_crops() -> None:
    lines = ("KẾ HOẠCH tỉnh Quảng Ninh", "I. MỤC TIÊU", "- Trồng keo, bạch đàn: 8.000 ha/năm.")
    plan = draft_plan(Document("a", "0" * 64, lines), plan_id="a").plan
    ((zone, target),) = plan.all_targets()
    assert (zone, target.figure, target.unit, target.period) == ("", 8_000, "ha/year", "per_year")
    assert target.name is not None
    assert "keo, bạch đàn" in target.name.vi


def test_rows_keep_their_lines_and_totals_and_prose_are_no_figures() -> None:
    lines = (
        "Biểu 1. Đơn vị tính: ha",
        "TT | Cây trồng | Năm 2025 | | Ghi chú",
        "| | Kế hoạch | Thực hiện |",
        "1 | Quế | 500 | 450,5 |",
        "| Cộng | 500 | 450,5 |",
        "II | Cây khác | | |",
    )
    assert read_tables(lines).lines == (
        *lines[:3],
        "- vùng quế năm 2025 đạt 500 ha; vùng quế năm 2025 đạt 450,5 ha.",
        "",
        lines[5],
    )
    prose = ("TT | Nội dung | Thời gian", "1 | Báo cáo trước ngày 10/6 " + "a " * 40 + "| Hàng năm")
    assert read_tables(prose).lines == prose
    raised = (lines[0], lines[1], "| | Gỗ (m³) | Thực hiện |", "1 | Quế | 500 | ³⁵ |")
    assert "đạt ³⁵" in read_tables(raised).lines[3]
    bordered = ("| Cây | Diện tích (ha) |", "|---|---|", "| Quế | 500 |")
    assert read_tables(bordered).lines[2] == "- diện tích vùng quế đạt 500 ha."


def test_a_column_of_a_whole_period_is_no_first_year_and_signs_are_bounds() -> None:
    """52,000 ha of five years once stood as those of 2026."""
    lines = (
        "| Chỉ tiêu | Đơn vị | Kế hoạch giai đoạn 2027-2031 | Trong đó: năm 2027 |",
        "| Trồng rừng tập trung | ha | 52.000 | 10.400 |",
        "| Tỷ lệ che phủ rừng | % | ≥ 62 | 61,2 |",
        "| Diện tích có chứng chỉ FSC | ha | 80.000 - 85.000 | - |",
    )
    plan = draft_plan(
        Document("a", "0" * 64, ("I. MỤC TIÊU", *lines)), plan_id="a", province="08"
    ).plan
    found = [(t.bound, t.figure or t.low, t.high, t.year, t.during) for _, t in plan.all_targets()]
    assert found == [
        ("exact", 52_000, None, 2031, "2027/2031"),
        ("exact", 10_400, None, 2027, None),
        ("at_least", 62, None, 2031, "2027/2031"),
        ("exact", 61.2, None, 2027, None),
        ("range", 80_000, 85_000, 2031, "2027/2031"),
    ]


def _calls(lines: tuple[str, ...]) -> int:
    """How many Python functions run to draft a plan: work, whatever the machine does besides."""
    counted: Counter[str] = Counter()

    def count(_: FrameType, event: str, __: object) -> None:
        counted[event] += 1

    document = Document("a", "0" * 64, ("KẾ HOẠCH tỉnh Lạng Sơn", "I. MỤC TIÊU", *lines))
    sys.setprofile(count)
    try:
        draft_plan(document, plan_id="a", province="20")
    finally:
        sys.setprofile(None)
    return counted["call"]


@pytest.mark.parametrize("in_one", [True, False])
def test_work_grows_with_the_text_and_not_with_its_square(in_one: bool) -> None:
    def lines(number: int) -> tuple[str, ...]:
        texts = [f"vùng thông xã {i} đạt {i + 1} ha" for i in range(number)]
        return (", ".join(texts),) if in_one else tuple(f"- {text}." for text in texts)

    _calls(lines(10))  # tables are read once
    few, many = _calls(lines(150)), _calls(lines(1_200))
    assert many < 14 * few  # eight times the text; its square is 64 times


def _read(*sentences: str) -> list[Stated]:
    return list(read_statements(read_outline(("I. MỤC TIÊU", *sentences))).stated)


@pytest.mark.parametrize(
    ("sentence", "roles"),
    [
        ("Diện tích 500 ha, tăng 40 ha so với năm 2025", ["level", "change"]),
        ("Trồng 500 ha (tăng 40 ha so KH giao)", ["level", "change"]),
        ("Diện tích đạt 500 ha, vượt kế hoạch 40 ha", ["level", "change"]),
        ("Diện tích không vượt quá 500 ha", ["level"]),
        ("Diện tích tăng lên 500 ha, giảm còn 400 ha", ["level", "level"]),
        ("Nâng từ 300 ha lên 500 ha", ["base", "level"]),
        ("Mở rộng diện tích từ 300 - 500 ha", ["level"]),
        ("Phấn đấu tăng đàn lợn thêm 3%/năm", ["change"]),
        ("Khai thác gỗ đạt 500 m3, bằng 105% kế hoạch", ["level", "comparison"]),
        ("Hiện nay, toàn tỉnh có 300 ha; phấn đấu đạt 500 ha", ["present", "level"]),
        ("Duy trì diện tích rừng hiện có 500 ha", ["level"]),
        ("Trồng thêm 500 ha", ["level"]),
    ],
)
def test_only_a_level_is_a_target(sentence: str, roles: list[str]) -> None:
    assert [one.role for one in _read(sentence)] == roles


def test_a_list_gives_each_figure_its_own_product_on_either_side() -> None:
    behind = _read("Đạt 9 nghìn tấn thịt hơi (2 nghìn tấn thịt trâu; 3 nghìn tấn thịt bò)")
    before = _read("Đạt 9 nghìn tấn thịt hơi, trong đó: thịt trâu 2 nghìn tấn, thịt bò 3 nghìn tấn")
    for read in (behind, before):
        assert [one.subject.indicator for one in read] == [
            *("live_weight", "buffalo_meat", "cattle_meat")
        ]
        assert all(one.subject.sure for one in read)


def test_an_owner_that_is_taken_over_is_not_sure() -> None:
    paddy, rest = _read("Sản lượng lúa 500 tấn, cả năm đạt 900 tấn")
    assert (paddy.subject.indicator, paddy.subject.sure) == ("paddy_output", True)
    assert (rest.subject.indicator, rest.subject.sure) == ("paddy_output", False)


def test_an_owner_that_is_taken_over_stays_in_its_sentence() -> None:
    _, other = _read("Sản lượng lúa 500 tấn. Cả năm đạt 900 tấn.")
    assert (other.subject.indicator, other.subject.crop) == ("", "")


def test_durations_are_no_quantities() -> None:
    (area,) = _read("Khai thác nhựa 5 - 10 năm, chu kỳ 10-12 năm, quy mô 500 ha")
    assert (area.quantity.low, area.quantity.unit) == (500, "ha")


@pytest.mark.parametrize(
    ("text", "crop"),
    [
        ("điều kiện", ""),
        ("chỉ tiêu", ""),
        ("cam kết", ""),
        ("nhãn hiệu", ""),
        ("vùng điều", "cashew"),
        ("hồ tiêu", "pepper"),
        ("vùng cam", "orange"),
        ("cam, quýt", "citrus"),
        ("nuôi tôm", "shrimp"),
    ],
)
def test_words_that_only_look_like_crops_are_none(text: str, crop: str) -> None:
    assert find_crop(text)[0] == crop


def test_halves_of_a_year_are_kept_apart() -> None:
    first, whole = _read(
        "Giá trị lâm nghiệp các tháng cuối năm đạt 5 tỷ đồng, cả năm đạt 9 tỷ đồng"
    )
    assert (first.half, whole.half) == ("second", "")


def test_an_owner_of_several_that_are_named_is_not_sure() -> None:
    several, one = _read(
        "Diện tích áp dụng GAP, hữu cơ, mã số vùng trồng đạt 2.000 ha",
        "Diện tích trồng rừng gỗ lớn đạt 500 ha",
    )
    assert not several.subject.sure
    assert (one.subject.indicator, one.subject.sure) == ("large_timber_planting", True)


def test_a_unit_alone_names_no_indicator() -> None:
    linked, drawn = _read(
        "Có thêm ít nhất 10 doanh nghiệp, hợp tác xã tham gia liên kết",
        "Thu hút 3 doanh nghiệp, hợp tác xã",
    )
    assert (linked.subject.indicator, linked.quantity.bound) == ("", "at_least")
    assert drawn.subject.indicator == "processing_enterprises"


def test_a_floor_may_stand_before_its_verb() -> None:
    (stars,) = _read("Lũy kế tối thiểu có 350 sản phẩm OCOP đạt từ 3 sao trở lên")
    assert (stars.quantity.bound, stars.subject.indicator) == ("at_least", "ocop_three_star")
