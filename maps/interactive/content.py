"""What an interactive map is made of: the frames handed over, their schemas and their checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.errors import CrsError, InputError
from layers.base.language import Language, Phrase
from layers.base.schema import Column, Schema
from maps.tables import FOREST_COVER, SOURCES, TARGETS, ZONE_NAMES, ZONES

__all__ = [
    "COMMUNE_LIMIT",
    "LIMITS",
    "MAP_COMMUNES",
    "PLANNED",
    "WARNINGS",
    "MapContent",
    "RasterPicture",
    "check_content",
]

# One page with a path per commune stays usable up to here (the country has 3,321 communes).
COMMUNE_LIMIT = 5_000
_LISTS = ["open", "closed", "province", "none"]

#: What may keep a commune from taking more of a zone; the page has a word for each.
LIMITS = (
    *("no_land", "list", "lock", "ceiling", "land"),
    *("pace", "commune_pace", "zone_pace", "province_pace", "target"),
)

MAP_COMMUNES = Schema(
    "communes of the map",
    (
        Column("commune_code", "text", "code, unique"),
        Column("commune", "text", "name without its kind"),
        Column("kind", "text", "xã, phường or đặc khu"),
        Column("official_area_ha", "number", "official natural area", "ha", nullable=True),
    ),
)

PLANNED = Schema(
    "planned areas",
    (
        Column("zone", "text", "id of the zone"),
        Column("commune_code", "text", "commune"),
        Column("year", "integer", "year of planting"),
        Column("planned_ha", "number", "area to be added", "ha", nullable=True, minimum=0),
    ),
)

WARNINGS = Schema(
    "warnings",
    (
        Column("commune_code", "text", "commune"),
        Column("message_vi", "text", "what to know, in Vietnamese"),
        Column("message_en", "text", "the same in English"),
    ),
)


@dataclass(frozen=True, slots=True)
class RasterPicture:
    """A picture laid over the map, small enough to travel inside the page.

    Parameters
    ----------
    png : bytes
        A PNG in Web Mercator (EPSG:3857), north up.
    west, south, east, north : float
        Its edges, degrees (EPSG:4326).
    """

    png: bytes
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class MapContent:
    """Frames and words of one interactive map; nothing in it is computed by the page.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Schema `MAP_COMMUNES` plus ``geometry``, any CRS; a commune may lack its geometry.
    zones : pandas.DataFrame
        Schema `maps.tables.ZONE_NAMES`, in the order of the plan.
    zone_communes : pandas.DataFrame
        Schema `maps.tables.ZONES`; the optional columns ``held_ratio`` (present area ÷ target of
        the zone), ``available_ha`` and ``gap_ha`` switch their measures on; ``binding`` (one of
        `LIMITS`) says what keeps a commune from taking more.
    targets : pandas.DataFrame
        Schema `maps.tables.TARGETS`; the first row in ha of a zone is drawn in the chart. The
        optional column ``indicator`` tells areas (``area``) from other hectares, ``figure_low``
        and ``figure_high`` the plan's own figures from those with a tolerance.
    title_vi, title_en : str
        Title of the page.
    forest_cover : pandas.DataFrame, optional
        Schema `maps.tables.FOREST_COVER`, the province last.
    planned : pandas.DataFrame, optional
        Schema `PLANNED`, which `maps.tables.ALLOCATION` fulfils; absent before an allocation.
    sources : pandas.DataFrame, optional
        Schema `maps.tables.SOURCES`; the optional columns ``layer_vi`` and ``layer_en`` name the
        layer in each language.
    neighbours : geopandas.GeoDataFrame, optional
        Communes around, drawn in grey; a column ``commune`` names them.
    plot_outlines : geopandas.GeoDataFrame or RasterPicture, optional
        Plots to lay over the map; left out, and said so, where they are too many.
    warnings : pandas.DataFrame, optional
        Schema `WARNINGS`.
    demo : bool
        The figures are made up; the page says so.
    tile_hosts : tuple of str
        Hosts or tile addresses (``https://host/{z}/{x}/{y}.png``) the page may load from.
    digest : str
        Digest of the figures, carried and printed.
    language : {"vi", "en"}
        Language the page opens in.
    """

    communes: gpd.GeoDataFrame
    zones: pd.DataFrame
    zone_communes: pd.DataFrame
    targets: pd.DataFrame
    title_vi: str
    title_en: str
    forest_cover: pd.DataFrame | None = None
    planned: pd.DataFrame | None = None
    sources: pd.DataFrame | None = None
    neighbours: gpd.GeoDataFrame | None = None
    plot_outlines: gpd.GeoDataFrame | RasterPicture | None = None
    warnings: pd.DataFrame | None = None
    demo: bool = False
    tile_hosts: tuple[str, ...] = ()
    digest: str = ""
    language: Language = "vi"


@dataclass(slots=True)
class _Faults:
    phrases: list[Phrase] = field(default_factory=list)

    def repeated(self, table: str, keys: pd.DataFrame) -> None:
        twice = keys[keys.duplicated()].drop_duplicates()
        if len(twice):
            first = ", ".join(" / ".join(map(str, key)) for key in twice.head(5).to_numpy())
            self.phrases.append(
                Phrase(
                    en=f"{table}: {len(twice)} keys occur twice ({first}); give each once",
                    vi=f"{table}: {len(twice)} khóa bị lặp ({first}); mỗi khóa chỉ ghi một lần",
                )
            )

    def not_finite(self, table: str, column: str, count: int) -> None:
        self.phrases.append(
            Phrase(
                en=f"{table}: {count} values of {column} are not finite numbers",
                vi=f"{table}: {count} giá trị {column} không phải là số hữu hạn",
            )
        )

    def unknown(self, table: str, column: str, values: pd.Series, known: pd.Series) -> None:
        strange = values[~values.isin(known)].drop_duplicates()
        if len(strange):
            first = ", ".join(map(str, strange.head(5)))
            self.phrases.append(
                Phrase(
                    en=f"{table}: {len(strange)} values of {column} are unknown ({first}); "
                    "correct them or add them to the first table",
                    vi=f"{table}: {len(strange)} giá trị {column} không có trong danh mục "
                    f"({first}); hãy sửa hoặc bổ sung danh mục",
                )
            )


def check_content(content: MapContent) -> MapContent:
    """Check every frame of a map against its schema and against the others."""
    communes = MAP_COMMUNES.validate(pd.DataFrame(content.communes.drop(columns="geometry")))
    _check_layers(content)
    if len(communes) > COMMUNE_LIMIT:
        raise InputError(
            en=f"A map holds up to {COMMUNE_LIMIT} communes, found {len(communes)}: "
            "make one map per province.",
            vi=f"Một bản đồ chứa tối đa {COMMUNE_LIMIT} xã, phường, đang có {len(communes)}: "
            "hãy làm bản đồ riêng cho từng tỉnh.",
        )
    checked = replace(
        content,
        communes=gpd.GeoDataFrame(
            communes, geometry=content.communes.geometry, crs=content.communes.crs
        )
        .sort_values("commune_code")
        .reset_index(drop=True),
        zones=ZONE_NAMES.validate(content.zones).reset_index(drop=True),
        zone_communes=ZONES.validate(content.zone_communes).reset_index(drop=True),
        targets=TARGETS.validate(content.targets).reset_index(drop=True),
        forest_cover=_optional(FOREST_COVER, content.forest_cover),
        planned=_optional(PLANNED, content.planned),
        sources=_optional(SOURCES, content.sources),
        warnings=_optional(WARNINGS, content.warnings),
    )
    _check_keys(checked)
    return checked


def _optional(schema: Schema, frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None else schema.validate(frame).reset_index(drop=True)


def _check_layers(content: MapContent) -> None:
    layers = {
        "communes": content.communes,
        "neighbours": content.neighbours,
        "plot_outlines": content.plot_outlines,
    }
    bare = [
        name
        for name, layer in layers.items()
        if isinstance(layer, gpd.GeoDataFrame) and layer.crs is None
    ]
    if bare:
        names = ", ".join(bare)
        raise CrsError(
            en=f"Layers of the map without CRS: {names}; set it when the layer is read.",
            vi=f"Lớp bản đồ chưa có hệ tọa độ: {names}; hãy khai báo khi đọc lớp.",
        )


def _check_keys(content: MapContent) -> None:
    faults = _Faults()
    codes = content.communes["commune_code"]
    zones = content.zones["zone"]
    faults.repeated("communes", codes.to_frame())
    faults.repeated("zones", zones.to_frame())
    faults.unknown("zones", "list", content.zones["list"], pd.Series(_LISTS))
    keyed = content.zone_communes[["zone", "commune_code"]]
    faults.repeated("zone_communes", keyed)
    faults.unknown("zone_communes", "commune_code", keyed["commune_code"], codes)
    faults.unknown("zone_communes", "zone", keyed["zone"], zones)
    if "binding" in content.zone_communes:
        told = content.zone_communes["binding"].dropna()
        faults.unknown("zone_communes", "binding", told, pd.Series(LIMITS))
    if content.planned is not None:
        by_land = ["land"] if "land" in content.planned else []
        keyed = content.planned[["zone", "commune_code", "year", *by_land]]
        faults.repeated("planned", keyed)
        faults.unknown("planned", "commune_code", keyed["commune_code"], codes)
        faults.unknown("planned", "zone", keyed["zone"], zones)
    if content.warnings is not None:
        warned = content.warnings["commune_code"]
        faults.unknown("warnings", "commune_code", warned, codes)
    if content.forest_cover is not None:
        cover_codes = content.forest_cover["commune_code"]
        faults.repeated("forest_cover", cover_codes.to_frame())
        faults.unknown("forest_cover", "commune_code", cover_codes.iloc[:-1], codes)
        if cover_codes.iloc[-1:].isin(codes).any():
            faults.phrases.append(
                Phrase(
                    en="forest_cover: the last row must be the province, found commune "
                    f"{cover_codes.iloc[-1]}",
                    vi="forest_cover: dòng cuối phải là toàn tỉnh, đang là xã "
                    f"{cover_codes.iloc[-1]}",
                )
            )
    _check_figures(content, faults)
    if faults.phrases:
        raise InputError(
            en="The map's tables do not fit together: "
            + "; ".join(phrase.en for phrase in faults.phrases)
            + ".",
            vi="Các bảng của bản đồ không khớp nhau: "
            + "; ".join(phrase.vi for phrase in faults.phrases)
            + ".",
        )


def _check_figures(content: MapContent, faults: _Faults) -> None:
    """Find what is no finite number; missing is allowed where the schema allows it."""
    tables: dict[str, pd.DataFrame | None] = {
        "communes": pd.DataFrame(content.communes.drop(columns="geometry")),
        "zone_communes": _optional_as_numbers(content.zone_communes, faults),
        "targets": content.targets,
        "planned": content.planned,
        "forest_cover": content.forest_cover,
    }
    for name, frame in tables.items():
        if frame is None:
            continue
        figures = frame.select_dtypes("number").astype("float64")
        for column, count in np.isinf(figures).sum().items():
            if count:
                faults.not_finite(name, str(column), int(count))


def _optional_as_numbers(frame: pd.DataFrame, faults: _Faults) -> pd.DataFrame:
    result = frame.copy()
    for column in ("held_ratio", "available_ha", "gap_ha"):
        if column not in frame:
            continue
        result[column] = pd.to_numeric(frame[column], errors="coerce")
        lost = int((frame[column].notna() & result[column].isna()).sum())
        if lost:
            faults.not_finite("zone_communes", column, lost)
    return result
