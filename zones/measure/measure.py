"""Measurement: layers × communes → hectares by commune, land, crop, forest class and age.

Pieces of a plot share its ledger area by area share; a plot with several species is shared by
weights after the overlay, so that no geometry is ever duplicated. What no plot of a forest or
land-use layer covers is ``unclassified``; where plots cover more than there is, the excess stands
as ``overlap``, below zero, so that the commune closes and nobody takes it for land; what lies
outside every commune keeps an empty code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.crs.areal_scale import square_unit_m2
from layers.crs.crs import M2_PER_HA, plane_area_ha
from layers.crs.transform import to_crs
from layers.kinds.plots import share_by_crop
from zones.measure.closure import ClosureLog
from zones.tables import AREAS, MEASURED

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pyproj

    from layers.engine.raster import RasterGrid
    from layers.kinds.plots import PlotLayer
    from layers.kinds.report import ReportLayer

#: Land of a commune that is in no class of the layer: what no plot covers, and what plots that
#: overlap cover more than once (below zero).
NO_CLASS = ("unclassified", "overlap")

#: Kinds of layers that cover the communes they tell of.
COVERING = ("forest_status", "land_use")

#: Less of a commune than this may be edges of plots that lie in others.
_EDGE_RATIO = 0.001

#: A commune that its plots cover to the last digit leaves a rest of this order.
_ROUNDING_RATIO = 1e-9

#: What a piece takes over from its plot, where the layer has it.
_TOLD = (
    *("row", "land", "three_forest", "planting_year"),
    *("form_origin", "form_site", "form_stand", "form_purpose"),
)
_KEYS = ["commune_code", "layer", "land", "crop", "three_forest", "planting_year"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every layer is measured on."""

    # Columns of ``layers.communes.boundaries.COMMUNES`` and geometry, in the area CRS
    communes: gpd.GeoDataFrame
    crs: pyproj.CRS  # Area CRS
    closures: ClosureLog  # Where checked sums are kept
    workers: object = 1  # Number of local workers, or a ``dask.distributed.Client``


