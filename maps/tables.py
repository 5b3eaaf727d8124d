"""Tables the pages are made of: what the planner hands over, column by column."""

from __future__ import annotations

from typing import Any

from layers.base.schema import Column, Schema

TARGETS = Schema(
    "targets",
    (
        Column("target", "text", "id of the target, unique"),
        Column("zone", "text", "id of the zone; empty for an indicator of the whole plan"),
        Column("clause", "text", "clause of the plan", nullable=True),
        Column("bound", "text", "exact, range, at_least, at_most, about or maintain"),
        Column("unit", "text", "unit of the figures in this row"),
        Column("year", "integer", "year the target is due", nullable=True),
        Column("low", "number", "lower end, in unit", nullable=True),
        Column("high", "number", "upper end, in unit", nullable=True),
        Column("present", "number", "what is there now, in unit", nullable=True),
        Column("held_ratio", "number", "present ÷ low (a ceiling: ÷ high)", nullable=True),
        Column("shortfall", "number", "low − present where positive, in unit", nullable=True),
        Column("surplus", "number", "present − high where positive, in unit", nullable=True),
        Column("status", "text", "below, within, above or not_measured"),
    ),
)

ZONES = Schema(
    "zones",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("commune", "text", "name of the commune"),
        Column("listed", "boolean", "the plan lists the commune for this zone"),
        Column("present_ha", "number", "present area", "ha", nullable=True, minimum=0),
        Column("share_ratio", "number", "share of the zone's present area", nullable=True),
    ),
)

#: A commune that no layer covers has no figures: they are missing, not zero.
_FOREST: Any = {"nullable": True, "minimum": 0}

FOREST_COVER = Schema(
    "forest cover",
    (
        Column("commune_code", "text", "commune; the last row is the province"),
        Column("commune", "text", "name"),
        Column("natural_area_ha", "number", "official natural area", "ha", minimum=0),
        Column("natural_forest_ha", "number", "natural forest, by the ledger", "ha", **_FOREST),
        Column("planted_forest_ha", "number", "planted and established", "ha", **_FOREST),
        Column("not_yet_forest_ha", "number", "planted, not yet forest", "ha", **_FOREST),
        Column("cover_percent", "number", "forest cover rate, unrounded", "%", nullable=True),
        Column("cover_geometry_percent", "number", "the same from geometry", "%", nullable=True),
    ),
)

ZONE_NAMES = Schema(
    "zone names",
    (
        Column("zone", "text", "id of the zone, unique, in the plan's order"),
        Column("name_vi", "text", "name in Vietnamese"),
        Column("name_en", "text", "name in English"),
        Column("list", "text", "open, closed, province or none: the plan's commune list"),
    ),
)

SOURCES = Schema(
    "sources",
    (
        Column("layer", "text", "what was used: a layer, a plan, a table"),
        Column("date", "text", "its date or vintage", nullable=True),
        Column("source", "text", "who made it", nullable=True),
    ),
)

SPECIES_AGES = Schema(
    "species and ages",
    (
        Column("species", "text", "species, as the page prints it"),
        Column("age_class", "text", "age class, as the page prints it, in order"),
        Column("area_ha", "number", "planted forest", "ha", nullable=True, minimum=0),
    ),
)

ALLOCATION = Schema(
    "allocation",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("commune", "text", "name of the commune"),
        Column("land", "text", "land source; empty where nothing is planted"),
        Column("year", "integer", "year of planting, or the last year for all years together"),
        Column(
            "planned_ha",
            "number",
            "hectares added; missing in a zone that was not allocated",
            "ha",
            nullable=True,
            minimum=0,
        ),
    ),
)

LOSSES = Schema(
    "losses",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("year", "integer", "year"),
        Column("loss_ha", "number", "hectares lost in the year (harvest, conversion)", "ha"),
    ),
)
