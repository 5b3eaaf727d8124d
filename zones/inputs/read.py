"""Reading every input of a project: frames, and what was wrong with them.

All faults are collected, then reported once. A finding of severity ``error`` stops the run, a
``problem`` is listed while the rest is measured, a ``note`` only tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from layers.base.errors import CrsError, InputError, MissingCrsError, VungTrongError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.workers import Progress, silent
from layers.communes.boundaries import COMMUNES, NaturalAreas, load_communes
from layers.communes.crosswalk import CommuneList
from layers.communes.gazetteer import (
    CIRCULATED,
    NEWEST_VINTAGE,
    former_provinces,
    list_communes,
    province_name,
)
from layers.communes.location_check import check_centres
from layers.communes.spelling import exact_key
from layers.crs.crs import area_crs, central_meridian, plane_area_ha, zone_in_doubt
from layers.crs.transform import WGS84, to_crs, transformation
from layers.io.vector import VectorFile
from layers.kinds.crop_plots import load_crop_plots
from layers.kinds.forest_status import check_forest_status
from layers.kinds.land_use import load_land_use
from layers.kinds.polygons import check_polygons
from layers.kinds.report import read_report
from zones.inputs.checks import (
    check_choice_of_crops,
    check_codes_of_day,
    check_crop_groups,
    check_day_of_communes,
    check_day_of_report,
    check_places,
    check_report_areas,
    check_years,
    settle_report,
    tell_missing_crs,
)
from zones.inputs.forest_areas import check_forest_areas
from zones.inputs.groups import check_groups
from zones.inputs.named_communes import check_named_communes
from zones.inputs.shared_ground import check_crop_layers, check_plot_overlaps
from zones.measure.measure import claimed_once
from zones.plan.files import load_plans
from zones.plan.model import Horizon, Names, Plan
from zones.project.model import (
    CropPlotsSource,
    ForestStatusSource,
    LandUseSource,
    LayerSource,
    PolygonSource,
    Project,
    RasterSource,
    ReportSource,
    newest_forest_layer,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyproj

    from layers.base.language import Phrase
    from layers.kinds.plots import PlotLayer
    from layers.kinds.raster import RasterLook
    from layers.kinds.report import ReportLayer
    from zones.plan.model import Plan

#: A polygon that departs from the official natural area by more than this is worth a look.
_AREA_DIFFERENCE_PERCENT = 2.0
#: By more than this it is a fault of the table or of the boundary; all of them, another unit.
_AREA_PROBLEM_PERCENT = 50.0
_AREA_FACTOR = 5.0


#: Findings of boundaries that lie elsewhere than they say: a sound layer seems misplaced on them.
_MISPLACED = frozenset({"crs-wrong-meridian", "communes-elsewhere"})


@dataclass(slots=True)
class Inputs:
    """Everything a project names, read."""

    project: Project  # The project
    # Columns of ``layers.communes.boundaries.COMMUNES`` and geometry, in the area CRS; none where
    # they could not be read, which is an error among the findings
    communes: gpd.GeoDataFrame
    crs: pyproj.CRS  # Area CRS
    plans: list[Plan]  # Leading plan first
    plots: dict[str, PlotLayer] = field(default_factory=dict)  # Polygon layers by name
    reports: dict[str, ReportLayer] = field(default_factory=dict)  # Report tables by name
    # Raster layers by name, described once for checking and measuring
    rasters: dict[str, RasterLook] = field(default_factory=dict)
    # Per forest status layer, the plots outside the commune they name
    disagreements: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)  # What was wrong
    # Fields of the newest forest status layer as its file holds them (``own_attributes``)
    own: dict[str, pd.DataFrame] | None = None

    @property
    def has_ground(self) -> bool:
        """Whether there are boundaries, in their right CRS, to hold the place of layers against."""
        told = (item.kind for item in self.findings.of("error") if item.source == "communes")
        return not self.communes.empty and _MISPLACED.isdisjoint(told)


def without_plan(project: Project) -> Plan:
    """Plan that asks for nothing: areas and forest cover alone."""
    year = max(layer.date.year for layer in project.layers.values())
    name = message("zones.inputs.no_plan")
    return Plan(
        plan="none",
        name=Names(vi=name.vi, en=name.en),
        issuer=None,
        number=None,
        date=None,
        province=project.province,
        vintage=str(project.communes.vintage),
        horizon=Horizon(first=year + 1, last=year + 1),
    )


def read_plans(project: Project) -> list[Plan]:
    """Plans of a project, all communes confirmed; one without zones where it names none."""
    if not project.plans:
        return [without_plan(project)]
    at_hand = [
        str(project.resolve(Path(name))) if name.endswith((".yaml", ".yml")) else name
        for name in project.plans
    ]
    plans = load_plans(at_hand)
    for plan in plans:
        open_ = plan.unconfirmed()
        if open_:
            names = ", ".join(f"{item.as_written} ({item.code})" for _, item in open_[:5])
            raise InputError(
                "zones.inputs.communes_to_confirm", plan=plan.plan, count=len(open_), names=names
            )
    return plans


def read_communes(project: Project) -> tuple[gpd.GeoDataFrame, pyproj.CRS, list[Finding]]:
    """Commune boundaries of a project in its area CRS."""
    source = project.communes
    table = source.natural_areas
    areas = NaturalAreas(
        path=project.resolve(table.path),
        code_column=table.code_column,
        area_column=table.area_column,
        sheet=table.sheet,
        decimal=table.decimal,
    )
    crs = area_crs(project.province, named=project.area_crs)
    loaded = load_communes(
        VectorFile(
            project.resolve(source.path),
            layer=source.layer,
            crs=source.crs,
            encoding=source.encoding,
            province=project.province,
            name="communes",
        ),
        code_column=source.code_column,
        name_column=source.name_column,
        natural_areas=areas,
        vintage=str(source.vintage),
        part_of_province=source.part_of_province,
    )
    day = str(source.vintage)
    centres = check_centres(loaded.communes, project.province, on=day, source="communes")
    communes = to_crs(loaded.communes, crs)
    labelled = communes.assign(
        row=communes.index, plot=communes["commune_code"], area_ha=communes["official_area_ha"]
    )
    checked = check_polygons(labelled, source="communes", repair=source.repair)
    checked.findings.raise_errors()
    if len(checked.kept) < len(communes):
        lost = sorted(set(communes["commune_code"]) - set(checked.kept["commune_code"]))
        raise InputError("zones.inputs.communes_collapse", count=len(lost), lost=lost)
    communes = checked.kept[communes.columns]
    found = [*loaded.findings.items, *centres, *checked.findings.items]
    claimed = Findings()
    claimed_once(communes, crs, claimed)
    found += claimed.items
    found += _about_zone(communes, crs, project)
    found += check_day_of_communes(communes, areas, province=project.province, on=day)
    found += _circulated_areas(project, len(communes))
    return communes, crs, [*found, *_area_differences(communes, crs)]


#: A 3° zone reaches so far to both sides of its meridian (degrees).
_HALF_ZONE = 1.5


def _about_zone(communes: gpd.GeoDataFrame, crs: pyproj.CRS, project: Project) -> Iterator[Finding]:
    """Tell a zone that only lists have, and one whose meridian is far from the communes."""
    name = crs.to_string()
    if project.area_crs is None and zone_in_doubt(project.province):
        yield Finding(
            "note",
            "area-crs-in-doubt",
            "communes",
            message("zones.inputs.zone_in_doubt", crs=name),
        )
    meridian = central_meridian(crs)
    west, south, east, north = communes.total_bounds
    middle = (west + east) / 2, (south + north) / 2
    longitude = float(transformation(crs, WGS84).transform(*middle)[0])
    if meridian is not None and abs(longitude - meridian) > _HALF_ZONE:
        yield Finding(
            "problem",
            "area-crs-far-off",
            "communes",
            message("zones.inputs.zone_far_off", crs=name, meridian=meridian, longitude=longitude),
        )


def _circulated_areas(project: Project, communes: int) -> Iterator[Finding]:
    """Tell that the denominators of forest cover rest on lists that nobody confirmed."""
    table = project.communes.natural_areas
    if table.area_column == CIRCULATED:
        yield Finding(
            "problem",
            "natural-areas-circulated",
            "natural_areas",
            message("zones.inputs.natural_areas_circulated", path=table.path, column=CIRCULATED),
            count=communes,
        )


def _area_differences(communes: gpd.GeoDataFrame, crs: pyproj.CRS) -> list[Finding]:
    official, drawn = communes["official_area_ha"], plane_area_ha(communes, crs)
    percent = (drawn - official) / official * 100
    wide = percent.abs() > _AREA_DIFFERENCE_PERCENT
    if not wide.any():
        return []
    order = percent.abs()[wide].sort_values(ascending=False).index
    listed = [
        message(
            "zones.inputs.area_difference", commune=communes["commune"][row], percent=percent[row]
        )
        for row in order[:5]
    ]
    return [
        *_other_unit(float((official / drawn).median())),
        Finding(
            severity="problem" if percent.abs().max() > _AREA_PROBLEM_PERCENT else "note",
            kind="official-area-differs",
            source="communes",
            message=message(
                "zones.inputs.official_area_differs",
                count=int(wide.sum()),
                area_difference_percent=_AREA_DIFFERENCE_PERCENT,
                listed=listed,
            ),
            count=int(wide.sum()),
            examples=tuple(communes["commune_code"][order[:5]]),
        ),
    ]


def _other_unit(factor: float) -> list[Finding]:
    """Error where natural areas as a whole are many times those of the boundaries, or few."""
    if 1 / _AREA_FACTOR < factor < _AREA_FACTOR:
        return []
    return [
        Finding(
            severity="error",
            kind="natural-area-unit",
            source="natural_areas",
            message=message("zones.inputs.natural_area_unit", factor=factor),
        )
    ]


def read_inputs(project: Project, *, progress: Progress = silent) -> Inputs:
    """Read every input of a project and collect its faults."""
    inputs = _with_ground(project)
    inputs.findings.extend(_kept_corrections(project))
    inputs.findings.extend(_plan_errors(inputs.plans))
    inputs.findings.extend(_plans_of_others(inputs.plans, project.province))
    inputs.findings.extend(plans_of_a_part(inputs.plans, project.province))
    inputs.findings.extend(
        found for plan in inputs.plans[:1] for found in check_years(project, plan)
    )
    for done, (name, source) in enumerate(project.layers.items()):
        progress(done, len(project.layers))
        try:
            found = _read_layer(inputs, name, source)
            # In the report a layer goes by its name in the project, not by its path.
            inputs.findings.extend(replace(item, source=name) for item in found.items)
        except VungTrongError as error:
            told = _missing_crs(inputs, name, source, error) or error.phrase
            inputs.findings.add(Finding("error", "unreadable", name, told))
    progress(len(project.layers), len(project.layers))
    crops = _crops_of_layers(inputs)
    inputs.findings.extend(check_choice_of_crops(crops, project.present))
    inputs.findings.extend(check_crop_groups(crops, inputs.plans))
    if not inputs.communes.empty:
        inputs.findings.extend(check_named_communes(project, inputs.communes))
        inputs.findings.extend(check_groups(project, inputs.communes))
        _check_elevation(inputs)
        _check_together(inputs)
    return inputs


def _kept_corrections(project: Project) -> list[Finding]:
    """Tell which names the project has corrected, who confirmed each, and when."""
    kept = (*project.corrections.crops, *project.corrections.communes)
    entries = [f"{one.written} → {one.means} ({one.by}, {one.on.isoformat()})" for one in kept]
    told = message("zones.inputs.corrections_kept", count=len(kept), entries=entries)
    examples = tuple(entries[:5])
    finding = Finding("note", "corrections-kept", "corrections", told, len(kept), examples=examples)
    return [finding] if kept else []


def _with_ground(project: Project) -> Inputs:
    """Boundaries and plans; those that cannot be read are told, and the layers still looked at."""
    findings = Findings()
    try:
        communes, crs, found = read_communes(project)
        findings.extend(found)
    except VungTrongError as error:
        findings.add(Finding("error", "unreadable", "communes", error.phrase))
        crs = area_crs(project.province)
        communes = gpd.GeoDataFrame(COMMUNES.empty(), geometry=[], crs=crs)
    try:
        plans = read_plans(project)
    except VungTrongError as error:
        findings.add(Finding("error", "unreadable", "plans", error.phrase))
        plans = []
    return Inputs(project, communes, crs, plans, findings=findings)


def _crops_of_layers(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Crop and land of what each layer says of today: of forest layers the newest, and reports."""
    newest = newest_forest_layer(inputs.project)
    frames: dict[str, pd.DataFrame] = {}
    for name, layer in inputs.plots.items():
        if inputs.project.layers[name].kind != "forest_status" or name == newest:
            land = layer.plots.set_index("row")["land"]
            weights = layer.crop_weights
            frames[name] = weights[["crop"]].assign(land=weights["row"].map(land))
    for name, report in inputs.reports.items():
        frames[name] = report.table[["crop"]].assign(land="report")
    return frames


