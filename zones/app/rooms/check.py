"""Check: what is wrong in the files, the plots on the map, and the plots to fix in a GIS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import shapely

from layers.base.findings import Finding
from layers.base.language import Language
from layers.base.messages import message
from layers.crs.transform import WGS84, to_crs
from layers.io.table import read_table
from maps.interactive.content import check_content
from maps.interactive.page_data import page_ground
from zones.app.desk import Desk, plain_number, words
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.inputs.faulty_plots import FAULTY_FILES, faulty_plots, save_faulty_plots
from zones.inputs.read import Inputs
from zones.output.folder import refuse_existing
from zones.project.beside import folder_beside
from zones.project.model import ReportSource
from zones.project.sources import layer_names

#: More plots than this are not drawn: the file for QGIS has them all.
_MOST_DRAWN = 2_000
_MOST_ROWS = 200
#: Points of a drawn border are left out as long as it moves by less than this, in degrees (1 m).
_TOLERANCE = 1e-5


class At(Question):
    """One finding by its place in the list."""

    index: int


class Export(Question):
    """Language of the workbook of plots to fix."""

    language: Language


def findings(desk: Desk) -> dict[str, Any]:
    """Every finding of the project's files, and the ground to show its plots on."""
    inputs = desk.inputs()
    files = {name: source.path.name for name, source in inputs.project.layers.items()}
    names = {name: words(told) for name, told in layer_names(inputs.project).items()}
    names["communes"] = words(message("zones.project.commune_boundaries"))
    names["plans"] = words(message("zones.app.plans"))
    return {
        "findings": [_row(item, place, inputs) for place, item in enumerate(_all(inputs))],
        "files": {"communes": inputs.project.communes.path.name, **files},
        "names": names,
        "ground": _ground(desk, inputs),
    }


def _ground(desk: Desk, inputs: Inputs) -> dict[str, Any] | None:
    """Communes as the map draws them; nothing where errors keep the project from being measured."""
    if inputs.findings.of("error"):
        return None
    ground = page_ground(check_content(desk.base().content))
    return {key: ground[key] for key in ("grid", "bounds", "communes")}


def _all(inputs: Inputs) -> list[Finding]:
    order = {"error": 0, "problem": 1, "note": 2}
    return sorted(inputs.findings.items, key=lambda item: order[item.severity])


def _asked_for(inputs: Inputs, asked: At) -> Finding:
    """Finding at a place of the list; refused where the list has none there."""
    listed = _all(inputs)
    if not 0 <= asked.index < len(listed):
        raise RefusedError(404, message("zones.app.no_finding"))
    return listed[asked.index]


def _row(item: Finding, place: int, inputs: Inputs) -> dict[str, Any]:
    return {
        "index": place,
        "severity": item.severity,
        "kind": item.kind,
        "source": item.source,
        "count": item.count,
        "area_ha": plain_number(item.area_ha),
        "message": words(item.message),
        "plots": bool(item.rows) and item.source in inputs.plots,
        "rows": bool(item.rows) and item.source in inputs.reports,
    }


def plots(desk: Desk, asked: At) -> dict[str, Any]:
    """Plots of one finding: borders in degrees, and what each is called."""
    inputs = desk.inputs()
    item = _asked_for(inputs, asked)
    if item.source not in inputs.plots or not item.rows:
        return {"plots": [], "left_out": 0}
    layer = inputs.plots[item.source]
    parts = [layer.plots, getattr(layer, "set_aside", layer.plots.head(0))]
    chosen = [part[part["row"].isin(item.rows)] for part in parts]
    drawn = [shape for part in chosen for shape in _shapes(part)]
    return {"plots": drawn[:_MOST_DRAWN], "left_out": max(0, len(drawn) - _MOST_DRAWN)}


def rows(desk: Desk, asked: At) -> dict[str, Any]:
    """Rows of the table that one finding is about, as the file has them."""
    inputs = desk.inputs()
    item = _asked_for(inputs, asked)
    source = inputs.project.layers.get(item.source)
    if not isinstance(source, ReportSource) or not item.rows:
        return {"columns": [], "rows": [], "left_out": 0}
    table = read_table(inputs.project.resolve(source.path), sheet=source.sheet)
    mine = table[table.index.isin(item.rows)]
    shown = mine.head(_MOST_ROWS)
    texts = shown.astype("str").where(shown.notna(), "").to_numpy().tolist()
    return {
        "columns": [str(name) for name in table.columns],
        # As the finding numbers them: the head of the table is row 1
        "rows": [[str(at + 2), *map(str, row)] for at, row in zip(shown.index, texts, strict=True)],
        "left_out": len(mine) - len(shown),
    }


def _shapes(part: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    if part.empty:
        return []
    geometry = to_crs(part.geometry, WGS84).simplify(_TOLERANCE)
    names = part["plot"] if "plot" in part.columns else part["row"]
    return [
        {"name": str(name), "rings": _rings(shape)}
        for name, shape in zip(names, geometry, strict=True)
        if shape is not None and not shape.is_empty
    ]


def _rings(shape: shapely.Geometry) -> list[list[list[float]]]:
    """Outer borders of a shape, latitude first."""
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [
        [[round(y, 6), round(x, 6)] for x, y in shapely.get_coordinates(part.exterior)]
        for part in polygons
    ]


def export(desk: Desk, asked: Export) -> dict[str, Any]:
    """Write the plots to fix beside the project, for QGIS and for Excel."""
    desk.may_write()
    inputs = desk.inputs()
    found = {
        name: faulty_plots(
            layer,
            [item for item in inputs.findings.items if item.source == name],
            language=asked.language,
        )
        for name, layer in inputs.plots.items()
    }
    folder = folder_beside(inputs.project, "check")
    refuse_existing(folder, overwrite=True, inputs=inputs.project.input_paths().values())
    written = save_faulty_plots(found, folder, language=asked.language)
    return {"files": [str(path) for path in written], "known": list(FAULTY_FILES)}


ACTIONS: dict[str, Callable[..., Any]] = {
    "findings": findings,
    "plots": plots,
    "rows": rows,
    "export": export,
}
