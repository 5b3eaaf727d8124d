"""Polygons of an ordinary layer, whose columns the project file names one by one.

What crop plots and land-use parcels have in common: geometry checked, ledger area, planting year
and commune as the record gives them, every fault a finding. A forest status layer knows its fields
by itself and has its own reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.clock import this_year
from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.crs.crs import plane_area_ha, require_crs
from layers.crs.source import place_layer
from layers.io.table import require_columns, require_hectares
from layers.io.values import as_commune_code, as_integer, as_number, as_text
from layers.io.vector import load_vector
from layers.kinds.duplicates import exact_duplicates
from layers.kinds.ledger_differences import check_ledger_unit
from layers.kinds.plots import PLOTS
from layers.kinds.polygons import Repair, check_polygons, list_plots, measuring_crs

__all__ = ["PLAIN_COLUMNS", "PlainPlots", "PlotSource", "finish_plots", "read_plain_plots"]

#: What a project file may name a column for, beside the column that says what grows or lies there.
PLAIN_COLUMNS = ("plot", "commune_code", "commune", "planting_year", "ledger_ha")

#: Ledger and polygon may differ by this much before anything is said; half of a ledger's last
#: decimal is granted on top. Orchards are measured by hand, so more than for forest plots.
_TOLERANCE_RATIO = 0.2
_ROUNDING_HA = 0.005


@dataclass(frozen=True, slots=True)
class PlotSource:
    """Where a layer lies and how it is to be read.

    Parameters
    ----------
    path : pathlib.Path
        Vector file.
    layer : str or None
        Layer, where the file has several.
    columns : mapping of str to str
        What a column holds (``PLAIN_COLUMNS`` and the main column) → its name in the file.
    crs : str or None
        CRS where the file has none, or a wrong one.
    province : str or None
        Code of the province, whose VN-2000 zone is proposed where there is none.
    repair : {"repair", "never"}
        What to do with invalid polygons.
    name : str
        The layer's name in messages.
    """

    path: Path
    layer: str | None
    columns: Mapping[str, str]
    crs: str | None
    province: str | None
    repair: Repair
    name: str


@dataclass(frozen=True, slots=True)
class PlainPlots:
    """Records with a usable polygon.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        ``row, plot, commune_code, commune, planting_year, ledger_ha, geometry_ha, area_ha,
        ledger_source, value`` and ``geometry``; ``value`` is the text of the main column.
    findings : Findings
        What was wrong, assumed or repaired so far.
    """

    frame: gpd.GeoDataFrame
    findings: Findings


def read_plain_plots(source: PlotSource, *, value: str) -> PlainPlots:
    """Read a layer whose columns are named."""
    _check_keys(source, value)
    raw = load_vector(source.path, layer=source.layer)
    require_columns(raw, dict(source.columns), source=source.name)
    require_hectares(source.columns.get("ledger_ha", ""), source=source.name)
    if raw.empty:
        raise InputError(
            en=f"{source.name}: expected polygons, found an empty layer ({source.path.name}).",
            vi=f"{source.name}: lớp không có đối tượng nào ({source.path.name}).",
        )
    raw, notes = place_layer(raw, source=source.name, named=source.crs, province=source.province)
    typed, found = _typed(raw, source, value)
    polygons = check_polygons(typed, source=source.name, repair=source.repair)
    findings = Findings([*notes, *found, *polygons.findings.items])
    findings.raise_errors()
    frame = _measured(polygons.kept, source, findings)
    return PlainPlots(_without_repeats(frame, source.name, findings), findings)


def finish_plots(frame: gpd.GeoDataFrame, land: pd.Series[str]) -> gpd.GeoDataFrame:
    """Put plain plots into the form of ``PLOTS``."""
    table = frame.drop(columns=["area_ha", "value"]).assign(land=land, three_forest="outside")
    checked: gpd.GeoDataFrame = PLOTS.validate(table.reset_index(drop=True))
    return checked


def _check_keys(source: PlotSource, value: str) -> None:
    known = (value, *PLAIN_COLUMNS)
    strange = sorted(set(source.columns) - set(known))
    if strange:
        raise InputError(
            en=f"{source.name}: unknown columns {strange}; known are {', '.join(known)}.",
            vi=f"{source.name}: không có mục cột {strange}; các mục dùng được: {', '.join(known)}.",
        )
    if value not in source.columns:
        raise InputError(
            en=f"{source.name}: name the column that holds the {value}: 'columns: {{{value}: …}}'.",
            vi=f"{source.name}: hãy ghi tên cột chứa {value}: 'columns: {{{value}: …}}'.",
        )


def _typed(
    raw: gpd.GeoDataFrame, source: PlotSource, value: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    nothing = pd.Series(np.nan, index=raw.index, dtype="float64")

    def named(use: str) -> pd.Series:
        return raw[source.columns[use]] if use in source.columns else nothing

    frame = gpd.GeoDataFrame({"row": np.arange(len(raw))}, geometry=raw.geometry)
    frame["plot"] = as_text(named("plot")).fillna("#" + frame["row"].astype(str))
    frame["commune_code"] = as_commune_code(named("commune_code"))
    frame["commune"] = as_text(named("commune"))
    frame["value"] = as_text(raw[source.columns[value]])
    frame["planting_year"], bad_year = as_integer(named("planting_year"))
    frame["ledger_ha"], bad_area = as_number(named("ledger_ha"))
    frame["area_ha"] = frame["ledger_ha"].where(frame["ledger_ha"] > 0)
    bad_year |= frame["planting_year"].lt(1900).fillna(value=False).astype(bool)
    bad_year |= frame["planting_year"].gt(this_year()).fillna(value=False).astype(bool)
    bad_area |= frame["ledger_ha"].le(0).astype(bool)
    cases = [
        ("planting-year-implausible", bad_year, _YEAR),
        ("ledger-implausible", bad_area, _LEDGER),
    ]
    listed = [
        list_plots("problem", kind, mask, message, frame=frame, source=source.name)
        for kind, mask, message in cases
    ]
    frame["planting_year"] = frame["planting_year"].mask(bad_year)
    frame["ledger_ha"] = frame["ledger_ha"].mask(bad_area)
    return frame, [item for item in listed if item is not None]


def _measured(kept: gpd.GeoDataFrame, source: PlotSource, findings: Findings) -> gpd.GeoDataFrame:
    """Where the layer has a ledger, every plot gets an area: its own, else its polygon's."""
    frame = kept.copy()
    crs = require_crs(frame, source=source.name)
    frame["geometry_ha"] = plane_area_ha(frame, measuring_crs(crs))
    has_ledger = "ledger_ha" in source.columns
    told = frame["ledger_ha"].notna()
    frame["ledger_source"] = np.where(told, "ledger", "geometry" if has_ledger else "none")
    frame["area_ha"] = frame["ledger_ha"].fillna(frame["geometry_ha"])
    if has_ledger:
        frame["ledger_ha"] = frame["area_ha"]
        beyond = (frame["ledger_ha"] - frame["geometry_ha"]).abs() - _ROUNDING_HA
        findings.extend(
            check_ledger_unit(
                frame["ledger_ha"].where(told), frame["geometry_ha"], source=source.name
            )
        )
        findings.raise_errors()
        differs = told & (beyond > _TOLERANCE_RATIO * frame["geometry_ha"])
        found = (
            list_plots(
                "note", "ledger-missing", ~told, _NO_LEDGER, frame=frame, source=source.name
            ),
            list_plots(
                "problem", "ledger-differs", differs, _DIFFERS, frame=frame, source=source.name
            ),
        )
        findings.extend(item for item in found if item)
    return frame


