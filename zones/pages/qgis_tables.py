"""Names of tables in the GeoPackage of a QGIS project, for what writes them and what reads them."""

from __future__ import annotations

COMMUNES = "communes"
#: Lines between communes of two provinces: their rows stand for no hectares.
BORDERS = "borders"
#: Ends of the names of the layer of the standard, and of that of the plots that are kept.
PLANNED, KEPT = "_rungqh", "_rungqh_giu"
