"""How sure figures are: published vectors, coverage of intervals, verdicts, speed."""

from __future__ import annotations

import argparse
import time

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse

from benchmarks._side_by_side import Bars, describe_machine
from layers import drawn_area_error, estimate_area, estimate_area_by_commune
from zones.reports.reconciliation.balance import balance
from zones.reports.reconciliation.reconcile import USUAL_ERRORS, reconcile

__all__ = ["run"]

Floats = npt.NDArray[np.float64]

SURVEYS = 5_000
LEVEL = 0.95
#: Name → weights of strata, points, share of the class in each stratum.
MAPS = {
    "common class": ((0.2, 0.3, 0.5), (50, 60, 90), (0.85, 0.1, 0.04)),
    "like Olofsson and others": (
        *((0.02, 0.015, 0.32, 0.645), (75, 75, 165, 325)),
        (0.88, 0.01, 0.01, 0.005),
    ),
    "0.2 %, few omissions": ((0.002, 0.4, 0.598), (50, 150, 300), (0.7, 0.0005, 0.0007)),
    "0.2 %, omissions in a buffer": (
        *((0.002, 0.01, 0.4, 0.588), (50, 75, 150, 300)),
        (0.7, 0.05, 0.0001, 0.0),
    ),
    "0.2 %, simple sample": ((1.0,), (2_000,), (0.002,)),
}
#: No omission at all: the interval cannot know it and is too wide, as the text says.
NEVER_OMITTED = {"0.2 %, never omitted": ((0.002, 0.4, 0.598), (30, 150, 300), (0.9, 0.0, 0.0))}


def run(arguments: list[str]) -> int:
    """Print each figure with its bar; exit 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks certainty", description=__doc__)
    parser.add_argument("--surveys", type=int, default=SURVEYS)
    surveys = parser.parse_args(arguments).surveys
    print(describe_machine("numpy", "pandas", "scipy"))
    bars = Bars()
    _published(bars)
    for name, setting in MAPS.items():
        score, normal = (_coverage(setting, surveys, kind) for kind in ("score", "normal"))
        print(f"  {name}: estimate ± 1.96 standard errors holds the truth in {normal:.1f} %")
        bars.check(f"{name}: {score:.1f} % hold the truth", met=93 <= score <= 97, bar="93–97 %")
    for name, setting in NEVER_OMITTED.items():
        score = _coverage(setting, surveys, "score")
        bars.check(f"{name}: {score:.1f} % hold the truth", met=score >= 93, bar="≥ 93 %, told")
    _verdicts(bars, surveys)
    _digitised(bars)
    _country(bars)
    _reconciled(bars)
    return bars.code()


def _published(bars: Bars) -> None:
    """Olofsson and others (2014), section 5: hectares and margins of four classes."""
    counts = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
    names = ["deforestation", "gain", "forest", "other"]
    cells = [
        (stratum, found)
        for stratum, row in zip(names, counts, strict=True)
        for found, number in zip(names, row, strict=True)
        for _ in range(number)
    ]
    sample = pd.DataFrame(cells, columns=["stratum", "reference_class"])
    areas = dict(zip(names, (18_000.0, 13_500.0, 288_000.0, 580_500.0), strict=True))
    table = estimate_area(sample, areas, interval="normal").areas
    margins = 1.96 * table["standard_error_ha"]
    worst = max(
        float((table["area_ha"] - [21_158, 11_686, 285_770, 581_386]).abs().max()),
        float((margins - [6_158, 3_756, 15_510, 16_282]).abs().max()),
    )
    bars.check(f"published hectares differ by {worst:.2f} ha", met=worst <= 1, bar="as printed")


def _surveys(
    setting: tuple[tuple[float, ...], ...], surveys: int, kind: str
) -> tuple[Floats, Floats, float, Floats]:
    """Both ends of each survey's interval, the truth, and how often each distinct survey came."""
    weights, points, shares = (np.array(part) for part in setting)
    random = np.random.default_rng(1)
    hits = random.binomial(points.astype(int), shares, size=(surveys, len(points)))
    seen, times = np.unique(hits, axis=0, return_counts=True)
    names = [f"s{place}" for place in range(len(weights))]
    areas = dict(zip(names, weights * 1e6, strict=True))
    strata = np.repeat(names, points.astype(int))
    ends = np.empty((len(seen), 2))
    for place, row in enumerate(seen):
        labels = np.concatenate(
            [np.where(np.arange(n) < x, "k", "o") for x, n in zip(row, points, strict=True)]
        )
        sample = pd.DataFrame({"stratum": strata, "reference_class": labels})
        table = estimate_area(sample, areas, level=LEVEL, interval=kind).areas  # type: ignore[arg-type]
        mine = table[table["class"] == "k"]
        ends[place] = (
            mine[["low_ha", "high_ha"]].to_numpy()[0] if len(mine) else _never(sample, areas)
        )
    return ends[:, 0], ends[:, 1], float((weights * shares).sum() * 1e6), times.astype("float64")


def _never(sample: pd.DataFrame, areas: dict[str, float]) -> Floats:
    """Interval of a class that no point met: what is left of all the others."""
    table = estimate_area(sample, areas).areas
    rest = table[table["class"] == "o"]
    whole = sum(areas.values())
    return np.array([0.0, whole - float(rest["low_ha"].iloc[0])])


