"""Files at the desk: from an empty folder to a project that runs, without a line by hand."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest

from layers.base.errors import InputError, VungTrongError
from layers.communes.gazetteer import communes_on
from layers.io.endings import (
    ARCHIVES,
    DOCUMENT_KINDS,
    DRIVERS,
    FOLDERS,
    PARTS,
    RASTER_ENDINGS,
    TABLE_KINDS,
    WORKBOOK_KINDS,
)
from layers.io.values import two_readings
from layers.kinds.forest_status import load_forest_status
from tests.factories import CODES, communes, forest_plots
from tests.zones.app.conftest import Sitting
from zones.app.refused import RefusedError
from zones.app.session import Session
from zones.app.suggest import guess_kind, needed_fields, suggest_columns
from zones.app.uploads import most_bytes
from zones.plan.files import load_plan
from zones.project.model import load_project
from zones.project.yaml import parse_document
from zones.project.yaml_blocks import change_block, cut_block, put_block
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ALLOCATION_TARGETS

AREA = ("area", "ha")
PLAN = (
    "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN",
    "KẾ HOẠCH",
    "Phát triển các vùng sản xuất cây trồng giai đoạn 2026-2030",
    "Số: 12/KH-UBND. Lạng Sơn, ngày 15 tháng 01 năm 2026",
    "III. MỤC TIÊU CỤ THỂ",
    "1. Vùng trồng Thông: đến năm 2030 diện tích 45 - 50 ha.",
)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Three files from three offices and a plan in Word, in a folder with nothing else."""
    folder = tmp_path / "từ các sở"
    folder.mkdir()
    communes().rename(columns={"code": "ma", "name": "ten"}).to_file(folder / "ranh-gioi.gpkg")
    forest_plots().to_file(folder / "rung.gpkg", layer="lop")
    table = {"Mã xã": ["06148", "06529"], "Loại cây": ["Na", "Quít"]}
    table |= {"Năm": ["2025", "2025"], "Diện tích": ["7.5", "2"]}
    pd.DataFrame(table).to_csv(folder / "bao-cao.csv", index=False)
    document = docx.Document()
    for line in PLAN:
        document.add_paragraph(line)
    document.save(str(folder / "ke-hoach.docx"))
    return folder


def columns(looked: dict[str, Any]) -> dict[str, str]:
    return {item["field"]: item["column"] for item in looked["fields"] if item["column"]}


def test_an_empty_folder_becomes_a_project_that_runs(office: Path) -> None:
    desk = Sitting(Session().with_root(office))
    home = office.parent / "kế hoạch"
    desk.ask("start", "new", path=str(home), province="20")
    desk.ask("start", "folder", path=str(office))
    looked = desk.ask("files", "look", path=str(office / "ranh-gioi.gpkg"))
    assert looked["kind"] == "communes"
    assert columns(looked) == {"code": "ma", "name": "ten"}
    assert "4 trên 4" in looked["fields"][0]["reason"]["vi"]
    assert looked["crs"]
    assert looked["place"]
    put = {"path": looked["path"], "kind": "communes", "columns": columns(looked)}
    desk.ask("files", "put", **put)
    looked = desk.ask("files", "look", path=str(office / "rung.gpkg"))
    assert looked["kind"] == "forest_status"
    put = {"path": looked["path"], "kind": "forest_status", "name": "forest", "date": "2025-12-31"}
    desk.ask("files", "put", **put)
    looked = desk.ask("files", "look", path=str(office / "bao-cao.csv"))
    named = {"commune_code": "Mã xã", "crop": "Loại cây", "year": "Năm", "area_ha": "Diện tích"}
    assert columns(looked) == named
    assert [row["crop"] or row["near"] for row in looked["crops"]] == ["custard_apple", ""]
    put = {"path": looked["path"], "kind": "report", "name": "fruit", "date": "2025-12-31"}
    crops = {"Quít": "citrus"}
    desk.ask("files", "put", **put, columns=named, crops=crops)
    answer = desk.ask("files", "extract", path=str(office / "ke-hoach.docx"))
    assert answer["read"]["targets"] == 1
    assert ids(answer) == ["plan-ke-hoach.yaml"]  # and none that nobody asked for
    assert answer["fault"] is None
    text = (home / "project.yaml").read_text("utf-8")
    assert "# mã tỉnh, Lạng Sơn" in text
    assert "# cơ quan lập" in text  # comments of a section that was written anew
    file = home / "project.yaml"
    file.write_text(text.replace("  # part_of_province", "  part_of_province"), "utf-8")
    areas = "".join(f"{code},110\n" for code in CODES)  # the squares are no real communes
    (home / "natural_areas.csv").write_text("code,official_area_ha\n" + areas, "utf-8")
    held = desk.ask("targets", "plan", changes=[])["targets"]
    pine = next(item for item in held if item["target"].startswith("pine"))
    assert (pine["low_ha"], pine["high_ha"]) == (45, 50)
    result = run_project(load_project(file), options=RunOptions(overwrite=True, only=("annex",)))
    told = result[ALLOCATION_TARGETS]
    mine = told[(told["target"] == pine["target"]) & (told["commune_code"] == "")].iloc[0]
    assert mine["end_ha"] == pine["end_ha"]