def _check_elevation(inputs: Inputs) -> None:
    """Say now what the allocation would say of the raster of heights."""
    project = inputs.project
    if project.allocation.elevation is None:
        return
    from layers.kinds.elevation import check_elevation
    from layers.kinds.raster import frame_of_communes

    try:
        path = project.resolve(project.allocation.elevation)
        grid = check_elevation(path, folders=(project.file.parent,))
        frame_of_communes(inputs.communes, grid, path.name)
    except VungTrongError as error:
        inputs.findings.add(Finding("error", "unreadable", "allocation.elevation", error.phrase))


def _plan_errors(plans: list[Plan]) -> list[Finding]:
    """Find what no comparison can stand on, such as a reversed range; the rest is for the lint.

    Two zones of one crop can be compared, but what is measured stands in both of them.
    """
    from zones.plan.lint import lint_plan

    return [
        found.as_finding(plan.plan)
        for plan in plans
        for found in lint_plan(plan)
        if found.severity == "error" or found.kind == "crop-in-two-zones"
    ]


def _plans_of_others(plans: list[Plan], province: str) -> list[Finding]:
    """Tell plans that were made for another province: none of their communes lies here.

    What several provinces are to do together (tasks, no zones) is a plan of each of them.
    """
    return [
        Finding(
            severity="problem",
            kind="plan-of-another-province",
            source=plan.plan,
            message=message(
                "zones.inputs.plan_of_another_province",
                province=f"{province_name(plan.province)} ({plan.province})",
                province_2=f"{province_name(province)} ({province})",
            ),
        )
        for plan in plans
        if plan.province != province
        and (plan.zones or province not in plan.other_provinces or _is_compared(plan))
    ]


