"""How well coordinates fit the communes under each CRS that a layer here may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyproj

from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.crs.source import crs_candidates

#: A CRS is named as the right one only where this share of the plots fits by it.
NEARLY_ALL_RATIO = 0.99
#: Two CRS fit about alike where their shares differ by no more.
ALIKE_RATIO = 0.01
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fit:
    """Share of plots that lie rightly, were the coordinates in a CRS."""

    code: int  # EPSG
    ratio: float

    @property
    def name(self) -> str:
        """Name that the EPSG gives it."""
        return pyproj.CRS.from_epsg(self.code).name


def fits_of(agreement: Callable[[pyproj.CRS], float], province: str | None = None) -> list[Fit]:
    """Fit of each CRS that a layer here may have, the best first."""
    fits = [Fit(code, agreement(pyproj.CRS.from_epsg(code))) for code in crs_candidates(province)]
    return sorted(fits, key=lambda fit: -fit.ratio)


def alike(fits: list[Fit]) -> list[Fit]:
    """The best of fits, and those that are about as good."""
    return [fit for fit in fits if fits[0].ratio - fit.ratio <= ALIKE_RATIO]


def certain(fits: list[Fit]) -> bool:
    """Whether nearly all fits by the best CRS, and by no other about as well."""
    return fits[0].ratio >= NEARLY_ALL_RATIO and len(alike(fits)) == 1


def best_fits(fits: list[Fit]) -> Phrase:
    """Say the best CRS, with the share that fits by each."""
    shown = fits[: max(_SHOWN, len(alike(fits)))]
    return joined(
        (
            message("layers.communes.fit", code=fit.code, name=fit.name, percent=100 * fit.ratio)
            for fit in shown
            if fit.ratio > 0
        ),
        ", ",
    )
