"""Parts of a figure in a sentence of their own: of the same zone, within it, or doubtful."""

from __future__ import annotations

from pathlib import Path

import pytest

from zones.plan.extract.document import read_document_text
from zones.plan.extract.draft import Draft, draft_plan

HEAD = """UỶ BAN NHÂN DÂN TỈNH LẠNG SƠN
KẾ HOẠCH
Phát triển vùng sản xuất tỉnh Lạng Sơn giai đoạn 2026-2030
I. MỤC TIÊU
"""


def draft(folder: Path, *lines: str) -> Draft:
    path = folder / "văn bản.txt"
    path.write_text(HEAD + "\n".join(lines), "utf-8")
    return draft_plan(read_document_text(path), plan_id="x", province="20")


WHOLE = "1. Đến năm 2030, diện tích hồi đạt 45.000 ha"


@pytest.mark.parametrize(
    "lines",
    [
        (f"{WHOLE}, trong đó 5.000 ha hữu cơ.",),
        (f"{WHOLE}. Trong đó 5.000 ha hữu cơ.",),
        (f"{WHOLE}. Trong đó, diện tích hữu cơ 5.000 ha.",),
        (f"{WHOLE}. Trong số này 5.000 ha hữu cơ.",),
        (f"{WHOLE}, trong số đó 5.000 ha hữu cơ.",),
        (f"{WHOLE}; bao gồm 5.000 ha hữu cơ.",),
        (f"{WHOLE}. Bao gồm: 5.000 ha hữu cơ.",),
        (f"{WHOLE}. Riêng diện tích hữu cơ 5.000 ha.",),
        (f"{WHOLE} tại các xã Lợi Bác, Điềm He và các xã lân cận; trong đó 5.000 ha hữu cơ.",),
        (f"{WHOLE}.", "Trong đó 5.000 ha hữu cơ."),
        (f"{WHOLE}.", "", "- Trong đó có 5.000 ha hữu cơ."),
    ],
)
def test_a_part_belongs_to_the_zone_of_its_whole(tmp_path: Path, lines: tuple[str, ...]) -> None:
    plan = draft(tmp_path, *lines).plan
    found = {target.target: (zone, target) for zone, target in plan.all_targets()}
    assert set(found) == {"anise-area-2030", "anise-organic-area-2030"}
    zone, part = found["anise-organic-area-2030"]
    assert (zone, part.figure, part.year) == ("anise", 5000, 2030)
    assert part.within == "anise-area-2030"
    assert part.confidence is not None
    assert part.confidence < 0.95


def test_a_part_of_a_part(tmp_path: Path) -> None:
    plan = draft(tmp_path, f"{WHOLE}, trong đó 5.000 ha VietGAP. Trong số đó 200 ha hữu cơ.").plan
    within = {target.target: target.within for _, target in plan.all_targets()}
    organic = next(name for name in within if "organic" in name)
    certified = within[organic]
    assert certified is not None
    assert within[certified] == "anise-area-2030"


def test_another_crop_behind_rieng_stands_beside(tmp_path: Path) -> None:
    plan = draft(tmp_path, f"{WHOLE}. Riêng na đạt 3.000 ha.").plan
    found = {(zone, t.figure, t.within) for zone, t in plan.all_targets()}
    assert found == {("anise", 45000, None), ("custard_apple", 3000, None)}


def test_parts_of_nothing_are_told(tmp_path: Path) -> None:
    found = draft(tmp_path, "1. Phát triển sản xuất bền vững.", "Trong đó 5.000 ha hữu cơ.")
    part = next(target for _, target in found.plan.all_targets())
    assert part.confidence is not None
    assert part.confidence < 0.65
    assert [one.target for one in found.unsure] == [part.target]


def test_a_following_sentence_of_its_own_is_no_part(tmp_path: Path) -> None:
    plan = draft(tmp_path, f"{WHOLE}. Toàn tỉnh có 5.000 ha hữu cơ.").plan
    assert all(target.within is None for _, target in plan.all_targets())