def _coverage(setting: tuple[tuple[float, ...], ...], surveys: int, kind: str) -> float:
    low, high, truth, times = _surveys(setting, surveys, kind)
    return 100 * float((times * ((low <= truth) & (truth <= high))).sum() / times.sum())


def _verdicts(bars: Bars, surveys: int) -> None:
    """Truth exactly at the floor of a target."""
    low, high, truth, times = _surveys(MAPS["common class"], surveys, "score")
    met = 100 * float((times * (low >= truth)).sum() / times.sum())
    missed = 100 * float((times * (high < truth)).sum() / times.sum())
    untold = 100 - met - missed
    bars.check(f"truth at the target: wrong 'met' in {met:.1f} %", met=met <= 5, bar="≤ 5 %")
    bars.check(
        f"truth at the target: 'cannot tell' in {untold:.1f} %", met=untold >= 90, bar="≥ 90 %"
    )


def _digitised(bars: Bars) -> None:
    """Areas of 10,000 digitisations of a ragged plot of 60 vertices, errors together over 60 m."""
    random, vertices, error, together = np.random.default_rng(3), 60, 4.0, 60.0
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = 100 * (1 + 0.25 * random.random(vertices))
    plot = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    shape = gpd.GeoDataFrame(geometry=[shapely.Polygon(plot)], crs=9215)
    found = float(drawn_area_error(shape, error_m=error, correlation_m=together).iloc[0])
    edge = np.hypot(*(np.roll(plot, -1, axis=0) - plot).T)
    at = np.concatenate([[0.0], np.cumsum(edge)[:-1]])
    gap = np.abs(at[:, None] - at[None, :])
    covariance = np.exp(-np.minimum(gap, edge.sum() - gap) / together)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(vertices)).T
    east, north = (
        plot[:, axis] + error * random.standard_normal((10_000, vertices)) @ root for axis in (0, 1)
    )
    twice = east * np.roll(north, -1, axis=1) - np.roll(east, -1, axis=1) * north
    seen = float((twice.sum(axis=1) / 2e4).std())
    away = 100 * abs((found / seen) ** 2 - 1)
    bars.check(
        f"variance of a drawn area: {away:.1f} % from 10,000 digitisations",
        met=away <= 10,
        bar="10 %",
    )


def _country(bars: Bars) -> None:
    """3,321 communes × 20 classes × 20,000 points."""
    random = np.random.default_rng(3)
    communes, classes, points = 3_321, 20, 20_000
    codes = np.array([f"{place:05d}" for place in range(communes)])
    names = np.array([f"c{place}" for place in range(classes)])
    areas = random.gamma(0.7, 400, (communes, classes))
    at = random.choice(areas.size, points, p=areas.ravel() / areas.sum())
    truth = np.where(
        random.random(points) < 0.85, at % classes, random.integers(0, classes, points)
    )
    sample = pd.DataFrame(
        {
            "commune_code": codes[at // classes],
            "stratum": names[at % classes],
            "reference_class": names[truth],
        }
    )
    table = pd.DataFrame(
        {
            "commune_code": np.repeat(codes, classes),
            "stratum": np.tile(names, communes),
            "area_ha": areas.ravel(),
        }
    )
    start, used = time.perf_counter(), time.process_time()
    found = estimate_area_by_commune(sample, table)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    gap = abs(found["area_ha"].sum() - areas.sum()) / areas.sum()
    bars.check(
        f"country in {seconds:.1f} s ({used:.1f} s of one core)", met=seconds <= 10, bar="10 s"
    )
    bars.check(f"communes add up to {gap:.1e}", met=gap <= 1e-9, bar="1e-9")


def _reconciled(bars: Bars) -> None:
    """A published balance, and a country of three witnesses under its totals."""
    measured = np.array([9.22, 4.83, 3.22])
    found = balance(measured, (0.03 * measured) ** 2, sparse.csr_matrix([[1.0, -1.0, -1.0]]))
    expected = np.array([8.382131, 5.059937, 3.322194, 12.813201])
    worst = float(np.abs(np.append(found.adjusted, found.statistic) - expected).max())
    bars.check(f"published balance differs by {worst:.1e}", met=worst <= 1e-6, bar="1e-6")
    random, communes, crops = np.random.default_rng(0), 3_321, 20
    truth = random.gamma(1, 100, (communes, crops))
    keys = pd.DataFrame(
        {
            "commune_code": np.repeat([f"{place:05d}" for place in range(communes)], crops),
            "crop": np.tile([f"c{place}" for place in range(crops)], communes),
        }
    )
    noise = 1 + 0.03 * random.standard_normal((3, truth.size))
    figures = pd.concat(
        keys.assign(witness=name, area_ha=truth.ravel() * noise[place])
        for place, name in enumerate(("map", "register", "report"))
    )
    totals = pd.DataFrame(
        {
            "commune_code": ["", *keys["commune_code"].unique()],
            "crop": ["c0", *[""] * communes],
            "area_ha": [truth[:, 0].sum(), *truth.sum(axis=1)],
            "error_percent": 1.0,
        }
    )
    start, used = time.perf_counter(), time.process_time()
    reconcile(figures, error_percent=USUAL_ERRORS, totals=totals)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    bars.check(
        f"3,321 × 20 × 3 figures in {seconds:.1f} s ({used:.1f} s of one core)",
        met=seconds <= 5,
        bar="5 s",
    )
