"""A GeoPackage with its styles and a QGIS project, written without QGIS."""
