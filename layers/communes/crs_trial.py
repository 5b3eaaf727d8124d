"""Which CRS the coordinates of plots are in, told by the communes that the plots name.

A neighbour zone's meridian moves a layer by 26 km, UTM in place of a 3° zone of the same meridian
by 0.7 km, WGS 84 in place of VN-2000 by 0.2 km: each falls inside the province, and only the
number of plots that lie rightly tells them apart.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from layers.communes.crs_fit import Fit, alike, best_fits, certain, fits_of
from layers.communes.location_check import locate_points
from layers.crs.transform import to_crs, transformation
from layers.crs.vn2000 import transverse_mercator

_SAMPLE = 2000
# Below this share of plots in the commune they name, other CRS are tried: a layer whose edges are
# sloppy is above it, one 0.7 km off is not.
_SOUND_RATIO = 0.95
# Below this share something larger than 0.7 km, or another list of communes, is the matter.
_LOST_RATIO = 0.5
# Fewer plots than these in other places may be slips of the pen, however few the layer has.
_SLIPS = 10
# Nor are so many slips where not one of all plots lies rightly.
_ALL_SLIPS = 3
# A lost datum shift moves only the plots within 224 m of a boundary to the neighbour.
_SHIFT_GAIN_RATIO = 0.005


class Trial:
    """How many points lie in the commune they name, were their coordinates in another CRS.

    Points that name none (``named`` is missing) count where they lie in any commune.
    """

    def __init__(
        self, points: gpd.GeoSeries, named: pd.Series[str], communes: gpd.GeoDataFrame
    ) -> None:
        self.points, self.named, self.communes = points, named, communes

    def agreement(self, crs: pyproj.CRS) -> float:
        """Share of points that lie rightly (no place in the CRS: not)."""
        way = transformation(crs, self.communes.crs)
        x, y = way.transform(self.points.x.to_numpy(), self.points.y.to_numpy())
        found = locate_points(gpd.GeoSeries(shapely.points(x, y), self.points.index), self.communes)
        right = (found == self.named).fillna(value=False) | (self.named.isna() & found.notna())
        return float(right.mean())

    def fits(self, province: str | None = None) -> list[Fit]:
        """Fit of each CRS that a layer here may have, the best first."""
        return fits_of(self.agreement, province)


def spread(named: pd.Series[str]) -> pd.Series[str]:
    """At most some 2,000 of the rows, evenly spread over the file."""
    return named.iloc[:: max(1, len(named) // _SAMPLE)]


def check_meridian(
    plots: gpd.GeoDataFrame, named: pd.Series[str], communes: gpd.GeoDataFrame, *, source: str
) -> list[Finding]:
    """Compare plots with the communes they name, in the CRS declared and in others.

    At most some 2,000 plots are looked at, evenly spread over the file.
    """
    known = named[named.isin(set(communes["commune_code"]))]
    if known.empty:
        return []
    picked = spread(known)
    points = plots.geometry.reindex(picked.index).representative_point()
    trial = Trial(points, picked, communes)
    declared = trial.agreement(points.crs)
    lost = _lost_shift(trial, declared, source) if declared >= _LOST_RATIO else []
    if declared >= _SOUND_RATIO:
        return lost
    fits = trial.fits()
    gain = fits[0].ratio - declared
    # Of few plots one slip of the pen is a large share: another CRS must explain several.
    if declared >= _LOST_RATIO and (gain * len(picked) < _SLIPS or gain <= 1 - _SOUND_RATIO):
        return lost
    if certain(fits):
        return [_other_crs(points, fits[0], declared, source)]
    if lost:
        return lost
    several = gain * len(picked) >= _SLIPS or (declared == 0 and len(picked) >= _ALL_SLIPS)
    if several and gain > 1 - _SOUND_RATIO and fits[0].ratio >= _LOST_RATIO:
        return [_unsure_crs(points.crs, fits, declared, source)]
    return [_unexplained(declared, len(picked), source)]


def _lost_shift(trial: Trial, declared: float, source: str) -> list[Finding]:
    found = transverse_mercator(trial.points.crs)
    if not found:
        return []
    conversion = TransverseMercatorConversion(
        longitude_natural_origin=found["longitude"],
        scale_factor_natural_origin=found["scale"],
        false_easting=found["easting"],
        false_northing=found["northing"],
    )
    flat = ProjectedCRS(conversion, geodetic_crs=pyproj.CRS.from_epsg(4326))
    shifted = trial.agreement(flat)
    if shifted - declared < _SHIFT_GAIN_RATIO:
        return []
    return [
        Finding(
            "problem",
            "crs-datum-shift-lost",
            source,
            message(
                "layers.communes.datum_shift_lost", declared=100 * declared, shifted=100 * shifted
            ),
        )
    ]


def _other_crs(points: gpd.GeoSeries, best: Fit, declared: float, source: str) -> Finding:
    there = to_crs(gpd.GeoSeries([points.iloc[0]], crs=f"EPSG:{best.code}"), points.crs).iloc[0]
    return Finding(
        "error",
        "crs-wrong-meridian",
        source,
        message(
            "layers.communes.plots_of_other_meridian",
            declared=100 * declared,
            crs=points.crs.name,
            best=best.code,
            name=best.name,
            kilometres=points.iloc[0].distance(there) / 1000,
            found=100 * best.ratio,
        ),
    )


def _unsure_crs(crs: pyproj.CRS, fits: list[Fit], declared: float, source: str) -> Finding:
    return Finding(
        "error",
        "crs-wrong-meridian",
        source,
        message(
            "layers.communes.plots_of_unsure_crs",
            declared=100 * declared,
            crs=crs.name,
            candidates=best_fits(fits),
        ),
    )


def _unexplained(declared: float, plots: int, source: str) -> Finding:
    return Finding(
        "problem",
        "communes-disagree",
        source,
        message("layers.communes.communes_disagree", percent=100 * declared, count=plots),
        count=plots,
    )


def missing_crs(trial: Trial, *, province: str, source: str) -> Phrase:
    """Say which CRS plots without one may be in, by how many lie rightly under each."""
    fits = trial.fits(province)
    by_name = bool(trial.named.notna().any())
    values: dict[str, object] = {
        "source": source,
        "how": message(f"layers.communes.fit_by_{'name' if by_name else 'place'}"),
        "candidates": best_fits(fits) if fits[0].ratio > 0 else Phrase("–", "–"),
    }
    if certain(fits):
        return message("layers.communes.crs_missing_certain", best=fits[0].code, **values)
    near = [f"'crs: EPSG:{fit.code}'" for fit in alike(fits)[:3]]
    proposals = near if fits[0].ratio >= _LOST_RATIO else ["'crs: EPSG:…'"]
    return message("layers.communes.crs_missing_unsure", proposals=proposals, **values)
