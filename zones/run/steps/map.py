"""Step ``map``: the interactive map, one file that opens anywhere."""

from __future__ import annotations

from layers.base.language import Phrase
from maps import save_map
from zones.pages.map import map_content
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step


def work(context: Context) -> Made:
    """Write ``map.html``."""
    communes, crs = context.communes()
    language = context.options.language
    content = map_content(
        context.project, context[PublishedFigures], communes, crs, language=language
    )
    save_map(content, context.stage / "map.html", overwrite=True)
    return {}


STEP = Step(
    label=Phrase("Make the map", "Lập bản đồ"),
    work=work,
    reads=(PublishedFigures,),
    files=("map.html",),
    settings=("title", "title_en", "demo", "map", "annex", "atlas", "communes"),
)
