"""Plots × communes: whose ground each plot lies on, in hectares of the map and of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.base.errors import CrsError, InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.workers import Workers, run_pieces
from layers.crs.areal_scale import check_areal_scale
from layers.engine.overlay_rules import (
    ledger_areas,
    settle_slivers,
    share_ledger,
    stray_pieces,
    tell_strays,
)
from layers.engine.overlay_tasks import (
    OUTSIDE,
    CommuneGround,
    Shares,
    plot_shares,
    share_pieces,
    take_communes,
)
from layers.engine.polygon_input import (
    attach_findings,
    refuse_names,
    require_columns,
    take_in,
    tell_lacking,
    tell_repairs,
)
from layers.engine.rectangle import part_in_rectangle
from layers.engine.repair import RepairMode, repair_polygons
from layers.engine.rings import IntArray


def overlay_area(
    communes: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    *,
    id_column: str = "commune_code",
    by: Sequence[str] = ("land",),
    ledger_column: str | None = None,
    workers: Workers = 1,
    repair: RepairMode = "repair",
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Sum plots and their hectares, of map and ledger, by commune and attributes of plots.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Polygons in a projected CRS in which plane areas are those of the ground.
    plots : geopandas.GeoDataFrame
        Polygons in the same CRS; its index must be unique.
    id_column : str
        Column of ``communes`` with their ids. Rows with one id are one commune, and reported.
    by : sequence of str
        Columns of ``plots`` to group by; missing values are a group of their own.
    ledger_column : str, optional
        Column of ``plots`` with their official hectares.
    workers : int or dask.distributed.Client
        Number of local workers, or a cluster.
    repair : {"repair", "never"}
        Whether invalid polygons are repaired (and reported), or refused.
    findings : Findings, optional
        Takes what was found, see ``overlay_pieces``.

    Returns
    -------
    pandas.DataFrame
        Columns ``[id_column, *by, "plots", "area_ha", "ledger_ha"]``, sorted by the first ones; a
        plot counts in every commune it reaches into. Ground outside every commune stands under the
        id ``<NA>``, last. ``ledger_ha`` is missing where no plot of the row has one.

    Raises
    ------
    InputError
        A column is missing or doubled, ids are missing, geometry is not polygonal, or invalid and
        not to be repaired.
    CrsError
        A CRS is missing, differs, is not projected, or falsifies areas by more than 0.2 %.
    ClosureError
        Pieces do not add up to their plot.

    Examples
    --------
    >>> from shapely import box
    >>> communes = gpd.GeoDataFrame(
    ...     {"commune_code": ["06001", "06004"]}, crs="EPSG:9215",
    ...     geometry=[box(450e3, 2400e3, 451e3, 2401e3), box(451e3, 2400e3, 452e3, 2401e3)],
    ... )
    >>> plots = gpd.GeoDataFrame(
    ...     {"land": ["bare"], "dtich": [8.2]}, crs="EPSG:9215",
    ...     geometry=[box(450_800, 2_400_000, 451_200, 2_400_200)],
    ... )
    >>> overlay_area(communes, plots, ledger_column="dtich").to_csv(index=False).splitlines()
    ['commune_code,land,plots,area_ha,ledger_ha', '06001,bare,1,4.0,4.1', '06004,bare,1,4.0,4.1']
    """
    by = list(by)
    require_columns(plots, by, "plots")
    refuse_names([id_column, *by], ["plots", "area_ha", "ledger_ha"])
    pieces = overlay_pieces(
        communes,
        plots,
        id_column=id_column,
        ledger_column=ledger_column,
        workers=workers,
        repair=repair,
        findings=findings,
    )
    keys = plots[by].loc[pieces["plot"]].reset_index(drop=True)
    frame = pd.concat([pieces[[id_column]], keys, pieces[["area_ha", "ledger_ha"]]], axis=1)
    groups = frame.groupby([id_column, *by], dropna=False, observed=True)
    table = groups[["area_ha", "ledger_ha"]].sum(min_count=1)
    table.insert(0, "plots", groups.size().astype("int64"))
    result: pd.DataFrame = table.reset_index()
    result.attrs = dict(pieces.attrs)
    return result


