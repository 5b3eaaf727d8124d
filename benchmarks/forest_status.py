"""A forest status layer of 200,000 plots, read, checked and measured, beside plain pyogrio reading.

``python -m benchmarks forest_status [--plots N] [--rounds N] [--format gpkg|shp]``. Each round
reads the file twice, in processes of their own and alternated: once plainly with pyogrio, once as
``zones cover`` does it (overlaps between plots apart): fields, text, code table, geometry, ledger,
duplicates and species; the communes that plots name against where they lie; hectares by commune;
the table of forest cover. Bars: 20 s and 2 GB; the rate must equal that of the same plots summed
by an area-weighted overlay in plain geopandas on a sample.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psutil
import shapely

from benchmarks._data import CACHE, plots, province_communes

__all__ = ["run"]

BAR_SECONDS = 20.0
BAR_BYTES = 2 * 2**30
PLOTS = 200_000
SEED = 20
#: Type, number in table 98, thanhrung, origin, species, of a province that looks like one.
TYPES = [
    ("TXG", 14, 1, 1, None),
    ("TXB", 15, 1, 1, None),
    ("RTG", 65, 1, 2, "Thông mã vĩ"),
    ("RTG", 65, 0, 2, "Keo tai tượng"),
    ("RTG", 65, 1, 2, "Hồi"),
    ("RTG", 65, 1, 2, "Quế + Keo lai"),
    ("DTR", 77, 2, 2, "Bạch đàn"),
    ("DT2", 83, 0, 3, None),
    ("DT1", 87, 0, 3, None),
    ("DNN", 93, 0, 3, None),
]
SHARES = [0.2, 0.15, 0.15, 0.1, 0.08, 0.04, 0.08, 0.08, 0.07, 0.05]


def run(arguments: list[str]) -> int:
    """Measure and judge.

    Parameters
    ----------
    arguments : list of str
        The command line after the benchmark's name.

    Returns
    -------
    int
        1 when a bar is missed, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks forest_status", description=__doc__)
    parser.add_argument("--plots", type=int, default=PLOTS, help=f"plots (default {PLOTS})")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--format", choices=("gpkg", "shp"), default="gpkg", help="file format")
    parser.add_argument("--task", nargs=2, metavar=("TASK", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.task:
        print(json.dumps(_do(options.task[0], Path(options.task[1]))))
        return 0
    path = _layer(options.plots, options.format)
    rounds: dict[str, list[dict[str, Any]]] = {"plain": [], "ours": []}
    for _ in range(options.rounds):
        for task, results in rounds.items():
            results.append(_apart(task, path))
    return _report(rounds, path, options.plots)


def _apart(task: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks", "forest_status", "--task", task, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak, watched = 0, psutil.Process(process.pid)
        while process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.02)
        output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{task} failed")
    return {**json.loads(output.splitlines()[-1]), "peak": peak}


def _do(task: str, path: Path) -> dict[str, Any]:
    start = time.perf_counter()
    if task == "plain":
        import pyogrio

        frame = pyogrio.read_dataframe(path, use_arrow=True)
        return {"seconds": time.perf_counter() - start, "plots": len(frame)}
    return _ours(path)


def _ours(path: Path) -> dict[str, Any]:
    from layers.communes.crosswalk import CommuneList
    from layers.engine.overlay import overlay_area
    from layers.kinds.forest_status import load_forest_status
    from zones.forest.cover import forest_cover_table
    from zones.inputs.checks import check_places

    communes = _communes()
    marks = [time.perf_counter()]
    layer = load_forest_status(path, year=2025)
    marks.append(time.perf_counter())
    listed = CommuneList("20", tuple(communes["commune_code"]))
    places = check_places("forest", layer, communes, listed)
    marks.append(time.perf_counter())
    areas = overlay_area(
        communes,
        layer.plots,
        by=("land", "three_forest"),
        ledger_column="ledger_ha",
    )
    cover = forest_cover_table(areas, communes, province_code="20", province="Lạng Sơn")
    marks.append(time.perf_counter())
    read, place, measure = np.diff(marks).tolist()
    return {
        "seconds": marks[-1] - marks[0],
        "cpu": time.process_time(),
        "read and check": read,
        "places": place,
        "measure": measure,
        "plots": len(layer.plots),
        "problems": len(layer.findings.of("problem")) + len(places.findings),
        "rate": float(cover["cover_percent"].iloc[-1]),
    }


def _communes() -> gpd.GeoDataFrame:
    communes = province_communes().rename(columns={"code": "commune_code"}).to_crs("EPSG:9215")
    area = shapely.area(np.asarray(communes.geometry)) / 1e4
    return communes.assign(commune=communes["commune_code"], official_area_ha=area)


def _layer(count: int, suffix: str) -> Path:
    path = CACHE / f"forest-status-{count}.{suffix}"
    if path.exists():
        return path
    frame = plots(int(count * 1.06)).head(count)
    random = np.random.default_rng(SEED)
    kinds = random.choice(len(TYPES), count, p=SHARES)
    for place, name in enumerate(("ldlr", "maldlr", "thanhrung", "nggocr", "sldlr")):
        values = pd.Series([kind[place] for kind in TYPES])
        frame[name] = values.iloc[kinds].to_numpy()
    communes = _communes()
    middle = shapely.point_on_surface(np.asarray(frame.geometry))
    number, commune = shapely.STRtree(np.asarray(communes.geometry)).query(
        middle, predicate="intersects"
    )
    code = np.full(count, communes["commune_code"].iloc[0], dtype=object)
    code[number] = communes["commune_code"].to_numpy(dtype=object)[commune]
    planted = frame["nggocr"].eq(2)
    frame = frame.drop(columns="land").assign(
        tt=range(count),
        maxa=code.astype(int),
        xa=code,
        tk=random.integers(1, 400, count).astype(str),
        khoanh=random.integers(1, 12, count).astype(str),
        lo=[f"{number}" for number in range(count)],
        namtr=np.where(planted, random.integers(1995, 2025, count), 0),
        malr3=random.integers(0, 4, count),
        churung="Hộ gia đình",
    )
    frame["mamdsd"] = frame["malr3"].map({0: 0, 1: 2, 2: 6, 3: 9})
    unfinished = path.with_stem(path.stem + "-unfinished")
    frame.to_file(unfinished, encoding="UTF-8")
    for part in sorted(CACHE.glob(f"{unfinished.stem}.*")):
        part.replace(part.with_name(part.name.replace("-unfinished", "")))
    return path


def _report(rounds: dict[str, list[dict[str, Any]]], path: Path, count: int) -> int:
    plain = statistics.median(item["seconds"] for item in rounds["plain"])
    ours = statistics.median(item["seconds"] for item in rounds["ours"])
    peak = max(item["peak"] for item in rounds["ours"])
    last = rounds["ours"][-1]
    print(f"{path.name}: {last['plots']} of {count} plots, {len(rounds['ours'])} rounds, medians")
    print(f"  plain pyogrio reading    {plain:6.2f} s")
    print(f"  read, checked, measured  {ours:6.2f} s   ratio {ours / plain:.1f}")
    for part in ("read and check", "places", "measure"):
        seconds = statistics.median(item[part] for item in rounds["ours"])
        print(f"    {part:<22} {seconds:6.2f} s")
    cpu = statistics.median(item["cpu"] for item in rounds["ours"])
    print(f"  processor time of the whole process {cpu:.2f} s")
    print(f"  peak memory {peak / 2**30:.2f} GiB (plain: {_peak(rounds['plain']):.2f} GiB)")
    difference = abs(last["rate"] - _rate(path))
    print(f"  rate {last['rate']:.6f} %, difference from geopandas {difference:.2e} points")
    missed = [
        text
        for text, bad in (
            (f"more than {BAR_SECONDS:.0f} s", ours > BAR_SECONDS),
            ("more than 2 GiB", peak > BAR_BYTES),
            ("the rate differs", difference > 1e-6),
        )
        if bad
    ]
    print("missed: " + "; ".join(missed) if missed else "all bars held")
    return 1 if missed else 0


def _peak(results: list[dict[str, Any]]) -> float:
    return max(float(item["peak"]) for item in results) / 2**30


def _rate(path: Path) -> float:
    """Rate by another program: plots that lie wholly in the province, whole; the others cut."""
    frame = gpd.read_file(path)
    communes = _communes()
    frame = frame[frame["ldlr"].isin(["TXG", "TXB", "RTG"])]
    province = shapely.union_all(np.asarray(communes.geometry))
    shapely.prepare(province)
    shapes = np.asarray(frame.geometry)
    share = np.ones(len(frame))
    cut = ~shapely.contains_properly(province, shapes)
    share[cut] = shapely.area(shapely.intersection(shapes[cut], province)) / shapely.area(
        shapes[cut]
    )
    return float(100 * (frame["dtich"] * share).sum() / communes["official_area_ha"].sum())
