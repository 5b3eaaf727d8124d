"""The forest status layer (lớp diễn biến rừng) → plots with a land class, a ledger and species.

A plot is never silently "no forest": a code outside the table, a pair that does not belong
together or a missing code stops the reading and names the plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.base.clock import this_year
from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.crs.source import place_layer
from layers.io.vector import CURVED, describe_vector, load_vector
from layers.kinds.crops import load_crops
from layers.kinds.duplicates import check_duplicates, find_duplicates
from layers.kinds.establishment import check_establishment, settle_land
from layers.kinds.forest_checks import (
    check_attributes,
    check_codes,
    check_ledger,
    check_planting_year,
)
from layers.kinds.forest_codes import CodeTableChoice, choose_code_table, classify_codes
from layers.kinds.forest_fields import FieldMatch, match_fields
from layers.kinds.forest_records import arrange_plots, read_fields, with_areas
from layers.kinds.plots import PlotLayer
from layers.kinds.polygons import Repair, check_polygons, list_plots
from layers.kinds.species import crop_weights, unknown_species

__all__ = ["ForestLayer", "check_forest_status", "load_forest_status"]

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
)

# Words of ``encoding`` that name the text itself; any other names the bytes of the file.
_FONTS = ("unicode", "tcvn3", "vni")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestLayer(PlotLayer):
    """A forest status layer after reading.

    Parameters
    ----------
    plots : geopandas.GeoDataFrame
        Columns of ``PLOTS``, ``geometry`` and ``type_number, type_code, group, counts, thanhrung,
        origin, purpose, species, ledger_source, geometry_ha, tk, khoanh, lo``.
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


def load_forest_status(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    code_table: str = "auto",
    crs: str | None = None,
    encoding: str | None = None,
    province: str | None = None,
    repair: Repair = "repair",
    species: Mapping[str, str] | None = None,
    year: int | None = None,
    source: str | None = None,
) -> ForestLayer:
    """Read a forest status layer; stop at the first thing that could falsify a rate.

    Parameters
    ----------
    path : str or Path
        Any vector file of ``layers.load_vector``.
    layer : str, optional
        Layer; needed where the file has several.
    columns : mapping of str to str or None, optional
        Canonical field (``"dtich"``) to the file's name, beyond the aliases; None states that the
        file has no such field.
    code_table : {"auto", "93", "98"}
        Numbering of the types; ``"auto"`` detects it from the pairs.
    crs : str, optional
        CRS of the file where it has none; where it has one, this one wins.
    encoding : str, optional
        Encoding of the text where the file's own word is wrong (``"cp1258"``), or ``"tcvn3"``,
        ``"vni"`` or ``"unicode"`` where detection is; both are detected by default.
    province : str, optional
        Code of the province, whose VN-2000 zone is proposed where the file has no CRS.
    repair : {"repair", "never"}
        Repair invalid polygons and report, or refuse them.
    species : mapping of str to str, optional
        Species as the layer writes them to crop ids, beyond the aliases.
    year : int, optional
        Year of the layer, the last in which a plot can have been planted; default this year.
    source : str, optional
        Name for messages; default the file's.

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
        path,
        layer=layer,
        columns=columns,
        code_table=code_table,
        crs=crs,
        encoding=encoding,
        province=province,
        repair=repair,
        species=species,
        year=year,
        source=source,
    )
    result.findings.raise_errors()
    return result


def check_forest_status(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    code_table: str = "auto",
    crs: str | None = None,
    encoding: str | None = None,
    province: str | None = None,
    repair: Repair = "repair",
    species: Mapping[str, str] | None = None,
    year: int | None = None,
    source: str | None = None,
) -> ForestLayer:
    """Read a forest status layer and list its faults, errors included, without raising them.

    Parameters
    ----------
    path : str or Path
        As in ``load_forest_status``.
    layer, columns, code_table, crs, encoding, province, repair, species, year, source
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
    look = describe_vector(path, layer=layer)
    name = source or look.source
    match = match_fields(look.fields, columns=columns, source=name)
    raw = _read_raw(path, look.layer, match, encoding)
    if raw.empty:
        raise _empty(name)
    curved = raw.attrs.get(CURVED)
    raw, notes = place_layer(raw, source=name, named=crs, province=province)
    if curved:
        notes.append(Finding("note", "geometry-curved", name, _CURVED))
    reading = _Reading(
        source=name,
        code_table=str(code_table),
        encoding=encoding if encoding in _FONTS else "auto",
        repair=repair,
        species=dict(species or {}),
        year=year or this_year(),
    )
    result = _assemble(raw, match, reading)
    return replace(result, findings=Findings([*notes, *result.findings.items]))


