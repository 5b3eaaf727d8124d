"""Which commune a text means: equal letters, accepted spellings, near names, refusals."""

from __future__ import annotations

import unicodedata

import pytest

from layers.base.errors import InputError, NameResolutionError
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune, resolve_commune


def test_the_name_of_a_former_district_is_told_as_one() -> None:
    """Văn Yên was a district of Yên Bái: neither unknown, nor Vĩnh Yên misspelt."""
    for text, day in (("Văn Yên", None), ("xã Văn Yên", None), ("Văn Yên", 2024)):
        found = match_commune(text, province="15", on=day)
        assert isinstance(found, NoMatch)
        assert found.reason == "district"
        assert "is a district, not a commune" in found.message.en


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("Lộc Bình", "06529", "exact"),
        (unicodedata.normalize("NFD", "Lộc Bình"), "06529", "exact"),
        ("  xã   lộc  bình. ", "06529", "exact"),
        ("XÃ LỘC BÌNH", "06529", "exact"),
        ("X. Lộc Bình", "06529", "exact"),
        ("P.Kỳ Lừa", "06187", "exact"),
        ("phường Kỳ Lừa", "06187", "exact"),
        ("Ba sơn", "06196", "exact"),
        ("Thụy Hùng", "06148", "spelling"),
        ("Quí Hòa", "06076", "spelling"),
        ("Kì Lừa", "06187", "spelling"),
        ("LOC BINH", "06529", "spelling"),
        ("LỘCBÌNH", "06529", "near"),
        ("Lương Văn Chi", "05983", "alias"),
        ("Lợi Bắc", "06601", "near"),
        ("Diềm He", "06280", "near"),
        ("Văn Lăng", "06154", "near"),
        ("xã Lộc Bình, tỉnh Lạng Sơn", "06529", "exact"),
        ("xã Ðiềm He", "06280", "exact"),
        ("ÐIỀM HE", "06280", "exact"),
        (unicodedata.normalize("NFD", "xã ðiềm he"), "06280", "exact"),
        ("Ðiem He", "06280", "near"),
        ("5977.0", "05977", "exact"),
        ("5977", "05977", "exact"),
        ("06529", "06529", "exact"),
        ("1. Lộc Bình", "06529", "exact"),
        ("(12) xã Lộc Bình", "06529", "exact"),
        ("3)LỘC BÌNH", "06529", "exact"),
        ("Lộc Bình (xã)", "06529", "exact"),
        ("Xã Lộc Bình (xã)", "06529", "exact"),
        # A kind behind the name is held against the unit's as one before it is.
        ("phường Lộc Bình", "06529", "near"),
        ("Lộc Bình (phường)", "06529", "near"),
        ("Đông Kinh (X)", "05977", "near"),
    ],
)
def test_resolve(text: str, code: str, how: str) -> None:
    match = resolve_commune(text, province="20")
    assert (match.code, match.how) == (code, how)
    assert match.confirm == (how == "near")


def test_every_unit_resolves_to_itself() -> None:
    from layers.communes.gazetteer import communes_on, provinces

    for province in provinces():
        for code, unit in communes_on(province).items():
            assert resolve_commune(unit.name, province=province).code == code
            assert resolve_commune(f"{unit.kind} {unit.name}", province=province).how == "exact"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tân Tiến", "Tân Thành"),
        ("Vũ Lễ", "Vũ Lăng"),
        ("Thiện Hoà", "Thiện Thuật"),
        ("Văn Lãng", "Văn Quan"),
    ],
)
def test_pairs_that_must_not_match(one: str, other: str) -> None:
    for name, only in ((one, other), (other, one)):
        code = resolve_commune(only, province="20").code
        with pytest.raises(NameResolutionError, match="not among those to choose from"):
            resolve_commune(name, province="20", among=[code])


