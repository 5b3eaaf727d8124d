"""Step ``qgis``: a GeoPackage with its styles and the QGIS project that opens it."""

from __future__ import annotations

from layers.base.language import Phrase
from maps import save_qgis
from zones.borders.commune_pairs import Borders
from zones.inputs.read import Inputs
from zones.output.folder import QGIS_COPY, QGIS_FILE, keep_copy
from zones.pages.qgis_content import qgis_content
from zones.planting.planning_map import PlanningMap
from zones.project.model import Project
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key


def work(context: Context) -> Made:
    """Write ``qgis/project.gpkg`` and ``qgis/project.qgz``; QGIS edits the first in its place."""
    folder = context.stage / "qgis"
    folder.mkdir(exist_ok=True)
    content = qgis_content(
        context.project,
        context[PublishedFigures],
        context[Inputs],
        planning=context.get(PlanningMap),
        borders=context.get(Borders),
    )
    save_qgis(content, folder, name="project", overwrite=True)
    keep_copy(context.stage / QGIS_FILE, context.stage / QGIS_COPY)
    return {}


def _where_made(project: Project) -> tuple[Key, ...]:
    """The planning layer and the borders, where the run makes them anyway."""
    asked = {PlanningMap: project.planning.make, Borders: project.borders.make}
    return tuple(key for key, made in asked.items() if made)


def _is_asked_for(project: Project) -> bool:
    return project.qgis.make


STEP = Step(
    label=Phrase("Make the QGIS project", "Lập dự án QGIS"),
    work=work,
    reads=(PublishedFigures, Inputs),
    also_reads=_where_made,
    files=("qgis/", QGIS_COPY),
    settings=("title", "title_en", "demo", "annex", "map", "atlas", "planning", "borders", "qgis"),
    wanted=_is_asked_for,
)
