"""The attributes of the forest status layers as their files hold them."""

from __future__ import annotations

import pandas as pd

from layers.kinds.forest_attributes import status_attributes
from layers.kinds.forest_status import ForestLayer
from zones.inputs.read import Inputs, vector_file
from zones.project.model import ForestStatusSource


def own_attributes(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Fields of every forest status layer, by record; they are read where a page needs them."""
    found = {}
    for name, layer in inputs.plots.items():
        source = inputs.project.layers[name]
        if isinstance(layer, ForestLayer) and isinstance(source, ForestStatusSource):
            found[name] = status_attributes(vector_file(inputs, name, source), layer.match)
    return found
