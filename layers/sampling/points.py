"""Reference points of a sample: what they must be before anything is estimated from them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.base.schema import read_schema

SAMPLE = read_schema("layers.sampling", "sample")

#: Shares are written with few decimals: their sum may be off by this much.
_SHARE_SLACK = 1e-6


def check_sample(sample: pd.DataFrame) -> pd.DataFrame:
    """Sample with ``map_class`` and text in every label; refuse points without or with two."""
    columns = [*SAMPLE.names, *(name for name in ("map_class", "point") if name in sample)]
    frame = sample[[name for name in columns if name in sample]]
    lacking = frame.isna().any(axis=1) | (frame.astype("str") == "").any(axis=1)
    if lacking.any():
        if "point" in frame:  # Rows may stand in another order than in the file that came back
            names = frame.loc[lacking, "point"].astype("str").tolist()
            raise InputError("layers.sampling.unlabelled_points", count=len(names), points=names)
        rows = [int(place) + 1 for place in lacking.to_numpy().nonzero()[0]]
        raise InputError(
            "layers.sampling.unlabelled", count=len(rows), rows=rows, points=len(sample)
        )
    frame = SAMPLE.validate(frame)
    if "point" in frame:
        _refuse_two_labels(frame)
    if "map_class" not in frame:
        frame = frame.assign(map_class=frame["stratum"])
    return frame.astype({"map_class": "str"})


def _refuse_two_labels(frame: pd.DataFrame) -> None:
    twice = frame.loc[frame["point"].duplicated(keep=False)].drop_duplicates("point")["point"]
    if len(twice):
        raise InputError("layers.sampling.two_labels", count=len(twice), points=twice)


def stratum_areas(
    map_areas: pd.Series[float] | Mapping[str, float], total_ha: float | None
) -> pd.Series[float]:
    """Hectares of the strata; with ``total_ha`` they are given as shares of it."""
    areas = pd.Series(map_areas, dtype="float64")
    areas.index = areas.index.astype("str")
    bad = areas[areas.isna() | (areas < 0)]
    if len(bad) or areas.index.has_duplicates or not areas.sum() > 0:
        names = [*bad.index, *areas.index[areas.index.duplicated()]]
        raise InputError("layers.sampling.stratum_areas", strata=names)
    if total_ha is None:
        return areas
    if abs(float(areas.sum()) - 1) > _SHARE_SLACK:
        raise InputError("layers.sampling.weights", total=float(areas.sum()))
    return areas / float(areas.sum()) * total_ha


def check_strata(frame: pd.DataFrame, areas: pd.Series[float]) -> Findings:
    """Hold the strata of a sample against those of the map; what can be estimated is told."""
    strange = sorted(set(frame["stratum"]) - set(areas.index[areas > 0]))
    if strange:
        count = int(frame["stratum"].isin(strange).sum())
        raise InputError(
            "layers.sampling.strange_strata", count=count, strata=strange, known=sorted(areas.index)
        )
    used = areas[areas > 0]
    if len(frame) < len(used):
        raise InputError("layers.sampling.fewer_than_strata", points=len(frame), strata=len(used))
    findings = Findings()
    counts = frame["stratum"].value_counts().reindex(used.index).fillna(0)
    findings.extend(_thin_strata(counts, used))
    classes = set(frame["reference_class"])
    mapped = set(frame["map_class"])
    findings.extend(_one_sided(classes - mapped - set(areas.index), frame))
    findings.extend(_never_found(mapped - classes))
    return findings


def _thin_strata(counts: pd.Series[int], areas: pd.Series[float]) -> list[Finding]:
    """Tell strata with no point (nothing is known of them) or one (no variance)."""
    found = []
    for kind, number in (
        ("stratum-without-points", 0),
        ("stratum-with-one-point", 1),
    ):
        names = [str(name) for name in counts.index[counts == number]]
        if names:
            area = float(areas[names].sum())
            text = message(f"layers.sampling.stratum_points_{number}", strata=names, area_ha=area)
            found.append(
                Finding("problem", kind, "sample", text, len(names), area, tuple(names[:5]))
            )
    return found


def _one_sided(classes: set[str], frame: pd.DataFrame) -> list[Finding]:
    """Tell classes that the sample has and the map lacks: found on the ground, or misspelt."""
    if not classes:
        return []
    names = sorted(classes)
    count = int(frame["reference_class"].isin(names).sum())
    text = message("layers.sampling.class_not_on_map", count=count, classes=names)
    return [Finding("note", "class-not-on-map", "sample", text, count, examples=tuple(names[:5]))]


def _never_found(classes: set[str]) -> list[Finding]:
    """Tell classes that the map has and no point was found to be: not there, or misspelt."""
    if not classes:
        return []
    names = sorted(classes)
    text = message("layers.sampling.class_not_found", classes=names)
    return [
        Finding("note", "class-not-found", "sample", text, len(names), examples=tuple(names[:5]))
    ]
