"""A GeoPackage that came back cut, with another schema or CRS, or without a table: one line."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from layers.base.errors import VungTrongError
from tests.factories import write_project
from zones.inputs.read import Inputs
from zones.pages.qgis_content import qgis_content
from zones.pages.qgis_return import Written, read_changes, written_in, written_now
from zones.project.model import load_project
from zones.publish.publish import PublishedFigures
from zones.run.context import RunOptions
from zones.run.run import run_project

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Written], Path]:
    """What the QGIS project of a small project shows, and its GeoPackage."""
    path = write_project(tmp_path_factory.mktemp("Dự án") / "vùng trồng")
    path.write_text(path.read_text("utf-8") + "\nqgis: {make: true}\n", "utf-8")
    result = run_project(load_project(path), options=RunOptions(only=("qgis",)))
    content = qgis_content(result.context.project, result[PublishedFigures], result[Inputs])
    return written_now(content), result.out / "qgis" / "project.gpkg"


def sql(*statements: str) -> Damage:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as base, base:
            for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                base.create_function(name, 1, lambda _: 0)
            for statement in statements:
                base.execute(statement)

    return damage


def cut(to: float) -> Damage:
    return lambda path: (
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * to)]) and None
    )


def replaced(content: bytes) -> Damage:
    def damage(path: Path) -> None:
        path.write_bytes(content)

    return damage


def saved_in(crs: str) -> Damage:
    """Save the plots as QGIS does in another CRS: the same ground, other numbers."""

    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as base:
            (told,) = base.execute(
                "SELECT description FROM gpkg_contents WHERE table_name = 'plots_1'"
            ).fetchone()
        plots: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer="plots_1").to_crs(crs)
        pyogrio.write_dataframe(plots, path, "plots_1", append=False)
        with closing(sqlite3.connect(path)) as base, base:
            base.execute(
                "UPDATE gpkg_contents SET description = ? WHERE table_name = 'plots_1'", (told,)
            )

    return damage


DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (replaced(b""), "project.gpkg"),
    "no GeoPackage": (replaced(b"PK\x03\x04 something else"), "project.gpkg"),
    "cut in the header": (cut(0.0001), "project.gpkg"),
    "cut in the middle": (cut(0.5), "project.gpkg"),
    "cut near its end": (cut(0.9), "project.gpkg"),
    "a table dropped": (sql("DROP TABLE plots_1"), "plots_1|project.gpkg"),
    "a table unregistered": (
        sql("DELETE FROM gpkg_contents WHERE table_name = 'plots_1'"),
        "missing, first plots_1",
    ),
    "a field dropped": (
        sql("ALTER TABLE plots_1 DROP COLUMN dtich"),
        "table plots_1: 1 field is gone, first dtich",
    ),
    "a field renamed": (
        sql("ALTER TABLE plots_1 RENAME COLUMN dtich TO area"),
        "table plots_1: 1 field is gone, first dtich",
    ),
    "hectares as text": (sql("UPDATE plots_1 SET dtich = 'mười' WHERE fid = 1"), "dtich"),
    "saved in degrees": (saved_in("EPSG:4326"), "expected the CRS .*found WGS 84"),
    "saved in another zone": (saved_in("EPSG:5897"), "expected the CRS VN-2000"),
    "another CRS claimed": (
        sql("UPDATE gpkg_geometry_columns SET srs_id = 4326 WHERE table_name = 'plots_1'"),
        "expected the CRS|project.gpkg",
    ),
    "no CRS claimed": (
        sql("UPDATE gpkg_geometry_columns SET srs_id = -1 WHERE table_name = 'plots_1'"),
        "expected the CRS",
    ),
    "a shape of other bytes": (
        sql("UPDATE plots_1 SET geom = x'47500001ffffffff00' WHERE fid = 1"),
        "project.gpkg",
    ),
}


@pytest.mark.parametrize("of_run", [True, False])
@pytest.mark.parametrize("name", DAMAGES)
def test_what_came_back_damaged_is_refused_in_one_line(
    written: tuple[list[Written], Path], tmp_path: Path, name: str, of_run: bool
) -> None:
    layers, path = written
    returned = Path(shutil.copy(path, tmp_path))
    damage, told = DAMAGES[name]
    damage(returned)
    with pytest.raises(VungTrongError, match=told) as caught:
        read_changes((of_run and written_in(path, returned)) or layers, returned)
    assert "\n" not in str(caught.value)


def test_what_came_back_whole_has_no_changes(
    written: tuple[list[Written], Path], tmp_path: Path
) -> None:
    layers, path = written
    assert read_changes(layers, Path(shutil.copy(path, tmp_path))).empty


def test_a_shape_taken_away_is_told_with_its_row(
    written: tuple[list[Written], Path], tmp_path: Path
) -> None:
    layers, path = written
    returned = Path(shutil.copy(path, tmp_path))
    sql("UPDATE plots_1 SET geom = NULL WHERE fid = 1")(returned)
    table = read_changes(layers, returned)
    assert table[["fid", "change", "fields"]].to_numpy().tolist() == [[1, "edited", "geometry"]]
