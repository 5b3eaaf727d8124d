"""Run by QGIS's own Python: opens a layer alone and says, as JSON, what its form asks."""

from __future__ import annotations

import json
import os
import sys

from qgis.core import QgsApplication, QgsMapRendererCustomPainterJob, QgsMapSettings, QgsVectorLayer
from qgis.gui import QgsAttributeForm, QgsGui
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QImage, QPainter
from qgis.PyQt.QtWidgets import QApplication, QComboBox, QLabel


def main(source: str, picture: str) -> None:
    """Open, describe fields and widgets, show one form, draw the layer and the form."""
    application = QgsApplication([], True)
    application.initQgis()
    QgsGui.editorWidgetRegistry().initEditors()
    layer = QgsVectorLayer(source, "x", "ogr")
    told: dict[str, object] = {"valid": layer.isValid(), "rows": layer.featureCount()}
    symbol = layer.renderer().symbol()
    told["symbol"] = [part.properties().get("name") for part in symbol.symbolLayers()]
    told["colour"] = symbol.color().name()
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
    form = QgsAttributeForm(layer, next(layer.getFeatures()))
    form.resize(640, 480)
    form.show()
    QApplication.processEvents()
    told["lists"] = [
        [box.itemText(at) for at in range(box.count())] for box in form.findChildren(QComboBox)
    ]
    told["labels"] = [label.text() for label in form.findChildren(QLabel)]
    form.grab().save(picture + "-form.png")
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setExtent(layer.extent().buffered(100))
    settings.setOutputSize(QSize(800, 800))
    image = QImage(800, 800, QImage.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    job = QgsMapRendererCustomPainterJob(settings, painter)
    job.start()
    job.waitForFinished()
    painter.end()
    image.save(picture + "-map.png")
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS's own tidying up at the end is not what is tested.
    os._exit(0)


main(sys.argv[1], sys.argv[2])
