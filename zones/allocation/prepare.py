"""From a project's tables to the inputs of its allocation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.schema import Column, Schema
from zones.allocation.explain.sentences import ORIGIN
from zones.allocation.inputs import (
    AVAILABLE,
    COMMUNES,
    COVER,
    LISTED,
    LOCKS,
    LOSSES,
    PACE,
    PRESENT,
    SUITABILITY,
    TARGETS_HA,
    AllocationInputs,
    AllocationSettings,
    Decimal,
    read_figures,
)
from zones.allocation.land import (
    ageless_stands,
    available_land,
    load_crop_suitability,
    load_land_sources,
    past_pace,
    sources_table,
    suitability_table,
    unreached_communes,
)
from zones.allocation.land_plots import lock_plots, plot_land, split_by_elevation
from zones.allocation.targets import (
    CONVERSIONS,
    allocation_targets,
    conversion_names,
    free_land_of,
    take_losses_aside,
    take_rows_aside,
    tell_losses_aside,
)
from zones.measure.present import present_by_crop
from zones.plan.frames import communes_frame, zones_frame
from zones.project.sources import layer_names

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.kinds.plots import PlotLayer
    from zones.plan.model import Plan
    from zones.project.model import AllocationSection, Project

__all__ = ["Prepared", "land_layers", "needs_plots", "prepare_allocation"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a project's allocation is made from.

    Parameters
    ----------
    inputs : AllocationInputs
        The tables.
    settings : AllocationSettings
        Years and weights.
    names : dict of str to Phrase
        Names of zones by id, and of layers by ``ORIGIN`` and their own name.
    findings : tuple of Finding
        Zones set aside, and where land comes from.
    tables : mapping of str to pandas.DataFrame
        Tables of the run from which all pages print the present areas, also of zones set aside.
    rounding_seconds : float
        Time for the rounding over communes, zones and years.
    aside : mapping of str to Phrase
        Zones of the plan that are not allocated, and why.
    """

    inputs: AllocationInputs
    settings: AllocationSettings
    names: dict[str, Phrase]
    findings: tuple[Finding, ...]
    tables: Mapping[str, pd.DataFrame]
    rounding_seconds: float = 60.0
    aside: Mapping[str, Phrase] = field(default_factory=dict)


def prepare_allocation(
    project: Project,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    communes: gpd.GeoDataFrame,
    *,
    layers: Mapping[str, PlotLayer] | None = None,
) -> Prepared:
    """Gather the inputs of a project's allocation."""
    section = project.allocation
    settings = AllocationSettings(
        section.first_year or plan.horizon.first,
        section.last_year or plan.horizon.last,
        unlisted_cost=section.unlisted_cost,
        must_weight=section.must_weight,
    )
    asked = allocation_targets(tables["targets"], plan, settings)
    targets = asked.targets
    targets = targets.assign(importance=targets["zone"].map(section.importance).fillna(1.0))
    _check_zones(section, {*targets["zone"], *asked.aside, *(zone.zone for zone in plan.zones)})
    names = _names(tables["zone_names"]) | _origin_names(project)
    own = {name: project.resolve(path) for name, path in section.tables if path is not None}
    mark = section.decimal
    rules = load_land_sources(own.get("land_sources"), decimal=mark)
    available = _available(project, rules, tables, settings)
    given = AVAILABLE.empty()
    if "available" in own:
        given = read_figures(AVAILABLE, own["available"], decimal=mark)
    available = _replaced(available, given, ["source"])
    crops = tables["zone_names"][["zone", "crop"]]
    fresh = [item.zone for item in CONVERSIONS.values() if item.zone in set(targets["zone"])]
    crops = pd.concat([crops, pd.DataFrame({"zone": fresh, "crop": ""})], ignore_index=True)
    crop_rules = load_crop_suitability(own.get("crop_suitability"), decimal=mark)
    suits = suitability_table(crop_rules, available, crops)
    if "suitability" in own:
        keys = ["zone", "source", "commune_code"]
        suits = _replaced(suits, read_figures(SUITABILITY, own["suitability"], decimal=mark), keys)
    past = _pace(project, tables, available)
    past = past[past["zone"].isin([*targets["zone"], ""])]
    pace = pd.concat([past, asked.pace], ignore_index=True)
    told: tuple[Finding, ...] = ()
    if "pace" in own:
        paced = read_figures(PACE, own["pace"], decimal=mark)
        paced, told = take_rows_aside(paced, asked.aside, name="pace", names=names)
        pace = _replaced(pace, paced, ["zone", "commune_code"])
    locks = _read_locks(own.get("locks"), mark)
    locks, unlocked = take_rows_aside(locks, asked.aside, name="locks", names=names)
    zones = targets["zone"].unique().tolist()
    listed = _listed(plan, section.lists, zones)
    inside = listed["commune_code"].isin(communes["commune_code"])
    # A closed list of which no commune is in the project leaves its zone nowhere to go.
    closed = set(listed.loc[listed["list"] == "closed", "zone"])
    nowhere = closed - set(listed.loc[inside, "zone"])
    suits = suits[suits["zone"].isin(zones) & ~suits["zone"].isin(nowhere)]
    losses = LOSSES.empty()
    if "losses" in own:
        losses = read_figures(LOSSES, own["losses"], decimal=mark)
    losses, lost_aside = take_losses_aside(losses, asked.aside)
    inputs = AllocationInputs(
        communes=COMMUNES.validate(pd.DataFrame(communes[COMMUNES.names])),
        present=_present(tables["zones"], zones, communes),
        sources=sources_table(rules),
        available=available,
        suitability=suits,
        targets=TARGETS_HA.validate(targets[TARGETS_HA.names]),
        listed=listed[inside],
        pace=PACE.validate(pace[PACE.names]),
        locks=locks[locks["plot"] == ""][LOCKS.names],
        losses=losses,
        cover=_cover(tables["zone_names"], rules, zones),
        natural_area_ha=float(communes["official_area_ha"].sum()),
    )
    of_layers = rules[~rules["source"].isin(given["source"])]
    ageless = ageless_stands(tables["measured"], of_layers, layers=land_layers(project))
    unreached = unreached_communes(
        tables["measured"], of_layers, layers=land_layers(project), communes=communes
    )
    findings = (*asked.findings, *told, *unlocked, *ageless, *unreached)
    findings = (*findings, *_origins(project, inputs))
    if needs_plots(project):
        by_plot = plot_land(_land_plots(project, layers or {}), rules, communes)
        inputs = lock_plots(inputs, by_plot, locks[locks["plot"] != ""])
        if section.elevation is not None:
            inputs = split_by_elevation(
                inputs,
                by_plot,
                crop_rules,
                crops,
                elevation=project.resolve(section.elevation),
                folders=(project.file.parent,),
            )
    inputs = free_land_of(lost_aside, inputs, settings, standing=tables["zones"])
    findings = (*findings, *tell_losses_aside(lost_aside, names))
    seconds = section.rounding_seconds
    return Prepared(inputs, settings, names, findings, tables, seconds, asked.aside)


