"""Present hectares of the plans' zones by commune, as comparison and reports take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from zones.measure.present import BEARING, present_by_crop, without_earlier_surveys
from zones.plan.frames import zones_frame
from zones.plan.model import Plan
from zones.project.model import Project, forest_layers, newest_forest_layer

_KEYS = ["zone", "commune_code", "year", "told_by"]
#: Layers that are tables, and who tells what stands in them.
_TABLES = {"report": "report", "reconciled": "reconciled"}


def zones_of_plans(plans: Sequence[Plan]) -> pd.DataFrame:
    """Zones of several plans, each once: the first plan that has it leads."""
    return pd.concat([zones_frame(plan) for plan in plans]).drop_duplicates("zone")


def zones_on_forest(project: Project, zones: pd.DataFrame, forest: pd.DataFrame) -> dict[str, str]:
    """Crop of each zone whose present hectares are ground of the newest forest layer.

    ``forest`` are the measured rows of that layer. The hectares of the other zones come from other
    layers or reports, and lie on ground that this layer counts as something else.
    """
    newest = newest_forest_layer(project)
    bearing = set(forest.loc[forest["land"].isin(BEARING), "crop"]) - {""}
    return {
        str(zone): str(crop)
        for zone, crop in zip(zones["zone"], zones["crop"], strict=True)
        if crop in bearing and project.present.get(str(crop), newest) == newest
    }


def present_by_zone(
    project: Project, plans: Sequence[Plan], measured: pd.DataFrame
) -> pd.DataFrame:
    """Present hectares by zone, commune and layer, from the one layer that tells of each crop."""
    present = present_by_crop(_today(project, measured), project.present)
    every = zones_of_plans(plans)
    return present.merge(every.loc[every["crop"] != "", ["zone", "crop"]], on="crop")


def present_of_no_zone(
    project: Project, plans: Sequence[Plan], measured: pd.DataFrame
) -> pd.Series[float]:
    """Hectares by crop of plots and reports whose crop no zone of the plans has.

    Species of the forest layer are left out: they have tables of their own.
    """
    present = present_by_crop(_today(project, measured), project.present)
    zoned = set(zones_of_plans(plans)["crop"])
    other = ~present["crop"].isin(zoned) & ~present["layer"].isin(forest_layers(project))
    sums = present[other].groupby("crop")["present_ha"].sum(min_count=1)
    return sums[sums > 0]


def _today(project: Project, measured: pd.DataFrame) -> pd.DataFrame:
    """Rows that may tell what is there now: no earlier survey, nothing later than the round."""
    last = project.reports.year
    late = _layers_after(project, last)
    if last is not None:
        kinds = {name: layer.kind for name, layer in project.layers.items()}
        tables = measured["layer"].map(kinds).isin(set(_TABLES)).to_numpy(dtype=bool)
        typed = (measured["planting_year"] > last).fillna(False).to_numpy(dtype=bool)
        drawn = measured["layer"].isin(late).to_numpy(dtype=bool)
        measured = measured[~np.where(tables, typed, drawn)]
    surveys = [name for name in forest_layers(project) if name not in late]
    return without_earlier_surveys(measured, set(surveys[:-1]) - set(project.present.values()))


def _layers_after(project: Project, last: int | None) -> set[str]:
    """Layers that show the ground later than a year."""
    layers = project.layers.items()
    return set() if last is None else {name for name, one in layers if one.date.year > last}


def cover_of_round(project: Project, forest_cover: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Forest cover and its date; none where the layer is later than the year's round."""
    newest = newest_forest_layer(project)
    if newest is None or newest in _layers_after(project, project.reports.year):
        return forest_cover.iloc[:0], ""
    return forest_cover, project.layers[newest].date.isoformat()


