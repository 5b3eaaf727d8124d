"""The steps of a run and their order; each reads and hands over tables by name."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.communes.gazetteer import province_name
from layers.crs.crs import plane_area_ha
from zones.measure.measure import (
    NO_CLASS,
    Ground,
    areas_table,
    measure_plots,
    measure_raster,
    measure_report,
)
from zones.measure.present import late_reporters, present_by_crop
from zones.measure.targets import ToleratedBounds, compare_targets, join_plan_targets, share_zones
from zones.plan.frames import communes_frame, targets_frame, zones_frame
from zones.project.model import newest_forest_layer
from zones.run.context import RunState, Step
from zones.run.findings_table import findings_table

__all__ = ["STEPS"]


def _check(state: RunState) -> None:
    inputs = state.inputs()
    inputs.findings.raise_errors()
    state.put("findings", findings_table(inputs.findings.items))


def _measure(state: RunState) -> None:
    inputs = state.inputs()
    inputs.findings.raise_errors()
    ground = Ground(inputs.communes, inputs.crs, state.closures, state.options.workers)
    frames: list[pd.DataFrame] = []
    found: list[Finding] = []
    total = len(inputs.plots) + len(inputs.rasters) + len(inputs.reports)
    for name, layer in inputs.plots.items():
        covers_all = state.project.layers[name].kind in ("forest_status", "land_use")
        frame, findings = measure_plots(name, layer, ground, covers_all=covers_all)
        frames.append(frame)
        found.extend(findings)
        state.teller.part(len(frames), total)
    for name, look in inputs.rasters.items():
        names = dict(zip(look.classes["class"], look.classes["name"], strict=True))
        frame, findings = measure_raster(name, look.grid, names, ground)
        frames.append(frame)
        found.extend(findings)
        state.teller.part(len(frames), total)
    for name, report in inputs.reports.items():
        frames.append(measure_report(name, report, ground))
        found.extend(late_reporters(name, frames[-1]))
        state.teller.part(len(frames), total)
    measured = pd.concat(frames, ignore_index=True)
    areas = areas_table(measured, inputs.communes)
    for column in ("area_ha", "ledger_ha"):
        state.closures.check(
            f"areas: {column} of all layers",
            parts=areas[column].sum(),
            whole=measured[column].sum(),
        )
    state.put("measured", measured)
    state.put("areas", areas)
    state.put("measure_findings", findings_table(_once(found)))


def _compare(state: RunState) -> None:
    communes, _ = state.communes()
    plans = state.plans()
    names = zones_frame(plans[0])
    present = present_by_crop(_of_today(state), state.project.present)
    every = pd.concat([zones_frame(plan) for plan in plans]).drop_duplicates("zone")
    by_zone = present.merge(every.loc[every["crop"] != "", ["zone", "crop"]], on="crop")
    targets = join_plan_targets([targets_frame(plan).assign(plan=plan.plan) for plan in plans])
    thresholds = state.project.thresholds
    measured = pd.concat([_zone_totals(by_zone), _cover_rate(state)], ignore_index=True)
    state.put(
        "targets",
        compare_targets(
            targets,
            measured,
            tolerated=ToleratedBounds(
                thresholds.tolerance_percent, thresholds.rate_tolerance_points
            ),
        ),
    )
    leading = by_zone[by_zone["zone"].isin(names["zone"])]
    zones = share_zones(
        leading[["zone", "commune_code", "present_ha"]],
        communes_frame(plans[0])[["zone", "commune_code"]],
        communes=communes[["commune_code", "commune"]],
        listed_min_percent=thresholds.listed_min_percent,
        unlisted_max_percent=thresholds.unlisted_max_percent,
    )
    state.closures.check(
        "zones: communes to province",
        parts=zones["present_ha"].sum(),
        whole=leading["present_ha"].sum(),
    )
    state.put("zones", zones)
    used = every["zone"].isin([*names["zone"], *targets["zone"]])
    state.put("zone_names", every[used].reset_index(drop=True))


def _of_today(state: RunState) -> pd.DataFrame:
    """Leave out forest layers of earlier dates, unless the project takes a crop from them.

    They are there for the change of cover; the same stand of a crop is no second present area.
    """
    measured, newest = state.tables["measured"], newest_forest_layer(state.project)
    earlier = {
        name
        for name, source in state.project.layers.items()
        if source.kind == "forest_status" and name != newest
    }
    return measured[~measured["layer"].isin(earlier - set(state.project.present.values()))]


def _zone_totals(by_zone: pd.DataFrame) -> pd.DataFrame:
    """Sum each zone over the province (no commune code) and in every commune."""
    keys = ["zone", "commune_code"]
    communes = by_zone.groupby(keys)["present_ha"].sum().reset_index(name="present")
    province = by_zone.groupby("zone")["present_ha"].sum().reset_index(name="present")
    totals = pd.concat([province.assign(commune_code=""), communes], ignore_index=True)
    return totals.assign(indicator="area", unit="ha")


def _cover_rate(state: RunState) -> pd.DataFrame:
    cover = state.tables["forest_cover"]
    if cover.empty:
        return pd.DataFrame()
    row = {
        "zone": "",
        "indicator": "forest_cover_rate",
        "commune_code": "",
        "unit": "%",
        "present": float(cover["cover_percent"].iloc[-1]),
    }
    return pd.DataFrame([row])


def _once(found: list[Finding]) -> list[Finding]:
    """Ground that two communes claim is a fault of the communes, not of each layer upon them."""
    seen: dict[str, Finding] = {}
    for item in found:
        about = replace(item, source="communes") if item.kind == "double-claim" else item
        seen.setdefault(f"{about.source}: {about.message.en}", about)
    return list(seen.values())


def _cover(state: RunState) -> None:
    from zones.forest.cover import FOREST_COVER_FULL, check_forest_cover, forest_cover_table
    from zones.forest.species import PLANTED_SPECIES, planted_areas, planted_species_table

    name = newest_forest_layer(state.project)
    if name is None:
        state.put("forest_cover", FOREST_COVER_FULL.empty())
        state.put("planted_species", PLANTED_SPECIES.empty())
        return
    communes, crs = state.communes()
    measured = state.tables["measured"]
    classified = measured[(measured["layer"] == name) & ~measured["land"].isin(NO_CLASS)]
    table = forest_cover_table(
        classified,
        communes.assign(polygon_area_ha=plane_area_ha(communes, crs)),
        province_code=state.project.province,
        province=province_name(state.project.province),
        log=state.closures,
    )
    state.put("forest_cover", table)
    found = check_forest_cover(table, classified, source=name)
    state.put("cover_findings", findings_table(found))
    species = planted_species_table(
        planted_areas(classified), year=state.project.layers[name].date.year, log=state.closures
    )
    state.put("planted_species", species)


def _allocate(state: RunState) -> None:
    from zones.allocation.job import allocate_step

    allocate_step(state)


def _render(state: RunState) -> None:
    from zones.pages.map import render_pages

    render_pages(state)


def _annex(state: RunState) -> None:
    from zones.pages.annex import render_annex
    from zones.pages.map import print_tables

    render_annex(state, print_tables(state))


def _atlas(state: RunState) -> None:
    from zones.pages.atlas import render_atlas
    from zones.pages.map import print_tables

    render_atlas(state, print_tables(state))


STEPS: tuple[Step, ...] = (
    Step("check", Phrase("Check the inputs", "Kiểm tra dữ liệu vào"), (), _check),
    Step("measure", Phrase("Measure areas", "Tính diện tích"), ("check",), _measure),
    Step("cover", Phrase("Forest cover", "Tỷ lệ che phủ rừng"), ("measure",), _cover),
    Step(
        "compare",
        Phrase("Compare with the plan", "So sánh với kế hoạch"),
        ("measure", "cover"),
        _compare,
    ),
    Step(
        "allocate",
        Phrase("Allocate the targets", "Phân bổ chỉ tiêu"),
        ("measure", "compare"),
        _allocate,
    ),
    Step(
        "render",
        Phrase("Make the pages", "Lập bản đồ và biểu"),
        ("check", "measure", "cover", "compare", "allocate"),
        _render,
    ),
    Step(
        "annex",
        Phrase("Make the annex", "Lập phụ lục"),
        ("check", "measure", "cover", "compare", "allocate"),
        _annex,
    ),
    Step(
        "atlas",
        Phrase("Draw the atlas", "Vẽ tập bản đồ"),
        ("check", "measure", "cover", "compare", "allocate"),
        _atlas,
        lambda project: project.atlas.make,
    ),
)
