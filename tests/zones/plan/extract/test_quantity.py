"""Quantities in prose: number styles, bounds, units; what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.base.errors import InputError
from layers.base.language import format_number
from zones.plan.extract.document import read_document_text
from zones.plan.extract.outline import read_outline
from zones.plan.extract.quantity import find_quantities, parse_quantity, read_numeral
from zones.plan.extract.units import known_units, match_unit, unit_dimension, unit_factor
from zones.plan.extract.unread import find_unread


@pytest.mark.parametrize(
    ("text", "value", "doubtful"),
    [
        ("155.000", 155_000, False),
        ("1.509.001", 1_509_001, False),
        ("1.509,0", 1_509, False),
        ("20.054,4", 20_054.4, False),
        ("1,188,801.11", 1_188_801.11, False),
        ("424207,000", 424_207, False),
        ("5,5", 5.5, False),
        ("64.6", 64.6, False),
        ("0.500", 0.5, False),
        ("3,000", 3.0, True),
        ("155 000", 155_000, False),
        ("2\u00a0223", 2_223, False),
        ("007", 7, False),
    ],
)
def test_numerals(text: str, value: float, doubtful: bool) -> None:
    assert read_numeral(text) == (value, doubtful)


@pytest.mark.parametrize("text", ["1.2.3", "12.34.56", "1.500,000,1", "1,2.3,4"])
def test_numbers_of_clauses_are_no_numerals(text: str) -> None:
    assert read_numeral(text) is None


@pytest.mark.parametrize(
    ("text", "bound", "low", "high", "unit"),
    [
        ("155.000-160.000 ha", "range", 155_000, 160_000, "ha"),
        ("155.000 – 160.000ha", "range", 155_000, 160_000, "ha"),
        ("trên 3.000ha", "at_least", 3_000, None, "ha"),
        ("hơn 3.000 héc ta", "at_least", 3_000, None, "ha"),
        ("từ 3.000 ha trở lên", "at_least", 3_000, None, "ha"),
        ("tối thiểu đạt 80%", "at_least", 80, None, "%"),
        ("ít nhất là 02 huyện/thành phố", "at_least", 2, None, "district"),
        ("không thấp hơn 65 %", "at_least", 65, None, "%"),
        ("đạt bình quân 3,6% trở lên", "at_least", 3.6, None, "%"),
        ("không quá 10%", "at_most", None, 10, "%"),
        ("giảm xuống dưới 10%", "at_most", None, 10, "%"),
        ("10% trở xuống", "at_most", None, 10, "%"),
        ("khoảng 55.000 - 56.000 ha", "range", 55_000, 56_000, "ha"),
        ("khoảng 3.500 ha", "about", 3_500, 3_500, "ha"),
        ("xấp xỉ 3.500 ha", "about", 3_500, 3_500, "ha"),
        ("duy trì đàn bò 30.000 con", "maintain", 30_000, 30_000, "head"),
        ("duy trì và phát triển đàn lợn 300.000 con", "exact", 300_000, 300_000, "head"),
        ("cao hơn 5%", "exact", 5, 5, "%"),
        ("5,5 triệu con", "exact", 5_500_000, 5_500_000, "head"),
        ("từ 1 - 2 triệu con", "range", 1_000_000, 2_000_000, "head"),
        ("2.223 nghìn cây", "exact", 2_223_000, 2_223_000, "tree"),
        ("01 tỷ cây xanh", "exact", 1e9, 1e9, "tree"),
        ("580 nghìn m<sup>2</sup>", "exact", 580_000, 580_000, "m2"),
        ("18-20m3/ha/năm", "range", 18, 20, "m3/ha/year"),
        ("18 - 20 m³/ha/năm", "range", 18, 20, "m3/ha/year"),
        ("20.054,4 tỷ đồng", "exact", 20_054.4, 20_054.4, "billion VND"),
        ("2 nghìn tỷ đồng", "exact", 2, 2, "trillion VND"),
        ("từ 10% đến 15%", "range", 10, 15, "%"),
        ("10% - 12%/năm", "range", 10, 12, "%/year"),
        ("6.000 - 8.000 ha (bình quân mỗi năm 1.200 ha)", "range", 6_000, 8_000, "ha"),
        ("2025 ha", "exact", 2_025, 2_025, "ha"),
        ("1,188,801.11 ha", "exact", 1_188_801.11, 1_188_801.11, "ha"),
        ("20.000 – 15.000 ha", "range", 20_000, 15_000, "ha"),
        # Marks of notes are no digits; the raised figure of a unit stays.
        ("350¹ ha", "exact", 350, 350, "ha"),
        ("50.000⁴ ha", "exact", 50_000, 50_000, "ha"),
        ("2.310³ ha", "exact", 2_310, 2_310, "ha"),
        ("2.300<sup>(1*)</sup> ha năm 2030.⁵ Trồng", "exact", 2_300, 2_300, "ha"),
        ("20 m<sup>3/ha</sup>", "exact", 20, 20, "m3/ha"),
        # No mark has three digits: what is raised whole is the figure.
        ("đạt <sup>350</sup> ha", "exact", 350, 350, "ha"),
        ("đạt (<sup>12.500,5</sup> ha)", "exact", 12_500.5, 12_500.5, "ha"),
        ("50.000¹²,³ ha", "exact", 50_000, 50_000, "ha"),
        ("3.500<sup>5</sup> ha", "exact", 3_500, 3_500, "ha"),
        ("155.000¹ - 160.000² ha", "range", 155_000, 160_000, "ha"),
        ("350 ha⁶", "exact", 350, 350, "ha"),
        ("6.000 m²", "exact", 6_000, 6_000, "m2"),
        ("6 km<sup>2</sup><sup>1</sup>", "exact", 6, 6, "km2"),
        ("20 m³¹", "exact", 20, 20, "m3"),
        # A group of zeros that a gap tore off is joined: no figure begins with it.
        ("đạt 50. 000 ha", "exact", 50_000, 50_000, "ha"),
        ("đạt 50 .000 ha", "exact", 50_000, 50_000, "ha"),
        ("đạt 1. 000.\u2009000 ha", "exact", 1_000_000, 1_000_000, "ha"),
        ("155.000 -160. 000 ha", "range", 155_000, 160_000, "ha"),
        ("đạt 50\u2009500 ha", "exact", 50_500, 50_500, "ha"),
        ("2. 155.000 ha thông", "exact", 155_000, 155_000, "ha"),
        ("năm 2030, 500 ha", "exact", 500, 500, "ha"),
        # No rest of a figure: it has thousands or decimals of its own, or a place has the number.
        ("vùng 1, 155.000 ha", "exact", 155_000, 155_000, "ha"),
        ("vùng 5, 12,5 ha", "exact", 12.5, 12.5, "ha"),
        ("tiểu khu 125, 350 ha", "exact", 350, 350, "ha"),
        ("tại thôn 5, 5 ha", "exact", 5, 5, "ha"),
        ("II.1. 500 ha", "exact", 500, 500, "ha"),
    ],
)
def test_figure_bound_and_unit(
    text: str, bound: str, low: float | None, high: float | None, unit: str
) -> None:
    found = parse_quantity(text)
    assert (found.bound, found.low, found.high, found.unit) == (bound, low, high, unit)


def test_every_word_of_bound_is_kept_in_order() -> None:
    assert parse_quantity("khoảng trên 500 ha").words == ("khoảng", "trên")
    assert parse_quantity("trên 18-20m3/ha/năm").words == ("trên",)
    assert parse_quantity("khoảng 90% trở lên").words == ("khoảng", "trở lên")


@pytest.mark.parametrize(
    ("text", "per_year"),
    [
        ("9.000 ha/năm", True),
        ("bình quân mỗi năm 1.200 ha", True),
        ("Hàng năm thành lập 15 hợp tác xã; 5 tổ hợp tác", True),
        ("Diện tích nuôi hàng năm đạt 1.250 ha, nuôi 550 lồng bè", False),
        ("9.000 ha", False),
    ],
)
def test_each_year(text: str, per_year: bool) -> None:
    assert find_quantities(text)[-1].per_year is per_year


@pytest.mark.parametrize(
    "text",
    [
        "ngày 20/11 xã báo cáo",
        "năm 2025 xã Tân Thành",
        "giai đoạn 2026-2030 xã Tân Thành",
        "Quyết định số 1601/QĐ-UBND",
        "đạt từ 3 sao trở lên",
        "rà soát 3 loại rừng",
        "Bình quân tiêu chí/01 xã",
        "thời gian 5 - 10 năm",
        "20 đồng bào",
        "4 con đường",
        "1.2.3 ha",
        "000 ha",
        "đạt 50. 500 ha",
        "đạt 50 .500 ha",
        "đạt 5, 5 ha",
        "50. 500 ha",
        "đạt 1, 188,801.11 ha",
        "đạt 5, 500,000 ha",
        "tại 3 khoảnh 5, 5 ha",
        "các thôn 5, 5 ha",
        "vùng 5, 5 ha",
        "khu vực 1. 250 ha",
        "thôn 50. 500 ha",
        "đạt 50'500 ha",
        "10⁶ ha",
        "50.000(1) ha",
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hồi 12<sup>500</sup> ha", ["12⁵⁰⁰"]),
        ("hồi 15¹⁰⁰ ha", ["15¹⁰⁰"]),
        ("hồi 350<sup>,5</sup> ha", ["350,⁵"]),
        ("hồi 350,<sup>5</sup> ha", ["350,⁵"]),
        ("hồi 350.⁵ ha", ["350.⁵"]),
        ("hồi <sup>35</sup> ha", ["³⁵"]),
        ("hồi (³⁵ ha), hồi:³⁵ ha", ["³⁵", "³⁵"]),
        ("hồi 50.000 ⁴ ha", ["50.000", "⁴"]),
        ("³⁵ ha", ["³⁵"]),
        ("na 5.10³ ha", ["5.10³"]),
        ("na 5.10⁶ con", ["5.10⁶"]),
        ("na 5,5.10<sup>3</sup> ha", ["5,5.10³"]),
        ("na 5x10³ ha", ["5", "10³"]),
        ("na 5·10³ ha", ["5", "10³"]),
        ("na 5*10³ ha", ["5", "10³"]),
        ("na 5 × 10^3 ha", ["5", "10", "3"]),
        ("hồi hai nghìn ha", ["hai nghìn"]),
        ("hồi một nghìn năm trăm ha, na mười lăm tấn", ["một nghìn năm trăm", "mười lăm"]),
        ("hồi hai triệu rưỡi m3", ["hai triệu rưỡi"]),
        ("hàng nghìn ha, mỗi năm một ha, hai trăm hộ, năm trăm", []),
        ("¹ Gồm cả cây", []),
        ("¹ Cây gồm cả", []),
    ],
)
def test_a_raised_figure_that_may_be_a_part_of_one_is_told(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    paragraphs = read_outline(read_document_text(path).lines)
    found = [find_quantities(paragraph.text) for paragraph in paragraphs]
    assert found == [[]]
    assert [passage.figure for passage in find_unread(paragraphs, found)] == told


def test_a_year_before_a_figure_is_no_lower_end() -> None:
    (found,) = find_quantities("giai đoạn 2021-2025 - 15 sản phẩm")
    assert (found.low, found.unit) == (15, "product")


def test_aside_is_told_apart() -> None:
    outer, inner = find_quantities("6.000 - 8.000 ha (bình quân mỗi năm 1.200 - 1.600 ha/năm)")
    assert not outer.aside
    assert inner.aside
    assert (inner.low, inner.unit, inner.per_year) == (1_200, "ha/year", True)


def test_one_word_binds_two_figures_joined_by_and() -> None:
    first, second = find_quantities("ít nhất 20 sản phẩm 4 sao và 1 sản phẩm 5 sao")
    assert (first.bound, second.bound, second.low) == ("at_least", "at_least", 1)
    _, apart = find_quantities("ít nhất 20 sản phẩm, và 1 sản phẩm")
    assert apart.bound == "exact"


@pytest.mark.parametrize("text", ["không có số", "3 ha và 4 ha", ""])
def test_one_quantity_is_expected(text: str) -> None:
    with pytest.raises(InputError, match="Expected one quantity"):
        parse_quantity(text)


def test_units_are_unambiguous_and_complete() -> None:
    forms = [form for unit in known_units().values() for form in unit.written]
    assert len(forms) == len(set(forms))
    assert match_unit("tấn/ha", 0) == ("t/ha", 6)
    assert match_unit("hạt", 0) is None
    assert unit_dimension("m3/ha/year") == "volume/area"
    assert unit_factor("km2/year") == 100


AREAS = st.integers(min_value=1, max_value=9_999_999)


@given(AREAS, st.sampled_from(["vi", "en"]), st.integers(min_value=0, max_value=2))
def test_what_a_page_prints_is_read_back(whole: int, language: str, decimals: int) -> None:
    value = whole / 10**decimals
    text = format_number(value, "vi" if language == "vi" else "en", decimals=decimals)
    read = read_numeral(text)
    assert read is not None
    # "3,000" alone is the one numeral both languages print; it is read as Vietnamese, and doubted.
    assert read[0] == pytest.approx(value) or read[1]


@given(
    AREAS,
    AREAS,
    st.sampled_from(["-", " - ", "–", " – ", " đến "]),
    st.sampled_from(["", " "]),
    st.sampled_from(["ha", "con", "tấn", "%", "m3", "triệu đồng"]),
)
def test_ranges_with_and_without_spaces(
    low: int, high: int, dash: str, gap: str, unit: str
) -> None:
    text = f"{format_number(low, 'vi')}{dash}{format_number(high, 'vi')}{gap}{unit}"
    found = parse_quantity("đạt " + text)
    assert (found.bound, found.low, found.high) == ("range", low, high)


@given(
    AREAS,
    st.sampled_from(
        [
            ("trên {}", "at_least"),
            ("từ {} trở lên", "at_least"),
            ("không quá {}", "at_most"),
            ("khoảng {}", "about"),
            ("{}", "exact"),
            ("({})", "exact"),
        ]
    ),
    st.sampled_from(["ha", "ha/năm", "con", "nghìn tấn", "tỷ đồng", "sản phẩm"]),
)
def test_bounds_hold_for_every_figure_and_unit(
    value: int, wording: tuple[str, str], unit: str
) -> None:
    pattern, bound = wording
    found = parse_quantity(pattern.format(f"{format_number(value, 'vi')} {unit}"))
    scale = 1000 if unit.startswith("nghìn") else 1
    assert found.bound == bound
    assert (found.high if bound == "at_most" else found.low) == value * scale


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for found in find_quantities(text):
        assert 0 <= found.start < found.end <= len(text)
        assert found.low is not None or found.high is not None


@given(AREAS, AREAS)
def test_sentences_around_change_nothing(first: int, second: int) -> None:
    one = f"Trồng {format_number(first, 'vi')} ha."
    two = f"Chăm sóc {format_number(second, 'vi')} ha."
    assert [q.low for q in find_quantities(f"{one} {two}")] == [first, second]


@pytest.mark.parametrize(
    "text", ["9" * 400, "1." * 200 + "1", "1" + ".000" * 120, "9" * 400 + ",5"]
)
def test_a_numeral_beyond_any_figure_is_none(text: str) -> None:
    assert read_numeral(text) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("trồng 10.200 ha rừng/năm giai đoạn 2026 - 2030", "ha/year"),
        ("khai thác 1.100 m3 gỗ rừng trồng/ năm", "m3/year"),
        ("trồng 10.200 ha rừng, 5 tấn/năm", "ha"),
        ("trồng 10.200 ha rừng và chăm sóc, khai thác/năm", "ha"),
    ],
)
def test_a_year_behind_what_is_measured(text: str, unit: str) -> None:
    first = find_quantities(text)[0]
    assert (first.low, first.unit, first.per_year) == (
        10_200 if "ha" in unit else 1_100, unit, "year" in unit,
    )  # fmt: skip
