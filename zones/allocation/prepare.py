"""From a project's tables to the inputs of its allocation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.schema import Column, Schema
from layers.kinds.crops import crop_named
from zones.allocation.allocation_names import zone_called
from zones.allocation.cover_target import CoverLand, CoverTargets
from zones.allocation.explain.sentences import ORIGIN
from zones.allocation.harvest import (
    Harvest,
    check_source,
    harvest_table,
    less_cut,
    no_harvest,
    planned_harvest,
)
from zones.allocation.inputs import (
    AVAILABLE,
    COMMUNES,
    COVER,
    GROUND,
    KEYS,
    LISTED,
    LOCKS,
    LOSSES,
    PACE,
    PRESENT,
    SUITABILITY,
    TARGETS_HA,
    AllocationInputs,
    AllocationSettings,
    read_figures,
)
from zones.allocation.land import (
    ageless_stands,
    available_land,
    commune_ground,
    load_crop_suitability,
    load_land_sources,
    missing_maps,
    past_pace,
    sources_table,
    suitability_table,
    tell_missing_maps,
    unreached_communes,
)
from zones.allocation.land_plots import lock_plots, settled_land, split_by_elevation
from zones.allocation.targets import (
    CONVERSIONS,
    AskedTargets,
    add_land,
    allocation_targets,
    conversion_names,
    free_land_of,
    take_losses_aside,
    take_rows_aside,
    tell_losses_aside,
    tell_lost_land,
    tell_other_plans,
    tell_points,
)
from zones.forest.trajectory.promise import cover_targets
from zones.inputs.checks import no_year_left, shown_year
from zones.inputs.present import present_by_zone, with_years
from zones.measure.crops_on_land import standing_crops
from zones.measure.present import present_by_crop
from zones.plan.frames import communes_frame, zones_frame
from zones.project.model import (
    crop_layers,
    land_layers,
    newest_forest_layer,
    wants_trajectory,
)
from zones.project.sources import layer_names
from zones.tables import ALLOCATION_HARVEST

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.kinds.plots import PlotLayer
    from zones.plan.model import Plan
    from zones.project.model import AllocationSection, Project

_PAIR = ["zone", "commune_code"]
_LOCKS = Schema("locks", (*LOCKS.columns, Column("plot", "text", "tk/khoanh/lo, or empty")))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a project's allocation is made from."""

    inputs: AllocationInputs
    settings: AllocationSettings
    names: dict[str, Phrase]
    findings: tuple[Finding, ...]
    rounding_nodes: int = 500
    aside: Mapping[str, Phrase] = field(default_factory=dict)
    cover: CoverTargets | None = None  # Targets of forest cover; none where nothing is forecast
    # ``ALLOCATION_HARVEST``: what is cut in the plan's years
    harvest: pd.DataFrame = field(default_factory=ALLOCATION_HARVEST.empty)
    crops: Mapping[str, str] = field(default_factory=dict)  # Crop of each zone
    # Zones without land, and the kinds of layers that would show it and are not there
    missing_maps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def prepare_allocation(
    project: Project,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    communes: gpd.GeoDataFrame,
    *,
    layers: Mapping[str, PlotLayer] | None = None,
    plan_names: Mapping[str, Phrase] | None = None,
) -> Prepared:
    """Gather the inputs of a project's allocation; ``plan_names`` are those of its other plans."""
    findings = Findings()
    zone_names = _names(tables["zone_names"])
    section = _by_id(project.allocation, zone_names)
    settings = _by_zone(_settings(project, plan, findings), project, plan, tables, findings)
    asked = _asked(project, plan, tables["targets"], settings)
    _check_zones(section, {*asked.targets["zone"], *asked.aside, *(z.zone for z in plan.zones)})
    names = zone_names | _origin_names(project)
    findings.extend([*asked.findings, *tell_points(tables["targets"], plan, names)])
    findings.extend(tell_other_plans(tables["targets"], plan, names, plan_names or {}))
    own = _OwnTables(project, asked.aside, names, findings, zone_names)
    zones = asked.targets["zone"].unique().tolist()
    listed = _listed(plan, section.lists, zones)
    inside = listed["commune_code"].isin(communes["commune_code"])
    plots, shared = _plots(project, own, communes, layers)
    land = _land(project, own, tables, communes, settings, shared=shared)
    crops = _crops(tables["zone_names"], zones)
    lost, forecast = own.read("losses", LOSSES), _forecast_land(project, tables, settings)
    harvest = _harvest(own, forecast, settings, crops=crops, zones=zones, lost=lost)
    findings.extend(harvest.findings)
    land = less_cut(land, own.land_sources(), harvest)
    freed = lost[lost["source"] != ""].rename(columns={"loss_ha": "area_ha"})
    places = pd.concat([land, harvest.land, freed], join="inner", ignore_index=True)
    suits = own.replacing(
        "suitability",
        suitability_table(own.crop_suitability(), places, crops),
        SUITABILITY,
        KEYS["suitability"],
    )
    # A closed list of which no commune is in the project leaves its zone nowhere to go.
    closed = set(listed.loc[listed["list"] == "closed", "zone"])
    nowhere = closed - set(listed.loc[inside, "zone"])
    losses, lost_aside = take_losses_aside(lost, asked.aside)
    locks = own.without_aside("locks", _LOCKS)
    weights = asked.targets["zone"].map(section.importance).astype("float64").fillna(1.0)
    inputs = AllocationInputs(
        communes=COMMUNES.validate(pd.DataFrame(communes[COMMUNES.names])),
        present=_present(tables["zones"], zones, communes),
        sources=sources_table(own.land_sources()),
        available=land,
        suitability=suits[suits["zone"].isin(zones) & ~suits["zone"].isin(nowhere)],
        targets=TARGETS_HA.validate(asked.targets.assign(importance=weights)[TARGETS_HA.names]),
        listed=listed[inside],
        pace=_pace(project, own, tables, places, asked),
        locks=locks[locks["plot"] == ""][LOCKS.names],
        losses=LOSSES.validate(pd.concat([losses, harvest.losses], ignore_index=True)),
        cover=_cover(tables["zone_names"], own.land_sources(), zones),
        ground=_ground(tables["measured"], communes),
        natural_area_ha=float(communes["official_area_ha"].sum()),
    )
    findings.extend([*_origins(project, inputs), *tell_lost_land(losses, names)])
    unmapped = _not_known(project, own, tables, suits, crops[crops["zone"].isin(zones)], names)
    inputs = _by_plot(project, own, inputs, plots, crops, locks)
    inputs = free_land_of(lost_aside, inputs, settings, standing=tables["zones"])
    inputs = add_land(inputs, harvest.land)
    findings.extend(tell_losses_aside(lost_aside, names))
    told, nodes = tuple(findings.items), section.rounding_nodes
    cover = _cover_targets(project, tables, settings, forecast)
    cut, crop_of = harvest_table(harvest, lost, crops), _crop_of(crops)
    made = Prepared(inputs, settings, names, told, nodes, asked.aside, cover, cut, crop_of)
    return replace(made, missing_maps=unmapped)


