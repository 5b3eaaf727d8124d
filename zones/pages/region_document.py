"""The tables of a region as an official report: provinces' rows, then the region's sum."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from layers.base.language import Language
from layers.base.messages import message
from layers.base.schema import Column, Schema
from layers.communes.gazetteer import province_name
from maps.annex.official import OfficialContent, Text, save_official
from maps.layout.page_table import MISSING_MARK, Kind, PageColumn, PageTable

#: Digits of hectares and metres, and of the cover rate, in the workbook and on paper.
DECIMALS = (2, 2)
_KINDS: dict[str, Kind] = {"ha": "hectares", "m": "hectares", "%": "percent", "": "figure"}
_WIDTHS = {"text": 16.0, "integer": 8.0, "number": 13.0}
_BLANK = "…………"


def save_region_document(
    title: str,
    tables: Mapping[Schema, tuple[str, pd.DataFrame]],
    provinces: list[str],
    path: Path,
    *,
    demo: bool,
    language: Language,
) -> Path:
    """Write ``region.docx``: each table under its heading, in the words of the workbook."""
    names = ", ".join(province_name(code) for code in provinces)
    blocks: list[Text | PageTable] = [
        Text(message("zones.pages.region_how", provinces=names).text(language))
    ]
    filled = [(schema, *told) for schema, told in tables.items() if len(told[1])]
    blocks += [
        _page_table(schema, f"{number}. {heading}", words, language)
        for number, (schema, heading, words) in enumerate(filled, start=1)
    ]
    content = OfficialContent(
        parent=_BLANK,
        agency=_BLANK,
        place=_BLANK,
        kind=message("zones.pages.region_kind").text(language),
        subject=title,
        blocks=blocks,
        recipients=("Lưu: VT",),
        demo=demo,
        language=language,
    )
    return save_official(content, path, overwrite=True)


def _page_table(schema: Schema, heading: str, words: pd.DataFrame, language: Language) -> PageTable:
    """Table on paper; ids that only programs read are left out."""
    columns = tuple(
        PageColumn(
            str(title),
            str(title),
            _kind(column),
            _WIDTHS[column.kind],
            missing="" if column.kind == "integer" else MISSING_MARK,
        )
        for column, title in zip(schema.columns, words.columns, strict=True)
        if column.name != "target"
    )
    return PageTable(
        name=schema.name,
        title=heading,
        role="sources",
        columns=columns,
        rows=words,
        language=language,
        decimals=DECIMALS,
    )


def _kind(column: Column) -> Kind:
    if column.kind == "integer":
        return "year" if column.name == "year" else "count"
    return "text" if column.kind == "text" else _KINDS[column.unit]
