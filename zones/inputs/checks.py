"""Checks that hold inputs against each other: codes against communes, plots against plots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase, format_number
from layers.crs.transform import to_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from layers.communes.boundaries import NaturalAreas
    from layers.kinds.plots import PlotLayer

__all__ = [
    "check_codes_of_day",
    "check_day_of_communes",
    "check_plot_overlaps",
    "check_report_areas",
]

#: Shared ground below this is the noise of digitising along a common border, not a double plot.
_OVERLAP_MINIMUM_M2 = 1.0


def check_codes_of_day(
    name: str, frame: pd.DataFrame, communes: gpd.GeoDataFrame, *, on: str
) -> list[Finding]:
    """Recognise a layer whose commune codes are of another day than the project's communes."""
    from layers.communes.vintage_check import check_vintage

    if frame["commune_code"].isna().all():
        return []
    named = "commune" in frame.columns and bool(frame["commune"].notna().any())
    # Where there are names they tell; places are held against codes by the check of places.
    return check_vintage(
        pd.DataFrame(frame.drop(columns="geometry")) if named and "geometry" in frame else frame,
        communes,
        code_column="commune_code",
        name_column="commune" if named else None,
        on=on,
        source=name,
    )


def check_day_of_communes(
    communes: gpd.GeoDataFrame, areas: NaturalAreas, *, province: str, on: str
) -> list[Finding]:
    """Recognise boundaries, or a table of natural areas, of another day than the project says.

    Every code of July 2025 was a code before, so a table of old areas joins to the boundaries of
    today without a gap and gives every commune the area of a part of it.
    """
    from layers.communes.gazetteer import list_communes, vintage_on, vintages
    from layers.communes.vintage_check import check_vintage
    from layers.convert.rows import CommuneColumns, settle_columns
    from layers.io.table import read_table

    if on < vintages(province)[0]:
        return []
    known = list_communes(province, vintage_on(on, province=province))
    known = known.rename(columns={"code": "commune_code", "name": "commune"})
    table = read_table(Path(areas.path), sheet=areas.sheet)
    columns = settle_columns(table, CommuneColumns(code=areas.code_column))
    found = check_vintage(
        communes.drop(columns="geometry"),
        known,
        code_column="commune_code",
        name_column="commune",
        on=on,
        source="communes",
    )
    found += check_vintage(
        table,
        known,
        code_column=areas.code_column,
        name_column=columns.name,
        on=on,
        source="natural_areas",
    )
    return [one for one in found if one.severity == "error"]


def check_report_areas(name: str, table: pd.DataFrame, communes: gpd.GeoDataFrame) -> list[Finding]:
    """Error for a crop that a report gives more hectares in a commune than the commune has."""
    sums = table.groupby(["commune_code", "crop", "year"], as_index=False)["area_ha"].sum()
    facts = sums.merge(communes[["commune_code", "commune", "official_area_ha"]], on="commune_code")
    over = facts[facts["area_ha"] > facts["official_area_ha"]].head(5)
    if over.empty:
        return []
    count = int((facts["area_ha"] > facts["official_area_ha"]).sum())
    listed, listed_vi = (
        "; ".join(
            f"{row.commune} {row.crop} {row.year}: {format_number(row.area_ha, language)} / "
            f"{format_number(row.official_area_ha, language)} ha"
            for row in over.itertuples()
        )
        for language in ("en", "vi")
    )
    return [
        Finding(
            "error",
            "more-than-commune",
            name,
            Phrase(
                en=f"{count} figures are larger than the whole commune ({listed}); hectares are "
                "expected: if the figures are in m², divide them by 10,000",
                vi=f"{count} số liệu lớn hơn cả diện tích xã ({listed_vi}); cần số héc-ta: nếu số "
                "liệu tính bằng m², hãy chia cho 10.000",
            ),
            count=count,
            area_ha=float(facts.loc[over.index, "area_ha"].sum()),
            examples=tuple(over["commune"]),
        )
    ]


def check_plot_overlaps(name: str, layer: PlotLayer, crs: pyproj.CRS) -> list[Finding]:
    """Find plots that share ground: their hectares count double in every sum by geometry."""
    from layers.engine.overlaps import check_overlaps

    pairs = check_overlaps(to_crs(layer.plots, crs), minimum_m2=_OVERLAP_MINIMUM_M2)
    if pairs.empty:
        return []
    labels = layer.plots["plot"]
    rows = layer.plots["row"]
    area = float(pairs["area_ha"].sum())
    first = tuple(
        f"{labels[plot]} + {labels[other]}"
        for plot, other in zip(pairs["plot"].head(5), pairs["other"].head(5), strict=True)
    )
    concerned = sorted(set(pairs["plot"]) | set(pairs["other"]))
    listed = ", ".join(first)
    return [
        Finding(
            severity="problem",
            kind="plots-overlap",
            source=name,
            message=Phrase(
                en=f"{len(pairs)} pairs of plots overlap by {format_number(area, 'en', decimals=2)}"
                f" ha in all, which counts double by geometry (largest: {listed}); redraw them.",
                vi=f"{len(pairs)} cặp lô chồng nhau, tổng {format_number(area, 'vi', decimals=2)} "
                f"ha bị tính hai lần theo hình học (lớn nhất: {listed}); hãy vẽ lại.",
            ),
            count=len(pairs),
            area_ha=area,
            examples=first,
            rows=tuple(int(rows[plot]) for plot in concerned),
        )
    ]
