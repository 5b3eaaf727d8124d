"""Communes: boundaries with codes and names, joined to their official natural areas.

The official natural area (diện tích tự nhiên) is a table and leads every denominator; the polygon's
area is only a check (6 of Lạng Sơn's 65 communes differ by more than 2 %).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import joined, message
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr
from layers.communes.codes import check_codes, normal_code
from layers.communes.gazetteer import CIRCULATED, NEWEST_VINTAGE, Day, Unit, communes_on, vintages
from layers.crs.source import as_vector_file, read_layer
from layers.io.table import (
    read_table,
    refuse_percents,
    refuse_sheets_alike,
    require_columns,
    require_hectares,
    rows_in_other_units,
)
from layers.io.values import Decimal, as_text, parse_numbers
from layers.io.vector import VectorFile, describe_vector

COMMUNES = read_schema("layers.communes", "communes")

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

    __repr__ = short_repr


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
    refuse_sheets_alike(frame, source=str(table.path), key="communes.natural_areas.sheet")
    require_hectares(table.area_column, source=str(table.path), frame=frame)
    said, _ = rows_in_other_units(frame, table.area_column, {table.code_column})
    if (other := said[said != ""]).any():
        raise InputError(
            "layers.io.rows_not_hectares",
            source=table.path,
            count=len(other),
            units=other.unique().tolist(),
            rows=[int(row) + 2 for row in other.index],
        )
    refuse_percents(frame, table.area_column, source=f"{table.path}: {table.area_column}")
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
    faulty = ~(series > 0).to_numpy()
    bad = series.index[faulty].tolist()
    if bad and "name" in frame.columns:  # as the table of a new project has it
        names = as_text(frame["name"][faulty]).fillna("")
        bad = [f"{code} {name}".strip() for code, name in zip(bad, names, strict=True)]
    if bad:
        raise InputError(
            "layers.communes.natural_area_missing_or_zero",
            path=table.path,
            count=len(bad),
            bad=bad,
            column=table.area_column,
            circulated=_circulated(frame, table.area_column),
        )
    return series


def _circulated(frame: pd.DataFrame, column: str) -> Phrase:
    """What to write to take the areas that lists circulate, where the table has them."""
    if column == CIRCULATED or CIRCULATED not in frame.columns or frame[CIRCULATED].isna().all():
        return joined([])
    return message("layers.communes.circulated_for_now", column=CIRCULATED)


def load_communes(
    file: VectorFile | str | Path,
    *,
    code_column: str = "code",
    name_column: str = "name",
    natural_areas: NaturalAreas | None = None,
    vintage: Day = None,
    part_of_province: bool = False,
) -> CommuneLayer:
    """Load commune boundaries with their official natural areas.

    Parameters
    ----------
    file : VectorFile, str or Path
        The boundaries. Where the file names a province, its communes are those of the table of
        units: the others of the file are set aside, and all of them must be there.
    code_column, name_column : str
        Columns with code and name, of which one is enough where the province is named and the other
        has its default name; a kind word before the name ("Xã Lộc Bình") is taken off.
    natural_areas : NaturalAreas, optional
        Table of official natural areas; without it ``official_area_ha`` is missing: the area of a
        polygon is not the official one.
    vintage : str, int, date or None
        Day from which the communes are in force; the newest by default.
    part_of_province : bool
        Whether communes of the province may be missing.

    Returns
    -------
    CommuneLayer
        The communes, in the CRS of the file, and what was assumed, converted or set aside.

    Raises
    ------
    MissingFileError
        A file or layer does not exist.
    CrsError
        The layer has no CRS.
    InputError
        A column is missing, a code is empty or stands twice, a commune of the province is missing,
        a geometry is missing or empty, a commune has no natural area, or the layer is empty.
    """
    file = as_vector_file(file)
    frame, notes = _read_columns(file, code_column, name_column)
    Findings(notes).raise_errors()
    listed = _listed(file.province, vintage)
    records = len(frame)
    frame, found, others = _settle_codes(frame, listed, file.source, vintage)
    if records and frame.empty:
        raise InputError(
            "layers.communes.other_province",
            source=file.source,
            records=records,
            province=file.province,
        )
    _refuse_faults(frame, frame["commune_code"], file.source)
    if listed is not None:
        absent = [unit for code, unit in listed.items() if code not in set(frame["commune_code"])]
        found += _check_complete(absent, len(listed), others, part_of_province, file.source)
    codes = frame["commune_code"]
    kinds, short = _split_kind(frame["name"].fillna(""))
    if listed is not None:
        short = short.mask(short == "", codes.map({code: u.name for code, u in listed.items()}))
    areas = _official_areas(natural_areas, dict(zip(codes, short, strict=True)))
    result = gpd.GeoDataFrame(
        {
            "commune_code": codes,
            "commune": short,
            "kind": kinds,
            "official_area_ha": codes.map(areas).astype("float64"),
        },
        geometry=frame.geometry,
        crs=frame.crs,
    )
    result = result.sort_values("commune_code", ignore_index=True)
    checked = gpd.GeoDataFrame(COMMUNES.validate(result))
    return CommuneLayer(checked, Findings([*notes, *found]))


def _official_areas(given: NaturalAreas | None, names: dict[str, str]) -> pd.Series[float]:
    """Official natural area (ha) by code; of every commune where a table is given."""
    if given is None:
        return pd.Series(dtype="float64")
    areas = load_natural_areas(given)
    without = [f"{code} {names[code]}" for code in sorted(set(names) - set(areas.index))]
    if without:
        raise InputError(
            "layers.communes.communes_without_natural_area",
            path=given.path,
            count=len(without),
            without=without,
        )
    return areas


def _read_columns(
    file: VectorFile, code_column: str, name_column: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read what the file has of code and name, as text; what it has not is missing."""
    description = describe_vector(file.path, layer=file.layer)
    columns = {"code": code_column, "name": name_column}
    there = {use: name for use, name in columns.items() if name in description.fields}
    # A column that goes by a name of its own was asked for: another in its place would be a guess.
    asked = {use: name for use, name in columns.items() if name != use}
    one_is_enough = bool(there) and file.province is not None
    empty = pd.DataFrame(columns=list(description.fields))
    require_columns(empty, asked if one_is_enough else columns, source=file.source)
    raw, notes = read_layer(
        replace(file, layer=description.layer), columns=list(dict.fromkeys(there.values()))
    )
    frame = gpd.GeoDataFrame({"row": range(len(raw))}, geometry=raw.geometry)
    for use in columns:
        missing = pd.Series(np.nan, index=raw.index)
        frame[use] = as_text(raw[there[use]] if use in there else missing)
    if file.province is not None:  # a name of the province is as good as its code
        frame["code"] = frame["code"].fillna(frame["name"])
    return frame, notes


