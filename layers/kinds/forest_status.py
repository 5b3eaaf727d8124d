"""The forest status layer (lớp diễn biến rừng) → plots with a land class, a ledger and species.

A plot is never silently "no forest": a code outside the table, a pair that does not belong
together or a missing code stops the reading and names the plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.clock import this_year
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.short_repr import short_repr
from layers.crs.crs import plane_area_ha, require_crs
from layers.crs.source import as_vector_file, read_layer
from layers.io.values import as_code, as_commune_code, as_integer, as_number, as_text, plot_labels
from layers.io.vector import VectorFile, describe_vector
from layers.kinds.crops import crop_weights, unknown_crops
from layers.kinds.forest_checks import (
    check_attributes,
    check_codes,
    check_establishment,
    check_labels,
    check_ledger,
    check_planting_year,
    settle_land,
    three_forest_in_words,
)
from layers.kinds.forest_codes import CodeTableChoice, choose_code_table, classify_codes
from layers.kinds.forest_fields import FieldMatch, match_fields
from layers.kinds.forest_form_rows import form_rows
from layers.kinds.plots import PLOTS, PlotLayer
from layers.kinds.polygons import check_polygons, check_repeats, list_plots, measuring_crs

#: Fields that are read, where the file has them.
READ_FIELDS = (
    "maxa",
    "xa",
    "tk",
    "khoanh",
    "lo",
    "dtich",
    "nggocr",
    "ldlr",
    "maldlr",
    "sldlr",
    "namtr",
    "thanhrung",
    "malr3",
    "mamdsd",
    "mdsd",
    "nggocrt",
)
#: Fields that few files fill: not told where they are absent.
_SELDOM = ("nggocrt",)


_TEXT = ("tk", "khoanh", "lo", "xa", "sldlr", "mdsd")
#: Land on which a species is a crop that stands there; elsewhere it is what was cut, or wild.
_BEARING = ("planted_forest", "not_yet_forest")
_THREE_FOREST = {1: "protection", 2: "special_use", 3: "production"}

#: Fields that make a record: plots that differ in any of them (two species on one outline, say)
#: are two records, and which of them is right is the office's to say.
_RECORD = (
    "plot",
    "commune_code",
    "ldlr",
    "maldlr",
    "sldlr",
    "namtr",
    "thanhrung",
    "malr3",
    "dtich",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLayer(PlotLayer):
    """A forest status layer after reading.

    Parameters
    ----------
    plots : geopandas.GeoDataFrame
        Columns of ``PLOTS``, ``geometry`` and ``type_number, type_code, group, counts, thanhrung,
        origin, purpose, species, ledger_source, geometry_ha, tk, khoanh, lo``; rows and column of
        the forest forms: ``form_origin, form_site, form_stand, form_purpose``.
    crop_weights : pandas.DataFrame
        Species as crops.
    findings : Findings
        All findings; ``check_forest_status`` leaves errors in, ``load_forest_status`` raises them.
    set_aside : geopandas.GeoDataFrame
        Records without a polygon, same columns; measured nowhere.
    codes : CodeTableChoice
        Which code table, with its evidence.
    match : FieldMatch
        Which field of the file was taken for what.
    """

    set_aside: gpd.GeoDataFrame
    codes: CodeTableChoice
    match: FieldMatch

    __repr__ = short_repr


def load_forest_status(
    file: VectorFile | str | Path,
    *,
    columns: Mapping[str, str | None] | None = None,
    code_table: str = "auto",
    species: Mapping[str, str] | None = None,
    year: int | date | None = None,
) -> ForestLayer:
    """Read a forest status layer; stop at the first thing that could falsify a rate.

    Parameters
    ----------
    file : VectorFile, str or Path
        The layer, or a file that says everything rightly itself.
    columns : mapping of str to str or None, optional
        Canonical field (``"dtich"``) to the file's name, beyond the aliases; None states that the
        file has no such field.
    code_table : {"auto", "93", "98", "55"}
        Numbering of the types; ``"auto"`` detects it from the pairs.
    species : mapping of str to str, optional
        Species as the layer writes them to crop ids, beyond the aliases.
    year : int or datetime.date, optional
        Date of the layer, or its year, which stands for 31 December; default this year. Its year is
        the last in which a plot can have been planted; a code table must be in force on its day.

    Returns
    -------
    ForestLayer
        Plots in the CRS of the file.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    CrsError
        The file has no CRS and none was told.
    InputError
        A needed field is missing, the code table is open, or plots have codes that are not in it;
        every error of the file in one message.
    """
    result = check_forest_status(
        file, columns=columns, code_table=code_table, species=species, year=year
    )
    result.findings.raise_errors()
    return result


def check_forest_status(
    file: VectorFile | str | Path,
    *,
    columns: Mapping[str, str | None] | None = None,
    code_table: str = "auto",
    species: Mapping[str, str] | None = None,
    year: int | date | None = None,
) -> ForestLayer:
    """Read a forest status layer and list its faults, errors included, without raising them.

    Parameters
    ----------
    file : VectorFile, str or Path
        As in ``load_forest_status``.
    columns, code_table, species, year
        As in ``load_forest_status``.

    Returns
    -------
    ForestLayer
        Plots with a faulty code have the land class ``unclassified``.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    CrsError
        The file has no CRS and none was told.
    InputError
        The file cannot be read, a needed field is missing, or the code table is open.
    """
    file = as_vector_file(file)
    description = describe_vector(file.path, layer=file.layer)
    match = match_fields(description.fields, columns=columns, source=file.source)
    wanted = {match.columns[field]: field for field in READ_FIELDS if field in match.columns}
    file = replace(file, layer=description.layer)
    raw, notes = read_layer(file, columns=list(wanted))
    reading = _Reading(
        file=file,
        code_table=str(code_table),
        species=dict(species or {}),
        day=year if isinstance(year, date) else date(year or this_year(), 12, 31),
    )
    result = _assemble(raw.rename(columns=wanted), match, reading)
    return replace(result, findings=Findings([*notes, *result.findings.items]))


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one layer is to be read."""

    file: VectorFile
    code_table: str
    species: dict[str, str]
    day: date


