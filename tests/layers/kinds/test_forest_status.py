"""The forest status layer: fields, code tables, established or not, bad records."""

from __future__ import annotations

import itertools
import math
import sqlite3
import struct
from datetime import date

import numpy as np
import pyogrio
import pytest
import shapely

from layers.base.errors import CrsError, InputError
from layers.io.vector import VectorFile
from layers.kinds.forest_status import check_forest_status, load_forest_status


def kinds(layer, severity=None):
    return {i.kind: i for i in layer.findings.items if severity in (None, i.severity)}


@pytest.fixture
def write(folder):
    """Writer of a layer; gives the path."""
    numbers = itertools.count()

    def to_file(frame):
        path = folder / f"rừng {next(numbers)}.gpkg"
        frame.to_file(path)
        return path

    return to_file


def test_a_plain_plot(plots, write):
    layer = load_forest_status(write(plots({})), year=2025)
    plot = layer.plots.iloc[0]
    assert plot["row"] == 0
    assert plot["plot"] == "12/3/1"
    assert plot["commune_code"] == "06148"
    assert plot["commune"] == "Lộc Bình"
    assert plot["land"] == "planted_forest"
    assert plot["three_forest"] == "production"
    assert plot["planting_year"] == 2015
    assert plot["ledger_ha"] == 1.0
    assert plot["geometry_ha"] == pytest.approx(1.0)
    assert layer.crop_weights.values.tolist() == [[0, "acacia", 1.0]]
    assert layer.codes.table == "93"
    assert not layer.findings.of("problem")


@pytest.mark.parametrize(
    ("table", "number", "letters", "land"),
    [
        ("93", 60, "RTG", "planted_forest"),
        ("98", 60, "HG2", "natural_forest"),
        ("93", 72, "DTR", "not_yet_forest"),
        ("98", 72, "RTCD", "planted_forest"),
        ("93", 78, "DT2", "regenerating"),
        ("98", 78, "DTRD", "not_yet_forest"),
        ("93", 88, "NN", "farmland"),
        ("98", 52, "NN", "natural_forest"),
        ("93", 82, "DT1", "bare"),
        ("93", 86, "BC1", "bare"),
        ("93", 92, "MN", "water"),
        ("93", 93, "DKH", "other"),
        ("98", 98, "DK", "other"),
        ("98", 93, "DNN", "farmland"),
    ],
)
def test_the_pair_tells_the_table_and_the_land(plots, write, table, number, letters, land):
    path = write(plots({"maldlr": number, "ldlr": letters, "thanhrung": None}))
    layer = load_forest_status(path)
    assert (layer.codes.table, layer.codes.origin) == (table, "detected")
    assert layer.plots["land"].tolist() == [land]


def test_pairs_of_both_tables_must_be_told(plots, write):
    path = write(plots({"maldlr": 1, "ldlr": "TXG1"}, {"maldlr": 15, "ldlr": "TXB"}))
    with pytest.raises(InputError, match=r"fit several tables .*2 plots.*code_table: 93, 98.*HG2"):
        load_forest_status(path)
    layer = load_forest_status(path, code_table="98")
    assert (layer.codes.table, layer.codes.origin) == ("98", "told")
    with pytest.raises(InputError, match="expected one of 93, 98, 55 or auto, found '51'"):
        load_forest_status(path, code_table="51")


def test_numbers_alone_must_be_told_with_what_would_differ(plots, write):
    frame = plots({"maldlr": 60}, {"maldlr": 1}, {"maldlr": 72, "dtich": 2.5})
    path = write(frame.drop(columns="ldlr"))
    with pytest.raises(InputError, match="needs the field ldlr"):
        load_forest_status(path)
    said = (
        r"2 plots \(3\.50 ha\) would change class, first code 60: Planted timber forest on earth "
        r"hills in 93, Natural mixed bamboo and timber on earth hills in 98, not in 55"
    )
    with pytest.raises(InputError, match=said):
        load_forest_status(path, columns={"ldlr": None})
    lands = load_forest_status(path, columns={"ldlr": None}, code_table="93").plots["land"]
    assert lands.tolist() == ["planted_forest", "natural_forest", "not_yet_forest"]


