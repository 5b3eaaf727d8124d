"""Damaged files: whatever a byte does to a vector file, it is read or refused in one line.

The mutants are made from a seed: bytes changed, runs cut, blocks swapped, texts replaced. Each must
end in a layer or in one of our errors; a traceback of a driver, or a dead process, fails the test.
"""

from __future__ import annotations

import random
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from layers.base.errors import VungTrongError
from layers.io.vector import VectorFile
from layers.kinds.crop_plots import load_crop_plots

MUTANTS = 75
WORDS = [
    b"\xff",
    b"\x00",
    b"(c\xc5\xa9)",
    b"1e308",
    b"NaN",
    b"Infinity",
    b"-1e999",
    b'"',
    b"\x1b[31m",
]


def made() -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(450_000 + 100 * i, 2_400_000, 450_080 + 100 * i, 2_400_100) for i in range(9)
    ]
    crops = ["Hồi", "Quýt", "Na", None, "Hồi", "Mắc ca", "Na", "Na", "Quýt"]
    table = {"crop": crops, "ha": [0.8] * 9, "nam": [2010 + i for i in range(9)]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:9215")


def mutants(content: bytes, seed: int) -> Iterator[bytes]:
    """Endless damage to a file."""
    dice = random.Random(seed)
    # Where a file is structure, not coordinates, a byte does most harm.
    texts = [match.start() for match in re.finditer(rb"[A-Za-z_]{4,}", content)] or [0]
    while True:
        data = bytearray(content)
        kind = dice.randrange(6)
        at = dice.choice(texts) if dice.random() < 0.6 else dice.randrange(len(data))
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at] = 0xFF
        elif kind == 2:
            del data[at : at + dice.randrange(1, 64)]
        elif kind == 3:
            data = data[: max(at, 1)]
        elif kind == 4:
            word = dice.choice(WORDS)
            data[at : at + len(word)] = word
        else:
            other, size = dice.randrange(len(data)), dice.randrange(1, 40)
            data[at : at + size] = data[other : other + size]
        yield bytes(data)


def attempt(path: Path) -> str:
    """Read a file as the project does; the outcome, or the error that no user may see."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = VectorFile(path, province="20")
            load_crop_plots(file, columns={"crop": "crop", "ledger_ha": "ha"})
    except VungTrongError as error:
        return "refused" if "\n" not in error.text("en") else repr(error)
    return "read"


def write(folder: Path, suffix: str) -> Path:
    path = folder / f"(cũ) vườn.{suffix}"
    frame = made()
    if suffix == "zip":
        write(folder, "shp")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(folder.glob("(cũ) vườn.*")):
                if part != path:
                    archive.write(part, part.name)
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        driver = {"tab": "MapInfo File", "mif": "MapInfo File", "gdb": "OpenFileGDB"}.get(suffix)
        layer = None if suffix == "shp" else "vuon"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FileGDB stores wide integers as reals
            pyogrio.write_dataframe(frame, path, layer=layer, driver=driver, encoding="UTF-8")
    return path


CASES = {
    "gpkg": ["gpkg"],
    "shp": ["shp", "shx", "dbf", "prj", "cpg"],
    "geojson": ["geojson"],
    "zip": ["zip"],
    "fgb": ["fgb"],
    "mif": ["mif", "mid"],
    "tab": ["tab", "dat", "map", "id"],
    "parquet": ["parquet"],
    "gdb": ["gdb/a00000009.gdbtable", "gdb/a00000004.gdbtable", "gdb/a00000009.gdbtablx"],
}


@pytest.mark.parametrize("suffix", CASES)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, suffix)
    assert attempt(path) == "read"
    outcomes = set()
    parts = CASES[suffix]
    for number, part in enumerate(parts):
        target = Path(f"{path.with_suffix('')}.{part}")
        whole = target.read_bytes()
        made_of = mutants(whole, seed=14 + number)
        for _ in range(MUTANTS // len(parts)):
            target.write_bytes(next(made_of))
            outcomes.add(attempt(path))
        target.write_bytes(whole)
    assert "refused" in outcomes
    assert outcomes <= {"read", "refused"}
    assert attempt(path) == "read"
