"""Step ``measure``: hectares of every layer by commune, land and crop."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Phrase
from zones.forest.forms import forest_classes
from zones.inputs.read import Inputs
from zones.measure.crops_on_land import measure_crops_on_land, standing_crops
from zones.measure.measure import (
    COVERING,
    Ground,
    areas_table,
    measure_pieces,
    measure_raster,
    measure_report,
    newest_reports,
    plot_pieces,
    told_once,
)
from zones.measure.present import late_reporters, silent_communes
from zones.output.findings_table import findings_table
from zones.project.model import crop_layers, land_layers
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import AREAS, CROPS_ON_LAND, FOREST_CLASSES, MEASURE_FINDINGS, MEASURED


def work(context: Context) -> Made:
    """Measure every layer; the sums of the areas close with what was measured."""
    inputs = context[Inputs]
    ground = Ground(inputs.communes, inputs.crs, context.closures, context.options.workers)
    frames: list[pd.DataFrame] = []
    classes: list[pd.DataFrame] = [FOREST_CLASSES.empty()]
    found: list[Finding] = []
    total = len(inputs.plots) + len(inputs.rasters) + len(inputs.reports)
    for frame, findings in _layers(inputs, ground, classes):
        frames.append(frame)
        found += findings
        context.teller.part(len(frames), total)
    measured = pd.concat(frames, ignore_index=True)
    areas = areas_table(measured, inputs.communes)
    for column in ("area_ha", "ledger_ha"):
        context.closures.check(
            f"areas: {column} of all layers",
            parts=areas[column].sum(),
            whole=newest_reports(measured)[column].sum(),
        )
    return {
        MEASURED: measured,
        AREAS: areas,
        FOREST_CLASSES: FOREST_CLASSES.validate(pd.concat(classes, ignore_index=True)),
        CROPS_ON_LAND: _crops_on_land(inputs, ground),
        MEASURE_FINDINGS: findings_table(told_once(found)),
    }


def _crops_on_land(inputs: Inputs, ground: Ground) -> pd.DataFrame:
    """Land of the newest land layers on which plots of crops stand."""
    land, crops = (
        {name: inputs.plots[name] for name in names(inputs.project)}
        for names in (land_layers, crop_layers)
    )
    stands = standing_crops(crops, inputs.project.present, ground.crs)
    return measure_crops_on_land(land, stands, ground)


def _layers(
    inputs: Inputs, ground: Ground, classes: list[pd.DataFrame]
) -> Iterator[tuple[pd.DataFrame, list[Finding]]]:
    """Measure layer after layer; ``classes`` takes the rows of the forest forms."""
    project = inputs.project
    for name, layer in inputs.plots.items():
        kind = project.layers[name].kind
        covers_all = kind in COVERING
        pieces, findings = plot_pieces(name, layer, ground, covers_all=covers_all)
        yield measure_pieces(name, layer, pieces, ground, covers_all=covers_all), findings
        if kind == "forest_status":
            classes.append(forest_classes(pieces))
    for name, look in inputs.rasters.items():
        names = dict(zip(look.classes["class"], look.classes["name"], strict=True))
        yield measure_raster(name, look.grid, names, ground)
    for name, report in inputs.reports.items():
        frame = measure_report(name, report, ground)
        yield (
            frame,
            [
                *late_reporters(name, frame, inputs.communes),
                *silent_communes(name, frame, inputs.communes),
            ],
        )


STEP = Step(
    label=Phrase("Measure areas", "Tính diện tích"),
    work=work,
    reads=(Inputs,),
    writes=(MEASURED, AREAS, FOREST_CLASSES, CROPS_ON_LAND, MEASURE_FINDINGS),
    settings=("present",),
)
