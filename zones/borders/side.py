"""The two sides of a border: communes and plots of a project, and those of its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.messages import message
from layers.communes.codes import normal_code
from layers.communes.gazetteer import communes_on, province_name, provinces
from layers.crs.source import read_layer
from layers.crs.transform import to_crs
from layers.engine.repair import mend
from layers.io.vector import VectorFile
from layers.kinds.forest_status import ForestLayer
from zones.inputs.read import Inputs, read_inputs
from zones.project.model import Project, newest_forest_layer

if TYPE_CHECKING:
    import pyproj

#: Columns of the communes of a side.
COMMUNES = ["commune_code", "commune", "province", "geometry"]
#: Columns of the plots of a side.
PLOTS = ["province", "layer", "plot", "commune_code", "land", "three_forest", "ledger_ha"]


@dataclass(frozen=True, slots=True)
class Survey:
    """Where the plots of a side come from."""

    province: str
    layer: str
    date: str
    code_table: str
    crs: str  # Zone in which the province measures its own hectares


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the border, in the plane of the project's own zone."""

    communes: gpd.GeoDataFrame  # Columns of ``COMMUNES``, numbered from 0
    plots: gpd.GeoDataFrame  # Columns of ``PLOTS`` and geometry, numbered from 0
    surveys: tuple[Survey, ...] = ()

    @property
    def surveyed(self) -> set[str]:
        """Provinces whose plots are known."""
        return {survey.province for survey in self.surveys}


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of the borders of a province, and what differs between their layers."""

    own: Side
    others: Side
    told: tuple[Finding, ...] = ()


def read_sides(project: Project, inputs: Inputs) -> Sides | None:
    """Both sides of the borders of a project; nothing where no commune beyond them is known."""
    own = side_of(inputs, inputs.crs)
    others, told = read_neighbours(project, own, inputs.crs)
    return None if others is None else Sides(own, others, tuple(told))


def side_of(inputs: Inputs, crs: pyproj.CRS) -> Side:
    """Communes and plots of the newest forest layer of a project."""
    project = inputs.project
    communes = inputs.communes[["commune_code", "commune", "geometry"]]
    communes = to_crs(communes.assign(province=project.province), crs)[COMMUNES]
    name = newest_forest_layer(project)
    if name is None:
        return Side(communes.reset_index(drop=True), _no_plots(crs))
    layer = inputs.plots[name]
    plots = to_crs(layer.plots, crs).assign(province=project.province, layer=name)
    table = layer.codes.table if isinstance(layer, ForestLayer) else ""
    survey = Survey(
        project.province,
        name,
        project.layers[name].date.isoformat(),
        str(table),
        inputs.crs.to_string(),
    )
    return Side(
        communes.reset_index(drop=True),
        plots[[*PLOTS, "geometry"]].reset_index(drop=True),
        (survey,),
    )


def _no_plots(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(columns=PLOTS), geometry=[], crs=crs)


def read_neighbours(
    project: Project, own: Side, crs: pyproj.CRS
) -> tuple[Side | None, list[Finding]]:
    """All communes beyond the border: of neighbouring projects, and of the layer drawn around."""
    sides: list[Side] = []
    for other in project.neighbouring_projects():
        name = newest_forest_layer(other)
        layers = {} if name is None else {name: other.layers[name]}
        alone = other.model_copy(update={"layers": layers, "plans": [], "present": {}})
        inputs = read_inputs(alone)
        inputs.findings.raise_errors()
        sides.append(side_of(inputs, crs))
    source = project.map_neighbours
    if source is not None:
        known = {code for side in (own, *sides) for code in side.communes["commune_code"]}
        sides.append(_drawn_around(project, own, crs, known))
    if not any(len(side.communes) for side in sides):
        return None, []
    return _together(sides, crs), list(_unlike(own, sides))


def _drawn_around(project: Project, own: Side, crs: pyproj.CRS, known: set[str]) -> Side:
    """Communes of the layer of neighbours that no project has."""
    source = project.map_neighbours
    assert source is not None  # noqa: S101 - asked just before
    file = VectorFile(
        project.resolve(source.path),
        layer=source.layer,
        crs=source.crs,
        province=project.province,
        name="neighbours",
    )
    frame, _ = read_layer(file)
    columns = [name for name in frame.columns if name != "geometry"]
    if source.name_column not in columns:
        raise InputError(
            "zones.borders.no_name_column", name_column=source.name_column, found=columns
        )
    frame = to_crs(frame, crs)
    areal = shapely.area(frame.geometry.to_numpy()) > 0
    shapes = frame.geometry.to_numpy().copy()
    shapes[~areal] = None
    shapes, _ = mend(shapes)
    raw = frame[source.code_column] if source.code_column in columns else frame[source.name_column]
    codes = raw.map(lambda code: normal_code(code) or "", na_action="ignore").fillna("")
    listed = communes_on(None, project.communes.vintage)
    communes = gpd.GeoDataFrame(
        {
            "commune_code": codes.astype("str"),
            "commune": frame[source.name_column].astype("str").fillna("").str.normalize("NFC"),
            "province": [
                listed[code].province if code in listed else told
                for code, told in zip(codes, _provinces_told(frame), strict=True)
            ],
        },
        geometry=shapes,
        crs=crs,
    )
    there = ~shapely.is_missing(shapes) & ~communes["commune_code"].isin(known - {""})
    communes = communes[there & communes["province"].ne(project.province)]
    inside = shapely.point_on_surface(communes.geometry.to_numpy())
    ours = shapely.STRtree(own.communes.geometry.to_numpy()).query(inside, predicate="within")[0]
    nameless = communes["commune_code"].eq("").to_numpy()
    ours = ours[nameless[ours]]  # without a code, its place alone tells an own commune
    communes = communes.drop(index=communes.index[ours])
    return Side(communes[COMMUNES].reset_index(drop=True), _no_plots(crs))


def _provinces_told(frame: gpd.GeoDataFrame) -> list[str]:
    """Province of each record as the layer itself says it; empty where it does not."""
    if "province_code" not in frame.columns:
        return [""] * len(frame)
    told = frame["province_code"].astype("str").fillna("").str.zfill(2)
    return [code if code in provinces() else "" for code in told]


def _together(sides: list[Side], crs: pyproj.CRS) -> Side:
    communes = pd.concat([side.communes for side in sides], ignore_index=True)
    with_plots = [side.plots for side in sides if len(side.plots)]
    plots = pd.concat(with_plots, ignore_index=True) if with_plots else _no_plots(crs)
    surveys = tuple(survey for side in sides for survey in side.surveys)
    return Side(gpd.GeoDataFrame(communes, crs=crs), gpd.GeoDataFrame(plots, crs=crs), surveys)


def _unlike(own: Side, sides: list[Side]) -> Iterator[Finding]:
    """Tell neighbours whose layer is of another day, or speaks in other codes."""
    for mine in own.surveys:
        for theirs in (survey for side in sides for survey in side.surveys):
            values = {
                "province": province_name(theirs.province),
                "layer": theirs.layer,
            }
            if theirs.date != mine.date:
                yield Finding(
                    "problem",
                    "neighbour-date",
                    mine.layer,
                    message("zones.borders.other_date", **values, date=theirs.date, own=mine.date),
                )
            if theirs.code_table != mine.code_table:
                yield Finding(
                    "problem",
                    "neighbour-codes",
                    mine.layer,
                    message(
                        "zones.borders.other_codes",
                        **values,
                        table=theirs.code_table,
                        own=mine.code_table,
                    ),
                )
            if theirs.crs != mine.crs:
                yield Finding(
                    "note",
                    "neighbour-zone",
                    mine.layer,
                    message("zones.borders.other_zone", **values, crs=theirs.crs, own=mine.crs),
                )
