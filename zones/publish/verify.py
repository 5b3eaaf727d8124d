"""One figure, one source: whether the files of an output folder still say the same.

Map, atlas, workbook, document and tables of a run are made from the same rounded frames and carry
their digest. A folder that went out by mail and came back is checked here: digests, and every
figure and total of workbook, document, map and tables against the printed frames; files that nobody
edits also byte by byte against what the run recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.base.errors import InputError, MissingFileError, VungTrongError
from layers.base.files import require_file
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.schema import Column, Schema
from layers.io.pdf import opened_pdf
from zones.output.folder import OUTDATED_FOLDER, TABLES_FOLDER
from zones.output.record import RECORD_NAME, file_digest, leads_out, read_record
from zones.publish.consistency import TwinFigures, twin_differences
from zones.publish.differences import Difference, Words, placed, refused, unlike
from zones.publish.folder import (
    PUBLISHED_FOLDER,
    load_published,
    load_table,
    text_digest,
)
from zones.publish.kept_pages import EDITED, is_untouched, kept_page
from zones.publish.returned_csv import check_tables
from zones.publish.returned_document import hold_document
from zones.publish.returned_workbook import hold_workbook
from zones.publish.verify_tables import (
    check_document,
    check_workbook,
    document_digest,
    workbook_digest,
)

if TYPE_CHECKING:
    from maps import AnnexContent

_COVER = ("natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")
_TARGETS = ("low", "high", "present", "shortfall", "surplus")
_NAMED = 4
#: The map of a province with outlines of all its plots has some 40 MB.
_MAP_BYTES = 400_000_000
_HELD_FIGURES = (
    *("present_ha", "loss_ha", "planned_ha", "low_ha", "high_ha"),
    *("end_ha", "shortfall_ha", "surplus_ha"),
)
_HELD = Schema(
    "allocation_targets",
    (
        *(Column(name, "text", name) for name in ("target", "zone", "commune_code")),
        Column("year", "integer", "year"),
        *(Column(name, "number", name, "ha") for name in _HELD_FIGURES),
    ),
)
_HELD_FILE = f"{TABLES_FOLDER}/{_HELD.name}.csv"
#: Place, printed figure, and figure of the map.
_Pair = tuple[Words, float, Any]


@dataclass(slots=True)
class Verification:
    """What a check found."""

    folder: Path  # The folder
    digest: str  # Digest of the printed figures
    compared: dict[str, int] = field(default_factory=dict)  # Figures compared, by file
    differences: list[Difference] = field(default_factory=list)  # Where twins disagree
    # Files held byte by byte against what the run wrote
    by_bytes: list[str] = field(default_factory=list)
    # Files that are there and could be held against nothing
    uncompared: list[str] = field(default_factory=list)
    # Workbook and document of which no copy tells headings, units, titles, notes and formats
    without_copy: list[str] = field(default_factory=list)
    # Whether the record of the run told what it wrote: pages alone can only agree with each other
    recorded: bool = False

    @property
    def agrees(self) -> bool:
        """Whether all files that were compared say the same."""
        return not self.differences

    @property
    def note(self) -> Phrase | None:
        """What was not compared, for want of copies."""
        if not self.without_copy:
            return None
        return message("zones.publish.only_rows_compared", names=self.without_copy)


def verify_folder(folder: Path) -> Verification:
    """Check the files of an output folder against each other."""
    ours = (PUBLISHED_FOLDER, RECORD_NAME)
    if not any((folder / name).exists() for name in ours):
        raise MissingFileError("zones.publish.no_output_folder", folder=folder)
    result = Verification(folder, "")
    recorded: dict[str, str] = {}
    links = _links_out(folder)
    if RECORD_NAME not in links:
        recorded = _recorded(result)
    result.recorded = bool(recorded)
    if strange := [name for name in links if not recorded or _is_made(name, recorded)]:
        elsewhere = message("zones.publish.leads_elsewhere")
        result.differences += [unlike(name, elsewhere) for name in strange]
        return result
    if _has_figures(folder, recorded):
        _check_figures(result)
    _check_bytes(result, recorded)
    return result


def _recorded(result: Verification) -> dict[str, str]:
    """Digests of the files that the run wrote; that they are gone is a difference, but for pages.

    An office may send the pages with ``tables/printed`` alone. Where tables of a run lie there, all
    that nothing but the record holds could have been changed.
    """
    path, tables = result.folder / RECORD_NAME, result.folder / TABLES_FOLDER
    with _told(result, RECORD_NAME):
        if os.path.lexists(path):
            require_file(path)
        recorded: dict[str, str] = (read_record(result.folder) or {}).get("outputs", {})
        if recorded:
            return recorded
        if path.exists() or (tables.is_dir() and any(it.is_file() for it in tables.iterdir())):
            nothing, gone = message("zones.publish.names_no_file"), message("zones.publish.gone")
            result.differences.append(unlike(RECORD_NAME, nothing if path.exists() else gone))
    return {}


def _links_out(folder: Path) -> list[str]:
    """Names of links to what lies outside of the folder: nothing is read there."""
    found = (item for item in folder.rglob("*") if leads_out(item, folder))
    return sorted(item.relative_to(folder).as_posix() for item in found)


def _is_made(name: str, recorded: dict[str, str]) -> bool:
    """Whether a run makes a file or folder of this name."""
    made = {*recorded, *_DIGESTS, PUBLISHED_FOLDER, TABLES_FOLDER}
    return name in made or name.partition("/")[0] in made or name.startswith("atlas-")


def _has_figures(folder: Path, recorded: dict[str, str]) -> bool:
    """Tell whether there are printed figures, or were: a run of single steps makes none."""
    made = any(name.startswith(f"{PUBLISHED_FOLDER}/") for name in recorded)
    return made or not recorded or (folder / PUBLISHED_FOLDER).exists()


def _check_figures(result: Verification) -> None:
    """Hold pages and tables against the printed figures."""
    folder = result.folder
    with _told(result, f"{PUBLISHED_FOLDER}/"):
        content, frames = load_published(folder / PUBLISHED_FOLDER)
        result.digest = content.digest
        _check_printed(result, frames)
        for name in (*_DIGESTS, *_sheets(folder)):
            if (folder / name).is_file():
                result.compared[name] = 0
                with _told(result, name):
                    _check_page(result, name, content)
        counts, differences = check_tables(folder, content, frames)
        result.compared |= counts
        result.differences += differences


def _sheets(folder: Path) -> list[str]:
    """Names of the files of single sheets of the atlas."""
    return sorted(path.name for path in folder.glob("atlas-*.pdf"))


@contextmanager
def _told(result: Verification, name: str) -> Iterator[None]:
    """Make a file that cannot be read a difference, so that the others are still looked at."""
    try:
        yield
    except VungTrongError as error:
        result.differences.append(refused(name, error))


def _check_page(result: Verification, name: str, content: AnnexContent) -> None:
    path = result.folder / name
    carried = _DIGESTS.get(name, _atlas_digest)(path)
    if carried != content.digest:
        place = message("zones.publish.the_digest")
        result.differences.append(Difference(name, place, content.digest, carried or "–"))
    if name in _CHECKS:
        compared, differences = _CHECKS[name](content, path)
        result.compared[name] += compared
        if name in EDITED:
            differences = _with_copy(result, path, content, differences)
        result.differences += differences


def _with_copy(
    result: Verification, path: Path, content: AnnexContent, others: list[Difference]
) -> list[Difference]:
    """Hold a page against the copy of what the run wrote as well."""
    kept = kept_page(result.folder / PUBLISHED_FOLDER, path.name)
    if not kept.is_file():
        result.without_copy.append(path.name)
        return others
    with _told(result, kept.relative_to(result.folder).as_posix()):
        if is_untouched(path, kept):
            return others
        if path.suffix == ".xlsx":
            return hold_workbook(path, kept).with_others(others)
        word = message("zones.publish.table").text(content.language)
        return hold_document(path, kept, table_word=word).with_others(others)
    return others


def _check_bytes(result: Verification, recorded: dict[str, str]) -> None:
    """Hold files against the digests that the run recorded; name what nothing was held against."""
    named = {item.file for item in result.differences}
    files = sorted(item for item in result.folder.rglob("*") if item.is_file())
    there = {path.relative_to(result.folder).as_posix(): path for path in files}
    for name in sorted(set(recorded) - set(there)):
        result.differences.append(unlike(name, message("zones.publish.gone")))
    for name, path in there.items():
        if name in EDITED:
            continue
        if name not in recorded:
            if name.startswith(f"{OUTDATED_FOLDER}/"):
                name = f"{OUTDATED_FOLDER}/"
            if name not in (*result.compared, *result.uncompared):
                result.uncompared.append(name)
            continue
        found = file_digest(path)
        result.by_bytes.append(name)
        # Where a cell of the file was named there is no need to say that its bytes differ.
        if found != recorded[name] and name not in named:
            result.differences.append(unlike(name, message("zones.publish.other_bytes")))


def _check_printed(result: Verification, frames: dict[str, pd.DataFrame]) -> None:
    """Hold the printed tables against their own digest, and against each other."""
    folder = result.folder / PUBLISHED_FOLDER
    again = text_digest(folder)
    if again != result.digest:
        place = message("zones.publish.digest_now")
        result.differences.append(Difference(f"{PUBLISHED_FOLDER}/", place, result.digest, again))
    for name in frames:
        file = f"{PUBLISHED_FOLDER}/{name}.csv"
        carried = set(frames[name].get("digest", pd.Series(dtype="str")))
        result.compared[file] = int(frames[name].select_dtypes("number").count().sum())
        if len(frames[name]) and carried != {result.digest}:
            found = ", ".join(sorted(map(str, carried))) or "–"
            place = message("zones.publish.the_digest")
            result.differences.append(Difference(file, place, result.digest, found))
    held, name = result.folder / _HELD_FILE, _HELD_FILE
    if held.is_file():
        with _told(result, name):
            table = load_table(held, _HELD)
            frames = {**frames, "allocation_targets": table}
            result.compared[name] = int(table.select_dtypes("number").count().sum())
    result.differences += [_twin_difference(item) for item in twin_differences(frames)]


def _twin_difference(item: TwinFigures) -> Difference:
    is_held = item.table == _HELD.name
    name = _HELD_FILE if is_held else f"{PUBLISHED_FOLDER}/{item.table}.csv"
    return Difference(name, item.place, _figure(item.expected), _figure(item.found))


def _map_data(path: Path) -> dict[str, Any]:
    from maps.interactive.page_data import read_page_data

    if path.stat().st_size > _MAP_BYTES:
        raise InputError("maps.interactive.not_our_map")
    return read_page_data(path.read_text(encoding="utf-8", errors="replace"))


def _map_digest(path: Path) -> str:
    return str(_map_data(path).get("digest", ""))


def _atlas_digest(path: Path) -> str:
    with opened_pdf(path) as reader:
        found: dict[str, Any] = dict(reader.metadata or {})
        return str(found.get("/Digest", ""))


def _check_map(content: AnnexContent, path: Path) -> tuple[int, list[Difference]]:
    """Figures of the map's data against the printed frames."""
    data = _map_data(path)
    try:
        pairs = _map_pairs(content, data)
        differences = [
            Difference(path.name, place, _figure(expected), _figure(found))
            for place, expected, found in pairs
            if not _close(expected, found)
        ]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputError("zones.publish.map_data_not_ours", path=path) from error
    return len(pairs), differences


