"""What communes report: a table of commune, crop, year and hectares, as CSV or Excel.

Most fruit areas exist only so. Reported hectares are taken as they are; nothing is spread over a
map. A code that the boundaries do not know is left to the check of the run, which knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from layers.base.clock import this_year
from layers.base.errors import InputError
from layers.base.findings import Finding, Findings, Severity
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr
from layers.base.units import is_no_area, measure_of
from layers.io.table import (
    read_table,
    refuse_percents,
    require_columns,
    require_hectares,
    rows_in_other_units,
    tell_hidden_rows,
    tell_sheets_alike,
    titles_of,
)
from layers.io.values import (
    Decimal,
    as_commune_code,
    as_integer,
    as_number,
    as_text,
    parse_numbers,
    refuse_formulas,
)
from layers.kinds.crop_parts import (
    SOWN_IN_TURN,
    heads_seasons,
    is_season,
    kinds_of_parts,
    names_sowing,
)
from layers.kinds.crops import crop_shares, load_crops, refuse_unknown_ids, unknown_crops
from layers.kinds.report_entries import heads_notes, heads_places
from layers.kinds.report_lines import records_only, refuse_columns_of_crops
from layers.kinds.report_totals import Entries, labelled_totals, settle_entries

REPORT = read_schema("layers.kinds", "report")

_NEEDED = ("commune_code", "crop", "year", "area_ha")
_KNOWN = (*_NEEDED, "commune")


_BLANK = ["row", "commune_code", "commune", "crop", "year"]


#: A figure that is none: no table says whether it is nil or not known.
_DASH = r"[-–—]+|\.{2,}|…+"


def _no_rows() -> pd.DataFrame:
    return REPORT.empty()[_BLANK]


@dataclass(frozen=True, slots=True)
class ReportLayer:
    """A report after reading.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of ``REPORT``, one row per commune, entry and year, file order.
    findings : Findings
        What was wrong, assumed or set aside.
    blank : pandas.DataFrame
        Columns ``row, commune_code, commune, crop, year`` of the rows of a crop that were set
        aside, ``year`` missing where it cannot be: what the commune has of the crop is not known.
    texts : pandas.DataFrame
        By row of the file: the crop as written, and the texts of the columns that are none of ours.
    """

    table: pd.DataFrame
    findings: Findings = field(default_factory=Findings)
    blank: pd.DataFrame = field(default_factory=_no_rows)
    texts: pd.DataFrame = field(default_factory=pd.DataFrame)

    __repr__ = short_repr


def load_report(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    crops: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    last_year: int | None = None,
    source: str | None = None,
) -> ReportLayer:
    """Read a table of reported hectares.

    Parameters
    ----------
    path : str or Path
        CSV, workbook (.xlsx, .xls, .xlsb, .ods) or Parquet; one header row.
    columns : mapping of str to str, optional
        ``commune_code``, ``commune`` (one of the two is enough), ``crop``, ``year``, ``area_ha``
        (ha) → the file's column; each by default under its own name.
    sheet : str, optional
        Sheet of a workbook; the first by default.
    crops : mapping of str to str, optional
        Crop as the file writes it → crop id of ``data/crops.csv``. What is not in it is looked up
        among the ids and the species' aliases.
    decimal : {".", ","}, optional
        Decimal mark of figures that stand as text; needed where "1.234" could mean both.
    last_year : int, optional
        Year of the report: what stands in rows of later ones is a plan. This year by default.
    source : str, optional
        Name for messages; default the file's.

    Returns
    -------
    ReportLayer
        Problems: an unknown crop (kept under its own name), a row without commune code (kept), a
        row without crop, year or hectares, with negative hectares, an impossible year or one after
        that of the report (set aside), a row that repeats another (counted once), a grand total
        that differs. Notes: codes that lost their zeros, several entries of one commune, crop and
        year, which add up, figures of an ``.xls`` that may be percents, the grand total and lines
        of text below the records, which are left out.

    Raises
    ------
    MissingFileError
        There is no such file or sheet.
    SchemaError
        A column does not exist; the message lists those that were found.
    InputError
        The file is of another kind or empty, a cell is no number or can be read two ways, the
        areas are in another unit, a crop is a mixture, ``crops`` names an unknown id, rows give
        different hectares for the same commune, entry and year, or hold kinds of figures that do
        not add up, or a total differs from its parts.
    """
    name = source or Path(path).name
    report = read_report(
        path,
        columns=columns,
        sheet=sheet,
        crops=crops,
        decimal=decimal,
        last_year=last_year,
        source=source,
    )
    code = report.table["commune_code"]
    placed = report.table.assign(of=code.fillna(report.table["commune"]))
    holes = report.blank.assign(of=report.blank["commune_code"].fillna(report.blank["commune"]))
    return count_entries(replace(report, table=placed, blank=holes), source=name)


def read_report(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    crops: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    last_year: int | None = None,
    source: str | None = None,
) -> ReportLayer:
    """Read the rows of a report as ``load_report`` does, repeats and totals among them.

    Which rows are of one commune is known once their names are matched: see ``count_entries``.
    """
    path = Path(path)
    name = source or path.name
    mapping = dict(crops or {})
    refuse_unknown_ids(mapping, source=name)
    told = _columns(columns or {}, name)
    raw = read_table(path, sheet=sheet)
    headings = [told["area_ha"], *titles_of(raw)]
    if told["commune_code"] not in raw.columns and "commune_code" not in (columns or {}):
        # A table with names alone: a name where a code belongs is matched like any other.
        told |= {"commune_code": told["commune"]} if told["commune"] in raw.columns else {}
    if told["commune"] not in raw.columns and "commune" not in (columns or {}):
        raw[told["commune"]] = pd.Series(pd.NA, index=raw.index, dtype="str")
    refuse_columns_of_crops(raw, told["crop"], source=name)
    require_columns(raw, told, source=name, of_layer=True)
    require_hectares(told["area_ha"], source=name, frame=raw)
    findings = Findings()
    tell_sheets_alike(raw, source=name, findings=findings)
    raw = records_only(raw, told, source=name, findings=findings)
    figures = raw[told["area_ha"]]
    raw[told["area_ha"]] = figures.mask(as_text(figures).str.fullmatch(_DASH).fillna(value=False))
    raw, units = _in_hectares(raw, told, source=name, findings=findings)
    for use in ("commune_code", "commune", "crop"):
        refuse_formulas(raw[told[use]], source=f"{name}: {told[use]}")
    table = _typed(raw, told, mapping, decimal, name)
    _note_zeros(raw[told["commune_code"]], table, name, findings)
    last = min(last_year or this_year(), this_year())
    of_land = units.where(units.map(measure_of).isin(["", "area"]), "")
    others = pd.concat([raw.drop(columns=told["area_ha"]), of_land.rename("(unit)")], axis=1)
    blank = _without_figure(table, others, last)
    table = _usable(table.loc[units == ""], last, name, findings)
    area = f"{name}: {told['area_ha']}"
    refuse_percents(raw, told["area_ha"], source=area, rows=table["row"], findings=findings)
    tell_hidden_rows(raw, source=name, rows=table["row"], findings=findings)
    texts = _texts(raw, told).set_axis(raw.index + 2)
    _tell_parts(table, texts, headings, mapping, name, findings)
    texts[told["crop"]] = texts[told["crop"]].map(partial(_as_told, mapping=mapping), "ignore")
    return ReportLayer(REPORT.validate(table.reset_index(drop=True)), findings, blank, texts)


def count_entries(report: ReportLayer, *, source: str) -> ReportLayer:
    """Count each row of a report once: without repeats, and totals apart from their parts.

    ``table`` and ``blank`` have a column ``of``: the commune of each row under one name, missing
    where it is none.
    """
    findings = Findings([*report.findings.items])
    texts = report.texts
    if texts.columns.empty:
        every = pd.concat([report.table.assign(crop=report.table["entry"]), report.blank])
        texts = every.set_index("row")[["crop"]]
    labelled = labelled_totals(texts)
    table = _count_once(report.table, labelled, source=source, findings=findings)
    rows = pd.concat([table, report.blank.assign(area_ha=np.nan)], ignore_index=True)
    rows = rows[["row", "of", "commune", "crop", "year", "area_ha"]].astype({"row": "int64"})
    rows = rows.set_index(rows["row"].to_numpy()).sort_index()
    texts = texts.loc[rows.index]
    entries = settle_entries(rows, texts, source=source)
    totals = table["row"].isin(entries.left_out)
    what = message("layers.kinds.totals_of_parts")
    _list(table, totals, "totals-left-out", what, source, findings, severity="note")
    _tell_entries(entries, source, findings)
    named, perhaps = (table["row"].isin(one) for one in (entries.named, entries.perhaps))
    what = message("layers.kinds.perhaps_places")
    _list(table, named, "perhaps-place", what, source, findings)
    what = message("layers.kinds.perhaps_totals")
    _list(table, perhaps, "perhaps-total", what, source, findings)
    table = table.loc[~totals & ~table["row"].isin(entries.replaced)]
    _tell_rows(table, source, findings)
    blank = report.blank.loc[~report.blank["row"].isin(entries.told)]
    # A total whose year nobody wrote leaves nothing open beside its parts
    parts = pd.MultiIndex.from_frame(table[["of", "crop"]])
    beside = pd.MultiIndex.from_frame(blank[["of", "crop"]]).isin(parts)
    blank = blank.loc[~(beside & blank["row"].map(labelled) & blank["year"].isna())]
    return replace(
        report,
        table=REPORT.validate(table[REPORT.names].reset_index(drop=True)),
        findings=findings,
        blank=blank[_BLANK].reset_index(drop=True),
    )


def _tell_parts(
    table: pd.DataFrame,
    texts: pd.DataFrame,
    headings: Iterable[str],
    mapping: Mapping[str, str],
    source: str,
    findings: Findings,
) -> None:
    """Tell rows of a season, a variety or a standard, which are not all of the crop.

    ``headings`` stand over all hectares: of their column, and above the table.
    """
    written = texts.iloc[:, 0].reindex(table["row"]).fillna("")
    names = [
        text if text not in mapping and kinds_of_parts(text, crop) else ""
        for text, crop in zip(written, table["crop"].fillna(""), strict=True)
    ]
    said = pd.Series(names, index=table.index, dtype="str")
    for column in texts.columns[1:]:
        notes, seasons = heads_notes(str(column)), heads_seasons(str(column))
        if notes or seasons:
            cells = texts[column].reindex(table["row"]).fillna("").set_axis(table.index)
            one = cells.where(cells.map(partial(is_season, said=notes)), "")
            said = said.where(one == "", one)
    if sowing := next(filter(names_sowing, headings), ""):
        kinds = load_crops().set_index("crop")["land_kind"]
        sown = table["crop"].map(kinds).isin(["annual", "paddy"])
        said = said.where((said != "") | ~sown, sowing)
    what = message("layers.kinds.rows_of_parts", names=[one for one in said.unique() if one])
    _list(table, said != "", "crop-part", what, source, findings)


def _tell_entries(entries: Entries, source: str, findings: Findings) -> None:
    """Tell totals that differ from their parts, or stand for parts without figure."""
    if not entries.rounded.empty:
        told, rows = _sums(entries.rounded)
        rounded = message("layers.kinds.totals_rounded", count=len(told), totals=told)
        findings.add(Finding("note", "total-rounded", source, rounded, len(told), rows=rows))
    if not entries.differ.empty:
        told, rows = _sums(entries.differ)
        differ = message("layers.kinds.totals_of_crops_differ", count=len(told), totals=told)
        findings.add(Finding("problem", "total-differs", source, differ, len(told), rows=rows))
    if not entries.stand.empty:
        told, rows = _sums(entries.stand)
        stand = message("layers.kinds.totals_stand", count=len(told), totals=told)
        findings.add(Finding("note", "total-stands", source, stand, len(told), rows=rows))


def _sums(totals: pd.DataFrame) -> tuple[list[Phrase], tuple[int, ...]]:
    """Totals with the sums of their parts, and the rows in which they stand, from 0."""
    told = [
        message("layers.kinds.total_and_parts", row=int(row), total=total, records=records)
        for row, total, records in totals.itertuples(index=False)
    ]
    return told, tuple(int(row) - 2 for row in totals["row"])


def _tell_rows(table: pd.DataFrame, source: str, findings: Findings) -> None:
    """Tell rows that were added up, and those of which crop or commune is not known."""
    several = table["of"].notna() & table.duplicated(["of", "crop", "year"], keep=False)
    _list(
        table,
        several,
        "entries-added",
        message("layers.kinds.entries_added"),
        source,
        findings,
        severity="note",
    )
    strange = unknown_crops(table["crop"])
    _list(
        table,
        strange,
        "crop-unknown",
        message("layers.kinds.crops_without_id", names=table["crop"][strange].unique().tolist()),
        source,
        findings,
    )
    _list(
        table,
        table["commune_code"].isna(),
        "commune-missing",
        message("layers.kinds.commune_missing"),
        source,
        findings,
    )


def _in_hectares(
    raw: pd.DataFrame, told: Mapping[str, str], *, source: str, findings: Findings
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Rows without columns of units, and their units: empty for hectares, else without figure.

    What a commune has of a crop in "sào" or tonnes is not known; a row that is none of areas by its
    own words ("Sản lượng") is left out.
    """
    said, columns = rows_in_other_units(raw, told["area_ha"], set(told.values()))
    strange = said[said != ""]
    if not strange.empty:
        rows, units = [int(row) + 2 for row in strange.index], strange.unique().tolist()
        what = message("layers.kinds.rows_in_other_units", count=len(rows), units=units, rows=rows)
        findings.add(
            Finding(
                "problem",
                "other-unit",
                source,
                what,
                count=len(rows),
                examples=tuple(map(str, rows[:5])),
                rows=tuple(row - 2 for row in rows),
            )
        )
    figures = raw[told["area_ha"]].mask(said != "")
    kept = raw.drop(columns=columns).assign(**{told["area_ha"]: figures})
    used = {use for name, use in told.items() if name != "crop"}
    labels = kept.drop(columns=used, errors="ignore").apply(as_text)
    no_area = ~said.map(measure_of).isin(["", "area"])
    for name in labels.columns:
        named = labels[name][no_area].dropna().map(is_no_area).astype(bool)
        kept = kept.drop(index=named.index[named], errors="ignore")
    return kept, said[kept.index]


