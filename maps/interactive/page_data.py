"""From frames to the data of a page: one entry per commune in each list, in the order of codes.

Hectares are written to 0.0001 ha (one square metre), ratios to six decimals, cover rates to four:
finer than any page prints them. Missing values are ``null``, never zero.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.errors import InputError
from layers.base.json_text import parsed_json
from layers.base.language import Phrase
from layers.base.remembered import remembered
from layers.crs.transform import WGS84, to_crs
from maps.interactive.content import LIMITS, TELLERS, ColouredPlots, MapContent
from maps.interactive.coverage import EncodedShapes, encode_coverage, encode_lines
from maps.interactive.plot_picture import picture_entry
from maps.interactive.policy import tile_sources
from maps.layout.words import phrase
from maps.symbols.classes import Classing, classify, fixed_classes
from maps.symbols.legends import BELOW_ZERO, NO_DATA, ZERO, scale_colours

#: Digits of a sum of planned hectares that are hectares, and no dust of the addition.
_DUST_DECIMALS = 9
_OUTLINE_LIMIT = 60_000

Values = npt.NDArray[np.float64]
#: What is told of a zone, and its classes
_Told = tuple[dict[str, Any], list[dict[str, Any]]]

# Measure: column of the zone table, decimals written.
MEASURES: dict[str, tuple[str, int]] = {
    "present": ("present_ha", 4),
    "share": ("share_ratio", 6),
    "held": ("held_ratio", 6),
    "available": ("available_ha", 4),
    "gap": ("gap_ha", 4),
}


def build_page_data(content: MapContent) -> dict[str, Any]:
    """Build what the page carries."""
    # GEOS works without Python's lock: the borders are simplified while the zones are classed.
    with ThreadPoolExecutor(max_workers=1) as borders:
        ground = borders.submit(page_ground, content)
        figures = page_figures(content)
        drawn = ground.result()
    return {**drawn, **figures, "notes": [*drawn["notes"], *figures["notes"]]}


def page_ground(content: MapContent) -> dict[str, Any]:
    """Build what stays as it is when figures change: title, shapes, what lies around."""
    layers = [content.communes]
    if content.neighbours is not None and len(content.neighbours):
        layers.append(content.neighbours)
    encoded = encode_coverage(layers)
    shapes = encoded[0]
    notes = _commune_notes(content, shapes)
    outlines = _outlines(content.plot_outlines, shapes, notes)
    codes = pd.Index(content.communes["commune_code"])
    return {
        "title": {"vi": content.title_vi, "en": content.title_en},
        "language": content.language,
        "demo": content.demo,
        "grid": [shapes.west, shapes.south, shapes.step],
        "bounds": _bounds(content.communes),
        "communes": {
            "code": list(codes),
            "name": content.communes["commune"].tolist(),
            "kind": content.communes["kind"].tolist(),
            "area": _numbers(content.communes["official_area_ha"].to_numpy(), 4),
            "rings": shapes.rings,
            "point": shapes.points,
        },
        "limits": list(LIMITS),
        "colours": _colours(),
        "neighbours": _neighbours(content, encoded),
        "outlines": outlines,
        "tiles": [[tile.host, tile.address] for tile in tile_sources(content.tile_hosts)],
        "sources": _sources(content.sources),
        "notes": [{"vi": note.vi, "en": note.en} for note in notes],
    }


def page_figures(content: MapContent) -> dict[str, Any]:
    """Build the figures of a page, which an edit of the plan changes."""
    codes = pd.Index(content.communes["commune_code"])
    notes: list[Phrase] = []
    told = {} if content.progress is None else _told(content.progress, content.communes)
    zones = [
        _zone_entry(content, row, codes, told, notes) for row in content.zones.to_dict("records")
    ]
    return {
        "digest": content.digest,
        "measures": _measures(content, notes),
        "zones": zones,
        "targets": _targets(content.targets),
        "cover": _cover(content, codes),
        "coverPath": _cover_path(content, codes),
        "coverClasses": _cover_classes(content),
        "warnings": _warnings(content, codes),
        "notes": [{"vi": note.vi, "en": note.en} for note in notes],
    }


def read_page_data(page: str) -> dict[str, Any]:
    """Read the data back out of a page."""
    block = r'<script type="application/json" id="page-data">(.*?)</script>'
    found = re.search(block, page, re.DOTALL)
    try:
        data = parsed_json(found.group(1) if found else "")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise InputError("maps.interactive.not_our_map")
    return data


def _sources(frame: pd.DataFrame | None) -> list[dict[str, str]]:
    if frame is None:
        return []
    told = frame[["date", "source"]].assign(
        vi=frame.get("layer_vi", frame["layer"]), en=frame.get("layer_en", frame["layer"])
    )
    return [
        {str(name): "" if pd.isna(cell) else str(cell) for name, cell in row.items()}
        for row in told.to_dict("records")
    ]


def _bounds(communes: gpd.GeoDataFrame) -> list[float]:
    west, south, east, north = to_crs(communes.geometry, WGS84).total_bounds
    return [round(float(edge), 6) for edge in (south, west, north, east)]


def _targets(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = ["low", "high", "present", "held_ratio", "shortfall", "surplus"]
    # What the plan prints, where it is handed over: low and high hold the tolerance as well.
    told = ("figure_low", "figure_high", "low_interval", "high_interval")
    columns += [name for name in told if name in frame]
    figures = {column: _numbers(frame[column].to_numpy("float64"), 6) for column in columns}
    texts = ["target", "zone", "bound", "unit", "status"]
    texts += ["verdict"] if "verdict" in frame else []
    main = _main_targets(frame)
    said = {name: frame[name].astype("str").tolist() for name in texts}
    return [
        {
            **{name: said[name][row] for name in texts},
            "main": row in main,
            "year": None if pd.isna(year) else int(year),
            **{column: figures[column][row] for column in columns},
        }
        for row, year in enumerate(frame["year"])
    ]


def _main_targets(frame: pd.DataFrame) -> set[int]:
    """Rows drawn in the chart: per zone the first target of its whole area in ha."""
    areas = frame["unit"].eq("ha") & frame["zone"].ne("")
    if "indicator" in frame:
        areas &= frame["indicator"].eq("area")
    if "commune_code" in frame:  # What one commune is to have is not asked of the zone
        areas &= frame["commune_code"].fillna("").eq("")
    first = frame[areas].drop_duplicates("zone").index
    return {int(row) for row in first}


_COVER = {
    "natural_area_ha": 4,
    "natural_forest_ha": 4,
    "planted_forest_ha": 4,
    "not_yet_forest_ha": 4,
    "cover_percent": 4,
}


def _cover(content: MapContent, codes: pd.Index) -> dict[str, Any] | None:
    frame = content.forest_cover
    if frame is None or frame.empty:
        return None
    rows = frame.iloc[:-1].set_index("commune_code").reindex(codes)
    last = frame.iloc[[-1]]
    columns: dict[str, Any] = {
        column: _numbers(rows[column].to_numpy(), decimals) for column, decimals in _COVER.items()
    }
    columns["province"] = {
        "name": str(last["commune"].iloc[0]),
        **{name: _numbers(last[name].to_numpy(), decimals)[0] for name, decimals in _COVER.items()},
    }
    if not last["commune_code"].iloc[0]:  # Several provinces have no code
        columns["province"]["region"] = True
    targets = _province_rates(content.targets)
    if "low_interval" in targets and len(judged := targets.dropna(subset="low_interval")):
        first = judged.iloc[0]
        ends = np.array([first["low_interval"], first["high_interval"]], dtype="float64")
        columns["province"]["interval"] = _numbers(ends, 4)
        columns["province"]["drawn"] = first.get("interval_from", "") == "boundaries"
    return columns


_PATH = {"rate": "cover_percent", "low": "low_percent", "high": "high_percent"}


def _cover_path(content: MapContent, codes: pd.Index) -> dict[str, Any] | None:
    """Rates to come with their band: lists of the years, in each one entry for every commune."""
    path, cover = content.cover_path, content.forest_cover
    if path is None or path.empty or cover is None:
        return None
    province = cover["commune_code"].iloc[-1]
    tables = {
        name: path.pivot_table(index="commune_code", columns="year", values=column)
        for name, column in _PATH.items()
    }
    return {
        "years": [int(year) for year in tables["rate"].columns],
        **{
            name: [_numbers(column, 2) for column in table.reindex(codes).to_numpy("float64").T]
            for name, table in tables.items()
        },
        "province": {
            name: _numbers(table.loc[province].to_numpy("float64"), 4)
            for name, table in tables.items()
        },
        "targets": _cover_targets(content.targets),
    }


def _province_rates(targets: pd.DataFrame) -> pd.DataFrame:
    """Targets of the forest cover rate of the province."""
    if "indicator" not in targets:
        return targets.iloc[:0]
    rows = targets[targets["indicator"].eq("forest_cover_rate") & targets["zone"].eq("")]
    return rows[rows["commune_code"].fillna("").eq("")] if "commune_code" in rows else rows


def _cover_targets(targets: pd.DataFrame) -> list[list[float | int | None]]:
    """Year and rate of each target of the forest cover rate of the province."""
    rows = _province_rates(targets).dropna(subset=["year", "low"])
    return [
        [int(year), *_numbers([low], 4)]
        for year, low in zip(rows["year"], rows["low"], strict=True)
    ]


def _cover_classes(content: MapContent) -> list[dict[str, Any]]:
    if content.forest_cover is None or content.forest_cover.empty:
        return []
    values = content.forest_cover["cover_percent"].iloc[:-1].to_numpy("float64")
    if content.cover_path is not None:
        # One classing for all years, or the colours of the slider could not be compared.
        codes = content.forest_cover["commune_code"].iloc[:-1]
        mine = content.cover_path["commune_code"].isin(codes)
        values = np.append(values, content.cover_path.loc[mine, "cover_percent"].to_numpy())
    return [_classing_entry(classify(values, scheme="pretty"))]


def _colours() -> dict[str, Any]:
    scales: dict[str, Any] = {
        measure: [scale_colours(measure, count) for count in range(1, 9)]
        for measure in (*MEASURES, "planned", "cover")
    }
    return {**scales, "below": BELOW_ZERO, "zero": ZERO, "none": NO_DATA}


def _measures(content: MapContent, notes: list[Phrase]) -> list[str]:
    frame = content.zone_communes
    known = {name for name in frame.columns if frame[name].notna().any()}
    there = {
        "present": True,
        "share": True,
        "held": "held_ratio" in known,
        "planned": content.planned is not None and len(content.planned) > 0,
        "cover": content.forest_cover is not None and len(content.forest_cover) > 0,
        "available": "available_ha" in known,
    }
    notes += [phrase(f"map.no_{measure}") for measure, is_there in there.items() if not is_there]
    order = [*there, "gap"] if "gap_ha" in known else list(there)
    return [measure for measure in order if there.get(measure, True)]


def _neighbours(content: MapContent, encoded: list[EncodedShapes]) -> dict[str, Any] | None:
    if len(encoded) < 2 or content.neighbours is None:
        return None
    names = (
        content.neighbours["commune"].astype(str).tolist()
        if "commune" in content.neighbours
        else [""] * len(content.neighbours)
    )
    return {"rings": encoded[1].rings, "point": encoded[1].points, "name": names}


def _outlines(
    plots: gpd.GeoDataFrame | ColouredPlots | None, grid: EncodedShapes, notes: list[Phrase]
) -> dict[str, Any] | None:
    if plots is None:
        return None
    if isinstance(plots, ColouredPlots):
        return picture_entry(plots)
    if plots.empty:
        return None
    lines, vertices = encode_lines(plots, grid, limit=_OUTLINE_LIMIT)
    if not vertices:
        return None
    if not lines:
        notes.append(phrase("map.outlines", count=vertices, most=_OUTLINE_LIMIT))
        return None
    return {"lines": lines}


def _warnings(content: MapContent, codes: pd.Index) -> list[list[Any]]:
    if content.warnings is None:
        return []
    rows = codes.get_indexer(pd.Index(content.warnings["commune_code"]))
    return [
        [int(row), vi, en]
        for row, vi, en in zip(
            rows, content.warnings["message_vi"], content.warnings["message_en"], strict=True
        )
    ]


def _commune_notes(content: MapContent, shapes: EncodedShapes) -> list[Phrase]:
    bare = [row for row, rings in enumerate(shapes.rings) if rings is None]
    if not bare:
        return []
    names = [str(content.communes["commune"].iloc[row]) for row in bare[:5]]
    more = "…" if len(bare) > 5 else ""
    return [phrase("map.no_boundary", count=len(bare), names=", ".join(names) + more)]


def _numbers(values: Any, decimals: int) -> list[float | int | None]:
    """Round figures for the page."""
    rounded = np.round(np.asarray(values, dtype=np.float64), decimals)
    return [
        None if value != value else int(value) if value.is_integer() else value
        for value in rounded.tolist()
    ]


def _zone_entry(
    content: MapContent,
    zone: dict[Any, Any],
    codes: pd.Index,
    told: dict[str, _Told],
    notes: list[Phrase],
) -> dict[str, Any]:
    """Gather one zone."""
    frame = content.zone_communes
    rows = frame[frame["zone"] == zone["zone"]].set_index("commune_code").reindex(codes)
    listed = rows["listed"].eq(True).to_numpy()
    entry: dict[str, Any] = {
        "id": zone["zone"],
        "name": {"vi": zone["name_vi"], "en": zone["name_en"]},
        "list": zone["list"],
        "listed": np.flatnonzero(listed).tolist(),
        "values": {},
        "classes": {},
    }
    for measure, (column, decimals) in MEASURES.items():
        if column not in rows:
            continue
        values = pd.to_numeric(rows[column]).to_numpy("float64", na_value=np.nan)
        if np.isnan(values).all():
            continue
        entry["values"][measure] = _numbers(values, decimals)
        entry["classes"][measure] = _classings(measure, values)
    if "binding" in rows and rows["binding"].notna().any():
        entry["limits"] = _limits(rows["binding"])
    if "low_interval_ha" in rows and rows["low_interval_ha"].notna().any():
        entry["interval"] = _interval(rows)
    if zone["zone"] in told:
        entry["told"], entry["classes"]["told"] = told[zone["zone"]]
    said = [note.text for note in content.verdicts if note.zone == zone["zone"]]
    if said:
        entry["said"] = [{"vi": text.vi, "en": text.en} for text in said]
    _note_zone(zone, rows["present_ha"].to_numpy("float64", na_value=np.nan), notes)
    planned = _planned(content.planned, zone["zone"], codes)
    if planned is None and content.planned is not None:
        notes.append(phrase("map.zone_unplanned", zone=_name(zone)))
    if planned is not None:
        years, by_year, total = planned
        entry["values"]["planned"] = _numbers(total, 4)
        entry["classes"]["planned"] = _classings("planned", total)
        entry["years"] = {
            str(year): _numbers(values, 4) for year, values in zip(years, by_year, strict=True)
        }
        # One classing for all years, or the colours of the slider could not be compared.
        entry["classes"]["year"] = _classings("planned", np.concatenate(by_year))
    return entry


@remembered()
def _told(frame: pd.DataFrame, communes: gpd.GeoDataFrame) -> dict[str, _Told]:
    """Hectares by year as each tells them: of the communes, and of those that told together."""
    found, codes = {}, pd.Index(communes["commune_code"])
    for zone, mine in frame.groupby("zone", sort=False):
        now = mine[mine["present"].astype(bool)]
        # Who tells the present area, and of what year it is
        who = [now["told_by"].iloc[0], str(now["year"].iloc[0])] if len(now) else ["", ""]
        areas = mine.loc[mine["commune_code"] != "", "area_ha"].to_numpy("float64")
        by_teller = dict(iter(mine.groupby("told_by", sort=False)))
        tellers = {one: _told_by(by_teller[one], codes) for one in TELLERS if one in by_teller}
        # One classing for all years and tellers, or the colours could not be compared.
        found[str(zone)] = {"now": who} | tellers, _classings("present", areas)
    return found


def _told_by(rows: pd.DataFrame, codes: pd.Index) -> dict[str, Any]:
    """Hectares of one zone by year as one tells them."""
    together = rows["commune_code"] == ""
    whole, own = rows[together].sort_values("year"), rows[~together]
    years = pd.Index(whole["year"])
    table = np.full((len(years), len(codes)), np.nan)
    keys = (years, own["year"]), (codes, own["commune_code"])
    places = tuple(known.get_indexer(pd.Index(told)) for known, told in keys)
    table[places] = own["area_ha"].to_numpy("float64", na_value=np.nan)
    return {
        "years": [str(year) for year in years],
        "values": [_numbers(values, 4) for values in table],
        "whole": _numbers(whole["area_ha"].to_numpy(), 4),
        "communes": whole["communes"].tolist(),
        "expected": whole["expected"].tolist(),
    }


def _interval(rows: pd.DataFrame) -> dict[str, list[Any]]:
    """How sure the present areas are: ends, weight of a commune's own points, words."""
    columns = {"low": "low_interval_ha", "high": "high_interval_ha", "own": "own_weight_ratio"}
    told = {
        key: _numbers(pd.to_numeric(rows[column]).to_numpy("float64", na_value=np.nan), 4)
        for key, column in columns.items()
    }
    words = {name: rows[name].fillna("").tolist() for name in ("verdict", "unsure")}
    return told | words