def _map_pairs(content: AnnexContent, data: dict[str, Any]) -> list[_Pair]:
    """Place, printed figure and figure of the map, for every figure that both have."""
    from maps.interactive.page_data import MEASURES

    codes = data["communes"]["code"]
    pairs: list[_Pair] = []
    for zone in data["zones"]:
        rows = content.zones[content.zones["zone"] == zone["id"]].set_index("commune_code")
        for measure, (name, _) in MEASURES.items():
            if name in rows.columns:
                values = zone["values"].get(measure, [None] * len(codes))
                pairs += _column(f"{zone['id']}, {name}", rows[name], codes, values)
        pairs += _planned_pairs(content, zone, codes) + _told_pairs(content, zone, codes)
    if data["cover"] is not None:
        rows = content.forest_cover.iloc[:-1].set_index("commune_code")
        last = content.forest_cover.iloc[-1]
        for name in (*_COVER, "cover_percent"):
            pairs += _column(name, rows[name], codes, data["cover"][name])
            place = placed(message("zones.publish.province"), name)
            pairs.append((place, float(last[name]), data["cover"]["province"][name]))
    targets = content.targets.set_index("target")
    for item in data["targets"]:
        row = targets.loc[item["target"]]
        pairs += [(f"{item['target']}, {name}", float(row[name]), item[name]) for name in _TARGETS]
    return pairs


