"""Where a raster lies on disk, of which format it is, and which files it is made of.

GDAL would follow a name to another machine, open whatever a file turns out to contain, and let a
VRT read any file. So the format is settled here, by the first bytes, before a driver opens it; a
VRT may hold known elements only, and its sources must be files of the project. Every reader of
rasters opens them through ``open_raster``.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from layers.base.errors import InputError, MissingFileError
from layers.base.files import resolved
from layers.base.messages import message
from layers.io.endings import SIDECARS, UNSIGNED_RASTERS
from layers.io.vector_source import local_path, refuse_special_part

#: GDAL inside of this may not reach another machine, nor run code that a VRT carries.
GDAL_OPTIONS = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "127.0.0.1:0",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
}
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# GDAL recognises these by text anywhere in the first kilobyte, whatever comes before it.
_TAKEN_OVER = re.compile(rb"<VRTDataset|<GDALTileIndex|<GDAL_W|<WCS_GDAL|<TileMap", re.IGNORECASE)
_HEAD_BYTES = 4096
_XML_LIMIT_BYTES = 32 << 20
#: Most marks of elements and attributes: a VRT of 20,000 sources has 600,000.
_XML_PARTS = 1_000_000
_SOURCES_LIMIT = 20_000
#: Most times that VRTs name a source, in all bands and through each other.
_READS_LIMIT = 200_000
# What gdalbuildvrt, gdal_translate and gdalwarp write. GDAL reads names without regard to case,
# and takes an attribute for an element of its name.
_VRT_FILES = frozenset({"sourcefilename", "sourcedataset"})
_VRT_ELEMENTS = _VRT_FILES | frozenset(
    re.findall(
        r"\w+",
        """vrtdataset srs geotransform metadata mdi vrtrasterband description unittype offset scale
        nodatavalue hidenodatavalue colorinterp colortable entry categorynames category histograms
        histitem histmin histmax bucketcount includeoutofrange approximate histcounts maskband
        simplesource complexsource averagedsource sourceband sourceproperties srcrect dstrect
        nodata usemaskband lut scaleoffset scaleratio colortablecomponent exponent srcmin srcmax
        dstmin dstmax clamp overview overviewlist blockxsize blockysize gdalwarpoptions
        warpmemorylimit resamplealg workingdatatype option options initdest bandlist bandmapping
        srcnodatareal srcnodataimag dstnodatareal dstnodataimag transformer approxtransformer
        maxerror basetransformer genimgprojtransformer srcgeotransform srcinvgeotransform
        dstgeotransform dstinvgeotransform reprojecttransformer reprojectiontransformer sourcesrs
        targetsrs sourcecrs targetcrs multithread srcalphaband dstalphaband cutline
        cutlineblenddist""",
    )
)
_VRT_CLASSES = frozenset({"", "vrtsourcedrasterband", "vrtwarpedrasterband", "vrtwarpeddataset"})
#: Resampling that gives a cell one of the classes that lie there: the others mix them. A warped
#: dataset calls the nearest by its full name.
_KEEP_CLASSES = frozenset({"", "near", "nearest", "nearestneighbour", "default", "mode"})
#: Parts of a cell by which grids differ in the last digits of their origins and cell sizes.
_CELL_STEP = 1e-5
#: Files of a folder by their names in small letters.
_Listing = dict[str, list[Path]]
_SRS = re.compile(r"^\s*(EPSG:\d+|[A-Za-z0-9_]+\s*\[)", re.IGNORECASE)


def open_raster(path: str | Path, *, folders: Sequence[Path] = (), checked: bool = False) -> Any:
    """Open a local raster for reading; sources of a VRT may lie beside it or in ``folders``."""
    at = local_path(path)
    if not checked:
        raster_files(at, folders=folders)
    driver = _driver(at)
    # GDAL reads relative sources from where a linked VRT really is.
    name = resolved(at) if driver == "VRT" else at
    with warnings.catch_warnings(), reading(at.name), rasterio.Env(**GDAL_OPTIONS):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # an error of ours, if it matters
        dataset = rasterio.open(name, driver=driver, sharing=False)
        files = [] if checked else [Path(file) for file in dataset.files]
    outside = [str(file) for file in files if not _within(file, at, folders)]
    if outside:
        dataset.close()
        raise _outside(at.name, outside)
    return dataset


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what GDAL gives up with, of which rasterio lets some through, into one clear error."""
    try:
        yield
    except (RasterioError, CPLE_BaseError) as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError("layers.io.raster_not_read", name=name, reason=reason) from error


