"""The planning layer in a GIS: plots chosen for the plan and plots kept, in their colours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from layers.base.language import Language
from layers.base.messages import message
from layers.kinds.forest_status import ForestLayer
from maps.qgis.content import Categories, Fill, QgisLayer
from zones.allocation.prepare import land_rules
from zones.inputs.attributes import own_attributes
from zones.inputs.read import Inputs
from zones.output.table_words import code_words
from zones.pages.qgis_tables import KEPT, PLANNED
from zones.pages.qgis_words import aliases, land_words, layer_names, speaker
from zones.pages.status_fields import field_words, own_names, with_own_fields
from zones.planting.decisions import EXCLUDE, FIRST, known_decisions
from zones.planting.measures import load_measures
from zones.planting.planning_map import PlanningMap
from zones.project.model import newest_forest_layer
from zones.publish.publish import PublishedFigures, zone_names

#: Columns that are ours, not of the status layer: the plots of the planning layer go without.
_OURS = (
    *("form_origin", "form_site", "form_stand", "form_purpose", "ledger_source", "counts"),
    *("group", "geometry_ha"),
)
#: Land classes of the forest layer that no forest is planned on.
_NO_FOREST_LAND = ("farmland", "water", "other")


@dataclass(frozen=True, slots=True)
class PlanningPages:
    """What the planning layer is drawn from."""

    planning: PlanningMap
    figures: PublishedFigures
    inputs: Inputs
    own: Mapping[str, pd.DataFrame]  # Fields of the status layers (``own_attributes``)
    language: Language

    def table(self, end: str) -> str:
        """Name of a layer in a GeoPackage, with the province for the unit."""
        return f"lo_{self.inputs.project.province}{end}"


def planning_map_layer(
    planning: PlanningMap, figures: PublishedFigures, inputs: Inputs
) -> QgisLayer:
    """Layer of ``planning_map.gpkg``: what is planned and what is kept, in one."""
    language = inputs.project.annex.language
    pages = PlanningPages(planning, figures, inputs, own_attributes(inputs), language)
    layer = _layer(pages, PLANNED, planning.layer())
    return replace(layer, name=speaker(language)("planning_whole"))


def planning_layers(pages: PlanningPages) -> list[QgisLayer]:
    """Plots chosen for the plan, and plots kept as they are.

    A reader may decide on the first (leave out, take first) and give the others another measure.
    """
    say, planning = speaker(pages.language), pages.planning
    # Nobody gives farmland or water a measure: without one it stands in the plots alone.
    idle = planning.kept["measure"].eq("") & planning.kept["land_class"].isin(_NO_FOREST_LAND)
    chosen = _layer(pages, PLANNED, planning.plots.assign(decision=""))
    words = {"": "", EXCLUDE: say("decision_exclude"), FIRST: say("decision_first")}
    kept = _layer(pages, KEPT, planning.kept[~idle])
    names = kept.words["measure"]
    decided = {key: names[key] for key in ("", *known_decisions()) if key in names}
    return [
        replace(chosen, words={**chosen.words, "decision": words}, locked=("measure",)),
        replace(kept, words={**kept.words, "measure": decided}),
    ]


def _layer(pages: PlanningPages, end: str, plots: gpd.GeoDataFrame) -> QgisLayer:
    plain = plots.drop(columns=list(_OURS), errors="ignore").reset_index(drop=True)
    frame = with_own_fields(plain, pages.own)
    say = speaker(pages.language)
    named = aliases(frame.columns, pages.language, own_names(pages.own, frame.columns))
    # Beside the class of the land: what the allocation takes it for.
    source = {"land": say("field_land_source")} if "land" in named else {}
    return QgisLayer(
        table=pages.table(end),
        name=say(f"planning{end}"),
        group=say("group_planning"),
        style=_style(plots, pages.language, free=end == KEPT),
        frame=gpd.GeoDataFrame(frame, crs=plots.crs),
        aliases=named | source,
        words={name: told for name, told in _words(pages).items() if name in frame.columns},
        shown=False,
    )


def _style(plots: pd.DataFrame, language: Language, *, free: bool) -> Categories:
    """Colours of the measures that plots have, or may be given."""
    measures = load_measures()
    used = set(plots["measure"]) | (set(known_decisions()) if free else set())
    fills = dict(zip(measures["measure"], measures["colour"], strict=True))
    names = _measures(language)
    listed = [(key, names[key], Fill(fills[key])) for key in fills if key in used]
    if "" in used:
        listed.append(("", names[""], Fill("#ffffff", "#999999", 0.05)))
    return Categories("measure", tuple(listed))


def _measures(language: Language) -> dict[str, str]:
    """Measures by code, and what stands where there is none."""
    rows = load_measures().to_dict("records")
    names = {str(row["measure"]): f"{row['measure']} – {row[f'name_{language}']}" for row in rows}
    return {"": message("zones.pages.qgis_no_measure").text(language)} | names


def _words(pages: PlanningPages) -> dict[str, dict[str, str]]:
    """What the codes in the planning layer mean."""
    language, project = pages.language, pages.inputs.project
    newest = pages.inputs.plots.get(newest_forest_layer(project) or "")
    zones = zone_names(pages.figures)
    land = land_words(language)
    part = {code: word.text(language) for code, word in code_words("part").items()}
    basis = {
        code: message(f"zones.pages.qgis_basis_{code}").text(language)
        for code in ("plan", "harvest", "decision", "rule")
    }
    return {
        **field_words(newest if isinstance(newest, ForestLayer) else None, language),
        "measure": _measures(language),
        "zone": dict(zip(zones["zone"], zones[f"name_{language}"], strict=True)),
        "land": land | _sources(pages, land),
        "land_class": land,
        "layer": layer_names(pages.inputs, language),
        "part": part,
        "basis": {"": "", **basis},
    }


def _sources(pages: PlanningPages, land: Mapping[str, str]) -> dict[str, str]:
    """Names of the land sources that stand in the layer, with their part where they have one."""
    rules = land_rules(pages.inputs.project)
    names = dict(zip(rules["source"], rules[f"name_{pages.language}"], strict=True))
    found = sorted(set(pages.planning.plots["land"].astype("str")))
    told = {}
    for code in found:
        source = re.split("[:#]", code, maxsplit=1)[0]
        told[code] = names.get(source, land.get(source, source)) + code.removeprefix(source)
    return told