def test_a_file_outside_the_opened_folders_is_not_looked_at(sit: Any, project: Path) -> None:
    desk = sit(project)
    for path in ("/etc/passwd", str(project.parent / ".." / "x.csv"), "/vsicurl/http://x/y.tif"):
        with pytest.raises(RefusedError, match="outside"):
            desk.ask("files", "look", path=path)
        with pytest.raises(RefusedError, match="outside"):
            desk.ask("files", "put", path=path, kind="report", date="2025-12-31")


def test_a_faulty_project_opens_at_its_fault(sit: Any, project: Path) -> None:
    text = project.read_text("utf-8")
    project.write_text(text + "\nplans: [\n", "utf-8")
    told = sit(project).ask("files", "state")
    assert "dòng" in told["fault"]["vi"]
    assert told["text"].startswith(text[:40])
    assert "plans: [" in told["text"].splitlines()[told["line"] - 2 : told["line"] + 1]
    project.write_text(text.replace("kind: report", "kind: rapport"), "utf-8")
    told = sit(project).ask("files", "state")
    assert "fruit" in told["fault"]["en"]
    assert "kind: rapport" in told["text"].splitlines()[told["line"] - 1]
    project.write_text(text.replace("fruit.csv", "mat.csv"), "utf-8")
    told = sit(project).ask("files", "state")
    assert "mat.csv" in told["fault"]["vi"]
    assert [part["there"] for part in told["parts"] if part["name"] == "fruit"] == [False]


def test_a_crop_in_two_layers_is_told_by_the_one_that_is_chosen(sit: Any, project: Path) -> None:
    desk = sit(project)
    (project.parent / "second.csv").write_text(
        "commune_code,crop,year,area_ha\n06148,custard_apple,2025,3\n", "utf-8"
    )
    path = str(project.parent / "second.csv")
    fields = {name: name for name in ("commune_code", "crop", "year", "area_ha")}
    desk.ask(
        "files", "put", path=path, kind="report", name="second", date="2025-12-31", columns=fields
    )
    assert desk.ask("files", "state")["held"] is None  # nobody has read the layers yet
    held = desk.ask("files", "crops")["held"]
    assert held["second"] == ["custard_apple"]
    assert "custard_apple" in held["fruit"]
    with pytest.raises(VungTrongError, match="custard_apple"):
        desk.ask("targets", "plan", changes=[])
    text = project.read_text("utf-8")
    for layer, hectares in (("second", 3.0), ("fruit", 7.5)):
        chosen = desk.ask("files", "present", crop="custard_apple", layer=layer)
        assert chosen["present"] == {"custard_apple": layer}
        assert chosen["held"] == held
        zones = desk.desk.base().measures.zones
        found = zones.loc[zones["zone"].str.contains("custard"), "present_ha"].sum()
        assert found == pytest.approx(hectares)
    with pytest.raises(RefusedError, match="no layer 'third'"):
        desk.ask("files", "present", crop="custard_apple", layer="third")
    assert desk.ask("files", "present", crop="custard_apple")["present"] == {}
    assert project.read_text("utf-8") == text


def test_what_was_measured_tells_the_crops_of_the_layers_as_the_files_do(
    sit: Any, project: Path
) -> None:
    desk = sit(project)
    desk.desk.base()
    measured = desk.ask("files", "state")["held"]
    assert measured == desk.ask("files", "crops")["held"]
    assert "citrus" in measured["fruit"]


