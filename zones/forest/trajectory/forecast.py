"""The forecast: from a layer, a plan's planting and stated assumptions to paths with bands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import InputError
from layers.kinds.crops import load_crops
from zones.forest.trajectory.cohorts import AGES, Start, start_of
from zones.forest.trajectory.draws import Unknowns, draw_rates, some_of, usual_harvest
from zones.forest.trajectory.lags import SpeciesLag, species_lags
from zones.forest.trajectory.model import Causes, Path, Rates, of_plantings, simulate
from zones.forest.trajectory.planting import (
    Planting,
    cells_of_planting,
    lay_out_planting,
    planted_crops,
)
from zones.measure.closure import ClosureLog
from zones.project.trajectory import Range, TrajectorySection, refuse_past_year

Floats = npt.NDArray[np.float64]

#: Share of planting on bare land where neither the project nor two layers tell: a planting plan
#: of 2025 had 86 % on harvested land.
BARE_SHARE = Range(low=0.05, likely=0.14, high=0.3)
#: How far the share that two layers show may be off.
_SHARE_OFF = 0.1
#: Years that are looked ahead for the year in which a target is reached.
LOOK_AHEAD = 25
#: Draws that are followed at once: their land fits into the processor's cache.
_AT_ONCE = 50
#: Sets the random numbers of the model's error apart from those of the assumptions.
_MODEL_ERROR = 18
#: Draws below and above the band.
BAND = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Promise:
    """Planting of a plan."""

    placed: pd.DataFrame  # ``zones.forest.trajectory.planting.PLACED``
    total_ha: pd.Series[float]  # Hectares by year, promised in all; may be empty
    # What two layers show: hectares newly planted and replanted between them; none for one layer
    seen_new_ha: float | None = None
    seen_again_ha: float | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that decides a forecast, but the draws."""

    section: TrajectorySection
    start: Start
    lags: list[SpeciesLag]
    planting: Planting  # To the last year that is looked at
    unknowns: Unknowns
    causes: Causes
    to: int  # Last year of the forecast
    natural_area_ha: Floats  # By commune
    total_basis: str  # Where the hectares promised come from: setting, plan, or layer
    share_basis: str  # Where the split of planting comes from: setting, layer, or default
    total_ha: pd.Series[float]  # Hectares promised in all, by year
    usual_ha: pd.Series[float]  # Hectares planted in a year by species, for the mix of the rest

    @property
    def years(self) -> range:
        """Years of the forecast."""
        return range(self.start.year + 1, self.to + 1)

    @property
    def counting_years(self) -> range:
        """Planting seasons of which some species still count in the last year; may be none."""
        legal = self.section.legal_lag.years
        after = [lag.counts_after(legal) for lag in self.lags]
        soonest = min((years for years in after if years is not None), default=len(self.years))
        return range(self.start.year + 1, self.to - soonest + 1)

    @property
    def last_years(self) -> range:
        """Last years of the forecast, of whose harvest no replanting comes back in time."""
        first = max(len(self.years) - self.section.legal_lag.years, 0)
        return self.years[first:]

    def rates(self) -> Rates:
        """Rates of the likely case and of all draws."""
        return draw_rates(self.unknowns, draws=self.section.draws, seed=self.section.seed)

    def until(self, to: int) -> tuple[Planting, Causes]:
        """Planting and causes of the years up to one."""
        count = to - self.start.year
        plan, causes = self.planting, self.causes
        shorter = replace(
            plan,
            years=plan.years[:count],
            bare_ha=plan.bare_ha[:, :count],
            harvested_ha=plan.harvested_ha[:, :count],
            other_ha=plan.other_ha[:, :count],
            lost_bare_ha=plan.lost_bare_ha[:, :count],
            promised_ha=plan.promised_ha[:count],
        )
        return shorter, replace(
            causes,
            resurvey_ha=causes.resurvey_ha[:count],
            extra_bare_ha=causes.extra_bare_ha[:, :count],
            delay_ha=causes.delay_ha[:, :count],
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast: the likely path of all communes, and how the rate varies over the draws."""

    setup: Setup
    likely: Path  # The likely case, to the last year that is looked at; one draw
    # Communes and the province × years × draws, in hectares, without the likely case
    rate_ha: Floats
    with_forest_ha: Floats
    # Points a year that the model missed other provinces by; each draw has one of them
    missed_points: Floats


def prepare(
    measured: pd.DataFrame,
    cover: pd.DataFrame,
    promise: Promise,
    section: TrajectorySection,
    *,
    year: int,
    to: int,
    look_until: int = 0,
    log: ClosureLog | None = None,
) -> Setup:
    """Gather what decides a forecast.

    ``measured`` are the rows of the forest status layer of ``year``, ``cover`` its table of forest
    cover; ``to`` is the last year of the forecast, ``look_until`` the last that is looked at, where
    that is later than usual.
    """
    refuse_past_year(to, year)
    usual = planted_crops(measured, year)
    known = cover.iloc[:-1].dropna(subset="natural_forest_ha")
    also = cells_of_planting(known["commune_code"], usual.index, promise.placed)
    # No rotation may lie among the ages that stand together.
    ages = max([AGES, *(1 + years for years in section.rotation.values())])
    start = start_of(measured, cover, year=year, also=also, ages=ages, log=log)
    _refuse_unknown_species(section, start.crops)
    years = range(year + 1, 1 + max(year + LOOK_AHEAD, to, look_until))
    total, total_basis = _total(section, promise, usual, years)
    planting = lay_out_planting(start, promise.placed, years=years, total_ha=total, usual=usual)
    share, share_basis = _bare_share(section, promise)
    lags = species_lags(
        start, own=section.lag, from_layer=section.lag_from == "layer", seed=section.seed
    )
    table = load_crops().set_index("crop")["rotation_years"].dropna().astype("int64")
    rotation = np.array([section.rotation.get(c, table.get(c, 0)) for c in start.crops], "int64")
    unknowns = _unknowns(section, start, lags, rotation, share, usual)
    causes = _causes(section, start, rotation, years)
    return Setup(
        section,
        start,
        lags,
        planting,
        unknowns,
        causes,
        to,
        start.communes["natural_area_ha"].to_numpy(dtype="float64"),
        total_basis,
        share_basis,
        total,
        usual,
    )


def _refuse_unknown_species(section: TrajectorySection, crops: list[str]) -> None:
    """A setting of a species that stands nowhere would do nothing: it is misspelt."""
    named = [
        (key, crop) for key in ("lag", "rotation", "harvest") for crop in getattr(section, key)
    ]
    strange = [f"{key}.{crop}" for key, crop in named if crop not in crops]
    if strange:
        raise InputError(
            "zones.forest.trajectory.unknown_species",
            keys=strange,
            count=len(strange),
            crops=[crop for crop in crops if crop],
        )


def _total(
    section: TrajectorySection, promise: Promise, usual: pd.Series[float], years: range
) -> tuple[pd.Series[float], str]:
    """Hectares planted in all, by year: set, promised by the plan, or as in the layer's years."""
    if section.planting_ha is not None:
        return pd.Series(section.planting_ha, index=list(years)), "setting"
    if len(promise.total_ha):
        told = promise.total_ha.sort_index().reindex(list(years)).bfill().ffill()
        return told, "plan"
    return pd.Series(float(usual.sum()), index=list(years)), "layer"


def _bare_share(section: TrajectorySection, promise: Promise) -> tuple[Range, str]:
    if section.bare_share is not None:
        return section.bare_share, "setting"
    new, again = promise.seen_new_ha, promise.seen_again_ha
    if new is None or again is None or new + again <= 0:
        return BARE_SHARE, "default"
    likely = new / (new + again)
    low, high = max(likely - _SHARE_OFF, 0.0), min(likely + _SHARE_OFF, 1.0)
    return Range(low=low, likely=likely, high=high), "layer"


def _unknowns(
    section: TrajectorySection,
    start: Start,
    lags: list[SpeciesLag],
    rotation: npt.NDArray[np.int64],
    share: Range,
    usual: pd.Series[float],
) -> Unknowns:
    planted = np.array([usual.get(crop, 0.0) for crop in start.crops], dtype="float64")
    harvest = usual_harvest(start, rotation, planted, share.likely)
    if section.harvest_share is not None:
        harvest = np.where(rotation > 0, section.harvest_share, 0.0)
    fixed = [
        section.harvest[crop].hectares if crop in section.harvest else np.nan
        for crop in start.crops
    ]
    return Unknowns(
        lags,
        section.legal_lag.years,
        _ends(section.survival),
        _ends(share),
        harvest,
        np.array(fixed, dtype="float64"),
        section.harvest_uncertainty,
    )


def _ends(values: Range) -> tuple[float, float, float]:
    return values.low, values.likely, values.high


def _causes(
    section: TrajectorySection,
    start: Start,
    rotation: npt.NDArray[np.int64],
    years: range,
) -> Causes:
    losses = section.losses
    bare = losses.fire + losses.illegal_clearing + losses.pests_and_weather
    if bare + losses.change_of_purpose > 1:
        raise InputError(
            "zones.forest.trajectory.losses_above_one", share=bare + losses.change_of_purpose
        )
    strange = [year for year in section.resurvey if year not in years]
    if strange:
        raise InputError(
            "zones.forest.trajectory.resurvey_year", years=strange, first=years[0], last=years[-1]
        )
    resurvey = np.array([section.resurvey.get(year, 0.0) for year in years])
    return Causes(
        rotation,
        bare,
        losses.change_of_purpose,
        section.regeneration_ha,
        resurvey,
        np.zeros((len(start.cells), len(years))),
        np.zeros((len(start.communes), len(years))),
    )


def likely_path(setup: Setup) -> Path:
    """Likely case of the years of the forecast; one draw."""
    planting, causes = setup.until(setup.to)
    return simulate(setup.start, planting, some_of(setup.rates(), slice(0, 1)), causes)


def planting_shares(setup: Setup) -> dict[str, Floats]:
    """Share of a planting of each species that counts as forest, by age; the likely case."""
    kept = 1.0 - setup.causes.lost_to_bare - setup.causes.lost_to_other
    grown, _ = of_plantings(some_of(setup.rates(), slice(0, 1)), kept)
    by_age = np.stack(grown)[:, :, 0]
    return {crop: by_age[:, number] for number, crop in enumerate(setup.start.crops)}


def with_levers(setup: Setup, *, extra_bare_ha: float, delay_harvest_ha: float) -> Setup:
    """Setup with hectares more on bare land, and with harvest put off beyond the forecast.

    What is planted in addition lies evenly over the seasons that still count, in the species of the
    layer that count in time, on bare land that nothing else takes, by commune as that lies. What is
    put off lies evenly over the last years of the forecast, of which no replanting comes back in
    time, by commune as the harvest lies. No more of either is taken than there is.
    """
    causes = setup.causes
    extra, delay = causes.extra_bare_ha.copy(), causes.delay_ha.copy()
    if extra_bare_ha > 0:
        seasons, shares = len(setup.counting_years), _in_time(setup)
        free = free_bare_ha(setup)
        part = min(extra_bare_ha / max(float(free.sum()), 1e-12), 1.0)
        count = np.maximum(_seasons_of(setup, shares), 1)
        extra[:, :seasons] += shares * (free * part / count)[setup.start.cells["commune"], None]
    if delay_harvest_ha > 0:
        last = len(setup.years)
        first = last - len(setup.last_years)
        cut = likely_path(setup).cut_ha[:, first:last, 0]
        part = min(delay_harvest_ha / max(float(cut.sum()), 1e-12), 1.0)
        delay[:, first:last] += cut * part
    return replace(setup, causes=replace(causes, extra_bare_ha=extra, delay_ha=delay))


def free_bare_ha(setup: Setup) -> Floats:
    """Bare land (ha) by commune that nothing takes by the end, where some species is in time."""
    if not len(setup.counting_years):
        return np.zeros(len(setup.start.communes))
    left = likely_path(setup).bare_ha[:, :, 0].min(axis=1)
    return np.where(_seasons_of(setup, _in_time(setup)) > 0, left, 0.0)


def _in_time(setup: Setup) -> Floats:
    """Share of each cell in what its commune plants of each season that counts by the end.

    Cells × seasons; the cells of a commune sum to 1, or to 0 where no species counts in time.
    """
    legal = setup.section.legal_lag.years
    after = {lag.crop: lag.counts_after(legal) for lag in setup.lags}
    ends = setup.start.cells["crop"].map(after).astype("float64").to_numpy()[:, None]
    seasons = np.array(setup.counting_years, dtype="int64")
    weight = np.where(ends + seasons <= setup.to, setup.planting.mix[:, None], 0.0)
    commune = setup.start.cells["commune"].to_numpy()
    sums = np.zeros((len(setup.start.communes), len(seasons)))
    np.add.at(sums, commune, weight)
    whole = sums[commune]
    return np.asarray(np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0))


