"""The atlas: time, size and memory of 65 commune sheets, beside plain ``GeoDataFrame.plot``.

``python -m benchmarks atlas [--plots N] [--communes N] [--rounds N]``. The boundaries are those of
the demo, the plots cells with wandering edges of about thirty vertices, over the whole commune.
Each measurement runs in a process of its own; memory is the sum over it and its children, sampled.
The peer draws the same plots, coloured by symbol, with axes and nothing else.
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psutil
import shapely

from benchmarks._map_content import ZONES, made_content
from layers import data_path
from layers.base.language import Phrase
from maps import AnnexContent, AnnexHeading, AtlasContent, save_atlas

__all__ = ["run"]

_CRS = "EPSG:9215"
_LAND = ("natural_forest", "bare", "farmland", "not_yet_forest")
_MOST_SECONDS, _MOST_MB, _MOST_SECONDS_ALONE = 60.0, 40.0, 5.0
#: Peak memory of all pages may exceed that of a third of them by this much.
_MOST_GROWTH = 1.25


def run(arguments: list[str]) -> int:
    """Measure the atlas and its peer.

    Parameters
    ----------
    arguments : list of str
        The command line after the benchmark's name.

    Returns
    -------
    int
        1 when a bar is missed, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks atlas", description=__doc__)
    parser.add_argument("--plots", type=int, default=2_000, help="plots of a commune")
    parser.add_argument("--communes", type=int, default=65, help="sheets")
    parser.add_argument("--rounds", type=int, default=1, help="times each is measured")
    parser.add_argument("--work", nargs=3, metavar=("WHAT", "CONTENT", "PDF"), help="internal")
    options = parser.parse_args(arguments)
    if options.work:
        return _work(*options.work)
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        return _measure(options, Path(folder))


