"""Commune boundaries and their official areas."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from layers import CrsError, InputError, MissingFileError, SchemaError, VectorFile, list_communes
from layers.communes.boundaries import (
    CommuneLayer,
    NaturalAreas,
    load_communes,
    load_natural_areas,
)
from layers.communes.location_check import check_centres


def squares(**change: object) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {
        "code": ["06529", "06148"],
        "name": ["Xã Lộc Bình", "Thụy Hùng"],
        "geometry": [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)],
    }
    return gpd.GeoDataFrame(columns | change, crs=9215)


def save(folder: Path, frame: gpd.GeoDataFrame, table: str | None = None) -> NaturalAreas:
    frame.to_file(folder / "xã.gpkg", layer="communes")
    text = table or "code,official_area_ha\n06529,100.5\n06148,99\n"
    (folder / "diện tích.csv").write_text(text, "utf-8")
    return NaturalAreas(folder / "diện tích.csv")


def test_communes_are_sorted_and_carry_their_official_area(tmp_path: Path) -> None:
    areas = save(tmp_path, squares())
    frame = load_communes(tmp_path / "xã.gpkg", natural_areas=areas).communes
    assert frame["commune_code"].tolist() == ["06148", "06529"]
    assert frame["commune"].tolist() == ["Thụy Hùng", "Lộc Bình"]
    assert frame["kind"].tolist() == ["", "xã"]
    assert frame["official_area_ha"].tolist() == [99.0, 100.5]
    assert frame.crs.to_epsg() == 9215


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": ["06148", "06148"]}, r"found 1 code more than once \(first: 06148\)"),
        ({"code": ["06148", None]}, "1 record without a commune code"),
        ({"geometry": [box(0, 0, 1, 1), None]}, "1 commune without a polygon"),
        ({"geometry": [box(0, 0, 1, 1), Point(0, 0)]}, "1 commune without a polygon"),
    ],
)
def test_faulty_boundaries_are_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    areas = save(tmp_path, squares(**change))
    with pytest.raises(InputError, match=message):
        load_communes(tmp_path / "xã.gpkg", natural_areas=areas)


def test_an_empty_layer_and_a_missing_column_and_crs(tmp_path: Path) -> None:
    areas = save(tmp_path, squares())
    with pytest.raises(SchemaError, match=r"expected columns maxa \(code\); found code, name"):
        load_communes(tmp_path / "xã.gpkg", code_column="maxa", natural_areas=areas)
    squares()[:0].to_file(tmp_path / "empty.gpkg")
    with pytest.raises(InputError, match="found an empty layer"):
        load_communes(tmp_path / "empty.gpkg", natural_areas=areas)
    bare = squares().set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        bare.to_file(tmp_path / "bare.shp")
    with pytest.raises(CrsError, match="found none"):
        load_communes(tmp_path / "bare.shp", natural_areas=areas)
    with pytest.raises(MissingFileError):
        load_communes(tmp_path / "none.gpkg", natural_areas=areas)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "code,official_area_ha\n06529,100\n",
            r"1 commune .* no natural area \(first: 06148 Thụy Hùng",
        ),
        (
            "code,name,official_area_ha\n06148,Thụy Hùng,\n06529,Lộc Bình,100\n",
            r"found none for 1 \(first: 06148 Thụy Hùng\)",
        ),
        (
            "code,name,official_area_ha\n06148,,\n06529,Lộc Bình,100\n",
            r"found none for 1 \(first: 06148\)",
        ),
        ("ĐVT: nghìn ha\ncode,name,official_area_ha\n06148,Một,1\n", "says 'nghìn ha'"),
        (
            "code,official_area_ha,đơn vị\n06148,1,ha\n06529,2,km2\n",
            r"1 row is in other units \(km2; row 3\)",
        ),
        ("code,official_area_ha\n06529,0\n06148,1\n", "natural area above 0 ha"),
        ("code,official_area_ha\n06529,\n06148,1\n", "natural area above 0 ha"),
        ("code,official_area_ha\n06529,-5\n06148,1\n", "natural area above 0 ha"),
        ("code,official_area_ha\n06529,2\n06529,1\n", "found 1 code more than once"),
        ("code,official_area_ha\n06529,12.345\n06148,1.000\n", "decimal comma or a decimal point"),
    ],
)
def test_faulty_natural_areas_are_refused(tmp_path: Path, table: str, message: str) -> None:
    areas = save(tmp_path, squares(), table)
    with pytest.raises(InputError, match=message):
        load_communes(tmp_path / "xã.gpkg", natural_areas=areas)


def test_lacking_natural_areas_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,official_area_ha,circulated_area_ha\n06529,,5\n06148,,\n", "utf-8")
    with pytest.raises(InputError) as told:
        load_natural_areas(NaturalAreas(path))
    keys = "communes.natural_areas: path, code_column, area_column"
    for said, way in ((told.value.phrase.en, "fill in its"), (told.value.phrase.vi, "hãy điền")):
        assert way in said
        assert "'official_area_ha'" in said
        assert keys in said
        assert "area_column: circulated_area_ha" in said
    with pytest.raises(InputError) as told:
        load_natural_areas(NaturalAreas(path, area_column="circulated_area_ha"))
    assert "'circulated_area_ha'" in told.value.phrase.en
    assert "unconfirmed" not in told.value.phrase.en


def test_natural_areas_in_vietnamese_style(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mã;ha\n06529;12.345,5\n", "utf-8")
    areas = load_natural_areas(NaturalAreas(path, code_column="mã", area_column="ha", decimal=","))
    assert areas.to_dict() == {"06529": 12_345.5}


def test_shares_beside_natural_areas_are_no_units(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = "Biểu: xã miền núi (100 km2)\nMã,Xã,Diện tích (ha),Tỷ lệ,Diện tích (km2)\n"
    path.write_text(f"{head}06529,Lộc Bình,12345,12%,\n", "utf-8")
    areas = load_natural_areas(NaturalAreas(path, code_column="Mã", area_column="Diện tích (ha)"))
    assert areas.to_dict() == {"06529": 12_345}


def test_natural_areas_on_two_sheets_ask_for_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet, area in {"2024": 1, "2025": 2}.items():
            frame = pd.DataFrame({"code": ["06529"], "name": ["x"], "official_area_ha": [area]})
            frame.to_excel(book, sheet_name=sheet, index=False)
    with pytest.raises(InputError, match=r"write 'communes\.natural_areas\.sheet: …'"):
        load_natural_areas(NaturalAreas(path))
    assert load_natural_areas(NaturalAreas(path, sheet="2025")).to_dict() == {"06529": 2}


def test_the_real_communes(shared: Path) -> None:
    table = NaturalAreas(shared / "data" / "lang_son_communes.csv")
    file = VectorFile(shared / "data" / "lang_son_communes.gpkg", "communes", province="20")
    loaded = load_communes(file, natural_areas=table)
    assert loaded.findings.items == []
    assert len(loaded.communes) == 65
    assert loaded.communes["official_area_ha"].sum() == 830_967
    assert check_centres(loaded.communes, "20", on=None, source="xã") == []


def test_codes_that_lost_their_zero_still_find_their_commune(tmp_path: Path) -> None:
    areas = save(tmp_path, squares(), "code,official_area_ha\n6529,100.5\n6148,99\n")
    frame = load_communes(
        str(tmp_path / "xã.gpkg"), natural_areas=NaturalAreas(str(areas.path))
    ).communes
    assert frame["official_area_ha"].tolist() == [99.0, 100.5]


def province(*, skip: tuple[str, ...] = (), **extra: list[object]) -> gpd.GeoDataFrame:
    """All communes of Lạng Sơn as squares of 100 ha, in a row; ``extra`` rows behind them."""
    known = list_communes("20")
    known = known[~known["code"].isin(skip)]
    table = {
        "code": [*known["code"], *extra.get("code", [])],
        "name": [*known["name"], *extra.get("name", [])],
    }
    shapes = [box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(len(table["code"]))]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=9215)


def load_province(folder: Path, frame: gpd.GeoDataFrame, **options: Any) -> CommuneLayer:
    """Load boundaries as those of Lạng Sơn; every commune has 110 ha by the table."""
    known = list_communes(None)["code"]
    areas = save(folder, frame, "code,official_area_ha\n" + "".join(f"{c},110\n" for c in known))
    file = VectorFile(folder / "xã.gpkg", province="20")
    return load_communes(file, natural_areas=areas, **options)


def test_communes_of_other_provinces_are_set_aside(tmp_path: Path) -> None:
    """A file of three provinces: 65 communes, 7,150 ha, not 67 and 7,370."""
    frame = province(code=["00004", "11011"], name=["Ba Đình", "Ngoài"])
    loaded = load_province(tmp_path, frame)
    assert len(loaded.communes) == 65
    assert loaded.communes["official_area_ha"].sum() == 7150
    (note,) = loaded.findings.items
    assert (note.kind, note.rows) == ("communes-of-others", (65, 66))
    assert "Ba Đình, Ngoài" in note.message.vi


def test_a_missing_commune_is_named(tmp_path: Path) -> None:
    frame = province(skip=("06529",))
    with pytest.raises(
        InputError, match=r"lack 1 of the 65 communes .*\(06529 Lộc Bình\).*part_of"
    ):
        load_province(tmp_path, frame)
    loaded = load_province(tmp_path, frame, part_of_province=True)
    assert len(loaded.communes) == 64
    assert [item.kind for item in loaded.findings.items] == ["part-of-province"]


def test_a_record_that_fits_no_commune_is_named_beside_the_missing_one(tmp_path: Path) -> None:
    """ "Xã Đông Kinh" is a ward: the file does not lack it, its record is misnamed."""
    frame = province().drop(columns="code")
    frame["name"] = frame["name"].replace({"Đông Kinh": "Xã Đông Kinh", "Lộc Bình": "Lộ Bin"})
    with pytest.raises(
        InputError,
        match=r"lack 2 of the 65 .*\(05977 Đông Kinh, 06529 Lộc Bình\), and 2 of their records "
        r"fit none \(Xã Đông Kinh, Lộ Bin\); correct the names",
    ):
        load_province(tmp_path, frame)


def test_a_record_under_an_unknown_code_is_told_with_its_code(tmp_path: Path) -> None:
    """Two lists give one commune two codes: the name alone would look right already."""
    frame = province()
    frame["code"] = frame["code"].replace({"06529": "06530"})
    with pytest.raises(InputError, match=r"\(06529 Lộc Bình\), and 1 .* \(06530 Lộc Bình\)"):
        load_province(tmp_path, frame)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(code=f["code"].astype(int)),
        lambda f: f.assign(code=f["code"].astype(float)),
        lambda f: f.drop(columns="code"),
        lambda f: f.assign(code=f["name"]),
        lambda f: f.drop(columns="code").assign(name=f["name"].str.normalize("NFD")),
        lambda f: f.drop(columns="code").assign(name=f["name"].str.replace("Đ", "Ð")),
        lambda f: f.drop(columns="name"),
    ],
    ids=["integers", "decimals", "names", "names as codes", "NFD", "eth", "codes"],
)
def test_codes_and_names_as_files_write_them(tmp_path: Path, change: Any) -> None:
    loaded = load_province(tmp_path, change(province()))
    known = list_communes("20")
    assert loaded.communes["commune_code"].tolist() == known["code"].tolist()
    assert loaded.communes["commune"].tolist() == known["name"].tolist()


def test_names_in_an_old_font(tmp_path: Path) -> None:
    """Lộc Bình as TCVN3 writes it is still Lộc Bình, and no commune of another day."""
    codes = "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
    letters = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
    old = str.maketrans(letters, codes)
    frame = province()
    loaded = load_province(tmp_path, frame.assign(name=frame["name"].str.translate(old)))
    assert "Lộc Bình" in loaded.communes["commune"].tolist()
    assert "text-converted" in [item.kind for item in loaded.findings.items]


@pytest.mark.parametrize("codes", [[None, None], ["", ""], ["06529", None], ["06529", ""]])
def test_a_name_of_the_province_stands_for_a_code_that_is_empty(
    tmp_path: Path, codes: list[str | None]
) -> None:
    areas = save(tmp_path, squares(code=codes))
    file = VectorFile(tmp_path / "xã.gpkg", province="20")
    layer = load_communes(file, natural_areas=areas, part_of_province=True)
    assert layer.communes["commune_code"].tolist() == ["06148", "06529"]
    assert layer.communes.geometry.iloc[1].bounds == (0, 0, 1000, 1000)


@pytest.mark.parametrize("option", ["code_column", "name_column"])
def test_a_column_that_was_asked_for_is_not_replaced_by_the_other(
    tmp_path: Path, option: str
) -> None:
    with pytest.raises(SchemaError, match=r"expected columns MA_XA .*found code, name"):
        load_province(tmp_path, province(), **{option: "MA_XA"})
    left = province().drop(columns=option.removesuffix("_column"))
    assert len(load_province(tmp_path, left).communes) == 65
