"""A file looked at in the room Files: its CRS, its kind, its table of types, its columns."""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import rasterio

from layers.communes.gazetteer import communes_on
from tests.factories import communes, forest_plots, write_raster
from tests.zones.app.conftest import Sitting
from zones.app.look_forest import code_tables, forest_columns, is_forest
from zones.app.session import Session
from zones.app.suggest import guess_kind, needed_fields, suggest_columns
from zones.project.model import load_project
from zones.project.yaml import read_document

LOCAL = 'LOCAL_CS["Nonearth",UNIT["Meter",1]]'
ENGINEERING = (
    'ENGCRS["Site",EDATUM["Unknown"],CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],'
    'LENGTHUNIT["metre",1]]'
)
MOON = (
    'GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["0",0],'
    'UNIT["degree",0.0174532925199433]]'
)
NO_WAY = (
    'PROJCS["a",GEOGCS["VN2000",DATUM["VN2000",SPHEROID["WGS84",6378137,298.257]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Gauss_Foo"],'
    'PARAMETER["x",0],UNIT["metre",1]]'
)
#: What a .prj may hold that gives the layer no place; a key of bytes is no text at all.
PRJ: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "no words of a CRS": "VN2000 KTT 107°15' múi 3".encode(),
    "cut off": b'PROJCS["VN_2000_TM3_107-15",GEOGCS["GCS_VN_2000",DATUM["D_Viet',
    "no text": b"\xff\xfe\x00\x01P\x00R",
    "a code that nothing has": b"EPSG:9999999",
    "local": LOCAL.encode(),
    "engineering": ENGINEERING.encode(),
    "of the Moon": MOON.encode(),
    "a projection that nobody knows": NO_WAY.encode(),
}