def raster_files(path: str | Path, *, folders: Sequence[Path] = ()) -> list[Path]:
    """Files that a raster is read from: itself, what lies beside it, and the sources of a VRT."""
    at = local_path(path)
    found: dict[Path, None] = {}
    sources: dict[Path, list[Path]] = {}
    folders_seen: dict[Path, _Listing] = {}
    waiting = [at]
    while waiting:
        item = waiting.pop()
        if item in found:
            continue
        found[item] = None
        found |= dict.fromkeys(_sidecars(item, _listed(item.parent, folders_seen)))
        if _driver(item) == "VRT":
            sources[item] = _vrt_sources(item, at, folders)
            waiting += sources[item]
        if len(found) > _SOURCES_LIMIT:
            raise InputError(
                "layers.io.too_many_raster_files", at=at.name, sources_limit=_SOURCES_LIMIT
            )
    _refuse_many_reads(at, sources)
    return list(found)


def _refuse_many_reads(at: Path, sources: Mapping[Path, list[Path]]) -> None:
    """Refuse VRTs that name each other again and again: few files, read without end."""
    level, reads = Counter({at: 1}), 0
    while level:
        following: Counter[Path] = Counter()
        for item, times in level.items():
            for source in sources.get(item, ()):
                following[source] += times
        reads += following.total()
        if reads > _READS_LIMIT:
            raise InputError(
                "layers.io.too_many_raster_files", at=at.name, sources_limit=_READS_LIMIT
            )
        level = following


def _driver(path: Path) -> str:
    """Driver that may open a file, by its first bytes; by its ending where they tell nothing."""
    if path.is_dir():
        raise MissingFileError("layers.io.not_a_raster_file", file=path.name)
    with path.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    ending = path.suffix.lower()
    if _TAKEN_OVER.search(head) or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"{")):
        if ending == ".vrt" and b"<VRTDataset" in head[:1024]:
            return "VRT"
        shown = ending or message("layers.io.without_ending")
        raise InputError("layers.io.names_other_sources", file=path.name, ending=shown)
    if head.startswith(_TIFF):
        return "GTiff"
    if head.startswith(b"EHFA_HEADER_TAG"):
        return "HFA"
    if ending in UNSIGNED_RASTERS:
        return UNSIGNED_RASTERS[ending]
    known = "GeoTIFF, VRT, ERDAS .img, .asc, .bil, .hgt, .sdat, .png"
    raise InputError("layers.io.unreadable_raster", file=path.name, known=known)


def _listed(folder: Path, seen: dict[Path, _Listing]) -> _Listing:
    """Files of a folder by their names in small letters, read once for all rasters in it."""
    if folder not in seen:
        seen[folder] = {}
        for item in sorted(folder.iterdir()):
            seen[folder].setdefault(item.name.lower(), []).append(item)
    return seen[folder]


def _sidecars(path: Path, listed: _Listing) -> Iterator[Path]:
    """Files beside a raster that GDAL reads along with it, once they are harmless."""
    names = {f"{base}{ending}".lower() for base in (path.name, path.stem) for ending in SIDECARS}
    for item in sorted(item for name in names for item in listed.get(name, ())):
        refuse_special_part(path, item)
        if item == path or not item.is_file():
            continue
        lower = item.name.lower()
        if lower.endswith((".msk", ".ovr")) and _driver(item) != "GTiff":
            raise InputError("layers.io.sidecar_no_tiff", item=item.name, file=path.name)
        if lower.endswith(".aux.xml"):
            _refuse_pointers(item, _parsed(item))
        yield item


