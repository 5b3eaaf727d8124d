"""From what a file calls a crop to the crop ids of ``data/crops.csv``."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from layers.base.errors import InputError
from layers.kinds.crops import load_crops
from layers.kinds.species import species_shares

__all__ = ["crop_shares", "refuse_unknown_ids", "unknown_crops"]


def crop_shares(text: str, mapping: Mapping[str, str]) -> dict[str, float]:
    """Crops of one entry and their shares."""
    crop = mapping.get(text)
    if crop is not None:
        return {crop: 1.0}
    if text in _ids():
        return {text: 1.0}
    return species_shares(text)


def unknown_crops(crops: pd.Series[str]) -> pd.Series[bool]:
    """Tell which values are no crop ids."""
    known: pd.Series[bool] = crops.isin(_ids())
    return ~known


def refuse_unknown_ids(mapping: Mapping[str, str], *, source: str) -> None:
    """Check that a project's table of crops leads to crop ids."""
    strange = sorted(set(mapping.values()) - _ids())
    if strange:
        known = ", ".join(sorted(_ids()))
        raise InputError(
            en=f"{source}: 'crops' leads to {strange}, which are no crop ids; known are {known}.",
            vi=f"{source}: mục 'crops' dẫn tới {strange}, không phải mã cây trồng; có: {known}.",
        )


def _ids() -> frozenset[str]:
    return frozenset(load_crops()["crop"])
