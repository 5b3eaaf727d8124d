"""Make the demo's folder: boundaries, layers, report, raster, and the project naming them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio

from layers.base.errors import InputError, OutputExistsError
from layers.base.resources import data_table
from layers.base.workers import Progress, silent
from layers.communes.gazetteer import find_province, province_name
from layers.io.atomic import written_aside
from layers.io.geopackage import write_layer
from layers.io.table_output import save_csv
from zones.demo.boundaries import AREA_CRS, load_boundaries, read_given_communes
from zones.demo.earlier import earlier_layer
from zones.demo.land import LandCover, assign_land, build_land_cover
from zones.demo.layers import NOTICE, build_forest_layer
from zones.demo.noise import Terrain, build_terrain
from zones.demo.orchards import build_fruit_report, build_orchard_report, build_orchards
from zones.demo.parcels import build_parcels
from zones.demo.planting import LAYER_YEAR, build_planting
from zones.demo.project_file import CommunesEntry, project_text
from zones.demo.provinces import Place, make_province, save_province_texts, side_by_side
from zones.demo.quotas import REMAINDER, build_quotas, load_totals
from zones.output.folder import refuse_existing, staged_folder

#: GeoPackage writes the time of its last change into the file.
_STAMP = f"{LAYER_YEAR}-12-31T00:00:00.000Z"


@contextlib.contextmanager
def _dated() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def save_vector(frame: gpd.GeoDataFrame, path: Path, *, layer: str) -> None:
    """Write polygons, marked as demo data in the file's own description."""
    options: dict[str, str] = {}
    if path.suffix == ".gpkg":
        options = {"IDENTIFIER": layer, "DESCRIPTION": NOTICE}
    else:
        options = {"TITLE": layer, "DESCRIPTION": NOTICE}
    with _dated():
        write_layer(
            frame,
            path,
            layer=layer,
            promote_to_multi=True,
            use_arrow=True,
            layer_options=options,
        )


def save_raster(cover: LandCover, path: Path) -> None:
    """Write a raster of classes as a compressed GeoTIFF; 0 is nodata."""
    rows, columns = cover.cells.shape
    with rasterio.open(
        path.absolute(),
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="uint8",
        nodata=0,
        crs=AREA_CRS,
        transform=cover.transform,
        compress="deflate",
        tiled=True,
        blockxsize=512,
        blockysize=512,
    ) as raster:
        raster.write(cover.cells, 1)
        raster.update_tags(TIFFTAG_IMAGEDESCRIPTION=NOTICE)


_STEPS = 8
#: Side of a mesh square; two joined cells make a parcel of 13 ha on average (m).
_SPACING = 278.0


def build_demo(
    folder: str | Path,
    *,
    communes_file: str | Path | None = None,
    province: str = "20",
    seed: int = 0,
    overwrite: bool = False,
    full: bool = False,
    progress: Progress = silent,
) -> Path:
    """Make a province to try everything on, as ordinary files with a project.

    Names, codes, kinds, official areas and centres of the communes are facts; everything else is
    made up, calibrated to a forest cover rate near 64.5 % and to areas a little short of what the
    plan of 2026–2030 aims at. Every file says that it is demo data.

    Parameters
    ----------
    folder : str or Path
        Where to write; it must not hold anything unless ``overwrite``.
    communes_file : str or Path, optional
        Boundaries of the 65 communes to grow the land on; by default they are made too.
    province : str
        Code or name of the province. Another one than Lạng Sơn gets a small made project: communes
        as squares, of which names and codes alone are facts, and a plan that is made up.
    seed : int
        Seed of chance; the same seed gives the same files.
    overwrite : bool
        Replace the files of an earlier demo; other files and the results of runs stay.
    full : bool
        Also a forest layer of the year before, and a project that makes the planning layer and the
        QGIS project; of Lạng Sơn alone.
    progress : Progress
        Told after each step.

    Returns
    -------
    pathlib.Path
        The project file.

    Raises
    ------
    OutputExistsError
        The folder holds something and ``overwrite`` is false.
    OutputError
        The folder cannot be written.
    MissingFileError
        There is no such boundaries file.
    InputError
        The boundaries are not those of the 65 communes, or are given for another province; or
        ``full`` is asked of one.
    """
    folder, code = Path(folder), find_province(province)
    refuse_existing(folder, overwrite=overwrite, made_by=_FILES)
    _refuse_own_project(folder / "project.yaml")
    if code != _LANG_SON:
        if communes_file is not None:
            raise InputError("zones.demo.boundaries_elsewhere", province=code)
        if full:
            raise InputError("zones.demo.full_elsewhere", province=code)
        return _build_small(folder, code, seed=seed, progress=progress)
    communes = _facts()
    given = None
    if communes_file is not None:
        given = read_given_communes(Path(communes_file), communes)
    with staged_folder(folder, keep=lambda name: name not in _FILES) as stage:
        if given is None:
            ground = load_boundaries(communes)
            save_vector(_commune_records(ground), stage / "communes.gpkg", layer="communes")
            entry = CommunesEntry("communes.gpkg", "communes", "code", "name", made=True)
        else:
            ground = given.ground
            name = given.copy_to(stage)
            entry = CommunesEntry(
                name.as_posix(),
                given.layer,
                given.code_column,
                given.name_column,
                made=False,
                neighbours=given.neighbours,
            )
        progress(1, _STEPS)
        forest = _save_land(ground, stage, np.random.default_rng([seed, 1]), progress)
        if full:
            before = earlier_layer(forest, np.random.default_rng([seed, 2]))
            save_vector(before, stage / "forest_status_before.gpkg", layer="forest_status")
        natural = communes[["code", "name", "official_area_ha"]]
        save_csv(natural, stage / "natural_areas.csv")
        (stage / "project.yaml").write_text(project_text(entry, full=full), "utf-8", newline="\n")
        progress(_STEPS, _STEPS)
    return folder / "project.yaml"


