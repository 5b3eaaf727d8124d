"""A region: the whole job of each province, then its provinces' figures and their sum."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.errors import ClosureError, InputError
from layers.base.json_text import json_bytes, parsed_json
from layers.base.language import Language, Phrase
from layers.base.messages import message
from layers.base.schema import Schema, read_schema
from layers.communes.gazetteer import province_name
from layers.io.atomic import written_aside
from layers.io.table_output import save_workbook
from maps.layout.words import word
from zones.output.folder import (
    OUTDATED_FOLDER,
    TABLES_FOLDER,
    locked_folder,
    refuse_existing,
    save_parquet,
)
from zones.output.record import RECORD_NAME, file_digest
from zones.output.result_csv import save_result_csv
from zones.output.table_words import code_words, column_title
from zones.pages.map_content import map_content
from zones.pages.region_document import save_region_document
from zones.pages.region_map import region_map_content
from zones.project.region import Region, province_of_region
from zones.publish.publish import PublishedFigures
from zones.run.context import RunOptions, RunResult, Teller
from zones.run.outdated import copy_name
from zones.run.reuse import is_whole
from zones.run.run import run_project
from zones.tables import BORDERS, FOREST_COVER, TARGETS, ZONE_NAMES

REGION_COVER = read_schema("zones.run", "region_cover")
REGION_TARGETS = read_schema("zones.run", "region_targets")
REGION_BORDERS = read_schema("zones.run", "region_borders")

_HECTARES = ["natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"]
_TARGET = ["zone", "indicator", "unit", "period", "year"]
_CLOSURE_RATIO = 1e-9
#: Digests of the region's own results as they were made: what differs, a person has changed.
_DIGESTS = f"{TABLES_FOLDER}/region.json"
_FORMATS = {"ha": "#,##0.00", "m": "#,##0.0", "%": "0.00", "": "#,##0.0###"}


@dataclass(frozen=True, slots=True)
class RegionResult:
    """Runs of the provinces by code, and the region's tables."""

    title: str
    out: Path
    provinces: dict[str, RunResult]
    tables: dict[Schema, pd.DataFrame]

    @property
    def has_problems(self) -> bool:
        """Whether the data of a province has problems."""
        return any(result.has_problems for result in self.provinces.values())


def run_region(region: Region, *, options: RunOptions, teller: Teller) -> RegionResult:
    """Run each province into a folder of its code; write the region's tables beside them."""
    out = options.out or region.file.parent / region.output
    results: dict[str, RunResult] = {}
    with locked_folder(out):
        refuse_existing(out, overwrite=options.overwrite, made_by=_left(out))
        # Until all provinces are done there is no sum: one of an earlier run would mislead.
        digests = _digests(out)
        aside = _put_aside(out, digests)
        for file in region.files():
            project = province_of_region(region, file)
            teller.note(message("zones.run.region_province", name=province_name(project.province)))
            one = replace(options, out=out / project.province)
            results[project.province] = run_project(project, options=one, teller=teller)
        tables, language = region_tables(results), _language(results, options)
        sheets = _save(tables, out, language, _zone_names(results, language))
        save_region_document(
            region.title,
            sheets,
            list(results),
            out / "region.docx",
            demo=any(result.context.project.demo for result in results.values()),
            language=language,
        )
        _save_map(region.title, results, tables[REGION_COVER], out / "map.html", language)
        _tell_aside(out, aside, digests, teller)
    return RegionResult(region.title, out, results, tables)


def _own_files() -> list[str]:
    """Names of the region's own results."""
    tables = [f"{TABLES_FOLDER}/{schema.name}" for schema in _SCHEMAS]
    names = [f"{table}.{form}" for table in tables for form in ("csv", "parquet")]
    return ["region.xlsx", "region.docx", "map.html", *names]


def _left(out: Path) -> list[str]:
    """Names of what an earlier run of a region leaves; one that was stopped has provinces alone."""
    return [_DIGESTS, *(f"{path.parent.name}/{path.name}" for path in out.glob(f"*/{RECORD_NAME}"))]


def _digests(out: Path) -> dict[str, str]:
    """Digests of the region's own results as the last run that made each wrote them."""
    path = out / _DIGESTS
    if not path.is_file():
        return {}
    try:
        told = parsed_json(json_bytes(path))
        return {str(name): str(told[name]) for name in _own_files() if name in told}
    except (ValueError, TypeError) as error:
        raise InputError("zones.output.record_damaged", path=path) from error


def _put_aside(out: Path, digests: Mapping[str, str]) -> dict[str, str]:
    """Move the region's own results of an earlier run aside; the name of the copy of each."""
    ours = {copy for name, copy in _copies() if is_whole(out / copy, digests.get(name))}
    there = [name for name in _own_files() if (out / name).is_file()]
    moved = {name: copy_name(out, name, ours) for name in there}
    for name, copy in moved.items():
        (out / copy).parent.mkdir(parents=True, exist_ok=True)
        (out / name).replace(out / copy)
    return moved


