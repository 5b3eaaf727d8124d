"""Samples of a project: points drawn for a layer, and what they say when they come back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.base.clock import today
from layers.base.errors import ClosureError, InputError, OutputExistsError
from layers.base.findings import Finding
from layers.base.messages import message
from layers.base.resources import data_table
from layers.io.atomic import written_aside
from layers.io.table_output import save_csv
from layers.sampling.size import SampleSize, share_points
from zones.certainty.boundaries import FOREST
from zones.certainty.design import (
    DESIGN_FILE,
    OTHER,
    Added,
    Design,
    build_strata,
    class_name,
    cover_strata,
    crop_strata,
    load_design,
    named_strata,
    place_points,
    plan_size,
    refuse_other_ground,
    refuse_other_map,
    save_design,
)
from zones.certainty.sample_files import POINTS, save_points
from zones.certainty.sample_return import Returned, read_returned
from zones.certainty.survey import (
    LABELLED_FILE,
    Survey,
    layer_digest,
    load_survey,
    refuse_lost_labels,
    survey_of,
)
from zones.inputs.present import zones_of_plans
from zones.inputs.read import Inputs
from zones.measure.closure import ClosureLog
from zones.measure.measure import COVERING, Ground, plot_pieces, told_once
from zones.output.folder import refuse_existing, staged_folder
from zones.plan.frames import targets_frame
from zones.plan.model import Plan
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
    communes = inputs.communes
    crops = None if request.cover else set(zones_of_plans(inputs.plans)["crop"]) - {""}
    classes = [FOREST] if crops is None else sorted(crops)
    strata, by_commune, told = _strata(project, inputs, layer, crops)
    areas = {str(name): float(area) for name, area in by_commune.sum().items()}
    table = data_table("crops.csv")
    forest = {FOREST, *table.loc[table["land_kind"] == "forest", "crop"]}
    size = plan_size(
        areas, forest, precision_percent=request.precision_percent, points=request.points
    )
    counts = {str(name): int(number) for name, number in size.points.items()}
    points = place_points(strata, communes, counts, seed=request.seed)
    design = Design(
        layer=layer,
        digest=layer_digest(project, layer) or "",
        crs=inputs.crs.to_string(),
        seed=request.seed,
        strata_ha=areas,
        classes=[*classes, OTHER],
        points=_placed(points),
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
    narrow = [] if request.cover else narrow_ranges(inputs.plans, size.precision)
    return design, size, [*told, *narrow]


def narrow_ranges(plans: Sequence[Plan], precision: pd.DataFrame) -> list[Finding]:
    """Tell ranges of the plans that no interval of this sample can lie within."""
    zones = zones_of_plans(plans).drop_duplicates("zone").set_index("zone")["crop"]
    half = precision.set_index("class")["expected_ha"]
    rows = pd.concat([targets_frame(plan) for plan in plans], ignore_index=True)
    rows = rows[rows["indicator"].eq("area") & rows["unit"].eq("ha") & rows["commune_code"].eq("")]
    rows = rows[~rows["is_part"]]
    expected = rows["zone"].map(zones).map(half)
    narrow = rows[(rows["high"] - rows["low"] < 2 * expected) & rows["high"].gt(rows["low"])]
    listed = [
        message(
            "zones.certainty.range_of",
            name=class_name(zones[row["zone"]]),
            low=row["low"],
            high=row["high"],
            expected=half[zones[row["zone"]]],
        )
        for row in narrow.drop_duplicates(["zone", "low", "high"]).to_dict("records")
    ]
    text = message("zones.certainty.narrow_ranges", listed=listed)
    return [Finding("note", "range-narrower", "sample", text, len(listed))] if listed else []


def _strata(
    project: Project, inputs: Inputs, layer: str, crops: set[str] | None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, list[Finding]]:
    """Strata of a layer by crop, or of all forest; hectares by commune; what is wrong with it."""
    plots = inputs.plots[layer]
    drawn = cover_strata(plots) if crops is None else crop_strata(plots, crops)
    ground = Ground(inputs.communes, inputs.crs, ClosureLog())
    covers_all = project.layers[layer].kind in COVERING
    pieces, found = plot_pieces(layer, plots, ground, covers_all=covers_all)
    told = [it for it in inputs.findings.of("problem") if it.source in ("communes", layer)]
    strata, by_commune = build_strata(drawn, pieces, inputs.communes)
    return strata, by_commune, [*told, *told_once(found)]


def _placed(points: gpd.GeoDataFrame) -> dict[str, list[float | str]]:
    """Stratum, commune and place of each point, to a millimetre."""
    east, north = points.geometry.x.round(3), points.geometry.y.round(3)
    columns = points["point"], points["stratum"], points["commune_code"], east, north
    return {
        name: [stratum, code, float(x), float(y)]
        for name, stratum, code, x, y in zip(*columns, strict=True)
    }


@dataclass(frozen=True, slots=True)
class MorePoints:
    """How many points are wanted beside those of a sample."""

    of: Path  # Folder of the labelled sample
    out: Path
    points: int
    strata: tuple[str, ...] = ()  # Ids or names; all by default


def add_points(
    project: Project, request: MorePoints, teller: Teller
) -> tuple[Design, dict[str, int], list[Finding]]:
    """Draw more points in strata of a sample; write all, with the labels that are known.

    They are shared out as the points of these strata are. The sample itself stays as it is: it
    leads until the project names the new folder. Counts are of the new points by stratum.
    """
    design = load_design(request.of)
    sample = load_survey(request.of, level_percent=CertaintySettings().level_percent).sample
    refuse_other_map(design, layer_digest(project, design.layer))
    if (request.out / DESIGN_FILE).exists():
        raise OutputExistsError("zones.certainty.folder_holds_sample", path=request.out)
    refuse_existing(request.out, overwrite=False, inputs=project.input_paths().values())
    named = named_strata(design, request.strata)
    options = RunOptions(only=("check",), write=False)
    inputs = run_project(project, options=options, teller=teller)[Inputs]
    crops = None if FOREST in design.classes else set(design.classes) - {OTHER}
    strata, by_commune, told = _strata(project, inputs, design.layer, crops)
    refuse_other_ground(design, by_commune, inputs.crs)
    there = Counter(str(stratum) for stratum, *_ in design.points.values())
    weights = np.array([there[name] for name in named], dtype="float64")
    shared = share_points(request.points, weights, np.zeros(len(named)))
    counts = {name: int(count) for name, count in zip(named, shared, strict=True)}
    first = len(design.points)
    # Another seed than any earlier one of the sample, or the same places would be drawn again.
    seed = design.seed + first
    more = place_points(strata, inputs.communes, counts, seed=seed)
    more["point"] = [f"P{number:04d}" for number in range(first + 1, first + len(more) + 1)]
    placed = {**design.points, **_placed(more)}
    if len(placed) != first + request.points:
        raise ClosureError("zones.certainty.points_not_added", points=len(placed))
    added = Added(today().isoformat(), seed, counts)
    every = replace(design, points=placed, added=[*design.added, added])
    known = dict(zip(sample["point"], sample["reference_class"], strict=True))
    names = dict(inputs.communes.set_index("commune_code")["commune"])
    frame = _as_frame(every, inputs.crs)
    with staged_folder(request.out, keep=lambda _: True) as stage:
        save_points(frame, class_names(design.classes), names, stage, known=known)
        save_design(every, stage)
    return every, counts, told


def _as_frame(design: Design, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Points of a design; columns ``point, stratum, commune_code`` and geometry."""
    rows = [[name, *it] for name, it in design.points.items()]
    frame = pd.DataFrame(rows, columns=["point", "stratum", "commune_code", "east", "north"])
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame.east, frame.north), crs=crs)


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


def read_sample(
    project: Project, folder: Path, file: Path, *, overwrite: bool = False
) -> tuple[Survey, Returned]:
    """Take labelled points back into the folder of their sample, and estimate.

    Labels that were read earlier and would become others are kept unless ``overwrite`` is given.
    """
    design = load_design(folder)
    refuse_other_map(design, layer_digest(project, design.layer))
    returned = read_returned(file, design, class_names(design.classes))
    level = (project.certainty or CertaintySettings()).level_percent
    survey = survey_of(design, returned.sample, level_percent=level)
    if not overwrite:
        refuse_lost_labels(folder / LABELLED_FILE, returned.sample)
    with written_aside(folder / LABELLED_FILE, overwrite=True) as part:
        save_csv(returned.sample.assign(read_on=today().isoformat()), part)
    return survey, returned
