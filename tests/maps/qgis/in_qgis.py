"""Run by QGIS's own Python: opens a project and says, as JSON, what QGIS makes of it."""

from __future__ import annotations

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsProject,
    QgsVectorLayer,
)


def main(path: str, pdf: str) -> None:
    """Open, describe, print the first sheet."""
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
            "renderer": layer.renderer().type() if layer.isSpatial() else None,
            "aliases": [layer.attributeDisplayName(at) for at in range(len(layer.fields()))],
            "labels": layer.isSpatial() and layer.labelsEnabled(),
            "default": alone[layer.id()].renderer().type() if layer.isSpatial() else None,
        }
        for layer in layers
    }
    told["themes"] = project.mapThemeCollection().mapThemes()
    layout = project.layoutManager().layouts()[0]
    frame = next(item for item in layout.items() if isinstance(item, QgsLayoutItemMap))
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.predefinedMapScales = [float(scale) for scale in project.viewSettings().mapScales()]
    atlas = layout.atlas()
    told["printed"] = QgsLayoutExporter.exportToPdf(atlas, pdf, settings)[0]
    told["sheets"], told["scale"] = atlas.count(), round(frame.scale())
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS's own tidying up at the end is not what is tested.
    os._exit(0)


main(sys.argv[1], sys.argv[2])