def _is_compared(plan: Plan) -> bool:
    """Whether a figure of a plan for its whole province is held against layers or reports.

    Area and cover rate are, whether or not the plan says how they are measured.
    """
    return any(
        it.scope == "province"
        and (it.indicator in ("area", "forest_cover_rate") or it.measure != "none")
        for _, it in plan.all_targets()
    )


def plans_of_a_part(plans: Sequence[Plan], province: str) -> list[Finding]:
    """Tell plans of a province that was joined to others: their sums are held against all of it."""
    parts = [one.name for one in former_provinces().values() if one.now == province]
    found = []
    for plan in plans:
        if len(parts) < 2 or plan.province != province or plan.vintage >= NEWEST_VINTAGE:
            continue
        if not _is_compared(plan):
            continue  # Tasks, and what neither layers nor reports tell: held against nothing
        issuer = exact_key(plan.issuer or "")
        named = [name for name in parts if issuer.endswith(exact_key(name))]
        what = message(
            "zones.inputs.plan_of_a_part",
            parts=named or parts,
            name=province_name(province),
            all=parts,
        )
        found.append(Finding("problem", "plan-of-a-part", plan.plan, what))
    return found


def _check_together(inputs: Inputs) -> None:
    """Hold what was read against the communes and against itself."""
    on = str(inputs.project.communes.vintage)
    frames: dict[str, pd.DataFrame] = {name: item.plots for name, item in inputs.plots.items()}
    frames |= {name: item.table for name, item in inputs.reports.items()}
    for name, frame in frames.items():
        day = inputs.project.layers[name].vintage
        # Reports were carried to the project's communes when they were read; hectares of a commune
        # that the boundaries do not have stop a run.
        if day is None or name in inputs.reports:
            told = check_codes_of_day(name, frame, inputs.communes, on=on)
            stops = name in inputs.reports
            inputs.findings.extend(_as_errors(told, "code-not-in-communes") if stops else told)
        else:
            then = list_communes(inputs.project.province, day)
            then = then.rename(columns={"code": "commune_code", "name": "commune"})
            inputs.findings.extend(check_codes_of_day(name, frame, then, on=str(day)))
    for name, report in inputs.reports.items():
        inputs.findings.extend(check_report_areas(name, report.table, inputs.communes))
    strange = {item.source for item in inputs.findings.of("error")}
    listed = CommuneList(inputs.project.province, tuple(inputs.communes["commune_code"]), on)
    part = inputs.project.communes.part_of_province
    for name, layer in inputs.plots.items():
        source = inputs.project.layers[name]
        # Codes of another day make every place look wrong; the error says so already.
        if name not in strange and inputs.has_ground:
            vintage = str(source.vintage) if source.vintage else None
            places = check_places(name, layer, inputs.communes, listed, vintage=vintage, part=part)
            inputs.findings.extend(places.findings)
            inputs.disagreements[name] = places.disagreements
            if places.lies is not None and name == newest_forest_layer(inputs.project):
                told = check_forest_areas(name, layer, places.lies, inputs.communes, inputs.crs)
                inputs.findings.extend(told)
    elsewhere = {item.source for item in inputs.findings.items if item.kind == "layer-elsewhere"}
    for name, layer in inputs.plots.items():
        if name not in elsewhere:  # where no area can be measured
            inputs.findings.extend(_overlaps(name, layer, inputs.crs))
    strange = {item.source for item in inputs.findings.of("error")} | elsewhere
    crops = {
        name: layer
        for name, layer in inputs.plots.items()
        if name not in strange and inputs.project.layers[name].kind == "crop_plots"
    }
    inputs.findings.extend(check_crop_layers(crops, inputs.crs))


