"""Crops and units of a project's own: rows that it adds to the tables of ``data/``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from layers.base.errors import InputError
from layers.base.resources import Row, add_rows, data_rows
from layers.kinds.crops import crop_named
from zones.project.part import CropName, Number, Part
from zones.project.yaml import validate_document

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml.comments import CommentedMap

#: How the table of crops says what a plan says.
_COUNTS = {"established": "yes", "never": "never", "by_land": "by land"}
_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_IN_NO_WORD = re.compile(r"[|/\x00-\x1f\x7f]")


def _word(text: str) -> str:
    """Name as a person writes it, on one line."""
    if not text or _IN_NO_WORD.search(text):
        raise InputError("zones.project.own_word")
    return text


Word = Annotated[str, AfterValidator(_word)]
Years = Annotated[int, Field(ge=0, le=200)]


class OwnCrop(Part):
    """A crop that ``data/crops.csv`` lacks.

    ``written`` are further words for it in layers, reports and documents; ``counts_for_cover`` says
    whether its stands are forest, as in a plan's zones.
    """

    name_vi: Word
    name_en: Word | None = None
    species: Word | None = None
    land_kind: Literal["forest", "orchard", "annual", "paddy", "water", "understorey"]
    counts_for_cover: Literal["established", "never", "by_land"]
    cover_lag_years: Years | None = None
    rotation_years: Years | None = None
    part_of: CropName | None = None
    written: tuple[Word, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called, but for its scientific name."""
        return tuple(dict.fromkeys(filter(None, (self.name_vi, self.name_en, *self.written))))


class OwnUnit(Part):
    """A unit that ``data/units.csv`` lacks: ``factor`` of it make one of its dimension's base.

    The base of areas is the hectare, of masses the tonne, of volumes the cubic metre, of lengths
    the kilometre; of all else one.
    """

    name_vi: Word
    name_en: Word | None = None
    dimension: Literal[
        "area", "volume", "mass", "length", "count", "rate", "money", "factor", "time"
    ]
    factor: Annotated[Number, Field(gt=0)]
    written: tuple[Word, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called in Vietnamese."""
        return tuple(dict.fromkeys((self.name_vi, *self.written)))


def _refuse_repeated(named: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Refuse a word that two crops, or two units, share."""
    owners: dict[str, str] = {}
    for owner, names in named:
        for name in names:
            if (other := owners.setdefault(name.casefold(), owner)) != owner:
                raise InputError(
                    "zones.project.own_word_twice", name=name, first=other, second=owner
                )


def _confirmed(text: str) -> str:
    """Name of whoever confirmed; the placeholder of ``zones check`` is nobody."""
    if text in ("", "…"):
        raise InputError("zones.project.correction_by_nobody")
    return text


class Correction(Part):
    """What a name means, who said so and when."""

    written: Word
    means: str
    by: Annotated[str, AfterValidator(_confirmed)]
    on: dt.date


class CropCorrection(Correction):
    """A crop as layers, reports and plans write it."""

    means: CropName


class CommuneCorrection(Correction):
    """A commune, or a code, as reports write it, and its code."""

    means: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]


class Corrections(Part):
    """Names that somebody has confirmed: they hold for every file, this year and the next."""

    crops: tuple[CropCorrection, ...] = ()
    communes: tuple[CommuneCorrection, ...] = ()

    @model_validator(mode="after")
    def _one_meaning(self) -> Corrections:
        for kept in (self.crops, self.communes):
            _refuse_repeated((one.means, (one.written,)) for one in kept)
        return self


