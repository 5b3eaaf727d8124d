"""The one way to say something: the key of a sentence, and the values that belong into it.

The catalogue of a room is ``messages.toml`` beside its code; the key ``zones.plan.no_target`` is
the table ``[no_target]``, with ``en`` and ``vi``, in the catalogue of ``zones.plan``. How a value
is printed follows from what it is:

* a number as its format says (``{year}``, ``{count:,}``, ``{area_ha:,.2f}``), in Vietnamese with
  comma and point exchanged; without a format it has no thousands marks (years, rows, codes); a
  missing one is ``–``;
* a date as 2025-12-31 in English and 31/12/2025 in Vietnamese;
* the word that a number asks for: ``{count:plot|plots}`` is "plot" for 1;
* a phrase in the language of the sentence;
* several values with commas: the first five and how many more there are; ``{names:all}`` all (of
  a file with thousands of columns the first 200), ``{names:or}`` all with "or".

Values are never read as formats, whatever a file calls its communes.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import numbers
import string
import tomllib
from collections.abc import Iterable
from typing import Any

from layers.base.language import Language, Phrase, written_number

#: How many of several values are named.
FIRST = 5
_MOST = 200


def message(key: str, /, **values: object) -> Phrase:
    """Sentence of a catalogue in both languages, with its values."""
    room, _, name = key.rpartition(".")
    return filled(Phrase(**_catalogue(room)[name]), **values)


def filled(words: Phrase, /, **values: object) -> Phrase:
    """Sentence with values for its placeholders."""
    return Phrase(en=_EN.vformat(words.en, (), values), vi=_VI.vformat(words.vi, (), values))


def joined(phrases: Iterable[Phrase], between: str = "; ") -> Phrase:
    """Phrases one after another, as one."""
    parts = list(phrases)
    return Phrase(en=between.join(p.en for p in parts), vi=between.join(p.vi for p in parts))


@functools.cache
def _catalogue(room: str) -> dict[str, dict[str, str]]:
    text = importlib.resources.files(room).joinpath("messages.toml").read_text("utf-8")
    return tomllib.loads(text)


class _Writer(string.Formatter):
    """Puts values into a sentence as one language prints them."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Quote text, or each of several, where the sentence asks with ``!r``."""
        if conversion is None:
            return value
        if _is_several(value):
            return [self.convert_field(item, conversion) for item in value]
        if isinstance(value, numbers.Real | Phrase | str):
            value = self.format_field(value, "")
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Text of a value."""
        if "|" in format_spec:
            one, several = format_spec.split("|")
            return one if value == 1 else several
        if isinstance(value, Phrase):
            return value.text(self.language)
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            return written_number(value, format_spec, self.language)
        if isinstance(value, dt.date):
            return f"{value:%d/%m/%Y}" if self.language == "vi" else f"{value:%Y-%m-%d}"
        if _is_several(value):
            return self._several(list(value), format_spec)
        return format(str(value), format_spec)

    def _several(self, values: list[Any], spec: str) -> str:
        whole = spec in ("all", "or")
        first = values[: _MOST if whole else FIRST]
        items = [self.format_field(value, "" if whole else spec) for value in first]
        if spec == "or":
            return f" {message('layers.base.or').text(self.language)} ".join(items)
        listed = ("; " if any("," in item for item in items) else ", ").join(items)
        if len(values) == len(first):
            return listed
        more = message("layers.base.and_more", first=listed, count=len(values) - len(first))
        return more.text(self.language)


def _is_several(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes)


_EN, _VI = _Writer("en"), _Writer("vi")