def _seasons_of(setup: Setup, shares: Floats) -> npt.NDArray[np.int64]:
    """Seasons of each commune in which some species still counts in time."""
    found = np.zeros((len(setup.start.communes), shares.shape[1]), dtype=bool)
    np.logical_or.at(found, setup.start.cells["commune"].to_numpy(), shares > 0)
    return np.asarray(found.sum(axis=1), dtype="int64")


def run_forecast(setup: Setup, missed_points: Floats | None = None) -> Forecast:
    """Follow the likely case as far as is looked ahead, and every draw to the forecast's end.

    ``missed_points`` are what the model missed elsewhere (points a year): the error of the model
    itself, of which every draw takes one.
    """
    missed = np.zeros(1) if missed_points is None else missed_points
    section = setup.section
    if section.extra_bare_ha or section.delay_harvest_ha:
        setup = with_levers(
            setup,
            extra_bare_ha=section.extra_bare_ha,
            delay_harvest_ha=section.delay_harvest_ha,
        )
    rates = setup.rates()
    likely = simulate(setup.start, setup.planting, some_of(rates, slice(0, 1)), setup.causes)
    planting, causes = setup.until(setup.to)
    rate, with_forest = (
        _off_by(setup, missed, hectares)
        for hectares in follow_draws(setup.start, planting, rates, causes)
    )
    return Forecast(setup, likely, rate, with_forest, missed)