def _asked(
    project: Project, plan: Plan, targets: pd.DataFrame, settings: AllocationSettings
) -> AskedTargets:
    """Targets to allocate; none, and why, where the layers show every year of the plan."""
    if no_year_left(project, plan) is None:
        return _with_years_left(allocation_targets(targets, plan, settings), settings)
    asked = allocation_targets(targets.iloc[:0], plan, settings)
    shown = message("zones.allocation.years_shown", year=str(shown_year(project)))
    return replace(asked, findings=[], aside=dict.fromkeys(asked.aside, shown))


def _with_years_left(asked: AskedTargets, settings: AllocationSettings) -> AskedTargets:
    """Leave zones aside whose present area shows every year of the plan."""
    asked_for = set(asked.targets["zone"])
    shown = {
        zone: message("zones.allocation.years_shown", year=str(first - 1))
        for zone, first in settings.zone_first_year.items()
        if first > settings.last_year and zone in asked_for
    }
    left = [~table["zone"].isin(list(shown)) for table in (asked.targets, asked.pace)]
    targets = asked.targets[left[0]].reset_index(drop=True)
    pace = asked.pace[left[1]].reset_index(drop=True)
    return replace(asked, targets=targets, pace=pace, aside=asked.aside | shown)


def _forecast_land(
    project: Project, tables: Mapping[str, pd.DataFrame], settings: AllocationSettings
) -> CoverLand | None:
    """Land that the forecast of forest cover starts from; none where nothing is forecast."""
    layer = newest_forest_layer(project)
    if layer is None or not wants_trajectory(project):
        return None
    year, until = project.layers[layer].date.year, settings.last_year
    return CoverLand(tables, project.trajectory, layer=layer, year=year, until=until)


