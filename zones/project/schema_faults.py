"""What a validation fault says to a planner, in both languages: expected, and what was found.

pydantic tells faults in English only, and names types rather than what to write; the kinds that
project and plan files can meet are worded here, any other keeps pydantic's own sentence.
"""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from layers.base.errors import VungTrongError
from layers.base.language import Phrase
from layers.base.messages import message

#: Kinds of faults of pydantic, and the end of the key of their message.
_EXPECTED = {
    "missing": "key_missing",
    "literal_error": "one_of",
    "union_tag_invalid": "one_kind_of",
    "union_tag_not_found": "kind_missing",
    "string_type": "text",
    "string_too_long": "shorter_text",
    "finite_number": "finite_number",
    "string_pattern_mismatch": "pattern",
    "int_type": "whole_number",
    "int_parsing": "whole_number",
    "int_from_float": "whole_number",
    "float_type": "number",
    "float_parsing": "number",
    "bool_type": "true_or_false",
    "bool_parsing": "true_or_false",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date_alone",
    "path_type": "path",
    "list_type": "list",
    "dict_type": "keys_and_values",
    "model_type": "keys_and_values",
    "model_attributes_type": "keys_and_values",
    "too_short": "more_items",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
}

#: Forms of text that a file asks for, and the end of the key of their message.
_FORMS = {
    r"^\d{2}$": "two_digits",
    r"^\d{5}$": "five_digits",
    r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$": "id",
    r"^\d{4}(?:-\d{2}){0,2}$": "date_or_year",
    r"^\d{2}-\d{2}$": "day_of_year",
    r"^(?:\d{4}(?:-\d{2}){0,2}|\d{2}-\d{2})$": "deadline",
    r"^\d{4}(?:-\d{2})?/\d{4}(?:-\d{2})?$": "span",
    r"^\d{4}-\d{2}-\d{2}$": "date",
}


def known_keys(model: type[BaseModel]) -> set[str]:
    """Every key that a document of a model may have, at any depth."""
    keys: set[str] = set()
    seen: set[type[BaseModel]] = set()
    waiting = [model]
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        keys.update(part.model_fields)
        for field in part.model_fields.values():
            waiting.extend(_models_in(field.annotation))
    return keys


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models_in(part)


def fault_phrase(fault: Mapping[str, Any], keys: set[str]) -> Phrase:
    """Words for one fault of pydantic."""
    if fault["type"] == "extra_forbidden":
        name = str(fault["loc"][-1])
        told = (
            message("zones.project.misplaced_key")
            if name in keys
            else message("zones.project.unknown_key")
        )
        return _with_hint(told, name, sorted(keys - {name}))
    context = fault.get("ctx") or {}
    expected = _EXPECTED.get(str(fault["type"]))
    if expected is None:
        error = context.get("error")
        if isinstance(error, VungTrongError):
            return error.phrase
        text = str(fault["msg"]).removeprefix("Value error, ")
        return Phrase(text, text)
    if expected == "pattern":
        expected = _FORMS.get(str(context["pattern"]), expected)
    told = message(f"zones.project.expected_{expected}", **context)
    if fault["type"] == "union_tag_invalid":
        return _with_hint(
            told, str(context["tag"]), re.findall(r"'(\w+)'", context["expected_tags"])
        )
    return told


def _with_hint(words: Phrase, name: str, known: Sequence[str]) -> Phrase:
    """Add the nearest word that would do, where one is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    if not near:
        return words
    return message("zones.project.did_you_mean", words=words, near=near[0])
