"""Names of layers, fields and codes in the QGIS project, in the language of its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from layers.base.language import Language
from layers.base.messages import message
from layers.kinds.forest_status import ForestLayer
from layers.kinds.plots import LAND_CLASSES, PlotLayer
from zones.inputs.read import Inputs
from zones.output.table_words import code_words
from zones.pages.status_fields import field_names
from zones.project.model import newest_forest_layer

Say = Callable[..., str]
#: Parts of the land that no plot is.
_NO_PLOT = ("unclassified", "overlap")


def speaker(language: Language) -> Say:
    """Make the function that says the words of the project in one language."""

    def say(key: str, **values: object) -> str:
        return message(f"zones.pages.qgis_{key}", **values).text(language)

    return say


def aliases(
    columns: Iterable[str], language: Language, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Names of fields for a person; an office's ``own`` fields keep theirs, also where moved."""
    say, of_status, own = speaker(language), field_names(language), own or {}
    moved = {name: say("field_own", field=field) for name, field in own.items() if name != field}
    return moved | {
        name: _alias(name, say, of_status)
        for name in map(str, columns)
        if name != "geometry" and name not in own
    }


def _alias(name: str, say: Say, of_status: dict[str, str]) -> str:
    if name in of_status:
        return of_status[name]
    if name.startswith("planned_2"):
        return say("field_planned_year", year=name[8:12])
    return say(f"field_{name}")


def land_words(language: Language) -> dict[str, str]:
    """What the land of a plot is called."""
    named = {
        land: message(f"zones.pages.type_{land}") for land in LAND_CLASSES if land not in _NO_PLOT
    }
    return {code: word.text(language) for code, word in (code_words("land") | named).items()}


def shown_layers(inputs: Inputs) -> dict[str, PlotLayer]:
    """Polygon layers that are shown: of the forest layers the newest.

    An earlier one is no ground: where the newest has no plot, nothing shows through.
    """
    newest = newest_forest_layer(inputs.project)
    return {
        name: layer
        for name, layer in inputs.plots.items()
        if name == newest or not isinstance(layer, ForestLayer)
    }


def layer_names(inputs: Inputs, language: Language) -> dict[str, str]:
    """Names of the polygon layers: their kind, and which where there are several of one."""
    kinds = {name: inputs.project.layers[name].kind for name in shown_layers(inputs)}
    count = Counter(kinds.values())
    return {
        name: message(f"zones.project.kind_{kind}").text(language)
        + (f" ({name})" if count[kind] > 1 else "")
        for name, kind in kinds.items()
    }
