"""Sheets of the communes in QGIS: paper and scale of the circular, as the atlas has them."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pandas as pd
import shapely

from layers.base.language import Language
from maps.atlas.legal_scale import LegalSheets, legal_sheets
from maps.atlas.sheet_layout import SheetLayout, scale_against
from maps.qgis.content import Fill, QgisLayer, SheetPaper
from zones.inputs.read import Inputs
from zones.pages.context_layers import communes_with_kinds
from zones.pages.qgis_words import aliases, speaker
from zones.publish.publish import PublishedFigures

#: Table of the frames of the sheets, and its field with the code of the commune.
SHEETS, SHEET_COMMUNE = "map_sheets", "maxa"


def commune_sheets(
    figures: PublishedFigures, inputs: Inputs
) -> tuple[QgisLayer, tuple[SheetPaper, ...]]:
    """Frames of the sheets, in the area CRS, and the papers that they need."""
    project = inputs.project
    language = project.annex.language
    say = speaker(language)
    chosen = list(_chosen(figures, inputs))
    rows = [row for one in chosen for row in _rows(*one, language)]
    columns = [
        "sheet",
        "commune",
        SHEET_COMMUNE,
        "number",
        "sheets",
        "paper",
        "scale",
        "scale_text",
    ]
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[*columns, "geometry"]), geometry="geometry", crs=inputs.crs
    )
    # The smallest scale and paper come last.
    papers = {
        (sheets.windows[0].denominator, sheets.layout.scale, _paper(sheets.layout, language)): (
            sheets.layout
        )
        for _, sheets in chosen
    }
    layer = QgisLayer(
        table=SHEETS,
        name=say("sheets"),
        group=say("group_ground"),
        style=Fill("", "#c51b7d", 0.3),
        frame=frame,
        aliases=aliases(columns, language),
        label="sheet",
        shown=False,
    )
    return layer, tuple(
        _sheet_paper(name, scale, papers[scale, size, name], language)
        for scale, size, name in sorted(papers)
    )


def _chosen(
    figures: PublishedFigures, inputs: Inputs
) -> Iterator[tuple[tuple[str, str], LegalSheets]]:
    """Name, code and sheets of each commune, by its natural area or that of its boundary."""
    communes = communes_with_kinds(inputs.communes, inputs.project)
    cover = figures.forest_cover
    natural = dict(zip(cover["commune_code"], cover["natural_area_ha"], strict=True))
    for row in communes.sort_values("commune_code").itertuples(index=False):
        area = natural.get(row.commune_code, row.geometry.area / 1e4)
        name = f"{row.kind} {row.commune}".strip()
        preferred = inputs.project.atlas.scale
        yield (name, row.commune_code), legal_sheets(row.geometry.bounds, area, preferred=preferred)


def _rows(
    commune: tuple[str, str], sheets: LegalSheets, language: Language
) -> Iterator[tuple[object, ...]]:
    name, code = commune
    say, total = speaker(language), len(sheets.windows)
    for number, window in enumerate(sheets.windows, start=1):
        title = say("sheet_title", name=name)
        if total > 1:
            title = say("sheet_part", title=title, number=number, total=total)
        told = scale_against(window.denominator, sheets.listed, language)
        paper = _paper(sheets.layout, language)
        box = shapely.box(*window.bounds_m)
        yield (title, name, code, number, total, paper, window.denominator, told, box)


def _paper(layout: SheetLayout, language: Language) -> str:
    tall = "paper_tall" if layout.height > layout.width else "paper_wide"
    return speaker(language)(tall, paper=layout.paper)


def _sheet_paper(paper: str, scale: int, layout: SheetLayout, language: Language) -> SheetPaper:
    """Where things stand on a paper, from its top left corner, as the atlas has them."""

    def box(left: float, bottom: float, width: float, height: float) -> tuple[float, ...]:
        return left, layout.height - bottom - height, width, height

    frame, panel, title = (
        box(item.left, item.bottom, item.width, item.height)
        for item in (layout.frame, layout.panel, layout.title)
    )
    return SheetPaper(
        name=speaker(language)("sheet_layout", paper=paper, scale=scale),
        paper=paper,
        scale=scale,
        size=(layout.width, layout.height),
        title=title,
        frame=frame,
        panel=panel,
        text=layout.scale,
    )