def overlay_pieces(
    communes: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    *,
    id_column: str = "commune_code",
    ledger_column: str | None = None,
    workers: Workers = 1,
    sliver_m2: float = 0.0,
    repair: RepairMode = "repair",
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Pieces into which communes divide plots, with their share of the plot and its ledger area.

    A plot that lies wholly inside a commune is never cut. Ground that two communes claim goes to
    the lower code. What the last digits of the coordinates cannot tell from nothing (a few mm² for
    a plot) makes no piece. Ledger hectares are shared by area, unrounded.

    Parameters
    ----------
    communes, plots, id_column, ledger_column, workers
        As for ``overlay_area``.
    sliver_m2 : float
        Pieces of cut plots smaller than this go to the largest piece of their plot; 0 keeps all.
    repair : {"repair", "never"}
        As for ``overlay_area``.
    findings : Findings, optional
        Takes what was found: ids in several rows, polygons without geometry, repairs, ground that
        two communes claim, plots outside every commune, plots so far away that their hectares
        are off, slivers, plots without ledger area. The same stands in ``attrs["findings"]`` of
        the result.

    Returns
    -------
    pandas.DataFrame
        Columns ``["plot", id_column, "share_ratio", "area_ha", "ledger_ha"]``, a row per piece: the
        plot's index label, the commune's id (missing outside every commune), the share of the
        plot's area, hectares on the map, hectares of the ledger (missing without one). By plot in
        the order of ``plots``, then by id. Shares of a plot sum to 1; a plot without area or
        geometry is one piece outside, with share 1 and 0 ha, so that its ledger area is not lost.

    Raises
    ------
    InputError, CrsError, ClosureError
        As for ``overlay_area``.
    """
    refuse_names([id_column], ["plot", "share_ratio", "area_ha", "ledger_ha"])
    found = Findings()
    ledger = ledger_areas(plots, ledger_column, found)
    ground = take_communes(communes, id_column, repair=repair, findings=found, workers=workers)
    shapes = _take_plots(plots, ground, found)
    tasks = share_pieces(shapes, ground.edges(), ground.unit_m2)
    shares = Shares.join(list(run_pieces(plot_shares, tasks, workers=workers)))
    tell_lacking(np.asarray(plots.index), shares.lacking, "plots", found)
    tell_repairs(np.asarray(plots.index), shares.repairs, repair, "plots", found)
    shares = settle_slivers(shares, sliver_m2, plots.index, found)
    tell_outside(shares, plots.index, found)
    tell_strays(*stray_pieces(shares, shapes, ground.crs), plots.index, ground.crs, found)
    pieces = pd.DataFrame(
        {
            "plot": plots.index.take(shares.row),
            id_column: labelled(ground.ids, shares.commune),
            "share_ratio": shares.share,
            "area_ha": shares.area_m2 / 1e4,
            "ledger_ha": share_ledger(shares, ledger),
        }
    )
    attach_findings(pieces, found)
    if findings is not None:
        findings.extend(found.items)
    return pieces


def overlay_geometry(
    communes: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    *,
    id_column: str = "commune_code",
    ledger_column: str | None = None,
    workers: Workers = 1,
    repair: RepairMode = "repair",
    findings: Findings | None = None,
) -> gpd.GeoDataFrame:
    """Cut plots at the boundaries of communes: the pieces of ``overlay_pieces`` with their shape.

    Only maps need this: hectares never depend on the shapes, which GEOS constructs.

    Parameters
    ----------
    communes, plots, id_column, ledger_column, workers, repair, findings
        As for ``overlay_pieces``.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of ``overlay_pieces`` and ``geometry``. A plot in one piece keeps its own shape.

    Raises
    ------
    InputError, CrsError, ClosureError
        As for ``overlay_area``.
    """
    pieces = overlay_pieces(
        communes,
        plots,
        id_column=id_column,
        ledger_column=ledger_column,
        workers=workers,
        repair=repair,
        findings=findings,
    )
    mended, _ = repair_polygons(plots)
    shapes = np.asarray(mended.geometry)[plots.index.get_indexer(pieces["plot"])]
    cut = (pieces["share_ratio"] < 1.0).to_numpy()
    ground = take_communes(communes, id_column, repair=repair, findings=Findings())
    commune = ground.ids.get_indexer(pd.Index(pieces.loc[cut, id_column]))
    shapes[cut] = piece_shapes(shapes[cut], commune, ground)
    return gpd.GeoDataFrame(pieces, geometry=shapes, crs=plots.crs)


def labelled(ids: pd.Index[Any], commune: IntArray) -> Any:
    """Ids of communes, missing outside; whole numbers stay whole."""
    values: Any = pd.array(ids.to_numpy()) if ids.dtype.kind in "iu" else ids.array
    return values.take(commune, allow_fill=True)


def _take_plots(
    plots: gpd.GeoDataFrame, ground: CommuneGround, findings: Findings
) -> npt.NDArray[Any]:
    """Shapes of the plots; whether they are valid is seen where they are shared out."""
    if not plots.index.is_unique:
        twice = int(plots.index.duplicated().sum())
        raise InputError("layers.engine.plots_index_repeated", twice=twice)
    intake = take_in(plots, plots.index, source="plots", repair=None, findings=findings)
    if not ground.crs.equals(intake.crs, ignore_axis_order=True):
        raise CrsError("layers.engine.crs_differ", crs=ground.crs.name, crs_2=intake.crs.name)
    if not np.isfinite(shapely.bounds(ground.shapes)).any():  # no commune has been looked at
        check_areal_scale(ground.crs, shapely.bounds(intake.shapes))
    return intake.shapes


def tell_outside(shares: Shares, labels: pd.Index[Any], findings: Findings) -> None:
    """Tell plots that no commune holds, and those that only partly lie in one."""
    outside = shares.commune == OUTSIDE
    for whole in (True, False):
        chosen = outside & ((shares.share == 1.0) == whole)
        if not chosen.any():
            continue
        rows, area_ha = shares.row[chosen], float(shares.area_m2[chosen].sum()) / 1e4
        plots = [str(label) for label in labels[rows]]
        where = (
            message("layers.engine.outside") if whole else message("layers.engine.partly_outside")
        )
        findings.add(
            Finding(
                severity="problem" if whole else "note",
                kind="outside" if whole else "partly-outside",
                source="plots",
                message=message(
                    "layers.engine.under_no_commune",
                    count=len(rows),
                    where=where,
                    plots=plots,
                    area_ha=area_ha,
                ),
                count=len(rows),
                area_ha=area_ha,
                examples=tuple(plots[:5]),
                rows=tuple(rows.tolist()),
            )
        )


def piece_shapes(
    plots: npt.NDArray[Any], commune: IntArray, communes: CommuneGround
) -> npt.NDArray[Any]:
    """Shape of one piece of each plot."""
    if not len(plots):
        return plots.copy()
    tree = shapely.STRtree(communes.shapes)
    piece, row = tree.query(plots)
    wanted = (commune[piece] == OUTSIDE) | (commune[piece] == communes.number[row])
    piece, row = piece[wanted], row[wanted]
    # Only the part of a commune around the plot: its other vertices would all be noded in vain.
    near = np.array(
        [
            part_in_rectangle(shape, bounds)
            for shape, bounds in zip(
                communes.shapes[row], _wider(shapely.bounds(plots[piece])), strict=True
            )
        ],
        object,
    )
    order = np.argsort(piece, kind="stable")
    piece, near = piece[order], near[order]
    first = np.flatnonzero(np.diff(piece, prepend=-1))
    around = np.full(len(plots), shapely.Polygon(), object)
    for start, stop in zip(first, [*first[1:], len(piece)], strict=True):
        around[piece[start]] = shapely.union_all(near[start:stop])
    outside = commune == OUTSIDE
    result = plots.copy()
    result[outside] = shapely.difference(plots[outside], around[outside])
    result[~outside] = shapely.intersection(plots[~outside], around[~outside])
    return result


def _wider(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bounds with a margin, so that cutting there leaves no edge of its own inside."""
    margin = 0.5 * np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    return bounds + margin[:, None] * [-1.0, -1.0, 1.0, 1.0]