def _columns(columns: Mapping[str, str], source: str) -> dict[str, str]:
    strange = sorted(set(columns) - set(_KNOWN))
    if strange:
        raise InputError(
            "layers.kinds.unknown_report_columns", source=source, strange=strange, known=_KNOWN
        )
    return {use: columns.get(use, use) for use in _KNOWN}


def _typed(
    raw: pd.DataFrame,
    told: Mapping[str, str],
    mapping: Mapping[str, str],
    decimal: Decimal | None,
    source: str,
) -> pd.DataFrame:
    crops = as_text(raw[told["crop"]])
    ids = {text: _one_crop(text, mapping, source) for text in crops.dropna().unique()}
    years, bad_year = as_integer(raw[told["year"]])
    if bad_year.any():
        wrong, places = raw[told["year"]], bad_year[bad_year].index[:5].tolist()
        rows = [message("layers.kinds.row_year", row=at + 2, year=str(wrong[at])) for at in places]
        raise InputError(
            "layers.kinds.years_expected", source=source, count=int(bad_year.sum()), rows=rows
        )
    return pd.DataFrame(
        {
            "row": raw.index + 2,
            "commune_code": as_commune_code(raw[told["commune_code"]]),
            "commune": as_text(raw[told["commune"]]),
            "crop": crops.map(ids),
            "entry": _entries(raw, told),
            "year": years,
            "area_ha": parse_numbers(
                raw[told["area_ha"]], source=f"{source}, {told['area_ha']}", decimal=decimal
            ),
        }
    )


