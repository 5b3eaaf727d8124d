"""What the reader of a forecast must know of its inputs: findings, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from zones.forest.trajectory.forecast import Forecast, Setup
from zones.forest.trajectory.sentences import species_names

#: Hectares below which nothing is told.
_CRUMB_HA = 0.005


def forecast_findings(
    forecast: Forecast,
    source: str,
    *,
    wrong_years: tuple[int, float] = (0, 0.0),
    harvest_offered: bool = False,
) -> list[Finding]:
    """Findings of a forecast made from the layer ``source``.

    ``wrong_years`` are the plots, and their hectares, whose planting year cannot be;
    ``harvest_offered`` tells whether the allocation plants on harvested land already.
    """
    setup = forecast.setup
    return [
        *_wrong_years(setup, source, *wrong_years),
        *_ages(setup, source),
        *_lags(setup, source),
        *_limits(forecast, source),
        *(() if harvest_offered else _replanting(forecast, source)),
    ]


def _wrong_years(setup: Setup, source: str, count: int, area_ha: float) -> Iterator[Finding]:
    if count:
        values = {"count": count, "area_ha": area_ha, "year": setup.start.year}
        yield _finding("planting-year-left-out", source, "problem", **values)


def _ages(setup: Setup, source: str) -> Iterator[Finding]:
    start = setup.start
    unknown, young = float(start.unknown_ha.sum()), float(start.young_unknown_ha.sum())
    known = start.forest_ha.sum() + start.young_ha.sum() - young
    if unknown + young > _CRUMB_HA and known <= _CRUMB_HA:
        yield _finding("no-planting-years", source, "problem", area_ha=unknown + young)
    if unknown > _CRUMB_HA:
        yield _finding("age-unknown", source, "note", area_ha=unknown)
    if young > _CRUMB_HA:
        yield _finding("young-age-unknown", source, "note", area_ha=young, year=start.year)


def _lags(setup: Setup, source: str) -> Iterator[Finding]:
    start, legal = setup.start, setup.section.legal_lag.years
    counts = setup.rates().counts[:, :, 0]
    without, held = {}, {}
    for number, lag in enumerate(setup.lags):
        mine = (start.cells["crop"] == lag.crop).to_numpy()
        young = start.young_ha[mine].sum(axis=0)
        if lag.counts_after(legal) is None:
            planted = _planted_ha(setup, mine)
            if young.sum() + planted > _CRUMB_HA:
                without[lag.crop] = float(young.sum()) + planted
            continue
        over = float(young[counts[number, : len(young)] >= 1.0].sum())
        if over > _CRUMB_HA:
            held[lag.crop] = over
    for kind, severity, table in (
        ("species-without-lag", "problem", without),
        ("planting-overdue", "note", held),
    ):
        if table:
            area, crops = sum(table.values()), species_names(list(table))
            yield _finding(kind, source, severity, area_ha=area, crops=crops, count=len(table))


def _planted_ha(setup: Setup, mine: npt.NDArray[np.bool_]) -> float:
    """Hectares that the plan places on some cells up to the forecast's end."""
    plan, count = setup.planting, len(setup.years)
    return float((plan.bare_ha + plan.harvested_ha + plan.other_ha)[mine, :count].sum())


def _limits(forecast: Forecast, source: str) -> Iterator[Finding]:
    setup, path = forecast.setup, forecast.likely
    count = len(setup.years)
    short = float(path.short_cut_ha[:count, 0].sum())
    if short > _CRUMB_HA:
        places = _cut_places(setup)
        yield _finding(
            "harvest-limited",
            source,
            "problem",
            area_ha=short,
            places=places,
            count=max(len(places), 1),
        )
    for kind, table in (
        ("bare-land-short", path.short_bare_ha),
        ("harvested-land-short", path.short_harvested_ha),
    ):
        short = float(table[:count, 0].sum())
        if short > _CRUMB_HA:
            yield _finding(kind, source, "note", area_ha=short)


def _replanting(forecast: Forecast, source: str) -> Iterator[Finding]:
    """Tell a plan that places its planting, and none of it on the land that is cut."""
    setup, path = forecast.setup, forecast.likely
    plan, count = setup.planting, len(setup.years)
    cut = float(path.cut_ha[:, :count, 0].sum())
    if plan.bare_ha[:, :count].sum() <= _CRUMB_HA or plan.harvested_ha[:, :count].sum() > 0:
        return
    if cut > _CRUMB_HA:
        left = float(path.harvested_ha[:, count - 1, 0].sum())
        yield _finding("harvest-not-offered", source, "note", area_ha=cut, left=left, year=setup.to)


def _cut_places(setup: Setup) -> list[Phrase]:
    """Communes and species whose whole mature forest a fixed harvest takes, largest first."""
    start, fixed = setup.start, setup.unknowns.harvest_ha
    crops = [crop for number, crop in enumerate(start.crops) if not np.isnan(fixed[number])]
    mine = start.cells["crop"].isin(crops).to_numpy()
    cells = start.cells[mine].assign(
        area=start.forest_ha[mine].sum(axis=1) + start.unknown_ha[mine]
    )
    communes = start.communes["commune"].to_numpy()
    sums = cells.groupby(["commune", "crop"], as_index=False)["area"].sum()
    sums = sums[sums["area"] > 0].sort_values("area", ascending=False, kind="stable")
    pairs = zip(communes[sums["commune"]], species_names(sums["crop"].tolist()), strict=True)
    return [Phrase(en=f"{name} – {of.en}", vi=f"{name} – {of.vi}") for name, of in pairs]


def _finding(kind: str, source: str, severity: str, **values: object) -> Finding:
    area = values.get("area_ha", np.nan)
    examples = values.get("crops") or values.get("places") or ()
    return Finding(
        "problem" if severity == "problem" else "note",
        kind,
        source,
        message(f"zones.forest.trajectory.finding_{kind.replace('-', '_')}", **values),
        count=int(str(values.get("count", 1))),
        area_ha=float(pd.to_numeric(str(area))),
        examples=tuple(item.vi for item in list(examples)[:5]),  # type: ignore[call-overload]
    )