def test_crops_of_one_group_that_share_a_figure_are_that_group(tmp_path: Path) -> None:
    """Cam and bưởi are citrus; ổi and dứa are two crops, and a zone is held against one."""
    found = draft(
        tmp_path,
        "1. Vùng cam, bưởi: đến năm 2030 đạt 14.000 ha tại các xã Lợi Bác, Điềm He.",
        "2. Vùng ổi, dứa: đến năm 2030 đạt 3.000 ha.",
    )
    assert [(zone.crop, len(zone.communes)) for zone in found.plan.zones] == [
        ("citrus", 2),
        (None, 0),
    ]
    (told,) = (note.vi for note in found.notes)
    assert told.startswith("“ổi, dứa” (mục I.2) là nhiều cây đã biết chung một số liệu")


def test_a_commune_by_its_old_name_is_offered_as_the_one_that_took_it_over(tmp_path: Path) -> None:
    """Tri Phương went to Quốc Khánh whole; what of the divided Bính Xá is meant, a person says."""
    line = "1. Vùng hồi: đến năm 2030 đạt 14.000 ha tại các xã Lợi Bác, Tri Phương, Bính Xá."
    found = draft(tmp_path, line)
    listed = [(one.as_written, one.code, one.confirm) for one in found.plan.zones[0].communes]
    assert listed == [("Lợi Bác", "06601", False), ("Tri Phương", "06004", True)]
    told = {one.written: one.meant for one in found.near}
    assert told == {"Tri Phương": "Quốc Khánh (06004)", "Bính Xá": ""}
    # Four communes had this name, and went into four.
    several = draft(tmp_path, line.replace("Bính Xá", "Hòa Bình, Điềm He"))
    assert {one.written: one.meant for one in several.near}["Hòa Bình"] == ""
    assert [one.code for one in several.plan.zones[0].communes] == ["06601", "06280", "06004"]


@pytest.mark.parametrize(
    "between",
    [
        "; phát triển cây quế, trồng mới rừng gỗ lớn tại xã Lợi Bác; trong đó 5.000 ha quế.",
        "; tổng đàn lợn tăng; trong đó 5.000 ha hữu cơ.",
    ],
)
def test_a_part_behind_another_clause_is_not_of_the_figure_before_it(
    tmp_path: Path, between: str
) -> None:
    plan = draft(tmp_path, WHOLE + between).plan
    assert [target.within for _, target in plan.all_targets() if target.within] == []


@pytest.mark.parametrize(
    ("said", "indicator", "ha"),
    [
        ("1. Diện tích cà phê 23.000 ha, trong đó trồng mới 400 ha", "new_planting_area", 400),
        ("1. Diện tích cà phê 23.000 ha, trồng tái canh 600 ha", "replanting_area", 600),
        ("1. Cà phê 23.000 ha. Mỗi năm tái canh 4.000 ha cà phê già cỗi", "replanting_area", 4000),
        ("1. Mắc ca 4.000 ha, trồng mới 800 ha tại xã Lợi Bác", "new_planting_area", 800),
        ("1. Bình quân mỗi năm trồng mới 2.000 ha rừng sản xuất", "planting_per_year", 2000),
    ],
)
def test_what_is_planted_is_not_what_stands(
    tmp_path: Path, said: str, indicator: str, ha: int
) -> None:
    found = [target for _, target in draft(tmp_path, f"{said}.").plan.all_targets()]
    assert [one.figure for one in found if one.indicator == indicator] == [ha]
    assert [one.figure for one in found if one.indicator == "area"] == (
        [] if indicator == "planting_per_year" else [23000 if "23.000" in said else 4000]
    )


@pytest.mark.parametrize(
    "said",
    [
        "Vùng chè không trồng mới, duy trì 9.800 ha",
        "Đẩy mạnh trồng mới, thâm canh vùng chè 9.800 ha",
        "Trồng mới để đến năm 2030 vùng chè đạt 9.800 ha",
    ],
)
def test_planting_before_other_work_is_not_the_figure(tmp_path: Path, said: str) -> None:
    made = draft(tmp_path, f"1. {said}.")
    found = [one.indicator for _, one in made.plan.all_targets()]
    assert found == ["area"]


