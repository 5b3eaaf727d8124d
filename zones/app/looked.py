"""A file looked at: what it is, its CRS and place, first rows, and what its columns may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import pyproj
import rasterio
import shapely
from pydantic import Field

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
from zones.app.kinds import form_of
from zones.app.look_forest import code_tables, forest_columns, is_forest
from zones.app.project_file import project_path
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.app.suggest import (
    EITHER,
    FIELDS,
    crs_choices,
    guess_kind,
    needed_fields,
    suggest_columns,
)
from zones.project.yaml import read_document

_FIRST_ROWS, _MOST_CROPS, _MOST_CLASSES = 6, 60, 40
_MOST_POINTS = 2_000

Kind = Literal["communes", "forest_status", "crop_plots", "land_use", "report", "raster"]


class At(Question):
    """A file of this machine, and a layer or sheet of it where it has several."""

    path: str
    layer: str | None = None
    sheet: str | None = None
    kind: Kind | None = None
    crs: str | None = None  # To be tried where the file has none that leads to a place
    columns: dict[str, str] = Field(default_factory=dict)  # As a person chose them


def look(desk: Desk, asked: At) -> dict[str, Any]:
    """What a file is: layers, CRS, encoding, first rows, place, and what its columns may hold."""
    path = desk.session.inside(asked.path)
    if not path.exists():
        raise RefusedError(404, message("zones.app.no_file", path=asked.path))
    form = form_of(path)
    province = province_of(desk)
    if form == "document":
        return {"path": str(path), "form": form}
    if form == "raster":
        return _look_at_raster(path, asked, desk)
    if form == "table":
        return _look_at_table(path, asked, province)
    return _look_at_polygons(path, asked, province)


def _look_at_table(path: Path, asked: At, province: str) -> dict[str, Any]:
    sheets = sheet_names(path) if path.suffix.lower() in WORKBOOK_KINDS else []
    sheet = asked.sheet or (sheets[0] if len(sheets) == 1 else None)
    if sheets and sheet is None:
        return {"path": str(path), "form": "sheets", "sheets": sheets}
    frame = read_table(path, sheet=sheet)
    told = _described(frame, asked.kind or "report", province, {})
    area = next((item["column"] for item in told["fields"] if item["field"] == "area_ha"), None)
    return told | {
        "path": str(path),
        "form": "table",
        "sheets": sheets,
        "sheet": sheet,
        "count": len(frame),
        "two_readings": None if area is None else two_readings(frame[area]),
    }


def province_of(desk: Desk) -> str:
    """Code of the province, as the project file says it."""
    return str(read_document(project_path(desk)).get("province", ""))


def _look_at_polygons(path: Path, asked: At, province: str) -> dict[str, Any]:
    layers = list_layers(path)
    layer = asked.layer or (layers[0] if len(layers) == 1 else None)
    if layer is None:
        return {"path": str(path), "form": "layers", "layers": layers}
    about = describe_vector(path, layer=layer)
    frame = load_vector(path, layer=layer)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table, told = decode_texts(table, source=path.name)
    lacking = not _leads_to_a_place(about.crs, path.name)
    if asked.crs and lacking:
        frame, _ = place_layer(frame, source=path.name, named=asked.crs, province=province)
    kind = asked.kind or guess_kind(
        table, polygons=True, forest=is_forest(table), province=province
    )
    return _described(table, kind, province, asked.columns) | {
        "path": str(path),
        "form": "polygons",
        "layers": layers,
        "layer": layer,
        "driver": about.driver,
        "crs": None if about.crs is None else about.crs.name,
        "encoding": about.encoding,
        "count": about.count,
        "place": None if lacking and not asked.crs else _place(frame),
        "choices": crs_choices(province) if lacking else [],
        "notes": [words(item.message) for item in told],
    }


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
    first = frame.head(_FIRST_ROWS).astype("str").where(frame.head(_FIRST_ROWS).notna(), "")
    answer: dict[str, Any] = {
        "kind": kind,
        "columns": [str(name) for name in frame.columns],
        "first": [list(map(str, row)) for row in first.to_numpy().tolist()],
        "fields": [],
        "crops": [],
    }
    if kind == "forest_status":
        answer["fields"] = forest_columns(frame, chosen)
        answer["tables"] = code_tables(frame, chosen)
    if kind not in FIELDS:
        return answer
    found = suggest_columns(kind, frame, province=province)
    answer["fields"] = [
        {
            "field": field,
            "needed": field in needed_fields(kind, found),
            "either": next((it for it in EITHER.get(kind, ()) if it != field), None)
            if field in EITHER.get(kind, ())
            else None,
            "column": found[field].column if field in found else None,
            "reason": words(found[field].reason) if field in found else None,
        }
        for field in FIELDS[kind]
    ]
    if "crop" in found:
        answer["crops"] = _crops(frame[found["crop"].column])
    return answer


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
        lacking = not _leads_to_a_place(_raster_crs(grid), path.name)
        bounds, size = tuple(grid.bounds), [grid.width, grid.height]
    place = None
    if asked.crs and lacking:
        crs, _ = decide_crs(None, source=path.name, named=asked.crs, bounds=bounds)
        place = _place(gpd.GeoDataFrame(geometry=[shapely.box(*bounds)], crs=crs))
    return {
        "path": str(path),
        "form": "raster",
        "kind": "raster",
        "crs": told,
        "choices": crs_choices(province_of(desk)) if lacking else [],
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