def test_a_pair_of_neither_table_is_an_error_with_its_plots(plots, write):
    path = write(plots({}, {"maldlr": 60, "ldlr": "TXG"}, {"maldlr": 200, "ldlr": "ABC"}))
    with pytest.raises(
        InputError,
        match=r"no code table has \(60 TXG \[93: 60 RTG; 93: 14 TXG\], 200 ABC\).*12/3/2",
    ):
        load_forest_status(path)
    layer = check_forest_status(path)
    assert kinds(layer, "error")["code-unknown"].rows == (1, 2)
    assert layer.plots["land"].tolist() == ["planted_forest", "unclassified", "unclassified"]


def test_a_pair_of_the_other_table_is_an_error(plots, write):
    path = write(plots({}, {}, {"maldlr": 72, "ldlr": "RTCD"}))
    with pytest.raises(InputError, match=r"types of table 98 \(72 RTCD\) in a file that uses"):
        load_forest_status(path)


def test_a_missing_code_is_an_error(plots, write):
    path = write(plots({}, {"ldlr": None}, {"maldlr": None}))
    with pytest.raises(InputError, match=r"plots without maldlr or ldlr.*2 plots"):
        load_forest_status(path)


@pytest.mark.parametrize(
    ("letters", "number", "status", "land", "severity", "kind"),
    [
        ("RTG", 60, 1, "planted_forest", "note", "planted-established"),
        ("RTG", 60, 2, "not_yet_forest", "note", "planted-not-established"),
        ("RTG", 60, 0, "planted_forest", "note", "established-assumed"),
        ("RTG", 60, None, "planted_forest", "note", "established-assumed"),
        ("RTG", 60, 7, "planted_forest", "problem", "thanhrung-unknown"),
        ("RTG", 60, "absent", "planted_forest", "note", "established-by-type"),
        ("DTR", 72, 1, "not_yet_forest", "problem", "not-yet-but-established"),
        ("DTR", 72, 2, "not_yet_forest", "note", "not-yet"),
        ("DTR", 72, 0, "not_yet_forest", "note", "not-yet-assumed"),
        ("DTR", 72, None, "not_yet_forest", "note", "not-yet-assumed"),
        ("DTR", 72, "absent", "not_yet_forest", "note", "not-yet-by-type"),
        ("TXG", 14, 2, "natural_forest", "problem", "natural-not-established"),
        ("DT1", 82, 1, "bare", "problem", "no-forest-but-established"),
    ],
)
def test_established_or_not(plots, write, letters, number, status, land, severity, kind):
    frame = plots({"ldlr": letters, "maldlr": number, "thanhrung": status, "dtich": 1.02})
    if status == "absent":
        frame = frame.drop(columns="thanhrung")
    layer = load_forest_status(write(frame), code_table="93")
    assert layer.plots["land"].tolist() == [land]
    assert layer.plots["counts"].tolist() == [land in ("planted_forest", "natural_forest")]
    finding = kinds(layer, severity)[kind]
    assert (finding.count, finding.area_ha, finding.examples) == (1, 1.02, ("12/3/1",))


def test_three_forest_leads_and_conflicts_are_listed(plots, write):
    frame = plots(
        {"malr3": 1, "mamdsd": 2}, {"malr3": 2, "mamdsd": 8}, {"malr3": 3, "mamdsd": 1},
        {"malr3": 0, "mamdsd": 0}, {"malr3": None, "mamdsd": None}, {"malr3": 9, "mamdsd": None},
        {"malr3": None, "mamdsd": 2}, {"malr3": 3, "mamdsd": 0},
    )  # fmt: skip
    layer = load_forest_status(write(frame))
    assert layer.plots["three_forest"].tolist() == [
        "protection", "special_use", "production", "outside", "outside", "outside", "outside",
        "production",
    ]  # fmt: skip
    assert kinds(layer, "problem")["three-forest-conflict"].rows == (2, 6)
    assert kinds(layer, "problem")["three-forest-unknown"].rows == (5,)