def _shapefile(prj: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        communes().to_file(folder / "ranh.shp")
        (folder / "ranh.prj").write_bytes(prj)
        return folder / "ranh.shp"

    return write


def _geopackage(srs: int) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "ranh.gpkg"
        communes().to_file(path, layer="ranh")
        with sqlite3.connect(path) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
                database.execute(f'DROP TRIGGER "{name}"')
            for table in ("gpkg_contents", "gpkg_geometry_columns"):
                database.execute(f"UPDATE {table} SET srs_id = ?", (srs,))  # noqa: S608
        return path

    return write


def _without_crs(name: str, **how: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        frame = communes().set_crs(None, allow_override=True)
        warnings.simplefilter("ignore", UserWarning)  # that it has no CRS
        if name.endswith(".parquet"):
            frame.to_parquet(folder / name)
        else:
            frame.to_file(folder / name, **how)
        return folder / name

    return write


PLACELESS = {
    **{f".prj {what}": _shapefile(prj) for what, prj in PRJ.items()},
    **{f"GeoPackage, srs_id {srs}": _geopackage(srs) for srs in (0, -1, 99999)},
    "GeoParquet": _without_crs("ranh.parquet"),
    "FlatGeobuf": _without_crs("ranh.fgb", driver="FlatGeobuf"),
    "MapInfo": _without_crs("ranh.tab", driver="MapInfo File"),
}


@pytest.mark.parametrize("what", PLACELESS)
def test_a_layer_whose_crs_leads_nowhere_is_asked_for_one_and_read(
    what: str, sit: Any, project: Path
) -> None:
    folder = project.parent / "lớp"
    folder.mkdir()
    path = PLACELESS[what](folder)
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(path))
    assert seen["kind"] == "communes"
    assert seen["place"] is None
    assert seen["choices"][0]["crs"] == "EPSG:9215"  # that of the province
    tried = desk.ask("files", "look", path=str(path), crs="EPSG:9215")
    told = desk.ask("files", "look", path=str(project.parent / "communes.gpkg"))
    assert told["choices"] == []
    assert tried["place"] == told["place"]
    if what not in (".prj cut off", ".prj local", "GeoPackage, srs_id -1"):
        return  # the readers take a CRS that is named in one way from all of them
    asked = {"path": str(path), "kind": "communes", "columns": {"code": "code", "name": "name"}}
    answer = desk.ask("files", "put", **asked, crs="EPSG:9215")
    assert answer["fault"] is None
    assert answer["parts"][0]["crs"] == "EPSG:9215"
    assert not desk.desk.inputs().findings.of("error")
    assert desk.desk.inputs().communes.geometry.area.sum() == pytest.approx(4e6)


def test_a_raster_without_a_crs_is_asked_for_one(sit: Any, project: Path) -> None:
    path = project.parent / "anh.tif"
    write_raster(path)
    desk = sit(project)
    assert desk.ask("files", "look", path=str(path))["choices"] == []
    with rasterio.open(path) as raster:
        profile, cells = raster.profile, raster.read()
    for left in (None, rasterio.crs.CRS.from_wkt(LOCAL)):
        with rasterio.open(path, "w", **{**profile, "crs": left}) as raster:
            raster.write(cells)
        seen = desk.ask("files", "look", path=str(path))
        assert seen["choices"][0]["crs"] == "EPSG:9215"
        assert seen["place"] is None
        tried = desk.ask("files", "look", path=str(path), crs="EPSG:9215")
        north = [lat for lat, _ in tried["place"][0]]
        assert 21.6 < min(north) < max(north) < 21.8
    asked = {"path": str(path), "kind": "raster", "name": "cover", "date": "2025-12-31"}
    desk.ask("files", "put", **asked, classes={"1": "trees", "2": "crops"}, crs="EPSG:9215")
    assert load_project(project).layers["cover"].crs == "EPSG:9215"  # type: ignore[union-attr]
    assert not desk.desk.inputs().findings.of("error")


def _types(rows: list[tuple[int, str]]) -> pd.DataFrame:
    columns = {"MALDLR": [code for code, _ in rows], "LDLR": [text for _, text in rows]}
    return pd.DataFrame({**columns, "DTICH": 2.0, "MALR3": 3})


def test_a_table_of_types_is_chosen_where_the_codes_fit_several(sit: Any, project: Path) -> None:
    made = forest_plots().head(1).assign(maldlr=1, ldlr="TXG1")  # in 93 as in 98
    path = project.parent / "rung-moi.gpkg"
    made.to_file(path)
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(path))
    assert (seen["kind"], seen["fields"]) == ("forest_status", [])
    tables = seen["tables"]
    assert tables["detected"] is None
    assert "93, 98" in tables["open"]["vi"]
    assert "code_table" not in tables["open"]["vi"]  # nobody is asked to write a line
    fits = [(one["table"], one["fits"]) for one in tables["choices"]]
    assert fits == [("93", 1), ("98", 1), ("55", 0)]
    asked = {"path": str(path), "kind": "forest_status", "name": "forest", "date": "2025-12-31"}
    answer = desk.ask("files", "put", **asked, code_table="98")
    assert next(it for it in answer["parts"] if it["name"] == "forest")["code_table"] == "98"
    assert load_project(project).layers["forest"].code_table == "98"  # type: ignore[union-attr]
    assert not desk.desk.inputs().findings.of("error")


def test_a_table_of_types_that_the_codes_tell_is_found() -> None:
    found = code_tables(_types([(60, "HG2"), (1, "TXG1")]), {})
    assert found is not None
    assert (found["detected"], found["open"]) == ("98", None)
    found = code_tables(_types([(999, "XXX")]), {})  # of none
    assert found is not None
    assert found["detected"] is None
    assert found["open"]["vi"].startswith("không lô nào có mã trong các bảng 93, 98, 55")
    assert "do not tell which" not in found["open"]["en"]
    found = code_tables(_types([(65, ""), (60, "")]).drop(columns="LDLR"), {"maldlr": "MALDLR"})
    assert found is not None
    assert "mã đầu tiên 60: bảng 93 là Rừng gỗ trồng núi đất" in found["open"]["vi"]
    bare = _types([(1, "TXG1")]).rename(columns={"MALDLR": "a", "LDLR": "b", "DTICH": "c"})
    assert code_tables(bare.assign(b="?"), {}) is None
    found = code_tables(bare.assign(b="NMB"), {"ldlr": "b"})  # a column that a person chose
    assert found is not None
    assert found["detected"] == "98"
    assert code_tables(pd.DataFrame({"ten": ["a"]}), {}) is None


