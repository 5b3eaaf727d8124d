"""Run by QGIS's own Python: opens a project and says, as JSON, what QGIS makes of it."""

from __future__ import annotations

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsLayerTreeModel,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsProject,
    QgsVectorLayer,
)


def _printed(project: QgsProject, pdf: str) -> dict[str, object]:
    """Print every layout; scale and extent of each sheet, and what its theme labels."""
    layouts = sorted(project.layoutManager().layouts(), key=lambda one: one.name())
    told: dict[str, object] = {"sheets": [], "printed": 0, "scales": {}, "extents": {}, "grids": {}}
    for number, layout in enumerate(layouts):
        atlas, path = layout.atlas(), pdf if number == 0 else pdf.replace(".pdf", f"{number}.pdf")
        settings = QgsLayoutExporter.PdfExportSettings()
        told["printed"] += QgsLayoutExporter.exportToPdf(atlas, path, settings)[0]
        told["sheets"].append(atlas.count())
        frame = next(item for item in layout.items() if isinstance(item, QgsLayoutItemMap))
        atlas.beginRender()
        while atlas.next():
            layout.refresh()
            name, box = atlas.currentFilename(), frame.extent()
            told["scales"][name] = round(frame.scale())
            told["grids"][name] = frame.grid().intervalX()
            told["extents"][name] = [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]
        atlas.endRender()
    project.mapThemeCollection().applyTheme(
        frame.followVisibilityPresetName(),
        project.layerTreeRoot(),
        QgsLayerTreeModel(project.layerTreeRoot()),
    )
    told["theme_labels"] = {
        layer.name(): layer.labelsEnabled()
        for layer in project.mapLayers().values()
        if layer.styleManager().currentStyle() not in ("", "default")
    }
    return told


def main(path: str, pdf: str) -> None:
    """Open, describe, print the sheets."""
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    told: dict[str, object] = {"read": project.read(path), "crs": project.crs().authid()}
    layers = list(project.mapLayers().values())
    alone = {layer.id(): QgsVectorLayer(layer.source(), "x", "ogr") for layer in layers}
    told["layers"] = {
        layer.name(): {
            "valid": layer.isValid(),
            "rows": layer.featureCount(),
            "read_only": layer.readOnly(),
            "renderer": layer.renderer().type() if layer.isSpatial() else None,
            "aliases": [layer.attributeDisplayName(at) for at in range(len(layer.fields()))],
            "labels": layer.isSpatial() and layer.labelsEnabled(),
            "default": alone[layer.id()].renderer().type() if layer.isSpatial() else None,
        }
        for layer in layers
    }
    told["themes"] = project.mapThemeCollection().mapThemes()
    told |= _printed(project, pdf)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS's own tidying up at the end is not what is tested.
    os._exit(0)


main(sys.argv[1], sys.argv[2])
