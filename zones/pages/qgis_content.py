"""What the QGIS project is made of: published figures, plots, findings and their names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.base.findings import SEVERITY_WORDS
from layers.base.language import Language, format_number
from layers.communes.gazetteer import province_name
from layers.communes.spelling import name_order
from layers.crs.transform import to_crs
from layers.kinds.forest_status import ForestLayer
from layers.kinds.plots import PlotLayer
from maps import QgisContent
from maps.qgis.content import (
    Categories,
    Fill,
    Joined,
    Line,
    OfSheet,
    OtherStyle,
    QgisLayer,
    Ranges,
    sheet_value,
)
from maps.symbols.legends import AreaSymbol, load_area_symbols, scale_colours, zone_symbols
from zones.borders.commune_pairs import Borders, measure_borders
from zones.borders.side import read_sides
from zones.inputs.attributes import own_attributes
from zones.inputs.faulty_plots import faulty_plots
from zones.inputs.read import Inputs
from zones.output.table_words import code_words
from zones.pages.context_layers import communes_with_kinds, load_neighbours, near_neighbours
from zones.pages.forest_standard import STANDARD, standard_symbols, type_letters
from zones.pages.plot_symbols import symbols_of_plots, zone_crops, zones_of_layer
from zones.pages.qgis_planning import PlanningPages, planning_layers
from zones.pages.qgis_sheets import SHEET_COMMUNE, commune_sheets
from zones.pages.qgis_tables import BORDERS, COMMUNES
from zones.pages.qgis_words import Say, aliases, land_words, layer_names, shown_layers, speaker
from zones.pages.status_fields import field_words, own_names, with_own_fields
from zones.plan.frames import zones_frame
from zones.planting.planning_map import PlanningMap
from zones.project.model import Project
from zones.publish.publish import PublishedFigures

_CLASSES = 5
#: Of land that no legend has a symbol for.
_OTHER_LAND = Fill("#d9d9d9", "#999999", 0.05)
_FIGURES = "zone_figures"
#: Columns of a plot; a status layer has its own fields beside them.
_PLOT_COLUMNS = (
    *("plot", "tk", "khoanh", "lo", "commune_code", "commune", "land", "type_number"),
    *("type_code", "species", "planting_year", "three_forest", "ledger_ha", "geometry_ha"),
)
#: Scales that the circular lists for maps of communes and districts, and one step beyond.
_SCALES = (5_000, 10_000, 25_000, 50_000, 100_000, 200_000)


def qgis_content(
    project: Project,
    figures: PublishedFigures,
    inputs: Inputs,
    *,
    planning: PlanningMap | None = None,
    borders: Borders | None = None,
) -> QgisContent:
    """Put together what the QGIS project shows, in the area CRS."""
    language = project.annex.language
    say = speaker(language)
    own = own_attributes(inputs)
    communes = _commune_layer(project, figures, inputs, say)
    numbers = zone_figures(figures)
    zones = _zone_layers(figures, numbers, language, say)
    plots = list(_plot_layers(project, inputs, own, language))
    findings = list(_finding_layers(inputs, language, say))
    table = QgisLayer(
        table=_FIGURES,
        name=say("figures"),
        group=say("group_zones"),
        style=None,
        frame=numbers,
        aliases=aliases(numbers.columns, language),
        words=_zone_words(figures, language),
        shown=False,
    )
    chosen = (
        []
        if planning is None
        else planning_layers(PlanningPages(planning, figures, inputs, own, language))
    )
    around = list(_neighbour_layers(project, inputs, say))
    sides = None if borders else read_sides(project, inputs)
    measured = measure_borders(project, sides) if sides else borders
    along = [] if measured is None else list(_border_layers(measured, language, say))
    frames, papers = commune_sheets(figures, inputs)
    base = (COMMUNES, *(layer.table for layer in around))
    forest = tuple(layer.table for layer in plots)
    themes = {layer.name: (*base, layer.table, *forest) for layer in zones}
    themes |= {say("theme_forest"): (*base, *forest), say("theme_sheet"): (*base, *forest)}
    if chosen:
        themes |= {say("theme_planning"): (*base, *(layer.table for layer in chosen))}
    if along:
        themes |= {say("group_borders"): (*(layer.table for layer in along), *base)}
    if findings:
        told = tuple(layer.table for layer in findings)
        themes |= {say("theme_findings"): (*base, *told, *forest)}
    return QgisContent(
        title=project.title if language == "vi" else project.title_en or project.title,
        subtitle="; ".join(sorted(set(figures.sources["source"].dropna()) - {""}, key=name_order)),
        crs=inputs.crs,
        layers=(*along, frames, communes, *findings, *zones, table, *chosen, *plots, *around),
        themes=themes,
        sheets=frames.table,
        papers=papers,
        sheet_theme=say("theme_sheet"),
        sheet_style=STANDARD,
        words={key: say(f"sheet_{key}") for key in ("legend", "source", "scale")},
        scales=_SCALES,
    )


def zone_figures(figures: PublishedFigures) -> pd.DataFrame:
    """Published figures by zone and commune: present, land, gap, and what is planned by year."""
    keys = ["zone", "commune_code"]
    columns = [*keys, "commune", "listed", "present_ha", "share_ratio", "available_ha", "gap_ha"]
    zones = figures.zones[[name for name in columns if name in figures.zones.columns]]
    # Zones that were not allocated have no plan: missing, not zero.
    known = figures.allocation[figures.allocation["planned_ha"].notna()]
    by_year = known.pivot_table(
        index=keys, columns="year", values="planned_ha", aggfunc="sum", observed=True
    )
    by_year.columns = [f"planned_{int(year)}_ha" for year in by_year.columns]
    allocated = zones["zone"].isin(known["zone"])
    joined = zones.merge(by_year.reset_index(), on=keys, how="left", validate="1:1")
    planned = list(by_year.columns)
    joined.loc[allocated.to_numpy(), planned] = joined.loc[allocated.to_numpy(), planned].fillna(0)
    total = joined[planned].sum(axis="columns", min_count=1)
    return joined.assign(planned_ha=total)


def _commune_layer(
    project: Project, figures: PublishedFigures, inputs: Inputs, say: Say
) -> QgisLayer:
    communes = communes_with_kinds(inputs.communes, project)
    cover = figures.forest_cover.drop(columns=["commune", "exceeds_natural_area"], errors="ignore")
    cover = cover[[name for name in cover.columns if not name.startswith("wrong_")]]
    frame = communes.merge(cover, on="commune_code", how="left", validate="1:1")
    return QgisLayer(
        table=COMMUNES,
        name=say("communes"),
        group=say("group_ground"),
        style=Fill("", "#000000", 0.4),
        frame=frame,
        aliases=aliases(frame.columns, project.annex.language),
        label="commune",
        others=(_around_the_sheet(say),),
    )


def _around_the_sheet(say: Say) -> OtherStyle:
    """Communes on a sheet of one of them: the others in grey, as in the atlas, with their names."""
    style = OfSheet(
        "commune_code",
        SHEET_COMMUNE,
        (say("sheet_commune"), Fill("", "#000000", 0.4)),
        (say("neighbours"), Fill("#f0f0f0", "#7a7a7a", 0.2)),
    )
    return OtherStyle(STANDARD, style, f'CASE WHEN {style.is_other} THEN "commune" END')


def _zone_layers(
    figures: PublishedFigures, numbers: pd.DataFrame, language: Language, say: Say
) -> list[QgisLayer]:
    names = figures.zone_names[figures.zone_names["zone"].isin(numbers["zone"])]
    words = _zone_words(figures, language)
    return [
        QgisLayer(
            table=f"zone_{zone}",
            name=name,
            group=say("group_zones"),
            style=_ranges(numbers.loc[numbers["zone"].eq(zone), "present_ha"], language),
            joined=Joined(_FIGURES, "zone", zone, COMMUNES, "commune_code"),
            aliases=aliases(numbers.columns, language),
            words=words,
            shown=number == 0,
        )
        for number, (zone, name) in enumerate(
            zip(names["zone"], names[f"name_{language}"], strict=True)
        )
    ]


def _zone_words(figures: PublishedFigures, language: Language) -> dict[str, dict[str, str]]:
    """Names of the zones in place of their ids."""
    names = figures.zone_names
    return {"zone": dict(zip(names["zone"], names[f"name_{language}"], strict=True))}


def _ranges(values: pd.Series[float], language: Language) -> Ranges:
    """Classes of present hectares: nothing, then fifths of what is there."""
    held = values[values > 0].to_numpy(dtype="float64")
    parts = np.linspace(1 / _CLASSES, 1, _CLASSES) if len(held) else np.array([])
    ends = sorted({_round_up(float(np.quantile(held, part))) for part in parts})
    colours = scale_colours("present", max(len(ends), 3))
    empty = float(np.nextafter(0, 1))
    symbols = [(0.0, empty, "0 ha", Fill("#faf7ee", width_mm=0.1))]
    low = empty
    for end, fill in zip(ends, colours, strict=False):
        text = f"– {format_number(end, language)} ha"
        shown = "0" if low == empty else format_number(low, language)
        symbols.append((low, end, f"{shown} {text}", Fill(fill, width_mm=0.1)))
        low = end
    return Ranges("present_ha", tuple(symbols))


def _round_up(value: float) -> float:
    """Round to two leading digits, upwards, at least to a whole hectare."""
    step = 10.0 ** max(math.floor(math.log10(value)) - 1, 0)
    return math.ceil(value / step) * step


def _plot_layers(
    project: Project, inputs: Inputs, own: Mapping[str, pd.DataFrame], language: Language
) -> Iterable[QgisLayer]:
    zones = zones_frame(inputs.plans[0])
    known = {**load_area_symbols("land"), **zone_symbols(zones, crops=zone_crops(zones))}
    names, land = layer_names(inputs, language), land_words(language)
    classes = {code: word.text(language) for code, word in code_words("three_forest").items()}
    for number, (name, layer) in enumerate(shown_layers(inputs).items()):
        drawn = symbols_of_plots(layer, zones=zones_of_layer(project, zones, name))
        frame = _plot_rows(layer, name, own, drawn, inputs.crs)
        found = set(drawn)
        symbols = [(key, item) for key, item in known.items() if key in found]
        strange = sorted(found.difference(known))
        forest = layer if isinstance(layer, ForestLayer) else None
        words = {
            **(field_words(forest, language) if forest else {}),
            "land": land,
            "three_forest": classes,
            "symbol": {
                **{key: item.name.text(language) for key, item in symbols},
                **{key: land.get(key, key) for key in strange},
            },
        }
        yield QgisLayer(
            table=f"plots_{number + 1}",
            name=names[name],
            group=speaker(language)("group_plots"),
            style=Categories(
                "symbol",
                (
                    *((key, item.name.text(language), _fill(item)) for key, item in symbols),
                    *((key, land.get(key, key), _OTHER_LAND) for key in strange),
                ),
            ),
            frame=frame,
            aliases=aliases(frame.columns, language, own_names(own, frame.columns)),
            words={field: told for field, told in words.items() if field in frame.columns},
            in_sheet=_IN_SHEET if "commune_code" in frame.columns else "",
            others=_standard_style(forest, language) if forest else (),
        )


def _plot_rows(
    layer: PlotLayer,
    name: str,
    own: Mapping[str, pd.DataFrame],
    drawn: pd.Series[str],
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """Plots in the area CRS; those of a status layer with the fields of their file."""
    columns = [column for column in _PLOT_COLUMNS if column in layer.plots.columns]
    if name not in own or not isinstance(layer, ForestLayer):
        return to_crs(layer.plots[[*columns, "geometry"]].assign(symbol=drawn), crs)
    plots = layer.plots[[*columns, "row", "geometry"]].assign(layer=name, symbol=drawn)
    # The letters as they were read: the colours of the standard go by them.
    letters = plots.assign(type_code=type_letters(layer))
    frame = with_own_fields(letters, {name: own[name].drop(columns="ldlr", errors="ignore")})
    return to_crs(gpd.GeoDataFrame(frame.drop(columns=["layer", "row"]), crs=plots.crs), crs)


#: Plots of the commune of a sheet; all where none is printed.
_IN_SHEET = f'"commune_code" = {sheet_value(SHEET_COMMUNE, "commune_code")}'
#: Label of a lot in the standard, a fraction: number and state over area. On a sheet those of its
#: commune alone.
_LOT_LABEL = (
    f"CASE WHEN {_IN_SHEET} THEN "
    """with_variable('above', coalesce("lo", '') || ' – ' || coalesce("ldlr", ''), """
    """with_variable('below', format_number("dtich", 2, 'vi'), """
    """@above || '\n' || lpad('', ceil(max(length(@above), length(@below)) * 0.55), '—') """
    """|| '\n' || @below)) END"""
)


def _standard_style(layer: ForestLayer, language: Language) -> tuple[OtherStyle, ...]:
    """Colours and lot labels of the standard, by the letters of the type."""
    symbols = tuple(
        (code, item.name.text(language), Fill(item.fill, "#505050", 0.1))
        for code, item in standard_symbols(layer).items()
    )
    return (OtherStyle(STANDARD, Categories("ldlr", symbols), _LOT_LABEL),)


def _fill(item: AreaSymbol) -> Fill:
    return Fill(item.fill, "#999999", 0.05, item.hatch, item.hatch_colour)


def _finding_layers(inputs: Inputs, language: Language, say: Say) -> Iterable[QgisLayer]:
    for number, (name, layer) in enumerate(inputs.plots.items()):
        found = [item for item in inputs.findings.items if item.source == name]
        frame = faulty_plots(layer, found, language=language)
        if len(frame):
            # The explanation says in words what the codes of the faults say.
            frame = to_crs(frame[frame.geometry.notna()].drop(columns="faults"), inputs.crs)
            yield QgisLayer(
                table=f"findings_{number + 1}",
                name=say("findings", layer=name),
                group=say("group_findings"),
                style=Fill("", "#d7191c", 0.5, "////", "#d7191c"),
                frame=frame,
                aliases=aliases(frame.columns, language),
                words=_finding_words(language),
                shown=False,
            )


def _finding_words(language: Language) -> dict[str, dict[str, str]]:
    classes = {code: word.text(language) for code, word in code_words("three_forest").items()}
    severity = {str(key): word.text(language) for key, word in SEVERITY_WORDS.items()}
    return {"three_forest": classes, "severity": severity}


def _neighbour_layers(project: Project, inputs: Inputs, say: Say) -> Iterable[QgisLayer]:
    source = project.map_neighbours
    if source is None:
        return
    frame = near_neighbours(
        load_neighbours(project, source, inputs.crs, name="map: neighbours"), inputs.communes
    )
    if frame is not None:
        yield QgisLayer(
            table="neighbours",
            name=say("neighbours"),
            group=say("group_ground"),
            style=Fill("#f2f2f2", "#7a7a7a", 0.2),
            frame=frame,
            aliases=aliases(frame.columns, project.annex.language),
            label="commune",
        )


#: Label of a border: both communes and its length in metres.
_BORDER_LABEL = (
    """"commune" || ' – ' || "neighbour" || ': ' || format_number("length_m", 0, '{language}')"""
    """ || ' m'"""
)


def _border_layers(borders: Borders, language: Language, say: Say) -> Iterable[QgisLayer]:
    """Lines between communes of two provinces, with the metres that the borders were measured."""
    frame = borders.layers.get("border_lines")
    if frame is None:
        return
    provinces = sorted(set(frame["neighbour_province"]) - {""}, key=name_order)
    yield QgisLayer(
        table=BORDERS,
        name=say("borders"),
        group=say("group_borders"),
        style=Line("#c51b7d", 0.8),
        frame=frame,
        aliases=aliases(frame.columns, language),
        words={"neighbour_province": {code: province_name(code) for code in provinces}},
        label=_BORDER_LABEL.format(language=language),
        label_is_expression=True,
        shown=False,
    )
