"""Step ``map``: the interactive map, one file that opens anywhere."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.inputs.read import Inputs
from zones.pages.map_content import map_content
from zones.project.model import Project, forest_layers, wants_trajectory
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.run.store import Key
from zones.tables import TRAJECTORY


def work(context: Context) -> Made:
    """Write ``map.html``."""
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from maps import save_map

    communes, crs = context.communes()
    language = context.options.language
    content = map_content(
        context.project,
        context[PublishedFigures],
        communes,
        crs,
        inputs=context[Inputs] if _draws_forest(context.project) else None,
        trajectory=context[TRAJECTORY] if wants_trajectory(context.project) else None,
        language=language,
    )
    save_map(content, context.stage / "map.html", overwrite=True)
    return {}


def _draws_forest(project: Project) -> bool:
    """Whether plots of a forest layer lie on the map: only who has read it knows their colours."""
    return project.map.outlines in forest_layers(project)


def _also(project: Project) -> tuple[Key, ...]:
    asked: dict[Key, bool] = {TRAJECTORY: wants_trajectory(project), Inputs: _draws_forest(project)}
    return tuple(key for key, wanted in asked.items() if wanted)


STEP = Step(
    label=Phrase("Make the map", "Lập bản đồ"),
    work=work,
    reads=(PublishedFigures,),
    also_reads=_also,
    files=("map.html",),
    settings=("title", "title_en", "demo", "map", "annex.language", "atlas", "communes"),
)
