"""Planted forest by species and age class (the table "Biểu 06").

Age is the layer's year minus the planting year; the limits of the five classes per species stand in
``data/age_classes.csv`` (five years each for slow, two for fast growers; unconfirmed, editable).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Language, Phrase
from layers.base.resources import data_path
from layers.base.schema import read_schema
from layers.kinds.crops import crop_phrase
from maps.tables import SPECIES_AGES
from zones.measure.closure import ClosureLog
from zones.tables import PLANTED_SPECIES

#: Planted plots after the weights of their species were applied.
PLANTED_AREAS = read_schema("zones.forest", "planted areas")

_CLASSES = tuple(f"class_{number}_ha" for number in range(1, 6))

_ROMAN = ("I", "II", "III", "IV", "V")


def planted_areas(measured: pd.DataFrame) -> pd.DataFrame:
    """Planted hectares inside the communes, as the table of species and ages takes them."""
    inside = measured["commune_code"].ne("")
    planted = measured["land"].isin(["planted_forest", "not_yet_forest"])
    return measured.loc[inside & planted, ["crop", "land", "planting_year", "ledger_ha"]]


def planted_species_table(
    areas: pd.DataFrame, *, year: int, log: ClosureLog | None = None
) -> pd.DataFrame:
    """Planted forest by species and age class, and what is not yet forest (ha).

    Parameters
    ----------
    areas : pandas.DataFrame
        Columns of ``PLANTED_AREAS``; weights of mixed species already applied.
    year : int
        Year of the layer. A plot planted that year is in the first class.
    log : ClosureLog, optional
        Takes the closure that was checked.

    Returns
    -------
    pandas.DataFrame
        Columns of ``PLANTED_SPECIES``, largest species first, without species last. The classes,
        the unknown age and the not-yet area sum to ``planted_ha``.

    Raises
    ------
    SchemaError
        A column is missing or a value is not what the schema says.
    InputError
        A planting year lies after ``year``.
    ClosureError
        The table does not sum to the planted area given.
    """
    rows = PLANTED_AREAS.validate(areas)
    rows = rows[rows["land"].isin(["planted_forest", "not_yet_forest"])].reset_index(drop=True)
    late = rows["planting_year"].gt(year).fillna(value=False)
    if late.any():
        raise InputError("zones.forest.planted_after_layer", count=int(late.sum()), year=year)
    rows = rows.assign(crop=rows["crop"].fillna(""), column=_columns(rows, year))
    table = rows.pivot_table(
        index="crop", columns="column", values="ledger_ha", aggfunc="sum", fill_value=0.0
    ).reindex(columns=[*_CLASSES, "age_unknown_ha", "not_yet_ha"], fill_value=0.0)
    table.insert(0, "planted_ha", table.sum(axis=1))
    table = table.reset_index()
    table["last"] = table["crop"].eq("")
    table = table.sort_values(["last", "planted_ha", "crop"], ascending=[True, False, True])
    (log or ClosureLog()).check(
        "planted species: species to province",
        parts=float(table["planted_ha"].sum()),
        whole=float(rows["ledger_ha"].sum()),
    )
    table = table.drop(columns="last").reset_index(drop=True).rename_axis(columns=None)
    return PLANTED_SPECIES.validate(table)


def _columns(rows: pd.DataFrame, year: int) -> pd.Series[str]:
    """Column of the table each area belongs to."""
    limits = pd.read_csv(data_path("age_classes.csv"), keep_default_na=False).set_index("crop")
    names = rows["crop"].where(rows["crop"].isin(limits.index), "").fillna("")
    upper = limits.reindex(names).to_numpy(dtype="float64")
    known = rows["planting_year"].notna().to_numpy()
    age = (year - rows["planting_year"]).to_numpy(dtype="float64", na_value=np.nan)
    place = (age[:, None] > upper).sum(axis=1)
    column = np.where(known, np.array(_CLASSES)[place], "age_unknown_ha")
    column = np.where(rows["land"].eq("not_yet_forest"), "not_yet_ha", column)
    return pd.Series(column, index=rows.index, dtype=pd.StringDtype(na_value=np.nan))


def species_ages(
    table: pd.DataFrame, *, language: Language, names: Mapping[str, Phrase] | None = None
) -> pd.DataFrame:
    """Reshape the table of planted species as the annex prints it ("Biểu 06").

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of ``PLANTED_SPECIES``.
    language : {"vi", "en"}
        Language of the page.
    names : mapping of str to Phrase, optional
        Names of the species by crop, as a page was printed with; by default those of the tables.

    Returns
    -------
    pandas.DataFrame
        Columns of ``maps.tables.SPECIES_AGES``, one row per species and age class in order; the
        classes of a species sum to what is planted.
    """
    vietnamese = language == "vi"
    none = "Không ghi loài" if vietnamese else "No species given"
    named = {crop: crop_phrase(crop) for crop in table["crop"]} | dict(names or {})
    species = [named[crop].text(language) or none for crop in table["crop"]]
    labels = dict(zip(_CLASSES, _ROMAN, strict=True))
    labels["age_unknown_ha"] = "Không rõ tuổi" if vietnamese else "Age unknown"
    labels["not_yet_ha"] = "Chưa thành rừng" if vietnamese else "Not yet forest"
    long = table.assign(species=species).melt(
        id_vars="species", value_vars=list(labels), var_name="age_class", value_name="area_ha"
    )
    order = {name: place for place, name in enumerate(species)}
    long["age_class"] = long["age_class"].map(labels)
    long = long.assign(place=long["species"].map(order)).sort_values("place", kind="stable")
    return SPECIES_AGES.validate(long.drop(columns="place").reset_index(drop=True))
