"""In which commune a plot lies, and whether that is the commune it names."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Phrase, format_number
from layers.base.schema import Column, Schema

__all__ = [
    "DISAGREEMENTS",
    "check_named_communes",
    "locate_points",
]

DISAGREEMENTS = Schema(
    "plots outside the commune they name",
    (
        Column("row", "integer", "record number in the file"),
        Column("plot", "text", "tk/khoanh/lo"),
        Column("named_code", "text", "commune the record names, as the record has it"),
        Column("named", "text", "name the record carries", nullable=True),
        Column("lies_code", "text", "commune it lies in; empty outside all", nullable=True),
        Column("lies", "text", "name of that commune", nullable=True),
        Column("inside_ratio", "number", "share of the plot inside the commune it names"),
        Column("ledger_ha", "number", "area by the ledger", "ha", nullable=True),
    ),
)


def locate_points(points: gpd.GeoSeries, communes: gpd.GeoDataFrame) -> pd.Series[str]:
    """Commune in which each point lies."""
    # The tree holds the points: a query prepares what it asks with, here the large polygons.
    commune, number = shapely.STRtree(points.to_numpy()).query(
        communes.geometry.to_numpy(), predicate="intersects"
    )
    order = np.lexsort((commune, number))
    number, commune = number[order], commune[order]
    first = np.unique(number, return_index=True)[1]
    codes = np.full(len(points), None, dtype=object)
    codes[number[first]] = communes["commune_code"].to_numpy(dtype=object)[commune[first]]
    return pd.Series(codes, index=points.index, dtype=pd.StringDtype(na_value=np.nan))


def check_named_communes(
    plots: gpd.GeoDataFrame, named: pd.Series[str], communes: gpd.GeoDataFrame, *, source: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """List plots that do not lie in the commune they name.

    A plot is listed when less than half of it lies in the commune it names (any part of an old
    commune that was divided will do) and more of it in the one that holds its middle.
    """
    if communes.crs is None or communes.crs.is_geographic:
        raise InputError(
            en="Communes must be in a projected CRS to compare plots with them.",
            vi="Ranh giới xã phải ở hệ tọa độ phẳng để so sánh với các lô.",
        )
    lies = locate_points(plots.geometry.representative_point().to_crs(communes.crs), communes)
    suspects = named.notna() & ~_among(lies, named)
    shapes = plots.geometry[suspects].to_crs(communes.crs)
    ratio = _inside_ratio(shapes, named[suspects], communes)
    ratio = ratio[ratio < 0.5]
    # A plot over three communes may hold less than half of itself in the right one.
    elsewhere = _inside_ratio(shapes[ratio.index], lies[ratio.index], communes)
    wrong = ratio.index[(elsewhere > ratio) | (ratio == 0)]
    names = communes.set_index("commune_code")["commune"]
    table = pd.DataFrame(
        {
            "row": plots.loc[wrong, "row"],
            "plot": plots.loc[wrong, "plot"],
            "named_code": plots.loc[wrong, "commune_code"],
            "named": plots.loc[wrong, "commune"],
            "lies_code": lies.loc[wrong],
            "lies": lies.loc[wrong].map(names).astype(pd.StringDtype(na_value=np.nan)),
            "inside_ratio": ratio.loc[wrong],
            "ledger_ha": plots.loc[wrong, "ledger_ha"],
        }
    ).reset_index(drop=True)
    table = DISAGREEMENTS.validate(table) if len(table) else DISAGREEMENTS.empty()
    return table, _disagreement(table, source) + _nowhere(plots, lies, named, source)


def _among(lies: pd.Series[str], named: pd.Series[str]) -> pd.Series[bool]:
    """Whether a plot's commune is one of those it names."""
    same = lies.eq(named)
    several = named.str.contains("|", regex=False, na=False)
    for index in named.index[several]:
        same.loc[index] = lies.loc[index] in named.loc[index].split("|")
    return same.fillna(value=False).astype(bool)


def _inside_ratio(
    shapes: gpd.GeoSeries, named: pd.Series[str], communes: gpd.GeoDataFrame
) -> pd.Series[float]:
    """Share of each plot inside the communes it names."""
    ground = dict(zip(communes["commune_code"], communes.geometry, strict=True))
    share = pd.Series(0.0, index=shapes.index)
    for codes, index in named.groupby(named).groups.items():
        parts = [ground[code] for code in str(codes).split("|") if code in ground]
        if not parts:
            continue
        whole = shapely.union_all(parts)
        shapely.prepare(whole)
        some = shapes.loc[index]
        near = some[shapely.intersects(whole, some.to_numpy())]
        inside = shapely.area(shapely.intersection(near.to_numpy(), whole))
        share.loc[near.index] = inside / shapely.area(near.to_numpy())
    return share


def _disagreement(table: pd.DataFrame, source: str) -> list[Finding]:
    if table.empty:
        return []
    area = float(table["ledger_ha"].sum())
    first = [
        f"{row.plot} ({row.named_code} → {row.lies_code})"
        for row in table.head(5).itertuples(index=False)
    ]
    en, vi = (format_number(area, which, decimals=2) for which in ("en", "vi"))
    shown = ", ".join(first) + (", …" if len(table) > 5 else "")
    return [
        Finding(
            "problem",
            "commune-disagrees",
            source,
            Phrase(
                en=f"plots that do not lie in the commune they name (measured where they lie): "
                f"{len(table)} plots, {en} ha ({shown})",
                vi="lô không nằm trong xã đã ghi (tính theo nơi lô nằm): "
                f"{format_number(len(table), 'vi')} lô, {vi} ha ({shown})",
            ),
            count=len(table),
            area_ha=area,
            examples=tuple(first),
            rows=tuple(int(row) for row in table["row"]),
        )
    ]


def _nowhere(
    plots: gpd.GeoDataFrame, lies: pd.Series[str], named: pd.Series[str], source: str
) -> list[Finding]:
    outside = lies.isna() & named.isna()
    if not outside.any():
        return []
    area = float(plots.loc[outside, "ledger_ha"].sum())
    first = tuple(plots.loc[outside, "plot"].head(5))
    en, vi = (format_number(area, which, decimals=2) for which in ("en", "vi"))
    return [
        Finding(
            "problem",
            "plot-outside-communes",
            source,
            Phrase(
                en=f"plots outside every commune that name none either: {int(outside.sum())} "
                f"plots, {en} ha ({', '.join(first)})",
                vi="lô nằm ngoài mọi xã và không ghi xã: "
                f"{format_number(outside.sum(), 'vi')} lô, {vi} ha ({', '.join(first)})",
            ),
            count=int(outside.sum()),
            area_ha=area,
            examples=first,
            rows=tuple(int(row) for row in plots.loc[outside, "row"]),
        )
    ]
