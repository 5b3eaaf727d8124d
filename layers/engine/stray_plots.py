"""Plots outside the communes that lie where the CRS falsifies hectares: they are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.crs.areal_scale import LIMIT, SAMPLES, areal_departures
from layers.engine.overlay_tasks import OUTSIDE, Shares

__all__ = ["tell_strays"]


def tell_strays(
    shares: Shares,
    shapes: npt.NDArray[Any],
    labels: pd.Index[Any],
    *,
    crs: pyproj.CRS,
    findings: Findings,
) -> None:
    """Tell plots that reach outside the communes to where areas are off by more than 0.2 %.

    The areal scale has been checked where the communes lie, hence for all they hold; a plot with a
    wrong coordinate may lie anywhere. It keeps its row outside, and stops no run.
    """
    piece = np.flatnonzero(shares.zone == OUTSIDE)
    bounds = shapely.bounds(shapes[shares.row[piece]])
    there = np.isfinite(bounds).all(axis=1)
    piece, bounds = piece[there], bounds[there]
    if not len(piece):
        return
    around = np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])[None, :]
    if abs(areal_departures(crs, around, samples=SAMPLES)[0]) <= LIMIT:
        return
    departure = areal_departures(crs, bounds)
    far = np.abs(departure) > LIMIT
    if not far.any():
        return
    rows, worst = shares.row[piece[far]], float(np.abs(departure[far]).max())
    shown = tuple(str(label) for label in labels[rows[:5]])
    area_ha = float(shares.area_m2[piece[far]].sum()) / 1e4
    findings.add(
        Finding(
            severity="problem",
            kind="far-outside",
            source="plots",
            message=Phrase(
                en=f"{len(rows)} plots lie so far from the communes ({', '.join(shown)}) that "
                f"{crs.name} is off by up to {worst:.1%} in their {area_ha:.4f} ha: check their "
                "coordinates.",
                vi=f"{len(rows)} lô nằm quá xa các xã ({', '.join(shown)}), ở đó {crs.name} sai "
                f"đến {worst:.1%} trong {area_ha:.4f} ha của các lô này: hãy kiểm tra tọa độ.",
            ),
            count=len(rows),
            area_ha=area_ha,
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )
