"""Endings of the files that are read, by the reader that reads them; in small letters.

What takes files in (the command line, the desk) asks here, so that it takes what is read and
nothing else. It imports no reader, to be asked in a blink.
"""

from __future__ import annotations

from layers.base.language import Phrase
from layers.base.messages import message

#: Layers, with the driver that must recognise the content.
DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".gdb": "OpenFileGDB",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "Parquet",
    ".geoparquet": "Parquet",
}
#: Layers that are folders.
FOLDERS = (".gdb",)
ARCHIVES = (".zip", ".shz")
#: Files that belong to another of the same name, which is the one to open.
PARTS = {
    **dict.fromkeys((".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx"), ".shp"),
    ".shp.xml": ".shp",
    **dict.fromkeys((".dat", ".map", ".id", ".ind"), ".tab"),
    ".mid": ".mif",
}
#: Made for viewing or drawing: what a plot holds stands in labels and folders, not in columns.
DRAWINGS = (".kml", ".kmz", ".dgn", ".dwg", ".dxf", ".gpx")

#: Archives that are not looked into.
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz")

WORKBOOK_KINDS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TABLE_KINDS = (".csv", ".tsv", *WORKBOOK_KINDS, ".parquet")

#: Rasters without a signature of their own, with their driver.
UNSIGNED_RASTERS = {
    ".asc": "AAIGrid",
    ".bil": "EHdr",
    ".bip": "EHdr",
    ".bsq": "EHdr",
    ".flt": "EHdr",
    ".hgt": "SRTMHGT",
    ".png": "PNG",
    ".sdat": "SAGA",
}
RASTER_ENDINGS = frozenset({".tif", ".tiff", ".vrt", ".img", *UNSIGNED_RASTERS})
#: Beside ``cover.tif``: statistics, nodata and CRS; mask; overviews; world file.
SIDECARS = (
    *(".aux.xml", ".msk", ".msk.aux.xml", ".ovr"),
    *(".tfw", ".tifw", ".tiffw", ".wld", ".aux", ".rrd", ".ige", ".prj", ".hdr", ".clr", ".pgw"),
    *(".stx", ".sgrd", ".mgrd", ".imd", ".rpb"),
)

DOCUMENT_KINDS = (".txt", ".md", ".docx", ".pdf")


def instead_of(suffix: str) -> Phrase:
    """Remedy where a file of this ending is no layer that is read."""
    if suffix in PARTS:
        return message("layers.io.name_instead", suffix=PARTS[suffix])
    if suffix in DRAWINGS:
        return message("layers.io.export_first")
    if suffix in PACKED:
        return message("layers.io.unpack_first")
    if suffix in TABLE_KINDS or suffix in DOCUMENT_KINDS:
        return message("layers.io.no_polygons")
    return message("layers.io.formats_read", known=" ".join([*DRIVERS, *ARCHIVES]))
