"""What an atlas is made of: the annex's frames, and the geometry that goes with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from layers.base.errors import CrsError, InputError
from layers.base.language import Language
from layers.base.messages import joined, message
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr
from maps.atlas.legal_scale import ScaleStep
from maps.layout.content import AnnexContent
from maps.symbols.legends import AreaSymbol

ATLAS_COMMUNES = read_schema("maps.atlas", "communes of the atlas")

SYMBOL_AREAS = read_schema("maps.atlas", "areas in the legend")

_LINES = ("road", "river")


@dataclass(frozen=True, slots=True)
class AtlasContent:
    """Everything an atlas draws and prints.

    Parameters
    ----------
    annex : AnnexContent
        The rounded frames, heading lines and language. ``zones`` may carry ``held_ratio`` (present
        area ÷ target of the zone); then the commune's table prints it.
    communes : geopandas.GeoDataFrame
        Columns of ``ATLAS_COMMUNES`` and polygons in the area CRS (metres).
    plots : geopandas.GeoDataFrame or None
        ``symbol`` (id of a zone, of a land class or of a type) and polygons in the same CRS; drawn
        where they lie, whichever commune their record names. With ``above`` and ``below`` lots are
        labelled as fractions, where there is room.
    symbol_areas : pandas.DataFrame or None
        Columns of ``SYMBOL_AREAS``: what the legend prints beside the symbols.
    neighbours : geopandas.GeoDataFrame or None
        ``commune`` and polygons around the province.
    lines : geopandas.GeoDataFrame or None
        ``symbol`` (``road`` or ``river``) and lines.
    zone_crops : dict
        Crop by zone, for the symbols of zones whose id is not that of a crop.
    type_symbols : dict
        Symbols of types of a standard, in the order of the legend; land classes and zones that are
        ground then stand in the legend with their hectares alone.
    scale : {"listed", "finer", "coarser"}
        Scale of legal sheets: the listed one, or the one beside it that the circular allows.
    legend_folder : pathlib.Path or None
        Folder with edited tables of symbols.
    font : str or None
        Font to print with; see ``maps.symbols.fonts.find_fonts``.
    """

    annex: AnnexContent
    communes: gpd.GeoDataFrame
    plots: gpd.GeoDataFrame | None = None
    symbol_areas: pd.DataFrame | None = None
    neighbours: gpd.GeoDataFrame | None = None
    lines: gpd.GeoDataFrame | None = None
    zone_crops: dict[str, str] = field(default_factory=dict)
    type_symbols: dict[str, AreaSymbol] = field(default_factory=dict)
    scale: ScaleStep = "listed"
    legend_folder: Path | None = None
    font: str | None = None

    __repr__ = short_repr

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn: geometry without metres, without code, or in another CRS."""
        communes = gpd.GeoDataFrame(
            ATLAS_COMMUNES.validate(pd.DataFrame(self.communes)),
            geometry="geometry",
            crs=self.communes.crs,
        )
        object.__setattr__(self, "communes", communes.reset_index(drop=True))
        if self.symbol_areas is not None:
            object.__setattr__(self, "symbol_areas", SYMBOL_AREAS.validate(self.symbol_areas))
        self._check_crs()
        self._check_communes()
        self._check_lines()

    @property
    def language(self) -> Language:
        """Language of the pages."""
        return self.annex.language

    def _check_crs(self) -> None:
        crs = self.communes.crs
        if crs is None or not CRS(crs).is_projected:
            found = "none" if crs is None else CRS(crs).to_string()
            raise CrsError("maps.atlas.metres_needed", found=found)
        for name in ("plots", "neighbours", "lines"):
            layer = getattr(self, name)
            if layer is not None and len(layer) and CRS(layer.crs or 4326) != CRS(crs):
                raise CrsError("maps.atlas.crs_differ", name=name, crs=layer.crs, crs_2=crs)

    def _check_communes(self) -> None:
        codes = self.communes["commune_code"]
        empty = self.communes.geometry.isna() | self.communes.geometry.is_empty
        twice, hollow = codes[codes.duplicated()], codes[empty]
        faults = [] if len(codes) else [message("maps.atlas.no_commune")]
        if len(twice):
            faults.append(message("maps.atlas.occur_twice", count=len(twice), codes=twice))
        if len(hollow):
            faults.append(message("maps.atlas.have_no_geometry", count=len(hollow), codes=hollow))
        if faults:
            raise InputError("maps.atlas.one_polygon_each", faults=joined(faults))

    def _check_lines(self) -> None:
        if self.lines is None or not len(self.lines):
            return
        unknown = sorted(set(self.lines["symbol"]) - set(_LINES))
        if unknown:
            raise InputError("maps.atlas.unknown_lines", lines=list(_LINES), unknown=unknown)


def describe_crs(crs: CRS, language: Language) -> str:
    """CRS of a map in one line, as a map sheet prints it."""
    name, code = crs.name, crs.to_epsg()
    if name.startswith("VN-2000 / TM-3"):
        name = message("maps.atlas.vn2000_zone").text(language)
    number = f" (EPSG:{code})" if code else ""
    operation = crs.coordinate_operation
    meridian = next(
        (
            parameter.value
            for parameter in (operation.params if operation else [])
            if parameter.name == "Longitude of natural origin"
        ),
        None,
    )
    if meridian is None:
        return name + number
    degrees, minutes = divmod(round(float(meridian) * 60), 60)
    figure = f"{degrees}°{minutes:02d}′"
    if language == "vi":
        return f"Hệ tọa độ {name}, kinh tuyến trục {figure}{number}"
    return f"{name}, central meridian {figure}{number}"