def _column(
    name: str, expected: pd.Series[float], codes: list[str], found: list[Any]
) -> list[_Pair]:
    return [
        (f"{code}, {name}", float(expected.get(code, np.nan)), value)
        for code, value in zip(codes, found, strict=True)
    ]


def _planned_pairs(content: AnnexContent, zone: dict[str, Any], codes: list[str]) -> list[_Pair]:
    if content.allocation is None or "years" not in zone:
        return []
    rows = content.allocation[content.allocation["zone"] == zone["id"]]
    sums = rows.groupby(["year", "commune_code"])["planned_ha"].sum()
    pairs: list[_Pair] = []
    for year, values in zone["years"].items():
        known = sums.loc[int(year)] if int(year) in sums.index.levels[0] else pd.Series(dtype=float)
        column = known.reindex(codes).fillna(0.0)
        pairs += _column(f"{zone['id']}, {year}", column, codes, values)
    return pairs


def _told_pairs(content: AnnexContent, zone: dict[str, Any], codes: list[str]) -> list[_Pair]:
    """Figures of a zone over the years, each teller's, and their sums."""
    if content.progress is None or "told" not in zone:
        return []
    rows = content.progress[content.progress["zone"] == zone["id"]]
    areas = rows.set_index(["told_by", "year", "commune_code"])["area_ha"]
    pairs: list[_Pair] = []
    for teller, told in zone["told"].items():
        if teller == "now":
            continue
        for year, values, whole in zip(told["years"], told["values"], told["whole"], strict=True):
            column = areas.loc[teller, int(year)]
            place = f"{zone['id']}, {teller} {year}"
            pairs += _column(place, column, codes, values)
            of_province = placed(message("zones.publish.province"), place)
            pairs.append((of_province, float(column.loc[""]), whole))
    return pairs


def _close(expected: float, found: Any) -> bool:
    if found is None:
        return bool(np.isnan(expected))
    return bool(abs(expected - float(found)) <= 10**-_NAMED)


def _figure(value: Any) -> str:
    return "…" if value is None or pd.isna(value) else f"{float(value):.12g}"


_CHECKS: dict[str, Callable[[AnnexContent, Path], tuple[int, list[Difference]]]] = {
    "annex.xlsx": check_workbook,
    "annex.docx": check_document,
    "map.html": _check_map,
}
_DIGESTS: dict[str, Callable[[Path], str]] = {
    "annex.xlsx": workbook_digest,
    "annex.docx": document_digest,
    "map.html": _map_digest,
    "atlas.pdf": _atlas_digest,
}
