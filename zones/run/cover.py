"""Forest cover of a project, on its own: the rate, planted species by age, change since a layer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.workers import Progress, silent
from layers.communes.gazetteer import province_name
from layers.crs.crs import plane_area_ha
from layers.crs.transform import to_crs
from zones.forest.change import CoverChange, Survey, cover_change
from zones.forest.cover import check_forest_cover, forest_cover_table
from zones.forest.species import planted_areas, planted_species_table
from zones.inputs.read import Inputs, read_inputs
from zones.measure.closure import ClosureLog
from zones.measure.measure import NO_CLASS, Ground, measure_plots

if TYPE_CHECKING:
    from zones.project.model import LayerSource, Project

__all__ = ["CoverResult", "measure_cover"]


@dataclass(frozen=True, slots=True)
class CoverResult:
    """Forest cover of a project.

    Parameters
    ----------
    layer : str
        Name of the forest status layer the rate is of: the newest one.
    year : int
        Its year.
    cover : pandas.DataFrame
        Columns of ``zones.forest.cover.FOREST_COVER_FULL``.
    species : pandas.DataFrame
        Columns of ``zones.forest.species.PLANTED_SPECIES``.
    findings : list of Finding
        What was wrong with the inputs, and what a reader of the table must know.
    earlier : str
        Name of the layer before it; empty where the project has only one.
    change : CoverChange or None
        Change since ``earlier``.
    closures : ClosureLog
        Sums that were checked.
    """

    layer: str
    year: int
    cover: pd.DataFrame
    species: pd.DataFrame
    findings: list[Finding] = field(default_factory=list)
    earlier: str = ""
    change: CoverChange | None = None
    closures: ClosureLog = field(default_factory=ClosureLog)


def measure_cover(
    project: Project, *, progress: Progress = silent, workers: object = 1
) -> CoverResult:
    """Measure the forest cover of a project from its forest status layers alone."""
    forest = {
        name: source for name, source in project.layers.items() if source.kind == "forest_status"
    }
    if not forest:
        raise InputError(
            en=f"{project.file}: no layer of kind forest_status, so there is no forest cover.",
            vi=f"{project.file}: không có lớp loại forest_status nên không tính được che phủ.",
        )
    by_date = sorted(forest, key=lambda name: forest[name].date)[-2:]
    chosen = {name: forest[name] for name in by_date}
    # No plan has a say in a rate: it is not read, and cannot stop this.
    alone = project.model_copy(update={"layers": chosen, "plans": []})
    inputs = read_inputs(alone, progress=progress)
    inputs.findings.raise_errors()
    ground = Ground(inputs.communes, inputs.crs, ClosureLog(), workers)
    results = [_cover_of(name, forest[name], inputs, ground) for name in by_date]
    newest = replace(results[-1], findings=[*inputs.findings.items, *results[-1].findings])
    if len(results) == 1:
        return newest
    surveys = [
        _survey(name, result, inputs, ground) for name, result in zip(by_date, results, strict=True)
    ]
    change = cover_change(*surveys, log=ground.closures)
    ground.closures.check(
        "cover change: total to the difference of the tables",
        parts=float(change.table["change_points"].iloc[-1])
        + float(results[0].cover["cover_percent"].iloc[-1]),
        whole=float(results[1].cover["cover_percent"].iloc[-1]),
        unit="%",
    )
    return replace(newest, earlier=by_date[0], change=change)


def _cover_of(name: str, source: LayerSource, inputs: Inputs, ground: Ground) -> CoverResult:
    measured, found = measure_plots(name, inputs.plots[name], ground, covers_all=True)
    classified = measured[~measured["land"].isin(NO_CLASS)]
    project = inputs.project
    cover = forest_cover_table(
        classified,
        ground.communes.assign(polygon_area_ha=plane_area_ha(ground.communes, ground.crs)),
        province_code=project.province,
        province=province_name(project.province),
        log=ground.closures,
    )
    year = source.date.year
    species = planted_species_table(planted_areas(measured), year=year, log=ground.closures)
    return CoverResult(
        layer=name,
        year=year,
        cover=cover,
        species=species,
        findings=[*found, *check_forest_cover(cover, classified, source=name)],
        closures=ground.closures,
    )


def _survey(name: str, result: CoverResult, inputs: Inputs, ground: Ground) -> Survey:
    """Give the plots of a layer the part of their ledger that lies inside the communes."""
    from layers.engine.overlay import overlay_pieces

    plots = to_crs(inputs.plots[name].plots, ground.crs)
    pieces = overlay_pieces(
        ground.communes,
        plots,
        id_column="commune_code",
        ledger_column="ledger_ha",
        workers=ground.workers,
    )
    inside = pieces[pieces["commune_code"].notna()].groupby("plot")["ledger_ha"].sum()
    ledger = inside.reindex(plots.index, fill_value=0.0)
    return Survey(
        plots.assign(ledger_ha=ledger),
        result.year,
        float(result.cover["natural_area_ha"].iloc[-1]),
    )
