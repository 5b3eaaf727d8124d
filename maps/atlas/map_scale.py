"""Scales as maps print them: rounded denominators, scale bars, grids of whole kilometres."""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.base.errors import InputError

__all__ = [
    "SCALES",
    "MapWindow",
    "choose_scale",
    "fill_window",
    "fit_window",
    "grid_lines",
    "round_length",
]

#: Denominators that a printed map may have.
SCALES = (
    *(1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 7_500),
    *(10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000, 50_000, 60_000, 75_000),
    *(80_000, 90_000),
    *(100_000, 125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 600_000, 750_000),
    *(1_000_000, 1_250_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000, 5_000_000),
)


@dataclass(frozen=True, slots=True)
class MapWindow:
    """The part of the ground that a map frame shows, at a true scale.

    Parameters
    ----------
    left_m, bottom_m : float
        Lower left corner of the frame in the map's CRS.
    width_mm, height_mm : float
        Size of the frame on paper.
    denominator : int
        1 mm on paper is this many millimetres on the ground (of the projection).
    """

    left_m: float
    bottom_m: float
    width_mm: float
    height_mm: float
    denominator: int

    @property
    def metres_per_mm(self) -> float:
        """Metres of ground under one millimetre of paper."""
        return self.denominator / 1000

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the frame in the map's CRS."""
        return (
            self.left_m,
            self.bottom_m,
            self.left_m + self.width_mm * self.metres_per_mm,
            self.bottom_m + self.height_mm * self.metres_per_mm,
        )


def choose_scale(
    width_m: float, height_m: float, *, frame_width_mm: float, frame_height_mm: float
) -> int:
    """Largest scale of the rounded list at which an extent fits a frame."""
    needed = 1000 * max(width_m / frame_width_mm, height_m / frame_height_mm)
    for denominator in SCALES:
        # A hair of tolerance: an extent that fits exactly must not be pushed out by binary dust.
        if math.isfinite(needed) and needed <= denominator * (1 + 1e-9):
            return denominator
    raise InputError(
        en=f"An extent of {width_m / 1000:.0f} × {height_m / 1000:.0f} km fits no map sheet; "
        "expected a commune or a province in metres. Check the CRS of the communes.",
        vi=f"Phạm vi {width_m / 1000:.0f} × {height_m / 1000:.0f} km không vừa tờ bản đồ nào; cần "
        "một xã hoặc một tỉnh với tọa độ mét. Hãy kiểm tra hệ tọa độ của lớp xã.",
    )


def fit_window(
    bounds_m: tuple[float, float, float, float],
    *,
    width_mm: float,
    height_mm: float,
    margin_mm: float = 3.0,
) -> MapWindow:
    """Window of a frame, centred on an extent at the largest rounded scale that shows it whole."""
    west, south, east, north = bounds_m
    denominator = choose_scale(
        east - west,
        north - south,
        frame_width_mm=width_mm - 2 * margin_mm,
        frame_height_mm=height_mm - 2 * margin_mm,
    )
    return _centred(bounds_m, (width_mm, height_mm), denominator)


def fill_window(
    bounds_m: tuple[float, float, float, float],
    *,
    width_mm: float,
    height_mm: float,
    margin_mm: float = 1.0,
) -> MapWindow:
    """Window of a sketch without a scale of its own: the extent fills the frame."""
    west, south, east, north = bounds_m
    needed = max(
        (east - west) / (width_mm - 2 * margin_mm), (north - south) / (height_mm - 2 * margin_mm)
    )
    return _centred(bounds_m, (width_mm, height_mm), math.ceil(1000 * needed))


def _centred(
    bounds_m: tuple[float, float, float, float], size_mm: tuple[float, float], denominator: int
) -> MapWindow:
    west, south, east, north = bounds_m
    width_mm, height_mm = size_mm
    return MapWindow(
        left_m=(west + east) / 2 - width_mm * denominator / 2000,
        bottom_m=(south + north) / 2 - height_mm * denominator / 2000,
        width_mm=width_mm,
        height_mm=height_mm,
        denominator=denominator,
    )


def round_length(longest: float) -> float:
    """Greatest of 1, 2 and 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5, 2, 1) if step * power <= longest * (1 + 1e-9))


def grid_lines(low_m: float, high_m: float, *, step_m: float) -> list[float]:
    """Coordinates of the grid lines inside an interval: whole multiples of the step."""
    first, last = math.ceil(low_m / step_m), math.floor(high_m / step_m)
    return [number * step_m for number in range(first, last + 1)]