def _harvest(
    own: _OwnTables,
    forecast: CoverLand | None,
    settings: AllocationSettings,
    *,
    crops: pd.DataFrame,
    zones: Collection[str],
    lost: pd.DataFrame,
) -> Harvest:
    """Harvest that the project asks for; the project's own losses of a zone stand in for it."""
    if own.project.allocation.harvest == "none":
        return no_harvest()
    if forecast is None:
        raise InputError("zones.allocation.no_forecast_for_harvest")
    check_source(own.land_sources())
    if not zones or settings.last_year <= forecast.year:
        return no_harvest()
    crop_of = _crop_of(crops)
    # A zone that is not allocated has losses too, and land that they free.
    told = {crop_of[zone] for zone in lost["zone"] if zone in crop_of}
    layer = newest_forest_layer(own.project)
    elsewhere = {crop for crop, chosen in own.project.present.items() if chosen != layer}
    allocated = {zone: crop for zone, crop in crop_of.items() if zone in zones}
    return planned_harvest(forecast, settings, crops=allocated, left_out=told | elsewhere)


def _cover_targets(
    project: Project,
    tables: Mapping[str, pd.DataFrame],
    settings: AllocationSettings,
    forecast: CoverLand | None,
) -> CoverTargets | None:
    """Targets of the forest cover rate of the province that fall due in the plan's years."""
    importance = project.allocation.cover_importance
    due = tables["targets"].iloc[:0]
    if forecast is not None:
        first = max(forecast.year + 1, settings.first_year)
        due = cover_targets(tables["targets"], after=first - 1, to=settings.last_year)
    if forecast is None or due.empty:
        if importance > 0:
            raise InputError("zones.allocation.no_cover_target", importance=importance)
        return None
    crops = tables["zone_names"].drop_duplicates("zone").set_index("zone")["crop"]
    return CoverTargets(forecast, due[["target", "clause", "year", "low"]], crops, importance)


def _settings(project: Project, plan: Plan, findings: Findings) -> AllocationSettings:
    """Years and weights; what the layers show already is not planted a second time."""
    section = project.allocation
    first, last = plan.horizon.first, section.last_year or plan.horizon.last
    shown = shown_year(project)
    if shown is not None and (nothing := no_year_left(project, plan)) is not None:
        # Nothing falls due in a year that the layers do not show; the other pages are made.
        findings.add(Finding("note", "no-year-left", plan.plan, nothing))
        return AllocationSettings(shown + 1, shown + 1)
    if section.first_year is None and shown is not None and first <= shown:
        first = shown + 1
        findings.add(_begins_later(plan.horizon.first, shown))
    return AllocationSettings(
        section.first_year or first,
        last,
        unlisted_cost=section.unlisted_cost,
        must_weight=section.must_weight,
    )


def _by_id(section: AllocationSection, zones: Mapping[str, Phrase]) -> AllocationSection:
    """Weights and lists by the ids of their zones, where the project gives names."""
    found: dict[str, dict[str, object]] = {}
    for key in ("importance", "lists"):
        said = found.setdefault(key, {})
        for name, value in getattr(section, key).items():
            zone = zone_called(name, zones)
            if zone in said:
                raise InputError("zones.allocation.zone_named_twice", key=key, zone=zone)
            said[zone] = value
    return section.model_copy(update=found)


