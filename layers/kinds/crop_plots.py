"""Crop plots: polygons of crops that stand outside the forest status layer (orchards, fields)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from layers.base.findings import Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.crs.source import as_vector_file
from layers.io.vector import VectorFile
from layers.kinds.crops import crop_shares, refuse_unknown_ids, unknown_crops
from layers.kinds.named_columns import finish_plots, read_plain_plots
from layers.kinds.plots import CROP_WEIGHTS, PlotLayer
from layers.kinds.polygons import list_plots


def load_crop_plots(
    file: VectorFile | str | Path,
    *,
    columns: Mapping[str, str],
    crops: Mapping[str, str] | None = None,
) -> PlotLayer:
    """Read crop plots: one land class, ``crop``, and the crops of every plot.

    Parameters
    ----------
    file : VectorFile, str or Path
        The layer, or a file that says everything rightly itself.
    columns : mapping of str to str
        ``crop`` (needed), ``plot``, ``commune_code``, ``commune``, ``planting_year`` and
        ``ledger_ha`` (ha) → the file's column.
    crops : mapping of str to str, optional
        Crop as the file writes it → crop id of ``data/crops.csv``. What is not in it is looked up
        among the ids and the species' aliases; a mixture "A+B" is shared equally.

    Returns
    -------
    PlotLayer
        Plots in the CRS of the file, with ``geometry_ha`` (ha) and ``ledger_source``;
        ``ledger_ha`` is missing throughout where no column was named for it. Problems: an unknown
        crop (kept under its own name), a plot without crop (kept, of no crop), implausible years
        and areas, repaired and repeated polygons.

    Raises
    ------
    MissingFileError
        There is no such file or layer.
    CrsError
        The file has no CRS and none was told.
    SchemaError
        A named column does not exist; the message lists those that were found.
    InputError
        ``columns`` has an unknown key or lacks ``crop``, ``crops`` names an unknown id, the layer
        is empty or cannot be read, or polygons are invalid and ``repair`` is ``"never"``.
    """
    name = as_vector_file(file).source
    mapping = dict(crops or {})
    refuse_unknown_ids(mapping, source=name)
    read = read_plain_plots(file, columns, value="crop")
    frame = read.frame
    weights = _weights(frame, mapping)
    findings = Findings(list(read.findings.items))
    strange = unknown_crops(weights["crop"])
    names = weights.loc[strange, "crop"].value_counts().index.tolist()
    for mask, kind, what in (
        (frame["value"].isna(), "crop-missing", message("layers.kinds.crop_missing")),
        (frame["row"].isin(weights.loc[strange, "row"]), "crop-unknown", _unknown(names)),
    ):
        problem = list_plots("problem", kind, mask, what, frame=frame, source=name)
        findings.extend([problem] if problem else [])
    plots = finish_plots(frame, pd.Series("crop", index=frame.index, dtype="str"))
    return PlotLayer(plots, weights, findings)


def _weights(frame: pd.DataFrame, mapping: Mapping[str, str]) -> pd.DataFrame:
    rows = frame.loc[frame["value"].notna(), ["row", "value"]]
    shares = {text: crop_shares(text, mapping) for text in rows["value"].unique()}
    records = [
        (row, crop, weight)
        for row, text in zip(rows["row"], rows["value"], strict=True)
        for crop, weight in shares[text].items()
    ]
    return CROP_WEIGHTS.validate(pd.DataFrame(records, columns=["row", "crop", "weight"]))


def _unknown(names: Sequence[str]) -> Phrase:
    return message("layers.kinds.crops_without_id", names=names)
