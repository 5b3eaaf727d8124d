"""Sentences of an allocation: one set of templates in both languages, filled from the result.

A sentence keeps the figures it was filled with, so that each printed number can be traced to its
table. Hectares print with as many decimals as the tables do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from layers.base.errors import InputError
from layers.base.language import Language, Phrase, format_number
from layers.base.messages import joined
from layers.communes.spelling import name_order
from zones.rounding.to_totals import clean_steps

#: Words by group and key, from ``words.json`` beside this file. In sentences floats are hectares,
#: whole numbers counts or years.
WORDS: dict[str, dict[str, Phrase]] = {
    group: {key: Phrase(en=text["en"], vi=text["vi"]) for key, text in texts.items()}
    for group, texts in json.loads(
        Path(__file__).with_name("words.json").read_text(encoding="utf-8")
    ).items()
}

#: Before the name of a layer or table among the names of a voice: a zone may be called the same.
ORIGIN = "origin:"
_ORIGINS = WORDS["origins"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is no sum of hectares and prints with decimals of its own."""

    value: float
    decimals: int


Value = float | int | str | Phrase | Figure


def decimals_of(step: float) -> int:
    """Decimals of figures that are multiples of a step."""
    exponent = Decimal(repr(float(step))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the figures it was made from."""

    key: str
    zone: str
    target: str
    figures: dict[str, Value]
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Voice:
    """Fills templates with names and rounded figures."""

    step: float = 1.0
    names: Mapping[str, Phrase] = field(default_factory=dict)
    #: Zone and name of the commune of each target that asks it of one commune.
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def name(self, thing: str) -> Phrase:
        """Name of a zone or a land source."""
        return self.names.get(thing, Phrase(en=thing, vi=thing))

    def list_of(self, things: list[str]) -> Phrase:
        """Names of several zones or sources."""
        return joined((self.name(thing) for thing in things), between=", ")

    def origins(self, origins: Iterable[str]) -> Phrase:
        """Words for where figures come from."""
        named = {
            self.names.get(ORIGIN + origin, _ORIGINS.get(origin, Phrase(en=origin, vi=origin)))
            for origin in origins
        }
        return Phrase(
            en=", ".join(sorted((name.en for name in named), key=name_order)),
            vi=", ".join(sorted((name.vi for name in named), key=name_order)),
        )

    def say(self, key: str, /, *, about: str = "", target: str = "", **values: Value) -> Sentence:
        """Fill a template."""
        values = {"zone": self._asked(about, target), "target": target, **values}
        rounded = {
            name: self._rounded(value) if isinstance(value, float) else value
            for name, value in values.items()
        }
        try:
            template = WORDS["sentences"][key]
            phrase = Phrase(
                en=template.en.format_map(self._printed(rounded, "en")),
                vi=template.vi.format_map(self._printed(rounded, "vi")),
            )
        except KeyError as error:
            raise InputError(
                "zones.allocation.explain.sentence_incomplete", key=key, error=error
            ) from None
        return Sentence(key, about, target, rounded, phrase)

    def _asked(self, zone: str, target: str) -> Phrase:
        """Name of a zone, with the commune where its target is one of a single commune."""
        name, (of, place) = self.name(zone), self.places.get(target, ("", ""))
        return joined([name, Phrase(en=place, vi=place)], between=" · ") if of == zone else name

    def _rounded(self, value: float) -> float:
        if not math.isfinite(value):
            return value
        return float(clean_steps(np.array([round(value / self.step + 1e-9)]), step=self.step)[0])

    def _printed(self, values: Mapping[str, Value], language: Language) -> dict[str, str]:
        return {name: self._text(name, value, language) for name, value in values.items()}

    def _text(self, name: str, value: Value, language: Language) -> str:
        if isinstance(value, Phrase):
            return value.text(language)
        if isinstance(value, Figure):
            return format_number(value.value, language, decimals=value.decimals)
        if isinstance(value, float):
            return format_number(value, language, decimals=decimals_of(self.step))
        if isinstance(value, int) and name != "year":
            return format_number(value, language)
        return str(value)
