"""The interactive map: size, making, first paint and switching, beside ``GeoDataFrame.explore()``.

``python -m benchmarks map [--rounds N] [--quick]``. The province is the 65 real communes (the
demo's names on a grid when those are not there), the country 3,321 communes. Each page is made in
a process of its own: the time to load the libraries and the time to make the page are told apart.
First paint is when the communes are on the screen, not the browser's first pixel. The peer gets
one layer (one zone, one measure) of the same communes; what all layers would take is a product,
and said to be one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psutil
from shapely.geometry import box

from benchmarks._map_content import ZONES, made_content
from layers import data_path

__all__ = ["run"]

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MEASURES = ("share", "held", "planned", "cover", "available", "present")
# Per page: most megabytes, most seconds to make, to paint, to switch.
_BARS = {"province": (1.5, 5.0, 1.5, 0.3), "country": (6.0, 5.0, None, 0.3)}


def run(arguments: list[str]) -> int:
    """Measure both pages and the peer.

    Parameters
    ----------
    arguments : list of str
        The command line after the benchmark's name.

    Returns
    -------
    int
        1 when a bar is missed, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks map", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="pages made and opened (default 5)")
    parser.add_argument("--quick", action="store_true", help="the province alone, two rounds")
    parser.add_argument("--make", nargs=3, metavar=("SIZE", "WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.make:
        return _make(*options.make)
    rounds = 2 if options.quick else options.rounds
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for size in ("province",) if options.quick else ("province", "country"):
            missed |= _compare(size, Path(folder), rounds)
    return int(missed)


def _communes(size: str) -> gpd.GeoDataFrame | None:
    if size == "country":
        path = _SHARED / "vietnam_communes_simplified.parquet"
        frame = gpd.read_parquet(path) if path.is_file() else None
        area, name = "area_km2_official", "full_name"
    else:
        path = _SHARED / "lang_son_communes.gpkg"
        if not path.is_file():
            return _grid()
        frame, area, name = gpd.read_file(path, layer="communes"), "areaKm2", "fullName"
    if frame is None:
        return None
    return gpd.GeoDataFrame(
        {
            "commune_code": frame["code"],
            "commune": frame["name"],
            "kind": frame[name].str.split().str[0].str.lower(),
            "official_area_ha": frame[area].astype("float64") * 100,
        },
        geometry=frame.geometry,
        crs=frame.crs,
    )


def _grid() -> gpd.GeoDataFrame:
    facts = pd.read_csv(data_path("communes-20.csv"), dtype={"code": str})
    places = [(106 + 0.1 * (row % 9), 21.5 + 0.1 * (row // 9)) for row in range(len(facts))]
    return gpd.GeoDataFrame(
        {
            "commune_code": facts["code"],
            "commune": facts["name"],
            "kind": facts["kind"],
            "official_area_ha": facts["official_area_ha"],
        },
        geometry=[box(x, y, x + 0.1, y + 0.1) for x, y in places],
        crs=4326,
    )


def _make(size: str, what: str, file: str) -> int:
    """Make one page in this process and print what it took; the child of `_measured`."""
    start = time.perf_counter()
    import folium  # noqa: F401 (loaded before the clock starts)
    import mapclassify  # noqa: F401

    from maps import save_map

    loaded = time.perf_counter() - start
    communes = _communes(size)
    if communes is None:
        return 2
    content = made_content(communes)
    before = psutil.Process().memory_info().rss
    start, start_cpu = time.perf_counter(), time.process_time()
    if what == "ours":
        save_map(content, file)
    else:
        pine = content.zone_communes[content.zone_communes["zone"] == "pine"]
        layer = communes.merge(pine.drop(columns="commune"), on="commune_code")
        layer.explore(column="present_ha", tiles=None, scheme="FisherJenks", k=5).save(file)
    made, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    memory = (_peak_memory() - before) / 2**20
    print(json.dumps({"loaded": loaded, "made": made, "cpu": cpu, "memory": memory}))
    return 0


def _peak_memory() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def _measured(size: str, what: str, file: Path) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "benchmarks", "map", "--make", size, what, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        return None
    if done.returncode:
        raise RuntimeError(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    result["megabytes"] = file.stat().st_size / 1e6
    return result


def _compare(size: str, folder: Path, rounds: int) -> bool:
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    for number in range(rounds):
        for what, results in (("ours", ours), ("explore", theirs)):
            file = folder / f"{size}-{what}-{number}.html"
            result = _measured(size, what, file)
            if result is None:
                print(f"{size}: ../shared/data is not there, skipped")
                return False
            results.append(result | _opened(file, what))
    print(f"\n{size}, {rounds} rounds, medians")
    _print_pair("size, MB", "megabytes", ours, theirs)
    _print_pair("making the page, s", "made", ours, theirs)
    _print_pair("  of it processor time, s", "cpu", ours, theirs)
    _print_pair("loading the libraries before, s", "loaded", ours, theirs)
    _print_pair("memory above the start, MB", "memory", ours, theirs)
    _print_pair("communes on the screen, s", "painted", ours, theirs)
    _print_pair("switch of a measure, s (ours; the peer has one)", "switched", ours, theirs)
    _print_pair("communes drawn without a network", "drawn", ours, theirs)
    layers = len(ZONES) * len(_MEASURES)
    product = layers * _median(theirs, "megabytes")
    print(f"  explore() with all {layers} layers would be {product:,.0f} MB (1 layer × {layers})")
    print(f"  largest difference of a figure in the page: {_difference(size, folder):.2g} ha")
    return _missed(size, ours)


def _median(results: list[dict[str, Any]], key: str) -> float:
    return float(statistics.median(result[key] for result in results))


def _print_pair(
    label: str, key: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> None:
    mine, other = _median(ours, key), _median(theirs, key)
    ratio = f"× {other / mine:.2f}" if mine and np.isfinite(other) else "–"
    print(f"  {label:<48} {mine:10.3f}   explore(), 1 layer {other:10.3f}   {ratio}")


def _opened(file: Path, what: str) -> dict[str, float]:
    """Open a page from the disk, offline, and press every measure once."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        return {"painted": np.nan, "switched": np.nan, "drawn": np.nan}
    shown = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() =>
        done([performance.now(), document.querySelectorAll(".leaflet-interactive").length]))))"""
    press = """async (selector) => {
        const start = performance.now();
        document.querySelector(selector).click();
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - start; }"""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
        page = context.new_page()
        page.goto(file.as_uri())
        painted, drawn = page.evaluate(shown)
        switches = [np.nan]
        if what == "ours":
            boxes = [f"#measures input[value={measure}]" for measure in _MEASURES]
            switches = [page.evaluate(press, box) for box in boxes]
        browser.close()
    return {
        "painted": painted / 1e3 if drawn else np.nan,
        "switched": max(switches) / 1e3,
        "drawn": drawn,
    }


def _difference(size: str, folder: Path) -> float:
    from maps.interactive.page_data import read_page_data

    data = read_page_data((folder / f"{size}-ours-0.html").read_text(encoding="utf-8"))
    communes = _communes(size)
    if communes is None:
        return float("nan")
    frame = made_content(communes).zone_communes.sort_values(["zone", "commune_code"])
    gaps = [0.0]
    for zone in data["zones"]:
        written = np.array(zone["values"].get("present", []), dtype="float64")
        given = frame.loc[frame["zone"] == zone["id"], "present_ha"].to_numpy()
        if len(written):
            gaps.append(float(np.nanmax(np.abs(written - given))))
    return max(gaps)


def _missed(size: str, ours: list[dict[str, Any]]) -> bool:
    found = [_median(ours, key) for key in ("megabytes", "made", "painted", "switched")]
    labels = ("size, MB", "making, s", "first paint, s", "switch, s")
    missed = False
    for label, value, bar in zip(labels, found, _BARS[size], strict=True):
        if bar is None:
            continue
        holds = value <= bar
        missed |= not holds
        print(f"  {'ok    ' if holds else 'MISSED'} {label}: {value:.2f}, bar {bar:g}")
    return missed