class OwnWords(Part):
    """The part of a project file that adds crops and units, and what names mean."""

    model_config = ConfigDict(extra="ignore")

    crops: dict[str, OwnCrop] = Field(default_factory=dict)
    units: dict[str, OwnUnit] = Field(default_factory=dict)
    corrections: Corrections = Corrections()

    @field_validator("crops")
    @classmethod
    def _new_crops(cls, crops: dict[str, OwnCrop]) -> dict[str, OwnCrop]:
        """Refuse an id or a name that means something else already."""
        for crop, about in crops.items():
            if not _ID.fullmatch(crop):
                raise InputError("zones.project.own_crop_id", crop=crop)
            for name in (crop, *about.names):
                if known := crop_named(name)[0]:
                    raise InputError(
                        "zones.project.own_crop_known", crop=crop, name=name, known=known
                    )
        _refuse_repeated((crop, (crop, *about.names)) for crop, about in crops.items())
        return crops

    @field_validator("units")
    @classmethod
    def _new_units(cls, units: dict[str, OwnUnit]) -> dict[str, OwnUnit]:
        """Refuse a name that is another unit's."""
        taken = {
            word.casefold(): row["unit"]
            for row in data_rows("units.csv")
            for word in (row["unit"], row["name_vi"], *row["written"].split("|"))
        }
        words = {unit: (_word(unit), *about.names) for unit, about in units.items()}
        for unit, name in ((unit, name) for unit, names in words.items() for name in names):
            if name.casefold() in taken:
                meant = taken[name.casefold()]
                raise InputError("zones.project.own_unit_known", unit=unit, name=name, known=meant)
        _refuse_repeated(words.items())
        return units


def use_own_words(
    crops: Mapping[str, OwnCrop], units: Mapping[str, OwnUnit], corrections: Corrections
) -> None:
    """Let every reader know a project's crops, units and names, in place of another project's."""
    rows = _own_rows(crops, units)
    add_rows(rows)
    aliases = [*rows["species_aliases.csv"], *_corrected(corrections.crops)]
    add_rows({**rows, "species_aliases.csv": aliases})


def _corrected(corrections: Iterable[CropCorrection]) -> Iterator[Row]:
    """Aliases of confirmed names; one that means a crop already cannot mean another as well."""
    for one in corrections:
        crop = crop_named(one.means)[0]
        if not crop:
            raise InputError("zones.project.corrected_to_no_crop", name=one.written, crop=one.means)
        known = crop_named(one.written)[0]
        if known not in ("", crop):
            raise InputError("zones.project.corrected_is_known", name=one.written, known=known)
        if not known:
            yield {"alias": one.written, "crop": crop, "weight": "1"}


def _own_rows(crops: Mapping[str, OwnCrop], units: Mapping[str, OwnUnit]) -> dict[str, list[Row]]:
    """Rows that crops and units add, by table."""
    add_rows({})
    free = {crop: about for crop, about in crops.items() if about.species}
    free = {crop: about for crop, about in free.items() if not crop_named(about.species or "")[0]}
    return {
        "crops.csv": [_crop_row(crop, about) for crop, about in crops.items()],
        "species_aliases.csv": [*_aliases(crops), *_species(free)],
        "crop_words.csv": [
            {"crop": crop, "written": "|".join(name.lower() for name in about.names)}
            for crop, about in crops.items()
        ],
        "units.csv": [
            {
                "unit": unit,
                "name_vi": about.name_vi,
                "name_en": about.name_en or about.name_vi,
                "dimension": about.dimension,
                "factor": repr(about.factor),
                "written": "|".join(name.lower() for name in about.names),
            }
            for unit, about in units.items()
        ],
    }


def _crop_row(crop: str, about: OwnCrop) -> Row:
    lag, rotation = about.cover_lag_years, about.rotation_years
    return {
        "crop": crop,
        "name_vi": about.name_vi,
        "name_en": about.name_en or about.name_vi,
        "species": about.species or "",
        "land_kind": about.land_kind,
        "counts_for_cover": _COUNTS[about.counts_for_cover],
        "cover_lag_years": "" if lag is None else str(lag),
        "rotation_years": "" if rotation is None else str(rotation),
        "part_of": about.part_of or "",
    }


def _aliases(crops: Mapping[str, OwnCrop]) -> Iterator[Row]:
    for crop, about in crops.items():
        for name in about.names:
            yield {"alias": name, "crop": crop, "weight": "1"}


def _species(crops: Mapping[str, OwnCrop]) -> Iterator[Row]:
    """Scientific names that mean no other crop: "Annona squamosa" stays custard apple."""
    for crop, about in crops.items():
        yield {"alias": about.species or "", "crop": crop, "weight": "1"}


def read_own_words(document: CommentedMap, path: Path) -> None:
    """Take a project file's crops and units into use, before anything else of it is read."""
    add_rows({})
    words = validate_document(OwnWords, document, path)
    use_own_words(words.crops, words.units, words.corrections)