def _refuse_pointers(path: Path, root: ET.Element) -> None:
    """Refuse a file of metadata that sends GDAL to another file for overviews or for its CRS."""
    for item in root.iter():
        # GDAL takes an attribute for an element of its name.
        said = [(_tag(item), item.text or ""), *((k.lower(), v) for k, v in item.attrib.items())]
        for name, value in said:
            text = value.strip()
            crs = name.endswith(("srs", "crs")) and text and _SRS.match(text) is None
            if crs or text.upper() == "OVERVIEW_FILE":
                raise InputError("layers.io.pointer_refused", file=path.name, text=text[:80])


def _tag(item: ET.Element) -> str:
    # Comments and processing instructions have a function for a tag.
    return item.tag.lower() if isinstance(item.tag, str) else "<!"


def _refuse_many_parts(path: Path, text: str) -> None:
    """Refuse XML whose tree would be some hundred times as large as its text."""
    parts = text.count("<") + text.count("=")
    if parts > _XML_PARTS:
        raise InputError(
            "layers.io.xml_too_many_parts", file=path.name, parts=parts, most=_XML_PARTS
        )


def _parsed(path: Path) -> ET.Element:
    if path.stat().st_size > _XML_LIMIT_BYTES:
        raise InputError(
            "layers.io.xml_too_large",
            file=path.name,
            st_size=path.stat().st_size / 2**20,
            xml_limit_bytes=_XML_LIMIT_BYTES >> 20,
        )
    try:
        text = path.read_text("utf-8-sig")
        _refuse_many_parts(path, text)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ValueError("a document type is not expected here")  # noqa: TRY301 - met below
        builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
        parser = ET.XMLParser(target=builder)  # noqa: S314 - no entities, bounded size
        parser.feed(text)
        root: ET.Element = parser.close()
    except InputError:
        raise
    except (ET.ParseError, ValueError) as error:
        raise InputError("layers.io.xml_damaged", file=path.name, error=error) from error
    return root


def _vrt_sources(vrt: Path, asked: Path, folders: Sequence[Path]) -> list[Path]:
    """Files that a VRT reads, all of a known format and inside the project."""
    root = _parsed(vrt)
    _refuse_pointers(vrt, root)
    strange = sorted({name for item in root.iter() for name in _strange_names(item)})
    if strange:
        raise InputError(
            "layers.io.vrt_unknown_elements", vrt=vrt.name, count=len(strange), strange=strange
        )
    home = resolved(vrt).parent
    named = [item for item in root.iter() if _tag(item) in _VRT_FILES]
    sources = [_source_path(item, home) for item in named]
    # Neither a device nor an address is opened to look what it is.
    gone = [text for text, path in sources if path is None or not path.is_file()]
    if gone:
        raise MissingFileError(
            "layers.io.vrt_sources_not_here", vrt=vrt.name, count=len(gone), gone=gone
        )
    paths = [path for _, path in sources if path is not None]
    outside = [str(path) for path in paths if not _within(path, asked, folders)]
    if outside:
        raise _outside(vrt.name, outside)
    other = [path.name for path in paths if _driver(path) not in ("GTiff", "HFA", "VRT")]
    if other:
        raise InputError(
            "layers.io.vrt_sources_wrong_format", vrt=vrt.name, count=len(other), other=other
        )
    return paths


def refuse_mixed_classes(dataset: Any, name: str) -> None:
    """Refuse an open raster that GDAL would resample by a rule that makes classes of others."""
    # A WarpedVRT of rasterio is in no file.
    warped = getattr(dataset, "resampling", None)
    found = [str(warped.name)] if warped is not None else []
    waiting, seen = [(Path(dataset.name), 1.0)], set[tuple[Path, float]]()
    reduced: set[str] = set()
    while waiting if dataset.driver == "VRT" else []:
        path, ratio = waiting.pop()
        if (path, ratio) in seen or not path.is_file():
            continue
        seen.add((path, ratio))
        if ratio > 1 and _has_overviews(path):
            reduced.add(path.name)
        if _driver(path) == "VRT":
            root = _parsed(path)
            found += [text.strip() for item in root.iter() for text in _resamplings(item)]
            waiting += [(at, ratio * more) for at, more in _ratios(root, resolved(path).parent)]
    mixing = sorted({text for text in found if text.lower() not in _KEEP_CLASSES})
    if mixing:
        raise InputError("layers.io.classes_mixed", name=name, mixing=mixing)
    if reduced:
        raise InputError("layers.io.classes_of_overviews", name=name, sources=sorted(reduced))


