"""A file looked at: what it is, its CRS and place, first rows, and what its columns may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import geopandas as gpd
import pandas as pd
import pyproj
import rasterio
import shapely

from layers.base.errors import InputError
from layers.base.messages import message
from layers.crs.source import decide_crs, place_layer
from layers.crs.transform import WGS84, to_crs
from layers.io.declared_crs import declared_crs
from layers.io.endings import WORKBOOK_KINDS
from layers.io.legacy_encoding import decode_texts
from layers.io.raster_source import open_raster
from layers.io.table import read_table
from layers.io.values import two_readings
from layers.io.vector import describe_vector, list_layers, load_vector
from layers.io.workbook import sheet_names
from layers.kinds.crops import crop_named, near_crop
from zones.app.desk import Desk, words
from zones.app.doubts import communes_in_doubt
from zones.app.entries import entries, entry_of
from zones.app.kinds import form_of
from zones.app.listed import year_said
from zones.app.look_forest import code_tables, forest_columns, is_forest
from zones.app.project_file import project_path
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.app.suggest import (
    EITHER,
    FIELDS,
    Suggestion,
    crs_choices,
    guess_kind,
    misfits,
    needed_fields,
    suggest_columns,
    wide_crops,
)
from zones.project.yaml import read_document

_FIRST_ROWS, _MOST_CROPS, _MOST_CLASSES = 6, 60, 40
_MOST_POINTS = 2_000

Kind = Literal[
    "communes", "forest_status", "crop_plots", "land_use", "report", "reconciled", "raster"
]


class At(Question):
    """A file of this machine, and a layer or sheet of it where it has several."""

    path: str
    layer: str | None = None
    sheet: str | None = None
    kind: Kind | None = None
    name: str = ""  # Entry of the project that is looked at again
    crs: str | None = None  # To be tried: "" is the file's own; None, what nobody tried yet
    columns: dict[str, str] | None = None  # As a person chose them, "" is none; else the entry's


def look(desk: Desk, asked: At) -> dict[str, Any]:
    """What a file is: layers, CRS, encoding, first rows, place, and what its columns may hold."""
    path = desk.session.inside(asked.path)
    if not path.exists():
        raise RefusedError(404, message("zones.app.no_file", path=asked.path))
    form = form_of(path)
    if form == "document":
        return {"path": str(path), "form": form}
    if form == "raster":
        return _look_at_raster(path, asked, desk)
    if form == "table":
        return _look_at_table(path, asked, desk)
    return _look_at_polygons(path, asked, desk)


def parts_of(path: Path, *, named: str = "") -> list[str]:
    """Layers or sheets of a file, a hidden sheet only where it is ``named``."""
    form = form_of(path)
    if form == "polygons":
        return list_layers(path)
    is_workbook = form == "table" and path.suffix.lower() in WORKBOOK_KINDS
    return sheet_names(path, named=named) if is_workbook else []


def _said(desk: Desk, path: Path, asked: At, part: str | None = None) -> dict[str, Any]:
    """What the project says of a file; of one layer or sheet (``part``) where that is known."""
    file = project_path(desk)
    listed = [
        it for it in entries(read_document(file), file.parent) if it["kind"] in get_args(Kind)
    ]
    return entry_of(listed, path, name=asked.name, kind=asked.kind, part=part)


def _part_of(names: list[str], chosen: str | None, said: str) -> str | None:
    """Layer or sheet to look at: as chosen, as the project says, or the only one."""
    if chosen or said in names:
        return chosen or said
    return names[0] if len(names) == 1 else None


def _said_of_part(
    desk: Desk, path: Path, asked: At, part: str | None, parts: list[str]
) -> dict[str, Any]:
    """What the project says of a layer or sheet; the only one stands for one that is gone."""
    said = _said(desk, path, asked, part)
    return said or (_said(desk, path, asked) if len(parts) == 1 else {})


def _look_at_table(path: Path, asked: At, desk: Desk) -> dict[str, Any]:
    own = _said(desk, path, asked).get("sheet", "")
    sheets = parts_of(path, named=own)
    sheet = _part_of(sheets, asked.sheet, own if asked.name else "")
    if sheets and sheet is None:
        return {"path": str(path), "form": "sheets", "sheets": sheets}
    frame = read_table(path, sheet=sheet)
    said = _said_of_part(desk, path, asked, sheet, sheets)
    kind = asked.kind or "report"
    chosen = _chosen(asked, said)
    told = _described(frame, kind, province_of(desk), chosen)
    told["warnings"] = _warnings(frame, told, chosen)
    columns = {item["field"]: item["column"] for item in told["fields"] if item["column"]}
    document = read_document(project_path(desk))
    told |= communes_in_doubt(pd.DataFrame() if "wide" in told else frame, columns, document, said)
    area = next((item["column"] for item in told["fields"] if item["field"] == "area_ha"), None)
    return told | {
        "path": str(path),
        "form": "table",
        "sheets": sheets,
        "sheet": sheet,
        "entry": said.get("name", ""),
        "count": len(frame),
        "two_readings": None if area is None else two_readings(frame[area]),
    }


def _warnings(
    frame: pd.DataFrame, told: dict[str, Any], chosen: dict[str, str]
) -> list[dict[str, str]]:
    """What a table is that no choice of columns makes readable, and columns that do not fit."""
    crops = wide_crops(frame)
    for item in told["fields"]:  # One column is one crop's: none of them is all hectares
        if crops and item["field"] == "area_ha" and "area_ha" not in chosen:
            item |= {"column": None, "reason": None}
    columns = {item["field"]: item["column"] for item in told["fields"] if item["column"]}
    said = misfits(frame, columns)
    if crops:
        said.insert(0, message("zones.app.wide_table", crops=crops))
        told["wide"] = {"year": year_said(frame)}
    return [words(phrase) for phrase in said]


def province_of(desk: Desk) -> str:
    """Code of the province, as the project file says it."""
    return str(read_document(project_path(desk)).get("province", ""))


def _chosen(asked: At, said: dict[str, Any]) -> dict[str, str]:
    """Columns that a person chose; before that, those that the project names."""
    told: dict[str, str] = said.get("columns", {}) if asked.columns is None else asked.columns
    return told


def _look_at_polygons(path: Path, asked: At, desk: Desk) -> dict[str, Any]:
    layers, province = parts_of(path), province_of(desk)
    own = _said(desk, path, asked).get("layer", "") if asked.name else ""
    layer = _part_of(layers, asked.layer, own)
    if layer is None:
        return {"path": str(path), "form": "layers", "layers": layers}
    about = describe_vector(path, layer=layer)
    frame = load_vector(path, layer=layer)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table, told = decode_texts(table, source=path.name)
    said = _said_of_part(desk, path, asked, layer, layers)
    lacking = not _leads_to_a_place(about.crs, path.name)
    if asked.crs:
        frame, _ = place_layer(frame, source=path.name, named=asked.crs, province=province)
    kind = (
        asked.kind
        or said.get("kind")
        or guess_kind(table, polygons=True, forest=is_forest(table), province=province)
    )
    described = _described(table, kind, province, _chosen(asked, said))
    return (
        described
        | _crs_question(asked, said, lacking=lacking, province=province)
        | {
            "path": str(path),
            "form": "polygons",
            "layers": layers,
            "layer": layer,
            "entry": said.get("name", ""),
            "driver": about.driver,
            "crs": None if about.crs is None else about.crs.name,
            "encoding": about.encoding,
            "count": about.count,
            "place": _place(frame) if _is_placed(asked, said, lacking=lacking) else None,
            "notes": [words(item.message) for item in told],
        }
    )


def _is_placed(asked: At, said: dict[str, Any], *, lacking: bool) -> bool:
    """Whether the CRS is settled in which a file is to be shown: what the project names leads."""
    if asked.crs is None:
        return not lacking and not said.get("crs")
    return bool(asked.crs) or not lacking


def _crs_question(
    asked: At, said: dict[str, Any], *, lacking: bool, province: str
) -> dict[str, Any]:
    """CRS to choose from where the file has none or the project another, and the one it names."""
    named = said.get("crs", "") if asked.crs is None else asked.crs
    choices = crs_choices(province) if lacking or said.get("crs") else []
    if said.get("crs") and said["crs"] not in [one["crs"] for one in choices]:
        choices.insert(0, {"crs": said["crs"], "name": said["crs"]})
    return {"lacking": lacking, "choices": choices, "named_crs": named}


def _leads_to_a_place(crs: pyproj.CRS | None, source: str) -> bool:
    """Whether coordinates in a file's own CRS have a place on Earth, as its readers decide it."""
    try:
        decide_crs(crs, source=source)
    except InputError:
        return False
    return True