def _as_told(text: str, mapping: Mapping[str, str]) -> str:
    """Crop as written; of a variety or standard the crop that the project says it is.

    Seasons of one ground stay what they are: their sum is of sowings, whatever the project says.
    """
    crop = mapping.get(text, "")
    kinds = kinds_of_parts(text, crop) if crop else frozenset()
    return crop if kinds and not kinds & {*SOWN_IN_TURN} else text


def _texts(raw: pd.DataFrame, told: Mapping[str, str]) -> pd.DataFrame:
    """Crop as written, then the text of columns that are none of ours, such as a village."""
    named = set(told.values())
    others = [
        name
        for name in raw.columns
        if name not in named and (heads_places(str(name)) or as_number(raw[name])[1].any())
    ]
    return raw[[told["crop"], *others]].apply(as_text)


def _entries(raw: pd.DataFrame, told: Mapping[str, str]) -> pd.Series[str]:
    """What tells the rows of a commune and year apart, in one text."""
    texts = _texts(raw, told).fillna("")
    entry = texts[told["crop"]]
    for name in texts.columns[1:]:
        entry = entry + " | " + texts[name]
    return entry


def _one_crop(text: str, mapping: Mapping[str, str], source: str) -> str:
    shares = crop_shares(text, mapping)
    if len(shares) > 1:
        raise InputError(
            "layers.kinds.several_crops_in_row", source=source, text=text, count=len(shares)
        )
    return next(iter(shares))


