"""Blocks of lines in a YAML text: put in and cut out, whatever comments stand around them.

A document with comments knows of each only behind which value it stands; a block that is put in at
the end of a section would come to stand below the heading of the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from zones.project.yaml import dump_document

_KEY = re.compile(r"^(?P<indent> *)[^\s#-]")


def is_block(document: Mapping[str, Any], section: str) -> bool:
    """Whether a section is missing, empty, or written line by line (not in braces)."""
    value = document.get(section)
    return value is None or (isinstance(value, CommentedMap) and value.fa.flow_style() is not True)


def put_block(text: str, section: str, key: str, value: Mapping[str, Any]) -> str:
    """Put a key behind the last one of a section, above what is said of the next section."""
    lines = text.splitlines()
    place = _find(lines, section, 0, len(lines))
    if place is None:
        lines += ["", f"{section}:"]
        place = len(lines) - 1
    end = _end(lines, place)
    within = (_KEY.match(line) for line in lines[place + 1 : end])
    indent = next((len(found["indent"]) for found in within if found), 2) or 2
    block = dump_document({key: value}).splitlines()
    lines[end:end] = [" " * indent + line for line in block]
    return "\n".join(lines) + "\n"


def cut_block(text: str, section: str, key: str) -> str:
    """Cut a key out of a section; comments before and behind it stay."""
    lines = text.splitlines()
    place = _find(lines, section, 0, len(lines))
    found = None if place is None else _find(lines, key, place + 1, _end(lines, place))
    if found is None:
        return text
    del lines[found : _end(lines, found)]
    return "\n".join(lines) + "\n"


def put_list(text: str, key: str, items: Sequence[str], before: Sequence[str]) -> str:
    """Write a list of names anew; a name that stood there (``before``, in order) keeps its line."""
    lines = text.splitlines()
    place = _find(lines, key, 0, len(lines))
    if place is None:
        lines += ["", f"{key}:"]
        place = len(lines) - 1
    end = _end(lines, place)
    if "[" in lines[place].partition("#")[0]:
        remark = lines[end - 1].rpartition("]")[2]
        lines[place:end] = [_in_brackets(key, items) + remark]
        return "\n".join(lines) + "\n"
    held = [line for line in lines[place + 1 : end] if line.lstrip().startswith("- ")]
    known = dict(zip(before, held, strict=True)) if len(held) == len(before) else {}
    written = [known.get(item) or "  " + _item(item) for item in items]
    lines[place:end] = [f"{key}:", *written] if items else [f"{key}: []"]
    return "\n".join(lines) + "\n"


def _in_brackets(key: str, items: Sequence[str]) -> str:
    listed = CommentedSeq(items)
    listed.fa.set_flow_style()
    return dump_document({key: listed}).rstrip("\n")


def _item(name: str) -> str:
    return dump_document({"x": [name]}).splitlines()[1].strip()


def _find(lines: Sequence[str], key: str, first: int, end: int) -> int | None:
    """Line of a key among those from ``first`` that are indented least."""
    marked = [(n, found) for n in range(first, end) if (found := _KEY.match(lines[n]))]
    least = min((len(found["indent"]) for _, found in marked), default=0)
    written = re.compile(rf"""^(["']?){re.escape(key)}\1\s*:(?:\s|$)""")
    return next(
        (
            number
            for number, found in marked
            if len(found["indent"]) == least and written.match(lines[number].lstrip())
        ),
        None,
    )


def _end(lines: Sequence[str], place: int) -> int:
    """Line behind the last of a key's own: comments belong to it where they are indented deeper."""
    indent = len(lines[place]) - len(lines[place].lstrip())
    end = place + 1
    for number in range(place + 1, len(lines)):
        bare = lines[number].strip()
        if not bare:
            continue
        column = len(lines[number]) - len(lines[number].lstrip())
        item = column == indent and bare.startswith("- ")
        if column <= indent and not item:
            break
        end = number + 1
    return end
