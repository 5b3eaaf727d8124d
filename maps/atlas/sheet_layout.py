"""Where things stand on a sheet of an atlas: a map and a panel beside it."""

from __future__ import annotations

from dataclasses import dataclass

from layers.base.errors import InputError
from layers.base.language import Language, format_number
from maps.atlas.map_frame import draw_north_arrow, draw_scale_bar, scale_text
from maps.atlas.sheet import Box, Sheet
from maps.layout.content import DEMO_MARK, AnnexHeading
from maps.layout.words import phrase, speaker
from maps.symbols.fonts import FontSet

#: Papers for a commune at its legal scale, the smallest first.
LEGAL_PAPERS = ("A3", "A2", "A1", "A0")
PAPERS = ("legal", "A4", *LEGAL_PAPERS)
#: Sides in millimetres, and how large texts are against those of A3.
_SIZES = {
    "A3": ((420, 297), 1.0),
    "A2": ((594, 420), 1.15),
    "A1": ((841, 594), 1.35),
    "A0": ((1189, 841), 1.6),
}
#: Between the two frames of a map, where the coordinates stand.
STRIP_MM = 5.0


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Boxes of a sheet in millimetres, and how large its texts are against those of A3."""

    paper: str
    width: float
    height: float
    title: Box
    frame: Box
    panel: Box
    scale: float


@dataclass(frozen=True, slots=True)
class PageHead:
    """What every page of an atlas says about itself."""

    heading: AnnexHeading
    title: str
    language: Language
    page: int
    pages: int
    demo: bool
    crs: str
    sources: tuple[str, ...]
    digest: str
    decimals: tuple[int, int]


def lay_out(paper: str, *, portrait: bool = False) -> SheetLayout:
    """Layout of a paper size; ``legal`` leads the pages of the province, which are A3."""
    if paper not in PAPERS:
        raise InputError("maps.atlas.unknown_paper", paper=paper)
    if paper == "A4":
        return SheetLayout(
            paper="A4",
            width=297,
            height=210,
            title=Box(9, 185, 279, 18.4),
            frame=Box(14.0, 13.0, 180.0, 165.0),
            panel=Box(202, 9, 86, 174),
            scale=0.78,
        )
    size, k = _SIZES["A3" if paper == "legal" else paper]
    width, height = sorted(size, reverse=not portrait)
    return SheetLayout(
        paper="A3" if paper == "legal" else paper,
        width=width,
        height=height,
        title=Box(12 * k, height - 31 * k, width - 24 * k, 22 * k),
        frame=Box(18 * k, 18 * k, width - 148 * k, height - 57 * k),
        panel=Box(width - 121 * k, 13 * k, 109 * k, height - 47 * k),
        scale=k,
    )


def start_sheet(head: PageHead, layout: SheetLayout, fonts: FontSet) -> Sheet:
    """Sheet with its outer frame, heading lines, page number and marks."""
    sheet = Sheet(layout.width, layout.height, fonts)
    margin = 8.0 * layout.scale
    outer = Box(margin, margin, layout.width - 2 * margin, layout.height - 2 * margin)
    sheet.rectangle(outer, edge="#000000", width_pt=1.4)
    _draw_title(sheet, head, layout)
    _draw_foot(sheet, head, layout, outer)
    return sheet


def _draw_title(sheet: Sheet, head: PageHead, layout: SheetLayout) -> None:
    k, box = layout.scale, layout.title
    number, attached = head.heading.lines(head.language)
    y = box.top - 5 * k
    sheet.text(box.centre, y, number, size=13 * k, style="bold", align="center")
    side = 60 * k
    room = Box(box.left + side, box.bottom + 5.6 * k, box.width - 2 * side, 10.0 * k)
    sheet.paragraph(
        room, head.title.upper(), size=17 * k, style="bold", align="center", least=9 * k
    )
    line = Box(box.left + side / 2, box.bottom, box.width - side, 5.4 * k)
    sheet.paragraph(line, attached, size=11 * k, style="italic", align="center", least=6 * k)
    if head.demo:
        for place, text in enumerate((DEMO_MARK.vi, DEMO_MARK.en)):
            y = box.top - (5.5 + 5.5 * place) * k
            sheet.text(
                *(box.right - 2, y, text),
                size=12 * k,
                style="bold",
                align="right",
                colour="#C00000",
            )


def _draw_foot(sheet: Sheet, head: PageHead, layout: SheetLayout, outer: Box) -> None:
    say, k = speaker(head.language), layout.scale
    y = outer.bottom - 3.4 * k
    number = say("sheet.page", page=head.page, pages=head.pages)
    sheet.text(outer.right, y, number, size=9 * k, align="right")
    if head.digest:
        words = say("digest", digest=head.digest[:16])
        sheet.text(outer.left, y, words, size=7.5 * k)


def draw_scale_block(
    sheet: Sheet, box: Box, denominator: int, language: Language, *, listed: int = 0
) -> None:
    """Numeric scale and its rule, scale bar, what one centimetre is, and the north arrow."""
    arrow = Box(box.right - 13, box.bottom + 1, 11, box.height - 2)
    draw_north_arrow(sheet, arrow, language)
    centre = (box.left + arrow.left) / 2
    sheet.text(
        *(centre, box.top - 5, scale_text(denominator, language)),
        size=12,
        style="bold",
        align="center",
    )
    if listed:
        words = scale_against(denominator, listed, language)
        room = Box(box.left, box.top - 9.2, arrow.left - box.left, 3.4)
        sheet.paragraph(room, words, size=6.5, style="italic", align="center", least=4.5)
    draw_scale_bar(sheet, centre, box.bottom + 6.4, denominator, language)
    metres = denominator / 100
    figure = format_number(metres, language, decimals=0 if metres.is_integer() else 1)
    words = phrase("sheet.centimetre", metres=figure).text(language)
    sheet.text(centre, box.bottom + 1.8, words, size=7.5, style="italic", align="center")


def scale_against(denominator: int, listed: int, language: Language) -> str:
    """Say that a scale is the listed one, or how it stands beside it."""
    if denominator == listed:
        return phrase("sheet.scale_listed").text(language)
    ratio = f"1:{format_number(listed, language, decimals=0)}"
    if denominator > listed:
        return phrase("sheet.scale_coarser", listed=ratio).text(language)
    return phrase("sheet.scale_finer", listed=ratio).text(language)


def draw_sources(sheet: Sheet, box: Box, head: PageHead, *, size: float) -> float:
    """Print CRS, sources and dates."""
    word = phrase("sheet.sources").text(head.language)
    text = " · ".join((head.crs, *(f"{word}: {line}" for line in head.sources[:1])))
    text = "; ".join((text, *head.sources[1:]))
    return sheet.paragraph(box, text, size=size, least=4.0)
