"""Tables of a forecast: the path, the targets, planting seasons, causes and assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import ClosureError
from layers.base.messages import message
from layers.base.schema import Schema
from zones.forest.trajectory.backtest import CUTOFFS, missed_points, published_backtest
from zones.forest.trajectory.checks import forecast_findings
from zones.forest.trajectory.forecast import BAND, Forecast, Promise, Setup, prepare, run_forecast
from zones.forest.trajectory.lags import last_seasons
from zones.forest.trajectory.levers import NEAR_HA, levers_table
from zones.forest.trajectory.promise import cover_targets
from zones.measure.closure import ClosureLog
from zones.output.findings_table import findings_table
from zones.project.trajectory import TrajectorySection
from zones.tables import (
    BACKTEST,
    LEVERS,
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_TARGETS,
)

Floats = npt.NDArray[np.float64]

#: Years that are forecast where neither the project nor a target says how many.
_YEARS = 5
_FAR = 2100
#: The two ledgers: what counts for the rate, and what is published as area with forest.
LEDGERS = ("counts", "with_forest")
_STATES = {
    "natural_forest_ha": "natural_ha",
    "planted_forest_ha": "forest_ha",
    "not_yet_forest_ha": "young_ha",
    "bare_ha": "bare_ha",
    "harvested_ha": "harvested_ha",
}
#: Hectares by which causes may miss the change of forest.
_CLOSURE_HA = 1e-6


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """What a forecast is made from, but for its settings."""

    layer: str  # Name of the forest status layer
    year: int  # Its year
    measured: pd.DataFrame  # Its rows of ``MEASURED``
    cover: pd.DataFrame  # ``FOREST_COVER``, the province last
    targets: pd.DataFrame  # ``TARGETS``
    promise: Promise  # Planting of the plan
    # Plots of the layer whose planting year cannot be, and is left out: how many, and hectares
    wrong_years: tuple[int, float] = (0, 0.0)
    # Whether the allocation plants on the land that the forecast harvests
    harvest_offered: bool = False


def forecast_tables(
    inputs: ForecastInputs, section: TrajectorySection, *, log: ClosureLog | None = None
) -> dict[Schema, pd.DataFrame]:
    """All tables of a forecast with the given settings."""
    asked = cover_targets(inputs.targets, after=inputs.year, to=_FAR)["year"]
    to = section.to or int(asked.max() if len(asked) else inputs.year + _YEARS)
    setup = prepare(
        inputs.measured,
        inputs.cover,
        inputs.promise,
        section,
        year=inputs.year,
        to=to,
        log=log,
    )
    past = published_backtest().copy()
    missed = np.zeros(1)
    if section.model_error == "backtest":
        province = str(inputs.cover["commune"].iloc[-1])
        missed = missed_points(past, cutoff=CUTOFFS[-1], without=province)
    forecast = run_forecast(setup, missed)
    targets = targets_table(forecast, inputs.targets)
    return {
        TRAJECTORY: trajectory_table(
            forecast,
            (str(inputs.cover["commune_code"].iloc[-1]), str(inputs.cover["commune"].iloc[-1])),
        ),
        TRAJECTORY_TARGETS: targets,
        TRAJECTORY_SEASONS: seasons_table(setup, {*targets["year"], *targets["due_year"]}),
        TRAJECTORY_CAUSES: causes_table(forecast),
        TRAJECTORY_ASSUMPTIONS: assumptions_table(forecast),
        LEVERS: levers_table(forecast.setup, targets, before=setup),
        BACKTEST: past,
        TRAJECTORY_FINDINGS: findings_table(
            forecast_findings(
                forecast,
                inputs.layer,
                wrong_years=inputs.wrong_years,
                harvest_offered=inputs.harvest_offered,
            )
        ),
    }


def trajectory_table(forecast: Forecast, province: tuple[str, str]) -> pd.DataFrame:
    """Columns of ``TRAJECTORY``: the layer's year, then every year of the forecast.

    ``province`` is its code and its name; its row follows the communes of each year.
    """
    setup = forecast.setup
    start, count = setup.start, len(setup.years)
    first = _at_start(setup)
    states = {
        name: np.concatenate(
            [first[name][:, None], getattr(forecast.likely, state)[:, :count, 0]], axis=1
        )
        for name, state in _STATES.items()
    }
    whole = {name: np.vstack([table, table.sum(axis=0)]) for name, table in states.items()}
    area = np.append(setup.natural_area_ha, setup.natural_area_ha.sum())[:, None]
    counted = whole["natural_forest_ha"] + whole["planted_forest_ha"]
    bands = {"counts": forecast.rate_ha, "with_forest": forecast.with_forest_ha}
    figures = {"counts": counted, "with_forest": counted + whole["not_yet_forest_ha"]}
    names = [*start.communes["commune"], province[1]]
    codes = [*start.communes["commune_code"], province[0]]
    frames = []
    for number, year in enumerate((start.year, *setup.years)):
        for ledger in LEDGERS:
            rate = 100 * figures[ledger] / area
            ends = np.quantile(bands[ledger], BAND, axis=-1) if count else None
            low, high = (
                (rate[:, 0], rate[:, 0])
                if number == 0 or ends is None
                else tuple(100 * end[:, number - 1] / area[:, 0] for end in ends)
            )
            frame = {"year": year, "commune_code": codes, "commune": names, "ledger": ledger}
            frame |= {name: table[:, number] for name, table in whole.items()}
            frame |= {"cover_percent": rate[:, number]}
            frame |= {"low_percent": low, "high_percent": high}
            frames.append(pd.DataFrame(frame))
    return TRAJECTORY.validate(pd.concat(frames, ignore_index=True))


def _at_start(setup: Setup) -> dict[str, Floats]:
    start = setup.start
    sums = np.zeros((2, len(start.communes)))
    forest = start.forest_ha.sum(axis=1) + start.unknown_ha
    for row, hectares in zip(sums, (forest, start.young_ha.sum(axis=1)), strict=True):
        np.add.at(row, start.cells["commune"].to_numpy(), hectares)
    return {
        "natural_forest_ha": start.natural_ha,
        "planted_forest_ha": sums[0],
        "not_yet_forest_ha": sums[1],
        "bare_ha": start.bare_ha,
        "harvested_ha": np.zeros(len(start.communes)),
    }


def province_rate(forecast: Forecast) -> Floats:
    """Likely rate of the province (%), the layer's year first, as far as is looked ahead."""
    at_start = _at_start(forecast.setup)
    first = at_start["natural_forest_ha"].sum() + at_start["planted_forest_ha"].sum()
    later = forecast.likely.rate_ha[:, :, 0].sum(axis=0)
    area = forecast.setup.natural_area_ha.sum()
    return np.asarray(100 * np.concatenate([[first], later]) / area)