def _by_zone(
    settings: AllocationSettings,
    project: Project,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    findings: Findings,
) -> AllocationSettings:
    """Begin zones whose present area is of a later year after that; a year of the user's leads."""
    if project.allocation.first_year is not None:
        return settings
    told = _years_told(project, plan, tables)
    later = {zone: year + 1 for zone, year in told.items() if year >= settings.first_year}
    findings.extend(_other_years(told, _names(tables["zone_names"]), settings.first_year - 1))
    return replace(settings, zone_first_year=later)


def _years_told(project: Project, plan: Plan, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Year that the present area of each zone is of, as far as a layer tells it."""
    now = present_by_zone(project, [plan], tables["measured"])
    zones = with_years(project, now[["zone"]].drop_duplicates(), now, tables["measured"])
    return {str(zone): int(year) for zone, year in zip(zones["zone"], zones["year"], strict=True)}


def _other_years(told: Mapping[str, int], names: Mapping[str, Phrase], shown: int) -> list[Finding]:
    """Tell zones whose present area is of another year than the one before the first."""
    found = []
    for year in sorted(set(told.values()) - {shown}):
        zones = [zone for zone in told if told[zone] == year]
        first, last = min(year, shown) + 1, max(year, shown)
        facts: dict[str, Any] = {
            "zones": [names[zone] for zone in zones],
            "year": str(year),
            "span": str(first) if first == last else f"{first}–{last}",
        }
        if year > shown:
            what = message("zones.allocation.present_of_later_year", **facts)
        else:
            what = message("zones.allocation.present_of_earlier_year", **facts)
        found.append(
            Finding("note", "present-of-another-year", "allocation", what, count=len(zones))
        )
    return found


def _begins_later(first: int, shown: int) -> Finding:
    return Finding(
        "note",
        "years-already-shown",
        "allocation",
        message("zones.allocation.plan_begins_later", first=first, shown=shown, shown_2=shown + 1),
    )


@dataclass(frozen=True, slots=True)
class _OwnTables:
    """Tables of the project that stand in for the defaults."""

    project: Project
    aside: Mapping[str, Phrase]
    names: Mapping[str, Phrase]
    findings: Findings
    zones: Mapping[str, Phrase] = field(default_factory=dict)

    def _path(self, name: str) -> Path | None:
        path: Path | None = getattr(self.project.allocation.tables, name)
        return None if path is None else self.project.resolve(path)

    def land_sources(self) -> pd.DataFrame:
        mark = self.project.allocation.decimal
        return load_land_sources(self._path("land_sources"), decimal=mark)

    def crop_suitability(self) -> pd.DataFrame:
        mark = self.project.allocation.decimal
        rules = load_crop_suitability(self._path("crop_suitability"), decimal=mark)
        crops = {text: crop_named(text)[0] or text for text in rules["crop"].unique()}
        return rules.assign(crop=rules["crop"].map(crops))

    def read(self, name: str, schema: Schema) -> pd.DataFrame:
        """Rows of a table; none where the project names no file."""
        path = self._path(name)
        mark = self.project.allocation.decimal
        if path is None:
            return schema.empty()
        table = read_figures(schema, path, decimal=mark)
        if "zone" not in schema.names:
            return table
        ids = {name: zone_called(name, self.zones) for name in table["zone"].unique() if name}
        return table.assign(zone=table["zone"].replace(ids))

    def without_aside(self, name: str, schema: Schema) -> pd.DataFrame:
        """Rows of zones that are allocated; the others are told."""
        rows, told = take_rows_aside(
            self.read(name, schema), self.aside, name=name, names=self.names
        )
        self.findings.extend(told)
        return rows

    def replacing(
        self, name: str, default: pd.DataFrame, schema: Schema, keys: list[str]
    ) -> pd.DataFrame:
        """Own rows in the place of the default's rows with the same keys."""
        given = self.read(name, schema)
        mine = pd.MultiIndex.from_frame(given[keys])
        kept = default[~pd.MultiIndex.from_frame(default[keys]).isin(mine)]
        return pd.concat([kept, given], ignore_index=True)


def _crops(zone_names: pd.DataFrame, zones: Sequence[str]) -> pd.DataFrame:
    """Crop of each zone; a conversion has none of its own."""
    fresh = [item.zone for item in CONVERSIONS.values() if item.zone in zones]
    added = pd.DataFrame({"zone": fresh, "crop": ""}, dtype="str")
    return pd.concat([zone_names[["zone", "crop"]], added], ignore_index=True)


def _crop_of(crops: pd.DataFrame) -> dict[str, str]:
    """Crop by zone, of the zones that have one."""
    return {str(zone): str(crop) for zone, crop in crops.to_numpy() if crop}


def _plots(
    project: Project,
    own: _OwnTables,
    communes: gpd.GeoDataFrame,
    layers: Mapping[str, PlotLayer] | None,
) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame | None]:
    """Plots that are land, each ground in one source, and the hectares that two layers share."""
    if layers is None:
        return None, None
    known = land_layers(project).items()
    kinds = {name: (kind, layers[name]) for name, kind in known if name in layers}
    crops = {name: layers[name] for name in crop_layers(project) if name in layers}
    stands = standing_crops(crops, project.present, communes.crs)
    return settled_land(kinds, own.land_sources(), communes, stands)


