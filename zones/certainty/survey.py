"""A survey of reference points: what a labelled sample says of the areas of a layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from layers.base.errors import InputError, MissingFileError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.table import read_table, require_columns
from layers.sampling.by_commune import estimate_area_by_commune
from layers.sampling.estimate import AreaEstimate, estimate_area
from maps.layout.words import page_day
from zones.certainty.design import Design, load_design
from zones.certainty.more_points import Seen
from zones.output.record import input_record
from zones.project.model import Project
from zones.project.sources import layer_names
from zones.tables import AREA_ERRORS

#: Labelled points, beside the design.
LABELLED_FILE = "labelled.csv"
#: Places are written to a millimetre.
_NEAR_M = 0.001
#: Strata named where more points help most.
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Survey:
    """A sample with its labels, and the estimate made from it."""

    design: Design
    sample: pd.DataFrame  # point, stratum, commune_code, reference_class
    estimate: AreaEstimate
    level: float  # Of its intervals


def layer_digest(project: Project, layer: str) -> str | None:
    """SHA-256 of a layer's file, by which a sample knows its map; none where there is no layer."""
    if layer not in project.layers:
        return None
    path = project.resolve(project.layers[layer].path)
    return str(input_record(path, folders=(project.file.parent,))["sha256"])


def load_survey(folder: Path, *, level_percent: float) -> Survey:
    """Read a labelled sample of ``zones sample read`` and estimate from it."""
    design, path = load_design(folder), folder / LABELLED_FILE
    if not path.is_file():
        raise MissingFileError("zones.certainty.not_labelled", path=path)
    sample = read_table(path).astype("str")
    _refuse_other_points(design, sample, path)
    return survey_of(design, sample, level_percent=level_percent)


def _refuse_other_points(design: Design, sample: pd.DataFrame, path: Path) -> None:
    """Labels of points that were drawn anew since, maybe in another map, say nothing of these."""
    columns = ["stratum", "commune_code", "east", "north"]
    lacking = {"point", *columns[:2]} - set(sample.columns)
    found: dict[str, list[str]] = {}
    if not lacking:
        # Labels of an earlier version have no place beside them.
        places = sample.reindex(columns=columns).astype("object").fillna("")
        found = dict(zip(sample["point"], places.to_numpy().tolist(), strict=True))
    other = sorted(set(design.points) ^ set(found))
    other += [
        name
        for name in sorted(set(design.points) & set(found))
        if not all(map(_is_same, found[name], design.points[name]))
    ]
    if other:
        raise InputError("zones.certainty.other_points", path=path, count=len(other), points=other)


def refuse_lost_labels(path: Path, sample: pd.DataFrame) -> None:
    """Labels that were read earlier are not replaced by others unless somebody says so."""
    if not path.is_file():
        return
    earlier = read_table(path).astype("str")
    require_columns(
        earlier, {name: name for name in ("point", "reference_class")}, source=str(path)
    )
    now = dict(zip(sample["point"], sample["reference_class"], strict=True))
    was = zip(earlier["point"], earlier["reference_class"], strict=True)
    lost = [point for point, label in was if now.get(point) != label]
    if lost:
        raise InputError("zones.certainty.labels_lost", path=path, count=len(lost), points=lost)


def _is_same(kept: str, drawn: float | str) -> bool:
    """Whether a cell of the labels is what was drawn, though an office saved the table again."""
    if kept == "":
        return True
    if isinstance(drawn, str):
        return drawn in (kept, kept.zfill(len(drawn)))
    try:
        return abs(float(kept.replace(",", ".")) - drawn) <= _NEAR_M
    except ValueError:
        return False


