"""The attributes of the forest status layer as its file holds them."""

from __future__ import annotations

import pandas as pd

from layers.kinds.forest_attributes import status_attributes
from layers.kinds.forest_status import ForestLayer
from zones.inputs.read import Inputs, vector_file
from zones.project.model import ForestStatusSource, newest_forest_layer


def own_attributes(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Fields of the newest forest status layer by its name, read once where a page needs them."""
    if inputs.own is None:
        inputs.own = _read(inputs)
    return inputs.own


def _read(inputs: Inputs) -> dict[str, pd.DataFrame]:
    name = newest_forest_layer(inputs.project) or ""
    layer, source = inputs.plots.get(name), inputs.project.layers.get(name)
    if not isinstance(layer, ForestLayer) or not isinstance(source, ForestStatusSource):
        return {}
    return {name: status_attributes(vector_file(inputs, name, source), layer.match)}
