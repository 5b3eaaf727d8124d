"""The map that a run makes: measures of the allocation, kinds, neighbours, language, odd names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from layers.base.errors import CrsError, InputError, MissingFileError
from maps.interactive.page_data import read_page_data
from tests.factories import communes, forest_plots, square, write_project
from zones.cli.terminal.language import language_of_pages, set_language
from zones.pages.context_layers import load_outlines, near_neighbours
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


def run(path: Path, **options: Any) -> dict[str, Any]:
    steps = RunOptions(only=("map",), overwrite=True, **options)
    result = run_project(load_project(path), options=steps)
    return read_page_data((result.out / "map.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(whole: Path) -> Path:
    return whole.parent


@pytest.fixture(scope="module")
def data(folder: Path) -> dict[str, Any]:
    return read_page_data((folder / "out" / "map.html").read_text("utf-8"))


def zone(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in data["zones"] if item["id"] == name)


def test_every_measure_is_there_after_an_allocation(data: dict[str, Any]) -> None:
    assert data["measures"] == ["present", "share", "held", "planned", "cover", "available", "gap"]


def test_measures_are_those_of_the_files(data: dict[str, Any], folder: Path) -> None:
    names = {"commune_code": "str"}
    land = pd.read_csv(folder / "out" / "tables" / "allocation_land.csv", dtype=names)
    plan = pd.read_csv(folder / "out" / "tables" / "allocation.csv", dtype=names)
    codes = data["communes"]["code"]
    pine = land[land["zone"] == "pine"].set_index("commune_code").loc[codes]
    # 10 ha of bare production land in Lộc Bình, and nowhere else.
    assert pine["available_ha"].tolist() == pytest.approx([0, 0, 0, 10])
    assert zone(data, "pine")["values"]["available"] == [0, 0, 0, 10]
    planned = plan[plan["zone"] == "pine"].groupby("commune_code")["planned_ha"].sum()
    gaps = planned.reindex(codes).fillna(0.0).tolist()
    assert zone(data, "pine")["values"]["gap"] == pytest.approx(gaps)
    limits = [data["limits"][place] for place in zone(data, "pine")["limits"]]
    assert limits == pine["binding"].tolist()
    assert "no_land" in limits


def test_kinds_come_from_the_table_of_units(data: dict[str, Any]) -> None:
    assert "kind" not in communes().columns
    assert dict(zip(data["communes"]["name"], data["communes"]["kind"], strict=True)) == {
        "Thụy Hùng": "xã", "Đồng Đăng": "xã", "Cao Lộc": "xã", "Lộc Bình": "xã",
    }  # fmt: skip


def test_a_project_without_neighbours_has_none(data: dict[str, Any]) -> None:
    assert data["neighbours"] is None
    assert not any("eighbour" in note["en"] for note in data["notes"])


def around() -> gpd.GeoDataFrame:
    """One neighbour that touches, one far away, and a commune of the province itself."""
    shapes = [square(2000, 0, 900, 2000), square(90_000, 0, 900, 900), square(0, 0, 1000, 1000)]
    return gpd.GeoDataFrame({"ten": ["Gần", "Xa", "Trong"]}, geometry=shapes, crs=9215)


def test_neighbours_are_drawn_where_they_are_near_and_outside(done: Path) -> None:
    plain = done.read_text("utf-8")
    for key, name in (("map", "Gần"), ("atlas", "Rất gần")):
        there = around().to_crs(4326)
        there.assign(ten=there["ten"].replace("Gần", name)).to_file(done.parent / "around.gpkg")
        more = f"{key}: {{neighbours: {{path: around.gpkg, name_column: ten}}}}\n"
        done.write_text(plain + more, "utf-8")
        drawn = run(done)["neighbours"]
        assert drawn["name"] == [name]
        assert drawn["rings"][0]


def test_a_neighbour_without_a_name_or_with_a_crossing_is_drawn(done: Path) -> None:
    path = done
    bow = shapely.Polygon([(450_000, 2_402_000), (451_000, 2_403_000),
                           (451_000, 2_402_000), (450_000, 2_403_000)])  # fmt: skip
    odd = gpd.GeoDataFrame({"ten": [None]}, geometry=[bow], crs=9215)
    pd.concat([around(), odd]).to_file(path.parent / "around.gpkg")
    more = "map: {neighbours: {path: around.gpkg, name_column: ten}}\n"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    drawn = run(path)["neighbours"]
    assert drawn["name"] == ["Gần", ""]
    assert all(drawn["rings"])


def test_no_neighbour_left_is_no_layer() -> None:
    ground = communes()
    assert near_neighbours(around().iloc[1:].rename(columns={"ten": "commune"}), ground) is None


def test_faulty_neighbours_are_told(done: Path) -> None:
    path = done
    plain = path.read_text("utf-8")
    around().to_crs(4326).to_file(path.parent / "around.gpkg")
    path.write_text(plain + "map: {neighbours: {path: around.gpkg}}\n", "utf-8")
    with pytest.raises(InputError, match=r"map: neighbours: expected a column 'name'.*'ten'"):
        run(path)
    path.write_text(plain + "map: {neighbours: {path: nowhere.gpkg}}\n", "utf-8")
    with pytest.raises(MissingFileError, match=r"map neighbours: .*nowhere\.gpkg"):
        load_project(path)
    around().to_file(path.parent / "bare.shp")
    (path.parent / "bare.prj").unlink()
    path.write_text(plain + "map: {neighbours: {path: bare.shp, name_column: ten}}\n", "utf-8")
    with pytest.raises(CrsError, match="map: neighbours"):
        run(path)


def test_outlines_are_those_of_the_layer_named(done: Path) -> None:
    path = done
    plain = path.read_text("utf-8")
    path.write_text(plain + "map: {outlines: forest}\n", "utf-8")
    shown = run(path)["outlines"]["legends"]  # plots of a forest layer are drawn in colours
    assert [legend["id"] for legend in shown] == ["colour_blind_safe", "tcvn11565"]
    for name in ("cover", "fruit", "nowhere"):
        path.write_text(plain + f"map: {{outlines: {name}}}\n", "utf-8")
        with pytest.raises(InputError, match=f"unknown polygon layer '{name}'.*known: forest"):
            load_project(path)


def test_outlines_stand_where_the_named_crs_puts_them(tmp_path: Path) -> None:
    path = write_project(tmp_path / "dự án")
    plots = forest_plots()
    plots.set_crs(3857, allow_override=True).to_file(path.parent / "wrong.gpkg")
    text = path.read_text("utf-8").replace("path: forest.gpkg", "path: wrong.gpkg, crs: EPSG:9215")
    path.write_text(text, "utf-8")
    drawn = load_outlines(load_project(path), "forest", CRS.from_epsg(9215))
    assert drawn.total_bounds == pytest.approx(plots.total_bounds)


def test_the_page_opens_in_the_language_asked_for(done: Path) -> None:
    path = done
    plain = path.read_text("utf-8")
    assert run(path)["language"] == "vi"
    assert run(path, language="en")["language"] == "en"
    path.write_text(plain + "annex: {language: en}\n", "utf-8")
    assert run(path)["language"] == "en"
    path.write_text(plain + "annex: {language: en}\nmap: {language: vi}\n", "utf-8")
    assert run(path)["language"] == "vi"


def test_only_the_command_line_changes_the_page_not_the_environment() -> None:
    assert language_of_pages() is None
    set_language("vi", asked=True)
    assert language_of_pages() == "vi"


def hostile_project(folder: Path) -> Path:
    """Every text of a project that reaches the page would run, if it were not a text."""
    path = write_project(folder)
    around().assign(ten=HOSTILE).to_file(path.parent / "around.gpkg")
    text = path.read_text("utf-8").replace("title: Thử nghiệm", f"title: '</title>{HOSTILE}'")
    text = text.replace("code_table: 98}", f"code_table: 98, source: '</script>{HOSTILE}'}}")
    text += "map: {neighbours: {path: around.gpkg, name_column: ten}}\n"
    path.write_text(text, "utf-8")
    return path


def test_hostile_texts_stay_texts_through_the_whole_run(tmp_path: Path) -> None:
    path = hostile_project(tmp_path / "dự án")
    result = run_project(load_project(path), options=RunOptions())
    page = (result.out / "map.html").read_text("utf-8")
    for piece in ("<script>alert", "<img", "</title><"):
        assert piece not in page
    data = read_page_data(page)
    assert data["neighbours"]["name"] == [HOSTILE]
    assert data["title"]["vi"] == f"</title>{HOSTILE}"
    assert f"</script>{HOSTILE}" in [item["source"] for item in data["sources"]]


def test_a_name_that_is_not_that_of_its_code_stops_the_run(tmp_path: Path) -> None:
    path = write_project(tmp_path / "dự án")
    ground = communes()
    ground["name"] = ground["name"].mask(ground["code"] == "06529", HOSTILE)
    ground.to_file(path.parent / "communes.gpkg", layer="communes")
    with pytest.raises(InputError, match="06529"):
        run(path)


def test_the_path_of_forest_cover_is_that_of_the_forecast(
    data: dict[str, Any], folder: Path
) -> None:
    path = pd.read_csv(folder / "out" / "tables" / "trajectory.csv", dtype={"commune_code": "str"})
    path = path[path["ledger"] == "counts"]
    shown = data["coverPath"]
    assert shown["years"] == sorted(path["year"].unique())
    last = path[path["year"] == path["year"].max()].set_index("commune_code")
    for place, code in enumerate(data["communes"]["code"]):
        assert shown["rate"][-1][place] == pytest.approx(last.loc[code, "cover_percent"], abs=0.006)
    province = last.iloc[-1]
    assert shown["province"]["low"][-1] == pytest.approx(province["low_percent"], abs=1e-4)
    assert data["cover"]["province"]["cover_percent"] == pytest.approx(
        shown["province"]["rate"][0], abs=0.006
    )
