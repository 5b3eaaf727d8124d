"""Labelled points as they come back, whatever was added or renamed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.base.errors import InputError
from layers.base.findings import Finding, Findings
from layers.base.messages import message
from layers.crs.transform import to_crs
from layers.io.declared_crs import declared_crs
from layers.io.endings import TABLE_KINDS
from layers.io.table import read_table
from layers.io.vector import load_vector
from layers.sampling.draw import agreement
from zones.certainty.design import Design
from zones.certainty.sample_files import LABELS

#: A point that was moved by more than this is another point.
_MOVED_M = 5.0


@dataclass(frozen=True, slots=True)
class Returned:
    """Points of a sample with one label each."""

    sample: pd.DataFrame  # point, stratum, commune_code, reference_class
    agreement_ratio: float  # Of the points that two looked at, those with the same label
    findings: Findings


def read_returned(path: Path, design: Design, words: dict[str, str]) -> Returned:
    """Take labelled points back; ``words`` is class id → its name, either may have been written."""
    frame = _frame(path)
    points = _point_column(frame, design, path)
    findings = Findings()
    known = points.isin(design.points)
    _tell_strangers(points[~known], findings)
    frame, points = frame[known.to_numpy()], points[known]
    _refuse_moved(frame, points, design)
    labels = _labels(frame, design, words).set_axis(points.index)
    settled = _settle(labels, points)
    sample = pd.DataFrame(
        {
            "point": points,
            "stratum": [design.points[name][0] for name in points],
            "commune_code": [design.points[name][1] for name in points],
            "reference_class": settled,
        }
    )
    lacking = sorted(set(design.points) - set(points))
    if lacking:
        raise InputError("zones.certainty.points_missing", count=len(lacking), points=lacking)
    sample = sample.sort_values("point", ignore_index=True)
    return Returned(sample, agreement(labels["class_1"], labels["class_2"]), findings)


def _frame(path: Path) -> pd.DataFrame:
    if path.suffix.lower() in TABLE_KINDS:
        table: pd.DataFrame = read_table(path).reset_index(drop=True)
        return table
    points: pd.DataFrame = load_vector(path).reset_index(drop=True)
    return points


def _plain(value: object) -> str:
    """Letters of a word, without case, marks and spaces."""
    text = unicodedata.normalize("NFD", str(value).replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in text.casefold() if char.isalnum())


def _point_column(frame: pd.DataFrame, design: Design, path: Path) -> pd.Series[str]:
    """Column that names the points, whatever it is called now."""
    known = {_plain(name): name for name in design.points}
    best, count = None, 0
    for column in frame.columns:
        if isinstance(frame[column].dtype, gpd.array.GeometryDtype):
            continue
        values = frame[column].map(lambda value: known.get(_plain(value), str(value)))
        hits = int(values.isin(design.points).sum())
        if hits > count:
            best, count = values, hits
    if best is None:
        raise InputError("zones.certainty.no_points", path=path, known=list(design.points))
    return best


def _tell_strangers(points: pd.Series[str], findings: Findings) -> None:
    if len(points):
        names = [str(name) for name in points]
        text = message("zones.certainty.added_points", count=len(names), points=names)
        findings.add(Finding("note", "points-added", "sample", text, len(names)))


def _refuse_moved(frame: pd.DataFrame, points: pd.Series[str], design: Design) -> None:
    """Refuse points that no longer lie where they were drawn."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return
    shapes = to_crs(frame.geometry, declared_crs(design.crs)).to_numpy()
    was = np.array([design.points[name][2:] for name in points], dtype="float64").reshape(-1, 2)
    # What is no point, or lies nowhere, has no coordinates: it is not where it was either.
    away = np.hypot(shapely.get_x(shapes) - was[:, 0], shapely.get_y(shapes) - was[:, 1])
    moved = ~(away <= _MOVED_M)
    if moved.any():
        names = points[moved].tolist()
        raise InputError(
            "zones.certainty.points_moved", count=len(names), points=names, metres=_MOVED_M
        )


def _labels(frame: pd.DataFrame, design: Design, words: dict[str, str]) -> pd.DataFrame:
    """The three labels as class ids; a renamed column is known by what stands in it."""
    known = {_plain(name): name for name in design.classes}
    known |= {_plain(word): name for name, word in words.items() if name in design.classes}
    found = {}
    named = {_plain(column): column for column in frame.columns}
    taken = {named[_plain(label)] for label in LABELS if _plain(label) in named}
    spare = [
        column
        for column in frame.columns
        if column not in taken
        and not isinstance(frame[column].dtype, gpd.array.GeometryDtype)
        and frame[column].map(_plain).isin(known).any()
    ]
    for label in LABELS:
        column = named.get(_plain(label)) or (spare.pop(0) if spare else None)
        values: pd.Series[Any] = pd.Series(np.nan, index=frame.index, dtype="str")
        if column is not None:
            filled = frame[column].notna() & (frame[column].astype("str").str.strip() != "")
            read = frame[column].map(lambda value: known.get(_plain(value)))
            strange = sorted(set(frame.loc[filled & read.isna(), column].astype("str")))
            if strange:
                raise InputError(
                    "zones.certainty.unknown_classes",
                    column=column,
                    found=strange,
                    known=design.classes,
                )
            values = read.where(filled).astype("str")
        found[label] = values
    return pd.DataFrame(found)


def _settle(labels: pd.DataFrame, points: pd.Series[str]) -> pd.Series[str]:
    """One label for each point: the agreed one, or what all who looked say."""
    first, second, agreed = (labels[name] for name in LABELS)
    differ = first.notna() & second.notna() & (first != second) & agreed.isna()
    if differ.any():
        names = points[differ].tolist()
        raise InputError("zones.certainty.unsettled", count=len(names), points=names)
    return agreed.fillna(first).fillna(second)
