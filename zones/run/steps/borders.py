"""Step ``borders``: the borders with other provinces, as tables, map layers and an annex."""

from __future__ import annotations

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.io.geopackage import save_geopackage
from zones.borders.commune_pairs import Borders, measure_borders
from zones.borders.side import read_sides
from zones.inputs.read import Inputs
from zones.output.findings_table import findings_table
from zones.project.model import Project
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    BORDER_CLAIMS,
    BORDER_CONTACTS,
    BORDER_FINDINGS,
    BORDER_GROUND,
    BORDER_LAND,
    BORDER_MARKING,
    BORDER_PLOTS,
    BORDERS,
)


def work(context: Context) -> Made:
    """Measure the borders; write ``borders.gpkg``, ``borders.docx`` and ``borders.pdf``."""
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from zones.borders.annex import save_border_annex
    from zones.borders.sheets import save_border_sheets
    from zones.pages.annex_content import annex_heading

    project, inputs = context.project, context[Inputs]
    sides = read_sides(project, inputs)
    if sides is None:
        raise InputError("zones.borders.no_neighbours", file=project.file)
    found = measure_borders(project, sides)
    save_geopackage(found.layers, context.stage / "borders.gpkg")
    save_border_annex(found.tables, project, context.stage / "borders.docx")
    save_border_sheets(
        found,
        sides,
        project,
        annex_heading(project, inputs.plans),
        context.stage / "borders.pdf",
        progress=context.teller.part,
    )
    made: Made = {Borders: found, BORDER_FINDINGS: findings_table(found.findings)}
    for schema, table in found.tables.items():
        made[schema] = table
    return made


def _is_asked_for(project: Project) -> bool:
    return project.borders.make


STEP = Step(
    label=Phrase("Measure the borders", "Đo ranh giới giáp tỉnh"),
    work=work,
    reads=(Inputs,),
    writes=(
        Borders,
        BORDERS,
        BORDER_LAND,
        BORDER_PLOTS,
        BORDER_CLAIMS,
        BORDER_GROUND,
        BORDER_MARKING,
        BORDER_CONTACTS,
        BORDER_FINDINGS,
    ),
    files=("borders.gpkg", "borders.docx", "borders.pdf"),
    settings=("title", "title_en", "demo", "annex", "borders", "map", "atlas", "plans"),
    wanted=_is_asked_for,
)