def _assemble(raw: gpd.GeoDataFrame, match: FieldMatch, reading: _Reading) -> ForestLayer:
    source = reading.file.source
    frame, unreadable = _read_fields(raw)
    found = _field_notes(match, source) + _unreadable_notes(frame, unreadable, source)
    polygons = check_polygons(frame, source=source, repair=reading.file.repair)
    frame = _with_areas(frame, polygons.kept)
    keys = [key for key in ("maldlr", "ldlr") if key in match.columns]
    codes = frame[[*keys, "row", "plot", "area_ha"]]
    choice = choose_code_table(codes, told=reading.code_table, source=source)
    found += check_codes(codes, choice, day=reading.day, source=source)
    classes = classify_codes(codes, choice.table)
    frame[list(classes.columns)] = classes
    status = frame["thanhrung"] if "thanhrung" in match.columns else None
    found += check_establishment(frame, status, source=source)
    frame["land"] = settle_land(frame["land"], status).fillna("unclassified")
    found += check_attributes(frame, source=source)
    found += check_planting_year(frame, year=reading.day.year, source=source)
    found += check_ledger(frame, unreadable["dtich"], tolerance_ratio=0.05, source=source)
    found += polygons.findings.items
    repeats, twice = check_repeats(_drawn(frame), _RECORD, file=reading.file)
    told = {row for item in twice for row in item.rows}
    found += [*twice, *check_labels(frame, told, source=source)]
    plots = _arrange_plots(frame, year=reading.day.year)
    kept = frame.index.isin(polygons.kept.index) & ~repeats.to_numpy()
    planted = plots["land"].isin(_BEARING)
    bearing = plots.loc[kept & planted]
    weights = crop_weights(bearing["row"], bearing["species"], aliases=reading.species)
    found += _species_findings(frame.assign(misplaced=kept & ~planted), weights, source)
    return ForestLayer(
        plots=plots.loc[kept].reset_index(drop=True),
        crop_weights=weights,
        findings=Findings(found),
        set_aside=plots.loc[~kept].reset_index(drop=True),
        codes=choice,
        match=match,
    )


def _read_fields(raw: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, pd.Series[bool]]]:
    """Give every field its type, and tell which values were there but are no numbers."""
    frame = gpd.GeoDataFrame({"row": np.arange(len(raw))}, geometry=raw.geometry)
    nothing = pd.Series(np.nan, index=raw.index, dtype="float64")
    for name in _TEXT:
        frame[name] = as_text(raw.get(name, nothing))
    frame["commune_code"] = as_commune_code(raw.get("maxa", nothing))
    frame["ldlr"] = as_code(raw.get("ldlr", nothing))
    unreadable: dict[str, pd.Series[bool]] = {}
    for name in ("maldlr", "nggocr", "namtr", "thanhrung", "malr3", "mamdsd", "nggocrt"):
        frame[name], unreadable[name] = as_integer(raw.get(name, nothing))
    said = as_text(raw.get("malr3", nothing)).where(unreadable["malr3"])
    worded = said.map(three_forest_in_words, na_action="ignore").astype("Int64")
    frame["malr3"], frame["malr3_worded"] = frame["malr3"].fillna(worded), worded.notna()
    unreadable["malr3"] &= worded.isna()
    frame["dtich"], unreadable["dtich"] = as_number(raw.get("dtich", nothing))
    frame["plot"] = plot_labels(frame)
    frame["area_ha"] = frame["dtich"].where(frame["dtich"] > 0)
    return frame, unreadable


