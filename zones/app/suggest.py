"""Which column of a file holds what: suggestions from names and values, each with its reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import message
from layers.communes.gazetteer import communes_on, province_name
from layers.communes.spelling import plain_key
from layers.crs.crs import parse_crs, vn2000_zones
from layers.crs.source import crs_candidates
from layers.kinds.crop_columns import crop_columns
from layers.kinds.crops import crop_named
from layers.kinds.land_use import land_use_codes

#: Beginnings of names that columns have, in plain letters, by what they hold.
_NAMES: dict[str, tuple[str, ...]] = {
    "code": ("code", "maxa", "ma xa", "mahc", "ma hc", "ma", "idxa"),
    "name": ("name", "tenxa", "ten xa", "xa", "commune", "ten"),
    "commune_code": ("commune code", "maxa", "ma xa", "mahc", "code"),
    "commune": ("commune", "tenxa", "ten xa", "xa"),
    "crop": ("crop", "cay trong", "caytrong", "loai cay", "loaicay", "cay", "loai"),
    "plot": ("plot", "so hieu", "sohieu", "so thua", "thua", "so lo", "ma lo", "lo"),
    "planting_year": ("planting year", "nam trong", "namtrong", "namtr", "nam"),
    "year": ("year", "nam"),
    "ledger_ha": ("ledger ha", "dien tich", "dientich", "dtich", "dt", "area ha", "area"),
    "area_ha": ("area ha", "dien tich", "dientich", "dtich", "dt", "ha", "area"),
    "land_use": ("code", "loai dat", "loaidat", "mucdich", "muc dich", "kh", "mdsd"),
}
#: Fields of each kind, the needed ones first.
FIELDS: dict[str, tuple[str, ...]] = {
    "communes": ("code", "name"),
    "crop_plots": ("crop", "commune_code", "commune", "plot", "planting_year", "ledger_ha"),
    "land_use": ("code", "commune_code", "commune", "plot", "ledger_ha"),
    "report": ("commune_code", "crop", "year", "area_ha", "commune"),
}
NEEDED: dict[str, frozenset[str]] = {
    "communes": frozenset({"code", "name"}),
    "crop_plots": frozenset({"crop"}),
    "land_use": frozenset({"code"}),
    "report": frozenset({"commune_code", "commune", "crop", "year", "area_ha"}),
}

#: Fields of which one tells the commune, the surer one first.
EITHER: dict[str, tuple[str, str]] = {
    "communes": ("code", "name"),
    "report": ("commune_code", "commune"),
}

# What was reconciled is a table as the reports are.
FIELDS["reconciled"], NEEDED["reconciled"] = FIELDS["report"], NEEDED["report"]
EITHER["reconciled"] = EITHER["report"]

_AREAS = ("ledger_ha", "area_ha")
_SAMPLE, _SURE = 500, 0.6
#: Degrees on VN-2000, and what a GPS gives.
_IN_DEGREES = (4756, 4326)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A column for a field, and why it is thought to be the one."""

    column: str
    reason: Phrase | None


def needed_fields(kind: str, found: Collection[str]) -> frozenset[str]:
    """Fields that a person must choose a column for: of two that tell the commune one is enough."""
    pair = EITHER.get(kind, ())
    told = next((field for field in pair if field in found), None)
    return NEEDED[kind] if told is None else NEEDED[kind].difference(pair) | {told}


def known_columns(frame: pd.DataFrame, chosen: Mapping[str, str]) -> dict[str, str]:
    """Choices that a file can keep: its own columns, and "" for none."""
    return {field: name for field, name in chosen.items() if not name or name in frame.columns}


def suggest_columns(
    kind: str, frame: pd.DataFrame, *, province: str, chosen: Mapping[str, str] | None = None
) -> dict[str, Suggestion]:
    """Suggest a column of ``frame`` for each field of a kind of layer; no column serves twice.

    Columns that were ``chosen`` lead, as does "", which is no column.
    """
    codes = communes_on(province)
    checks = _checks(set(codes), {plain_key(unit.name) for unit in codes.values()})
    told = known_columns(frame, chosen or {})
    found: dict[str, Suggestion] = {}
    for field in FIELDS[kind]:
        taken = {*told.values(), *(suggestion.column for suggestion in found.values())}
        left = [str(name) for name in frame.columns if name not in taken]
        alias = "land_use" if kind == "land_use" and field == "code" else field
        column = told.get(field)
        best = _best(alias, frame, left if column is None else [column] * bool(column), checks)
        if column:  # Its reason, where there is one, says how well it fits
            best = best or Suggestion(column, None)
        if best is not None:
            found[field] = best
    return found


def misfits(frame: pd.DataFrame, columns: Mapping[str, str]) -> list[Phrase]:
    """Columns of a table of reported areas whose values are no crops, or no years."""
    checks, told = _checks(set(), set()), []
    crop, year = (columns.get(field) for field in ("crop", "year"))
    if crop in frame:
        share, seen = _share(frame[crop], checks["area_ha"])
        if share >= _SURE:
            told.append(
                message("zones.app.no_crops", column=crop, count=round(share * seen), seen=seen)
            )
    if year in frame:
        share, seen = _share(frame[year], checks["year"])
        if share < _SURE:
            told.append(
                message("zones.app.no_years", column=year, count=round(share * seen), seen=seen)
            )
    return told