@pytest.mark.parametrize("written", ["present: {Na: fruit}", "present:"])
def test_a_crop_that_the_file_names_otherwise_is_told_once(
    sit: Any, project: Path, written: str
) -> None:
    text = project.read_text("utf-8")
    project.write_text(f"{text}{written}\n", "utf-8")
    desk = sit(project)
    named = "Na" in written
    assert desk.ask("files", "state")["present"] == ({"custard_apple": "fruit"} if named else {})
    chosen = desk.ask("files", "present", crop="custard_apple", layer="forest")
    assert chosen["present"] == {"custard_apple": "forest"}
    assert chosen["fault"] is None
    assert load_project(project).present == {"custard_apple": "forest"}
    assert chosen["crops"]["custard_apple"] == {"vi": "Na", "en": "Custard apple"}
    assert desk.ask("files", "present", crop="custard_apple")["present"] == {}
    assert project.read_text("utf-8") == text


def test_a_section_that_is_wrong_is_not_written(sit: Any, project: Path) -> None:
    before = project.read_bytes()
    desk = sit(project)
    path = str(project.parent / "fruit.csv")
    with pytest.raises(RefusedError, match="date"):
        desk.ask("files", "put", path=path, kind="report", name="x")
    assert project.read_bytes() == before
    seen = desk.ask("files", "drop", name="cover")
    assert "cover" not in [part["name"] for part in seen["parts"]]
    assert "cover" not in load_project(project).layers


def test_columns_are_told_by_their_values_before_their_names() -> None:
    frame = pd.DataFrame(
        {
            "ma": ["A1", "A2"],
            "dia_ban": ["06148", "06529"],
            "ten": ["Hồi", "Thông"],
            "dt": ["1", "2"],
        }
    )
    found = suggest_columns("crop_plots", frame, province="20")
    assert found["commune_code"].column == "dia_ban"
    assert found["crop"].column == "ten"
    assert "2" in found["crop"].reason.en


def test_boundaries_are_known_by_the_names_of_their_communes_too() -> None:
    """Numbers and names, no codes: each commune once, and the name is the column to choose."""
    names = [f"Xã {unit.name}" for unit in communes_on("20").values()]
    frame = pd.DataFrame({"STT": range(1, len(names) + 1), "TENXA": names, "GHICHU": ""})
    assert guess_kind(frame, polygons=True, forest=False, province="20") == "communes"
    found = suggest_columns("communes", frame, province="20")
    assert {field: one.column for field, one in found.items()} == {"name": "TENXA"}
    assert needed_fields("communes", found) == {"name"}
    assert needed_fields("communes", {"code": found["name"]}) == {"code"}
    assert needed_fields("communes", {}) == {"code", "name"}
    plots = pd.concat([frame, frame], ignore_index=True)
    assert guess_kind(plots, polygons=True, forest=False, province="20") == "crop_plots"


def test_a_running_number_is_never_taken_for_hectares() -> None:
    frame = pd.DataFrame(
        {
            "TT": [1, 2],
            "Mã": ["06148", "06529"],
            "Cây": ["Na", "Hồng"],
            "Năm": [2025, 2025],
            "Số hộ": [40, 60],
            "DT hiện có (ha)": [7.5, 2.0],
        }
    )
    found = suggest_columns("report", frame, province="20")
    assert found["area_ha"].column == "DT hiện có (ha)"
    renamed = frame.rename(columns={"DT hiện có (ha)": "Số đo"})
    assert "area_ha" not in suggest_columns("report", renamed, province="20")  # it is asked


#: Year, crop and hectares of a list.
LISTED = [
    ["Na", "2025", "1.5"],
    ["Quýt, cam", "2025", "2"],
    ["Na", "2025", "3"],
    ["Dừa", "2025", "1"],
]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_table_with_a_column_for_each_crop_is_told(rows: int, sit: Any, project: Path) -> None:
    crops = ["Na", "Quýt, cam", "Dừa"]
    over = ["STT", "Xã, phường", "Diện tích năm 2025", None, None]
    header = [over, [None, None, *crops]] if rows > 1 else [["STT", "Xã, phường", *crops]]
    lines = [[1, "Xã Lộc Bình", 1.5, 2, None], [2, "Xã Văn Lãng", 3, None, 1]]
    path = project.parent / unicodedata.normalize("NFD", f"bảng {'ả' * 70}.xlsx")
    pd.DataFrame([*header, *lines]).to_excel(path, header=False, index=False)
    desk = sit(project)
    seen = desk.ask("files", "look", path=str(path))
    assert "area_ha" not in columns(seen)
    (told,) = [warning["vi"] for warning in seen["warnings"]]
    assert "(Na; Quýt, cam; Dừa)" in told
    assert seen["wide"] == {"year": 2025 if rows > 1 else None}
    if rows == 1:
        with pytest.raises(InputError, match="which year"):
            desk.ask("files", "make_list", path=str(path))
    for number in ("", "-2"):  # nothing that is there is written over
        made = desk.ask("files", "make_list", path=str(path), year=2025)
        assert Path(made["path"]).name == f"bảng {'ả' * 55}-danh-sach{number}.xlsx"
    listed = desk.ask("files", "look", path=made["path"])
    assert listed["warnings"] == []
    assert [row[-3:] for row in listed["first"]] == LISTED
    assert seen["first"][-1] == ["2", "Xã Văn Lãng", "3", "", "1"]
    own = {"crop": seen["columns"][2], "year": "STT", "commune": "Xã, phường"}
    own |= {"area_ha": seen["columns"][4]}
    again = desk.ask("files", "look", path=str(path), columns=own)
    said = "; ".join(warning["en"] for warning in again["warnings"])
    assert "column “STT” holds no years: 0 of 2" in said
    before = project.read_bytes()
    put = {"path": str(path), "kind": "report", "name": "ngang", "date": "2025-12-31"}
    with pytest.raises(RefusedError, match=r"Nothing was written: .*STT.* holds no years"):
        desk.ask("files", "put", **put, columns=own)
    assert project.read_bytes() == before


