"""Plots of a file, batch by batch: the same table as of a frame in memory."""

from __future__ import annotations

import weakref
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import layers.engine.overlay_file
import layers.io.vector_batches
from layers import overlay_area, overlay_file
from layers.base.errors import ClusterError, InputError, MissingFileError
from layers.base.findings import Findings
from layers.base.workers import run_pieces
from layers.engine.exact_sums import ExactSums
from layers.io.vector import described_file, load_vector
from layers.io.vector_batches import file_mark, vector_parts

CORNER = np.array([450_000.0, 2_400_000.0])


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    """Twenty by twenty squares of 1 km."""
    x, y = (1000.0 * np.indices((20, 20)).reshape(2, -1)) + CORNER[:, None]
    return gpd.GeoDataFrame(
        {"commune_code": [f"{n:05d}" for n in range(400)]},
        geometry=shapely.box(x, y, x + 1000, y + 1000),
        crs=9215,
    )


@pytest.fixture(scope="module")
def plots() -> gpd.GeoDataFrame:
    """Circles here and there, some across boundaries, some outside; one bow-tie, one empty."""
    random = np.random.default_rng(20)
    middle = random.uniform(-200, 20_200, (1500, 2)) + CORNER
    shapes = shapely.buffer(shapely.points(middle), random.uniform(5, 150, 1500), quad_segs=5)
    shapes[7] = shapely.Polygon(CORNER + np.array([(0, 0), (100, 100), (100, 0), (0, 100)]))
    shapes[8] = None
    land = np.where(random.random(1500) < 0.5, "rừng", "đất trống").astype(object)
    land[3] = None
    ledger = np.where(random.random(1500) < 0.01, np.nan, shapely.area(shapes) / 1e4 + 0.01)
    ledger[8] = 1.0
    return gpd.GeoDataFrame({"land": land, "dtich": ledger}, geometry=shapes, crs=9215)


FORMATS = {"plots.gpkg": "GPKG", "plots.fgb": "FlatGeobuf", "plots.parquet": None}


def written(plots: gpd.GeoDataFrame, folder: Path, name: str) -> Path:
    path = folder / name
    if path.suffix == ".parquet":
        plots.to_parquet(path)
    elif path.suffix == ".fgb":
        plots.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    else:
        plots.to_file(path)
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_is_that_of_a_frame(
    name: str, communes: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = written(plots, tmp_path, name)
    told, whole = Findings(), Findings()
    expected = overlay_area(communes, plots, ledger_column="dtich", findings=whole)
    monkeypatch.setattr(layers.io.vector_batches, "BATCH", 100)
    found = overlay_file(communes, path, ledger_column="dtich", findings=told)
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-13, check_dtype=False)
    assert {item.kind: item.count for item in told.items} == {
        item.kind: item.count for item in whole.items
    }
    assert found["ledger_ha"].sum() == pytest.approx(plots["dtich"].sum(), rel=1e-12)


def test_neither_batches_nor_workers_show_in_the_last_digit(
    communes: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = written(plots, tmp_path, "plots.parquet")
    tables = []
    for batch, workers in ((50, 1), (2000, 1), (130, 2)):
        monkeypatch.setattr(layers.io.vector_batches, "BATCH", batch)
        tables.append(overlay_file(communes, path, ledger_column="dtich", workers=workers))
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0], check_exact=True)


