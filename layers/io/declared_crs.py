"""A CRS that a file declares, taken from what stands there: no other file that it names is read."""

from __future__ import annotations

import re
from typing import Any

import pyproj

from layers.base.errors import InputError

#: PROJ opens the file of an ``init`` at once, that of a grid when coordinates are carried over.
_INIT = re.compile(r"\binit\s*=", re.IGNORECASE)
_GRID = re.compile(r"(PARAMETERFILE|PROJ4_GRIDS)[^\]]*[/\\]|grids\s*=\s*\S*[/\\]", re.IGNORECASE)


def declared_crs(told: Any) -> pyproj.CRS:
    """CRS of what a file says; ``pyproj``'s own error where it is none."""
    if not isinstance(told, str) or not _INIT.search(told):
        crs = pyproj.CRS.from_user_input(told)
        if not _GRID.search(f"{crs.srs} {crs.to_wkt()}"):
            return crs
    raise InputError("layers.io.crs_names_a_file", text=str(told)[:80])