def _by_plot(
    project: Project,
    own: _OwnTables,
    inputs: AllocationInputs,
    plots: gpd.GeoDataFrame | None,
    crops: pd.DataFrame,
    locks: pd.DataFrame,
) -> AllocationInputs:
    """Take account of single plots: locked ones, and what altitude and slope make of each."""
    if plots is None:
        return inputs
    inputs = lock_plots(inputs, plots, locks[locks["plot"] != ""])
    elevation = project.allocation.elevation
    if elevation is None:
        return inputs
    return split_by_elevation(
        inputs,
        plots,
        own.crop_suitability(),
        crops,
        elevation=project.resolve(elevation),
        folders=(project.file.parent,),
    )


def _check_zones(section: AllocationSection, known: set[str]) -> None:
    """Refuse weights and lists of zones that there are not: a misspelt one would do nothing."""
    given = [("importance", zone) for zone in section.importance]
    given += [("lists", zone) for zone in section.lists]
    strange = [f"allocation.{key}.{zone}" for key, zone in given if zone not in known]
    if strange:
        names = ", ".join(sorted(known))
        raise InputError(
            "zones.allocation.keys_of_unknown_zones",
            count=len(strange),
            strange=sorted(strange),
            names=names,
        )


def needs_plots(project: Project) -> bool:
    """Tell whether the allocation must look at plots: for two maps of land, heights or locks."""
    if project.allocation.elevation is not None or len(land_layers(project)) > 1:
        return True
    locks = _OwnTables(project, {}, {}, Findings()).read("locks", _LOCKS)
    return bool((locks["plot"] != "").any())


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


def _land(
    project: Project,
    own: _OwnTables,
    tables: Mapping[str, pd.DataFrame],
    communes: pd.DataFrame,
    settings: AllocationSettings,
    *,
    shared: pd.DataFrame | None,
) -> pd.DataFrame:
    """Land that may be planted, from layers by the rules and from tables of one's own."""
    measured, kinds, rules = tables["measured"], land_layers(project), own.land_sources()
    # Of a forest layer of an earlier date the same stand would count a second time.
    earlier = {
        name
        for name, source in project.layers.items()
        if source.kind == "forest_status" and name not in {*kinds, *project.present.values()}
    }
    standing = present_by_crop(measured[~measured["layer"].isin(earlier)], project.present)
    given = own.read("available", AVAILABLE)["source"]
    of_layers = rules[~rules["source"].isin(given)]
    # Plots tell on which land their crops stand; of a report nobody knows.
    reported = standing[~standing["layer"].isin(crop_layers(project))]
    land = available_land(
        measured,
        of_layers,
        layers=kinds,
        present=reported[["commune_code", "crop", "present_ha"]],
        first_year=settings.first_year,
        shared=shared,
        under_crops=tables["crops_on_land"],
        findings=own.findings,
    )
    own.findings.extend(ageless_stands(measured, of_layers, layers=kinds))
    own.findings.extend(unreached_communes(measured, of_layers, layers=kinds, communes=communes))
    return own.replacing("available", land, AVAILABLE, ["source"])