def _check_zones(section: AllocationSection, known: set[str]) -> None:
    """Refuse weights and lists of zones that there are not: a misspelt one would do nothing."""
    given = [("importance", zone) for zone in section.importance]
    given += [("lists", zone) for zone in section.lists]
    strange = [f"allocation.{key}.{zone}" for key, zone in given if zone not in known]
    if strange:
        names = ", ".join(sorted(known))
        raise InputError(
            en=f"{len(strange)} keys name zones that the plan has not: {sorted(strange)[:5]}; its "
            f"zones are {names}.",
            vi=f"{len(strange)} khóa nêu vùng không có trong kế hoạch: {sorted(strange)[:5]}; các "
            f"vùng gồm {names}.",
        )


def needs_plots(project: Project) -> bool:
    """Tell whether the allocation must look at plots: for heights, or for locks of plots."""
    section = project.allocation
    if section.elevation is not None:
        return True
    path = section.tables.locks
    return path is not None and bool(
        (_read_locks(project.resolve(path), section.decimal)["plot"] != "").any()
    )


def _read_locks(path: Path | None, decimal: Decimal | None) -> pd.DataFrame:
    schema = Schema("locks", (*LOCKS.columns, Column("plot", "text", "tk/khoanh/lo, or empty")))
    return schema.empty() if path is None else read_figures(schema, path, decimal=decimal)


def _land_plots(
    project: Project, layers: Mapping[str, PlotLayer]
) -> dict[str, tuple[str, PlotLayer]]:
    return {name: (kind, layers[name]) for name, kind in land_layers(project).items()}


def _names(zone_names: pd.DataFrame) -> dict[str, Phrase]:
    names = {
        str(zone): Phrase(en=str(en), vi=str(vi))
        for zone, vi, en in zip(
            zone_names["zone"], zone_names["name_vi"], zone_names["name_en"], strict=True
        )
    }
    return names | conversion_names()


