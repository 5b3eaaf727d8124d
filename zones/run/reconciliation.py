"""Witnesses of a project set side by side: what its layers and reports say of each crop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from layers.base.resources import data_table
from layers.io.table import read_table, refuse_percents, refuse_sheets_alike, require_hectares
from zones.inputs.read import Inputs
from zones.measure.measure import is_unknown
from zones.measure.present import without_earlier_surveys
from zones.project.model import Project, forest_layers
from zones.reports.consolidate import reported_crops
from zones.reports.ledger import Ledger
from zones.reports.reconciliation.causes import Circumstances, likely_causes
from zones.reports.reconciliation.figures import witness_figures
from zones.reports.reconciliation.reconcile import (
    KNOWN_TOTALS,
    USUAL_ERRORS,
    Reconciliation,
    reconcile,
)
from zones.run.context import RunOptions, Teller
from zones.run.run import run_project
from zones.tables import MEASURED

_KEYS = ["commune_code", "crop"]
#: Layer that what communes sent in the yearly round makes.
_ROUND = "round"
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
    ledger = Ledger(project.resolve(project.reports.ledger))
    measured = with_round(measured, reports, ledger)
    reports.add(_ROUND)
    totals = None
    if settings.totals is not None:
        totals = read_totals(project.resolve(settings.totals))
    result = reconcile(
        witness_figures(measured, project.present, reports),
        error_percent=USUAL_ERRORS | dict(settings.error_percent),
        totals=totals,
    )
    known = with_changes(circumstances(measured, inputs, reports), ledger)
    table = likely_causes(result.figures, known)
    names = inputs.communes.set_index("commune_code")["commune"]
    year = max(_year(project), ledger.newest_year() or 0)
    table = table.assign(commune=table["commune_code"].map(names), year=year)
    return SideBySide(_with_leads(table, settings.leads), result)


def read_totals(path: Path) -> pd.DataFrame:
    """Known totals of a file, as of ``KNOWN_TOTALS``; what else a column holds is no figure."""
    read = read_table(path)
    refuse_sheets_alike(read, source=path.name)
    require_hectares("area_ha", source=path.name, frame=read)
    for name in KNOWN_TOTALS.names:
        refuse_percents(read, name, source=f"{path.name}: {name}", hectares=name == "area_ha")
    totals = read.assign(**{name: read[name].fillna("") for name in _KEYS if name in read})
    return KNOWN_TOTALS.validate(totals)


def with_round(measured: pd.DataFrame, reports: set[str], ledger: Ledger) -> pd.DataFrame:
    """Rows of ``MEASURED`` with what communes sent in the newest round, and in the one before.

    Of a crop that the round tells, tables of reports (layers ``reports``) stand in for earlier
    years only: what was sent is not typed once more, and not counted twice.
    """
    year = ledger.newest_year()
    if year is None:
        return measured
    sent = reported_crops(ledger.figures(year), ledger.figures(year - 1))
    sent = sent.rename(columns={"standing_ha": "ledger_ha"})
    before = sent.assign(year=year - 1, ledger_ha=sent["last_ha"])
    rows = pd.concat([sent, before]).dropna(subset="ledger_ha")
    rows = rows.rename(columns={"year": "planting_year"}).assign(
        layer=_ROUND, land="report", three_forest="", area_ha=np.nan
    )
    keys = [*_KEYS, "planting_year"]
    told = measured["layer"].isin(reports) & measured["crop"].isin(set(sent["crop"]))
    twice = pd.MultiIndex.from_frame(measured[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
    later = (measured["planting_year"] >= year).fillna(False).to_numpy(dtype=bool)
    kept = measured.assign(layer=measured["layer"].mask(told, _ROUND))[~(told & (later | twice))]
    return MEASURED.validate(pd.concat([kept, rows[MEASURED.names]], ignore_index=True))


def with_changes(known: Circumstances, ledger: Ledger) -> Circumstances:
    """Circumstances with what communes report as planted less what was lost, ``change_ha``."""
    year = ledger.newest_year()
    if year is None:
        return replace(known, areas=known.areas.assign(change_ha=np.nan))
    sent = reported_crops(ledger.figures(year), ledger.figures(year - 1))
    change = sent["planted_ha"].fillna(0) - sent["lost_ha"].fillna(0)
    told = sent.assign(change_ha=change.mask(sent[["planted_ha", "lost_ha"]].isna().all(axis=1)))
    return replace(known, areas=known.areas.merge(told[[*_KEYS, "change_ha"]], "outer", _KEYS))


def circumstances(measured: pd.DataFrame, inputs: Inputs, reports: set[str]) -> Circumstances:
    """Hectares that would explain a difference, by commune and crop."""
    rows = measured[(measured["crop"] != "") & (measured["commune_code"] != "")]
    told = rows[rows["layer"].isin(reports)]
    newest = told.groupby(["layer", "crop"])["planting_year"].transform("max")
    earlier = told[(told["planting_year"] == newest - 1).fillna(False).to_numpy(dtype=bool)]
    earlier = earlier[~is_unknown(earlier)]
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
    found += _by_named_commune(inputs)
    table = pd.concat(found, axis=1).rename_axis(_KEYS).reset_index()
    crops = data_table("crops.csv")
    shaded = frozenset(crops.loc[crops["land_kind"] == _UNDERSTOREY, "crop"])
    return Circumstances(table, shaded)


def _by_named_commune(inputs: Inputs) -> list[pd.Series[float]]:
    """Ledger of the plots of a crop by the commune they name, and with mixed ones as a whole."""
    frames = [pd.DataFrame({"commune_code": [], "crop": [], "ledger_ha": [], "weight": []})]
    for layer in inputs.plots.values():
        plots = layer.plots[["row", "commune_code", "land", "ledger_ha"]]
        plots = plots[plots["land"].isin(("planted_forest", "not_yet_forest", "crop"))]
        frames.append(layer.crop_weights.merge(plots, on="row"))
    plots = pd.concat(frames, ignore_index=True)
    plots = plots.astype({"ledger_ha": "float64", "weight": "float64"})
    plots = plots.assign(named_ha=plots["ledger_ha"] * plots["weight"], whole_ha=plots["ledger_ha"])
    sums = plots.groupby(_KEYS)[["named_ha", "whole_ha"]].sum(min_count=1)
    return [sums["named_ha"], sums["whole_ha"]]


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