def measure_plots(
    name: str, layer: PlotLayer, ground: Ground, *, covers_all: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    """Hectares of a polygon layer by commune."""
    pieces, found = plot_pieces(name, layer, ground, covers_all=covers_all)
    return measure_pieces(name, layer, pieces, ground, covers_all=covers_all), found


def plot_pieces(
    name: str, layer: PlotLayer, ground: Ground, *, covers_all: bool
) -> tuple[pd.DataFrame, list[Finding]]:
    """Pieces of the plots of a layer in the communes (ha), with what the layer says of each.

    Of a layer that covers the communes it tells of, edges of other communes' plots count as outside
    every commune where they are all that it has in one.
    """
    from layers.engine.overlay import overlay_pieces

    plots = to_crs(layer.plots, ground.crs)
    found = Findings()
    pieces = overlay_pieces(
        ground.communes,
        plots,
        ledger_column="ledger_ha" if plots["ledger_ha"].notna().any() else None,
        workers=ground.workers,
        findings=found,
    )
    told = plots[[name for name in plots.columns if name in _TOLD]]
    pieces = pieces.merge(told, left_on="plot", right_index=True, validate="many_to_one")
    pieces = pieces.assign(layer=name, commune_code=pieces["commune_code"].fillna(""))
    ground.closures.check(
        f"{name}: pieces to plots",
        parts=pieces["area_ha"].sum(),
        whole=plots.area.sum() / M2_PER_HA,
    )
    ground.closures.check(
        f"{name}: ledger of pieces to ledger of plots",
        parts=pieces["ledger_ha"].sum(),
        whole=plots["ledger_ha"].sum(),
    )
    if covers_all:
        pieces = _edges_aside(pieces, plots, ground, found)
    return pieces, [replace(item, source=name) for item in found.items]


def told_once(found: list[Finding]) -> list[Finding]:
    """Each finding once; ground that two communes claim is told with the communes already."""
    seen: dict[str, Finding] = {}
    for item in found:
        if item.kind != "double-claim":
            seen.setdefault(f"{item.source}: {item.message.en}", item)
    return list(seen.values())


def _edges_aside(
    pieces: pd.DataFrame, plots: gpd.GeoDataFrame, ground: Ground, found: Findings
) -> pd.DataFrame:
    """Pieces without the commune where a layer has nothing but edges of plots that lie elsewhere.

    Boundaries of two offices never fit to the metre: where a layer ends at a commune, some plots
    reach a little into the next, of which it tells nothing.
    """
    covered = pieces.groupby("commune_code")["area_ha"].sum()
    few = covered < _EDGE_RATIO * _ground_ha(ground).reindex(covered.index)
    communes = ground.communes[ground.communes["commune_code"].isin(few.index[few])]
    # Of plots that are joined to one shape every part is looked at.
    parts = plots.geometry[pieces.loc[pieces["commune_code"].isin(few.index[few]), "plot"].unique()]
    shapes = parts.explode().to_numpy()
    alone = [not _lies_in(shapes, commune) for commune in communes.geometry]
    codes = communes["commune_code"][alone]
    edges = pieces["commune_code"].isin(codes)
    if not edges.any():
        return pieces
    names = communes["commune"][alone].tolist()
    area = float(pieces.loc[edges, "area_ha"].sum())
    told = message("zones.measure.edges_alone", count=len(names), area=area, names=names)
    found.add(Finding("problem", "edges-alone", "", told, len(names), area_ha=area))
    return pieces.assign(commune_code=pieces["commune_code"].mask(edges, ""))


def _lies_in(shapes: npt.NDArray[np.object_], commune: shapely.Geometry) -> bool:
    """Whether any polygon lies in a commune for the greater part."""
    inside = shapely.area(shapely.intersection(shapes, commune))
    return bool((inside > shapely.area(shapes) / 2).any())


def measure_pieces(
    name: str, layer: PlotLayer, pieces: pd.DataFrame, ground: Ground, *, covers_all: bool
) -> pd.DataFrame:
    """Hectares by commune, land, crop, forest class and age, of the pieces of a layer."""
    shared = share_by_crop(pieces, layer.crop_weights)
    for column in ("area_ha", "ledger_ha"):
        ground.closures.check(
            f"{name}: {column} of crops to pieces",
            parts=shared[column].sum(),
            whole=pieces[column].sum(),
        )
    frame = _grouped(shared)
    if covers_all:
        whole = _ground_ha(ground)
        frame = pd.concat([frame, _unclassified(frame, whole, name)], ignore_index=True)
        _check_communes(frame, whole, ground.closures, name)
    return MEASURED.validate(frame)


def _grouped(frame: pd.DataFrame) -> pd.DataFrame:
    sums = frame.groupby(_KEYS, dropna=False, observed=True)[["area_ha", "ledger_ha"]]
    return sums.sum(min_count=1).reset_index()


def _ground_ha(ground: Ground) -> pd.Series[float]:
    """Area of each commune (ha); ground that two claim is that of the lower code, as in layers."""
    communes = claimed_once(ground.communes, ground.crs, Findings())
    return plane_area_ha(communes, ground.crs).set_axis(communes["commune_code"])


def _unclassified(frame: pd.DataFrame, whole: pd.Series[float], name: str) -> pd.DataFrame:
    covered = frame.groupby("commune_code")["area_ha"].sum().reindex(whole.index).fillna(0.0)
    rest = whole - covered
    return pd.DataFrame(
        {
            "commune_code": whole.index,
            "layer": name,
            "land": np.where(rest < -_ROUNDING_RATIO * whole, "overlap", "unclassified"),
            "crop": "",
            "three_forest": "outside",
            "planting_year": pd.array([pd.NA] * len(whole), dtype="Int64"),
            "area_ha": rest.to_numpy(),
            "ledger_ha": np.nan,
        }
    )


def _check_communes(
    frame: pd.DataFrame, whole: pd.Series[float], closures: ClosureLog, name: str
) -> None:
    inside = frame.groupby("commune_code")["area_ha"].sum().reindex(whole.index)
    worst = str((inside - whole).abs().idxmax())
    closures.check(
        f"{name}: land classes to commune (worst of {len(whole)}: {worst})",
        parts=inside[worst],
        whole=whole[worst],
    )
    closures.check(f"{name}: communes to province", parts=inside.sum(), whole=whole.sum())


def measure_raster(
    name: str, grid: RasterGrid, classes: dict[int, str], ground: Ground
) -> tuple[pd.DataFrame, list[Finding]]:
    """Hectares of a class raster by commune; ground that two communes claim counts once."""
    from layers.engine.tabulate import tabulate_area

    found = Findings()
    table = tabulate_area(
        claimed_once(ground.communes, ground.crs, found),
        grid,
        workers=ground.workers,
        findings=found,
    )
    names = table["class"].map(lambda value: _class_name(value, classes))
    frame = pd.DataFrame(
        {
            "commune_code": table["commune_code"],
            "layer": name,
            "land": names,
            "crop": "",
            "three_forest": "outside",
            "planting_year": pd.array([pd.NA] * len(table), dtype="Int64"),
            "area_ha": table["area_ha"],
            "ledger_ha": np.nan,
        }
    )
    grouped = _grouped(frame)
    ground.closures.check(
        f"{name}: classes before and after naming",
        parts=grouped["area_ha"].sum(),
        whole=table["area_ha"].sum(),
    )
    return MEASURED.validate(grouped), [replace(item, source=name) for item in found.items]


def claimed_once(communes: gpd.GeoDataFrame, crs: pyproj.CRS, found: Findings) -> gpd.GeoDataFrame:
    """Communes, in the area CRS, without the ground that one of a lower code claims as well."""
    from layers.engine.overlaps import settle_claims

    by_code = communes.sort_values("commune_code")
    shapes = settle_claims(
        by_code.geometry.to_numpy(),
        pd.Index(by_code["commune_code"]),
        unit_m2=square_unit_m2(crs),
        source="communes",
        findings=found,
    )
    settled: gpd.GeoDataFrame = by_code.set_geometry(shapes, crs=crs)
    return settled.loc[communes.index]


def _class_name(value: object, classes: dict[int, str]) -> str:
    if value is None or value is pd.NA or value != value:
        return "unclassified"
    number = int(str(value))
    return classes.get(number, str(number))


def measure_report(name: str, report: ReportLayer, ground: Ground) -> pd.DataFrame:
    """Hectares that communes report, taken as they are."""
    table = report.table
    known = set(ground.communes["commune_code"])
    strange = table[~table["commune_code"].isin(known)]
    if not strange.empty:
        codes = sorted(set(strange["commune_code"]))
        raise InputError(
            "zones.measure.report_of_unknown_communes",
            name=name,
            count=len(strange),
            count_2=strange["area_ha"].sum(),
            codes=codes,
        )
    frame = pd.DataFrame(
        {
            "commune_code": table["commune_code"],
            "layer": name,
            "land": "report",
            "crop": table["crop"],
            "three_forest": "outside",
            "planting_year": table["year"].astype("Int64"),
            "area_ha": np.nan,
            "ledger_ha": table["area_ha"],
        }
    )
    grouped = _grouped(frame)
    ground.closures.check(
        f"{name}: rows to communes",
        parts=grouped["ledger_ha"].sum(),
        whole=table["area_ha"].sum(),
    )
    unknown = _unknown(name, report)
    unknown = unknown[unknown["commune_code"].isin(known)]
    return MEASURED.validate(pd.concat([grouped, unknown], ignore_index=True))


def _unknown(name: str, report: ReportLayer) -> pd.DataFrame:
    """Rows without hectares of what a report leaves blank, up to the newest year of the crop."""
    keys = ["commune_code", "crop", "year"]
    newest = report.blank["crop"].map(report.table.groupby("crop")["year"].max()).astype("Int64")
    blank = report.blank.assign(year=report.blank["year"].fillna(newest))
    # Of a row whose year cannot be only so much is known that it may stand for the newest.
    figures = pd.MultiIndex.from_frame(report.table[keys])
    there = pd.MultiIndex.from_frame(blank[keys]).isin(figures)
    kept = (blank["year"] <= newest).fillna(value=False).astype(bool)
    kept &= report.blank["year"].notna() | ~there
    blank = blank[kept].drop_duplicates(keys)
    return pd.DataFrame(
        {
            "commune_code": blank["commune_code"],
            "layer": name,
            "land": "report",
            "crop": blank["crop"],
            "three_forest": "outside",
            "planting_year": blank["year"].astype("Int64"),
            "area_ha": np.nan,
            "ledger_ha": np.nan,
        }
    )


def is_unknown(measured: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row is of a report that leaves an entry of its crop and year blank there.

    No sum of such a commune, crop and year is whole.
    """
    blank = (measured["land"] == "report") & measured["ledger_ha"].isna()
    keys = [measured[name] for name in ("layer", "crop", "commune_code", "planting_year")]
    told = blank.groupby(keys, dropna=False, observed=True).transform("any")
    return told & (measured["land"] == "report")


def newest_reports(measured: pd.DataFrame) -> pd.DataFrame:
    """Keep the newest year of each crop of a report; other land is kept as it is."""
    reports = (measured["land"] == "report").to_numpy()
    mine = measured[reports]
    newest = mine.groupby(["layer", "crop"])["planting_year"].transform("max")
    kept = mine.index[(mine["planting_year"] == newest).to_numpy(dtype=bool)]
    return measured[~reports | measured.index.isin(kept)]


def areas_table(measured: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Hectares by commune, layer, land and crop; of a report the newest year of each crop."""
    keys = ["commune_code", "layer", "land", "crop"]
    rows = newest_reports(measured)
    rows = rows.assign(
        year=rows["planting_year"].where(rows["land"] == "report"),
        ledger_ha=rows["ledger_ha"].mask(is_unknown(rows)),
    )
    sums = rows.groupby([*keys, "year"], observed=True, dropna=False)[["area_ha", "ledger_ha"]]
    frame = sums.sum(min_count=1).reset_index()
    names = communes.set_index("commune_code")["commune"]
    frame = frame.assign(commune=frame["commune_code"].map(names).fillna(""))
    return AREAS.validate(frame.sort_values(keys, ignore_index=True))