def _without_repeats(frame: gpd.GeoDataFrame, name: str, findings: Findings) -> gpd.GeoDataFrame:
    same_shape = exact_duplicates(frame)
    boxes = frame.geometry.bounds
    record = ["value", "planting_year", "ledger_ha"]
    key = pd.concat([frame[record], boxes], axis=1)
    whole = same_shape & key.duplicated()
    for mask, kind, message in (
        (whole, "plot-twice", _TWICE),
        (same_shape & ~whole, "geometry-twice", _SHAPE_TWICE),
    ):
        problem = list_plots("problem", kind, mask, message, frame=frame, source=name)
        findings.extend([problem] if problem else [])
    return frame.loc[~whole]


_YEAR = Phrase(
    en="planting years that cannot be were taken as unknown, correct them",
    vi="năm trồng không hợp lý, được coi là không rõ, hãy sửa",
)
_LEDGER = Phrase(
    en="ledger areas of zero, below zero or that are no number were replaced by the polygon's area",
    vi="diện tích bằng 0, âm hoặc không phải số, đã lấy theo đa giác, hãy sửa",
)
_NO_LEDGER = Phrase(
    en="plots without a usable ledger area take their polygon's",
    vi="lô không có diện tích sổ dùng được, lấy theo đa giác",
)
_DIFFERS = Phrase(
    en="ledger and polygon differ by more than 20 % (the ledger leads), check unit and decimals",
    vi="diện tích sổ và đa giác lệch quá 20 % (lấy theo sổ), hãy kiểm tra đơn vị và dấu thập phân",
)
_TWICE = Phrase(
    en="the same polygon with the same record stands twice and was counted once",
    vi="cùng một đa giác và bản ghi xuất hiện hai lần, chỉ tính một lần",
)
_SHAPE_TWICE = Phrase(
    en="the same polygon stands twice with different records, both were kept, delete one",
    vi="cùng một đa giác có hai bản ghi khác nhau, vẫn giữ cả hai, hãy xóa một",
)