def sample_sentences(project: Project) -> list[tuple[str, Phrase]]:
    """Which samples the intervals rest on, each with its key in the project file."""
    settings, names = project.certainty, layer_names(project)
    found = []
    for key, folder in () if settings is None else settings.samples.items():
        home = project.resolve(folder)
        design = load_design(home)
        labelled = read_table(home / LABELLED_FILE)
        drawn, read = design.drawn, ""
        if "read_on" in labelled:
            read = labelled["read_on"].astype("str").max()
        text = message(
            "zones.certainty.sample_note",
            folder=folder.as_posix(),
            points=len(labelled),
            strata=len(set(labelled["stratum"])),
            layer=names[design.layer],
            day=_day(project.layers[design.layer].date.isoformat()),
            drawn=_if_dated(message("zones.certainty.sample_drawn", day=_day(drawn)), drawn),
            added=_joined(
                message(
                    "zones.certainty.sample_added",
                    points=sum(it.points.values()),
                    day=_day(it.drawn),
                )
                for it in design.added
            ),
            read=_if_dated(message("zones.certainty.sample_read", day=_day(read)), read),
        )
        found.append((key, text))
    return found


def _if_dated(said: Phrase, day: str) -> Phrase:
    """Nothing where a sample of an earlier version does not tell the day."""
    return said if day else Phrase("", "")


def _joined(said: Iterable[Phrase]) -> Phrase:
    every = list(said)
    return Phrase(*("".join(getattr(it, code) for it in every) for code in ("en", "vi")))


def _day(day: str) -> Phrase:
    return Phrase(en=page_day(day, "en"), vi=page_day(day, "vi"))


def survey_of(design: Design, sample: pd.DataFrame, *, level_percent: float) -> Survey:
    """Estimate the areas of a layer's classes from labelled points."""
    estimate = estimate_area(sample, design.strata_ha, level=level_percent / 100)
    return Survey(design, sample, estimate, level_percent / 100)


def survey_errors(survey: Survey) -> pd.DataFrame:
    """Areas of the classes with their intervals, as ``AREA_ERRORS``."""
    areas = survey.estimate.areas
    frame = areas.rename(columns={"class": "subject"}).assign(
        layer=survey.design.layer,
        commune_code="",
        origin="sample",
        points=len(survey.sample),
        error_m=np.nan,
        strata=[_strata(survey, name) for name in areas["class"]],
        seen=[str(_seen(survey, name)) for name in areas["class"]],
        own_weight_ratio=np.nan,
    )
    found = pd.concat([frame, _commune_errors(survey)], ignore_index=True)
    return AREA_ERRORS.validate(found[AREA_ERRORS.names])


def _commune_errors(survey: Survey) -> pd.DataFrame:
    """Composite estimates by commune; none where the design or the points do not allow them."""
    by_commune = pd.DataFrame(survey.design.commune_strata_ha).T
    if not set(survey.design.strata_ha) <= set(survey.sample["stratum"]) or by_commune.empty:
        return AREA_ERRORS.empty()
    areas = by_commune.rename_axis("commune_code").reset_index()
    areas = areas.melt("commune_code", var_name="stratum", value_name="area_ha")
    table = estimate_area_by_commune(survey.sample, areas, level=survey.level)
    return table.rename(columns={"class": "subject", "weight": "own_weight_ratio"}).assign(
        layer=survey.design.layer,
        origin="sample",
        error_m=np.nan,
        strata=[_strata(survey, name) for name in table["class"]],
        seen="",
    )


def _seen(survey: Survey, name: str) -> Seen:
    """Points of each stratum, and how many of them are a class."""
    areas = pd.Series(survey.design.strata_ha)
    areas = areas[areas > 0]
    strata = survey.sample["stratum"]
    points = strata.value_counts().reindex(areas.index, fill_value=0)
    hits = strata[survey.sample["reference_class"] == name].value_counts()
    hits = hits.reindex(areas.index, fill_value=0)
    return Seen(
        tuple(map(str, areas.index)),
        np.asarray(areas, dtype="float64"),
        np.asarray(points, dtype="float64"),
        np.asarray(hits, dtype="float64"),
    )


def _strata(survey: Survey, name: str) -> str:
    """Strata whose points add most to the variance of a class, the largest first, with +."""
    hit = survey.sample["reference_class"] == name
    share = hit.groupby(survey.sample["stratum"]).agg(["mean", "count"])
    area = pd.Series(survey.design.strata_ha).reindex(share.index)
    # One half point more on either side: a stratum where none was found may still hold some.
    p = (share["mean"] * share["count"] + 0.5) / (share["count"] + 1)
    variance = area**2 * p * (1 - p) / share["count"]
    return "+".join(variance.sort_values(ascending=False).index[:_NAMED])
