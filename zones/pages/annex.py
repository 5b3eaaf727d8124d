"""The annex of a run: workbook and document, and the printed figures beside them as tables.

All of them are made from one set of rounded frames and carry its digest, so that ``zones verify``
can hold them against each other when they come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Language, Phrase
from layers.communes.gazetteer import province_name, provinces
from zones.forest.species import species_ages
from zones.pages.atlas import commune_pictures
from zones.pages.context_layers import communes_with_kinds
from zones.publish.folder import PRINTED_FOLDER, save_printed

if TYPE_CHECKING:
    from maps import AnnexContent
    from zones.pages.map import PrintedTables
    from zones.run.context import RunState

__all__ = ["annex_content", "render_annex", "render_workbook"]


def annex_content(state: RunState, printed: PrintedTables) -> AnnexContent:
    """Put together what the annex prints."""
    from maps import AnnexContent, AnnexHeading

    project, settings = state.project, state.project.annex
    plan = state.plans()[0]
    language = settings.language
    name = province_name(project.province)
    kind = known.kind if (known := provinces().get(project.province)) else "tỉnh"
    province = Phrase(en=f"{name} province", vi=f"{kind} {name}").text(language)
    return AnnexContent(
        targets=printed.targets,
        zones=printed.zones,
        zone_names=_zone_names(printed),
        forest_cover=printed.forest_cover,
        sources=printed.sources,
        heading=AnnexHeading(
            number=settings.number,
            title=Phrase(en=project.title_en or project.title, vi=project.title),
            attached_to=settings.attached_to or getattr(plan.name, language),
            province=province,
        ),
        allocation=_unless_empty(printed.allocation),
        losses=_unless_empty(printed.losses),
        species_ages=_species_ages(printed, language),
        decimals=project.decimals,
        percent_decimals=project.rate_decimals,
        demo=project.demo,
        language=language,
        digest=printed.digest,
        notes=printed.notes,
        sharing=_sharing(state),
        plan_names={plan.plan: Phrase(en=plan.name.en, vi=plan.name.vi) for plan in state.plans()},
        kinds=_kinds(state),
    )


def _kinds(state: RunState) -> dict[str, str]:
    """Kind of every commune that has one, by code."""
    communes = communes_with_kinds(state.communes()[0], state.project)
    known = communes[communes["kind"] != ""]
    return dict(zip(known["commune_code"], known["kind"], strict=True))


def _sharing(state: RunState) -> tuple[str, ...]:
    """Land sources of the allocation whose hectares bear trees as well."""
    sources = state.tables.get("allocation_sources")
    if sources is None:
        return ()
    return tuple(sources.loc[sources["shares"], "source"])


def _species_ages(printed: PrintedTables, language: Language) -> pd.DataFrame | None:
    if printed.planted_species.empty:
        return None
    return species_ages(printed.planted_species, language=language)


def _unless_empty(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None or frame.empty else frame


def _zone_names(printed: PrintedTables) -> pd.DataFrame:
    """Names of the zones, and of those that only the allocation has (conversions)."""
    from zones.allocation.targets import conversion_names

    if printed.allocation is None:
        return printed.zone_names
    used = set(printed.allocation["zone"]) - set(printed.zone_names["zone"])
    rows = [
        {"zone": zone, "name_vi": name.vi, "name_en": name.en}
        for zone, name in conversion_names().items()
        if zone in used
    ]
    both = pd.concat([printed.zone_names, pd.DataFrame(rows)], ignore_index=True)
    return both.fillna({str(name): "" for name in both.columns if name != "clause"})


def render_workbook(state: RunState, printed: PrintedTables) -> None:
    """Write ``annex.xlsx``."""
    from maps import save_workbook

    save_workbook(annex_content(state, printed), state.stage / "annex.xlsx", overwrite=True)


def render_annex(state: RunState, printed: PrintedTables) -> None:
    """Write ``annex.docx`` and the printed figures as tables."""
    from maps import save_document

    content = annex_content(state, printed)
    save_printed(content, printed.frames(), state.stage / PRINTED_FOLDER)
    path, wanted = state.stage / "annex.docx", state.project.annex.commune_maps
    if wanted == "none":
        save_document(content, path, overwrite=True)
        return
    with commune_pictures(state, printed, None if wanted == "all" else wanted) as pictures:
        save_document(content, path, pictures=pictures, overwrite=True)