def test_a_forest_layer_is_known_by_its_types_where_its_fields_have_names_of_their_own() -> None:
    plots = pd.DataFrame(forest_plots().drop(columns="geometry"))
    assert is_forest(plots)
    own = {"ldlr": "LDLR_KK", "maldlr": "MALDLR_KK", "dtich": "DT_HA", "sldlr": "CAY"}
    assert is_forest(plots[list(own)].rename(columns=own))
    assert not is_forest(pd.DataFrame({"LDLR_KK": ["Na", "Hồi"], "DT_HA": [1.0, 2.0]}))


@pytest.mark.parametrize(
    ("columns", "forest"),
    [
        ({"KIEU": ["TXG1", "RTG", "DT1"], "CAY": [None, "Thông", None]}, True),
        ({"KIEU": ["TXG", "LKB", "NN"]}, True),  # letters of the table of 55, and a short one
        ({"MALDLR": [1, 60, 72], "SLDLR": [None, "Thông", "Hồi"], "DTICH": [1.0, 2, 3]}, True),
        ({"MALDLR": [1, 60, 172], "SLDLR": [None, "Thông", "Hồi"], "DTICH": [1.0, 2, 3]}, True),
        ({"MALDLR": [1, 160, 172], "SLDLR": [None, "Thông", "Hồi"], "DTICH": [1.0, 2, 3]}, False),
        ({"SO": [1, 60, 72], "CAY": [None, "Thông", "Hồi"], "DT_HA": [1.0, 2.0, 3.0]}, False),
        ({"GHICHU": ["NN", "NN", "CD"], "CAY": ["Na", "Na", "Na"]}, False),
        ({"LOAIDAT": ["RSX", "RPH", "CLN"]}, False),
    ],
)
def test_a_forest_layer_is_known_by_its_codes(columns: dict[str, Any], forest: bool) -> None:
    frame = pd.DataFrame(columns)
    assert is_forest(frame) is forest
    assert (guess_kind(frame, polygons=True, forest=forest, province="20") == "forest_status") is (
        forest
    )


def test_plots_are_named_by_the_columns_that_offices_give_them() -> None:
    own = {"tk": "SO_TK", "khoanh": "SO_KHOANH", "lo": "SO_LO", "ldlr": "KIEU", "dtich": "DT_HA"}
    plots = pd.DataFrame(forest_plots().drop(columns="geometry"))[list(own)].rename(columns=own)
    fields = {item["field"]: item["column"] for item in forest_columns(plots, {})}
    assert {name: fields[name] for name in own} == own


def test_letters_of_types_are_the_column_of_types_whatever_its_name() -> None:
    frame = pd.DataFrame({"KIEU": ["TXG1", "RTG", "RTG"], "GHICHU": ["a", "b", "c"]})
    fields = {item["field"]: item["column"] for item in forest_columns(frame, {})}
    assert {field: column for field, column in fields.items() if column} == {"ldlr": "KIEU"}
    found = code_tables(frame, {})
    assert found is not None
    assert {one["table"]: one["fits"] for one in found["choices"]} == {"93": 3, "98": 3, "55": 0}


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"LOAIDAT": ["LUC", "CLN", "RSX", "ONT"], "SOTO": [1, 2, 3, 4]}, "land_use"),
        ({"LOAIDAT": ["CLN", "CLN"], "CAY": ["Na", "Hồi"]}, "crop_plots"),
        ({"GHICHU": ["a", "b"]}, "crop_plots"),
        ({"TEN": [unit.name for unit in communes_on("20").values()]}, "communes"),
    ],
)
def test_the_likely_kind_is_told_by_the_values(columns: dict[str, Any], kind: str) -> None:
    frame = pd.DataFrame(columns)
    assert guess_kind(frame, polygons=True, forest=is_forest(frame), province="20") == kind


