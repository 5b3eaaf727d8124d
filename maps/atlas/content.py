"""What an atlas is made of: the annex's frames, and the geometry that goes with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from layers.base.errors import CrsError, InputError
from layers.base.language import Language, Phrase
from layers.base.schema import Column, Schema
from maps.layout.content import AnnexContent

ATLAS_COMMUNES = Schema(
    "communes of the atlas",
    (
        Column("commune_code", "text", "code, unique"),
        Column("commune", "text", "name without its kind"),
        Column("kind", "text", "xã, phường or đặc khu"),
    ),
)

SYMBOL_AREAS = Schema(
    "areas in the legend",
    (
        Column("commune_code", "text", "commune"),
        Column("symbol", "text", "id of a zone or a land class"),
        Column("area_ha", "number", "its area in the commune", "ha", minimum=0),
    ),
)

_LINES = ("road", "river")


@dataclass(frozen=True, slots=True)
class AtlasContent:
    """Everything an atlas draws and prints.

    Parameters
    ----------
    annex : AnnexContent
        The rounded frames, heading lines and language. ``zones`` may carry ``held_ratio`` (present
        area ÷ target of the zone) and ``gap_ha``; then the commune's table prints them.
    communes : geopandas.GeoDataFrame
        Columns of ``ATLAS_COMMUNES`` and polygons in the area CRS (metres).
    plots : geopandas.GeoDataFrame or None
        ``symbol`` (id of a zone or of a land class) and polygons in the same CRS; drawn where they
        lie, whichever commune their record names.
    symbol_areas : pandas.DataFrame or None
        Columns of ``SYMBOL_AREAS``: what the legend prints beside the symbols.
    neighbours : geopandas.GeoDataFrame or None
        ``commune`` and polygons around the province.
    lines : geopandas.GeoDataFrame or None
        ``symbol`` (``road`` or ``river``) and lines.
    zone_crops : dict
        Crop by zone, for the symbols of zones whose id is not that of a crop.
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
    legend_folder: Path | None = None
    font: str | None = None

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
            raise CrsError(
                en=f"Atlas: the communes need a projected CRS in metres (the province's VN-2000 "
                f"zone), found {found}. Reproject them first.",
                vi=f"Tập bản đồ: lớp xã phải ở hệ tọa độ phẳng, đơn vị mét (múi VN-2000 của tỉnh), "
                f"thấy {found}. Hãy chuyển hệ tọa độ trước.",
            )
        for name in ("plots", "neighbours", "lines"):
            layer = getattr(self, name)
            if layer is not None and len(layer) and CRS(layer.crs or 4326) != CRS(crs):
                raise CrsError(
                    en=f"Atlas: {name} are in {layer.crs}, the communes in {crs}; reproject them.",
                    vi=f"Tập bản đồ: lớp {name} ở hệ {layer.crs}, lớp xã ở hệ {crs}; hãy chuyển về "
                    "cùng một hệ.",
                )

    def _check_communes(self) -> None:
        codes = self.communes["commune_code"]
        empty = self.communes.geometry.isna() | self.communes.geometry.is_empty
        faults = [
            (codes[codes.duplicated()], "occur twice", "bị lặp"),
            (codes[empty], "have no geometry", "không có hình học"),
        ]
        told = [(part.tolist(), en, vi) for part, en, vi in faults if len(part)]
        if told or not len(codes):
            en = "; ".join(f"{len(part)} communes {say} ({part[:5]})" for part, say, _ in told)
            vi = "; ".join(f"{len(part)} xã {say} ({part[:5]})" for part, _, say in told)
            raise InputError(
                en=f"Atlas: {en or 'there is no commune'}; give each commune one polygon.",
                vi=f"Tập bản đồ: {vi or 'không có xã nào'}; mỗi xã cần đúng một vùng.",
            )

    def _check_lines(self) -> None:
        if self.lines is None or not len(self.lines):
            return
        unknown = sorted(set(self.lines["symbol"]) - set(_LINES))
        if unknown:
            raise InputError(
                en=f"Atlas: lines are {list(_LINES)}, found {unknown[:5]}.",
                vi=f"Tập bản đồ: lớp đường chỉ gồm {list(_LINES)}, thấy {unknown[:5]}.",
            )


def describe_crs(crs: CRS, language: Language) -> str:
    """CRS of a map in one line, as a map sheet prints it."""
    name, code = crs.name, crs.to_epsg()
    if name.startswith("VN-2000 / TM-3"):
        name = Phrase(en="VN-2000, 3° zone", vi="VN-2000, múi chiếu 3°").text(language)
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