def wide_crops(frame: pd.DataFrame) -> list[str]:
    """Crops of a table that has a column for each; none where a column holds the crops."""
    if any(_share(frame[name], _checks(set(), set())["crop"])[0] >= _SURE for name in frame):
        return []
    found = crop_columns(frame)
    return list(found.crops.values()) if found else []


def _best(
    alias: str,
    frame: pd.DataFrame,
    columns: Sequence[str],
    checks: Mapping[str, Callable[[str], bool]],
) -> Suggestion | None:
    scored = []
    for place, column in enumerate(columns):
        named = _named(column, _NAMES[alias])
        check = checks.get(alias)
        share, seen = _share(frame[column], check) if check else (0.0, 0)
        if alias in _AREAS:  # A running number is a number too: only its name tells hectares
            score = named * share
        else:
            # What the values say weighs more than what a column is called.
            score = (2.0 * share if share >= _SURE else 0.0) + named
            if check and seen and share < _SURE:
                score = min(score, named * share)
        scored.append((score, -place, column, share, seen))
    score, _, column, share, seen = max(scored, default=(0.0, 0, "", 0.0, 0))
    if score < 0.3:
        return None
    if share >= _SURE and alias not in _AREAS:
        reason = message("zones.app.by_values", count=round(share * seen), seen=seen)
    else:
        reason = message("zones.app.by_name")
    return Suggestion(column, reason)


def _named(column: str, names: Sequence[str]) -> float:
    plain = _plain(column)
    for place, name in enumerate(names):
        if plain == name or plain.replace(" ", "") == name.replace(" ", ""):
            return 1.0 - place / 20
        if (len(name) > 2 and plain.startswith(name)) or plain.startswith(name + " "):
            return 0.7 - place / 20
    return 0.0


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


def _checks(codes: set[str], names: set[str]) -> dict[str, Callable[[str], bool]]:
    def is_code(text: str) -> bool:
        return text.removesuffix(".0").zfill(5) in codes

    def is_name(text: str) -> bool:
        bare = re.sub(r"^(xã|phường|đặc khu) ", "", text.lower())
        return plain_key(text) in names or plain_key(bare) in names

    def is_year(text: str) -> bool:
        return bool(re.fullmatch(r"(19|20)\d\d(\.0)?", text))

    def is_crop(text: str) -> bool:
        return bool(crop_named(text)[0])

    def is_number(text: str) -> bool:
        return bool(re.fullmatch(r"\d[\d.,]*", text))

    return {
        "code": is_code,
        "commune_code": is_code,
        "name": is_name,
        "commune": is_name,
        "planting_year": is_year,
        "year": is_year,
        "crop": is_crop,
        "ledger_ha": is_number,
        "area_ha": is_number,
        "land_use": lambda text: text.upper() in land_use_codes(),
    }


def _share(values: pd.Series, check: Callable[[str], bool]) -> tuple[float, int]:
    """Share of the values that pass, and how many were looked at."""
    known = values.dropna()
    texts = [str(value).strip() for value in known.head(_SAMPLE)]
    if not texts:
        return 0.0, 0
    return sum(map(check, texts)) / len(texts), len(texts)


def crs_choices(province: str) -> list[dict[str, str]]:
    """CRS that a file without one may have: the province's own first, then those of the others."""
    provinces = vn2000_zones().groupby("epsg")
    return [
        {
            "crs": f"EPSG:{epsg}",
            "name": _zone_name(provinces.get_group(epsg))
            if epsg in provinces.groups
            else parse_crs(f"EPSG:{epsg}").name,
        }
        for epsg in (*crs_candidates(province), *_IN_DEGREES)
    ]


def _zone_name(rows: pd.DataFrame) -> str:
    names = ", ".join(province_name(code) for code in rows["province_code"])
    return f"VN-2000 {rows['central_meridian'].iloc[0]} · {names}"


def guess_kind(frame: pd.DataFrame, *, polygons: bool, forest: bool, province: str) -> str:
    """Kind of layer that a file is most likely."""
    if not polygons:
        return "report"
    if forest:
        return "forest_status"
    units = communes_on(province)
    columns = suggest_columns("communes", frame, province=province)
    for suggestion in columns.values():  # Each commune once, by its code or its name
        values = frame[suggestion.column].dropna().astype(str).str.removesuffix(".0")
        if values.is_unique and 1 < len(values) <= 2 * len(units):
            return "communes"
    if "crop" in suggest_columns("crop_plots", frame, province=province):
        return "crop_plots"
    is_code = _checks(set(), set())["land_use"]
    sure = any(_share(frame[column], is_code)[0] >= _SURE for column in frame.columns)
    return "land_use" if sure else "crop_plots"
