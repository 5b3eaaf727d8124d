"""Forest cover as a planner reads it on the terminal."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Language, Phrase, format_number
from layers.base.messages import message
from layers.kinds.crops import load_crops
from zones.forest.change import CAUSES
from zones.output.text_table import table_lines

_HECTARES = {
    "natural_area_ha": Phrase("natural area", "DT tự nhiên"),
    "area_with_forest_ha": Phrase("with forest", "DT có rừng"),
    "natural_forest_ha": Phrase("natural", "rừng tự nhiên"),
    "planted_forest_ha": Phrase("planted", "trồng thành rừng"),
    "not_yet_forest_ha": Phrase("not yet", "chưa thành rừng"),
    "special_use_ha": Phrase("special-use", "đặc dụng"),
    "protection_ha": Phrase("protection", "phòng hộ"),
    "production_ha": Phrase("production", "sản xuất"),
    "outside_ha": Phrase("outside", "ngoài QH"),
}
_WRONG = {
    "wrong_with_not_yet_percent": Phrase(
        "if planted land that is not yet forest were counted",
        "nếu tính cả diện tích trồng chưa thành rừng",
    ),
    "wrong_polygon_area_percent": Phrase(
        "if divided by the area of the polygons", "nếu chia cho diện tích ranh giới bản đồ"
    ),
    "wrong_mean_of_communes_percent": Phrase(
        "if the rates of the communes were averaged", "nếu lấy trung bình tỷ lệ các xã"
    ),
    "wrong_inside_plan_percent": Phrase(
        "if forest outside the three-forest plan were left out",
        "nếu bỏ rừng ngoài quy hoạch ba loại rừng",
    ),
}


def cover_lines(
    printed: pd.DataFrame, layer: str, *, decimals: tuple[int, int], language: Language
) -> list[str]:
    """Lines of the table of communes, the rate, and the rates it is not."""
    hectares, rates = decimals
    head = [
        message("zones.cli.lines.commune_ha").text(language),
        *(label.text(language) for label in _HECTARES.values()),
        "%",
    ]
    rows = [head]
    for record in printed.to_dict("records"):
        mark = " *" if record["exceeds_natural_area"] else ""
        figures = [format_number(record[key], language, decimals=hectares) for key in _HECTARES]
        rate = format_number(record["cover_percent"], language, decimals=rates)
        rows.append([f"{record['commune']}{mark}", *figures, rate])
    lines = table_lines(rows)
    if printed["exceeds_natural_area"].any():
        lines.append(message("zones.cli.lines.forest_exceeds").text(language))
    province = printed.iloc[-1]
    rate = format_number(province["cover_percent"], language, decimals=rates)
    lines += [
        "",
        message("zones.cli.lines.cover_rate", layer=layer, rate=rate).text(language),
        message("zones.cli.lines.not_the_rate").text(language),
    ]
    lines += [
        f"  {format_number(province[key], language, decimals=rates)} %  {label.text(language)}"
        for key, label in _WRONG.items()
        if pd.notna(province[key])
    ]
    return lines


def species_lines(species: pd.DataFrame, *, decimals: int, language: Language) -> list[str]:
    """Lines of the table of planted species by age class."""
    names = load_crops().set_index("crop")["name_vi" if language == "vi" else "name_en"].to_dict()
    none = message("zones.cli.lines.no_species").text(language)
    columns = [name for name in species.columns if name != "crop"]
    head = [
        message("zones.cli.lines.planted_species_ha").text(language),
        message("zones.cli.lines.planted").text(language),
        *("I", "II", "III", "IV", "V"),
        message("zones.cli.lines.age_unknown").text(language),
        message("zones.cli.lines.not_yet").text(language),
    ]
    labels = [names.get(crop, crop) or none for crop in species["crop"]]
    labels.append(message("zones.cli.lines.total").text(language))
    figures = [*species[columns].to_numpy().tolist(), species[columns].sum().tolist()]
    rows = [
        [label, *(format_number(value, language, decimals=decimals) for value in row)]
        for label, row in zip(labels, figures, strict=True)
    ]
    return table_lines([head, *rows])


def change_lines(
    change: pd.DataFrame, earlier: str, *, decimals: tuple[int, int], language: Language
) -> list[str]:
    """Lines of the change since the earlier layer."""
    hectares, rates = decimals
    labels = {
        **CAUSES,
        "natural_area": message("zones.cli.lines.natural_area_changed"),
        "total": message("zones.cli.lines.all_plots"),
    }
    rows = [
        [
            message("zones.cli.lines.change_since", earlier=earlier).text(language),
            message("zones.cli.lines.plots").text(language),
            message("zones.cli.lines.area_ha").text(language),
            message("zones.cli.lines.forest_ha").text(language),
            message("zones.cli.lines.points").text(language),
        ]
    ]
    rows += [
        [
            labels[record["cause"]].text(language),
            format_number(record["plots"], language),
            format_number(record["area_ha"], language, decimals=hectares),
            format_number(record["change_ha"], language, decimals=hectares),
            format_number(record["change_points"], language, decimals=rates),
        ]
        for record in change.to_dict("records")
        if record["plots"] or record["change_points"] or record["cause"] == "total"
    ]
    return table_lines(rows)
