"""How a result shows itself at a prompt: on one line, tables by their size."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

_LETTERS = 40


def short_repr(thing: Any) -> str:
    """Class and fields that hold something, a table by its rows and columns."""
    told = [f"{name}={held}" for name in _fields(thing) if (held := _brief(getattr(thing, name)))]
    return f"{type(thing).__name__}({', '.join(told)})"


def _fields(thing: Any) -> list[str]:
    """Fields of a dataclass, or those of a model that were given."""
    given = getattr(thing, "model_fields_set", None)
    if given is not None:
        return [name for name in type(thing).model_fields if name in given]
    return [one.name for one in fields(thing) if one.repr and not one.name.startswith("_")]


def _brief(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Path):
        return value.name
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) == 2:
        return f"<{shape[0]:,} × {shape[1]}>"
    items = getattr(value, "items", None)
    if isinstance(items, list):  # findings
        return f"<{len(items)}>" if items else ""
    if isinstance(value, dict | list | tuple | set | frozenset):
        return f"<{len(value)}>" if value else ""
    text = str(value) if isinstance(value, str | int | float) else type(value).__name__
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