def test_plans_are_put_in_order_and_taken_out_to_the_last(sit: Any, project: Path) -> None:
    desk = sit(project)
    before = project.read_text("utf-8")
    lead, older = "lang-son-2026-2030", "lang-son-2023"
    assert ids(desk.ask("files", "state")) == [lead, older]
    added = desk.ask("files", "plan", name="lang-son-2024")
    assert ids(added) == [lead, older, "lang-son-2024"]
    assert ids(desk.ask("files", "plan", name="lang-son-2024", lead=True))[0] == "lang-son-2024"
    assert ids(desk.ask("files", "drop_plan", name="lang-son-2024")) == [lead, older]
    assert project.read_text("utf-8") == before
    assert ids(desk.ask("files", "drop_plan", name=older)) == [lead]
    seen = desk.ask("files", "drop_plan", name=lead)
    assert (ids(seen), seen["fault"]) == ([], None)
    assert load_project(project).plans == []


def ids(state: dict[str, Any]) -> list[str]:
    return [plan["id"] for plan in state["plans"]]


def test_zones_that_only_a_later_plan_has_are_told(sit: Any, project: Path) -> None:
    desk = sit(project)
    leading, later = desk.ask("files", "state")["plans"]
    assert leading["name"]["vi"].startswith("Kế hoạch vùng nông, lâm nghiệp")
    assert leading["unallocated"] == []
    plans = [load_plan(name) for name in (leading["id"], later["id"])]
    own = {zone.zone for zone in plans[0].zones}
    asked = {owner for owner, it in plans[1].all_targets() if (it.indicator, it.unit) == AREA}
    left = [zone.name.vi for zone in plans[1].zones if zone.zone in asked - own]
    assert left
    assert [name["vi"] for name in later["unallocated"]] == left
    led = desk.ask("files", "plan", name=later["id"], lead=True)["plans"]
    assert led[0]["unallocated"] == []
    assert {name["vi"] for name in led[1]["unallocated"]}.isdisjoint(left)


LAYERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".gdb": "OpenFileGDB",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "Parquet",
    ".geoparquet": "Parquet",
}


def _write_layer(kind: str, folder: Path) -> Path:
    path, frame = folder / f"ranh{kind}", communes()
    if LAYERS[kind] == "Parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver=LAYERS[kind], engine="pyogrio")
    return path


@pytest.mark.parametrize("kind", sorted(DRIVERS))
def test_every_layer_that_is_read_can_be_chosen(kind: str, sit: Any, project: Path) -> None:
    assert LAYERS.keys() == DRIVERS.keys()
    folder = project.parent / "lớp"
    folder.mkdir()
    path = _write_layer(kind, folder)
    desk = sit(project)
    seen = desk.ask("start", "browse", path=str(folder))
    assert seen["files"] == [path.name]  # its parts are opened with it
    assert seen["folders"] == []
    looked = desk.ask("files", "look", path=str(path))
    assert (looked["form"], looked["count"]) == ("polygons", len(communes()))
    if kind not in FOLDERS:
        assert most_bytes(path.name)


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".xlsx", ".parquet"])
def test_every_table_that_is_read_can_be_chosen(kind: str, sit: Any, project: Path) -> None:
    path = project.parent / f"bảng{kind}"
    frame = pd.DataFrame({"Mã xã": ["06148"], "Cây": ["Na"], "Năm": [2025], "Diện tích": [7.5]})
    writers: dict[str, Any] = {
        ".csv": lambda: frame.to_csv(path, index=False),
        ".tsv": lambda: frame.to_csv(path, index=False, sep="\t"),
        ".xlsx": lambda: frame.to_excel(path, index=False),
        ".parquet": lambda: frame.to_parquet(path),
    }
    writers[kind]()
    looked = sit(project).ask("files", "look", path=str(path))
    assert (looked["form"], looked["count"]) == ("table", 1)
    assert looked["two_readings"] is None


