"""Step ``atlas``: printed maps, one sheet per commune."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
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
        _write_atlas(project, figures, inputs, path, progress=part)
        return {}
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from maps.atlas.atlas import begin_atlas

    drawing = begin_atlas(
        _content(project, figures, inputs), context.options.beside, **_sheets(project)
    )
    context.held.callback(drawing.close)
    context.later["atlas"] = partial(drawing.finish, path, overwrite=True, progress=silent)
    return {}


def _draw_alone(name: str, context: Context) -> Made:
    """Write single sheets into a file of their own: the whole atlas stays as it is."""
    path = context.stage / f"{name}.pdf"
    figures, inputs = context[PublishedFigures], context[Inputs]
    _write_atlas(context.project, figures, inputs, path, progress=context.teller.part)
    return {}


def _write_atlas(
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

#: Most communes that the name of a file of single sheets lists.
_NAMED = 4
_ALONE = "atlas-"
#: Names come from the record of a run, which anybody may have written: none leads elsewhere.
_SHEETS = re.compile(_ALONE + r"[0-9a-z-]+")


def sheets_name(codes: tuple[str, ...]) -> str:
    """Name of the file of single sheets, without its ending: of the step that draws them."""
    more = [f"and-{len(codes) - _NAMED}-more"] if len(codes) > _NAMED else []
    return _ALONE + "-".join([*codes[:_NAMED], *more])


def sheet_steps(names: Iterable[str]) -> dict[str, Step]:
    """A step for each file of single sheets: recorded, held and kept aside as the atlas is."""
    return {
        name: replace(
            STEP,
            name=name,
            work=partial(_draw_alone, name),
            files=(f"{name}.pdf",),
            beside=False,
            wanted=lambda _project: False,
        )
        for name in names
        if _SHEETS.fullmatch(name)
    }
