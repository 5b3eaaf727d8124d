"""Witnesses of a project: geometry and ledger of its layers, and what communes report."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from zones.measure.measure import is_unknown, newest_reports
from zones.measure.present import BEARING
from zones.reports.reconciliation.reconcile import WITNESS_FIGURES

_KEYS = ["commune_code", "crop"]


def witness_figures(
    measured: pd.DataFrame, layer_of: Mapping[str, str], report_layers: set[str]
) -> pd.DataFrame:
    """Hectares of each crop and commune by map, register and report; ``WITNESS_FIGURES``.

    ``measured`` has the columns of ``zones.tables.MEASURED`` without earlier surveys; ``layer_of``
    names the polygon layer that tells of a crop where several do. A commune in which a layer has
    none of a crop that another witness has there stands with 0 ha, where the layer reaches it.
    """
    bearing = measured[measured["land"].isin(BEARING) & (measured["crop"] != "")]
    bearing = bearing[bearing["commune_code"] != ""]
    reports = newest_reports(bearing[bearing["layer"].isin(report_layers)])
    reports = reports[~is_unknown(reports)]
    plots = bearing[~bearing["layer"].isin(report_layers)]
    plots = plots[plots["layer"] == plots["crop"].map(_chosen(plots, layer_of))]
    frames = [
        _sums(plots, "area_ha", "map"),
        _sums(plots[plots["ledger_ha"].notna()], "ledger_ha", "register"),
        _sums(reports, "ledger_ha", "report"),
    ]
    frames += _zeros(frames, plots, measured)
    return WITNESS_FIGURES.validate(pd.concat(frames, ignore_index=True))


def _chosen(plots: pd.DataFrame, layer_of: Mapping[str, str]) -> dict[str, str]:
    """Polygon layer of each crop: the project's choice, else the one with most of it."""
    areas = plots.groupby(["crop", "layer"])["area_ha"].sum().reset_index()
    most = areas.sort_values("area_ha", ascending=False).drop_duplicates("crop")
    found = dict(zip(most["crop"], most["layer"], strict=True))
    known = set(areas["layer"])
    return found | {crop: layer for crop, layer in layer_of.items() if layer in known}


def _sums(rows: pd.DataFrame, column: str, witness: str) -> pd.DataFrame:
    sums = rows.groupby(_KEYS)[column].sum().reset_index(name="area_ha")
    return sums.assign(witness=witness)


def _zeros(
    frames: list[pd.DataFrame], plots: pd.DataFrame, measured: pd.DataFrame
) -> list[pd.DataFrame]:
    """Map and register say 0 where their layer reaches a commune and only others have the crop."""
    every = pd.concat(frames)[_KEYS].drop_duplicates()
    layer = plots.drop_duplicates("crop").set_index("crop")["layer"]
    reached = measured.loc[measured["area_ha"].notna(), ["layer", "commune_code"]].drop_duplicates()
    wanted = every.assign(layer=every["crop"].map(layer)).merge(reached)[_KEYS]
    found = []
    for frame, witness in zip(frames[:2], ("map", "register"), strict=True):
        told = set(frame["crop"])
        have = pd.MultiIndex.from_frame(frame[_KEYS])
        missing = wanted[~pd.MultiIndex.from_frame(wanted).isin(have) & wanted["crop"].isin(told)]
        found.append(missing.assign(area_ha=0.0, witness=witness))
    return found
