"""A file of old communes made one of today's: read, carried over, written with its report."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.communes.codes import normal_code
from layers.communes.crosswalk import VintageChange
from layers.communes.gazetteer import (
    Day,
    communes_on,
    find_province,
    list_communes,
    province_name,
    provinces,
    vintage_day,
    vintages,
)
from layers.communes.vintage_check import check_vintage
from layers.convert.columns import ColumnRoles
from layers.convert.convert import Conversion, convert_table
from layers.convert.rows import CommuneColumns, settle_columns
from layers.convert.split import share_by_geometry
from layers.io.atomic import finish_move, written_together
from layers.io.table import read_table, require_columns, tell_sheets_alike, tell_titles
from layers.io.vector import is_layer, load_vector
from zones.output.table import VECTOR_KINDS, check_output, write_frame

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.base.language import Language

Rows = Literal["keep", "add"]


@dataclass(frozen=True, slots=True)
class Boundaries:
    """A polygon file with codes."""

    path: Path  # The file
    code_column: str  # Column of codes
    layer: str | None = None  # Layer of the file


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be converted, and how."""

    # path, out: The file, and the one to write
    path: Path
    out: Path
    # from_, to: Day of the file's communes and of those wanted
    from_: Day
    units: CommuneColumns  # Columns that say which unit a row is about
    to: Day = None
    province: str = ""  # Code or name; empty where the codes of the file are of one province
    figures: ColumnRoles = field(default_factory=ColumnRoles)  # What the columns of a table are
    # Keep each record, or add the figures of one commune up; None keeps the records of a layer and
    # adds those of a table
    rows: Rows | None = None
    # layer, sheet: Layer or sheet of the file
    layer: str | None = None
    sheet: str | None = None
    # Communes of today: place records of divided units, and give a table its geometry
    communes: Boundaries | None = None
    # Plots, or old boundaries, that carry old codes: measure how divided units were shared
    plots: Boundaries | None = None
    overwrite: bool = False  # Replace earlier results


@dataclass(frozen=True, slots=True)
class FileConversion:
    """A conversion and the files it was written to."""

    conversion: Conversion  # Table, links, totals and findings
    files: tuple[Path, ...]  # The converted file, and the report beside it


def convert_file(request: Request, *, language: Language) -> FileConversion:
    """Convert a file and write it with its report."""
    report = request.out.with_name(f"{request.out.name}.report.csv")
    finish_move(request.out)
    for path in (request.out, report):
        check_output(path, overwrite=request.overwrite)
    frame, findings = _read(request)
    change = VintageChange(_province(frame, request), request.from_, request.to, request.path.name)
    _refuse_other_vintage(frame, request, change)
    communes = _read_boundaries(request.communes) if request.communes else None
    keep = request.rows == "keep" or (request.rows is None and "geometry" in frame.columns)
    made = (_keep if keep else _add)(frame, request, change, communes)
    conversion = replace(made, findings=Findings([*findings, *made.findings.items]))
    with written_together(request.out) as stage:
        write_frame(conversion.table, stage / request.out.name)
        write_frame(_report(conversion, language), stage / report.name)
    return FileConversion(conversion, (request.out, report))


def _read(request: Request) -> tuple[pd.DataFrame, list[Finding]]:
    """Frame of a table or layer; names in a font encoding become Unicode."""
    if not is_layer(request.path):
        table, told = read_table(request.path, sheet=request.sheet), Findings()
        tell_titles(table, source=request.path.name, findings=told)
        tell_sheets_alike(table, source=request.path.name, findings=told)
        return table, list(told.items)
    from layers.io.legacy_encoding import convert_text

    frame = load_vector(request.path, layer=request.layer)
    require_columns(frame, request.units.named(), source=request.path.name)
    findings: list[Finding] = []
    for name in filter(None, (request.units.name, request.units.district)):
        if pd.api.types.is_string_dtype(frame[name].dtype):
            frame[name], found = convert_text(frame[name], column=name, source=request.path.name)
            findings += found
    return frame, findings


