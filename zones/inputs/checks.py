"""Checks that hold inputs against each other: codes and places, plots, reports against communes.

A report is a table, so nothing but its codes and names says where its hectares are: its rows are
carried to the communes of the project before anything is added to anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.base.findings import Finding, Findings
from layers.base.messages import joined, message
from layers.communes.boundaries import NaturalAreas
from layers.communes.codes import check_codes, normal_code
from layers.communes.crosswalk import (
    CommuneList,
    VintageChange,
    named_communes,
    successors,
)
from layers.communes.crs_trial import Trial, check_meridian, missing_crs, spread
from layers.communes.gazetteer import Day, communes_on, vintage_on, vintages
from layers.communes.location_check import (
    DISAGREEMENTS,
    check_named_communes,
    check_reach,
    locate_plots,
)
from layers.communes.match_result import Match
from layers.communes.matching import match_commune
from layers.communes.qualifiers import district_key
from layers.communes.spelling import exact_key
from layers.convert.columns import ColumnRoles
from layers.convert.convert import convert_table
from layers.convert.rows import CommuneColumns, RowUnit, find_units
from layers.kinds.crops import crop_named, load_crops
from layers.kinds.plots import PlotLayer
from layers.kinds.report import REPORT, ReportLayer, count_entries
from layers.kinds.report_totals import labelled_totals
from zones.measure.present import BEARING, crops_without_choice
from zones.project.model import Project, land_layers

if TYPE_CHECKING:
    from layers.base.language import Phrase
    from layers.convert.convert import Conversion
    from zones.plan.model import Plan


def check_codes_of_day(
    name: str, frame: pd.DataFrame, communes: gpd.GeoDataFrame, *, on: str
) -> list[Finding]:
    """Recognise a layer whose commune codes are of another day than the project's communes."""
    from layers.communes.vintage_check import check_vintage

    if frame["commune_code"].isna().all():
        return []
    named = "commune" in frame.columns and bool(frame["commune"].notna().any())
    # Where there are names they tell; places are held against codes by the check of places.
    return check_vintage(
        pd.DataFrame(frame.drop(columns="geometry")) if named and "geometry" in frame else frame,
        communes,
        code_column="commune_code",
        name_column="commune" if named else None,
        on=on,
        source=name,
    )


def check_choice_of_crops(
    frames: Mapping[str, pd.DataFrame], chosen: Mapping[str, str]
) -> list[Finding]:
    """Tell now what the comparison would refuse: a crop in two layers, a choice of what is nowhere.

    ``frames`` has the columns ``crop`` and ``land`` of each layer that tells of present crops.
    """
    layers: dict[str, set[str]] = {}
    for name, frame in frames.items():
        for crop in frame.loc[frame["land"].isin(BEARING), "crop"].dropna().unique():
            layers.setdefault(crop, set()).add(name)
    found = []
    if unclear := crops_without_choice(layers, chosen):
        found.append(Finding("error", "crop-in-several-layers", "present", unclear))
    nowhere = [crop for crop in chosen if crop not in layers and not crop_named(crop)[0]]
    if nowhere:
        there = ", ".join(sorted(layers))
        told = message("zones.inputs.present_of_no_layer", nowhere=nowhere, there=there)
        found.append(Finding("error", "crop-nowhere", "present", told))
    return found


def check_crop_groups(frames: Mapping[str, pd.DataFrame], plans: Sequence[Plan]) -> list[Finding]:
    """Zones of a crop that layers name by a wider word, and the other way round.

    "Cam" in a layer is citrus: a zone of oranges would hold nothing, and nobody would be told.
    """
    wanted = {zone.crop for plan in plans for zone in plan.zones if zone.crop}
    held: dict[str, list[str]] = {}
    for name, frame in frames.items():
        for crop in frame["crop"].dropna().unique():
            held.setdefault(str(crop), []).append(name)
    crops = load_crops()
    groups = crops.dropna(subset=["part_of"])[["crop", "part_of", "name_vi"]]
    found = []
    for part, whole, name in groups.itertuples(index=False):
        lacks = part in wanted and part not in held and whole in held
        beside = whole in wanted and part in held and part not in wanted
        if {part, whole} <= wanted and part in held:
            out = message("zones.inputs.part_left_out", whole=whole, part=part, name=name)
            found.append(Finding("problem", "part-left-out", ", ".join(held[str(part)]), out))
        if not (lacks or beside):
            continue
        asked, there = (part, whole) if lacks else (whole, part)
        told = message(
            "zones.inputs.crop_by_another_word",
            asked=asked,
            there=there,
            name=name,
            entry=f"crops: {{{name}: {asked}}}",
        )
        found.append(Finding("error", "crop-by-another-word", ", ".join(held[str(there)]), told))
    return found


