"""From tables to pages: what the map and the annex are made of, in rounded frames and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Phrase, format_number
from zones.allocation.land import join_zone_land
from zones.pages.annex import render_workbook
from zones.pages.context_layers import (
    communes_with_kinds,
    load_neighbours,
    load_outlines,
    near_neighbours,
)
from zones.plan.frames import zones_frame
from zones.project.model import newest_forest_layer
from zones.project.sources import sources_table
from zones.publish.consistency import check_twins
from zones.publish.figures import (
    area_targets,
    frames_digest,
    print_forest_cover,
    print_land,
    print_targets,
    print_zones,
)
from zones.publish.notes import print_notes
from zones.publish.printed_species import print_species_ages, zone_totals

if TYPE_CHECKING:
    import geopandas as gpd

    from maps import TableNote
    from zones.run.context import RunState

__all__ = ["PrintedTables", "print_tables", "render_pages"]


@dataclass(frozen=True, slots=True)
class PrintedTables:
    """Rounded frames that all pages of a run share.

    Parameters
    ----------
    targets, zones, forest_cover : pandas.DataFrame
        Columns of the schemas in ``maps.tables``, rounded.
    planted_species : pandas.DataFrame
        Columns of ``zones.forest.species.PLANTED_SPECIES``, rounded.
    zone_names : pandas.DataFrame
        Columns of ``maps.tables.ZONE_NAMES``: zones of the leading plan, then of the others.
    sources : pandas.DataFrame
        Columns of ``maps.tables.SOURCES``.
    land : pandas.DataFrame
        ``commune_code, land, area_ha``: land that is no zone, rounded.
    digest : str
        Digest of the rounded frames.
    allocation, losses : pandas.DataFrame or None
        Columns of the schemas in ``maps.tables``, as the allocation printed them.
    notes : tuple of TableNote
        Sentences for below the tables they concern.
    """

    targets: pd.DataFrame
    zones: pd.DataFrame
    forest_cover: pd.DataFrame
    planted_species: pd.DataFrame
    zone_names: pd.DataFrame
    sources: pd.DataFrame
    land: pd.DataFrame
    digest: str = ""
    allocation: pd.DataFrame | None = None
    losses: pd.DataFrame | None = None
    notes: tuple[TableNote, ...] = ()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Frames under the digest, by name, in its order."""
        named = {
            "targets": self.targets,
            "zones": self.zones,
            "forest_cover": self.forest_cover,
            "allocation": self.allocation,
            "losses": self.losses,
            "planted_species": self.planted_species,
            "land": self.land,
        }
        return {name: frame for name, frame in named.items() if frame is not None}


def print_tables(state: RunState) -> PrintedTables:
    """Round the tables of a run, once for all pages."""
    project = state.project
    decimals = project.decimals
    cover = print_forest_cover(
        state.tables["forest_cover"], decimals=decimals, rate_decimals=project.rate_decimals
    )
    species = print_species_ages(state.tables["planted_species"], cover, decimals=decimals)
    totals = zone_totals(state.tables, species, decimals=decimals)
    zones = print_zones(state.tables["zones"], decimals=decimals, totals=totals)
    targets = print_targets(
        state.tables["targets"],
        zones,
        decimals=decimals,
        rate_decimals=project.rate_decimals,
        totals=totals,
    )
    printed = PrintedTables(
        targets=targets,
        zones=_with_land(state, _with_target_share(zones, targets)),
        forest_cover=cover,
        planted_species=species,
        zone_names=state.tables["zone_names"],
        sources=sources_table(
            project,
            [(Phrase(en=p.name.en, vi=p.name.vi), p.date, p.issuer) for p in state.plans()],
        ),
        land=_land(state, cover),
        allocation=state.tables.get("allocation"),
        losses=state.tables.get("allocation_losses"),
        notes=print_notes(state.tables, targets),
    )
    check_twins(
        {
            **printed.frames(),
            "zone_totals": totals.rename("total_ha").rename_axis("zone").reset_index(),
            "allocation_targets": state.tables.get("allocation_targets", pd.DataFrame()),
        }
    )
    return replace(printed, digest=frames_digest(printed.frames().values()))


def _land(state: RunState, cover: pd.DataFrame) -> pd.DataFrame:
    """Land of the layer that gives the cover rate but for the zones, and what it leaves blank."""
    measured = state.tables["measured"]
    mine = measured["layer"] == newest_forest_layer(state.project)
    classed = (measured["commune_code"] != "") & (measured["land"] != "overlap")
    crops = set(zones_frame(state.plans()[0])["crop"]) - {""}
    zone = measured["crop"].isin(crops) & (measured["land"] != "natural_forest")
    land = measured[mine & classed & ~zone]
    return print_land(land, cover, decimals=state.project.decimals)