def _refuse_other_vintage(frame: pd.DataFrame, request: Request, change: VintageChange) -> None:
    """Refuse a file whose codes are of another time than it is said to be of."""
    columns = settle_columns(frame, request.units)
    if not columns.code:
        return
    require_columns(frame, columns.named(), source=change.source)
    communes = list_communes(change.province, change.from_)
    found = check_vintage(
        pd.DataFrame(frame),
        communes.rename(columns={"code": "commune_code", "name": "commune"}),
        code_column=columns.code,
        name_column=columns.name,
        on=change.from_,
        source=change.source,
    )
    Findings([one for one in found if one.kind == "wrong-vintage"]).raise_errors()


def _province(frame: pd.DataFrame, request: Request) -> str:
    """Province that is named, or the one whose codes of the time stand in the file."""
    if request.province:
        return find_province(request.province)
    columns = settle_columns(frame, request.units)
    require_columns(frame, columns.named(), source=request.path.name)
    code = columns.code
    codes = {normal_code(value) for value in frame[code].unique()} if code in frame else set()
    held = {
        province: len(codes & set(communes_on(province, request.from_)))
        for province in provinces()
        if vintages(province)[0] <= vintage_day(request.from_)
    }
    found = [province for province, count in held.items() if count]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError("zones.inputs.say_province_of_names")
    named = [f"{province} {province_name(province)} ({held[province]})" for province in found]
    raise InputError("zones.inputs.say_province", count=len(found), named=named)


def _read_boundaries(given: Boundaries) -> gpd.GeoDataFrame:
    frame = load_vector(given.path, layer=given.layer)
    require_columns(frame, {"code": given.code_column}, source=given.path.name)
    frame = frame.rename(columns={given.code_column: "commune_code"})
    return frame[["commune_code", "geometry"]]


def _keep(
    frame: pd.DataFrame, request: Request, change: VintageChange, communes: gpd.GeoDataFrame | None
) -> Conversion:
    from layers.convert.records import convert_records

    return convert_records(frame, units=request.units, change=change, communes=communes)


def _add(
    frame: pd.DataFrame, request: Request, change: VintageChange, communes: gpd.GeoDataFrame | None
) -> Conversion:
    shares = None
    if request.plots is not None:
        if communes is None:
            raise InputError("zones.inputs.plots_need_communes")
        shares = share_by_geometry(
            _read_boundaries(request.plots),
            communes,
            code_column="commune_code",
            province=change.province,
            from_=change.from_,
        )
    figures = frame.drop(columns="geometry", errors="ignore")
    conversion = convert_table(
        pd.DataFrame(figures),
        units=request.units,
        change=change,
        figures=request.figures,
        shares=shares,
    )
    if request.out.suffix.lower() in VECTOR_KINDS and communes is not None:
        return _with_shapes(conversion, communes, request.units.code or "commune_code")
    return conversion


def _with_shapes(
    conversion: Conversion, communes: gpd.GeoDataFrame, code_column: str
) -> Conversion:
    """Give each row the polygon of its commune; a commune without one is an error."""
    import geopandas as gpd

    shapes = communes.set_index("commune_code").geometry
    codes = conversion.table[code_column]
    lacking = sorted(set(codes) - set(shapes.index))
    if lacking:
        raise InputError("zones.inputs.boundaries_lack", count=len(lacking), lacking=lacking)
    shaped = gpd.GeoDataFrame(
        conversion.table, geometry=shapes.reindex(codes).to_numpy(), crs=communes.crs
    )
    return replace(conversion, table=shaped)


def _report(conversion: Conversion, language: Language) -> pd.DataFrame:
    """Links as a person reads them: one column of reasons, in one language."""
    other = "reason_vi" if language == "en" else "reason_en"
    table = conversion.links.drop(columns=other)
    return table.rename(columns={f"reason_{language}": "reason"})