def check_day_of_communes(
    communes: gpd.GeoDataFrame, areas: NaturalAreas, *, province: str, on: str
) -> list[Finding]:
    """Recognise boundaries, or a table of natural areas, of another day than the project says.

    Every code of July 2025 was a code before, so a table of old areas joins to the boundaries of
    today without a gap and gives every commune the area of a part of it.
    """
    from layers.communes.gazetteer import list_communes
    from layers.communes.vintage_check import check_vintage
    from layers.convert.rows import CommuneColumns, settle_columns
    from layers.io.table import read_table

    if on < vintages(province)[0]:
        return []
    known = list_communes(province, vintage_on(on, province=province))
    known = known.rename(columns={"code": "commune_code", "name": "commune"})
    table = read_table(Path(areas.path), sheet=areas.sheet)
    columns = settle_columns(table, CommuneColumns(code=areas.code_column))
    found = check_vintage(
        communes.drop(columns="geometry"),
        known,
        code_column="commune_code",
        name_column="commune",
        on=on,
        source="communes",
    )
    found += check_vintage(
        table,
        known,
        code_column=areas.code_column,
        name_column=columns.name,
        on=on,
        source="natural_areas",
    )
    return [one for one in found if one.severity == "error"]


def shown_year(project: Project) -> int | None:
    """Year of the newest layer that tells land: what was planted until then it shows already."""
    return max((project.layers[name].date.year for name in land_layers(project)), default=None)


def no_year_left(project: Project, plan: Plan) -> Phrase | None:
    """Say that the layers show every year of the plan already, so that none is left to allocate."""
    section, shown = project.allocation, shown_year(project)
    last = section.last_year or plan.horizon.last
    if shown is None or section.first_year is not None or last > shown:
        return None
    return message("zones.inputs.no_year_left", shown=str(shown), last=str(last))


def check_years(project: Project, plan: Plan) -> list[Finding]:
    """Tell before the allocation that no year is left for it."""
    nothing = no_year_left(project, plan)
    return [] if nothing is None else [Finding("problem", "no-year-left", plan.plan, nothing)]


def check_report_areas(name: str, table: pd.DataFrame, communes: gpd.GeoDataFrame) -> list[Finding]:
    """Error for a crop that a report gives more hectares in a commune than the commune has."""
    sums = table.groupby(["commune_code", "crop", "year"], as_index=False)["area_ha"].sum()
    facts = sums.merge(communes[["commune_code", "commune", "official_area_ha"]], on="commune_code")
    over = facts[facts["area_ha"] > facts["official_area_ha"]]
    if over.empty:
        return []
    listed = [
        message(
            "zones.inputs.area_of_commune",
            what=f"{row.commune} {row.crop} {row.year}",
            area=row.area_ha,
            official=row.official_area_ha,
        )
        for row in over.head(5).itertuples()
    ]
    return [
        Finding(
            "error",
            "more-than-commune",
            name,
            message("zones.inputs.more_than_commune", count=len(over), figures=joined(listed)),
            count=len(over),
            area_ha=float(over["area_ha"].sum()),
            examples=tuple(over["commune"].head(5)),
        )
    ]


@dataclass(frozen=True, slots=True)
class PlaceCheck:
    """What the places of plots told."""

    disagreements: pd.DataFrame  # Columns of ``layers.communes.location_check.DISAGREEMENTS``
    findings: list[Finding] = field(default_factory=list)  # Errors and problems
    lies: pd.Series[str] | None = None  # Commune of each plot's middle, where they lie rightly


def check_places(
    name: str,
    layer: PlotLayer,
    communes: gpd.GeoDataFrame,
    listed: CommuneList,
    *,
    vintage: str | None = None,
    part: bool = False,
) -> PlaceCheck:
    """Compare where plots lie with the communes they name; find a wrong CRS by it."""
    plots = _with_codes(layer.plots, listed, vintage)
    named, found = named_communes(plots, listed, vintage=vintage, source=name)
    # An old commune that was divided names no single place to hold a plot against.
    single = named.mask(named.str.contains("|", regex=False, na=False))
    moved = check_meridian(plots, single, communes, source=name)
    if any(item.kind == "crs-wrong-meridian" for item in moved):
        return PlaceCheck(DISAGREEMENTS.empty(), [*found, *moved])
    lies = locate_plots(plots, communes)
    reach = check_reach(plots, lies, communes, part=part, source=name)
    if reach or any(item.kind == "communes-disagree" for item in moved):
        return PlaceCheck(DISAGREEMENTS.empty(), [*found, *reach, *([] if reach else moved)])
    table, disagree = check_named_communes(plots, named, communes, source=name, lies=lies)
    return PlaceCheck(table, [*found, *moved, *disagree], lies)