def _listed(province: str | None, vintage: Day) -> Mapping[str, Unit] | None:
    """Communes of a province on a day; None where no table reaches so far."""
    if province is None or _as_iso(vintage) < vintages(province)[0]:
        return None
    return communes_on(province, vintage)


def _as_iso(vintage: Day) -> str:
    return NEWEST_VINTAGE if vintage is None else str(vintage)


def _settle_codes(
    frame: gpd.GeoDataFrame, listed: Mapping[str, Unit] | None, source: str, vintage: Day
) -> tuple[gpd.GeoDataFrame, list[Finding], list[str]]:
    """Give each record its code; set aside, and name, what is no commune of the province."""
    if listed is None:
        codes = frame["code"].map(lambda code: normal_code(code) or code, na_action="ignore")
        return frame.assign(commune_code=codes), [], []
    province = next(iter(listed.values())).province
    read = check_codes(frame["code"], province=province, on=vintage, source=source)
    foreign = frame["code"].notna() & read.codes.isna()
    kept = frame.assign(commune_code=read.codes)[~foreign]
    notes = list(read.findings.of("note"))
    labels = frame.loc[foreign, "name"].fillna(frame.loc[foreign, "code"]).tolist()
    if labels:
        shown = ", ".join(labels[:5])
        notes.append(
            Finding(
                "note",
                "communes-of-others",
                source,
                message("layers.communes.communes_of_others", count=len(labels), shown=shown),
                count=len(labels),
                examples=tuple(labels[:5]),
                rows=tuple(int(row) for row in frame.loc[foreign, "row"]),
            )
        )
    written = frame.loc[foreign, ["code", "name"]].itertuples(index=False)
    return kept, notes, [_record(code, name) for code, name in written]


def _record(code: object, name: object) -> str:
    """What a record says of itself: code and name, once where one stands for both."""
    texts = [str(cell) for cell in (code, name) if cell is not None and cell == cell]
    return " ".join(dict.fromkeys(texts))


def _check_complete(
    absent: list[Unit], listed_count: int, others: list[str], part: bool, source: str
) -> list[Finding]:
    """Refuse boundaries that lack communes of the province, unless a part is meant."""
    if not absent:
        return []
    told = {
        "count": len(absent),
        "listed_count": listed_count,
        "first": [f"{unit.code} {unit.name}" for unit in absent],
    }
    if not part and others:  # of which some may be those that are missing, misspelt
        many = {"others_count": len(others), "others": others}
        raise InputError(
            "layers.communes.communes_missing_or_misnamed", source=source, **told, **many
        )
    if not part:
        raise InputError("layers.communes.communes_missing", source=source, **told)
    what = message("layers.communes.part_of_province", **told)
    return [Finding("note", "part-of-province", source, what, count=len(absent))]


def _split_kind(names: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    pattern = rf"^(?:(?P<kind>{'|'.join(_KINDS)})\s+)?(?P<name>.+)$"
    parts = names.str.extract(f"(?i){pattern}").astype("str")
    return parts["kind"].fillna("").str.lower(), parts["name"].fillna("")


def _refuse_twice(codes: pd.Index[str], source: str) -> None:
    twice = sorted(set(codes[codes.duplicated()].dropna()))
    if twice:
        raise InputError(
            "layers.communes.code_repeated", source=source, count=len(twice), twice=twice
        )


def _refuse_faults(frame: gpd.GeoDataFrame, codes: pd.Series[str], source: str) -> None:
    if frame.empty:
        raise InputError("layers.communes.empty_boundaries", source=source)
    empty = [int(row) for row in frame.index[codes.isna() | (codes == "")]]
    if empty:
        raise InputError(
            "layers.communes.records_without_code", source=source, count=len(empty), empty=empty
        )
    _refuse_twice(pd.Index(codes), source)
    shapes = frame.geometry
    hollow = shapes.isna() | shapes.is_empty | ~shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if hollow.any():
        listed = codes[hollow].tolist()
        raise InputError(
            "layers.communes.communes_without_polygon",
            source=source,
            count=len(listed),
            listed=listed,
        )
