"""From tables to pages: what the map and the annex are made of, in rounded frames and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from layers.gazetteer import province_name
from layers.wording import Phrase, format_number
from zones.printed import (
    frames_digest,
    print_forest_cover,
    print_species_ages,
    print_targets,
    print_zones,
)
from zones.project import Project
from zones.species_ages import species_ages

if TYPE_CHECKING:
    from zones.plan_model import Plan
    from zones.run_state import RunState

__all__ = ["PrintedTables", "print_tables", "render_pages", "sources_table"]


@dataclass(frozen=True, slots=True)
class PrintedTables:
    """Rounded frames that all pages of a run share.

    Parameters
    ----------
    targets, zones, forest_cover : pandas.DataFrame
        Columns of the schemas in ``maps.tables``, rounded.
    species_ages : pandas.DataFrame
        Columns of ``maps.tables.SPECIES_AGES``, rounded.
    zone_names : pandas.DataFrame
        Columns of ``maps.tables.ZONE_NAMES``: zones of the leading plan, then of the others.
    sources : pandas.DataFrame
        Columns of ``maps.tables.SOURCES``.
    digest : str
        Digest of the rounded frames.
    """

    targets: pd.DataFrame
    zones: pd.DataFrame
    forest_cover: pd.DataFrame
    species_ages: pd.DataFrame
    zone_names: pd.DataFrame
    sources: pd.DataFrame
    digest: str


def print_tables(state: RunState) -> PrintedTables:
    """Round the tables of a run, once for all pages.

    Parameters
    ----------
    state : RunState
        A run whose tables ``targets, zones, forest_cover, planted_species`` are made.

    Returns
    -------
    PrintedTables
        What the pages print.
    """
    project = state.project
    decimals = project.decimals
    targets = print_targets(
        state.tables["targets"], decimals=decimals, rate_decimals=project.rate_decimals
    )
    zones = print_zones(state.tables["zones"], decimals=decimals)
    cover = print_forest_cover(
        state.tables["forest_cover"], decimals=decimals, rate_decimals=project.rate_decimals
    )
    ages = species_ages(state.tables["planted_species"], language="vi")
    ages = print_species_ages(ages, decimals=decimals)
    return PrintedTables(
        targets=targets,
        zones=_with_target_share(zones, targets),
        forest_cover=cover,
        species_ages=ages,
        zone_names=state.tables["zone_names"],
        sources=sources_table(project, state.plans()),
        digest=frames_digest([targets, zones, cover, ages]),
    )


def _with_target_share(zones: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Share of the zone's area target that each commune's present area holds."""
    areas = targets[(targets["unit"] == "ha") & (targets["indicator"] == "area")]
    goal = areas["figure_low"].fillna(areas["figure_high"])
    by_zone = goal.groupby(areas["zone"]).first()
    return zones.assign(held_ratio=zones["present_ha"] / zones["zone"].map(by_zone))


def sources_table(project: Project, plans: list[Plan]) -> pd.DataFrame:
    """List what a run rests on: communes, layers and plans with date and origin.

    Parameters
    ----------
    project : Project
        The project.
    plans : list of Plan
        Its plans.

    Returns
    -------
    pandas.DataFrame
        Columns of ``maps.tables.SOURCES``.
    """
    rows: list[tuple[str, str | None, str | None]] = [
        ("communes", str(project.communes.vintage), project.communes.path.name)
    ]
    rows += [(name, str(item.date), item.source) for name, item in project.layers.items()]
    rows += [(plan.name.vi, plan.date, plan.issuer) for plan in plans]
    return pd.DataFrame(rows, columns=["layer", "date", "source"])


def render_pages(state: RunState) -> None:
    """Make the map and the annex of a run.

    Parameters
    ----------
    state : RunState
        A run with all tables; pages are written to its stage.
    """
    printed = print_tables(state)
    _render_map(state, printed)
    state.teller.part(1, 2)
    _render_workbook(state, printed)
    state.teller.part(2, 2)


def _render_map(state: RunState, printed: PrintedTables) -> None:
    from maps import MapContent, save_map

    communes, _ = state.communes()
    project = state.project
    zones = _map_zones(printed)
    known = printed.targets["zone"].isin([*zones["zone"], ""])
    content = MapContent(
        communes=communes,
        zones=zones,
        zone_communes=printed.zones,
        targets=printed.targets[known],
        forest_cover=printed.forest_cover,
        title_vi=project.title,
        title_en=project.title_en or project.title,
        sources=printed.sources,
        warnings=_commune_warnings(state),
        demo=project.demo,
        tile_hosts=project.map.tile_hosts,
        digest=printed.digest,
    )
    save_map(content, state.stage / "map.html")


def _map_zones(printed: PrintedTables) -> pd.DataFrame:
    """Pick the zones of the leading plan: those that have rows by commune."""
    drawn = printed.zone_names["zone"].isin(printed.zones["zone"])
    return printed.zone_names[drawn]


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


def _render_workbook(state: RunState, printed: PrintedTables) -> None:
    from maps import AnnexContent, AnnexHeading, save_workbook

    project = state.project
    plan = state.plans()[0]
    content = AnnexContent(
        targets=printed.targets,
        zones=printed.zones,
        zone_names=_annex_names(state, printed),
        forest_cover=printed.forest_cover,
        species_ages=None if printed.species_ages.empty else printed.species_ages,
        sources=printed.sources,
        allocation=state.tables.get("allocation"),
        losses=state.tables.get("allocation_losses"),
        heading=AnnexHeading(
            title=Phrase(en=project.title_en or project.title, vi=project.title),
            attached_to=plan.name.vi,
            province=province_name(project.province),
        ),
        decimals=project.decimals,
        percent_decimals=project.rate_decimals,
        demo=project.demo,
        digest=printed.digest,
    )
    save_workbook(content, state.stage / "annex.xlsx")


def _annex_names(state: RunState, printed: PrintedTables) -> pd.DataFrame:
    """Names of the zones, and of those that only the allocation has (conversions)."""
    from zones.allocation_project import conversion_names

    table = state.tables.get("allocation")
    if table is None:
        return printed.zone_names
    used = set(table["zone"]) - set(printed.zone_names["zone"])
    rows = [
        {"zone": zone, "name_vi": name.vi, "name_en": name.en}
        for zone, name in conversion_names().items()
        if zone in used
    ]
    both = pd.concat([printed.zone_names, pd.DataFrame(rows)], ignore_index=True)
    return both.fillna({str(name): "" for name in both.columns if name != "clause"})