def test_the_desk_takes_what_is_read_and_nothing_else(sit: Any, project: Path) -> None:
    read = {*DRIVERS, *ARCHIVES, *TABLE_KINDS, *RASTER_ENDINGS, *DOCUMENT_KINDS, *PARTS}
    for kind in read.difference(FOLDERS):
        assert most_bytes(f"Lớp{kind.upper()}")
    assert most_bytes("rừng.tif.aux.xml")
    with pytest.raises(RefusedError, match=r"'rừng\.gdb' is a folder, .*: zip it"):
        most_bytes("rừng.gdb")
    desk = sit(project)
    for kind in ("kml", "KMZ", "dgn", "dwg", "dxf"):
        path = project.parent / f"ve.{kind}"
        path.write_text("<kml/>", "utf-8")
        with pytest.raises(RefusedError, match="export its polygons as GeoPackage") as told:
            desk.ask("files", "look", path=str(path))
        assert told.value.status == 415
        with pytest.raises(RefusedError, match="export its polygons as GeoPackage"):
            most_bytes(path.name)
    with pytest.raises(RefusedError, match=r"no project reads; known are .*\.gpkg"):
        desk.ask("files", "look", path=str(_exe(project)))
    for kind in (*WORKBOOK_KINDS, ".csv"):
        assert most_bytes(f"xa{kind}", "2025")
    with pytest.raises(RefusedError, match="picture"):
        most_bytes("xa.jpg", "2025")
    with pytest.raises(RefusedError, match=r"\.gpkg"):
        most_bytes("xa.gpkg", "2025")


def _exe(project: Path) -> Path:
    path = project.parent / "cai-dat.exe"
    path.write_bytes(b"MZ")
    return path


def test_a_sheet_and_a_decimal_mark_are_chosen(sit: Any, project: Path) -> None:
    path = project.parent / "báo cáo.xlsx"
    figures = {"Mã xã": ["06148", "06529"], "Cây": ["Na", "Na dai"], "Năm": [2025, 2025]}
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"Ghi chú": ["Không có số liệu"]}).to_excel(book, sheet_name="Bìa")
        sheet = pd.DataFrame({**figures, "Diện tích": ["1.234", "2"]})
        sheet.to_excel(book, sheet_name="Số liệu", index=False)
    desk = sit(project)
    asked = desk.ask("files", "look", path=str(path))
    assert (asked["form"], asked["sheets"]) == ("sheets", ["Bìa", "Số liệu"])
    looked = desk.ask("files", "look", path=str(path), sheet="Số liệu")
    assert looked["count"] == 2
    assert looked["two_readings"] == ["1.234", 1234.0, 1.234]
    assert [(row["crop"], row["near"]) for row in looked["crops"]] == [
        ("custard_apple", ""),
        ("", "custard_apple"),  # as `zones check` proposes
    ]
    put = {"path": str(path), "kind": "report", "name": "fruit", "date": "2025-12-31"}
    put |= {"sheet": "Số liệu", "columns": columns(looked)}
    fruit = {",": 1236.0, ".": 3.234}
    for mark, hectares in fruit.items():
        desk.ask("files", "put", **put, decimal=mark)
        section = load_project(project).layers["fruit"]
        assert (section.sheet, section.decimal) == ("Số liệu", mark)  # type: ignore[union-attr]
        told = desk.desk.inputs().reports["fruit"].table
        assert told["area_ha"].sum() == pytest.approx(hectares)
    desk.ask("files", "put", **{**put, "sheet": None})
    assert "sheet" not in project.read_text("utf-8")


def test_figures_that_read_one_way_ask_for_no_decimal_mark() -> None:
    assert two_readings(pd.Series(["1,5", "1.234"])) is None  # the first settles it
    assert two_readings(pd.Series(["12", "7"])) is None
    assert two_readings(pd.Series([1.234, 2.0])) is None
    assert two_readings(pd.Series(["1.234", "xã"])) is None
    assert two_readings(pd.Series(["1,234", None])) == ("1,234", 1.234, 1234.0)


