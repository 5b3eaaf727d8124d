"""Text in TCVN3 and VNI fonts: charts, detection, what is left alone."""

from __future__ import annotations

import datetime as dt
import unicodedata

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.base.resources import data_path
from layers.io.legacy_encoding import (
    _TCVN3,
    _VNI,
    convert_text,
    decode_legacy,
    detect_encoding,
    is_syllable,
)
from layers.kinds.crop_plots import load_crop_plots

SMALL = "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ"
TO_TCVN3 = {letter: chr(code) for code, letter in _TCVN3.items()}
TO_VNI = {
    letter: next(c for c in codes if c.isupper() == letter.isupper() or len(c) == 1)
    for letter in {*_VNI.values()}
    if (codes := [code for code, other in _VNI.items() if other == letter])
}


def tcvn3(text: str) -> str:
    """Write as a TCVN3 font stores it; toned capitals are stored as small letters."""
    return "".join(TO_TCVN3.get(c) or TO_TCVN3.get(c.lower(), c) for c in text)


def vni(text: str) -> str:
    return "".join(TO_VNI.get(letter, letter) for letter in text)


def test_the_alphabet_has_67_marked_letters():
    assert len(SMALL) == len(set(SMALL)) == 67
    assert unicodedata.is_normalized("NFC", SMALL)


@pytest.mark.parametrize("letter", SMALL)
def test_every_letter_makes_the_round_trip(letter):
    assert decode_legacy(tcvn3(letter), "tcvn3") == letter
    assert decode_legacy(vni(letter), "vni") == letter
    assert decode_legacy(vni(letter.upper()), "vni") == letter.upper()
    assert all(ord(c) <= 0xFF for c in tcvn3(letter) + vni(letter))


def test_capitals_of_tcvn3():
    for letter in "ĂÂÊÔƠƯĐ":
        assert decode_legacy(tcvn3(letter), "tcvn3") == letter
    assert decode_legacy("L¹NG S¥N", "tcvn3") == "LẠNG SƠN"
    assert decode_legacy("Hå B¾c", "tcvn3") == "Hồ Bắc"
    assert decode_legacy("§å", "tcvn3") == "Đồ"


# Known strings of published charts and old maps, not made by our own tables.
@pytest.mark.parametrize(
    ("stored", "encoding", "text"),
    [
        ("B¾c Giang", "tcvn3", "Bắc Giang"),
        ("L¹ng S¬n", "tcvn3", "Lạng Sơn"),
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "tcvn3", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("hép møt tÕt", "tcvn3", "hộp mứt tết"),
        ("§éc lËp - Tù do - H¹nh phóc", "tcvn3", "Độc lập - Tự do - Hạnh phúc"),
        ("Xin chaøo caùc baïn", "vni", "Xin chào các bạn"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "vni", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "vni", "Độc lập - Tự do - Hạnh phúc"),
        ("LAÏNG SÔN", "vni", "LẠNG SƠN"),
    ],
)
def test_known_strings(stored, encoding, text):
    assert decode_legacy(stored, encoding) == text
    assert detect_encoding([stored]).encoding == encoding


def test_every_commune_name_survives_both_fonts():
    names = pd.read_csv(data_path("communes-34.csv"))["name"].map(
        lambda name: unicodedata.normalize("NFC", name)
    )
    names = names[~names.str.contains("'")].unique().tolist()
    for write, encoding in ((tcvn3, "tcvn3"), (vni, "vni")):
        stored = [write(name) for name in names]
        verdict = detect_encoding(stored)
        assert verdict.encoding == encoding
        decoded = [decode_legacy(text, encoding) for text in stored]
        # A capital with a tone at the start of a word ("Ảng") is a small letter in TCVN3.
        assert [text.casefold() for text in decoded] == [name.casefold() for name in names]
        assert sum(text != name for text, name in zip(decoded, names, strict=True)) < 30
    assert detect_encoding(names).encoding == "unicode"
    assert detect_encoding([unicodedata.normalize("NFD", n) for n in names]).encoding == "unicode"


@pytest.mark.parametrize("write", [tcvn3, vni])
def test_single_names_are_recognised(write):
    """One name alone is enough in nearly all cases, and is never taken for the other font."""
    names = pd.read_csv(data_path("communes-20.csv"))["name"].tolist()
    accented = [n for n in names if not n.isascii()]
    verdicts = [detect_encoding([write(name)]).encoding for name in accented]
    wrong = "vni" if write is tcvn3 else "tcvn3"
    assert wrong not in verdicts
    right = {tcvn3: "tcvn3", vni: "vni"}[write]
    assert verdicts.count(right) / len(verdicts) > 0.95