def test_three_forest_classes_in_words_are_read_and_noted(plots, write):
    """Each reading is certain; a word that is none of them stays a problem, taken as empty."""
    words = {
        "RSX": 3, "Rừng sản xuất": 3, "san xuat": 3, "RPH": 1, "R.P.H": 1, "Đất rừng phòng hộ": 1,
        "RĐD": 2, "R§D": 2, "DAC DUNG": 2, "Ngoài quy hoạch": 0,
    }  # fmt: skip
    names = {0: "outside", 1: "protection", 2: "special_use", 3: "production"}
    others = ["không rõ", "RD", "sản xuất hoặc phòng hộ", "2"]
    frame = plots(*({"malr3": text, "mamdsd": None} for text in [*words, *others]))
    layer = load_forest_status(write(frame))
    expected = [*(names[number] for number in words.values()), *["outside"] * 3, "special_use"]
    assert layer.plots["three_forest"].tolist() == expected
    note = kinds(layer, "note")["three-forest-in-words"]
    assert note.rows == tuple(range(len(words)))
    assert note.area_ha == pytest.approx(frame["dtich"].iloc[: len(words)].sum())
    unread = kinds(layer, "problem")["number-unreadable"].rows
    assert unread == tuple(range(len(words), len(words) + 3))
    layer = load_forest_status(write(plots({"malr3": "Rõng ®Æc dông"}, {"malr3": "Rõng s¶n xuÊt"})))
    assert layer.plots["three_forest"].tolist() == ["special_use", "production"]


def test_purpose_stands_in_for_a_missing_three_forest_field(plots, write):
    frame = plots({"mamdsd": 4}, {"mamdsd": 5}, {"mamdsd": 12}, {"mamdsd": 13})
    layer = load_forest_status(write(frame.drop(columns="malr3")))
    assert layer.plots["three_forest"].tolist() == [
        "protection", "special_use", "production", "outside",
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"needs the field malr3 .* or mamdsd"):
        load_forest_status(write(frame.drop(columns=["malr3", "mamdsd"])))


def test_the_ledger_leads_and_geometry_stands_in(plots, write):
    frame = plots({"dtich": 1.04}, {"dtich": 1.2}, {"dtich": -3.0}, {"dtich": None}, {"dtich": 0})
    layer = load_forest_status(write(frame))
    assert layer.plots["ledger_ha"].tolist() == pytest.approx([1.04, 1.2, 1, 1, 1])
    assert layer.plots["ledger_source"].tolist() == ["ledger", "ledger"] + ["geometry"] * 3
    found = kinds(layer, "problem")
    assert found["ledger-differs"].rows == (1,)
    assert found["ledger-negative"].rows == (2,)
    assert found["ledger-missing"].rows == (3,)
    assert found["ledger-zero"].rows == (4,)
    assert "ledger 2.24 ha, geometry 2.00 ha, difference 12.00 %" in (
        kinds(layer)["ledger-sum"].message.en
    )


def test_numbers_that_came_as_text(plots, write):
    frame = plots({}, {})
    frame["dtich"] = ["1,01", "một"]
    frame["maldlr"] = ["60", " 60 "]
    frame["namtr"] = ["2015", "mới"]
    layer = load_forest_status(write(frame))
    assert layer.plots["ledger_ha"].tolist() == pytest.approx([1.01, 1.0])
    assert kinds(layer, "problem")["ledger-unreadable"].rows == (1,)
    assert kinds(layer, "problem")["number-unreadable"].rows == (1,)


def test_planting_years(plots, write):
    frame = plots({"namtr": 0}, {"namtr": 2203}, {"namtr": 2025}, {"namtr": 2026})
    layer = load_forest_status(write(frame), year=2025)
    years = layer.plots["planting_year"]
    assert years.isna().tolist() == [True, True, False, True]
    assert kinds(layer, "problem")["planting-year-missing"].rows == (0,)
    assert kinds(layer, "problem")["planting-year-implausible"].rows == (1, 3)