def test_a_report_with_names_of_communes_needs_no_codes(sit: Any, project: Path) -> None:
    names = ["Thụy Hùng", "Lộc Bình"]
    frame = pd.DataFrame({"TT": [1, 2], "Xã": names, "Cây": ["Na", "Na"], "Năm": [2025, 2025]})
    frame = frame.assign(**{"Diện tích": [3.0, 4.5]})
    frame.to_csv(project.parent / "ten.csv", index=False)
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(project.parent / "ten.csv"))
    needed = {item["field"] for item in seen["fields"] if item["needed"]}
    assert needed == {"commune", "crop", "year", "area_ha"}
    either = {item["field"]: item["either"] for item in seen["fields"] if item["either"]}
    assert either == {"commune_code": "commune", "commune": "commune_code"}
    found = {item["field"]: item["column"] for item in seen["fields"] if item["column"]}
    asked = {"path": seen["path"], "kind": "report", "name": "fruit", "date": "2025-12-31"}
    assert desk.ask("files", "put", **asked, columns=found)["fault"] is None
    table = desk.desk.inputs().reports["fruit"].table
    assert table["area_ha"].sum() == pytest.approx(7.5)
    assert set(table["commune_code"]) == {"06148", "06529"}
    coded = suggest_columns("report", frame.assign(ma=["06148", "06529"]), province="20")
    assert "commune_code" in needed_fields("report", coded)
    assert "commune" not in needed_fields("report", coded)


def test_a_shapefile_in_a_zip_with_a_prj_cut_off_is_read_too(tmp_path: Path, sit: Any) -> None:
    home = tmp_path / "mới"
    desk = Sitting(Session().with_root(tmp_path))
    desk.ask("start", "new", path=str(home), province="20")
    folder = tmp_path / "ranh"
    folder.mkdir()
    _shapefile(PRJ["cut off"])(folder)
    path = shutil.make_archive(str(home / "ranh"), "zip", folder)
    seen = desk.ask("files", "look", path=path)
    assert seen["choices"]
    assert seen["count"] == len(communes())
    tried = desk.ask("files", "look", path=path, crs="EPSG:9215")
    assert tried["place"]


def test_what_the_project_says_of_a_file_is_told_when_it_is_looked_at_again(
    sit: Any, project: Path
) -> None:
    text = project.read_text("utf-8").replace(
        "{kind: report, path: fruit.csv, date: 2025-12-31}",
        "{kind: report, path: fruit.csv, date: 2025-12-31, crops: {quýt: citrus},"
        " columns: {crop: crop}}",
    )
    project.write_text(
        text.replace("path: communes.gpkg", "path: communes.gpkg\n  code_column: code")
    )
    parts = {part["name"]: part for part in sit(project).ask("files", "state")["parts"]}
    assert (parts["fruit"]["crops"], parts["fruit"]["columns"]) == (
        {"quýt": "citrus"},
        {"crop": "crop"},
    )
    assert parts["cover"]["classes"] == {"1": "trees", "2": "crops"}
    assert parts["communes"]["columns"] == {"code": "code"}
    assert parts["forest"]["code_table"] == "98"


def test_names_of_communes_in_doubt_are_confirmed_at_the_desk(sit: Any, project: Path) -> None:
    """They had to be written into the project file by hand; until then their hectares were lost."""
    path = project.parent / "bao cao.csv"
    rows = ["Huyện Văn Quan,Na,2025,9", "Diềm He,Na,2025,4", "Bắc Sơn,Na,2025,5", "Aaaa,Na,2025,1"]
    path.write_text("\n".join(["xa,cay,nam,ha", *rows]), "utf-8")
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(path))
    near = next(unit for unit in seen["units"] if unit["name"] == "Điềm He (xã)")
    assert seen["doubts"] == [
        {"text": "Diềm He", "count": 1, "near": near["code"]},
        {"text": "Aaaa", "count": 1, "near": ""},
    ]
    columns = {"commune": "xa", "crop": "cay", "year": "nam", "area_ha": "ha"}
    asked = {"path": str(path), "kind": "report", "name": "na", "date": "2025-12-31"}
    desk.ask("files", "put", **asked, columns=columns, communes={"Diềm He": near["code"]})
    assert read_document(project)["layers"]["na"]["communes"] == {"Diềm He": near["code"]}
    seen = desk.ask("files", "look", path=str(path), name="na")
    assert [one["text"] for one in seen["doubts"]] == ["Diềm He", "Aaaa"]  # and may be taken back
    desk.ask("files", "put", **asked, columns=columns, communes={"Diềm He": ""})
    assert "communes" not in read_document(project)["layers"]["na"]