def _ratios(root: ET.Element, home: Path) -> Iterator[tuple[Path, float]]:
    """Sources of a VRT, and how many of their cells lie along a side of one of its own."""
    for item in root.iter():
        for part in item:
            path = _source_path(part, home)[1] if _tag(part) in _VRT_FILES else None
            if path is not None:
                yield path, _ratio(item)


def _ratio(source: ET.Element) -> float:
    """Cells of a source along a side of one cell of the VRT; 1 where the VRT does not say it."""
    rects = {_tag(part): part.attrib for part in source}
    try:
        sides = [
            float(rects["srcrect"][side]) / float(rects["dstrect"][side])
            for side in ("xSize", "ySize")
        ]
    except (KeyError, ValueError, ZeroDivisionError):
        return 1.0
    return max(sides) if max(sides) > 1 + _CELL_STEP else 1.0


def _has_overviews(path: Path) -> bool:
    """Whether a raster has overviews, which GDAL may read in place of its cells.

    Which one it takes goes by the ratio of the window that is read: of a few cells at an edge.
    """
    with (
        warnings.catch_warnings(),
        reading(path.name),
        rasterio.Env(**GDAL_OPTIONS),
        rasterio.open(path, driver=_driver(path), sharing=False) as source,
    ):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return any(source.overviews(band) for band in source.indexes)


def _resamplings(item: ET.Element) -> Iterator[str]:
    """Name the resampling that an element of a VRT asks for, where cells are read by it."""
    if _tag(item) == "overviewlist" or _cell_by_cell(item):
        return
    if _tag(item) == "averagedsource":
        yield "average"
    if _tag(item) == "resamplealg":
        yield item.text or ""
    for name, value in item.attrib.items():
        if name.lower() in ("resampling", "resamplealg"):
            yield value


def _cell_by_cell(source: ET.Element) -> bool:
    """Whether each cell of a source is a cell of the VRT, so that no rule of resampling is used.

    Between two cells GDAL mixes them, although source and VRT have cells of one size.
    """
    rects = {_tag(part): part.attrib for part in source}
    try:
        src, dst = (
            [float(rects[name][key]) for key in ("xOff", "yOff", "xSize", "ySize")]
            for name in ("srcrect", "dstrect")
        )
        cells = [round(value) for value in (*src, *dst)]
    except (KeyError, ValueError, OverflowError):
        return False
    off = max(abs(value - cell) for value, cell in zip((*src, *dst), cells, strict=True))
    return off <= _CELL_STEP and cells[2:4] == cells[6:8]


def _strange_names(item: ET.Element) -> Iterator[str]:
    tag = _tag(item)
    if tag not in _VRT_ELEMENTS:
        yield "comment" if tag == "<!" else str(item.tag)
    if tag in _VRT_FILES and len(item):
        yield f"{item.tag} with parts"
    for name, value in item.attrib.items():
        lower = name.lower()
        if lower in _VRT_FILES:
            yield f"{item.tag} {name}="
        if lower == "subclass" and value.lower() not in _VRT_CLASSES:
            yield value


def _source_path(item: ET.Element, home: Path) -> tuple[str, Path | None]:
    text = item.text or ""
    flags = {name.lower(): value for name, value in item.attrib.items()}
    relative = flags.get("relativetovrt", "0").strip()
    drive = Path(text).drive
    if relative not in ("0", "1") or ":" in text[len(drive) :] or text.startswith("/vsi"):
        return text, None
    return text, (home / text) if relative == "1" else Path(text)


def _within(path: Path, asked: Path, folders: Sequence[Path]) -> bool:
    """Whether a file lies in the folder of the raster asked for, or in the project's folders."""
    allowed = [asked.absolute().parent, resolved(asked).parent, *folders]
    return any(resolved(path).is_relative_to(resolved(folder)) for folder in allowed)


def _outside(name: str, files: list[str]) -> InputError:
    return InputError("layers.io.sources_outside_folder", name=name, count=len(files), files=files)