def test_origin_conflicts(plots, write):
    frame = plots(
        {"nggocr": 1},
        {"nggocr": 0},
        {"maldlr": 14, "ldlr": "TXG", "nggocr": 2},
        {"nggocr": 3},
        {"nggocr": 3, "thanhrung": 2},
        {"maldlr": 82, "ldlr": "DT1", "nggocr": 2, "thanhrung": 0},
        {"maldlr": 72, "ldlr": "DTR", "nggocr": 3, "thanhrung": 2},
    )
    layer = load_forest_status(write(frame))
    assert kinds(layer, "problem")["origin-conflict"].rows == (0, 2, 3, 5)


def test_geometry_faults(plots, write):
    bow = shapely.from_wkt("POLYGON ((0 0, 100 100, 100 0, 0 100, 0 0))")
    tall = shapely.force_3d(shapely.box(0, 0, 100, 100), 7.0)
    frame = plots({"geometry": None}, {"geometry": bow, "dtich": 0.5}, {"geometry": tall}, {})
    path = write(frame)
    layer = load_forest_status(path)
    assert layer.plots["row"].tolist() == [1, 2, 3]
    assert layer.set_aside["row"].tolist() == [0]
    assert layer.set_aside["ledger_ha"].tolist() == [1.0]
    assert layer.plots.is_valid.all()
    assert not layer.plots.has_z.any()
    assert layer.plots["geometry_ha"].tolist() == pytest.approx([0.5, 1.0, 1.0])
    found = kinds(layer)
    assert found["geometry-missing"].examples == ("12/3/1",)
    assert found["geometry-repaired"].rows == (1,)
    assert "area changed by 0.5000 ha" in found["geometry-repaired"].message.en
    assert found["geometry-3d"].rows == (2,)
    with pytest.raises(InputError, match=r"invalid polygons .*12/3/2"):
        load_forest_status(VectorFile(path, repair="never"))


def test_geometry_that_cannot_be_repaired_is_set_aside(plots, folder):
    flat = shapely.from_wkt("POLYGON ((0 0, 100 0, 0 0, 0 0))")
    with np.errstate(invalid="ignore"):
        lost = shapely.Polygon([(0, 0), (100, 0), (math.nan, math.nan), (0, 0)])
    frame = plots({"geometry": flat}, {"geometry": lost}, {"geometry": shapely.Polygon()}, {})
    frame.to_parquet(folder / "rừng.parquet")
    layer = load_forest_status(folder / "rừng.parquet")
    assert layer.plots["row"].tolist() == [3]
    assert layer.set_aside["ledger_ha"].tolist() == [1.0, 1.0, 1.0]
    assert kinds(layer, "problem")["geometry-collapsed"].rows == (0,)
    assert kinds(layer, "problem")["geometry-not-numbers"].rows == (1,)
    assert kinds(layer, "problem")["geometry-missing"].rows == (2,)


def test_points_are_set_aside(plots, write):
    layer = load_forest_status(write(plots({"geometry": shapely.Point(1, 1)}, {})))
    assert layer.plots["row"].tolist() == [1]
    assert kinds(layer, "problem")["geometry-not-polygon"].rows == (0,)


def test_duplicates(plots, write):
    square = shapely.box(0, 0, 100, 100)
    frame = plots(
        {"geometry": square, "lo": "a"},
        {"geometry": square.reverse(), "lo": "a"},
        {"geometry": square, "lo": "b"},
        {"lo": "a"},
        {"geometry": square, "lo": "b"},
        # The outline of one earlier plot and the record of another: neither is repeated.
        {"geometry": shapely.box(200, 0, 300, 100), "lo": "c", "sldlr": "Quế"},
        {"geometry": square, "lo": "c", "sldlr": "Quế"},
    )
    layer = load_forest_status(write(frame))
    assert layer.plots["row"].tolist() == [0, 2, 3, 5, 6]
    assert layer.set_aside["row"].tolist() == [1, 4]
    found = kinds(layer, "problem")
    assert found["plot-twice"].rows == (1, 4)
    assert found["geometry-twice"].rows == (2, 6)
    assert found["label-twice"].rows == (3,)


