"""Communes × class raster of 170 million cells, against exactextract and rasterstats."""

from __future__ import annotations

import argparse
from typing import Any

import geopandas as gpd
import pandas as pd
import rasterio
from rasterio.windows import Window

from benchmarks._data import class_raster, plots, province_communes
from benchmarks._side_by_side import Bars, alternate, describe_machine, watch_memory
from layers import tabulate_area

__all__ = ["run"]

MB = 1 << 20


def run(arguments: list[str]) -> int:
    """Print medians, ratios, peak memory and differences; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks tabulate", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    print(describe_machine("vungtrong", "numba", "rasterio", "exactextract", "rasterstats"))
    communes, path, bars = province_communes(), str(class_raster()), Bars()
    tabulate_area(communes.iloc[:1], path)  # compiled kernels are read from their cache
    medians, results = alternate(
        {
            "decoding alone": lambda: _decode(path),
            "vungtrong": lambda: tabulate_area(communes, path),
            "exactextract": lambda: _exactextract(communes, path),
            "rasterstats": lambda: _rasterstats(communes, path),
        },
        rounds,
    )
    with watch_memory() as peak:
        tabulate_area(communes, path)
    ours = medians["vungtrong"]
    print(f"decoding {medians['decoding alone']:.3f} s, all {ours:.3f} s")
    for name, bar in (("exactextract", 12.0), ("rasterstats", 5.0)):
        ratio = medians[name] / ours
        bars.check(
            f"{name} {medians[name]:.2f} s = {ratio:.1f}× ours", met=ratio >= bar, bar=f"{bar:g}×"
        )
    worst = _largest_difference(results["vungtrong"], results["exactextract"])
    bars.check(f"largest difference {worst:.1e} cells", met=worst <= 1e-5, bar="1e-5")
    bars.check(f"{peak.above_mb:.0f} MB above base", met=peak.above_mb <= 512, bar="512 MB")
    _many_small(path, rounds, bars)
    return bars.code()


def _decode(path: str) -> None:
    with rasterio.Env(GDAL_CACHEMAX=64 * MB), rasterio.open(path) as raster:
        for top in range(0, raster.height, 512):
            height = min(512, raster.height - top)
            raster.read(1, window=Window(0, top, raster.width, height))


def _exactextract(polygons: gpd.GeoDataFrame, path: str) -> Any:
    from exactextract import exact_extract

    return exact_extract(
        path, polygons, ["count", "unique", "frac"], include_cols=["commune_code"], output="pandas"
    )


def _rasterstats(polygons: gpd.GeoDataFrame, path: str) -> Any:
    from rasterstats import zonal_stats

    return zonal_stats(polygons.geometry, path, categorical=True, nodata=0)


def _largest_difference(table: pd.DataFrame, peer: pd.DataFrame) -> float:
    rows = [
        (code, int(number), count * share)
        for code, count, numbers, shares in peer[
            ["commune_code", "count", "unique", "frac"]
        ].to_numpy()
        for number, share in zip(numbers, shares, strict=True)
    ]
    theirs = pd.DataFrame(rows, columns=["commune_code", "class", "peer"])
    ours = table.dropna(subset=["class"]).astype({"class": "int64"})
    both = ours.merge(theirs, on=["commune_code", "class"], how="outer")
    return float((both["cells"].fillna(0) - both["peer"].fillna(0)).abs().max())


def _many_small(path: str, rounds: int, bars: Bars) -> None:
    """150,000 plots on the same raster; the peer does one in thirty of them."""
    every = plots().assign(commune_code=lambda frame: frame.index)[["commune_code", "geometry"]]
    some = every.iloc[::30].reset_index(drop=True)
    print(f"{len(every):,} plots on the same raster, and {len(some):,} of them")
    medians, results = alternate(
        {
            "vungtrong, all plots": lambda: tabulate_area(every, path),
            "vungtrong, some": lambda: tabulate_area(some, path),
            "exactextract, some": lambda: _exactextract(some, path),
        },
        rounds,
    )
    ratio = medians["exactextract, some"] / medians["vungtrong, some"]
    print(f"all plots {medians['vungtrong, all plots']:.2f} s; of some, {ratio:.1f}× the peer")
    worst = _largest_difference(results["vungtrong, some"], results["exactextract, some"])
    bars.check(f"largest difference {worst:.1e} cells", met=worst <= 1e-5, bar="1e-5")