NEW = ("communes.gpkg", "forest_status.gpkg")


@pytest.fixture
def sketch(tmp_path: Path) -> tuple[Sitting, Path]:
    """A new project, as its template leaves it, and the desk at it."""
    home = tmp_path / "mới"
    desk = Sitting(Session().with_root(tmp_path))
    desk.ask("start", "new", path=str(home), province="20")
    communes().to_file(home / "communes.gpkg")
    forest_plots().to_file(home / "forest_status.gpkg", layer="lop")
    return desk, home / "project.yaml"


def _layer(file: Path, **more: Any) -> dict[str, Any]:
    asked = {"path": str(file.parent / "forest_status.gpkg"), "kind": "forest_status"}
    return asked | {"date": "2025-12-31"} | more


def test_a_file_that_the_new_project_lists_fills_its_place(sketch: tuple[Sitting, Path]) -> None:
    desk, file = sketch
    boundaries = file.parent / "communes.gpkg"
    boundaries.rename(boundaries.with_suffix(".later"))
    begun = desk.ask("files", "state")  # At no fault: what is still to come is told
    assert (begun["fault"] is None, begun["lacking"]) == (False, True)
    boundaries.with_suffix(".later").rename(boundaries)
    before = desk.ask("files", "state")
    assert (before["fault"], before["lacking"]) == (None, False)
    forest = next(part for part in before["parts"] if part["name"] == "forest")
    assert (forest["there"], forest["at"]) == (True, str(file.parent / "forest_status.gpkg"))
    seen = desk.ask("files", "put", **_layer(file, name="forest"))
    assert [part["name"] for part in seen["parts"]] == ["communes", "forest"]
    assert seen["fault"] is None
    assert load_project(file).layers["forest"].date.year == 2025


def test_a_forest_layer_with_columns_of_its_own_is_matched_in_the_page(
    sketch: tuple[Sitting, Path],
) -> None:
    desk, file = sketch
    made = forest_plots()
    own = {"ldlr": "TRANGTHAI", "sldlr": "CAY", "namtr": "NAMTRONG", "dtich": "DT_HA", "maxa": "XA"}
    own["maldlr"] = "MA_TT"
    kept = made[[*own, "geometry"]].rename(columns=own)
    kept.to_file(file.parent / "cua_huyen.gpkg")
    path = str(file.parent / "cua_huyen.gpkg")
    seen = desk.ask("files", "look", path=path, kind="forest_status")
    fields = {field["field"]: field for field in seen["fields"]}
    assert {name for name, field in fields.items() if field["needed"]} == {"ldlr"}
    assert fields["dtich"]["column"] == "DT_HA"
    assert "loại" in fields["ldlr"]["label"]["vi"]
    made_at = file.parent / "forest_status.gpkg"
    known = desk.ask("files", "look", path=str(made_at))
    assert (known["kind"], known["fields"]) == ("forest_status", [])
    desk.ask("files", "put", **_layer(file, name="forest", path=path, columns=own))
    layer = load_project(file).layers["forest"]
    assert layer.columns == {**own, "malr3": None}
    read = load_forest_status(path, columns=layer.columns).plots
    assert read["ledger_ha"].sum() == pytest.approx(made["dtich"].sum())


def test_a_layer_that_keeps_the_project_from_loading_is_not_written(
    sketch: tuple[Sitting, Path],
) -> None:
    desk, file = sketch
    before = file.read_bytes()
    with pytest.raises(RefusedError, match=r"Nothing was written.*two forest status layers") as no:
        desk.ask("files", "put", **_layer(file, name="forest_status", new=True))
    assert "Chưa ghi" in no.value.phrase.vi
    with pytest.raises(RefusedError, match="layer 'forest' already: replace it"):
        desk.ask("files", "put", **_layer(file, name="forest", new=True))
    assert file.read_bytes() == before
    seen = desk.ask("files", "put", **_layer(file, name="2024", new=True, date="2024-12-31"))
    assert [part["name"] for part in seen["parts"]] == ["communes", "forest", "2024"]