def targets_table(forecast: Forecast, targets: pd.DataFrame) -> pd.DataFrame:
    """Columns of ``TRAJECTORY_TARGETS``, one row per target of the forest cover rate.

    Where no target falls due in the last year, the nearest one before it, else the first after it,
    is asked for in that year as well.
    """
    setup = forecast.setup
    year, area = setup.start.year, float(setup.natural_area_ha.sum())
    rate = province_rate(forecast)
    rows = []
    for target in _asked_for(targets, after=year, to=setup.to).to_dict("records"):
        due, asked = int(target["year"]), float(target["low"])
        drawn = 100 * forecast.rate_ha[-1, due - year - 1] / area
        low, high = np.quantile(drawn, BAND)
        reached = np.flatnonzero(rate[1:] >= asked - 100 * NEAR_HA / area)
        rows.append(
            {
                "target": target["target"],
                "clause": target["clause"],
                "year": due,
                "due_year": int(target["due_year"]),
                "target_percent": asked,
                "forecast_percent": rate[due - year],
                "low_percent": low,
                "high_percent": high,
                "gap_ha": (asked - rate[due - year]) * area / 100,
                "reached_year": year + 1 + int(reached[0]) if len(reached) else None,
                "looked_until": year + len(rate) - 1,
                "reached_ratio": float((drawn >= asked).mean()),
                "needed_points": (asked - rate[0]) / (due - year),
                "forecast_points": (rate[due - year] - rate[0]) / (due - year),
            }
        )
    return TRAJECTORY_TARGETS.validate(pd.DataFrame(rows, columns=TRAJECTORY_TARGETS.names))


def _asked_for(targets: pd.DataFrame, *, after: int, to: int) -> pd.DataFrame:
    """Targets due up to a year, and one of them asked for in that year where none is due then."""
    every = cover_targets(targets, after=after, to=_FAR)
    every = every.assign(due_year=every["year"])
    due = every[every["year"] <= to]
    if every.empty or to in set(due["year"]):
        return due
    nearest = (due if len(due) else every).sort_values("year", kind="stable")
    nearest = nearest.tail(1) if len(due) else nearest.head(1)
    return pd.concat([due, nearest.assign(year=to)], ignore_index=True)


def seasons_table(setup: Setup, due: Iterable[int] = ()) -> pd.DataFrame:
    """Columns of ``TRAJECTORY_SEASONS``: the last season that counts in each year asked for.

    These are the years of the targets and the last year of the forecast.
    """
    legal = setup.section.legal_lag
    article = f"{legal.article}, {legal.date:%d/%m/%Y}"
    rows = [
        last_seasons(setup.lags, legal_years=legal.years, year=year).assign(year=year)
        for year in sorted({int(year) for year in due} | {setup.to})
    ]
    return TRAJECTORY_SEASONS.validate(pd.concat(rows, ignore_index=True).assign(article=article))