def _copies() -> list[tuple[str, str]]:
    return [(name, f"{OUTDATED_FOLDER}/{name}") for name in _own_files()]


def _tell_aside(
    out: Path, moved: Mapping[str, str], digests: Mapping[str, str], teller: Teller
) -> None:
    """Take copies away that no person changed and that were made anew, and tell of the others."""
    made = {name: file_digest(out / name) for name in _own_files() if (out / name).is_file()}
    for name, copy in _copies():
        if name in made and is_whole(out / copy, digests.get(name)):
            (out / copy).unlink()
    folder = out / OUTDATED_FOLDER
    for place in (folder / TABLES_FOLDER, folder):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    text = json.dumps({**digests, **made}, indent=2, sort_keys=True)
    (out / _DIGESTS).write_text(text + "\n", encoding="utf-8", newline="\n")
    kept = [name for name, copy in moved.items() if (out / copy).is_file()]
    if gone := [name for name in kept if name not in made]:
        teller.note(message("zones.run.region_outdated", folder=folder, pages=gone))
    if edited := [name for name in kept if name in made]:
        count = len(edited)
        teller.note(message("zones.run.edited_results", count=count, files=edited, folder=folder))


def region_tables(results: dict[str, RunResult]) -> dict[Schema, pd.DataFrame]:
    """Provinces' rows and the region's sum: hectares, targets and metres of border."""
    made = {REGION_COVER: _cover(results), REGION_TARGETS: _targets(results)}
    # A run with fewer steps leaves them out: then the earlier ones stay, and are told.
    if any(BORDERS.name in result.tables for result in results.values()):
        made[REGION_BORDERS] = _borders(results)
    return {schema: schema.validate(frame) for schema, frame in made.items()}


_SCHEMAS = (REGION_COVER, REGION_TARGETS, REGION_BORDERS)


def _cover(results: dict[str, RunResult]) -> pd.DataFrame:
    """Hectares of each province, measured in its own zone; Σ forest ÷ Σ natural area for all."""
    rows = []
    for code, result in results.items():
        crs = result.record["area_crs"]
        row: dict[str, object] = {"province": code, "area_crs": crs["code"] or crs["name"]}
        cover = _printed(result, FOREST_COVER)
        if cover is not None and len(cover):
            last = cover.iloc[-1]
            row |= {name: last[name] for name in _HECTARES}
        rows.append(row)
    frame = pd.DataFrame(rows, columns=["province", "area_crs", *_HECTARES])
    frame[_HECTARES] = frame[_HECTARES].astype("float64")
    # A province that was not measured leaves the sum unknown, not smaller.
    total = frame[_HECTARES].sum(skipna=False).to_dict() | {"province": "", "area_crs": ""}
    whole = pd.concat([frame, pd.DataFrame([total])], ignore_index=True)
    forest = whole["natural_forest_ha"] + whole["planted_forest_ha"]
    return whole.assign(cover_percent=forest / whole["natural_area_ha"] * 100)


def _printed(result: RunResult, schema: Schema) -> pd.DataFrame | None:
    """Table as the pages of a province print it, where they were made: sums are those of pages."""
    figures = result.store.get(PublishedFigures)
    tables = result.tables if figures is None else figures.frames()
    return tables.get(schema.name)


def _targets(results: dict[str, RunResult]) -> pd.DataFrame:
    """Targets in hectares that hold for whole zones; the sum where several provinces have one."""
    frames = [
        table.loc[table["unit"].eq("ha") & table["commune_code"].eq("")].assign(province=code)
        for code, result in results.items()
        if (table := _printed(result, TARGETS)) is not None
    ]
    columns = ["province", "target", *_TARGET, "low", "high", "present"]
    rows = (
        pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    )
    held = rows.groupby(_TARGET, dropna=False)["province"]
    # A province that asks for one thing twice has its figures in two rows: their sum is nobody's.
    shared = (held.transform("nunique") > 1) & (held.transform("size") == held.transform("nunique"))
    figures = ["low", "high", "present"]
    summed = [
        dict(zip(_TARGET, key, strict=True))
        | part[figures].astype("float64").sum(skipna=False).to_dict()
        | {"province": "", "target": ""}
        for key, part in rows[shared].groupby(_TARGET, dropna=False)
    ]
    both = pd.concat([rows, pd.DataFrame(summed, columns=columns)], ignore_index=True)
    return both.sort_values([*_TARGET[:-1], "year", "province"], ignore_index=True)