def _read_raw(
    path: str | Path, layer: str, match: FieldMatch, encoding: str | None
) -> gpd.GeoDataFrame:
    """Read the fields that are needed, under their canonical names."""
    wanted = {match.columns[field]: field for field in READ_FIELDS if field in match.columns}
    pages = None if encoding in _FONTS else encoding
    raw = load_vector(path, layer=layer, columns=list(wanted), encoding=pages)
    return raw.rename(columns=wanted)


_CURVED = Phrase(
    en="curved outlines were made of line segments",
    vi="đường cong trong ranh giới lô đã được đổi thành các đoạn thẳng",
)


def _empty(source: str) -> InputError:
    return InputError(
        en=f"{source}: the layer has no records; choose another layer or file.",
        vi=f"{source}: lớp không có bản ghi nào; hãy chọn lớp hoặc tệp khác.",
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one layer is to be read."""

    source: str
    code_table: str
    encoding: str
    repair: Repair
    species: dict[str, str]
    year: int


def _assemble(raw: gpd.GeoDataFrame, match: FieldMatch, reading: _Reading) -> ForestLayer:
    source = reading.source
    frame, unreadable, found = read_fields(raw, encoding=reading.encoding, source=source)
    found = _field_notes(match, source) + found + _unreadable_notes(frame, unreadable, source)
    polygons = check_polygons(frame, source=source, repair=reading.repair)
    frame = with_areas(frame, polygons.kept)
    keys = [key for key in ("maldlr", "ldlr") if key in match.columns]
    codes = frame[[*keys, "row", "plot", "area_ha"]]
    choice = choose_code_table(codes, told=reading.code_table, source=source)
    found += check_codes(codes, choice, source=source)
    frame[["group", "land"]] = classify_codes(codes, choice.table)
    status = frame["thanhrung"] if "thanhrung" in match.columns else None
    found += check_establishment(frame, status, source=source)
    frame["land"] = settle_land(frame["land"], status).fillna("unclassified")
    found += check_attributes(frame, source=source)
    found += check_planting_year(frame, year=reading.year, source=source)
    found += check_ledger(frame, unreadable["dtich"], tolerance_ratio=0.05, source=source)
    found += polygons.findings.items
    duplicates = find_duplicates(frame)
    found += check_duplicates(frame, duplicates, source=source)
    plots = arrange_plots(frame, year=reading.year)
    kept = frame.index.isin(polygons.kept.index) & ~duplicates["plot_twice"].to_numpy()
    weights = crop_weights(
        plots.loc[kept, "row"], plots.loc[kept, "species"], aliases=reading.species
    )
    found += _species_findings(frame, weights, source)
    return ForestLayer(
        plots=plots.loc[kept].reset_index(drop=True),
        crop_weights=weights,
        findings=Findings(found),
        set_aside=plots.loc[~kept].reset_index(drop=True),
        codes=choice,
        match=match,
    )


def _field_notes(match: FieldMatch, source: str) -> list[Finding]:
    absent = [field for field in READ_FIELDS if field in match.absent]
    notes = []
    if absent:
        notes.append(
            Finding(
                "problem" if "dtich" in absent else "note",
                "fields-absent",
                source,
                Phrase(
                    en=f"fields the file does not have: {', '.join(absent)}",
                    vi=f"các trường không có trong tệp: {', '.join(absent)}",
                ),
                count=len(absent),
            )
        )
    for field, others in match.passed_over.items():
        if field in READ_FIELDS:
            taken = match.columns[field]
            notes.append(
                Finding(
                    "note",
                    "field-chosen",
                    source,
                    Phrase(
                        en=f"{field} was read from {taken}, not from {', '.join(others)}",
                        vi=f"{field} được đọc từ {taken}, không phải từ {', '.join(others)}",
                    ),
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
            Phrase(
                en=f"{name} is no whole number and was taken as empty, correct it",
                vi=f"{name} không phải số nguyên, được coi là trống, hãy sửa",
            ),
            frame=frame,
            source=source,
        )
        for name, mask in unreadable.items()
        if name not in ("dtich", "maldlr")
    )
    return [item for item in found if item is not None]


def _species_findings(frame: pd.DataFrame, weights: pd.DataFrame, source: str) -> list[Finding]:
    strange = weights[unknown_species(weights, load_crops()["crop"])]
    mask = frame["row"].isin(strange["row"])
    names = strange["crop"].value_counts().index[:5].tolist()
    found = list_plots(
        "problem",
        "species-unknown",
        mask,
        Phrase(
            en=f"species no crop stands for ({', '.join(names)}) were kept under their own names, "
            "add them to the aliases",
            vi=f"loài chưa có trong danh mục ({', '.join(names)}) được giữ nguyên tên, hãy thêm "
            "vào bảng tên loài",
        ),
        frame=frame,
        source=source,
    )
    return [] if found is None else [found]