def _as_errors(findings: Iterable[Finding], kind: str) -> list[Finding]:
    return [replace(item, severity="error") if item.kind == kind else item for item in findings]


def _overlaps(name: str, layer: PlotLayer, crs: pyproj.CRS) -> list[Finding]:
    """Plots that share ground, or an error that names the layer where none can be measured."""
    try:
        return check_plot_overlaps(name, layer, crs)
    except CrsError as error:
        return [Finding("error", "unreadable", name, error.phrase)]


def _read_layer(inputs: Inputs, name: str, source: LayerSource) -> Findings:
    path = inputs.project.resolve(source.path)
    match source:
        case ForestStatusSource():
            inputs.plots[name] = check_forest_status(
                vector_file(inputs, name, source),
                columns=source.columns,
                code_table=source.code_table,
                species=source.species,
                year=source.date,
            )
            return inputs.plots[name].findings
        case CropPlotsSource():
            inputs.plots[name] = load_crop_plots(
                vector_file(inputs, name, source), columns=source.columns, crops=source.crops
            )
            return inputs.plots[name].findings
        case LandUseSource():
            inputs.plots[name] = load_land_use(
                vector_file(inputs, name, source), columns=source.columns
            )
            return inputs.plots[name].findings
        case ReportSource():
            report = _load_report(path, source)
            inputs.reports[name] = settle_report(
                report,
                province=inputs.project.province,
                from_=source.vintage or inputs.project.communes.vintage,
                to=inputs.project.communes.vintage,
                source=name,
                confirmed=confirmed_communes(inputs.project, source),
            )
            found = inputs.reports[name].findings
            earlier = [] if source.vintage else check_day_of_report(name, report, inputs.project)
            return Findings([*found.items, *earlier])
        case RasterSource():
            from layers.kinds.raster import describe_raster

            look = describe_raster(
                path,
                source.classes,
                band=source.band,
                source=name,
                crs=source.crs,
                communes=inputs.communes if inputs.has_ground else None,
                folders=(inputs.project.file.parent,),
            )
            inputs.rasters[name] = look
            return look.findings


