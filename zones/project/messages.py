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

from layers.base.language import Phrase

_WORDS: dict[str, Phrase] = {
    "missing": Phrase("expected this key, it is missing", "thiếu khóa này"),
    "literal_error": Phrase("expected {expected}", "cần {expected}"),
    "union_tag_invalid": Phrase("expected kind {expected_tags}", "cần kind là {expected_tags}"),
    "union_tag_not_found": Phrase("expected a key 'kind'", "thiếu khóa 'kind'"),
    "string_type": Phrase("expected text", "cần chữ (đặt trong dấu nháy nếu là số)"),
    "string_too_long": Phrase(
        "expected at most {max_length} letters", "cần không quá {max_length} chữ"
    ),
    "finite_number": Phrase("expected a finite number", "cần một số hữu hạn"),
    "string_pattern_mismatch": Phrase(
        "expected text of the form {pattern}", "cần chữ theo mẫu {pattern}"
    ),
    "int_type": Phrase("expected a whole number", "cần số nguyên"),
    "int_parsing": Phrase("expected a whole number", "cần số nguyên"),
    "int_from_float": Phrase("expected a whole number", "cần số nguyên"),
    "float_type": Phrase("expected a number", "cần một số"),
    "float_parsing": Phrase("expected a number", "cần một số"),
    "bool_type": Phrase("expected true or false", "cần true hoặc false"),
    "bool_parsing": Phrase("expected true or false", "cần true hoặc false"),
    "date_type": Phrase("expected a date like 2025-12-31", "cần ngày dạng 2025-12-31"),
    "date_parsing": Phrase("expected a date like 2025-12-31", "cần ngày dạng 2025-12-31"),
    "date_from_datetime_parsing": Phrase(
        "expected a date like 2025-12-31", "cần ngày dạng 2025-12-31"
    ),
    "date_from_datetime_inexact": Phrase(
        "expected a date without a time", "cần ngày, không kèm giờ"
    ),
    "path_type": Phrase("expected a path", "cần đường dẫn"),
    "list_type": Phrase("expected a list", "cần một danh sách"),
    "dict_type": Phrase("expected keys and values", "cần các khóa và giá trị"),
    "model_type": Phrase("expected keys and values", "cần các khóa và giá trị"),
    "model_attributes_type": Phrase("expected keys and values", "cần các khóa và giá trị"),
    "too_short": Phrase("expected at least {min_length}", "cần ít nhất {min_length} mục"),
    "greater_than_equal": Phrase("expected at least {ge}", "cần từ {ge} trở lên"),
    "less_than_equal": Phrase("expected at most {le}", "cần không quá {le}"),
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
        told = _MISPLACED if name in keys else _UNKNOWN
        return _with_hint(told, name, sorted(keys - {name}))
    words = _WORDS.get(str(fault["type"]))
    if words is None:
        message = str(fault["msg"]).removeprefix("Value error, ")
        # A validator of ours writes both languages into the one text that pydantic carries.
        en, _, vi = message.partition(" ¦ ")
        return Phrase(en=en, vi=vi or en)
    context = fault.get("ctx") or {}
    told = Phrase(en=words.en.format(**context), vi=words.vi.format(**context))
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
    return Phrase(f"{words.en}; did you mean {near[0]!r}?", f"{words.vi}; có phải {near[0]!r}?")


_UNKNOWN = Phrase("unknown key", "không có khóa này")
_MISPLACED = Phrase("this key does not belong here", "khóa này không thuộc chỗ này")