def with_tellers(project: Project, by_zone: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Rows of layers with who tells them (``told_by``) and of when they are (``told_of``).

    A drawn layer is of its date, a report or what was reconciled of the year of its rows.
    """
    years = with_years(project, by_zone[["zone"]].drop_duplicates(), by_zone, measured)
    told = years.set_index("zone")
    of = {
        str(layer): project.layers[str(layer)].date.isoformat()
        for layer in by_zone["layer"].unique()
    }
    tellers = by_zone["zone"].map(told["told_by"]).astype("str")
    typed = by_zone["zone"].map(told["year"]).astype("Int64").astype("str")
    drawn = by_zone["layer"].map(of).astype("str")
    return by_zone.assign(told_by=tellers, told_of=drawn.where(tellers == "layer", typed))


def with_years(
    project: Project, zones: pd.DataFrame, now: pd.DataFrame, measured: pd.DataFrame
) -> pd.DataFrame:
    """Present areas of zones with the year that they are of, and who tells them.

    ``now`` is as from ``present_by_zone``; zones that are not in it have neither.
    """
    today = _today(project, measured)
    rows = today[today["planting_year"].notna()]
    newest = rows.groupby(["layer", "crop"])["planting_year"].max().to_dict()
    years: dict[str, int] = {}
    tellers: dict[str, str] = {}
    each = now.drop_duplicates("zone")[["zone", "layer", "crop"]]
    for zone, layer, crop in each.itertuples(index=False, name=None):
        source = project.layers[layer]
        tellers[zone] = _TABLES.get(source.kind, "layer")
        years[zone] = int(newest[layer, crop]) if source.kind in _TABLES else source.date.year
    return zones.assign(year=zones["zone"].map(years), told_by=zones["zone"].map(tellers))


def present_by_year(
    project: Project, plans: Sequence[Plan], measured: pd.DataFrame
) -> pd.DataFrame:
    """Hectares by zone, commune, year and who tells them: layer, report, or reconciled.

    Columns ``zone, commune_code, year, told_by, present_ha``. A drawn layer tells the year of its
    date, a table all the years of its rows. An earlier forest layer tells the crops that the newest
    one leads. Where two layers tell the same, the one that leads the crop does, else the first.
    """
    now = present_by_zone(project, plans, measured)
    drawn = {name: one.date.year for name, one in project.layers.items() if one.kind not in _TABLES}
    leading = now[now["layer"].isin(drawn)].drop(columns="zone")
    frames = [
        leading.assign(year=leading["layer"].map(drawn), told_by="layer"),
        *_earlier_forests(
            project,
            measured,
            set(now.loc[now["layer"].eq(newest_forest_layer(project) or ""), "crop"]),
        ),
        *_tables_by_year(project, measured),
    ]
    crops = zones_of_plans(plans)
    told = pd.concat(frames, ignore_index=True).merge(
        crops.loc[crops["crop"] != "", ["zone", "crop"]], on="crop"
    )
    leads = pd.MultiIndex.from_frame(now[["zone", "layer"]])
    second = ~pd.MultiIndex.from_frame(told[["zone", "layer"]]).isin(leads)
    told = told.assign(second=second).sort_values("second", kind="stable")
    first = told.groupby(["zone", "year", "told_by"])["layer"].transform("first")
    return told.loc[told["layer"] == first, [*_KEYS, "present_ha"]].reset_index(drop=True)


def _earlier_forests(
    project: Project, measured: pd.DataFrame, crops: set[str]
) -> Iterator[pd.DataFrame]:
    """Hectares of crops that the newest forest layer leads, as those before it tell them."""
    for name in reversed(forest_layers(project)[:-1]):
        mine = measured[measured["layer"] == name]
        others = ~mine["crop"].isin(crops)
        told = present_by_crop(mine.assign(crop=mine["crop"].mask(others, "")), {})
        yield told.assign(year=project.layers[name].date.year, told_by="layer")


def _tables_by_year(project: Project, measured: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Hectares of every year that a table of reports or of reconciled figures has."""
    for name, source in project.layers.items():
        if source.kind not in _TABLES:
            continue
        mine = measured[measured["layer"] == name]
        for year in mine["planting_year"].dropna().unique():
            told = present_by_crop(mine[mine["planting_year"] == year], {})
            yield told.assign(year=int(year), told_by=_TABLES[source.kind])