def test_two_species_on_one_outline_are_two_records(plots, write):
    """The same label, area and outline with another species is no repetition of the first."""
    frame = plots(
        {"sldlr": "Thông"}, {"sldlr": "Keo"}, {"sldlr": "Keo", "namtr": 2011}, {"lo": "z"}
    )
    frame.loc[1:2, "geometry"] = frame.geometry[0]
    for column in ("tk", "khoanh", "lo", "dtich"):
        frame.loc[1:2, column] = frame.loc[0, column]
    layer = load_forest_status(write(frame))
    assert layer.plots["row"].tolist() == [0, 1, 2, 3]
    assert kinds(layer, "problem")["geometry-twice"].rows == (1, 2)


@pytest.mark.parametrize("named", [True, False])
def test_copies_count_once_whether_the_columns_that_name_plots_are_known_or_not(
    plots, write, named
):
    """A copy pasted twice, in a file whose compartments go by names nobody knows."""
    frame = plots({}, {"lo": "b"}, {"lo": "c"}, {"lo": "d"})
    for at, like in ((2, 0), (3, 1)):
        frame.loc[at, frame.columns.drop("geometry")] = frame.drop(columns="geometry").loc[like]
        frame.loc[at, "geometry"] = frame.geometry[like]
    frame.loc[3, "lo"] = "e"  # Really another record
    own = {} if named else {"tk": "a1", "khoanh": "a2", "lo": "a3"}
    layer = load_forest_status(write(frame.rename(columns=own)))
    assert layer.plots["row"].tolist() == [0, 1, 3]
    assert layer.plots["ledger_ha"].sum() == 3.0
    found = kinds(layer, "problem")
    assert found["plot-twice"].rows == (2,)
    assert found["geometry-twice"].rows == (3,)
    assert f"cột khác nhau: {own.get('lo', 'lo')})" in found["geometry-twice"].message.vi


def test_species_unknown_are_kept_under_their_name(plots, write):
    frame = plots({"sldlr": "Lim xanh + Keo"}, {"sldlr": None})
    layer = load_forest_status(write(frame))
    assert layer.crop_weights.values.tolist() == [[0, "Lim xanh", 0.5], [0, "acacia", 0.5]]
    assert "Lim xanh" in kinds(layer, "problem")["species-unknown"].message.en


def test_no_crs_and_no_records(plots, folder):
    path = folder / "a.shp"
    plots({}).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match=r"a\.shp: expected a coordinate reference system"):
        load_forest_status(path)
    assert load_forest_status(VectorFile(path, crs="EPSG:9215")).plots.crs.to_epsg() == 9215
    plots({}).head(0).to_file(folder / "b.gpkg")
    with pytest.raises(InputError, match="found an empty layer"):
        load_forest_status(folder / "b.gpkg")


def test_degrees_are_measured_on_the_ellipsoid(plots, write):
    layer = load_forest_status(write(plots({}).to_crs("EPSG:4326")))
    # A square metre of the 3° zone at k 0.9999 is 1.0002 m² on the ground.
    assert layer.plots["geometry_ha"].tolist() == pytest.approx([1.0002], abs=1e-4)


@pytest.mark.parametrize(
    ("commune", "species"), [("Léc B×nh", "Th«ng + Quõ"), ("Loäc Bình", "Thoâng + Queá")]
)
@pytest.mark.parametrize("page", ["ISO-8859-1", "UTF-8", None])
def test_font_text_of_a_shapefile(plots, folder, commune, species, page):
    path = folder / "rừng.shp"
    species = species.replace("õ", "Õ") if "«" in species else species
    frame = plots({"xa": commune, "sldlr": species}, {"xa": commune, "sldlr": "Keo"})
    frame.to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    if page:
        path.with_suffix(".cpg").write_text(page)
    layer = load_forest_status(path)
    assert layer.plots["commune"].tolist() == ["Lộc Bình"] * 2
    assert layer.crop_weights["crop"].tolist() == ["pine", "cinnamon", "acacia"]
    converted = [i.message.en for i in layer.findings.items if i.kind == "text-converted"]
    assert len(converted) == 2
    assert "column xa was converted" in converted[0]