def tell_missing_crs(
    name: str,
    layer: PlotLayer,
    communes: gpd.GeoDataFrame,
    listed: CommuneList,
    *,
    vintage: str | None = None,
) -> Phrase:
    """Say which CRS a layer without one may have; ``layer`` was read with any, unchanged."""
    plots = _with_codes(layer.plots, listed, vintage)
    named, _ = named_communes(plots, listed, vintage=vintage, source=name)
    known = named[named.isin(set(communes["commune_code"]))]
    picked = spread(named if known.empty else known)
    points = plots.geometry.reindex(picked.index).representative_point()
    trial = Trial(points, picked.where(picked.isin(known)), communes)
    return missing_crs(trial, province=listed.province, source=name)


def _with_codes(
    plots: gpd.GeoDataFrame, listed: CommuneList, vintage: str | None
) -> gpd.GeoDataFrame:
    """Plots with the codes of the communes they name, where they carry names alone."""
    if plots["commune_code"].notna().any() or plots["commune"].isna().all():
        return plots
    day = vintage or listed.vintage
    read = check_codes(plots["commune"], province=listed.province, on=day)
    return plots.assign(commune_code=read.codes)


def check_day_of_report(name: str, report: ReportLayer, project: Project) -> list[Finding]:
    """Tell communes of a report from before a merger whose names or codes were other units' then.

    A unit of today alone shows that the report is one of today, whatever its date.
    """
    province, day = project.province, project.layers[name].date
    then = vintage_on(max(day.isoformat(), vintages(province)[0]), province=province)
    now = vintage_on(project.communes.vintage, province=province)
    if then >= now:
        return []
    texts = report.table["commune_code"].fillna(report.table["commune"])
    told = _of_other_ground(texts.dropna().unique().tolist(), province, then, now)
    if not told:
        return []
    rows = report.table[
        texts.isin(set(told)) & ~report.table["row"].map(labelled_totals(report.texts))
    ]
    what = message(
        "zones.inputs.names_of_earlier_day",
        count=len(told),
        names=list(told.values()),
        day=day.isoformat(),
        now=now,
    )
    area = float(rows["area_ha"].sum())
    examples = tuple(told.values())[:5]
    return [Finding("problem", "names-of-earlier-day", name, what, len(told), area, examples)]


def _of_other_ground(texts: list[str], province: str, then: str, now: str) -> dict[str, str]:
    """Names of communes of today that were other units then; none where any was no unit then."""
    after = successors(province, from_=then, to=now)
    parts = Counter(code for heirs in after.values() for code in heirs)
    kept = {code for code, heirs in after.items() if heirs == (code,) and parts[code] == 1}
    districts = {district_key(unit.district) for unit in communes_on(province, then).values()}
    told = {}
    for text in texts:
        here = match_commune(text, province=province, on=now)
        if not isinstance(here, Match) or here.confirm:
            continue
        before = match_commune(text, province=province, on=then)
        if isinstance(before, Match):
            units = set() if before.confirm else {before.unit.code}
        else:
            alike = (one.unit for one in before.candidates if one.score == 1)
            units = {unit.code for unit in alike if unit.vintage == then}
        if not units and exact_key(text) not in districts:
            return {}
        if units and (units != {here.unit.code} or here.unit.code not in kept):
            told[text] = here.unit.name
    return told