@pytest.mark.parametrize(
    "values",
    [
        ["Thông", "Keo"],
        ["Hà Lê", "Lâm"],
        ["Quế", "Hồi"],
        ["Cupressus", "Acacia x"],
        ["Café", "Müller"],
        ["12/3", "°"],
        [],
    ],
)
def test_unicode_and_anything_else_is_left_alone(values):
    column = pd.Series(values, dtype="str")
    text, findings = convert_text(column, column="sldlr", source="rừng")
    assert text.tolist() == values
    assert findings == []


def test_conversion_is_reported_and_nulls_stay():
    column = pd.Series(["L¹ng S¬n", None, "Léc B×nh", "Na S"], dtype="str")
    text, findings = convert_text(column, column="xa", source="rừng")
    assert text.fillna("-").tolist() == ["Lạng Sơn", "-", "Lộc Bình", "Na S"]
    assert findings[0].severity == "note"
    assert "column xa was converted from TCVN3 (ABC)" in findings[0].message.en
    assert "2 distinct values are Vietnamese only so" in findings[0].message.en
    assert "L¹ng S¬n → Lạng Sơn" in findings[0].message.vi


def test_a_mixed_column_is_refused_with_examples():
    column = pd.Series(["L¹ng S¬n", "Bắc Giang", "Hữu Lũng"], dtype="str")
    text, findings = convert_text(column, column="xa", source="rừng")
    assert text.tolist() == column.tolist()
    assert findings[0].severity == "error"
    said = findings[0].message.en
    assert "Unicode: 2 (Bắc Giang, Hữu Lũng); TCVN3 (ABC): 1 (L¹ng S¬n)" in said
    text, findings = convert_text(column, encoding="unicode", column="xa", source="rừng")
    assert findings == []


def test_nfd_becomes_nfc():
    column = pd.Series([unicodedata.normalize("NFD", "Hữu Lũng")], dtype="str")
    text, findings = convert_text(column, column="xa", source="rừng")
    assert text.tolist() == ["Hữu Lũng"]
    assert findings == []


@pytest.mark.parametrize("word", ["Nghĩa", "quỳnh", "ĐẮK", "Oanh", "khuỷu", "ươm", "yến", "giặt"])
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["Bàc", "hoàà", "strà", "LạNg", "bcđ", "ngạngh"])
def test_no_syllables(word):
    assert not is_syllable(word)


def test_a_property_that_is_an_object_is_text() -> None:
    values = pd.Series(["Hồi", {"a": "Thông"}, None, ["x"]], dtype="object")
    text, findings = convert_text(values, column="loài", source="rừng")
    assert text.tolist()[:2] == ["Hồi", '{"a": "Thông"}']
    assert text.isna().tolist() == [False, False, True, False]
    assert findings == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array(["tea", "thông"], dtype=object), '["tea", "thông"]'),
        ({"a": np.array([1, 2])}, '{"a": [1, 2]}'),
        (np.array([b"x", None, dt.date(2020, 1, 1)], dtype=object), '["x", null, "2020-01-01"]'),
        (b"tea", "tea"),
        (b"tea\xff", r"tea\xff"),
        ((1, "a"), '[1, "a"]'),
        (
            [{b"x": 1, dt.date(2020, 1, 1): {(1, "a"): b"t"}, np.int64(2): {"y"}, None: 1.5}],
            '[{"x": 1, "2020-01-01": {"[1, \\"a\\"]": "t"}, "2": ["y"], "null": 1.5}]',
        ),
    ],
)
def test_a_list_or_bytes_of_a_parquet_file_are_text(value, text) -> None:
    read, findings = convert_text(pd.Series(["Hồi", value, None]), column="loài", source="rừng")
    assert read.tolist()[:2] == ["Hồi", text]
    assert findings == []


@pytest.mark.parametrize("ending", ["geojson", "parquet"])
def test_a_column_of_lists_is_read_as_crops_that_are_not_known(ending, tmp_path) -> None:
    path = tmp_path / f"lô.{ending}"
    square = gpd.GeoSeries([shapely.box(107.2, 21.8, 107.21, 21.81)], crs=4326)
    plots = gpd.GeoDataFrame({"cây": [["tea", "pine"]]}, geometry=square)
    if ending == "parquet":
        plots.to_parquet(path)
    else:
        path.write_text(plots.to_json(), "utf-8")
    layer = load_crop_plots(path, columns={"crop": "cây"})
    told = " ".join(item.message.en for item in layer.findings.items)
    assert '["tea", "pine"]' in told
