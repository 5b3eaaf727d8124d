"""How wrong the model was: started from an early year, held against rates published since.

Of most provinces only rates are published, no cohorts. So the same recursion is started from what
a series up to its cut-off year tells: the rate, and the pace of the last years. Land of a
territory is 100 ha, one for each point. A rising rate is planting on bare land that went on for
as long as plantings wait to count, and goes on as bare land lasts; a falling one is a loss. How
much land lies bare, how long plantings wait and how far the pace may be off are drawn.

What no assumption knows (re-surveys, changed definitions) is taken from the misses of other
provinces: points a year that the likely path was off, either way, the territory's own left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.resources import data_table, kept
from zones.forest.trajectory.cohorts import AGES, Start
from zones.forest.trajectory.forecast import BAND
from zones.forest.trajectory.model import Causes, Rates, simulate
from zones.forest.trajectory.planting import Planting
from zones.tables import BACKTEST

Floats = npt.NDArray[np.float64]

CUTOFFS = (2015, 2020)
#: Lags drawn (years), share of the land without forest that lies bare, factor on the pace.
_LAGS = range(3, 8)
_BARE = (0.1, 0.25, 0.5)
_PACE = (0.5, 1.0, 1.5)
_DRAWS = 200
#: Row of the published rates that is no province.
_COUNTRY = "Cả nước"


def published_rates() -> pd.DataFrame:
    """Published rates (%): a row per territory, a column per year."""
    table = data_table("forest_cover_published.csv").set_index("province")
    return table.rename(columns=lambda name: int(str(name)[:4]))


def backtest_table(published: pd.DataFrame) -> pd.DataFrame:
    """Columns of ``BACKTEST``: every year after a cut-off that has a published rate."""
    found = [
        row
        for territory, series in published.iterrows()
        for cutoff in CUTOFFS
        for row in _territory(str(territory), series.dropna(), cutoff)
    ]
    table = pd.DataFrame(found, columns=[*BACKTEST.names, "draws"])
    ends = []
    for row in table.to_dict("records"):
        missed = missed_points(table, cutoff=row["cutoff"], without=row["territory"])
        error = missed * (row["year"] - row["cutoff"])
        ends.append(np.quantile(np.add.outer(row["draws"], error), BAND))
    low, high = np.array(ends).reshape(-1, 2).T
    return BACKTEST.validate(table.assign(low_percent=low, high_percent=high)[BACKTEST.names])


@kept
def published_backtest() -> pd.DataFrame:
    """``BACKTEST`` of the published rates: it has nothing to do with a project, so it is kept."""
    return backtest_table(published_rates())


def missed_points(table: pd.DataFrame, *, cutoff: int, without: str) -> Floats:
    """Points a year that the likely path missed rates of other provinces by, and their opposites.

    ``table`` has the columns of ``BACKTEST``; nothing is missed where no other province is known.
    """
    others = table[(table["cutoff"] == cutoff) & ~table["territory"].isin([without, _COUNTRY])]
    years = (others["year"] - cutoff).to_numpy(dtype="float64")
    missed = (others["published_percent"] - others["forecast_percent"]).to_numpy("float64") / years
    return np.concatenate([missed, -missed]) if len(missed) else np.zeros(1)


def _territory(
    territory: str, series: pd.Series[float], cutoff: int
) -> Iterator[dict[str, object]]:
    before = series[series.index <= cutoff]
    later = series[series.index > cutoff]
    if len(before) < 2 or before.index[-1] != cutoff or later.empty:
        return
    rate, count = float(before.iloc[-1]), int(later.index.max()) - cutoff
    pace = (rate - float(before.iloc[-2])) / (cutoff - int(before.index[-2]))
    paths = forecast_of_rate(rate, pace, count)
    for year, told in later.items():
        step = int(str(year)) - cutoff
        yield {
            "territory": territory,
            "cutoff": cutoff,
            "year": int(str(year)),
            "published_percent": float(told),
            "forecast_percent": float(paths[0, step - 1]),
            "naive_percent": rate + pace * step,
            "draws": paths[1:, step - 1],
        }


def forecast_of_rate(rate: float, pace: float, years: int, *, seed: int = 0) -> Floats:
    """Draws × years of a rate (%) that has moved by ``pace`` points a year; the likely one first.

    Every draw is a commune of its own, so that the recursion follows all of them at once.
    """
    rng = np.random.default_rng(seed)
    bare = np.append(_BARE[1], rng.triangular(*_BARE, _DRAWS))
    factor = np.append(_PACE[1], rng.triangular(*_PACE, _DRAWS))
    lag = np.append(5, rng.choice(list(_LAGS), _DRAWS))
    if pace <= 0:
        return rate * (1.0 + pace * factor[:, None] / rate) ** np.arange(1, years + 1)
    planted = pace * factor
    bare_ha = np.maximum(bare * (100.0 - rate), planted)
    young = np.where(np.arange(AGES) < lag[:, None], planted[:, None], 0.0)
    # As bare land shrinks, so does what is planted on it in a year.
    left = bare_ha[:, None] * (1.0 - planted / bare_ha)[:, None] ** np.arange(years)
    plan = left * (planted / bare_ha)[:, None]
    start = _start(rate, young, bare_ha, lag)
    counts = (np.arange(AGES + 1)[None, :] >= np.array(list(_LAGS))[:, None]).astype("float64")
    none = np.zeros((len(_LAGS), 1))
    rates = Rates(counts[:, :, None], np.ones(1), np.zeros(1), none, none + np.nan)
    blank = np.zeros_like(plan)
    path = simulate(
        start,
        Planting(
            range(1, years + 1), plan, blank, blank, blank, np.zeros(years), np.zeros(len(lag))
        ),
        rates,
        Causes(np.zeros(len(_LAGS), dtype="int64"), 0.0, 0.0, 0.0, np.zeros(years), blank, blank),
    )
    return np.asarray(path.rate_ha[:, :, 0])


def _start(rate: float, young: Floats, bare_ha: Floats, lag: npt.NDArray[np.int64]) -> Start:
    """One commune of natural forest for each draw; its species is its lag."""
    count = len(lag)
    codes = [f"{number:06d}" for number in range(count)]
    communes = pd.DataFrame({"commune_code": codes, "commune": codes, "natural_area_ha": 100.0})
    cells = pd.DataFrame(
        {
            "crop": lag.astype(str),
            "commune_code": codes,
            "three_forest": "production",
            "commune": np.arange(count),
        }
    )
    none = np.zeros(count)
    return Start(
        0,
        communes,
        cells,
        np.zeros_like(young),
        young,
        none,
        none,
        np.full(count, rate),
        bare_ha,
        none,
    )


def errors_of(table: pd.DataFrame) -> dict[str, float]:
    """Mean absolute errors of model and last trend (points), and the share of years in the band."""
    told = table["published_percent"]
    inside = told.between(table["low_percent"], table["high_percent"])
    return {
        "model_points": float((table["forecast_percent"] - told).abs().mean()),
        "naive_points": float((table["naive_percent"] - told).abs().mean()),
        "inside_percent": float(100 * inside.mean()),
        "rates": len(table),
    }