def _place(frame: Any) -> list[list[list[float]]]:
    """Where the polygons lie, roughly: the border of them all, latitude first."""
    shapes = to_crs(frame.geometry, WGS84)
    hull = shapely.concave_hull(shapely.multipoints(_points(shapes)), ratio=0.05)
    rings = [part.exterior for part in shapely.get_parts(hull) if part.geom_type == "Polygon"]
    return [
        [[round(y, 5), round(x, 5)] for x, y in shapely.get_coordinates(ring)] for ring in rings
    ]


def _points(shapes: Any) -> Any:
    known = shapes[shapes.notna() & ~shapes.is_empty]
    points = shapely.get_coordinates(known.to_numpy())
    return points[:: max(1, len(points) // _MOST_POINTS)]


def _described(
    frame: pd.DataFrame, kind: str, province: str, chosen: dict[str, str]
) -> dict[str, Any]:
    first = frame.head(_FIRST_ROWS).astype("object")
    answer: dict[str, Any] = {
        "kind": kind,
        "columns": [str(name) for name in frame.columns],
        "first": [list(map(_cell, row)) for row in first.to_numpy().tolist()],
        "fields": [],
        "crops": [],
    }
    if kind == "forest_status":
        answer["fields"] = forest_columns(frame, chosen)
        answer["tables"] = code_tables(frame, chosen)
    if kind not in FIELDS:
        return answer
    found = suggest_columns(kind, frame, province=province, chosen=chosen)
    emptied = {field for field, name in chosen.items() if not name}
    answer["fields"] = [
        {
            "field": field,
            "needed": field in needed_fields(kind, found),
            "either": next((it for it in EITHER.get(kind, ()) if it != field), None)
            if field in EITHER.get(kind, ())
            else None,
            **_suggested(found.get(field), emptied=field in emptied),
        }
        for field in FIELDS[kind]
    ]
    if "crop" in found:
        answer["crops"] = _crops(frame[found["crop"].column])
    return answer


def _cell(value: Any) -> str:
    """A cell as it is shown: a whole number is one, also in a column of numbers with gaps."""
    if pd.isna(value):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _suggested(found: Suggestion | None, *, emptied: bool) -> dict[str, Any]:
    """Column of a field and why; "" where a person wants none, None where none is known."""
    if found is None:
        return {"column": "" if emptied else None, "reason": None}
    return {"column": found.column, "reason": found.reason and words(found.reason)}


def _crops(values: pd.Series) -> list[dict[str, Any]]:
    """Names of crops in a file, how often each stands there, and the id that is meant."""
    counts = values.dropna().astype("str").value_counts().head(_MOST_CROPS)
    rows = []
    for text, count in counts.items():
        crop = crop_named(str(text))[0]
        near = "" if crop else near_crop(str(text))
        rows.append({"text": str(text), "count": int(count), "crop": crop, "near": near})
    return rows


def _look_at_raster(path: Path, asked: At, desk: Desk) -> dict[str, Any]:
    with open_raster(path, folders=desk.session.roots) as grid:
        shape = (min(grid.height, 1000), min(grid.width, 1000))
        sample = grid.read(1, out_shape=shape, masked=True)
        values = pd.unique(pd.Series(sample.compressed()))
        told = None if grid.crs is None else grid.crs.to_string()
        own = _raster_crs(grid)
        lacking = not _leads_to_a_place(own, path.name)
        bounds, size = tuple(grid.bounds), [grid.width, grid.height]
    said = _said(desk, path, asked)
    place = None
    if (asked.crs or said.get("crs")) and _is_placed(asked, said, lacking=lacking):
        crs, _ = decide_crs(own, source=path.name, named=asked.crs or None, bounds=bounds)
        place = _place(gpd.GeoDataFrame(geometry=[shapely.box(*bounds)], crs=crs))
    return _crs_question(asked, said, lacking=lacking, province=province_of(desk)) | {
        "path": str(path),
        "form": "raster",
        "kind": "raster",
        "crs": told,
        "entry": said.get("name", ""),
        "place": place,
        "size": size,
        "classes": sorted(int(value) for value in values)[:_MOST_CLASSES],
        "columns": [],
        "first": [],
        "fields": [],
        "crops": [],
    }


def _raster_crs(grid: Any) -> pyproj.CRS | None:
    """CRS that a raster declares; None as well where nobody can read it."""
    try:
        return declared_crs(grid.crs) if grid.crs else None
    except (pyproj.exceptions.CRSError, rasterio.errors.CRSError):
        return None
