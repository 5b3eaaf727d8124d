"""Step ``atlas``: printed maps, one sheet per commune."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.base.language import Phrase
from layers.base.workers import Progress, silent
from zones.inputs.named_communes import commune_codes
from zones.inputs.read import Inputs
from zones.project.model import Project
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step

if TYPE_CHECKING:
    from maps import AtlasContent


def work(context: Context) -> Made:
    """Write ``atlas.pdf``; where there is a second process, it draws while other steps are done."""
    project, figures, inputs = context.project, context[PublishedFigures], context[Inputs]
    path, part = context.stage / "atlas.pdf", context.teller.part
    if context.options.beside is None:
        write_atlas(project, figures, inputs, path, progress=part)
        return {}
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from maps.atlas.atlas import begin_atlas

    drawing = begin_atlas(
        _content(project, figures, inputs), context.options.beside, **_sheets(project)
    )
    context.held.callback(drawing.close)
    context.later["atlas"] = partial(drawing.finish, path, overwrite=True, progress=silent)
    return {}


def write_atlas(
    project: Project, figures: PublishedFigures, inputs: Inputs, path: Path, *, progress: Progress
) -> None:
    """Write the sheets that the project asks for."""
    from maps import save_atlas

    save_atlas(
        _content(project, figures, inputs),
        path,
        jobs=project.atlas.jobs,
        overwrite=True,
        progress=progress,
        **_sheets(project),
    )


def _content(project: Project, figures: PublishedFigures, inputs: Inputs) -> AtlasContent:
    from zones.pages.annex_content import annex_content
    from zones.pages.atlas_content import atlas_content

    annex = annex_content(project, figures, inputs.plans, inputs.communes)
    return atlas_content(project, figures, inputs, annex)


def _sheets(project: Project) -> dict[str, Any]:
    settings = project.atlas
    return {
        "communes": commune_codes(settings.communes, project, "atlas.communes") or None,
        "overview": settings.overview,
        "paper": settings.paper,
    }


def _is_asked_for(project: Project) -> bool:
    return project.atlas.make


STEP = Step(
    label=Phrase("Draw the atlas", "Vẽ tập bản đồ"),
    work=work,
    reads=(PublishedFigures, Inputs),
    files=("atlas.pdf",),
    beside=True,
    settings=("title", "title_en", "demo", "annex", "atlas", "map", "present", "plans"),
    wanted=_is_asked_for,
)