def build_region_demo(
    folder: str | Path,
    named: Sequence[str],
    *,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Path:
    """Make small projects of provinces that lie side by side, and the file of their region."""
    folder, codes = Path(folder), [find_province(name) for name in named]
    if len(set(codes)) < len(codes):
        raise InputError("zones.demo.province_named_twice", provinces=codes)
    if _LANG_SON in codes:  # the centres of its communes are known: squares elsewhere are refused
        raise InputError("zones.demo.lang_son_no_neighbour", provinces=codes)
    # One that was stopped has provinces alone.
    made = ("region.yaml", *(f"{code}/project.yaml" for code in codes))
    refuse_existing(folder, overwrite=overwrite, made_by=made)
    for code in codes:
        _refuse_own_project(folder / code / "project.yaml")
    places = side_by_side(codes)
    for number, code in enumerate(codes):
        _build_small(folder / code, code, seed=seed, progress=silent, place=places[code])
        progress(number + 1, len(codes))
    names = ", ".join(province_name(code) for code in codes)
    listed = ", ".join(f'"{code}"' for code in codes)
    text = f'# {NOTICE}\nversion: 1\ntitle: "{names} – dữ liệu minh họa"\nregion_of: [{listed}]\n'
    path = folder / "region.yaml"
    with written_aside(path, overwrite=True) as part:
        part.write_text(text, "utf-8", newline="\n")
    return path


def _refuse_own_project(file: Path) -> None:
    """Leave a project alone that is nobody's demo: its files are called as those of the demo."""
    if file.is_file() and NOTICE.encode() not in file.read_bytes():
        folder = file.parent
        raise OutputExistsError("zones.output.folder_not_ours", folder=folder, own=folder / "demo")


def _build_small(
    folder: Path, province: str, *, seed: int, progress: Progress, place: Place | None = None
) -> Path:
    """Make a small project of a province, other than Lạng Sơn if it stands alone."""
    with staged_folder(folder, keep=lambda name: name not in _FILES) as stage:
        made = make_province(province, seed=seed, place=place)
        progress(_STEPS - 1, _STEPS)
        save_vector(made.communes, stage / "communes.gpkg", layer="communes")
        save_vector(made.forest, stage / "forest_status.gpkg", layer="forest_status")
        save_province_texts(made, province, stage)
        progress(_STEPS, _STEPS)
    return folder / "project.yaml"


_LANG_SON = "20"
_FILES = frozenset(
    {
        "communes.gpkg",
        "forest_status.gpkg",
        "forest_status_before.gpkg",
        "orchards.fgb",
        "fruit_report.csv",
        "orchard_report.csv",
        "land_cover_30m.tif",
        "natural_areas.csv",
        "plan.yaml",
        "project.yaml",
    }
)


def _facts() -> pd.DataFrame:
    return data_table("communes-20.csv", dtype={"code": "str"})


def _commune_records(ground: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns = ["code", "name", "full_name", "kind", "geometry"]
    records: gpd.GeoDataFrame = ground[columns]
    records.insert(4, "source", NOTICE)
    return records


def _save_land(
    ground: gpd.GeoDataFrame, stage: Path, rng: np.random.Generator, progress: Progress
) -> gpd.GeoDataFrame:
    """Grow the land and write its four layers; the forest layer is handed back."""
    parcels, terrain = _grown(ground, rng)
    progress(3, _STEPS)
    forest = build_forest_layer(parcels, ground, terrain, rng)
    orchards = build_orchards(parcels, ground, rng)
    save_csv(build_fruit_report(ground, rng), stage / "fruit_report.csv")
    save_csv(build_orchard_report(orchards), stage / "orchard_report.csv")
    young = parcels["planted"] & ~parcels["established"]
    seen = parcels.assign(cover=parcels["land"].mask(young, "not_yet"))
    with ThreadPoolExecutor(1) as beside:
        shapes = orchards.geometry.to_numpy()
        cover = beside.submit(build_land_cover, seen, shapes, terrain, rng)
        save_vector(forest, stage / "forest_status.gpkg", layer="forest_status")
        progress(5, _STEPS)
        save_vector(orchards, stage / "orchards.fgb", layer="orchards")
        progress(6, _STEPS)
        save_raster(cover.result(), stage / "land_cover_30m.tif")
    progress(7, _STEPS)
    return forest


def _grown(ground: gpd.GeoDataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, Terrain]:
    """Parcels with their land and what is planted on them."""
    totals = load_totals()
    kinds = [*REMAINDER, *totals.index[totals["part"] == "forest"]]
    terrain = build_terrain(tuple(ground.total_bounds), kinds, rng)
    parcels = build_parcels(ground, terrain, rng, spacing=_SPACING)
    height = terrain.height(parcels[["x", "y"]].to_numpy())
    place, count = parcels["commune"].to_numpy(), len(ground)
    number = np.maximum(np.bincount(place, minlength=count), 1)
    mean = np.bincount(place, height, count) / number
    facts = ground.drop(columns="geometry").assign(area_ha=ground.area / 1e4)
    quotas = build_quotas(facts, height=mean, rng=rng)
    parcels = parcels.assign(land=assign_land(parcels, quotas, terrain, rng))
    return parcels.join(build_planting(parcels, rng)), terrain