def test_what_the_page_wrote_is_taken_back_step_by_step(sketch: tuple[Sitting, Path]) -> None:
    desk, file = sketch
    assert desk.ask("files", "state")["undo"] is False
    texts = [file.read_text("utf-8")]
    for asked in (
        lambda: desk.ask("files", "put", **_layer(file, name="2024", new=True, date="2024-12-31")),
        lambda: desk.ask("files", "drop", name="forest"),
        lambda: desk.ask("files", "plan", name="lang-son-2023"),
        lambda: desk.ask("files", "drop", name="2024"),  # and now it has no layer: at fault
    ):
        seen = asked()
        assert seen["undo"] is True
        texts.append(file.read_text("utf-8"))
    assert seen["fault"] is not None
    for text in reversed(texts[:-1]):
        seen = desk.ask("files", "undo")
        assert file.read_text("utf-8") == text
    assert (seen["undo"], seen["fault"]) == (False, None)
    desk.ask("files", "drop", name="forest")
    file.write_text(texts[0] + "# của người khác\n", "utf-8")
    assert desk.ask("files", "state")["undo"] is False
    with pytest.raises(RefusedError, match="changed elsewhere"):
        desk.ask("files", "undo")


def test_a_new_layer_stands_above_what_is_said_of_the_next_section(
    sketch: tuple[Sitting, Path],
) -> None:
    desk, file = sketch
    before = file.read_text("utf-8")
    desk.ask("files", "put", **_layer(file, name="2024", new=True, date="2024-12-31"))
    lines = file.read_text("utf-8").splitlines()
    heading = lines.index("present:") - 1
    assert lines[heading].startswith("# ")
    assert "  2024:" in lines[:heading] or "  '2024':" in lines[:heading]
    desk.ask("files", "drop", name="2024")
    assert file.read_text("utf-8") == before
    desk.ask("files", "drop", name="forest")
    left = file.read_text("utf-8").splitlines()
    assert lines[heading] in left
    assert "  # fruit:" in left


def test_a_layer_that_is_taken_out_takes_its_choices_along(sit: Any, project: Path) -> None:
    desk = sit(project)
    before = project.read_text("utf-8")
    desk.ask("files", "present", crop="custard_apple", layer="fruit")
    seen = desk.ask("files", "drop", name="fruit")
    assert (seen["present"], seen["fault"]) == ({}, None)
    desk.ask("files", "undo")
    assert load_project(project).present == {"custard_apple": "fruit"}
    desk.ask("files", "undo")
    assert project.read_text("utf-8") == before


def test_a_faulty_text_is_mended_in_the_page(sit: Any, project: Path) -> None:
    good = project.read_text("utf-8")
    bad = good.replace("kind: report", "kind: rapport")
    project.write_text(bad, "utf-8")
    desk = sit(project)
    assert desk.ask("files", "state")["fault"] is not None
    with pytest.raises(RefusedError, match="changed elsewhere"):
        desk.ask("files", "edit", text=good, shown="what another desk wrote")
    with pytest.raises(RefusedError, match="nothing was saved"):
        desk.ask("files", "edit", text=" \n", shown=bad)
    assert project.read_text("utf-8") == bad
    assert desk.ask("files", "edit", text=good, shown=bad)["fault"] is None
    assert project.read_text("utf-8") == good
    assert desk.ask("files", "undo")["fault"] is not None


def test_changed_figures_go_with_the_plan_whose_zones_they_name(sit: Any, project: Path) -> None:
    text = project.read_text("utf-8")
    added = "allocation:\n  changes: [low.pine=45, low.nowhere=3]\n"
    project.write_text(text + added, "utf-8")
    desk = sit(project)
    assert "allocation" not in text
    lead = load_project(project).plans[0]
    seen = desk.ask("files", "plan", name=lead, lead=True)
    assert seen["left"] == ["low.nowhere=3"]
    desk.ask("files", "drop_plan", name="lang-son-2023")
    assert load_project(project).allocation.changes == ("low.pine=45",)
    seen = desk.ask("files", "drop_plan", name=lead)
    assert (seen["plans"], seen["left"]) == ([], ["low.pine=45"])
    assert desk.ask("targets", "ground")["zones"] == []
    desk.ask("files", "undo")
    assert load_project(project).allocation.changes == ("low.pine=45",)