def _missing_crs(
    inputs: Inputs, name: str, source: LayerSource, error: VungTrongError
) -> Phrase | None:
    """Say which CRS a polygon layer without one may have, held against the communes."""
    missing = isinstance(error, MissingCrsError) and isinstance(source, PolygonSource)
    if not missing or not inputs.has_ground:
        return None
    project = inputs.project
    # Any plane CRS will do to read the plots: their coordinates are kept as they are.
    trial = Inputs(project, inputs.communes, inputs.crs, inputs.plans)
    try:
        _read_layer(trial, name, source.model_copy(update={"crs": inputs.crs.to_string()}))
    except VungTrongError:
        return None
    west, south, east, north = trial.plots[name].plots.total_bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return None  # degrees: the error says of which datums they may be
    listed = CommuneList(
        project.province,
        tuple(inputs.communes["commune_code"]),
        str(project.communes.vintage),
    )
    vintage = str(source.vintage) if source.vintage else None
    layer = trial.plots[name]
    return tell_missing_crs(name, layer, inputs.communes, listed, vintage=vintage)


def confirmed_communes(project: Project, source: ReportSource) -> dict[str, str]:
    """Communes that a person has confirmed, for the project where the layer is of its day."""
    same_day = source.vintage is None or source.vintage == project.communes.vintage
    kept = project.corrections.communes if same_day else ()
    return {one.written: one.means for one in kept} | source.communes


def vector_file(inputs: Inputs, name: str, source: PolygonSource) -> VectorFile:
    """File of a polygon layer with what the project says of it."""
    return VectorFile(
        inputs.project.resolve(source.path),
        layer=source.layer,
        crs=source.crs,
        encoding=source.encoding,
        province=inputs.project.province,
        repair=source.repair,
        name=name,
    )


def _load_report(path: Path, source: ReportSource) -> ReportLayer:
    return read_report(
        path,
        sheet=source.sheet,
        columns=source.columns,
        crops=source.crops,
        decimal=source.decimal,
        last_year=source.date.year,
    )
