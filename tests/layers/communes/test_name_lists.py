"""Lists of communes in sentences; the plan of reference is read where it is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.communes.name_lists import NameList, read_name_list


def _read(text: str) -> NameList:
    return read_name_list(text, province="20")


def test_open_and_closed() -> None:
    assert _read("các xã Đình Lập, Kiên Mộc, ...").open
    assert _read("các xã Đình Lập, Kiên Mộc,… Giai đoạn sau diện tích tăng.").open
    assert _read("các xã Đình Lập, Kiên Mộc v.v.").open
    assert not _read("các xã Đình Lập, Kiên Mộc.").open
    assert not _read("các xã Đình Lập, Kiên Mộc. Giống mới như hồi ghép, ... được trồng.").open


def test_kinds_in_the_middle() -> None:
    found = _read("tại địa bàn các xã Tân Đoàn và phường Kỳ Lừa; P. Tam Thanh, TT. Na Dương.")
    assert [match.name for match in found.matches] == [
        "Tân Đoàn",
        "Kỳ Lừa",
        "Tam Thanh",
        "Na Dương",
    ]
    assert [match.how for match in found.matches][-1] == "near"


def test_duplicates_are_told_once() -> None:
    found = _read("các xã Hồng Phong, Thiện Hòa, Hồng phong, Thiện Hoà, Hồng Phong")
    assert found.codes == ("06079", "06085")
    assert [(d.name, len(d.texts)) for d in found.duplicates] == [
        ("Hồng Phong", 3),
        ("Thiện Hoà", 2),
    ]


def test_what_is_no_commune_is_kept_apart() -> None:
    found = _read("các xã: Chiến Thắng, Bố Hạ, từ 300 - 1.000 đàn. Sản lượng tăng.")
    assert [match.name for match in found.matches] == ["Chiến Thắng"]
    assert [refusal.reason for refusal in found.unresolved] == ["elsewhere", "unknown"]


@pytest.mark.parametrize(
    "text", ["các xã, phường trên địa bàn tỉnh.", "Toàn tỉnh", "tại các xã, phường trong toàn tỉnh"]
)
def test_whole_province(text: str) -> None:
    found = _read(text)
    assert found.whole_province
    assert len(found.codes) == 65


def test_the_province_mentioned_in_the_next_sentence_is_not_the_list() -> None:
    found = _read("các xã Chi Lăng, Nhân Lý,... Giai đoạn sau diện tích toàn tỉnh đạt 4.500ha.")
    assert not found.whole_province
    assert [match.name for match in found.matches] == ["Chi Lăng", "Nhân Lý"]


def test_line_breaks() -> None:
    assert _read("các xã Lộc\nBình, Na Dương").codes == ("06529", "06526")
    assert _read("Lộc Bình\nNa Dương\nKỳ Lừa").codes == ("06529", "06526", "06187")
    assert _read("các xã Lộc Bình, Na Dương\n- Xã khác: Kỳ Lừa").codes == ("06529", "06526")


@pytest.mark.parametrize(
    "text",
    [
        "các xã như Phong Dụ Hạ, Mậu A, Yên Bình, …",
        "tại các xã như: Phong Dụ Hạ, Mậu A, Yên Bình,...",
        "các xã gồm Phong Dụ Hạ, Mậu A và Yên Bình, …",
        "tại 3 xã bao gồm: Phong Dụ Hạ, Mậu A, Yên Bình, v.v.",
        "các xã thuộc huyện Văn Yên cũ gồm có Phong Dụ Hạ, Mậu A, Yên Bình…",
        "tại các xã vùng cao như Phong Dụ Hạ, xã Mậu A, xã Yên Bình, …",
        "các xã sau đây: Phong Dụ Hạ, Mậu A, Yên Bình, …",
    ],
)
def test_words_before_the_names_are_no_part_of_them(text: str) -> None:
    found = read_name_list(text, province="15")
    assert [match.name for match in found.matches] == ["Phong Dụ Hạ", "Mậu A", "Yên Bình"]
    assert [match.how for match in found.matches] == ["exact"] * 3
    assert not found.unresolved
    assert found.open


def test_lists_of_kinds_each_with_words_before_them() -> None:
    found = read_name_list("xã Phong Dụ Hạ và các phường như Yên Bái, Nam Cường.", province="15")
    assert [match.name for match in found.matches] == ["Phong Dụ Hạ", "Yên Bái", "Nam Cường"]


def test_names_that_begin_like_such_words_stay_whole() -> None:
    found = read_name_list("các xã như Như Thanh, Như Xuân", province="38")
    assert [match.name for match in found.matches] == ["Như Thanh", "Như Xuân"]
    assert [m.name for m in read_name_list("xã Như Thanh", province="38").matches] == ["Như Thanh"]


#: Clause of the plan: distinct communes, open, texts that were matched near.
ZONES = {
    "thông": (17, True, ["Lợi Bắc"]),
    "hồi": (25, False, ["Diềm He"]),
    "keo": (27, True, []),
    "Quế": (9, True, []),
    "na": (10, True, []),
    "quýt": (20, True, []),
    "hồng": (10, True, []),
    "thạch đen": (7, False, []),
    "Dừa": (5, True, []),
    "cây dược liệu": (17, True, ["Lợi Bắc"]),
}


def test_zone_lists_of_the_plan(shared: Path) -> None:
    text = next((shared / "plans").glob("002*.txt")).read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line.startswith("- Vùng sản xuất tập trung:")]
    for crop, (count, is_open, near) in ZONES.items():
        line = next(line for line in lines if f": vùng {crop} " in line)
        found = _read(line)
        assert (len(found.codes), found.open) == (count, is_open), crop
        assert [match.text for match in found.matches if match.confirm] == near
        assert not found.unresolved
        assert [d.name for d in found.duplicates] == (["Hồng Phong"] if crop == "hồi" else [])
    chestnut = next(line for line in lines if "Lương Văn Tri" in line)
    assert (len(_read(chestnut).codes), _read(chestnut).open) == (5, True)
    macadamia = next(line for line in lines if "trên địa bàn tỉnh." in line)
    assert _read(macadamia).whole_province


@pytest.mark.parametrize(
    "text",
    [
        "các xã vùng cao Đình Lập, Kiên Mộc và phường Kỳ Lừa",
        "các xã biên giới Đình Lập, Kiên Mộc, Kỳ Lừa",
        "các xã Đình Lập (1.000 ha), Kiên Mộc (khoảng 500 ha), Kỳ Lừa (20 ha)",
        "xã Đình Lập 1.000 ha, xã Kiên Mộc 500,5 ha, phường Kỳ Lừa: 20 ha",
        "xã Đình Lập - xã Kiên Mộc - phường Kỳ Lừa",
        "các xã Đình Lập, Kiên Mộc, Kỳ Lừa (mỗi xã tối thiểu ",
    ],
)
def test_what_stands_beside_the_names_takes_none_away(text: str) -> None:
    found = _read(text)
    assert [match.name for match in found.matches] == ["Đình Lập", "Kiên Mộc", "Kỳ Lừa"]
    assert found.unresolved == ()
    assert not found.open


def test_neighbours_that_are_not_named_leave_a_list_open() -> None:
    found = _read("các xã Đình Lập, Kiên Mộc và các xã lân cận.")
    assert [match.name for match in found.matches] == ["Đình Lập", "Kiên Mộc"]
    assert found.open
    assert found.unresolved == ()