def test_mixed_text_stops_the_reading(plots, write):
    path = write(plots({"xa": "Léc B×nh"}, {"xa": "Hữu Lũng"}))
    with pytest.raises(InputError, match="column xa mixes encodings"):
        load_forest_status(path)
    assert (
        load_forest_status(VectorFile(path, encoding="unicode")).plots["commune"].iloc[0]
        == "Léc B×nh"
    )


def test_species_of_the_project(plots, write):
    path = write(plots({"sldlr": "Sa mộc"}))
    layer = load_forest_status(path, species={"Sa mộc": "cypress"})
    assert layer.crop_weights["crop"].tolist() == ["cypress"]


def test_curves_are_told(plots, folder):
    path = folder / "rừng.gpkg"
    pyogrio.write_dataframe(plots({}), path, layer_options={"SPATIAL_INDEX": "NO"})
    half = struct.pack("<BII", 1, 8, 5)
    half += struct.pack("<10d", 0, 0, 100, 100, 200, 0, 100, -100, 0, 0)
    blob = b"GP\x00\x01" + struct.pack("<i", 9215) + struct.pack("<BII", 1, 10, 1) + half
    with sqlite3.connect(path) as database:
        name = database.execute("select table_name from gpkg_contents").fetchone()[0]
        database.execute(f'update "{name}" set geom = ?, dtich = 3.14', (blob,))  # noqa: S608
    database.close()
    layer = load_forest_status(path)
    assert layer.plots["geometry_ha"].tolist() == pytest.approx([3.1416], rel=1e-3)
    assert "geometry-curved" in kinds(layer, "note")


def test_labels_hold_no_control_characters(plots, write):
    layer = load_forest_status(write(plots({"tk": "1\x1b[31m2", "xa": "Lộc\x07 Bình"})))
    assert layer.plots["plot"].tolist() == ["1 [31m2/3/1"]
    assert layer.plots["commune"].tolist() == ["Lộc Bình"]


def test_species_count_where_they_were_planted_only(plots, write):
    """Planted, planted not yet, bare after harvest and natural: 2 ha of pine, not 4."""
    frame = plots(
        {"sldlr": "Thông", "maldlr": 65, "ldlr": "RTG"},
        {"sldlr": "Thông", "maldlr": 77, "ldlr": "DTR", "thanhrung": 2, "nggocr": 3},
        {"sldlr": "Thông", "maldlr": 87, "ldlr": "DT1", "thanhrung": 0, "nggocr": 3},
        {"sldlr": "Thông", "maldlr": 14, "ldlr": "TXG", "thanhrung": 1, "nggocr": 1},
    )
    layer = load_forest_status(write(frame), code_table="98")
    assert layer.plots["land"].tolist()[:2] == ["planted_forest", "not_yet_forest"]
    assert layer.crop_weights["row"].tolist() == [0, 1]
    told = kinds(layer, "note")["species-not-planted"]
    assert (told.rows, told.area_ha) == ((2, 3), 2.0)


def test_a_layer_older_than_its_circular_is_refused_by_the_day(plots, write):
    """Types of circular 16/2023 (15 December 2023) in a layer of June of the same year."""
    path = write(plots({"maldlr": 41, "ldlr": "TG"}))
    with pytest.raises(InputError, match="layer of 2023-06-30, before it was in force"):
        load_forest_status(path, year=date(2023, 6, 30))
    for day in (date(2023, 12, 15), 2023):
        assert load_forest_status(path, year=day).codes.table == "55"
