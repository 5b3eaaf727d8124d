"""Every table that a run writes: its file, its columns, their units and meaning.

The name of a schema is the name of its files. Steps hand tables to each other by these schemas;
``docs/reference/tables.md`` is written from them.
"""

from __future__ import annotations

from layers.base.schema import Column, Schema

_FINDING = (
    Column("severity", "text", "error, problem or note"),
    Column("kind", "text", "stable identifier of the kind of fault"),
    Column("source", "text", "layer's name in the project file"),
    Column("count", "integer", "records concerned"),
    Column("area_ha", "number", "their area", "ha", nullable=True),
    Column("examples", "text", "the first identifiers"),
    Column("message_vi", "text", "message in Vietnamese"),
    Column("message_en", "text", "message in English"),
)
FINDINGS = Schema("findings", _FINDING)
MEASURE_FINDINGS = Schema("measure_findings", _FINDING)
COVER_FINDINGS = Schema("cover_findings", _FINDING)
ALLOCATION_FINDINGS = Schema("allocation_findings", _FINDING)

MEASURED = Schema(
    "measured",
    (
        Column("commune_code", "text", "commune; empty for the part outside every commune"),
        Column("layer", "text", "layer's name in the project file"),
        Column("land", "text", "land class"),
        Column("crop", "text", "crop id; empty where no crop stands"),
        Column("three_forest", "text", "protection, special_use, production or outside"),
        Column("planting_year", "integer", "year of planting or of the report", nullable=True),
        Column("area_ha", "number", "area by geometry", "ha", nullable=True),
        Column("ledger_ha", "number", "area by the ledger or the report", "ha", nullable=True),
    ),
)

AREAS = Schema(
    "areas",
    (
        Column("commune_code", "text", "commune; empty for the part outside every commune"),
        Column("commune", "text", "name of the commune"),
        Column("layer", "text", "layer's name in the project file"),
        Column("land", "text", "land class"),
        Column("crop", "text", "crop id; empty where no crop stands"),
        Column("year", "integer", "newest year of a report; other layers: none", nullable=True),
        Column("area_ha", "number", "area by geometry", "ha", nullable=True),
        Column("ledger_ha", "number", "area by the ledger", "ha", nullable=True),
    ),
)

FOREST_COVER = Schema(
    "forest_cover",
    (
        Column("commune_code", "text", "commune; the last row is the province"),
        Column("commune", "text", "name"),
        Column("natural_area_ha", "number", "official natural area", "ha", minimum=0),
        Column(
            "natural_forest_ha",
            "number",
            "natural forest, by the ledger",
            "ha",
            nullable=True,
            minimum=0,
        ),
        Column(
            "planted_forest_ha", "number", "planted and established", "ha", nullable=True, minimum=0
        ),
        Column(
            "not_yet_forest_ha", "number", "planted, not yet forest", "ha", nullable=True, minimum=0
        ),
        Column("cover_percent", "number", "forest cover rate, unrounded", "%", nullable=True),
        Column("cover_geometry_percent", "number", "the same from geometry", "%", nullable=True),
        Column("polygon_area_ha", "number", "area of the boundary polygon", "ha", nullable=True),
        Column(
            "polygon_difference_percent", "number", "polygon against official", "%", nullable=True
        ),
        Column(
            "area_with_forest_ha",
            "number",
            "as published: not yet forest included",
            "ha",
            nullable=True,
        ),
        Column(
            "special_use_ha", "number", "of the area with forest: special-use", "ha", nullable=True
        ),
        Column(
            "protection_ha", "number", "of the area with forest: protection", "ha", nullable=True
        ),
        Column(
            "production_ha", "number", "of the area with forest: production", "ha", nullable=True
        ),
        Column(
            "outside_ha",
            "number",
            "of the area with forest: outside the three",
            "ha",
            nullable=True,
        ),
        Column(
            "forest_outside_ha",
            "number",
            "forest that counts, outside the three",
            "ha",
            nullable=True,
        ),
        Column("exceeds_natural_area", "boolean", "forest exceeds the official natural area"),
        Column(
            "wrong_with_not_yet_percent",
            "number",
            "if planted, not yet forest counted",
            "%",
            nullable=True,
        ),
        Column(
            "wrong_polygon_area_percent", "number", "if divided by polygons", "%", nullable=True
        ),
        Column("wrong_mean_of_communes_percent", "number", "mean of communes", "%", nullable=True),
        Column(
            "wrong_inside_plan_percent",
            "number",
            "if forest outside the plan were left out",
            "%",
            nullable=True,
        ),
    ),
)

