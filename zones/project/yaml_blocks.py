"""Blocks of lines in a YAML text: put in and cut out, whatever comments stand around them.

A document with comments knows of each only behind which value it stands; a block that is put in at
the end of a section would come to stand below the heading of the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from layers.base.errors import InputError
from zones.project.yaml import dump_document, parse_document

_KEY = re.compile(r"^(?P<indent> *)[^\s#-]")


def _as_meant(text: str, lines: Sequence[str], change: Callable[[CommentedMap], None]) -> str:
    """Edited lines of a text, or the changed document where they do not read as that does."""
    document = parse_document(text, Path("project.yaml"))
    change(document)
    made = "\n".join(lines) + "\n"
    try:
        same = parse_document(made, Path("project.yaml")) == document
    except InputError:
        same = False
    return made if same else dump_document(document)


def is_block(document: Mapping[str, Any], section: str) -> bool:
    """Whether a section is missing, empty, or written line by line (not in braces)."""
    value = document.get(section)
    return value is None or (isinstance(value, CommentedMap) and value.fa.flow_style() is not True)


def put_block(text: str, section: str, key: str, value: object) -> str:
    """Put a key behind the last one of a section, above what is said of the next section."""
    lines = text.splitlines()
    place = _begun(lines, section)
    end = _end(lines, place)
    within = (_KEY.match(line) for line in lines[place + 1 : end])
    indent = next((len(found["indent"]) for found in within if found), 2) or 2
    block = dump_document({key: value}).splitlines()
    lines[end:end] = [" " * indent + line for line in block]
    return _as_meant(text, lines, lambda document: _section(document, section).update({key: value}))


def cut_block(text: str, *keys: str) -> str:
    """Cut a section out (its keys from the top); comments that are not its own stay."""
    document = parse_document(text, Path("project.yaml"))
    if not _stands(document, keys):
        return text
    lines = text.splitlines()
    if (found := _place(lines, keys)) is not None:
        end, indent = _end(lines, found), _column(lines[found])
        lines[found:end] = [
            line
            for line in lines[found + 1 : end]
            if line.lstrip().startswith("#") and _column(line) <= indent
        ]
        while len(lines) == found and found and not lines[-1].strip():
            lines.pop()  # Put there with the section, at the end of the text
            found -= 1
    return _as_meant(text, lines, lambda changed: _cut(changed, keys))


def change_block(
    text: str, file: Path, keys: Sequence[str], change: Callable[[CommentedMap], None]
) -> str:
    """Change a section (its keys from the top) in the text of a file, and nothing around it.

    The section is read and written by itself: what is said of the next one is not part of it. A
    text that then does not say what the changed document says is written anew from that.
    """
    whole = _within(parse_document(text, file), keys)
    lines = text.splitlines()
    found = _place(lines, keys)
    if found is not None and whole.fa.flow_style() is not True:
        end, indent = _end(lines, found), " " * _column(lines[found])
        own = [line.removeprefix(indent) for line in lines[found:end]]
        lines[found:end] = [(indent + it).rstrip() for it in _changed(own, keys[-1], change)]
    return _as_meant(text, lines, lambda document: change(_within(document, keys)))


def _changed(lines: list[str], key: str, change: Callable[[CommentedMap], None]) -> Sequence[str]:
    """Lines of a section, changed; as they are where they are not the whole of it."""
    try:
        own = parse_document("\n".join(lines), Path("project.yaml"))
    except InputError:
        return lines
    change(own[key])
    return dump_document(own).splitlines()


def _begun(lines: list[str], key: str) -> int:
    """Line of a section, which is begun at the end where it is missing."""
    place = _find(lines, key, 0, len(lines))
    if place is not None:
        return place
    lines += ["", f"{key}:"]
    return len(lines) - 1


def _section(document: CommentedMap, key: str) -> CommentedMap:
    """Give the section of a document, which is begun where it is missing or empty."""
    if document.get(key) is None:
        document[key] = CommentedMap()
    return _within(document, (key,))


def _within(document: Any, keys: Sequence[str]) -> CommentedMap:
    for key in keys:
        document = document[key]
    return cast("CommentedMap", document)


def _stands(document: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(document, Mapping) or key not in document:
            return False
        document = document[key]
    return True


def _cut(document: CommentedMap, keys: Sequence[str]) -> None:
    """Take a key out; what held it alone stands empty, as its lines do."""
    above = _within(document, keys[:-1])
    del above[keys[-1]]
    if not above and len(keys) > 1:
        _within(document, keys[:-2])[keys[-2]] = None


def put_list(text: str, key: str, items: Sequence[str], before: Sequence[str]) -> str:
    """Write a list of names anew; a name that stood there (``before``, in order) keeps its line."""
    lines = text.splitlines()
    place = _begun(lines, key)
    end = _end(lines, place)
    if "[" in lines[place].partition("#")[0]:
        remark = lines[end - 1].rpartition("]")[2]
        lines[place:end] = [_in_brackets(key, items) + remark]
    else:
        held = [line for line in lines[place + 1 : end] if line.lstrip().startswith("- ")]
        known = dict(zip(before, held, strict=True)) if len(held) == len(before) else {}
        written = [known.get(item) or "  " + _item(item) for item in items]
        lines[place:end] = [f"{key}:", *written] if items else [f"{key}: []"]
    return _as_meant(text, lines, lambda document: document.update({key: list(items)}))


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


def _place(lines: Sequence[str], keys: Sequence[str]) -> int | None:
    """Line of a key within a key, from the top."""
    place, first, end = None, 0, len(lines)
    for key in keys:
        place = _find(lines, key, first, end)
        if place is None:
            return None
        first, end = place + 1, _end(lines, place)
    return place


def _column(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip())


def _end(lines: Sequence[str], place: int) -> int:
    """Line behind the last of a key's own, whatever comments stand between its lines.

    Comments behind the last belong to it where they are indented deeper.
    """
    indent = _column(lines[place])
    end, apart = place + 1, False
    for number in range(place + 1, len(lines)):
        bare, column = lines[number].strip(), _column(lines[number])
        if not bare:
            continue
        if bare.startswith("#"):
            apart = apart or column <= indent
        elif column <= indent and not (column == indent and bare.startswith("- ")):
            break
        else:
            apart = False
        end = end if apart else number + 1
    return end
