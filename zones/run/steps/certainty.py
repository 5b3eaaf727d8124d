"""Step ``certainty``: standard errors of the measured areas."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Phrase
from zones.certainty.boundaries import Drawing, boundary_errors, known_drawings
from zones.certainty.design import refuse_other_kind, refuse_other_map
from zones.certainty.survey import layer_digest, load_survey, survey_errors
from zones.inputs.read import Inputs
from zones.project.model import newest_forest_layer
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import AREA_ERRORS


def work(context: Context) -> Made:
    """Errors of every layer whose precision the project states."""
    inputs = context[Inputs]
    settings = context.project.certainty
    frames = [AREA_ERRORS.empty()]
    if settings is not None:
        usual = known_drawings()
        for name, stated in settings.boundaries.items():
            drawing = (
                usual[stated]
                if isinstance(stated, str)
                else Drawing(stated.error_m, stated.correlation_m)
            )
            frames.append(
                boundary_errors(
                    name,
                    inputs.plots[name],
                    inputs.communes,
                    inputs.crs,
                    drawing,
                    covers_forest=name == newest_forest_layer(context.project),
                )
            )
        for key, folder in settings.samples.items():
            survey = load_survey(
                context.project.resolve(folder), level_percent=settings.level_percent
            )
            refuse_other_map(survey.design, layer_digest(context.project, survey.design.layer))
            refuse_other_kind(survey.design, key)
            frames.append(survey_errors(survey))
    return {AREA_ERRORS: pd.concat(frames, ignore_index=True)}


STEP = Step(
    label=Phrase("How sure areas are", "Độ tin cậy của diện tích"),
    work=work,
    reads=(Inputs,),
    writes=(AREA_ERRORS,),
    settings=("certainty",),
)
