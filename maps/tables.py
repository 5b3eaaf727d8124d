"""Tables the pages are made of: what the planner hands over; their columns in ``tables.csv``."""

from __future__ import annotations

from layers.base.schema import read_schema

TARGETS = read_schema("maps", "targets")
ZONES = read_schema("maps", "zones")
FOREST_COVER = read_schema("maps", "forest cover")
ZONE_NAMES = read_schema("maps", "zone names")
SOURCES = read_schema("maps", "sources")
TASKS = read_schema("maps", "tasks")
SPECIES_AGES = read_schema("maps", "species and ages")
GROUP_ZONES = read_schema("maps", "group zones")
GROUP_COVER = read_schema("maps", "group cover")
COVER_YEARS = read_schema("maps", "cover years")
PROGRESS = read_schema("maps", "zones over the years")
ALLOCATION = read_schema("maps", "allocation")
LOSSES = read_schema("maps", "losses")