def _note_zeros(
    written: pd.Series[str], table: pd.DataFrame, source: str, findings: Findings
) -> None:
    short = as_text(written).str.fullmatch(r"\d{1,4}(\.0+)?").fillna(value=False).astype(bool)
    padded = short & table["commune_code"].notna()
    _list(
        table,
        padded,
        "code-zeros-added",
        message("layers.kinds.code_zeros_added"),
        source,
        findings,
        severity="note",
    )


def _without_figure(table: pd.DataFrame, others: pd.DataFrame, last: int) -> pd.DataFrame:
    """Rows of a crop without figure of a year up to ``last``: nobody knows what the commune has.

    ``others`` are all other columns of the file, a village's name or number among them.
    """
    possible = table["year"].between(1900, last).fillna(value=False).astype(bool)
    figure = possible & (table["area_ha"] >= 0)
    blank = table.assign(year=table["year"].where(possible))
    # A blank line beside the same one with a figure takes nothing from it.
    told = pd.MultiIndex.from_arrays(
        [as_text(others[name]).fillna("").str.casefold() for name in others.columns]
    )
    missing = ~figure & ~told.isin(told[figure.to_numpy(dtype=bool)]) & table["crop"].notna()
    return blank.loc[missing, _BLANK].reset_index(drop=True)


