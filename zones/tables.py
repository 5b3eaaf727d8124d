"""Every table that a run writes: its file, its columns, their units and meaning.

The name of a schema is the name of its files. Steps hand tables to each other by these schemas;
the reference page is written from them in both languages. Their columns stand in ``tables.csv``.
"""

from __future__ import annotations

from layers.base.schema import Schema, read_schema

FINDINGS = read_schema("zones", "findings")
MEASURE_FINDINGS = Schema("measure_findings", FINDINGS.columns)
COVER_FINDINGS = Schema("cover_findings", FINDINGS.columns)
ALLOCATION_FINDINGS = Schema("allocation_findings", FINDINGS.columns)
PLANNING_FINDINGS = Schema("planning_findings", FINDINGS.columns)
BORDER_FINDINGS = Schema("border_findings", FINDINGS.columns)
MEASURED = read_schema("zones", "measured")
AREAS = read_schema("zones", "areas")
FOREST_CLASSES = read_schema("zones", "forest_classes")
CROPS_ON_LAND = read_schema("zones", "crops_on_land")
FOREST_COVER = read_schema("zones", "forest_cover")
PLANTED_SPECIES = read_schema("zones", "planted_species")
COVER_CHANGE = read_schema("zones", "cover_change")
COVER_CHANGE_PIECES = read_schema("zones", "cover_change_pieces")
FOREST_CAUSES = read_schema("zones", "forest_causes")
FOREST_FORM_PURPOSES = read_schema("zones", "forest_form_purposes")
FOREST_FORM_CAUSES = read_schema("zones", "forest_form_causes")
AREA_ERRORS = read_schema("zones", "area_errors")
REPORTED = read_schema("zones", "reported")
PROGRESS = read_schema("zones", "progress")
TARGETS = read_schema("zones", "targets")
ZONES = read_schema("zones", "zones")
ZONE_NAMES = read_schema("zones", "zone_names")
ALLOCATION = read_schema("zones", "allocation")
ALLOCATION_TARGETS = read_schema("zones", "allocation_targets")
ALLOCATION_LOSSES = read_schema("zones", "allocation_losses")
ALLOCATION_HARVEST = read_schema("zones", "allocation_harvest")
ALLOCATION_LAND = read_schema("zones", "allocation_land")
ALLOCATION_SOURCES = read_schema("zones", "allocation_sources")
PLANNING_PLOTS = read_schema("zones", "planning_plots")
PLANNING_MEASURES = read_schema("zones", "planning_measures")
QGIS_CHANGES = read_schema("zones", "qgis_changes")
ALLOCATION_NOTES = read_schema("zones", "allocation_notes")
ALLOCATION_REASONS = read_schema("zones", "allocation_reasons")
ALLOCATION_REPAIRS = read_schema("zones", "allocation_repairs")
TRAJECTORY = read_schema("zones", "trajectory")
TRAJECTORY_TARGETS = read_schema("zones", "trajectory_targets")
TRAJECTORY_SEASONS = read_schema("zones", "trajectory_seasons")
TRAJECTORY_CAUSES = read_schema("zones", "trajectory_causes")
TRAJECTORY_ASSUMPTIONS = read_schema("zones", "trajectory_assumptions")
LEVERS = read_schema("zones", "levers")
BACKTEST = read_schema("zones", "backtest")
GROUP_ZONES = read_schema("zones", "group_zones")
GROUP_COVER = read_schema("zones", "group_cover")
TRAJECTORY_FINDINGS = Schema("trajectory_findings", FINDINGS.columns)
BORDERS = read_schema("zones", "borders")
BORDER_LAND = read_schema("zones", "border_land")
BORDER_PLOTS = read_schema("zones", "border_plots")
BORDER_CLAIMS = read_schema("zones", "border_claims")
BORDER_GROUND = read_schema("zones", "border_ground")
BORDER_MARKING = read_schema("zones", "border_marking")
BORDER_CONTACTS = read_schema("zones", "border_contacts")

#: All tables of a run, in the order of its steps.
RESULT_TABLES = (
    FINDINGS,
    MEASURED,
    AREAS,
    FOREST_CLASSES,
    CROPS_ON_LAND,
    MEASURE_FINDINGS,
    FOREST_COVER,
    PLANTED_SPECIES,
    COVER_FINDINGS,
    COVER_CHANGE,
    COVER_CHANGE_PIECES,
    FOREST_CAUSES,
    FOREST_FORM_PURPOSES,
    FOREST_FORM_CAUSES,
    AREA_ERRORS,
    REPORTED,
    PROGRESS,
    TARGETS,
    ZONES,
    ZONE_NAMES,
    ALLOCATION,
    ALLOCATION_TARGETS,
    ALLOCATION_LOSSES,
    ALLOCATION_NOTES,
    ALLOCATION_HARVEST,
    ALLOCATION_LAND,
    ALLOCATION_SOURCES,
    ALLOCATION_FINDINGS,
    ALLOCATION_REPAIRS,
    ALLOCATION_REASONS,
    GROUP_ZONES,
    GROUP_COVER,
    PLANNING_PLOTS,
    PLANNING_MEASURES,
    PLANNING_FINDINGS,
    TRAJECTORY,
    TRAJECTORY_TARGETS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_ASSUMPTIONS,
    LEVERS,
    BACKTEST,
    TRAJECTORY_FINDINGS,
    BORDERS,
    BORDER_LAND,
    BORDER_PLOTS,
    BORDER_CLAIMS,
    BORDER_GROUND,
    BORDER_MARKING,
    BORDER_CONTACTS,
    BORDER_FINDINGS,
)
