"""Rasters of classes against the table of the project."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio._err import CPLE_AppDefinedError
from rasterio.enums import ColorInterp
from shapely import box

from layers import CrsError, InputError, MissingFileError, describe_raster, tabulate_area
from layers.engine.raster import raster_grid
from layers.kinds.elevation import check_elevation
from layers.kinds.raster import _cells_by_value


def save(folder: Path, values: np.ndarray, *, crs: str | None = "EPSG:9215") -> Path:
    path = folder / "lớp phủ.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[1],
        height=values.shape[0],
        count=1,
        dtype=values.dtype,
        crs=crs,
        nodata=0,
        transform=Affine(30, 0, 500_000, 0, -30, 2_400_000),
    ) as raster:
        raster.write(values, 1)
    return path


def test_cells_are_counted_and_nodata_is_no_class(folder: Path) -> None:
    look = describe_raster(
        save(folder, np.array([[0, 1, 1], [2, 1, 0]], dtype="uint8")), {1: "tree", 2: "water"}
    )
    assert look.classes.to_numpy().tolist() == [[1, "tree", 3], [2, "water", 1]]
    assert look.shape == (2, 3)
    assert look.nodata == 0
    assert look.crs.to_epsg() == 9215
    assert look.findings.items == []


def test_a_class_without_a_name_is_a_problem_and_a_name_without_cells_a_note(folder: Path) -> None:
    look = describe_raster(
        save(folder, np.array([[1, 7, 7]], dtype="int16")), {1: "tree", 3: "rice"}, source="phủ"
    )
    assert look.classes["name"].tolist() == ["tree", "7"]
    (problem,) = look.findings.of("problem")
    assert problem.kind == "class-unnamed"
    assert ": 7 (2 cells)" in problem.message.en
    (note,) = look.findings.of("note")
    assert note.examples == ("3",)


def test_a_class_named_after_a_crop_is_told_as_land(folder: Path) -> None:
    cells = save(folder, np.array([[1, 2, 3, 4]], dtype="uint8"))
    look = describe_raster(cells, {1: "Rừng trồng", 2: "Cà phê", 3: "rice", 4: "trees", 5: "tea"})
    (problem,) = look.findings.of("problem")
    assert problem.kind == "class-names-crop"
    assert problem.examples == ("Cà phê", "rice")


def test_unfit_rasters_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match=r"classes \(integers\) is needed, band 1 is float32"):
        describe_raster(save(folder, np.ones((2, 2), dtype="float32")), {})
    path = save(folder, np.ones((2, 2), dtype="uint8"))
    with pytest.raises(InputError, match="band 2 asked for, the raster has bands 1 to 1"):
        describe_raster(path, {}, band=2)
    with pytest.raises(MissingFileError, match="No file"):
        describe_raster(folder / "no.tif", {})
    (folder / "text.tif").write_text("no raster", "utf-8")
    with pytest.raises(InputError, match="could not be read as a raster"):
        describe_raster(folder / "text.tif", {})
    with pytest.raises(CrsError, match="the raster has no CRS"):
        describe_raster(save(folder, np.ones((2, 2), dtype="uint8"), crs=None), {})


GROUND = gpd.GeoDataFrame(
    {"commune_code": ["a"]}, geometry=[box(500_000, 2_399_000, 501_000, 2_400_000)], crs=9215
)


def vrt(folder: Path, band: str, *, kind: str = "Byte") -> Path:
    """VRT of cells of 100 m over the ground, 10 by 10: 100 ha."""
    path = folder / "phủ.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="10" rasterYSize="10"><SRS>EPSG:9215</SRS><GeoTransform>'
        f"500000,100,0,2400000,0,-100</GeoTransform>"
        f'<VRTRasterBand dataType="{kind}" band="1">{band}</VRTRasterBand></VRTDataset>',
        "utf-8",
    )
    return path


def source(name: str, band: int | str = 1) -> str:
    return (
        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename>'
        f"<SourceBand>{band}</SourceBand></SimpleSource>"
    )


def tiff(path: Path, values: np.ndarray, **profile: Any) -> Path:
    bands = values if values.ndim == 3 else values[None]
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[-1], height=values.shape[-2],
        count=len(bands), dtype=values.dtype, crs="EPSG:9215",
        transform=Affine(100, 0, 500_000, 0, -100, 2_400_000), **profile,
    ) as raster:  # fmt: skip
        raster.write(bands)
    return path


def one_in_five(dtype: str, other: int) -> np.ndarray:
    """100 cells of class 1 but for 20 of another value."""
    values = np.ones((10, 10), dtype)
    values[:2] = other
    return values


def masked_by_band_of_a_vrt(folder: Path) -> Path:
    tiff(folder / "a.tif", one_in_five("uint8", 1))
    tiff(folder / "m.tif", one_in_five("uint8", 0) * np.uint8(255))
    return vrt(folder, source("a.tif") + f"<MaskBand><VRTRasterBand dataType='Byte'>"
               f"{source('m.tif')}</VRTRasterBand></MaskBand>")  # fmt: skip


def masked_beside(folder: Path) -> Path:
    path = tiff(folder / "a.tif", one_in_five("uint8", 1))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as raster:
        raster.write_mask(one_in_five("uint8", 0) > 0)
    assert (folder / "a.tif.msk").exists()
    return path


def alpha(folder: Path, **profile: Any) -> Path:
    both = np.stack([one_in_five("uint8", 1), one_in_five("uint8", 0)])
    path = tiff(folder / "a.tif", both, **profile)
    with rasterio.open(path, "r+") as raster:
        raster.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    return path


def nodata_beyond_doubles(folder: Path, kind: str, value: int) -> Path:
    # One less is the same number to a double: it is a class all the same.
    values = one_in_five(kind.lower(), value)
    values[2:4] = value + (1 if value < 0 else -1)
    tiff(folder / "a.tif", values)
    return vrt(folder, f"<NoDataValue>{value}</NoDataValue>" + source("a.tif"), kind=kind)


MASKED = {
    "band of a VRT": masked_by_band_of_a_vrt,
    ".msk": masked_beside,
    "alpha": alpha,
    "alpha beside nodata": lambda folder: alpha(folder, nodata=7),
    "nodata": lambda folder: tiff(folder / "a.tif", one_in_five("uint8", 0), nodata=0),
    "nodata of another type": lambda folder: vrt(
        folder, "<NoDataValue>-9999</NoDataValue>"
        + source(tiff(folder / "a.tif", one_in_five("int16", -9999)).name), kind="Int16"
    ),
    "int64": lambda folder: nodata_beyond_doubles(folder, "Int64", 2**53 + 1),
    "lowest int64": lambda folder: nodata_beyond_doubles(folder, "Int64", -(2**63)),
    "highest int64": lambda folder: nodata_beyond_doubles(folder, "Int64", 2**63 - 1),
    "highest uint64": lambda folder: nodata_beyond_doubles(folder, "UInt64", 2**64 - 1),
}  # fmt: skip


@pytest.mark.parametrize("way", MASKED)
def test_what_is_masked_is_no_class_neither_when_checked_nor_when_measured(
    way: str, folder: Path
) -> None:
    path = MASKED[way](folder)
    if way == "highest uint64":  # the class beside it is beyond what a table of classes holds
        for ask in (
            lambda: describe_raster(path, {}),
            lambda: tabulate_area(GROUND, path, id_column="commune_code"),
        ):
            with pytest.raises(InputError, match="Class 18446744073709551614 is too large"):
                ask()
        return
    look = describe_raster(path, {}, communes=GROUND)
    table = tabulate_area(GROUND, look.grid, id_column="commune_code")
    assert table["area_ha"].sum() == pytest.approx(100)
    assert table.loc[table["class"].isna(), "area_ha"].tolist() == [pytest.approx(20)]
    with_class = table[table["class"].notna()]
    assert look.classes["cells"].sum() == 80
    assert with_class["class"].tolist() == look.classes["class"].tolist()
    assert with_class["cells"].tolist() == look.classes["cells"].tolist()


@pytest.mark.parametrize("value", [300, -1, 1e20, "nan"])
def test_nodata_that_no_cell_can_have_hides_nothing(value: float, folder: Path) -> None:
    tiff(folder / "a.tif", one_in_five("uint8", 0))
    path = vrt(folder, f"<NoDataValue>{value}</NoDataValue>" + source("a.tif"))
    assert describe_raster(path, {}).classes["cells"].tolist() == [20, 80]
    assert tabulate_area(GROUND, path, id_column="commune_code")["area_ha"].tolist() == [20, 80, 0]


def rotated(folder: Path) -> Path:
    path = vrt(folder, source(tiff(folder / "a.tif", one_in_five("uint8", 0)).name))
    text = path.read_text("utf-8").replace("500000,100,0,", "500000,100,5,")
    path.write_text(text, "utf-8")
    return path


def nowhere(folder: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = folder / "a.tif"
        with rasterio.open(path, "w", driver="GTiff", width=2, height=2, count=1, dtype="uint8",
                           crs="EPSG:9215"):  # fmt: skip
            return path


def cut(folder: Path) -> Path:
    path = tiff(folder / "a.tif", np.arange(10_000, dtype="int32").reshape(100, 100))
    path.write_bytes(path.read_bytes()[:20_000])
    return path


UNFIT = {
    "complex": (
        lambda folder: tiff(folder / "a.tif", np.ones((2, 2), "complex64")),
        "integers.* is needed, band 1 is complex64",
    ),
    "complex integers": (
        lambda folder: vrt(folder, source(tiff(folder / "a.tif", np.ones((2, 2), "u1")).name),
                           kind="CInt16"),
        "band 1 is complex_int16",
    ),
    "rotated": (rotated, r"the raster is rotated .*gdalwarp"),
    "without a place": (nowhere, "does not say where its cells lie"),
    "nodata of a half": (
        lambda folder: vrt(folder, "<NoDataValue>0.5</NoDataValue>"
                           + source(tiff(folder / "a.tif", one_in_five("uint8", 0)).name)),
        r"nodata 0\.5 is no whole number",
    ),
    "uint64": (
        lambda folder: tiff(folder / "a.tif", np.full((2, 2), 2**63, "uint64")),
        "Class 9223372036854775808 is too large",
    ),
    "cut off": (cut, "the raster could not be read .* is the file whole"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_checking_says_what_measuring_says(what: str, folder: Path) -> None:
    make, said = UNFIT[what]
    path = make(folder)
    for ask in (
        lambda: describe_raster(path, {}),
        lambda: describe_raster(path, {}, communes=GROUND),
        lambda: tabulate_area(GROUND, path, id_column="commune_code"),
    ):
        with pytest.raises(InputError, match=said):
            ask()


def test_a_raster_off_the_province_is_refused_with_both_boxes(folder: Path) -> None:
    path = tiff(folder / "a.tif", np.ones((10, 10), "uint8"))
    far = GROUND.assign(geometry=GROUND.translate(50_000))
    far = far.set_crs(9215, allow_override=True)
    with pytest.raises(
        CrsError, match=r"shows 0\.00 % .*x 500000–501000, .* the communes at x 550000–551000, "
    ):
        describe_raster(path, {}, communes=far)


def test_a_raster_of_one_commune_of_many_is_none_off_the_province(folder: Path) -> None:
    path = tiff(folder / "a.tif", np.ones((10, 10), "uint8"))
    many = gpd.GeoDataFrame(
        {"commune_code": ["a", "b"]},
        geometry=[GROUND.geometry[0], box(501_000, 2_300_000, 701_000, 2_400_000)],
        crs=9215,
    )
    assert describe_raster(path, {}, communes=many).classes["cells"].tolist() == [100]


def test_cells_are_counted_around_the_communes_only(folder: Path) -> None:
    values = np.ones((10, 30), "uint8")
    values[:, 10:] = 9
    look = describe_raster(tiff(folder / "a.tif", values), {1: "tree"}, communes=GROUND)
    assert look.classes["class"].tolist() == [1]
    assert look.findings.items == []


def test_a_raster_without_any_class_is_a_problem(folder: Path) -> None:
    path = tiff(folder / "a.tif", np.zeros((10, 10), "uint8"), nodata=0)
    assert [item.kind for item in describe_raster(path, {}).findings.items] == ["raster-empty"]


LOST = (
    'PROJCS["VN_2000_Lang_Son",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",'
    '6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",107.25],PARAMETER["scale_factor",0.9999],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
)


def test_a_raster_whose_crs_lost_its_datum_lies_where_it_was_made(folder: Path) -> None:
    values = np.ones((10, 10), "uint8")
    values[:, 5:] = 2
    path = tiff(folder / "a.tif", values)
    with rasterio.open(path, "r+") as raster:
        raster.crs = rasterio.crs.CRS.from_wkt(LOST)
    look = describe_raster(path, {1: "a", 2: "b"}, communes=GROUND)
    assert [item.kind for item in look.findings.items] == ["crs-taken-as-vn2000"]
    for raster in (path, look.grid):
        areas = tabulate_area(GROUND, raster, id_column="commune_code")["area_ha"]
        assert areas.tolist() == pytest.approx([50, 50, 0], abs=1e-6)


def test_the_project_names_the_crs_of_a_raster_that_has_none(folder: Path) -> None:
    path = save(folder, np.ones((2, 2), dtype="uint8"), crs=None)
    assert describe_raster(path, {}, crs="EPSG:9215").crs.to_epsg() == 9215


def test_an_error_of_gdal_that_rasterio_lets_through_is_one_line(
    folder: Path,
) -> None:
    path = save(folder, np.ones((2, 2), dtype="uint8"))

    class Damaged:
        name, count = str(path), 1

        def __getattr__(self, name: str) -> Any:
            raise CPLE_AppDefinedError(1, 1, "TIFFFetchNormalTag:\ncustom tag 19714")

    with pytest.raises(InputError, match=r"could not be read \(TIFFFetchNormalTag: custom tag"):
        raster_grid(Damaged(), 1)


def test_a_raster_of_endless_cells_is_refused_before_it_is_read(folder: Path) -> None:
    path = vrt(folder, "")
    text = path.read_text("utf-8").replace('="10"', '="1000000"').replace(",100,", ",0.001,")
    path.write_text(text.replace(",-100<", ",-0.001<"), "utf-8")
    for ask in (
        lambda: describe_raster(path, {}),
        lambda: describe_raster(path, {}, communes=GROUND),
        lambda: check_elevation(path),
    ):
        with pytest.raises(InputError, match="1000 thousand million cells"):
            ask()
    # Fewer, that a country may have, but not in a file of some hundred bytes.
    path.write_text(path.read_text("utf-8").replace('="1000000"', '="100000"'), "utf-8")
    path.write_text(path.read_text("utf-8").replace("0.001,", "0.01,"), "utf-8")
    for ask in (lambda: describe_raster(path, {}), lambda: check_elevation(path)):
        with pytest.raises(InputError, match=r"10 thousand million cells .* from 0\.0 MB"):
            ask()


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("uint8", [0, 255]),
        ("int8", [-128, 127]),
        ("uint16", [7, 65_535]),
        ("int32", [0, 65_537]),
        ("int64", [-5, 2**62]),
        ("uint64", [1, 3]),
    ],
)
@pytest.mark.parametrize("nodata", [None, 3])
def test_cells_are_counted_by_table_and_by_sorting_alike(
    dtype: str, values: list[int], nodata: int | None, folder: Path
) -> None:
    cells = np.repeat(np.array([values], dtype), 5, axis=1).repeat(10, axis=0)
    path = tiff(folder / "a.tif", cells, nodata=nodata)
    expected = {value: 50 for value in values if value != nodata}
    classes = describe_raster(path, {}).classes.set_index("class")["cells"]
    assert classes.to_dict() == expected


@pytest.mark.parametrize(("values", "counts"), [([4, 4, 4], {4: 3}), ([1, 2, 1], {1: 2, 2: 1})])
def test_few_values_are_counted_without_sorting_them(
    values: list[int], counts: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "unique", None)
    assert dict(_cells_by_value(np.array([values], "uint8"))) == counts
