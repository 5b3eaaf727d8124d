"""Labelled points as they come back, whatever was added or renamed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable
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

#: Words by which a renamed column is known, without case, marks and spaces.
_AGREED = ("agreed", "consensus", "thongnhat")
_LOOKS = ("class", "label", "interpreter", "observer", "lop", "loai", "nhan", "nguoi")
_NUMBERS = {"class_1": ("1", "first", "thunhat"), "class_2": ("2", "second", "thuhai")}
_COORDINATES = {
    "x": ("longitude", "long", "lon", "lng", "kinhdo"),
    "y": ("latitude", "lat", "vido"),
}
#: A column with so large a part of classes is one of them; a remark that names one is not.
_CLASSES_RATIO = 0.5
#: A point that was moved by more than this is another point.
_MOVED_M = 5.0


@dataclass(frozen=True, slots=True)
class Returned:
    """Points of a sample with one label each."""

    sample: pd.DataFrame  # point, stratum, commune_code, reference_class, east, north
    agreement_ratio: float  # Of the points that two looked at, those with the same label
    both: int  # Points that two looked at
    alone: int  # Points that only one looked at, which that share leaves out
    columns: dict[str, str]  # Label → the file's column that it was read from
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
    known_words = {_plain(name): name for name in design.classes}
    known_words |= {_plain(word): name for name, word in words.items() if name in design.classes}
    columns = _label_columns(frame, points.name, known_words)
    labels = _labels(frame, points, columns, known_words, design).set_axis(points.index)
    settled = _settle(labels, points)
    _tell_overruled(labels, points, findings)
    sample = pd.DataFrame(
        {
            "point": points,
            "stratum": [design.points[name][0] for name in points],
            "commune_code": [design.points[name][1] for name in points],
            "reference_class": settled,
            "east": [design.points[name][2] for name in points],
            "north": [design.points[name][3] for name in points],
        }
    )
    lacking = sorted(set(design.points) - set(points))
    if lacking:
        raise InputError("zones.certainty.points_missing", count=len(lacking), points=lacking)
    sample = sample.sort_values("point", ignore_index=True)
    first, second = labels["class_1"], labels["class_2"]
    return Returned(
        sample,
        agreement(first, second),
        int((first.notna() & second.notna()).sum()),
        int((first.notna() != second.notna()).sum()),
        {label: str(column) for label, column in columns.items()},
        findings,
    )


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
        names = list(dict.fromkeys("–" if name in ("", "nan") else str(name) for name in points))
        text = message("zones.certainty.added_points", count=len(points), points=names)
        findings.add(Finding("note", "points-added", "sample", text, len(points)))


def _places(frame: pd.DataFrame) -> gpd.GeoSeries | None:
    """Where the points lie by the file: its geometry, or its two columns of coordinates."""
    if isinstance(frame, gpd.GeoDataFrame):
        return frame.geometry
    found: dict[str, pd.Series[float]] = {}
    for column in frame.columns:
        for axis, names in _COORDINATES.items():
            if _plain(column) in names:
                text = frame[column].astype("str").str.replace(",", ".")
                found.setdefault(axis, pd.to_numeric(text, errors="coerce"))
    if len(found) < len(_COORDINATES):
        return None
    return gpd.GeoSeries(gpd.points_from_xy(found["x"], found["y"], crs=4326))


def _refuse_moved(frame: pd.DataFrame, points: pd.Series[str], design: Design) -> None:
    """Refuse points that no longer lie where they were drawn."""
    places = _places(frame)
    if places is None:
        return
    shapes = to_crs(places, declared_crs(design.crs)).to_numpy()
    was = np.array([design.points[name][2:] for name in points], dtype="float64").reshape(-1, 2)
    # What is no point, or lies nowhere, has no coordinates: it is not where it was either.
    away = np.hypot(shapely.get_x(shapes) - was[:, 0], shapely.get_y(shapes) - was[:, 1])
    moved = ~(away <= _MOVED_M)
    if moved.any():
        names = points[moved].tolist()
        raise InputError(
            "zones.certainty.points_moved", count=len(names), points=names, metres=_MOVED_M
        )


def _role(column: object) -> str | None:
    """Label that the name of a column stands for: ours, the form's, or plain words for it."""
    name = _plain(column)
    for label in LABELS:
        form = message(f"zones.certainty.field_{label}")
        if name in map(_plain, (label, form.en, form.vi)):
            return label
    if any(word in name for word in _AGREED):
        return "agreed"
    if any(word in name for word in _LOOKS):
        digits = "".join(char for char in name if char.isdigit())
        for label, (number, *words) in _NUMBERS.items():
            if digits == number or (not digits and any(word in name for word in words)):
                return label
    return None