@pytest.mark.parametrize("name", FORMATS)
def test_few_batches_are_held_at_once(
    name: str, communes: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path, alive, most = written(plots, tmp_path, name), 0, 0
    monkeypatch.setattr(layers.io.vector_batches, "BATCH", 50)
    read = layers.io.vector_batches._frame

    def gone() -> None:
        nonlocal alive
        alive -= 1

    def watched(*arguments):  # type: ignore[no-untyped-def]
        nonlocal alive, most
        frame = read(*arguments)
        alive += 1
        most = max(most, alive)
        weakref.finalize(frame.geometry.array._data, gone)
        return frame

    monkeypatch.setattr(layers.io.vector_batches, "_frame", watched)
    overlay_file(communes, path, workers=2)
    assert most <= 8  # two ahead for each worker, one done, one being read: of 30


def test_a_large_row_group_is_read_in_parts_and_no_row_twice(
    communes: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "plots.parquet"
    plots.to_parquet(path, row_group_size=700)
    monkeypatch.setattr(layers.io.vector_batches, "BATCH", 60)
    monkeypatch.setattr(layers.io.vector_batches, "PART_BATCHES", 3)
    with described_file(path, None) as described:
        parts = list(vector_parts(described, ["land"], apart=True, checked=True))
        rows = [row for part in parts for frame in part.frames() for row in frame.index]
    assert [part.first for part in parts][:5] == [0, 180, 360, 540, 700]
    assert rows == list(range(len(plots)))


def test_rows_of_another_file_are_refused(plots: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """A coordinate that differs leaves the size of the file and its end as they were."""
    path = tmp_path / "plots.parquet"
    plots.to_parquet(path, compression=None)
    with described_file(path, None) as described:
        (part,) = vector_parts(described, ["land"], apart=True, checked=True)
    mark, content = file_mark(path), bytearray(path.read_bytes())
    coordinate = shapely.get_coordinates(plots.geometry.iloc[0])[1].tobytes()
    content[content.index(coordinate)] ^= 1
    path.write_bytes(content)
    assert len(content) > 2 * 65_536
    assert file_mark(path) == mark
    with pytest.raises(InputError, match="not the one that was checked"):
        next(part.frames())
    path.unlink()
    with pytest.raises(MissingFileError, match=r"plots\.parquet"):
        next(part.frames())


def test_a_file_that_ends_early_is_refused(
    communes: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = written(plots, tmp_path, "plots.parquet")
    with pytest.raises(InputError, match="dien_tich"):
        overlay_file(communes, path, ledger_column="dien_tich")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError):
        overlay_file(communes, path)


@pytest.mark.parametrize("name", FORMATS)
def test_a_field_that_bears_the_name_of_the_shapes_is_refused(
    communes: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    """In parts and as a whole: shapes took the place of such a field, or a driver fell over."""
    named = plots.rename_geometry("shape").rename(columns={"land": "geometry"})
    path = written(named, tmp_path, name)
    with pytest.raises(InputError, match="geometry"):
        overlay_file(communes, path, by=["geometry"])
    with pytest.raises(InputError, match="geometry"):
        load_vector(path)
    assert len(load_vector(path, columns=["dtich"])) == len(named)


def test_exact_sums_do_not_depend_on_the_order() -> None:
    random = np.random.default_rng(1)
    values = random.lognormal(0, 4, 10_000)
    group = random.integers(0, 7, 10_000)
    one, other = ExactSums(), ExactSums()
    one.add(group, values)
    order = random.permutation(10_000)
    for part in np.array_split(order, 97):
        other.add(group[part], values[part])
    joined, numbers = ExactSums(), np.array([3, 0, 6, 1, 2, 5, 4])
    joined.take_in(one, numbers)
    assert joined.sums(7)[numbers].tolist() == other.sums(7).tolist() == one.sums(7).tolist()
    assert np.isnan(one.sums(8)[7])


class _Deserted:
    """A cluster whose workers have all gone: nothing that is submitted ever comes back."""

    status = "running"

    def ncores(self) -> dict[str, int]:
        return {}

    def submit(self, *_task: object, **_settings: object) -> _Deserted:
        return self

    def add_done_callback(self, _tell: object) -> None:
        """Never tell."""

    def cancel(self) -> None:
        """Forget it."""


def test_a_cluster_without_workers_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 1000, 5))
    monkeypatch.setattr("layers.base.workers._GLANCE_S", 0)
    monkeypatch.setattr("layers.base.workers.time.monotonic", lambda: next(ticks))
    with pytest.raises(ClusterError, match="no worker for 40 s") as caught:
        list(run_pieces(len, ["a", "b"], workers=_Deserted()))
    assert "không còn máy" in caught.value.text("vi")
    assert next(ticks) <= 60  # within a minute of its own clock