PLANTED_SPECIES = Schema(
    "planted_species",
    (
        Column("crop", "text", "crop id or the species' own name; empty where none is given"),
        Column("planted_ha", "number", "planted in all, not yet forest included", "ha"),
        *(
            Column(f"class_{number}_ha", "number", f"established, age class {number}", "ha")
            for number in range(1, 6)
        ),
        Column("age_unknown_ha", "number", "established, planting year unknown", "ha"),
        Column("not_yet_ha", "number", "planted, not yet forest", "ha"),
    ),
)

COVER_CHANGE = Schema(
    "cover_change",
    (
        Column("cause", "text", "cause, see CAUSES; the last row, total, is all of them"),
        Column("plots", "integer", "plots concerned (later ones; earlier where only there)"),
        Column("area_ha", "number", "ground, by the later ledger (earlier where only there)", "ha"),
        Column("forest_before_ha", "number", "forest that counted at the first date", "ha"),
        Column("forest_after_ha", "number", "forest that counts at the second date", "ha"),
        Column("change_ha", "number", "after less before", "ha"),
        Column("change_points", "number", "change of the rate", "percentage points"),
    ),
)

COVER_CHANGE_PIECES = Schema(
    "cover_change_pieces",
    (
        Column("cause", "text", "cause, see CAUSES"),
        Column("before_row", "integer", "record of the earlier layer", nullable=True),
        Column("before_plot", "text", "its label", nullable=True),
        Column("before_land", "text", "its land class", nullable=True),
        Column("after_row", "integer", "record of the later layer", nullable=True),
        Column("after_plot", "text", "its label", nullable=True),
        Column("after_land", "text", "its land class", nullable=True),
        Column("before_ha", "number", "ledger of the piece at the first date", "ha"),
        Column("after_ha", "number", "ledger of the piece at the second date", "ha"),
        Column("change_ha", "number", "change of forest", "ha"),
    ),
)

AREA_ERRORS = Schema(
    "area_errors",
    (
        Column("subject", "text", "crop id; forest: all forest that counts for the cover rate"),
        Column("layer", "text", "layer's name in the project file"),
        Column("commune_code", "text", "commune; empty for all together"),
        Column("origin", "text", "boundary (errors of drawing) or sample (reference points)"),
        Column("area_ha", "number", "estimated area; of a boundary none", "ha", nullable=True),
        Column("standard_error_ha", "number", "standard error", "ha", nullable=True),
        Column("low_ha", "number", "lower end, of a sample", "ha", nullable=True),
        Column("high_ha", "number", "upper end, of a sample", "ha", nullable=True),
        Column("points", "integer", "reference points of the sample", nullable=True),
        Column("error_m", "number", "positional error of the boundary", "m", nullable=True),
        Column("strata", "text", "strata where more points would help most, with +"),
    ),
)

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
        Column("plan", "text", "id of the plan"),
        Column("indicator", "text", "what is counted: area, forest_cover_rate, …"),
        Column("period", "text", "by_year, per_year, in_year or cumulative"),
        Column("commune_code", "text", "the commune of a target of one commune, else empty"),
        Column("figure_low", "number", "lower end as the plan says it", nullable=True),
        Column("figure_high", "number", "upper end as the plan says it", nullable=True),
        Column(
            "tolerance_percent",
            "number",
            "what the status of a figure given as about so much allows for",
            "%",
            nullable=True,
        ),
        Column("low_interval", "number", "lower end of the interval, in unit", nullable=True),
        Column("high_interval", "number", "upper end of the interval, in unit", nullable=True),
        Column(
            "verdict",
            "text",
            "met, not_met, cannot_tell, not_assessed (no accuracy stated) or not_measured",
        ),
        Column(
            "needed",
            "text",
            "what would decide: points:N:STRATA more, error_m:METRES of boundaries, at_the_end "
            "(no survey can), accuracy (state how the layer was drawn) or empty",
        ),
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
        Column("remark", "text", "listed_but_little, unlisted_but_much or empty"),
    ),
)

ZONE_NAMES = Schema(
    "zone_names",
    (
        Column("zone", "text", "id of the zone, unique, in the plan's order"),
        Column("name_vi", "text", "name in Vietnamese"),
        Column("name_en", "text", "name in English"),
        Column("crop", "text", "crop id; empty for a zone of no single crop"),
        Column("list", "text", "open, closed, province or none: the plan's commune list"),
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
            "hectares added, rounded; missing in a zone that was not allocated",
            "ha",
            nullable=True,
            minimum=0,
        ),
        Column(
            "present_ha",
            "number",
            "present area of the zone in the commune, rounded, the same on each of its rows; "
            "missing: not measured",
            "ha",
            nullable=True,
            minimum=0,
        ),
        Column(
            "binding", "text", "what keeps the commune from taking more; not_allocated: the zone"
        ),
    ),
)

