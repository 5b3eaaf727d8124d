"""Run by QGIS's own Python: opens a layer alone and says, as JSON, what its form asks."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from qgis.core import QgsApplication, QgsVectorLayer
from qgis.gui import QgsAttributeForm, QgsGui
from qgis.PyQt.QtWidgets import QComboBox, QLabel

#: What is chosen in every list.
CHOSEN = "Thông"


def main(source: str) -> None:
    """Open, describe fields, fill in the lists of the first row's form, say what was kept."""
    application = QgsApplication([], True)
    application.initQgis()
    QgsGui.editorWidgetRegistry().initEditors()
    layer = QgsVectorLayer(source, "x", "ogr")
    symbol = layer.renderer().symbol()
    told: dict[str, Any] = {
        "valid": layer.isValid(),
        "rows": layer.featureCount(),
        "symbol": [part.properties()["name"] for part in symbol.symbolLayers()],
        "colour": symbol.color().name(),
        "labels_on": layer.labelsEnabled(),
    }
    told["fields"] = {
        field.name(): {
            "alias": layer.attributeDisplayName(at),
            "widget": layer.editorWidgetSetup(at).type(),
            "locked": layer.editFormConfig().readOnly(at),
            "map": layer.editorWidgetSetup(at).config().get("map"),
        }
        for at, field in enumerate(layer.fields())
    }
    layer.startEditing()
    feature = next(layer.getFeatures())
    form = QgsAttributeForm(layer, feature)
    told["labels"] = [label.text() for label in form.findChildren(QLabel)]
    boxes = {
        box.objectName(): box
        for box in form.findChildren(QComboBox)
        if box.objectName() in told["fields"]
    }
    told["lists"] = {
        name: [box.itemText(at) for at in range(box.count())] for name, box in boxes.items()
    }
    for box in boxes.values():
        box.setCurrentText(CHOSEN)
    form.save()
    kept = layer.getFeature(feature.id())
    told["chosen"] = {name: kept[name] for name in boxes}
    layer.rollBack()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS's own tidying up at the end is not what is tested.
    os._exit(0)


main(sys.argv[1])
