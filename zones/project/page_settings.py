"""What a project file may say about its pages: the map, the annex and the atlas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["AnnexSettings", "AtlasSettings", "LinesSource", "MapSettings", "NeighboursSource"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class AnnexSettings(_Part):
    """Heading lines of the annex, and what it holds.

    ``number`` is the Roman numeral after "Phụ lục"; ``attached_to`` the document it goes with (the
    leading plan's name by default); ``commune_maps`` puts the maps of these communes, or of all,
    behind the tables of the document.
    """

    number: str = "I"
    attached_to: str = ""
    language: Literal["vi", "en"] = "vi"
    commune_maps: Literal["none", "all"] | tuple[str, ...] = "none"


class NeighboursSource(_Part):
    """Communes around the province, drawn in grey with their names."""

    path: Path
    layer: str | None = None
    crs: str | None = None
    name_column: str = "name"


class LinesSource(_Part):
    """Roads or rivers."""

    path: Path
    layer: str | None = None
    crs: str | None = None


class MapSettings(_Part):
    """The interactive map: what it may load from outside, nothing unless named; what it draws.

    ``outlines`` names a polygon layer of the project whose plots can be switched on;
    ``language`` is the one that the page opens in, that of the annex by default.
    """

    tile_hosts: tuple[str, ...] = ()
    neighbours: NeighboursSource | None = None
    outlines: str | None = None
    language: Literal["vi", "en"] | None = None


class AtlasSettings(_Part):
    """The atlas: whether a run makes it, which sheets, what else they show."""

    make: bool = False
    communes: tuple[str, ...] = ()
    overview: bool = True
    paper: Literal["A3", "A4"] = "A3"
    jobs: int = Field(default=1, ge=1, le=64)
    font: str | None = None
    legends: Path | None = None
    neighbours: NeighboursSource | None = None
    roads: LinesSource | None = None
    rivers: LinesSource | None = None

    def layers(self) -> Iterator[tuple[str, NeighboursSource | LinesSource]]:
        """Layers that only the atlas draws."""
        for name in ("neighbours", "roads", "rivers"):
            source = getattr(self, name)
            if source is not None:
                yield name, source
