"""Samples of a project: points drawn for a layer, and what they say when they come back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from layers.base.clock import today
from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.resources import data_table
from layers.io.atomic import written_aside
from layers.io.table_output import save_csv
from layers.sampling.size import SampleSize
from zones.certainty.boundaries import FOREST
from zones.certainty.design import (
    DESIGN_FILE,
    OTHER,
    Design,
    build_strata,
    class_name,
    cover_strata,
    crop_strata,
    load_design,
    place_points,
    plan_size,
    refuse_other_map,
    save_design,
)
from zones.certainty.sample_files import POINTS, save_points
from zones.certainty.sample_return import Returned, read_returned
from zones.certainty.survey import LABELLED_FILE, Survey, layer_digest, survey_of
from zones.inputs.present import zones_of_plans
from zones.inputs.read import Inputs
from zones.measure.closure import ClosureLog
from zones.measure.measure import COVERING, Ground, plot_pieces, told_once
from zones.output.folder import refuse_existing, staged_folder
from zones.project.model import CertaintySettings, Project, newest_forest_layer
from zones.run.context import RunOptions, Teller
from zones.run.run import run_project


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """What sample is wanted."""

    out: Path
    layer: str | None = None  # Layer to survey; the newest forest layer by default
    cover: bool = False  # For the forest cover rate, not for the crops
    precision_percent: float = 10.0  # Half the width of each crop's interval, of its mapped area
    points: int | None = None  # Number of points instead
    seed: int = 1


def make_sample(
    project: Project, request: SampleRequest, teller: Teller
) -> tuple[Design, SampleSize, list[Finding]]:
    """Draw points for the crops of the plans, or the cover rate; write the files to fill in.

    The findings are what is wrong with the layer that the points are drawn in.
    """
    paths = project.input_paths().items()
    inputs_of_others = [path for name, path in paths if not name.startswith("certainty ")]
    refuse_existing(request.out, overwrite=True, inputs=inputs_of_others, made_by=(DESIGN_FILE,))
    options = RunOptions(only=("check",), write=False)
    inputs = run_project(project, options=options, teller=teller)[Inputs]
    layer = _layer_to_sample(request.layer or newest_forest_layer(project), sorted(inputs.plots))
    if request.cover and layer != newest_forest_layer(project):
        raise InputError("zones.certainty.no_cover_layer", layer=layer)
    communes, plots = inputs.communes, inputs.plots[layer]
    if request.cover:
        classes, drawn = [FOREST], cover_strata(plots)
    else:
        classes = sorted(set(zones_of_plans(inputs.plans)["crop"]) - {""})
        drawn = crop_strata(plots, set(classes))
    ground = Ground(communes, inputs.crs, ClosureLog())
    covers_all = project.layers[layer].kind in COVERING
    pieces, found = plot_pieces(layer, plots, ground, covers_all=covers_all)
    told = [it for it in inputs.findings.of("problem") if it.source in ("communes", layer)]
    strata, by_commune = build_strata(drawn, pieces, communes)
    areas = {str(name): float(area) for name, area in by_commune.sum().items()}
    table = data_table("crops.csv")
    forest = {FOREST, *table.loc[table["land_kind"] == "forest", "crop"]}
    size = plan_size(
        areas, forest, precision_percent=request.precision_percent, points=request.points
    )
    counts = {str(name): int(number) for name, number in size.points.items()}
    points = place_points(strata, communes, counts, seed=request.seed)
    east, north = points.geometry.x.round(3), points.geometry.y.round(3)
    design = Design(
        layer=layer,
        digest=layer_digest(project, layer) or "",
        crs=inputs.crs.to_string(),
        seed=request.seed,
        strata_ha=areas,
        classes=[*classes, OTHER],
        points={
            name: [stratum, code, float(x), float(y)]
            for name, stratum, code, x, y in zip(
                points["point"], points["stratum"], points["commune_code"], east, north, strict=True
            )
        },
        commune_strata_ha={
            str(code): {str(name): float(area) for name, area in row.items()}
            for code, row in by_commune.iterrows()
        },
        drawn=today().isoformat(),
    )
    names = dict(communes.set_index("commune_code")["commune"])
    # Points beside the design of others, or beside the journal of others, would mislead readers.
    with staged_folder(request.out, keep=lambda name: not name.startswith(f"{POINTS}.")) as stage:
        save_points(points, class_names(design.classes), names, stage)
        save_design(design, stage)
    return design, size, [*told, *told_once(found)]


def _layer_to_sample(layer: str | None, known: list[str]) -> str:
    """Polygon layer to survey, the one that is named or the newest forest layer."""
    if not known:
        raise InputError("zones.run.nothing_to_sample")
    if layer is None:
        raise InputError("zones.run.name_layer_to_sample", known=known)
    if layer not in known:
        raise InputError("zones.run.no_layer_to_sample", layer=layer, known=known)
    return layer


def leads(project: Project, folder: Path) -> bool:
    """Tell whether the project judges its targets by the sample in a folder."""
    named = (project.certainty or CertaintySettings()).samples.values()
    return folder.resolve() in {project.resolve(one).resolve() for one in named}


def name_in(project: Project, folder: Path) -> str:
    """Folder as the project file names it: from where that lies."""
    home = project.file.resolve().parent
    return Path(os.path.relpath(folder.resolve(), home)).as_posix()


def class_names(classes: list[str]) -> dict[str, str]:
    """Names of the classes in Vietnamese, for those who label points."""
    return {name: class_name(name).vi for name in classes}


def read_sample(project: Project, folder: Path, file: Path) -> tuple[Survey, Returned]:
    """Take labelled points back into the folder of their sample, and estimate."""
    design = load_design(folder)
    refuse_other_map(design, layer_digest(project, design.layer))
    returned = read_returned(file, design, class_names(design.classes))
    level = (project.certainty or CertaintySettings()).level_percent
    survey = survey_of(design, returned.sample, level_percent=level)
    with written_aside(folder / LABELLED_FILE, overwrite=True) as part:
        save_csv(returned.sample.assign(read_on=today().isoformat()), part)
    return survey, returned