ALLOCATION_TARGETS = Schema(
    "allocation_targets",
    (
        Column("target", "text", "id of the target"),
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune, or empty for the whole zone"),
        Column("clause", "text", "clause of the plan", nullable=True),
        Column("year", "integer", "year the target is due"),
        Column("low_ha", "number", "lower end", "ha", nullable=True),
        Column("high_ha", "number", "upper end", "ha", nullable=True),
        Column("present_ha", "number", "present area", "ha"),
        Column("loss_ha", "number", "lost until the year", "ha"),
        Column("planned_ha", "number", "added until the year", "ha"),
        Column("end_ha", "number", "present − lost + added", "ha"),
        Column("shortfall_ha", "number", "low − end where positive", "ha"),
        Column("surplus_ha", "number", "end − high where positive", "ha"),
        Column("status", "text", "reached, short or above"),
    ),
)

ALLOCATION_LOSSES = Schema(
    "allocation_losses",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("year", "integer", "year"),
        Column("loss_ha", "number", "hectares lost in the year (harvest, conversion)", "ha"),
    ),
)

ALLOCATION_LAND = Schema(
    "allocation_land",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column(
            "available_ha",
            "number",
            "land that suits the zone, beside its present area; missing where no rule tells",
            "ha",
            nullable=True,
            minimum=0,
        ),
        Column("binding", "text", "what keeps the commune from taking more"),
    ),
)

ALLOCATION_SOURCES = Schema(
    "allocation_sources",
    (
        Column("source", "text", "id of the land source"),
        Column("name_vi", "text", "name in Vietnamese"),
        Column("name_en", "text", "name in English"),
        Column("shares", "boolean", "its hectares bear trees as well and are never added to them"),
        Column("limit_ratio", "number", "the part of it that may be used", minimum=0),
    ),
)

ALLOCATION_NOTES = Schema(
    "allocation_notes",
    (
        Column("message_en", "text", "sentence below the tables, English"),
        Column("message_vi", "text", "the same in Vietnamese"),
    ),
)

ALLOCATION_REASONS = Schema(
    "allocation_reasons",
    (
        Column("zone", "text", "id of the zone"),
        Column("target", "text", "id of the target"),
        Column("kind", "text", "stable identifier of the sentence"),
        Column("message_en", "text", "English"),
        Column("message_vi", "text", "Vietnamese"),
    ),
)

ALLOCATION_REPAIRS = Schema(
    "allocation_repairs",
    (
        Column("target", "text", "the short target"),
        Column("zone", "text", "its zone"),
        Column("repair", "text", "open_list, list_commune, pace, source, year, lock or floor"),
        Column("commune_code", "text", "the commune concerned, or empty"),
        Column("source", "text", "the land source concerned, or empty"),
        Column("change_ha", "number", "by how much a figure is moved", "ha", nullable=True),
        Column("gain_ha", "number", "by how much all shortfalls together shrink", "ha"),
        Column("left_ha", "number", "what all targets together still lack", "ha"),
    ),
)

TRAJECTORY = Schema(
    "trajectory",
    (
        Column("year", "integer", "31 December of the year; the first is the layer's own"),
        Column("commune_code", "text", "commune; after the communes of a year the province"),
        Column("commune", "text", "name"),
        Column(
            "ledger",
            "text",
            "counts: what counts for the rate; with_forest: what is published as area with forest",
        ),
        Column("natural_forest_ha", "number", "natural forest", "ha", minimum=0),
        Column("planted_forest_ha", "number", "planted and forest", "ha", minimum=0),
        Column("not_yet_forest_ha", "number", "planted, not yet forest", "ha", minimum=0),
        Column("bare_ha", "number", "bare and regenerating land", "ha"),
        Column("harvested_ha", "number", "harvested and not replanted", "ha", minimum=0),
        Column(
            "cover_percent",
            "number",
            "counts: forest cover rate; with_forest: area with forest over natural area, no rate",
            "%",
        ),
        Column("low_percent", "number", "lower end of the 90 % band", "%"),
        Column("high_percent", "number", "upper end of the 90 % band", "%"),
    ),
)

TRAJECTORY_TARGETS = Schema(
    "trajectory_targets",
    (
        Column("target", "text", "id of the target"),
        Column("clause", "text", "clause of the plan", nullable=True),
        Column("year", "integer", "year the target is due"),
        Column("target_percent", "number", "forest cover rate asked for", "%"),
        Column("forecast_percent", "number", "forest cover rate forecast", "%"),
        Column("low_percent", "number", "lower end of the 90 % band", "%"),
        Column("high_percent", "number", "upper end of the 90 % band", "%"),
        Column("gap_ha", "number", "forest that lacks; below 0: beyond the target", "ha"),
        Column("reached_year", "integer", "first year that reaches it", nullable=True),
        Column("looked_until", "integer", "last year looked at for that"),
        Column("reached_ratio", "number", "share of the draws that reach it in its year"),
        Column("needed_points", "number", "rise per year that it needs", "percentage points"),
        Column("forecast_points", "number", "rise per year that is forecast", "percentage points"),
    ),
)

