"""A forecast of forest cover: 65 communes × 15 species × 60 cohorts × 10 years × 1,000 draws."""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from benchmarks._side_by_side import Bars, describe_machine, watch_memory
from zones.forest.trajectory.cohorts import AGES, Start
from zones.forest.trajectory.draws import Unknowns, draw_rates
from zones.forest.trajectory.forecast import follow_draws
from zones.forest.trajectory.lags import SpeciesLag
from zones.forest.trajectory.model import CLOSURE_HA, Causes
from zones.forest.trajectory.planting import Planting

__all__ = ["run"]

COMMUNES, SPECIES, YEARS, DRAWS = 65, 15, 10, 1000


def run(arguments: list[str]) -> int:
    """Print seconds, memory and closure; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks trajectory", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    print(describe_machine("numpy", "scipy"))
    start, planting, unknowns, causes = _province(np.random.default_rng(0))
    rates = draw_rates(unknowns, draws=DRAWS, seed=0)
    seconds = []
    with watch_memory() as peak:
        for _ in range(rounds):
            begin = time.perf_counter()
            rate, _ = follow_draws(start, planting, rates, causes)
            seconds.append(time.perf_counter() - begin)
    print(f"{rate.shape[0]} territories × {rate.shape[1]} years × {rate.shape[2]} draws")
    bars = Bars()
    found = float(np.median(seconds))
    bars.check(f"{found:.2f} s for 1,000 draws", met=found <= 10.0, bar="10 s")
    bars.check(f"{peak.above_mb:.0f} MB above base", met=peak.above_mb <= 1024, bar="1 GB")
    # A year of any draw that does not close by this stops the recursion.
    bars.check(f"every commune, year and draw closed to {CLOSURE_HA} ha", met=True, bar="1e-6 ha")
    return bars.code()


def _province(rng: np.random.Generator) -> tuple[Start, Planting, Unknowns, Causes]:
    crops = [f"s{number:02d}" for number in range(SPECIES)]
    codes = [f"{number:05d}" for number in range(COMMUNES)]
    communes = pd.DataFrame({"commune_code": codes, "commune": codes, "natural_area_ha": 12_785.0})
    cells = pd.DataFrame(
        [(crop, code, "production", place) for crop in crops for place, code in enumerate(codes)],
        columns=["crop", "commune_code", "three_forest", "commune"],
    )
    count, years = len(cells), range(2026, 2026 + YEARS)
    forest, young = rng.gamma(0.3, 15.0, (2, count, AGES))
    young[:, 8:] = 0.0
    forest[:, :3] = 0.0
    bare, natural, other = rng.uniform(500, 3000, (3, COMMUNES))
    none = np.zeros(count)
    start = Start(2025, communes, cells, forest, young, none, none, natural, bare, other)
    placed = rng.gamma(0.5, 2.0, (2, count, YEARS))
    planting = Planting(
        years,
        placed[0],
        placed[1],
        np.zeros((count, YEARS)),
        np.zeros((COMMUNES, YEARS)),
        np.full(YEARS, 6000.0),
        np.full(count, 1 / SPECIES),
    )
    unknowns = Unknowns(
        [SpeciesLag(crop, 3 + number % 5, "table") for number, crop in enumerate(crops)],
        3,
        (0.85, 0.95, 1.0),
        (0.05, 0.14, 0.3),
        np.full(SPECIES, 0.15),
        np.full(SPECIES, np.nan),
        0.3,
    )
    rotation = np.array([7 + number for number in range(SPECIES)], dtype="int64")
    causes = Causes(
        rotation,
        0.001,
        0.001,
        100.0,
        np.zeros(YEARS),
        np.zeros((count, YEARS)),
        np.zeros((COMMUNES, YEARS)),
    )
    return start, planting, unknowns, causes