def _off_by(setup: Setup, missed_points: Floats, hectares: Floats) -> Floats:
    """Forest of every draw with an error of the model, the same points in all communes."""
    area = np.append(setup.natural_area_ha, setup.natural_area_ha.sum())
    years = np.arange(1, hectares.shape[1] + 1)
    # Numbers of its own: no other draw changes when the error of the model does.
    rng = np.random.default_rng([setup.section.seed, _MODEL_ERROR])
    error = rng.choice(missed_points, hectares.shape[2])
    off = area[:, None, None] / 100 * years[None, :, None] * error
    return np.asarray(np.clip(hectares + off, 0.0, area[:, None, None]))


def follow_draws(
    start: Start, planting: Planting, rates: Rates, causes: Causes
) -> tuple[Floats, Floats]:
    """Forest that counts and area with forest (ha) of every draw but the likely one."""
    last = len(rates.survival)
    parts = [
        _with_province(
            simulate(start, planting, some_of(rates, slice(first, first + _AT_ONCE)), causes)
        )
        for first in range(1, last, _AT_ONCE)
    ]
    rate, with_forest = (np.concatenate(values, axis=-1) for values in zip(*parts, strict=True))
    return rate, with_forest


def _with_province(path: Path) -> tuple[Floats, Floats]:
    """Forest that counts, and area with forest; the province after the communes."""
    rate = path.rate_ha
    both = rate, rate + path.young_ha
    return tuple(np.concatenate([item, item.sum(axis=0, keepdims=True)]) for item in both)  # type: ignore[return-value]