def _with_areas(frame: gpd.GeoDataFrame, kept: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put repaired geometries and hectares in; the ledger leads where it is an area."""
    result = frame.copy()
    shapes = result.geometry.to_numpy().copy()
    shapes[result.index.get_indexer(kept.index)] = kept.geometry.to_numpy()
    result = result.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    crs = require_crs(frame, source="forest status")
    result["geometry_ha"] = plane_area_ha(kept, measuring_crs(crs)).reindex(frame.index)
    ledger = (result["dtich"] > 0) | (result["dtich"].eq(0) & (result["geometry_ha"] <= 0.005))
    result["ledger_source"] = np.where(ledger, "ledger", "geometry")
    result["area_ha"] = result["dtich"].where(ledger, result["geometry_ha"])
    result["origin"], result["purpose"] = result["nggocr"], result["mamdsd"]
    return result


def _arrange_plots(frame: gpd.GeoDataFrame, *, year: int) -> gpd.GeoDataFrame:
    """Arrange the columns: those of ``PLOTS`` first, then what only this layer has."""
    by_purpose = pd.cut(
        frame["mamdsd"].astype("float64"), [0.5, 4.5, 8.5, 12.5], labels=[1, 2, 3]
    ).astype("Int64")
    main = frame["malr3"] if frame["malr3"].notna().any() else by_purpose
    frame = frame.assign(three_forest=main.map(_THREE_FOREST).fillna("outside"))
    columns = {
        "row": frame["row"],
        "plot": frame["plot"],
        "commune_code": frame["commune_code"],
        "commune": frame["xa"],
        "land": frame["land"],
        "three_forest": frame["three_forest"],
        "planting_year": frame["namtr"].where(frame["namtr"].between(1900, year)),
        "ledger_ha": frame["area_ha"],
        "type_number": frame["maldlr"],
        "type_code": frame["ldlr"],
        "group": frame["group"],
        "counts": frame["land"].isin(["natural_forest", "planted_forest"]),
        "thanhrung": frame["thanhrung"],
        "origin": frame["origin"],
        "purpose": frame["purpose"],
        "species": frame["sldlr"],
        "ledger_source": frame["ledger_source"],
        "geometry_ha": frame["geometry_ha"],
        "tk": frame["tk"],
        "khoanh": frame["khoanh"],
        "lo": frame["lo"],
        **form_rows(frame),
    }
    table = PLOTS.validate(pd.DataFrame(columns))
    return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs)


def _drawn(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave each record the geometry that was measured; the others have none."""
    return frame.assign(geometry=frame["geometry"].where(frame["geometry_ha"].notna()))


def _field_notes(match: FieldMatch, source: str) -> list[Finding]:
    absent = [field for field in READ_FIELDS if field in match.absent and field not in _SELDOM]
    notes = []
    if absent:
        notes.append(
            Finding(
                "problem" if "dtich" in absent else "note",
                "fields-absent",
                source,
                message("layers.kinds.fields_absent", absent=absent),
                count=len(absent),
            )
        )
    if match.likely:
        told = message("layers.kinds.fields_perhaps", line=match.likely)
        notes.append(Finding("problem", "fields-perhaps", source, told))
    for field, others in match.passed_over.items():
        if field in READ_FIELDS:
            taken = match.columns[field]
            notes.append(
                Finding(
                    "note",
                    "field-chosen",
                    source,
                    message("layers.kinds.field_chosen", field=field, taken=taken, others=others),
                )
            )
    return notes


def _unreadable_notes(
    frame: pd.DataFrame, unreadable: Mapping[str, pd.Series[bool]], source: str
) -> list[Finding]:
    found = (
        list_plots(
            "problem",
            "number-unreadable",
            mask,
            message("layers.kinds.not_whole_numbers", name=name),
            frame=frame,
            source=source,
        )
        for name, mask in unreadable.items()
        if name not in ("dtich", "maldlr")
    )
    return [item for item in found if item is not None]


def _species_findings(frame: pd.DataFrame, weights: pd.DataFrame, source: str) -> list[Finding]:
    strange = weights[unknown_crops(weights["crop"])]
    mask = frame["row"].isin(strange["row"])
    names = strange["crop"].value_counts().index.tolist()
    unknown = message("layers.kinds.species_without_crop", names=names)
    elsewhere = frame["misplaced"] & frame["sldlr"].notna()
    found = (
        list_plots("problem", "species-unknown", mask, unknown, frame=frame, source=source),
        list_plots(
            "note",
            "species-not-planted",
            elsewhere,
            message("layers.kinds.species_not_planted"),
            frame=frame,
            source=source,
        ),
    )
    return [item for item in found if item is not None]
