"""The door for rasters: known formats only, no address, no file beside the project."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.enums import Resampling
from shapely import box

from layers import InputError, VungTrongError, describe_raster, tabulate_area
from layers.io.raster_source import open_raster, raster_files
from layers.kinds.elevation import check_elevation
from tests.hostile import HEAD, ODD_NAMES, RASTERS, listening, small_tiff

GROUND = gpd.GeoDataFrame(
    {"commune_code": ["a"]}, geometry=[box(450_000, 2_400_000, 452_000, 2_402_000)], crs=9215
)


@pytest.mark.parametrize("kind", RASTERS)
def test_no_raster_reaches_an_address_or_a_file_beside_the_project(kind: str, folder: Path) -> None:
    with listening() as (address, asked):
        path = RASTERS[kind](folder, address)
        for ask in (
            lambda: describe_raster(path, {}),
            lambda: tabulate_area(GROUND, path),
            lambda: check_elevation(path),
        ):
            with pytest.raises(VungTrongError) as refused:
                ask()
            assert "\n" not in str(refused.value)
    assert asked == []


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/a.tif", "/vsicurl/http://127.0.0.1:9/a.tif", "/vsimem/a.tif",
             "/vsizip/a.zip/a.tif", "WMS:http://127.0.0.1:9"],
)  # fmt: skip
def test_a_raster_is_a_file_of_this_machine(name: str) -> None:
    with pytest.raises(InputError, match="Expected a file on this machine"):
        tabulate_area(GROUND, name)


def test_a_path_is_taken_letter_by_letter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, (odd, decoys) in enumerate(ODD_NAMES.items()):
        here = folder / str(number)
        here.mkdir()
        monkeypatch.chdir(here)
        for name, value in ((odd, 1), *((decoy, 2) for decoy in decoys)):
            path = here / f"{name}.tif"
            path.parent.mkdir(parents=True, exist_ok=True)
            small_tiff(path, value)
        with open_raster(Path(f"{odd}.tif")) as raster:
            assert np.unique(raster.read(1)).tolist() == [1], odd


def mosaic(folder: Path, *sources: str) -> Path:
    parts = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource>"
        for name in sources
    )
    path = folder / "mosaic.vrt"
    path.write_text(
        f'{HEAD}<VRTRasterBand dataType="Byte" band="1">{parts}</VRTRasterBand></VRTDataset>',
        "utf-8",
    )
    return path


def test_sources_of_a_vrt_are_read_and_named(folder: Path) -> None:
    (folder / "tiles").mkdir()
    tile = small_tiff(folder / "tiles" / "lá phủ.tif")
    Path(f"{tile}.aux.xml").write_text("<PAMDataset></PAMDataset>", "utf-8")
    path = mosaic(folder, "tiles/lá phủ.tif")
    assert {item.name for item in raster_files(path)} == {
        "mosaic.vrt", "lá phủ.tif", "lá phủ.tif.aux.xml",
    }  # fmt: skip
    assert tabulate_area(GROUND, path)["area_ha"].tolist() == pytest.approx([400, 0])


def test_sources_may_lie_in_the_folders_of_the_project(folder: Path) -> None:
    (folder / "tiles").mkdir()
    (folder / "vrt").mkdir()
    small_tiff(folder / "tiles" / "a.tif")
    path = mosaic(folder / "vrt", "../tiles/a.tif")
    with pytest.raises(InputError, match=r"1 of its sources lies outside the project's folder"):
        describe_raster(path, {})
    look = describe_raster(path, {}, folders=[folder])
    assert look.classes["cells"].tolist() == [40_000]
    assert tabulate_area(GROUND, look.grid)["area_ha"].tolist() == pytest.approx([400, 0])


def test_a_vrt_of_gdalwarp_is_read(folder: Path) -> None:
    small_tiff(folder / "a.tif")
    warped = folder / "warped.vrt"
    with (
        rasterio.open(folder / "a.tif") as raster,
        rasterio.vrt.WarpedVRT(raster, crs="EPSG:32648") as made,
    ):
        rasterio.shutil.copy(made, warped, driver="VRT")
    with open_raster(warped) as opened:
        assert opened.read(1).max() == 1
    assert describe_raster(warped, {}).classes["class"].tolist() == [0, 1]
    text = warped.read_text("utf-8")
    warped.write_text(text.replace("NearestNeighbour", "Bilinear"), "utf-8")
    with pytest.raises(InputError, match=r"resamples them \(Bilinear\)"):
        describe_raster(warped, {})


def test_a_warped_dataset_that_mixes_classes_is_refused(folder: Path) -> None:
    with rasterio.open(small_tiff(folder / "a.tif")) as raster:
        for how, refused in ((Resampling.nearest, False), (Resampling.cubic, True)):
            with rasterio.vrt.WarpedVRT(raster, crs="EPSG:9215", resampling=how) as made:
                expected = pytest.raises(InputError, match="cubic") if refused else nullcontext()
                with expected:
                    assert tabulate_area(GROUND, made)["area_ha"].sum() == pytest.approx(400)


def coarse(folder: Path, more: str, element: str = "SimpleSource") -> Path:
    """A VRT of cells of 25 m over the 10 m cells of classes 1 and 3, in stripes of five."""
    stripes = np.where(np.arange(200) // 5 % 2, 3, 1).astype("uint8")
    with rasterio.open(small_tiff(folder / "a.tif"), "r+") as raster:
        raster.write(np.tile(stripes, (200, 1)), 1)
    rects = '<SrcRect xOff="0" yOff="0" xSize="200" ySize="200"/>'
    rects += '<DstRect xOff="0" yOff="0" xSize="80" ySize="80"/>'
    text = mosaic(folder, "a.tif").read_text("utf-8")
    text = text.replace("<SourceBand>1</SourceBand>", f"<SourceBand>1</SourceBand>{rects}")
    text = text.replace("<SimpleSource>", f"<{element}{more}>")
    text = text.replace("</SimpleSource>", f"</{element}>")
    text = text.replace('rasterXSize="200" rasterYSize="200"', 'rasterXSize="80" rasterYSize="80"')
    path = folder / "thô.vrt"
    path.write_text(text.replace(",10,", ",25,").replace(",-10<", ",-25<"), "utf-8")
    return path


@pytest.mark.parametrize(
    ("more", "element", "found"),
    [
        (' resampling="bilinear"', "SimpleSource", "bilinear"),
        (' Resampling="Cubic"', "ComplexSource", "Cubic"),
        ("", "AveragedSource", "average"),
    ],
)
def test_a_vrt_that_mixes_classes_is_refused(
    more: str, element: str, found: str, folder: Path
) -> None:
    path = coarse(folder, more, element)
    for ask in (lambda: describe_raster(path, {}), lambda: tabulate_area(GROUND, path)):
        with pytest.raises(InputError, match=rf"resamples them \({found}\)"):
            ask()
    # Neither does a VRT of that VRT hide it.
    with pytest.raises(InputError, match=rf"resamples them \({found}\)"):
        describe_raster(mosaic(folder, "thô.vrt"), {})
    assert check_elevation(path).width == 80  # heights may be smoothed


def whole(folder: Path, offset: str, element: str) -> Path:
    """A VRT of 10 m cells over cells of 10 m that ask for averages, and for overviews of these."""
    with rasterio.open(small_tiff(folder / "a.tif"), "r+") as raster:
        raster.write(np.random.default_rng(1).choice([1, 3], (1, 200, 200)).astype("uint8"))
    path = mosaic(folder, "a.tif")
    size = 'yOff="0" xSize="100" ySize="200"'
    rects = f'<SrcRect xOff="100" {size}/><DstRect xOff="{offset}" {size}/>'
    text = path.read_text("utf-8").replace("</SourceBand>", f"</SourceBand>{rects}")
    text = text.replace("<SimpleSource>", f'<{element} resampling="average">')
    text = text.replace("</SimpleSource>", f"</{element}>")
    overviews = '<OverviewList resampling="average">2 4</OverviewList></VRTDataset>'
    path.write_text(text.replace("</VRTDataset>", overviews), "utf-8")
    return path


@pytest.mark.parametrize("element", ["SimpleSource", "ComplexSource"])
def test_a_vrt_on_the_grid_of_its_sources_averages_nothing(element: str, folder: Path) -> None:
    """``gdalbuildvrt -r average`` names a rule that comes to nothing on one grid."""
    path = whole(folder, "100.0000001", element)
    areas = tabulate_area(GROUND, path).set_index("class")["area_ha"]
    assert areas.loc[[1, 3]].sum() == pytest.approx(200)
    assert describe_raster(path, {}).classes["class"].tolist() == [0, 1, 3]


@pytest.mark.parametrize("offset", ["37.5", "x"])
def test_a_vrt_of_whole_cells_between_those_of_its_source_mixes_them(
    offset: str, folder: Path
) -> None:
    with pytest.raises(InputError, match=r"resamples them \(average\)"):
        tabulate_area(GROUND, whole(folder, offset, "SimpleSource"))


@pytest.mark.parametrize("more", ["", ' resampling="nearest"', ' resampling="mode"'])
def test_a_vrt_of_larger_cells_keeps_the_classes(more: str, folder: Path) -> None:
    areas = tabulate_area(GROUND, coarse(folder, more)).set_index("class")["area_ha"]
    assert areas.loc[[1, 3]].tolist() == pytest.approx([200, 200])


def test_a_vrt_of_larger_cells_over_averaged_overviews_is_refused(folder: Path) -> None:
    """GDAL reads the overview, where 2 stands between 1 and 3; neither is it hidden by a VRT."""
    path = coarse(folder, "")
    with rasterio.open(folder / "a.tif", "r+") as raster:
        raster.write(np.random.default_rng(1).choice([1, 3], (1, 200, 200)).astype("uint8"))
    outer = mosaic(folder, "thô.vrt")
    assert [describe_raster(at, {}).classes["class"].tolist() for at in (path, outer)] == [
        [1, 3],
        [0, 1, 3],
    ]
    with rasterio.open(folder / "a.tif", "r+") as raster:
        raster.build_overviews([2], Resampling.average)
    with rasterio.open(path) as opened:
        assert 2 in opened.read(1)
    for asked in (path, outer):
        with pytest.raises(InputError, match=r"larger cells than a\.tif"):
            tabulate_area(GROUND, asked)
    for asked in (folder / "a.tif", mosaic(folder, "a.tif")):  # cells of one size: none is left out
        assert describe_raster(asked, {}).classes["class"].tolist()[-2:] == [1, 3]


def test_a_vrt_that_reads_itself_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match="more than 200000 files make up this raster"):
        describe_raster(mosaic(folder, "mosaic.vrt"), {})


def test_a_source_that_is_gone_is_named(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"1 source .* no file .*lost\.tif"):
        describe_raster(mosaic(folder, "lost.tif"), {})


@pytest.mark.parametrize("levels", [6, 0])
def test_vrts_that_name_each_other_without_end_are_refused(tmp_path: Path, levels: int) -> None:
    """Each of six names the next ten times, or one names itself."""
    small_tiff(tmp_path / "vrt6.vrt.tif")
    for level in range(levels or 1):
        inner = f"vrt{level + 1}.vrt" if level < levels - 1 else "vrt6.vrt.tif"
        inner = inner if levels else "vrt0.vrt"
        name = f'<SourceFilename relativeToVRT="1">{inner}</SourceFilename>'
        source = f"<SimpleSource>{name}<SourceBand>1</SourceBand></SimpleSource>"
        band = f'<VRTRasterBand dataType="Byte" band="1">{source * 10}</VRTRasterBand>'
        (tmp_path / f"vrt{level}.vrt").write_text(f"{HEAD}{band}</VRTDataset>", "utf-8")
    if levels:
        assert len(raster_files(tmp_path / "vrt1.vrt")) == 6
    with pytest.raises(InputError, match="more than 200000 files make up this raster"):
        raster_files(tmp_path / "vrt0.vrt")


@pytest.mark.parametrize(
    "text",
    [
        "<PAMDataset>" + "<a/>" * 60 + "</PAMDataset>",
        "<PAMDataset " + " ".join(f'a{i}=""' for i in range(60)) + "/>",
    ],
)
def test_notes_beside_a_raster_of_too_many_parts_are_refused(
    folder: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_tiff(folder / "a.tif")
    Path(f"{path}.aux.xml").write_text(text, "utf-8")
    assert describe_raster(path, {}) is not None
    monkeypatch.setattr("layers.io.raster_source._XML_PARTS", 50)
    with pytest.raises(InputError, match=r"has 6[0-9] elements and attributes or more"):
        describe_raster(path, {})


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have names on POSIX")
@pytest.mark.parametrize("ending", [".tif.aux.xml", ".tif.ovr", ".tif.msk", ".tfw", ".prj"])
def test_a_pipe_beside_a_raster_is_not_waited_for(folder: Path, ending: str) -> None:
    path = small_tiff(folder / "a.tif")
    os.mkfifo(path.with_name(path.stem + ending))
    with pytest.raises(InputError, match="opened along: it is a pipe"):
        describe_raster(path, {})


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have names on POSIX")
def test_a_pipe_beside_a_source_of_a_vrt_is_not_waited_for(folder: Path) -> None:
    inner = folder / "tiles"
    inner.mkdir()
    tile = small_tiff(inner / "a.tif")
    path = mosaic(folder, f"tiles/{tile.name}")
    assert describe_raster(path, {}) is not None
    os.mkfifo(f"{tile}.ovr")
    with pytest.raises(InputError, match="opened along: it is a pipe"):
        describe_raster(path, {})


def test_a_part_of_a_few_lines_may_not_be_huge(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_tiff(folder / "a.tif")
    path.with_suffix(".prj").write_text("x" * 101, "utf-8")
    monkeypatch.setattr("layers.io.vector_source._NOTE_BYTES", 101)
    assert describe_raster(path, {}) is not None
    monkeypatch.setattr("layers.io.vector_source._NOTE_BYTES", 100)
    with pytest.raises(InputError, match="holds a few lines"):
        describe_raster(path, {})