def test_planting_of_large_timber_is_planting(tmp_path: Path) -> None:
    made = draft(tmp_path, "1. Trồng mới 1.200 ha rừng gỗ lớn.")
    assert [one.indicator for _, one in made.plan.all_targets()] == ["large_timber_planting"]


def test_a_list_behind_a_part_that_is_planted_is_of_the_whole(tmp_path: Path) -> None:
    said = "1. Vùng chè 9.800 ha, trong đó trồng mới 650 ha; tập trung tại các xã Lợi Bác, Điềm He."
    plan = draft(tmp_path, said).plan
    assert [one.code for one in plan.zones[0].communes] == ["06601", "06280"]
    assert [one.within for one in plan.zones[0].targets] == [None, "tea-area"]


@pytest.mark.parametrize(
    "said",
    [
        "tại các xã Lợi Bác, Điềm He; trong đó xã Lợi Bác 6.500 ha, xã Điềm He 4.000 ha",
        "tại các xã Lợi Bác, Điềm He. Trong đó: xã Lợi Bác đạt 6.500 ha; xã Điềm He: 4.000 ha",
        "trong đó xã Lợi Bác khoảng 6.500 ha, Điềm He 4.000 ha",
        "tại xã Lợi Bác (6.500 ha), xã Điềm He (4.000 ha)",
        "gồm xã Lợi Bác 6.500 ha và xã Điềm He có diện tích 4.000 ha",
    ],
)
def test_a_part_named_by_its_commune_is_a_target_of_that_commune(tmp_path: Path, said: str) -> None:
    lines = (f"{WHOLE} {said}. Cấp mã số vùng trồng cho 20.000 ha.",)
    targets = [target for _, target in draft(tmp_path, *lines).plan.all_targets()]
    areas = [one for one in targets if one.indicator == "area"]
    assert [(one.commune, one.figure, one.year) for one in areas] == [
        (None, 45000, 2030),
        ("06601", 6500, 2030),
        ("06280", 4000, 2030),
    ]
    assert [one.communes for one in targets if one.indicator == "planting_code_area"] == [[]]


def test_communes_of_an_organic_part_each_have_organic_hectares(tmp_path: Path) -> None:
    plan = draft(tmp_path, f"{WHOLE}, trong đó hữu cơ xã Lợi Bác 500 ha, xã Điềm He 300 ha.").plan
    found = [(one.commune, one.indicator, one.figure) for _, one in plan.all_targets()]
    assert found[1:] == [("06601", "organic_area", 500), ("06280", "organic_area", 300)]


@pytest.mark.parametrize(
    "said", ["45.000 ha tại xã Lợi Bác", "tại các xã Lợi Bác, Điềm He 45.000 ha"]
)
def test_the_whole_beside_a_commune_is_no_target_of_it(tmp_path: Path, said: str) -> None:
    plan = draft(tmp_path, f"1. Đến năm 2030, vùng hồi {said}.").plan
    assert [target.commune for _, target in plan.all_targets()] == [None]


@pytest.mark.parametrize("name", ["lúa - tôm", "lúa – tôm", "tôm - lúa", "lúa tôm"])
def test_rice_and_shrimp_are_neither_the_rice_nor_the_shrimp(tmp_path: Path, name: str) -> None:
    lines = (
        f"1. Diện tích {name} 90.000 ha; diện tích nuôi tôm 280.000 ha; sản lượng lúa 9.000 tấn.",
        f"2. Vùng {name}",
        "Diện tích 90.000 ha tại các xã Lợi Bác, Điềm He.",
    )
    plan = draft(tmp_path, *lines).plan
    areas = {zone.zone: [target.figure for target in zone.targets] for zone in plan.zones}
    assert areas == {"rice_shrimp": [90000], "shrimp": [280000]}
    assert [one.code for one in plan.zones[0].communes] == ["06601", "06280"]


def test_scattered_trees_are_no_forest_cover(tmp_path: Path) -> None:
    said = "1. Che phủ rừng và cây phân tán đạt 26%, trong đó che phủ rừng tối thiểu 17,5%."
    found = {one.indicator: one.ends[0] for _, one in draft(tmp_path, said).plan.all_targets()}
    assert found == {"cover_with_scattered_rate": 26, "forest_cover_rate": 17.5}