@pytest.mark.parametrize(
    ("text", "reason", "told"),
    [
        ("", "empty", "empty cell"),
        ("  ", "empty", "empty cell"),
        ("nan", "empty", "empty cell"),
        ("Toàn tỉnh", "whole-province", "every commune"),
        ("Tổng cộng", "whole-province", "every commune"),
        ("Hoa Thắm Lạ", "unknown", "nearest are 06073 xã Hoa Thám"),
        ("xyz", "unknown", "no name is near it"),
        ("09999", "unknown", "has the code 09999"),
        ("Thanh Phong", "elsewhere", "16213 xã Thanh Phong (Thanh Hóa)"),
        ("Huyện Chi Lăng", "district", "dissolved on 1 July 2025"),
        ("Bố Hạ", "elsewhere", "07294 xã Bố Hạ (Bắc Ninh)"),
        ("Bính Xá", "other-time", "06622 xã Bính Xá, Huyện Đình Lập"),
        # Today's Tân Thành without its tone is the name of an older commune: never guessed.
        ("Tân Thanh", "other-time", "06166 xã Tân Thanh, Huyện Văn Lãng"),
    ],
)
def test_refusals(text: str, reason: str, told: str) -> None:
    found = match_commune(text, province="20")
    assert isinstance(found, NoMatch)
    assert found.reason == reason
    assert told in found.message.en
    with pytest.raises(NameResolutionError, match="Expected the name of one commune"):
        resolve_commune(text, province="20")


def test_a_name_of_several_provinces_needs_the_province() -> None:
    found = match_commune("Tân Tiến")
    assert isinstance(found, NoMatch)
    assert found.reason == "ambiguous"
    assert len(found.candidates) > 1
    assert resolve_commune("Tân Tiến, Lạng Sơn").code == "06019"


def test_old_and_new_thuy_hung() -> None:
    assert resolve_commune("Thụy Hùng", province="20").code == "06148"
    assert resolve_commune("Thụy Hùng (Văn Lãng)", province="20", on=2024).code == "06136"
    assert resolve_commune("Thụy Hùng - Cao Lộc", province="20", on="2025-06-30").code == "06208"
    with pytest.raises(NameResolutionError, match="borne by 2 communes"):
        resolve_commune("Thụy Hùng", province="20", on=2024)


def test_a_name_of_later_is_told() -> None:
    found = match_commune("Kỳ Lừa", province="20", on=2024)
    assert isinstance(found, NoMatch)
    assert found.reason == "other-time"
    assert "no unit of 2024-12-01 but of 2025-07-01: 06187 phường Kỳ Lừa" in found.message.en


def test_the_kind_tells_units_of_one_name_apart() -> None:
    assert resolve_commune("TT. Đình Lập", province="20", on=2024).code == "06613"
    assert resolve_commune("xã Đình Lập", province="20", on=2024).code == "06628"
    with pytest.raises(NameResolutionError, match="borne by 2 communes"):
        resolve_commune("Đình Lập", province="20", on=2024)


def test_a_wrong_kind_must_be_confirmed() -> None:
    match = resolve_commune("Thị trấn Lộc Bình", province="20")
    assert match.how == "near"
    assert match.remark is not None
    assert "written as thị trấn" in match.remark.en


def test_a_name_that_was_a_district_is_remarked() -> None:
    match = resolve_commune("Chi Lăng", province="20")
    assert match.remark is not None
    assert "also a district" in match.remark.en
    assert resolve_commune("Thất Khê", province="20").remark is None


def test_numbers_are_never_near() -> None:
    assert resolve_commune("Bảo Lâm 1", province="68").name == "Bảo Lâm 1"
    assert resolve_commune("Phường 1 Bảo Lộc", province="68").name == "1 Bảo Lộc"
    assert isinstance(match_commune("Bảo Lâm 7", province="68"), NoMatch)


def test_names_with_hyphens_and_apostrophes() -> None:
    assert resolve_commune("Chân Mây – Lăng Cô").how == "exact"
    assert resolve_commune("Ea H’leo").code == resolve_commune("Ea H'Leo").code


def test_among() -> None:
    with pytest.raises(InputError, match="1 unknown"):
        resolve_commune("Lộc Bình", province="20", among=["99999"])
    assert isinstance(match_commune("Lộc Bình", province="20", among=["06529"]), Match)


def test_runners_up_are_told() -> None:
    match = resolve_commune("Vũ Lê", province="20")
    assert match.name == "Vũ Lễ"
    assert "Vũ Lăng" in [candidate.unit.name for candidate in match.runners_up]
    assert match.runners_up[0].score < match.score < 1
