"""Communes: boundaries with codes and names, joined to their official natural areas.

The official natural area (diện tích tự nhiên) is a table and leads every denominator; the polygon's
area is only a check (6 of Lạng Sơn's 65 communes differ by more than 2 %).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Findings
from layers.base.schema import Column, Schema
from layers.communes.codes import normal_code
from layers.crs.source import place_layer
from layers.io.table import read_table, require_columns, require_hectares
from layers.io.values import Decimal, parse_numbers

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["COMMUNES", "CommuneLayer", "NaturalAreas", "load_communes", "load_natural_areas"]

COMMUNES = Schema(
    "communes",
    (
        Column("commune_code", "text", "code of the commune in the vintage of the project"),
        Column("commune", "text", "name without its kind, NFC"),
        Column("kind", "text", "xã, phường or đặc khu; empty where the file does not tell"),
        Column("official_area_ha", "number", "official natural area", "ha", minimum=0),
    ),
)

_KINDS = ("Đặc khu", "Phường", "Thị trấn", "Xã")


@dataclass(frozen=True, slots=True)
class CommuneLayer:
    """Communes after reading.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Columns of ``COMMUNES`` and ``geometry`` in the CRS of the file, one row per commune,
        sorted by code.
    findings : Findings
        What was assumed, repaired or set aside.
    """

    communes: gpd.GeoDataFrame
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True)
class NaturalAreas:
    """Where the official natural areas stand.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV, Excel or Parquet table.
    code_column : str
        Column with commune codes.
    area_column : str
        Column with hectares.
    sheet : str or None
        Sheet of a workbook.
    decimal : {".", ","} or None
        Decimal mark where figures stand as text.
    """

    path: Path | str
    code_column: str = "code"
    area_column: str = "official_area_ha"
    sheet: str | None = None
    decimal: Decimal | None = None


def load_natural_areas(table: NaturalAreas) -> pd.Series[float]:
    """Official natural area by commune code (ha).

    Parameters
    ----------
    table : NaturalAreas
        The table and its columns.

    Returns
    -------
    pandas.Series
        Hectares, index ``commune_code``.

    Raises
    ------
    MissingFileError
        No such file.
    InputError
        A column is missing, a code stands twice, or an area is missing, zero or negative.
    """
    frame = read_table(Path(table.path), sheet=table.sheet)
    require_columns(
        frame, {"code": table.code_column, "area": table.area_column}, source=str(table.path)
    )
    require_hectares(table.area_column, source=str(table.path))
    areas = parse_numbers(
        frame[table.area_column],
        source=f"{table.path}, {table.area_column}",
        decimal=table.decimal,
    )
    # Excel takes the leading zero of a code for nothing.
    codes = frame[table.code_column].map(lambda code: normal_code(code) or code)
    series = pd.Series(areas.to_numpy(), index=pd.Index(codes), dtype="float64")
    series.index.name = "commune_code"
    _refuse_twice(series.index, str(table.path))
    bad = series.index[~(series > 0)].tolist()
    if bad:
        raise InputError(
            en=f"{table.path}: expected a natural area above 0 ha for each commune, found none for "
            f"{len(bad)} (first: {bad[:5]}).",
            vi=f"{table.path}: diện tích tự nhiên phải lớn hơn 0 ha; {len(bad)} xã chưa có "
            f"({bad[:5]}).",
        )
    return series


def load_communes(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    province: str | None = None,
    code_column: str = "code",
    name_column: str = "name",
    natural_areas: NaturalAreas,
) -> CommuneLayer:
    """Load commune boundaries with their official natural areas.

    Parameters
    ----------
    path : pathlib.Path
        Polygon file of any format the reader knows.
    layer : str or None
        Layer of the file where it has several.
    crs : str or None
        CRS of the file where it has none; where it has one, this one wins.
    province : str or None
        Code of the province, whose VN-2000 zone is proposed where the file has no CRS.
    code_column, name_column : str
        Columns with code and name; a kind word before the name ("Xã Lộc Bình") is taken off.
    natural_areas : NaturalAreas
        Table of official natural areas.

    Returns
    -------
    CommuneLayer
        The communes, in the CRS of the file, and what was assumed.

    Raises
    ------
    MissingFileError
        A file or layer does not exist.
    CrsError
        The layer has no CRS.
    InputError
        A column is missing, a code is empty or stands twice, a geometry is missing or empty, a
        commune has no natural area, or the layer is empty.
    """
    import geopandas as gpd

    from layers.io.vector import load_vector

    frame = load_vector(path, layer=layer)
    source = str(path)
    require_columns(frame, {"code": code_column, "name": name_column}, source=source)
    codes = frame[code_column].astype("str").str.strip()
    _refuse_faults(frame, codes, source)
    frame, notes = place_layer(frame, source=source, named=crs, province=province)
    names = frame[name_column].astype("str").str.normalize("NFC").str.strip()
    kinds, short = _split_kind(names)
    areas = load_natural_areas(natural_areas)
    without = sorted(set(codes) - set(areas.index))
    if without:
        raise InputError(
            en=f"{natural_areas.path}: {len(without)} communes of the boundaries have no natural "
            f"area (first: {without[:5]}); add them to the table.",
            vi=f"{natural_areas.path}: {len(without)} xã trong lớp ranh giới chưa có diện tích tự "
            f"nhiên ({without[:5]}); hãy bổ sung vào bảng.",
        )
    result = gpd.GeoDataFrame(
        {
            "commune_code": codes,
            "commune": short,
            "kind": kinds,
            "official_area_ha": codes.map(areas).astype("float64"),
        },
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    result = result.sort_values("commune_code", ignore_index=True)
    return CommuneLayer(gpd.GeoDataFrame(COMMUNES.validate(result)), Findings(notes))


def _split_kind(names: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    pattern = rf"^(?:(?P<kind>{'|'.join(_KINDS)})\s+)?(?P<name>.+)$"
    parts = names.str.extract(f"(?i){pattern}")
    return parts["kind"].fillna("").str.lower(), parts["name"]


def _refuse_twice(codes: pd.Index[str], source: str) -> None:
    twice = sorted(set(codes[codes.duplicated()].dropna()))
    if twice:
        raise InputError(
            en=f"{source}: expected each commune code once, found {len(twice)} codes more than "
            f"once (first: {twice[:5]}).",
            vi=f"{source}: mỗi mã xã chỉ được xuất hiện một lần; {len(twice)} mã bị lặp "
            f"({twice[:5]}).",
        )


def _refuse_faults(frame: gpd.GeoDataFrame, codes: pd.Series[str], source: str) -> None:
    if frame.empty:
        raise InputError(
            en=f"{source}: expected commune polygons, found an empty layer.",
            vi=f"{source}: lớp ranh giới xã không có đối tượng nào.",
        )
    empty = [int(row) for row in frame.index[codes.isna() | (codes == "")]]
    if empty:
        raise InputError(
            en=f"{source}: {len(empty)} records without a commune code (rows {empty[:5]}).",
            vi=f"{source}: {len(empty)} bản ghi không có mã xã (dòng {empty[:5]}).",
        )
    _refuse_twice(pd.Index(codes), source)
    shapes = frame.geometry
    hollow = shapes.isna() | shapes.is_empty | ~shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if hollow.any():
        listed = codes[hollow].tolist()
        raise InputError(
            en=f"{source}: {len(listed)} communes without a polygon (codes {listed[:5]}).",
            vi=f"{source}: {len(listed)} xã không có đa giác (mã {listed[:5]}).",
        )
