"""Plots × communes: whose ground each plot lies on, in hectares of the map and of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.areal_scale import check_areal_scale
from layers.claims import settle_claims
from layers.errors import ClosureError, CrsError, InputError
from layers.findings import Finding, Findings
from layers.intake import attach_findings, take_in, tell_repairs
from layers.plot_shares import OUTSIDE, Shares, plot_shares, share_pieces
from layers.repair import RepairMode
from layers.rings import FloatArray, IntArray, rings_of
from layers.shared_ground import BinnedEdges, bin_edges
from layers.wording import Phrase
from layers.work import Workers, run_pieces

__all__ = ["overlay_area", "overlay_pieces"]

#: Pieces of cut plots below this are told as slivers: the ledger's last digit, 0.01 ha.
SLIVER_TOLD_M2 = 100.0
CLOSURE_RATIO = 1e-12


def overlay_area(
    communes: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    *,
    id_column: str = "code",
    by: Sequence[str] = ("land",),
    ledger_column: str | None = None,
    workers: Workers = 1,
    sliver_m2: float = 0.0,
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
    sliver_m2 : float
        Pieces of cut plots smaller than this go to the largest piece of their plot; 0 keeps all.
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
    ...     {"code": ["06001", "06004"]}, crs="EPSG:9215",
    ...     geometry=[box(450e3, 2400e3, 451e3, 2401e3), box(451e3, 2400e3, 452e3, 2401e3)],
    ... )
    >>> plots = gpd.GeoDataFrame(
    ...     {"land": ["bare"], "dtich": [8.2]}, crs="EPSG:9215",
    ...     geometry=[box(450_800, 2_400_000, 451_200, 2_400_200)],
    ... )
    >>> overlay_area(communes, plots, ledger_column="dtich").to_csv(index=False).splitlines()
    ['code,land,plots,area_ha,ledger_ha', '06001,bare,1,4.0,4.1', '06004,bare,1,4.0,4.1']
    """
    by = list(by)
    _require_columns(plots, by, "plots")
    if id_column in by:
        raise InputError(
            en=f"{id_column!r} is the communes' id and cannot also be a column of plots to group "
            "by: rename the latter.",
            vi=f"{id_column!r} là mã xã, không thể đồng thời là cột của lô để nhóm: hãy đổi tên "
            "cột của lô.",
        )
    pieces = overlay_pieces(
        communes,
        plots,
        id_column=id_column,
        ledger_column=ledger_column,
        workers=workers,
        sliver_m2=sliver_m2,
        repair=repair,
        findings=findings,
    )
    keys = plots[by].loc[pieces["plot"]].reset_index(drop=True)
    frame = pd.concat([pieces[[id_column]], keys, pieces[["area_ha", "ledger_ha"]]], axis=1)
    groups = frame.groupby([id_column, *by], dropna=False, sort=True, observed=True)
    table = groups[["area_ha", "ledger_ha"]].sum(min_count=1)
    table.insert(0, "plots", groups.size().astype("int64"))
    result: pd.DataFrame = table.reset_index()
    result.attrs = dict(pieces.attrs)
    return result


