"""What ``zones check`` tells a forester: counts, hectares, faults, and the plots to fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.findings import SEVERITY_WORDS, Finding
from layers.base.language import Language, Phrase, format_number
from layers.base.messages import message
from layers.io.geopackage import save_geopackage
from layers.io.table_output import save_workbook
from layers.kinds.forest_checks import ledger_differences
from zones.output.folder import staged_folder
from zones.output.text_table import table_lines

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.kinds.plots import PlotLayer

#: Files that ``save_faulty_plots`` writes.
FAULTY_FILES = ("faulty-plots.gpkg", "faulty-plots.xlsx")

_LAND = {
    "natural_forest": Phrase("natural forest", "rừng tự nhiên"),
    "planted_forest": Phrase("planted, established", "rừng trồng đã thành rừng"),
    "not_yet_forest": Phrase("planted, not yet forest", "đã trồng chưa thành rừng"),
    "regenerating": Phrase("regenerating", "đất có cây tái sinh"),
    "bare": Phrase("bare", "đất trống"),
    "farmland": Phrase("farmland", "đất nông nghiệp"),
    "crop": Phrase("under a crop", "đất trồng cây"),
    "water": Phrase("water", "mặt nước"),
    "other": Phrase("other", "đất khác"),
    "unclassified": Phrase("without valid type", "không có mã hợp lệ"),
}
_COLUMNS = [
    "row",
    "plot",
    "tk",
    "khoanh",
    "lo",
    "commune_code",
    "commune",
    "type_number",
    "type_code",
    "thanhrung",
    "three_forest",
    "species",
    "planting_year",
    "ledger_ha",
    "geometry_ha",
]
_FIRST_ROWS = 10


def layer_lines(
    name: str,
    layer: PlotLayer,
    findings: Iterable[Finding],
    *,
    disagreements: pd.DataFrame | None = None,
    language: Language,
) -> list[str]:
    """Lines of the report on one polygon layer."""
    lines = [*_class_lines(name, layer, language), ""]
    order = {"error": 0, "problem": 1, "note": 2}
    lines += [
        f"  {SEVERITY_WORDS[item.severity].text(language)}: {item.message.text(language)}"
        for item in sorted(findings, key=lambda item: order[item.severity])
    ]
    if "ledger_source" in layer.plots.columns:
        lines += ["", *_histogram_lines(layer.plots, language)]
    if disagreements is not None and len(disagreements):
        lines += ["", *_disagreement_lines(disagreements, language)]
    return lines


def _class_lines(name: str, layer: PlotLayer, language: Language) -> list[str]:
    plots = layer.plots
    columns = [column for column in ("ledger_ha", "geometry_ha") if column in plots.columns]
    sums = plots.groupby("land")[columns].sum().assign(plots=plots.groupby("land").size())
    known = [land for land in _LAND if land in sums.index]
    rest = [land for land in sums.index if land not in _LAND]
    names = {land: _LAND[land].text(language) for land in known} | {land: land for land in rest}
    rows = [[label, *_cells(sums.loc[land], columns, language)] for land, label in names.items()]
    total = sums.sum()
    rows.append([message("zones.inputs.total").text(language), *_cells(total, columns, language)])
    heads = {
        "ledger_ha": message("zones.inputs.ledger_ha"),
        "geometry_ha": message("zones.inputs.geometry_ha"),
    }
    head = [name, message("zones.inputs.plots").text(language)]
    head += [heads[column].text(language) for column in columns]
    return table_lines([head, *rows])


def _cells(row: pd.Series[float], columns: Sequence[str], language: Language) -> list[str]:
    hectares = [format_number(float(row[column]), language, decimals=2) for column in columns]
    return [format_number(float(row["plots"]), language), *hectares]


def _histogram_lines(plots: pd.DataFrame, language: Language) -> list[str]:
    table = ledger_differences(plots)
    head = [
        message("zones.inputs.ledger_less_geometry").text(language),
        message("zones.inputs.plots").text(language),
        message("zones.inputs.ledger_ha").text(language),
        message("zones.inputs.geometry_ha").text(language),
    ]
    rows = [
        [
            _bin(low, high, language),
            format_number(count, language),
            format_number(ledger, language, decimals=2),
            format_number(geometry, language, decimals=2),
        ]
        for low, high, count, ledger, geometry in table.to_numpy(dtype="float64").tolist()
    ]
    return table_lines([head, *rows])


def _bin(low: float, high: float, language: Language) -> str:
    if pd.isna(low) and pd.isna(high):
        return message("zones.inputs.all").text(language)
    if pd.isna(low):
        return f"< {high:g} %"
    if pd.isna(high):
        return f"≥ {low:g} %"
    return f"{low:g} … {high:g} %"


def _disagreement_lines(table: pd.DataFrame, language: Language) -> list[str]:
    head = [
        message("zones.inputs.plot").text(language),
        message("zones.inputs.names_commune").text(language),
        message("zones.inputs.lies_in").text(language),
        "ha",
    ]
    first = table.head(_FIRST_ROWS)
    named = first["named_code"] + " " + first["named"].fillna("")
    lies = (first["lies_code"] + " " + first["lies"].fillna("")).fillna("–")
    hectares = [format_number(area, language, decimals=2) for area in first["ledger_ha"]]
    rows = [list(row) for row in zip(first["plot"], named, lies, hectares, strict=True)]
    lines = table_lines([head, *rows])
    more = len(table) - _FIRST_ROWS
    if more > 0:
        lines.append(message("zones.inputs.more_plots", more=more).text(language))
    return lines


def faulty_plots(
    layer: PlotLayer, findings: Iterable[Finding], *, language: Language
) -> gpd.GeoDataFrame:
    """List the plots with an error or a problem, one row each, to be fixed in a GIS."""
    import geopandas as gpd

    told: dict[int, list[Finding]] = {}
    for item in findings:
        if item.severity != "note":
            for row in item.rows:
                told.setdefault(row, []).append(item)
    parts = [layer.plots, getattr(layer, "set_aside", layer.plots.head(0))]
    records = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    records = records[records["row"].isin(told)].sort_values("row", ignore_index=True)
    rows = [told[int(row)] for row in records["row"]]
    columns = [column for column in _COLUMNS if column in records.columns]
    frame = records[columns].assign(
        severity=[
            "error" if any(i.severity == "error" for i in row) else "problem" for row in rows
        ],
        faults=["; ".join(item.kind for item in row) for row in rows],
        explanation=["; ".join(_base(item, language) for item in row) for row in rows],
    )
    return gpd.GeoDataFrame(frame, geometry=records.geometry, crs=layer.plots.crs)


def _base(item: Finding, language: Language) -> str:
    """Message without the count and the list of plots that follow it."""
    return re.split(r": [\d.,]+ (?:lô|plots?)\b", item.message.text(language), maxsplit=1)[0]


def save_faulty_plots(
    plots: Mapping[str, gpd.GeoDataFrame], folder: Path, *, language: Language
) -> list[Path]:
    """Write the plots to fix as a GeoPackage and an Excel workbook."""
    wanted = {name: frame for name, frame in plots.items() if len(frame)}
    if not wanted:
        return []
    with staged_folder(folder, keep=lambda name: name not in FAULTY_FILES) as stage:
        names = _layer_names(list(wanted))
        save_geopackage(dict(zip(names, wanted.values(), strict=True)), stage / FAULTY_FILES[0])
        headings = {column: heading.text(language) for column, heading in _HEADINGS.items()}
        tables = {
            name: pd.DataFrame(frame.drop(columns="geometry")) for name, frame in wanted.items()
        }
        save_workbook(tables, stage / FAULTY_FILES[1], headings=headings, frozen_columns=2)
    return [folder / name for name in FAULTY_FILES]


def _layer_names(names: list[str]) -> list[str]:
    """Names that a GeoPackage takes: brackets, quotes and spaces become underscores."""
    plain = [re.sub(r"\W+", "_", name).strip("_") or "layer" for name in names]
    return [f"{name}_{at}" if name in plain[:at] else name for at, name in enumerate(plain)]


_HEADINGS = {
    "row": Phrase("Record", "Bản ghi"),
    "plot": Phrase("Plot", "Lô (tk/khoảnh/lô)"),
    "tk": Phrase("Compartment", "Tiểu khu"),
    "khoanh": Phrase("Sub-compartment", "Khoảnh"),
    "lo": Phrase("Plot", "Lô"),
    "commune_code": Phrase("Commune code", "Mã xã"),
    "commune": Phrase("Commune", "Xã"),
    "type_number": Phrase("Type, number", "maldlr"),
    "type_code": Phrase("Type", "ldlr"),
    "thanhrung": Phrase("Established", "thanhrung"),
    "three_forest": Phrase("Three-forest class", "Ba loại rừng"),
    "species": Phrase("Species", "Loài cây"),
    "planting_year": Phrase("Planting year", "Năm trồng"),
    "ledger_ha": Phrase("Ledger, ha", "Diện tích hồ sơ, ha"),
    "geometry_ha": Phrase("Geometry, ha", "Diện tích hình vẽ, ha"),
    "severity": Phrase("Severity", "Mức độ"),
    "faults": Phrase("Faults", "Mã lỗi"),
    "explanation": Phrase("Explanation", "Giải thích"),
}
