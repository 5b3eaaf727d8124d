"""Step ``change``: why the forest cover rate differs from that of the forest layer before."""

from __future__ import annotations

from layers.base.language import Phrase
from layers.crs.transform import to_crs
from zones.forest.change import cover_change, survey_inside
from zones.forest.cover import communes_told, measured_cover
from zones.forest.forms import forest_causes
from zones.inputs.read import Inputs
from zones.project.model import Project, forest_layers
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    COVER_CHANGE,
    COVER_CHANGE_PIECES,
    FOREST_CAUSES,
    FOREST_CLASSES,
    FOREST_COVER,
    MEASURED,
)


def work(context: Context) -> Made:
    """Change between the two newest forest layers, by cause; it closes with both rates."""
    project, inputs = context.project, context[Inputs]
    earlier, newest = forest_layers(project)[-2:]
    measured = context[MEASURED]
    before = measured_cover(
        measured[measured["layer"] == earlier],
        inputs.communes,
        inputs.crs,
        province_code=project.province,
        province=project.territory("vi"),
        log=context.closures,
    )
    surveys = [
        survey_inside(
            to_crs(inputs.plots[name].plots, inputs.crs),
            inputs.communes,
            told=communes_told(measured[measured["layer"] == name]),
            year=project.layers[name].date.year,
            natural_area_ha=float(table["natural_area_ha"].iloc[-1]),
            workers=context.options.workers,
        )
        for name, table in ((earlier, before), (newest, context[FOREST_COVER]))
    ]
    change = cover_change(*surveys, log=context.closures)
    context.closures.check(
        "cover change: total to the difference of the tables",
        parts=float(change.table["change_points"].iloc[-1])
        + float(before["cover_percent"].iloc[-1]),
        whole=float(context[FOREST_COVER]["cover_percent"].iloc[-1]),
        unit="%",
    )
    classes = context[FOREST_CLASSES]
    causes = forest_causes(
        change.pieces,
        *(inputs.plots[name].plots for name in (earlier, newest)),
        *(classes[classes["layer"].eq(name)] for name in (earlier, newest)),
        log=context.closures,
    )
    return {
        COVER_CHANGE: change.table,
        COVER_CHANGE_PIECES: change.pieces,
        FOREST_CAUSES: causes,
    }


def _has_two(project: Project) -> bool:
    return len(forest_layers(project)) > 1


STEP = Step(
    label=Phrase("Change of forest cover", "Thay đổi che phủ rừng"),
    work=work,
    reads=(Inputs, MEASURED, FOREST_CLASSES, FOREST_COVER),
    writes=(COVER_CHANGE, COVER_CHANGE_PIECES, FOREST_CAUSES),
    wanted=_has_two,
)
