"""Files that would have a reader fetch an address, or read files that the project does not name."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

HEAD = (
    '<VRTDataset rasterXSize="200" rasterYSize="200"><SRS>EPSG:9215</SRS>'
    "<GeoTransform>450000,10,0,2402000,0,-10</GeoTransform>"
)
#: Paths that a reader of addresses would take apart, and which other files it would read instead.
ODD_NAMES: dict[str, list[str]] = {
    "!mới/lô": ["mới/lô", "lô"],
    "mới/!lô": ["mới/lô", "lô"],
    "gói.zip!b/lô;2": ["b/lô;2", "gói.zip!b/lô", "lô"],
    "~/lô": ["nhà/lô"],
}
if os.name != "nt":  # where no file can be called so
    ODD_NAMES[" [mới]\t /zip+file:lô?a|b=c#2%20 "] = ["[mới]/lô", "lô", "zip+file:lô"]


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """Address on this machine, and what was asked of it."""
    asked: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.settimeout(1)
                        with contextlib.suppress(OSError):
                            asked.append(client.recv(100) or b"connected")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def small_tiff(path: Path, value: int = 1) -> Path:
    """200 by 200 cells of 10 m: the ground of the small projects, all of one class."""
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="uint8",
        crs="EPSG:9215", transform=Affine(10, 0, 450_000, 0, -10, 2_402_000),
    ) as raster:  # fmt: skip
        raster.write(np.full((1, 200, 200), value, "uint8"))
    return path


def _text(name: str, text: str) -> Callable[[Path, str], Path]:
    def write(folder: Path, address: str) -> Path:
        path = folder / name
        path.write_text(text.replace("{http}", address), "utf-8")
        return path

    return write


def _vrt(source: str, *, name: str = "a.vrt", band: str = "") -> Callable[[Path, str], Path]:
    body = f"<SimpleSource>{source}<SourceBand>1</SourceBand></SimpleSource>"
    return _text(
        name,
        f'{HEAD}<VRTRasterBand dataType="Byte" band="1" {band}>{body}</VRTRasterBand></VRTDataset>',
    )


def _beside(ending: str, text: str) -> Callable[[Path, str], Path]:
    def write(folder: Path, address: str) -> Path:
        path = small_tiff(folder / "a.tif")
        Path(f"{path}{ending}").write_text(text.replace("{http}", address), "utf-8")
        return path

    return write


def _outside(folder: Path, _address: str) -> Path:
    small_tiff(folder.parent / "secret.tif")
    return _vrt('<SourceFilename relativeToVRT="1">../secret.tif</SourceFilename>')(folder, "")


def _link_outside(folder: Path, _address: str) -> Path:
    (folder / "b.tif").symlink_to(small_tiff(folder.parent / "secret.tif"))
    return _vrt('<SourceFilename relativeToVRT="1">b.tif</SourceFilename>')(folder, "")


def _nested(folder: Path, address: str) -> Path:
    _vrt("<SourceFilename>/vsicurl/{http}/x.tif</SourceFilename>", name="inner.vrt")(
        folder, address
    )
    return _vrt('<SourceFilename relativeToVRT="1">inner.vrt</SourceFilename>')(folder, "")


def _source_is_wms(folder: Path, address: str) -> Path:
    _text("b.tif", _WMS)(folder, address)
    return _vrt('<SourceFilename relativeToVRT="1">b.tif</SourceFilename>')(folder, "")


def _behind_a_tiff(folder: Path, address: str) -> Path:
    """Bytes of a TIFF, then a VRT in the first kilobyte: GDAL would take it for a VRT."""
    inner = _nested(folder, address)
    path = folder / "c.tif"
    path.write_bytes(b"II*\0" + bytes(16) + inner.read_bytes())
    return path


def _warped_crs(folder: Path, _address: str) -> Path:
    return _vrt("<SourceFilename/>", band='SRS="{http}/crs"')(folder, _address)


_WMS = (
    '<GDAL_WMS><Service name="TMS"><ServerUrl>{http}/${z}/${x}/${y}.png</ServerUrl></Service>'
    "<DataWindow><UpperLeftX>0</UpperLeftX><UpperLeftY>9</UpperLeftY><LowerRightX>9</LowerRightX>"
    "<LowerRightY>0</LowerRightY><SizeX>256</SizeX><SizeY>256</SizeY><TileLevel>1</TileLevel>"
    "</DataWindow><Projection>EPSG:4326</Projection><BandsCount>1</BandsCount></GDAL_WMS>"
)
_WCS = "<WCS_GDAL><ServiceURL>{http}/wcs?</ServiceURL><CoverageName>a</CoverageName></WCS_GDAL>"
_WMTS = "<GDAL_WMTS><GetCapabilitiesUrl>{http}/wmts.xml</GetCapabilitiesUrl></GDAL_WMTS>"
_STAC = (
    '{"type": "FeatureCollection", "stac_version": "1.0.0", "features": [{"type": "Feature",'
    ' "stac_version": "1.0.0", "assets": {"a": {"href": "{http}/a.tif"}}, "properties":'
    ' {"proj:epsg": 9215, "proj:transform": [10, 0, 450000, 0, -10, 2402000]},'
    ' "links": [{"rel": "next", "href": "{http}/next"}]}]}'
)
_REMOTE = '<SourceFilename relativeToVRT="0">/vsicurl/{http}/x.tif</SourceFilename>'
_POINTER = (
    '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{http}/o.tif'
    "</MDI></Metadata></PAMDataset>"
)

#: Name → writes the file to a folder, given an address, and says where it is.
RASTERS: dict[str, Callable[[Path, str], Path]] = {
    "VRT of an address": _vrt(_REMOTE),
    "VRT of an address, as .tif": _vrt(_REMOTE, name="a.tif"),
    "VRT in lower case": _vrt(_REMOTE.replace("SourceFilename", "sourcefilename")),
    "VRT, source as an attribute": _vrt(
        '<X/><SourceBand/>', band='SourceFilename="/vsicurl/{http}/x.tif"'
    ),
    "VRT, comment in the name": _vrt(
        "<SourceFilename>/vsicurl/{http}/x.tif<!-- --></SourceFilename>"
    ),
    "VRT by streaming": _vrt(_REMOTE.replace("vsicurl", "vsicurl_streaming")),
    "VRT of a subdataset": _vrt("<SourceFilename>WMS:{http}/wms?</SourceFilename>"),
    "VRT of a bucket": _vrt("<SourceFilename>/vsis3/bucket/x.tif</SourceFilename>"),
    "VRT with open options": _vrt(
        "<SourceFilename>a.tif</SourceFilename><OpenOptions><OOI key='X'>{http}</OOI></OpenOptions>"
    ),
    "VRT of raw bytes": _vrt(
        "<SourceFilename>/etc/passwd</SourceFilename>", band='subClass="VRTRawRasterBand"'
    ),
    "VRT with code": _vrt(
        "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python"
        "</PixelFunctionLanguage>", band='subClass="VRTDerivedRasterBand"',
    ),
    "VRT with a CRS to fetch": _text("a.vrt", HEAD.replace("EPSG:9215", "{http}/crs")
                                     + '<VRTRasterBand dataType="Byte" band="1"/></VRTDataset>'),
    "VRT with a CRS as an attribute": _warped_crs,
    "VRT of a device": _vrt("<SourceFilename>/dev/zero</SourceFilename>"),
    "VRT with entities": _text(
        "a.vrt", '<!DOCTYPE x [<!ENTITY e SYSTEM "{http}/e">]>' + HEAD + "&e;</VRTDataset>"
    ),
    "VRT outside": _outside,
    "VRT of a link outside": _link_outside,
    "VRT of a VRT": _nested,
    "VRT of a web service": _source_is_wms,
    "VRT behind a TIFF": _behind_a_tiff,
    "WMS": _text("a.tif", _WMS),
    "WMS as .asc": _text("a.asc", _WMS),
    "WCS": _text("a.tif", _WCS),
    "WMTS": _text("a.tif", _WMTS),
    "STAC": _text("a.tif", _STAC),
    "mask that is a web service": _beside(".msk", _WMS),
    "mask that is a VRT": _beside(".msk", HEAD + f'<VRTRasterBand dataType="Byte" band="1">'
                                  f"<SimpleSource>{_REMOTE}</SimpleSource></VRTRasterBand>"
                                  "</VRTDataset>"),
    "overviews elsewhere": _beside(".aux.xml", _POINTER),
    "overviews elsewhere, by entity": _beside(
        ".aux.xml", _POINTER.replace("OVERVIEW_FILE", "OVERVIEW&#95;FILE")
    ),
}  # fmt: skip
