"""150,000 plots × 65 communes, against geopandas.overlay and SedonaDB."""

from __future__ import annotations

import argparse
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from benchmarks._data import plots, province_communes
from benchmarks._side_by_side import Bars, alternate, describe_machine, watch_memory
from layers import check_overlaps, overlay_area

__all__ = ["run"]


def run(arguments: list[str]) -> int:
    """Print medians, ratios, peak memory and differences; exit 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks overlay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    print(describe_machine("vungtrong", "numba", "geopandas", "shapely", "sedonadb"))
    communes, frame, bars = province_communes(), plots(), Bars()
    print(
        f"{len(frame):,} plots, {frame.get_coordinates().shape[0] / len(frame):.1f} vertices each"
    )
    overlay_area(communes, frame.iloc[:100])  # compiled kernels are read from their cache
    medians, results = alternate(
        {
            "coordinates alone": lambda: _coordinates(frame),
            "vungtrong": lambda: overlay_area(communes, frame, ledger_column="dtich"),
            "geopandas.overlay": lambda: _geopandas(communes, frame),
            "SedonaDB": lambda: _sedona(communes, frame),
        },
        rounds,
    )
    with watch_memory() as peak:
        overlay_area(communes, frame, ledger_column="dtich")
    ours = medians["vungtrong"]
    floor = medians["coordinates alone"]
    print(f"coordinates {floor:.3f} s, all {ours:.3f} s, {peak.above_mb:.0f} MB above base")
    table = results["vungtrong"].set_index(["commune_code", "land"])["area_ha"]
    for name, bar in (("geopandas.overlay", 30.0), ("SedonaDB", 15.0)):
        ratio = medians[name] / ours
        bars.check(
            f"{name} {medians[name]:.1f} s = {ratio:.1f}× ours", met=ratio >= bar, bar=f"{bar:g}×"
        )
        both = pd.concat([table[table.index.dropna()], results[name]], axis=1).fillna(0.0)
        worst = float((both.iloc[:, 0] / both.iloc[:, 1] - 1.0).abs().max())
        bars.check(f"totals differ by {worst:.1e}", met=worst <= 1e-9, bar="1e-9 relative")
    medians, results = alternate({"check_overlaps": lambda: check_overlaps(frame)}, 1)
    seconds = medians["check_overlaps"]
    bars.check(f"check_overlaps {seconds:.1f} s", met=seconds <= 60, bar="60 s")
    return bars.code()


def _coordinates(frame: gpd.GeoDataFrame) -> None:
    """Get at what every overlay must read."""
    shapely.bounds(frame.geometry)
    shapely.get_coordinates(frame.geometry)


def _geopandas(communes: gpd.GeoDataFrame, frame: gpd.GeoDataFrame) -> Any:
    pieces = gpd.overlay(frame, communes, how="intersection")
    return (pieces.area / 1e4).groupby([pieces["commune_code"], pieces["land"]]).sum()


def _sedona(communes: gpd.GeoDataFrame, frame: gpd.GeoDataFrame) -> Any:
    import sedonadb

    connection = sedonadb.connect()
    connection.create_data_frame(communes).to_view("communes", overwrite=True)
    connection.create_data_frame(frame[["land", "geometry"]]).to_view("plots", overwrite=True)
    pieces = connection.sql(
        "SELECT c.commune_code, p.land, "
        "SUM(ST_Area(ST_Intersection(p.geometry, c.geometry))) / 1e4 AS ha "
        "FROM plots p JOIN communes c ON ST_Intersects(p.geometry, c.geometry) "
        "GROUP BY c.commune_code, p.land"
    ).to_pandas()
    return pieces.set_index(["commune_code", "land"])["ha"]
