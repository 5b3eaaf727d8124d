"""Plots that occur twice in one layer: the same record, the same outline, the same label."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.kinds.polygons import list_plots

__all__ = ["check_duplicates", "exact_duplicates", "find_duplicates"]


#: Fields that make a record: plots that differ in any of them (two species on one outline, say)
#: are two records, and which of them is right is the office's to say.
_RECORD = (
    "plot",
    "commune_code",
    "ldlr",
    "maldlr",
    "sldlr",
    "namtr",
    "thanhrung",
    "malr3",
    "dtich",
)


def find_duplicates(frame: pd.DataFrame) -> pd.DataFrame:
    """Find plots that occur twice; the first of each is none."""
    drawn = frame["geometry"].where(frame["geometry_ha"].notna())
    same_shape = exact_duplicates(frame.assign(geometry=drawn)).to_numpy()
    same_record = frame.duplicated([name for name in _RECORD if name in frame]).to_numpy()
    label = ["commune_code", "tk", "khoanh", "lo"]
    same_label = frame.duplicated(label).to_numpy() & frame[label].notna().all(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "plot_twice": same_shape & same_record,
            "geometry_twice": same_shape & ~same_record,
            "label_twice": same_label & ~same_shape,
        },
        index=frame.index,
    )


def exact_duplicates(frame: pd.DataFrame) -> pd.Series[bool]:
    """Tell which plots have exactly the outline of an earlier one."""
    shapes = frame["geometry"].to_numpy()
    # Boxes are cheap to compare; only plots that share theirs need their outlines compared.
    boxes = pd.DataFrame(shapely.bounds(shapes))
    shared = boxes.duplicated(keep=False).to_numpy() & boxes.notna().all(axis=1).to_numpy()
    repeated = np.zeros(len(frame), dtype=bool)
    outlines = pd.Series(shapely.to_wkb(shapely.normalize(shapes[shared])))
    repeated[shared] = outlines.duplicated().to_numpy()
    return pd.Series(repeated, index=frame.index, dtype=bool)


def check_duplicates(
    frame: pd.DataFrame, duplicates: pd.DataFrame, *, source: str
) -> list[Finding]:
    """List plots that occur twice."""
    cases = [
        ("plot-twice", duplicates["plot_twice"], _TWICE),
        ("geometry-twice", duplicates["geometry_twice"], _SHAPE_TWICE),
        ("label-twice", duplicates["label_twice"], _LABEL_TWICE),
    ]
    found = (
        list_plots("problem", kind, mask, message, frame=frame, source=source)
        for kind, mask, message in cases
    )
    return [item for item in found if item is not None]


_TWICE = Phrase(
    en="records that repeat an earlier one were set aside",
    vi="bản ghi lặp lại bản ghi trước, đã để riêng",
)
_SHAPE_TWICE = Phrase(
    en="plots drawn on exactly the same outline as an earlier one but with another record, "
    "both were kept, remove one",
    vi="lô trùng hoàn toàn ranh giới với lô trước nhưng khác thuộc tính, đã giữ cả hai, hãy bỏ một",
)
_LABEL_TWICE = Phrase(
    en="plots that share commune, tk, khoanh and lo with another one",
    vi="lô trùng xã, tiểu khu, khoảnh và lô với lô khác",
)
