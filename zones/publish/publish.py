"""The figures of a run as all its pages print them: rounded once, held against each other here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from layers.io.table_output import without_dust
from maps import TableNote
from zones.allocation.land import join_zone_land
from zones.allocation.targets import conversion_names
from zones.publish.consistency import check_consistency
from zones.publish.notes import (
    not_yet_notes,
    rounding_notes,
    shortfall_notes,
    table_notes,
    verdict_notes,
)
from zones.publish.partial_sums import partial_notes
from zones.publish.rounded_figures import RoundedMeasures, frames_digest
from zones.tables import REPORTED

_GROUPED = ("group_zones", "group_cover")


@dataclass(frozen=True, slots=True)
class AllocationTables:
    """What the allocation hands on, rounded as a whole."""

    # allocation, targets, losses, land, notes, sources: ``ALLOCATION``, ``ALLOCATION_TARGETS``,
    # ``ALLOCATION_LOSSES``, ``ALLOCATION_LAND``, ``ALLOCATION_NOTES`` and ``ALLOCATION_SOURCES`` of
    # ``zones.tables``
    allocation: pd.DataFrame
    targets: pd.DataFrame
    losses: pd.DataFrame
    land: pd.DataFrame
    notes: pd.DataFrame
    sources: pd.DataFrame


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """Rounded frames that all pages of a run share."""

    # targets, zones, forest_cover, planted_species: Columns of the schemas in ``zones.tables``,
    # rounded; ``zones`` has ``held_ratio`` and, of the allocation, ``available_ha`` and ``gap_ha``
    targets: pd.DataFrame
    zones: pd.DataFrame
    forest_cover: pd.DataFrame
    planted_species: pd.DataFrame
    zone_names: pd.DataFrame  # Zones of the leading plan, then of the others
    sources: pd.DataFrame  # Columns of ``maps.tables.SOURCES``
    land: pd.DataFrame  # ``commune_code, land, area_ha``: land that is no zone
    forest_zones: tuple[str, ...]  # Zones whose hectares are ground of the forest layer
    # Forms 02 and 05 of the province; empty where no layer tells them
    forest_form_purposes: pd.DataFrame
    forest_form_causes: pd.DataFrame
    # allocation, losses: Columns of the schemas in ``zones.tables``
    allocation: pd.DataFrame
    losses: pd.DataFrame
    progress: pd.DataFrame  # ``PROGRESS``: hectares of the zones over the years
    limits: pd.DataFrame  # ``zone, commune_code, binding``: what keeps a commune from taking more
    notes: tuple[TableNote, ...] = ()  # Sentences for below the tables they concern
    # Land sources of the allocation whose hectares bear trees as well
    sharing: tuple[str, ...] = ()
    # By name ``group_zones`` and ``group_cover``: sums by group; none where there are no groups
    groups: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    digest: str = ""  # Digest of the rounded frames

    def frames(self) -> dict[str, pd.DataFrame]:
        """Frames under the digest, by name, in its order."""
        return {
            "targets": self.targets,
            "zones": self.zones,
            "forest_cover": self.forest_cover,
            "allocation": self.allocation,
            "losses": self.losses,
            "planted_species": self.planted_species,
            "land": self.land,
            "forest_form_purposes": self.forest_form_purposes,
            "forest_form_causes": self.forest_form_causes,
            "progress": self.progress,
            **self.groups,
        }


def zone_names(figures: PublishedFigures) -> pd.DataFrame:
    """Names of the zones, and of those that only the allocation has (conversions)."""
    used = set(figures.allocation["zone"]) - set(figures.zone_names["zone"])
    rows = [
        {"zone": zone, "name_vi": name.vi, "name_en": name.en}
        for zone, name in conversion_names().items()
        if zone in used
    ]
    both = pd.concat([figures.zone_names, pd.DataFrame(rows)], ignore_index=True)
    return both.fillna({str(name): "" for name in both.columns if name != "clause"})


def publish(
    measures: RoundedMeasures,
    planned: AllocationTables,
    others: Mapping[str, pd.DataFrame],
    *,
    zone_names: pd.DataFrame,
    sources: pd.DataFrame,
    decimals: tuple[int, int],
    level_percent: float,
    notes: Sequence[TableNote] = (),
) -> PublishedFigures:
    """Join what was measured and what was allocated, and refuse figures that do not agree.

    ``others`` are Forms 02 and 05, the zones over the years and the sums by group, rounded, and
    what was reported, by the name of their table; ``decimals`` those of hectares and of rates;
    ``notes`` are further sentences for below the tables.
    """
    zones = join_zone_land(
        measures.zones,
        planned.land,
        allocation=planned.allocation,
        losses=planned.losses,
        decimals=decimals[0],
    )
    shares = planned.sources["shares"].astype(bool)
    figures = PublishedFigures(
        # As the printed tables write them: what is read back gives the same page.
        targets=without_dust(measures.targets),
        zones=without_dust(zones),
        forest_cover=without_dust(measures.forest_cover),
        planted_species=without_dust(measures.planted_species),
        zone_names=zone_names,
        sources=sources,
        land=without_dust(measures.land),
        forest_zones=measures.forest_zones,
        forest_form_purposes=without_dust(others["forest_form_purposes"]),
        forest_form_causes=without_dust(others["forest_form_causes"]),
        allocation=without_dust(planned.allocation),
        losses=without_dust(planned.losses),
        progress=without_dust(others["progress"]),
        limits=planned.land[["zone", "commune_code", "binding"]],
        notes=(
            *_notes(measures, planned, others, zone_names, decimals=decimals[0]),
            *notes,
            *verdict_notes(
                measures.targets, zone_names, level_percent=level_percent, decimals=decimals
            ),
        ),
        sharing=tuple(planned.sources.loc[shares, "source"]),
        groups={name: without_dust(others[name]) for name in _GROUPED if name in others},
    )
    totals = measures.zone_totals.rename("total_ha").rename_axis("zone").reset_index()
    check_consistency(
        {**figures.frames(), "zone_totals": totals, "allocation_targets": planned.targets}
    )
    return replace(figures, digest=frames_digest(figures.frames().values()))


def _notes(
    measures: RoundedMeasures,
    planned: AllocationTables,
    others: Mapping[str, pd.DataFrame],
    zone_names: pd.DataFrame,
    *,
    decimals: int,
) -> tuple[TableNote, ...]:
    """Sentences for below the tables, but for intervals and verdicts."""
    targets, zones = measures.targets, measures.zones
    held = zones.groupby("zone")["present_ha"].sum(min_count=1)
    reported = others.get("reported", REPORTED.empty())
    return (
        *table_notes(targets, planned.notes),
        *partial_notes(targets, zones, reported, zone_names, decimals=decimals),
        *shortfall_notes(planned.targets, zones, zone_names, decimals=decimals),
        *not_yet_notes(measures.planted_species, zone_names, held, decimals=decimals),
        *rounding_notes(measures.off_ha, decimals=decimals),
    )
