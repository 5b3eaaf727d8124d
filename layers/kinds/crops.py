"""Crops (``data/crops.csv``), and which crops the names in a layer mean.

Species come with and without accents, abbreviated, in Latin, as mixtures "A+B". An accent that is
written counts: "Hông" (paulownia) is not "Hồng" (persimmon), "Dứa" is not "Dừa". Aliases and the
shares of mixtures that are not equal stand in ``data/species_aliases.csv``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.resources import data_rows, data_table, kept
from layers.base.schema import read_schema
from layers.kinds.plots import CROP_WEIGHTS

CROPS = read_schema("layers.kinds", "crops")


@kept
def _crops() -> pd.DataFrame:
    return CROPS.validate(data_table("crops.csv"))


def load_crops() -> pd.DataFrame:
    """Table of crops.

    Returns
    -------
    pandas.DataFrame
        Columns of ``CROPS``, one row per crop.

    Examples
    --------
    >>> load_crops().set_index("crop").loc["pine", "name_vi"]
    'Thông'
    """
    return _crops().copy()


def crop_phrase(crop: str) -> Phrase:
    """Name of a crop in both languages; of one that no table has, its id."""
    names = _crops().loc[_crops()["crop"] == crop, ["name_en", "name_vi"]].to_numpy()
    return Phrase(*map(str, names[0])) if len(names) else Phrase(crop, crop)


_SEPARATOR = re.compile(r"\s*(?:[+;,/&]|\s-\s|\bvà\b)\s*")


@kept
def _aliases() -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Shares by written name, and by name without accents (where that leaves no doubt)."""
    table = data_table("species_aliases.csv")
    exact: dict[str, dict[str, float]] = {}
    for alias, crop, weight in table.itertuples(index=False):
        exact.setdefault(_key(str(alias)), {})[str(crop)] = float(weight)
    for row in data_rows("crops.csv"):
        # Cam counts as citrus, and so do its other names.
        meant = exact.setdefault(_key(row["name_vi"]), {row["crop"]: 1.0})
        for name in filter(None, (row["name_en"], row["species"])):
            exact.setdefault(_key(name), meant)
    bare: dict[str, dict[str, float]] = {}
    doubtful: set[str] = set()
    for key, shares in exact.items():
        plain = plain_name(key)
        if bare.setdefault(plain, shares) != shares:
            doubtful.add(plain)
    return exact, {key: shares for key, shares in bare.items() if key not in doubtful}


def _key(name: str) -> str:
    parts = [part for part in _SEPARATOR.split(unicodedata.normalize("NFC", name)) if part]
    return "+".join(" ".join(part.casefold().split()) for part in parts)


def plain_name(name: str) -> str:
    """Name without accents, lower case, đ as d."""
    spread = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def species_shares(text: str, aliases: Mapping[str, str] | None = None) -> dict[str, float]:
    """Crops of one species entry and their shares of the plot."""
    own = {_key(alias): {crop: 1.0} for alias, crop in (aliases or {}).items()}
    known = _look_up(text, own)
    if known:
        total = sum(known.values())
        return {crop: weight / total for crop, weight in known.items()}
    parts = [part for part in _SEPARATOR.split(text.strip()) if part] or [text.strip()]
    shares: dict[str, float] = {}
    for part in parts:
        for crop, weight in (_look_up(part, own) or {" ".join(part.split()): 1.0}).items():
            shares[crop] = shares.get(crop, 0.0) + weight / len(parts)
    return shares


def _look_up(name: str, own: Mapping[str, dict[str, float]]) -> dict[str, float] | None:
    exact, bare = _aliases()
    key = _key(name)
    found = own.get(key) or exact.get(key)
    if found is None and key.isascii():
        found = bare.get(key)
    return found


def crop_weights(
    rows: pd.Series[int], species: pd.Series[str], *, aliases: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Crops of every plot, with their shares."""
    refuse_unknown_ids(aliases or {}, source="species")
    codes, unique = pd.factorize(species)
    shares = [species_shares(str(value), aliases) for value in unique]
    counts = np.array([*(len(share) for share in shares), 0])  # code -1 is a missing species
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    crops = np.array([crop for share in shares for crop in share], dtype=object)
    weights = np.array([weight for share in shares for weight in share.values()], dtype="float64")
    repeats = counts[codes]
    first = np.repeat(starts[codes], repeats)
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    frame = pd.DataFrame(
        {
            "row": np.repeat(rows.to_numpy(), repeats),
            "crop": crops[first + within],
            "weight": weights[first + within],
        }
    )
    return CROP_WEIGHTS.validate(frame) if len(frame) else CROP_WEIGHTS.empty()


def crop_shares(text: str, mapping: Mapping[str, str]) -> dict[str, float]:
    """Crops of one entry and their shares."""
    crop = mapping.get(text)
    if crop is not None:
        return {crop: 1.0}
    if text in _ids():
        return {text: 1.0}
    return species_shares(text)


def crop_named(text: str) -> tuple[str, str]:
    """Id of the crop that an id or name means, and the nearest name; no id where none is meant."""
    shares = crop_shares(text, {})
    if len(shares) == 1 and (crop := next(iter(shares))) in _ids():
        return crop, crop
    near = difflib.get_close_matches(_key(text), [*_ids(), *_aliases()[0]], n=1, cutoff=0.85)
    return "", near[0] if near else ""


def near_crop(text: str) -> str:
    """Id of the crop that a text without one may mean: a slip, or a name with more ("Na dai")."""
    meant, near = crop_named(text)
    if meant or near:
        return meant or crop_named(near)[0]
    words = text.split()
    parts = [" ".join(words[:count]) for count in range(len(words) - 1, 0, -1)]
    parts += [" ".join(words[count:]) for count in range(1, len(words))]
    return next((crop for part in parts if (crop := crop_named(part)[0])), "")


def crops_like(text: str = "") -> list[dict[str, Any]]:
    """Rows of the table of crops as text, with other ``names``; those that a text may mean."""
    names: dict[str, list[str]] = {}
    for row in data_rows("species_aliases.csv"):
        names.setdefault(row["crop"], []).append(row["alias"])
    rows: list[dict[str, Any]] = [
        {**row, "names": names.get(row["crop"], [])} for row in data_rows("crops.csv")
    ]
    if not text:
        return rows
    asked, wanted = " " + plain_name(text), near_crop(text)
    return [
        row
        for row in rows
        if row["crop"] == wanted
        or any(asked in " " + plain_name(name) for name in (row["name_vi"], row["name_en"]))
    ]


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
            "layers.kinds.unknown_crop_ids", source=source, strange=strange, known=known
        )


@kept
def _ids() -> frozenset[str]:
    return frozenset(_crops()["crop"])
