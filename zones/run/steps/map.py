"""Step ``map``: the interactive map, one file that opens anywhere."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.pages.map import map_content
from zones.project.model import Project, wants_trajectory
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
        trajectory=context[TRAJECTORY] if wants_trajectory(context.project) else None,
        language=language,
    )
    save_map(content, context.stage / "map.html", overwrite=True)
    return {}


def _forecast(project: Project) -> tuple[Key, ...]:
    return (TRAJECTORY,) if wants_trajectory(project) else ()


STEP = Step(
    label=Phrase("Make the map", "Lập bản đồ"),
    work=work,
    reads=(PublishedFigures,),
    also_reads=_forecast,
    files=("map.html",),
    settings=("title", "title_en", "demo", "map", "annex", "atlas", "communes"),
)