def overlay_pieces(
    communes: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    *,
    id_column: str = "code",
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
    communes, plots, id_column, ledger_column, workers, sliver_m2, repair
        As for ``overlay_area``.
    findings : Findings, optional
        Takes what was found: ids in several rows, polygons without geometry, repairs, ground that
        two communes claim, plots outside every commune, slivers, plots without ledger area. The
        same stands in ``attrs["findings"]`` of the result.

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
    found = Findings()
    ledger = _ledger(plots, ledger_column, found)
    ground = _take_ground(communes, plots, id_column, repair, found)
    tasks = share_pieces(ground.shapes, ground.communes)
    shares = Shares.join(list(run_pieces(plot_shares, tasks, workers=workers)), ground.unit_m2)
    tell_repairs(np.asarray(plots.index), shares.repairs, repair, "plots", found)
    shares = _without_slivers(shares, sliver_m2, plots.index, found)
    _tell_outside(shares, plots.index, found)
    pieces = pd.DataFrame(
        {
            "plot": plots.index.take(shares.row),
            id_column: _labelled(ground.ids, shares.zone),
            "share_ratio": shares.share,
            "area_ha": shares.area_m2 / 1e4,
            "ledger_ha": _shared_ledger(shares, ledger),
        }
    )
    attach_findings(pieces, found)
    if findings is not None:
        findings.extend(found.items)
    return pieces


def _labelled(ids: pd.Index[Any], zone: IntArray) -> Any:
    """Ids of zones, missing outside; whole numbers stay whole."""
    values: Any = pd.array(ids.to_numpy()) if ids.dtype.kind in "iu" else ids.array
    return values.take(zone, allow_fill=True)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Communes that share no ground, and valid plots, in metres."""

    ids: pd.Index[Any]
    communes: BinnedEdges
    shapes: npt.NDArray[Any]
    unit_m2: float


def _take_ground(
    communes: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    id_column: str,
    repair: RepairMode,
    findings: Findings,
) -> _Ground:
    _require_columns(communes, [id_column], "communes")
    if not plots.index.is_unique:
        raise InputError(
            en=f"plots: the index has {int(plots.index.duplicated().sum())} repeated labels, which "
            "could not tell the pieces apart: use reset_index(drop=True).",
            vi=f"plots: chỉ mục có {int(plots.index.duplicated().sum())} nhãn lặp lại nên không "
            "phân biệt được các phần: hãy dùng reset_index(drop=True).",
        )
    zones = take_in(
        communes, communes[id_column], source="communes", repair=repair, findings=findings
    )
    ground = take_in(plots, plots.index, source="plots", repair=None, findings=findings)
    _check_crs(zones.crs, ground.crs, zones.shapes)
    by_id = zones.ids.argsort()
    rank = np.empty(len(by_id), np.int64)
    rank[by_id] = np.arange(len(by_id))
    rows = np.argsort(rank[zones.number], kind="stable")
    number = rank[zones.number[rows]]
    factor = float(zones.crs.axis_info[0].unit_conversion_factor)
    ids = zones.ids[by_id]
    apart = settle_claims(zones.shapes[rows], ids[number], source="communes", findings=findings)
    edges = bin_edges(rings_of(apart).owned_by(number), len(ids))
    return _Ground(ids, edges, ground.shapes, factor**2)


def _check_crs(communes: pyproj.CRS, plots: pyproj.CRS, shapes: npt.NDArray[Any]) -> None:
    if not communes.equals(plots, ignore_axis_order=True):
        raise CrsError(
            en=f"communes are in {communes.name!r}, plots in {plots.name!r}: bring both into the "
            "province's VN-2000 zone with to_crs.",
            vi=f"communes ở hệ {communes.name!r}, plots ở hệ {plots.name!r}: hãy chuyển cả hai về "
            "múi chiếu VN-2000 của tỉnh bằng to_crs.",
        )
    bounds = shapely.total_bounds(shapes)
    check_areal_scale(communes, bounds if np.isfinite(bounds).all() else (0.0, 0.0, 0.0, 0.0))


def _require_columns(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        found = [str(column) for column in frame.columns]
        raise InputError(
            en=f"{name}: expected columns {missing}, found {found}.",
            vi=f"{name}: cần các cột {missing}, chỉ thấy {found}.",
        )


def _ledger(
    plots: pd.DataFrame, ledger_column: str | None, findings: Findings
) -> FloatArray | None:
    """Official hectares of the plots, NaN where there is none."""
    if ledger_column is None:
        return None
    _require_columns(plots, [ledger_column], "plots")
    column = plots[ledger_column]
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise InputError(
            en=f"plots: {ledger_column!r} must hold numbers (ha), found {column.dtype}.",
            vi=f"plots: cột {ledger_column!r} phải là số (ha), nhưng là {column.dtype}.",
        )
    ledger = column.to_numpy(np.float64, na_value=np.nan)
    rows = np.flatnonzero(np.isnan(ledger))
    if len(rows):
        shown = tuple(str(label) for label in plots.index[rows[:5]])
        findings.add(
            Finding(
                severity="problem",
                kind="no-ledger-area",
                source="plots",
                message=Phrase(
                    en=f"{len(rows)} plots have no ledger area ({', '.join(shown)}): their ledger "
                    "hectares are missing from the sums.",
                    vi=f"{len(rows)} lô không có diện tích sổ ({', '.join(shown)}): tổng diện tích "
                    "theo sổ thiếu các lô này.",
                ),
                count=len(rows),
                examples=shown,
                rows=tuple(rows.tolist()),
            )
        )
    return ledger


def _shared_ledger(shares: Shares, ledger: FloatArray | None) -> FloatArray:
    """Ledger hectares of the pieces; the largest piece takes what rounding leaves over."""
    if ledger is None:
        return np.full(len(shares.row), np.nan)
    pieces = ledger[shares.row] * shares.share
    largest = _largest(shares)
    left = ledger - np.bincount(shares.row, pieces, len(ledger))
    pieces[largest] += left[shares.row[largest]]
    left = np.abs(ledger - np.bincount(shares.row, pieces, len(ledger)))
    known = ~np.isnan(ledger)
    wrong = np.flatnonzero(known & (left > CLOSURE_RATIO * np.abs(np.where(known, ledger, 0.0))))
    if len(wrong):
        raise ClosureError(
            en=f"Ledger hectares of {len(wrong)} plots do not close, rows {wrong[:5].tolist()}, by "
            f"up to {np.nanmax(left):.3g} ha; please report this with the data.",
            vi=f"Diện tích sổ của {len(wrong)} lô không khép, các dòng {wrong[:5].tolist()}, nhiều "
            f"nhất {np.nanmax(left):.3g} ha; vui lòng báo lỗi kèm dữ liệu.",
        )
    return pieces


def _largest(shares: Shares) -> IntArray:
    """Position of the largest piece of each plot that has pieces; the first among equals."""
    several = np.bincount(shares.row)[shares.row] > 1
    cut = np.flatnonzero(several)
    order = cut[np.lexsort((-shares.area_m2[cut], shares.row[cut]))]
    first = order[np.flatnonzero(np.diff(shares.row[order], prepend=-1))]
    return np.concatenate([np.flatnonzero(~several), first])


def _without_slivers(
    shares: Shares, sliver_m2: float, labels: pd.Index[Any], findings: Findings
) -> Shares:
    """Tell the slivers; give those below ``sliver_m2`` to the largest piece of their plot."""
    largest = _largest(shares)
    cut = np.ones(len(shares.row), bool)
    cut[largest] = False  # a plot in one piece, and the piece that keeps the others' slivers
    told = cut & (shares.area_m2 < max(sliver_m2, SLIVER_TOLD_M2))
    moved = cut & (shares.area_m2 < sliver_m2)
    if not told.any():
        return shares
    _tell_slivers(shares, told, moved, max(sliver_m2, SLIVER_TOLD_M2), labels, findings)
    if not moved.any():
        return shares
    keeper = np.full(int(shares.row.max()) + 1, -1)
    keeper[shares.row[largest]] = largest
    area, share = shares.area_m2.copy(), shares.share.copy()
    np.add.at(area, keeper[shares.row[moved]], area[moved])
    np.add.at(share, keeper[shares.row[moved]], share[moved])
    kept = ~moved
    return Shares(shares.row[kept], shares.zone[kept], share[kept], area[kept], shares.repairs)


def _tell_slivers(
    shares: Shares,
    told: npt.NDArray[np.bool_],
    moved: npt.NDArray[np.bool_],
    limit_m2: float,
    labels: pd.Index[Any],
    findings: Findings,
) -> None:
    rows = np.unique(shares.row[told])
    shown = tuple(str(label) for label in labels[rows[:5]])
    count, area_ha = int(told.sum()), float(shares.area_m2[told].sum()) / 1e4
    given = int(moved.sum())
    findings.add(
        Finding(
            severity="note",
            kind="sliver",
            source="plots",
            message=Phrase(
                en=f"{count} pieces of cut plots are smaller than {limit_m2:g} m², {area_ha:.4f} "
                f"ha in all (plots {', '.join(shown)}); {given} were given to the larger side.",
                vi=f"{count} phần của các lô bị cắt nhỏ hơn {limit_m2:g} m², tổng {area_ha:.4f} ha "
                f"(các lô {', '.join(shown)}); {given} phần được nhập vào phía lớn hơn.",
            ),
            count=count,
            area_ha=area_ha,
            examples=shown,
            rows=tuple(rows.tolist()),
        )
    )


def _tell_outside(shares: Shares, labels: pd.Index[Any], findings: Findings) -> None:
    """Tell plots that no commune holds, and those that only partly lie in one."""
    outside = shares.zone == OUTSIDE
    for whole in (True, False):
        chosen = outside & ((shares.share == 1.0) == whole)
        if not chosen.any():
            continue
        rows, area_ha = shares.row[chosen], float(shares.area_m2[chosen].sum()) / 1e4
        shown = tuple(str(label) for label in labels[rows[:5]])
        en, vi = ("outside", "nằm ngoài") if whole else ("partly outside", "nằm một phần ngoài")
        findings.add(
            Finding(
                severity="problem" if whole else "note",
                kind="outside" if whole else "partly-outside",
                source="plots",
                message=Phrase(
                    en=f"{len(rows)} plots lie {en} every commune ({', '.join(shown)}), "
                    f"{area_ha:.4f} ha: they stand under no commune.",
                    vi=f"{len(rows)} lô {vi} mọi xã ({', '.join(shown)}), {area_ha:.4f} ha: không "
                    "thuộc xã nào.",
                ),
                count=len(rows),
                area_ha=area_ha,
                examples=shown,
                rows=tuple(rows.tolist()),
            )
        )