def _usable(table: pd.DataFrame, last: int, source: str, findings: Findings) -> pd.DataFrame:
    """Set aside the rows that say nothing: a missing figure is not zero."""
    blank = table[["crop", "year", "area_ha"]].isna().any(axis=1)
    negative = table["area_ha"] < 0
    impossible = ~table["year"].between(1900, this_year()).fillna(value=True).astype(bool)
    later = table["year"].gt(last).fillna(value=False).astype(bool) & ~impossible
    said = message("layers.kinds.year_after_report", year=str(last))
    cases = (
        (blank, "row-incomplete", message("layers.kinds.row_incomplete")),
        (negative & ~blank, "area-negative", message("layers.kinds.area_negative")),
        (
            impossible & ~negative & ~blank,
            "year-implausible",
            message("layers.kinds.year_implausible"),
        ),
        (later & ~negative & ~blank, "year-after-report", said),
    )
    for mask, kind, what in cases:
        _list(table, mask, kind, what, source, findings)
    return table.loc[~(blank | negative | impossible | later)]


def _count_once(
    table: pd.DataFrame, totals: pd.Series[bool], *, source: str, findings: Findings
) -> pd.DataFrame:
    """Count a figure once that stands twice for one commune (``of``), entry and year.

    Each part may have a total under the same label; ``totals`` tells them by row.
    """
    key = ["of", "entry", "year"]
    placed = table["of"].notna() & ~table["row"].map(totals).astype(bool)
    keyed = table.assign(entry=table["entry"].str.casefold())
    again = placed & keyed.duplicated(key)
    same = placed & keyed.duplicated([*key, "area_ha"])
    clash = table.loc[again & ~same]
    if not clash.empty:
        rows = [
            message("layers.kinds.row_entry", row=row, code=code, crop=crop, year=str(year))
            for row, code, crop, year in clash[["row", *key]].head(5).itertuples(index=False)
        ]
        raise InputError("layers.kinds.rows_contradict", source=source, count=len(clash), rows=rows)
    _list(table, same, "row-twice", message("layers.kinds.row_twice"), source, findings)
    return table.loc[~same]


def _list(
    table: pd.DataFrame,
    mask: pd.Series[bool],
    kind: str,
    what: Phrase,
    source: str,
    findings: Findings,
    *,
    severity: Severity = "problem",
) -> None:
    picked = table.loc[mask.to_numpy(dtype=bool)]
    if picked.empty:
        return
    area = float(picked["area_ha"].sum())
    rows = picked["row"].tolist()
    findings.add(
        Finding(
            severity,
            kind,
            source,
            message(
                "layers.kinds.rows_and_hectares", what=what, count=len(rows), area=area, rows=rows
            ),
            count=len(rows),
            area_ha=area,
            examples=tuple(str(row) for row in rows[:5]),
            rows=tuple(row - 2 for row in rows),
        )
    )
