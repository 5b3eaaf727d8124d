"""Witnesses of a project set side by side: what its layers and reports say of each crop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.base.resources import data_table
from layers.io.table import read_table
from zones.inputs.read import Inputs
from zones.measure.present import without_earlier_surveys
from zones.project.model import Project, forest_layers
from zones.reports.witnesses.causes import Circumstances, likely_causes
from zones.reports.witnesses.figures import witness_figures
from zones.reports.witnesses.reconcile import KNOWN_TOTALS, USUAL_ERRORS, Reconciliation, reconcile
from zones.run.context import RunOptions, Teller
from zones.run.run import run_project
from zones.tables import MEASURED

_KEYS = ["commune_code", "crop"]
#: Crops that stand under trees, by the kind of land of ``data/crops.csv``.
_UNDERSTOREY = "understorey"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Differences between the witnesses, ranked by hectares, and how well they agree."""

    # Columns of ``RECONCILED`` and ``DIFFERENCES``; ``commune, year, leads, leading_ha``
    table: pd.DataFrame
    result: Reconciliation


def reconcile_project(project: Project, teller: Teller) -> SideBySide:
    """Measure a project's layers and reconcile them with its reports."""
    options = RunOptions(only=("check", "measure"), write=False)
    run = run_project(project, options=options, teller=teller)
    inputs, settings = run[Inputs], project.reconcile
    kinds = {name: layer.kind for name, layer in project.layers.items()}
    # What was reconciled before is no witness of itself.
    measured = run[MEASURED]
    measured = measured[measured["layer"].map(kinds).ne("reconciled")]
    measured = without_earlier_surveys(measured, set(forest_layers(project)[:-1]))
    reports = {name for name, kind in kinds.items() if kind == "report"}
    totals = None
    if settings.totals is not None:
        read = read_table(project.resolve(settings.totals))
        totals = read.assign(**{name: read[name].fillna("") for name in _KEYS if name in read})
        totals = KNOWN_TOTALS.validate(totals)
    result = reconcile(
        witness_figures(measured, project.present, reports),
        error_percent=USUAL_ERRORS | dict(settings.error_percent),
        totals=totals,
    )
    table = likely_causes(result.figures, circumstances(measured, inputs, reports))
    names = inputs.communes.set_index("commune_code")["commune"]
    table = table.assign(commune=table["commune_code"].map(names), year=_year(project))
    return SideBySide(_with_leads(table, settings.leads), result)


def circumstances(measured: pd.DataFrame, inputs: Inputs, reports: set[str]) -> Circumstances:
    """Hectares that would explain a difference, by commune and crop."""
    rows = measured[(measured["crop"] != "") & (measured["commune_code"] != "")]
    told = rows[rows["layer"].isin(reports)]
    newest = told.groupby(["layer", "crop"])["planting_year"].transform("max")
    earlier = told[(told["planting_year"] == newest - 1).fillna(False).to_numpy(dtype=bool)]
    plots = rows[~rows["layer"].isin(reports)]
    hectares = plots["ledger_ha"].fillna(plots["area_ha"])
    plots = plots.assign(hectares=hectares)
    last = plots.groupby("layer")["planting_year"].transform("max")
    young = plots[(plots["planting_year"] == last).fillna(False).to_numpy(dtype=bool)]
    sums = {
        "earlier_ha": earlier.assign(hectares=earlier["ledger_ha"]),
        "established_ha": plots[plots["land"] == "planted_forest"],
        "new_ha": young[young["land"].isin(("planted_forest", "not_yet_forest", "crop"))],
    }
    found = [part.groupby(_KEYS)["hectares"].sum().rename(name) for name, part in sums.items()]
    found.append(_whole_plots(inputs).rename("whole_ha"))
    table = pd.concat(found, axis=1).rename_axis(_KEYS).reset_index()
    crops = data_table("crops.csv")
    shaded = frozenset(crops.loc[crops["land_kind"] == _UNDERSTOREY, "crop"])
    return Circumstances(table, shaded)


def _whole_plots(inputs: Inputs) -> pd.Series[float]:
    """Ledger of whole plots in which a crop stands, mixed ones too, by the commune they name."""
    frames = [pd.DataFrame({"commune_code": [], "crop": [], "ledger_ha": []})]
    for layer in inputs.plots.values():
        plots = layer.plots[["row", "commune_code", "land", "ledger_ha"]]
        plots = plots[plots["land"].isin(("planted_forest", "not_yet_forest", "crop"))]
        frames.append(layer.crop_weights.merge(plots, on="row"))
    whole = pd.concat(frames, ignore_index=True).astype({"ledger_ha": "float64"})
    return whole.groupby(_KEYS)["ledger_ha"].sum(min_count=1)


def _year(project: Project) -> int:
    return max(layer.date.year for layer in project.layers.values())


def _with_leads(table: pd.DataFrame, leads: Mapping[str, str]) -> pd.DataFrame:
    """Which figure holds for each row: the project's choice, else the first that there is."""
    order = ("register", "map", "report")
    columns = {name: table[f"{name}_ha"] for name in (*order, "reconciled")}
    first = np.select([columns[name].notna() for name in order], order, "reconciled")
    chosen = [leads.get(crop, usual) for crop, usual in zip(table["crop"], first, strict=True)]
    values = [columns[name].to_numpy()[place] for place, name in enumerate(chosen)]
    return table.assign(leads=chosen, leading_ha=values)
