"""Step ``annex``: workbook and document, and the published figures beside them as tables."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.inputs.named_communes import commune_codes
from zones.inputs.read import Inputs
from zones.project.model import Project, wants_trajectory
from zones.publish.folder import PUBLISHED_FOLDER
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key
from zones.tables import LEVERS, TRAJECTORY, TRAJECTORY_TARGETS

#: What the chart of the forecast of forest cover is drawn from.
_CHARTED = (TRAJECTORY, TRAJECTORY_TARGETS, LEVERS)


def work(context: Context) -> Made:
    """Write ``annex.xlsx``, ``annex.docx`` and the folder of figures."""
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from zones.pages.annex_content import annex_content, save_annex, with_cover_years
    from zones.pages.atlas_content import atlas_content
    from zones.pages.trajectory import drawn_cover

    project, figures = context.project, context[PublishedFigures]
    content = annex_content(project, figures, context.plans(), context.communes()[0])
    if wants_trajectory(project):
        content = with_cover_years(content, figures, context[TRAJECTORY])
    atlas = None
    if project.annex.commune_maps != "none":
        atlas = atlas_content(project, figures, context[Inputs], content)
    tables = {schema: context[schema] for schema in _CHARTED if wants_trajectory(project)}
    maps = project.annex.commune_maps
    codes = maps if isinstance(maps, str) else commune_codes(maps, project, "annex.commune_maps")
    with drawn_cover(project, tables) as chart:
        save_annex(content, figures, context.stage, atlas=atlas, codes=codes, cover_chart=chart)
    return {}


def _also(project: Project) -> tuple[Key, ...]:
    plots: tuple[Key, ...] = () if project.annex.commune_maps == "none" else (Inputs,)
    return (*plots, *_CHARTED) if wants_trajectory(project) else plots


STEP = Step(
    label=Phrase("Make the annex", "Lập phụ lục"),
    work=work,
    reads=(PublishedFigures,),
    also_reads=_also,
    files=("annex.xlsx", "annex.docx", f"{PUBLISHED_FOLDER}/"),
    settings=("title", "title_en", "demo", "annex", "atlas", "map", "present", "plans"),
)
