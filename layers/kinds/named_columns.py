"""Polygons of an ordinary layer, whose columns the project file names one by one.

What crop plots and land-use parcels have in common: geometry checked, ledger area, planting year
and commune as the record gives them, every fault a finding. A forest status layer knows its fields
by itself and has its own reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.clock import this_year
from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.crs.crs import plane_area_ha, require_crs
from layers.crs.source import as_vector_file, read_layer
from layers.io.table import require_columns, require_hectares
from layers.io.values import as_commune_code, as_integer, as_number, as_text
from layers.io.vector import VectorFile, describe_vector
from layers.kinds.forest_checks import check_ledger_unit
from layers.kinds.plots import PLOTS
from layers.kinds.polygons import check_polygons, check_repeats, list_plots, measuring_crs

#: What a project file may name a column for, beside the column that says what grows or lies there.
PLAIN_COLUMNS = ("plot", "commune_code", "commune", "planting_year", "ledger_ha")

#: Ledger and polygon may differ by this much before anything is said; half of a ledger's last
#: decimal is granted on top. Orchards are measured by hand, so more than for forest plots.
_TOLERANCE_RATIO = 0.2
_ROUNDING_HA = 0.005


@dataclass(frozen=True, slots=True)
class PlainPlots:
    """Records with a usable polygon."""

    # ``row, plot, commune_code, commune, planting_year, ledger_ha, geometry_ha, area_ha,
    # ledger_source, value`` and ``geometry``; ``value`` is the text of the main column
    frame: gpd.GeoDataFrame
    findings: Findings  # What was wrong, assumed or repaired so far


def read_plain_plots(
    file: VectorFile | str | Path, columns: Mapping[str, str], *, value: str
) -> PlainPlots:
    """Read a layer whose columns are named."""
    file = as_vector_file(file)
    name = file.source
    _check_keys(name, columns, value)
    description = describe_vector(file.path, layer=file.layer)
    there = pd.DataFrame(columns=list(description.fields))
    require_columns(there, dict(columns), source=name, of_layer=True)
    require_hectares(columns.get("ledger_ha", ""), source=name)
    file = replace(file, layer=description.layer)
    raw, notes = read_layer(file, columns=list(columns.values()))
    typed, found = _typed(raw, columns, name, value)
    polygons = check_polygons(typed, source=name, repair=file.repair)
    findings = Findings([*notes, *found, *polygons.findings.items])
    findings.raise_errors()
    frame = _measured(polygons.kept, name, findings, has_ledger="ledger_ha" in columns)
    record = ["value", "planting_year", "ledger_ha", "commune_code"]
    repeats, twice = check_repeats(frame, record + ["plot"] * ("plot" in columns), file=file)
    findings.extend(twice)
    return PlainPlots(frame.loc[~repeats], findings)


def finish_plots(frame: gpd.GeoDataFrame, land: pd.Series[str]) -> gpd.GeoDataFrame:
    """Put plain plots into the form of ``PLOTS``."""
    table = frame.drop(columns=["area_ha", "value"]).assign(land=land, three_forest="outside")
    checked: gpd.GeoDataFrame = PLOTS.validate(table.reset_index(drop=True))
    return checked


def _check_keys(name: str, columns: Mapping[str, str], value: str) -> None:
    known = (value, *PLAIN_COLUMNS)
    strange = sorted(set(columns) - set(known))
    if strange:
        raise InputError("layers.kinds.unknown_columns", name=name, strange=strange, known=known)
    if value not in columns:
        raise InputError("layers.kinds.column_not_named", name=name, value=value)


def _typed(
    raw: gpd.GeoDataFrame, columns: Mapping[str, str], name: str, value: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    nothing = pd.Series(np.nan, index=raw.index, dtype="float64")

    def named(use: str) -> pd.Series:
        return raw[columns[use]] if use in columns else nothing

    frame = gpd.GeoDataFrame({"row": np.arange(len(raw))}, geometry=raw.geometry)
    frame["plot"] = as_text(named("plot")).fillna("#" + frame["row"].astype(str))
    frame["commune_code"] = as_commune_code(named("commune_code"))
    frame["commune"] = as_text(named("commune"))
    frame["value"] = as_text(raw[columns[value]])
    frame["planting_year"], bad_year = as_integer(named("planting_year"))
    frame["ledger_ha"], bad_area = as_number(named("ledger_ha"))
    frame["area_ha"] = frame["ledger_ha"].where(frame["ledger_ha"] > 0)
    bad_year |= frame["planting_year"].lt(1900).fillna(value=False).astype(bool)
    bad_year |= frame["planting_year"].gt(this_year()).fillna(value=False).astype(bool)
    bad_area |= frame["ledger_ha"].le(0).astype(bool)
    if raw.crs is not None and (bad_year | bad_area).any():  # a missing CRS is told later
        drawn = plane_area_ha(frame, measuring_crs(raw.crs))
        frame["area_ha"] = frame["area_ha"].fillna(drawn)
    cases = [
        ("planting-year-implausible", bad_year, message("layers.kinds.planting_year_impossible")),
        ("ledger-implausible", bad_area, message("layers.kinds.ledger_implausible")),
    ]
    listed = [
        list_plots("problem", kind, mask, what, frame=frame, source=name)
        for kind, mask, what in cases
    ]
    frame["planting_year"] = frame["planting_year"].mask(bad_year)
    frame["ledger_ha"] = frame["ledger_ha"].mask(bad_area)
    return frame, [item for item in listed if item is not None]


def _measured(
    kept: gpd.GeoDataFrame, name: str, findings: Findings, *, has_ledger: bool
) -> gpd.GeoDataFrame:
    """Where the layer has a ledger, every plot gets an area: its own, else its polygon's."""
    frame = kept.copy()
    crs = require_crs(frame, source=name)
    frame["geometry_ha"] = plane_area_ha(frame, measuring_crs(crs))
    told = frame["ledger_ha"].notna()
    frame["ledger_source"] = np.where(told, "ledger", "geometry" if has_ledger else "none")
    frame["area_ha"] = frame["ledger_ha"].fillna(frame["geometry_ha"])
    if has_ledger:
        frame["ledger_ha"] = frame["area_ha"]
        beyond = (frame["ledger_ha"] - frame["geometry_ha"]).abs() - _ROUNDING_HA
        findings.extend(
            check_ledger_unit(frame["ledger_ha"].where(told), frame["geometry_ha"], source=name)
        )
        findings.raise_errors()
        differs = told & (beyond > _TOLERANCE_RATIO * frame["geometry_ha"])
        found = (
            list_plots(
                "note",
                "ledger-missing",
                ~told,
                message("layers.kinds.no_usable_ledger"),
                frame=frame,
                source=name,
            ),
            list_plots(
                "problem",
                "ledger-differs",
                differs,
                message("layers.kinds.ledger_unlike_polygon"),
                frame=frame,
                source=name,
            ),
        )
        findings.extend(item for item in found if item)
    return frame
