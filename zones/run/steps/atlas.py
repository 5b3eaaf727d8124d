"""Step ``atlas``: printed maps, one sheet per commune."""

from __future__ import annotations

from layers.base.language import Phrase
from maps import save_atlas
from zones.inputs.read import Inputs
from zones.pages.annex import annex_content
from zones.pages.atlas import atlas_content
from zones.project.model import Project
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step


def work(context: Context) -> Made:
    """Write ``atlas.pdf``."""
    project, figures = context.project, context[PublishedFigures]
    inputs, settings = context[Inputs], project.atlas
    annex = annex_content(project, figures, inputs.plans, inputs.communes)
    save_atlas(
        atlas_content(project, figures, inputs, annex),
        context.stage / "atlas.pdf",
        communes=settings.communes or None,
        overview=settings.overview,
        paper=settings.paper,
        jobs=settings.jobs,
        overwrite=True,
        progress=context.teller.part,
    )
    return {}


def _is_asked_for(project: Project) -> bool:
    return project.atlas.make


STEP = Step(
    label=Phrase("Draw the atlas", "Vẽ tập bản đồ"),
    work=work,
    reads=(PublishedFigures, Inputs),
    files=("atlas.pdf",),
    settings=("title", "title_en", "demo", "annex", "atlas", "map", "present", "plans"),
    wanted=_is_asked_for,
)
