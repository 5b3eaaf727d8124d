"""What an interactive map is made of: the frames handed over, their schemas and their checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.errors import CrsError, InputError
from layers.base.language import Language, Phrase
from layers.base.messages import joined
from layers.base.remembered import remembered
from layers.base.schema import Schema, read_schema
from layers.base.short_repr import short_repr
from maps.layout.content import TableNote
from maps.layout.words import phrase, repeated_keys
from maps.tables import ALLOCATION, FOREST_COVER, PROGRESS, SOURCES, TARGETS, ZONE_NAMES, ZONES

# One page with a path per commune stays usable up to here (the country has 3,321 communes).
COMMUNE_LIMIT = 5_000
#: What a map needs of an allocation.
_PLANNED = Schema(
    "planned areas",
    tuple(
        c for c in ALLOCATION.columns if c.name in ("zone", "commune_code", "year", "planned_ha")
    ),
)
_OPTIONAL_FIGURES = ("held_ratio", "available_ha", "gap_ha")
_LISTS = ["open", "closed", "province", "none"]

#: Why a commune's figure is not sure; the page has a word for each.
UNSURE = ("cannot_tell", "composite", "wide")
_VERDICTS = ("met", "not_met", "cannot_tell")
_INTERVAL = ("low_interval_ha", "high_interval_ha", "own_weight_ratio")

#: What may keep a commune from taking more of a zone; the page has a word for each.
LIMITS = (
    *("no_land", "list", "lock", "ceiling", "land"),
    *("pace", "commune_pace", "zone_pace", "province_pace", "target"),
)

MAP_COMMUNES = read_schema("maps.interactive", "communes of the map")

WARNINGS = read_schema("maps.interactive", "warnings")

COVER_PATH = read_schema("maps.interactive", "cover path of the map")

#: Who tells the hectares of a year; the page has words for each.
TELLERS = ("layer", "report", "reconciled")


@dataclass(frozen=True, slots=True)
class PlotLegend:
    """One way of colouring plots, which a reader may choose.

    Parameters
    ----------
    legend : str
        Its id, as the address of a view carries it.
    name : Phrase
        Its name in the legend of the map.
    colours : tuple of str
        Colour (``#RRGGBB``) of every class, the first that of class 1.
    entries : tuple of (Phrase, str)
        Names and colours as the legend lists them.
    """

    legend: str
    name: Phrase
    colours: tuple[str, ...]
    entries: tuple[tuple[Phrase, str], ...]


@dataclass(frozen=True, slots=True)
class ColouredPlots:
    """Plots as a picture laid over the map, in one of several legends.

    Parameters
    ----------
    plots : geopandas.GeoDataFrame
        Polygons, any CRS, with a column ``class`` (1 to 255).
    legends : tuple of PlotLegend
        Legends, the first the one that is shown first; each has a colour for every class.
    """

    plots: gpd.GeoDataFrame
    legends: tuple[PlotLegend, ...]


@dataclass(frozen=True, slots=True)
class MapContent:
    """Frames and words of one interactive map; nothing in it is computed by the page.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Schema `MAP_COMMUNES` plus ``geometry``, any CRS; a commune may lack its geometry.
    zones : pandas.DataFrame
        Schema `maps.tables.ZONE_NAMES`, in the order of the plan.
    zone_communes : pandas.DataFrame
        Schema `maps.tables.ZONES`; the optional columns ``held_ratio`` (present area ÷ target of
        the zone), ``available_ha`` and ``gap_ha`` switch their measures on; ``binding``
        (``no_land``, ``pace``, ``list`` …) says what keeps a commune from taking more;
        ``low_interval_ha``, ``high_interval_ha``, ``own_weight_ratio``, ``verdict`` and ``unsure``
        (``cannot_tell``, ``composite``, ``wide``) say how sure its present area is.
    targets : pandas.DataFrame
        Schema `maps.tables.TARGETS`; the first row in ha of a zone is drawn in the chart. The
        optional column ``indicator`` tells areas (``area``) from other hectares, ``figure_low``
        and ``figure_high`` the plan's own figures from those with a tolerance.
    title_vi, title_en : str
        Title of the page.
    forest_cover : pandas.DataFrame, optional
        Schema `maps.tables.FOREST_COVER`, the province last.
    cover_path : pandas.DataFrame, optional
        Schema `COVER_PATH`: the forest cover rate by year, of the communes and the province; the
        measure of forest cover then has a slider of years and a chart.
    progress : pandas.DataFrame, optional
        Schema `maps.tables.PROGRESS`: hectares of the zones by year, as measured (``layer``), as
        reported (``report``) and as reconciled; the present area then has a choice of them, a
        slider of years and a chart. A year without figures has no rows: it is not 0.
    planned : pandas.DataFrame, optional
        Columns ``zone, commune_code, year, planned_ha`` of `maps.tables.ALLOCATION`, ``land`` where
        there is more than one; absent before an allocation.
    sources : pandas.DataFrame, optional
        Schema `maps.tables.SOURCES`; the optional columns ``layer_vi`` and ``layer_en`` name the
        layer in each language.
    neighbours : geopandas.GeoDataFrame, optional
        Communes around, drawn in grey; a column ``commune`` names them.
    plot_outlines : geopandas.GeoDataFrame or ColouredPlots, optional
        Plots to lay over the map: outlines, left out, and said so, where they are too many; or
        coloured by class, as a picture that is as fine as fits into the page.
    warnings : pandas.DataFrame, optional
        Schema `WARNINGS`.
    verdicts : tuple of TableNote
        Sentences on the targets of a zone: verdict, interval, what would decide. They stand above
        the map of that zone.
    demo : bool
        The figures are made up; the page says so.
    tile_hosts : tuple of str
        Hosts or tile addresses (``https://host/{z}/{x}/{y}.png``) the page may load from.
    digest : str
        Digest of the figures, carried and printed.
    language : {"vi", "en"}
        Language the page opens in.
    """

    communes: gpd.GeoDataFrame
    zones: pd.DataFrame
    zone_communes: pd.DataFrame
    targets: pd.DataFrame
    title_vi: str
    title_en: str
    forest_cover: pd.DataFrame | None = None
    cover_path: pd.DataFrame | None = None
    progress: pd.DataFrame | None = None
    planned: pd.DataFrame | None = None
    sources: pd.DataFrame | None = None
    neighbours: gpd.GeoDataFrame | None = None
    plot_outlines: gpd.GeoDataFrame | ColouredPlots | None = None
    warnings: pd.DataFrame | None = None
    verdicts: tuple[TableNote, ...] = ()
    demo: bool = False
    tile_hosts: tuple[str, ...] = ()
    digest: str = ""
    language: Language = "vi"

    __repr__ = short_repr


def check_content(content: MapContent) -> MapContent:
    """Check every frame of a map against its schema and against the others."""
    _check_layers(content)
    checked = replace(
        content,
        communes=_checked_communes(content.communes),
        zones=_valid(ZONE_NAMES, content.zones),
        zone_communes=_valid(ZONES, content.zone_communes),
        targets=_valid(TARGETS, content.targets),
        forest_cover=_optional(FOREST_COVER, content.forest_cover),
        cover_path=_optional(COVER_PATH, content.cover_path),
        progress=_optional(PROGRESS, content.progress),
        planned=_optional(_PLANNED, content.planned),
        sources=_optional(SOURCES, content.sources),
        warnings=_optional(WARNINGS, content.warnings),
    )
    _check_keys(checked)
    return checked


@remembered()
def _checked_communes(given: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    communes = MAP_COMMUNES.validate(pd.DataFrame(given.drop(columns="geometry")))
    if len(communes) > COMMUNE_LIMIT:
        told = phrase("fault.communes", most=COMMUNE_LIMIT, count=len(communes))
        raise InputError(told)
    checked = gpd.GeoDataFrame(communes, geometry=given.geometry, crs=given.crs)
    return checked.sort_values("commune_code").reset_index(drop=True)


@remembered(most=20)
def _valid(schema: Schema, frame: pd.DataFrame) -> pd.DataFrame:
    return schema.validate(frame).reset_index(drop=True)


def _optional(schema: Schema, frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None else _valid(schema, frame)


def _check_layers(content: MapContent) -> None:
    plots = content.plot_outlines
    layers = {
        "communes": content.communes,
        "neighbours": content.neighbours,
        "plot_outlines": plots.plots if isinstance(plots, ColouredPlots) else plots,
    }
    bare = [
        name
        for name, layer in layers.items()
        if isinstance(layer, gpd.GeoDataFrame) and layer.crs is None
    ]
    if bare:
        names = ", ".join(bare)
        raise CrsError("maps.interactive.layers_without_crs", names=names)


def _unknown(table: str, values: pd.Series, known: pd.Series | Sequence[str]) -> list[Phrase]:
    strange = values[~values.isin(known)].drop_duplicates()
    first = ", ".join(map(str, strange.head(5)))
    column = str(values.name)
    told = phrase("fault.unknown", table=table, count=len(strange), column=column, first=first)
    return [told] if len(strange) else []


def _check_keys(content: MapContent) -> None:
    codes, zones = content.communes["commune_code"], content.zones["zone"]
    faults = repeated_keys("communes", codes.to_frame()) + repeated_keys("zones", zones.to_frame())
    faults += _unknown("zones", content.zones["list"], _LISTS)
    keyed = {"zone_communes": content.zone_communes[["zone", "commune_code"]]}
    if content.planned is not None:
        by_land = ["land"] if "land" in content.planned else []
        keyed["planned"] = content.planned[["zone", "commune_code", "year", *by_land]]
    for name, keys in keyed.items():
        faults += repeated_keys(name, keys)
        faults += _unknown(name, keys["commune_code"], codes) + _unknown(name, keys["zone"], zones)
    if "binding" in content.zone_communes:
        faults += _unknown("zone_communes", content.zone_communes["binding"].dropna(), LIMITS)
    for name, known in (("unsure", UNSURE), ("verdict", _VERDICTS)):
        if name in content.zone_communes:
            told = content.zone_communes[name]
            faults += _unknown("zone_communes", told[told != ""], known)
    if content.warnings is not None:
        faults += _unknown("warnings", content.warnings["commune_code"], codes)
    if content.forest_cover is not None:
        covered = content.forest_cover["commune_code"]
        faults += repeated_keys("forest_cover", covered.to_frame())
        faults += _unknown("forest_cover", covered.iloc[:-1], codes)
        if covered.iloc[-1:].isin(codes).any():
            faults.append(phrase("fault.no_province", code=covered.iloc[-1]))
    told = pd.Series([note.zone for note in content.verdicts], dtype="str", name="zone")
    faults += _unknown("verdicts", told, zones) + _cover_path_faults(content)
    faults += _progress_faults(content.progress, content.zones, content.communes)
    faults += _wrong_figures(content)
    if faults:
        raise InputError("maps.interactive.tables_do_not_fit", faults=joined(faults))


def _cover_path_faults(content: MapContent) -> list[Phrase]:
    """A path has its communes and one province in every year, and stands on rates of today."""
    path, cover = content.cover_path, content.forest_cover
    if path is None:
        return []
    if cover is None or cover.empty:
        return [phrase("fault.path_without_cover")]
    faults = repeated_keys("cover_path", path[["year", "commune_code"]])
    faults += _unknown("cover_path", path["commune_code"], cover["commune_code"])
    whole = path.loc[path["commune_code"] == cover["commune_code"].iloc[-1], "year"]
    if set(whole) != set(path["year"]):
        faults.append(phrase("fault.path_without_province"))
    return faults


@remembered()
def _progress_faults(
    frame: pd.DataFrame | None, zones: pd.DataFrame, communes: gpd.GeoDataFrame
) -> list[Phrase]:
    """Every zone, year and teller has its communes and one province."""
    if frame is None:
        return []
    keys = ["zone", "told_by", "year"]
    faults = repeated_keys("progress", frame[[*keys, "commune_code"]])
    faults += _unknown("progress", frame["zone"], zones["zone"])
    faults += _unknown("progress", frame["told_by"], TELLERS)
    whole, told = frame["commune_code"] == "", frame["commune_code"].replace("", np.nan)
    faults += _unknown("progress", told.dropna(), communes["commune_code"])
    # A key that stands once in all rows and the province's together has communes and no province.
    every = pd.concat([rows.drop_duplicates() for rows in (frame[keys], frame.loc[whole, keys])])
    if not every.duplicated(keep=False).all():
        faults.append(phrase("fault.progress_without_province"))
    return faults


def _wrong_figures(content: MapContent) -> list[Phrase]:
    """Find what is no finite number; missing is allowed where the schema allows it."""
    tables = {
        "communes": content.communes,
        "zone_communes": content.zone_communes,
        "targets": content.targets,
        "planned": content.planned,
        "forest_cover": content.forest_cover,
        "cover_path": content.cover_path,
        "progress": content.progress,
    }
    return [fault for name, frame in tables.items() for fault in _not_finite(name, frame)]


@remembered(most=16)
def _not_finite(table: str, frame: pd.DataFrame | None) -> list[Phrase]:
    faults: list[Phrase] = []
    for column, figures in () if frame is None else frame.items():
        optional = table == "zone_communes" and column in (*_OPTIONAL_FIGURES, *_INTERVAL)
        if not optional and not pd.api.types.is_numeric_dtype(figures):
            continue
        numbers = pd.to_numeric(figures, errors="coerce").astype("float64")
        count = int((np.isinf(numbers) | (figures.notna() & numbers.isna())).sum())
        if count:
            told = phrase("fault.not_finite", table=table, count=count, column=str(column))
            faults.append(told)
    return faults
