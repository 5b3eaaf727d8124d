"""The made-up crop-plot layer: orchards of macadamia and tea on farm land, as polygons."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from zones.demo.boundaries import AREA_CRS
from zones.demo.layers import NOTICE
from zones.demo.noise import Floats
from zones.demo.planting import LAYER_YEAR
from zones.demo.quotas import crop_hectares, load_totals

#: Years reported, and what share of the last year's area stood then.
_YEARS = {LAYER_YEAR - 2: 0.94, LAYER_YEAR - 1: 0.97, LAYER_YEAR: 1.0}

#: A commune reports a crop from this area on (ha).
_LEAST = 0.5


def build_fruit_report(communes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Hectares by commune, crop and year, as a table of reports."""
    totals = load_totals()
    crops = totals.loc[totals["part"] == "report", "area_ha"]
    area = crop_hectares(crops, communes, rng)
    parts = []
    for year, share in _YEARS.items():
        grown = area * share * rng.normal(1, 0.01 * (LAYER_YEAR - year), area.shape)
        table = grown.assign(commune_code=communes["code"], commune=communes["name"])
        long = table.melt(["commune_code", "commune"], var_name="crop", value_name="area_ha")
        parts.append(long.assign(year=year))
    report = pd.concat(parts)
    report["area_ha"] = report["area_ha"].round(1)
    kept = report.loc[report["area_ha"] >= _LEAST].assign(source=NOTICE)
    columns = ["commune_code", "commune", "crop", "year", "area_ha", "source"]
    return kept.sort_values(["crop", "commune_code", "year"])[columns].reset_index(drop=True)


#: A commune's mistake in its report of macadamia, by its rank: what it writes for its hectares.
_MISTAKES: dict[int, Callable[[float], float]] = {
    0: lambda area: area * 10,
    1: lambda area: area * 10_000 / 360,  # In sào
    5: lambda area: max(round(area, -2), 100.0),
    6: lambda area: area * 2,
    7: lambda area: area * 1.25,  # This year's; last year's fits the layer
    8: lambda area: area * 0.6,
}
_EXCHANGED, _SILENT, _OTHER_DATE = (2, 3), 4, 7


def build_orchard_report(orchards: pd.DataFrame) -> pd.DataFrame:
    """Hectares of the orchards as communes report them, with the usual mistakes in some."""
    named = orchards.assign(crop=orchards["cay_trong"].map({"Mắc ca": "macadamia", "Chè": "tea"}))
    keys = ["ma_xa", "ten_xa", "crop"]
    held = named.groupby(keys)["dien_tich"].sum().rename("area_ha").reset_index()
    held = held[held["area_ha"] >= _LEAST].sort_values("area_ha", ascending=False)
    true = held[held["crop"] == "macadamia"]["area_ha"].to_list()
    told = dict(enumerate(true))
    told |= {rank: wrong(true[rank]) for rank, wrong in _MISTAKES.items()}
    one, other = _EXCHANGED
    told[one], told[other] = true[other], true[one]
    rows = held[held["crop"] == "macadamia"].assign(area_ha=list(told.values()))
    earlier = rows.iloc[[_OTHER_DATE]].assign(area_ha=true[_OTHER_DATE], year=LAYER_YEAR - 1)
    newest = pd.concat([rows.drop(rows.index[_SILENT]), held[held["crop"] == "tea"]])
    report: pd.DataFrame = pd.concat([newest.assign(year=LAYER_YEAR), earlier])
    report = report.assign(source=NOTICE)
    report = report.rename(columns={"ma_xa": "commune_code", "ten_xa": "commune"})
    report["area_ha"] = report["area_ha"].round(1)
    columns = ["commune_code", "commune", "crop", "year", "area_ha", "source"]
    return report.sort_values(["crop", "commune_code", "year"])[columns].reset_index(drop=True)


#: An orchard takes this much of the parcel it stands on.
_SHARE = (0.15, 0.75)


def build_orchards(
    parcels: pd.DataFrame, communes: pd.DataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Orchards, each within one parcel of farm land or of regrowth."""
    totals = load_totals()
    crops = totals.loc[totals["part"] == "orchard"]
    wanted = crop_hectares(crops["area_ha"], communes, rng)
    ground = parcels.loc[parcels["land"].isin(["farmland", "regenerating"])]
    ground = ground.iloc[rng.permutation(len(ground))]
    share = rng.uniform(*_SHARE, len(ground))
    held = pd.Series(ground["area_ha"].to_numpy() * share, index=ground.index)
    crop = _planted(ground["commune"], held, wanted)
    taken = crop.notna().to_numpy()
    crop, share = crop[taken], share[taken]
    spots = ground.loc[crop.index]
    shapes = _within(spots["shape"].to_numpy(), np.sqrt(share))
    years = LAYER_YEAR - np.minimum(
        rng.integers(1, crops["oldest_years"].astype("int64")[crop].to_numpy()),
        rng.integers(1, 40, len(crop)),
    )
    table = pd.DataFrame(
        {
            "so_hieu": [f"V{number:04d}" for number in range(1, len(crop) + 1)],
            "cay_trong": crops["species"][crop].to_numpy(),
            "nam_trong": years,
            "dien_tich": (shapely.area(shapes) / 1e4 * rng.normal(1, 0.01, len(crop))).round(2),
            "ma_xa": communes["code"][spots["commune"]].to_numpy(),
            "ten_xa": communes["name"][spots["commune"]].to_numpy(),
            "nguon": NOTICE,
        }
    )
    return gpd.GeoDataFrame(table, geometry=shapes, crs=AREA_CRS)


def _planted(commune: pd.Series[int], held: pd.Series[float], wanted: pd.DataFrame) -> pd.Series:
    """Crop of each spot, commune by commune, crop after crop until its hectares are reached."""
    crop = pd.Series(None, index=held.index, dtype="str")
    hectares = wanted.to_numpy(dtype="float64")
    for place, spots in commune.groupby(commune).groups.items():
        reached = held[spots].cumsum().to_numpy()
        ends = np.cumsum(hectares[int(str(place))])
        number = np.searchsorted(ends, reached - held[spots].to_numpy() / 2)
        names = np.array([*wanted.columns, None], dtype=object)
        crop[spots] = names[number]
    return crop


def _within(shapes: NDArray[np.object_], scale: Floats) -> NDArray[np.object_]:
    """Shrink each polygon towards a point inside it; what sticks out of a bay is cut off."""
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    count = shapely.get_num_coordinates(shapes)
    centre, factor = np.repeat(middle, count, axis=0), np.repeat(scale, count)[:, None]
    shrunk = shapely.transform(shapes, lambda points: centre + (points - centre) * factor)
    parts, owner = shapely.get_parts(shapely.intersection(shrunk, shapes), return_index=True)
    # Of an orchard in several parts the largest is kept.
    order = np.lexsort((shapely.area(parts), owner))
    largest = order[np.r_[owner[order][1:] != owner[order][:-1], True]]
    return np.asarray(parts[largest], dtype=object)
