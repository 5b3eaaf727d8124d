"""Tables of the forest: Form 3 (cover by commune) and Form 6 (planted forest by age)."""

from __future__ import annotations

import pandas as pd

from maps.annex.content import AnnexContent
from maps.annex.layout import AnnexColumn, AnnexTable, Say, rank_column, ranked, summed

__all__ = ["ages_table", "cover_table"]


def cover_table(content: AnnexContent, say: Say) -> AnnexTable:
    """Form 3: forest and forest cover rate by commune, the province as total row."""
    frame = content.forest_cover
    parts = ("natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")
    with_forest = frame[list(parts)].sum(axis=1).round(content.decimals)
    frame = frame.assign(with_forest_ha=with_forest)
    rows = ranked(frame.iloc[:-1])
    columns = _cover_columns(frame, parts, say)
    total = frame.iloc[-1][[column.key for column in columns if column.key != "rank"]]
    return AnnexTable(
        name=say("Form 3 forest cover", "Biểu 3 Che phủ rừng"),
        title=say("Forest area and forest cover rate", "Diện tích rừng và tỷ lệ che phủ rừng"),
        role="cover",
        columns=columns,
        rows=rows,
        total=total,
        unit=say("Unit: ha, %", "ĐVT: ha, %"),
        notes=(
            say(
                "Cover rate = (natural + planted, established) ÷ natural area × 100; planted areas "
                "that are not yet forest do not count. Rates are of unrounded hectares.",
                "Tỷ lệ che phủ = (rừng tự nhiên + rừng trồng đã thành rừng) ÷ diện tích tự nhiên × "
                "100; diện tích đã trồng chưa thành rừng không tính. Tỷ lệ tính trên số liệu chưa "
                "làm tròn.",
            ),
        ),
    )


def _cover_columns(
    frame: pd.DataFrame, parts: tuple[str, ...], say: Say
) -> tuple[AnnexColumn, ...]:
    def hectares(key: str, title: str, group: str = "") -> AnnexColumn:
        return AnnexColumn(key, title, "hectares", 13, group, totalled=True)

    origin = say("By origin", "Theo nguồn gốc")
    classes = [
        hectares(key, title, say("By function", "Theo mục đích sử dụng"))
        for key, title in (
            ("special_use_ha", say("Special-use", "Đặc dụng")),
            ("protection_ha", say("Protection", "Phòng hộ")),
            ("production_ha", say("Production", "Sản xuất")),
            ("outside_ha", say("Outside the three", "Ngoài 3 loại rừng")),
        )
        if key in frame.columns
    ]
    return (
        rank_column(say),
        AnnexColumn("commune", say("Commune", "Đơn vị"), "text", 24),
        hectares("natural_area_ha", say("Natural area", "Diện tích tự nhiên")),
        AnnexColumn(
            "with_forest_ha",
            say("Area with forest", "Diện tích có rừng"),
            "hectares",
            13,
            adds=parts,
            totalled=True,
        ),
        hectares("natural_forest_ha", say("Natural", "Rừng tự nhiên"), origin),
        hectares("planted_forest_ha", say("Planted, established", "Trồng đã thành rừng"), origin),
        hectares("not_yet_forest_ha", say("Not yet forest", "Trồng chưa thành rừng"), origin),
        *classes,
        AnnexColumn("cover_percent", say("Cover rate (%)", "Tỷ lệ che phủ (%)"), "percent", 11),
    )


def ages_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> AnnexTable:
    """Form 6: planted forest by species and age class."""
    classes = list(dict.fromkeys(frame["age_class"]))
    wide = frame.pivot_table(
        index="species", columns="age_class", values="area_ha", aggfunc="first", dropna=False
    ).reindex(columns=classes)
    rows = wide.reindex(list(dict.fromkeys(frame["species"]))).reset_index()
    keys = {name: f"age_{place}" for place, name in enumerate(classes)}
    rows = ranked(rows.rename(columns=keys))
    # A species without a plot of an age class has none of it.
    rows = rows.assign(**{key: rows[key].fillna(0.0) for key in keys.values()})
    rows = rows.assign(sum_ha=rows[list(keys.values())].sum(axis=1).round(content.decimals))
    group = say("By age class", "Theo cấp tuổi")
    columns = (
        rank_column(say),
        AnnexColumn("species", say("Species", "Loài cây"), "text", 28),
        AnnexColumn(
            "sum_ha", say("Total", "Tổng"), "hectares", 13, adds=tuple(keys.values()), totalled=True
        ),
        *(
            AnnexColumn(key, name, "hectares", 12, group, totalled=True)
            for name, key in keys.items()
        ),
    )
    return AnnexTable(
        name=say("Form 6 species, ages", "Biểu 6 Loài, cấp tuổi"),
        title=say(
            "Planted forest by species and age class", "Rừng trồng theo loài cây và cấp tuổi"
        ),
        role="ages",
        columns=columns,
        rows=rows,
        total=summed(rows, columns, content.decimals),
        unit=say("Unit: ha", "ĐVT: ha"),
    )
