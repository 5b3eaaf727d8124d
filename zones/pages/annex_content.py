"""The annex of a run: workbook and document, and the published figures beside them as tables.

All of them are made from one set of rounded frames and carry its digest, so that ``zones verify``
can hold them against each other when they come back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd

from layers.base.language import Language, Phrase
from layers.base.messages import message
from maps import (
    AnnexContent,
    AnnexHeading,
    AtlasContent,
    TableNote,
    find_fonts,
    list_pages,
    save_document,
    save_page_picture,
    save_workbook,
)
from maps.layout.page_table import Role
from zones.forest.species import species_ages
from zones.inputs.groups import commune_groups
from zones.pages.context_layers import communes_with_kinds
from zones.pages.tasks import tasks_in_words
from zones.plan.frames import plan_names
from zones.plan.model import Plan
from zones.plan.words import with_own_names
from zones.project.model import AnnexSettings, Project
from zones.publish.consistency import check_consistency
from zones.publish.folder import PUBLISHED_FOLDER, save_published
from zones.publish.forest_form_pages import forest_forms, form_lines, form_numbers
from zones.publish.kept_pages import EDITED, keep_page
from zones.publish.notes import area_notes
from zones.publish.publish import PublishedFigures, zone_names
from zones.publish.rounded_figures import round_cover_years


def annex_content(
    project: Project,
    figures: PublishedFigures,
    plans: Sequence[Plan],
    communes: gpd.GeoDataFrame,
) -> AnnexContent:
    """Put together what workbook, document and atlas are made from; the leading plan first."""
    settings = project.annex
    language = settings.language
    return AnnexContent(
        targets=with_own_names(figures.targets, plans),
        zones=figures.zones,
        zone_names=zone_names(figures),
        forest_cover=figures.forest_cover,
        sources=figures.sources,
        heading=annex_heading(project, plans),
        listed_only=settings.communes == "listed",
        forms=form_numbers(project),
        form_lines=form_lines(project, by_cause=len(figures.forest_form_causes) > 0),
        allocation=_unless_empty(figures.allocation),
        losses=_unless_empty(figures.losses),
        progress=_unless_empty(figures.progress),
        species_ages=_species_ages(figures.planted_species, language),
        forest_forms=forest_forms(figures.forest_form_purposes, figures.forest_form_causes),
        decimals=project.decimals,
        percent_decimals=project.rate_decimals,
        demo=project.demo,
        language=language,
        digest=figures.digest,
        notes=(*figures.notes, *area_notes(project), *_group_notes(project, communes)),
        sharing=figures.sharing,
        plan_names=plan_names(plans),
        tasks=_unless_empty(tasks_in_words(plans, language)),
        kinds=_kinds(communes, project),
        group_zones=figures.groups.get("group_zones"),
        group_cover=figures.groups.get("group_cover"),
    )


def with_cover_years(
    content: AnnexContent, figures: PublishedFigures, trajectory: pd.DataFrame
) -> AnnexContent:
    """The annex with the table of the forecast of forest cover (``TRAJECTORY``)."""
    years = round_cover_years(
        trajectory,
        figures.forest_cover.iloc[-1],
        decimals=content.decimals,
        rate_decimals=content.percent_decimals,
    )
    check_consistency({"forest_cover": figures.forest_cover, "cover_years": years})
    return replace(content, cover_years=years)


def _group_notes(project: Project, communes: pd.DataFrame) -> Iterator[TableNote]:
    """Sentence below the sums by group on the communes that are in none."""
    groups = commune_groups(project, communes) if project.groups is not None else None
    if groups is not None and (names := [*groups.several, *groups.alone]):
        told = message("zones.pages.communes_of_no_group", count=len(names), names=names)
        yield TableNote("groups", told)


def annex_heading(project: Project, plans: Sequence[Plan]) -> AnnexHeading:
    """Heading lines of the pages of a project; the leading plan first."""
    settings = project.annex
    return AnnexHeading(
        number=settings.number,
        title=Phrase(en=project.title_en or project.title, vi=project.title),
        attached_to=settings.attached_to
        or (attached_document(plans[0], settings) if project.plans else ""),
        province=project.province_label(settings.language),
        territory=project.territory(settings.language, kind=True),
        signature=_signature(settings),
    )


def attached_document(plan: Plan, settings: AnnexSettings) -> str:
    """Name the document that the annex goes with by kind, number, day and issuer.

    What the plan does not tell stays a dotted blank; a plan that tells none of it goes by its name.
    """
    language = settings.language
    number = settings.document_number or plan.number
    date = settings.document_date.isoformat() if settings.document_date else plan.date
    if not (number or plan.issuer):
        return str(getattr(plan.name, language))
    year, month, day = [*(date or "…").split("-"), "…", "…"][:3]
    mark = (number or "").rpartition("/")[2].partition("-")[0]
    name = plan.name.vi.casefold()
    first = next((kind for kind in _KINDS.values() if name.startswith(kind.vi.casefold())), None)
    return message(
        "zones.pages.attached_document",
        kind=_KINDS.get(mark, first or _KINDS["KH"]),
        number=number or "……",
        day=f"{day}/{month}/{year}",
        issuer=plan.issuer or "……",
    ).text(language)


#: Kinds of documents by the letters of their numbers (Decree 30/2020, appendix III).
_KINDS = {
    "KH": Phrase(en="Plan", vi="Kế hoạch"),
    "QĐ": Phrase(en="Decision", vi="Quyết định"),
    "NQ": Phrase(en="Resolution", vi="Nghị quyết"),
    "CTr": Phrase(en="Programme", vi="Chương trình"),
    "ĐA": Phrase(en="Scheme", vi="Đề án"),
    "PA": Phrase(en="Scheme", vi="Phương án"),
}


def _signature(settings: AnnexSettings) -> tuple[str, ...]:
    signature = settings.signature
    return () if signature is None else (*signature.titles, signature.name)


def _kinds(communes: gpd.GeoDataFrame, project: Project) -> dict[str, str]:
    """Kind of every commune that has one, by code."""
    known = communes_with_kinds(communes, project)
    known = known[known["kind"] != ""]
    return dict(zip(known["commune_code"], known["kind"], strict=True))


def _species_ages(species: pd.DataFrame, language: Language) -> pd.DataFrame | None:
    return None if species.empty else species_ages(species, language=language)


def _unless_empty(frame: pd.DataFrame) -> pd.DataFrame | None:
    return None if frame.empty else frame


def save_annex(
    content: AnnexContent,
    figures: PublishedFigures,
    folder: Path,
    *,
    atlas: AtlasContent | None,
    codes: Literal["none", "all"] | tuple[str, ...],
    cover_chart: Path | None = None,
) -> None:
    """Write workbook, document and figures, and copies of the two for ``zones verify``.

    The chart of the forest cover to come stands below its table; with ``atlas`` the maps of the
    communes ``codes`` stand behind the tables of the document.
    """
    charts: dict[Role, Path] = {} if cover_chart is None else {"path": cover_chart}
    save_workbook(content, folder / "annex.xlsx", charts=charts, overwrite=True)
    save_published(content, figures.frames(), folder / PUBLISHED_FOLDER)
    _save_document(content, folder / "annex.docx", charts, atlas, codes)
    for name in EDITED:
        keep_page(folder / name, folder / PUBLISHED_FOLDER)


def _save_document(
    content: AnnexContent,
    path: Path,
    charts: dict[Role, Path],
    atlas: AtlasContent | None,
    codes: Literal["none", "all"] | tuple[str, ...],
) -> None:
    if atlas is None:
        save_document(content, path, charts=charts, overwrite=True)
        return
    communes = content.zones[["commune_code", "commune"]].drop_duplicates()
    named = dict(zip(communes["commune"], content.commune_names(communes), strict=True))
    with _commune_pictures(atlas, None if isinstance(codes, str) else codes) as made:
        pictures = [(named.get(name, name), picture) for name, picture in made]
        save_document(content, path, charts=charts, pictures=pictures, overwrite=True)


@contextmanager
def _commune_pictures(
    content: AtlasContent, codes: tuple[str, ...] | None
) -> Iterator[list[tuple[str, Path]]]:
    """Pictures of commune maps, for a document."""
    fonts = find_fonts(content.font)
    with tempfile.TemporaryDirectory(prefix="maps-", ignore_cleanup_errors=True) as folder:
        made = []
        for number, page in enumerate(
            list_pages(content, communes=codes, overview=False, paper="A4")
        ):
            path = Path(folder) / f"{number}.png"
            made.append((page.bookmark, save_page_picture(page.make(), path, fonts)))
        yield made