def _origin_names(project: Project) -> dict[str, Phrase]:
    """Name layers as they stand within a sentence."""
    return {
        ORIGIN + layer: Phrase(en=_lowered(name.en), vi=_lowered(name.vi))
        for layer, name in layer_names(project).items()
    }


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def _available(
    project: Project,
    rules: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    settings: AllocationSettings,
) -> pd.DataFrame:
    measured = tables["measured"]
    kinds = land_layers(project)
    # Of a forest layer of an earlier date the same stand would count a second time.
    earlier = {
        name
        for name, source in project.layers.items()
        if source.kind == "forest_status" and name not in {*kinds, *project.present.values()}
    }
    standing = present_by_crop(measured[~measured["layer"].isin(earlier)], project.present)
    return available_land(
        measured,
        rules,
        layers=kinds,
        present=standing[["commune_code", "crop", "present_ha"]],
        first_year=settings.first_year,
    )


def land_layers(project: Project) -> dict[str, str]:
    """Layers that tell land: the newest forest status layer, the newest land-use map."""
    newest: dict[str, str] = {}
    for name, source in sorted(project.layers.items(), key=lambda item: (item[1].date, item[0])):
        if source.kind in ("forest_status", "land_use"):
            newest[source.kind] = name
    return {name: kind for kind, name in newest.items()}


def _pace(
    project: Project, tables: Mapping[str, pd.DataFrame], available: pd.DataFrame
) -> pd.DataFrame:
    forest = [name for name, kind in land_layers(project).items() if kind == "forest_status"]
    if not forest:
        return PACE.empty()
    return past_pace(
        tables["measured"],
        available,
        layer=forest[0],
        last_year=project.layers[forest[0]].date.year,
        years=project.allocation.pace_years,
        zones=tables["zone_names"] if project.allocation.pace_by_zone else None,
    )


def _present(zones: pd.DataFrame, wanted: Sequence[str], communes: pd.DataFrame) -> pd.DataFrame:
    """Present area of every zone asked for; a conversion begins with nothing."""
    mine = zones.loc[zones["zone"].isin(wanted), ["zone", "commune_code", "present_ha"]]
    fresh = [item.zone for item in CONVERSIONS.values() if item.zone in set(wanted)]
    added = pd.DataFrame({"zone": fresh}).merge(communes[["commune_code"]], how="cross")
    return PRESENT.validate(pd.concat([mine, added.assign(present_ha=0.0)], ignore_index=True))


def _listed(plan: Plan, lists: Mapping[str, str], zones: Sequence[str]) -> pd.DataFrame:
    kinds = zones_frame(plan).set_index("zone")["list"].to_dict() | dict(lists)
    parents = {item.zone: item.parent for item in CONVERSIONS.values()}
    frame = communes_frame(plan)[["zone", "commune_code"]]
    added = [
        frame[frame["zone"] == parent].assign(zone=zone)
        for zone, parent in parents.items()
        if zone in set(zones)
    ]
    frame = pd.concat([frame, *added], ignore_index=True)
    kind = frame["zone"].replace(parents).map(kinds)
    own = [lists.get(zone, of_plan) for zone, of_plan in zip(frame["zone"], kind, strict=True)]
    frame = frame.assign(list=pd.Series(own, index=frame.index, dtype="str"))
    frame = frame[frame["list"].isin(["open", "closed"]) & frame["zone"].isin(zones)]
    return LISTED.validate(frame.reset_index(drop=True))


def _cover(zone_names: pd.DataFrame, rules: pd.DataFrame, zones: Sequence[str]) -> pd.DataFrame:
    """Forest gained per hectare: planting a forest zone on land without forest gains one."""
    fresh = rules.loc[rules["shares"] == "no", ["source", "layer_kind"]]
    fresh = fresh.assign(forest_land=fresh["source"].isin(["bare_production", "cut_over"]))
    pairs = zone_names[zone_names["zone"].isin(zones)].merge(fresh, how="cross")
    by_land = (pairs["counts_for_cover"] == "by_land") & pairs["forest_land"]
    gains = (pairs["counts_for_cover"] == "established") | by_land
    return COVER.validate(pairs.assign(cover_change_ratio=gains.astype("float64"))[COVER.names])


def _replaced(default: pd.DataFrame, given: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows of a table of one's own take the place of the default's rows with the same keys."""
    mine = pd.MultiIndex.from_frame(given[keys])
    kept = default[~pd.MultiIndex.from_frame(default[keys]).isin(mine)]
    return pd.concat([kept, given], ignore_index=True)


def _origins(project: Project, inputs: AllocationInputs) -> list[Finding]:
    known = set(project.layers)
    tables = sorted(set(inputs.available["origin"]) - known)
    if not tables:
        return []
    return [
        Finding(
            "note",
            "land-from-table",
            "allocation",
            Phrase(
                en=f"Available land comes from tables, not from layers: {', '.join(tables)}.",
                vi=f"Đất có thể trồng lấy từ bảng, không phải từ lớp dữ liệu: {', '.join(tables)}.",
            ),
            count=len(tables),
            examples=tuple(tables[:5]),
        )
    ]
