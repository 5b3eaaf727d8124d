"""The QGIS project: one style per table, joined layers without copies, the same bytes again."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import pytest

from layers.base.errors import InputError, OutputExistsError
from maps import QgisContent, save_qgis
from maps.qgis.content import Categories, Fill, Joined, OtherStyle, QgisLayer, Ranges, SheetPaper
from tests.factories import square
from tests.maps.qgis.program import tell_in_qgis

NAME = "Xã 'A' \"B\" & <C>"


def content(**changes: Any) -> QgisContent:
    """Two communes of 100 and 200 ha, three figures, two plots."""
    ground = gpd.GeoDataFrame(
        {"commune_code": ["06001", "06002"], "commune": [NAME, "Hồng Phong"]},
        geometry=[square(0, 0, 1000, 1000), square(1000, 0, 1000, 2000)],
        crs="EPSG:9215",
    )
    figures = pd.DataFrame(
        {
            "zone": ["pine", "pine", "o'k"],
            "commune_code": ["06002", "06001", "06001"],
            "present_ha": [7.5, None, 3.0],
        }
    )
    plots = gpd.GeoDataFrame(
        {"land": ["bare", "water"], "ledger_ha": [1.0, 2.0]},
        geometry=[square(0, 0, 100, 100), square(100, 0, 200, 100)],
        crs="EPSG:9215",
    )
    ranges = Ranges(
        "present_ha", ((0.0, 5.0, "0 – 5", Fill("#faf7ee")), (5.0, 9.0, "5 – 9", Fill("#00aa00")))
    )
    zone = {"group": "Vùng", "style": ranges, "aliases": {"present_ha": "Hiện trạng (ha)"}}
    pine, odd = (
        Joined("figures", "zone", value, "communes", "commune_code") for value in ("pine", "o'k")
    )
    land = Categories(
        "land",
        (
            ("bare", "Đất trống", Fill("#f6ebdd", hatch="////")),
            ("water", "Nước", Fill("#cfe3f1")),
        ),
    )
    frames = gpd.GeoDataFrame(
        {
            "sheet": [f"1 {NAME}", "2 Hồng Phong"],
            "paper": "A3 'ngang'",
            "scale": [5_000, 10_000],
            "scale_text": ["đúng quy định", "nhỏ hơn một bậc"],
        },
        geometry=[square(0, 0, 1360, 1200), square(1000, 0, 2720, 2400)],
        crs="EPSG:9215",
    )
    layers = (
        QgisLayer("frames", "Khung", "Ranh giới", Fill("", "#c51b7d"), frames, shown=False),
        QgisLayer(
            "communes", "Xã", "Ranh giới", Fill("", "#000000", 0.4), ground,
            aliases={"commune": "Xã, phường"}, label="commune",
        ),
        QgisLayer("zone_pine", "Thông", joined=pine, **zone),
        QgisLayer("zone_odd", "Vùng lạ", joined=odd, **zone),
        QgisLayer("figures", "Số liệu", "Vùng", None, figures),
        QgisLayer(
            "plots", "Lô", "Lô", land, plots,
            words={"land": {"bare": "Đất trống", "water": "Nước"}},
            others=(OtherStyle("Tiêu chuẩn", land, "\"land\" || '\n' || \"ledger_ha\""),),
        ),
    )  # fmt: skip
    settings: dict[str, Any] = {
        "title": "Vùng trồng & <rừng>",
        "subtitle": "Nguồn",
        "crs": pyproj.CRS("EPSG:9215"),
        "layers": layers,
        "themes": {"Thông": ("communes", "zone_pine"), "Rừng": ("communes", "plots")},
        "sheets": "frames",
        "papers": tuple(
            SheetPaper(
                f"Tờ xã {scale}",
                "A3 'ngang'",
                scale,
                (420, 297),
                (12, 9, 396, 22),
                (18, 39, 272, 240),
                (299, 34, 109, 250),
            )
            for scale in (5_000, 10_000)
        ),
        "sheet_theme": "Rừng",
        "sheet_style": "Tiêu chuẩn",
        "words": {"legend": "Chú dẫn", "source": "Nguồn", "scale": "Tỷ lệ"},
        "scales": (5_000, 10_000, 25_000),
    }
    return QgisContent(**{**settings, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("Dự án QGIS")
    save_qgis(content(), place, name="project")
    return place


def document(folder: Path) -> ET.Element:
    with zipfile.ZipFile(folder / "project.qgz") as archive:
        assert archive.namelist() == ["project.qgs"]
        return ET.fromstring(archive.read("project.qgs"))  # noqa: S314 - our own file


def test_a_joined_layer_has_the_figures_and_the_polygons(folder: Path) -> None:
    zone = pyogrio.read_dataframe(folder / "project.gpkg", layer="zone_pine").set_index(
        "commune_code"
    )
    assert zone["present_ha"].to_dict() == pytest.approx(
        {"06001": float("nan"), "06002": 7.5}, nan_ok=True
    )
    assert zone.geometry.area.to_dict() == {"06001": 1e6, "06002": 2e6}
    odd = pyogrio.read_dataframe(folder / "project.gpkg", layer="zone_odd")
    assert odd["commune_code"].tolist() == ["06001"]
    assert odd["present_ha"].tolist() == [3.0]


def test_every_drawn_table_has_one_default_style(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "project.gpkg")) as base:
        rows = base.execute(
            "SELECT f_table_name, useAsDefault, styleQML FROM layer_styles"
        ).fetchall()
        kind = base.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'")
        assert kind.fetchone() == ("attributes",)
    defaults = sorted(row[0] for row in rows if row[1] == 1)
    assert defaults == ["communes", "frames", "plots", "zone_odd", "zone_pine"]
    assert [row[0] for row in rows if row[1] == 0] == ["plots"]
    style = ET.fromstring(next(row[2] for row in rows if row[0] == "plots"))  # noqa: S314
    assert [item.get("value") for item in style.iter("category")] == ["bare", "water"]
    aliases = ET.fromstring(next(row[2] for row in rows if row[0] == "zone_pine"))  # noqa: S314
    assert {item.get("field"): item.get("name") for item in aliases.iter("alias")} == {
        "zone": "", "commune_code": "", "present_ha": "Hiện trạng (ha)",
    }  # fmt: skip


def test_the_project_names_its_data_beside_it(folder: Path) -> None:
    sources = [item.text for item in document(folder).iter("datasource")]
    assert sources[0] == "./project.gpkg|layername=frames"
    assert all(str(text).startswith("./project.gpkg|layername=") for text in sources)
    assert document(folder).find("properties/Paths/Absolute").text == "false"  # type: ignore[union-attr]


def test_same_content_same_bytes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save_qgis(content(), tmp_path / name, name="project")
    for name in ("project.gpkg", "project.qgz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_earlier_files_are_kept_unless_told(folder: Path) -> None:
    before = (folder / "project.gpkg").read_bytes()
    with pytest.raises(OutputExistsError, match=r"project\.gpkg exists"):
        save_qgis(content(), folder, name="project")
    assert (folder / "project.gpkg").read_bytes() == before
    assert sorted(item.name for item in folder.iterdir()) == ["project.gpkg", "project.qgz"]


@pytest.mark.parametrize("table", ["Zone", "a b", 'a"; DROP TABLE x', ""])
def test_a_table_needs_a_plain_name(table: str) -> None:
    layers = (QgisLayer(table, "x", "y", None, pd.DataFrame({"a": [1]})),)
    with pytest.raises(InputError, match="one table per layer"):
        content(layers=layers)


def test_no_table_twice() -> None:
    layer = content().layers[0]
    with pytest.raises(InputError, match=r"found 'frames'"):
        content(layers=(layer, layer))


def test_qgis_opens_it_after_the_folder_was_moved(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "Chuyển đi"
    shutil.copytree(folder, moved)
    project, sheet = moved / "project.qgz", tmp_path / "sheet.pdf"
    told = tell_in_qgis("in_qgis.py", str(project), str(sheet), home=tmp_path)
    assert told["read"]
    assert told["crs"] == "EPSG:9215"
    assert {name: layer["rows"] for name, layer in told["layers"].items()} == {
        "Khung": 2, "Xã": 2, "Thông": 2, "Vùng lạ": 1, "Số liệu": 3, "Lô": 2,
    }  # fmt: skip
    assert all(layer["valid"] for layer in told["layers"].values())
    kinds = {name: layer["renderer"] for name, layer in told["layers"].items()}
    assert kinds == {
        "Khung": "singleSymbol", "Xã": "singleSymbol", "Thông": "graduatedSymbol",
        "Vùng lạ": "graduatedSymbol",
        "Số liệu": None, "Lô": "categorizedSymbol",
    }  # fmt: skip
    assert {name: layer["default"] for name, layer in told["layers"].items()} == kinds
    assert "Hiện trạng (ha)" in told["layers"]["Thông"]["aliases"]
    assert told["layers"]["Xã"]["labels"]
    assert sorted(told["themes"]) == ["Rừng", "Thông"]
    # Every sheet has the scale that its row says, and is the frame that its row draws.
    assert (told["printed"], told["sheets"]) == (0, [1, 1])
    assert told["scales"] == {f"1 {NAME}": 5_000, "2 Hồng Phong": 10_000}
    assert told["grids"] == {f"1 {NAME}": 200, "2 Hồng Phong": 500}
    # Only what is read again can be edited: neither figures nor frames.
    fixed = {name for name, layer in told["layers"].items() if layer["read_only"]}
    assert fixed == {"Khung", "Thông", "Vùng lạ", "Số liệu"}
    assert told["extents"]["2 Hồng Phong"] == pytest.approx(
        [451_000, 2_400_000, 453_720, 2_402_400], abs=1
    )
    # The theme of the sheets shows the style of the standard, with its labels.
    assert told["theme_labels"] == {"Lô": True}