def _measure(options: argparse.Namespace, folder: Path) -> int:
    content, vertices = made_atlas(plots=options.plots)
    path = folder / "content.pickle"
    path.write_bytes(pickle.dumps(content))
    codes = content.communes["commune_code"].tolist()[: options.communes]
    print(
        f"{len(codes)} communes, {options.plots} plots each, {vertices:.0f} vertices a plot, "
        f"{psutil.cpu_count()} cores, A3"
    )
    third = max(1, len(codes) // 3)
    wanted = {
        "all": (codes, 2),
        "third": (codes[:third], 2),
        "alone": (codes[-1:], 1),
        "few": (codes[:5], 1),
        "peer": (codes[:5], 1),
    }
    results: dict[str, list[dict[str, float]]] = {name: [] for name in wanted}
    for number in range(options.rounds):
        for name, (chosen, jobs) in wanted.items():
            told = {"communes": chosen, "jobs": jobs, "peer": name == "peer"}
            (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
            pdf = folder / f"{name}-{number}.pdf"
            work = [str(folder / "told.json"), str(path), str(pdf)]
            results[name].append(_in_a_process(work))
    return _report(results, len(codes))


def _in_a_process(work: list[str]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks", "atlas", "--work", *work]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return measured


def _work(told: str, content_file: str, pdf: str) -> int:
    orders = json.loads(Path(told).read_text(encoding="utf-8"))
    content: AtlasContent = pickle.loads(Path(content_file).read_bytes())
    path = Path(pdf)
    with _Memory() as memory:
        start = time.perf_counter()
        if orders["peer"]:
            _draw_plainly(content, orders["communes"], path)
        else:
            save_atlas(
                *(content, path),
                communes=orders["communes"],
                overview=False,
                jobs=orders["jobs"],
            )
        seconds = time.perf_counter() - start
    size = path.stat().st_size / 1e6
    print(json.dumps({"seconds": seconds, "mb": size, "peak_mb": memory.peak / 1e6}))
    return 0


def _draw_plainly(content: AtlasContent, codes: list[str], path: Path) -> None:
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    plots = content.plots
    assert plots is not None
    communes = content.communes.set_index("commune_code")
    with PdfPages(path) as book:
        for code in codes:
            shape = communes.geometry[code]
            found = plots.iloc[np.sort(plots.sindex.query(shape, predicate="intersects"))]
            figure = Figure(figsize=(16.5, 11.7))
            axes = figure.add_subplot()
            gpd.clip(found, shape).plot(column="symbol", ax=axes, legend=True, edgecolor="grey")
            gpd.GeoSeries([shape]).boundary.plot(ax=axes, color="black")
            axes.set_title(str(communes["commune"][code]))
            book.savefig(figure)


class _Memory:
    """Peak of the resident memory of this process and its children."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        me = psutil.Process()
        while not self._done.wait(0.1):
            total = 0.0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, total)


def _report(results: dict[str, list[dict[str, float]]], sheets: int) -> int:
    median = {
        name: {key: statistics.median(item[key] for item in runs) for key in runs[0]}
        for name, runs in results.items()
    }
    rounds = len(results["all"])
    whole, third, alone = median["all"], median["third"], median["alone"]
    growth = whole["peak_mb"] / third["peak_mb"]
    ratio = median["peer"]["seconds"] / median["few"]["seconds"]
    lighter = median["peer"]["mb"] / median["few"]["mb"]
    lines = [
        (
            f"{sheets} sheets, 2 processes",
            f"{whole['seconds']:.1f} s",
            f"≤ {_MOST_SECONDS:.0f} s",
            whole["seconds"] <= _MOST_SECONDS,
        ),
        ("size", f"{whole['mb']:.1f} MB", f"≤ {_MOST_MB:.0f} MB", whole["mb"] <= _MOST_MB),
        (
            "peak memory, all ÷ a third of the sheets",
            f"{whole['peak_mb']:.0f} ÷ {third['peak_mb']:.0f} MB = {growth:.2f}",
            f"≤ {_MOST_GROWTH}",
            growth <= _MOST_GROWTH,
        ),
        (
            "one commune alone",
            f"{alone['seconds']:.1f} s",
            f"≤ {_MOST_SECONDS_ALONE:.0f} s",
            alone["seconds"] <= _MOST_SECONDS_ALONE,
        ),
    ]
    for name, found, bar, kept in lines:
        print(f"{name:<44} {found:>26}  {bar:<8} {'ok' if kept else 'MISSED'}")
    print(
        f"five sheets, one process: {median['few']['seconds']:.1f} s and "
        f"{median['few']['mb']:.1f} MB; GeoDataFrame.plot without a sheet round it "
        f"{median['peer']['seconds']:.1f} s ({ratio:.1f} times) and {median['peer']['mb']:.1f} MB "
        f"({lighter:.1f} times); medians of {rounds} rounds"
    )
    return 0 if all(kept for *_, kept in lines) else 1


def made_atlas(*, plots: int, seed: int = 9) -> tuple[AtlasContent, float]:
    """Make an atlas of the demo's boundaries with made plots and figures.

    Parameters
    ----------
    plots : int
        Plots of a commune.
    seed : int
        Seed.

    Returns
    -------
    content : AtlasContent
        What the atlas is made from.
    vertices : float
        Mean number of vertices of a plot.
    """
    from zones.demo.boundaries import load_boundaries

    facts = pd.read_csv(data_path("communes-20.csv"), dtype={"code": "str"})
    ground = load_boundaries(facts).to_crs(_CRS)
    communes = gpd.GeoDataFrame(
        {
            "commune_code": facts["code"],
            "commune": facts["name"],
            "kind": facts["kind"],
            "official_area_ha": facts["official_area_ha"],
        },
        geometry=ground.set_index("commune_code" if "commune_code" in ground else "code")
        .geometry.reindex(facts["code"])
        .to_numpy(),
        crs=_CRS,
    )
    rng = np.random.default_rng(seed)
    shapes = [_cells(shape, plots, rng) for shape in communes.geometry]
    layer = np.concatenate(shapes)
    symbols = rng.choice([*(zone[0] for zone in ZONES), *_LAND], len(layer))
    return (
        AtlasContent(
            annex=_annex(communes),
            communes=communes[["commune_code", "commune", "kind", "geometry"]],
            plots=gpd.GeoDataFrame({"symbol": symbols}, geometry=layer, crs=_CRS),
        ),
        float(shapely.get_num_coordinates(layer).mean()),
    )


def _cells(shape: Any, count: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Cells over a commune, their edges bent alike, so that neighbours still share them."""
    west, south, east, north = shape.bounds
    wanted = int(count * (east - west) * (north - south) / shape.area)
    points = np.column_stack([rng.uniform(west, east, wanted), rng.uniform(south, north, wanted)])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    cells = cells[shapely.intersects(cells, shape)]
    edge = np.sqrt(shape.area / count) / 7

    def bend(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        turned = np.column_stack([np.sin(xy[:, 1] / 47), np.sin(xy[:, 0] / 53)])
        return np.asarray(xy + turned * edge / 3)

    bent = shapely.transform(shapely.segmentize(cells, edge), bend)
    return np.asarray(shapely.make_valid(bent), dtype=object)


def _annex(communes: gpd.GeoDataFrame) -> AnnexContent:
    made = made_content(communes)
    names = communes.set_index("commune_code")["commune"]
    planned = made.planned
    assert planned is not None
    assert made.forest_cover is not None
    allocation = planned.assign(commune=planned["commune_code"].map(names), land="bare_production")
    return AnnexContent(
        targets=made.targets,
        zones=made.zone_communes,
        zone_names=made.zones,
        forest_cover=made.forest_cover,
        sources=pd.DataFrame({"layer": ["forest"], "date": ["2025-12-31"], "source": ["made"]}),
        heading=AnnexHeading(
            title=Phrase(en="Benchmark", vi="Đo tốc độ"), province="tỉnh Lạng Sơn"
        ),
        allocation=allocation,
        demo=True,
        digest="0" * 16,
    )
