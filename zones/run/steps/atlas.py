"""Step ``atlas``: printed maps, one sheet per commune."""

from __future__ import annotations

from pathlib import Path

from layers.base.language import Phrase
from layers.base.workers import Progress
from zones.inputs.read import Inputs
from zones.project.model import Project
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step


def work(context: Context) -> Made:
    """Write ``atlas.pdf``."""
    write_atlas(
        context.project,
        context[PublishedFigures],
        context[Inputs],
        context.stage / "atlas.pdf",
        progress=context.teller.part,
    )
    return {}


def write_atlas(
    project: Project, figures: PublishedFigures, inputs: Inputs, path: Path, *, progress: Progress
) -> None:
    """Write the sheets that the project asks for."""
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from maps import save_atlas
    from zones.pages.annex_content import annex_content
    from zones.pages.atlas_content import atlas_content

    settings = project.atlas
    annex = annex_content(project, figures, inputs.plans, inputs.communes)
    save_atlas(
        atlas_content(project, figures, inputs, annex),
        path,
        communes=settings.communes or None,
        overview=settings.overview,
        paper=settings.paper,
        jobs=settings.jobs,
        overwrite=True,
        progress=progress,
    )


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