def _ground(measured: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Ground of each commune (ha): the official area or that of the layers, whichever is more."""
    official = communes.set_index("commune_code")["official_area_ha"].astype("float64")
    shown = commune_ground(measured).reindex(official.index)
    ground = pd.concat([official, shown], axis=1).max(axis=1).dropna()
    return GROUND.validate(ground.rename("ground_ha").reset_index())


def land_rules(project: Project) -> pd.DataFrame:
    """Rules that make land sources: the project's table, else ``data/land_sources.csv``."""
    return _OwnTables(project, {}, {}, Findings()).land_sources()


def _pace(
    project: Project,
    own: _OwnTables,
    tables: Mapping[str, pd.DataFrame],
    available: pd.DataFrame,
    asked: AskedTargets,
) -> pd.DataFrame:
    """Pace of the past and of the plan; own rows replace those of their zone, commune and year."""
    forest = [name for name, kind in land_layers(project).items() if kind == "forest_status"]
    pace = asked.pace
    if forest:
        past = past_pace(
            tables["measured"],
            available,
            layer=forest[0],
            last_year=project.layers[forest[0]].date.year,
            years=project.allocation.pace_years,
            zones=tables["zone_names"] if project.allocation.pace_by_zone else None,
        )
        past = past[past["zone"].isin([*asked.targets["zone"], ""])]
        pace = pd.concat([past, pace], ignore_index=True)
    given = own.without_aside("pace", PACE)
    # A row without a year speaks of all years; a row of one year leaves the others as they are.
    both = pace.merge(given[given["year"].isna()][_PAIR], on=_PAIR, how="left", indicator=True)
    kept = both[both["_merge"] == "left_only"][PACE.names]
    return PACE.validate(pd.concat([kept, given], ignore_index=True))


def _present(zones: pd.DataFrame, wanted: Sequence[str], communes: pd.DataFrame) -> pd.DataFrame:
    """Present area of every zone asked for; nobody tells what was converted before."""
    mine = zones.loc[zones["zone"].isin(wanted), ["zone", "commune_code", "present_ha"]]
    mine = mine.dropna(subset="present_ha")
    fresh = [item.zone for item in CONVERSIONS.values() if item.zone in set(wanted)]
    added = pd.DataFrame({"zone": fresh}).merge(communes[["commune_code"]], how="cross")
    return PRESENT.validate(pd.concat([mine, added.assign(present_ha=np.nan)], ignore_index=True))


def _not_known(
    project: Project,
    own: _OwnTables,
    tables: Mapping[str, pd.DataFrame],
    suits: pd.DataFrame,
    crops: pd.DataFrame,
    names: Mapping[str, Phrase],
) -> dict[str, tuple[str, ...]]:
    """Zones of which nobody measured any land, and the kinds of layers that would tell it.

    They are told, as are those of which nobody measured the present area of some communes.
    ``suits`` has the land of zones that their lists leave nowhere to go, too.
    """
    zones = crops["zone"].tolist()
    rules = own.crop_suitability(), own.land_sources()
    missing = missing_maps(suits, *rules, crops, layers=land_layers(project))
    own.findings.extend(tell_missing_maps(missing, names))
    own.findings.extend(_unknown_present(tables["zones"], zones, names))
    return missing


def _unknown_present(
    zones: pd.DataFrame, wanted: Sequence[str], names: Mapping[str, Phrase]
) -> list[Finding]:
    """Tell communes whose present area nobody measured: the targets count none of it."""
    mine = zones[zones["zone"].isin(wanted) & zones["present_ha"].isna()]
    if mine.empty:
        return []
    counts = mine.groupby("zone", sort=False)["commune_code"].size()
    told = [
        message("zones.allocation.communes_of_zone", zone=names[str(zone)], count=int(count))
        for zone, count in counts.items()
    ]
    return [
        Finding(
            "note",
            "present-not-known",
            "allocation",
            message("zones.allocation.present_not_known", zones=told),
            count=len(mine),
            examples=tuple(sorted(set(mine["commune_code"]))[:5]),
        )
    ]


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
            message("zones.allocation.land_from_tables", tables=tables),
            count=len(tables),
            examples=tuple(tables[:5]),
        )
    ]