def _with_target_share(zones: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Share of the zone's area target that each commune's present area holds."""
    areas = targets[area_targets(targets) & (targets["period"] == "by_year")]
    areas = areas.sort_values("year", kind="stable", na_position="first")
    goal = areas["figure_low"].fillna(areas["figure_high"])
    by_zone = goal.groupby(areas["zone"]).last()
    by_zone = by_zone.where(by_zone > 0)
    return zones.assign(
        held_ratio=zones["present_ha"] / zones["zone"].map(by_zone).astype("float64")
    )


def _with_land(state: RunState, zones: pd.DataFrame) -> pd.DataFrame:
    """Land available and gap of the zones, once there is an allocation."""
    land = state.tables.get("allocation_land")
    if land is None:
        return zones
    return join_zone_land(
        zones,
        land,
        allocation=state.tables["allocation"],
        losses=state.tables["allocation_losses"],
        decimals=state.project.decimals,
    )


def render_pages(state: RunState) -> None:
    """Make the map and the annex of a run."""
    printed = print_tables(state)
    _render_map(state, printed)
    state.teller.part(1, 2)
    render_workbook(state, printed)
    state.teller.part(2, 2)


def _render_map(state: RunState, printed: PrintedTables) -> None:
    from maps import MapContent, save_map

    communes, _ = state.communes()
    project = state.project
    zones = _map_zones(printed)
    asked = state.options.language or project.map.language
    known = printed.targets["zone"].isin([*zones["zone"], ""])
    content = MapContent(
        communes=communes_with_kinds(communes, project),
        zones=zones,
        zone_communes=_with_limits(state, printed.zones),
        targets=printed.targets[known],
        forest_cover=printed.forest_cover,
        title_vi=project.title,
        title_en=project.title_en or project.title,
        planned=_planned(printed, zones),
        sources=printed.sources,
        neighbours=_neighbours(state),
        plot_outlines=_outlines(state),
        warnings=_commune_warnings(state),
        demo=project.demo,
        tile_hosts=project.map.tile_hosts,
        digest=printed.digest,
        language=asked or project.annex.language,
    )
    save_map(content, state.stage / "map.html", overwrite=True)


def _with_limits(state: RunState, zones: pd.DataFrame) -> pd.DataFrame:
    """Join what keeps each commune from taking more of a zone, once there is an allocation."""
    land = state.tables.get("allocation_land")
    if land is None:
        return zones
    return zones.merge(
        land[["zone", "commune_code", "binding"]],
        on=["zone", "commune_code"],
        how="left",
        validate="1:1",
    )


def _neighbours(state: RunState) -> gpd.GeoDataFrame | None:
    source = state.project.map_neighbours
    if source is None:
        return None
    communes, crs = state.communes()
    around = load_neighbours(state.project, source, crs, name="map: neighbours")
    return near_neighbours(around, communes)


def _outlines(state: RunState) -> gpd.GeoDataFrame | None:
    name = state.project.map.outlines
    if name is None:
        return None
    _, crs = state.communes()
    return load_outlines(state.project, name, crs)


def _map_zones(printed: PrintedTables) -> pd.DataFrame:
    """Pick the zones of the leading plan: those that have rows by commune."""
    drawn = printed.zone_names["zone"].isin(printed.zones["zone"])
    return printed.zone_names[drawn]


def _planned(printed: PrintedTables, zones: pd.DataFrame) -> pd.DataFrame | None:
    """Pick the allocation of the zones on the map; conversions have no zone of their own."""
    if printed.allocation is None:
        return None
    known = printed.allocation["planned_ha"].notna()
    return printed.allocation[known & printed.allocation["zone"].isin(zones["zone"])]


def _commune_warnings(state: RunState) -> pd.DataFrame:
    """List what the reader of a commune's card should know."""
    communes, _ = state.communes()
    names = state.tables["zone_names"].set_index("zone")
    rows = []
    marked = state.tables["zones"]
    for row in marked[marked["remark"] != ""].to_dict("records"):
        percent = 100 * row["share_ratio"]
        vi, en = (str(names.loc[row["zone"], column]) for column in ("name_vi", "name_en"))
        share = {code: format_number(percent, code, decimals=1) for code in ("vi", "en")}
        text = {
            "listed_but_little": Phrase(
                en=f"{en}: listed in the plan but holds only {share['en']} % of the zone.",
                vi=f"{vi}: có trong kế hoạch nhưng chỉ giữ {share['vi']} % diện tích vùng.",
            ),
            "unlisted_but_much": Phrase(
                en=f"{en}: holds {share['en']} % of the zone but is not listed in the plan.",
                vi=f"{vi}: giữ {share['vi']} % diện tích vùng nhưng không có trong kế hoạch.",
            ),
        }[row["remark"]]
        rows.append((row["commune_code"], text.vi, text.en))
    cover = state.tables["forest_cover"].iloc[:-1]
    over = cover[cover["cover_percent"] > 100]
    rows += [
        (
            code,
            "Diện tích rừng lớn hơn diện tích tự nhiên công bố.",
            "Forest exceeds the official natural area.",
        )
        for code in over["commune_code"]
    ]
    table = pd.DataFrame(rows, columns=["commune_code", "message_vi", "message_en"])
    return table[table["commune_code"].isin(communes["commune_code"])].astype("str")
