"""Symbology of printed maps, read from the editable tables of ``data/legends/``.

Fills are kept apart for colour-blind readers by lightness as well as hue, and every zone has a
hatch of its own, so that a print in grey can still be read. The interactive map takes ColorBrewer's
scales, which come with branca: a hue per measure, zero and what lies below it beside the scale, and
no data a hatch, never a colour.
"""

from __future__ import annotations

import csv
import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from layers.base.errors import InputError
from layers.base.files import require_file
from layers.base.language import Phrase
from layers.base.resources import data_path

ZERO = "#faf7ee"
NO_DATA = "#d9d9d9"
#: A cold hue, far from the warm scale of the gaps, also for eyes that tell red from green badly.
BELOW_ZERO = "#92c5de"

_SCALES = {
    "present": "YlGnBu",
    "share": "YlGnBu",
    "held": "YlGnBu",
    "planned": "YlOrBr",
    "cover": "YlGn",
    "available": "BuPu",
    "gap": "OrRd",
}
_LIGHTEST_LEFT_OUT = 1

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_HATCHES = frozenset("/\\|-+xoO.*")
_SPARE = "spare_"


@dataclass(frozen=True, slots=True)
class AreaSymbol:
    """How areas of a zone, a crop or a land class are drawn; ``hatch`` as matplotlib writes it."""

    symbol: str
    name: Phrase
    fill: str
    hatch: str = ""
    hatch_colour: str = "#000000"


@dataclass(frozen=True, slots=True)
class LineSymbol:
    """How lines are drawn: width and dashes in points, ``casing`` a broad line beneath."""

    symbol: str
    name: Phrase
    colour: str
    width_pt: float
    dashes: tuple[float, ...] = ()
    casing: str = ""


@dataclass(frozen=True, slots=True)
class ClassSymbol:
    """One class of a choropleth: from this percentage, inclusive, up to the next class."""

    from_percent: float
    fill: str


Rows = list[dict[str, str]]


def _read(
    name: str, folder: Path | None, columns: tuple[str, ...], colours: tuple[str, ...]
) -> Rows:
    path = data_path("legends", name) if folder is None else folder / name
    # A project may edit one table of symbols and leave the others as they are.
    if not path.exists():
        path = data_path("legends", name)
    with require_file(path).open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, restval="")
        found = list(reader.fieldnames or ())
        rows = [{key: value for key, value in row.items() if key} for row in reader]
    missing = [column for column in columns if column not in found]
    if missing:
        raise InputError(
            "maps.symbols.legend_columns_missing", file=path.name, missing=missing, found=found
        )
    _check(path, rows, colours)
    return rows


def _check(path: Path, rows: Rows, colours: tuple[str, ...]) -> None:
    faults = [
        f"{path.name}:{line} {name}={row[name]!r}"
        for line, row in enumerate(rows, start=2)
        for name in colours
        if row[name] and not _COLOUR.match(row[name])
    ]
    faults += [
        f"{path.name}:{line} hatch={row['hatch']!r}"
        for line, row in enumerate(rows, start=2)
        if set(row.get("hatch", "")) - _HATCHES
    ]
    if faults:
        raise InputError("maps.symbols.bad_colours_or_hatches", count=len(faults), faults=faults)


@lru_cache(maxsize=8)
def load_area_symbols(name: str, folder: Path | None = None) -> dict[str, AreaSymbol]:
    """Symbols of areas."""
    columns = ("symbol", "name_vi", "name_en", "fill", "hatch", "hatch_colour")
    rows = _read(f"{name}.csv", folder, columns, ("fill", "hatch_colour"))
    return {
        row["symbol"]: AreaSymbol(
            row["symbol"],
            Phrase(en=row["name_en"], vi=row["name_vi"]),
            row["fill"],
            row["hatch"],
            row["hatch_colour"] or "#000000",
        )
        for row in rows
    }


@lru_cache(maxsize=8)
def load_line_symbols(folder: Path | None = None) -> dict[str, LineSymbol]:
    """Symbols of lines: boundaries, roads, rivers, grid."""
    columns = ("symbol", "name_vi", "name_en", "colour", "width_pt", "dashes", "casing")
    rows = _read("lines.csv", folder, columns, ("colour", "casing"))
    try:
        return {
            row["symbol"]: LineSymbol(
                row["symbol"],
                Phrase(en=row["name_en"], vi=row["name_vi"]),
                row["colour"],
                float(row["width_pt"]),
                tuple(float(length) for length in row["dashes"].split()),
                row["casing"],
            )
            for row in rows
        }
    except ValueError as error:
        raise InputError("maps.symbols.bad_line_widths", error=error) from error


@lru_cache(maxsize=8)
def load_class_symbols(name: str, folder: Path | None = None) -> tuple[ClassSymbol, ...]:
    """Classes of a choropleth."""
    rows = _read(f"{name}.csv", folder, ("from_percent", "fill"), ("fill",))
    try:
        ends = [float(row["from_percent"]) for row in rows]
    except ValueError:
        ends = []
    if not ends or ends != sorted(set(ends)):
        found = [row["from_percent"] for row in rows[:5]]
        raise InputError("maps.symbols.percents_not_ascending", name=name, found=found)
    return tuple(ClassSymbol(end, row["fill"]) for end, row in zip(ends, rows, strict=True))


def zone_symbols(
    zone_names: pd.DataFrame, *, crops: dict[str, str] | None = None, folder: Path | None = None
) -> dict[str, AreaSymbol]:
    """Symbol of every zone: its own, that of its crop, or a spare one."""
    table = load_area_symbols("zones", folder)
    spare = itertools.cycle(symbol for key, symbol in table.items() if key.startswith(_SPARE))
    made: dict[str, AreaSymbol] = {}
    for row in zone_names.itertuples(index=False):
        zone = str(row.zone)
        crop = (crops or {}).get(zone, zone)
        known = table.get(zone) or table.get(crop)
        drawn = known if known is not None else next(spare)
        name = Phrase(en=str(row.name_en), vi=str(row.name_vi))
        made[zone] = AreaSymbol(zone, name, drawn.fill, drawn.hatch, drawn.hatch_colour)
    return made


def scale_colours(measure: str, classes: int) -> list[str]:
    """Colours of a measure, light to dark."""
    from branca.utilities import color_brewer  # It reads its colours when it is loaded.

    # The lightest step is left out: it would be taken for the paper, or for zero.
    wanted = max(classes + _LIGHTEST_LEFT_OUT, 3)
    colours: list[str] = color_brewer(_SCALES[measure], wanted)
    return colours[-classes:]
