"""Run by QGIS's own Python: edits a layer as an officer does, and says which rows it touched."""

from __future__ import annotations

import json
import os
import sys

from qgis.core import QgsApplication, QgsPointXY, QgsVectorLayer


def main(source: str) -> None:
    """Split the first plot across its middle, edit the second, delete the third, save."""
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(source, "x", "ogr")
    fids = sorted(feature.id() for feature in layer.getFeatures())
    first, second, third = fids[:3]
    box = layer.getFeature(first).geometry().boundingBox()
    middle = (box.xMinimum() + box.xMaximum()) / 2
    line = [QgsPointXY(middle, box.yMinimum() - 1), QgsPointXY(middle, box.yMaximum() + 1)]
    layer.startEditing()
    layer.select(first)
    split = layer.splitFeatures(line)
    layer.changeAttributeValue(second, layer.fields().indexOf("sldlr"), "Keo lai")
    layer.deleteFeature(third)
    saved = layer.commitChanges()
    left = sorted(feature.id() for feature in layer.getFeatures())
    told = {
        "split": int(split), "saved": saved, "rows": [first, second, third],
        "new": sorted(set(left) - set(fids)),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # QGIS's own tidying up at the end is not what is tested.
    os._exit(0)


main(sys.argv[1])
