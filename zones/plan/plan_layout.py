"""How a drafted plan looks as YAML: short things on one line, an empty line between zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

__all__ = ["lay_out"]

#: Keys whose values stand on one line.
_INLINE = frozenset({"name", "reporter", "recipient", "horizon", "words", "species"})
#: Keys that come first, in this order; the others follow as the model has them.
_FIRST = ("target", "indicator", "name", "clause", "line")
_FIRST_OF_STATEMENT = ("clause", "line")
#: Keys whose items stand on one line each.
_INLINE_ITEMS = frozenset({"communes", "also"})
#: Texts of digits that YAML would read as numbers.
_CODES = frozenset({"code", "province", "commune", "date", "vintage", "last_day", "first_day"})


def _scalar(key: str, value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if key in _CODES and isinstance(value, str):
        return DoubleQuotedScalarString(value)
    return value


def _mapping(data: Mapping[str, Any], *, inline: bool) -> CommentedMap:
    laid = CommentedMap()
    if inline:
        laid.fa.set_flow_style()
    first = _FIRST if "target" in data else _FIRST_OF_STATEMENT if "bound" in data else ()
    keys = [key for key in first if key in data]
    for key in [*keys, *(key for key in data if key not in keys)]:
        value = data[key]
        laid[key] = _node(key, value, inline=inline or key in _INLINE)
    return laid


def _sequence(key: str, data: Sequence[Any], *, inline: bool) -> CommentedSeq:
    laid = CommentedSeq()
    if inline or not data or not isinstance(data[0], Mapping):
        laid.fa.set_flow_style()
    for item in data:
        laid.append(_node(key, item, inline=inline or key in _INLINE_ITEMS))
    if key == "zones":
        for place in range(1, len(laid)):
            laid.yaml_set_comment_before_after_key(place, before="\n")
    return laid


def _node(key: str, value: Any, *, inline: bool) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value, inline=inline)
    if isinstance(value, list):
        return _sequence(key, value, inline=inline)
    return _scalar(key, value)


def lay_out(data: Mapping[str, Any]) -> CommentedMap:
    """Lay a plan out as a YAML document."""
    laid = _mapping(data, inline=False)
    for key in ("zones", "indicators", "reports"):
        if key in laid:
            laid.yaml_set_comment_before_after_key(key, before="\n")
    return laid
