"""Lists of communes in sentences; the plan of reference is read where it is at hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from layers.communes.exclusions import ends_with_province, find_exclusions
from layers.communes.name_lists import NameList, _sentence, names_a_commune, read_name_list


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


@pytest.mark.parametrize(
    "rest",
    [
        "một số xã có điều kiện phù hợp",
        "một số xã",
        "những nơi có điều kiện",
        "các xã phía Tây của tỉnh",
        "vùng phụ cận",
        "khu vực lân cận",
        "nhiều xã khác trên địa bàn",
        "các địa phương có điều kiện",
        "một số địa bàn khác",
    ],
)
def test_places_without_a_name_leave_a_list_open(rest: str) -> None:
    found = _read(f"các xã Đình Lập, Kiên Mộc và {rest}.")
    assert [match.name for match in found.matches] == ["Đình Lập", "Kiên Mộc"]
    assert (found.open, found.unresolved) == (True, ())
    more = _read(f"các xã Đình Lập, Kiên Mộc và {rest}, phường Kỳ Lừa.")
    assert ([match.name for match in more.matches][2:], more.open) == (["Kỳ Lừa"], True)


def _told(found: NameList) -> list[str]:
    return [refusal.text for refusal in found.unresolved if names_a_commune(refusal)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("tất cả các xã trong tỉnh trừ các xã Đồng Đăng, Hữu Lũng.", 63),
        ("các xã trong tỉnh, ngoại trừ xã Cai Kinh và xã Chi Lăng.", 63),
        ("trên địa bàn tỉnh Lạng Sơn (không kể 02 phường: Tam Thanh, Kỳ Lừa)", 63),
        ("các xã, phường trên địa bàn tỉnh, không bao gồm xã Mẫu Sơn", 64),
        ("các xã trong tỉnh, trừ hai xã Lộc Bình, Na Dương", 63),
        ("các xã trong tỉnh, trừ ba phường Tam Thanh, Kỳ Lừa, Đông Kinh", 62),
        ("các xã trong tỉnh, trừ đi xã Na Dương", 64),
        ("các xã trong tỉnh, trừ Ba Sơn và Na Dương", 63),
        ("các xã trong tỉnh, trừ lại xã Na Dương", 64),
        ("các xã trong tỉnh – trừ các xã, phường Lộc Bình, Kỳ Lừa", 63),
        ("các xã trong tỉnh, loại bỏ xã Na Dương", 64),
        ("các xã trong tỉnh, bỏ xã Na Dương", 64),
        ("các xã trong tỉnh, không thuộc xã Na Dương", 64),
        ("các xã trong tỉnh, riêng xã Na Dương không trồng", 64),
    ],
)
def test_what_a_province_is_listed_without_is_taken_out(text: str, left: int) -> None:
    """The communes that were taken out once stood as the list."""
    found = _read(text)
    assert len(found.codes) == left == 65 - len(found.excluded)
    assert not set(found.codes) & {match.code for match in found.excluded}
    assert (found.rest_of_province, found.whole_province, found.open) == (True, False, False)
    assert found.unresolved == ()


@pytest.mark.parametrize(
    "out",
    [
        "trừ các thôn vùng cao xã Na Dương",
        "trừ (phần) diện tích xã Na Dương",
        "trừ rừng đặc dụng, rừng phòng hộ và các xã Lộc Bình, Na Dương",
        "hạn chế mở rộng diện tích tại xã Na Dương",
    ],
)
def test_a_part_that_is_taken_out_leaves_the_whole_province_and_is_told(out: str) -> None:
    found = _read(f"các xã trong tỉnh, {out}")
    assert (found.whole_province, len(found.codes), found.excluded) == (True, 65, ())
    assert [(one.text, one.reason) for one in found.unresolved] == [(out, "exclusion")]


def test_parentheses_within_those_that_take_out() -> None:
    found = _read("các xã trong tỉnh (trừ các xã: Lộc Bình (thôn A), Na Dương), Khánh Khê")
    assert [match.name for match in found.excluded] == ["Na Dương"]
    assert (found.rest_of_province, len(found.codes)) == (True, 64)
    assert _told(found) == ["trừ các xã: Lộc Bình (thôn A), Na Dương"]


def test_names_that_hold_a_word_of_exclusion() -> None:
    for text in ("các xã Bàu Bàng, Trừ Văn Thố, Long Hoà", "Bàu Bàng, trừ văn thố, Long Hoà"):
        found = read_name_list(text, province="79")
        assert [match.name for match in found.matches] == ["Bàu Bàng", "Trừ Văn Thố", "Long Hòa"]
    assert find_exclusions("Phường Đăk Cấm trồng sâm tại xã Ia Chim") == []
    assert find_exclusions("Cấm trồng tại xã Ia Chim") != []


@pytest.mark.parametrize(
    "words", ["các xã và ", "trừ xã ", "(trừ xã A) ", "tại Na Dương ", "trừ ("]
)
def test_long_lists_are_read_in_time(words: str) -> None:
    """40,000 letters took half a minute."""
    text, began = words * (40_000 // len(words)), time.process_time()
    find_exclusions(text)
    ends_with_province(text)
    _sentence(text)
    read_name_list(text[:10_000], province="20")
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        (
            "không bao gồm xã Mẫu Sơn, tập trung tại xã Lợi Bác và phường Tam Thanh",
            ["Lợi Bác", "Tam Thanh"],
            [],
        ),
        ("các xã Lộc Bình, Na Dương, Ba Sơn (trừ xã Na Dương)", ["Lộc Bình", "Ba Sơn"], []),
        ("Lộc Bình, Na Dương, Ba Sơn, loại trừ Na Dương", ["Lộc Bình", "Ba Sơn"], []),
        # What is taken out was not in the list: it stays, and a person is asked.
        (
            "các xã Bình Gia, Tân Văn (không kể xã Hoa Thám).",
            ["Bình Gia", "Tân Văn"],
            ["không kể xã Hoa Thám"],
        ),
        (
            "các xã Bình Gia (trừ thôn Nà Mạ), Tân Văn",
            ["Bình Gia", "Tân Văn"],
            ["trừ thôn Nà Mạ"],
        ),
        # A part of a commune: all stay, and a person is asked.
        *(
            (f"các xã Lộc Bình, Na Dương{out}", ["Lộc Bình", "Na Dương"], [out.strip(" ,()")])
            for out in (
                ", trừ thôn Bản Chu xã Na Dương",
                " (trừ khu vực giáp xã Na Dương)",
                ", trừ khu vực rừng phòng hộ xã Na Dương",
                ", trừ rừng đặc dụng",
                ", hạn chế mở rộng diện tích tại xã Na Dương",
            )
        ),
        (
            "các xã Lộc Bình, Na Dương, Ba Sơn, trừ xã Ba Sơn và thôn A xã Na Dương",
            ["Lộc Bình", "Na Dương"],
            ["trừ xã Ba Sơn và thôn A xã Na Dương"],
        ),
        ("các xã Lộc Bình, Na Dương, riêng xã Na Dương không trồng", ["Lộc Bình"], []),
        # A form that is not known never becomes the list.
        *(
            (f"các xã trong tỉnh, {out}", [], [out])
            for out in (
                "trừ ba phường",
                "trừ cụm xã Lộc Bình, Na Dương",
                "trừ thị xã Cao Lộc",
                "trừ thành phố Lạng Sơn",
                "trừ huyện Bắc Sơn",
                "trừ đơn vị Bắc Sơn",
                "trừ mỗi xã Na Dương",
                "trừ các phường và xã Lộc Bình",
                "trừ trung tâm xã Na Dương",
                "ngoài hai xã Lộc Bình, Na Dương",
                "riêng xã Na Dương không trồng xen",
            )
        ),
        # Of what whole it is taken out is not plain.
        ("tất cả các xã trừ xã Ba Sơn", [], ["trừ xã Ba Sơn"]),
        ("trên địa bàn tỉnh, trừ các phường", [], ["trừ các phường"]),
        ("một số xã trong tỉnh, trừ xã Ba Sơn", [], ["trừ xã Ba Sơn"]),
        ("các xã vùng cao trong tỉnh, trừ xã Ba Sơn", [], ["trừ xã Ba Sơn"]),
        (
            "các xã trong tỉnh trừ xã Ba Sơn và các xã lân cận",
            [],
            ["trừ xã Ba Sơn và các xã lân cận"],
        ),
        ("các xã trong tỉnh trừ xã Ba Sởn", [], ["trừ xã Ba Sởn"]),
        ("không trồng tại xã Ba Sơn", [], ["không trồng tại xã Ba Sơn"]),
        (
            "không phát triển thêm tại các xã Đình Lập, Châu Sơn",
            [],
            ["không phát triển thêm tại các xã Đình Lập, Châu Sơn"],
        ),
        (
            "ngoài các xã Lộc Bình, Na Dương, mở rộng sang xã Ba Sơn",
            [],
            ["ngoài các xã Lộc Bình, Na Dương"],
        ),
        ("các xã còn lại ngoài Bình Gia, Tân Văn", [], ["ngoài Bình Gia, Tân Văn"]),
        (
            "loại bỏ diện tích hồi tại xã Bình Gia; giảm dần diện tích tại xã Tân Văn",
            [],
            ["loại bỏ diện tích hồi tại xã Bình Gia", "giảm dần diện tích tại xã Tân Văn"],
        ),
        # These words take nothing out.
        ("các xã Lộc Bình, Na Dương, phòng trừ sâu bệnh tại xã", ["Lộc Bình", "Na Dương"], []),
        ("các xã Lộc Bình, Na Dương, không gồm diện tích xen", ["Lộc Bình", "Na Dương"], []),
    ],
)
def test_what_a_list_takes_out_is_never_the_list(
    text: str, names: list[str], told: list[str]
) -> None:
    found = _read(text)
    assert ([match.name for match in found.matches], _told(found)) == (names, told)


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        ("các xã Đình Lập/Châu Sơn/Kiên Mộc", ["Đình Lập", "Châu Sơn", "Kiên Mộc"], []),
        ("Bình Gia - Tân Văn - Hồng Phong", ["Bình Gia", "Tân Văn", "Hồng Phong"], []),
        ("các xã Bình Gia Tân Văn Hoa Thám", ["Bình Gia", "Tân Văn", "Hoa Thám"], []),
        ("Tân Văn - Bình Gia", ["Tân Văn"], ["Tân Văn - Bình Gia"]),
        ("từ xã Đình Lập đến xã Lộc Bình", [], ["xã Đình Lập đến xã Lộc Bình"]),
        (
            "Thái Bình, Lâm Ca (nay thuộc xã Thái Bình) và Đình Lập",
            ["Thái Bình", "Đình Lập"],
            ["Lâm Ca"],
        ),
        (
            "3 phường: Tam Thanh, Kỳ Lừa; 02 xã: Đồng Đăng, Cao Lộc",
            ["Tam Thanh", "Kỳ Lừa", "Đồng Đăng", "Cao Lộc"],
            [],
        ),
        ("Lộc Bình, xã Na Dương", ["Lộc Bình", "Na Dương"], []),
        ("các xã Bình Gia (thôn Nà Mạ, thôn B), Tân Văn", ["Bình Gia", "Tân Văn"], []),
        ("các xã vùng hồ (Lộc Bình, Na Dương)", ["Lộc Bình", "Na Dương"], []),
        (
            "các xã Hữu Lũng (và 2 xã Yên Bình, Vân Nham), Cai Kinh",
            ["Hữu Lũng", "Cai Kinh"],
            ["xã Hữu Lũng (và 2 xã Yên Bình, Vân Nham)"],
        ),
        ("các xã Đình Lập, … và phường Kỳ Lừa", ["Đình Lập", "Kỳ Lừa"], []),
        ("các xã Đình Lập, nhất là Kiên Mộc cũ", ["Đình Lập"], ["Kiên Mộc cũ"]),
        ("các xã Bảo Yên, Đình Lập, quy mô 5 ha", ["Đình Lập"], ["xã Bảo Yên"]),
    ],
)
def test_no_name_of_a_list_is_lost(text: str, names: list[str], told: list[str]) -> None:
    found = _read(text)
    assert ([match.name for match in found.matches], _told(found)) == (names, told)
