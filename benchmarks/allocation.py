"""Allocation: stages, rounding and reasons in seconds, and the same matrices solved by GLOP.

OR-Tools' GLOP is the independent solver: a simplex code of other authors. It runs in a process of
its own, because its wheel and highspy's carry clashing copies of HiGHS. Both get the very matrices
of every stage; their objectives must agree to 1e-7, and the ratio of their times is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._allocation_edits import try_edits
from zones.allocation.allocate import Allocation, allocate, allocation_of
from zones.allocation.checks import check_allocation_inputs
from zones.allocation.explain.target_reasons import explain_allocation
from zones.allocation.explain.tradeoffs import exchange_rates
from zones.allocation.inputs import AllocationInputs, AllocationSettings
from zones.allocation.job import AllocatedPlan
from zones.allocation.model import Model, build_model
from zones.allocation.rounded import round_allocation
from zones.allocation.solve import linear_stages, solve_stages
from zones.project.model import load_project
from zones.rounding.to_totals import round_table
from zones.run.context import RunOptions
from zones.run.run import run_project

__all__ = ["made_case", "run"]

PROVINCE = (65, 13, 5, 5)
COUNTRY = (3321, 13, 1, 5)
#: Seconds, and for the objectives the relative difference.
BARS = {
    "stages": 10.0,
    "two-way rounding": 0.1,
    "three-way rounding": 60.0,
    "explained": 30.0,
    "country": 60.0,
    "country, GB": 4.0,
    "objectives": 1e-7,
    "200 zones": 30.0,
    "slowest edit": 1.0,
    "edits that fail": 0.0,
}
#: Boundaries of the real communes, where they are at hand.
_REAL = Path(__file__).parent.parent.parent / "shared" / "data" / "lang_son_communes.gpkg"


def made_case(
    communes: int, zones: int, sources: int, years: int, *, seed: int = 0
) -> tuple[AllocationInputs, AllocationSettings]:
    """Make a province of that size whose targets cannot all be met.

    Parameters
    ----------
    communes, zones, sources, years : int
        Size.
    seed : int
        Seed of the generator.

    Returns
    -------
    tuple of AllocationInputs and AllocationSettings
        Inputs and settings.
    """
    generator = np.random.default_rng(seed)
    codes = [f"{number:05d}" for number in range(1, communes + 1)]
    zone_ids = [f"zone{number:02d}" for number in range(zones)]
    source_ids = [f"source{number}" for number in range(sources)]
    settings = AllocationSettings(2026, 2025 + years)
    land = pd.DataFrame(
        [(c, s) for c in codes for s in source_ids], columns=["commune_code", "source"]
    )
    land["area_ha"] = generator.gamma(0.7, 400 / sources, len(land)).round(2)
    suits = pd.DataFrame(
        [(z, s, c) for z in zone_ids for s in source_ids for c in codes],
        columns=["zone", "source", "commune_code"],
    )
    suits["suitability"] = generator.choice([0.25, 0.5, 0.75, 1.0], len(suits))
    present = pd.DataFrame(
        [(z, c) for z in zone_ids for c in codes], columns=["zone", "commune_code"]
    )
    present["present_ha"] = generator.gamma(0.5, 300, len(present)).round(2)
    held = present.groupby("zone")["present_ha"].sum()
    room = land["area_ha"].sum() * generator.dirichlet(np.ones(zones)) * 0.9
    targets = pd.DataFrame(
        {
            "target": [f"{z}-area" for z in zone_ids],
            "zone": zone_ids,
            "commune_code": "",
            "year": settings.last_year,
            "low_ha": (held.to_numpy() + room).round(),
            "importance": 1.0,
            "clause": "",
        }
    )
    targets["high_ha"] = targets["low_ha"] + 500
    listed = present[generator.random(len(present)) < 0.3][["zone", "commune_code"]]
    kinds = dict(zip(zone_ids, generator.choice(["open", "closed"], zones), strict=True))
    pace = pd.DataFrame({"zone": "", "commune_code": codes, "year": np.nan, "low_ha": np.nan})
    pace["high_ha"] = generator.gamma(2, 60, communes).round(1) + 5
    by_zone = present[["zone", "commune_code"]].assign(year=np.nan, low_ha=np.nan)
    by_zone["high_ha"] = generator.gamma(2, 15, len(by_zone)).round(1) + 1
    return (
        AllocationInputs(
            communes=pd.DataFrame({"commune_code": codes, "commune": codes}),
            present=present,
            sources=pd.DataFrame(
                {
                    "source": source_ids,
                    "name_vi": source_ids,
                    "name_en": source_ids,
                    "shares": [False] * (sources - 1) + [sources > 1],
                    "limit_ratio": 1.0,
                }
            ),
            available=land.assign(origin="made", from_year=np.nan),
            suitability=suits,
            targets=targets,
            listed=listed.assign(list=listed["zone"].map(kinds)),
            pace=pd.concat([pace, by_zone], ignore_index=True),
        ),
        settings,
    )


def run(arguments: list[str]) -> int:
    """Run the benchmark.

    Parameters
    ----------
    arguments : list of str
        ``--province`` leaves the country out; ``--runs N`` repeats the province; ``--edits N``
        tries so many edits on each of four made provinces and the real communes (all of them
        take an hour with 500); ``--country-alone`` is how the country is measured in a process of
        its own.

    Returns
    -------
    int
        1 when a bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks allocation")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--province", action="store_true", help="leave the country out")
    parser.add_argument("--edits", type=int, default=20, help="edits of each province")
    parser.add_argument("--country-alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.country_alone:
        print(json.dumps(_country()))
        return 0
    missed = _province(options.runs) + _many_zones()
    if options.edits:
        missed += _edits(options.edits)
    if not options.province:
        missed += _country_apart()
    print("missed: " + ", ".join(missed) if missed else "every bar is met")
    return int(bool(missed))


def _said(name: str, value: float, unit: str = "s") -> list[str]:
    bar = BARS[name]
    met = value <= bar
    print(f"  {name:<24}{value:>12.3g} {unit:<4} bar {bar:g}  {'' if met else 'MISSED'}")
    return [] if met else [name]


def _timed(work: Callable[[], Any], runs: int) -> tuple[float, Any]:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def _province(runs: int) -> list[str]:
    missed: list[str] = []
    for name, factor in (("province", 1.02), ("province, every target short", 1.2)):
        inputs, settings = made_case(*PROVINCE)
        targets = inputs.targets.assign(
            low_ha=inputs.targets["low_ha"] * factor, high_ha=inputs.targets["high_ha"] * factor
        )
        inputs.targets[:] = targets
        model = build_model(check_allocation_inputs(inputs, settings), settings)
        rows, columns = model.matrix.shape
        print(f"{name}: {' × '.join(map(str, PROVINCE))}, {columns} columns, {rows} rows")
        seconds, staged = _timed(partial(solve_stages, model), runs)
        missed += _said("stages", seconds)
        allocation = allocation_of(model, staged)
        missed += _roundings(allocation, runs)
        missed += _explained(allocation, runs)
        missed += _against_glop(model, runs)
    return missed


def _many_zones() -> list[str]:
    """Allocate, round and explain 200 zones, of which half are short."""
    inputs, settings = made_case(65, 200, 2, 5)
    start = time.perf_counter()
    allocation = allocate(inputs, settings=settings)
    explain_allocation(allocation, printed=round_allocation(allocation))
    exchange_rates(allocation)
    return _said("200 zones", time.perf_counter() - start)


def _edits(count: int) -> list[str]:
    """Try edits on made provinces: all answered, none slow, none that moves what it need not."""
    made = {f"demo, seed {seed}": ["--seed", str(seed)] for seed in range(4)}
    if _REAL.exists():
        made["real communes"] = ["--communes", str(_REAL)]
    missed: list[str] = []
    for name, options in made.items():
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "demo"
            command = [sys.executable, "-m", "zones", "demo", "--out", str(out), *options]
            made_of = subprocess.run(command, check=False, capture_output=True)
            if made_of.returncode not in (0, 1):  # 1: the real communes overlap by 1 ha
                raise RuntimeError(made_of.stderr.decode())
            asked = RunOptions(only=("allocate",), write=False)
            result = run_project(load_project(out / "project.yaml"), options=asked)
            told = try_edits(result[AllocatedPlan].prepared, count)
        print(f"{name}: {told.answered} edits, {told.refused} refused, {told.kept} stages kept")
        for fault in told.faults[:5]:
            print(f"    {fault}")
        missed += _said("edits that fail", float(len(told.faults)), "")
        missed += _said("slowest edit", max(told.seconds))
    return missed


def _roundings(allocation: Allocation, runs: int) -> list[str]:
    pairs = allocation.plan.groupby(["zone", "commune_code"])["planned_ha"].sum().reset_index()
    by = ["zone", "commune_code"]
    two, _ = _timed(lambda: round_table(pairs, by=by, value="planned_ha", step=0.1), runs)
    # A full table is harder than a plan, which is mostly zeros.
    full = pd.DataFrame(
        [(z, c, y) for z in range(13) for c in range(65) for y in range(5)],
        columns=["zone", "commune_code", "year"],
    )
    full["planned_ha"] = np.random.default_rng(1).random(len(full)) * 20
    by = ["zone", "commune_code", "year"]
    three, table = _timed(lambda: round_table(full, by=by, value="planned_ha"), 1)
    missed = _said("two-way rounding", two) + _said("three-way rounding", three)
    print(f"    totals let go in the three-way table: {table.relaxed or 'none'}")
    return missed


def _explained(allocation: Allocation, runs: int) -> list[str]:
    printed = round_allocation(allocation)
    short = int((allocation.held["status"] == "short").sum())

    def explain() -> int:
        explanation = explain_allocation(allocation, printed=printed)
        exchange_rates(allocation)
        return len(explanation.repairs)

    seconds, repairs = _timed(explain, runs)
    print(f"    {short} short targets, {repairs} repairs, all exchange rates")
    return _said("explained", seconds)


def _against_glop(model: Model, runs: int) -> list[str]:
    """Objectives and times of the same matrices, stage by stage, alternating run by run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours: dict[str, list[float]] = {}
        objectives: dict[str, float] = {}
        theirs: dict[str, list[float]] = {}
        worst = 0.0
        for _ in range(runs):
            for stage, programme, solution, _ in linear_stages(model):
                ours.setdefault(stage, []).append(solution.seconds)
                objectives[stage] = solution.objective
                np.savez(
                    folder / f"{stage.replace('/', '_')}.npz",
                    cost=programme.cost,
                    lower=programme.lower,
                    upper=programme.upper,
                    row_lower=programme.row_lower,
                    row_upper=programme.row_upper,
                    data=programme.matrix.data,
                    indices=programme.matrix.indices,
                    indptr=programme.matrix.indptr,
                    shape=np.array(programme.matrix.shape),
                )
            command = [sys.executable, "-m", "benchmarks._glop", str(folder), *objectives]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            for stage, answer in found.items():
                theirs.setdefault(stage, []).append(answer["seconds"])
                scale = max(1.0, abs(objectives[stage]))
                worst = max(worst, abs(answer["objective"] - objectives[stage]) / scale)
    for stage, seconds in ours.items():
        mine, other = statistics.median(seconds), statistics.median(theirs[stage])
        print(
            f"    {stage:<12} HiGHS {mine:7.3f} s  GLOP {other:7.3f} s  ratio {other / mine:6.2f}"
        )
    return _said("objectives", worst, "")


def _country() -> dict[str, float]:
    inputs, settings = made_case(*COUNTRY)
    start = time.perf_counter()
    allocation = allocate(inputs, settings=settings)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "gigabytes": _peak_bytes() / 2**30,
        "columns": allocation.model.matrix.shape[1],
        "gap": max(stage.gap for stage in allocation.stages),
    }


def _peak_bytes() -> int:
    import psutil

    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):
        return int(memory.peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def _country_apart() -> list[str]:
    command = [sys.executable, "-m", "benchmarks", "allocation", "--country-alone"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    print(f"country: {' × '.join(map(str, COUNTRY))}, {found['columns']} columns, cold, all told")
    print(f"    largest gap of a stage {found['gap']:.1e}")
    return _said("country", found["seconds"]) + _said("country, GB", found["gigabytes"], "GB")