def _limits(binding: pd.Series) -> list[int | None]:
    """Write limits by their place in the vocabulary, which the page carries once."""
    places = {limit: place for place, limit in enumerate(LIMITS)}
    return [None if pd.isna(limit) else places[limit] for limit in binding]


def _classings(measure: str, values: Values) -> list[dict[str, Any]]:
    found = [classify(values, scheme="natural")]
    if measure == "held":
        fixed = fixed_classes()
        # Shares that all stay in the first class would make a map of one colour; the fixed
        # classes then come second, for the reader to choose.
        telling = bool((values[np.isfinite(values)] > fixed.breaks[0]).any())
        found = [fixed, *found] if telling else [*found, fixed]
    return [_classing_entry(classing) for classing in found]


def _classing_entry(classing: Classing) -> dict[str, Any]:
    """Write classes for the page."""
    return {"scheme": classing.scheme, "breaks": list(classing.breaks)}


def _planned(
    frame: pd.DataFrame | None, zone: str, codes: pd.Index
) -> tuple[list[int], list[Values], Values] | None:
    if frame is None:
        return None
    rows = frame[frame["zone"] == zone]
    if rows.empty:
        return None
    years = sorted(int(year) for year in frame["year"].unique())
    values = rows["planned_ha"].to_numpy("float64", na_value=np.nan)
    places = codes.get_indexer(pd.Index(rows["commune_code"]))
    table = np.zeros((len(codes), len(years)))
    known = np.zeros(len(codes), dtype=bool)
    known[np.setdiff1d(np.arange(len(codes)), places)] = True
    known[places[~np.isnan(values)]] = True
    columns = np.searchsorted(years, rows["year"].to_numpy("int64"))
    np.add.at(table, (places, columns), np.nan_to_num(values))
    # A commune without a row in a year is planned nothing in that year; a row without a figure
    # says that nobody knows.
    table[~known] = np.nan
    # 0.3 + 1.1 is 1.4 and a little: that little would be the border of a class
    return years, list(table.T.round(_DUST_DECIMALS)), table.sum(axis=1).round(_DUST_DECIMALS)


def _name(zone: dict[Any, Any]) -> Phrase:
    return Phrase(en=zone["name_en"], vi=zone["name_vi"])


def _note_zone(zone: dict[Any, Any], present: Values, notes: list[Phrase]) -> None:
    known = present[~np.isnan(present)]
    if not len(known):
        notes.append(phrase("map.zone_unmeasured", zone=_name(zone)))
    elif not known.any():
        notes.append(phrase("map.zone_zero", zone=_name(zone)))
    elif len(np.unique(known)) == 1 and len(known) > 1:
        notes.append(phrase("map.zone_same", zone=_name(zone)))