#: What may stand behind the last key of a layer, and after it a key of the next section.
REMARKS = (
    "",
    "    # sâu hơn\n",
    "  # ngang\n    # sâu\n",
    "\n# tiêu đề\n",
    "    # sâu\n  # ngang\n\n# tiêu đề\n\n",
)


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize(
    "last", ["repair: repair", "columns: {dtich: DT}", "columns:\n      dtich: DT"]
)
def test_a_key_of_a_layer_lands_in_that_layer_and_nothing_else_moves(
    remark: str, last: str, tmp_path: Path
) -> None:
    file = tmp_path / "project.yaml"
    layer = f"  forest: # rừng\n    kind: forest_status  # lớp\n    {last}\n"
    tail = f"{remark}present: {{}}\n# cuối\n"
    text = "layers:\n" + layer + tail

    def change(section: Any) -> None:
        section["crs"] = "EPSG:9215"

    written = change_block(text, file, ("layers", "forest"), change)
    assert parse_document(written, file)["layers"]["forest"]["crs"] == "EPSG:9215"
    at = written.index("crs:")
    head = written[:at]
    own, rest = ("", tail) if not remark.startswith("    ") else tail.split("\n", 1)
    assert head.startswith("layers:\n" + layer)
    block = written.removesuffix(rest).splitlines()
    assert written.endswith(rest)
    assert sorted(block) == sorted([*f"layers:\n{layer}{own}".splitlines(), "    crs: EPSG:9215"])
    # the next layer stands behind the key, also where it was written by hand below the remarks
    for stands in (written, text.replace("present:", "    crs: EPSG:9215\npresent:")):
        more = put_block(stands, "layers", "fruit", {"kind": "report"})
        held = parse_document(more, file)["layers"]
        assert held["forest"]["crs"] == "EPSG:9215"
        assert held["fruit"] == {"kind": "report"}
        left = parse_document(cut_block(more, "layers", "forest"), file)
        assert left["layers"] == {"fruit": {"kind": "report"}}
        assert ("# tiêu đề" in remark) == ("# tiêu đề" in cut_block(more, "layers", "forest"))


def test_a_layer_without_a_crs_leaves_the_project_open_to_the_next(
    sketch: tuple[Sitting, Path],
) -> None:
    desk, file = sketch
    forest_plots().to_file(file.parent / "lop.shp")
    (file.parent / "lop.prj").unlink()
    before = file.read_text("utf-8")
    lop = {"path": str(file.parent / "lop.shp"), "kind": "forest_status", "name": "forest"}
    desk.ask("files", "put", **lop, date="2024-12-31", crs="EPSG:9215")
    text = file.read_text("utf-8")
    assert text.index("crs: EPSG:9215\n") < text.index("# fruit:")
    assert all(
        line in text.splitlines()
        for line in before.splitlines()
        if "#" not in line[5:] and line.startswith("#")
    )
    (file.parent / "f.csv").write_text("commune_code,crop,year,area_ha\n06148,Na,2025,3\n", "utf-8")
    fields = {name: name for name in ("commune_code", "crop", "year", "area_ha")}
    report = {"path": str(file.parent / "f.csv"), "kind": "report", "name": "fruit"}
    seen = desk.ask("files", "put", **report, date="2025-12-31", columns=fields)
    assert seen["fault"] is None
    assert load_project(file).layers["forest"].crs == "EPSG:9215"
    seen = desk.ask("files", "drop", name="forest")
    assert [part["name"] for part in seen["parts"]] == ["communes", "fruit"]
    assert "9215" not in "".join(
        line for line in file.read_text("utf-8").splitlines() if "#" not in line
    )


@pytest.mark.parametrize(
    "broken",
    [
        "layers:\n  crs: EPSG:9215\n",
        "layers: [a, b]\n",
        "layers: rừng\n",
        "communes: xa.shp\n",
        "plans: một\n",
        "plans: {a: b}\n",
        "present: [a]\n",
        "allocation: [1]\n",
        "province: [1]\n",
        "plans: [hỏng.yaml]\nx: 1\n",
        "layers:\n  a: {kind: [x], path: [y], date: {z: 1}}\n",
        "a: [\n",
    ],
)
def test_a_project_that_does_not_load_is_shown_with_its_text_and_the_way_back(
    sit: Any, project: Path, broken: str
) -> None:
    good = project.read_text("utf-8")
    (project.parent / "hỏng.yaml").write_text("zones: [", "utf-8")
    desk = sit(project)
    key = broken.partition(":")[0]
    seen = desk.ask("files", "edit", text=cut_block(good, key) + broken, shown=good)
    again = desk.ask("files", "state")
    for told in (seen, again):
        assert told["fault"] is not None
        assert told["undo"] is True
        assert told["text"].endswith(broken)
        assert not told.get("lacking")
    desk.ask("files", "edit", text=again["text"] + "# thử\n", shown=again["text"])
    desk.ask("files", "undo")
    assert desk.ask("files", "undo")["fault"] is None
    assert project.read_text("utf-8") == good
