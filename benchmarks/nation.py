"""Millions of made plots × 3,321 communes: time, memory that stays flat, exactness, peers."""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import subprocess
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from benchmarks._data import CACHE, national_communes
from benchmarks._side_by_side import Bars, describe_machine, watch_memory
from layers import overlay_file

__all__ = ["run"]

#: Equal-area cylinder: one plane for the whole country.
CRS = 6933
SAMPLE, SAME = 10_000, 1e-9
SECONDS, PEAK_MB, FLAT, GAIN = 300.0, 2048.0, 0.10, 1.7
_CHUNK = 65_536
_VERTICES = 20
#: Communes in that plane, brought into it vertex by vertex, once for ours and for the peers.
_COMMUNES = "nation-communes.parquet"


def run(arguments: list[str]) -> int:
    """Print times, peaks and differences; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks nation", description=__doc__)
    parser.add_argument("--millions", type=float, default=10.0, help="plots of the largest run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peers", help="Python of an environment that has the peers")
    parser.add_argument(
        "--cluster", action="store_true", help="one and two workers of a cluster instead"
    )
    chosen = parser.parse_args(arguments)
    print(describe_machine("vungtrong", "numba", "pyogrio", "shapely", "pyarrow"))
    communes = _communes()
    bars, peaks = Bars(), {}
    if chosen.cluster:
        _on_cluster(communes, _plots(round(chosen.millions * 1e6)), bars)
        return bars.code()
    for share in (0.1, 0.3, 1.0):
        count = round(chosen.millions * share * 1e6)
        path = _plots(count)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, peak, hectares = pool.apply(_measure, (communes, path, chosen.workers))
        peaks[count] = peak
        print(
            f"{count:,} plots: {seconds:.1f} s, peak {peak:.0f} MB, {hectares:,.4f} ha", flush=True
        )
    bars.check(f"{seconds:.0f} s", met=seconds <= SECONDS, bar="5 min for 10 million")
    bars.check(f"{peak:.0f} MB", met=peak <= PEAK_MB, bar="2 GB")
    growth = max(peaks.values()) / min(peaks.values()) - 1
    bars.check(f"peaks differ by {growth:.0%}", met=growth <= FLAT, bar="flat, 10 %")
    worst = _against_geos(communes)
    bars.check(f"largest difference to GEOS {worst:.1e}", met=worst <= SAME, bar="1e-9 of a plot")
    if chosen.peers:
        _peers(chosen.peers, communes, path, seconds, hectares, bars)
    return bars.code()


def _communes() -> Path:
    path = CACHE / _COMMUNES
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        frame = national_communes().to_crs(CRS)
        frame.set_geometry(shapely.make_valid(frame.geometry.to_numpy())).to_parquet(path)
    return path


def _plots(count: int) -> Path:
    """Made plots of about 20 vertices and 1 ha, over the communes, in no order; a GeoParquet."""
    path = CACHE / f"nation-plots-{count}.parquet"
    if path.exists():
        return path
    print(f"making {path.name} (once) …", flush=True)
    inner = gpd.read_parquet(_communes()).geometry.to_numpy()
    boxes, random = shapely.bounds(inner), np.random.default_rng(34)
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Polygon"],
                "crs": json.loads(gpd.GeoSeries(crs=CRS).crs.to_json()),
            }
        },
    }
    fields = [("land", pa.string()), ("dtich", pa.float64()), ("geometry", pa.binary())]
    schema = pa.schema(fields, metadata={"geo": json.dumps(geo)})
    unfinished = path.with_suffix(".part")
    with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        for first in range(0, count, _CHUNK):
            some = min(_CHUNK, count - first)
            box = boxes[random.integers(0, len(boxes), some)]
            middle = box[:, :2] + random.random((some, 2)) * (box[:, 2:] - box[:, :2])
            shapes = _blobs(middle, random)
            land = np.array(["natural_forest", "planted_forest", "bare"])
            columns = [
                pa.array(land[random.integers(0, 3, some)]),
                pa.array(np.round(shapely.area(shapes) / 1e4, 2)),
                pa.array(shapely.to_wkb(shapes), pa.binary()),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    unfinished.replace(path)
    return path


def _blobs(middle: Any, random: np.random.Generator) -> Any:
    """Round-ish polygons of 20 vertices that do not cross themselves."""
    turn = np.linspace(0, 2 * np.pi, _VERTICES, endpoint=False)
    radius = random.uniform(25, 90, (len(middle), 1)) * random.uniform(
        0.6, 1.0, (len(middle), _VERTICES)
    )
    points = middle[:, None, :] + np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=2)
    return shapely.polygons(np.concatenate([points, points[:, :1]], axis=1))


def _measure(communes: Path, path: Path, workers: int) -> tuple[float, float, float]:
    """Seconds, peak memory in MB and hectares inside communes, in a fresh process."""
    frame = gpd.read_parquet(communes)
    with watch_memory() as peak:
        start = time.perf_counter()
        table = overlay_file(
            frame, path, by=("land",), ledger_column="dtich", workers=workers, repair="repair"
        )
        seconds = time.perf_counter() - start
    inside = table[table["commune_code"].notna()]
    return seconds, peak.peak_mb, float(inside["area_ha"].sum())


def _on_cluster(communes: Path, path: Path, bars: Bars) -> None:
    """One worker process against two, and two of which one dies: time, and the last digit."""
    import distributed

    warnings.filterwarnings("ignore", message="Sending large graph")
    make: Any = distributed.LocalCluster
    connect: Any = distributed.Client
    frame = gpd.read_parquet(communes)
    small, tables = _plots(SAMPLE), []
    seconds: list[float] = []
    work: list[tuple[float, float]] = []
    for count, deadly in ((1, False), (2, False), (2, True)):
        with (
            make(
                n_workers=count, threads_per_worker=1, dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            connect(cluster) as client,
        ):  # fmt: skip
            overlay_file(frame, small, workers=client)  # the workers load their kernels
            if deadly:
                victim = next(iter(client.run(os.getpid).values()))
                killer = threading.Timer(seconds[1] / 2, psutil.Process(victim).kill)
                killer.start()
            here, start = time.process_time(), time.perf_counter()
            there = sum(client.run(time.process_time).values())
            tables.append(overlay_file(frame, path, ledger_column="dtich", workers=client))
            seconds.append(time.perf_counter() - start)
            there = sum(client.run(time.process_time).values()) - there
            work.append((time.process_time() - here, there))
            if deadly:
                killer.join()
                bars.check("one died", met=not psutil.pid_exists(victim), bar="half-way")
    start = time.perf_counter()
    expected = overlay_file(frame, path, ledger_column="dtich")
    alone = time.perf_counter() - start
    print(
        f"this process alone {alone:.1f} s; one worker {seconds[0]:.1f} s, two {seconds[1]:.1f} s; "
        f"CPU of this process {work[1][0]:.1f} s, of two workers {work[1][1]:.1f} s"
    )
    gain = seconds[0] / seconds[1]
    bars.check(f"two workers {gain:.2f}× one", met=gain >= GAIN, bar=f"{GAIN}×")
    same = all(table.equals(expected) for table in tables)
    bars.check("the same last digit", met=same, bar="one, two, and two of which one died")


def _against_geos(communes: Path) -> float:
    """Largest difference of a plot's hectares in communes to GEOS, relative to the plot."""
    path = _plots(SAMPLE)
    frame = gpd.read_parquet(communes)
    plots = gpd.read_parquet(path).assign(number=np.arange(SAMPLE))
    numbered = path.with_name("nation-sample.parquet")
    plots.to_parquet(numbered)
    ours = overlay_file(frame, numbered, by=("number",))
    ours = ours[ours["commune_code"].notna()][["number", "commune_code", "area_ha"]]
    shapes, ground = plots.geometry.to_numpy(), frame.geometry.to_numpy()
    plot, commune = shapely.STRtree(ground).query(shapes, predicate="intersects")
    codes = frame["commune_code"].to_numpy()[commune]
    area = shapely.area(shapely.intersection(shapes[plot], ground[commune])) / 1e4
    theirs = pd.DataFrame({"number": plot, "commune_code": codes, "geos_ha": area})
    both = ours.merge(theirs, "outer", on=["number", "commune_code"]).fillna(0.0)
    whole = shapely.area(shapes) / 1e4
    # Ground that two communes claim is given to one of them by ours, to both by GEOS.
    disputed = _disputed(ground)
    twice = np.zeros(len(shapes), bool)
    twice[shapely.STRtree(disputed).query(shapes, predicate="intersects")[0]] = True
    number = both["number"].to_numpy(np.int64)
    apart = (both["area_ha"] - both["geos_ha"]).abs().to_numpy() / whole[number]
    print(f"{int(twice.sum())} of {SAMPLE:,} plots lie on disputed ground and are not compared")
    return float(apart[~twice[number]].max())


def _disputed(ground: Any) -> Any:
    """Ground that two communes claim."""
    first, second = shapely.STRtree(ground).query(ground, predicate="overlaps")
    shared = shapely.intersection(ground[first], ground[second])
    return shared[shapely.area(shared) > 0]


def _peers(
    python: str, communes: Path, path: Path, seconds: float, hectares: float, bars: Bars
) -> None:
    """Run each peer in a process of its own, in the environment that has it."""
    script = Path(__file__).with_name("_nation_peers.py")
    for peer in ("duckdb", "sedonadb", "dask-geopandas", "geopandas"):
        done = subprocess.run(
            [python, str(script), peer, str(communes), str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["killed"])[-1]
            print(f"{peer}: did not finish ({last[:120]})")
            continue
        told = json.loads(done.stdout.strip().splitlines()[-1])
        difference = abs(told["hectares"] - hectares) / hectares
        print(
            f"{peer} {told['version']}: {told['seconds']:.1f} s, peak {told['peak_mb']:.0f} MB, "
            f"{difference:.1e} from ours"
        )
        bars.check(
            f"{told['seconds'] / seconds:.1f}× our time", met=told["seconds"] >= seconds,
            bar=f"faster than {peer}",
        )  # fmt: skip
