"""One peer on the nation's plots, alone in its process; prints a line of JSON."""

from __future__ import annotations

import importlib.metadata
import json
import resource
import sys
import time

__all__: list[str] = []

_QUERY = """
    SELECT sum(ST_Area(ST_Intersection(p.geometry, c.geometry))) / 10000
    FROM {plots} p JOIN {communes} c ON ST_Intersects(p.geometry, c.geometry)
"""


def _duckdb(communes: str, plots: str) -> float:
    import duckdb
    from duckdb_extensions import import_extension  # the extension as a package, not from a server

    import_extension("spatial")
    base = duckdb.connect()
    base.execute("LOAD spatial; SET threads = 2; SET memory_limit = '6GB'")
    names = {"plots": f"read_parquet('{plots}')", "communes": f"read_parquet('{communes}')"}
    return float(base.execute(_QUERY.format(**names)).fetchone()[0])


def _sedonadb(communes: str, plots: str) -> float:
    import sedonadb

    base = sedonadb.connect()
    base.read_parquet(plots).to_view("plots")
    base.read_parquet(communes).to_view("communes")
    return float(base.sql(_QUERY.format(plots="plots", communes="communes")).to_pandas().iloc[0, 0])


def _geopandas(communes: str, plots: str) -> float:
    import geopandas as gpd
    import shapely

    ground, some = gpd.read_parquet(communes), gpd.read_parquet(plots)
    plot, commune = ground.sindex.query(some.geometry, predicate="intersects")
    a, b = some.geometry.to_numpy()[plot], ground.geometry.to_numpy()[commune]
    return float(shapely.area(shapely.intersection(a, b)).sum() / 1e4)


def _dask_geopandas(communes: str, plots: str) -> float:
    import dask_geopandas
    import geopandas as gpd
    import pandas as pd
    import shapely

    ground = gpd.read_parquet(communes)

    def part(some: gpd.GeoDataFrame) -> pd.Series:
        plot, commune = ground.sindex.query(some.geometry, predicate="intersects")
        a, b = some.geometry.to_numpy()[plot], ground.geometry.to_numpy()[commune]
        return pd.Series([shapely.area(shapely.intersection(a, b)).sum() / 1e4])

    frame = dask_geopandas.read_parquet(plots, split_row_groups=True)
    sums = frame.map_partitions(part, meta=pd.Series(dtype="float64"))
    return float(sums.compute(scheduler="threads", num_workers=2).sum())


PEERS = {
    "duckdb": _duckdb,
    "sedonadb": _sedonadb,
    "geopandas": _geopandas,
    "dask-geopandas": _dask_geopandas,
}

if __name__ == "__main__":
    name, communes_path, plots_path = sys.argv[1:]
    start = time.perf_counter()
    hectares = PEERS[name](communes_path, plots_path)
    told = {
        "version": importlib.metadata.version(name),
        "seconds": time.perf_counter() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "hectares": hectares,
    }
    print(json.dumps(told))