def _borders(results: dict[str, RunResult]) -> pd.DataFrame:
    """Metres of border between provinces, each as its own communes draw it."""
    frames = [result.tables[BORDERS.name].assign(province=code) for code, result in results.items()]
    rows = pd.concat(frames, ignore_index=True)
    keys = ["province", "neighbour_province"]
    figures = ["length_m", "forest_m", "forest_both_m", "neighbour_length_m"]
    groups = rows.groupby(keys)
    summed = groups[figures].sum(skipna=False)
    table = summed.assign(pairs=groups.size()).reset_index()
    parts, whole = float(table["length_m"].sum()), float(rows["length_m"].sum())
    if abs(parts - whole) > _CLOSURE_RATIO * max(whole, 1.0):
        raise ClosureError("zones.borders.not_closed", parts=parts, whole=whole)
    return table


def _save_map(
    title: str,
    results: dict[str, RunResult],
    cover: pd.DataFrame,
    path: Path,
    language: Language,
) -> None:
    """One map of all provinces, once the figures of all of them were published."""
    # Loaded where pages are made: a run with fewer steps does not wait for it
    from maps import save_map

    provinces = {}
    for code, result in results.items():
        figures, project = result.store.get(PublishedFigures), result.context.project
        if figures is None:
            return
        plain = project.model_copy(
            update={"map": project.map.model_copy(update={"outlines": None, "neighbours": None})}
        )
        provinces[province_name(code)] = map_content(
            plain, figures, *result.context.communes(), language=language
        )
    name = message("zones.run.whole_region").text(language)
    whole = {str(key): value for key, value in cover.iloc[-1].items()} | {"name": name}
    content = region_map_content(provinces, whole, title=title, language=language)
    save_map(content, path, overwrite=True)


def _language(results: dict[str, RunResult], options: RunOptions) -> Language:
    first = next(iter(results.values()))
    return options.language or first.context.project.annex.language


def _zone_names(results: dict[str, RunResult], language: Language) -> dict[str, str]:
    """Name of each zone by its id, as the first province that has it names it."""
    names: dict[str, str] = {}
    for result in results.values():
        if (table := result.tables.get(ZONE_NAMES.name)) is not None:
            told = dict(zip(table["zone"], table[f"name_{language}"], strict=True))
            names = told | names
    return names


def _save(
    tables: dict[Schema, pd.DataFrame], out: Path, language: Language, zones: dict[str, str]
) -> dict[Schema, tuple[str, pd.DataFrame]]:
    """Write tables and workbook; the heading and the words of each table."""
    folder = out / TABLES_FOLDER
    folder.mkdir(exist_ok=True)
    sheets: dict[Schema, tuple[str, pd.DataFrame]] = {}
    formats: dict[str, str] = {}
    for schema, frame in tables.items():
        save_parquet(frame, folder, schema.name)
        save_result_csv(frame, folder, schema.name, form="machine", language=language)
        title = message(f"zones.run.sheet_{schema.name}").text(language)
        sheets[schema] = title, _in_words(schema.name, frame, language, zones)
        formats |= {
            column_title(schema.name, column.name, language): _FORMATS[column.unit]
            for column in schema.columns
            if column.kind == "number"
        }
    with written_aside(out / "region.xlsx", program="Excel", overwrite=True) as part:
        save_workbook(dict(sheets.values()), part, number_formats=formats)
    return sheets


def _in_words(
    name: str, frame: pd.DataFrame, language: Language, zones: dict[str, str]
) -> pd.DataFrame:
    """Table with names of provinces and zones, words for codes and headings for people."""
    whole = message("zones.run.whole_region").text(language)
    words = frame.assign(province=[province_name(c) if c else whole for c in frame["province"]])
    if "neighbour_province" in frame:
        words["neighbour_province"] = [province_name(c) for c in frame["neighbour_province"]]
    for column in ("indicator", "period", "unit"):
        if column in frame:
            said = {code: name.text(language) for code, name in code_words(column).items()}
            words[column] = [
                said.get(code) or (word(column, code, language) if code else "")
                for code in frame[column]
            ]
    if "zone" in frame:
        words["zone"] = [zones.get(zone, zone) for zone in frame["zone"]]
    return words.rename(columns={c: column_title(name, c, language) for c in frame.columns})


def region_lines(result: RegionResult, language: Language) -> Sequence[str]:
    """Cover of each province and of the region, one line each, with the zone it was measured in."""
    rows = result.tables[REGION_COVER].to_dict("records")
    return [_region_line(row, result.title).text(language) for row in rows]


def _region_line(row: Mapping[Hashable, Any], title: str) -> Phrase:
    area, percent = row["natural_area_ha"], row["cover_percent"]
    if not row["province"]:
        return message("zones.run.region_sum", name=title, area=area, percent=percent)
    name, crs = province_name(str(row["province"])), row["area_crs"]
    return message("zones.run.region_line", name=name, crs=crs, area=area, percent=percent)