def settle_report(
    report: ReportLayer,
    *,
    province: str,
    from_: Day,
    to: Day,
    source: str,
    confirmed: Mapping[str, str] | None = None,
) -> ReportLayer:
    """Carry the rows of a report to the communes of the project; ``confirmed``: name → code."""
    known = {exact_key(text) for text in confirmed or {}}
    report = _with_normal_codes(report)
    written = pd.concat([report.table["commune_code"], report.blank["commune_code"]])
    coded = written.map(normal_code, na_action="ignore").notna()
    coded &= ~written.map(exact_key, na_action="ignore").isin(known)
    same_day = vintage_on(from_, province=province) == vintage_on(to, province=province)
    if same_day and coded.all():
        report = _counted(
            report, report.table["commune_code"], report.blank["commune_code"], source
        )
        here = communes_on(province, vintage_on(to, province=province))
        at_home = report.blank["commune_code"].map(normal_code).isin(here).tolist()
        report.findings.extend(_blank_of_nobody(report.blank, at_home, source))
        return report
    columns = CommuneColumns(code="commune_code", name="commune", confirmed=confirmed or {})
    placed, holes = (
        _one_name(find_units(frame, columns, province=province, on=from_, source=source), frame)
        for frame in (report.table, report.blank)
    )
    report = _counted(report, placed, holes, source)
    table = report.table
    findings = Findings(
        [one for one in report.findings.items if one.kind != "commune-missing"]  # told anew below
    )
    conversion = convert_table(
        table[["commune_code", "commune", "crop", "year", "area_ha"]].set_axis(table["row"] - 2),
        units=columns,
        change=VintageChange(province, from_, to, source),
        figures=ColumnRoles(sums=("area_ha",), keys=("crop", "year")),
    )
    settled = conversion.table.assign(
        row=range(2, len(conversion.table) + 2), entry=conversion.table["crop"]
    )
    told = Findings([*findings.items, *_told(conversion)])
    then = find_units(report.blank, columns, province=province, on=from_, source=source)
    heirs = {} if same_day else successors(province, from_=from_, to=to)
    now = [list(heirs.get(row.unit.code, (row.unit.code,))) if row.unit else [] for row in then]
    known_rows = [row.unit is not None or row.role in ("total", "district") for row in then]
    told.extend(_blank_of_nobody(report.blank, known_rows, source))
    lists = pd.Series(now, index=report.blank.index, dtype="object")
    blank = report.blank.assign(commune_code=lists).explode("commune_code")
    blank = blank[blank["commune_code"].notna()].reset_index(drop=True)
    return ReportLayer(REPORT.validate(settled[REPORT.names]), told, blank)


def _with_normal_codes(report: ReportLayer) -> ReportLayer:
    """A report with codes of five digits where signs nobody sees stand around them."""

    def plain(frame: pd.DataFrame) -> pd.DataFrame:
        codes = frame["commune_code"].map(
            lambda code: normal_code(code) or code, na_action="ignore"
        )
        return frame.assign(commune_code=codes.astype(frame["commune_code"].dtype))

    return replace(report, table=plain(report.table), blank=plain(report.blank))


def _one_name(rows: Sequence[RowUnit], frame: pd.DataFrame) -> pd.Series[str]:
    """Commune of each row under one name: its code, or what it says that matches none."""
    names = [
        row.unit.code
        if row.unit
        else None
        if row.role in ("district", "total")
        else row.text or None
        for row in rows
    ]
    return pd.Series(names, index=frame.index, dtype="str")


def _counted(
    report: ReportLayer, placed: pd.Series[str], holes: pd.Series[str], source: str
) -> ReportLayer:
    table, blank = report.table.assign(of=placed), report.blank.assign(of=holes)
    return count_entries(replace(report, table=table, blank=blank), source=source)


def _blank_of_nobody(blank: pd.DataFrame, placed: list[bool], source: str) -> list[Finding]:
    """Tell rows without hectares whose commune nobody knows: there the crop would pass for 0."""
    lost = blank[~np.array(placed, dtype=bool)]
    if lost.empty:
        return []
    names = lost["commune"].fillna(lost["commune_code"]).fillna("–").unique().tolist()
    what = message("zones.inputs.blank_of_nobody", count=len(lost), names=names)
    return [Finding("problem", "unmatched", source, what, len(lost), examples=tuple(names[:5]))]


def _told(conversion: Conversion) -> list[Finding]:
    """List what a person must know, with the hectares of what was set aside."""
    aside = float(conversion.totals["set_aside"].iloc[0])
    kept = [
        one for one in conversion.findings.items if one.kind not in ("columns", "rows-repeated")
    ]
    return [
        _with_remedy(one, conversion, aside) if one.kind == "unmatched" else one for one in kept
    ]


def _with_remedy(one: Finding, conversion: Conversion, aside: float) -> Finding:
    """Unmatched names with their hectares, and the place of the project that confirms them."""
    links = conversion.links
    names = links.loc[links["change"] == "unmatched", "old_name"].drop_duplicates().tolist()
    written = [name for name in names if name.strip()]
    what = one.message
    if len(written) < len(names):
        what = message("zones.inputs.with_blank_remedy", message=what)
    if written:
        entry = f"communes: {{{written[0]!r}: …}}"
        what = message("zones.inputs.with_remedy", message=what, entry=entry)
    return replace(one, area_ha=aside, message=what, examples=tuple(names))