def _label_columns(
    frame: pd.DataFrame, point: Hashable, known: dict[str, str]
) -> dict[str, Hashable]:
    """Column of each label by its name; where names do not tell which is the agreed one, refuse.

    The two interpreters are worth the same: columns that only they can be are taken as they stand.
    """
    roles: dict[str, list[Hashable]] = {label: [] for label in LABELS}
    unnamed: list[Hashable] = []
    for column in frame.columns:
        if column == point or isinstance(frame[column].dtype, gpd.array.GeometryDtype):
            continue
        role, filled = _role(column), _filled(frame[column])
        said = frame[column][filled].map(_plain).isin(known)
        # A column of people's names may be called as one of their classes is.
        if role is not None and (_plain(column) == _plain(role) or said.any() or not len(said)):
            roles[role].append(column)
        elif role is None and said.mean() >= _CLASSES_RATIO:
            unnamed.append(column)
    for label, columns in roles.items():
        own = [column for column in columns if _plain(column) == _plain(label)]
        roles[label] = own or columns
    found = {label: columns[0] for label, columns in roles.items() if columns}
    free = [label for label in LABELS[:2] if label not in found]
    if len(found) < len(LABELS) and unnamed:
        two_that_agree = (
            not found
            and len(unnamed) <= len(free)
            and _never_differ([frame[column].map(_read(known)) for column in unnamed])
        )
        if len(unnamed) > len(free) or not ("agreed" in found or two_that_agree):
            _refuse_columns([*(name for names in roles.values() for name in names), *unnamed])
        found |= dict(zip(free, unnamed, strict=False))
    if any(len(columns) > 1 for columns in roles.values()):
        _refuse_columns([name for names in roles.values() for name in names])
    return {label: found[label] for label in LABELS if label in found}


def _refuse_columns(columns: list[Hashable]) -> None:
    raise InputError("zones.certainty.which_agreed", columns=[str(name) for name in columns])


def _read(known: dict[str, str]) -> Callable[[object], str | None]:
    return lambda value: known.get(_plain(value))


def _filled(values: pd.Series[Any]) -> pd.Series[bool]:
    return values.notna() & (values.astype("str").str.strip() != "")


def _never_differ(columns: list[pd.Series[Any]]) -> bool:
    """Whether columns of classes say the same wherever both say something."""
    first, last = columns[0], columns[-1]
    return not (first.notna() & last.notna() & first.ne(last)).any()


def _labels(
    frame: pd.DataFrame,
    points: pd.Series[str],
    columns: dict[str, Hashable],
    known: dict[str, str],
    design: Design,
) -> pd.DataFrame:
    """The three labels of the points as class ids."""
    found = {}
    for label in LABELS:
        values: pd.Series[Any] = pd.Series(np.nan, index=frame.index, dtype="str")
        if (column := columns.get(label)) is not None:
            filled = _filled(frame[column])
            read = frame[column].map(_read(known))
            strange = filled & read.isna()
            if strange.any():
                raise InputError(
                    "zones.certainty.unknown_classes",
                    column=column,
                    found=sorted(set(frame[column][strange].astype("str"))),
                    count=int(strange.sum()),
                    points=points[strange.to_numpy()].tolist(),
                    known=design.classes,
                )
            values = read.where(filled).astype("str")
        found[label] = values
    return pd.DataFrame(found)


def _tell_overruled(labels: pd.DataFrame, points: pd.Series[str], findings: Findings) -> None:
    """Tell points whose agreed class is another than the one that both interpreters saw."""
    first, second, agreed = (labels[name] for name in LABELS)
    names = points[first.eq(second) & agreed.notna() & agreed.ne(first)].tolist()
    if names:
        text = message("zones.certainty.overruled", count=len(names), points=names)
        findings.add(Finding("note", "points-overruled", "sample", text, len(names)))


def _settle(labels: pd.DataFrame, points: pd.Series[str]) -> pd.Series[str]:
    """One label for each point: the agreed one, or what all who looked say."""
    first, second, agreed = (labels[name] for name in LABELS)
    differ = first.notna() & second.notna() & (first != second) & agreed.isna()
    if differ.any():
        names = points[differ].tolist()
        raise InputError("zones.certainty.unsettled", count=len(names), points=names)
    return agreed.fillna(first).fillna(second)