TRAJECTORY_SEASONS = Schema(
    "trajectory_seasons",
    (
        Column("crop", "text", "species; empty where none is given"),
        Column("year", "integer", "year that is to be reached"),
        Column("lag_years", "integer", "years until planting counts", "years", nullable=True),
        Column("low_years", "integer", "lower end of the lag's 95 % band", "years", nullable=True),
        Column("high_years", "integer", "upper end", "years", nullable=True),
        Column("basis", "text", "setting, layer, table or none"),
        Column(
            "last_season",
            "integer",
            "last year of planting that still counts; missing: planting never counts",
            nullable=True,
        ),
        Column("article", "text", "article of the legal minimum"),
    ),
)

TRAJECTORY_CAUSES = Schema(
    "trajectory_causes",
    (
        Column("year", "integer", "year"),
        Column("cause", "text", "cause of Biểu 05, or total"),
        Column("change_ha", "number", "change of the forest that counts", "ha"),
        Column("change_points", "number", "change of the rate", "percentage points"),
    ),
)

TRAJECTORY_ASSUMPTIONS = Schema(
    "trajectory_assumptions",
    (
        Column("assumption", "text", "key, as zones trajectory --what-if takes it"),
        Column("value", "text", "what is assumed"),
        Column("basis", "text", "setting, default, layer, table or plan"),
        Column("message_en", "text", "sentence, English"),
        Column("message_vi", "text", "the same in Vietnamese"),
    ),
)

LEVERS = Schema(
    "levers",
    (
        Column("target", "text", "id of the target; empty: the rate of the forecast's last year"),
        Column("year", "integer", "year of the rate"),
        Column("lever", "text", "what is moved"),
        Column("kind", "text", "step: one step of an input; least: what reaches the target"),
        Column("commune_code", "text", "commune, or empty for the province"),
        Column("step", "number", "size of the step, in unit", nullable=True),
        Column("unit", "text", "unit of the step"),
        Column("less_points", "number", "change of the rate, a step less", "points", True),
        Column("more_points", "number", "change of the rate, a step more", "points", True),
        Column("area_ha", "number", "least hectares; missing: no number will do", "ha", True),
        Column("most_ha", "number", "hectares that there are", "ha", True),
        Column("most_points", "number", "what all of them do to the rate", "points", True),
    ),
)

BACKTEST = Schema(
    "backtest",
    (
        Column("territory", "text", "province, or the country"),
        Column("cutoff", "integer", "last year that the model was told of"),
        Column("year", "integer", "year forecast"),
        Column("published_percent", "number", "rate that was published", "%"),
        Column("forecast_percent", "number", "rate of the model", "%"),
        Column("low_percent", "number", "lower end of its 90 % band", "%"),
        Column("high_percent", "number", "upper end", "%"),
        Column("naive_percent", "number", "rate if the last trend goes on", "%"),
    ),
)

TRAJECTORY_FINDINGS = Schema("trajectory_findings", _FINDING)

#: All tables of a run, in the order of its steps.
RESULT_TABLES = (
    FINDINGS,
    MEASURED,
    AREAS,
    MEASURE_FINDINGS,
    FOREST_COVER,
    PLANTED_SPECIES,
    COVER_FINDINGS,
    COVER_CHANGE,
    COVER_CHANGE_PIECES,
    AREA_ERRORS,
    TARGETS,
    ZONES,
    ZONE_NAMES,
    ALLOCATION,
    ALLOCATION_TARGETS,
    ALLOCATION_LOSSES,
    ALLOCATION_NOTES,
    ALLOCATION_LAND,
    ALLOCATION_SOURCES,
    ALLOCATION_FINDINGS,
    ALLOCATION_REPAIRS,
    ALLOCATION_REASONS,
    TRAJECTORY,
    TRAJECTORY_TARGETS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_ASSUMPTIONS,
    LEVERS,
    BACKTEST,
    TRAJECTORY_FINDINGS,
)


_INTRODUCTION = (
    "Every table is written as `NAME.csv` (UTF-8, for Excel) and `NAME.parquet` (with types). "
    "A missing figure is empty, never 0. This page is written from `zones/tables.py`.\n"
)


def tables_page() -> str:
    """Page of the documentation that lists every table and its columns, in Markdown."""
    parts = [
        "# Tables of a run\n",
        _INTRODUCTION,
    ]
    parts += [f"## {schema.name}\n\n{schema.describe()}\n" for schema in RESULT_TABLES]
    return "\n".join(parts)
