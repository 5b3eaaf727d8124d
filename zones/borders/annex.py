"""The borders as a document: lengths by pair of communes, land, plots, boundaries, contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Language
from layers.base.messages import message
from layers.base.resources import data_table
from layers.base.schema import Schema
from layers.communes.gazetteer import province_name
from maps.annex.official import OfficialContent, Text, save_official
from maps.layout.page_table import PageColumn, PageTable, ranked, summed
from zones.tables import (
    BORDER_CLAIMS,
    BORDER_CONTACTS,
    BORDER_GROUND,
    BORDER_LAND,
    BORDER_MARKING,
    BORDER_PLOTS,
    BORDERS,
)

if TYPE_CHECKING:
    from zones.project.model import Project

#: Digits of metres and hectares on paper.
DECIMALS = 1
#: Ground in dispute is a matter of small strips.
_GROUND_DECIMALS = 2
_AGENCY = "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG"


class BorderWriter:
    """Says headings in one language and lays out tables."""

    def __init__(self, language: Language) -> None:
        self.language = language
        land = data_table("legends/land.csv").set_index("symbol")
        self._land = land["name_vi" if language == "vi" else "name_en"].to_dict()

    def say(self, key: str, **values: object) -> str:
        """Say a phrase of the room."""
        return message(f"zones.borders.{key}", **values).text(self.language)

    def land(self, values: pd.Series) -> list[str]:
        """Names of land classes."""
        return [self._land.get(value) or self.say(f"word_{value}") for value in values]

    def words(self, values: pd.Series) -> list[str]:
        """Names of forest classes and of sides."""
        return [self.say(f"word_{value}") for value in values]

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *columns: tuple[str, str, float],
        title: str = "",
        decimals: int = DECIMALS,
    ) -> PageTable:
        """Lay out a table; columns are key, kind and width, figures are rounded and summed."""
        figures = [key for key, kind, _ in columns if kind == "hectares"]
        rows = ranked(frame.assign(**{key: frame[key].round(decimals) for key in figures}))
        laid = (
            PageColumn("rank", self.say("column_rank"), "count", 5),
            *(
                PageColumn(
                    key,
                    self.say(f"column_{key}"),
                    kind,  # type: ignore[arg-type]
                    width,
                    totalled=kind == "hectares",
                    missing="…" if figures else "",
                )
                for key, kind, width in columns
            ),
        )
        return PageTable(
            name=name,
            title=title or self.say(f"title_{name}"),
            role="sources",
            columns=laid,
            rows=rows,
            total=summed(rows, laid, decimals) if figures else None,
            total_label=self.say("total"),
            language=self.language,
            decimals=(decimals, decimals),
        )


def save_border_annex(tables: Mapping[Schema, pd.DataFrame], project: Project, path: Path) -> Path:
    """Write the borders of a project as a Word document."""
    writer = BorderWriter(project.annex.language)
    province = province_name(project.province)
    distance = float(project.borders.distance_m)
    pairs = _named(tables[BORDERS])
    blocks: list[PageTable] = [
        writer.table(
            "borders",
            pairs,
            ("commune", "text", 16),
            ("neighbour", "text", 16),
            ("province", "text", 14),
            ("length_m", "hectares", 12),
            ("forest_m", "hectares", 12),
            ("neighbour_forest_m", "hectares", 12),
            ("forest_both_m", "hectares", 12),
        ),
        _land(tables[BORDER_LAND], writer),
    ]
    names = pairs.set_index(["commune_code", "neighbour_code"])[["commune", "neighbour"]]
    names = names[~names.index.duplicated()]
    for made in (
        _plots(tables[BORDER_PLOTS], names, writer),
        _claims(tables[BORDER_CLAIMS], pairs, writer),
        _ground(tables[BORDER_GROUND], names, writer),
        _marking(tables[BORDER_MARKING], names, writer),
    ):
        blocks += [made] if len(made.rows) else []
    contacts = _named(tables[BORDER_CONTACTS])
    filled_in = (
        ("forest_ranger", 18),
        ("phone", 13),
        ("neighbour_forest_ranger", 18),
        ("neighbour_phone", 13),
        ("fire_watch", 18),
    )
    blocks.append(
        writer.table(
            "contacts",
            contacts,
            ("commune", "text", 16),
            ("neighbour", "text", 16),
            ("province", "text", 14),
            *((name, "text", width) for name, width in filled_in),
        )
    )
    content = OfficialContent(
        parent=f"UBND {project.province_label('vi').upper()}",
        agency=_AGENCY,
        place=province,
        kind=writer.say("kind"),
        subject=writer.say("subject", province=project.province_label(writer.language)),
        blocks=[
            Text(writer.say("how_measured", distance=distance)),
            *(replace(block, title=f"{n}. {block.title}") for n, block in enumerate(blocks, 1)),
        ],
        recipients=("Lưu: VT",),
        demo=project.demo,
        language=writer.language,
    )
    return save_official(content, path, overwrite=True)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(province=[province_name(code) for code in frame["neighbour_province"]])


def _land(frame: pd.DataFrame, writer: BorderWriter) -> PageTable:
    """Metres of line by land on either side, over all pairs."""
    keys = ["land", "three_forest", "neighbour_land", "neighbour_three_forest"]
    sums = frame.groupby(keys)["length_m"].sum().reset_index()
    sums = sums.sort_values("length_m", ascending=False, kind="stable", ignore_index=True)
    named = sums.assign(
        land=writer.land(sums["land"]),
        neighbour_land=writer.land(sums["neighbour_land"]),
        three_forest=writer.words(sums["three_forest"]),
        neighbour_three_forest=writer.words(sums["neighbour_three_forest"]),
    )
    return writer.table(
        "land", named, *((key, "text", 20) for key in keys), ("length_m", "hectares", 14)
    )


def _plots(frame: pd.DataFrame, names: pd.DataFrame, writer: BorderWriter) -> PageTable:
    """Plots near the line by pair and side, each plot at its nearest pair alone."""
    near = frame[frame["nearest"]]
    keys = ["commune_code", "neighbour_code", "side", "land"]
    sums = near.groupby(keys, as_index=False).agg(
        plots=("plot", "size"), area_ha=("area_ha", "sum")
    )
    named = _pair_names(sums, names).assign(
        side=writer.words(sums["side"]), land=writer.land(sums["land"])
    )
    return writer.table(
        "plots", named, ("commune", "text", 18), ("neighbour", "text", 18), ("side", "text", 14),
        ("land", "text", 20), ("plots", "count", 8), ("area_ha", "hectares", 12),
    )  # fmt: skip


def _marking(frame: pd.DataFrame, names: pd.DataFrame, writer: BorderWriter) -> PageTable:
    """Metres of the boundary of forest classes to be marked, by pair and side."""
    keys = ["commune_code", "neighbour_code", "side", "three_forest", "other"]
    sums = frame.groupby(keys)["length_m"].sum().reset_index()
    named = _pair_names(sums, names).assign(
        **{key: writer.words(sums[key]) for key in ("side", "three_forest", "other")}
    )
    return writer.table(
        "marking", named, ("commune", "text", 18), ("neighbour", "text", 18),
        ("side", "text", 14), ("three_forest", "text", 16), ("other", "text", 16),
        ("length_m", "hectares", 12),
    )  # fmt: skip


def _claims(frame: pd.DataFrame, pairs: pd.DataFrame, writer: BorderWriter) -> PageTable:
    """Hectares that plots of both sides cover, by the communes that the plots name."""
    sums = frame.groupby(["commune_code", "neighbour_commune_code"], dropna=False)["area_ha"]
    told = sums.agg(places="size", area_ha="sum").reset_index()
    named = told.assign(
        commune=_names(told["commune_code"], pairs, "commune_code", "commune"),
        neighbour=_names(told["neighbour_commune_code"], pairs, "neighbour_code", "neighbour"),
    )
    return writer.table(
        "claims", named, ("commune", "text", 22), ("neighbour", "text", 22),
        ("places", "count", 10), ("area_ha", "hectares", 14), decimals=_GROUND_DECIMALS,
    )  # fmt: skip


def _names(codes: pd.Series, pairs: pd.DataFrame, code: str, name: str) -> pd.Series:
    """Names of communes; the code where no pair of the border has it."""
    known = pairs.drop_duplicates(code).set_index(code)[name]
    return codes.map(known).fillna(codes).fillna("")


def _ground(frame: pd.DataFrame, names: pd.DataFrame, writer: BorderWriter) -> PageTable:
    """Hectares in communes of both provinces, in none, and in the strips no plot covers."""
    named = _pair_names(frame.reset_index(drop=True), names)
    named = named.assign(claim=writer.words(frame["claim"]))
    return writer.table(
        "ground", named, ("commune", "text", 22), ("neighbour", "text", 22),
        ("claim", "text", 30), ("area_ha", "hectares", 14), decimals=_GROUND_DECIMALS,
    )  # fmt: skip


def _pair_names(sums: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    key = pd.MultiIndex.from_frame(sums[["commune_code", "neighbour_code"]])
    return pd.concat([sums, names.reindex(key).reset_index(drop=True)], axis=1)
