"""Step ``borders``: the borders with other provinces, as tables, map layers and an annex."""

from __future__ import annotations

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.io.geopackage import save_geopackage
from zones.borders.borders import Borders, measure_borders
from zones.inputs.read import Inputs
from zones.output.findings import findings_table
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
    """Measure the borders; write ``borders.gpkg`` and ``borders.docx``."""
    from zones.borders.annex import save_border_annex

    project, inputs = context.project, context[Inputs]
    found = measure_borders(project, inputs)
    if found is None:
        raise InputError("zones.borders.no_neighbours", file=project.file)
    save_geopackage(found.layers, context.stage / "borders.gpkg")
    save_border_annex(found.tables, project, context.stage / "borders.docx")
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
    files=("borders.gpkg", "borders.docx"),
    settings=("title", "demo", "annex", "borders", "map", "atlas"),
    wanted=_is_asked_for,
)