def causes_table(forecast: Forecast) -> pd.DataFrame:
    """Columns of ``TRAJECTORY_CAUSES``: causes of Biểu 05 that sum to the change of the year."""
    setup, path = forecast.setup, forecast.likely
    area, losses = float(setup.natural_area_ha.sum()), setup.section.losses
    at_start = _at_start(setup)
    before = at_start["natural_forest_ha"].sum() + at_start["planted_forest_ha"].sum()
    parts = dict(losses)
    lost = sum(parts.values())
    rows = []
    for number, year in enumerate(setup.years):
        gone = float(path.lost_ha[:, number, 0].sum())
        change = {
            "planted_meets_criteria": float(path.became_ha[:, number, 0].sum()),
            "regeneration_meets_criteria": float(path.regenerated_ha[:, number, 0].sum()),
            "harvest": -float(path.cut_ha[:, number, 0].sum()),
        }
        change |= {name: -gone * part / lost if lost else 0.0 for name, part in parts.items()}
        change["resurvey"] = float(path.resurveyed_ha[:, number, 0].sum())
        after = float(path.rate_ha[:, number, 0].sum())
        residual = sum(change.values()) - (after - before)
        if abs(residual) > _CLOSURE_HA:
            raise ClosureError(
                "zones.forest.trajectory.not_closed_causes", residual_ha=residual, year=year
            )
        change["total"] = after - before
        before = after
        rows += [
            (year, cause, hectares, 100 * hectares / area) for cause, hectares in change.items()
        ]
    return TRAJECTORY_CAUSES.validate(pd.DataFrame(rows, columns=TRAJECTORY_CAUSES.names))


def assumptions_table(forecast: Forecast) -> pd.DataFrame:
    """Columns of ``TRAJECTORY_ASSUMPTIONS``: everything the forecast takes for granted."""
    rows = []
    every = (*_of_planting(forecast), *_of_settings(forecast.setup), *_of_model(forecast))
    for key, value, basis, values in every:
        said = message(
            f"zones.forest.trajectory.assume_{key}",
            basis=message(f"zones.forest.trajectory.basis_{basis}"),
            **values,
        )
        rows.append((key, value, basis, said.en, said.vi))
    return TRAJECTORY_ASSUMPTIONS.validate(
        pd.DataFrame(rows, columns=TRAJECTORY_ASSUMPTIONS.names, dtype="str")
    )


#: Key, value, basis and figures of the sentence.
_Assumed = tuple[str, str, str, dict[str, Any]]


def _of_planting(forecast: Forecast) -> Iterator[_Assumed]:
    """Assumptions about planting and harvest."""
    setup = forecast.setup
    unknowns, section, count = setup.unknowns, setup.section, len(setup.years)
    rest = float(setup.planting.promised_ha[:count].mean())
    placed = {
        "bare_ha": setup.planting.bare_ha[:, :count].sum(),
        "again_ha": setup.planting.harvested_ha[:, :count].sum(),
        "rest_ha": rest,
    }
    yield "planting_ha", f"{rest:.2f}", setup.total_basis, placed
    share, survival = unknowns.bare_share, unknowns.survival
    yield "bare_share", _text(share), setup.share_basis, _ends(share)
    yield "survival", _text(survival), _basis("survival", section), _ends(survival)
    cut = float(forecast.likely.cut_ha[:, 0, 0].sum())
    own = section.harvest_share is not None or section.harvest
    figures = {"cut_ha": cut, "off_percent": 100 * section.harvest_uncertainty}
    yield "harvest", f"{cut:.2f}", "setting" if own else "layer", figures


def _of_settings(setup: Setup) -> Iterator[_Assumed]:
    """Assumptions that stand in the project file alone."""
    section = setup.section
    legal, lost = section.legal_lag, 100 * sum(dict(section.losses).values())
    found = sum(section.resurvey.values())
    told: dict[str, tuple[str, dict[str, Any]]] = {
        "legal_lag": (str(legal.years), {"years": legal.years, "article": legal.article}),
        "losses": (f"{lost:g}", {"percent": lost}),
        "regeneration_ha": (f"{section.regeneration_ha:g}", {"area_ha": section.regeneration_ha}),
        "resurvey": (f"{found:g}", {"area_ha": found}),
        "draws": (str(section.draws), {"draws": section.draws, "seed": section.seed}),
    }
    for key, (value, figures) in told.items():
        yield key, value, _basis(key, section), figures


def _of_model(forecast: Forecast) -> Iterator[_Assumed]:
    """The error of the model itself, as it was elsewhere."""
    low, high = np.quantile(forecast.missed_points, BAND)
    section = forecast.setup.section
    figures = {"low": low, "high": high, "cutoff": CUTOFFS[-1]}
    yield "model_error", section.model_error, _basis("model_error", section), figures


def _basis(name: str, section: TrajectorySection) -> str:
    return "setting" if name in section.model_fields_set else "default"


def _text(ends: tuple[float, float, float]) -> str:
    return " – ".join(f"{end:.3g}" for end in ends)


def _ends(ends: tuple[float, float, float]) -> dict[str, Any]:
    return {name: 100 * end for name, end in zip(("low", "likely", "high"), ends, strict=True)}
